"""Derivatives in formulas: numbers, gradients as vectors and matrices, and Jacobians."""

from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import Array, is_array
from autograd.grading.meaning.place import OutOfRange
from autograd.grading.meaning.ratios import check_order
from autograd.grading.reading.nodes import Node, is_name, show
from autograd.grading.reading.trees import ReadingError


class _Jacobian(Exception):
    """An exception that shows that a vector is differentiated."""


def of_derivative(evaluation, node, env):
    """Return the value of a derivative in a formula."""
    of, by = node.parts
    if node.data == "bridge" and not is_before(evaluation, by, of):
        raise OutOfRange("the dots stand for no layer or step here.", node.at)
    if by.kind == "none":
        by = outputs(evaluation, node)
    found = derivative(evaluation, of, by, env, node)
    if node.data == "slopes" and is_array(found) and found.shape[0] == found.shape[1] > 1:
        found = Array([[row[k]] for k, row in enumerate(found.rows)])
        return arrays.transpose(found) if evaluation.reading.vectors == "rows" else found
    return found


def is_before(evaluation, name, other):
    """Return True if the layer or step of a name comes before that of another name."""
    a, b = evaluation.place(name), evaluation.place(other)
    return a.layer < b.layer if evaluation.model.steps == 1 else True


def names_no_loss(node):
    """Return True if a derivative is a name such as dZ, or a gradient of a loss that is not written."""
    return node.kind == "deriv" and (node.data == "name" or (node.data == "gradient" and node.parts[0].kind == "loss"))


def is_of_loss(places, of):
    """Return True if the differentiated part of a derivative is the loss, written or not, and no local quantity."""
    return of.kind == "loss" or places.is_loss(of.parts[0] if of.kind == "call" else of)


def is_of_own_loss(evaluation, node, place):
    """Return True if a derivative with respect to a place is that of a sample's own loss under this reading."""
    if not evaluation.reading.own_loss or place.role in ("w", "b") or node.kind != "deriv":
        return False
    of = node.parts[0]
    while of.kind == "group":
        of = of.parts[0]
    return (names_no_loss(node) or evaluation.places.declares_own_loss) and is_of_loss(evaluation.places, of)


def outputs(evaluation, node):
    """Return the vector of the outputs, which is the variable of a gradient without a subscript."""
    letter = evaluation.places.output_letter
    top = Node("sup", (Node("name", (), ("L", 0), node.at),), "", node.at)
    key = ("outputs", letter)
    if key not in evaluation.cache:
        evaluation.cache[key] = Node("name", (top,), (letter, 0), node.at)
    return evaluation.cache[key]


def derivative(evaluation, of, by, env, node=None):
    """Return the derivative of a tree with respect to a quantity: a number, the array of a gradient, or a Jacobian."""
    place = evaluation.by_place(by)
    if place.kind != "quantity":
        raise ReadingError(
            f"{show(by)} is no quantity of the network, so it cannot be the variable of a derivative.", by.at
        )
    if of.kind == "none":
        raise ReadingError("this derivative lacks its function: write what is differentiated after it.", of.at)
    while of.kind == "group":
        of = of.parts[0]
    if is_name(of) and evaluation.places.is_rate(of):
        raise ReadingError(
            f"{show(of)} is a learning rate, which depends on nothing: if it is the loss, declare its letter.",
            of.at,
        )
    own = node is not None and is_of_own_loss(evaluation, node, place)
    name = of
    if of.kind == "call" and len(of.parts) == 2 and evaluation.is_function(of.parts[0]):
        name = of.parts[1]  # sigma(net_k) does not depend on o_j of the same layer, just as net_k does not
    if (
        name.kind == "name"
        and name not in evaluation.definitions
        and not evaluation.is_function(name)
        and not evaluation.places.is_loss(name)
    ):
        check_order(evaluation, evaluation.place(name), place)
    if not evaluation.is_whole(place):
        q = evaluation.quantity(place, env)
        if not (evaluation.model.exists(q) or q.role == "parameter"):
            evaluation.check_missing(q)
            return evaluation.at.zero
        x = evaluation.tangent(of, q, env)
        return arrays.scaled(evaluation.own(), x) if own else x

    def entry(k, n):
        q = evaluation.quantity(place, env, k)
        if n is not None:
            q = q._replace(sample=n)
        if not evaluation.model.exists(q):
            evaluation.check_missing(q)
            return evaluation.at.zero
        y = evaluation.tangent(of, q, env)
        if is_array(y):
            raise _Jacobian
        return y * evaluation.own() if own else y

    try:
        x = evaluation.whole(place, env, entry)
    except _Jacobian:
        return jacobian(evaluation, of, place, env)
    if by.kind == "transpose" or (evaluation.reading.gradient_row and place.role != "w" and not place.stacked):
        return arrays.transpose(x)
    return x


def jacobian(evaluation, of, place, env):
    """Return the derivative of a vector with respect to a vector."""
    if place.role == "w" or place.stacked:
        raise ReadingError("a vector is differentiated with respect to a matrix here: give both of them indices.")
    columns = []
    for k in range(1, evaluation.model.size(place.layer) + 1):
        columns.append(arrays.entries(evaluation.tangent(of, evaluation.quantity(place, env, k), env)))
    x = Array([list(row) for row in zip(*columns, strict=True)])
    return arrays.transpose(x) if evaluation.reading.transposed_jacobian else x

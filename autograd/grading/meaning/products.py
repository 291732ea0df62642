"""Products of numbers, vectors and matrices, for each sign between them, and chains of vector derivatives."""

import contextlib
import functools
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import Array, ShapeError, is_array
from autograd.grading.meaning.conditions import assignments
from autograd.grading.meaning.derivatives import is_of_own_loss
from autograd.grading.meaning.evaluation import is_into_neuron
from autograd.grading.meaning.place import Misfit, Place
from autograd.grading.meaning.product_forms import with_sum_outside, without_empty_products
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.meaning.ratios import is_summed_over, ratio
from autograd.grading.reading.nodes import Node, is_name, show, walk
from autograd.grading.reading.trees import ReadingError


def of_product(evaluation, node, env):
    """Return the product of the values of the factors."""
    ones = [k for k, x in enumerate(node.parts) if is_ones(x)]
    if ones and len(node.parts) > 1:
        x = with_ones(evaluation, node, ones, env)
        if x is not None:
            return x
    summed = with_sum_outside(node)
    if summed is not None:
        return evaluation.value(summed, env)
    node = without_empty_products(evaluation, node, env)
    if len(node.parts) == 1:
        return evaluation.value(node.parts[0], env)
    if any(_within(x).kind in ("deriv", "name") for x in node.parts):
        x = chain(evaluation, node, env)
        if x is not None:
            return x
    try:
        values = [evaluation.value(x, env) for x in node.parts]
    except ReadingError:
        gap = gap_of(evaluation, node, env)
        if gap is None:
            raise
        words = f"no link of the chain leads from {show(gap[0].parts[1])} to {show(gap[1].parts[0])}: one is missing"
        raise Misfit(f"{words} between {show(gap[0])} and {show(gap[1])}.", gap[1].at) from None
    refuse_diagonals(node, values)
    values, signs = inner_products(evaluation, node, values)
    if len(values) == 1:
        return values[0]
    if signs == node.data and "had" in node.data:
        values = slopes_as_vectors(evaluation, node.parts, values)
    if signs == node.data and any(is_array(x) for x in values):
        values, signs, elementwise = slopes_elementwise(node, values)
        if elementwise != signs:
            with contextlib.suppress(ShapeError):
                return product(evaluation, values, elementwise, node)
        if len(values) == 1:
            return values[0]
    if "*" in signs:
        x = with_stars(evaluation, values, signs)
        if x is not None:
            return x
    try:
        return product(evaluation, values, signs, node)
    except ShapeError:
        x = chain(evaluation, node, env, in_any_layout=True)  # as in dL/dz dz/da, where dL/dz is a column
        if x is not None:
            return x
        apart = with_chains_apart(node)
        if apart is not None:
            return of_product(evaluation, apart, env)
        if not any(s in ("had", "*", "out") for s in signs):
            raise
        with contextlib.suppress(ShapeError):  # try from left to right instead
            x = values[0]
            for sign, y in zip(signs, values[1:], strict=True):
                x = times(evaluation, x, y, sign)
            return x
        raise


def refuse_diagonals(node, values):
    """Refuse an elementwise product of ``diag(v)`` and a vector, or the numbers that stand for the vector's entries.

    Raises:
        ShapeError: there is one.
    """
    at = [0, *[k + 1 for k, sign in enumerate(node.data) if sign == "had"], len(node.parts)]
    factors = [(node.parts[a], values[a]) for a, b in pairwise(at) if b == a + 1]
    matrices = [(x, not is_array(y) or y.shape[0] == y.shape[1]) for x, y in factors if _within(x).kind == "diag"]
    diagonals = [x for x, is_square in matrices if is_square]  # diag of a matrix is a vector
    others = [x for x, y in factors if _within(x).kind != "diag" and not (is_array(y) and min(y.shape) > 1)]
    if diagonals and others:
        words = "is a matrix: write a product, or leave diag out, beside"
        raise ShapeError(show(diagonals[0]), show(others[0]), words, diagonals[0].at)


def with_stars(evaluation, values, signs):
    """Return a product from left to right, as in ``A B * C D = ((A B) * C) D``, or None.

    Products usually bind more tightly than stars, and the result is then None. It is not None if all stars are
    elementwise only from left to right. If there are as many samples as neurons, the products around a star can fit as
    matrices by chance.
    """
    if all(sign not in ("", ".") for sign in signs):
        return None
    x, groups = values[0], [values[0]]
    try:
        for sign, y in zip(signs, values[1:], strict=True):
            if sign == "*" and is_matrix_product(x, y):
                return None
            x = times(evaluation, x, y, sign)
        for sign, y in zip(signs, values[1:], strict=True):
            groups = [*groups, y] if sign not in ("", ".") else [*groups[:-1], times(evaluation, groups[-1], y, sign)]
    except ShapeError:
        return None
    return x if any(is_matrix_product(a, b) for a, b in pairwise(groups)) else None


def is_matrix_product(a, b):
    """Return True if two factors are arrays of different shapes, which cannot be multiplied entry by entry."""
    return is_array(a) and is_array(b) and a.shape != b.shape


def inner_products(evaluation, node, values):
    """Return the factors and signs in which w_k x is one number, if w_k is the vector of the weights into a neuron."""
    found, signs = [values[0]], []
    for k, (sign, y) in enumerate(zip(node.data, values[1:], strict=True)):
        pair = node.parts[k], node.parts[k + 1]
        is_inner = sign in ("", ".") and is_array(y) and is_array(found[-1]) and found[-1].shape == y.shape
        if is_inner and 1 in y.shape and any(is_weights_into(evaluation, x) for x in pair):
            numbers = zip(arrays.entries(found[-1]), arrays.entries(y), strict=True)
            found[-1] = arrays.total([a * b for a, b in numbers])
            continue
        found.append(y)
        signs.append(sign)
    return found, tuple(signs)


def is_weights_into(evaluation, node):
    """Return True if a factor is the vector of all weights into one neuron."""
    try:
        return node.kind == "name" and is_into_neuron(evaluation.place(node))
    except ReadingError:
        return False


def slopes_as_vectors(evaluation, nodes, values):
    """Return the values of an elementwise product. A diagonal Jacobian da/dz is replaced by its diagonal."""
    found = []
    for x, y in zip(nodes, values, strict=True):
        while x.kind == "group":
            x = x.parts[0]
        if x.kind == "deriv" and is_array(y) and y.shape[0] == y.shape[1] > 1 and is_diagonal(y):
            column = Array([[row[k]] for k, row in enumerate(y.rows)])
            y = column if evaluation.reading.vectors == "columns" else arrays.transpose(column)
        found.append(y)
    return found


def slopes_elementwise(node, values):
    """Return the factors and signs with ``a(1 - a)`` as one factor, and the signs with elementwise derivatives.

    ``A(1 - A)`` and products with ``f'(Z)`` are not meant as matrix products if they can be elementwise.
    """
    nodes, found, signs = [node.parts[0]], [values[0]], []
    for sign, x, y in zip(node.data, node.parts[1:], values[1:], strict=True):
        pair = sign in ("", ".", "*") and is_array(y) and is_array(found[-1]) and y.shape == found[-1].shape
        if pair and is_rest_of(x, nodes[-1]):
            found[-1] = arrays.elementwise(found[-1], y)
            nodes[-1] = x
            continue
        nodes.append(x)
        found.append(y)
        signs.append(sign)
    elementwise = [
        "had" if sign in ("", ".", "*") and (is_slope(x) or is_slope(y)) and is_array(a) and is_array(b) else sign
        for sign, (x, y), (a, b) in zip(signs, pairwise(nodes), pairwise(found), strict=True)
    ]
    return found, tuple(signs), tuple(elementwise)


def is_slope(node):
    """Return True if a factor is the derivative of an activation: ``f'(Z)`` or ``1 - A^2``."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind == "add" and len(node.parts) == 2 and node.parts[1].kind == "neg":
        one, square = node.parts[0], node.parts[1].parts[0]
        return one.kind == "num" and one.data == 1 and is_square(square)
    return node.kind == "call" and node.parts[0].kind == "name" and node.parts[0].data[1] > 0


def is_square(node):
    """Return True if a factor is the square of a name: ``a^2``, ``(a)^2``, or a 2 among the superscripts."""
    if node.kind == "pow":
        inner = node.parts[0]
        while inner.kind == "group":
            inner = inner.parts[0]
        return inner.kind == "name" and node.parts[1].kind == "num" and node.parts[1].data == 2
    marks = [p for s in node.parts if s.kind == "sup" and s.data == "" for p in s.parts] if node.kind == "name" else []
    return any(p.kind == "num" and p.data == 2 for p in marks)


def is_rest_of(node, other):
    """Return True if ``node`` is 1 - a and ``other`` is a."""
    while node.kind == "group":
        node = node.parts[0]
    while other.kind == "group":
        other = other.parts[0]
    if node.kind != "add" or len(node.parts) != 2 or node.parts[1].kind != "neg":
        return False
    one, less = node.parts[0], node.parts[1].parts[0]
    return one.kind == "num" and one.data == 1 and less == other


def is_diagonal(x):
    """Return True if a square array is 0 outside of its diagonal."""
    outside = [y for i, row in enumerate(x.rows) for j, y in enumerate(row) if i != j]
    return all((y.v if hasattr(y, "v") else y) == 0 for y in outside)


def product(evaluation, values, signs, node):
    """Return a product. Factors without a sign bind more tightly than elementwise products.

    If the reading is ``from_right``, an alternating product is evaluated from right to left.
    """
    if evaluation.reading.from_right and is_alternating(signs):
        x = values[-1]
        for sign, y in zip(signs[::-1], values[-2::-1], strict=True):
            x = evaluation.placed(functools.partial(times, evaluation), node, y, x, sign)
        return x
    groups, between = [values[0]], []
    for sign, y in zip(signs, values[1:], strict=True):
        if sign in ("", "."):
            groups[-1] = evaluation.placed(functools.partial(times, evaluation), node, groups[-1], y, sign)
        else:
            groups.append(y)
            between.append(sign)
    x = groups[0]
    for sign, y in zip(between, groups[1:], strict=True):
        x = evaluation.placed(functools.partial(times, evaluation), node, x, y, sign)
    return x


def times(evaluation, a, b, sign):
    """Return the product of two values for the sign between them."""
    if not is_array(a) or not is_array(b):
        return arrays.matmul(a, b)
    if sign == "chain":
        return chained(evaluation, a, b)
    if sign == "had" or (sign == "out" and evaluation.reading.hadamard):
        return arrays.elementwise(a, b)
    if sign == "out":
        return arrays.outer(a, b)
    if sign == "*" and a.shape == b.shape and (a.stacked == b.stacked or 1 in a.shape):
        return arrays.elementwise(a, b)
    if a.shape[1] != b.shape[0] and sign in (".", "*") and a.shape == b.shape:
        return arrays.elementwise(a, b)
    return arrays.matmul(a, b)


def chained(evaluation, a, b):
    """Return the product of a gradient and a Jacobian by the chain rule, with the transposes that it needs."""
    if a.shape[1] == b.shape[0]:
        return arrays.matmul(a, b)
    turned = b if evaluation.reading.transposed_jacobian else arrays.transpose(b)
    return arrays.matmul(turned, a)


def with_ones(evaluation, node, ones, env):
    """Return a product with a vector of ones, whose size is the one that fits.

    Return None if the 1 is a plain number.
    """
    k = ones[0]
    if len(ones) != 1 or len(node.parts) < 2 or node.data[k - 1 if k else 0] not in ("", "."):
        return None
    if 0 < k < len(node.parts) - 1:
        x = _between(evaluation, node, k, env)
        if x is not None:
            return x
    rest = [x for i, x in enumerate(node.parts) if i != k]
    signs = [s for i, s in enumerate(node.data) if i != (k - 1 if k else 0)]
    if k == 0 and len(rest) == 1 and is_name(node.parts[0]) and is_column_of_biases(evaluation, rest[0]):
        return evaluation.value(rest[0].parts[0], env)
    x = evaluation.value(rest[0] if len(rest) == 1 else Node("prod", rest, tuple(signs), node.at), env)
    if not is_array(x):
        return x
    if k in (0, len(node.parts) - 1) and _is_outer(evaluation, node.parts[k], rest, x, k > 0):
        size = max(x.shape)
        return Array([row * size for row in x.rows] if k else [list(x.rows[0]) for _ in range(size)])
    if k == len(node.parts) - 1:
        return as_number(Array([[arrays.total(row)] for row in x.rows]))
    if k == 0:
        return as_number(Array([[arrays.total(column) for column in zip(*x.rows, strict=True)]]))
    before = [evaluation.value(y, env) for y in node.parts[:k]]
    if not any(is_array(y) for y in before):  # numbers in front of the ones do not change their position
        return as_number(Array([[arrays.total(column) for column in zip(*x.rows, strict=True)]]))
    if not any(is_array(evaluation.value(y, env)) for y in node.parts[k + 1 :]):  # X^T 1 b
        return as_number(Array([[arrays.total(row)] for row in x.rows]))
    return None


def is_column_of_biases(evaluation, node):
    r"""Return True for the ``b^\top`` of ``Z = X W + \mathbf 1 b^\top``.

    There, samples are rows and the biases are a column, whatever the other vectors of a sample are.
    """
    if node.kind != "transpose" or not is_name(node.parts[0]) or evaluation.reading.vectors != "rows":
        return False
    place = evaluation.place(node.parts[0])
    return place.kind == "quantity" and place.role == "b"


def _is_outer(evaluation, ones, rest, x, is_last):
    """Return True for ``p 1^T`` and ``1 p^T`` with the probabilities of a sample, which are square matrices.

    Beside biases and batches, the number of ones is that of the samples.
    """
    model = evaluation.model
    if not model.has_softmax or model.samples > 1 or model.steps > 1 or evaluation.reading.vectors != "columns":
        return False
    names = [y for factor in rest for y in walk(factor) if y.kind == "name"]
    if any({"w", "b"} & set(evaluation.places.roles_of(y.data[0])) for y in names):
        return False
    if is_last:
        return ones.kind == "transpose" and x.shape[0] > 1 == x.shape[1]
    return ones.kind != "transpose" and x.shape[1] > 1 == x.shape[0]


def _between(evaluation, node, k, env):
    """Return ``a 1^T b`` as a times the sums of b, and ``a 1 b`` as the sums of a times b, or None."""
    sides = []
    for parts, signs in ((node.parts[:k], node.data[: k - 1]), (node.parts[k + 1 :], node.data[k + 1 :])):
        sides.append(evaluation.value(parts[0] if len(parts) == 1 else Node("prod", parts, signs, node.at), env))
    if not all(is_array(x) for x in sides):
        return None
    before, after = sides
    if node.parts[k].kind == "transpose":
        after = as_number(Array([[arrays.total(column) for column in zip(*after.rows, strict=True)]]))
    else:
        before = as_number(Array([[arrays.total(row)] for row in before.rows]))
    with contextlib.suppress(ShapeError):
        return arrays.matmul(before, after)
    return None


def as_number(x):
    """Return the entry of an array that has only one, or else the array."""
    return x.rows[0][0] if x.shape == (1, 1) else x


class Link(NamedTuple):
    """One derivative of a chain, with the quantities at both of its places, and a factor.

    Fields:
        of: the place of the differentiated quantity.
        by: the place of the variable.
        sources: the quantities at ``of``.
        ends: the quantities at ``by``.
        factor: the factor of the derivative.
        env: the numbers of the letters.
    """

    of: Place
    by: Place
    sources: list
    ends: list
    factor: Fraction
    env: dict


def chain(evaluation, node, env, in_any_layout=False):
    """Return a product of derivatives with respect to vectors or matrices by the chain rule, or None for others.

    In ``dL/da da/dz dz/dW``, the inner quantities cancel, from left to right or from right to left. In a recurrent
    network, a product over steps may represent the derivatives between them. If the chain has no parameter, the shapes
    of the factors decide, unless it is read ``in_any_layout``.
    """
    if not any(s in ("", ".", "*", "chain") for s in node.data):
        return None
    try:
        found = links_of(evaluation, node, env)
    except ReadingError:
        return None
    if found is None or len(found) < 2 or not any(evaluation.is_whole(x.by) for x in found):
        return None
    of_parameters = any(evaluation.is_whole(x.by) and x.by.role in ("w", "b") for x in found)
    if evaluation.model.steps == 1 and not of_parameters and not in_any_layout:
        return None
    for order in (found, found[::-1]):
        if order[0].of.role == "loss" and all(_meet(evaluation, a, b) for a, b in pairwise(order)):
            return contracted(evaluation, order)
    return None


def _meet(evaluation, link, other):
    """Return True if a link of a chain ends with the quantities of another one.

    The pre-activations and the outputs of a linear layer are the same.
    """
    ends, sources = (
        [evaluation.model.node_of.get(q, q) for q in quantities] for quantities in (link.ends, other.sources)
    )
    return len(ends) == len(sources) and all(
        a is b or (type(a) is type(b) and isinstance(a, Quantity) and a == b)
        for a, b in zip(ends, sources, strict=True)
    )


def _within(node):
    """Return a node without the brackets around it."""
    while node.kind == "group":
        node = node.parts[0]
    return node


def gap_of(evaluation, node, env):
    """Return two neighbouring derivatives of a chain between which a link is missing, or None."""
    parts = [_within(x) for x in node.parts]
    if not all(is_link(x) for x in parts):
        return None
    try:
        found = [link_of(evaluation, x, env) for x in parts]
    except ReadingError:
        return None
    if found[0].of.role != "loss":
        parts, found = parts[::-1], found[::-1]
    gaps = [k for k, (a, b) in enumerate(pairwise(found)) if not _meet(evaluation, a, b)]
    is_of_loss = found[0].of.role == "loss" and any(evaluation.is_whole(x.by) for x in found)
    return (parts[gaps[0]], parts[gaps[0] + 1]) if is_of_loss and len(gaps) == 1 else None


def with_chains_apart(node):
    """Return a product with a bracket around each run of adjacent derivatives, or None if this changes nothing."""
    parts: list = [[node.parts[0]]]
    signs: list = []
    for sign, x in zip(node.data, node.parts[1:], strict=True):
        if sign in ("", ".") and is_link(x) and is_link(parts[-1][-1]):
            parts[-1].append(x)
        else:
            parts.append([x])
            signs.append(sign)
    if len(parts) == 1 or len(parts) == len(node.parts):
        return None
    found = [
        x[0] if len(x) == 1 else Node("group", (Node("prod", x, ("",) * (len(x) - 1), x[0].at),), "(", x[0].at)
        for x in parts
    ]
    return Node("prod", found, tuple(signs), node.at)


def links_of(evaluation, node, env):
    """Return the derivatives of a product, with products over steps written out, or None for another product."""
    found: list = []
    for x in node.parts:
        while x.kind == "group":
            x = x.parts[0]
        if x.kind == "prod" and all(is_link(y) for y in x.parts):
            inner = [(y, env) for y in x.parts]
        elif is_link(x) or (x.kind == "name" and x is node.parts[0] and len(node.parts) > 1):
            inner = [(x, env)]
        elif x.kind == "sum" and x.data.is_product and is_link(x.parts[0]):
            inner = [(x.parts[0], e) for e in assignments(evaluation, x.data, env)]
        else:
            return None
        links = [link_of(evaluation, link, e) for link, e in inner]
        if None in links:
            return None
        if len(links) > 1 and links[0].ends != links[1].sources:
            links.reverse()
        if found and links and found[-1].ends != links[0].sources and found[-1].ends == links[-1].sources:
            links.reverse()
        found += links
    return found


def is_link(node):
    """Return True if a factor is the derivative of one quantity with respect to another.

    A quantity may have arguments, as in ``J(W, b)``.
    """
    if node.kind != "deriv" or node.parts[1].kind != "name":
        return False
    of = node.parts[0]
    return of.kind in ("name", "loss") or (of.kind == "call" and is_name(of.parts[0]) and not of.parts[0].data[1])


def link_of(evaluation, node, env):
    """Return a derivative as a link of a chain, or None for another name. A delta is a derivative of the loss."""
    if node.kind == "name":
        place = evaluation.place(node)
        if place.role != "delta":
            return None
        of, by, factor = (
            Place("quantity", "loss"),
            place._replace(role="s", own=False),
            evaluation.model.formulas.factor / (evaluation.model.scale if place.own else 1),
        )
    else:
        of = Place("quantity", "loss") if node.parts[0].kind == "loss" else evaluation.place(node.parts[0])
        by = evaluation.place(node.parts[1])
        factor = Fraction(1) / evaluation.model.scale if is_of_own_loss(evaluation, node, by) else Fraction(1)
    return Link(of, by, quantities_at(evaluation, of, env), quantities_at(evaluation, by, env), factor, env)


def quantities_at(evaluation, place, env):
    """Return all quantities at a place."""
    if not evaluation.is_whole(place):
        return [evaluation.quantity(place, env)]
    if place.stacked:
        samples, neurons = range(1, evaluation.model.samples + 1), range(1, evaluation.model.size(place.layer) + 1)
        return [evaluation.quantity(place, env, k)._replace(sample=n) for n in samples for k in neurons]
    if place.role == "w":
        n, m = evaluation.model.size(place.layer[0]), evaluation.model.size(place.layer[1])
        return [evaluation.quantity(place, env, (i, j)) for j in range(1, m + 1) for i in range(1, n + 1)]
    return [evaluation.quantity(place, env, k) for k in range(1, evaluation.model.size(place.layer) + 1)]


def contracted(evaluation, order):
    """Return the product of the derivatives of a chain, summed over the inner quantities."""
    row = [evaluation.at.one]
    for link in order:
        is_summed = is_summed_over(link.of.step)
        c = evaluation.at.number(link.factor)
        row = [
            arrays.total([r * c * linked(evaluation, s, e, is_summed) for r, s in zip(row, link.sources, strict=True)])
            for e in link.ends
        ]
    last = order[-1]
    if not evaluation.is_whole(last.by):
        return row[0]
    numbers = dict(zip(last.ends, row, strict=True))

    def number(k, n):
        q = evaluation.quantity(last.by, last.env, k)
        return numbers[q if n is None else q._replace(sample=n)]

    x = evaluation.whole(last.by, last.env, number)
    return arrays.transpose(x) if evaluation.reading.gradient_row and last.by.role not in ("w", "b") else x


def linked(evaluation, of, by, is_summed):
    """Return the derivative of one quantity with respect to another. It is 0 for a state after the last step."""
    for q in (of, by):
        if q.role not in ("loss", "parameter") and not evaluation.model.exists(q) and not (q.step == 0 and q is of):
            evaluation.check_missing(q)
            return evaluation.at.zero
    return ratio(evaluation, of, by, is_summed)


def is_alternating(signs):
    """Return True if a matrix product stands between elementwise products, as in a o B c o d."""
    circles = [k for k, sign in enumerate(signs) if sign == "had"]
    return bool(circles) and any(sign in ("", ".") for sign in signs[circles[0] : circles[-1]])


def is_ones(node):
    """Return True if a node is a vector of ones."""
    while node.kind in ("transpose", "group"):
        node = node.parts[0]
    return node.kind == "name" and node.data[0] == "ones"

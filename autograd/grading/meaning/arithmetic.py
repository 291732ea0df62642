"""The values of names, numbers, sums, powers, matrices and their entries."""

from fractions import Fraction

from autograd.engine import primitives
from autograd.formulas.expressions import Letter
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import Array, ShapeError, is_array, shape
from autograd.grading.meaning.letters import head
from autograd.grading.meaning.place import Item, OutOfRange, Place
from autograd.grading.meaning.quantities import Quantity
from autograd.grading.reading.lexing import LARGEST_EXPONENT
from autograd.grading.reading.nodes import Node, kinds_in, walk
from autograd.grading.reading.trees import ReadingError


def of_number(evaluation, node, env):
    """Return the value of a number."""
    return evaluation.at.number(node.data)


def of_name(evaluation, node, env):
    """Return the value of a name: a quantity, or the vector or matrix of a layer."""
    if node in evaluation.definitions:
        return evaluation.value(evaluation.definitions[node], env)
    place = evaluation.place(node)
    if place.kind == "rate":
        return evaluation.at.rate
    if place.kind == "count":
        return evaluation.at.number(Fraction(place.index))
    if place.kind == "index":
        return evaluation.at.number(Fraction(place.index.at(env)))
    if place.kind == "kronecker":
        first, second = (item.at(env) for item in place.index)
        return evaluation.at.one if first == second else evaluation.at.zero
    if place.kind == "ones":
        return evaluation.at.one
    x = evaluation.named(place, env)
    if place.power is not None:
        return arrays.mapped(lambda y: y**place.power, x)
    return x


def of_group(evaluation, node, env):
    """Return the value of the contents of a bracket."""
    return evaluation.value(node.parts[0], env)


def of_negative(evaluation, node, env):
    """Return the negative of the value of the operand."""
    return arrays.negative(evaluation.value(node.parts[0], env))


def of_sum_of_terms(evaluation, node, env):
    """Return the sum of the values of the terms."""
    identities = [x for x in node.parts if "identity" in kinds_in(x)]
    others = [x for x in node.parts if not any(x is y for y in identities)] if identities else node.parts
    if identities and others:
        return with_identities(evaluation, node, identities, others, env)
    total = evaluation.value(node.parts[0], env)
    plain = is_literal(node.parts[0])
    for x in node.parts[1:]:
        literal = is_literal(x)
        total = evaluation.placed(arrays.add, node, total, evaluation.value(x, env), plain or literal)
        plain = plain and literal
    return total


def with_identities(evaluation, node, identities, others, env):
    """Return a sum in which some terms are multiples of the identity matrix, whose size is that of the other terms."""
    total = evaluation.value(others[0] if len(others) == 1 else node.with_parts(others), env)
    factor = arrays.total([evaluation.value(x, env) for x in identities])
    if not is_array(total):
        return total + factor
    if total.shape[0] != total.shape[1]:
        raise ShapeError(shape(total), "the identity matrix", "plus", node.at)
    ones = Array([[factor]] * total.shape[0])
    return arrays.add(total, arrays.diagonal(ones))


def of_identity(evaluation, node, env):
    """Return 1, which is the identity matrix for numbers. A sum gives it the size of its other terms."""
    return evaluation.at.one


def of_quotient(evaluation, node, env):
    """Return the quotient of two values."""
    below = evaluation.value(node.parts[1], env)
    return evaluation.placed(arrays.divide, node, evaluation.value(node.parts[0], env), below)


def of_power(evaluation, node, env):
    """Return a power. The exponent is a literal number up to a limit, or base and exponent are numbers, not arrays."""
    base, exponent = node.parts
    if exponent.kind in ("num", "neg", "add", "div", "group") and is_literal(exponent):
        q = fraction_of(exponent)
        if q is None:
            raise ReadingError("this exponent cannot be read.", exponent.at)
        if abs(q) > LARGEST_EXPONENT:
            raise ReadingError(f"an exponent is at most {LARGEST_EXPONENT}.", exponent.at)
        if base.kind == "norm":
            x = evaluation.value(base.parts[0], env)
            if q != 2:
                raise ReadingError("a norm can only be read in a square, such as \\|x\\|^2.", node.at)
            return arrays.total([y * y for y in arrays.entries(x)])
        power = int(q) if q.denominator == 1 else evaluation.at.number(q)
        x = evaluation.value(base, env)
        if isinstance(power, int) and power < 0:
            return arrays.mapped(lambda y: evaluation.at.one / y**-power, x)
        return arrays.mapped(lambda y: primitives.pow_(y, power) if not isinstance(power, int) else y**power, x)
    x, y = evaluation.value(base, env), evaluation.value(exponent, env)
    if is_array(x) or is_array(y):
        raise ReadingError("a power of an array by an array cannot be read.", node.at)
    evaluation.guard([x, y])
    return primitives.pow_(x, y)


def of_norm(evaluation, node, env):
    """Return the absolute value of a number. The norm of a vector is only accepted if it is squared."""
    x = evaluation.value(node.parts[0], env)
    if is_array(x):
        raise ReadingError("a norm can only be read in a square, such as \\|x\\|^2.", node.at)
    return primitives.abs_(x)


def of_transpose(evaluation, node, env):
    """Return the transposed value."""
    return arrays.transpose(evaluation.value(node.parts[0], env))


def of_diagonal(evaluation, node, env):
    """Return the diagonal matrix of a vector."""
    return evaluation.placed(arrays.diagonal, node, evaluation.value(node.parts[0], env))


def of_entry(evaluation, node, env):
    """Return an entry of a vector or matrix."""
    x = evaluation.value(node.parts[0], env)
    indices = [evaluation.index(part, env) for part in node.parts[1:]]
    if not is_array(x):
        raise ShapeError("a number", "index", "has no")
    flat = arrays.entries(x)
    if len(indices) == 1 and 1 in x.shape:
        if not 1 <= indices[0] <= len(flat):
            raise OutOfRange("there is no such entry.", node.at)
        return flat[indices[0] - 1]
    if len(indices) == 2:
        i, j = indices
        if not (1 <= i <= x.shape[0] and 1 <= j <= x.shape[1]):
            raise OutOfRange("there is no such entry.", node.at)
        return x.rows[i - 1][j - 1]
    if len(indices) == 1 and evaluation.reading.axes.get(head(node.parts[1])) == "sample":  # one sample of a batch
        is_rows = evaluation.reading.vectors == "rows"
        if not 1 <= indices[0] <= x.shape[0 if is_rows else 1]:
            raise OutOfRange("there is no such entry.", node.at)
        return Array([x.rows[indices[0] - 1]]) if is_rows else Array([[row[indices[0] - 1]] for row in x.rows])
    raise ShapeError(shape(x), f"{len(indices)} indices", "cannot have")


def of_point(evaluation, node, env):
    """Return the value of an expression at a point, as in ``d sigma / d z | z_1``."""
    inner, point = node.parts
    if inner.kind == "deriv" and inner.parts[0].kind == "name" and evaluation.is_function(inner.parts[0]):
        name = inner.parts[0]
        call = Node("call", (Node("name", name.parts, (name.data[0], 1), name.at), point), None, node.at)
        return evaluation.value(call, env)
    return evaluation.value(inner, env)


def of_matrix(evaluation, node, env):
    """Return the value of a matrix that is written out."""
    if any(x.kind in ("dots", "none") for row in node.parts for x in row.parts):
        raise ReadingError("a matrix with dots cannot be graded.", node.at)
    rows = [[evaluation.value(x, env) for x in row.parts] for row in node.parts]
    if any(is_array(x) for row in rows for x in row):
        raise ReadingError("a matrix of matrices cannot be graded.", node.at)
    if len({len(row) for row in rows}) != 1:
        raise ShapeError("a matrix", "rows of one length", "needs")
    if len(rows) == len(rows[0]) == 1:
        return rows[0][0]
    is_row = node.data == "tuple" and evaluation.reading.vectors == "rows"
    return arrays.transpose(Array(rows)) if is_row else Array(rows)


def of_target(evaluation, node, env):
    """Return the value of the graded quantity if it was not written on the left side."""
    place = given_place(node.data)
    if evaluation.reading.whole_target:
        return whole_target(evaluation, place._replace(index=None), env)
    q = evaluation.quantity(place, env)
    if not evaluation.model.exists(q):
        raise OutOfRange("there is no such quantity in this network.")
    return evaluation.at.value(q) if place.role == "delta" else evaluation.at.ratio(Quantity("loss"), q)


def whole_target(evaluation, place, env):
    """Return the value of a target with letters as a vector or matrix."""
    if place.role == "delta":
        return evaluation.whole(place, env, lambda k, n: evaluation.number_of(place, env, k, n))
    return evaluation.whole(
        place, env, lambda k, n: evaluation.at.ratio(Quantity("loss"), evaluation.quantity(place, env, k))
    )


def of_factor(evaluation, node, env):
    """Return the value of a factor that was not written: a quantity, 1 minus it, both multiplied, or its derivative."""
    place, kind = node.data
    if kind == "value":
        return evaluation.named(place, env)
    x = evaluation.named(place, env)
    if kind == "slope":
        return arrays.mapped(lambda y: evaluation.at.activation(place.layer, y, 1), x)
    rest = arrays.add(evaluation.at.one, arrays.negative(x), True)
    return rest if kind == "one minus" else arrays.elementwise(x, rest)


def of_count(evaluation, node, env):
    """Return the number of samples."""
    return evaluation.at.number(Fraction(evaluation.model.samples))


def of_dots(evaluation, node, env):
    """Raise ReadingError for three dots."""
    raise ReadingError("three dots leave open what stands there: write a sum.", node.at)


def of_nothing(evaluation, node, env):
    """Raise ReadingError for an empty place."""
    raise ReadingError("something is missing here.", node.at)


def of_step(evaluation, node, env):
    """Raise ReadingError for a step within a formula."""
    raise ReadingError("a step such as \\Delta w belongs on the left side.", node.at)


def of_loss(evaluation, node, env):
    """Return the loss."""
    return evaluation.at.value(Quantity("loss"))


def given_place(symbol):
    """Return the place of a target: a delta, a weight or a bias, with letters."""

    def item(x):
        return None if x is None else Item(x.name, x.offset) if isinstance(x, Letter) else Item(None, x)

    items = tuple([item(x) for x in symbol.indices])
    if symbol.role == "free":
        return Place("quantity", "other", None, symbol.name)
    weight = symbol.role == "w"
    role = "a" if symbol.role == "x" else symbol.role
    layer, index = (symbol.layers, items) if weight else (symbol.layers[0], items[0])
    return Place("quantity", role, layer, index, item(symbol.sample), item(symbol.step))


def given_letters(symbol):
    """Return a dict from each letter of a target to what it counts."""
    found = {x.name: k for x, k in zip(symbol.indices, symbol.layers, strict=True) if isinstance(x, Letter)}
    if isinstance(symbol.sample, Letter):
        found[symbol.sample.name] = "sample"
    if isinstance(symbol.step, Letter):
        found[symbol.step.name] = "step"
    return found


def is_literal(node):
    """Return True if a tree consists of numbers, or of a 1 that stands for each entry of an array."""
    kinds = kinds_in(node)
    if "deriv" in kinds or "loss" in kinds:
        return False
    return "name" not in kinds or all(x.kind != "name" or x.data[0] == "ones" for x in walk(node))


def fraction_of(node):
    """Return the value of a tree of numbers as a fraction, or None if it has other parts."""
    kind, parts = node.kind, node.parts
    if kind == "num":
        return node.data
    if kind in ("neg", "group"):
        q = fraction_of(parts[0])
        return None if q is None else (-q if kind == "neg" else q)
    if kind in ("add", "prod", "div"):
        found = [fraction_of(x) for x in parts]
        if None in found:
            return None
        if kind == "add":
            return sum(found)
        if kind == "div":
            return None if found[1] == 0 else found[0] / found[1]
        product = Fraction(1)
        for q in found:
            product *= q
        return product
    return None

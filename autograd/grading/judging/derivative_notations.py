r"""Rare notations of derivatives in a claim, written as usual: ``(\sigma(z))'``, ``\sigma^{(1)}(z)``, ``D_w L``.

A matrix may also be written by its entries, as in ``[\partial L/\partial w_{jk}]_{jk}``.
"""

from fractions import Fraction

from autograd.grading.reading.nodes import Node, is_name, rewrite, walk, with_joined_factors
from autograd.grading.reading.trees import ReadingError

__all__ = [
    "OPEN_ORDER",
    "with_operators_in_letters",
    "with_orders_of_derivatives",
    "with_slopes_of_brackets",
    "with_spelled_variables",
]

OPEN_ORDER = (
    "it is right if {0} is a first derivative, and wrong if the number is a layer: write the derivative with a prime"
)


def with_slopes_of_brackets(claim, places):
    r"""Return a claim with the derivative of a bracket for a prime behind it, and True if it is no transpose.

    ``(\sigma(z))'`` is ``\sigma'(z)``. Another bracket is differentiated with respect to its only pre-activation, or to
    the variable of the left side. A prime behind a bracket of vectors is more likely a transpose.

    Raises:
        ReadingError: it is not clear what a prime is the derivative with respect to.
    """
    found: list = []
    left = claim.sides[0]
    by_left = left.parts[1] if left is not None and left.kind == "deriv" and is_name(left.parts[1]) else None
    if by_left is not None and not {"s", "a", "y", "p"} & set(places.roles_of(by_left.data[0])):
        by_left = None

    def slope(inner):
        names = [x for x in walk(inner) if x.kind == "name"]
        is_number = any(x.kind in ("call", "pow") for x in walk(inner))
        is_number = is_number or any(script.kind == "sub" for x in names for script in x.parts)
        is_call = inner.kind == "call" and len(inner.parts) == 2 and all(is_name(x) for x in inner.parts)
        if is_call and not places.roles_of(inner.parts[0].data[0]) and not places.is_loss(inner.parts[0]):
            name = inner.parts[0]
            found.append(is_number)
            return inner.with_parts(
                [Node("name", name.parts, (name.data[0], name.data[1] + 1), name.at), inner.parts[1]]
            )
        sums = {x for x in names if "s" in places.roles_of(x.data[0]) and not places.is_loss(x)}
        by = sums.pop() if len(sums) == 1 else by_left if not sums or by_left in sums else None
        if by is None:
            if is_number:
                words = "a prime behind a bracket does not say what the derivative is with respect to: write d/dz"
                raise ReadingError(f"{words}.", inner.at)
            return None
        found.append(is_number)
        return Node("deriv", (Node("group", (inner,), "(", inner.at), by), "slopes", inner.at)

    def replace(node):
        if node.kind != "transpose" or node.data != "prime":
            return None
        return slope(node.parts[0])

    other = claim._replace(sides=(left, *[None if x is None else rewrite(x, replace) for x in claim.sides[1:]]))
    return (other if found else None), any(found)


def with_orders_of_derivatives(claim, places):
    r"""Return a claim with ``\sigma'(z)`` for ``\sigma^{(1)}(z)``, and what is open about it, or None and "".

    It is open if another name has a mark above it, which may be a layer.
    """
    found: list = []

    def replace(node):
        if node.kind != "call" or not is_name(node.parts[0]) or node.parts[0].data[1]:
            return None
        name = node.parts[0]
        above = [script for script in name.parts if script.kind == "sup" and script.data == "("]
        if len(above) != 1 or [p.data for p in above[0].parts] != [Fraction(1)] or places.roles.get(name.data[0]):
            return None
        found.append(name)
        bare = Node("name", [script for script in name.parts if script is not above[0]], (name.data[0], 1), name.at)
        return node.with_parts([bare, *[rewrite(x, replace) for x in node.parts[1:]]])

    other = claim.rewritten(replace)
    if not found:
        return None, ""
    functions = {id(x) for x in found}
    names = [x for side in claim.sides if side is not None for x in walk(side) if x.kind == "name"]
    is_open = any(script.kind == "sup" for x in names if id(x) not in functions for script in x.parts)
    return other, f"{found[0].data[0]}^(1)" if is_open else ""


def with_operators_in_letters(claim, places):
    r"""Return a claim with ``\partial L/\partial w`` for ``D_w L`` and for ``[\partial L/\partial w_{jk}]_{jk}``.

    With ``kj`` in place of ``jk`` behind the bracket, the matrix is transposed.
    """

    def is_operator(x):
        if not is_name(x, "D") or x.data[1] or [(s.kind, len(s.parts)) for s in x.parts] != [("sub", 1)]:
            return False
        (by,) = x.parts[0].parts
        return is_name(by) and bool({"w", "b", "s", "a"} & set(places.roles_of(by.data[0])))

    def replace(node):
        if node.kind == "prod" and not {"d", "D"} & set(places.roles):
            pairs = list(zip(node.parts, node.data, node.parts[1:], strict=False))
            joined = {
                k: Node("deriv", (y, x.parts[0].parts[0]), None, x.at)
                for k, (x, sign, y) in enumerate(pairs)
                if not sign and is_operator(x) and places.is_loss(y)
            }
            return with_joined_factors(node, joined, replace) if joined else None
        return _of_entries(node) if node.kind == "entry" else None

    return claim.rewritten(replace)


def _of_entries(node):
    """Return the matrix of an entry in brackets with the same indices behind them, or None for another node."""
    inner, *indices = node.parts
    letters = [x.data[0] for x in indices if is_name(x) and not x.parts]
    while inner.kind in ("group", "bracket") and len(inner.parts) == 1:
        inner = inner.parts[0]
    name = inner.parts[1] if inner.kind == "deriv" else inner
    if not is_name(name) or len(letters) != len(indices) or len(set(letters)) != len(letters):
        return None
    below = [script for script in name.parts if script.kind == "sub"]
    own = [p.data[0] for script in below for p in script.parts if is_name(p) and not p.parts]
    if len(below) != 1 or len(own) != len(below[0].parts) or sorted(own) != sorted(letters):
        return None
    bare = name.with_parts([script for script in name.parts if script is not below[0]])
    found = inner.with_parts([inner.parts[0], bare]) if inner.kind == "deriv" else bare
    return found if own == letters else Node("transpose", (found,), None, node.at)


def with_spelled_variables(claim, places):
    r"""Return a claim with ``\partial L/\partial z`` for ``\partial L/\partial (w^T x)``, in a network of one neuron.

    ``\sigma(w^T x)`` is the output then. Both keep the marks of x. They must be the whole part of a derivative.
    """
    if places.model.depth != 1 or places.model.size(1) != 1:
        return claim

    def marks_of_sum(node):
        """Return the marks of x if a node is the sum of the neuron, or None for another node."""
        while node.kind == "group":
            node = node.parts[0]
        terms = node.parts if node.kind == "add" else (node,)
        biases = [x for x in terms if is_name(x) and "b" in places.roles_of(x.data[0])]
        products = [x for x in terms if x not in biases]
        if (
            len(biases) != places.model.has_biases
            or len(products) != 1
            or products[0].kind != "prod"
            or len(products[0].parts) != 2
        ):
            return None
        factors = [x.parts[0] if x.kind == "transpose" else x for x in products[0].parts]
        names = {role: x for x in factors if is_name(x) for role in ("w", "x") if role in places.roles_of(x.data[0])}
        return names["x"].parts if len(names) == 2 and not names["w"].parts else None

    def spelled(part):
        node = part
        while node.kind == "group":
            node = node.parts[0]
        marks = marks_of_sum(node)
        if marks is not None:
            return Node("name", marks, (places.pre_activation, 0), node.at)
        is_call = node.kind == "call" and len(node.parts) == 2 and is_name(node.parts[0]) and not node.parts[0].data[1]
        is_call |= node.kind == "prod" and node.data == ("",) and is_name(node.parts[0], places.output_letter)
        marks = marks_of_sum(node.parts[1]) if is_call and not places.is_loss(node.parts[0]) else None
        return part if marks is None else Node("name", marks, (places.output_letter, 0), node.at)

    def replace(node):
        return node.with_parts([spelled(x) for x in node.parts]) if node.kind == "deriv" else None

    return claim.rewritten(replace)

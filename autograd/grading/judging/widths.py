"""Readings for the extent of a sign: operators, sums and products may apply to more than one term or factor."""

from fractions import Fraction

from autograd.grading.meaning.letters import variables
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk

_LOGARITHMS = ("log", "ln")  # the sum of a cross-entropy applies to all of its terms
EXTENT_OF_SUM = (
    "it is right if a sum applies to the terms after its first one, and has an index that is not bound if it does not: "
    "set brackets, or write the sum before each term"
)

IF_WIDE = "if a sum applies to all terms with its index"

__all__ = ["EXTENT_OF_SUM", "IF_WIDE", "has_wide_sums", "takes_products_into_sums", "widths", "with_letters_of_sums"]


def widths(sides):
    """Yield the sides, and variants in which an operator d/dx, a sum or a product applies to more on its right."""
    yield sides
    left = set(variables(sides[0]))
    for wide in (
        tuple([_widened(x) for x in sides]),
        tuple([_with_wide_sums(x, left) for x in sides]),
        tuple([rewrite(x, _with_wide_product) for x in sides]),
    ):
        if wide != sides:
            yield wide


def _widened(side):
    """Return a side in which the operator d/dx applies to all terms after it."""
    if side.kind == "add":
        first = side.parts[0]
        if first.kind == "deriv" and first.data == "applied":
            inner = Node("add", (first.parts[0], *side.parts[1:]), None, side.at)
            return Node("deriv", (inner, first.parts[1]), "applied", side.at)
    return side


def _with_wide_sums(side, left):
    """Return a side in which a sum over i includes later terms with an i, as in ``\\sum_i y_i - t_i``."""
    if side.kind != "add":
        return side
    terms = list(side.parts)
    for k, x in enumerate(terms[:-1]):
        factors = list(x.parts) if x.kind == "prod" else [x]
        if factors[-1].kind != "sum":
            continue
        letters = {y for y in factors[-1].data.letters if y not in left}
        taken = 0
        while k + 1 + taken < len(terms) and letters & set(variables(terms[k + 1 + taken])):
            taken += 1
        if not taken:
            continue
        body = Node("add", (*factors[-1].parts, *terms[k + 1 : k + 1 + taken]), None, x.at)
        whole = factors[-1].with_parts([body])
        whole = x.with_parts([*factors[:-1], whole]) if x.kind == "prod" else whole
        rest = [*terms[:k], whole, *terms[k + 1 + taken :]]
        return side.with_parts(rest) if len(rest) > 1 else whole
    return side


def has_wide_sums(sides, wide):
    """Return True if ``wide`` is the variant of the sides in which sums apply to later terms with their index."""
    return wide != sides and wide == tuple([_with_wide_sums(x, set(variables(sides[0]))) for x in sides])


def takes_products_into_sums(sides, wide):
    """Return True if ``wide`` has a sum that applies to more terms than in ``sides``, and these are products.

    In ``\\sum_i y_i - t_i``, everybody means the sum of the difference. In ``\\sum_j a_j d_{ij} - a_j b_i``, the second
    sum may have been forgotten.
    """
    changed = [x for x, y in zip(sides, wide, strict=True) if x != y]
    return any(_is_product(term) for side in changed for term in side.parts[1:])


def _is_product(term):
    while term.kind in ("neg", "group"):
        term = term.parts[0]
    if term.kind == "add":
        return any(_is_product(x) for x in term.parts)
    return term.kind == "prod" and not any(x.kind == "call" and x.parts[0].data[0] in _LOGARITHMS for x in walk(term))


def _with_wide_product(node):
    """Return a product over an index that includes the weights after it, as in ``\\prod_t D_t W``, or None."""
    if node.kind != "prod":
        return None
    for k, x in enumerate(node.parts[:-1]):
        if x.kind == "sum" and x.data.is_product and node.parts[k + 1].kind in ("name", "transpose"):
            body = x.parts[0]
            factors, signs = (body.parts, body.data) if body.kind == "prod" else ((body,), ())
            inner = Node("prod", (*factors, node.parts[k + 1]), (*signs, node.data[k]), x.at)
            parts = [*node.parts[:k], x.with_parts([inner]), *node.parts[k + 2 :]]
            whole = Node("prod", parts, (*node.data[:k], *node.data[k + 1 :]), node.at)
            return parts[0] if len(parts) == 1 else whole
    return None


def with_letters_of_sums(sides):
    """Return the sides in which sums without a letter get one: a letter of their body that nothing else binds."""
    left = set(variables(rewrite(sides[0], _without_silent_sum)))

    def replace(node):
        if node.kind == "deriv":  # in d/dp_j sum (t_j - p_j)^2, the sum counts j, and p_j is the variable
            inner = rewrite(node.parts[0], counted_by_itself)
            return Node("deriv", (rewrite(inner, replace), node.parts[1]), node.data, node.at)
        if node.kind == "sum" and _counts_silently(node):
            return Node("sum", [rewrite(x, replace) for x in node.parts], Limits(("@n",)), node.at)
        if node.kind == "sum" and not node.data.letters:
            mine = [x for x in variables(node.parts[0]) if x not in left and len(x) == 1]
            return Node(
                "sum",
                [rewrite(x, replace) for x in node.parts],
                node.data._replace(letters=tuple(mine[:1] or ["@n"])),
                node.at,
            )
        return None

    def counted_by_itself(node):
        if node.kind != "sum" or node.data.letters or node.data.is_product or _counts_silently(node):
            return None
        mine = [x for x in variables(node.parts[0]) if len(x) == 1]
        if len(mine) != 1 or mine[0] not in left:
            return None
        return Node("sum", node.parts, node.data._replace(letters=tuple(mine)), node.at)

    return tuple([rewrite(x, replace) for x in sides])


def _without_silent_sum(node):
    """Return 1 in place of a sum without a letter, because such a sum has its own letters, or else None."""
    is_silent = node.kind == "sum" and not node.data.letters and not node.data.is_product
    return Node("num", (), Fraction(1), node.at) if is_silent else None


def _counts_silently(node):
    """Return True if a sum over samples has a letter that its body lacks: db = 1/m sum_{i=1}^m dZ."""
    upper = node.data.upper
    is_count = upper is not None and is_name(upper, "m", "N", "n") and not upper.parts
    return is_count and len(node.data.letters) == 1 and node.data.letters[0] not in variables(node.parts[0])

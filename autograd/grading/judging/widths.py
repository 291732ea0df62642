"""Readings of how far a sign reaches: operators, sums and products that take more than one term or factor."""

from fractions import Fraction

from autograd.grading.meaning.letters import variables
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite

__all__ = ["widths", "with_letters_of_sums"]


def widths(sides):
    """Yield the sides, and those where an operator d/dx, a sum over i or a product takes what stands to its right."""
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
    """Return a side whose operator d/dx takes every term behind it."""
    if side.kind == "add":
        first = side.parts[0]
        if first.kind == "deriv" and first.data == "applied":
            inner = Node("add", (first.parts[0], *side.parts[1:]), None, side.at)
            return Node("deriv", (inner, first.parts[1]), "applied", side.at)
    return side


def _with_wide_sums(side, left):
    """Return a side whose sum over i takes the terms behind it that have an i: ``\\sum_i y_i - t_i``."""
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


def _with_wide_product(node):
    """Return a product over an index that takes the weights behind it, too: ``\\prod_t D_t W``; None for others."""
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
    """Return the sides with the letters of sums that name none: those in the body that nothing else binds."""
    left = set(variables(rewrite(sides[0], _without_silent_sum)))

    def replace(node):
        if node.kind == "deriv":  # in d/dp_j sum (t_j - p_j)^2 the sum counts j, and p_j is the one that is meant
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
    """Return nothing in place of a sum that names no letter, whose letters are its own."""
    is_silent = node.kind == "sum" and not node.data.letters and not node.data.is_product
    return Node("num", (), Fraction(1), node.at) if is_silent else None


def _counts_silently(node):
    """Return whether a sum over samples names a letter that its body leaves out: db = 1/m sum_{i=1}^m dZ."""
    upper = node.data.upper
    is_count = upper is not None and is_name(upper, "m", "N", "n") and not upper.parts
    return is_count and len(node.data.letters) == 1 and node.data.letters[0] not in variables(node.parts[0])

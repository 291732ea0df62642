r"""Products over layers in a claim, written out: ``\prod_{l=2}^{3} w^{(l)}`` is ``w^{(2)} w^{(3)}``."""

from fractions import Fraction
from typing import NamedTuple

from autograd.grading.meaning.letters import head
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk

__all__ = ["without_products_of_layers"]

_LAST = ("L", "D", "N", "H")
_OF_LAYERS = frozenset({"w", "b", "s", "a", "x", "delta"})


class _Range(NamedTuple):
    """The first and the last layer of a product."""

    low: int
    high: int


def without_products_of_layers(claim, places, is_descending=False):
    """Return the claims for which a claim with a product over layers stands, one for each value of its free letter.

    Return an empty list for another claim. A letter such as L above the sign is the last layer.

    Args:
        claim: the claim.
        places: the meanings of letters.
        is_descending: True if the factors of the last layer come first, as those of Jacobians do.
    """
    nodes = [x for side in claim.sides if side is not None for x in walk(side)]
    products = [x for x in nodes if _is_of_layers(x, places)]
    if not products or places.model.steps > 1:
        return []
    free = {head(y) for x in products for y in (x.data.lower, x.data.upper)} - {None}
    free = {x for x in free if not _is_last(x, places)}
    if len(free) > 1:
        return []
    found = []
    for value in range(places.model.depth + 1) if free else (None,):
        numbers = {} if value is None else dict.fromkeys(free, value)
        ranges = {id(x): _range_of(x.data, numbers, places) for x in products}
        if all(r is not None and r.low <= r.high for r in ranges.values()):
            sides = [None if x is None else _expanded(x, ranges, is_descending) for x in claim.sides]
            sides = [None if x is None else _numbered(x, numbers) for x in sides]
            found.append(claim._replace(sides=tuple(sides)))
    return found


def _is_of_layers(node, places):
    """Return True for a product whose letter marks the layers of quantities in it."""
    limits = node.data
    if not isinstance(limits, Limits) or not limits.is_product or len(limits.letters) != 1 or limits.lower is None:
        return False
    if limits.upper is None or limits.domain is not None or limits.conditions:
        return False
    (letter,) = limits.letters
    nodes = list(walk(node.parts[0]))
    names = [x for x in nodes if x.kind == "name" and _OF_LAYERS & set(places.roles_of(x.data[0]))]
    marks = [(x, s) for x in names for s in x.parts if any(head(p) == letter for p in s.parts)]
    if any(len(s.parts) != 1 for _, s in marks):
        return False
    # Below activations alone, as in the likelihood prod_k a_k^{t_k}, the letter counts neurons.
    weights = [x for x, s in marks if s.kind == "sup" or {"w", "b"} & set(places.roles_of(x.data[0]))]
    return bool(weights) or (bool(marks) and any(x.kind == "deriv" for x in nodes))


def _is_last(letter, places):
    return letter in _LAST and not places.roles_of(letter)


def _range_of(limits, numbers, places):
    """Return the range of a product, or None if it leads out of the network."""
    last = {x: places.model.depth for x in _LAST if x not in numbers and _is_last(x, places)}
    low, high = (_number(x, {**last, **numbers}) for x in (limits.lower, limits.upper))
    return None if low is None or high is None or low < 0 or high > places.model.depth + 1 else _Range(low, high)


def _number(node, numbers):
    """Return the number of a layer such as l + 1, or None."""
    if node.kind == "num" and node.data.denominator == 1:
        return int(node.data)
    letter = head(node)
    if letter not in numbers:
        return None
    total = numbers[letter]
    for x in node.parts[1:] if node.kind == "add" else ():
        inner, sign = (x.parts[0], -1) if x.kind == "neg" else (x, 1)
        if inner.kind != "num" or inner.data.denominator != 1:
            return None
        total += sign * int(inner.data)
    return total


def _numbered(tree, numbers):
    """Return a tree with numbers for letters in the marks of its names."""

    def replace(node):
        if node.kind not in ("sub", "sup") or not any(head(p) in numbers for p in node.parts):
            return None
        values = [_number(p, numbers) if head(p) in numbers else None for p in node.parts]
        if any(x is not None and x < 0 for x in values):
            return None
        parts = [
            p if x is None else Node("num", (), Fraction(x), p.at) for p, x in zip(node.parts, values, strict=True)
        ]
        return node.with_parts(parts)

    return rewrite(tree, replace) if numbers else tree


def _expanded(tree, ranges, is_descending):
    """Return a tree with the factors of its products over layers. Factors behind them without the letter stay once."""

    def replace(node):
        if id(node) not in ranges:
            return None
        (letter,), (body,) = node.data.letters, node.parts
        factors, signs = (body.parts, body.data) if body.kind == "prod" else ((body,), ())
        end = max([k for k, x in enumerate(factors) if _has(x, letter)], default=0) + 1
        inner = factors[0] if end == 1 else Node("prod", factors[:end], signs[: end - 1], body.at)
        values = range(ranges[id(node)].low, ranges[id(node)].high + 1)
        found = [Node("group", (_numbered(inner, {letter: n}),), "(", node.at) for n in values]
        found = found[::-1] if is_descending else found
        parts, between = (*found, *factors[end:]), ("",) * (len(found) - 1) + tuple(signs[end - 1 :])
        return parts[0] if len(parts) == 1 else Node("prod", parts, between, node.at)

    def flat(node):
        """Return a product in which a product as a factor is written in the same line."""
        if node.kind != "prod" or not any(id(x) in ranges for x in node.parts):
            return replace(node)
        parts, signs = [], []
        for k, x in enumerate(node.parts):
            x = rewrite(x, flat)
            inner, between = (x.parts, x.data) if id(node.parts[k]) in ranges and x.kind == "prod" else ((x,), ())
            signs += ([node.data[k - 1]] if k else []) + list(between)
            parts += inner
        return Node("prod", parts, tuple(signs), node.at)

    return rewrite(tree, flat)


def _has(tree, letter):
    return any(is_name(x, letter) or head(x) == letter for x in walk(tree))

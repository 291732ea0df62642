"""The letter d, which some books use for targets and others for deltas."""

from autograd.grading.reading.nodes import Node, is_name, rewrite, walk

__all__ = ["has_open_d", "is_claimed_d", "with_deltas"]


def is_claimed_d(left):
    """Return True if a claim is about a ``d_k``. It is a delta, because nobody derives a target."""
    while left is not None and left.kind == "group":
        left = left.parts[0]
    return left is not None and is_name(left, "d") and bool(left.parts)


def has_open_d(claim, places):
    """Return True if a claim has a ``d_k`` that is not declared. Some books use it for targets, others for deltas."""
    nodes = [x for side in claim.sides if side is not None for x in walk(side)]
    return "d" not in places.roles and any(is_name(x, "d") and x.parts for x in nodes)


def with_deltas(claim):
    """Return the claim with d replaced by delta."""
    return claim._replace(sides=tuple([None if x is None else rewrite(x, _d_as_delta) for x in claim.sides]))


def _d_as_delta(node):
    """Return a name with d replaced by delta, or None for other nodes."""
    return Node("name", node.parts, ("delta", node.data[1]), node.at) if is_name(node, "d") else None

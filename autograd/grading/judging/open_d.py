"""The letter d. Some books use it for targets, some for deltas, and some write ``d_y`` for the derivative dL/dy."""

from autograd.grading.reading.nodes import Node, is_name, walk

__all__ = ["has_open_d", "is_claimed_d", "with_deltas", "with_derivatives"]


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
    return claim.rewritten(_d_as_delta)


def with_derivatives(claim, places):
    """Return the claim with ``d_y`` as the derivative of the loss with respect to y, a quantity that is no index."""
    names = [x for side in claim.sides if side is not None for x in walk(side) if is_name(x)]
    indices = {p.data[0] for x in names if x.data[0] != "d" for s in x.parts for p in s.parts if is_name(p)}

    def replace(node):
        marks = [(s.kind, p) for s in node.parts for p in s.parts] if is_name(node, "d") else []
        if len(marks) != 1 or marks[0][0] != "sub" or not is_name(marks[0][1]) or marks[0][1].parts:
            return None
        letter = marks[0][1].data[0]
        if letter in indices or not {"x", "a", "s", "y", "p"} & set(places.roles.get(letter, ())):
            return None
        return Node("deriv", (Node("loss", (), None, node.at), marks[0][1]), "name", node.at)

    return claim.rewritten(replace)


def _d_as_delta(node):
    """Return a name with d replaced by delta, or None for other nodes."""
    return Node("name", node.parts, ("delta", node.data[1]), node.at) if is_name(node, "d") else None

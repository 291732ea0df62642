r"""Deltas that a chain defines: in ``\delta_t = \partial L/\partial h_t = ... \delta_{t+1} ...``, they belong to h."""

from autograd.grading.reading.nodes import Node, is_name, rewrite, walk

__all__ = ["defines_delta", "with_defined_deltas"]


def defines_delta(claim, places):
    """Return True if a chain begins with a delta and the derivative of the loss with respect to an activation.

    A delta after them has its usual meaning, and the first link is then a slip.
    """
    if len(claim.sides) < 3 or claim.sides[0] is None or claim.sides[0].kind != "name":
        return False
    left, by = claim.sides[0], _activation_of(claim.sides[1], places)
    if by is None or places.roles_of(left.data[0]) != ["delta"]:
        return False
    if any(is_name(x, left.data[0]) for side in claim.sides[2:] for x in walk(side)):
        return False
    return {p for s in left.parts for p in s.parts} == {p for s in by.parts for p in s.parts}


def with_defined_deltas(claim, places):
    r"""Return a claim with its deltas as derivatives with respect to an activation, and the letter of that, or None.

    The chain must begin with a delta and the derivative of the loss with respect to an activation with the same marks,
    and a delta with other marks must follow. Without one, the first link may be a slip.
    """
    if len(claim.sides) < 3 or claim.sides[0] is None:
        return None
    left, by = claim.sides[0], _activation_of(claim.sides[1], places)
    if left.kind != "name" or by is None or places.roles_of(left.data[0]) != ["delta"] or left.parts != by.parts:
        return None
    deltas = [x for side in claim.sides[2:] for x in walk(side) if is_name(x, left.data[0])]
    if not any(x.parts != left.parts for x in deltas):
        return None

    def replace(node):
        if not is_name(node, left.data[0]):
            return None
        quantity = Node("name", node.parts, by.data, node.at)
        return Node("deriv", (Node("loss", (), None, node.at), quantity), None, node.at)

    return claim._replace(sides=tuple([rewrite(x, replace) for x in claim.sides])), by.data[0]


def _activation_of(side, places):
    """Return the activation with respect to which a side differentiates the loss, or None for another side."""
    if side.kind != "deriv" or side.parts[1].kind != "name":
        return None
    loss, by = side.parts
    is_activation = set(places.roles_of(by.data[0])) & {"a", "y"} and "s" not in places.roles_of(by.data[0])
    return by if is_activation and (loss.kind == "loss" or places.is_loss(loss)) else None

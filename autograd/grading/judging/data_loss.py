r"""The loss without its penalty, beside the whole loss: the ``C_0`` of ``dC/dw = dC_0/dw + \lambda w``."""

from autograd.grading.meaning.places import DATA_LOSS, LOSSES
from autograd.grading.reading.nodes import Node, is_name, rewrite, show, walk

__all__ = ["with_data_loss"]

_ACCENTS = ("hat ", "tilde ", "bar ")
_CONDITION = "if {} is the loss without its penalty"


def with_data_loss(claim, places):
    r"""Return a claim with the loss without its penalty on its right, and the condition that says which letter it is.

    Return None for the claim if the loss has no penalty, or if no other letter of a loss is differentiated on the
    right. The left side must be a derivative of the whole loss, or a parameter after its update.
    """
    left = claim.sides[0]
    if not places.model.has_penalty or left is None or len(claim.sides) < 2:
        return None, ""
    if left.kind == "deriv" and not (is_name(left.parts[0], places.loss_letter) and not left.parts[0].parts):
        return None, ""
    if left.kind not in ("deriv", "name", "step"):
        return None, ""
    found: list = []

    def replace(node):
        if node.kind != "deriv":
            return None
        of = node.parts[0].parts[0] if node.parts[0].kind == "call" else node.parts[0]
        if not is_name(of) or of.data[1] or not _is_other_loss(of, places):
            return None
        found.append(show(of))
        return node.with_parts([Node("name", (), (DATA_LOSS, 0), of.at), node.parts[1]])

    sides = [None if x is None else rewrite(x, replace) for x in claim.sides[1:]]
    has_factor = any(
        x.data[0] in places.model.labels and places.model.labels[x.data[0]].role == "other"
        for side in claim.sides[1:]
        if side is not None
        for x in walk(side)
        if is_name(x)
    )
    if len(set(found)) != 1 or not has_factor:
        return None, ""
    return claim._replace(sides=(left, *sides)), _CONDITION.format(found[0])


def _is_other_loss(name, places):
    """Return True if a name is a loss, but not the declared one without marks."""
    base, has_accent = name.data[0], False
    for accent in _ACCENTS:
        if base.startswith(accent):
            base, has_accent = base.removeprefix(accent), True
    if places.roles.get(base) or places.roles.get(name.data[0]) or base not in {*LOSSES, places.loss_letter}:
        return False
    return has_accent or bool(name.parts) or base != places.loss_letter

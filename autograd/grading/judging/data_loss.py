r"""The loss without its penalty, beside the whole loss: the ``C_0`` of ``dC/dw = dC_0/dw + \lambda w``."""

from autograd.grading.meaning.places import DATA_LOSS, LOSSES
from autograd.grading.reading.nodes import Node, is_name, rewrite, show, walk

__all__ = ["with_data_loss"]

_ACCENTS = ("hat ", "tilde ", "bar ")
_CONDITION = "if {} is the loss without its penalty"
_OF_NAME = "if {} is the derivative of the loss without its penalty"
_WORDS = ("reg", "regularized", "regularised", "l2", "ridge", "decay", "wd", "new")
_OF_PARAMETERS = ("deriv", "name", "step")  # a derivative, a weight after its update, or its change


def with_data_loss(claim, places):
    r"""Return a claim with the loss without its penalty on its right, and the condition that says which letter it is.

    Return None for the claim if the loss has no penalty, or if no other letter of a loss is differentiated on the
    right. The left side must be a derivative of the whole loss, or a parameter after its update. In ``J_{reg}``,
    ``dW_{reg}`` and ``w_{L2}``, a word says that the whole loss is meant; J and dW are then those without the penalty.
    So is the dW of ``dJ/dW = dW + \lambda W``, and that on the right of ``dW = dW + \lambda W``.
    """
    left = claim.sides[0]
    if not places.model.has_penalty or left is None or len(claim.sides) < 2 or left.kind not in _OF_PARAMETERS:
        return None, ""
    left, is_labelled = _without_label(left, places)
    of_left = left.parts[0] if left.kind == "deriv" else None
    is_named = left.kind == "deriv" and left.data == "name"
    if of_left is not None and not is_named and not (is_name(of_left, places.loss_letter) and not of_left.parts):
        return None, ""
    found: list = []

    def replace(node):
        if node.kind != "deriv":
            return None
        if node.data == "name":
            if is_named and not is_labelled and node != left:
                return None
            found.append(f"d{show(node.parts[1])}")
        else:
            of = node.parts[0].parts[0] if node.parts[0].kind == "call" else node.parts[0]
            is_same = is_labelled and is_name(of, places.loss_letter) and not of.parts
            if not is_name(of) or of.data[1] or not (is_same or _is_other_loss(of, places)):
                return None
            found.append(show(of))
        return Node("deriv", (Node("name", (), (DATA_LOSS, 0), node.at), node.parts[1]), None, node.at)

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
    words = _OF_NAME if found[0].startswith("dw") or found[0].startswith("dW") else _CONDITION
    return claim._replace(sides=(left, *sides)), words.format(found[0])


def _without_label(left, places):
    """Return a left side without the word below its loss or its parameter, and True if there was one.

    The loss of a derivative without a label remains as it is.
    """
    k = 0 if left.kind == "deriv" and left.data != "name" else len(left.parts) - 1
    name = left if left.kind == "name" else left.parts[k]
    if not is_name(name) or name.data[1] or (k == 0 and left.kind == "deriv" and not places.is_loss(name)):
        return left, False
    kept = [script for script in name.parts if not _is_word(script)]
    if len(kept) == len(name.parts):
        return left, False
    plain = Node("name", kept, name.data, name.at)
    if left.kind == "name":
        return plain, True
    return left.with_parts([*left.parts[:k], plain, *left.parts[k + 1 :]]), True


def _is_word(script):
    """Return True if a script below a letter says that a penalty is included: reg, regularized or L2."""
    if script.kind != "sub":
        return False
    marks = [x for p in script.parts for x in (p, *[y for inner in p.parts for y in inner.parts])]
    text = "".join([p.data[0] if p.kind == "name" else str(p.data) for p in marks if p.kind in ("name", "num")])
    return text.lower() in _WORDS


def _is_other_loss(name, places):
    """Return True if a name is a loss, but not the declared one without marks."""
    base, has_accent = name.data[0], False
    for accent in _ACCENTS:
        if base.startswith(accent):
            base, has_accent = base.removeprefix(accent), True
    if places.roles.get(base) or places.roles.get(name.data[0]) or base not in {*LOSSES, places.loss_letter}:
        return False
    return has_accent or bool(name.parts) or base != places.loss_letter

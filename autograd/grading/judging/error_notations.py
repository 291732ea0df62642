r"""The error signal ``e_j`` that engineers write for the difference of a target and an output, and do not declare."""

from autograd.grading.meaning.places import letter_of
from autograd.grading.reading.nodes import Node, is_name, walk

__all__ = ["ERROR_IS_TURNED", "doubts_error", "takes_error", "with_error_signal", "with_turned_error"]

_ERROR = "if e is the error {} - {}"
ERROR_IS_TURNED = "it is right if e is the error {} - {}, and wrong if it is {} - {}: define e, or write the difference"


def takes_error(grade):
    """Return True if a claim is equal only if ``e`` is taken for the error signal."""
    return grade.verdict == "equal" and grade.condition.startswith(_ERROR.partition("{")[0])


def doubts_error(grade):
    """Return True if a claim is open because ``e`` may be the error signal with either sign."""
    return grade.verdict == "ambiguous" and (grade.diagnosis or "").startswith(ERROR_IS_TURNED.partition("{")[0])


def with_error_signal(claim, places):
    r"""Return a claim with ``t_j - y_j`` for an undeclared ``e_j``, and the condition, or None for the claim."""
    t, y = (places.convention.letters[role] for role in ("t", "y"))
    return _with_error(claim, places, is_turned=False), _ERROR.format(t, y)


def with_turned_error(claim, places):
    r"""Return a claim with ``y_j - t_j`` for an undeclared ``e_j``, and the reason for a doubt, or None."""
    t, y = (places.convention.letters[role] for role in ("t", "y"))
    return _with_error(claim, places, is_turned=True), ERROR_IS_TURNED.format(y, t, t, y)


def _with_error(claim, places, is_turned):
    if places.model.has_softmax or places.model.steps > 1 or "e" in places.roles or "e" in places.model.labels:
        return None
    if "e" in (places.loss_letter, places.rate_letter, places.function_letter):
        return None
    trees = [x for x in claim.sides if x is not None]
    if not any(_is_error(x) for tree in trees for x in walk(tree)):
        return None
    t, y = (letter_of(places.convention.letters[role]) for role in ("t", "y"))

    def renamed(node, letter):
        if node.kind == "call":
            return node.with_parts([renamed(node.parts[0], letter), *node.parts[1:]])
        return Node("name", node.parts, (letter, 0), node.at)

    def negative(node):
        return node if is_turned else Node("neg", (node,), None, node.at)

    def replace(node):
        if node.kind == "deriv" and any(_is_error(x) for x in node.parts):
            # targets are constants, so that a derivative of e, or with respect to it, is that of the output
            parts = [renamed(x, y) if _is_error(x) else x for x in node.parts]
            return Node("group", (negative(node.with_parts(parts)),), "(", node.at)
        if not _is_error(node):
            return None
        first, second = (y, t) if is_turned else (t, y)
        terms = (renamed(node, first), Node("neg", (renamed(node, second),), None, node.at))
        return Node("group", (Node("add", terms, None, node.at),), "(", node.at)

    return claim.rewritten(replace)


def _is_error(node):
    """Return True for ``e_j`` and ``e_j(n)``."""
    name = node.parts[0] if node.kind == "call" and len(node.parts) == 2 else node
    return is_name(name, "e") and not name.data[1] and any(s.kind == "sub" for s in name.parts)

r"""One meaning of the deltas in all claims of a formula.

If the loss is a mean, a delta or a dZ is the derivative of the mean, or that of a sample's own loss. Each claim alone
may be right in one of these meanings. Several claims must be right in the same one.
"""

import contextlib

from autograd.engine.errors import AutogradError
from autograd.grading.judging.comparing import FAILURES, compared
from autograd.grading.judging.doubts import EITHER_LOSS

__all__ = ["ANY_LOSS", "in_other_meaning", "with_one_meaning"]

ANY_LOSS = frozenset((False, True))
_LOSSES = {False: "the mean loss", True: "a sample's own loss"}


def in_other_meaning(own, where):
    """Return the reason why a claim contradicts another one, which is right only if ``own`` is the meaning of deltas.

    >>> in_other_meaning(False, "line 3").partition(", and ")[2]
    'line 3 only if it is that of the mean loss'
    """
    here, there = _LOSSES[not own], _LOSSES[own]
    return f"it is right only if a delta is the derivative of {here}, and {where} only if it is that of {there}"


def with_one_meaning(judge, verdicts):
    """Return the verdicts on the claims of a formula, in one meaning of their deltas.

    A right claim that contradicts the ones before it is wrong. If a claim shows that its deltas are derivatives of the
    mean loss, this is no longer a doubt about the others.

    Args:
        judge: the :class:`~autograd.grading.judging.judge.Judge`.
        verdicts: the verdicts on the claims, in order.
    """
    common, found = ANY_LOSS, []
    for verdict in verdicts:
        if not _is_right(verdict.judged):
            found.append(verdict)
            continue
        shared = common & verdict.judged.own_losses
        found.append(verdict if shared else _in_other_meaning(judge, verdict, common))
        common = shared or common
    is_shown = any(v.judged.verdict != "ambiguous" and v.judged.own_losses == {False} for v in found)
    if is_shown and common == {False}:
        found = [_without_doubt(v) if v.judged.reason == EITHER_LOSS else v for v in found]
    return found


def _is_right(judged):
    return judged.verdict in ("equal", "unproved") or judged.reason == EITHER_LOSS


def _without_doubt(verdict):
    return verdict._replace(judged=verdict.judged._replace(verdict="equal", reason=""))


def _in_other_meaning(judge, verdict, common):
    """Return the verdict on a claim in the meaning of the claims before it, in which it is wrong."""
    (own,) = common
    judged = verdict.judged
    wrong = judged._replace(verdict="wrong", reason=in_other_meaning(own, "another claim"), condition="")
    with contextlib.suppress(AutogradError, *FAILURES):
        again = compared(judge, judged.task, verdict.places, judged.reading.changed(own_loss=own), None, None)
        if again is not None and again.verdict == "wrong":
            wrong = wrong._replace(reading=again.reading, env=again.env, link=again.link)
    return verdict._replace(judged=wrong, condition="")

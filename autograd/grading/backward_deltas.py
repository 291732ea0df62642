r"""Deltas that a writer numbers in the order of the backward pass, from the loss.

In ``\delta_1 = \hat y - y``, ``\delta_2 = \delta_1 W_2^\top``, ``\delta_3 = \delta_2 \circ \sigma'(z_1)``, the first
delta belongs to the outputs, and some are derivatives by activations. They are letters of the writer's own.
"""

import re

from autograd.formulas.conventions import convention
from autograd.grading.latex_text import sides
from autograd.grading.own_letters import Definition, definition

__all__ = ["BackwardDeltas"]

_NUMBERED = re.compile(r"(?P<letter>[^_^]+?)\s*[_^]\s*(?:(?P<bare>\d)|\{\s*[(\[]?\s*(?P<braced>\d)\s*[)\]]?\s*\})")


class BackwardDeltas:
    """The numbered deltas of a document.

    Args:
        setting: the setting of the document.
        judge: a :class:`~autograd.grading.claim_judge.ClaimJudge`.
    """

    def __init__(self, setting, judge):
        self._setting, self._judge = setting, judge
        letter = convention(**setting.options).letters["delta"]
        self._letter = letter
        self._used = re.compile(rf"{re.escape(letter)}\s*[_^]\s*\{{?\s*[(\[]?\s*\d")
        self._is_used = False  # a delta with a number stands in an earlier claim
        self._last = 0  # the number of the last delta that was defined backward

    def defined(self, text, line, grade) -> Definition | None:
        r"""Return the definition of the next delta in a claim, or None. The first one must belong to the outputs.

        Args:
            text: the claim.
            line: its line.
            grade: its grade.
        """
        left, *right = [side.text.strip() for side in sides(text)]
        match = _NUMBERED.fullmatch(left)
        was_used, self._is_used = self._is_used, self._is_used or bool(self._used.search(text))
        if grade.verdict in ("equal", "unproved") or match is None or match["letter"] != self._letter or not right:
            return None
        number = int(match["bare"] or match["braced"])
        if number != self._last + 1 or (number == 1 and (was_used or not self._is_of_outputs(right))):
            return None
        own = definition(text, line)
        if own is not None:
            self._last = number
        return own

    def _is_of_outputs(self, right):
        """Return True if the right sides are the delta of the outputs."""
        claim = " = ".join([rf"{self._letter}^{{(L)}}", *right])
        return self._judge(self._setting, None, claim).verdict == "equal"

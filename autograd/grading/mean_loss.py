r"""The loss of which a writer's ``dZ`` is the derivative: that of a sample, or the mean over the samples.

``dZ = \frac{1}{m} (A - Y)`` shows that it is the mean. From there on, ``dW = dZ A^T`` is right.
"""

import copy
import re

from autograd.grading.grade import Grade
from autograd.grading.judging.judge import EITHER_LOSS

__all__ = ["of_mean_loss", "says_mean_loss"]

_LEFT = r"\s*d\s*(?:\\(?:mathbf|boldsymbol|bm|hat)\s*\{?\s*)?[AZSHYaz]\}?(?![A-Za-z])[^=]*="
_COUNT = r"(?:\\[dt]?frac\s*\{?\s*1\s*\}?\s*\{?\s*[mnNMB](?![A-Za-z])|/\s*[mnNMB](?![A-Za-z])|\}\s*\{\s*[mnNMB]\s*\})"
_OF_MEAN = re.compile(rf"{_LEFT}.*{_COUNT}", re.DOTALL)


def says_mean_loss(formula) -> bool:
    r"""Return True if a right formula shows that a ``dZ`` is the derivative of the mean loss.

    >>> says_mean_loss(r"dZ^{[2]} = \\frac{1}{m} (A^{[2]} - Y)"), says_mean_loss(r"dW = \\frac{1}{m} dZ A^T")
    (True, False)
    """
    return _OF_MEAN.match(formula) is not None


def of_mean_loss(grade: Grade, line: int | None) -> Grade:
    """Return the grade of a formula that is right only for the mean loss, if a line has shown that this loss is meant.

    Args:
        grade: the grade, which is not changed.
        line: the line that shows it, or None.
    """
    if line is None or grade.verdict != "ambiguous" or grade.diagnosis != EITHER_LOSS:
        return grade
    found = copy.copy(grade)
    found.verdict, found.diagnosis = "equal", ""
    found.condition = f"a dZ is the derivative of the mean loss, as line {line} says"
    return found

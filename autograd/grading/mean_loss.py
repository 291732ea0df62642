r"""The loss of which a writer takes derivatives: that of a sample, or the one that joins all samples.

``dZ = \frac{1}{m} (A - Y)`` shows that it is the mean. From there on, ``dW = dZ A^T`` is right. In a document that says
``J = \frac1N \sum_n \mathcal{L}_n``, a derivative of ``\mathcal{L}`` is one of a sample's own loss.
"""

import copy
import re

from autograd.formulas.conventions import plain
from autograd.grading.grade import Grade
from autograd.grading.judging.judge import EITHER_LOSS
from autograd.grading.judging.one_meaning import ANY_LOSS, in_other_meaning

__all__ = [
    "MeaningOfDeltas",
    "drops_sums",
    "joined_losses",
    "letters_of_own_loss",
    "of_mean_loss",
    "of_own_loss",
    "says_mean_loss",
]

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


class MeaningOfDeltas:
    """The meaning of the deltas of a document with a mean loss, as far as its right claims show it."""

    def __init__(self):
        self._own_losses, self._line = ANY_LOSS, None

    def contradiction(self, grade: Grade, line: int) -> str:
        """Return the reason why a right claim contradicts an earlier one, or "". Then remember what it shows.

        Args:
            grade: the grade of the claim.
            line: its line.
        """
        common = self._own_losses & grade.own_losses
        if not common:
            (own,) = self._own_losses
            return in_other_meaning(own, f"line {self._line}")
        if common != self._own_losses:
            self._own_losses, self._line = common, line
        return ""


_SCRIPTS = r"(?:\s*\\limits)?(?:\s*[_^]\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\w))*"
_LOSS_LETTER = r"(?:\\mathcal\s*\{\s*[LJCE]\s*\}|\\ell|[LJCE])(?![A-Za-z])"
_SUMMED = re.compile(rf"\\sum{_SCRIPTS}\s*(?P<own>{_LOSS_LETTER})")
_DERIVED = re.compile(rf"\\(?:partial|nabla)(?:_\{{?[^{{}}]*\}}?)?\s*\{{?\s*(?P<loss>{_LOSS_LETTER})")
_OVER_COUNT = re.compile(r"\\[dt]?frac\s*(?P<of>\{[^{}]*\}|\w)\s*\{?\s*\|?[nNmMBPT](?![A-Za-z])")
_DROPPED = re.compile(
    r"\b(?:drop|forget|ignor|omit|leav|neglect|skip|without)\w*\b[^.\n$]{0,60}\b(?:sum|sums|summations?)\b"
    r"|\b(?:a single|one) (?:training |individual )?(?:example|sample|observation|instance)\b",
    re.IGNORECASE,
)


def letters_of_own_loss(formulas, loss) -> set:
    r"""Return the letters of the loss of one sample, of which a document says that the loss is their sum or mean.

    Args:
        formulas: the formulas of the document.
        loss: the letter of the loss of all samples.

    >>> letters_of_own_loss([r"J = \frac1N \sum_{n=1}^N \mathcal{L}_n", r"C = \sum_k L_k"], "J")
    {'mathcal L'}
    """
    found = set()
    for formula in formulas:
        left, sign, rest = formula.partition("=")
        if sign and plain(re.sub(r"[_^(\[{].*", "", left.strip())) == plain(loss):
            found |= {plain(match["own"]) for match in _SUMMED.finditer(rest)}
    return found - {plain(loss)}


def of_own_loss(formula, letters) -> bool:
    r"""Return True if a formula has derivatives of the loss of one sample, and of no other loss.

    >>> of_own_loss(r"\frac{\partial \mathcal{L}}{\partial b} = \delta", {"mathcal L"})
    True
    """
    found = {plain(match["loss"]) for match in _DERIVED.finditer(formula)}
    return bool(found) and found <= letters


def joined_losses(formula, loss) -> str:
    r"""Return how a formula joins the losses of samples: ``"mean"``, ``"sum"``, ``"other"``, or "" if it does not.

    The losses of samples have the letter of the loss and a mark.

    >>> joined_losses(r"L = \frac{1}{m} \sum_{i=1}^m L_i", "L")
    'mean'
    >>> joined_losses(r"C = \frac1n \sum_x C_x", "C"), joined_losses(r"C = \sum_x C_x", "C")
    ('mean', 'sum')
    >>> joined_losses(r"C = \frac{2}{n} \sum_x C_x", "C"), joined_losses(r"C = \frac12 \sum_k (t_k - y_k)^2", "C")
    ('other', '')
    """
    own = rf"\\sum{_SCRIPTS}[^=]*?(?<![A-Za-z\\]){re.escape(loss)}\s*[_^]\s*\{{?\s*\(?[A-Za-z]"
    if not re.search(own, formula):
        return ""
    shares = [match["of"].strip(" {}") for match in _OVER_COUNT.finditer(formula)]
    if not shares:
        return "sum"
    return "mean" if set(shares) == {"1"} else "other"


def drops_sums(prose) -> bool:
    """Return True if a document says that it leaves out the sum over the samples, or speaks of one sample.

    >>> drops_sums("We will temporarily forget about our summation."), drops_sums("We sum over the samples.")
    (True, False)
    """
    return _DROPPED.search(prose) is not None

"""The answer for one formula: the verdict, the mistakes, the right formula, and a counterexample."""

from collections.abc import Iterable
from html import escape
from typing import Any

from autograd.formulas.equations import Equation
from autograd.formulas.printing import printable
from autograd.grading.judging.layer_numbers import NO_SHIFTS
from autograd.grading.typesetting import typeset

__all__ = ["UNPROVED", "Grade"]

UNPROVED = "50-digit numbers agree; a function in it has no meaning in a field, or an identity is not known there"


class Grade:
    """The answer for a formula. It is true if the verdict is ``"equal"``, and false for all other verdicts.

    A test can therefore use ``assert derive(loss).grade(w, formula)``. The pytest plugin shows the reason of a failure.

    Attributes:
        verdict: ``"equal"`` (proved), ``"wrong"``, ``"unproved"`` (the numbers agree, but a proof is out of reach),
            ``"ambiguous"`` (readings disagree), ``"ill-formed"`` (an index is not bound, or a comma is in the place of
            a sign) or ``"unreadable"``.
        condition: the condition under which an update is equal, such as a constant absorbed in the rate, or "".
        mistakes: a tuple of :class:`~autograd.grading.explaining.diagnosis.Mistake`.
        diagnosis: the mistakes in words, or the place and the reason if the formula is unreadable.
        correct: the right formula, an :class:`~autograd.formulas.equations.Equation`, or None.
        right: the same as ``correct``.
        counterexample: a point at which the formula is wrong, with the true and the given value, or None.
        formula: the graded formula.
        about: the names of the parameters or deltas in question.
        reading: the meaning of its letters, in words.
        link: the number of the first wrong link of a chain A = B = C, from 1, or None.
        counted: from an index letter of a right claim to the only layer whose neurons it can count there.
        shifts: the layers that the numbers and letters of layers mean in a right claim.
        layers_of_letters: from a role and a letter without a mark of its layer to its layer in a right claim.

    Example:
        >>> from autograd import derive
        >>> from nn import MLP, half_sse
        >>> loss = half_sse(MLP(1, [2, 1], activation="sigmoid", seed=0)([0.5]), 1.0)
        >>> grade = derive(loss).grade(None, "d_o[o] = t[o] - y[o]")
        >>> grade.verdict, bool(grade)
        ('wrong', False)
        >>> print(grade.diagnosis)
        the sign is flipped
    """

    def __init__(
        self,
        verdict: str,
        formula: str,
        *,
        condition: str = "",
        mistakes: Iterable[Any] = (),
        diagnosis: str = "",
        correct: Equation | None = None,
        counterexample: Any = None,
    ) -> None:
        self.verdict, self.formula, self.condition = verdict, formula, condition
        self.mistakes = tuple(mistakes)
        self.results: list = []
        self.about: tuple = ()
        self.diagnosis = diagnosis
        self.correct, self.counterexample = correct, counterexample
        self.reading, self.link = "", None
        self.counted: dict = {}
        self.shifts = NO_SHIFTS
        self.layers_of_letters: dict = {}
        self.own_losses = frozenset((False, True))  # the meanings of deltas in which the formula is right
        self.is_sure = self.is_misfit = self.is_elsewhere = self.is_shapeless = False

    @property
    def right(self) -> Equation | None:
        """The right formula, or None if there is none.

        Example:
            >>> from autograd import derive
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(1, [2, 1], activation="sigmoid", seed=0)([0.5]), 1.0)
            >>> grade = derive(loss).grade(None, "d_o[o] = t[o] - y[o]")
            >>> print(grade.right)
            d_o[1] = -(t[1] - y[1])
        """
        return self.correct

    def __str__(self):
        lines = [f"{self.verdict}: {self.formula}"]
        if self.condition:
            lines.append(f"  condition: {self.condition}")
        if self.diagnosis:
            lines.append(f"  {'diagnosis' if self.verdict == 'wrong' else 'because'}: {self.diagnosis}")
        if self.link is not None and self.link > 1:
            lines.append(f"  the first wrong link of the chain: {self.link}")
        if self.reading and self.verdict != "unreadable":
            lines.append(f"  read as: {self.reading}")
        if self.correct is not None and self.verdict != "equal":
            lines.append(f"  right: {self.correct}")
        if self.counterexample is not None:
            lines.append(f"  counterexample: {self.counterexample}")
        return "\n".join([printable(line.replace("\n", " ")) for line in lines])

    def __repr__(self):
        return str(self)

    def __bool__(self):
        return self.verdict == "equal"

    def as_dict(self) -> dict:
        """Return the answer as plain data, for JSON.

        Example:
            >>> from autograd import derive
            >>> from nn import MLP, half_sse
            >>> loss = half_sse(MLP(1, [2, 1], activation="sigmoid", seed=0)([0.5]), 1.0)
            >>> grade = derive(loss).grade(None, "d_o[o] = t[o] - y[o]")
            >>> grade.as_dict()["verdict"]
            'wrong'
        """
        example = self.counterexample
        return {
            "formula": self.formula,
            "verdict": self.verdict,
            "condition": self.condition,
            "reading": self.reading,
            "link": self.link,
            "mistakes": [mistake._asdict() for mistake in self.mistakes],
            "diagnosis": self.diagnosis,
            "correct": None if self.correct is None else {"text": self.correct.text, "latex": self.correct.latex},
            "counterexample": None
            if example is None
            else {"point": example.point, "where": example.where, "true": example.true, "given": example.given},
        }

    def _repr_html_(self):
        colour = {"equal": "#1a7f37", "wrong": "#b42318", "unreadable": "#6b3fa0"}.get(self.verdict, "#8a6100")
        rows = [self._as_html(line) for line in str(self).split("\n")[1:]]
        head = f'<b style="color:{colour}">{escape(self.verdict)}</b>: '
        head += typeset(printable(self.formula.replace("\n", " ")))
        return f"<div>{'<br>'.join([head, *rows])}</div>"

    def _as_html(self, line):
        """Return a line as HTML. The right formula is typeset if possible."""
        if self.correct is not None and line.startswith("  right: "):
            right = typeset(self.correct.latex)
            if right.startswith("<math"):
                return f"  right: {right}"
        return escape(line)

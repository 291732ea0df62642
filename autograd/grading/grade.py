"""The answer for one formula: the verdict, what is wrong, what is right, and a point that shows it."""

from collections.abc import Iterable
from html import escape
from typing import Any

from autograd.formulas.equations import Equation
from autograd.formulas.printing import printable
from autograd.grading.typesetting import typeset

__all__ = ["UNPROVED", "Grade"]

UNPROVED = "50-digit numbers agree; a function in it has no meaning in a field, or an identity is not known there"


class Grade:
    """The answer for a formula. It is true where the verdict is ``"equal"``, and false for every other verdict.

    So a test may say ``assert derive(loss).grade(w, formula)``; the pytest plugin shows why that failed.

    Attributes:
        verdict: ``"equal"`` (proved), ``"wrong"``, ``"unproved"`` (the numbers agree, but a proof is out of reach),
            ``"ambiguous"`` (readings disagree), ``"ill-formed"`` (an index is bound nowhere, or a comma stands where a
            sign belongs) or ``"unreadable"``.
        condition: under which an update is equal, such as that a constant is absorbed in the rate; else "".
        mistakes: what is wrong, a tuple of :class:`~autograd.grading.explaining.diagnosis.Mistake`.
        diagnosis: the same in words; of an unreadable formula, where and why.
        correct: the right formula, an :class:`~autograd.formulas.equations.Equation`; None where there is none to give.
        right: the same.
        counterexample: a point where the formula is wrong, with the true and the given value; else None.
        formula: what was graded.
        about: the names of the parameters or deltas that it speaks of.
        reading: what its letters were taken to mean, in words.
        link: which link of a chain A = B = C is the first wrong one, from 1; else None.

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
        self.is_sure = self.is_misfit = self.is_elsewhere = self.is_shapeless = False

    @property
    def right(self) -> Equation | None:
        """The right formula, or None where there is none to give.

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
        """Return a line, of which the right formula is typeset if that is possible."""
        if self.correct is not None and line.startswith("  right: "):
            right = typeset(self.correct.latex)
            if right.startswith("<math"):
                return f"  right: {right}"
        return escape(line)

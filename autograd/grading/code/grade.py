"""The grade of a program, as its author reads it, with its updates and mistakes."""

from dataclasses import dataclass, field
from typing import Any

from autograd.grading.code.page import section
from autograd.grading.code.report import details

__all__ = ["KINDS", "CodeGrade", "Fix", "Mistake", "Note", "UpdateGrade"]

# Every kind of mistake, as --json gives them.
KINDS = (
    "update before use", "raw error for delta", "derivative missing", "derivative twice",
    "derivative at the wrong argument", "wrong derivative", "wrong axis", "batch sum missing", "divided twice",
    "constant factor", "transpose", "broadcasting", "wrong factor", "order in time", "penalty", "sign of the update",
    "relu mask", "softmax diagonal", "loss for its derivative", "stale forward pass", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Fix:
    """Lines that take the place of others.

    Attributes:
        first, last: The lines that are replaced, counted from 1, the last included.
        text: What stands there instead.
    """

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Mistake:
    """One mistake.

    Attributes:
        line: The line it stands in.
        kind: One of :data:`KINDS`.
        message: What is wrong, in the program's own names.
        fix: The lines that make it right; empty if none was found.
    """

    line: int
    kind: str
    message: str
    fix: tuple = ()


@dataclass(frozen=True)
class UpdateGrade:
    """The grade of the update of one parameter.

    Attributes:
        parameter: How the program reaches it, such as ``net.weights[0]``.
        shape: Its shape.
        line: The line that changes it.
        verdict: ``"right"``, ``"right up to a factor"`` or ``"wrong"``.
        factor: The program's gradient over the loss's; None if they are not proportional.
        rate: What stands in front of the gradient.
    """

    parameter: str
    shape: tuple
    line: int
    verdict: str
    factor: float | None
    rate: float | None


@dataclass(frozen=True)
class Note:
    """The meaning of a line of the way back.

    Attributes:
        line: The line.
        name: What it assigns to.
        text: Which derivative that is, with its factor.
        right: Whether it is one.
    """

    line: int
    name: str
    text: str
    right: bool


@dataclass
class CodeGrade:
    """The grade of one program. It is true where the verdict is ``"right"``, and false for every other verdict.

    Attributes:
        verdict: ``"right"``, ``"right up to a factor"``, ``"wrong"``, ``"no loss"`` or ``"unreadable"``.
        factor: The program's gradient over the loss's, where all updates share one.
        loss: The loss that the updates were compared with, and where it stands.
        proposed: Losses that would fit, where the program has none and none is given.
        updates: The updates of the first step.
        mistakes: What is wrong, each with its line and its correction.
        unreadable: Pairs of a line and what cannot be read there.
        notes: What each line of the way back computes.
        said: What else its author should know: what was made up, what was checked.
        text: The program.
        file: Its name.
    """

    verdict: str
    factor: float | None = None
    loss: str | None = None
    proposed: list[Any] = field(default_factory=list)
    updates: list[UpdateGrade] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    unreadable: list[Any] = field(default_factory=list)
    notes: list[Any] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    text: str = ""
    file: str = ""

    def __str__(self):
        return details(self)

    def __repr__(self):
        return str(self)

    def __bool__(self):
        return self.verdict == "right"

    def _repr_html_(self):
        return section(self)

    def as_data(self) -> dict[str, Any]:
        """Return the grade as ``--json`` prints it."""
        return {
            "file": self.file,
            "verdict": self.verdict,
            "factor": self.factor,
            "loss": self.loss,
            "proposed": list(self.proposed),
            "updates": [
                {"parameter": u.parameter, "line": u.line, "verdict": u.verdict, "factor": u.factor, "rate": u.rate}
                for u in self.updates
            ],
            "mistakes": [
                {
                    "line": m.line,
                    "kind": m.kind,
                    "message": m.message,
                    "fix": [{"first": f.first, "last": f.last, "text": f.text} for f in m.fix],
                }
                for m in self.mistakes
            ],
            "unreadable": [{"line": line, "message": message} for line, message in self.unreadable],
        }

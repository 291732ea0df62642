"""The grade of a program, with its updates and mistakes, as its author reads it."""

from dataclasses import dataclass, field
from typing import Any

from autograd.grading.code.page import section
from autograd.grading.code.report import details

__all__ = ["KINDS", "CodeGrade", "Fix", "Mistake", "Note", "UpdateGrade"]

# All kinds of mistakes, as --json prints them.
KINDS = (
    "update before use", "raw error for delta", "derivative missing", "derivative twice",
    "derivative at the wrong argument", "wrong derivative", "wrong axis", "batch sum missing", "divided twice",
    "constant factor", "transpose", "broadcasting", "wrong factor", "order in time", "penalty", "sign of the update",
    "relu mask", "softmax diagonal", "loss for its derivative", "stale forward pass", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Fix:
    """A replacement for some lines of the program.

    Attributes:
        first: The first line that is replaced, counted from 1.
        last: The last line that is replaced.
        text: The new text of these lines.
    """

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Mistake:
    """A mistake in a program.

    Attributes:
        line: The line of the mistake.
        kind: One of :data:`KINDS`.
        message: A description of the mistake, with the program's own names.
        fix: The replacements that correct it; empty if none was found.
    """

    line: int
    kind: str
    message: str
    fix: tuple = ()


@dataclass(frozen=True)
class UpdateGrade:
    """The grade of the update of one parameter.

    Attributes:
        parameter: The program's name for the parameter, such as ``net.weights[0]``.
        shape: The shape of the parameter.
        line: The line of the update.
        verdict: ``"right"``, ``"right up to a factor"`` or ``"wrong"``.
        factor: The program's gradient divided by the gradient of the loss; None if they are not proportional.
        rate: The number by which the gradient is multiplied, such as the learning rate; None if there is none.
    """

    parameter: str
    shape: tuple
    line: int
    verdict: str
    factor: float | None
    rate: float | None


@dataclass(frozen=True)
class Note:
    """The meaning of a line of the backward pass.

    Attributes:
        line: The line.
        name: The variable to which the line assigns.
        text: The derivative that it computes, with its factor.
        right: True if the line computes a derivative of the loss.
    """

    line: int
    name: str
    text: str
    right: bool


@dataclass
class CodeGrade:
    """The grade of a program. Its truth value is True for the verdict ``"right"`` and False for every other verdict.

    Attributes:
        verdict: ``"right"``, ``"right up to a factor"``, ``"wrong"``, ``"no loss"`` or ``"unreadable"``.
        factor: The program's gradient divided by the gradient of the loss, if all updates share this factor.
        loss: The loss with which the updates were compared, and its line.
        proposed: Losses that would fit, if the program has no loss and none was given.
        updates: The updates of the first step.
        mistakes: The mistakes, each with its line and its correction.
        unreadable: Pairs of a line and a description of the part that cannot be read.
        notes: The derivatives that the lines of the backward pass compute.
        said: Further remarks for the author, for example on made data and on other checks.
        checked: The checks on other numbers that a right program passed, such as ``"with fresh weights"``.
        text: The text of the program.
        file: The name of the program.
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
    checked: list[str] = field(default_factory=list)
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

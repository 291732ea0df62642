"""A graded document: its claims in order, the reading in which they were graded, and their points."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, ClassVar

from autograd.formulas.printing import printable

__all__ = ["VERDICTS", "Document", "GradedClaim", "commonest_slips"]

VERDICTS = ("equal", "definition", "wrong", "follows", "unproved", "ambiguous", "ill-formed", "unreadable")
_SHOWN_NAME = 60  # the number of characters of a name that tables and headings show
_REFUSED = ("unreadable", "ill-formed", "ambiguous")
_FAULTY = ("wrong", "follows", "unproved")


@dataclass
class GradedClaim:
    """One graded claim of a document.

    Attributes:
        line: the line in the file where it begins, from 1; in a notebook, the line in its cell.
        formula: the formula as it was written.
        verdict: one of :data:`VERDICTS`. ``follows`` means that it is wrong, but right if the writer's own earlier
            results are assumed. ``definition`` means that it defines a letter of the writer's own.
        condition: the condition under which it is equal, or "".
        reading: the meaning of its letters, or "".
        mistakes: the mistakes, as dicts with a kind and a text.
        diagnosis: the mistakes in words, or the reason why it cannot be graded.
        right: the right formula as ``{"text", "latex"}``, or None.
        counterexample: a point at which it is wrong, as a dict, or None.
        link: the number of the first wrong equals sign of a chain, from 1, or None.
        points: its points in the rubric, or None.
        cell: the cell of a notebook, from 1, or None.
        target: the target in a sheet, or None.
        follows: the line of the earlier mistake if the verdict is ``follows``, or None.
        about: the names of the parameters and deltas in question.
        is_first_mistake: True for the first wrong step of the document.
        right_as_written: the right formula for people, as LaTeX in the declared letters or as text.
        shown: the formula with the document's own commands written out, or "" if it has none.
    """

    line: int
    formula: str
    verdict: str
    condition: str = ""
    reading: str = ""
    mistakes: list = field(default_factory=list)
    diagnosis: str = ""
    right: dict | None = None
    counterexample: dict | None = None
    link: int | None = None
    points: float | None = None
    cell: int | None = None
    target: str | None = None
    follows: int | None = None
    about: tuple = ()
    is_first_mistake: bool = False
    right_as_written: str = ""
    shown: str = ""

    def place(self) -> str:
        """Return the cell and the line, in words."""
        return f"line {self.line}" if self.cell is None else f"cell {self.cell}, line {self.line}"

    def __str__(self):
        of = f"{self.target}: " if self.target else ""
        lines = [f"{self.place()}, {self.verdict}: {of}{self.formula}"]
        if self.is_first_mistake:
            lines.append("  the first wrong step")
        if self.link is not None:
            lines.append(f"  the {_ordinal(self.link)} equals sign of this chain is the first wrong one")
        if self.condition:
            lines.append(f"  condition: {self.condition}")
        if self.reading:
            lines.append(f"  reading: {self.reading}")
        if self.diagnosis:
            lines.append(f"  {'diagnosis' if self.verdict == 'wrong' else 'because'}: {self.diagnosis}")
        if self.right is not None and self.verdict not in ("equal", "definition"):
            lines.append(f"  right: {self.right_as_written}")
        if self.counterexample is not None:
            lines.append(f"  counterexample: {self.counterexample['words']}")
        if self.points is not None:
            lines.append(f"  points: {self.points:g}")
        return "\n".join([printable(line.replace("\n", " ")) for line in lines])

    def as_dict(self) -> dict:
        """Return the claim as plain data, for JSON."""
        found: dict[str, Any] = {"line": self.line}
        if self.cell is not None:
            found["cell"] = self.cell
        return {
            **found,
            "formula": self.formula,
            "verdict": self.verdict,
            "condition": self.condition,
            "reading": self.reading,
            "mistakes": self.mistakes,
            "diagnosis": self.diagnosis,
            "right": self.right,
            "counterexample": _without_words(self.counterexample),
            "link": self.link,
            "points": self.points,
        }

    def as_formula(self) -> dict:
        """Return the claim in the form of version 0.1, with ``correct`` and four verdicts. It stays for one release."""
        old = {"follows": "wrong", "definition": "equal", "ambiguous": "unreadable", "ill-formed": "unreadable"}
        found = self.as_dict()
        kept = ("line", "formula", "condition", "mistakes", "diagnosis", "counterexample")
        return {
            **{key: found[key] for key in kept},
            "verdict": old.get(self.verdict, self.verdict),
            "correct": self.right,
        }


def _without_words(example):
    return None if example is None else {key: value for key, value in example.items() if key != "words"}


def _ordinal(n):
    return {1: "first", 2: "second", 3: "third"}.get(n, f"{n}th")


@dataclass
class Document:
    """A graded document. It is true if everything is right, which is the exit status 0 of the command.

    Attributes:
        name: the name of the writer, by default that of the file.
        claims: the :class:`GradedClaim` s in order, without the prose.
        reading: the network, the loss and the convention under which it was graded, in words.
        confirm: the parts of the reading that were found and not declared, in words, or "".
        error: the reason why it could not be graded, or "".
        file: the path of its file, or "".
        format: ``"markdown"``, ``"latex"``, ``"notebook"`` or ``"sheet"``.
        rubric: a list of dicts with ``target``, ``points``, ``of`` and the ``line`` that earned them.
    """

    name: str
    claims: list[GradedClaim] = field(default_factory=list)
    reading: str = ""
    confirm: str = ""
    error: str = ""
    file: str = ""
    format: str = ""
    rubric: list[dict[str, Any]] = field(default_factory=list)

    as_section: ClassVar[Any] = None  # makes HTML of a document; its module is imported after this one

    def count(self, verdict: str) -> int:
        """Return the number of claims with a verdict."""
        return sum(claim.verdict == verdict for claim in self.claims)

    @property
    def first_mistake(self) -> GradedClaim | None:
        """The first wrong step, or None."""
        return next((claim for claim in self.claims if claim.is_first_mistake), None)

    @property
    def points(self) -> tuple[float, float]:
        """The points that were earned, and the maximum."""
        return sum(row["points"] for row in self.rubric), sum(row["of"] for row in self.rubric)

    @property
    def shown_name(self) -> str:
        """The name on one line. The middle of a long name is cut."""
        name = printable(self.name)
        return name if len(name) <= _SHOWN_NAME else f"{name[: _SHOWN_NAME - 13]}...{name[-10:]}"

    @property
    def status(self) -> int:
        """The exit status: 2 if a claim cannot be graded, 1 if one is not proved right, and 0 otherwise."""
        if self.error or any(claim.verdict in _REFUSED for claim in self.claims):
            return 2
        return 1 if any(claim.verdict in _FAULTY for claim in self.claims) else 0

    def __str__(self):
        lines = [f"== {self.shown_name}"]
        if self.error:
            lines.append(printable(self.error))
        if self.reading:
            lines.append(f"read as: {printable(self.reading)}")
        if self.confirm:
            lines.append(printable(self.confirm))
        lines += [str(claim) for claim in self.claims]
        if self.rubric:
            earned, of = self.points
            lines.append(f"points: {earned:g} of {of:g}")
        return "\n".join(lines)

    def __repr__(self):
        return str(self)

    def __bool__(self):
        return self.status == 0

    def _repr_html_(self):
        return self.as_section(self, "document") if self.as_section else None

    def as_dict(self) -> dict:
        """Return the document as plain data, for JSON."""
        earned, of = self.points
        return {
            "file": self.file,
            "sheet": self.name,
            "format": self.format,
            "error": self.error,
            "reading": self.reading,
            "confirm": self.confirm,
            "claims": [claim.as_dict() for claim in self.claims],
            "points": {"earned": earned, "of": of, "targets": self.rubric} if self.rubric else None,
            "formulas": [claim.as_formula() for claim in self.claims],
        }


def commonest_slips(documents) -> list[tuple]:
    """Return the mistakes of a class, the most common first.

    Each is a triple of a kind, its number of occurrences, and the number of documents in which it occurs.
    """
    often: Counter = Counter()
    where: dict = {}
    for k, document in enumerate(documents):
        for claim in document.claims:
            kinds = [mistake["kind"] for mistake in claim.mistakes] if claim.verdict == "wrong" else []
            if claim.verdict == "wrong" and not kinds:
                kinds = ["unexplained"]
            for kind in kinds:
                often[kind] += 1
                where.setdefault(kind, set()).add(k)
    return [(kind, count, len(where[kind])) for kind, count in often.most_common()]

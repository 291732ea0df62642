"""The sides of a claim that are compared, and the answer."""

from typing import NamedTuple

from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.reading.nodes import Node

__all__ = ["Judged", "Task", "rank"]


class Task(NamedTuple):
    """The sides of a claim, and how they are compared.

    Fields:
        sides: trees; the first is the left side.
        kind: ``"value"``, ``"step"`` (the sides are steps of a parameter), ``"proportion"``.
        parameter: the tree of the parameter that a step changes.
        conditions: ``cmp`` nodes.
        signs: the signs between the sides.
    """

    sides: tuple
    kind: str
    parameter: Node | None
    conditions: tuple


class Judged(NamedTuple):
    """The answer for one claim.

    Fields:
        verdict: ``"equal"``, ``"wrong"``, ``"unproved"``, ``"ill-formed"`` or ``"ambiguous"``.
        reading, env, link: the reading and the instance that it was decided by, and the first wrong link.
        reason: why, in words; the shapes that do not fit.
        layers: the layers for which it was tried and holds.
        condition: what has to hold besides.
        error: the error that says why; task: what was compared, its sums renamed apart; others: more readings that
            were refuted.
    """

    verdict: str
    reading: object = None
    env: object = None
    link: int | None = None
    reason: str = ""
    layers: tuple = ()
    condition: str = ""
    error: object = None
    task: object = None
    others: tuple = ()


def rank(judged):
    """Return a key by which the better one of two answers is larger."""
    order = {"ill-formed": 1, "wrong": 2, "ambiguous": 3, "unproved": 4, "equal": 5}
    return (order[judged.verdict], not isinstance(judged.error, ShapeError), judged.link or 0, not judged.condition)

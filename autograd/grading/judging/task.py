"""The sides of a claim for the comparison, and the answer."""

from typing import NamedTuple

from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.reading.nodes import Node

__all__ = ["Judged", "Task", "joined", "rank"]


class Task(NamedTuple):
    """The sides of a claim, and the kind of the comparison.

    Fields:
        sides: the trees of the sides. The first is the left side.
        kind: ``"value"``, or ``"step"`` if the sides are steps of a parameter.
        parameter: the tree of the parameter that a step changes.
        conditions: ``cmp`` nodes.
    """

    sides: tuple
    kind: str
    parameter: Node | None
    conditions: tuple


class Judged(NamedTuple):
    """The answer for one claim.

    Fields:
        verdict: ``"equal"``, ``"wrong"``, ``"unproved"``, ``"ill-formed"`` or ``"ambiguous"``.
        reading: the reading that decided.
        env: the instance that decided.
        link: the number of the first wrong link.
        reason: the reason in words, such as the shapes that do not fit.
        layers: the layers for which the claim was tried and holds.
        condition: the condition under which it holds, or an empty text.
        error: the error that is the reason, or None.
        task: the compared task. Its sums have different letters.
        others: more readings that were refuted.
        meant: the reading of the corrected claim, if a slip was found in another reading, or None.
        own_losses: the meanings of deltas in which the claim holds: True for a sample's own loss, False for the mean.
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
    meant: object = None
    own_losses: frozenset = frozenset((False, True))


def rank(judged):
    """Return a sort key that is larger for the better of two answers."""
    order = {"ill-formed": 1, "wrong": 2, "ambiguous": 3, "unproved": 4, "equal": 5}
    return (order[judged.verdict], not isinstance(judged.error, ShapeError), judged.link or 0, not judged.condition)


def joined(*conditions) -> str:
    """Return the conditions under which a claim holds as one text.

    >>> joined("", "a > 0", "b > 0")
    'a > 0; b > 0'
    """
    return "; ".join([condition for condition in conditions if condition])

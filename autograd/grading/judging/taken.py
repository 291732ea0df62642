"""Results of a writer that are assumed to be right, and the numbers that follow from them at a point.

A writer who derives a wrong delta and continues by right rules makes one mistake, not two. If a printed claim states a
delta, a derivative of the loss, or the derivative of an activation, this replaces the true number, and reverse mode
continues with it.
"""

from typing import Any, NamedTuple

from autograd.grading.meaning.arrays import entries, is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.quantities import At, Quantity

__all__ = ["Result", "taken"]


class Result(NamedTuple):
    """A derivative as a printed claim states it.

    Fields:
        task: the claim. Its sums have different letters.
        places: the meanings of letters.
        reading: the reading of the claim.
        envs: the numbers of its free letters.
    """

    task: Any
    places: Any
    reading: Any
    envs: list


def taken(at, results) -> At:
    """Return a point with a writer's results in place of the true numbers.

    Args:
        at: the point.
        results: a sequence of :class:`Result`s. Each may depend on those before it.
    """
    for result in results:
        adjoints: dict = {}
        slopes: dict = {}
        for env in result.envs:
            evaluation = evaluator(at, result.places, result.reading, {})
            written = evaluation.value(result.task.sides[-1], env)
            for of, by, number in _pairs(evaluation, result.task.sides[0], env, written):
                node = at.model.node_of.get(by)
                if of == Quantity("loss") and node is not None:
                    adjoints[node] = number
                elif (of.role, by.role) == ("a", "s") and of[1:] == by[1:]:
                    slopes[at.model.node_of[of]] = node, number
        if adjoints or slopes:
            at = At(at.model, at.sample.assuming(adjoints, slopes), at.rate)
    return at


def _pairs(evaluation, left, env, written):
    """Yield a triple for each entry of the left side: the quantity, the variable, and the written number."""
    factor = evaluation.at.one
    of = Quantity("loss")
    if left.kind == "deriv":
        place = evaluation.by_place(left.parts[1])
        if left.parts[0].kind == "name" and not evaluation.places.is_loss(left.parts[0]):
            inner = evaluation.place(left.parts[0])
            if evaluation.is_whole(inner):
                return
            of = evaluation.quantity(inner, env)
    elif left.kind == "name":
        place = evaluation.place(left)
        if place.role != "delta":
            return
        place, factor = place._replace(role="s"), evaluation.at.number(evaluation.model.formulas.factor)
    else:
        return
    if place.kind != "quantity" or place.role not in ("s", "a", "w", "b"):
        return
    if not evaluation.is_whole(place):
        if not is_array(written):
            yield of, evaluation.quantity(place, env), written / factor
        return

    def quantity(index, sample):
        q = evaluation.quantity(place, env, index)
        return q if sample is None else q._replace(sample=sample)

    quantities = evaluation.whole(place, env, quantity)
    if is_array(written) and written.shape == quantities.shape:
        for q, number in zip(entries(quantities), entries(written), strict=True):
            yield of, q, number / factor

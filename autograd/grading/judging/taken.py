"""A writer's own results, taken for right: the numbers that follow from them at a point.

Whoever writes a wrong delta and goes on from there by right rules makes one mistake, not two. What a printed claim says
of a delta, of a derivative of the loss, or of an activation's derivative is put in place of the true number, and
reverse mode goes on from it.
"""

from typing import Any, NamedTuple

from autograd.grading.meaning.arrays import entries, is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.quantities import At, Quantity

__all__ = ["Result", "taken"]


class Result(NamedTuple):
    """A derivative as a printed claim states it.

    Fields:
        task: the claim, its sums renamed apart; places, reading: how it is read.
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
        results: :class:`Result`s, each of which may build on the ones before.
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
    """Yield a triple for each entry of the left side: of what, with respect to what, and the written number."""
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

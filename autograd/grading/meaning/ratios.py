"""The derivatives of one quantity of the network with respect to another."""

from autograd.grading.meaning.place import Misfit, OutOfRange
from autograd.grading.meaning.quantities import Quantity


def ratio(evaluation, of, by, is_summed=False):
    """Return the derivative of one quantity with respect to another.

    It is the total derivative, or the direct one for a step under a sum if the reading is ``direct``.
    """
    if of.step is not None and of.step == 0:
        evaluation.missing(of)
        return evaluation.at.zero
    if of.role not in ("loss", "parameter") and not evaluation.model.exists(of):
        raise OutOfRange("there is no such quantity in this network.")
    if of.role == "parameter":
        of = evaluation.parameters()[of.index - 1]
    if (
        evaluation.reading.direct
        and is_summed
        and by.role in ("w", "b")
        and of.step is not None
        and of.role in ("s", "a", "p")
    ):
        return direct(evaluation, of, by)
    return evaluation.at.ratio(of, by)


def direct(evaluation, of, by):
    """Return the derivative of a state with respect to a parameter, with the states of earlier steps held fixed."""
    layer = by.layer[1] if by.role == "w" else by.layer
    total = evaluation.at.zero
    for k in range(1, evaluation.model.size(layer) + 1):
        s = Quantity("s", layer, k, of.sample, of.step)
        if not evaluation.model.exists(s):
            continue
        inner = evaluation.at.zero
        if by.role == "b" and by.index == k:
            inner = evaluation.at.one
        elif by.role == "w" and by.index[1] == k:
            step = of.step - 1 if by.layer[0] == by.layer[1] else of.step
            source = Quantity("a", by.layer[0], by.index[0], of.sample, step)
            if evaluation.model.exists(source):
                inner = evaluation.at.value(source)
        total = total + evaluation.at.ratio(of, s) * inner
    return total


def tangent_of_place(evaluation, place, q, env):
    """Return the derivative of the quantities at a place with respect to a quantity."""

    def of(k, n):
        x = evaluation.quantity(place, env, k)
        return ratio(evaluation, x if n is None else x._replace(sample=n), q, is_summed_over(place.step))

    if evaluation.is_whole(place):
        return evaluation.whole(place, env, of)
    return of(None, None)


def is_summed_over(step):
    """Return True if a step is summed over: its letter is that of a sum, or it is a number."""
    return step is not None and (step.letter is None or "#" in step.letter)


def check_order(evaluation, place, q):
    """Raise Misfit for a derivative that is 0 because no path leads from one layer to the other. It cannot be meant."""
    if evaluation.model.steps > 1 or place.role not in ("s", "a", "p") or q.role not in ("s", "a", "p", "w", "b"):
        return
    order = {"w": 0, "b": 0, "s": 1, "a": 2, "p": 3}
    layer = q.layer[1] if isinstance(q.layer, tuple) else q.layer
    below = places_rank(evaluation, layer, order[q.role])
    if below > places_rank(evaluation, place.layer, order[place.role]):
        raise Misfit(f"a quantity of layer {place.layer} does not depend on one of layer {layer}.")


def places_rank(evaluation, layer, kind):
    """Return a number that grows with the distance of a quantity from the inputs."""
    if kind == 1 and layer and evaluation.is_linear(layer):
        kind = 2
    return 4 * layer + kind

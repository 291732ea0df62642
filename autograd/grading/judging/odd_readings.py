"""Readings that no writer would mean, although nothing is wrong with them: they only count if no other one fits."""

from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.reading.nodes import walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["compares_hidden", "oddness", "sums_outputs"]


def oddness(reading, task):
    """Return how unlikely a reading is.

    Layer letters that count nothing, numbers of matrices that are indices, two letters for one matrix, and the
    derivative of a function in another layer than that of the left side are unlikely.
    """
    odd = sum([axis == "ignored" and letter in ("l", "ell", "L") for letter, axis in reading.axes.items()])
    left = task.sides[0]
    if left.kind == "name" and left.data[0] in reading.layers:
        slopes = [x.parts[1] for side in task.sides for x in walk(side) if x.kind == "call" and x.parts[0].data[1]]
        layers = {reading.layers[x.data[0]] for x in slopes if x.kind == "name" and x.data[0] in reading.layers}
        odd += not layers <= {reading.layers[left.data[0]]}
    matrices = [reading.layers[x] for x in ("U", "V", "W") if x in reading.layers]
    odd += len(set(matrices)) < len(matrices)
    if reading.below == "index":
        names = [x for side in task.sides for x in walk(side) if x.kind == "name" and x.data[0][-1].isupper()]
        odd += any([p.kind for s in x.parts for p in s.parts] == ["num"] for x in names)
    return odd


def compares_hidden(task, places, reading, at):
    """Return True if a target is subtracted from an activation that is not an output, which is an unlikely reading."""
    evaluation = evaluator(at, places, reading, {})
    for side in task.sides:
        for x in walk(side):
            if x.kind != "add" or len(x.parts) != 2:
                continue
            found = [_plain_place(evaluation, y) for y in x.parts]
            roles = {place.role: place.layer for place in found if place is not None}
            if "t" in roles and roles.get("a", evaluation.model.depth) != evaluation.model.depth:
                return True
    return False


def sums_outputs(task, places, reading, at):
    """Return True if a letter of pre-activations is read as that of linear outputs, which have another letter.

    In a recurrent network, the a of ``\\sum_t \\bar a_t h_t^T`` is then that of the hidden neurons.
    """
    if places.model.steps == 1 or not places.names_outputs:
        return False
    evaluation = evaluator(at, places, reading, {})
    names = [x for side in task.sides for x in walk(side) if x.kind == "name" and places.roles_of(x.data[0]) == ["s"]]
    found = [_plain_place(evaluation, x) for x in names]
    return any(place is not None and place.role == "s" and place.layer == places.model.depth for place in found)


def _plain_place(evaluation, node):
    """Return the place of a term that is a single quantity, or None for another term."""
    while node.kind in ("group", "neg"):
        node = node.parts[0]
    if node.kind != "name":
        return None
    try:
        place = evaluation.place(node)
    except ReadingError:
        return None
    return place if place.kind == "quantity" else None

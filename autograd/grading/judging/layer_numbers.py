r"""The layers that the numbers of layers mean, in a document that numbers its layers in one way.

By itself, ``\frac{\partial E}{\partial b_1} = \delta_2`` is right if deltas are numbered from the inputs, as layer 1.
It is wrong for a writer who has numbered the deltas as the weights so far.
"""

from typing import NamedTuple

from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.marks import Marks
from autograd.grading.meaning.place import Item
from autograd.grading.reading.nodes import walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["COUNTED", "NO_SHIFTS", "Shifts", "fits_numbers", "layer_numbers"]

COUNTED = "numbers of weights"  # w_1, w_2, ...: those into a neuron come first, or those out of one
_GROUPS = {"w": "weights", "b": "weights", "delta": "deltas", "a": "neurons", "s": "neurons", "y": "neurons"}


class Shifts(NamedTuple):
    """The differences between layers and the marks for them in one reading of a claim.

    The groups are ``"weights"``, ``"deltas"`` and ``"neurons"``. For weights, the layer is that to which they lead.

    Fields:
        numbers: from a group to the layer that its number 0 would mean, and from ``COUNTED`` to the order of weights
            with one number, ``"to"`` or ``"from"``.
        letters: from a group to the difference of its layer and that of a letter such as l.
        weights: from a letter of weights without a mark of its layer to the layers that it connects.
    """

    numbers: dict
    letters: dict
    weights: dict

    def differ(self, known) -> list:
        """Return the groups whose marks mean other layers than those that are known, a dict from groups to numbers."""
        stated = [*self.numbers.items(), *self.weights.items()]
        other = [group for group, shift in stated if known.get(group, shift) != shift]
        shared = [group for group in self.letters if group in known]
        if len({self.letters[group] - known[group] for group in shared}) > 1:
            other += [group for group in shared if group not in other]
        return other


NO_SHIFTS = Shifts({}, {}, {})


def layer_numbers(judge, judged, places) -> Shifts:
    """Return the layers that the numbers and letters of layers mean in a claim that is right."""
    if judged.verdict != "equal" or judged.task is None or judged.reading is None:
        return NO_SHIFTS
    return _shifts(judge, judged.task, places, judged.reading) or NO_SHIFTS


def fits_numbers(judge, task, places, reading, known) -> bool:
    """Return True if the numbers and letters of layers in a reading mean the layers that they are known to mean."""
    found = _shifts(judge, task, places, reading)
    return found is not None and not found.differ(known)


def _shifts(judge, task, places, reading):
    """Return the :class:`Shifts` of a reading, or None if two names of a group differ."""
    numbers: dict = {}
    letters: dict = {}
    weights: dict = {}
    evaluation = evaluator(judge.points.first(), places, reading, {})
    sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
    for node in [x for side in sides for x in walk(side) if x.kind == "name"]:
        try:
            place = evaluation.place(node)
            marks = Marks(places, places.normal(node), reading, None, None)
        except ReadingError:
            continue
        group = _GROUPS.get(place.role)
        if place.kind != "quantity" or group is None or place.layer is None:
            continue
        if marks.layer is None:
            if _is_counted(place, node) and numbers.setdefault(COUNTED, reading.flat) != reading.flat:
                return None
            if place.role == "w" and not node.parts and weights.setdefault(node.data[0], place.layer) != place.layer:
                return None
            continue
        layer = place.layer[1] if isinstance(place.layer, tuple) else place.layer
        into = numbers if marks.is_numbered else letters
        if into.setdefault(group, layer - marks.layer) != layer - marks.layer:
            return None
    return Shifts(numbers, letters, weights)


def _is_counted(place, node):
    """Return True for a weight with one number, which counts all weights of the network."""
    marks = [p.kind for script in node.parts for p in script.parts]
    if place.role != "w" or marks != ["num"] or not isinstance(place.index, tuple):
        return False
    return all(isinstance(x, Item) and x.letter is None for x in place.index)

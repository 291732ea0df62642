r"""The layers of letters without a mark of their layer, in a document that gives each layer letters of its own.

By itself, ``\frac{\partial E}{\partial W_1} = \frac{\partial E}{\partial v} x^T`` is right if v is any pre-activation.
It is wrong for a writer who has defined ``u = W_1 x + b_1`` and ``v = W_2 h + b_2``.
"""

from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.marks import Marks
from autograd.grading.reading.nodes import walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["fits_letters", "letters_of_layers"]

_ROLES = {"s": "s", "a": "a", "y": "a", "w": "w", "b": "b"}


def letters_of_layers(judge, judged, places) -> dict:
    """Return a dict from a role and a letter without a mark of its layer to its layer in a right claim on a neuron.

    For weights, this is a pair of the layers that they connect. If the claim is right for several layers, or if a
    letter is in several of them, the dict does not have it.
    """
    if judged.verdict != "equal" or judged.task is None or judged.reading is None or len(judged.layers) > 1:
        return {}
    left = judged.task.parameter or judged.task.sides[0]
    if left.kind != "name" or not set(places.roles_of(left.data[0])) & {"s", "a", "y", "p"}:
        return {}
    found = _layers(judge, judged.task, places, judged.reading)
    return {letter: min(layers) for letter, layers in found.items() if len(layers) == 1}


def fits_letters(judge, task, places, reading, known) -> bool:
    """Return True if the letters of a reading are in the layers that are known, a dict from roles and letters."""
    found = _layers(judge, task, places, reading)
    return all(layers <= {known[letter]} for letter, layers in found.items() if letter in known)


def _layers(judge, task, places, reading):
    """Return a dict from roles and letters without a mark of their layer to sets of layers."""
    found: dict = {}
    evaluation = evaluator(judge.points.first(), places, reading, {})
    sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
    nodes = [x for side in sides for x in walk(side)]
    of_marks = {id(x) for node in nodes if node.kind in ("sub", "sup") for x in walk(node)}
    for node in nodes:
        if node.kind != "name" or id(node) in of_marks or _names_neuron(node):
            continue
        try:
            place = evaluation.place(node)
            marks = Marks(places, places.normal(node), reading, None, None)
        except ReadingError:
            continue
        if place.kind == "quantity" and place.role in _ROLES and place.layer is not None and marks.layer is None:
            found.setdefault((_ROLES[place.role], node.data), set()).add(place.layer)
    return found


def _names_neuron(node):
    """Return True if a mark is a letter with a number, such as the o_1 of ``net_{o1}``, which names a layer."""
    return any(part.kind == "name" and part.parts for script in node.parts for part in script.parts)

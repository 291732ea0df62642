r"""The layers whose neurons an index letter counts, in a document that uses its letters consistently.

By itself, ``\frac{\partial L}{\partial w_{ij}} = \delta_j a_i`` is right for the weights of any layer. A writer who
has used i for inputs and j for hidden neurons so far means these.
"""

from autograd.grading.reading.nodes import walk

__all__ = ["counted_layers", "fits", "written_letter"]


def written_letter(letter):
    """Return a letter as it was written, without the number of its sum.

    >>> written_letter("k#2")
    'k'
    """
    return letter.split("#")[0]


def fits(reading, layers) -> bool:
    """Return True if the letters of a reading count the neurons of given layers.

    Args:
        reading: a :class:`~autograd.grading.meaning.place.Reading`.
        layers: a dict from written letters to layers. Other letters count anything.
    """
    return all(layers.get(written_letter(letter), axis) == axis for letter, axis in reading.axes.items())


def counted_layers(judged) -> dict:
    """Return a dict from index letters to the layers whose neurons they count in a claim that is right.

    It is empty if the claim holds for several layers, or if its layers have marks: letters of indices then are free.
    """
    reading, task = judged.meant or judged.reading, judged.task
    if judged.verdict != "equal" or task is None or reading is None or len(judged.layers) > 1:
        return {}
    if reading.layer is not None or "layer" in reading.axes.values() or _has_numbered_marks(task, reading):
        return {}
    found: dict = {}
    for letter, axis in reading.axes.items():
        if isinstance(axis, int):
            found.setdefault(written_letter(letter), set()).add(axis)
    return {letter: min(axes) for letter, axes in found.items() if len(axes) == 1}


def _has_numbered_marks(task, reading):
    """Return True if a letter has a number as a mark, which may be a layer. The 2 of ``a_h^2`` is a power."""
    sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
    for node in [x for side in sides for x in walk(side) if x.kind == "name"]:
        for script in node.parts:
            is_power = script.kind == "sup" and script.data == "" and reading.above == "power"
            if not is_power and any(part.kind != "name" and part.kind != "text" for part in script.parts):
                return True
    return False

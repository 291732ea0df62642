"""The layout of batches in the entries of a matrix, such as ``X_{cj}`` or ``X_{jc}`` for feature c of sample j."""

from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.reading.nodes import is_name, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["misplaced_samples"]

_DECLARED = "samples are {0} of a batch, so the sample is the {1} index of {2}"
_MIXED = "it is right only if samples are rows of {0} and columns of {1}: write the index of the sample in one place"
_PLACES = {"rows": ("rows", "first"), "columns": ("columns", "second")}


def misplaced_samples(judge, found, task, places, batch):
    """Return the reason why the index of a sample is in the wrong place in an entry of a batch, or "" if none is.

    The declared layout decides. If none is declared, all batches of a claim must have the same one.

    Args:
        judge: the :class:`~autograd.grading.judging.judge.Judge`.
        found: its answer.
        task: the compared task.
        places: the meanings of letters.
        batch: the declared layout of batches, ``"rows"`` or ``"columns"``, or None.
    """
    if judge.model.samples == 1 or found.reading is None:
        return ""
    evaluation = evaluator(judge.points.first(), places, found.reading, {})
    layouts: dict = {}
    for x in [x for side in task.sides for x in walk(side) if x.kind == "name" and x.data[0][-1].isupper()]:
        layout = _layout(x, found.reading, evaluation)
        if layout is not None:
            layouts.setdefault(layout, x)
    if batch is not None:
        wrong = [x for layout, x in layouts.items() if layout != batch]
        return _DECLARED.format(*_PLACES[batch], show(wrong[0])) if wrong else ""
    return _MIXED.format(show(layouts["rows"]), show(layouts["columns"])) if len(layouts) > 1 else ""


def _layout(name, reading, evaluation):
    """Return the layout of a batch in which a name is an entry, or None for another name."""
    below = [p for script in name.parts if script.kind == "sub" for p in script.parts]
    if len(below) != 2 or len(name.parts) != 1 or not all(is_name(p) and not p.parts for p in below):
        return None
    axes = [reading.axes.get(p.data[0]) for p in below]
    if (axes[0] == "sample") == (axes[1] == "sample"):
        return None
    try:
        place = evaluation.place(name)
    except ReadingError:
        return None
    if place.kind != "quantity" or place.role in ("w", "b"):
        return None
    return "rows" if axes[0] == "sample" else "columns"

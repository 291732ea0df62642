"""The layout of batches in the entries of a matrix, such as ``X_{cj}`` or ``X_{jc}`` for feature c of sample j."""

import contextlib

from autograd.engine.errors import AutogradError
from autograd.grading.judging.comparing import FAILURES, compared
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.reading.nodes import is_name, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["misplaced_samples"]

_DECLARED = "samples are {0} of a batch, so the sample is the {1} index of {2}"
_MIXED = "it is right only if samples are rows of {0} and columns of {1}: write the index of the sample in one place"
_MISFIT = "samples are {0} of a batch, and the batches do not fit: {1}"
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
        if wrong:
            return _DECLARED.format(*_PLACES[batch], show(wrong[0]))
        return _misfit_of_batches(judge, found, task, places, batch)
    return _MIXED.format(show(layouts["rows"]), show(layouts["columns"])) if len(layouts) > 1 else ""


def _misfit_of_batches(judge, found, task, places, batch):
    """Return the reason why capital letters do not fit as batches in the declared layout, or "" if they do.

    The claim is right if each capital letter is the vector of one sample, which it is in no declared batch.
    """
    if found.reading.stacked or any(x.kind == "sum" for side in task.sides for x in walk(side)):
        return ""
    evaluation = evaluator(judge.points.first(), places, found.reading, {})
    names = [x for side in task.sides for x in walk(side) if x.kind == "name" and x.data[0][-1].isupper()]
    batches = []
    for x in names:
        with contextlib.suppress(ReadingError):
            place = evaluation.place(x)
            is_vector = place.kind == "quantity" and place.role not in ("w", "b", "loss") and place.index is None
            is_implied = place.sample is None or (place.sample.letter or "").startswith("@")
            batches += [x] if is_vector and is_implied else []
    if not batches:
        return ""
    whole = found.reading.changed(stacked=True, vectors=batch, gradient_row=False, single=False)
    try:
        compared(judge, task, places, whole, None, None)
    except ShapeError as error:
        return _MISFIT.format(batch, str(error))
    except (ReadingError, AutogradError, *FAILURES):
        return ""
    return ""


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

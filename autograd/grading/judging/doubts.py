"""Formulas that are right in only one of several likely readings. They are ambiguous, not equal."""

from fractions import Fraction

from autograd.grading.judging.comparing import FAILURES, compared
from autograd.grading.judging.instances import unbound_letters
from autograd.grading.judging.task import Task
from autograd.grading.meaning.derivatives import is_of_loss, names_no_loss
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.readings import Readings
from autograd.grading.reading.nodes import Node, is_name, replace_at, show, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["DEPENDS_ON_NUMBERS", "EITHER_LOSS", "SILENT", "doubt"]

EITHER_LOSS = (
    "it is right if a dZ is the derivative of the mean loss, and wrong if it is that of a sample's own loss, as in "
    "dZ = A - Y: write \\partial J/\\partial Z for the mean loss, or 1/m in front of a sum over samples"
)
_LEADS_OUT = (
    "it is right if the weights of layer l lead out of it, and wrong if they lead into it: write which, "
    "such as z^{l+1} = W^{l+1} a^l, or W^{l+1} in place of W^l"
)
_TURNED = (
    "it is right if vectors are {}, and has a transpose too many or too few if they are {}: say so with vectors=, or "
    "write the factors in the order of their shapes"
)
_NUMBERED = (
    "it is right if a matrix with a number is one weight, and wrong if the number is its layer: write w for one "
    "weight, or a superscript for the layer"
)
_COUNTED_FROM_ONE = (
    "it is right if the inputs are layer 1, and wrong if they are layer 0: write a^{(1)} for the inputs, or say what "
    "z^{(1)} is"
)
DEPENDS_ON_NUMBERS = (_LEADS_OUT, _COUNTED_FROM_ONE)  # the doubts of claims whose layers may be numbered in two ways
SILENT = (
    "it is right if a repeated index is summed silently, and wrong if a sum was forgotten: write \\sum, or a link of "
    "the chain without that index"
)
_OF_ANOTHER_LAYER = (
    "it is right only because the layers have the same activation: {} names the function of another layer than that "
    "of its argument"
)
_OF_OUTPUTS = (
    "it is right if {} are the weights to the outputs, and wrong if they are those from one step to the next: write "
    "W_{{hy}} or W_{{hh}}"
)
_POWER = (
    "it is right if the number above {0} is its layer, and wrong if it is a power: write the layer of {0} in brackets"
)
_OF_INPUTS = (
    "it is right if {0} stands for the inputs, too, and wrong if it stands for hidden neurons alone, as outputs have "
    "another letter: write inputs with the letter {1}"
)
_MAX_TRIED = 24


def doubt(judge, found, refuted, task, places, vectors=None):
    """Return the reason why a claim may be wrong in another likely reading, or "" if it is not in doubt.

    Args:
        judge: the :class:`~autograd.grading.judging.judge.Judge`.
        found: its answer.
        refuted: the answers of readings that were refuted.
        task: the compared task.
        places: the meanings of letters.
        vectors: the declared orientation of vectors, or None.
    """
    if found.verdict != "equal":
        return ""
    if found.reading.implied and _is_silent_throughout(judge, found, task, places):
        return SILENT
    call = _of_another_layer(judge, found, task, places)
    if call is not None:
        return _OF_ANOTHER_LAYER.format(show(call))
    power = _possible_power(found, task, places)
    if power is not None:
        return _POWER.format(show(power))
    if _is_of_outputs(judge, found, refuted, task, places):
        return _OF_OUTPUTS.format(show(task.sides[0].parts[1]))
    words = "" if judge.numbers else _numbered_in_two_ways(judge, found, refuted, task, places)
    if words:
        return words
    if _is_one_of_a_matrix(judge, found, refuted, task, places):
        return _NUMBERED
    hidden = _read_as_input(judge, found, task, places)
    if hidden is not None:
        return _OF_INPUTS.format(show(hidden), places.convention.letters["x"])
    if vectors is None and _is_turned(judge, found, task, places):
        rows = found.reading.vectors == "rows"
        return _TURNED.format(*(("rows", "columns") if rows else ("columns", "rows")))
    return EITHER_LOSS if _is_of_either_loss(found, refuted, task, places) else ""


def _numbered_in_two_ways(judge, found, refuted, task, places):
    """Return the reason why a claim is in doubt if its layers may be numbered in another way, or ""."""
    if _is_renumbered(judge, found, task, places):
        return _LEADS_OUT
    if found.reading.base and _has_square_marks(task) and not _numbers_say_so(judge, task):
        return _COUNTED_FROM_ONE
    return _COUNTED_FROM_ONE if _is_counted_from_one(judge, found, refuted, task, places) else ""


def _is_silent_throughout(judge, found, task, places):
    """Return True if all sides leave out a sum, so that none shows the meaning of the others."""
    for side in task.sides[1:]:
        if not unbound_letters(judge, task._replace(sides=(task.sides[0], side)), places, found.reading):
            return False
    return True


def _of_another_layer(judge, found, task, places):
    """Return a derivative whose function has the mark of another layer than its argument, or None."""
    evaluation = evaluator(judge.points.first(), places, found.reading, {})
    for side in task.sides:
        for x in walk(side):
            if x.kind != "call" or not x.parts[0].data[1] or len(x.parts) != 2 or not is_name(x.parts[1]):
                continue
            marks = [s for s in x.parts[0].parts if s.kind == "sup"]
            probe = Node("name", marks, (places.pre_activation, 0), x.at)
            try:
                layers = {evaluation.place(y).layer for y in (probe, x.parts[1])} if marks else set()
            except ReadingError:
                continue
            if len(layers) > 1:
                return x
    return None


def _possible_power(found, task, places):
    """Return an activation with a number above it that was read as a layer, if no other quantity has one, or None."""
    if found.reading.above != "layer":
        return None
    sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
    names = [x for side in sides for x in walk(side) if x.kind == "name"]
    bare = [(x, s) for x in names for s in x.parts if s.kind == "sup" and not s.data]  # not a^{(2)}, which is a layer
    marked = [x for x, s in bare if any(p.kind == "num" for p in s.parts)]
    if _is_square_of_delta(marked, names, places) or _is_square_of_target(marked, names, places):
        return marked[0]
    others = [x for x in names if {"delta", "w", "b", "s"} & set(places.roles_of(x.data[0]))]
    if not marked or not others or any(s.kind == "sup" for x in others for s in x.parts):
        return None
    return next((x for x in marked if x not in others), None)


def _is_square_of_target(marked, names, places):
    """Return True if a number is above one target or probability, and an output beside it has no mark above it."""
    if len(set(marked)) != 1 or not set(places.roles_of(marked[0].data[0])) <= {"t", "p"}:
        return False
    others = [x for x in names if x != marked[0] and {"s", "a", "y", "p", "t"} & set(places.roles_of(x.data[0]))]
    return bool(others) and not any(s.kind == "sup" for x in others for s in x.parts)


def _is_square_of_delta(marked, names, places):
    """Return True if one number is above deltas with an index, and nothing else has a mark above it."""
    numbers = {p.data for x in marked for s in x.parts if s.kind == "sup" for p in s.parts if p.kind == "num"}
    if len(numbers) != 1 or not all("delta" in places.roles_of(x.data[0]) for x in marked):
        return False
    if not all(any(s.kind == "sub" and any(is_name(p) for p in s.parts) for s in x.parts) for x in marked):
        return False
    others = [x for x in names if x not in marked and {"w", "s", "a", "y"} & set(places.roles_of(x.data[0]))]
    others = [x for x in others if any(s.kind == "sub" for s in x.parts)]
    return bool(others) and not any(s.kind == "sup" for x in names if x not in marked for s in x.parts)


# --- The layer of weights.


def _is_of_outputs(judge, found, refuted, task, places):
    """Return True if the claim gives a W by deltas of any layer, and is refuted for the weights from step to step."""
    left = task.sides[0]
    names = [x for side in task.sides[1:] for x in walk(side) if x.kind == "name"]
    if not any("delta" in places.roles_of(x.data[0]) for x in names):
        return False
    if judge.model.steps == 1 or left.kind != "deriv" or not is_name(left.parts[1], "W") or left.parts[1].parts:
        return False

    def weights(reading):
        k = reading.layers.get("W")
        return judge.model.weights[k] if k is not None and k < len(judge.model.weights) else (0, 0)

    start, end = weights(found.reading)
    if start == end or (start, start) not in judge.model.weights:
        return False
    return any(x.reading is not None and weights(x.reading) == (start, start) for x in refuted)


def _is_renumbered(judge, found, task, places):
    """Return True if the claim is right only if weights lead out of their layer, and nothing else in it shows that."""
    theta = ("\\Theta", "\\theta")  # writers of Theta number the inputs as layer 1
    if not found.reading.weights_out or places.convention.letters["w"] in theta:
        return False
    if found.reading.delta_base and _numbers_say_so(judge, task):
        return False
    left = task.sides[0]
    is_delta = is_name(left) and "delta" in places.roles_of(left.data[0])
    if task.parameter is not None or not (left.kind == "deriv" or is_delta):
        return False
    letters = {"l", "ell", "L"} | {x for x, axis in found.reading.axes.items() if axis == "layer"}
    return any(_is_right_with(judge, changed, places) for changed in _with_another_layer(task, places, letters))


def _numbers_say_so(judge, task):
    """Return True if a mark is the number of a layer after the last one, so that the inputs must be layer 1."""
    marks = [p for side in task.sides for x in walk(side) if x.kind == "name" for s in x.parts for p in s.parts]
    numbers = [p.data for p in marks if p.kind == "num"]
    return bool(numbers) and max(numbers) > judge.model.depth


def _has_square_marks(task):
    """Return True if layers are in square brackets. Authors of this notation mostly number the inputs as layer 0."""
    scripts = [s for side in task.sides for x in walk(side) if x.kind == "name" for s in x.parts]
    return any(s.data == "[" for s in scripts)


def _is_counted_from_one(judge, found, refuted, task, places):
    """Return True if the claim is right only if the inputs, which have their own letter, are layer 1."""
    reading, letters = found.reading, places.convention.letters
    is_shifted = reading.base or (reading.delta_base and reading.below == "layer")
    if not is_shifted or reading.weights_out or letters["x"] == letters["a"] or _numbers_say_so(judge, task):
        return False
    if not reading.base:  # deltas alone are counted from the inputs
        return any(x.reading is not None and not x.reading.delta_base and x.reading.below == "layer" for x in refuted)
    return any(x.reading is not None and not x.reading.base and not x.reading.weights_out for x in refuted)


def _with_another_layer(task, places, letters):
    """Yield the claim with one weight, bias, delta or pre-activation on the right moved by one layer.

    ``letters`` are those that count layers.
    """
    for k, side in enumerate(task.sides[1:], 1):
        for path, node in _paths(side):
            if not is_name(node) or not {"w", "b", "delta", "s"} & set(places.roles_of(node.data[0])):
                continue
            for step in (1, -1):
                for moved in _moved(node, step, letters):
                    sides = [*task.sides]
                    sides[k] = replace_at(side, path, moved)
                    yield task._replace(sides=tuple(sides))


def _paths(tree, path=()):
    yield path, tree
    for k, x in enumerate(tree.parts):
        yield from _paths(x, (*path, k))


def _moved(name, step, letters):
    """Yield a name whose layer, a number or l plus a number, is moved by ``step``."""
    for k, script in enumerate(name.parts):
        for j, mark in enumerate(script.parts):
            new = _moved_mark(mark, step, letters, script.kind == "sup" or len(script.parts) == 1)
            if new is not None:
                marks, parts = [*script.parts], [*name.parts]
                marks[j] = new
                parts[k] = script.with_parts(marks)
                yield name.with_parts(parts)


def _moved_mark(mark, step, letters, may_be_number):
    """Return the mark of a layer moved by ``step``, or None for a mark that counts something else."""
    letter, number = None, mark
    if mark.kind == "add" and len(mark.parts) == 2:
        letter, number = mark.parts
    elif mark.kind == "name" and not mark.parts:
        letter, number = mark, Node("num", (), Fraction(0), mark.at)
    sign = -1 if number.kind == "neg" else 1
    number = number.parts[0] if number.kind == "neg" else number
    if number.kind != "num" or not (may_be_number if letter is None else is_name(letter, *letters)):
        return None
    value = sign * number.data + step
    new = Node("num", (), abs(value), mark.at)
    if letter is None:
        return new if value >= 0 else None
    term = Node("neg", (new,), None, mark.at) if value < 0 else new
    return letter if value == 0 else Node("add", (letter, term), None, mark.at)


def _is_right_with(judge, task, places):
    """Return True if a claim is right when weights lead into their layer and inputs are layer 0."""
    sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
    readings = Readings(judge.model, places, sides, task.conditions, judge.points.first(), None, None, None)
    plain = [r for r in readings.all() if not (r.weights_out or r.base or r.delta_base)]
    plain = [r for r in plain if not readings.letters.ignores_a_layer(r.axes)]
    plain = [r for r in plain if "layer" in r.axes.values()] or plain
    classes: dict = {}
    for reading in plain[:_MAX_TRIED]:
        try:
            verdict = compared(judge, task, places, reading, None, None, quick=True)
        except (ReadingError, *FAILURES):
            continue
        if verdict is not None:
            classes.setdefault(reading.layer, []).append(verdict.verdict in ("equal", "unproved"))
    return bool(classes) and all(any(x) for x in classes.values())


def _is_one_of_a_matrix(judge, found, refuted, task, places):
    """Return True if W_2 is read as one weight, but its number may be a layer, and the matrix formula is wrong."""
    if found.reading.below != "index" or judge.model.depth == 1:
        return False
    names = [x for side in task.sides for x in walk(side) if is_name(x) and x.parts]
    if not any(_is_matrix(x, places) for x in names) or any(not _has_one_number(x, judge.model.depth) for x in names):
        return False
    return any(x.reading is not None and x.reading.below == "layer" for x in refuted)


def _read_as_input(judge, found, task, places):
    """Return a hidden activation that is read as an input because of its index alone, if this makes the claim right.

    A letter of all activations may stand for inputs, but not one of hidden neurons, beside which outputs and inputs
    have letters of their own. A claim that also holds for a later layer is meant for that.
    """
    letters = places.convention.letters
    if len({letters["x"], letters["a"], letters["y"]}) < 3 or judge.model.depth == 1 or judge.model.steps > 1:
        return None
    layers = [key[-1][1] if isinstance(key[-1], tuple) else key[-1] for key in found.layers]
    if any(isinstance(layer, int) and layer > 1 for layer in layers):
        return None
    evaluation = evaluator(judge.points.first(), places, found.reading, {})
    for x in [x for side in task.sides for x in walk(side) if is_name(x) and places.roles_of(x.data[0]) == ["a"]]:
        if any(s.kind == "sup" for s in x.parts):
            continue
        try:
            place = evaluation.place(x)
        except ReadingError:
            continue
        if place.role == "a" and place.layer == 0 and place.index is not None:
            return x
    return None


def _has_one_number(name, most):
    """Return True if a name has one mark, the number of a layer."""
    marks = [p for s in name.parts for p in s.parts]
    return len(marks) == 1 and marks[0].kind == "num" and marks[0].data <= most


# --- The orientation of vectors.


def _is_turned(judge, found, task: Task, places):
    """Return True if a weight matrix is on the side of a delta on which the other orientation transposes it.

    The delta of a single output is a number, so a matrix fits on both sides of it. With several outputs, it does not.
    """
    sizes = [judge.model.size(k) for k in range(judge.model.depth + 1)]
    if sizes[-1] != 1 or judge.model.depth == 1 or set(sizes) == {1}:
        return False
    is_rows = found.reading.vectors == "rows"
    if is_rows != places.to_from:
        return False
    for side in task.sides[1:]:
        for x in walk(side):
            if x.kind != "prod":
                continue
            pairs = list(zip(x.parts, x.parts[1:], strict=False))
            for one, other in pairs if is_rows else [(b, a) for a, b in pairs]:
                if _is_matrix(one, places) and _is_delta(other, places):
                    return True
    return False


def _is_matrix(node, places):
    """Return True if a node is a matrix of weights, with a capital letter, without an index, and not transposed."""
    while node.kind == "group":
        node = node.parts[0]
    if not is_name(node) or not node.data[0][-1].isupper() or "w" not in places.roles_of(node.data[0]):
        return False
    return not any(s.kind == "sub" and any(p.kind != "num" for p in s.parts) for s in node.parts)


def _is_delta(node, places):
    """Return True if a node is a delta, the derivative of the loss, or the error in a bracket."""
    while node.kind == "group":
        node = node.parts[0]
    if node.kind == "deriv":
        return node.parts[0].kind == "loss" or places.is_loss(node.parts[0])
    if node.kind == "add":
        return any("t" in places.roles_of(x.data[0]) for y in node.parts for x in walk(y) if is_name(x))
    return is_name(node) and "delta" in places.roles_of(node.data[0])


# --- The loss of a sample and the mean loss.


def _is_of_either_loss(found, refuted, task, places):
    """Return True if a formula is right only if a dZ belongs to the mean loss, and not to a sample's own loss."""
    if found.reading.own_loss:
        return False
    derivatives = [x for side in task.sides for x in walk(side) if x.kind == "deriv"]
    derivatives = [x for x in derivatives if is_of_loss(places, x.parts[0])]
    if not any(names_no_loss(x) or places.declares_own_loss for x in derivatives):
        return False
    named, explicit = (
        {x.parts[1] for x in derivatives if names_no_loss(x) == is_named and x.parts[0].kind != "none"}
        for is_named in (True, False)
    )
    if any(places.is_loss(x.parts[0]) and x.parts[1] in named & explicit for x in derivatives):
        return False  # dZ = \partial J/\partial Z says which one is meant
    on_left = {role for x in walk(task.sides[0]) if x.kind == "name" for role in places.roles_of(x.data[0])}
    counts = [x for side in task.sides[1:] for x in walk(side) if is_name(x, "m", "n", "N") and not x.parts]
    if task.sides[0].kind == "deriv" and counts and not on_left & {"w", "b"}:
        return False  # dZ = (A - Y)/m shows which one is meant
    other = found.reading.changed(own_loss=True)
    return any(x.reading == other for x in refuted)

"""The instances of a claim: the numbers of its free letters."""

import itertools
import random
from typing import NamedTuple

from autograd.grading.meaning.arithmetic import given_letters
from autograd.grading.meaning.conditions import holds
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import head, variables
from autograd.grading.meaning.place import Item
from autograd.grading.reading.nodes import Limits, walk
from autograd.grading.reading.trees import ReadingError

_MAX_INSTANCES = 40
_COUNTS_NOTHING = ("layer", "ignored", "named", "last step", "last layer")


def unbound_letters(judge, task, places, reading, cache=None):
    """Return the letters on the right that occur neither on the left nor in a sum.

    ``cache`` has the places of names that were found before.
    """
    evaluation = evaluator(judge.points.first(), places, reading, {} if cache is None else cache)
    left = set(free_letters(task.parameter or task.sides[0], evaluation))
    if task.parameter is not None:
        left |= {"@t"}
    found: dict = {}
    for c in task.conditions:
        if c.kind == "cmp" and c.data == "=":
            names = {head(p) for p in c.parts}
            if names & left:
                left |= names
    lasts = last_letters(task)
    right = [x for side in task.sides[1:] for x in free_letters(side, evaluation)]
    lost = {reading.axes.get(x) for x in left - set(right)}  # the layers of letters that are only on the left
    for side in task.sides[1:]:
        for letter in free_letters(side, evaluation):
            if letter in lasts:
                continue
            counts = reading.axes.get(letter) not in _COUNTS_NOTHING
            is_other = reading.axes.get(letter) in lost  # a_j = f(z_i), even if there is one neuron
            if letter not in left and counts and (is_other or how_many(judge, letter, reading) > 1):
                found.setdefault(letter)
    return list(found)


def last_letters(task):
    r"""Return the letters that count the last entry of a matrix with dots, such as the n of ``(z_1, \ldots, z_n)^T``.

    They stand in the last row or column of such a matrix, and nowhere else.
    """
    matrices = [x for side in task.sides for x in walk(side) if x.kind == "matrix"]
    last: set = set()
    for matrix in matrices:
        rows = [row.parts for row in matrix.parts]
        if not any(cell.kind == "dots" for row in rows for cell in row):
            continue
        ends = rows[-1] if len(rows) > 1 else ()
        ends = [*ends, *[row[-1] for row in rows if len(row) > 1]]
        last |= {id(x) for cell in ends for x in walk(cell)}
    if not last:
        return frozenset()
    names = [(id(x) in last, x.data[0]) for side in task.sides for x in walk(side) if x.kind == "name"]
    return frozenset([name for is_last, name in names if is_last]) - {name for is_last, name in names if not is_last}


class Outline(NamedTuple):
    """The letters and the names of a tree, before they have a meaning.

    Fields:
        bound: the letters of its sums.
        letters: all other letters.
        names: its names and calls, without functions and indices.
    """

    bound: frozenset
    letters: tuple
    names: tuple


def outline_of(tree):
    """Return the outline of a tree, and store it in the tree."""
    if tree.outline is None:
        nodes = list(walk(tree))
        bound = frozenset([x for y in nodes if isinstance(y.data, Limits) for x in y.data.letters])
        functions = {id(x.parts[0]) for x in nodes if x.kind == "call"} | indices_in(tree)
        names = [x for x in nodes if (x.kind == "name" and id(x) not in functions) or x.kind == "call"]
        tree.outline = Outline(bound, tuple([x for x in variables(tree) if x not in bound]), tuple(names))
    return tree.outline


def free_letters(tree, evaluation):
    """Return the free letters of a tree, including an implicit sample and step. The evaluation caches them."""
    key = "free", id(tree)
    if key not in evaluation.cache:
        evaluation.cache[key] = _free_letters(tree, evaluation), tree
    return evaluation.cache[key][0]


def _free_letters(tree, evaluation):
    bound, letters, names = outline_of(tree)
    found = dict.fromkeys([x for x in letters if x in evaluation.reading.axes])
    if tree.kind == "given" and not evaluation.reading.whole_target:
        found.update(dict.fromkeys(given_letters(tree.data)))
    for x in names:
        try:
            place = evaluation.place(x)
        except ReadingError:
            continue
        for item in (place.sample, place.step):
            if item is not None and item.letter in ("@n", "@t") and item.letter not in bound:
                found.setdefault(item.letter)
        if isinstance(place.index, Item) and place.index.letter and place.index.letter[0] == "@":
            found.setdefault(place.index.letter)
    return list(found)


def indices_in(tree):
    """Return the identities of the nodes that are indices: in the marks of names, the bounds of sums, and ``t = T``."""
    compared = [p for x in walk(tree) if x.kind == "cmp" for p in x.parts if p.kind == "name" and not p.parts]
    letters = variables(tree) if compared else ()
    found = {id(p) for p in compared if p.data[0] in letters}
    for x in walk(tree):
        if x.kind == "name":
            inner = x.parts
        elif isinstance(x.data, Limits):
            inner = [y for y in (x.data.lower, x.data.upper, x.data.domain, *x.data.conditions) if y is not None]
        else:
            continue
        found |= {id(z) for y in inner for z in walk(y)}
    return found


def how_many(judge, letter, reading):
    """Return the number of values of a letter under a reading."""
    axis = {"@n": "sample", "@t": "step"}.get(letter) or reading.axes.get(letter)
    if letter[0] == "@" and letter[1:].isdigit():
        axis = int(letter[1:])
    if axis == "sample":
        return judge.model.samples
    if axis == "step":
        return judge.model.steps
    if axis == "parameter":
        return len([q for q in judge.model.node_of if q.role == "w"])
    return judge.model.size(axis) if isinstance(axis, int) else 1


def instances(judge, task, places, reading, wanted, cache=None):
    """Return the instances for which a claim is meant: the numbers of its free letters.

    ``cache`` has the places of names that were found before.
    """
    evaluation = evaluator(judge.points.first(), places, reading, {} if cache is None else cache)
    letters: dict = {}
    for side in (*task.sides, *([task.parameter] if task.parameter else [])):
        for x in free_letters(side, evaluation):
            letters.setdefault(x)
    letters = [
        x for x in letters if how_many(judge, x, reading) >= 1 and reading.axes.get(x, "@") not in _COUNTS_NOTHING
    ]
    counts, lasts = {x: how_many(judge, x, reading) for x in letters}, last_letters(task)
    ranges = [range(counts[x] if x in lasts else 1, counts[x] + 1) for x in letters]
    envs = [dict(zip(letters, n, strict=True)) for n in itertools.islice(itertools.product(*ranges), 20_000)]
    kept = []
    for env in envs:
        try:
            if all(holds(evaluation, c, env) for c in task.conditions if c.kind == "cmp"):
                kept.append(env)
        except (ReadingError, KeyError):
            kept.append(env)
    envs = kept
    if wanted is not None:
        envs = [env for env in envs if is_wanted(judge, task, evaluation, env, wanted)]
    if len(envs) > _MAX_INSTANCES:
        envs = [envs[0], envs[-1], *random.Random(1).sample(envs[1:-1], _MAX_INSTANCES - 2)]
    return envs


def is_wanted(judge, task, evaluation, env, wanted):
    """Return True if the left side is one of the wanted quantities."""
    left = task.parameter or task.sides[0]
    if left.kind == "deriv" and left.parts[1].kind != "none":
        left = left.parts[1]
    try:
        place = evaluation.by_place(left) if left.kind != "name" else evaluation.place(left)
        if evaluation.is_whole(place):
            return any((q.role, q.layer) == (place.role, place.layer) for q in wanted)
        q = evaluation.quantity(place, env)
    except ReadingError:
        return True
    return q in wanted

"""Whether a claim is true: both sides are evaluated at points of the network, under every reading that fits.

A claim is equal where one consistent reading makes it so in every instance that is meant; it is wrong where all refute
it. In a prime field agreement at random points proves it; numbers of 50 digits are asked as well.
"""

import itertools
import random
from fractions import Fraction
from typing import NamedTuple

from autograd.engine.errors import AlgebraError, AutogradError, GraphError
from autograd.formulas.field import Pole, Residue, Unprovable, small_fraction
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS, field_sample, precise_sample
from autograd.grading.clock import Allowance
from autograd.grading.judging.taken import taken
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arithmetic import given_letters
from autograd.grading.meaning.arrays import ShapeError, is_array, shape
from autograd.grading.meaning.conditions import holds
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import head, renamed_apart, variables
from autograd.grading.meaning.places import IllFormed, Item, Misfit, OutOfRange
from autograd.grading.meaning.quantities import At, Model
from autograd.grading.meaning.readings import Readings
from autograd.grading.reading.nodes import Limits, Node, is_name, rewrite, walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["Judge", "Judged", "Task"]

_FAILURES = (ZeroDivisionError, ValueError, OverflowError, ArithmeticError, TypeError, AlgebraError)
_MOST_INSTANCES, _MOST_OTHERS = 40, 8
_EITHER_LOSS = (
    "it is right if a dZ is the derivative of the mean loss, and wrong if it is that of a sample's own loss, as in "
    "dZ = A - Y: write \\partial J/\\partial Z for the mean loss, or 1/m in front of a sum over samples"
)
_TOO_MANY = (
    "there are more ways to read it than can be tried: declare what its letters mean with letters=, or give layers and "
    "samples marks of their own"
)
_SECONDS = 3.0  # of work on the readings of one claim
KINK_POINTS = 24
_DOUBTED_POINTS = 12  # of many digits, where a field does not decide
_FUNCTIONS = frozenset({"log", "ln", "exp", "sqrt", "tanh", "softplus", "sigmoid", "erf", "logistic"})


class Task(NamedTuple):
    """What is compared: the sides of a claim, and how.

    Fields:
        sides: trees; the first is the left side.
        kind: ``"value"``, ``"step"`` (the sides are steps of a parameter), ``"proportion"``.
        parameter: the tree of the parameter that a step changes.
        conditions: ``cmp`` nodes.
        signs: the signs between the sides.
    """

    sides: tuple
    kind: str
    parameter: Node | None
    conditions: tuple


class Judged(NamedTuple):
    """The answer for one claim.

    Fields:
        verdict: ``"equal"``, ``"wrong"``, ``"unproved"``, ``"ill-formed"`` or ``"ambiguous"``.
        reading, env, link: the reading and the instance that it was decided by, and the first wrong link.
        reason: why, in words; the shapes that do not fit.
        layers: the layers for which it was tried and holds.
        condition: what has to hold besides.
        error: the error that says why; task: what was compared, its sums renamed apart; others: more readings that
            were refuted.
    """

    verdict: str
    reading: object = None
    env: object = None
    link: int | None = None
    reason: str = ""
    layers: tuple = ()
    condition: str = ""
    error: object = None
    task: object = None
    others: tuple = ()


class Judge:
    """Compares the sides of claims for one network.

    Args:
        formulas: of the network.
        results: what a writer found before, to be taken for right: :class:`~autograd.grading.judging.taken.Result`s.
    """

    def __init__(self, formulas, results=()):
        self.formulas, self.results = formulas, tuple(results)
        self.model = Model(formulas)
        self._field: list = []
        self._precise: tuple = (None, [])  # the context of a thread, and points with its numbers
        self._unprovable = False
        self._loose: list = []
        self.allowance = None

    # --- Points.

    def field(self, count):
        """``count`` points of a field; None where the graph means nothing there."""
        while len(self._field) < count and not self._unprovable:
            try:
                sample = field_sample(self.model.network)
            except (Unprovable, AlgebraError):
                self._unprovable = True
                break
            self._field.append(taken(At(self.model, sample, sample.point.random()), self.results))
        return None if self._unprovable else self._field[:count]

    def precise(self, count):
        """``count`` points with many digits."""
        mpmath = precise_numbers()

        context, points = self._precise
        if context is not mpmath:
            points = []
            self._precise = mpmath, points
        while len(points) < count:
            sample = precise_sample(self.model.network)
            with mpmath.workdps(DIGITS):
                at = At(self.model, sample, mpmath.rand() + sample.number(Fraction(1, 7)))
                points.append(taken(at, self.results))
        return points[:count]

    def first(self):
        """A point to try readings at."""
        points = self.field(1)
        return (points or self.precise(1))[0]

    def loose(self, count):
        """Points at which the targets of a sample do not add up to 1."""
        network = self.model.network
        while len(self._loose) < count:
            kept, network.distributions = network.distributions, []
            try:
                sample = field_sample(network)
            finally:
                network.distributions = kept
            self._loose.append(At(self.model, sample, sample.point.random()))
        return self._loose[:count]

    # --- One claim.

    def judge(self, task, places, vectors=None, batch=None, wanted=None, definitions=None):
        """The verdict on a claim.

        Args:
            task: a :class:`Task`.
            places: what letters mean.
            vectors, batch: what the convention says.
            wanted: the quantities that the left side must be of, or None.
            definitions: trees by name.

        Raises:
            ReadingError: it means nothing here.
        """
        best = None
        for sides in self._widths(task.sides):
            count = [0]
            renamed = tuple([renamed_apart(x, count) for x in _with_letters_of_sums(sides)])
            inner = task._replace(sides=renamed)
            found = self._judged(inner, places, vectors, batch, wanted, definitions)._replace(task=inner)
            if best is None or _rank(found) > _rank(best):
                best = found
            if best.verdict == "equal":
                break
        return best

    def _widths(self, sides):
        """The sides, and those where an operator d/dx takes every term to its right."""
        yield sides
        wide = tuple([_widened(x) for x in sides])
        if wide != sides:
            yield wide

    def _judged(self, task, places, vectors, batch, wanted, definitions):
        readings = Readings(self.model, places, task.sides, task.conditions, self.first(), vectors, batch, definitions)
        tried = readings.all()
        if not tried:
            return self._without_reading(readings, task)
        classes: dict = {}
        strange: dict = {}
        refuted: list = []
        failure = None
        mine, given, is_cut = Allowance(_SECONDS), self.allowance, False
        for reading in tried:
            try:
                of = self._class(task, places, reading)
                key = (_way(reading), _is_recurrent(of)), of
            except ReadingError as error:
                failure = _better(failure, error)
                continue
            if key in classes and classes[key].verdict == "equal":
                continue
            if not self._is_of_kind(task, key[1]):
                continue
            if mine.is_used_up() or (given is not None and given.is_used_up()):
                is_cut = True
                break
            try:
                found = self._compared(task, places, reading, wanted, definitions)
            except (OutOfRange, Misfit) as error:
                failure = _better(failure, error)
                continue
            except ShapeError as error:
                found = Judged("wrong", reading, None, None, str(error), error=error)
                if len(refuted) < _MOST_OTHERS:
                    refuted.append(found)
            except ReadingError as error:
                failure = _better(failure, error)
                continue
            except (GraphError, *_FAILURES) as error:
                failure = _better(failure, ReadingError(str(error) or "it has no value"))
                continue
            if found is None:
                continue
            if found.verdict != "equal" and found.error is None and len(refuted) < _MOST_OTHERS:
                refuted.append(found)
            into = strange if compares_hidden(task, places, reading, self.first()) else classes
            if key not in into or _rank(found) > _rank(into[key]):
                into[key] = found
        classes = classes or strange
        if not classes:
            if is_cut:
                raise ReadingError(_TOO_MANY)
            if failure is None and wanted is not None:
                failure = ReadingError("the left side speaks of something else than what is graded.")
            if failure is None:
                failure = ReadingError("there is nothing here that this formula could be meant for.")
            if isinstance(failure, IllFormed):
                return Judged("ill-formed", tried[0], None, None, failure.reason, error=failure)
            if isinstance(failure, Misfit):
                return Judged("wrong", tried[0], None, None, failure.reason, error=failure)
            raise failure
        found = self._together(classes, task)
        if self._is_renumbered(found, task, places):
            words = (
                "it is right if the weights of layer l lead out of it, and wrong if they lead into it: write which, "
                "such as z^{l+1} = W^{l+1} a^l, or W^{l+1} in place of W^l"
            )
            found = found._replace(verdict="ambiguous", reason=words)
        if self._is_of_either_loss(found, refuted, task):
            found = found._replace(verdict="ambiguous", reason=_EITHER_LOSS)
        if is_cut and found.verdict in ("wrong", "ill-formed") and given is None:
            found = found._replace(verdict="ambiguous", reason=_TOO_MANY)
        return found._replace(others=tuple(refuted))

    def _is_renumbered(self, found, task, places):
        """Whether a formula is right only if weights lead out of their layer, which nothing else in it speaks for."""
        if found.verdict != "equal" or not found.reading.weights_out or found.reading.base:
            return False
        if task.parameter is not None or not (task.sides[0].kind == "deriv" or is_name(task.sides[0], "delta")):
            return False
        marked = [x for side in task.sides for x in walk(side) if x.kind == "name" and x.parts]
        weights = [x for x in marked if {"w", "b"} & set(places.roles_of(x.data[0]))]
        on_left = {id(x) for x in walk(task.sides[0])}
        return bool(weights) and not any(id(x) in on_left for x in weights)

    def _is_of_either_loss(self, found, refuted, task):
        """Whether a formula is right only if a dZ is of the mean loss, and not of a sample's own."""
        if found.verdict != "equal" or found.reading.own_loss:
            return False
        if not any(x.kind == "deriv" and x.data == "name" for side in task.sides for x in walk(side)):
            return False
        other = found.reading.changed(own_loss=True)
        return any(x.reading == other for x in refuted)

    def _without_reading(self, readings, task):
        failure = readings.failure or ReadingError("what the letters of this formula count is not clear.")
        calls = [x.parts[0] for side in task.sides for x in walk(side) if x.kind == "call" and len(x.parts) > 2]
        if any(x.data[0] in readings.places.rates for x in calls):
            words = f"{calls[0].data[0]} is no function: a sign belongs where the comma is"
            return Judged("ill-formed", None, None, None, words, error=failure)
        if isinstance(failure, Misfit):  # wrong, or of another network: a slip that explains it decides
            return Judged("ambiguous", None, None, None, failure.reason, error=failure)
        raise failure

    def _class(self, task, places, reading):
        """What the left side is of: readings of one quantity are alternatives, of several all have to hold."""
        left = task.parameter or task.sides[0]
        if left.kind == "given":
            return ("given",)
        if left.kind == "deriv" and left.parts[1].kind != "none":
            left = left.parts[1]
        while left.kind in ("group", "transpose"):
            left = left.parts[0]
        if left.kind != "name":
            return (reading.layer,)
        place = evaluator(self.first(), places, reading, {}).place(left)
        return (place.role, place.layer)

    def _is_of_kind(self, task, key):
        """Whether the left side is of the neurons, output or hidden, that a case is for."""
        for c in task.conditions:
            if c.kind == "kind":
                layer = key[-1][1] if isinstance(key[-1], tuple) else key[-1]
                if (c.data == "output") != (layer == self.model.depth):
                    return False
        return True

    def _together(self, classes, task):
        """One answer: in one way of reading, all that the left side may be of has to hold."""
        ways: dict = {}
        for (way, key), x in classes.items():
            ways.setdefault(way, {})[key] = x
        found = []
        for of in ways.values():
            worst = min(of.values(), key=_rank)
            if worst.verdict in ("equal", "unproved"):
                found.append(worst._replace(layers=tuple(sorted(of, key=str))))
            else:
                found.append(max([x for x in of.values() if x.verdict not in ("equal", "unproved")], key=_rank))
        return max(found, key=_rank)

    def _compared(self, task, places, reading, wanted, definitions, quick=False):
        """The verdict under one reading; None where it is meant for nothing that is wanted."""
        unbound = self._unbound(task, places, reading)
        kroneckers = (is_name(x, "delta") and _is_kronecker(x) for side in task.sides for x in walk(side))
        if unbound and not reading.implied and any(kroneckers):
            summed = _summed(task, unbound)
            implied = self._compared(summed, places, reading.changed(implied=True), wanted, definitions)
            if implied is not None and implied.verdict == "equal":
                return implied
        envs = self._instances(task, places, reading, wanted)
        if not envs:
            return None
        cache: dict = {}
        points = self.field(3)
        kinks = bool(points) and points[0].has_kinks
        checked, unproved, doubted = 0, 0, False
        pools = [self.field(KINK_POINTS) if kinks else points, self.precise(2)] if points else [self.precise(3)]
        if quick and points:
            pools = pools[:1]
        factor = None
        for pool in pools:
            is_field = pool is pools[0] and points
            if doubted:
                pool = self.precise(_DOUBTED_POINTS)
            want = len(pool) if is_field or doubted else min(len(pool), 1 if points else 3)
            agreed = 0
            for k in range(len(pool) + (9 if is_field and not kinks else 0)):
                if agreed >= want:
                    break
                at = pool[k] if k < len(pool) else self.field(k + 1)[k]
                try:
                    found, factor = self._at(task, places, reading, envs, at, cache, factor, definitions)
                except (Pole, ZeroDivisionError):
                    continue
                except Unprovable:
                    if not is_field:
                        raise
                    unproved = 1
                    break
                except _FAILURES as error:
                    if isinstance(error, ReadingError) or is_field:
                        raise
                    continue
                if found is not None:
                    # Steps are random bits in a field, so that |x| and max(x, -x) may differ there: numbers decide.
                    if is_field and not quick and found.verdict == "wrong" and at.sample.point.has_kinks:
                        doubted, unproved, factor = True, 1, None
                        break
                    neurons = [x for x in unbound if isinstance(reading.axes.get(x), int)]
                    if neurons:
                        words = ", ".join([x.split("#")[0] for x in neurons])
                        found = found._replace(verdict="ill-formed", reason=f"the index {words} is not bound")
                    if (
                        is_field
                        and not kinks
                        and has_functions(task)
                        and self._agree(task, places, reading, envs, definitions)
                    ):
                        return Judged("unproved", reading, envs[0], None)
                    return found._replace(reading=reading)
                agreed += 1
            if agreed == 0 and not (is_field and unproved) and is_field:
                return Judged("wrong", reading, envs[0], 1, "it has no value: it divides by 0")
            checked += agreed
        if unbound:
            words = ", ".join([x.split("#")[0].lstrip("@") for x in unbound])
            return Judged("ill-formed", reading, envs[0], None, f"the index {words} is not bound")
        if not points:
            unproved = 1
        condition = "" if factor in (None, 1) else _absorbed(factor)
        return Judged("unproved" if unproved else "equal", reading, envs[0], None, condition=condition)

    def _agree(self, task, places, reading, envs, definitions):
        """Whether numbers of many digits agree: a field does not know every identity of a function."""
        try:
            return all(
                self._at(task, places, reading, envs, at, {}, None, definitions)[0] is None for at in self.precise(3)
            )
        except (AutogradError, *_FAILURES):
            return False

    def needed(self, task, places, judged):
        """What has to hold of the targets besides, in words; "" where nothing has."""
        if not self.model.network.distributions or self.field(1) is None or judged.reading is None:
            return ""
        inner = judged.task
        if judged.reading.implied:
            inner = _summed(inner, self._unbound(inner, places, judged.reading))
        try:
            envs = self._instances(inner, places, judged.reading, None)
            for at in self.loose(2):
                if self._at(inner, places, judged.reading, envs, at, {}, None, None)[0] is not None:
                    return "the targets of a sample add up to 1"
        except (AutogradError, *_FAILURES):
            return ""
        return ""

    def _unbound(self, task, places, reading):
        """Letters on the right that are neither on the left nor in a sum."""
        evaluation = evaluator(self.first(), places, reading, {})
        left = set(self._free(task.parameter or task.sides[0], evaluation))
        if task.parameter is not None:
            left |= {"@t"}
        found: dict = {}
        for c in task.conditions:
            if c.kind == "cmp" and c.data == "=":
                names = {head(p) for p in c.parts}
                if names & left:
                    left |= names
        for side in task.sides[1:]:
            for letter in self._free(side, evaluation):
                counts = reading.axes.get(letter) not in ("layer", "ignored", "named")
                if letter not in left and counts and self._count(letter, reading) > 1:
                    found.setdefault(letter)
        return list(found)

    def _free(self, tree, evaluation):
        """The free letters of a tree, with the sample and step that are understood."""
        bound = {x for y in walk(tree) if isinstance(y.data, Limits) for x in y.data.letters}
        found = {x: None for x in variables(tree) if x not in bound and x in evaluation.reading.axes}
        functions = {id(x.parts[0]) for x in walk(tree) if x.kind == "call"}
        if tree.kind == "given" and not evaluation.reading.whole_target:
            found.update(dict.fromkeys(given_letters(tree.data)))
        for x in walk(tree):
            if (x.kind == "name" and id(x) not in functions) or x.kind == "call":
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

    def _count(self, letter, reading):
        axis = {"@n": "sample", "@t": "step"}.get(letter) or reading.axes.get(letter)
        if letter[0] == "@" and letter[1:].isdigit():
            axis = int(letter[1:])
        if axis == "sample":
            return self.model.samples
        if axis == "step":
            return self.model.steps
        if axis == "parameter":
            return len([q for q in self.model.node_of if q.role == "w"])
        return self.model.size(axis) if isinstance(axis, int) else 1

    def _instances(self, task, places, reading, wanted):
        """The numbers of the free letters for which the claim is meant."""
        evaluation = evaluator(self.first(), places, reading, {})
        letters: dict = {}
        for side in (*task.sides, *([task.parameter] if task.parameter else [])):
            for x in self._free(side, evaluation):
                letters.setdefault(x)
        letters = [
            x
            for x in letters
            if self._count(x, reading) >= 1 and reading.axes.get(x, "@") not in ("layer", "ignored", "named")
        ]
        ranges = [range(1, self._count(x, reading) + 1) for x in letters]
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
            envs = [env for env in envs if self._is_wanted(task, evaluation, env, wanted)]
        if len(envs) > _MOST_INSTANCES:
            envs = [envs[0], envs[-1], *random.Random(1).sample(envs[1:-1], _MOST_INSTANCES - 2)]
        return envs

    def _is_wanted(self, task, evaluation, env, wanted):
        """Whether the left side is a quantity that is wanted."""
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

    def _at(self, task, places, reading, envs, at, cache, factor, definitions):
        """A refutation at a point, or None; and the factor that a step is longer by."""
        mpmath = precise_numbers()

        with mpmath.workdps(DIGITS):
            held = 0
            for env in envs:
                evaluation = evaluator(at, places, reading, cache, definitions)
                try:
                    if task.kind == "value":
                        link, reason = self._links(task, evaluation, env)
                    else:
                        link, reason, factor = self._step(task, evaluation, env, factor)
                except OutOfRange:
                    if self._has_neighbours(task, reading):
                        continue
                    raise
                held += 1
                if link is not None:
                    return Judged("wrong", reading, env, link, reason), factor
            if not held:
                raise OutOfRange("this formula has no instance here.")
        return None, factor

    def _has_neighbours(self, task, reading):
        """Whether a step or a layer is reached from its neighbour, so that the first or last may have none."""
        return any(axis == "step" for axis in reading.axes.values())

    def _links(self, task, evaluation, env):
        """The first side that differs from the left one, and why; None where all agree."""
        truth = evaluation.value(task.sides[0], env)
        for k, side in enumerate(task.sides[1:], 1):
            if _has_dots(side):
                if not self._corners(side, truth, evaluation, env):
                    return k, "the matrix has other entries"
                continue
            x = evaluation.value(side, env)
            reason = differ(truth, x)
            if reason is not None:
                return k, reason
        return None, ""

    def _corners(self, side, truth, evaluation, env):
        """Whether the entries that a matrix with dots shows are right."""
        if not is_array(truth):
            raise ShapeError(shape(truth), "a matrix", "is no")
        rows = side.parts
        for r, i in ((0, 0), (-1, -1)):
            for c, j in ((0, 0), (-1, -1)):
                cell = rows[r].parts[c]
                if cell.kind in ("dots", "none") or any(x.kind == "dots" for x in walk(cell)):
                    continue
                if differ(truth.rows[i][j], evaluation.value(cell, env)) is not None:
                    return False
        return True

    def _step(self, task, evaluation, env, factor):
        """As for links, of a step of gradient descent: it may be longer by a constant."""
        at = evaluation.at
        truth = arrays.negative(arrays.scaled(at.rate, evaluation.derivative(Node("loss"), task.parameter, env)))
        has_rate = any(_mentions_rate(x, evaluation) for x in task.sides)
        if not has_rate:
            truth = arrays.scaled(at.one / at.rate, truth)
        for k, side in enumerate(task.sides, 1):
            x = evaluation.value(side, env)
            if is_array(truth) != is_array(x) or (is_array(truth) and truth.shape != x.shape):
                return k, f"the left side is {shape(truth)}, the right side {shape(x)}", factor
            for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True):
                if same(a, b) and factor in (None, 1):
                    if not is_zero(a):
                        factor = Fraction(1)
                    continue
                if is_zero(a) or is_zero(b):
                    if is_zero(a) and is_zero(b):
                        continue
                    return k, "the step differs", factor
                c = constant(b / a)
                if c is None or c <= 0 or (factor is not None and c != factor):
                    return k, "the sign is flipped" if c is not None and c < 0 else "the step differs", factor
                factor = c
        return None, "", factor


def _way(reading):
    """What does not change in one way of reading a formula: everything but the letters that make it general."""
    kinds = sorted([(x, axis if isinstance(axis, str) else "neurons") for x, axis in reading.axes.items()])
    return reading.changed(axes=tuple(kinds), layer=None, layers=tuple(sorted(reading.layers.items())))


def _is_recurrent(of):
    """Whether a left side is of weights from a layer to itself: formulas for other weights need not fit them."""
    return isinstance(of[-1], tuple) and of[-1][0] == of[-1][1]


def compares_hidden(task, places, reading, at):
    """Whether a target is subtracted from an activation that is no output: not what is meant, if anything else is."""
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


def _plain_place(evaluation, node):
    """The place of a term that is one quantity; None for another term."""
    while node.kind in ("group", "neg"):
        node = node.parts[0]
    if node.kind != "name":
        return None
    try:
        place = evaluation.place(node)
    except ReadingError:
        return None
    return place if place.kind == "quantity" else None


def has_functions(task):
    """Whether a function is written whose identities a field does not know."""
    return any(
        x.kind == "call" and not x.parts[0].data[1] and x.parts[0].data[0] in _FUNCTIONS
        for side in task.sides
        for x in walk(side)
    )


def _is_kronecker(name):
    """Whether a delta has two indices and no layer."""
    return [(s.kind, len(s.parts)) for s in name.parts] == [("sub", 2)]


def _absorbed(factor):
    """The condition under which a step that is longer by a factor is one of gradient descent."""
    inverse = 1 / factor
    if factor.numerator == 1 or factor.denominator == 1:
        return (
            f"the constant {inverse} is absorbed in the rate: the rate that is written is {inverse} times the rate of "
            "gradient descent"
        )
    return f"the rate that is written stands for {inverse} of the rate of gradient descent"


def _mentions_rate(tree, evaluation):
    for x in walk(tree):
        if x.kind == "name" and not x.parts:
            try:
                if evaluation.place(x).kind == "rate":
                    return True
            except ReadingError:
                continue
    return False


def is_zero(x):
    return x.v == 0 if isinstance(x, Residue) else abs(x) < 1e-40


def same(a, b):
    """Whether two numbers are equal, or of many digits equal in most."""
    if isinstance(a, Residue) or isinstance(b, Residue):
        return (a - b).v == 0
    mpmath = precise_numbers()

    if isinstance(a, mpmath.mpc) or isinstance(b, mpmath.mpc):
        return False
    return abs(a - b) <= mpmath.mpf(10) ** (15 - DIGITS) * max(1, abs(a), abs(b))


def constant(x):
    """The small fraction that a number is, or None."""
    if isinstance(x, Residue):
        return small_fraction(x.v)
    mpmath = precise_numbers()

    near = Fraction(mpmath.nstr(x, DIGITS)).limit_denominator(4000)
    apart = abs(x - mpmath.mpf(near.numerator) / near.denominator)
    return near if apart <= mpmath.mpf(10) ** (15 - DIGITS) * abs(x) else None


def differ(truth, x):
    """Why two values differ, or None where they are the same."""
    fits = is_array(truth) == is_array(x) and (not is_array(truth) or truth.shape == x.shape)
    if not fits and not _size(truth) == _size(x) == 1:
        raise ShapeError(f"the left side is {shape(truth)}", shape(x), "and the right side")
    for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True):
        if not same(a, b):
            return "the numbers differ"
    return None


def _size(x):
    return x.shape[0] * x.shape[1] if is_array(x) else 1


def _has_dots(side):
    while side.kind == "group":
        side = side.parts[0]
    return side.kind == "matrix" and any(x.kind in ("dots", "none") for row in side.parts for x in row.parts)


def _rank(judged):
    """Which of two answers is the better one."""
    order = {"ill-formed": 1, "wrong": 2, "ambiguous": 3, "unproved": 4, "equal": 5}
    return (order[judged.verdict], not isinstance(judged.error, ShapeError), judged.link or 0, not judged.condition)


def _better(old, new):
    """The error that says most."""
    if old is None:
        return new

    def rank(error):
        return isinstance(error, Misfit), isinstance(error, OutOfRange)

    return new if rank(new) < rank(old) else old


def _summed(task, letters):
    """The task with letters that stand twice summed over, product by product."""

    def over(tree):
        if tree.kind == "add":
            return tree.with_parts([over(x) for x in tree.parts])
        if tree.kind == "neg" or (tree.kind == "group" and tree.parts[0].kind in ("add", "neg")):
            return tree.with_parts([over(x) for x in tree.parts])
        mine = [x for x in letters if x in variables(tree)]
        return Node("sum", (tree,), Limits(tuple(mine)), tree.at) if mine else tree

    return task._replace(sides=(task.sides[0], *[over(x) for x in task.sides[1:]]))


def _widened(side):
    """A side whose operator d/dx takes every term behind it."""
    if side.kind == "add":
        first = side.parts[0]
        if first.kind == "deriv" and first.data == "applied":
            inner = Node("add", (first.parts[0], *side.parts[1:]), None, side.at)
            return Node("deriv", (inner, first.parts[1]), "applied", side.at)
    return side


def _with_letters_of_sums(sides):
    """The sides with the letters of sums that name none: those in the body that nothing else binds."""
    left = set(variables(sides[0]))

    def replace(node):
        if node.kind == "sum" and _counts_silently(node):
            return Node("sum", [rewrite(x, replace) for x in node.parts], Limits(("@n",)), node.at)
        if node.kind == "sum" and not node.data.letters:
            mine = [x for x in variables(node.parts[0]) if x not in left and len(x) == 1]
            return Node(
                "sum",
                [rewrite(x, replace) for x in node.parts],
                node.data._replace(letters=tuple(mine[:1] or ["@n"])),
                node.at,
            )
        return None

    return tuple([rewrite(x, replace) for x in sides])


def _counts_silently(node):
    """Whether a sum over samples names a letter that its body leaves out: db = 1/m sum_{i=1}^m dZ."""
    upper = node.data.upper
    is_count = upper is not None and is_name(upper, "m", "N", "n") and not upper.parts
    return is_count and len(node.data.letters) == 1 and node.data.letters[0] not in variables(node.parts[0])

"""The judge of a claim: it evaluates both sides at points of the network, under each reading that fits.

A claim is equal if one consistent reading makes it right in all instances that are meant. It is wrong if all readings
refute it. In a prime field, agreement at random points is a proof. Numbers of 50 digits are compared as well.
"""

import contextlib

from autograd.engine.errors import GraphError
from autograd.grading.clock import WORK, Allowance
from autograd.grading.judging.alike_readings import Outcomes, by_layout
from autograd.grading.judging.comparing import FAILURES, compared
from autograd.grading.judging.doubts import EITHER_LOSS, SILENT, doubt
from autograd.grading.judging.index_letters import fits
from autograd.grading.judging.layer_numbers import fits_numbers
from autograd.grading.judging.layouts import misplaced_samples
from autograd.grading.judging.letters_of_layers import fits_letters
from autograd.grading.judging.odd_readings import compares_hidden, oddness, sums_outputs
from autograd.grading.judging.points import Points
from autograd.grading.judging.stated_slopes import held_by_activation, held_by_outputs
from autograd.grading.judging.taken import taken
from autograd.grading.judging.task import Judged, joined, rank
from autograd.grading.judging.vanishing import VANISHING, vanishes
from autograd.grading.judging.widths import (
    EXTENT_OF_SUM,
    IF_WIDE,
    has_wide_sums,
    takes_products_into_sums,
    widths,
    with_letters_of_sums,
)
from autograd.grading.meaning.arrays import ShapeError
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.meaning.letters import renamed_apart, variables
from autograd.grading.meaning.place import IllFormed, Misfit, NotRecorded, OutOfRange
from autograd.grading.meaning.quantities import At, Model
from autograd.grading.meaning.readings import Readings
from autograd.grading.meaning.weights import says_weights_of_output
from autograd.grading.reading.nodes import walk
from autograd.grading.reading.trees import ReadingError

__all__ = ["EITHER_LOSS", "MAX_SECONDS", "SILENT", "Judge"]

_MAX_OTHERS, _MAX_REFUTED = 8, 48
_WEIGHTS_OF_OUTPUT = (
    "it is right if the weights with one number are those of the output, and wrong if they are counted through: give "
    "them two indices, or another letter than the weights of the hidden layer"
)
_OTHER_LAYERS = "its letters belong to other layers in the definitions of the document"
_TOO_MANY = (
    "there are more ways to read it than can be tried: declare what its letters mean with letters=, or give layers and "
    "samples marks of their own"
)
MAX_SECONDS = 3.6  # the work on the readings of one claim
_WORK_OF_NODE = 2  # steps for each node of a claim: renaming letters and listing readings, before any evaluation


class Judge:
    """A judge that compares the sides of claims for one network.

    Args:
        formulas: the formulas of the network.
        results: earlier results of the writer, which are assumed to be right:
            :class:`~autograd.grading.judging.taken.Result`s.
    """

    def __init__(self, formulas, results=()):
        self.results = tuple(results)
        self.model = Model(formulas)
        self.points = Points(self.model.network, lambda sample, rate: taken(At(self.model, sample, rate), self.results))
        self.allowance, self.seconds = None, MAX_SECONDS
        self.letters: dict = {}  # the layers whose neurons index letters count, if they are known
        self.numbers: dict = {}  # the layers that the numbers of layers mean, if they are known
        self.bound: dict = {}  # the layers of letters without a mark of their layer, if they are known

    def judge(self, task, places, vectors=None, batch=None, wanted=None, definitions=None):
        """Return the verdict on a claim.

        Args:
            task: a :class:`Task`.
            places: the meanings of letters.
            vectors: the layout of vectors in the convention, or None.
            batch: the layout of batches in the convention, or None.
            wanted: the quantities of which the left side must be one, or None.
            definitions: a dict from names to trees, or None.

        Raises:
            ReadingError: the claim has no meaning in this network.
        """
        best = None
        for sides in widths(task.sides):
            count = [0]
            renamed = tuple([renamed_apart(x, count) for x in with_letters_of_sums(sides)])
            WORK.done += _WORK_OF_NODE * sum([sum(1 for _ in walk(x)) for x in renamed])
            inner = task._replace(sides=renamed)
            found = self._judged(inner, places, vectors, batch, wanted, definitions)._replace(task=inner)
            if found.verdict == "equal" and has_wide_sums(task.sides, sides):
                if takes_products_into_sums(task.sides, sides):
                    found = found._replace(verdict="ambiguous", reason=EXTENT_OF_SUM)
                else:
                    found = found._replace(condition=joined(found.condition, IF_WIDE))
            if best is None or rank(found) > rank(best):
                best = found
            if best.verdict == "equal":
                break
        return best

    def _judged(self, task, places, vectors, batch, wanted, definitions):
        sides = task.sides if task.parameter is None else (task.parameter, *task.sides)
        readings = Readings(
            self.model, places, sides, task.conditions, self.points.first(), vectors, batch, definitions
        )
        tried = [reading for reading in readings.all() if fits(reading, self.letters)]
        if not tried:
            return self._without_reading(readings, task)
        classes: dict = {}
        strange: dict = {}
        refuted: list = []
        failure, left_out, is_vanishing = None, None, False
        mine, given, is_cut = Allowance(self.seconds), self.allowance, readings.is_cut
        first = self.points.first()
        class_of = Outcomes(lambda reading: self._class(task, places, reading))
        judged = Outcomes(lambda reading: compared(self, task, places, reading, wanted, definitions))
        is_unlikely = Outcomes(
            lambda reading: compares_hidden(task, places, reading, first) or sums_outputs(task, places, reading, first)
        )
        is_zero = Outcomes(lambda reading: vanishes(self, task, places, reading))
        for reading in by_layout(tried) if self.model.steps > 1 else tried:
            if reading is None:
                if classes and _is_settled(self._together(classes, task, places), task):
                    break
                continue
            try:
                of = class_of(reading)
                key = (_way(reading), _is_recurrent(of), of[-1] if _is_row(of) else None), of[:2]
            except NotRecorded as error:
                left_out = error
                continue
            except ReadingError as error:
                failure = _better(failure, error)
                continue
            if key in classes and classes[key].verdict == "equal":
                continue
            if not self._is_of_kind(task, key[1]):
                continue
            if self.numbers and not fits_numbers(self, task, places, reading, self.numbers):
                continue
            if self.bound and not fits_letters(self, task, places, reading, self.bound):
                failure = failure or Misfit(_OTHER_LAYERS)
                continue
            if mine.is_used_up() or (given is not None and given.is_used_up()):
                is_cut = True
                break
            try:
                found = judged(reading)
            except (OutOfRange, Misfit) as error:
                failure = _better(failure, error)
                continue
            except ShapeError as error:
                if self._has_rows(task, places, reading):
                    failure = _better(failure, Misfit(str(error), error.position))
                    continue
                found = Judged("wrong", reading, None, None, str(error), error=error)
                if len(refuted) < _MAX_REFUTED:
                    refuted.append(found)
            except NotRecorded as error:
                left_out = error
                continue
            except ReadingError as error:
                failure = _better(failure, error)
                continue
            except (GraphError, *FAILURES) as error:
                failure = _better(failure, ReadingError(str(error) or "it has no value"))
                continue
            if found is None:
                continue
            if found.verdict in ("equal", "unproved") and readings.letters.ignores_a_layer(reading.axes):
                failure = failure or Misfit(
                    "a mark of weights or with a number added to it counts layers: there is no such layer."
                )
                continue
            if found.verdict != "equal" and found.error is None and len(refuted) < _MAX_REFUTED:
                refuted.append(found)
            is_strange = self._is_input(task, places, key[1]) or is_unlikely(reading)
            if found.verdict == "equal" and is_zero(reading):
                is_strange = is_vanishing = True
            into = strange if is_strange else classes
            odd = -oddness(reading, task)
            if key not in into or (rank(found), odd) > (rank(into[key]), -oddness(into[key].reading, task)):
                into[key] = found
        classes = classes or strange
        if left_out is not None and not any(x.verdict in ("equal", "unproved") for x in classes.values()):
            raise left_out  # it may be right in its most likely reading
        if not classes:
            if is_cut:
                raise ReadingError(_TOO_MANY)
            if failure is None and wanted is not None:
                failure = ReadingError("the left side names something other than what is graded.")
            if failure is None:
                failure = ReadingError("this network has no quantity that this formula could describe.")
            if isinstance(failure, IllFormed):
                return Judged("ill-formed", tried[0], None, None, failure.reason, error=failure)
            if isinstance(failure, Misfit):
                return Judged("wrong", tried[0], None, None, failure.reason, error=failure)
            raise failure
        found = self._together(classes, task, places)
        if all(r.own_loss == tried[0].own_loss for r in tried):
            found = found._replace(own_losses=Judged("equal").own_losses)
        if found.verdict == "equal" and found.reading.flat == "out" and not says_weights_of_output(task):
            found = found._replace(verdict="ambiguous", reason=_WEIGHTS_OF_OUTPUT)
        words = doubt(self, found, refuted, task, places, vectors)
        if words:
            found = found._replace(verdict="ambiguous", reason=words)
        if found.verdict == "equal":
            words = misplaced_samples(self, found, task, places, batch)
            is_sure = batch is not None
            found = found._replace(verdict="ill-formed" if is_sure else "ambiguous", reason=words) if words else found
        if is_cut and found.verdict in ("wrong", "ill-formed") and given is None:
            found = found._replace(verdict="ambiguous", reason=_TOO_MANY)
        if is_vanishing and found.verdict in ("wrong", "ill-formed") and found.env is None:
            found = found._replace(verdict="ambiguous", reason=VANISHING)
        turned = any(x.kind == "transpose" for side in task.sides for x in walk(side))

        def order(judged):
            reading, ignores = judged.reading, readings.letters.ignores_a_layer(judged.reading.axes)
            return ignores, judged.error is not None, turned and not reading.stacked, oddness(reading, task)

        refuted.sort(key=order)
        return found._replace(others=tuple(refuted[:_MAX_OTHERS]))

    def _of_outputs(self, of):
        """Return the answer for a left side in the output layer if it is equal without a general layer, or None."""
        found = [x for key, x in of.items() if key[-1] == self.model.depth and x.verdict == "equal"]
        return found[0] if found and found[0].reading.layer is None else None

    def _of_only_neuron(self, of, task):
        """Return the answer for a layer of one neuron if the index of the left side is on no other side, or None.

        In ``\\delta_k = y - t`` with one output, k counts outputs: the deltas of a layer would otherwise be the same.
        """
        left = task.sides[0].parts[1] if task.sides[0].kind == "deriv" else task.sides[0]
        letters = {x for x in variables(left) if not any(x in variables(side) for side in task.sides[1:])}
        if left.kind != "name" or not letters:
            return None
        return next(
            (
                x
                for key, x in of.items()
                if isinstance(key[-1], int) and self.model.size(key[-1]) == 1 and x.verdict in ("equal", "unproved")
                if any(axis == key[-1] for letter, axis in x.reading.axes.items() if letter in letters)
            ),
            None,
        )

    def _without_reading(self, readings, task):
        if readings.is_cut:
            raise ReadingError(_TOO_MANY)
        failure = readings.failure or ReadingError("it is not clear what the letters of this formula count.")
        calls = [x.parts[0] for side in task.sides for x in walk(side) if x.kind == "call" and len(x.parts) > 2]
        if any(x.data[0] in readings.places.rates for x in calls):
            words = f"{calls[0].data[0]} is no function: a sign belongs where the comma is"
            return Judged("ill-formed", None, None, None, words, error=failure)
        if isinstance(failure, Misfit):  # another network, or a slip
            return Judged("ambiguous", None, None, None, failure.reason, error=failure)
        raise failure

    def _class(self, task, places, reading):
        """Return the kind of the left side.

        Of the readings of one kind, one must hold; of several kinds, all must hold. The kind of all weights into one
        neuron has a third entry.
        """
        left = task.parameter or task.sides[0]
        if left.kind == "given":
            return ("given",)
        if left.kind == "deriv" and left.parts[1].kind != "none":
            left = left.parts[1]
        while left.kind in ("group", "transpose"):
            left = left.parts[0]
        if left.kind != "name":
            return (reading.layer,)
        place = evaluator(self.points.first(), places, reading, {}).place(left)
        is_row = place.role == "w" and isinstance(place.index, tuple) and place.index[0] is None
        return (place.role, place.layer, place.layer) if is_row else (place.role, place.layer)

    def _has_rows(self, task, places, reading):
        """Return True if a weight with one index is read as all weights into a neuron, though others may be meant."""
        evaluation = evaluator(self.points.first(), places, reading, {})
        for x in [x for side in task.sides for x in walk(side) if x.kind == "name"]:
            if "w" in places.roles_of(x.data[0]) and len([p for s in x.parts if s.kind == "sub" for p in s.parts]) == 1:
                with contextlib.suppress(ReadingError, GraphError):
                    index = evaluation.place(x).index
                    if isinstance(index, tuple) and index[0] is None:
                        return True
        return False

    def _is_input(self, task, places, of):
        """Return True if the left side is an input, but its letter is only declared for activations and outputs."""
        left = task.sides[0].parts[1] if task.sides[0].kind == "deriv" else task.sides[0]
        return of == ("a", 0) and left.kind == "name" and set(places.roles_of(left.data[0])) <= {"a", "y"}

    def _is_of_kind(self, task, key):
        """Return True if the left side belongs to the neurons of a case, output or hidden."""
        for c in task.conditions:
            if c.kind == "kind":
                layer = key[-1][1] if isinstance(key[-1], tuple) else key[-1]
                if (c.data == "output") != (layer == self.model.depth):
                    return False
        return True

    def _together(self, classes, task, places):
        """Return one answer. In one way of reading, the claim must hold for all quantities that its left side may be.

        If hidden activations and softmax outputs have the same letter or function, a formula without layers may hold
        for the outputs alone.
        """
        nodes = [x for side in task.sides for x in walk(side)]
        is_shared = self.model.has_softmax and any(
            x.kind == "call" or (x.kind == "name" and {"a", "p"} <= set(places.roles_of(x.data[0]))) for x in nodes
        )
        ways: dict = {}
        for (way, key), x in classes.items():
            ways.setdefault(way, {})[key] = x
        found = []
        for of in ways.values():
            worst = min(of.values(), key=rank)
            if worst.verdict in ("equal", "unproved"):
                found.append(worst._replace(layers=tuple(sorted(of, key=str))))
                continue
            meant = self._of_outputs(of) if is_shared else None
            meant = self._of_only_neuron(of, task) if meant is None else meant
            meant = held_by_activation(self.model, task, of) if meant is None else meant
            meant = held_by_outputs(self.model, task, of, places) if meant is None else meant
            if meant is not None:
                found.append(meant)
            else:
                found.append(max([x for x in of.values() if x.verdict not in ("equal", "unproved")], key=rank))
        left = task.sides[0]
        base = left.data[0] if left.kind == "name" else ""
        recurrent = {to for start, to in self.model.weights if start == to}

        def likelihood(x):
            if x.reading is None:
                return rank(x), False, 0
            return rank(x), x.reading.layers.get(base) in recurrent, -oddness(x.reading, task)

        right = [x for x in found if x.verdict in ("equal", "unproved") and x.reading is not None]
        return max(found, key=likelihood)._replace(own_losses=frozenset([x.reading.own_loss for x in right]))


def _is_settled(found, task):
    """Return True if an answer stays the same in any other layout of vectors and Jacobians."""
    is_right = found.verdict == "equal" and not found.condition and found.reading is not None
    return is_right and oddness(found.reading, task) == 0


def _way(reading):
    """Return a reading without the letters that make the formula general."""
    kinds = sorted([(x, axis if isinstance(axis, str) else "neurons") for x, axis in reading.axes.items()])
    return reading.changed(axes=tuple(kinds), layer=None, layers=tuple(sorted(reading.layers.items())))


def _is_recurrent(of):
    """Return True if a left side is a weight from a layer to itself. Formulas for other weights may not fit these."""
    return isinstance(of[-1], tuple) and of[-1][0] == of[-1][1]


def _is_row(of):
    """Return True if a left side is all weights into one neuron. Its layer follows from the rest of the claim."""
    return len(of) == 3


def _better(old, new):
    """Return the more informative one of two errors."""
    if old is None:
        return new

    def rank(error):
        return isinstance(error, Misfit), isinstance(error, OutOfRange)

    return new if rank(new) < rank(old) else old

"""A model's training as machine code: what :func:`nn.fit` does with ``engine="native"``."""

import contextlib
import hashlib
import math
import time

import numpy as np

from autograd import Value
from autograd.compiler.layers import LayerDescent, is_worth, tape_of
from autograd.compiler.machine import progress_shown
from autograd.compiler.programs import Program
from autograd.compiler.rebinding import spares_comparisons, with_recorded_extremes
from autograd.compiler.recording import Unrecordable, watched
from autograd.compiler.training import Descent
from autograd.engine import primitives, tape
from autograd.engine.algebra import is_real
from autograd.engine.errors import GraphError
from autograd.engine.graph import postorder
from autograd.engine.nodes import assign
from autograd.engine.value import list_no_nodes, list_nodes
from nn import losses
from nn.adaptive import OPTIMIZERS
from nn.data import Rows, finite
from nn.firstlook import diverged, is_ours
from nn.objectives import base_of

__all__ = ["NativeTraining", "NotNative", "Recorded", "one_sample", "rows_of"]

_TURN = 0.05  # seconds in machine code at a stretch; in between, the keyboard may interrupt
_KNOWN_LOSSES = {getattr(losses, name) for name in losses.__all__}


class NotNative(Exception):
    """Why a model cannot be trained as machine code."""


class Sample:
    """One sample recorded: what all samples compute.

    Attributes:
        loss: its loss, a Value. outputs: the model's outputs, a list of Values.
        inputs: the leaves for a row of numbers: inputs, then targets. rows: a row for each sample.
        made: the same as an :class:`autograd.engine.tape.Recording`; None where that cannot be made.
    """

    def __init__(self, loss, outputs, inputs, nodes, parameters):
        self.loss, self.outputs, self.inputs, self.made = loss, outputs, inputs, None
        if tape.compiled:
            with contextlib.suppress(GraphError):  # some of it was computed before
                self.made = tape.recording(nodes, parameters, inputs, loss, outputs)

    @property
    def key(self):
        """A digest, equal for all samples that compute the same. None where there is no recording."""
        made = self.made
        if made is None:
            return None
        columns = made.codes, made.offsets, made.references, made.constants, made.outputs
        digest = hashlib.sha256(repr((made.root, made.parameters, made.inputs, *map(len, columns))).encode())
        for column in columns:
            digest.update(column)
        return digest.digest()

    def does_as(self, other):
        """Return True if it computes the same as another one, of the same numbers."""
        if self.made is not None and other.made is not None:
            return self.made.moved(other.made) == []
        return _form(self) == _form(other)


def one_sample(model, loss, x, y, parameters=()) -> Sample:
    """Record a model and its loss on Values for a sample's inputs and targets.

    Raises:
        NotNative: other samples might compute something else.
    """
    unique = list(dict.fromkeys(parameters))
    first = _recorded(model, loss, x, y, unique)
    if not first.does_as(_recorded(model, loss, x, y, unique)):
        raise NotNative(
            "the model or the loss does not compute the same a second time: it draws random numbers, or keeps "
            "something from one call to the next"
        )
    return first


def _recorded(model, loss, x, y, parameters):
    nodes: list = []
    inputs = [Value(number) for number in x]
    targets = [Value(number) for number in (y if _is_row(y) else (y,))]
    outputs, watch = _called("the model", model, inputs, nodes, tuple(inputs))
    listed = list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]
    if not all(isinstance(each, Value) for each in listed):
        raise NotNative(f"the model returned {outputs!r}, no Value or list of Values")
    _check(watch, "the model")
    if base_of(loss) is losses.cross_entropy and not _is_row(y):  # a class, as the probabilities it stands for
        targets = [Value(float(k == y)) for k in range(len(listed))]
        y = targets
    value, watch = _called("the loss", loss, [*inputs, *targets], nodes, outputs, targets if _is_row(y) else targets[0])
    if base_of(loss) not in _KNOWN_LOSSES:
        _check(watch, "the loss")
    if not isinstance(value, Value):
        raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from the model's Values.")
    return Sample(value, listed, [*inputs, *targets], nodes, parameters)


def _first_sample(model, loss, X, Y, look, parameters) -> Sample:
    """The first sample whose numbers are not too large for floats, recorded; before that all targets are looked at.

    Raises:
        FloatingPointError: there is none.
        NotNative: other samples might compute something else.
    """
    for x, y in zip(X, Y, strict=True):
        try:
            outputs = model(x)
            if isinstance(outputs, (Value, list, tuple)):
                look.targets(outputs)
            value = loss(outputs, y)
            if isinstance(value, Value):
                look(value)
            return one_sample(model, loss, x, y, parameters)
        except OverflowError as error:
            failure = error
    raise FloatingPointError(diverged(f"the loss is too large for a float ({failure})", 0)) from failure


def _called(what, function, inputs, nodes, *arguments):
    """Return the result of a function, and the :class:`Watch` on it; the nodes that it records are added to a list."""
    try:
        result, watch, recorded = _listed(function, inputs, arguments)
    except Unrecordable as error:
        raise NotNative(f"{what} cannot be recorded: {str(error).rstrip('.')}") from None
    except (TypeError, ValueError, AttributeError, LookupError) as error:  # a sample's plain numbers did well before
        raise NotNative(
            f"{what} raises {type(error).__name__} where the numbers of a sample are Values, which stand for those of "
            f"every sample ({error})"
        ) from error
    copy = with_recorded_extremes(function) if watch.guards else function
    if copy is not function:
        with contextlib.suppress(Exception):
            again, spared, others = _listed(copy, inputs, arguments)
            if spares_comparisons(again, spared, result, watch):
                result, watch, recorded = again, spared, others
    nodes += recorded
    return result, watch


def _listed(function, inputs, arguments):
    """Return the result of a function, the watch on it, and the nodes that it records."""
    recorded: list = []
    with watched(inputs) as watch:
        listed = list_nodes()
        try:
            result = function(*arguments)
        finally:
            list_no_nodes()
            recorded += listed
    return result, watch, recorded


def _form(sample):
    """Return what a recorded sample computes, equal for two recordings that differ in their inputs' objects only."""
    places: dict = {leaf: ("input", k) for k, leaf in enumerate(sample.inputs)}
    lines: list = []
    for root in (sample.loss, *sample.outputs):
        for node in postorder([root]):
            if node not in places:
                places[node] = len(lines)
                read = [places[x] if isinstance(x, Value) else float(x).hex() for x in node.operands]
                lines.append((node.op, read) if node.op else node.data.hex())
    return lines, [places[y] for y in (sample.loss, *sample.outputs)]


def _is_row(y):
    return not is_real(y) and not isinstance(y, Value)


def _check(watch, what):
    """Raise if the function looked at a number: it might be different for another sample."""
    if watch.guards:
        sign, a, b, _ = watch.guards[0]
        read = any(isinstance(x, Value) and x.op is primitives.detached for x in (a, b))
        does = "reads the data of Values and compares them" if read else "compares Values"
        raise NotNative(f"{what} {does} ({a!r} {sign} {b!r}): write the choice with autograd.where")


def rows_of(X, Y, width):
    """The rows of samples, ``width`` numbers each: inputs and then targets, classes as probabilities."""
    return Table(X, Y, width).rows()


class Table:
    """The numbers of samples as rows of inputs and targets.

    Args:
        X, Y: the samples. width: how many numbers a row has.
    """

    def __init__(self, X, Y, width):
        self._inputs = X.array if isinstance(X, Rows) else np.array(X, dtype=float)
        if isinstance(Y, Rows):
            self._targets = Y.array
        else:
            self._targets = np.array(Y, dtype=float)
            if self._targets.ndim == 1:
                self._targets = self._targets[:, None]
        self.shape = len(self._inputs), width
        columns = self._inputs.shape[1], self._targets.shape[1]
        self._classes = sum(columns) != width

    def rows(self, places=slice(None)):
        """Return the rows at some places, an array of floats."""
        inputs, targets = self._inputs[places], self._targets[places]
        found = np.empty((len(inputs), self.shape[1]))
        found[:, : inputs.shape[1]] = inputs
        if self._classes:
            found[:, inputs.shape[1] :] = 0.0
            found[np.arange(len(found)), inputs.shape[1] + targets[:, 0].astype(int)] = 1.0
        else:
            found[:, inputs.shape[1] :] = targets
        return found


class Recorded:
    """A model's training with one sample recorded: rows, labels and parameters for compiled code.

    Args:
        model, loss: as of :func:`nn.fit`.
        parameters: of the model.
        X, Y: the samples, tuples of numbers.
        classes: the function from a target to its class, or None.
        look: a :class:`nn.firstlook.FirstLook`, which checks what one recorded sample does not show.

    Raises:
        NotNative: this cannot be compiled.
        TypeError, ValueError: what the model or the loss says of a sample.
    """

    def __init__(self, model, loss, parameters, X, Y, classes, look):
        self._parameters = parameters
        reason = None
        try:
            sample = _first_sample(model, loss, X, Y, look, parameters)
        except NotNative as error:
            reason = error
        if not is_ours(model, loss):
            look.everything()
        if reason is not None:  # what is wrong with the data comes first
            raise reason
        self._sample = sample
        unique = list(dict.fromkeys(parameters))
        if len(unique) != len(parameters) or any(p.op is not None for p in parameters):
            raise NotNative("a parameter is no leaf, or is listed twice")
        self._classes = classes if classes is None or len(sample.outputs) > 1 else lambda y: int(bool(classes(y)))
        self._labels = None if classes is None else np.array([int(self._classes(y)) for y in Y])
        if classes is not None and not ((self._labels >= 0) & (self._labels < max(2, len(sample.outputs)))).all():
            raise NotNative("a target is no class of the model's outputs")
        self._table = Table(X, Y, len(sample.inputs))
        self._measuring: Program | None = None

    def measure(self, X, Y):
        """The mean loss over samples, and the share of right answers."""
        if self._measuring is None:
            sample = self._sample
            self._measuring = Program(
                [sample.loss, *sample.outputs], sample.inputs, self._parameters, single_output=False
            )
        return self._measured(self._measuring.value(rows_of(X, Y, len(self._sample.inputs))), Y)

    def _measured(self, rows, Y):
        """The mean loss and the share of right answers, of rows of loss and outputs."""
        right = 0
        if self._classes is not None:
            right = hits(rows, np.array([self._classes(y) for y in Y]))
        return sum(rows[:, 0].tolist()) / len(Y), right / len(Y)


def hits(rows, labels) -> int:
    """Return the number of right answers, of samples with rows of loss and outputs; one output answers by its sign."""
    answers = rows[:, 1:].argmax(axis=1) if rows.shape[1] > 2 else rows[:, 1] > 0
    return int(np.count_nonzero(answers == labels))


class NativeTraining(Recorded):
    """A training whose epochs run in machine code; it has the form of ``nn.training``'s own.

    Args:
        model, loss, optimizer: as of :func:`nn.fit`.
        parameters, X, Y, classes, look: as of :class:`Recorded`.
        size: samples an update.
        generator: what shuffles, or None.
        epochs: how many there are going to be, about.
        progress: whether a long compilation shows a bar.
        accumulate: ``accumulate(samples, updates)`` sets the gradients of some samples by the engine, and returns the
            sum of their losses and how many answers were right; it raises where a number is not finite.

    Raises:
        NotNative: this cannot be compiled.
    """

    def __init__(self, model, loss, optimizer, parameters, X, Y, size, classes, look, generator, epochs, accumulate,
                 progress=True):  # fmt: skip
        self._progress = progress
        super().__init__(model, loss, parameters, X, Y, classes, look)
        self._optimizer, self._generator, self._accumulate = optimizer, generator, accumulate
        sample = self._sample
        state = None if generator is None else generator.getstate()
        made = None if sample.made is None else tape_of(sample.made)
        slow = type(optimizer) in OPTIMIZERS and self._update_in_c() is None  # C does not know its step, LLVM does
        self._layers = made is not None and is_worth(made) and not slow
        if self._layers:
            self._descent = LayerDescent(made, self._table, self._labels, size, shuffle=state)
            self._changes = self._update_in_c() is not None
        else:
            change, key = self._rule()
            slots = 0 if change is None else len(optimizer._start)
            with progress_shown(progress):
                self._descent = Descent(
                    sample.loss, sample.outputs, parameters, sample.inputs, self._table.rows(), self._labels, size,
                    change, slots, key, state, epochs * -(-len(X) // size), sample.key,
                )  # fmt: skip
            self._changes = change is not None
        self._by_hand = False
        self._turn = 0, self._descent.progress()  # the epochs before what machine code did last, and what that was
        self._pace = 1000.0  # updates a second, to begin with
        self.read()

    def _rule(self):
        """Return the update of a parameter, over registers; None where the optimizer has a step of its own."""
        optimizer = self._optimizer
        if type(optimizer) not in OPTIMIZERS:
            return None, None
        change = optimizer._change_decayed
        settings = optimizer._settings()
        key = type(optimizer), tuple(sorted(settings.items()))
        return lambda w, g, rate, memory: change(w, g, rate, tuple(memory)), key

    def _update_in_c(self):
        """Return what updates large layers: the optimizer's arrays; None if it has a step of its own."""
        optimizer = self._optimizer
        return optimizer.arrays_for(self._parameters) if type(optimizer) in OPTIMIZERS else None

    # --- Between Values and arrays

    def read(self):
        """Take the numbers of the parameters and what the optimizer remembers, which may have been changed."""
        if self._layers:
            self._descent.read(self._parameters)
            self._descent.update = self._update_in_c()
            return
        self._descent.numbers[:] = [p.data for p in self._parameters]
        if self._changes and self._optimizer._start:
            remembered = self._optimizer._memory
            columns = [remembered.get(p, self._optimizer._start) for p in self._parameters]
            self._descent.memory[:] = np.array(columns).T

    def write(self):
        """Put what the arrays hold into the parameters, the optimizer, the generator and the history."""
        if self._by_hand:
            return  # the optimizer itself is at work, and the arrays lag behind
        self._count()
        if self._layers:
            self._descent.write(self._parameters)
        else:
            assign(self._parameters, self._descent.numbers.tolist())
        if not self._layers and self._changes and self._optimizer._start and self._optimizer.updates:
            columns = self._descent.memory.T.tolist()
            self._optimizer._memory.update(zip(self._parameters, map(tuple, columns), strict=True))
        if self._generator is not None:
            self._generator.setstate(self._descent.random_state(self._generator.getstate()))

    def _count(self):
        """Bring the number of updates in the history and in the optimizer up to that of the machine code."""
        in_history, by_optimizer = self._before
        self._history.updates = in_history + self._descent.updates
        if self._changes:
            self._optimizer.updates = by_optimizer + self._descent.updates

    # --- Epochs

    def epochs(self, n, history, measured=False, each=None):
        """Train for n epochs; after each the sum of its losses, and how many answers were right.

        ``history.updates`` grows along. Where it is ``measured`` after each epoch, none begins before that is done;
        ``each()`` is called after every update, with the parameters written. An interrupt at any point leaves
        parameters, optimizer and history at one whole update, the last that was made.
        """
        self._history = history
        made = self._descent.updates
        self._before = history.updates - made, self._optimizer.updates - made if self._changes else 0
        try:
            try:
                yield from self._turns(n, measured, each)
            finally:
                self.write()
        except BaseException:
            self.write()  # what interrupts may have come within the other call
            raise

    def _turns(self, n, measured, each):
        done = 0
        while done < n:
            budget = 1 if each is not None else max(1, int(self._pace * _TURN))
            rates, interrupt = self._rates(budget), None
            start = time.perf_counter()
            try:
                progress = self._descent.run(1 if measured else n - done, budget, rates)
            except KeyboardInterrupt as found:  # it is noticed when machine code returns: what that did has been done
                progress, interrupt = self._descent.progress(), found
            self._turn = done, progress
            taken = time.perf_counter() - start
            if progress.updates == budget and taken > 0:
                self._pace = budget / taken
            self._count()
            if interrupt is None and (progress.stopped or progress.gradient is not None):
                self._update_by_hand(progress)
            if each is not None and interrupt is None:
                self.write()
                each()
            for total, right in zip(progress.losses, progress.hits, strict=True):
                done += 1
                yield total, right
            if interrupt is not None:
                raise interrupt

    def after(self, epochs):
        """Yield further epochs that are done, of which an interrupt kept :meth:`epochs` from telling."""
        before, progress = self._turn
        return list(zip(progress.losses, progress.hits, strict=True))[epochs - before :]

    def _rates(self, budget):
        rate = self._optimizer.rate if self._changes else 0.0
        if not callable(rate):
            return rate
        rates = []
        for k in range(budget):
            try:
                found = rate(self._optimizer.updates + k)
            except Exception:
                if k == 0:
                    raise
                break  # it is asked again when its update comes
            if not (is_real(found) and not isinstance(found, Value) and finite(found) and found >= 0):
                break
            rates.append(float(found))
        return rates + [math.nan] * (budget - len(rates))  # which stops the update: it is made by hand, and says why

    def _update_by_hand(self, progress):
        """One update by the optimizer itself, and the sweep by the engine where that stopped: it says what is wrong."""
        self.write()
        descent = self._descent
        if progress.gradient is None:
            loss, hits = self._accumulate(descent.batch, self._history.updates)
        else:
            loss, hits = descent.pending
            for p, g in zip(self._parameters, progress.gradient.tolist(), strict=True):
                p.grad = g
        self._by_hand = True
        self._optimizer.step(self._parameters)
        self._history.updates += 1
        self.read()
        epoch = descent.advance(loss, hits)
        self._by_hand = False
        if epoch is not None:
            progress.losses.append(epoch[0])
            progress.hits.append(epoch[1])

    # --- Measuring

    def measure(self, X, Y):
        """The same, of the parameters as they now are."""
        if self._layers:
            return self._measured(self._descent.results(Table(X, Y, len(self._sample.inputs))), Y)
        assign(self._parameters, self._descent.numbers.tolist())
        with progress_shown(self._progress):
            return super().measure(X, Y)

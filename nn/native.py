"""The training of a model in machine code, for :func:`nn.fit` with ``engine="native"``."""

import math
import time

import numpy as np

from autograd import Value
from autograd.compiler import layers
from autograd.compiler.layers import LayerDescent
from autograd.compiler.machine import progress_shown
from autograd.compiler.programs import Program
from autograd.compiler.training import Descent
from autograd.engine.algebra import is_real
from autograd.engine.nodes import assign
from nn.adaptive import OPTIMIZERS
from nn.clipping import Clipped, unclipped
from nn.data import Rows, finite
from nn.eager import EagerTraining
from nn.firstlook import is_ours
from nn.one_sample import first_sample, one_sample
from nn.setups import NotNative

__all__ = ["NativeTraining", "NotNative", "Recorded", "one_sample", "rows_of"]

_MAX_RUN = 0.05  # seconds of machine code, about, during which an interrupt from the keyboard has to wait


def rows_of(X, Y, width):
    """Return samples as rows of ``width`` numbers: the inputs, then the targets. Classes become probabilities."""
    return Table(X, Y, width).rows()


class Table:
    """The numbers of samples as rows of inputs and targets.

    Args:
        X, Y: the samples.
        width: the number of numbers in a row.
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
        """Return the rows at some places as an array of floats."""
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
    """The data of a model's training for compiled code: one recorded sample, rows, labels and parameters.

    Args:
        setup: the setup of a model's training, :class:`nn.setups.Setup`.

    Raises:
        NotNative: the training cannot be compiled.
        TypeError, ValueError: the model or the loss does not accept a sample.
    """

    def __init__(self, setup):
        self._setup, parameters, classes = setup, setup.parameters, setup.loss.classes
        self._parameters, self._engine = parameters, EagerTraining(setup)
        reason = None
        try:
            sample = first_sample(setup)
        except NotNative as error:
            reason = error
        if not is_ours(setup.loss.model, setup.loss.loss):
            setup.loss.look.everything()
        if reason is not None:  # only now, because errors in the data are reported first
            raise reason
        self._sample = sample
        unique = list(dict.fromkeys(parameters))
        if len(unique) != len(parameters) or any(p.op is not None for p in parameters):
            raise NotNative("a parameter is not a leaf, or is listed twice")
        self._classes = classes if classes is None or len(sample.outputs) > 1 else lambda y: int(bool(classes(y)))
        self._labels = None if classes is None else np.array([int(self._classes(y)) for y in setup.samples.Y])
        if classes is not None and not ((self._labels >= 0) & (self._labels < max(2, len(sample.outputs)))).all():
            raise NotNative("a target is not a class of the model's outputs")
        self._table = Table(setup.samples.X, setup.samples.Y, len(sample.inputs))
        self._measuring: Program | None = None

    def measure(self):
        """Return the mean loss over the validation samples, and the share of right answers."""
        if self._measuring is None:
            sample = self._sample
            self._measuring = Program(
                [sample.loss, *sample.outputs], sample.inputs, self._parameters, single_output=False
            )
        return self._measured(self._measuring.value(self._held_out().rows()))

    def _held_out(self):
        """Return the numbers of the validation samples."""
        samples = self._setup.held_out
        return Table(samples.X, samples.Y, len(self._sample.inputs))

    def _by_engine(self, places, updates):
        """Set the gradients of some samples with the eager engine, whose errors explain the problem.

        Return the same as :meth:`EagerTraining.gradients`.
        """
        self._engine.updates = updates
        return self._engine.gradients([self._setup.samples[i] for i in places])

    def _measured(self, rows):
        """Return the mean loss and the share of right answers, given rows of loss and outputs."""
        right, Y = 0, self._setup.held_out.Y
        if self._classes is not None:
            right = hits(rows, np.array([self._classes(y) for y in Y]))
        return sum(rows[:, 0].tolist()) / len(Y), right / len(Y)


def hits(rows, labels) -> int:
    """Return the number of right answers.

    Args:
        rows: for each sample, the loss and the outputs. A single output answers by its sign.
        labels: the classes of the samples.
    """
    answers = rows[:, 1:].argmax(axis=1) if rows.shape[1] > 2 else rows[:, 1] > 0
    return int(np.count_nonzero(answers == labels))


class NativeTraining(Recorded):
    """A :class:`nn.protocols.Training` whose epochs run in machine code.

    Args:
        setup: as for :class:`Recorded`.
        epochs: the expected number of epochs.
        progress: True if a long compilation shows a progress bar.

    Attributes:
        updates: the number of updates so far.

    Raises:
        NotNative: the training cannot be compiled.
    """

    def __init__(self, setup, epochs, progress=True):
        self._progress, self.updates = progress, 0
        super().__init__(setup)
        self._optimizer, self._generator = setup.optimizer, setup.shuffler
        optimizer, generator, size, parameters = setup.optimizer, setup.shuffler, setup.size, setup.parameters
        sample = self._sample
        state = None if generator is None else generator.getstate()
        tapes = None if sample.made is None else layers.Sample(sample.made)
        in_c = self._update_in_c() is not None
        known = type(unclipped(optimizer)) in OPTIMIZERS
        if tapes is None or (known and not in_c):  # LLVM compiles the steps of all optimizers of nn
            self._layers = False
        elif known and isinstance(optimizer, Clipped):  # except those that clip gradients, which only C does
            self._layers = tapes.runs_in_c
        else:
            self._layers = tapes.is_worth
        if self._layers:
            self._descent = LayerDescent(tapes, self._table, self._labels, size, shuffle=state)
            self._changes = in_c
        else:
            change, key = self._rule()
            slots = 0 if change is None else len(optimizer._start)
            with progress_shown(progress):
                self._descent = Descent(
                    sample.loss, sample.outputs, parameters, sample.inputs, self._table.rows(), self._labels, size,
                    change, slots, key, state, epochs * -(-len(setup.samples) // size), sample.key,
                )  # fmt: skip
            self._changes = change is not None
        self._by_hand = False
        # the number of epochs before the last run of machine code, and the result of that run
        self._last_run = 0, self._descent.progress()
        self._pace = 1000.0  # updates in a second, a first guess
        self.read()

    def _rule(self):
        """Return a parameter's update rule over registers, and its key; None for an optimizer with its own step."""
        optimizer = self._optimizer
        if type(optimizer) not in OPTIMIZERS:
            return None, None
        change = optimizer._change_decayed
        settings = optimizer._settings()
        key = type(optimizer), tuple(sorted(settings.items()))
        return lambda w, g, rate, memory: change(w, g, rate, tuple(memory)), key

    def _update_in_c(self):
        """Return the optimizer's step in C, which updates large layers; None for an optimizer with its own step."""
        optimizer = self._optimizer
        return optimizer.arrays_for(self._parameters) if type(unclipped(optimizer)) in OPTIMIZERS else None

    # --- Between Values and arrays

    def read(self):
        """Copy the parameters and the optimizer's memory to the arrays, because a callback may have changed them."""
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
        """Copy the state of the arrays to the parameters, the optimizer and the random generator."""
        if self._by_hand:
            return  # the optimizer itself is making an update, and the arrays have an older state
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
        """Copy the number of updates from the machine code to this object and to the optimizer."""
        before, by_optimizer = self._before
        self.updates = before + self._descent.updates
        if self._changes:
            unclipped(self._optimizer).updates = by_optimizer + self._descent.updates

    # --- Epochs

    def epochs(self, n, stepwise=False, each=None):
        """Run n epochs. After each, yield the sum of its losses and the number of right answers.

        With ``stepwise``, an epoch begins only when its result is requested. ``each(None)`` is called after every
        update, when the Values are up to date. After an interrupt at any point, the parameters and the optimizer have
        the state after the last whole update.
        """
        made = self._descent.updates
        self._before = self.updates - made, self._optimizer.updates - made if self._changes else 0
        try:
            try:
                yield from self._runs(n, stepwise, each)
            finally:
                self.write()
        except BaseException:
            self.write()  # again, because the interrupt may have come during the other call
            raise

    def _runs(self, n, stepwise, each):
        done = 0
        while done < n:
            budget = 1 if each is not None else max(1, int(self._pace * _MAX_RUN))
            rates, interrupt = self._rates(budget), None
            start = time.perf_counter()
            try:
                progress = self._descent.run(1 if stepwise else n - done, budget, rates)
            except KeyboardInterrupt as found:  # it comes after machine code has returned, and its updates are kept
                progress, interrupt = self._descent.progress(), found
            self._last_run = done, progress
            taken = time.perf_counter() - start
            if progress.updates == budget and taken > 0:
                self._pace = budget / taken
            self._count()
            if interrupt is None and (progress.stopped or progress.gradient is not None):
                self._update_by_hand(progress)
            if each is not None and interrupt is None:
                self.write()
                each(None)
            for total, right in zip(progress.losses, progress.hits, strict=True):
                done += 1
                yield total, right
            if interrupt is not None:
                raise interrupt

    def after(self, epochs):
        """Return the finished epochs that :meth:`epochs` did not yield, because an interrupt came."""
        before, progress = self._last_run
        return list(zip(progress.losses, progress.hits, strict=True))[epochs - before :]

    def _rates(self, budget):
        rate = unclipped(self._optimizer).rate if self._changes else 0.0
        if not callable(rate):
            return rate
        rates = []
        for k in range(budget):
            try:
                found = rate(self._optimizer.updates + k)
            except Exception:
                if k == 0:
                    raise
                break  # the schedule is called again when this update comes
            if not (is_real(found) and not isinstance(found, Value) and finite(found) and found >= 0):
                break
            rates.append(float(found))
        return rates + [math.nan] * (budget - len(rates))  # NaN stops machine code; the update by hand raises the error

    def _update_by_hand(self, progress):
        """Make one update with the optimizer itself, whose errors explain the problem.

        If machine code stopped during the sweep, the eager engine also repeats the sweep.
        """
        self.write()
        descent = self._descent
        if progress.gradient is None:
            loss, hits = self._by_engine(descent.batch, self.updates)
        else:
            loss, hits = descent.pending
            for p, g in zip(self._parameters, progress.gradient.tolist(), strict=True):
                p.grad = g
        self._by_hand = True
        self._optimizer.step(self._parameters)
        self.updates += 1
        self.read()
        epoch = descent.advance(loss, hits)
        self._by_hand = False
        if epoch is not None:
            progress.losses.append(epoch[0])
            progress.hits.append(epoch[1])

    # --- Measuring

    def measure(self):
        """Return the mean loss over the validation samples and the share of right answers, for the parameters now."""
        if self._layers:
            return self._measured(self._descent.results(self._held_out()))
        assign(self._parameters, self._descent.numbers.tolist())
        with progress_shown(self._progress):
            return super().measure()

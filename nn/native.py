"""A model's training as machine code: what :func:`nn.fit` does with ``engine="native"``."""

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

_STRETCH = 0.05  # seconds in machine code at a stretch; in between, the keyboard may interrupt


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
        setup: of a model's training, :class:`nn.setups.Setup`.

    Raises:
        NotNative: this cannot be compiled.
        TypeError, ValueError: what the model or the loss says of a sample.
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
        if reason is not None:  # what is wrong with the data comes first
            raise reason
        self._sample = sample
        unique = list(dict.fromkeys(parameters))
        if len(unique) != len(parameters) or any(p.op is not None for p in parameters):
            raise NotNative("a parameter is no leaf, or is listed twice")
        self._classes = classes if classes is None or len(sample.outputs) > 1 else lambda y: int(bool(classes(y)))
        self._labels = None if classes is None else np.array([int(self._classes(y)) for y in setup.samples.Y])
        if classes is not None and not ((self._labels >= 0) & (self._labels < max(2, len(sample.outputs)))).all():
            raise NotNative("a target is no class of the model's outputs")
        self._table = Table(setup.samples.X, setup.samples.Y, len(sample.inputs))
        self._measuring: Program | None = None

    def measure(self):
        """Return the mean loss over the samples that are held out, and the share of right answers."""
        if self._measuring is None:
            sample = self._sample
            self._measuring = Program(
                [sample.loss, *sample.outputs], sample.inputs, self._parameters, single_output=False
            )
        return self._measured(self._measuring.value(self._held_out().rows()))

    def _held_out(self):
        """Return the numbers of the samples that are held out."""
        samples = self._setup.held_out
        return Table(samples.X, samples.Y, len(self._sample.inputs))

    def _by_engine(self, places, updates):
        """Set the gradients of some samples by the engine, which says what is wrong; return what it returns."""
        self._engine.updates = updates
        return self._engine.gradients([self._setup.samples[i] for i in places])

    def _measured(self, rows):
        """Return the mean loss and the share of right answers, of rows of loss and outputs."""
        right, Y = 0, self._setup.held_out.Y
        if self._classes is not None:
            right = hits(rows, np.array([self._classes(y) for y in Y]))
        return sum(rows[:, 0].tolist()) / len(Y), right / len(Y)


def hits(rows, labels) -> int:
    """Return the number of right answers, of samples with rows of loss and outputs; one output answers by its sign."""
    answers = rows[:, 1:].argmax(axis=1) if rows.shape[1] > 2 else rows[:, 1] > 0
    return int(np.count_nonzero(answers == labels))


class NativeTraining(Recorded):
    """A :class:`nn.protocols.Training` whose epochs run in machine code.

    Args:
        setup: as of :class:`Recorded`.
        epochs: how many there are going to be, about.
        progress: whether a long compilation shows a bar.

    Attributes:
        updates: how many were made.

    Raises:
        NotNative: this cannot be compiled.
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
        if tapes is None or (known and not in_c):  # LLVM does the steps of all that are known
            self._layers = False
        elif known and isinstance(optimizer, Clipped):  # but where gradients are clipped, which only C does
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
        self._last_run = 0, self._descent.progress()  # the epochs before what machine code did last, and what that was
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
        return optimizer.arrays_for(self._parameters) if type(unclipped(optimizer)) in OPTIMIZERS else None

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
        """Put what the arrays hold into the parameters, the optimizer and the generator."""
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
        """Bring the number of updates, and that in the optimizer, up to that of the machine code."""
        before, by_optimizer = self._before
        self.updates = before + self._descent.updates
        if self._changes:
            unclipped(self._optimizer).updates = by_optimizer + self._descent.updates

    # --- Epochs

    def epochs(self, n, stepwise=False, each=None):
        """Train for n epochs; after each yield the sum of its losses, and how many answers were right.

        Where it goes ``stepwise``, no epoch begins before the one before it was asked for. ``each(None)`` is called
        after every update, with the parameters written. An interrupt at any point leaves parameters and optimizer at
        one whole update, the last that was made.
        """
        made = self._descent.updates
        self._before = self.updates - made, self._optimizer.updates - made if self._changes else 0
        try:
            try:
                yield from self._runs(n, stepwise, each)
            finally:
                self.write()
        except BaseException:
            self.write()  # what interrupts may have come within the other call
            raise

    def _runs(self, n, stepwise, each):
        done = 0
        while done < n:
            budget = 1 if each is not None else max(1, int(self._pace * _STRETCH))
            rates, interrupt = self._rates(budget), None
            start = time.perf_counter()
            try:
                progress = self._descent.run(1 if stepwise else n - done, budget, rates)
            except KeyboardInterrupt as found:  # it is noticed when machine code returns: what that did has been done
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
        """Yield further epochs that are done, of which an interrupt kept :meth:`epochs` from telling."""
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
        """Return the same, of the parameters as they now are."""
        if self._layers:
            return self._measured(self._descent.results(self._held_out()))
        assign(self._parameters, self._descent.numbers.tolist())
        with progress_shown(self._progress):
            return super().measure()

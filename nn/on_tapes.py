"""Training in C, on tapes of the operations that the loss of a sample records."""

import math
from array import array
from collections.abc import Generator

from autograd import Value
from autograd.compiler.tracing import Tapes, Untraceable
from autograd.engine.algebra import is_real
from autograd.engine.batches import WORTH
from autograd.engine.forks import importing
from nn.clipping import Clipped, unclipped
from nn.dropout import drawn, train_mode
from nn.eager import EagerTraining
from nn.firstlook import diverged
from nn.optimizers import Optimizer
from nn.setups import NotNative, Setup

__all__ = ["TapeTraining"]

_MAX_CELLS = 1 << 24  # in all samples of a batch that is computed at once


class TapeTraining:
    """A :class:`nn.protocols.Training` whose updates are made in C.

    The parameters and the memory of the optimizer are kept in arrays. :meth:`write` copies them to the Values.

    Args:
        setup: the setup of the training.

    Raises:
        NotNative: a tape would not compute the same as the loss.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup, self._parameters, self._optimizer = setup, setup.parameters, setup.optimizer
        self._tapes = Tapes(setup.loss, setup.parameters)
        self._machine = self._tapes.machine
        self._made = self._counted = 0
        self._product = None  # a tape, a batch size, and a function that computes such a batch at once, or None
        self.read()
        ready = self.prepare([*setup.samples, *(setup.held_out or ())])
        self._samples, self._held_out = ready[: len(setup.samples)], ready[len(setup.samples) :]

    @property
    def updates(self) -> int:
        """The number of updates so far."""
        return self._made + self._machine.updates

    def prepare(self, samples) -> list:
        """Return samples in the form that :meth:`update` needs: triples of a tape, a row of numbers and the sample.

        Raises:
            NotNative: a tape would not compute the same as the loss.
            FloatingPointError: the loss of a sample is too large for a float.
        """
        before = drawn()
        try:
            with train_mode():
                seen = [self._tapes.see(sample) for sample in samples]
                self._tapes.learn(seen)
                made = [
                    (self._tapes.tape(form, row), array("d", [*row, 0.0]), sample)
                    for (form, row), sample in zip(seen, samples, strict=True)
                ]
        except OverflowError as error:
            what = f"the loss is too large for a float ({error})"
            raise FloatingPointError(diverged(what, self.updates)) from error
        except Untraceable as reason:
            if drawn() == before:
                raise NotNative(str(reason)) from None
        if drawn() != before:
            raise NotNative("it has dropout, which draws new random numbers for every sample")
        return made

    def epochs(self, n: int, stepwise: bool = False, each=None) -> Generator[tuple[float, int], None, None]:
        """Run n epochs. After each, yield the sum of its losses, and 0. At the end, update the Values."""
        try:
            yield from self._setup.epochs(self.update, n, each, self._samples)
        finally:
            self.write()

    def update(self, batch) -> tuple[float, int]:
        """Make one update with prepared samples. Return the sum of their losses before the update, and 0."""
        machine, optimizer = self._machine, self._optimizer
        total = self._gradients(batch)
        if not math.isfinite(total):
            return self._by_hand(batch, None)
        if self._update is None:
            return self._by_hand(batch, total)
        rate = unclipped(optimizer).rate
        if callable(rate):
            self._count()
            rate = rate(optimizer.updates)
            if isinstance(rate, Value) or not is_real(rate) or not math.isfinite(rate) or rate < 0:
                return self._by_hand(batch, total)  # the optimizer raises an error that explains the problem
        if not machine.update(self._update, rate):
            return self._by_hand(batch, total)
        return total, 0

    def _gradients(self, batch):
        """Compute the mean of the gradients of a batch in the machine, and return the sum of its losses."""
        made, size = batch[0][0], len(batch)
        if size > 1 and made.products >= WORTH and all(each[0] is made for each in batch):
            if self._product is None or self._product[0] is not made or self._product[1] < size:
                self._product = made, size, _as_product(made, size)
            if self._product[2] is not None:
                return self._product[2](self._machine, batch)
        return self._machine.batch(batch)

    def _count(self):
        """Copy the number of updates to the optimizer."""
        made = self._machine.updates
        if made != self._counted:
            unclipped(self._optimizer).updates += made - self._counted
            self._counted = made

    def _by_hand(self, batch, total):
        """Make one update with the eager engine and the optimizer themselves, whose errors explain the problem."""
        self.write()
        if total is None:
            total, _ = EagerTraining(self._setup, self.updates).gradients([sample for _, _, sample in batch])
        else:
            self._machine.write_gradient(self._parameters)
        self._optimizer.step(self._parameters)
        self._made += 1
        self.read()
        return total, 0

    def measure(self) -> tuple[float, float]:
        """Return the mean loss over the validation samples, and 0."""
        losses = [self._machine.value(made, row) for made, row, _ in self._held_out]
        return sum(losses) / len(losses), 0.0

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return the finished epochs that were not yielded: none, because each is yielded at once."""
        return []

    def write(self) -> None:
        """Copy the state after the last update to the Values and the optimizer."""
        self._count()
        self._machine.write(self._parameters)

    def read(self) -> None:
        """Copy the numbers of the Values and the settings of the optimizer, which may have been changed."""
        self._machine.read(self._parameters)
        optimizer = self._optimizer
        self._update = optimizer.arrays_for(self._parameters) if isinstance(optimizer, (Optimizer, Clipped)) else None


def _as_product(made, size):
    """Return a function that computes the gradient of a batch as products of matrices, or None.

    See :func:`autograd.compiler.layers.gradients_of`.
    """
    if made.stops or made.cells * size > _MAX_CELLS:
        return None
    with importing():
        from autograd.compiler.layers import gradients_of  # lazy: it imports SciPy

    return gradients_of(made, size)

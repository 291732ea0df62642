"""Training in C, on tapes of what the loss of a sample records."""

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

_MOST_CELLS = 1 << 24  # of all samples of a batch that is computed at once


class TapeTraining:
    """A :class:`nn.protocols.Training` whose updates are made in C.

    Parameters and what the optimizer remembers are in arrays; :meth:`write` brings them to the Values.

    Args:
        setup: what is trained.

    Raises:
        NotNative: a tape would not compute what the loss does.
    """

    def __init__(self, setup: Setup) -> None:
        self._setup, self._parameters, self._optimizer = setup, setup.parameters, setup.optimizer
        self._tapes = Tapes(setup.loss, setup.parameters)
        self._machine = self._tapes.machine
        self._made = self._counted = 0
        self._product = None  # a tape, and what computes a batch of so many samples at once, if that pays
        self.read()
        ready = self.prepare([*setup.samples, *(setup.held_out or ())])
        self._samples, self._held_out = ready[: len(setup.samples)], ready[len(setup.samples) :]

    @property
    def updates(self) -> int:
        """The number of updates that were made."""
        return self._made + self._machine.updates

    def prepare(self, samples) -> list:
        """Return samples as :meth:`update` takes them: triples of a tape, a row of numbers and the sample.

        Raises:
            NotNative: a tape would not compute what the loss does.
        """
        before = drawn()
        try:
            with train_mode():
                seen = [self._tapes.see(sample) for sample in samples]
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
            raise NotNative("it has dropout, which draws anew for every sample")
        return made

    def epochs(self, n: int, stepwise: bool = False, each=None) -> Generator[tuple[float, int], None, None]:
        """Yield n epochs: the sum of the losses of each, and 0; when it is closed, the Values are up to date."""
        try:
            yield from self._setup.epochs(self.update, n, each, self._samples)
        finally:
            self.write()

    def update(self, batch) -> tuple[float, int]:
        """Make one update with prepared samples; the sum of their losses before it, and 0."""
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
                return self._by_hand(batch, total)  # the optimizer says what is wrong with it
        if not machine.update(self._update, rate):
            return self._by_hand(batch, total)
        return total, 0

    def _gradients(self, batch):
        """Have the mean of the gradients of a batch in the machine; return the sum of its losses."""
        made, size = batch[0][0], len(batch)
        if size > 1 and made.products >= WORTH and all(each[0] is made for each in batch):
            if self._product is None or self._product[0] is not made or self._product[1] < size:
                self._product = made, size, _as_product(made, size)
            if self._product[2] is not None:
                return self._product[2](self._machine, batch)
        return self._machine.batch(batch)

    def _count(self):
        """Bring the optimizer's number of updates up to the last one."""
        made = self._machine.updates
        if made != self._counted:
            unclipped(self._optimizer).updates += made - self._counted
            self._counted = made

    def _by_hand(self, batch, total):
        """One update by the engine and the optimizer themselves: they say what is wrong."""
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
        """The mean loss over the samples that are held out, and 0."""
        losses = [self._machine.value(made, row) for made, row, _ in self._held_out]
        return sum(losses) / len(losses), 0.0

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return further epochs that are done: none, since each is yielded at once."""
        return []

    def write(self) -> None:
        """Bring the Values and the optimizer up to the last update."""
        self._count()
        self._machine.write(self._parameters)

    def read(self) -> None:
        """Take the numbers of the Values, and the settings of the optimizer, which were changed outside."""
        self._machine.read(self._parameters)
        optimizer = self._optimizer
        self._update = optimizer.arrays_for(self._parameters) if isinstance(optimizer, (Optimizer, Clipped)) else None


def _as_product(made, size):
    """Return what computes the gradient of a batch as products of matrices, as of ``gradients_of``; or None."""
    if made.stops or made.cells * size > _MOST_CELLS:
        return None
    with importing():
        from autograd.compiler.layers import gradients_of  # where layers are large: it brings SciPy

    return gradients_of(made, size)

"""Training in Python, sample by sample, on the recorded graph."""

import math
from collections.abc import Generator

from autograd import DomainError, Value, no_grad
from nn.dropout import train_mode
from nn.firstlook import diverged
from nn.setups import ModelLoss, Setup

__all__ = ["EagerTraining", "InValues"]


class InValues:
    """The methods of a :class:`nn.protocols.Training` that need do nothing if the Values are always up to date."""

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return the finished epochs that were not yielded: none, because each is yielded at once."""
        return []

    def write(self) -> None:
        """Do nothing, because the Values are always up to date."""

    def read(self) -> None:
        """Do nothing, because every update reads the Values."""


class EagerTraining(InValues):
    """A :class:`nn.protocols.Training` in which Python records the graph of every sample.

    Args:
        setup: the setup of the training.
        updates: the number of updates before this training.

    Attributes:
        updates: the number of updates so far.
    """

    def __init__(self, setup: Setup, updates: int = 0) -> None:
        self._setup, self.updates = setup, updates
        self._answered = setup.loss.answered if isinstance(setup.loss, ModelLoss) and setup.loss.classes else None

    def epochs(self, n: int, stepwise: bool = False, each=None) -> Generator[tuple[float, int], None, None]:
        """Run n epochs. After each, yield the sum of its losses and the number of right answers."""
        return self._setup.epochs(self.update, n, each)

    def update(self, batch) -> tuple[float, int]:
        """Make one update with a batch.

        Return the sum of the losses of its samples before the update, and the number of right answers.
        """
        found = self.gradients(batch)
        self._setup.optimizer.step(self._setup.parameters)
        self.updates += 1
        return found

    def gradients(self, batch) -> tuple[float, int]:
        """Set the gradients to the average over a batch, and return the same as :meth:`update`.

        Raises:
            FloatingPointError: a loss became NaN or infinite.
        """
        for p in self._setup.parameters:
            p.grad = 0.0
        with train_mode():  # the loop is in a function of its own: see the note on _marking in autograd/engine/sweep.py
            return self._gradients(batch)

    def _gradients(self, batch):
        loss, answered = self._setup.loss, self._answered
        share, total, right = 1.0 / len(batch), 0.0, 0
        for sample in batch:
            try:
                value = loss(sample)
                if not isinstance(value, Value):
                    raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from Values.")
                if not math.isfinite(value.data):
                    raise FloatingPointError(diverged(f"the loss is {value.data}", self.updates))
                value.backward(share)
            except OverflowError as error:
                what = f"the loss is too large for a float ({error})"
                raise FloatingPointError(diverged(what, self.updates)) from error
            except DomainError as error:
                if not self.updates:  # the first update cannot have diverged
                    raise
                raise FloatingPointError(diverged(f"the loss has no value ({error})", self.updates)) from error
            total += value.data
            if answered is not None:
                right += answered(sample)
        return total, right

    def measure(self) -> tuple[float, float]:
        """Return the mean loss over the validation samples, and the share of right answers."""
        with no_grad():
            return self._measured()

    def _measured(self):
        loss, samples, total, right = self._setup.loss, self._setup.held_out or (), 0.0, 0
        for sample in samples:
            try:
                total += loss(sample).data
            except OverflowError:  # as in machine code
                total = math.inf
                continue
            if self._answered is not None:
                right += self._answered(sample)
        return total / len(samples), right / len(samples)

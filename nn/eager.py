"""Training sample by sample on the recorded graph."""

import math
from collections.abc import Generator

from autograd import DomainError, Value, no_grad
from nn.dropout import train_mode
from nn.firstlook import diverged
from nn.setups import ModelLoss, Setup

__all__ = ["EagerTraining", "InValues"]


class InValues:
    """The part of a training that a :class:`nn.protocols.Training` has whose parameters are always in the Values."""

    def after(self, epochs: int) -> list[tuple[float, int]]:
        """Return further epochs that are done: none, since each is yielded at once."""
        return []

    def write(self) -> None:
        """Bring the Values up to the last update, as they always are."""

    def read(self) -> None:
        """Take the numbers of the Values, which are read at each update anyway."""


class EagerTraining(InValues):
    """A :class:`nn.protocols.Training` in which Python records the graph of every sample.

    Args:
        setup: what is trained.
        updates: how many updates were made before.

    Attributes:
        updates: how many were made.
    """

    def __init__(self, setup: Setup, updates: int = 0) -> None:
        self._setup, self.updates = setup, updates
        self._answered = setup.loss.answered if isinstance(setup.loss, ModelLoss) and setup.loss.classes else None

    def epochs(self, n: int, stepwise: bool = False, each=None) -> Generator[tuple[float, int], None, None]:
        """Yield n epochs: the sum of the losses of each, and how many answers were right."""
        return self._setup.epochs(self.update, n, each)

    def update(self, batch) -> tuple[float, int]:
        """Make one update; the sum of the losses of its samples before it, and how many answers were right."""
        found = self.gradients(batch)
        self._setup.optimizer.step(self._setup.parameters)
        self.updates += 1
        return found

    def gradients(self, batch) -> tuple[float, int]:
        """Set the gradients to the average over samples; return what :meth:`update` does.

        Raises:
            FloatingPointError: a loss became NaN or infinite.
        """
        for p in self._setup.parameters:
            p.grad = 0.0
        loss, answered = self._setup.loss, self._answered
        share, total, right = 1.0 / len(batch), 0.0, 0
        with train_mode():
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
                    if not self.updates:  # the training has not gone anywhere yet
                        raise
                    raise FloatingPointError(diverged(f"the loss has no value ({error})", self.updates)) from error
                total += value.data
                if answered is not None:
                    right += answered(sample)
        return total, right

    def measure(self) -> tuple[float, float]:
        """The mean loss over the samples that are held out, and the share of right answers."""
        loss, samples, total, right = self._setup.loss, self._setup.held_out or (), 0.0, 0
        with no_grad():
            for sample in samples:
                try:
                    total += loss(sample).data
                except OverflowError:  # as machine code has it
                    total = math.inf
                    continue
                if self._answered is not None:
                    right += self._answered(sample)
        return total / len(samples), right / len(samples)

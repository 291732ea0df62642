"""The setup of a training, checked: what every engine is given."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from autograd import Value
from autograd.engine.algebra import is_real
from nn.firstlook import FirstLook
from nn.losses import cross_entropy, hinge
from nn.objectives import base_of

__all__ = ["ModelLoss", "NotNative", "Samples", "Setup", "checked_value", "classes_in"]


class NotNative(Exception):
    """Why a training cannot be compiled."""


class Samples(Sequence):
    """Pairs of inputs and a target, made when they are asked for.

    Attributes:
        X, Y: the inputs and the targets, sequences of one length.
    """

    def __init__(self, X: Any, Y: Any) -> None:
        self.X, self.Y = X, Y

    def __len__(self):
        return len(self.Y)

    def __getitem__(self, k):
        return self.X[k], self.Y[k]

    def __iter__(self):
        return zip(self.X, self.Y, strict=True)


@dataclass(frozen=True)
class Setup:
    """The parts of a training.

    Attributes:
        loss: a function of a sample that returns a Value; of a model, a :class:`ModelLoss`.
        parameters: the leaves to train.
        optimizer: makes the updates.
        samples: the samples to train on; of a model, :class:`Samples`.
        held_out: samples to measure, or None.
        size: samples an update.
        shuffler: the generator that shuffles before each epoch, or None.
    """

    loss: Callable[[Any], Any]
    parameters: list[Value]
    optimizer: Any
    samples: Sequence[Any] = ()
    held_out: Sequence[Any] | None = None
    size: int = 1
    shuffler: random.Random | None = None

    @property
    def counts(self) -> bool:
        """True if right answers are counted."""
        return isinstance(self.loss, ModelLoss) and self.loss.classes is not None

    def epochs(self, update, n: int, each=None, samples=None):
        """Yield n epochs, batch by batch: the sum of the losses of each, and how many answers were right.

        Args:
            update: ``update(batch)`` makes an update with a list of samples, and returns the same of the batch.
            n: how many epochs.
            each: ``each(loss)`` is called after every update with the mean loss of its batch; or None.
            samples: what ``update`` takes in place of the samples.
        """
        samples = self.samples if samples is None else samples
        order = list(range(len(samples)))
        for _ in range(n):
            if self.shuffler is not None:
                self.shuffler.shuffle(order)
            total, right = 0.0, 0
            for start in range(0, len(order), self.size):
                batch = [samples[i] for i in order[start : start + self.size]]
                part, hits = update(batch)
                total, right = total + part, right + hits
                if each is not None:
                    each(part / len(batch))
            yield total, right


def checked_value(value) -> None:
    """Raise TypeError if the result of a loss is no Value."""
    if not isinstance(value, Value):
        raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from the model's Values.")


class ModelLoss:
    """A model and its loss as one function of a sample, a pair of inputs and a target.

    Attributes:
        model: returns outputs for inputs.
        loss: a function of outputs and target.
        classes: the function from a target to its class, or None.
        look: the :class:`FirstLook` at the training.

    Args:
        model, loss, classes: see above.
        parameters: of the model.
        samples, held_out: the samples to train on and to measure, :class:`Samples`; the latter may be None.
    """

    def __init__(self, model, loss, classes, parameters: Iterable[Value], samples, held_out=None):
        self.model, self.loss, self.classes = model, loss, classes
        self.look = FirstLook(model, loss, parameters, samples, held_out)
        self._answer: Any = None

    def __call__(self, sample):
        """Return the loss of a sample."""
        outputs = self.model(sample[0])
        if self.look.pending and isinstance(outputs, (Value, list, tuple)):
            self.look.targets(outputs)
        value = self.loss(outputs, sample[1])
        checked_value(value)
        if self.look.pending:
            self.look(value)
        if self.classes is not None:
            self._answer = outputs
        return value

    def answered(self, sample) -> bool:
        """Return True if the last sample, which is given again, was answered by its class."""
        outputs, self._answer = self._answer, None  # no graph is kept
        return _class_of(outputs) == self.classes(sample[1])


def classes_in(Y, loss):
    """Return the function from a target to its class, or None where the targets are no classes: see :class:`History`.

    Args:
        Y: all targets.
        loss: of a training.
    """
    if all(not is_real(y) and len(y) > 1 and sorted(y) == [0] * (len(y) - 1) + [1] for y in Y):
        return lambda y: list(y).index(1)
    if base_of(loss) is cross_entropy and all(is_real(y) for y in Y):
        return lambda y: y
    if base_of(loss) is hinge and all(is_real(y) or len(y) == 1 for y in Y):
        return lambda y: (y if is_real(y) else y[0]) > 0
    return None


def _class_of(outputs):
    """Return the place of the largest output; of a single one, whether it is above 0; None of anything else."""
    if not isinstance(outputs, (Value, list, tuple)) or (not isinstance(outputs, Value) and not outputs):
        return None
    if isinstance(outputs, Value) or len(outputs) == 1:
        return (outputs if isinstance(outputs, Value) else outputs[0]) > 0
    return max(range(len(outputs)), key=outputs.__getitem__)

"""The setup of a training, which every engine receives after it has been checked."""

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
    """A training cannot be compiled. The message is the reason."""


class Samples(Sequence):
    """A sequence of pairs of inputs and a target. Each pair is made only when it is read.

    Attributes:
        X, Y: the inputs and the targets, sequences of the same length.
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
        loss: a function of a sample that returns a Value; for a model, a :class:`ModelLoss`.
        parameters: the leaves to train.
        optimizer: the optimizer that makes the updates.
        samples: the samples to train on; for a model, :class:`Samples`.
        held_out: the validation samples, or None.
        size: the number of samples in an update.
        shuffler: the random generator that shuffles before each epoch, or None.
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
        """Run n epochs, batch by batch. After each, yield the sum of its losses and the number of right answers.

        Args:
            update: ``update(batch)`` makes an update with a list of samples, and returns the sum of their losses and
                the number of right answers.
            n: the number of epochs.
            each: ``each(loss)`` is called after every update with the mean loss of its batch; or None.
            samples: the objects that are passed to ``update`` in place of the samples; None for the samples.
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
    """Raise TypeError if the result of a loss is not a Value."""
    if not isinstance(value, Value):
        raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from the model's Values.")


class ModelLoss:
    """A model and its loss as one function of a sample. A sample is a pair of inputs and a target.

    Args:
        model: a function from inputs to outputs.
        loss: a function of outputs and target.
        classes: the function from a target to its class, or None.
        parameters: the parameters of the model.
        samples: the samples to train on, :class:`Samples`.
        held_out: the validation samples, :class:`Samples`, or None.

    Attributes:
        model, loss, classes: the arguments of these names.
        look: the :class:`FirstLook` of the training.
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
        """Return True if the answer for the last sample was its class.

        Args:
            sample: the sample that this object was called with last.
        """
        outputs, self._answer = self._answer, None  # so that its graph can be freed
        return _class_of(outputs) == self.classes(sample[1])


def classes_in(Y, loss):
    """Return the function from a target to its class, or None if the targets are not classes. See :class:`History`.

    Args:
        Y: all targets.
        loss: the loss of the training.
    """
    if all(not is_real(y) and len(y) > 1 and sorted(y) == [0] * (len(y) - 1) + [1] for y in Y):
        return lambda y: list(y).index(1)
    if base_of(loss) is cross_entropy and all(is_real(y) for y in Y):
        return lambda y: y
    if base_of(loss) is hinge and all(is_real(y) or len(y) == 1 for y in Y):
        return lambda y: (y if is_real(y) else y[0]) > 0
    return None


def _class_of(outputs):
    """Return the class that outputs answer: the index of the largest one; for a single one, True if it is above 0.

    The result is None if the outputs are neither a Value nor a list of Values.
    """
    if not isinstance(outputs, (Value, list, tuple)) or (not isinstance(outputs, Value) and not outputs):
        return None
    if isinstance(outputs, Value) or len(outputs) == 1:
        return (outputs if isinstance(outputs, Value) else outputs[0]) > 0
    return max(range(len(outputs)), key=outputs.__getitem__)

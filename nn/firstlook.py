"""Checks of a training before its first update. They raise the same errors in every engine."""

import contextlib
from itertools import chain

from autograd import Value, no_grad
from autograd.engine.algebra import is_real
from autograd.engine.graph import postorder
from nn import losses
from nn.adaptive import OPTIMIZERS
from nn.clipping import unclipped
from nn.layers import MLP, Layer, Neuron
from nn.objectives import base_of, target_of

__all__ = ["FirstLook", "check_reaches", "diverged", "is_ours"]

_LOSSES = [getattr(losses, name) for name in losses.__all__]
_NOTHING = (
    "the loss does not depend on any {}, so nothing can be learned: compute it from {}, without detach(), .data, "
    "no_grad() or float()."
)


class FirstLook:
    """The checks of a training that need the outputs and the loss of a sample.

    Machine code is made from one sample. Here the loss and the model can raise errors for the numbers of the others.

    Args:
        model, loss: as for :func:`nn.fit`.
        parameters: the parameters of the model.
        samples: the samples to train on, :class:`nn.setups.Samples`.
        held_out: the validation samples, or None.
    """

    def __init__(self, model, loss, parameters, samples, held_out):
        self._model, self._loss = model, loss
        self._lots = [samples, *([held_out] if held_out else [])]
        self._parameters = set(parameters)
        self.pending = True

    def __call__(self, value):
        """Check the first loss that was computed.

        Raises:
            ValueError: the loss of no sample depends on a parameter.
        """
        self.pending = False
        if self._reaches(value):
            return
        for x, y in chain(*self._lots):  # a loss may ignore some samples, but not all
            if self._reaches(self._loss(self._model(x), y)):
                return
        raise ValueError(_NOTHING.format("parameter of the model", "the model's outputs"))

    def targets(self, outputs):
        """Check every target with a loss of nn.

        Args:
            outputs: the outputs of the model for the first sample.

        Raises:
            TypeError, ValueError: the loss does not accept a target.
        """
        blank = Value(0.5) if isinstance(outputs, Value) else [Value(0.5)] * len(outputs)
        if base_of(self._loss) in (losses.hinge, losses.binary_cross_entropy, losses.cross_entropy):
            with no_grad():
                for _, y in dict.fromkeys([(_types(y), y) for y in chain(*[lot.Y for lot in self._lots])]):
                    self._loss(blank, y)
        elif base_of(self._loss) in _LOSSES:  # the others take any number
            losses.pairs(blank, target_of(self._loss, self._lots[0].Y[0]), base_of(self._loss).__name__)

    def everything(self):
        """Compute every sample once, as the engine does, so that checks in the user's own code run.

        Raises:
            Exception: any exception of the model or the loss, such as for a target that is out of range.
        """
        with no_grad():
            for x, y in chain(*self._lots):
                with contextlib.suppress(OverflowError):  # the training will raise it
                    self._loss(self._model(x), y)

    def _reaches(self, value):
        return _reaches(value, self._parameters)


def check_reaches(loss, parameters, samples):
    """Compute samples until the loss of one depends on a parameter.

    Args:
        loss: a function of a sample.
        parameters: the leaves to train.
        samples: the samples of a training.

    Raises:
        TypeError: the loss does not return a Value.
        ValueError: the loss of no sample depends on a parameter.
        Exception: any exception of the loss.
    """
    parameters = set(parameters)
    for sample in samples:
        try:
            value = loss(sample)
        except OverflowError:  # the training will raise it
            return
        if not isinstance(value, Value):
            raise TypeError(f"the loss returned {type(value).__name__}: it must be computed from Values.")
        if _reaches(value, parameters):
            return
    raise ValueError(_NOTHING.format("parameter", "the parameters"))


def _reaches(value, parameters):
    """Return True if a value was computed from one of the parameters."""
    return isinstance(value, Value) and any(node in parameters for node in postorder([value]))


def _types(y):
    """Return the types in a target. They distinguish equal targets: 1 is a class, and True is not."""
    return type(y) if is_real(y) else tuple([type(t) for t in y])


def is_ours(model, loss, optimizer=None):
    """Return True if a training runs no Python code of the user, which might act differently for another sample."""
    if type(model) not in (MLP, Layer, Neuron) or type(unclipped(optimizer)) not in (*OPTIMIZERS, type(None)):
        return False
    layers = model.layers if type(model) is MLP else [model]
    neurons = [n for layer in layers for n in (layer.neurons if type(layer) is Layer else [layer])]
    plain = all(type(n) is Neuron and isinstance(n.activation, str) for n in neurons)
    return plain and base_of(loss) in _LOSSES


def diverged(what, updates):
    """Return the error message for a training that diverges."""
    return (
        f"{what} at update {updates + 1}; the model has the state before this update: lower the rate, or look for "
        "numbers in the data that are too large."
    )

"""Changes of a loss: penalties on the weights are added, or it is multiplied by the weight of the sample."""

import functools

from autograd import dot, total
from nn.names import NeuronName
from nn.optimizers import check_setting

__all__ = ["Penalized", "Weighted", "base_of", "penalized", "target_of"]


class Penalized:
    r"""A loss with penalties added, $L + \lambda_1 \sum |w| + \lambda_2 \sum w^2$.

    Args:
        loss: a function of outputs and target, or of a sample.
        weights: the Values $w$.
        l1, l2: $\lambda_1$ and $\lambda_2$, 0 or more.
    """

    def __init__(self, loss, weights, l1, l2):
        self.base, self._weights, self._l1, self._l2 = loss, tuple(weights), l1, l2

    def __call__(self, *sample):
        """Return the loss of a sample, including the penalties."""
        value = self.base(*sample)
        if self._l1:
            value = value + self._l1 * total([abs(w) for w in self._weights])
        if self._l2:
            value = value + self._l2 * dot(self._weights, self._weights)
        return value


def penalized(loss, parameters, l1, l2):
    """Return a loss with penalties on all parameters except the biases of neurons.

    If there are no penalties, the loss itself is returned.

    Raises:
        ValueError: a factor is out of range.
    """
    check_setting("l1", l1, least=0.0)
    check_setting("l2", l2, least=0.0)
    weights = [p for p in parameters if not isinstance(p.label, NeuronName) or p.label.source is not None]
    return Penalized(loss, weights, float(l1), float(l2)) if weights and (l1 or l2) else loss


class Weighted:
    """A loss times the weight of the sample, which is the last number of its target.

    Args:
        loss: a function of outputs and target.
        is_row: True if its targets are rows of numbers.
    """

    def __init__(self, loss, is_row):
        self.base, self._is_row = loss, is_row

    def target(self, y):
        """Return a target without the weight."""
        return y[:-1] if self._is_row else y[0]

    def __call__(self, outputs, target):
        """Return the weighted loss of a sample."""
        return target[-1] * self.base(outputs, self.target(target))


def base_of(loss):
    """Return the loss itself, without penalties, weights and the arguments of ``functools.partial``."""
    while isinstance(loss, (Penalized, Weighted, functools.partial)):
        loss = loss.func if isinstance(loss, functools.partial) else loss.base
    return loss


def target_of(loss, y):
    """Return the target for the loss itself, without a weight."""
    while isinstance(loss, (Penalized, Weighted)):
        y, loss = loss.target(y) if isinstance(loss, Weighted) else y, loss.base
    return y

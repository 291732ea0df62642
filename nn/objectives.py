"""Losses with something added: penalties on the weights."""

import functools

from autograd import dot, total
from nn.names import NeuronName
from nn.optimizers import check_setting

__all__ = ["Penalized", "base_of", "penalized"]


class Penalized:
    r"""A loss with penalties added, $L + \lambda_1 \sum |w| + \lambda_2 \sum w^2$.

    Args:
        loss: a function of outputs and target.
        weights: the Values $w$.
        l1, l2: $\lambda_1$ and $\lambda_2$, 0 or more.
    """

    def __init__(self, loss, weights, l1, l2):
        self.base, self._weights, self._l1, self._l2 = loss, tuple(weights), l1, l2

    def __call__(self, outputs, target):
        """Return the loss of a sample, penalties included."""
        value = self.base(outputs, target)
        if self._l1:
            value = value + self._l1 * total([abs(w) for w in self._weights])
        if self._l2:
            value = value + self._l2 * dot(self._weights, self._weights)
        return value


def penalized(loss, parameters, l1, l2):
    """Return a loss with penalties on the parameters that are not biases of neurons; without any, the loss itself.

    Raises:
        ValueError: a factor is out of range.
    """
    check_setting("l1", l1, least=0.0)
    check_setting("l2", l2, least=0.0)
    weights = [p for p in parameters if not isinstance(p.label, NeuronName) or p.label.source is not None]
    return Penalized(loss, weights, float(l1), float(l2)) if weights and (l1 or l2) else loss


def base_of(loss):
    """The loss itself, without penalties and without keyword arguments given by ``functools.partial``."""
    while isinstance(loss, (Penalized, functools.partial)):
        loss = loss.base if isinstance(loss, Penalized) else loss.func
    return loss

"""Gradient clipping: a bound on each gradient, or on the norm of all gradients."""

import math
from collections.abc import Iterable
from typing import NoReturn

from autograd import Value
from nn.optimizers import Optimizer, check_setting

__all__ = ["clip_gradients"]


def clip_gradients(
    parameters: Iterable[Value],
    *bounds: NoReturn,
    clip_value: float | None = None,
    clip_norm: float | None = None,
    **unknown: NoReturn,
) -> float:
    """Clip the gradients of parameters in place, between ``backward()`` and an optimizer's ``step``.

    The definitions agree with ``torch.nn.utils.clip_grad_value_`` and ``clip_grad_norm_``. If both bounds are given,
    ``clip_value`` is applied first.

    Args:
        parameters: Values whose ``grad`` is clipped.
        clip_value: the bound ``c`` of each gradient, above 0. Each gradient is clipped to [-c, c].
        clip_norm: the bound ``c`` of the Euclidean norm of all gradients, above 0. All gradients are multiplied by
            ``min(1, c / (norm + 1e-6))``.

    Returns:
        The norm of all gradients before ``clip_norm`` is applied, a float.

    Raises:
        TypeError: the parameters are not a list, or a bound is given without its name.
        ValueError: a bound is out of range.

    >>> from autograd import Value
    >>> w, b = Value(0.0), Value(0.0)
    >>> w.grad, b.grad = 3.0, 4.0
    >>> clip_gradients([w, b], clip_norm=1.0)
    5.0
    >>> round(w.grad, 4), round(b.grad, 4)
    (0.6, 0.8)
    """
    if bounds or unknown:
        given = f"an unexpected keyword argument {next(iter(unknown))!r}" if unknown else "a bound without its name"
        raise TypeError(
            f"clip_gradients() got {given}: write clip_gradients(model.parameters(), clip_norm=1.0), or clip_value=0.5."
        )
    if not hasattr(parameters, "__iter__"):
        raise TypeError(
            f"clip_gradients takes a list of parameters, found {type(parameters).__name__}: write "
            "clip_gradients(model.parameters(), clip_norm=1.0)."
        )
    parameters = list(dict.fromkeys(parameters))
    for name, bound in (("clip_value", clip_value), ("clip_norm", clip_norm)):
        if bound is not None:
            check_setting(name, bound, above=0.0)
    if clip_value is not None:
        for p in parameters:
            if math.isfinite(p.grad):  # for NaN and infinity, the optimizer raises an error
                p.grad = min(max(p.grad, -clip_value), clip_value)
    norm = math.hypot(*[p.grad for p in parameters])
    if clip_norm is not None and math.isfinite(norm):
        factor = min(1.0, clip_norm / (norm + 1e-6))
        for p in parameters:
            p.grad *= factor
    return norm


def unclipped(optimizer):
    """Return the optimizer inside of a :class:`Clipped`; any other optimizer is returned itself."""
    return optimizer.optimizer if isinstance(optimizer, Clipped) else optimizer


def clipped(optimizer, clip_value, clip_norm):
    """Return an optimizer whose gradients are clipped; without bounds, the optimizer itself."""
    return optimizer if clip_value is None and clip_norm is None else Clipped(optimizer, clip_value, clip_norm)


class Clipped:
    """An optimizer whose gradients are clipped before each step.

    Args:
        optimizer: the optimizer that makes the updates.
        clip_value, clip_norm: as for :func:`clip_gradients`.
    """

    def __init__(self, optimizer, clip_value, clip_norm):
        clip_gradients([], clip_value=clip_value, clip_norm=clip_norm)  # to check the bounds at once
        self.optimizer, self._bounds = optimizer, {"clip_value": clip_value, "clip_norm": clip_norm}

    def arrays_for(self, parameters):
        """Return the step in C for these parameters, which also clips; None if the optimizer has none."""
        update = self.optimizer.arrays_for(parameters) if isinstance(self.optimizer, Optimizer) else None
        if update is not None:
            update.bound(*[float(bound or 0.0) for bound in (self._bounds["clip_value"], self._bounds["clip_norm"])])
        return update

    @property
    def updates(self):
        """The number of updates so far."""
        return self.optimizer.updates

    def step(self, parameters) -> None:
        """Clip the gradients, then make the update of the optimizer."""
        parameters = list(parameters)
        clip_gradients(parameters, **self._bounds)
        self.optimizer.step(parameters)

"""Outputs of a model as plain numbers."""

from autograd import Value, no_grad
from autograd.engine.algebra import is_real
from nn.data import listed

__all__ = ["predictions"]


def predictions(model, X) -> list:
    """Return the outputs of a model for samples, as plain numbers: see :meth:`nn.Module.predict`."""
    rows = listed("X", X)
    if rows and all(is_real(x) or isinstance(x, Value) for x in rows):
        rows = [[x] for x in rows]  # of one input each
    with no_grad():
        return [_plain(model(row)) for row in rows]


def _plain(outputs):
    return outputs.data if isinstance(outputs, Value) else [y.data if isinstance(y, Value) else y for y in outputs]

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
        n = _inputs_of(model)
        if n is not None and n > 1:
            raise ValueError(
                f"predict takes samples, a row of {n} numbers each, found a single row of {len(rows)}: write "
                "predict([x]), or model(x)."
            )
    with no_grad():
        return [_plain(model(row)) for row in rows]


def _inputs_of(model):
    """Return how many inputs a model of layers reads; None for one that does not say."""
    part = model
    for name in ("layers", "neurons"):
        part = next(iter(getattr(part, name, ())), part)
    weights = getattr(part, "w", None)
    return None if weights is None else len(weights)


def _plain(outputs):
    return outputs.data if isinstance(outputs, Value) else [y.data if isinstance(y, Value) else y for y in outputs]

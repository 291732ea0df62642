"""The outputs of a model as plain numbers."""

from autograd import Value, no_grad
from autograd.engine.algebra import is_real
from nn.data import listed

__all__ = ["predictions"]


def predictions(model, X) -> list:
    """Return the outputs of a model for samples as plain numbers. See :meth:`nn.Module.predict`."""
    rows = listed("X", X)
    if rows and all(is_real(x) or isinstance(x, Value) for x in rows):
        rows = [[x] for x in rows]  # samples with one input
        n = _inputs_of(model)
        if n is not None and n > 1:
            raise ValueError(
                f"predict takes samples, a row of {n} numbers each, found a single row of {len(rows)}: write "
                "predict([x]), or model(x)."
            )
    with no_grad():
        return [_plain(model(row)) for row in rows]


def _inputs_of(model):
    """Return the number of inputs of a model with layers; None if the model does not show it."""
    part = model
    for name in ("layers", "neurons"):
        part = next(iter(getattr(part, name, ())), part)
    weights = getattr(part, "w", None)
    return None if weights is None else len(weights)


def _plain(outputs):
    return outputs.data if isinstance(outputs, Value) else [y.data if isinstance(y, Value) else y for y in outputs]

"""Training of a model whose samples are structures of numbers: dicts, dataclasses, named tuples, and nested lists."""

import dataclasses
from typing import Any

from nn.history import History
from nn.minimizing import minimize

__all__ = ["fit_structures", "is_structured"]


def is_structured(model: Any, X: Any) -> bool:
    """Return True if the first sample is a structure and not a row of numbers. Models of nn read rows only.

    Example:
        >>> is_structured(object(), [{"x": 1.0}]), is_structured(object(), [[1.0, 2.0]])
        (True, False)
    """
    if type(model).__module__.partition(".")[0] == "nn" or not hasattr(X, "__getitem__") or isinstance(X, (str, dict)):
        return False
    try:
        first = X[0]
    except (LookupError, TypeError):
        return False
    if _is_named(first):
        return True
    parts = first if isinstance(first, (list, tuple)) or getattr(first, "ndim", 0) > 1 else ()
    return any(_is_named(x) or isinstance(x, (list, tuple)) or getattr(x, "ndim", 0) > 0 for x in parts)


def _is_named(x):
    return isinstance(x, dict) or (dataclasses.is_dataclass(x) and not isinstance(x, type))


def fit_structures(model: Any, X: Any, Y: Any, loss: Any, weights: Any, validation: Any, **options: Any) -> History:
    """Train a model on samples that are structures; the arguments are those of :func:`nn.fit`.

    Args:
        model, X, Y, loss, validation: as for :func:`nn.fit`.
        weights: the weight of each sample, or None.
        **options: the other options, which :func:`nn.minimize` has, too.

    Raises:
        ValueError: the lengths of X, Y and the weights differ.
    """
    if len(X) != len(Y):
        raise ValueError(f"X has {len(X)} samples and Y {len(Y)}: give one target for each.")
    if weights is not None and len(weights) != len(X):
        raise ValueError(f"sample_weights has {len(weights)} numbers for {len(X)} samples: give one for each.")
    if isinstance(validation, (list, tuple)):
        validation = [(x, y, 1.0) for x, y in zip(*validation, strict=True)]
    given = [1.0] * len(X) if weights is None else [float(x) for x in weights]

    def of_sample(sample):
        x, y, weight = sample
        found = loss(model(x), y)
        return found if weights is None else weight * found

    return minimize(of_sample, model, list(zip(X, Y, given, strict=True)), validation=validation, **options)

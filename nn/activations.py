"""Activations. Each is the name of a function of autograd, "linear", or a function of one Value."""

from collections.abc import Callable
from typing import Any

from autograd import Value
from autograd.engine import functions
from autograd.engine.algebra import TABLE
from nn.advice import nearest

__all__ = ["Activation", "function_of", "of_layers", "shown"]

Activation = str | Callable[[Any], Any]
_ALIASES = {  # the names in other libraries
    "hard_relu": "relu", "identity": "linear", "logistic": "sigmoid", "logsigmoid": "log_sigmoid", "none": "linear",
    "swish": "silu",
}  # fmt: skip


def of_layers(n, activation, output):
    """Return a list with the activation of each of n layers.

    Args:
        n: the number of layers.
        activation: the activation of all layers before the last; or a list with one for each layer.
        output: the activation of the last layer.
    """
    if isinstance(activation, (list, tuple)):
        each = list(activation)
    else:
        each = ["relu" if activation is None else activation] * (n - 1) + [output]
    if len(each) != n:
        raise ValueError(f"{n} layers and {len(each)} activations: give one for each layer.")
    if n == 1 and activation is not None and not isinstance(activation, (list, tuple)):
        function_of(activation)  # raises if the name is misspelt, which is reported first
        if activation != output:
            raise ValueError(
                f"activation={shown(activation)!r} applies to the layers before the last, and there is no hidden "
                f"layer: did you mean output={shown(activation)!r}?"
            )
    return each


def function_of(activation):
    """Return the function of an activation, which is a name or a function; None for linear."""
    if callable(activation):
        return activation
    if activation == "linear":
        return None
    if not isinstance(activation, str) or not (activation in functions.__all__ or _is_method(activation)):
        meant = nearest(_ALIASES.get(str(activation).lower(), activation), ("linear", *functions.__all__))
        raise ValueError(
            f"no activation is called {activation!r}{meant or ':'} Use 'linear', a function of autograd such as "
            "'relu', 'tanh' or 'sigmoid', or pass a function of one Value."
        )
    # A method has the fastest recording.
    function = getattr(Value, activation, None) or getattr(functions, activation)
    try:
        function(Value(0.5))  # so that an error is raised here, and not at the first sample
    except TypeError:
        raise ValueError(
            f"{activation!r} takes more than one number: an activation is a function of one. For classes, leave the "
            "last layer linear and train with cross_entropy, which contains the softmax."
        ) from None
    except ValueError:  # 0.5 is outside of its domain
        pass
    return function


def _is_method(name):
    """Return True if a name belongs to a primitive that is a method of Values, such as a user's own primitive."""
    return hasattr(Value, name) and any(entry is not None and entry.name == name for entry in TABLE)


def shown(activation) -> str:
    """Return the name of an activation for printing."""
    if isinstance(activation, str):
        return activation
    return getattr(activation, "__name__", None) or getattr(activation, "name", None) or "custom"

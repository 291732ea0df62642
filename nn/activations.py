"""Activations: the name of one of autograd's functions, "linear", or a function of one Value."""

from collections.abc import Callable
from typing import Any

from autograd import Value
from autograd.engine import functions
from autograd.engine.algebra import TABLE
from nn.advice import nearest

__all__ = ["Activation", "function_of", "of_layers", "shown"]

Activation = str | Callable[[Any], Any]
_ALIASES = {  # what other libraries call them
    "hard_relu": "relu", "identity": "linear", "logistic": "sigmoid", "logsigmoid": "log_sigmoid", "none": "linear",
    "swish": "silu",
}  # fmt: skip


def of_layers(n, activation, output):
    """Return the activations of n layers, from that of the layers before the last, or a list, and that of the last."""
    if isinstance(activation, (list, tuple)):
        each = list(activation)
    else:
        each = ["relu" if activation is None else activation] * (n - 1) + [output]
    if len(each) != n:
        raise ValueError(f"{n} layers and {len(each)} activations: give one for each layer.")
    if n == 1 and activation is not None and not isinstance(activation, (list, tuple)):
        function_of(activation)  # a misspelt name is said first
        if activation != output:
            raise ValueError(
                f"activation={shown(activation)!r} is that of the layers before the last, and there is no hidden "
                f"layer: did you mean output={shown(activation)!r}?"
            )
    return each


def function_of(activation):
    """Return the function that an activation names, or is; None for linear."""
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
    # A method is recorded the shortest way.
    function = getattr(Value, activation, None) or getattr(functions, activation)
    try:
        function(Value(0.5))  # here, and not at the first sample
    except TypeError:
        raise ValueError(
            f"{activation!r} takes more than one number: an activation is a function of one. For classes, leave the "
            "last layer linear and train with cross_entropy, which has the softmax in it."
        ) from None
    except ValueError:  # 0.5 is outside of its domain
        pass
    return function


def _is_method(name):
    """Return whether a name is that of a primitive that is a method of Values, such as one of the user's."""
    return hasattr(Value, name) and any(entry is not None and entry.name == name for entry in TABLE)


def shown(activation) -> str:
    """Return the name of an activation, as it is shown."""
    if isinstance(activation, str):
        return activation
    return getattr(activation, "__name__", None) or getattr(activation, "name", None) or "custom"

"""Checks of the arguments of neurons, layers and models. An error says what to write in place of a wrong argument."""

import operator
from collections.abc import Mapping, Set

from autograd import Value
from autograd.engine.algebra import is_real
from nn.activations import shown
from nn.data import is_text, listed

__all__ = ["activation_meant", "count_of", "inputs_of", "number_of", "refuse_batch", "switch_of"]


def count_of(what, n):
    """Return a count, which must be 1 or more, as an int. The text ``what`` has ``{}`` in place of "1 or more"."""
    try:
        count = 0 if isinstance(n, bool) else operator.index(n)
    except TypeError:
        count = 0
    if count < 1:
        raise ValueError(f"{what.format('1 or more')}, found {n!r}.")
    return count


def switch_of(what, name, x):
    """Return a switch as a bool. Raise TypeError for a text, such as an activation's name; it would be True."""
    if isinstance(x, str) or not is_real(x) or x not in (0, 1):
        raise TypeError(f"{name} of {what} is True or False, found {x!r}{activation_meant(x)}.")
    return bool(x)


def number_of(what, name, n):
    """Return the number of a layer or neuron as an int."""
    try:
        return operator.index(n)
    except TypeError:
        raise TypeError(f"{name} of {what} is a number for the labels, found {n!r}{activation_meant(n)}.") from None


def activation_meant(x):
    """Return advice if ``x`` is an activation that was passed as another argument; "" for anything else."""
    return f": write activation={shown(x)!r}" if isinstance(x, str) or callable(x) else ""


def inputs_of(x, n):
    """Return the inputs of a layer as a tuple of n numbers or Values."""
    if type(x) is list:  # the fastest case, because layers return lists
        x = tuple(x)
    elif type(x) is not tuple:
        if isinstance(x, Value) or is_real(x):
            x = (x,)
        else:
            if isinstance(x, (Set, Mapping)) or is_text(x) or not _iterates(x):
                raise TypeError(f"inputs are a sequence of {n} numbers or Values, found {type(x).__name__}.")
            x = tuple(listed("a sample", x))
    if len(x) != n:
        refuse_batch(x)
        raise ValueError(f"expected {n} inputs, found {len(x)}: give one number for each.")
    return x


def _iterates(x):
    return hasattr(x, "__iter__") or callable(getattr(x, "to_numpy", None)) or hasattr(x, "__array__")


def refuse_batch(x):
    """Raise ValueError if the inputs are several samples, and say what to write."""
    if any(hasattr(row, "__len__") and not is_text(row) and getattr(row, "ndim", 1) for row in x):
        advice = "[model(x) for x in X], or autograd.compile for machine code that reads a batch"
        raise ValueError(
            f"a model reads one sample, a row of numbers, found {len(x)} row{'s' * (len(x) != 1)}: write "
            f"{advice if len(x) != 1 else 'model(X[0])'}."
        )

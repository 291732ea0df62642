r"""The initialisations of weights and their names.

| Name | Weights |
| --- | --- |
| ``"uniform"`` | uniform in [-1, 1), as in micrograd; the default |
| ``"normal"`` | normal, mean 0, standard deviation 1 |
| ``"zeros"`` | 0 |
| ``"glorot"``, ``"glorot_normal"`` | variance $2 / (n_\text{in} + n_\text{out})$ (Glorot and Bengio 2010) |
| ``"he"``, ``"he_normal"`` | variance $2 / n_\text{in}$ (He and others 2015), for ReLU |
| ``"lecun"``, ``"lecun_normal"`` | variance $1 / n_\text{in}$ (LeCun and others 1998) |

A name without ``_normal`` means a uniform distribution. The bounds of "glorot" and "he" agree with ``xavier_uniform_``
and ``kaiming_uniform_`` in ``torch.nn.init``; "lecun" agrees with ``kaiming_uniform_`` for a linear activation.
"""

import math
from typing import Any, NamedTuple

from autograd import Value
from autograd.engine.algebra import is_real
from nn.advice import nearest
from nn.data import finite

__all__ = ["OfLayer", "initializer", "weights"]


class OfLayer(NamedTuple):
    """An initialisation with the number of neurons of a layer, which a single neuron does not know."""

    init: Any
    n_neurons: int


def weights(init, n_inputs, random):
    """Return the weights of a neuron, a list of floats.

    Args:
        init: the initialisation, as for :func:`initializer`, or an :class:`OfLayer`.
        n_inputs: the number of weights.
        random: a random generator such as ``random.Random``.

    Raises:
        ValueError: as for :func:`initializer`.

    >>> weights("zeros", 2, None)
    [0.0, 0.0]
    """
    init, n_neurons = init if isinstance(init, OfLayer) else (init, 1)
    draw = initializer(init)
    return [draw(n_inputs, n_neurons, random) for _ in range(n_inputs)]


def _zeros(n_inputs, n_neurons, random):
    return 0.0


def _uniform(n_inputs, n_neurons, random):
    return random.uniform(-1, 1)


def _normal(n_inputs, n_neurons, random):
    return random.gauss(0.0, 1.0)


def _scaled(variance, normal):
    """Return a function that draws a weight with a variance that depends on the size of the layer.

    A uniform distribution on [-a, a] has the variance a² / 3.
    """

    def draw(n_inputs, n_neurons, random):
        found = variance(n_inputs, n_neurons)
        if normal:
            return random.gauss(0.0, math.sqrt(found))
        bound = math.sqrt(3 * found)
        return random.uniform(-bound, bound)

    return draw


_VARIANCES = {
    "glorot": lambda n_inputs, n_neurons: 2 / (n_inputs + n_neurons),
    "he": lambda n_inputs, n_neurons: 2 / n_inputs,
    "lecun": lambda n_inputs, n_neurons: 1 / n_inputs,
}
_BY_NAME = {
    "normal": _normal, "uniform": _uniform, "zeros": _zeros,
    **{name: _scaled(variance, normal=False) for name, variance in _VARIANCES.items()},
    **{f"{name}_normal": _scaled(variance, normal=True) for name, variance in _VARIANCES.items()},
}  # fmt: skip
_ALIASES = {  # the names in other libraries
    "gaussian": "normal", "glorot_uniform": "glorot", "he_uniform": "he", "kaiming": "he", "kaiming_uniform": "he",
    "lecun_uniform": "lecun", "xavier": "glorot", "xavier_uniform": "glorot", "zero": "zeros",
}  # fmt: skip


def initializer(init):
    """Return the function that draws a weight.

    Args:
        init: a name from the table above, None for ``"uniform"``, or a function that returns a number. The function
            has three arguments: the number of inputs of a neuron, the number of neurons of its layer, and a random
            generator such as ``random.Random``.

    Returns:
        A function of the same arguments that returns a finite float.

    Raises:
        ValueError: no initialisation has this name. The returned function raises it if a weight is not a finite number.

    >>> initializer("zeros")(3, 2, None)
    0.0
    >>> initializer(lambda n_inputs, n_neurons, random: 1 / n_inputs)(4, 2, None)
    0.25
    """
    if init is None:
        return _uniform
    if isinstance(init, str) and init in _BY_NAME:
        return _BY_NAME[init]
    if not callable(init) or isinstance(init, type):
        meant = nearest(_ALIASES.get(str(init).lower(), init), _BY_NAME)
        raise ValueError(
            f"no initialisation is called {init!r}{meant or ':'} Use one of {', '.join(sorted(_BY_NAME))}, or a "
            "function of the numbers of inputs and neurons and a random generator."
        )

    def draw(n_inputs, n_neurons, random):
        found = init(n_inputs, n_neurons, random)
        if isinstance(found, Value) or not is_real(found) or not finite(found):
            raise ValueError(f"the initialisation returned {found!r}: return one finite number, the weight.")
        return float(found)

    return draw

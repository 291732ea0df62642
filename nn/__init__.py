"""Networks, thin on top of :mod:`autograd`: only what a graph needs a name for.

>>> from nn import MLP, SGD, fit
>>> model = MLP(2, [3, 1], activation="tanh", seed=0)
>>> history = fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], optimizer=SGD(0.1), seed=0, progress=False)
>>> history.loss[-1] < history.loss[0]
True
"""

import os as _os

import autograd as _autograd


def _check_autograd():
    """Find out whether a file of the user's own has the name of the package this one builds on."""
    here = _os.path.dirname(_os.path.dirname(_os.path.abspath(__file__)))
    found = _os.path.abspath(_autograd.__file__ or "")
    if found != _os.path.join(here, "autograd", "__init__.py"):
        raise ImportError(
            f"nn needs the package 'autograd' beside it, and Python found {found}: rename that file, or have its "
            "folder later in sys.path."
        )


_check_autograd()

from nn.deltas import deltas  # noqa: E402 - after the check
from nn.layers import MLP, Layer, Module, Neuron  # noqa: E402
from nn.losses import binary_cross_entropy, cross_entropy, half_sse, hinge, mse, sse  # noqa: E402
from nn.optimizers import SGD, Adam, Momentum  # noqa: E402
from nn.plots import plot_decision, plot_gradient_flow, plot_landscape  # noqa: E402
from nn.saving import SavedModelError, load, save  # noqa: E402
from nn.training import History, fit  # noqa: E402

__all__ = [
    "MLP", "SGD", "Adam", "History", "Layer", "Module", "Momentum", "Neuron", "SavedModelError", "binary_cross_entropy",
    "cross_entropy", "deltas", "fit", "half_sse", "hinge", "load", "mse", "plot_decision", "plot_gradient_flow",
    "plot_landscape", "save", "sse",
]  # fmt: skip

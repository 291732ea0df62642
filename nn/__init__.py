"""Neural networks: a thin layer on top of :mod:`autograd` that gives names to the parts of a graph.

>>> from nn import MLP, SGD, fit
>>> model = MLP(2, [3, 1], activation="tanh", seed=0)
>>> history = fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], optimizer=SGD(0.1), seed=0, progress=False)
>>> history.loss[-1] < history.loss[0]
True
"""

# ruff: noqa: E402
# (The checks come before the imports that they explain. Otherwise HIPS autograd may fail with an unclear error.)

import os as _os
import typing as _typing

_HERE = _os.path.join(_os.path.dirname(_os.path.dirname(_os.path.abspath(__file__))), "autograd")


def _check_distribution(folder):
    """Raise ImportError if HIPS autograd was installed after this package, because its files then replace ours."""
    if _os.path.exists(_os.path.join(folder, "differential_operators.py")):
        raise ImportError(
            f"the folder {folder} belongs to HIPS autograd, which has the same import name as deltagrad. Uninstall "
            "both with 'pip uninstall autograd deltagrad', and install the one you want. To use both, make two virtual "
            "environments."
        )


_check_distribution(_HERE)

import autograd as _autograd


def _check_autograd():
    """Raise ImportError if Python found another package that is named autograd."""
    found = _os.path.abspath(_autograd.__file__ or "")
    if found != _os.path.join(_HERE, "__init__.py"):
        _check_distribution(_os.path.dirname(found))
        raise ImportError(
            f"nn needs the package 'autograd' beside it, but Python found {found}: rename that file, or put its folder "
            "later in sys.path."
        )


_check_autograd()

from autograd._absent_imports import advise_imports as _advise_imports
from nn import schedules
from nn.adaptive import Adagrad, AdamW, RMSprop
from nn.advice import advice_on as _advice_on
from nn.advice import unknown_name as _unknown_name
from nn.callbacks import EarlyStopping, Epoch, ReduceOnPlateau
from nn.clipping import clip_gradients
from nn.deltas import deltas
from nn.dropout import Dropout, train_mode
from nn.history import History
from nn.layers import MLP, Layer, Module, Neuron
from nn.losses import (
    absolute,
    binary_cross_entropy,
    cross_entropy,
    half_sse,
    hinge,
    huber,
    mse,
    sse,
)
from nn.minimizing import Trainer, minimize
from nn.optimizers import SGD, Adam, Momentum
from nn.plots import plot_decision, plot_gradient_flow, plot_landscape
from nn.saving import SavedModelError, load, save
from nn.training import fit

__all__ = [
    "MLP", "SGD", "Adagrad", "Adam", "AdamW", "Dropout", "EarlyStopping", "Epoch", "History", "Layer", "LiveTraining",
    "Module", "Momentum", "Neuron", "RMSprop", "ReduceOnPlateau", "SavedModelError", "Trainer", "absolute",
    "binary_cross_entropy", "clip_gradients", "cross_entropy", "deltas", "fit", "half_sse", "hinge", "huber",
    "load", "minimize", "mse", "plot_decision", "plot_gradient_flow", "plot_landscape", "save", "schedules", "sse",
    "train_live", "train_mode",
]  # fmt: skip

_advise_imports("nn", _advice_on)

if _typing.TYPE_CHECKING:
    from nn.live import LiveTraining, train_live
else:

    def __getattr__(name):
        """Return an object that is imported on first use, so that importing nn stays fast."""
        if name not in ("LiveTraining", "train_live"):
            _unknown_name(name, __all__)
        from nn import live

        return getattr(live, name)

    def __dir__():
        """Return the names that are loaded already, and the names that are imported on first use."""
        return sorted({*globals(), *__all__})

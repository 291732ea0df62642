"""Networks, thin on top of :mod:`autograd`: only what a graph needs a name for.

>>> from nn import MLP, SGD, fit
>>> model = MLP(2, [3, 1], activation="tanh", seed=0)
>>> history = fit(model, [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0], optimizer=SGD(0.1), seed=0, progress=False)
>>> history.loss[-1] < history.loss[0]
True
"""

from nn.deltas import deltas
from nn.layers import MLP, Layer, Neuron
from nn.losses import binary_cross_entropy, cross_entropy, half_sse, hinge, mse, sse
from nn.optimizers import SGD, Adam, Momentum
from nn.plots import plot_decision, plot_gradient_flow, plot_landscape
from nn.saving import SavedModelError, load, save
from nn.training import History, fit

__all__ = [
    "MLP", "SGD", "Adam", "History", "Layer", "Momentum", "Neuron", "SavedModelError", "binary_cross_entropy",
    "cross_entropy", "deltas", "fit", "half_sse", "hinge", "load", "mse", "plot_decision", "plot_gradient_flow",
    "plot_landscape", "save", "sse",
]  # fmt: skip

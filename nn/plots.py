"""Plots of a network: its decisions, the loss around its weights, and the flow of the gradient through its layers.

Each function draws on the Axes in ``ax``, or on new ones, labels them and returns them. The plots need matplotlib:
``pip install 'deltagrad[plots]'``.
"""

import random as _random
from collections.abc import Callable
from typing import Any

from autograd import Value, no_grad, replay
from autograd.engine.graph import adjoints, leaves
from nn.data import listed, samples
from nn.deltas import deltas
from nn.protocols import Data, Loss, Model, Seed

__all__ = ["plot_decision", "plot_gradient_flow", "plot_landscape"]


def pyplot():
    """Return ``matplotlib.pyplot``. It is imported here, because it is a large and optional library.

    Raises:
        ModuleNotFoundError: it is not installed. The message says how to install it.
    """
    try:
        import matplotlib.pyplot as plt
    except ModuleNotFoundError as error:
        library = (error.name or "").partition(".")[0]
        if library not in ("matplotlib", "numpy"):
            raise
        advice = f"plots need {library}: pip install 'deltagrad[plots]'."
        raise ModuleNotFoundError(advice, name=library) from error
    return plt


def _axes(ax):
    plt = pyplot()
    if ax is None:
        _, ax = plt.subplots(layout="constrained")
    return ax


def _outputs(model, x):
    out = model(x)
    return [y.data for y in ([out] if isinstance(out, Value) else out)]


def _rows(X, Y):
    X, Y = listed("X", X), listed("Y", Y)
    if not X or len(X) != len(Y):
        raise ValueError(f"{len(X)} samples and {len(Y)} targets: give one target for each sample.")
    X, Y = samples(X, Y)
    X = [[float(v) for v in row] for row in X]
    Y = [[float(v) for v in y] if isinstance(y, tuple) else float(y) for y in Y]
    return X, Y


def plot_decision(model: Callable[[Any], Any], X: Data, Y: Data, ax: Any = None, steps: int = 80) -> Any:
    """Plot the outputs of a model with two inputs over the plane, and the samples on it.

    A single output is drawn as a colour, with a line at the middle between the smallest and the largest target. For
    several outputs, the class with the largest output is drawn.

    Args:
        model: a model with two inputs.
        X: the samples, two numbers each.
        Y: the targets, a number or a one-hot row for each sample.
        ax: the Axes to draw on.
        steps: the number of grid points along each axis.

    Returns:
        The Axes.

    Raises:
        ValueError: a sample does not have two numbers, or the numbers of samples and targets differ.

    Example:
        >>> from nn import MLP, plot_decision
        >>> ax = plot_decision(MLP(2, [3, 1], seed=0), [[0, 0], [1, 1]], [0, 1], steps=5)
        >>> ax.get_xlabel()
        'x[1]'
    """
    pyplot()
    import numpy as np  # lazy: comes with matplotlib

    X, Y = _rows(X, Y)
    if any(len(row) != 2 for row in X):
        raise ValueError("plot_decision needs samples of two numbers: choose two inputs, and fix the others.")
    ax = _axes(ax)
    points = np.array(X)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.15 * np.maximum(high - low, 1e-9)
    u, v = [np.linspace(a, b, steps) for a, b in zip(low - margin, high + margin, strict=True)]
    with no_grad():
        answers = np.array([[_outputs(model, [a, b]) for a in u] for b in v])
    several = answers.shape[2] > 1
    if several:
        shown = answers.argmax(axis=2)
        ax.contourf(u, v, shown, levels=np.arange(answers.shape[2] + 1) - 0.5, cmap="tab10", vmin=0, vmax=9, alpha=0.3)
        classes = [int(np.argmax(y)) if isinstance(y, list) else int(y) for y in Y]
    else:
        targets = sorted({y[0] if isinstance(y, list) else y for y in Y})
        middle = (targets[0] + targets[-1]) / 2
        image = ax.contourf(u, v, answers[:, :, 0], levels=20, cmap="RdBu_r", alpha=0.6)
        if answers.min() < middle < answers.max():
            ax.contour(u, v, answers[:, :, 0], levels=[middle], colors="black", linewidths=1)
        ax.figure.colorbar(image, ax=ax, label="output")
        classes = [targets.index(y[0] if isinstance(y, list) else y) for y in Y]
    for k in sorted(set(classes)):
        chosen = points[[c == k for c in classes]]
        label = f"class {k}" if several else f"target {targets[k]:g}"
        ax.scatter(*chosen.T, s=18, edgecolor="black", linewidth=0.4, label=label, color=f"C{k}")
    ax.set(xlabel="x[1]", ylabel="x[2]", title="decision")
    ax.legend()
    return ax


def plot_landscape(
    model: Model,
    loss: Loss,
    X: Data,
    Y: Data,
    ax: Any = None,
    radius: float = 1.0,
    steps: int = 31,
    seed: Seed = 0,
) -> Any:
    """Plot the mean loss around the current weights, along two random directions.

    For each neuron, a direction is scaled to the length of the neuron's weights. So the picture does not depend on the
    scale of the weights (Li et al. 2018, "Visualizing the loss landscape of neural nets"). The weights do not change.

    Args:
        model: a model of :mod:`nn`.
        loss: a function of the model's outputs and a target, such as ``half_sse``.
        X, Y: the samples and targets over which the loss is averaged.
        ax: the Axes to draw on.
        radius: the largest distance along each direction, in lengths of the weights.
        steps: the number of grid points along each axis.
        seed: the seed of the random directions.

    Returns:
        The Axes.

    Example:
        >>> from nn import MLP, half_sse, plot_landscape
        >>> model = MLP(1, [1], seed=0)
        >>> ax = plot_landscape(model, half_sse, [[0.0], [1.0]], [0, 1], steps=5)
        >>> ax.get_xlabel()
        'direction 1'
    """
    pyplot()
    import numpy as np  # lazy: comes with matplotlib

    X, Y = _rows(X, Y)
    ax = _axes(ax)
    parameters = model.parameters()
    generator = _random.Random(seed)
    directions = [_direction(model, generator) for _ in range(2)]
    losses = [loss(model(x), y) for x, y in zip(X, Y, strict=True)]
    alpha, beta = np.meshgrid(np.linspace(-radius, radius, steps), np.linspace(-radius, radius, steps))
    at = {
        p: p.data + alpha.ravel() * d + beta.ravel() * e for p, d, e in zip(parameters, *directions, strict=True)
    }  # every weight at every point of the grid at once
    total: Any = 0.0
    for one in losses:
        present = set(leaves(one))
        below = {p: numbers for p, numbers in at.items() if p in present}
        total = total + np.asarray(replay(one, at=below).value, dtype=float)
    mean = (total / len(losses)).reshape(alpha.shape)
    image = ax.contourf(alpha, beta, mean, levels=25, cmap="viridis")
    ax.contour(alpha, beta, mean, levels=12, colors="white", linewidths=0.4)
    ax.plot(0, 0, "o", color="#ee6677", label="the weights now")
    ax.figure.colorbar(image, ax=ax, label="mean loss")
    ax.set(xlabel="direction 1", ylabel="direction 2", title="loss around the weights")
    ax.legend()
    return ax


def _direction(model, generator):
    """Return a random direction in parameter space. For each neuron, it is as long as the neuron's parameters."""
    found = []
    for layer in model.layers:
        for neuron in layer.neurons:
            own = neuron.parameters()
            drawn = [generator.gauss(0, 1) for _ in own]
            length = sum(d * d for d in drawn) ** 0.5
            size = sum(p.data * p.data for p in own) ** 0.5
            found += [d * size / length for d in drawn]
    return found


def plot_gradient_flow(loss: Value, ax: Any = None) -> Any:
    """Plot the sizes of deltas and gradients in each layer, to show if they vanish or explode.

    Args:
        loss: a recorded loss of a model of :mod:`nn`.
        ax: the Axes to draw on.

    Returns:
        The Axes.

    Raises:
        GraphError: no neuron of :mod:`nn` is recorded under the loss.

    Example:
        >>> from nn import MLP, half_sse, plot_gradient_flow
        >>> ax = plot_gradient_flow(half_sse(MLP(2, [3, 1], seed=0)([1.0, 2.0]), 1.0))
        >>> ax.get_ylabel()
        'size'
    """
    ax = _axes(ax)
    by_layer: dict = {}
    for row in deltas(loss):
        by_layer.setdefault(row.layer, []).append(abs(row.delta))
    weights: dict = {}
    for node, g in adjoints(loss).items():
        label: Any = node.label
        if node.op is None and hasattr(label, "layer"):
            weights.setdefault(label.layer, []).append(abs(g))
    layers = sorted(by_layer)
    ax.plot(layers, [sum(by_layer[k]) / len(by_layer[k]) for k in layers], "o-", label="mean |delta| of its neurons")
    ax.plot(layers, [sum(weights[k]) / len(weights[k]) for k in layers], "s--", label="mean |gradient| of its weights")
    ax.set(xlabel="layer", ylabel="size", title="gradient flow", xticks=layers, yscale="log")
    ax.legend()
    return ax

"""The work of :mod:`benchmarks.training` in PyTorch: eager, and compiled if there is a C++ compiler.

Eager code is an ordinary training loop: linear layers, a loss, an optimizer. Compiled code is one function that updates
the weights on a batch and returns the loss, so that ``torch.compile`` sees a whole update. The time does not include
its compilation. Everything runs on one thread, and large batches in eager mode also run on all threads. Small batches
and compiled code were slower on two threads, on a shared machine with two cores.
"""

import functools

import torch

from benchmarks.training import Program
from benchmarks.weights import matrices, row

__all__ = ["programs"]

MODULES = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
FUNCTIONS = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "linear": lambda s: s}
LARGE = 1_000
THREADS = torch.get_num_threads()  # before any program changes it


@functools.cache
def compiles():
    """Return True if ``torch.compile`` works, which needs a C++ compiler. If not, print its error once."""
    try:
        torch.compile(lambda x: x * x + 1)(torch.ones(3))
    except RuntimeError as error:
        print(f"torch.compile does not work here: {str(error).splitlines()[0]}")
        return False
    return True


def programs(work):
    """Return a dict from the name of each way to its :class:`~benchmarks.training.Program`."""
    found = {"PyTorch, eager": _eager(work, 1)}
    if work.batch >= LARGE and THREADS > 1:
        found[f"PyTorch, eager, {THREADS} threads"] = _eager(work, THREADS)
    if compiles():
        found["PyTorch, compiled"] = _compiled(work)
    return found


def _network(layers, activation, output="linear"):
    """Return linear layers with given weights and biases and their activations, as a ``torch.nn.Sequential``.

    Args:
        layers: the result of :func:`benchmarks.weights.matrices`.
        activation: the name of the activation of the hidden layers.
        output: the name of the activation of the last layer.
    """
    modules: list = []
    for k, (w, b) in enumerate(layers):
        linear = torch.nn.Linear(w.shape[1], w.shape[0], dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(w))
            linear.bias.copy_(torch.tensor(b))
        name = activation if k < len(layers) - 1 else output
        modules += [linear] if name == "linear" else [linear, MODULES[name]()]
    return torch.nn.Sequential(*modules)


def _half_sse(y, t):
    return ((y - t) ** 2 / 2).sum(-1).mean()


def _loss(work):
    return torch.nn.functional.cross_entropy if work.loss == "cross_entropy" else _half_sse


def _batches(work):
    sides = [torch.tensor(side).split(work.batch) for side in (work.X, work.Y)]
    return list(zip(*sides, strict=True)) * work.epochs


def _eager(work, threads):
    model = _network(matrices(work.start, work.sizes), work.activation, work.output)
    optimizer = torch.optim.SGD(model.parameters(), lr=work.rate)
    batches, loss_of = _batches(work), _loss(work)

    def run():
        torch.set_num_threads(threads)
        losses = []
        for x, t in batches:
            optimizer.zero_grad()
            loss = loss_of(model(x), t)
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses).mean().item()

    weights = list(model.parameters())
    return Program(run, lambda: _row(weights))


def _compiled(work):
    torch.compiler.reset()  # torch refuses to compile a function for too many shapes
    weights = [torch.tensor(x) for layer in matrices(work.start, work.sizes) for x in layer]
    activations = [FUNCTIONS[work.activation]] * (len(work.sizes) - 2) + [FUNCTIONS[work.output]]
    batches, loss_of = _batches(work), _loss(work)

    def loss(weights, x, t):
        for w, b, activation in zip(weights[::2], weights[1::2], activations, strict=True):
            x = activation(torch.nn.functional.linear(x, w, b))
        return loss_of(x, t)

    @torch.compile(fullgraph=True, dynamic=False)
    def update(weights, x, t):
        gradients, value = torch.func.grad_and_value(loss)(weights, x, t)
        for w, g in zip(weights, gradients, strict=True):
            w.sub_(g, alpha=work.rate)
        return value

    def run():
        torch.set_num_threads(1)
        with torch.no_grad():
            losses = [update(weights, x, t) for x, t in batches]
        return torch.stack(losses).mean().item()

    return Program(run, lambda: _row(weights))


def _row(weights):
    return row([(w.detach(), b.detach()) for w, b in zip(weights[::2], weights[1::2], strict=True)])

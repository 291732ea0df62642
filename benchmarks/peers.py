"""One update of the 2-16-16-1 network in ``nn``, and with matrix products, as users of PyTorch and JAX write it.

The network has ReLU activations, half squared error averaged over the batch, plain gradient descent, and float64.
PyTorch also computes it number by number like Values, with 0-dimensional tensors and ``sum(w * x)``.
"""

import importlib.util

import nn
from benchmarks import moons

__all__ = ["programs"]

RATE = 1e-3


def programs(batch):
    """Return, for each installed library, a function that makes an update on ``batch`` samples and returns the loss."""
    points, labels = moons.data()
    points, labels = points[:batch], labels[:batch]
    found = {"ours, nn.MLP": ours(points, labels)}
    if importlib.util.find_spec("torch") is not None:
        found["PyTorch, eager"] = torch_step(points, labels)
        found["PyTorch, number by number"] = torch_scalars(points, labels)
    if importlib.util.find_spec("jax") is not None:
        found["JAX, jit"] = jax_step(points, labels)
    return found


def ours(points, labels):
    """Return a function that makes an update as ``fit`` does."""
    model, optimizer = nn.MLP(2, [16, 16, 1]), nn.SGD(RATE)
    parameters = model.parameters()
    for p, x in zip(
        parameters, [x for layer in moons.draw() for weights, b in layer for x in (*weights, b)], strict=True
    ):
        p.data = x

    def step():
        model.zero_grad()
        total = 0.0
        for x, t in zip(points, labels, strict=True):
            loss = nn.half_sse(model(x), t)
            loss.backward(1 / len(points))
            total += loss.data
        optimizer.step(parameters)
        return total / len(points)

    return step


def torch_step(points, labels):
    """Return an update with linear layers and an optimizer of torch, on one thread, which is faster than two here."""
    import torch

    torch.set_num_threads(1)
    layers: list = []
    for k, layer in enumerate(moons.draw()):
        linear = torch.nn.Linear(len(layer[0][0]), len(layer), dtype=torch.float64)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor([weights for weights, _ in layer], dtype=torch.float64))
            linear.bias.copy_(torch.tensor([b for _, b in layer], dtype=torch.float64))
        layers += [torch.nn.ReLU(), linear] if k else [linear]
    model = torch.nn.Sequential(*layers)
    optimizer = torch.optim.SGD(model.parameters(), lr=RATE)
    x = torch.tensor(points, dtype=torch.float64)
    t = torch.tensor(labels, dtype=torch.float64).reshape(-1, 1)

    def step():
        optimizer.zero_grad()
        loss = ((model(x) - t) ** 2 / 2).mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def torch_scalars(points, labels):
    """Return an update in which each number is a tensor without dimensions."""
    import torch

    def leaf(x):
        return torch.tensor(x, dtype=torch.float64, requires_grad=True)

    layers = [[([leaf(w) for w in weights], leaf(b)) for weights, b in layer] for layer in moons.draw()]
    parameters = [p for layer in layers for weights, b in layer for p in (*weights, b)]
    optimizer = torch.optim.SGD(parameters, lr=RATE)

    def step():
        optimizer.zero_grad()
        outputs = [moons.network(layers, x, torch.relu) for x in points]
        loss = sum([(y - t) ** 2 / 2 for y, t in zip(outputs, labels, strict=True)]) / len(points)
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def jax_step(points, labels):
    """Return an update that calls a compiled function of the weights and waits for its loss."""
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    weights = [
        (jnp.array([w for w, _ in layer], dtype=jnp.float64).T, jnp.array([b for _, b in layer], dtype=jnp.float64))
        for layer in moons.draw()
    ]
    x, t = jnp.array(points, dtype=jnp.float64), jnp.array(labels, dtype=jnp.float64).reshape(-1, 1)

    def loss(weights):
        y = x
        for k, (w, b) in enumerate(weights):
            y = (jax.nn.relu(y) if k else y) @ w + b
        return ((y - t) ** 2 / 2).mean()

    @jax.jit
    def update(weights):
        value, gradient = jax.value_and_grad(loss)(weights)
        return value, jax.tree.map(lambda p, g: p - RATE * g, weights, gradient)

    state = [weights]

    def step():
        value, state[0] = update(state[0])
        return float(value)

    return step

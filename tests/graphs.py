"""Graphs as users record them: with nn, by hand, and in unusual ways."""

import random

from autograd import Value, exp, log, relu, sigmoid, softmax, tanh, total
from nn import MLP, cross_entropy, half_sse, sse


def leaf(generator, name, *place):
    label = f"{name}[{','.join([str(k) for k in place])}]" if place else name
    return Value(generator.uniform(-1, 1), label)


def network(
    sizes, activation="sigmoid", output="sigmoid", loss=half_sse, bias=True, samples=1, seed=0, reduction="mean"
):
    """Return the loss of a network of nn on plain numbers."""
    random.seed(seed)
    model = MLP(sizes[0], list(sizes[1:]), activation=activation, output=output, bias=bias)
    for p in model.parameters():
        p.data = random.uniform(-1, 1)
    losses = []
    for _ in range(samples):
        x = [random.uniform(-1, 1) for _ in range(sizes[0])]
        outputs = model(x)
        target = 1 if loss is cross_entropy else [random.uniform(0, 1) for _ in range(sizes[-1])]
        losses.append(loss(outputs, target))
    if samples == 1:
        return losses[0]
    return total(losses) / samples if reduction == "mean" else total(losses)


def by_hand(activation, output, loss, sizes=(2, 3, 2), bias=True, seed=1):
    """Return the same without nn: labelled leaves, sums of products."""
    g = random.Random(seed)
    w1 = [[leaf(g, "w1", i + 1, h + 1) for i in range(sizes[0])] for h in range(sizes[1])]
    w2 = [[leaf(g, "w2", h + 1, o + 1) for h in range(sizes[1])] for o in range(sizes[2])]
    b1 = [leaf(g, "b1", h + 1) for h in range(sizes[1])]
    b2 = [leaf(g, "b2", o + 1) for o in range(sizes[2])]
    x = [leaf(g, "x", i + 1) for i in range(sizes[0])]
    t = [leaf(g, "t", o + 1) for o in range(sizes[2])]
    a = [
        activation(sum((w * v for w, v in zip(row, x, strict=True)), b if bias else 0))
        for row, b in zip(w1, b1, strict=True)
    ]
    y = [
        output(sum((w * v for w, v in zip(row, a, strict=True)), b if bias else 0))
        for row, b in zip(w2, b2, strict=True)
    ]
    return loss(y, t)


def identity(z):
    return z


def composed_sigmoid(z):
    return 1 / (1 + exp(-z))


def composed_tanh(z):
    e = exp(2 * z)
    return (e - 1) / (e + 1)


def scaled_tanh(z):
    return 1.7159 * tanh(z * (2 / 3))


def swish(z):
    return z * sigmoid(z)


def squares(y, t):
    return sum((b - a) ** 2 for a, b in zip(y, t, strict=True))


def multiplied_errors(y, t):
    errors = [b - a for a, b in zip(y, t, strict=True)]
    return 0.5 * sum(e * e for e in errors)


def logistic(y, t):
    return -sum(b * log(a) + (1 - b) * log(1 - a) for a, b in zip(y, t, strict=True))


def softmax_entropy(y, t):
    return -sum(b * log(p) for b, p in zip(t, softmax(y), strict=True))


def softmax_by_hand(y, t):
    powers = [exp(z) for z in y]
    normalizer = sum(powers)
    return -sum(b * log(e / normalizer) for b, e in zip(t, powers, strict=True))


def absolute_errors(y, t):
    return sum(abs(b - a) for a, b in zip(y, t, strict=True))


def recurrent(steps=4, width=1, seed=2):
    """Return the loss of a recurrent network, unrolled over a sequence.

    Weights are shared, and the first step has no past.
    """
    g = random.Random(seed)
    u = [[leaf(g, "wu", i + 1, j + 1) for i in range(width)] for j in range(width)]
    w, b, v = [[leaf(g, name, j + 1) for j in range(width)] for name in ("wx", "b", "wv")]
    past = None
    for k in range(steps):
        x = leaf(g, "x", k + 1)
        sums = [w[j] * x + b[j] for j in range(width)]
        if past is not None:
            sums = [s + sum(q * p for q, p in zip(row, past, strict=True)) for s, row in zip(sums, u, strict=True)]
        past = [tanh(s) for s in sums]
    return (leaf(g, "t") - sum(q * p for q, p in zip(v, past, strict=True))) ** 2


def skipping(seed=3):
    """Return the loss of a network whose inputs also reach the output directly, past the hidden neuron."""
    g = random.Random(seed)
    w = [leaf(g, "w", k) for k in range(5)]
    x = [leaf(g, "x", 1), leaf(g, "x", 2)]
    a = tanh(w[0] * x[0] + w[1] * x[1])
    return (w[2] * a + w[3] * x[0] + w[4] * x[1] - leaf(g, "t")) ** 2


def residual(seed=4):
    """Return the loss of a network with a residual connection: an activation is added to a later one."""
    g = random.Random(seed)
    w = [leaf(g, "w", k) for k in range(3)]
    a = tanh(w[0] * leaf(g, "x", 1))
    return (w[2] * (a + tanh(w[1] * a)) - leaf(g, "t")) ** 2


def penalized():
    random.seed(5)
    model = MLP(2, [3, 2], activation="tanh", output="linear")
    outputs = model([0.1, 0.2])
    return (
        half_sse(outputs, [0.1, 0.2]) + 0.1 * sse(outputs, [0.3, 0.4]) + 0.01 * sum(p * p for p in model.parameters())
    )


def curve(seed=6):
    """Return the loss of a curve with two parameters, which is not a network."""
    g = random.Random(seed)
    a, b = leaf(g, "walpha"), leaf(g, "wbeta")
    return (leaf(g, "t") - a * exp(-b * leaf(g, "x"))) ** 2


GRAPHS = {
    "2-3-2 sigmoid, half sse": lambda: network((2, 3, 2)),
    "2-3-2 tanh, sse, no bias": lambda: network((2, 3, 2), "tanh", "tanh", sse, bias=False),
    "2-3-2 relu, linear": lambda: network((2, 3, 2), "relu", "linear", seed=3),
    "2-3-1": lambda: network((2, 3, 1)),
    "3-2": lambda: network((3, 2)),
    "1-1": lambda: network((1, 1)),
    "4-8-8-3": lambda: network((4, 8, 8, 3), "tanh"),
    "2-2-2-2-2": lambda: network((2, 2, 2, 2, 2)),
    "batch of 3, mean": lambda: network((2, 3, 2), samples=3),
    "batch of 4, sum": lambda: network((2, 3, 2), samples=4, reduction="sum"),
    "batch, three layers": lambda: network((2, 3, 3, 2), "tanh", samples=3),
    "cross-entropy": lambda: network((2, 3, 3), "tanh", "linear", cross_entropy),
    "cross-entropy, batch": lambda: network((2, 3, 3), "tanh", "linear", cross_entropy, samples=2),
    "softplus": lambda: network((2, 3, 2), "softplus", "linear"),
    "gelu": lambda: network((2, 3, 2), "gelu", "linear"),
    "elu-like: silu": lambda: network((2, 3, 2), "silu", "linear"),
    "composed sigmoid": lambda: by_hand(composed_sigmoid, composed_sigmoid, squares),
    "composed sigmoid, no bias": lambda: by_hand(composed_sigmoid, composed_sigmoid, squares, bias=False),
    "composed tanh": lambda: by_hand(composed_tanh, composed_tanh, multiplied_errors),
    "scaled tanh": lambda: by_hand(scaled_tanh, identity, squares),
    "swish by hand": lambda: by_hand(swish, identity, squares),
    "relu by hand": lambda: by_hand(relu, identity, squares),
    "logistic loss": lambda: by_hand(composed_sigmoid, sigmoid, logistic),
    "softmax": lambda: by_hand(tanh, identity, softmax_entropy),
    "softmax by hand": lambda: by_hand(tanh, identity, softmax_by_hand),
    "absolute errors": lambda: by_hand(sigmoid, identity, absolute_errors),
    "recurrent": recurrent,
    "recurrent, two wide": lambda: recurrent(5, 2),
    "skip connection": skipping,
    "residual": residual,
    "penalty and two losses": penalized,
    "a curve": curve,
}

"""The algorithms of the five documents, each as its document derives it, compared with the engine's gradient.

Each has its own loss, its own sign and factor of delta, biases or none, and updates by sample or by batch. After 40
epochs, the weights are those of plain gradient descent with the engine's gradient, at the equivalent rate. The wrong
formulas are run as well, to see their effect. ``python notebooks/five_algorithms.py`` prints the table.

Weights are a list of arrays, ``W[m][j, k]`` from neuron j of layer m to neuron k of layer m + 1. If there are biases,
they are the last row. All deltas of a step are computed from the weights before the step.
"""

from typing import NamedTuple

import numpy as np

from autograd import total
from nn import MLP, half_sse, sse

__all__ = ["RUNS", "Run", "gradient_descent", "run", "table"]

EPOCHS = 40


def sigma(z):
    """Return the logistic function of z."""
    return 1 / (1 + np.exp(-z))


def forward(W, x, bias=False):
    """Return the activations of every layer, the input first. All neurons are sigmoid."""
    A = [np.asarray(x)]
    for w in W:
        A.append(sigma((np.append(A[-1], 1.0) if bias else A[-1]) @ w))
    return A


def slope(a):
    """Return the derivative of sigma, given its value."""
    return a * (1 - a)


def back(W, A, output):
    """Return the deltas of all layers by the recursion delta_k = a_k (1 - a_k) sum_i delta_i w_ki."""
    D = [output]
    for m in range(len(W) - 1, 0, -1):
        D.insert(0, slope(A[m]) * (W[m][: len(A[m])] @ D[0]))
    return D


def outer(A, D, bias=False):
    """Return, for every layer, the products of the activation that a weight reads and the delta that it leads to."""
    return [np.outer(np.append(a, 1.0) if bias else a, d) for a, d in zip(A, D, strict=False)]


def stepped(W, G, rate):
    """Return the weights after a step in the direction of -G."""
    return [w - rate * g for w, g in zip(W, G, strict=True)]


def averaged(Gs):
    """Return the mean over samples."""
    return [np.mean(layer, axis=0) for layer in zip(*Gs, strict=True)]


# --- 000: delta_k = -(y_k - yhat_k) Phi'(s_k), half squared error, no bias.


def deltas_000(W, x, y):
    """000-06 and 000-08."""
    A = forward(W, x)
    return A, back(W, A, -(y - A[-1]) * slope(A[-1]))


def stochastic_000(W, batch, rate):
    """w_jk <- w_jk - eta delta_k x_jk (000-01, 000-09), a sample at a time."""
    ((x, y),) = batch
    return stepped(W, outer(*deltas_000(W, x, y)), rate)


def batch_000(W, batch, rate):
    """The mean over samples of delta_k x_jk, which is what 000-13 says."""
    return stepped(W, averaged([outer(*deltas_000(W, x, y)) for x, y in batch]), rate)


def product_of_means_000(W, batch, rate):
    """000-15 and 000-17 as printed: the mean delta times the mean x."""
    runs = [deltas_000(W, x, y) for x, y in batch]
    A, D = averaged([A for A, _ in runs]), averaged([D for _, D in runs])
    return stepped(W, outer(A, D), rate)


# --- 001: mean squared error without 1/2, no bias, no letter for delta.


def gradient_001(W, x, y):
    """001-03 and 001-05, mended: the hidden layer takes every path to the output."""
    A = forward(W, x)
    return outer(A, back(W, A, -2 * (y - A[-1]) * slope(A[-1])))


def stochastic_001(W, batch, rate):
    """001-01, a sample at a time."""
    ((x, y),) = batch
    return stepped(W, gradient_001(W, x, y), rate)


def batch_001(W, batch, rate):
    """The mean over samples (001-02, with 1/N once)."""
    return stepped(W, averaged([gradient_001(W, x, y) for x, y in batch]), rate)


def one_output_001(W, batch, rate):
    """001-04, 001-06 and 001-07 as printed: output j and z_j in every layer, no path back from the output."""
    found = []
    for x, y in batch:
        A = forward(W, x)
        e = -2 * (y - A[-1]) * slope(A[-1])
        found.append([np.tile(e * A[m], (len(A[m]), 1)) for m in range(len(W))])
    return stepped(W, averaged(found), rate)


# --- 002: sensitivities in matrix form, squared error without 1/2, biases, any depth.


def stochastic_002(W, batch, rate):
    """W <- W - alpha a s^T with s^M = -2 Fdot (y - a) and s^m = Fdot W s (002-28, 002-34 mended, 002-39)."""
    ((x, y),) = batch
    A = forward(W, x, bias=True)
    return stepped(W, outer(A, back(W, A, -2 * slope(A[-1]) * (y - A[-1])), bias=True), rate)


def lost_dots_002(W, batch, rate):
    """002-34 and 002-42 as printed: F is the diagonal matrix of f (002-25), where that of f' belongs."""
    ((x, y),) = batch
    A = forward(W, x, bias=True)
    S = [-2 * A[-1] * (y - A[-1])]
    for m in range(len(W) - 1, 0, -1):
        S.insert(0, A[m] * (W[m][: len(A[m])] @ S[0]))
    return stepped(W, outer(A, S, bias=True), rate)


# --- 003: one layer, delta_j = (y_j - yhat_j) f'(h_j) = -dE/dh_j, half squared error, no bias.


def stochastic_003(W, batch, rate):
    """w_ij <- w_ij + eta delta_j x_i (003-28 to 003-30)."""
    ((x, y),) = batch
    A = forward(W, x)
    return [W[0] + rate * np.outer(A[0], (y - A[1]) * slope(A[1]))]


def lost_weight_003(W, batch, rate):
    """003-31 as printed: w_ij = eta delta_j x_i, without the old weight."""
    ((x, y),) = batch
    A = forward(W, x)
    return [rate * np.outer(A[0], (y - A[1]) * slope(A[1]))]


# --- 004: delta_o = y_o (1 - y_o) (t_o - y_o) = -1/2 dL/ds_o, squared error, no bias.


def deltas_004(W, x, t):
    """004-29 and 004-50."""
    A = forward(W, x)
    return A, back(W, A, slope(A[-1]) * (t - A[-1]))


def stochastic_004(W, batch, rate):
    """w <- w + alpha delta a, with the 2 absorbed in alpha (004-31, 004-52)."""
    ((x, t),) = batch
    return stepped(W, outer(*deltas_004(W, x, t)), -rate)


def wrong_weight_004(W, batch, rate):
    """004-33 and 004-47 as printed: the hidden weight follows the derivative in the output weight."""
    ((x, t),) = batch
    A, D = deltas_004(W, x, t)
    G = outer(A, D)
    G[0] = np.tile(D[1][0] * A[1], (len(A[0]), 1))
    return stepped(W, G, -rate)


# --- The engine, for comparison.


class Run(NamedTuple):
    """An algorithm: its document, its step, and the loss and rate at which it is gradient descent.

    Fields:
        name: the document, and the algorithm.
        step: a function from weights, a batch and a rate to new weights.
        sizes, bias: the network.
        batch: True if all samples together make one step.
        loss, reduction: the loss of a sample, and ``"mean"`` or ``"sum"`` over the samples of a step.
        rate: the rate as the document writes it.
        factor: the equivalent rate of the engine, divided by ``rate``.
        wrong: True for one of the wrong formulas.
    """

    name: str
    step: object
    sizes: tuple = (2, 3, 2)
    bias: bool = False
    batch: bool = False
    loss: object = half_sse
    reduction: str = "mean"
    rate: float = 0.5
    factor: float = 1.0
    wrong: bool = False


RUNS = [
    Run("000 stochastic", stochastic_000),
    Run("000 stochastic", stochastic_000, (2, 3, 4, 2)),
    Run("000 batch", batch_000, batch=True),
    Run("000 batch, its printed loss", batch_000, batch=True, reduction="sum", factor=1 / 4),
    Run("000 product of means", product_of_means_000, batch=True, wrong=True),
    Run("001 stochastic", stochastic_001, loss=sse),
    Run("001 batch", batch_001, batch=True, loss=sse),
    Run("001 one output, z_j", one_output_001, (2, 2, 2), batch=True, loss=sse, wrong=True),
    Run("002 stochastic", stochastic_002, bias=True, loss=sse, rate=0.2),
    Run("002 stochastic", stochastic_002, (2, 3, 4, 2), bias=True, loss=sse, rate=0.2),
    Run("002 lost dots", lost_dots_002, bias=True, loss=sse, rate=0.2, wrong=True),
    Run("003 stochastic", stochastic_003, (3, 1)),
    Run("003 stochastic", stochastic_003, (3, 2)),
    Run("003 lost weight", lost_weight_003, (3, 2), wrong=True),
    Run("004 stochastic", stochastic_004, loss=sse, rate=0.2, factor=1 / 2),
    Run("004 stochastic", stochastic_004, (3, 4, 2), loss=sse, rate=0.2, factor=1 / 2),
    Run("004 derivative in the wrong weight", wrong_weight_004, loss=sse, rate=0.2, factor=1 / 2, wrong=True),
]


def start(case, seed):
    """Return initial weights and four samples."""
    generator = np.random.default_rng(seed)
    rows = [n + case.bias for n in case.sizes]
    W = [generator.uniform(-1, 1, (n, m)) for n, m in zip(rows, case.sizes[1:], strict=False)]
    samples = [(generator.uniform(-1, 1, case.sizes[0]), generator.uniform(0, 1, case.sizes[-1])) for _ in range(4)]
    return W, samples


def run(case, seed=1, epochs=EPOCHS):
    """Return the weights after an algorithm has run as it is derived."""
    W, samples = start(case, seed)
    for _ in range(epochs):
        for batch in [samples] if case.batch else [[sample] for sample in samples]:
            W = case.step(W, batch, case.rate)
    return W


def _model(case, W):
    """Return the network of nn with these weights."""
    model = MLP(case.sizes[0], list(case.sizes[1:]), activation="sigmoid", output="sigmoid", bias=case.bias)
    for layer, w in zip(model.layers, W, strict=True):
        for k, neuron in enumerate(layer.neurons):
            for j, p in enumerate(neuron.parameters()):
                p.data = float(w[j, k])
    return model


def gradient_descent(case, seed=1, epochs=EPOCHS):
    """Return the weights after plain gradient descent with the engine's gradient, at the equivalent rate."""
    W, samples = start(case, seed)
    model = _model(case, W)
    for _ in range(epochs):
        for batch in [samples] if case.batch else [[sample] for sample in samples]:
            losses = [case.loss(model(x.tolist()), t.tolist()) for x, t in batch]
            loss = total(losses) / (len(losses) if case.reduction == "mean" else 1)
            model.zero_grad()
            loss.backward()
            for p in model.parameters():
                p.data -= case.rate * case.factor * p.grad
    return [np.array([[p.data for p in n.parameters()] for n in layer.neurons]).T for layer in model.layers]


def distance(U, V):
    """Return the largest difference between two lists of weights."""
    return max(float(np.abs(u - v).max()) for u, v in zip(U, V, strict=True))


def first_step(case, seed=1):
    """Return the error of a first step, relative to the right step, and the cosine of the angle between the two."""
    W, samples = start(case, seed)
    batch = samples if case.batch else samples[:1]
    one = case._replace(batch=case.batch)
    given = np.concatenate([(a - b).ravel() for a, b in zip(case.step(W, batch, case.rate), W, strict=True)])
    right = gradient_descent(one, seed, epochs=1) if case.batch else _single(one, seed)
    true = np.concatenate([(a - b).ravel() for a, b in zip(right, W, strict=True)])
    size = np.linalg.norm
    return float(size(given - true) / size(true)), float(given @ true / size(given) / size(true))


def _single(case, seed):
    """Return the weights after one step on the first sample alone."""
    W, samples = start(case, seed)
    model = _model(case, W)
    x, t = samples[0]
    case.loss(model(x.tolist()), t.tolist()).backward()
    rate = case.rate * case.factor
    return [
        np.array([[p.data - rate * p.grad for p in n.parameters()] for n in layer.neurons]).T for layer in model.layers
    ]


def table(seed=1):
    """Return a table that compares every run with that of the engine, as text."""
    lines = [
        f"{'algorithm':<36} {'network':<8} {'rate':>5} {'engine rate':>11}  weights differ by (after {EPOCHS} epochs)"
    ]
    for case in RUNS:
        far = distance(run(case, seed), gradient_descent(case, seed))
        words = f"{far:.1e}"
        if case.wrong:
            off, cosine = first_step(case, seed)
            words = f"{far:.2f}   WRONG: its first step is {off:.0%} off, cosine {cosine:.2f}"
        sizes = "-".join([str(n) for n in case.sizes])
        lines.append(f"{case.name:<36} {sizes:<8} {case.rate:>5} {case.rate * case.factor:>11}  {words}")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())

"""Biases of layers that are trained as products of matrices: each neuron its own, shared ones, and those of a sample.

The truth is computed by NumPy.
"""

import numpy as np
import pytest
from batches_at_once import sizes_computed_at_once

import nn
from autograd import Value, tanh

INPUTS, UNITS, SAMPLES = 40, 56, 24
SHARED = {
    "its own": np.arange(UNITS),
    "one for all": np.zeros(UNITS, int),
    "in reverse": np.arange(UNITS)[::-1],
    "every second": 2 * np.arange(UNITS),
    "every second in reverse": 2 * np.arange(UNITS)[::-1],
    "one for two": np.arange(UNITS) // 2,
    "one for seven": np.arange(UNITS) // 7,
    "two by turns": np.arange(UNITS) % 2,
    "in any order": np.random.default_rng(3).permutation(UNITS),
    "any": np.random.default_rng(4).integers(0, UNITS, UNITS),
    "one for the last half": np.minimum(np.arange(UNITS), UNITS // 2),
}


@pytest.fixture(autouse=True)
def computed(monkeypatch):
    return sizes_computed_at_once(monkeypatch)


def start(biases):
    draw = np.random.default_rng(1)
    return draw.uniform(-0.3, 0.3, (UNITS, INPUTS)), draw.uniform(-0.3, 0.3, biases)


def data():
    draw = np.random.default_rng(2)
    return draw.uniform(-1, 1, (SAMPLES, INPUTS)), draw.uniform(-1, 1, (SAMPLES, UNITS))


def trained(losses, numbers):
    """Return the parameters after two updates with all samples."""
    parameters = [Value(float(x)) for x in numbers]
    samples = list(zip(*[side.tolist() for side in data()], strict=True))
    nn.minimize(losses(parameters), parameters, samples, optimizer=nn.SGD(0.2), epochs=2, batch_size=SAMPLES,
                shuffle=False, progress=False)  # fmt: skip
    return np.array([p.data for p in parameters])


def matrix(parameters):
    return [parameters[k * INPUTS : (k + 1) * INPUTS] for k in range(UNITS)]


def squares(sums, targets):
    return sum((tanh(z) - y) ** 2 for z, y in zip(sums, targets, strict=True)) / 2


@pytest.mark.parametrize("where", SHARED.values(), ids=SHARED)
def test_biases_that_neurons_share(where, computed):
    W, b = start(2 * UNITS)

    def losses(parameters):
        rows, biases = matrix(parameters), [parameters[UNITS * INPUTS + k] for k in where]

        def loss(sample):
            x, y = sample
            sums = [sum((w * a for w, a in zip(row, x, strict=True)), c) for row, c in zip(rows, biases, strict=True)]
            return squares(sums, y)

        return loss

    found = trained(losses, [*W.ravel(), *b])
    X, Y = data()
    for _ in range(2):
        A = np.tanh(X @ W.T + b[where])
        deltas = (A - Y) * (1 - A * A)
        step = np.zeros_like(b)
        np.add.at(step, where, deltas.mean(0))
        W, b = W - 0.2 * deltas.T @ X / SAMPLES, b - 0.2 * step
    assert computed == [SAMPLES] * 2
    np.testing.assert_allclose(found, [*W.ravel(), *b], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("where", SHARED.values(), ids=SHARED)
def test_biases_that_a_sample_computes(where, computed):
    """The inputs of a layer, weighted, are added to its sums, as in a connection that skips a layer."""
    W, b = start(2 * UNITS)
    where = where % INPUTS

    def losses(parameters):
        rows, weights = matrix(parameters), parameters[UNITS * INPUTS :]

        def loss(sample):
            x, y = sample
            skipped = [tanh(w * a) for w, a in zip(weights, x, strict=False)]
            sums = [sum((w * a for w, a in zip(row, x, strict=True)), skipped[k])
                    for row, k in zip(rows, where, strict=True)]  # fmt: skip
            return squares(sums, y)

        return loss

    found = trained(losses, [*W.ravel(), *b])
    X, Y = data()
    for _ in range(2):
        skipped = np.tanh(b[:INPUTS] * X)
        A = np.tanh(X @ W.T + skipped[:, where])
        deltas = (A - Y) * (1 - A * A)
        back = np.zeros_like(X)
        np.add.at(back, (slice(None), where), deltas)
        step = np.zeros_like(b)
        step[:INPUTS] = (back * (1 - skipped**2) * X).mean(0)
        W, b = W - 0.2 * deltas.T @ X / SAMPLES, b - 0.2 * step
    assert computed == [SAMPLES] * 2
    np.testing.assert_allclose(found, [*W.ravel(), *b], rtol=1e-12, atol=1e-14)

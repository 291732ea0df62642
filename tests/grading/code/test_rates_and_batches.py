"""Rates with plain numbers, arguments that are constants, batches larger than made data, sums beside momentum."""

import pytest

from autograd import grade_code

ADALINE = """
import numpy as np
rng = np.random.default_rng(1)
X, y = rng.normal(size=(5, 2)), rng.normal(size=5)
w, b, eta, ridge = rng.normal(size=2), 0.1, 0.02, 0.3
for turn in range(20):
    for x, t in zip(X, y):
        error = t - (x @ w + b)
        loss = error ** 2 + ridge * np.sum(w ** 2)
        w += eta * (2.0 * x * error - 2.0 * ridge * w)
        b += eta * 2.0 * error
"""

NORM = """
import torch
class Norm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, gain, eps):
        mid = x - x.mean(dim=1, keepdim=True)
        scale = 1.0 / torch.sqrt((mid ** 2).mean(dim=1, keepdim=True) + eps)
        ctx.save_for_backward(mid * scale, scale, gain)
        return gain * mid * scale
    @staticmethod
    def backward(ctx, grad):
        unit, scale, gain = ctx.saved_tensors
        n = unit.shape[1]
        d = grad * gain
        one, two = d.sum(dim=1, keepdim=True), (d * unit).sum(dim=1, keepdim=True)
        return scale / n * (n * d - one - unit * two), (grad * unit).sum(dim=0), None
out = Norm.apply(torch.randn(4, 3), torch.rand(3), 1e-5)
"""

BATCHES = """
import numpy as np
from sklearn.datasets import load_iris
data = load_iris()
X, Y = data.data, np.eye(3)[data.target]
W, batch_size = np.zeros((4, 3)), 25
for start in range(0, len(X) - batch_size + 1, batch_size):
    x, t = X[start:start + batch_size], Y[start:start + batch_size]
    d = x @ W - t
    loss = np.sum(d ** 2) / batch_size
    W -= 0.1 * 2 * x.T @ d / batch_size
"""

SUMS = """
import numpy as np
rng = np.random.default_rng(2)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
p = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))]
g, v = [np.zeros_like(a) for a in p], [np.zeros_like(a) for a in p]
for turn in range(60):
    h = np.tanh(X @ p[0])
    loss = 0.5 * np.sum((h @ p[1] - Y) ** 2)
    d = h @ p[1] - Y
    g[1] += h.T @ d
    g[0] += X.T @ ((d @ p[1].T) * (1 - h ** 2))
    k = 0
    for a, b, c in zip(p, g, v):
        k += 1
        c *= 0.9
        c += b
        a -= 0.01 * c
        b.fill(0)
"""


@pytest.mark.parametrize("text", [ADALINE, NORM, BATCHES, SUMS], ids=["rates", "constants", "batches", "sums"])
def test_a_right_program_is_right(text):
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (ADALINE, "b += eta * 2.0 * error", "b += eta * error"),
        (ADALINE, "- 2.0 * ridge * w)", "- ridge * w)"),
        (NORM, "(n * d - one - unit * two)", "(n * d - one)"),
        (NORM, "(d * unit).sum(dim=1, keepdim=True)", "(d * unit).sum(dim=0, keepdim=True)"),
        (BATCHES, "W -= 0.1", "W += 0.1"),
        (SUMS, "        b.fill(0)\n", ""),
    ],
)
def test_a_slip_is_wrong(text, old, new):
    assert text.count(old) == 1
    assert grade_code(text.replace(old, new)).verdict == "wrong"

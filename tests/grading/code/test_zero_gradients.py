"""Programs whose first gradients are all 0: zero weights, inactive units, and inputs that are 0."""

import pytest

from autograd import grade_code

ZERO_INPUTS = """
import numpy as np
X, T = np.zeros((6, 3)), np.zeros((6, 2))
W, V = np.random.randn(3, 4), np.random.randn(4, 2)
for step in range(50):
    h = np.tanh(X @ W)
    out = h @ V
    loss = np.sum((out - T) ** 2)
    d = 2 * (out - T)
    dh = d @ V.T * (1 - h**2)
    V -= 0.1 * h.T @ d
    W -= 0.1 * X.T @ dh
"""
ZERO_LISTS = """
import random
n = 3
w = [[0.0] * n for _ in range(4)]
v = [0.0] * 4
data = [random.gauss(0, 1) for _ in range(n)]
for it in range(50):
    z = [sum(w[j][i] * data[i] for i in range(n)) for j in range(4)]
    h = [max(0.0, s) for s in z]
    o = sum(v[j] * h[j] for j in range(4))
    loss = (o - 1.0) ** 2
    d = 2 * (o - 1.0)
    for j in range(4):
        dj = d * v[j] * (1.0 if z[j] > 0 else 0.0)
        v[j] -= 0.1 * d * h[j]
        for i in range(n):
            w[j][i] -= 0.1 * dj * data[i]
"""
INACTIVE = """
import numpy as np
rng = np.random.default_rng(0)
X, T = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
W, b, V = rng.standard_normal((3, 4)), np.full(4, -50.0), rng.standard_normal((4, 2))
for step in range(50):
    z = X @ W + b
    h = np.maximum(0, z)
    out = h @ V
    loss = np.sum((out - T) ** 2)
    d = 2 * (out - T)
    dz = d @ V.T
    dz[z <= 0] = 0
    V -= 0.1 * h.T @ d
    W -= 0.1 * X.T @ dz
    b -= 0.1 * dz.sum(axis=0)
"""
ZERO_SAMPLE = """
import numpy as np
from itertools import product
X = np.array(list(product([0, 1], repeat=2)))
y = X[:, 0] ^ X[:, 1]
rng = np.random.RandomState(3)
w, v = rng.randn(2, 3), rng.randn(3)
for epoch in range(200):
    for x, t in zip(X, y):
        h = np.tanh(x @ w)
        o = h @ v
        loss = 0.5 * (o - t) ** 2
        d = o - t
        gv, gw = d * h, np.outer(x, d * v * (1 - h**2))
        v -= 0.1 * gv
        w -= 0.1 * gw
"""
RIGHT = {"inputs": ZERO_INPUTS, "lists": ZERO_LISTS, "inactive": INACTIVE, "first sample": ZERO_SAMPLE}
WRONG = [
    ("inputs", " * (1 - h**2)", ""),
    ("inputs", "V -= 0.1 * h.T @ d", "V += 0.1 * h.T @ d"),
    ("inputs", "0.1 * X.T @ dh", "0.1 * X.T @ dh * 5"),
    ("inputs", "(1 - h**2)", "(1 - h)"),
    ("lists", " * (1.0 if z[j] > 0 else 0.0)", ""),
    ("lists", "0.1 * d * h[j]", "0.1 * d * data[0]"),
    ("lists", "0.1 * dj * data[i]", "0.1 * dj * h[i]"),
    ("inactive", "    dz[z <= 0] = 0\n", ""),
    ("inactive", "dz.sum(axis=0)", "dz.mean(axis=0)"),
    ("inactive", "0.1 * h.T @ d", "0.1 * h.T @ d * 3"),
    ("first sample", " * (1 - h**2)", ""),
    ("first sample", "v -= 0.1 * gv", "v += 0.1 * gv"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_right(name):
    assert grade_code(RIGHT[name]).verdict == "right"


@pytest.mark.parametrize(("name", "old", "new"), WRONG)
def test_a_wrong_program_is_wrong(name, old, new):
    assert RIGHT[name].count(old) == 1
    assert grade_code(RIGHT[name].replace(old, new)).verdict == "wrong"


def test_where_every_gradient_stays_zero_nothing_is_called_right():
    """The unit gets a negative number whatever the weights are, so that no update can be seen."""
    text = """
import numpy as np
x, w, v = np.array([0.4, 0.3]), np.array([0.5, -0.2]), np.array([1.0])
for step in range(20):
    h = np.maximum(0.0, -1.0 - (w * x).sum() ** 2)
    loss = (v[0] * h - 1.0) ** 2
    d = 2 * (v[0] * h - 1.0)
    v -= 0.1 * d * h
    w -= 0.1 * d * x * h
"""
    grade = grade_code(text)
    assert grade.verdict == "unreadable"
    assert "every gradient is 0" in grade.unreadable[0][1]

"""Slips that no single statement shows: terms of sums over statements or time steps, products in place, and lists."""

import pytest
from corrections import corrected

from autograd import grade_code

# Plain lists, in which some units are inactive with some weights.
LISTS = """
import random
random.seed(4)
def relu(z): return max(0.0, z)
def relu_slope(z): return 1.0 if z > 0 else 0.0
units = 7
w = [[random.gauss(0, 1) for _ in range(2)] for _ in range(units)]
b = [0.0] * units
v = [random.gauss(0, 1) for _ in range(units)]
c = 0.0
rows = [([0.4, -1.2], 0.7), ([-0.8, 0.3], -0.2), ([1.1, 0.6], 0.9)]
for epoch in range(100):
    for x, goal in rows:
        z = [w[i][0] * x[0] + w[i][1] * x[1] + b[i] for i in range(units)]
        h = [relu(s) for s in z]
        y = sum(v[i] * h[i] for i in range(units)) + c
        loss = 0.5 * (y - goal) ** 2
        error = y - goal
        for i in range(units):
            below = error * v[i] * relu_slope(z[i])
            v[i] -= 0.1 * error * h[i]
            for j in range(2):
                w[i][j] -= 0.1 * below * x[j]
            b[i] -= 0.1 * below
        c -= 0.1 * error
"""
# A recurrent layer whose gates stand side by side. The gradient of the last state is a sum over four statements.
GATES = """
import numpy as np
def squash(a):
    return 1 / (1 + np.exp(-a))
class Layer:
    def __init__(self, U, V):
        self.U, self.V = U, V
    def forward(self, x, last):
        n = self.V.shape[0]
        u = squash(x @ self.U[:, :n] + last @ self.V[:, :n])
        r = squash(x @ self.U[:, n:2 * n] + last @ self.V[:, n:2 * n])
        new = np.tanh(x @ self.U[:, 2 * n:] + (r * last) @ self.V[:, 2 * n:])
        self.kept = x, last, u, r, new
        return (1 - u) * last + u * new
    def backward(self, d):
        n = self.V.shape[0]
        x, last, u, r, new = self.kept
        dlast = d * (1 - u)
        da = d * u * (1 - new ** 2)
        dV_new = (r * last).T @ da
        dU_new = x.T @ da
        dgated = da @ self.V[:, 2 * n:].T
        dlast += dgated * r
        da = (d * new - d * last) * u * (1 - u)
        dV_u = last.T @ da
        dU_u = x.T @ da
        dlast += da @ self.V[:, :n].T
        da = dgated * last * r * (1 - r)
        dV_r = last.T @ da
        dU_r = x.T @ da
        dlast += da @ self.V[:, n:2 * n].T
        self.dU = np.hstack((dU_u, dU_r, dU_new))
        self.dV = np.hstack((dV_u, dV_r, dV_new))
        return dlast
rng = np.random.default_rng(1)
U, V, w = rng.normal(size=(2, 9)) * 0.6, rng.normal(size=(3, 9)) * 0.6, rng.normal(size=(3, 1))
X, Y = rng.normal(size=(4, 3, 2)), rng.normal(size=(4, 3, 1))
for turn in range(100):
    h, layers, states, outs, loss = np.zeros((4, 3)), [], [], [], 0
    for t in range(3):
        layers.append(Layer(U, V))
        h = layers[-1].forward(X[:, t], h)
        states.append(h)
        outs.append(h @ w)
        loss += np.sum((outs[-1] - Y[:, t]) ** 2) / 2
    dU, dV, dw, d = np.zeros_like(U), np.zeros_like(V), np.zeros_like(w), 0
    for t in reversed(range(3)):
        dy = outs[t] - Y[:, t]
        dw += states[t].T @ dy
        d = layers[t].backward(d + dy @ w.T)
        dU += layers[t].dU
        dV += layers[t].dV
    U -= 0.05 * dU
    V -= 0.05 * dV
    w -= 0.05 * dw
"""
# The derivatives of the gates are multiplied in place, and what each step needs is kept in tuples.
CELLS = """
import numpy as np
rng = np.random.default_rng(3)
squash = lambda a: 1 / (1 + np.exp(-a))
n = 3
Wi, Wf, Wg, Wo = [rng.normal(size=(n, n + 1)) * 0.7 for _ in range(4)]
v = rng.normal(size=(1, n))
xs, goal = rng.normal(size=5), 0.4
for epoch in range(50):
    h, c, kept = np.zeros((n, 1)), np.zeros((n, 1)), []
    for x in xs:
        z = np.vstack((h, [[x]]))
        i, f, o = squash(Wi @ z), squash(Wf @ z), squash(Wo @ z)
        g = np.tanh(Wg @ z)
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((z, i, f, g, o, c))
    y = v @ h
    loss = 0.5 * np.sum((y - goal) ** 2)
    dWi, dWf, dWg, dWo = [np.zeros((n, n + 1)) for _ in range(4)]
    dv = (y - goal) @ h.T
    dh, dc_next = v.T @ (y - goal), np.zeros((n, 1))
    for t in reversed(range(len(xs))):
        z, i, f, g, o, c = kept[t]
        before = kept[t - 1][5] if t > 0 else np.zeros((n, 1))
        dc = dc_next + dh * o * (1 - np.tanh(c) ** 2)
        do = dh * np.tanh(c)
        do *= o * (1 - o)
        df = dc * before
        df *= f * (1 - f)
        di = dc * g
        di *= i * (1 - i)
        dg = dc * i
        dg *= 1 - g ** 2
        dWi += di @ z.T
        dWf += df @ z.T
        dWg += dg @ z.T
        dWo += do @ z.T
        dh = (Wi.T @ di + Wf.T @ df + Wg.T @ dg + Wo.T @ do)[:n]
        dc_next = dc * f
    Wi -= 0.1 * dWi
    Wf -= 0.1 * dWf
    Wg -= 0.1 * dWg
    Wo -= 0.1 * dWo
    v -= 0.1 * dv
"""
# Two outputs of one hidden layer, of which one is a vector. The weights are in a dict.
HEADS = """
import numpy as np
def start(n, m):
    return np.random.normal(size=(n, m)) * 0.5
np.random.seed(8)
p = {"Wh": start(3, 4), "bh": np.zeros(4), "Wa": start(4, 1), "Wb": start(4, 2)}
X, chance, goal = np.random.normal(size=(6, 3)), np.random.randint(0, 2, 6) * 1.0, np.random.normal(size=(6, 2))
def backward(h, a, b, p):
    g = {}
    da = 2 * (a - chance) / 6 * a * (1 - a)
    g["Wa"] = h.T @ da[:, None]
    db = 2 * (b - goal) / 6
    g["Wb"] = h.T @ db
    dh = da[:, None] @ p["Wa"].T + db @ p["Wb"].T
    slope = 1 - h ** 2
    dz = dh * slope
    g["Wh"] = X.T @ dz
    g["bh"] = dz.sum(axis=0)
    return g
for step in range(100):
    h = np.tanh(X @ p["Wh"] + p["bh"])
    a = 1 / (1 + np.exp(-h @ p["Wa"])).squeeze()
    b = h @ p["Wb"]
    loss = np.mean((a - chance) ** 2) + np.sum((b - goal) ** 2) / 6
    g = backward(h, a, b, p)
    for k in p:
        p[k] -= 0.3 * g[k]
"""
# A large map of features, whose gradient a loop adds up in entries.
MAPS = """
import numpy as np
rng = np.random.default_rng(2)
K, out, rows = rng.normal(size=(2, 3)), rng.normal(size=12), rng.normal(size=(4, 8))
def windows(row):
    for i in range(len(row) - 2):
        yield i, row[i:i + 3]
for n in range(40):
    row, goal = rows[n % 4], 1.0
    z = np.zeros((6, 2))
    for i, part in windows(row):
        z[i] = K @ part
    a = np.maximum(z, 0)
    y = a.flatten() @ out
    loss = (y - goal) ** 2
    dy = 2 * (y - goal)
    dz = (dy * out).reshape(6, 2) * (z > 0)
    dK = np.zeros_like(K)
    out -= 0.02 * dy * a.flatten()
    for i, part in windows(row):
        for f in range(2):
            dK[f] += dz[i, f] * part
    K -= 0.02 * dK
"""
PROGRAMS = {"lists": LISTS, "gates": GATES, "cells": CELLS, "heads": HEADS, "maps": MAPS}
MULTIPLIED = {"wrong factor", "derivative missing", "wrong derivative"}
# A program, a right part, its wrong replacement, and the kinds that name it.
SLIPS = [
    ("lists", " b[i] -= 0.1 * below", " b[i] -= 0.1 * error", {"raw error for delta", "wrong factor"}),
    ("lists", "error = y - goal", "error = (y - goal) * y", {"derivative twice", "wrong factor"}),
    ("lists", "v[i] * relu_slope(z[i])", "v[i]", {"derivative missing", "raw error for delta", "relu mask"}),
    ("gates", "dlast += dgated * r", "dlast += dgated", MULTIPLIED),
    ("gates", "dlast = d * (1 - u)", "dlast = d * u", MULTIPLIED),
    ("gates", "(dV_u, dV_r, dV_new)", "(dV_r, dV_u, dV_new)", {"wrong factor"}),
    ("gates", "dU_new = x.T @ da", "dU_new = x.T @ (da * u)", {"wrong factor", "derivative twice"}),
    ("cells", "dg *= 1 - g ** 2", "dg *= g * (1 - g)", {"wrong derivative"}),
    ("cells", "do *= o * (1 - o)", "do *= 1 - o ** 2", {"wrong derivative"}),
    ("cells", "before = kept[t - 1][5]", "before = kept[t][5]", {"order in time", "wrong factor"}),
    ("cells", "di = dc * g", "di = dc * f", {"wrong factor"}),
    ("heads", " * a * (1 - a)", "", {"derivative missing", "raw error for delta"}),
    ("heads", " + db @ p[\"Wb\"].T", "", {"wrong factor", "derivative missing"}),
    ("heads", "da[:, None] @ p[\"Wa\"].T + db", "db", {"wrong factor", "derivative missing"}),
    ("heads", "slope = 1 - h ** 2", "slope = h * (1 - h)", {"wrong derivative"}),
    ("maps", "dK[f] += dz", "dK[f] = dz", {"batch sum missing"}),
]  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_are_right(name):
    assert grade_code(PROGRAMS[name]).verdict == "right"


@pytest.mark.parametrize(("name", "old", "new", "kinds"), SLIPS)
def test_the_term_is_found_and_corrected(name, old, new, kinds):
    text = PROGRAMS[name]
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1 + old.count("\n")
    grade = grade_code(text.replace(old, new))
    assert grade.verdict == "wrong"
    assert [mistake.line for mistake in grade.mistakes] == [line]
    assert grade.mistakes[0].kind in kinds
    assert grade_code(corrected(text.replace(old, new), grade.mistakes)).verdict == "right"


BOUNDED = """
import numpy as np
rng = np.random.default_rng(6)
X, y, w = rng.normal(size=(9, 3)), SCALE * rng.normal(size=9), rng.normal(size=3)
for step in range(50):
    error = X @ w - y
    size = np.abs(error)
    loss = np.sum(np.where(size <= 1, 0.5 * error ** 2, size - 0.5)) / 9
    w -= 0.1 * X.T @ np.clip(error, -1, 1) / 9
"""


@pytest.mark.parametrize("scale", ["4", "0.01"])
def test_a_bounded_error_is_the_derivative_of_hubers_loss(scale):
    # With a small scale, no error is out of bounds until fresh weights are tried.
    right = BOUNDED.replace("SCALE", scale)
    assert grade_code(right).verdict == "right"
    assert grade_code(right.replace("np.clip(error, -1, 1)", "error")).verdict == "wrong"
    assert grade_code(right.replace("np.clip(error, -1, 1)", "np.clip(error, -2, 2)")).verdict == "wrong"


def test_a_factor_of_several_updates_is_left_to_the_rate():
    text = """
import numpy as np
rng = np.random.default_rng(2)
X, Y = rng.normal(size=(6, 4)), np.eye(3)[rng.integers(0, 3, 6)]
W, b, V, c = rng.normal(size=(4, 5)), rng.normal(size=(1, 5)), rng.normal(size=(5, 3)), rng.normal(size=(1, 3))
for epoch in range(100):
    z = X @ W + b
    h = np.maximum(z, 0)
    scores = h @ V + c
    odds = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.mean(np.sum(Y * np.log(odds), axis=1))
    delta = odds - Y
    dV = h.T @ delta
    dc = np.sum(delta, axis=0, keepdims=True)
    below = delta @ V.T * (z > 0)
    dW = X.T @ below
    db = np.sum(below, axis=0, keepdims=True)
    W -= 0.01 * dW
    b -= 0.01 * db
    V -= 0.01 * dV
    c -= 0.01 * dc
"""
    assert grade_code(text).verdict == "right up to a factor"
    grade = grade_code(text.replace("np.sum(delta, axis=0, keepdims=True)", "np.sum(delta, keepdims=True)"))
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(14, "wrong axis")]
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == ["c"]


# Each loop changes entries on which the loss of the first sample does not depend: this is right.
OTHER_ROWS = """
import random
random.seed(2)
n, k = 4, 2
P = [[random.random() for _ in range(k)] for _ in range(n)]
Q = [[random.random() for _ in range(k)] for _ in range(n)]
for turn in range(30):
    for u, i, r in [(0, 1, 0.9), (1, 2, 0.1), (2, 0, 0.6), (3, 3, 0.2)]:
        guess = sum(P[u][f] * Q[i][f] for f in range(k))
        error = r - guess
        loss = 0.5 * error ** 2
        for f in range(k):
            old = P[u][f]
            P[u][f] += 0.05 * error * Q[i][f]
            Q[i][f] += 0.05 * error * old
"""
SKIPPED = """
import random
random.seed(5)
v = [random.gauss(0, 1) for _ in range(5)]
w = [[random.gauss(0, 1) for _ in range(2)] for _ in range(5)]
for x, goal in [([0.3, -0.9], 0.4), ([-1.2, 0.5], 0.1), ([0.8, 0.7], -0.5)] * 20:
    h = [max(0.0, w[j][0] * x[0] + w[j][1] * x[1]) for j in range(5)]
    error = sum(v[j] * h[j] for j in range(5)) - goal
    loss = 0.5 * error ** 2
    for j in range(5):
        if h[j] > 0:
            slope = error * v[j]
            for i in range(2):
                w[j][i] -= 0.1 * slope * x[i]
        v[j] -= 0.1 * error * h[j]
"""


@pytest.mark.parametrize("text", [OTHER_ROWS, SKIPPED], ids=["rows of other samples", "inactive units"])
def test_entries_without_a_gradient_may_stay_or_belong_to_other_samples(text):
    assert grade_code(text).verdict == "right"


def test_the_weights_of_inactive_units_must_stay():
    text = SKIPPED.replace("        if h[j] > 0:\n            slope", "        if True:\n            slope")
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == ["w[j][i]"]

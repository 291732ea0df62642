"""Slips in manners of writing that other tests do not have: each is found, named, and corrected in its line."""

import pytest
from corrections import corrected

from autograd import grade_code

# Two embeddings, each updated in place where it is read.
WORDS = """
import numpy as np
rng = np.random.default_rng(4)
seen = [(0, 2), (1, 3), (2, 0), (3, 1)]
into, back = rng.normal(size=(4, 3)), rng.normal(size=(3, 4))
for turn in range(200):
    word, near = seen[turn % 4]
    code = into[word]
    score = code @ back
    chance = np.exp(score) / np.exp(score).sum()
    loss = -np.log(chance[near])
    miss = chance.copy()
    miss[near] -= 1
    slope = back @ miss
    back -= 0.1 * np.outer(code, miss)
    into[word] -= 0.1 * slope
"""

# The error of each class, from which 1 is subtracted at the label.
LABELS = """
import numpy as np
rng = np.random.default_rng(5)
X, kinds = rng.normal(size=(6, 3)), np.array([0, 2, 1, 1, 0, 2])
W, b = rng.normal(size=(3, 3)), rng.normal(size=3)
for epoch in range(100):
    scores = X @ W + b
    odds = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(odds[np.arange(6), kinds]).mean()
    slope = odds.copy()
    slope[np.arange(6), kinds] -= 1
    slope /= 6
    W -= 0.2 * X.T @ slope
    b -= 0.2 * slope.sum(axis=0)
"""

# The loss has a forward pass of its own. The updates of weights and biases have the same form.
OWN_FORWARD = """
import numpy as np
rng = np.random.default_rng(6)
def squash(z):
    return 1 / (1 + np.exp(-z))
def squash_slope(z):
    return squash(z) * (1 - squash(z))
class Net:
    def __init__(self, *sizes):
        self.W = [rng.normal(size=(m, n)) for n, m in zip(sizes[:-1], sizes[1:])]
        self.b = [rng.normal(size=(m, 1)) for m in sizes[1:]]
    def run(self, a):
        for w, b in zip(self.W, self.b):
            a = squash(w @ a + b)
        return a
    def cost(self, rows):
        return sum(0.5 * np.sum((self.run(x) - y) ** 2) for x, y in rows) / len(rows)
    def descend(self, rows, eta):
        dW, db = [np.zeros(w.shape) for w in self.W], [np.zeros(b.shape) for b in self.b]
        for x, y in rows:
            one, two = self.slopes(x, y)
            dW = [s + d for s, d in zip(dW, one)]
            db = [s + d for s, d in zip(db, two)]
        self.W = [w - (eta / len(rows)) * d for w, d in zip(self.W, dW)]
        self.b = [b - (eta / len(rows)) * d for b, d in zip(self.b, db)]
    def slopes(self, x, y):
        dW, db = [0] * len(self.W), [0] * len(self.b)
        outs, sums = [x], []
        for w, b in zip(self.W, self.b):
            sums.append(w @ outs[-1] + b)
            outs.append(squash(sums[-1]))
        delta = (outs[-1] - y) * squash_slope(sums[-1])
        dW[-1], db[-1] = delta @ outs[-2].T, delta
        for k in range(2, len(self.W) + 1):
            slope = squash_slope(sums[-k])
            delta = (self.W[-k + 1].T @ delta) * slope
            dW[-k], db[-k] = delta @ outs[-k - 1].T, delta
        return dW, db
net = Net(3, 4, 2)
rows = [(rng.normal(size=(3, 1)), rng.uniform(0.1, 0.9, size=(2, 1))) for _ in range(4)]
for epoch in range(50):
    print(net.cost(rows))
    net.descend(rows, 0.5)
"""

# A state is carried back in time from zeros.
CARRIED = """
import numpy as np
rng = np.random.default_rng(7)
A, B, C = rng.normal(size=(3, 2)), rng.normal(size=(3, 3)), rng.normal(size=(2, 3))
xs, ts = rng.normal(size=(5, 2)), rng.normal(size=(5, 2))
for epoch in range(100):
    hs, outs = [np.zeros(3)], []
    for x in xs:
        hs.append(np.tanh(A @ x + B @ hs[-1]))
        outs.append(C @ hs[-1])
    loss = 0.5 * sum(np.sum((o - t) ** 2) for o, t in zip(outs, ts))
    dA, dB, dC = np.zeros_like(A), np.zeros_like(B), np.zeros_like(C)
    later = np.zeros(3)
    for t in range(4, -1, -1):
        miss = outs[t] - ts[t]
        dC += np.outer(miss, hs[t + 1])
        grown = (C.T @ miss + later) * (1 - hs[t + 1] ** 2)
        dA += np.outer(grown, xs[t])
        dB += np.outer(grown, hs[t])
        later = B.T @ grown
    A -= 0.05 * dA
    B -= 0.05 * dB
    C -= 0.05 * dC
"""

# Units are dicts of plain numbers.
UNITS = """
from math import tanh
from random import seed, uniform
seed(2)
def layer(n, m):
    return [{"w": [uniform(-1, 1) for _ in range(n + 1)]} for _ in range(m)]
net = [layer(2, 3), layer(3, 2)]
def run(row):
    for units in net:
        for unit in units:
            total = unit["w"][-1]
            for j in range(len(row)):
                total += unit["w"][j] * row[j]
            unit["out"] = tanh(total)
        row = [unit["out"] for unit in units]
    return row
def propagate(goal):
    for k, unit in enumerate(net[1]):
        unit["delta"] = (unit["out"] - goal[k]) * (1 - unit["out"] ** 2)
    for j, unit in enumerate(net[0]):
        error = sum(other["w"][j] * other["delta"] for other in net[1])
        unit["delta"] = error * (1 - unit["out"] ** 2)
def learn(row, rate):
    for units in net:
        for unit in units:
            for j in range(len(row)):
                unit["w"][j] -= rate * unit["delta"] * row[j]
            unit["w"][-1] -= rate * unit["delta"]
        row = [unit["out"] for unit in units]
data = [([0.5, -1.0], [0.2, 0.9]), ([1.5, 0.3], [-0.4, 0.1]), ([-0.7, 0.8], [0.6, -0.5])]
for step in range(60):
    row, goal = data[step % 3]
    out = run(row)
    loss = sum((a - b) ** 2 for a, b in zip(out, goal)) / 2
    propagate(goal)
    learn(row, 0.1)
"""

# Layers keep their gradients in a dict of their own.
KEPT = """
import numpy as np
rng = np.random.default_rng(8)
def layer(n, m):
    weights, kept = rng.normal(size=(n, m)), {}
    def forward(x):
        kept["x"] = x
        return np.tanh(x @ weights)
    def backward(slope, out):
        inner = slope * (1 - out ** 2)
        kept["slope"] = kept["x"].T @ inner
        return inner @ weights.T
    def learn(rate):
        nonlocal weights
        weights = weights - rate * kept["slope"]
    return forward, backward, learn
first, second = layer(3, 4), layer(4, 2)
X, T = rng.normal(size=(8, 3)), rng.uniform(-0.8, 0.8, size=(8, 2))
for epoch in range(100):
    h = first[0](X)
    y = second[0](h)
    loss = np.mean(np.sum((y - T) ** 2, axis=1))
    g = second[1](2 * (y - T) / 8, y)
    first[1](g, h)
    first[2](0.1)
    second[2](0.1)
"""

# Functions read the weights from the module.
MODULE = """
import numpy as np
rng = np.random.default_rng(9)
X = rng.normal(size=(7, 5))
W, b, c = rng.normal(size=(5, 3)), rng.normal(size=3), rng.normal(size=5)
def encode(x):
    return np.tanh(x @ W + b)
def decode(h):
    return h @ W.T + c
for epoch in range(100):
    H = encode(X)
    R = decode(encode(X))
    loss = np.sum((R - X) ** 2) / 14
    dR = (R - X) / 7
    dH = (dR @ W) * (1 - H ** 2)
    W -= 0.1 * (X.T @ dH + dR.T @ H)
    b -= 0.1 * dH.sum(axis=0)
    c -= 0.1 * dR.sum(axis=0)
"""

# The backward pass of a PyTorch function, of which only one gradient is wrong.
FUNCTION = """
import torch
class Bent(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        y = torch.tanh(x @ weight.t() + bias)
        ctx.save_for_backward(x, weight, y)
        return y
    @staticmethod
    def backward(ctx, grad_output):
        x, weight, y = ctx.saved_tensors
        grad_sum = grad_output * (1 - y * y)
        return grad_sum @ weight, grad_sum.t() @ x, grad_sum.sum(0)
class Smooth(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * torch.sigmoid(x)
    @staticmethod
    def backward(ctx, grad_output):
        x, = ctx.saved_tensors
        s = torch.sigmoid(x)
        return grad_output * (s + x * s * (1 - s))
"""

# Adam over lists of parameters, and momentum with names that are numbered.
ADAM = """
import numpy as np
rng = np.random.default_rng(10)
X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
theta = [rng.normal(size=(3, 4)), rng.normal(size=(4, 2))]
one, two = [np.zeros_like(p) for p in theta], [np.zeros_like(p) for p in theta]
for t in range(1, 50):
    h = np.tanh(X @ theta[0])
    miss = h @ theta[1] - T
    loss = np.mean(miss ** 2)
    d = 2 * miss / miss.size
    slopes = [X.T @ (d @ theta[1].T * (1 - h ** 2)), h.T @ d]
    for k in range(2):
        one[k] = 0.9 * one[k] + 0.1 * slopes[k]
        two[k] = 0.99 * two[k] + 0.01 * slopes[k] ** 2
        theta[k] -= 0.02 * (one[k] / (1 - 0.9 ** t)) / (np.sqrt(two[k] / (1 - 0.99 ** t)) + 1e-8)
"""
MOMENTUM = """
import numpy as np
rng = np.random.default_rng(11)
X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 1))
W1, b1, W2, b2 = rng.normal(size=(3, 4)), rng.normal(size=(1, 4)), rng.normal(size=(4, 1)), rng.normal(size=(1, 1))
u1, v1, u2, v2 = np.zeros_like(W1), np.zeros_like(b1), np.zeros_like(W2), np.zeros_like(b2)
for epoch in range(100):
    h = np.tanh(X @ W1 + b1)
    y = h @ W2 + b2
    loss = 0.5 * np.sum((y - T) ** 2)
    d2 = y - T
    d1 = (d2 @ W2.T) * (1 - h ** 2)
    dW1, db1, dW2, db2 = X.T @ d1, d1.sum(axis=0, keepdims=True), h.T @ d2, d2.sum(axis=0, keepdims=True)
    u1 = 0.9 * u1 - 0.01 * dW1
    v1 = 0.9 * v1 - 0.01 * db1
    u2 = 0.9 * u2 - 0.01 * dW2
    v2 = 0.9 * v2 - 0.01 * db2
    W1 += u1
    b1 = b1 + v1
    W2 += u2
    b2 = b2 + v2
"""

# Batch normalization in the short form, and a penalty on the weights only.
NORMALIZED = """
import numpy as np
rng = np.random.default_rng(12)
X, T = rng.normal(size=(9, 3)), rng.normal(size=(9, 2))
W, V, b = rng.normal(size=(3, 4)), rng.normal(size=(4, 2)), rng.normal(size=2)
rate, decay = 0.1, 0.2
for epoch in range(100):
    z = X @ W
    centred = z - z.mean(axis=0)
    spread = np.sqrt(np.mean(centred ** 2, axis=0) + 1e-5)
    n = centred / spread
    y = n @ V + b
    loss = np.mean((y - T) ** 2) + decay / 2 * np.sum(V ** 2)
    dy = 2 * (y - T) / y.size
    dn = dy @ V.T
    dspread = -np.sum(dn * centred / spread ** 2, axis=0)
    dcentred = dn / spread
    dcentred += dspread * centred / spread / 9
    dz = dcentred - dcentred.mean(axis=0)
    W = W - rate * X.T @ dz
    V = (1 - rate * decay) * V - rate * n.T @ dy
    b = b - rate * dy.sum(axis=0)
"""

# A layer that keeps a mask, written with closures.
MASKED = """
import numpy as np
rng = np.random.default_rng(13)
def dropping(keep):
    mask = None
    def forward(x):
        nonlocal mask
        mask = (rng.random(x.shape) < keep) / keep
        return x * mask
    def backward(g):
        return g * mask
    return forward, backward
X, T = rng.normal(size=(8, 3)), rng.normal(size=(8, 2))
W, V = rng.normal(size=(3, 6)), rng.normal(size=(6, 2))
drop, undrop = dropping(0.7)
for epoch in range(100):
    h = np.tanh(X @ W)
    d = drop(h)
    y = d @ V
    loss = 0.5 * np.sum((y - T) ** 2)
    dy = y - T
    dh = undrop(dy @ V.T) * (1 - h ** 2)
    V -= 0.05 * d.T @ dy
    W -= 0.05 * X.T @ dh
"""

LINE_OF_LAYERS = '        row = [unit["out"] for unit in units]\ndata'
BIAS_OF_UNIT = '            unit["w"][-1] -= rate * unit["delta"]\n        row'
SLIPS = [
    (WORDS, [("    slope = back @ miss\n", ""), ("0.1 * slope", "0.1 * (back @ miss)")],
     "into[word] -=", "update before use"),
    (LABELS, [("slope[np.arange(6), kinds] -= 1", "slope[np.arange(6), kinds - 1] -= 1")], "kinds - 1", "wrong factor"),
    (OWN_FORWARD, [("squash_slope(sums[-k])", "squash_slope(outs[-k])")], "slope(outs",
     "derivative at the wrong argument"),
    (OWN_FORWARD, [("w - (eta / len(rows)) * d", "w - eta * d")], "w - eta * d", "constant factor"),
    (CARRIED, [("later = B.T @ grown", "later += B.T @ grown")], "later += B.T", "order in time"),
    (UNITS, [(BIAS_OF_UNIT, "    " + BIAS_OF_UNIT)], 'unit["w"][-1] -=', "wrong factor"),
    (UNITS, [(LINE_OF_LAYERS, "data")], 'unit["w"][-1] -=', "wrong factor"),
    (KEPT, [('kept["slope"] = kept', 'kept["slope"] = kept.get("slope", 0) + kept')], "kept.get", "stale forward pass"),
    (MODULE, [("for epoch in range(100):\n    H = encode(X)\n", "H = encode(X)\nfor epoch in range(100):\n")],
     "H = encode(X)", "stale forward pass"),
    (FUNCTION, [("grad_sum.t() @ x", "grad_output.t() @ x")], "grad_output.t()", "raw error for delta"),
    (FUNCTION, [("grad_output * (s +", "(s +")], "return (s +", "wrong factor"),
    (ADAM, [("slopes[k] ** 2", "slopes[k]")], "two[k] = ", "wrong factor"),
    (MOMENTUM, [("0.01 * db1", "0.01 * db2")], "v1 = 0.9 * v1", "wrong factor"),
    (NORMALIZED, [("dz = dcentred - dcentred.mean(axis=0)", "dz = dcentred")], "dz = dcentred", "derivative missing"),
    (NORMALIZED, [("b = b - rate", "b = (1 - rate * decay) * b - rate")], "b = (1 - rate", "penalty"),
    (MASKED, [("return g * mask", "mask = (rng.random(g.shape) < keep) / keep\n        return g * mask")],
     "mask = (rng.random(g.shape)", "stale forward pass"),
]  # fmt: skip


# The rate and the penalty are numbers in the statement of the update.
WRITTEN_OUT = (
    NORMALIZED.replace("rate, decay = 0.1, 0.2\n", "")
    .replace("rate * decay", "0.1 * 0.2").replace("rate", "0.1").replace("decay / 2", "0.1")
)  # fmt: skip
RIGHT = [*dict.fromkeys(text for text, *_ in SLIPS), WRITTEN_OUT]


@pytest.mark.parametrize("text", RIGHT, ids=range(len(RIGHT)))
def test_the_program_without_the_slip_is_right(text):
    assert grade_code(text).verdict == "right"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("text", "changes", "place", "kind"), SLIPS, ids=range(len(SLIPS)))
def test_the_slip_is_found_named_and_corrected(text, changes, place, kind):
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert [mistake.kind for mistake in grade.mistakes] == [kind]
    assert place in text.splitlines()[grade.mistakes[0].line - 1]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"

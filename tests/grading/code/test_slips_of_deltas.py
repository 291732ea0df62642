"""Slips in deltas: a list's last delta, a sum that is left out, a stored value, an activation applied twice."""

import pytest
from corrections import corrected

from autograd import grade_code

APPENDED = """
import numpy as np
def f(x): return 1 / (1 + np.exp(-x))
def slope(y): return y * (1 - y)
class Net:
    def __init__(self):
        self.W = [np.random.randn(4, 5), np.random.randn(5, 3), np.random.randn(3, 2)]
    def fit(self, X, Y, rate):
        for k in range(len(X)):
            a = [X[k]]
            for w in self.W:
                a.append(f(np.dot(a[-1], w)))
            error = Y[k] - a[-1]
            loss = np.sum(error ** 2) / 2
            deltas = [error * slope(a[-1])]
            for l in range(len(a) - 2, 0, -1):
                deltas.append(deltas[-1].dot(self.W[l].T) * slope(a[l]))
            deltas.reverse()
            for l in range(len(self.W)):
                self.W[l] += rate * np.outer(a[l], deltas[l])
np.random.seed(3)
net = Net()
net.fit(np.random.randn(3, 4), np.random.rand(3, 2), 0.2)
"""

LOGITS = """
import torch
torch.manual_seed(4)
X, Y, n = torch.randn(6, 3), torch.tensor([0, 1, 2, 2, 1, 0]), 6
W, b, rate = torch.randn(3, 4), torch.zeros(4), 0.1
for step in range(3):
    logits = X @ W + b
    counts = (logits - logits.max(1, keepdim=True).values).exp()
    total = counts.sum(1, keepdim=True)
    probs = counts / total
    loss = -probs.log()[range(n), Y].mean()
    dprobs = torch.zeros_like(probs)
    dprobs[range(n), Y] = -1.0 / n
    dprobs = dprobs / probs
    dtotal = (-counts / total ** 2 * dprobs).sum(1, keepdim=True)
    dcounts = dprobs / total
    dcounts += torch.ones_like(counts) * dtotal
    dlogits = counts * dcounts
    W.data += -rate * (X.T @ dlogits)
    b.data += -rate * dlogits.sum(0)
"""

STORED = """
import numpy as np
class Sigmoid:
    def forward(self, x):
        out = 1 / (1 + np.exp(-x))
        self.kept = out
        return out
    def backward(self, d):
        return d * (1 - self.kept) * self.kept
class Dense:
    def __init__(self, n, m):
        self.W = np.random.randn(n, m)
    def forward(self, x):
        self.x = x
        return x @ self.W
    def backward(self, d):
        self.dW = self.x.T @ d
        return d @ self.W.T
np.random.seed(5)
X, Y = np.random.randn(6, 3), np.random.rand(6, 2)
net = [Dense(3, 4), Sigmoid(), Dense(4, 2), Sigmoid()]
for turn in range(3):
    out = X
    for layer in net:
        out = layer.forward(out)
    loss = np.sum((out - Y) ** 2) / 2
    d = out - Y
    for layer in reversed(net):
        d = layer.backward(d)
    for layer in (net[0], net[2]):
        layer.W -= 0.1 * layer.dW
"""

PLAIN = """
import math, random
random.seed(1)
def f(z): return 1 / (1 + math.exp(-z))
X, Y = [[0.9, 0.3], [0.5, -0.4], [-0.6, 1.1]], [[0.2], [0.7], [0.9]]
W = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
V = [[random.uniform(-1, 1)] for _ in range(3)]
for x, y in zip(X, Y):
    h = [f(sum(x[i] * W[i][j] for i in range(2))) for j in range(3)]
    o = [f(sum(h[j] * V[j][k] for j in range(3))) for k in range(1)]
    loss = sum((a - b) ** 2 for a, b in zip(o, y)) / 2
    d = [(a - b) * a * (1 - a) for a, b in zip(o, y)]
    e = [0.0] * 3
    for j in range(3):
        s = 0.0
        for k in range(1):
            s += V[j][k] * d[k]
        e[j] = s * h[j] * (1 - h[j])
    for j in range(3):
        for k in range(1):
            V[j][k] -= 0.5 * d[k] * h[j]
    for i in range(2):
        for j in range(3):
            W[i][j] -= 0.5 * e[j] * x[i]
"""

UNITS = """
import math, random
random.seed(7)
class Unit:
    def __init__(self, n):
        self.w, self.b = [random.gauss(0, 0.8) for _ in range(n)], 0.2
    def fire(self, xs):
        self.xs = xs
        self.y = math.tanh(self.b + sum(w * x for w, x in zip(self.w, xs)))
        return self.y
    def adjust(self, rate):
        for i in range(len(self.w)):
            self.w[i] -= rate * self.d * self.xs[i]
        self.b -= rate * self.d
low, top = [Unit(2) for _ in range(3)], [Unit(3) for _ in range(2)]
def learn(xs, goal, rate):
    hidden = [unit.fire(xs) for unit in low]
    out = [unit.fire(hidden) for unit in top]
    error = sum((y - g) ** 2 for y, g in zip(out, goal)) / 2
    for unit, g in zip(top, goal):
        unit.d = (unit.y - g) * (1 - unit.y ** 2)
    for j, unit in enumerate(low):
        back = sum(above.w[j] * above.d for above in top)
        unit.d = back * (1 - unit.y ** 2)
    for unit in top:
        unit.adjust(rate)
    for unit in low:
        unit.adjust(rate)
    return error
for xs, goal in [([1.0, -1.0], [1.0, 0.3]), ([-1.0, 0.5], [-1.0, 0.1])]:
    learn(xs, goal, 0.1)
"""

RIGHT = {"appended": APPENDED, "logits": LOGITS, "stored": STORED, "plain": PLAIN, "units": UNITS}
SLIPS = [
    ("appended", "                deltas.append(deltas[-1].dot(self.W[l].T) * slope(a[l]))",
     "                error = error.dot(self.W[l].T)\n                deltas.append(error * slope(a[l]))",
     "error = error.dot", "raw error for delta"),
    ("logits", "    dcounts += torch.ones_like(counts) * dtotal\n", "", "dcounts = dprobs / total", "softmax diagonal"),
    ("stored", "self.kept = out", "self.kept = x", "self.kept = x", "derivative at the wrong argument"),
    ("plain", "s * h[j] * (1 - h[j])", "s * f(h[j]) * (1 - f(h[j]))", "e[j] = s", "derivative at the wrong argument"),
    ("units", "        unit.d = (unit.y - g) * (1 - unit.y ** 2)\n",
     "        unit.d = (unit.y - g) * (1 - unit.y ** 2)\n        unit.adjust(rate)\n", "unit.adjust(rate)",
     "update before use"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_right(name):
    grade = grade_code(RIGHT[name])
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize(("name", "old", "new", "marked", "kind"), SLIPS)
def test_a_slip_is_found_and_corrected(name, old, new, marked, kind):
    text = RIGHT[name].replace(old, new)
    if name == "units":
        text = text.replace("    for unit in top:\n        unit.adjust(rate)\n", "")
    assert text != RIGHT[name]
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert kind in {mistake.kind for mistake in grade.mistakes}, str(grade)
    line = next(i for i, written in enumerate(text.splitlines(), 1) if written.lstrip().startswith(marked))
    assert line in {mistake.line for mistake in grade.mistakes}, str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right", str(grade)

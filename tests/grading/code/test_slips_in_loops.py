"""Slips in loops over layers, neurons and samples: a wrong index, the wrong list, a row for a column, one sample."""

import pytest
from corrections import corrected

from autograd import grade_code

NEURONS = """
import math
net = [[{"w": [0.3, -0.2, 0.1]}, {"w": [0.5, 0.4, -0.3]}], [{"w": [0.7, -0.6, 0.2]}, {"w": [-0.4, 0.9, 0.1]}]]
row, goal, rate = [0.8, -1.1], [1.0, 0.0], 0.5
def ahead(row):
    given = row
    for layer in net:
        for neuron in layer:
            total = neuron["w"][-1] + sum(a * b for a, b in zip(neuron["w"], given))
            neuron["out"] = 1 / (1 + math.exp(-total))
        given = [neuron["out"] for neuron in layer]
    return given
def learn(row):
    out = ahead(row)
    loss = sum((t - o) ** 2 for t, o in zip(goal, out)) / 2
    for i in reversed(range(len(net))):
        for j, neuron in enumerate(net[i]):
            if i == len(net) - 1:
                error = neuron["out"] - goal[j]
            else:
                error = sum(above["w"][j] * above["delta"] for above in net[i + 1])
            neuron["delta"] = error * neuron["out"] * (1 - neuron["out"])
    for i in range(len(net)):
        given = row
        if i > 0:
            given = [neuron["out"] for neuron in net[i - 1]]
        for neuron in net[i]:
            for j in range(len(given)):
                neuron["w"][j] -= rate * neuron["delta"] * given[j]
            neuron["w"][-1] -= rate * neuron["delta"]
for step in range(2):
    learn(row)
"""

LISTS = """
import math
class Net:
    def __init__(self):
        self.inputs, self.hidden, self.out = [1.0, 1.0, 1.0], [0.0, 0.0], [0.0]
        self.wi, self.wo = [[0.2, -0.1], [0.4, 0.3], [-0.5, 0.6]], [[0.7], [-0.8]]
    def ahead(self, row):
        for i in range(2):
            self.inputs[i] = row[i]
        for j in range(2):
            self.hidden[j] = math.tanh(sum(self.inputs[i] * self.wi[i][j] for i in range(3)))
        for k in range(1):
            self.out[k] = math.tanh(sum(self.hidden[j] * self.wo[j][k] for j in range(2)))
    def back(self, goal, rate):
        above, below = [0.0], [0.0] * 2
        for k in range(1):
            above[k] = (goal[k] - self.out[k]) * (1 - self.out[k] ** 2)
        for j in range(2):
            error = 0.0
            for k in range(1):
                error += above[k] * self.wo[j][k]
            below[j] = error * (1 - self.hidden[j] ** 2)
        for j in range(2):
            for k in range(1):
                self.wo[j][k] += rate * above[k] * self.hidden[j]
        for i in range(3):
            for j in range(2):
                change = below[j] * self.inputs[i]
                self.wi[i][j] += rate * change
        return sum((t - o) ** 2 for t, o in zip(goal, self.out)) / 2
net = Net()
for step in range(2):
    net.ahead([0.3, -0.9])
    loss = net.back([1.0], 0.5)
"""

ROWS = """
import math
def squash(t):
    return 1 / (1 + math.exp(-t))
def dot(v, w):
    return sum(a * b for a, b in zip(v, w))
def gradients(net, row, goal):
    hidden = [squash(dot(unit, row + [1])) for unit in net[0]]
    outs = [squash(dot(unit, hidden + [1])) for unit in net[1]]
    loss = sum((o - t) ** 2 for o, t in zip(outs, goal)) / 2
    deltas = [o * (1 - o) * (o - t) for o, t in zip(outs, goal)]
    below = [h * (1 - h) * dot(deltas, [unit[i] for unit in net[1]]) for i, h in enumerate(hidden)]
    return [[[d * x for x in row + [1]] for d in below], [[d * h for h in hidden + [1]] for d in deltas]]
net = [[[0.4, -0.2, 0.3], [0.8, 0.1, -0.6]], [[0.5, -0.7, 0.2], [-0.3, 0.9, 0.1]]]
for step in range(2):
    grads = gradients(net, [0.9, -0.4], [1.0, 0.0])
    net = [[[w - 0.5 * g for w, g in zip(a, b)] for a, b in zip(x, y)] for x, y in zip(net, grads)]
"""

TABLES = """
import numpy as np
ACT = {"relu": lambda z: np.maximum(z, 0), "tanh": np.tanh, "sigmoid": lambda z: 1 / (1 + np.exp(-z))}
SLOPE = {
    "relu": lambda z, a: (z > 0) * 1.0,
    "tanh": lambda z, a: 1 - a ** 2,
    "sigmoid": lambda z, a: a * (1 - a),
}
rng = np.random.RandomState(1)
names, sizes = ["relu", "tanh", "sigmoid"], [2, 3, 3, 1]
X, T = rng.randn(2, 5), rng.rand(1, 5)
W = [rng.randn(o, i) for i, o in zip(sizes, sizes[1:])]
B = [rng.randn(o, 1) for o in sizes[1:]]
for step in range(2):
    A, Z = [X], []
    for w, b, name in zip(W, B, names):
        Z.append(w @ A[-1] + b)
        A.append(ACT[name](Z[-1]))
    loss = np.sum((A[-1] - T) ** 2) / 2
    D = [None, None, (A[-1] - T) * SLOPE[names[-1]](Z[-1], A[-1])]
    for i in (1, 0):
        D[i] = W[i + 1].T @ D[i + 1] * SLOPE[names[i]](Z[i], A[i + 1])
    for i in range(3):
        W[i] = W[i] - 0.1 * D[i] @ A[i].T
        B[i] = B[i] - 0.1 * D[i].sum(axis=1, keepdims=True)
"""

TIME = """
import numpy as np
rng = np.random.RandomState(2)
x, y = [0, 2, 1], [2, 1, 3]
U, V, W = rng.randn(3, 4), rng.randn(4, 3), rng.randn(3, 3) * 0.4
for step in range(2):
    T = len(x)
    s, o = np.zeros((T + 1, 3)), np.zeros((T, 4))
    for t in range(T):
        s[t] = np.tanh(U[:, x[t]] + W.dot(s[t - 1]))
        e = np.exp(V.dot(s[t]))
        o[t] = e / e.sum()
    loss = -np.sum(np.log(o[np.arange(T), y]))
    dU, dV, dW = np.zeros(U.shape), np.zeros(V.shape), np.zeros(W.shape)
    do = o.copy()
    do[np.arange(T), y] -= 1
    for t in range(T - 1, -1, -1):
        dV += np.outer(do[t], s[t])
        d = V.T.dot(do[t]) * (1 - s[t] ** 2)
        for k in range(t, -1, -1):
            dW += np.outer(d, s[k - 1])
            dU[:, x[k]] += d
            d = W.T.dot(d) * (1 - s[k - 1] ** 2)
    U -= 0.1 * dU
    V -= 0.1 * dV
    W -= 0.1 * dW
"""

LAYERS = """
import numpy as np
class Dense:
    def __init__(self, n, m):
        self.W, self.b = np.random.randn(n, m), np.zeros(m)
    def ahead(self, x):
        self.x = x
        self.out = x @ self.W + self.b
    def back(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(axis=0)
        self.down = d @ self.W.T
class Sigmoid:
    def ahead(self, x):
        self.out = 1 / (1 + np.exp(-x))
    def back(self, d):
        self.down = d * self.out * (1 - self.out)
np.random.seed(3)
X, Y = np.random.randn(4, 2), np.random.rand(4, 1)
one, bend, two = Dense(2, 3), Sigmoid(), Dense(3, 1)
for step in range(2):
    one.ahead(X)
    bend.ahead(one.out)
    two.ahead(bend.out)
    loss = np.sum((two.out - Y) ** 2) / 2
    two.back(two.out - Y)
    bend.back(two.down)
    one.back(bend.down)
    for layer in (one, two):
        layer.W -= 0.1 * layer.dW
        layer.b -= 0.1 * layer.db
"""

COLUMN = """
import numpy as np
def g(z):
    return 1 / (1 + np.exp(-z))
def g_slope(z):
    s = g(z)
    return s * (1 - s)
np.random.seed(9)
X, Y, lam, n, k = np.random.randn(5, 2), np.eye(2)[[0, 1, 1, 0, 1]], 0.5, 5, 2
One, Two = np.random.randn(3, 3), np.random.randn(2, 4)
for step in range(2):
    a1 = np.hstack((np.ones((n, 1)), X))
    z2 = a1 @ One.T
    a2 = np.hstack((np.ones((n, 1)), g(z2)))
    out = g(a2 @ Two.T)
    loss = -np.sum(Y * np.log(out) + (1 - Y) * np.log(1 - out)) / n
    loss += lam / 2 * (np.sum(One[:, 1:] ** 2) + np.sum(Two[:, 1:] ** 2))
    d3 = (out - Y) / n
    d2 = (d3 @ Two)[:, 1:] * g_slope(z2)
    gOne = d2.T @ a1
    gOne[:, 1:] = gOne[:, 1:] + lam * One[:, 1:]
    gTwo = d3.T @ a2
    gTwo[:, 1:] = gTwo[:, 1:] + lam * Two[:, 1:]
    One = One - 0.3 * gOne
    Two = Two - 0.3 * gTwo
"""

TENSORS = """
import torch
dtype, device = torch.double, torch.device("cpu")
torch.manual_seed(1)
x, y = torch.randn(4, 3, device=device, dtype=dtype), torch.randn(4, 2, device=device, dtype=dtype)
w, b = torch.randn(3, 2, device=device, dtype=dtype), torch.zeros(2, device=device, dtype=dtype)
for t in range(2):
    out = torch.add(x.mm(w), b)
    loss = out.sub(y).pow(2).sum().item() / 2
    d = out.sub(y)
    w.sub_(0.1 * torch.t(x).mm(d))
    b.add_(d.sum(0), alpha=-0.1)
"""

SAMPLES = """
import numpy as np
class Net:
    def __init__(self):
        self.W, self.b = [np.random.randn(3, 2), np.random.randn(1, 3)], [np.zeros((3, 1)), np.zeros((1, 1))]
    def batch(self, pairs, rate):
        sum_b, sum_W = [0, 0], [0, 0]
        for x, y in pairs:
            more_b, more_W = self.back(x, y)
            sum_b = [old + new for old, new in zip(sum_b, more_b)]
            sum_W = [old + new for old, new in zip(sum_W, more_W)]
        self.W = [w - rate * s for w, s in zip(self.W, sum_W)]
        self.b = [b - rate * s for b, s in zip(self.b, sum_b)]
    def back(self, x, y):
        h = np.tanh(self.W[0] @ x + self.b[0])
        out = self.W[1] @ h + self.b[1]
        d = out - y
        below = self.W[1].T @ d * (1 - h ** 2)
        return [below, d], [below @ x.T, d @ h.T]
np.random.seed(5)
net = Net()
net.batch([(np.random.randn(2, 1), np.random.randn(1, 1)) for k in range(3)], 0.1)
"""

DELTAS = """
import numpy as np
def slope(x):
    return 1.0 - x ** 2
class Net:
    def __init__(self):
        self.slope = slope
        self.W = [np.random.randn(3, 4), np.random.randn(4, 2)]
    def fit(self, X, Y, rate):
        for k in range(2):
            a = [X[k]]
            for w in self.W:
                a.append(np.tanh(np.dot(a[-1], w)))
            error = Y[k] - a[-1]
            deltas = [error * self.slope(a[-1])]
            for l in range(len(a) - 2, 0, -1):
                deltas.append(deltas[-1].dot(self.W[l].T) * self.slope(a[l]))
            deltas.reverse()
            for i in range(len(self.W)):
                self.W[i] += rate * np.atleast_2d(a[i]).T.dot(np.atleast_2d(deltas[i]))
np.random.seed(3)
net = Net()
net.fit(np.random.randn(2, 3), np.random.rand(2, 2), 0.2)
"""

CARRY = """
import numpy as np
def sig(x):
    return 1 / (1 + np.exp(-x))
rng = np.random.RandomState(0)
W, V, U = rng.randn(2, 3), rng.randn(3, 1), rng.randn(3, 3)
left, right, sums = [0, 1, 0, 1], [0, 0, 1, 1], [1, 0, 0, 0]
for turn in range(2):
    loss, states, deltas = 0, [np.zeros(3)], []
    for p in range(4):
        x = np.array([[left[3 - p], right[3 - p]]])
        h = sig(x.dot(W) + states[-1].dot(U))
        out = sig(h.dot(V))
        error = np.array([[sums[3 - p]]]) - out
        deltas.append(error * out * (1 - out))
        loss += np.sum(error ** 2) / 2
        states.append(h.copy())
    dW, dV, dU = np.zeros(W.shape), np.zeros(V.shape), np.zeros(U.shape)
    later = np.zeros(3)
    for p in range(4):
        x = np.array([[left[p], right[p]]])
        h, before, above = states[-p - 1], states[-p - 2], deltas[-p - 1]
        delta = (later.dot(U.T) + above.dot(V.T)) * h * (1 - h)
        dV += np.atleast_2d(h).T.dot(above)
        dU += np.atleast_2d(before).T.dot(delta)
        dW += x.T.dot(delta)
        later = delta
    W += 0.1 * dW
    V += 0.1 * dV
    U += 0.1 * dU
"""

GATES = """
class Unit:
    def __init__(self, value):
        self.value, self.grad = value, 0.0
class Times:
    def ahead(self, u, v):
        self.u, self.v, self.top = u, v, Unit(u.value * v.value)
        return self.top
    def back(self):
        self.u.grad += self.v.value * self.top.grad
        self.v.grad += self.u.value * self.top.grad
a, b, x = Unit(0.5), Unit(-1.5), Unit(2.0)
first, second = Times(), Times()
out = second.ahead(first.ahead(a, x), b)
loss = (out.value - 1.0) ** 2 / 2
out.grad = out.value - 1.0
second.back()
first.back()
a.value -= 0.1 * a.grad
b.value -= 0.1 * b.grad
"""

TABLE = """
import math
class Table:
    def __init__(self, rows):
        self.rows = rows
    def times(self, other):
        return Table([[sum(a * b for a, b in zip(row, col)) for col in zip(*other.rows)] for row in self.rows])
    def turned(self):
        return Table([list(row) for row in zip(*self.rows)])
    def each(self, f):
        return Table([[f(a) for a in row] for row in self.rows])
    def scaled(self, other):
        return Table([[a * b for a, b in zip(x, y)] for x, y in zip(self.rows, other.rows)])
    def plus(self, other, rate):
        return Table([[a + rate * b for a, b in zip(x, y)] for x, y in zip(self.rows, other.rows)])
def slope(y):
    return 1 - y * y
W, V = Table([[0.4, -0.7], [0.3, 0.9], [-0.2, 0.5]]), Table([[0.8, -0.6, 0.1], [0.2, 0.7, -0.9]])
x, goal = Table([[0.6], [-0.3]]), Table([[0.9], [-0.4]])
for step in range(2):
    hidden = W.times(x).each(math.tanh)
    out = V.times(hidden).each(math.tanh)
    errors = goal.plus(out, -1)
    loss = sum(e[0] ** 2 for e in errors.rows) / 2
    delta = errors.scaled(out.each(slope))
    below = V.turned().times(delta).scaled(hidden.each(slope))
    V = V.plus(delta.times(hidden.turned()), 0.5)
    W = W.plus(below.times(x.turned()), 0.5)
"""

ENDS = """
import numpy as np
from scipy.special import expit
np.random.seed(8)
W1, W2, W3 = np.random.randn(3, 3), np.random.randn(3, 4), np.random.randn(2, 4)
x, goal = np.array([0.4, -0.9, 1.0]), np.array([0.1, 0.9])
for step in range(2):
    a1 = np.append(expit(np.dot(W1, x)), 1.0)
    a2 = np.append(expit(np.dot(W2, a1)), 1.0)
    out = expit(np.dot(W3, a2))
    loss = ((goal - out) ** 2).sum() / 2
    d3 = (out - goal) * out * (1 - out)
    d2 = np.dot(W3.T, d3)[:-1] * a2[:-1] * (1 - a2[:-1])
    d1 = np.dot(W2.T, d2)[:-1] * a1[:-1] * (1 - a1[:-1])
    W3 -= 0.7 * np.outer(d3, a2)
    W2 -= 0.7 * np.outer(d2, a1)
    W1 -= 0.7 * np.outer(d1, x)
"""

COSTS = """
import numpy as np
class Softmax:
    def __init__(self):
        self.W, self.costs = np.random.RandomState(1).randn(2, 3), []
    def proba(self, X):
        z = X.dot(self.W)
        return (np.exp(z.T) / np.sum(np.exp(z), axis=1)).T
    def cost(self, X, T):
        return np.mean(-np.sum(np.log(self.proba(X)) * T, axis=1))
    def fit(self, X, T):
        p = self.proba(X)
        diff = p - T
        self.costs.append(self.cost(X, T))
        self.W -= 0.5 * np.dot(X.T, diff) / X.shape[0]
Softmax().fit(np.random.RandomState(0).randn(5, 2), np.eye(3)[[0, 1, 2, 2, 1]])
"""

SUMS = """
import numpy as np
rng = np.random.RandomState(0)
data, goals = rng.randn(4, 2), rng.randn(4)
W, V, b = rng.randn(3, 2), rng.randn(3), np.zeros(3)
for step in range(2):
    loss, dW, dV, db = 0.0, np.zeros((3, 2)), np.zeros(3), np.zeros(3)
    for n in range(4):
        h = np.zeros(3)
        for j in range(3):
            h[j] = np.tanh(b[j] + sum(W[j, i] * data[n, i] for i in range(2)))
        err = sum(V[j] * h[j] for j in range(3)) - goals[n]
        loss += err ** 2 / len(data)
        dy = 2 * err / len(data)
        for j in range(3):
            dV[j] += dy * h[j]
            ds = dy * V[j] * (1 - h[j] ** 2)
            db[j] += ds
            for i in range(2):
                dW[j, i] += ds * data[n, i]
    W -= 0.1 * dW
    V -= 0.1 * dV
    b -= 0.1 * db
"""

CHAIN = """
import numpy as np
class Layer:
    def __init__(self, size, before):
        self.before, self.next = before, None
        if before is not None:
            before.next = self
            self.W = np.random.randn(size, before.size)
        self.size = size
    def activate(self):
        self.out = np.tanh(self.W @ self.before.out)
    def find(self, goal):
        slope = 1 - self.out ** 2
        if self.next is None:
            self.delta = (self.out - goal) * slope
        else:
            self.delta = (self.next.W.T @ self.next.delta) * slope
    def adjust(self):
        self.W = self.W - 0.1 * np.outer(self.delta, self.before.out)
np.random.seed(1)
layers = [Layer(3, None)]
for size in (4, 2):
    layers.append(Layer(size, layers[-1]))
layers[0].out, goal = np.random.randn(3), np.array([0.7, -0.3])
for layer in layers[1:]:
    layer.activate()
loss = np.sum((layers[-1].out - goal) ** 2) / 2
for layer in layers[:0:-1]:
    layer.find(goal)
for layer in layers[1:]:
    layer.adjust()
"""

KEYS = """
import numpy as np
rng = np.random.RandomState(5)
X, Y, lam, m = rng.randn(2, 4), np.array([[1, 0, 0, 1]]), 0.7, 4
p = {f"W{l}": rng.randn(o, i) for l, (i, o) in enumerate([(2, 3), (3, 1)], 1)}
for step in range(2):
    c = {"A0": X}
    c["A1"] = np.tanh(p["W1"] @ c["A0"])
    c["A2"] = 1 / (1 + np.exp(-p["W2"] @ c["A1"]))
    loss = -np.sum(Y * np.log(c["A2"]) + (1 - Y) * np.log(1 - c["A2"])) / m
    loss += lam / (2 * m) * sum(np.sum(p[f"W{l}"] ** 2) for l in (1, 2))
    g = {"dZ2": c["A2"] - Y}
    for l in (2, 1):
        g[f"dW{l}"] = g[f"dZ{l}"] @ c[f"A{l - 1}"].T / m + lam / m * p[f"W{l}"]
        if l > 1:
            g[f"dZ{l - 1}"] = p[f"W{l}"].T @ g[f"dZ{l}"] * (1 - c[f"A{l - 1}"] ** 2)
    for key in p:
        p[key] = p[key] - 0.1 * g["d" + key]
"""

PROGRAMS = {
    "NEURONS": NEURONS, "LISTS": LISTS, "ROWS": ROWS, "TABLES": TABLES, "TIME": TIME, "LAYERS": LAYERS,
    "COLUMN": COLUMN, "TENSORS": TENSORS, "SAMPLES": SAMPLES, "DELTAS": DELTAS, "CARRY": CARRY, "GATES": GATES,
    "TABLE": TABLE, "ENDS": ENDS, "COSTS": COSTS, "SUMS": SUMS, "CHAIN": CHAIN, "KEYS": KEYS,
}  # fmt: skip
LOSSES = {"SAMPLES": "np.sum((out - y) ** 2) / 2", "DELTAS": "np.sum(error ** 2) / 2"}

SLIPS = [
    ("NEURONS", 'neuron in net[i - 1]]', 'neuron in net[i]]', "wrong factor"),
    ("LISTS", "below[j] * self.inputs[i]", "below[j] * self.hidden[j]", "wrong factor"),
    ("LISTS", "error * (1 - self.hidden[j] ** 2)", "error", "derivative missing"),
    ("ROWS", "dot(deltas, [unit[i] for unit in net[1]])", "dot(deltas, net[1][i][:-1])", "transpose"),
    ("ROWS", "dot(deltas, [", "dot([o - t for o, t in zip(outs, goal)], [", "raw error for delta"),
    ("TABLES", "z, a: (z > 0) * 1.0", "z, a: (z > 0) * z", "wrong derivative"),
    ("TABLES", "SLOPE[names[i]]", "SLOPE[names[i + 1]]", "wrong derivative"),
    ("TABLES", "- 0.1 * D[i].sum(axis=1, keepdims=True)", "- 0.1 * D[i].sum()", "wrong axis"),
    ("TIME", "dU[:, x[k]] += d", "dU[:, x[t]] += d", "order in time"),
    ("LAYERS", "one.back(bend.down)", "one.back(two.down)", "derivative missing"),
    ("LAYERS", "d * self.out * (1 - self.out)", "self.out * (1 - self.out)", "wrong factor"),
    ("COLUMN", "gOne[:, 1:] = gOne[:, 1:] + lam * One[:, 1:]", "gOne = gOne + lam * One", "penalty"),
    ("COLUMN", "g_slope(z2)", "g_slope(a2[:, 1:])", "derivative at the wrong argument"),
    ("COLUMN", "(out - Y) / n", "(out - Y) / k", "constant factor"),
    ("TENSORS", "b.add_(d.sum(0)", "b.add_(d[0]", "batch sum missing"),
    ("SAMPLES", "[old + new for old, new in zip(sum_b", "[new for old, new in zip(sum_b", "batch sum missing"),
    ("DELTAS", "deltas = [error * self.slope(a[-1])]", "deltas = [error]", "derivative missing"),
    ("DELTAS", "deltas[-1].dot(self.W", "error.dot(self.W", "raw error for delta"),
    ("DELTAS", "1.0 - x ** 2", "1.0 - np.tanh(x) ** 2", "derivative at the wrong argument"),
    ("CARRY", "deltas[-p - 1]", "deltas[p]", "order in time"),
    ("GATES", "self.v.value * self.top.grad", "self.u.value * self.top.grad", "wrong factor"),
    ("TABLE", "V.turned().times(delta)", "V.turned().times(errors)", "raw error for delta"),
    ("ENDS", "a1[:-1] * (1 - a1[:-1])", "a2[:-1] * (1 - a2[:-1])", "derivative at the wrong argument"),
    ("CHAIN", "self.delta, self.before.out", "self.delta, self.before.out ** 2", "wrong factor"),
    ("KEYS", " + lam / m * p[f\"W{l}\"]", "", "penalty"),
    ("COSTS", "p - T", "-T / p", "wrong factor"),
    ("SUMS", "dy * V[j]", "err * V[j]", "raw error for delta"),
]  # fmt: skip


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_right_program_is_right(name):
    assert grade_code(PROGRAMS[name], loss=LOSSES.get(name)).verdict == "right"


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("name", "old", "new", "kind"), SLIPS)
def test_a_slip_is_marked_named_and_corrected(name, old, new, kind):
    assert PROGRAMS[name].count(old) == 1
    text = PROGRAMS[name].replace(old, new)
    line = PROGRAMS[name][: PROGRAMS[name].index(old)].count("\n") + 1
    mistakes = grade_code(text, loss=LOSSES.get(name)).mistakes
    assert [(mistake.line, mistake.kind) for mistake in mistakes] == [(line, kind)]
    assert grade_code(corrected(text, mistakes), loss=LOSSES.get(name)).verdict == "right"


def test_a_gradient_that_is_never_handed_to_the_next_turn_is_handed_on():
    text = CARRY.replace("        later = delta\n", "")
    line = text[: text.index("dW +=")].count("\n") + 1
    mistakes = grade_code(text).mistakes
    assert [(mistake.line, mistake.kind) for mistake in mistakes] == [(line, "order in time")]
    assert grade_code(corrected(text, mistakes)).verdict == "right"


def test_a_layer_that_is_updated_in_the_loop_of_the_way_back_gets_a_loop_of_its_own():
    text = CHAIN.replace("    layer.find(goal)\nfor layer in layers[1:]:\n", "    layer.find(goal)\n")
    line = text[: text.index("    layer.adjust()")].count("\n") + 1
    mistakes = grade_code(text).mistakes
    assert [(mistake.line, mistake.kind) for mistake in mistakes] == [(line, "update before use")]
    assert grade_code(corrected(text, mistakes)).verdict == "right"


@pytest.mark.parametrize("named", ["data", "loss"])
def test_a_program_without_the_gradient_of_its_penalty_is_not_right(named):
    """The part of the loss without the penalty is not the loss of the program."""
    text = KEYS.replace(' + lam / m * p[f"W{l}"]', "").replace("    loss = -np", f"    {named} = -np")
    text = text.replace("    loss += lam", "    loss = data + lam" if named == "data" else "    loss += lam")
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert {update.verdict for update in grade.updates} == {"wrong"}


def test_the_total_of_all_samples_is_not_the_loss_with_a_penalty():
    """Each sample has its own update. The total also has samples that the first update does not use."""
    text = """
import math
w, b = 0.5, 0.1
for epoch in range(2):
    total = 0
    for x, t in [(1.0, 2.0), (3.0, -1.0), (0.5, 0.3)]:
        out = math.tanh(w * x + b)
        loss = (out - t) ** 2
        total += loss
        d = 2 * (out - t) * (1 - out ** 2)
        w -= 0.1 * d * x
        b -= 0.1 * d
    print(total)
"""
    assert grade_code(text).verdict == "right"

"""Slips in programs with made keys, gates, objects of neurons, made data and states of optimizers."""

import pytest
from corrections import corrected

from autograd import grade_code

# The keys of dicts are made of a letter and the number of the layer.
KEYS = """
import numpy as np
class Net:
    def __init__(self, sizes, seed=0):
        rng = np.random.default_rng(seed)
        self.L = len(sizes) - 1
        self.p = {}
        for i in range(1, self.L + 1):
            self.p[f"W{i}"] = rng.normal(0, 0.5, (sizes[i - 1], sizes[i]))
            self.p[f"b{i}"] = rng.normal(0, 0.1, (1, sizes[i]))
    def forward(self, X):
        self.c = {"A0": X}
        for i in range(1, self.L + 1):
            self.c[f"Z{i}"] = self.c[f"A{i-1}"] @ self.p[f"W{i}"] + self.p[f"b{i}"]
            self.c[f"A{i}"] = np.tanh(self.c[f"Z{i}"]) if i < self.L else self.c[f"Z{i}"]
        return self.c[f"A{self.L}"]
    def backward(self, Y):
        m = len(Y)
        g = {}
        dA = (self.c[f"A{self.L}"] - Y) / m
        for i in range(self.L, 0, -1):
            dZ = dA * (1 - self.c[f"A{i}"] ** 2) if i < self.L else dA
            g[f"W{i}"] = self.c[f"A{i-1}"].T @ dZ
            g[f"b{i}"] = dZ.sum(axis=0, keepdims=True)
            dA = dZ @ self.p[f"W{i}"].T
        return g
    def step(self, g, lr):
        for i in range(1, self.L + 1):
            self.p[f"W{i}"] -= lr * g[f"W{i}"]
            self.p[f"b{i}"] -= lr * g[f"b{i}"]
rng = np.random.default_rng(5)
X, Y = rng.normal(size=(7, 3)), rng.normal(size=(7, 2))
net = Net([3, 5, 4, 2])
for epoch in range(100):
    out = net.forward(X)
    loss = 0.5 * np.mean(np.sum((out - Y) ** 2, axis=1))
    net.step(net.backward(Y), 0.1)
"""

# A recurrent net with gates.
GATES = """
import numpy as np
rng = np.random.default_rng(0)
D, H, T = 3, 4, 5
xs, ys = rng.normal(size=(T, D)), rng.normal(size=(T, 2))
P = {f"W{g}": rng.normal(size=(H, D)) * 0.5 for g in "zrn"}
P |= {f"U{g}": rng.normal(size=(H, H)) * 0.5 for g in "zrn"}
P |= {f"b{g}": np.zeros(H) for g in "zrn"}
P["V"] = rng.normal(size=(2, H))
def sig(a):
    return 1 / (1 + np.exp(-a))
for it in range(50):
    h, cache, loss = np.zeros(H), [], 0.0
    outs = []
    for t in range(T):
        x = xs[t]
        z = sig(P["Wz"] @ x + P["Uz"] @ h + P["bz"])
        r = sig(P["Wr"] @ x + P["Ur"] @ h + P["br"])
        n = np.tanh(P["Wn"] @ x + P["Un"] @ (r * h) + P["bn"])
        hn = (1 - z) * h + z * n
        cache.append((x, h, z, r, n, hn))
        h = hn
        o = P["V"] @ h
        outs.append(o)
        loss += 0.5 * np.sum((o - ys[t]) ** 2)
    G = {k: np.zeros_like(v) for k, v in P.items()}
    dh = np.zeros(H)
    for t in reversed(range(T)):
        x, hp, z, r, n, hn = cache[t]
        do = outs[t] - ys[t]
        G["V"] += np.outer(do, hn)
        dh = dh + P["V"].T @ do
        dn = dh * z
        dz = dh * (n - hp)
        dan = dn * (1 - n ** 2)
        drh = P["Un"].T @ dan
        dr = drh * hp
        daz = dz * z * (1 - z)
        dar = dr * r * (1 - r)
        G["Wn"] += np.outer(dan, x); G["Un"] += np.outer(dan, r * hp); G["bn"] += dan
        G["Wz"] += np.outer(daz, x); G["Uz"] += np.outer(daz, hp); G["bz"] += daz
        G["Wr"] += np.outer(dar, x); G["Ur"] += np.outer(dar, hp); G["br"] += dar
        dh = dh * (1 - z) + drh * r + P["Uz"].T @ daz + P["Ur"].T @ dar
    for k in P:
        P[k] -= 0.05 * G[k]
"""

# A data set of scikit-learn, with a mask and a penalty in place.
MADE = """
import numpy as np
from sklearn.datasets import load_digits
class Net:
    def __init__(self, n, h, k):
        self.p = {"W": 0.1 * np.random.randn(n, h), "b": np.zeros(h)}
        self.p.update(V=0.1 * np.random.randn(h, k), c=np.zeros(k))
    def loss(self, X, y, reg):
        W, V = self.p["W"], self.p["V"]
        h = np.maximum(0, X @ W + self.p["b"])
        s = h @ V + self.p["c"]
        e = np.exp(s - s.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        n = len(X)
        loss = -np.log(p[range(n), y]).sum() / n + reg * (np.sum(W * W) + np.sum(V * V))
        g = {}
        d = p.copy()
        d[range(n), y] -= 1
        d /= n
        g["V"], g["c"] = h.T @ d, d.sum(axis=0)
        dh = d @ V.T
        dh[h <= 0] = 0
        g["W"], g["b"] = X.T @ dh, dh.sum(axis=0)
        g["V"] += 2 * reg * V
        g["W"] += 2 * reg * W
        return loss, g
np.random.seed(1)
digits = load_digits()
net = Net(64, 20, 10)
for turn in range(100):
    loss, g = net.loss(digits.data / 16, digits.target, 0.02)
    for key in net.p:
        net.p[key] -= 0.1 * g[key]
"""

# Layers in a list, of which one subtracts a mean, so that the bias before it has no effect.
LAYERS = """
import numpy as np
class Dense:
    def __init__(self, n, m):
        self.W, self.b = np.random.randn(n, m) * 0.7, np.zeros(m)
    def ahead(self, x):
        self.x = x
        return x @ self.W + self.b
    def back(self, g):
        self.gW, self.gb = self.x.T @ g, g.sum(axis=0)
        return g @ self.W.T
    def step(self, rate):
        self.W -= rate * self.gW
        self.b -= rate * self.gb
class Normal:
    def ahead(self, x):
        self.c = x - x.mean(axis=0)
        self.s = 1 / np.sqrt(np.mean(self.c ** 2, axis=0) + 1e-5)
        return self.c * self.s
    def back(self, g):
        n = len(g)
        gv = np.sum(g * self.c, axis=0) * -0.5 * self.s ** 3
        gm = -np.sum(g, axis=0) * self.s
        return g * self.s + gv * 2 * self.c / n + gm / n
    def step(self, rate):
        pass
class Bend:
    def ahead(self, x):
        self.y = np.tanh(x)
        return self.y
    def back(self, g):
        return g * (1 - self.y ** 2)
    def step(self, rate):
        pass
np.random.seed(3)
X, T = np.random.randn(8, 3), np.random.uniform(-0.9, 0.9, (8, 2))
net = [Dense(3, 4), Normal(), Bend(), Dense(4, 2), Bend()]
for turn in range(100):
    out = X
    for layer in net:
        out = layer.ahead(out)
    loss = np.mean((out - T) ** 2)
    g = 2 * (out - T) / T.size
    for layer in reversed(net):
        g = layer.back(g)
    for layer in net:
        layer.step(0.1)
"""

# Neurons with methods, one of which nothing would call after the slip.
NEURONS = """
import math
import random
class Neuron:
    def __init__(self, count):
        self.w, self.b = [random.uniform(-1, 1) for _ in range(count)], random.uniform(-1, 1)
    def run(self, xs):
        self.xs = xs
        self.out = 1 / (1 + math.exp(-sum(w * x for w, x in zip(self.w, xs)) - self.b))
        return self.out
    def error(self, goal):
        return self.out - goal
    def slope(self):
        return self.out * (1 - self.out)
    def delta(self, goal):
        return self.error(goal) * self.slope()
class Net:
    def __init__(self):
        self.hidden, self.last = [Neuron(2) for _ in range(3)], [Neuron(3) for _ in range(2)]
    def train(self, xs, goals):
        hs = [n.run(xs) for n in self.hidden]
        outs = [n.run(hs) for n in self.last]
        loss = sum(0.5 * (o - g) ** 2 for o, g in zip(outs, goals))
        ahead = []
        for k in range(len(self.last)):
            ahead.append(self.last[k].delta(goals[k]))
        behind = []
        for j in range(len(self.hidden)):
            error = 0
            for k in range(len(self.last)):
                error += ahead[k] * self.last[k].w[j]
            behind.append(error * self.hidden[j].slope())
        for k, n in enumerate(self.last):
            for j in range(len(n.w)):
                n.w[j] -= 0.5 * ahead[k] * n.xs[j]
            n.b -= 0.5 * ahead[k]
        for j, n in enumerate(self.hidden):
            for i in range(len(n.w)):
                n.w[i] -= 0.5 * behind[j] * n.xs[i]
            n.b -= 0.5 * behind[j]
        return loss
random.seed(2)
net = Net()
for turn in range(50):
    print(net.train([0.3, 0.9], [0.2, 0.8]))
"""

# Single numbers, each with a name of its own. In the first sample, an input is 0.
NUMBERS = """
from math import tanh
a, b, c, d, e, f, u, v, w = 0.3, -0.4, 0.5, 0.2, -0.6, 0.1, 0.7, -0.5, 0.2
rate = 0.25
for turn in range(60):
    total = 0
    for (x, y), t in [((0, 1), 1), ((1, 0.5), 0), ((0.5, 2), 1)]:
        p = tanh(a * x + b * y + c)
        q = tanh(d * x + e * y + f)
        o = u * p + v * q + w
        total += 0.5 * (o - t) ** 2
        do = t - o
        dp = (1 - p * p) * do * u
        dq = (1 - q * q) * do * v
        u += rate * do * p
        v += rate * do * q
        w += rate * do
        a += rate * dp * x
        b += rate * dp * y
        c += rate * dp
        d += rate * dq * x
        e += rate * dq * y
        f += rate * dq
"""

# Momentum as a mean, in dicts, and sums that are set to zero in place.
MEANS = """
import numpy as np
rng = np.random.default_rng(4)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
p = {"W1": rng.normal(size=(3, 4)), "b1": np.zeros(4), "W2": rng.normal(size=(4, 2)), "b2": np.zeros(2)}
v, g = {k: np.zeros_like(x) for k, x in p.items()}, {k: np.zeros_like(x) for k, x in p.items()}
beta, rate = 0.9, 0.05
for turn in range(80):
    h = np.tanh(X @ p["W1"] + p["b1"])
    out = h @ p["W2"] + p["b2"]
    loss = 0.5 * np.mean(np.sum((out - Y) ** 2, axis=1))
    d = (out - Y) / 6
    g["W2"] += h.T @ d
    g["b2"] += d.sum(axis=0)
    d = (d @ p["W2"].T) * (1 - h ** 2)
    g["W1"] += X.T @ d
    g["b1"] += d.sum(axis=0)
    for k in (1, 2):
        v["W" + str(k)] = beta * v["W" + str(k)] + (1 - beta) * g["W" + str(k)]
        v["b" + str(k)] = beta * v["b" + str(k)] + (1 - beta) * g["b" + str(k)]
        p["W" + str(k)] -= rate * v["W" + str(k)]
        p["b" + str(k)] -= rate * v["b" + str(k)]
    g["W1"] *= 0
    g["b1"] *= 0
    g["W2"] *= 0
    g["b2"] *= 0
"""

# Functions of PyTorch.
TORCH = """
import torch
class Product(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.save_for_backward(a, b)
        return a @ b
    @staticmethod
    def backward(ctx, grad):
        a, b = ctx.saved_tensors
        return grad @ b.t(), a.t() @ grad
class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input, target):
        ctx.save_for_backward(input, target)
        return ((input - target) ** 2).mean()
    @staticmethod
    def backward(ctx, grad):
        input, target = ctx.saved_tensors
        return grad * 2 * (input - target) / input.numel(), None
"""

# The softmax as a matrix of derivatives.
MATRIX = """
import numpy as np
rng = np.random.default_rng(6)
X, kinds = rng.normal(size=(5, 2)), np.array([0, 2, 1, 0, 2])
Y = np.eye(3)[kinds]
W, b = rng.normal(size=(2, 3)), rng.normal(size=3)
for turn in range(60):
    loss, dW, db = 0.0, np.zeros_like(W), np.zeros_like(b)
    for x, t in zip(X, Y):
        e = np.exp(x @ W + b)
        p = e / e.sum()
        loss -= np.sum(t * np.log(p))
        dp = -t / p
        dz = (np.diag(p) - np.outer(p, p)) @ dp
        dW += np.outer(x, dz)
        db += dz
    W = W - 0.1 * dW
    b = b - 0.1 * db
"""

# The layers share the arrays of a dict.
SHARED = """
import numpy as np
class Affine:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def ahead(self, x):
        self.x = x
        return x @ self.W + self.b
    def back(self, g):
        self.dW, self.db = self.x.T @ g, g.sum(axis=0)
        return g @ self.W.T
class Net:
    def __init__(self, *sizes):
        pairs = list(zip(sizes, sizes[1:]))
        self.p = {"W%d" % k: 0.3 * np.random.randn(n, m) for k, (n, m) in enumerate(pairs)}
        self.p.update({"b%d" % k: np.zeros(m) for k, (_, m) in enumerate(pairs)})
        self.layers = [Affine(self.p["W%d" % k], self.p["b%d" % k]) for k in range(len(pairs))]
    def loss(self, x, t):
        self.h = np.tanh(self.layers[0].ahead(x))
        self.miss = self.layers[1].ahead(self.h) - t
        return 0.5 * np.sum(self.miss ** 2)
    def gradient(self, x, t):
        self.loss(x, t)
        g = self.layers[1].back(self.miss)
        self.layers[0].back(g * (1 - self.h ** 2))
        return {key: getattr(self.layers[int(key[1:])], "d" + key[0]) for key in self.p}
np.random.seed(0)
X, T = np.random.rand(30, 12), np.random.rand(30, 3)
net = Net(12, 10, 3)
for turn in range(400):
    some = np.random.choice(30, 8)
    g = net.gradient(X[some], T[some])
    for key in net.p:
        net.p[key] -= 0.01 * g[key]
    print(net.loss(X, T))
"""

# Each row: the program, the slip, a part of its line, and the kinds that name it.
SLIPS = [
    (KEYS, ('dA * (1 - self.c[f"A{i}"]', 'dA * (1 - self.c[f"Z{i}"]'), "dZ = ", {"derivative at the wrong argument"}),
    (KEYS, ('self.c[f"A{i-1}"].T @ dZ', 'self.c[f"Z{i-1}"].T @ dZ if i > 1 else self.c["A0"].T @ dZ'), 'g[f"W{i}"] = ',
     {"wrong factor"}),
    (KEYS, ('self.c[f"A{i-1}"].T @ dZ', 'self.c[f"A{i-1}"].T @ dA'), 'g[f"W{i}"] = ', {"raw error for delta"}),
    (KEYS, ('dA = dZ @ self.p[f"W{i}"].T', 'dA = dA @ self.p[f"W{i}"].T'), "dA = dA @", {"raw error for delta"}),
    (KEYS, ("dZ.sum(axis=0", "dZ.mean(axis=0"), 'g[f"b{i}"] = ', {"divided twice", "constant factor"}),
    (GATES, ("dn = dh * z", "dn = dh"), "dn = dh", {"wrong factor", "derivative missing"}),
    (GATES, ("dz = dh * (n - hp)", "dz = dh * n"), "dz = dh", {"wrong factor", "wrong derivative"}),
    (GATES, (' + P["Ur"].T @ dar', ""), "dh = dh * (1 - z)", {"order in time", "wrong factor"}),
    (GATES, ("np.outer(dan, r * hp)", "np.outer(dan, hp)"), 'G["Un"] +=', {"wrong factor"}),
    (GATES, ("dar = dr * r * (1 - r)", "dar = dr * r * (1 - z)"), "dar = ", {"derivative at the wrong argument"}),
    (MADE, ('g["W"] += 2 * reg * W', 'g["W"] += reg * W'), 'g["W"] += reg', {"penalty"}),
    (MADE, ("dh[h <= 0] = 0", "dh[h < 0] = 0"), "dh[h < 0]", {"relu mask"}),
    (LAYERS, ("gv * 2 * self.c / n", "gv * 2 * self.c"), "return g * self.s +", {"constant factor"}),
    (LAYERS, ("np.sum(g * self.c, axis=0)", "np.sum(g * self.c * self.s, axis=0)"), "gv = ",
     {"wrong factor", "derivative twice", "wrong derivative"}),
    (LAYERS, ("for layer in reversed(net):", "for layer in reversed(net[:-1]):"), "reversed(net[:-1])",
     {"derivative missing"}),
    (NEURONS, (".delta(goals[k])", ".error(goals[k])"), "ahead.append", {"raw error for delta"}),
    (NEURONS, ("n.b -= 0.5 * behind[j]", "n.b -= 0.5 * ahead[k]"), "n.b -= 0.5 * ahead[k]", {"wrong factor"}),
    (NUMBERS, ("        dq = (1 - q * q) * do * v\n        u +=", "        u +="), "v += rate", {"update before use"}),
    (MEANS, ('= beta * v["W" + str(k)] +', '= v["W" + str(k)] +'), 'v["W" + str(k)] = v', {"wrong factor"}),
    (MEANS, ('    g["W2"] *= 0\n', ""), 'g["W2"] +=', {"stale forward pass"}),
    (TORCH, ("grad @ b.t()", "grad @ b"), "return grad @ b", {"transpose"}),
    (TORCH, ("(input - target) / input", "(target - input) / input"), "(target - input)", {"sign of the update"}),
    (MATRIX, ("dp = -t / p", "dp = -t * np.log(p)"), "dp = ", {"loss for its derivative"}),
    (SHARED, ("net.p[key] -= 0.01", "net.p[key] = net.p[key] - 0.01"), "net.p[key] = ", {"stale forward pass"}),
]  # fmt: skip
RIGHT = list(dict.fromkeys(text for text, *_ in SLIPS))


@pytest.mark.parametrize("text", RIGHT, ids=range(len(RIGHT)))
def test_the_program_without_the_slip_is_right(text):
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("text", "change", "place", "kinds"), SLIPS, ids=range(len(SLIPS)))
def test_the_slip_is_found_named_and_corrected(text, change, place, kinds):
    old, new = change
    assert old in text
    text = new.join(text.rsplit(old, 1))
    if "update before use" in kinds:
        text = text.replace(
            "        d += rate * dq * x", "        dq = (1 - q * q) * do * v\n        d += rate * dq * x"
        )
    grade = grade_code(text)
    assert grade.verdict == "wrong", str(grade)
    assert len(grade.mistakes) == 1
    assert grade.mistakes[0].kind in kinds
    assert place in text.splitlines()[grade.mistakes[0].line - 1]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"

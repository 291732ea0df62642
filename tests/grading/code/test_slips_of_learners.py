"""Slips whose corrections need the place of a product, of a transpose, of an update or of a second forward pass."""

import pytest
from corrections import corrected

from autograd import grade_code

# The loss has a forward pass of its own, and the start values are divided.
MODEL = """
import numpy as np
rng = np.random.RandomState(3)
X, y = rng.randn(6, 2), np.array([0, 1, 1, 0, 1, 0])
n, rate, decay = len(X), 0.02, 0.01


def loss_of(model):
    h = np.tanh(X.dot(model['W1']) + model['b1'])
    e = np.exp(h.dot(model['W2']) + model['b2'])
    p = e / np.sum(e, axis=1, keepdims=True)
    total = np.sum(-np.log(p[range(n), y]))
    total += decay / 2 * (np.sum(np.square(model['W1'])) + np.sum(np.square(model['W2'])))
    return total / n


def build(size, steps):
    W1, b1 = rng.randn(2, size) / np.sqrt(2), np.zeros((1, size))
    W2, b2 = rng.randn(size, 2) / np.sqrt(size), np.zeros((1, 2))
    for i in range(steps):
        h = np.tanh(X.dot(W1) + b1)
        e = np.exp(h.dot(W2) + b2)
        d = e / np.sum(e, axis=1, keepdims=True)
        d[range(n), y] -= 1
        dW2 = h.T.dot(d) + decay * W2
        db2 = np.sum(d, axis=0, keepdims=True)
        d1 = d.dot(W2.T) * (1 - np.power(h, 2))
        dW1 = X.T.dot(d1)
        db1 = np.sum(d1, axis=0)
        dW1 += decay * W1
        W1 += -rate * dW1
        b1 += -rate * db1
        W2 += -rate * dW2
        b2 += -rate * db2
        model = {'W1': W1, 'b1': b1, 'W2': W2, 'b2': b2}
        if i % 10 == 0:
            print(loss_of(model))
    return model


build(3, 40)
"""
WORDS = """
import numpy as np
np.random.seed(4)
sentences = [[0, 2, 1, 3], [1, 0, 3, 2], [2, 3, 0]]
follow = [[2, 1, 3, 4], [0, 3, 2, 4], [3, 0, 4]]


class Net:
    def __init__(self, words, size):
        self.U = np.random.uniform(-0.5, 0.5, (size, words))
        self.V = np.random.uniform(-0.5, 0.5, (words, size))
        self.W = np.random.uniform(-0.5, 0.5, (size, size))

    def forward(self, x):
        s, o = np.zeros((len(x) + 1, len(self.W))), np.zeros((len(x), len(self.V)))
        for t in range(len(x)):
            s[t] = np.tanh(self.U[:, x[t]] + self.W.dot(s[t - 1]))
            e = np.exp(self.V.dot(s[t]))
            o[t] = e / np.sum(e)
        return o, s

    def loss(self, x, y):
        o, _ = self.forward(x)
        return -np.sum(np.log(o[range(len(y)), y]))

    def step(self, x, y, rate):
        p, s = self.forward(x)
        dU, dV, dW = np.zeros_like(self.U), np.zeros_like(self.V), np.zeros_like(self.W)
        p[range(len(y)), y] -= 1
        for t in range(len(y))[::-1]:
            dV += np.outer(p[t], s[t])
            delta = self.V.T.dot(p[t]) * (1 - s[t] ** 2)
            for k in range(t + 1)[::-1]:
                dW += np.outer(delta, s[k - 1])
                dU[:, x[k]] += delta
                delta = self.W.T.dot(delta) * (1 - s[k - 1] ** 2)
        self.U -= rate * dU
        self.V -= rate * dV
        self.W -= rate * dW


net = Net(5, 3)
print(sum(net.loss(x, y) for x, y in zip(sentences, follow)))
for epoch in range(5):
    for x, y in zip(sentences, follow):
        net.step(x, y, 0.1)
"""
OF_WORDS = "-np.sum(np.log(p[range(len(y)), y]))"
LINE = """
points = [(0.5, 1.1), (1.2, 2.3), (1.9, 3.2), (2.4, 4.4)]
a, b, c, rate = 0.0, 0.0, 0.1, 0.05
for epoch in range(20):
    a_slope = b_slope = c_slope = 0.0
    loss = 0.0
    for x, y in points:
        square = x * x
        miss = y - (a * square + b * x + c)
        loss += miss ** 2 / len(points)
        a_slope += -2 / len(points) * square * miss
        b_slope += -2 / len(points) * x * miss
        c_slope += -2 / len(points) * miss
    a = a - rate * a_slope
    b = b - rate * b_slope
    c = c - rate * c_slope
"""
ARRAYS = """
import numpy as np
x, y = np.array([0.5, 1.2, 1.9, 2.4]), np.array([1.1, 2.3, 3.2, 4.4])
m, b, rate = 0.0, 0.0, 0.05
for epoch in range(20):
    miss = y - (m * x + b)
    loss = np.mean(miss ** 2)
    m_slope = -2 * np.mean(x * miss)
    b_slope = -2 * np.mean(miss)
    m -= rate * m_slope
    b -= rate * b_slope
"""
LOOPS = """
import math
import random
random.seed(2)
inputs, goals = [[0.1, 0.9], [0.8, 0.2], [0.7, 0.6]], [[0.2, 0.9], [0.8, 0.3], [0.4, 0.6]]
low = [[random.uniform(-1, 1) for _ in range(3)] for _ in range(2)]
high = [[random.uniform(-1, 1) for _ in range(2)] for _ in range(3)]
bias, rate = [0.1, -0.2], 0.3
for epoch in range(50):
    for x, goal in zip(inputs, goals):
        h = [math.tanh(sum(x[i] * low[i][j] for i in range(2))) for j in range(3)]
        out = [bias[k] + sum(h[j] * high[j][k] for j in range(3)) for k in range(2)]
        loss = sum((out[k] - goal[k]) ** 2 for k in range(2)) / 2
        d_out = [0.0] * 2
        for k in range(2):
            d_out[k] = out[k] - goal[k]
        d_h = [0.0] * 3
        for j in range(3):
            error = 0.0
            for k in range(2):
                error += d_out[k] * high[j][k]
            d_h[j] = error * (1 - h[j] ** 2)
        for k in range(2):
            bias[k] -= d_out[k] * rate
            for j in range(3):
                high[j][k] -= h[j] * d_out[k] * rate
        for j in range(3):
            for i in range(2):
                low[i][j] -= x[i] * d_h[j] * rate
"""
OUTPUTS = """        for k in range(2):
            bias[k] -= d_out[k] * rate
            for j in range(3):
                high[j][k] -= h[j] * d_out[k] * rate
"""
EARLY = LOOPS.replace(OUTPUTS, "").replace(
    "            d_out[k] = out[k] - goal[k]\n", "            d_out[k] = out[k] - goal[k]\n" + OUTPUTS.split("\n", 1)[1]
)
SOFTMAX = """
import numpy as np
rng = np.random.RandomState(5)
X, T = rng.randn(4, 3), np.eye(4)[[0, 2, 1, 3]]
W1, W2 = rng.randn(5, 3) * 0.5, rng.randn(4, 5) * 0.5


def softmax(z, slope=False):
    e = np.exp(z - z.max())
    p = e / np.sum(e, axis=0)
    return p * (1 - p) if slope else p


for epoch in range(20):
    for x, t in zip(X, T):
        h = np.tanh(W1 @ x)
        z = W2 @ h
        out = softmax(z)
        loss = -np.sum(t * np.log(out))
        error = out - t
        dW2 = np.outer(error, h)
        dW1 = np.outer(W2.T @ error * (1 - h ** 2), x)
        W2 -= 0.1 * dW2
        W1 -= 0.1 * dW1
"""
RELU = """
import numpy as np


class Net:
    def __init__(self, sizes):
        rng = np.random.RandomState(6)
        self.w = [rng.randn(b, a) * 0.6 for a, b in zip(sizes[:-1], sizes[1:])]

    def slope(self, z):
        return (z > 0).astype(float)

    def step(self, x, t):
        acts, zs = [x], []
        for i, w in enumerate(self.w):
            zs.append(w @ acts[-1])
            acts.append(zs[-1] if i == len(self.w) - 1 else np.maximum(0, zs[-1]))
        loss = np.sum((acts[-1] - t) ** 2) / 2
        delta = acts[-1] - t
        grads = [None] * len(self.w)
        for i in range(len(self.w) - 1, -1, -1):
            grads[i] = delta @ acts[i].T
            if i > 0:
                delta = (self.w[i].T @ delta) * self.slope(zs[i - 1])
        for i in range(len(self.w)):
            self.w[i] -= 0.05 * grads[i]
        return loss


x = np.random.RandomState(7).randn(3, 6)
net = Net([3, 5, 4, 2])
for epoch in range(10):
    net.step(x, np.array([x[0] + x[1], x[2] ** 2]))
"""
PROGRAMS = [
    (MODEL, None),
    (WORDS, OF_WORDS),
    (LINE, None),
    (ARRAYS, None),
    (LOOPS, None),
    (SOFTMAX, None),
    (RELU, None),
]
# A program, its loss, a right part, its wrong replacement, and the kinds.
SLIPS = [
    (MODEL, None, "(1 - np.power(h, 2))", "(1 - h)", {"wrong derivative"}),
    (MODEL, None, " * (1 - np.power(h, 2))", "", {"derivative missing"}),
    (MODEL, None, "(1 - np.power(h, 2))", "(1 - np.power(d1, 2))".replace("d1", "X.dot(W1)"),
     {"derivative at the wrong argument", "wrong derivative"}),
    (MODEL, None, "dW1 += decay * W1", "dW1 += decay * W1 ** 2 / 2", {"penalty"}),
    (WORDS, OF_WORDS, "delta = self.W.T.dot(delta)", "delta = self.W.dot(delta)", {"transpose"}),
    (WORDS, OF_WORDS, "np.outer(delta, s[k - 1])", "np.outer(delta, s[k])", {"order in time"}),
    (LINE, None, " * square * miss", " * miss", {"wrong factor"}),
    (LINE, None, " * x * miss", " * miss", {"wrong factor"}),
    (ARRAYS, None, "np.mean(x * miss)", "np.mean(miss)", {"wrong factor"}),
    (SOFTMAX, None, "error = out - t", "error = (out - t) * softmax(z, slope=True)", {"derivative twice"}),
    (SOFTMAX, None, "error = out - t", "error = 2 * (out - t) / out.shape[0] * softmax(z, slope=True)",
     {"derivative twice", "wrong factor"}),
    (RELU, None, "self.slope(zs[i - 1])", "self.slope(self.w[i].T @ delta)", {"derivative at the wrong argument"}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "loss"), PROGRAMS)
def test_the_programs_are_right(text, loss):
    assert grade_code(text, loss=loss).verdict in ("right", "right up to a factor")


@pytest.mark.parametrize(("text", "loss", "old", "new", "kinds"), SLIPS)
def test_a_slip_is_named_and_corrected(text, loss, old, new, kinds):
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong, loss=loss)
    assert [mistake.line for mistake in grade.mistakes] == [text[: text.index(old)].count("\n") + 1]
    assert grade.mistakes[0].kind in kinds
    again = grade_code(corrected(wrong, grade.mistakes), loss=loss)
    right = grade_code(text, loss=loss)
    assert (again.verdict, again.factor) == (right.verdict, pytest.approx(right.factor))


def test_updates_at_the_end_of_a_loop_get_a_loop_of_their_own():
    grade = grade_code(EARLY)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(17, "update before use")]
    assert grade_code(corrected(EARLY, grade.mistakes)).verdict == "right"

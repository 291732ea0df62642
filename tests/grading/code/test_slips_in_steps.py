"""Slips in the order of time and of training steps: counters of nested loops, bounds, sums that keep old gradients."""

import numpy as np
import pytest
from corrections import corrected

from autograd import grade_code

RECURRENT = """
import numpy as np

class Rnn:
    def __init__(self, rng):
        self.U, self.W, self.V = rng.randn(5, 2) * 0.4, rng.randn(5, 5) * 0.4, rng.randn(1, 5) * 0.4

    def step(self, x, t, lr):
        T = len(x)
        s, o = np.zeros((T + 1, 5)), np.zeros((T, 1))
        for i in range(T):
            s[i] = np.tanh(self.U.dot(x[i]) + self.W.dot(s[i - 1]))
            o[i] = self.V.dot(s[i])
        loss = 0.5 * np.sum((o - t) ** 2)
        dU, dW, dV = np.zeros_like(self.U), np.zeros_like(self.W), np.zeros_like(self.V)
        for i in np.arange(T)[::-1]:
            dV += np.outer(o[i] - t[i], s[i])
            delta = self.V.T.dot(o[i] - t[i]) * (1 - s[i] ** 2)
            for k in np.arange(0, i + 1)[::-1]:
                dW += np.outer(delta, s[k - 1])
                dU += np.outer(delta, x[k])
                delta = self.W.T.dot(delta) * (1 - s[k - 1] ** 2)
        self.U -= lr * dU
        self.V -= lr * dV
        self.W -= lr * dW
        return loss

rng = np.random.RandomState(0)
x, t = rng.randn(4, 2), rng.randn(4, 1)
net = Rnn(rng)
for epoch in range(50):
    print(net.step(x, t, 0.1))
found = [net.U, net.V, net.W]
"""
NODES = """
import numpy as np

class Node:
    def __init__(self, rng, n):
        self.w, self.b = rng.standard_normal(n) * 0.5, 0.1
        self.gw, self.gb = np.zeros(n), 0.0

    def forward(self, x):
        self.x = x
        self.a = np.tanh(self.w @ x + self.b)
        return self.a

    def backward(self, up):
        d = up * (1 - self.a**2)
        self.gw += d * self.x
        self.gb += d
        return d * self.w

    def zero(self):
        self.gw = np.zeros_like(self.gw)
        self.gb = 0.0

    def update(self, lr):
        self.w = self.w - lr * self.gw
        self.b = self.b - lr * self.gb

rng = np.random.default_rng(8)
X, y = rng.standard_normal((5, 3)), rng.standard_normal(5)
hidden, top = [Node(rng, 3) for _ in range(4)], Node(rng, 4)
for epoch in range(50):
    for node in hidden + [top]:
        node.zero()
    loss = 0.0
    for x, t in zip(X, y):
        out = top.forward(np.array([node.forward(x) for node in hidden]))
        loss += (out - t) ** 2 / len(X)
        up = top.backward(2 * (out - t) / len(X))
        for node, u in zip(hidden, up):
            node.backward(u)
    for node in hidden + [top]:
        node.update(0.2)
found = [node.w for node in hidden + [top]] + [node.b for node in hidden + [top]]
"""
TWICE = """
import numpy as np

class Tanh:
    def __call__(self, x):
        self.outputs = np.tanh(x)
        return self.outputs

    def backward(self, up):
        return up * (1 - self.outputs**2)

rng = np.random.default_rng(3)
X, Y = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
A, B, act = rng.standard_normal((3, 4)) * 0.5, rng.standard_normal((4, 2)) * 0.5, Tanh()

def forward():
    H = act(X @ A)
    return H, H @ B

for epoch in range(50):
    H, out = forward()
    loss = np.sum((out - Y) ** 2) / 2
    delta = out - Y
    gB, gA = H.T @ delta, X.T @ act.backward(delta @ B.T)
    B -= 0.05 * gB
    A -= 0.05 * gA
found = [A, B]
"""
TIME, STALE = "order in time", "stale forward pass"
# A program, a right part, its wrong replacement, the start of the line with the mistake, and the kind.
SLIPS = [
    (RECURRENT, "np.outer(delta, s[k - 1])", "np.outer(delta, s[k])", "dW +=", TIME),
    (RECURRENT, "np.outer(delta, x[k])", "np.outer(delta, x[i])", "dU +=", TIME),
    (RECURRENT, "(1 - s[k - 1] ** 2)", "(1 - s[k] ** 2)", "delta = self.W", TIME),
    (RECURRENT, " * (1 - s[k - 1] ** 2)", "", "delta = self.W", "derivative missing"),
    (RECURRENT, "np.arange(0, i + 1)", "np.arange(0, i)", "for k in", TIME),
    (RECURRENT, "np.arange(0, i + 1)", "np.arange(1, i + 1)", "for k in", TIME),
    (RECURRENT, "i + 1)[::-1]", "i + 1)", "for k in", TIME),
    (NODES, "        self.gw = np.zeros_like(self.gw)\n", "", "def zero", STALE),
    (NODES, "    for node in hidden + [top]:\n        node.zero()\n", "", "node.update", STALE),
    (NODES, "self.gw += d * self.x", "self.gw = d * self.x", "self.gw = d", "batch sum missing"),
    (TWICE, "self.outputs**2)", "np.tanh(self.outputs) ** 2)", "return up", "derivative at the wrong argument"),
    (TWICE, "    H, out = forward()\n", "    if epoch % 5 == 0:\n        H, out = forward()\n", "if epoch", STALE),
]  # fmt: skip


@pytest.mark.parametrize("text", [RECURRENT, NODES, TWICE], ids=["recurrent", "nodes", "twice"])
def test_the_programs_are_right(text):
    assert grade_code(text).verdict == "right"


@pytest.mark.parametrize(("text", "old", "new", "start", "kind"), SLIPS)
def test_a_slip_is_found_and_corrected(text, old, new, start, kind):
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    lines = wrong.splitlines()
    assert [(lines[m.line - 1].strip().startswith(start), m.kind) for m in grade.mistakes] == [(True, kind)]
    assert all(map(np.allclose, _found(text), _found(corrected(wrong, grade.mistakes))))


def _found(text):
    """Return the parameters after two steps."""
    names = {}
    once = text.replace("range(50)", "range(2)").replace("    print(net", "    (net")
    exec(compile(once, "program", "exec"), names)  # noqa: S102: the programs of this file
    return names["found"]

"""Slips in layers: a layer's input, its penalty, its delta, its softmax, and samples that are all propagated first."""

import pytest
from corrections import corrected

from autograd import grade_code

DICTS = """
from math import exp
net = [[{"w": [0.3, -0.2, 0.1]}, {"w": [0.5, 0.4, -0.3]}], [{"w": [0.7, -0.6, 0.2]}, {"w": [-0.4, 0.9, 0.1]}]]
def forward(net, row):
    given = row
    for layer in net:
        made = []
        for unit in layer:
            total = unit["w"][-1]
            for k in range(len(unit["w"]) - 1):
                total += unit["w"][k] * given[k]
            unit["y"] = 1 / (1 + exp(-total))
            made.append(unit["y"])
        given = made
    return given
def backward(net, goal):
    for n in reversed(range(len(net))):
        for j, unit in enumerate(net[n]):
            error = goal[j] - unit["y"]
            if n < len(net) - 1:
                error = sum(above["w"][j] * above["d"] for above in net[n + 1])
            unit["d"] = error * unit["y"] * (1 - unit["y"])
def update(net, row, rate):
    for n in range(len(net)):
        given = row[:-1]
        if n > 0:
            given = [unit["y"] for unit in net[n - 1]]
        for unit in net[n]:
            for k in range(len(given)):
                unit["w"][k] += rate * unit["d"] * given[k]
            unit["w"][-1] += rate * unit["d"]
for row in [[0.8, -1.1, 0], [0.3, 0.6, 1]]:
    goal = [0, 0]
    goal[row[-1]] = 1
    out = forward(net, row)
    loss = sum((t - o) ** 2 for t, o in zip(goal, out)) / 2
    backward(net, goal)
    update(net, row, 0.5)
"""

LISTS = """
import numpy as np
def act(z): return 1 / (1 + np.exp(-z))
np.random.seed(0)
W = [np.random.randn(3, 3), np.random.randn(3, 3), np.random.randn(3, 2)]
X, Y = np.random.randn(5, 3), np.random.rand(5, 2)
for turn in range(3):
    made, a = [], X
    for w in W:
        a = act(a @ w)
        made.append(a)
    loss = np.sum((a - Y) ** 2) / 2
    d = (a - Y) * a * (1 - a)
    for n in reversed(range(len(W))):
        below = X if n == 0 else made[n - 1]
        grad = below.T @ d
        if n > 0:
            d = (d @ W[n].T) * made[n - 1] * (1 - made[n - 1])
        W[n] -= 0.1 * grad
"""

OBJECTS = """
import numpy as np
class Layer:
    def __init__(self, n, m):
        self.W = np.random.randn(n, m)
    def run(self, x):
        self.y = np.tanh(x @ self.W)
        return self.y
np.random.seed(1)
net = [Layer(3, 3), Layer(3, 3), Layer(3, 2)]
X, Y = np.random.randn(5, 3), np.random.rand(5, 2)
for turn in range(3):
    a = X
    for layer in net:
        a = layer.run(a)
    loss = np.mean((a - Y) ** 2)
    d, grads = 2 * (a - Y) / Y.size, []
    for n in range(len(net) - 1, -1, -1):
        d = d * (1 - net[n].y ** 2)
        below = net[n - 1].y if n > 0 else X
        grads.append((net[n], below.T @ d))
        d = d @ net[n].W.T
    for layer, grad in grads:
        layer.W -= 0.1 * grad
"""

DECAY = """
import numpy as np
class Dense:
    def __init__(self, W, b):
        self.W, self.b = W, b
    def forward(self, x):
        self.x = x
        return x @ self.W + self.b
    def backward(self, d):
        self.dW, self.db = self.x.T @ d, d.sum(axis=0)
        return d @ self.W.T
class Tanh:
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y
    def backward(self, d):
        return d * (1 - self.y ** 2)
class Net:
    def __init__(self, n, h, k, decay):
        self.decay, self.params = decay, {}
        self.params["W1"], self.params["b1"] = np.random.randn(n, h), np.zeros(h)
        self.params["W2"], self.params["b2"] = np.random.randn(h, k), np.zeros(k)
        self.layers = {"first": Dense(self.params["W1"], self.params["b1"]), "bend": Tanh()}
        self.layers["second"] = Dense(self.params["W2"], self.params["b2"])
    def loss(self, x, t):
        for layer in self.layers.values():
            x = layer.forward(x)
        self.out = x
        extra = 0
        for name in ("W1", "W2"):
            extra += 0.5 * self.decay * np.sum(self.params[name] ** 2)
        return np.sum((x - t) ** 2) / (2 * len(t)) + extra
    def gradient(self, t):
        d = (self.out - t) / len(t)
        for layer in reversed(list(self.layers.values())):
            d = layer.backward(d)
        grads = {}
        grads["W1"] = self.layers["first"].dW + self.decay * self.params["W1"]
        grads["b1"] = self.layers["first"].db
        grads["W2"] = self.layers["second"].dW + self.decay * self.params["W2"]
        grads["b2"] = self.layers["second"].db
        return grads
np.random.seed(4)
x, t = np.random.randn(6, 4), np.random.randn(6, 2)
net = Net(4, 5, 2, 0.1)
loss = net.loss(x, t)
grads = net.gradient(t)
for key in ("W1", "b1", "W2", "b2"):
    net.params[key] -= 0.1 * grads[key]
"""

COLUMNS = """
import numpy as np
def g(z): return 1 / (1 + np.exp(-z))
np.random.seed(3)
m, lam, alpha = 6, 0.7, 0.5
X, Y = np.random.randn(m, 3), np.eye(2)[np.random.randint(0, 2, m)]
A, B = np.random.randn(4, 4) * 0.5, np.random.randn(2, 5) * 0.5
for turn in range(3):
    a1 = np.hstack([np.ones((m, 1)), X])
    z2 = a1.dot(A.T)
    a2 = np.hstack([np.ones((m, 1)), g(z2)])
    h = g(a2.dot(B.T))
    J = -np.sum(Y * np.log(h) + (1 - Y) * np.log(1 - h)) / m
    J += lam / (2 * m) * (np.sum(A[:, 1:] ** 2) + np.sum(B[:, 1:] ** 2))
    d3 = h - Y
    d2 = d3.dot(B[:, 1:]) * g(z2) * (1 - g(z2))
    A_grad = d2.T.dot(a1) / m
    B_grad = d3.T.dot(a2) / m
    A_grad[:, 1:] += lam / m * A[:, 1:]
    B_grad[:, 1:] += lam / m * B[:, 1:]
    A -= alpha * A_grad
    B -= alpha * B_grad
"""

ROWS = """
import numpy as np
np.random.seed(2)
X, Y = np.random.randn(5, 3), np.random.randn(5, 2)
W, V, lam = np.random.randn(4, 3), np.random.randn(4, 2), 0.3
for turn in range(3):
    h = np.tanh(np.hstack([X, np.ones((5, 1))]) @ W)
    out = np.hstack([h, np.ones((5, 1))]) @ V
    cost = np.sum((out - Y) ** 2) / 2 + lam / 2 * (np.sum(W[:-1] ** 2) + np.sum(V[:-1] ** 2))
    e = out - Y
    dV = np.hstack([h, np.ones((5, 1))]).T @ e
    dV[:-1] += lam * V[:-1]
    d = (e @ V[:-1].T) * (1 - h ** 2)
    dW = np.hstack([X, np.ones((5, 1))]).T @ d
    dW[:-1] += lam * W[:-1]
    W -= 0.01 * dW
    V -= 0.01 * dV
"""

JACOBIAN = """
import numpy as np
class Softmax:
    def forward(self, z):
        e = np.exp(z - z.max(axis=1, keepdims=True))
        self.out = e / e.sum(axis=1, keepdims=True)
        return self.out
    def backward(self, above):
        down = np.empty_like(above)
        for k, (p, d) in enumerate(zip(self.out, above)):
            p = p.reshape(-1, 1)
            table = np.diagflat(p) - np.dot(p, p.T)
            down[k] = np.dot(table, d)
        return down
np.random.seed(0)
X, y = np.random.randn(6, 2), np.array([0, 1, 2, 2, 1, 0])
W, b, soft = np.random.randn(2, 3), np.zeros((1, 3)), Softmax()
for turn in range(2):
    p = soft.forward(X @ W + b)
    loss = -np.mean(np.log(p[range(6), y]))
    d = soft.backward(-np.eye(3)[y] / p / 6)
    W -= 0.5 * X.T @ d
    b -= 0.5 * d.sum(axis=0, keepdims=True)
"""

NEURONS = """
import math
class Neuron:
    def __init__(self, w):
        self.w = w
    def run(self, x):
        self.x = x
        self.y = 1 / (1 + math.exp(-sum(a * b for a, b in zip(self.w, x))))
        return self.y
    def slope(self):
        return self.y * (1 - self.y)
    def error(self, goal):
        return self.y - goal
    def delta(self, goal):
        return self.error(goal) * self.slope()
low = [Neuron([0.1, -0.4]), Neuron([0.7, 0.2]), Neuron([-0.3, 0.5])]
top = [Neuron([0.4, 0.6, -0.2]), Neuron([0.5, -0.5, 0.3])]
def learn(x, goal):
    hidden = [unit.run(x) for unit in low]
    out = [unit.run(hidden) for unit in top]
    loss = sum((o - g) ** 2 for o, g in zip(out, goal)) / 2
    deltas = [0] * 2
    for o in range(2):
        deltas[o] = top[o].delta(goal[o])
    below = [0] * 3
    for h in range(3):
        total = 0
        for o in range(2):
            total += deltas[o] * top[o].w[h]
        below[h] = total * low[h].slope()
    for o in range(2):
        for k in range(3):
            top[o].w[k] -= 0.5 * deltas[o] * top[o].x[k]
    for h in range(3):
        for k in range(2):
            low[h].w[k] -= 0.5 * below[h] * low[h].x[k]
learn([0.5, 0.9], [0.1, 0.8])
"""

SAMPLES = """
import numpy as np
class Net:
    def __init__(self, sizes):
        self.W = [np.random.randn(a, b) for a, b in zip(sizes[:-1], sizes[1:])]
        self.acts, self.grads = [None] * len(sizes), [None] * len(self.W)
    def forward(self, x):
        self.acts[0] = x
        for i, w in enumerate(self.W):
            self.acts[i + 1] = np.tanh(np.dot(self.acts[i], w))
        return self.acts[-1]
    def backward(self, error):
        for i in reversed(range(len(self.W))):
            delta = error * (1 - self.acts[i + 1] ** 2)
            self.grads[i] = np.outer(self.acts[i], delta)
            error = np.dot(self.W[i], delta)
    def fit(self, inputs, goals, rate):
        for j, x in enumerate(inputs):
            out = self.forward(x)
            loss = np.sum((out - goals[j]) ** 2) / 2
            self.backward(out - goals[j])
            for w, g in zip(self.W, self.grads):
                w -= rate * g
np.random.seed(6)
net = Net([2, 4, 1])
net.fit(np.random.randn(4, 2), np.random.rand(4, 1), 0.1)
"""

RIGHT = {
    "dicts": DICTS, "lists": LISTS, "objects": OBJECTS, "decay": DECAY, "columns": COLUMNS, "rows": ROWS,
    "jacobian": JACOBIAN, "neurons": NEURONS, "samples": SAMPLES,
}  # fmt: skip
EACH = """        for j, x in enumerate(inputs):
            out = self.forward(x)
"""
SLIPS = [
    ("dicts", '        if n > 0:\n            given = [unit["y"] for unit in net[n - 1]]\n', "", "given = row[:-1]",
     "wrong factor"),
    ("lists", "X if n == 0 else made[n - 1]", "X", "below = X", "wrong factor"),
    ("lists", "below.T @ d", "X.T @ d", "grad = X.T", "wrong factor"),
    ("objects", "net[n - 1].y if n > 0 else X", "X", "below = X", "wrong factor"),
    ("decay", ' + self.decay * self.params["W1"]', "", 'grads["W1"] =', "penalty"),
    ("decay", ' + self.decay * self.params["W2"]', "", 'grads["W2"] =', "penalty"),
    ("columns", "    A_grad[:, 1:] += lam / m * A[:, 1:]\n", "", "A_grad = d2", "penalty"),
    ("columns", "    B_grad[:, 1:] += lam / m * B[:, 1:]\n", "", "B_grad = d3", "penalty"),
    ("rows", "    dW[:-1] += lam * W[:-1]\n", "", "dW = np.hstack", "penalty"),
    ("rows", "    dV[:-1] += lam * V[:-1]\n", "", "dV = np.hstack", "penalty"),
    ("jacobian", "np.diagflat(p) - np.dot(p, p.T)", "np.diagflat(p * (1 - p))", "table =", "softmax diagonal"),
    ("jacobian", "np.diagflat(p) - np.dot(p, p.T)", "np.diagflat(p)", "table =", "softmax diagonal"),
    ("jacobian", "np.diagflat(p) - np.dot(p, p.T)", "np.diag(p.ravel() * (1 - p.ravel()))", "table =",
     "softmax diagonal"),
    ("jacobian", "np.diagflat(p) - np.dot(p, p.T)", "-np.dot(p, p.T)", "table =", "softmax diagonal"),
    ("neurons", "total += deltas[o]", "total += top[o].error(goal[o])", "total +=", "raw error for delta"),
    ("samples", EACH, "        outs = [self.forward(x) for x in inputs]\n        for j, out in enumerate(outs):\n",
     "outs = [", "stale forward pass"),
    ("samples", EACH, "        outs = []\n        for x in inputs:\n            outs.append(self.forward(x))\n"
     "        for j in range(len(inputs)):\n            out = outs[j]\n", "for x in inputs", "stale forward pass"),
    ("samples", EACH,
     "        outs = [self.forward(x) for x in inputs]\n        for out, j in zip(outs, range(4)):\n",
     "outs = [", "stale forward pass"),
]  # fmt: skip


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_right(name):
    grade = grade_code(RIGHT[name])
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize(("name", "old", "new", "marked", "kind"), SLIPS)
def test_a_slip_is_found_and_corrected(name, old, new, marked, kind):
    text = RIGHT[name].replace(old, new)
    assert text != RIGHT[name]
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert kind in {mistake.kind for mistake in grade.mistakes}, str(grade)
    line = next(i for i, written in enumerate(text.splitlines(), 1) if written.lstrip().startswith(marked))
    assert line in {mistake.line for mistake in grade.mistakes}, str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right", str(grade)


def test_penalties_that_both_layers_lack_are_found_together():
    text = COLUMNS.replace("    A_grad[:, 1:] += lam / m * A[:, 1:]\n", "")
    text = text.replace("    B_grad[:, 1:] += lam / m * B[:, 1:]\n", "")
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == ["penalty", "penalty"]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


LARGE = """
import numpy as np
np.random.seed(0)
N, K, inner, middle = 40, 3, 14, 11
X, y = np.random.randn(N, 2), np.random.randint(0, K, N)
W1, b1 = 0.3 * np.random.randn(2, inner), np.zeros((1, inner))
W2, b2 = 0.3 * np.random.randn(inner, middle), np.zeros((1, middle))
W3, b3 = 0.3 * np.random.randn(middle, K), np.zeros((1, K))
for turn in range(3):
    one = np.maximum(0, X @ W1 + b1)
    two = np.maximum(0, one @ W2 + b2)
    e = np.exp(two @ W3 + b3)
    p = e / e.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(p[range(N), y]))
    d = p.copy()
    d[range(N), y] -= 1
    d /= N
    dW3, db3 = two.T @ d, d.sum(axis=0, keepdims=True)
    d2 = d @ W3.T
    d2[two <= 0] = 0
    dW2, db2 = one.T @ d2, d2.sum(axis=0, keepdims=True)
    d1 = d2 @ W2.T
    d1[one <= 0] = 0
    dW1, db1 = X.T @ d1, d1.sum(axis=0, keepdims=True)
    W1 -= 0.5 * dW1
    b1 -= 0.5 * db1
    W2 -= 0.5 * dW2
    b2 -= 0.5 * db2
    W3 -= 0.5 * dW3
    b3 -= 0.5 * db3
"""


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("d1[one <= 0] = 0", "d1[d1 <= 0] = 0", "relu mask"),
        ("d2[two <= 0] = 0", "d2[d2 <= 0] = 0", "relu mask"),
        ("d1 = d2 @ W2.T", "d1 = d2.dot(W2.T) / N", "divided twice"),
    ],
)
def test_a_large_program_is_searched_at_smaller_sizes(old, new, kind):
    text = LARGE.replace(old, new)
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == [kind], str(grade)
    assert grade.mistakes[0].line == text[: text.index(new)].count("\n") + 1
    assert [update.shape for update in grade.updates][:2] == [(2, 14), (1, 14)]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


SWISH = """
import numpy as np
np.random.seed(1)
X, Y = np.random.randn(5, 3), np.random.randn(5, 2)
W, V = np.random.randn(3, 4), np.random.randn(4, 2)
for turn in range(3):
    z = X @ W
    s = 1 / (1 + np.exp(-z))
    h = z * s
    out = h @ V
    loss = np.sum((out - Y) ** 2) / 2
    d = out - Y
    dz = (d @ V.T) * (s + z * s * (1 - s))
    V -= 0.1 * h.T @ d
    W -= 0.1 * X.T @ dz
"""


@pytest.mark.parametrize("new", ["(z * s * (1 - s))", "(s * (1 - s))", "(1 + z * s * (1 - s))"])
def test_the_product_rule_of_swish(new):
    assert grade_code(SWISH).verdict == "right"
    text = SWISH.replace("(s + z * s * (1 - s))", new)
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == ["wrong derivative"], str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_a_reversed_update_is_no_other_loss():
    text = "import numpy as np\nx, y, w = np.array([1.0, 2.0]), 0.3, np.array([0.5, -0.2])\nn = 2\n"
    text += "loss = (x @ w - y) ** 2 / n\nw += 0.1 * 2 * (x @ w - y) * x / n\n"
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == ["sign of the update"]
    assert not any("another loss" in said for said in grade.said)

"""Slips in programs with large sizes, in loops over examples and in two layers at once, each with its correction."""

import pytest
from closures import LAYERS, TRAINING
from corrections import corrected

from autograd import grade_code
from autograd.grading.code.prepared import Prepared

# A batch of 50, and 50 in a modulus, too. The penalty keeps a missing 1/N from being a uniform factor.
BATCHES = """
import numpy as np
class Net:
    def __init__(self, n_in, n_hidden, n_out):
        self.W1 = 0.3 * np.random.randn(n_in, n_hidden)
        self.b1 = np.zeros(n_hidden)
        self.W2 = 0.3 * np.random.randn(n_hidden, n_out)
        self.b2 = np.zeros(n_out)

    def step(self, X, y, rate, reg):
        N = X.shape[0]
        h = np.maximum(0, X @ self.W1 + self.b1)
        s = h @ self.W2 + self.b2
        e = np.exp(s - s.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        loss = -np.log(p[range(N), y]).sum() / N + 0.5 * reg * (np.sum(self.W1 ** 2) + np.sum(self.W2 ** 2))
        d = p.copy()
        d[range(N), y] -= 1
        d /= N
        dW2 = h.T @ d + reg * self.W2
        db2 = d.sum(axis=0)
        dh = d @ self.W2.T
        dh[h <= 0] = 0
        dW1 = X.T @ dh + reg * self.W1
        db1 = dh.sum(axis=0)
        self.W1 -= rate * dW1
        self.b1 -= rate * db1
        self.W2 -= rate * dW2
        self.b2 -= rate * db2
        return loss

def train(net, X, y, batch_size=50, rate=0.1, reg=0.01):
    for it in range(200):
        chosen = np.random.choice(X.shape[0], batch_size)
        loss = net.step(X[chosen], y[chosen], rate, reg)
        if it % 50 == 0:
            print(it, loss)

np.random.seed(1)
X, y = np.random.randn(120, 3), np.random.randint(0, 4, 120)
train(Net(3, 20, 4), X, y)
"""

# Layers of closures, with sizes that are arguments of the program's own functions.
CLOSURES = f"""
import numpy as np
rng = np.random.default_rng(2)
{LAYERS}
X = np.linspace(-2, 3, 48)[:, None]
T = np.cos(X)
net = [affine(1, 14), squash(), affine(14, 9), squash(), affine(9, 1)]
{TRAINING.format(loss="loss, g = ((out - T) ** 2).mean(), 2 * (out - T) / out.size")}
"""


@pytest.mark.parametrize(
    ("program", "old", "new", "kinds"),
    [
        (BATCHES, "        d /= N\n", "", {"constant factor"}),
        (BATCHES, "        dh[h <= 0] = 0\n", "", {"derivative missing", "relu mask"}),
        (BATCHES, "dh[h <= 0] = 0", "dh[dh <= 0] = 0", {"relu mask"}),
        (BATCHES, "self.W1 ** 2) + ", "self.W1 ** 2) + 2 * ", {"penalty", "constant factor"}),
        (CLOSURES, "g * (1 - y * y)", "g * (1 - y)", {"wrong derivative"}),
        (CLOSURES, "g * (1 - y * y)", "g", {"derivative missing"}),
        (CLOSURES, "g * (1 - y * y)", "g * y * (1 - y)", {"wrong derivative"}),
    ],
)
def test_slips_at_large_sizes(program, old, new, kinds):
    assert grade_code(program).verdict == "right"
    text = program.replace(old, new)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert grade.mistakes, str(grade)
    assert {mistake.kind for mistake in grade.mistakes} <= kinds, str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_inserted_lines_move_the_sizes():
    sizes = Prepared(resized=(((1, 4), 5), ((3, 4), 6)))
    moved = sizes.moved("n = 1\nx = 2\nm = 3\n", "n = 1\nx = 2\nx /= n\nm = 3\n")
    assert moved.resized == (((1, 4), 5), ((4, 4), 6))
    assert sizes.moved("n = 1\nx = 2\nm = 3\n", "n = 1\nx = 9\nm = 3\n") is sizes


# One sample at a time, from the arrays of a forward pass of all samples.
EXAMPLES = """
import numpy as np
np.random.seed(4)
def sigmoid(z):
    return 1 / (1 + np.exp(-z))
def slope(z):
    return sigmoid(z) * (1 - sigmoid(z))
X, T = np.random.randn(8, 3), np.random.rand(8, 2)
A, B = np.random.randn(3, 4) * 0.5, np.random.randn(4, 2) * 0.5
for turn in range(30):
    z1 = X @ A
    a1 = sigmoid(z1)
    z2 = a1 @ B
    a2 = sigmoid(z2)
    loss = np.sum((a2 - T) ** 2) / 2
    GA, GB = np.zeros_like(A), np.zeros_like(B)
    for k in range(8):
        d2 = (a2[k] - T[k]) * {out}
        d1 = (B @ d2) * {hidden}
        GB += np.outer(a1[k], d2)
        GA += np.outer(X[k], d1)
    B -= 0.1 * GB
    A -= 0.1 * GA
"""
COLUMNS = """
import numpy as np
np.random.seed(4)
X, T = np.random.randn(3, 8), np.random.rand(2, 8)
A, B = np.random.randn(4, 3) * 0.5, np.random.randn(2, 4) * 0.5
for turn in range(30):
    h = np.tanh(A @ X)
    y = B @ h
    loss = np.sum((y - T) ** 2) / 2
    GA, GB = np.zeros_like(A), np.zeros_like(B)
    for k in range(8):
        d = y[:, [k]] - T[:, [k]]
        dh = (B.T @ d){hidden}
        GB += d @ h[:, [k]].T
        GA += dh @ X[:, [k]].T
    B -= 0.1 * GB
    A -= 0.1 * GA
"""


@pytest.mark.parametrize(
    ("program", "right", "wrong", "kinds"),
    [
        (EXAMPLES, ["slope(z2[k])", "slope(z1[k])"], ["slope(z2[k])", "1"], {"derivative missing", "wrong derivative"}),
        (EXAMPLES, ["slope(z2[k])", "slope(z1[k])"], ["1", "slope(z1[k])"], {"derivative missing", "wrong derivative"}),
        (
            EXAMPLES,
            ["slope(z2[k])", "a1[k] * (1 - a1[k])"],
            ["slope(z2[k])", "(1 - a1[k])"],
            {"wrong derivative", "derivative missing"},
        ),
        (
            EXAMPLES,
            ["slope(z2[k])", "slope(z1[k])"],
            ["slope(z2[k])", "slope(a1[k])"],
            {"derivative at the wrong argument"},
        ),
        (COLUMNS, [" * (1 - h[:, [k]] ** 2)"], [""], {"derivative missing", "raw error for delta"}),
        (COLUMNS, [" * (1 - h[:, [k]] ** 2)"], [" * (1 - h[:, [k]])"], {"wrong derivative"}),
    ],
)
def test_the_derivative_of_one_example(program, right, wrong, kinds):
    names = ["out", "hidden"] if len(right) == 2 else ["hidden"]
    assert grade_code(program.format(**dict(zip(names, right, strict=True)))).verdict == "right"
    text = program.format(**dict(zip(names, wrong, strict=True)))
    grade = grade_code(text)
    assert grade.mistakes, str(grade)
    assert {mistake.kind for mistake in grade.mistakes} <= kinds, str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


# The same slip in both layers.
PENALTY = """
import numpy as np
np.random.seed(6)
X, Y = np.hstack([np.ones((9, 1)), np.random.randn(9, 3)]), np.random.rand(9, 2)
P, Q = np.random.randn(5, 4) * 0.5, np.random.randn(2, 6) * 0.5
m, lam = len(X), 0.7
for turn in range(20):
    h = np.hstack([np.ones((m, 1)), np.tanh(X @ P.T)])
    out = h @ Q.T
    loss = np.sum((out - Y) ** 2) / (2 * m) + lam / (2 * m) * (np.sum(P[:, 1:] ** 2) + np.sum(Q[:, 1:] ** 2))
    d2 = out - Y
    d1 = (d2 @ Q[:, 1:]) * (1 - h[:, 1:] ** 2)
    gP, gQ = d1.T @ X / m, d2.T @ h / m
    gP[:, 1:] += lam / m * P[:, 1:]
    gQ[:, 1:] += lam / m * Q[:, 1:]
    P -= 0.3 * gP
    Q -= 0.3 * gQ
"""


@pytest.mark.parametrize(
    "edits",
    [
        [
            ("gP[:, 1:] += lam / m * P[:, 1:]", "gP += lam / m * P"),
            ("gQ[:, 1:] += lam / m * Q[:, 1:]", "gQ += lam / m * Q"),
        ],
        [("lam / m * P[:, 1:]", "lam * P[:, 1:]"), ("lam / m * Q[:, 1:]", "lam * Q[:, 1:]")],
        [("gP[:, 1:] += lam", "gP[:, 1:] -= lam"), ("gQ[:, 1:] += lam", "gQ[:, 1:] -= lam")],
    ],
)
def test_the_same_slip_in_two_layers(edits):
    assert grade_code(PENALTY).verdict == "right"
    text = PENALTY
    for old, new in edits:
        text = text.replace(old, new)
    grade = grade_code(text)
    assert [mistake.kind for mistake in grade.mistakes] == ["penalty", "penalty"], str(grade)
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


# Rows with their target at the end, and a delta beside the error.
ROWS = """
from math import exp
from random import seed, random
seed(2)
rows = [[2.7, 2.5, 0], [1.4, 2.3, 0], [3.3, -4.4, 0], [7.6, 2.7, 1], [5.3, 2.0, 1], [6.9, 1.7, 1]]
net = [[{{'w': [random() for _ in range(3)]}} for _ in range(3)]]
net.append([{{'w': [random() for _ in range(4)]}} for _ in range(2)])

def ahead(net, inputs):
    for layer in net:
        outs = []
        for unit in layer:
            total = unit['w'][-1]
            for w, x in zip(unit['w'][:-1], inputs):
                total += w * x
            unit['out'] = 1.0 / (1.0 + exp(-total))
            outs.append(unit['out'])
        inputs = outs
    return inputs

def back(net, target):
    for i in reversed(range(len(net))):
        for j, unit in enumerate(net[i]):
            if i == len(net) - 1:
                unit['error'] = unit['out'] - target[j]
            else:
                unit['error'] = 0.0
                for above in net[i + 1]:
                    unit['error'] += above['w'][j] * above['{passed}']
            unit['delta'] = unit['error'] * unit['out'] * (1.0 - unit['out'])

def update(net, row, rate):
    for i in range(len(net)):
        inputs = {inputs}
        if i != 0:
            inputs = [unit['out'] for unit in net[i - 1]]
        for unit in net[i]:
            for j in range(len(inputs)):
                unit['w'][j] -= rate * unit['delta'] * inputs[j]
            unit['w'][-1] -= rate * unit['delta']

for epoch in range(10):
    total = 0
    for row in rows:
        outs = ahead(net, row[:-1])
        target = [0, 0]
        target[row[-1]] = 1
        total += 0.5 * sum((target[k] - outs[k]) ** 2 for k in range(2))
        back(net, target)
        update(net, {given}, 0.4)
    print(epoch, total)
"""


@pytest.mark.parametrize(
    ("right", "wrong", "kind"),
    [
        (("delta", "row[:-1]", "row"), ("delta", "row", "row"), "wrong factor"),
        (("delta", "row", "row[:-1]"), ("delta", "row", "row"), "wrong factor"),
        (("delta", "row[:-1]", "row"), ("error", "row[:-1]", "row"), "raw error for delta"),
    ],
)
def test_rows_with_their_target_and_errors_beside_deltas(right, wrong, kind):
    def program(parts):
        return ROWS.format(**dict(zip(("passed", "inputs", "given"), parts, strict=True)))

    assert grade_code(program(right)).verdict == "right"
    grade = grade_code(program(wrong))
    assert grade.verdict == "wrong"
    assert [mistake.kind for mistake in grade.mistakes] == [kind], str(grade)
    assert grade_code(corrected(program(wrong), grade.mistakes)).verdict == "right"


@pytest.mark.parametrize("count", ["range(8)", "range(0, 8)", "range(len(X))"])
def test_a_loop_that_counts_all_samples_is_right(count):
    # At other sizes, all numbers of samples must differ together, or the loop would leave out the last sample.
    text = EXAMPLES.format(out="slope(z2[k])", hidden="slope(z1[k])").replace("range(8)", count)
    assert grade_code(text).verdict == "right"


@pytest.mark.parametrize("count", ["range(7)", "range(1, 8)"])
def test_a_loop_that_leaves_out_a_sample_is_wrong(count):
    text = EXAMPLES.format(out="slope(z2[k])", hidden="slope(z1[k])").replace("range(8)", count)
    assert grade_code(text).verdict == "wrong"

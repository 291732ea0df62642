"""Slips in the calls of a program's own class of matrices, whose methods return a matrix or change one in place."""

import pytest
from corrections import corrected

from autograd import grade_code

RETURNING = """
import math
import random


class Matrix:
    def __init__(self, rows, cols, data=None):
        self.rows, self.cols = rows, cols
        self.data = data or [[0.0] * cols for _ in range(rows)]

    @staticmethod
    def random(rows, cols):
        return Matrix(rows, cols, [[random.uniform(-1, 1) for _ in range(cols)] for _ in range(rows)])

    @staticmethod
    def column(values):
        return Matrix(len(values), 1, [[float(v)] for v in values])

    def dot(self, other):
        out = Matrix(self.rows, other.cols)
        for i in range(self.rows):
            for j in range(other.cols):
                out.data[i][j] = sum(self.data[i][k] * other.data[k][j] for k in range(self.cols))
        return out

    def transpose(self):
        return Matrix(self.cols, self.rows, [list(column) for column in zip(*self.data)])

    def map(self, f):
        return Matrix(self.rows, self.cols, [[f(v) for v in row] for row in self.data])

    def pairs(self, other, f):
        rows = [[f(a, b) for a, b in zip(r, s)] for r, s in zip(self.data, other.data)]
        return Matrix(self.rows, self.cols, rows)

    def multiply(self, other):
        return self.pairs(other, lambda a, b: a * b)

    def add(self, other):
        return self.pairs(other, lambda a, b: a + b)

    def subtract(self, other):
        return self.pairs(other, lambda a, b: a - b)

    def scale(self, k):
        return self.map(lambda v: v * k)


def sigmoid(v):
    return 1 / (1 + math.exp(-v))


def dsigmoid(y):
    return y * (1 - y)


random.seed(4)
V, W, c, b = Matrix.random(4, 3), Matrix.random(2, 4), Matrix.random(4, 1), Matrix.random(2, 1)


def train(xs, ts, rate=0.2):
    global V, W, c, b
    x, t = Matrix.column(xs), Matrix.column(ts)
    hidden = V.dot(x).add(c).map(sigmoid)
    out = W.dot(hidden).add(b).map(sigmoid)
    error = t.subtract(out)
    grad_o = out.map(dsigmoid).multiply(error)
    hidden_error = W.transpose().dot(grad_o)
    grad_h = hidden.map(dsigmoid).multiply(hidden_error)
    W = W.add(grad_o.dot(hidden.transpose()).scale(rate))
    b = b.add(grad_o.scale(rate))
    V = V.add(grad_h.dot(x.transpose()).scale(rate))
    c = c.add(grad_h.scale(rate))


for epoch in range(50):
    for xs, ts in [([0.2, 0.7, -0.4], [0.9, 0.1]), ([0.5, -0.3, 0.8], [0.2, 0.6])]:
        train(xs, ts)
"""
IN_PLACE = """
import math
import random


class Matrix:
    def __init__(self, rows, cols):
        self.rows, self.cols = rows, cols
        self.data = [[random.uniform(-1, 1) for _ in range(cols)] for _ in range(rows)]

    @staticmethod
    def column(values):
        m = Matrix(len(values), 1)
        for i, v in enumerate(values):
            m.data[i][0] = v
        return m

    @staticmethod
    def subtract(a, b):
        m = Matrix(a.rows, a.cols)
        for i in range(a.rows):
            for j in range(a.cols):
                m.data[i][j] = a.data[i][j] - b.data[i][j]
        return m

    @staticmethod
    def transpose(a):
        m = Matrix(a.cols, a.rows)
        for i in range(a.rows):
            for j in range(a.cols):
                m.data[j][i] = a.data[i][j]
        return m

    @staticmethod
    def dot(a, b):
        m = Matrix(a.rows, b.cols)
        for i in range(m.rows):
            for j in range(m.cols):
                m.data[i][j] = sum(a.data[i][k] * b.data[k][j] for k in range(a.cols))
        return m

    @staticmethod
    def mapped(a, f):
        m = Matrix(a.rows, a.cols)
        for i in range(a.rows):
            for j in range(a.cols):
                m.data[i][j] = f(a.data[i][j])
        return m

    def map(self, f):
        for i in range(self.rows):
            for j in range(self.cols):
                self.data[i][j] = f(self.data[i][j])

    def add(self, other):
        for i in range(self.rows):
            for j in range(self.cols):
                self.data[i][j] += other.data[i][j]

    def multiply(self, n):
        for i in range(self.rows):
            for j in range(self.cols):
                self.data[i][j] *= n.data[i][j] if isinstance(n, Matrix) else n


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def dsigmoid(y):
    return y * (1 - y)


random.seed(5)
V, W, c, b = Matrix(4, 3), Matrix(2, 4), Matrix(4, 1), Matrix(2, 1)


def train(xs, ts, rate=0.1):
    x, t = Matrix.column(xs), Matrix.column(ts)
    hidden = Matrix.dot(V, x)
    hidden.add(c)
    hidden.map(sigmoid)
    out = Matrix.dot(W, hidden)
    out.add(b)
    out.map(sigmoid)
    error = Matrix.subtract(t, out)
    grad_o = Matrix.mapped(out, dsigmoid)
    grad_o.multiply(error)
    hidden_error = Matrix.dot(Matrix.transpose(W), grad_o)
    grad_h = Matrix.mapped(hidden, dsigmoid)
    grad_h.multiply(hidden_error)
    grad_o.multiply(rate)
    W.add(Matrix.dot(grad_o, Matrix.transpose(hidden)))
    b.add(grad_o)
    grad_h.multiply(rate)
    V.add(Matrix.dot(grad_h, Matrix.transpose(x)))
    c.add(grad_h)


for epoch in range(50):
    for xs, ts in [([0.2, 0.7, -0.4], [0.9, 0.1]), ([0.5, -0.3, 0.8], [0.2, 0.6])]:
        train(xs, ts)
"""
LOSS = "sum((p[0] - q[0]) ** 2 for p, q in zip(t.data, out.data)) / 2"
ARGUMENT = "derivative at the wrong argument"
SLOPE = "= Matrix.mapped(hidden, dsigmoid)\n    grad_h.multiply(hidden_error)"
SCALED = "    grad_h.multiply(rate)\n"
# A program, a right part, its wrong replacement, the text of the line with the mistake, and the kind.
SLIPS = [
    (RETURNING, "W.transpose().dot(grad_o)", "W.transpose().dot(error)", "hidden_error =", "raw error for delta"),
    (RETURNING, "b.add(grad_o.scale", "b.add(error.scale", "b = b.add", "raw error for delta"),
    (RETURNING, "grad_o = out.map(dsigmoid).multiply(error)", "grad_o = error", "grad_o =", "derivative missing"),
    (RETURNING, "= hidden.map(dsigmoid).multiply(hidden_error)", "= hidden_error", "grad_h =", "derivative missing"),
    (RETURNING, "hidden.map(dsigmoid)", "hidden.map(sigmoid).map(dsigmoid)", "grad_h =", ARGUMENT),
    (RETURNING, "hidden.map(dsigmoid)", "hidden.map(sigmoid)", "grad_h =", "wrong derivative"),
    (RETURNING, ".multiply(error)", ".multiply(error).multiply(out.map(dsigmoid))", "grad_o =", "derivative twice"),
    (RETURNING, ".multiply(error)", ".multiply(error.multiply(error))", "grad_o =", "loss for its derivative"),
    (RETURNING, ".multiply(hidden_error)", "", "grad_h =", "wrong factor"),
    (RETURNING, "t.subtract(out)", "out.subtract(t)", "error =", "sign of the update"),
    (RETURNING, "c.add(grad_h", "c.subtract(grad_h", "c = c.", "sign of the update"),
    (RETURNING, "c.add(grad_h.scale(rate))", "c.add(grad_h.scale(rate).scale(3))", "c = c.", "constant factor"),
    (RETURNING, "return y * (1 - y)", "return sigmoid(y) * (1 - sigmoid(y))", "return sigmoid", ARGUMENT),
    (IN_PLACE, "Matrix.transpose(W), grad_o)", "Matrix.transpose(W), error)", "hidden_error =", "raw error for delta"),
    (IN_PLACE, "Matrix.mapped(hidden, dsigmoid)", "Matrix.mapped(hidden, sigmoid)", "grad_h =", "wrong derivative"),
    (IN_PLACE, SLOPE, "= hidden_error", "grad_h =", "derivative missing"),
    (IN_PLACE, "mapped(hidden, dsigmoid)", "mapped(hidden_error, dsigmoid)", "grad_h =", ARGUMENT),
    (IN_PLACE, "    grad_h.multiply(hidden_error)\n", "", "grad_h = M", "wrong factor"),
    (IN_PLACE, SCALED, SCALED + SCALED, "grad_h.multiply(rate)", "constant factor"),
    (IN_PLACE, "Matrix.subtract(t, out)", "Matrix.subtract(out, t)", "error =", "sign of the update"),
    (IN_PLACE, "V.add(Matrix.dot(grad_h", "V.add(Matrix.dot(hidden_error", "V.add", "raw error for delta"),
]  # fmt: skip


@pytest.mark.parametrize("text", [RETURNING, IN_PLACE], ids=["returning", "in place"])
def test_the_programs_are_right(text):
    assert grade_code(text, loss=LOSS).verdict == "right"


@pytest.mark.parametrize(("text", "old", "new", "start", "kind"), SLIPS)
def test_a_slip_is_found_and_corrected(text, old, new, start, kind):
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong, loss=LOSS)
    lines = wrong.splitlines()
    assert [(lines[m.line - 1].strip().startswith(start), m.kind) for m in grade.mistakes] == [(True, kind)]
    after = [_numbers(each.replace("range(50)", "range(1)")) for each in (text, corrected(wrong, grade.mistakes))]
    assert after[0] == pytest.approx(after[1], rel=1e-9)


def _numbers(text):
    names = {}
    exec(compile(text, "program", "exec"), names)  # noqa: S102: the programs of this file
    return [x for name in "VWcb" for row in names[name].data for x in row]

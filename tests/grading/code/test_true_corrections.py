"""Corrections that keep the rate of the program, and sentences about them that are true."""

import numpy as np
import pytest
from corrections import corrected

from autograd import grade_code

LINE = """
def error_of(b, m, points):
    total = 0
    for i in range(len(points)):
        total += (points[i][1] - (m * points[i][0] + b)) ** 2
    return total / float(len(points))


def step(b, m, points, rate):
    b_slope, m_slope = 0, 0
    n = float(len(points))
    for i in range(len(points)):
        x, y = points[i][0], points[i][1]
        b_slope += -(2 / n) * (y - (m * x + b))
        m_slope += -(2 / n) * x * (y - (m * x + b))
    new_b = b - (rate * b_slope)
    new_m = m - (rate * m_slope)
    return [new_b, new_m]


points = [[0.7, 1.3], [1.1, 2.2], [1.9, 2.4], [2.3, 3.9], [3.1, 4.4], [4.2, 4.9], [4.8, 6.1]]
b, m, rate = 0.0, 0.0, 0.01
print(error_of(b, m, points))
for epoch in range(40):
    b, m = step(b, m, points, rate)
print(error_of(b, m, points))
"""
SOFTMAX = """
import numpy as np
rng = np.random.RandomState(1)
X, y = rng.randn(7, 3), np.array([0, 2, 1, 1, 0, 2, 1])
W, c = rng.randn(3, 3) * 0.4, np.zeros((1, 3))
rows = range(len(X))
for epoch in range(30):
    e = np.exp(X @ W + c)
    p = e / np.sum(e, axis=1, keepdims=True)
    loss = -np.mean(np.log(p[rows, y]))
    d = p.copy()
    d[rows, y] -= 1
    d = d / len(X)
    W -= 0.3 * X.T @ d
    c -= 0.3 * np.sum(d, axis=0, keepdims=True)
"""
RECORDS = """
import numpy as np


class Net:
    def __init__(self):
        self.low = np.random.RandomState(1).normal(0.0, 0.6, (3, 4))
        self.high = np.random.RandomState(2).normal(0.0, 0.5, (4, 1))
        self.rate = 0.2

    def train(self, rows, goals):
        step_low, step_high = np.zeros(self.low.shape), np.zeros(self.high.shape)
        for x, t in zip(rows, goals):
            h, out = self.run(x)
            step_low, step_high = self.back(out, h, x, t, step_low, step_high)
        self.high += self.rate * step_high / len(rows)
        self.low += self.rate * step_low / len(rows)

    def run(self, x):
        h = 1 / (1 + np.exp(-np.dot(x, self.low)))
        return h, np.dot(h, self.high)

    def back(self, out, h, x, t, step_low, step_high):
        miss = t - out
        term = miss * 1.0
        hidden = np.dot(self.high, term) * h * (1 - h)
        step_low += hidden * x[:, None]
        step_high += term * h[:, None]
        return step_low, step_high


rows = np.random.RandomState(3).uniform(-1, 1, (6, 3))
net = Net()
for epoch in range(20):
    net.train(rows, rows[:, 0] - rows[:, 1] ** 2)
"""
OF_RECORD = "0.5 * np.sum((t - out) ** 2)"
# A program, its loss, a right part, its wrong replacement, the line and the kind.
SLIPS = [
    (LINE, None, "(rate * b_slope)", "(rate * b_slope / n)", 16, "divided twice"),
    (LINE, None, "(rate * m_slope)", "(rate * m_slope / n)", 17, "divided twice"),
    (LINE, None, "rate * b_slope", "rate * b_slope / len(points)", 16, "divided twice"),
    (
        SOFTMAX,
        None,
        "    d[rows, y] -= 1\n    d = d / len(X)\n",
        "    d = d / len(X)\n    d[rows, y] -= 1\n",
        12,
        "wrong factor",
    ),
    (
        SOFTMAX,
        None,
        "    d[rows, y] -= 1\n    d = d / len(X)\n",
        "    d /= len(X)\n    d[rows, y] -= 1\n",
        12,
        "wrong factor",
    ),
    (RECORDS, OF_RECORD, "miss * 1.0", "miss * out * (1 - out)", 25, "derivative twice"),
    (RECORDS, OF_RECORD, " * h * (1 - h)", "", 26, "derivative missing"),
    (RECORDS, OF_RECORD, "* h * (1 - h)", "* (1 - h)", 26, "wrong derivative"),
]


@pytest.mark.parametrize("text", [LINE, SOFTMAX], ids=["line", "softmax"])
def test_the_programs_are_right(text):
    assert grade_code(text).verdict == "right"


def test_the_loss_of_a_record_counts_for_all_records_of_a_step():
    grade = grade_code(RECORDS, loss=OF_RECORD)
    assert (grade.verdict, round(1 / grade.factor)) == ("right up to a factor", 6)


@pytest.mark.parametrize(("text", "loss", "old", "new", "line", "kind"), SLIPS)
def test_a_corrected_program_steps_as_the_right_one(text, loss, old, new, line, kind):
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong, loss=loss)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    once = [one.replace("range(40)", "range(1)").replace("range(30)", "range(1)").replace("range(20)", "range(1)")
            for one in (text, corrected(wrong, grade.mistakes))]  # fmt: skip
    (right, same) = [_parameters(one) for one in once]
    assert all(np.allclose(a, b, rtol=1e-12) for a, b in zip(right, same, strict=True))


def _parameters(text):
    names = {}
    exec(compile(text, "program", "exec"), names)  # noqa: S102: the programs of this file
    if "net" in names:
        return [names["net"].low, names["net"].high]
    return [names["W"], names["c"]] if "W" in names else [names["b"], names["m"]]


def test_all_updates_get_the_rate_that_they_share():
    """A count that one update divides by twice is no part of the rate of the other one."""
    grade = grade_code(LINE.replace("(rate * b_slope)", "(rate * b_slope / n)"))
    assert [(u.parameter, u.verdict, round(u.rate, 9)) for u in grade.updates] == [
        ("b", "wrong", 0.01),
        ("m", "right", 0.01),
    ]


def test_an_only_division_is_not_called_the_second_one():
    wrong = SOFTMAX.replace("    d[rows, y] -= 1\n    d = d / len(X)\n", "    d = d / len(X)\n    d[rows, y] -= 1\n")
    assert not any("once too often" in mistake.message for mistake in grade_code(wrong).mistakes)


def test_a_note_needs_the_same_factor_for_each_sample():
    """A single number is a multiple of any derivative."""
    wrong = RECORDS.replace("miss * 1.0", "miss * out * (1 - out)")
    assert [note.name for note in grade_code(wrong, loss=OF_RECORD).notes] == ["miss"]


STOPPED = """
import numpy as np
x, t = np.array([0.3, -0.2, 0.5]), np.array([0.1, 0.4])
params = {'W1': np.random.RandomState(1).randn(4, 3), 'W2': np.random.RandomState(2).randn(2, 4)}
for epoch in range(9):
    h = np.tanh(params['W1'] @ x)
    out = params['W2'] @ h
    loss = np.sum((out - t) ** 2) / 2
    d = out - t
    grads = {'W2': np.outer(d, h), 'W1': np.outer(params['W2'].T @ d * (1 - h ** 2), x)}
    for key, value in grads.items():
        params[key] -= 0.1 * value
"""


def test_a_program_that_stops_in_its_updates_is_not_called_right():
    assert grade_code(STOPPED).verdict == "right"
    grade = grade_code(STOPPED.replace("(1 - h ** 2), x)", "(1 - h ** 2), h)"))
    assert (grade.verdict, grade.unreadable[0][0]) == ("unreadable", 12)

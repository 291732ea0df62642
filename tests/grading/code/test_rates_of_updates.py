"""Rates: a plain number beside the common rate is a part of the gradient or of the rate, as the writer means it."""

import pytest
from corrections import corrected

from autograd import grade_code

LEAST_SQUARES = """
import numpy as np


class Line:
    def __init__(self, eta=0.02, ridge=0.01):
        self.eta, self.ridge = eta, ridge
        self.w = np.random.RandomState(1).normal(size=3)
        self.b = np.float64(0.3)

    def step(self, x, t):
        error = t - (np.dot(x, self.w) + self.b)
        loss = error ** 2 + self.ridge * np.sum(self.w ** 2)
        self.w += self.eta * (2.0 * x * error - 2.0 * self.ridge * self.w)
        self.b += self.eta * 2.0 * error
        return loss


rng = np.random.RandomState(0)
X = rng.normal(size=(8, 3))
X = (X - X.mean(axis=0)) / X.std(axis=0)
line = Line()
for x, t in zip(X, rng.normal(size=8)):
    line.step(x, t)
"""
BATCH = """
import numpy as np
rng = np.random.RandomState(0)
X, t = rng.normal(size=(8, 3)), rng.normal(size=8)
w, b, eta = rng.normal(size=3), 0.1, 0.02
for epoch in range(20):
    errors = t - (X @ w + b)
    loss = np.mean(errors ** 2)
    w += eta * 2.0 * X.T @ errors / len(X)
    b += eta * 2.0 * errors.mean()
"""
LAYERS = """
import numpy as np
rng = np.random.RandomState(0)
X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
W, b, V, c, lr = rng.normal(size=(3, 4)), np.zeros(4), rng.normal(size=(4, 2)), np.zeros(2), 0.1
for epoch in range(20):
    h = np.tanh(X @ W + b)
    out = h @ V + c
    loss = np.mean((out - T) ** 2)
    d = 2 * (out - T) / T.size
    dh = d @ V.T * (1 - h**2)
    V -= lr * (h.T @ d)
    c -= lr * d.sum(axis=0)
    W -= lr * (X.T @ dh)
    b -= lr * dh.sum(axis=0)
"""
RIGHT = [
    (LEAST_SQUARES, "", ""),
    (LEAST_SQUARES, "self.eta * 2.0 * error", "2.0 * self.eta * error"),
    (LEAST_SQUARES, "self.eta * 2.0 * error", "self.eta * 2 * error"),
    (LEAST_SQUARES, "self.eta * 2.0 * error", "self.eta * (2.0 * error)"),
    (BATCH, "", ""),
    (BATCH, "eta * 2.0 * errors.mean()", "2 * eta * np.sum(errors) / len(X)"),
    (BATCH, "b += eta", "slow = 0.01\n    b += slow"),
    (LAYERS, "", ""),
    (LAYERS, "b -= lr *", "b -= 0.03 *"),
    (LAYERS, "-= lr *", "-= 0.5 * lr *"),
    (BATCH, "w += eta * 2.0 * X.T", "w += 2.0 * eta * X.T"),
]
# A right part, its wrong replacement, the line and the kind of the mistake.
SLIPS = [
    (LEAST_SQUARES, "2.0 * x * error - 2.0", "2.0 * x * error + 2.0", 14, "penalty"),
    (LEAST_SQUARES, "self.eta * 2.0 * error", "self.eta * error", 15, "constant factor"),
    (BATCH, "b += eta * 2.0", "b -= eta * 2.0", 10, "sign of the update"),
    (BATCH, "eta * 2.0 * errors.mean()", "0.5 * eta * 2.0 * errors.mean()", 10, "constant factor"),
    (LAYERS, "b -= lr *", "b -= 0.5 * lr *", 15, "constant factor"),
    (LAYERS, "b -= lr *", "b -=", 15, "constant factor"),
    (LAYERS, "b -= lr *", "b -= 2 * lr *", 15, "constant factor"),
    (LAYERS, "b -= lr *", "b -= lr * 0.1 *", 15, "constant factor"),
    (LAYERS, "c -= lr * d.sum(axis=0)", "c -= lr * d.sum(axis=0) / 4", 13, "constant factor"),
    (LAYERS, "W -= lr * (X.T @ dh)", "W -= lr * (X.T @ dh) * 0.5", 14, "constant factor"),
    (LAYERS, "V -= lr *", "V -= 3.0 * lr *", 12, "constant factor"),
]


@pytest.mark.parametrize(("text", "old", "new"), RIGHT)
def test_a_whole_number_beside_the_rate_is_no_mistake(text, old, new):
    grade = grade_code(text.replace(old, new))
    assert grade.verdict == "right"


@pytest.mark.parametrize(("text", "old", "new", "line", "kind"), SLIPS)
def test_a_slip_beside_such_a_number_is_found(text, old, new, line, kind):
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_the_sign_of_an_error_turns_all_updates():
    wrong = LEAST_SQUARES.replace(
        "error = t - (np.dot(x, self.w) + self.b)", "error = (np.dot(x, self.w) + self.b) - t"
    )
    grade = grade_code(wrong)
    assert grade.verdict == "wrong"
    assert {mistake.kind for mistake in grade.mistakes} == {"sign of the update"}
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"

"""Slips in penalties whose factor is given as a number, in hinge losses, and in functions that layers return."""

import numpy as np
import pytest
from corrections import corrected

from autograd import grade_code

LOGISTIC = """
import numpy as np

def predict(theta, X):
    return 1 / (1 + np.exp(-X.dot(theta)))

def cost(theta, X, y, lam):
    h, m = predict(theta, X), len(y)
    return -(y.dot(np.log(h)) + (1 - y).dot(np.log(1 - h))) / m + lam / (2 * m) * theta[1:].dot(theta[1:])

def gradient(theta, X, y, lam):
    m = len(y)
    err = predict(theta, X) - y
    grad = X.T.dot(err) / m
    grad[1:] += lam / m * theta[1:]
    return grad

rng = np.random.default_rng(2)
X = np.column_stack([np.ones(11), rng.standard_normal((11, 3))])
y = (rng.random(11) > 0.4).astype(float)
theta = rng.standard_normal(4) * 0.2
for step in range(100):
    print(cost(theta, X, y, 0.7))
    theta = theta - 0.3 * gradient(theta, X, y, 0.7)
found = [theta]
"""
HINGE = """
import numpy as np

rng = np.random.RandomState(2)
X, y = rng.randn(10, 4), rng.randint(0, 3, 10)
W, reg, num = rng.randn(4, 3) * 0.3, 0.01, 10
for step in range(100):
    scores = X.dot(W)
    margins = np.maximum(0, scores - scores[np.arange(num), y][:, np.newaxis] + 1.0)
    margins[np.arange(num), y] = 0
    loss = margins.sum() / num + reg * np.sum(W * W)
    mask = np.zeros(margins.shape)
    mask[margins > 0] = 1
    mask[np.arange(num), y] = -mask.sum(axis=1)
    dW = X.T.dot(mask) / num
    dW += 2 * reg * W
    W -= 0.1 * dW
found = [W]
"""
CLOSURES = """
import numpy as np

def dense(W, b):
    def run(x):
        def back(dy):
            return dy @ W.T, x.T @ dy, dy.sum(0)
        return x @ W + b, back
    return run

def tanh(x):
    y = np.tanh(x)
    return y, lambda dy: dy * (1 - y * y)

def softplus(x):
    y = np.log(1 + np.exp(x))
    return y, lambda dy: dy / (1 + np.exp(-x))

rng = np.random.default_rng(6)
X, T = rng.standard_normal((6, 3)), rng.standard_normal((6, 2))
W1, b1, W2, b2, W3, b3 = (rng.standard_normal(s) * 0.5 for s in [(3, 4), (4,), (4, 4), (4,), (4, 2), (2,)])
for step in range(100):
    z1, back1 = dense(W1, b1)(X)
    a1, back_a1 = tanh(z1)
    z2, back2 = dense(W2, b2)(a1)
    a2, back_a2 = softplus(z2)
    z3, back3 = dense(W3, b3)(a2)
    loss = np.mean((z3 - T) ** 2)
    da2, gW3, gb3 = back3(2 * (z3 - T) / z3.size)
    d2 = back_a2(da2)
    da1, gW2, gb2 = back2(d2)
    d1 = back_a1(da1)
    _, gW1, gb1 = back1(d1)
    for p, g in [(W1, gW1), (b1, gb1), (W2, gW2), (b2, gb2), (W3, gW3), (b3, gb3)]:
        p -= 0.1 * g
found = [W1, b1, W2, b2, W3, b3]
"""
ARGUMENT = "derivative at the wrong argument"
# A program, a right part, its wrong replacement, the line and the kind.
SLIPS = [
    (LOGISTIC, "grad[1:] += lam / m * theta[1:]", "grad[1:] -= lam / m * theta[1:]", 15, "penalty"),
    (LOGISTIC, "grad[1:] += lam / m * theta[1:]", "grad += lam / m * theta", 15, "penalty"),
    (LOGISTIC, "grad[1:] += lam / m * theta[1:]", "grad[1:] += lam * theta[1:]", 15, "penalty"),
    (LOGISTIC, "grad[1:] += lam / m * theta[1:]", "grad[1:] += 2 * lam / m * theta[1:]", 15, "penalty"),
    (LOGISTIC, "predict(theta, X) - y", "(predict(theta, X) - y) ** 2", 13, "loss for its derivative"),
    (LOGISTIC, "X.T.dot(err) / m", "X.T.dot(err)", 14, "constant factor"),
    (HINGE, "= -mask.sum(axis=1)", "= -1", 14, "wrong factor"),
    (HINGE, "mask[margins > 0] = 1", "mask[margins > 0] = margins[margins > 0]", 13, "loss for its derivative"),
    (HINGE, "2 * reg * W", "reg * W", 16, "penalty"),
    (HINGE, "dW += 2 *", "dW -= 2 *", 16, "penalty"),
    (CLOSURES, "d2 = back_a2(da2)", "d2 = back_a1(da2)", 30, "wrong derivative"),
    (CLOSURES, "np.exp(-x)", "np.exp(-y)", 17, ARGUMENT),
    (CLOSURES, "back1(d1)", "back1(da1)", 33, "raw error for delta"),
]


@pytest.mark.parametrize("text", [LOGISTIC, HINGE, CLOSURES], ids=["logistic", "hinge", "closures"])
def test_the_programs_are_right(text):
    assert grade_code(text).verdict == "right"


@pytest.mark.parametrize(("text", "old", "new", "line", "kind"), SLIPS)
def test_a_slip_is_found_and_corrected(text, old, new, line, kind):
    assert text.count(old) == 1
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert all(map(np.allclose, _found(text), _found(corrected(wrong, grade.mistakes))))


def _found(text):
    names = {}
    once = text.replace("range(100)", "range(1)").replace("    print(cost", "    (cost")
    exec(compile(once, "program", "exec"), names)  # noqa: S102: the programs of this file
    return names["found"]

"""A parameter that is replaced by other numbers, which are not its old numbers plus a change, has a wrong update."""

import pytest

from autograd import grade_code

PROGRAM = """
import numpy as np
np.random.seed(0)
X = np.random.randn(20, 3)
y = np.random.randn(20, 1)
w = np.random.randn(3, 1)
b = 0.0
h = np.zeros((1, 1))
lr = 0.1
for epoch in range(10):
    p = X @ w + b + h
    loss = np.mean((p - y) ** 2)
    dp = 2 * (p - y) / 20
    dw = X.T @ dp
    db = np.sum(dp)
    {}
    b = b - lr * db
    {}
"""
RIGHT = "w = w - lr * dw"


@pytest.mark.parametrize("update", ["w = -lr * dw", "w = 20 - lr * dw", "w = b - lr * dw", "w = lr * dw", "w = dw"])
def test_what_does_not_start_from_the_old_numbers_is_wrong(update):
    grade = grade_code(PROGRAM.format(update, "pass"))
    assert grade.verdict == "wrong"
    assert {u.parameter: u.verdict for u in grade.updates} == {"w": "wrong", "b": "right"}
    assert {m.line for m in grade.mistakes} == {16}


@pytest.mark.parametrize(
    "beside", ["h = p[:1] * 0.5", "h = h * 0.0 + p[2:3]", "p = p * 2", "dw = dw * 0", "lr = lr * 0.9", "y = y", "pass"]
)
def test_what_else_is_replaced_beside_an_update_is_none(beside):
    grade = grade_code(PROGRAM.format(RIGHT, beside))
    assert {u.parameter: u.verdict for u in grade.updates} == {"w": "right", "b": "right"}, beside

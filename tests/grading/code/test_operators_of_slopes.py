"""The product of an output and 1 minus the output, with another operator in place of the product."""

import pytest
from corrections import corrected

from autograd import grade_code

NET = """
import numpy as np
rng = np.random.RandomState(4)
X, T = rng.randn(5, 3), rng.rand(5, 2)
W, V = rng.randn(3, 4), rng.randn(4, 2)
def slope(y):
    return y * (1 - y)
for step in range(9):
    h = 1 / (1 + np.exp(-X @ W))
    out = 1 / (1 + np.exp(-h @ V))
    loss = np.sum((out - T) ** 2) / 2
    d = (out - T) * out * (1 - out)
    below = d @ V.T * slope(h)
    V -= 0.1 * h.T @ d
    W -= 0.1 * X.T @ below
"""
FUNCTION = """
import torch
class Squash(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = 1 / (1 + torch.exp(-x))
        ctx.save_for_backward(y)
        return y
    @staticmethod
    def backward(ctx, g):
        y, = ctx.saved_tensors
        return y * (1 - y) * g
"""
# A blend of two values has this form, and is right.
BLEND = """
import numpy as np
rng = np.random.RandomState(4)
x, t = rng.randn(5), rng.rand(5)
w, v = rng.randn(5), rng.randn(5)
for step in range(9):
    g = 1 / (1 + np.exp(-w * x))
    out = g + (1 - g) * v
    loss = np.sum((out - t) ** 2) / 2
    d = out - t
    dw = d * (1 - v) * g * (1 - g) * x
    v -= 0.1 * d * (1 - g)
    w -= 0.1 * dw
"""
SLIPS = [
    (NET, "return y * (1 - y)", "return y + (1 - y)", 7),
    (NET, "return y * (1 - y)", "return (1 - y) - y", 7),
    (NET, "return y * (1 - y)", "return y / (1 - y)", 7),
    (NET, "(out - T) * out * (1 - out)", "(out - T) * out + (1 - out)", 12),
    (FUNCTION, "return y * (1 - y) * g", "return y + (1 - y) * g", 12),
    (FUNCTION, "return y * (1 - y) * g", "return g * y - (1 - y)", 12),
]


@pytest.mark.parametrize("text", [NET, FUNCTION, BLEND], ids=["network", "function", "blend"])
def test_the_product_is_right_and_so_is_a_blend(text):
    assert grade_code(text).verdict == "right"


@pytest.mark.parametrize(("text", "old", "new", "line"), SLIPS, ids=[new for _, _, new, _ in SLIPS])
def test_another_operator_is_a_wrong_derivative(text, old, new, line):
    wrong = text.replace(old, new)
    grade = grade_code(wrong)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, "wrong derivative")]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"

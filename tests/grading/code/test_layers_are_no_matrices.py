"""Layers that keep nothing but their input are not taken for matrices of the program's own class."""

import pytest
from corrections import corrected

from autograd import grade_code

NET = """
import numpy as np
class Dense:
    def __init__(self, w):
        self.w = w
    def forward(self, x):
        self.x = x
        return x @ self.w
    def backward(self, d):
        self.dw = self.x.T @ d
        return d @ self.w.T
class Squash:
    def forward(self, x):
        self.KEPT = OUT
        return OUT
    def backward(self, d):
        return self.KEPT * (1 - self.KEPT) * d
rng = np.random.RandomState(6)
X, T = rng.randn(5, 3), rng.rand(5, 2)
layers = [Dense(rng.randn(3, 4)), Squash(), Dense(rng.randn(4, 2))]
out = X
for s in layers:
    out = s.forward(out)
loss = np.sum((out - T) ** 2) / 2
grad = out - T
for s in layers[::-1]:
    grad = s.backward(grad)
for s in layers:
    if isinstance(s, Dense):
        s.w -= 0.1 * s.dw
"""
RIGHT = NET.replace("self.KEPT = OUT\n        return OUT", "self.y = 1 / (1 + np.exp(-x))\n        return self.y")
WRONG = NET.replace("self.KEPT = OUT", "self.x = x").replace("return OUT", "return 1 / (1 + np.exp(-x))")


def test_a_layer_that_keeps_its_output_is_right():
    assert grade_code(RIGHT.replace("KEPT", "y")).verdict == "right"


@pytest.mark.parametrize("name", ["x", "kept"])
def test_the_slope_at_the_input_is_corrected(name):
    wrong = WRONG.replace("KEPT", "x").replace("self.x * (1 - self.x)", f"self.{name} * (1 - self.{name})")
    wrong = wrong.replace("        self.x = x\n        return 1", f"        self.{name} = x\n        return 1")
    grade = grade_code(wrong)
    assert [mistake.line for mistake in grade.mistakes] == [17]
    assert grade.mistakes[0].kind in ("derivative at the wrong argument", "wrong derivative")
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"

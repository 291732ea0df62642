"""A forward pass between the first one and the backward pass, whose values the backward pass then reads."""

import pytest
from corrections import corrected

from autograd import grade_code

HEAD = """
import numpy as np
rng = np.random.RandomState(5)
X, Y = rng.randn(8, 3), rng.randn(8, 2)
A, B, a, b = X[:4], X[4:], Y[:4], Y[4:]
"""
LOSS = "np.sum((out - a) ** 2) / 2"
CLASS = (
    HEAD
    + """
class Net:
    def __init__(self):
        self.W, self.V = rng.randn(3, 4), rng.randn(4, 2)
    def forward(self, x):
        self.h = np.tanh(x @ self.W)
        return self.h @ self.V
    def error(self, x, y):
        return np.mean((self.forward(x) - y) ** 2)
    def backward(self, x, d):
        gV = self.h.T @ d
        gW = x.T @ (d @ self.V.T * (1 - self.h ** 2))
        self.V -= 0.1 * gV
        self.W -= 0.1 * gW
net = Net()
for step in range(4):
    out = net.forward(A)
    {between}
    net.backward(A, out - a)
    {after}
"""
)
FUNCTIONS = (
    HEAD
    + """
p, cache = {{"W": rng.randn(3, 4), "V": rng.randn(4, 2)}}, {{}}
def forward(x):
    cache["h"] = np.tanh(x @ p["W"])
    return cache["h"] @ p["V"]
def gradients(x, d):
    return {{"V": cache["h"].T @ d, "W": x.T @ (d @ p["V"].T * (1 - cache["h"] ** 2))}}
for step in range(4):
    out = forward(A)
    {between}
    g = gradients(A, out - a)
    for k in p:
        p[k] = p[k] - 0.1 * g[k]
    {after}
"""
)
LATER = {
    "an error on other data": (CLASS, "held_out = np.mean((net.forward(B) - b) ** 2)"),
    "a method that calls the forward pass": (CLASS, "held_out = net.error(B, b)"),
    "a printed error": (CLASS, "print(net.error(B, b))"),
    "within a condition": (CLASS, "if step % 2 == 0:\n        print(net.error(B, b))"),
    "a cache of the module": (FUNCTIONS, "held_out = np.mean((forward(B) - b) ** 2)"),
}
# The result is used before the backward pass, so that the first pass is repeated.
USED = CLASS.format(between="scale = 1.0 if net.error(B, b) > 0 else 0.5", after="pass").replace(
    "out - a)\n    pass", "scale * (out - a))"
)


@pytest.mark.parametrize("name", LATER)
def test_another_pass_after_the_backward_pass_is_right(name):
    text, statement = LATER[name]
    assert grade_code(text.format(between="pass", after=statement), loss=LOSS).verdict == "right"


@pytest.mark.parametrize("name", LATER)
def test_another_pass_before_the_backward_pass_is_moved(name):
    text, statement = LATER[name]
    wrong = text.format(between=statement, after="pass")
    line = wrong.splitlines().index("    " + statement.splitlines()[0]) + 1
    grade = grade_code(wrong, loss=LOSS)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, "stale forward pass")]
    fixed = corrected(wrong, grade.mistakes)
    assert grade_code(fixed, loss=LOSS).verdict == "right"
    assert statement.splitlines()[-1] in fixed


def test_a_pass_whose_result_is_used_is_followed_by_the_first_one_again():
    grade = grade_code(USED, loss=LOSS)
    assert [mistake.kind for mistake in grade.mistakes] == ["stale forward pass"]
    fixed = corrected(USED, grade.mistakes)
    assert fixed.count("out = net.forward(A)") == 2
    assert grade_code(fixed, loss=LOSS).verdict == "right"

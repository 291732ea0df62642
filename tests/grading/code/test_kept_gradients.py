"""Gradients that are added up and never set to zero, under optimizers that keep a part of the last change."""

import pytest
from corrections import corrected

from autograd import grade_code

PROGRAM = """
import numpy as np
rng = np.random.RandomState(3)


class Linear:
    def __init__(self, n, m):
        self.W, self.b = 0.5 * rng.normal(size=(n, m)), np.zeros(m)
        self.dW, self.db = np.zeros((n, m)), np.zeros(m)
        self.vW, self.vb = np.zeros((n, m)), np.zeros(m)

    def forward(self, x):
        self.x = x
        return x @ self.W + self.b

    def backward(self, g):
        self.dW += self.x.T @ g
        self.db += g.sum(axis=0)
        return g @ self.W.T

    def clear(self):
        self.dW[...] = 0
        self.db[...] = 0


def update(layer, rate, mu):
RULE


X, T = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
first, second = Linear(3, 4), Linear(4, 3)
for epoch in range(1, 30):
    h = np.tanh(first.forward(X))
    out = second.forward(h)
    loss = np.sum((out - T) ** 2) / 2
    first.backward(second.backward(out - T) * (1 - h ** 2))
    update(first, RATE, 0.8)
    update(second, RATE, 0.8)
    first.clear()
    second.clear()
"""
RULES = {
    "descent": "v = rate * {d}; {p} -= v",
    "momentum": "{v}[...] = mu * {v} + rate * {d}; {p} -= {v}",
    "velocity": "{v}[...] = mu * {v} - rate * {d}; {p} += {v}",
    "outside": "{v}[...] = mu * {v} + {d}; {p} -= rate * {v}",
    "mean": "{v}[...] = mu * {v} + (1 - mu) * {d}; {p} -= rate * {v}",
    "nesterov": "{v}[...] = mu * {v} + {d}; {p} -= rate * ({d} + mu * {v})",
}


def program(rule, rate="0.02"):
    """Return the program with the rule of an optimizer for both parameters of a layer."""
    lines = [RULES[rule].format(p=f"layer.{k}", v=f"layer.v{k}", d=f"layer.d{k}") for k in "Wb"]
    return PROGRAM.replace("RULE", "\n".join(f"    {line}" for line in lines)).replace("RATE", rate)


WITHOUT = "    first.clear()\n    second.clear()\n"


@pytest.mark.parametrize("rule", RULES)
def test_cleared_gradients_are_right(rule):
    assert grade_code(program(rule)).verdict in ("right", "right up to a factor")


@pytest.mark.parametrize("rule", ["momentum", "outside", "nesterov"])
def test_a_rate_that_grows_is_no_mistake(rule):
    assert grade_code(program(rule, "0.02 * epoch")).verdict in ("right", "right up to a factor")


@pytest.mark.parametrize("rule", RULES)
def test_gradients_that_are_kept_are_found_whatever_the_optimizer_keeps(rule):
    text = program(rule).replace(WITHOUT, "")
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert grade.mistakes[0].kind == "stale forward pass"
    assert grade_code(corrected(text, grade.mistakes)).verdict in ("right", "right up to a factor")

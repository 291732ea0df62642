"""Updates that a method makes before the weights are used, and names with the same numbers by chance."""

import pytest
from corrections import corrected

from autograd import grade_code

NEURONS = """
import math
import random

def squash(x):
    return 1 / (1 + math.exp(-x))

class Unit:
    def __init__(self, n):
        self.w = [random.uniform(-1, 1) for _ in range(n)]
    def forward(self, inputs):
        self.out = squash(sum([a * b for a, b in zip(inputs, self.w)]))
        return self.out
    def back(self, inputs, error):
        shares = []
        delta = error * self.out * (1 - self.out)
        for i, x in enumerate(inputs):
            shares.append(self.w[i] * delta)
            self.learn(i, delta * x)
        return shares
    def learn(self, i, amount):
        self.change(i, 0.3 * amount)
    def change(self, i, by):
        self.w[i] += by

class Net:
    def __init__(self, sizes):
        self.layers = [[Unit(n) for _ in range(m)] for n, m in zip(sizes, sizes[1:])]
    def forward(self, x):
        self.seen = [x]
        for layer in self.layers:
            self.seen.append([unit.forward(self.seen[-1]) for unit in layer])
        return self.seen[-1]
    def back(self, target):
        errors = [t - o for t, o in zip(target, self.seen[-1])]
        for n in range(len(self.layers) - 1, -1, -1):
            parts = [unit.back(self.seen[n], e) for unit, e in zip(self.layers[n], errors)]
            errors = [sum(part) for part in zip(*parts)]

random.seed(4)
net = Net([2, 3, 2])
given, wanted = [0.4, -0.7], [1, 0]
out = net.forward(given)
loss = sum([(a - b) ** 2 for a, b in zip(out, wanted)]) / 2
net.back(wanted)
"""
CHAIN = """
import math

def f(x):
    return 1 / (1 + math.exp(-x))

def slope(y):
    return y * (1 - y)

u, v, c, d = 0.4, -0.6, 0.1, 0.2
def step(x, target, u, v, c, d):
    h = f(x * u + c)
    out = f(h * v + d)
    miss = out - target
    loss = miss * miss / 2
    at_h = miss * slope(out) * v
    dv = miss * slope(out) * h
    du = at_h * slope(h) * x
    dd = miss * slope(out)
    dc = at_h * slope(h)
    return du, dv, dc, dd

for turn in range(9):
    du, dv, dc, dd = step(1.5, TARGET, u, v, c, d)
    u -= 0.1 * du
    v -= 0.1 * dv
    c -= 0.1 * dc
    d -= 0.1 * dd
"""
KEPT = "            shares.append(self.w[i] * delta)\n            self.learn(i, delta * x)\n"
LATE = "            self.learn(i, delta * x)\n            shares.append(self.w[i] * delta)\n"


def test_an_update_in_a_method_after_the_share_is_right():
    assert grade_code(NEURONS).verdict == "right up to a factor"


def test_an_update_in_a_method_before_the_share_is_marked_and_moved():
    wrong = NEURONS.replace(KEPT, LATE)
    grade = grade_code(wrong)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(18, "update before use")]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right up to a factor"


@pytest.mark.parametrize(("old", "new"), [("self.out * (1 - self.out)", "self.out"), ("[sum(part)", "[max(part)")])
def test_no_axis_is_blamed_in_plain_python(old, new):
    grade = grade_code(NEURONS.replace(old, new))
    assert grade.verdict == "wrong"
    assert "wrong axis" not in {mistake.kind for mistake in grade.mistakes}


@pytest.mark.parametrize("target", ["0", "0.0", "0.3"])
def test_an_error_with_the_numbers_of_the_output_is_not_taken_for_it(target):
    """If the target is 0, the error and the output are the same number, and only the output has a slope."""
    text = CHAIN.replace("TARGET", target)
    assert grade_code(text).verdict == "right"
    wrong = text.replace("at_h = miss * slope(out) * v", "at_h = miss * v")
    grade = grade_code(wrong)
    assert [mistake.line for mistake in grade.mistakes] == [16]
    assert grade.mistakes[0].kind in ("raw error for delta", "derivative missing")
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


@pytest.mark.parametrize("target", ["0", "0.3"])
def test_two_slips_of_single_numbers_are_both_found(target):
    wrong = CHAIN.replace("TARGET", target).replace("at_h = miss * slope(out) * v", "at_h = miss * v")
    wrong = wrong.replace("dv = miss * slope(out) * h", "dv = miss * slope(out) * v")
    grade = grade_code(wrong)
    assert [mistake.line for mistake in grade.mistakes] == [16, 17]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict in ("right", "right up to a factor")

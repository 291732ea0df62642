"""Slips that the first update with the program's own numbers hides: kept gradients, symmetric data, targets of 0."""

import pytest
from closures import LAYERS, TRAINING
from corrections import corrected

from autograd import grade_code

# A penalty is added anew to gradients that are kept. So the second change is not the sum of two gradients.
SUMS = """
import numpy as np
rng = np.random.RandomState(3)
X, Y = rng.rand(6, 4), np.eye(3)[[0, 1, 2, 0, 1, 2]]
A, B = rng.randn(4, 5) * 0.5, rng.randn(5, 3) * 0.5
lam, n = 0.4, len(X)
{before}for epoch in range(20):
{within}    h = 1 / (1 + np.exp(-X @ A))
    p = 1 / (1 + np.exp(-h @ B))
    loss = np.sum((p - Y) ** 2) / (2 * n) + lam / (2 * n) * (np.sum(A[1:] ** 2) + np.sum(B ** 2))
    for i in range(n):
        d = (p[i] - Y[i]) * p[i] * (1 - p[i])
        GB += np.outer(h[i], d)
        GA += np.outer(X[i], (B @ d) * h[i] * (1 - h[i]))
    gA, gB = GA / n, GB / n
    gA[1:] += lam / n * A[1:]
    gB += lam / n * B
    A -= 0.5 * gA
    B -= 0.5 * gB
"""
ZEROS = "GA, GB = np.zeros((4, 5)), np.zeros((5, 3))\n"

# An odd function at symmetric points: the gradients of the biases are 0 in the first update.
SYMMETRIC = f"""
import numpy as np
rng = np.random.default_rng(5)
{LAYERS}
X = np.linspace(-2, 2, 8)[:, None]
T = np.sin(X)
net = [affine(1, 4), squash(), affine(4, 1)]
{TRAINING.format(loss="loss, g = np.mean((out - T) ** 2), 2 * (out - T) / out.size")}
"""

# The update reads the target as one more input. For the first rows it is 0.
ROWS = """
from math import exp
from random import random, seed
def fire(unit, inputs):
    total = unit["w"][-1]
    for w, x in zip(unit["w"][:-1], inputs):
        total += w * x
    unit["out"] = 1 / (1 + exp(-total))
    return unit["out"]
def adjust(layers, row, rate):
    for k, layer in enumerate(layers):
        inputs = row if k == 0 else [unit["out"] for unit in layers[k - 1]]
        for unit in layer:
            for j in range(len(inputs)):
                unit["w"][j] -= rate * unit["delta"] * inputs[j]
            unit["w"][-1] -= rate * unit["delta"]
seed(2)
data = [[1.5, 0.5, 0], [0.25, 2.0, 0], [2.5, 1.0, 1], [0.75, 3.0, 1]]
hidden = [{"w": [random() for _ in range(3)]} for _ in range(2)]
last = [{"w": [random() for _ in range(3)]}]
for turn in range(10):
    for row in data:
        (y,) = [fire(unit, [fire(h, row[:-1]) for h in hidden]) for unit in last]
        loss = (y - row[-1]) ** 2 / 2
        last[0]["delta"] = (y - row[-1]) * y * (1 - y)
        for j, h in enumerate(hidden):
            h["delta"] = last[0]["w"][j] * last[0]["delta"] * h["out"] * (1 - h["out"])
        adjust([hidden, last], row[:-1], 0.3)
"""

RIGHT = {
    "sums": SUMS.format(before="", within="    " + ZEROS),
    "symmetric": SYMMETRIC,
    "rows": ROWS,
}
WRONG = {
    "sums": (SUMS.format(before=ZEROS, within=""), "stale forward pass", True),
    "symmetric": (SYMMETRIC.replace("y = kept[-1]", "y = kept[0]"), "stale forward pass", True),
    "rows": (ROWS.replace("row[:-1], 0.3", "row, 0.3"), None, False),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_program_is_right(name):
    grade = grade_code(RIGHT[name])
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize("name", WRONG)
def test_the_slip_shows(name):
    text, kind, is_corrected = WRONG[name]
    grade = grade_code(text)
    assert grade.verdict == "wrong", str(grade)
    if kind is not None:
        assert kind in {mistake.kind for mistake in grade.mistakes}, str(grade)
    if is_corrected:
        assert grade_code(corrected(text, grade.mistakes)).verdict == "right", str(grade)

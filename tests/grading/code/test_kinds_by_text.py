"""Kinds of mistakes that the text of a correction shows: a missing transpose, and the entry of another time step."""

import pytest
from corrections import corrected

from autograd import grade_code

STATES = """
import numpy as np
rng = np.random.RandomState(2)
X, goal = rng.randn(5, 4), rng.randn(5)
params = [0.7, 0.6]
S = np.zeros((5, 5))
for k in range(4):
    S[:, k + 1] = X[:, k] * params[0] + S[:, k] * params[1]
loss = np.mean((S[:, -1] - goal) ** 2)
G = np.zeros((5, 5))
G[:, -1] = 2 * (S[:, -1] - goal)
d_in = 0
d_rec = 0
for k in range(4, 0, -1):
    d_in += np.mean(G[:, k] * X[:, k - 1])
    d_rec += np.mean(G[:, k] * S[:, k - 1])
    G[:, k - 1] = G[:, k] * params[1]
grads = [d_in, d_rec]
for i in range(2):
    params[i] -= 0.01 * grads[i]
"""
CELL = """
import numpy as np
rng = np.random.RandomState(3)
x, y = rng.randn(3, 2, 4), rng.randn(2, 4, 2)
p = {"U": rng.randn(3, 2) * 0.5, "W": rng.randn(3, 3) * 0.5, "V": rng.randn(2, 3)}
def cell(xt, h):
    return np.tanh(np.dot(p["U"], xt) + np.dot(p["W"], h))
def cell_back(dh, h, h_prev, xt, g):
    dz = dh * (1 - h ** 2)
    g["U"] += np.dot(dz, xt.T)
    g["W"] += np.dot(dz, h_prev.T)
    return np.dot(p["W"].T, dz)
h = [np.zeros((3, 4))]
for t in range(3):
    h.append(cell(x[t], h[t]))
out = np.dot(p["V"], h[3])
loss = np.sum((out - y[:, :, 0]) ** 2) / 2
g = {k: np.zeros_like(v) for k, v in p.items()}
d = out - y[:, :, 0]
g["V"] += np.dot(d, h[3].T)
dh = np.dot(p["V"].T, d)
for t in reversed(range(3)):
    dh = cell_back(dh, h[t + 1], h[t], x[t], g)
for k in p:
    p[k] -= 0.1 * g[k]
"""
SLIPS = {
    "the state of the same step": (STATES, "S[:, k - 1])", "S[:, k])", "order in time"),
    "the input of another step": (STATES, "X[:, k - 1])", "X[:, k - 2])", "order in time"),
    "the weights of the state": (CELL, 'np.dot(p["W"].T, dz)', 'np.dot(p["W"], dz)', "transpose"),
    "the weights of the state, transposed by a function": (
        CELL.replace('p["W"].T', 'np.transpose(p["W"])'),
        'np.transpose(p["W"])',
        'p["W"]',
        "transpose",
    ),
    "another factor stays a wrong factor": (CELL, 'g["U"] += np.dot(dz', 'g["U"] += np.dot(dh', "raw error for delta"),
}


@pytest.mark.parametrize("text", [STATES, CELL], ids=["states", "cell"])
def test_the_right_programs_are_right(text):
    assert grade_code(text).verdict == "right"


@pytest.mark.parametrize("name", SLIPS)
def test_the_kind_is_that_of_the_text(name):
    text, old, new, kind = SLIPS[name]
    wrong = text.replace(old, new, 1)
    grade = grade_code(wrong)
    assert [mistake.kind for mistake in grade.mistakes] == [kind]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"

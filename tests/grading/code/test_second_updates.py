"""Mistakes that only the second update shows, and units without a gradient in adaptive optimizers."""

import pytest
from corrections import corrected

from autograd import grade_code

CLOSURES = """
import numpy as np
def dense(n, m, rng):
    W, b, kept = rng.normal(0, 0.5, (n, m)), rng.normal(0, 0.1, m), {}
    def ahead(x):
        kept["x"] = x
        return x @ W + b
    def back(g):
        kept["gW"], kept["gb"] = kept["x"].T @ g, g.sum(axis=0)
        return g @ W.T
    def step(rate):
        nonlocal W, b
        W -= rate * kept["gW"]
        b -= rate * kept["gb"]
    return ahead, back, step
def swish():
    kept = []
    def ahead(x):
        s = 1 / (1 + np.exp(-x))
        kept.append((x, s))
        return x * s
    def back(g):
        x, s = kept.pop()
        return g * (s + x * s * (1 - s))
    def step(rate):
        pass
    return ahead, back, step
rng = np.random.default_rng(1)
X, T = rng.uniform(-1, 1, (6, 2)), rng.uniform(-1, 1, (6, 2))
net = [dense(2, 4, rng), swish(), dense(4, 2, rng)]
for turn in range(5):
    out = X
    for ahead, _, _ in net:
        out = ahead(out)
    loss = np.sum((out - T) ** 2) / 2
    g = out - T
    for _, back, _ in reversed(net):
        g = back(g)
    for _, _, step in net:
        step(0.05)
"""

LAYERS = """
import numpy as np
np.random.seed(4)
X, Y = np.random.randn(5, 3), np.random.randn(5, 2)
W, V, acts, v = np.random.randn(3, 4), np.random.randn(4, 2), [], 0
for turn in range(4):
    acts.append(np.tanh(X @ W))
    out = acts[-1] @ V
    loss = np.sum((out - Y) ** 2) / 2
    d = out - Y
    gV = acts[-1].T @ d
    gW = X.T @ ((d @ V.T) * (1 - acts[-1] ** 2))
    v = 0.9 * v - 0.01 * gW
    W = W + v
    V = V - 0.01 * gV
"""

DEAD = """
import numpy as np
np.random.seed(0)
X, Y = np.random.randn(5, 3), np.random.randn(5, 2)
W, b = 0.5 * np.random.randn(3, 4), np.array([-9.0, 0.1, 0.2, -9.0])
V, c = 0.5 * np.random.randn(4, 2), np.zeros(2)
parameters = [W, b, V, c]
mean, square = [np.zeros_like(p) for p in parameters], [np.zeros_like(p) for p in parameters]
for turn in range(1, 4):
    h = np.maximum(0, X @ W + b)
    out = h @ V + c
    loss = np.mean((out - Y) ** 2)
    d = 2 * (out - Y) / Y.size
    dh = d @ V.T
    dh[h <= 0] = 0
    gradients = [X.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]
    for k, g in enumerate(gradients):
        {rule}
"""
RULES = {
    "adam": "mean[k] = 0.9 * mean[k] + 0.1 * g\n        square[k] = 0.99 * square[k] + 0.01 * g ** 2\n"
    "        parameters[k] -= 0.01 * mean[k] / (1 - 0.9 ** turn) / (np.sqrt(square[k] / (1 - 0.99 ** turn)) + 1e-7)",
    "rmsprop": "square[k] = 0.9 * square[k] + 0.1 * g * g\n"
    "        parameters[k] -= 0.01 * g / (np.sqrt(square[k]) + 1e-7)",
    "adagrad": "square[k] += g * g\n        parameters[k] += -0.01 * g / np.sqrt(square[k] + 1e-8)",
}


SMALL = """
import numpy as np
np.random.seed(4)
X, Y = np.random.randn(5, 3), np.random.randn(5, 2)
W, b, vW, vb = np.random.randn(3, 2), np.zeros(2), 0, 0
for turn in range(4):
    d = X @ W + b - Y
    loss = np.sum(d ** 2) / 2
    vW = 0.9 * vW - 0.01 * X.T @ d
    vb = 0.9 * vb - 0.01 * d.sum(axis=0)
    W = W + vW
    b = b + vb
"""
PARTS = """
import numpy as np
np.random.seed(4)
X, Y = np.random.randn(6, 3), np.random.randn(6, 2)
W, V, h0 = np.random.randn(3, 4), np.random.randn(4, 2), np.zeros(4)
vW, vV = np.zeros_like(W), np.zeros_like(V)
for turn in range(4):
    rows = [0, 1, 2] if turn % 2 == 0 else [3, 4, 5]
    rate = 0.02 / (1 + turn)
    h = np.tanh(X[rows] @ W + 0.5 * h0)
    loss = np.sum((h @ V - Y[rows]) ** 2) / 2
    d = h @ V - Y[rows]
    vV = 0.5 * vV + h.T @ d
    vW = 0.5 * vW + X[rows].T @ ((d @ V.T) * (1 - h ** 2))
    V -= rate * vV
    W -= rate * vW
    h0 = h.mean(axis=0)
"""


@pytest.mark.parametrize("text", [CLOSURES, LAYERS, SMALL, PARTS])
def test_a_right_program_is_right_at_the_second_update(text):
    grade = grade_code(text)
    assert grade.verdict == "right", str(grade)
    assert "at the second update" in grade.checked


@pytest.mark.parametrize(
    ("text", "old", "new"),
    [
        (CLOSURES, "x, s = kept.pop()", "x, s = kept[0]"),
        (LAYERS, "1 - acts[-1] ** 2", "1 - acts[0] ** 2"),
        (LAYERS, "gV = acts[-1].T", "gV = acts[0].T"),
    ],
)
def test_a_value_of_the_first_forward_pass_is_found(text, old, new):
    wrong = text.replace(old, new)
    assert wrong != text
    grade = grade_code(wrong)
    assert grade.verdict == "wrong"
    assert [mistake.kind for mistake in grade.mistakes] == ["stale forward pass"]
    assert grade.mistakes[0].line == wrong[: wrong.index(new)].count("\n") + 1
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


@pytest.mark.parametrize("rule", RULES)
def test_units_that_no_sample_reaches_are_right_in_adaptive_optimizers(rule):
    grade = grade_code(DEAD.replace("{rule}", RULES[rule]))
    assert grade.verdict == "right", str(grade)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        ("    dh[h <= 0] = 0\n", "", {"derivative missing", "relu mask"}),
        ("dh[h <= 0] = 0", "dh[dh <= 0] = 0", {"relu mask"}),
        ("X.T @ dh, dh.sum(axis=0)", "X.T @ dh, h.sum(axis=0)", {"wrong factor", "raw error for delta"}),
    ],
)
def test_slips_with_such_units_are_found(rule, old, new, kind):
    text = DEAD.replace("{rule}", RULES[rule]).replace(old, new)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert kind & {mistake.kind for mistake in grade.mistakes}, str(grade)

"""Mistakes that a program's own numbers hide: they show with fresh weights, at other sizes or at the second update."""

import ast

import pytest
from corrections import corrected

from autograd import grade_code
from autograd.grading.code.sizes import places_of_sizes

PROGRAM = """
import numpy as np

rng = np.random.default_rng(0)
X = rng.normal(size=(5, 5))
Y = rng.normal(size=(5, 2))
W1 = rng.normal(size=(5, 4))
b1 = np.zeros(4)
W2 = rng.normal(size=(4, 2))
dW1, dW2 = np.zeros_like(W1), np.zeros_like(W2)
for epoch in range(10):
    h = np.tanh(X @ W1 + b1)
    out = h @ W2
    loss = np.mean((out - Y) ** 2)
    d2 = 2 * (out - Y) / Y.size
    d1 = d2 @ W2.T * (1 - h ** 2)
    dW2 = h.T @ d2
    dW1 = X.T @ d1
    db1 = d1.sum(axis=0)
    W2 = W2 - 0.1 * dW2
    W1 = W1 - 0.1 * dW1
    b1 = b1 - 0.1 * db1
"""


def test_a_right_program_says_what_was_checked():
    grade = grade_code(PROGRAM)
    assert grade.verdict == "right"
    assert grade.checked == ["with fresh weights", "at other sizes", "at the second update"]
    assert "with these numbers, with fresh weights, at other sizes and at the second update" in str(grade)


def test_without_a_second_step_none_is_claimed():
    assert grade_code(PROGRAM.replace("range(10)", "range(1)")).checked == ["with fresh weights", "at other sizes"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("dW1 = X.T @ d1", "dW1 = X.T @ d1 * len(X) / X.shape[1]"),
        ("db1 = d1.sum(axis=0)", "db1 = d1.mean(axis=0) * X.shape[1]"),
    ],
)
def test_equal_sizes_hide_a_wrong_count(old, new):
    grade = grade_code(PROGRAM.replace(old, new))
    assert grade.verdict == "wrong"
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == [
        old.split()[0][-2:].strip("d")
    ]
    assert any(text.startswith("right with the file's own sizes only") for text in grade.said)


@pytest.mark.parametrize(
    "text",
    [
        PROGRAM.replace("(out - Y) ** 2)", "(out - Y) ** 2) * Y.size / 5").replace("/ Y.size", "/ 5"),
        PROGRAM.replace("X = rng.normal(size=(5, 5))", "X = np.array([[0.1, 0.2, 0.3, 0.4, 0.9]] * 5)"),
        PROGRAM.replace("rng.normal(size=(5, 2))", "np.eye(2)[rng.integers(0, 2, 5)]"),
        PROGRAM.replace("X = rng", "n = 5\nX = rng").replace("/ Y.size", "/ (2 * n)"),
    ],
)
def test_a_number_that_is_written_twice_causes_no_false_alarm(text):
    assert grade_code(text).verdict.startswith("right")


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("n, d = 4, 3\nX = np.zeros((n, d))", [4, 3]),
        ("y = [0.5, 1.0, 2.0]\nn = 3\nm = 6", [6]),  # 3 is the length of the data
        ("n = 4\nloss = s / 4", []),  # the divisor may be the number of samples
        ("W = rng.normal(size=(2, 3)); loss = z ** 2", [2, 3]),
        ("W = rng.normal(size=(2, 3)); loss = z / 2", [3]),
        ("k = rng.integers(0, 7, size=(5, 6)); t = range(2, 9)", [5, 6, 9]),
    ],
)
def test_sizes_are_found(text, sizes):
    assert [value for _, value in places_of_sizes(ast.parse(text))] == sizes


SUMMED = PROGRAM.replace("dW2 = h", "dW2 += h").replace("dW1 = X", "dW1 += X")
STORED = """
import numpy as np

class Layer:
    def __init__(self, n, m):
        self.W = np.random.randn(n, m)
        self.dW = np.zeros((n, m))

    def forward(self, x):
        self.x = x
        return x @ self.W

    def backward(self, d):
        self.dW += self.x.T @ d

np.random.seed(0)
layer = Layer(3, 2)
X, Y = np.random.randn(4, 3), np.random.randn(4, 2)
for step in range(5):
    out = layer.forward(X)
    loss = np.sum((out - Y) ** 2) / 2
    layer.backward(out - Y)
    layer.W -= 0.05 * layer.dW
"""


@pytest.mark.parametrize(
    ("text", "wrong", "line"), [(SUMMED, ["W2", "W1"], 10), (STORED, ["layer.W"], 14)], ids=["loop", "class"]
)
def test_gradients_that_are_never_set_to_zero_show_at_the_second_update(text, wrong, line):
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert [update.parameter for update in grade.updates if update.verdict == "wrong"] == wrong
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, "stale forward pass")]
    assert "the first update is right: the second one shows the mistake" in grade.said
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_start_values_are_moved_into_the_loop_where_samples_are_added_up():
    text = """
import numpy as np

np.random.seed(1)
X, Y, W = np.random.randn(4, 3), np.random.randn(4, 2), np.random.randn(3, 2)
dW = np.zeros_like(W)
for step in range(5):
    loss = 0.0
    for x, t in zip(X, Y):
        r = x @ W - t
        loss += np.sum(r ** 2) / 2
        dW += np.outer(x, r)
    W = W - 0.05 * dW
"""
    grade = grade_code(text)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(6, "stale forward pass")]
    fixed = corrected(text, grade.mistakes)
    assert fixed.index("for step") < fixed.index("dW = np.zeros_like(W)")
    assert grade_code(fixed).verdict == "right"


@pytest.mark.parametrize(
    "step",
    [
        "v = 0.9 * v + dW1\n    W1 = W1 - 0.1 * v",
        "v = 0.9 * v - 0.1 * dW1\n    W1 = W1 + v",
        "W1 = W1 - 0.1 / (1 + epoch) * dW1",
    ],
)
def test_momentum_and_a_falling_rate_are_right_at_the_second_update(step):
    text = PROGRAM.replace("W1 = W1 - 0.1 * dW1", step).replace("for epoch", "v = 0.0\nfor epoch")
    assert grade_code(text).verdict.startswith("right")


KEYS = """
import numpy as np

rng = np.random.default_rng(0)
X, Y = rng.normal(size=(6, 3)), rng.normal(size=(6, 3))
params = {"W1": rng.normal(size=(3, 3)), "b1": np.zeros(3), "W2": rng.normal(size=(3, 3)), "b2": np.zeros(3)}
for epoch in range(10):
    h = np.tanh(X @ params["W1"] + params["b1"])
    out = h @ params["W2"] + params["b2"]
    loss = np.mean((out - Y) ** 2)
    d = 2 * (out - Y) / Y.size
    e = d @ params["W2"].T * (1 - h**2)
    grads = {"W1": X.T @ e, "b1": e.sum(axis=0), "W2": h.T @ d, "b2": d.sum(axis=0)}
    for k in ("1", "2"):
        params["W" + k] = params["W" + k] - 0.1 * grads["W" + k]
        params["b" + k] = params["b" + k] - 0.1 * grads["b" + k]
"""
TARGET = 'params["b" + k] ='


@pytest.mark.parametrize(
    "target", ['params["bias" + k] =', 'params["b" + str(3 - int(k))] =', 'params["W" + k] =', "bias ="]
)
def test_an_update_that_is_stored_in_another_place_is_lost(target):
    text = KEYS.replace(TARGET, target)
    grade = grade_code(text)
    assert {"params['b1']", "params['b2']"} <= {u.parameter for u in grade.updates if u.verdict == "wrong"}
    assert [mistake.line for mistake in grade.mistakes] == [16]
    assert "is stored in" in grade.mistakes[0].message
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    for k in", "    centred = Y - Y.mean(axis=0)\n    for k in"),
        ("    for k in", "    rest = X - out\n    for k in"),
        ("    for k in", "    new = {}\n    for k in"),  # stored in a new dict, which replaces the old one
    ],
)
def test_a_difference_of_data_or_a_new_dict_is_no_lost_update(old, new):
    text = KEYS.replace(old, new)
    if "new = {}" in new:
        text = (
            text.replace('params["W" + k] =', 'new["W" + k] =').replace(TARGET, 'new["b" + k] =') + "    params = new\n"
        )
    assert grade_code(text).verdict == "right"

"""Gradients that are 0 but for rounding: those of biases whose mean is subtracted again."""

import pytest

from autograd import grade_code

PROGRAM = """
import numpy as np

rng = np.random.default_rng(2)
X, T = rng.standard_normal((12, 3)), rng.standard_normal((12, 1))
W, b = rng.standard_normal((3, 4)), np.zeros(4)
gain, shift = np.ones(4), np.zeros(4)
V, c = rng.standard_normal((4, 1)), np.zeros(1)
for step in range(100):
    A = X @ W + b
    centered = A - A.mean(axis=0)
    scale = 1 / np.sqrt(np.mean(centered**2, axis=0) + 1e-5)
    N = centered * scale
    H = np.maximum(0, gain * N + shift)
    out = H @ V + c
    loss = np.mean((out - T) ** 2)
    dout = 2 * (out - T) / len(X)
    dH = dout @ V.T
    dH[H <= 0] = 0
    dN = dH * gain
    dA = scale * (dN - dN.mean(axis=0) - N * np.mean(dN * N, axis=0))
    V -= 0.1 * H.T @ dout
    c -= 0.1 * dout.sum(axis=0)
    gain -= 0.1 * np.sum(dH * N, axis=0)
    shift -= 0.1 * dH.sum(axis=0)
    W -= 0.1 * X.T @ dA
    b -= 0.1 * dA.sum(axis=0)
"""
WRONG = {
    "a mean of the inputs": ("b -= 0.1 * dA.sum(axis=0)", "b -= 0.1 * dH.sum(axis=0)"),
    "a term of the normalization": (" - dN.mean(axis=0) - N", " - N"),
    "the weights before it": ("W -= 0.1 * X.T @ dA", "W -= 0.1 * X.T @ dN"),
    "the bias behind it": ("c -= 0.1 * dout.sum(axis=0)", "c -= 0.1 * dout.mean(axis=0)"),
}


def test_a_bias_whose_gradient_is_rounding_is_right():
    grade = grade_code(PROGRAM)
    assert grade.verdict == "right"
    assert {update.parameter for update in grade.updates} == {"W", "b", "gain", "shift", "V", "c"}


def test_a_bias_that_gets_no_update_beside_rounding_is_right():
    assert grade_code(PROGRAM.replace("    b -= 0.1 * dA.sum(axis=0)\n", "")).verdict == "right"


@pytest.mark.parametrize(("old", "new"), WRONG.values(), ids=WRONG)
def test_a_wrong_update_beside_it_is_wrong(old, new):
    assert old in PROGRAM
    assert grade_code(PROGRAM.replace(old, new)).verdict == "wrong"


@pytest.mark.parametrize("size", [1e-6, 1e-3, 1e3, 1e6])
def test_small_gradients_are_judged_if_all_are_small(size):
    assert grade_code(PROGRAM.replace("len(X)\n", f"len(X) * {size}\n")).verdict == "right up to a factor"
    old, new = WRONG["the weights before it"]
    assert grade_code(PROGRAM.replace("len(X)\n", f"len(X) * {size}\n").replace(old, new)).verdict == "wrong"

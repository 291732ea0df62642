"""Optimizers in people's own words: rules that are right, and rules whose state is wrong from the second update on."""

import pytest
from corrections import corrected

from autograd import grade_code
from autograd.grading.code.factors import proportion

PROGRAM = """
import numpy as np

np.random.seed(3)
X, Y = np.random.randn(6, 3), np.random.randn(6, 2)
W, b = 0.5 * np.random.randn(3, 4), 0.1 * np.random.randn(4)
V, c = 0.5 * np.random.randn(4, 2), 0.1 * np.random.randn(2)
P = [W, b, V, c]
m = [np.zeros_like(p) for p in P]
s = [np.zeros_like(p) for p in P]
lr, mu, beta1, beta2, eps = 0.02, 0.9, 0.9, 0.999, 1e-8
p1, p2 = 1.0, 1.0
for t in range(200):
    h = np.tanh(X @ P[0] + P[1])
    out = h @ P[2] + P[3]
    loss = np.sum((out - Y) ** 2) / (2 * len(X))
    d = (out - Y) / len(X)
    dh = (d @ P[2].T) * (1 - h ** 2)
    G = [X.T @ dh, dh.sum(axis=0), h.T @ d, d.sum(axis=0)]
    p1, p2 = p1 * beta1, p2 * beta2
    for i in range(4):
        g = G[i]
RULE
"""

RIGHT = {
    "momentum": "m[i] = mu * m[i] - lr * g; P[i] += m[i]",
    "momentum, rate outside": "m[i] = mu * m[i] + g; P[i] -= lr * m[i]",
    "mean of gradients": "m[i] = mu * m[i] + (1 - mu) * g; P[i] -= lr / (1 - mu) * m[i]",
    "damped momentum": "m[i] = g if t == 0 else mu * m[i] + 0.5 * g; P[i] = P[i] - lr * m[i]",
    "Nesterov": "old = m[i].copy(); m[i] = mu * m[i] - lr * g; P[i] += -mu * old + (1 + mu) * m[i]",
    "Nesterov, ahead": "m[i] = mu * m[i] + g; P[i] -= lr * (g + mu * m[i])",
    "much momentum with a rate that falls": "m[i] = 0.99 * m[i] - lr / (1 + 0.1 * t) * g; P[i] += m[i]",
    "momentum with less and less rate": "m[i] = mu * m[i] - lr / (1 + 0.1 * t) * g; P[i] += m[i]",
    "AdaGrad": "s[i] += g ** 2; P[i] -= lr * g / (np.sqrt(s[i]) + eps)",
    "AdaGrad, eps inside": "s[i] = s[i] + g * g; P[i] -= lr / np.sqrt(s[i] + eps) * g",
    "RMSProp": "s[i] = 0.9 * s[i] + 0.1 * g ** 2; P[i] -= lr * g / (np.sqrt(s[i]) + eps)",
    "RMSProp with a rate that falls": (
        "s[i] = 0.9 * s[i] + 0.1 * g ** 2; P[i] -= lr * 0.9 ** t * g / np.sqrt(s[i] + eps)"
    ),
    "RMSProp with momentum": (
        "s[i] = 0.9 * s[i] + 0.1 * g * g; m[i] = mu * m[i] + lr * g / (np.sqrt(s[i]) + eps); P[i] -= m[i]"
    ),
    "RMSProp, centered": (
        "s[i] = 0.9 * s[i] + 0.1 * g * g; m[i] = 0.9 * m[i] + 0.1 * g; "
        "P[i] -= lr * g / np.sqrt(s[i] - m[i] ** 2 + 1e-4)"
    ),
    "Adam": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g ** 2; "
        "P[i] -= lr * (m[i] / (1 - beta1 ** (t + 1))) / (np.sqrt(s[i] / (1 - beta2 ** (t + 1))) + eps)"
    ),
    "Adam, correction in the rate": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g * g; "
        "P[i] -= lr * np.sqrt(1 - beta2 ** (t + 1)) / (1 - beta1 ** (t + 1)) * m[i] / (np.sqrt(s[i]) + eps)"
    ),
    "Adam, running products": (
        "m[i] += (1 - beta1) * (g - m[i]); s[i] += (1 - beta2) * (g ** 2 - s[i]); "
        "P[i] -= lr * m[i] / (1 - p1) / (np.sqrt(s[i] / (1 - p2)) + eps)"
    ),
    "Adam with a rate that falls": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g ** 2; rate = lr / (1 + 0.3 * t); "
        "P[i] -= rate * (m[i] / (1 - beta1 ** (t + 1))) / (np.sqrt(s[i] / (1 - beta2 ** (t + 1))) + eps)"
    ),
    "Adam without correction": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g ** 2; "
        "P[i] -= lr * m[i] / (np.sqrt(s[i]) + eps)"
    ),
    "AdamW": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g ** 2; "
        "P[i] -= lr * (m[i] / (1 - p1) / (np.sqrt(s[i] / (1 - p2)) + eps) + 0.001 * P[i])"
    ),
    "AMSGrad": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; n = beta2 * s[i] + (1 - beta2) * g ** 2; s[i] = np.maximum(s[i], n); "
        "P[i] -= lr * m[i] / (np.sqrt(s[i]) + eps)"
    ),
    "AdaBelief": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * (g - m[i]) ** 2 + eps; "
        "P[i] -= lr * (m[i] / (1 - p1)) / (np.sqrt(s[i] / (1 - p2)) + eps)"
    ),
    "Nadam": (
        "m[i] = beta1 * m[i] + (1 - beta1) * g; s[i] = beta2 * s[i] + (1 - beta2) * g ** 2; "
        "n = beta1 * m[i] / (1 - p1) + (1 - beta1) * g / (1 - p1); "
        "P[i] -= lr * n / (np.sqrt(s[i] / (1 - p2)) + eps)"
    ),
}

ADAM = RIGHT["Adam"]

# The right rule, and the wrong one.
WRONG = {
    "momentum of the wrong sign": (RIGHT["momentum"], "m[i] = -mu * m[i] - lr * g; P[i] += m[i]"),
    "Nesterov of the wrong sign": (RIGHT["Nesterov"], RIGHT["Nesterov"].replace("-mu * old", "mu * old")),
    "mean from the squares": (ADAM, ADAM.replace("beta1 * m[i] +", "beta1 * s[i] +")),
    "squares of the mean": (ADAM, ADAM.replace("g ** 2", "m[i] ** 2")),
    "squares from the mean": (ADAM, ADAM.replace("beta2 * s[i]", "beta2 * m[i]")),
    "product in the correction": (ADAM, ADAM.replace("beta1 ** (t + 1)", "beta1 * (t + 1)")),
    "literal in the correction": (ADAM, ADAM.replace("beta1 ** (t + 1)", "0.9 * (t + 1)")),
    "fixed exponent": (ADAM, ADAM.replace("beta1 ** (t + 1)", "beta1 ** 2")),
    "exponent one too large": (ADAM, ADAM.replace("beta1 ** (t + 1)", "beta1 ** (t + 2)")),
    "both exponents too large": (ADAM, ADAM.replace("(t + 1)", "(t + 2)")),
    "exponent that counts parameters": (ADAM, ADAM.replace("(t + 1)", "(4 * t + i + 1)")),
    "decays exchanged": (ADAM, ADAM.replace("beta1 ** (t + 1)", "beta2 ** (t + 1)")),
    "memory of AdaGrad lost": (RIGHT["AdaGrad"], RIGHT["AdaGrad"].replace("s[i] += g ** 2", "s[i] = g ** 2")),
    "memory of the first parameter": (RIGHT["RMSProp"], RIGHT["RMSProp"].replace("0.9 * s[i]", "0.9 * m[i]")),
}


def program(rule):
    return PROGRAM.replace("RULE", "\n".join("        " + line for line in rule.split("; ")))


@pytest.mark.parametrize("rule", RIGHT.values(), ids=RIGHT)
def test_a_right_rule_is_right_in_later_updates(rule):
    grade = grade_code(program(rule))
    assert grade.verdict in ("right", "right up to a factor")
    assert "at the second update" in grade.checked


@pytest.mark.parametrize(("rule", "wrong"), WRONG.values(), ids=WRONG)
def test_a_wrong_state_is_wrong_and_corrected(rule, wrong):
    assert wrong != rule
    text = program(wrong)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert grade_code(program(rule)).verdict != "wrong"
    if grade.mistakes[0].fix:
        assert grade_code(corrected(text, grade.mistakes)).verdict != "wrong"


def test_gradients_of_one_sign_do_not_hide_the_root():
    """The root of their mean square is proportional to them in the first step."""
    text = (
        program(ADAM)
        .replace("np.random.randn(6, 2)", "9 + np.random.rand(6, 2)")
        .replace("np.tanh(X @ P[0] + P[1])", "1 / (1 + np.exp(-(X @ P[0] + P[1])))")
        .replace("(1 - h ** 2)", "h * (1 - h)")
    )
    grade = grade_code(text)
    assert grade.verdict == "right"
    assert "at the second update" in grade.checked


def test_numbers_whose_squares_vanish_have_no_factor():
    assert proportion([1e-200, 2e-200], [2e-200, 4e-200]) is None

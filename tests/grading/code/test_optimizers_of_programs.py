"""The formulas of adaptive optimizers in programs: mistakes in them, and accepted variants."""

import pytest
from corrections import corrected

from autograd import grade_code

PROGRAM = """
import numpy as np

np.random.seed(14)
w = np.random.randn(3)
m, v = np.zeros(3), np.zeros(3)
beta1, beta2, eps, rate = 0.9, 0.999, 1e-8, 0.01
X, y = np.random.randn(4, 3), np.array([1.0, 0.0, 1.0, 1.0])
for t in range(1, 4):
    out = 1 / (1 + np.exp(-X @ w))
    loss = np.mean((out - y) ** 2)
    g = X.T @ (2 * (out - y) / 4 * out * (1 - out))
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g ** 2
    m_hat = m / (1 - beta1 ** t)
    v_hat = v / (1 - beta2 ** t)
    w -= rate * m_hat / (np.sqrt(v_hat) + eps)
"""

SLIPS = [
    ("np.sqrt(v_hat) + eps", "v_hat + eps", 17, "wrong factor"),
    ("rate * m_hat / (np.sqrt(v_hat) + eps)", "rate * v_hat / (np.sqrt(m_hat) + eps)", 17, "wrong factor"),
    ("(1 - beta2) * g ** 2", "(1 - beta2) * g", 14, "wrong factor"),
    ("1 - beta1 ** t", "1 - beta1 * t", 15, "wrong factor"),
    ("w -=", "w +=", 17, "sign of the update"),
    ("out * (1 - out)", "(1 - out)", 12, "wrong derivative"),
]

# No bias correction, or one without an exponent, RMSprop, another place of epsilon: the rate absorbs the difference.
TASTE = [
    ("m_hat = m / (1 - beta1 ** t)", "m_hat = m"),
    ("1 - beta1 ** t", "1 - beta1"),
    ("rate * m_hat", "rate * g"),
    ("np.sqrt(v_hat) + eps", "np.sqrt(v_hat + eps)"),
    ("beta2 * v + (1 - beta2) * g ** 2", "v + g ** 2"),
]


@pytest.mark.parametrize(("old", "new"), [("", ""), *TASTE], ids=["Adam", *[new for _, new in TASTE]])
def test_what_is_a_matter_of_taste_is_right(old, new):
    assert grade_code(PROGRAM.replace(old, new) if old else PROGRAM).verdict == "right"


@pytest.mark.parametrize(("old", "new", "line", "kind"), SLIPS, ids=[new for _, new, *_ in SLIPS])
def test_a_slip_in_the_formula_is_named_and_corrected(old, new, line, kind):
    text = PROGRAM.replace(old, new)
    grade = grade_code(text)
    assert grade.verdict == "wrong"
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_a_gradient_of_the_other_sign_may_be_added():
    text = PROGRAM.replace("g = X.T", "g = -X.T").replace("w -=", "w +=")
    assert grade_code(text).verdict == "right"


def test_a_bias_correction_without_an_exponent_is_told():
    grade = grade_code(PROGRAM.replace("1 - beta1 ** t", "1 - beta1"))
    assert any("the bias correction in line 15 has no exponent" in line for line in grade.said)

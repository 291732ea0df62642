r"""Chains as authors print them: deltas that they define, steps between their ends, layers with one activation, gaps.

Beside each right formula there are wrong ones in the same notation.
"""

import pytest
from people_settings import derivation


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


LETTERS = {"s": "a", "a": "h", "y": "o", "t": "y", "x": "x", "loss": "L", "function": r"\sigma"}
LOGITS = setting("2-3-3 relu softmax", "to-from", {**LETTERS, "p": r"\hat{y}"})
SIGMOIDS = setting("2-3-2 sig half_sse", "to-from", LETTERS)
LAYERS = {"s": "z", "a": "a", "y": "a", "t": "y", "x": "x", "loss": "L"}
RELUS = setting("2-3-3-1 relu,lin half_sse", "to-from", {**LAYERS, "s": "Z", "a": "A", "y": "A", "x": "X"})
DEEP = setting("2-3-3-2 sig half_sse", "from-to", LAYERS)
TANHS = setting("2-3-2 tanh,lin half_sse", "to-from", LAYERS)
LOGISTIC = setting("2-3-2 sig bce", "to-from", {**LAYERS, "y": r"\hat{y}"})
SHARES = setting("2-3-3 relu softmax", "to-from", {"s": "z", "a": "h", "y": "z", "p": r"\hat{y}", "t": "y"})
BATCH = setting("2-3-3 tanh softmax m=3", "from-to", {"s": "Z", "a": "A", "y": "S", "p": "P", "t": "Y", "x": "X"})
OF_LAST = setting("rnn tanh,lin half_sse last", "to-from", {"s": "z", "a": "h", "y": "o", "t": "y"})
OF_ALL = setting("rnn tanh half_sse", "to-from", {"s": "z", "a": "h", "y": "o", "t": "y"})

_DELTA = r"\delta^{(h)} = \frac{\partial L}{\partial h} = W^{(2)\top} "
_DELTA_ALONE = r"\delta^{(h)} = \frac{\partial L}{\partial h}, \quad \frac{\partial L}{\partial W^{(1)}} = "
DEFINED_DELTAS = [
    (LOGITS, _DELTA + r"\delta^{(o)}", "equal"),
    (LOGITS, _DELTA + r"\delta^{(o)} \in \mathbb{R}^{h}", "equal"),
    (LOGITS, _DELTA.replace("^{(h)}", "^{[h]}") + r"\delta^{[o]}", "equal"),
    (LOGITS, _DELTA.replace(r"\top", "") + r"\delta^{(o)}", "wrong"),
    (LOGITS, _DELTA + r"\delta^{(o)} \odot \sigma'(a)", "wrong"),
    (LOGITS, _DELTA + r"\delta^{(h)}", "wrong"),
    (LOGITS, r"\delta^{(h)} = W^{(2)\top} \delta^{(o)}", "wrong"),
    (LOGITS, r"\delta^{(h)} = W^{(2)\top} \delta^{(o)} \odot \sigma'(a)", "equal"),
    (SIGMOIDS, _DELTA + r"(\delta^{(o)} \odot o \odot (1 - o))", "equal"),
    (SIGMOIDS, _DELTA + r"(\delta^{(o)} \odot o \odot o)", "wrong"),
    (SIGMOIDS, _DELTA + r"\delta^{(o)}", "ambiguous"),
    (SIGMOIDS, _DELTA_ALONE + r"(\delta^{(h)} \odot h \odot (1 - h)) x^T", "equal"),
    (SIGMOIDS, _DELTA_ALONE + r"\delta^{(h)} x^T", "wrong"),
]
_BACK = r"\frac{\partial L}{\partial h_k} = \frac{\partial L}{\partial h_t} "
_TO_LAST = r"\frac{\partial L}{\partial h_k} = \frac{\partial L}{\partial h_T} "
_LINK = r" \frac{\partial h_j}{\partial h_{j-1}}"
STEPS_BETWEEN = [
    (OF_LAST, _BACK + r"\prod_{j=k+1}^t" + _LINK, "equal"),
    (OF_LAST, _BACK + r"\prod_{j=k}^t" + _LINK, "wrong"),
    (OF_LAST, _BACK + r"\prod_{j=k+2}^t" + _LINK, "wrong"),
    (OF_LAST, _BACK + r"\prod_{j=k+1}^{t-1}" + _LINK, "wrong"),
    (OF_LAST, _BACK + r"\prod_{j=k}^{t-1} \frac{\partial h_{j+1}}{\partial h_j}", "equal"),
    (OF_LAST, _BACK + r"\prod_{j=k+1}^{t-1} \frac{\partial h_{j+1}}{\partial h_j}", "wrong"),
    (OF_LAST, _BACK + r"\frac{\partial h_t}{\partial h_k}", "equal"),
    (OF_LAST, _BACK + r"\frac{\partial h_{t-1}}{\partial h_k}", "wrong"),
    (OF_LAST, _BACK + r"\frac{\partial h_k}{\partial h_t}", "wrong"),
    (OF_LAST, _TO_LAST + r"\prod_{j=k+1}^T" + _LINK, "equal"),
    (OF_LAST, _TO_LAST + r"\prod_{j=k}^T" + _LINK, "wrong"),
    (OF_LAST, _TO_LAST + r"\prod_{j=k+1}^{T-1}" + _LINK, "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial h^j_t} = \frac{\partial L}{\partial o^k_t} "
     r"\frac{\partial o^k_t}{\partial h^j_t}", "wrong"),  # k counts outputs, and its sum is missing
    (OF_ALL, r"\frac{\partial L_t}{\partial h^j_t} = \frac{\partial L_t}{\partial o^k_t} "
     r"\frac{\partial o^k_t}{\partial h^j_t}", "wrong"),
    (OF_ALL, _BACK + r"\prod_{j=k+1}^t" + _LINK, "wrong"),
    (OF_ALL, _BACK + r"\frac{\partial h_t}{\partial h_k}", "wrong"),
    (OF_ALL, _TO_LAST + r"\prod_{j=k+1}^T" + _LINK, "wrong"),
]  # fmt: skip
_RULE = r"\frac{\partial L}{\partial Z^l} = \frac{\partial L}{\partial A^l} \odot "
_CASES = r"\begin{cases} \frac{\partial L}{\partial A^l_j} & Z^l_j > 0 \\ 0 & \text{otherwise} \end{cases}"
OF_ONE_ACTIVATION = [
    (RELUS, _RULE + r"\mathbb{1}(Z^l > 0)", "equal"),
    (RELUS, _RULE + r"\mathbb{1}(A^l > 0)", "equal"),
    (RELUS, _RULE + r"\mathbb{1}(Z^l < 0)", "wrong"),
    (RELUS, _RULE + r"\mathbb{1}(Z^{l-1} > 0)", "wrong"),
    (RELUS, _RULE + r"A^l", "wrong"),
    (RELUS, r"\frac{\partial L}{\partial Z^l} = \frac{\partial L}{\partial A^l}", "wrong"),  # of the outputs alone
    (RELUS, r"\frac{\partial L}{\partial Z^l_j} = " + _CASES, "equal"),
    (RELUS, r"\frac{\partial L}{\partial Z^l_j} = " + _CASES.replace("> 0", "< 0"), "wrong"),
    (RELUS, r"\frac{\partial L}{\partial Z_j} = \frac{\partial L}{\partial A_j} \mathbb{1}[Z_j > 0]", "equal"),
    (RELUS, r"\frac{\partial L}{\partial Z_j} = \frac{\partial L}{\partial A_j} \mathbb{1}[Z_j > 1]", "wrong"),
    (RELUS, r"A^l = \max(0, Z^l)", "equal"),
    (RELUS, r"A^l = \max(0, -Z^l)", "wrong"),
    (TANHS, r"\delta^l = \frac{\partial L}{\partial a^l} \odot (1 - (a^l)^2)", "equal"),
    (TANHS, r"\delta^l = \frac{\partial L}{\partial a^l} \odot (1 - a^l)", "wrong"),
    (TANHS, r"\delta^l = \frac{\partial L}{\partial a^l} \odot a^l \odot (1 - a^l)", "wrong"),
]
_CHAIN = "∂L/∂W1 = (∂L/∂a3) * (∂a3/∂z3) * (∂z3/∂a2) * (∂a2/∂z2) * (∂z2/∂a1) * (∂a1/∂z1) * (∂z1/∂W1)"
GAPS = [
    (DEEP, _CHAIN, "equal"),
    (DEEP, _CHAIN.replace("(", "").replace(")", ""), "equal"),
    (DEEP, _CHAIN.replace("(∂a3/∂z3) * (∂z3/∂a2)", "(∂a3/∂a2)"), "equal"),
    *[(DEEP, _CHAIN.replace(f" * (∂{link})", ""), "wrong") for link in ("z3/∂a2", "a2/∂z2", "a1/∂z1")],
    (DEEP, r"\frac{\partial L}{\partial W^{(2)}} = \frac{\partial L}{\partial a^{(3)}} "
     r"\frac{\partial a^{(3)}}{\partial z^{(3)}} \frac{\partial z^{(2)}}{\partial W^{(2)}}", "wrong"),
]  # fmt: skip
_OF_OUTPUT = r"\frac{\partial L}{\partial \hat{y}} = "
_SUMMED = r"\mathrm{d}b_2 = \sum_{i=1}^{N} \mathrm{d}S_i"
SIGNS_AND_REMARKS = [
    (SHARES, _OF_OUTPUT + r"-y \oslash \hat{y} \in \mathbb{R}^{K}", "equal"),
    (SHARES, _OF_OUTPUT + r"-\hat{y} \oslash y", "wrong"),
    (SHARES, "∂L/∂ŷ = -y ⊘ ŷ", "equal"),
    (SHARES, "∂L/∂ŷ = y ⊘ ŷ", "wrong"),
    (LOGISTIC, _OF_OUTPUT + r"(\hat{y} - y) \oslash (\hat{y} \odot (1 - \hat{y}))", "equal"),
    (LOGISTIC, _OF_OUTPUT + r"(\hat{y} - y) \oslash \hat{y} (1 - \hat{y})", "equal"),  # factors bind more tightly
    (LOGISTIC, _OF_OUTPUT + r"(\hat{y} - y) \oslash \hat{y} \odot (1 - \hat{y})", "wrong"),
    (BATCH, _SUMMED + r" \quad (\text{沿 N 轴求和}) \quad \in \mathbb{R}^{K}", "equal"),
    (BATCH, _SUMMED + r" (\text{summed over rows}) \in \mathbb{R}^{K}", "equal"),
    (BATCH, _SUMMED + r" A_i (\text{summed over rows}) \in \mathbb{R}^{K}", "wrong"),
]


@pytest.mark.parametrize(
    ("row", "formula", "verdict"), [*DEFINED_DELTAS, *STEPS_BETWEEN, *OF_ONE_ACTIVATION, *GAPS, *SIGNS_AND_REMARKS]
)
def test_the_verdict_on_a_chain(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula", "condition"),
    [
        (*DEFINED_DELTAS[0][:2], "if delta^(h) stands for dL/dh, as the formula defines it"),
        (*STEPS_BETWEEN[0][:2], "for every later step t"),
        (*STEPS_BETWEEN[9][:2], ""),
        (*OF_ONE_ACTIVATION[0][:2], "for layers with the activation that it states, here 1, 2"),
        (*OF_ONE_ACTIVATION[12][:2], "for layers with the activation that it states, here 1"),
    ],
)
def test_the_condition_of_a_chain(row, formula, condition):
    assert derivation(row).grade(None, formula).condition == condition


def test_a_gap_in_a_chain_is_named():
    assert "no link of the chain leads from z^(3) to z^(2)" in derivation(DEEP).grade(None, GAPS[-1][1]).diagnosis

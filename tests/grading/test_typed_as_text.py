r"""Formulas as they are typed or pasted: Unicode signs, indices without braces, layers and limits in parentheses.

Each row has a right formula and, beside it, a part of it and a slip in its place.
"""

import pytest
from people_settings import derivation

LETTERS = {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "E"}
PLAIN = {"setting": "2-3-2 sig half_sse", "declared": {"order": "to-from", "letters": LETTERS}}
ONE_LETTER_EACH = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "net", "a": "o", "y": "o", "x": "o", "t": "t", "loss": "E"}},
}
BATCH = {
    "setting": "2-1 logistic m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": r"\hat{y}", "t": "y", "loss": "J"}},
}
STEPS = {
    "setting": "rnn tanh half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "o", "t": "y", "loss": "L"}},
}
ROWS = [
    (PLAIN, "∂E/∂W^{(l)}_jk = δ^{(l)}_j a^{(l-1)}_k", "δ^{(l)}_j", "δ^{(l)}_k"),
    (PLAIN, "∂E/∂W^(2) = δ^(2) (a^(1))^T", "(a^(1))", "(a^(2))"),
    (PLAIN, "δ^(1) = (W^(2))^T δ^(2) ⊙ σ'(z^(1))", "σ'(z^(1))", "σ'(z^(2))"),
    (PLAIN, "δ[1] = W[2]ᵀ · δ[2] ⊙ σ'(z[1])", "W[2]ᵀ", "W[2]"),
    (PLAIN, "∂E/∂W[2] = δ[2] · a[1]ᵀ", "a[1]ᵀ", "a[2]ᵀ"),
    (PLAIN, "{∂E/∂W^(2) = δ^(2) (a^(1))^T}", "δ^(2)", "δ^(1)"),
    (PLAIN, "ΔW2 = −η δ2 a1ᵀ", "−η", "η"),
    (PLAIN, "W₂ ← W₂ − η·δ₂·a₁ᵀ", "− η", "+ η"),
    (ONE_LETTER_EACH, "δ_h = o_h (1 - o_h) Σ_{k ∈ outputs} w_kh δ_k", "w_kh", "w_hk"),
    (ONE_LETTER_EACH, "δ_h = o_h (1 - o_h) SUM_k( δ_k * w_kh )", "w_kh", "w_hk"),
    (ONE_LETTER_EACH, "δ_h = o_h (1 - o_h) sum_k(δ_k w_kh)", "w_kh", "w_hk"),
    (ONE_LETTER_EACH, "δ_h = Σ_k δ_kw_kho_h(1 - o_h)", "(1 - o_h)", "(1 + o_h)"),
    (ONE_LETTER_EACH, "dE/do_k = d[0.5 * (t_k - o_k)^2] / do_k = -(t_k - o_k)", "-(t_k", "(t_k"),
    (BATCH, "∂J/∂w_j = 1/m Σ_(i=1)^m (ŷ^(i) - y^(i)) x_j^(i)", "(ŷ^(i) - y^(i))", "(y^(i) - ŷ^(i))"),
    (BATCH, "∂J/∂w_j = 1/m Σ_{i=1}^m (ŷ^{(i)} - y^{(i)}) x_j^{(i)}", "1/m", ""),
    (STEPS, "∂L/∂W_hh = Σ_(t=1)^T ∂L/∂z_t h_(t-1)^T", "h_(t-1)", "h_(t)"),
    (STEPS, "∂L/∂b_h = Σ_{t=1}ᵀ ∂L/∂z_t", "∂L/∂z_t", "∂L/∂h_t"),
    (STEPS, "∂h_3/∂h_1 = ∏_{t=2}^3 ∂h_t/∂h_{t-1}", "_{t=2}", "_{t=3}"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "formula", "part", "slip"), ROWS)
def test_what_is_typed_gets_its_true_verdict(row, formula, part, slip):
    found = derivation(row)
    assert found.grade(None, formula).verdict == "equal", str(found.grade(None, formula))
    wrong = found.grade(None, formula.replace(part, slip, 1))
    assert wrong.verdict in ("wrong", "ill-formed"), str(wrong)


def test_a_number_in_brackets_is_no_factor():
    row = {"setting": "2-3-3 relu softmax", "declared": {"letters": {"s": "z", "y": "z", "p": r"\hat{y}", "t": "y"}}}
    assert derivation(row).grade(None, "δ[2] = ŷ - y").verdict == "equal"
    assert derivation(row).grade(None, "δ[1] = ŷ - y").verdict != "equal"


@pytest.mark.parametrize(("formula", "verdict"), [
    (r"\Delta w(j,i) = \eta\, \delta_j o_i", "equal"),
    (r"\Delta w(j,i) = -\eta\, \delta_j o_i", "wrong"),
    (r"\frac{\partial E}{\partial w[j,i]} = \frac{\partial E}{\partial net_j} o_i", "equal"),
    (r"\frac{\partial E}{\partial w[j,i]} = \frac{\partial E}{\partial net_i} o_j", "wrong"),
])  # fmt: skip
def test_indices_in_brackets(formula, verdict):
    row = {"setting": ONE_LETTER_EACH["setting"], "declared": {**ONE_LETTER_EACH["declared"], "delta": -1}}
    assert derivation(row).grade(None, formula).verdict == verdict

r"""Typed pseudocode, words and notes beside formulas, names of authors' own, and derivatives that lack a sign.

Beside each right formula there is a wrong one in the same notation, which must not be equal.
"""

import pytest
from people_settings import derivation

from autograd.grading.typed_text import with_typed_signs

pytestmark = pytest.mark.sampled(2)


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


OO = {"a": "o", "y": "o", "t": "t", "x": "x", "loss": "E"}
PLAIN = setting("2-3-2 sig half_sse", "from-to", OO)
DESCENT = setting("2-3-2 sig half_sse", "to-from", OO, delta=-1)
CAPITALS = setting("2-3-2 sig half_sse", "from-to", {"a": "O", "y": "O", "x": "O", "t": "t", "loss": "E"})
ARGUMENTS = setting("2-3-2 sig half_sse", "from-to", {"s": "z", "a": "y", "y": "y", "x": "y", "t": "t", "loss": "E"})
TYPED = setting("2-3-2 sig half_sse", "from-to", {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "L"})
COLUMNS = setting(
    "2-3-2 sig half_sse", "to-from", {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "L"}, vectors="columns"
)
SMALL = setting("2-2-2 sig half_sse", "from-to", {"s": "z", "a": "a", "function": "σ"})
ROWS = setting(
    "2-3-2 sig half_sse m=3 sum", "from-to", {"s": "z", "a": "a", "y": "a", "t": "y", "x": "X"}, batch="rows"
)
LINE = setting("1-1 lin mse m=3", "from-to", {"w": "m", "b": "b", "x": "x", "t": "y", "y": r"\hat{y}", "loss": "L"})
HALF_LINE = setting("1-1 lin half_sse m=3", "from-to", {"w": "m", "b": "b", "x": "X", "t": "y", "y": r"\hat{y}"})
LOGISTIC = setting("2-1 sig bce", "from-to", {"s": "z", "y": "a", "t": "y", "x": "x", "loss": "L"})
DEEP = setting(
    "2-3-3-2 sig half_sse", "to-from", {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "C"}, vectors="columns"
)
SOFTMAX = setting("3-3 softmax explicit", "to-from", {"s": "z", "y": "z", "p": "p", "t": "y", "loss": r"\mathcal{L}"})
ONE_HOT = setting("2-3-3 relu softmax", "to-from",
                  {"s": "z", "a": "h", "y": "s", "p": "p", "t": r"\mathbf{1}_y", "loss": r"\ell"})  # fmt: skip
CLASS = setting("2-3-3 relu softmax", "to-from", {"s": "z", "a": "h", "y": "s", "p": "p", "t": "y", "loss": r"\ell"})
BATCH = setting("2-3-3 tanh softmax m=3", "from-to",
                {"s": "Z", "a": "H", "y": "S", "p": "P", "t": "Y", "x": "X", "loss": r"\mathcal{L}"})  # fmt: skip

TEXT = [
    (DESCENT, "delta(h) <- o(h) * (1 - o(h)) * sum(w(k, h) * delta(k))", "equal"),
    (DESCENT, "delta(h) <- o(h) * (1 - o(h)) * sum(w(h, k) * delta(k))", "wrong"),
    (DESCENT, "delta_j = o_j * (1 - o_j) * Summation( w_kj * delta_k ) where k belongs to outputs", "equal"),
    (DESCENT, "delta_j = o_j * (1 - o_k) * Summation( w_kj * delta_k ) where k belongs to outputs", "wrong"),
    (DESCENT, "Delta w_(j i) = eta delta_j x_(j i)", "equal"),
    (DESCENT, "Delta w_(j i) = -eta delta_j x_(j i)", "wrong"),
    (DESCENT, "delta_j = o_j (1 - o_j) sum_k w_(k j) delta_k", "equal"),
    (DESCENT, "delta_j = o_j (1 - o_j) sum_k w_(j k) delta_k", "wrong"),
    (PLAIN, "w_jk_new = w_jk - eta * delta_k * o_j", "equal"),
    (PLAIN, "w_jk_new = w_jk + eta * delta_k * o_j", "wrong"),
    (CAPITALS, "partial_E / partial_W_ij = O_i * delta_j", "equal"),
    (CAPITALS, "partial_E / partial_W_ij = O_j * delta_i", "wrong"),
    (CAPITALS, "delta_j = O_j * (1 - O_j) * SUM_k(delta_k * W_jk)", "equal"),
    (CAPITALS, "delta_j = O_j * (1 - O_j) * SUM_k(delta_k * W_kj)", "wrong"),
    (ARGUMENTS, "dE/dw(i, j) = dE/dy(j) * dy(j)/dz(j) * dz(j)/dw(i,j)", "equal"),
    (ARGUMENTS, "dE/dw(i, j) = dE/dy(j) * dy(j)/dz(j) * dz(i)/dw(i,j)", "wrong"),
    (ARGUMENTS, "dy(j)/dz(j) = y(j) * (1-y(j))", "equal"),
    (ARGUMENTS, "dy(j)/dz(j) = y(j) * (1+y(j))", "wrong"),
    (ARGUMENTS, "dz(j)/dw(i,j) = y(i)", "equal"),
    (ARGUMENTS, "dz(j)/dw(i,j) = y(j)", "wrong"),
    (PLAIN, "delta_k = (o_k - t_k) * o_k * (1 - o_k)   (output layer error)", "equal"),
    (PLAIN, "delta_k = (t_k - o_k) * o_k * (1 - o_k)   (output layer error)", "wrong"),
    (COLUMNS, "dL/dW2 = dz2 (outer product) a1", "equal"),
    (COLUMNS, "dL/dW2 = dz2 (outer product) z1", "wrong"),
    (ROWS, "d_a1 = d_z2 @ W2.T", "equal"),
    (ROWS, "d_a1 = d_z2 @ W2", "unreadable"),
    (TYPED, "dL/dw[i][j] = delta[j] * a[i]", "equal"),
    (TYPED, "dL/dw[i][j] = delta[i] * a[j]", "wrong"),
    (TYPED, r"\frac{\partial L}{\partial w[i][j]} = \delta[j] a[i]", "equal"),
    (TYPED, r"\frac{\partial L}{\partial w[i][j]} = \delta[i] a[j]", "wrong"),
    (LINE, "∂L/∂m = (1/n) Σ 2(yi − (mxi + b)) (−xi)", "equal"),
    (LINE, "∂L/∂m = (1/n) Σ 2(yi − (mxi + b)) (xi)", "wrong"),
    (LINE, "∂L/∂m = (−2/n) Σ xi (yi − (mxi + b))", "equal"),
    (LINE, "∂L/∂b = (−2/n) Σ xi (yi − (mxi + b))", "wrong"),
    (PLAIN, "delta_j = oj(1-oj) Σ wjk delta_k", "equal"),
    (PLAIN, "delta_j = oj(1-oj) Σ wkj delta_k", "wrong"),
    (SMALL, "δ_h1 = (δ_o1*w11 + δ_o2*w12) * σ′(z_h1)", "equal"),
    (SMALL, "δ_h1 = (δ_o1*w21 + δ_o2*w12) * σ′(z_h1)", "wrong"),
    (SMALL, "δh1 = (δo1*w11 + δo2*w12) * σ'(zh1)", "equal"),
    (SMALL, "δh1 = (δo1*w11 + δo2*w22) * σ'(zh1)", "wrong"),
    (SMALL, "delta_h1 = (delta_o1*w_11 + delta_o2*w_12) * sigma'(z_h1)", "equal"),
    (SMALL, "delta_h1 = (delta_o1*w_11 + delta_o2*w_21) * sigma'(z_h1)", "wrong"),
    (COLUMNS, "∂L/∂W₂ = δ₂ · a₁⊤,  ∂L/∂b₂ = δ₂", "equal"),
    (COLUMNS, "∂L/∂W₂ = δ₂ · a₂⊤,  ∂L/∂b₂ = δ₂", "wrong"),
]
NOTES = [
    (COLUMNS, r"\delta^{(1)} = (W^{(2)})^T\delta^{(2)}·*a^{(1)}.*(1-a^{(1)})", "equal"),
    (COLUMNS, r"\delta^{(1)} = (W^{(2)})^T\delta^{(2)}·*a^{(1)}.*(1+a^{(1)})", "wrong"),
    (LOGISTIC, r"\\[\frac{dL}{da} = -\frac{y}{a} + \frac{1-y}{1-a}\\]", "equal"),
    (LOGISTIC, r"\\[\frac{dL}{da} = -\frac{y}{a} - \frac{1-y}{1-a}\\]", "wrong"),
    (
        LOGISTIC,
        r"\frac{da}{dz} = (\frac{1}{1 + e^{-z}})^{'} = \frac{-(e^{-z})^{'}}{(1 + e^{-z})^{2}} = a(1-a)",
        "equal",
    ),
    (LOGISTIC, r"\frac{da}{dz} = (\frac{1}{1 + e^{-z}})^{'} = \frac{(e^{-z})^{'}}{(1 + e^{-z})^{2}} = a(1-a)", "wrong"),
    (LOGISTIC, r"\huge \color{blue}{ \frac{\partial L}{\partial b} = a - y }", "equal"),
    (LOGISTIC, r"\huge \color{blue}{ \frac{\partial L}{\partial b} = y - a }", "wrong"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = a - y = \text{(prediction - label)}", "equal"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = y - a = \text{(prediction - label)}", "wrong"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = a - y \quad \text{(call this } \delta \text{)}", "equal"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = y - a \quad \text{(call this } \delta \text{)}", "wrong"),
    (LOGISTIC, r"\frac{\partial L}{\partial w_i} = (a - y) x_i,qquad \frac{\partial L}{\partial b} = a - y", "equal"),
    (LOGISTIC, r"\frac{\partial L}{\partial w_i} = (a - y) x_i,qquad \frac{\partial L}{\partial b} = y - a", "wrong"),
    (
        HALF_LINE,
        r"\begin{align}\frac d{dm}\left[\frac1{2n}\sum_{i=1}^n(mX_i+b-y_i)^2\right]\\ \text{(chain rule)}&="
        r"\frac1n\sum_{i=1}^n(mX_i+b-y_i)\cdot\frac d{dm}(mX_i+b-y_i)\\&=\frac1n\sum_{i=1}^n(mX_i+b-y_i)X_i\end{align}",
        "equal",
    ),
    (
        HALF_LINE,
        r"\begin{align}\frac d{dm}\left[\frac1{2n}\sum_{i=1}^n(mX_i+b-y_i)^2\right]\\ \text{(chain rule)}&="
        r"\frac1n\sum_{i=1}^n(mX_i+b-y_i)\cdot\frac d{dm}(mX_i+b-y_i)\\&=\frac1n\sum_{i=1}^n(mX_i+b-y_i)\end{align}",
        "wrong",
    ),
    (ONE_HOT, r"\frac{\partial \ell}{\partial b_2} &= p - \mathbf{1}_y \quad &[K \times 1]", "equal"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial b_2} &= \mathbf{1}_y - p \quad &[K \times 1]", "wrong"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial h} = W_2^T (p - \mathbf{1}_y)", "equal"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial h} = W_2 (p - \mathbf{1}_y)", "wrong"),
    (CLASS, r"\frac{\partial \ell}{\partial h} = W_2^T (p - \mathbf{1}_y)", "equal"),
    (CLASS, r"\frac{\partial \ell}{\partial h} = W_2^T (\mathbf{1}_y - p)", "wrong"),
    (
        SOFTMAX,
        r"\frac{\partial p_i}{\partial z_j} = \begin{cases} p_i(1 - p_i), & \text{jika } i = j \\"
        r" -p_i p_j, & \text{jika } i \neq j \end{cases}",
        "equal",
    ),
    (
        SOFTMAX,
        r"\frac{\partial p_i}{\partial z_j} = \begin{cases} p_i(1 - p_i), & \text{jika } i = j \\"
        r" p_i p_j, & \text{jika } i \neq j \end{cases}",
        "wrong",
    ),
    (SOFTMAX, r"\mathbf{J}_{softmax} = \operatorname{diag}(\mathbf{p}) - \mathbf{p}\mathbf{p}^\top", "equal"),
    (SOFTMAX, r"\mathbf{J}_{softmax} = \operatorname{diag}(\mathbf{p}) + \mathbf{p}\mathbf{p}^\top", "wrong"),
    (BATCH, r"G_S = \frac{\partial\mathcal{L}}{\partial S} = \frac{1}{n}(P - Y) \in \mathbb{R}^{n \times c}", "equal"),
    (BATCH, r"G_S = \frac{\partial\mathcal{L}}{\partial S} = P - Y \in \mathbb{R}^{n \times c}", "wrong"),
    (HALF_LINE, r"\frac{\partial}{\partial m} = \frac{1}{N} \sum_{i=1}^N -X_i (y_i - (mX_i + b))", "equal"),
    (HALF_LINE, r"\frac{\partial}{\partial m} = \frac{2}{N} \sum_{i=1}^N -X_i (y_i - (mX_i + b))", "wrong"),
    (TYPED, r"E = \frac{\partial L}{\partial a^{(2)}} = \frac{1}{N_{out}} \sum_{i=1}^{N_{out}} (a_i - y_i)", "wrong"),
]
GRADIENTS = [
    (DEEP, r"\delta^l = \nabla_z C", "equal"),
    (DEEP, r"\delta^l = \nabla_z^l C", "equal"),
    (DEEP, r"\delta^l = \nabla C(z^l)", "equal"),
    (DEEP, r"\delta^l = {\nabla}_{z^l}{C}", "equal"),
    (DEEP, r"\delta^l = -\nabla_z C", "wrong"),
    (DEEP, r"\delta^l = \nabla_a C", "wrong"),
    (DEEP, r"\nabla{C_{w^{l}}} = \delta^l (a^{l-1})^T", "equal"),
    (DEEP, r"\nabla{C_{w^{l}}} = a^{l-1} (\delta^l)^T", "wrong"),
    (DEEP, r"\delta^l = \begin{cases} (a^l-y)\odot\sigma'(z^l) & l=L \\ (W^{l+1})^T\delta^{l+1} \odot\sigma'(z^l) &"
     r" l=L-1,\dots,1\end{cases}", "equal"),
    (DEEP, r"\delta^l = \begin{cases} (a^l-y)\odot\sigma'(z^l) & l=L \\ (W^{l+1})^T\delta^{l+1} & 1 \le l < L"
     r"\end{cases}", "wrong"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = \frac{\partial}{\partial z}(-y\log a - (1-y)\log(1-a))", "equal"),
    (LOGISTIC, r"\frac{\partial L}{\partial z} = \frac{\partial}{\partial z}(-y\log a + (1-y)\log(1-a))", "wrong"),
    (PLAIN, r"\delta_k = \frac{\partial E}{s_k}", "ill-formed"),
    (PLAIN, r"\delta_k = \frac{E}{\partial s_k}", "ill-formed"),
    (PLAIN, r"\frac{\partial E}{\partial o_k} = -(t_k - o_k) \frac{\partial o_k}{o_k}", "ill-formed"),
]  # fmt: skip


RECURRENT = setting("rnn tanh ce", "from-to", {"s": "z", "a": "h", "y": "o", "x": "x", "t": "y"}, vectors="rows")
RELU = setting(
    "2-3-3-1 relu,lin half_sse", "to-from", {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y"}, vectors="columns"
)
LETTERED = [
    (RECURRENT, r"\delta_{h_t} = \delta_{o_t} W_{hy}^T + \delta_{z_{t+1}} W_{hh}^T", "equal"),
    (RECURRENT, r"\delta_{h_t} = \delta_{o_t} W_{hy}^T + \delta_{z_t} W_{hh}^T", "wrong"),
    (RECURRENT, r"\delta_{z_t} = \delta_{h_t} \odot (1-h_t^2)", "equal"),
    (RECURRENT, r"\delta_{z_t} = \delta_{h_t} \odot (1-h_t)", "wrong"),
    (RELU, r"\delta_{a_2} = \delta_{h_2} \odot \mathbb{1}(a_2 > 0)", "equal"),
    (RELU, r"\delta_{a_2} = \delta_{h_2}", "wrong"),
    (RELU, r"\delta_{h_2} = W_3^T \delta_{a_3}", "equal"),
    (RELU, r"\delta_{h_2} = W_2^T \delta_{a_3}", "wrong"),
    (
        RELU,
        r"\delta_{h_2} = \frac{\partial L}{\partial h_2}, \quad \delta_2 = \delta_{h_2} \odot \mathbb{1}(a_2 > 0)",
        "equal",
    ),
    (
        RELU,
        r"\delta_{h_2} = \frac{\partial L}{\partial h_2}, \quad \delta_2 = \delta_{h_2} \odot \mathbb{1}(a_2 < 0)",
        "wrong",
    ),
    (COLUMNS, "δ_a = W₂ᵀ δ_z", "equal"),
    (COLUMNS, "δ_a = W₂ δ_z", "wrong"),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), [*TEXT, *NOTES, *GRADIENTS, *LETTERED])
def test_the_verdict_on_a_shortened_formula(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    expected = ("wrong", "ill-formed") if verdict == "wrong" else (verdict,)
    assert grade.verdict in expected, str(grade)


WEIGHTS = setting("2-3-2 sig half_sse", "from-to", {"w": r"\theta", "y": "h", "t": "y", "loss": "J"})


@pytest.mark.parametrize(
    "formula",
    [
        r"v_t = v_{t-1} + \alpha \nabla_\theta J(\theta)",
        r"\theta = \theta - v_t",
        r"\theta = \theta - \alpha m_t",
    ],
)
def test_the_memory_of_an_optimizer_is_refused_and_not_called_wrong(formula):
    grade = derivation(WEIGHTS).grade(None, formula, rate=r"\alpha")
    assert grade.verdict == "unreadable"
    assert "memory of an optimizer" in grade.diagnosis


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"v_{jk} = v_{jk} - \eta \frac{\partial E}{\partial v_{jk}}", "equal"),
        (r"v_{jk} = v_{jk} + \eta \frac{\partial E}{\partial v_{jk}}", "wrong"),
        ("w_jk = w_jk - eta * delta_k * o_j", "equal"),
    ],
)
def test_an_update_of_a_weight_is_no_memory(formula, verdict):
    assert derivation(PLAIN).grade(None, formula).verdict == verdict


@pytest.mark.parametrize(
    "formula",
    [
        "delta_k = o_k(1-o_k)(o_k-t_k) where k is a hidden unit",
        "delta_k = o_k(1-o_k)(o_k-t_k)  (if k is hidden)",
        "delta_k = o_k(1-o_k)(o_k-t_k)  (only for hidden units)",
    ],
)
def test_words_that_may_be_a_condition_are_not_dropped(formula):
    assert derivation(PLAIN).grade(None, formula).verdict != "equal"


def test_a_name_that_a_chain_defines_is_a_condition():
    grade = derivation(BATCH).grade(None, r"G_S = \frac{\partial\mathcal{L}}{\partial S} = \frac{1}{n}(P - Y)")
    assert "G_S stands for" in grade.condition


@pytest.mark.parametrize(
    ("formula", "letters"),
    [
        ("dw_1 = f(h) * x(t)", ["h", "x", "w"]),
        ("a(k) = y", ["a", "k"]),
        (r"\delta(k) = o(k)", ["o"]),
        ("W_new = W_old - lr * dW", ["W"]),
        ("W_new = W_new - lr * dW_ij_new", ["W"]),
        ("x = y (if k)", ["x", "y"]),
    ],
)
def test_other_text_stays_as_it_is(formula, letters):
    assert with_typed_signs(formula, letters) == formula

r"""Notations of courses: points of derivatives, named layers, losses without a penalty, typed indices, glued dots.

Each row has a right formula and, where a slip would be taken for the notation, a wrong one beside it.
"""

import pytest
from people_settings import derivation

COLUMNS = {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "C"}
PLAIN = {"setting": "2-3-2 sig half_sse", "declared": {"order": "to-from", "letters": COLUMNS}}
PATTERNS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"a": "b", "y": "b", "x": "a", "loss": "E", "rate": r"\epsilon"}},
}
DECAY = {
    "setting": "2-3-2 relu,lin half_sse l2",
    "declared": {
        "order": "to-from",
        "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "J", "rate": r"\eta"},
    },
}
MEAN = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {
        "order": "to-from",
        "letters": {"s": "Z", "a": "A", "y": "A", "t": "Y", "x": "X", "loss": "C", "rate": r"\eta"},
    },
}
ROWS_OF_A_SUM = {
    "setting": "2-3-3 relu softmax m=3 sum",
    "declared": {
        "order": "from-to",
        "letters": {"s": "z", "a": "h", "y": "z", "p": "predictions", "t": "true_labels", "loss": "L"},
    },
}
ONE_SAMPLE = {
    "setting": "2-3-3 relu softmax",
    "declared": {"order": "from-to", "letters": {"s": "z", "a": "h", "y": "z", "p": "p", "t": "y"}},
}
TYPED = {
    "setting": "2-3-3 relu softmax m=3",
    "declared": {
        "order": "to-from",
        "letters": {"s": "Z", "a": "A", "y": "Z", "p": "A", "t": "Y", "x": "X", "loss": "J"},
    },
}
STEPS = {
    "setting": "rnn tanh half_sse",
    "declared": {
        "order": "to-from",
        "letters": {"s": "z", "a": "h", "y": "o", "t": "y", "loss": "L", "function": "f"},
    },
}
PRE = {
    "setting": "rnn tanh half_sse",
    "declared": {"order": "to-from", "letters": {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y", "loss": "L"}},
}
SIGNALS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {**COLUMNS, "w": "A", "delta": r"\varepsilon"}},
}
SCALARS = {"setting": "1-1-1-1 sig", "declared": {"order": "to-from", "letters": COLUMNS}}
SOFTMAX = {"setting": "3-3 softmax", "declared": {"letters": {"s": "a", "y": "a", "p": r"\sigma", "t": "y"}}}
FRENCH = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "x": "a", "t": "y", "function": "f"}},
}
FROM_TO = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "letters": {"s": "u", "a": "y", "y": "y", "x": "y", "t": "t", "function": "f"}},
}
LOGITS = {
    "setting": "2-3-3 relu softmax",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "z", "p": r"\hat{y}", "t": "y"}},
}
BATCH = {
    "setting": "2-3-3 relu softmax m=3",
    "declared": {"order": "from-to", "letters": {"s": "Z", "a": "A", "y": "Z", "p": "S", "t": "Y", "x": "X"}},
}
STATES = {
    "setting": "rnn tanh half_sse",
    "declared": {"order": "to-from", "letters": {"s": "a", "a": "h", "y": "o", "t": "y", "loss": "L"}},
}
RIGHT, WRONG = "equal", "wrong"
CASES = [
    # the point at which a derivative is taken
    (PATTERNS, r"\Delta w = -\epsilon\frac{\partial E}{\partial w}(w)", RIGHT),
    (PATTERNS, r"\Delta w = \epsilon\frac{\partial E}{\partial w}(w)", WRONG),
    # the letter of a layer as an argument
    (SCALARS, r"\delta(L) = (a(L)-y) a(L)(1-a(L))", RIGHT),
    (SCALARS, r"\delta(L) = (y-a(L)) a(L)(1-a(L))", WRONG),
    # a delta has no derivative
    (PLAIN, r"\delta^l=(W^{l+1})^T\delta^{l+1}\odot\delta'(z^l)", "ill-formed"),
    # the loss without its penalty
    (DECAY, r"\nabla_{W^{[l]}}J=\nabla_{W^{[l]}}\hat{\mathcal{L}}+\lambda W^{[l]}", RIGHT),
    (DECAY, r"\nabla_{W^{[l]}}J=\nabla_{W^{[l]}}\hat{\mathcal{L}}-\lambda W^{[l]}", WRONG),
    (DECAY, r"W^{[l]}_{t+1}=(1-\eta\lambda)\,W^{[l]}_t-\eta\,\nabla_{W^{[l]}}\hat{\mathcal{L}}(\theta_t)", RIGHT),
    (DECAY, r"W^{[l]}_{t+1}=(1-\lambda)\,W^{[l]}_t-\eta\,\nabla_{W^{[l]}}\hat{\mathcal{L}}(\theta_t)", WRONG),
    # the number of samples as a word, and a column of a batch
    (MEAN, r"db^{[2]}=\frac{1}{m}\sum_{j=1}^m \delta^{[2]}_{\cdot j}", RIGHT),
    (MEAN, r"db^{[2]}=-\frac{1}{m}\sum_{j=1}^m \delta^{[2]}_{\cdot j}", WRONG),
    (MEAN, r"W^l=W^l-\frac{\eta}{batch_size}\sum{\frac{\partial C}{\partial W^l}}", RIGHT),
    (MEAN, r"W^l=W^l+\frac{\eta}{\text{batch size}}\sum{\frac{\partial C}{\partial W^l}}", WRONG),
    # typed indices in brackets, sums over axes, and letters of two words
    (ROWS_OF_A_SUM, "∂L/∂z2 = predictions - true_labels", RIGHT),
    (ROWS_OF_A_SUM, "∂L/∂z2 = true_labels - predictions", WRONG),
    (ROWS_OF_A_SUM, "∂L/∂b2 = sum(∂L/∂z2, axis=0)", RIGHT),
    (ONE_SAMPLE, "∂L/∂h[i] = Σⱼ (∂L/∂z2[j] × W2[i,j])", RIGHT),
    (ONE_SAMPLE, "∂L/∂h[i] = Σⱼ (∂L/∂z2[j] × W2[j,i])", WRONG),
    (TYPED, "db[2] = (1/m) · Σ dZ[2]", RIGHT),
    (TYPED, "dW[2] = (1/m) · dZ[2] · A[1]T", RIGHT),
    (TYPED, "dW[2] = (1/m) · dZ[2] · A[1]", WRONG),
    (TYPED, "𝑑𝑍[2]=𝐴[2]−𝑌", RIGHT),
    (TYPED, "𝑑𝑍[2]=𝑌−𝐴[2]", WRONG),
    # the names of layers below deltas of a recurrent network, and a step's own loss as l
    (
        STEPS,
        r"\delta_h^{(t)} = f'(z_h^{(t)}) \odot (W_o^T \delta_o^{(t)} + W_h^T \delta_h^{(t+1)})",
        RIGHT,
    ),
    (STEPS, r"\delta_h^{(t)} = f'(z_h^{(t)}) \odot (W_o^T \delta_o^{(t)} + W_h \delta_h^{(t+1)})", WRONG),
    (PRE, r"\frac{\partial L}{\partial W_{xh}} = \sum_t \frac{\partial l}{\partial a_t} \cdot (x_t)^T", RIGHT),
    (PRE, r"\frac{\partial L}{\partial W_{xh}} = \sum_t \frac{\partial l}{\partial a_t} \cdot (x_{t-1})^T", WRONG),
    # the derivative of an activation as a diagonal matrix, with bullets for products of matrices
    (SIGNALS, r"\varepsilon_l = \nabla \sigma_l (z_l) \bullet A_{l+1}^{\top} \bullet \varepsilon_{l+1}", RIGHT),
    (SIGNALS, r"\varepsilon_l = \nabla \sigma_l (z_l) \bullet A_{l+1} \bullet \varepsilon_{l+1}", WRONG),
    # a dot that is glued to the next fraction, and an entry of a function of a vector
    (SCALARS, r"\frac{dC}{dw_3} = \frac{dC}{da_3}.\frac{da_3}{dw_3}", RIGHT),
    (SCALARS, r"\frac{dC}{dz_3} = \frac{dC}{da_3}.\frac{da_3}{dw_3}", WRONG),
    (SOFTMAX, r"\frac{\partial[\sigma(\mathbf{a})]_i}{\partial a_j} = \sigma_i(1_{i=j} - \sigma_j)", RIGHT),
    (SOFTMAX, r"\frac{\partial[\sigma(\mathbf{a})]_i}{\partial a_j} = \sigma_i(1_{i=j} - \sigma_i)", WRONG),
    # raised and lowered letters, brackets and signs of Unicode
    (FRENCH, "δ⁽ˡ⁾ = ((W⁽ˡ⁺¹⁾)ᵀ · δ⁽ˡ⁺¹⁾) ⊙ f'(z⁽ˡ⁾)", RIGHT),
    (FRENCH, "δ⁽ˡ⁾ = (W⁽ˡ⁺¹⁾ · δ⁽ˡ⁺¹⁾) ⊙ f'(z⁽ˡ⁾)", WRONG),
    (FRENCH, "∂L/∂W⁽ˡ⁾ = δ⁽ˡ⁾ · (a⁽ˡ⁻¹⁾)ᵀ", RIGHT),
    (FRENCH, "∂L/∂W⁽ˡ⁾ = δ⁽ˡ⁾ · (a⁽ˡ⁾)ᵀ", WRONG),
    (STATES, "∂L/∂hₜ = Vᵀ ∂L/∂oₜ + Uᵀ ((1 - hₜ₊₁²) ⊙ ∂L/∂hₜ₊₁)", RIGHT),
    (STATES, "∂L/∂hₜ = Vᵀ ∂L/∂oₜ + Uᵀ ((1 - hₜ²) ⊙ ∂L/∂hₜ₊₁)", WRONG),
    # old fractions, a raised T in braces of its own, and limits of a sum in brackets
    (SCALARS, r"{dC \over dw_3} = {dC \over da_3} {da_3 \over dw_3}", RIGHT),
    (FRENCH, r"\frac{\partial L}{\partial a^{1}} = W^{2}{^T} \delta^{2}", RIGHT),
    (FRENCH, r"\frac{\partial L}{\partial a^{1}} = W^{2} \delta^{2}", WRONG),
    (STATES, "∂L/∂U = Σ(t=1 to T) ∂L_t/∂U", RIGHT),
    (STATES, "∂L/∂U = -Σ(t=1 to T) ∂L_t/∂U", WRONG),
    # a small t for a transpose
    (LOGITS, r"\frac{\partial L}{\partial \mathbf{a_1}} = W_2^t \mathbf{\delta_2}", RIGHT),
    (LOGITS, r"\frac{\partial L}{\partial \mathbf{a_1}} = -W_2^t \mathbf{\delta_2}", WRONG),
    # cases for the last layer and for those before it
    (
        FROM_TO,
        r"\delta_j^l = \begin{cases} (y_j^L - t_j) f'(u_j^L) & (l = L) \\"
        r" \sum_k \delta_k^{l+1} w_{jk}^{l+1} f'(u_j^l) & (l \neq L) \end{cases}",
        RIGHT,
    ),
    (
        FROM_TO,
        r"\delta_j^l = \begin{cases} (y_j^L - t_j) f'(u_j^L) & (l = L) \\"
        r" \sum_k \delta_k^{l+1} w_{jk}^{l+1} f'(u_k^l) & (l \neq L) \end{cases}",
        WRONG,
    ),
    # the declared loss of a whole batch
    (BATCH, r"\nabla_{W_2} L(S, Y) = \frac{1}{m} A_1^T (S - Y)", RIGHT),
    (BATCH, r"\nabla_{W_2} L(S, Y) = \frac{1}{m} A_1^T (Y - S)", WRONG),
    # pre-activations of a step belong to hidden neurons if outputs have a letter, and W_hh leads from a layer to itself
    (STATES, r"\nabla_U L = \sum_{t=1}^{T} \bar a_t h_{t-1}^\top", RIGHT),
    (STATES, r"\nabla_U L = \sum_{t=1}^{T} \bar a_t h_{t}^\top", WRONG),
    (STEPS, r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^T \delta_h^{(t)} h_{t-1}^T", RIGHT),
    (STEPS, r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^T \delta_h^{(t)} h_{t}^T", WRONG),
]  # fmt: skip


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_a_notation_of_courses(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


def test_the_loss_without_its_penalty_is_a_condition():
    formula = r"\nabla_{W^{[l]}}J=\nabla_{W^{[l]}}\hat{\mathcal{L}}+\lambda W^{[l]}"
    assert "penalty" in derivation(DECAY).grade(None, formula).condition


def test_a_derivative_that_next_does_not_place_is_refused():
    grade = derivation(STEPS).grade(None, r"\frac{\partial L}{\partial h_t} = W_o^T \delta_o^{(t)} + dh_{\text{next}}")
    assert grade.verdict == "unreadable"
    assert "write its step" in grade.diagnosis

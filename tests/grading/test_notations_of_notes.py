"""Notations of notes and slides: remarks, numbered layers, lettered deltas, dots in chains, derivatives as vectors."""

import pytest
from people_settings import derivation

ONE_OUTPUT = {
    "setting": "2-3-1 relu,lin sse",
    "declared": {"order": "from-to", "letters": {"s": "z", "a": "h", "y": r"\hat{y}", "t": "y", "function": "f"}},
}
THROUGH = {
    "setting": "2-2-1 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y"}},
}
SCALARS = {
    "setting": "1-1-1-1 sig",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y"}},
}
PATTERNS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "delta": -1, "letters": {"s": "net", "a": "y", "y": "y", "t": "t"}},
}
LAYERS = {
    "setting": "2-3-3 sig softmax",
    "declared": {"order": "from-to", "letters": {"s": "z", "a": "a", "y": "z", "p": r"\hat{y}", "t": "y"}},
}
STEPS = {
    "setting": "rnn tanh half_sse",
    "declared": {"order": "to-from", "letters": {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y"}},
}
STATES = {
    "setting": "rnn tanh ce",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "s", "y": "o", "t": "y"}},
}
BATCH = {
    "setting": "2-3-3 relu softmax m=3",
    "declared": {"order": "to-from", "letters": {"s": "Z", "a": "A", "y": "Z", "p": "A", "t": "Y", "x": "X"}},
}
LETTERED = {
    "setting": "2-3-3 relu softmax",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "z", "p": "P", "t": r"\hat{P}"}},
}
ONE_LAYER = {"setting": "3-2 sig nobias", "declared": {"order": "to-from", "letters": {"s": "z", "y": "o", "t": "t"}}}
DEEP = {
    "setting": "2-3-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": r"\hat{y}", "t": "y"}},
}
SOFTMAX = {"setting": "3-3 softmax", "declared": {"letters": {"y": "z", "p": "p", "t": "y"}}}
SOFTMAX_BATCH = {"setting": "3-3 softmax m=3", "declared": {"letters": {"y": "z", "p": "p", "t": "y"}}}
TWO_DELTAS = {
    "setting": "rnn tanh ce",
    "declared": {"order": "to-from", "letters": {"s": "a", "a": "h", "y": "o", "p": r"\hat{y}", "t": "y"}},
}
MEAN_OF_OUTPUTS = {"setting": "2-3-2 sig half_sse", "declared": {"letters": {"s": "z", "y": r"\hat{y}", "t": "y"}}}
ONE_NEURON = {"setting": "2-1 sig bce", "declared": {"letters": {"s": "z", "y": "a", "t": "y"}}}
CHAINS = {
    "setting": "2-3-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y", "loss": "J", "function": "g"}},
}
GATED = {"setting": "2-3-1 relu,sig bce", "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y"}}}
FROM_ONE = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "x": "a", "function": "g"}},
}
ZEROS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "delta": -1, "letters": {"s": "z", "y": "y", "t": "t", "rate": r"\alpha"}},
}
THETAS = {"setting": "2-1 logistic m=3", "declared": {"letters": {"y": "g", "t": "y", "w": r"\theta", "loss": "J"}}}
LINE = {"setting": "1-1 lin half_sse m=3", "declared": {"letters": {"y": r"\hat{y}", "t": "y", "loss": "E"}}}
NEURON = {"setting": "2-1 sig sse", "declared": {}}
NO_LETTER = {"setting": "3-3 softmax", "declared": {"letters": {"y": "z", "t": "y"}}}
CASES = [
    (ONE_OUTPUT, r"(2) \quad \delta^{(2)} = -2 (y - \hat{y})", "equal"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial W_{j1}^{(2)}} = \delta^{(2)} h_j", "equal"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial W_{j1}^{(2)}} = \delta^{(2)} x_j", "wrong"),
    (ONE_OUTPUT, r"f'(z_j) = 1 \text{ if } z_j > 0 \text{ else } 0", "equal"),
    (ONE_OUTPUT, r"f'(z_j) = 0 \text{ if } z_j > 0 \text{ else } 1", "wrong"),
    (ONE_OUTPUT, r"\delta^{(2)} = 2 (\hat{y} - y_{true}) \quad (\text{the error of the output})", "equal"),
    (THROUGH, r"\frac{\partial L}{\partial w_{31}} = \delta_3 a_1", "equal"),
    (THROUGH, r"\frac{\partial L}{\partial w_{31}} = \delta_3 a_2", "wrong"),
    (THROUGH, r"\frac{\partial L}{\partial w_{21}} = \delta_2 x_1", "equal"),
    (SCALARS, "δ^(l) = δ^(l+1)w^(l+1)a^(l)(1 − a^(l))", "equal"),
    (SCALARS, "δ^(l) = δ^(l+1)w^(l+1)a^(l)(1 − a^(l+1))", "wrong"),
    (PATTERNS, r"\Delta_{kj} = \eta \delta_k y_j", "equal"),
    (PATTERNS, r"\Delta_{kj} = \eta \delta_j y_k", "wrong"),
    (LAYERS, r"\frac{\partial L}{\partial w_{ij}^{(1)}} = \delta_j^{(h)} x_i", "equal"),
    (LAYERS, r"\frac{\partial L}{\partial w_{ij}^{(1)}} = \delta_j^{(o)} x_i", "wrong"),
    (STEPS, r"\delta_t = ((\hat{y}_t - y_t) W_{hy} + \delta_{t+1} W_{hh}) (1 - h_t^2)", "equal"),
    (STEPS, r"\delta_t = ((\hat{y}_t - y_t) W_{hy} + \delta_{t+1} W_{hh}) (1 - h_{t+1}^2)", "wrong"),
    (STATES, r"\frac{\partial s_t}{\partial s_{t-1}} = \text{diag}(1 - s_t^2) W_s", "equal"),
    (STATES, r"\frac{\partial s_t}{\partial s_{t-1}} = \text{diag}(1 - s_t^2) W_x", "wrong"),
    (STATES, r"\frac{\partial s_T}{\partial s_k} = \frac{\partial s_T}{\partial s_{T-1}} "
     r"\frac{\partial s_{T-1}}{\partial s_{T-2}} \cdots \frac{\partial s_{k+1}}{\partial s_k}", "equal"),
    (STATES, r"\frac{\partial s_T}{\partial s_k} = \frac{\partial s_T}{\partial s_{T-1}} "
     r"\cdot ... \cdot \frac{\partial s_{k+2}}{\partial s_{k+1}}", "wrong"),
    (STATES, r"\frac{\partial s_T}{\partial s_k} = \frac{\partial s_{k+1}}{\partial s_k} "
     r"\frac{\partial s_{k+2}}{\partial s_{k+1}} \cdots \frac{\partial s_T}{\partial s_{T-1}}", "equal"),
    (STATES, r"\frac{\partial s_3}{\partial s_1} = \frac{\partial s_3}{\partial s_2} \cdots "
     r"\frac{\partial s_2}{\partial s_1}", "equal"),
    (STATES, r"\frac{\partial s_T}{\partial s_k} = \frac{\partial s_T}{\partial s_{T-1}} "
     r"\frac{\partial s_{T-2}}{\partial s_{T-3}} \cdots \frac{\partial s_{k+1}}{\partial s_k}", "unreadable"),
    (STATES, r"\frac{\partial s_T}{\partial s_k} = W_s \cdots W_s", "unreadable"),
    (BATCH, r"dZ_2 = A_2 - \text{one\_hot}(Y)", "equal"),
    (BATCH, r"db_2 = \frac{1}{m} \sum_i dZ_2^{(:,i)}", "equal"),
    (BATCH, r"dZ_1 = W_2^T dZ_2 * \text{ReLU}{'}(Z_1) \qquad (*: \text{entry by entry}).", "equal"),
    (LETTERED, r"\delta^{(1)}_z = \delta^{(1)}_h \odot \mathbb{1}[z^{(1)} > 0]", "equal"),
    (LETTERED, r"\delta^{(1)}_z = \delta^{(1)}_h \odot z^{(1)}", "wrong"),
    (LETTERED, r"\delta^{(1)}_h = (W^{(2)})^T \delta^{(2)}", "ambiguous"),
    (LETTERED, r"\delta^{(1)}_h = W^{(2)} \delta^{(2)}", "wrong"),
    (LETTERED, r"\frac{\partial L}{\partial W^{(1)}} = \delta^{(1)}_z x^T", "equal"),
    (LETTERED, r"\frac{\partial L}{\partial W^{(2)}} = \delta^{(2)} x^T", "ambiguous"),
    (ONE_LAYER, r"\delta^z_k = \delta^o_k g'(z) = \delta^o_k o_k (1 - o_k)", "equal"),
    (ONE_LAYER, r"\delta^z_k = \delta^o_k o_k", "wrong"),
    (DEEP, r"\frac{\partial h^{(2)}}{\partial z^{(2)}} = \sigma'(z^{(2)}) = h^{(2)} \odot (1 - h^{(2)})", "equal"),
    (DEEP, r"\frac{\partial h^{(2)}}{\partial z^{(2)}} = \sigma'(z^{(1)})", "wrong"),
    (DEEP, r"\delta^{(1)} = [(W^{(2)})^T [(W^{(3)})^T \delta^{(3)}] \odot \sigma'(z^{(2)})] \odot \sigma'(z^{(1)})",
     "ambiguous"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_k} = p_k - \mathbb{1}[y = k]", "equal"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_k} = p_k - \mathbb{1}[y_k = k]", "unreadable"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_k} = -\frac{y_l}{p_l} p_l (\delta_{lk} - p_k)", "ambiguous"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_k} = -\frac{y_l}{p_l} p_l (\delta_{lk} - p_k) = p_k - y_k", "equal"),
    (SOFTMAX_BATCH, r"\frac{\partial L}{\partial b_k} = \frac1m \sum_i (p_{ik} - \mathbb{1}[y_i = k])", "equal"),
    (SOFTMAX_BATCH, r"\frac{\partial L}{\partial b_k} = \frac1m \sum_i (p_{ik} - \mathbb{1}[y_k = i])", "wrong"),
    (TWO_DELTAS, r"\delta^h_t = W_{hy}^T \delta^o_t + W_{hh}^T \text{diag}(1 - h_{t+1}^2) \delta^h_{t+1}", "equal"),
    (TWO_DELTAS, r"\delta^h_t = W_{hy}^T \delta^o_t + W_{hh}^T \text{diag}(1 - h_t^2) \delta^h_{t+1}", "wrong"),
    (TWO_DELTAS, r"\delta^h_t = W_{hy}^T \delta^o_t + W_{hh}^T \delta^h_{t+1}", "wrong"),
    (TWO_DELTAS, r"\frac{\partial L}{\partial W_{hh}} = \sum_t (\delta^h_t \odot (1 - h_t^2)) h_{t-1}^T", "ambiguous"),
    (MEAN_OF_OUTPUTS, r"\frac{\partial L}{\partial \hat{y}_i} = \frac{2}{n} (\hat{y}_i - y_i)", "equal"),
    (MEAN_OF_OUTPUTS, r"\frac{\partial L}{\partial \hat{y}_i} = \frac{1}{n} (\hat{y}_i - y_i)", "unreadable"),
    (ONE_NEURON, r"\frac{\partial L}{\partial w_j} = \frac{a - y}{a(1 - a)} "
     r"\frac{\partial \sigma}{\partial w_j}", "equal"),
    (ONE_NEURON, r"\frac{\partial L}{\partial w_j} = (a - y) \frac{\partial \sigma}{\partial w_j}", "wrong"),
    (ONE_NEURON, r"\frac{\partial |y - a|}{\partial a} = \frac{a - y}{|a - y|}", "equal"),
    (ONE_NEURON, r"\frac{\partial |y - a|}{\partial a} = \frac{y - a}{|a - y|}", "wrong"),
    (CHAINS, r"\frac{\partial J}{\partial z^{[1]}} = \frac{\partial J}{\partial a^{[3]}} "
     r"\frac{\partial a^{[3]}}{\partial z^{[3]}} \cdots \frac{\partial a^{[1]}}{\partial z^{[1]}}", "equal"),
    (CHAINS, r"\frac{\partial J}{\partial z^{[1]}} = \frac{\partial J}{\partial a^{[3]}} "
     r"\frac{\partial a^{[3]}}{\partial z^{[3]}} \cdots \frac{\partial a^{[2]}}{\partial z^{[2]}}", "wrong"),
    (CHAINS, r"\frac{\partial z_j}{\partial w_{ji_0}} = \frac{\partial}{\partial w_{ji_0}} \sum_i w_{ji} x_i = x_{i_0}",
     "equal"),
    (GATED, r"\frac{\partial L}{\partial z^{[1]}} = \frac{\partial L}{\partial a^{[1]}} \odot "
     r"\begin{cases} 1 & \text{if } z^{[1]} > 0 \\ 0 & \text{if } z^{[1]} \leq 0 \end{cases}", "equal"),
    (GATED, r"\frac{\partial L}{\partial z^{[1]}} = \frac{\partial L}{\partial a^{[1]}} \odot "
     r"\begin{cases} 0 & \text{if } z^{[1]} > 0 \\ 1 & \text{if } z^{[1]} \leq 0 \end{cases}", "wrong"),
    (FROM_ONE, r"\delta^{[2]} = (W^{[2]})^T \delta^{[3]} \odot g'(z^{[2]})", "equal"),
    (FROM_ONE, r"\delta^{[2]} = (W^{[2]})^T \delta^{[3]} \odot g'(z^{[3]})", "wrong"),
    (FROM_ONE, r"\frac{\partial L}{\partial W^{[1]}} = \delta^{[2]} (a^{[1]})^T", "ambiguous"),
    (NEURON, r"\frac{\partial L}{\partial w_j} = \delta x_j, \delta = 2 (y - t) y (1 - y)", "equal"),
    (NEURON, r"\frac{\partial L}{\partial w_j} = \delta x_j, \delta = (y - t) y (1 - y)", "wrong"),
    (THETAS, r"\theta_j = \theta_j - \alpha \frac{1}{n} \sum_i (g_i - y_i) x_{ij}, "
     r"b = b - \alpha \frac{1}{n} \sum_i (g_i - y_i)", "equal"),
    (THETAS, r"\theta_j = \theta_j - \alpha \frac{1}{n} \sum_i (g_i - y_i) x_{ij}; "
     r"b = b + \alpha \frac{1}{n} \sum_i (g_i - y_i)", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial y} = 2 (y - t) \quad (B)", "equal"),
    (NEURON, r"\frac{\partial L}{\partial w_j} = x_j\ \sigma ´ (s)\ 2 (y - t)", "equal"),
    (ZEROS, r"\Delta w_{0k} = \alpha \delta_k", "equal"),
    (ZEROS, r"\Delta w_{0k} = \alpha \delta_k z_k", "wrong"),
    (ZEROS, r"\delta_j = f'(z_j) \sum_{k=1}^c w_{jk} \delta_k \quad (1 \le j \le n_H)", "equal"),
    (THETAS, r"\frac{\partial J}{\partial \theta_0} = \frac{1}{n} \sum_{i=1}^n (g^{(i)} - y^{(i)})", "equal"),
    (THETAS, r"\frac{\partial J}{\partial \theta_0} = \frac{1}{n} \sum_{i=1}^n (g^{(i)} - y^{(i)}) x_1^{(i)}", "wrong"),
    (SCALARS, r"\delta^L = \frac{\partial L}{\partial a^L} . \frac{\partial a^L}{\partial z^L}", "equal"),
    (SCALARS, r"\delta^L = \frac{\partial L}{\partial a^L} . \frac{\partial a^{L-1}}{\partial z^{L-1}}", "wrong"),
    (SCALARS, r"\delta^L = \frac{\partial L}{\partial z^L}. \frac{\partial L}{\partial z^L} = \delta^L", "equal"),
    (SOFTMAX, r"\frac{\partial}{\partial z_i} \frac{e^{z_i}}{\sum e^{z_k}} "
     r"= \frac{e^{z_i} \sum e^{z_k} - e^{z_i} e^{z_i}}{(\sum e^{z_k})^2}", "equal"),
    (SOFTMAX, r"\frac{\partial}{\partial z_i} \frac{e^{z_i}}{\sum e^{z_k}} = \frac{e^{z_i}}{\sum e^{z_k}}", "wrong"),
    (SOFTMAX, r"\frac{\partial p_i}{\partial z_i} = \frac{e^{z_i}}{s} - \frac{e^{z_i} e^{z_i}}{s^2}", "equal"),
    (DEEP, r"\delta^{l-1} = (W^l)^T \delta^l \circ g'^{l-1}(z^{l-1})", "equal"),
    (DEEP, r"\delta^{l-1} = (W^l)^T \delta^l \circ g'^l(z^{l-1})", "ambiguous"),
    (DEEP, r"\frac{\partial L}{\partial W^{(1)}} = \left(\frac{\partial L}{\partial h^{(2)}} "
     r"\frac{\partial h^{(2)}}{\partial z^{(2)}}\right) \frac{\partial z^{(2)}}{\partial h^{(1)}} "
     r"\frac{\partial h^{(1)}}{\partial z^{(1)}} \frac{\partial z^{(1)}}{\partial W^{(1)}}", "equal"),
    (LINE, r"\frac{\partial E}{\partial w} = \frac{\partial E}{\partial \hat{y}} "
     r"\frac{\partial \hat{y}}{\partial w}", "equal"),
    (LINE, r"\frac{\partial E}{\partial w} = \frac{\partial E}{\partial \hat{y}} "
     r"\frac{\partial \hat{y}}{\partial b}", "wrong"),
    (NO_LETTER, r"\frac{\partial L}{\partial z_i} = \sum_j \frac{\partial L}{\partial p_j} "
     r"\frac{\partial p_j}{\partial z_i}", "equal"),
    (NO_LETTER, r"\frac{\partial L}{\partial z_i} = \sum_j \frac{\partial L}{\partial p_i} "
     r"\frac{\partial p_j}{\partial z_i}", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial w_i} = 2 (y - t) y (1 - y) x_i \\ i = 1, 2, 3", "equal"),
]  # fmt: skip


@pytest.mark.sampled(4)
@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_a_notation_of_notes(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"\prod_{k=t}^{T} \frac{\partial s_k}{\partial s_{k-1}}", "begins at t where t + 1 belongs"),
        (r"\prod_{k=t+1}^{T-1} \frac{\partial s_k}{\partial s_{k-1}}", "ends at T - 1 where T belongs"),
        (r"\prod_{k=t}^{T} \text{diag}(1 - s_k^2) W_s", "begins at t where t + 1 belongs"),
    ],
)
def test_a_product_over_the_wrong_steps_is_named(formula, words):
    grade = derivation(STATES).grade(None, rf"\frac{{\partial s_T}}{{\partial s_t}} = {formula}")
    assert [mistake.kind for mistake in grade.mistakes] == ["wrong index"]
    assert words in grade.diagnosis


def test_a_link_that_is_missing_behind_a_derivative_is_named():
    formula = (
        r"\frac{\partial L}{\partial s_t} = \frac{\partial L_t}{\partial s_t} + \frac{\partial L}{\partial s_{t+1}}"
    )
    grade = derivation(STATES).grade(None, formula)
    assert [mistake.kind for mistake in grade.mistakes] == ["missing factor"]
    assert "ds_(t + 1)/ds_t" in grade.diagnosis

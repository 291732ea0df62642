r"""Documents that declare nothing: the network that their own definitions show, their mistakes, and what follows.

The truth of each formula was derived by hand. Each table has wrong formulas beside right ones.
"""

import pytest

from autograd import grade_document


def graded(formulas, prose=""):
    text = "\n\n".join([prose, *[f"$${formula}$$" for formula in formulas]])
    return grade_document(text, format="markdown")


def last(formulas, prose=""):
    return graded(formulas, prose).claims[-1]


FOUR_WEIGHTS = [
    "net_{h1} = w_1 x_1 + w_2 x_2 + b_1",
    "net_{h2} = w_3 x_1 + w_4 x_2 + b_1",
    r"out_{h1} = \sigma(net_{h1})",
    r"out_{h2} = \sigma(net_{h2})",
    r"net_{o1} = w_5 \cdot out_{h1} + w_6 \cdot out_{h2} + b_2",
    r"net_{o2} = w_7 \cdot out_{h1} + w_8 \cdot out_{h2} + b_2",
    r"out_{o1} = \sigma(net_{o1})",
    r"out_{o2} = \sigma(net_{o2})",
    r"E = \frac{1}{2}(T_1 - out_{o1})^2 + \frac{1}{2}(T_2 - out_{o2})^2",
    r"\delta_{o1} = -(T_1 - out_{o1}) \cdot out_{o1} (1 - out_{o1})",
    r"\delta_{o2} = -(T_2 - out_{o2}) \cdot out_{o2} (1 - out_{o2})",
    r"\delta_{h1} = (\delta_{o1} w_5 + \delta_{o2} w_7) \, out_{h1} (1 - out_{h1})",
]
SIGMOIDS = "We train a 2-2-2 network. Both layers use the logistic function, and each layer has one shared bias."


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial E}{\partial b_2} = \delta_{o1} + \delta_{o2}", "equal"),
        (r"\frac{\partial E}{\partial b_1} = \delta_{h1} + \delta_{h2}", "equal"),
        (r"\frac{\partial net_{o1}}{\partial b_2} = 1", "equal"),
        (r"b_2^+ = b_2 - \eta (\delta_{o1} + \delta_{o2})", "equal"),
        (r"b_2 \leftarrow b_2 - \eta \frac{\partial E}{\partial b_2}", "equal"),
        (r"\frac{\partial E}{\partial b_2} = \delta_{o2}", None),
        (r"\frac{\partial E}{\partial b_2} = \delta_{o1} - \delta_{o2}", None),
        (r"\frac{\partial E}{\partial b_1} = \delta_{o1} + \delta_{o2}", None),
        (r"b_2^+ = b_2 - \eta \delta_{o2}", None),
        (r"\delta_{h2} = (\delta_{o1} w_6 + \delta_{o2} w_8) \, out_{h2} (1 - out_{h2})", "equal"),
    ],
)
def test_a_bias_that_a_layer_shares(formula, verdict):
    found = graded([*FOUR_WEIGHTS, formula], SIGMOIDS).claims
    assert [claim.verdict for claim in found[:-1]] == ["equal"] * len(FOUR_WEIGHTS)
    assert found[-1].verdict == verdict if verdict else found[-1].verdict != "equal"


def test_a_bias_of_one_neuron_is_not_shared():
    own = [x.replace("x_2 + b_1", "x_2 + b_2") if "h2" in x[:8] else x for x in FOUR_WEIGHTS]
    assert last([*own, r"\frac{\partial E}{\partial b_1} = \delta_{h1} + \delta_{h2}"], SIGMOIDS).verdict != "equal"


def test_a_slip_beside_weights_with_numbers_that_the_document_shows():
    shown = [
        r"\frac{\partial E}{\partial w_6} = \delta_{o1} \, out_{h2}",
        r"\frac{\partial E}{\partial w_8} = \delta_{o2} \, out_{h2}",
    ]
    slip = r"(\delta_{o1} w_6 + \delta_{o2} w_8) \, out_{h2} (1 + out_{h2})"
    claims = [rf"\delta_{{h2}} = {slip}", rf"\frac{{\partial E}}{{\partial w_3}} = {slip} x_1"]
    found = graded([*FOUR_WEIGHTS, *shown, *claims], SIGMOIDS).claims
    assert [claim.verdict for claim in found[-2:]] == ["wrong", "follows"]


CHAIN = [
    "z_1 = w_1 x + b_1",
    r"a_1 = \sigma(z_1)",
    "z_2 = w_2 a_1 + b_2",
    r"a_2 = \sigma(z_2)",
    r"C = \frac{1}{2} (a_2 - y)^2",
    r"\delta_2 = \frac{\partial C}{\partial z_2} = (a_2 - y) \sigma'(z_2)",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial z_2}{\partial a_1} = w_2", "equal"),
        (r"\frac{\partial z_1}{\partial w_1} = x", "equal"),
        (r"\delta_1 \equiv \frac{\partial C}{\partial z_1} = \delta_2 w_2 \sigma'(z_1)", "equal"),
        (r"\delta_1 \equiv \frac{\partial C}{\partial z_1} = \delta_2 w_2 \sigma'(z_2)", "wrong"),
        (r"\frac{\partial C}{\partial w_1} = \delta_2 w_2 \sigma'(z_1) x", "equal"),
        (r"\frac{\partial C}{\partial w_1} = \delta_2 w_2 \sigma'(z_1)", "wrong"),
        (r"w_1 \leftarrow w_1 - \alpha \delta_1 x", "equal"),
        (r"w_1 \leftarrow w_1 + \alpha \delta_1 x", "wrong"),
    ],
)
def test_layers_of_one_neuron_each(formula, verdict):
    found = graded([*CHAIN, formula], "One input, one hidden neuron, one output neuron.")
    assert found.reading.startswith("1-1-1 sigmoid")
    assert [claim.verdict for claim in found.claims] == ["equal"] * len(CHAIN) + [verdict]


SOFTMAX = [
    "Z = X W + b",
    r"P_{ik} = \frac{e^{Z_{ik}}}{\sum_j e^{Z_{ij}}}",
    r"L = -\frac{1}{N} \sum_{i=1}^{N} \sum_{k=1}^{K} Y_{ik} \log P_{ik}",
    r"\frac{\partial L}{\partial Z} = \frac{1}{N} (P - Y)",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial W} = \frac{1}{N} X^\top (P - Y)", "equal"),
        (r"\frac{\partial L}{\partial X} = \frac{1}{N} (P - Y) W^\top", "equal"),
        (r"W \leftarrow W - \frac{\eta}{N} X^\top (P - Y)", "equal"),
        (r"\frac{\partial L}{\partial b} = \frac{1}{N} \sum_{i=1}^{N} (P_i - Y_i)", "equal"),
        (r"\frac{\partial L}{\partial b} = \sum_{i=1}^{N} (P_i - Y_i)", "wrong"),
        (r"\frac{\partial L}{\partial W} = X^\top (P - Y)", "ambiguous"),  # right with one sample
        (r"\frac{\partial L}{\partial W} = \frac{1}{N} X^\top (Y - P)", "wrong"),
    ],
)
def test_a_classifier_without_a_hidden_layer(formula, verdict):
    found = graded([*SOFTMAX, formula], "A softmax classifier. A batch of N images is a matrix with one image per row.")
    assert found.reading.startswith("3-3 linear; loss cross_entropy; 3 samples, mean")
    assert [claim.verdict for claim in found.claims] == ["equal"] * len(SOFTMAX) + [verdict]


BATCH = [
    "Z^{[1]} = W^{[1]} X + b^{[1]}",
    r"A^{[1]} = \text{ReLU}(Z^{[1]})",
    "Z^{[2]} = W^{[2]} A^{[1]} + b^{[2]}",
    r"A^{[2]} = \sigma(Z^{[2]})",
    r"J = -\frac{1}{m} \sum_{i=1}^{m} \left[ y^{(i)} \log(a^{[2](i)}) + (1 - y^{(i)}) \log(1 - a^{[2](i)}) \right]",
    r"dZ^{[2]} = A^{[2]} - Y",
    r"dW^{[2]} = \frac{1}{m} dZ^{[2]} (A^{[1]})^T",
    r"dZ^{[1]} = (W^{[2]})^T dZ^{[2]} * g'(Z^{[1]})",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"dW^{[1]} = \frac{1}{m} dZ^{[1]} X^T", "equal"),
        (r"dW^{[1]} = \frac{1}{m} dZ^{[1]} (A^{[1]})^T", "wrong"),
        (r"W^{[1]} := W^{[1]} - \alpha \, dW^{[1]}", "equal"),
        (r"W^{[1]} := W^{[1]} + \alpha \, dW^{[1]}", "wrong"),
    ],
)
def test_another_function_in_the_hidden_layer(formula, verdict):
    found = graded([*BATCH, formula], "A hidden layer of ReLU units and a sigmoid output, with m examples in columns.")
    assert found.reading.startswith("2-3-1 relu, sigmoid")
    assert [claim.verdict for claim in found.claims] == ["equal"] * len(BATCH) + [verdict]


DEEP = [
    r"z_j^{(l)} = \sum_k w_{jk}^{(l)} a_k^{(l-1)} + b_j^{(l)}",
    r"a_j^{(l)} = \sigma(z_j^{(l)})",
    r"E = \frac12 \sum_j (a_j^{(L)} - y_j)^2",
    r"\frac{\partial E}{\partial w_{jk}^{(l)}} = \delta_j^{(l)} a_k^{(l-1)}",
]
BACK = r"\delta_j^{(l)} = a_j^{(l)} (1 - a_j^{(l)}) \sum_k w_{%s}^{(l+1)} \delta_k^{(l+1)}"


@pytest.mark.parametrize(("indices", "verdict"), [("kj", "equal"), ("jk", "wrong")])
def test_a_transposed_weight_where_the_forward_pass_shows_the_order(indices, verdict):
    assert last([*DEEP, BACK % indices], "A sigmoid network of any depth.").verdict == verdict


RECURRENT = [
    r"a_t = W_{hh} h_{t-1} + W_{xh} x_t + b_h",
    r"h_t = \tanh(a_t)",
    r"o_t = W_{hy} h_t + b_y",
    r"\hat{y}_t = \text{softmax}(o_t)",
    r"L_t = -\sum_k y_{t,k} \log \hat{y}_{t,k}",
    r"L = \sum_{t=1}^{T} L_t",
    r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T} \frac{\partial L}{\partial a_t} h_t^T",
]


@pytest.mark.parametrize(
    ("step", "verdict"),
    [
        (r"\sum_{t=1}^{T} \frac{\partial L}{\partial a_t} h_t^T", "follows"),
        (r"\sum_{t=1}^{T} \frac{\partial L}{\partial a_t} h_{t-1}^T", "equal"),
        (r"\sum_{t=1}^{T} \frac{\partial L}{\partial a_t} x_t^T", "ambiguous"),
    ],
)
def test_an_update_follows_from_a_wrong_sum_over_steps(step, verdict):
    """The letter of the sum is renamed once more in the corrected claim, whose reading explains the mistake."""
    found = graded([*RECURRENT, rf"W_{{hh}} \leftarrow W_{{hh}} - \eta {step}"], "A recurrent network.").claims
    assert [claim.verdict for claim in found[-2:]] == ["wrong", verdict]


ONE_OUTPUT = [
    "z_1 = W_1 x + b_1",
    r"h = \mathrm{ReLU}(z_1)",
    "y = W_2 h + b_2",
    r"L = \frac{1}{2} (y - t)^2",
    r"g_y = \frac{\partial L}{\partial y} = y - t",
]
BACK_TO_H = r"g_h = \frac{\partial L}{\partial h} = W_2^T g_y"


@pytest.mark.parametrize(
    ("formulas", "verdicts"),
    [
        ([BACK_TO_H], ["definition"]),
        ([BACK_TO_H, r"g_z = \frac{\partial L}{\partial z_1} = g_h \odot \mathbb{1}[z_1 > 0]"], ["definition"] * 2),
        ([r"\frac{\partial L}{\partial W_2} = g_y h^T", r"\frac{\partial L}{\partial b_2} = -g_y"], ["equal", "wrong"]),
        ([BACK_TO_H, r"\frac{\partial L}{\partial W_1} = g_h x^T"], ["definition", "wrong"]),
    ],
)
def test_a_definition_whose_index_is_on_its_left_side_only_is_not_general(formulas, verdicts):
    """g_y = y - t says nothing of g_h: its right side has no index."""
    found = graded([*ONE_OUTPUT, *formulas], "A ReLU in the hidden layer, and one linear output.").claims
    assert [claim.verdict for claim in found][len(ONE_OUTPUT) :] == verdicts


def test_a_definition_whose_index_is_on_its_right_side_is_general():
    claims = ["e_o = t_o - y_o", r"\delta_k = -e_k y_k (1 - y_k)", r"\delta_k = e_k y_k (1 - y_k)"]
    text = "network: 2-3-2 sigmoid\n\n" + "\n\n".join([f"$${claim}$$" for claim in claims])
    found = grade_document(text, format="markdown").claims
    assert [claim.verdict for claim in found] == ["definition", "equal", "wrong"]


ROWS = [
    "h_1 = X W_1 + b_1",
    r"a_1 = \max(0, h_1)",
    "s = a_1 W_2 + b_2",
    r"p_{ij} = \frac{e^{s_{ij}}}{\sum_k e^{s_{ik}}}",
    r"L = -\frac{1}{N} \sum_{i} \sum_{j} y_{ij} \log p_{ij}",
    r"\frac{\partial L}{\partial s} = \frac{1}{N} (p - y)",
    r"\frac{\partial L}{\partial a_1} = \frac{\partial L}{\partial s} W_2^T",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial h_1} = \frac{\partial L}{\partial a_1} \odot \mathbb{1}(a_1 > 0)", "equal"),
        (r"\frac{\partial L}{\partial h_1} = \frac{\partial L}{\partial a_1} \odot \mathbb{1}(a_1 < 0)", "wrong"),
        (r"\frac{\partial L}{\partial W_1} = X^T \frac{\partial L}{\partial h_1}", "equal"),
        (r"\frac{\partial L}{\partial W_1} = X^T \frac{\partial L}{\partial a_1}", None),
    ],
)
def test_the_letter_of_logits_beside_that_of_hidden_pre_activations(formula, verdict):
    found = graded([*ROWS, formula], "A hidden layer of ReLU units, and a softmax. Inputs are rows.").claims
    assert [claim.verdict for claim in found[:-1]] == ["equal"] * len(ROWS)
    assert found[-1].verdict == verdict if verdict else found[-1].verdict != "equal"


@pytest.mark.parametrize(("slope", "verdict"), [("(1 - h_j^2)", "equal"), ("(1 - h_j)", "wrong")])
def test_a_function_with_a_letter(slope, verdict):
    claims = [
        r"f = \tanh", r"u_j = \sum_i w_{ij} x_i + b_j", "h_j = f(u_j)", r"y_k = \sum_j v_{jk} h_j + c_k",
        r"E = \frac{1}{2} \sum_k (t_k - y_k)^2", r"\frac{\partial E}{\partial h_j} = -\sum_k (t_k - y_k) v_{jk}",
        rf"\frac{{\partial E}}{{\partial u_j}} = -{slope} \sum_k (t_k - y_k) v_{{jk}}",
    ]  # fmt: skip
    found = graded(claims, "A hidden layer of tanh units, and linear outputs.").claims
    assert [claim.verdict for claim in found] == ["definition", *["equal"] * 5, verdict]


INTO_NEURONS = [f"net_{{h{k}}} = w_{2 * k - 1} x_1 + w_{2 * k} x_2 + b_1" for k in (1, 2)]
OUT_OF_NEURONS = [f"net_{{h{k}}} = w_{k} x_1 + w_{k + 2} x_2 + b_1" for k in (1, 2)]


@pytest.mark.parametrize(
    ("forward", "weights", "verdict"),
    [
        (INTO_NEURONS, (5, 7), "equal"),
        (INTO_NEURONS, (5, 6), "ambiguous"),
        (INTO_NEURONS, (6, 8), "ambiguous"),
        (OUT_OF_NEURONS, (5, 6), "equal"),
        (OUT_OF_NEURONS, (5, 7), "ambiguous"),
    ],
)
def test_the_forward_pass_shows_the_order_in_which_weights_are_numbered(forward, weights, verdict):
    """w_5 and w_6 are the weights out of the first hidden neuron if the weights out of a neuron follow each other."""
    first, second = weights
    back = rf"\frac{{\partial E}}{{\partial out_{{h1}}}} = \delta_{{o1}} w_{first} + \delta_{{o2}} w_{second}"
    rest = [x for x in FOUR_WEIGHTS[2:-1] if not x.startswith("net")]
    found = graded([*forward, *rest, back], SIGMOIDS).claims
    assert [claim.verdict for claim in found] == ["equal"] * (len(found) - 1) + [verdict]

r"""Jacobians in letters, gradients of products, products over layers, samples that are left out, other softmax entries.

Beside each right formula there are wrong ones in the same notation.
"""

import pytest
from people_settings import derivation


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


BOLD = {"s": r"\mathbf x", "y": r"\mathbf x", "p": r"\mathbf s", "t": r"\mathbf y", "loss": "H"}
ROWS = setting("3-3 softmax", "from-to", BOLD, vectors="rows")
PLAIN = setting("3-3 softmax", "to-from", {"s": "z", "y": "z", "p": "p", "t": "y", "loss": "L"})
HIDDEN = setting("2-3-3 relu softmax", "to-from", {"s": "z", "a": "h", "y": "o", "p": "p", "t": "y", "loss": "J"})
LAYERS = {"s": "z", "a": "a", "y": "a", "t": "y", "x": "x", "loss": "C"}
NEURONS = setting("1-1-1-1 sig", "to-from", LAYERS)
DEEP = setting("2-3-3-2 sig half_sse", "to-from", LAYERS)
LOGISTIC = setting("2-1 logistic m=3", "to-from",
                   {"w": r"\theta", "s": "z", "y": r"h_{\theta}", "t": "y", "loss": "l", "function": "g"})  # fmt: skip
WORDS = setting("2-3-2 sig half_sse", "from-to", {"s": "net", "a": "a", "y": "a", "t": "t", "loss": "E"})

_OF_S = r"\nabla_{\mathbf s} H = "
JACOBIANS = [
    (ROWS, r"\mathbf J_{\mathbf x}(\mathbf s) = \text{diag}(\mathbf s) - \mathbf s^\top \mathbf s", "equal"),
    (ROWS, r"\mathbf J_{\mathbf x}(\mathbf s) = \text{diag}(\mathbf s) + \mathbf s^\top \mathbf s", "wrong"),
    (ROWS, r"\nabla_{\mathbf x} H = \nabla_{\mathbf s} H \ \mathbf J_{\mathbf x}(\mathbf s)", "equal"),
    (ROWS, r"\nabla_{\mathbf x} H = -\nabla_{\mathbf s} H \ \mathbf J_{\mathbf x}(\mathbf s)", "wrong"),
    (ROWS, _OF_S + r"-\nabla_{\mathbf s} \mathbf y \log \mathbf s^\top = -\frac{\mathbf y}{\mathbf s}", "equal"),
    (ROWS, _OF_S + r"\nabla_{\mathbf s} \mathbf y \log \mathbf s^\top", "wrong"),
    (ROWS, _OF_S + r"-\nabla_{\mathbf s} \mathbf s \log \mathbf y^\top", "wrong"),
    (HIDDEN, r"\frac{\partial J}{\partial o} = p - y", "equal"),  # this J is the loss
]
_SHARE = r"\frac{\partial p_i}{\partial z_j} = \frac{0 - e^{z_i} e^{z_j}}{(\sum_k e^{z_k})^2} = "
_AGAIN = r"-\frac{e^{z_i}}{\sum_k e^{z_k}} \frac{e^{z_j}}{\sum_k e^{z_k}} = "
OFF_DIAGONAL = [
    (PLAIN, _SHARE + "-p_i p_j", "equal"),
    (PLAIN, _SHARE + _AGAIN + "-p_i p_j", "equal"),
    (PLAIN, _SHARE + "p_i p_j", "wrong"),
    (PLAIN, _SHARE + "-p_i p_i", "wrong"),
    (PLAIN, _SHARE + "p_i (1 - p_j)", "wrong"),
    (PLAIN, r"\frac{\partial p_i}{\partial z_j} = -p_i p_j", "equal"),
]
_TO_FIRST = r"\frac{\partial a^{(3)}}{\partial a^{(1)}} = "
_TO_ANY = r"\frac{\partial a^{(L)}}{\partial a^{(l)}} = "
_LOSS_BY_ANY = r"\frac{\partial C}{\partial a^{(l)}} = \frac{\partial C}{\partial a^{(L)}} "
_DELTA = r"\delta^{(l)} = \sigma'(z^{(l)}) \left(\prod_{k=l+1}^{L} w^{(k)} \sigma'(z^{(k)})\right) "
OF_LAYERS = [
    (NEURONS, _TO_FIRST + r"\prod_{l=2}^{3} w^{(l)} \sigma'(z^{(l)})", "equal"),
    (NEURONS, _TO_FIRST + r"\prod_{l=1}^{3} w^{(l)} \sigma'(z^{(l)})", "wrong"),
    (NEURONS, _TO_FIRST + r"\prod_{l=2}^{3} w^{(l)} \sigma'(z^{(l-1)})", "wrong"),
    (NEURONS, r"\frac{\partial a_3}{\partial a_1} = \prod_{l=2}^{3} w_l \sigma'(z_l)", "equal"),
    (NEURONS, r"\frac{\partial a_3}{\partial a_1} = \prod_{l=1}^{2} w_l \sigma'(z_l)", "wrong"),
    (NEURONS, _TO_ANY + r"\prod_{k=l+1}^{L} w^{(k)} \sigma'(z^{(k)})", "equal"),
    (NEURONS, _TO_ANY + r"\prod_{k=l}^{L} w^{(k)} \sigma'(z^{(k)})", "wrong"),
    (NEURONS, _DELTA + "(a^{(L)} - y)", "equal"),
    (NEURONS, _DELTA + "(y - a^{(L)})", "wrong"),
    (NEURONS, r"\frac{\partial C}{\partial w^{(1)}} = \frac{\partial C}{\partial a^{(3)}} "
     r"\prod_{l=2}^{3} \sigma'(z^{(l)}) w^{(l)} \cdot \sigma'(z^{(1)}) x", "equal"),
    (NEURONS, r"\frac{\partial C}{\partial w^{(1)}} = \frac{\partial C}{\partial a^{(3)}} "
     r"\prod_{l=2}^{3} \sigma'(z^{(l)}) w^{(l)} \cdot x", "wrong"),
    (DEEP, _TO_FIRST + r"\prod_{l=2}^{3} \mathrm{diag}(\sigma'(z^{(l)})) W^{(l)}", "equal"),
    (DEEP, _TO_FIRST + r"\prod_{l=2}^{3} W^{(l)} \mathrm{diag}(\sigma'(z^{(l)}))", "wrong"),
    (DEEP, _TO_FIRST + r"\prod_{l=2}^{3} \frac{\partial a^{(l)}}{\partial a^{(l-1)}}", "equal"),
    (DEEP, _LOSS_BY_ANY + r"\prod_{k=l+1}^{L} \frac{\partial a^{(k)}}{\partial a^{(k-1)}}", "equal"),
    (DEEP, _LOSS_BY_ANY + r"\prod_{k=l+2}^{L} \frac{\partial a^{(k)}}{\partial a^{(k-1)}}", "wrong"),
]  # fmt: skip
_SLOPE = r"\frac{\partial h_{\theta}(x^{(i)})}{\partial \theta_j} = "
_GRADIENT = r"\frac{\partial l}{\partial \theta_j} = \frac1m \sum_{i=1}^m "
OF_SAMPLES = [
    (LOGISTIC, _SLOPE + "g(z)(1 - g(z)) x_j^{(i)}", "equal"),
    (LOGISTIC, _SLOPE + "g(z)(1 + g(z)) x_j^{(i)}", "wrong"),
    (LOGISTIC, _SLOPE + "g(z)(1 - g(z)) x_j", "wrong"),  # an input without its sample is a slip
    (LOGISTIC, _GRADIENT + "(g(z) - y^{(i)}) x_j^{(i)}", "equal"),
    (LOGISTIC, _GRADIENT + "(y^{(i)} - g(z)) x_j^{(i)}", "wrong"),
    (LOGISTIC, _GRADIENT + "(g(z) - y) x_j^{(i)}", "wrong"),
]
CAPITALS = [
    (WORDS, "a_j = Sigmoid(net_j)", "equal"),
    (WORDS, r"\frac{\partial Sigmoid(net_j)}{\partial net_j} = a_j (1 - a_j)", "equal"),
    (WORDS, r"\frac{\partial Sigmoid(net_j)}{\partial net_j} = a_j (1 + a_j)", "wrong"),
    (WORDS, "a_j = Tanh(net_j)", "wrong"),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), [*JACOBIANS, *OFF_DIAGONAL, *OF_LAYERS, *OF_SAMPLES, *CAPITALS])
def test_the_verdict_on_a_notation_of_vectors_and_products(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula", "condition"),
    [
        (*OFF_DIAGONAL[0][:2], "for i != j"),
        (*OF_SAMPLES[0][:2], "if z belongs to sample i, as the rest does"),
        (*OF_LAYERS[0][:2], ""),
    ],
)
def test_the_condition_of_a_notation(row, formula, condition):
    assert derivation(row).grade(None, formula).condition == condition


def test_a_factor_of_the_outputs_is_named_with_their_letter():
    outputs = setting("2-3-2 sig half_sse", "from-to", {"a": "h", "y": "y", "t": "d", "loss": "E"})
    grade = derivation(outputs).grade(None, r"\frac{\partial E}{\partial w_{jk}} = (y_k - d_k)(1 - y_k) h_j")
    assert "the factor y_k is missing" in grade.diagnosis


EXPLICIT = setting("3-3 softmax explicit", "to-from", {"s": "z", "y": "p", "p": "p", "t": "t", "loss": "L"})
LINEAR = setting("2-3-2 tanh,lin half_sse", "to-from", {**LAYERS, "y": r"\hat{y}", "loss": "L"})


@pytest.mark.parametrize(
    ("row", "formula", "verdict"),
    [
        (DEEP, r"\prod_{k=1}^{2} a_k = a_1 a_2", "equal"),  # neurons and no layers
        (EXPLICIT, r"\exp(-L) = \prod_{k=1}^{3} p_k^{t_k}", "unreadable"),
        (LINEAR, r"\frac{\partial L}{\partial W^{(2)}} = \frac{\partial L}{\partial \hat{y}} "
         r"\frac{\partial z^{(2)}}{\partial W^{(2)}}", "equal"),  # z^(2) and the outputs are the same
        (LINEAR, r"\frac{\partial L}{\partial W^{(1)}} = \frac{\partial L}{\partial \hat{y}} "
         r"\frac{\partial \hat{y}}{\partial a^{(1)}} \frac{\partial z^{(1)}}{\partial W^{(1)}}", "wrong"),
    ],
)  # fmt: skip
def test_what_is_no_product_over_layers_and_no_gap(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)

"""One way to number layers in a document: claims that number them otherwise, and numbers that decide a doubt."""

import pytest

from autograd import derive, grade_document
from autograd.grading.networks import build

FORWARD = [r"x_1 = \sigma(W_1 x_0 + b_1)", r"x_2 = \sigma(W_2 x_1 + b_2)", r"E = \frac{1}{2} \|x_2 - y\|^2"]
BACKWARD = [
    r"\frac{\partial E}{\partial W_2} = \delta_2 x_1^T",
    r"\delta_1 = W_2^T \delta_2 \circ \sigma'(W_1 x_0 + b_1)",
]


def verdicts(header, formulas):
    text = "\n\n".join([header, *[f"$${formula}$$" for formula in formulas]])
    return [claim.verdict for claim in grade_document(text, format="markdown").claims]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial E}{\partial b_1} = \delta_1", "equal"),
        (r"\frac{\partial E}{\partial b_2} = \delta_2", "equal"),
        (r"\frac{\partial E}{\partial W_1} = \delta_1 x_0^T", "equal"),
        (r"\frac{\partial E}{\partial b_1} = \delta_2", "ambiguous"),  # right if deltas are numbered from the inputs
        (r"\frac{\partial E}{\partial W_1} = \delta_2 x_0^T", "ambiguous"),
        (r"\frac{\partial E}{\partial b_2} = \delta_1", "wrong"),
    ],
)
def test_deltas_are_numbered_as_before(formula, verdict):
    assert verdicts("network: 2-3-2 sigmoid", [*FORWARD, *BACKWARD, formula])[-1] == verdict


def test_the_line_that_shows_the_numbers_is_named():
    text = "\n\n".join([f"$${x}$$" for x in (*FORWARD, *BACKWARD, r"\frac{\partial E}{\partial b_1} = \delta_2")])
    last = grade_document(f"network: 2-3-2 sigmoid\n\n{text}", format="markdown").claims[-1]
    assert "the layers of the deltas are numbered differently than in line 9" in last.diagnosis


def test_a_writer_who_numbers_deltas_from_the_inputs_is_right_throughout():
    claims = [
        r"\delta_3 = (x_2 - y) \circ \sigma'(W_2 x_1 + b_2)",
        r"\delta_2 = W_2^T \delta_3 \circ \sigma'(W_1 x_0 + b_1)",
        r"\frac{\partial E}{\partial W_2} = \delta_3 x_1^T",
        r"\frac{\partial E}{\partial b_1} = \delta_2",
    ]
    assert verdicts("network: 2-3-2 sigmoid", [*FORWARD, *claims]) == ["equal"] * 7


LEADS_OUT = [r"z^{(2)} = W^{(1)} x + b^{(1)}", r"z^{(l+1)} = W^{(l)} a^{(l)} + b^{(l)}"]
LEADS_IN = [r"z^{(1)} = W^{(1)} x + b^{(1)}", r"z^{(l+1)} = W^{(l+1)} a^{(l)} + b^{(l+1)}"]
OUTPUTS = {
    "out": r"\delta^{(4)}_i = -(y_i - a^{(4)}_i) f'(z^{(4)}_i)",
    "in": r"\delta^{(3)}_i = -(y_i - a^{(3)}_i) f'(z^{(3)}_i)",
}


@pytest.mark.parametrize(
    ("formula", "out", "into"),
    [
        (r"\delta^{(l)} = (W^{(l)})^T \delta^{(l+1)} \odot f'(z^{(l)})", "equal", "ambiguous"),
        (r"\delta^{(l)} = (W^{(l+1)})^T \delta^{(l+1)} \odot f'(z^{(l)})", "ambiguous", "equal"),
        (r"\frac{\partial J}{\partial b^{(l)}} = \delta^{(l+1)}", "equal", "ambiguous"),
        (r"\frac{\partial J}{\partial b^{(l)}} = \delta^{(l)}", "ambiguous", "equal"),
    ],
)
def test_the_forward_pass_shows_where_weights_lead(formula, out, into):
    header = "network: 3-4-4-2 sigmoid\norder: to-from\nletters: t=y, y=a, s=z, loss=J"
    assert verdicts(header, [*LEADS_OUT, OUTPUTS["out"], formula])[-1] == out
    assert verdicts(header, [*LEADS_IN, OUTPUTS["in"], formula])[-1] == into


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"J(W,b;x,y) = \frac{1}{2} \left\| h_{W,b}(x) - y \right\|^2", "equal"),
        (r"J(W,b;x,y) = \left\| h_{W,b}(x) - y \right\|^2", "wrong"),
        (r"h_{W,b}(x) = a^{(2)}", "equal"),
        (r"h_{W,b}(x) = a^{(1)}", "wrong"),
        (r"h_{b}(x) = a^{(2)}", None),  # an index
    ],
)
def test_a_model_with_its_parameters_below(formula, verdict):
    letters = {"t": "y", "y": "h", "s": "z", "loss": "J"}
    derivation = derive(build([3, 4, 2], ["sigmoid"] * 2)).convention(order="to-from", letters=letters)
    found = derivation.grade(None, formula).verdict
    assert found == verdict if verdict else found != "equal"


SINGLE = "network: 1-1-1 sigmoid, linear\nrecurrent: layer 1, 3 steps\nletters: a=h, s=a, y=\\hat{y}, t=y"


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L^t}{\partial h^t} = -(y^t - \hat{y}^t) u", "equal"),
        (r"\frac{\partial L^t}{\partial h^t} = -(y^t - \hat{y}^t) w", "ambiguous"),
        (r"\frac{\partial L^t}{\partial d} = -(y^t - \hat{y}^t)", "ambiguous"),  # d is usually a target
    ],
)
def test_weights_without_marks_keep_their_layers(formula, verdict):
    claims = [
        r"a^t = w x^t + v h^{t-1} + b",
        r"h^t = \sigma(a^t)",
        r"\frac{\partial L^t}{\partial u} = -(y^t - \hat{y}^t) h^t",
    ]
    assert verdicts(SINGLE, [*claims, formula]) == ["equal"] * 3 + [verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial L}{\partial W} = \left(V^T (y - t) \odot h \odot (1 - h)\right) x^T", "equal"),
        (r"\frac{\partial L}{\partial V} = (y - t) h^T", "equal"),
        (r"\frac{\partial L}{\partial W} = (y - t) h^T", "wrong"),
    ],
)
def test_matrices_without_marks_keep_their_layers(formula, verdict):
    header = "network: 2-3-2 sigmoid, linear\norder: to-from\nletters: a=h, s=z"
    assert verdicts(header, [r"h = \sigma(W x + b)", r"y = V h + c", formula]) == ["equal"] * 2 + [verdict]

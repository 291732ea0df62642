"""Matrices of weights whose rows may be inputs or outputs, and the verdicts on formulas with them."""

import pytest
from graphs import network
from people_settings import derivation as derivation_of

from autograd import derive

LETTERS = {"s": "z", "t": "y", "y": "a", "loss": "C"}
INTO = {  # right if a row of a matrix has the weights into one neuron
    r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot \sigma'(z^{(1)})",
    r"\frac{\partial C}{\partial W^{(2)}} = \delta^{(2)} (a^{(1)})^T",
    r"W^{(2)} \leftarrow W^{(2)} - \eta \delta^{(2)} (a^{(1)})^T",
}
OUT = {  # right if a row has the weights out of one
    r"\delta^{(1)} = W^{(2)} \delta^{(2)} \odot \sigma'(z^{(1)})",
    r"\frac{\partial C}{\partial W^{(2)}} = a^{(1)} (\delta^{(2)})^T",
}
NEITHER = {
    r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)}",
    r"\frac{\partial C}{\partial W^{(2)}} = -\delta^{(2)} (a^{(1)})^T",
    r"W^{(2)} \leftarrow W^{(2)} + \eta \delta^{(2)} (a^{(1)})^T",
}
INDEXED = {r"\frac{\partial C}{\partial w_{kj}^{(2)}} = \delta_k^{(2)} a_j^{(1)}"}


@pytest.fixture(scope="module", params=[(2, 3, 2), (3, 3, 3)], ids=str)
def derivation(request):
    return derive(network(request.param))


@pytest.mark.parametrize(
    ("order", "formulas", "verdict"),
    [
        (None, INTO, "ambiguous"),
        (None, OUT, "equal"),
        (None, NEITHER, "wrong"),
        (None, INDEXED, "wrong"),
        ("to-from", INTO, "equal"),
        ("to-from", OUT, "wrong"),
        ("to-from", NEITHER, "wrong"),
        ("to-from", INDEXED, "equal"),
        ("from-to", INTO, "wrong"),
        ("from-to", OUT, "equal"),
    ],
)
def test_matrices_of_weights(derivation, order, formulas, verdict):
    of = derivation.convention(letters=LETTERS, order=order)
    for formula in sorted(formulas):
        grade = of.grade(None, formula)
        assert grade.verdict == verdict, str(grade)
        if verdict == "ambiguous":
            assert "declare order: to-from" in grade.diagnosis


def test_presets_say_the_order():
    assert derive(network((2, 3, 2))).convention("nielsen").grade(None, max(INTO)).verdict != "ambiguous"


@pytest.mark.parametrize(
    ("setting", "letters", "formulas"),
    [
        (
            "2-3-2 sig half_sse",
            {"s": "z", "y": "a", "t": "y", "loss": "L"},
            {
                r"\frac{\partial L}{\partial W_2} = \delta_2 a_1^T": "ambiguous",
                r"\frac{\partial L}{\partial W_2} = a_1 \delta_2^T": "equal",
                r"\frac{\partial L}{\partial W_2} = -\delta_2 a_1^T": "wrong",
                r"\delta_1 = W_2^T \delta_2 \odot a_1 \odot (1 - a_1)": "ambiguous",
                r"\delta_1 = W_2^T \delta_2 \odot (1 - a_1)": "wrong",
            },
        ),
        (
            "rnn 2-3-2 tanh ce",
            {"s": "a", "a": "h", "y": "o", "p": r"\hat y", "t": "y", "loss": "L"},
            {
                r"\frac{\partial L}{\partial W_{hy}} = \sum_t (\hat y_t - y_t) h_t^T": "ambiguous",
                r"\frac{\partial L}{\partial W_{hy}} = \sum_t h_t (\hat y_t - y_t)^T": "equal",
                r"\frac{\partial L}{\partial W_{hy}} = \sum_t (y_t - \hat y_t) h_t^T": "wrong",
                r"\delta_t = (W_{hy}^T (\hat y_t - y_t) + W_{hh}^T \delta_{t+1}) \odot (1 - h_t^2)": "ambiguous",
                r"\delta_t = (W_{hy} (\hat y_t - y_t) + W_{hh} \delta_{t+1}) \odot (1 - h_t^2)": "equal",
                r"\delta_t = (W_{hy}^T (\hat y_t - y_t) + W_{hh} \delta_{t+1}) \odot (1 - h_t^2)": "wrong",
            },
        ),
    ],
)
def test_the_order_of_a_matrix_that_nothing_states(setting, letters, formulas):
    of = derivation_of({"setting": setting, "declared": {"letters": letters}})
    assert {formula: of.grade(None, formula).verdict for formula in formulas} == formulas

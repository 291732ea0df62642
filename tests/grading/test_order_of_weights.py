"""Matrices of weights whose rows may be inputs or outputs, and the verdicts on formulas with them."""

import pytest
from graphs import network

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

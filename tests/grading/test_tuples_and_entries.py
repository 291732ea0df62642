r"""Vectors in brackets with commas, entries in brackets behind a layer, and biases that a forward formula lacks.

Beside each right formula there are wrong ones in the same notation.
"""

import pytest
from people_settings import derivation


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


LETTERS = {"s": "z", "a": "a", "y": "a", "t": "y", "x": "x", "loss": "L"}
COLUMNS = setting("2-3-2 sig half_sse", "to-from", LETTERS)
ROWS = setting("2-3-2 sig half_sse", "from-to", LETTERS, vectors="rows")
NEURON = setting("3-1 sig half_sse", "to-from", {"s": "z", "y": r"\hat{y}", "t": "y", "x": "x", "w": "w"})
SQUARE = setting("2-2-2 sig half_sse", "from-to", LETTERS)
BATCH = setting("2-3-2 sig half_sse m=3", "from-to", {**LETTERS, "s": "Z", "a": "A", "y": "A", "t": "Y", "x": "X"})

_LOSS_BY_A = r"\frac{\partial L}{\partial a^{(2)}} = "
_BY_WEIGHTS = r"\nabla_w L = \left(\frac{\partial L}{\partial w_1}, \frac{\partial L}{\partial w_2}, "
TUPLES = [
    (COLUMNS, "x = (x_1, x_2)", "equal"),
    (COLUMNS, "x = (x_1, x_2)^T", "equal"),
    (ROWS, "x = (x_1, x_2)", "equal"),
    (COLUMNS, "x = (x_2, x_1)", "wrong"),
    (COLUMNS, r"x = (x_1, x_2, \ldots, x_n)^T", "equal"),
    (COLUMNS, r"x = (x_2, x_1, \ldots, x_n)^T", "wrong"),
    (COLUMNS, r"\delta^{(2)} = (\delta^{(2)}_1, \ldots, \delta^{(2)}_n)^T", "equal"),
    (COLUMNS, r"\delta^{(2)} = (\delta^{(2)}_2, \ldots, \delta^{(2)}_n)^T", "wrong"),
    (COLUMNS, _LOSS_BY_A + r"(a^{(2)}_1 - y_1, a^{(2)}_2 - y_2)", "equal"),
    (COLUMNS, _LOSS_BY_A + r"(a^{(2)}_1 - y_1, a^{(2)}_2 + y_2)", "wrong"),
    (COLUMNS, _LOSS_BY_A + r"(a_1 - y_1, \ldots, a_n - y_n)^T = a^{(2)} - y", "equal"),
    (COLUMNS, _LOSS_BY_A + r"(a_1 - y_1, a_2 + y_2, \ldots, a_n - y_n)^T", "wrong"),
    (NEURON, _BY_WEIGHTS + r"\frac{\partial L}{\partial w_3}\right)", "equal"),
    (NEURON, _BY_WEIGHTS + r"\frac{\partial L}{\partial w_1}\right)", "wrong"),
    (COLUMNS, "x = (1, x_1, x_2)^T", "unreadable"),  # a vector with a 1 for the bias is another one
    (COLUMNS, "y = (0, 1)^T", "unreadable"),
    (COLUMNS, r"\nabla L = \left(\frac{\partial L}{\partial w_{11}}, \ldots, \frac{\partial L}{\partial w_{32}}\right)",
     "unreadable"),
]  # fmt: skip
ENTRIES = [
    (SQUARE, r"\frac{\partial L}{\partial W_2[1,1]} = (a_2[1] - y[1]) a_2[1] (1 - a_2[1]) a_1[1]", "equal"),
    (SQUARE, r"\frac{\partial L}{\partial W_2[1,1]} = (a_2[1] - y[1]) a_2[1] (1 - a_2[1]) a_1[2]", "wrong"),
    (SQUARE, "dL/dW2[1,2] = (a2[2] - y[2]) * a2[2] * (1 - a2[2]) * a1[1]", "equal"),
    (SQUARE, "dL/dW2[1,2] = (a2[2] - y[2]) * a2[2] * (1 - a2[2]) * a1[2]", "wrong"),
    (SQUARE, "dL/dW2[1][2] = (a2[2] - y[2]) * a2[2] * (1 - a2[2]) * a1[1]", "equal"),
    (SQUARE, "dL/dW2[i,j] = delta2[j] * a1[i]", "equal"),
    (SQUARE, "dL/dW2[i,j] = delta2[i] * a1[j]", "wrong"),
    (SQUARE, "dz2[j]/da1[i] = W2[i,j]", "equal"),
    (SQUARE, "dz2[j]/da1[i] = W2[j,i]", "wrong"),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), [*TUPLES, *ENTRIES])
def test_the_verdict_on_entries(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula"),
    [
        (COLUMNS, r"z_j = \sum_i w_{ji} x_i"),
        (COLUMNS, r"a_j = \sigma(\sum_i w_{ji} x_i)"),
        (COLUMNS, "z^{(2)} = W^{(2)} a^{(1)}"),
        (BATCH, "Z^{(1)} = X W^{(1)}"),
    ],
)
def test_a_bias_that_a_forward_formula_lacks_is_named(row, formula):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == "wrong"
    assert [mistake.kind for mistake in grade.mistakes] == ["missing term"]
    assert "the bias b is missing" in grade.diagnosis


HIDDEN = setting("2-3-2 sig half_sse", "from-to", {"s": "z", "a": "h", "y": "y", "t": "t", "x": "x", "loss": "E"})
ALL = setting("2-3-2 sig half_sse", "from-to", {"s": "z", "a": "o", "y": "o", "t": "t", "x": "x", "loss": "E"})
_BACK = r"\frac{\partial E}{\partial w_{ij}} = \sum_k \delta_k w_{jk} "


@pytest.mark.parametrize(
    ("row", "formula", "verdict"),
    [
        (HIDDEN, _BACK + "h_j (1 - h_j) x_i", "equal"),
        (HIDDEN, _BACK + "h_j (1 - h_j) h_i", "ambiguous"),  # h stands for hidden neurons
        (HIDDEN, r"\frac{\partial E}{\partial w^{(1)}_{ij}} = \delta^{(1)}_j h_i", "ambiguous"),
        (HIDDEN, r"\frac{\partial E}{\partial w_{ij}} = \delta_j h_i", "equal"),  # of the weights to the outputs
        (ALL, _BACK + "o_j (1 - o_j) o_i", "equal"),  # o stands for inputs, too
    ],
)
def test_a_letter_of_hidden_neurons_is_not_taken_for_inputs(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)

"""Formulas about a graph that is no network of nn, in the labels and with the plain numbers of that graph."""

import pytest

from autograd import Value, derive, exp, sin
from nn import MLP, half_sse

GRAPHS = [
    (lambda w: (w * 3 - 1) ** 2, ["18*{w} - 6", "6*(3*{w} - 1)"], ["18*{w} - 5", "6*(3*{w} + 1)", "2*(3*{w} - 1)"]),
    (lambda w: sin(w * 2), ["2*cos(2*{w})"], ["cos(2*{w})", "2*sin(2*{w})"]),
    (lambda w: exp(w * 2) + 1, ["2*exp(2*{w})"], ["exp(2*{w})", "2*exp(2*{w}) + 1"]),
    (lambda w: w * 3 + 4, ["3"], ["4", "3*{w}"]),
    (lambda w: (w - 5) ** 2, ["2*{w} - 10"], ["2*{w} - 5"]),
]
CASES = [(k, formula, is_right) for k, row in enumerate(GRAPHS) for is_right in (1, 0) for formula in row[2 - is_right]]


@pytest.mark.parametrize("label", ["w", "a", "b", "x", "theta", "slope", "W", "y"])
@pytest.mark.parametrize(("graph", "formula", "is_right"), CASES)
def test_plain_numbers_and_labels_of_a_graph(graph, formula, is_right, label):
    leaf = Value(2.0, label)
    loss = GRAPHS[graph][0](leaf)
    text = formula.replace("{w}", label)
    grade = derive(loss, parameters=[leaf]).grade(leaf, text)
    assert (grade.verdict == "equal") == bool(is_right), str(grade)
    assert grade.formula == text


def test_what_was_assumed_is_said():
    leaf = Value(2.0, "a")
    grade = derive((leaf * 3 - 1) ** 2, parameters=[leaf]).grade(leaf, "18*a - 6")
    assert grade.condition == (
        "for the plain numbers of this graph: x[1] = 3, t[1] = 1; with the labels of this graph: a is w_io[1,1]"
    )


@pytest.mark.parametrize("formula", ["d_o[1]", "y[1]", "y[1] - t[1]", "y[1]*x[1]", "1"])
def test_a_factor_is_missing_though_it_is_1_in_this_graph(formula):
    model = MLP(1, [1], output="linear", seed=0)
    derivation = derive(half_sse(model([1.0]), [0.0]))
    assert derivation.grade(model.parameters()[0], formula).verdict == "wrong"

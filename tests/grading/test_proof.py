"""The words of a counterexample."""

import pytest
from graphs import network

from autograd import derive
from autograd.grading.judging.proof import Counterexample

pytestmark = pytest.mark.sampled(4)

THIRD = 1 / 3


@pytest.mark.parametrize(
    ("point", "where", "given", "text"),
    [
        ({"a": 0.5, "b": 0.5, "c": THIRD}, {}, 2.0, "at all 1/2 but c = 1/3: true 1, given 2"),
        ({"a": 0.5, "b": 0.5}, {"h": 1, "o": 2}, 2.0, "at all 1/2, for h = 1, o = 2: true 1, given 2"),
        ({"a": 0.5, "b": THIRD}, {}, 2.0, "at a = 1/2, b = 1/3: true 1, given 2"),
        ({"a": 0.5, "b": 0.5, "c": 1.0, "d": -2.0}, {}, 2.0, "at a = 1/2, b = 1/2, c = 1, d = -2: true 1, given 2"),
        ({"a": 0.1234567891}, {}, None, "at all 0.123457: true 1, given no value"),
    ],
)
def test_what_most_quantities_are_is_said_first(point, where, given, text):
    assert str(Counterexample(point, where, 1.0, given)) == text


@pytest.mark.parametrize("n", [13, 14, 15, 40])
def test_a_long_point_is_cut(n):
    text = str(Counterexample({f"a{k}": float(k) for k in range(n)}, {}, 1.0, 2.0))
    assert text.count(" = ") == min(n, 14)
    assert (", ...:" in text) is (n > 14)


# Its numbers cannot be computed, so it is not equal, and its numbers do not agree.
WITHOUT_VALUE = [
    r"\delta_o = \exp(\exp(\exp(\exp(1))))",
    r"\delta_o = \exp(\exp(\exp(\exp(\exp(\exp(y_o))))))",
    "d_o[o] = exp(exp(exp(exp(1))))",
    r"\delta_o = (y_o - t_o) \sqrt{-1} \sqrt{-1}",
    r"\delta_o = \frac{1}{0}",
    r"\delta_o = \log(-1)",
    r"\frac{\partial L}{\partial b_o} = \log(\log(0))",
]


@pytest.mark.parametrize("formula", WITHOUT_VALUE)
def test_a_formula_without_a_value_is_never_said_to_agree(formula):
    grade = derive(network((2, 3, 2))).grade(None, formula)
    assert grade.verdict in ("wrong", "unreadable"), str(grade)
    assert "agree" not in str(grade)

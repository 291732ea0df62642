"""A counterexample in words."""

import pytest

from autograd.grading.judging.proof import Counterexample

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

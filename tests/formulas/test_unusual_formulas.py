"""Choices in a graph, and formulas of unusual form: their derivations, and the diagnosis of wrong ones."""

import pytest
from graphs import by_hand, identity, network

from autograd import derive, where
from nn import half_sse


def test_a_choice_by_the_data_stands_for_the_branch_that_was_taken():
    signs = []

    def activation(s):
        signs.append(s.data > 0)
        return where(s.data > 0, s, 0.1 * s)

    shown = [str(equation) for equation in derive(by_hand(activation, identity, half_sse)).equations]
    for h, positive in enumerate(signs, 1):
        factor = "" if positive else "1/10*"
        assert f"d_h[{h}] = {factor}sum(d_o[o]*w_ho[{h},o] for o in O)" in shown
    assert len(set(signs)) == 2


def test_a_choice_by_a_value_that_is_no_step_too():
    shown = [str(e) for e in derive(by_hand(lambda s: where(s, s * s, 0.1 * s), identity, half_sse)).equations]
    assert "d_h[h] = 2*s_h[h]*sum(d_o[o]*w_ho[h,o] for o in O)   for all h in H" in shown


# dy/ds written with exponentials. No edit of the right formula leads there.
SLOPE = "(y[2]-t[2])*exp(-s_o[2])/(1+exp(-s_o[2]))**2"
WRONG = [
    (SLOPE, "the factor a[1] is missing"),
    (f"{SLOPE}*x[1]", "wrote x[1] where a[1] belongs"),
    (f"2*{SLOPE}*a[1]*y[2]", "the factor y[2] does not belong there; and off by the constant factor 2"),
    ("d_o[2]*a[1]/(1-1)", "the factor 1/(1 - 1) does not belong there"),
    ("exp(d_o[2]*a[1])", "no slip that is known explains it"),
    ("sqrt(d_o[2]**2)*a[1]", "the factor sqrt(d_o[2]**2) does not belong there; and the factor d_o[2] is missing"),
]


@pytest.fixture(scope="module")
def plain():
    return derive(network((2, 3, 2)))


@pytest.mark.parametrize(("formula", "diagnosis"), WRONG)
def test_the_diagnosis_of_a_wrong_formula_of_an_unusual_form(plain, formula, diagnosis):
    grade = plain.grade("w_ho[1,2]", formula)
    assert grade.verdict == "wrong", str(grade)
    assert diagnosis in grade.diagnosis
    assert repr(grade) == str(grade)
    assert not grade
    assert repr(grade.counterexample).startswith("<counterexample at all 1")


def test_what_has_no_value_at_a_point_says_so(plain):
    assert str(plain.grade("w_ho[1,2]", "d_o[2]*a[1]/(1-1)").counterexample).endswith("given no value")


def test_what_differs_beyond_fifty_digits_is_unproved_and_not_equal(plain):
    assert plain.grade("w_ho[1,2]", "d_o[2]*a[1] + exp(-200)").verdict == "unproved"
    assert plain.grade("w_ho[1,2]", "d_o[2]*a[1] + exp(-60)").verdict == "wrong"


def test_an_identity_of_exponentials_is_equal(plain):
    assert plain.grade("w_ho[1,2]", f"{SLOPE}*a[1]").verdict == "equal"


@pytest.mark.parametrize(("formula", "rate"), [(3, None), (None, None), ("d_o[1]", 1)])
def test_what_is_no_text_is_a_type_error(plain, formula, rate):
    with pytest.raises(TypeError, match="found"):
        plain.grade("b_o[1]", formula, rate=rate)


def test_a_kink_that_only_an_edit_has_is_tried_at_points_on_both_sides():
    """``relu(x)`` is x where x is positive, which it may be at each of three points."""
    for _ in range(12):
        other = derive(network((2, 3, 2)))
        found = [other.grade("w_ho[1,2]", formula).diagnosis for formula, _ in WRONG[:5]]
        assert not any("relu" in diagnosis for diagnosis in found)

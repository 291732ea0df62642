"""Formulas that are wrong by themselves, but follow from a writer's own earlier results."""

import pytest
from graphs import network

from autograd import derive

OUTPUT = r"\delta_o = (t_o - y_o) y_o (1 - y_o)"  # the sign is wrong
SLOPE = r"\frac{\partial y_o}{\partial s_o} = y_o"  # the factor 1 - y is missing
CASES = [
    (OUTPUT, r"\frac{\partial L}{\partial w_{ho}} = (t_o - y_o) y_o (1 - y_o) a_h", "wrong", "equal"),
    (OUTPUT, r"\frac{\partial L}{\partial w_{ho}} = -(t_o - y_o) y_o (1 - y_o) a_h", "equal", "wrong"),
    (OUTPUT, r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h", "equal", "equal"),
    (OUTPUT, r"\delta_h = a_h (1 - a_h) \sum_o w_{ho} (t_o - y_o) y_o (1 - y_o)", "wrong", "equal"),
    (OUTPUT, r"\delta_h = a_h (1 - a_h) \sum_o w_{ho} (t_o - y_o) y_o", "wrong", "wrong"),
    (OUTPUT, r"w_{ho} \leftarrow w_{ho} - \eta (t_o - y_o) y_o (1 - y_o) a_h", "wrong", "equal"),
    (OUTPUT, r"\frac{\partial L}{\partial y_o} = y_o - t_o", "equal", "equal"),
    (SLOPE, r"\delta_o = -(t_o - y_o) y_o", "wrong", "equal"),
    (SLOPE, r"\delta_o = -(t_o - y_o) y_o (1 - y_o)", "equal", "wrong"),
    (r"\frac{\partial L}{\partial y_o} = t_o - y_o", OUTPUT, "wrong", "equal"),
    (
        r"\frac{\partial L}{\partial w_{ho}} = (t_o - y_o) y_o (1 - y_o) a_h",
        r"w_{ho} \leftarrow w_{ho} - \eta (t_o - y_o) y_o (1 - y_o) a_h",
        "wrong",
        "equal",
    ),
]


@pytest.mark.parametrize(("earlier", "later", "by_itself", "following"), CASES)
def test_what_follows_from_an_earlier_result(earlier, later, by_itself, following):
    grader = derive(network((2, 3, 2)))._grading()
    first = grader.judge(None, earlier)
    assert first.verdict == "wrong"
    assert grader.judge(None, later).verdict == by_itself
    assert grader.assuming([first]).judge(None, later).verdict == following


@pytest.mark.parametrize("delta", [-1, "-1/2", 3])
def test_what_follows_in_another_convention(delta):
    grader = derive(network((2, 3, 2))).convention(delta=delta)._grading()
    first = grader.judge(None, r"\delta_o = 7 (t_o - y_o) y_o (1 - y_o)")
    later = rf"\frac{{\partial L}}{{\partial b_o}} = 7 (t_o - y_o) y_o (1 - y_o) / ({delta})"
    assert first.verdict == "wrong"
    assert grader.judge(None, later).verdict == "wrong"
    assert grader.assuming([first]).judge(None, later).verdict == "equal"


def test_a_judgement_has_no_explanation_and_a_grade_has_one():
    grader = derive(network((2, 3, 2)))._grading()
    judged, graded = grader.judge(None, OUTPUT), grader.grade(None, OUTPUT)
    assert (judged.verdict, judged.diagnosis, judged.correct, judged.counterexample) == ("wrong", "", None, None)
    assert graded.diagnosis == "the sign is flipped"
    assert judged.about == graded.about == ("d_o[1]", "d_o[2]")


PRINTED = [
    (r"\delta^L = (y - a^L) \odot \sigma'(z^L)",
     r"\frac{\partial C}{\partial w^{(2)}} = ((y - a^{(2)}) \odot \sigma'(z^{(2)})) (a^{(1)})^T", "wrong", "equal"),
    (r"\delta^L = (y - a^L) \odot \sigma'(z^L)",
     r"\frac{\partial C}{\partial w^{(2)}} = ((a^{(2)} - y) \odot \sigma'(z^{(2)})) (a^{(1)})^T", "equal", "wrong"),
    (r"\delta^L_j = (y_j - a^L_j) \sigma'(z^L_j)",
     r"\delta^1_k = \sum_j w^2_{jk} (y_j - a^2_j) \sigma'(z^2_j) \sigma'(z^1_k)", "wrong", "equal"),
    (r"\frac{\partial a^1_k}{\partial z^1_k} = a^1_k",
     r"\frac{\partial C}{\partial b^1_k} = \sum_j w^2_{jk} \delta^2_j a^1_k", "wrong", "equal"),
]  # fmt: skip


@pytest.mark.parametrize(("earlier", "later", "by_itself", "following"), PRINTED)
def test_what_follows_in_the_letters_of_a_textbook(earlier, later, by_itself, following):
    letters = {"s": "z", "t": "y", "y": "a", "loss": "C"}
    grader = derive(network((2, 3, 2))).convention(letters=letters, order="to-from")._grading()
    first = grader.judge(None, earlier)
    assert first.verdict == "wrong"
    assert grader.judge(None, later).verdict == by_itself
    assert grader.assuming([first]).judge(None, later).verdict == following

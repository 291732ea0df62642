"""Index letters in documents: a letter counts the neurons of one layer, and a name has one sample."""

import pytest

from tests.grading.test_remarks import graded, verdicts

SETTING = "network: 2-3-2 sigmoid\nletters: t=t, y=y, a=h, s=z, loss=E\norder: from-to"
FORWARD = [
    r"z_j = \sum_i w_{ij} x_i + b_j",
    r"h_j = \sigma(z_j)",
    r"z_k = \sum_j w_{jk} h_j + b_k",
    r"y_k = \sigma(z_k)",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial z_k}{\partial w_{jk}} = h_j", "equal"),
        (r"\frac{\partial z_k}{\partial w_{jk}} = x_j", "ambiguous"),
        (r"\frac{\partial E}{\partial w_{jk}} = \delta_k x_j", "ambiguous"),
        (r"\frac{\partial E}{\partial w_{ij}} = \delta_j x_i", "equal"),
        (r"w_{jk} \leftarrow w_{jk} - \eta \delta_k x_j", "ambiguous"),
        (r"\frac{\partial E}{\partial b_j} = \delta_j", "equal"),
        (r"\frac{\partial E}{\partial w_{lm}} = \delta_m x_l", "equal"),
        (r"\frac{\partial E}{\partial w_{jk}} = \delta_j x_k", "wrong"),
    ],
)
def test_letters_that_were_used_for_other_neurons(formula, verdict):
    assert verdicts(*FORWARD, formula, setting=SETTING) == ["equal"] * 4 + [verdict]
    if verdict == "ambiguous":  # by itself, it is right
        assert verdicts(formula, setting=SETTING) == ["equal"]


def test_the_message_names_the_line_and_the_neurons():
    *_, claim = graded(*FORWARD, r"\frac{\partial z_k}{\partial w_{jk}} = x_j", setting=SETTING)
    assert "j counts inputs, but since line" in claim.diagnosis
    assert "j counts hidden neurons of layer 1" in claim.diagnosis


def test_the_forward_pass_may_give_letters_another_use():
    rows = [*FORWARD[:2], r"z_j = \sum_i w_{ij} h_i + b_j", r"\delta_j = (y_j - t_j) y_j (1 - y_j)"]
    assert verdicts(*rows, setting=SETTING) == ["equal"] * 4


def test_a_third_claim_shows_that_the_other_use_is_the_writers_way():
    rows = [r"\frac{\partial z_k}{\partial w_{jk}} = x_j", r"\frac{\partial E}{\partial w_{jk}} = \delta_k x_j"]
    third = r"\frac{\partial E}{\partial w_{jk}} = x_j h_k (1 - h_k) \sum_m w_{km} \delta_m"
    assert verdicts(*FORWARD, *rows, third, setting=SETTING)[4:] == ["ambiguous", "ambiguous", "equal"]


SAMPLES = (
    "network: 2-3-1 sigmoid\nloss: binary_cross_entropy\nsamples: 3\n"
    "letters: x=x, a=a, y=\\hat{y}, t=y, s=z, loss=J\norder: from-to"
)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"a_j^{(n)} = \frac{1}{1 + e^{-z_j^{(n)}}}", "equal"),
        (r"a_j^{(n)} = \frac{1}{1 + e^{-z_i^{(n)}}}", "wrong"),
        (r"\frac{\partial J}{\partial a_j^{(n)}} = \frac{1}{N} (\hat{y}^{(n)} - y^{(n)}) v_j", "equal"),
        (r"\frac{\partial J}{\partial a_j^{(n)}} = \frac{1}{N} (\hat{y}^{(n)} - y^{(n)}) v_i", "wrong"),
    ],
)
def test_another_index_beside_one_output(formula, verdict):
    assert verdicts(formula, setting=SAMPLES) == [verdict]


STEPS = "network: 2-3-2 tanh, linear\nloss: cross_entropy\nrecurrent: layer 1, 3 steps\nletters: a=h, s=z, loss=L"


@pytest.mark.parametrize(("sign", "verdict"), [("", "equal"), ("-", "wrong"), ("2 ", "wrong")])
def test_numbers_of_steps_are_not_neurons_that_do_not_depend_on_each_other(sign, verdict):
    product = r"\frac{\partial h_3}{\partial h_2} \frac{\partial h_2}{\partial h_1}"
    assert verdicts(rf"\frac{{\partial h_3}}{{\partial h_1}} = {sign}{product}", setting=STEPS) == [verdict]

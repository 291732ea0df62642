r"""Names of a layer where a neuron is meant: ``net_h`` beside ``h_1``, and ``f_r(z_1)`` for the function of a layer."""

import functools

import pytest
from people_settings import SETTINGS

from autograd import derive


@functools.cache
def conventions():
    derivation = derive(SETTINGS["2-2-2 sig nobias"]())
    return {
        "words": derivation.convention(
            letters={"s": "net", "a": "h", "y": "o", "t": "t", "loss": "E"}, order="from-to"
        ),
        "function": derivation.convention(
            letters={"s": "z", "a": "o", "y": "o", "t": "t", "loss": "E", "function": "f"}, order="to-from"
        ),
    }


RIGHT = {
    "words": [
        r"\frac{\partial E}{\partial w_{11}} = \frac{\partial E}{\partial h_1} \cdot "
        r"\frac{\partial h_1}{\partial net_h} \cdot \frac{\partial net_h}{\partial w_{11}}",
        r"\frac{\partial h_2}{\partial net_h} \frac{\partial net_h}{\partial x_1} = h_2 (1 - h_2) w_{12}",
    ],
    "function": [
        r"\frac{\partial E}{\partial w_{11}} = \frac{\partial E}{\partial o_{r1}} \cdot "
        r"\frac{\partial f_r(z_1)}{\partial z_1} \cdot \frac{\partial z_1}{\partial w_{11}}",
        r"\frac{\partial E}{\partial w_{21}} = \frac{\partial E}{\partial o_{r2}} \cdot "
        r"\frac{\partial f_r(z_2)}{\partial z_2} \cdot \frac{\partial z_2}{\partial w_{21}}",
    ],
}
WRONG = {
    "words": [
        r"\frac{\partial E}{\partial w_{12}} = \frac{\partial E}{\partial h_1} \cdot "
        r"\frac{\partial h_1}{\partial net_h} \cdot \frac{\partial net_h}{\partial w_{12}}",
        r"\frac{\partial E}{\partial w_{11}} = \frac{\partial E}{\partial h_1} \cdot "
        r"\frac{\partial h_2}{\partial net_h} \cdot \frac{\partial net_h}{\partial w_{11}}",
        r"\frac{\partial h_2}{\partial net_h} \frac{\partial net_h}{\partial x_1} = h_2 (1 - h_2) w_{11}",
        r"\frac{\partial h_2}{\partial net_h} \frac{\partial net_h}{\partial x_1} = h_2 (1 + h_2) w_{12}",
    ],
    "function": [
        r"\frac{\partial E}{\partial w_{11}} = \frac{\partial E}{\partial o_{r2}} \cdot "
        r"\frac{\partial f_r(z_1)}{\partial z_1} \cdot \frac{\partial z_1}{\partial w_{11}}",
        r"\frac{\partial E}{\partial w_{11}} = -\frac{\partial E}{\partial o_{r1}} \cdot "
        r"\frac{\partial f_r(z_1)}{\partial z_1} \cdot \frac{\partial z_1}{\partial w_{11}}",
        r"\frac{\partial E}{\partial w_{11}} = \frac{\partial E}{\partial o_{r1}} \cdot "
        r"\frac{\partial f_r(z_2)}{\partial z_2} \cdot \frac{\partial z_1}{\partial w_{11}}",
    ],
}


@pytest.mark.parametrize(("name", "formula"), [(name, x) for name, found in RIGHT.items() for x in found])
def test_a_right_formula_is_equal_and_says_what_the_name_means(name, formula):
    grade = conventions()[name].grade(None, formula)
    assert grade.verdict == "equal", str(grade)
    assert ("net_h is that of" if name == "words" else "f_r is the activation function") in grade.condition


@pytest.mark.parametrize(("name", "formula"), [(name, x) for name, found in WRONG.items() for x in found])
def test_a_wrong_formula_is_not_equal(name, formula):
    grade = conventions()[name].grade(None, formula)
    assert grade.verdict in ("wrong", "ill-formed", "ambiguous"), str(grade)

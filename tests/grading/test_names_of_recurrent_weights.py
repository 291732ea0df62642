r"""Recurrent weights that are named by words and single letters: ``W_{rec}``, ``W_r``, ``W_{in}``, ``W_{out}``.

All matrices have two rows and two columns, so that only the numbers tell them apart.
"""

import functools

import pytest
from people_settings import recurrent_layer

from autograd import derive, sigmoid
from nn import half_sse

NAMES = {
    "hh": ["W_{rec}", "W_r", "W_{recurrent}", r"W_{\text{rec}}", "W_{hh}"],
    "xh": ["W_{in}", "W_{inp}", "W_{input}", "W_{xh}"],
    "hy": ["W_{out}", "W_{output}", "W_{hy}"],
}
FORMULAS = {  # the name stands at NAME
    "hh": [
        r"\frac{\partial L}{\partial NAME} = \sum_t \delta_t h_{t-1}^T",
        r"\frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(h_t \odot (1 - h_t)) NAME",
    ],
    "xh": [
        r"\frac{\partial L}{\partial NAME} = \sum_t \delta_t x_t^T",
        r"z_t = NAME x_t + W_{hh} h_{t-1} + b_h",
    ],
    "hy": [
        r"\frac{\partial L}{\partial NAME} = \sum_t (\hat y_t - y_t) h_t^T",
        r"\hat y_t = NAME h_t + b_y",
    ],
}
ROWS = [
    (formula.replace("NAME", name), kind == other)
    for kind, formulas in FORMULAS.items()
    for formula in formulas
    for other, names in NAMES.items()
    for name in names
]


@functools.cache
def convention():
    loss, parameters = recurrent_layer(sigmoid, half_sse)
    letters = {"s": "z", "a": "h", "y": r"\hat{y}", "t": "y"}
    return derive(loss, parameters=parameters).convention(letters=letters, order="to-from", vectors="columns")


@pytest.mark.parametrize(("formula", "is_right"), ROWS)
def test_a_name_stands_for_one_matrix(formula, is_right):
    grade = convention().grade(None, formula)
    assert (grade.verdict == "equal") == is_right, str(grade)

r"""Layers with numbers below their letters, where the inputs are layer 1 and the weights of a layer lead out of it.

A ``z_3`` in a network with one hidden layer says so. The letter of the inputs need not be that of the activations.
"""

import functools

import pytest

import nn
from autograd import derive

CHAIN = (
    r"\frac{\partial J}{\partial \hat{y}} \frac{\partial \hat{y}}{\partial z_3} \frac{\partial z_3}{\partial \Theta_2}"
)
SPELLED = r"(-\frac{y}{\hat{y}} + \frac{1 - y}{1 - \hat{y}}) (\hat{y} (1 - \hat{y})) \cdot a_2"
CASES = [
    (rf"\frac{{\partial J}}{{\partial \Theta_2}} = {CHAIN} = {SPELLED} = (\hat{{y}} - y) \cdot a_2", True),
    (rf"\frac{{\partial J}}{{\partial \Theta_2}} = {CHAIN} = (\hat{{y}} - y) \cdot a_2", True),
    (r"\frac{\partial J}{\partial \Theta_2} = \frac{\partial J}{\partial z_3} a_2", True),
    (r"\delta_2 = \Theta_2^T \delta_3 \odot \sigma'(z_2)", True),
    (r"\delta_3 = \frac{\partial J}{\partial z_3} = \hat{y} - y", True),
    (rf"\frac{{\partial J}}{{\partial \Theta_2}} = {CHAIN} = (\hat{{y}} - y) \cdot a_1", False),
    (rf"\frac{{\partial J}}{{\partial \Theta_2}} = {CHAIN} = (y - \hat{{y}}) \cdot a_2", False),
    (rf"\frac{{\partial J}}{{\partial \Theta_1}} = {CHAIN} = (\hat{{y}} - y) \cdot a_2", False),
    (r"\frac{\partial J}{\partial \Theta_2} = \frac{\partial J}{\partial z_3} a_3", False),
    (r"\delta_2 = \Theta_1^T \delta_3 \odot \sigma'(z_2)", False),
    (r"\delta_2 = \Theta_2^T \delta_3 \odot \sigma'(z_3)", False),
]


@functools.cache
def derivation():
    model = nn.MLP(2, [3, 1], activation="sigmoid", output="sigmoid", seed=1)
    loss = nn.binary_cross_entropy(model([0.5, 0.9]), [0.3])
    letters = {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y", "w": r"\Theta", "loss": "J"}
    return derive(loss).convention(letters=letters, order="to-from")


@pytest.mark.parametrize(("formula", "right"), CASES)
def test_the_numbers_of_layers_count_the_inputs(formula, right):
    grade = derivation().grade(None, formula)
    assert (grade.verdict == "equal") == right, str(grade)

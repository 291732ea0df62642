"""Right formulas with an identity that a prime field does not know are never called wrong, and wrong ones are."""

import pytest

import autograd
from autograd import derive
from nn import MLP, half_sse

ACTIVATIONS = {
    "sqrt": autograd.sqrt,
    "power 0.3": lambda s: s**0.3,
    "power 1.5": lambda s: s**1.5,
    "power 1/3": lambda s: s ** (1 / 3),
    "tan": autograd.tan,
    "log": autograd.log,
    "sinh": autograd.sinh,
    "atan": autograd.atan,
    "asinh": autograd.asinh,
    "asin": autograd.asin,
    "cbrt": autograd.cbrt,
    "softplus": autograd.softplus,
    "acosh": autograd.acosh,
    "erf": autograd.erf,
}
RIGHT = [
    ("sqrt", r"\frac{a_h}{2 s_h}"),
    ("sqrt", r"\frac{\sqrt{s_h}}{2 s_h}"),
    ("sqrt", r"\frac{1}{2 a_h}"),
    ("power 0.3", r"\frac{3 a_h}{10 s_h}"),
    ("power 0.3", r"0.3 a_h^2 / s_h^{13/10}"),
    ("power 0.3", r"0.3 s_h^{-0.7}"),
    ("power 1.5", r"\frac{3 a_h}{2 s_h}"),
    ("power 1.5", r"\frac{3}{2} s_h^2 / a_h"),
    ("power 1/3", r"\frac{1}{3} s_h^{-2/3}"),
    ("power 1/3", r"\frac{a_h}{3 s_h}"),
    ("tan", r"\frac{1}{\cos^2 s_h}"),
    ("tan", r"\frac{a_h^2}{\sin^2 s_h}"),
    ("log", "e^{-a_h}"),
    ("sinh", r"\sqrt{1 + a_h^2}"),
    ("atan", r"\cos^2 a_h"),
    ("asinh", r"\frac{1}{\cosh a_h}"),
    ("asin", r"\frac{1}{\cos a_h}"),
    ("cbrt", r"\frac{a_h}{3 s_h}"),
    ("softplus", "(1 - e^{-a_h})"),
    ("acosh", r"\frac{1}{\sinh a_h}"),
    ("erf", r"\frac{2}{\sqrt{\pi}} e^{-s_h^2}"),
]
PROVED = [
    ("power 0.3", r"\frac{3 a_h}{10 s_h}"),
    ("power 0.3", r"0.3 s_h^{-0.7}"),
    ("power 1/3", r"\frac{1}{3} s_h^{-2/3}"),
    ("sqrt", r"\frac{1}{2 a_h}"),
    ("cbrt", r"\frac{a_h}{3 s_h}"),
]
WRONG = [
    ("sqrt", r"\frac{a_h}{s_h}"),
    ("power 0.3", r"0.3 s_h^{-0.6}"),
    ("power 0.3", r"0.3 s_h^{0.3}"),
    ("power 1/3", r"\frac{2}{3} s_h^{-2/3}"),
    ("tan", r"\frac{1}{\sin^2 s_h}"),
    ("asinh", r"\frac{1}{\sinh a_h}"),
    ("asin", r"\frac{1}{\sin a_h}"),
]


def verdict(name, slope):
    model = MLP(2, [2, 1], activation=ACTIVATIONS[name], seed=1)
    for p in model.parameters():
        p.data = abs(p.data) * (0.3 if name == "asin" else 1.0) + (0.8 if name == "acosh" else 0.1)
    return (
        derive(half_sse(model([0.5, 0.9]), [0.3]))
        .grade(None, rf"\delta_h = {slope} w_{{h o_1}} \delta_{{o_1}}")
        .verdict
    )


@pytest.mark.parametrize(("name", "slope"), RIGHT)
def test_a_right_formula_is_not_called_wrong(name, slope):
    assert verdict(name, slope) == "equal" if (name, slope) in PROVED else verdict(name, slope) in ("equal", "unproved")


@pytest.mark.parametrize(("name", "slope"), WRONG)
def test_a_wrong_formula_is(name, slope):
    assert verdict(name, slope) == "wrong"


@pytest.mark.parametrize(("formula", "outputs", "right"), [
    (r"\delta_h = a_h (1 - a_h) w_{h1} \delta_1", 1, True),
    (r"\delta_j = \delta_1 w_{j1} a_j (1 - a_j)", 1, True),
    (r"\delta_h = a_h (1 - a_h) (w_{h1} \delta_1 + w_{h2} \delta_2)", 2, True),
    (r"w_{h1} \leftarrow w_{h1} - \eta \delta_1 a_h", 2, True),
    (r"\delta_h = a_h (1 - a_h) w_{h1}", 1, False),
    (r"\delta_h = a_h (1 - a_h) w_{h1} \delta_1", 2, False),
    (r"\delta_h = (1 - a_h^2) w_{h1} \delta_1", 1, False),
    (r"\frac{\partial L}{\partial w_{h1}} = \delta_1 a_1", 2, False),
])  # fmt: skip
def test_an_index_and_a_number_close_together_are_two_indices(formula, outputs, right):
    model = MLP(2, [3, outputs], activation="sigmoid", output="sigmoid", seed=0)
    found = derive(half_sse(model([0.1, 0.2]), [1.0, 0.0][:outputs])).grade(None, formula).verdict
    assert found == ("equal" if right else "wrong")

"""Right formulas that differ from the engine's by an identity are proved, or at least never called wrong."""

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
    "sin": autograd.sin,
    "cos": autograd.cos,
    "sin 2s": lambda s: autograd.sin(2 * s),
    "cosh": autograd.cosh,
    "exp2": autograd.exp2,
    "log1p": autograd.log1p,
    "sigmoid": autograd.sigmoid,
    "tanh": autograd.tanh,
}
UNPROVED = [  # a field has no order, so a square root in it has no sign
    ("sqrt", r"\frac{a_h}{2 s_h}"),
    ("sqrt", r"\frac{\sqrt{s_h}}{2 s_h}"),
    ("power 1.5", r"\frac{3 a_h}{2 s_h}"),
    ("power 1.5", r"\frac{3}{2} s_h^2 / a_h"),
    ("sinh", r"\sqrt{1 + a_h^2}"),
    ("atan", r"\cos^2 a_h"),
]
PROVED = [
    ("sqrt", r"\frac{1}{2 a_h}"),
    ("power 0.3", r"\frac{3 a_h}{10 s_h}"),
    ("power 0.3", r"0.3 s_h^{-0.7}"),
    ("power 0.3", r"0.3 a_h^2 / s_h^{13/10}"),
    ("power 1/3", r"\frac{1}{3} s_h^{-2/3}"),
    ("power 1/3", r"\frac{a_h}{3 s_h}"),
    ("tan", r"\frac{1}{\cos^2 s_h}"),
    ("tan", r"\sec^2 s_h"),
    ("tan", r"\frac{a_h^2}{\sin^2 s_h}"),
    ("tan", r"\frac{2 a_h}{\sin 2 s_h}"),
    ("tan", r"\frac{2}{1 + \cos 2 s_h}"),
    ("sin", r"\sin(s_h + \frac{\pi}{2})"),
    ("sin", r"\sin(\pi/2 - s_h)"),
    ("sin", r"\cos(s_h + 2 \pi)"),
    ("sin", r"\frac{\sin 2 s_h}{2 a_h}"),
    ("sin", r"(1 - 2 \sin^2 \frac{s_h}{2})"),
    ("sin", r"a_h \cot s_h"),
    ("sin", r"\frac{1 - a_h^2}{\cos s_h}"),
    ("cos", r"\cos(s_h + \frac{\pi}{2})"),
    ("cos", r"(-2 \sin\frac{s_h}{2} \cos\frac{s_h}{2})"),
    ("cos", r"\sin(s_h + \pi)"),
    ("sin 2s", r"2 \cos 2 s_h"),
    ("sin 2s", r"(2 - 4 \sin^2 s_h)"),
    ("log", "e^{-a_h}"),
    ("log1p", "e^{-a_h}"),
    ("sinh", r"\frac{\sinh 2 s_h}{2 a_h}"),
    ("sinh", r"(1 + 2 \sinh^2 \frac{s_h}{2})"),
    ("cosh", r"a_h \tanh s_h"),
    ("cosh", r"\frac{a_h}{\coth s_h}"),
    ("tanh", r"\frac{4}{(e^{s_h} + e^{-s_h})^2}"),
    ("tanh", r"\frac{2}{1 + \cosh 2 s_h}"),
    ("sigmoid", r"\frac{1}{4} \operatorname{sech}^2 \frac{s_h}{2}"),
    ("sigmoid", r"\frac{1}{2 + 2 \cosh s_h}"),
    ("asin", r"\frac{1}{\cos a_h}"),
    ("asin", r"\frac{\tan a_h}{s_h}"),
    ("atan", r"\frac{1}{1 + \tan^2 a_h}"),
    ("asinh", r"\frac{1}{\cosh a_h}"),
    ("acosh", r"\frac{1}{\sinh a_h}"),
    ("cbrt", r"\frac{a_h}{3 s_h}"),
    ("softplus", "(1 - e^{-a_h})"),
    ("softplus", "e^{s_h - a_h}"),
    ("exp2", r"a_h \ln 2 \,"),
    ("erf", r"\frac{2}{\sqrt{\pi}} e^{-s_h^2}"),
]
WRONG = [
    ("sqrt", r"\frac{a_h}{s_h}"),
    ("power 0.3", r"0.3 s_h^{-0.6}"),
    ("power 0.3", r"0.3 s_h^{0.3}"),
    ("power 1/3", r"\frac{2}{3} s_h^{-2/3}"),
    ("tan", r"\frac{1}{\sin^2 s_h}"),
    ("asinh", r"\frac{1}{\sinh a_h}"),
    ("asin", r"\frac{1}{\sin a_h}"),
    ("sin", r"\sin(s_h - \frac{\pi}{2})"),
    ("sin", r"\frac{\sin 2 s_h}{a_h}"),
    ("cos", r"\cos(s_h - \frac{\pi}{2})"),
    ("sin 2s", r"\cos 2 s_h"),
    ("tan", r"\csc^2 s_h"),
    ("cosh", r"a_h \coth s_h"),
    ("exp2", r"a_h \ln 4 \,"),
    ("log", "e^{a_h}"),
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


@pytest.mark.parametrize(("name", "slope"), PROVED)
def test_a_right_formula_with_an_identity_that_a_field_knows_is_equal(name, slope):
    assert verdict(name, slope) == "equal"


@pytest.mark.parametrize(("name", "slope"), UNPROVED)
def test_other_right_formulas_are_not_called_wrong(name, slope):
    assert verdict(name, slope) == "unproved"


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

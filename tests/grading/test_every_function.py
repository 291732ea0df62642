"""Formulas of losses with any function of the table are derived and printed, and the printed ones are graded equal."""

import math
import sys

import pytest

from autograd import Value, derive, maximum, minimum, relu, tanh
from autograd.engine import algebra
from autograd.engine.algebra import Primitive

pytestmark = pytest.mark.sampled(4)

# Functions that only derivatives call. Those of several operands are used with all operands recorded.
HELPERS = {
    "identity", "detached", "zero_derivative", "gaussian_times", "logistic_pdf_times", "normal_pdf_times",
    "sech2_times", "power_term", "unit", "inversion", "polygamma",
}  # fmt: skip
ROOMS = [module for name, module in sorted(sys.modules.items()) if name.startswith("autograd.engine.")]
OURS = {id(p) for module in ROOMS for p in vars(module).values() if isinstance(p, Primitive)}  # no primitives of users
TABLE = [p for p in algebra.TABLE if id(p) in OURS]
ONE = sorted({p.name for p in TABLE if p.arity == 1} - HELPERS)
TWO = sorted({p.name for p in TABLE if p.arity == 2} - HELPERS)
ROUNDED = {
    "floor": math.floor,
    "ceil": math.ceil,
    "round": round,
    "remainder": lambda v: v % 2,
    "remainder of a number": lambda v: 2 % (v + 1),
    "quotient": lambda v: v // 2,
    "abs": abs,
}


def primitive(name):
    return next(p for p in TABLE if p.name == name)


def leaves():
    return Value(0.3, "x"), Value(0.4, "w"), Value(0.7, "t")


def check(loss):
    """Return the verdicts on all equations of a loss in both forms."""
    derivation = derive(loss)
    return {
        line: derivation.grade(None, line).verdict
        for equation in derivation.equations
        for line in (equation.text, equation.latex)
    }


@pytest.mark.parametrize("name", ONE)
def test_of_one_operand(name):
    x, w, t = leaves()
    x.data = 5.0 if name == "acosh" else 0.3
    found = check(0.5 * (t - primitive(name)(w * x)) ** 2)
    assert set(found.values()) == {"equal"}, found


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize("first", [True, False])
def test_of_two_operands(name, first):
    x, w, t = leaves()
    f = primitive(name)
    found = check(0.5 * (t - (f(w * x, 2.5) if first else f(2.5, w * x))) ** 2)
    assert set(found.values()) == {"equal"}, found


# Functions that are printed as a sum, a product, a quotient or a power, and some others.
LOOSE = [
    "expm1",
    "one_minus_square",
    "normal_cdf",
    "normal_pdf",
    "logistic_pdf",
    "lorentzian",
    "gaussian",
    "ceil",
    "tan",
]


def of_parts(name):
    x, w, t = leaves()
    s = w * x + Value(0.1, "b")
    y = primitive(name)(s)
    return 0.5 * (t - y * tanh(s) - y**3) ** 2


@pytest.mark.parametrize("name", LOOSE)
def test_a_function_as_a_factor_and_as_a_base_is_printed_as_one(name):
    found = check(of_parts(name))
    assert set(found.values()) == {"equal"}, found


def test_what_is_printed_as_a_sum_is_in_brackets():
    latex = derive(of_parts("expm1")).equations.latex()
    assert r"\left(e^{y_{o_{1}}} - 1\right) \operatorname{sech}^2" in latex
    assert r"\left(e^{y_{o_{1}}} - 1\right)^{2}" in latex


@pytest.mark.parametrize("name", ROUNDED)
@pytest.mark.parametrize(
    "loss",
    [
        lambda f, x, w, t: 0.5 * (t - f(w * x)) ** 2,
        lambda f, x, w, t: (t - w * x) ** 2 + f(w * x),
        lambda f, x, w, t: (t - tanh(w * x + f(w * x))) ** 2,
    ],
    ids=["output", "beside", "inside"],
)
def test_what_is_rounded(name, loss):
    found = check(loss(ROUNDED[name], *leaves()))
    assert set(found.values()) == {"equal"}, found


@pytest.mark.parametrize(("base", "verdict"), [("2", "equal"), ("10", "wrong"), ("3", "wrong"), ("e", "wrong")])
def test_the_base_of_a_logarithm_counts(base, verdict):
    x, w, t = leaves()
    derivation = derive(0.5 * (t - primitive("log2")(w * x)) ** 2)
    line = rf"\delta_{{o_1}} = -\frac{{t_{{o_1}} - \log_{{{base}}} y_{{o_1}}}}{{y_{{o_1}} \ln 2}}"
    assert derivation.grade(None, line).verdict == verdict


@pytest.mark.parametrize(
    "wrong",
    [
        "d_o[1] = -(t[1] + mod(y[1], 2))",
        "d_o[1] = -(t[1] - mod(y[1], 3))",
        "d_o[1] = -(t[1] - y[1])",
        r"\delta_{o_1} = -(t_{o_1} - \lfloor y_{o_1} \rfloor)",
        r"\delta_{o_1} = -(t_{o_1} + \operatorname{mod}(y_{o_1}, 2))",
    ],
)
def test_another_rounding_is_wrong(wrong):
    x, w, t = leaves()
    assert derive(0.5 * (t - (w * x) % 2) ** 2).grade(None, wrong).verdict == "wrong"


@pytest.mark.parametrize("choose", [
    lambda s: maximum(relu(s), s),
    lambda s: minimum(relu(s), s),
    lambda s: maximum(abs(s), s),
    lambda s: maximum(maximum(s, 0.2), s),
    lambda s: maximum(2 * s, s),
], ids=["relu", "minimum", "abs", "maximum", "no kink"])  # fmt: skip
def test_operands_of_a_maximum_that_are_equal_at_many_points(choose):
    x, w, t = leaves()
    found = check(0.5 * (t - tanh(choose(w * x))) ** 2)
    assert set(found.values()) == {"equal"}, found


def test_an_absolute_value_between_bars_is_read():
    x, w, t = leaves()
    derivation = derive(abs(t - w * x))
    right = r"\delta_{o_1} = \frac{-(t_{o_1} - y_{o_1})}{|t_{o_1} - y_{o_1}|}"
    assert derivation.grade(None, right).verdict == "equal"
    assert derivation.grade(None, right.replace("-(t", "(t")).verdict == "wrong"

r"""Logarithms to a base, powers of constants, bars around numbers and named nodes, as written and as printed."""

import pytest

from autograd import Value, cbrt, cos, derive, exp, exp2, log, log2, log10, sin, tan
from nn import MLP, absolute, half_sse, huber

pytestmark = pytest.mark.sampled(4)

FUNCTIONS = {
    "log2": log2,
    "log10": log10,
    "exp2": exp2,
    "cbrt": cbrt,
    "2 ** s": lambda s: 2**s,
    "3 ** s + sin s": lambda s: 3**s + sin(s),
    "0.5 ** s": lambda s: 0.5**s,
    "7 * 2 ** s": lambda s: 7 * 2**s * 3 ** cos(s),
    "s ** s": lambda s: s**s,
    "s ** 2.5": lambda s: s**2.5,
    "a constant without a label": lambda s: log(s) / log(Value(3.0)),
    "a constant as exponent": lambda s: s ** Value(2.5),
    "softsign": lambda s: s / (1 + abs(s)),
    "abs": lambda s: abs(s) * s,
}


def of_one_neuron(function):
    w, x, t = Value(0.4, "w"), Value(0.3, "x"), Value(0.7, "t")
    return derive(0.5 * (t - function(w * x)) ** 2)


def verdicts(derivation):
    return {(line, derivation.grade(None, line).verdict) for e in derivation.equations for line in (e.text, e.latex)}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_is_printed_is_equal(name):
    assert {verdict for _, verdict in verdicts(of_one_neuron(FUNCTIONS[name]))} == {"equal"}


@pytest.mark.parametrize("loss", [huber, absolute])
@pytest.mark.parametrize("target", [[0.2, 0.3], [5.0, 0.3]])
def test_nodes_with_names_are_read_as_they_are_printed(loss, target):
    derivation = derive(loss(MLP(2, [2, 2], activation="tanh", seed=1)([0.5, 0.8]), target))
    assert [each for each in verdicts(derivation) if each[1] != "equal"] == []


@pytest.mark.parametrize(
    "line",
    [
        r"v_{1} = t_{o_{1}} - y_{o_{1}}",
        r"\delta_{o_{1}} = -2 \bar{v}_{2}",
        r"\delta_{o_{1}} = -\bar{v}_{1}",
        "dL_dv1 = v1",
        "d_o[1] = dL_dv2",
    ],
)
def test_wrong_lines_about_such_nodes(line):
    derivation = derive(huber(MLP(2, [2, 2], activation="tanh", seed=1)([0.5, 0.8]), [0.2, 3.0]))
    assert derivation.grade(None, line).verdict == "wrong"


LOGARITHMS = {
    r"\delta_o = -(t_o - \log y_o) / y_o": ("equal", "wrong"),
    r"\delta_{o_1} = -(t_{o_1} - \log_e y_{o_1}) / y_{o_1}": ("equal", "wrong"),
    r"\delta_o = -(t_o - \log_2 y_o) / y_o": ("wrong", "wrong"),
    r"\delta_{o_1} = -(t_{o_1} - \log_{10} y_{o_1}) / y_{o_1}": ("wrong", "wrong"),
    r"\delta_o = -(t_o - \log_2 y_o) / (y_o \ln 2)": ("wrong", "equal"),
    r"\delta_{o_1} = -(t_{o_1} - \log_{2}(y_{o_1})) / (y_{o_1} \log 2)": ("wrong", "equal"),
    r"\delta_o = -\frac{t_o - \ln y_o / \ln 2}{\log_e(2)\, y_o}": ("wrong", "equal"),
    r"\delta_o = -(t_o - \log_a y_o) / y_o": ("unreadable", "unreadable"),
}


@pytest.mark.parametrize("line", LOGARITHMS)
def test_the_base_of_a_logarithm(line):
    found = tuple(of_one_neuron(function).grade(None, line).verdict for function in (log, log2))
    assert found == LOGARITHMS[line]


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        (r"\delta_h = \mathbb{1}[s_h > 0] \sum_o w_{ho} \delta_o", "equal"),
        (r"\delta_h = \mathbb{1}[0 < s_h] \sum_o w_{ho} \delta_o", "equal"),
        (r"\delta_h = \mathbb{1}\left[\left|s_h\right| > 0\right] \sum_o w_{ho} \delta_o", "wrong"),
        (r"\delta_o = -\frac{|t_o - y_o|^2}{t_o - y_o}", "equal"),
        (r"\delta_o = -|t_o - y_o|", "wrong"),
        (r"\delta_o = -|t - y|", "wrong"),
    ],
)
def test_bars_and_indicators(line, verdict):
    derivation = derive(half_sse(MLP(2, [2, 2], activation="relu", seed=1)([0.5, 0.8]), [0.2, 0.9]))
    assert derivation.grade(None, line).verdict == verdict


@pytest.mark.parametrize(
    ("function", "line"),
    [
        (tan, r"\delta_{o_1} = -(t_{o_1} - \tan^{-1}(s_{o_1})) (1 + \tan^2(s_{o_1}))"),
        (sin, r"\delta_{o_1} = -(t_{o_1} - \sin(s_{o_1})) \cos^{-1}(s_{o_1})"),
        (exp, r"\delta_{o_1} = -(t_{o_1} - \exp_2(s_{o_1})) \exp(s_{o_1})"),
        (sin, r"\delta_{o_1} = -(t_{o_1} - \sin_2 s_{o_1}) \cos s_{o_1}"),
        (sin, r"\delta_{o_1} = -(t_{o_1} - \sin^k(s_{o_1})) \cos(s_{o_1})"),
    ],
)
def test_no_mark_of_a_function_is_passed_over(function, line):
    assert of_one_neuron(function).grade(None, line).verdict in ("unreadable", "wrong")

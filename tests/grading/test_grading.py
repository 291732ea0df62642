"""Verdicts, diagnoses, conditions and counterexamples for formulas whose truth is known by hand."""

import gc
import json
import re
import weakref

import pytest
from graphs import network

from autograd import Value, derive, sigmoid
from autograd.engine.errors import GraphError
from autograd.grading.judging.judge import Judge
from nn import MLP, cross_entropy, half_sse, sse


@pytest.fixture(scope="module")
def plain():
    return derive(network((2, 3, 2)))


@pytest.fixture(scope="module")
def batch():
    return derive(network((2, 3, 2), samples=3))


EQUAL = [
    ("w_ho[1,2]", "d_o[2]*a[1]"),
    ("w_ho[1,2]", "-(t[2]-y[2])*y[2]*(1-y[2])*a[1]"),
    ("w_ho[1,2]", "(y[2]-t[2])*dsigma(s_o[2])*sigma(s_h[1])"),
    ("w_ho[1,2]", "(y[2]-t[2])*(y[2]-y[2]**2)*a[1]"),
    ("w_ho[1,2]", r"\delta_o a_h"),
    ("w_ho[1,2]", r"\delta_{o_2} a_{h_1}"),
    ("w_ho[1,2]", r"-(t_o - \hat{y}_o)\,\Phi'(s_o)\,a_h"),
    ("w_ho[1,2]", r"\frac{\partial L}{\partial s_o}\frac{\partial s_o}{\partial w_{ho}}"),
    ("w_ho[1,2]", "(y[2]-t[2])*exp(-s_o[2])/(1+exp(-s_o[2]))**2*a[1]"),
    ("w_ho[h,o]", r"\frac{\partial L}{\partial w_{ho}} = \delta_o a_h"),
    ("b_o[2]", "d_o[2]"),
    ("b_o[o]", r"\delta_o"),
    ("w_ih[1,2]", "d_h[2]*x[1]"),
    ("w_ih[1,2]", "a[2]*(1-a[2])*sum(d_o[o]*w_ho[2,o] for o in O)*x[1]"),
    ("w_ih[1,2]", "a[2]*(1-a[2])*(d_o[1]*w_ho[2,1] + d_o[2]*w_ho[2,2])*x[1]"),
    ("w_ih[1,2]", r"x_i\, a_h (1 - a_h) \sum_{o=1}^{2} \delta_o w_{ho}"),
    ("d_h[2]", r"\sigma'(s_h) \sum_o (y_o - t_o) y_o (1 - y_o) w_{ho}"),
    ("d_h[h]", "dL/ds_h[h]"),
    ((2, 1), "y[1]*(1-y[1])*(y[1]-t[1])"),
    (None, r"\delta_h = a_h (1-a_h) \sum_o \delta_o w_{ho}"),
    (None, "d_o[o] = (y[o]-t[o])*y[o]*(1-y[o])"),
    (None, "dL/dw_ih[i,h] = d_h[h]*x[i]"),
    (None, r"\delta_o \equiv \frac{\partial L}{\partial s_o} = (y_o - t_o)\,\sigma'(s_o)"),
    (
        None,
        r"\begin{aligned} \delta_o &= \frac{\partial L}{\partial y_o} y_o(1-y_o) \\"
        r"&= -(t_o - y_o)\, y_o(1-y_o) \end{aligned}",
    ),
    (None, "y[o] = sigma(sum(w_ho[h,o]*a[h] for h in H) + b_o[o])"),
    (None, "L = 1/2*sum((t[o]-y[o])**2 for o in O)"),
    (None, "ds_o[o]/da[h] = w_ho[h,o]"),
    (None, r"\sigma'(z) = \sigma(z)(1 - \sigma(z))"),
    (None, "w_ho[h,o]' = w_ho[h,o] - eta*d_o[o]*a[h]"),
    (None, r"w'_{ho} = w_{ho} - \alpha \delta_o a_h"),
    (None, r"w_{ih} \leftarrow w_{ih} - \eta\, \delta_h x_i"),
    (None, r"\Delta w_{ho} = -\eta \delta_o a_h"),
    ("w_ho[1,2]", "Delta*w_ho[1,2] = -eta*d_o[2]*a[1]"),
]


@pytest.mark.parametrize(("target", "formula"), EQUAL)
def test_right_formulas_are_proved(plain, target, formula):
    grade = plain.grade(target, formula)
    assert (grade.verdict, grade.condition, grade.mistakes) == ("equal", "", ()), str(grade)
    assert grade.counterexample is None


WRONG = [
    ("w_ho[1,2]", "-d_o[2]*a[1]", {"sign"}),
    ("d_o[1]", "(t[1]-y[1])*y[1]*(1-y[1])", {"sign"}),
    ("d_o[1]", "-(t[1]+y[1])*y[1]*(1-y[1])", {"sign"}),
    ("w_ho[1,2]", "2*d_o[2]*a[1]", {"constant factor"}),
    ("w_ho[1,2]", r"\frac{1}{2} \delta_o a_h", {"constant factor"}),
    ("w_ho[1,2]", "d_o[2]", {"missing factor"}),
    ("w_ho[1,2]", "d_o[2]*a[1]*y[2]", {"extra factor"}),
    ("w_ho[1,2]", "-(t[2]-y[2])*y[2]*a[1]", {"missing factor"}),
    ("w_ih[1,2]", "a[2]*(1-a[2])*d_o[1]*w_ho[2,1]*x[1]", {"missing path"}),
    ("w_ih[1,2]", "a[2]*(1-a[2])*sum(d_o[o] for o in O)*x[1]", {"missing factor"}),
    ("w_ho[1,2]", "d_o[2]*a[2]", {"wrong index"}),
    ("w_ih[1,2]", "a[2]*(1-a[2])*sum(d_o[o]*w_ho[1,o] for o in O)*x[1]", {"wrong index"}),
    ("w_ih[1,2]", "a[2]*(1-a[2])*sum(d_o[o]*w_ho[o,2] for o in O)*x[1]", {"transposed weight"}),
    ("w_ih[1,2]", r"a_h(1-a_h)\sum_o \delta_o w_{oh} x_i", {"transposed weight"}),
    ("w_ho[1,2]", "d_o[1]*a[1]", {"wrong delta"}),
    ("w_ho[1,2]", "d_h[2]*a[1]", {"wrong delta"}),
    ("w_ih[1,2]", "a[1]*(1-a[1])*sum(d_o[o]*w_ho[2,o] for o in O)*x[1]", {"wrong derivative"}),
    ("w_ih[1,2]", "dsigma(a[2])*sum(d_o[o]*w_ho[2,o] for o in O)*x[1]", {"derivative at the activation"}),
    (None, r"\delta_h = \Phi'(a_h)\sum_o \delta_o w_{ho}", {"derivative at the activation"}),
    ("w_ih[1,2]", "(1-a[2]**2)*sum(d_o[o]*w_ho[2,o] for o in O)*x[1]", {"tanh's derivative"}),
    ("d_h[2]", "dtanh(s_h[2])*sum(d_o[o]*w_ho[2,o] for o in O)", {"tanh's derivative"}),
    ("w_ih[1,2]", "d_h[2]*a[1]", {"wrong quantity"}),
    ("d_o[1]", "-(t[1]-a[1])*y[1]*(1-y[1])", {"wrong quantity"}),
    (None, r"w'_{ho} = w_{ho} + \alpha \delta_o a_h", {"sign"}),
    ("w_ih[1,2]", "d_h[2]*x[1]*(1-a[2])", {"extra factor"}),
    ("d_h[2]", "(1-tanh(s_h[2])**2)*sum(d_o[o]*w_ho[2,o] for o in O)", {"tanh's derivative"}),
    # two slips at once
    ("w_ih[1,2]", "-2*dsigma(s_h[2])*sum(d_o[o]*w_ho[2,o] for o in O)*x[1]", {"sign", "constant factor"}),
    (
        "w_ih[1,2]",
        "dsigma(a[2])*sum(d_o[o]*w_ho[2,o] for o in O)*x[2]",
        {"derivative at the activation", "wrong index"},
    ),
    ("w_ho[1,2]", "d_o[1]*a[1]*a[1]", {"wrong delta", "extra factor"}),
    ("d_h[2]", "(1-a[2]**2)*sum(d_o[o] for o in O)", {"tanh's derivative", "missing factor"}),
    # two slips in one of several terms
    ("d_h[2]", "dsigma(s_h[2])*(d_o[1]*w_ho[2,1] + d_o[1]*w_ho[2,2]*a[1])", {"wrong delta", "extra factor"}),
    (
        "w_ih[2,2]",
        "d_o[1]*w_ho[1,1]*(1-a[2]**2)*x[2] + d_o[2]*w_ho[2,2]*a[2]*(1-a[2])*x[2]",
        {"wrong index", "tanh's derivative"},
    ),
    # two slips in one sum
    (
        "d_h[2]",
        "dsigma(s_h[2])*sum(dsigma(y[o])*(y[o]-t[o])*w_ho[o,2] for o in O)",
        {"transposed weight", "derivative at the activation"},
    ),
]


@pytest.mark.sampled(3)
@pytest.mark.parametrize(("target", "formula", "kinds"), WRONG)
def test_wrong_formulas_are_named(plain, target, formula, kinds):
    grade = plain.grade(target, formula)
    assert grade.verdict == "wrong"
    assert {mistake.kind for mistake in grade.mistakes} == kinds, str(grade)
    example = grade.counterexample
    assert example.given is None or abs(example.true - example.given) > 1e-7 * abs(example.true)
    assert grade.correct.text.startswith(("dL/d", "d_", "w_ho[h,o] <- w_ho[h,o] - eta*"))
    for mistake in grade.mistakes:
        assert mistake.text in str(grade)


BATCH = [
    ("w_ho[1,2]", "sum(d_o[2,n]*a[1,n] for n in S)", "equal", set()),
    ("w_ho[1,2]", "1/N*sum(-(t[2,n]-y[2,n])*y[2,n]*(1-y[2,n])*a[1,n] for n in S)", "equal", set()),
    ("w_ho[h,o]", r"\sum_n \delta_o^{(n)} a_h^{(n)}", "equal", set()),
    (
        "w_ho[h,o]",
        r"\frac{1}{N}\sum_{n=1}^{N} (y_o^{(n)} - t_o^{(n)})\, \sigma'(s_o^{(n)})\, a_h^{(n)}",
        "equal",
        set(),
    ),
    ("w_ho[1,2]", "1/N*sum(d_o[2,n]*a[1,n] for n in S)", "wrong", {"constant factor"}),
    ("w_ho[1,2]", "sum(-(t[2,n]-y[2,n])*y[2,n]*(1-y[2,n])*a[1,n] for n in S)", "wrong", {"constant factor"}),
    ("w_ho[1,2]", "d_o[2,1]*a[1,1]", "wrong", {"missing sample"}),
    ("w_ho[1,2]", "d_o[2,1]*a[1,1] + d_o[2,2]*a[1,2]", "wrong", {"missing sample"}),
    ("w_ho[1,2]", "1/N*sum(d_o[2,n] for n in S)*sum(a[1,n] for n in S)", "wrong", {"product of means"}),
    ("w_ho[1,2]", "sum(d_o[2,n]*a[1,1] for n in S)", "wrong", {"wrong index"}),
    ("w_ho[1,2]", "d_o[2,1]*a[1,1] + d_o[2,2]*a[2,1] + d_o[2,3]*a[1,3]", "wrong", {"swapped indices"}),
    # two slips at once, one of which changes the form
    (
        "w_ho[1,2]",
        "1/N*sum(d_o[2,n] for n in S)*sum(x[1,n] for n in S)",
        "wrong",
        {"product of means", "wrong quantity"},
    ),
    ("w_ho[1,2]", "-d_o[2,1]*a[1,1]", "wrong", {"missing sample", "sign"}),
    ("w_ho[1,2]", "sum(d_o[1,n]*a[2,n] for n in S)", "wrong", {"wrong delta", "wrong index"}),
    ("w_ho[1,2]", "d_o[2,1]*a[1,1] + d_o[2,2]", "wrong", {"missing sample", "missing factor"}),
]


@pytest.mark.parametrize(("target", "formula", "verdict", "kinds"), BATCH)
def test_batches(batch, target, formula, verdict, kinds):
    grade = batch.grade(target, formula)
    assert (grade.verdict, {m.kind for m in grade.mistakes}) == (verdict, kinds), str(grade)


def test_another_product_on_the_left_is_no_step(plain):
    assert plain.grade("w_ho[1,2]", "eta*w_ho[1,2] = -eta*d_o[2]*a[1]").verdict == "wrong"


def test_constants_may_be_absorbed_in_the_rate(plain):
    grade = plain.grade("w_ho[h,o]", r"w'_{ho} = w_{ho} - 2\alpha \delta_o a_h")
    assert grade.verdict == "equal"
    assert "1/2" in grade.condition
    absorbed = derive(network((2, 3, 2), loss=sse, bias=False)).convention("004")
    for text in (r"w'_i = w_i + \alpha \delta_o a_i", "w_ho[h,o]' = w_ho[h,o] + alpha*d_o[o]*a[h]"):
        grade = absorbed.grade("w_ho[h,o]", text)
        assert (grade.verdict, "2 times the rate" in grade.condition) == ("equal", True), str(grade)
    exact = absorbed.grade("w_ho[h,o]", r"w'_i = w_i - \alpha (-2) \delta_o a_i")
    assert (exact.verdict, exact.condition) == ("equal", "")
    assert absorbed.grade("w_ho[h,o]", r"w'_i = w_i - \alpha \delta_o a_i").verdict == "wrong"


def test_constants_may_be_absorbed_with_a_cube_root_in_the_loss():
    rooted = derive(network((2, 3, 2), loss=lambda outputs, targets: (half_sse(outputs, targets) + 1) ** (1 / 3)))

    def graded(step):
        return rooted.grade("w_ho[h,o]", f"w_ho[h,o]' = w_ho[h,o] {step}")

    for factor, condition in (("", ""), ("2*", "the constant 1/2 is absorbed"), ("3/2*", "stands for 2/3 of the rate")):
        grade = graded(f"- {factor}eta*d_o[o]*a[h]")
        assert grade.verdict == "equal", str(grade)
        assert condition in grade.condition
        assert bool(grade.condition) == bool(condition)
    uphill = graded("+ eta*d_o[o]*a[h]")
    assert (uphill.verdict, {m.kind for m in uphill.mistakes}) == ("wrong", {"sign"})
    true, given = re.search(r"true (\S+), given (\S+)$", str(uphill.counterexample)).groups()
    assert true != given
    for wrong in ("- sqrt(2)*eta*d_o[o]*a[h]", "- eta*d_o[o]*a[h]*x[1]", "- eta*d_o[o]*a[h]*(1 + 1/100000)"):
        assert graded(wrong).verdict == "wrong", wrong


def test_an_update_with_a_rate_of_another_name(plain):
    assert plain.grade("w_ho[1,2]", "w_ho[1,2]' = w_ho[1,2] - gamma*d_o[2]*a[1]").verdict == "unreadable"
    assert plain.grade("w_ho[1,2]", "w_ho[1,2]' = w_ho[1,2] - gamma*d_o[2]*a[1]", rate="gamma").verdict == "equal"
    assert plain.grade("w_ho[1,2]", r"w'_{ho} = w_{ho} - \gamma\delta_o a_h", rate=r"\gamma").verdict == "equal"


def test_what_cannot_be_proved_is_not_called_equal(plain):
    for formula in ("sqrt(a[1]**2)*d_o[2]", "abs(a[1])*d_o[2]", r"\sqrt{a_h a_h}\,\delta_o"):
        grade = plain.grade("w_ho[1,2]", formula)
        assert grade.verdict == "unproved"
        assert "50-digit" in grade.diagnosis
    assert plain.grade("w_ho[1,2]", "sqrt(a[1]**3)*d_o[2]").verdict == "wrong"


UNREADABLE = [
    ("w_ho[1,2]", "", "ends too early"),
    ("w_ho[1,2]", "d_o[2]*", "ends too early"),
    ("w_ho[1,2]", "d_q[2]*a[1]", "d_q has no meaning"),
    ("w_ho[1,2]", "d_o[3]*a[1]", "an index 3, where there are 1 to 2"),
    ("w_ho[1,2]", "d_o[k]*a[1]", "the index k is not bound"),
    ("w_ho[1,2]", "sum(d_o[o] for o in Q)", "there is no set Q"),
    ("w_ho[1,2]", r"\foo", "\\foo is not understood"),
    ("w_ho[1,2]", r"\delta_{o_3} a_h", "an index 3"),
    ("w_ho[1,2]", "1/0", "division by 0"),
    ("w_ho[1,2]", "a[1]**99", "an exponent is at most 12"),
    ("w_ho[1,2]", "a[1]**2**3", "power of a power"),
    ("w_ho[1,2]", "1" * 41, "at most 40 digits"),
    ("w_ho[1,2]", r"1.2.3 \delta_o a_h", "a number has one decimal point"),
    ("w_ho[1,2]", r"\delta_o {.5.25} a_h", "a number has one decimal point"),
    ("w_ho[1,2]", r"\delta_o 1 2 a_h", "two numbers side by side look like one"),
    ("w_ho[1,2]", r"\delta_o 1.2 .3 a_h", "two numbers side by side look like one"),
    ("w_ho[1,2]", "(" * 100 + "1" + ")" * 100, "nested at most"),
    ("w_ho[1,2]", "a[1]+" * 2000 + "1", "at most 4000 characters"),
    ("w_ho[1,2]", "__import__('os')", "does not belong there"),
    ("w_ho[1,2]", "eval(1)", "no function is called eval"),
    ("w_ho[1,2]", "a[1] if a[2] else 0", "does not belong there"),
    (None, "d_o[2]*a[1]", "give the formula a left side"),
]


@pytest.mark.parametrize(("target", "formula", "words"), UNREADABLE)
def test_what_cannot_be_read_says_where_and_why(plain, target, formula, words):
    grade = plain.grade(target, formula)
    assert grade.verdict == "unreadable"
    assert words in grade.diagnosis
    assert grade.mistakes == ()


@pytest.mark.parametrize("output", ["sigmoid", "linear"])
@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("dL/da[h] = 2*sum(d_o[o]*w_ho[h,o] for o in O)", "dL/da[h] = sum(d_o[o]*w_ho[h,o] for o in O)"),
        ("dL/dy[o] = 3*(y[o]-t[o])", "dL/dy[o] = -(t[o] - y[o])"),
        ("dL/ds_h[h] = 3*d_h[h]", "dL/ds_h[h] = d_h[h]"),
        ("dL/ds_o[o] = 3*d_o[o]", "dL/ds_o[o] = d_o[o]"),
    ],
)
def test_a_wrong_derivative_in_what_is_no_parameter(output, wrong, right):
    grade = derive(network((2, 3, 2), output=output)).grade(None, wrong)
    assert grade.verdict == "wrong"
    assert (grade.correct and grade.correct.text.split("   ")[0]) == right


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        ("dL/dx[2] = sum(d_h[h]*w_ih[2,h] for h in H)", "equal"),
        ("dL/dx[2] = sum(d_h[h]*w_ih[1,h] for h in H)", "wrong"),
        ("dL/dx[i] = 2*sum(d_h[h]*w_ih[i,h] for h in H)", "wrong"),
        ("ds_h[h]/dx[i] = w_ih[i,h]", "equal"),
        ("ds_h[h]/dx[i] = 2*w_ih[i,h]", "wrong"),
        (r"\frac{\partial L}{\partial w_{ih}} = \frac{\partial L}{\partial x_i} x_i", "wrong"),
    ],
)
def test_a_derivative_in_an_input_that_is_a_plain_number(plain, formula, verdict):
    assert plain.grade(None, formula).verdict == verdict


def test_a_derivative_in_a_target_that_is_a_plain_number_asks_for_a_value(plain):
    grade = plain.grade(None, "dL/dt[o] = t[o]-y[o]")
    assert (grade.verdict, grade.mistakes, grade.correct) == ("unreadable", (), None)
    assert grade.diagnosis == "t[1] is a plain number without derivatives in this graph: record it as a Value."


def test_a_derivative_in_an_input_that_is_a_value():
    model, x = MLP(2, [3, 2], activation="sigmoid", seed=0), [Value(0.5), Value(-1.0)]
    derivation = derive(half_sse(model(x), [Value(0.0), Value(1.0)]))
    for right in ("dL/dx[1] = sum(d_h[h]*w_ih[1,h] for h in H)", "ds_h[h]/dx[i] = w_ih[i,h]", "dL/dt[o] = t[o]-y[o]"):
        assert derivation.grade(None, right).verdict == "equal", right
    wrong = derivation.grade(None, "dL/dx[1] = 2*sum(d_h[h]*w_ih[1,h] for h in H)")
    assert (wrong.verdict, [m.kind for m in wrong.mistakes]) == ("wrong", ["constant factor"])
    assert wrong.counterexample is not None


def test_a_sum_over_the_wrong_layer_names_the_one_its_letter_counts(plain):
    grade = plain.grade("d_h[h]", "a[h]*(1-a[h])*sum(d_o[o]*w_ho[h,o] for o in H)")
    assert [m.kind for m in grade.mistakes] == ["wrong index"]
    assert grade.diagnosis == "the sum runs over H, but O belongs"
    for same in (
        "sum(d_o[o]*w_ho[h,o] for o in I)",
        "sum(d_o[i]*w_ho[h,i] for i in I)",
    ):  # as many as there are outputs
        assert plain.grade("d_h[h]", f"a[h]*(1-a[h])*{same}").verdict == "equal"


def test_a_division_by_zero_everywhere_is_wrong(plain):
    grade = plain.grade("w_ho[1,2]", "d_o[2]*a[1]/(a[1]-a[1])")
    assert grade.verdict == "wrong"
    assert grade.counterexample.given is None


def test_a_relu_gate_of_the_wrong_neuron_is_not_accepted():
    # with few points, a random gate could agree by chance
    for seed in range(25):
        derivation = derive(network((2, 3, 2), "relu", "linear", seed=seed))
        assert derivation.grade("w_ih[1,1]", "step(s_h[1])*sum(d_o[o]*w_ho[1,o] for o in O)*x[1]").verdict == "equal"
        wrong = derivation.grade("w_ih[1,1]", "step(s_h[2])*sum(d_o[o]*w_ho[1,o] for o in O)*x[1]")
        assert wrong.verdict == "wrong"


def test_two_slips_of_which_one_shows_only_behind_a_closed_gate():
    derivation = derive(network((2, 3, 2), "relu", "linear", seed=3))
    grade = derivation.grade("w_ih[1,1]", "step(s_h[2])*sum(d_o[o]*w_ho[1,o] for o in O)*x[2]")
    assert {m.kind for m in grade.mistakes} == {"wrong derivative", "wrong index"}, str(grade)


def test_deeper_networks_number_their_layers():
    derivation = derive(network((2, 3, 4, 2)))
    assert derivation.grade("w1[1,2]", "a1[2]*(1-a1[2])*sum(d2[k]*w2[2,k] for k in H2)*x[1]").verdict == "equal"
    assert derivation.grade("d1[j]", r"a_j^{(1)}(1 - a_j^{(1)}) \sum_k \delta_k^{(2)} w_{jk}^{(2)}").verdict == "equal"
    assert derivation.grade("d3[o]", "-(t[o]-y[o])*y[o]*(1-y[o])").verdict == "equal"
    wrong = derivation.grade("w1[1,2]", "a1[2]*(1-a1[2])*sum(d3[o]*w3[2,o] for o in O)*x[1]")
    assert wrong.verdict == "wrong"


def test_networks_without_a_hidden_layer():
    derivation = derive(network((3, 2)))
    assert derivation.grade("w_io[2,1]", "d_o[1]*x[2]").verdict == "equal"
    assert derivation.grade("w_io[2,1]", r"\delta_o x_i").verdict == "equal"
    assert {m.kind for m in derivation.grade("w_io[2,1]", "d_o[1]*x[3]").mistakes} == {"wrong index"}


def test_softmax():
    derivation = derive(network((2, 3, 3), "tanh", "linear", cross_entropy))
    assert derivation.grade("d_o[o]", "p[o]-t[o]").verdict == "equal"
    assert derivation.grade("d_o[o]", r"p_o - t_o").verdict == "equal"
    assert derivation.grade("d_o[2]", "exp(y[2])/sum(exp(y[o]) for o in O) - 1").verdict == "equal"
    assert derivation.grade("d_o[1]", "t[1]-p[1]").verdict == "wrong"


def test_the_target_may_be_a_value_a_label_or_a_pair(plain):
    w = next(p for p in plain.network.parameters if p.label == "w2[1,2]")
    neuron = next(n for n in plain.network.neurons if (n.layer, n.index) == (1, 2))
    for target in (w, "w2[1,2]", "w_ho[1,2]", "dL/dw_ho[1,2]", r"w_{h_1 o_2}"):
        assert plain.grade(target, "d_o[2]*a[1]").verdict == "equal"
    for target in (neuron.s, neuron.a, "d_h[2]", "s1[2]", "a1[2]", (1, 2), r"\delta_{h_2}"):
        assert plain.grade(target, "dsigma(s_h[2])*sum(d_o[o]*w_ho[2,o] for o in O)").verdict == "equal", target
    with pytest.raises(GraphError, match="nothing is called"):
        plain.grade("w_xy[1,1]", "1")
    with pytest.raises(GraphError, match="no parameter and no neuron"):
        plain.grade(Value(1.0), "1")
    with pytest.raises(TypeError, match="a formula is text"):
        plain.grade("w_ho[1,2]", 3)


CONVENTIONS = [
    ("000", "d_o[o]", r"\delta_k = -(y_k - \Phi_k(w_k \cdot x_k)) \Phi_k'(w_k \cdot x_k)", half_sse),
    ("000", "d_h[h]", r"\delta_{k} = \Phi'_{k}(w_{k} \cdot x_{k}) * \sum_{i \in DS(k)} \delta_{i} w_{ki}", half_sse),
    ("000", "w_ih[i,h]", r"\frac{\partial}{\partial w_{jk}} Loss = x_{jk} \delta_{k}", half_sse),
    ("000", "w_ho[h,o]", r"\frac{\partial}{\partial w_{jk}} Loss = x_{jk} \delta_{k}", half_sse),
    ("002", "w_ho[h,o]", r"\frac{\partial J}{\partial w_{ji}^{(m)}(k)} = s_i^{(m)} a_j^{(m-1)}", sse),
    ("002", "w_ih[i,h]", r"w_{ji}^{(m)}(k+1) = w_{ji}^{(m)}(k) - \alpha s_i^{(m)} a_j^{(m-1)}", sse),
    ("002", "d_o[o]", r"s_i^{(m)} = -2 (y_i - a_i) \dot{f}^{(m)}(n_i^{(m)})", sse),
    ("002", "d_h[h]", r"s_i^{(m)} = \dot{f}(n_i^{(m)}) \sum_{j=1}^{S^{(m+1)}} w_{ij}^{(m+1)} s_j^{(m+1)}", sse),
    ("003", "d_o[o]", r"\delta_j = (y_j - \hat{y}_j) f'(h_j)", half_sse),
    ("004", "d_o[o]", r"\delta_o = y_o (1 - y_o) (t_o - y_o)", sse),
    ("004", "d_h[h]", r"\delta_h = a_{h}(1 - a_{h}) \left( \sum_{o=1}^Y \delta_o w_{(h \rightarrow o)} \right)", sse),
    ("004", "w_ih[1,1]", r"-2 \sum_{o=1}^Y \delta_o w_{(h_1 \rightarrow o)} a_{h_1}(1 - a_{h_1})a_{i_1}", sse),
]


@pytest.mark.parametrize(("preset", "target", "formula", "loss"), CONVENTIONS)
def test_the_documents_letters(preset, target, formula, loss):
    derivation = derive(network((2, 3, 2), loss=loss, bias=False)).convention(preset)
    grade = derivation.grade(target, formula)
    assert grade.verdict == "equal", str(grade)


def test_another_delta_is_not_accepted_without_its_convention(plain):
    halved = plain.convention(delta="-1/2")
    assert halved.grade("d_o[1]", "(t[1]-y[1])*y[1]*(1-y[1])/2").verdict == "equal"
    assert plain.grade("d_o[1]", "(t[1]-y[1])*y[1]*(1-y[1])/2").verdict == "wrong"
    assert halved.grade("w_ho[1,2]", "-2*d_o[2]*a[1]").verdict == "equal"


def test_the_answer_as_text_json_and_html(plain):
    grade = plain.grade("w_ho[1,2]", "d_o[1]*a[1]")
    text = str(grade)
    for part in ("wrong: d_o[1]*a[1]", "diagnosis: ", "right: dL/dw_ho[1,2] = d_o[2]*a[1]", "counterexample: at "):
        assert part in text
    data = json.loads(json.dumps(grade.as_dict()))
    assert data["verdict"] == "wrong"
    assert data["correct"]["text"] == "dL/dw_ho[1,2] = d_o[2]*a[1]"
    hostile = plain.grade("w_ho[1,2]", "</code><script>alert(1)</script>")
    assert "<script>" not in hostile._repr_html_()


def test_the_vocabulary_is_printable(plain, batch):
    text = plain.vocabulary()
    for name in (
        "x[i]",
        "a[h]",
        "y[o]",
        "t[o]",
        "d_h[h]",
        "d_o[o]",
        "w_ih[i,h]",
        "w_ho[h,o]",
        "b_h[h]",
        "s_o[o]",
        "H = 1..3",
    ):
        assert name in text
    assert "a[h,n]" in batch.vocabulary()


def test_what_is_printed_can_be_read_back():
    for samples in (1, 3):
        derivation = derive(network((2, 3, 2), samples=samples))
        for equation in derivation.equations:
            text = equation.text.split("   for all ")[0]
            assert derivation.grade(None, text).verdict == "equal", text
            latex = equation.latex.split(r" \quad \forall")[0]
            assert derivation.grade(None, latex).verdict == "equal", latex


@pytest.mark.parametrize("words", ["   for all ", ", for all ", " for every ", ", for each "])
def test_the_indices_behind_a_printed_equation_are_read(words):
    derivation = derive(network((2, 3, 2)))
    for equation in derivation.equations:
        text = str(equation).replace("   for all ", words)
        assert derivation.grade(None, text).verdict == "equal", text
        assert derivation.grade(None, f"{text}.").verdict == "equal", text


def test_nothing_is_lost_by_grading():
    model = MLP(2, [3, 2], activation="tanh", output="tanh")
    loss = half_sse(model([0.1, 0.2]), [0.3, 0.4])
    before = [p.data for p in model.parameters()]
    derivation = derive(loss)
    derivation.grade("w_ho[1,2]", "d_o[1]*a[1]")
    assert [p.data for p in model.parameters()] == before
    assert all(p.grad == 0 for p in model.parameters())


GARBLED = [
    r"\delta_o a_h \cdot \text{input}",
    r"\overline{\delta_o a_h}",
    r"(\delta_o, 3) a_h",
    r"$\delta_o$ $a_h$ x_i",
    r"\text{not } \delta_o a_h",
    r"\text{minus } \delta_o a_h",
    r"\frac{\partial L}{\partial w_{ho}} \approx \delta_o a_h",
    r"\frac{\partial L}{\partial w_{ho}} \propto \delta_o a_h",
]


@pytest.mark.parametrize("formula", GARBLED)
def test_nothing_of_a_formula_is_dropped(plain, formula):
    assert plain.grade("w_ho[1,2]", formula).verdict != "equal"


def test_the_slope_of_a_gate_is_never_taken_for_a_polynomial():
    # a gate is a random bit in a field: a few equal ones must not pass for a constant
    for seed in range(60):
        derivation = derive(network((2, 2, 1), "relu", "linear", seed=seed))
        hidden = [e.text for e in derivation.equations if e.left.role == "delta" and e.left.layers == (1,)]
        assert all("step(s_h" in text for text in hidden)


def test_a_left_side_that_speaks_of_something_else(plain):
    for target, formula in (
        ("w_ho[1,2]", "dL/dw_ih[1,1] = d_o[2]*a[1]"),
        ("w_ho[1,2]", "dL/dw_ho[2,2] = d_o[2]*a[1]"),
        ("w_ho[1,2]", r"\frac{\partial L}{\partial w_{h_2 o_2}} = \delta_o a_h"),
        ("d_h[2]", r"\delta_{h_1} = \sigma'(s_{h_2}) \sum_o \delta_o w_{h_2 o}"),
    ):
        grade = plain.grade(target, formula)
        assert grade.verdict == "unreadable", str(grade)
        assert "the left side names" in grade.diagnosis
    assert plain.grade("w_ho[1,2]", "dL/dw_ho[1,2] = d_o[2]*a[1]").verdict == "equal"


SLOW = [
    # the time for each was once exponential in its depth
    ("a[1]", r"\sum_o " * 38 + "q", "what the indices of these sums count|has no meaning here"),
    ("a[1]", r"\sum_o " * 38 + "x_1", "too many terms"),
    ("w_ho[h,o]", "phi(" * 38 + "s_h[h]" + ")" * 38, "too many terms"),
]


@pytest.mark.parametrize(("target", "formula", "words"), SLOW)
def test_what_grows_exponentially_is_refused_at_once(target, formula, words):
    derivation = derive(network((2, 3, 2), activation=lambda s: s * sigmoid(s)))
    grade = derivation.grade(target, formula)
    assert grade.verdict == "unreadable"
    assert re.search(words, grade.diagnosis)


@pytest.mark.sampled(4)
@pytest.mark.parametrize("part", ["d", "d ", r"\hat d", "d(", r"\partial ", r"\frac{d", "dL/d", r"\delta "])
@pytest.mark.parametrize("start", ["a = b + c ", r"a = \boxed{b + c} "])
def test_a_letter_that_may_begin_a_derivative_is_tried_once_at_each_place(plain, start, part):
    """The reader tried each d of ``dddd`` as a differential, with all that follows, and then as a letter."""
    assert plain.grade(None, start + 60 * part).verdict != "equal"


@pytest.mark.parametrize(
    "formula", [r"\delta^{(9)} = 1", r"\delta^{(7)}_i = 1", r"a_o^{(0)} = x_i", r"s^{(-3)} = \delta_o"]
)
def test_a_layer_that_is_not_there_is_said(formula):
    for sizes in ((3, 2), (2, 3, 2)):
        grade = derive(network(sizes)).convention("001").grade(None, formula)
        assert grade.verdict == "unreadable"
        assert grade.diagnosis


def test_what_a_terminal_obeys_is_shown_as_a_replacement(plain):
    grade = plain.grade("w_ho[1,2]", "d_o[2]*\ud800\x1b[31m\n*a")
    assert grade.verdict == "unreadable"
    assert str(grade).startswith("unreadable: d_o[2]*\ufffd\ufffd[31m *a\n")
    assert "d_o[2]*\ufffd\ufffd[31m *a" in grade._repr_html_()
    assert grade.formula == "d_o[2]*\ud800\x1b[31m\n*a"


def test_a_message_does_not_grow_with_what_it_quotes(plain):
    grade = plain.grade("w_ho[1,2]", "a" * 3900)
    assert grade.verdict == "unreadable"
    assert len(grade.diagnosis) < 500


def test_the_diagnosis_of_a_long_formula_tries_fewer_corrections(plain, monkeypatch):
    counts, judged = [], Judge._judged

    def counted(*arguments):
        counts[-1] += 1
        return judged(*arguments)

    monkeypatch.setattr(Judge, "_judged", counted)
    for factors in (5, 60):
        counts.append(0)
        plain.grade("w_ho[h,o]", r"w_{ho} \leftarrow w_{ho} - \gamma \delta_o " + "a_lta_o " * factors)
    assert 0 < counts[1] < counts[0]


def test_a_network_is_freed_after_it_was_graded():
    derivation = derive(network((2, 3, 2)))
    for how in ("nielsen", "haykin"):
        grade = derivation.convention(how).grade("w_ho[h,o]", r"\delta_o a_h^2 + 1")
        assert grade.verdict != "equal"
    reference = weakref.ref(derivation.network)
    del derivation, grade
    gc.collect()
    assert reference() is None

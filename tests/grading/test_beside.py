"""Formulas of a document that are no claims about its network: identities, examples, and other networks beside it."""

import json

import pytest

from autograd import grade_document
from autograd.grading.beside import Beside
from autograd.grading.extract import extract
from autograd.grading.numeric_examples import without_examples
from autograd.grading.report_html import page
from autograd.grading.setting import Declaration, Setting, declared_setting

pytestmark = pytest.mark.sampled(4)

DECLARED = "network: 2-3-2 sigmoid\nletters: s=z, y=a, t=y, loss=C\norder: to-from\nvectors: columns"
ONE = "network: 2-2-1 sigmoid\nloss: sse\nletters: y=a, t=y, s=z\norder: to-from\nvectors: columns"
SOFTMAX = "network: 2-3-3 sigmoid, linear\nloss: cross_entropy\nletters: a=h, p=\\hat{y}, t=y, s=z, y=z\nvectors: rows"


def graded(*formulas, setting=DECLARED):
    text = "\n\n".join([each if "$" in each else f"$${each}$$" for each in formulas])
    return grade_document(text, format="markdown", setting=setting).claims


def verdicts(*formulas, setting=DECLARED):
    return [claim.verdict for claim in graded(*formulas, setting=setting)]


IDENTITIES = [
    (r"\sigma'(x) = \left(\frac{1}{1+e^{-x}}\right)' = \frac{e^{-x}}{(1+e^{-x})^2} = \sigma(x) (1 - \sigma(x))", True),
    (r"\sigma'(x) = \left(\frac{1}{1+e^{-x}}\right)' = \frac{e^{-x}}{1+e^{-x}}", False),
    (r"\tanh'(x) = 1 - \tanh^2(x)", True),
    (r"\frac{d}{dx} x^3 = 3 x^2", True),
    (r"\frac{d}{dx} x^3 = 3 x", False),
    (r"\frac{d}{dw} (w x + b) = x", True),
    (r"\frac{\partial L}{\partial L} = 1", True),
    (r"\ln(x / b) = \ln x - \ln b", True),
    (r"\ln(x / b) = \ln x + \ln b", False),
    (r"\frac{\partial}{\partial w} (\hat{y} - y)^2 = 0", False),  # the output may depend on w
    (r"\frac{d y}{d v} = 0", False),
    (r"\max(0, 3) = 3", True),
    (r"x^{10^9} = x", False),
    (r"x_i = x_i", False),
]


@pytest.mark.parametrize(("formula", "is_true"), IDENTITIES)
def test_an_identity_is_evaluated(formula, is_true):
    assert Beside(Setting(), False).holds(formula) is is_true


OWN = [
    (["y = (3x + 1)^2", "u = 3x + 1"], r"\frac{dy}{dx} = \frac{dy}{du} \cdot \frac{du}{dx} = 2u \cdot 3 = 6(3x + 1)"),
    (["y = u^2", "u = 3x + 1"], r"\frac{dy}{dx} = 2u \frac{du}{dx} = 6 (3x + 1)"),
    (["y = \\sigma(z)", "z = 2x"], r"\frac{dy}{dx} = \frac{d\sigma}{dz} \frac{dz}{dx} = 2 \sigma(z) (1 - \sigma(z))"),
    (["L(w) = (4 - 2w)^2"], r"\frac{dL}{dw} = -4 (4 - 2w) = 8 w - 16"),
    (["y = 2x", "y = (5 - a)^2", "a = \\sigma(x)", "y = 3x"], r"\frac{dy}{da} = -2 (5 - a)"),
]  # fmt: skip


@pytest.mark.parametrize(("definitions", "formula"), OWN)
def test_a_derivative_of_letters_that_the_document_defines(definitions, formula):
    beside = Beside(Setting(), False)
    assert not beside.holds(formula)
    for each in definitions:
        beside.define(each)
    assert beside.holds(formula)
    assert not beside.holds(f"{formula} + 1")


def test_quotients_that_cancel_where_their_letters_have_no_meaning():
    beside = Beside(Setting(), False)
    assert beside.holds(r"\frac{dy}{dq} = \frac{dy}{dg} \cdot \frac{dg}{dq}", True)
    assert not beside.holds(r"\frac{dy}{dq} = \frac{dg}{dy} \cdot \frac{dg}{dq}", True)
    assert not beside.holds(r"\frac{dy}{dq} = \frac{dy}{dg} \cdot \frac{dg}{dq}")


def test_the_name_of_the_activation_is_not_the_sigmoid():
    declared = [Declaration(1, "network", "2-3-2 tanh"), Declaration(2, "letters", r"function=\sigma")]
    assert not Beside(declared_setting(declared, ""), True).holds(r"\sigma'(x) = \sigma(x) (1 - \sigma(x))")
    slope = r"\sigma'(z_k) = \sigma(z_k) (1 - \sigma(z_k))"
    assert verdicts(slope, setting="network: 2-3-2 tanh\nletters: s=z, function=\\sigma") == ["wrong"]


def test_a_lecture_with_examples_beside_a_declared_network():
    found = graded(
        r"Let $u = 3x + 1$, so $y = u^2$.", r"\frac{dy}{dx} = 2u \frac{du}{dx} = 6 (3x + 1)",
        r"\frac{dy}{dx} = \frac{dy}{dg} \frac{dg}{dx}", r"Let $a = \sigma(x)$.",
        r"W^{(1)} = \begin{bmatrix} 0.5 & 3 \\ -2 & 1 \end{bmatrix}", r"x = [1, 2]^T",
        r"\delta^{(2)} = \frac{\partial C}{\partial z^{(2)}} = \begin{bmatrix} -2 \\ 1 \end{bmatrix}",
        r"\frac{\partial C}{\partial a^{(2)}} = a^{(2)} - y", r"\delta^{(2)} = (a^{(2)} + y) \odot \sigma'(z^{(2)})",
    )  # fmt: skip
    assert [claim.verdict for claim in found if claim.verdict != "ambiguous"] == [*["equal"] * 4, "wrong"]
    assert found[-1].is_first_mistake


OPEN = [
    (r"C = \sum_i (y_i - 3 a_i)^4", DECLARED, "may be about something else"),
    (r"C = f(a^L)", DECLARED, "only says what the left side depends on"),
    (r"\frac{\partial L}{\partial w} = \frac{\partial L}{\partial z} \cdot x", ONE, "of single neurons"),
    (r"\frac{\partial L}{\partial w_2} = \delta^{(2)} \cdot a_2", ONE, "if the weights with one number are those"),
    (r"\frac{\partial L}{\partial b_1} = \frac{\partial h}{\partial z_1} W_2", SOFTMAX, "in no order"),
    (r"\frac{\partial L}{\partial u_w} = v", SOFTMAX, "may be about something else"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "setting", "words"), OPEN)
def test_what_a_declared_network_does_not_refute(formula, setting, words):
    (claim,) = graded(formula, setting=setting)
    assert claim.verdict == "ambiguous"
    assert words in claim.diagnosis


def test_a_small_letter_is_the_vector_of_the_weights_of_the_only_output():
    rows = [
        rf"\frac{{\partial L}}{{\partial w_2}} = {x}" for x in (r"\delta^{(2)} \cdot a_1", r"\delta^{(1)} \cdot a_1")
    ]
    assert verdicts(*rows, setting=ONE) == ["equal", "wrong"]


MISTAKES = [
    (r"\frac{\partial L}{\partial W^{(2)}} = \delta^{(2)} a^{(1)}", ONE),
    (r"\delta^{(1)} = W^{(2)} \delta^{(2)} \odot \sigma'(z^{(1)})", DECLARED),
    (r"\Delta w = \eta \nabla C", DECLARED),
    (r"w \leftarrow w + \eta \nabla C", DECLARED),
    (r"\frac{\partial C}{\partial b_j} = 5", DECLARED),
    (r"z_j = \sum_k w_{jk} a_k - b_j", DECLARED),
]


@pytest.mark.parametrize(("formula", "setting"), MISTAKES)
def test_what_it_refutes(formula, setting):
    assert verdicts(formula, setting=setting) == ["wrong"]


def test_the_gradient_without_a_letter_below_is_that_of_what_changes():
    rows = [r"w \rightarrow w' = w - \eta \nabla C", r"\Delta w = -\eta \nabla C", r"b \leftarrow b - \eta \nabla C"]
    assert verdicts(*rows) == ["equal"] * 3


def test_another_meaning_of_a_letter_ends_with_a_claim_that_is_right():
    rows = [r"y = (5 - \sigma(x))^2", r"\frac{\partial C}{\partial a_k} = 2 (y_k - a_k)^2 y_k"]
    assert verdicts(*rows) == ["ambiguous", "ambiguous"]
    assert verdicts(rows[0], r"\frac{\partial C}{\partial a_k} = a_k - y_k", rows[1]) == ["ambiguous", "equal", "wrong"]


def test_a_number_of_a_neuron_that_is_something_else():
    claims = graded(r"z_1 = 7", "z = z_1 + b")
    assert [claim.verdict for claim in claims] == ["ambiguous"] * 2
    assert "line 1 gives z_1 another meaning" in claims[1].diagnosis


def test_the_letter_of_which_a_softmax_is_taken():
    rows = [r"L = -\log(\text{softmax}(\theta)_k)", r"\frac{\partial L}{\partial \theta} = \hat{y} - y"]
    assert verdicts(*rows, setting=SOFTMAX)[-1] == "ambiguous"


def test_weights_that_a_document_indexes_in_both_orders():
    setting = "network: 2-3-2 sigmoid\nbias: no\nletters: s=I, a=O, y=y, t=d, loss=E, function=f"
    rows = [
        r"I_k = \sum_j w_{kj} O_j", r"\frac{\partial E}{\partial w_{jk}} = -(d_k - y_k) f'(I_k) O_j",
        r"w_{jk} \leftarrow w_{jk} + \eta (d_k - y_k) f'(I_k) O_j",
        r"w_{jk} \leftarrow w_{jk} - \eta (d_k - y_k) f'(I_k) O_j",
    ]  # fmt: skip
    found = graded(*rows, setting=setting)
    assert [claim.verdict for claim in found] == ["ambiguous", "equal", "equal", "wrong"]
    assert "declare the order" in found[0].diagnosis
    assert verdicts(rows[0], setting=f"{setting}\norder: from-to") == ["wrong"]


EXAMPLES = [
    (r"W = \begin{bmatrix} 5 & 3 \\ -2 & 8 \end{bmatrix}", ""),
    ("x = [1, 2]^T", ""),
    (r"z = W a + b = \begin{bmatrix} 6 & -4 \end{bmatrix} \begin{bmatrix} 0.6 \\ 0.4 \end{bmatrix} + 2", "z = W a + b"),
    (r"J = \begin{bmatrix} 1 & 0 \\ 0 & 1 \end{bmatrix}", None),
    (r"\delta = \begin{bmatrix} a & b \end{bmatrix}", None),
    ("d_o[1] = y[1] - t[1]", None),
]


@pytest.mark.parametrize(("formula", "kept"), EXAMPLES)
def test_matrices_of_numbers_are_a_writers_own_point(formula, kept):
    assert without_examples(formula) == (formula if kept is None else kept)


def test_what_let_introduces():
    found = extract(r"Let $a = \sigma(x)$ and $b = \sigma(a)$. Then, let us define: $c = \sigma(b)$.", "markdown")
    assert [item.is_let for item in found.items] == [True, False, True]


def test_quotation_marks_within_a_displayed_formula():
    found = extract("> $$\n> a = b\n>   + c > d\n> $$\n", "markdown")
    assert [" ".join(item.formula.split()) for item in found.items] == ["a = b + c > d"]
    twice = extract("> > $$\n> > a = b\n> > $$\n", "markdown")
    assert [item.formula.strip() for item in twice.items] == ["a = b"]


def test_half_a_character_is_replaced():
    cell = {"cell_type": "markdown", "source": f"network: 2-3-2 sigmoid\n\n$$q_\ud800 = 3$$ $${HALF}$$"}
    found = grade_document(json.dumps({"cells": [cell]}), format="notebook")
    page([found]).encode()
    assert [claim.verdict for claim in found.claims] == ["unreadable", "equal"]


HALF = r"E = \frac12 \sum_k (t_k - y_k)^2"
RIGHT = [HALF, r"y_k = \sigma(s_k)", r"\delta_k = (y_k - t_k) y_k (1 - y_k)"]


def test_what_a_found_network_does_not_refute():
    more = [r"s_k = \sum_j w_{jk} a_j + b_k", r"\frac{\partial E}{\partial w_{jk}} = \delta_k a_j"]
    rows = [*RIGHT, *more, r"s_1 = 7", r"\hat{y} = w x + b", r"s_k = \sum_j w_{jk} a_j - b_k", r"\delta_k = y_k - t_k"]
    assert verdicts(*rows, setting=None)[5:] == ["ambiguous", "ambiguous", "wrong", "wrong"]


def test_a_mean_of_equal_terms_says_nothing_of_samples():
    rows = [*RIGHT, r"\frac{\partial E}{\partial w_{jk}} = \delta_k \frac{1}{n} \sum_{i=1}^n a_j"]
    claim = graded(*rows, setting=None)[-1]
    assert (claim.verdict, "has no i in it" in claim.diagnosis) == ("ambiguous", True)
    several = "network: 2-3-2 sigmoid\nsamples: 3 mean"
    assert verdicts(r"E = \frac{1}{2n} \sum_{i=1}^n \sum_k (t_k^{(i)} - y_k^{(i)})^2", setting=several) == ["equal"]


def test_a_bias_with_a_letter_of_its_own_is_found():
    rows = [r"O_k = \sigma(I_k)", r"I_k = \sum_j w_{kj} O_j + \theta_k", r"E = \frac12 \sum_k (t_k - O_k)^2"]
    more = [
        r"\delta_k = (t_k - O_k) O_k (1 - O_k)",
        r"\Delta \theta_k = \eta \delta_k",
        r"\Delta \theta_k = -\eta \delta_k",
    ]
    assert verdicts(*rows, *more, setting=None) == [*["equal"] * 5, "wrong"]


def test_an_unknown_letter_of_another_definition_refutes_nothing():
    rows = [r"z = W^T v + c", r"\frac{\partial E}{\partial v} = W (y - t)"]
    assert "wrong" not in verdicts(*RIGHT, *rows, setting=None)


def test_the_loss_of_one_sample_where_the_mean_is_declared():
    setting = (
        "network: 2-3-1 sigmoid\nloss: binary_cross_entropy\nsamples: 3 mean\nletters: y=a, t=y, s=z\nvectors: columns"
    )
    rows = [
        r"dZ^{[2]} = \frac{\partial L}{\partial z^{[2]}} = A^{[2]} - Y",
        r"dZ^{[2]} = \frac{\partial L}{\partial z^{[2]}} = Y - A^{[2]}",
        r"\frac{\partial L}{\partial W^{[2]}} = dZ^{[2]} A^{[1]T}",
    ]
    found = graded(*rows, setting=setting)
    assert [claim.verdict for claim in found][:2] == ["ambiguous", "wrong"]
    assert "the loss of one sample" in found[0].diagnosis


def test_logistic_regression_has_one_layer():
    rows = [
        r"h_{\theta}(x^{(i)}) = \frac{1}{1 + e^{-\theta_0 - \theta_1 x^{(i)}}}",
        r"J(\theta) = -\frac{1}{m} \sum_{i=1}^{m} \left( y^{(i)} \log h_{\theta}(x^{(i)}) + (1-y^{(i)}) "
        r"\log (1 - h_{\theta}(x^{(i)})) \right)",
        r"\frac{\partial J}{\partial \theta_1} = \frac{1}{m} \sum_{i=1}^{m} ( h_{\theta}(x^{(i)}) - y^{(i)} ) x^{(i)}",
        r"\frac{\partial J}{\partial \theta_1} = \frac{1}{m} \sum_{i=1}^{m} ( h_{\theta}(x^{(i)}) + y^{(i)} ) x^{(i)}",
    ]
    text = "Logistic regression with one feature.\n\n" + "\n\n".join([f"$${row}$$" for row in rows])
    found = grade_document(text, format="markdown")
    assert [claim.verdict for claim in found.claims] == ["equal", "equal", "equal", "wrong"]
    assert "1-1 sigmoid" in found.reading


def test_an_output_that_is_a_pre_activation_is_linear():
    rows = [
        r"h = \sigma(W_1 x + b_1)", r"\hat{y} = W_2 h + b_2", r"L = \frac12 \|y - \hat{y}\|^2",
        r"\frac{\partial L}{\partial W_2} = (\hat{y} - y) h^T",
    ]  # fmt: skip
    found = grade_document("A sigmoid network.\n\n" + "\n\n".join([f"$${row}$$" for row in rows]), format="markdown")
    assert [claim.verdict for claim in found.claims] == ["equal"] * 4
    assert "sigmoid, linear" in found.reading

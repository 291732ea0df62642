"""Remarks of a document beside its claims about a declared network are not called wrong, and mistakes still are."""

import pytest

from autograd import grade_document
from autograd.grading.extract import extract
from autograd.grading.latex_text import claims_in
from autograd.grading.numeric_examples import has_own_numbers, without_examples

SIGMOID = "network: 3-4-2 sigmoid\nconvention: nielsen"
LOGISTIC = "network: 2-2-1 sigmoid\nloss: binary_cross_entropy\nconvention: ng"
RECURRENT = "network: 1-1-1 tanh, linear\nrecurrent: layer 1, 3 steps\nletters: t=y^*, y=\\hat{y}, a=h, s=z"
ROWS = "network: 3-4-2 sigmoid\nvectors: rows\nsamples: 3\norder: from-to\nletters: a=h, s=z"
ERRORS = "network: 2-2-1 sigmoid\nloss: sse\nletters: t=y, y=\\hat{y}, a=h, s=z\norder: from-to"


def graded(*formulas, setting, words=""):
    text = "\n\n".join([words, *[f"$${formula}$$" for formula in formulas]])
    return grade_document(f"{setting}\n\n{text}\n").claims


def verdicts(*formulas, setting, words=""):
    return [claim.verdict for claim in graded(*formulas, setting=setting, words=words)]


RIGHT = [
    # A matrix between layers of one neuron is a number.
    (r"z_t = W_{xh} x_t + W_{hh} h_{t-1} + b_h", RECURRENT),
    (r"h_1 = \tanh(W_{xh} x_1 + W_{hh} \cdot h_0 + b_h)", RECURRENT),
    (r"\hat{y}_t = W_{hy} h_t + b_y", RECURRENT),
    # A transposed name in brackets is a factor.
    (r"\frac{\partial L}{\partial W^{[1]}} = \delta^{[1]} (x^T)", LOGISTIC),
    # The activations are the outputs if all marks say the last layer.
    (r"\delta^{[L]} = \nabla_a L \odot f'(z^{[L]})", LOGISTIC),
    # The biases are a column, and samples are rows.
    (r"Z^{(\ell)} = H^{(\ell-1)} W^{(\ell)} + \mathbf{1} b^{(\ell)\top}", ROWS),
    (r"Z^{(\ell)} = H^{(\ell-1)} W^{(\ell)} + \mathbf{1} b^{(\ell)}", ROWS),
]


@pytest.mark.parametrize(("formula", "setting"), RIGHT)
def test_what_is_right_in_a_declared_network(formula, setting):
    assert verdicts(formula, setting=setting) == ["equal"]


WRONG = [
    (r"z_t = W_{xh} x_t - W_{hh} h_{t-1} + b_h", RECURRENT),
    (r"\hat{y}_t = W_{hy} h_t + 2 b_y", RECURRENT),
    (r"\frac{\partial L}{\partial W^{[1]}} = \delta^{[2]} (x^T)", LOGISTIC),
    (r"\delta^{[L]} = \nabla_a L \odot f(z^{[L]})", LOGISTIC),
    (r"Z^{(\ell)} = H^{(\ell-1)} W^{(\ell)} - \mathbf{1} b^{(\ell)\top}", ROWS),
]


@pytest.mark.parametrize(("formula", "setting"), WRONG)
def test_what_is_wrong_in_a_declared_network(formula, setting):
    assert verdicts(formula, setting=setting)[0] in ("wrong", "ambiguous", "ill-formed")


OPEN = [
    (r"\delta_{ij} = 1", "for some indices"),
    (r"\delta W \equiv \frac{\partial C}{\partial W}", "introduced as a definition"),
    (r"\sigma(\vec{z})_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}", "introduced as a definition"),
    (r"\sigma(z) = \max(0, z)", "another activation"),
    (r"\delta_2 = w \cdot (-0.322) + w \cdot 0", "the writer's own point"),
    (r"w^2 = w^2 - 0.13 \begin{bmatrix} 7 & 2 \\ 3 & 4 \end{bmatrix}", "the writer's own point"),
]


@pytest.mark.parametrize(("formula", "words"), OPEN)
def test_what_is_said_beside_a_declared_network(formula, words):
    (claim,) = graded(formula, setting=SIGMOID)
    assert claim.verdict == "ambiguous"
    assert words in claim.diagnosis


def test_a_kronecker_delta_beside_a_network_that_was_found():
    rows = [r"C = \frac12 \sum_k (y_k - a_k)^2", r"a_k = \sigma(z_k)", r"\delta_{ij} = 1"]
    assert grade_document("\n\n".join([f"$${row}$$" for row in rows])).claims[-1].verdict == "ambiguous"


def test_a_rule_for_any_functions():
    (claim,) = graded("z = f(g(x))", setting="network: 1-1 linear\nletters: a=z, y=y, t=\\hat{y}")
    assert (claim.verdict, "any functions" in claim.diagnosis) == ("ambiguous", True)


STILL_WRONG = [
    r"\sigma(z) = \frac{1}{1 + e^{z}}",
    r"\frac{\partial C}{\partial b_j^l} := -\delta_j^l",
]


@pytest.mark.parametrize("formula", STILL_WRONG)
def test_a_slip_in_what_looks_like_a_definition_is_wrong(formula):
    assert verdicts(formula, setting=SIGMOID) == ["wrong"]


def test_a_sentence_about_another_loss():
    delta = r"\delta = (\hat{y} - y) \sigma'(z)"
    text = f"{LOGISTIC}\n\n* Cross-entropy gives $\\delta = \\hat{{y}} - y$.\n* MSE + sigmoid gives ${delta}$.\n"
    first, second = grade_document(text).claims
    assert (first.verdict, second.verdict) == ("equal", "ambiguous")
    assert "its sentence is about another setting" in second.diagnosis
    assert verdicts(delta, setting=LOGISTIC) == ["wrong"]


def test_the_same_claim_for_samples_in_rows_and_in_columns():
    setting = (
        "network: 3-4-2 sigmoid\nloss: binary_cross_entropy\nsamples: 5 mean\nvectors: rows\nbatch: rows\n"
        "order: from-to\nletters: t=y, y=A, a=A, s=Z, loss=J"
    )
    rows = [r"Z^{[l]} = A^{[l-1]} W^{[l]} + b^{[l]}", r"Z^{[l]} = W^{[l]} A^{[l-1]} + b^{[l]}"]
    found = graded(*rows, setting=setting)
    assert [claim.verdict for claim in found] == ["equal", "ambiguous"]
    assert "vectors are columns" in found[1].diagnosis
    assert verdicts(rows[1], setting=setting) == ["wrong"]


def test_a_function_in_a_letter_of_weights():
    rows = [r"y_i = \Theta(\sum_j y_j w_{ji})", r"\Theta(v) = \tanh(v)"]
    setting = "network: 2-3-2 linear\nbias: no\nletters: t=d, a=y, y=y, loss=E\norder: from-to"
    assert verdicts(*rows, setting=setting) == ["ambiguous", "ambiguous"]


def test_a_weight_that_is_1_in_the_document():
    claim = r"\frac{\partial L_t}{\partial h_t} = (\hat{y}_t - y^*_t) W_{hy} = (\hat{y}_t - y^*_t) \cdot 1"
    assert verdicts(claim, setting=RECURRENT) == ["wrong"]
    assert verdicts(claim, setting=RECURRENT, words="We take $W_{hy}=1$ here.") == ["ambiguous"]


def test_a_derivative_of_a_target():
    claim = r"\frac{\partial L}{\partial b^y} = \frac{\partial L}{\partial y} \cdot \frac{\partial y}{\partial b^y}"
    assert verdicts(claim, setting=ERRORS) == ["ambiguous"]


DEFINED = r"\sigma_y = \frac{\partial L}{\partial u} = \frac{\partial L}{\partial \hat y} \hat{y} (1 - \hat y) = "
RIGHT_ERROR = r"-2 (y - \hat{y}) \hat{y} (1 - \hat{y})"


def test_a_chain_that_defines_a_letter_is_judged_behind_it():
    after = r"\frac{\partial L}{\partial v_{11}} = \sigma_y h_1"
    assert verdicts(DEFINED + RIGHT_ERROR, after, setting=ERRORS) == ["definition", "equal"]
    wrong, equal = graded(DEFINED + RIGHT_ERROR.replace("-2", "2"), after, setting=ERRORS)
    assert (wrong.verdict, wrong.link, wrong.is_first_mistake, equal.verdict) == ("wrong", 3, True, "equal")


def test_a_letter_that_is_defined_twice_with_different_marks():
    hidden = r"\sigma_{h_1} = \frac{\partial L}{\partial z_1} = \sigma_y v_{11} h_1 (1 - h_1)"
    right, wrong = [rf"\frac{{\partial L}}{{\partial w_{{21}}}} = \sigma_{{h_1}} x_{k}" for k in (2, 1)]
    found = verdicts(DEFINED + RIGHT_ERROR, hidden, right, wrong, setting=ERRORS)
    assert found == ["definition", "definition", "equal", "wrong"]


def test_a_special_case_of_a_letter_of_ones_own_is_no_second_definition():
    rows = [r"e_o = t_o - y_o", r"e_1 = t_1 - y_1", r"e_1 = y_1 - t_1"]
    rows.append(r"\delta_o = -e_o y_o (1 - y_o)")
    assert verdicts(*rows, setting="network: 2-3-2 sigmoid") == ["definition", "equal", "wrong", "equal"]


def test_two_letters_are_not_both_targets():
    """Without a claim that tells y and t apart, one convention reads both as targets, which are then equal."""
    rows = [r"e_o = t_o - y_o", r"e_1 = t_1 - y_1", r"e_1 = y_1 - t_1"]
    assert verdicts(*rows, setting="network: 2-3-2 sigmoid")[2] != "equal"


EXAMPLES = [
    (r"W^{[2]} \leftarrow 0.08", ""),
    (r"W^{[2]} \leftarrow [0.519, 0.623]", ""),
    (r"x = \begin{bmatrix} 1.0 \\ 2.0 \end{bmatrix}, \quad y = 1", ""),
    (r"a = 0.705, \quad L = 0.350", ""),
    (r"w \leftarrow w - \eta g \leftarrow 0.4 - 0.7 \cdot (-0.289) \leftarrow 0.602", r"w \leftarrow w - \eta g"),
    (r"x = 3, \quad y = 2", r"x = 3, \quad y = 2"),
]


@pytest.mark.parametrize(("formula", "kept"), EXAMPLES)
def test_a_writers_own_numbers_are_taken_away(formula, kept):
    assert without_examples(formula) == kept


def test_what_has_own_numbers():
    assert has_own_numbers(r"\delta = W \cdot 0.087")
    assert has_own_numbers(r"w - g \begin{bmatrix} 7 & 2 \end{bmatrix}")
    assert not has_own_numbers(r"\delta = 0.5 (y - t)^2 + 1.0")


def test_a_row_with_an_approximate_number_is_no_factor_of_the_row_above():
    block = r"\begin{array}{ll} u &= V h + b \\ &= 0.3 \cdot 0.627 + 0.4 \\ u &\approx 0.588 \end{array}"
    assert [piece.text for piece in claims_in(block)] == [r"u = V h + b = 0.3 \cdot 0.627 + 0.4", r"u \approx 0.588"]
    assert [item.formula for item in extract(f"$${block}$$", "markdown").items] == ["u = V h + b"]


DELTA = r"\delta_k = (y_k - t_k) y_k (1 - y_k)"
WRITTEN = [
    rf"$$\boxed{{{DELTA}}}$$",
    rf"$$\therefore \quad \fbox{{{DELTA}}}$$",
    f"$${DELTA.replace('-', '&minus;')}$$",
    f"$${DELTA.replace('(', '（').replace(')', '）').replace('=', '＝')}$$",
    rf"\begin{{align}} {DELTA.replace('=', '&=')} \\ "
    r"\intertext{and} \partial L / \partial b_k &= \delta_k \end{align}",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_signs_of_pages_and_boxes(text):
    found = grade_document(f"network: 2-3-2 sigmoid\n\n{text}\n", format="markdown").claims
    assert {claim.verdict for claim in found} == {"equal"}
    assert found[0].line == 3


def test_a_box_around_a_factor_is_a_bracket():
    (item,) = extract(r"$$a = \boxed{b + c} d$$", "markdown").items
    assert item.formula == r"a = \boxed{b + c} d"


def test_definitions_of_commands_in_a_sheet_are_no_formulas():
    sheet = "network: 2-3-2 sigmoid\n\\newcommand{\\g}[1]{\\frac{\\partial L}{\\partial #1}}\n$\\g{b_k} = \\delta_k$\n"
    assert [claim.verdict for claim in grade_document(sheet).claims] == ["equal"]


def test_a_consequence_names_the_first_mistake_that_suffices():
    rows = [
        r"\delta_o = (t_o - y_o) y_o (1 - y_o)", r"\frac{\partial L}{\partial y_o} = 2 (y_o - t_o)",
        r"\frac{\partial L}{\partial b_o} = (t_o - y_o) y_o (1 - y_o)",
    ]  # fmt: skip
    found = graded(*rows, setting="network: 2-3-2 sigmoid\ndelta: 1\nconvention: standard")
    assert [(claim.verdict, claim.follows) for claim in found] == [
        ("wrong", None),
        ("wrong", None),
        ("follows", found[0].line),
    ]

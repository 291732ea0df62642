"""Claims and remarks of documents with a declared setting, in notations that were once judged wrongly."""

import pytest

from autograd.grading.remarks import is_chain_of_arrays, remark_of_form
from tests.grading.test_remarks import graded, verdicts

pytestmark = pytest.mark.sampled(4)

SIGNALS = "network: 2-3-1 tanh\nloss: sse\norder: from-to\nletters: x=x, a=x, y=x, t=y, s=s, loss=e, function=\\theta"
SCORES = (
    "network: 4-3-2 sigmoid, linear\nloss: cross_entropy\nvectors: columns\norder: to-from\n"
    "letters: x=x, a=h, s=z, p=\\hat{y}, t=y, loss=J, function=\\phi"
)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\theta'(s) = 1 - \theta^2(s)", "equal"),
        (r"\theta'(s_j) = 1 - \theta^{2}(s_j)", "equal"),
        (r"\delta_i^{1} = (1 - \theta^2(s_i^{1})) \sum_{j} w_{ij}^{2} \delta_j^{2}", "equal"),
        (r"\theta'(s) = 1 + \theta^2(s)", "wrong"),
        (r"\theta'(s) = 1 - \theta^3(s)", "wrong"),
        (r"\delta_i^{1} = (1 + \theta^2(s_i^{1})) \sum_{j} w_{ij}^{2} \delta_j^{2}", "wrong"),
    ],
)
def test_a_power_of_an_activation_function(formula, verdict):
    assert verdicts(formula, setting=SIGNALS) == [verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"z = W^{(1)} x + b^{(1)}", "equal"),
        (r"h = \phi(z)", "equal"),
        (r"z = W^{(2)} h + b^{(2)}", "equal"),
        (r"\frac{\partial J}{\partial z} = \hat{y} - y", "equal"),
        (r"\frac{\partial J}{\partial z} = \left( {W^{(2)}}^\top (\hat{y} - y) \right) \odot \phi'(z)", "equal"),
        (r"z = W^{(1)} x - b^{(1)}", "wrong"),
        (r"\frac{\partial J}{\partial z} = y - \hat{y}", "wrong"),
    ],
)
def test_a_letter_of_pre_activations_without_a_layer_is_not_only_that_of_the_scores(formula, verdict):
    assert verdicts(formula, setting=SCORES) == [verdict]


def test_an_index_in_the_wrong_place_where_the_order_is_declared():
    right = r"\delta_i^{(\ell-1)} = \theta'(s_i^{(\ell-1)}) \sum_{j} w_{ij}^{(\ell)} \delta_j^{(\ell)}"
    assert verdicts(right, right.replace("w_{ij}", "w_{ji}"), setting=SIGNALS) == ["equal", "wrong"]


def test_a_sentence_without_another_loss_or_activation_excuses_nothing():
    formula = r"\frac{\partial J}{\partial \mathbf{z}^{(1)}} = {\mathbf{W}^{(2)}}^\top (\hat{\mathbf{y}} - \mathbf{y})"
    assert verdicts(formula, setting=SCORES, words="Typical in homework, no slope:") == ["wrong"]


def test_a_letter_of_the_writers_own_that_cannot_be_written_out():
    rows = [
        r"s = \frac{\lambda}{2} \left( \|W^{(1)}\|_F^2 + \|W^{(2)}\|_F^2 \right)",
        r"\frac{\partial J}{\partial s} = 1",
    ]
    found = graded(*rows, setting=SCORES)
    assert [claim.verdict for claim in found] == ["ambiguous", "ambiguous"]
    assert "another meaning" in found[1].diagnosis


def test_starting_values_in_a_document():
    (claim,) = graded(r"b_1 = b_2 = b_3 = 0", setting="network: 2-3-2 sigmoid")
    assert claim.verdict == "ambiguous"
    assert "gives parameters or inputs a value" in claim.diagnosis


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"b_1 = b_2 = c = 0", "gives parameters"),
        (r"W_{hy} = 1", "gives parameters"),
        (r"Q = \sum_{l=1}^{L} d^{(l)} (d^{(l-1)} + 1)", "counts and sizes"),
        (r"n_h n_q + n_h^2 = 26", "counts and sizes"),
        (r"k \gets k + 1", "counts and sizes"),
        (r"(4 \times 2) (2 \times 4) = (4 \times 4)", "counts and sizes"),
        (r"l = 1, 2, \dots, L", "counts and sizes"),
        (r"(d \times h) (h \times 1) = (d \times 1)", "counts and sizes"),
        (r"(od \times hd) \odot (hd \times 1) = (od \times 1)", "counts and sizes"),
        (r"\delta_{ij} = 0", "for some indices"),
        (r"s = f(g(x))", "any functions"),
        (r"s = \sin(x^2 + y^2)", "no network of this kind"),
    ],
)
def test_a_formula_that_is_not_about_the_network(formula, words):
    assert words in remark_of_form(formula)


@pytest.mark.parametrize(
    "formula",
    [
        r"\delta_o = 3",
        r"\delta_o = 0",
        r"\frac{\partial s_o}{\partial b_o} = 0",
        r"s_h = \sum_i w_{ih} x_i",
        r"b_o \gets b_o + 1",
        r"a_h = f(s_h) + g(x_i)",
        r"\frac{\partial L}{\partial y_o} = t_o - y_o",
        r"y_o = \tanh(s_o)",
    ],
)
def test_a_claim_about_the_network_is_no_remark(formula):
    assert remark_of_form(formula, {"L", "x", "y", "a", "t", "s", "w", "b", "p", "delta", "eta"}) == ""


def test_a_letter_that_counts_is_declared_for_a_quantity():
    assert remark_of_form("d = k + 1") != ""
    assert remark_of_form("d = k + 1", {"d"}) == ""


@pytest.mark.parametrize(
    ("side", "is_open"),
    [
        (r"\frac{\partial L}{\partial \mathbf{z}_{oi}} \frac{\partial \mathbf{z}_{oi}}{\partial b}", True),
        (r"\frac{\partial L}{\partial \vec h} \cdot \frac{\partial \vec h}{\partial b}", True),
        (r"\frac{\partial L}{\partial H} \frac{\partial H}{\partial b}", True),
        (r"\frac{\partial L}{\partial h_j} \frac{\partial h_j}{\partial b_j}", False),
        (r"\frac{\partial L}{\partial H} \frac{\partial Z}{\partial b}", False),
        (r"2 \frac{\partial L}{\partial H} \frac{\partial H}{\partial b}", False),
    ],
)
def test_a_chain_of_whole_arrays(side, is_open):
    assert is_chain_of_arrays(side) is is_open


COLUMNS = "network: 3-4-2 tanh, sigmoid\nletters: s=z"
LINEAR = "network: 3-1 linear\nloss: half_sse\nsamples: 5 sum\nletters: y=\\hat{y}, t=y, s=z, loss=J\nrate: \\eta"
CLASSES = (
    "network: 3-5-4 relu, linear\nloss: cross_entropy\nvectors: columns\norder: to-from\nletters: a=h, s=u, p=q, t=y"
)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        ("g'(z) = 1 - g(z)^2", "equal"),
        ("g'(z) = 1 - g(z) g(z)", "equal"),
        ("g'(z) = g(z) (1 - g(z))", "equal"),
        ("g'(z) = 1 + g(z)^2", "wrong"),
        ("g'(z) = 1 - g(z)^3", "wrong"),
    ],
)
def test_a_formula_without_commands_is_read_as_one_with_commands(formula, verdict):
    """It may be that of any layer: tanh in the first, and the logistic function in the second one."""
    assert verdicts(formula, setting=COLUMNS) == [verdict]


def test_the_error_of_a_sample_in_the_letter_of_a_number():
    rows = [r"e^{(i)} = y^{(i)} - \hat{y}^{(i)}"]
    rows += [rf"\frac{{\partial J}}{{\partial w_j}} = {sign}\sum_{{i=1}}^{{n}} e^{{(i)}} x_j^{{(i)}}" for sign in "-+"]
    assert verdicts(*rows, setting=LINEAR) == ["definition", "equal", "wrong"]


@pytest.mark.parametrize(
    ("words", "formula", "verdict"),
    [
        ("For $K = 2$ we have", r"q_1 = \sigma(u_1 - u_2)", "ambiguous"),
        ("For two classes,", r"q_1 = \sigma(u_1 - u_2)", "ambiguous"),
        ("For $K = 4$ we have", r"q_1 = \sigma(u_1 - u_2)", "wrong"),
        ("We have", r"q_1 = \sigma(u_1 - u_2)", "wrong"),
    ],
)
def test_a_special_case_of_two_classes(words, formula, verdict):
    assert verdicts(formula, setting=CLASSES, words=words)[-1] == verdict


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\phi(z) = \begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}", "ambiguous"),
        (r"\sigma(z) = \frac{1}{1 + e^{z}}", "wrong"),
    ],
)
def test_the_definition_of_another_function(formula, verdict):
    assert verdicts(formula, setting="network: 2-3-2 sigmoid\nletters: s=z") == [verdict]

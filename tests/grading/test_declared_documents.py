"""Claims and remarks of documents with a declared setting, in notations that were once judged wrongly."""

import pytest

from tests.grading.test_remarks import graded, verdicts

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

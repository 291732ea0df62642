"""Letters, layers and biases that a document shows, and the weights of a single output in a letter of their own."""

import pytest

from autograd import grade_document
from autograd.grading.defined_letters import defined_letters
from tests.grading.test_remarks import verdicts


@pytest.mark.parametrize(
    ("formulas", "letters"),
    [
        ([r"L = -\frac{1}{N} \sum_i \log p_{y_i}"], {"t": "y", "p": "p"}),
        ([r"L = -\log p_y"], {"t": "y", "p": "p"}),
        ([r"L = -\sum_{i} \log p_{y^{(i)}}"], {"t": "y", "p": "p"}),
        ([r"L = -\sum_k y_k \log p_k"], {"t": "y", "p": "p"}),
        ([r"L = -\sum_{t=1}^T y_t^\top \log \hat{y}_t"], {"t": "y", "p": r"\hat{y}"}),
        ([r"\hat{y}_t = \mathrm{softmax}(z_t)"], {"s": "z", "p": r"\hat{y}"}),
    ],
)
def test_the_letters_of_a_loss_of_classes(formulas, letters):
    found = defined_letters(formulas, of_softmax=True)
    assert {role: found.get(role) for role in letters} == letters
    assert found.get("a") is None


def graded(*formulas, words=""):
    return grade_document("\n\n".join(["A small network.", words, *[f"$$ {x} $$" for x in formulas]]))


NETS = [
    r"\mathrm{net}_j = \sum_i w_{ij} x_i",
    r"o_j = \frac{1}{1 + e^{-\mathrm{net}_j}}",
    r"\mathrm{net}_k = \sum_j w_{jk} o_j",
    r"o_k = \frac{1}{1 + e^{-\mathrm{net}_k}}",
    r"E = \frac{1}{2} \sum_k (t_k - o_k)^2",
    r"\delta_j = o_j (1 - o_j) \sum_k \delta_k w_{jk}",
    r"\frac{\partial E}{\partial w_{jk}} = \delta_k o_j",
]


@pytest.mark.parametrize("words", ["There are no biases.", "We omit the bias.", "Without bias, this is:"])
def test_hidden_neurons_with_the_letter_of_the_outputs_and_no_biases(words):
    found = graded(*NETS, words=words)
    assert [claim.verdict for claim in found.claims] == ["equal"] * 7, str(found)
    assert "no bias" in found.reading


STEPS = [
    r"h_t = \tanh(W_{hh} h_{t-1} + W_{xh} x_t + b_h)",
    r"z_t = W_{hy} h_t + b_y",
    r"\hat{y}_t = \mathrm{softmax}(z_t)",
    r"\frac{\partial L}{\partial z_t} = \hat{y}_t - y_t",
    r"\frac{\partial L}{\partial W_{hy}} = \sum_{t=1}^{T} (\hat{y}_t - y_t) h_t^\top",
    r"\frac{\partial L}{\partial h_t} = W_{hy}^\top (\hat{y}_t - y_t) + W_{hh}^\top \left( (1 - h_{t+1}^2) \odot \frac{\partial L}{\partial h_{t+1}} \right)",  # noqa: E501
    r"\frac{\partial h_{t+1}}{\partial h_t} = \operatorname{diag}(1 - h_{t+1}^2) W_{hh}",
    r"L = -\sum_{t=1}^T y_t^\top \log \hat{y}_t",
]


def test_a_recurrent_network_with_a_softmax():
    found = graded(*STEPS, words="A softmax of tanh units.")
    assert [claim.verdict for claim in found.claims[:-1]] == ["equal"] * 7, str(found)
    assert found.claims[-1].verdict in ("equal", "unproved")
    assert "recurrent" in found.reading


def test_as_many_layers_as_matrices_have_numbers():
    layers = [rf"z^{{[{k}]}} = W^{{[{k}]}} a^{{[{k - 1}]}} + b^{{[{k}]}}" for k in (2, 3)]
    loss = [
        r"\mathcal{L} = -\left[ (1-y) \log(1 - \hat{y}) + y \log \hat{y} \right]",
        r"\hat{y} = a^{[3]} = g(z^{[3]})",
        r"\frac{\partial \mathcal{L}}{\partial z^{[3]}} = \hat{y} - y",
        r"\frac{\partial \mathcal{L}}{\partial z^{[2]}} = {W^{[3]}}^T (a^{[3]} - y) \odot g'(z^{[2]})",
        r"\frac{\partial \mathcal{L}}{\partial z^{[2]}} = {W^{[3]}}^T (a^{[3]} - y) \odot g(z^{[2]})",
    ]
    found = graded(*layers, *loss, words="The logistic function is $g$.")
    assert [claim.verdict for claim in found.claims][-7:] == [*["equal"] * 6, "wrong"], str(found)
    assert "2-3-3-1" in found.reading


OUTPUT = (
    "network: 3-2-1 tanh, sigmoid\nloss: binary_cross_entropy\nvectors: columns\norder: to-from\n"
    "letters: x=x, a=h, y=p, t=y, s=u, loss=\\ell"
)


@pytest.mark.parametrize("letter", ["v", "w"])
@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"p = \sigma(v^\top h + c)", "equal"),
        (r"\frac{\partial \ell}{\partial v} = (p - y) h", "equal"),
        (r"\frac{\partial \ell}{\partial h} = (p - y) v", "equal"),
        (r"\frac{\partial \ell}{\partial u} = (p - y)\, v \odot (1 - h \odot h)", "equal"),
        (r"\frac{\partial \ell}{\partial W} = (p - y) \left(v \odot (1 - h^2)\right) x^\top", "equal"),
        (r"v \leftarrow v - \eta (p - y) h", "equal"),
        (r"\frac{\partial \ell}{\partial v} = (y - p) h", "wrong"),
        (r"\frac{\partial \ell}{\partial v} = (p - y) x", "wrong"),
        (r"\frac{\partial \ell}{\partial h} = -(p - y) v", "wrong"),
        (r"\frac{\partial \ell}{\partial u} = (p - y)\, v \odot (1 - h)", "wrong"),
        (r"v \leftarrow v + \eta (p - y) h", "wrong"),
    ],
)
def test_the_weights_of_the_only_output_are_a_vector(formula, verdict, letter):
    (found,) = verdicts(formula.replace("v", letter), setting=OUTPUT)
    assert found == verdict or (found == "ambiguous" and verdict == "wrong" and letter == "w")  # w may be any matrix


def test_a_letter_with_an_open_definition_is_the_writers_own():
    first, second = r"o = v^\top h + d", r"\frac{\partial \ell}{\partial o} = p - y"
    assert verdicts(first, second, setting=OUTPUT)[1] in ("ambiguous", "equal")

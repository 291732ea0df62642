"""Letters that a document defines: deltas in the order of the backward pass, batches, transposes, powers, the loss."""

import pytest

from autograd import derive, grade_document
from autograd.grading.networks import build


def graded(header, formulas):
    text = "\n\n".join([header, *[f"$${formula}$$" for formula in formulas]])
    return [claim.verdict for claim in grade_document(text, format="markdown").claims]


SOFTMAX = "network: 4-5-3 sigmoid\nloss: cross_entropy\nletters: s=\\theta, y=\\hat{y}, t=y, loss=CE"
ROWS = [r"h = \mathrm{sigmoid}(x W_1 + b_1)", r"\theta = h W_2 + b_2"]
BACKWARD = [
    r"\delta_1 = \frac{\partial CE}{\partial \theta} = \hat y - y",
    r"\delta_2 = \frac{\partial CE}{\partial h} = \delta_1 W_2^\top",
    r"\delta_3 = \delta_2 \circ \sigma'(x W_1 + b_1)",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial CE}{\partial W_2} = h^\top \delta_1", "equal"),
        (r"\frac{\partial CE}{\partial b_2} = \delta_1", "equal"),
        (r"\frac{\partial CE}{\partial W_1} = x^\top \delta_3", "equal"),
        (r"\frac{\partial CE}{\partial x} = \delta_3 W_1^\top", "equal"),
        (r"\frac{\partial CE}{\partial W_1} = x^\top \delta_2", "wrong"),
        (r"\frac{\partial CE}{\partial b_1} = \delta_2", "wrong"),
        (r"\frac{\partial CE}{\partial b_2} = -\delta_1", "wrong"),
    ],
)
def test_deltas_in_the_order_of_the_backward_pass(formula, verdict):
    found = graded(SOFTMAX, [*ROWS, *BACKWARD, formula])
    assert found[2:5] == ["definition"] * 3
    assert found[-1] == verdict


def test_a_first_delta_that_is_not_that_of_the_outputs_is_no_definition():
    assert graded(SOFTMAX, [*ROWS, r"\delta_1 = \frac{\partial CE}{\partial \theta} = y - \hat y"])[-1] == "wrong"


def test_deltas_that_were_used_with_the_numbers_of_layers_keep_them():
    claims = [r"\frac{\partial CE}{\partial b_1} = \delta_1", r"\delta_1 = \hat y - y"]
    assert graded(SOFTMAX, [*ROWS, *claims])[-2:] == ["equal", "wrong"]


BATCH = "network: 3-4-2 relu, linear\nloss: cross_entropy\nsamples: 3\nbias: no\nvectors: rows\nbatch: rows\n"
BATCH += "letters: a=H, s=Z, y=P, t=Y"
DEFINED = [
    r"A = X W_1",
    r"G_2 = \frac{\partial L}{\partial Z} = \frac{1}{m} (P - Y)",
    r"G_1 = \frac{\partial L}{\partial A} = \mathbf{1}\{A > 0\} \circ (G_2 W_2^\top)",
]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"H = \mathrm{ReLU}(A)", "equal"),
        (r"\nabla_{W_1} L = X^\top G_1", "equal"),
        (r"W_2 \gets W_2 - \eta (G_2^\top H)^\top", "equal"),
        (r"W_2 \gets W_2 - \eta (G_2^T H)^T", "equal"),
        (r"\nabla_{W_1} L = X^\top G_2", "ambiguous"),
        (r"\nabla_{W_1} L = -X^\top G_1", "wrong"),
    ],
)
def test_a_capital_letter_is_free_where_its_role_has_another_one(formula, verdict):
    found = graded(BATCH, [*DEFINED, formula])
    assert found[:3] == ["definition"] * 3
    assert found[-1] == verdict


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"L = \frac12 \sum_k e_k^2", "equal"),
        (r"L = \frac12 \sum_k e_k^{2}", "equal"),
        (r"L = \sum_k e_k^2", "wrong"),
        (r"L = \frac12 \sum_k e_k^{(2)}", None),  # no power
    ],
)
def test_the_square_of_an_own_letter(formula, verdict):
    found = graded("network: 2-3-2 sigmoid", [r"e_k = y_k - t_k", formula])[-1]
    assert found == verdict if verdict else found != "equal"


@pytest.mark.parametrize("loss", [r"\varepsilon", r"\epsilon", r"\mathcal{E}", r"\eta"])
@pytest.mark.parametrize(
    ("right", "verdict"),
    [
        ("0", "wrong"),
        ("y - d", "wrong"),
        (r"\mathrm{diag}(1 - \tanh^2(v)) W_2^T (y - d)", "equal"),
        (r"\mathrm{diag}(1 - \tanh^2(v)) W_2^T (d - y)", "wrong"),
    ],
)
def test_what_is_differentiated_is_no_learning_rate(loss, right, verdict):
    derivation = derive(build([3, 4, 2], ["tanh", "linear"])).convention("haykin", order="to-from", letters={"s": "v"})
    found = derivation.grade(None, rf"\frac{{\partial {loss}}}{{\partial b_1}} = {right}").verdict
    assert found == ("unreadable" if loss == r"\eta" else verdict)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial \varepsilon}{\partial \mathbf{b}_1} = \mathbf{g}", "equal"),
        (r"\frac{\partial \varepsilon}{\partial \mathbf{x}} = \mathbf{W}_1^T \mathbf{g}", "equal"),
        (r"\frac{\partial \varepsilon}{\partial \mathbf{W}_1} = \mathbf{g}\, \mathbf{h}^T", "wrong"),
    ],
)
def test_the_loss_is_found_though_the_outputs_have_an_argument(formula, verdict):
    text = r"""network: 3-4-2 tanh, linear

$$ \boldsymbol{\varepsilon}(\boldsymbol{\theta}) = \tfrac{1}{2} \| \mathbf{d} - \mathbf{y}(\mathbf{x}) \|^2 $$
$$ \mathbf{y}(\mathbf{x}) = \mathbf{W}_2 \mathbf{h} + \mathbf{b}_2, \quad \mathbf{h} = \tanh(\mathbf{v}) $$
$$ \mathbf{v} = \mathbf{W}_1 \mathbf{x} + \mathbf{b}_1 $$
$$ \mathbf{e} = \mathbf{y} - \mathbf{d} $$
$$ \mathbf{g} = \mathrm{diag}(1 - \tanh^2(\mathbf{v}))\, \mathbf{W}_2^T \mathbf{e} $$
"""
    claims = grade_document(f"{text}$$ {formula} $$", format="markdown").claims
    assert (claims[0].verdict, claims[-1].verdict) == ("equal", verdict)


NUMBERED = [r"o_2 = f(h_1 u_{12} + h_2 u_{22} + h_3 u_{32})", r"h_1 = g(i_1 w_{11} + i_2 w_{21})"]
SLIP = r"(o_1 - t_1) o_1 (1 - o_1) u_{11} + (o_2 - t_2) o_2 (1 - o_2) u_{21}"


@pytest.mark.parametrize(("forward", "verdicts"), [(NUMBERED, ["wrong", "follows"]), ([], ["ambiguous", "ambiguous"])])
def test_the_forward_pass_shows_the_order_of_indices(forward, verdicts):
    header = "network: 2-3-2 sigmoid\nbias: no\nletters: x=i, a=h, y=o, loss=E"
    claims = [
        rf"\frac{{\partial E}}{{\partial h_1}} = {SLIP}",
        rf"\frac{{\partial E}}{{\partial w_{{11}}}} = \left[{SLIP}\right] h_1 (1 - h_1) i_1",
    ]
    shown = [rf"\frac{{\partial E}}{{\partial u_{{{k}2}}}} = h_{k} (o_2 - t_2) o_2 (1 - o_2)" for k in (1, 3)]
    more = r"\frac{\partial E}{\partial w_{21}} = \frac{\partial E}{\partial h_1} h_1 (1 - h_1) i_2"
    assert graded(header, [*forward, *shown, more, *claims])[-2:] == verdicts


def test_an_update_with_a_wrong_delta_of_one_neuron_follows():
    header = "network: 2-2-1 sigmoid\nbias: no\nletters: a=H, y=O, s=a, loss=E"
    claims = [
        r"\delta_O = O(1-O)(t - O)",
        r"\Delta v_1 = \eta\,\delta_O H_1",
        r"\delta_1 = H_1(1-H_1)\, v_1\, \delta_O",
        r"\delta_2 = H_2(1-H_1)\, v_2\, \delta_O",
        r"\Delta w_{12} = \eta\, H_2(1-H_1)\, v_2\, \delta_O x_1",
        r"\Delta w_{12} = \eta\, H_2(1-H_1)\, v_2\, \delta_O x_2",
    ]
    assert graded(header, claims)[2:] == ["equal", "wrong", "follows", "wrong"]


def test_letters_of_a_right_claim_are_known_in_later_ones():
    """V is no letter of the convention, but a right claim shows that it is a matrix of the network."""
    header = "network: 3-4-2 tanh, linear"
    claims = [r"z_j = b_j + \sum_i x_i u_{ij}", r"\frac{\partial L}{\partial z_j} = h_j^2 \sum_k (y_k - t_k) v_{jk}"]
    shown = r"\frac{\partial L}{\partial h_j} = \sum_k (y_k - t_k) v_{jk}"
    header += "\nletters: a=h, s=z"
    assert graded(header, claims)[-1] == "ambiguous"
    assert graded(header, [claims[0], shown, claims[1]])[-1] == "wrong"


TYPED = ["z₁ = W₁ x + b₁", "ŷ = σ(W₂ a₁ + b₂)", "∂L/∂z₂ = 2 (ŷ − y) ⊙ ŷ ⊙ (1 − ŷ)", "∂L/∂W₂ = ∂L/∂z₂ a₁ᵀ"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [("W₂ ← W₂ − η ∂L/∂W₂", "equal"), ("W₂ ← W₂ + η ∂L/∂W₂", "wrong"), ("∂L/∂a₁ = W₂ᵀ ∂L/∂z₂", "equal")],
)
def test_the_order_is_found_in_typed_formulas_with_small_digits(formula, verdict):
    header = "---\nnetwork: 2-3-2 relu, sigmoid\nloss: sse\nletters: y=ŷ, t=y, s=z\n---\n"
    text = header + "\n".join([f"```math\n{x}\n```" for x in (*TYPED, formula)])
    assert [c.verdict for c in grade_document(text, format="markdown").claims] == ["equal"] * 4 + [verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"q_t = V h_t + b_y", "equal"),
        (r"\frac{\partial E_t}{\partial q_t} = \hat{y}_t - y_t", "equal"),
        (r"\frac{\partial E_t}{\partial q_t} = y_t - \hat{y}_t", "wrong"),
        (r"q_t = V h_{t-1} + b_y", "wrong"),
    ],
)
def test_a_letter_of_logits_in_a_recurrent_network(formula, verdict):
    """The declared letter of the outputs is that of their softmax, which a document defines, too."""
    header = "network: 2-3-2 tanh\nloss: cross_entropy\nrecurrent: layer 1, 3 steps\n"
    header += r"letters: a=h, y=\hat{y}, t=y, loss=E"
    claims = [r"h_t = \tanh(U x_t + W h_{t-1} + b_h)", r"\hat{y}_t = \mathrm{softmax}(q_t)"]
    assert graded(header, [*claims, formula])[-1] == verdict


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"a_t = W_h h_{t-1} + W_i x_t", "equal"),
        (r"\nabla_{W_i} L = \sum_t (\nabla_{a_t} L) x_t^T", "equal"),
        (r"\nabla_{W_{in}} L = \sum_t (\nabla_{a_t} L) x_t^T", "equal"),
        (r"a_t = W_i h_{t-1} + W_h x_t", None),
        (r"\nabla_{W_i} L = \sum_t (\nabla_{a_t} L) h_t^T", None),
        (r"\nabla_{W_i} L = -\sum_t (\nabla_{a_t} L) x_t^T", None),
    ],
)
def test_the_i_of_a_matrix_stands_for_inputs(formula, verdict):
    header = "network: 2-3-2 tanh\nloss: cross_entropy\nrecurrent: layer 1, 3 steps\nbias: no\norder: to-from\n"
    header += "letters: a=h, s=a"
    found = graded(header, [r"h_t = \tanh(a_t)", formula])
    assert found[0] == "equal"
    assert found[1] == verdict if verdict else found[1] != "equal"

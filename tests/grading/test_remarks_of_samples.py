"""Formulas about one sample, about several, and under a condition that a text says, beside a declared network."""

import pytest

from autograd import grade_document
from autograd.formulas.conventions import convention
from autograd.grading.retold import retold
from autograd.grading.usual_signs import with_usual_signs
from tests.grading.test_remarks import graded, verdicts

SIGMOID = "network: 2-3-2 sigmoid\nconvention: nielsen"
MEAN = (
    "network: 2-3-2 sigmoid\nsamples: 3 mean\nvectors: columns\nbatch: columns\norder: to-from\n"
    "letters: t=y^*, y=\\hat{y}, a=a, s=z, loss=J"
)
SUM = (
    "network: 2-3-1 sigmoid\nbias: no\nsamples: 3 sum\nvectors: rows\nbatch: rows\norder: from-to\n"
    "letters: t=y, y=\\hat{y}, a=a, s=z, loss=J"
)
SOFTMAX = "network: 2-3-3 sigmoid, linear\nloss: cross_entropy\norder: to-from\nletters: t=y, p=\\hat{y}, a=h, s=z"
IN_ROWS = (
    "network: 2-3-3 sigmoid, linear\nloss: cross_entropy\nvectors: rows\norder: from-to\nletters: t=y, p=\\hat{y}, a=h"
)
NUMBERED = "network: 2-2-2 sigmoid\nletters: x=i, t=target, y=out, a=out, s=net, loss=E"
MEAN_OF_OWN = r"J(\Theta) = \frac{1}{N} \sum_{n=1}^{\mathord{N} } \mathcal{L}_n"


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial \mathcal{L}}{\partial w_{i,j}^{(\ell)}} = \delta_i^{(\ell)} \, a_j^{(\ell-1)}", "equal"),
        (r"\frac{\partial \mathcal{L}}{\partial b_i^{(\ell)}} = \delta_i^{(\ell)}", "equal"),
        (r"\frac{\partial \mathcal{L}}{\partial w_{i,j}^{(\ell)}} = -\delta_i^{(\ell)} \, a_j^{(\ell-1)}", "wrong"),
        (r"\frac{\partial J}{\partial w_{i,j}^{(\ell)}} = \delta_i^{(\ell)} \, a_j^{(\ell-1)}", "wrong"),
    ],
)
def test_the_loss_of_one_sample_has_a_letter_of_its_own(formula, verdict):
    assert verdicts(MEAN_OF_OWN, formula, setting=MEAN) == ["equal", verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\Delta^{(L)} = (A^{(L)} - Y^*) \otimes \sigma'(Z^{(L)})", "equal"),
        (r"\Delta^{(L)} = (A^{(L)} - Y^{*}) \odot \sigma'(Z^{(L)}), \quad \Delta^{(L)} \in \mathbb{R}^{d}", "equal"),
        (r"\Delta^{(L)} = (A^{(L)} + Y^*) \odot \sigma'(Z^{(L)})", "wrong"),
    ],
)  # fmt: skip
def test_a_batch_of_targets_whose_letter_has_a_mark(formula, verdict):
    assert verdicts(formula, setting=MEAN) == [verdict]


def test_a_shape_behind_a_formula_is_no_part_of_it():
    formula = r"A^{(\ell)} = \sigma(Z^{(\ell)}), \qquad \boldsymbol{A}^{(\ell)} \in \mathbb{R}^{d_\ell \times N}"
    assert verdicts(formula, setting=MEAN) == ["equal"]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [("We now forget about the summation over the samples.", "ambiguous"), ("We differentiate.", "wrong")],
)
def test_a_sum_over_samples_that_the_text_leaves_out(words, verdict):
    formula = r"\frac{\partial J}{\partial W^{(2)}} = -(y-\hat{y}) \frac{\partial \hat{y}}{\partial W^{(2)}}"
    assert verdicts(formula, setting=SUM, words=words) == [verdict]


def test_a_wrong_sign_where_the_text_leaves_a_sum_out():
    formula = r"\frac{\partial J}{\partial W^{(2)}} = (y-\hat{y}) \frac{\partial \hat{y}}{\partial W^{(2)}}"
    assert verdicts(formula, setting=SUM, words="We forget about the summation.") == ["wrong"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"C = \frac{1}{n} \sum_x C_x", "equal"),
        (r"\frac{\partial C}{\partial b_j^l} = \frac{1}{n} \sum_x \frac{\partial C_x}{\partial b_j^l}", "equal"),
        (r"\frac{\partial C}{\partial b_j^l} = \frac{2}{n} \sum_x \frac{\partial C_x}{\partial b_j^l}", "ambiguous"),
    ],
)
def test_a_mean_over_samples_where_one_is_declared(formula, verdict):
    assert verdicts(formula, setting=SIGMOID) == [verdict]


EQUAL_ONLY = r"\frac{\partial \hat{y}_k}{\partial z_j} = \hat{y}_k (1 - \hat{y}_k)"
UNEQUAL_ONLY = r"\frac{\partial \hat{y}_k}{\partial z_j} = -\hat{y}_j \hat{y}_k"


@pytest.mark.parametrize(
    ("words", "formula", "verdict"),
    [
        ("**Case 1**: $j = k$", EQUAL_ONLY, "equal"),
        ("**Case 2**: $j \\neq k$", UNEQUAL_ONLY, "equal"),
        ("**Case 1**: $j = k$", UNEQUAL_ONLY, "ambiguous"),
        ("**Case 2**: $j \\neq k$", EQUAL_ONLY, "wrong"),
        ("**Case 1**: if $k=j$. **Case 2**: if $k \\ne j$", EQUAL_ONLY, "wrong"),  # the last one counts
        ("", EQUAL_ONLY, "wrong"),
        ("**Case 1**: $j = k$", EQUAL_ONLY.replace("1 -", "1 +"), "wrong"),
    ],
)
def test_a_condition_on_indices_that_stands_in_the_text(words, formula, verdict):
    claim = graded(formula, setting=SOFTMAX, words=words)[-1]
    assert claim.verdict == verdict
    assert ("as the text before says" in claim.condition) is (verdict == "equal")


@pytest.mark.parametrize(
    ("words", "verdict"),
    [("In Einstein notation, the sum over a repeated index is implied.", "ambiguous"), ("", "wrong")],
)
def test_a_sum_that_the_text_says_to_be_implied(words, verdict):
    assert verdicts(r"J = -y_i \log(\hat{y}_i)", setting=f"{IN_ROWS}, loss=J", words=words) == [verdict]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"net_{o1} = w_5 \cdot out_{h1} + w_6 \cdot out_{h2} + b_2 \cdot 1", "equal"),
        (r"net_{o2} = w_7 \cdot out_{h1} + w_8 \cdot out_{h2} + b_2", "equal"),
        (r"net_{h2} = w_3 \cdot i_1 + w_4 \cdot i_2 + b_1", "equal"),
        (r"net_{o2} = w_7 \cdot out_{h1} + w_8 \cdot out_{h2} + b_1", "wrong"),
        (r"net_{o1} = w_5 \cdot out_{h1} + w_6 \cdot out_{h2} - b_2", "ambiguous"),
    ],
)
def test_one_bias_of_a_layer(formula, verdict):
    assert verdicts(formula, setting=NUMBERED) == [verdict]


def test_a_bias_with_the_indices_of_a_weight():
    right = r"\frac{\partial L}{\partial b_{j,i}^{[2]}} = \hat{y}_j - y_j"
    assert verdicts(right, right.replace("- y_j", "+ y_j"), setting=SOFTMAX)[0] == "equal"
    assert verdicts(right.replace("- y_j", "+ y_j"), setting=SOFTMAX) != ["equal"]


@pytest.mark.parametrize(
    ("text", "other"),
    [(r"W_{bc}^{(2)T}", r"W^{(2)}_{cb}"), (r"W_{bc}^T", r"W_{cb}"), (r"W_{b,c}^{\top}", r"W_{cb}")],
)
def test_an_entry_of_a_transposed_matrix(text, other):
    assert rf"y = \sum_b {other}" in [found for found, _ in retold(rf"y = \sum_b {text}", {})]


@pytest.mark.parametrize(
    "formula",
    [
        r"L = L(\ldots, z_k(\ldots, z_i, \ldots), \ldots)",
        r"L = L(z_1, \ldots, z_n)",
        r"z = f(x)",
        r"\ell = 1, \ldots, L",
        r"K = n_y",
        r"b^{[2]} = 0",
        r"b^{[1]} = \begin{pmatrix} b_1 \\ \vdots \\ b_n \end{pmatrix}",
    ],
)
def test_what_is_said_of_counts_functions_and_beginnings(formula):
    assert verdicts(formula, setting=SOFTMAX)[0] in ("ambiguous", "definition", "equal", "unreadable")


@pytest.mark.sampled(4)
@pytest.mark.parametrize("step", [r"i \gets 1", r"W \leftarrow 0", r"k \leftarrow k + 1", r"l := L", r"t \gets t - 1"])
def test_a_step_of_an_algorithm_is_a_remark(step):
    text = f"$z = W x + b$, $a = \\sigma(z)$, $L = \\frac12 (a - y)^2$\n\n$${step}$$\n"
    assert "wrong" not in [claim.verdict for claim in grade_document(text).claims]
    update = text.replace(step, r"W \gets W + \eta (a - y) \sigma'(z) x^T")
    assert [claim.verdict for claim in grade_document(update).claims][-1] == "wrong"


def test_a_factor_in_front_of_a_bracket_is_no_function():
    assert verdicts(r"\frac{\partial L}{\partial W^{[2]}} = h^T (\hat{y} - y)", setting=SOFTMAX) == ["wrong"]


@pytest.mark.parametrize("size", ["n_h", "n_{h}", "d_h", "N_x", "m_h", "n_1", "H"])
def test_the_size_of_a_layer_as_a_limit_is_no_index(size):
    formula = rf"z_k^{{[2]}} = \sum_{{j=1}}^{{{size}}} W_{{k,j}}^{{[2]}} h_j + b_k^{{[2]}}"
    assert verdicts(formula, setting=SOFTMAX) == ["equal"]
    assert verdicts(formula.replace("+ b", "- b"), setting=SOFTMAX) == ["wrong"]


def test_a_limit_that_is_an_index_stays():
    assert with_usual_signs(r"\sum_{k=1}^{n_l} a_k") == r"\sum_{k=1}^{n_l} a_k"
    assert with_usual_signs(r"\sum_{k=1}^{t} a_k") == r"\sum_{k=1}^{t} a_k"


def test_logits_without_a_letter_have_that_of_pre_activations():
    letters = convention(letters={"t": "y", "p": r"\hat{y}", "s": "z"}).letters
    assert (letters["t"], letters["y"], letters["p"]) == ("y", "z", r"\hat{y}")
    assert convention(letters={"t": "y", "s": "z"}).letters["y"] == r"\hat{y}"
    with pytest.raises(ValueError, match="both target and output"):
        convention(letters={"t": "y", "y": "y", "s": "z"})


def test_an_own_letter_with_an_accent_is_not_written_out():
    bold = r"\boldsymbol{\mathbf{y}}"
    rows = ["y = t^2", rf"\hat{{{bold}}} = a^{{(2)}}"]
    rows.append(rf"\delta^{{(2)}} = (\hat{{{bold}}} - {bold}^*) \odot \sigma'(z^{{(2)}})")
    assert verdicts(*rows, setting=MEAN)[-1] == "equal"


def test_a_loss_that_is_named_in_the_same_paragraph():
    text = "With the binary cross-entropy,\nthe factor cancels. So\nit is $\\delta_i^{(L)} = a_i^{(L)} - y_i^*.$"
    (claim,) = grade_document(f"{MEAN}\n\n{text}\n").claims
    assert claim.verdict == "ambiguous"
    assert "binary_cross_entropy" in claim.diagnosis


LAYERS = (
    "network: 2-3-2 sigmoid, linear\nloss: cross_entropy\nsamples: 3 sum\nvectors: rows\nbatch: rows\norder: from-to\n"
    "letters: t=t, p=y, y=z, a=h, s=z, loss=\\xi"
)


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial \xi}{\partial W_o} = H^T \cdot (Y-T) = H^T \cdot \delta_{o}", "equal"),
        (r"\delta_h = \frac{\partial \xi}{\partial Z_h} = H \circ (1 - H) \circ [\delta_o \cdot W_o^T]", "equal"),
        (r"\frac{\partial \xi}{\partial W_h} = X^T \cdot \delta_h", "equal"),
        (
            r"\frac{\partial \xi}{\partial \mathbf{b}_{o}} = \frac{\partial \xi}{\partial Y}"
            r" \frac{\partial Y}{\partial Z_{o}} \frac{\partial Z_{o}}{\partial \mathbf{b}_{o}}",
            "equal",
        ),
        (r"\frac{\partial \xi}{\partial W_h} = 2 X^T \cdot \delta_h", "wrong"),
        (r"\frac{\partial \xi}{\partial W_h} = H^T \cdot \delta_h", "wrong"),
        (r"\delta_h = \frac{\partial \xi}{\partial Z_h} = H \circ [\delta_o \cdot W_o^T]", "wrong"),
    ],
)
def test_names_of_layers_below_matrices(formula, verdict):
    assert verdicts(formula, setting=LAYERS) == [verdict]


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (
            r"\frac{\partial \xi}{\partial \mathbf{b}_{o}} = \frac{\partial \xi}{\partial Y}"
            r" \frac{\partial Y}{\partial Z_{o}}",
            "whole vectors",
        ),
        (r"\xi(T,Y) = \sum_{i=1}^n \xi(\mathbf{t}_i,\mathbf{y}_i)", "whole vectors"),
        (r"(d \times h) (h \times 1) + (d \times 1) = (d \times 1)", "counts and sizes"),
        ("f(x) = x^2", "defines a function"),
        (r"f(x) = \frac{1}{x}", "defines a function"),
    ],
)
def test_what_is_not_about_entries(formula, words):
    (claim,) = graded(formula, setting=LAYERS)
    assert claim.verdict == "ambiguous"
    assert words in claim.diagnosis


def test_a_forgotten_sum_in_a_chain_of_entries_is_wrong():
    chain = r"\frac{\partial C}{\partial a_j} = \frac{\partial C}{\partial z_k} \frac{\partial z_k}{\partial a_j}"
    setting = "network: 2-3-2 sigmoid\nletters: t=y, y=a, a=a, s=z, loss=C"
    assert verdicts(chain, setting=setting)[0] in ("wrong", "ill-formed")


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"z_1 = w_{11} x_1 + w_{21} x_2 + b_1 = 0.5 (0.6) + 0.25 \cdot 0.2 + 0.1 = 0.45", "equal"),
        (r"z_1 = w_{11} x_1 + w_{21} x_2 + b_1 = 0.5 (0.6) + 0.25 \cdot 0.2 + 0.1 \approx 0.54", "ambiguous"),
        (r"y_1 = \sigma(z_1) = \frac{1}{1 + e^{-0.45}} = 0.61", "equal"),
        (r"y_1 = \sigma(z_1) = \frac{1}{1 + e^{-0.45}} = 0.71", "ambiguous"),
    ],
)
def test_numbers_that_do_not_fit(formula, verdict):
    setting = "network: 2-2 sigmoid\norder: from-to\nletters: s=z, y=y, a=y, t=t"
    (claim,) = graded(formula, setting=setting)
    assert claim.verdict == verdict
    assert ("its numbers are not" in claim.diagnosis) is (verdict == "ambiguous")


def test_only_what_is_wrong_has_a_counterexample():
    shapes = r"\delta^{(2)} = (a^{(2)} - y^*)_k"
    for claim in graded(shapes, r"\delta_i^{(2)} = y^*_k", setting=MEAN):
        assert claim.verdict in ("wrong", "follows") or claim.counterexample is None


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"{\partial C \over \partial b^L_j} = \delta^L_j", "equal"),
        (r"{\partial C \over \partial b^L_j} = -\delta^L_j", "wrong"),
        (r"{\delta^L_j} = (a^L_j - y_j) \, \sigma'(z^L_j)", "equal"),
        (r"\delta^L = (a^L - y) \odot \sigma'(z^L) \hspace{0.5in} \text{in the last layer}", "equal"),
    ],
)
def test_fractions_braces_and_spaces_of_tex(formula, verdict):
    assert verdicts(formula, setting=SIGMOID) == [verdict]


def test_spaces_of_a_length_separate_formulas():
    rows = r"\delta^L = (a^L - y) \odot \sigma'(z^L) \hspace{0.5in} \frac{\partial C}{\partial b^L} = \delta^L"
    assert verdicts(rows, setting=SIGMOID) == ["equal", "equal"]


def test_braces_around_a_left_side_in_a_recurrent_network():
    formula = r"{\delta_{h, 3}} = (1 - a_{h,3}^2) \sum_{o} \delta_{o,3} w_{ho}"
    assert verdicts(formula, setting="network: 1-2-1 tanh, linear\nrecurrent: layer 1, 3 steps") == ["equal"]


def test_a_quadratic_loss_in_a_sentence_is_the_declared_one():
    setting = "network: 2-3-2 sigmoid\nloss: sse\nconvention: nielsen"
    claims = [r"\nabla_a C = (a^L - y)", r"\delta^L = (a^L - y) \odot \sigma'(z^L)"]
    found = verdicts(*claims, setting=setting, words="In the case of quadratic loss,")
    assert found == ["wrong", "follows"]


@pytest.mark.parametrize(
    ("last", "verdict"),
    [("h_i", "ambiguous"), ("-h_i", "wrong")],
)
def test_an_entry_and_its_whole_vector_in_one_chain(last, verdict):
    by = r"\partial W_{j,i}^{[2]}"
    whole = rf"\frac{{\partial}}{{{by}}} \bigl( W^{{[2]}} h + b^{{[2]}} \bigr)"
    formula = rf"\frac{{\partial z_j^{{[2]}}}}{{{by}}} = {whole} = {last}"
    assert verdicts(formula, setting=SOFTMAX) == [verdict]

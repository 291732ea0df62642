"""Documents that declare nothing: the network that is found, and claims that are left open instead of called wrong."""

import itertools
import re

import pytest

from autograd import grade_document
from autograd.grading.candidates import choose
from autograd.grading.clock import PER_SECOND, WORK
from autograd.grading.defined_letters import defines_activation, defines_loss
from autograd.grading.extract import extract
from autograd.grading.grading import Grade
from autograd.grading.latex_text import claims_in
from autograd.grading.own_letters import definition
from autograd.grading.setting import Setting

pytestmark = pytest.mark.sampled(4)


def graded(*formulas, prose="A sigmoid network.", **options):
    return grade_document("\n".join([prose, *[f"$${formula}$$" for formula in formulas]]), format="markdown", **options)


def verdicts(*formulas, **options):
    return [claim.verdict for claim in graded(*formulas, **options).claims]


HALF = r"E = \frac12 \sum_k (t_k - y_k)^2"
OUTPUT = r"y_k = f(s_k)"

FOUND = [
    ("one output, named without an index", [
     r"L = \frac12 (y - \hat{y})^2", r"\frac{\partial L}{\partial y} = y - \hat{y}",
     r"\frac{\partial L}{\partial b} = \frac{\partial L}{\partial y} \frac{\partial y}{\partial b} = y - \hat{y}"],
     "A linear output: the output layer is linear.", "3-1 linear"),
    ("a sign that comes late", [HALF, OUTPUT, *[r"s_k = \sum_j w_{jk} a_j"] * 9, r"\delta_k = (t_k - y_k) f'(s_k)",
     r"w_{jk} \leftarrow w_{jk} + \eta \delta_k a_j"], "A sigmoid network.", "delta = -dL/ds"),
    ("numbers that are no sizes", [HALF, OUTPUT, r"\frac{\partial E}{\partial y_k} = y_k - t_k"],
     "It reads the digits 0-9, with 1-9 of them in a sigmoid network.", "2-3-2 sigmoid"),
    ("sizes", [HALF, OUTPUT], "A 4-2-3 tanh network.", "4-2-3 tanh"),
    ("weights with one index, and hidden neurons", [r"E = \sum_k (t_k - y_k)^2",
     r"\frac{\partial E}{\partial w_o} = \frac{\partial}{\partial w_o} \sum_k (t_k - y_k)^2"],
     "A sigmoid network with a hidden layer.", "2-3-2 sigmoid"),
    ("steps in time", [r"h_t = \tanh(W_{xh} x_t + W_{hh} h_{t-1})", r"y_t = W_{hy} h_t",
     r"L = \sum_t \frac12 \|y_t - d_t\|^2"], "A recurrent network with tanh.", "layer 1 recurrent, 3 steps"),
]  # fmt: skip


@pytest.mark.parametrize(("formulas", "prose", "reading"), [row[1:] for row in FOUND], ids=[row[0] for row in FOUND])
def test_what_is_found(formulas, prose, reading):
    found = graded(*formulas, prose=prose)
    assert reading in found.reading
    assert "wrong" not in [claim.verdict for claim in found.claims]


OPEN = [
    ("another loss", [r"\delta_k = (y_k - t_k) y_k (1 - y_k)", r"\frac{\partial E}{\partial y_k} = y_k - t_k",
     r"\frac{\partial E}{\partial y_k} = 2 (y_k - t_k)"], "loss: sse"),
    ("a penalty", [HALF, OUTPUT, r"\frac{\partial E}{\partial w_{jk}} = \delta_k a_j + \lambda w_{jk}"], "penalty"),
]  # fmt: skip


@pytest.mark.parametrize(("formulas", "words"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_what_is_right_in_another_setting_is_left_open(formulas, words):
    last = graded(*formulas).claims[-1]
    assert last.verdict == "ambiguous"
    assert words in last.diagnosis
    assert "declare" in last.diagnosis


def test_a_mistake_stays_one_where_the_document_says_what_it_is_about():
    assert verdicts(HALF, OUTPUT, r"\delta_k = y_k - t_k") == ["equal", "equal", "wrong"]
    assert verdicts(HALF, OUTPUT, r"\frac{\partial E}{\partial w_{jk}} = \delta_k s_k") == ["equal", "equal", "wrong"]
    chain = r"\frac{\partial E}{\partial y_k} = y_k - t_k = y_k t_k"
    assert verdicts(HALF, chain) == ["equal", "wrong"]


def test_a_declared_network_leaves_nothing_open():
    declared = "network: 2-3-2 sigmoid\nloss: half_sse"
    assert verdicts(r"C = \sum_k (y_k - t_k)^2", setting=declared) == ["wrong"]


def test_a_claim_that_no_reading_fits_is_left_open():
    found = graded(r"\frac{\partial E}{\partial b_k} = \delta_k", r"s_k = a_k^2 y_k + 7")
    assert [claim.verdict for claim in found.claims] == ["equal", "ambiguous"]
    assert "no slip that is known explains it" in found.claims[1].diagnosis


def test_an_ill_formed_claim_says_why():
    (claim,) = graded(r"\frac{\partial E}{\partial w_{jk}} = \delta_k a_q").claims
    assert claim.verdict in ("ill-formed", "wrong", "ambiguous")
    assert claim.diagnosis


@pytest.mark.parametrize(
    ("formula", "claims"),
    [
        (r"\frac{\partial a_j}{\partial z_i} = a_i (1 - a_i), \quad i = j", 1),
        (r"\frac{\partial a_j}{\partial z_i} = -a_i a_j, \quad i \neq j", 1),
        (r"h = f(u), \quad u = g(x)", 2),
    ],
)
def test_indices_that_are_the_same_are_a_condition(formula, claims):
    assert len(claims_in(formula)) == claims
    assert definition("i = j") is None


def test_conditions_of_a_softmax():
    assert (
        verdicts(
            r"a_j = \frac{e^{z_j}}{\sum_k e^{z_k}}",
            r"L = -\sum_k y_k \log a_k",
            r"\frac{\partial a_j}{\partial z_i} = a_i (1 - a_i), \quad i = j",
            r"\frac{\partial a_j}{\partial z_i} = -a_i a_j, \quad i \neq j",
            prose="A softmax.",
        )
        == ["equal"] * 4
    )


def test_what_defines():
    assert defines_loss(r"L = -\sum_k y_k \log a_k")
    assert not defines_loss(r"\frac{\partial L}{\partial y} = (y - t)^2")
    assert defines_activation(r"a^{(l)} = \sigma(z^{(l)})")
    assert not defines_activation(r"z = W x + b")


def test_the_reason_is_that_of_the_reader_that_knows_more_commands():
    (claim,) = graded(r"\delta_k = \textcolor{red}{\frac1{q_L} (y_k - t_k)}").claims
    assert claim.verdict == "unreadable"
    assert re.search(r"q(?:_L)? has no meaning here", claim.diagnosis)


SAID_OTHERWISE = [
    (r"\delta_h = a_{h_1} (1 - a_{h_1}) \sum_o \delta_o w_{h_1 o}", "equal", "h_1 is read as h"),
    (r"\delta_h = a_{h_1} (1 - a_h) \sum_o \delta_o w_{h_1 o}", "wrong", ""),
    (r"w_i' = w_i - \alpha (-2) \delta_o a_i = w_i + \alpha \delta_o a_i", "equal", "w_i is read as w_{io}"),
    (r"w_i' = w_i + 2 \alpha \delta_h a_i", "equal", "w_i is read as w_{ih}"),
    (r"w_i' = w_i + \alpha \delta_o a_i (1 - a_i)", "unreadable", ""),
    (r"\frac{\partial z_o}{\partial \omega_{ho}(k)} = a_h", "equal", ""),
    (r"y = \sigma(z_o)", "equal", "y is read as that of o"),
    (r"\delta^{(l)} = \vec{y} \odot (1 - \vec{y}) \odot (\vec{t} - \vec{y})", "equal", "it holds for layer 2"),
    (r"\epsilon = (t_o - y_o)^2", "wrong", ""),
    (r"(w_{ho})' = w_{ho} - \alpha \frac{\partial \epsilon}{\partial w_{ho}}", "equal", ""),
    (r"w_{ho} \to w_{ho} - \alpha \frac{\partial \epsilon}{\partial w_{ho}}", "equal", ""),
    (r"\delta_o = y_o (1 - y_o) (t_o - y_o) \newline = y_o (1 - y_o) (t_o - y_o)", "equal", ""),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "verdict", "reading"), SAID_OTHERWISE)
def test_what_is_said_in_other_words(formula, verdict, reading):
    setting = "network: 2-3-2 sigmoid\nloss: sse\nbias: no\nconvention: 004"
    (claim,) = graded(formula, setting=setting).claims
    assert claim.verdict == verdict, claim
    assert reading in claim.reading


def test_a_loss_that_a_document_goes_on_from_is_left_open():
    setting = "network: 2-3-2 sigmoid"
    rows = [r"L = \sum_k (t_k - y_k)", r"L = \frac12 \sum_k (t_k - y_k)^2", r"L = 3 \sum_k (t_k - y_k)^2"]
    first, second, third = graded(*rows, setting=setting).claims
    assert [first.verdict, second.verdict, third.verdict] == ["ambiguous", "equal", "wrong"]
    assert "another loss than that of line 3" in first.diagnosis


def test_several_losses_leave_open_which_is_meant():
    logs = r"L = -y \log \hat{y} - (1 - y) \log(1 - \hat{y})"
    squares = r"L = \frac12 (\hat{y} - y)^2"
    slopes = [r"\hat{y} = \sigma(z)", r"\frac{\partial L}{\partial \hat{y}} = \hat{y} - y"]
    for rows in ([logs, squares, *slopes], [squares, logs, squares, *slopes], [squares, *slopes]):
        found = verdicts(*rows, prose="A sigmoid network with one output.")
        assert "wrong" not in found
        assert "follows" not in found


def test_another_activation_may_be_meant_where_a_function_is_differentiated():
    relu = r"\phi'(z) = \begin{cases} 1 & \text{if } z > 0 \\ 0 & \text{if } z \le 0 \end{cases}"
    *_, claim = graded(HALF, r"y_k = \phi(z_k)", relu).claims
    assert claim.verdict == "ambiguous"
    assert "the activation relu" in claim.diagnosis
    assert verdicts(relu, setting="network: 2-3-2 sigmoid") == ["wrong"]


def test_the_front_matter_of_a_page_is_no_misspelt_declaration():
    page = f"---\ntitle: Backpropagation\ndate: 2025-08-02\n---\n\n$${HALF}$$"
    assert [claim.verdict for claim in grade_document(page, format="markdown").claims] == ["equal"]


def test_a_row_that_says_what_the_last_quotient_is():
    rows = [r"\frac{\partial L}{\partial z_o} = \frac{\partial L}{\partial y_o} \frac{\partial y_o}{\partial z_o}"]
    assert verdicts(*rows, r"\equiv \sigma'(z_o)", setting="network: 2-3-2 sigmoid\nconvention: 004") == ["equal"] * 2


def test_an_arrow_that_counts_is_no_claim():
    assert verdicts(HALF, r"1 \to K - 1", r"l \to l + 1") == ["equal"]


GUESSED = [
    [HALF, OUTPUT, r"\frac{\partial E}{\partial y_k} = 0.71 - t_k"],  # the writer's own number is not explained
    [HALF, r"\frac{\partial E}{\partial w_5} = \delta_2 w_7"],  # the meant weights are not stated
    [HALF, r"\frac{\partial E}{\partial z} = y - t^T"],  # the orientation of vectors is not stated
    [
        r"z_t = W_{hh} \odot q_t + W_{xh} \odot x_t",
        r"o_t = W_{hy} \odot z_t",
        r"\frac{\partial L_t}{\partial b_h} = z_t",
    ],
]


@pytest.mark.parametrize("formulas", GUESSED)
def test_a_guess_refutes_nothing(formulas):
    assert "wrong" not in verdicts(*formulas)


def test_a_sum_of_deltas_is_no_pre_activation():
    rows = [r"E = \frac12 \sum_k (o_k - y_k)^2", r"o_k = \sigma(\sum_j w_{jk} h_j + b_k)"]
    rows += [
        r"\delta_k^o = (o_k - y_k) \cdot o_k (1 - o_k)",
        r"\delta_j^h = \sum_k w_{jk} \delta_k^o \cdot h_j (1 - h_j)",
    ]
    assert verdicts(*rows, r"\frac{\partial E}{\partial w_{jk}} = \delta_k^o \cdot h_j") == ["equal"] * 5


def test_output_and_target_may_be_exchanged_where_no_claim_says_which_is_which():
    errors = [
        r"\delta_k = (y_k - \hat y_k) f'(s_k)",
        r"\frac{\partial E}{\partial w_{jk}} = (y_k - \hat y_k) f'(s_k) h_j",
    ]
    assert "wrong" not in verdicts(*errors, r"\frac{\partial E}{\partial w_{jk}} = \delta_k h_j")
    said = [r"E = \frac12 \sum_k (\hat y_k - y_k)^2", r"\hat y_k = f(s_k)"]
    assert verdicts(*said, errors[1])[-1] == "wrong"


IMPLIED = r"\delta_k = (a_k - t_k) g'(z_k) \rightarrow \frac{\partial E}{\partial w_{jk}} = \delta_k a_j"


def test_an_arrow_between_two_equations_says_that_one_follows_from_the_other():
    setting = "network: 2-3-2 sigmoid\nletters: a=a, y=a, t=t, s=z, function=g"
    assert verdicts(IMPLIED, setting=setting) == ["equal", "equal"]
    assert verdicts(IMPLIED.replace(r"\rightarrow", r"\to"), setting=setting) == ["equal", "equal"]


STARS = r"\frac{\partial J}{\partial W^{[1]}} = \frac{1}{m} (W^{[2]})^T (A^{[2]} - Y) * g'(Z^{[1]}) X^T"


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [(STARS, "equal"), (STARS.replace(r"\frac{1}{m} ", ""), "wrong"), (STARS.replace("* g'(Z^{[1]})", ""), "wrong")],
)
def test_a_star_between_products_is_elementwise_where_only_so_shapes_fit_from_left_to_right(formula, verdict):
    setting = (
        "network: 2-3-1 tanh, sigmoid\nloss: binary_cross_entropy\nsamples: 3 mean\nbatch: columns\norder: to-from\n"
        "letters: a=a, y=a, t=y, s=z, function=g"
    )
    assert verdicts(formula, setting=setting) == [verdict]


SOFTMAX = "network: 2-4-3 tanh, linear\nloss: cross_entropy\nletters: a=a, p=p, y=z, t=y, s=z"
SIGNS = [
    (r"\sum_{\text{all } k} y_k = 1", "equal"),
    (r"\sum_{\text{all } k} p_k = 2", "wrong"),
    (r"\frac{\partial L}{\partial z_i} = \text{Softmax}(z)_i - y_i", "equal"),
    (r"\frac{\partial L}{\partial z_i} = y_i - \text{Softmax}(z)_i", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), SIGNS)
def test_words_and_capitals_in_place_of_usual_signs(formula, verdict):
    assert verdicts(formula, setting=SOFTMAX) == [verdict]


def test_two_bars_on_each_side_are_a_norm():
    setting = "network: 2-3-2 tanh, linear\nletters: y=o, t=y"
    assert verdicts(r"L = \frac{1}{2} ||y - o||^2", setting=setting) == ["equal"]
    assert verdicts(r"L = \frac{1}{3} ||y - o||^2", setting=setting) == ["wrong"]


BATCH = (
    "network: 2-3-3 relu, linear\nloss: cross_entropy\nsamples: 3 mean\nbatch: columns\norder: to-from\n"
    "letters: a=a, p=a, y=z, t=y, s=z"
)


def test_a_document_that_says_its_dz_is_of_the_mean_loss_is_read_so_from_there_on():
    weights = r"dW^{[2]} = dZ^{[2]} A^{[1]T}"
    assert verdicts(weights, setting=BATCH) == ["ambiguous"]
    found = graded(r"dZ^{[2]} = \frac{1}{m} (A^{[2]} - Y)", weights, weights.replace("1]T", "2]T"), setting=BATCH)
    assert [claim.verdict for claim in found.claims] == ["equal", "equal", "wrong"]
    assert "the mean loss, as line" in found.claims[1].condition
    assert verdicts(r"dZ^{[2]} = A^{[2]} - Y", weights, setting=BATCH) == ["equal", "ambiguous"]


RECURRENT = (
    "network: 2-3-2 tanh, linear\nloss: half_sse\nrecurrent: layer 1, 3 steps\nletters: a=h, y=y, t=\\hat{y}, s=z\n"
    "vectors: columns\norder: to-from"
)
OUTSIDE = (
    r"\frac{\partial L_t}{\partial W_{hh}} = \frac{\partial L_t}{\partial h_t} \cdot \sum_{k=1}^{t} \left( "
    r"\prod_{j=k+1}^{t} \frac{\partial h_j}{\partial h_{j-1}} \right) \cdot \frac{\partial h_k}{\partial W_{hh}}"
)


def test_a_derivative_in_front_of_a_sum_of_chains_is_its_first_link():
    assert verdicts(OUTSIDE, setting=RECURRENT) == ["equal"]
    (claim,) = graded(OUTSIDE.replace("k=1", "k=2"), setting=RECURRENT).claims
    assert claim.verdict in ("wrong", "ambiguous")
    assert claim.diagnosis


SHARE = r"y_k = \frac{e^{s_k}}{\sum_j e^{s_j}}"
ENTROPY = r"L = -\sum_k t_k \log y_k"
SQUARES = r"L = \frac12 \sum_k (t_k - y_k)^2"
SEVERAL = [
    [HALF, OUTPUT, r"E = -\sum_k t_k \log y_k"],
    [HALF, OUTPUT, r"E = \sum_k |t_k - y_k|"],
    [HALF, OUTPUT, r"E = \frac12 \sum_k (t_k - y_k)^2 + \frac{\lambda}{2} \sum w_{jk}^2"],
    [SHARE, ENTROPY, r"\frac{\partial L}{\partial s_k} = y_k - t_k", SQUARES],
    [SQUARES, OUTPUT, r"L = L = \frac13 \sum_k | t_k - y_k |"],
    [HALF, r"y_k = \tanh(s_k)", r"y_k = \max(0, s_k)"],
]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("formulas", SEVERAL)
def test_a_second_loss_or_activation_is_no_mistake(formulas):
    assert "wrong" not in verdicts(*formulas)
    assert "equal" in verdicts(*formulas)


@pytest.mark.parametrize("slip", [r"E = \frac12 \sum_k (t_k + y_k)^2", r"E = \frac12 \sum_k (t_k - y_k)"])
def test_a_definition_with_a_slip_is_wrong(slip):
    assert verdicts(HALF, OUTPUT, slip) == ["equal", "equal", "wrong"]


def test_a_softmax_is_found_from_its_formula_with_its_letters():
    found = graded(SHARE, ENTROPY, r"\frac{\partial L}{\partial s_k} = y_k - t_k", prose="A network.")
    assert [claim.verdict for claim in found.claims] == ["equal"] * 3
    assert "loss cross_entropy" in found.reading


def test_a_letter_that_the_document_uses_for_something_else_refutes_nothing():
    rows = [SHARE, ENTROPY, r"t = tanh(z) = 2 \cdot sigmoid(2 z) - 1", r"\frac{dt}{dz} = 1 - t^2"]
    *_, right, claim = graded(*rows, r"\frac{dt}{dz} = 1 + t^2").claims
    assert (right.verdict, right.reading) == ("equal", "an identity beside the network")
    assert claim.verdict == "ambiguous"
    assert "gives t another meaning" in claim.diagnosis


def test_what_a_writer_introduces_as_a_definition_is_left_open():
    assert "wrong" not in verdicts(HALF, OUTPUT, r"\delta_k \equiv \delta y_k")
    assert verdicts(HALF, OUTPUT, r"\delta_k = y_k - t_k")[-1] == "wrong"


RATE_OF_ONE = [
    (r"w_{n+1} = w_n - \nabla E_w", "equal"),
    (r"b_{n+1} = b_n - \nabla E_{b}", "equal"),
    (r"w = w - \frac{\partial E}{\partial w}", "equal"),
    (r"w_{n+1} = w_n + \nabla E_w", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), RATE_OF_ONE)
def test_an_update_without_a_rate(formula, verdict):
    assert verdicts(formula, setting="network: 2-3-2 sigmoid\nletters: loss=E") == [verdict]


def test_a_penalty_beside_the_mean_of_the_losses_of_samples():
    setting = "network: 2-3-2 sigmoid\nsamples: 3 mean\npenalty: l2 \\lambda\nconvention: ng"
    mean = (
        r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b) = \left[ \frac{1}{m} \sum_{k=1}^m "
        r"\frac{\partial}{\partial W_{ij}^{(l)}} J(W,b; x^{(k)}, y^{(k)}) \right] + \lambda W_{ij}^{(l)}"
    )
    assert verdicts(mean, mean.replace(r" + \lambda W_{ij}^{(l)}", ""), setting=setting) == ["equal", "wrong"]


def test_a_word_of_many_letters_below_a_name_takes_no_more_than_its_share_of_memory_and_work():
    start = WORK.done
    (claim,) = graded(r"y^{(i)}_{prediction} = a^{(i)}", setting="network: 2-3-1 sigmoid\nsamples: 2").claims
    assert (claim.verdict, WORK.done - start < PER_SECOND) == ("equal", True)


SHARED = "network: 2-3-3 sigmoid, linear\nloss: cross_entropy\nletters: s=z, y=z, p=a, t=y"
OF_OUTPUTS = [
    (r"a_i = \sigma(z_i) = \frac{e^{z_i}}{\sum_j e^{z_j}}", "equal"),
    (r"\frac{\partial a_i}{\partial z_j} = a_i (\delta_{ij} - a_j)", "equal"),
    (r"\frac{\partial}{\partial z_j} \sigma(z_i) = \sigma(z_i) (\delta_{ij} - \sigma(z_j))", "equal"),
    (r"\frac{\partial a_i}{\partial z_j} = a_i (\delta_{ij} + a_j)", "wrong"),
    (r"\frac{\partial L}{\partial z_j} = y_j - \sigma(z_j)", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), OF_OUTPUTS)
def test_hidden_activations_and_softmax_outputs_may_have_one_letter(formula, verdict):
    assert verdicts(formula, setting=SHARED) == [verdict]


def test_the_activation_of_the_last_layer_is_the_softmax_where_outputs_are_logits():
    setting = "network: 2-3-2 tanh, linear\nloss: cross_entropy\nletters: p=\\hat{y}, y=z, t=y, s=z\nvectors: rows"
    assert verdicts(r"a_2 = \hat{y} = \mathrm{softmax}(z_2)", r"a_2 = \hat{y} = z_2", setting=setting) == [
        "equal",
        "wrong",
    ]


DUMMIES = [
    (r"\sigma(x) = \frac{1}{1 + \exp(-x)}", "equal"),
    (r"\sigma(x) = \frac{1}{1 + \exp(x)}", "wrong"),
    (r"\sigma'(x) = \frac{\exp(-x)}{(1 + \exp(-x))^2} = \frac{1}{1 + \exp(-x)}.\frac{\exp(-x)}{1 + \exp(-x)}", "equal"),
    (r"\frac{\partial z}{\partial b} = 1", "equal"),
    (r"\frac{\partial z}{\partial b} = 2", "wrong"),
    (r"\frac{\partial a_i}{\partial z_i} = = a_i (1 - a_i)", "equal"),
    (r"\mathrm{softmax}(z)_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", "unreadable"),
]


@pytest.mark.parametrize(("formula", "verdict"), DUMMIES)
def test_what_notes_write_beside_the_formulas_of_a_network(formula, verdict):
    setting = "network: 3-3 sigmoid\nletters: y=a, t=y, s=z\nvectors: columns\norder: to-from"
    assert verdicts(formula, setting=setting) == [verdict]


def test_a_letter_that_a_declaration_frees_is_the_writers_own():
    setting = "network: 2-3-3 sigmoid, linear\nloss: cross_entropy\nletters: s=z, y=z, p=a, t=y"
    rows = [r"s = \ln(a_i)", r"\frac{\partial s}{\partial z_j} = \delta_{ij} - a_j"]
    found = verdicts(*rows, r"y_k = \begin{cases} 1 & k = 1 \\ 0 & \text{else} \end{cases}", setting=setting)
    assert found[0] == "definition"
    assert "wrong" not in found


def test_a_softmax_without_a_loss_is_no_crash():
    assert verdicts(SHARE, r"y_k = \mathrm{softmax}(s_k)", prose="A network.")


def test_the_order_of_a_page_is_no_order_of_indices():
    page = f"---\ntitle: Backpropagation\norder: 1\n---\n\n$${HALF}$$"
    assert [claim.verdict for claim in grade_document(page, format="markdown").claims] == ["equal"]


def test_what_the_loss_is_said_to_be_tells_outputs_from_targets():
    rows = [r"L = -\sum_i \hat{a}_i ln(a_i)", r"\frac{\partial L}{\partial z_j} = a_j - \hat{a}_j"]
    wrong = r"\frac{\partial L}{\partial z_j} = \hat{a}_j - a_j"
    found = verdicts(rows[0], r"a_i = \frac{e^{z_i}}{\sum_j e^{z_j}}", rows[1], wrong, wrong, prose="A softmax.")
    assert found[:3] == ["equal"] * 3
    assert "equal" not in found[3:]


SIGNS = [
    [
        "",
        "A 2-3-1 sigmoid network with a hidden layer.",
        "A hidden layer.",
        "A relu network, by mini-batch.",
        "Logistic regression.",
    ],
    [r"q = \mathrm{softmax}(s)", r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", r"L = -\sum_k t_k \log y_k", OUTPUT],
    [r"s = \sum_i w_i x_i", r"s_k = \sum_j w_{jk} x_j", r"h_t = \tanh(h_{t-1})"],
    [r"L = \frac12 (y - \hat{y})^2", HALF, r"b \leftarrow b + 1"],
]


@pytest.mark.parametrize("signs", [*itertools.product(*SIGNS)], ids=" ".join)
def test_every_mixture_of_signs_leads_to_a_network(signs):
    prose, *formulas = signs
    found = extract("\n".join([prose, *[f"$${formula}$$" for formula in formulas]]), "markdown")
    chosen = choose(Setting(), found, lambda setting, target, text: Grade("unreadable", text))
    network = dict(chosen.setting.network)
    assert network["loss"] != "cross_entropy" or network["sizes"][-1] > 1
    assert network["sizes"] == (2, 3, 1) or not prose.startswith("A 2-3-1")


def test_weights_of_one_index_and_a_softmax():
    found = graded(r"p_k = \frac{e^{s_k}}{\sum_j e^{s_j}}", r"s = \sum_i w_i x_i", prose="")
    assert "softmax" in found.reading or "cross" in found.reading

"""The meaning of names: one quantity in many notations, and names without a meaning, with the reason."""

import pytest
from graphs import network

from autograd import derive
from autograd.engine.errors import GraphError
from autograd.grading.networks import build

NETWORKS = {
    "plain": {"sizes": (2, 3, 2)},
    "batch": {"sizes": (2, 3, 2), "samples": 3},
    "deep": {"sizes": (2, 3, 2, 2)},
    "one": {"sizes": (2, 1)},
}


@pytest.fixture(scope="module")
def derivations():
    return {name: derive(network(**settings)) for name, settings in NETWORKS.items()}


# Each formula is the delta of the neuron, or the delta times the activation, by the chain rule.
EQUAL = [
    ("plain", "b_o[2]", r"\delta"),
    ("plain", "d_h[2]", r"\delta"),
    ("plain", "b_o[1]", r"\delta_{1}"),
    ("plain", "w_ho[1,2]", r"\delta^{L} a_h"),
    ("plain", "w_ho[1,2]", r"\delta^{(2)}_o a^{(1)}_h"),
    ("plain", "w_ho[1,2]", r"\delta_o^l a_h"),
    ("plain", "w_ho[1,2]", r"\delta^o_2 a^h_1"),
    ("plain", "w_ho[1,2]", r"n\,\delta_o a_h"),
    ("plain", "b_h[1]", r"\sum_o \delta^{l+1}_o w_{ho} a_h (1-a_h)"),
    ("plain", "w_ho[1,2]", r"\delta^{(k)}_o a_h"),
    ("plain", "w_ho[1,2]", r"\vec{a}_h \delta_o"),
    ("plain", "w_ho[1,2]", r"\delta^{l}_o a^{l-1}_h"),
    ("plain", "w_ih[1,2]", r"\delta^{l}_h a^{l-1}_i"),
    ("deep", "d2[1]", r"\delta^{(2)}_1"),
    ("deep", "d2[1]", r"\delta^l_1"),
    ("deep", "d2[1]", r"\delta_{k_1}"),
    ("deep", "d3[1]", r"\delta_1^L"),
    ("batch", "w_ho[1,2]", r"\delta_o^{(1)} a_h^{(1)} + \delta_o^{(2)} a_h^{(2)} + \delta_o^{(3)} a_h^{(3)}"),
    ("batch", "w_ho[1,2]", "sum(d_o[2,n]*a[1,n] for n in S)"),
    ("batch", "w_ho[1,2]", r"\sum_n \delta_o^{n} a_h^{n}"),
    ("batch", "w_ho[1,2]", r"\sum_n \delta_o^{(n)} a_h^{(n)}"),
    ("batch", "w_ho[1,2]", r"\sum_\mu \delta_o^\mu a_h^\mu"),
    ("batch", "w_ho[1,2]", r"\sum_n \delta_{on} a_{hn}"),
    ("batch", "w_ho[1,2]", r"\sum_{n=1}^{N} \delta_{on} a_{hn}"),
    ("one", "b_o[1]", r"\delta"),
    ("one", "w_io[1,1]", r"\delta x_i"),
]


@pytest.mark.parametrize(("kind", "target", "formula"), EQUAL)
def test_one_quantity_in_many_ways(derivations, kind, target, formula):
    grade = derivations[kind].grade(target, formula)
    assert grade.verdict == "equal", str(grade)


# A name with another meaning than the graded quantity is read and refuted.
OTHER = [
    ("plain", "w_ho[1,2]", r"w_{h}"),
    ("plain", "w_ho[1,2]", r"w_{oh}"),
    ("plain", "w_ho[1,2]", r"w \delta_o"),
    ("plain", "w_ho[1,2]", r"\delta_{o+1} a_h"),
    ("plain", "w_ho[1,2]", r"\delta_{o-1} a_h"),
    ("plain", "w_ho[1,2]", "d_o[h]*a[1]"),
    ("plain", "w_ih[1,2]", r"\delta_h a^{0}_i"),
    ("plain", "b_o[1]", "b_o"),
    ("plain", None, r"\delta^o_o = y_o"),
    ("one", None, "w_i = 1"),
    ("deep", None, r"\delta = 1"),
    ("one", "w_io[1,1]", "w_i"),
    ("one", "b_o[1]", "a"),
    ("one", "b_o[1]", "s"),
]


@pytest.mark.parametrize(("kind", "target", "formula"), OTHER)
def test_another_quantity_is_refuted(derivations, kind, target, formula):
    grade = derivations[kind].grade(target, formula)
    assert grade.verdict == "wrong", str(grade)
    assert grade.counterexample is not None


UNREADABLE = [
    ("plain", "b_o[2]", "q[1]", "q has no meaning here; known are a, b_h", 1),
    ("plain", "w_ho[1,2]", "d_o[2,1]*a[1]", "d_o has 1 index here, found 2", 1),
    ("plain", "w_ho[1,2]", "d_o[2]*a[1,2,3]", "a has 1 index here, found 3", 8),
    ("plain", "w_ho[1,2]", r"\delta_{o h} a_h", "delta has one index here, found 2", 1),
    ("plain", "w_ho[1,2]", "d_o[7]*a[1]", "an index 7, where there are 1 to 2", 5),
    ("plain", "w_ho[1,2]", "d_o[0]*a[1]", "an index 0, where there are 1 to 2", 5),
    ("plain", "w_ho[1,2]", r"w_{hoi}", "the index i is not bound", 6),
    ("plain", "w_ho[1,2]", r"w_{io}", "the index i is not bound", 4),
    ("plain", "w_ho[1,2]", r"y_h \delta_o", "h counts layer 1, but this is a quantity of layer 2", 1),
    ("plain", "b_o[1]", "x_o", "o counts layer 2, but this is a quantity of layer 0", 1),
    ("plain", "w_ho[1,2]", r"\delta^h_o a_h", "its index and its superscript disagree about the layer", 1),
    ("plain", "w_ho[1,2]", r"\delta^{(3)}_o a_h", "its index and its superscript disagree about the layer", 1),
    ("plain", "b_h[1]", r"\delta_h^{l-1}", "its index and its superscript disagree about the layer", 1),
    ("plain", "w_ho[1,2]", r"\delta_o \tilde{a}_h", "tilde a has no meaning here", 10),
    ("plain", "w_ho[1,2]", r"\delta_o h_h", "h has no meaning here", 10),
    ("plain", "b_o[1]", "p_o", "there is no p[o] in this network", 1),
    ("plain", "b_o[1]", r"w_{1 2} \delta_o", "which layer w[1,2] is in is not clear", 1),
    ("plain", "b_o[1]", r"a \delta_o", "a needs an index: there are 3 of them", 1),
    ("plain", "b_o[1]", r"\delta_o^q", "this superscript is neither a layer nor a sample here", 10),
    ("plain", "w_ho[1,2]", r"\delta_{o+h} a_h", "an index is a letter, a number, or a letter and a number", 9),
    ("plain", "w_ho[1,2]", r"\delta_{o_3} a_h", "an index 3, where there are 1 to 2", 9),
    ("plain", "w_ho[1,2]", r"\delta_{q_1} a_h", "q counts nothing here: layers are counted by i, o, h", 9),
    ("plain", "w_ho[1,2]", r"\delta_{-1} a_h", "an index is a letter or a number from 1", 9),
    ("plain", "w_ho[1,2]", r"a_h' \delta_o", "a with a prime is the derivative of a function", 1),
    ("plain", "w_ho[1,2]", r"\varepsilon_o a_h", "epsilon has no meaning here", 1),
    ("plain", "w_ho[1,2]", r"\begin{pmatrix} a & b \end{pmatrix}", "a matrix cannot be graded here", 1),
    ("plain", "w_ho[1,2]", r"\|a\|", "a norm cannot be graded here", 1),
    ("plain", "w_ho[1,2]", "a_h = ", "an empty side cannot be graded here", 6),
    ("batch", "w_ho[1,2]", "sum(d_o[2,h]*a[1,n] for n in S)", "h counts H, but an index of S belongs here", 11),
    ("batch", "w_ho[1,2]", "sum(d_o[n,2]*a[1,n] for n in S)", "n counts S, but an index of O belongs here", 9),
    ("batch", "w_ho[1,2]", "sum(d_o[2,4]*a[1,n] for n in S)", "an index 4, where there are 1 to 3", 11),
    ("batch", "w_ho[1,2]", r"N \delta_o a_h", "delta needs the sample as its last index", 3),
    ("batch", "w_ho[1,2]", "d_o[2,n]*a[1,n]", "the index n is not bound", 7),
    ("batch", "w_ho[1,2]", "d_o[2]*a[1]", "d_o needs the sample as its last index: d_o[...,n]", 1),
    ("batch", "w_ho[1,2]", r"\sum_{n=1}^{4} \delta_{on} a_{hn}", "n counts from 1 to 3 here, not from 1 to 4", 1),
    ("batch", "w_ho[1,2]", r"\delta_{o 1} a_{h1}", "delta has one index here, found 2", 1),
    ("deep", None, "w = 1", "w has two indices, from and to; found 0", 1),
    ("one", "b_o[1]", "q_o", "q has no meaning here", 1),
]


@pytest.mark.parametrize(("kind", "target", "formula", "why", "place"), UNREADABLE)
def test_a_name_without_a_meaning_is_unreadable_with_reason_and_place(derivations, kind, target, formula, why, place):
    grade = derivations[kind].grade(target, formula)
    assert grade.verdict == "unreadable", str(grade)
    assert why in str(grade)
    assert f"(character {place})" in str(grade)


def test_a_target_that_is_not_there_is_an_error_that_says_what_is(derivations):
    with pytest.raises(GraphError, match=r"nothing is called 'b_o\[1\]' here: .*known are a1, a2, b1"):
        derivations["deep"].grade("b_o[1]", r"\delta")


# In a claim about a d with an index, d is a delta, because nobody derives a target.
D_ON_THE_LEFT = [
    ("plain", r"d_o = (y_o - t_o) y_o (1 - y_o)", "equal"),
    ("plain", r"d_k = (y_k - t_k) y_k (1 - y_k)", "equal"),
    ("plain", r"d_h = a_h (1 - a_h) \sum_o w_{ho} d_o", "equal"),
    ("deep", r"d^{(2)}_j = a^{(2)}_j (1 - a^{(2)}_j) \sum_k w^{(3)}_{jk} d^{(3)}_k", "equal"),
    ("plain", r"d_o = y_o - t_o", "wrong"),
    ("plain", r"d_h = a_h (1 - a_h) \sum_o w_{ho} t_o", "wrong"),
]


@pytest.mark.parametrize(("which", "formula", "verdict"), D_ON_THE_LEFT)
def test_a_d_that_is_claimed_is_a_delta(derivations, which, formula, verdict):
    assert derivations[which].grade(None, formula).verdict == verdict


def test_a_d_that_is_declared_is_what_it_is_declared_for():
    derivation = derive(network(sizes=(2, 3, 2))).convention(letters={"t": "d"})
    assert derivation.grade(None, r"\delta_o = (y_o - d_o) y_o (1 - y_o)").verdict == "equal"
    assert derivation.grade(None, r"d_o = (y_o - d_o) y_o (1 - y_o)").verdict != "equal"


# Some books use d for targets, others for deltas. The sign of an error, y - d, decides, or else the verdict.
D_ON_THE_RIGHT = [
    (r"dL/dw_ho = d_o*a_h", "equal"),
    (r"\frac{\partial L}{\partial w_{ho}} = d_o a_h", "equal"),
    (r"\frac{\partial L}{\partial b_o} = d_o", "equal"),
    (r"\frac{\partial L}{\partial w_{ih}} = d_h x_i", "equal"),
    (r"\frac{\partial L}{\partial w_{ih}} = a_h (1 - a_h) x_i \sum_o w_{ho} d_o", "equal"),
    (r"\delta_h = a_h (1 - a_h) \sum_o d_o w_{ho}", "equal"),
    ("w_ho <- w_ho - eta*d_o*a_h", "equal"),
    ("w_ho -= eta*d_o*a_h", "equal"),
    (r"\Delta w_{ho} = -\eta d_o a_h", "equal"),
    (r"\frac{\partial L}{\partial W^{(2)}} = a^{(1)} (d^{(2)})^T", "equal"),
    (r"\delta_o = (y_o - d_o) y_o (1 - y_o)", "equal"),
    (r"\frac{\partial L}{\partial w_{ho}} = -(d_o - y_o) y_o (1 - y_o) a_h", "equal"),
    (r"\frac{\partial L}{\partial y_o} = y_o - d_o", "equal"),
    (r"L = \frac{1}{2} \sum_o (d_o - y_o)^2", "equal"),
    (r"\frac{\partial L}{\partial w_{ho}} = -d_o a_h", "wrong"),
    (r"\frac{\partial L}{\partial w_{ih}} = d_h a_h", "wrong"),
    (r"\frac{\partial L}{\partial w_{ho}} = (d_o - y_o) y_o (1 - y_o) a_h", "wrong"),
    (r"\delta_o = y_o - d_o", "wrong"),
    ("w_ho <- w_ho + eta*d_o*a_h", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), D_ON_THE_RIGHT)
def test_a_d_is_a_target_or_a_delta(derivations, formula, verdict):
    grade = derivations["plain"].grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("target", "formula"), [("w_ho[1,2]", "d_o*a_h"), ("w_ih[1,2]", "d_h*x_i"), ("b_o[1]", "d_o"), ("b_h[1]", "d_h")]
)
def test_a_d_is_a_delta_where_a_target_says_what_is_graded(derivations, target, formula):
    assert derivations["plain"].grade(target, formula).verdict == "equal"
    assert derivations["plain"].grade(target, f"-{formula}").diagnosis == "the sign is flipped"


TANH = derive(network((2, 3, 2), "tanh"))
SECH = [
    (r"\operatorname{sech}^2(s_h)", "equal"),
    (r"\mathrm{sech}^2 s_h", "equal"),
    (r"\text{sech}(s_h)^2", "equal"),
    (r"\sech^2(s_h)", "equal"),
    (r"\cosh(s_h)^{-2}", "equal"),
    (r"\left(1 - \left(\frac{\sinh s_h}{\cosh s_h}\right)^2\right)", "equal"),
    (r"\operatorname{sech}(s_h)", "wrong"),
    (r"\operatorname{sech}^2(a_h)", "wrong"),
]


@pytest.mark.parametrize(("slope", "verdict"), SECH)
def test_the_derivative_of_tanh_by_hyperbolic_functions(slope, verdict):
    grade = TANH.grade(None, rf"\delta_h = {slope} \sum_o \delta_o w_{{ho}}")
    assert grade.verdict == verdict, str(grade)


def test_the_derivative_of_tanh_in_text():
    assert TANH.grade(None, "d_h[h] = sech(s_h[h])**2*sum(d_o[o]*w_ho[h,o] for o in O)").verdict == "equal"


def test_vectors_of_biases_are_named_in_english(derivations):
    grade = derivations["plain"].grade(None, r"\frac{\partial L}{\partial \mathbf{b}^{(1)}} = \boldsymbol\delta^{(1)}")
    assert "the vector of biases of layer 1" in str(grade)


def test_how_many_outputs_there_are():
    derivation = derive(build([2, 4, 3], ["tanh", "sigmoid"], loss="mse"))
    assert derivation.grade(None, r"L = \frac1K \sum_{k=1}^K (y_k - t_k)^2").verdict == "equal"
    assert derivation.grade(None, r"\delta_k = \frac2K (y_k - t_k) y_k (1 - y_k)").verdict == "equal"
    assert derivation.grade(None, r"\delta_k = K (y_k - t_k) y_k (1 - y_k)").verdict == "wrong"
    batch = derive(build([2, 4, 3], ["tanh", "linear"], loss="cross_entropy", samples=3))  # samples or outputs
    assert batch.grade(None, r"\delta_k^{(n)} = \frac1K (p_k^{(n)} - t_k^{(n)})").verdict != "equal"

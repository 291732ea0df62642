"""Letters that are declared with marks, such as y^* or y' for the targets, are read with their indices."""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

MARKED = [
    "y'", r"y^\prime", r"y^{\prime}", "y''", "y^*", "y^{*}", r"y^\star", r"y^{\ast}", r"\tilde{y}", r"\bar{y}",
    r"\overline{y}", r"\dot{y}", r"\check{y}", r"\mathring{y}", r"\hat{t}", "y^{true}", r"y^{\text{true}}",
    "y^{(true)}", "y^d", "y^0", "y^+", r"\underline{t}", r"\mathbf{t}", r"\text{target}", r"\widetilde{y}",
    r"\tilde{y}^*", "{y_0}",
]  # fmt: skip


def named(letter, form):
    """Return a letter with the index k and its mark before or after the index."""
    if form == "behind":
        base, sign, mark = letter.partition("^")
        return f"{base}_k{sign}{mark}"
    return letter + form


@pytest.mark.parametrize("form", ["_k", "_{k}", "behind"])
@pytest.mark.parametrize("letter", MARKED)
def test_a_target_with_a_mark(letter, form):
    declared = {"letters": {"t": letter, "y": r"\hat{y}", "loss": "E"}, "order": "from-to"}
    of, t = derivation({"setting": "2-3-2 sig half_sse", "declared": declared}), named(letter, form)
    for formula, verdict in (
        (rf"\delta_k = (\hat{{y}}_k - {t}) \hat{{y}}_k (1 - \hat{{y}}_k)", "equal"),
        (rf"\delta_k = ({t} - \hat{{y}}_k) \hat{{y}}_k (1 - \hat{{y}}_k)", "wrong"),
    ):
        grade = of.grade(None, formula)
        assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize("letter", ["a'", "a^*", r"\tilde{a}", "a^{out}", r"\dot{a}"])
def test_an_output_with_a_mark_beside_activations_without_one(letter):
    declared = {"letters": {"y": letter, "a": "a", "loss": "C"}, "order": "from-to"}
    of = derivation({"setting": "2-3-2 sig half_sse", "declared": declared})
    assert of.grade(None, rf"\delta_k = ({letter}_k - t_k) {letter}_k (1 - {letter}_k)").verdict == "equal"
    assert of.grade(None, r"\frac{\partial C}{\partial w_{jk}} = \delta_k a_j").verdict == "equal"
    assert of.grade(None, rf"\frac{{\partial C}}{{\partial w_{{jk}}}} = \delta_k {letter}_j").verdict != "equal"


@pytest.mark.parametrize(
    "formula", [r"\frac{\partial C}{\partial w_{jk}} = \delta_k a_j", r"\delta_k = (y_k - t_k) \sigma'(s_k)"]
)
def test_primes_that_were_not_declared_are_derivatives_still(formula):
    of = derivation(
        {"setting": "2-3-2 sig half_sse", "declared": {"letters": {"loss": "C", "y": "y"}, "order": "from-to"}}
    )
    assert of.grade(None, formula).verdict == "equal"


def test_a_star_counts_samples_beside_its_own():
    declared = {"letters": {"t": "y^*", "y": r"\hat{y}", "loss": "J"}}
    of = derivation({"setting": "2-1 lin half_sse m=3", "declared": declared})
    formula = r"\frac{\partial J}{\partial w_j} = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}^{(i)} - y^{*(i)}) x_j^{(i)}"
    assert of.grade(None, formula).verdict == "equal"
    assert of.grade(None, formula.replace("- y^", "+ y^")).verdict == "wrong"


@pytest.mark.parametrize("letter", [r"\tilde{w}", r"\hat{w}", r"\bar{\theta}", r"\theta", r"\mathbf{W}", "u"])
@pytest.mark.parametrize(("sign", "verdict"), [("-", "equal"), ("", "wrong")])
def test_the_step_of_a_weight_with_an_accent(letter, sign, verdict):
    declared = {"letters": {"w": letter, "loss": "E"}, "order": "from-to"}
    of = derivation({"setting": "2-3-2 sig half_sse", "declared": declared})
    assert of.grade(None, rf"\Delta {letter}_{{jk}} = {sign}\eta \delta_k a_j").verdict == verdict


@pytest.mark.parametrize(
    ("hidden", "output"),
    [(r"\hat h", r"\hat y"), ("h", r"\tilde y"), ("act", "pred"), (r"\mathbf{h}", r"\hat{\mathbf{y}}"), ("h", "o")],
)
def test_a_delta_with_the_letter_of_a_layer_belongs_to_that_layer(hidden, output):
    letters = {"s": "s" if output == "o" else "z", "a": hidden, "y": output, "t": "t", "loss": "L"}
    of = derivation({"setting": "2-3-2 sig half_sse", "declared": {"letters": letters, "order": "to-from"}})
    for mark, layer, source, verdict in (
        (output, 2, hidden, "equal"), (hidden, 2, hidden, "wrong"), (letters["s"], 2, hidden, "equal"),
        (hidden, 1, "x", "equal"), (output, 1, "x", "wrong"), (letters["s"], 1, "x", "equal"),
    ):  # fmt: skip
        formula = rf"\frac{{\partial L}}{{\partial W^{{({layer})}}}} = \delta_{{{mark}}} {source}^T"
        grade = of.grade(None, formula)
        assert grade.verdict == verdict, str(grade)

"""The right formula for a wrong one has the letters of its writer, and is graded equal when it is read again."""

import json
from pathlib import Path

import pytest
from people_settings import derivation

from autograd import grade_document
from autograd.grading.explaining.lettered import Lettered, LetteredRule

ROWS = [json.loads(line) for line in (Path(__file__).parent / "people.jsonl").read_text(encoding="utf-8").splitlines()]
# These get no right formula in their letters: the claim has no reading as it stands, or its left side is a derivative
# between two quantities, or the formula is text.
WITHOUT = {
    "13itd4", "13nys4", "4vec4", "5cze4", "6sqt5", "8pri6", "8tjs2", "9rbx5", "R15v1", "ifm4", "mitn4", "nB5", "opn5",
    "tfl4", "16uge4",
}  # fmt: skip
WRONG = [row for row in ROWS if row["truth"] == "wrong" and not row.get("target")][::9]
WRONG = [row for row in WRONG if row["id"] not in WITHOUT]
BOOK = {"s": "net", "a": "o", "y": "o", "x": "o", "t": "t", "loss": "E"}
NIELSEN = {"s": "z", "t": "y", "y": "a", "loss": "C"}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("row", WRONG, ids=[row["formula"][:60] for row in WRONG])
def test_the_right_formula_is_read_again_in_the_same_letters(row):
    of = derivation(row)
    right = of.grade(None, row["formula"], rate=row.get("rate")).right
    assert isinstance(right, (Lettered, LetteredRule))
    assert str(right) == right.latex
    assert of.grade(None, right.latex, rate=row.get("rate")).verdict == "equal"


@pytest.mark.parametrize(
    ("setting", "declared", "formula", "right"),
    [
        (
            "2-3-2 sig half_sse",
            {"letters": BOOK, "order": "from-to"},
            r"\frac{\partial E}{\partial w_{jk}} = o_k \delta_k",
            r"\frac{\partial E}{\partial w_{jk}} = \delta_{k} o_{j} \quad \forall\, j, k",
        ),
        (
            "2-3-2 sig half_sse",
            {"letters": BOOK, "order": "from-to"},
            r"\frac{\partial E}{\partial w_{ij}} = o_j \delta_j",
            r"\frac{\partial E}{\partial w_{ij}} = \delta_{j} o_{i} \quad \forall\, i, j",
        ),
        (
            "2-3-2 sig half_sse",
            {"letters": BOOK, "order": "from-to"},
            r"\delta_m = o_m (1 - o_m) \sum_n \delta_n",
            r"\delta_{m} = o_{m} \left(1 - o_{m}\right) \sum_{n=1}^{2} \delta_{n} w_{mn} \quad \forall\, m",
        ),
        (
            "2-3-2 sig half_sse",
            {"letters": NIELSEN, "order": "to-from"},
            r"\delta^{(1)}_j = \sum_k w^{(2)}_{kj} \delta^{(2)}_k",
            r"\delta_{j}^{(1)} = a_{j}^{(1)} \left(1 - a_{j}^{(1)}\right) \sum_{k=1}^{2} \delta_{k}^{(2)} w_{kj}^{(2)}"
            r" \quad \forall\, j",
        ),
        (
            "2-3-2 sig half_sse",
            {"letters": NIELSEN, "order": "to-from"},
            r"\frac{\partial C}{\partial W^{[2]}} = \delta^{[2]} a^{[1]}",
            r"\frac{\partial C}{\partial w_{oh}^{[2]}} = \delta_{o}^{[2]} a_{h}^{[1]} \quad \forall\, h, o",
        ),
        (
            "2-3-2 sig half_sse",
            {"letters": BOOK, "order": "from-to"},
            r"\Delta w_{jk} = \eta \delta_k o_j",
            r"w_{jk} \leftarrow w_{jk} - \eta\, \delta_{k} o_{j} \quad \forall\, j, k",
        ),
        (
            "2-1 lin half_sse m=3",
            {"letters": {"y": r"\hat{y}", "t": "y", "loss": "J"}},
            r"\frac{\partial J}{\partial w_j} = \sum_{i=1}^{m} (\hat{y}^{(i)} - y^{(i)}) x_j^{(i)}",
            r"\frac{\partial J}{\partial w_{j o_{1}}} = \sum_{i=1}^{3} \delta_{o_{1}}^{(i)} x_{j}^{(i)}"
            r" \quad \forall\, j",
        ),
    ],
)
def test_letters_and_marks_of_a_right_formula(setting, declared, formula, right):
    grade = derivation({"setting": setting, "declared": declared}).grade(None, formula)
    assert grade.verdict == "wrong"
    assert f"  right: {right}" in str(grade).split("\n")
    assert grade.as_dict()["correct"]["latex"] == right
    assert grade.right.text.startswith(("d", "w_ho"))  # in the network's own names, as before


def test_a_notebook_shows_the_formula_and_the_right_one_typeset():
    of = derivation({"setting": "2-3-2 sig half_sse", "declared": {"letters": BOOK, "order": "from-to"}})
    shown = of.grade(None, r"\delta_k = o_k - t_k")._repr_html_()
    assert shown.count("<math") == 2
    assert "  right: <math" in shown
    hostile = of.grade(None, "\\href{javascript:alert(1)}{\\delta_k} = <script>1</script>")._repr_html_()
    assert "<script" not in hostile
    assert "href=" not in hostile


def test_letters_of_a_preset_are_printed_as_text():
    grade = derivation({"setting": "2-3-2 sig half_sse", "declared": {}}).grade(None, r"\delta_o = y_o - t_o")
    assert str(grade.right) == grade.right.text == "d_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])   for all o in O"


@pytest.mark.parametrize(
    ("head", "formula", "right"),
    [
        (
            "letters: s=net, a=o, y=o, x=o, loss=E\n",
            r"\frac{\partial E}{\partial w_{jk}} = o_k \delta_k",
            r"\frac{\partial E}{\partial w_{jk}} = \delta_{k} o_{j} \quad \forall\, j, k",
        ),
        ("", r"\delta_o = y_o - t_o", "d_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])   for all o in O"),
    ],
)
def test_a_document_prints_the_right_formula_in_the_letters_that_it_declares(head, formula, right):
    found = grade_document(f"network: 2-3-2 sigmoid\nloss: half_sse\n{head}\n$${formula}$$\n")
    (claim,) = found.claims
    assert f"  right: {right}" in str(claim).split("\n")
    assert claim.right["text"].startswith(("dL/dw_ho[h,o] = ", "d_o[o] = "))


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial C}{\partial w_{1, 1}^{(1)}} = \delta_{1}^{(1)} a_{1}^{(0)}",
        r"\frac{\partial C}{\partial w_{11}^{[2]}} = \delta_1^{[2]} a_1^{[1]}",
        r"\delta_1^{(1)} = a_1^{(1)} (1 - a_1^{(1)}) \delta_1^{(2)} w_{11}^{(2)}",
        r"\frac{\partial C}{\partial w^{(1)}} = \delta^{(1)} a^{(0)}",
        r"\frac{\partial C}{\partial w_1} = \delta_1 a_0",
        r"\frac{\partial C_0}{\partial w_{1, 1}^{(1)}} = \delta_{1}^{(1)} a_{1}^{(0)}",
    ],
)
def test_numbers_below_are_indices_where_numbers_above_are_layers(formula):
    declared = {"letters": {**NIELSEN, "x": "a", "loss": "C_0" if "C_0" in formula else "C"}, "order": "to-from"}
    assert derivation({"setting": "1-1-1 sig", "declared": declared}).grade(None, formula).verdict == "equal"


@pytest.mark.parametrize("upper", ["", "^{2}", "^{n}"])
@pytest.mark.parametrize(("sign", "verdict"), [("-", "equal"), ("", "wrong")])
def test_a_letter_of_activations_and_outputs_is_no_input_where_these_have_their_own(upper, sign, verdict):
    letters = {"s": "net", "a": "o", "y": "o", "t": "y", "loss": "E", "x": "x"}
    row = {"setting": "2-3-2 sig half_sse", "declared": {"letters": letters, "order": "to-from", "delta": -1}}
    lower = "_{k=1}" if upper else "_k"
    formula = rf"\frac{{\partial E}}{{\partial o_j}} = {sign}\sum{lower}{upper} \delta_k w_{{kj}}"
    assert derivation(row).grade(None, formula).verdict == verdict

r"""The look of a formula changes no verdict: frames, colours, numbers of equations, rare commands.

Each look is tried on a right formula and on a wrong one, so that neither it nor a part of the formula is passed over.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

PLAIN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "y", "t": "t", "loss": "E"}},
}
LAYERS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "E"}},
}
RIGHT, WRONG = r"\delta_k = (y_k - t_k) y_k (1 - y_k)", r"\delta_k = (t_k - y_k) y_k (1 - y_k)"

# {} stands for the formula.
AROUND = [
    r"{}\quad \blacksquare", r"{}\square", r"{}\quad\checkmark", r"{}\hspace{{1cm}} (3.2)", r"{}\hfill (4)",
    r"{}\ \ \ (2.1)",
    r"{}\tag 1", r"{}.\tag{{4-5}}", "{}.\n\\label{{eq:x}}", r"{}.\nonumber", r"{}\qquad\mathrm{{(BP2)}}",
    r"{}\quad(\ast)", r"{}\quad (*)", r"{}\quad\ldots(1)", r"{}\cdots (3)", r"{}\quad\longrightarrow (1)",
    r"{}\quad (ii)",
    r"{}\quad -(1)", r"{}\rule{{0pt}}{{2ex}}", r"\text{{Thus }} {}", r"\text{{(5)}}\quad {}", r"\mathbf{{(1)}}\quad {}",
    r"1.\ {}", r"\bullet\ {}", r"\star\ {}", r"\to {}", r"\hookrightarrow {}", r"\checkmark {}", r"a) {}", r"(a)\; {}",
    r"\mathrm{{i.e.}}\ {}", r"{{\large {}}}", r"{{\color{{blue}}{}}}", r"\color{{red}}{{{}}}",
    r"\textcolor{{red}}{{{}}}",
    r"\bbox[5px]{{{}}}", r"\colorbox{{yellow}}{{${}$}}", r"\fcolorbox{{red}}{{white}}{{${}$}}", r"\require{{cancel}}{}",
    r"\begin{{dmath*}} {} \end{{dmath*}}", r"{} \quad ( \because \; z_k = \sum_j w_{{kj}} a_j )",
]  # fmt: skip

# From a part of the formula to another way to write it.
INSIDE = [
    ("=", r"\mathrel{=}"), ("=", r"\mathrel{:}="), ("=", r"\vcentcolon="), ("=", r"\colon="), ("=", r"\eqdef "),
    ("=", "{=}"),
    ("=", r"\mathop{=}^{\text{def}}"), ("=", r"\underbrace{=}_{\text{chain}}"), ("=", r"\xlongequal{}"),
    ("=", r"\overset{!}{=}"), ("=", r"\eqqcolon "), ("(1 - y_k)", r"\lbrack 1 - y_k\rbrack "),
    ("(1 - y_k)", r"\left\lparen 1 - y_k\right\rparen "), ("(1 - y_k)", r"\qty(1 - y_k)"),
    ("(1 - y_k)", r"\mathopen{}\left(1 - y_k\right)\mathclose{}"), (" y_k (", r" {\cdot} y_k ("),
    (" y_k (", r" \mathbin{\cdot} y_k ("), (" y_k (", r" \boldsymbol{\cdot} y_k ("), ("y_k", r"\mathrm y_k"),
    ("y_k", r"\overset{\to}{y}_k"), ("y_k", r"\underset{\sim}{y}_k"), ("y_k", r"\vb{y}_k"), ("y_k", r"y{}_k"),
    ("y_k", r"\mkern-2mu y_k"), (r"\delta_k", r"\delta{k}"), (r"\delta_k", r"\frac{\mathrm d E}{\mathrm d z_k}"),
    (r"\delta_k", r"\frac{{\rm d}E}{{\rm d}z_k}"), (r"\delta_k", r"\frac{{\partial}E}{{\partial}z_k}"),
    (r"\delta_k", r"\frac{\dd E}{\dd z_k}"), (r"\delta_k", r"\pderiv{E}{z_k}"),
    (r"\delta_k", r"\genfrac{}{}{}{}{\partial E}{\partial z_k}"),
    (r"\delta_k", r"\left. \partial E \middle/ \partial z_k \right."), ("(1 - y_k)", r"\frac 1 1 (1 - y_k)"),
    ("y_k (1 - y_k)", r"\sigma{}'(z_k)"), ("y_k (1 - y_k)", r"\sigma^{\mkern-2mu\prime}(z_k)"),
    ("y_k (1 - y_k)", r"\frac{d \sigma}{d z_k}"), ("y_k (1 - y_k)", r"\frac{d\sigma}{dz}(z_k)"),
    ("y_k (1 - y_k)", r"\left.\frac{d\sigma}{dz}\right|_{z=z_k}"),
]  # fmt: skip


@pytest.mark.parametrize("look", AROUND)
@pytest.mark.parametrize(("formula", "verdict"), [(RIGHT, "equal"), (WRONG, "wrong")])
def test_what_surrounds_a_formula_changes_no_verdict(look, formula, verdict):
    grade = derivation(PLAIN).grade(None, look.format(formula))
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(("part", "other"), INSIDE)
@pytest.mark.parametrize(("formula", "verdict"), [(RIGHT, "equal"), (WRONG, "wrong")])
def test_another_way_to_write_a_part_changes_no_verdict(part, other, formula, verdict):
    grade = derivation(PLAIN).grade(None, formula.replace(part, other, 1))
    assert grade.verdict == verdict, str(grade)


MATRICES = (
    r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot \sigma'(z^{(1)})",
    r"\delta^{(1)} = (W^{(2)})^T \delta^{(2)} \odot \sigma'(z^{(2)})",
)


@pytest.mark.parametrize(
    ("part", "other"),
    [
        (r"\odot", r"\circledast"),
        (r"\odot", r"\boldsymbol{\odot}"),
        (r"\odot", r"\mathbin{\odot}"),
        (r"\odot", r"\underset{\text{elementwise}}{\odot}"),
        (r"\odot", r".\times"),
        (r"\odot", r"\odot_{\text{elem}}"),
        ("^T", r"^{\bot}"),
        ("^T", r"^\mathrm T"),
        ("^T", r"^{\mkern-1.5mu\mathsf{T}}"),
        ("^T", r"^{\dag}"),
        (r"\sigma'", r"\nabla\sigma"),
        (r"\sigma'", r"D\sigma"),
        ("(W^{(2)})^T", "W^{(2)}'"),
        ("^{(", "^{<"),
        ("^{(", r"^{\text{layer }"),
        ("^{(", "_{("),
        ("^{(", "_{["),
        ("^{(", "_{L"),
    ],
)
@pytest.mark.parametrize(("formula", "verdict"), [(MATRICES[0], "equal"), (MATRICES[1], "wrong")])
def test_another_way_to_write_a_sign_or_a_layer_changes_no_verdict(part, other, formula, verdict):
    text = formula.replace(part, other)
    if part == "^{(":
        closing = {"<": ">", "(": ")", "[": "]"}.get(other[-1], "")
        text = text.replace(")}", closing + "}")
    grade = derivation(LAYERS).grade(None, text)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    "sum_sign",
    [
        r"\underset{k}{\sum}",
        r"{\sum}_k",
        r"\sideset{}{}\sum_k",
        r"\sum_{k:j\to k}",
        r"\sum_{k\,:\,(j,k) \in E}",
        r"\sum_{1\le k\le n}",
        r"\overset{n}{\underset{k=1}{\sum}}",
        r"\sum_{k=1}^{\text{\# outputs}}",
    ],
)
@pytest.mark.parametrize(("weight", "verdict"), [("w_{kj}", "equal"), ("w_{jk}", "wrong")])
def test_another_way_to_write_a_sum_changes_no_verdict(sum_sign, weight, verdict):
    grade = derivation(PLAIN).grade(None, rf"\delta_j = a_j (1 - a_j) {sum_sign} \delta_k {weight}")
    assert grade.verdict == verdict, str(grade)


def test_a_wide_space_separates_formulas():
    formula = r"\delta_k = (y_k - t_k) y_k (1 - y_k) \hspace{1cm} \frac{\partial E}{\partial b_k} = \delta_k"
    assert derivation(PLAIN).grade(None, formula).verdict == "equal"


def test_rows_of_an_array_are_formulas():
    rows = r"\delta_k & = & (y_k - t_k) y_k (1 - y_k) \\ \frac{\partial E}{\partial b_k} & = & %s"
    text = rf"\begin{{array}}{{rcl}} {rows} \end{{array}}"
    verdicts = [derivation(PLAIN).grade(None, text % right).verdict for right in (r"\delta_k", r"-\delta_k")]
    assert verdicts == ["equal", "wrong"]


@pytest.mark.parametrize(
    "text", [r"\smash" * 600, r"\overset{" * 400, "{" * 3000 + "=", r"\color{a}" * 400, "a" * 3900]
)
def test_commands_without_end_are_refused(text):
    assert derivation(PLAIN).grade(None, text).verdict == "unreadable"

"""The extraction of formulas from documents: the formulas and their positions."""

import json

import pytest

from autograd.engine.errors import SheetError
from autograd.grading.extract import extract, format_of
from autograd.grading.latex_text import claims_in
from autograd.grading.macros import Macros
from autograd.grading.own_letters import definition, written_out

D = r"\delta_o = y_o - t_o"
MARKDOWN = [
    ("two dollars on one line", f"a\n\n$${D}$$", [(3, D)]),
    ("two dollars over lines", f"a\n$$\n{D}\n$$\n", [(3, D)]),
    ("two lines are one formula", "\\[\na = (b)\n(c)\n\\]", [(2, "a = (b) (c)")]),
    ("a fence", f"text\n```math\n{D}\n```\n", [(3, D)]),
    ("a fence of tildes", f"~~~ latex\n{D}\n~~~", [(2, D)]),
    ("code is no formula", f"```python\n{D}\n```\nand `$a = b$` too", []),
    ("code with dollars in it", f"`${D}$` and ``${D}$`` but ${D}$", [(1, D)]),
    ("an equation in a sentence", f"so ${D}$ holds", [(1, D)]),
    ("round brackets", rf"so \({D}\) holds", [(1, D)]),
    ("no equation in a sentence", r"with $\delta_o$ and $w_{ij}$", []),
    ("a remark in a sentence", r"where $N = 3$, $k = 1, \dots, K$ and $\eta = 0.1$", []),
    ("money is none", "it costs $5 and = $10 = 1$", []),
    ("an escaped dollar is none", r"\$a = b\$", []),
    ("a display without equation", r"$$\frac{\partial L}{\partial w_{ho}}$$", []),
    ("brackets behind two backslashes", rf"\\[ {D} \\]", [(1, D)]),
    ("round brackets behind two backslashes", rf"so \\({D}\\) holds", [(1, D)]),
    ("rows with a distance", "$$\na = b \\\\[2pt]\nc = d\n$$", [(2, "a = b"), (3, "c = d")]),
    ("a comment", f"<!-- $${D}$$ -->", []),
    ("a bare environment", f"\\begin{{align}}\n{D}\n\\end{{align}}", [(2, D)]),
    ("an update", r"$$w \leftarrow w - \eta g$$", [(1, r"w \leftarrow w - \eta g")]),
    ("an arrow in words", r"$$x \to y$$", []),
    ("a formula in the words of the author", "d_o[o] = y[o] - t[o]", []),
    ("a continued one", f"$${D}$$ or\n$$= q$$\n$$\\Rightarrow a = b$$", [(1, D), (2, r"\delta_o = q"), (3, "a = b")]),
    ("windows lines", f"a\r\n$$\r\n{D}\r\n$$", [(3, D)]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), [row[1:] for row in MARKDOWN], ids=[row[0] for row in MARKDOWN])
def test_markdown(text, expected):
    found = extract(text, "markdown")
    assert [(item.line, item.formula) for item in found.items] == expected


BLOCKS = [
    (r"\begin{aligned} a &= b \\ &= c \\ d &= e \end{aligned}", ["a = b = c", "d = e"]),
    (r"\begin{align*} a &= b + \\ &\quad c, \label{x} \\[4pt] d &= e. \tag{3} \end{align*}", ["a = b + c", "d = e"]),
    (r"a = b, \qquad c = d", ["a = b", "c = d"]),
    (r"a_k = b_k, \quad k = 1, \ldots, K", [r"a_k = b_k, \quad k = 1, \ldots, K"]),
    (r"a_k = b_k \quad \forall\, k", [r"a_k = b_k \quad \forall\, k"]),
    (r"a = b \quad \text{and} \quad c = d.", ["a = b", "c = d"]),
    (r"a = b \Rightarrow c = d", ["a = b", "c = d"]),
    (r"w \leftarrow w - \eta g,\; b \leftarrow b - h", [r"w \leftarrow w - \eta g", r"b \leftarrow b - h"]),
    (r"f = \begin{cases} 1 & x = 0 \\ 0 \end{cases}", [r"f = \begin{cases} 1 & x = 0 \\ 0 \end{cases}"]),
    (r"E = \sum_{i=1}^{n} e_i", [r"E = \sum_{i=1}^{n} e_i"]),
    (r"a = \begin{bmatrix} 1 \\ 2 \end{bmatrix}", [r"a = \begin{bmatrix} 1 \\ 2 \end{bmatrix}"]),
    (r"\begin{multline} a = b \\ + c \end{multline}", ["a = b + c"]),
    (r"a = b \rightarrow c = d", ["a = b", "c = d"]),
    (r"(A) \quad a = b", ["a = b"]),
    (r"(7)\; a = b = c", ["a = b = c"]),
    (r"(a) b = c", ["(a) b = c"]),
    (r"a = b \quad (\text{since } \sum_k c_k = 1)", ["a = b"]),
    (r"a_i = b_i \quad (\text{for } i = 1)", [r"a_i = b_i \quad (\text{for } i = 1)"]),
]  # fmt: skip


@pytest.mark.parametrize(("block", "claims"), BLOCKS)
def test_the_claims_of_a_block(block, claims):
    if block.startswith(r"\begin{multline}"):
        block = block.replace("multline", "gathered")
    assert [piece.text for piece in claims_in(block)] == claims


def test_each_claim_has_its_own_line():
    text = "$$\n\\begin{aligned}\na &= b \\\\\n  &= c \\\\\nd &= e\n\\end{aligned}\n$$"
    assert [(item.line, item.formula) for item in extract(text, "markdown").items] == [(3, "a = b = c"), (5, "d = e")]


def test_latex():
    text = (
        "% network: 2-3-2 tanh\n\\documentclass{article}\n\\newcommand{\\pd}[2]{\\frac{\\partial #1}{\\partial #2}}\n"
        "$a = b$\n\\begin{document}\nLet % $q = r$\n\\begin{equation}\\label{e}\n  \\pd{L}{w} = d % why\n"
        "\\end{equation}\n"
        "\\begin{verbatim}\n$$x = y$$\n\\end{verbatim}\n\\end{document}\n"
    )
    found = extract(text)
    assert found.format == "latex"
    assert [(item.line, item.formula, item.written) for item in found.items] == [
        (8, r"\frac{\partial L}{\partial w} = d", r"\pd{L}{w} = d")
    ]
    assert ("network", "2-3-2 tanh") in [each[1:] for each in found.declared]


def test_a_notebook_has_cells():
    cells = [
        {"cell_type": "markdown", "source": ["network: 2-3-2 sigmoid\n", "\n"]},
        {"cell_type": "code", "source": "x = 3"},
        {"cell_type": "markdown", "source": f"so\n$${D}$$"},
    ]
    found = extract(json.dumps({"cells": cells}), None, "a.ipynb")
    assert [(item.cell, item.line, item.formula) for item in found.items] == [(3, 2, D)]
    assert [each.key for each in found.declared] == ["network"]


@pytest.mark.parametrize("text", ["{", "[]", '{"cells": 3}', '{"cells": [3]}', "[" * 100_000])
def test_what_is_no_notebook_is_refused(text):
    with pytest.raises(SheetError, match="is not a notebook"):
        extract(text, "notebook")


SHEET = """name: Ada
network: 2-3-2 sigmoid

We differentiate the loss with respect to the weights.
w_ho[h,o]: d_o[o]*a[h]
Loss: we use half the squared error.
**Biases.**
* see [1]
dL/db_o[o] = d_o[o]
$$
\\delta_o = y_o - t_o
$$
# a = b
"""


def test_a_sheet():
    found = extract(SHEET)
    assert found.format == "sheet"
    assert [(item.line, item.target, item.formula) for item in found.items] == [
        (5, "w_ho[h,o]", "d_o[o]*a[h]"),
        (9, None, "dL/db_o[o] = d_o[o]"),
        (11, None, r"\delta_o = y_o - t_o"),
    ]
    assert [each.key for each in found.declared][:2] == ["name", "network"]


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("a.md", "", "markdown"), ("a.tex", "", "latex"), ("a.ipynb", "", "notebook"), ("a.txt", "x", "sheet"),
        ("", '{"cells": []}', "notebook"), ("", r"\section{x}", "latex"),
    ],
)  # fmt: skip
def test_formats(name, text, expected):
    assert format_of(text, name) == expected


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="a document is markdown, latex, notebook, sheet, found 'word'"):
        extract("a", "word")


def test_front_matter_declares():
    found = extract(f"---\ntitle: Mine\nnetwork: 2-3-2 sigmoid\n---\n\n$${D}$$")
    assert [(each.line, each.key) for each in found.declared] == [(2, "title"), (3, "network")]
    assert [item.line for item in found.items] == [6]


MACROS = [
    (r"\newcommand{\W}{\mathbf{W}}", r"\W^T", r"\mathbf{W} ^T"),
    (r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}", r"\pd{L}w", r"\frac{\partial L}{\partial w}"),
    (r"\newcommand{\p}[2][L]{#1/#2}", r"\p{w} \p[E]{v}", "L/w E/v"),
    (r"\def\dl#1{\delta^{#1}}", r"\dl{l} = \dl2", r"\delta^{l} = \delta^{2}"),
    (r"\DeclareMathOperator{\relu}{ReLU}", r"\relu(z)", r"\operatorname{ReLU} (z)"),
    (r"\newcommand{\a}{\b}\newcommand{\b}{c}", r"\a", "c "),
    (r"\newcommand{\a}{\a\a}", r"\a", r"\a"),
    (r"\newcommand{\a", r"\a", r"\a"),
    (r"\newcommand{\a}[1]{#1#1#1#1#1#1#1#1}", r"\a{\a{\a{\a{\a{x}}}}}", None),
]


@pytest.mark.parametrize(("commands", "formula", "expected"), MACROS)
def test_an_authors_own_commands(commands, formula, expected):
    found = Macros(commands).expanded(formula)
    assert found == (formula if expected is None else expected)


OWN = [
    (r"e_o = t_o - y_o", r"\delta_k = -e_k y_k", r"\delta_k = -\left(t_k - y_k\right) y_k"),
    (r"e_o^{(n)} = t_o^{(n)} - y_o^{(n)}", r"a = e_k^{(m)}", r"a = \left(t_k^{(m)} - y_k^{(m)}\right)"),
    (r"e_1 = t_1 - y_1", r"a = e_2", r"a = e_2"),
    (r"e_o = t_o - y_o", r"\frac{\partial L}{\partial e_o} = 1", r"\frac{\partial L}{\partial e_o} = 1"),
    (r"g_h = \sum_k w_{hk} \delta_k", r"a = g_k", r"a = g_k"),
    (r"\varepsilon_o = y_o", r"a = \varepsilon_{o_1}", "a = y_{o_1}"),
    ("e[o] = t[o] - y[o]", "d_o[k] = -e[k]*y[k]", "d_o[k] = -(t[k] - y[k])*y[k]"),
    ("e = t - y", r"\delta = \mathbf{e} \odot f", r"\delta = \left(t - y\right) \odot f"),
    (r"e_o = t_o - y_o", r"x = e^{-z}", r"x = e^{-z}"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "formula", "expected"), OWN)
def test_definitions_are_written_out(said, formula, expected):
    found = definition(said)
    assert found is not None
    assert written_out(formula, {found.name: found}) == expected


@pytest.mark.parametrize("formula", [r"\frac{a}{b} = c", "a + b = c", "a", r"\sum = 3", r"e_o = \frac{", "f' = 3"])
def test_what_defines_nothing(formula):
    assert definition(formula) is None


def test_a_formula_of_any_length_is_refused_at_once():
    (item,) = extract(f"$$ {'x+' * 100_000}1 = y $$", "markdown").items
    assert (item.line, len(item.formula)) == (1, 5000)


KEPT = [
    (r"g = -(y - \hat{y}) = -(1.5 - 0.56) = -0.94", [r"g = -(y - \hat{y})"]),
    (r"z = w x + b = 0.3 \cdot 0.5 + 0.1 \approx 0.25", ["z = w x + b"]),
    (r"\hat{y} \approx \sigma(0.512) = \frac{1}{1 + e^{-0.512}}", []),
    (r"L(1.5, 0.56) = \frac12 (1.5 - 0.56)^2 = 0.44", []),
    (r"E = 0.5 (y - t)^2", ["E = 0.5 (y - t)^2"]),
    (r"\frac{\partial z}{\partial b} = 1", [r"\frac{\partial z}{\partial b} = 1"]),
    (r"w_{new} = w - \alpha g", [r"w \leftarrow w - \alpha g"]),
    (r"w_{1,new} = w_{1,\text{old}} - \alpha g", [r"w_{1} \leftarrow w_{1} - \alpha g"]),
    (r"w^{new} = w^{old} - \alpha g", [r"w \leftarrow w - \alpha g"]),
    (r"a_{new} = f(z)", ["a_{new} = f(z)"]),
    (r"\sigma\prime(x) = \sigma(x)", [r"\sigma'(x) = \sigma(x)"]),
    (r"f^{\prime}(x) = 3 x", [r"f^{\prime}(x) = 3 x"]),
    (r"(w_{jk}^l)' = w_{jk}^{l} - \eta g", [r"w_{jk}^l \leftarrow w_{jk}^{l} - \eta g"]),
    (r"(f(x))' = f(x)", ["(f(x))' = f(x)"]),
    (r"w \to w - \eta g", [r"w \leftarrow w - \eta g"]),
    (r"1 \rightarrow K-1", []),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "claims"), KEPT)
def test_what_of_a_formula_is_a_claim(formula, claims):
    assert [item.formula for item in extract(f"$${formula}$$", "markdown").items] == claims


NEVER_CLOSED = [
    r"\begin{align}" * 20_000,
    r"\(" * 20_000 + r"\[" * 20_000,
    "x " + "`" * 50_000,
    r"x \\[" * 20_000,
    "```" + "a" * 50_000 + "`",
    "key: " + " " * 50_000 + "x",
    r"\newcommand{\a}{" * 20_000,
    "<!--" * 3 + " -->" + "$$ " * 3,
]


@pytest.mark.parametrize("start", NEVER_CLOSED, ids=range(len(NEVER_CLOSED)))
@pytest.mark.parametrize("format", ["markdown", "latex"])
def test_what_is_never_closed_hides_no_formula_below(start, format):
    found = extract(f"{start}\n\n\\begin{{align*}}\ns &= w x\n\\end{{align*}}\n", format)
    assert [(item.line, item.formula) for item in found.items] == [(4, "s = w x")]


def test_what_is_closed_later_is_whole():
    (item,) = extract("\\begin{align} a &= \\begin{split} b \\end{split} \\end{align}\n\\begin{align}", "latex").items
    assert "b" in item.formula

"""Steps, the matrix form, updates, conventions and reports."""

import ast
import html.parser
import re

import numpy as np
import pytest
from graphs import GRAPHS, network, penalized, recurrent, residual, skipping

from autograd import Value, derive
from autograd.engine.errors import GraphError
from autograd.formulas.conventions import convention
from nn import MLP, cross_entropy, half_sse, sse

HIDDEN = [
    ("L = sum((t[o] - y[o])**2 for o in O)", "the loss, read from the graph"),
    ("dL/dw_ih[1,1] = dL/da[1] * da[1]/ds_h[1] * ds_h[1]/dw_ih[1,1]", "chain rule: w_ih[1,1] acts only through s_h[1]"),
    (
        "dL/da[1] = dL/ds_o[1] * ds_o[1]/da[1] + dL/ds_o[2] * ds_o[2]/da[1]",
        "a[1] feeds 2 neurons: sum over the 2 paths",
    ),
    ("ds_o[1]/da[1] = w_ho[1,1],  dL/ds_o[1] = -2*d_o[1]", "this delta is already known from the next layer"),
    ("ds_o[2]/da[1] = w_ho[1,2],  dL/ds_o[2] = -2*d_o[2]", "this delta is already known from the next layer"),
    (
        "dL/da[1] = -2*d_o[1]*w_ho[1,1] - 2*d_o[2]*w_ho[1,2] = -2*sum(d_o[o]*w_ho[1,o] for o in O)",
        "the terms differ only in the index, so they fold into one sum",
    ),
    ("da[1]/ds_h[1] = a[1]*(1 - a[1])", "derivative of the activation, in terms of its own value"),
    (
        "ds_h[1]/dw_ih[1,1] = d/dw_ih[1,1] [w_ih[1,1]*x[1] + w_ih[2,1]*x[2]] = x[1]",
        "only one element of the weighted sum contains w_ih[1,1]",
    ),
    (
        "d_h[1] = -1/2*dL/ds_h[1] = a[1]*(1 - a[1])*sum(d_o[o]*w_ho[1,o] for o in O)",
        "delta of the hidden neuron: the factor that all its weights share",
    ),
    ("dL/dw_ih[1,1] = -2*d_h[1]*x[1]", "delta form"),
    (
        "dL/dw_ih[1,1] = -2*a[1]*(1 - a[1])*x[1]*sum((t[o] - y[o])*y[o]*(1 - y[o])*w_ho[1,o] for o in O)",
        "with the deltas of the next layer written out",
    ),
]


def test_the_steps_of_document_004():
    derivation = derive(network((2, 3, 2), loss=sse, bias=False)).convention("004")
    assert [(step.text, step.reason) for step in derivation.steps("w_ih[1,1]")] == HIDDEN
    w, s, a = r"w_{(i_{1} \rightarrow h_{1})}", "z_{h_{1}}", "a_{h_{1}}"

    def d(top, bottom):
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    chain = r" \, ".join([d(r"\epsilon", a), d(a, s), d(s, w)])
    assert derivation.steps("w_ih[1,1]")[1].latex == f"{d(chr(92) + 'epsilon', w)} = {chain}"
    reason = derivation.steps("w_ih[1,1]")[1].reason_latex
    assert reason == r"\text{chain rule: }w_{(i_{1} \rightarrow h_{1})}\text{ acts only through }z_{h_{1}}\text{}"


@pytest.mark.parametrize("name", GRAPHS)
def test_every_weight_of_every_graph_has_steps(name):
    derivation = derive(GRAPHS[name]())
    for parameter in derivation.network.parameters[:12]:
        if derivation._formulas.gradient[parameter]:
            steps = derivation.steps(parameter)  # each line is checked against reverse mode, and raises if it differs
            assert steps[0].reason == "the loss, read from the graph"
            assert any(step.reason.startswith(("delta form", "by the rules")) for step in steps)
            assert str(steps).count("\n") == len(steps) - 1
            assert steps.latex().count(r"\begin{aligned}") == 1


def test_a_wrong_step_raises():
    derivation = derive(network((2, 3, 2)))
    q = next(n for n in derivation.network.neurons if n.layer == 1)
    derivation._formulas.upstream[q] = [2 * e for e in derivation._formulas.upstream[q]]
    with pytest.raises(AssertionError, match="reverse mode gives"):
        derivation.steps("w_ih[1,1]")


def test_steps_over_samples_say_so():
    steps = derive(network((2, 3, 2), samples=3)).steps("w_ho[1,2]")
    assert any("used 3 times, once for each sample" in step.reason for step in steps)
    assert steps[-1].text == "dL/dw_ho[1,2] = sum(d_o[2,n]*a[1,n] for n in S)"


MATRIX = [
    (
        lambda: network((2, 3, 2), loss=sse),
        [
            "δ^{(2)} = -2 diag(Φ'(s^{(2)})) (t - y)",
            "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}",
            "W^{(2)} ← W^{(2)} - η a^{(1)} (δ^{(2)})^T",
            "b^{(2)} ← b^{(2)} - η δ^{(2)}",
            "W^{(1)} ← W^{(1)} - η x^{(0)} (δ^{(1)})^T",
            "b^{(1)} ← b^{(1)} - η δ^{(1)}",
        ],
    ),
    (
        lambda: network((2, 3, 4, 2), bias=False),
        [
            "δ^{(3)} = -diag(Φ'(s^{(3)})) (t - y)",
            "δ^{(2)} = diag(Φ'(s^{(2)})) W^{(3)} δ^{(3)}",
            "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}",
            "W^{(3)} ← W^{(3)} - η a^{(2)} (δ^{(3)})^T",
            "W^{(2)} ← W^{(2)} - η a^{(1)} (δ^{(2)})^T",
            "W^{(1)} ← W^{(1)} - η x^{(0)} (δ^{(1)})^T",
        ],
    ),
    (
        lambda: network((2, 3, 3), "tanh", "linear", cross_entropy),
        ["δ^{(2)} = -(t - p)", "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}"],
    ),
    (
        lambda: network((2, 3, 2), "tanh", "linear"),
        ["δ^{(2)} = -(t - y)", "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}"],
    ),
]


@pytest.mark.parametrize(("graph", "lines"), MATRIX)
def test_the_matrix_form(graph, lines):
    assert [line.text for line in derive(graph()).matrix()][: len(lines)] == lines


def test_the_matrix_form_multiplied_out():
    model = MLP(3, [4, 2], activation="tanh", output="sigmoid", seed=3)
    x, t = np.array([0.3, -0.7, 0.2]), np.array([0.1, 0.8])
    loss = sse(model(x.tolist()), t.tolist())
    loss.backward()
    W1, W2 = [np.array([[w.data for w in n.w] for n in layer.neurons]).T for layer in model.layers]
    a1 = np.tanh(W1.T @ x)
    y = 1 / (1 + np.exp(-(W2.T @ a1)))
    d2 = -2 * np.diag(y * (1 - y)) @ (t - y)  # as printed
    d1 = np.diag(1 - a1**2) @ W2 @ d2
    for layer, outer in zip(model.layers, (np.outer(x, d1), np.outer(a1, d2)), strict=True):
        engine = np.array([[w.grad for w in n.w] for n in layer.neurons]).T
        np.testing.assert_allclose(engine, outer, rtol=1e-13, atol=1e-16)
    assert [line.text for line in derive(loss).matrix()][:2] == [
        "δ^{(2)} = -2 diag(Φ'(s^{(2)})) (t - y)",
        "δ^{(1)} = diag(Φ'(s^{(1)})) W^{(2)} δ^{(2)}",
    ]


@pytest.mark.parametrize("graph", [skipping, penalized, residual])
def test_no_matrix_form_where_there_is_none(graph):
    with pytest.raises(GraphError, match="no matrix form"):
        derive(graph()).matrix()


def test_matrix_form_in_the_letters_of_document_002():
    lines = derive(network((2, 3, 2), loss=sse)).convention("002").matrix()
    assert lines[0].latex == (
        r"\underline{s}^{(2)} = -2 \dot{F}^{(2)}(\underline{n}^{(2)}) (\underline{y} - \underline{a})"
    )
    assert lines[2].latex == (
        r"W^{(2)} \leftarrow W^{(2)} - \alpha\, \underline{a}^{(1)} \left(\underline{s}^{(2)}\right)^T"
    )


def test_updates():
    derivation = derive(network((2, 3, 2), loss=sse, bias=False)).convention("004")
    assert [str(rule) for rule in derivation.update()] == [
        "w_ho[h,o] <- w_ho[h,o] + 2*alpha*d_o[o]*a[h]   for all h in H, o in O",
        "w_ih[i,h] <- w_ih[i,h] + 2*alpha*d_h[h]*x[i]   for all i in I, h in H",
    ]
    absorbed = derivation.update(absorb=True)[0]
    assert absorbed.text.startswith("w_ho[h,o] <- w_ho[h,o] + alpha*d_o[o]*a[h]   for all h in H, o in O")
    assert absorbed.condition == "alpha stands for 2 times the rate of gradient descent"
    plain = derivation.convention("standard").update(rate=r"\gamma")
    assert plain[0].latex == r"w_{ho} \leftarrow w_{ho} - \gamma\, \delta_{o} a_{h} \quad \forall\, h, o"


def test_an_update_as_printed_is_graded_equal():
    derivation = derive(network((2, 3, 2)))
    for rule in derivation.update():
        assert derivation.grade(None, rule.text.split("   for all ")[0]).verdict == "equal"
        assert derivation.grade(None, rule.latex.split(r" \quad")[0]).verdict == "equal"


@pytest.mark.parametrize("delta", [1, -1, "-1/2", 2, "3/7"])
def test_every_factor_of_delta_gives_the_same_gradients(delta):
    plain = derive(network((2, 3, 2)))
    other = plain.convention(delta=delta)
    assert len(other.equations) == len(plain.equations)  # and each is checked against reverse mode
    assert other._convention.delta == plain.convention(delta=delta)._convention.delta
    assert plain.equations[0].text == "d_o[o] = -(t[o] - y[o])*y[o]*(1 - y[o])   for all o in O"


def test_the_letters_of_the_documents():
    loss = network((2, 3, 2), bias=False)
    expected = {
        "000": r"\delta_{o} = -\left(y_{o} - \hat{y}_{o}\right) \hat{y}_{o} \left(1 - \hat{y}_{o}\right)",
        "002": r"s_{o} = -\left(y_{o} - a_{o}\right) a_{o} \left(1 - a_{o}\right)",
        "003": r"\delta_{o} = \left(y_{o} - \hat{y}_{o}\right) \hat{y}_{o} \left(1 - \hat{y}_{o}\right)",
        "004": r"\delta_{o} = \frac{1}{2} \left(t_{o} - y_{o}\right) y_{o} \left(1 - y_{o}\right)",
    }
    for preset, latex in expected.items():
        assert derive(loss).convention(preset).equations[0].latex == latex + r" \quad \forall\, o"
        assert derive(loss, convention=preset).equations[0].latex.startswith(latex)


NAMED = {
    "nielsen": r"\delta_{o} = -\left(y_{o} - a_{o}\right) a_{o} \left(1 - a_{o}\right)",
    "bishop": r"\delta_{o} = -\left(t_{o} - y_{o}\right) y_{o} \left(1 - y_{o}\right)",
    "mitchell": r"\delta_{o} = \left(t_{o} - o_{o}\right) o_{o} \left(1 - o_{o}\right)",
    "haykin": r"\delta_{o} = \left(d_{o} - y_{o}\right) y_{o} \left(1 - y_{o}\right)",
}


@pytest.mark.parametrize("name", NAMED)
def test_the_letters_and_the_sign_of_textbooks(name):
    assert (
        derive(network((2, 3, 2), bias=False), convention=name).equations[0].latex
        == NAMED[name] + r" \quad \forall\, o"
    )


@pytest.mark.parametrize(("name", "number"), [("hagan", "002"), ("hertz", "003"), ("widrow", "004")])
def test_the_numbers_are_other_names(name, number):
    assert convention(name) == convention(number)


def test_a_letter_of_several_layers_has_the_layer_above():
    deep = derive(network((1, 1, 1, 1))).convention(letters={"x": "a", "y": "a", "s": "z"})
    shown = [equation.latex for equation in deep.equations]
    assert r"\frac{\partial L}{\partial w_{1, 1}^{(1)}} = \delta_{1}^{(1)} a_{1}^{(0)}" in shown
    assert r"a_{1}^{(3)} \left(1 - a_{1}^{(3)}\right)" in shown[0]


def test_index_order_and_letters():
    derivation = derive(network((2, 3, 2))).convention(order="to-from", letters={"w": r"\omega"})
    assert derivation.formula("w_ho[1,2]").latex == (
        r"\frac{\partial L}{\partial \omega_{o_{2} h_{1}}} = \delta_{o_{2}} a_{h_{1}}"
    )


def test_conventions_that_are_none():
    derivation = derive(network((2, 3, 2)))
    for options, words in (
        ({"preset": "005"}, "no convention is called '005'"),
        ({"delta": 0}, "a number other than 0"),
        ({"delta": "half"}, "a number other than 0"),
        ({"order": "sideways"}, "'from-to' or 'to-from'"),
        ({"letters": {"q": "q"}}, "no letter is called 'q'"),
        ({"letters": {"t": "y", "y": "y"}}, "the letter y would be both target and output"),
        ({"letters": {"p": "t"}}, "the letter t would be both target and softmax output"),
        ({"preset": "nielsen", "letters": {"y": "y"}}, "both target and output"),
        ({"preset": "bishops"}, "there are standard, nielsen, bishop, "),
        ({"indices": "i j"}, "indices are three letters"),
        ({"indices": ("i", "j", 3)}, "indices are three letters"),
        ({"vectors": "down"}, "vectors are 'columns' or 'rows', found 'down'"),
        ({"batch": 3}, "batch are 'columns' or 'rows', found 3"),
    ):
        with pytest.raises(ValueError, match=re.escape(words)):
            derivation.convention(**options)


# --- Reports.

HOSTILE = '</td><script>alert(1)</script>"&\\end{document}$%_^{}\n'


def hostile():
    w, x, t = Value(0.5, "w" + HOSTILE), Value(0.3, "x" + HOSTILE), Value(0.1, "t" + HOSTILE)
    other = Value(0.7, "lambda" + HOSTILE)
    return (t - (w * x).tanh() * other) ** 2


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = set(), ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)

    def handle_data(self, data):
        self.text += data


@pytest.mark.parametrize(
    "graph", [lambda: network((2, 3, 2)), lambda: network((2, 3, 2), samples=2), recurrent, hostile]
)
def test_reports(tmp_path, graph):
    derivation = derive(graph())
    for ending in (".html", ".md", ".tex"):
        path = derivation.report(tmp_path / f"report{ending}")
        text = path.read_text(encoding="utf-8")
        assert "Gradients" in text
        assert "<script" not in text
        if ending == ".html":
            page = Tags()
            page.feed(text)
            assert {"math", "table", "h1"} <= page.tags
            assert not page.tags & {"script", "link", "img", "iframe"}  # one file, and nothing from other places
        if ending == ".tex":
            assert text.count(r"\end{document}") == 1
            assert text.rstrip().endswith(r"\end{document}")


def test_a_report_of_another_kind(tmp_path):
    with pytest.raises(ValueError, match=r"ends in .html, .md or .tex"):
        derive(network((1, 1))).report(tmp_path / "report.docx")


def test_hostile_labels_are_shown_and_do_nothing():
    derivation = derive(hostile())
    assert "<script>" not in derivation.steps(derivation.network.parameters[0]).to_html()
    assert r"\end{document}" not in derivation.latex()
    for equation in derivation.equations:
        if "lambda" in equation.text:
            quoted = re.search(r"'lambda.*?\\n'", equation.text)
            assert ast.literal_eval(quoted[0]) == "lambda" + HOSTILE


def test_reports_are_the_same_for_half_sse():
    assert "half" not in str(derive(half_sse(MLP(1, [1], output="tanh")([0.1]), 0.2)))


CONVENTIONS = ["standard", "nielsen", "mitchell", "004"]


@pytest.mark.parametrize("name", CONVENTIONS)
@pytest.mark.parametrize("ending", [".html", ".md", ".tex"])
def test_a_report_says_what_its_letters_mean_and_keeps_to_them(name, ending, tmp_path):
    derivation = derive(network((2, 3, 2))).convention(name)
    text = derivation.report(tmp_path / f"report{ending}").read_text(encoding="utf-8")
    assert "Letters" in text
    for meaning in ("activation", "target", "weight", "bias", "pre-activation", "delta"):
        assert meaning in text
    if ending == ".html":
        assert "acts only through s_o[1]" not in text  # it is typeset, in the letters of the convention
        assert "acts only through <math" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [("standard", r"$\delta = \partial L / \partial s$"),
     ("mitchell", r"$\delta = -\partial E / \partial \mathrm{net}$"),
     ("004", r"$\delta = -1/2 \, \partial")],
)  # fmt: skip
def test_a_report_says_what_a_delta_is(name, words, tmp_path):
    text = derive(network((2, 3, 2))).convention(name).report(tmp_path / "r.tex").read_text(encoding="utf-8")
    assert words in text, text[:300]


def test_reasons_stand_beside_their_formulas_in_tex(tmp_path):
    text = derive(network((2, 3, 2))).report(tmp_path / "r.tex").read_text(encoding="utf-8")
    assert "& chain rule: $w_{h_{1} o_{1}}$ acts only through $s_{o_{1}}$ \\\\" in text
    assert text.count(r"\begin{longtable}") == text.count(r"\end{longtable}") == 3
    in_tables = re.findall(r"^.*& .*\\\\\[6pt\]$", text, re.MULTILINE)
    assert len(in_tables) > 20
    assert all(row.startswith(r"\fitted{$\displaystyle ") for row in in_tables)  # no formula is wider than its column

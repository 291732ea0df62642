"""The readers: precise trees, errors with a place, and bounds that hold for any input."""

import contextlib
import random
import string
import subprocess
import sys
import time
import tracemalloc

import pytest
from graphs import network
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import derive
from autograd.derivation.readers import is_latex, read
from autograd.derivation.trees import (
    Add,
    Call,
    Derivative,
    Dot,
    Multiply,
    Name,
    Negative,
    Number,
    Power,
    ReadingError,
    Relation,
    Rows,
    Sum,
    Time,
    Transpose,
    show,
    walk,
)

SHOWN = [
    # text, and the same in LaTeX where there is one: what it reads as
    ("d_o[2]*a[1]", "d_o[2]*a[1]"),
    ("-a*b+c/d", "(-a*b + (c)/(d))"),
    ("a-b-c", "(a + -b + -c)"),
    ("a/b/c", "((a)/(b))/(c)"),
    ("a/b*c", "(a)/(b)*c"),
    ("-a**2", "-a**2"),
    ("2*a[1]**2", "2*a[1]**2"),
    ("1.25", "5/4"),
    ("sum(d_o[o]*w[h,o] for o in O)", "sum(d_o[o]*w[h,o] for o in O)"),
    ("sum(a[i,n] for i in I for n in S)", "sum(sum(a[i,n] for n in S) for i in I)"),
    ("dL/dw_ho[h,o] = 1", "d(L)/d(w_ho[h,o]) = 1"),
    ("ds_o[o]/da[h] = 1", "d(s_o[o])/d(a[h]) = 1"),
    ("exp(-x[1])", "exp(-x[1])"),
    (r"\delta_o a_h", "delta[o]*a[h]"),
    (r"\delta_{o_1} a_{h_2}", "delta[o[1]]*a[h[2]]"),
    (r"w_{ho}", "w[h,o]"),
    (r"w_{h,o}", "w[h,o]"),
    (r"w_{12}", "w[1,2]"),
    (r"w_{(h \rightarrow o)}", "w[h,o]"),
    (r"w_{(h_1 \rightarrow o)}", "w[h[1],o]"),
    (r"a_h^{(n)}", "a[h]^(n)"),
    (r"a_j^{(2,n)}", "a[j]^(2,n)"),
    (r"a^{(m-1)}_j", "a[j]^((m + -1))"),
    (r"a_h^2", "a[h]**2"),
    (r"a_h^{2}", "a[h]**2"),
    (r"\hat{y}_o", "hat y[o]"),
    (r"\hat y_o", "hat y[o]"),
    (r"\sigma'(s_h)", "sigma'(s[h])"),
    (r"\Phi_k'(s)", "Phi'[k](s)"),
    (r"f^{\prime}(h)", "f'(h)"),
    (r"\dot{f}^{(m)}(n_i)", "dot f^(m)(n[i])"),
    (r"y_o(1-y_o)", "y[o]*(1 + -y[o])"),
    (r"\sigma(z)(1-\sigma(z))", "sigma(z)*(1 + -sigma(z))"),
    (r"\frac{1}{1+e^{-z}}", "(1)/((1 + exp(-z)))"),
    (r"\frac{a}{b}c", "(a)/(b)*c"),
    (r"\sum_o \delta_o w_{ho} + 1", "(sum(delta[o]*w[h,o] for o) + 1)"),
    (r"\sum_{o=1}^{O} -2 a_o", "sum(-2*a[o] for o)"),
    (r"\sum_{i \in DS(k)} \delta_i w_{ki}", "sum(delta[i]*w[k,i] for i in DS(k))"),
    (r"\frac{\partial L}{\partial w_{ho}}", "d(L)/d(w[h,o])"),
    (r"\frac{\partial}{\partial w} (t - y)", "d((t + -y))/d(w)"),
    (r"\left[ a + b \right] c", "(a + b)*c"),
    (r"a \cdot b", "a*b"),
    (r"\vec{w}_{o} \cdot \vec{a}_h", "dot(vec w[o], vec a[h])"),
    (r"w_{ji}^{(m)}(k+1)", "w[j,i]^(m,((k + 1)))"),
    (r"\ln x_i", "log(x[i])"),
    (r"\tanh(s)", "tanh(s)"),
    (r"\sqrt{a_h}", "sqrt(a[h])"),
    (r"\operatorname{ReLU}(s_h)", "ReLU(s[h])"),
    (r"\delta_o = \frac{\partial L}{\partial s_o} = y_o - t_o", "delta[o] = d(L)/d(s[o]) = (y[o] + -t[o])"),
    (r"w \leftarrow w - \eta g", "w <- (w + -eta*g)"),
    (r"\delta_h = 1 \quad \forall h", "delta[h] = 1"),
    (r"a = b \tag{5}", "a = b"),
    (r"a_h = b_h \quad (7)", "a[h] = b[h]"),
    (r"$\delta_o$", "delta[o]"),
    ("δ_o a_h", "delta[o]*a[h]"),
    (r"\Delta w_{i} = 1", "Delta w[i] = 1"),
    (r"\underbrace{a b}_{c} d", "a*b*d"),
    (r"a_h % a comment", "a[h]"),
]


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_trees(text, shown):
    assert show(read(text)) == shown


def test_the_classes_of_a_tree():
    tree = read(r"\delta_h = \sigma'(s_h) \sum_o \delta_o w_{ho}^2")
    assert isinstance(tree, Relation)
    assert {type(x) for x in walk(tree)} >= {Relation, Name, Multiply, Call, Sum, Power, Number}
    assert isinstance(read(r"\frac{\partial a}{\partial b}"), Derivative)
    assert isinstance(read(r"w_k \cdot x_k"), Dot)
    assert isinstance(read(r"\vec{a}^T"), Transpose)
    assert isinstance(read("a - b").terms[1], Negative)
    assert isinstance(read("a + b"), Add)
    assert isinstance(read(r"w_{i}(k)").superscripts[-1], Time)
    assert isinstance(read(r"\begin{aligned} a &= b \\ &= c \end{aligned}"), Rows)


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("a[1]*b", False),
        (r"\delta", True),
        ("a_h", True),
        ("a_h*b_h", True),
        ("w_ho[h,o]", False),
        ("sum(a for o in O)", False),
    ],
)
def test_which_language(text, latex):
    assert is_latex(text) is latex


ERRORS = [
    ("a[1", 3),
    ("a[1]*(b", 7),
    ("a[1] b", 5),
    ("a[1]*)", 5),
    (r"\frac{a}{b", 10),
    (r"\delta_{o", 9),
    (r"a + \unknown", 4),
    (r"\begin{aligned} a = b", 21),
    (r"\sum_{3=1}^2 a", 6),
    ("sum(a for 1 in O)", 10),
    ("sum(a)", 5),
    ("a[1]\x00", 4),
]


@pytest.mark.parametrize(("text", "position"), ERRORS)
def test_errors_have_a_place(text, position):
    with pytest.raises(ReadingError) as caught:
        read(text)
    assert caught.value.position == position
    assert f"character {position + 1}" in str(caught.value)


def test_no_text():
    with pytest.raises(TypeError, match="a formula is text"):
        read(b"a")


HUGE = [
    "a" * 5000,
    "(" * 3000,
    "[" * 3000,
    "{" * 3000,
    "-" * 3999 + "a",
    "a+" * 1999 + "a",
    "a*" * 1999 + "a",
    "a**" * 1300 + "a",
    "a^" * 1999 + "a",
    "a_" * 1999 + "a",
    "a_{" * 1300,
    r"\frac" * 700,
    r"\sum" * 900,
    r"\sum_o" * 600 + " a",
    r"\hat" * 900 + "a",
    r"\mathbf{" * 480 + "a" + "}" * 100,
    r"\begin{aligned}" * 200,
    r"\left(" * 600,
    "9" * 3999,
    "9" * 18 + "**12" * 3,
    "'" * 3999,
    "|" * 3999,
    r"\|" * 1900,
    "sum(" * 900 + "a",
    "sum(a for o in O" * 200,
    "=" * 3999,
    "&" * 3999,
    "\\\\" * 1999,
    "\ud800" * 3999,
    "\x00" * 3999,
    "é" * 3999,
    "Σ" * 3999,
    "e^" * 1900 + "a",
    r"\Delta" * 600 + " a",
]


@pytest.mark.parametrize("text", HUGE, ids=lambda text: repr(text[:12]))
def test_bounds(text):
    tracemalloc.start()
    start = time.process_time()
    with contextlib.suppress(ReadingError):
        read(text)
    used = time.process_time() - start
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 2  # the bound on a formula; it is far less
    assert peak < 50e6


ALPHABET = [
    *"abwhox12+-*/^_(){}[]',=.&|$", "**", "\\frac", "\\sum", "\\delta", "\\sigma", "\\hat", "\\left", "\\right",
    "\\partial", "sum(", " for o in O", "d_o[o]", "\\begin{aligned}", "\\end{aligned}", "\\\\", "\\text{", "\x00",
    "\ud800", "é", "9" * 20,
]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(ALPHABET), max_size=40).map("".join))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ReadingError):
        assert isinstance(show(read(text)), str)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_unicode_is_read_or_refused(text):
    with contextlib.suppress(ReadingError):
        read(text)


def test_any_formula_is_graded_in_bounds():
    derivation = derive(network((2, 3, 2)))
    r = random.Random(5)
    formulas = [
        "sum(" * 3 + "a[h]*d_o[o]*x[i]" + " for h in H) for o in O) for i in I)",
        "+".join(["a[1]*d_o[2]"] * 200),
        "exp(" * 12 + "a[1]" + ")" * 12,
        "exp(exp(exp(exp(1000000*a[1]))))",
        "(" + "*".join(["(a[1]+1)**12"] * 30) + ")",
        "1/(" + "*".join(["(a[1]-a[1])"] * 5) + ")",
        "log(a[1]-a[1])",
        "*".join(["d_o[1]"] * 300),
        r"\sum_o " * 6 + "a_h",
        "".join(r.choice(string.printable) for _ in range(500)),
    ]
    for formula in formulas:
        start = time.process_time()
        grade = derivation.grade("w_ho[1,2]", formula)
        assert grade.verdict in ("wrong", "unreadable", "unproved")
        assert time.process_time() - start < 2, formula[:40]


def test_nothing_that_is_written_is_run():
    """An audit hook sees every eval, exec, compile, import, file and process: reading and grading cause none."""
    script = f"""
import sys
sys.path[:0] = {sys.path!r}
from autograd import derive
from autograd.derivation.sheets import build, grade_sheet, read_sheet
d = derive(build([2, 3, 2], ["sigmoid"] * 2))
texts = ["__import__('os').system('echo no')", "d_o[2]*a[1]", "d_o[1]*a[1]", "().__class__", "exec(1)"]
texts += ["open('/etc/passwd')", "\\input{{/etc/passwd}}", "lambda: 0", "f'{{1}}'", "sqrt(a[1]**2)*d_o[2]"]
sheet = "network: 2-3-2\\nw_ho[1,2]: d_o[1]*a[1]\\n"
def run():
    for t in texts:
        str(d.grade("w_ho[1,2]", t)), d.grade("w_ho[1,2]", t)._repr_html_()
    grade_sheet(read_sheet(sheet))
run()  # what is loaded late, is loaded
seen = []
sys.addaudithook(lambda event, args: seen.append(event))
run()
kinds = ("compile", "exec", "import", "open", "os.", "subprocess", "pickle", "socket")
bad = [e for e in seen if e.startswith(kinds)]
print(sorted(set(bad)))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout

"""LaTeX as people write it: bars, fonts, accents, signs in scripts, unfinished commands, and their meaning or error."""

import pytest

from autograd.grading.reading.claims import read_claims
from autograd.grading.reading.readers import read
from autograd.grading.reading.trees import ReadingError, show

READ = [
    (r"a_{|b|}", "a[norm(b)]"),
    (r"\left| a \right|", "norm(a)"),
    (r"\left\| a \right\|^2", "norm(a)**2"),
    (r"\frac12", "(1)/(2)"),
    (r"x^-1", "x**(-1)"),
    (r"\mathrm{error}_o", "error[o]"),
    (r"\operatorname{net}_j", "net[j]"),
    (r"\mathbf{a_1 b}", "a[1]*b"),
    (r"\underline{a+b}", "(a + b)"),
    (r"\overline{a}", "bar a"),
    (r"\dot a", "dot a"),
    ("--a", "a"),
    ("-+a", "-a"),
    (r"f\left(a\right)", "f(a)"),
    (r"\exp a", "exp(a)"),
    (r"\exp{a}", "exp(a)"),
    (r"\tanh^2 x", "tanh(x)**2"),
    (r"\log_2 a", "log[2](a)"),
    ("f''(x)", "f''(x)"),
    (r"\sum_{o=1} a_o", "sum(a[o] for o)"),
    (r"\sum_{o \in O} a_o", "sum(a[o] for o in O)"),
    (r"\frac{\partial}{\partial x} y", "d(y)/d(x)"),
    (r"\frac{d L}{d x}", "d(L)/d(x)"),
    (r"a \odot b", "a*b"),
    (r"\bigl( a \bigr)", "a"),
    (r"a^\top", "transpose(a)"),
    (r"a^{\prime}", "a'"),
    (r"\[a\]", "a"),
]


@pytest.mark.parametrize(("latex", "shown"), READ)
def test_what_it_reads_as(latex, shown):
    assert show(read(latex)) == shown


REFUSED = [
    (r"\begin 3", "expected the name of an environment"),
    ("|a", "'|' means nothing in a formula"),
    (r"\|a", "expected closing bars"),
    ("x^*", "'*' does not belong there"),
    ("x^+", "the formula ends too early"),
    (r"\hat{a+b}", r"\hat belongs above one letter"),
    (r"\frac{a}{b", "expected '}', found the end"),
    (r"\frac", "the formula ends too early"),
    (r"a \cdot", "the formula ends too early"),
    (r"\left( a", "expected ')', found the end"),
    (r"( a ] \cdot b", "expected ')', found ']'"),
    (r"\sqrt[n]{a}", "the index of a root is a number here"),
    (r"\int a", r"the command \int is not understood"),
    (r"\text{if } a", "prose in front of a formula may change what it says"),
    (r"\partial", "the formula ends too early"),
    (r"\frac{\partial^2 L}{\partial x^2}", "second derivatives cannot be read"),
    (r"\lVert a \rVert_2", "'_' does not belong there"),
]


@pytest.mark.parametrize(("latex", "why"), REFUSED)
def test_why_it_is_refused(latex, why):
    with pytest.raises(ReadingError) as caught:
        read(latex)
    assert str(caught.value).startswith(why)
    assert "(character " in str(caught.value)


WITH_BRACKETS = [
    r"E = \frac{1}{2} \sum_{i=1}^{n} (y_i - \hat{y}_i)^2",
    r"\frac{\partial E}{\partial w_{ij}} = \sum_{k \in \{1, 2\}} \delta_{k} w_{jk} x_{i}^{(1)}",
    r"\prod_{\substack{i \neq j}} a_{i}",
    r"\left.\frac{d\sigma}{dz}\right|_{z=z_{k}}",
    r"\begin{array}{rcl} a &=& f(z) \\ b &=& [g(z)]^{2} \end{array}",
    r"\delta_j^{l} = \begin{cases} (a_{j} - t_j) f'(z_j) & (l = L) \\ \sum_k \delta_k w_{jk} & (l \neq L) \end{cases}",
    r"p_{i} = \begin{cases} 1 & \text{if } (i = j) \\ 0 & \text{otherwise} \end{cases}",
    r"1_{[i = j]} + 1\{z > 0\} + \mathbb{1}_{\{z > 0\}}",
    r"\underbrace{\frac{{\partial E}}{{\partial a}}}_{x} \overbrace{b}^{y} \sqrt[3]{x} \lfloor {x} \rfloor",
    r"{\partial E} / {\partial w^{[l]}} = dW^{[2]} A^{{T}} \operatorname{diag}(f'(z)) \textcolor{red}{x}",
    r"\begin{bmatrix} a_{1} & b(x) \\ c[2] & d \end{bmatrix} \cdot \left\{ x \right\} \; (\text{for all } k) \tag{3}",
    r"w_{ij}(t+1) = w_{ij}(t) - \eta \frac{d}{d w}(E) \mathrm{out}_{o1} {}_i w",
    r"\cancel{a = b} \underset{a}{=} \stackrel{(1)}{=} c",
]


def position_of_error(reader, formula):
    """Return the position at which a formula cannot be read, or 0 if it can be read."""
    try:
        reader(formula)
    except ReadingError as error:
        return error.position
    return 0


@pytest.mark.parametrize("latex", WITH_BRACKETS)
def test_a_bracket_that_is_left_out_is_an_error_of_reading(latex):
    wrong = [latex[:k] + latex[k + 1 :] for k, sign in enumerate(latex) if sign in "{}()[]"]
    wrong += [latex[:k] for k in range(1, len(latex))]
    assert len(wrong) > len(latex)
    for formula in wrong:
        for reader in (read, read_claims):
            assert 0 <= position_of_error(reader, formula) <= len(formula)

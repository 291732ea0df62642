r"""Error signals e_j that nobody declares, losses of single outputs, and functions with a d or with braces.

Each kind has right formulas and wrong ones.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

RIGHT, WRONG, OPEN = "equal", "wrong", "ambiguous"


def row(setting, order="to-from", delta=None, **letters):
    """Return a row with declared letters."""
    return {"setting": setting, "declared": {"order": order, "delta": delta, "letters": letters}}


HAYKIN = row(
    "2-3-2 sig half_sse", delta=-1, s="v", a="y", y="y", t="d", x="y", loss=r"\mathscr{E}", function=r"\varphi"
)
WORDS = row("2-3-2 sig half_sse", "from-to", s="net", a="out", y="out", t="target", loss="E_{total}")
PLAIN = row("2-3-2 sig half_sse", "from-to", s="net", a="out", y="out", t="target", loss="E")
SQUARES = row("2-3-2 sig sse", s="z", y="a", t="y", loss="C")
UNITS = row("2-3-2 sig half_sse", s="o", a="y", y="y", t="t", loss="E")
BATCH = row("2-3-2 sig half_sse m=3", s="z", y="a", t="y", loss="J", function="g")
LOSS_IS_E = row("2-3-2 sig half_sse", s="z", y="y", t="t", loss="e")

CASES = [
    # the error signal of engineers is the target less the output
    (HAYKIN, r"\delta_j(n) = e_j(n) \varphi'_j(v_j(n))", RIGHT),
    (HAYKIN, r"\delta_j(n) = -e_j(n) \varphi'_j(v_j(n))", OPEN),
    (HAYKIN, r"\delta_j(n) = e_j(n)", WRONG),
    (HAYKIN, r"\delta_j(n) = e_j(n) \varphi_j(v_j(n))", WRONG),
    (HAYKIN, r"e_j(n) = d_j(n) - y_j(n)", RIGHT),
    (HAYKIN, r"\frac{\partial \mathscr{E}(n)}{\partial e_j(n)} = e_j(n)", RIGHT),
    (HAYKIN, r"\frac{\partial \mathscr{E}(n)}{\partial e_j(n)} = 2 e_j(n)", WRONG),
    (HAYKIN, r"\frac{\partial e_j(n)}{\partial y_j(n)} = -1", RIGHT),
    (HAYKIN, r"\frac{\partial e_j(n)}{\partial v_j(n)} = -\varphi'_j(v_j(n))", RIGHT),
    (HAYKIN, r"\frac{\partial e_j(n)}{\partial v_j(n)} = -\varphi_j(v_j(n))", WRONG),
    (HAYKIN, r"\frac{\partial \mathscr{E}(n)}{\partial w_{ji}(n)} = \frac{\partial \mathscr{E}(n)}{\partial e_j(n)} "
     r"\frac{\partial e_j(n)}{\partial y_j(n)} \frac{\partial y_j(n)}{\partial v_j(n)} "
     r"\frac{\partial v_j(n)}{\partial w_{ji}(n)}", RIGHT),
    (HAYKIN, r"\frac{\partial \mathscr{E}(n)}{\partial w_{ji}(n)} = \frac{\partial \mathscr{E}(n)}{\partial e_j(n)} "
     r"\frac{\partial e_j(n)}{\partial y_j(n)} \frac{\partial v_j(n)}{\partial w_{ji}(n)}", WRONG),
    (HAYKIN, r"\Delta w_{ji}(n) = \eta e_j(n) \varphi'_j(v_j(n)) y_i(n)", RIGHT),
    (HAYKIN, r"\Delta w_{ji}(n) = \eta e_j(n) \varphi'_j(v_j(n)) y_j(n)", WRONG),
    (SQUARES, r"\frac{\partial C}{\partial a_k} = -2 e_k", RIGHT),
    (SQUARES, r"\frac{\partial C}{\partial a_k} = -e_k", WRONG),
    (LOSS_IS_E, r"\frac{\partial e}{\partial y_k} = y_k - t_k", RIGHT),
    (LOSS_IS_E, r"\frac{\partial e}{\partial y_k} = t_k - y_k", WRONG),
    # the loss of one output, and the sum of these
    (WORDS, r"E_{total} = E_{o1} + E_{o2}", RIGHT),
    (WORDS, r"E_{total} = E_{o_1} + E_{o_2}", RIGHT),
    (WORDS, r"E_{total} = E_{o1} - E_{o2}", WRONG),
    (WORDS, r"E_{total} = E_{o1}", WRONG),
    (WORDS, r"E_{o1} = \frac{1}{2}(target_{o1} - out_{o1})^2", RIGHT),
    (WORDS, r"E_{o1} = (target_{o1} - out_{o1})^2", WRONG),
    (WORDS, r"E_{o1} = \frac{1}{2}(target_{o2} - out_{o2})^2", WRONG),
    (PLAIN, r"E = E_1 + E_2", RIGHT),
    (PLAIN, r"E = E_1 + E_1", WRONG),
    (PLAIN, r"E = \sum_k E_k", RIGHT),
    (PLAIN, r"E_k = \frac{1}{2} (target_k - out_k)^2", RIGHT),
    (PLAIN, r"E_k = \frac{1}{2} (target_k - out_k)", WRONG),
    (SQUARES, r"C = C_1 + C_2", RIGHT),
    (SQUARES, r"C_1 = (a_1 - y_1)^2", RIGHT),
    (SQUARES, r"C_1 = \frac{1}{2} (a_1 - y_1)^2", WRONG),
    # a bracket in braces behind a function, and dg for g'
    (UNITS, r"\frac{\partial y_1}{\partial o_1} = \sigma{(o_1)} (1 - \sigma{(o_1)})", RIGHT),
    (UNITS, r"\frac{\partial y_1}{\partial o_1} = \sigma{(o_1)} (1 - \sigma{(o_2)})", WRONG),
    (UNITS, r"\frac{\partial y_1}{\partial o_1} = \sigma'{(o_1)}", RIGHT),
    (UNITS, r"\frac{\partial y_1}{\partial o_1} = \sigma{(o_1)}", WRONG),
    (UNITS, r"y_k = \sigma{\left(o_k\right)}", RIGHT),
    (BATCH, r"dZ^{[1]} = W^{[2]T} dZ^{[2]} * dg^{[1]}(Z^{[1]})", RIGHT),
    (BATCH, r"dZ^{[1]} = W^{[2]T} dZ^{[2]} * g^{[1]}(Z^{[1]})", WRONG),
    (BATCH, r"dz^{[2]} = da^{[2]} * dg^{[2]}(z^{[2]})", RIGHT),
    (BATCH, r"dz^{[2]} = da^{[2]} * dg^{[2]}(a^{[2]})", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("of", "formula", "verdict"), CASES)
def test_the_verdict(of, formula, verdict):
    grade = derivation(of).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


def test_what_an_error_was_taken_for_is_said():
    grade = derivation(HAYKIN).grade(None, r"\delta_j(n) = e_j(n) \varphi'_j(v_j(n))")
    assert grade.condition == "if e is the error d - y"

r"""Braces around a differential, letters that usually mean something else, and indices that are not set below.

Each kind has right formulas and wrong ones.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

RIGHT, WRONG, OPEN = "equal", "wrong", "ambiguous"


def row(setting, order="to-from", **letters):
    """Return a row with declared letters."""
    return {"setting": setting, "declared": {"order": order, "letters": letters}}


LOGISTIC = row("2-1 sig bce", "from-to", s="z", y=r"\hat{y}", t="y", loss="Loss")
LAYERS = row("2-3-2 sig half_sse", s="z", y="a", t="y", loss="L")
UNITS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "delta": -1, "letters": {"s": "net", "y": "y", "t": "t", "loss": "e"}},
}
DEEP = row("2-3-3-2 sig half_sse", s="z", a="a", y="a", t="y", w="w", loss="L", function="f")
DEEP["declared"]["vectors"] = "columns"
SOFTMAX = row("2-3-3 sig softmax", "from-to", s="z", a="h", y="z", p=r"\hat{y}", t="y", loss="J")

CASES = [
    # the marks of a name in braces with its d
    (LOGISTIC, r"\frac{dLoss}{{dw}_{1}} = \frac{dLoss}{d\hat{y}} \cdot \frac{d\hat{y}}{dz} \cdot \frac{dz}{dw1}",
     RIGHT),
    (LOGISTIC, r"\frac{dLoss}{{dw}_{1}} = (\hat y - y) x_1", RIGHT),
    (LOGISTIC, r"\frac{dLoss}{{dw}_{1}} = (\hat y - y) x_2", WRONG),
    (LOGISTIC, r"\frac{dLoss}{{db}_{1}} = \hat y - y", RIGHT),
    (LOGISTIC, r"\frac{dLoss}{{db}_{1}} = y - \hat y", WRONG),
    (LOGISTIC, r"{dw}_{1} = (\hat y - y) x_1", RIGHT),
    (LOGISTIC, r"{dw}_{1} = (\hat y - y) x_2", WRONG),
    (LAYERS, r"\frac{\partial L}{{\partial W}^{[2]}} = \frac{\partial L}{{\partial z}^{[2]}} a^{[1]T}", RIGHT),
    (LAYERS, r"\frac{\partial L}{{\partial W}^{[2]}} = \frac{\partial L}{{\partial z}^{[1]}} a^{[1]T}", WRONG),
    (LAYERS, r"\frac{dL}{{dz}_{k}^{[2]}} = (a_k^{[2]} - y_k) a_k^{[2]} (1 - a_k^{[2]})", RIGHT),
    (LAYERS, r"\frac{dL}{{dz}_{k}^{[2]}} = (y_k - a_k^{[2]}) a_k^{[2]} (1 - a_k^{[2]})", WRONG),
    (LAYERS, r"{dW}^{[2]} = {dz}^{[2]} a^{[1]T}", RIGHT),
    (LAYERS, r"{dW}^{[2]} = {dz}^{[1]} a^{[1]T}", WRONG),
    (LAYERS, r"{dW}^{[2]T} = a^{[1]} {dz}^{[2]T}", RIGHT),
    (LAYERS, r"{dW}^{[2]T} = a^{[1]} {dz}^{[1]T}", WRONG),
    (LAYERS, r"{dz}_1 = W_2^T {dz}_2 \odot a_1 \odot (1 - a_1)", RIGHT),
    (LAYERS, r"{dz}_1 = W_2^T {dz}_1 \odot a_1 \odot (1 - a_1)", WRONG),
    (LAYERS, r"{\Delta W}^{[2]} = -\eta \delta^{[2]} a^{[1]T}", RIGHT),
    (LAYERS, r"{\Delta W}^{[2]} = -\eta \delta^{[1]} a^{[1]T}", WRONG),
    (LAYERS, r"{\Delta w}_{jk} = -\eta \delta_j a_k", RIGHT),
    (LAYERS, r"{\Delta w}_{jk} = -\eta \delta_k a_j", WRONG),
    # an index on the line behind a delta
    (UNITS, r"\delta j = (t_j - y_j) y_j (1 - y_j)", RIGHT),
    (UNITS, r"\delta j = (y_j - t_j) y_j (1 - y_j)", WRONG),
    (UNITS, r"w_{ji} = w_{ji} + \eta * \delta j * x_{ji} = w_{ji} + \eta * (t_j - y_j) y_j (1 - y_j) * x_{ji}", RIGHT),
    (UNITS, r"w_{ji} = w_{ji} - \eta * \delta j * x_{ji}", WRONG),
    (UNITS, r"\delta j = a_j (1 - a_j) \sum_k w_{kj} \delta k", RIGHT),
    (UNITS, r"\delta j = a_j (1 - a_j) \sum_k w_{jk} \delta k", WRONG),
    (UNITS, r"\frac{\delta e}{\delta y_k} = y_k - t_k", RIGHT),
    # a delta whose number may count layers from the outputs
    (SOFTMAX, r"\frac{\partial J}{\partial z_2} = \hat{y} - y = \delta_1", OPEN),
    (SOFTMAX, r"\frac{\partial J}{\partial z_2} = \hat{y} - y = \delta_2", RIGHT),
    (SOFTMAX, r"\frac{\partial J}{\partial z_2} = y - \hat{y} = \delta_1", WRONG),
    (SOFTMAX, r"\frac{\partial J}{\partial z_2} = \delta_1", WRONG),
    (SOFTMAX, r"\delta_1 = \frac{\partial J}{\partial z_2} = \hat{y} - y", OPEN),
    (SOFTMAX, r"\delta_1 = \frac{\partial J}{\partial z_2} = y - \hat{y}", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("of", "formula", "verdict"), CASES)
def test_the_verdict(of, formula, verdict):
    grade = derivation(of).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize("loss", ["I", r"\mathcal{I}", "p", "E", "e", "Q", "S", "T", r"\varepsilon", r"\Phi", "Err"])
@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial LOSS}{\partial a_k^L} = a_k^L - y_k", RIGHT),
        (r"\frac{\partial LOSS}{\partial a_k^L} = y_k - a_k^L", WRONG),
        (r"\frac{\partial LOSS}{\partial w_{jk}^l} = \frac{\partial LOSS}{\partial z_j^l} a_k^{l-1}", RIGHT),
        (r"\frac{\partial LOSS}{\partial w_{jk}^l} = \frac{\partial LOSS}{\partial z_k^l} a_k^{l-1}", WRONG),
        (r"\nabla_{W^{(2)}} LOSS = \delta^{(2)} a^{(1)T}", RIGHT),
        (r"W^{(2)} \leftarrow W^{(2)} - \eta \frac{\partial LOSS}{\partial W^{(2)}}", RIGHT),
        (r"W^{(2)} \leftarrow W^{(2)} + \eta \frac{\partial LOSS}{\partial W^{(2)}}", WRONG),
    ],
)
def test_any_letter_of_the_loss(loss, formula, verdict):
    grade = derivation(row("2-3-2 sig half_sse", s="z", y="a", t="y", loss=loss)).grade(
        None, formula.replace("LOSS", loss)
    )
    assert grade.verdict == verdict, str(grade)


def test_an_undeclared_i_is_the_identity_still():
    of = derivation(row("2-3-2 sig half_sse", s="z", y="a", t="y", loss="L"))
    assert of.grade(None, r"\frac{\partial L}{\partial a^{(2)}} = I (a^{(2)} - y)").verdict == "equal"
    assert of.grade(None, r"\frac{\partial L}{\partial a^{(2)}} = -I (a^{(2)} - y)").verdict == "wrong"


@pytest.mark.parametrize("letter", ["l", "k", "n"])
@pytest.mark.parametrize(
    ("formula", "words"),
    [
        (r"\delta^{(LAYER)} = (w^{(LAYER+1)})^T \delta^{(LAYER+1)}", "the factor f'(z) is missing"),
        (r"\delta^{(LAYER)} = w^{(LAYER+1)} \delta^{(LAYER+1)} \odot f'(z^{(LAYER)})", "the transpose of w^"),
        (r"\frac{\partial L}{\partial w^{(LAYER)}} = (a^{(LAYER-1)})^T \delta^{(LAYER)}", "in the wrong order"),
    ],
)
def test_a_slip_in_a_formula_for_any_layer_is_named(letter, formula, words):
    grade = derivation(DEEP).grade(None, formula.replace("LAYER", letter))
    assert grade.verdict == "wrong", str(grade)
    assert words in grade.diagnosis


@pytest.mark.parametrize("target", [None, "d_h[h]"])
def test_a_forgotten_sum_is_named_beside_the_index_that_it_leaves_unbound(target):
    grade = derivation(row("2-3-2 sig half_sse", "from-to", s="s", a="o", y="o", x="o", t="t", loss="E")).grade(
        target, r"\delta_j = o_j (1 - o_j) \delta_f w_{jf}"
    )
    assert grade.verdict == "wrong"
    assert "the sum over f is missing" in grade.diagnosis
    assert "the index f is not bound" in grade.diagnosis


ROWS = {
    "setting": "2-3-2 sig half_sse m=3 sum",
    "declared": {
        "order": "from-to", "vectors": "rows", "batch": "rows",
        "letters": {"s": "u", "a": "h", "y": "h", "x": "h", "t": "t", "loss": "E", "w": "W", "function": r"\phi"},
    },
}  # fmt: skip
PROBABLE = {
    "setting": "2-3-3 tanh softmax m=3 sum nobias",
    "declared": {"order": "from-to", "letters": {"s": "U", "a": "H", "y": "U", "p": "y", "t": "t", "loss": "E"}},
}
NETS = row("2-3-1 sig", "from-to", s="net", a="L", y="L", x="L", t="T", loss="E")
NOTES = [
    # a bracket from plain TeX or from an environment, with an index
    (ROWS, r"\begin{pmatrix} \frac{\partial E}{\partial W^L} \end{pmatrix}_{ij} = \sum_q H_{qi}^{L-1} \delta_{qj}^L",
     RIGHT),
    (ROWS, r"\begin{pmatrix} \frac{\partial E}{\partial W^L} \end{pmatrix}_{ij} = \sum_q H_{qj}^{L-1} \delta_{qi}^L",
     WRONG),
    (ROWS, r"\pmatrix{\frac{\partial E}{\partial b^L}}_{j} = \sum_q \delta_{qj}^L", RIGHT),
    (ROWS, r"\pmatrix{\frac{\partial E}{\partial b^L}}_{j} = -\sum_q \delta_{qj}^L", WRONG),
    # words that only connect, and a claim in a bracket of its own
    (ROWS, r"\text{or, } \delta^l = \big\{\delta^{l+1} (W^{l+1})^\top\big\} \odot \phi'(U^l)", RIGHT),
    (ROWS, r"\text{or, } \delta^l = \big\{\delta^{l+1} W^{l+1}\big\} \odot \phi'(U^l)", WRONG),
    (ROWS, r"\text{in the hidden layers, } \delta_{qj}^l = \sum_d \delta_{qd}^{l+1} W_{jd}^{l+1} "
     r"\phi'(U_{qj}^l)", RIGHT),
    (ROWS, r"\text{in the hidden layers, } \delta_{qj}^l = \sum_d \delta_{qd}^{l+1} W_{jd}^{l+1} "
     r"\phi(U_{qj}^l)", WRONG),
    (LAYERS, r"\frac{\partial L}{\partial W_{ij}^{[2]}} = \frac{\partial L}{\partial z_i^{[2]}} a_j^{[1]} "
     r"\qquad (\text{where}\quad \frac{\partial L}{\partial z_i^{[2]}} = \frac{\partial L}{\partial a_i^{[2]}} "
     r"\frac{\partial a_i^{[2]}}{\partial z_i^{[2]}})", RIGHT),
    (LAYERS, r"\frac{\partial L}{\partial W_{ij}^{[2]}} = \frac{\partial L}{\partial z_i^{[2]}} a_j^{[1]} "
     r"\qquad (\text{where}\quad \frac{\partial L}{\partial z_i^{[2]}} = \frac{\partial L}{\partial a_i^{[2]}})",
     WRONG),
    # words and blanks in front of the condition of a case
    (PROBABLE, r"\frac{\partial y_{qc}}{\partial U_{qj}} = \begin{cases} y_{qj} (1 - y_{qj}) \quad\text{if}\quad c = j,"
     r"\\ -y_{qc} y_{qj} \quad\quad\text{otherwise} \end{cases}", RIGHT),
    (PROBABLE, r"\frac{\partial y_{qc}}{\partial U_{qj}} = \begin{cases} y_{qj} (1 - y_{qj}) \quad\text{if}\quad c = j,"
     r"\\ y_{qc} y_{qj} \quad\quad\text{otherwise} \end{cases}", WRONG),
    # the function of a sum does not depend on a neuron of the same layer, so j is hidden
    (NETS, r"\frac{\partial E}{\partial L_j} = \frac{\partial E}{\partial L_k} \frac{\partial L_k}{\partial L_j} "
     r"= \frac{\partial E}{\partial L_k} \frac{\partial \sigma(net_k)}{\partial L_j}", RIGHT),
    (NETS, r"\frac{\partial E}{\partial L_j} = \frac{\partial E}{\partial L_k} \frac{\partial L_k}{\partial L_j} "
     r"= \frac{\partial E}{\partial L_k} \frac{\partial net_k}{\partial L_j}", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("of", "formula", "verdict"), NOTES)
def test_the_verdict_on_a_formula_with_notes(of, formula, verdict):
    grade = derivation(of).grade(None, formula)
    assert grade.verdict == verdict, str(grade)

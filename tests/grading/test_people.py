"""Formulas as people print them, with their authors' letters declared, get their true verdicts.

``people.jsonl`` has one formula in each line:

- ``set``: ``sources`` were printed by others, and ``matrices`` have vectors and matrices. ``textbooks``, ``courses``
  and ``lectures`` are in the style of these. ``derivations`` are from notes, posts and textbooks of sixty authors, and
  ``notes`` from those of more than two hundred others.
- ``kind``, ``formula`` and ``truth``.
- ``setting``: a name in :mod:`people_settings`.
- ``declared``: the meaning of the author's letters.
- ``slip``: the slip that was put into a right formula.
- ``names``: the diagnoses that would name this slip.
"""

import json
from pathlib import Path

import pytest
from people_settings import SETTINGS, derivation

from autograd.grading.explaining import diagnosis, explain

# One in four formulas of ``derivations`` and of ``notes``, and all others. The benchmark grades all formulas.
ALL = [json.loads(line) for line in (Path(__file__).parent / "people.jsonl").read_text(encoding="utf-8").splitlines()]
SAMPLED = ("derivations", "notes")
ROWS = [row for name in SAMPLED for row in [x for x in ALL if x["set"] == name][::4]]
ROWS += [row for row in ALL if row["set"] not in SAMPLED]
VERDICTS = {"right": {"equal"}, "needs-condition": {"equal"}, "wrong": {"wrong"}, "ill-formed": {"ill-formed", "wrong"}}
# These are a sum over steps with dots, powers of a matrix that a sum counts, a row of ones with dots, the derivative of
# a softmax entry by entry, that of a vector with respect to a matrix, and a quotient that lost its derivative sign.
OUT_OF_REACH = {"R09", "d2lrnn4", "9pdf3", "14itv4", "15rba3"}
# These are right in one reading and wrong in another. Weights of layer l may lead out of it or into it. A dZ may be the
# derivative of the mean loss or of a sample's own loss. Vectors may be rows or columns. Circles may bind more tightly
# than products, and a delta may be that of the activations.
OF_TWO_MINDS = {
    "I05",
    "6cnn7",
    "1gom4",
    "blog3",
    "blog4",
    "ptb2",
    "ptb3",
    "zhs5",
    "vec5",
    "kit2",
    "ufA1",
    "ufB2",
    "ufB3",
    "f36",
    "5ysi5",
    "5tnh5",
    "8exq3",
    "8ghi2",
    "8ssj5",
    "8vie2",
    "9tlk3",
    "13ned2",
    "13mth4",
    "16liw2",
    "16liw3",
    "16lla6",
}
# The slip in these is refused without a name: they are in the network's own text (R), have the number of another neuron
# or another step, or are cases.
UNNAMED = {
    "R01v1",
    "R08v1",
    "R17v1",
    "f25",
    "f44",
    "f54",
    "f57",
    "f60",
    "viz2",
    "rlr3",
    "rnna6",
    "rnnb3",
    "b3n10",
    "opn4",
    "5srm5",
    "6out4",
    "13l2n2",
    "16sai4",
    "16ois3",
}


@pytest.mark.sampled(6)
@pytest.mark.untraced
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['set']}-{row['id']}")
def test_a_printed_formula_gets_its_true_verdict(row):
    """Grade a row as a user would, and compare the verdict and the name of the slip with the truth."""
    grade = derivation(row).grade(row.get("target"), row["formula"], rate=row.get("rate"))
    if row["id"] in OUT_OF_REACH:
        assert grade.verdict == "unreadable", str(grade)
        return
    if row["id"] in OF_TWO_MINDS:
        assert grade.verdict == "ambiguous", str(grade)
        return
    assert grade.verdict in VERDICTS[row["truth"]], str(grade)
    if row["truth"] == "needs-condition":
        assert grade.condition
    if grade.verdict == "wrong" and "slip" in row and row["id"] not in UNNAMED:
        assert {mistake.kind for mistake in grade.mistakes} & set(row["names"]), str(grade)


def test_every_setting_is_used():
    assert {row["setting"] for row in ALL} <= set(SETTINGS)


SOFTMAX = {"setting": "3-3 softmax", "declared": {}}
PLAIN = {"setting": "2-3-2 sig half_sse", "declared": {}}
RECURRENT = {"setting": "rnn scalar", "declared": {"letters": {"s": "a", "a": "h", "t": "y", "y": r"\hat{y}"}}}
LOGISTIC = {"setting": "2-1 logistic m=3", "declared": {"order": "to-from", "letters": {"s": "z", "t": "y", "y": "a"}}}
PATTERNS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "delta": -1, "letters": {"s": "net", "a": "o", "y": "o", "x": "o"}},
}
BACKWARD = {
    "setting": "2-3-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "t": "y", "y": "a"}},
}
GERMAN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "delta": -1, "letters": {"s": "net", "a": "o", "y": "o", "x": "o"}},
}
ROWS_OF_A_BATCH = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "from-to", "letters": {"s": "z", "a": "h", "y": r"\hat{y}", "t": "y"}},
}
LINEAR = {"setting": "2-1 lin half_sse m=3", "declared": {"order": "to-from", "letters": {"y": "h", "t": "y"}}}
NUMBERED = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "from-to", "delta": 3, "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "x": "a"}},
}
LAYERS = {
    "setting": "rnn tanh ce",
    "declared": {"order": "to-from", "letters": {"a": "h", "y": "z", "p": r"\hat{y}", "t": "y"}},
}
TWO_LETTERS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "delta": -1, "letters": {"s": "I", "a": "O", "y": "y", "t": "d", "function": "f"}},
}
MEAN_SOFTMAX = {
    "setting": "2-3-3 tanh softmax m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "z", "p": "a", "t": "y"}},
}
WORDS = {"setting": "2-3-2 sig half_sse", "declared": {"order": "from-to", "letters": {"rate": r"\text{LR}"}}}
CHAIN = {"setting": "1-1-1 sig sse", "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y"}}}
BOLD = {
    "setting": "2-3-3 tanh softmax",
    "declared": {"order": "from-to", "letters": {"s": "z", "y": "z", "p": r"\hat{\mathbf{y}}", "t": r"\mathbf{y}"}},
}
SINGLE = {"setting": "2-1 sig bce", "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y"}}}
OWN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"letters": {"a": "H", "y": "O", "t": "Y", "loss": "E", "delta": r"\varepsilon"}},
}
SLOPES = {
    "setting": "2-3-2 sig sse",
    "declared": {
        "order": "to-from",
        "letters": {"s": "n", "a": "a", "y": "a", "delta": "s", "loss": "F", "rate": r"\alpha", "function": "f"},
    },
}
ONE_OUTPUT = {"setting": "2-3-1 sig", "declared": {"letters": {"a": "h", "y": r"\hat{y}", "t": "y"}}}
GRAVES = {
    "setting": "rnn tanh ce",
    "declared": {"letters": {"s": "a", "a": "b", "y": "a", "p": "y", "t": "z", "loss": "O", "function": r"\theta"}},
}
DEAD = {"setting": "2-3-1 relu,sig bce", "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y"}}}
MEAN = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y"}},
}
UPDATED = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "net", "a": "y", "y": "y", "t": "t", "loss": "e"}},
}
ROWS_OF_TWO = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y", "x": "x"}},
}
NUMBERS_BELOW = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "t": "y", "y": "a", "loss": "L", "function": "\\sigma"}},
}
MEAN_OF_ROWS = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "y", "t": "t"}},
}
NG = {
    "setting": "2-3-3 relu softmax m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "z", "p": "a", "t": "y", "x": "x"}},
}
ONE_LAYER = {
    "setting": "3-2 sig nobias",
    "declared": {"order": "from-to", "letters": {"s": "z", "y": "p", "t": "t", "x": "x", "loss": "E"}},
}
COUNTED = {"setting": "2-1 lin sse m=3", "declared": {"letters": {"y": r"\hat{y}", "t": "y", "x": "X", "loss": "J"}}}
ONCE_FALSE = [
    (SOFTMAX, None, "dp[1]/dy[1] = p[1]*(1-p[1])", "equal"),
    (SOFTMAX, None, "dp[1]/dy[2] = -p[1]*p[2]", "equal"),
    (SOFTMAX, None, "dp[1]/dy[2] = p[1]*p[2]", "wrong"),
    (SOFTMAX, None, "dL/dp[1] = -t[1]/p[1]", "equal"),
    (SOFTMAX, None, r"\frac{\partial L}{\partial y_o} = \sum_k \frac{\partial L}{\partial p_k}"
     r"\frac{\partial p_k}{\partial y_o}", "equal"),
    (PLAIN, None, r"\begin{aligned} \delta_o &= (y_o-t_o)y_o(1-y_o)\\ \frac{\partial L}{\partial y_o} &= \delta_o"
     r"\end{aligned}", "wrong"),
    (PLAIN, None, r"\begin{aligned} \delta_o &= (y_o-t_o)y_o(1-y_o)\\ t_o &= \delta_o \end{aligned}", "wrong"),
    (PLAIN, None, r"\frac{\partial L}{\partial b_o} = \delta_o, \quad \frac{\partial L}{\partial y_o} = \delta_o",
     "wrong"),
    (PLAIN, "w_ho[h,o]", r"\frac{\partial L}{\partial a_h} = \delta_o a_h", "wrong"),
    (PLAIN, "w_ho[h,o]", r"q = \delta_o a_h", "unreadable"),
    (PLAIN, "d_o[o]", r"\frac{\partial L}{\partial y_o} = -(t_o-y_o)y_o(1-y_o)", "wrong"),
    (PLAIN, "w_ho[h,o]", r"\frac{\partial L}{\partial W^{(2)}} = \delta^{(2)} a^{(1)}", "wrong"),
    (PLAIN, "w_ho[h,o]", r"\frac{\partial L}{\partial W^{(2)}} = a^{(1)} \delta^{(2)}", "wrong"),
    (PLAIN, "w_ih[i,h]", r"x \odot \delta^{(1)}", "wrong"),
    (PLAIN, None, r"\delta_j = a_j (1-a_j) \sum_k \delta_k w_{jk}", "equal"),
    (PLAIN, "w_ih[i,h]", r"\delta_h x_i^{(2)}", "unreadable"),
    (PLAIN, "b_o[o]", r"\delta_o t_o^{(7)}", "unreadable"),
    ({"setting": "2-3-3 tanh softmax", "declared": {"letters": {"function": r"\sigma"}}}, None,
     r"\delta_h = \sigma'(s_h)\sum_o \delta_o w_{ho}", "equal"),
    (RECURRENT, None, r"\frac{\partial h_3}{\partial h_1} = v^2 \sigma'(a_3)\sigma'(a_2)", "equal"),
    (RECURRENT, None, r"\frac{\partial h_2}{\partial h_1} = v^2 \sigma'(a_2)", "wrong"),
    (RECURRENT, None, r"\frac{\partial h_2}{\partial h_1} = v_t \sigma'(a_2)", "ambiguous"),
    (LOGISTIC, None, r"\frac{\partial J}{\partial w} = \frac{1}{m} X (A-Y)^T", "equal"),
    (LOGISTIC, None, r"\frac{\partial J}{\partial w} = X (A-Y)^T", "wrong"),
    (PATTERNS, None, r"\delta_{pj} = (t_{pj} - o_{pj}) f'_j(net_{pj})", "equal"),
    (PATTERNS, None, r"\frac{\partial E_p}{\partial w_{ji}} = -\delta_{pj} o_{pi}", "equal"),
    (PATTERNS, None, r"\delta_{pj} = (o_{pj} - t_{pj}) f'_j(net_{pj})", "wrong"),
    (PATTERNS, None, r"\delta_{pj} = f'_j(net_{pj}) \sum_k \delta_{pk} w_{jk}", "wrong"),
    (BACKWARD, None, r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)", "equal"),
    (BACKWARD, None, r"\delta^l = ((w^l)^T \delta^{l+1}) \odot \sigma'(z^l)", "ambiguous"),
    (BACKWARD, None, r"\delta^l_j = \sum_k w^l_{kj} \delta^{l+1}_k \sigma'(z^l_j)", "ambiguous"),
    (BACKWARD, None, r"\delta^{(l)} = ((W^{(l)})^T \delta^{(l+1)}) \odot \sigma'(z^{(l)})", "ambiguous"),
    (BACKWARD, None, r"\frac{\partial C}{\partial w^l} = \delta^{l+1} (a^l)^T", "equal"),
    ({"setting": "2-2-2 sig nobias", "declared": {"preset": "000"}}, "w_ih[i,h]", r"\delta_k = x_{ki}", "unreadable"),
    (ROWS_OF_A_BATCH, None, r"\frac{\partial L}{\partial b_1} = \sum_{n=1}^N (\frac{\partial L}{\partial Z_1})_n",
     "equal"),
    (ROWS_OF_A_BATCH, None, r"\frac{\partial L}{\partial b_1} = (\frac{\partial L}{\partial Z_1})_2", "wrong"),
    (LINEAR, None, r"\frac{\partial J}{\partial w_2} = \frac{1}{m} \sum_{i=1}^m (h(x^{(i)}) - y^{(i)}) x_1^{(i)}",
     "wrong"),
    (LINEAR, None, r"\frac{\partial J}{\partial b} = \frac{1}{m} \sum_{i=1}^m h(x^{(i)}) - y^{(i)}", "equal"),
    (LINEAR, None, r"\frac{\partial J}{\partial b} = \sum_{i=1}^m h(x^{(i)}) - y^{(i)}", "wrong"),
    (NUMBERED, None, r"\delta_2 = \delta_3 \cdot W_2^T \cdot A_2(1-A_2)", "equal"),
    (NUMBERED, None, r"\delta_2 = \delta_3 W_2^T \sigma'(Z_2)", "equal"),
    (NUMBERED, None, r"\delta_2 = \delta_3 W_1^T \sigma'(Z_2)", "wrong"),
    (NUMBERED, None, r"\nabla_{W_2} J = A_2^T \cdot \delta_3", "wrong"),
    (NUMBERED, None, r"\nabla_{W_2} J = \frac{1}{m} A_2^T \cdot \delta_3", "equal"),
    (LAYERS, None, r"\frac{\partial h_{t+1}}{\partial h_t} = W_{hh}^T \text{diag}(1 - h_{t+1}^2)", "equal"),
    (LAYERS, None, r"\frac{\partial h_{t+1}}{\partial h_t} = W_{hh}^T \text{diag}(1 - h_t^2)", "wrong"),
    (LAYERS, None, r"\frac{\partial L}{\partial b_h} = \sum_t \frac{\partial L}{\partial h_t} "
     r"\frac{\partial h_t}{\partial b_h} = \sum_t \text{diag}(1 - h_t^2) \frac{\partial L}{\partial h_t}", "equal"),
    (TWO_LETTERS, None, r"\frac{\partial E}{\partial w_{jk}} = \frac{\partial E}{\partial O_k} "
     r"\frac{\partial O_k}{\partial I_k} \frac{\partial I_k}{\partial w_{jk}} = -(d_k - y_k) f'(I_k) O_j", "equal"),
    (TWO_LETTERS, None, r"\frac{\partial E}{\partial w_{jk}} = -(d_k - y_k) f'(I_k) O_k", "wrong"),
    (TWO_LETTERS, None, r"w_{jk}(new) = w_{jk}(old) + \Delta w_{jk}", "equal"),
    (TWO_LETTERS, None, r"v_{ij}(new) = v_{ij}(old) + \eta \delta_j x_i", "equal"),
    (TWO_LETTERS, None, r"v_{ij}(new) = v_{ij}(old) - \eta \delta_j x_i", "wrong"),
    (MEAN_SOFTMAX, None, r"dZ^{[2]} = \frac{1}{m} (A^{[2]} - Y)", "equal"),
    (MEAN_SOFTMAX, None, r"dZ^{[2]} = \frac{2}{m} (A^{[2]} - Y)", "wrong"),
    (MEAN_SOFTMAX, None, r"db^{[2]} = \frac{1}{m} \Sigma {dZ^{[2]}}", "equal"),
    (MEAN_SOFTMAX, None, r"dZ^{[2]} = A^{[2]} - Y \newline dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[1]T}", "equal"),
    (MEAN_SOFTMAX, None, r"dZ^{[2]} = A^{[2]} - Y \newline dW^{[2]} = \frac{1}{m} dZ^{[2]} A^{[2]T}", "wrong"),
    (MEAN_SOFTMAX, None, r"L = \frac{1}{m} \sum_{k=0}^{m-1} L_k", "equal"),
    (MEAN_SOFTMAX, None, r"L = \sum_{k=0}^{m-1} L_k", "wrong"),
    (TWO_LETTERS, None, r"\boxed{\Delta w_{jk} = \eta\,\delta_k\,O_j}", "equal"),
    (TWO_LETTERS, None, r"\boxed{\Delta w_{jk} = -\eta\,\delta_k\,O_j}", "wrong"),
    (TWO_LETTERS, None, r"w_{\text{new}} = w_{\text{old}} - \eta \frac{\partial E}{\partial w_{jk}}", "equal"),
    (TWO_LETTERS, None, r"w_{\text{new}} = w_{\text{old}} + \eta \frac{\partial E}{\partial w_{jk}}", "wrong"),
    (TWO_LETTERS, None, r"\delta_k = (d_k - y_k) f'(I_k), \quad \text{avec } f'(I_k) = y_k (1 - y_k)", "equal"),
    (WORDS, None, r"w_{jk}^{\text{new}} = w_{jk}^{\text{old}} "
     r"- \text{LR} \cdot \frac{\partial L}{\partial w_{jk}}", "equal"),
    (WORDS, None, r"w_{jk}^{\text{new}} = w_{jk}^{\text{old}} "
     r"+ \text{LR} \cdot \frac{\partial L}{\partial w_{jk}}", "wrong"),
    (LAYERS, None, r"\frac{\partial h_T}{\partial h_1} "
     r"= \prod_{t=2}^{T} \frac{\partial h_t}{\partial h_{t-1}}", "equal"),
    (LAYERS, None, r"\frac{\partial h_T}{\partial h_1} "
     r"= \prod_{t=3}^{T} \frac{\partial h_t}{\partial h_{t-1}}", "wrong"),
    (BACKWARD, None, r"\frac{\partial C}{\partial a_j^L} = \sum_{i=1}^{n_{L+1}} \delta_i^{L+1} w_{ij}^{L+1}", "equal"),
    (BACKWARD, None, r"\frac{\partial C}{\partial a_j^L} = \sum_{i=1}^{n_{L+1}} \delta_i^{L+1} w_{ji}^{L+1}", "wrong"),
    (BACKWARD, None, r"\frac{\partial C}{\partial w^{L-1}_{jk}} = \delta_j^{L} a^{L-1}_k", "equal"),
    (BACKWARD, None, r"\frac{\partial C}{\partial w^{L-1}_{jk}} = \delta_k^{L} a^{L-1}_j", "wrong"),
    (BACKWARD, None, r"\frac{\partial C}{\partial W^{L-1}} = \delta^{L} \otimes a^{L-1}", "equal"),
    (BACKWARD, None, r"\frac{\partial C}{\partial a^{(2)}} = W^{(2)T} \frac{\partial C}{\partial z^{(3)}}",
     "ambiguous"),
    (CHAIN, None, r"\frac{dL}{dW_1} = \frac{dL}{dz_1} \cdot a_1", "wrong"),
    (CHAIN, None, r"\frac{dL}{dW_2} = \frac{dL}{dz_2} \cdot a_1", "equal"),
    (BOLD, None, r"\frac{\partial L}{\partial \mathbf{z}_2} = \hat{\mathbf{y}} - \mathbf{y}", "equal"),
    (BOLD, None, r"\frac{\partial L}{\partial \mathbf{z}_2} = \mathbf{y} - \hat{\mathbf{y}}", "wrong"),
    (SINGLE, None, "dw_2 = x_1dz", "wrong"),
    (SINGLE, None, "dw_2 = x_2dz", "equal"),
    (LAYERS, None, r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^3 \delta_t h_{t}^T", "wrong"),
    (LAYERS, None, r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^3 \delta_t h_{t-1}^T", "equal"),
    (MEAN, None, r"\nabla_{W^{[2]}} C = \frac{1}{B} \Delta^{[2]} A^{[1]T}", "equal"),
    (OWN, None, r"\varepsilon_k = (O_k - Y_k) O_k (1 - O_k)", "equal"),
    (OWN, None, r"\varepsilon_k = (Y_k - O_k) O_k (1 - O_k)", "wrong"),
    (OWN, None, r"\frac{\partial E}{\partial c_k} = \varepsilon_k", "equal"),
    (OWN, None, r"\varepsilon_1^{(1)} = \sum_{k=1}^2 \varepsilon_k^{(2)} w_{1k}^{(2)} H_1 (1 - H_1)", "equal"),
    (OWN, None, r"\varepsilon_1^{(1)} = \sum_{k=1}^2 \varepsilon_k^{(2)} w_{2k}^{(2)} H_1 (1 - H_1)", "wrong"),
    (OWN, None, r"\frac{\partial E}{\partial v_{jk}} = \varepsilon_k H_j" + "\uff0c"
     + r"\quad \frac{\partial E}{\partial b_k} = \varepsilon_k", "equal"),
    (SLOPES, None, r"\mathbf{s}^1 = \dot{\mathbf{F}}^1(\mathbf{n}^1)(\mathbf{W}^{2})^T \mathbf{s}^{2}", "equal"),
    (SLOPES, None, r"\mathbf{s}^1 = \dot{\mathbf{F}}^2(\mathbf{n}^2)(\mathbf{W}^{2})^T \mathbf{s}^{2}", "wrong"),
    (SLOPES, None, r"s_i^2 = \frac{\partial F}{\partial n_i^2} = -2 (t_i - a_i) f'(n_i^2)", "equal"),
    (SLOPES, None, r"\mathbf{W}^2(k+1) = \mathbf{W}^2(k) - \alpha \mathbf{s}^2 (\mathbf{a}^{1})^T", "equal"),
    (SOFTMAX, None, r"\frac{\partial p_k}{\partial y_j} = p_k (I_{kj} - p_j)", "equal"),
    (SOFTMAX, None, r"\frac{\partial p_k}{\partial y_j} = p_k (I_{kj} - p_k)", "wrong"),
    (LOGISTIC, None, r"\nabla J(\mathbf{w}) = \frac{1}{m} \sum_{n=1}^{m} (a_n - y_n) \mathbf{x}_n", "equal"),
    (LOGISTIC, None, r"\nabla J(\mathbf{w}) = \sum_{n=1}^{m} (a_n - y_n) \mathbf{x}_n", "wrong"),
    (LOGISTIC, None, r"b \leftarrow b - \frac{\eta}{m} \mathbf{1}^T (A - Y)", "equal"),
    (ONE_OUTPUT, None, r"\delta_j = \delta_o v_j h_j (1 - h_j)", "equal"),
    (ONE_OUTPUT, None, r"\delta_j = \delta_o v_j h_j", "wrong"),
    (GRAVES, None, r"\delta_h^t = \theta'(a_h^t)\left(\sum_{k=1}^K \delta_k^t w_{hk} "
     r"+ \sum_{h'=1}^H \delta_{h'}^{t+1} w_{hh'}\right)", "equal"),
    (DEAD, None, r"\frac{\partial L}{\partial a^{[2]}} = -\frac{y}{a^{[2]}} - \frac{1-y}{1-a^{[2]}}", "wrong"),
    (UPDATED, None, r"W_{new_{ji}}=W_{old_{ji}}-\eta\frac{\partial e}{\partial W_{ji}}", "equal"),
    (UPDATED, None, r"W_{new_{ji}}=W_{old_{ji}}-\eta\frac{\partial e}{\partial W_{ij}}", "wrong"),
    (ROWS_OF_TWO, None, r"\frac{\partial L}{\partial W^{(1)}} = \delta^{(2)} x^T", "ambiguous"),
    (ROWS_OF_TWO, None, r"\frac{\partial L}{\partial W^{(1)}} = \delta^{(1)} x^T", "equal"),
    (ROWS_OF_TWO, None, r"\delta^{[1]} = \frac{\partial L}{\partial z^{[2]}} \frac{\partial z^{[2]}}{\partial a^{[1]}} "
     r"\frac{\partial a^{[1]}}{\partial z^{[1]}} = (W^{[2]})^T \delta^{[2]} \odot \sigma'(z^{[1]})", "equal"),
    (ROWS_OF_TWO, None, r"\delta^{[1]} = \frac{\partial L}{\partial z^{[2]}} \frac{\partial z^{[2]}}{\partial a^{[1]}} "
     r"\odot \sigma'(z^{[1]}) = (W^{[2]})^T \delta^{[2]} \odot \sigma'(z^{[1]})", "equal"),
    (ROWS_OF_TWO, None, r"\delta^{[1]} = \frac{\partial L}{\partial z^{[2]}} \frac{\partial a^{[1]}}{\partial z^{[1]}} "
     r"\frac{\partial z^{[2]}}{\partial a^{[1]}} = (W^{[2]})^T \delta^{[2]} \odot \sigma'(z^{[1]})", "wrong"),
    (NG, None, r"dZ^{[1]} = W^{[2]T} dZ^{[2]} .* g^{[2]\prime} (Z^{[1]})", "wrong"),
    (MEAN_OF_ROWS, None, r"\nabla_{W^{(2)}} = \nabla_{Z^{(2)}}^T H", "ambiguous"),
    (MEAN, None, r"\nabla_{W^{(2)}} L = \nabla_{Z^{(2)}} L A^{(1)T}", "equal"),
    (ONE_LAYER, None, r"\frac{\partial E}{\partial p_{j}} = \frac{\partial}{\partial p_{j}}\frac{1}{2}"
     r"\sum(t_{j}-p_{j})^{2} = p_j - t_j", "equal"),
    (ONE_LAYER, None, r"\frac{\partial E}{\partial p_{j}} = \sum(p_{j}-t_{j})", "wrong"),
    (ONE_LAYER, None, r"{\partial p_{j}} / {\partial z_{j}} = p_j(1-p_j)", "equal"),
    (ONE_LAYER, None, r"\partial p_{j} / {\partial z_{j}} = p_j", "wrong"),
    (SOFTMAX, None, r"\frac{\partial p_j}{\partial y_i} = -p_i p_j \quad (j \neq i)", "equal"),
    (SOFTMAX, None, r"\frac{\partial p_j}{\partial y_i} = p_i p_j (i \neq j)", "wrong"),
    (COUNTED, None, r"\frac{\partial J}{\partial b} = \frac{2}{M} \sum_{i=1}^{M} (\hat{y}^{(i)} - y^{(i)})", "equal"),
    (NUMBERS_BELOW, None, r"dW_2 = dz_2 a_1", "ambiguous"),
    (ROWS_OF_TWO, None, r"dW_2 = dz_2 a_1", "wrong"),
    (ROWS_OF_TWO, None, r"dW_2 = dz_2 a_1^T", "equal"),
    (ROWS_OF_TWO, None, r"\frac{\partial L}{\partial b^{(2)}} = \delta^{(3)}", "equal"),
    (SOFTMAX, None, r"\frac{\partial L}{\partial y_k} = -\sum_l \frac{t_l}{p_l} p_l (\delta_{lk} - p_k)", "equal"),
    (NG, None, r"db^{[2]} = \frac{1}{m}\sum_{i=1}^{m}dZ^{[3](i)}", "wrong"),
    (LOGISTIC, None, r"\frac{\partial J}{\partial w_j} = \frac{1}{m} \sum_{i=1}^m (a^{(i)} - y^{(i)}) x_i^{(i)}",
     "wrong"),
    (GERMAN, None, r"\delta_j = \begin{cases} f'(net_j)(t_j - o_j) & \text{falls } j \text{ output} \\ "
     r"f'(net_j)\sum_k \delta_k w_{jk} & \text{falls } j \text{ hidden}\end{cases}", "equal"),
]  # fmt: skip


@pytest.fixture
def _short_diagnoses(monkeypatch):
    """Let the search for slips end soon where their names do not matter."""
    for module in (diagnosis, explain):
        monkeypatch.setattr(module, "_SECONDS", 0.1)


@pytest.mark.sampled(3)
@pytest.mark.usefixtures("_short_diagnoses")
@pytest.mark.parametrize(("row", "target", "formula", "verdict"), ONCE_FALSE)
def test_a_verdict_that_was_once_false(row, target, formula, verdict):
    grade = derivation(row).grade(target, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula", "words"),
    [
        (MEAN, r"db^{[1]} = \sum_{i=1}^m dZ^{[1](i)}", "a dZ is the derivative of the mean loss"),
        (BACKWARD, r"\delta^{(l)} = ((W^{(l)})^T \delta^{(l+1)}) \odot \sigma'(z^{(l)})", "lead out of it"),
    ],
)
def test_what_no_reading_decides(row, formula, words):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == "ambiguous"
    assert words in grade.diagnosis


@pytest.mark.parametrize(
    ("order", "words"), [("to-from", "the transpose of a^(1) is missing"), ("from-to", "a^(1) delta^(2)^T belongs")]
)
def test_the_shapes_that_do_not_fit_are_said(order, words):
    row = {"setting": "2-3-2 sig half_sse", "declared": {"order": order}}
    grade = derivation(row).grade(None, r"\frac{\partial L}{\partial W^{(2)}} = \delta^{(2)} a^{(1)}")
    assert "times" in grade.diagnosis
    assert words in grade.diagnosis


def test_the_first_wrong_link_of_a_chain_is_marked():
    grade = derivation(PLAIN).grade(
        None,
        r"\delta_o = \frac{\partial L}{\partial y_o} \frac{\partial y_o}{\partial s_o} = (t_o - y_o) y_o (1 - y_o)",
    )
    assert (grade.verdict, grade.link) == ("wrong", 2)
    assert "the first wrong link of the chain: 2" in str(grade)


def test_what_letters_were_taken_to_mean_is_told():
    row = {"setting": "2-3-2 sig half_sse", "declared": {"letters": {"s": "z", "t": "y", "y": "a"}, "order": "to-from"}}
    grade = derivation(row).grade(None, r"\delta^l = ((w^{l+1})^T \delta^{l+1}) \odot \sigma'(z^l)")
    assert grade.verdict == "equal"
    assert "the vector of deltas of layer" in grade.reading
    assert "it holds for layer 1" in grade.reading


def test_an_index_that_nothing_binds_is_ill_formed():
    grade = derivation(PLAIN).grade(None, r"\delta_j = y_k y_k y_k + 3 t_k x_i")
    assert grade.verdict == "ill-formed"
    assert "not bound" in grade.diagnosis


@pytest.mark.sampled(4)
@pytest.mark.parametrize("convention", ["standard", "nielsen", "002", "bishop", "ng"])
@pytest.mark.parametrize(
    "setting", ["2-3-2 sig half_sse", "2-3-3 tanh softmax", "2-3-2 relu,lin", "2-3-2 sig half_sse m=3"]
)
def test_the_matrix_form_that_is_printed_is_read(setting, convention):
    found = derivation({"setting": setting, "declared": {"preset": convention}})
    lines = found.matrix().latex().replace("\\begin{aligned}", "").replace("\\end{aligned}", "").split("\\\\")
    lines = [line.replace("[4pt]", "").strip() for line in lines]
    assert len(lines) > 3
    assert {found.grade(None, line).verdict for line in lines if line} == {"equal"}

"""Labels that count nothing, the identity matrix, vectors of ones, and slips that they once hid."""

import itertools

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

LOGISTIC = {"setting": "2-1 logistic m=3", "declared": {"letters": {"y": r"\hat{y}", "t": "y", "loss": "J"}}}
PENALTY = {
    "setting": "2-1 lin half_sse m=3 l2",
    "declared": {"letters": {"y": r"\hat{y}", "t": "y", "loss": r"\mathcal{J}"}},
}
STEPS = {
    "setting": "rnn tanh ce",
    "declared": {"order": "to-from", "letters": {"s": "u", "a": "h", "y": "o", "p": r"\hat{y}", "t": "y"}},
}
LAYERS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "h", "y": "o", "t": "y"}},
}
SOFTMAX = {"setting": "3-3 softmax", "declared": {"order": "to-from", "letters": {"y": "z", "p": "s", "t": "y"}}}
WRITTEN_OUT = {
    "setting": "3-3 softmax explicit",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "s", "p": "s", "t": "y"}},
}
CAPITALS = {
    "setting": "3-3 softmax m=3",
    "declared": {"order": "from-to", "letters": {"y": "Z", "p": r"\hat{Y}", "t": "Y", "x": "X", "loss": "J"}},
}
BARS = {
    "setting": "2-3-3 relu softmax m=3",
    "declared": {
        "order": "to-from",
        "letters": {"s": "M", "a": "H", "y": "Z", "p": "Y", "t": "T", "x": "X", "loss": "E"},
    },
}
ONE_OUTPUT = {
    "setting": "2-3-1 sig,lin half_sse",
    "declared": {"order": "to-from", "letters": {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y"}},
}
LOGISTIC_OF_THREE = {
    "setting": "2-1 logistic m=3",
    "declared": {"order": "from-to", "letters": {"s": "z", "y": r"\hat y", "t": "y"}},
}
ONE_NEURON = {"setting": "2-1 sig bce", "declared": {"letters": {"s": "z", "y": "a", "t": "y"}}}
SCALARS = {
    "setting": "1-1-1 sig,lin half_sse",
    "declared": {"letters": {"s": "z", "a": "h", "y": r"\hat{y}", "t": "y"}},
}
RECTIFIED = {
    "setting": "2-3-1 relu,lin half_sse m=3",
    "declared": {"order": "from-to", "letters": {"s": "Z", "a": "A", "y": "P", "t": "Y", "x": "X"}},
}
DEEP = {
    "setting": "2-3-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "x": "a"}},
}
MEAN = {"setting": "1-1-1 sig sse m=3", "declared": {"letters": {"s": "z", "y": "a", "t": "y", "loss": "C"}}}
EXAMPLES = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "C"}, "delta": 3},
}

LABELS = [
    "BCE",
    "MLE",
    "reg",
    "L2",
    "data",
    "train",
    r"\text{MAP}",
    r"\mathrm{log}",
    "D",
    r"\mathcal{D}",
    "w,b",
    r"\theta",
]
GRADIENTS = [
    (r"\frac{1}{m} \mathbf{X}^\top (\hat{\mathbf{y}} - \mathbf{y})", "equal"),
    (r"\frac{1}{m} \mathbf{X}^\top (\mathbf{y} - \hat{\mathbf{y}})", "wrong"),
    (r"\mathbf{X}^\top (\hat{\mathbf{y}} - \mathbf{y})", "wrong"),
]


@pytest.mark.parametrize(("label", "case"), list(itertools.product(LABELS, GRADIENTS)))
def test_a_label_below_the_loss_counts_nothing(label, case):
    right, verdict = case
    grade = derivation(LOGISTIC).grade(None, rf"\frac{{\partial J_{{{label}}}}}{{\partial \mathbf{{w}}}} = {right}")
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize("label", ["train", "min", "L2", "reg"])
def test_a_word_below_the_loss_may_contain_letters_that_count(label):
    formula = r"\frac{\partial J_{train}}{\partial w_j} = \frac{1}{m} \sum_{i=1}^m (\hat{y}^{(i)} - y^{(i)}) x_j^{(i)}"
    assert derivation(LOGISTIC).grade(None, formula.replace("train", label)).verdict == "equal"


def test_a_letter_that_counts_elsewhere_is_no_label():
    """The loss of sample i is not the mean loss."""
    of_one = r"\frac{\partial J_i}{\partial w_j} = (\hat{y}_i - y_i) x_{ij}"
    assert derivation(LOGISTIC).grade(None, of_one).verdict == "equal"
    assert derivation(LOGISTIC).grade(None, of_one.replace("J_i", "J")).verdict == "wrong"


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\frac{\partial \mathcal{J}_{reg}}{\partial w} = \frac{1}{m} X^T (\hat{y} - y) + \lambda w", "equal"),
        (r"\frac{\partial \mathcal{J}_{reg}}{\partial w} = \frac{1}{m} X^T (\hat{y} - y) - \lambda w", "wrong"),
        (r"\frac{\partial \mathcal{J}_{data}}{\partial w} = \frac{1}{m} X^T (\hat{y} - y)", "ambiguous"),
        (r"\frac{\partial \mathcal{J}_{reg}}{\partial w} = \lambda w", "ambiguous"),
        (r"\frac{\partial \mathcal{J}}{\partial w} = \frac{1}{m} X^T (\hat{y} - y)", "wrong"),
    ],
)
def test_a_label_may_name_a_part_of_a_loss_with_a_penalty(formula, verdict):
    grade = derivation(PENALTY).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


OF_STEP = r"= \frac{\partial L_t}{\partial o_t} \frac{\partial o_t}{\partial h_t}"
CASES = [
    # The name of a layer below a function.
    (STEPS, r"\frac{\partial h_t}{\partial h_{t-1}} = diag(f'_{h}(u_t)) \cdot W", "equal"),
    (STEPS, r"\frac{\partial h_t}{\partial h_{t-1}} = diag(f'_{h}(u_{t-1})) \cdot W", "wrong"),
    (STEPS, r"\frac{\partial h_t}{\partial u_t} = diag(\phi_h'(u_t))", "equal"),
    (LAYERS, r"\delta_2 = (o - y) \odot f_o'(z_2)", "equal"),
    (LAYERS, r"\delta_2 = (y - o) \odot f_o'(z_2)", "wrong"),
    (LAYERS, r"\delta_k = (o_k - y_k) f_o'(z_k)", "equal"),
    (LAYERS, r"\delta_j = f_h'(z_j) \sum_k w_{kj} \delta_k", "equal"),
    (LAYERS, r"\delta_j = f_h'(z_j) \sum_k w_{jk} \delta_k", "wrong"),
    (LAYERS, r"\delta_j = f_k'(z_j) \sum_k w_{kj} \delta_k", "wrong"),
    # The identity matrix, and vectors of ones.
    (SOFTMAX, r"\frac{\partial L}{\partial z} = (s\mathbf{1}^T - I) y", "equal"),
    (SOFTMAX, r"\frac{\partial L}{\partial z} = (s\mathbf{1}^\top - \mathbf{I}) y", "equal"),
    (SOFTMAX, r"\frac{\partial L}{\partial z} = (I - s\mathbf{1}^T) y", "wrong"),
    (SOFTMAX, r"\frac{\partial L}{\partial z} = s\mathbf{1}^T y - y", "equal"),
    (SOFTMAX, r"\frac{\partial L}{\partial z} = s\mathbf{1}^T y + y", "wrong"),
    (SOFTMAX, r"\frac{\partial s}{\partial z} = \operatorname{diag}(s)(I - \mathbf{1}s^T)", "equal"),
    (SOFTMAX, r"\frac{\partial s}{\partial z} = (I - s\mathbf{1}^T)\operatorname{diag}(s)", "equal"),
    (SOFTMAX, r"\frac{\partial s}{\partial z} = \operatorname{diag}(s)(I - \operatorname{diag}(s))", "wrong"),
    (LAYERS, r"\frac{\partial z_2}{\partial b_2} = \mathbf{I}", "equal"),
    (LAYERS, r"\frac{\partial h}{\partial z_1} = I", "wrong"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial b_1} = (\hat{y} - y) W_2 \text{diag}(\sigma'(a_1)) \cdot I", "equal"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial b_1} = (y - \hat{y}) W_2 \text{diag}(\sigma'(a_1)) \cdot I", "wrong"),
    # Small letters for the samples of batches with capitals.
    (CAPITALS, r"\frac{\partial J}{\partial \mathbf{b}} = \frac{1}{n} \sum_{i=1}^n (\hat{\mathbf{y}}_i - \mathbf{y}_i)",
     "equal"),
    (CAPITALS, r"\frac{\partial J}{\partial \mathbf{b}} = \frac{1}{n} \sum_{i=1}^n (\mathbf{y}_i - \hat{\mathbf{y}}_i)",
     "wrong"),
    (CAPITALS, r"\frac{\partial J}{\partial \mathbf{b}} = \sum_{i=1}^n (\hat{\mathbf{y}}_i - \mathbf{y}_i)", "wrong"),
    # The only output with an index that is on no other side.
    (ONE_OUTPUT, r"\delta_k = \hat{y} - y", "equal"),
    (ONE_OUTPUT, r"\delta_k = y - \hat{y}", "wrong"),
    (ONE_OUTPUT, r"\delta_j = (\hat{y} - y) h_j (1 - h_j)", "wrong"),
    # The first link of a chain may define the letter delta.
    (STEPS, r"\delta_t = \frac{\partial L_t}{\partial h_t} " + OF_STEP, "ambiguous"),
    (STEPS, r"\delta_t = \frac{\partial L}{\partial h_t} " + OF_STEP, "wrong"),
    # A letter to which a number is added counts layers.
    (DEEP, r"\frac{\partial L}{\partial W^{(L)}} = \delta^{(L)} (a^{(L-1)})^T", "equal"),
    (DEEP, r"\frac{\partial L}{\partial W^{(L)}} = \delta^{(L)} (a^{(L+1)})^T", "wrong"),
    (DEEP, r"\frac{\partial L}{\partial w_{ji}^{(K)}} = \delta_j^{(K)} a_i^{(K-1)}", "equal"),
    (DEEP, r"\frac{\partial L}{\partial w_{ji}^{(K)}} = \delta_j^{(K)} a_i^{(K+1)}", "wrong"),
    (LAYERS, r"w_{kj}^{(t+1)} = w_{kj}^{(t)} - \eta \delta_k^{(t)} h_j^{(t)}", "equal"),
    (LAYERS, r"w_{kj}^{(t+1)} = w_{kj}^{(t)} + \eta \delta_k^{(t)} h_j^{(t)}", "wrong"),
    # A sum that one side writes is not silent in another.
    (SOFTMAX, r"\frac{\partial L}{\partial z_i} = -\sum_j y_j (\delta_{ij} - s_i) = -y_j (\delta_{ij} - s_i)", "wrong"),
    (SOFTMAX, r"\frac{\partial L}{\partial z_i} = -\sum_j y_j (\delta_{ij} - s_i) = s_i - y_i", "equal"),
    (MEAN, r"\frac{\partial C}{\partial w^{(2)}} = \frac{1}{n} \sum_k \frac{\partial C_k}{\partial w^{(2)}}", "equal"),
    (MEAN, r"\frac{\partial C}{\partial w^{(2)}} = \frac{1}{n} \frac{\partial C_k}{\partial w^{(2)}}", "wrong"),
    (EXAMPLES, r"w^l \rightarrow w^l - \frac{\eta}{m} \sum_x \delta^{x,l} (a^{x,l-1})^T", "equal"),
    (EXAMPLES, r"w^l \rightarrow w^l - \frac{\eta}{m} \delta^{x,l} (a^{x,l-1})^T", "wrong"),
    (STEPS, r"\frac{\partial L_t}{\partial h^j_t} = \sum_k \frac{\partial L_t}{\partial o^k_t}"
     r"\frac{\partial o^k_t}{\partial h^j_t}", "equal"),
    (STEPS, r"\frac{\partial L_t}{\partial h^j_t} = \frac{\partial L_t}{\partial o^k_t}"
     r"\frac{\partial o^k_t}{\partial h^j_t}", "wrong"),
    # A new name at the end of a chain.
    (ONE_OUTPUT, r"\frac{\partial L}{\partial \hat{y}} = \hat{y} - y = e", "equal"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial \hat{y}} = y - \hat{y} = e", "wrong"),
    (ONE_OUTPUT, r"\frac{\partial L}{\partial \hat{y}} = e", "unreadable"),
    # Labels under braces.
    (ONE_NEURON, r"\frac{\partial a}{\partial w_1} = \underbrace{\frac{\partial a}{\partial z}}_{\sigma'(z)}"
     r"\underbrace{\frac{\partial z}{\partial w_1}}_{x_1}", "equal"),
    (ONE_NEURON, r"\frac{\partial a}{\partial w_1} = \underbrace{\frac{\partial a}{\partial z}}_{\sigma(z)}"
     r"\underbrace{\frac{\partial z}{\partial w_1}}_{x_1}", "ambiguous"),
    (ONE_NEURON, r"\frac{\partial a}{\partial w_1} = \underbrace{\frac{\partial a}{\partial z}}_{\text{slope}}"
     r"\underbrace{x_2}_{\text{input}}", "wrong"),
    # Bars over batches, the shapes of matrices, and transposes of numbers.
    (BARS, r"\overline{Z} = \frac{1}{N}(Y - T)", "equal"),
    (BARS, r"\overline{Z} = Y - T", "wrong"),
    (BARS, r"\overline{W^{(2)}} = (\overline{Z})^T H", "equal"),
    (BARS, r"\overline{M} = \overline{H} \odot \text{ReLU}'(M)", "equal"),
    (RECTIFIED, r"\frac{\partial L}{\partial Z_1} = "
     r"\frac{\partial L}{\partial A_1} \odot (Z_1 > 0) \quad \rightarrow \quad (N, 4)",
     "equal"),
    (RECTIFIED, r"\frac{\partial L}{\partial A_1} = "
     r"-\frac{\partial L}{\partial P} W_2^T \rightarrow (N, 1) \times (1, 4) = (N, 4)",
     "wrong"),
    (SCALARS, r"\frac{\partial L}{\partial W_1} = [(\hat{y} - y) \cdot W_2 \cdot \sigma'(z)] \cdot x^T", "equal"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_labels_identities_and_remarks(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula", "kind", "words"),
    [
        (SOFTMAX, r"\frac{\partial s_i}{\partial z_j} = s_i (1 - s_j)", "missing condition", "it holds for i = j only"),
        (
            SOFTMAX,
            r"\frac{\partial s}{\partial z} = \operatorname{diag}(s)(I - \operatorname{diag}(s))",
            "missing path",
            "the diagonal of the Jacobian",
        ),
        (
            WRITTEN_OUT,
            r"\frac{\partial s_i}{\partial z_i} = \frac{e^{z_i} \sum_k e^{z_k} - e^{2 z_i}}{\sum_k e^{z_k}}",
            "wrong power",
            "the square of",
        ),
        (
            SOFTMAX,
            r"\frac{\partial s_i}{\partial z_j} = s_i \mathbf{1}_{i=j} - s_j",
            "missing factor",
            "the factor s_i belongs to all terms",
        ),
        (ONE_NEURON, r"\nabla_{x} L = (a - y) x", "wrong quantity", "wrote x where w belongs"),
        (
            LOGISTIC_OF_THREE,
            r"\frac{\partial L}{\partial w_i} = \left(\frac1m \sum_n (\hat y^{(n)} - y^{(n)})\right)"
            r"\left(\frac1m \sum_n x_i^{(n)}\right)",
            "product of means",
            "the mean of products was written as a product of means",
        ),
        (
            LOGISTIC_OF_THREE,
            r"\frac{\partial L}{\partial w_i} = \left(\sum_n (\hat y^{(n)} - y^{(n)})\right)"
            r"\left(\frac1m \sum_n x_i^{(n)}\right)",
            "sum split",
            "the sum of products was written as a product of sums",
        ),
        (
            STEPS,
            r"\delta_t = \frac{\partial L}{\partial h_t} " + OF_STEP,
            "missing path",
            "the path through the next step is missing",
        ),
    ],
)
def test_a_slip_is_named(row, formula, kind, words):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == "wrong", str(grade)
    assert [mistake.kind for mistake in grade.mistakes] == [kind]
    assert words in grade.diagnosis

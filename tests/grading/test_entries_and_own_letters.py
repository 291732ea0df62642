r"""Entries such as ``(a_l)_j``, losses with arguments, Greek weights, names of one's own, typed lines, ``p(W x)``."""

import itertools
import random

import pytest

from autograd import Value, derive, dot, sigmoid, tanh, total
from nn import cross_entropy, half_sse, sse


def linear(s):
    return s


ALLOWED = {"equal": ("equal",), "wrong": ("wrong",), "refused": ("wrong", "ambiguous", "ill-formed")}


def network(sizes, activations, loss, samples=1, mean=False, biases=True):
    """Return the derivation of a layered network."""
    generator = random.Random(11)

    def leaf(name, *place):
        return Value(generator.uniform(0.1, 0.9), f"{name}[{','.join(map(str, place))}]")

    layers = [
        ([[leaf(f"w{k}", i + 1, j + 1) for i in range(n)] for j in range(m)], [leaf(f"b{k}", j + 1) for j in range(m)])
        for k, (n, m) in enumerate(itertools.pairwise(sizes), 1)
    ]
    losses = []
    for sample in range(1, samples + 1):
        place = () if samples == 1 else (sample,)
        values = [leaf("x", i + 1, *place) for i in range(sizes[0])]
        for (weights, shifts), activation in zip(layers, activations, strict=True):
            sums = [dot(row, values, b) if biases else dot(row, values) for row, b in zip(weights, shifts, strict=True)]
            values = [activation(s) for s in sums]
        targets = [generator.uniform(0.1, 0.9) for _ in range(sizes[-1])]
        if loss is cross_entropy:
            targets = [t / sum(targets) for t in targets]
        marked = [Value(t, f"t[{','.join(map(str, (o + 1, *place)))}]") for o, t in enumerate(targets)]
        losses.append(loss(values, marked))
    value = losses[0] if samples == 1 else total(losses) / (samples if mean else 1)
    leaves = [w for rows, _ in layers for row in rows for w in row]
    return derive(value, parameters=leaves + ([b for _, shifts in layers for b in shifts] if biases else []))


DEEP = network([2, 3, 3, 2], [tanh, tanh, linear], half_sse).convention(
    letters={"s": r"\vec{a}", "a": r"\vec{h}", "y": r"\vec{h}", "t": r"\vec{y}", "x": r"\vec{x}", "w": "W",
             "b": r"\vec{b}", "loss": r"\ell", "function": r"\sigma"},
    order="from-to",
)  # fmt: skip
OF_ENTRIES = [
    (r"\frac{\partial (\vec{a}_l)_k}{\partial (W_l)_{jk}} = (\vec{h}_{l-1})_j", "equal"),
    (r"\frac{\partial (\vec{a}_l)_k}{\partial (W_l)_{jk}} = (\vec{h}_l)_j", "refused"),
    (r"\frac{\partial \ell(f(\vec{x}_i), \vec{y}_i)}{\partial (\vec{b}_l)_j} = (\delta_l)_j", "equal"),
    (r"\frac{\partial \ell(f(\vec{x}_i), \vec{y}_i)}{\partial (W_l)_{jk}} = (\delta_l)_k (\vec{h}_{l-1})_j", "equal"),
    (r"\frac{\partial \ell(f(\vec{x}_i), \vec{y}_i)}{\partial (W_l)_{jk}} = (\delta_l)_j (\vec{h}_{l-1})_k", "refused"),
    (r"(\delta_l)_j = \sigma'((\vec{a}_l)_j) \sum_k (W_{l+1})_{jk} (\delta_{l+1})_k \quad \text{für } l < L", "equal"),
    (
        r"(\delta_l)_j = \sigma'((\vec{a}_l)_j) \sum_k (W_{l+1})_{kj} (\delta_{l+1})_k \quad \text{für } l < L",
        "refused",
    ),
    (r"(\delta_l)_j = \sigma'((\vec{a}_{l+1})_j) \sum_k (W_{l+1})_{jk} (\delta_{l+1})_k", "refused"),
    (r"(\delta_L)_j = (\vec{h}_L)_j - (\vec{y})_j", "equal"),
    (r"(\delta_L)_j = (\vec{y})_j - (\vec{h}_L)_j", "wrong"),
    (r"[\delta^{(1)}]_j = (1 - [\vec{h}^{(1)}]_j^2) \sum_k [W^{(2)}]_{jk} [\delta^{(2)}]_k", "equal"),
    (r"[\delta^{(1)}]_j = (1 - [\vec{h}^{(1)}]_j) \sum_k [W^{(2)}]_{jk} [\delta^{(2)}]_k", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), OF_ENTRIES)
def test_an_index_behind_a_bracket(formula, verdict):
    grade = DEEP.grade(None, formula)
    assert grade.verdict in ALLOWED[verdict], str(grade)


STATISTICS = network([2, 3, 2], [sigmoid, sigmoid], sse, samples=3, biases=False).convention(
    letters={"a": "z", "y": "f", "t": "y", "x": "x", "loss": "R", "function": r"\sigma"}, order="to-from"
)
OF_GREEK = [
    (r"\frac{\partial R_i}{\partial \beta_{km}} = -2 (y_{ik} - f_k(x_i))\, g_k'(\beta_k^T z_i)\, z_{mi}", "equal"),
    (r"\frac{\partial R_i}{\partial \beta_{km}} = 2 (y_{ik} - f_k(x_i))\, g_k'(\beta_k^T z_i)\, z_{mi}", "wrong"),
    (r"\frac{\partial R_i}{\partial \beta_{km}} = \delta_{ki} z_{mi}", "equal"),
    (r"\frac{\partial R_i}{\partial \beta_{km}} = \delta_{ki} x_{mi}", "refused"),
    (r"\frac{\partial R_i}{\partial \alpha_{ml}} = -\sum_k 2 (y_{ik} - f_k(x_i)) g_k'(\beta_k^T z_i) \beta_{km} "
     r"\sigma'(\alpha_m^T x_i) x_{il}", "equal"),
    (r"\frac{\partial R_i}{\partial \alpha_{ml}} = -2 \sum_k 2 (y_{ik} - f_k(x_i)) g_k'(\beta_k^T z_i) \beta_{km} "
     r"\sigma'(\alpha_m^T x_i) x_{il}", "wrong"),
    (r"s_{mi} = \sigma'(\alpha_m^T x_i) \sum_{k=1}^K \beta_{km} \delta_{ki}", "equal"),
    (r"s_{mi} = \sigma(\alpha_m^T x_i) \sum_{k=1}^K \beta_{km} \delta_{ki}", "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "verdict"), OF_GREEK)
def test_weights_alpha_and_beta(formula, verdict):
    grade = STATISTICS.grade(None, formula)
    assert grade.verdict in ALLOWED[verdict], str(grade)
    assert "deltas of this layer" in grade.condition if formula.startswith("s_") and verdict == "equal" else True


OF_NAMES = [
    ("EA_j = ∂E/∂y_j = y_j - d_j", "equal"),
    ("EA_j = ∂E/∂y_j = d_j - y_j", "wrong"),
    ("EW_ij = ∂E/∂w_ij = EI_j y_i", "equal"),
    ("EW_ij = ∂E/∂w_ij = EI_j y_j", "wrong"),
    ("EA_j = ∂E/∂y_j = y_j - d_j\nEI_j = ∂E/∂x_j = EA_j y_j (1 - y_j)", "equal"),
    ("EA_j = ∂E/∂y_j = y_j - d_j\nEI_j = ∂E/∂x_j = EA_j y_j", "wrong"),
    ("G_j = ∂E/∂y_j = y_j - d_j\nEI_j = G_j y_j (1 - y_j)  # the slope of the sigmoid", "equal"),
]


@pytest.mark.parametrize(("formula", "verdict"), OF_NAMES)
def test_typed_names_that_a_formula_defines(formula, verdict):
    letters = {"s": "x", "a": "y", "y": "y", "t": "d", "w": "w", "loss": "E", "delta": "EI"}
    derivation = network([2, 3, 2], [sigmoid, sigmoid], half_sse, biases=False)
    grade = derivation.convention(letters=letters, order="from-to").grade(None, formula)
    assert grade.verdict == verdict, str(grade)


OF_LINES = [
    ("dZ2 = Yhat - Y\ndW2 = (1/m) * A1.T @ dZ2\ndA1 = dZ2 @ W2.T\ndZ1 = dA1 * (1 - A1**2)  # of tanh", "equal"),
    ("dZ2 = Yhat - Y\ndW2 = (1/m) * A1.T @ dZ2\ndA1 = dZ2 @ W2.T\ndZ1 = dA1 * (1 - A1)  # of tanh", "wrong"),
    ("dZ2 = Yhat - Y\ndW2 = A1.T @ dZ2\ndA1 = dZ2 @ W2.T", "wrong"),
]


@pytest.mark.parametrize(("formula", "verdict"), OF_LINES)
def test_typed_lines_are_claims_of_their_own(formula, verdict):
    letters = {"s": "Z", "a": "A", "y": "Yhat", "t": "Y", "x": "X", "w": "W", "loss": "L"}
    derivation = network([2, 3, 2], [tanh, linear], half_sse, samples=4, mean=True)
    grade = derivation.convention(letters=letters, order="from-to", delta=4).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


OF_SOFTMAX = [
    (r"\frac{\partial L}{\partial w} = \sum_i x_i [\phi(w^T x_i) - y_i]^T", "equal"),
    (r"\frac{\partial L}{\partial w} = \sum_i x_i [y_i - \phi(w^T x_i)]^T", "wrong"),
    (r"\frac{\partial L}{\partial w} = \sum_i x_i [\phi(2 w^T x_i) - y_i]^T", "refused"),
]


@pytest.mark.parametrize(("formula", "verdict"), OF_SOFTMAX)
def test_a_softmax_of_a_product_with_weights(formula, verdict):
    derivation = network([2, 3], [linear], cross_entropy, samples=3, biases=False)
    letters = {"s": "z", "y": "z", "p": r"\phi", "t": "y", "x": "x", "w": "w", "loss": "L"}
    grade = derivation.convention(letters=letters, order="from-to").grade(None, formula)
    assert grade.verdict in ALLOWED[verdict], str(grade)


OF_GRADIENTS = [
    (r"\nabla L = \frac{1}{n} X^T (\hat{y} - y)", "equal"),
    (r"\nabla L = X^T (\hat{y} - y)", "wrong"),
    (r"\nabla L = \frac{1}{n} X^T (y - \hat{y})", "wrong"),
]


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize(("formula", "verdict"), OF_GRADIENTS)
def test_a_gradient_without_its_variable_is_that_of_the_weights_beside_inputs(formula, verdict, biases):
    derivation = network([2, 1], [linear], half_sse, samples=4, mean=True, biases=biases)
    letters = {"s": "z", "y": r"\hat{y}", "t": "y", "x": "X", "w": "w", "loss": "L"}
    assert derivation.convention(letters=letters).grade(None, formula).verdict == verdict


def test_a_gradient_without_its_variable_may_be_that_of_the_outputs():
    derivation = network([2, 2], [linear], half_sse)
    letters = {"s": "z", "y": r"\hat{y}", "t": "y", "x": "x", "w": "w", "loss": "L"}
    convention = derivation.convention(letters=letters)
    assert [convention.grade(None, rf"\nabla L = {x}").verdict for x in (r"\hat{y} - y", r"y - \hat{y}")] == [
        "equal",
        "wrong",
    ]

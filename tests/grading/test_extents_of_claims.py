r"""For which steps, samples and layers a claim is meant, and how far its sums reach.

Beside each right formula there is a wrong one in the same notation.
"""

import pytest
from people_settings import derivation


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


OF_LAST = setting("rnn tanh,lin half_sse last", "to-from", {"a": "h", "y": "y", "t": "d"}, vectors="columns")
OF_ALL = setting("rnn tanh half_sse", "to-from", {"a": "h", "y": "y", "t": "d"}, vectors="columns")
OF_LETTERS = {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "C", "function": r"\sigma"}
LAYERS = setting("2-3-2 sig half_sse", "to-from", OF_LETTERS, vectors="columns")
BATCH = {"x": "X", "s": "D", "y": "D", "loss": "L"}
COLUMNS, ROWS, EITHER = (
    setting("2-3 lin half_sse m=4 sum nobias", "to-from", BATCH, **more)
    for more in ({"batch": "columns"}, {"batch": "rows"}, {})
)
SOFTMAX = setting("3-3 softmax", "from-to", {"s": "x", "y": "x", "p": "y", "t": "t"})
MEAN = setting("1-1 lin half_sse m=3", "from-to", {"y": r"\hat{y}", "t": "y", "loss": "J"})

CASES = r"\frac{{\partial L}}{{\partial h_t}} = \begin{{cases}} {} & {}, \\ {} & {} \end{{cases}}"
FROM_OUTPUT, FROM_NEXT = r"W_{hy}^T \frac{\partial L}{\partial y_t}", r"W_{hh}^T \delta_{t+1}"
BOTH = f"{FROM_OUTPUT} + {FROM_NEXT}"
CHAIN = (
    r"\frac{\partial C(W, b)}{\partial b^{(l)}} = \frac{\partial C(W, b)}{\partial a^{(l)}} "
    r"\frac{\partial a^{(l)}}{\partial z^{(l)}} \frac{\partial z^{(l)}}{\partial b^{(l)}} = "
)

OF_STEPS = [
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_t^2)", "equal"),
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_t^2), \quad t < T", "equal"),
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_t^2), \quad t = T", "wrong"),
    (OF_LAST, r"\delta_t = (W_{hh}\delta_{t+1}) \odot (1 - h_t^2)", "wrong"),
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_{t+1}^2)", "wrong"),
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_{t-1}) \odot (1 - h_t^2)", "wrong"),
    (OF_LAST, r"\delta_t = (W_{hh}^\top\delta_t) \odot (1 - h_t^2)", "wrong"),
    (OF_ALL, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_t^2)", "wrong"),
    (OF_ALL, r"\delta_t = (W_{hh}^\top\delta_{t+1}) \odot (1 - h_t^2), \quad t < T", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial h_t} = W_{hh}^\top \frac{\partial L}{\partial z_{t+1}}", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial h_t} = W_{hh}^\top \frac{\partial L}{\partial z_t}", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial b_h} = \sum_{t=1}^{T} \delta_t", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial b_h} = \sum_{t=1}^{T} \delta_{t+1}", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial b_h} = \sum_{t=1}^{T-1} \delta_t", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial W_{hh}} = \sum_{t=1}^{T-1} \delta_{t+1} h_t^T", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial W_{xh}} = \sum_{t=1}^{T-1} \delta_t x_t^T", "wrong"),
    (OF_LAST, CASES.format(FROM_OUTPUT, "t = T", FROM_NEXT, "t < T"), "equal"),
    (OF_LAST, CASES.format(FROM_OUTPUT, r"\text{if } t = T", FROM_NEXT, r"\text{otherwise}"), "equal"),
    (OF_LAST, CASES.format(FROM_OUTPUT, "t = T", FROM_NEXT, r"t \neq T"), "equal"),
    (OF_LAST, CASES.format(r"W_{hy}^T (y_t - d_t)", "t = T", FROM_NEXT, "t < T"), "equal"),
    (OF_LAST, CASES.format(r"W_{hy}^T (d_t - y_t)", "t = T", FROM_NEXT, "t < T"), "wrong"),
    (OF_LAST, CASES.format(FROM_OUTPUT, "t = T", r"W_{hh} \delta_{t+1}", "t < T"), "wrong"),
    (OF_LAST, CASES.format(FROM_OUTPUT, "t < T", FROM_NEXT, "t = T"), "wrong"),
    (OF_LAST, CASES.format(FROM_OUTPUT, "t = T", FROM_OUTPUT, "t < T"), "wrong"),
    (OF_ALL, CASES.format(FROM_OUTPUT, "t = T", BOTH, "t < T"), "equal"),
    (OF_ALL, CASES.format(FROM_OUTPUT, "t = T", FROM_NEXT, "t < T"), "wrong"),
    (OF_ALL, CASES.format(BOTH, "t = T", FROM_OUTPUT, "t < T"), "wrong"),
    (OF_LAST, r"\delta_t = (W_{xh} \delta_{t-1}) \odot (1 - h_{t+1}^2)", "wrong"),  # of outputs, 0 = 0 before T
    (OF_LAST, r"\delta_t = (W_{hh} \delta_t) \odot (1 - h_t^2), \quad t < T", "wrong"),
    (OF_LAST, r"\delta_t = y_t - d_t", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial y_t} = y_t - d_t", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial y_3} = y_3 - d_3", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial y_3} = d_3 - y_3", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial h_T} = W_{hy}^T (y_T - d_T)", "equal"),
    (OF_LAST, r"\frac{\partial L}{\partial h_T} = W_{hy} (y_T - d_T)", "wrong"),
    (OF_LAST, r"\frac{\partial L}{\partial h_t} = W_{hy}^T (y_t - d_t) + W_{hh} \delta_{t+1}", "unreadable"),
]
OF_LAYERS = [
    (LAYERS, CHAIN + r"(a^{(l)} - y) \odot \sigma'(z^{(l)})", "equal"),
    (LAYERS, CHAIN + r"(y - a^{(l)}) \odot \sigma'(z^{(l)})", "wrong"),
    (LAYERS, CHAIN + r"(a^{(l)} - y) \odot \sigma'(z^{(l)}) \odot a^{(l)}", "wrong"),
    (LAYERS, CHAIN + r"(a^{(l)} - y) \odot \sigma(z^{(l)})", "wrong"),
    (LAYERS, CHAIN.removesuffix(" = "), "equal"),
    (LAYERS, CHAIN.replace("b^", "w^") + r"(a^{(l)} - y) \odot \sigma'(z^{(l)}) (a^{(l-1)})^T", "equal"),
    (LAYERS, CHAIN.replace("b^", "w^") + r"(a^{(l)} - y) \odot \sigma'(z^{(l)}) a^{(l-1)}", "wrong"),
]
OF_BATCHES = [
    (COLUMNS, r"\frac{\partial D_{dj}}{\partial W_{dc}} = X_{cj}", "equal"),
    (COLUMNS, r"\frac{\partial D_{dj}}{\partial W_{dc}} = X_{jc}", "wrong"),
    (COLUMNS, r"\frac{\partial D_{jd}}{\partial W_{dc}} = X_{jc}", "wrong"),
    (ROWS, r"\frac{\partial D_{jd}}{\partial W_{dc}} = X_{jc}", "equal"),
    (ROWS, r"\frac{\partial D_{jd}}{\partial W_{dc}} = X_{cj}", "wrong"),
    (EITHER, r"\frac{\partial D_{dj}}{\partial W_{dc}} = X_{cj}", "equal"),
    (EITHER, r"\frac{\partial D_{jd}}{\partial W_{dc}} = X_{jc}", "equal"),
    (EITHER, r"\frac{\partial D_{dj}}{\partial W_{dc}} = X_{jc}", "ambiguous"),
    (COLUMNS, r"\frac{\partial L}{\partial W_{dc}} = \sum_j \frac{\partial L}{\partial D_{dj}} X_{cj}", "equal"),
    (COLUMNS, r"\frac{\partial L}{\partial W_{dc}} = \sum_j \frac{\partial L}{\partial D_{dj}} X_{jc}", "wrong"),
]
_SUM = r"\frac{\partial L}{\partial x_i} = \sum_j \frac{\partial L}{\partial y_j} "
OF_SUMS = [
    (SOFTMAX, _SUM + r"y_j \delta_{ij} - \sum_j \frac{\partial L}{\partial y_j} y_j y_i", "equal"),
    (SOFTMAX, _SUM + r"y_j (\delta_{ij} - y_i)", "equal"),
    (SOFTMAX, _SUM + r"y_j \delta_{ij} - \frac{\partial L}{\partial y_j} y_j y_i", "ambiguous"),
    (SOFTMAX, _SUM + r"y_j \delta_{ij} + \frac{\partial L}{\partial y_j} y_j y_i", "wrong"),
    (MEAN, r"\frac{\partial J}{\partial b} = \frac1m \sum_i \hat{y}_i - y_i", "equal"),
    (MEAN, r"\frac{\partial J}{\partial b} = \frac1m \sum_i (\hat{y}_i - y_i)", "equal"),
    (MEAN, r"\frac{\partial J}{\partial b} = \frac1m \sum_i \hat{y}_i + y_i", "wrong"),
]


@pytest.mark.parametrize(("row", "formula", "verdict"), [*OF_STEPS, *OF_LAYERS, *OF_BATCHES, *OF_SUMS])
def test_the_verdict_on_a_claim_for_a_part_of_the_network(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


@pytest.mark.parametrize(
    ("row", "formula", "condition"),
    [
        (*OF_STEPS[0][:2], "for all steps but the last one"),
        (*OF_STEPS[1][:2], ""),
        (*OF_SUMS[4][:2], "if a sum applies to all terms with its index"),
        (*OF_SUMS[5][:2], ""),
    ],
)
def test_the_condition_says_for_which_part(row, formula, condition):
    assert derivation(row).grade(None, formula).condition == condition


def test_a_chain_that_only_holds_for_the_outputs_names_their_layer():
    assert "it holds for layer 2" in str(derivation(LAYERS).grade(None, OF_LAYERS[0][1]))

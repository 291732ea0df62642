r"""Documents that declare nothing: their layers, their only input or output, and their samples are in their formulas.

The truth of each formula was derived by hand. Each table has wrong formulas beside right ones.
"""

import pytest

from autograd import grade_document

THREE_LAYERS = [
    r"E = \dfrac{(T - L_k)^2}{2}",
    r"L_i = \sigma(\sum_h w_{hi} L_h) = \sigma(net_i)",
    r"L_j = \sigma(\sum_i w_{ij} L_i) = \sigma(net_j)",
    r"L_k = \sigma(\sum_j w_{jk} L_j) = \sigma(net_k)",
    r"\frac{\partial E}{\partial L_k} = L_k - T",
    r"\frac{\partial L_k}{\partial net_k} = L_k (1 - L_k)",
    r"\frac{\partial E}{\partial w_{jk}} = (L_k - T) L_k (1 - L_k) L_j",
]
ONE_INPUT = [
    r"y_n = \sigma(a_n)",
    "a_n = w_0 x_n + w_1",
    r"E = -\frac{1}{N} \sum_{n=0}^{N-1} \{ t_n \log y_n + (1 - t_n) \log(1 - y_n) \}",
    r"E_n = -t_n \log y_n - (1 - t_n) \log(1 - y_n)",
    r"\frac{\partial E_n}{\partial y_n} = -\frac{t_n}{y_n} + \frac{1 - t_n}{1 - y_n}",
    r"\frac{\partial a_n}{\partial w_1} = 1",
]
SAMPLES = [
    "z_i = w^T x_i + b",
    r"\hat{y}_i = \sigma(z_i)",
    r"L_i = -(y_i \log \hat{y}_i + (1 - y_i) \log(1 - \hat{y}_i))",
    r"L = \frac{1}{m} \sum_{i=1}^{m} L_i",
    r"\frac{\partial L_i}{\partial z_i} = \hat{y}_i - y_i",
]
LAYERS_OF_SAMPLES = [
    r"z^{(i)} = W_1 x^{(i)} + b_1",
    r"h^{(i)} = \tanh(z^{(i)})",
    r"\hat{y}^{(i)} = W_2 h^{(i)} + b_2",
    r"L^{(i)} = \frac{1}{2} \|\hat{y}^{(i)} - y^{(i)}\|^2",
    r"L = \frac{1}{m} \sum_{i=1}^{m} L^{(i)}",
]


def graded(formulas):
    return grade_document("\n\n".join([f"$${formula}$$" for formula in formulas]), format="markdown")


@pytest.mark.parametrize(
    ("formulas", "sizes", "samples"),
    [
        (THREE_LAYERS, "2-3-3-1 sigmoid; loss half_sse", ""),
        (ONE_INPUT, "-1 sigmoid; loss binary_cross_entropy", "3 samples, mean"),
        (SAMPLES, "-1 sigmoid; loss binary_cross_entropy", "3 samples, mean"),
        (LAYERS_OF_SAMPLES, "2-3-2 tanh, linear; loss half_sse", "3 samples, mean"),
    ],
)
def test_the_setting_is_found_and_all_definitions_are_right(formulas, sizes, samples):
    found = graded(formulas)
    assert sizes in found.reading
    assert samples in found.reading
    assert {claim.verdict for claim in found.claims} == {"equal"}


@pytest.mark.parametrize(
    ("formulas", "formula", "verdicts"),
    [
        (
            THREE_LAYERS,
            r"\frac{\partial E}{\partial L_j} = (L_k - T) L_k (1 - L_k) w_{jk}",
            "equal",
        ),
        (THREE_LAYERS, r"\frac{\partial E}{\partial L_j} = (L_k - T) w_{jk}", "wrong"),
        (
            THREE_LAYERS,
            r"\frac{\partial E}{\partial L_i} = \sum_j \frac{\partial E}{\partial L_j} L_j (1 - L_j) w_{ij}",
            "equal",
        ),
        (
            THREE_LAYERS,
            r"\frac{\partial E}{\partial L_i} = \sum_j \frac{\partial E}{\partial L_j} L_i (1 - L_i) w_{ij}",
            "wrong ambiguous",
        ),
        (
            THREE_LAYERS,
            r"\frac{\partial E}{\partial w_{hi}} = \frac{\partial E}{\partial L_i} L_i (1 - L_i) L_h",
            "equal",
        ),
        (ONE_INPUT, r"\frac{\partial E_n}{\partial a_n} = y_n - t_n", "equal"),
        (ONE_INPUT, r"\frac{\partial E_n}{\partial a_n} = t_n - y_n", "wrong"),
        (
            ONE_INPUT,
            r"\frac{\partial E}{\partial w_0} = \frac{1}{N} \sum_{n=0}^{N-1} (y_n - t_n) x_n",
            "equal",
        ),
        (
            ONE_INPUT,
            r"\frac{\partial E}{\partial w_0} = \frac{1}{N} \sum_{n=0}^{N-1} (y_n - t_n)",
            "wrong ambiguous",
        ),
        (
            ONE_INPUT,
            r"\frac{\partial E}{\partial w_1} = \frac{1}{N} \sum_{n=0}^{N-1} (y_n - t_n)",
            "equal",
        ),
        (
            ONE_INPUT,
            r"\frac{\partial E}{\partial w_1} = \frac{1}{N} \sum_{n=0}^{N-1} (y_n - t_n) x_n",
            "wrong ambiguous",
        ),
        (SAMPLES, r"\frac{\partial L_i}{\partial w} = (\hat{y}_i - y_i) x_i", "equal"),
        (
            SAMPLES,
            r"\frac{\partial L}{\partial w} = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}_i - y_i) x_i",
            "equal",
        ),
        (SAMPLES, r"\frac{\partial L}{\partial w} = \sum_{i=1}^{m} (\hat{y}_i - y_i) x_i", "wrong"),
        (
            SAMPLES,
            r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_{i=1}^{m} (\hat{y}_i - y_i)",
            "equal",
        ),
        (
            SAMPLES,
            r"\frac{\partial L}{\partial b} = \frac{1}{m} \sum_{i=1}^{m} (y_i - \hat{y}_i)",
            "wrong",
        ),
        (
            LAYERS_OF_SAMPLES,
            r"\frac{\partial L}{\partial W_2} = \frac{1}{m} \sum_{i=1}^m (\hat{y}^{(i)} - y^{(i)}) h^{(i)T}",
            "equal",
        ),
        (
            LAYERS_OF_SAMPLES,
            r"\frac{\partial L}{\partial W_2} = \sum_{i=1}^m (\hat{y}^{(i)} - y^{(i)}) h^{(i)T}",
            "wrong",
        ),
        (
            LAYERS_OF_SAMPLES,
            r"\frac{\partial L^{(i)}}{\partial b_2} = \hat{y}^{(i)} - y^{(i)}",
            "equal",
        ),
        (
            LAYERS_OF_SAMPLES,
            r"\frac{\partial L^{(i)}}{\partial b_2} = y^{(i)} - \hat{y}^{(i)}",
            "wrong",
        ),
    ],
)
def test_claims_in_the_setting_that_was_found(formulas, formula, verdicts):
    assert graded([*formulas, formula]).claims[-1].verdict in verdicts.split()


@pytest.mark.parametrize("forward", [[r"o_k = \sum_m W_{km} h_m + b_k"], []])
def test_a_single_layer_stays_one(forward):
    formulas = [
        r"L = -\sum_i y_i \log p_i",
        r"p_i = \frac{\exp(o_i)}{\sum_j \exp(o_j)}",
        r"\frac{\partial L}{\partial o_k} = p_k - y_k",
    ]
    found = graded([*formulas, *forward])
    assert found.reading.startswith("3-3 linear; loss cross_entropy")
    assert {claim.verdict for claim in found.claims} == {"equal"}

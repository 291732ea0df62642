r"""Documents that declare nothing and give each layer letters of its own: u and v, s and r, w and w'.

The truth of each formula was derived by hand. Each table has wrong formulas beside right ones.
"""

import pytest

from autograd import grade_document

ARRAYS = [
    "u = W_1 x + b_1",
    r"h = \sigma(u)",
    "v = W_2 h + b_2",
    r"y = \sigma(v)",
    r"E = \frac{1}{2} \|y - t\|^2",
    r"\frac{\partial E}{\partial v} = (y - t) \odot y \odot (1 - y)",
]
PRIMES = [
    r"u_j = \sum_i w_{ij} x_i",
    r"h_j = \sigma(u_j)",
    r"v_k = \sum_j w'_{jk} h_j",
    r"y_k = \sigma(v_k)",
    r"E = \frac{1}{2} \sum_k (y_k - t_k)^2",
    r"\frac{\partial E}{\partial v_k} = (y_k - t_k) y_k (1 - y_k)",
]
OTHERS = [
    r"s_j = \sum_i w_{ij} x_i + b_j",
    r"h_j = \sigma(s_j)",
    r"r_k = \sum_j v_{jk} h_j + c_k",
    r"o_k = \sigma(r_k)",
    r"E = \frac{1}{2} \sum_k (t_k - o_k)^2",
    r"\delta_k = \frac{\partial E}{\partial r_k} = -(t_k - o_k) o_k (1 - o_k)",
    r"\delta_j = \frac{\partial E}{\partial s_j}",
]
ONE_LETTER = [
    r"z_j = \sum_i w_{ij} x_i",
    r"h_j = \sigma(z_j)",
    r"z_k = \sum_j w_{jk} h_j",
    r"y_k = \sigma(z_k)",
    r"E = \frac{1}{2} \sum_k (y_k - t_k)^2",
]


def graded(formulas):
    text = "\n\n".join(["Two layers of sigmoid units.", *[f"$${formula}$$" for formula in formulas]])
    return grade_document(text, format="markdown")


@pytest.mark.parametrize("forward", [ARRAYS, PRIMES, OTHERS, ONE_LETTER])
def test_the_forward_pass_is_right(forward):
    assert {claim.verdict for claim in graded(forward).claims} <= {"equal", "definition"}


@pytest.mark.parametrize(
    ("forward", "formula", "is_right"),
    [
        (ARRAYS, r"\frac{\partial E}{\partial W_2} = \frac{\partial E}{\partial v} h^T", True),
        (ARRAYS, r"\frac{\partial E}{\partial W_2} = \frac{\partial E}{\partial u} h^T", False),
        (ARRAYS, r"\frac{\partial E}{\partial W_1} = \frac{\partial E}{\partial u} x^T", True),
        (ARRAYS, r"\frac{\partial E}{\partial W_1} = \frac{\partial E}{\partial v} x^T", False),
        (ARRAYS, r"\frac{\partial E}{\partial u} = \frac{\partial E}{\partial h} \odot h \odot (1 - h)", True),
        (ARRAYS, r"\frac{\partial E}{\partial u} = \frac{\partial E}{\partial h} \odot y \odot (1 - y)", False),
        (PRIMES, r"\frac{\partial E}{\partial w'_{jk}} = \frac{\partial E}{\partial v_k} h_j", True),
        (PRIMES, r"\frac{\partial E}{\partial w'_{jk}} = \frac{\partial E}{\partial u_k} h_j", False),
        (PRIMES, r"\frac{\partial E}{\partial h_j} = \sum_k \frac{\partial E}{\partial v_k} w'_{jk}", True),
        (PRIMES, r"\frac{\partial E}{\partial h_j} = \sum_k \frac{\partial E}{\partial v_k} w_{jk}", False),
        (PRIMES, r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial u_j} x_i", True),
        (PRIMES, r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial v_j} x_i", False),
        (OTHERS, r"\frac{\partial E}{\partial v_{jk}} = \delta_k h_j", True),
        (OTHERS, r"\delta_j = h_j (1 - h_j) \sum_k v_{jk} \delta_k", True),
        (OTHERS, r"\delta_j = h_j (1 - h_j) \sum_k w_{jk} \delta_k", False),
        (OTHERS, r"\frac{\partial E}{\partial w_{ij}} = \delta_j x_i", True),
        (OTHERS, r"\frac{\partial E}{\partial w_{ij}} = \delta_j h_i", False),
        (OTHERS, r"\frac{\partial E}{\partial c_k} = \frac{\partial E}{\partial r_k}", True),
        (OTHERS, r"\frac{\partial E}{\partial c_k} = \frac{\partial E}{\partial s_k}", False),
        (ONE_LETTER, r"\frac{\partial E}{\partial w_{jk}} = \frac{\partial E}{\partial z_k} h_j", True),
        (ONE_LETTER, r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial z_j} x_i", True),
        (ONE_LETTER, r"\frac{\partial E}{\partial w_{ij}} = \frac{\partial E}{\partial z_i} x_i", False),
    ],
)
def test_a_letter_stays_in_its_layer(forward, formula, is_right):
    assert (graded([*forward, formula]).claims[-1].verdict == "equal") == is_right

r"""The losses of single outputs, their sum, and a document in which each pre-activation has the letter of its layer.

The truth of each formula was derived by hand. Each table has wrong formulas beside right ones.
"""

import pytest

from autograd import derive, grade_document
from nn import MLP, half_sse

NETWORK = MLP(2, [2, 2], activation="sigmoid", output="sigmoid", seed=0)
SUM = r"\frac{\partial E_1}{\partial o_1} + \frac{\partial E_2}{\partial o_1}"
LETTERS = {"s": r"\mathrm{net}", "a": "h", "y": "o", "loss": "E"}


@pytest.mark.parametrize(
    ("formula", "is_right"),
    [
        (r"E_1 = \frac{1}{2} (t_1 - o_1)^2", True),
        (r"E_2 = \frac{1}{2} (t_2 - o_2)^2", True),
        (r"E_k = \frac{1}{2} (t_k - o_k)^2", True),
        (r"E_1 = \frac{1}{2} (t_2 - o_2)^2", False),
        (r"E_1 = \frac{1}{2} (t_1 - o_2)^2", False),
        (r"E_1 = (t_1 - o_1)^2", False),
        (r"E_{total} = E_1 + E_2", True),
        (r"E_T = E_1 + E_2", True),
        (r"E = \sum_k E_k", True),
        (r"E = E_1 - E_2", False),
        (r"E = E_1 + E_1", False),
        (r"E_{total} = \frac{1}{2} (E_1 + E_2)", False),
        (rf"\frac{{\partial E}}{{\partial o_1}} = {SUM}", True),
        (r"\frac{\partial E_{total}}{\partial o_1} = \frac{\partial E_1}{\partial o_1}", True),
        (r"\frac{\partial E_{total}}{\partial o_1} = \frac{\partial E_2}{\partial o_1}", False),
        (rf"2 \frac{{\partial E}}{{\partial o_1}} = {SUM}", False),
        (r"\frac{\partial E_2}{\partial o_1} = 0", True),
        (r"\frac{\partial E_2}{\partial o_1} = o_1 - t_1", False),
        (r"\frac{\partial E_1}{\partial w_5} = (o_1 - t_1) o_1 (1 - o_1) h_1", True),
        (r"\frac{\partial E_1}{\partial h_1} = (o_1 - t_1) o_1 (1 - o_1) w_5", True),
        (r"\frac{\partial E_1}{\partial h_1} = (o_2 - t_2) o_2 (1 - o_2) w_7", False),
    ],
)  # fmt: skip
def test_the_loss_of_an_output(formula, is_right):
    derivation = derive(half_sse(NETWORK([0.5, -1.0]), [0.0, 1.0])).convention(letters=LETTERS)
    assert (derivation.grade(None, formula).verdict == "equal") == is_right


EIGHT_WEIGHTS = [
    "h_1 = w_1 i_1 + w_2 i_2",
    "h_2 = w_3 i_1 + w_4 i_2",
    r"a_{h1} = \sigma(h_1)",
    r"a_{h2} = \sigma(h_2)",
    "o_1 = w_5 a_{h1} + w_6 a_{h2}",
    "o_2 = w_7 a_{h1} + w_8 a_{h2}",
    r"a_{o1} = \sigma(o_1)",
    r"a_{o2} = \sigma(o_2)",
    r"E_1 = \frac{1}{2} (t_1 - a_{o1})^2",
    r"E_2 = \frac{1}{2} (t_2 - a_{o2})^2",
    "E_T = E_1 + E_2",
]
TWO_LOSSES = [
    r"\mathcal{L}_n = \frac{1}{2} \| \mathbf{y}_n^* - \hat{\mathbf y}_n \|^2",
    r"J = \frac{1}{N} \sum_{n=1}^{N} \mathcal{L}_n",
    r"\mathbf z^{(\ell)} = \mathbf W^{(\ell)} \mathbf a^{(\ell-1)} + \mathbf b^{(\ell)}",
    r"\mathbf a^{(\ell)} = \sigma(\mathbf z^{(\ell)})",
    r"\delta_i^{(\ell)} = \frac{\partial \mathcal{L}}{\partial z_i^{(\ell)}}",
    r"\delta_i^{(\ell)} = \sigma'(z_i^{(\ell)}) \sum_k w^{(\ell+1)}_{k,i} \delta_k^{(\ell+1)}",
]
GREEK = [
    r"a_j = \sum_i \alpha_{ij} x_i",
    r"z_j = \sigma(a_j)",
    r"\hat{y} = \sum_j \beta_j z_j",
    r"J = \frac{1}{2} (\hat{y} - y)^2",
]


@pytest.mark.parametrize(
    ("formulas", "formula", "is_right"),
    [
        (EIGHT_WEIGHTS, r"\frac{\partial a_{o1}}{\partial o_1} = a_{o1} (1 - a_{o1})", True),
        (EIGHT_WEIGHTS, r"\frac{\partial a_{o1}}{\partial o_1} = o_1 (1 - o_1)", False),
        (EIGHT_WEIGHTS, r"\frac{\partial o_1}{\partial w_5} = a_{h1}", True),
        (EIGHT_WEIGHTS, r"\frac{\partial o_1}{\partial w_5} = h_1", False),
        (EIGHT_WEIGHTS, r"\frac{\partial E_T}{\partial w_5} = (a_{o1} - t_1) a_{o1} (1 - a_{o1}) a_{h1}", True),
        (EIGHT_WEIGHTS, r"\frac{\partial E_T}{\partial w_5} = (a_{o1} - t_1) o_1 (1 - o_1) a_{h1}", False),
        (TWO_LOSSES, r"\frac{\partial J}{\partial b^{(\ell)}} = \frac{1}{N} \Delta^{(\ell)} \mathbf 1", True),
        (TWO_LOSSES, r"\frac{\partial J}{\partial b^{(\ell)}} = \frac{1}{N} \Delta^{(\ell-1)} \mathbf 1", False),
        (TWO_LOSSES, r"\frac{\partial J}{\partial b^{(\ell)}} = \frac{1}{N} \Delta^{(1)} \mathbf 1", False),
        (TWO_LOSSES, r"J = \frac{1}{2 N} \sum_{n=1}^{N} \mathcal{L}_n", False),
        (GREEK, r"\frac{\partial J}{\partial \beta_j} = (\hat{y} - y) z_j", True),
        (GREEK, r"\frac{\partial J}{\partial \beta_j} = (\hat{y} - y) a_j", False),
        (GREEK, r"\frac{\partial J}{\partial a_j} = (\hat{y} - y) \beta_j z_j (1 - z_j)", True),
        (GREEK, r"\frac{\partial J}{\partial \alpha_{ij}} = \frac{\partial J}{\partial z_j} x_i", False),
    ],
)  # fmt: skip
def test_documents(formulas, formula, is_right):
    text = "\n\n".join([f"$${each}$$" for each in [*formulas, formula]])
    found = grade_document(text, format="markdown").claims
    assert {claim.verdict for claim in found[:-1]} == {"equal"}
    assert (found[-1].verdict == "equal") == is_right

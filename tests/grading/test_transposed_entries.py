r"""Entries of transposed matrices, columns with dots, and differentials in bold braces."""

import pytest
from people_settings import derivation

RIGHT, WRONG = "equal", "wrong"
LETTERS = {"s": "z", "a": "a", "y": "a", "t": "y^*", "loss": r"\mathcal L"}
TO_FROM = {"setting": "2-3-2 sig half_sse", "declared": {"order": "to-from", "letters": LETTERS}}
FROM_TO = {"setting": "2-3-2 sig half_sse", "declared": {"order": "from-to", "letters": LETTERS}}
MEAN = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {
        "order": "to-from",
        "delta": 3,
        "letters": {"s": "Z", "a": "A", "y": "A", "t": "Y", "x": "X", "loss": "J", "function": "g"},
    },
}
PLAIN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {
        "order": "to-from",
        "letters": {"s": "x", "a": "y", "y": "y", "t": "y^*", "loss": "e", "function": "f"},
    },
}
TRANSPOSED = [
    "W^{(2)T}_{%s}", r"W^{(2)\top}_{%s}", "W_{%s}^{(2)T}", "{W^{(2)}}^T_{%s}", "W^T_{%s}", "W_{%s}^T",
    "(W^{(2)})^T_{%s}",
]  # fmt: skip
ORDERS = [(TO_FROM, "ik", RIGHT), (TO_FROM, "ki", WRONG), (FROM_TO, "ki", RIGHT), (FROM_TO, "ik", WRONG)]
COLUMN = r"\delta^{(L)} = \begin{bmatrix} %s \\ \vdots \\ %s \end{bmatrix}"
IN_BRACKETS = r"\nabla_a \mathcal L = \left( \begin{matrix} a^L_1 - y^*_1 \\ \vdots \\ %s \end{matrix} \right)"
CASES = [
    *[(row, rf"\delta_i^{{(1)}} = \sigma'(z_i^{{(1)}}) \sum_k {weight % indices} \delta_k^{{(2)}}", verdict)
      for weight in TRANSPOSED
      for row, indices, verdict in ORDERS],
    # the letter of the last entry is a number of neurons
    (TO_FROM, COLUMN % (r"\delta_1^{(L)}", r"\delta_n^{(L)}") + r" = (a^{(L)} - y^*) \odot \sigma'(z^{(L)})", RIGHT),
    (TO_FROM, COLUMN % (r"(a_1^L - y_1^*) \sigma'(z_1^L)", r"(a_n^L - y_n^*) \sigma'(z_n^L)"), RIGHT),
    (TO_FROM, COLUMN % (r"(a_1^L - y_1^*) \sigma'(z_1^L)", r"(a_n^L - y_n^*) \sigma'(z_1^L)"), WRONG),
    (TO_FROM, COLUMN % (r"(y_1^* - a_1^L) \sigma'(z_1^L)", r"(y_n^* - a_n^L) \sigma'(z_n^L)"), WRONG),
    (TO_FROM, r"\nabla_a \mathcal L = \begin{pmatrix} a^L_1 - y^*_1 \\ \vdots \\ a_K^L - y_K^* \end{pmatrix}", RIGHT),
    (TO_FROM, IN_BRACKETS % "a_K^L - y_K^*", RIGHT),
    (TO_FROM, IN_BRACKETS % "y_K^* - a_K^L", WRONG),
    # a d in the braces of a bold letter, and differentials in an operator
    (MEAN, r"\mathbf{d A}^{[l-1]} = (\mathbf{W}^{[l]})^T \mathbf{d Z}^{[l]}", RIGHT),
    (MEAN, r"\mathbf{d A}^{[l-1]} = \mathbf{W}^{[l]} \mathbf{d Z}^{[l]}", WRONG),
    (MEAN, r"\boldsymbol{dW}^{[l]} = \frac{1}{m} \boldsymbol{dZ}^{[l]} (\mathbf{A}^{[l-1]})^T", RIGHT),
    (MEAN, r"\boldsymbol{dW}^{[l]} = \frac{1}{m} \boldsymbol{dZ}^{[l]} (\mathbf{A}^{[l]})^T", WRONG),
    (PLAIN, r"\frac{\mathop{de}}{\mathop{dy_j^2}} = y_j^2 - y_j^*", RIGHT),
    (PLAIN, r"\frac{\mathop{de}}{\mathop{dy_j^2}} = y_j^* - y_j^2", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_its_verdict_is_true(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)

r"""Letters that mean something else for others, such as the x of \sum_x and an L beside a mean loss J.

Each kind has a right formula and a wrong one beside it, or one that only the writer can decide.
"""

import pytest
from people_settings import derivation

pytestmark = pytest.mark.sampled(4)

LOGISTIC = {
    "setting": "2-1 logistic m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "a", "t": "y", "loss": "C", "function": r"\sigma"}},
}
MEAN = {
    "setting": "2-3-2 sig half_sse m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "J"}},
}
BATCH = {
    "setting": "2-3-1 sig bce m=3",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "a", "t": "y", "loss": "J"}},
}
PLAIN = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "y", "t": "t", "loss": "E"}},
}
SOFTMAX = {
    "setting": "2-3-3 tanh softmax",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "z", "p": "p", "t": "y", "function": r"\phi"}},
}
DEAD = {
    "setting": "2-3-3 relu softmax",
    "declared": {"order": "to-from", "letters": {"s": "z", "a": "a", "y": "z", "p": "p", "t": "y"}},
}
WITHOUT_BIAS = {
    "setting": "2-1 logistic m=3 nobias",
    "declared": {"order": "to-from", "letters": {"s": "z", "y": "h", "t": "y", "loss": "J", "w": r"\theta"}},
}
STEPS = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "from-to", "letters": {"s": "I", "a": "O", "y": "y", "t": "d", "loss": "E"}},
}
RIGHT, WRONG, OPEN = "equal", "wrong", "ambiguous"
CASES = [
    # a sum over the inputs x, whose letter marks nothing else
    (LOGISTIC, r"\frac{\partial C}{\partial w_j} = \frac{1}{n}\sum_x x_j(\sigma(z)-y)", RIGHT),
    (LOGISTIC, r"\frac{\partial C}{\partial w_j} = \sum_x x_j(\sigma(z)-y)", WRONG),
    (LOGISTIC, r"\frac{\partial C}{\partial w_j} = \frac{1}{n}\sum_x x_j(\sigma(z)-y)\sigma'(z)", WRONG),
    (LOGISTIC, r"\frac{\partial C}{\partial b} = \frac{1}{n}\sum_x(\sigma(z)-y)", RIGHT),
    (MEAN, r"\frac{\partial J}{\partial b_j^L} = \frac{1}{n}\sum_x (a_j^L - y_j) \sigma'(z_j^L)", RIGHT),
    (MEAN, r"\frac{\partial J}{\partial b_j^L} = \frac{1}{n}\sum_x (y_j - a_j^L) \sigma'(z_j^L)", WRONG),
    (LOGISTIC, r"\frac{\partial C}{\partial w_j}=-\frac{1}{n}\sum_x(\frac{y}{\sigma(z)}-\frac{1-y}{1-\sigma(z)})"
     r"\frac{\partial \sigma}{\partial w_j}", RIGHT),
    (LOGISTIC, r"\frac{\partial C}{\partial w_j}=\frac{1}{n}\sum_x(\frac{y}{\sigma(z)}-\frac{1-y}{1-\sigma(z)})"
     r"\frac{\partial \sigma}{\partial w_j}", WRONG),
    # L is the loss of one sample beside the mean loss J
    (BATCH, r"\frac{\partial L}{\partial Z^{[2]}} = A^{[2]} - Y", RIGHT),
    (BATCH, r"\frac{\partial L}{\partial Z^{[2]}} = Y - A^{[2]}", WRONG),
    (BATCH, r"\frac{\partial J}{\partial W^{[1]}} = \frac{1}{m} \frac{\partial L}{\partial Z^{[1]}} X^T", RIGHT),
    (BATCH, r"\frac{\partial J}{\partial W^{[1]}} = -\frac{1}{m} \frac{\partial L}{\partial Z^{[1]}} X^T", WRONG),
    # a mean over the samples, and the shape of a matrix below it
    (BATCH, r"\frac{\partial J}{\partial b^{[2]}} = \text{mean}(A^{[2]} - Y)", RIGHT),
    (BATCH, r"\frac{\partial J}{\partial b^{[2]}} = \text{sum}(A^{[2]} - Y)", WRONG),
    (BATCH, r"\frac{\partial J}{\partial W^{[2]}} = (\frac{1}{m} (A^{[2]} - Y) A^{[1]T})_{1\times n_{1}}", RIGHT),
    (BATCH, r"\frac{\partial J}{\partial W^{[2]}} = ((A^{[2]} - Y) A^{[1]T})_{1\times n_{1}}", WRONG),
    # the z of a hidden layer, whose letter is also that of the logits
    (SOFTMAX, r"\frac{\partial L}{\partial z} = \frac{\partial L}{\partial a} \odot \phi'(z)", RIGHT),
    (SOFTMAX, r"\frac{\partial L}{\partial z} = -\frac{\partial L}{\partial a} \odot \phi'(z)", WRONG),
    # an operator d/dw before a loss, and before a chain of operators
    (PLAIN, r"\delta_k = \frac{\partial}{\partial y_k} E \cdot y_k (1 - y_k)", RIGHT),
    (PLAIN, r"\delta_k = \frac{\partial}{\partial y_k} E \cdot y_k (1 + y_k)", WRONG),
    (PLAIN, r"\frac{\partial}{\partial w_{kj}} E "
     r"= \frac{\partial}{\partial z_k} E \frac{\partial}{\partial w_{kj}} z_k", RIGHT),
    (PLAIN, r"\frac{\partial}{\partial w_{kj}} E "
     r"= \frac{\partial}{\partial y_k} E \frac{\partial}{\partial w_{kj}} z_k", WRONG),
    # a rate with a number, and the cases of plain TeX
    (PLAIN, r"w_{kj} \leftarrow w_{kj} - \alpha1 \frac{\partial E}{\partial w_{kj}}", RIGHT),
    (PLAIN, r"w_{kj} \leftarrow w_{kj} + \alpha1 \frac{\partial E}{\partial w_{kj}}", WRONG),
    (PLAIN, r"\delta_j = \cases{(y_j - t_j) \sigma'(z_j) & output layer\\ "
     r"\sigma'(z_j) \sum_k \delta_k w_{kj} & hidden layer}",
     RIGHT),
    (PLAIN, r"\delta_j = \cases{(t_j - y_j) \sigma'(z_j) & output layer\\ "
     r"\sigma'(z_j) \sum_k \delta_k w_{kj} & hidden layer}",
     WRONG),
    # a mean over the samples as an expectation, a derivative as an index of the loss, and the unit vector of a class
    (LOGISTIC, r"\frac{\partial C}{\partial b} = \mathbb{E}_{(x,y)}\left[\sigma(z) - y\right]", RIGHT),
    (LOGISTIC, r"\frac{\partial C}{\partial b} = \mathbb{E}\left[y - \sigma(z)\right]", WRONG),
    (PLAIN, r"E_{w_{kj}} = \delta_k a_j", RIGHT),
    (PLAIN, r"E_{w_{kj}} = \delta_k z_j", WRONG),
    (SOFTMAX, r"\nabla_{z^{(2)}} L = p - e_y", RIGHT),
    (SOFTMAX, r"\nabla_{z^{(2)}} L = e_y - p", WRONG),
    # Heaviside's step, and an indicator with its condition in braces
    (DEAD, r"\frac{\partial L}{\partial z^{[1]}} = \left[W^{[2]\top}(p - y)\right]\odot H(z^{[1]})", RIGHT),
    (DEAD, r"\frac{\partial L}{\partial z^{[1]}} = -\left[W^{[2]\top}(p - y)\right]\odot H(z^{[1]})", WRONG),
    (DEAD, r"\frac{\partial a^{[1]}_j}{\partial z^{[1]}_j} = \mathbf 1_{\{z^{[1]}_j>0\}}", RIGHT),
    (DEAD, r"\frac{\partial a^{[1]}_j}{\partial z^{[1]}_j} = \mathbf 1_{\{z^{[1]}_j<0\}}", WRONG),
    # the gradient of a loss in the weights of the only layer, and a differential that is no derivative
    (WITHOUT_BIAS, r"\nabla J = \frac{1}{m}\sum_{i}\left(\sigma(\theta^\top x^{(i)}) - y^{(i)}\right)x^{(i)}", RIGHT),
    (WITHOUT_BIAS, r"\nabla J = \frac{1}{m}\sum_{i}\left(y^{(i)} - \sigma(\theta^\top x^{(i)})\right)x^{(i)}", WRONG),
    (PLAIN, r"dE = (y_k - t_k)\,dy_k", "unreadable"),
    # a number that counts deltas from the inputs, and a step in brackets behind weights
    (PLAIN, r"\frac{\partial E}{\partial W_1} = \delta_2x^T", OPEN),
    (STEPS, r"w_{jk}(t+1) = w_{jk}(t) + \eta (d_k - y_k) y_k (1 - y_k) O_j", RIGHT),
    (STEPS, r"w_{jk}(t+1) = w_{jk}(t) - \eta (d_k - y_k) y_k (1 - y_k) O_j", WRONG),
    # the size of a vector of ones, and the sign of an update in braces
    (BATCH, r"\frac{\partial J}{\partial b^{[2]}} = \frac{1}{m} (A^{[2]} - Y) \mathbf 1_m", RIGHT),
    (BATCH, r"\frac{\partial J}{\partial b^{[2]}} = (A^{[2]} - Y) \mathbf 1_m", WRONG),
    (PLAIN, r"w_{kj} \mathrel{-}= \eta \delta_k a_j", RIGHT),
    (PLAIN, r"w_{kj} \mathrel{+}= \eta \delta_k a_j", WRONG),
    # a square that may be the mark of a layer, and a letter that may be anything
    (PLAIN, r"\delta_k^2 = (y_k - t_k) y_k (1 - y_k)", OPEN),
    (PLAIN, r"\delta_k = (y_k - t_k) y_k (1 - y_k) + s_k", OPEN),
    (MEAN, r"\Delta^{(\ell)} = ((W^{(\ell)})^\top \Delta^{(\ell+1)}) \otimes \sigma'(Z^{(\ell)})", OPEN),
    # a mark that is the letter of the weights itself
    (PLAIN, r"\frac{\partial E}{\partial w_{wkj}} = \delta_k a_j", WRONG),
]  # fmt: skip


@pytest.mark.parametrize(("row", "formula", "verdict"), CASES)
def test_a_letter_of_others(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


def test_the_loss_of_one_sample_is_a_condition():
    formula = r"\frac{\partial L}{\partial Z^{[2]}} = A^{[2]} - Y"
    assert "if L is the loss of one sample" in derivation(BATCH).grade(None, formula).condition


SHARED = {
    "setting": "2-3-2 sig half_sse",
    "declared": {"order": "to-from", "letters": {"x": "o", "s": "net", "a": "o", "y": "o", "t": "t"}},
}


@pytest.mark.parametrize(
    ("target", "formula", "verdict"),
    [
        ("d_o[1]", "(o_1-t_1)o_1(1-o_1)", "equal"),
        ("d_o[1]", "(o_2-t_2)o_2(1-o_2)", "wrong"),
        ("w_ho[1,2]", r"\delta_2 o_1", "equal"),
        ("w_ho[1,2]", r"\delta_1 o_2", "wrong"),
        ("d_h[2]", r"o_2(1-o_2)\sum_k \delta_k w_{k2}", "equal"),
        ("d_h[2]", r"o_2(1-o_2)\sum_k \delta_k w_{2k}", "wrong"),
    ],
)
def test_a_bare_side_with_numbers_in_a_letter_of_several_roles(target, formula, verdict):
    assert derivation(SHARED).grade(target, formula).verdict == verdict

r"""One meaning of deltas in several claims, and letters whose marks are a layer, a step, or the targets.

Beside each right formula there is a wrong one in the same notation.
"""

import pytest
from people_settings import derivation

from autograd import grade_document


def setting(name, order, letters, **more):
    """Return a row of :mod:`people_settings` with declared letters."""
    return {"setting": name, "declared": {"order": order, "letters": letters, **more}}


MEAN = setting("2-3-1 relu,sig bce m=3", "from-to", {"s": "z", "a": "a", "y": "p", "t": "y", "x": "X", "loss": "L"})
TYPED = setting(
    "2-3-2 relu,lin sse N=3", "to-from", {"s": "Z", "a": "A", "y": "Y_pred", "t": "Y_true", "x": "X", "loss": "L"}
)
NEURON = setting("rnn 1-1-1 tanh,lin half_sse last", "to-from", {"s": "z", "a": "h", "y": "y", "t": "d"})
STEPS = setting("rnn tanh ce", "to-from", {"s": "z", "a": "h", "y": "z_y", "p": r"\hat{y}", "t": "y"})
ONE_HOT = setting("2-3-3 relu softmax", "to-from",
                  {"s": "z", "a": "h", "y": "s", "p": "p", "t": r"\mathbf{1}_y", "loss": r"\ell"})  # fmt: skip
LABELS = setting("2-3-3 relu softmax", "to-from", {"s": "z", "a": "h", "y": "s", "p": "p", "t": "y", "loss": r"\ell"})
NAMED = setting("2-3-3-1 relu,lin half_sse", "to-from",
                {"s": "a", "a": "h", "y": r"\hat{y}", "t": "y", "loss": r"\mathcal{L}"})  # fmt: skip
INPUTS = setting("2-3-2 sig half_sse", "to-from", {"s": "z", "a": "a", "y": r"\hat{y}", "t": "y"})
BATCH = setting("2-3 lin half_sse m=4 sum nobias", "from-to", {"x": "X", "s": "Y", "y": "Y", "t": "T"})

OF_W, OF_B = r"\nabla_{W^{(2)}} L = ", r"\nabla_{b^{(2)}} L = "
ONE_MEANING = [
    (MEAN, rf"{OF_W} (a^{{(1)}})^\top \delta^{{(2)}} \qquad {OF_B} \sum_i \delta^{{(2)}}_i", "equal"),
    (MEAN, rf"{OF_W} (a^{{(1)}})^\top \delta^{{(2)}} \qquad {OF_B} \frac1N \sum_i \delta^{{(2)}}_i", "wrong"),
    (MEAN, rf"{OF_W} \frac1N (a^{{(1)}})^\top \delta^{{(2)}} \qquad {OF_B} \frac1N \sum_i \delta^{{(2)}}_i", "equal"),
    (MEAN, rf"\delta^{{(2)}} = p - y \qquad {OF_B} \frac1N \sum_i \delta^{{(2)}}_i", "equal"),
    (MEAN, rf"\delta^{{(2)}} = p - y \qquad {OF_B} \sum_i \delta^{{(2)}}_i", "wrong"),
    (MEAN, rf"\begin{{aligned}} \delta^{{(2)}} &= p - y \\ {OF_B} \sum_i \delta^{{(2)}}_i \end{{aligned}}", "wrong"),
    (MEAN, rf"\delta^{{(2)}} = \frac{{p - y}}N \qquad {OF_W} (a^{{(1)}})^\top \delta^{{(2)}}", "equal"),
    (MEAN, rf"\delta^{{(2)}} = \frac{{p - y}}N \qquad {OF_W} \frac1N (a^{{(1)}})^\top \delta^{{(2)}}", "wrong"),
    (TYPED, "dZ2 = 2 * (Y_pred - Y_true) / m, dW2 = dZ2 * A1^T", "equal"),
    (TYPED, "dZ2 = 2 * (Y_pred - Y_true) / m, dW2 = 1/m * dZ2 * A1^T", "wrong"),
    (TYPED, "dZ2 = 2 * (Y_pred - Y_true), dW2 = 1/m * dZ2 * A1^T", "equal"),
    (TYPED, "dZ2 = 2 * (Y_pred - Y_true), dW2 = dZ2 * A1^T", "wrong"),
    (TYPED, "∂L/∂W2 = ∂L/∂Z2 * ∂Z2/∂W2 = dZ2 * A1^T", "equal"),
    (TYPED, "∂L/∂W2 = ∂L/∂Z2 * ∂Z2/∂W2 = 1/m * ∂L/∂Z2 * A1^T", "wrong"),
    (TYPED, "∂L/∂W1 = ∂L/∂Z2 * ∂Z2/∂W1", "equal"),
    (TYPED, "∂L/∂W1 = 1/m * ∂L/∂Z2 * ∂Z2/∂W1", "wrong"),
]
RECURRENT = [
    (NEURON, r"\frac{\partial h_3}{\partial h_2} = w_h (1 - \tanh^2(z_3))", "equal"),
    (NEURON, r"\frac{\partial h_3}{\partial h_2} = w_x (1 - \tanh^2(z_3))", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial w_h} = \delta_3 h_2 + \delta_2 h_1 + \delta_1 h_0", "equal"),
    (NEURON, r"\frac{\partial L}{\partial w_h} = \delta_3 x_3 + \delta_2 x_2 + \delta_1 x_1", "wrong"),
    (NEURON, r"\frac{\partial L}{\partial w_x} = \sum_{t=1}^3 \delta_t x_t", "equal"),
    (NEURON, r"\delta_2 = \delta_3 w_h (1 - h_2^2)", "equal"),
    (NEURON, r"\delta_2 = \delta_3 w_x (1 - h_2^2)", "wrong"),
    (NEURON, r"\delta_2 = \delta_3 w_{xh} (1 - h_2^2)", "wrong"),
    (NEURON, r"\delta_2 = \delta_3 w_{hh} (1 - h_2^2)", "equal"),
    (STEPS, r"\frac{\partial L_t}{\partial z_y} = \hat{y}_t - y_t", "equal"),
    (STEPS, r"\frac{\partial L_t}{\partial z_y} = y_t - \hat{y}_t", "wrong"),
    (STEPS, r"\frac{\partial L_t}{\partial h_t} = \frac{\partial L_t}{\partial z_y} \frac{\partial z_y}{\partial h_t}"
            r" = W_{hy}^T (\hat{y}_t - y_t)", "equal"),
    (STEPS, r"\frac{\partial L_t}{\partial h_t} = \frac{\partial L_t}{\partial z_y} \frac{\partial z_y}{\partial h_t}"
            r" = W_{hy} (\hat{y}_t - y_t)", "wrong"),
]  # fmt: skip
TARGETS = [
    (ONE_HOT, r"\frac{\partial \ell}{\partial h} = W_2^T (p - \mathbf{1}_y)", "equal"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial h} = W_2^T (\mathbf{1}_y - p)", "wrong"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial s_k} = p_k - (\mathbf{1}_y)_k", "equal"),
    (ONE_HOT, r"\frac{\partial \ell}{\partial z} = W_2^T (p - \mathbf{1}_y) \odot \mathbf{1}_{z > 0}", "equal"),
    (LABELS, r"\frac{\partial \ell}{\partial s} = p - \mathbf{1}_y", "equal"),
    (LABELS, r"\frac{\partial \ell}{\partial s} = p + \mathbf{1}_y", "wrong"),
    (LABELS, r"\frac{\partial \ell}{\partial s} = p - \mathbf{1}_K", "wrong"),
    (NAMED, r"\delta_{h_2} = \frac{\partial \mathcal{L}}{\partial h_2} = W_3^T \delta_3", "equal"),
    (NAMED, r"\delta_{h_2} = \frac{\partial \mathcal{L}}{\partial a_2} = W_3^T \delta_3", "wrong"),
    (NAMED, r"\delta_{h_2} = \frac{\partial \mathcal{L}}{\partial h_2}, \quad "
            r"\delta_2 = \delta_{h_2} \odot \mathbb{1}(a_2 > 0)", "equal"),
    (NAMED, r"\delta_{h_2} = \frac{\partial \mathcal{L}}{\partial h_2}, \quad \delta_2 = \delta_{h_2}", "wrong"),
]  # fmt: skip
PLAIN_NUMBERS = [
    (INPUTS, r"\frac{\partial L}{\partial x} = (W^{(1)})^T \delta^{(1)}", "equal"),
    (INPUTS, r"\frac{\partial L}{\partial x} = W^{(1)} \delta^{(1)}", "wrong"),
    (INPUTS, r"\frac{\partial L}{\partial x_i} = \sum_j w_{ji} \delta_j", "equal"),
    (INPUTS, r"\frac{\partial L}{\partial x_i} = \sum_j w_{ij} \delta_j", "wrong"),
    (INPUTS, r"\frac{\partial z_j}{\partial x_i} = w_{ji}", "equal"),
    (INPUTS, r"\frac{\partial L}{\partial \hat{y}_k} = \frac{\partial}{\partial \hat{y}_k} \frac12 (\hat{y}_k - y_k)^2",
     "equal"),
    (INPUTS, r"\frac{\partial L}{\partial \hat{y}_k} = \frac{\partial}{\partial \hat{y}_k} (\hat{y}_k - y_k)^2",
     "wrong"),
    (BATCH, r"\frac{\partial L}{\partial X} = \frac{\partial L}{\partial Y} W^T, "
            r"\ \frac{\partial L}{\partial W} = X^T \frac{\partial L}{\partial Y}", "equal"),
    (BATCH, r"\frac{\partial L}{\partial X} = (T - Y) W^T", "wrong"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "formula", "verdict"), [*ONE_MEANING, *RECURRENT, *TARGETS, *PLAIN_NUMBERS])
def test_the_verdict_on_a_claim_with_marks_of_its_own(row, formula, verdict):
    grade = derivation(row).grade(None, formula)
    assert grade.verdict == verdict, str(grade)


def test_a_quantity_without_its_step_is_a_condition():
    grade = derivation(STEPS).grade(None, r"\frac{\partial L_t}{\partial z_y} = \hat{y}_t - y_t")
    assert "if z_y belongs to step t, as the rest does" in grade.condition


HEAD = """---
network: 2-3-1 sigmoid
loss: binary_cross_entropy
samples: 4 mean
letters: s=z, a=a, y=p, t=y, x=X, loss=L
order: from-to
---

"""
DOCUMENTS = [
    ([r"\delta^{(2)} = p - y", OF_B + r"\frac1N \sum_i \delta^{(2)}_i"], ["equal", "equal"]),
    ([r"\delta^{(2)} = p - y", OF_B + r"\sum_i \delta^{(2)}_i"], ["equal", "ambiguous"]),
    ([r"\delta^{(2)} = \frac{p - y}{N}", OF_W + r"(a^{(1)})^\top \delta^{(2)}"], ["equal", "equal"]),
    ([r"\delta^{(2)} = \frac{p - y}{N}", OF_W + r"\frac1N (a^{(1)})^\top \delta^{(2)}"], ["equal", "ambiguous"]),
    ([r"dZ^{(2)} = (p - y)/N", r"dW^{(2)} = (a^{(1)})^\top dZ^{(2)}"], ["equal", "equal"]),
    ([r"dZ^{(2)} = (p - y)/N", r"dW^{(2)} = \frac1N (a^{(1)})^\top dZ^{(2)}"], ["equal", "ambiguous"]),
]


@pytest.mark.parametrize(("formulas", "verdicts"), DOCUMENTS)
def test_a_document_has_one_meaning_of_deltas(formulas, verdicts):
    document = grade_document(HEAD + "\n\n".join(f"$$ {x} $$" for x in formulas), format="markdown")
    assert [claim.verdict for claim in document.claims] == verdicts
    if verdicts[1] == "ambiguous":
        assert "line 9" in document.claims[1].diagnosis

r"""Layers that are named by a letter, as in W_o, Z_h and A_o, with and without samples; labels in Kronecker deltas."""

import pytest

import nn
from autograd import Value, derive

SETTINGS = [(1, "softmax"), (4, "softmax"), (1, "sigmoid"), (4, "sigmoid")]


def graded(formula, samples, output):
    model = nn.MLP(2, [3, 3], activation=["sigmoid", "linear" if output == "softmax" else "sigmoid"], seed=1)
    X = [[Value(0.3 * i - 0.1 * k + 0.2, f"x_{i + 1}^({k + 1})") for i in range(2)] for k in range(samples)]
    losses = []
    for k, x in enumerate(X):
        if output == "softmax":
            losses.append(nn.cross_entropy(model(x), k % 3))
        else:
            losses.append(nn.half_sse(model(x), [0.1, 0.5, 0.7 - 0.1 * k]))
    letters = {"s": "z", "a": "a", "t": "y", "loss": "L"} | (
        {"y": "z", "p": "a"} if output == "softmax" else {"y": "a"}
    )
    batch = {"batch": "rows"} if samples > 1 else {"vectors": "rows"}
    return derive(sum(losses[1:], losses[0])).convention(letters=letters, order="from-to", **batch).grade(None, formula)


@pytest.mark.parametrize(("samples", "output"), SETTINGS)
@pytest.mark.parametrize(("formula", "right"), [
    (r"\frac{\partial L}{\partial W_o} = A_h^\top \frac{\partial L}{\partial Z_o}", True),
    (r"\frac{\partial L}{\partial \mathbf W_o} = \mathbf A_h^\top \frac{\partial L}{\partial \mathbf Z_o}", True),
    (r"\frac{\partial L}{\partial W_h} = X^\top \frac{\partial L}{\partial Z_h}", True),
    (r"\frac{\partial L}{\partial A_h} = \frac{\partial L}{\partial Z_o} W_o^\top", True),
    (r"\frac{\partial L}{\partial W_o} = A_o^\top \frac{\partial L}{\partial Z_o}", False),
    (r"\frac{\partial L}{\partial W_h} = A_h^\top \frac{\partial L}{\partial Z_h}", False),
    (r"\frac{\partial L}{\partial A_h} = \frac{\partial L}{\partial Z_o} W_h^\top", False),
    (r"\frac{\partial L}{\partial W_o} = -A_h^\top \frac{\partial L}{\partial Z_o}", False),
])  # fmt: skip
def test_layers_named_by_a_letter(samples, output, formula, right):
    assert graded(formula, samples, output).verdict == ("equal" if right else "wrong")


@pytest.mark.parametrize(("formula", "right"), [
    (r"\frac{\partial L}{\partial Z_o} = A_o - Y", True),
    (r"\frac{\partial L}{\partial \mathbf A_o} = -\mathbf Y \oslash \mathbf A_o", True),
    (r"\frac{\partial L}{\partial Z_o} = Y - A_o", False),
    (r"\frac{\partial L}{\partial Z_h} = A_h - Y", False),
    (r"\frac{\partial L}{\partial \mathbf A_o} = \mathbf Y \oslash \mathbf A_o", False),
    (r"\frac{\partial L}{\partial \mathbf A_o} = -\mathbf A_o \oslash \mathbf Y", False),
])  # fmt: skip
def test_batches_of_a_named_layer(formula, right):
    assert graded(formula, 4, "softmax").verdict == ("equal" if right else "wrong")


@pytest.mark.parametrize(("formula", "right"), [
    (r"\frac{\partial L}{\partial z_k} = a_k - \delta_{ky}", True),
    (r"\frac{\partial L}{\partial z_k} = a_k - \delta_{yk}", True),
    (r"\frac{\partial L}{\partial z_k} = \delta_{ky} - a_k", False),
    (r"\frac{\partial L}{\partial z_k} = a_k + \delta_{ky}", False),
    (r"\frac{\partial L}{\partial z_k} = a_k - \delta_{jk}", False),
])  # fmt: skip
def test_a_label_in_a_kronecker_delta(formula, right):
    verdict = graded(formula, 1, "softmax").verdict
    assert verdict == "equal" if right else verdict in ("wrong", "ill-formed")


@pytest.mark.parametrize(("formula", "right"), [
    (r"\delta_i = \bigtriangledown_{a_i} L \cdot \sigma'(z_i)", True),
    (r"\delta_i = -\bigtriangledown_{a_i} L \cdot \sigma'(z_i)", False),
    (r"\delta_o = (a_o - y_o) . * \sigma'(z_o)", True),
    (r"\delta_o = (y_o - a_o) . * \sigma'(z_o)", False),
])  # fmt: skip
def test_other_signs_for_nabla_and_the_elementwise_product(formula, right):
    assert graded(formula, 1, "sigmoid").verdict == ("equal" if right else "wrong")

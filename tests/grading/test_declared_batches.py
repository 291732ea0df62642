"""Batches whose layout is declared: a formula that only fits the other layout is not equal."""

import functools

import pytest

import nn
from autograd import derive, total

ROWS = [
    r"\frac{\partial L}{\partial W_2} = A_1^T \frac{\partial L}{\partial Z_2}",
    r"\frac{\partial L}{\partial W_1} = X^T \cdot \frac{\partial L}{\partial Z_1}",
    r"\frac{\partial L}{\partial A_1} = \frac{\partial L}{\partial Z_2} W_2^T",
    r"\frac{\partial L}{\partial Z_1} = \frac{\partial L}{\partial Z_2} W_2^T \odot \sigma'(Z_1)",
]
COLUMNS = [  # the same with the weights from a neuron as columns
    r"\frac{\partial L}{\partial W_2} = A_1 \left( \frac{\partial L}{\partial Z_2} \right)^T",
    r"\frac{\partial L}{\partial W_1} = X \cdot \frac{\partial L}{\partial Z_1}^T",
    r"\frac{\partial L}{\partial A_1} = W_2 \frac{\partial L}{\partial Z_2}",
    r"\frac{\partial L}{\partial Z_1} = W_2 \frac{\partial L}{\partial Z_2} \odot \sigma'(Z_1)",
]


@functools.cache
def derivation(samples):
    model = nn.MLP(4, [3, 2], activation="sigmoid", output="sigmoid", seed=1)
    inputs = [[0.1 * i + 0.2 * k for i in range(4)] for k in range(samples)]
    return derive(total([nn.half_sse(model(x), [0.3, 0.6]) for x in inputs]))


@pytest.mark.parametrize("samples", [4, 5])  # four samples of four inputs are a square matrix
@pytest.mark.parametrize("vectors", [None, "columns", "rows"])
@pytest.mark.parametrize("batch", ["rows", "columns"])
@pytest.mark.parametrize(("rows", "columns"), list(zip(ROWS, COLUMNS, strict=True)))
def test_the_declared_layout_decides(samples, vectors, batch, rows, columns):
    letters = {"s": "Z", "a": "A", "y": "A", "t": "Y"}
    one = derivation(samples).convention(letters=letters, order="from-to", batch=batch, vectors=vectors)
    right, wrong = (rows, columns) if batch == "rows" else (columns, rows)
    assert one.grade(None, right).verdict == "equal", right
    assert one.grade(None, wrong).verdict in ("wrong", "ill-formed", "ambiguous"), wrong


@pytest.mark.parametrize("formula", [*ROWS, *COLUMNS])
def test_without_a_declaration_each_layout_is_right(formula):
    letters = {"s": "Z", "a": "A", "y": "A", "t": "Y"}
    one = derivation(5).convention(letters=letters, order="from-to")
    assert one.grade(None, formula).verdict == "equal"

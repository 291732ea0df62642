"""Gradients summed over samples, compared with the engine's."""

import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from autograd import Value
from autograd.compiler.totals import Totals
from nn import MLP, mse

GENERATOR = random.Random(8)
ROWS = np.array([[GENERATOR.gauss(0, 1) for _ in range(3)] for _ in range(19)])


def recorded():
    model = MLP(2, [4, 1], activation="tanh", seed=3)
    inputs = [Value(1.0) for _ in range(3)]
    y = model(inputs[:2])
    return model, [mse(y, inputs[2]), y], inputs


def by_the_engine(model, rows):
    model.zero_grad()
    outputs = []
    for *x, t in rows:
        y = model(x)
        loss = mse(y, t)
        loss.backward()
        outputs.append([loss.data, y.data])
    return outputs, [p.grad for p in model.parameters()]


@pytest.mark.parametrize("usual", [1, 2, 3, 8, 1000])
@pytest.mark.parametrize("order", [[], [4], [18, 0], [3, 3, 3], list(range(19)), [5, 17, 2, 11, 8, 1, 0, 13, 4]])
def test_the_sums_are_those_of_the_engine(usual, order):
    model, outputs, inputs = recorded()
    totals = Totals(outputs, inputs, model.parameters(), usual)
    numbers = [p.data + 0.1 for p in model.parameters()]  # the numbers in the Values are not used
    y, gradient = totals(numbers, ROWS, order)
    for p, x in zip(model.parameters(), numbers, strict=True):
        p.data = x
    expected, gradients = by_the_engine(model, ROWS[order].tolist())
    assert y.shape == (len(order), 2)
    assert y.ravel() == pytest.approx(np.array(expected).ravel(), rel=1e-13)
    assert gradient == pytest.approx(gradients, rel=1e-12, abs=1e-15)


def test_threads_do_not_disturb_each_other():
    model, outputs, inputs = recorded()
    totals = Totals(outputs, inputs, model.parameters(), 19)
    order = np.arange(19)
    points = [[p.data + k for p in model.parameters()] for k in range(8)]
    alone = [totals(numbers, ROWS, order)[1].tolist() for numbers in points]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda k: totals(points[k % 8], ROWS, order)[1].tolist(), range(200)))
    assert together == [alone[k % 8] for k in range(200)]

"""logsumexp, softmax, cross-entropy and dots of many terms: right, and with code whose length does not grow."""

import math
import random

import numpy as np
import pytest

import autograd
from autograd import Value
from autograd.compiler.loops import size
from nn import MLP, SGD, cross_entropy, fit

pytestmark = pytest.mark.sampled(4)

INF, NAN = math.inf, math.nan


def network(x):
    """Return the cross-entropy of a layer with as many classes as inputs."""
    model = MLP(1, [len(x)], seed=0)
    return cross_entropy([w * a + b for w, a, b in zip(x, x, model(0.5), strict=True)], 1)


FUNCTIONS = {
    "logsumexp": lambda x: autograd.logsumexp([a * 0.5 for a in x]),
    "softmax": lambda x: autograd.softmax(x)[2] * autograd.softmax(x)[0],
    "log_softmax": lambda x: autograd.total([a * b for a, b in zip(autograd.log_softmax(x), x, strict=True)]),
    "cross_entropy": network,
    "with constants": lambda x: autograd.logsumexp([*x, 0.5, *x[:3], -1.0, 2.0]),
    "in a branch": lambda x: autograd.where(x[0] > 0, autograd.logsumexp(x), autograd.sqrt(x[0] * x[0]) * x[1]),
    "twice": lambda x: autograd.logsumexp([autograd.logsumexp(x), *x]) ** 2,
}


@pytest.mark.parametrize(
    ("name", "n"),
    [("logsumexp", 1100), ("softmax", 33), ("log_softmax", 33), ("with constants", 33), ("twice", 33)],
)
def test_strict_programs_have_the_engines_bits(name, n):
    draw = random.Random(n)
    batch = [[draw.uniform(-3.0, 3.0) for _ in range(n)] for _ in range(3)] + [[0.5] * n, [1e150] * n]
    batch += [[INF, *batch[0][1:]], [-INF] * n, [NAN, *batch[0][1:]], [*batch[0][1:], INF]]
    x = [Value(number) for number in batch[0]]
    program = autograd.compile(FUNCTIONS[name](x), inputs=x, strict=True)
    y, gradient = program.value_and_gradient(batch)
    for row, value, slopes in zip(batch, y, gradient.inputs, strict=True):
        x = [Value(number) for number in row]
        expected = FUNCTIONS[name](x)
        expected.backward()
        assert value.hex() == float(expected.data).hex()
        assert [slope.hex() for slope in slopes] == [float(each.grad).hex() for each in x]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n", [33])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_and_derivatives_are_those_of_the_engine(name, n, dtype):
    draw = random.Random(n)
    batch = [[draw.uniform(-3.0, 3.0) for _ in range(n)] for _ in range(9)] + [[0.5] * n]
    x = [Value(number) for number in batch[0]]
    program = autograd.compile(FUNCTIONS[name](x), inputs=x, dtype=dtype)
    y, gradient = program.value_and_gradient(batch)
    close = {"rtol": 1e-12, "atol": 1e-13} if dtype == np.float64 else {"rtol": 1e-4, "atol": 1e-5}
    for row, value, slopes in zip(batch, y, gradient.inputs, strict=True):
        x = [Value(number) for number in row]
        expected = FUNCTIONS[name](x)
        expected.backward()
        np.testing.assert_allclose(value, expected.data, **close)
        np.testing.assert_allclose(slopes, [each.grad for each in x], **close)
    alone = program.value_and_gradient(batch[3])
    np.testing.assert_allclose(alone[0], y[3], **close)
    np.testing.assert_allclose(alone[1].inputs, gradient.inputs[3], **close)


@pytest.mark.parametrize(
    "extreme",
    [[INF], [-INF], [NAN], [-INF] * 32, [INF, INF], [INF, NAN], [INF, -INF], [1e308, -1e308], [1000.0, 999.0],
     [-1000.0] * 32],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("name", ["logsumexp", "softmax"])
def test_extremes_are_those_of_the_engine(name, extreme):
    row = [*extreme, *[0.25 * k for k in range(32 - len(extreme))]]
    x = [Value(number) for number in row]
    y = autograd.logsumexp(x) if name == "logsumexp" else autograd.softmax(x)[1]
    y.backward()
    found, gradient = autograd.compile(y, inputs=x).value_and_gradient([row] * 3)
    np.testing.assert_allclose(found, [y.data] * 3, rtol=1e-13)
    np.testing.assert_allclose(gradient.inputs, [[each.grad for each in x]] * 3, rtol=1e-12)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_code_is_as_long_for_many_classes_as_for_few(name, strict):
    lengths = []
    for n in (100, 1000):
        x = [Value(0.001 * k) for k in range(n)]
        program = autograd.compile(FUNCTIONS[name](x), inputs=x, strict=strict)
        stats = program.stats
        lengths.append((size(program._forward) + size(program._adjoint), program.llvm.count("\n")))
        assert stats.operations < 40 * n
        assert program.value(np.zeros((2, n))).shape == (2,)
    (rolled, lines), (rolled_of_many, lines_of_many) = lengths
    assert rolled_of_many == rolled
    assert lines_of_many <= 1.1 * lines


def test_a_thousand_classes_are_trained_in_short_code():
    lengths = set()
    for n in (100, 1000):
        X, Y = [[0.1 * k, 0.2, 1.0] for k in range(4)], [0, 1, 2, n - 1]
        model = MLP(3, [n], seed=0)
        history = fit(model, X, Y, loss=cross_entropy, optimizer=SGD(0.1), epochs=2, engine="native", progress=False)
        assert history.loss[1] < history.loss[0] < 2 * math.log(n)
        x = [Value(0.1) for _ in X[0]]
        lengths.add(autograd.compile(cross_entropy(model(x), 1), inputs=x).stats.rolled)
    assert len(lengths) == 1


@pytest.mark.parametrize("order", ["drawn", "in turn", "swapped"])
def test_code_of_a_dot_with_constants_is_as_long_for_many_as_for_few(order):
    lengths = set()
    for n in (300, 3000):
        draw = random.Random(n)
        x = [Value(draw.uniform(-1.0, 1.0)) for _ in range(10)]
        constants = [draw.gauss(0.0, 1.0) for _ in range(n)]
        chosen = [x[k % 10] if order == "in turn" or k < 10 else draw.choice(x) for k in range(n)]
        y = autograd.dot(chosen, constants) if order == "swapped" else autograd.dot(constants, chosen)
        program = autograd.compile(y, inputs=x)
        value, gradient = program.value_and_gradient([each.data for each in x])
        y.backward()
        assert value == pytest.approx(y.data, rel=1e-12, abs=1e-11)
        assert list(gradient.inputs) == pytest.approx([each.grad for each in x], rel=1e-12, abs=1e-11)
        lengths.add(program.stats.rolled)
    assert max(lengths) < 100
    assert max(lengths) - min(lengths) <= 1

"""A weak suite: it tests every rule, but its graphs use every node once and are swept once. test_kit.py runs it."""

import math

import pytest

from autograd import Value

X, Y = 1.5, -0.7
T = math.tanh(X)
S = 1 / (1 + math.exp(-X))
CASES = [
    (lambda x, y: x + y, [X, Y], [1, 1]),
    (lambda x, y: x - y, [X, Y], [1, -1]),
    (lambda x, y: x * y, [X, Y], [Y, X]),
    (lambda x, y: x / y, [X, Y], [1 / Y, -X / Y**2]),
    (lambda x, y: x**y, [X, Y], [Y * X ** (Y - 1), X**Y * math.log(X)]),
    (lambda x: -x, [X], [-1]),
    (lambda x: x**3, [X], [3 * X**2]),
    (lambda x: x**-1, [X], [-1 / X**2]),
    (lambda x: x**0.5, [X], [0.5 / math.sqrt(X)]),
    (lambda x: 2 - x, [X], [-1]),
    (lambda x: 2 / x, [X], [-2 / X**2]),
    (lambda x: 2**x, [X], [2**X * math.log(2)]),
    (lambda x: 3 * x, [X], [3]),
    (lambda x: x * 3, [X], [3]),
    (lambda x: x / 4, [X], [0.25]),
    (lambda x: 3 * x.tanh(), [X], [3 * (1 - T * T)]),
    (lambda x: x.tanh(), [X], [1 - T * T]),
    (lambda x: x.sigmoid(), [X], [S * (1 - S)]),
    (lambda x: x.exp(), [X], [math.exp(X)]),
    (lambda x: x.log(), [X], [1 / X]),
    (lambda x: x.relu(), [X], [1]),
    (lambda x: x.relu(), [Y], [0]),
    (lambda x: x.relu(), [0.0], [0]),
]


@pytest.mark.parametrize(("f", "point", "expected"), CASES)
def test_gradients(f, point, expected):
    leaves = [Value(x) for x in point]
    f(*leaves).backward()
    assert [leaf.grad for leaf in leaves] == pytest.approx(expected, rel=1e-12)


def test_a_quotient_of_whole_numbers():
    assert (Value(7.0) / 2).data == 3.5

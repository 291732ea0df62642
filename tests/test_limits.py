"""Values at the edges: an overflow of a power by the signs of base and exponent, and a NaN that meets a kink."""

import math

import pytest

from autograd import Value, elu, leaky_relu
from autograd.algebra import Ieee
from autograd.errors import DomainError

INF, NAN = math.inf, math.nan

# C's pow, ISO C annex F.10.4.4: what is too large is infinite, odd integer powers keep the sign of the base.
POWERS = [
    (0.5, -2000.5, INF),
    (0.5, -2000.0, INF),
    (2.0, 1024.0, INF),
    (2.0, 2000.5, INF),
    (-2.0, 2001.0, -INF),
    (-2.0, 2000.0, INF),
    (-0.5, -2001.0, -INF),
    (-0.5, -2000.0, INF),
    (-2.0, 0.5, NAN),
    (-1.0, -0.5, NAN),
    (0.0, -1.0, INF),
    (-0.0, -1.0, -INF),
    (-0.0, -2.0, INF),
    (0.0, -0.5, INF),
    (-0.0, -0.5, INF),
    (0.0, -3.0, INF),
    (-0.0, -3.0, -INF),
]


@pytest.mark.parametrize(("x", "n", "expected"), POWERS)
def test_powers_where_python_raises(x, n, expected):
    with pytest.raises((OverflowError, ZeroDivisionError, DomainError)):
        Value(x) ** n
    assert float(Ieee(x) ** Ieee(n)) == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("f", [leaky_relu, elu])
@pytest.mark.parametrize("x", [0.0, -0.0, -1.0])
def test_a_slope_that_is_nan_gives_nan_at_the_kink_and_below(f, x):
    for result in (f(x, NAN), f(Value(x), NAN).data, f(x, Value(NAN)).data):
        assert math.isnan(result)
    slope, at = Value(NAN), Value(x)
    f(at, slope).backward()
    assert math.isnan(at.grad)

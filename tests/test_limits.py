"""Values at the edges: an overflow of a power by the signs of base and exponent, and a NaN that meets a kink."""

import math

import mpmath
import pytest

from autograd import Value, elu, leaky_relu, where
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


@pytest.mark.parametrize(("x", "n"), [(1e-50, 6.4), (1e-50, 6.25), (-1e-53, 6.0), (1e-99, 3.23), (3e-17, 19.0)])
def test_the_slope_of_a_power_that_is_subnormal_keeps_its_digits(x, n):
    """n x^n / x would have as few digits as x^n."""
    base = Value(x)
    y = base**n
    y.backward()
    assert 0 < abs(y.data) < 2.3e-308
    with mpmath.workdps(40):
        exact = mpmath.mpf(n) * mpmath.mpf(x) ** (mpmath.mpf(n) - 1)
        assert abs((base.grad - exact) / exact) < 4 * 2.0**-52


@pytest.mark.parametrize("adjoint", [INF, -INF, NAN])
@pytest.mark.parametrize("taken", [True, False])
def test_an_adjoint_that_is_not_finite_leaves_the_branch_not_taken_alone(adjoint, taken):
    a, b = Value(2.0), Value(3.0)
    on, off = (a, b) if taken else (b, a)
    (where(taken, a, b) * adjoint + off).backward()
    assert off.grad == 1.0
    assert on.grad == pytest.approx(adjoint, nan_ok=True)
    (off * 2).backward()
    assert off.grad == 3.0

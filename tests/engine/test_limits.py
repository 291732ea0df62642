"""Values at the limits of floats: the signs of powers that overflow, and a NaN at a kink."""

import math

import mpmath
import pytest

from autograd import Value, elu, leaky_relu, where
from autograd.engine import primitives
from autograd.engine.algebra import Ieee
from autograd.engine.errors import DomainError

INF, NAN = math.inf, math.nan

# C's pow, ISO C annex F.10.4.4: results that are too large are infinite, and odd integer powers keep the sign.
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
    """``n x^n / x`` would have as few digits as ``x^n``."""
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


# a x^(n-k) (log x)^j if a part of it is infinite or does not exist: the limit from the side on which it is a number.
TERMS = [
    # A pole at 0, with the sign of the zero if the power is odd. log 0 is minus infinity.
    ((2.0, 0.0, 0.5, 1.0, 0.0), INF),
    ((-2.0, 0.0, 0.5, 1.0, 0.0), -INF),
    ((2.0, 0.0, 1.0, 2.0, 0.0), INF),
    ((2.0, -0.0, 1.0, 2.0, 0.0), -INF),
    ((2.0, 0.0, 0.5, 1.0, 1.0), -INF),
    ((2.0, 0.0, 0.5, 1.0, 2.0), INF),
    ((-2.0, 0.0, 0.5, 1.0, 3.0), INF),
    ((2.0, 0.0, 1.0, 1.0, 1.0), -INF),
    ((2.0, 0.0, 2.0, 2.0, 2.0), INF),
    ((1.0, 0.0, 1.0, 1.0, 1.0), -INF),
    ((0.5, 0.0, 3.0, 3.0, 3.0), -INF),
    # no power of a logarithm that is below 0
    ((1.0, 0.5, 2.0, 0.0, 0.5), NAN),
    ((1.0, 0.0, 1.0, 1.0, INF), NAN),
    ((1.0, -0.5, 2.0, 0.0, 1.0), NAN),
    ((1.0, -2.0, 0.5, 0.0, 0.0), NAN),
    # too large
    ((3.0, 2.0, 2101.0, 0.0, 0.0), INF),
    ((-3.0, 2.0, 2101.0, 0.0, 0.0), -INF),
    ((3.0, -2.0, 2101.0, 0.0, 0.0), -INF),
    ((3.0, -2.0, 2101.0, 1.0, 0.0), INF),
    ((3.0, -2.0, 2100.0, 1.0, 0.0), -INF),
    ((3.0, -2.0, 2100.0, 2.0, 0.0), INF),
    ((3.0, 0.5, -2101.0, 0.0, 0.0), INF),
    ((3.0, 0.5, -2101.0, 0.0, 1.0), -INF),
    ((3.0, 0.5, -2101.0, 0.0, 2.0), INF),
    ((3.0, 1.5, 4001.0, 0.0, 1.0), INF),
    ((3.0, 1.5, 4001.0, 0.0, 2.0), INF),
]


@pytest.mark.parametrize(("operands", "expected"), TERMS)
def test_terms_of_powers_where_python_raises(operands, expected):
    with pytest.raises((ArithmeticError, ValueError)):
        primitives.power_term(*operands)
    found = float(primitives.power_term(*map(Ieee, operands)))
    assert found == expected or (math.isnan(found) and math.isnan(expected))


@pytest.mark.parametrize(
    "operands",
    [
        (1e-200, 10.0, 400.0, 0.0, 0.0), (1e200, 10.0, -400.0, 0.0, 0.0), (1e-200, 1e200, 1.9, 0.0, 0.0),
        (1e-200, 1e-200, 0.0, 2.0, 0.0), (1e-200, 1e-200, 1.0, 3.0, 1.0), (-1e-300, 3e300, 2.0, 0.0, 2.0),
    ],
)  # fmt: skip
def test_a_term_is_a_number_where_its_power_is_none(operands):
    a, x, n, k, j = map(mpmath.mpf, operands)
    with mpmath.workdps(40):
        exact = a * x ** (n - k) * mpmath.log(x) ** j
        assert abs((primitives.power_term(*operands) - exact) / exact) < 4 * 2.0**-52


@pytest.mark.parametrize("x", [355.3, -358.1, 361.7, 366.2, -371.4, 372.6])
def test_sech_squared_keeps_its_last_bit(x):
    """From 355 on, exp(-2x) has fewer digits than 4 exp(-2x)."""
    with mpmath.workdps(40):
        assert abs(primitives.sech2(x) - mpmath.sech(x) ** 2) < 5e-324


@pytest.mark.parametrize("a", [INF, -INF, 1e300])
def test_a_gaussian_far_out_is_0_whatever_it_is_multiplied_with(a):
    for term in (primitives.gaussian_times, primitives.normal_pdf_times):
        assert term(a, 3e100) == 0.0
        assert math.copysign(1.0, term(a, -3e100)) == math.copysign(1.0, a)
        assert math.isnan(term(NAN, 3e100))


@pytest.mark.parametrize("x", [1e8, -1e8, 3e-9, -3e-9, 0.7, -0.7])
def test_the_formula_of_asinh_loses_no_digits_to_the_sign(x):
    assert float(primitives.asinh.forward(Ieee(x))) == pytest.approx(math.asinh(x), rel=1e-7)


# Without the part that the last rounding loses, most of these are off by several ulp.
LOST = [
    *[(primitives.logistic_pdf, (x,), lambda x: mpmath.exp(-abs(x)) / (1 + mpmath.exp(-abs(x))) ** 2, 1.0)
      for x in (0.624, -0.164, -0.332, -0.383, 0.506, 0.415, 0.356, 0.042, 0.48)],
    *[(primitives.power_term, (1.0, x, n, 1.0, 0.0), lambda a, x, n, k, j: a * x ** (n - k), 4.0)
      for x, n in ((1e300, 0.1), (1e-300, 0.1), (1e250, 1 / 3), (1e-250, 1.7))],
    *[(primitives.normal_cdf, (x,), mpmath.ncdf, 4.0) for x in (-5.3, -11.7, -20.9, -30.3, -36.1)],
    *[(primitives.gelu, (x,), lambda x: x * mpmath.ncdf(x), 4.0) for x in (-30.3, -37.6, -37.9, -38.2)],
]  # fmt: skip


@pytest.mark.parametrize(("primitive", "operands", "exact", "ulps"), LOST)
def test_what_rounding_lost_is_made_up_for(primitive, operands, exact, ulps):
    with mpmath.workdps(60):
        true = exact(*map(mpmath.mpf, operands))
        assert abs(primitive(*operands) - true) <= ulps * math.ulp(float(true))


def test_the_formula_of_a_term_of_a_power():
    forward = primitives.power_term.forward
    assert forward(1.0, 2.0, 3.0, 1.0, 0.0) == 4.0
    assert forward(0.0, 2.0, 3.0, 1.0, 0.0) == 0.0
    assert forward(1.0, 2.0, 3.0, 1.0, 1.0) == 4.0 * math.log(2.0)
    assert forward(3.0, 2.0, 3.0, 1.0, 2.0) == pytest.approx(12.0 * math.log(2.0) ** 2, rel=1e-15)


@pytest.mark.parametrize("operands", [(1.0, NAN), (NAN, 1.0), (2.0, NAN, 1.0), (NAN, NAN)])
def test_the_largest_of_numbers_with_a_nan_among_them_is_nan(operands):
    assert math.isnan(primitives.shift(*operands))
    assert all(math.isnan(float(p)) for p in primitives.softmax(*operands))


def test_the_logarithm_of_an_empty_sum_says_what_is_missing():
    with pytest.raises(ValueError, match="logsumexp of no operands"):
        primitives.logsumexp()


@pytest.mark.parametrize("k", [INF, -INF])
def test_a_term_of_a_power_with_an_infinite_count_is_nan(k):
    assert math.isnan(float(primitives.power_term(*map(Ieee, (1.0, -2.0, 3.0, k, 0.0)))))

"""Elementary functions over lanes: exp, expm1, log, log1p, tanh, sigmoid and softplus, without branches, in float64.

Each is within 2 ulp over the whole range, including subnormals, infinities, NaN and signed zeros.
tests/compiler/test_elementary.py compares them with mpmath. In float32, they are computed in float64 and rounded. The
method is the usual one (Muller, *Elementary Functions*; Cody and Waite, *Software Manual for the Elementary Functions*,
1980): reduce the argument exactly, evaluate a polynomial, and add up the result with the small terms first. The
coefficients are interpolated at Chebyshev's points by tests/compiler/coefficients.py, with 60 digits. A product with a
sum uses ``llvm.fmuladd``. This is one instruction if the processor has it, and otherwise two operations. The bounds
hold for both.
"""

import math

from llvmlite import ir

from autograd.compiler.registers import Register
from autograd.engine.algebra import select

__all__ = ["copysign", "exp", "expm1", "floor", "log", "log1p", "sigmoid", "softplus", "sqrt", "tanh"]

INF, NAN = math.inf, math.nan
_WORD = ir.IntType(64)

# log 2 in two parts. The first part has 41 bits, so its products with exponents are exact.
_LOG2_HIGH, _LOG2_LOW = 0.693147180559663, 2.8235290563031577e-13
_PER_LOG2 = 1.4426950408889634
_ROUNDER = 1.5 * 2.0**52  # added to a number of at most 51 bits, the sum has the nearest integer in its last bits
_SQRT_HALF_BITS = 0x3FE6A09E667F3BCD

# exp(r) = 1 + r + r^2 P(r) for |r| up to half of log 2
_EXP = (
    0.5,
    0.1666666666666667,
    0.04166666666666667,
    0.00833333333332612,
    0.0013888888888883737,
    0.00019841269874873975,
    2.480158732558584e-05,
    2.755725533255441e-06,
    2.7557273594799413e-07,
    2.510524515390137e-08,
    2.0914707069612355e-09,
)
# log((1 + s)/(1 - s)) = 2 s + s z P(z) with z = s^2, for s up to (sqrt(2) - 1)/(sqrt(2) + 1)
_LOG = (
    0.6666666666666666,
    0.4000000000000088,
    0.28571428570801954,
    0.22222222392089008,
    0.18181795600060793,
    0.15386241881938595,
    0.13268714792348096,
    0.1308723619665962,
)
# tanh(x) = x + x z P(z) with z = x^2, for |x| up to 5/8
_TANH = (
    -0.3333333333333333,
    0.13333333333333042,
    -0.05396825396789699,
    0.021869488519008305,
    -0.008863235103240878,
    0.0035921217511549622,
    -0.0014557754120478055,
    0.0005896606577757043,
    -0.0002375906496055562,
    9.257116129556769e-05,
    -3.12011014257974e-05,
    6.485163482793113e-06,
)


# --- Operations of the processor


def sqrt(x: Register) -> Register:
    """Return the square root, correctly rounded. It is NaN below 0, and -0 for -0."""
    return x.lanes.intrinsic("sqrt", x)


def floor(x: Register) -> Register:
    """Return the largest integer that is not above ``x``."""
    return x.lanes.intrinsic("floor", x)


def copysign(x: Register, sign: Register) -> Register:
    """Return the magnitude of ``x`` with the sign of ``sign``."""
    return x.lanes.intrinsic("copysign", x, sign)


def _times_plus(a, b, c):
    """Return ``a * b + c``, with one rounding or with two."""
    lanes = next(x.lanes for x in (a, b, c) if isinstance(x, Register))
    return lanes.intrinsic("fmuladd", a, b, c)


def _polynomial(x, coefficients):
    y = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        y = _times_plus(x, y, c)
    return y


def _word(x):
    """Return the bits of a float64."""
    return x.lanes.builder.bitcast(x.value, x.lanes.shaped(_WORD))


def _number(word, lanes):
    """Return the float64 that has these bits."""
    return Register(lanes.builder.bitcast(word, lanes.type), lanes)


# --- The exponential


def _reduced(x):
    """Return ``(n, r, rest)`` with ``x = n log 2 + r + rest``. n is an integral float, and |r| at most log(2) / 2."""
    n = _times_plus(x, _PER_LOG2, _ROUNDER) - _ROUNDER
    high = _times_plus(n, -_LOG2_HIGH, x)  # exact
    r = _times_plus(n, -_LOG2_LOW, high)
    return n, r, _times_plus(n, -_LOG2_LOW, high - r)


def _power_of_two(n):
    """Return ``2 ** n`` for an integer n from -1022 to 1023, given as a float."""
    lanes = n.lanes
    bits = _word(n + (_ROUNDER + 1023.0))  # the last bits are n + 1023, which is the exponent's field
    return _number(lanes.builder.shl(bits, lanes.filled(_WORD, 52)), lanes)


def _exp_minus_1_reduced(r, rest):
    """Return exp(r + rest) - 1 for |r| up to half of log 2."""
    return r + _times_plus(r * r, _polynomial(r, _EXP), rest)


def _clamped(x, low, high):
    """Return ``x`` limited to the bounds. A NaN stays a NaN."""
    return select(x > high, high, select(x < low, low, x))


def _exp_in_parts(x):
    """Return exp(x) and the part of it that the last rounding lost."""
    n, r, rest = _reduced(_clamped(x, -746.0, 710.0))  # beyond these bounds, exp is 0 or infinite
    p = _exp_minus_1_reduced(r, rest)
    y = 1.0 + p
    half = _times_plus(n, 0.5, _ROUNDER) - _ROUNDER
    # The scaling has two steps, because 2^1024 is not a float64 and a subnormal result must be rounded only once.
    first, second = _power_of_two(half), _power_of_two(n - half)
    return y * first * second, (p - (y - 1.0)) * first * second


def _exp(x):
    return _exp_in_parts(x)[0]


def _expm1(x):
    n, r, rest = _reduced(_clamped(x, -40.0, 710.0))
    half_scale = _power_of_two(n - 1.0)  # half of the scale, since 2^1024 is not a float64
    y = _times_plus(half_scale, _exp_minus_1_reduced(r, rest), half_scale - 0.5) * 2.0
    return select(abs(x) < 2.0**-53, x, y)


def exp(x: Register) -> Register:
    """Return e to the power of x: 0 below about -746, infinite above 709.78."""
    return x.lanes.call("exp", _exp, x)


def expm1(x: Register) -> Register:
    """Return ``exp(x) - 1``, accurate near 0."""
    return x.lanes.call("expm1", _expm1, x)


# --- The logarithm


def _split(x):
    """Return ``(n, m)`` with ``x = 2**n m`` and m from sqrt(1/2) to sqrt(2), for a normal positive x; n is a float."""
    lanes, b = x.lanes, x.lanes.builder
    bits = _word(x)
    offset = b.sub(bits, lanes.filled(_WORD, _SQRT_HALF_BITS - (1023 << 52)))
    biased = b.lshr(offset, lanes.filled(_WORD, 52))  # n + 1023
    mantissa = b.sub(bits, b.shl(b.sub(biased, lanes.filled(_WORD, 1023)), lanes.filled(_WORD, 52)))
    # An integer below 2^52 as the last bits of a float between 2^52 and 2^53, so that no vector must be converted.
    n = _number(b.or_(biased, lanes.filled(_WORD, 0x433 << 52)), lanes) - (2.0**52 + 1023.0)
    return n, _number(mantissa, lanes)


def _log_reduced(n, f, rest):
    """Return ``n log 2 + log(1 + f) + rest`` for 1 + f from sqrt(1/2) to sqrt(2), with a small rest."""
    s = f / (2.0 + f)
    z = s * s
    # log(1 + f) = 2 s + s z P and 2 s = f - s f = f - f^2/2 + s f^2/2. Here f is exact, and the other terms are small.
    half_square = 0.5 * f * f
    tail = s * _times_plus(z, _polynomial(z, _LOG), half_square) + _times_plus(n, _LOG2_LOW, rest)
    return _times_plus(n, _LOG2_HIGH, f - (half_square - tail))


def _log(x):
    small = x < 2.0**-1022
    n, m = _split(select(small, x * 2.0**54, x))
    y = _log_reduced(select(small, n - 54.0, n), m - 1.0, 0.0)
    return select(x > 0.0, select(x < INF, y, x), select(x < 0.0, NAN, select(x <= 0.0, -INF, x)))


def _log1p(x):
    u = 1.0 + x
    n, m = _split(u)
    rest = select(x >= 1.0, 1.0 - (u - x), x - (u - 1.0)) / u  # the rounding error of 1 + x, to first order
    near = (n <= 0.0) & (n >= 0.0)  # 1 + x is not reduced, so x itself is used, which is exact
    y = _log_reduced(n, select(near, x, m - 1.0), select(near, 0.0, rest))
    y = select(abs(x) < 2.0**-54, x, y)
    return select(x > -1.0, select(x < INF, y, x), select(x < -1.0, NAN, select(x <= -1.0, -INF, x)))


def log(x: Register) -> Register:
    """Return the natural logarithm. It is -inf at 0 of either sign, and NaN below 0."""
    return x.lanes.call("log", _log, x)


def log1p(x: Register) -> Register:
    """Return ``log(1 + x)``, accurate near 0. It is -inf at -1, and NaN below -1."""
    return x.lanes.call("log1p", _log1p, x)


# --- Functions made of these


def _tanh(x):
    size = select(abs(x) > 20.0, 20.0, abs(x))  # tanh rounds to 1 from 19.1 on
    z = size * size
    near = _times_plus(size * z, _polynomial(z, _TANH), size)
    n, r, rest = _reduced(2.0 * size)
    far = 1.0 - 2.0 / ((1.0 + _exp_minus_1_reduced(r, rest)) * _power_of_two(n) + 1.0)
    return copysign(select(size < 0.625, near, far), x)


def _sigmoid(x):
    e, e_low = _exp_in_parts(-abs(x))  # exp(-x) would overflow below -709
    divisor = 1.0 + e
    lost = (e - (divisor - 1.0)) + e_low
    above = x >= 0.0
    y = select(above, 1.0, e) / divisor
    inverse = select(above, y, 1.0 - y)  # 1 / divisor
    # Corrected to first order for the rounding errors of numerator and divisor, which would add up to more than 2 ulp.
    return y + (select(above, 0.0, e_low) - y * lost) * inverse


def _softplus(x):
    return select(x > 0.0, x, 0.0) + log1p(exp(-abs(x)))


def tanh(x: Register) -> Register:
    """Return the hyperbolic tangent."""
    return x.lanes.call("tanh", _tanh, x)


def sigmoid(x: Register) -> Register:
    """Return ``1 / (1 + exp(-x))``, accurate on both sides of 0."""
    return x.lanes.call("sigmoid", _sigmoid, x)


def softplus(x: Register) -> Register:
    """Return ``log(1 + exp(x))``, accurate on both sides of 0."""
    return x.lanes.call("softplus", _softplus, x)

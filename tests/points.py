"""Exact references for every primitive of the table, independent of its rules: mpmath functions and differences.

``EXACT[name]`` is the value as an mpmath function. Derivatives are central differences of it with at least 120 digits
and a step of 1e-30 of the point. So their error is below 1e-50 of their size, and no rule of ours is used.
"""

import functools
import math
import random

import mpmath
from mpmath import mp, mpf

from autograd.engine import primitives, rounding, special
from autograd.engine.algebra import Primitive

PRIMITIVES = [entry for entry in vars(primitives).values() if isinstance(entry, Primitive)]
PRIMITIVES += [getattr(module, name) for module in (rounding, special) for name in module.__all__]
BY_NAME = {entry.name: entry for entry in PRIMITIVES}

EPSILON = 2.0**-52


def _dot(*operands):
    n = len(operands) // 2
    products = [w * x for w, x in zip(operands[:n], operands[n : 2 * n], strict=True)]
    return mpmath.fsum(products + list(operands[2 * n :]))


def _logistic_pdf(x):
    e = mpmath.exp(-abs(x))
    return e / (1 + e) ** 2


def _with_more_bits(function, x):
    with mp.extraprec(80):  # mpmath loses up to 80 bits near a root
        found = function(x)
    return +found


def _erfc(z):
    return mpmath.erfc(z) if z < 1e9 else mpf(0)  # mpmath raises if the logarithm of the result is not a double


EXACT = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "neg": lambda a: -a,
    "dot": _dot,
    "total": lambda *x: mpmath.fsum(x),
    "identity": lambda x: x,
    "zero_derivative": lambda x: mpf(0),
    "step": lambda x: mpf(1 if x > 0 else 0),
    "sign": lambda x: mpmath.sign(x),
    "above": lambda a, b: mpf(1 if a > b else 0),
    "greater": lambda a, b: mpf(1 if a > b else 0),
    "at_least": lambda a, b: mpf(1 if a >= b else 0),
    "where": lambda condition, a, b: a if condition != 0 else b,
    "relu": lambda x: max(x, mpf(0)),
    "abs": lambda x: mpmath.fabs(x),
    "maximum": lambda a, b: max(a, b),
    "minimum": lambda a, b: min(a, b),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * mpmath.expm1(x),
    "pow": lambda x, n: mpmath.power(x, n),
    "power_term": lambda a, x, n, k, j: a * mpmath.power(x, n - k) * (mpmath.log(x) ** j if j else 1),
    "exp": mpmath.exp,
    "expm1": mpmath.expm1,
    "log": mpmath.log,
    "log1p": mpmath.log1p,
    "sqrt": mpmath.sqrt,
    "sin": mpmath.sin,
    "cos": mpmath.cos,
    "tan": mpmath.tan,
    "one_minus_square": lambda x: 1 - x**2,
    "asin": mpmath.asin,
    "acos": mpmath.acos,
    "lorentzian": lambda x: 1 / (1 + x**2),
    "atan": mpmath.atan,
    "inversion": lambda x, y: x / (x**2 + y**2),
    "unit": lambda x, y: x / mpmath.sqrt(x**2 + y**2),
    "hypot": mpmath.hypot,
    "atan2": mpmath.atan2,
    "sinh": mpmath.sinh,
    "cosh": mpmath.cosh,
    "sech2": lambda x: mpmath.sech(x) ** 2,
    "sech2_times": lambda a, x: a * mpmath.sech(x) ** 2,
    "tanh": mpmath.tanh,
    "asinh": mpmath.asinh,
    "acosh": mpmath.acosh,
    "atanh": mpmath.atanh,
    "gaussian": lambda x: mpmath.exp(-(x**2)),
    "gaussian_times": lambda a, x: a * mpmath.exp(-(x**2)),
    "erf": mpmath.erf,
    "normal_pdf": lambda x: mpmath.exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi),
    "normal_pdf_times": lambda a, x: a * mpmath.exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi),
    "normal_cdf": lambda x: _erfc(-x / mpmath.sqrt(2)) / 2,
    "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)),
    "logistic_pdf": lambda x: _logistic_pdf(x),
    "logistic_pdf_times": lambda a, x: a * _logistic_pdf(x),
    "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
    "logsigmoid": lambda x: -mpmath.log1p(mpmath.exp(-x)),
    "silu": lambda x: x / (1 + mpmath.exp(-x)),
    "gelu": lambda x: x * _erfc(-x / mpmath.sqrt(2)) / 2,
    "logsumexp": lambda *x: mpmath.log(mpmath.fsum([mpmath.exp(each) for each in x])),
    "shift": lambda *x: max(x),
    "detached": lambda x: x,
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "mod": lambda x, y: x - y * mpmath.floor(x / y),
    "floordiv": lambda x, y: mpmath.floor(x / y),
    "log2": lambda x: mpmath.log(x) / mpmath.log(2),
    "log10": mpmath.log10,
    "exp2": lambda x: mpmath.power(2, x),
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
    "cbrt_slope": lambda x: 1 / (3 * mpmath.cbrt(abs(x)) ** 2),
    "erfc": lambda x: _erfc(x),
    "lgamma": lambda x: _with_more_bits(mpmath.loggamma, x),
    "digamma": lambda x: _with_more_bits(mpmath.digamma, x),
    "polygamma": lambda n, x: mpmath.psi(int(mpmath.nint(n)), x),
}

# The intervals from which the operands are drawn, and whether small magnitudes are drawn, too.
WIDE = (-30.0, 30.0)
DOMAINS = {
    "div": [WIDE, (0.01, 30.0)],
    "leaky_relu": [WIDE, (0.001, 0.5)],
    "elu": [WIDE, (0.1, 3.0)],
    "pow": [(0.001, 30.0), (-8.0, 8.0)],
    "power_term": [WIDE, (0.001, 30.0), (-8.0, 8.0), (0.0, 2.0), (0.0, 2.0)],
    "lgamma": [(1e-3, 1e3)],
    "digamma": [(1e-3, 1e3)],
    "polygamma": [(0.0, 3.0), (1e-2, 30.0)],
    "mod": [WIDE, (0.01, 30.0)],
    "floordiv": [WIDE, (0.01, 30.0)],
    "log2": [(1e-6, 1e6)],
    "log10": [(1e-6, 1e6)],
    "exp2": [(-1000.0, 1000.0)],
    "erfc": [(-6.0, 26.0)],
    "log": [(1e-6, 1e6)],
    "log1p": [(-0.999, 50.0)],
    "sqrt": [(1e-6, 1e6)],
    "asin": [(-0.999999, 0.999999)],
    "one_minus_square": [(-0.999999, 0.999999)],
    "acos": [(-0.999999, 0.999999)],
    "acosh": [(1.000001, 1e3)],
    "atanh": [(-0.999999, 0.999999)],
    "erf": [(-6.0, 6.0)],
    "gaussian": [(-26.0, 26.0)],
    "gaussian_times": [WIDE, (-26.0, 26.0)],
    "normal_pdf": [(-37.0, 37.0)],
    "normal_pdf_times": [WIDE, (-37.0, 37.0)],
    "normal_cdf": [(-37.0, 37.0)],
    "gelu": [(-37.0, 37.0)],
    "sigmoid": [(-700.0, 700.0)],
    "logistic_pdf": [(-700.0, 700.0)],
    "logistic_pdf_times": [WIDE, (-700.0, 700.0)],
    "softplus": [(-700.0, 700.0)],
    "logsigmoid": [(-700.0, 700.0)],
    "silu": [(-700.0, 700.0)],
    "exp": [(-700.0, 700.0)],
    "expm1": [(-700.0, 700.0)],
    "sinh": [(-700.0, 700.0)],
    "cosh": [(-700.0, 700.0)],
    "tanh": [(-350.0, 350.0)],
    "sech2": [(-350.0, 350.0)],
    "sech2_times": [WIDE, (-350.0, 350.0)],
}

# Sums whose terms can cancel: the sum of the absolute values of the terms, for the value and for each partial. A sum is
# as exact as its terms. So near a root, an error of 4 epsilon times this sum is allowed, and nowhere else.
VALUE_TERMS = {
    "dot": lambda *x: _dot(*[abs(each) for each in x]),
    "total": lambda *x: mpmath.fsum([abs(each) for each in x]),
    "logsumexp": lambda *x: max(abs(each) for each in x) + mpmath.log(len(x)),
}


# This slope is a product of two cosines over two lengths. It has nine roundings, so more than 4 ulps are allowed.
PARTIAL_ULPS = {"inversion": 8}


def _half_normal(x):
    return EXACT["normal_cdf"](x) + abs(x) * EXACT["normal_pdf"](x)


def _half_sigmoid(x):
    return EXACT["sigmoid"](x) * (1 + abs(x) * EXACT["sigmoid"](-x))


def _log_power(x, j):
    return abs(mpmath.log(x)) ** j


def _spread(i):
    # The error of exp(a - b) is the rounding error of a - b, which depends on the difference and not on a and b.
    return lambda *x: mpmath.exp(x[i] - EXACT["logsumexp"](*x)) * (1 + max(abs(x[i] - each) for each in x))


PARTIAL_TERMS = {
    **{("logsumexp", i): _spread(i) for i in range(5)},
    ("gelu", 0): _half_normal,
    ("silu", 0): _half_sigmoid,
    ("power_term", 1): lambda a, x, n, k, j: (
        abs(a * mpmath.power(x, n - k - 1))
        * (abs((n - k) * _log_power(x, j)) + (abs(j * _log_power(x, j - 1)) if j else 0))
    ),
}


def operands_of(primitive, count=60):
    """Draw regular points: away from kinks, poles and the ends of the domain, some of them of small magnitude."""
    draw = random.Random(primitive.name)
    for k in range(count):
        arity = primitive.arity or (1 + k % 5 if primitive.name != "dot" else 2 + k % 6)
        intervals = DOMAINS.get(primitive.name, [WIDE] * arity)
        if primitive.name == "where":
            yield (float(k % 2), draw.uniform(*WIDE), draw.uniform(*WIDE))
        elif primitive.name == "polygamma":  # its first operand is a whole number
            yield (float(k % 4), _between(draw, *intervals[1], small=False))
        elif primitive.name == "power_term":  # its last two operands are whole numbers
            first = [_between(draw, *interval, small=k % 3 == 0) for interval in intervals[:3]]
            yield (*first, float(k % 3), float(k // 3 % 3))
        else:
            yield tuple([_between(draw, *interval, small=k % 3 == 0) for interval in intervals])


def _between(draw, low, high, small):
    if low > 0.0:
        return math.exp(draw.uniform(math.log(low), math.log(high)))
    x = draw.uniform(low, high)
    return x * 10.0 ** draw.uniform(-4.0, 0.0) if small else x


def ulps(found, exact):
    """Return the error of ``found`` in units in the last place of the exact number."""
    if not mpmath.isfinite(exact) or not math.isfinite(found):
        return 0.0 if found == float(exact) or (math.isnan(found) and mpmath.isnan(exact)) else math.inf
    with mp.workdps(60):
        return float(abs(mpf(found) - exact) / mpf(math.ulp(float(exact))))


def close(found, exact, allowed_ulps=4, terms=None):
    """Return True within the allowed ulps of the exact number, or 4 epsilon times the absolute terms of its sum."""
    if ulps(found, exact) <= allowed_ulps:
        return True
    return terms is not None and math.isfinite(found) and abs(mpf(found) - exact) <= allowed_ulps * EPSILON * terms


# Functions that come close to a constant or to one operand, and the digits that a difference would lose.
_LOST = {
    **dict.fromkeys(["tanh", "sigmoid", "softplus", "logsigmoid", "silu", "expm1"], lambda x: 0.9 * abs(x)),
    **dict.fromkeys(["erf", "erfc", "normal_cdf", "gelu"], lambda x: 0.5 * x * x),
    "logsumexp": lambda *x: 0.9 * (max(x) - min(x)),
}


def digits_for(primitive, operands):
    """Return enough digits for a difference with 50 right digits."""
    scales = [abs(math.log10(abs(x))) for x in operands if x != 0.0]
    lost = _LOST[primitive.name](*operands) if primitive.name in _LOST else 0.0
    return 120 + 3 * int(sum([scale for scale in scales if scale > 8.0])) + int(min(lost, 1000.0))


@functools.lru_cache(maxsize=1000)
def exact_value(primitive, operands):
    with mp.workdps(digits_for(primitive, operands)):
        return +EXACT[primitive.name](*[mpf(x) for x in operands])


@functools.lru_cache(maxsize=1000)
def exact_partial(primitive, operands, i):
    """Return the first derivative with respect to operand ``i``, by a central difference of the exact value."""
    with mp.workdps(digits_for(primitive, operands)):
        x, h = [mpf(x) for x in operands], _step(operands[i])
        f = EXACT[primitive.name]
        return _sum([f(*_moved(x, (i, h))), -f(*_moved(x, (i, -h)))]) / (2 * h)


def exact_second(primitive, operands, i, j):
    """Return the second derivative with respect to operands ``i`` and ``j``, by central differences."""
    with mp.workdps(digits_for(primitive, operands) + 60):
        x, h, k = [mpf(x) for x in operands], _step(operands[i]), _step(operands[j])
        f = EXACT[primitive.name]
        if i == j:
            return _sum([f(*_moved(x, (i, h))), -2 * f(*x), f(*_moved(x, (i, -h)))]) / h**2
        corners = [s * t * f(*_moved(x, (i, s * h), (j, t * k))) for s in (1, -1) for t in (1, -1)]
        return _sum(corners) / (4 * h * k)


def _sum(terms):
    """Return the sum of terms, or 0 if it is no larger than their rounding: then the derivative is 0."""
    result = mpmath.fsum(terms)
    noise = max(abs(term) for term in terms) * mpf(10) ** (25 - mp.dps)
    return result if abs(result) > noise else mpf(0)


def _step(x):
    return mpf("1e-30") * (abs(mpf(x)) or 1)


def _moved(x, *moves):
    x = list(x)
    for i, h in moves:
        x[i] = x[i] + h
    return x

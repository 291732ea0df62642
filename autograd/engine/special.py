# mypy: disable-error-code="has-type"
# (A rule may name a primitive that is defined below it. The name is looked up when the rule is used.)
"""More primitives beside ``primitives.py``: logarithms and powers to other bases, the cube root, special functions.

Sources: Abramowitz and Stegun, *Handbook of Mathematical Functions*, chapters 4, 6 and 7.
"""

import math

from autograd.engine.algebra import Traits, pi_like, primitive, select
from autograd.engine.primitives import INF, NAN, _product_error, exp, gaussian, log, sqrt, zero_derivative

__all__ = [
    "cbrt", "cbrt_slope", "digamma", "erfc", "exp2", "lgamma", "log2", "log10", "polygamma",
]  # fmt: skip


def _log_of(base, x):
    """Return the logarithm of a base, to as many digits as the kind of number of ``x`` has."""
    return log(base * (pi_like(x) / pi_like(x)))


def _log2(x):  # not math.log2 itself: algebra.py would then look for a log2 of mpmath, which has none
    return math.log2(x)


log2 = primitive(
    "log2",
    lambda x: log(x) / _log_of(2, x),
    partials=lambda y, x: (1 / _log_of(2, x)) / x,
    floats=_log2,
    limit=lambda x: -INF if x == 0.0 else NAN,
    latex=r"\log_2 {0}",
    domain="x > 0",
    traits=Traits(c="log2", activation=False),
)
log10 = primitive(
    "log10",
    lambda x: log(x) / _log_of(10, x),
    partials=lambda y, x: (1 / _log_of(10, x)) / x,
    floats=math.log10,
    limit=lambda x: -INF if x == 0.0 else NAN,
    latex=r"\log_{{10}} {0}",
    domain="x > 0",
    traits=Traits(c="log10", activation=False),
)
exp2 = primitive(
    "exp2",
    lambda x: 2.0**x,
    partials=lambda y, x: y * _log_of(2, x),
    limit=lambda x: INF,
    latex="2^{{{0}}}",
    domain="x < 1024",
)


def cbrt_of(x):
    """Return the cube root of a finite number other than 0, over floats or registers.

    It is a power, improved by one step of Newton's method. In that step, the rounding errors of the cube are added back
    (Dekker 1971), so the error of the result is little more than half an ulp.
    """
    size = abs(x)
    scale = select(size < 1e-200, 2.0**300, 1.0)  # so that the errors do not underflow
    size = size * scale
    root = size ** (1 / 3)
    square = root * root
    cube = square * root
    error = _product_error(root, root, square) * root + _product_error(square, root, cube)
    root = root - (cube - size + error) / (3.0 * square)
    root = root * select(scale > 1.0, 2.0**-100, 1.0)
    return select(x < 0.0, -root, root)


cbrt = primitive(
    "cbrt",
    lambda x: x / exp(2 * log(abs(x)) / 3),
    partials=lambda y, x: cbrt_slope(x),
    floats=lambda x: cbrt_of(x) if x and math.isfinite(x) else x,
    limit=lambda x: x,
    latex=r"\sqrt[3]{{{0}}}",
    kinks="a vertical tangent at 0",
    traits=Traits(activation=False),
)
# Computed as y / (3 x), which loses fewer digits than 1 / (3 y^2).
cbrt_slope = primitive(
    "cbrt_slope",
    lambda x: cbrt(x) / x / 3,
    partials=lambda y, x: -2 * (y / x) / 3,
    floats=lambda x: cbrt(x) / x / 3,
    limit=lambda x: INF if x == 0.0 else NAN,
    text="1 / (3 * cbrt({0}) ** 2)",
    latex=r"\frac{{1}}{{3 \sqrt[3]{{{0}}}^2}}",
    domain="an x other than 0",
)
erfc = primitive(
    "erfc",
    partials=lambda y, x: -2 / sqrt(pi_like(x)) * gaussian(x),
    arity=1,
    floats=math.erfc,
    latex=r"\operatorname{{erfc}}\left({0}\right)",
    traits=Traits(c="erfc"),
)


# --- The logarithm of the gamma function and its derivatives, for x > 0. Near 1 and 2 they are computed as series in
# the values of the zeta function (Abramowitz and Stegun 6.1.33, 6.3.14). From 12 on, they are computed by Stirling's
# series. Between 2.5 and 12, steps of 1 lead to one of these.

_EULER = 0.5772156649015329
_HALF_LOG_2PI = 0.9189385332046728
_LARGE = 12.0
_TERMS = 60
_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)  # B2, B4, ...


def _zeta_less_1(k):
    """Return the sum of n^-k over n from 2 on. From n = 20 on, it uses the Euler-Maclaurin formula."""
    n = 20.0
    tail, rising = [n ** (1 - k) / (k - 1), 0.5 * n**-k], 1.0
    for i, b in enumerate(_BERNOULLI, 1):
        rising *= (k + 2 * i - 2) * ((k + 2 * i - 3) if i > 1 else 1.0) / ((2 * i) * (2 * i - 1))
        tail.append(b * rising * n ** (1 - k - 2 * i))
    return math.fsum([float(m) ** -k for m in range(2, 20)] + tail)


_ZETA_LESS_1 = [0.0, 0.0, *[_zeta_less_1(k) for k in range(2, _TERMS)]]


def _gamma_series(t, first, less, divided):
    """Return ``first`` plus the sum over k from 2 on of -(-t)^(k - 1) times a coefficient.

    Args:
        t: the distance from the point of the expansion.
        first: the constant term.
        less: the coefficient is zeta(k) - 1 in place of zeta(k).
        divided: the coefficient is divided by k.
    """
    total = 0.0
    for k in range(_TERMS - 1, 1, -1):
        c = _ZETA_LESS_1[k] + (0.0 if less else 1.0)
        total = (c / k if divided else c) - t * total
    return first + t * total


def _stirling(x):
    """Return the correction terms of Stirling's formula, B_2k / (2k (2k - 1) x^(2k - 1)), for the caller to add."""
    return [b / (2 * k * (2 * k - 1) * x ** (2 * k - 1)) for k, b in enumerate(_BERNOULLI, 1)]


def _positive(x):
    if x <= 0.0:
        raise ValueError("the logarithm of the gamma function and its derivatives need a number above 0")
    return math.isfinite(x)


def _lgamma(x):
    if not _positive(x):
        return x
    if x < 0.6:
        y = (
            x * _gamma_series(x, -_EULER, False, True)
            if x < 0.4
            else (x - 1.0) * _gamma_series(x - 1.0, 1.0 - _EULER, True, True)
        )
        return y - math.log(x)
    if x < 1.4:
        return (x - 1.0) * _gamma_series(x - 1.0, -_EULER, False, True)
    if x < 2.5:
        return (x - 2.0) * _gamma_series(x - 2.0, 1.0 - _EULER, True, True)
    if x < _LARGE:
        product = 1.0
        while x >= 2.5:
            x -= 1.0
            product *= x
        return math.log(product) + (x - 2.0) * _gamma_series(x - 2.0, 1.0 - _EULER, True, True)
    log_x = math.log(x)
    if x > 1e280:
        return x * (log_x - 1.0)
    main = (x - 0.5) * log_x
    rest = _stirling(x) if x < 1e17 else []
    return math.fsum([main, _product_error(x - 0.5, log_x, main), -x, _HALF_LOG_2PI, *rest])


def _digamma(x):
    if not _positive(x):
        return x
    if x < 0.5:
        return _gamma_series(x, -_EULER, False, False) - 1.0 / x
    if abs(x - _ROOT) < 0.12:
        d, y = (x - _ROOT) - _ROOT_REST, 0.0
        for c in reversed(_AT_ROOT):
            y = c + d * y
        return d * y
    if x < 1.5:
        return _gamma_series(x - 1.0, -_EULER, False, False)
    steps = []
    if x < _LARGE:
        while x >= 2.5:
            x -= 1.0
            steps.append(1.0 / x)
        return math.fsum([_gamma_series(x - 2.0, 1.0 - _EULER, True, False), *steps])
    if x > 1e17:
        return math.log(x)
    return math.fsum([math.log(x), -0.5 / x, *[-b / (2 * k * x ** (2 * k)) for k, b in enumerate(_BERNOULLI, 1)]])


# The factorial of a larger order is too large for a float, and the sum below has about as many terms as the order.
_MAX_ORDER = 170


def _polygamma(n, x):
    if n != n or x != x:
        return NAN
    if not 0.0 <= n <= _MAX_ORDER or n != math.floor(n):
        raise ValueError(f"the order of a polygamma function is a whole number from 0 to {_MAX_ORDER}, found {n:g}")
    if n == 0.0:
        return _digamma(x)
    if not _positive(x):
        return 0.0
    if x < 1e-160:  # even 1/x**2 is too large
        return math.copysign(INF, -1.0 if n % 2.0 == 0.0 else 1.0)
    # Powers of x may leave the range of floats, while their product with the factorial does not. So the powers of
    # x / 2**exponent are summed, and the exponents are added at the end.
    order, terms, rest = int(n), [], 0.0
    _, exponent = math.frexp(x)
    while x < _LARGE + order:
        # the factor corrects, to first order, the rounding error that x lost when 1 was added to it
        terms.append((1.0 - (order + 1) * rest / x) * math.ldexp(x, -exponent) ** -(order + 1))
        above = x + 1.0
        rest += (above - 1.0) - x if x < 1.0 else (above - x) - 1.0
        x = above
    if x < 1e19:
        power = math.ldexp(x, -exponent) ** -(order + 1)
        tail = [power * x / order, 0.5 * power]
        for k, b in enumerate(_BERNOULLI if x < 1e9 else (), 1):
            rising = math.prod(range(order + 1, order + 2 * k)) / math.factorial(2 * k)
            tail.append(b * rising * power * x ** (1 - 2 * k))
        total, doublings = math.fsum([*terms, *tail]), -exponent * (order + 1)
    else:  # only the first term of the tail matters
        total, doublings = math.ldexp(x, -exponent) ** -order / order, -exponent * order
    scale, more = math.frexp(math.factorial(order))
    total *= -scale if order % 2 == 0 else scale
    try:
        return math.ldexp(total, doublings + more)
    except OverflowError:
        return math.copysign(INF, total)


# The only root of digamma above 0, to twice the digits of a float, and the Taylor series there. Near the root, digamma
# keeps all digits this way.
_ROOT, _ROOT_REST = 1.4616321449683622, 9.549995429965697e-17
_AT_ROOT = [_polygamma(float(k), _ROOT) / math.factorial(k) for k in range(1, 20)]

lgamma = primitive(
    "lgamma",
    partials=lambda y, x: digamma(x),
    arity=1,
    floats=_lgamma,
    limit=lambda x: INF if x == 0.0 else NAN,
    domain="x > 0",
    traits=Traits(activation=False),
)
digamma = primitive(
    "digamma",
    partials=lambda y, x: polygamma(1.0, x),
    arity=1,
    floats=_digamma,
    limit=lambda x: -INF if x == 0.0 else NAN,
    domain="x > 0",
    traits=Traits(activation=False),
)
polygamma = primitive(
    "polygamma",
    partials=[lambda y, n, x: zero_derivative(y), lambda y, n, x: polygamma(n + 1, x)],
    arity=2,
    floats=_polygamma,
    limit=lambda n, x: NAN,
    domain="an order 0, 1, ..., 170 and x > 0",
    kinks="constant in its order",
    traits=Traits(activation=False),
)

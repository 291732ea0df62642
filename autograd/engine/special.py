# mypy: disable-error-code="has-type"
# (a rule may name a primitive further down: it is looked up when the rule is used)
"""Primitives beside those of ``primitives.py``: logarithms and powers to other bases, roots, and special functions.

Sources: Abramowitz and Stegun, *Handbook of Mathematical Functions*, chapters 4, 6 and 7.
"""

import math

from autograd.engine.algebra import Traits, pi_like, primitive, select
from autograd.engine.primitives import INF, NAN, _product_error, exp, gaussian, log, sqrt

__all__ = ["cbrt", "cbrt_slope", "erfc", "exp2", "log2", "log10"]


def _log_of(base, x):
    """The logarithm of a base, to as many digits as numbers of the kind of ``x`` have."""
    return log(base * (pi_like(x) / pi_like(x)))


def _log2(x):
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
    """The cube root of a finite number other than 0, over floats or registers: a power, and a step of Newton's method.

    The cube's rounding errors are added back (Dekker 1971), so the result is off by little more than half an ulp.
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
# As y / (3 x), which loses fewer digits than 1 / (3 y^2).
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

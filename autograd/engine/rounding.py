"""Primitives that round: ``floor``, ``ceil``, ``round``, and the remainder and the quotient of integer division.

Between their jumps they are constant or linear, and their derivatives are those of the pieces. At a jump, the
derivative is that of the piece to which the value belongs.
"""

import math
import numbers

from autograd.engine.algebra import Traits, primitive, select
from autograd.engine.errors import AlgebraError
from autograd.engine.primitives import zero_derivative

__all__ = ["ceil", "floor", "floordiv", "mod", "round_"]

_JUMPS = "jumps at the integers; its derivative is 0 everywhere"


def _rounded(function):
    """Return a rounding of floats that keeps infinities, NaN and the sign of a zero."""
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def _remainder(x, y):
    """Return ``x % y``. Complex numbers raise AlgebraError, because mpmath would compute their remainder forever."""
    for n in (x, y):
        if isinstance(n, numbers.Complex) and not isinstance(n, numbers.Real):
            raise AlgebraError("a complex number has no remainder: pass real numbers.")
    return x % y


def _nearest(x):
    """Return the nearest integer, over any kind of number. A half is rounded to the even integer."""
    above = (2 * x + 1) / 2
    lower = above - above % 1
    return select(above % 1 > 0, lower, lower - lower % 2)


floor = primitive(
    "floor",
    lambda x: x - x % 1,
    partials=zero_derivative,
    floats=_rounded(math.floor),
    latex=r"\left\lfloor {0} \right\rfloor",
    kinks=_JUMPS,
    traits=Traits(activation=False),
)
ceil = primitive(
    "ceil",
    lambda x: x + -x % 1,
    partials=zero_derivative,
    floats=_rounded(math.ceil),
    latex=r"\left\lceil {0} \right\rceil",
    kinks=_JUMPS,
    traits=Traits(activation=False),
)
round_ = primitive(
    "round",
    _nearest,
    partials=zero_derivative,
    floats=_rounded(round),
    kinks="jumps half-way between integers, where it takes the even one; its derivative is 0 everywhere",
    traits=Traits(activation=False),
)
floordiv = primitive(
    "floordiv",
    lambda x, y: (x - _remainder(x, y)) / y,
    floats=lambda x, y: x // y,
    partials=[lambda q, x, y: zero_derivative(q), lambda q, x, y: zero_derivative(q)],
    text="({0} // {1})",
    latex=r"\left\lfloor \frac{{{0}}}{{{1}}} \right\rfloor",
    domain="a divisor other than 0",
    kinks="jumps where the first operand is a multiple of the second; its derivative is 0 everywhere",
    traits=Traits(activation=False),
)
mod = primitive(
    "mod",
    _remainder,
    floats=lambda x, y: x % y,
    partials=[1, lambda m, x, y: -floordiv(x, y)],
    text="({0} % {1})",
    latex=r"\operatorname{{mod}}\left({0}, {1}\right)",
    domain="a divisor other than 0",
    kinks="jumps where the first operand is a multiple of the second, where its value is 0",
)

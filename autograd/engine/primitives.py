# mypy: disable-error-code="has-type"
# (A rule may name a primitive that is defined below it. The name is looked up when the rule is used.)
r"""The table of primitives: all elementary operations that the engine knows. Each rule is written once.

An entry states the value, the partial derivatives, the printed form, the domain and the kinks. The partials are
written in a numerically stable form that is closed under differentiation, so a second derivative is as accurate as a
first one. Some functions exist here only as the derivative of another one (``sech2``, ``gaussian``, ``step``). They
need a name and a rule of their own to keep all digits. A function with ``_times`` in its name is a product of a factor
and a function that underflows before the product does. It multiplies the factor in early, to keep the digits of the
tail.

Source of the formulas: Abramowitz and Stegun, *Handbook of Mathematical Functions*, chapters 4 and 7. Comments explain
the choices that prevent overflow and cancellation.

To change a rule, change its line here. The gradient, higher derivatives and all printed formulas follow, and nothing
needs to be compiled again. The exceptions are + - * / neg, dot and total. Their derivatives are also written in
``sweep.py``, inside the reverse sweep of ``backward`` and ``grad``. ``tests/engine/test_sweep.py`` compares these with
the rules here.
"""

import math
from typing import NamedTuple

from autograd.engine.algebra import Traits, engine_defines, pi_like, primitive, select

engine_defines(True)

INF, NAN = math.inf, math.nan


# --- Arithmetic. The sweep contains the partials of these, too; tests/engine/test_sweep.py compares them with these.

add = primitive(
    "add",
    lambda a, b: a + b,
    partials=[1, 1],
    text="{0} + {1}",
    latex="{0} + {1}",
    traits=Traits(linear=True, written_out=True, cheap=True),
)
sub = primitive(
    "sub",
    lambda a, b: a - b,
    partials=[1, -1],
    text="{0} - {1}",
    latex="{0} - {1}",
    traits=Traits(linear=True, written_out=True, cheap=True),
)
mul = primitive(
    "mul",
    lambda a, b: a * b,
    partials=[lambda y, a, b: b, lambda y, a, b: a],
    text="{0} * {1}",
    latex="{0} {1}",
    traits=Traits(written_out=True, cheap=True),
)
div = primitive(
    "div",
    lambda a, b: a / b,
    limit=lambda a, b: NAN if a == 0.0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b),  # over 0
    partials=[lambda y, a, b: 1 / b, lambda y, a, b: -y / b],
    text="{0} / {1}",
    latex=r"\frac{{{0}}}{{{1}}}",
    domain="a denominator other than 0",
    traits=Traits(written_out=True),
)
neg = primitive(
    "neg",
    lambda a: -a,
    partials=-1,
    text="-{0}",
    latex="-{0}",
    traits=Traits(linear=True, written_out=True, cheap=True),
)


class DotOperands(NamedTuple):
    """The operands of ``dot`` by name.

    Attributes:
        weights: a tuple of the weights.
        inputs: a tuple of the inputs, as many as weights.
        bias: a tuple with the bias, or an empty tuple.
    """

    weights: tuple
    inputs: tuple
    bias: tuple


def dot_operands(operands) -> DotOperands:
    """Return the operands of a ``dot`` node by name. They are recorded as weights, inputs and then the bias, if any.

    Example:
        >>> dot_operands((0.5, 0.25, 1.0, 2.0, 3.0))
        DotOperands(weights=(0.5, 0.25), inputs=(1.0, 2.0), bias=(3.0,))
    """
    return DotOperands._make(_parts_of_dot(tuple(operands)))


def _parts_of_dot(operands):
    n = len(operands) // 2
    return operands[:n], operands[n : 2 * n], operands[2 * n :]


def _dot(*operands):
    weights, inputs, bias = _parts_of_dot(operands)
    y = bias[0] if bias else None
    for w, x in zip(weights, inputs, strict=True):
        y = w * x if y is None else y + w * x
    return 0.0 if y is None else y


def _dot_partials(y, *operands):
    weights, inputs, bias = _parts_of_dot(operands)
    return inputs + weights + (1,) * len(bias)


def _total(*operands):
    y = operands[0] if operands else 0.0
    for x in operands[1:]:
        y = y + x
    return y


dot = primitive("dot", _dot, partials=_dot_partials, text="dot({0})", traits=Traits(written_out=True))
total = primitive(
    "total",
    _total,
    partials=lambda y, *x: (1,) * len(x),
    text="total({0})",
    traits=Traits(linear=True, written_out=True),
)

# The same number as a node of its own. A transform makes one for each argument of the function that it differentiates.
identity = primitive(
    "identity",
    lambda x: x,
    partials=1,
    text="{0}",
    latex="{0}",
    traits=Traits(linear=True, written_out=True, cheap=True),
)


# --- Choices. At a kink, the derivative follows the convention stated here, in every mode and engine.
# The comparisons are written so that none holds for a NaN. The last branch then returns the NaN.

zero_derivative = primitive(
    "zero_derivative", lambda x: select(x <= 0, 0, select(x > 0, 0, x)), partials=lambda y, x: y, text="0", latex="0"
)
step = primitive(
    "step",
    lambda x: select(x <= 0, 0, select(x > 0, 1, x)),
    partials=zero_derivative,
    floats=lambda x: 1.0 if x > 0.0 else 0.0 if x <= 0.0 else x,
    latex=r"\mathbb{{1}}\left[{0} > 0\right]",
    kinks="jumps at 0, where its value is 0; its derivative is 0 everywhere",
    traits=Traits(cheap=True),
)
sign = primitive(
    "sign",
    lambda x: select(x < 0, -1, select(x > 0, 1, x)),
    partials=zero_derivative,
    latex=r"\operatorname{{sign}}\left({0}\right)",
    kinks="jumps at 0, where its value is 0; its derivative is 0 everywhere",
)
above = primitive(
    "above",
    lambda a, b: select(a > b, 1, select(a < b, 0, select(a >= b, 0.5, a + b))),
    partials=[lambda y, a, b: zero_derivative(y), lambda y, a, b: zero_derivative(y)],
    latex=r"\mathbb{{1}}\left[{0} > {1}\right]",
    kinks="jumps where the operands are equal, where its value is 1/2; its derivative is 0 everywhere",
)


# Comparisons, as in Python: they do not hold for a NaN. They are piecewise constant, so sweeps stop at them. Not even
# an infinite derivative flows to the numbers that are compared.
greater = primitive(
    "greater",
    lambda a, b: select(a > b, 1, 0),
    partials=[0, 0],
    text="({0} > {1})",
    latex=r"\mathbb{{1}}\left[{0} > {1}\right]",
    kinks="jumps where the operands are equal; its derivative is 0 everywhere",
    traits=Traits(is_end=True),
)
at_least = primitive(
    "at_least",
    lambda a, b: select(a >= b, 1, 0),
    partials=[0, 0],
    text="({0} >= {1})",
    latex=r"\mathbb{{1}}\left[{0} \geq {1}\right]",
    kinks="jumps where the operands are equal; its derivative is 0 everywhere",
    traits=Traits(is_end=True),
)


def _choose(condition, a, b):
    """Return ``a`` if the condition is not 0, else ``b``; NaN if the condition is NaN.

    It does not use ==, because for Values == compares identity.
    """
    return select((condition < 0) | (condition > 0), a, select(condition >= 0, b, condition))


def _not(held):
    return not held if isinstance(held, int) else ~held


where = primitive(
    "where",
    _choose,
    partials=[
        lambda y, condition, a, b: zero_derivative(condition),
        lambda y, condition, a, b: _choose(condition, 1, 0),
        lambda y, condition, a, b: _choose(condition, 0, 1),
    ],
    kinks="constant in its condition; the branch not taken is not entered, not even by a NaN",
    traits=Traits(
        branches={  # if the condition is NaN, a derivative flows to both
            1: lambda condition, a, b: _not((condition >= 0) & (condition <= 0)),
            2: lambda condition, a, b: _not((condition < 0) | (condition > 0)),
        }
    ),
)
relu = primitive(
    "relu",
    lambda x: select(x <= 0, 0, x),
    partials=step,
    floats=lambda x: 0.0 if x <= 0.0 else x,
    latex=r"\operatorname{{ReLU}}\left({0}\right)",
    kinks="derivative 0 at 0",
    traits=Traits(cheap=True),
)
abs_ = primitive(
    "abs",
    abs,
    arity=1,
    partials=sign,
    text="|{0}|",
    latex=r"\left|{0}\right|",
    kinks="derivative 0 at 0",
    traits=Traits(cheap=True, activation=False),
)
maximum = primitive(
    "maximum",
    lambda a, b: select(a >= b, a, select(a < b, b, a + b)),
    partials=[lambda y, a, b: above(a, b), lambda y, a, b: above(b, a)],
    latex=r"\max\left({0}, {1}\right)",
    kinks="1/2 to each operand where they are equal",
)
minimum = primitive(
    "minimum",
    lambda a, b: select(a <= b, a, select(a > b, b, a + b)),
    partials=[lambda y, a, b: above(b, a), lambda y, a, b: above(a, b)],
    latex=r"\min\left({0}, {1}\right)",
    kinks="1/2 to each operand where they are equal",
)
leaky_relu = primitive(
    "leaky_relu",
    lambda x, slope: select(x <= 0, slope * x, x),
    partials=[
        lambda y, x, slope: step(x) + slope * (1 - step(x)),
        lambda y, x, slope: minimum(x, 0) + zero_derivative(slope),
    ],
    kinks="derivative `slope` at 0",
    traits=Traits(activation=True),
)
elu = primitive(
    "elu",
    lambda x, alpha: select(x <= 0, alpha * expm1(minimum(x, 0)), x),
    partials=[
        lambda y, x, alpha: step(x) + (1 - step(x)) * alpha * exp(minimum(x, 0)),
        lambda y, x, alpha: expm1(minimum(x, 0)) + zero_derivative(alpha),  # 0 for any number, and NaN for a NaN
    ],
    kinks="derivative `alpha` at 0, which is no kink where alpha is 1",
    traits=Traits(activation=True),
)


# --- Powers, exponentials, logarithms.


def _pow(x, n):
    y = x**n
    if isinstance(y, complex):
        raise ValueError("a negative number to a fractional power is complex")
    return y


def _pow_limit(x, n):
    if x == 0.0:  # a pole: odd powers keep the sign of the zero
        return math.copysign(INF, x) if n % 2.0 == 1.0 else INF
    if x < 0.0 and n != math.floor(n):
        return NAN
    return -INF if x < 0.0 and n % 2.0 == 1.0 else INF  # overflow


def _power_term(a, x, n, k, j):
    if a == 0.0:
        # Differentiation has reduced the coefficient to 0: the term is 0 even at a pole, and NaN for a NaN.
        return zero_derivative(x) + zero_derivative(n)
    exponent, size = n - k, abs(x)
    if not (0.0 < size < INF and abs(n) < INF):
        y = a * _pow(x, exponent)
        return y if j == 0.0 else NAN if n != n else y * _pow(math.log(x), j) if y != 0.0 else zero_derivative(x)
    if x < 0.0 and n != math.floor(n):
        raise ValueError("a negative number to a fractional power is complex")
    log_size = math.log(size)
    if j != 0.0:
        a *= _pow(math.log(x) if x < 0.0 else log_size, j)
    if abs(exponent * log_size) < 650.0 or 0.0 <= exponent <= 1.0:
        y = a * _pow(size, exponent)
    else:
        half = _pow(size, 0.5 * exponent)  # the power may leave the range of a double, while the product does not
        y = a * half * half
    y *= 1.0 + _lost(n, k, exponent) * log_size  # first order is enough: the logarithm of the power is below 1500
    return -y if x < 0.0 and _odd(n) != _odd(k) else y


def _lost(n, k, difference):
    """Return the exact rounding error of ``n - k`` (Knuth). A power magnifies it by the logarithm of its base."""
    back = difference - n
    return (n - (difference - back)) - (k + back)


def _odd(n):
    return abs(n) < INF and n - 2.0 * math.floor(0.5 * n) == 1.0


def _power_term_limit(a, x, n, k, j):
    if not abs(j) < INF or j != math.floor(j) or x != x or n != n:
        return NAN
    if x < 0.0 and (j != 0.0 or not abs(n) < INF or n != math.floor(n)):
        return NAN
    negative = _odd(j) and x < 1.0  # the sign of the power of the logarithm
    if x == 0.0:
        power = _pow_limit(x, n - k) if n < k else 1.0 if n == k else 0.0
        return a * power if j == 0.0 else a * power * (-INF if negative else INF)
    negative = negative or (x < 0.0 and _odd(n) != _odd(k))
    return a * (-INF if negative else INF)  # overflow


pow_ = primitive(
    "pow",
    lambda x, n: x**n,
    # n x^(n-1), which is 0 for n = 0 even at x = 0; and x^n log x, which is 0 if x^n is 0.
    partials=[lambda y, x, n: power_term(n, x, n, 1, 0), lambda y, x, n: power_term(1, x, n, 0, 1)],
    floats=_pow,
    limit=_pow_limit,
    text="{0} ** {1}",
    latex="{0}^{{{1}}}",
    domain="a base above 0, or an integer exponent (one above 0, for a base of 0)",
)
power_term = primitive(
    "power_term",
    lambda a, x, n, k, j: (
        zero_derivative(x)
        if (a == 0) is True
        else a * x ** (n - k)
        if (j == 0) is True
        else a * x ** (n - k) * log(x) ** j
    ),
    # Every derivative of a power is a sum of such terms, and so is every derivative of such a term. k counts the
    # derivatives with respect to x, and j those with respect to n.
    partials=[
        lambda y, a, x, n, k, j: power_term(1, x, n, k, j),
        lambda y, a, x, n, k, j: _power_term_slope(a, x, n, k, j),
        lambda y, a, x, n, k, j: power_term(a, x, n, k, j + 1),
        lambda y, a, x, n, k, j: zero_derivative(k),
        lambda y, a, x, n, k, j: zero_derivative(j),
    ],
    floats=_power_term,
    limit=_power_term_limit,
    text="{0} * {1} ** ({2} - {3}) * log({1}) ** {4}",
    latex=r"{0} {1}^{{{2} - {3}}} \left(\log {1}\right)^{{{4}}}",
    kinks="constant in the last two operands",
)


def _power_term_slope(a, x, n, k, j):
    slope = power_term(a * (n - k), x, n, k + 1, j)
    if j == 0:
        return slope
    return slope + power_term(a * j, x, n, k + 1, j - 1)


exp = primitive(
    "exp",
    partials=lambda y, x: y,
    arity=1,
    floats=math.exp,
    limit=lambda x: INF,
    latex=r"e^{{{0}}}",
    domain="x < 709.78",
    traits=Traits(c="exp"),
)
expm1 = primitive(
    "expm1",
    lambda x: exp(x) - 1,
    partials=exp,
    floats=math.expm1,
    limit=lambda x: INF,
    latex=r"e^{{{0}}} - 1",
    traits=Traits(c="expm1"),
)
log = primitive(
    "log",
    partials=lambda y, x: 1 / x,
    arity=1,
    floats=math.log,
    limit=lambda x: -INF if x == 0.0 else NAN,
    latex=r"\log {0}",
    domain="x > 0",
    traits=Traits(c="log", activation=False),
)
log1p = primitive(
    "log1p",
    lambda x: log(1 + x),
    partials=lambda y, x: 1 / (1 + x),
    floats=math.log1p,
    limit=lambda x: -INF if x == -1.0 else NAN,
    latex=r"\log\left(1 + {0}\right)",
    domain="x > -1",
    traits=Traits(c="log1p"),
)
sqrt = primitive(
    "sqrt",
    partials=lambda y, x: 0.5 / y,
    arity=1,
    floats=math.sqrt,
    latex=r"\sqrt{{{0}}}",
    domain="x >= 0",
    traits=Traits(c="sqrt", activation=False),
)


# --- Trigonometric functions and their inverses.

sin = primitive(
    "sin",
    partials=lambda y, x: cos(x),
    arity=1,
    floats=math.sin,
    latex=r"\sin {0}",
    domain="a finite x",
    traits=Traits(c="sin"),
)
cos = primitive(
    "cos",
    partials=lambda y, x: -sin(x),
    arity=1,
    floats=math.cos,
    latex=r"\cos {0}",
    domain="a finite x",
    traits=Traits(c="cos"),
)
tan = primitive(
    "tan",
    lambda x: sin(x) / cos(x),
    partials=lambda y, x: 1 + y * y,
    floats=math.tan,
    latex=r"\tan {0}",
    domain="a finite x",
    traits=Traits(c="tan"),
)


def _one_minus_square(x):
    size = abs(x)
    return 1.0 - x * x if size < 0.5 else (1.0 - size) * (1.0 + size)  # each loses digits in the range of the other


# It has a rule of its own, because the sum of the derivatives of (1 - x)(1 + x) loses all digits near 0.
one_minus_square = primitive(
    "one_minus_square",
    lambda x: 1 - x * x,
    partials=lambda y, x: -2 * x,
    floats=_one_minus_square,
    text="1 - {0} ** 2",
    latex="1 - {0}^2",
    traits=Traits(written_out=True),
)
asin = primitive(
    "asin",
    partials=lambda y, x: 1 / sqrt(one_minus_square(x)),
    arity=1,
    floats=math.asin,
    latex=r"\arcsin {0}",
    domain="-1 <= x <= 1",
    traits=Traits(c="asin"),
)
acos = primitive(
    "acos",
    partials=lambda y, x: -1 / sqrt(one_minus_square(x)),
    arity=1,
    floats=math.acos,
    latex=r"\arccos {0}",
    domain="-1 <= x <= 1",
    traits=Traits(c="acos"),
)


def _lorentzian(x):
    if not abs(x) > 1e100:
        return 1.0 / (1.0 + x * x)
    return (1.0 / x) * (1.0 / x)  # from 1e154 on, x^2 would overflow, but the value does not


lorentzian = primitive(
    "lorentzian",
    lambda x: 1 / (1 + x * x),
    partials=lambda y, x: -2 * (x * y) * y,  # (x y) first: y^2 underflows
    floats=_lorentzian,
    text="1 / (1 + {0} ** 2)",
    latex=r"\frac{{1}}{{1 + {0}^2}}",
)
atan = primitive("atan", partials=lorentzian, arity=1, floats=math.atan, latex=r"\arctan {0}", traits=Traits(c="atan"))


def _unit(x, y):
    if math.isinf(x) and math.isfinite(y):
        return math.copysign(1.0, x)
    return x / math.hypot(x, y)


# The cosine of the angle of a point. The quotient rule gives 1 / h - x^2 / h^3 for its derivative, which cancels if x
# is much larger than y.
unit = primitive(
    "unit",
    lambda x, y: x / hypot(x, y),
    partials=[
        lambda u, x, y: unit(y, x) * (unit(y, x) / hypot(x, y)),
        lambda u, x, y: -u * (unit(y, x) / hypot(x, y)),
    ],
    floats=_unit,
    text="{0} / hypot({0}, {1})",
    latex=r"\frac{{{0}}}{{\sqrt{{{0}^2 + {1}^2}}}}",
    kinks="none but the origin, where it has no value",
    traits=Traits(written_out=True),
)
# x / h^2, the derivative of atan2. Its own derivative is (y^2 - x^2) / h^4. Written as a difference of two terms, that
# would overflow.
inversion = primitive(
    "inversion",
    lambda x, y: x / (x * x + y * y),
    partials=[
        # with halves, because x + y may overflow
        lambda v, x, y: (
            4 * ((y / 2 - x / 2) / hypot(x, y)) * ((y / 2 + x / 2) / hypot(x, y)) / hypot(x, y) / hypot(x, y)
        ),
        lambda v, x, y: -2 * unit(x, y) * unit(y, x) / hypot(x, y) / hypot(x, y),
    ],
    floats=lambda x, y: _unit(x, y) / math.hypot(x, y),
    text="{0} / ({0} ** 2 + {1} ** 2)",
    latex=r"\frac{{{0}}}{{{0}^2 + {1}^2}}",
    kinks="none but the origin, where it has no value",
    traits=Traits(written_out=True),
)
# sqrt(x^2 + y^2) without overflow.
hypot = primitive(
    "hypot",
    lambda x, y: sqrt(x * x + y * y),
    partials=[lambda h, x, y: unit(x, y), lambda h, x, y: unit(y, x)],
    floats=math.hypot,
    latex=r"\sqrt{{{0}^2 + {1}^2}}",
    kinks="none but the origin, where the derivatives are NaN",
    traits=Traits(c="hypot"),
)
atan2 = primitive(
    "atan2",
    partials=[lambda t, y, x: inversion(x, y), lambda t, y, x: -inversion(y, x)],
    arity=2,
    floats=math.atan2,
    latex=r"\operatorname{{atan2}}\left({0}, {1}\right)",
    kinks="jumps across the negative x axis; the derivatives at the origin are NaN",
    traits=Traits(c="atan2"),
)


# --- Hyperbolic functions and their inverses.


def _sech2(x):
    if abs(x) > 350.0:
        return _sech2_times(1.0, x)
    e = math.exp(-2.0 * abs(x))  # 1 / cosh(x)^2 would overflow if the value is near 0
    return 4.0 * e / ((1.0 + e) * (1.0 + e))


def _sech2_times(a, x):
    if not abs(x) > 350.0:
        return a * _sech2(x)
    half = 2.0 * math.exp(-abs(x))  # multiplied twice, because its square underflows before the product does
    return a * half * half


sinh = primitive(
    "sinh",
    lambda x: (exp(x) - exp(-x)) / 2,
    partials=lambda y, x: cosh(x),
    floats=math.sinh,
    limit=lambda x: math.copysign(INF, x),
    latex=r"\sinh {0}",
    traits=Traits(c="sinh"),
)
cosh = primitive(
    "cosh",
    lambda x: (exp(x) + exp(-x)) / 2,
    partials=sinh,
    floats=math.cosh,
    limit=lambda x: INF,
    latex=r"\cosh {0}",
    traits=Traits(c="cosh"),
)
sech2 = primitive(
    "sech2",
    lambda x: 1 / (cosh(x) * cosh(x)),  # not 1 - tanh(x)^2, which loses digits over every kind of number
    partials=lambda y, x: sech2_times(-2 * tanh(x), x),
    floats=_sech2,
    text="sech({0}) ** 2",
    latex=r"\operatorname{{sech}}^2 {0}",
)
sech2_times = primitive(
    "sech2_times",
    lambda a, x: a * sech2(x),
    partials=[lambda y, a, x: sech2(x), lambda y, a, x: sech2_times(-2 * a * tanh(x), x)],
    floats=_sech2_times,
    text="{0} * sech({1}) ** 2",
    latex=r"{0} \operatorname{{sech}}^2 {1}",
    traits=Traits(written_out=True),
)
tanh = primitive("tanh", partials=sech2, arity=1, floats=math.tanh, latex=r"\tanh {0}", traits=Traits(c="tanh"))
asinh = primitive(
    "asinh",
    lambda x: select(x < 0, -log(sqrt(x * x + 1) - x), log(sqrt(x * x + 1) + x)),
    partials=lambda y, x: 1 / hypot(x, 1.0),
    floats=math.asinh,
    latex=r"\operatorname{{arsinh}} {0}",
    traits=Traits(c="asinh"),
)
acosh = primitive(
    "acosh",
    lambda x: log(x + sqrt(x - 1) * sqrt(x + 1)),
    partials=lambda y, x: 1 / (sqrt(x - 1) * sqrt(x + 1)),  # no square to overflow, no x^2 - 1 to cancel
    floats=math.acosh,
    latex=r"\operatorname{{arcosh}} {0}",
    domain="x >= 1",
    traits=Traits(c="acosh"),
)
atanh = primitive(
    "atanh",
    lambda x: log((1 + x) / (1 - x)) / 2,
    partials=lambda y, x: 1 / one_minus_square(x),
    floats=math.atanh,
    limit=lambda x: math.copysign(INF, x) if abs(x) == 1.0 else NAN,
    latex=r"\operatorname{{artanh}} {0}",
    domain="-1 < x < 1",
    traits=Traits(c="atanh"),
)


# --- The normal distribution and erf.


def _exp_of_square(x, factor):
    """Return exp(factor x^2).

    The rounding error of x^2 would be magnified by exp. So x^2 is split into two parts, the first of which is exact.
    """
    if not abs(x) < 40.0:  # for factor = -1/2 the result is 0 from 39 on; a NaN stays a NaN
        return math.exp(factor * x * x)
    high = math.floor(x * 4096.0) / 4096.0  # 18 bits: its square is exact
    return math.exp(factor * high * high) * math.exp(factor * (x - high) * (x + high))


def _times_exp_of_square(a, x, factor):
    """Return a exp(factor x^2), also if the exponential underflows but the product does not.

    From x = 1e100 on, the result is 0 for any ``a``. If ``a`` is infinite, it is a power of x that has overflowed.
    """
    if abs(x) > 1e100 and a == a:
        return math.copysign(0.0, a)
    if not (abs(x) < 40.0 and factor * x * x < -650.0):
        return a * _exp_of_square(x, factor)
    high = math.floor(x * 4096.0) / 4096.0
    half = math.exp(0.5 * factor * high * high)
    return a * half * math.exp(factor * (x - high) * (x + high)) * half


def _mills(t):
    """Return (1 - normal_cdf(t)) / normal_pdf(t) for t from 30 on, by Laplace's continued fraction."""
    return 1.0 / (t + 1.0 / (t + 2.0 / (t + 3.0 / (t + 4.0 / (t + 5.0 / (t + 6.0 / t))))))


def _gelu(x):
    if -40.0 < x < -36.0:  # the cumulative probability underflows before the product does
        return _times_exp_of_square(x * _mills(-x) * _NORMAL_PEAK, x, -0.5)
    return x * _normal_cdf(x)


def _normal_cdf(x):
    z = -x * _SQRT_HALF
    # In the lower tail, the rounding error of the argument is magnified by x^2. Its first-order effect is added back.
    error = _product_error(-x, _SQRT_HALF, z) - x * _SQRT_HALF_REST if abs(x) < 40.0 else 0.0
    return 0.5 * math.erfc(z) - error * _exp_of_square(x, -0.5) / _SQRT_PI


def _product_error(a, b, product):
    """Return a * b - product exactly (Dekker 1971)."""
    a_high = a * 134217729.0 - (a * 134217729.0 - a)
    b_high = b * 134217729.0 - (b * 134217729.0 - b)
    a_low, b_low = a - a_high, b - b_high
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


_SQRT_PI = math.sqrt(math.pi)
_SQRT_HALF = 0.7071067811865476
_SQRT_HALF_REST = -4.833646656726457e-17  # sqrt(1/2) to twice the digits
_NORMAL_PEAK = 0.3989422804014327  # 1 / sqrt(2 pi)

gaussian = primitive(
    "gaussian",
    lambda x: exp(-(x * x)),
    partials=lambda y, x: gaussian_times(-2 * x, x),
    floats=lambda x: _exp_of_square(x, -1.0),
    text="exp(-{0} ** 2)",
    latex=r"e^{{-{0}^2}}",
)
gaussian_times = primitive(
    "gaussian_times",
    lambda a, x: a * gaussian(x),
    partials=[lambda y, a, x: gaussian(x), lambda y, a, x: gaussian_times(-2 * x * a, x)],
    floats=lambda a, x: _times_exp_of_square(a, x, -1.0),
    text="{0} * exp(-{1} ** 2)",
    latex=r"{0} e^{{-{1}^2}}",
    traits=Traits(written_out=True),
)
erf = primitive(
    "erf",
    partials=lambda y, x: 2 / sqrt(pi_like(x)) * gaussian(x),
    arity=1,
    floats=math.erf,
    latex=r"\operatorname{{erf}}\left({0}\right)",
    traits=Traits(c="erf"),
)
normal_pdf = primitive(
    "normal_pdf",
    lambda x: exp(-(x * x) / 2) / sqrt(2 * pi_like(x)),
    partials=lambda y, x: normal_pdf_times(-x, x),
    floats=lambda x: _NORMAL_PEAK * _exp_of_square(x, -0.5),
    latex=r"\frac{{1}}{{\sqrt{{2 \pi}}}} e^{{-\frac{{{0}^2}}{{2}}}}",
)
normal_pdf_times = primitive(
    "normal_pdf_times",
    lambda a, x: a * normal_pdf(x),
    partials=[lambda y, a, x: normal_pdf(x), lambda y, a, x: normal_pdf_times(-x * a, x)],
    floats=lambda a, x: _times_exp_of_square(a * _NORMAL_PEAK, x, -0.5),
    text="{0} * normal_pdf({1})",
    latex=r"{0} \frac{{1}}{{\sqrt{{2 \pi}}}} e^{{-\frac{{{1}^2}}{{2}}}}",
    traits=Traits(written_out=True),
)
normal_cdf = primitive(
    "normal_cdf",
    lambda x: (1 + erf(x / sqrt(2 * pi_like(x) / pi_like(x)))) / 2,
    partials=normal_pdf,
    floats=_normal_cdf,
    latex=r"\frac{{1}}{{2}} \left(1 + \operatorname{{erf}}\left(\frac{{{0}}}{{\sqrt{{2}}}}\right)\right)",
)


# --- Activations.


def _sigmoid(x):
    if x >= 0.0:
        return 1.0 / (1.0 + math.exp(-x))
    e = math.exp(x)  # exp(-x) would overflow below -709
    return e / (1.0 + e)


def _logistic_pdf(x):
    e = math.exp(-abs(x))
    divisor = 1.0 + e
    y = e / (divisor * divisor)
    return y - 2.0 * y * ((e - (divisor - 1.0)) / divisor)  # corrects, to first order, the rounding of the divisor


def _logistic_pdf_times(a, x):
    if not abs(x) > 700.0:
        return a * _logistic_pdf(x)
    half = math.exp(-0.5 * abs(x))  # multiplied twice, because the exponential underflows before the product does
    return a * half * half


def _silu(x):
    if not x < -700.0:
        return x * _sigmoid(x)
    half = math.exp(0.5 * x)  # multiplied twice, because the exponential underflows before the product does
    return x * half * half


def _softplus(x):
    return x + math.log1p(math.exp(-x)) if x > 0.0 else math.log1p(math.exp(x))


sigmoid = primitive(
    "sigmoid",
    lambda x: 1 / (1 + exp(-x)),
    partials=lambda y, x: logistic_pdf(x),
    floats=_sigmoid,
    latex=r"\sigma\left({0}\right)",
)
# The derivative of sigmoid. It is not written as y (1 - y), because 1 - y is 0 from x = 37 on. Its own derivative is
# not written as p (1 - 2 y), because that loses all digits near 0.
logistic_pdf = primitive(
    "logistic_pdf",
    lambda x: sigmoid(x) * sigmoid(-x),
    partials=lambda y, x: -y * tanh(x / 2),
    floats=_logistic_pdf,
    text="sigmoid({0}) * sigmoid(-{0})",
    latex=r"\sigma\left({0}\right) \sigma\left(-{0}\right)",
    traits=Traits(written_out=True),
)
logistic_pdf_times = primitive(
    "logistic_pdf_times",
    lambda a, x: a * logistic_pdf(x),
    partials=[lambda y, a, x: logistic_pdf(x), lambda y, a, x: logistic_pdf_times(-a * tanh(x / 2), x)],
    floats=_logistic_pdf_times,
    text="{0} * sigmoid({1}) * sigmoid(-{1})",
    latex=r"{0} \sigma\left({1}\right) \sigma\left(-{1}\right)",
    traits=Traits(written_out=True),
)
softplus = primitive(
    "softplus",
    lambda x: log1p(exp(x)),
    partials=sigmoid,
    floats=_softplus,
)
logsigmoid = primitive(
    "logsigmoid",
    lambda x: -softplus(-x),
    partials=lambda y, x: sigmoid(-x),
    latex=r"\log \sigma\left({0}\right)",
)
silu = primitive(
    "silu",
    lambda x: x * sigmoid(x),
    partials=lambda y, x: sigmoid(x) + logistic_pdf_times(x, x),
    floats=_silu,
)
gelu = primitive(
    "gelu",
    lambda x: x * normal_cdf(x),
    partials=lambda y, x: normal_cdf(x) + normal_pdf_times(x, x),
    floats=_gelu,
)


def _logsumexp(*operands):
    if not operands:
        raise ValueError("logsumexp of no operands is minus infinity")
    largest = max(operands)
    if math.isinf(largest):
        return largest if all(x == x for x in operands) else NAN
    return largest + math.log(math.fsum([math.exp(x - largest) for x in operands]))


def _largest(*operands):
    return max(operands) if all(x == x for x in operands) else NAN


# A number that is taken out of the graph, as by ``detach``. A compiled program needs a node for it, to compute it
# again.
detached = primitive(
    "detached",
    lambda x: x,
    partials=lambda y, x: zero_derivative(x),
    text="{0}",
    latex="{0}",
    kinks="its derivative is 0 everywhere, by definition",
    traits=Traits(is_end=True),
)

# The largest operand. It is subtracted from all operands to prevent overflow, and the result does not depend on it. Its
# true derivatives would cancel, but leave a rounding error. So they are 0 by convention.
shift = primitive(
    "shift",
    lambda *x: max(x),
    partials=lambda y, *x: [zero_derivative(each) for each in x],
    floats=_largest,
    text="max({0})",
    kinks="its derivative is 0 everywhere",
)


def softmax(*operands):
    """Return the softmax of some numbers of any kind, as a list. It is composed of primitives and has no own rule."""
    largest = shift(*operands)
    powers = [exp(x - largest) for x in operands]
    normalizer = total(*powers)
    return [power / normalizer for power in powers]


def log_softmax(*operands):
    """Return the logarithms of :func:`softmax` as a list, without underflow."""
    largest = shift(*operands)
    shifted = [x - largest for x in operands]
    normalizer = log(total(*[exp(x) for x in shifted]))
    return [x - normalizer for x in shifted]


logsumexp = primitive(
    "logsumexp",
    lambda *x: log(total(*[exp(each) for each in x])),
    partials=lambda y, *x: softmax(*x),  # not exp(x - y), because it magnifies the rounding error of a large y
    floats=_logsumexp,
    text="logsumexp({0})",
)

engine_defines(False)

"""Every primitive of the table over registers. Importing this module makes registers a kind of number.

A primitive with a stable ``forward`` is replayed. For the others, this module has a form that is stable over the whole
range and follows IEEE 754 where Python raises. It has no derivatives. In strict lanes, each form does the operations of
the primitive's ``floats`` in the same order. A user's primitive is replayed through its ``forward``. If that branches,
both branches are followed. If the primitive has ``floats`` of its own (in strict lanes), or cannot be replayed, the
code calls Python.
"""

import functools
import math
import re

from llvmlite import ir

from autograd.compiler import calls, elementary
from autograd.compiler.branches import followed
from autograd.compiler.registers import DOUBLE, Condition, Lanes, NotReplayable, Register
from autograd.engine import primitives, rounding, special
from autograd.engine.algebra import TABLE, Ieee, register, select

__all__ = ["followed", "gradient", "partial", "reads"]

INF, NAN = math.inf, math.nan


def partial(primitive, i, y, operands):
    """Return ``primitive.partial(i, y, operands)`` over registers, also if the rule has Python branches.

    Args:
        primitive: an entry of the table with a fixed arity.
        i: the place of the operand with respect to which the derivative is taken.
        y: the value, a register.
        operands: registers, or plain floats for constants.

    Returns:
        A register, or a number if the rule gives a number.
    """
    lanes = _lanes_of((y, *operands))
    try:
        return followed(lambda *x: primitive.partial(i, x[0], x[1:]), lanes, y, *operands)
    except NotReplayable:
        rule = primitive.partials[i]
        return calls.python_function(("partial", primitive, i), rule, y, *operands)


def gradient(primitive, y, operands):
    """Return ``primitive.gradient(y, operands)`` over registers: the derivatives with respect to all operands."""
    if primitive.arity is not None:
        return tuple([partial(primitive, i, y, operands) for i in range(len(operands))])
    try:
        return tuple(followed(lambda *x: primitive.gradient(x[0], x[1:]), _lanes_of((y, *operands)), y, *operands))
    except NotReplayable:
        key = "gradient", primitive
        return tuple(
            calls.python_functions(key, lambda *x: primitive.gradient(x[0], x[1:]), len(operands), y, *operands)
        )


@functools.lru_cache(maxsize=4096)
def reads(primitive, i, constants):
    """Return a tuple of bools: whether the derivative with respect to operand ``i`` reads the value, and each operand.

    Args:
        primitive: an entry of the table with a fixed arity.
        i: the place of the operand with respect to which the derivative is taken.
        constants: for each operand, its float if it is a constant, or None if it varies.
    """
    module = ir.Module()
    arity = 1 + len(constants)
    function = ir.Function(module, ir.FunctionType(DOUBLE, [DOUBLE] * arity), name="rule")
    lanes = Lanes(ir.IRBuilder(function.append_basic_block()))
    y, *operands = [Register(x, lanes) for x in function.args]
    operands = [x if c is None else c for x, c in zip(operands, constants, strict=True)]
    lanes.builder.ret(lanes.lift(partial(primitive, i, y, operands)).value)
    body = "".join([str(instruction) + "\n" for block in function.blocks for instruction in block.instructions])
    named = set(re.findall(r'%"?([\w.]+)"?', body))
    return tuple([x.name in named for x in function.args])


# --- Stable forms. A form with one line for both modes has the operations of the floats, in their order.


def _elementary(name):
    """Return the C function for strict lanes and the function of this package for others, as one function."""
    ours = getattr(elementary, name)
    return lambda x: calls.c_function(name, x) if x.lanes.strict else ours(x)


def _of_c(name):
    return lambda *x: calls.c_function(name, *x)


_exp, _log, _log1p, _expm1 = (_elementary(name) for name in ("exp", "log", "log1p", "expm1"))


def _sigmoid(x):
    if not x.lanes.strict:
        return elementary.sigmoid(x)
    e = _exp(-abs(x))
    return select(x >= 0.0, 1.0, e) / (1.0 + e)


def _softplus(x):
    if not x.lanes.strict:
        return elementary.softplus(x)
    rest = _log1p(_exp(-abs(x)))
    return select(x > 0.0, x + rest, rest)


def _sech2(x):
    return _sech2_times(1.0, x)


def _sech2_times(a, x):
    x = _lanes_of((a, x)).lift(x)
    half = 2.0 * _exp(-abs(x))
    e = _exp(-2.0 * abs(x))
    return select(abs(x) > 350.0, a * half * half, a * (4.0 * e / ((1.0 + e) * (1.0 + e))))


def _logistic_pdf(x):
    if not x.lanes.strict:
        return elementary.sigmoid(x) * elementary.sigmoid(-x)
    e = _exp(-abs(x))
    divisor = 1.0 + e
    y = e / (divisor * divisor)
    return y - 2.0 * y * ((e - (divisor - 1.0)) / divisor)


def _logistic_pdf_times(a, x):
    x = _lanes_of((a, x)).lift(x)
    half = _exp(-0.5 * abs(x))
    return select(abs(x) > 700.0, a * half * half, a * _logistic_pdf(x))


def _silu(x):
    half = _exp(0.5 * x)
    return select(x < -700.0, x * half * half, x * _sigmoid(x))


def _one_minus_square(x):
    size = abs(x)
    return select(size < 0.5, 1.0 - x * x, (1.0 - size) * (1.0 + size))


def _unit(x, y):
    lanes = _lanes_of((x, y))
    x, y = lanes.lift(x), lanes.lift(y)
    return select((abs(x) == INF) & (abs(y) < INF), elementary.copysign(lanes.constant(1.0), x), x / calls.hypot(x, y))


def _lorentzian(x):
    return select(abs(x) > 1e100, (1.0 / x) * (1.0 / x), 1.0 / (1.0 + x * x))


def _exp_of_square(x, factor):
    """Return exp(factor x^2); see ``primitives._exp_of_square``."""
    high = elementary.floor(x * 4096.0) / 4096.0
    near = _exp(factor * high * high) * _exp(factor * (x - high) * (x + high))
    return select(abs(x) < 40.0, near, _exp(factor * x * x))


def _times_exp_of_square(a, x, factor):
    """Return a exp(factor x^2); see ``primitives._times_exp_of_square``."""
    lanes = _lanes_of((a, x))
    a, x = lanes.lift(a), lanes.lift(x)
    high = elementary.floor(x * 4096.0) / 4096.0
    half = _exp(0.5 * factor * high * high)
    split = a * half * _exp(factor * (x - high) * (x + high)) * half
    y = select((abs(x) < 40.0) & (factor * x * x < -650.0), split, a * _exp_of_square(x, factor))
    return select((abs(x) > 1e100) & (a == a), elementary.copysign(lanes.constant(0.0), a), y)


def _gelu(x):
    """Return gelu(x); see ``primitives._gelu``."""
    tail = _times_exp_of_square(x * primitives._mills(-x) * primitives._NORMAL_PEAK, x, -0.5)
    return select((x > -40.0) & (x < -36.0), tail, x * _normal_cdf(x))


def _normal_cdf(x):
    """Return the standard normal distribution function; see ``primitives._normal_cdf``."""
    z = -x * primitives._SQRT_HALF
    error = primitives._product_error(-x, primitives._SQRT_HALF, z) - x * primitives._SQRT_HALF_REST
    error = select(abs(x) < 40.0, error, 0.0)
    return 0.5 * calls.c_function("erfc", z) - error * _exp_of_square(x, -0.5) / primitives._SQRT_PI


def _pow(x, n):
    lanes = _lanes_of((x, n))
    if not lanes.strict and not isinstance(n, Register):
        if n == 0:
            return lanes.constant(1.0)
        if n in _PRODUCTS:
            return _PRODUCTS[n](x)
    return calls.c_function("pow", lanes.lift(x), lanes.lift(n))


# Exponents whose power takes at most two operations, which are as exact as pow. 1/x^2 would overflow, (1/x)^2 does not.
_PRODUCTS = {
    1.0: lambda x: x,
    2.0: lambda x: x * x,
    3.0: lambda x: x * x * x,
    -1.0: lambda x: 1.0 / x,
    -2.0: lambda x: (1.0 / x) * (1.0 / x),
    0.5: lambda x: select(x <= -INF, INF, elementary.sqrt(x + 0.0)),  # the results of pow at -inf and -0
}


def _power_term(a, x, n, k, j):
    """Return ``primitives._power_term`` in registers, or call it back if the exponent is known only at run time."""
    lanes = _lanes_of((a, x, n, k, j))
    if any(isinstance(each, Register) for each in (n, k, j)) or j != 0.0 or not abs(n) < INF:
        return _called_back(primitives.power_term, (a, x, n, k, j))
    x, n, k = lanes.lift(x), float(n), float(k)
    if not isinstance(a, Register) and a == 0.0:
        return primitives.zero_derivative(x)
    exponent, size = n - k, abs(x)
    if not lanes.strict and (exponent in _PRODUCTS or exponent == 0.0):
        y = a * _pow(x, exponent)
    else:
        y = _finite_power(a, size, exponent, primitives._lost(n, k, exponent))
        y = select(x < 0.0, _of_negative(y, n, k), y)
        y = select((size > 0.0) & (size < INF), y, a * _pow(x, exponent))
    return select(lanes.lift(a) == 0.0, primitives.zero_derivative(x), y)


def _finite_power(a, size, exponent, lost):
    y = a * _pow(size, exponent)
    if 0.0 <= exponent <= 1.0 and lost == 0.0:
        return y
    log_size, half = _log(size), _pow(size, 0.5 * exponent)
    if not 0.0 <= exponent <= 1.0:
        y = select(abs(exponent * log_size) < 650.0, y, a * half * half)
    return y * (1.0 + lost * log_size)


def _of_negative(y, n, k):
    if n != math.floor(n):
        return NAN
    return -y if primitives._odd(n) != primitives._odd(k) else y


def _mod(x, y):
    """Return the remainder as Python defines it: C's fmod, moved to the sign of the divisor."""
    lanes = _lanes_of((x, y))
    x, y = lanes.lift(x), lanes.lift(y)
    rest = calls.c_function("fmod", x, y)
    moved = select((y < 0.0) & (rest > 0.0) | (y > 0.0) & (rest < 0.0), rest + y, rest)
    return select((rest > 0.0) | (rest < 0.0), moved, select(abs(rest) >= 0.0, elementary.copysign(rest, y), rest))


def _floordiv(x, y):
    """Return the quotient as Python defines it: exact, and rounded down to an integer."""
    lanes = _lanes_of((x, y))
    x, y = lanes.lift(x), lanes.lift(y)
    rest = calls.c_function("fmod", x, y)
    moved = (y < 0.0) & (rest > 0.0) | (y > 0.0) & (rest < 0.0)
    quotient = (x - rest) / y - select(moved, 1.0, 0.0)
    whole = elementary.floor(quotient)
    whole = select(quotient - whole > 0.5, whole + 1.0, whole)
    return select((quotient > 0.0) | (quotient < 0.0), whole, elementary.copysign(quotient * 0.0, x / y))


def _cbrt(x):
    size = abs(x)
    return select((size > 0.0) & (size < INF), special.cbrt_of(x), x)


def _numbers(operands):
    """Return the condition that no operand is a NaN."""
    lanes = _lanes_of(operands)
    every = True
    for x in operands:
        x = lanes.lift(x)
        every = (x == x) & every
    return every


def _shift(*operands):
    largest = _lanes_of(operands).lift(operands[0])
    for x in operands[1:]:
        largest = select(largest < x, x, largest)  # the first of equals, as max returns it
    return select(_numbers(operands), largest, NAN)


def _logsumexp(*operands):
    largest = _shift(*operands)
    powers = [_exp(x - largest) for x in operands]
    sum_ = calls.fsum(*powers) if largest.lanes.strict and len(powers) > 1 else primitives.total(*powers)
    return select(abs(largest) == INF, largest, largest + _log(sum_))


_FORMS = {
    primitives.pow_: _pow,
    primitives.power_term: _power_term,
    primitives.sqrt: elementary.sqrt,
    primitives.lorentzian: _lorentzian,
    primitives.one_minus_square: _one_minus_square,
    primitives.unit: _unit,
    primitives.inversion: lambda x, y: _unit(x, y) / calls.hypot(x, y),
    primitives.hypot: calls.hypot,
    primitives.sech2: _sech2,
    primitives.sech2_times: _sech2_times,
    primitives.gaussian: lambda x: _exp_of_square(x, -1.0),
    primitives.gaussian_times: lambda a, x: _times_exp_of_square(a, x, -1.0),
    primitives.normal_pdf: lambda x: primitives._NORMAL_PEAK * _exp_of_square(x, -0.5),
    primitives.normal_pdf_times: lambda a, x: _times_exp_of_square(a * primitives._NORMAL_PEAK, x, -0.5),
    primitives.normal_cdf: _normal_cdf,
    primitives.gelu: _gelu,
    primitives.sigmoid: _sigmoid,
    primitives.logistic_pdf: _logistic_pdf,
    primitives.logistic_pdf_times: _logistic_pdf_times,
    primitives.silu: _silu,
    primitives.softplus: _softplus,
    rounding.floor: elementary.floor,
    rounding.ceil: lambda x: x.lanes.intrinsic("ceil", x),
    rounding.round_: lambda x: x.lanes.intrinsic("rint", x),
    rounding.mod: _mod,
    rounding.floordiv: _floordiv,
    special.cbrt: _cbrt,
    special.cbrt_slope: lambda x: select(x == 0.0, INF, _cbrt(x) / x / 3.0),
    primitives.shift: _shift,
    primitives.logsumexp: _logsumexp,
    **{getattr(primitives, name): _elementary(name) for name in ("exp", "expm1", "log", "log1p", "tanh")},
}
# All other functions of C's mathematical library are called.
_FORMS |= {op: _of_c(op.traits.c) for op in TABLE if op is not None and op.traits.c and op not in _FORMS}
# The forward of these does the same operations as their floats, and is only written differently.
_REPLAYED = {primitives.relu, primitives.step}


def _lanes_of(operands):
    return next(x.lanes for x in operands if isinstance(x, (Register, Condition)))


def _over_registers(primitive, operands):
    lanes = _lanes_of(operands)
    form = _FORMS.get(primitive)
    if form is not None:
        return lanes.lift(form(*operands))
    own_floats = primitive.floats is not primitive.forward and primitive not in _REPLAYED
    if primitive.forward is None or (lanes.strict and own_floats):
        return _called_back(primitive, operands)
    try:
        return lanes.lift(followed(primitive.forward, lanes, *operands))
    except NotReplayable:
        return _called_back(primitive, operands)


def _called_back(primitive, operands):
    return calls.python_function(("value", primitive), lambda *x: primitive(*[Ieee(each) for each in x]), *operands)


register(Register, _over_registers)

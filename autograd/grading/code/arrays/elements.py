"""Functions of single elements. They return NumPy's results where Python's ``math`` raises.

A float overflows to infinity, ``log(0)`` is minus infinity, ``0 / 0`` and the square root of a negative number are NaN.
A Value is passed to the functions of this package, so it is recorded. If these raise, because the result is not real
or too large, the element becomes the float that NumPy would give, and no derivative flows through it. NumPy's own
gradient is 0 or NaN there, too.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from autograd.engine import functions
from autograd.engine.value import Value
from autograd.grading.code.arrays.kinds import float_of, is_number

__all__ = ["COMPARISONS", "FUNCTIONS", "divide", "floor_divide", "maximum", "minimum", "power", "remainder"]

INF, NAN = math.inf, math.nan
NATIVE = (float, int, bool)
Unary = Callable[[Any], Any]
Binary = Callable[[Any, Any], Any]
RAISED = (ArithmeticError, ValueError)  # overflow, division by zero, no real result


def divide(a: Any, b: Any) -> Any:
    """Return ``a / b``."""
    try:
        return a / b
    except ZeroDivisionError:
        return divide_floats(float_of(a), float_of(b))


def divide_floats(a: float, b: float) -> float:
    """Return ``a / b`` for floats. The result is infinite or NaN if ``b`` is 0."""
    if b:
        return a / b
    return NAN if a == 0 or a != a else math.copysign(INF, a) * math.copysign(1.0, b)


def floor_divide(a: Any, b: Any) -> Any:
    """Return ``a // b`` for floats or ints."""
    if isinstance(a, int) and isinstance(b, int):
        return wrapped(a // b) if b else 0
    a, b = float_of(a), float_of(b)
    if not b:
        return divide_floats(a, b)
    if math.isinf(a):
        return NAN
    return a // b


def remainder(a: Any, b: Any) -> Any:
    """Return ``a % b`` for floats or ints, with the sign of ``b``."""
    if isinstance(a, int) and isinstance(b, int):
        return a % b if b else 0
    if isinstance(a, Value) and float_of(b):
        return a - floor_divide(a, b) * b
    a, b = float_of(a), float_of(b)
    return NAN if not b or math.isinf(a) else a % b


def power(a: Any, b: Any) -> Any:
    """Return ``a ** b``. For integers the exponent must not be negative."""
    if isinstance(a, int) and isinstance(b, int):
        if b < 0:
            raise ValueError("Integers to negative integer powers are not allowed.")
        return wrapped(pow(a, b, 2**64) if abs(a) > 1 and b > 62 else a**b)
    if isinstance(a, NATIVE) and isinstance(b, NATIVE):
        return power_floats(float(a), float(b))
    try:
        return a**b
    except RAISED:
        return power_floats(float_of(a), float_of(b))


def power_floats(a: float, b: float) -> float:
    """Return ``a ** b`` for floats."""
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0 and b % 2 == 1 else INF
    except ValueError:
        return NAN if a else (math.copysign(INF, a) if b % 2 == 1 else INF)


def half_power(a: Any, b: Any) -> Any:
    """Return ``a ** b``, where ``b`` is 0.5."""
    return _SQUARE_ROOT(a) if type(a) is float else power(a, b)


def wrapped(n: int) -> int:
    """Return an integer wrapped to 64 bits, as after an overflow in NumPy."""
    return n if -(2**63) <= n < 2**63 else (n + 2**63) % 2**64 - 2**63


def maximum(a: Any, b: Any) -> Any:
    """Return the larger of two elements, or NaN if one is NaN. ``maximum(0, x)`` of a Value is recorded as ``relu``."""
    if isinstance(a, Value) or isinstance(b, Value):
        if not isinstance(a, Value) and a == 0:
            return functions.relu(b)
        if not isinstance(b, Value) and b == 0:
            return functions.relu(a)
        return functions.maximum(a, b)
    return a if a >= b or a != a else b


def minimum(a: Any, b: Any) -> Any:
    """Return the smaller of two elements, or NaN if one is NaN."""
    if isinstance(a, Value) or isinstance(b, Value):
        return functions.minimum(a, b)
    return a if a <= b or a != a else b


def _safe(function: Unary, at_pole: float = NAN, pole: float | None = None) -> Unary:
    """Return a function of ``math`` that gives infinity on overflow and at its pole, and NaN outside its domain."""

    def of_float(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return INF if x > 0 or function in (math.cosh,) else -INF
        except ValueError:
            return math.copysign(at_pole, x) if x == pole or (pole == 1 and x == -1) else NAN

    return of_float


def _log(function: Unary, pole: float) -> Unary:
    def of_float(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return -INF if x == pole else NAN

    return of_float


def _cbrt(x: float) -> float:
    root = math.copysign(abs(x) ** (1 / 3), x)
    return root - (root * root * root - x) / (3 * root * root) if root and math.isfinite(root) else x


def _rounding(function: Unary) -> Unary:
    return lambda x: math.copysign(float(function(x)), x) if math.isfinite(x) else x


def _sign(x: float) -> float:
    return x if x != x else float((x > 0) - (x < 0))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


# For each name, the function for floats and the function for Values (None if there is none).
_FLOATS: dict[str, tuple[Unary, Unary | None]] = {
    "exp": (_safe(math.exp), functions.exp),
    "expm1": (_safe(math.expm1), functions.expm1),
    "exp2": (lambda x: power_floats(2.0, x), lambda x: 2.0**x),
    "log": (_log(math.log, 0), functions.log),
    "log1p": (_log(math.log1p, -1), functions.log1p),
    "log2": (_log(math.log2, 0), lambda x: functions.log(x) / math.log(2)),
    "log10": (_log(math.log10, 0), lambda x: functions.log(x) / math.log(10)),
    "sqrt": (_safe(math.sqrt), functions.sqrt),
    "cbrt": (_cbrt, lambda x: functions.sign(x) * abs(x) ** (1 / 3)),
    "sin": (_safe(math.sin), functions.sin),
    "cos": (_safe(math.cos), functions.cos),
    "tan": (_safe(math.tan), functions.tan),
    "arcsin": (_safe(math.asin), functions.asin),
    "arccos": (_safe(math.acos), functions.acos),
    "arctan": (_safe(math.atan), functions.atan),
    "sinh": (_safe(math.sinh), functions.sinh),
    "cosh": (_safe(math.cosh), functions.cosh),
    "tanh": (_safe(math.tanh), functions.tanh),
    "arcsinh": (_safe(math.asinh), functions.asinh),
    "arccosh": (_safe(math.acosh), functions.acosh),
    "arctanh": (_safe(math.atanh, INF, 1.0), functions.atanh),
    "floor": (_rounding(math.floor), None),
    "ceil": (_rounding(math.ceil), None),
    "trunc": (_rounding(math.trunc), None),
    "rint": (_rounding(round), None),
    "sign": (_sign, functions.sign),
    "absolute": (abs, abs),
    "negative": (operator.neg, operator.neg),
    "square": (lambda x: x * x, lambda x: x**2),
    "reciprocal": (lambda x: divide_floats(1.0, x), lambda x: 1.0 / x),
    "expit": (_sigmoid, functions.sigmoid),
}


_SQUARE_ROOT = _FLOATS["sqrt"][0]


def _element_function(of_float: Unary, of_value: Unary | None) -> Unary:
    def of_element(x: Any) -> Any:
        if type(x) is float:
            return of_float(x)
        if isinstance(x, NATIVE) or of_value is None:
            return of_float(float_of(x))
        try:
            return of_value(x)
        except RAISED:
            return of_float(float_of(x))

    return of_element


FUNCTIONS: dict[str, Unary] = {name: _element_function(*pair) for name, pair in _FLOATS.items()}


def _comparison(compare: Binary) -> Binary:
    def of_elements(a: Any, b: Any) -> bool:
        if isinstance(a, Value) or isinstance(b, Value):
            if not (is_number(a) and is_number(b)):
                return compare is operator.ne
            return compare(float_of(a), float_of(b))
        return bool(compare(a, b))

    return of_elements


COMPARISONS: dict[str, Binary] = {
    "less": _comparison(operator.lt),
    "less_equal": _comparison(operator.le),
    "greater": _comparison(operator.gt),
    "greater_equal": _comparison(operator.ge),
    "equal": _comparison(operator.eq),
    "not_equal": _comparison(operator.ne),
}


def arctan2(y: Any, x: Any) -> Any:
    """Return the angle of the point (x, y)."""
    return functions.atan2(y, x) if isinstance(y, Value) or isinstance(x, Value) else math.atan2(y, x)


def hypot(x: Any, y: Any) -> Any:
    """Return the length of the vector (x, y)."""
    return functions.hypot(x, y) if isinstance(y, Value) or isinstance(x, Value) else math.hypot(x, y)


def logaddexp(a: Any, b: Any) -> Any:
    """Return ``log(exp(a) + exp(b))`` without overflow."""
    if isinstance(a, Value) or isinstance(b, Value):
        return functions.logsumexp([a, b])
    if a == b:
        return a + math.log(2)
    return a + b if a != a or b != b else max(a, b) + math.log1p(math.exp(-abs(a - b)))


def heaviside(x: Any, at_zero: Any) -> Any:
    """Return 0 for negative ``x``, 1 for positive ``x``, and ``at_zero`` for 0."""
    value = float_of(x)
    return value if value != value else at_zero if value == 0 else float(value > 0)


def copysign(a: Any, b: Any) -> Any:
    """Return ``a`` with the sign of ``b``."""
    return math.copysign(1.0, float_of(b)) * abs(a)

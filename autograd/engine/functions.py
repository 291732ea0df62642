"""The functions of this package. Plain numbers give floats. Values give Values that are recorded in the graph.

Other kinds of numbers (``mpmath.mpf``, NumPy arrays, and ``fractions.Fraction`` if the function is rational) give
numbers of the same kind. Angles are in radians. Outside of a function's domain, a Value raises :class:`DomainError` (a
ValueError) and a float raises ValueError. A result that is too large for a float raises OverflowError, as in Python's
``math``. At a kink, the derivative follows the convention in the function's docstring, in every mode.
"""

import contextlib
import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NoReturn, Protocol, TypeVar, cast, overload

from autograd.engine import primitives as _p
from autograd.engine import rounding as _r
from autograd.engine import special as _s
from autograd.engine.absent import refuse_option
from autograd.engine.algebra import call_for_new_primitives, is_real
from autograd.engine.conditions import Condition
from autograd.engine.nodes import record_condition
from autograd.engine.sums import dot, total
from autograd.engine.value import Value, add_method, forget_own_methods, record

__all__ = [
    "acos",
    "acosh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "cos",
    "cosh",
    "digamma",
    "dot",
    "elu",
    "erf",
    "erfc",
    "exp",
    "exp2",
    "expm1",
    "floor",
    "gelu",
    "hypot",
    "leaky_relu",
    "lgamma",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_softmax",
    "logaddexp",
    "logsigmoid",
    "logsumexp",
    "maximum",
    "minimum",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "step",
    "take",
    "tan",
    "tanh",
    "total",
    "where",
]  # fmt: skip

F = TypeVar("F", bound=Callable[..., Any])


class _Number(Protocol):
    """Another kind of number, one that can be divided."""

    def __truediv__(self, other: Any, /) -> Any: ...


N = TypeVar("N", bound=_Number)


class OfOneNumber(Protocol):
    """The type of a function of one number: it returns the same kind of number, and a float for an int.

    ``Literal[0]`` is accepted beside Value, because ``sum(values)`` has the type ``Value | Literal[0]``.
    """

    __name__: str

    @overload
    def __call__(self, x: float) -> float: ...
    @overload
    def __call__(self, x: Value | Literal[0]) -> Value: ...
    @overload
    def __call__(self, x: N) -> N: ...


def _of_one_number(function: Callable[[Any], Any]) -> OfOneNumber:
    """Give a function of one number its type."""
    return cast(OfOneNumber, function)


def method(function: F) -> F:
    """Make a function of a Value a method of every Value. The method has the name of the function.

    ::

        @autograd.method
        def swish(x):
            return x * x.sigmoid()

        Value(0.5).swish()

    Args:
        function: a function that takes the Value as its first argument. It replaces a function that was added under
            the same name before.

    Returns:
        The function.

    Raises:
        TypeError: ``function`` is not a function with a name.
        ValueError: Value already has a method or attribute of that name.

    Example:
        >>> @method
        ... def swished(x):
        ...     return x * x.sigmoid()
        >>> round(Value(0.5).swished().data, 6)
        0.31123
    """
    name = getattr(function, "__name__", None) or getattr(function, "name", None)
    if not callable(function) or not isinstance(name, str):
        raise TypeError(f"method takes a function with a name, found {function!r}: write def name(value): ... for it.")
    add_method(name, function)
    return function


# --- Exponentials, logarithms, powers


@_of_one_number
def exp(x: Any) -> Any:
    """Return e to the power ``x``. Raise OverflowError above 709.78.

    Example:
        >>> round(exp(1.0), 6)
        2.718282
    """
    return _p.exp(x)


@_of_one_number
def expm1(x: Any) -> Any:
    """Return e to the power ``x``, minus 1, with all digits near 0. Raise OverflowError above 709.78.

    Example:
        >>> round(expm1(1e-09), 15)
        1e-09
    """
    return _p.expm1(x)


@_of_one_number
def log(x: Any) -> Any:
    """Return the natural logarithm of ``x > 0``.

    Example:
        >>> round(log(10.0), 6)
        2.302585
    """
    return _p.log(x)


@_of_one_number
def log1p(x: Any) -> Any:
    """Return the natural logarithm of ``1 + x``, for ``x > -1``, with all digits near 0.

    Example:
        >>> round(log1p(1e-09), 15)
        1e-09
    """
    return _p.log1p(x)


@_of_one_number
def log2(x: Any) -> Any:
    """Return the logarithm of ``x > 0`` to the base 2.

    Example:
        >>> log2(8.0)
        3.0
    """
    return _s.log2(x)


@_of_one_number
def log10(x: Any) -> Any:
    """Return the logarithm of ``x > 0`` to the base 10.

    Example:
        >>> log10(1000.0)
        3.0
    """
    return _s.log10(x)


@_of_one_number
def exp2(x: Any) -> Any:
    """Return 2 to the power ``x``. Raise OverflowError from 1024 on.

    Example:
        >>> exp2(3.0)
        8.0
    """
    return _s.exp2(x)


def logaddexp(a: Any, b: Any) -> Any:
    """Return ``log(exp(a) + exp(b))`` without overflow.

    Example:
        >>> round(logaddexp(1000.0, 1000.0), 6)
        1000.693147
    """
    return _p.logsumexp(a, b)


@_of_one_number
def cbrt(x: Any) -> Any:
    """Return the cube root of ``x``, which is negative for a negative ``x``. Its derivative at 0 is infinite.

    Example:
        >>> cbrt(-27.0)
        -3.0
    """
    return _s.cbrt(x)


@_of_one_number
def sqrt(x: Any) -> Any:
    """Return the square root of ``x >= 0``. Its derivative at 0 is infinite.

    Example:
        >>> sqrt(16.0)
        4.0
    """
    return _p.sqrt(x)


def hypot(x: Any, y: Any) -> Any:
    """Return ``sqrt(x ** 2 + y ** 2)`` without overflow. Its derivatives at the origin are NaN.

    Example:
        >>> hypot(3.0, 4.0)
        5.0
    """
    return _p.hypot(x, y)


# --- Trigonometric and hyperbolic functions


@_of_one_number
def sin(x: Any) -> Any:
    """Return the sine of a finite ``x``.

    Example:
        >>> round(sin(0.5), 6)
        0.479426
    """
    return _p.sin(x)


@_of_one_number
def cos(x: Any) -> Any:
    """Return the cosine of a finite ``x``.

    Example:
        >>> round(cos(0.5), 6)
        0.877583
    """
    return _p.cos(x)


@_of_one_number
def tan(x: Any) -> Any:
    """Return the tangent of a finite ``x``.

    Example:
        >>> round(tan(0.5), 6)
        0.546302
    """
    return _p.tan(x)


@_of_one_number
def asin(x: Any) -> Any:
    """Return the inverse sine of ``x`` in [-1, 1], an angle in [-pi/2, pi/2]. Its derivative at -1 and 1 is infinite.

    Example:
        >>> round(asin(0.5), 6)
        0.523599
    """
    return _p.asin(x)


@_of_one_number
def acos(x: Any) -> Any:
    """Return the inverse cosine of ``x`` in [-1, 1], an angle in [0, pi]. Its derivative at -1 and 1 is minus infinity.

    Example:
        >>> round(acos(0.5), 6)
        1.047198
    """
    return _p.acos(x)


@_of_one_number
def atan(x: Any) -> Any:
    """Return the inverse tangent of ``x``, an angle in [-pi/2, pi/2].

    Example:
        >>> round(atan(1.0), 6)
        0.785398
    """
    return _p.atan(x)


def atan2(y: Any, x: Any) -> Any:
    """Return the angle of the point ``(x, y)``, in [-pi, pi]. Its derivatives at the origin are NaN.

    Example:
        >>> round(atan2(1.0, -1.0), 6)
        2.356194
    """
    return _p.atan2(y, x)


@_of_one_number
def sinh(x: Any) -> Any:
    """Return the hyperbolic sine of ``x``. Raise OverflowError if ``abs(x)`` is above 710.47.

    Example:
        >>> round(sinh(1.0), 6)
        1.175201
    """
    return _p.sinh(x)


@_of_one_number
def cosh(x: Any) -> Any:
    """Return the hyperbolic cosine of ``x``. Raise OverflowError if ``abs(x)`` is above 710.47.

    Example:
        >>> round(cosh(1.0), 6)
        1.543081
    """
    return _p.cosh(x)


@_of_one_number
def tanh(x: Any) -> Any:
    """Return the hyperbolic tangent of ``x``, in [-1, 1].

    Example:
        >>> round(tanh(0.5), 6)
        0.462117
    """
    return _p.tanh(x)


@_of_one_number
def asinh(x: Any) -> Any:
    """Return the inverse hyperbolic sine of ``x``.

    Example:
        >>> round(asinh(1.0), 6)
        0.881374
    """
    return _p.asinh(x)


@_of_one_number
def acosh(x: Any) -> Any:
    """Return the inverse hyperbolic cosine of ``x >= 1``. Its derivative at 1 is infinite.

    Example:
        >>> round(acosh(2.0), 6)
        1.316958
    """
    return _p.acosh(x)


@_of_one_number
def atanh(x: Any) -> Any:
    """Return the inverse hyperbolic tangent of ``x`` in (-1, 1).

    Example:
        >>> round(atanh(0.5), 6)
        0.549306
    """
    return _p.atanh(x)


@_of_one_number
def erf(x: Any) -> Any:
    """Return the error function of ``x``, in [-1, 1].

    Example:
        >>> round(erf(0.5), 6)
        0.5205
    """
    return _p.erf(x)


@_of_one_number
def erfc(x: Any) -> Any:
    """Return ``1 - erf(x)``, in [0, 2], with all digits also if the result is small.

    Example:
        >>> round(erfc(3.0), 6)
        2.2e-05
    """
    return _s.erfc(x)


def lgamma(x: N) -> N:
    """Return the natural logarithm of the gamma function of ``x > 0``.

    Example:
        >>> round(lgamma(5.0), 6)
        3.178054
    """
    return _s.lgamma(x)


def digamma(x: N) -> N:
    """Return the derivative of :func:`lgamma` at ``x > 0``.

    Example:
        >>> round(digamma(1.0), 6)
        -0.577216
    """
    return _s.digamma(x)


# --- Rounding. ``x % y``, ``x // y`` and ``round(x, digits)`` are written as for floats.


@_of_one_number
def floor(x: Any) -> Any:
    """Return the largest integer that is not above ``x``. Its derivative is 0 everywhere.

    Example:
        >>> floor(-1.5), floor(2.5)
        (-2.0, 2.0)
    """
    return _r.floor(x)


@_of_one_number
def ceil(x: Any) -> Any:
    """Return the smallest integer that is not below ``x``. Its derivative is 0 everywhere.

    Example:
        >>> ceil(-1.5), ceil(2.5)
        (-1.0, 3.0)
    """
    return _r.ceil(x)


# --- Activations


@_of_one_number
def sigmoid(x: Any) -> Any:
    """Return ``1 / (1 + exp(-x))``, in [0, 1], without overflow.

    Example:
        >>> round(sigmoid(2.0), 6)
        0.880797
    """
    return _p.sigmoid(x)


@_of_one_number
def logsigmoid(x: Any) -> Any:
    """Return the natural logarithm of :func:`sigmoid`, without underflow.

    Example:
        >>> logsigmoid(-800.0)
        -800.0
    """
    return _p.logsigmoid(x)


@_of_one_number
def softplus(x: Any) -> Any:
    """Return ``log(1 + exp(x))``, without overflow.

    Example:
        >>> round(softplus(1.0), 6)
        1.313262
    """
    return _p.softplus(x)


@_of_one_number
def relu(x: Any) -> Any:
    """Return ``x`` if it is above 0, else 0. The derivative at 0 is 0.

    Example:
        >>> relu(3.0), relu(-3.0)
        (3.0, 0.0)
    """
    return _p.relu(x)


def leaky_relu(x: Any, slope: Any = 0.01) -> Any:
    """Return ``x`` if it is above 0, else ``slope * x``. The derivative at 0 is ``slope``, which may be a Value.

    Example:
        >>> leaky_relu(3.0), leaky_relu(-3.0, 0.5)
        (3.0, -1.5)
    """
    return _p.leaky_relu(x, slope)


def elu(x: Any, alpha: Any = 1.0) -> Any:
    """Return ``x`` if it is above 0, else ``alpha * (exp(x) - 1)`` (Clevert and others 2015).

    The derivative at 0 is ``alpha``.

    Example:
        >>> elu(3.0), round(elu(-3.0), 6)
        (3.0, -0.950213)
    """
    return _p.elu(x, alpha)


@_of_one_number
def silu(x: Any) -> Any:
    """Return ``x * sigmoid(x)``, also called swish.

    Example:
        >>> round(silu(2.0), 6)
        1.761594
    """
    return _p.silu(x)


@_of_one_number
def gelu(x: Any) -> Any:
    """Return ``x`` times the standard normal distribution function of ``x``, not an approximation (Hendrycks 2016).

    Example:
        >>> round(gelu(2.0), 6)
        1.9545
    """
    return _p.gelu(x)


# --- Choices


@_of_one_number
def step(x: Any) -> Any:
    """Return 1 if ``x`` is above 0, else 0. The derivative is 0 everywhere.

    Example:
        >>> step(3.0), step(0.0)
        (1.0, 0.0)
    """
    return _p.step(x)


@_of_one_number
def sign(x: Any) -> Any:
    """Return -1 for ``x`` below 0, 1 for ``x`` above 0, and 0 at 0. The derivative is 0 everywhere.

    Example:
        >>> sign(3.0), sign(-3.0), sign(0.0)
        (1.0, -1.0, 0.0)
    """
    return _p.sign(x)


def maximum(a: Any, b: Any = None) -> Any:
    """Return the larger of two numbers, or the largest number of a sequence.

    If the two numbers are equal, each has the derivative 1/2. If several numbers of a sequence are the largest, their
    derivatives add up to 1.

    Example:
        >>> maximum(2.0, 3.0), maximum([1.0, 4.0, 2.0])
        (3.0, 4.0)
    """
    return _p.maximum(a, b) if b is not None else _extreme(_p.maximum, a, "maximum")


def minimum(a: Any, b: Any = None) -> Any:
    """Return the smaller of two numbers, or the smallest number of a sequence.

    If the two numbers are equal, each has the derivative 1/2. If several numbers of a sequence are the smallest, their
    derivatives add up to 1.

    Example:
        >>> minimum(2.0, 3.0), minimum([1.0, 4.0, 2.0])
        (2.0, 1.0)
    """
    return _p.minimum(a, b) if b is not None else _extreme(_p.minimum, a, "minimum")


def _extreme(of_two: Callable[[Any, Any], Any], values: Any, name: str) -> Any:
    """Return the largest or the smallest of some numbers.

    They are compared in pairs, then the winners in pairs, and so on. This keeps the graph shallow.
    """
    found = numbers_of(values, name)
    while len(found) > 1:
        paired = [of_two(x, y) for x, y in zip(found[::2], found[1::2], strict=False)]
        found = paired + found[2 * len(paired) :]
    return found[0]


def where(condition: Any, a: Any, b: Any) -> Any:
    """Return ``a`` if the condition is not 0, and ``b`` if it is 0; NaN if the condition is NaN.

    The branch that is not taken contributes nothing to any derivative, not even if it contains a NaN or an infinity.

    >>> from autograd import Value, where
    >>> x = Value(-3.0)
    >>> where(x > 0, x, 0.1 * x).data
    -0.30000000000000004

    Args:
        condition: a comparison of Values, such as ``x > 0``; or a number or Value, such as ``step(x)``. It is recorded,
            and evaluated again when the graph is replayed or compiled. A bool is recorded as a constant. The
            derivative with respect to the condition is 0.
        a, b: numbers or Values. The caller evaluates both before ``where`` chooses.

    Returns:
        A float if all three are plain numbers, else a Value.
    """
    if isinstance(condition, Condition):
        condition = record_condition(condition)
    if isinstance(a, Value) or isinstance(b, Value) or isinstance(condition, Value):
        return record(_p.where, (condition, a, b))
    return _p.where(condition, a, b)


# --- Functions of several numbers


def logsumexp(values: Iterable[Any], **unknown: NoReturn) -> Any:
    """Return ``log(sum(exp(x)))`` of a sequence of one or more numbers or Values, without overflow.

    It is recorded as one node.

    Example:
        >>> round(logsumexp([1000.0, 1000.0]), 6)
        1000.693147
    """
    if unknown:
        refuse_option("logsumexp", unknown)
    return _p.logsumexp(*numbers_of(values, "logsumexp"))


def softmax(values: Iterable[Any], **unknown: NoReturn) -> list[Any]:
    """Return ``exp(x) / sum(exp(x))`` for each ``x`` of a sequence of numbers or Values, without overflow.

    It is composed of other primitives and has no rule of its own.

    Returns:
        A list, in order, of numbers in [0, 1] that add up to 1.

    Example:
        >>> softmax([1.0, 1.0])
        [0.5, 0.5]
    """
    if unknown:
        refuse_option("softmax", unknown)
    return _p.softmax(*numbers_of(values, "softmax"))


def log_softmax(values: Iterable[Any], **unknown: NoReturn) -> list[Any]:
    """Return the natural logarithms of :func:`softmax`, without underflow: ``x - logsumexp(values)`` for each ``x``.

    Example:
        >>> [round(x, 6) for x in log_softmax([0.0, 1.0])]
        [-1.313262, -0.313262]
    """
    if unknown:
        refuse_option("log_softmax", unknown)
    return _p.log_softmax(*numbers_of(values, "log_softmax"))


def numbers_of(values: Any, name: str = "") -> list[Any]:
    """Return the numbers of a sequence or an array as a list.

    Args:
        values: the sequence.
        name: the function that needs at least one number; empty if an empty sequence is allowed.

    Raises:
        TypeError: ``values`` is a single number.
        ValueError: ``values`` is empty and ``name`` is given.
    """
    if isinstance(values, Value) or is_real(values):
        shown = name or "a product"
        raise TypeError(f"{shown} takes one sequence of numbers, found a single number: write {shown}([...]).")
    found = values.ravel().tolist() if hasattr(values, "ravel") else list(values)
    if name and not found:
        raise ValueError(f"{name} of no numbers has no value: pass at least one.")
    return found


def take(rows: Sequence[Any], index: Any) -> Any:
    """Return ``rows[index]``: the entry of a sequence at an integer index.

    If the integer comes from a sample, ``nn.minimize`` and ``nn.Trainer`` record the lookup, as they do for plain
    indexing. So each sample looks up its own entry.

    Args:
        rows: a list or tuple of Values, numbers or rows of them.
        index: an integer, from ``-len(rows)`` on.

    Raises:
        TypeError: ``index`` is not an integer.
        IndexError: there is no such entry.

    >>> letters = [[Value(0.5), Value(1.0)], [Value(2.0), Value(-1.0)]]
    >>> [x.data for x in take(letters, 1)]
    [2.0, -1.0]
    """
    if isinstance(index, bool) or not hasattr(type(index), "__index__"):
        raise TypeError(f"take needs an integer as the index, found {type(index).__name__} {index!r}.")
    if is_real(index) and not -len(rows) <= index < len(rows):
        raise IndexError(f"take of entry {index} from {len(rows)}: the index is from 0 to {len(rows) - 1}.")
    return rows[index]


# Every function of one or two numbers is also a method. The most used ones are methods of Value already, with the
# fastest recording. For arrays of objects, NumPy calls methods by its own names, such as arctan2 and rint.
for _function in (
    acos, acosh, asin, asinh, atan, atan2, atanh, cbrt, ceil, digamma, elu, erf, erfc, exp2, floor, gelu,
    hypot, leaky_relu, lgamma, log10, log2, logaddexp, logsigmoid, maximum, minimum, sign, silu, softplus,
    step,
):  # fmt: skip
    if not hasattr(Value, _function.__name__):
        method(_function)


def _conjugate(x: Any) -> Any:
    """Return the number itself, since it is real. ``np.var`` and ``np.std`` call this method.

    Example:
        >>> Value(2.0).conjugate().data
        2.0
    """
    return x


def _radians(x: Any) -> Any:
    """Return the radians of an angle in degrees.

    Example:
        >>> round(Value(180.0).radians().data, 6)
        3.141593
    """
    return x * (math.pi / 180)


def _degrees(x: Any) -> Any:
    """Return the degrees of an angle in radians.

    Example:
        >>> round(Value(3.141592653589793).degrees().data, 6)
        180.0
    """
    return x * (180 / math.pi)


for _name, _named in (
    ("abs", abs), ("arctan2", atan2), ("rint", _r.round_), ("conjugate", _conjugate), ("fabs", abs),
    ("radians", _radians), ("deg2rad", _radians), ("degrees", _degrees), ("rad2deg", _degrees),
):  # fmt: skip
    if not hasattr(Value, _name):
        add_method(_name, _named)
forget_own_methods()


def _as_method(entry: Any) -> None:
    """Make a primitive of one number a method, unless Value already has an attribute of that name."""
    if entry.arity == 1:
        with contextlib.suppress(ValueError):
            add_method(entry.name, entry)


call_for_new_primitives(_as_method)

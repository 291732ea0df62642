"""Single elements, as a program receives them: ``float64``, ``int64`` and ``bool_``.

They are numbers that follow NumPy's arithmetic: a division by 0 gives infinity or NaN. They have the attributes and
methods of an array without axes.
"""

import numbers
from collections.abc import Callable
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, single
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, TYPES, kind_of, plain, promote, scalar_type
from autograd.grading.code.arrays.operations import OPERATIONS, Operation

__all__ = ["Bool", "Float64", "Generic", "Int64"]


class Generic:
    """The base class of all scalars."""

    __slots__ = ()

    @property
    def dtype(self) -> Any:
        """The kind of the number."""
        return kind_of(self)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape, which is ``()``."""
        return ()

    def item(self) -> Any:
        """Return the number as a plain Python number."""
        return plain(self)

    tolist = item

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        found = getattr(as_array(self), name)
        return _scalar_method(found) if callable(found) else _scalar_of(found)

    __iter__ = None

    def __getitem__(self, key: Any) -> Any:
        if key is None or key is Ellipsis or isinstance(key, (tuple, bool, Bool)):
            return as_array(self)[key]
        raise IndexError("invalid index to scalar variable.")


def _scalar_of(found: Any) -> Any:
    return single(found.item(), found.dtype) if isinstance(found, Array) and not found.shape else found


def _scalar_method(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments, **named: _scalar_of(method(*arguments, **named))


class Float64(Generic, float):
    """A float with NumPy's arithmetic.

    Example:
        >>> Float64(1.0) / 0
        np.float64(inf)
    """

    __slots__ = ()

    def __new__(cls, x: Any = 0.0) -> Any:
        """Convert a number to a scalar, and an array, list or tuple to an array."""
        return as_array(x, FLOAT) if isinstance(x, (Array, list, tuple)) else float.__new__(cls, float(x))

    def __repr__(self) -> str:
        return f"np.float64({float.__repr__(self)})"

    def __round__(self, digits: Any = None) -> Any:
        rounded = round(float(self), digits)
        return rounded if digits is None else Float64(rounded)

    def __str__(self) -> str:
        return float.__repr__(self)

    __hash__ = float.__hash__


class Whole(Generic):
    """The base class of integers and truth values. It wraps a plain number and converts to it."""

    __slots__ = ("_plain",)
    _plain: int

    def __int__(self) -> int:
        return int(self._plain)

    __index__ = __int__

    def __float__(self) -> float:
        return float(self._plain)

    def __bool__(self) -> bool:
        return bool(self._plain)

    def __hash__(self) -> int:
        return hash(self._plain)

    def __str__(self) -> str:
        return str(self._plain)

    def __format__(self, spec: str) -> str:
        return format(self._plain, spec)

    def __round__(self, digits: Any = None) -> Any:
        return int(self._plain) if digits is None else single(round(self._plain, digits), INT)

    def __reduce__(self) -> Any:
        return type(self), (self._plain,)


class Int64(Whole):
    """An integer with NumPy's arithmetic."""

    __slots__ = ()

    def __new__(cls, x: Any = 0) -> Any:
        """Convert a number to a scalar, and an array, list or tuple to an array."""
        if isinstance(x, (Array, list, tuple)):
            return as_array(x, INT)
        number = object.__new__(cls)
        number._plain = int(x)
        return number

    def __repr__(self) -> str:
        return f"np.int64({self._plain})"


class Bool(Whole):
    """A truth value with NumPy's arithmetic."""

    __slots__ = ()

    def __new__(cls, x: Any = False) -> Any:
        """Convert a number to a scalar, and an array, list or tuple to an array."""
        if isinstance(x, (Array, list, tuple)):
            return as_array(x, BOOL)
        number = object.__new__(cls)
        number._plain = bool(x)
        return number

    def __repr__(self) -> str:
        return f"np.{self._plain}_"


numbers.Integral.register(Int64)
numbers.Integral.register(Bool)
for _kind, _type in ((BOOL, Bool), (INT, Int64), (FLOAT, Float64)):
    scalar_type(_kind, _type)

_NUMBERS = (float, int, Whole)
_BUILTIN = {BOOL: bool, INT: int, FLOAT: float}


def _binary(operation: Operation, name: str, reflected: bool) -> Callable[[Any, Any], Any]:
    def operate(a: Any, b: Any) -> Any:
        if isinstance(b, (list, tuple)):
            return NotImplemented if operation.name == "multiply" else getattr(as_array(a), name)(b)
        if not isinstance(b, _NUMBERS):
            return NotImplemented
        kind = promote(operation.least, kind_of(a), kind_of(b))
        convert = _BUILTIN[kind]
        x, y = convert(a), convert(b)
        result = operation.for_kind(kind)(y, x) if reflected else operation.for_kind(kind)(x, y)
        return TYPES[(operation.result or kind).rank](result)

    return operate


def _unary(operation: Operation) -> Callable[[Any], Any]:
    def operate(a: Any) -> Any:
        kind = promote(operation.least, kind_of(a))
        return TYPES[(operation.result or kind).rank](operation.for_kind(kind)(_BUILTIN[kind](a)))

    return operate


# The operators of scalars and arrays, with the names of their operations.
ARITHMETIC = {
    "add": "add", "sub": "subtract", "mul": "multiply", "truediv": "divide", "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power", "and": "bitwise_and", "or": "bitwise_or", "xor": "bitwise_xor", "lshift": "left_shift",
    "rshift": "right_shift",
}  # fmt: skip
COMPARING = {
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
ONE_OPERAND = {"neg": "negative", "pos": "positive", "abs": "absolute", "invert": "invert"}

_SCALARS: tuple[Any, ...] = (Float64, Int64, Bool)
for _scalar in _SCALARS:
    for _python, _name in ARITHMETIC.items():
        setattr(_scalar, f"__{_python}__", _binary(OPERATIONS[_name], f"__{_python}__", reflected=False))
        setattr(_scalar, f"__r{_python}__", _binary(OPERATIONS[_name], f"__r{_python}__", reflected=True))
    for _python, _name in COMPARING.items():
        setattr(_scalar, f"__{_python}__", _binary(OPERATIONS[_name], f"__{_python}__", reflected=False))
    for _python, _name in ONE_OPERAND.items():
        setattr(_scalar, f"__{_python}__", _unary(OPERATIONS[_name]))

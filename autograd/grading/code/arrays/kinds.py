"""Kinds of elements: bool, int, float and object, with NumPy's rules for the kind of a result.

Each kind has only one width: float32 is the same as float64 here, and uint8 the same as int64. A float array can also
hold other numbers, such as Values and Fractions, so a program that was written for floats runs on Values unchanged.
Anything else (a string, None, a dict) makes an object array.
"""

from typing import Any

from autograd.engine.algebra import is_real
from autograd.engine.value import Value

__all__ = [
    "BOOL",
    "FLOAT",
    "INT",
    "OBJECT",
    "DType",
    "UFuncTypeError",
    "cast",
    "dtype_of",
    "is_number",
    "kind_of",
    "promote",
]


class UFuncTypeError(TypeError):
    """Raised if a function is not defined for the kinds of its operands, or if its result cannot be stored."""


class DType:
    """The kind of an array's elements.

    Args:
        rank: the position in the order bool, int, float, object. A result has the largest rank of its operands.
        name: NumPy's name of the kind.
        code: NumPy's letter for the kind.
    """

    __slots__ = ("code", "name", "rank")

    def __init__(self, rank: int, name: str, code: str) -> None:
        self.rank = rank
        self.name = name
        self.code = code

    @property
    def kind(self) -> str:
        """NumPy's letter for the kind: "b", "i", "f" or "O"."""
        return self.code

    @property
    def itemsize(self) -> int:
        """The number of bytes that NumPy would use for an element."""
        return 1 if self is BOOL else 8

    @property
    def type(self) -> Any:
        """The scalar type. Calling it creates a number of this kind."""
        return TYPES[self.rank]

    def __call__(self, x: Any = 0) -> Any:
        """Return a number, or an array, converted to this kind."""
        return self.type(x)

    def __eq__(self, other: object) -> bool:
        try:
            return dtype_of(other).rank == self.rank
        except TypeError:
            return False

    def __hash__(self) -> int:
        return hash(self.name)

    def __repr__(self) -> str:
        return f"dtype({self.name if self is not OBJECT else 'O'!r})"

    def __str__(self) -> str:
        return self.name


BOOL = DType(0, "bool", "b")
INT = DType(1, "int64", "i")
FLOAT = DType(2, "float64", "f")
OBJECT = DType(3, "object", "O")

# The scalar type of each kind, by rank. scalars.py puts its own types here.
TYPES: list[Any] = [bool, int, float, object]

_BY_TYPE: dict[Any, DType] = {bool: BOOL, int: INT, float: FLOAT, object: OBJECT}
_BY_NAME: dict[str, DType] = {
    **dict.fromkeys(("bool", "bool_", "bool8", "?"), BOOL),
    **dict.fromkeys(
        ("int", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "i", "l", "q"), INT
    ),
    **dict.fromkeys(("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "intp", "uint", "B", "b", "long"), INT),
    **dict.fromkeys(("float", "float16", "float32", "float64", "double", "single", "f", "d", "f4", "f8"), FLOAT),
    **dict.fromkeys(("longdouble", "half", "f2"), FLOAT),
    **dict.fromkeys(("object", "O"), OBJECT),
}


def scalar_type(dtype: DType, new_type: Any) -> None:
    """Register ``new_type`` as the type of single elements of a kind."""
    TYPES[dtype.rank] = new_type
    _BY_TYPE[new_type] = dtype


def dtype_of(what: Any) -> DType:
    """Return the kind of a ``dtype=`` argument: a type, a name or a DType. ``None`` means float.

    Raises:
        TypeError: the argument does not name a kind.

    Example:
        >>> dtype_of("float32"), dtype_of(int)
        (dtype('float64'), dtype('int64'))
    """
    if isinstance(what, DType):
        return what
    if what is None:
        return FLOAT
    if isinstance(what, str):
        found = _BY_NAME.get(what.lstrip("<>=|"))
    else:
        found = _BY_TYPE.get(what) if isinstance(what, type) else None
    if found is None:
        raise TypeError(f"Cannot interpret {what!r} as a data type")
    return found


def is_number(x: Any) -> bool:
    """Return True if ``x`` can be an element of a float array: a real number of any type, or a Value."""
    return isinstance(x, Value) or is_real(x)


def kind_of(x: Any) -> DType:
    """Return the kind of a single element."""
    t = type(x)
    found = _BY_TYPE.get(t)
    if found is not None:
        return found
    if isinstance(x, bool):
        return BOOL
    if isinstance(x, int):
        return INT
    return FLOAT if is_number(x) else OBJECT


def promote(*dtypes: DType) -> DType:
    """Return the kind of a result from the kinds of its operands."""
    return max(dtypes, key=lambda d: d.rank)


def number(x: Any) -> Any:
    """Return a float or an int (of any subtype) as a plain float, and any other number unchanged."""
    t = type(x)
    if t is float:
        return x
    if isinstance(x, (float, int)):
        return float(x)
    if is_number(x):
        return x
    return float(x)  # raises the same error as float()


def float_of(x: Any) -> float:
    """Return an element as a float: the data of a Value, or any other number converted."""
    return x.data if isinstance(x, Value) else float(x)


def whole(x: Any) -> int:
    """Return an element cast to an int64. Floats are truncated; NaN and infinities become the least integer."""
    if isinstance(x, int):
        return x
    value = float_of(x)
    return int(value) if -9.3e18 < value < 9.3e18 else -(2**63)


def truth(x: Any) -> bool:
    """Return the truth value of an element."""
    return bool(float_of(x)) if is_number(x) else bool(x)


def plain(x: Any) -> Any:
    """Return a scalar as a plain bool, int or float. Any other element is returned unchanged."""
    t = type(x)
    if t is float or t is int or t is bool:
        return x
    kind = kind_of(x)
    if kind is FLOAT:
        return number(x)
    return bool(x) if kind is BOOL else int(x) if kind is INT else x


_CASTS = [truth, whole, number, lambda x: x]


def cast(values: list[Any], source: DType, target: DType) -> list[Any]:
    """Return elements of one kind cast to another kind, like ``astype``."""
    if source is target or target is OBJECT:
        return values
    if source is BOOL or (source is INT and target is FLOAT):
        return list(map(int if target is INT else float, values))
    return list(map(_CASTS[target.rank], values))


def check_same_kind(name: str, source: DType, target: DType) -> None:
    """Raise UFuncTypeError if results of kind ``source`` must not be stored in place in an array of kind ``target``."""
    if source.rank > target.rank:
        raise UFuncTypeError(
            f"Cannot cast ufunc '{name}' output from dtype('{source}') to dtype('{target}') with casting rule "
            "'same_kind'"
        )

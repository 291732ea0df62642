"""``Array``: an n-dimensional array in plain Python, with NumPy's semantics for any kind of number.

An array is a flat list of elements with a shape, strides and an offset. A slice, a transpose or a reshape is a view:
it reads the same list with another shape and other strides. So a change through one view is visible in all of them.
Other modules add arithmetic and further methods with the decorator ``method``: each function of NumPy is written once,
and it is also the method with the same name.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.indexing import Picked, View, locate
from autograd.grading.code.arrays.kinds import (
    BOOL,
    FLOAT,
    INT,
    OBJECT,
    TYPES,
    DType,
    cast,
    dtype_of,
    float_of,
    kind_of,
    plain,
    promote,
    truth,
)
from autograd.grading.code.arrays.layout import (
    Shape,
    broadcast_shapes,
    memory_order,
    positions,
    row_major,
    size_of,
    stretched,
)
from autograd.grading.code.arrays.nesting import gathered, is_sequence

__all__ = ["Array", "as_array", "from_nested", "laid_out", "method", "new_array", "single"]

F = TypeVar("F", bound=Callable[..., Any])


class Array:
    """An n-dimensional array of elements of one kind.

    Args:
        buffer: the flat list of the elements. It is not copied.
        dtype: the kind of the elements.
        shape: the length of each axis.
        strides: for each axis, the distance in the list between two neighbours; row-major by default.
        offset: the index of the first element in the list.

    Programs make arrays with the functions ``array``, ``zeros`` and so on.

    Example:
        >>> from autograd.grading.code.arrays import numpy_names
        >>> np = numpy_names()
        >>> W = np["array"]([[1.0, 2.0], [3.0, 4.0]])
        >>> W.T[0] -= 1.0
        >>> W
        array([[0.0, 2.0], [2.0, 4.0]])
    """

    __array_priority__ = 1000.0
    __hash__ = None  # type: ignore[assignment]  # not hashable, because == compares single elements
    __slots__ = ("_buffer", "_dtype", "_offset", "_shape", "_strides")

    def __init__(
        self, buffer: list[Any], dtype: DType, shape: Shape, strides: Shape | None = None, offset: int = 0
    ) -> None:
        self._buffer = buffer
        self._dtype = dtype
        self._shape = shape
        self._strides = row_major(shape) if strides is None else strides
        self._offset = offset

    # --- Properties

    @property
    def shape(self) -> Shape:
        """The length of each axis. It can be set, like with ``reshape``, if this needs no copy."""
        return self._shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        reshaped = self.reshape(shape)  # type: ignore[attr-defined]  # another module adds it
        if reshaped._buffer is not self._buffer:
            raise AttributeError(
                "Incompatible shape for in-place modification. Use `.reshape()` to make a copy with the desired shape."
            )
        self._shape, self._strides, self._offset = reshaped._shape, reshaped._strides, reshaped._offset

    @property
    def strides(self) -> Shape:
        """The distance in bytes between two neighbours along each axis."""
        return tuple([8 * s for s in self._strides])

    @property
    def dtype(self) -> DType:
        """The kind of the elements."""
        return self._dtype

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return len(self._shape)

    @property
    def size(self) -> int:
        """The number of elements."""
        return size_of(self._shape)

    @property
    def T(self) -> "Array":
        """The array with its axes reversed, as a view."""
        return Array(self._buffer, self._dtype, self._shape[::-1], self._strides[::-1], self._offset)

    def _ordered(self, axes: list[int]) -> "Array":
        """Return a view with the axes in another order."""
        return self.view(tuple([self._shape[i] for i in axes]), tuple([self._strides[i] for i in axes]))

    def is_contiguous(self) -> bool:
        """Return True if the elements are stored in the list without gaps, in row-major order."""
        step = 1
        for n, stride in zip(reversed(self._shape), reversed(self._strides), strict=True):
            if n != 1 and stride != step:
                return False
            step *= n
        return True

    def elements(self) -> list[Any]:
        """Return a new list of the elements in row-major order."""
        if self.is_contiguous():
            return self._buffer[self._offset : self._offset + self.size]
        buffer = self._buffer
        return [buffer[p] for p in self.places()]

    def places(self) -> list[int]:
        """Return the index of each element in the flat list, in row-major order."""
        return positions(self._shape, self._strides, self._offset)

    def stretched_elements(self, shape: Shape) -> list[Any]:
        """Return the elements of the array broadcast to a larger shape."""
        if shape == self._shape:
            return self.elements()
        if not self._shape:
            return [self._buffer[self._offset]] * size_of(shape)
        buffer = self._buffer
        return [buffer[p] for p in positions(shape, stretched(self._shape, self._strides, shape), self._offset)]

    def view(self, shape: Shape, strides: Shape, offset: int | None = None) -> "Array":
        """Return an array that reads the same elements with another shape and other strides."""
        return Array(self._buffer, self._dtype, shape, strides, self._offset if offset is None else offset)

    # --- Indexing

    def __getitem__(self, key: Any) -> Any:
        found = locate(key, self._shape, self._strides, self._offset, read_index)
        if isinstance(found, View):
            if found.shape or _keeps_zero_dimensions(key):
                view = self.view(found.shape, found.strides, found.offset)
                return laid_out(Array(view.elements(), view._dtype, view._shape), [view]) if _copies(key) else view
            return single(self._buffer[found.offset], self._dtype)
        buffer = self._buffer
        result = Array([buffer[p] for p in found.places], self._dtype, found.shape)
        n, picked = found.behind
        if not n:
            return result
        order = [*range(n, n + picked), *range(n), *range(n + picked, result.ndim)]
        stored = Array(result._ordered(order).elements(), self._dtype, tuple([found.shape[i] for i in order]))
        return stored._ordered([order.index(i) for i in range(result.ndim)])

    def __setitem__(self, key: Any, value: Any) -> None:
        found = locate(key, self._shape, self._strides, self._offset, read_index)
        if isinstance(found, View):
            shape, places = found.shape, positions(found.shape, found.strides, found.offset)
        else:
            shape, places = found.shape, found.places
        if self._dtype is OBJECT and not shape and not isinstance(value, Array):
            self._buffer[places[0]] = value
            return
        source = as_array(value)
        plain_number = isinstance(value, float) and (isinstance(found, View) or type(value) is float)
        if self._dtype is INT and source.dtype is FLOAT and (plain_number or isinstance(value, (list, tuple))):
            source = as_array(int(value) if plain_number else value, INT)
        mask = isinstance(found, Picked) and found.mask
        if mask and source.ndim > 1:
            raise TypeError(
                "NumPy boolean array indexing assignment requires a 0 or 1-dimensional input, input has "
                f"{source.ndim} dimensions"
            )
        if mask and source.ndim == 1 and source.size not in (1, len(places)):
            raise ValueError(
                f"NumPy boolean array indexing assignment cannot assign {source.size} input values to the "
                f"{len(places)} output values where the mask is true"
            )
        self.store(places, _fitted(source, shape, self._dtype, scalar=not isinstance(value, Array)), source.dtype)

    def store(self, places: Sequence[int], values: list[Any], kind: DType) -> None:
        """Store elements of a given kind at indices of the flat list, cast to the kind of this array."""
        buffer = self._buffer
        for place, value in zip(places, cast(values, kind, self._dtype), strict=True):
            buffer[place] = value

    def assign(self, values: list[Any], kind: DType) -> None:
        """Replace all elements of this view, in row-major order."""
        if self.is_contiguous():
            self._buffer[self._offset : self._offset + len(values)] = cast(values, kind, self._dtype)
        else:
            self.store(self.places(), values, kind)

    def __len__(self) -> int:
        if not self._shape:
            raise TypeError("len() of unsized object")
        return self._shape[0]

    def __iter__(self) -> Iterator[Any]:
        if not self._shape:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(self._shape[0]))

    # --- Conversion to a single number

    def item(self, *where: Any) -> Any:
        """Return the only element, or the element at an index, as a plain number."""
        if where:
            key = where[0] if len(where) == 1 else where
            array = (
                self if len(where) > 1 or isinstance(key, tuple) else Array(self.elements(), self._dtype, (self.size,))
            )
            found = array[key]
            return found.item() if isinstance(found, Array) else plain(found)
        if self.size != 1:
            raise ValueError("can only convert an array of size 1 to a Python scalar")
        return self._buffer[self._offset]

    def __bool__(self) -> bool:
        if self.size == 1:
            return truth(self.elements()[0])
        if not self.size:
            raise ValueError(
                "The truth value of an empty array is ambiguous. "
                "Use `array.size > 0` to check that an array is not empty."
            )
        raise ValueError("The truth value of an array with more than one element is ambiguous. Use a.any() or a.all()")

    def __float__(self) -> float:
        return float_of(self._only())

    def __int__(self) -> int:
        return int(float_of(self._only()))

    def _only(self) -> Any:
        if self.size != 1:
            raise TypeError("only 0-dimensional arrays can be converted to Python scalars")
        return self.elements()[0]

    def __index__(self) -> int:
        if self._shape or self._dtype is not INT:
            raise TypeError("only integer scalar arrays can be converted to a scalar index")
        return int(self._buffer[self._offset])

    def __repr__(self) -> str:
        return f"array({self.tolist()!r}{'' if self.size or self._dtype is FLOAT else f', dtype={self._dtype}'})"

    def __str__(self) -> str:
        return str(self.tolist()).replace(",", "")

    def __format__(self, spec: str) -> str:
        return format(self.item() if self.size == 1 and not self._shape else str(self), spec)

    def tolist(self) -> Any:
        """Return nested lists of plain numbers, or a single number for an array without axes."""
        values: list[Any] = self.elements()
        for n in reversed(self._shape[1:]):
            values = [values[i * n : i * n + n] for i in range(len(values) // n)] if n else [[]] * len(self)
        return values if self._shape else values[0]


def method(*names: str) -> Callable[[F], F]:
    """Return a decorator that makes a function a method of arrays, under each of these names.

    The first argument of the function is the array."""

    def add(function: F) -> F:
        for name in names:
            setattr(Array, name, function)
        return function

    return add


def _keeps_zero_dimensions(key: Any) -> bool:
    return key is Ellipsis or (isinstance(key, tuple) and any(part is Ellipsis for part in key))


def _fitted(source: Array, shape: Shape, kind: DType, scalar: bool) -> list[Any]:
    """Return the elements of ``source`` broadcast to ``shape``. Surplus leading axes of length 1 are dropped."""
    start = source._shape
    while len(start) > len(shape) and start[0] == 1:
        start = start[1:]
    trimmed = source.view(start, source._strides[source.ndim - len(start) :]) if start != source._shape else source
    try:
        fits = broadcast_shapes(start, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        if not shape and scalar and kind is not OBJECT:
            raise ValueError("setting an array element with a sequence.")
        listed = [str(s).replace(" ", "") for s in (source._shape, shape)]
        raise ValueError(f"could not broadcast input array from shape {listed[0]} into shape {listed[1]}")
    return trimmed.stretched_elements(shape)


def read_index(part: Any) -> tuple[Shape, str, list[Any]] | None:
    """Return the shape, kind and elements of an array, list, range or bool in an index, or None for anything else."""
    if isinstance(part, range):
        return (len(part),), "i", list(part)
    if isinstance(part, (list, tuple)):
        part = from_nested(part) if part else Array([], INT, (0,))
    elif isinstance(part, bool) or type(part) is TYPES[BOOL.rank]:
        return (), "b", [bool(part)]
    if not isinstance(part, Array):
        return None
    return part._shape, part._dtype.code, part.elements()


def single(x: Any, kind: DType) -> Any:
    """Return an element as a scalar of its kind. A Value, or an element of an object array, is returned unchanged."""
    t = type(x)
    if kind is OBJECT:
        return x
    return TYPES[kind.rank](x) if t is float or t is int or t is bool else x


def _copies(key: Any) -> bool:
    """Return True if an index has an integer array without axes: NumPy copies then, as for other arrays."""
    parts = key if isinstance(key, tuple) else (key,)
    return any(isinstance(part, Array) and not part._shape for part in parts)


def laid_out(result: Array, operands: list[Array]) -> Array:
    """Return the result in NumPy's memory order for these operands: transposed if they are transposed."""
    if all(x.is_contiguous() for x in operands):
        return result
    shape = result._shape
    order = memory_order([stretched(x._shape, x._strides, shape) for x in operands], len(shape))
    if order == list(range(len(shape))):
        return result
    stored = Array(result._ordered(order).elements(), result._dtype, tuple([shape[i] for i in order]))
    return stored._ordered([order.index(i) for i in range(len(shape))])


def new_array(values: list[Any], kind: DType, shape: Shape) -> Any:
    """Return a new array, or the single element if the shape has no axes."""
    return Array(values, kind, shape) if shape else single(values[0], kind)


def as_array(what: Any, dtype: DType | None = None) -> Array:
    """Return ``what`` as an array. An array is returned unchanged; a number or nested sequences become a new array."""
    if isinstance(what, Array):
        if dtype is None or dtype is what._dtype:
            return what
        return Array(cast(what.elements(), what._dtype, dtype), dtype, what._shape)
    return from_nested(what, dtype)


def from_nested(what: Any, dtype: DType | None = None) -> Array:
    """Return a new array from a number, nested sequences, or an array.

    Raises:
        ValueError: the sequences do not have the same shape.
    """
    if isinstance(what, Array):
        return Array(cast(what.elements(), what._dtype, dtype or what._dtype), dtype or what._dtype, what._shape)
    if not is_sequence(what):
        kind = kind_of(what)
        target = dtype or kind
        convert = cast if hasattr(what, "dtype") else _cast_plain
        return Array(convert([plain(what)], kind, target), target, ())
    shape, values, kinds = gathered(what, Array, dtype is OBJECT)
    spend(len(values))
    kind = promote(*kinds) if kinds else FLOAT
    if kind is not OBJECT:
        values = [x if type(x) is float else plain(x) for x in values]
        if FLOAT in kinds and len(kinds) > 1:
            values = [float(x) if isinstance(x, int) else x for x in values]
        elif kind is INT and len(kinds) > 1:
            values = list(map(int, values))
    target = dtype or kind
    return Array(_cast_plain(values, kind, target), target, shape)


def _cast_plain(values: list[Any], kind: DType, target: DType) -> list[Any]:
    """Return Python numbers cast to a kind. Casting an infinity to an integer raises OverflowError."""
    if kind is FLOAT and target is INT:
        return [int(float_of(x)) for x in values]
    return cast(values, kind, target)


def kind_from(dtype: Any) -> DType | None:
    """Return the kind of a ``dtype=`` argument, or None if the argument is None."""
    return None if dtype is None else dtype_of(dtype)

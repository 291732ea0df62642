"""``np.matrix``: an array that always has two axes, and whose ``*`` is the product of matrices."""

import functools
from typing import Any

from autograd.grading.code.arrays import elementwise, products, reductions, shaping
from autograd.grading.code.arrays.array import Array, as_array, from_nested, kind_from

__all__ = ["Matrix", "as_matrix", "made_matrix", "plain_array", "rewrapped"]

MODULES = (elementwise, products, reductions, shaping)  # which give arrays their methods
OPERATORS = ("add", "sub", "truediv", "floordiv", "mod")
SINGLE = ("neg", "pos", "abs", "invert")
COMPARING = ("lt", "le", "gt", "ge", "eq", "ne")
REDUCING = ("sum", "mean", "max", "min", "std", "var", "prod", "argmax", "argmin", "any", "all", "ptp")
KEEPING = (
    "astype", "clip", "copy", "cumsum", "cumprod", "dot", "flatten", "ravel", "repeat", "reshape", "round", "squeeze",
    "swapaxes", "take", "transpose",
)  # fmt: skip
# Functions whose result is a plain array, whatever they are given.
PLAIN = frozenset(("array", "asarray", "asfarray", "ascontiguousarray", "where", "outer", "argwhere", "argsort"))


class Matrix(Array):
    """A matrix of NumPy's old class ``matrix``. Slices, sums along an axis and reshaped matrices keep two axes.

    Example:
        >>> A = made_matrix([[1, 2], [3, 4]])
        >>> A * A
        matrix([[7, 10], [15, 22]])
        >>> A[:, 0]
        matrix([[1], [3]])
    """

    __slots__ = ()

    @property
    def T(self) -> "Matrix":
        """The transpose, as a view."""
        return as_matrix(plain_array(self).T)

    H = T

    @property
    def A(self) -> Array:
        """The same elements as a plain array."""
        return plain_array(self)

    @property
    def A1(self) -> Array:
        """The elements as a vector."""
        return Array(self.elements(), self._dtype, (self.size,))

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, (Array, list, tuple)):
            return as_matrix(plain_array(self) @ plain_array(as_matrix(other)))
        return as_matrix(plain_array(self) * other)

    def __rmul__(self, other: Any) -> Any:
        if isinstance(other, (Array, list, tuple)):
            return as_matrix(plain_array(as_array(other)) @ plain_array(self))
        return as_matrix(other * plain_array(self))

    def __imul__(self, other: Any) -> Any:
        return self._kept(self * other)

    def __matmul__(self, other: Any) -> Any:
        return as_matrix(plain_array(self) @ plain_array(other))

    def __rmatmul__(self, other: Any) -> Any:
        return as_matrix(plain_array(other) @ plain_array(self))

    def __pow__(self, n: Any) -> Any:
        if not isinstance(n, int) or n < 1 or self._shape[0] != self._shape[1]:
            raise TypeError("the power of a matrix is read for a square matrix and a positive whole exponent")
        return functools.reduce(lambda product, _: product * self, range(int(n) - 1), self)

    def __getitem__(self, key: Any) -> Any:
        found = plain_array(self)[plain_array(key)]
        if not isinstance(found, Array) or found.ndim != 1:
            return as_matrix(found) if isinstance(found, Array) and found.ndim else found
        column = isinstance(key, tuple) and len(key) > 1 and hasattr(key[1], "__index__") and not _has_axes(key[1])
        return as_matrix(found[:, None] if column else found)

    def __repr__(self) -> str:
        return f"matrix({self.tolist()!r})"

    def _kept(self, result: Array) -> "Matrix":
        """Store a result of the same shape in place, and return the matrix."""
        if result.shape != self._shape:
            raise ValueError(f"could not broadcast input array from shape {result.shape} into shape {self._shape}")
        self.assign(result.elements(), result.dtype)
        return self


def plain_array(x: Any) -> Any:
    """Return a plain array that shares the elements of a matrix, also within lists and tuples, and anything else."""
    if isinstance(x, Matrix):
        return Array(x._buffer, x._dtype, x._shape, x._strides, x._offset)
    if isinstance(x, (list, tuple)) and any(isinstance(part, (Matrix, list, tuple)) for part in x):
        return type(x)([plain_array(part) for part in x])
    return x


def as_matrix(x: Any, dtype: Any = None) -> Any:
    """Return an array or nested lists as a matrix. An array is not copied. A vector becomes a row."""
    array = as_array(plain_array(_rows(x)), kind_from(dtype))
    if array.ndim > 2:
        raise ValueError("matrix must be 2-dimensional")
    missing = 2 - array.ndim
    shape, strides = (1,) * missing + array.shape, (0,) * missing + array._strides
    return Matrix(array._buffer, array.dtype, shape, strides, array._offset)


def made_matrix(data: Any, dtype: Any = None, copy: bool = True) -> Any:
    """Return a new matrix from an array, nested lists, or a text such as ``"1 2; 3 4"``."""
    return as_matrix(from_nested(plain_array(_rows(data)), kind_from(dtype)) if copy else data, dtype)


def rewrapped(name: str, args: Any, keywords: dict[str, Any], result: Any) -> Any:
    """Return the result of a function as a matrix, if one of its arguments is a matrix and the function keeps that.

    Args:
        name: the name of the function.
        args: its arguments.
        keywords: its arguments by name.
        result: what it returns for plain arrays.
    """
    given = [*args, *keywords.values()]
    if name in PLAIN or not any(_holds_matrix(x) for x in given):
        return result
    if isinstance(result, (list, tuple)):
        return type(result)([rewrapped(name, args, keywords, part) for part in result])
    if not isinstance(result, Array) or result.ndim > 2:
        return result
    if name in (*REDUCING, "amax", "amin", "average", "median"):
        return _with_axis(result, keywords.get("axis", args[1] if len(args) > 1 else None))
    return as_matrix(result)


def _rows(x: Any) -> Any:
    """Return the rows of a matrix that is written as a text, and anything else."""
    if not isinstance(x, str):
        return x
    rows = [row.replace(",", " ").split() for row in x.strip("[] ").split(";")]
    return [[float(part) if "." in part or "e" in part else int(part) for part in row] for row in rows]


def _holds_matrix(x: Any) -> bool:
    return isinstance(x, Matrix) or (isinstance(x, (list, tuple)) and any(isinstance(part, Matrix) for part in x))


def _has_axes(part: Any) -> bool:
    return isinstance(part, Array) and bool(part.shape)


def _with_axis(result: Any, axis: Any) -> Any:
    """Return the result of a reduction along an axis as a row or a column."""
    if not isinstance(result, Array) or axis is None:
        return result
    return as_matrix(result[:, None] if result.ndim == 1 and axis in (1, -1) else result)


def _operator(name: str) -> Any:
    function = getattr(Array, name)

    def apply(self: Matrix, other: Any) -> Any:
        result = function(plain_array(self), plain_array(other))
        return result if result is NotImplemented else as_matrix(result)

    return apply


def _in_place(name: str) -> Any:
    function = getattr(Array, name)

    def apply(self: Matrix, other: Any) -> Any:
        function(plain_array(self), plain_array(other))
        return self

    return apply


def _single(name: str) -> Any:
    function = getattr(Array, name)
    return lambda self: as_matrix(function(plain_array(self)))


def _reducing(name: str) -> Any:
    function = getattr(Array, name)

    def reduce(self: Matrix, axis: Any = None, *args: Any, **keywords: Any) -> Any:
        return _with_axis(function(plain_array(self), axis, *args, **keywords), axis)

    return reduce


def _keeping(name: str) -> Any:
    function = getattr(Array, name)

    def keep(self: Matrix, *args: Any, **keywords: Any) -> Any:
        return as_matrix(function(plain_array(self), *map(plain_array, args), **keywords))

    return keep


for _name in (*OPERATORS, *COMPARING):
    setattr(Matrix, f"__{_name}__", _operator(f"__{_name}__"))
for _name in OPERATORS:
    setattr(Matrix, f"__r{_name}__", _operator(f"__r{_name}__"))
    setattr(Matrix, f"__i{_name}__", _in_place(f"__i{_name}__"))
for _name in SINGLE:
    setattr(Matrix, f"__{_name}__", _single(f"__{_name}__"))
for _name in REDUCING:
    if hasattr(Array, _name):
        setattr(Matrix, _name, _reducing(_name))
for _name in KEEPING:
    if hasattr(Array, _name):
        setattr(Matrix, _name, _keeping(_name))

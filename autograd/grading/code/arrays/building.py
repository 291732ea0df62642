"""Functions that create arrays: ``array``, ``zeros``, ``arange``, ``eye`` and others."""

import math
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, from_nested, kind_from, laid_out, method, single
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, DType, cast, dtype_of, float_of, kind_of, promote
from autograd.grading.code.arrays.layout import positions, shape_of, size_of

__all__ = [
    "arange", "array", "asarray", "diag", "diagflat", "eye", "full", "full_like", "identity", "indices", "linspace",
    "logspace", "meshgrid", "ones", "ones_like", "tri", "tril", "triu", "vander", "zeros", "zeros_like",
]  # fmt: skip


def array(
    object: Any, dtype: Any = None, *, copy: bool = True, order: Any = None, subok: Any = False, ndmin: int = 0
) -> Array:
    """Return a new array from nested sequences of numbers.

    Args:
        object: a number, an array, or nested sequences of these.
        dtype: the kind of the elements; by default the lowest kind that can hold all of them.
        copy: if False, an array is returned without a copy.
        order, subok: accepted and ignored.
        ndmin: the minimum number of axes. Axes of length 1 are added in front.
    """
    kind = kind_from(dtype)
    result = from_nested(object, kind) if copy or not isinstance(object, Array) else as_array(object, kind)
    missing = ndmin - result.ndim
    return result.view((1,) * missing + result.shape, (0,) * missing + result._strides) if missing > 0 else result


def asarray(a: Any, dtype: Any = None, **_more: Any) -> Array:
    """Return ``a`` as an array. It is not copied if it is an array of this kind already."""
    return as_array(a, kind_from(dtype))


_ZERO = {BOOL: False, INT: 0, FLOAT: 0.0}
_ONE = {BOOL: True, INT: 1, FLOAT: 1.0}


def _filled(shape: Any, value: Any, kind: DType) -> Array:
    axes = shape_of(shape)
    spend(size_of(axes))
    return Array([value] * size_of(axes), kind, axes)


def zeros(shape: Any, dtype: Any = None, order: Any = None) -> Array:
    """Return a new array of zeros."""
    kind = dtype_of(dtype)
    return _filled(shape, _ZERO.get(kind, 0), kind)


def ones(shape: Any, dtype: Any = None, order: Any = None) -> Array:
    """Return a new array of ones."""
    kind = dtype_of(dtype)
    return _filled(shape, _ONE.get(kind, 1), kind)


def full(shape: Any, fill_value: Any, dtype: Any = None, order: Any = None) -> Array:
    """Return a new array filled with a number, or with an array that is broadcast to the shape."""
    axes = shape_of(shape)
    spend(size_of(axes))
    value = as_array(fill_value)
    kind = kind_from(dtype) or value.dtype
    result = Array([None] * size_of(axes), kind, axes)
    result[...] = value
    return result


def zeros_like(a: Any, dtype: Any = None, order: Any = None, subok: Any = True, shape: Any = None) -> Array:
    """Return a new array of zeros with the shape and kind of another array."""
    other = as_array(a)
    if shape is not None:
        return zeros(shape, other.dtype if dtype is None else dtype)
    return laid_out(zeros(other.shape, other.dtype if dtype is None else dtype), [other])


def ones_like(a: Any, dtype: Any = None, order: Any = None, subok: Any = True, shape: Any = None) -> Array:
    """Return a new array of ones with the shape and kind of another array."""
    other = as_array(a)
    if shape is not None:
        return ones(shape, other.dtype if dtype is None else dtype)
    return laid_out(ones(other.shape, other.dtype if dtype is None else dtype), [other])


def full_like(a: Any, fill_value: Any, dtype: Any = None) -> Array:
    """Return a new array with the shape and kind of another array, filled with a number."""
    other = as_array(a)
    return full(other.shape, fill_value, other.dtype if dtype is None else dtype)


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Array:
    """Return a matrix with ones on a diagonal."""
    n, m = shape_of((N, N if M is None else M))
    result = zeros((n, m), dtype)
    one = _ONE.get(result.dtype, 1)
    for i in range(max(0, -k), min(n, m - k)):
        result._buffer[i * m + i + k] = one
    return result


def identity(n: int, dtype: Any = None) -> Array:
    """Return a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Array:
    """Return the matrix with the powers of each number in a row, from the highest power down to 1."""
    numbers = as_array(x)
    if numbers.ndim != 1:
        raise ValueError("x must be a one-dimensional array or sequence.")
    columns = numbers.size if N is None else int(N)
    spend(numbers.size * columns)
    rows = []
    for number in numbers.elements():
        row = [number * 0 + 1 if kind_of(number) is INT else 1.0]
        while len(row) < columns:
            row.append(row[-1] * number if len(row) > 1 else number)
        row = row[:columns]
        rows.append(row if increasing else row[::-1])
    result = from_nested(rows, promote(INT, numbers.dtype))
    return result if rows and columns else zeros((numbers.size, columns), result.dtype)


def arange(*bounds: Any, dtype: Any = None) -> Array:
    """Return the numbers from ``start`` (0 by default) to ``stop``, exclusive, in steps of ``step`` (1 by default)."""
    if len(bounds) == 4:
        *bounds, dtype = bounds  # type: ignore[assignment]  # a list is as good here
    if not 1 <= len(bounds) <= 3:
        raise TypeError("arange() requires stop to be specified.")
    start, stop, step = (0, bounds[0], 1) if len(bounds) == 1 else (*bounds, 1)[:3]
    kind = promote(INT, *map(kind_of, (start, stop, step)))
    first, last, by = (float_of(x) if kind is FLOAT else int(x) for x in (start, stop, step))
    if by == 0:
        raise ZeroDivisionError("division by zero")
    n = max(math.ceil((last - first) / by), 0)
    spend(n)
    values: list[Any] = [first + i * by for i in range(n)]
    target = kind_from(dtype) or kind
    return Array(cast(values, kind, target), target, (n,))


def linspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False, dtype: Any = None
) -> Any:
    """Return ``num`` evenly spaced numbers from ``start`` to ``stop``."""
    n = shape_of(num)[0]
    spend(n)
    first, last = float_of(start), float_of(stop)
    parts = n - 1 if endpoint else n
    step = (last - first) / parts if parts > 0 else math.nan
    values = [first + i * step if i else first for i in range(n)]
    if endpoint and n > 1:
        values[-1] = last
    kind = kind_from(dtype) or FLOAT
    result = Array(
        cast(list(map(math.floor, values)) if kind is INT else values, INT if kind is INT else FLOAT, kind), kind, (n,)
    )
    return (result, single(step, FLOAT)) if retstep else result


def logspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, base: float = 10.0) -> Array:
    """Return ``num`` powers of ``base`` with evenly spaced exponents."""
    exponents = linspace(start, stop, num, endpoint)
    return Array([float(base) ** x for x in exponents.elements()], FLOAT, exponents.shape)


def meshgrid(*axes: Any, indexing: str = "xy", sparse: bool = False) -> tuple[Array, ...]:
    """Return the coordinates of a grid, one array for each axis."""
    vectors = [Array(a.elements(), a.dtype, (a.size,)) for a in map(as_array, axes)]
    shape = [v.size for v in vectors]
    swapped = indexing == "xy" and len(vectors) > 1
    result = []
    for i, v in enumerate(vectors):
        along = 1 - i if swapped and i < 2 else i
        lengths = [shape[1], shape[0], *shape[2:]] if swapped else shape
        strides = [v._strides[0] if j == along else 0 for j in range(len(shape))]
        if sparse:
            lengths = [n if j == along else 1 for j, n in enumerate(lengths)]
        spend(size_of(lengths))
        result.append(Array([v._buffer[p] for p in positions(lengths, strides, v._offset)], v.dtype, tuple(lengths)))
    return tuple(result)


def indices(dimensions: Any) -> Array:
    """Return the indices of all elements of an array with this shape, one array for each axis."""
    shape = shape_of(dimensions)
    spend(size_of(shape) * len(shape))
    values: list[Any] = []
    for i in range(len(shape)):
        values += positions(shape, [int(i == j) for j in range(len(shape))], 0)
    return Array(values, INT, (len(shape), *shape))


def diag(v: Any, k: int = 0) -> Array:
    """Return the diagonal of a matrix, or a matrix with a given vector on its diagonal."""
    a = as_array(v)
    if a.ndim == 2:
        return diagonal(a, k)
    if a.ndim != 1:
        raise ValueError("Input must be 1- or 2-d.")
    n = a.size + abs(k)
    result = zeros((n, n), a.dtype)
    for i, x in enumerate(a.elements()):
        result._buffer[(i + max(-k, 0)) * n + i + max(k, 0)] = x
    return result


@method("diagonal")
def diagonal(a: Any, offset: int = 0) -> Array:
    """Return a view of the diagonal of a matrix."""
    m = as_array(a)
    if m.ndim != 2:
        raise ValueError(f"the diagonal is that of a matrix: found an array of {m.ndim} axes.")
    rows, columns = m.shape
    n = max(min(rows + min(offset, 0), columns - max(offset, 0)), 0)
    start = m._offset + (max(-offset, 0) * m._strides[0] + max(offset, 0) * m._strides[1] if n else 0)
    return m.view((n,), (m._strides[0] + m._strides[1],), start)


def diagflat(v: Any, k: int = 0) -> Array:
    """Return a matrix with all elements of ``v`` on its diagonal."""
    a = as_array(v)
    return diag(Array(a.elements(), a.dtype, (a.size,)), k)


def tri(N: int, M: int | None = None, k: int = 0, dtype: Any = None) -> Array:
    """Return a matrix with ones on and below a diagonal, and zeros above."""
    kind = dtype_of(dtype)
    n, m = shape_of((N, N if M is None else M))
    spend(n * m)
    return Array([(_ONE if j - i <= k else _ZERO)[kind] for i in range(n) for j in range(m)], kind, (n, m))


def _triangle(m: Any, k: int, lower: bool) -> Array:
    a = as_array(m)
    if not a.shape:
        raise TypeError("a triangle is that of a matrix: found a single number")
    rows, columns = a.shape[-2:] if a.ndim > 1 else (a.size, a.size)
    kept = [(j - i <= k) if lower else (j - i >= k) for i in range(rows) for j in range(columns)]
    shape = a.shape if a.ndim > 1 else (a.size, a.size)
    zero = _ZERO.get(a.dtype, 0)
    values = [x if kept[p % len(kept)] else zero for p, x in enumerate(a.stretched_elements(shape))] if kept else []
    return Array(values, a.dtype, shape)


def tril(m: Any, k: int = 0) -> Array:
    """Return the lower triangle of a matrix: zeros replace the elements above a diagonal."""
    return _triangle(m, k, lower=True)


def triu(m: Any, k: int = 0) -> Array:
    """Return the upper triangle of a matrix: zeros replace the elements below a diagonal."""
    return _triangle(m, k, lower=False)

"""Functions made of others: sets, mirrored arrays, positions, windows, correlations and quantiles."""

import math
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.building import tri
from autograd.grading.code.arrays.elementwise import finished, where
from autograd.grading.code.arrays.joining import concatenate
from autograd.grading.code.arrays.kinds import FLOAT, INT, float_of
from autograd.grading.code.arrays.layout import axis_of, broadcast_shapes, check_axes, shape_of, size_of
from autograd.grading.code.arrays.picking import flatnonzero, isin, nonzero, unique
from autograd.grading.code.arrays.products import dot
from autograd.grading.code.arrays.reductions import grouped, mean
from autograd.grading.code.arrays.scalars import Int64
from autograd.grading.code.arrays.shaping import broadcast_to, flip, ravel

__all__ = [
    "broadcast_arrays", "convolve", "correlate", "cov", "deg2rad", "degrees", "diag_indices", "dstack", "ediff1d",
    "extract", "fill_diagonal", "fliplr", "flipud", "intersect1d", "ix_", "percentile", "quantile", "rad2deg",
    "radians", "ravel_multi_index", "select", "setdiff1d", "sliding_window_view", "tril_indices", "triu_indices",
    "union1d", "unravel_index",
]  # fmt: skip


def flipud(m: Any) -> Array:
    """Return an array with its rows in reverse order."""
    if not as_array(m).shape:
        raise ValueError("Input must be >= 1-d.")
    return flip(m, 0)


def fliplr(m: Any) -> Array:
    """Return an array with its columns in reverse order."""
    return flip(m, 1)


def dstack(tup: Any) -> Array:
    """Return arrays joined along their third axis."""
    parts: list[Any] = [as_array(a) for a in tup]
    deep: list[Any] = []
    for a in parts:
        a = a.reshape((1, -1)) if a.ndim < 2 else a
        deep.append(a.reshape((*a.shape, 1)) if a.ndim == 2 else a)
    return concatenate(deep, axis=2)


# --- Sets


def setdiff1d(ar1: Any, ar2: Any, assume_unique: bool = False) -> Array:
    """Return the different elements of the first array that are not in the second one, in ascending order."""
    first = ravel(as_array(ar1)) if assume_unique else unique(ar1)
    return first[~isin(first, ar2)]


def intersect1d(ar1: Any, ar2: Any) -> Array:
    """Return the different elements that are in both arrays, in ascending order."""
    first, second = unique(ar1), unique(ar2)
    both = concatenate((first, second))[: first.size]
    return both[isin(first, second)]


def union1d(ar1: Any, ar2: Any) -> Array:
    """Return the different elements of two arrays, in ascending order."""
    return unique(concatenate((ravel(as_array(ar1)), ravel(as_array(ar2)))))


# --- Positions


def unravel_index(indices: Any, shape: Any) -> tuple[Any, ...]:
    """Return the position in an array with this shape for each index into its elements in a row.

    Raises:
        ValueError: an index is outside.

    Example:
        >>> [int(i) for i in unravel_index(5, (2, 3))]
        [1, 2]
    """
    given, lengths = as_array(indices), shape_of(shape)
    rest = [int(i) for i in given.elements()]
    for i in rest:
        if not 0 <= i < size_of(lengths):
            raise ValueError(f"index {i} is out of bounds for array with size {size_of(lengths)}")
    found: list[Any] = []
    for n in reversed(lengths):
        found.append([i % n for i in rest])
        rest = [i // n for i in rest]
    if not given.shape:
        return tuple([Int64(part[0]) for part in reversed(found)])
    return tuple([Array(list(part), INT, given.shape) for part in reversed(found)])


def ravel_multi_index(multi_index: Any, dims: Any) -> Any:
    """Return the index into the elements in a row for each position in an array with this shape."""
    total: Any = 0
    for part, n in zip(multi_index, shape_of(dims), strict=True):
        total = total * n + (part if isinstance(part, (int, Array)) else as_array(part))
    return Int64(total) if isinstance(total, int) else total


def diag_indices(n: int, ndim: int = 2) -> tuple[Array, ...]:
    """Return the positions of the main diagonal."""
    return tuple([Array(list(range(n)), INT, (n,)) for _ in range(ndim)])


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Array, ...]:
    """Return the positions on and below a diagonal."""
    return nonzero(tri(n, m, k) != 0)


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[Array, ...]:
    """Return the positions on and above a diagonal."""
    return nonzero(tri(n, m, k - 1) == 0)


def ix_(*args: Any) -> tuple[Array, ...]:
    """Return arrays that together index all combinations of positions."""
    found = []
    for i, part in enumerate(args):
        a: Any = as_array(part)
        a = flatnonzero(a) if a.dtype.kind == "b" else a
        found.append(a.reshape(tuple([-1 if j == i else 1 for j in range(len(args))])))
    return tuple(found)


def fill_diagonal(a: Array, val: Any) -> None:
    """Set the main diagonal of a matrix.

    Raises:
        ValueError: the array has fewer than two axes, or more axes of different lengths.
    """
    if a.ndim < 2:
        raise ValueError("array must be at least 2-d")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise ValueError("All dimensions of input must be of equal length")
    values = as_array(val)
    for i in range(min(a.shape)):
        a[tuple([i] * a.ndim)] = values.elements()[i % values.size] if values.shape else val


# --- Views and choices


def broadcast_arrays(*args: Any) -> tuple[Array, ...]:
    """Return arrays stretched to one shape."""
    parts = [as_array(a) for a in args]
    shape = broadcast_shapes(*[a.shape for a in parts])
    return tuple([broadcast_to(a, shape) for a in parts])


def sliding_window_view(x: Any, window_shape: Any, axis: Any = None) -> Array:
    """Return all windows of an array as a view. The axes of a window are the last axes.

    Raises:
        ValueError: a window is larger than the array.

    Example:
        >>> sliding_window_view([1, 2, 3, 4], 2).shape
        (3, 2)
    """
    array, window = as_array(x), shape_of(window_shape)
    given = range(array.ndim) if axis is None else axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = tuple([axis_of(i, array.ndim) for i in given])
    if len(axes) != len(window):
        raise ValueError("Must provide matching length window_shape and axis")
    shape = list(array.shape)
    for i, n in zip(axes, window, strict=True):
        shape[i] -= n - 1
        if shape[i] < 1:
            raise ValueError("window shape cannot be larger than input array shape")
    spend(size_of(tuple(shape)) * size_of(window))
    strides = (*array._strides, *[array._strides[i] for i in axes])
    return array.view((*shape, *window), strides)


def extract(condition: Any, arr: Any) -> Array:
    """Return the elements for which a condition holds."""
    return ravel(as_array(arr))[flatnonzero(ravel(as_array(condition)))]


def select(condlist: Any, choicelist: Any, default: Any = 0) -> Any:
    """Return for each element the first choice whose condition holds."""
    result: Any = default
    for condition, choice in zip(reversed(list(condlist)), reversed(list(choicelist)), strict=True):
        result = where(condition, choice, result)
    return result


# --- Angles and differences


def deg2rad(x: Any) -> Any:
    """Return angles in radians."""
    angles: Any = as_array(x)
    return angles * (math.pi / 180.0)


def rad2deg(x: Any) -> Any:
    """Return angles in degrees."""
    angles: Any = as_array(x)
    return angles * (180.0 / math.pi)


radians, degrees = deg2rad, rad2deg


def ediff1d(ary: Any) -> Array:
    """Return the differences between neighbors."""
    flat = ravel(as_array(ary))
    return flat[1:] - flat[:-1]


# --- Statistics


def quantile(a: Any, q: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return the numbers below which a share ``q`` of the elements is, between neighbors on a line.

    Raises:
        ValueError: ``q`` is not between 0 and 1.

    Example:
        >>> quantile([1.0, 2.0, 4.0], 0.25)
        np.float64(1.5)
    """
    shares = as_array(q)
    if shares.shape:
        return _stacked([quantile(a, share, axis, keepdims) for share in shares.elements()])
    share = float(getattr(shares.elements()[0], "data", shares.elements()[0]))
    if not 0 <= share <= 1:
        raise ValueError("Quantiles must be in the range [0, 1]")

    def of_group(values: list[Any]) -> Any:
        if not values:
            raise IndexError("index -1 is out of bounds for axis 0 with size 0")
        if any(float_of(v) != float_of(v) for v in values):
            return math.nan
        ordered = sorted(values, key=float_of)
        place = share * (len(ordered) - 1)
        low, high = math.floor(place), math.ceil(place)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low) if high > low else ordered[low]

    array = as_array(a, FLOAT)
    check_axes(axis, array.ndim)
    groups, shape, kept, _ = grouped(array, axis)
    result = Array([of_group(group) for group in groups], FLOAT, kept if keepdims else shape)
    return result if keepdims else finished(result)


def percentile(a: Any, q: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """Return quantiles, with ``q`` in percent."""
    shares: Any = as_array(q)
    return quantile(a, shares / 100.0 if shares.shape else shares.elements()[0] / 100.0, axis, keepdims)


def _stacked(parts: list[Any]) -> Array:
    arrays: list[Any] = [as_array(part) for part in parts]
    return concatenate([a.reshape((1, *a.shape)) for a in arrays], axis=0)


def cov(m: Any, rowvar: bool = True, bias: bool = False) -> Any:
    """Return the covariances of variables, which are in rows, or in columns if not ``rowvar``."""
    array: Any = as_array(m)
    array = array.reshape((1, -1)) if array.ndim < 2 else (array if rowvar else array.T)
    centered = array - mean(array, axis=1, keepdims=True)
    result = dot(centered, centered.T) / (array.shape[1] - (0 if bias else 1))
    return result if array.shape[0] > 1 else result.reshape(())


def convolve(a: Any, v: Any, mode: str = "full") -> Array:
    """Return the convolution of two vectors.

    Raises:
        ValueError: a vector is empty.

    Example:
        >>> convolve([1.0, 2.0, 3.0], [1.0, 1.0]).tolist()
        [1.0, 3.0, 5.0, 3.0]
    """
    return correlate(a, ravel(as_array(v))[::-1], mode, swap=True)


def correlate(a: Any, v: Any, mode: str = "valid", swap: bool = False) -> Array:
    """Return the correlation of two vectors: the sums of products for each shift of the second one.

    Raises:
        ValueError: a vector is empty, or the mode is unknown.
    """
    x, y = ravel(as_array(a)), ravel(as_array(v))
    if not x.size or not y.size:
        raise ValueError(
            "first array argument cannot be empty" if not x.size else "second array argument cannot be empty"
        )
    turned = x.size < y.size
    if turned:
        x, y = (y[::-1], x[::-1]) if swap else (y, x)
    n = y.size
    edge = {"full": n - 1, "same": n // 2, "valid": 0}.get(mode)
    if edge is None:
        raise ValueError(f"mode must be one of 'valid', 'same', or 'full' (got {mode!r})")
    after = n - 1 - edge if mode == "same" else edge
    zero = x[:1] * 0
    padded = concatenate([zero] * edge + [x] + [zero] * after)
    result = dot(sliding_window_view(padded, n), y)
    return result[::-1] if turned and not swap else result

"""Functions that sort, search, compare and count, and ``vectorize``, which calls a function for each element."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from functools import cmp_to_key
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, kind_from, laid_out, method, single
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.elementwise import apply, finished
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, OBJECT, cast, float_of, promote, truth
from autograd.grading.code.arrays.layout import (
    at_axis,
    axis_of,
    broadcast_shapes,
    check_axes,
    positions,
    row_major,
    size_of,
)
from autograd.grading.code.arrays.operations import OPERATIONS
from autograd.grading.code.arrays.reductions import all_
from autograd.grading.code.arrays.shaping import ravel

__all__ = [
    "Vectorized", "allclose", "apply_along_axis", "argsort", "argwhere", "array_equal", "bincount", "diff", "digitize",
    "flatnonzero", "isclose", "isin", "ndenumerate", "ndindex", "nonzero", "searchsorted", "sort", "take_along_axis",
    "unique",
]  # fmt: skip


def _ordered(values: list[Any], kind: Any) -> list[int]:
    """Return the indices that sort the elements in ascending order. The sort is stable, and NaN comes last."""
    if kind is OBJECT:

        def compare(i: int, j: int) -> int:
            return int(values[i] > values[j]) - int(values[i] < values[j])

        return sorted(range(len(values)), key=cmp_to_key(compare))
    numbers = [float_of(v) if not isinstance(v, int) else v for v in values]
    return sorted(
        range(len(values)), key=lambda i: (numbers[i] != numbers[i], numbers[i] if numbers[i] == numbers[i] else 0)
    )


def _along(a: Any, axis: Any, choose: Callable[[list[Any]], list[Any]], kind: Any) -> Array:
    array = as_array(a)
    if axis is None:
        array, axis = ravel(array), 0
    array = array if array.shape else array.view((1,), (0,))
    axis = axis_of(axis, array.ndim)
    others = [i for i in range(array.ndim) if i != axis]
    n = array.shape[axis]
    result: list[Any] = [None] * array.size
    strides = row_major(array.shape)
    starts = positions([array.shape[i] for i in others], [array._strides[i] for i in others], array._offset)
    targets = positions([array.shape[i] for i in others], [strides[i] for i in others], 0)
    for p, q in zip(starts, targets, strict=True):
        chosen = choose([array._buffer[p + i * array._strides[axis]] for i in range(n)])
        for i, x in enumerate(chosen):
            result[q + i * strides[axis]] = x
    return Array(result, kind or array.dtype, array.shape)


def sort(a: Any, axis: Any = -1, kind: Any = None) -> Array:
    """Return the elements along an axis in ascending order."""
    array = as_array(a)
    check_axes(axis, array.ndim)
    return _along(array, axis, lambda v: [v[i] for i in _ordered(v, array.dtype)], None)


@method("sort")
def _sort_in_place(a: Array, axis: Any = -1, kind: Any = None) -> None:
    a.assign(sort(a, axis).elements(), a.dtype)


@method("argsort")
def argsort(a: Any, axis: Any = -1, kind: Any = None) -> Array:
    """Return the indices that sort the elements along an axis in ascending order."""
    array = as_array(a)
    return _along(array, axis, lambda v: _ordered(v, array.dtype), INT)


@method("nonzero")
def nonzero(a: Any) -> tuple[Array, ...]:
    """Return the indices of the nonzero elements, one array for each axis."""
    array = as_array(a)
    if not array.shape:
        raise ValueError("Calling nonzero on 0d arrays is not allowed. Use np.atleast_1d(scalar).nonzero() instead.")
    true = [i for i, x in enumerate(array.elements()) if truth(x)]
    strides = row_major(array.shape)
    return tuple(
        [Array([i // s % n for i in true], INT, (len(true),)) for n, s in zip(array.shape, strides, strict=True)]
    )


def argwhere(a: Any) -> Array:
    """Return the indices of the nonzero elements, one row for each element."""
    array = as_array(a)
    rows = nonzero(array if array.shape else array.view((1,), (0,)))
    n = rows[0].size
    return Array([i for r in rows[: array.ndim] for i in r.elements()], INT, (array.ndim, n)).T


def flatnonzero(a: Any) -> Array:
    """Return the flat indices of the nonzero elements."""
    return nonzero(ravel(as_array(a)))[0]


def unique(ar: Any, return_index: bool = False, return_inverse: bool = False, return_counts: bool = False) -> Any:
    """Return the distinct elements in ascending order. Options add their first indices, inverse and counts."""
    array = as_array(ar)
    values = array.elements()
    order = _ordered(values, array.dtype)
    found: list[int] = []
    which, counts = [0] * len(values), []
    for i in order:
        same = found and (
            values[i] is values[found[-1]]
            or truth(OPERATIONS["equal"].for_kind(array.dtype)(values[i], values[found[-1]]))
        )
        if not same:
            found.append(i)
            counts.append(0)
        which[i] = len(found) - 1
        counts[-1] += 1
    n = len(found)
    results: list[Any] = [Array([values[i] for i in found], array.dtype, (n,))]
    if return_index:
        results.append(Array(list(found), INT, (n,)))
    if return_inverse:
        results.append(Array(which, INT, array.shape))
    if return_counts:
        results.append(Array(counts, INT, (n,)))
    return results[0] if len(results) == 1 else tuple(results)


def isclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> Any:
    """Return True for each pair of elements with ``|a - b| <= atol + rtol |b|``."""
    x, y = as_array(a), as_array(b)
    shape = broadcast_shapes(x.shape, y.shape)

    def close(p: Any, q: Any) -> bool:
        first, second = float_of(p), float_of(q)
        if first == second:
            return True
        if equal_nan and first != first and second != second:
            return True
        return abs(second) != float("inf") and abs(first - second) <= atol + rtol * abs(second)

    values = list(map(close, x.stretched_elements(shape), y.stretched_elements(shape)))
    return finished(laid_out(Array(values, BOOL, shape), [x, y]))


def allclose(a: Any, b: Any, rtol: float = 1e-5, atol: float = 1e-8, equal_nan: bool = False) -> bool:
    """Return True if all pairs of elements are close to each other."""
    return bool(all_(isclose(a, b, rtol, atol, equal_nan)))


def array_equal(a1: Any, a2: Any) -> bool:
    """Return True if two arrays have the same shape and the same elements."""
    x, y = as_array(a1), as_array(a2)
    return x.shape == y.shape and bool(all_(apply(OPERATIONS["equal"], (x, y))))


def isin(element: Any, test_elements: Any) -> Any:
    """Return a mask: True for each element that is among ``test_elements``."""
    x, others = as_array(element), set(as_array(test_elements).elements())
    return finished(Array([v in others for v in x.elements()], BOOL, x.shape))


def bincount(x: Any, weights: Any = None, minlength: int = 0) -> Array:
    """Return the number of occurrences of each of the integers 0, 1, 2, ..., or the sum of their weights."""
    array = as_array(x)
    numbers = array.elements()
    if array.dtype is FLOAT and numbers:
        raise TypeError("Cannot cast array data from dtype('float64') to dtype('int64') according to the rule 'safe'")
    if any(n < 0 for n in numbers):
        raise ValueError("'list' argument must have no negative elements")
    n = max([minlength, *[int(i) + 1 for i in numbers]])
    spend(n)
    counts: list[Any] = [0 if weights is None else 0.0] * n
    for i, w in zip(
        numbers, [1] * len(numbers) if weights is None else as_array(weights, FLOAT).elements(), strict=True
    ):
        counts[i] = counts[i] + w
    return Array(counts, INT if weights is None else FLOAT, (n,))


def diff(a: Any, n: int = 1, axis: int = -1) -> Any:
    """Return the differences between neighbours along an axis."""
    array = as_array(a)
    axis = axis_of(axis, array.ndim)
    name = "not_equal" if array.dtype is BOOL else "subtract"
    for _ in range(n):
        array = as_array(
            apply(OPERATIONS[name], (array[at_axis(axis, slice(1, None))], array[at_axis(axis, slice(None, -1))]))
        )
    return array


def searchsorted(a: Any, v: Any, side: str = "left") -> Any:
    """Return the index at which each number would be inserted in a sorted vector."""

    ordered = [float_of(x) for x in as_array(a).elements()]
    x = as_array(v)
    find = bisect_left if side == "left" else bisect_right
    return finished(Array([find(ordered, float_of(e)) for e in x.elements()], INT, x.shape))


def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """Return the number of the interval that contains each element. ``bins`` are the ascending bounds."""
    return searchsorted(bins, x, side="left" if right else "right")


def take_along_axis(arr: Any, indices: Any, axis: int) -> Array:
    """Return elements along an axis, at indices that are given separately for each position in the other axes."""
    a, chosen = as_array(arr), as_array(indices)
    axis = axis_of(axis, a.ndim)
    key = []
    for i in range(a.ndim):
        if i == axis:
            key.append(chosen)
        else:
            n = a.shape[i]
            key.append(Array(list(range(n)), INT, tuple([n if j == i else 1 for j in range(a.ndim)])))
    result: Array = a[tuple(key)]
    return result


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any) -> Array:
    """Return the results of a function that is applied to each vector along an axis."""
    a = as_array(arr)
    axis = axis_of(axis, a.ndim)
    if not size_of([n for i, n in enumerate(a.shape) if i != axis]):
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    others = [i for i in range(a.ndim) if i != axis]
    shape = tuple([a.shape[i] for i in others])
    starts = positions(shape, [a._strides[i] for i in others], a._offset)
    results = [as_array(func1d(a.view((a.shape[axis],), (a._strides[axis],), p), *args)) for p in starts]
    inner = results[0].shape
    kind = promote(*[r.dtype for r in results])
    joined = Array([x for r in results for x in cast(r.elements(), r.dtype, kind)], kind, shape + inner)
    if not inner:
        return joined
    order = [*range(axis), *range(len(shape), len(shape) + len(inner)), *range(axis, len(shape))]
    return joined.view(tuple([joined.shape[i] for i in order]), tuple([joined._strides[i] for i in order]))


def ndindex(*shape: Any) -> Iterator[tuple[int, ...]]:
    """Return an iterator over all indices of an array with this shape, in row-major order."""
    lengths = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
    strides = row_major(lengths)
    return (tuple([i // s % n for n, s in zip(lengths, strides, strict=True)]) for i in range(size_of(lengths)))


def ndenumerate(arr: Any) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Return an iterator over all indices with their elements, in row-major order."""
    a = as_array(arr)
    return ((index, single(x, a.dtype)) for index, x in zip(ndindex(*a.shape), a.elements(), strict=True))


class Vectorized:
    """A function of numbers that is applied to each element of arrays: ``np.vectorize``.

    Args:
        pyfunc: the function. It is called once for each element.
        otypes: the kind of the results, in a list of length one; by default the kind of the first result.
        excluded: positions or names of arguments that are passed to the function unchanged.
    """

    def __init__(self, pyfunc: Callable[..., Any], otypes: Any = None, excluded: Any = (), **_more: Any) -> None:
        self.pyfunc = pyfunc
        self.otypes = otypes
        self.excluded = set(excluded or ())

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return an array of the results for arguments that are broadcast together."""
        names = [*range(len(args)), *kwargs]
        given = [*args, *kwargs.values()]
        arrays = {name: as_array(x) for name, x in zip(names, given, strict=True) if name not in self.excluded}
        shape = broadcast_shapes(*[a.shape for a in arrays.values()])
        spend(size_of(shape))
        lists = {name: [single(x, a.dtype) for x in a.stretched_elements(shape)] for name, a in arrays.items()}
        if not size_of(shape) and self.otypes is None:
            raise ValueError("cannot call `vectorize` on size 0 inputs unless `otypes` is set")
        results = []
        for i in range(size_of(shape)):
            values = [lists[name][i] if name in lists else x for name, x in zip(names, given, strict=True)]
            results.append(self.pyfunc(*values[: len(args)], **dict(zip(kwargs, values[len(args) :], strict=True))))
        if results and isinstance(results[0], tuple):
            return tuple(
                [self._array(list(column), shape, [*arrays.values()]) for column in zip(*results, strict=True)]
            )
        return self._array(results, shape, [*arrays.values()])

    def _array(self, results: list[Any], shape: tuple[int, ...], operands: list[Array]) -> Any:
        first = as_array(results[0]).dtype if results else FLOAT
        kind = kind_from(self.otypes[0]) if self.otypes else None
        plain = [as_array(x).item() if not isinstance(x, Array) or not x.shape else x for x in results]
        kind = kind or (OBJECT if any(isinstance(x, Array) for x in plain) else first)
        numbers = [int(float_of(x)) for x in plain] if kind is INT else cast(plain, OBJECT, kind)
        return laid_out(Array(numbers, kind, shape), operands)

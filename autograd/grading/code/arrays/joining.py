"""Functions that join, split and repeat arrays, and functions that insert, delete and take elements."""

from itertools import pairwise
from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, method
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.building import full
from autograd.grading.code.arrays.kinds import BOOL, INT, cast, promote
from autograd.grading.code.arrays.layout import at_axis, axis_of, size_of
from autograd.grading.code.arrays.shaping import (
    atleast_1d,
    atleast_2d,
    broadcast_to,
    expand_dims,
    moveaxis,
    ravel,
    rebuilt,
    reshape,
)

__all__ = [
    "append", "array_split", "c_", "column_stack", "concatenate", "delete", "hsplit", "hstack", "insert", "pad", "r_",
    "repeat",
    "split", "stack", "take", "tile", "vsplit", "vstack",
]  # fmt: skip


def concatenate(arrays: Any, axis: Any = 0, out: Any = None) -> Array:
    """Return arrays joined along an existing axis. ``axis=None`` joins their flattened elements.

    Raises:
        ValueError: the arrays have different lengths along another axis.
    """
    parts = [as_array(a) for a in arrays]
    if not parts:
        raise ValueError("need at least one array to concatenate")
    if axis is None:
        parts, axis = [ravel(a) for a in parts], 0
    if any(not a.shape for a in parts):
        raise ValueError("zero-dimensional arrays cannot be concatenated")
    first = parts[0]
    axis = axis_of(axis, first.ndim)
    for i, a in enumerate(parts):
        if a.ndim != first.ndim:
            raise ValueError(
                f"all the input arrays must have same number of dimensions, but the array at index 0 has {first.ndim} "
                f"dimension(s) and the array at index {i} has {a.ndim} dimension(s)"
            )
        for j in range(first.ndim):
            if j != axis and a.shape[j] != first.shape[j]:
                raise ValueError(
                    "all the input array dimensions except for the concatenation axis must match exactly, but along "
                    f"dimension {j}, the array at index 0 has size {first.shape[j]} and the array at index {i} has "
                    f"size {a.shape[j]}"
                )
    kind = promote(*[a.dtype for a in parts])
    shape = (*first.shape[:axis], sum(a.shape[axis] for a in parts), *first.shape[axis + 1 :])
    spend(size_of(shape))
    lists = [cast(a.elements(), a.dtype, kind) for a in parts]
    blocks = [size_of(a.shape[axis:]) for a in parts]
    values = []
    for i in range(size_of(first.shape[:axis])):
        for elements, n in zip(lists, blocks, strict=True):
            values += elements[i * n : i * n + n]
    result = Array(values, kind, shape)
    if out is not None:
        out[...] = result
        return as_array(out)
    return result


def stack(arrays: Any, axis: int = 0) -> Array:
    """Return arrays of the same shape joined along a new axis."""
    parts = [as_array(a) for a in arrays]
    if not parts:
        raise ValueError("need at least one array to stack")
    if len({a.shape for a in parts}) > 1:
        raise ValueError("all input arrays must have the same shape")
    return concatenate([expand_dims(a, axis) for a in parts], axis_of(axis, parts[0].ndim + 1))


def vstack(arrays: Any) -> Array:
    """Return arrays stacked vertically. A vector is a row."""
    return concatenate([atleast_2d(a) for a in arrays], 0)


def hstack(arrays: Any) -> Array:
    """Return arrays joined side by side. Vectors are joined end to end."""
    parts = [atleast_1d(a) for a in arrays]
    return concatenate(parts, 0 if parts and parts[0].ndim == 1 else 1)


def column_stack(arrays: Any) -> Array:
    """Return arrays joined side by side. A vector is a column."""
    return concatenate(
        [
            a if a.ndim > 1 else a.view((a.size, 1), (*a._strides, 0) if a.ndim else (0, 0))
            for a in map(as_array, arrays)
        ],
        1,
    )


class Joiner:
    """The type of ``np.c_`` and ``np.r_``, which join arrays. A slice in the index is a range of numbers."""

    def __init__(self, columns: bool) -> None:
        self.columns = columns

    def __getitem__(self, key: Any) -> Array:
        parts = []
        for part in key if isinstance(key, tuple) else (key,):
            if isinstance(part, slice):
                start = 0 if part.start is None else part.start
                part = list(range(start, part.stop, 1 if part.step is None else part.step))
            parts.append(atleast_1d(part))
        if not self.columns:
            return concatenate(parts, 0)
        return concatenate([reshape(a, (a.size, 1)) if a.ndim < 2 else a for a in parts], -1)


c_, r_ = Joiner(columns=True), Joiner(columns=False)


def append(arr: Any, values: Any, axis: Any = None) -> Array:
    """Return ``arr`` with ``values`` appended. Without an axis, both are flattened first."""
    if axis is None:
        return concatenate([ravel(arr), ravel(values)], 0)
    return concatenate([arr, values], axis)


def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Array:
    """Return ``arr`` with ``values`` inserted before an index, or before several indices, along an axis."""
    a = as_array(arr)
    new = as_array(values, a.dtype)
    if axis is None:
        a, axis = ravel(a), 0
    axis = axis_of(axis, a.ndim)
    n = a.shape[axis]
    where = as_array(list(range(*obj.indices(n))) if isinstance(obj, slice) else obj)
    places = [_place(int(i), n, axis) for i in where.elements()]
    rows = moveaxis(a, axis, 0)
    if len(places) == 1:
        # a single index inserts all values along the axis; a list with one index inserts the values as they are
        added = new.view((1,) * (a.ndim - new.ndim) + new.shape, (0,) * (a.ndim - new.ndim) + new._strides)
        if not where.shape:
            added = moveaxis(added, 0, axis)
        places = places * added.shape[axis]
    else:
        added = new
    block = full((*a.shape[:axis], len(places), *a.shape[axis + 1 :]), 0, a.dtype)
    block[...] = added
    block = moveaxis(block, axis, 0)
    order = sorted(range(len(places)), key=lambda i: places[i])
    pieces, done = [], 0
    for i in order:
        pieces += [rows[done : places[i]], block[i : i + 1]]
        done = places[i]
    joined = moveaxis(concatenate([*pieces, rows[done:]], 0), 0, axis)
    return rebuilt(joined)


def _place(i: int, n: int, axis: int) -> int:
    if not -n <= i <= n:
        raise IndexError(f"index {i} is out of bounds for axis {axis} with size {n}")
    return i + n if i < 0 else i


def delete(arr: Any, obj: Any, axis: Any = None) -> Array:
    """Return ``arr`` without the elements at an index, a slice, several indices or a mask, along an axis."""
    a = as_array(arr)
    if axis is None:
        a, axis = ravel(a), 0
    axis = axis_of(axis, a.ndim)
    n = a.shape[axis]
    if isinstance(obj, slice):
        gone = set(range(*obj.indices(n)))
    else:
        where = as_array(obj)
        if where.dtype is BOOL:
            gone = {i for i, drop in enumerate(where.elements()) if drop}
        else:
            gone = set()
            for i in where.elements():
                if not -n <= i < n:
                    raise IndexError(f"index {int(i)} is out of bounds for axis {axis} with size {n}")
                gone.add(int(i) % n)
    kept = [i for i in range(n) if i not in gone]
    return rebuilt(a[at_axis(axis, Array(kept, INT, (len(kept),)))])


def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Return parts of an array along an axis, as views: a given number of parts, or the parts between given indices."""
    a = as_array(ary)
    n = a.shape[axis_of(axis, a.ndim)]
    if hasattr(indices_or_sections, "__index__") and not getattr(indices_or_sections, "shape", ()):
        sections = int(indices_or_sections)
        if sections <= 0:
            raise ValueError("number sections must be larger than 0.")
        small, larger = divmod(n, sections)
        cuts = [0]
        for i in range(sections):
            cuts.append(cuts[-1] + small + (i < larger))
    else:
        cuts = [0, *[int(i) for i in indices_or_sections], n]
    along = axis_of(axis, a.ndim)
    return [a[at_axis(along, slice(start, stop))] for start, stop in pairwise(cuts)]


def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Return equal parts of an array along an axis, or the parts between given indices, as views."""
    a = as_array(ary)
    if hasattr(indices_or_sections, "__index__") and a.shape[axis_of(axis, a.ndim)] % int(indices_or_sections):
        raise ValueError("array split does not result in an equal division")
    return array_split(a, indices_or_sections, axis)


def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Return parts of an array along its first axis, as views."""
    return split(ary, indices_or_sections, 0)


def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """Return parts of an array along its second axis, or parts of a vector, as views."""
    return split(ary, indices_or_sections, 1 if as_array(ary).ndim > 1 else 0)


@method("repeat")
def repeat(a: Any, repeats: Any, axis: Any = None) -> Array:
    """Return an array in which each element, or each part along an axis, is repeated."""
    array = as_array(a)
    if axis is None:
        array, axis = ravel(array), 0
    array = atleast_1d(array)
    axis = axis_of(axis, array.ndim)
    n = array.shape[axis]
    counts = [int(c) for c in as_array(repeats).elements()]
    if len(counts) not in (1, n):
        raise ValueError(f"operands could not be broadcast together with shape ({n},) ({len(counts)},)")
    if any(c < 0 for c in counts):
        raise ValueError("repeats may not contain negative values.")
    counts = counts * n if len(counts) == 1 else counts
    spend(sum(counts))
    order = [i for i, c in enumerate(counts) for _ in range(c)]
    return rebuilt(array[at_axis(axis, Array(order, INT, (len(order),)))])


def tile(A: Any, reps: Any) -> Array:
    """Return an array that repeats the whole of ``A`` along each axis."""
    a = as_array(A)
    counts = [int(reps)] if hasattr(reps, "__index__") else [int(r) for r in reps]
    counts = [1] * (a.ndim - len(counts)) + counts
    result = a.view((1,) * (len(counts) - a.ndim) + a.shape, (0,) * (len(counts) - a.ndim) + a._strides)
    spend(result.size * size_of(counts))
    for axis, count in enumerate(counts):
        result = concatenate([result] * count, axis) if count else result[at_axis(axis, slice(0, 0))]
    return Array(result.elements(), a.dtype, result.shape)


@method("take")
def take(a: Any, indices: Any, axis: Any = None, out: Any = None, mode: str = "raise") -> Any:
    """Return the elements, or the parts along an axis, at the given indices."""
    array = as_array(a)
    if axis is None:
        array, axis = ravel(array), 0
    array = atleast_1d(array)
    chosen = as_array(indices)
    key: Any = chosen if chosen.shape else int(chosen.item())
    found = array[at_axis(axis_of(axis, array.ndim), key)]
    return rebuilt(found) if isinstance(found, Array) else found


def pad(array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0) -> Array:
    """Return an array with a margin that is filled with a constant.

    Raises:
        ValueError: the mode is not ``constant``.
    """
    a = as_array(array)
    if mode != "constant":
        raise ValueError(f"pad with mode {mode!r} is not known here: use 'constant'.")
    widths = as_array(pad_width)
    if widths.ndim == 1 and widths.size == 1:
        widths = reshape(widths, ())
    pairs = broadcast_to(widths, (a.ndim, 2)).elements()
    before, after = pairs[::2], pairs[1::2]
    shape = tuple([n + int(p) + int(q) for n, p, q in zip(a.shape, before, after, strict=True)])
    result = full(shape, constant_values, a.dtype)
    result[tuple([slice(int(p), int(p) + n) for p, n in zip(before, a.shape, strict=True)])] = a
    return result

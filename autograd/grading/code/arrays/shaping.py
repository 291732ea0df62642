"""Functions that change the shape of an array or the order of its axes. They return views where NumPy does."""

from typing import Any

from autograd.grading.code.arrays.array import Array, as_array, method
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.elementwise import finished
from autograd.grading.code.arrays.kinds import INT
from autograd.grading.code.arrays.layout import (
    Shape,
    at_axis,
    axes_of,
    axis_of,
    broadcast_shapes,
    row_major,
    shape_of,
    size_of,
    stretched,
)
from autograd.grading.code.arrays.scalars import Generic

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_to", "expand_dims", "flatten", "flip", "moveaxis", "ravel",
    "reshape",
    "roll", "rot90", "squeeze", "swapaxes", "transpose",
]  # fmt: skip


def reshape(a: Any, shape: Any, *more: Any, order: str = "C", newshape: Any = None) -> Array:
    """Return the elements in another shape. One length may be -1.

    The result is a view if the strides of the array allow it.

    Raises:
        ValueError: the shape does not have the same number of elements.
    """
    array = as_array(a)
    lengths = (shape, *more) if more else shape
    target = (lengths,) if hasattr(lengths, "__index__") and not getattr(lengths, "shape", ()) else tuple(lengths)
    new_shape = _completed(tuple([n.__index__() for n in target]), array)
    if order == "F":
        backwards = reshape(array.T, new_shape[::-1])
        return backwards.T
    strides = _strides_for(array, new_shape)
    if strides is not None:
        return array.view(new_shape, strides)
    return Array(array.elements(), array.dtype, new_shape)


def _completed(shape: Shape, array: Array) -> Shape:
    if shape.count(-1) > 1:
        raise ValueError("can only specify one unknown dimension")
    known = size_of([n for n in shape if n != -1])
    wrong = ValueError(f"cannot reshape array of size {array.size} into shape {str(shape).replace(' ', '')}")
    if any(n < -1 for n in shape):
        raise wrong
    if -1 in shape:
        if known == 0 or array.size % known:
            raise wrong
        return tuple([array.size // known if n == -1 else n for n in shape])
    if known != array.size:
        raise wrong
    return shape


def _strides_for(array: Array, shape: Shape) -> Shape | None:
    """Return strides that read the same elements in the new shape, or None if only a copy can have this shape."""
    if array.is_contiguous() or not array.size:
        return row_major(shape)
    old = [(n, s) for n, s in zip(array.shape, array._strides, strict=True) if n != 1]
    strides: list[int] = []
    at, i = 0, 0
    lengths = list(shape)
    while at < len(lengths):
        if lengths[at] == 1:
            strides.append(0)
            at += 1
            continue
        # the next axes of both shapes that have the same number of elements
        end_new, end_old = at + 1, i + 1
        new_size, old_size = lengths[at], old[i][0]
        while new_size != old_size:
            if new_size < old_size:
                new_size *= lengths[end_new]
                end_new += 1
            else:
                old_size *= old[end_old][0]
                end_old += 1
        if any(old[j][1] != old[j + 1][0] * old[j + 1][1] for j in range(i, end_old - 1)):
            return None
        step = old[end_old - 1][1]
        strides += [s * step for s in row_major(lengths[at:end_new])]
        at, i = end_new, end_old
    return tuple(strides)


@method("reshape")
def _reshape_method(a: Array, *shape: Any, order: str = "C") -> Array:
    return reshape(a, shape[0] if len(shape) == 1 else shape, order=order)


@method("ravel")
def ravel(a: Any, order: str = "C") -> Array:
    """Return all elements along one axis, as a view if the array is contiguous."""
    array = as_array(a).T if order == "F" else as_array(a)
    if array.is_contiguous():
        return array.view((array.size,), (1,))
    return Array(array.elements(), array.dtype, (array.size,))


@method("flatten")
def flatten(a: Array, order: str = "C") -> Array:
    """Return all elements along one axis, as a new array."""
    source = a.T if order == "F" else a
    return Array(source.elements(), a.dtype, (a.size,))


def transpose(a: Any, axes: Any = None) -> Any:
    """Return a view with the axes in another order. By default they are reversed."""
    array = as_array(a)
    if axes is None or not array.shape:
        return finished(array.T) if isinstance(a, Generic) else array.T
    order = [axis_of(i, array.ndim) for i in axes]
    if sorted(order) != list(range(array.ndim)):
        raise ValueError("axes don't match array" if len(order) != array.ndim else "repeated axis in transpose")
    return array.view(tuple([array.shape[i] for i in order]), tuple([array._strides[i] for i in order]))


@method("transpose")
def _transpose_method(a: Array, *axes: Any) -> Array:
    return transpose(a, axes[0] if len(axes) == 1 and not hasattr(axes[0], "__index__") else axes or None)


@method("swapaxes")
def swapaxes(a: Any, axis1: int, axis2: int) -> Array:
    """Return a view with two axes exchanged."""
    array = as_array(a)
    order = list(range(array.ndim))
    i, j = axis_of(axis1, array.ndim), axis_of(axis2, array.ndim)
    order[i], order[j] = order[j], order[i]
    return transpose(array, order)


def moveaxis(a: Any, source: Any, destination: Any) -> Array:
    """Return a view with axes moved to other positions."""
    array = as_array(a)
    sources = [source] if hasattr(source, "__index__") else list(source)
    targets = [destination] if hasattr(destination, "__index__") else list(destination)
    moved = {axis_of(t, array.ndim): axis_of(s, array.ndim) for s, t in zip(sources, targets, strict=True)}
    others = iter([i for i in range(array.ndim) if i not in moved.values()])
    return transpose(array, [moved[i] if i in moved else next(others) for i in range(array.ndim)])


@method("squeeze")
def squeeze(a: Any, axis: Any = None) -> Any:
    """Return a view without the axes of length 1, or only without the given axes."""
    array = as_array(a)
    axes = axes_of(axis, array.ndim)
    if axis is not None and any(array.shape[i] != 1 for i in axes):
        raise ValueError("cannot select an axis to squeeze out which has size not equal to one")
    kept = [i for i in range(array.ndim) if i not in axes or array.shape[i] != 1]
    if len(kept) == array.ndim:
        return finished(array) if isinstance(a, Generic) else array
    return array.view(tuple([array.shape[i] for i in kept]), tuple([array._strides[i] for i in kept]))


def expand_dims(a: Any, axis: Any) -> Array:
    """Return a view with additional axes of length 1."""
    array = as_array(a)
    wanted = axis if isinstance(axis, (tuple, list)) else (axis,)
    axes = axes_of(tuple(wanted), array.ndim + len(wanted))
    shape, strides = list(array.shape), list(array._strides)
    for i in axes:
        shape.insert(i, 1)
        strides.insert(i, 0)
    return array.view(tuple(shape), tuple(strides))


def atleast_1d(*arrays: Any) -> Any:
    """Return arrays with at least one axis."""
    found = [a if a.shape else a.view((1,), (0,)) for a in map(as_array, arrays)]
    return found[0] if len(found) == 1 else tuple(found)


def atleast_2d(*arrays: Any) -> Any:
    """Return arrays with at least two axes. New axes are added in front."""
    found = [a.view((1,) * (2 - a.ndim) + a.shape, (0,) * (2 - a.ndim) + a._strides) for a in map(as_array, arrays)]
    return found[0] if len(found) == 1 else tuple(found)


def atleast_3d(*arrays: Any) -> Any:
    """Return arrays with at least three axes."""
    found = []
    for a in map(as_array, arrays):
        around = {0: ((1, 1), (1,)), 1: ((1,), (1,)), 2: ((), (1,))}.get(a.ndim, ((), ()))
        before, after = around
        shape = before + a.shape + after if a.ndim else (1, 1, 1)
        found.append(reshape(a, shape))
    return found[0] if len(found) == 1 else tuple(found)


def broadcast_to(a: Any, shape: Any) -> Array:
    """Return a view that is broadcast to a shape."""
    array, target = as_array(a), shape_of(shape)
    try:
        fits = broadcast_shapes(array.shape, target) == target
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            "operands could not be broadcast together with remapped shapes [original->remapped]: "
            f"{str(array.shape).replace(' ', '')}  and requested shape {str(target).replace(' ', '')}"
        )
    spend(size_of(target))
    return array.view(target, stretched(array.shape, array._strides, target))


def flip(a: Any, axis: Any = None) -> Any:
    """Return a view with the elements in reverse order along the given axes."""
    array = as_array(a)
    axes = axes_of(axis, array.ndim)
    if not array.shape:
        return finished(array)
    return array[tuple([slice(None, None, -1) if i in axes else slice(None) for i in range(array.ndim)])]


def roll(a: Any, shift: int, axis: Any = None) -> Array:
    """Return the elements shifted along an axis. Elements that leave at the end come in again at the start."""
    array = as_array(a)
    if axis is None:
        values = array.elements()
        n = int(shift) % len(values) if values else 0
        return Array(values[len(values) - n :] + values[: len(values) - n], array.dtype, array.shape)
    axis = axis_of(axis, array.ndim)
    n = array.shape[axis]
    order = Array([(i - int(shift)) % n for i in range(n)], INT, (n,))
    return rebuilt(array[at_axis(axis, order)])


def rebuilt(a: Array) -> Array:
    """Return a new array with the same elements, stored in row-major order."""
    return Array(a.elements(), a.dtype, a.shape)


def rot90(a: Any, k: int = 1) -> Array:
    """Return a matrix that is rotated by 90 degrees ``k`` times."""
    array = as_array(a)
    for _ in range(k % 4):
        array = flip(transpose(array), 0)
    return array


@method("resize")
def _resize_method(a: Array, *shape: Any, refcheck: bool = True) -> None:
    target = shape_of(shape[0] if len(shape) == 1 else shape)
    zero: Any = 0.0 if a.dtype.code == "f" else 0
    values = (a.elements() + [zero] * size_of(target))[: size_of(target)]
    a._buffer, a._shape, a._strides, a._offset = values, target, row_major(target), 0

"""Shapes and strides: the positions of an array's elements, or of a view's elements, in a flat list."""

from collections.abc import Sequence
from math import prod
from typing import Any

__all__ = [
    "AxisError",
    "at_axis",
    "axes_of",
    "axis_of",
    "broadcast_shapes",
    "check_axes",
    "positions",
    "row_major",
    "shape_of",
    "size_of",
]

Shape = tuple[int, ...]


class AxisError(ValueError, IndexError):
    """Raised if an array does not have the requested axis."""


def size_of(shape: Sequence[int]) -> int:
    """Return the number of elements of an array with this shape."""
    return prod(shape)


def row_major(shape: Sequence[int]) -> Shape:
    """Return the strides of a new array, whose last axis is contiguous.

    Example:
        >>> row_major((2, 3, 4))
        (12, 4, 1)
    """
    strides, step = [], 1
    for n in reversed(shape):
        strides.append(step)
        step *= n
    return tuple(reversed(strides))


def positions(shape: Sequence[int], strides: Sequence[int], offset: int) -> list[int]:
    """Return the positions of all elements in the flat list, in row-major order (the last axis varies fastest).

    Example:
        >>> positions((2, 2), (1, 2), 0)  # the transpose of a 2×2 array
        [0, 2, 1, 3]
    """
    found = [offset]
    for n, stride in zip(shape, strides, strict=True):
        steps = [i * stride for i in range(n)]
        found = [p + s for p in found for s in steps]
    return found


def shape_of(what: Any) -> Shape:
    """Return a shape argument (an int or a sequence of ints) as a tuple.

    Raises:
        TypeError: a length is not an integer.
        ValueError: a length is negative.
    """
    if hasattr(what, "__index__") and not getattr(what, "shape", ()):
        shape: Shape = (what.__index__(),)
    elif isinstance(what, float):
        raise TypeError("'float' object cannot be interpreted as an integer")
    else:
        shape = tuple([n.__index__() if hasattr(n, "__index__") else _no_integer(n) for n in what])
    if any(n < 0 for n in shape):
        raise ValueError("negative dimensions are not allowed")
    return shape


def _no_integer(n: Any) -> int:
    raise TypeError(f"'{type(n).__name__}' object cannot be interpreted as an integer")


def axis_of(axis: Any, ndim: int) -> int:
    """Return an axis as a number from 0 to ``ndim - 1``. A negative axis is counted from the end."""
    if not hasattr(axis, "__index__"):
        raise TypeError(f"'{type(axis).__name__}' object cannot be interpreted as an integer")
    n = axis.__index__()
    if not -ndim <= n < ndim:
        raise AxisError(f"axis {n} is out of bounds for array of dimension {ndim}")
    return n % ndim


def at_axis(axis: int, part: Any) -> tuple[Any, ...]:
    """Return an index with ``part`` at one axis and all elements along the other axes."""
    return (slice(None),) * axis + (part,)


def axes_of(axis: Any, ndim: int) -> Shape:
    """Return an ``axis=`` argument (None for all axes, an axis, or a tuple of axes) as an ascending tuple of axes."""
    if axis is None or (not ndim and not isinstance(axis, tuple) and axis in (0, -1)):
        return tuple(range(ndim))
    axes = [axis_of(a, ndim) for a in axis] if isinstance(axis, (tuple, list)) else [axis_of(axis, ndim)]
    if len(set(axes)) != len(axes):
        raise ValueError("duplicate value in 'axis'")
    return tuple(sorted(axes))


def check_axes(axis: Any, ndim: int) -> None:
    """Raise AxisError if a requested axis does not exist. ``axes_of`` accepts axis 0 or -1 for a single number."""
    if axis is not None:
        axes_of(tuple(axis) if isinstance(axis, (tuple, list)) else (axis,), ndim)


def broadcast_shapes(*shapes: Shape) -> Shape:
    """Return the shape to which all these shapes are broadcast.

    Raises:
        ValueError: two shapes have different lengths along an axis, and neither length is 1.

    Example:
        >>> broadcast_shapes((3, 1), (4,))
        (3, 4)
    """
    result: list[int] = []
    for i in range(-max(map(len, shapes), default=0), 0):
        lengths = {s[i] for s in shapes if len(s) >= -i} - {1}
        if len(lengths) > 1:
            listed = " ".join("(" + ",".join(map(str, s)) + ("," if len(s) == 1 else "") + ")" for s in shapes)
            raise ValueError(f"operands could not be broadcast together with shapes {listed} ")
        result.append(lengths.pop() if lengths else 1)
    return tuple(result)


def memory_order(strides: list[Shape], ndim: int) -> list[int]:
    """Return the axes of a result from the slowest to the fastest, following the strides of the operands.

    If the operands disagree, row-major order is used.

    Example:
        >>> memory_order([(1, 3)], 2)  # the operand is a transpose
        [1, 0]
    """
    order = list(range(ndim))[::-1]  # the fastest axis first
    for i in range(1, ndim):
        at = i
        for j in range(i - 1, -1, -1):
            swap = None
            for of_operand in strides:
                here, there = abs(of_operand[order[i]]), abs(of_operand[order[j]])
                if here and there:
                    swap = there > here and swap is not False
            if swap:
                at = j
            elif swap is False:
                break
        order.insert(at, order.pop(i))
    return order[::-1]


def stretched(shape: Shape, strides: Shape, target: Shape) -> Shape:
    """Return the strides that read an array of shape ``shape`` as an array of the larger shape ``target``."""
    missing = len(target) - len(shape)
    return (0,) * missing + tuple([0 if n == 1 else s for n, s in zip(shape, strides, strict=True)])

"""The meaning of an index: a view of an array, or a list of picked elements.

An index of integers, slices, ``None`` and ``...`` gives a view. An index with arrays, lists or masks picks elements.
The index arrays are broadcast to one shape. Its axes replace the indexed axes in the result, or come first if the
index arrays were not next to each other.
"""

from typing import Any

from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.layout import Shape, broadcast_shapes, positions, row_major, size_of, stretched

__all__ = ["Picked", "View", "locate"]

INVALID = (
    "only integers, slices (`:`), ellipsis (`...`), numpy.newaxis (`None`) and integer or boolean arrays are valid "
    "indices"
)


class View:
    """A part of an array that shares its elements with the array."""

    def __init__(self, shape: Shape, strides: Shape, offset: int) -> None:
        self.shape = shape
        self.strides = strides
        self.offset = offset


class Picked:
    """Elements that are picked one by one.

    Attributes:
        shape: the shape of the result.
        places: their indices in the flat list, in order.
        mask: True if a single mask picked them. The error message of an assignment of a wrong size depends on it.
        behind: the number of axes in front of the picked axes, and the number of picked axes. NumPy stores the picked
            axes first.
    """

    def __init__(self, shape: Shape, places: list[int], mask: bool, behind: tuple[int, int]) -> None:
        self.shape = shape
        self.places = places
        self.mask = mask
        self.behind = behind


class Numbers:
    """An array of integers in an index."""

    def __init__(self, shape: Shape, values: list[int]) -> None:
        self.shape = shape
        self.values = values


class Truth(Numbers):
    """A single truth value in an index. It adds an axis with length 1 if it is true, else with length 0."""


def locate(key: Any, shape: Shape, strides: Shape, offset: int, read: Any) -> View | Picked:
    """Return the elements that ``array[key]`` selects, as a view or as picked elements.

    Args:
        key: the index, as ``__getitem__`` receives it.
        shape, strides, offset: those of the array.
        read: a function that returns the shape, the kind ("b" or "i") and the flat values of an array or list in the
            index, or None for anything else.

    Raises:
        IndexError: the index does not fit the shape.
    """
    parts = _expanded(key if isinstance(key, tuple) else (key,), shape, read)
    if any(isinstance(part, Numbers) for part in parts):
        whole = None if isinstance(key, tuple) else read(key)
        mask = whole is not None and whole[1] == "b" and len(whole[0]) == len(shape)
        return _picked(parts, shape, strides, offset, mask)
    new_shape, new_strides, axis = [], [], 0
    for part in parts:
        if part is None:
            new_shape.append(1)
            new_strides.append(0)
            continue
        if isinstance(part, slice):
            start, stop, step = part.indices(shape[axis])
            new_shape.append(len(range(start, stop, step)))
            new_strides.append(strides[axis] * step)
            offset += start * strides[axis] if new_shape[-1] else 0
        else:
            offset += _checked(part, axis, shape[axis]) * strides[axis]
        axis += 1
    return View(tuple(new_shape), tuple(new_strides), offset)


def _checked(i: int, axis: int, n: int) -> int:
    if not -n <= i < n:
        raise IndexError(f"index {i} is out of bounds for axis {axis} with size {n}")
    return i + n if i < 0 else i


def _expanded(key: tuple[Any, ...], shape: Shape, read: Any) -> list[Any]:
    """Return an index as one part for each axis and None for each new axis. Masks become arrays of integers."""
    parts: list[Any] = []
    used, ellipsis_at = 0, None
    for part in key:
        if part is None or isinstance(part, slice):
            parts.append(part)
            used += part is not None
        elif part is Ellipsis:
            if ellipsis_at is not None:
                raise IndexError("an index can only have a single ellipsis ('...')")
            ellipsis_at = len(parts)
        elif type(part) is int:
            parts.append(part)
            used += 1
        else:
            masks = _array_parts(part, shape, used if ellipsis_at is None else None, key, read)
            parts.extend(masks)
            used += sum(not isinstance(mask, Truth) for mask in masks)
    if used > len(shape):
        raise IndexError(f"too many indices for array: array is {len(shape)}-dimensional, but {used} were indexed")
    at = len(parts) if ellipsis_at is None else ellipsis_at
    parts[at:at] = [slice(None)] * (len(shape) - used)
    return parts


def _array_parts(part: Any, shape: Shape, used: int | None, key: tuple[Any, ...], read: Any) -> list[Any]:
    found = read(part)
    if found is None:
        if hasattr(part, "__index__"):
            return [part.__index__()]
        raise IndexError(INVALID)
    its_shape, kind, values = found
    if kind == "i":
        return [Numbers(its_shape, values)] if its_shape else [values[0]]
    if kind != "b":
        raise IndexError("arrays used as indices must be of integer (or boolean) type")
    if not its_shape:
        return [Truth((int(bool(values[0])),), [0] * bool(values[0]))]
    # after an ellipsis, axes are counted from the end: every part that follows it uses one axis
    axis = used if used is not None else len(shape) - len(its_shape) - _axes_after(part, key)
    for i, n in enumerate(its_shape):
        if n and axis + i < len(shape) and shape[axis + i] != n:
            raise IndexError(
                f"boolean index did not match indexed array along axis {axis + i}; size of axis is {shape[axis + i]} "
                f"but size of corresponding boolean axis is {n}"
            )
    true = [i for i, value in enumerate(values) if value]
    return [
        Numbers((len(true),), [i // stride % n for i in true])
        for n, stride in zip(its_shape, row_major(its_shape), strict=True)
    ]


def _axes_after(part: Any, key: tuple[Any, ...]) -> int:
    at = next(i for i, other in enumerate(key) if other is part)
    return sum(other is not None for other in key[at + 1 :])


def _picked(parts: list[Any], shape: Shape, strides: Shape, offset: int, mask: bool) -> Picked:
    arrays = [(i, part) for i, part in enumerate(parts) if isinstance(part, (Numbers, int))]
    try:
        common = broadcast_shapes(*[part.shape for _, part in arrays if isinstance(part, Numbers)])
    except ValueError:
        listed = " ".join(str(p.shape).replace(" ", "") for _, p in arrays if isinstance(p, Numbers))
        raise IndexError(
            f"shape mismatch: indexing arrays could not be broadcast together with shapes {listed} "
        ) from None
    together = arrays[-1][0] - arrays[0][0] == len(arrays) - 1
    count = size_of(common)
    before: list[tuple[int, int]] = []  # length and stride of each axis in front of the picked axes
    after: list[tuple[int, int]] = []
    picked = [offset] * count
    axis = 0
    for i, part in enumerate(parts):
        if isinstance(part, (Numbers, int)):
            if isinstance(part, Truth):
                continue
            n, stride = shape[axis], strides[axis]
            if isinstance(part, int):
                shift = _checked(part, axis, n) * stride
                picked = [p + shift for p in picked]
            else:
                steps = [_checked(v, axis, n) * stride for v in part.values] if count else []
                if part.shape != common:
                    places = positions(common, stretched(part.shape, row_major(part.shape), common), 0)
                    steps = [steps[p] for p in places]
                picked = [p + s for p, s in zip(picked, steps, strict=True)]
            axis += 1
            continue
        side = before if together and i < arrays[0][0] else after
        if part is None:
            side.append((1, 0))
            continue
        start, stop, step = part.indices(shape[axis])
        side.append((len(range(start, stop, step)), strides[axis] * step))
        if side[-1][0]:
            picked = [p + start * strides[axis] for p in picked]
        axis += 1
    result = (*(n for n, _ in before), *common, *(n for n, _ in after))
    spend(size_of(result))
    outer = positions([n for n, _ in before], [s for _, s in before], 0)
    inner = positions([n for n, _ in after], [s for _, s in after], 0)
    return Picked(result, [o + p + q for o in outer for p in picked for q in inner], mask, (len(before), len(common)))

"""The binary digits of small integers: ``unpackbits`` and ``packbits``."""

from typing import Any

from autograd.grading.code.arrays.array import Array, as_array
from autograd.grading.code.arrays.kinds import BOOL, INT
from autograd.grading.code.arrays.layout import axis_of

__all__ = ["packbits", "unpackbits"]

BITS = 8


def unpackbits(a: Any, axis: Any = None, count: Any = None, bitorder: str = "big") -> Array:
    """Return the eight binary digits of each byte, in place of the byte.

    Args:
        a: the bytes, integers from 0 to 255.
        axis: the axis along which the digits stand; None to flatten the array first.
        count: the number of digits that are kept along the axis, padded with zeros; if negative, the number that is
            dropped at the end.
        bitorder: "big" if the digit of 128 comes first, "little" if the digit of 1 does.

    Example:
        >>> unpackbits([[2], [7]], axis=1)[:, -3:]
        array([[0, 1, 0], [1, 1, 1]])
    """
    flat, n = _along(a, axis)
    if flat.dtype is not INT or any(not 0 <= x < 2**BITS for x in flat.elements()):
        raise TypeError("Expected an input array of unsigned byte data type")
    places = range(BITS) if bitorder == "little" else range(BITS - 1, -1, -1)
    rows = _rows(flat, n)
    bits = [[(x >> place) & 1 for x in row for place in places] for row in rows]
    length = BITS * flat.shape[n]
    kept = length if count is None else int(count) + (length if count < 0 else 0)
    bits = [(row + [0] * kept)[:kept] for row in bits]
    return _back(bits, flat, n, kept)


def packbits(a: Any, axis: Any = None, bitorder: str = "big") -> Array:
    """Return the bytes whose binary digits are given. The last byte is filled up with zeros.

    Args:
        a: the digits: 0, or anything else for 1.
        axis: the axis along which the digits stand; None to flatten the array first.
        bitorder: "big" if the digit of 128 comes first, "little" if the digit of 1 does.

    Example:
        >>> packbits([0, 0, 0, 0, 0, 1, 1, 1])
        array([7])
    """
    flat, n = _along(a, axis)
    if flat.dtype not in (INT, BOOL):
        raise TypeError("Expected an input array of integer or boolean data type")
    places = range(BITS) if bitorder == "little" else range(BITS - 1, -1, -1)
    rows = []
    for row in _rows(flat, n):
        bytes_of_row = [row[i : i + BITS] for i in range(0, len(row), BITS)]
        rows.append([sum(bool(x) << p for x, p in zip(part, places, strict=False)) for part in bytes_of_row])
    return _back(rows, flat, n, -(-flat.shape[n] // BITS))


def _along(a: Any, axis: Any) -> tuple[Array, int]:
    """Return the array and the axis as a number. Without an axis, the array is flattened."""
    array = as_array(a)
    if axis is None:
        return Array(array.elements(), array.dtype, (array.size,)), 0
    return array, axis_of(axis, array.ndim)


def _rows(a: Array, n: int) -> list[list[Any]]:
    """Return the rows along an axis, in the order of the other axes."""
    order = [*[i for i in range(a.ndim) if i != n], n]
    values, length = a._ordered(order).elements(), a.shape[n]
    return [values[i : i + length] for i in range(0, len(values), length)] if length else []


def _back(rows: list[list[int]], a: Array, n: int, length: int) -> Array:
    """Return rows along an axis as an array whose other axes are those of ``a``."""
    others = [size for i, size in enumerate(a.shape) if i != n]
    whole = Array([x for row in rows for x in row], INT, (*others, length))
    order = list(range(a.ndim - 1))
    order.insert(n, a.ndim - 1)
    return whole._ordered(order)

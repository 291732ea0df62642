"""Products of arrays: ``dot``, ``matmul``, ``outer``, ``tensordot``, ``einsum`` and norms."""

import operator
from functools import reduce as fold
from typing import Any

from autograd.engine.sums import dot as weighted_sum
from autograd.engine.value import Value
from autograd.grading.code.arrays.array import Array, as_array, method, new_array
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.elements import wrapped
from autograd.grading.code.arrays.elementwise import UFUNCS, apply, finished, into
from autograd.grading.code.arrays.kinds import BOOL, FLOAT, INT, OBJECT, DType, cast, promote
from autograd.grading.code.arrays.layout import (
    Shape,
    axes_of,
    axis_of,
    broadcast_shapes,
    check_axes,
    positions,
    size_of,
    stretched,
)
from autograd.grading.code.arrays.operations import OPERATIONS
from autograd.grading.code.arrays.reductions import max_, min_, sum_

__all__ = [
    "cross",
    "dot",
    "einsum",
    "inner",
    "kron",
    "matmul",
    "multi_dot",
    "norm",
    "outer",
    "tensordot",
    "trace",
    "vdot",
]


def rows_by_columns(rows: list[list[Any]], columns: list[list[Any]], kind: DType) -> list[Any]:
    """Return the product of each row with each column, row by row. A product with Values is recorded as one node."""
    spend(len(rows) * len(columns), len(rows) * len(columns) * (len(rows[0]) if rows else 0))
    if kind is BOOL:
        return [any(map(operator.and_, r, c)) for r in rows for c in columns]
    if kind is OBJECT:
        return [sum(map(operator.mul, r, c)) for r in rows for c in columns]
    row_types = [set(map(type, r)) for r in rows]
    column_types = [set(map(type, c)) for c in columns]
    result: list[Any] = []
    for r, its in zip(rows, row_types, strict=True):
        for c, their in zip(columns, column_types, strict=True):
            types = its | their
            if kind is INT:
                result.append(wrapped(sum(map(operator.mul, r, c))))
            elif types <= {float}:
                result.append(sum(map(operator.mul, r, c), 0.0))
            elif Value in types:
                result.append(weighted_sum(r, c))
            else:
                result.append(fold(operator.add, map(operator.mul, r, c)))
    return result


def _lists(a: Array, kind: DType, axis: int) -> tuple[list[list[Any]], Shape]:
    """Return the elements along an axis for each position in the other axes, and the shape of the other axes."""
    others = [i for i in range(a.ndim) if i != axis]
    shape = tuple([a.shape[i] for i in others])
    steps = positions([a.shape[axis]], [a._strides[axis]], 0)
    starts = positions(shape, [a._strides[i] for i in others], a._offset)
    buffer = a._buffer
    return [cast([buffer[p + s] for s in steps], a.dtype, kind) for p in starts], shape


def _not_aligned(x: Array, y: Array, axis: int) -> ValueError:
    first, second = [str(z.shape).replace(" ", "") for z in (x, y)]
    return ValueError(
        f"shapes {first} and {second} not aligned: {x.shape[-1]} (dim {x.ndim - 1}) != {y.shape[axis]} (dim {axis})"
    )


@method("dot")
def dot(a: Any, b: Any, out: Any = None) -> Any:
    """Return the dot product of vectors or matrices.

    In general, the sum runs over the last axis of ``a`` and the last but one axis of ``b``.

    Raises:
        ValueError: the axes have different lengths.
    """
    x, y = as_array(a), as_array(b)
    if not x.shape or not y.shape:
        return into(apply(OPERATIONS["multiply"], (x, y)), out, "multiply")
    axis = max(y.ndim - 2, 0)
    if x.shape[-1] != y.shape[axis]:
        raise _not_aligned(x, y, axis)
    kind = promote(x.dtype, y.dtype)
    rows, row_shape = _lists(x, kind, x.ndim - 1)
    columns, column_shape = _lists(y, kind, axis)
    return into(Array(rows_by_columns(rows, columns, kind), kind, row_shape + column_shape), out, "dot")


def matmul(a: Any, b: Any, out: Any = None) -> Any:
    """Return the matrix product. Arrays with more than two axes are stacks of matrices in their last two axes.

    Raises:
        ValueError: the shapes do not fit, or an operand is a single number.
    """
    x, y = as_array(a), as_array(b)
    for i, operand in enumerate((x, y)):
        if not operand.shape:
            raise ValueError(
                f"matmul: Input operand {i} does not have enough dimensions (has 0, gufunc core with signature "
                "(n?,k),(k,m?)->(n?,m?) requires 1)"
            )
    axis = max(y.ndim - 2, 0)
    if x.shape[-1] != y.shape[axis]:
        raise ValueError(
            "matmul: Input operand 1 has a mismatch in its core dimension 0, with gufunc signature "
            f"(n?,k),(k,m?)->(n?,m?) (size {y.shape[axis]} is different from {x.shape[-1]})"
        )
    if x.ndim <= 2 and y.ndim <= 2:
        return dot(x, y, out)
    left = x if x.ndim > 1 else x.view((1, *x.shape), (0, *x._strides))
    right = y if y.ndim > 1 else y.view((*y.shape, 1), (*y._strides, 0))
    stack = broadcast_shapes(left.shape[:-2], right.shape[:-2])
    starts = [positions(stack, stretched(z.shape[:-2], z._strides[:-2], stack), z._offset) for z in (left, right)]
    kind = promote(x.dtype, y.dtype)
    values: list[Any] = []
    for p, q in zip(*starts, strict=True):
        rows, _ = _lists(left.view(left.shape[-2:], left._strides[-2:], p), kind, 1)
        columns, _ = _lists(right.view(right.shape[-2:], right._strides[-2:], q), kind, 0)
        values += rows_by_columns(rows, columns, kind)
    shape = stack + ((left.shape[-2],) if x.ndim > 1 else ()) + ((right.shape[-1],) if y.ndim > 1 else ())
    return into(Array(values, kind, shape), out, "matmul")


def _operator(a: Array, b: Any) -> Any:
    return matmul(a, b)


def _reflected(a: Array, b: Any) -> Any:
    return matmul(b, a)


def _in_place(a: Array, b: Any) -> Any:
    return into(as_array(matmul(a, b)), a, "matmul")


for _name, _function in {"__matmul__": _operator, "__rmatmul__": _reflected, "__imatmul__": _in_place}.items():
    setattr(Array, _name, _function)


def vdot(a: Any, b: Any) -> Any:
    """Return the dot product of all elements of ``a`` with all elements of ``b``, in row-major order."""
    x, y = as_array(a), as_array(b)
    return dot(Array(x.elements(), x.dtype, (x.size,)), Array(y.elements(), y.dtype, (y.size,)))


def outer(a: Any, b: Any, out: Any = None) -> Any:
    """Return a matrix of the products of every element of ``a`` with every element of ``b``."""
    x, y = as_array(a), as_array(b)
    column, row = Array(x.elements(), x.dtype, (x.size, 1)), Array(y.elements(), y.dtype, (1, y.size))
    return into(apply(OPERATIONS["multiply"], (column, row)), out, "multiply")


def inner(a: Any, b: Any) -> Any:
    """Return the sums of products over the last axis of ``a`` and the last axis of ``b``."""
    x, y = as_array(a), as_array(b)
    if not x.shape or not y.shape:
        return UFUNCS["multiply"](x, y)
    if x.shape[-1] != y.shape[-1]:
        raise _not_aligned(x, y, y.ndim - 1)
    return finished(tensordot(x, y, ([-1], [-1])))


def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Return sums of products over pairs of axes: the last axes of ``a`` with the first of ``b``, or given pairs."""
    x, y = as_array(a), as_array(b)
    if hasattr(axes, "__index__"):
        n = int(axes)
        if n > min(x.ndim, y.ndim):
            error = ValueError if min(x.ndim, y.ndim) else IndexError
            raise error(f"tensordot over {n} axes of arrays of {x.ndim} and {y.ndim} axes: give fewer axes.")
        pairs: list[list[int]] = [list(range(x.ndim - n, x.ndim)), list(range(n))]
    else:
        pairs = [[int(i) for i in p] if isinstance(p, (list, tuple, Array)) else [int(p)] for p in axes]
    first, second = [axis_of(i, x.ndim) for i in pairs[0]], [axis_of(i, y.ndim) for i in pairs[1]]
    if [x.shape[i] for i in first] != [y.shape[i] for i in second]:
        raise ValueError("shape-mismatch for sum")
    kind = promote(x.dtype, y.dtype)
    rows, row_shape = _over(x, first, kind)
    columns, column_shape = _over(y, second, kind)
    return Array(rows_by_columns(rows, columns, kind), kind, row_shape + column_shape)


def _over(a: Array, axes: list[int], kind: DType) -> tuple[list[list[Any]], Shape]:
    others = [i for i in range(a.ndim) if i not in axes]
    shape = tuple([a.shape[i] for i in others])
    steps = positions([a.shape[i] for i in axes], [a._strides[i] for i in axes], 0)
    starts = positions(shape, [a._strides[i] for i in others], a._offset)
    return [cast([a._buffer[p + s] for s in steps], a.dtype, kind) for p in starts], shape


def einsum(subscripts: str, *operands: Any, **_more: Any) -> Any:
    """Return a sum of products. Letters denote the axes, as in ``einsum("ij,jk->ik", a, b)``.

    The sum runs over all letters that the result does not have. ``...`` stands for the remaining axes.
    """
    arrays = [as_array(x) for x in operands]
    inputs, output = _letters(subscripts, arrays)
    lengths: dict[str, int] = {}
    for letters, a in zip(inputs, arrays, strict=True):
        if any(a.shape[i] != a.shape[letters.index(letter)] for i, letter in enumerate(letters)):
            raise ValueError(
                f"einsum: a letter stands for axes of different lengths in {letters!r} of shape {a.shape}."
            )
        for letter, n in zip(letters, a.shape, strict=True):
            if lengths.setdefault(letter, n) != n and 1 not in (n, lengths[letter]):
                raise ValueError(f"operands could not be broadcast together: {letter!r} is {lengths[letter]} and {n}")
            lengths[letter] = n if lengths[letter] == 1 else lengths[letter]
    summed = [letter for letter in lengths if letter not in output]
    outer_shape, inner_shape = tuple(lengths[c] for c in output), tuple(lengths[c] for c in summed)
    spend(size_of(outer_shape), size_of(outer_shape) * size_of(inner_shape) * len(arrays))
    kind = promote(*[a.dtype for a in arrays])
    factors = []
    for letters, a in zip(inputs, arrays, strict=True):
        strides = dict.fromkeys(lengths, 0)
        for letter, n, stride in zip(letters, a.shape, a._strides, strict=True):
            strides[letter] += stride if n > 1 else 0
        if len(arrays) == 1 and not summed:
            return finished(a.view(outer_shape, tuple([strides[c] for c in output])))
        outer_places = positions(outer_shape, [strides[c] for c in output], a._offset)
        inner_places = positions(inner_shape, [strides[c] for c in summed], 0)
        factors.append([cast([a._buffer[p + s] for s in inner_places], a.dtype, kind) for p in outer_places])
    values = []
    for lists in zip(*factors, strict=True):
        terms = lists[0]
        for other in lists[1:-1]:
            terms = [x * y for x, y in zip(terms, other, strict=True)]
        last = lists[-1] if len(lists) > 1 else [1.0 if kind is FLOAT else 1] * len(terms)
        if len(lists) == 1 and len(terms) == 1:
            values.append(terms[0])
        else:
            values += rows_by_columns([terms], [last], kind)
    return finished(Array(values, kind, outer_shape))


def _letters(subscripts: str, arrays: list[Array]) -> tuple[list[str], str]:
    text = subscripts.replace(" ", "")
    left, arrow, right = text.partition("->")
    inputs = left.split(",")
    if len(inputs) != len(arrays):
        raise ValueError(f"einsum of {len(inputs)} lists of letters and {len(arrays)} operands: give as many of each.")
    rest = "".join(chr(0x3B1 + i) for i in range(max((a.ndim for a in arrays), default=0)))  # letters nobody writes
    most = 0
    for i, (letters, a) in enumerate(zip(inputs, arrays, strict=True)):
        missing = a.ndim - len(letters.replace("...", ""))
        if "..." in letters:
            most = max(most, missing)
            inputs[i] = letters.replace("...", rest[len(rest) - missing :] if missing > 0 else "")
        if len(inputs[i]) != a.ndim:
            raise ValueError(f"einsum: {letters!r} has {len(letters)} letters for an operand of {a.ndim} axes.")
    spread = rest[len(rest) - most :] if most else ""
    if arrow:
        return inputs, right.replace("...", spread)
    joined = "".join(inputs)
    return inputs, spread + "".join(sorted(c for c in set(joined) if joined.count(c) == 1 and c not in spread))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: Any = False) -> Any:
    """Return the norm of a vector (2 by default, 1, infinity, any p) or of a matrix (Frobenius by default)."""
    a = as_array(x, FLOAT)
    check_axes(axis, a.ndim)
    axes = axes_of(axis, a.ndim)
    if ord is not None and len(axes) not in (1, 2):
        raise ValueError("Improper number of dimensions to norm.")
    if ord is not None and ord != "fro" and len(axes) == 2:
        return _matrix_norm(a, ord, axes, keepdims)
    if ord is None or ord in ("fro", 2):
        return UFUNCS["sqrt"](sum_(apply(OPERATIONS["square"], (a,)), axes, None, None, keepdims))
    size = apply(OPERATIONS["absolute"], (a,))
    if ord == 1:
        return sum_(size, axes, None, None, keepdims)
    if ord == float("inf"):
        return max_(size, axes, None, keepdims, 0.0)
    if ord == float("-inf"):
        return min_(size, axes, None, keepdims)
    if ord == 0:
        return sum_(apply(OPERATIONS["not_equal"], (a, 0.0)), axes, float, None, keepdims)
    return UFUNCS["power"](sum_(apply(OPERATIONS["power"], (size, float(ord))), axes, None, None, keepdims), 1 / ord)


def _matrix_norm(a: Array, ord: Any, axes: Shape, keepdims: Any) -> Any:
    """Return the largest or smallest absolute sum: of a column if ``ord`` is 1 or -1, of a row if it is infinite."""
    if ord not in (1, -1, float("inf"), float("-inf")):
        raise ValueError(f"norm of a matrix of order {ord!r} is not known here: use the Frobenius norm, ord=None.")
    summed = axes[0] if ord in (1, -1) else axes[1]
    sums = sum_(apply(OPERATIONS["absolute"], (a,)), summed, None, None, True)
    return max_(sums, axes, None, keepdims, 0.0) if ord > 0 else min_(sums, axes, None, keepdims)


@method("trace")
def trace(a: Any, offset: int = 0) -> Any:
    """Return the sum of the diagonal of a matrix."""
    x = as_array(a)
    if x.ndim < 2:
        raise ValueError("diag requires an array of at least two dimensions")
    n = max(min(x.shape[0] + min(offset, 0), x.shape[1] - max(offset, 0)), 0)
    start = x._offset + (max(-offset, 0) * x._strides[0] + max(offset, 0) * x._strides[1] if n else 0)
    step = x._strides[0] + x._strides[1]
    return sum_(x.view((*x.shape[2:], n), (*x._strides[2:], step), start), -1)


def multi_dot(arrays: Any) -> Any:
    """Return the matrix product of several arrays, multiplied from left to right."""
    result, *others = arrays
    for other in others:
        result = dot(result, other)
    return result


def kron(a: Any, b: Any) -> Any:
    """Return the Kronecker product of two vectors or of two matrices."""
    x, y = as_array(a), as_array(b)
    n = max(x.ndim, y.ndim)
    shapes = [(1,) * (n - z.ndim) + z.shape for z in (x, y)]
    wide = [s for i in range(n) for s in (shapes[0][i], 1)]
    high = [s for i in range(n) for s in (1, shapes[1][i])]
    product = apply(
        OPERATIONS["multiply"], (Array(x.elements(), x.dtype, tuple(wide)), Array(y.elements(), y.dtype, tuple(high)))
    )
    return new_array(product.elements(), product.dtype, tuple([i * j for i, j in zip(*shapes, strict=True)]))


def cross(a: Any, b: Any) -> Any:
    """Return the cross product of two vectors of three elements."""
    x, y = as_array(a), as_array(b)
    if x.shape != (3,) or y.shape != (3,):
        raise ValueError("incompatible dimensions for cross product (dimension must be 2 or 3)")
    p, q = x.elements(), y.elements()
    return as_array([p[i - 2] * q[i - 1] - p[i - 1] * q[i - 2] for i in range(3)])

"""Linear algebra of matrices of plain numbers: ``inv``, ``solve``, ``det`` and ``qr``.

A program uses them to prepare data or start values. Numbers on the tape take part with their data.
"""

import math
from typing import Any

from autograd.engine.value import Value
from autograd.grading.code.arrays.array import Array, as_array
from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.kinds import FLOAT
from autograd.grading.code.arrays.scalars import Float64

__all__ = ["LinAlgError", "det", "inv", "qr", "solve"]


class LinAlgError(ValueError):
    """Raised if a matrix is singular or not square."""


def _rows(a: Any) -> list[list[float]]:
    """Return a matrix as lists of plain floats."""
    array = as_array(a)
    if array.ndim != 2:
        raise LinAlgError(f"{array.ndim}-dimensional array given. Array must be two-dimensional")
    n = array.shape[1]
    numbers = [float(x.data) if isinstance(x, Value) else float(x) for x in array.elements()]
    spend(len(numbers), len(numbers) * max(array.shape))
    return [numbers[i * n : (i + 1) * n] for i in range(array.shape[0])]


def _square(a: Any) -> list[list[float]]:
    rows = _rows(a)
    if any(len(row) != len(rows) for row in rows):
        raise LinAlgError("Last 2 dimensions of the array must be square")
    return rows


def _made(rows: list[list[float]], columns: int) -> Array:
    return Array([x for row in rows for x in row], FLOAT, (len(rows), columns))


def _eliminated(rows: list[list[float]], right: list[list[float]]) -> tuple[list[list[float]], float]:
    """Return the solution for some right sides, and the determinant."""
    rows, right, determinant = [list(row) for row in rows], [list(row) for row in right], 1.0
    n = len(rows)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(rows[i][k]))
        if rows[pivot][k] == 0:
            return right, 0.0
        if pivot != k:
            rows[k], rows[pivot] = rows[pivot], rows[k]
            right[k], right[pivot] = right[pivot], right[k]
            determinant = -determinant
        determinant *= rows[k][k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
            right[i] = [x - factor * y for x, y in zip(right[i], right[k], strict=True)]
    for k in reversed(range(n)):
        for i in range(k + 1, n):
            right[k] = [x - rows[k][i] * y for x, y in zip(right[k], right[i], strict=True)]
        right[k] = [x / rows[k][k] for x in right[k]]
    return right, determinant


def det(a: Any) -> Any:
    """Return the determinant of a square matrix.

    Example:
        >>> det([[2.0, 1.0], [1.0, 3.0]])
        np.float64(5.0)
    """
    rows = _square(a)
    return Float64(_eliminated(rows, [[] for _ in rows])[1])


def inv(a: Any) -> Array:
    """Return the inverse of a square matrix.

    Raises:
        LinAlgError: the matrix is singular.
    """
    rows = _square(a)
    unit = [[float(i == j) for j in range(len(rows))] for i in range(len(rows))]
    solution, determinant = _eliminated(rows, unit)
    if determinant == 0:
        raise LinAlgError("Singular matrix")
    return _made(solution, len(rows))


def solve(a: Any, b: Any) -> Array:
    """Return the solution ``x`` of ``a @ x = b``. ``b`` is a vector or a matrix.

    Raises:
        LinAlgError: the matrix is singular.
    """
    rows = _square(a)
    right: Any = as_array(b)
    numbers = _rows(right.reshape((-1, 1)) if right.ndim == 1 else right)
    if len(numbers) != len(rows):
        raise ValueError("solve: Input operand 1 has a mismatch in its core dimension 0")
    solution, determinant = _eliminated(rows, numbers)
    if determinant == 0:
        raise LinAlgError("Singular matrix")
    made: Any = _made(solution, len(numbers[0]) if numbers else 0)
    return made.reshape(right.shape)


def qr(a: Any, mode: str = "reduced") -> tuple[Array, Array]:
    """Return an orthogonal and an upper triangular matrix whose product is ``a``, by Householder's reflections.

    Raises:
        ValueError: the mode is not "reduced".
    """
    if mode != "reduced":
        raise ValueError(f"qr() with mode {mode!r} is not read")
    rows = _rows(a)
    m, n = len(rows), len(rows[0]) if rows else 0
    r, q = [list(row) for row in rows], [[float(i == j) for j in range(m)] for i in range(m)]
    k = min(m, n)
    for j in range(min(m - 1, n)):
        norm = math.sqrt(sum(r[i][j] ** 2 for i in range(j, m)))
        if norm == 0 or all(r[i][j] == 0 for i in range(j + 1, m)):
            continue  # there is nothing to reflect
        first = -math.copysign(norm, r[j][j])
        v = [0.0] * j + [r[i][j] for i in range(j, m)]
        v[j] -= first
        square = sum(x * x for x in v)
        for matrix, width in ((r, n), (q, m)):
            for c in range(width):
                factor = 2 * sum(v[i] * matrix[i][c] for i in range(j, m)) / square
                for i in range(j, m):
                    matrix[i][c] -= factor * v[i]
    triangle = [[r[i][j] if j >= i else 0.0 for j in range(n)] for i in range(k)]
    return _made([[q[j][i] for j in range(k)] for i in range(m)], k), _made(triangle, n)

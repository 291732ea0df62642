"""Functions of several numbers that are composed of others: means, products, norms, and small systems of equations.

They have no rules of their own. Their accuracy follows from the functions that they are composed of. The error of
``mean`` and ``norm`` is a few ulp of the sum of the absolute terms. The error of ``solve``, ``inv`` and ``det`` is a
few ulp times the condition number of the matrix.
"""

from collections.abc import Sequence
from typing import Any, NoReturn

from autograd.engine.absent import refuse_option
from autograd.engine.functions import dot, maximum, minimum, numbers_of, sqrt, total
from autograd.engine.value import Value, add_method, forget_own_methods

__all__ = ["clip", "det", "inv", "mean", "norm", "prod", "solve"]

MAX_EXPANDED = 8  # determinants up to this size are expanded, so that their derivatives are right if they are 0


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """Return ``x`` limited to bounds: ``low`` if ``x`` is below ``low``, and ``high`` if it is above ``high``.

    Its derivative with respect to ``x`` is 1 between the bounds, 0 outside, and 1/2 at a bound, as for ``maximum``.

    Args:
        x: a number or a Value.
        low, high: the bounds, numbers or Values; None for no bound.

    Raises:
        ValueError: both bounds are None.

    Example:
        >>> clip(3.0, -1.0, 1.0), clip(-3.0, low=0.0)
        (1.0, 0.0)
    """
    if low is None and high is None:
        raise ValueError("clip without a bound leaves every number as it is: give low, high, or both.")
    if low is not None:
        x = maximum(x, low)
    return x if high is None else minimum(x, high)


def _clip(x: Any, low: Any = None, high: Any = None, out: None = None) -> Any:
    """Return this number limited to bounds. ``np.clip`` calls this method, and passes ``out=None``.

    Example:
        >>> from autograd import Value
        >>> Value(3.0).clip(-1.0, 1.0).data
        1.0
    """
    if out is not None:
        raise ValueError("a Value is not written into an array: leave out the option out=.")
    return clip(x, low, high)


if not hasattr(Value, "clip"):  # the compiled Value stays if this module is imported again
    add_method("clip", _clip)
    forget_own_methods()


def prod(values: Any) -> Any:
    """Return the product of a sequence of numbers or Values; 1.0 for an empty sequence.

    Its derivative is also right if factors are 0.

    Example:
        >>> prod([2.0, 3.0, 4.0])
        24.0
    """
    found = numbers_of(values)
    if not found:
        return 1.0
    result = found[0] if isinstance(found[0], Value) else 1.0 * found[0]
    for x in found[1:]:
        result = result * x
    return result


def mean(values: Any, **unknown: NoReturn) -> Any:
    """Return the mean of a sequence of one or more numbers or Values.

    Raises:
        ValueError: the sequence is empty.

    Example:
        >>> mean([1.0, 2.0, 6.0])
        3.0
    """
    if unknown:
        refuse_option("mean", unknown)
    found = numbers_of(values, "mean")
    return total(found) / len(found)


def norm(values: Any, p: float = 2, **unknown: NoReturn) -> Any:
    """Return the p-norm of a vector: ``sum(abs(x) ** p) ** (1 / p)``, by default the Euclidean norm.

    At the zero vector, the derivatives for ``p=2`` are NaN, because the norm has a kink in every direction there.
    Squares overflow beyond 1e154.

    Args:
        values: a sequence of numbers or Values.
        p: 2, 1, ``math.inf`` for the largest absolute value, or another number above 0.

    Raises:
        ValueError: the sequence is empty, or ``p`` is not above 0.

    Example:
        >>> norm([3.0, -4.0]), norm([3.0, -4.0], p=1)
        (5.0, 7.0)
    """
    if unknown:
        refuse_option("norm", unknown)
    found = numbers_of(values, "norm")
    if not p > 0:
        raise ValueError(f"norm needs a p above 0, found {p!r}: use 1, 2 or math.inf.")
    if p == 2:
        return sqrt(dot(found, found))
    sizes = [abs(x) for x in found]
    if p == float("inf"):
        return maximum(sizes)
    return total(sizes) if p == 1 else total([x**p for x in sizes]) ** (1 / p)


def det(matrix: Any) -> Any:
    """Return the determinant of a square matrix of numbers or Values.

    Up to 8 rows it is computed as a sum of products, so that its derivatives exist even if it is 0. For more rows it is
    computed by elimination.

    Args:
        matrix: a list of rows, or a NumPy array.

    Raises:
        ValueError: the matrix is not square.

    Example:
        >>> det([[1.0, 2.0], [3.0, 4.0]])
        -2.0
    """
    rows = _square(matrix, "det")
    n = len(rows)
    if n > MAX_EXPANDED:
        found = _eliminated(rows, [[] for _ in rows])
        return 0.0 if found is None else prod([row[k] for k, row in enumerate(found[0])]) * found[2]
    # Row by row: the determinants of the rows so far, for every choice of as many columns.
    minors: dict[tuple[int, ...], Any] = {(): 1}
    for row in rows:
        larger: dict[tuple[int, ...], list[Any]] = {}
        for columns, minor in minors.items():
            for j in range(n):
                if j not in columns:
                    sign = -1 if sum(c > j for c in columns) % 2 else 1
                    larger.setdefault(tuple(sorted((*columns, j))), []).append((sign * minor, row[j]))
        minors = {columns: _weighted(*zip(*terms, strict=True)) for columns, terms in larger.items()}
    return minors[tuple(range(n))]


def solve(matrix: Any, right: Any) -> Any:
    """Return the solution of a small system of linear equations, ``matrix @ x = right``, by elimination with pivoting.

    Args:
        matrix: n rows of n numbers or Values, or a NumPy array of them.
        right: n numbers or Values, or n rows of them for several systems at once.

    Returns:
        ``x`` in the shape of ``right``: a list, a list of rows, or an array if ``right`` is one.

    Raises:
        ValueError: the matrix is not square or has no inverse, or the lengths differ.

    Example:
        >>> solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 2.0])
        [0.5, 0.5]
    """
    rows = _square(matrix, "solve")
    given = list(right)
    if len(given) != len(rows):
        raise ValueError(f"solve got {len(rows)} equations and {len(given)} right-hand sides: give one for each.")
    single = not isinstance(given[0], Sequence) and not getattr(given[0], "shape", ())
    sides = [[x] for x in given] if single else [list(row) for row in given]
    found = _eliminated(rows, sides)
    if found is None:
        raise ValueError("solve needs a matrix with an inverse, found a singular one: make its rows independent.")
    upper, reduced, _ = found
    n = len(upper)
    solution: list[list[Any]] = [[] for _ in range(n)]
    for k in reversed(range(n)):
        known = upper[k][k + 1 :]
        for c, side in enumerate(reduced[k]):
            rest = side - _weighted(known, [solution[i][c] for i in range(k + 1, n)]) if known else side
            solution[k].append(rest / upper[k][k])
    result: Any = [row[0] for row in solution] if single else solution
    return _in_array(result, right)


def inv(matrix: Any) -> Any:
    """Return the inverse of a small square matrix.

    Returns:
        A list of rows, or an array if ``matrix`` is one.

    Raises:
        ValueError: the matrix is not square or has no inverse.

    Example:
        >>> inv([[2.0, 0.0], [0.0, 4.0]])
        [[0.5, 0.0], [0.0, 0.25]]
    """
    rows = _square(matrix, "inv")
    n = len(rows)
    return _in_array(solve(rows, [[int(i == j) for j in range(n)] for i in range(n)]), matrix)


def _weighted(weights: Sequence[Any], inputs: Sequence[Any]) -> Any:
    """Return a sum of products. It is one node if there are Values, and exact for exact numbers such as Fractions."""
    if any(isinstance(x, (Value, float)) for x in (*weights, *inputs)):
        return dot(weights, inputs)
    return sum([w * x for w, x in zip(weights, inputs, strict=True)])


def _square(matrix: Any, name: str) -> list[list[Any]]:
    rows = [list(row) for row in matrix]
    if not rows or any(len(row) != len(rows) for row in rows):
        raise ValueError(
            f"{name} takes a square matrix, found rows of {sorted({len(row) for row in rows})} numbers in "
            f"{len(rows)} rows: give as many columns as rows."
        )
    return rows


def _eliminated(rows: list[list[Any]], sides: list[list[Any]]) -> tuple[list[list[Any]], list[list[Any]], float] | None:
    """Return the upper triangular form, the reduced right-hand sides and the sign of the row exchanges.

    The result is None for a singular matrix.
    """
    rows, sides, sign = [list(row) for row in rows], [list(row) for row in sides], 1.0
    n = len(rows)
    for k in range(n):
        at = k
        for i in range(k + 1, n):
            if abs(rows[i][k]) > abs(rows[at][k]):
                at = i
        if not abs(rows[at][k]) > 0.0:
            return None
        if at != k:
            rows[k], rows[at], sides[k], sides[at], sign = rows[at], rows[k], sides[at], sides[k], -sign
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y if j > k else x for j, (x, y) in enumerate(zip(rows[i], rows[k], strict=True))]
            sides[i] = [x - factor * y for x, y in zip(sides[i], sides[k], strict=True)]
    return rows, sides, sign


def _in_array(result: Any, like: Any) -> Any:
    """Return a result as an array if ``like`` is an array."""
    if type(like).__name__ != "ndarray":
        return result
    import numpy  # lazy: only needed if the argument is an array

    found = numpy.empty(numpy.shape(like), dtype=object)
    for i, row in enumerate(result):
        found[i] = row
    return found if any(isinstance(x, Value) for x in found.ravel()) else found.astype(float)

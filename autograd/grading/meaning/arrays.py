"""The vectors and matrices that formulas without indices denote: tables of numbers of any kind, row by row."""

from autograd.grading.reading.trees import ReadingError

__all__ = [
    "Array", "ShapeError", "add", "diagonal", "divide", "elementwise", "entries", "is_array", "mapped", "matmul",
    "negative", "outer", "scaled", "shape", "total", "transpose",
]  # fmt: skip


class ShapeError(ReadingError):
    """An error for shapes that do not fit.

    Args:
        left: the first shape, as a text.
        right: the second shape, as a text.
        words: the words between them, such as "plus".
        at: the position in the formula.
    """

    def __init__(self, left, right, words, at=0):
        super().__init__(f"{left} {words} {right}", at)


class Array:
    """A table of numbers. ``stacked`` is ``"columns"`` or ``"rows"`` if these are the samples, or else None."""

    __slots__ = ("rows", "stacked")

    def __init__(self, rows, stacked=None):
        self.rows, self.stacked = rows, stacked

    @property
    def shape(self):
        """The number of rows and the number of columns."""
        return len(self.rows), len(self.rows[0])


def is_array(x):
    """Return True if a value is an array and not a number."""
    return type(x) is Array


def shape(x):
    """Return the shape of a value in words."""
    return f"({x.shape[0]},{x.shape[1]})" if is_array(x) else "a number"


def entries(x):
    """Return the numbers of a value, row by row."""
    return [y for row in x.rows for y in row] if is_array(x) else [x]


def mapped(f, x):
    """Return the values of a function at all entries."""
    return Array([[f(y) for y in row] for row in x.rows], x.stacked) if is_array(x) else f(x)


def negative(x):
    """Return the negative of a value, entry by entry."""
    return mapped(lambda y: -y, x)


def scaled(c, x):
    """Return the product of a number and a value, entry by entry."""
    return mapped(lambda y: c * y, x)


def transpose(x):
    """Return the transpose. A number is its own transpose."""
    if not is_array(x):
        return x
    stacked = {"columns": "rows", "rows": "columns", None: None}[x.stacked]
    return Array([list(column) for column in zip(*x.rows, strict=True)], stacked)


def diagonal(x):
    """Return a vector as a diagonal matrix."""
    if not is_array(x):
        return x
    if 1 not in x.shape:
        raise ShapeError(shape(x), "a vector", "where diag takes")
    numbers = entries(x)
    zero = numbers[0] * 0
    return Array([[y if i == j else zero for j in range(len(numbers))] for i, y in enumerate(numbers)])


def _zipped(f, a, b):
    return Array(
        [[f(x, y) for x, y in zip(p, q, strict=True)] for p, q in zip(a.rows, b.rows, strict=True)],
        a.stacked or b.stacked,
    )


def _stretched(a, b):
    """Return two arrays in the same shape, or None. A vector next to a batch is repeated for each sample."""
    if a.shape == b.shape:
        return a, b
    for one, many in ((a, b), (b, a)):
        if many.stacked == "columns" and one.shape == (many.shape[0], 1):
            wide = Array([row * many.shape[1] for row in one.rows], "columns")
        elif many.stacked == "rows" and one.shape == (1, many.shape[1]):
            wide = Array(one.rows * many.shape[0], "rows")
        else:
            continue
        return (wide, b) if one is a else (a, wide)
    return None


def _only_entry(x):
    """Return the number in an array of one row and one column, and any other value as it is."""
    return x.rows[0][0] if is_array(x) and x.shape == (1, 1) and not x.stacked else x


def add(a, b, broadcast=False):
    """Return the sum. A number and an array can be added if ``broadcast`` is True or the array is a batch.

    The only entry of a matrix between layers of one neuron is a number, too.
    """
    if is_array(a) != is_array(b):
        a, b = _only_entry(a), _only_entry(b)
    if not is_array(a) and not is_array(b):
        return a + b
    if is_array(a) and is_array(b):
        pair = _stretched(a, b)
        if pair is None:
            raise ShapeError(shape(a), shape(b), "plus")
        return _zipped(lambda x, y: x + y, *pair)
    if not broadcast and not (a if is_array(a) else b).stacked:
        raise ShapeError(shape(a), shape(b), "plus")
    return mapped(lambda y: y + b, a) if is_array(a) else mapped(lambda y: a + y, b)


def elementwise(a, b):
    """Return the elementwise product."""
    if not is_array(a) or not is_array(b):
        return scaled(a, b) if not is_array(a) else scaled(b, a)
    pair = _stretched(a, b)
    if pair is None:
        raise ShapeError(shape(a), shape(b), "times, entry by entry,")
    return _zipped(lambda x, y: x * y, *pair)


def divide(a, b):
    """Return the elementwise quotient."""
    if not is_array(b):
        return mapped(lambda y: y / b, a)
    if not is_array(a):
        return mapped(lambda y: a / y, b)
    pair = _stretched(a, b)
    if pair is None:
        raise ShapeError(shape(a), shape(b), "divided by")
    return _zipped(lambda x, y: x / y, *pair)


def matmul(a, b):
    """Return the matrix product."""
    if not is_array(a) or not is_array(b):
        return scaled(a, b) if not is_array(a) else scaled(b, a)
    if a.shape[1] != b.shape[0]:
        raise ShapeError(shape(a), shape(b), "times")
    columns = list(zip(*b.rows, strict=True))
    rows = []
    for row in a.rows:
        out = []
        for column in columns:
            y = row[0] * column[0]
            for p, q in zip(row[1:], column[1:], strict=True):
                y = y + p * q
            out.append(y)
        rows.append(out)
    if a.shape[0] == 1 and b.shape[1] == 1:
        return rows[0][0]
    stacked = "columns" if b.stacked == "columns" else "rows" if a.stacked == "rows" else None
    return Array(rows, stacked)


def outer(a, b):
    """Return the outer product of two vectors."""
    if not is_array(a) or not is_array(b):
        return matmul(a, b)
    if 1 not in a.shape or 1 not in b.shape:
        raise ShapeError(shape(a), shape(b), "outer")
    return Array([[x * y for y in entries(b)] for x in entries(a)])


def total(numbers):
    """Return the sum of numbers of any kind, or None if there are none."""
    found = None
    for x in numbers:
        found = x if found is None else found + x
    return found

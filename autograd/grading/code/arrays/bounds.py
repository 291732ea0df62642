"""Bounds on the size of arrays and on the work done with them, so that no program can exhaust memory or time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["ArrayLimitError", "bounded", "spend"]

MAX_ELEMENTS = 4_000_000
MAX_OPERATIONS = 400_000_000
MAX_CREATED = 400_000_000  # elements of all arrays that are made, one after another


class ArrayLimitError(MemoryError):
    """Raised when an array would have more elements, or a program do more work, than is allowed."""


class Bounds:
    """The most elements that one array may have, and how many elements and element operations are left."""

    def __init__(self, elements: int, operations: int, created: int) -> None:
        self.elements = elements
        self.operations = operations
        self.created = created


_bounds: ContextVar[Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def bounded(
    elements: int = MAX_ELEMENTS, operations: int = MAX_OPERATIONS, created: int = MAX_CREATED
) -> Iterator[Bounds]:
    """Allow arrays of at most ``elements`` elements, and ``operations`` element operations in total, in this block.

    Args:
        elements: the largest size of one array.
        operations: how many elements may be computed; a product of an n×k and a k×m matrix counts n·k·m.
        created: how many elements all arrays that are made may have together: what they are computed from may be kept
            for as long as the program runs.

    Example:
        >>> from autograd.grading.code.arrays import bounded, numpy_names
        >>> with bounded(elements=100):
        ...     numpy_names()["zeros"]((20, 20))
        Traceback (most recent call last):
        ...
        autograd.grading.code.arrays.bounds.ArrayLimitError: an array of 400 elements: at most 100 are allowed here.
    """
    bounds = Bounds(elements, operations, created)
    token = _bounds.set(bounds)
    try:
        yield bounds
    finally:
        _bounds.reset(token)


def spend(elements: int, operations: int | None = None) -> None:
    """Raise ArrayLimitError if an array of ``elements`` elements is too large, or no operations are left to fill it."""
    bounds = _bounds.get()
    most = MAX_ELEMENTS if bounds is None else bounds.elements
    if elements > most:
        raise ArrayLimitError(f"an array of {elements} elements: at most {most} are allowed here.")
    if bounds is None:
        return
    bounds.operations -= elements if operations is None else operations
    bounds.created -= elements
    if bounds.operations < 0 or bounds.created < 0:
        raise ArrayLimitError("the program computes with more numbers than are allowed here: use smaller data.")

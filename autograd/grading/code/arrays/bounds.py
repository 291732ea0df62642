"""Limits on the size of arrays and on the number of operations, so that no program can exhaust memory or time."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["ArrayLimitError", "bounded", "spend"]

MAX_ELEMENTS = 4_000_000
MAX_OPERATIONS = 400_000_000
MAX_CREATED = 400_000_000  # the sum of the sizes of all arrays that a program creates


class ArrayLimitError(MemoryError):
    """Raised if an array would have too many elements, or if a program does too much work."""


class Bounds:
    """The maximum size of an array, and the remaining numbers of element operations and of created elements."""

    def __init__(self, elements: int, operations: int, created: int) -> None:
        self.elements = elements
        self.operations = operations
        self.created = created


_bounds: ContextVar[Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def bounded(
    elements: int = MAX_ELEMENTS, operations: int = MAX_OPERATIONS, created: int = MAX_CREATED
) -> Iterator[Bounds]:
    """Limit the size of an array and the number of element operations in this block.

    Args:
        elements: the maximum size of one array.
        operations: the maximum number of element operations. A product of an n×k and a k×m matrix counts n·k·m.
        created: the maximum sum of the sizes of all new arrays. Recorded results keep their operands in
            memory, so this limits the memory.

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
    """Raise ArrayLimitError if an array of ``elements`` elements is too large, or if no operations are left for it."""
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

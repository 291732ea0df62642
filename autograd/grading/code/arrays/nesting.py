"""Nested sequences, the argument of ``array``: their shape, their elements, and the kinds of the elements."""

from typing import Any

from autograd.grading.code.arrays.bounds import spend
from autograd.grading.code.arrays.kinds import DType, kind_of
from autograd.grading.code.arrays.layout import Shape, size_of

__all__ = ["gathered", "is_sequence"]

MAX_DIMENSIONS = 64


def is_sequence(what: Any) -> bool:
    """Return True if ``what`` is read element by element: a list, a tuple, a range, or any array with axes."""
    if isinstance(what, (list, tuple, range)):
        return True
    return hasattr(what, "tolist") and getattr(what, "shape", ()) != ()


def gathered(what: Any, array_type: Any, objects: bool) -> tuple[Shape, list[Any], set[DType]]:
    """Return the shape of nested sequences, their elements, and the kinds of the elements."""
    shape: list[int] = []
    level: list[Any] = [what]
    while level and all(map(is_sequence, level)):
        if all(isinstance(x, array_type) for x in level) and level:
            inner = {x._shape for x in level}
            if len(inner) == 1:
                kinds = {x._dtype for x in level} if size_of(next(iter(inner))) else {level[0]._dtype}
                return (*shape, *inner.pop()), [e for x in level for e in x.elements()], kinds
        lists = [x.tolist() if hasattr(x, "tolist") and not isinstance(x, array_type) else x for x in level]
        lengths = {len(x) if not isinstance(x, array_type) or x._shape else -1 for x in lists}
        if len(lengths) > 1:
            if objects:
                break
            raise _ragged(shape)
        n = lengths.pop()
        if n < 0 or len(shape) == MAX_DIMENSIONS:
            break
        shape.append(n)
        level = [item for x in lists for item in x]
        spend(len(level))
    if not objects:
        if any(map(is_sequence, level)):
            raise _ragged(shape)
        level = [x.item() if isinstance(x, array_type) else x for x in level]
    return tuple(shape), level, {kind_of(x) for x in level}


def _ragged(shape: list[int]) -> ValueError:
    return ValueError(
        "setting an array element with a sequence. The requested array has an inhomogeneous shape after "
        f"{len(shape)} dimensions. The detected shape was {tuple(shape)} + inhomogeneous part."
    )

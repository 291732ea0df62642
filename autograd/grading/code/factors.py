"""The factor between two lists of numbers."""

import math

__all__ = ["TOLERANCE", "close", "proportion"]

TOLERANCE = 1e-6


def close(a, b):
    """Return True if two factors are equal up to rounding."""
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def proportion(numbers, others):
    """Return the number f with ``numbers = f * others``, or None if there is none. It is NaN if both are 0."""
    if not all(map(math.isfinite, [*numbers, *others])):
        return None
    largest = max(map(abs, numbers), default=0.0)
    scale = max(map(abs, others), default=0.0)
    if scale == 0 or largest == 0:
        return math.nan if scale == largest else None
    size = sum(b * b for b in others)
    if not size:  # the squares are too small for a float
        return None
    factor = sum(a * b for a, b in zip(numbers, others, strict=True)) / size
    slack = TOLERANCE * largest
    if all(abs(a - factor * b) <= slack for a, b in zip(numbers, others, strict=True)):
        return factor
    return None

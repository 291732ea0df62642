"""The factor between two lists of numbers."""

import math

__all__ = ["TOLERANCE", "close", "noise_of", "proportion", "vanishes"]

TOLERANCE = 1e-6
_NOISE = 1e-12  # the part of the largest number below which a number is a rounding error


def close(a, b):
    """Return True if two factors are equal up to rounding."""
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def noise_of(lists):
    """Return the size of rounding errors beside the numbers of all lists."""
    return _NOISE * max((abs(x) for numbers in lists for x in numbers if math.isfinite(x)), default=0.0)


def vanishes(numbers, noise):
    """Return True if no number is larger than rounding errors of this size."""
    return all(abs(x) <= noise for x in numbers)


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

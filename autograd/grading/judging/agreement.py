"""Comparison of two values: exact for numbers of a field, and within a tolerance for numbers of many digits."""

from fractions import Fraction

from autograd.formulas.field import Residue, small_fraction
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS
from autograd.grading.meaning import arrays
from autograd.grading.meaning.arrays import ShapeError, is_array, shape

__all__ = ["NotReal", "constant", "differ", "is_zero", "same"]


class NotReal(ValueError):
    """A formula has no real value at a point, such as a square root of a negative number."""


def is_zero(x):
    """Return True if a number is 0, or very close to 0 if it has many digits."""
    return x.v == 0 if isinstance(x, Residue) else abs(x) < 1e-40


def same(a, b):
    """Return True if two numbers are equal, or equal in most digits if they have many."""
    if isinstance(a, Residue) or isinstance(b, Residue):
        return (a - b).v == 0
    mpmath = precise_numbers()

    if isinstance(a, mpmath.mpc) or isinstance(b, mpmath.mpc):
        return False
    return abs(a - b) <= mpmath.mpf(10) ** (15 - DIGITS) * max(1, abs(a), abs(b))


def constant(x):
    """Return a number as a fraction with a small denominator, or None."""
    if isinstance(x, Residue):
        return small_fraction(x.v)
    mpmath = precise_numbers()

    near = Fraction(mpmath.nstr(x, DIGITS)).limit_denominator(4000)
    apart = abs(x - mpmath.mpf(near.numerator) / near.denominator)
    return near if apart <= mpmath.mpf(10) ** (15 - DIGITS) * abs(x) else None


def differ(truth, x):
    """Return the reason why two values differ, or None if they are the same.

    Raises:
        NotReal: one of them is a complex number, which is neither right nor wrong: take another point.
    """
    fits = is_array(truth) == is_array(x) and (not is_array(truth) or truth.shape == x.shape)
    if not fits and not _size(truth) == _size(x) == 1:
        if _is_one(truth, x) or _is_one(x, truth):
            return None
        raise ShapeError(f"the left side is {shape(truth)}", shape(x), "and the right side")
    for a, b in zip(arrays.entries(truth), arrays.entries(x), strict=True):
        if _is_complex(a) or _is_complex(b):
            raise NotReal("it has no real value here: a function is evaluated outside of its domain")
        if not same(a, b):
            return "the numbers differ"
    return None


def _is_complex(x):
    return not isinstance(x, Residue) and isinstance(x, precise_numbers().mpc)


def _is_one(matrix, x):
    """Return True if x is 1 and stands for an identity matrix, as in dz/db = 1."""
    if is_array(x) or not is_array(matrix) or matrix.shape[0] != matrix.shape[1] or constant(x) != 1:
        return False
    return all(constant(y) == (i == k) for i, row in enumerate(matrix.rows) for k, y in enumerate(row))


def _size(x):
    return x.shape[0] * x.shape[1] if is_array(x) else 1

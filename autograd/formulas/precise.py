"""Numbers with many digits, in a context of this package's own.

``mpmath.workdps`` sets the precision of the whole process, for other threads too. Formulas are compared in a context
that nobody else has. So their verdicts do not depend on who else is running, and ``mpmath.mp.dps`` stays as its user
left it.
"""

import functools

__all__ = ["DIGITS", "precise_numbers"]

# How many decimal digits the numbers have that formulas are compared with.
DIGITS = 50


@functools.cache
def precise_numbers():
    """The mpmath context for comparing formulas, with :data:`DIGITS` digits.

    >>> precise_numbers().mpf(2) ** 0.5
    mpf('1.4142135623730950488016887242096980785696718753769468')
    """
    import mpmath  # lazy: only to compare formulas

    context = mpmath.MPContext()
    context.dps = DIGITS
    return context

"""Numbers with many digits, in an mpmath context that belongs to this package.

``mpmath.workdps`` sets the precision of the whole process, also for other threads, and functions of mpmath raise the
precision of their context for a moment. Each thread that compares formulas has a context of its own. So verdicts do not
depend on other code that runs at the same time, and ``mpmath.mp.dps`` does not change.
"""

import threading

__all__ = ["DIGITS", "precise_numbers"]

# The number of decimal digits with which formulas are compared.
DIGITS = 50

_of_thread = threading.local()


def precise_numbers():
    """Return this thread's mpmath context for comparing formulas, with :data:`DIGITS` digits.

    Each context has its own type of numbers. Keep numbers together with their context, and do not use them in another
    thread.

    >>> precise_numbers().mpf(2) ** 0.5
    mpf('1.4142135623730950488016887242096980785696718753769468')
    """
    context = getattr(_of_thread, "context", None)
    if context is None:
        import mpmath  # lazy: needed only to compare formulas

        context = _of_thread.context = mpmath.MPContext()
        context.dps = DIGITS
    return context

"""Numbers with many digits, in a context of this package's own.

``mpmath.workdps`` sets the precision of the whole process, for other threads too, and functions of mpmath raise the
precision of their context for a moment. Formulas are compared in a context that nobody else has, not even another
thread that compares formulas. So their verdicts do not depend on who else is running, and ``mpmath.mp.dps`` stays as
its user left it.
"""

import threading

__all__ = ["DIGITS", "precise_numbers"]

# How many decimal digits the numbers have that formulas are compared with.
DIGITS = 50

_of_thread = threading.local()


def precise_numbers():
    """The mpmath context of this thread for comparing formulas, with :data:`DIGITS` digits.

    Each context has a type of numbers of its own. Keep numbers together with their context, and do not hand them to
    another thread.

    >>> precise_numbers().mpf(2) ** 0.5
    mpf('1.4142135623730950488016887242096980785696718753769468')
    """
    context = getattr(_of_thread, "context", None)
    if context is None:
        import mpmath  # lazy: only to compare formulas

        context = _of_thread.context = mpmath.MPContext()
        context.dps = DIGITS
    return context

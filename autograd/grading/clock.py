"""The work that a search may do, counted in steps, so that no verdict depends on how fast or busy a machine is.

A step is the evaluation of one node of a formula at one point; numbers of many digits count for several.
"""

import threading
import time

__all__ = ["PER_SECOND", "WORK", "Allowance", "thread_time"]

# The processor time of this thread, for programs that are run. Pyodide has one thread and no such clock.
thread_time = getattr(time, "thread_time", time.perf_counter)

# About what a quiet core of 2024 does in a second; limits are written as seconds of it.
PER_SECOND = 60_000


class _Work(threading.local):
    """The steps that this thread has done so far."""

    done = 0


WORK = _Work()


class Allowance:
    """A number of steps: from now on, or of what is done in a ``with`` statement.

    >>> allowance = Allowance(0.5)
    >>> allowance.is_used_up()
    False
    >>> WORK.done += PER_SECOND
    >>> allowance.is_used_up()
    True

    Args:
        seconds: the steps that a quiet core does in so many seconds.
        of_own: whether only steps inside of ``with`` count.
    """

    def __init__(self, seconds, of_own=False):
        self._left = seconds * PER_SECOND
        self._start = None if of_own else WORK.done

    def __enter__(self):
        self._start = WORK.done
        return self

    def __exit__(self, *failure):
        self._left -= WORK.done - self._start
        self._start = None

    def is_used_up(self):
        """Return whether no step of it is left."""
        return (0 if self._start is None else WORK.done - self._start) >= self._left

"""The work that a search may do. It is counted in steps, so that no verdict depends on the speed or load of a machine.

A step is the evaluation of one node of a formula at one point. Numbers of many digits count as several steps.
"""

import threading
import time

__all__ = ["PER_SECOND", "WORK", "Allowance", "thread_time"]

# The processor time of this thread, for programs that are run. Pyodide has one thread and no such clock.
thread_time = getattr(time, "thread_time", time.perf_counter)

# About the number of steps of a quiet core of 2024 in a second. Limits are written in seconds.
PER_SECOND = 60_000


class _Work(threading.local):
    """The number of steps that this thread has done so far."""

    done = 0


WORK = _Work()


class Allowance:
    """A number of steps, counted from now on or within ``with`` statements.

    >>> allowance = Allowance(0.5)
    >>> allowance.is_used_up()
    False
    >>> WORK.done += PER_SECOND
    >>> allowance.is_used_up()
    True

    Args:
        seconds: the allowance, as the steps that a quiet core does in this time.
        of_own: True if only steps within ``with`` statements count.
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
        """Return True if no step of the allowance remains."""
        return (0 if self._start is None else WORK.done - self._start) >= self._left

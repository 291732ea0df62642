"""Watching a function while it is recorded: what its Python code looked at, and might have branched on."""

import threading
from contextlib import contextmanager

from autograd.engine.value import witnessed_by

__all__ = ["Watch", "watched"]

_one_at_a_time = threading.RLock()


class Watch:
    """What was looked at.

    Attributes:
        guards: the comparisons, as ``(sign, a, b, held)``, in order; a and b are Values or numbers.
        read: the Values whose ``data`` was read.
        equals: the pairs of a Value and a number that ``==`` was asked about, which is never true.
    """

    def __init__(self):
        self.guards: list = []
        self.read: list = []
        self.equals: list = []
        self._thread = threading.get_ident()

    def __call__(self, how, a, b, held):
        """Take note; called by Values."""
        if threading.get_ident() == self._thread:
            if how == "data":
                self.read.append(a)
            elif how == "==":
                self.equals.append((a, b))
            else:
                self.guards.append((how, a, b, held))
        return held


@contextmanager
def watched():
    """A block in which a :class:`Watch` notes what this thread does. Only one thread at a time is in such a block."""
    watch = Watch()
    with _one_at_a_time:
        before = witnessed_by(watch)
        try:
            yield watch
        finally:
            witnessed_by(before)

"""Watching a function while it is recorded: what its Python code looked at, and might have branched on."""

import os
import threading
from contextlib import contextmanager

from autograd.engine.value import witnessed_by

__all__ = ["Watch", "watched"]

_one_at_a_time = threading.RLock()


def _in_child():
    """After a fork: a recording that another thread was in does not go on here."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()
    watch = witnessed_by(None)
    if watch is not None and watch.is_mine():
        witnessed_by(watch)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


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

    def is_mine(self):
        """Whether this thread is the one that records."""
        return threading.get_ident() == self._thread

    def __call__(self, how, a, b, held):
        """Take note; called by Values."""
        if self.is_mine():
            if how == "data":
                self.read.append(a)
            elif how == "==":
                self.equals.append((a, b))
            elif how == "where":  # the result follows the comparison, which need not be guarded
                self._withdraw(a, b, *held)
            else:
                self.guards.append((how, a, b, held))
        return held

    def _withdraw(self, a, b, sign, held):
        for k in reversed(range(len(self.guards))):
            if self.guards[k][0] == sign and self.guards[k][1] is a and self.guards[k][2] is b:
                del self.guards[k]
                return


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

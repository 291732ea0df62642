"""Watching a function while it is recorded: which numbers its Python code reads, and which it takes out of the graph.

A number that leaves the graph belongs to one sample. It would be frozen in a program that computes other samples. So
the data of a Value, read during recording, is a :class:`Reading`: a number whose arithmetic is recorded, too, although
no derivative flows through it. Operations that cannot be recorded raise an error with the line that did them.
"""

import math
import os
import random
import sys
import threading
from contextlib import contextmanager

from autograd.compiler.caught_errors import catches_errors
from autograd.compiler.readings import Reading, StandIn
from autograd.compiler.refusals import PACKAGES, Unrecordable, module_of_caller, refuse
from autograd.compiler.watched_conditions import WatchedCondition, watched_condition
from autograd.engine import primitives
from autograd.engine.algebra import Ieee, is_real
from autograd.engine.conditions import Condition
from autograd.engine.paused import unpaused
from autograd.engine.value import Value, record, witnessed_by

__all__ = ["Watch", "checks_at", "watched"]

_one_at_a_time = threading.RLock()
_SIGNS = ("<", "<=", ">", ">=", "==")


def _in_child():
    """Release the lock after a fork, since a recording by another thread does not continue in the child."""
    global _one_at_a_time
    _one_at_a_time = threading.RLock()
    watch = witnessed_by(None)
    if watch is not None and watch.is_mine():
        witnessed_by(watch)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


def checks_at(watch, places):
    """Return those checks of data that apply to other samples, each with the places of its numbers in a sample.

    Args:
        watch: the :class:`Watch`.
        places: a dict from the ``id`` of each leaf of the sample to its place.

    Returns:
        Pairs ``(check, places)``. Checks of numbers that were computed from a sample are left out.
    """
    found = []
    for check, numbers in watch.checks:
        if all(id(x) in places for x in numbers):
            found.append((check, tuple([places[id(x)] for x in numbers])))
    return found


class Watch:
    """The reads and comparisons of a function, noted in the thread that records it.

    Losses report with ``"check"`` the checks that they made of targets, since the targets of other samples must pass
    them, too.

    Attributes:
        guards: the comparisons ``(sign, a, b, held)`` in order, where a and b are Values or numbers.
        inputs: the leaves that differ from sample to sample.
        made: the leaves that were made of plain numbers during recording.
        checks: the checks of data that losses made, ``(check, numbers)``; the numbers may be Values or plain numbers.
        start: the frame that began to record, while it records.
        refusal: the first error of a refused operation, in case the function catches it.
    """

    def __init__(self, inputs=()):
        self.guards: list = []
        self.made: list = []
        self.checks: list = []
        self.refusal: Unrecordable | None = None
        self.inputs = list(inputs)
        self._thread = threading.get_ident()
        self._guarding = False
        self.start = None

    def is_mine(self):
        """Return True in the thread that records."""
        return threading.get_ident() == self._thread

    def __call__(self, how, a, b, default):
        """Note an operation. Values call this and use its result."""
        if how == "operand":
            return a.value if isinstance(a, StandIn) else None
        if how in ("made", "check"):
            if self.is_mine():
                (self.made if how == "made" else self.checks).append(a if how == "made" else (a, b))
            return default
        if how == "computed":
            if self.is_mine() and not self._guarding and catches_errors(self.start):
                self._guard_error(a, b, raised=False)
            return default
        if how == "IEEE":
            operands, floats = b
            if not self.is_mine():
                return default
            if self._guarding or not catches_errors(self.start):
                return _by_ieee(a, floats)
            self._guard_error(a, operands, raised=True)
            return None  # so that the operation raises, and the function catches the error
        if self._freezes_nothing(how, a):
            return default
        if how in _SIGNS:
            return self._compared(how, a, b, default)
        if how == "where":
            return a.withdraw() if isinstance(a, WatchedCondition) else default
        if how == "data":
            return Reading(record(primitives.detached, (a,)))
        if how == "detach":
            copy = record(primitives.detached, (a,))
            copy.label = a.label
            return copy
        return refuse(how)

    def _freezes_nothing(self, how, a):
        """Return True if an operation cannot freeze a number of the sample, so that it needs neither note nor error."""
        if how in ("data", "hash", "format", "recorded"):
            caller = module_of_caller()
            package = caller.partition(".")[0]
            if how == "data" and package == "nn":  # a loss that checks its targets
                return True
            if how in ("hash", "format") and (package in PACKAGES or not self._depends(a)):  # such as an error message
                return True
            if how == "recorded" and caller == "autograd.engine.graph":  # a transform, whose result is recorded
                return True
        return not self.is_mine() and not self._depends(a)

    def _guard_error(self, primitive, operands, *, raised):
        """Guard whether an operation raised, because the function catches its errors.

        An operation raises if its value is not finite.
        """
        self._guarding = True  # while the operation is recorded again, as its value by IEEE 754
        try:
            size = abs(record(primitive, operands))
        finally:
            self._guarding = False
        self.guards.append(("<=", size, sys.float_info.max, not raised))

    def _compared(self, sign, a, b, held):
        if sign == "==" and isinstance(a, Value):
            return refuse("==") if is_real(b) or type(b) is Reading else held
        a, b = [x.value if type(x) is Reading else x for x in (a, b)]
        guard = sign, a, b, bool(held)
        self.guards.append(guard)
        return watched_condition(held, self.guards, guard) if isinstance(held, Condition) else held

    def _depends(self, x):
        """Return True if a Value was computed from the inputs."""
        if not isinstance(x, Value):
            return False
        inputs = {id(leaf) for leaf in self.inputs}
        seen, stack = set(), [x]
        while stack:
            node = stack.pop()
            if id(node) in inputs:
                return True
            if id(node) not in seen:  # by its id, since hashing a Value is watched
                seen.add(id(node))
                stack += node.parents
        return False


def _by_ieee(primitive, floats):
    """Return the value that a primitive has under IEEE 754 if it raises over floats, or NaN if it has none."""
    try:
        return float(primitive(*[Ieee(x) for x in floats]))
    except (ValueError, OverflowError, ZeroDivisionError):
        return math.nan


@contextmanager
def watched(inputs=()):
    """Return a context manager: in its block, a :class:`Watch` notes the operations of this thread.

    Only one thread at a time can be in such a block. The block records even inside a block of ``no_grad``.

    Args:
        inputs: the leaves that differ from sample to sample.

    Raises:
        Unrecordable: the code in the block does something that would freeze a number of one sample.
    """
    watch = Watch(inputs)
    watch.start = sys._getframe(2)  # beyond the function of contextlib that calls this one
    with _one_at_a_time:
        again, draws = unpaused(), _Draws()
        before = witnessed_by(watch)
        try:
            try:
                with draws:
                    yield watch
            except Exception as error:  # such as that of struct.pack, which replaces the error that it catches
                if watch.refusal not in (None, error):
                    raise watch.refusal from error
                raise
            if watch.refusal is not None:
                raise watch.refusal
            if draws.seen():
                refuse("random")
        finally:
            witnessed_by(before)
            watch.start = None  # a frame keeps the objects in its variables alive
            again()


class _Draws:
    """An observer of the random numbers that a block draws from the generators that all programs share.

    It compares the states of the generators before and after. Other threads may also draw. So if there are any, it
    looks at the calls of this thread.
    """

    _CALLS = frozenset(["random", "getrandbits", "seed", "setstate"])

    def __enter__(self):
        self._drawn = False
        self._looking = threading.active_count() > 1 and sys.getprofile() is None
        self._states = self._now()
        if self._looking:
            sys.setprofile(self._look)
        return self

    def __exit__(self, *error):
        if self._looking:
            sys.setprofile(None)

    def seen(self):
        """Return True if the block drew a random number."""
        now = self._now()
        return now[1] != self._states[1] or (self._drawn if self._looking else now[0] != self._states[0])

    def _look(self, _frame, event, called):
        if event == "c_call" and called.__name__ in self._CALLS:
            self._drawn |= getattr(called, "__self__", None) is random.random.__self__

    @staticmethod
    def _now():
        """Return the states of Python's and of NumPy's generators."""
        numpy = sys.modules.get("numpy.random")
        if numpy is None:
            return random.getstate(), None
        name, words, *rest = numpy.get_state()
        return random.getstate(), (name, words.tobytes(), *rest)

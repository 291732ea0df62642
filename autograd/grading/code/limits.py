"""The limits on the reading of a program, and the exceptions that end it."""

import time

__all__ = ["LeaveLoop", "Limits", "Stop", "Unreadable", "Work"]

MAX_STEPS = 400_000
MAX_SECONDS = 60.0  # a last resort: steps and operations are counted, so that the result is the same on every machine
MAX_WORK = 5_000_000
READING, STEP, EVALUATION, OPERATION = 1500, 5, 9, 1.0  # the costs, in units of work
MAX_LENGTH = 1_000_000  # of a list or a string
MAX_BITS = 4096  # of an integer
MAX_DEPTH = 120  # of nested calls


class Unreadable(Exception):
    """Raised if a program cannot be read further.

    Attributes:
        line: The line of the program, or 0 if it is unknown.
        message: A description of the unreadable part, and advice.
    """

    def __init__(self, message, line=0):
        super().__init__(message)
        self.message = message
        self.line = line


class Stop(BaseException):
    """Raised to end the reading when enough updates were seen. No program can catch it."""


class LeaveLoop(BaseException):
    """Raised to leave a loop, also from within calls in its body. No program can catch it.

    Attributes:
        loop: The token of the loop.
    """

    def __init__(self, loop):
        super().__init__()
        self.loop = loop


class Limits:
    """A counter of steps and calls, which raises ``Unreadable`` if a program takes too many of them.

    >>> limits = Limits(steps=2)
    >>> limits.step(), limits.step()
    (None, None)
    >>> limits.step()
    Traceback (most recent call last):
        ...
    autograd.grading.code.limits.Unreadable: the program takes more than 2 steps until its first update; ...
    """

    def __init__(self, steps=MAX_STEPS, seconds=MAX_SECONDS):
        self.most_steps = steps
        self.left = steps
        self.depth = 0
        self.evaluations = 0
        self.seconds = seconds
        self.deadline = time.monotonic() + seconds

    def step(self):
        """Count a statement or a loop iteration."""
        self.left -= 1
        if self.left < 0:
            raise Unreadable(
                f"the program takes more than {self.most_steps} steps until its first update; "
                "use fewer samples or layers"
            )
        if not self.left % 64 and time.monotonic() > self.deadline:
            raise Unreadable(
                f"reading the program takes more than {self.seconds:g} seconds; use fewer samples or smaller layers"
            )

    @property
    def used(self):
        """The number of steps counted so far."""
        return self.most_steps - self.left

    def enter(self):
        """Count the beginning of a call."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(f"calls are nested more than {MAX_DEPTH} deep")

    def leave(self):
        """Count the end of a call."""
        self.depth -= 1


class Work:
    """A counter of the work of a search, so that the search ends at the same edit on every machine.

    A unit is about a microsecond on an ordinary machine.

    >>> work = Work(5000)
    >>> work.spend(Limits(), operations=400), work.left()
    (None, True)
    >>> work.spend(Limits(), operations=4000), work.left()
    (None, False)
    """

    def __init__(self, most=MAX_WORK):
        self.units = most

    def spend(self, limits, operations):
        """Count one reading of a program.

        Args:
            limits: The limits of the reading.
            operations: The number of array elements that were computed.
        """
        self.units -= READING + STEP * limits.used + EVALUATION * limits.evaluations + OPERATION * operations

    def left(self):
        """Return True if some work is left."""
        return self.units > 0


def check_length(n):
    """Raise ``Unreadable`` if ``n`` is too large for the length of a list, a string or a range."""
    if n > MAX_LENGTH:
        raise Unreadable(f"a sequence of {n} elements is too long; use fewer samples")


def check_whole(n):
    """Return an integer. Raise ``Unreadable`` if it has too many digits."""
    if isinstance(n, int) and n.bit_length() > MAX_BITS:
        raise Unreadable("a whole number of more than 1000 digits is too long")
    return n

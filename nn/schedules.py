r"""Schedules: rates that change from update to update.

Each function here returns a schedule. A schedule is a function of the number $k$ of the update, counted from 0. An
optimizer accepts it in place of a rate. Schedules count updates, not epochs: an epoch of $n$ samples has
$\lceil n / \text{batch size} \rceil$ updates.

>>> from nn import SGD, schedules
>>> SGD(schedules.cosine(0.1, updates=1000))
SGD(cosine(0.1, 1000, 0.0))
"""

import functools
import math
from collections.abc import Callable

from nn.data import integer
from nn.optimizers import check_setting

__all__ = ["constant", "cosine", "linear", "step", "warmup"]

# A function of the number of the update, counted from 0.
Schedule = Callable[[int], float]


class _Rates(functools.partial):
    """A schedule that prints as the call that made it."""

    def __repr__(self):
        return f"{self.func.__name__.removeprefix('_')}({', '.join(repr(each) for each in self.args)})"


def constant(rate: float) -> Schedule:
    """Return a schedule that stays at ``rate``.

    Args:
        rate: a number above 0.

    Raises:
        ValueError: the rate is out of range.

    >>> constant(0.1)(7)
    0.1
    """
    check_setting("rate", rate, above=0.0)
    return _Rates(_constant, rate)


def step(rate: float, every: int, factor: float = 0.1) -> Schedule:
    r"""Return a schedule that multiplies the rate by ``factor`` after every ``every`` updates.

    At update $k$, the rate is $\eta f^{\lfloor k / n \rfloor}$, as in ``torch.optim.lr_scheduler.StepLR``.

    Args:
        rate: the first rate $\eta$, above 0.
        every: $n$, 1 or more.
        factor: $f$, above 0.

    Raises:
        ValueError: a number is out of range.

    >>> halved = step(0.8, every=10, factor=0.5)
    >>> halved(0), halved(9), halved(10), halved(25)
    (0.8, 0.8, 0.4, 0.2)
    """
    check_setting("rate", rate, above=0.0)
    check_setting("factor", factor, above=0.0)
    return _Rates(_step, rate, integer("every is 1 or more updates", every, least=1), factor)


def cosine(rate: float, updates: int, least: float = 0.0) -> Schedule:
    r"""Return a schedule that falls along half a cosine, from ``rate`` to ``least``, and stays there.

    At update $k$, the rate is $\eta_0 + (\eta - \eta_0)(1 + \cos(\pi k / n)) / 2$, as in
    ``torch.optim.lr_scheduler.CosineAnnealingLR``. PyTorch's schedule rises again after update $n$, and this one does
    not.

    Args:
        rate: the first rate $\eta$, above 0.
        updates: $n$, 1 or more.
        least: the last rate $\eta_0$, 0 or more.

    Raises:
        ValueError: a number is out of range.

    >>> falling = cosine(0.2, updates=100)
    >>> falling(0), round(falling(50), 6), falling(100), falling(1000)
    (0.2, 0.1, 0.0, 0.0)
    """
    check_setting("rate", rate, above=0.0)
    check_setting("least", least, least=0.0)
    return _Rates(_cosine, rate, integer("updates is 1 or more", updates, least=1), least)


def linear(rate: float, updates: int, end: float = 0.0) -> Schedule:
    """Return a schedule that goes in a straight line from ``rate`` to ``end``, and stays there.

    It is the same as ``torch.optim.lr_scheduler.LinearLR`` with ``start_factor=1`` and ``end_factor=end / rate``.

    Args:
        rate: the first rate, above 0.
        updates: the number of updates until the rate is ``end``, 1 or more.
        end: the last rate, 0 or more.

    Raises:
        ValueError: a number is out of range.

    >>> falling = linear(0.5, updates=4, end=0.25)
    >>> [falling(k) for k in range(6)]
    [0.5, 0.4375, 0.375, 0.3125, 0.25, 0.25]
    """
    check_setting("rate", rate, above=0.0)
    check_setting("end", end, least=0.0)
    return _Rates(_linear, rate, integer("updates is 1 or more", updates, least=1), end)


def warmup(after: float | Schedule, updates: int, start: float = 1 / 3) -> Schedule:
    """Return a schedule that rises in a straight line, and then continues with another schedule.

    At update ``k`` below ``updates``, the rate is ``start + (1 - start) * k / updates`` times the first rate of
    ``after``. Later, it is ``after(k - updates)``. It is the same as PyTorch's ``SequentialLR`` of ``LinearLR`` and
    another schedule.

    Args:
        after: the schedule that follows, or a number for a constant rate.
        updates: the number of updates in which the rate rises, 1 or more.
        start: the share of the first rate at update 0, above 0 and below 1.

    Raises:
        ValueError: a number is out of range.

    >>> rising = warmup(step(0.8, every=2, factor=0.5), updates=4, start=0.5)
    >>> [round(rising(k), 6) for k in range(8)]
    [0.4, 0.5, 0.6, 0.7, 0.8, 0.8, 0.4, 0.4]
    """
    after = after if callable(after) else constant(after)
    check_setting("start", start, above=0.0, below=1.0)
    return _Rates(_warmup, after, integer("updates is 1 or more", updates, least=1), start)


# These functions are not nested in the functions above, because pickling an optimizer needs functions of a module.


def _constant(rate, k):
    return rate


def _step(rate, every, factor, k):
    return rate * factor ** (k // every)


def _cosine(rate, updates, least, k):
    return least + (rate - least) * (1 + math.cos(math.pi * min(k, updates) / updates)) / 2


def _linear(rate, updates, end, k):
    return rate + (end - rate) * min(k, updates) / updates


def _warmup(after, updates, start, k):
    return after(0) * (start + (1 - start) * k / updates) if k < updates else after(k - updates)

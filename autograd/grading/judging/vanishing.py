"""Derivatives that are 0 under a reading, so that both sides of a claim are.

In a recurrent network, the h_3 and h_1 of ``\\partial h_3 / \\partial h_1`` are steps. As neurons of one layer, they do
not depend on each other, and every product of such derivatives would be right, with any sign.
"""

import itertools

from autograd.engine.errors import AutogradError
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS
from autograd.grading.judging.agreement import is_zero
from autograd.grading.judging.comparing import FAILURES
from autograd.grading.judging.instances import instances
from autograd.grading.meaning.arrays import entries, is_array
from autograd.grading.meaning.evaluate import evaluator
from autograd.grading.reading.nodes import Limits

__all__ = ["VANISHING", "vanishes"]

VANISHING = "both sides are 0 in the only reading in which it is right: write 0, or say what the numbers count"


def vanishes(judge, task, places, reading) -> bool:
    """Return True if the left side is a derivative that is 0 at all points, and no side is written as 0.

    Args:
        judge: the :class:`~autograd.grading.judging.judge.Judge`.
        task: the compared task, a claim that is right.
        places: the meanings of letters.
        reading: its reading.
    """
    left = task.sides[0]
    if left.kind != "deriv" or not all(_is_product(side) for side in task.sides[1:]):
        return False
    cache: dict = {}
    try:
        with precise_numbers().workdps(DIGITS):
            envs = instances(judge, task, places, reading, None, cache)
            for at, env in itertools.product(judge.points.deciding() or judge.points.precise(3), envs):
                value = evaluator(at, places, reading, cache).value(left, env)
                if not all(is_zero(x) for x in (entries(value) if is_array(value) else [value])):
                    return False
    except (AutogradError, *FAILURES):
        return False
    return True


def _is_product(side):
    """Return True if a side consists of factors, and is no sum."""
    if isinstance(side.data, Limits):
        return side.data.is_product
    return side.kind in ("prod", "deriv", "neg", "group")

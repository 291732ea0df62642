"""Rules with Python branches, over registers: both branches are followed, and a ``select`` chooses a result."""

from autograd.engine.errors import AlgebraError

__all__ = ["followed"]

_MAX_PATHS = 64


class _Decisions:
    """One path through a rule: the outcomes that its conditions are given, and the conditions that occurred."""

    def __init__(self, taken):
        self.taken, self.met = list(taken), []

    def decide(self, condition):
        self.met.append(condition)
        if len(self.met) > len(self.taken):
            self.taken.append(True)
        return self.taken[len(self.met) - 1]


def followed(rule, lanes, *operands):
    """Return ``rule(*operands)``, a register or several, merged from all paths through its Python branches.

    Raises:
        AlgebraError: there are more than 64 paths.
    """
    left = [_MAX_PATHS]

    def explore(taken):
        left[0] -= 1
        if left[0] < 0:
            raise AlgebraError(f"more than {_MAX_PATHS} ways through {rule!r}: write its choices with where or select.")
        outer, lanes.decisions = lanes.decisions, _Decisions(taken)
        try:
            result = rule(*operands)
            path = lanes.decisions
        finally:
            lanes.decisions = outer
        for k in reversed(range(len(taken), len(path.met))):
            result = _merged(path.met[k], result, explore([*path.taken[:k], False]))
        return result

    try:
        return explore([])
    except (ZeroDivisionError, OverflowError, ValueError):
        # A constant is outside of a domain. In registers, IEEE 754 gives a result.
        operands = [lanes.lift(x) for x in operands]
        return explore([])


def _merged(condition, a, b):
    if isinstance(a, (tuple, list)):
        return [_merged(condition, x, y) for x, y in zip(a, b, strict=True)]
    return condition.select(a, b)

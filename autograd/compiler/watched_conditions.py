"""Conditions while a function is recorded. Conditions that Python reads are guarded, and those of ``where`` are not."""

from autograd.engine.conditions import Condition

__all__ = ["WatchedCondition", "watched_condition"]


class WatchedCondition(Condition):
    """A comparison that was made while a function was recorded, with its guard.

    If ``where`` records the comparison, the guard is withdrawn, since the program follows the condition. If Python
    reads the condition as well, the guard is set again.
    """

    _guards: list
    _mine: list

    def withdraw(self):
        """Withdraw the guard of this comparison, if Python did not read the condition."""
        for guard in self._mine:
            self._guards[:] = [each for each in self._guards if each is not guard]

    def looked_at(self):
        """Set the guards of this condition permanently."""
        for guard in self._mine:
            self._guards[:] = [*[each for each in self._guards if each is not guard], guard]
        self._mine = []
        for part in self.operands:
            if isinstance(part, WatchedCondition):
                part.looked_at()

    def _combined(self, condition):
        """Return a condition that was made of this one as a watched condition."""
        if isinstance(condition, WatchedCondition) or not isinstance(condition, Condition):
            return condition
        return watched_condition(condition, self._guards)


def watched_condition(condition, guards, *mine):
    """Return a condition as a watched condition.

    Args:
        condition: the comparison, or a combination of several.
        guards: the guards of the recording.
        *mine: the guards of this comparison.
    """
    found = WatchedCondition(condition.real)
    found._parts, found._guards, found._mine = (condition.op, *condition.operands), guards, list(mine)
    return found


def _looking(name):
    method = getattr(int, name)

    def look(self, *arguments):
        self.looked_at()
        return method(self, *arguments)

    return look


def _combining(name):
    method = getattr(Condition, name)
    return lambda self, *arguments: self._combined(method(self, *arguments))


for _name in ("bool", "int", "float", "index", "hash", "eq", "ne", "add", "radd", "sub", "rsub", "mul", "rmul",
              "truediv", "rtruediv", "pow", "rpow", "neg", "pos", "abs"):  # fmt: skip
    setattr(WatchedCondition, f"__{_name}__", _looking(f"__{_name}__"))
for _name in ("and", "or", "xor", "invert"):
    setattr(WatchedCondition, f"__{_name}__", _combining(f"__{_name}__"))

"""``Condition``, the result of comparing Values. Python branches on it as on a bool, and ``where`` records it.

>>> from autograd import Value, replay, where
>>> x = Value(3.0)
>>> y = where(x > 0, 2 * x, -x)
>>> replay(y, at={x: -1.0}).value
1.0
"""

__all__ = ["Condition"]


class Condition(int):
    """The result of comparing Values. It equals True or False, and keeps the numbers that were compared.

    >>> from autograd import Value
    >>> condition = Value(1.0) < 2
    >>> condition
    True
    >>> condition.op, condition.operands
    ('<', (Value(data=1.0, grad=0.0), 2))

    ``&``, ``|``, ``^`` and ``~`` combine conditions into a new condition; a bool may stand on the right. Python's
    ``and``, ``or`` and ``not`` read the condition and choose at once, so they record nothing.

    Attributes:
        op: ``"<"``, ``"<="``, ``">"`` or ``">="``; for a combined condition ``"&"``, ``"|"``, ``"^"`` or ``"~"``.
        operands: the Values and numbers that were compared; for a combined condition, the conditions.
    """

    _parts: tuple

    @property
    def op(self) -> str:
        """The sign between the operands."""
        return self._parts[0]

    @property
    def operands(self) -> tuple:
        """The numbers that were compared, or the conditions that were combined."""
        return self._parts[1:]

    def __repr__(self):
        return repr(self.real != 0)

    __str__ = __repr__

    def __format__(self, spec):
        return format(self.real != 0, spec)

    def __and__(self, other):
        return _combined(int.__and__, "&", self, other)

    def __or__(self, other):
        return _combined(int.__or__, "|", self, other)

    def __xor__(self, other):
        return _combined(int.__xor__, "^", self, other)

    def __invert__(self):
        return new_condition(self.real == 0, "~", self)


def _combined(combine, sign, a, b):
    if isinstance(b, Condition):
        return new_condition(combine(a, b), sign, a, b)
    if _is_bool(b):  # without this, ~(condition & True) would be ~1, which is not 0 and so counts as true
        if sign == "^":
            return ~a if b else a
        return a if bool(b) == (sign == "&") else bool(b)
    return combine(a, b)


def _is_bool(x):
    """Return True for a bool of Python or NumPy."""
    kind = type(x)
    return kind is bool or (kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_"))


def new_condition(held, *parts):
    """Return a condition.

    Args:
        held: its truth value.
        parts: its sign and then its operands.
    """
    condition = Condition(held)
    condition._parts = parts
    return condition

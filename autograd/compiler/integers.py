"""Integers of a sample, while a function is recorded. They can be used as numbers and as indices.

A recorded function gets an :class:`Integer` in place of every integer of its sample. It is not an ``int``, so every use
of it is noticed. Arithmetic with Values makes it an input of the program. A look-up, ``table[token]``, is noted, and
its meaning is found by recording again with other integers; see :mod:`autograd.compiler.tracing`. Any other use, such
as a comparison, restricts the program to samples for which it has the same result.
"""

import dis
import operator
import sys

from autograd.compiler.readings import Reading, StandIn
from autograd.compiler.refusals import line_of_caller
from autograd.engine.algebra import is_real
from autograd.engine.value import Value

__all__ = ["Condition", "Integer", "Several"]

_SIGNS = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Condition:
    """An assumption of a program about an integer of its sample.

    Attributes:
        place: the place of the integer in a sample's row.
        factor: the factor in the compared number, ``factor * n + shift``.
        shift: the summand in the compared number.
        sign: the comparison, such as ``"<"``.
        other: the number with which it was compared.
        held: the recorded result of the comparison.
        line: the line of the comparison, for messages.
    """

    __slots__ = ("factor", "held", "line", "other", "place", "shift", "sign")

    def __init__(self, integer, sign, other, held, line):
        self.place, self.factor, self.shift = integer.place, integer.factor, integer.shift
        self.sign, self.other, self.held, self.line = sign, other, held, line

    def holds(self, row):
        """Return True if the condition has the same result for the row of another sample."""
        return _SIGNS[self.sign](self.factor * int(row[self.place]) + self.shift, self.other) is self.held

    @property
    def key(self):
        """The key of the condition. Equal conditions have equal keys."""
        return self.place, self.factor, self.shift, self.sign, self.other, self.held


class _Whole(StandIn):
    """An integer that depends on the sample. ``number`` is its value in the sample that is recorded."""

    __slots__ = ("_input", "number")

    @property
    def value(self):
        """The Value that replaces it in arithmetic."""
        if self._input is None:
            self._input = self._as_value()
        return self._input

    def __index__(self):
        return self._pinned()

    def __int__(self):
        return self._pinned()

    def __float__(self):
        return float(self._pinned())

    def __bool__(self):
        return self.compared("!=", 0, self.number != 0)

    def __hash__(self):
        return hash(self._pinned())

    def __repr__(self):
        return repr(self._pinned())

    def __format__(self, spec):
        return format(self._pinned(), spec)

    def __pos__(self):
        return self

    def __neg__(self):
        return self * -1

    def __abs__(self):
        return abs(self._pinned())


class Integer(_Whole):
    """An integer of a sample, or its sum or product with a plain integer.

    Args:
        notes: the object that notes its uses, with ``look_up(integer, line)``, ``condition(condition)`` and
            ``input_at(place)``.
        place: the place of the integer in the sample's row.
        number: its value in the sample that is recorded.
        factor: the factor in ``factor * (the integer at the place) + shift``, which this integer is.
        shift: the summand.
    """

    __slots__ = ("factor", "notes", "place", "shift")

    def __init__(self, notes, place, number, factor=1, shift=0):
        self.notes, self.place, self.number, self.factor, self.shift = notes, place, number, factor, shift
        self._input = None

    def _as_value(self):
        leaf = self.notes.input_at(self.place)
        leaf = leaf if self.factor == 1 else leaf * self.factor
        return leaf if self.shift == 0 else leaf + self.shift

    def _pinned(self):
        """Return the number for a use of unknown kind. The program is then only for samples with the same number."""
        self.compared("==", self.number, True)
        return self.number

    def compared(self, sign, other, held):
        """Note a comparison, and return its result ``held``."""
        self.notes.condition(Condition(self, sign, other, held, line_of_caller()))
        return held

    def __index__(self):
        frame = sys._getframe(1)
        if _is_subscript(frame):
            while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("autograd."):
                frame = frame.f_back  # take() looks up in tables for its callers
            self.notes.look_up(self, (frame.f_code, frame.f_lasti))
            return self.number
        return self._pinned()

    def with_plain(self, method, number):
        """Return the sum, difference or product of this integer and a plain integer."""
        factor, shift = (number, 0) if method is operator.mul else (1, method(0, number))
        return Integer(
            self.notes, self.place, factor * self.number + shift, factor * self.factor, factor * self.shift + shift
        )


class Several(_Whole):
    """The sum, difference or product of several integers of a sample.

    In arithmetic with Values, it is a number of the program, like an :class:`Integer`. Any other use restricts the
    program to samples with the same integers.

    Args:
        method: the function of the :mod:`operator` module.
        one: the first operand.
        other: the second operand. One of the two may be a plain integer.
    """

    __slots__ = ("method", "one", "other")

    def __init__(self, method, one, other):
        self.method, self.one, self.other, self._input = method, one, other, None
        self.number = method(*[x.number if isinstance(x, _Whole) else x for x in (one, other)])

    def _as_value(self):
        return self.method(*[x.value if isinstance(x, _Whole) else x for x in (self.one, self.other)])

    def _pinned(self):
        for x in (self.one, self.other):
            if isinstance(x, _Whole):
                x._pinned()
        return self.number

    def compared(self, sign, other, held):
        """Note a comparison, and return its result ``held``."""
        self._pinned()
        return held

    def with_plain(self, method, number):
        """Return the sum, difference or product of this integer and a plain integer."""
        return Several(method, self, number)


def _arithmetic(name):
    method = getattr(operator, name)
    is_whole = name in ("add", "sub", "mul")

    def compute(self, other):
        if isinstance(other, (Value, Reading)):
            return method(self.value, other)
        if isinstance(other, _Whole):
            return Several(method, self, other) if is_whole else method(self.value, other.value)
        if type(other) is int and is_whole:
            return self.with_plain(method, other)
        return method(self.value, other) if type(other) is float else _plain(method, self, other)

    def compute_reflected(self, other):
        if isinstance(other, (Value, Reading)):
            return method(other, self.value)
        if type(other) is int and is_whole:
            if name == "sub":  # other - self
                return (-self).with_plain(operator.add, other)
            return self.with_plain(method, other)
        return method(other, self.value) if type(other) is float else _plain(method, other, self)

    return compute, compute_reflected


def _plain(method, a, b):
    """Return the result of an operation of unknown kind on plain numbers."""
    a, b = [x._pinned() if isinstance(x, _Whole) else x for x in (a, b)]
    return method(a, b) if is_real(a) and is_real(b) else NotImplemented


def _of_plain_numbers(name):
    method = getattr(operator, name)
    return (lambda self, other: _plain(method, self, other)), (lambda self, other: _plain(method, other, self))


def _comparison(sign, method):
    def compare(self, other):
        if isinstance(other, (Value, Reading)):
            return method(self.value, other)
        if isinstance(other, _Whole):
            other = other._pinned()
        if not is_real(other):
            return NotImplemented
        return self.compared(sign, other, method(self.number, other))

    return compare


for _sign, _method in _SIGNS.items():
    setattr(_Whole, f"__{_method.__name__}__", _comparison(_sign, _method))
for _name in ("add", "sub", "mul", "truediv", "pow"):
    for _prefix, _method in zip(("__", "__r"), _arithmetic(_name), strict=True):
        setattr(_Whole, f"{_prefix}{_name}__", _method)
for _name in ("floordiv", "mod", "and_", "or_", "xor", "lshift", "rshift"):
    for _prefix, _method in zip(("__", "__r"), _of_plain_numbers(_name), strict=True):
        setattr(_Whole, f"{_prefix}{_name.rstrip('_')}__", _method)


def _is_subscript(frame):
    """Return True if the current instruction of a frame is a look-up, ``a[b]``, and not a slice, ``a[:b]``."""
    code, at = frame.f_code.co_code, frame.f_lasti
    if at > 1 and dis.opname[code[at - 2]] == "BUILD_SLICE":
        return False
    name = dis.opname[code[at]]
    return name.startswith("BINARY_SUBSCR") or (name == "BINARY_OP" and code[at + 1] == _SUBSCRIPT)


# Since Python 3.14, a look-up is a BINARY_OP like any other.
_SUBSCRIPT = next((k for k, (name, _) in enumerate(getattr(dis, "_nb_ops", ())) if name == "NB_SUBSCR"), -1)

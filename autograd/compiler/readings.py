"""Readings: the data of Values, read while a function is recorded, whose arithmetic is recorded, too."""

import operator

from autograd.compiler.refusals import refuse
from autograd.engine.algebra import is_real, register
from autograd.engine.value import Value, witnessed_by

__all__ = ["Reading", "StandIn"]


class StandIn:
    """A stand-in for the Value ``value`` while a function is recorded."""

    __slots__ = ()
    value: Value


class Reading(StandIn):
    """The data of a Value, read while a function is recorded: a number that each sample has.

    It has the arithmetic of a float, which is recorded. Comparisons are noted like those of Values, since Python may
    branch on them. It cannot be converted to a plain float.

    Attributes:
        value: the node with the number. No derivative flows from it to the Value that was read.
    """

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value

    def __copy__(self):
        return self

    def __deepcopy__(self, _memo):
        return self

    @property
    def real(self):
        """This number, as for any real number."""
        return self

    @property
    def imag(self):
        """0, as for any real number."""
        return 0.0

    def conjugate(self):
        """Return this number, as for any real number."""
        return self

    def __pos__(self):
        return self

    def __neg__(self):
        return Reading(-self.value)

    def __abs__(self):
        return Reading(abs(self.value))

    def __bool__(self):
        return self != 0.0

    def __hash__(self):
        return refuse("hash")

    def __eq__(self, other):
        if type(other) is not Reading and not is_real(other):
            return NotImplemented
        number = other.value if type(other) is Reading else other
        watch = witnessed_by(None)
        try:
            held = self.value <= number and self.value >= number
        finally:
            witnessed_by(watch)
        return bool(held) if watch is None else watch("==", self, other, bool(held))


def _binary(method, reflected):
    def compute(self, other):
        if type(other) is Reading:
            other = other.value
        elif isinstance(other, Value):
            return method(*((other, self.value) if reflected else (self.value, other)))
        elif not is_real(other):
            return NotImplemented
        return Reading(method(*((other, self.value) if reflected else (self.value, other))))

    return compute


def _comparison(method):
    def compare(self, other):
        other = other.value if type(other) is Reading else other
        return method(self.value, other) if isinstance(other, Value) or is_real(other) else NotImplemented

    return compare


def _unreadable(self, *_arguments):
    return refuse("number")


for _name in ("add", "sub", "mul", "truediv", "pow"):
    _method = getattr(operator, _name)
    setattr(Reading, f"__{_name}__", _binary(_method, reflected=False))
    setattr(Reading, f"__r{_name}__", _binary(_method, reflected=True))
for _method in (operator.lt, operator.le, operator.gt, operator.ge):
    setattr(Reading, f"__{_method.__name__}__", _comparison(_method))
for _name in ("float", "int", "trunc", "round", "floor", "ceil", "complex", "floordiv", "rfloordiv", "mod", "rmod",
              "divmod", "rdivmod", "reduce_ex"):  # fmt: skip
    setattr(Reading, f"__{_name}__", _unreadable)
for _name in ("is_integer", "hex", "as_integer_ratio"):
    setattr(Reading, _name, _unreadable)
for _name in ("format", "str", "repr"):
    setattr(Reading, f"__{_name}__", lambda self, *_spec: refuse("format"))


def _over_readings(primitive, operands):
    y = primitive(*[x.value if type(x) is Reading else x for x in operands])
    return y if any(isinstance(x, Value) for x in operands) else Reading(y)


register(Reading, _over_readings)

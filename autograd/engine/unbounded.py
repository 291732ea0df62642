"""Values whose operations overflow to infinity, for derivatives that are too large for a float.

If ``x ** -2.5`` overflows while it is recorded, it raises OverflowError, as in Python. In a derivative, the error would
hide a true, very large number, and sweeps over floats give infinity there. So if a derivative rule overflows over
Values, it is evaluated again over the numbers of this module.
"""

from autograd.engine import primitives
from autograd.engine.algebra import register
from autograd.engine.nodes import restore
from autograd.engine.value import Value

__all__ = ["Unbounded", "unbounded"]


class Unbounded:
    """A Value whose operations give infinity if they overflow."""

    __slots__ = ("x",)

    def __init__(self, x):
        self.x = x

    def __add__(self, other):
        return primitives.add(self, other)

    def __radd__(self, other):
        return primitives.add(other, self)

    def __sub__(self, other):
        return primitives.sub(self, other)

    def __rsub__(self, other):
        return primitives.sub(other, self)

    def __mul__(self, other):
        return primitives.mul(self, other)

    def __rmul__(self, other):
        return primitives.mul(other, self)

    def __truediv__(self, other):
        return primitives.div(self, other)

    def __rtruediv__(self, other):
        return primitives.div(other, self)

    def __pow__(self, other):
        return primitives.pow_(self, other)

    def __rpow__(self, other):
        return primitives.pow_(other, self)

    def __neg__(self):
        return primitives.neg(self)

    def __abs__(self):
        return primitives.abs_(self)


def _over_unbounded(primitive, operands):
    values = [x.x if isinstance(x, Unbounded) else x for x in operands]
    try:
        return Unbounded(primitive(*values))
    except OverflowError:
        floats = [x.data if isinstance(x, Value) else float(x) for x in values]
        values = [x if isinstance(x, Value) else float(x) for x in values]
        return Unbounded(restore(primitive, values, floats, primitive.limit(*floats)))


register(Unbounded, _over_unbounded)


def unbounded(rule, y, numbers):
    """Return ``rule(y, numbers)``, a list of derivatives over Values. An operation that overflows gives infinity."""
    y, *numbers = [Unbounded(x) if isinstance(x, Value) else x for x in (y, *numbers)]
    return [p.x if isinstance(p, Unbounded) else p for p in rule(y, numbers)]

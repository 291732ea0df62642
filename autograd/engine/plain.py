"""A right engine of one page behind the interface of ``Value``, for the wrong ones to differ from in one place each.

It reads its values and partial derivatives off the table, like the engine itself, and sweeps them over plain Python
objects: slowly, and with every step of the sweep a method of its own that a wrong engine can override.
"""

from typing import Any, ClassVar

from autograd.engine import primitives
from autograd.engine.algebra import Ieee, Primitive, is_real, out_of_domain, register
from autograd.engine.errors import GraphError, StaleGraphError
from autograd.engine.value import Value

__all__ = ["Engine"]


def _method(primitive: Primitive) -> Any:
    def method(self):
        return self.apply(primitive, (self,))

    method.__doc__ = f"The primitive ``{primitive.name}`` of this number."
    return method


class Engine:
    """A number that remembers how it was made, as ``Value`` does, in plain Python.

    A wrong engine is a subclass. The methods from :meth:`order` on are the steps of the sweep.

    Args:
        data: a real number.
        label: a name, for printing.

    Raises:
        TypeError: ``data`` is no real number.
    """

    # By the name of a primitive and the place of an operand: a rule (y, *operands) in place of the table's.
    rules: ClassVar[dict] = {}

    def __init_subclass__(cls):
        register(cls, cls.apply)  # so that autograd.exp and the other functions take its numbers

    def __init__(self, data, label=None):
        if not is_real(data):
            raise TypeError(f"a Value holds one real number, found {type(data).__name__} {data!r}: convert it first.")
        self._data, self._grad, self.label = float(data), 0.0, label
        self.op: Any = None
        self.operands: tuple = ()
        self.recorded: tuple = ()

    @classmethod
    def apply(cls, primitive: Primitive, operands) -> "Engine":
        """The value of ``primitive(*operands)``, recorded. ``operands`` are numbers of this engine and plain ones."""
        recorded = tuple([x.data if isinstance(x, Engine) else float(x) for x in operands])
        try:
            node = cls(primitive(*recorded))
        except ValueError as error:
            raise out_of_domain(primitive, recorded, error) from None
        if (-Value(0.0)).op is not None:  # not inside of no_grad
            node.op, node.operands, node.recorded = primitive, tuple(operands), recorded
        return node

    @property
    def data(self):
        """The number; it can be set on a leaf only."""
        return self._data

    @data.setter
    def data(self, data):
        if self.op is not None:
            raise GraphError(f"{self!r} was computed by {self.op}: change a leaf and compute it again.")
        self._data = _real(data, "data")

    @property
    def grad(self):
        """The derivative that sweeps have added up so far."""
        return self._grad

    @grad.setter
    def grad(self, grad):
        self._grad = _real(grad, "grad")

    @property
    def parents(self):
        """The numbers of this engine that the operation read, in order, one entry per reading."""
        return tuple([x for x in self.operands if isinstance(x, Engine)])

    @property
    def _prev(self):
        return set(self.parents)

    @property
    def _op(self):
        return "" if self.op is None else str(self.op)

    def __repr__(self):
        label = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self._data!r}, grad={self._grad!r}{label})"

    def __format__(self, spec):
        return format(self._data, spec) if spec else repr(self)

    def detach(self):
        """A leaf with the same data and label."""
        return type(self)(self._data, self.label)

    # --- Arithmetic, functions, comparison

    def _binary(self, primitive, *operands):
        if all(isinstance(x, Engine) or is_real(x) for x in operands):
            return self.apply(primitive, operands)
        return NotImplemented

    def __add__(self, other):
        return self._binary(primitives.add, self, other)

    def __radd__(self, other):
        return self._binary(primitives.add, other, self)

    def __sub__(self, other):
        return self._binary(primitives.sub, self, other)

    def __rsub__(self, other):
        return self._binary(primitives.sub, other, self)

    def __mul__(self, other):
        return self._binary(primitives.mul, self, other)

    def __rmul__(self, other):
        return self._binary(primitives.mul, other, self)

    def __truediv__(self, other):
        return self._binary(primitives.div, self, other)

    def __rtruediv__(self, other):
        return self._binary(primitives.div, other, self)

    def __pow__(self, other):
        return self._binary(primitives.pow_, self, other)

    def __rpow__(self, other):
        return self._binary(primitives.pow_, other, self)

    def __pos__(self):
        return self

    __neg__, __abs__ = _method(primitives.neg), _method(primitives.abs_)
    exp, log, sqrt = _method(primitives.exp), _method(primitives.log), _method(primitives.sqrt)
    expm1, log1p = _method(primitives.expm1), _method(primitives.log1p)
    sin, cos, tan = _method(primitives.sin), _method(primitives.cos), _method(primitives.tan)
    arcsin, arccos, arctan = _method(primitives.asin), _method(primitives.acos), _method(primitives.atan)
    sinh, cosh, tanh = _method(primitives.sinh), _method(primitives.cosh), _method(primitives.tanh)
    arcsinh, arccosh, arctanh = _method(primitives.asinh), _method(primitives.acosh), _method(primitives.atanh)
    sigmoid, relu = _method(primitives.sigmoid), _method(primitives.relu)

    def _compared(self, other, holds):
        if isinstance(other, Engine):
            return holds(self._data, other.data)
        return holds(self._data, other) if is_real(other) else NotImplemented

    def __lt__(self, other):
        return self._compared(other, lambda a, b: a < b)

    def __le__(self, other):
        return self._compared(other, lambda a, b: a <= b)

    def __gt__(self, other):
        return self._compared(other, lambda a, b: a > b)

    def __ge__(self, other):
        return self._compared(other, lambda a, b: a >= b)

    def __bool__(self):
        raise TypeError("a Value is neither true nor false: write value.data != 0, or compare it, as in value > 0.")

    def __float__(self):
        raise TypeError("float(value) would drop the graph: write value.data for the number.")

    # --- The sweep

    def backward(self, seed=1.0):
        """Add the derivative of this number to the ``grad`` of every node under it."""
        nodes = self.order()
        adjoints = self.sweep(nodes, _real(seed, "the seed"))
        for node in nodes:
            node.keep(adjoints.get(node, 0.0))

    def order(self) -> list:
        """Every node under this one, operands before what reads them.

        Raises:
            StaleGraphError: a leaf was changed after it was recorded.
        """
        nodes, seen, stack = [], set(), [(self, False)]
        while stack:
            node, entered = stack.pop()
            if entered:
                nodes.append(node)
            elif node.key() not in seen:
                seen.add(node.key())
                node.check_operands()
                stack.append((node, True))
                stack.extend([(x, False) for x in node.parents])
        return nodes

    def key(self):
        """What tells one node from another."""
        return id(self)

    def check_operands(self):
        """Raise where an operand is not what it was when it was read."""
        for x, recorded in zip(self.operands, self.recorded, strict=True):
            if isinstance(x, Engine) and x.data != recorded and (x.data == x.data or recorded == recorded):
                raise StaleGraphError(
                    f"{x!r} was changed after the graph was recorded (recorded {recorded!r}): compute it again."
                )

    def sweep(self, nodes: list, seed: float) -> dict:
        """The adjoint of every node in ``nodes``, from that of this one, the last."""
        adjoints = {self: seed}
        for node in reversed(nodes):
            for operand, partial in node.edges():
                node.hand_on(adjoints, operand, partial)
        return adjoints

    def hand_on(self, adjoints: dict, operand: "Engine", partial: float):
        """Add to the adjoint of ``operand`` what it gets from this node."""
        adjoints[operand] = adjoints.get(operand, 0.0) + adjoints.get(self, 0.0) * partial

    def keep(self, adjoint: float):
        """Add what a sweep found to the gradient."""
        self._grad += adjoint

    def edges(self) -> list:
        """The pairs of an operand and the derivative in it, one per reading."""
        pairs = [(x, self.partial(i)) for i, x in enumerate(self.operands) if isinstance(x, Engine)]
        # what would flow into the branch of a where that was not taken is nothing, not 0 times something
        return [pair for pair in pairs if pair[1] != 0.0] if self.op is primitives.where else pairs

    def partial(self, i: int) -> float:
        """The derivative in operand ``i``; infinite or NaN where there is none."""
        rule = self.rules.get((self.op.name, i))
        try:
            return float(self._partial(rule, i, self._data, self.recorded))
        except (ZeroDivisionError, OverflowError, ValueError):
            return float(self._partial(rule, i, Ieee(self._data), [Ieee(x) for x in self.recorded]))

    def _partial(self, rule, i, y, numbers):
        if rule is not None:
            return rule(y, *numbers)
        return self.op.gradient(y, numbers)[i] if self.op.arity is None else self.op.partial(i, y, numbers)


def _real(number, name):
    if not is_real(number):
        raise TypeError(f"{name} is one real number, found {type(number).__name__} {number!r}: convert it first.")
    return float(number)


register(Engine, Engine.apply)

"""The whole engine on one page. Read this first.

Backpropagation needs two things: numbers that remember how they were made, and a walk back over what they remember.

>>> from autograd.engine.plain import Engine
>>> a, b = Engine(2.0, "a"), Engine(-3.0, "b")
>>> loss = a * b + a**2  # computes -2.0, and records a graph of three operations
>>> loss.data
-2.0
>>> loss.backward()  # walks the graph from the loss back to the leaves
>>> a.grad, b.grad  # dL/da = b + 2a, dL/db = a
(1.0, 2.0)

``Value``, the engine that users work with, does the same in compiled code; the tests compare the two. What this page
does not contain is calculus: the value and the derivative of each operation are one entry in ``primitives.py``. The
engines of :mod:`autograd.mutants` are subclasses that get one step of this page wrong.
"""

import functools
from typing import Any, ClassVar

from autograd.engine import other_engines, primitives
from autograd.engine.algebra import Ieee, Primitive, is_real, out_of_domain, register
from autograd.engine.errors import GraphError, StaleGraphError
from autograd.engine.value import Value

__all__ = ["Engine"]


def _method(primitive: Primitive) -> Any:
    def method(self):
        return self.apply(primitive, (self,))

    method.__doc__ = f"Return the primitive ``{primitive.name}`` of this number."
    return method


class Engine:
    """A number that remembers how it was made.

    Args:
        data: a real number.
        label: a name, for printing.

    Raises:
        TypeError: ``data`` is not a real number.
    """

    # A wrong engine may replace the table's rule for a primitive's operand: {("tanh", 0): lambda y, x: ...}.
    rules: ClassVar[dict] = {}

    def __init_subclass__(cls):
        register(cls, cls.apply)  # so that autograd.exp and the other functions take its numbers

    def __init__(self, data, label=None):
        if not is_real(data):
            raise TypeError(f"a Value holds one real number, found {type(data).__name__} {data!r}: convert it first.")
        self._data, self._grad, self.label = float(data), 0.0, label
        # How the number was made. A leaf, which the user wrote down, was not made by an operation.
        self.op: Any = None
        self.operands: tuple = ()
        self.recorded: tuple = ()  # the operands' data at that moment: a leaf may be changed later

    # --- 1. Forward: compute, and remember.

    @classmethod
    def apply(cls, primitive: Primitive, operands) -> "Engine":
        """Compute ``primitive(*operands)`` and record it. Operands are numbers of this engine or plain numbers."""
        recorded = tuple([x.data if isinstance(x, Engine) else float(x) for x in operands])
        try:
            node = cls(primitive(*recorded))
        except ValueError as error:
            raise out_of_domain(primitive, recorded, error) from None
        if (-Value(0.0)).op is not None:  # inside no_grad nothing is recorded
            node.op, node.operands, node.recorded = primitive, tuple(operands), recorded
        return node

    # --- 2. Backward: in reverse order, give each operand its share.
    #
    # The adjoint of a node is dL/dnode, the derivative of the loss with respect to it. The adjoint of the loss is 1. If
    # node = f(x, ...), the chain rule says that the node contributes
    #
    #     adjoint(node) * dnode/dx
    #
    # to the adjoint of x. If several nodes read x, their contributions add up. So a node's adjoint is complete when all
    # nodes that read it are done: the walk visits them in the reverse of the order in which they were computed.

    def backward(self, seed=1.0):
        """Add the derivative of this number to the ``grad`` of every node under it.

        Args:
            seed: the adjoint of this number itself.

        Raises:
            StaleGraphError: a leaf was changed after it was recorded.
        """
        nodes = self.order()
        adjoints = self.sweep(nodes, _real(seed, "the seed"))
        for node in nodes:
            node.accumulate(adjoints.get(node, 0.0))

    def order(self) -> list:
        """Return every node under this one, operands before the nodes that read them.

        A stack replaces recursion, which would fail on long chains. A node goes on the stack twice: it is entered, its
        operands are listed, and then it is listed itself.
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

    def sweep(self, nodes: list, seed: float) -> dict:
        """Return the adjoint of every node in ``nodes``, the last of which is this one."""
        adjoints = {self: seed}
        for node in reversed(nodes):
            for operand, partial in node.edges():
                node.propagate(adjoints, operand, partial)
        return adjoints

    def edges(self) -> list:
        """Return a pair of operand and partial derivative for each operand that is a node.

        ``a * a`` has two edges to ``a``, so its derivative comes out as ``a + a``.
        """
        pairs = [(x, self.partial(i)) for i, x in enumerate(self.operands) if isinstance(x, Engine)]
        # The branch that where did not choose gets no contribution at all: 0 times infinity would be NaN.
        return [pair for pair in pairs if pair[1] != 0.0] if self.op is primitives.where else pairs

    def propagate(self, adjoints: dict, operand: "Engine", partial: float):
        """Add this node's contribution to the adjoint of ``operand``."""
        adjoints[operand] = adjoints.get(operand, 0.0) + adjoints.get(self, 0.0) * partial

    def accumulate(self, adjoint: float):
        """Add what a sweep found to ``grad``, which sums up over sweeps until the user resets it."""
        self._grad += adjoint

    # --- 3. The derivative of one operation, from the table.

    def partial(self, i: int) -> float:
        """Return the derivative with respect to operand ``i``; it is infinite or NaN where there is none."""
        rule = self.rules.get((self.op.name, i))
        try:
            return float(self._partial(rule, i, self._data, self.recorded))
        except (ZeroDivisionError, OverflowError, ValueError):
            # Python floats raise at a pole. IEEE numbers give inf or NaN there, as the compiled engine does.
            return float(self._partial(rule, i, Ieee(self._data), [Ieee(x) for x in self.recorded]))

    def _partial(self, rule, i, y, numbers):
        if rule is not None:
            return rule(y, *numbers)
        return self.op.gradient(y, numbers)[i] if self.op.arity is None else self.op.partial(i, y, numbers)

    # --- 4. What keeps users from wrong answers.

    def key(self):
        """Return what identifies this node: two nodes with equal data are still two nodes."""
        return id(self)

    def check_operands(self):
        """Raise StaleGraphError if an operand is no longer what it was when this node was computed."""
        for x, recorded in zip(self.operands, self.recorded, strict=True):
            if isinstance(x, Engine) and x.data != recorded and (x.data == x.data or recorded == recorded):
                raise StaleGraphError(
                    f"{x!r} was changed after the graph was recorded (recorded {recorded!r}): compute it again."
                )

    @property
    def data(self):
        """The number. It can be set on a leaf only."""
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

    def __bool__(self):
        raise TypeError("a Value is neither true nor false: write value.data != 0, or compare it, as in value > 0.")

    def __float__(self):
        raise TypeError("float(value) would drop the graph: write value.data for the number.")

    # --- 5. Python's operators, so that formulas look like formulas.

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

    # --- 6. Looking at a graph.

    @property
    def parents(self):
        """The operands that are nodes, in order; a node that is read twice is there twice."""
        return tuple([x for x in self.operands if isinstance(x, Engine)])

    @functools.cached_property
    def _children(self):
        if self.op is None or not other_engines.shows_constants(self.op):
            return self.parents
        return tuple([x if isinstance(x, Engine) else type(self)(x) for x in self.operands])

    @property
    def _prev(self):
        return set(self._children)

    @property
    def _op(self):
        return other_engines.sign(self.op, self.operands)

    def __repr__(self):
        label = "" if self.label is None else f", label={self.label!r}"
        return f"Value(data={self._data!r}, grad={self._grad!r}{label})"

    def __format__(self, spec):
        return format(self._data, spec) if spec else repr(self)

    def detach(self):
        """Return a leaf with the same data and label: the graph ends here."""
        return type(self)(self._data, self.label)


def _real(number, name):
    if not is_real(number):
        raise TypeError(f"{name} is one real number, found {type(number).__name__} {number!r}: convert it first.")
    return float(number)


register(Engine, Engine.apply)

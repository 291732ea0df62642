"""The whole engine on one page. Read this first.

Backpropagation needs two parts. Every number records how it was computed. Then a walk follows these records backward,
from the loss to the leaves.

>>> from autograd.engine.plain import Engine
>>> a, b = Engine(2.0, "a"), Engine(-3.0, "b")
>>> loss = a * b + a**2  # computes -2.0, and records a graph of three operations
>>> loss.data
-2.0
>>> loss.backward()  # walks the graph from the loss back to the leaves
>>> a.grad, b.grad  # dL/da = b + 2a, dL/db = a
(1.0, 2.0)

Users work with ``Value``, which does the same in compiled code. The tests compare the two. This page contains no
calculus: the value and the partial derivatives of each operation are one entry in ``primitives.py``. The wrong engines
of :mod:`autograd.mutants` are subclasses of ``Engine``. Each of them gets one step of this page wrong.
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

    method.__doc__ = f"Return the primitive ``{primitive.name}`` of this number, and record it."
    return method


class Engine:
    """A number that records how it was computed.

    Args:
        data: a real number.
        label: a name, for printing.

    Raises:
        TypeError: ``data`` is not a real number.
    """

    # A wrong engine can replace a partial derivative of the table. For operand 0 of tanh it writes
    # {("tanh", 0): lambda y, x: ...}.
    rules: ClassVar[dict] = {}

    def __init_subclass__(cls):
        register(cls, cls.apply)  # so that autograd.exp and the other functions accept numbers of the subclass

    def __init__(self, data, label=None):
        if not is_real(data):
            raise TypeError(f"a Value holds one real number, found {type(data).__name__} {data!r}: convert it first.")
        self._data, self._grad, self.label = float(data), 0.0, label
        # The record of the operation that computed the number. It stays empty for a leaf, which the user wrote down.
        self.op: Any = None
        self.operands: tuple = ()
        self.recorded: tuple = ()  # the data of the operands at that time, because a leaf can be changed later

    # --- 1. Forward: compute and record.

    @classmethod
    def apply(cls, primitive: Primitive, operands) -> "Engine":
        """Compute ``primitive(*operands)`` and record it.

        Args:
            primitive: an entry of the table, such as ``primitives.mul``.
            operands: numbers of this engine or plain numbers.

        Returns:
            A new number.

        Raises:
            DomainError: the operation has no real result, such as ``log(-1)``.
        """
        recorded = tuple([x.data if isinstance(x, Engine) else float(x) for x in operands])
        try:
            node = cls(primitive(*recorded))
        except ValueError as error:
            raise out_of_domain(primitive, recorded, error) from None
        if (-Value(0.0)).op is not None:  # inside no_grad, nothing is recorded
            node.op, node.operands, node.recorded = primitive, tuple(operands), recorded
        return node

    # --- 2. Backward: visit the nodes in reverse order and propagate their adjoints to their operands.
    #
    # The adjoint of a node is dL/dnode, the derivative of the loss with respect to it. The adjoint of the loss is 1. If
    # node = f(x, ...), the chain rule says that the node contributes
    #
    #     adjoint(node) * dnode/dx
    #
    # to the adjoint of x. If several nodes read x, their contributions are added. So the adjoint of x is complete only
    # after all nodes that read x have been visited. A walk in the reverse of the order of computation ensures this.

    def backward(self, seed=1.0):
        """Run a reverse sweep: add the adjoint of each node to its ``grad``.

        The nodes are this number, L, and every node under it. The adjoint of a node is dL/dnode.

        Args:
            seed: the adjoint of this number, with which the sweep starts.

        Raises:
            StaleGraphError: a leaf was changed after it was recorded.
            TypeError: the seed is not a real number.
        """
        nodes = self.order()
        adjoints = self.sweep(nodes, _real(seed, "the seed"))
        for node in nodes:
            node.accumulate(adjoints.get(node, 0.0))

    def order(self) -> list:
        """Return this node and every node under it, each once, operands before the nodes that read them.

        A stack replaces recursion, because recursion would fail on long chains. When a node is taken off the stack for
        the first time, it is put back with a mark, and its operands are put on top of it. When the marked node is taken
        off, all its operands are in the list already, so the node is added.

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

    def sweep(self, nodes: list, seed: float) -> dict:
        """Return a dict from node to adjoint. A node to which no derivative flows is not in it.

        Args:
            nodes: the nodes in the order that ``order`` returns, this one last.
            seed: the adjoint of this node.
        """
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
        # The branch that where did not choose gets no contribution. Its contribution is not always 0: 0 times infinity
        # is NaN.
        return [pair for pair in pairs if pair[1] != 0.0] if self.op is primitives.where else pairs

    def propagate(self, adjoints: dict, operand: "Engine", partial: float):
        """Add this node's contribution to the adjoint of ``operand``."""
        adjoints[operand] = adjoints.get(operand, 0.0) + adjoints.get(self, 0.0) * partial

    def accumulate(self, adjoint: float):
        """Add the adjoint that a sweep found to ``grad``. Sweeps add up until the user resets ``grad``."""
        self._grad += adjoint

    # --- 3. The derivative of one operation, from the table.

    def partial(self, i: int) -> float:
        """Return the partial derivative of this node with respect to operand ``i``.

        At a point without a derivative, such as a pole, it is infinite or NaN.
        """
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

    # --- 4. Checks that keep users from wrong answers.

    def key(self):
        """Return the identity of this node. Two nodes with equal data are still two nodes."""
        return id(self)

    def check_operands(self):
        """Raise StaleGraphError if the data of an operand changed after this node was computed."""
        for x, recorded in zip(self.operands, self.recorded, strict=True):
            if isinstance(x, Engine) and x.data != recorded and (x.data == x.data or recorded == recorded):
                raise StaleGraphError(
                    f"{x!r} was changed after the graph was recorded (recorded {recorded!r}): compute it again."
                )

    @property
    def data(self):
        """The number. Only the data of a leaf can be set."""
        return self._data

    @data.setter
    def data(self, data):
        if self.op is not None:
            raise GraphError(f"{self!r} was computed by {self.op}: change a leaf and compute it again.")
        self._data = _real(data, "data")

    @property
    def grad(self):
        """The sum of the adjoints that all sweeps have found for this node since ``grad`` was set last."""
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
        """The operands that are nodes, in order. A node that is read twice appears twice."""
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
        """Return a leaf with the same data and label. No derivative flows from it back to this node."""
        return type(self)(self._data, self.label)


def _real(number, name):
    if not is_real(number):
        raise TypeError(f"{name} is one real number, found {type(number).__name__} {number!r}: convert it first.")
    return float(number)


register(Engine, Engine.apply)

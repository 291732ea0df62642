# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Operations on whole nodes: set the data of many leaves, record a condition, restore a node from its parts."""

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine import primitives
from autograd.engine.errors import GraphError, StaleGraphError

if cython.compiled:
    from cython.cimports.autograd.engine.value import Value, new_leaf, remember
else:
    from autograd.engine.value import Value, new_leaf, remember
from autograd.engine.value import record, witnessed

__all__ = ["assign", "mark_as_plain", "record_condition", "restore"]

LEAF = cython.declare(cython.int, 0)


def assign(leaves: list, numbers: list):
    """Set the data of many leaves at once. If any number is invalid, none is changed.

    Raises:
        GraphError: one of the Values was computed, so it is not a leaf.
        TypeError: one of the leaves is not a Value, or one of the numbers is not a float.
        ValueError: the number of leaves is not the number of numbers.
    """
    node: Value
    i: cython.Py_ssize_t
    n: cython.Py_ssize_t = len(leaves)
    if len(numbers) != n:
        raise ValueError(f"{n} leaves and {len(numbers)} numbers: give one for each.")
    if n > 0:
        witnessed("set", leaves[0])
    for i in range(n):
        if not isinstance(leaves[i], Value) or type(numbers[i]) is not float:
            raise TypeError(f"leaf {i} is {leaves[i]!r} and its number {numbers[i]!r}: give Values and floats.")
        node = cython.cast(Value, leaves[i])
        if node._code != LEAF:
            raise GraphError(f"{node!r} was computed by {node.op}: change a leaf and compute it again.")
    for i in range(n):
        node = cython.cast(Value, leaves[i])
        node._data = cython.cast(cython.double, numbers[i])


def mark_as_plain(leaves: list):
    """Mark leaves that stand for plain numbers. A result that depends only on these is not connected to any Value."""
    for item in leaves:
        cython.cast(Value, item)._a_data = 1.0


def record_condition(condition):
    """Record a :class:`Condition`, for ``where``, and return its node: 1 if the condition holds, else 0.

    The witness is called with ``"where"``. A compiled program needs no guard for a comparison that it computes itself.

    Raises:
        StaleGraphError: a leaf was changed after the comparison, and the comparison would now have the other result.
    """
    node: Value
    sign, a, b = (*condition._parts, None)[:3]
    if sign in ("&", "|", "^", "~"):
        a = record_condition(a)
        b = None if b is None else record_condition(b)
        if sign == "&":
            node = record(primitives.at_least, (a + b, 2.0))
        elif sign == "|":
            node = record(primitives.at_least, (a + b, 1.0))
        elif sign == "^":
            node = record(primitives.greater, ((a - b) * (a - b), 0.0))
        else:
            node = record(primitives.at_least, (0.0, a))
    elif sign in (">", "<"):
        node = record(primitives.greater, (a, b) if sign == ">" else (b, a))
    else:
        node = record(primitives.at_least, (a, b) if sign == ">=" else (b, a))
    if node._data != condition.real:
        raise StaleGraphError(
            f"the condition {a!r} {sign} {b!r} was {condition!r} when it was compared, and is not any more, because a "
            "leaf was changed: compare again."
        )
    witnessed("where", condition)
    return node


def restore(op, operands, recorded, data) -> Value:
    """Return a node with the given ``op``, ``operands``, ``recorded`` and ``data``. Nothing is computed."""
    node: Value = new_leaf(data)
    node._code = op.code
    if op is primitives.dot:
        weights, inputs, bias = primitives.dot_operands(operands)
        node._a, node._b = weights + bias, inputs
        weights, inputs, bias = primitives.dot_operands(recorded)
        remember(node, [*weights, *bias, *inputs])
    elif op.arity is None or op.arity > 2:
        node._a = tuple(operands)
        remember(node, list(recorded))
    else:
        node._a = operands[0] if isinstance(operands[0], Value) else None
        node._a_data = recorded[0]
        if op.arity == 2:
            node._b = operands[1] if isinstance(operands[1], Value) else None
            node._b_data = recorded[1]
    return node

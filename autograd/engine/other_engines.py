"""Support for programs that were written for other scalar engines.

It has nodes whose derivatives the program gives, and the signs that micrograd shows for operations.
"""

from autograd.engine import primitives
from autograd.engine.algebra import Ieee, engine_defines, primitive
from autograd.engine.errors import AlgebraError

__all__ = ["given", "refuse_given", "shows_constants", "sign"]

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "relu": "ReLU"}


def sign(op, operands) -> str:
    """Return the sign that micrograd shows for an operation (``+``, ``*``, ``**2``, ``ReLU``), else its name."""
    if op is None:
        return ""
    if op is primitives.pow_ and type(operands[1]) is float:
        return f"**{operands[1]:g}"
    return _SIGNS.get(op.name, op.name)


def shows_constants(op) -> bool:
    """Return True if micrograd makes nodes of an operation's constant operands, as it does for sums and products."""
    return op.code <= primitives.total.code  # arithmetic is at the beginning of the table, and total is its last entry


# --- Numbers that a program computed outside of the engine, with their derivatives: Value(data, children, local_grads)


def _only_first(*_operands):
    raise AlgebraError(
        "Value(data, children, local_grads) gives only a number and its first derivatives, at one point. It cannot be "
        "computed again, compiled, derived or differentiated twice. Write the operation with @autograd.primitive, or "
        "compute it with Values."
    )


def _partials(y, *operands):
    n = len(operands) // 2
    if not all(isinstance(x, (float, Ieee)) for x in operands):
        _only_first()
    return (*operands[n:], *[0.0] * n)


# Its operands are the children, followed by the derivatives with respect to them, as constants.
engine_defines(True)
given = primitive("given", _only_first, partials=_partials, text="given({0})")
engine_defines(False)


def refuse_given(nodes) -> None:
    """Raise AlgebraError if a program gave the derivatives of one of these nodes."""
    if any(node.op is given for node in nodes):
        _only_first()

"""Nodes whose derivatives are given and micrograd's signs, for programs written for other scalar engines."""

from autograd.engine import primitives
from autograd.engine.algebra import Ieee, engine_defines, primitive
from autograd.engine.errors import AlgebraError

__all__ = ["given", "refuse_given", "shows_constants", "sign"]

_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "relu": "ReLU"}


def sign(op, operands) -> str:
    """Return what micrograd shows for an operation: ``+``, ``*``, ``**2``, ``ReLU``; else the primitive's name."""
    if op is None:
        return ""
    if op is primitives.pow_ and type(operands[1]) is float:
        return f"**{operands[1]:g}"
    return _SIGNS.get(op.name, op.name)


def shows_constants(op) -> bool:
    """Return whether micrograd has the constants among the operands as nodes: what is added or multiplied is one."""
    return op.code <= primitives.total.code


# --- A number that was computed outside of the engine, with its derivatives: Value(data, children, local_grads)


def _only_first(*_operands):
    raise AlgebraError(
        "Value(data, children, local_grads) says what a number is and its first derivatives, at one point: it cannot "
        "be computed again, compiled, derived or differentiated twice. Write the operation with @autograd.primitive, "
        "or compute it with Values."
    )


def _partials(y, *operands):
    n = len(operands) // 2
    if not all(isinstance(x, (float, Ieee)) for x in operands):
        _only_first()
    return (*operands[n:], *[0.0] * n)


# Its operands are the children and then, as constants, the derivatives in them.
engine_defines(True)
given = primitive("given", _only_first, partials=_partials, text="given({0})")
engine_defines(False)


def refuse_given(nodes) -> None:
    """Raise AlgebraError if the derivatives of one of some nodes were given."""
    if any(node.op is given for node in nodes):
        _only_first()

"""The operands that a program reads: both branches of a choice, unless its condition is a constant."""

from autograd.engine import primitives
from autograd.engine.errors import GraphError
from autograd.engine.graph import postorder
from autograd.engine.value import Value

__all__ = [
    "check_leaves", "chooses", "constants_of", "is_frozen", "nodes_under", "operands_read", "taken_branch", "terms_of",
]  # fmt: skip

_ARITHMETIC = {primitives.add, primitives.sub, primitives.mul, primitives.div}


def check_leaves(parameters, inputs) -> None:
    """Check that parameters and inputs are leaves, and that none is listed twice.

    Raises:
        GraphError: one is not a leaf, or is listed twice.
    """
    seen: set = set()
    for leaves, name in ((parameters, "parameter"), (inputs, "input")):
        for k, leaf in enumerate(leaves):
            if not isinstance(leaf, Value) or leaf.op is not None:
                raise GraphError(f"{name} {k} is {leaf!r}, which is not a leaf: give a Value that was not computed.")
            if leaf in seen:
                raise GraphError(f"{name} {k}, {leaf!r}, is listed twice among the leaves: list each leaf once.")
            seen.add(leaf)


def nodes_under(roots, strict=False) -> list[Value]:
    """Return all nodes under some roots, operands first. It does not matter whether leaves were changed.

    If ``strict``, this is the order of the engine's sweep, which enters the last operand first. Otherwise the first
    operand is entered first. Both branches of a ``where`` are entered, unless its condition is a plain number, which
    can never change.
    """
    return postorder(roots, operands_read if strict else lambda node: reversed(operands_read(node)))


def chooses(node):
    """Return True if a node uses one of its branches, and may use another one in the next run."""
    return node.op is not None and bool(node.op.traits.branches) and not is_frozen(node)


def is_frozen(node):
    """Return True if a node always uses the same one of its branches, because its condition is a constant."""
    op = node.op
    if op is None or not op.traits.branches:
        return False
    return not any(isinstance(x, Value) for i, x in enumerate(node.operands) if i not in op.traits.branches)


def taken_branch(node):
    """Return the branch that a frozen node uses. If the condition is NaN, return the result, which is NaN."""
    operands = node.operands
    taken = [operands[i] for i in node.op.traits.branches if node.op.reaches(i, operands)]
    return taken[0] if len(taken) == 1 else node.data


def operands_read(node):
    """Return the Values that an operation reads, in the order in which the engine's sweep visits them."""
    operands, op = node.operands, node.op
    if op is primitives.dot:
        weights, inputs, bias = primitives.dot_operands(operands)
        operands = (*weights, *bias, *inputs)
    elif op is not None and op.traits.branches and is_frozen(node):
        operands = (taken_branch(node),)
    return [x for x in operands if isinstance(x, Value)]


def terms_of(node):
    """Return the operands that a node adds up. Its adjoint is propagated to them unchanged."""
    if node.op is primitives.add or node.op is primitives.total:
        return node.operands
    if node.op is primitives.dot:
        return primitives.dot_operands(node.operands).bias
    return (taken_branch(node),) if node.op is not None and is_frozen(node) else ()


def constants_of(node):
    """Return the constants among the operands, with None for operands with slots. In arithmetic, all have slots."""
    keep = node.op not in _ARITHMETIC
    return tuple([float(x) if keep and not isinstance(x, Value) else None for x in node.operands])

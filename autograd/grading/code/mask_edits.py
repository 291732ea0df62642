"""Edits of the entries of a mask, and of the functions that a layer returns for its way back."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.objects import Function

__all__ = ["mask_entries", "other_functions"]

MAX_FUNCTIONS = 6


def mask_entries(way, source):
    """Yield edits of the entries that a statement stores in a mask, such as ``mask[margins > 0] = 1``.

    In the gradient of a hinge loss, an active margin counts once, and the right class counts all active margins.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    for statement, _, _ in source.stores:
        target = statement.targets[0] if isinstance(statement, ast.Assign) else None
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, (ast.Name, ast.Attribute)):
            continue
        name, text = source.text_of(target.value), source.text_of(statement.value)
        shape = way.shape_of(target.value)
        if not shape or len(shape) != 2 or _number(statement.value) == 0:
            continue
        new = []
        if isinstance(target.slice, ast.Compare) and _number(statement.value) is None:
            kind, message = "loss for its derivative", f"the value {text} stands where its derivative, 1, belongs"
            new = ["1"]
        elif isinstance(target.slice, ast.Tuple) and name not in text:
            kind = "wrong factor"
            message = f"{text} does not count the other entries of {name}, each of which contributes"
            new = [f"{sign}{name}.sum(axis={axis})" for sign in ("-", "") for axis in (1, 0)]
        for form in new:
            edits = (source.replacing(statement.value, form),)
            yield Candidate(1.2, kind, statement.lineno, message, edits, firm=True)


def _number(node):
    inner = node.operand if isinstance(node, ast.UnaryOp) else node
    return inner.value if isinstance(inner, ast.Constant) else None


def other_functions(c):
    """Yield edits that call another function which a layer returned, such as ``back2(d)`` in place of ``back1(d)``."""
    node = c.node
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not c.is_back():
        return
    names = {**c.seen.frame.module.names, **c.seen.frame.names}
    own = names.get(node.func.id)
    if not _is_made(own):
        return
    others = [name for name, value in names.items() if _is_made(value) and value is not own]
    called = {
        part.func.id for part in c.source.parents if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)
    }
    for count, other in enumerate(sorted(others, key=lambda name: name in called)[:MAX_FUNCTIONS]):
        same = isinstance(own.node, ast.Lambda) == isinstance(names[other].node, ast.Lambda)
        kind = "derivative at the wrong argument" if own.node is names[other].node else "wrong derivative"
        message = f"{node.func.id} belongs to another layer: {other} is the way back through this one"
        cost = 1.05 + 0.1 * (other in called) + 0.1 * (not same) + 0.01 * count
        yield Candidate(cost, kind, c.line, message, (c.source.replacing(node.func, other),), firm=True)


def _is_made(value):
    """Return True if a value is a function that another function returned."""
    return isinstance(value, Function) and value.frame is not value.frame.module

"""Edits of updates that are stored in another place than the one from which they are computed."""

import ast

from autograd.grading.code.context import Candidate

__all__ = ["stored_elsewhere"]

VARIABLES = (ast.Name, ast.Attribute, ast.Subscript)


def stored_elsewhere(way, source):
    """Yield edits that store an update in the variable from which it is computed, or compute it from its target.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.Assign) or statement.lineno not in way.update_lines:
            continue
        target, value = statement.targets[-1], statement.value
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, (ast.Add, ast.Sub)):
            continue
        if not isinstance(target, VARIABLES) or not isinstance(value.left, VARIABLES):
            continue
        old, new = source.text_of(target), source.text_of(value.left)
        if old != new:
            message = f"the update of {new} is stored in {old}"
            yield Candidate(0.9, "other", statement.lineno, message, (source.replacing(target, new),))
            message = f"{old} is computed from {new}"
            yield Candidate(0.95, "wrong factor", statement.lineno, message, (source.replacing(value.left, old),))

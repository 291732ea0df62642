"""Edits that exchange two statements which change the same array one after the other."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.source import moved

__all__ = ["exchanges"]

FAR = 3  # statements between two that are exchanged


def exchanges(way, source):
    """Yield edits that put a change of an array behind a later change of it.

    In ``d = d / n`` and ``d[rows, labels] -= 1``, the second statement belongs before the first one.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    back = {s for s, _, places in way.nodes if any(e in way.wrong for p in places for e in p.elements)}
    for first in sorted((s for s in back if s in source.blocks), key=lambda s: s.lineno):
        name = changed_array(first)
        block, i, _ = source.blocks[first]
        if not name or first.lineno in way.update_lines:
            continue
        for second in block[i + 1 : i + 1 + FAR]:
            if changed_array(second) != name or second.lineno in way.update_lines:
                continue
            texts = [source.text_of(one).splitlines()[0] for one in (first, second)]
            message = f"{texts[0]} comes too early: it belongs after {texts[1]}"
            edits = tuple(moved(source, first, second))
            yield Candidate(1.1, "wrong factor", first.lineno, message, edits, firm=True)


def changed_array(statement):
    """Return the text of the array that a statement changes, as ``d`` in ``d = d / n`` or ``d[i] -= 1``, or ""."""
    if isinstance(statement, ast.AugAssign):
        target = statement.target
    elif isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    else:
        return ""
    inside = isinstance(target, ast.Subscript)
    while isinstance(target, ast.Subscript):
        target = target.value
    text = ast.unparse(target) if isinstance(target, (ast.Name, ast.Attribute)) else ""
    whole = isinstance(statement, ast.AugAssign) or inside
    reads = isinstance(statement, ast.Assign) and any(
        ast.unparse(part) == text for part in ast.walk(statement.value) if isinstance(part, (ast.Name, ast.Attribute))
    )
    return text if whole or reads else ""

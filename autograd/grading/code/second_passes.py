"""A second forward pass, as on validation data, that overwrites what the backward pass of the first one reads."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.source import Edit, moved

__all__ = ["second_passes"]


def second_passes(way, source):
    """Yield edits that put a second forward pass behind the backward pass, or that repeat the first one before it.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    functions = [node for node in source.parents if isinstance(node, ast.FunctionDef)]
    forward = {source.function_of(source.statements.get(seen.node)) for seen in way.forward}
    homes = {node.name for node in forward if isinstance(node, ast.FunctionDef)}
    updating = {f.name for f in functions if any(f.lineno < line <= f.end_lineno for line in way.update_lines)}
    ahead, updating = _callers(functions, homes) - updating, _callers(functions, updating)
    for statement in list(source.blocks):
        if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.Expr, ast.If)):
            continue
        block, i, _ = source.blocks[statement]
        again = _calls(statement, ahead)
        first = next((s for s in block[:i] if isinstance(s, (ast.Assign, ast.Expr)) and _calls(s, ahead)), None)
        rest = [s for s in block[i + 1 :] if _updates(way, s) or _calls(s, updating)]
        if not again or first is None or not rest or _updates(way, statement):
            continue
        text = source.text_of(again[0])
        what = f"{text} is another forward pass, and the backward pass below reads its values"
        between = block[i + 1 : block.index(rest[-1]) + 1]
        if not _stored(statement) & {name for s in between for name in _read(s)}:
            message = f"{what}: do this after the backward pass"
            edits = tuple(moved(source, statement, rest[-1]))
            yield Candidate(0.6, "stale forward pass", statement.lineno, message, edits, firm=True)
        start = source.starts[min(statement.end_lineno, len(source.lines))]
        message = f"{what}: repeat {source.text_of(first)} before it"
        edits = (Edit(start, start, f"{source.indent(statement)}{source.text_of(first)}\n"),)
        yield Candidate(0.65, "stale forward pass", statement.lineno, message, edits, firm=True)


def _updates(way, statement):
    """Return True if an update is within a statement."""
    return not way.update_lines.isdisjoint(range(statement.lineno, statement.end_lineno + 1))


def _callers(functions, names):
    """Return names of functions, together with those of all functions that call one of them."""
    while True:
        more = {f.name for f in functions if _calls(f, names)} - names
        if not more:
            return names
        names = names | more


def _calls(node, names):
    """Return the calls in a node of a function with one of these names."""
    calls = [part for part in ast.walk(node) if isinstance(part, ast.Call)]
    return [call for call in calls if getattr(call.func, "attr", getattr(call.func, "id", "")) in names]


def _stored(statement):
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _read(statement):
    return {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}

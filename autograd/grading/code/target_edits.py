"""Edits of updates that are stored in another place than the one from which they are computed."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate

__all__ = ["other_stores", "parts_of_rows", "rows_of_updates", "stored_elsewhere"]

VARIABLES = (ast.Name, ast.Attribute, ast.Subscript)
MAX_STORES = 12
MAX_ROWS = 8


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


def other_stores(way, source):
    """Yield edits that keep another value of a forward pass for the way back, as ``self.out = out`` for ``= x``.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    count = 0
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.Assign) or not isinstance(
            statement.targets[0], (ast.Attribute, ast.Subscript)
        ):
            continue
        value, around = statement.value, source.function_of(statement)
        if not isinstance(value, ast.Name) or not isinstance(around, ast.FunctionDef) or around.name == "__init__":
            continue
        if not any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(around)):
            continue
        own = way.by_place(value)[:1]
        names = [part.id for part in ast.walk(around) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)]
        names += [part.arg for part in around.args.args]
        for name in dict.fromkeys(names):
            alike = [place for place in way.texts.get(name, []) if own and place.frame is own[0].frame]
            shaped = any(place.shape == own[0].shape and way.is_forward_value(place.elements) for place in alike)
            if name != value.id and shaped and count < MAX_STORES:
                count += 1
                target = source.text_of(statement.targets[0])
                message = f"{target} keeps {value.id}, and the way back reads it as {name}"
                edits = (source.replacing(value, name),)
                kind = "derivative at the wrong argument"
                yield Candidate(1.335, kind, statement.lineno, message, edits, firm=True)


def rows_of_updates(way, source):
    """Yield edits that update another row, at an index with which the program reads the same matrix elsewhere.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    rows = {}
    for node in source.parents:
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name):
            rows.setdefault(ast.unparse(node.value), {}).setdefault(node.slice.id)
    for statement in source.blocks:
        target = getattr(statement, "target", None) or getattr(statement, "targets", [None])[0]
        wrong = getattr(statement, "lineno", 0) in way.update_lines - way.right_lines
        if not wrong or not isinstance(target, ast.Subscript) or not isinstance(target.slice, ast.Name):
            continue
        own = source.text_of(target)
        names = [*rows[ast.unparse(target.value)], *source.loop_variables]
        for name in [name for name in dict.fromkeys(names) if name != target.slice.id]:
            new = f"{source.text_of(target.value)}[{name}]"
            edits = [source.replacing(target, new)]
            if isinstance(statement, ast.Assign):
                reads = [part for part in ast.walk(statement.value) if ast.unparse(part) == own]
                edits += [source.replacing(part, new) for part in reads if isinstance(part, ast.Subscript)]
            message = f"the gradient is that of {new}, and it changes {own}"
            yield Candidate(0.92, "other", statement.lineno, message, tuple(edits), firm=True)


def parts_of_rows(way, source):
    """Yield edits that take the inputs of a sample, as ``row[:-1]``, where its whole row stands, with its target.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    parts = {}
    for node in source.parents:
        if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
            continue
        read = isinstance(node.value, ast.Name) and isinstance(node.ctx, ast.Load)
        if read and any(_is_row(place) for place in way.by_place(node.value)[:1]):
            parts.setdefault(source.text_of(node)[len(node.value.id) :], node.value.id)
    count = 0
    for node in source.parents if parts else ():
        around = source.parents[node]
        given = (isinstance(around, ast.Call) and node in around.args) or (
            isinstance(around, ast.Assign) and around.value is node
        )
        if not given or not isinstance(node, ast.Name) or count == MAX_ROWS:
            continue
        places = way.by_place(node)[:1]
        if not places or not _is_row(places[0]) or way.is_parameter(places[0]):
            continue
        count += 1
        for part in parts:
            message = f"{node.id} is the whole row, with its target: {node.id}{part} belongs here"
            edits = (source.replacing(node, f"{node.id}{part}"),)
            yield Candidate(1.05, "wrong factor", node.lineno, message, edits, firm=True)


def _is_row(place):
    """Return True if a value is a row of data: nothing in it is computed."""
    return len(place.shape) == 1 and not any(isinstance(e, Value) and e.op is not None for e in place.elements)

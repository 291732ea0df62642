"""Edits of what loops over layers, neurons or samples read and store: other indices, columns, whole batches."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.form_edits import shifted
from autograd.grading.code.trace import key_of

__all__ = ["columns", "containers", "first_rows", "other_counts", "stored_indices", "whole_gradients"]

MAX_COUNTERS = 4
MAX_COUNTS = 6
MAX_WHOLE = 4


def containers(way, source):
    """Yield edits of the index of a list without numbers, such as ``network[i]`` or ``names[i]``, in the way back."""
    homes = {source.function_of(statement) for statement, _, places in way.nodes if way.is_back(places[0])}
    for node in source.parents:
        if not isinstance(node, ast.Subscript) or isinstance(node.slice, (ast.Slice, ast.Tuple, ast.Constant)):
            continue
        if not isinstance(node.ctx, ast.Load) or key_of(node) in way.trace.seen:
            continue
        if source.function_of(node) not in homes:
            continue
        counters = source.counters(node)
        own = source.text_of(node.slice)
        if not any(isinstance(part, ast.Name) and part.id in counters for part in ast.walk(node.slice)):
            continue
        chosen = _is_called(source, node)
        for step in (-1, 1):
            text = shifted(own, node.slice, step)
            if text is not None:
                new = f"{source.text_of(node.value)}[{text}]"
                message = f"{source.text_of(node)} stands where {new} belongs"
                kind = "wrong derivative" if chosen else "wrong factor"
                edits = (source.replacing(node, new),)
                yield Candidate(1.34, kind, node.lineno, message, edits, firm=True)


def _is_called(source, node):
    """Return True if an entry of a list chooses a function that is called, as in ``slopes[names[i]](z)``."""
    around = node
    while isinstance(source.parents.get(around), ast.Subscript):
        around = source.parents[around]
    call = source.parents.get(around)
    return isinstance(call, ast.Call) and call.func is around


def stored_indices(way, source):
    """Yield edits of the index at which a sum is stored: another counter, or the next one."""
    for statement in {s: None for s, _, places in way.nodes if way.is_back(places[0]) and isinstance(s, ast.stmt)}:
        target = statement.target if isinstance(statement, ast.AugAssign) else None
        if target is None and isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
        if not isinstance(target, ast.Subscript) or statement.lineno in way.right_lines:
            continue
        counters = list(dict.fromkeys(source.counters(statement)))[:MAX_COUNTERS]
        kind = "order in time" if way.recurrent else "wrong factor"
        for part in ast.walk(target.slice):
            if isinstance(part, ast.Name) and part.id in counters:
                for other in counters:
                    if other != part.id:
                        edit = source.replacing(part, other)
                        message = f"{source.text_of(target)} is the wrong place: {other} belongs in place of {part.id}"
                        yield Candidate(1.34, kind, statement.lineno, message, (edit,), firm=True)


def columns(c):
    """Yield edits that take the column of a list of lists in place of a row, or a row in place of the column."""
    node = c.node
    if c.way.numpy in c.way.modules or len(c.seen.shape) != 1 or isinstance(c.parent(), ast.Subscript):
        return
    inner = node.value if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) else node
    if isinstance(inner, ast.Subscript) and not isinstance(inner.slice, (ast.Slice, ast.Tuple, ast.Constant)):
        matrix = c.way.shape_of(inner.value)
        if matrix is not None and len(matrix) == 2 and not c.is_stored():
            index, base = c.source.text_of(inner.slice), c.source.text_of(inner.value)
            new = f"[row[{index}] for row in {base}]"
            message = f"{c.text} is a row, and the column {new} belongs here"
            yield Candidate(1.33, "transpose", c.line, message, c.replaced(new), firm=True)


def first_rows(c):
    """Yield edits that add up all rows of a gradient, where the program takes the first or the last row alone."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or len(c.seen.shape) != 1 or not c.is_back():
        return
    whole, index = c.way.shape_of(node.value), c.way.single(node.slice)
    if whole is None or len(whole) != 2 or index not in (0.0, -1.0):
        return
    text = f"{c.source.operand_text(node.value)}.sum({'axis=' if c.way.numpy != 'torch' else ''}0)"
    message = f"{c.text} is the gradient of one sample: the sum over the samples belongs here"
    yield Candidate(1.2, "batch sum missing", c.line, message, c.replaced(text), firm=True)


def other_counts(c):
    """Yield edits that divide by another number of the program, such as the number of samples."""
    statement, parent = c.statement, c.parent()
    below = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Div) and parent.right is c.node
    below = below or (isinstance(parent, ast.AugAssign) and isinstance(statement.op, ast.Div) and parent is statement)
    if not below or c.seen.shape or any(isinstance(e, Value) for e in c.seen.elements) or c.is_stored():
        return
    own, found, scope = c.seen.data[0], {}, c.scope().items()
    for text, (shape, data) in scope:
        if shape == () and c.way.is_count(text) and data[0] > 1 and data[0] in c.way.counts and len(text) < 20:
            found.setdefault(data[0], text)
    for text, (shape, _) in scope:
        if shape and len(text) < 20 and shape[0] > 1:
            for axis, length in enumerate(shape):
                found.setdefault(float(length), f"{text}.shape[{axis}]")
    found.pop(own, None)
    for count, text in enumerate(list(found.values())[:MAX_COUNTS]):
        message = f"this is divided by {c.text}, and {text} is the number of samples"
        yield Candidate(1.13 + 0.01 * count, "constant factor", c.line, message, c.replaced(text), firm=True)


def whole_gradients(c):
    """Yield edits that put a gradient with the shape of the parameter in place of a value of another shape."""
    parent = c.parent()
    if c.line not in c.way.update_lines or not c.is_back() or c.is_stored():
        return
    if not (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)) and not isinstance(
        parent, ast.AugAssign
    ):
        return
    shapes = {lack.shape for lack in c.way.lacks if any(e in lack.below for e in c.seen.elements)}
    if c.seen.shape in shapes:
        return
    count = 0
    for text, (shape, _) in reversed(list(c.scope().items())):
        if shape in shapes and c.way.is_back_text(text, c.seen) and count < MAX_WHOLE:
            count += 1
            message = f"{c.text} stands where {text} belongs"
            yield Candidate(1.4 + 0.01 * count, "wrong factor", c.line, message, c.replaced(text), firm=True)

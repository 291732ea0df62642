"""Edits of the indices in loops: another counter, swapped counters, or an entry of another list."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate, is_slope_argument

__all__ = ["entries", "indices", "twins"]

MAX_ENTRIES = 6


def indices(c):
    """Yield edits that use the counter of another loop, or that swap the two indices of a matrix entry."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.seen.shape or not isinstance(c.seen.elements[0], Value):
        return
    if c.is_stored() and not isinstance(c.statement, ast.AugAssign):
        return
    counters = c.source.counters(node)
    outer = node.value
    own = c.source.text_of(node.slice)
    if isinstance(outer, ast.Subscript):
        first = c.source.text_of(outer.slice)
        if first != own:
            new = f"{c.source.text_of(outer.value)}[{own}][{first}]"
            yield _swapped(c, new)
    parts = [c.source.text_of(part) for part in node.slice.elts] if isinstance(node.slice, ast.Tuple) else []
    for i in range(len(parts) - 1):
        others = [*parts[:i], parts[i + 1], parts[i], *parts[i + 2 :]]
        yield _swapped(c, f"{c.source.text_of(outer)}[{', '.join(others)}]")
    for name in counters:
        if name != own and _is_whole(c, name) and not isinstance(node.slice, (ast.Slice, ast.Tuple)):
            new = f"{c.source.text_of(outer)}[{name}]"
            yield Candidate(1.42, "wrong factor", c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def twins(c):
    """Yield edits that use the same entry of another list, such as pre-activations instead of activations."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or not c.seen.shape or isinstance(node.slice, ast.Slice):
        return
    if not isinstance(node.value, ast.Name) or not isinstance(c.seen.frame.names.get(node.value.id), list):
        return
    parent = c.parent()
    named = parent.targets[0].id if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name) else ""
    given = is_slope_argument(c) or (named and c.way.is_given_to_helper(named))
    count = 0
    for name, value in c.seen.frame.names.items():
        if name != node.value.id and isinstance(value, list) and value and count < MAX_ENTRIES:
            count += 1
            new = f"{name}[{c.source.text_of(node.slice)}]"
            kind = "derivative at the wrong argument" if given else "wrong factor"
            message = f"{c.text} stands where {new} belongs"
            yield Candidate(1.26 if given else 1.44, kind, c.line, message, c.replaced(new))


def _swapped(c, new):
    cost = 1.38 + 0.3 * (c.line in c.way.update_lines)  # the place where the gradient is computed is likelier
    return Candidate(cost, "transpose", c.line, f"the indices of {c.text} are swapped: {new}", c.replaced(new))


def _is_whole(c, name):
    value = c.seen.frame.names.get(name)
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def entries(c):
    """Yield edits that replace a number by an entry of a list."""
    node = c.node
    if c.seen.shape or not isinstance(c.seen.elements[0], Value) or c.is_stored() or isinstance(node, ast.Constant):
        return
    if not (isinstance(c.parent(), ast.BinOp) and isinstance(c.parent().op, ast.Mult)):
        return
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return
    counters = [name for name in c.source.counters(node) if _is_whole(c, name)]
    count = 0
    for name, value in c.seen.frame.names.items():
        if isinstance(value, list) and value and all(isinstance(x, (Value, float, int)) for x in value):
            for counter in counters[:2]:
                new = f"{name}[{counter}]"
                if new != c.text and count < MAX_ENTRIES:
                    count += 1
                    message = f"{c.text} stands where {new} belongs"
                    yield Candidate(1.55, "wrong factor", c.line, message, c.replaced(new))

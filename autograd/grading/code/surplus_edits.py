"""Edits that remove a superfluous factor from a product, or a superfluous statement."""

import ast

from autograd.grading.code.context import Candidate, function_name
from autograd.grading.code.error_edits import adjoints_like
from autograd.grading.code.source import Edit
from autograd.grading.code.wayback import same

__all__ = ["deletions", "drops", "parts_alone"]


def drops(c):
    """Yield edits that remove a factor or a divisor."""
    node = c.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        keeps = [(node.left, node.right)] + ([(node.right, node.left)] if isinstance(node.op, ast.Mult) else [])
        for keep, drop in keeps:
            if isinstance(keep, ast.Constant):
                continue
            yield _dropped(c, keep, drop)
        yield from _pairs_dropped(c)
    elif isinstance(node, ast.Call) and function_name(node) == "multiply" and len(node.args) == 2:
        yield _dropped(c, node.args[0], node.args[1])
        yield _dropped(c, node.args[1], node.args[0])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and c.is_back():
        return


def _pairs_dropped(c):
    """Yield edits that remove two neighbouring factors, such as ``a * (1 - a)``."""
    node, parent = c.node, c.parent()
    inner = node.left
    if not (isinstance(node.op, ast.Mult) and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult)):
        return
    first, second = c.source.operand_text(inner.right), c.source.operand_text(node.right)
    data = [c.way.data_of(part) for part in (inner.right, node.right)]
    if None in data or len(data[0]) != len(data[1]):
        return
    product = [a * b for a, b in zip(*data, strict=True)]
    slope = any(same(product, known.data) for known in c.way.slopes)
    kind = "derivative twice" if slope or _is_logistic(data) else "wrong factor"
    message = f"{first} * {second} is a derivative that does not belong here"
    alone = not isinstance(parent, (ast.BinOp, ast.Attribute, ast.UnaryOp))
    text = c.source.text_of(inner.left) if alone else c.source.operand_text(inner.left)
    yield Candidate(1.22, kind, node.lineno, message, c.replaced(text))


def parts_alone(c):
    """Yield edits that leave only the difference in a product that is a derivative of the loss by itself.

    In ``2 * (p - y) / n * slope(z)``, the difference is the derivative of the cross-entropy after softmax.
    """
    node, parent = c.node, c.parent()
    whole = isinstance(parent, (ast.Assign, ast.Return)) and isinstance(node, ast.BinOp) and c.seen.shape
    if not whole or not isinstance(node.op, (ast.Mult, ast.Div)) or not c.is_back():
        return
    exact = adjoints_like(c.way, c.seen.shape)
    for part in ast.walk(node):
        if not isinstance(part, ast.BinOp) or not isinstance(part.op, ast.Sub):
            continue
        places = c.way.by_place(part)
        if places and places[0].shape == c.seen.shape and any(same(places[0].data, data) for data in exact):
            text = c.source.text_of(part)
            message = f"{text} is the whole derivative of the loss: no other derivative is multiplied by it"
            yield Candidate(1.0, "derivative twice", c.line, message, c.replaced(text), firm=True)


def _is_logistic(data):
    """Return True if two factors are a and 1 - a."""
    return all(abs(a + b - 1) < 1e-9 for a, b in zip(*data, strict=True))


def _dropped(c, keep, drop):
    text = c.source.text_of(keep)
    parent = c.parent()
    loose = isinstance(keep, ast.BinOp) and isinstance(parent, (ast.BinOp, ast.UnaryOp, ast.Attribute))
    if loose and not c.source.in_parentheses(c.node):
        text = f"({text})"
    dropped = c.source.text_of(drop)
    kind, message = "wrong factor", f"the factor {dropped} does not belong here"
    if c.line in c.way.update_lines and _is_parameter(c, keep) and isinstance(parent, ast.BinOp):
        message = f"{dropped} makes this parameter smaller, as a penalty does, and the loss has no penalty on it"
        return Candidate(1.15, "penalty", drop.lineno, message, c.replaced(text), firm=True)
    number = c.way.single(drop)
    counts = c.way.counts
    plain = isinstance(drop, (ast.Constant, ast.BinOp, ast.UnaryOp, ast.Call)) or c.way.is_count(dropped)
    if number is not None and not plain and isinstance(drop, ast.Subscript):
        return Candidate(1.2, kind, drop.lineno, message, c.replaced(text))  # an entry of the data
    if number is not None:
        kind, message = "constant factor", f"the factor {dropped} does not belong here"
        inverse = isinstance(c.node.op, ast.Div) if isinstance(c.node, ast.BinOp) else False
        value = number if inverse else (1 / number if number else 0)
        # A written number in an update is rather a factor of this parameter's own, even if it is also some size.
        written = isinstance(drop, ast.Constant) and c.line in c.way.update_lines
        if not written and any(abs(value - n) < 1e-9 for n in counts if n > 1):
            kind, message = "divided twice", f"this is divided by the number of samples ({dropped}) once too often"
    elif c.way.is_slope(drop):
        kind, message = "derivative twice", f"{dropped} is a derivative that does not belong here"
    return Candidate(1.2 if kind != "wrong factor" else 1.9, kind, drop.lineno, message, c.replaced(text))


def _is_parameter(c, node):
    """Return True if an expression is a parameter that an update changes."""
    places = c.way.by_place(node)
    return isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and any(map(c.way.is_parameter, places))


def deletions(way, source):
    """Yield edits that remove a statement which scales a derivative again, or replaces what the forward pass stored."""
    back = {s: None for s, _, places in way.nodes if any(e in way.wrong for p in places for e in p.elements)}
    for statement in back:
        simple = isinstance(statement, (ast.Assign, ast.AugAssign)) and len(source.blocks[statement][0]) > 1
        if not simple or statement.lineno in way.update_lines:
            continue
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        name = source.text_of(target)
        changed = isinstance(statement, ast.AugAssign) or name in [
            source.text_of(part) for part in ast.walk(statement.value) if isinstance(part, (ast.Name, ast.Attribute))
        ]
        if not changed and not _shadows(source, statement, name):
            continue
        start, end = source.starts[statement.lineno - 1], source.starts[statement.end_lineno]
        kind, message = "wrong factor", f"{name} is changed once more here, and should not be"
        if not changed:
            kind, message = (
                "stale forward pass",
                f"{name} is made anew here: the value of the forward pass belongs here",
            )
        elif isinstance(getattr(statement, "op", getattr(statement.value, "op", None)), ast.Div):
            kind, message = "divided twice", f"{name} is divided once more here, and should not be"
        yield Candidate(1.26, kind, statement.lineno, message, (Edit(start, end, ""),), firm=True)


def _shadows(source, statement, name):
    """Return True if a statement binds a name that the function around its own function binds, too."""
    own = source.function_of(statement)
    outer = source.function_of(source.parents[own]) if own in source.parents else None
    if not isinstance(own, ast.FunctionDef) or not isinstance(outer, ast.FunctionDef):
        return False
    inside = set(ast.walk(own))
    return any(
        isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Store) and part not in inside
        for part in ast.walk(outer)
    )

"""Edits that move statements out of a loop or into it, and that compute a derivative before the updates."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.source import Edit

__all__ = ["depths", "earlier", "outward"]

MAX_MOVED = 3  # statements that are moved together


def outward(source, wanted):
    """Yield edits that move the last statements of a loop after it, because they belong to its whole.

    Args:
        source: The program.
        wanted: A function that returns True for a statement that may be moved.

    Yields:
        Pairs: the first statement that is moved, and the edits.
    """
    for loop, own in _loops(source):
        for count in range(1, min(MAX_MOVED, len(loop.body) - 1) + 1):
            last = loop.body[-count:]
            simple = _are_simple(last)
            if not simple or own & _names(last) or not any(map(wanted, last)):
                break
            yield last[0], _reindented(source, last, source.indent(loop), loop.end_lineno)


def _inward(source, wanted):
    """Yield edits that move the statements after a loop into it, because they belong to each of its iterations.

    Args:
        source: The program.
        wanted: A function that returns True for a statement that may be moved.

    Yields:
        Pairs: the first statement that is moved, and the edits.
    """
    for loop, own in _loops(source):
        block, i, _ = source.blocks[loop]
        made = _stored(loop.body) | own
        for count in range(1, MAX_MOVED + 1):
            following = block[i + 1 : i + 1 + count]
            simple = _are_simple(following)
            if len(following) < count or not simple:
                break
            if made & _names(following) and any(map(wanted, following)):
                yield following[0], _reindented(source, following, source.indent(loop.body[-1]), loop.end_lineno)


def _loops(source):
    """Return the loops of a program, each with the names that it gives a new value in every iteration."""
    loops = [node for node in source.blocks if isinstance(node, ast.For) and not node.orelse]
    return [(loop, {part.id for part in ast.walk(loop.target) if isinstance(part, ast.Name)}) for loop in loops]


def _are_simple(statements):
    return all(isinstance(s, (ast.Assign, ast.AugAssign, ast.Expr)) for s in statements)


def _reindented(source, statements, indent, line):
    """Return the edits that move statements which follow each other after a line, with another indentation."""
    start, end = source.starts[statements[0].lineno - 1], source.starts[statements[-1].end_lineno]
    text, old = source.text[start:end], source.indent(statements[0])
    lines = [indent + line[len(old) :] if line.startswith(old) else line for line in text.splitlines()]
    place = source.starts[line]
    new = "\n".join(lines) + "\n"
    if start <= place <= end:
        return (Edit(start, end, new),)
    lead = "" if source.text[place - 1 : place] == "\n" else "\n"
    return (Edit(start, end, ""), Edit(place, place, lead + new))


def _names(statements):
    return {part.id for s in statements for part in ast.walk(s) if isinstance(part, ast.Name)}


def _stored(statements):
    parts = [part for s in statements for part in ast.walk(s)]
    return {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}


def depths(way, source):
    """Yield edits that move statements of the backward pass out of a loop or into it."""
    back = {s for s, _, places in way.nodes if way.is_back(places[0])}
    back |= {s for s in source.blocks if getattr(s, "lineno", 0) in way.update_lines - way.right_lines}

    for first, edits in outward(source, back.__contains__):
        text = source.text_of(first)
        message = f"{text} is in the loop, and belongs after it: it runs once too often for each iteration"
        yield Candidate(1.29, "wrong factor", first.lineno, message, edits, firm=True)
    for first, edits in _inward(source, back.__contains__):
        text = source.text_of(first)
        message = f"{text} is after the loop, and belongs in it: it runs for the last iteration only"
        yield Candidate(1.3, "batch sum missing", first.lineno, message, edits, firm=True)


def earlier(way, source):
    """Yield edits that compute a part of an update before the updates, because it reads a parameter that they change.

    Moving the whole update is not enough where each of two updates reads what the other one changes.
    """
    if not any(number in way.successors for number in way.wrong):
        return
    for statement, node, places in way.nodes:
        if statement.lineno not in way.update_lines or not isinstance(node, (ast.BinOp, ast.Call)):
            continue
        if not way.is_back(places[0]) or not _reads_changed(way, node) or statement not in source.blocks:
            continue
        inner = [part for part in ast.walk(node) if part is not node and isinstance(part, (ast.BinOp, ast.Call))]
        if any(_reads_changed(way, part) for part in inner):
            continue
        block, i, _ = source.blocks[statement]
        first = i
        while first and set(range(block[first - 1].lineno, block[first - 1].end_lineno + 1)) & way.update_lines:
            first -= 1
        if first == i:
            continue
        text, start = source.text_of(node), source.starts[block[first].lineno - 1]
        line = f"{source.indent(block[first])}propagated = {text}\n"
        message = f"{text} reads a parameter that an update above has already changed: compute it before the updates"
        edits = (Edit(start, start, line), _without_parentheses(source, node))
        yield Candidate(0.55, "update before use", statement.lineno, message, edits, firm=True)


def _without_parentheses(source, node):
    """Return the edit that replaces a product, with the parentheses around it, by the name of its value."""
    start, end = source.span(node)
    around = source.text[start - 1 : start] + source.text[end : end + 1]
    factor = isinstance(source.parents.get(node), ast.BinOp)
    return Edit(start - 1, end + 1, "propagated") if factor and around == "()" else Edit(start, end, "propagated")


def _reads_changed(way, node):
    """Return True if an expression reads numbers of a parameter after its update."""
    reads = [part for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))]
    return any(e in way.successors for part in reads for place in way.by_place(part)[:1] for e in place.elements)

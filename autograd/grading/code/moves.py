"""Edits that change the order of statements, for updates that come before the old parameters are used."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.source import Edit, moved

__all__ = ["moves"]


def moves(way, source):
    """Yield the edits that move an update after the last use of the old parameters.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    if not any(number in way.successors for number in way.wrong):
        return
    yield from _split_loops(way, source)
    yield from _loops_of_updates(way, source)
    yield from _called_later(way, source)
    homes = _homes(way, source)
    for statement in list(source.blocks):
        if not isinstance(statement, ast.stmt) or isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            continue
        lines = set(range(statement.lineno, statement.end_lineno + 1))
        if not lines & way.update_lines and not _calls_update(statement, homes):
            continue
        block, i, _ = source.blocks[statement]
        for j in range(len(block) - 1, i, -1):
            if isinstance(block[j], ast.Return):
                continue
            text = source.text_of(statement).splitlines()[0]
            message = f"what {text.rstrip(':')} changes is used below to propagate the error: update after that"
            yield Candidate(
                0.5, "update before use", statement.lineno, message, tuple(moved(source, statement, block[j]))
            )
            break
        final = block[-1]
        between = all(set(range(s.lineno, s.end_lineno + 1)) & way.update_lines for s in block[i:-1])
        if isinstance(final, ast.Return) and final.value is not None and between and i + 1 < len(block) - 1:
            message = "the update changes what the returned error is propagated with: compute that first"
            edits = _before_updates(source, statement, final)
            yield Candidate(0.6, "update before use", statement.lineno, message, edits)
        if i + 1 < len(block) and isinstance(block[-1], ast.Return) and i + 1 == len(block) - 1:
            edit = _after_return(source, statement, block[-1])
            if edit:
                message = "the update changes what the returned error is propagated with: compute that first"
                yield Candidate(0.6, "update before use", statement.lineno, message, edit)


def _split_loops(way, source):
    """Yield edits that update in a loop of its own, after the loop that propagates the error through the layers."""
    homes = {source.function_of(s).name for s in source.blocks if _is_update_in_function(way, source, s)}
    for loop in [node for node in source.blocks if isinstance(node, ast.For) and len(node.body) > 1]:
        ends = len(loop.body)
        while ends > 1 and _updates(way, loop.body[ends - 1], homes):
            ends -= 1
        if ends == len(loop.body):
            continue
        first = loop.body[ends]
        header = source.text[source.starts[loop.lineno - 1] : source.starts[loop.body[0].lineno - 1]]
        start = source.starts[first.lineno - 1]
        message = "a layer is updated before the error is propagated through it: update in a loop of its own"
        yield Candidate(0.7, "update before use", first.lineno, message, (Edit(start, start, header),), firm=True)


def _loops_of_updates(way, source):
    """Yield edits that move the updates at the end of a loop into a loop of their own, behind all that follows.

    The loop over the outputs computes their deltas and updates their weights, and the loop over the hidden neurons
    comes after it.
    """
    for loop in [node for node in source.blocks if isinstance(node, ast.For) and len(node.body) > 1]:
        ends = len(loop.body)
        while ends > 1 and _only_updates(way, loop.body[ends - 1]):
            ends -= 1
        block, i, _ = source.blocks[loop]
        last = block[-2] if isinstance(block[-1], ast.Return) else block[-1]
        if ends == len(loop.body) or block.index(last) <= i or loop.orelse:
            continue
        first, final = loop.body[ends], loop.body[-1]
        header = source.text[source.starts[loop.lineno - 1] : source.starts[loop.body[0].lineno - 1]]
        start, end = source.starts[first.lineno - 1], source.starts[min(final.end_lineno, len(source.lines))]
        for after in dict.fromkeys((last, *[s for s in block[i + 1 :] if isinstance(s, ast.For)][:1])):
            place = source.starts[min(after.end_lineno, len(source.lines))]
            lead = "" if source.text[place - 1 : place] == "\n" else "\n"
            text = source.text[start:end]
            message = f"{source.text_of(first).splitlines()[0]} changes what is used below: update after that"
            edits = (Edit(start, end, ""), Edit(place, place, lead + header + text))
            yield Candidate(0.45, "update before use", first.lineno, message, edits, firm=True)


def _only_updates(way, statement):
    """Return True if a statement is an update, or a loop of updates."""
    if isinstance(statement, ast.For):
        return all(_only_updates(way, part) for part in statement.body)
    return isinstance(statement, (ast.Assign, ast.AugAssign)) and statement.lineno in way.update_lines


def _called_later(way, source):
    """Yield edits that call a method with an update in a loop of its own, at the end of the function around it."""
    homes = {source.function_of(s).name for s in source.blocks if _is_update_in_function(way, source, s)}
    for call in [s for s in source.blocks if isinstance(s, ast.Expr) and _updates(way, s, homes)]:
        loop = source.parents.get(call)
        if not isinstance(loop, ast.For) or len(loop.body) < 2:
            continue
        top = loop
        while isinstance(source.parents.get(top), (ast.For, ast.If)):
            top = source.parents[top]
        block = source.blocks[top][0]
        last = block[-2] if isinstance(block[-1], ast.Return) and len(block) > 1 else block[-1]
        if last is loop or (top is not loop and isinstance(source.parents.get(loop), ast.If)):
            continue
        headers = [node for node in (loop, *source.loops_around(loop)) if isinstance(node, ast.For)][::-1]
        depth, text = source.indent(top), ""
        for node in headers:
            text += f"{depth}for {source.text_of(node.target)} in {source.text_of(node.iter)}:\n"
            depth += " " * 4
        text += f"{depth}{source.text_of(call)}\n"
        start, end = source.starts[call.lineno - 1], source.starts[min(call.end_lineno, len(source.lines))]
        place = source.starts[min(last.end_lineno, len(source.lines))]
        lead = "" if source.text[place - 1 : place] == "\n" else "\n"
        message = f"{source.text_of(call)} changes what is used below to propagate the error: update after that"
        edits = (Edit(start, end, ""), Edit(place, place, lead + text))
        yield Candidate(0.65, "update before use", call.lineno, message, edits, firm=True)


def _homes(way, source):
    """Return the names of the functions with an update, and of those that call one of them as a statement."""
    homes = {source.function_of(s).name for s in source.blocks if _is_update_in_function(way, source, s)}
    calls = [s for s in source.blocks if isinstance(s, ast.Expr) and isinstance(source.function_of(s), ast.FunctionDef)]
    while True:
        more = {source.function_of(s).name for s in calls if _calls_update(s, homes)} - homes
        if not more:
            return homes
        homes |= more


def _calls_update(statement, homes):
    """Return True if a statement is a call of one of the functions with an update."""
    call = statement.value if isinstance(statement, ast.Expr) else None
    return isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) in homes


def _is_update_in_function(way, source, statement):
    line = getattr(statement, "lineno", 0)
    return line in way.update_lines and isinstance(source.function_of(statement), ast.FunctionDef)


def _updates(way, statement, homes):
    """Return True if a statement updates parameters, or calls a function that does."""
    if isinstance(statement, (ast.Assign, ast.AugAssign)):
        return statement.lineno in way.update_lines
    return _calls_update(statement, homes)


def _before_updates(source, statement, final):
    """Return the edits that compute the returned value before the updates."""
    start = source.starts[statement.lineno - 1]
    text = f"{source.indent(statement)}propagated = {source.text_of(final.value)}\n"
    return (Edit(start, start, text), source.replacing(final.value, "propagated"))


def _after_return(source, statement, final):
    if final.value is None:
        return None
    indent = source.indent(statement)
    start, end = source.span(final)
    text = source.text_of(statement)
    first = source.starts[statement.lineno - 1]
    last = source.starts[min(statement.end_lineno, len(source.lines))]
    return (
        Edit(first, last, f"{indent}propagated = {source.text_of(final.value)}\n"),
        Edit(start, end, f"{text}\n{indent}return propagated"),
    )

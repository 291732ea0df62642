"""Edits of programs that add up gradients and do not set the sums to zero before the next backward pass."""

import ast
import re

from autograd.grading.code.source import Edit

__all__ = [
    "calls_of_zeroing",
    "missing_resets",
    "moved_starts",
    "resets_beside",
    "without_sums",
    "zeroing_after_updates",
]

ZEROING = re.compile(r"zero|reset|clear", re.I)


def calls_of_zeroing(source):
    """Yield the edits that call a method such as ``zero_grad`` in a loop, if one is defined and never called.

    A method of a container that calls the same method of its parts is no call.
    """
    defined = {n.name: n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef) and ZEROING.search(n.name)}
    for node in ast.walk(source.tree):
        called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if called in defined and getattr(source.function_of(node), "name", "") != called:
            del defined[called]
    for name, function in defined.items():
        bound = [part.arg for part in function.args.args] == ["self"]
        for loop in [node for node in ast.walk(source.tree) if isinstance(node, (ast.For, ast.While))]:
            owners = {
                ast.unparse(node.func.value): statement
                for statement in reversed(loop.body)
                for node in ast.walk(statement)
                if bound and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            }
            for owner, statement in {"": loop.body[0]}.items() if not bound else owners.items():
                place = source.starts[statement.lineno - 1]
                call = f"{owner}.{name}()" if owner else f"{name}()"
                yield statement.lineno, [Edit(place, place, f"{source.indent(statement)}{call}\n")]


def zeroing_after_updates(source, lines):
    """Yield the edits that call a method such as ``zero_grad``, which nothing calls, after each call of an update."""
    defined = {n.name: n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef)}
    called = {node.func.attr for node in source.parents if isinstance(node, ast.Call) and _is_method(node)}
    updating = {name for name, n in defined.items() if any(n.lineno < line <= n.end_lineno for line in lines)}
    for name in [name for name in defined if ZEROING.search(name) and name not in called]:
        for node in source.parents:
            statement = source.parents.get(node)
            if not isinstance(node, ast.Call) or not isinstance(statement, ast.Expr) or not _is_method(node):
                continue
            if node.func.attr in updating and statement in source.blocks:
                place = source.starts[min(statement.end_lineno, len(source.lines))]
                line = f"{source.indent(statement)}{source.text_of(node.func.value)}.{name}()\n"
                yield statement.lineno, [Edit(place, place, line)]


def _is_method(node):
    return isinstance(node.func, ast.Attribute)


def missing_resets(source, sums):
    """Yield the edits that set a sum to zero in a method such as ``zero_grad``, which resets other sums only."""
    for function in [n for n in source.parents if isinstance(n, ast.FunctionDef) and ZEROING.search(n.name)]:
        stored = {source.text_of(target) for node in ast.walk(function) for target in getattr(node, "targets", [])}
        around = source.parents.get(function)
        for name in dict.fromkeys(source.text_of(node.target) for node in sums if node in set(ast.walk(around))):
            if name.startswith("self.") and name not in stored:
                last = function.body[-1]
                place = source.starts[min(last.end_lineno, len(source.lines))]
                yield function.lineno, [Edit(place, place, f"{source.indent(last)}{name} = 0 * {name}\n")]


def resets_beside(source, sums):
    """Yield the edits that set a sum to zero beside another one, as ``dV *= 0`` beside ``dW *= 0``."""
    found = {source.text_of(part): node.lineno for node in sums for part in (node.target, _root(node.target))}
    for statement in list(source.blocks):
        target = getattr(statement, "target", None)
        zero = isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Mult)
        zero = zero and isinstance(statement.value, ast.Constant) and statement.value.value == 0
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, text = statement.targets[0], source.text_of(statement.value)
            zero = "zeros" in text  # a plain 0 is probably the start of the sum of losses
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            target = getattr(statement.value.func, "value", None)
            zero = source.text_of(statement).endswith((".fill(0)", ".fill(0.0)", ".zero_()"))
        if not zero or target is None or not source.loops_around(statement):
            continue
        own, text = source.text_of(target), source.text_of(statement)
        if own not in found:
            continue
        place = source.starts[min(statement.end_lineno, len(source.lines))]
        for name, line in found.items():
            new = re.sub(rf"(?<![\w.]){re.escape(own)}(?!\w)", lambda _, name=name: name, text)
            if name != own and new != text:
                yield line, [Edit(place, place, f"{source.indent(statement)}{new}\n")]


def moved_starts(source, lines, sums):
    """Yield the edits that move the start values of sums from before the loop with the updates into it."""
    names = {ast.unparse(_root(node.target)) for node in sums}
    for loop in [node for node in ast.walk(source.tree) if isinstance(node, (ast.For, ast.While))]:
        if not any(loop.lineno < line <= loop.end_lineno for line in lines):
            continue
        block, i, _ = source.blocks[loop]
        starts = [s for s in block[:i] if isinstance(s, ast.Assign) and names & {ast.unparse(t) for t in _targets(s)}]
        if starts:
            indent, place = source.indent(loop.body[0]), source.starts[loop.body[0].lineno - 1]
            text = "".join(indent + source.text_of(s).replace("\n", "\n    ") + "\n" for s in starts)
            edits = [Edit(source.starts[s.lineno - 1], source.starts[s.end_lineno], "") for s in starts]
            yield starts[0].lineno, [*edits, Edit(place, place, text)]


def without_sums(source, sums, lines):
    """Yield the edits that store a gradient instead of adding it: all of them, and then one at a time."""
    edits = {}
    for node in sums:
        start, end = source.span(node.target)[1], source.span(node.value)[0]
        edits[node.lineno] = Edit(start, end, source.text[start:end].replace("+=", "=", 1))
    if len(edits) > 1:
        yield min(edits), list(edits.values())
    for line, edit in edits.items():
        yield line, [edit]
    yield from _without_old_terms(source, lines)


def _without_old_terms(source, lines):
    """Yield the edits that remove the old value from a sum that replaces it, as in ``d["w"] = d["w"] + x``."""
    for node in ast.walk(source.tree):
        sums = isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp) and isinstance(node.value.op, ast.Add)
        if not sums or node.lineno in lines or len(node.targets) != 1:
            continue
        root = ast.unparse(_root(node.targets[0]))
        for old, other in ((node.value.left, node.value.right), (node.value.right, node.value.left)):
            read = [ast.unparse(part) for part in ast.walk(old) if isinstance(part, (ast.Name, ast.Attribute))]
            if root in read:
                yield node.lineno, [source.replacing(node.value, source.text_of(other))]


def _targets(statement):
    return [p for t in statement.targets for p in (t.elts if isinstance(t, ast.Tuple) else [t])]


def _root(node):
    while isinstance(node, ast.Subscript):
        node = node.value
    return node

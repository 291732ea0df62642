"""Edits that give a statement the form of another one, as in the updates of two layers of which one is not divided."""

import ast

from autograd.grading.code.context import Candidate, function_name
from autograd.grading.code.source import Edit
from autograd.grading.code.wayback import same

__all__ = ["siblings", "swapped_parts", "unread_values"]

MAX_SIBLINGS = 40
MAX_PARTS = 8  # of a list of gradients, of which two are swapped
LEAST_SHARED = 8  # nodes of the syntax tree that two statements have in common
MAX_LENGTH = 80  # characters of a part that is taken over


def siblings(way, source):
    """Yield edits that replace a part of a wrong statement by the part that a similar statement has in its place."""
    found, met = 0, set()
    stores = [node for node, _, _ in source.stores]
    back = {statement for statement, _, places in way.nodes if any(map(way.is_back, places))}
    for statement in stores:
        wrong = statement in back or statement.lineno in way.update_lines
        if not wrong or statement.lineno in way.right_lines:
            continue
        for other in stores:
            near = other is not statement and source.function_of(other) is source.function_of(statement)
            if not near or type(other) is not type(statement) or found >= MAX_SIBLINGS:
                continue
            parts, names = [], {}
            if not _compare(statement.value, other.value, parts, names) or len(parts) != 1:
                continue
            own, theirs = parts[0]
            shared = sum(1 for _ in ast.walk(statement.value)) - sum(1 for _ in ast.walk(own))
            if own is statement.value or shared < LEAST_SHARED:
                continue
            text = _renamed(source, theirs, names)
            key = (source.span(own), text)
            if text is None or len(text) > MAX_LENGTH or key in met or text == source.text_of(own):
                continue
            met.add(key)
            found += 1
            around = source.parents.get(own)
            is_penalty = isinstance(around, ast.BinOp) and way.mentions_parameter(around)
            kind = "penalty" if is_penalty else _kind(own, theirs)
            message = f"{source.text_of(own)} stands where the statement in line {other.lineno} has {text}"
            edits = (source.replacing(own, text),)
            yield Candidate(
                1.12, kind, own.lineno, message, edits, firm=kind in ("constant factor", "penalty", "transpose")
            )


def _compare(own, other, parts, names):
    """Collect the parts in which two expressions differ, and the names of the second one by those of the first.

    Returns:
        False if the expressions are not similar.
    """
    if isinstance(own, ast.Name) and isinstance(other, ast.Name):
        if names.setdefault(other.id, own.id) != own.id:
            parts.append((own, other))
        return True
    if type(own) is not type(other) or _differ(own, other):
        if not isinstance(own, ast.expr) or not isinstance(other, ast.expr):
            return False
        parts.append((own, other))
        return len(parts) < 3
    mine, theirs = [[child for child in ast.iter_child_nodes(node) if _counts(child)] for node in (own, other)]
    if len(mine) != len(theirs):
        parts.append((own, other))
        return len(parts) < 3 and isinstance(own, ast.expr)
    return all(_compare(a, b, parts, names) for a, b in zip(mine, theirs, strict=True))


def _counts(node):
    return isinstance(node, (ast.expr, ast.comprehension, ast.keyword))


def _differ(own, other):
    """Return True if two nodes of one kind are not the same operation."""
    if isinstance(own, ast.BinOp):
        return type(own.op) is not type(other.op)
    if isinstance(own, ast.Constant):
        return own.value != other.value
    if isinstance(own, ast.Attribute):
        return own.attr != other.attr and not isinstance(own.value, ast.Name)
    if isinstance(own, ast.Call):
        return function_name(own) != function_name(other)
    return False


def _renamed(source, node, names):
    """Return the text of a part of another statement in the names of this one, or None if a name is unknown."""
    start, end = source.span(node)
    edits = []
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and names.get(part.id, part.id) != part.id:
            first, last = source.span(part)
            edits.append(Edit(first - start, last - start, names[part.id]))
    text = source.text[start:end]
    for edit in sorted(edits, key=lambda edit: -edit.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    loose = isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Compare, ast.IfExp))
    return f"({text})" if loose else text


def _kind(own, other):
    """Return the kind of the mistake in a part that should have the form of another part."""
    scaled = _without_numbers(own) == _without_numbers(other) and ast.dump(own) != ast.dump(other)
    if scaled or (isinstance(other, ast.BinOp) and isinstance(other.op, ast.Div)):
        return "constant factor"
    if any(isinstance(node, ast.Attribute) and node.attr in ("T", "t", "transpose") for node in (own, other)):
        return "transpose"
    if isinstance(own, ast.Call) and isinstance(other, ast.Call) and function_name(own) in ("sum", "mean"):
        return "wrong axis"
    return "wrong factor"


def _without_numbers(node):
    """Return the text of an expression without the numbers by which it is multiplied or divided."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        if isinstance(node.right, ast.Constant):
            node = node.left
        elif isinstance(node.left, ast.Constant) and isinstance(node.op, ast.Mult):
            node = node.right
        else:
            break
    return "" if isinstance(node, ast.Constant) else ast.unparse(node)


def swapped_parts(way, source):
    """Yield edits that swap two gradients of one shape in a list or tuple, as in ``np.hstack((dWr, dWz))``.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    statements = {statement: None for statement, _, places in way.nodes if way.is_back(places[0])}
    for statement in statements:
        for node in ast.walk(statement):
            if not isinstance(node, (ast.Tuple, ast.List)) or not isinstance(node.ctx, ast.Load):
                continue
            parts = [(part, way.by_place(part)[:1]) for part in node.elts]
            parts = [(part, places[0]) for part, places in parts if places and way.is_on_way(places[0])]
            for i, (one, place) in enumerate(parts[:MAX_PARTS]):
                for other, its in parts[i + 1 : MAX_PARTS]:
                    texts = source.text_of(one), source.text_of(other)
                    if place.shape == its.shape and place.shape and not same(place.data, its.data):
                        message = f"{texts[0]} and {texts[1]} stand in each other's place"
                        edits = (source.replacing(one, texts[1]), source.replacing(other, texts[0]))
                        yield Candidate(1.3, "wrong factor", one.lineno, message, edits)


def unread_values(source):
    """Yield edits that store a variable which is computed and never read, in place of a plain number.

    In ``mask[rows, y] = -1`` beside ``count = mask.sum(axis=1)``, the count was forgotten.

    Args:
        source: The program.
    """
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.Assign) or not isinstance(statement.targets[0], ast.Subscript):
            continue
        number = statement.value.operand if isinstance(statement.value, ast.UnaryOp) else statement.value
        if not isinstance(number, ast.Constant) or type(number.value) not in (int, float):
            continue
        for name in source.unread(statement):
            if not _is_stored(source, name, statement):
                continue
            for sign in ("-", "") if isinstance(statement.value, ast.UnaryOp) else ("", "-"):
                message = f"{name} is computed and never read: {sign}{name} belongs here"
                edit = source.replacing(statement.value, sign + name)
                yield Candidate(1.1, "wrong factor", statement.lineno, message, (edit,), firm=True)


def _is_stored(source, name, statement):
    """Return True if a variable is assigned before a statement of the same function, by a call or a product."""
    around = source.function_of(statement)
    return any(
        isinstance(node, ast.Assign)
        and node.lineno < statement.lineno
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        and not isinstance(node.value, ast.Constant)
        for node in ast.walk(around)
    )

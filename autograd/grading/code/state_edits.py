"""Edits of the statements of an optimizer, of which the first that makes the later updates right is its correction."""

import ast

from autograd.grading.code.optimizer_state import CORRECTION, FORGOTTEN, TOO_MUCH, WRONG_SIGN
from autograd.grading.code.source import Edit

__all__ = ["state_edits"]

MAX_TEXTS = 8  # names that are tried in place of another one


def state_edits(source, lines, fault, arrays):
    """Yield edits of the optimizer's statements, the most likely ones first: tuples (line, kind, message, edits).

    Args:
        source: The program.
        lines: The lines of the updates.
        fault: The reason why the later updates are wrong.
        arrays: The expressions whose values are arrays. Only these are exchanged with each other.
    """
    statements = _statements(source, lines)
    nodes = [node for statement in statements for node in ast.walk(statement)]
    yield from _kept_states(source, statements)
    kinds = {
        "sign": _signs(source, nodes),
        "": _names(source, statements, arrays),
        CORRECTION: _exponents(source, nodes),
    }
    kinds[FORGOTTEN] = _sums(source, statements)
    first = fault if fault in kinds else "sign" if fault.endswith(WRONG_SIGN) or fault == TOO_MUCH else ""
    for kind in sorted(kinds, key=lambda kind: kind != first):
        yield from kinds[kind]


def _statements(source, lines):
    """Return the statements beside the updates, in their blocks."""
    found = []
    for statement, (block, _, _) in source.blocks.items():
        if isinstance(statement, (ast.Assign, ast.AugAssign)) and statement.lineno in lines:
            found += [s for s in block if isinstance(s, (ast.Assign, ast.AugAssign)) and s not in found]
    return found


def _kept_states(source, statements):
    """Yield edits that add in place, as in ``m += g * g`` for ``m = m + g * g``, where m is bound by a loop."""
    for statement in statements:
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        target, value = statement.targets[0], statement.value
        if not isinstance(target, ast.Name) or not isinstance(value, ast.BinOp):
            continue
        name = target.id
        if isinstance(value.op, ast.Add) and ast.unparse(value.left) == name and name in source.loop_variables:
            start, end = source.span(statement)
            edit = Edit(start, end, f"{name} += {source.text_of(value.right)}")
            message = (
                f"{name} = {name} + ... binds the name anew, so that the optimizer's state is not kept: add in place"
            )
        elif name in source.loop_variables:
            edit = source.replacing(target, f"{name}[...]")
            message = f"{name} = ... binds the name anew, so that the optimizer's state is not kept: store into it"
        else:
            continue
        yield statement.lineno, "stale forward pass", message, [edit]


def _sums(source, statements):
    """Yield edits that add to a state, as in ``s += g ** 2`` for ``s = g ** 2``."""
    for statement in statements:
        if isinstance(statement, ast.Assign) and not _keeps(statement):
            equals = source.text.index("=", source.span(statement.targets[-1])[1])
            name = source.text_of(statement.targets[-1])
            message = f"{name} forgets the earlier gradients: add to it"
            yield statement.lineno, "wrong factor", message, [Edit(equals, equals + 1, "+=")]


def _signs(source, nodes):
    for node in nodes:
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            text = source.text_of(node.operand)
            message = f"-{text} in the optimizer's state has the wrong sign"
            yield node.lineno, "wrong factor", message, [source.replacing(node, text)]
    for node in nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            left, right = source.text_of(node.left), source.text_of(node.right)
            sign = "-" if isinstance(node.op, ast.Add) else "+"
            message = f"the sign before {right} is wrong: {sign} belongs here"
            yield node.lineno, "wrong factor", message, [source.replacing(node, f"{left} {sign} {right}")]


def _exponents(source, nodes):
    for node in nodes:
        base = node.left if isinstance(node, ast.BinOp) else None
        decay = not isinstance(base, ast.Constant) or (isinstance(base.value, float) and 0 < base.value < 1)
        if base is not None and isinstance(node.op, ast.Mult) and decay:
            text = f"{source.text_of(base)} ** {source.operand_text(node.right)}"
            yield node.lineno, "wrong factor", f"the bias correction takes {text}", [source.replacing(node, text)]
    powers = [node for node in nodes if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)]
    powers = [node for node in powers if not isinstance(node.right, ast.Constant)]
    bases = list(dict.fromkeys(source.text_of(node.left) for node in powers))
    for node in powers:
        for text in bases:
            own = source.text_of(node.left)
            if text != own:
                message = f"{own} stands where {text} belongs"
                yield node.lineno, "wrong factor", message, [source.replacing(node.left, text)]
    edits = {node: _shifted(source, node) for node in powers}
    message = "the exponent of the bias correction is the number of the step: {}"
    for node in powers:
        for text, edit in edits[node]:
            yield node.lineno, "wrong factor", message.format(text), [edit]
    for one in zip(*edits.values(), strict=False) if len(powers) > 1 else ():
        yield powers[0].lineno, "wrong factor", message.format(one[0][0]), [edit for _, edit in one]


def _shifted(source, node):
    """Return the edits that make an exponent one larger or smaller, each with its text."""
    exponent, shift = node.right, 0
    if isinstance(exponent, ast.BinOp) and isinstance(exponent.right, ast.Constant):
        number = exponent.right.value
        if isinstance(number, int) and isinstance(exponent.op, (ast.Add, ast.Sub)):
            shift = number if isinstance(exponent.op, ast.Add) else -number
            exponent = exponent.left
    base, found = source.text_of(exponent), []
    for new in (shift - 1, shift + 1):
        text = f"{base} {'+' if new > 0 else '-'} {abs(new)}" if new else base
        inside = isinstance(node.right, ast.BinOp)
        found.append((text, source.replacing(node.right, text if inside or not new else f"({text})")))
    return found


def _names(source, statements, arrays):
    """Yield edits that replace a name of the optimizer by another one."""
    places = [
        node
        for statement in statements
        for node in ast.walk(statement)
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, ast.Load)
    ]
    inner = {child for node in places for child in ast.walk(node) if child is not node}
    places = [node for node in places if node not in inner and not _is_called(source, node)]
    places = [node for node in places if ast.unparse(node) in arrays]
    texts = list(dict.fromkeys(ast.unparse(node) for node in places))
    targets = [ast.unparse(t) for s in statements for t in (s.targets if isinstance(s, ast.Assign) else [s.target])]
    texts.sort(key=lambda text: text in targets)  # a gradient is computed elsewhere
    found = []
    for node in places:
        own, statement = ast.unparse(node), source.statements[node]
        target = ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target)
        likely = [text for text in texts if text != own and text[:1].isidentifier()]
        likely.sort(key=lambda text: text != target)
        for text in likely[:MAX_TEXTS]:
            message = f"{own} stands where {text} belongs"
            # A state is computed from its own last value.
            lost = text == target and isinstance(statement.value, ast.BinOp) and isinstance(statement.value.op, ast.Add)
            rank = 0 if lost and not _keeps(statement) else 1 if _keeps(statement) else 2
            found.append((rank, node.lineno, "wrong factor", message, [source.replacing(node, text)]))
    for _, *edit in sorted(found, key=lambda edit: edit[0]):
        yield tuple(edit)


def _keeps(statement):
    """Return True if a statement computes a variable from its last value."""
    if isinstance(statement, ast.AugAssign):
        return True
    targets = {ast.unparse(target) for target in statement.targets}
    return any(isinstance(part, ast.expr) and ast.unparse(part) in targets for part in ast.walk(statement.value))


def _is_called(source, node):
    parent = source.parents.get(node)
    return isinstance(parent, ast.Call) and parent.func is node

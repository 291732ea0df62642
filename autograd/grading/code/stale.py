"""A forward pass outside of the training loop: every step uses the gradient at the first weights."""

import ast

from autograd.grading.code.grade import Mistake
from autograd.grading.code.source import Edit, Source

__all__ = ["first_only", "moved_forward", "stale_mistake"]


def first_only(changes, parameters):
    """Return the changes without those of statements that change the same numbers again, or None if there are none.

    Args:
        changes: The changes of the first step.
        parameters: The numbers of the parameters before the step. Velocities may change repeatedly.
    """
    found, made, again, parameters = [], {}, False, set(parameters)
    for change in changes:
        site = (change.line, change.node.col_offset)
        if parameters.isdisjoint(change.old):
            found.append(change)
            continue
        parameters.update(change.new)
        if any(number in made.get(site, ()) for number in change.old):
            again = True
        else:
            found.append(change)
        made.setdefault(site, set()).update(change.new)
    return found if again else None


def stale_mistake(case):
    """Return the mistake of a loop that updates repeatedly without a forward pass, or None if it is not such a loop.

    Args:
        case: The program. Its updates are right if only the first iteration counts.
    """
    source = Source(case.text)
    found = moved_forward(case, source)
    if found is None:
        return None
    line, edits = found
    message = "the forward pass is computed before the loop and not again in it: every step uses the first weights"
    return Mistake(line, "stale forward pass", message, source.fixes(edits) if edits else ())


def moved_forward(case, source):
    """Return the line of a forward pass before the training loop and the edits that move it into the loop.

    The result is None if no loop updates the parameters, and the edits are empty if no such forward pass is found.
    """
    lines = {line for update in case.judged.updates for line in update.group.lines}
    loops = [
        node
        for node in ast.walk(source.tree)
        if isinstance(node, (ast.For, ast.While)) and any(node.lineno < line <= node.end_lineno for line in lines)
    ]
    if not loops:
        return None
    loop = loops[0]
    block, i, _ = source.blocks[loop]
    moved = _forward(block[:i], block[i:], source, case)
    if not moved:
        return loop.lineno, []
    indent = source.indent(loop.body[0])
    text = "".join(indent + source.text_of(statement).replace("\n", "\n    ") + "\n" for statement in moved)
    place = source.starts[loop.body[0].lineno - 1]
    edits = [Edit(source.starts[s.lineno - 1], source.starts[s.end_lineno], "") for s in moved]
    return moved[0].lineno, [*edits, Edit(place, place, text)]


def _forward(before, after, source, case):
    """Return the statements before a loop that use parameters which the loop changes."""
    changed = {update.group.name.split("[")[0].split(".")[0] for update in case.judged.updates}
    found = []
    for statement in before:
        if not isinstance(statement, (ast.Assign, ast.Expr)):
            continue
        read = _read(source, statement)
        stored = {n.id for n in ast.walk(statement) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        if read & changed and not stored & changed:
            found.append(statement)
            changed |= stored
    return found


def _read(source, statement):
    """Return the names that a statement reads, also in the program's own functions that it calls."""
    functions = {node.name: node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)}
    found, waiting = set(), [statement]
    while waiting:
        node = waiting.pop()
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
        waiting.extend(functions[name] for name in names - found if name in functions)
        found |= names
    return found

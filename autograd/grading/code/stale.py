"""A forward pass outside of the training loop: every step uses the gradient at the first weights."""

import ast

from autograd.grading.code.grade import Mistake
from autograd.grading.code.source import Edit, Source

__all__ = ["KEPT", "copies", "first_only", "moved_forward", "stale_mistake"]

VARIABLES = (ast.Name, ast.Attribute)
COPYING = ("copy", "deepcopy", "array", "list", "clone")
KEPT = "{} keeps the first numbers of {}: from the second update on, {} belongs here"


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
    for line, own, new, edits in copies(case, source, only=True):
        return Mistake(line, "stale forward pass", KEPT.format(own, new, new), source.fixes(edits))
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


def copies(case, source, only=False):
    """Yield the edits that read a parameter in place of a variable that was computed from it before the updates.

    Args:
        case: The program.
        source: The program.
        only: True for copies of the parameter only.

    Yields:
        Tuples: the line of the first read, the texts of both, and the edits.
    """
    names, lines = _parameters(case), {line for update in case.judged.updates for line in update.group.lines}
    for statement in source.blocks:
        if not isinstance(statement, ast.Assign) or statement.lineno in lines or not _is_stored(statement.targets[0]):
            continue
        own, value = ast.unparse(statement.targets[0]), statement.value
        calls = [n for n in ast.walk(value) if isinstance(n, ast.Call)]
        called = [_name(n.func) for n in calls if isinstance(n.func, VARIABLES)]
        if only and not (isinstance(value, ast.Call) and len(calls) == len(called) == 1 and called[0] in COPYING):
            continue
        reads = [n for n in source.parents if isinstance(n, VARIABLES) and isinstance(n.ctx, ast.Load)]
        reads = sorted((n for n in reads if ast.unparse(n) == own), key=lambda n: n.lineno)
        for variable in [n for n in ast.walk(value) if isinstance(n, VARIABLES) and _name(n) in names]:
            new = source.text_of(variable)
            if own != new and reads:
                yield reads[0].lineno, own, new, [source.replacing(n, new) for n in reads]


def _forward(before, after, source, case):
    """Return the statements before a loop that use parameters which the loop changes."""
    changed = _parameters(case)
    again = {_name(n) for s in after[:1] for n in ast.walk(s) if _is_stored(n)}
    found = []
    for statement in before:
        if not isinstance(statement, (ast.Assign, ast.Expr)):
            continue
        read = _read(source, statement)
        stored = {_name(n) for n in ast.walk(statement) if _is_stored(n)}
        if read & changed and not stored & (changed | again):
            found.append(statement)
            changed |= stored
    return found


def _read(source, statement):
    """Return the names and attributes that a statement reads, also in the program's own functions that it calls."""
    functions = {node.name: node for node in ast.walk(source.tree) if isinstance(node, ast.FunctionDef)}
    found, waiting = set(), [statement]
    while waiting:
        node = waiting.pop()
        names = {_name(n) for n in ast.walk(node) if isinstance(n, VARIABLES) and isinstance(n.ctx, ast.Load)}
        waiting.extend(functions[name] for name in names - found if name in functions)
        found |= names
    return found


def _parameters(case):
    """Return the names of the parameters' variables: ``W`` for ``net.W[0]``."""
    return {update.group.name.split("[")[0].rpartition(".")[2] for update in case.judged.updates}


def _name(variable):
    return variable.id if isinstance(variable, ast.Name) else variable.attr


def _is_stored(node):
    return isinstance(node, VARIABLES) and isinstance(node.ctx, ast.Store)

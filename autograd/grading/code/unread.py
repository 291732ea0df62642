"""Updates that a reading did not reach.

The program stops before them, or cannot be read from some line on, or they follow a loop with other updates.
"""

import ast

from autograd.grading.code.arrays import Array

__all__ = ["unread_update", "update_after_the_loop"]


def unread_update(tree, reading):
    """Return the first statement that looks like an update but was not reached, or None if there is none.

    Args:
        tree: The syntax tree of the program.
        reading: The ``Reading`` of the program.

    Example:
        >>> from autograd.grading.code.reading import read
        >>> tree = ast.parse("w = 0.5\\nloss = w**2\\nw -= 0.1 * 2*w\\nprint(unknown)\\nb -= 0.1 * 2*w")
        >>> unread_update(tree, read(tree)).lineno
        5
    """
    trouble = reading.trouble
    if trouble is None or not trouble.line:
        return None
    seen = {change.line for change in reading.recorder.changes}
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
        and node.end_lineno >= trouble.line
        and seen.isdisjoint(range(node.lineno, node.end_lineno + 1))
        and _updates(node)
    ]
    return min(found, key=lambda node: node.lineno, default=None)


def update_after_the_loop(tree, reading):
    """Return the first update of an array that follows an inner loop with updates in its outer loop, or None.

    A reading ends after two steps, so it may never leave the inner loop.

    Args:
        tree: The syntax tree of the program.
        reading: The ``Reading`` of the program.

    Example:
        >>> from autograd.grading.code.reading import read
        >>> text = "import numpy as np\\nw, v = np.ones(2), np.ones(2)\\nfor epoch in range(9):\\n"
        >>> text += "  for x in np.ones((9, 2)):\\n    w -= 0.1 * x * (w @ x)\\n  v -= 0.1 * v"
        >>> tree = ast.parse(text)
        >>> update_after_the_loop(tree, read(tree)).lineno
        6
    """
    seen = {change.line for change in reading.recorder.changes}
    steps = {change.line for change in reading.recorder.changes if change.step}
    found = []
    for loop in [node for node in ast.walk(tree) if isinstance(node, (ast.For, ast.While))]:
        inner = [x for x in loop.body if isinstance(x, (ast.For, ast.While)) and not steps.isdisjoint(_lines(x))]
        for statement in loop.body[loop.body.index(inner[0]) + 1 :] if inner else []:
            found += [
                node
                for node in ast.walk(statement)
                if isinstance(node, ast.stmt)
                and seen.isdisjoint(_lines(node))
                and _updates(node)
                and _is_of_an_array(node, reading.machine)
            ]
    return min(found, key=lambda node: node.lineno, default=None)


def _lines(node):
    return range(node.lineno, node.end_lineno + 1)


def _is_of_an_array(node, machine):
    """Return True if the target of a statement was an array of several numbers when it was read, or is an attribute."""
    target = node.target if isinstance(node, ast.AugAssign) else node.targets[0]
    while isinstance(target, ast.Subscript):
        target = target.value
    if isinstance(target, ast.Attribute):
        return True
    held = [frame.names.get(target.id) for frame in (*machine.stack, machine.globals) if isinstance(target, ast.Name)]
    return any(isinstance(value, Array) and value.size > 1 for value in held)


def _updates(node):
    """Return True if a statement subtracts something from its target, or adds a multiple of something to it."""
    if isinstance(node, ast.AugAssign):
        target, sign, step = node.target, node.op, node.value
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.BinOp):
        target, sign, step = node.targets[0], node.value.op, node.value.right
        if ast.unparse(target) != ast.unparse(node.value.left):
            return False
    else:
        return False
    if isinstance(sign, ast.Sub):
        return not isinstance(step, ast.Constant)
    scaled = isinstance(step, ast.UnaryOp) or (isinstance(step, ast.BinOp) and isinstance(step.op, ast.Mult))
    return isinstance(sign, ast.Add) and scaled

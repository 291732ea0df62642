"""Updates that a reading did not reach, since the program stops before them or cannot be read from some line on."""

import ast

__all__ = ["unread_update"]


def unread_update(tree, reading):
    """Return the first statement that looks like an update and that a reading did not come to; None if there is none.

    Args:
        tree: The syntax tree of the program.
        reading: The ``Reading`` of it.

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


def _updates(node):
    """Return whether a statement takes something from what it assigns to, or adds a multiple of something."""
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

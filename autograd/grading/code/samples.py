"""Another order of the samples in a program. A first sample with many zeros, such as (0, 0), shows little."""

import ast

__all__ = ["arranged", "order_of_samples"]

MAX_SAMPLES = 1000


def order_of_samples(tree):
    """Return the order in which samples with fewer zeros come first, or None if the first sample has the fewest zeros.

    Args:
        tree: The syntax tree of a program.

    Returns:
        The positions of the samples, in the new order.

    >>> order_of_samples(ast.parse("X = [[0, 0], [0, 1], [1, 0], [1, 1]]"))
    [3, 1, 2, 0]
    """
    for node in ast.walk(tree):
        if _is_table(node):
            zeros = [sum(_is_zero(part) for part in ast.walk(row)) for row in node.elts]
            if zeros[0] > min(zeros):
                return sorted(range(len(zeros)), key=lambda i: zeros[i])
    return None


def arranged(tree, order):
    """Return the tree with the rows of each table, and the items of each list of this length, in another order.

    Args:
        tree: The syntax tree, which is changed.
        order: The positions of the rows in the new order, or None.

    >>> ast.unparse(arranged(ast.parse("y = [1, 2, 3]; X = [[0, 1], [1, 2], [2, 3]]"), [2, 1, 0])).splitlines()
    ['y = [3, 2, 1]', 'X = [[2, 3], [1, 2], [0, 1]]']
    """
    if order is None or getattr(tree, "is_arranged", False):
        return tree
    for node in list(ast.walk(tree)):
        if not isinstance(node, ast.List) or len(node.elts) != len(order):
            continue
        if _is_table(node) or all(isinstance(part, (ast.Constant, ast.UnaryOp)) for part in node.elts):
            node.elts = [node.elts[i] for i in order]
    tree.is_arranged = True
    return tree


def _is_table(node):
    """Return True if the rows of a list are lists or tuples of equal length."""
    if not isinstance(node, ast.List) or not 1 < len(node.elts) <= MAX_SAMPLES:
        return False
    lengths = {len(row.elts) if isinstance(row, (ast.List, ast.Tuple)) else None for row in node.elts}
    return len(lengths) == 1 and None not in lengths


def _is_zero(node):
    return isinstance(node, ast.Constant) and node.value == 0

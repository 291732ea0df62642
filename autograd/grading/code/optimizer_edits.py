"""Edits of the formula of an adaptive optimizer: a missing root, a missing square, or exchanged means."""

import ast

from autograd.grading.code.context import Candidate, function_name

__all__ = ["exchanged_means", "missing_roots", "missing_squares"]

SMALL = 1e-3  # the maximum size of a number that is added to a root to prevent a division by 0


def missing_roots(c):
    """Yield edits that add the root of the mean square by which a step is divided."""
    around = c.parent()
    if not (isinstance(c.node, ast.BinOp) and isinstance(c.node.op, ast.Add)) or not _is_divisor(c.node, around):
        return
    epsilon = c.way.single(c.node.right)
    if epsilon is None or not 0 < epsilon < SMALL:
        return
    text = c.source.text_of(c.node.left)
    new = f"{c.way.library(c.seen.shape)}.sqrt({text})"
    message = f"the step is divided by {text}: the root of the mean square belongs here"
    yield Candidate(0.7, "wrong factor", c.line, message, (c.source.replacing(c.node.left, new),))


def _is_divisor(node, around):
    return isinstance(around, ast.BinOp) and isinstance(around.op, ast.Div) and around.right is node


def exchanged_means(c):
    """Yield edits that exchange the mean and the mean square of the gradients."""
    node = c.node
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)):
        return
    roots = [part for part in ast.walk(node.right) if isinstance(part, ast.Call) and function_name(part) == "sqrt"]
    if len(roots) != 1 or len(roots[0].args) != 1:
        return
    below = roots[0].args[0]
    shape, text = c.way.shape_of(below), c.source.text_of(below)
    parts = [node.left, *(part for part in ast.walk(node.left) if isinstance(part, ast.expr))]
    for part in parts:
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) and c.way.shape_of(part) == shape:
            edits = (c.source.replacing(part, text), c.source.replacing(below, c.source.text_of(part)))
            message = (
                f"{c.source.text_of(part)} and {text} are exchanged: the step is divided by the root of the square"
            )
            yield Candidate(0.7, "wrong factor", c.line, message, edits)
            return


def missing_squares(c):
    """Yield edits that square the gradient in the mean square, as in ``v = b * v + (1 - b) * g``."""
    around = c.parent()
    last = isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mult) and around.right is c.node
    above = c.source.parents.get(around) if last else None
    sums = isinstance(above, ast.BinOp) and isinstance(above.op, ast.Add) and above.right is around
    if not (sums or isinstance(above, ast.AugAssign)) or not c.is_back():
        return
    if isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)):
        message = f"the mean square takes the square of {c.text}"
        yield Candidate(1.02, "wrong factor", c.line, message, c.replaced(f"{c.text} ** 2"))

"""Edits of the formula of an adaptive optimizer: a missing root, a missing square, or exchanged means."""

import ast

from autograd.grading.code.context import Candidate, function_name

__all__ = ["exchanged_means", "missing_roots", "missing_squares", "unsquared_means"]

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


def unsquared_means(source):
    """Yield edits that square the gradient in the mean whose root divides a step, also in the entries of lists."""
    roots = [node.args[0] for node in source.parents if isinstance(node, ast.Call) and _is_root(node)]
    below = {_container(part) for root in roots for part in ast.walk(root)} - {""}
    statements = [node for node in source.parents if isinstance(node, (ast.Assign, ast.AugAssign))]
    for statement in statements:  # such as v_hat = v / (1 - beta2**t)
        if isinstance(statement, ast.Assign) and below & {_container(target) for target in statement.targets}:
            below |= {_container(part) for part in ast.walk(statement.value)} - {""}
    for statement in statements:
        target = statement.target if isinstance(statement, ast.AugAssign) else statement.targets[0]
        name = _container(target)
        terms = _terms(statement.value)
        old = isinstance(statement, ast.AugAssign) or any(
            _container(part) == name for term in terms[:-1] for part in ast.walk(term)
        )
        if name not in below or not old:
            continue
        part = terms[-1]
        while isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            part = part.right
        product = terms[-1].left if isinstance(terms[-1], ast.BinOp) else None
        if (
            not _container(part)
            or _container(part) == name
            or source.text_of(part) in source.text_of(product or target)
        ):
            continue
        text = source.text_of(part)
        message = f"the mean square takes the square of {text}"
        edits = (source.replacing(part, f"{text} ** 2"),)
        yield Candidate(0.75, "wrong factor", statement.lineno, message, edits, firm=True)


def _is_root(call):
    return function_name(call) == "sqrt" and len(call.args) == 1


def _terms(node):
    """Return the terms of a sum."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return [*_terms(node.left), *_terms(node.right)]
    return [node]


def _container(node):
    """Return the text of a variable without its index, such as ``self.v`` for ``self.v[i]``, or ""."""
    while isinstance(node, ast.Subscript):
        node = node.value
    return ast.unparse(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


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

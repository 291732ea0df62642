"""Edits that multiply a gradient by an input that it lacks."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate, function_name, multiplied
from autograd.grading.code.place_edits import writable

__all__ = ["missing_inputs"]

MAX_PLACES = 6


def missing_inputs(c):
    """Yield edits that multiply by the input by which the forward pass multiplies a parameter: ``x`` of ``w * x + b``.

    In ``w_slope += -(2 / n) * (y - (w * x + b))``, the factor ``x`` is missing.
    """
    parent = c.parent()
    whole = isinstance(parent, (ast.Assign, ast.AugAssign)) and parent.value is c.node
    summed = isinstance(parent, ast.Call) and function_name(parent) in ("sum", "mean") and c.node in parent.args
    if not (whole or summed) or c.is_stored() or isinstance(c.node, ast.Constant) or not c.is_back():
        return
    if c.line in c.way.update_lines and not isinstance(parent, ast.Call):
        return
    scope, met = c.scope(), {ast.unparse(part) for part in _factors(c.node)}
    for text, parameter in c.known("inputs", lambda: list(_inputs(c.way))):
        if text in scope and text not in met and scope[text][0] == c.seen.shape and writable(text):
            message = f"the factor {text}, by which the forward pass multiplies {parameter}, is missing"
            yield Candidate(1.08, "wrong factor", c.line, message, multiplied(c, text), firm=True)


def _factors(node):
    """Return the factors of a product."""
    found, waiting = [], [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult):
            waiting += [part.left, part.right]
        else:
            found.append(part)
    return found


def _inputs(way):
    """Yield the texts of inputs that the program multiplies by a parameter, each with the text of the parameter."""
    done = set()
    for node in way.source.parents:
        if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Mult):
            continue
        sides = (node.left, node.right)
        for i, weight in enumerate(sides):
            text = ast.unparse(sides[1 - i])
            if text not in done and way.by_place(sides[1 - i]) and _is_weight(way, node, i):
                done.add(text)
                yield text, ast.unparse(weight)


def _is_weight(way, product, i):
    """Return True if an operand of a product is a parameter. A start value of 0 becomes one when it is multiplied."""
    for place in way.by_place(product)[:MAX_PLACES]:
        first = place.elements[0]
        if isinstance(first, Value) and first.op is not None and len(first.operands) == 2:
            number = first.operands[i]
            if isinstance(number, Value) and number in way.roots:
                return True
    return any(map(way.is_parameter, way.by_place((product.left, product.right)[i])[:1]))

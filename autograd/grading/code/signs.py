"""The updates in a program: their signs, and the expressions in them."""

import ast

from autograd.engine.value import Value

__all__ = ["ADDING", "SUBTRACTING", "is_complement", "is_odd_sign", "is_update", "is_usual_sign", "is_velocity"]

ADDING, SUBTRACTING = ("add", "plus"), ("subtract", "sub", "minus")  # methods of the program's own class of matrices


def is_usual_sign(way, added):
    """Return True if all updates, at least two, have this sign. Then the sign of the gradient is probably wrong."""
    signs = _signs(way, way.update_lines)
    return signs.count(added) > 1 and (not added) not in signs


def is_odd_sign(way, added):
    """Return True if every right update has the opposite sign."""
    return set(_signs(way, way.right_lines)) == {not added}


def _signs(way, lines):
    """Return the signs of the updates in some lines, as a list: True for an addition."""
    found = [
        isinstance(node.op, ast.Add)
        for node in ast.walk(way.source.tree)
        if isinstance(node, (ast.AugAssign, ast.BinOp))
        and isinstance(node.op, (ast.Add, ast.Sub))
        and node.lineno in lines
        and (isinstance(node, ast.AugAssign) or is_update(way, node))
    ]
    calls = [node for node in ast.walk(way.source.tree) if isinstance(node, ast.Call) and node.lineno in lines]
    return found + [sign for sign in (_sign_of_call(way, node) for node in calls) if sign is not None]


def _sign_of_call(way, node):
    """Return True for a method that adds to a parameter, False for one that subtracts, and None for another call."""
    name = getattr(node.func, "attr", "")
    if name not in ADDING + SUBTRACTING or not any(map(way.is_parameter, way.by_place(node.func.value))):
        return None
    return name in ADDING


def is_velocity(way, node):
    """Return True if an update adds the sum unchanged, like a velocity with momentum."""
    added = {id(part) for number in way.successors for part in number.parents}
    return any(
        id(e) in added and e.op is not None
        for place in way.by_place(node)
        for e in place.elements
        if isinstance(e, Value)
    )


def is_update(way, node):
    """Return True if a sum is an update: its left side has parameters, and its value has their successors."""
    return any(
        any(isinstance(e, Value) and e in way.roots for e in place.elements) for place in way.by_place(node.left)
    ) and any(any(e in way.successors for e in place.elements) for place in way.by_place(node))


def is_complement(way, node):
    """Return True if an expression is 1 minus numbers of the forward pass, as in the derivative of tanh."""
    minus = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and way.single(node.left) == 1
    return minus and any(
        isinstance(e, Value) and e in way.gradients and e.op is not None
        for part in ast.walk(node.right)
        for place in way.by_place(part)[:1]
        for e in place.elements
    )

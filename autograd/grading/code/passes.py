"""The two passes of a program: the values that it computes for its loss, and the expressions of its backward pass."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.trace import key_of

__all__ = ["backward_expressions", "forward_values"]

DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def forward_values(everything, gradients):
    """Return the values of the forward pass, the expressions that compute new numbers, and when it begins (or None).

    Args:
        everything: The values of all expressions, in order.
        gradients: The derivative of the loss with respect to every number of the forward pass.
    """
    first = {}
    for seen in everything:
        for element in seen.elements:
            if isinstance(element, Value) and element not in first:
                first[element] = seen.order
    found, made_in, mixed, started = [], [], set(), None
    for seen in everything:
        made = [e for e in seen.elements if isinstance(e, Value) and e.op is not None and first[e] == seen.order]
        if made and any(e in gradients for e in made):
            found.append(seen)
            made_in.append(seen.node)
            started = seen.order if started is None else started
        elif isinstance(seen.node, ast.Call) and _is_switched(seen, gradients):
            found.append(seen)
        elif _is_mixed(seen, first, gradients) or _is_slice(seen, gradients):
            key = tuple(map(id, seen.elements))
            if key not in mixed:
                mixed.add(key)
                found.append(seen)
    return found, made_in, started


def backward_expressions(source, trace, made_in, started):
    """Return the expressions of the backward pass in the order of evaluation, each with its statement and its values.

    Args:
        source: The program.
        trace: The values of every expression.
        made_in: The expressions in which the forward pass computes new numbers.
        started: The moment at which the forward pass begins.
    """
    forward = {source.statements.get(node) for node in made_in if not _is_handed_back(source, node)}
    found = []
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.stmt) or isinstance(statement, DEFINITIONS) or statement in forward:
            continue
        for part in _own_expressions(statement):
            places = trace.seen.get(key_of(part), [])
            if not places and isinstance(part, ast.Constant):
                places = _places_of_constant(source, trace, part)
            if places and places[-1].order > (started or 0):
                found.append((statement, part, places))
    order = {id(part): places[0].order for _, part, places in found}
    return sorted(found, key=lambda item: order[id(item[1])])


def _is_handed_back(source, node):
    """Return True if a statement returns a value that a sum in place has computed, perhaps beside gradients."""
    return isinstance(node, ast.Name) and isinstance(source.statements.get(node), ast.Return)


def _own_expressions(statement):
    waiting = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.expr)]
    if isinstance(statement, ast.With):
        waiting = []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.expr):
            yield node
        waiting.extend(ast.iter_child_nodes(node))


def _places_of_constant(source, trace, constant):
    """Return the values of the expression that contains a number, or of the variable to which it is assigned."""
    around = source.parents[constant]
    if isinstance(around, ast.Assign):
        target = around.targets[0]
        if isinstance(target, ast.Subscript):
            around = target.value
        elif constant.value == 1 and isinstance(target, ast.Name):
            return _reads(source, trace, target)
    return trace.seen.get(key_of(around), []) if isinstance(around, ast.expr) else []


def _reads(source, trace, target):
    """Return the values of a variable at the place where it is first read."""
    loads = [n for n in source.parents if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and n.id == target.id]
    return next((trace.seen[key_of(n)] for n in loads if key_of(n) in trace.seen), [])


def _is_switched(seen, gradients):
    """Return True if an array has numbers of the forward pass and zeros, like the relu ``np.where(z > 0, z, 0)``."""
    numbers = [e for e in seen.elements if isinstance(e, Value)]
    rest = [e for e in seen.elements if not isinstance(e, Value)]
    return bool(numbers and rest) and not any(rest) and all(e.op is not None and e in gradients for e in numbers)


def _is_mixed(seen, first, gradients):
    """Return True if an array has numbers of two forward expressions, as in ``np.where(z > 0, z, a * z)``."""
    if not seen.shape or not all(isinstance(e, Value) and e in gradients for e in seen.elements):
        return False
    return any(e.op is not None for e in seen.elements) and len({first[e] for e in seen.elements}) > 1


def _is_slice(seen, gradients):
    """Return True if numbers of the forward pass are a part of an array, such as the pre-activations of one gate."""
    return (
        isinstance(seen.node, ast.Subscript)
        and bool(seen.shape)
        and all(isinstance(e, Value) and e in gradients and e.op is not None for e in seen.elements)
    )

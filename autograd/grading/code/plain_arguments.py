"""The arguments of a PyTorch ``autograd.Function`` that are plain numbers, such as an epsilon or a dimension."""

import ast
import re

__all__ = ["numbers_for", "plain_arguments"]

SMALL, NUMBER = 1e-5, 0.35
MADE_SIZES = (3, 4, 2)  # the sizes of the made inputs, the likeliest first
BY_NAME = (
    (re.compile(r"^(eps|epsilon|tiny)", re.I), (SMALL,)),
    (re.compile(r"^(dim|axis)$", re.I), (1, 0)),
    (re.compile(r"shape$", re.I), ((3,), (2,))),
    (re.compile(r"^(n|size|features|num_\w+|\w+_(size|features))$", re.I), MADE_SIZES),
)


def plain_arguments(tree, name, names, backward):
    """Return the values that may be given for the plain arguments of a function: a dict from the name to the values.

    An argument is plain if the program gives a plain number for it, or if ``backward`` returns None for it and its name
    says what it is.

    Args:
        tree: The program.
        name: The name of the class.
        names: The names of the arguments of ``forward``, without the context.
        backward: The node of ``backward``.

    >>> program = '''
    ... class Norm(Function):
    ...     def backward(ctx, g):
    ...         return g, None, None
    ... y = Norm.apply(x, 1e-3, dim)
    ... '''
    >>> tree = ast.parse(program)
    >>> plain_arguments(tree, "Norm", ["x", "eps", "dim"], tree.body[0].body[0])
    {'eps': (0.001,), 'dim': (1, 0)}
    """
    found, without, learned = {}, _without_gradient(backward), _with_gradient(backward)
    for given in _applications(tree, name):
        for i, (argument, node) in enumerate(zip(names, given, strict=False)):
            value = _literal(tree, node) if i not in learned else None
            if value is not None:
                found[argument] = _values(value)
    for i, argument in enumerate(names):
        if argument not in found and i in without:
            values = next((values for pattern, values in BY_NAME if pattern.search(argument)), None)
            if values is not None:
                found[argument] = values
    return found


def numbers_for(names, plain, backward):
    """Return the arguments without a gradient whose meaning is unknown, with a number that may be given for them.

    Args:
        names: The names of the arguments of ``forward``, without the context.
        plain: The result of :func:`plain_arguments`.
        backward: The node of ``backward``.
    """
    without = _without_gradient(backward)
    return {name: (NUMBER,) for i, name in enumerate(names) if i in without and name not in plain}


def _without_gradient(backward):
    """Return the positions at which every return of a function has None."""
    returned = [n.value for n in ast.walk(backward) if isinstance(n, ast.Return) and isinstance(n.value, ast.Tuple)]
    places = [{i for i, part in enumerate(value.elts) if _is_none(part)} for value in returned]
    return set.intersection(*places) if places else set()


def _with_gradient(backward):
    """Return the positions at which a return of a function has a gradient."""
    found = set()
    for node in ast.walk(backward):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
            found |= {i for i, part in enumerate(node.value.elts) if not _is_none(part)}
        elif isinstance(node, ast.Return):
            found.add(0)
    return found


def _is_none(node):
    return isinstance(node, ast.Constant) and node.value is None


def _applications(tree, name):
    """Yield the arguments of each ``Name.apply(...)``, also through another name for it."""
    others = {
        node.targets[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and _is_apply(node.value, name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            by_name = isinstance(node.func, ast.Name) and node.func.id in others
            if (by_name or _is_apply(node.func, name)) and not any(isinstance(a, ast.Starred) for a in node.args):
                yield node.args


def _is_apply(node, name):
    return isinstance(node, ast.Attribute) and node.attr == "apply" and getattr(node.value, "id", "") == name


def _literal(tree, node):
    """Return the plain number, text or tuple that an expression denotes, perhaps by the name of a constant, or None."""
    if isinstance(node, ast.Name):
        values = [
            part.value
            for part in tree.body
            if isinstance(part, ast.Assign)
            and isinstance(part.targets[0], ast.Name)
            and part.targets[0].id == node.id
            and isinstance(part.value, (ast.Constant, ast.Tuple, ast.UnaryOp))
        ]
        node = values[0] if len(values) == 1 else node
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError):
        return None
    parts = value if isinstance(value, tuple) else (value,)
    return value if all(isinstance(part, (bool, int, float, str)) for part in parts) else None


def _values(value):
    """Return the values to try for a number in the program. A size is a size of the made inputs as well."""
    if isinstance(value, tuple):
        return (*[(size,) for size in MADE_SIZES if len(value) == 1], value)
    if type(value) is int and value > 1:
        return (*MADE_SIZES, value)
    return (value,)

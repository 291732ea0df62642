"""Edits that complete the derivative of softmax, where a program has only its diagonal."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.factors import proportion
from autograd.grading.code.wayback import same

__all__ = ["jacobians", "rows_alone", "softmax"]


def softmax(c):
    """Yield edits that replace the diagonal of softmax's Jacobian by the product with the whole Jacobian."""
    node = c.node
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and c.is_back() and c.seen.shape):
        return
    scope, shape = c.scope(), c.seen.shape
    for dropped, data, keep in _diagonals(c):
        for text, its_shape, values in c.way.softmaxes(scope):
            if its_shape != shape or not same([p * (1 - p) for p in values], data):
                continue
            kept = c.source.operand_text(keep, tight=False)
            for axis in ("", ", axis=0, keepdims=True", ", axis=1, keepdims=True"):
                if (len(shape) == 1) != (axis == ""):
                    continue
                new = f"{text} * ({kept} - {c.way.numpy}.sum({kept} * {text}{axis}))"
                message = (
                    f"{dropped} is only the diagonal of the derivative of softmax: every output depends on every sum"
                )
                yield Candidate(0.9, "softmax diagonal", c.line, message, c.replaced(new))


def _diagonals(c):
    """Yield the factors of a product that may be the diagonal: their text, their numbers, and the other factor."""
    node = c.node
    for drop, keep in ((node.right, node.left), (node.left, node.right)):
        data = c.way.data_of(drop)
        if data is not None and len(data) == len(c.seen.data):
            yield c.source.text_of(drop), data, keep
    inner = node.left
    if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult):
        parts = [c.way.data_of(part) for part in (inner.right, node.right)]
        if None not in parts and len(parts[0]) == len(parts[1]) == len(c.seen.data):
            text = f"{c.source.text_of(inner.right)} * {c.source.text_of(node.right)}"
            yield text, [a * b for a, b in zip(*parts, strict=True)], inner.left


def jacobians(c):
    """Yield edits that write the whole Jacobian of softmax, or that multiply by it if it is missing."""
    shape = c.seen.shape
    if not isinstance(c.parent(), (ast.Assign, ast.Return)) or c.is_stored() or not shape:
        return
    if len(shape) == 2 and shape[0] == shape[1]:
        off = [x for k, x in enumerate(c.seen.data) if k % (shape[0] + 1)]
        yield from _whole_jacobians(c, c.seen.data[:: shape[0] + 1], off)
    if isinstance(c.node, ast.Constant) or not _is_adjoint_of_probabilities(c):
        return
    kept = c.source.operand_text(c.node, tight=False)
    for text, its_shape, _ in c.way.softmaxes(c.scope()):
        if its_shape == shape:
            for axis in ("",) if len(shape) == 1 else (", axis=1, keepdims=True", ", axis=0, keepdims=True"):
                new = f"{text} * ({kept} - {c.way.numpy}.sum({kept} * {text}{axis}))"
                message = f"{c.text} is the derivative with respect to {text}: that of softmax is missing"
                named = isinstance(c.node, ast.Name)  # it gets another name, as if it were changed
                yield Candidate(1.0 if named else 1.1, "derivative missing", c.line, message, c.replaced(new))


def _whole_jacobians(c, diagonal, off):
    """Yield edits that write the whole Jacobian of softmax in place of its diagonal, or of one of its two terms."""
    numpy, n = c.way.numpy, len(diagonal)
    for text, shape, values in c.way.softmaxes(c.scope()):
        if shape not in ((n,), (n, 1), (1, n)):
            continue
        square = [p * q for p in values for q in values]
        alone = not any(off) and (same([p * (1 - p) for p in values], diagonal) or same(values, diagonal))
        if alone or any(same(c.seen.data, [sign * x for x in square]) for sign in (1, -1)):
            diag = f"{numpy}.diag({text})" if len(shape) == 1 else f"{numpy}.diagflat({text})"
            message = f"{c.text} is only {'the diagonal' if alone else 'one term'} of the derivative of softmax"
            new = f"{diag} - {numpy}.outer({text}, {text})"
            yield Candidate(0.9, "softmax diagonal", c.line, message, c.replaced(new))


def _is_adjoint_of_probabilities(c):
    """Return True if an array is the derivative of the loss with respect to probabilities."""
    for seen in c.way.forward:
        if seen.shape == c.seen.shape and all(isinstance(e, Value) and 0 < e.data < 1 for e in seen.elements):
            adjoint = [c.way.gradients.get(e, 0.0) for e in seen.elements]
            if any(adjoint) and proportion(c.seen.data, adjoint) is not None:
                return True
    return False


def rows_alone(source):
    """Yield edits that fill a row of the Jacobian of softmax, of which only the entry on the diagonal is stored.

    After ``d = np.zeros(n)`` and ``d[i] = p[i] * (1 - p[i])``, the other entries are 0, and should be ``-p[i] * p``.
    """
    for statement in source.blocks:
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Name):
            continue
        block, i, _ = source.blocks[statement]
        first = next((s for s in reversed(block[:i]) if _makes_zeros(s, target.value.id)), None)
        if first is None:
            continue
        start = source.span(statement.value)[0]
        for row, left, right in _complements(source, statement.value, ast.dump(target.slice)):
            text = source.text_of(statement.value)
            new = f"{text[: left - start]}(-{row}){text[right - start :]}"
            message = (
                f"{target.value.id} gets the diagonal of the derivative of softmax only: its other entries are not 0"
            )
            edits = (source.replacing(first.value, new),)
            yield Candidate(0.9, "softmax diagonal", first.lineno, message, edits, firm=True)


def _makes_zeros(statement, name):
    """Return True if a statement assigns an array of zeros to a name."""
    call = statement.value if isinstance(statement, ast.Assign) else None
    made = isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("zeros", "zeros_like")
    return made and isinstance(statement.targets[0], ast.Name) and statement.targets[0].id == name


def _complements(source, value, index):
    """Yield the variable ``p`` and the place of each ``(1 - p[i])`` that is multiplied by ``p[i]``."""
    for node in ast.walk(value):
        for one, other in _pairs(node):
            entry = other.right if isinstance(other, ast.BinOp) and isinstance(other.op, ast.Sub) else None
            same_entry = isinstance(entry, ast.Subscript) and ast.dump(entry.slice) == index
            if same_entry and ast.dump(entry) == ast.dump(one):
                start, end = source.span(other)
                around = source.in_parentheses(other)
                yield source.text_of(entry.value), start - around, end + around


def _pairs(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        yield node.left, node.right
        yield node.right, node.left

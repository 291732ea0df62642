"""Edits of long backward passes, such as that of batch normalization, where each line computes one derivative."""

import ast
import re
from dataclasses import replace

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.error_edits import adjoints_like, named_adjoints
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.probes import written
from autograd.grading.code.source import Edit

__all__ = [
    "centered",
    "denominators",
    "exponents",
    "gains",
    "is_computed",
    "new_factors",
    "overwritten",
    "whole_normalizations",
]

AFTER = 0.3  # the added cost of an edit where a factor first changes: the change may come from an earlier line
MAX_GAINS = 4
LONGEST = 30  # letters of a name that is written
NORMAL = 0.02  # how far the mean of normalized numbers is from 0, and their mean square from 1


def gains(c):
    """Yield edits that multiply a gradient by a learned scale, such as the gamma of batch normalization."""
    parent = c.parent()
    if not isinstance(parent, ast.Assign) or parent.value is not c.node or not c.is_back() or len(c.seen.shape) != 2:
        return
    columns = c.seen.shape[1]
    found = [
        text
        for text, (shape, data) in c.scope().items()
        if shape in ((columns,), (1, columns)) and len(text) < 30 and c.way.is_parameter_data(data)
    ]
    for text in found[:MAX_GAINS]:
        if not re.search(rf"(?<![\w.]){re.escape(text)}(?!\w)", c.text):
            message = f"the factor {text} is missing"
            new = f"{c.source.operand_text(c.node, tight=False)} * {text}"
            data = c.scope()[text][1]
            product = [x * data[k % columns] for k, x in enumerate(c.seen.data)]
            named = any(
                proportion(product, wanted) is not None for wanted in named_adjoints(c.way, parent, c.seen.shape)
            )
            yield Candidate(0.9 if named else 1.2, "wrong factor", c.line, message, c.replaced(new))


def whole_normalizations(c):
    """Yield edits that add what the mean and the deviation contribute to the derivative of a normalization."""
    whole = isinstance(c.parent(), (ast.Assign, ast.Return)) and c.parent().value is c.node
    if not whole or len(c.seen.shape) != 2 or not c.is_back() or not isinstance(c.node, (ast.Name, ast.BinOp)):
        return
    rows, columns = c.seen.shape
    for text, (shape, data) in c.scope().items():
        if shape != c.seen.shape or len(text) > LONGEST or not c.way.is_forward_text(text):
            continue
        for axis, lines in (
            ("axis=0", [data[k::columns] for k in range(columns)]),
            ("axis=1, keepdims=True", [data[i * columns : (i + 1) * columns] for i in range(rows)]),
        ):
            if all(map(_is_normal, lines)):
                mean, old, factor = f"{c.way.numpy}.mean", c.text, c.source.operand_text(c.node, tight=False)
                new = f"{old} - {mean}({old}, {axis}) - {text} * {mean}({factor} * {text}, {axis})"
                message = "the mean and the deviation depend on every sample: their derivatives are missing"
                yield Candidate(1.0, "derivative missing", c.line, message, c.replaced(new))


def _is_normal(numbers):
    """Return True if the mean of some numbers is about 0, and their mean square about 1."""
    count = len(numbers)
    return (
        count > 1 and abs(sum(numbers)) < NORMAL * count and abs(sum(x * x for x in numbers) - count) < NORMAL * count
    )


def centered(c):
    """Yield edits that subtract the mean of a derivative, because each sample also changes the mean."""
    node, parent = c.node, c.parent()
    if not isinstance(parent, (ast.Assign, ast.Return)) or len(c.seen.shape) != 2 or not c.way.has_mean:
        return
    if not c.is_back() or c.is_stored() or not any(_is_slope_of(c, seen) for seen in c.way.forward):
        return
    text, mean = c.source.operand_text(node), f"{c.way.numpy}.mean"
    torch = c.way.numpy == "torch"
    for axis in (0, 1):
        name = "dim" if torch else "axis"
        kept = f", keepdim{'' if torch else 's'}=True" if axis else ""
        new = f"{text} - {mean}({c.text}, {name}={axis}{kept})"
        message = "a mean is subtracted in the forward pass: the mean of the derivative is subtracted here"
        yield Candidate(1.6 - 1e-5 * c.line, "derivative missing", c.line, message, c.replaced(new), firm=True)


def _is_slope_of(c, seen):
    """Return True if an expression is the derivative of the loss with respect to a difference."""
    difference = isinstance(seen.node, ast.BinOp) and isinstance(seen.node.op, ast.Sub) and seen.shape == c.seen.shape
    if not difference:
        return False
    factor = proportion(c.seen.data, [c.way.gradients.get(e, 0.0) for e in seen.elements])
    return factor is not None and factor == factor


def exponents(c):
    """Yield edits that use another exponent, such as -1.5 for the derivative of a number to the power of -0.5."""
    node = c.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Pow) or c.is_stored():
        return
    try:
        value = ast.literal_eval(node.right)
    except (ValueError, TypeError, SyntaxError):
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    for other in dict.fromkeys((2 * value, value / 2, value - 1, value + 1, -value)):
        if other not in (0, 1, value):
            message = f"the exponent is {other:g}, not {value:g}"
            edits = (c.source.replacing(node.right, f"{other:g}"),)
            yield Candidate(1.22, "wrong derivative", c.line, message, edits)


def denominators(c):
    """Yield edits that divide by the square of a sum, as in the derivative of ``x / (1 + abs(x))``."""
    node = c.node
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Div) or c.is_stored():
        return
    if isinstance(node.right, ast.BinOp) and isinstance(node.right.op, (ast.Add, ast.Sub)):
        text = c.source.text_of(node.right)
        message = f"the derivative divides by the square of {text}"
        edits = (c.source.replacing(node.right, f"({text}) ** 2"),)
        start = c.source.span(node.right)[0]
        if c.source.text[start - 1 : start] == "(":
            edits = (Edit(c.source.span(node)[1], c.source.span(node)[1], " ** 2"),)
        helper = any(first < c.line <= last for first, last in c.way.helper_lines)
        yield Candidate(0.95 if helper else 1.23, "wrong derivative", c.line, message, edits)


def overwritten(way, source):
    """Yield edits that add a value to a gradient which was computed before, in place of replacing it."""
    for statement in ast.walk(source.tree):
        target = statement.targets[0] if isinstance(statement, ast.Assign) and len(statement.targets) == 1 else None
        if not isinstance(target, (ast.Name, ast.Subscript)) or source.text_of(target) in source.text_of(
            statement.value
        ):
            continue
        places = way.by_place(statement.value)
        if not places or not way.is_back(places[0]) or statement not in source.blocks:
            continue
        block, i, _ = source.blocks[statement]
        name = source.text_of(target)
        before = [
            s
            for s in block[:i]
            if isinstance(s, ast.Assign) and len(s.targets) == 1 and source.text_of(s.targets[0]) == name
        ]
        earlier = way.by_place(before[-1].value) if before else []
        if earlier and is_computed(way, earlier[0]) and earlier[0].shape == places[0].shape:
            start, end = source.span(target)[1], source.span(statement.value)[0]
            edit = Edit(start, end, source.text[start:end].replace("=", "+=", 1))
            kind = "order in time" if way.recurrent else "wrong factor"
            message = f"{name} was computed before, and this replaces it: both belong to the sum"
            yield Candidate(0.93, kind, statement.lineno, message, (edit,))


def is_computed(way, seen):
    """Return True if a value was computed, and not in the forward pass. No update needs to depend on it."""
    return any(isinstance(e, Value) and e.op is not None and e not in way.gradients for e in seen.elements)


def new_factors(contexts):
    """Yield edits that scale a derivative of the loss whose factor differs from the factors in all lines before it.

    Args:
        contexts: The contexts of all expressions in the backward pass.
    """
    seen = []
    for c in sorted(contexts, key=lambda context: context.seen.order):
        parent = c.parent()
        whole = isinstance(parent, (ast.Assign, ast.Return)) and parent.value is c.node
        if not whole or not c.is_back() or len(c.seen.data) < 2:
            continue
        factors = [proportion(c.seen.data, data) for data in adjoints_like(c.way, c.seen.shape)]
        factor = next((f for f in factors if f is not None and f == f), None)
        if not factor:
            continue
        if seen and not any(close(factor, other) for other in seen):
            for candidate in written(c, seen[-1] / factor):
                yield replace(candidate, cost=candidate.cost + AFTER)
        seen.append(factor)

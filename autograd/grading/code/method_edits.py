"""Edits of calls of the program's own class of matrices, such as ``hidden.map(slope).multiply(error)``."""

import ast

from autograd.grading.code.context import Candidate
from autograd.grading.code.matrix_class import MAPPED
from autograd.grading.code.source import Edit
from autograd.grading.code.wayback import same

__all__ = ["dropped_calls", "exchanged_calls", "in_place", "missing_products", "other_arguments"]

LOGISTIC, TANH = "lambda y: y * (1 - y)", "lambda y: 1 - y * y"
MAX_FACTORS = 4


def _is_matrix(c):
    """Return True if an expression of the backward pass is a matrix of the program's own class, outside this class."""
    if len(c.seen.shape) != 2 or not isinstance(c.node, (ast.Name, ast.Attribute, ast.Call)) or c.is_stored():
        return False
    return c.way.matrices is not None and not c.way.matrices.holds(c.line)


def missing_products(c):
    """Yield edits that multiply a matrix of the backward pass by the derivative of an activation."""
    if not _is_matrix(c) or not c.is_back():
        return
    methods, scope = c.way.matrices, c.scope()
    for text in [name for name in c.source.unread(c.statement) if scope.get(name, ((), []))[0] == c.seen.shape]:
        message = f"the factor {text} is missing: it is computed and never used"
        for new in methods.product(c.text, text):
            yield Candidate(1.15, "wrong factor", c.line, message, c.replaced(new), firm=True)
    if c.way.is_slope(c.node):
        return
    for text, after in _slopes(c):
        message = f"the factor {text}, the derivative of {after}, is missing"
        whole = isinstance(c.parent(), (ast.Assign, ast.Return))
        copied = whole and isinstance(c.node, ast.Name)  # a second name for the same numbers makes no sense
        for new in methods.product(c.text, text):
            yield Candidate(
                1.22 - 0.05 * whole - 0.1 * copied, "derivative missing", c.line, message, c.replaced(new), firm=True
            )


def _slopes(c):
    """Return texts of the derivatives of activations that have the shape of an expression, with their variables."""
    methods, found = c.way.matrices, []
    for text, (shape, data) in c.scope().items():
        if shape != c.seen.shape or not c.way.is_forward_text(text):
            continue
        for slope in c.way.slopes:
            if slope.shape != shape or not any(same(data, end.data) for end in (slope.after, slope.before)):
                continue
            forms = [(helper.text + helper.suffix, helper.values(data)) for helper, _ in c.way.helpers()]
            forms += [(LOGISTIC, [y * (1 - y) for y in data]), (TANH, [1 - y * y for y in data])]
            known = [form for form, values in forms if values is not None and same(values, slope.data)]
            found += [(new, text) for form in known[:1] for new in methods.mapped(text, form)]
    return list(dict.fromkeys(found))[:MAX_FACTORS]


def other_arguments(c):
    """Yield edits that put the derivative of an activation in place of a call that maps another function."""
    if not _is_matrix(c) or not isinstance(c.node, ast.Call):
        return
    methods = c.way.matrices
    names = {name for name, _, _ in methods.maps}
    if getattr(c.node.func, "attr", "") not in names:
        return
    for text, after in _slopes(c):
        if text == c.text:
            continue
        function = c.source.text_of(c.node.args[-1]) if c.node.args else ""
        argument = text.endswith((f"({function})", f", {function})"))
        kind = "derivative at the wrong argument" if argument else "wrong derivative"
        message = f"{c.text} is not the derivative of {after}: that is {text}"
        yield Candidate(1.15, kind, c.line, message, c.replaced(text), firm=True)


def dropped_calls(c):
    """Yield edits that remove a factor, a function or a scale from a matrix."""
    if not _is_matrix(c) or not isinstance(c.node, ast.Call) or not isinstance(c.node.func, ast.Attribute):
        return
    if not c.is_back() and not c.way.is_slope(c.node):
        return
    inner, name = c.node.func.value, c.node.func.attr
    parts = [inner, *c.node.args]
    for part in parts:
        places = c.way.by_place(part)
        if not places or places[0].shape != c.seen.shape or part is c.node:
            continue
        rest = [c.source.text_of(other) for other in parts if other is not part]
        what = ", ".join(rest) if part is inner else rest[0] if rest else name
        slope = any(c.way.is_slope(other) for other in parts if other is not part)
        kind = "derivative twice" if slope or MAPPED.search(name) else "wrong factor"
        if part is inner and any(c.way.single(other) is not None for other in c.node.args):
            kind = "constant factor"
        message = f"{what} does not belong here"
        if len(parts) == 2 and c.source.text_of(inner) == c.source.text_of(parts[1]):
            kind, message = "loss for its derivative", f"the square of {what} stands where its derivative belongs"
        yield Candidate(1.24, kind, c.line, message, c.replaced(c.source.text_of(part)), firm=True)


def exchanged_calls(c):
    """Yield edits that exchange the two sides of a difference, that add for subtract, or that transpose a matrix."""
    node = c.node
    if not _is_matrix(c) or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    name, source = node.func.attr, c.source
    parts = [*node.args] if len(node.args) == 2 else [node.func.value, *node.args]
    if len(parts) != 2:
        return
    texts = [source.text_of(part) for part in parts]
    end = source.span(node.func)[1]
    if c.line not in c.way.update_lines:
        edits = (source.replacing(parts[0], texts[1]), source.replacing(parts[1], texts[0]))
        message = f"the difference of {texts[0]} and {texts[1]} has the wrong sign"
        yield Candidate(1.26, "sign of the update", c.line, message, edits, firm=True)
    for one, other in (("add", "subtract"), ("plus", "minus"), ("add", "sub")):
        for own, new in ((one, other), (other, one)):
            if name == own and f"def {new}(" in source.text:
                edit = Edit(end - len(own), end, new)
                message = f"{own} has the wrong sign: {new} belongs here"
                yield Candidate(1.25, "sign of the update", c.line, message, (edit,), firm=True)


def in_place(c):
    """Yield edits that insert or remove a product in place, such as ``delta.multiply(error)``."""
    node, parent, source = c.node, c.parent(), c.source
    matrices = c.way.matrices
    if matrices is None or matrices.holds(c.line) or not any(not returns for *_, returns in matrices.products):
        return
    if isinstance(parent, ast.Attribute) and isinstance(c.statement, ast.Expr) and c.statement.value.args:
        call = c.statement.value
        names = {name for name, _, returns in matrices.products if not returns}
        if call.func is parent and parent.attr in names:
            start, end = source.starts[call.lineno - 1], source.starts[min(call.end_lineno, len(source.lines))]
            other = call.args[-1]
            slope, number = c.way.is_slope(other), c.way.single(other) is not None
            kind = "derivative twice" if slope else "constant factor" if number else "wrong factor"
            message = f"the factor {source.text_of(other)} does not belong here"
            yield Candidate(1.21, kind, c.line, message, (Edit(start, end, f"{source.indent(call)}pass\n"),), firm=True)
    whole = isinstance(c.statement, ast.Assign) and c.statement.value is node and len(c.seen.shape) == 2
    target = c.statement.targets[0] if whole else None
    if not isinstance(target, (ast.Name, ast.Attribute)) or c.line in c.way.update_lines:
        return
    name, place = source.text_of(target), source.starts[min(c.statement.end_lineno, len(source.lines))]
    factors = [
        (text, "derivative missing", f"the factor {text}, the derivative of {after}, is missing")
        for text, after in _slopes(c)
        if c.is_back()
    ]
    unread = c.source.unread(c.statement)
    for text, (shape, _) in c.scope().items():
        used = c.way.is_back_text(text, c.seen) or text in unread
        if shape == c.seen.shape and text != name and used:
            factors.append((text, "wrong factor", f"the factor {text} is missing: it is computed and not used here"))
    for text, kind, message in factors:
        for statement in matrices.in_place(name, text):
            edit = Edit(place, place, f"{source.indent(c.statement)}{statement}\n")
            copied = 0.1 * isinstance(node, ast.Name)  # a second name for the same numbers makes no sense
            yield Candidate(1.2 - copied, kind, c.line, message, (edit,), firm=True)

"""Edits of the parts of a derivative that is written out: branches, exponents, 1 minus a gate, and its product."""

import ast

from autograd.grading.code.context import Candidate, function_name
from autograd.grading.code.source import Edit

__all__ = ["branches", "complements", "exponentials", "leaks", "products_of_complements"]


def branches(c):
    """Yield edits that add 1 to an activation in a branch of a derivative, as for ELU, where it is ``a + 1``."""
    parent = c.parent()
    if not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)) or not isinstance(parent, ast.Call):
        return
    if function_name(parent) == "where" and len(parent.args) == 3 and c.node in parent.args[1:]:
        message = f"the derivative is {c.text} + 1 in this branch"
        yield Candidate(1.23, "wrong derivative", c.line, message, c.replaced(f"{c.text} + 1"))


def leaks(c):
    """Yield edits that scale the gradient where a unit is inactive, as the leaky relu of the forward pass does."""
    node = c.node
    if not isinstance(node, ast.Call) or function_name(node) != "where" or len(node.args) != 3 or not c.is_back():
        return
    numbers = [part.value for part in ast.walk(c.source.tree) if isinstance(part, ast.Constant)]
    leaks = dict.fromkeys(x for x in numbers if isinstance(x, float) and 0 < x < 0.5)
    for own, other in ((node.args[2], node.args[1]), (node.args[1], node.args[2])):
        if isinstance(own, ast.Constant) and not isinstance(other, ast.Constant):
            for number in list(leaks)[:4]:
                new = f"{number} * {c.source.operand_text(other, tight=False)}"
                message = f"the gradient is {new} where the unit is inactive, not {c.source.text_of(own)}"
                yield Candidate(1.15, "wrong derivative", c.line, message, (c.source.replacing(own, new),))


def exponentials(c):
    """Yield edits that reverse the sign of an exponent, take the exponential of logarithms, or replace abs by sign."""
    node = c.node
    if isinstance(node, ast.Call) and function_name(node) == "exp" and len(node.args) == 1 and not c.is_stored():
        inner = node.args[0]
        negative = isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.USub)
        new = c.source.text_of(inner.operand) if negative else f"-{c.source.operand_text(inner)}"
        message = f"the exponent is {new}, not {c.source.text_of(inner)}"
        yield Candidate(1.24, "wrong derivative", c.line, message, (c.source.replacing(inner, new),))
    if isinstance(node, ast.Call) and function_name(node) in ("abs", "absolute") and len(node.args) == 1:
        new = f"{c.way.numpy}.sign({c.source.text_of(node.args[0])})"
        message = f"{c.text} stands where its derivative belongs: {new}"
        yield Candidate(1.22, "loss for its derivative", c.line, message, c.replaced(new))
    if isinstance(node, ast.Call) and function_name(node) == "log" and len(node.args) == 1 and not c.is_stored():
        parent, inner = c.parent(), c.source.operand_text(node.args[0])
        factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult) and parent.right is node
        new = f"{c.source.text_of(parent.left)} / {inner}" if factor else f"(1 / {inner})"
        message = f"{c.text} stands where its derivative belongs: 1 / {inner}"
        edits = (c.source.replacing(parent, new),) if factor else c.replaced(new)
        yield Candidate(1.21, "loss for its derivative", c.line, message, edits)
    named = isinstance(node, (ast.Name, ast.Attribute)) and isinstance(c.parent(), ast.BinOp) and c.seen.shape
    if named and all(x <= 0 for x in c.seen.data) and c.way.is_forward_text(c.text) and not c.is_stored():
        new = f"{c.way.numpy}.exp({c.text})"
        message = f"{c.text} are logarithms of probabilities: {new} belongs here"
        yield Candidate(1.25, "wrong derivative", c.line, message, c.replaced(new))


def complements(c):
    """Yield edits that write ``1 - z`` for a gate ``z``, or ``z`` for ``1 - z``."""
    node, parent = c.node, c.parent()
    factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    if not factor or not c.seen.shape or c.is_stored() or not all(0 < x < 1 for x in c.seen.data):
        return
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and c.way.is_forward_text(c.text):
        message = f"{c.text} stands where 1 - {c.text} belongs"
        yield Candidate(1.3, "wrong factor", c.line, message, c.replaced(f"(1 - {c.text})"))
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub) and c.way.single(node.left) == 1:
        text = c.source.text_of(node.right)
        start, end = c.source.span(node)
        new = f"({text})" if isinstance(node.right, ast.BinOp) else text
        yield Candidate(
            1.3, "wrong factor", c.line, f"1 - {text} stands where {text} belongs", (Edit(start, end, new),)
        )


OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Div: "/"}


def products_of_complements(c):
    """Yield edits that multiply ``y`` by ``1 - y``, where another operator stands between them."""
    node = c.node
    sign = OPERATORS.get(type(node.op)) if isinstance(node, ast.BinOp) else None
    if sign is None or c.is_stored():
        return
    left, right = _factors(node.left), _factors(node.right)
    for plain, others in ((left, right), (right, left)):
        texts = {ast.unparse(part) for part in plain}
        for part in others:
            is_complement = (
                isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and c.way.single(part.left) == 1
            )
            if is_complement and ast.unparse(part.right) in texts:
                start, end = c.source.span(node.left)[1], c.source.span(node.right)[0]
                place = start + c.source.text[start:end].index(sign)
                variable = c.source.text_of(part.right)
                message = (
                    f"the derivative is the product of {variable} and 1 - {variable}: * belongs in place of {sign}"
                )
                edits = (Edit(place, place + 1, "*"),)
                yield Candidate(0.88, "wrong derivative", c.line, message, edits, firm=True)
                return


def _factors(node):
    """Return the factors of a product, or the node itself if it is none."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left) + _factors(node.right)
    return [node]

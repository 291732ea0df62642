"""The bias corrections of an adaptive optimizer. Mistakes in them are invisible in the first step."""

import ast

from autograd.grading.code.grade import Mistake
from autograd.grading.code.source import Source

__all__ = ["plain_corrections", "wrong_corrections"]


def wrong_corrections(text):
    """Return the mistakes in bias corrections, such as ``1 - beta * t`` for ``1 - beta ** t``. Both agree at t = 1.

    Args:
        text: The program.

    >>> wrong_corrections("m = b * m + (1 - b) * g; x -= m / (1 - b * t)")[0].fix[0].text
    'm = b * m + (1 - b) * g; x -= m / (1 - b ** t)'
    """
    source, found = Source(text), []
    decays = _decays(source.tree)
    divisors = list(_divisors(source.tree))
    for divisor in divisors:
        product = divisor.right
        if _has_fixed_exponent(product) and ast.unparse(product.left) in decays:
            new = f"{source.text_of(product.left)} ** {_counter(source, divisors, divisor)}"
            message = f"the exponent of the bias correction is the step, and not always {product.right.value}"
            edits = [] if new.endswith(" ") else source.fixes([source.replacing(product, new)])
            found.append(Mistake(divisor.lineno, "wrong factor", message, edits or ()))
        if isinstance(product, ast.BinOp) and isinstance(product.op, ast.Mult) and ast.unparse(product.left) in decays:
            new = f"{source.text_of(product.left)} ** {source.operand_text(product.right)}"
            message = (
                f"the bias correction is 1 - {new}: after the first step {source.text_of(product)} is another number"
            )
            found.append(
                Mistake(divisor.lineno, "wrong factor", message, source.fixes([source.replacing(product, new)]))
            )
    return found


def plain_corrections(text):
    """Return the lines of bias corrections without an exponent. They divide by the same number in every step.

    >>> plain_corrections("m = b * m + (1 - b) * g; x -= m / (1 - b)")
    [1]
    """
    tree = ast.parse(text)
    decays = _decays(tree)
    return [divisor.lineno for divisor in _divisors(tree) if ast.unparse(divisor.right) in decays]


def _divisors(tree):
    """Yield each divisor that is the difference of 1 and another expression."""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            below = node.right
            minus = isinstance(below, ast.BinOp) and isinstance(below.op, ast.Sub)
            if minus and isinstance(below.left, ast.Constant) and below.left.value == 1:
                yield below


def _has_fixed_exponent(node):
    """Return True for a power with a whole exponent above 1. With the exponent 1, nothing depends on the step."""
    power = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow) and isinstance(node.right, ast.Constant)
    return power and isinstance(node.right.value, int) and node.right.value > 1


def _counter(source, divisors, divisor):
    """Return the text of the step in another bias correction, or of the variable of the loop, or an empty text."""
    for other in divisors:
        power = other.right
        if isinstance(power, ast.BinOp) and isinstance(power.op, ast.Pow) and not isinstance(power.right, ast.Constant):
            return source.operand_text(power.right)
    for loop in source.loops_around(divisor):
        over = loop.iter if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name) else None
        if isinstance(over, ast.Call) and ast.unparse(over.func) == "range":
            first = over.args[0] if len(over.args) > 1 else ast.Constant(0)
            if isinstance(first, ast.Constant) and first.value in (0, 1):
                return loop.target.id if first.value == 1 else f"({loop.target.id} + 1)"
    return ""


def _decays(tree):
    """Return the texts of the decay factors of running means, such as ``b`` in ``b * m + (1 - b) * g``."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            kept = [part.left for part in (node.left, node.right) if isinstance(part, ast.BinOp)]
            kept += [part.right for part in (node.left, node.right) if isinstance(part, ast.BinOp)]
            texts = {ast.unparse(part) for part in kept}
            found |= {text for text in texts if f"1 - {text}" in texts}
            plain = [part.value for part in kept if isinstance(part, ast.Constant) and isinstance(part.value, float)]
            found |= {str(x) for x in plain if any(0 < x < 1 and abs(x + other - 1) < 1e-12 for other in plain)}
    return found

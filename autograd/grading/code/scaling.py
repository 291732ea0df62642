"""Edits that add or remove a factor of an expression: constants, the number of samples, factors of penalties."""

import ast
import re

__all__ = ["SIMPLE", "kind_of", "numbers", "scaled", "scalings"]

RATE = re.compile(r"(^|[._])(lr|eta|alpha|rate|learning_rate|step_size)$")
ENOUGH = 2  # names of the same count that are tried
SIMPLE = {2.0: "2", 0.5: "0.5", 4.0: "4", 0.25: "0.25", 3.0: "3", -1.0: "-1"}


def scalings(c, make):
    """Yield edits that scale an expression of the backward pass by a number that makes an update right.

    Args:
        c: The expression.
        make: A function that makes a candidate from its cost, kind, line, message and edits.
    """
    if c.is_stored() or isinstance(c.node, ast.Constant):
        return
    parent = c.parent()
    top = isinstance(
        parent, (ast.Assign, ast.AugAssign, ast.Return, ast.Tuple, ast.Dict, ast.keyword, ast.Call)
    ) and not (isinstance(parent, ast.Call) and parent.func is c.node)
    penalty = isinstance(c.statement, ast.AugAssign) or (
        isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Sub))
    )
    target = isinstance(parent, ast.AugAssign) and isinstance(parent.op, (ast.Mult, ast.Div)) and c.seen.shape
    if (c.is_back() and top) or target:
        for factor in c.wrong_factors:
            counted = any(abs(f - n) < 1e-6 for f in (factor, 1 / factor) for n in c.way.counts if n > 2)
            for text, value in numbers(c):
                if counted and text in SIMPLE.values():
                    continue  # a size of these data, not a number of the formula
                if abs(value * factor - 1.0) < 1e-6 and not _is_factor(c, factor):
                    kind, message = kind_of(c, text, factor)
                    new = scaled(c, text)
                    plain = text in SIMPLE.values()
                    text_known = re.search(
                        r"1(\.0?)? - " + re.escape(text.strip("/ ()").removeprefix("1 - ")), c.source.text
                    )
                    plain = plain or (
                        bool(text_known) != text.startswith(("/ (1 -", "(1 -")) and not text.startswith("/ len")
                    )
                    # The place where a gradient is computed is likelier than the one that returns it.
                    returned = isinstance(c.statement, ast.Return) and isinstance(c.node, ast.Name)
                    cost = (
                        0.3 * (c.line in c.way.update_lines or returned)
                        + (1.28 if target else 1.35)
                        + 0.1 * plain
                        + 0.001 * len(text)
                    )
                    yield make(cost, kind, c.line, message, c.replaced(new))
    if c.is_back() and top and c.seen.shape and not c.wrong_factors and c.way.has_penalty:
        # With another, right term, such as the gradient of a penalty, no update is proportional to its gradient.
        for text, (shape, data) in c.scope().items():
            if shape == () and c.way.is_count(text) and data[0] > 1 and data[0] in c.way.counts and len(text) < 20:
                message = f"{c.text} is not divided by the number of samples, {text}, as the loss is"
                cost = 1.4 - 1e-5 * c.line  # the last place first: earlier ones may belong to other updates
                yield make(cost, "constant factor", c.line, message, c.replaced(scaled(c, f"/ {text}")))
    if penalty and c.way.mentions_parameter(c.node):
        counts, known = [], {}
        for text, (shape, data) in sorted(c.scope().items(), key=lambda item: len(item[0])):
            # Loop variables are no numbers of samples, and of several names for a number two are enough.
            if shape == () and c.way.is_count(text) and len(text) < 20 and text not in c.source.loop_variables:
                known[data[0]] = known.get(data[0], 0) + 1
                counts += [text] if known[data[0]] <= ENOUGH else []
        for text in ("2", "0.5", *[f"/ {count}" for count in counts], *counts):
            new = scaled(c, text)
            message = f"the gradient of the penalty is {new}"
            yield make(1.2 if text in ("2", "0.5") else 1.21, "penalty", c.line, message, c.replaced(new))


def _is_factor(c, factor):
    """Return True if the wrong factor is an entry of the data that is written in this product. It is left out there."""
    waiting = [c.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            waiting += [node.left, node.right]
        elif isinstance(node, ast.Subscript) and c.way.single(node) == factor:
            return True
    return False


def scaled(c, text):
    """Return the text of the expression multiplied by a number, or divided by a number."""
    inner = c.source.operand_text(c.node, tight=False)
    if text == SIMPLE[-1.0]:
        node = c.node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return c.source.text_of(node.operand)
        return f"-{inner}"
    if text.startswith("/ "):
        return f"{inner} {text}"
    return f"{text} * {inner}"


def numbers(c):
    """Yield the numbers that can be written here, each with its value, the simplest first."""
    for value, text in SIMPLE.items():
        yield text, value
    update = c.line in c.way.update_lines  # a rate is a factor of an update, and not of a gradient
    for text, (shape, data) in c.scope().items():
        if shape == () and RATE.search(text) and not update:
            continue
        if shape == () and data and data[0] not in (0.0, 1.0) and len(text) < 25 and not c.way.is_learned_text(text):
            value = data[0]
            yield f"/ {text}", 1.0 / value
            yield text, value
            if value != 1.0:
                yield f"/ (1 - {text})", 1.0 / (1.0 - value)
                yield f"(1 - {text})", 1.0 - value
    for text, (shape, _) in c.scope().items():
        if shape and len(text) < 25:
            yield f"/ len({text})", 1.0 / shape[0]
            if len(shape) == 2:
                yield f"/ {text}.shape[1]", 1.0 / shape[1]


def kind_of(c, text, factor):
    """Return the kind of a missing factor, and the message about it."""
    if text == SIMPLE[-1.0]:
        return "sign of the update", f"the sign of {c.text} is reversed"
    places = c.way.texts.get(text.removeprefix("/ "), [])
    if any(map(c.way.is_parameter, places[:1])):
        return "wrong factor", f"{c.text} should be {scaled(c, text)}"
    if text in SIMPLE.values():
        return "constant factor", f"the gradient is {factor:.6g} times the true one"
    parent = c.parent()
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Add, ast.Sub)) and factor < 1:
        return "constant factor", f"the term {c.text} lacks a factor"
    scalar = any(part in text for part in ("len(", "shape")) or c.way.is_count(text.removeprefix("/ "))
    if not scalar:
        return "constant factor", f"the gradient is {factor:.6g} times the true one"
    if any(abs(factor - n) < 1e-6 for n in c.way.counts if n > 1):
        return "constant factor", f"the gradient is {factor:.6g} times the true one: divide by the number of samples"
    if any(abs(factor * n - 1) < 1e-6 for n in c.way.counts if n > 1):
        return (
            "divided twice",
            f"the gradient is {factor:.6g} times the true one: it is divided by the number of samples twice",
        )
    return "constant factor", f"the gradient is {factor:.6g} times the true one"

"""Edits of the factors of a product: one that is missing, wrong, or too many."""

import ast
import math

from autograd.engine.value import Value
from autograd.grading.code.context import (
    Candidate,
    function_name,
    is_slope_argument,
    multiplied,
    multiplies_weights,
    needs_parentheses,
)
from autograd.grading.code.source import Edit, is_product
from autograd.grading.code.wayback import same

__all__ = [
    "arguments", "constants", "derivative_texts", "drops", "factors", "loop_slopes", "wrong_pairs", "wrong_slopes",
]  # fmt: skip

# --- A factor that is missing


def factors(c):
    """Multiply by the derivative of an activation."""
    if not c.is_back() or c.is_stored() or isinstance(c.node, ast.Constant):
        return
    parent = c.parent()
    if (
        isinstance(parent, ast.BinOp)
        and is_product(parent)
        and not isinstance(parent.op, ast.MatMult)
        and is_product(c.node)
    ):
        return  # the product around it gives the same
    for text, slope in derivative_texts(c, c.seen.shape):
        below = multiplies_weights(c)
        what = f"the factor {text}, the derivative of {c.way.name_of(slope.after, c.seen.frame)}, is missing"
        kind = "raw error for delta" if below else "derivative missing"
        message = f"{what}: the raw error is propagated instead of the delta" if below else what
        cost = 1.0 if isinstance(c.node, (ast.Name, ast.Attribute)) else 1.2
        yield Candidate(cost + 0.3 * (c.line in c.way.update_lines), kind, c.line, message, multiplied(c, text))


def wrong_slopes(c):
    """Put the derivative of an activation in the place of a factor that is none."""
    node, parent = c.node, c.parent()
    factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    factor = factor or (isinstance(parent, ast.Call) and function_name(parent) == "multiply")
    if not factor or isinstance(node, ast.Constant):
        return
    if not c.seen.shape and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    for text, slope in derivative_texts(c, c.seen.shape):
        if same(c.seen.data, slope.data):
            continue
        named = c.way.name_of(slope.after, c.seen.frame)
        message = f"{c.text} is not the derivative of {named}, which is {text}"
        kind = "wrong derivative"
        if isinstance(node, ast.Call) and c.way.is_helper(node) and text.startswith(c.source.text_of(node.func)):
            kind, message = (
                "derivative at the wrong argument",
                f"{c.text} takes the derivative at the wrong argument: {text}",
            )
        elif isinstance(node, ast.Compare):
            kind = "relu mask"
        elif skeleton(node) == skeleton(ast.parse(text, mode="eval").body) != "?":
            kind, message = (
                "derivative at the wrong argument",
                f"{c.text} takes the derivative at the wrong argument: {text}",
            )
        yield Candidate(
            1.31 if kind != "wrong derivative" else 1.32,
            kind,
            c.line,
            message,
            c.replaced(f"({text})" if " * " in text else text),
        )


def wrong_pairs(c):
    """Put the derivative of an activation in the place of two factors that are made of one variable."""
    node = c.node
    inner = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else None
    if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) and c.is_back()):
        return
    parts = [_variables(c, inner.right), _variables(c, node.right)]
    if len(parts[0] | parts[1]) != 1 or not all(parts):
        return
    given = c.source.span(inner.right)[0]
    between = c.source.text[given : c.source.span(node)[1]]
    for text, slope in derivative_texts(c, c.way.shape_of(inner.right)):
        message = f"{between} is not the derivative of {c.way.name_of(slope.after, c.seen.frame)}, which is {text}"
        edit = Edit(given, c.source.span(node)[1], text)
        if between.count("(") == between.count(")"):
            yield Candidate(1.3, "wrong derivative", node.lineno, message, (edit,))


def skeleton(node):
    """Return the form of an expression, with a question mark for each variable.

    >>> skeleton(ast.parse("1 - np.power(a1, 2)", mode="eval").body)
    '1-?**2'
    """
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return "?"
    if isinstance(node, ast.BinOp):
        left, right = skeleton(node.left), skeleton(node.right)
        if isinstance(node.op, ast.Mult) and left == right == "?":
            return "?**2" if ast.dump(node.left) == ast.dump(node.right) else "?*?"
        sign = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}.get(type(node.op), "@")
        around = isinstance(node.op, (ast.Mult, ast.Div, ast.Pow))
        parts = [f"({part})" if around and ("-" in part or "+" in part) else part for part in (left, right)]
        return sign.join(parts)
    if isinstance(node, ast.Constant):
        return f"{node.value:g}" if isinstance(node.value, (int, float)) else "?"
    if isinstance(node, ast.Call):
        name, parts = function_name(node), [skeleton(part) for part in node.args]
        if name == "square" and parts == ["?"]:
            return "?**2"
        if name == "power" and len(parts) == 2:
            return "**".join(parts)
        keywords = [f"{part.arg}={ast.unparse(part.value)}" for part in node.keywords]
        return f"{name}({','.join(['?' if '(' in part else part for part in parts] + keywords)})"
    return ast.dump(node)


def _variables(c, node):
    """Return the variables that an expression is made of, as texts."""
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return {c.source.text_of(node)}
    parts = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    return {text for part in parts if isinstance(part, ast.expr) for text in _variables(c, part)}


def loop_slopes(c):
    """Multiply by a derivative at what a loop runs through, such as ``neuron['output']``: a trial tells whether it is.

    What such a text stands for changes from one round of the loop to the next, so that its numbers say nothing here.
    """
    if c.seen.shape or not c.is_back() or c.is_stored() or not isinstance(c.node, (ast.Name, ast.Subscript, ast.BinOp)):
        return
    if not isinstance(c.parent(), (ast.Assign, ast.Call, ast.BinOp)):
        return
    factor = isinstance(c.parent(), ast.BinOp)
    if factor and not isinstance(c.parent().op, ast.Mult):
        return
    for text in c.way.fields(c.statement, c.seen):
        forms = [f"{helper.text}({text}{leak})" for helper, leak in c.way.helpers()]
        forms += [f"{text} * (1 - {text})", f"(1 - {text} ** 2)"]
        for form in dict.fromkeys(forms):
            if factor:
                if isinstance(c.node, ast.BinOp):
                    continue
                message = f"{c.text} is not the derivative of the activation, which is {form}"
                yield Candidate(1.45, "wrong derivative", c.line, message, c.replaced(f"({form})"))
            else:
                message = f"the factor {form}, the derivative of the activation, is missing"
                yield Candidate(1.4, "derivative missing", c.line, message, multiplied(c, form))


def derivative_texts(c, shape):
    """Return texts of derivatives of activations of a shape that can be written here, the shortest way of each."""
    forms = c.known(
        ("derivatives", shape),
        lambda: [form for text, (its, data) in c.scope().items() if its == shape for form in _forms(c, text, data)],
    )
    for slope in c.way.slopes:
        if slope.shape != shape or all(abs(x - 1) < 1e-12 for x in slope.data):
            continue
        found = [form for form, values in forms if same(values, slope.data)]
        for form in found[:2]:
            yield form, slope


def _forms(c, text, data):
    """Return what one writes for a derivative in terms of an activation or a sum."""
    base = text if text.replace("_", "").replace(".", "").isalnum() or text.endswith("]") else f"({text})"
    yield f"{base} * (1 - {base})", [x * (1 - x) for x in data]
    yield f"(1 - {base} ** 2)", [1 - x * x for x in data]
    yield f"({base} > 0)", [float(x > 0) for x in data]
    for helper, leak in c.way.helpers():
        values = helper.values(data)
        if values is not None:
            yield f"{helper.text}({text}{leak})", values
    if max(map(abs, data), default=0) < 300:
        try:
            sigmoid = [1 / (1 + math.exp(-x)) for x in data]
        except OverflowError:
            return
        if c.way.sigmoid:
            name = c.way.sigmoid
            yield f"{name}({text}) * (1 - {name}({text}))", [s * (1 - s) for s in sigmoid]
        yield f"(1 - {c.way.numpy}.tanh({text}) ** 2)", [1 - math.tanh(x) ** 2 for x in data]


# --- A factor too many


def drops(c):
    """Leave out a factor, a divisor, or a call around an expression."""
    node = c.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        keeps = [(node.left, node.right)] + ([(node.right, node.left)] if isinstance(node.op, ast.Mult) else [])
        for keep, drop in keeps:
            if isinstance(keep, ast.Constant):
                continue
            yield _dropped(c, keep, drop)
        yield from _pairs_dropped(c)
    elif isinstance(node, ast.Call) and function_name(node) == "multiply" and len(node.args) == 2:
        yield _dropped(c, node.args[0], node.args[1])
        yield _dropped(c, node.args[1], node.args[0])
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and c.is_back():
        return


def _pairs_dropped(c):
    """Leave out two neighbouring factors, such as ``a * (1 - a)``."""
    node, parent = c.node, c.parent()
    inner = node.left
    if not (isinstance(node.op, ast.Mult) and isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult)):
        return
    first, second = c.source.operand_text(inner.right), c.source.operand_text(node.right)
    data = [c.way.data_of(part) for part in (inner.right, node.right)]
    if None in data or len(data[0]) != len(data[1]):
        return
    product = [a * b for a, b in zip(*data, strict=True)]
    slope = any(same(product, known.data) for known in c.way.slopes)
    kind = "derivative twice" if slope or _is_logistic(data) else "wrong factor"
    message = f"{first} * {second} is a derivative that does not belong here"
    alone = not isinstance(parent, (ast.BinOp, ast.Attribute, ast.UnaryOp))
    text = c.source.text_of(inner.left) if alone else c.source.operand_text(inner.left)
    yield Candidate(1.22, kind, node.lineno, message, c.replaced(text))


def _is_logistic(data):
    """Return whether two factors are a and 1 - a."""
    return all(abs(a + b - 1) < 1e-9 for a, b in zip(*data, strict=True))


def _dropped(c, keep, drop):
    text = c.source.text_of(keep)
    parent = c.parent()
    if isinstance(keep, ast.BinOp) and isinstance(parent, (ast.BinOp, ast.UnaryOp, ast.Attribute)):
        text = f"({text})"
    dropped = c.source.text_of(drop)
    kind, message = "wrong factor", f"the factor {dropped} does not belong here"
    number = c.way.single(drop)
    counts = c.way.counts
    if number is not None:
        kind, message = "constant factor", f"the factor {dropped} does not belong here"
        inverse = isinstance(c.node.op, ast.Div) if isinstance(c.node, ast.BinOp) else False
        value = number if inverse else (1 / number if number else 0)
        if any(abs(value - n) < 1e-9 for n in counts if n > 1):
            kind, message = "divided twice", f"this is divided by the number of samples ({dropped}) a second time"
    elif c.way.is_slope(drop):
        kind, message = "derivative twice", f"{dropped} is a derivative that does not belong here"
    return Candidate(1.2 if kind != "wrong factor" else 1.9, kind, drop.lineno, message, c.replaced(text))


def constants(c):
    """Write another number."""
    node = c.node
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        return
    parent = c.parent()
    if isinstance(parent, (ast.Subscript, ast.keyword)) or not node.value:
        return
    alone = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    for factor in c.wrong_factors:
        for value in (node.value / factor, node.value * factor):
            if abs(value - round(value, 2)) < 1e-9 and value and not (value == 1 and alone):
                text = f"{round(value, 2):g}" + ("." if c.text.endswith(".") else "")
                message = f"the gradient is {factor:.6g} times the true one: {c.text} should be {text}"
                yield Candidate(
                    1.18 + 0.3 * (c.line in c.way.update_lines), "constant factor", c.line, message, c.replaced(text)
                )


def arguments(c):
    """Undo a scaling of an activation before its derivative is taken."""
    if not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored() or not is_slope_argument(c):
        return
    if not c.seen.shape:
        return
    for text, (shape, data) in c.scope().items():
        if shape == () and data and 0 < abs(data[0]) < 1 and len(text) < 25:
            for scale in (f"* (1 - {text})", f"* {text}", f"/ {text}", f"/ (1 - {text})"):
                new = f"{c.text} {scale}"
                message = f"{c.text} was scaled in place, so this is not the activation's derivative any more"
                if needs_parentheses(c):
                    new = f"({new})"
                yield Candidate(1.7, "derivative at the wrong argument", c.line, message, c.replaced(new))

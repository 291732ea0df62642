"""The derivative of an activation, as a program can write it in terms of the pre-activation or the output."""

import ast
import math
import re

from autograd.engine.value import Value
from autograd.grading.code.context import function_name
from autograd.grading.code.row_texts import row_slopes, rows
from autograd.grading.code.trace import is_alike
from autograd.grading.code.wayback import same

__all__ = ["derivative_texts", "is_at_wrong_argument", "leaks", "skeleton"]

MAX_EXPONENT = 300  # the exponential of a larger number overflows
MAX_LEAKS = 4
RATE = re.compile(r"rate|^lr|eta|step", re.I)


def derivative_texts(c, shape, like=None):
    """Yield pairs of a text and the derivative of an activation that it computes here, the shortest texts first.

    Args:
        c: The expression that the text would replace.
        shape: The shape of the derivative.
        like: An expression. A derivative of the same form comes first.
    """
    forms = c.known(
        ("derivatives", shape),
        lambda: [
            form
            for text, (its, data) in [*c.scope().items(), *rows(c).items()]
            if its == shape and not (shape == () and c.way.is_count(text))  # such as the counter of a loop
            for form in _forms(c, text, data)
        ],
    )
    if isinstance(like, (ast.Name, ast.Attribute, ast.Subscript)) and like is c.node and c.seen.shape == shape:
        forms = [*_forms(c, c.text, c.seen.data), *forms]
    wanted = None if like is None else skeleton(like)
    own = _variables(c.node if like is None else like)
    for slope in [*c.way.slopes, *row_slopes(c)]:
        if not is_alike(slope.shape, shape) or all(abs(x - 1) < 1e-12 for x in slope.data) or not any(slope.data):
            continue
        # The largest element rules out most forms, so it is compared first.
        k = max(range(len(slope.data)), key=lambda i: abs(slope.data[i]))
        near = [one for one in forms if len(one[1]) > k and abs(one[1][k] - slope.data[k]) <= 1e-6 * abs(slope.data[k])]
        found = [form for form, values in near if same(values, slope.data)]
        names = _names(c, slope) if len(found) > 1 else ()
        found.sort(key=lambda form: _rank(form, own, names))
        if wanted is not None:
            found.sort(key=lambda form: skeleton(ast.parse(form, mode="eval").body) != wanted)
        for form in found[: 1 if shape else 2]:
            yield form, slope


def _variables(node):
    """Return the texts of the indexed variables in an expression. Their indices are time steps or layers."""
    return {ast.unparse(part) for part in ast.walk(node) if isinstance(part, ast.Subscript)}


def _names(c, slope):
    """Return the texts that have the input or the output of an activation, and not only the same numbers by chance.

    If the target is 0, for example, the error has the numbers of the output.
    """

    def find():
        ends = {id(end.elements[0]) for end in (slope.before, slope.after) if isinstance(end.elements[0], Value)}
        return [
            text for text, places in c.way.texts.items() if any(id(place.elements[0]) in ends for place in places[:3])
        ]

    return c.known(("names", id(slope)), find)


def _rank(form, own, names):
    """Return the sort key of a text.

    Texts with the expression's own variables come first, then those with a name of the activation's input or output,
    then shorter ones.
    """
    named = any(re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.\[])", form) for name in names)
    return (not any(text in form for text in own), not named, len(form))


def is_at_wrong_argument(c, node, slope):
    """Return True if an expression is the derivative of an activation, but at a wrong argument.

    Args:
        c: The expression that is replaced.
        node: The tree of the derivative, with one variable.
        slope: The derivative.
    """
    form = skeleton(node)
    return form != "?" and any(
        same(values, slope.data) and skeleton(ast.parse(text, mode="eval").body) == form
        for end in (slope.before, slope.after)
        if all(isinstance(e, Value) for e in end.elements)
        for text, values in _forms(c, "x", end.data)
    )


def _forms(c, text, data):
    """Yield ways to write the derivative of an activation in terms of a variable, each with its values."""
    base = text if text.replace("_", "").replace(".", "").isalnum() or text.endswith("]") else f"({text})"
    numpy = c.way.library(c.seen.shape)
    if not c.way.is_learned_text(text) and not c.way.is_back_text(text, c.seen):
        yield base, data  # a mask
    if c.source.has_matrices and c.seen.shape:  # of which * and ** are products of matrices
        yield f"{numpy}.multiply({text}, 1 - {text})", [x * (1 - x) for x in data]
        yield f"(1 - {numpy}.square({text}))", [1 - x * x for x in data]
        yield f"({base} > 0)", [float(x > 0) for x in data]
        return
    yield f"{base} * (1 - {base})", [x * (1 - x) for x in data]
    yield f"(1 - {base} ** 2)", [1 - x * x for x in data]
    yield f"(1 / (1 + {base} ** 2))", [1 / (1 + x * x) for x in data]
    yield f"(1 / (1 + {numpy}.abs({text})) ** 2)", [1 / (1 + abs(x)) ** 2 for x in data]
    yield f"({base} > 0)", [float(x > 0) for x in data]
    for helper, leak in c.way.helpers():
        values = helper.values(data)
        if values is not None:
            yield f"{helper.text}({text}{leak})", values
    if max(map(abs, data), default=0) >= MAX_EXPONENT:
        return
    exps = [math.exp(-x) for x in data]
    sigmoid = [1 / (1 + e) for e in exps]
    for other, (_, its) in c.scope().items():
        if len(its) == len(sigmoid) and abs(its[0] - sigmoid[0]) < 1e-9 and same(its, sigmoid):
            swish = f"({other} + {base} * {other} * (1 - {other}))"
            yield swish, [s + x * s * (1 - s) for x, s in zip(data, sigmoid, strict=True)]
    name = c.way.sigmoid
    if name:
        yield f"{name}({text}) * (1 - {name}({text}))", [s * (1 - s) for s in sigmoid]
        swish = f"({name}({text}) + {base} * {name}({text}) * (1 - {name}({text})))"
        yield swish, [s + x * s * (1 - s) for x, s in zip(data, sigmoid, strict=True)]
    yield f"(1 - {numpy}.tanh({text}) ** 2)", [1 - math.tanh(x) ** 2 for x in data]
    yield f"(1 / (1 + {numpy}.exp(-{base})))", sigmoid
    yield f"(1 - {numpy}.exp(-{base}))", [1 - e for e in exps]
    if not name:
        yield f"({numpy}.exp(-{base}) / (1 + {numpy}.exp(-{base})) ** 2)", [s * (1 - s) for s in sigmoid]
    if c.seen.shape and set(data) == {0.0, 1.0}:
        for leak, value in c.known("leaks", lambda: leaks(c))[:MAX_LEAKS]:
            yield f"{numpy}.where({text}, 1.0, {leak})", [1.0 if x else value for x in data]
    if not min(data) < 0 < max(data):
        return  # values of one sign do not show the other branch
    for leak, value in c.known("leaks", lambda: leaks(c))[:MAX_LEAKS]:
        for rest, values in (
            (leak, [value] * len(data)),
            (f"{base} + {leak}", [x + value for x in data]),
            (f"{leak} * {numpy}.exp({base})", [value * math.exp(x) for x in data]),
        ):
            written = f"{numpy}.where({base} > 0, 1.0, {rest})" if c.seen.shape else f"(1.0 if {base} > 0 else {rest})"
            yield written, [1.0 if x > 0 else y for x, y in zip(data, values, strict=True)]


def leaks(c):
    """Return pairs of a text and a number that may be the slope of an activation below 0.

    Variables come first, then the numbers in the program."""
    named = {
        text: data[0]
        for text, (shape, data) in c.scope().items()
        if shape == () and data and 0 < data[0] <= 1 and len(text) < 20 and not RATE.search(text)
    }
    numbers = {value for value in c.source.numbers if 0 < value < 1}
    found = [*list(named.items())[:MAX_LEAKS], *[(f"{x:g}", x) for x in sorted(numbers - set(named.values()))]]
    return [*found[: MAX_LEAKS - 1], ("1.0", 1.0), *found[MAX_LEAKS - 1 :]]


def skeleton(node):
    """Return the form of an expression, in which each variable is a question mark.

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
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        sign = {ast.GtE: ">", ast.Gt: ">", ast.LtE: "<", ast.Lt: "<"}.get(type(node.ops[0]), "=")
        return f"{skeleton(node.left)}{sign}{skeleton(node.comparators[0])}"
    if isinstance(node, ast.Constant):
        return f"{node.value:g}" if isinstance(node.value, (int, float)) else "?"
    if isinstance(node, ast.Call):
        name, parts = function_name(node), [skeleton(part) for part in node.args]
        if name == "square" and parts == ["?"]:
            return "?**2"
        if name == "power" and len(parts) == 2:
            return "**".join(parts)
        if name == "where":  # of which the branches are the derivative
            return f"where({','.join(parts)})"
        keywords = [f"{part.arg}={ast.unparse(part.value)}" for part in node.keywords]
        return f"{name}({','.join(['?' if '(' in part else part for part in parts] + keywords)})"
    return ast.dump(node)

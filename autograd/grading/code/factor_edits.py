"""Edits of the factors of a product: a factor that is missing, wrong or superfluous."""

import ast
import re

from autograd.engine.value import Value
from autograd.grading.code.bodies import is_called_wrongly
from autograd.grading.code.context import (
    Candidate,
    function_name,
    is_slope_argument,
    multiplied,
    multiplies_weights,
    needs_parentheses,
)
from autograd.grading.code.derivatives import derivative_texts, is_at_wrong_argument, leaks, skeleton
from autograd.grading.code.factors import proportion
from autograd.grading.code.index_edits import counted_alike
from autograd.grading.code.slopes import is_function_of
from autograd.grading.code.source import Edit, is_product
from autograd.grading.code.wayback import same

__all__ = [
    "applied_again", "arguments", "constants", "factors", "loop_slopes", "made_slopes",
    "mirrored", "plain_slopes", "repeated_masks", "wrong_pairs", "wrong_slopes",
]  # fmt: skip

MAX_LEAKS = 4
UNLIKELY = 0.2

# --- Missing factors


def factors(c):
    """Yield edits that multiply by the derivative of an activation."""
    partial = _is_partial(c)
    if not (c.is_back() or partial) or c.is_stored() or isinstance(c.node, ast.Constant) or c.is_helper_body():
        return
    parent = c.parent()
    if (
        isinstance(parent, ast.BinOp)
        and is_product(parent)
        and not isinstance(parent.op, ast.MatMult)
        and is_product(c.node)
    ):
        return  # an edit of the enclosing product has the same effect
    unread = c.source.unread(c.statement)
    for text, slope, more in _ranked(c, c.seen.data, derivative_texts(c, c.seen.shape)):
        below = multiplies_weights(c)
        what = f"the factor {text}, the derivative of {c.way.name_of(slope.after, c.seen.frame)}, is missing"
        kind = "raw error for delta" if below else "derivative missing"
        message = f"{what}: the raw error is propagated instead of the delta" if below else what
        cost = 1.0 if isinstance(c.node, (ast.Name, ast.Attribute)) else 1.2
        if isinstance(parent, ast.Assign) and c.seen.shape:  # likelier than an edit where the name is used
            cost = 0.98 if isinstance(c.node, (ast.Name, ast.Attribute)) else 0.99
        if text in unread or partial or _returns_its_argument(c):
            cost = 0.9
        elif _is_beside_slopes(c):
            cost = 0.95
        done = _named_product(c, slope)
        if done:
            # The backward pass leaves out a layer.
            skipped = "." in done and not done.startswith("self.") and c.way.is_hidden(slope.after)
            message = f"{c.text} stands where {done} belongs: the raw error is propagated instead of the delta"
            named = "derivative missing" if skipped else "raw error for delta"
            yield Candidate(0.89, named, c.line, message, c.replaced(done))
        cost += 0.1 * (isinstance(c.statement, ast.AugAssign) and not c.seen.shape)  # a sum: its factors follow
        masked = " > " in text and _has_mask(c)
        cost += more + 0.3 * (masked or c.line in c.way.update_lines)
        for count, new in enumerate(counted_alike(c, text)):
            said = message.replace(text, new)
            yield Candidate(cost + 0.005 * count, kind, c.line, said, multiplied(c, new), firm=masked)


def _has_mask(c):
    """Return True if the program sets some entries of a variable, or of what is assigned, to 0: ``dh[h <= 0] = 0``."""
    target = c.statement.targets[0] if isinstance(c.statement, ast.Assign) else c.node
    texts = {ast.unparse(target), ast.unparse(c.node)}
    for node in c.source.parents:
        stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        compared = stored and any(isinstance(part, ast.Compare) for part in ast.walk(node.slice))
        if compared and ast.unparse(node.value) in texts:
            return True
    return False


def _ranked(c, data, found):
    """Return derivatives with their additional costs. A derivative that produces a derivative of the loss costs less.

    Args:
        c: The expression.
        data: The numbers that are multiplied by the derivative, or None if they are not known.
        found: Pairs of a text and the derivative that it computes.
    """
    found = list(found)
    fits = [_makes_adjoint(c, data, slope) for _, slope in found]
    return [(text, slope, UNLIKELY * (any(fits) and not fit)) for (text, slope), fit in zip(found, fits, strict=True)]


def _makes_adjoint(c, data, slope):
    """Return True if numbers times the derivative of an activation are proportional to dL/d(pre-activation)."""
    before = slope.before.elements
    if data is None or len(data) != len(before):
        return False
    product = [x * y for x, y in zip(data, slope.data, strict=True)]
    exact = [c.way.gradients.get(e, 0.0) if isinstance(e, Value) else 0.0 for e in before]
    return len(product) > 1 and any(exact) and proportion(product, exact) is not None


def _is_partial(c):
    """Return True if a variable is a value of the forward pass that only updates read: a partial derivative."""
    parent = c.parent()
    if not (isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name)) or c.seen.shape:
        return False
    if not isinstance(c.node, (ast.Name, ast.Attribute)) or not c.way.is_forward_value(c.seen.elements):
        return False
    name = parent.targets[0].id
    read = [n for n in c.source.parents if isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Load)]
    return bool(read) and all(node.lineno in c.way.update_lines for node in read)


def _is_beside_slopes(c):
    """Return True if the expression is in a list with products that end in the derivative of an activation."""
    parent = c.parent()
    others = [part for part in parent.elts if part is not c.node] if isinstance(parent, (ast.List, ast.Tuple)) else []
    return any(isinstance(other, ast.BinOp) and _ends_in_slope(c, other) for other in others)


def _ends_in_slope(c, node):
    """Return True if the last factor of a product, or the last two together, are the derivative of an activation."""
    inner = node.left
    if c.way.is_slope(node.right) or not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult)):
        return c.way.is_slope(node.right)
    data = [c.way.data_of(part) for part in (inner.right, node.right)]
    if None in data or len(data[0]) != len(data[1]):
        return False
    product = [a * b for a, b in zip(*data, strict=True)]
    return any(same(product, slope.data) for slope in c.way.slopes)


def _returns_its_argument(c):
    """Return True if a function returns its argument unchanged, like the backward pass of the identity."""
    around = c.source.function_of(c.statement)
    return (
        isinstance(c.parent(), ast.Return)
        and isinstance(c.node, ast.Name)
        and isinstance(around, ast.FunctionDef)
        and c.node.id in {part.arg for part in around.args.args}
        and len(around.body) == 1
    )


def _named_product(c, slope):
    """Return the variable that already has the product of an expression and a derivative, or an empty string."""
    if not c.seen.shape:
        return ""
    data = [x * y for x, y in zip(c.seen.data, slope.data, strict=True)]
    names = [
        text for text, (shape, its) in c.scope().items() if shape == c.seen.shape and text != c.text and same(its, data)
    ]
    return min((text for text in names if not c.way.is_forward_text(text)), key=len, default="")


def wrong_slopes(c):
    """Yield edits that replace a wrong factor by the derivative of an activation."""
    node, parent = c.node, c.parent()
    factor = isinstance(parent, (ast.BinOp, ast.AugAssign)) and isinstance(parent.op, ast.Mult)
    factor = factor or (isinstance(parent, ast.Call) and function_name(parent) == "multiply")
    if not factor or isinstance(node, ast.Constant) or c.way.is_parameter(c.seen) or c.is_helper_body():
        return
    if not c.seen.shape and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    whole = isinstance(parent, (ast.AugAssign, ast.Call))
    for text, slope, more in _ranked(c, _other_factor(c), derivative_texts(c, c.seen.shape, node)):
        if same(c.seen.data, slope.data):
            continue
        named = c.way.name_of(slope.after, c.seen.frame)
        message = f"{c.text} is not the derivative of {named}, which is {text}"
        kind = "wrong derivative"
        if isinstance(node, ast.Call) and (
            (c.way.is_helper(node, c.seen.frame) and text.startswith(c.source.text_of(node.func)))
            or _is_its_derivative(c, node, slope)
        ):
            kind, message = (
                "derivative at the wrong argument",
                f"{c.text} takes the derivative at the wrong argument: {text}",
            )
        elif isinstance(node, ast.Compare):
            kind = "relu mask"
        elif skeleton(node) == skeleton(ast.parse(text, mode="eval").body) != "?" or (
            is_at_wrong_argument(c, node, slope)
        ):
            kind, message = (
                "derivative at the wrong argument",
                f"{c.text} takes the derivative at the wrong argument: {text}",
            )
        yield Candidate(
            more + (1.31 if kind != "wrong derivative" else 1.32),
            kind,
            c.line,
            message,
            c.replaced(text if whole else _as_factor(c, text)),
        )


def _as_factor(c, text):
    """Return a text as a factor in place of the expression, in one pair of parentheses if it needs them."""
    if c.source.in_parentheses(c.node):
        inner = text[1:-1]
        closed = text[0] == "(" and text[-1] == ")" and inner.find(")") >= inner.find("(") and inner.count("(") < 2
        return inner if closed else text
    return f"({text})" if " * " in text and text[0] != "(" else text


def _is_its_derivative(c, node, slope):
    """Return True if a call calls the derivative of the activation, at another argument."""
    name = c.way.vocabulary.name_of(node.func)
    helpers = [helper for helper in c.way.vocabulary.helpers if helper.name == name]
    made = [helper.values(end.data) for helper in helpers for end in (slope.before, slope.after)]
    return any(values is not None and same(values, slope.data) for values in made)


def _other_factor(c):
    """Return the values of the other factor of a product, or None."""
    parent = c.parent()
    if isinstance(parent, ast.AugAssign):
        return c.scope().get(ast.unparse(parent.target), (None, None))[1]
    parts = parent.args[:2] if isinstance(parent, ast.Call) else [parent.left, parent.right]
    others = [part for part in parts if part is not c.node]
    return c.way.data_of(others[0]) if others else None


def mirrored(c):
    """Yield edits that multiply in place by the same factor as the forward pass, such as a scaled mask of dropout."""
    statement = c.statement
    if not isinstance(statement, ast.AugAssign) or statement.value is not c.node or not is_product_sign(statement.op):
        return
    names = {part.id for part in ast.walk(c.node) if isinstance(part, ast.Name)}
    for other in c.source.parents:
        if not isinstance(other, ast.AugAssign) or type(other.op) is not type(statement.op) or other is statement:
            continue
        text = c.source.text_of(other.value)
        shared = names & {part.id for part in ast.walk(other.value) if isinstance(part, ast.Name)}
        if shared and text != c.text and c.source.function_of(other) is c.source.function_of(statement):
            message = f"the forward pass multiplies by {text}, and so must the backward pass"
            yield Candidate(0.96, "constant factor", c.line, message, c.replaced(text))


def is_product_sign(sign):
    """Return True if an operator is a multiplication or a division."""
    return isinstance(sign, (ast.Mult, ast.Div))


def plain_slopes(c):
    """Yield edits that replace the number 1 by the derivative of an activation."""
    whole = isinstance(c.parent(), ast.Assign) and isinstance(c.parent().targets[0], ast.Name)
    if not whole or not isinstance(c.node, ast.Constant) or c.node.value != 1 or isinstance(c.node.value, bool):
        return
    for text, slope in derivative_texts(c, ()):
        message = f"{c.parent().targets[0].id} is the derivative of {c.way.name_of(slope.after, c.seen.frame)}: {text}"
        yield Candidate(0.89, "derivative missing", c.line, message, c.replaced(text))


def made_slopes(c):
    """Yield edits that replace a returned or assigned expression by the derivative of an activation."""
    whole = isinstance(c.parent(), (ast.Return, ast.Assign)) and c.parent().value is c.node
    if not whole or isinstance(c.node, (ast.Constant, ast.Tuple)) or c.is_start() or c.is_helper_body():
        return
    if any(same(c.seen.data, end.data) for slope in c.way.slopes for end in (slope.before, slope.after)):
        return  # an activation that is computed again
    for text, slope in derivative_texts(c, c.seen.shape, c.node):
        if not same(c.seen.data, slope.data) and is_function_of(c.seen, slope):
            named = c.way.name_of(slope.after, c.seen.frame)
            message = f"{c.text} is not the derivative of {named}, which is {text}"
            form = skeleton(ast.parse(text, mode="eval").body)
            again = skeleton(c.node) == form != "?" or is_at_wrong_argument(c, c.node, slope)
            kind = "derivative at the wrong argument" if again else "wrong derivative"
            bare = text[1:-1] if text[0] == "(" and text[-1] == ")" and text.count("(") == 1 else text
            yield Candidate(1.29, kind, c.line, message, c.replaced(bare))


def wrong_pairs(c):
    """Yield edits that replace two factors with the same variable by the derivative of an activation."""
    node = c.node
    inner = node.left if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) else None
    if not (isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mult) and c.is_back()):
        return
    parts = [_variables(c, inner.right), _variables(c, node.right)]
    if len(parts[0] | parts[1]) != 1 or not all(parts):
        return
    yield from _renamed_pairs(c, inner, parts[0].copy().pop())
    yield from _applied_twice(c, inner, parts[0].copy().pop())
    given = c.source.span(inner.right)[0]
    between = c.source.text[given : c.source.span(node)[1]]
    given_form = ast.BinOp(inner.right, ast.Mult(), node.right)
    found = derivative_texts(c, c.way.shape_of(inner.right), given_form)
    for text, slope, more in _ranked(c, c.way.data_of(inner.left), found):
        alike = skeleton(given_form) == skeleton(ast.parse(text, mode="eval").body)
        kind = "derivative at the wrong argument" if alike else "wrong derivative"
        message = f"{between} is not the derivative of {c.way.name_of(slope.after, c.seen.frame)}, which is {text}"
        edit = Edit(given, c.source.span(node)[1], text)
        if between.count("(") == between.count(")"):
            yield Candidate(1.3 + more, kind, node.lineno, message, (edit,))


def _applied_twice(c, inner, text):
    """Yield edits of ``f(y) * (1 - f(y))`` in plain Python, where ``y`` is a number that ``f`` returned already."""
    calls = [part for side in (inner.right, c.node.right) for part in ast.walk(side) if isinstance(part, ast.Call)]
    if c.seen.shape or len(calls) < 2 or any(c.source.text_of(part.args[0]) != text for part in calls if part.args):
        return
    first, last = c.source.span(inner.right)[0], c.source.span(c.node)[1]
    between = c.source.text[first:last]
    for form in (f"{text} * (1 - {text})", f"(1 - {text} ** 2)"):
        message = f"{between} applies the activation once more, but {text} is an activation already: {form}"
        if between.count("(") == between.count(")"):
            edit = Edit(first, last, form)
            yield Candidate(1.05, "derivative at the wrong argument", c.line, message, (edit,), firm=True)


def _renamed_pairs(c, inner, text):
    """Yield edits that take a derivative at another variable of another shape, as ``a1[1:]`` for ``a2[1:]``."""
    first, last = c.source.span(inner.right)[0], c.source.span(c.node)[1]
    between, base = c.source.text[first:last], re.split(r"[.\[]", text)[0]
    scope = c.scope()
    own = scope.get(base)
    if own is None or between.count("(") != between.count(")") or not own[0]:
        return
    for other, (shape, _) in scope.items():
        alike = other.isidentifier() and other != base and len(shape) == len(own[0])
        if alike and c.way.is_forward_text(other):
            new = re.sub(rf"\b{base}\b", other, between)
            message = f"the derivative is taken at {base}, but belongs at {other}"
            edit = Edit(first, last, new)
            yield Candidate(1.33, "derivative at the wrong argument", c.line, message, (edit,), firm=True)


def _variables(c, node):
    """Return the texts of the variables in an expression."""
    if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)):
        return {c.source.text_of(node)}
    parts = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    return {text for part in parts if isinstance(part, ast.expr) for text in _variables(c, part)}


def loop_slopes(c):
    """Yield edits that multiply by a derivative at a variable of a loop, such as ``neuron['output']``.

    The variable changes in each iteration, so its numbers say nothing here. A trial shows if the edit is right.
    """
    if c.seen.shape or not c.is_back() or c.is_stored() or not isinstance(c.node, (ast.Name, ast.Subscript, ast.BinOp)):
        return
    if not isinstance(c.parent(), (ast.Assign, ast.Call, ast.BinOp)):
        return
    factor = isinstance(c.parent(), ast.BinOp)
    if factor and not isinstance(c.parent().op, ast.Mult):
        return
    stored = isinstance(c.parent(), ast.Assign) and isinstance(c.parent().targets[0], ast.Subscript)
    early = 0.44 * (stored and isinstance(c.node, (ast.Name, ast.Subscript)))
    for text in [*c.way.fields(c.statement, c.seen), *c.way.entries(c.statement, c.seen)]:
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
                yield Candidate(1.4 - early, "derivative missing", c.line, message, multiplied(c, form))


# --- Wrong numbers and wrong arguments


def constants(c):
    """Yield edits that replace a number by another number."""
    node = c.node
    if not isinstance(node, ast.Constant) or isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
        return
    parent = c.parent()
    yield from _branches(c, parent)
    if isinstance(parent, (ast.Subscript, ast.keyword)) or not node.value:
        return
    alone = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    for factor in c.wrong_factors:
        for value in (node.value / factor, node.value * factor):
            if abs(value - round(value, 2)) < 1e-9 and value and not (value == 1 and alone):
                text = f"{round(value, 2):g}" + ("." if c.text.endswith(".") else "")
                message = f"the gradient is {factor:.6g} times the true one: {c.text} should be {text}"
                kind = "sign of the update" if factor == -1 else "constant factor"
                cost = 1.18 + 0.3 * (c.line in c.way.update_lines)
                yield Candidate(cost, kind, c.line, message, c.replaced(text))


def node_is_first(call, node):
    """Return True if a node is the condition of a choice, such as ``np.where``."""
    return bool(call.args) and call.args[0] is node


def _branches(c, parent):
    """Yield edits that change the slope in a branch, as in ``np.where(z > 0, 1, 0)`` or ``slope[z < 0] = 0``."""
    stored = isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Subscript)
    chosen = (isinstance(parent, ast.Call) and function_name(parent) == "where") or isinstance(parent, ast.IfExp)
    if not (stored or chosen):
        return
    if chosen and isinstance(parent, ast.Call) and len(parent.args) == 3 and not node_is_first(parent, c.node):
        other = parent.args[1] if parent.args[2] is c.node else parent.args[2]
        for leak, _ in c.known("leaks", lambda: leaks(c))[:MAX_LEAKS] if not isinstance(other, ast.Constant) else ():
            new = f"{leak} * {c.source.operand_text(other, tight=False)}"
            yield Candidate(
                1.24, "wrong derivative", c.line, f"the slope {leak} is missing in this branch", c.replaced(new)
            )
    for text, value in [*c.known("leaks", lambda: leaks(c))[:MAX_LEAKS], ("0", 0.0), ("1", 1.0)]:
        if value != c.node.value:
            kind = "relu mask" if {value, c.node.value} == {0, 1} else "wrong derivative"
            message = f"the derivative is {text} in this branch, not {c.text}"
            yield Candidate(1.23, kind, c.line, message, c.replaced(text))


def _inner_arguments(c):
    """Yield edits that leave out the inner one of two calls, as for ``f_prime(f(z))`` in place of ``f_prime(z)``."""
    node, parent = c.node, c.parent()
    calls = isinstance(node, ast.Call) and isinstance(parent, ast.Call) and parent.args[:1] == [node]
    if calls and len(node.args) == 1 and not node.keywords and c.seen.shape and is_slope_argument(c):
        inner = c.source.text_of(node.args[0])
        message = f"the derivative is taken at {c.text}, but belongs at {inner}"
        yield Candidate(1.1, "derivative at the wrong argument", c.line, message, c.replaced(inner))


def applied_again(c):
    """Yield edits that leave out an activation which is applied to an activation, as ``tanh`` in ``1 - tanh(h)**2``."""
    node = c.node
    if not isinstance(node, ast.Call) or len(node.args) != 1 or node.keywords:
        return
    known = function_name(node) in ("tanh", "expit", "sigmoid") or c.way.is_helper(node, c.seen.frame)
    inner = node.args[0]
    places = c.way.by_place(inner)[:1]
    if (
        not known
        or not isinstance(c.parent(), ast.BinOp)
        or not places
        or not c.way.is_forward_value(places[0].elements)
    ):
        return
    if places[0].shape == c.seen.shape and any(same(places[0].data, slope.after.data) for slope in c.way.slopes):
        text = c.source.text_of(inner)
        message = f"{text} is an activation already: {c.text} applies the activation once more"
        around = c.source.function_of(node)
        given = isinstance(around, ast.FunctionDef) and text in [each.arg for each in around.args.args]
        more = 0.65 * (given and is_called_wrongly(c.way, c.source, around.name))
        yield Candidate(1.15 + more, "derivative at the wrong argument", c.line, message, c.replaced(text), firm=True)


def _scaled_in_place(c):
    """Yield the plain numbers by which a variable is multiplied in place, each with the text that undoes it."""
    for statement in c.known("in place", lambda: _products_in_place(c)):
        if c.source.text_of(statement.target) != c.text or statement is c.statement:
            continue
        waiting = [(statement.value, isinstance(statement.op, ast.Mult))]
        while waiting:
            node, above = waiting.pop()
            if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
                waiting += [(node.left, above), (node.right, above == isinstance(node.op, ast.Mult))]
            elif isinstance(node, ast.Constant) or c.way.shape_of(node) == ():
                text = c.source.operand_text(node, tight=True)
                yield text if above else f"1 / {text}", f"/ {text}" if above else f"* {text}"


def _products_in_place(c):
    """Return the statements that multiply or divide in place."""
    return [
        n for n in ast.walk(c.source.tree) if isinstance(n, ast.AugAssign) and isinstance(n.op, (ast.Mult, ast.Div))
    ]


def repeated_masks(c):
    """Yield edits that multiply by the same plain numbers as the forward pass does in place, such as a dropout mask."""
    whole = (
        isinstance(c.parent(), ast.Assign)
        and c.parent().value is c.node
        and isinstance(c.parent().targets[0], ast.Name)
    )
    if not whole or not c.seen.shape or not c.is_back():
        return
    for statement in c.known("in place", lambda: _products_in_place(c)):
        target, value = c.way.by_place(statement.target)[:1], c.way.by_place(statement.value)[:1]
        forward = statement.lineno not in c.way.update_lines and c.way.is_forward_text(ast.unparse(statement.target))
        if not (forward and value and (not target or target[0].shape == c.seen.shape)):
            continue
        if value[0].shape != c.seen.shape or c.way.is_on_way(value[0]):
            continue
        text = c.source.operand_text(statement.value, tight=True)
        sign = "*" if isinstance(statement.op, ast.Mult) else "/"
        message = f"the forward pass multiplies by {text}, and so must the backward pass"
        new = f"{c.source.operand_text(c.node, tight=False)} {sign} {text}"
        yield Candidate(1.1, "derivative missing", c.line, message, c.replaced(new))


def arguments(c):
    """Yield edits that undo the scaling of an activation in the argument of its derivative."""
    yield from _inner_arguments(c)
    if not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored() or not is_slope_argument(c):
        return
    if not c.seen.shape:
        return
    for factor, inverse in _scaled_in_place(c):
        new = f"{c.text} {inverse}"
        message = f"{c.text} was multiplied by {factor} in place, so this is not the activation's derivative any more"
        new = f"({new})" if needs_parentheses(c) else new
        yield Candidate(1.1, "derivative at the wrong argument", c.line, message, c.replaced(new))
    for text, (shape, data) in c.scope().items():
        if shape == () and data and 0.01 < abs(data[0]) < 1 and len(text) < 25:
            for scale in (f"* (1 - {text})", f"* {text}", f"/ {text}", f"/ (1 - {text})"):
                new = f"{c.text} {scale}"
                message = f"{c.text} was scaled in place, so this is not the activation's derivative any more"
                if needs_parentheses(c):
                    new = f"({new})"
                yield Candidate(1.7, "derivative at the wrong argument", c.line, message, c.replaced(new))

"""Edits that replace a variable, the axis of a sum, or a sign by another one."""

import ast
import re

from autograd.engine.value import Value
from autograd.grading.code.context import (
    ONLY_IF_DERIVATIVE,
    Candidate,
    function_name,
    is_slope_argument,
    multiplies_weights,
)
from autograd.grading.code.error_edits import adjoints_like
from autograd.grading.code.factors import proportion
from autograd.grading.code.signs import is_odd_sign, is_update, is_usual_sign, is_velocity
from autograd.grading.code.source import Edit
from autograd.grading.code.wayback import same

__all__ = [
    "augmented_signs",
    "axes",
    "deltas",
    "exchanged",
    "factors_of_inputs",
    "inputs",
    "numbered",
    "rows",
    "signs",
    "substitutes",
    "writable",
]

MAX_SUBSTITUTES = 8
MAX_RANKED = 30  # of these, the last ones count only if they make the value of their statement a derivative of the loss
METHODS = {"T", "dot", "copy", "transpose", "shape", "reshape", "sum", "mean", "t", "mm", "matmul", "clone", "ravel",
           "flatten", "astype", "view"}  # fmt: skip
MAX_SCALARS = 14
MAX_DELTAS = 4
MAX_PLACES = 6  # values of an expression in a loop
MAX_EXCHANGED = 30
NUMBER = re.compile(r"(?<=[A-Za-z_])\d+")

# --- Replaced variables


def substitutes(c):
    """Yield edits that replace a variable by another variable of the same shape."""
    node = c.node
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored():
        return
    parent = c.parent()
    if isinstance(parent, ast.Attribute) and parent.attr not in METHODS:
        return
    if (
        isinstance(parent, ast.Subscript)
        and parent.value is node
        and isinstance(parent.ctx, ast.Load)
        and not c.seen.shape
    ):
        return
    if isinstance(parent, ast.Attribute) and parent.attr == "shape":
        return
    own, shape = c.seen.data, c.seen.shape
    yield from _transposed(c)
    if not shape and not c.is_back() and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    text = c.text
    backs, others = [], []
    unread = [*c.source.unread(c.statement), *c.source.unread_twins(node)] if c.is_back() else []
    for other, (its_shape, data) in c.scope().items():
        # An array that was changed in place after it was stored has other numbers by now.
        equal = same(data, own) and not (other in unread and "." in other) and _is_always_equal(c, other)
        if its_shape != shape or other == text or equal or not writable(other):
            continue
        if c.is_helper_body() and other not in c.seen.frame.names:
            continue
        if (
            not shape
            and "[" in other
            and ".shape" not in other
            and not any(isinstance(e, Value) for e in c.seen.elements)
        ):
            continue  # a number, such as a rate, is no entry of the data
        if (not shape and data[0] in (0.0, 1.0) and not _varies(c, other)) or (shape and not any(data)):
            continue  # it would only be right for this sample, or is a sum before its first term
        (backs if c.way.is_back_text(other, c.seen) else others).append(other)
    error = not shape and c.way.is_error(c.seen)
    found = [*backs[::-1], *others] if c.is_back() or error else [*others, *backs[::-1]]
    if shape and isinstance(node, ast.Name) and c.is_back() and not isinstance(parent, (ast.Attribute, ast.Subscript)):
        for other in [other for other in [*backs, *others] if other in c.source.unread(c.statement)][:2]:
            message = f"{other} is computed and never used: it belongs to the sum with {text}"
            alone = isinstance(parent, (ast.Assign, ast.AugAssign, ast.Return, ast.Call))
            new = f"{text} + {other}" if alone else f"({text} + {other})"
            yield Candidate(0.97, "wrong factor", c.line, message, c.replaced(new), firm=True)
    for other in [other for other in found if other in unread][:2]:
        message = f"{other} is computed and never used: it belongs here, not {text}"
        skipped = "." in other and any(
            _is_adjoint_of(c, slope.after) and c.way.is_hidden(slope.after) for slope in c.way.slopes
        )
        kind = "derivative missing" if skipped else "raw error for delta"
        if c.way.is_parameter_data(c.scope()[other][1]):
            kind, message = _substitution_kind(c, text, other)
        yield Candidate(0.95, kind, c.line, message, c.replaced(other))
    if shape and is_slope_argument(c):
        wider = [other for other, (its, _) in c.scope().items() if len(its) == len(shape) and its != shape]
        for count, other in enumerate([other for other in wider if c.way.is_forward_text(other)][:4]):
            message = f"the derivative is taken at {text}, but belongs at {other}"
            yield Candidate(1.27 + 0.01 * count, "derivative at the wrong argument", c.line, message, c.replaced(other))
    ranked = sorted(found, key=lambda other: (_stem(other) != _stem(text), not _is_alike(c, other)))
    likely = MAX_SUBSTITUTES if shape else MAX_SCALARS
    for count, other in enumerate(ranked[: MAX_RANKED if shape else MAX_SCALARS], 1):
        kind, message = _substitution_kind(c, text, other)
        first = 1.25 if kind == "derivative at the wrong argument" else 1.5
        if not shape and kind == "raw error for delta" and not c.is_back() and any(map(_is_computed, c.seen.elements)):
            first = 1.3  # the error itself, beside its own derivative
        cost = first + 0.02 * count if count <= likely else ONLY_IF_DERIVATIVE
        yield Candidate(cost, kind, c.line, message, c.replaced(other))


def _varies(c, text):
    """Return True if a number that is 0 or 1 here has other values elsewhere, as the delta of an inactive unit has."""
    return any(
        place.data[0] not in (0.0, 1.0) for place in c.way.texts.get(text.replace(" ", ""), []) if not place.shape
    )


def factors_of_inputs(c):
    """Yield edits that multiply a value by what the forward pass multiplies it by, such as a gate: ``r * h``."""
    node = c.node
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored() or not c.seen.shape:
        return
    if not isinstance(c.statement, ast.AugAssign) or not c.way.is_forward_value(c.seen.elements):
        return
    for seen in c.way.forward:
        product = isinstance(seen.node, ast.BinOp) and isinstance(seen.node.op, ast.Mult) and seen.shape == c.seen.shape
        for other, (its, data) in c.scope().items() if product else ():
            if its != seen.shape or other == c.text or not writable(other):
                continue
            if same([x * y for x, y in zip(c.seen.data, data, strict=True)], seen.data):
                new = f"{c.text} * {other}"
                written = new if isinstance(c.parent(), ast.Call) else f"({new})"
                message = f"the forward pass reads {new}, and this lacks the factor {other}"
                yield Candidate(1.2, "wrong factor", c.line, message, c.replaced(written), firm=True)


def _is_always_equal(c, other):
    """Return True if a variable also has the numbers of the expression in the last iteration, not only in the first."""
    last = c.places[-1]
    if len(c.places) == 1:
        return True
    known = c.known(("last", last.order), lambda: c.way.scope(last.frame, last.order)).get(other)
    return known is None or same(known[1], last.data)


def numbered(c):
    """Yield edits that use the variable with the number of the target, such as ``db1`` for ``db2`` in ``v1 = ... db2``.

    Its shape may be another one, where broadcasting hides the wrong variable.
    """
    text, statement = c.text, c.statement
    target = getattr(statement, "target", None) or (getattr(statement, "targets", None) or [None])[0]
    numbers = NUMBER.findall(c.source.text_of(target)) if target is not None else []
    own = NUMBER.findall(text)
    if not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored() or len(own) != 1:
        return
    other = text.replace(own[0], numbers[-1]) if len(numbers) == 1 and numbers != own else ""
    known = c.scope().get(other)
    if known is not None and known[0] != c.seen.shape:
        kind, message = _substitution_kind(c, text, other)
        yield Candidate(1.05, kind, c.line, message, c.replaced(other))


def _is_computed(element):
    return isinstance(element, Value) and element.op is not None


def _is_alike(c, other):
    """Return True if another variable is a parameter exactly if this one is, and both are of this function or not."""
    data = c.scope()[other][1]
    names = c.seen.frame.names
    local = [re.split(r"[.\[]", text)[0] in names for text in (c.text, other)]
    return c.way.is_parameter(c.seen) == c.way.is_parameter_data(data) and local[0] == local[1]


def rows(c):
    """Yield edits that use the row of another array, such as ``z[t]`` for ``a[t, 1:]``."""
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or len(c.seen.shape) != 1 or not is_slope_argument(c):
        return
    index = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
    base = c.way.shape_of(node.value)
    if isinstance(index, ast.Slice) or base is None or len(base) != 2:
        return
    for other, (shape, _) in c.scope().items():
        if shape == (base[0], c.seen.shape[0]) and c.way.is_forward_text(other) and writable(other):
            new = f"{other}[{c.source.text_of(index)}]"
            message = f"the derivative is taken at {c.text}, but belongs at {new}"
            if new != c.text:
                yield Candidate(1.245, "derivative at the wrong argument", c.line, message, c.replaced(new))


def inputs(c):
    """Yield edits that multiply by the whole input of the weights, such as a gate times the state."""
    parent = c.parent()
    if (
        c.is_back()
        or c.is_stored()
        or not c.seen.shape
        or not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript))
    ):
        return
    if not (isinstance(parent, ast.Call) or (isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult))):
        return
    turned = isinstance(c.node, ast.Attribute) and c.node.attr == "T"
    own = c.source.text_of(c.node.value) if turned else c.text
    for text in c.known("inputs", lambda: list(_inputs(c))):
        product = ast.parse(text, mode="eval").body
        gates = [part.id for part in (product.left, product.right) if isinstance(part, ast.Name)]
        if isinstance(product.op, ast.Mult) and gates and own not in text and len(c.seen.shape) == 2:
            # The state has another name in the backward pass, such as prev for hs[-1].
            new = f"({gates[0]} * {own}){'.T' if turned else ''}"
            message = f"the weights are multiplied by {text}, not by {own} alone"
            yield Candidate(1.25, "wrong factor", c.line, message, c.replaced(new))
        if c.text in text and text != c.text:
            message = f"the weights are multiplied by {text}, not by {c.text} alone"
            yield Candidate(1.2, "wrong factor", c.line, message, c.replaced(text))


def _inputs(c):
    """Yield the texts of the products by which weights are multiplied in the forward pass."""
    for seen in c.way.forward:
        node = seen.node
        parts = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            parts = [node.left, node.right]
        elif isinstance(node, ast.Call) and function_name(node) in ("dot", "matmul", "mm"):
            parts = list(node.args)
        if any(c.way.is_parameter(place) for part in parts for place in c.way.by_place(part)[:1]):
            yield from (ast.unparse(part) for part in parts if isinstance(part, ast.BinOp))


def _transposed(c):
    """Yield edits that use the transpose of other weights, such as the weights of another layer."""
    if len(c.seen.shape) == 2 and c.way.is_parameter(c.seen):
        for other, (shape, data) in c.scope().items():
            if shape == c.seen.shape[::-1] and other != c.text and writable(other) and c.way.is_parameter_data(data):
                message = f"{c.text} stands where {other}.T belongs"
                yield Candidate(1.5, "wrong factor", c.line, message, c.replaced(f"{other}.T"))


def _stem(text):
    """Return a text without its digits. It is the same for ``w5`` and ``w6``."""
    return "".join(letter for letter in text if not letter.isdigit())


def _substitution_kind(c, text, other):
    inside = c.parent()
    fresh = [e for e in c.seen.elements if isinstance(e, Value)]
    if fresh and all(e in c.way.successors for e in fresh) and c.way.is_parameter_data(c.scope()[other][1]):
        return "update before use", f"{text} is updated already: {other} has the weights of the forward pass"
    if c.way.recurrent and "[" in text and text.partition("[")[0] == other.partition("[")[0]:
        return "order in time", f"{text} stands where {other} belongs"
    if is_slope_argument(c) or (_is_in_function(c) and c.way.is_forward_text(other)):
        return "derivative at the wrong argument", f"the derivative is taken at {text}, but belongs at {other}"
    if isinstance(inside, ast.Compare):
        return "relu mask", f"the mask is made from {text}, but {other} tells which units were active"
    neighbours = not c.seen.shape and _stem(text) == _stem(other)
    error = not c.seen.shape and c.way.is_error(c.seen)
    again = c.way.is_forward_again(*c.scope()[other])
    if (
        c.way.is_back_text(other, c.seen)
        and not again
        and (c.is_back() or error or _is_derivative(c))
        and not neighbours
        and not _is_delta(c)
    ):
        return "raw error for delta", f"{text} is propagated, but {other} is the delta"
    return "wrong factor", f"{text} stands where {other} belongs"


def _is_in_function(c):
    """Return True if a value of the forward pass is given to an exponential or a hyperbolic tangent."""
    node = c.parent()
    while isinstance(node, ast.UnaryOp):
        node = c.source.parents.get(node)
    return isinstance(node, ast.Call) and function_name(node) in ("exp", "tanh") and not c.is_back()


def _is_adjoint_of(c, place):
    """Return True if an expression is the derivative of the loss with respect to an activation."""
    data = [c.way.gradients.get(e, 0.0) if isinstance(e, Value) else 0.0 for e in place.elements]
    return place.shape == c.seen.shape and any(data) and proportion(c.seen.data, data) is not None


def _is_delta(c):
    """Return True if an expression is always the derivative with respect to a pre-activation, as of another layer."""
    slopes = [slope.before for slope in c.way.slopes]
    return all(any(_is_slope_at(c, place, before) for before in slopes) for place in c.places[:MAX_PLACES])


def _is_slope_at(c, place, before):
    data = [c.way.gradients.get(e, 0.0) if isinstance(e, Value) else 0.0 for e in before.elements]
    return place.shape == before.shape and any(data) and same(place.data, data)


def _is_derivative(c):
    """Return True if an array is a derivative of the loss with respect to some array, up to a factor."""
    return bool(c.seen.shape) and any(
        proportion(c.seen.data, data) is not None for data in adjoints_like(c.way, c.seen.shape)
    )


def deltas(c):
    """Yield edits that propagate a named delta instead of an error that is written out."""
    parent = c.parent()
    if not isinstance(c.node, (ast.BinOp, ast.Call)) or not c.seen.shape or not multiplies_weights(c):
        return
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div)):
        return
    names = [
        text
        for text, (shape, data) in c.scope().items()
        if shape == c.seen.shape and c.way.is_back_text(text, c.seen) and not same(data, c.seen.data)
    ]
    for count, name in enumerate(names[::-1][:MAX_DELTAS]):
        message = f"{c.text} is propagated, but {name} is the delta"
        yield Candidate(1.15 + 0.01 * count, "raw error for delta", c.line, message, c.replaced(name))


def writable(text):
    """Return True if a text is short enough to be written into a line."""
    return len(text) < 40


def exchanged(way, source):
    """Yield edits that exchange two variables of a product, as in ``slope(error) * output``."""
    products = [
        (statement, node)
        for statement, node, places in way.nodes
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and way.is_back(places[0])
    ]
    for statement, node in products[:MAX_EXCHANGED]:
        parts = [part for part in (node.left, node.right) if isinstance(part, (ast.Name, ast.Attribute))]
        others = [part for part in (node.left, node.right) if isinstance(part, ast.Call) and len(part.args) == 1]
        if len(parts) != 1 or len(others) != 1 or not isinstance(others[0].args[0], (ast.Name, ast.Attribute)):
            continue
        inner = others[0].args[0]
        texts = source.text_of(parts[0]), source.text_of(inner)
        if texts[0] != texts[1] and way.shape_of(parts[0]) == way.shape_of(inner):
            message = f"{texts[1]} and {texts[0]} stand in each other's place"
            edits = (source.replacing(parts[0], texts[1]), source.replacing(inner, texts[0]))
            yield Candidate(0.99, "derivative at the wrong argument", statement.lineno, message, edits, firm=True)


# --- Sums


def axes(c):
    """Yield edits that add a sum, or that change its axis."""
    node = c.node
    if c.way.numpy not in c.way.modules:
        return  # a sum in plain Python has no axis
    call = isinstance(node, ast.Call) and function_name(node) in ("sum", "mean")
    if call:
        method = isinstance(node.func, ast.Attribute) and c.way.single_name(node.func.value) not in c.way.modules
        inner = node.func.value if method else (node.args[0] if node.args else None)
        if inner is None:
            return
        yield from _sums(c, inner, function_name(node))
        if method and not node.args and not node.keywords and isinstance(inner, ast.Call) and c.way.shape_of(inner):
            message = f"{c.text} adds up once more: {c.source.text_of(inner)} belongs here"
            yield Candidate(1.16, "wrong axis", c.line, message, c.replaced(c.source.text_of(inner)))
            if function_name(inner) == function_name(node) and isinstance(inner.func, ast.Attribute):
                new = f"{c.source.text_of(inner.func.value)}.{function_name(node)}(0)"
                message = f"{c.text} adds up once more: the sum over the samples, {new}, belongs here"
                yield Candidate(1.17, "wrong axis", c.line, message, c.replaced(new))
    elif (
        c.is_back()
        and len(c.seen.shape) == 2
        and c.seen.shape[1] > 1
        and isinstance(
            c.source.parents.get(node),
            (ast.Assign, ast.AugAssign, ast.BinOp, ast.Tuple, ast.Dict, ast.Return, ast.Call),
        )
    ):
        for axis in (0, 1):
            for keep in _kept(c, ", keepdims=True"):
                text = f"{c.way.numpy}.sum({c.text}, axis={axis}{keep})"
                message = f"the sum over the samples, axis {axis}, is missing"
                yield Candidate(1.7, "batch sum missing", c.line, message, c.replaced(text))


def _kept(c, text):
    """Return the forms of a sum: it keeps both axes first, unless a wrong bias has one dimension."""
    plain = any(len(lack.shape) == 1 and any(e in lack.below for e in c.seen.elements) for lack in c.way.lacks)
    return ("", text) if plain else (text, "")


def _sums(c, inner, name):
    text = c.source.text_of(inner)
    numpy = c.way.numpy
    shape = c.way.shape_of(inner)
    for function in dict.fromkeys([name, "sum", "mean"]):
        for axis in ("", ", axis=0", ", axis=1"):
            for keep in _kept(c, ", keepdims=True") if axis else ("",):
                new = f"{numpy}.{function}({text}{axis}{keep})"
                if new.replace(" ", "") == c.text.replace(" ", "") or (function == name and shape and len(shape) == 1):
                    continue  # a vector has one axis only
                if function == name:
                    kind = "wrong axis"
                    message = f"the sum belongs over the samples{axis.replace(', axis=', ': axis ')}"
                    if axis and shape and len(shape) == 2 and shape[int(axis[-1])] == 1:
                        message = f"the sum belongs over axis {axis[-1]}, which has one sample here"
                else:
                    kind = "divided twice" if name == "mean" else "constant factor"
                    message = f"{name} where the {function} belongs"
                    if name == "mean":
                        message = (
                            "the mean over the samples divides by their number once too often; the sum belongs here"
                        )
                yield Candidate(1.1 if function == name else 1.15, kind, c.line, message, c.replaced(new))


# --- Signs


def signs(c):
    """Yield edits that change a sign."""
    node = c.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        start, end = c.source.span(node.left)[1], c.source.span(node.right)[0]
        between = c.source.text[start:end]
        old, new = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
        if old not in between:
            return
        edit = Edit(start, end, between.replace(old, new, 1))
        update = is_update(c.way, node)
        velocity = not update and isinstance(c.parent(), ast.Assign) and is_velocity(c.way, node)
        kind = (
            "sign of the update"
            if update or velocity
            else ("penalty" if c.way.has_parameter_term(node) else "wrong factor")
        )
        if (
            kind == "wrong factor"
            and isinstance(node.left, ast.Constant)
            and c.source.text_of(node.left).startswith("1")
        ):
            kind = "wrong derivative"
        message = (
            f"{_gradient(old, update)}, which increases the loss"
            if update or velocity
            else (
                "the sign of the penalty's gradient is reversed"
                if kind == "penalty"
                else f"the sign {old} should be {new}"
            )
        )
        alike = update and is_usual_sign(c.way, isinstance(node.op, ast.Add))
        odd = update and is_odd_sign(c.way, isinstance(node.op, ast.Add))
        cost = 1.0 if odd else 1.05 if velocity else 1.45 if alike else 1.1 if update else 1.25
        yield Candidate(cost, kind, c.line, message, (edit,))
        factor = isinstance(c.parent(), ast.BinOp) and isinstance(c.parent().op, (ast.Mult, ast.Div))
        if old == "-" and factor and min(c.wrong_factors, default=0.0) < 0 and not isinstance(node.left, ast.Constant):
            turned = f"{c.source.operand_text(node.right)} - {c.source.operand_text(node.left)}"
            message = f"the difference {c.text} is reversed: {turned} belongs here"
            yield Candidate(1.16, "sign of the update", c.line, message, c.replaced(turned))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        inner = c.source.text_of(node.operand)
        yield Candidate(1.3, "sign of the update", c.line, "the minus does not belong here", c.replaced(inner))


def _gradient(sign, update):
    """Return the words for a gradient with the wrong sign. What an update wrongly subtracts is minus the gradient."""
    return "the gradient is added" if sign == "+" else f"{'minus ' * update}the gradient is subtracted"


def augmented_signs(way, source):
    """Yield edits that change the sign of an update in place."""
    for statement in ast.walk(source.tree):
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, (ast.Add, ast.Sub)):
            start, end = source.span(statement.target)[1], source.span(statement.value)[0]
            between = source.text[start:end]
            old, new = ("+=", "-=") if isinstance(statement.op, ast.Add) else ("-=", "+=")
            edit = Edit(start, end, between.replace(old, new, 1))
            update = statement.lineno in way.update_lines
            penalty = not update and way.mentions_parameter(statement.value)
            kind = "penalty" if penalty else "sign of the update"
            message = (
                f"{_gradient(old[0], update)}, which increases the loss"
                if update
                else f"this is {'added' if old == '+=' else 'subtracted'}: it needs the opposite sign"
            )
            alike = update and is_usual_sign(way, isinstance(statement.op, ast.Add))
            odd = update and is_odd_sign(way, isinstance(statement.op, ast.Add))
            cost = 1.0 if odd else 1.45 if alike else 1.1 if update else 1.2 if penalty else 1.4
            yield Candidate(cost, kind, statement.lineno, message, (edit,))

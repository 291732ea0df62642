"""Edits that may make a program right, the likeliest first: each with the kind of mistake that it undoes."""

import ast
from dataclasses import dataclass

from autograd.engine.value import Value

from . import scaling
from .bodies import helper_bodies
from .source import Edit, is_product
from .wayback import same

__all__ = ["Candidate", "candidates"]

TOLERANCE = 1e-7
MAX_SUBSTITUTES = 8


@dataclass(frozen=True)
class Candidate:
    """An edit with what it would mean.

    Attributes:
        cost: How unlikely it is; the cheapest are tried first.
        kind: The kind of mistake that it undoes.
        line: The line of the mistake.
        message: What is wrong, in the program's names.
        edits: The edit.
    """

    cost: float
    kind: str
    line: int
    message: str
    edits: tuple


def candidates(way, source, wrong_factors):
    """Return edits of the way back, the likeliest first.

    Args:
        way: What is known about the way back.
        source: The program.
        wrong_factors: The factors of the updates that are proportional to the gradient but not equal to it.
    """
    found = []
    scopes = {}
    for statement, node, places in way.nodes:
        if way.is_fixed(node):
            continue
        seen = places[0]
        key = (id(seen.frame), seen.order)
        context = Context(way, source, statement, node, seen, places, scopes, key, wrong_factors)
        for make in (
            _factors, _wrong_slopes, _drops, _constants, _arguments, _substitutes, _axes, _signs, _transposes, _shifts, _comparisons, _squares, _softmax, _copies,
        ):  # fmt: skip
            found.extend(make(context))
        found.extend(scaling.scalings(context, Candidate))
    found.extend(_augmented_signs(way, source))
    found.extend(helper_bodies(way, source, Candidate))
    unique = {}
    for candidate in sorted(found, key=lambda c: (c.cost, c.line)):
        unique.setdefault(candidate.edits, candidate)
    return list(unique.values())


@dataclass
class Context:
    """One expression of the way back, and what is known about it."""

    way: object
    source: object
    statement: ast.stmt
    node: ast.expr
    seen: object
    places: list
    scopes: dict
    key: tuple
    wrong_factors: list

    @property
    def line(self):
        """The line of the expression."""
        return self.node.lineno

    @property
    def text(self):
        """Its text."""
        return self.source.text_of(self.node)

    def scope(self):
        """Return what can be written here."""
        if self.key not in self.scopes:
            self.scopes[self.key] = self.way.scope(self.seen.frame, self.seen.order)
        return self.scopes[self.key]

    def replaced(self, text):
        """Return the edits that put a text in the place of the expression."""
        return (self.source.replacing(self.node, text),)

    def parent(self):
        """Return the node around it."""
        return self.source.parents.get(self.node)

    def is_back(self):
        """Whether it is a value of the way back."""
        return any(self.way.is_back(seen) for seen in self.places)

    def is_stored(self):
        """Whether it is what an assignment stores to."""
        return isinstance(getattr(self.node, "ctx", None), (ast.Store, ast.Del))


# --- A factor that is missing


def _factors(c):
    """Multiply by the derivative of an activation."""
    if not c.is_back() or c.is_stored() or isinstance(c.node, ast.Constant):
        return
    parent = c.parent()
    if isinstance(parent, ast.BinOp) and is_product(parent) and not isinstance(parent.op, ast.MatMult) and is_product(c.node):
        return  # the product around it gives the same
    for text, slope in _derivative_texts(c, c.seen.shape):
        below = _multiplies_weights(c)
        what = f"the factor {text}, the derivative of {c.way.name_of(slope.after, c.seen.frame)}, is missing"
        kind = "raw error for delta" if below else "derivative missing"
        message = f"{what}: the raw error is propagated instead of the delta" if below else what
        cost = 1.0 if isinstance(c.node, (ast.Name, ast.Attribute)) else 1.2
        yield Candidate(cost + 0.3 * (c.line in c.way.update_lines), kind, c.line, message, _multiplied(c, text))


def _wrong_slopes(c):
    """Put the derivative of an activation in the place of a factor that is none."""
    node, parent = c.node, c.parent()
    factor = isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Mult)
    factor = factor or (isinstance(parent, ast.Call) and _function_name(parent) == "multiply")
    if not factor or not c.seen.shape or isinstance(node, ast.Constant):
        return
    for text, slope in _derivative_texts(c, c.seen.shape):
        if same(c.seen.data, slope.data):
            continue
        named = c.way.name_of(slope.after, c.seen.frame)
        message = f"{c.text} is not the derivative of {named}, which is {text}"
        kind = "wrong derivative"
        if isinstance(node, ast.Call) and c.way.is_helper(node) and text.startswith(c.source.text_of(node.func)):
            kind, message = "derivative at the wrong argument", f"{c.text} takes the derivative at the wrong argument: {text}"
        elif isinstance(node, ast.Compare):
            kind = "relu mask"
        yield Candidate(1.32, kind, c.line, message, c.replaced(f"({text})" if " * " in text else text))


def _multiplied(c, text):
    """Return the edits that put a factor behind an expression; the text between stays, for other edits of it."""
    start, end = c.source.span(c.node)
    loose = c.source.operand_text(c.node, tight=False) != c.text
    around = _needs_parentheses(c)
    before = "(" * (loose + around)
    behind = f"{')' * loose} * {text}{')' * around}"
    return (Edit(start, start, before), Edit(end, end, behind)) if before else (Edit(end, end, behind),)


def _derivative_texts(c, shape):
    """Return texts of derivatives of activations of a shape that can be written here, the shortest way of each."""
    scope = c.scope()
    for slope in c.way.slopes:
        if slope.shape != shape or all(abs(x - 1) < 1e-12 for x in slope.data):
            continue
        found = []
        for text, (its_shape, data) in scope.items():
            if its_shape != shape:
                continue
            found.extend((form, values) for form, values in _forms(c, text, data) if _same(values, slope.data))
        for form, _ in found[:2]:
            yield form, slope


def _forms(c, text, data):
    """Return what one writes for a derivative in terms of an activation or a sum."""
    import math

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


def _same(a, b):
    scale = max([abs(x) for x in b], default=0.0)
    return scale > 0 and all(abs(x - y) <= TOLERANCE * scale for x, y in zip(a, b, strict=True))


def _needs_parentheses(c):
    parent = c.parent()
    start, end = c.source.span(c.node)
    if c.source.text[start - 1 : start] == "(" and c.source.text[end : end + 1] == ")":
        return False
    if isinstance(parent, ast.Attribute):
        return True
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, (ast.MatMult, ast.Pow)) or (isinstance(parent.op, ast.Div) and parent.right is c.node)
    return isinstance(parent, (ast.UnaryOp, ast.Subscript))


def _multiplies_weights(c):
    """Whether the expression, or a product it is a factor of, is multiplied by a matrix of parameters."""
    node, parent = c.node, c.parent()
    while isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div)):
        node, parent = parent, c.source.parents.get(parent)
    others = []
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        others = [parent.right if parent.left is node else parent.left]
    elif isinstance(parent, ast.Call):
        others = [part for part in parent.args if part is not node]
        if isinstance(parent.func, ast.Attribute):
            others.append(parent.func.value)
    elif isinstance(parent, ast.Attribute) and isinstance(c.source.parents.get(parent), ast.Call):
        others = list(c.source.parents[parent].args)
    for other in others:
        for place in c.way.by_place(other):
            if c.way.is_parameter(place):
                return True
    return False


# --- A factor too many


def _drops(c):
    """Leave out a factor, a divisor, or a call around an expression."""
    node = c.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
        keeps = [(node.left, node.right)] + ([(node.right, node.left)] if isinstance(node.op, ast.Mult) else [])
        for keep, drop in keeps:
            if isinstance(keep, ast.Constant):
                continue
            yield _dropped(c, keep, drop)
        yield from _pairs_dropped(c)
    elif isinstance(node, ast.Call) and _function_name(node) == "multiply" and len(node.args) == 2:
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
    """Whether two factors are a and 1 - a."""
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


def _constants(c):
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
                yield Candidate(1.18, "constant factor", c.line, message, c.replaced(text))


def _arguments(c):
    """Undo a scaling of an activation before its derivative is taken."""
    if not isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored() or not _is_slope_argument(c):
        return
    if not c.seen.shape:
        return
    for text, (shape, data) in c.scope().items():
        if shape == () and data and 0 < abs(data[0]) < 1 and len(text) < 25:
            for scale in (f"* (1 - {text})", f"* {text}", f"/ {text}", f"/ (1 - {text})"):
                new = f"{c.text} {scale}"
                message = f"{c.text} was scaled in place, so this is not the activation's derivative any more"
                if _needs_parentheses(c):
                    new = f"({new})"
                yield Candidate(1.7, "derivative at the wrong argument", c.line, message, c.replaced(new))


def _function_name(node):
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


# --- Another expression in its place


def _substitutes(c):
    """Put another variable of the same shape in the place of one."""
    node = c.node
    if not isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) or c.is_stored():
        return
    parent = c.parent()
    if isinstance(parent, ast.Attribute) and parent.attr not in ("T", "dot", "copy", "transpose", "shape", "reshape", "sum", "mean"):
        return
    if isinstance(parent, ast.Subscript) and parent.value is node and isinstance(parent.ctx, ast.Load) and not c.seen.shape:
        return
    if isinstance(parent, ast.Attribute) and parent.attr == "shape":
        return
    own, shape = c.seen.data, c.seen.shape
    if not shape and not c.is_back() and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    text, count = c.text, 0
    backs, others = [], []
    for other, (its_shape, data) in c.scope().items():
        if its_shape != shape or other == text or _same(data, own) or not _writable(other):
            continue
        (backs if c.way.is_back_text(other, c.seen) else others).append(other)
    for other in [*backs[::-1], *others]:
        if count >= MAX_SUBSTITUTES:
            break
        count += 1
        kind, message = _substitution_kind(c, text, other)
        yield Candidate(1.5 + 0.02 * count, kind, c.line, message, c.replaced(other))


def _substitution_kind(c, text, other):
    inside = c.parent()
    if _is_slope_argument(c):
        return "derivative at the wrong argument", f"the derivative is taken at {text}, but belongs at {other}"
    if isinstance(inside, ast.Compare):
        return "relu mask", f"the mask is made from {text}, but {other} tells which units were active"
    if c.is_back() and c.way.is_back_text(other, c.seen):
        return "raw error for delta", f"{text} is propagated, but {other} is the delta"
    return "wrong factor", f"{text} stands where {other} belongs"


def _is_slope_argument(c):
    node = c.node
    for _ in range(4):
        node = c.source.parents.get(node)
        if not isinstance(node, ast.expr):
            return False
        if c.way.is_slope(node) or (isinstance(node, ast.Call) and c.way.is_helper(node)):
            return True
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Sub, ast.Pow)):
            continue
        if not isinstance(node, ast.BinOp):
            return False
    return False


def _writable(text):
    return len(text) < 40


# --- Sums


def _axes(c):
    """Sum over another axis, or sum at all."""
    node = c.node
    call = isinstance(node, ast.Call) and _function_name(node) in ("sum", "mean")
    if call:
        method = isinstance(node.func, ast.Attribute) and c.way.single_name(node.func.value) not in c.way.modules
        inner = node.func.value if method else (node.args[0] if node.args else None)
        if inner is None:
            return
        yield from _sums(c, inner, _function_name(node))
    elif c.is_back() and len(c.seen.shape) == 2 and isinstance(c.source.parents.get(node), (ast.Assign, ast.AugAssign, ast.BinOp, ast.Tuple, ast.Dict, ast.Return, ast.Call)):
        for axis in (0, 1):
            for keep in (", keepdims=True", ""):
                text = f"{c.way.numpy}.sum({c.text}, axis={axis}{keep})"
                message = f"the sum over the samples, axis {axis}, is missing"
                yield Candidate(1.7, "batch sum missing", c.line, message, c.replaced(text))


def _sums(c, inner, name):
    text = c.source.text_of(inner)
    numpy = c.way.numpy
    for function in dict.fromkeys([name, "sum", "mean"]):
        for axis in ("", ", axis=0", ", axis=1"):
            for keep in (", keepdims=True", "") if axis else ("",):
                new = f"{numpy}.{function}({text}{axis}{keep})"
                if new.replace(" ", "") == c.text.replace(" ", ""):
                    continue
                if function == name:
                    kind = "wrong axis"
                    message = f"the sum belongs over the samples{axis.replace(', axis=', ': axis ')}"
                else:
                    kind = "divided twice" if name == "mean" else "constant factor"
                    message = f"{name} where the {function} belongs"
                    if name == "mean":
                        message = "the mean over the samples divides by their number a second time; the sum belongs here"
                yield Candidate(1.1 if function == name else 1.15, kind, c.line, message, c.replaced(new))


# --- Signs


def _signs(c):
    """Turn a sign around."""
    node = c.node
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
        start, end = c.source.span(node.left)[1], c.source.span(node.right)[0]
        between = c.source.text[start:end]
        old, new = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
        if old not in between:
            return
        edit = Edit(start, end, between.replace(old, new, 1))
        update = c.way.is_update(node)
        kind = "sign of the update" if update else ("penalty" if c.way.has_parameter_term(node) else "wrong factor")
        message = (
            f"the gradient is {'added' if old == '+' else 'subtracted'}, which goes "
            f"{'up' if old == '+' else 'the wrong way on'} the loss"
            if update
            else ("the sign of the penalty's gradient is turned around" if kind == "penalty" else f"the sign {old} belongs the other way around")
        )
        yield Candidate(1.1 if update else 1.25, kind, c.line, message, (edit,))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        inner = c.source.text_of(node.operand)
        yield Candidate(1.3, "sign of the update", c.line, "the minus does not belong here", c.replaced(inner))


def _augmented_signs(way, source):
    for statement in ast.walk(source.tree):
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, (ast.Add, ast.Sub)):
            start, end = source.span(statement.target)[1], source.span(statement.value)[0]
            between = source.text[start:end]
            old, new = ("+=", "-=") if isinstance(statement.op, ast.Add) else ("-=", "+=")
            edit = Edit(start, end, between.replace(old, new, 1))
            update = statement.lineno in way.update_lines
            kind = "sign of the update" if update else "penalty"
            done = "added" if old == "+=" else "subtracted"
            message = f"the gradient is {done}, which goes up the loss" if update else f"this is {done}: the sign belongs the other way around"
            yield Candidate(1.1 if update else 1.4, kind, statement.lineno, message, (edit,))


# --- Transposes


def _transposes(c):
    """Swap the operands of a product, or transpose one."""
    node = c.node
    if isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords and c.is_back():
        first, second = [c.source.text_of(part) for part in node.args]
        edits = (c.source.replacing(node.args[0], second), c.source.replacing(node.args[1], first))
        yield Candidate(1.4, "transpose", c.line, f"{first} and {second} stand the wrong way around", edits)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and c.is_back():
        left, right = [c.source.operand_text(part) for part in (node.left, node.right)]
        swapped = f"{_transposed(right)} @ {_transposed(left)}"
        yield Candidate(1.6, "transpose", c.line, "the factors of this product stand the wrong way around", c.replaced(swapped))
    if len(c.seen.shape) == 2 and not c.is_stored() and not isinstance(c.parent(), ast.Attribute):
        text = c.text
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield Candidate(1.45, "transpose", c.line, f"{text} is transposed, and should not be", c.replaced(c.source.text_of(node.value)))
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            yield Candidate(1.65, "transpose", c.line, f"{text} belongs transposed", c.replaced(f"{text}.T"))


def _transposed(text):
    return text[:-2] if text.endswith(".T") else f"{text}.T"


# --- Indices


def _shifts(c):
    """Take the neighbour in a list: of a layer, or of a moment."""
    node = c.node
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, (ast.Slice, ast.Tuple)) or c.is_stored():
        return
    index = node.slice
    if not c.seen.shape and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    for step in (-1, 1):
        text = _shifted(c.source.text_of(index), index, step)
        if text is None:
            continue
        kind = "order in time" if c.way.is_recurrent(node) else "wrong factor"
        new = f"{c.source.text_of(node.value)}[{text}]"
        yield Candidate(1.35, kind, c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def _shifted(text, index, step):
    if isinstance(index, ast.Constant) and isinstance(index.value, int):
        return str(index.value + step) if index.value + step >= 0 else None
    if isinstance(index, ast.UnaryOp) and isinstance(index.operand, ast.Constant):
        return str(-index.operand.value + step) if -index.operand.value + step < 0 else None
    if isinstance(index, ast.BinOp) and isinstance(index.right, ast.Constant) and isinstance(index.right.value, int):
        if isinstance(index.op, (ast.Add, ast.Sub)):
            total = index.right.value * (1 if isinstance(index.op, ast.Add) else -1) + step
            head = ast.unparse(index.left)
            return head if total == 0 else f"{head} {'+' if total > 0 else '-'} {abs(total)}"
    if isinstance(index, (ast.Name, ast.BinOp, ast.UnaryOp)):
        return f"{text} {'+' if step > 0 else '-'} 1"
    return None


# --- Masks


def _comparisons(c):
    """Change a mask: its comparison, or what it is made from."""
    node = c.node
    if not isinstance(node, ast.Compare) or len(node.ops) != 1:
        return
    left, right = c.source.text_of(node.left), c.source.text_of(node.comparators[0])
    signs = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
    own = signs.get(type(node.ops[0]))
    if own is None:
        return
    near = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}[own]
    turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}[own]
    yield Candidate(1.3, "relu mask", c.line, f"{c.text} is not where the unit was active", c.replaced(f"{left} {near} {right}"))
    yield Candidate(1.5, "relu mask", c.line, f"{c.text} is turned around", c.replaced(f"{left} {turned} {right}"))
    shape = c.way.shape_of(node.left)
    if not shape:
        return
    count = 0
    for other, (its_shape, data) in c.scope().items():
        if its_shape == shape and other != left and _writable(other) and count < MAX_SUBSTITUTES:
            count += 1
            forward = 1.3 if c.way.is_forward_text(other) else 1.6
            for sign in dict.fromkeys([own, near]):
                message = f"the mask is made from {left}; {other} tells which units were active"
                cost = forward + 0.01 * count + (0.005 if sign != own else 0)
                yield Candidate(cost, "relu mask", c.line, message, c.replaced(f"{other} {sign} {right}"))


# --- The loss in place of its derivative


def _squares(c):
    """Take the root of a square: the derivative of the loss, not the loss."""
    node = c.node
    if not c.is_back():
        return
    inner = None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        inner = node.left
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right):
        inner = node.left
    elif isinstance(node, ast.Call) and _function_name(node) in ("square", "abs", "absolute") and len(node.args) == 1:
        inner = node.args[0]
    if inner is not None:
        text = c.source.text_of(inner)
        for new in (text, f"-({text})"):
            inside = isinstance(c.statement, ast.Return)
            yield _unsquared(c, f"({new})" if isinstance(inner, ast.BinOp) or new != text else new, 0.2 * inside)
    elif isinstance(node, ast.Call):
        for text in c.way.inlined(node):
            yield _unsquared(c, text)


def _unsquared(c, text, more=0.0):
    message = "the loss stands where its derivative belongs: its sign is lost"
    return Candidate(1.05 + more, "loss for its derivative", c.line, message, c.replaced(text))


# --- The derivative of softmax


def _softmax(c):
    """Give softmax its whole Jacobian."""
    node = c.node
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and c.is_back() and c.seen.shape):
        return
    scope = c.scope()
    shape = c.seen.shape
    for drop, keep in ((node.right, node.left), (node.left, node.right)):
        data = c.way.data_of(drop)
        if data is None or len(data) != len(c.seen.data):
            continue
        for text, its_shape, values in c.way.softmaxes(scope):
            if its_shape != shape or not _same([p * (1 - p) for p in values], data):
                continue
            kept = c.source.text_of(keep)
            for axis in ("", ", axis=0, keepdims=True", ", axis=1, keepdims=True"):
                if (len(shape) == 1) != (axis == ""):
                    continue
                new = f"{text} * ({kept} - {c.way.numpy}.sum({kept} * {text}{axis}))"
                message = f"{c.source.text_of(drop)} is only the diagonal of the derivative of softmax: every output depends on every sum"
                yield Candidate(0.9, "softmax diagonal", c.line, message, c.replaced(new))


# --- A view where a copy belongs


def _copies(c):
    """Copy what is changed in place later."""
    if c.source.parents.get(c.node) is c.statement and isinstance(c.statement, ast.Assign) and c.statement.value is c.node:
        if c.seen.shape and isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)):
            message = f"{c.text} is a view: what changes it in place later changes this, too"
            view = any(e in c.way.roots for e in c.seen.elements if isinstance(e, Value))
            kind = "update before use" if view else "other"
            yield Candidate(0.45 if view else 1.0, kind, c.line, message, c.replaced(f"{c.text}.copy()"))

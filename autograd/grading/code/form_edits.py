"""Edits of the form of an expression: transposes, indices, masks, squares, roots, shapes and copies."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate, function_name, needs_parentheses
from autograd.grading.code.derivatives import derivative_texts
from autograd.grading.code.place_edits import MAX_SUBSTITUTES, writable

__all__ = [
    "broadcasts", "clipped", "comparisons", "copies", "roots", "shifted", "shifts", "slices", "squares", "transposes",
]  # fmt: skip

# --- Transposes


def transposes(c):
    """Yield edits that swap the operands of a product, or that add or remove a transpose."""
    node = c.node
    if isinstance(node, ast.Call) and len(node.args) == 2 and not node.keywords and c.is_back():
        first, second = [c.source.text_of(part) for part in node.args]
        edits = (c.source.replacing(node.args[0], second), c.source.replacing(node.args[1], first))
        yield Candidate(1.4, "transpose", c.line, f"{first} and {second} stand the wrong way around", edits)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and c.is_back():
        left, right = [c.source.operand_text(part) for part in (node.left, node.right)]
        swapped = f"{_transposed(right)} @ {_transposed(left)}"
        yield Candidate(
            1.6, "transpose", c.line, "the factors of this product stand the wrong way around", c.replaced(swapped)
        )
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reshape":
        inner = node.func.value
        if c.way.shape_of(inner) == c.seen.shape[::-1] and len(set(c.seen.shape)) == 2:
            new = f"{c.source.operand_text(inner)}.T"
            message = f"reshape keeps the order of the numbers: the transpose, {new}, belongs here"
            yield Candidate(1.1, "transpose", c.line, message, c.replaced(new))
    parent = c.parent()
    receiver = isinstance(parent, ast.Attribute) and parent.attr in ("dot", "mm", "matmul")
    if len(c.seen.shape) == 2 and not c.is_stored() and (receiver or not isinstance(parent, ast.Attribute)):
        text = c.text
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield Candidate(
                1.45,
                "transpose",
                c.line,
                f"{text} is transposed, and should not be",
                c.replaced(c.source.text_of(node.value)),
            )
        elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.Call)):
            # If the forward pass multiplies by the parameter on the same side, the backward pass needs the transpose.
            square = len(set(c.seen.shape)) == 1 and c.way.is_parameter(c.seen) and _is_used_alike(c)
            cost = 0.95 if square else 1.65
            message = f"{text} belongs transposed"
            yield Candidate(cost, "transpose", c.line, message, c.replaced(f"{text}.T"), firm=square)


def _is_used_alike(c):
    """Return True if an array is the same operand of another matrix product, outside of the backward pass."""
    own = _side(c.source, c.node)
    text, back = ast.unparse(c.node), {id(node) for _, node, _ in c.way.nodes}
    return own is not None and any(
        isinstance(node, type(c.node))
        and id(node) not in back
        and ast.unparse(node) == text
        and _side(c.source, node) == own
        for node in c.source.parents
    )


def _side(source, node):
    """Return 0 for the left operand of a matrix product, 1 for the right one, and None outside of one."""
    parent = source.parents.get(node)
    if isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.MatMult):
        return int(parent.right is node)
    if isinstance(parent, ast.Call) and function_name(parent) in ("dot", "matmul"):
        method = len(parent.args) == 1
        return 1 if method else parent.args.index(node) if node in parent.args else None
    if isinstance(parent, ast.Attribute) and parent.attr in ("dot", "matmul"):
        call = source.parents.get(parent)
        return 0 if isinstance(call, ast.Call) and len(call.args) == 1 else None
    return None


def _transposed(text):
    return text[:-2] if text.endswith(".T") else f"{text}.T"


# --- Indices


def shifts(c):
    """Yield edits that use the previous or the next entry of a list, for example of another layer or time step."""
    node = c.node
    if not isinstance(node, ast.Subscript) or isinstance(node.slice, (ast.Slice, ast.Tuple)) or c.is_stored():
        return
    index = node.slice
    if not c.seen.shape and not any(isinstance(e, Value) for e in c.seen.elements):
        return
    counter = isinstance(index, ast.Name) and index.id in c.source.counters(node)
    options = [shifted(c.source.text_of(index), index, step) for step in (-1, 1)]
    for text in [*options, *([f"-{index.id} - 1"] if counter else [])]:
        if text is None:
            continue
        kind = "order in time" if c.way.is_recurrent(node) else "wrong factor"
        around = c.parent()
        if isinstance(around, ast.Call) and isinstance(around.func, ast.Subscript):  # of a table of functions
            kind = "derivative at the wrong argument"
        new = f"{c.source.text_of(node.value)}[{text}]"
        yield Candidate(1.35, kind, c.line, f"{c.text} stands where {new} belongs", c.replaced(new))


def slices(c):
    """Yield edits of slices that omit the first entry instead of the last, or the last instead of the first.

    The weights of a bias are often at one end.
    """
    node = c.node
    if not isinstance(node, ast.Subscript) or c.is_stored() or not c.seen.shape:
        return
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    for part in parts:
        text = c.source.text_of(part).replace(" ", "") if isinstance(part, ast.Slice) else ""
        other = {"1:": ":-1", ":-1": "1:"}.get(text)
        if other is not None:
            edits = (c.source.replacing(part, other),)
            message = f"{c.text} leaves out the wrong end: {other} belongs in place of {text}"
            yield Candidate(1.3, "wrong factor", c.line, message, edits)


def shifted(text, index, step):
    """Return the text of the next or the previous index, or None.

    Args:
        text: The text of the index.
        index: The index.
        step: 1 for the next index, -1 for the previous one.
    """
    if isinstance(index, ast.Constant) and isinstance(index.value, int):
        return str(index.value + step) if index.value + step >= 0 else None
    if isinstance(index, ast.UnaryOp) and isinstance(index.operand, ast.Constant):
        return str(-index.operand.value + step) if -index.operand.value + step < 0 else None
    sums = isinstance(index, ast.BinOp) and isinstance(index.op, (ast.Add, ast.Sub))
    if sums and isinstance(index.right, ast.Constant) and isinstance(index.right.value, int):
        total = index.right.value * (1 if isinstance(index.op, ast.Add) else -1) + step
        head = ast.unparse(index.left)
        return head if total == 0 else f"{head} {'+' if total > 0 else '-'} {abs(total)}"
    if isinstance(index, (ast.Name, ast.BinOp, ast.UnaryOp)):
        return f"{text} {'+' if step > 0 else '-'} 1"
    return None


# --- Masks


def comparisons(c):
    """Yield edits of a mask: of its comparison, or of the variable that is compared."""
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
    yield Candidate(
        1.1, "relu mask", c.line, f"{c.text} is not where the unit was active", c.replaced(f"{left} {near} {right}")
    )
    opposite = {"<": ">=", ">": "<=", "<=": ">", ">=": "<"}[own]
    for sign, more in ((turned, 0.0), (opposite, 0.01)):
        text = f"{left} {sign} {right}"
        yield Candidate(1.27 + more, "relu mask", c.line, f"the comparison {c.text} is reversed", c.replaced(text))
    if c.way.single(node.comparators[0]) not in (None, 0.0):
        message = f"{c.text} is not where the unit was active: {left} {own} 0 is"
        yield Candidate(1.12, "relu mask", c.line, message, (c.source.replacing(node.comparators[0], "0"),))
    shape = c.way.shape_of(node.left)
    if not shape:
        return
    for other, (its_shape, data) in c.scope().items():
        if its_shape == shape and set(data) == {0.0, 1.0} and not c.way.is_learned_text(other) and writable(other):
            message = f"the mask is made from {left}; {other} tells which units were active"
            for new in (other, f"~{other}"):
                yield Candidate(1.28, "relu mask", c.line, message, c.replaced(new))
    count = 0
    for other, (its_shape, _data) in c.scope().items():
        local = other in c.seen.frame.names or not c.is_helper_body()
        if its_shape == shape and other != left and local and writable(other) and count < MAX_SUBSTITUTES:
            count += 1
            forward = 1.3 if c.way.is_forward_text(other) else 1.6
            for sign in dict.fromkeys([own, near]):
                message = f"the mask is made from {left}; {other} tells which units were active"
                cost = forward + 0.01 * count + (0.005 if sign != own else 0)
                yield Candidate(cost, "relu mask", c.line, message, c.replaced(f"{other} {sign} {right}"))


def clipped(c):
    """Yield edits that multiply by the derivative of relu, where relu is applied to the gradient."""
    node = c.node
    if not (isinstance(node, ast.Call) and c.is_back()) or not 0 < len(node.args) < 3:
        return
    gradients = [part for part in node.args if any(c.way.is_back(place) for place in c.way.by_place(part))]
    if len(gradients) != 1 or c.way.shape_of(gradients[0]) != c.seen.shape:
        return
    inner = c.way.data_of(gradients[0])
    if c.seen.data != [max(x, 0.0) for x in inner]:
        return
    for text, slope in derivative_texts(c, c.seen.shape):
        named = c.way.name_of(slope.after, c.seen.frame)
        message = f"relu is applied to the gradient; multiply it by the derivative of {named}"
        new = f"{c.source.operand_text(gradients[0])} * {text}"
        yield Candidate(1.35, "relu mask", c.line, message, c.replaced(new))


# --- The loss instead of its derivative


def squares(c):
    """Yield edits that replace a square by its base, so that the derivative of the loss replaces the loss."""
    node = c.node
    if not c.is_back():
        return
    inner = None
    if (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)) or (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and ast.dump(node.left) == ast.dump(node.right)
    ):
        inner = node.left
    elif isinstance(node, ast.Call) and function_name(node) in ("square", "abs", "absolute") and len(node.args) == 1:
        inner = node.args[0]
    elif isinstance(node, ast.Call) and function_name(node) in ("power", "pow") and len(node.args) == 2:
        inner = node.args[0] if c.way.single(node.args[1]) == 2 else None
    if inner is not None and c.way.is_activation(inner):
        message = f"the square of {c.source.text_of(inner)} stands where it belongs itself"
        yield Candidate(1.2, "wrong factor", c.line, message, c.replaced(c.source.text_of(inner)))
    elif inner is not None:
        text = c.source.text_of(inner)
        for new in (text, f"-({text})"):
            inside = isinstance(c.statement, ast.Return)
            around = c.parent()
            one = isinstance(around, ast.BinOp) and isinstance(around.op, ast.Sub) and c.way.single(around.left) == 1
            if one and around.right is node:
                message = f"{c.source.text_of(around)} is not the derivative of the activation"
                yield Candidate(1.3, "wrong derivative", c.line, message, c.replaced(text))
                continue
            written = f"({new})" if isinstance(inner, ast.BinOp) or new != text else new
            yield _unsquared(c, written, 0.2 * inside)
            if new == text:
                double = f"2 * {written}"
                yield _unsquared(c, f"({double})" if needs_parentheses(c) else double, 0.2 * inside + 0.01)
    elif isinstance(node, ast.Call):
        for text in c.way.inlined(node):
            yield _unsquared(c, text)


def _unsquared(c, text, more=0.0):
    message = "the loss stands where its derivative belongs: its sign is lost"
    return Candidate(1.05 + more, "loss for its derivative", c.line, message, c.replaced(text))


# --- Roots


def roots(c):
    """Yield edits that add or remove a square root in a divisor, such as the root of a variance."""
    node = c.node
    below, around = node, c.parent()
    while isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mult):
        below, around = around, c.source.parents.get(around)
    divides = isinstance(around, ast.BinOp) and isinstance(around.op, ast.Div) and around.right is below
    if not divides or isinstance(node, ast.Constant) or not c.way.is_forward_value(c.seen.elements) or c.is_back():
        return
    if isinstance(node, ast.Call) and function_name(node) == "sqrt" and len(node.args) == 1:
        inner = c.source.text_of(node.args[0])
        edits = c.replaced(f"({inner})" if isinstance(node.args[0], ast.BinOp) else inner)
        yield Candidate(1.4, "wrong derivative", c.line, f"the root of {inner} does not belong here", edits)
    elif isinstance(node, (ast.Name, ast.Attribute, ast.Subscript, ast.BinOp)) and min(c.seen.data) > 0:
        root = f"{c.way.library(c.seen.shape)}.sqrt({c.text})"
        message = f"this is divided by {c.text}: the root of it belongs here"
        yield Candidate(1.4, "wrong derivative", c.line, message, c.replaced(root))


# --- Wrong shapes, and views instead of copies


def broadcasts(c):
    """Yield edits that give a vector and a column the same shape if they are combined."""
    node = c.node
    if not isinstance(node, ast.BinOp) or isinstance(node.op, ast.MatMult):
        return
    left, right = c.way.shape_of(node.left), c.way.shape_of(node.right)
    for vector, column, flat, tall in ((node.left, node.right, left, right), (node.right, node.left, right, left)):
        if flat is None or tall is None or len(flat) != 1 or len(tall) != 2 or tall != (flat[0], 1) or flat[0] < 2:
            continue
        one, other = c.source.text_of(vector), c.source.text_of(column)
        message = f"{other} has the shape {tall} and {one} the shape {flat}: together they become {flat * 2}"
        edits = (c.source.replacing(vector, f"{c.source.operand_text(vector)}.reshape(-1, 1)"),)
        yield Candidate(0.8, "broadcasting", c.line, message, edits)
        edits = (c.source.replacing(column, f"{c.source.operand_text(column)}.ravel()"),)
        yield Candidate(0.85, "broadcasting", c.line, message, edits)


def copies(c):
    """Yield edits that copy an array that is changed in place later."""
    whole = isinstance(c.statement, ast.Assign) and c.statement.value is c.node
    if whole and c.seen.shape and isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript)):
        message = f"{c.text} is a view: what changes it in place later changes this, too"
        view = any(e in c.way.roots for e in c.seen.elements if isinstance(e, Value))
        kind = "update before use" if view else "other"
        yield Candidate(0.45 if view else 1.0, kind, c.line, message, c.replaced(f"{c.text}.copy()"))

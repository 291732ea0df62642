"""Edits that add the gradient of a penalty where a gradient lacks it, also one without the first column or row."""

import ast
import math
import re

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.objects import Instance
from autograd.grading.code.source import Edit
from autograd.grading.code.trace import numbers_of
from autograd.grading.code.wayback import same

__all__ = ["coefficients", "missing_penalties", "spared_penalties", "squared_penalties", "whole_penalties"]

MAX_DEPTH = 3  # of attributes and keys, as in ``self.net.params['W1']``
MAX_TEXTS = 40
MAX_FORMS = 3
MAX_CONSTANTS = 8


def missing_penalties(c):
    """Yield edits that add the gradient of a penalty if a gradient lacks a multiple of its parameter."""
    if not c.is_back() or c.is_stored() or isinstance(c.node, ast.Constant):
        return
    whole = isinstance(c.parent(), (ast.Assign, ast.Tuple, ast.Dict, ast.Return))
    if not whole and not _is_factor_of_update(c):
        return
    for lack in c.way.lacks:
        if lack.shape != c.seen.shape or not any(e in lack.below for e in c.seen.elements):
            continue
        factor = proportion(lack.missing, lack.parameter)
        if factor is None or factor != factor:
            continue
        for weights in _texts_of(c, lack)[:MAX_FORMS]:
            for rank, text in enumerate(coefficients(c, factor)[:MAX_FORMS]):
                message = f"the gradient of the penalty, {text} * {weights}, is missing"
                cost = 1.26 + 0.01 * rank + 0.0001 * len(text) + 0.03 * (not whole)
                for sign in ("+", "-"):  # the descent may be written as an ascent of the opposite
                    new = f"{c.source.text_of(c.node)} {sign} {text} * {weights}"
                    edits = c.replaced(new if whole else f"({new})")
                    yield Candidate(cost + 0.005 * (sign == "-"), "penalty", c.line, message, edits)


def spared_penalties(c):
    """Yield edits that add the gradient of a penalty which leaves out the biases in a column or a row of a matrix."""
    target = c.statement.targets[0] if isinstance(c.statement, ast.Assign) else None
    if not isinstance(target, (ast.Name, ast.Attribute)) or c.parent() is not c.statement or not c.is_back():
        return
    name = c.source.text_of(target)
    if any(_root(c.source, store) == name for store in _added_penalties(c.way, c.source)):
        return  # the penalty is there, and something about it is wrong
    for lack in c.way.lacks:
        if lack.shape != c.seen.shape or not any(e in lack.below for e in c.seen.elements):
            continue
        for index, inside in _parts(lack.shape) if math.prod(lack.shape) == len(lack.missing) else ():
            missing = [x for x, part in zip(lack.missing, inside, strict=True) if part]
            rest = [x for x, part in zip(lack.missing, inside, strict=True) if not part]
            own = [x for x, part in zip(lack.parameter, inside, strict=True) if part]
            factor = proportion(missing, own)
            slack = 1e-9 * max(map(abs, missing), default=0.0)
            if factor is None or factor != factor or not factor or max(map(abs, rest)) > slack:
                continue
            for weights in _texts_of(c, lack)[:MAX_FORMS]:
                for rank, text in enumerate(coefficients(c, factor)[:MAX_FORMS]):
                    new = f"{name}{index} += {text} * {weights}{index}"
                    message = f"the gradient of the penalty is missing: {new}"
                    end = c.source.starts[min(c.statement.end_lineno, len(c.source.lines))]
                    edit = Edit(end, end, f"{c.source.indent(c.statement)}{new}\n")
                    yield Candidate(1.265 + 0.01 * rank, "penalty", c.line, message, (edit,), firm=True)


def _added_penalties(way, source):
    """Yield the statements that add the gradient of a penalty, such as ``grad[1:] += lam * w[1:]``."""
    for store, _, _ in source.stores:
        added = isinstance(store, ast.AugAssign) and isinstance(store.op, (ast.Add, ast.Sub))
        if added and store.lineno not in way.update_lines and way.mentions_parameter(store.value):
            yield store


def _root(source, store):
    """Return the text of the array of which a statement changes a part."""
    target = store.target
    return source.text_of(target.value if isinstance(target, ast.Subscript) else target)


def whole_penalties(way, source):
    """Yield edits that leave the biases in a row or a column out of the gradient of a penalty.

    Args:
        way: The facts about the backward pass.
        source: The program.
    """
    for store in _added_penalties(way, source):
        places = way.by_place(store.value)
        names = [
            part
            for part in ast.walk(store.value)
            if isinstance(part, (ast.Name, ast.Attribute)) and any(map(way.is_parameter, way.by_place(part)[:1]))
        ]
        if isinstance(store.target, ast.Subscript) or len(names) != 1 or not places:
            continue
        for index in dict.fromkeys(index for index, _ in _parts(places[0].shape)):
            edits = tuple(source.replacing(part, source.text_of(part) + index) for part in (store.target, names[0]))
            message = f"the loss has no penalty on all of {source.text_of(names[0])}: only {index} belongs here"
            yield Candidate(1.22, "penalty", store.lineno, message, edits, firm=True)


def _parts(shape):
    """Yield the indices of all but one column or row, each with a list that is True for the entries inside."""
    if len(shape) == 2:
        rows, columns = shape
        places = [(i, j) for i in range(rows) for j in range(columns)]
        if columns > 1:
            yield "[:, 1:]", [j > 0 for _, j in places]
            yield "[:, :-1]", [j < columns - 1 for _, j in places]
        if rows > 1:
            yield "[1:]", [i > 0 for i, _ in places]
            yield "[:-1]", [i < rows - 1 for i, _ in places]
    elif len(shape) == 1 and shape[0] > 1:
        yield "[1:]", [i > 0 for i in range(shape[0])]
        yield "[:-1]", [i < shape[0] - 1 for i in range(shape[0])]


def _is_factor_of_update(c):
    """Return True if an expression is the gradient in an update, as in ``W -= rate * dW``."""
    around = c.parent()
    update = c.line in c.way.update_lines and isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript))
    return update and isinstance(around, ast.BinOp) and isinstance(around.op, ast.Mult)


def _texts_of(c, lack):
    """Return the texts that can be written for a parameter, the likeliest first."""
    names = [text for text, (shape, data) in c.scope().items() if shape == lack.shape and same(data, lack.parameter)]
    names += [text for text in c.way.parameter_texts(lack, c.seen.frame) if text not in names]
    reached = c.known(("reached", lack.shape), lambda: list(_reached(c, lack.shape)))
    names += [text for text in reached if text not in names]
    counters = c.source.counters(c.node)
    ended = _loop_variables(c) - set(counters)
    turning = re.compile(rf"\b({'|'.join(counters) or '-'})\b")
    # The variable of an earlier loop still has its last value: nobody means that one.
    names = [text for text in names if re.split(r"\W", text)[0] not in ended]
    target = c.source.text_of(c.statement.targets[0]) if isinstance(c.statement, ast.Assign) else ""
    key = re.search(r"(\w+)\W*$", target)
    alike = key.group(1) if key else ""
    # In a loop, the weights of each layer; for ``grads['W2']``, ``params['W2']``.
    return sorted(names, key=lambda text: (not turning.search(text), not (alike and alike in text), len(text)))


def _loop_variables(c):
    """Return the variables of all loops in the same function."""
    around = c.source.function_of(c.node)
    targets = [node.target for node in ast.walk(around) if isinstance(node, ast.For)]
    return {part.id for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)}


def _reached(c, shape):
    """Yield the texts of parameters that a call reaches through attributes and keys, as ``self.params['W2']``."""
    waiting = [(name, value, 0) for name, value in c.seen.frame.names.items()]
    waiting += [(name, value, 0) for name, value in c.seen.frame.module.names.items()]
    count, met = 0, set()
    while waiting and count < MAX_TEXTS:
        text, value, depth = waiting.pop(0)
        its, numbers = numbers_of(value)
        known = [e for e in numbers if isinstance(e, Value)]
        if its == shape and known and all(e in c.way.roots or e in c.way.successors for e in known):
            count += 1
            yield text
        elif depth < MAX_DEPTH and isinstance(value, (Instance, dict)) and id(value) not in met:
            met.add(id(value))
            if isinstance(value, Instance):
                waiting += [(f"{text}.{key}", part, depth + 1) for key, part in value.names.items()]
            else:
                keys = [(key, part) for key, part in value.items() if isinstance(key, (str, int))]
                waiting += [(f"{text}[{key!r}]", part, depth + 1) for key, part in keys]


def coefficients(c, value):
    """Return ways to write a number with the names and numbers of the program, the simplest first."""
    scalars = {t: d[0] for t, (shape, d) in c.scope().items() if shape == () and d and d[0] and len(t) < 25}
    found = []
    for text, number in scalars.items():
        forms = {text: number, f"2 * {text}": 2 * number, f"0.5 * {text}": number / 2}
        for other, count in scalars.items():
            if other != text:
                forms[f"{text} / {other}"] = number / count
                forms[f"2 * {text} / {other}"] = 2 * number / count
        found.extend(form for form, its in forms.items() if close(its, value))
    for number in sorted(c.source.numbers)[:MAX_CONSTANTS]:
        found.extend(f"{x:g}" for x in (number, 2 * number, number / 2) if close(x, value) and x)
    return sorted(dict.fromkeys(found), key=lambda form: (not any(x.isalpha() for x in form), len(form)))


def squared_penalties(c):
    """Yield edits that put ``decay * W`` in place of a penalty itself, such as ``decay * W ** 2 / 2``."""
    node, parent = c.node, c.parent()
    within = isinstance(parent, ast.BinOp) and isinstance(parent.op, (ast.Mult, ast.Div))
    if within or not isinstance(node, ast.BinOp) or not isinstance(node.op, (ast.Mult, ast.Div)):
        return
    above, below = _factors_and_divisors(node)
    squares = [part for part in above if _squared(part) is not None]
    if len(squares) != 1 or not any(map(c.way.is_parameter, c.way.by_place(_squared(squares[0]))[:1])):
        return
    text = c.source.text_of(_squared(squares[0]))
    factors = [c.source.operand_text(part) for part in above if part is not squares[0] and not _is_plain(part)]
    divisors = [c.source.operand_text(part) for part in below if not _is_plain(part)]
    new = "".join([" * ".join([*factors, text]), *[f" / {part}" for part in divisors]])
    message = f"{c.text} is the penalty itself: its derivative is {new}"
    yield Candidate(1.1, "penalty", c.line, message, c.replaced(new), firm=True)


def _factors_and_divisors(node):
    """Return the factors of a product, and its divisors."""
    above, below, waiting = [], [], [(node, True)]
    while waiting:
        part, over = waiting.pop()
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div)):
            waiting.append((part.right, over == isinstance(part.op, ast.Mult)))
            waiting.append((part.left, over))
        else:
            (above if over else below).append(part)
    return above, below


def _squared(node):
    """Return what a node squares, as in ``W ** 2`` and ``np.square(W)``, or None."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        return node.left if isinstance(node.right, ast.Constant) and node.right.value == 2 else None
    named = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("square", "power")
    return node.args[0] if named and node.args else None


def _is_plain(node):
    return isinstance(node, ast.Constant) and node.value in (2, 0.5)

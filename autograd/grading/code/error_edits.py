"""Edits of the start of the backward pass: the derivative of the loss with respect to the outputs."""

import ast
import math
import re

from autograd.engine.value import Value
from autograd.grading.code.context import Candidate
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.signs import SUBTRACTING
from autograd.grading.code.trace import is_alike
from autograd.grading.code.truth import looks_like_loss
from autograd.grading.code.wayback import same

__all__ = [
    "adjoints_like",
    "is_alike",
    "named_adjoints",
    "output_errors",
    "turned_errors",
    "unread_factors",
    "unread_terms",
]

MAX_PAIRS = 40
ERROR = re.compile(r"err|miss|diff|resid", re.I)  # names of an error that starts from the target
MAX_FORMS = 6
MAX_NAMED = 12  # values of one variable, such as those of each moment
# Names of a gradient with respect to h, such as dE_dh, d_L_d_h, dLdh, grad_h, dh and h_grad.
NAMES = [
    re.compile(form) for form in (r"d_?[A-Za-z]+_d_?(\w+)", r"d[A-Z]d_?(\w+)", r"(?:grad_|d_|d)(\w+)", r"(\w+)_grad")
]


def output_errors(c):
    """Yield edits that put the derivative of the loss at the start of the backward pass."""
    whole = isinstance(c.parent(), (ast.Assign, ast.Return, ast.AugAssign)) and c.parent().value is c.node
    if (
        not whole
        or not c.is_back()
        or isinstance(c.node, (ast.Name, ast.Attribute, ast.Subscript, ast.Constant))
        or _reads_way_back(c)
    ):
        return
    targets = adjoints_like(c.way, c.seen.shape)
    done = any(proportion(c.seen.data, target) is not None for target in targets)
    if not targets or (done and not _is_of_probabilities(c)):
        return
    if done:  # of the probabilities, where the derivative of the softmax is missing
        targets = [target for target in targets if proportion(c.seen.data, target) is None]
    loss = any(looks_like_loss(e, depth=3) for e in c.seen.elements[:1] if isinstance(e, Value))
    kind = "loss for its derivative" if loss else "derivative missing" if done else "wrong factor"
    what = "the loss stands where its derivative belongs" if loss else f"{c.text} is not the derivative of the loss"
    for text, values in c.known(("errors", c.seen.shape), lambda: list(_forms(c, c.seen.shape)))[: MAX_PAIRS * 8]:
        factors = [proportion(values, target) for target in targets]
        known = [factor for factor in factors if factor is not None and factor == factor]
        for front in ("", "-") if known else ():
            new = f"{front}({text})" if front else text
            exact = any(close(abs(factor), 1.0) for factor in known)
            yield Candidate(1.46 - 0.05 * exact, kind, c.line, f"{what}: {new}", c.replaced(new))


def _is_of_probabilities(c):
    """Return True if an expression divides by outputs between 0 and 1, as the derivative of a cross-entropy does."""
    if not isinstance(c.parent(), ast.Assign):
        return False
    below = [part.right for part in ast.walk(c.node) if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Div)]
    places = [place for part in below for place in c.way.by_place(part)[:1]]
    return any(place.shape == c.seen.shape and all(0 < x < 1 for x in place.data) for place in places)


def _reads_way_back(c):
    """Return True if an expression reads a value that the backward pass computed before."""
    for part in ast.walk(c.node):
        if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript)) and part is not c.node:
            for place in c.way.by_place(part)[:1]:
                if c.way.is_back(place) and any(e.op is not None for e in place.elements if isinstance(e, Value)):
                    return True
    return False


def adjoints_like(way, shape):
    """Return the derivatives of the loss with respect to arrays of this shape in the forward pass."""
    if shape not in way.known_adjoints:
        found = way.known_adjoints[shape] = []
        for seen in way.forward:
            if is_alike(seen.shape, shape) and all(isinstance(e, Value) and e in way.gradients for e in seen.elements):
                data = [way.gradients[e] for e in seen.elements]
                if any(data) and not any(same(data, other) for other in found):
                    found.append(data)
    return way.known_adjoints[shape]


def named_adjoints(way, statement, shape):
    """Return the derivatives with respect to the variable after which a gradient is named, as ``dh`` after ``h``.

    Args:
        way: The facts about the backward pass.
        statement: The assignment of the gradient.
        shape: The shape of the gradient.
    """
    target = statement.targets[0]
    name, found = target.id if isinstance(target, ast.Name) else "", []
    for match in filter(None, (form.fullmatch(name) for form in NAMES)):
        for place in way.texts.get(match.group(1), [])[:MAX_NAMED]:
            if place.shape == shape and all(e in way.gradients for e in place.elements):
                found.append([way.gradients[e] for e in place.elements])
    return found


def _forms(c, shape):
    """Yield ways to write the derivative of a loss, each with its values."""
    scope = {text: data for text, (its, data) in c.scope().items() if its == shape and len(text) < 30}
    outputs = [text for text in scope if c.way.is_forward_text(text)]
    goals = [text for text in scope if not c.way.is_forward_text(text)]
    pairs = [(a, y) for a in outputs[::-1] for y in goals][:MAX_PAIRS]
    for a, y in pairs:
        numbers = list(zip(scope[a], scope[y], strict=True))
        yield f"{a} - {y}", [p - t for p, t in numbers]
        yield f"2 * ({a} - {y})", [2 * (p - t) for p, t in numbers]
        if shape:
            for count, n in ((f"{y}.shape[0]", shape[0]), (f"{y}.shape[-1]", shape[-1]), (f"{y}.size", len(numbers))):
                yield f"({a} - {y}) / {count}", [(p - t) / n for p, t in numbers]
                yield f"2 * ({a} - {y}) / {count}", [2 * (p - t) / n for p, t in numbers]
        yield f"({a} - {y}) * {a} * (1 - {a})", [(p - t) * p * (1 - p) for p, t in numbers]
        yield f"{c.way.numpy}.tanh({a} - {y})", [math.tanh(p - t) for p, t in numbers]
        yield f"{c.way.numpy}.sign({a} - {y})", [math.copysign(1.0, p - t) if p != t else 0.0 for p, t in numbers]
        if all(p != 0 for p, _ in numbers):
            yield f"-{y} / {a}", [-t / p for p, t in numbers]
        if all(p not in (0, 1) for p, _ in numbers):
            yield f"-({y} / {a} - (1 - {y}) / (1 - {a}))", [-(t / p - (1 - t) / (1 - p)) for p, t in numbers]


def turned_errors(way, source, added=False):
    """Yield edits that reverse a difference between an output and a target, such as ``y - a`` for ``a - y``.

    Args:
        way: The facts about the backward pass.
        source: The program.
        added: True if the updates add the gradient, so that the error must start from the target.
    """
    step = "added" if added else "subtracted"
    for statement, node, places in way.nodes:
        if statement.lineno in way.update_lines or not way.is_back(places[0]):
            continue
        target = getattr(statement, "targets", [None])[0]
        if added and (target is None or not ERROR.search(ast.unparse(target))):
            continue  # a delta is the gradient: its updates have the wrong sign
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SUBTRACTING:
            one, other = [node.func.value, *node.args] if len(node.args) == 1 else (node.args * 2)[:2]
            texts = [source.text_of(part) for part in (one, other)]
            if way.is_forward_text(texts[not added]) and way.shape_of(one) == way.shape_of(other):
                edits = (source.replacing(one, texts[1]), source.replacing(other, texts[0]))
                message = f"the gradient is {step}, so that {texts[0]} and {texts[1]} stand in each other's place"
                yield Candidate(1.0, "sign of the update", node.lineno, message, edits)
        shared = way.matrices is not None and way.matrices.holds(node.lineno)
        if added and way.matrices is None:
            continue  # where arrays are updated by a sum, the sum is as likely to be wrong, and is marked
        if shared or not isinstance(node, ast.BinOp) or not isinstance(node.op, ast.Sub):
            continue
        parts = [part for part in (node.left, node.right) if isinstance(part, (ast.Name, ast.Attribute, ast.Subscript))]
        if len(parts) == 2 and way.is_forward_text(source.text_of(parts[not added])):
            new = f"{source.text_of(node.right)} - {source.text_of(node.left)}"
            message = f"the gradient is {step}, so that it starts from {new}, not {source.text_of(node)}"
            yield Candidate(1.0, "sign of the update", node.lineno, message, (source.replacing(node, new),))


def unread_factors(c):
    """Yield edits that multiply by an argument that the function never reads, such as the weights of the samples."""
    returned = isinstance(c.parent(), ast.Return)  # a sum that is returned may be a number only of its terms
    if not (c.is_back() or returned) or c.is_stored() or not c.seen.shape or isinstance(c.node, ast.Constant):
        return
    whole = isinstance(c.parent(), (ast.Assign, ast.Return)) and c.parent().value is c.node
    arguments, scope = c.source.unread_arguments(c.statement), c.scope()
    names = [*arguments, *(name for name in c.source.unread(c.statement) if whole and name not in arguments)]
    for name in [name for name in names if name in scope]:
        shape = scope[name][0]
        if shape == c.seen.shape or (whole and shape and _is_spread(shape, c.seen.shape)):
            message = f"{name} is {'given' if name in arguments else 'computed'} and never read: it is a factor of this"
            new = f"{c.source.operand_text(c.node, tight=False)} * {name}"
            edits = c.replaced(new if whole else f"({new})")
            cost = (
                1.14 + 0.01 * (not whole) - 1e-5 * c.line
            )  # the last place first: the sum over samples comes after it
            yield Candidate(cost, "wrong factor", c.line, message, edits, firm=True)


def unread_terms(c):
    """Yield edits that add or subtract a variable in a sum, which the program computes and never reads."""
    node, sums = c.node, (ast.Add, ast.Sub)
    if not isinstance(node, ast.BinOp) or not isinstance(node.op, sums) or not c.is_back() or not c.seen.shape:
        return
    scope = c.scope()
    arrays = [name for name in c.source.unread(c.statement) if scope.get(name, ((), []))[0]]
    for name in arrays[:2]:
        if _is_spread(scope[name][0], c.seen.shape):
            for sign in ("-", "+"):
                new = f"{c.text} {sign} {name}"
                message = f"{name} is computed and never used: it belongs to this sum"
                around = c.source.text[c.source.span(node)[1] :][:1]
                alone = isinstance(c.parent(), (ast.Assign, ast.Return)) or around == ")"
                edits = c.replaced(new if alone else f"({new})")
                yield Candidate(0.98, "wrong factor", c.line, message, edits, firm=True)


def _is_spread(shape, whole):
    """Return True if an array of a shape can be combined with one of another shape that it does not change."""
    ends = list(zip(shape[::-1], whole[::-1], strict=False))
    return len(shape) <= len(whole) and all(a in (b, 1) for a, b in ends)

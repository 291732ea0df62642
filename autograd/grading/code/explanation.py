"""The meaning of each line of the backward pass: the derivative that it computes, and its factor."""

import ast
import math

from autograd.engine.value import Value
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.grade import Note

__all__ = ["first_unknown", "is_partly_adjoint", "notes_of", "products"]

MAX_NOTES = 40
MAX_PLACES = 6  # values of a statement in a loop, of which one may be wrong


def notes_of(way, source):
    """Return notes on the assignments of the backward pass that are derivatives of the loss, up to a factor.

    An assignment without a note is not necessarily wrong, because it can be a part of a derivative. Only mistakes are
    called wrong.
    """
    known = derivatives(way)
    notes, done = [], set()
    for statement in ast.walk(source.tree):
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            continue
        pairs = [(statement.targets[0], statement.value)]
        if isinstance(pairs[0][0], ast.Tuple) and isinstance(pairs[0][1], ast.Tuple):
            pairs = list(zip(pairs[0][0].elts, pairs[0][1].elts, strict=False))
        for target, value in pairs:
            places = way.by_place(value)
            back = [
                p
                for p in places
                if any(isinstance(e, Value) and e not in way.gradients and e.op is not None for e in p.elements)
            ]
            if not back or (statement.lineno, ast.unparse(target)) in done:
                continue
            note, *others = [_note(statement.lineno, ast.unparse(target), place, known) for place in back[:2]]
            # A single number is a multiple of any derivative, and shows it by another factor for another sample.
            if note is not None and not any(_differ_in_factor(note, other) for other in others):
                done.add((statement.lineno, note.name))
                notes.append(note)
    return sorted(notes, key=lambda note: note.line)[:MAX_NOTES]


def _differ_in_factor(note, other):
    """Return True if two notes name the same derivative with different factors."""
    return other is not None and other.text != note.text and other.text.split("dL/d")[1:] == note.text.split("dL/d")[1:]


def derivatives(way):
    """Return the derivatives of the loss with respect to the expressions that the program names.

    Each is a tuple of the name, the shape, the numbers, and True if the expression is data.
    """
    found = []
    for text, places in sorted(way.texts.items(), key=lambda item: len(item[0])):
        for place in places[:3]:
            numbers = [e for e in place.elements if isinstance(e, Value)]
            if len(numbers) != len(place.elements) or not any(e in way.gradients for e in numbers):
                continue
            data = [way.gradients.get(e, 0.0) for e in numbers]
            if any(data) and all(map(math.isfinite, data)):
                plain = all(e.op is None and e not in way.roots for e in numbers)
                found.append((text, place.shape, data, plain))
    return found


def first_unknown(way, below):
    """Return the line of the first value of a wrong update's computation that is no derivative of the loss, or None.

    Args:
        way: The facts about the backward pass.
        below: The numbers from which the update is computed.
    """
    known = [("", seen.shape, [way.gradients.get(e, 0.0) for e in seen.elements], False) for seen in way.forward]
    known = [one for one in known if any(one[2]) and all(map(math.isfinite, one[2]))] + derivatives(way)
    first = None
    for statement, node, places in way.nodes:
        if not isinstance(statement, (ast.Assign, ast.AugAssign, ast.Return)) or statement.value is not node:
            continue
        if statement.lineno in way.update_lines or way.is_slope(node):
            continue
        if way.matrices is not None and way.matrices.holds(statement.lineno):
            continue
        for place in places[:MAX_PLACES]:
            if first is not None and place.order >= first[0]:
                break  # a wrong value makes what a loop computes later wrong, too
            computed = [e for e in place.elements if isinstance(e, Value) and e.op is not None]
            back = [e for e in computed if e not in way.gradients and e in below and e not in way.right]
            known_here = not back or _note(statement.lineno, "", place, known) or is_partly_adjoint(way, place)
            if not known_here and not _is_state(way, statement, place):
                first = place.order, statement.lineno
    return first and first[1]


def is_partly_adjoint(way, place):
    """Return True if a value is a derivative up to a factor in all entries that are not data.

    The derivative of an input, as in ``concatenate([x, h])``, has a term for each of its uses, and is not needed.
    """
    for seen in way.forward:
        inner = [
            i for i, e in enumerate(seen.elements) if isinstance(e, Value) and (e.op is not None or e in way.roots)
        ]
        if seen.shape != place.shape or not 1 < len(inner) < len(seen.elements):
            continue
        slopes = [way.gradients.get(seen.elements[i], 0.0) for i in inner]
        factor = proportion([place.data[i] for i in inner], slopes)
        if factor is not None and factor == factor:
            return True
    return False


def _is_state(way, statement, place):
    """Return True if a statement computes no gradient: a value of the forward pass again, or a part of a slope."""
    if any(first < statement.lineno <= last for first, last in way.helper_lines):
        return not isinstance(statement, ast.Return)
    if isinstance(statement, ast.Return):
        return place.shape == ()  # the loss, which another forward pass computes
    return any(seen.shape == place.shape and same(place.data, seen.data) for seen in way.forward)


def same(a, b):
    """Return True if two lists of numbers are equal up to rounding."""
    slack = 1e-9 * max(map(abs, b), default=0.0)
    return len(a) == len(b) and all(abs(x - y) <= slack for x, y in zip(a, b, strict=True))


def products(way):
    """Return products of the backward pass that are not derivatives of the loss, and products that are derivatives.

    The first list has only products whose parts are all derivatives: a factor of such a product is probably wrong or
    missing. Sums are left out, because they may be parts of a longer sum.
    """
    known = [("", seen.shape, [way.gradients.get(e, 0.0) for e in seen.elements], False) for seen in way.forward]
    known = [one for one in known if any(one[2]) and all(map(math.isfinite, one[2]))] + derivatives(way)
    memory, unknown, settled = {}, [], []

    def is_known(node):
        if node not in memory:
            places = way.by_place(node)
            memory[node] = bool(places) and _note(0, "", places[0], known) is not None
        return memory[node]

    for _, node, places in way.nodes:
        if not _is_product(node) or _is_product(way.source.parents.get(node)) or not way.is_back(places[0]):
            continue
        if any(isinstance(part, ast.Call) and way.is_helper(part, places[0].frame) for part in ast.walk(node)):
            continue  # the mistake may be in the return value of the helper
        parts, waiting = [], [node.left, node.right]
        while waiting:
            part = waiting.pop()
            if _is_product(part):
                waiting += [part.left, part.right]
            elif any(way.is_back(place) for place in way.by_place(part)[:1]) and not way.is_slope(part):
                parts.append(part)
        if parts and all(is_known(part) for part in parts):
            (settled if is_known(node) else unknown).append(node)
    return unknown, settled


def _is_product(node):
    """Return True if a node is an elementwise product or a quotient."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div))


def _note(line, name, place, known):
    best = None
    for text, shape, data, plain in known:
        if len(data) != len(place.elements) or (shape != place.shape and len(shape) == len(place.shape)):
            continue
        factor = proportion(place.data, data)
        if factor is None or math.isnan(factor) or (len(data) == 1 and not close(abs(factor), 1.0)):
            continue
        rank = (plain, not close(abs(factor), 1.0), len(text))
        if best is None or rank < best[0]:
            best = (rank, text, factor)
    if best is None:
        return None
    _, text, factor = best
    if close(factor, 1.0):
        front = ""
    elif close(factor, -1.0):
        front = "-"
    else:
        front = f"{factor:.6g} "
    return Note(line, name, f"= {front}dL/d {text}", True)

"""Probes: a term of the backward pass is doubled, and the updates show by which number it should be multiplied.

An update depends linearly on most terms of the backward pass. So one trial with a doubled term gives the number that
makes the update right. The edit is only proposed if this is a usual number, such as 2, -1 or the number of samples.
"""

import ast
from dataclasses import replace

from autograd.grading.code.context import Candidate, Context
from autograd.grading.code.error_edits import adjoints_like
from autograd.grading.code.factors import close
from autograd.grading.code.scaling import kind_of, numbers, scaled
from autograd.grading.code.wayback import same

__all__ = ["probed", "written"]

PROBE_WORK = 1_200_000
SLACK = 1e-6
MAX_FORMS = 3


def probed(way, source, trials, current, reference):
    """Return edits that multiply a term of the backward pass by the number that makes wrong updates right.

    Args:
        way: The facts about the backward pass.
        source: The program.
        trials: The trials of edited programs.
        current: The outcome of the program itself.
        reference: The factor that all updates should share.
    """
    end, scopes, found = trials.work.units - PROBE_WORK, {}, []
    for statement, node, places in way.nodes:
        if trials.work.units < end:
            break
        if way.is_fixed(node) or way.is_machinery(node) or not _is_term(source, node):
            continue
        seen = places[0]
        c = Context(way, source, statement, node, seen, places, scopes, (id(seen.frame), seen.order), [])
        if not c.is_back() or c.is_stored():
            continue
        outcome = trials.outcome(source.edited(c.replaced(f"2 * ({c.text})")))
        if outcome is None or len(outcome.own) != len(current.own):
            continue
        scale = _scale(trials.targets, current.own, outcome.own, reference)
        if scale is not None and not close(scale, 1.0):
            # A derivative of the loss is already right: the mistake is in a later expression.
            known = any(same(c.seen.data, data) for data in adjoints_like(c.way, c.seen.shape))
            found.extend(replace(candidate, cost=candidate.cost + 0.1 * known) for candidate in written(c, scale))
    return sorted(found, key=lambda candidate: candidate.cost)


def _is_term(source, node):
    """Return True if an expression is a whole value or a term of a sum. A factor would only repeat its product."""
    parent = source.parents.get(node)
    if isinstance(node, ast.Constant):
        return False
    if isinstance(parent, ast.AugAssign):
        return isinstance(parent.op, (ast.Add, ast.Sub)) and parent.value is node
    if isinstance(parent, ast.BinOp):
        return isinstance(parent.op, (ast.Add, ast.Sub))
    return isinstance(parent, (ast.Assign, ast.Return, ast.Tuple, ast.Dict))


def _scale(targets, before, after, reference):
    """Return the right factor of the doubled term, or None if no factor makes the updates right."""
    found = None
    for target, own, doubled in zip(targets, before, after, strict=True):
        if not own or not doubled:
            return None
        size = max(map(abs, own + doubled))
        steps = [b - a for a, b in zip(own, doubled, strict=True)]
        if max(map(abs, steps)) <= SLACK * size:
            continue
        if target.right:
            return None
        missing = [g * reference - a for g, a in zip(target.gradient, own, strict=True)]
        scale = sum(m * s for m, s in zip(missing, steps, strict=True)) / sum(s * s for s in steps)
        largest = max(map(abs, missing))
        if any(abs(m - scale * s) > SLACK * largest for m, s in zip(missing, steps, strict=True)):
            return None
        if found is not None and abs(found - scale) > SLACK * max(1.0, abs(scale)):
            return None
        found = scale
    return None if found is None else 1.0 + found


def written(c, scale):
    """Yield candidates that multiply an expression by a number, the simplest first.

    Args:
        c: The expression.
        scale: The number.
    """
    parent = c.parent()
    if abs(scale) < SLACK:
        if isinstance(parent, ast.BinOp) and (parent.right is c.node or isinstance(parent.op, ast.Add)):
            keep = parent.left if parent.right is c.node else parent.right
            edits = (c.source.replacing(parent, c.source.operand_text(keep)),)
            kind = "penalty" if c.way.mentions_parameter(c.node) else "wrong factor"
            yield Candidate(1.0, kind, c.line, f"{c.text} does not belong in this sum", edits)
        return
    count = 0
    for part, text in _parts(c, scale):
        message = f"{c.source.text_of(part)} stands where {text} belongs"
        yield Candidate(0.95, "constant factor", part.lineno, message, (c.source.replacing(part, text),))
        count += 1
    for text, value in numbers(c):
        if close(value, scale) and count < MAX_FORMS:
            count += 1
            kind, message = kind_of(c, text, 1.0 / scale)
            if text == "-1":
                kind = "wrong factor" if isinstance(parent, (ast.BinOp, ast.AugAssign)) else kind
            yield Candidate(1.0, kind, c.line, message, c.replaced(scaled(c, text)))


def _parts(c, scale):
    """Yield the numbers in an expression, each with a replacement that scales the whole expression."""
    for part in ast.walk(c.node):
        if not isinstance(part, (ast.Constant, ast.Name, ast.Attribute)) or isinstance(part, ast.expr_context):
            continue
        value = c.way.single(part)
        if not value or isinstance(getattr(part, "value", None), bool):
            continue
        for wanted in (value * scale, value / scale):
            if isinstance(part, ast.Constant):
                if abs(wanted - round(wanted, 2)) < SLACK and wanted > 0:
                    yield part, f"{round(wanted, 2):g}"
            elif c.way.is_count(c.source.text_of(part)) and abs(abs(wanted - value) - 1) < SLACK:
                yield part, f"({c.source.text_of(part)} {'+' if wanted > value else '-'} 1)"

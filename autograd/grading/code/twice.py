"""Gradients that are divided by the number of samples in two places, so that their factor is a mistake."""

import ast

from autograd.grading.code.factors import close
from autograd.grading.code.grade import Mistake
from autograd.grading.code.known_way import known_way
from autograd.grading.code.source import Source
from autograd.grading.code.trial import Trials, targets_of

__all__ = ["divided_twice"]


def divided_twice(case, factor):
    """Return the mistakes of a program whose gradients are 1/n of the true gradients because it divides by n twice.

    A factor of 1/n alone is not a mistake: the loss may be a sum and the gradient a mean, and the rate absorbs it.
    It is a mistake if the backward pass to each parameter has two successive divisions by n.

    Args:
        case: The program.
        factor: Its gradient divided by the gradient of the loss.

    Returns:
        The mistakes, or None if nothing is divided twice.
    """
    n = round(1 / factor) if factor else 0
    if n < 2 or not close(1 / n, factor):
        return None
    source = Source(case.text)
    way, judged = known_way(case, source)
    if way is None or n not in way.counts:
        return None
    targets = targets_of(judged.updates, forward=judged.truth.adjoints)
    trials = Trials(case, targets)
    sites = []
    for node, edit, message in divisions(way, source, n):
        if not trials.left():
            break
        outcome = trials.outcome(source.edited([edit]))
        if outcome is None or None in outcome.factors:
            continue
        freed = frozenset(i for i, f in enumerate(outcome.factors) if close(f, 1.0))
        if freed:
            sites.append((freed, node, edit, message))
    everyone = frozenset(range(len(targets)))
    if any(sum(i in freed for freed, *_ in sites) < 2 for i in everyone):
        return None
    chosen = _smallest(sites, everyone, way)
    if chosen is None:
        return None
    return [Mistake(node.lineno, "divided twice", message, source.fixes([edit])) for _, node, edit, message in chosen]


def divisions(way, source, n):
    """Yield the divisions by n in the backward pass: the node, the edit that removes the division, and the message."""
    for _, node, _ in way.nodes:
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and way.single(node.right) == n:
            divisor = source.text_of(node.right)
            message = f"this is divided by the number of samples ({divisor}), which the loss has done already"
            if way.single(node.left) is not None:
                yield node, source.replacing(node, source.text_of(node.left)), message
            else:
                start, end = source.span(node.left)[1], source.span(node)[1]
                kept = source.text[start:end].split("/")[0]
                yield node, type(source.replacing(node, ""))(start, end, kept.rstrip()), message
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "mean":
            start, end = source.span(node.func)
            message = "the mean over the samples divides by their number once more; the sum belongs here"
            yield node, type(source.replacing(node, ""))(end - len("mean"), end, "sum"), message
    for statement in ast.walk(source.tree):
        if (
            isinstance(statement, ast.AugAssign)
            and isinstance(statement.op, ast.Div)
            and way.single(statement.value) == n
        ):
            start = source.starts[statement.lineno - 1]
            end = source.starts[min(statement.end_lineno, len(source.lines))]
            text = f"{source.indent(statement)}pass\n"
            message = "this is divided by the number of samples, which happens once more below"
            yield statement, type(source.replacing(statement, ""))(start, end, text), message


def _smallest(sites, everyone, way):
    """Return the divisions to remove. Late ones are preferred, so that the gradient of the loss itself stays."""
    chosen, left = [], set(everyone)
    for freed, node, edit, message in sorted(sites, key=lambda site: (len(site[0]), -site[1].lineno)):
        if freed & left and freed <= left and (len(freed) < len(everyone) or not chosen):
            chosen.append((freed, node, edit, message))
            left -= freed
    return sorted(chosen, key=lambda site: site[1].lineno) if not left else None

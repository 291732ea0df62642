"""Losses that would fit the updates of a program that states none: proposed, never judged by."""

import ast
from dataclasses import dataclass

from autograd.engine.functions import log
from autograd.engine.value import Value
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.naming import Places
from autograd.grading.code.reading import read
from autograd.grading.code.trace import Trace

__all__ = ["proposed_losses"]

MAX_TRIED = 60


@dataclass
class Pair:
    """An output of the network and what it is compared with, in one function.

    Attributes:
        output, target: How the program calls them.
        values: Pairs of their numbers, one pair for each call.
    """

    output: str
    target: str
    values: list


def proposed_losses(case):
    """Return the losses, as expressions over the program's names, that all updates are the gradients of."""
    trace = Trace()
    reading = read(case.tree, call=case.call, steps=1, trace=trace)
    changes = reading.recorder.first_step()
    places = Places(reading)
    roots = {old for change in changes if change.step for old in change.old}
    made = {new for change in changes if change.step for new in change.new}
    found, tried = [], 0
    for pair in pairs_of(trace, roots, made):
        for text, loss in families(pair):
            tried += 1
            if tried > MAX_TRIED:
                return found
            judged = judge_losses([(loss, text, 0)], changes, places, reading.recorder, case.tree)
            if judged is not None and judged.right and len(judged.updates) > 0 and text not in found:
                found.append(text)
    return found[:3]


def pairs_of(trace, roots, made):
    """Return outputs that depend on the parameters together with targets of the same shape that do not."""
    frames, depends = {}, {}
    for seen in trace.everything():
        if isinstance(seen.node, (ast.Name, ast.Attribute, ast.Subscript)):
            text = ast.unparse(seen.node)
            frames.setdefault(seen.frame.function, {}).setdefault(text, {})[id(seen.frame)] = seen
    for texts in frames.values():
        outputs, targets = {}, {}
        for text, calls in texts.items():
            seen = next(iter(calls.values()))
            kind = _kind(seen, roots, made, depends)
            if kind == "output":
                outputs[text] = calls
            elif kind == "target":
                targets[text] = calls
        for output, calls in reversed(list(outputs.items())):
            for target, others in targets.items():
                both = [(calls[f], others[f]) for f in calls if f in others and calls[f].shape == others[f].shape]
                if both:
                    yield Pair(output, target, [(a.elements, t.elements) for a, t in both])


def _kind(seen, roots, made, depends):
    if any(e in roots or e in made for e in seen.elements if isinstance(e, Value)):
        return ""
    values = [e for e in seen.elements if isinstance(e, Value) and e.op is not None]
    if not values:
        return "target"
    return "output" if _reaches(values[0], roots, made, depends) else "target"


def _reaches(value, roots, made, depends):
    known = depends.get(value)
    if known is None:
        waiting, seen, known = [value], set(), False
        while waiting and not known:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in made:
                break
            known = node in roots
            waiting.extend(node.parents)
        depends[value] = known
    return known


def families(pair):
    """Return the losses of the usual families for an output and a target, each with its expression."""
    a, t = pair.output, pair.target
    numbers = [(x, y) for xs, ys in pair.values for x, y in zip(xs, ys, strict=True) if isinstance(x, Value)]
    if not numbers:
        return
    squares = [(x - y) * (x - y) for x, y in numbers]
    yield f"np.sum(({a} - {t}) ** 2) / 2", sum(squares[1:], squares[0]) * 0.5
    probable = all(0 < x.data < 1 for x, _ in numbers)
    if not probable:
        return
    inside = all(0 <= _data(y) <= 1 for _, y in numbers)
    if inside:
        parts = [log(x) * y + log(1 - x) * (1 - y) for x, y in numbers]
        yield f"-np.sum({t} * np.log({a}) + (1 - {t}) * np.log(1 - {a}))", -sum(parts[1:], parts[0])
        parts = [log(x) * y for x, y in numbers]
        yield f"-np.sum({t} * np.log({a}))", -sum(parts[1:], parts[0])


def _data(x):
    return x.data if isinstance(x, Value) else float(x)

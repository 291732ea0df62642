"""Losses that would fit the updates of a program without a loss. They are proposed, but not used for a verdict."""

import ast
from dataclasses import dataclass

from autograd.engine.functions import log, maximum
from autograd.engine.value import Value
from autograd.grading.code.factors import close
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.naming import Places
from autograd.grading.code.reading import read
from autograd.grading.code.trace import Trace
from autograd.grading.code.truth import looks_like_loss

__all__ = ["other_loss", "proposed_losses"]

MAX_TRIED = 60


@dataclass
class Pair:
    """An output of the network, and the target to which it is compared, in one function.

    Attributes:
        output: The program's name for the output.
        target: The program's name for the target.
        values: Pairs of their numbers, one pair for each call.
        shape: Their common shape.
    """

    output: str
    target: str
    values: list
    shape: tuple = ()


def other_loss(case):
    """Return another loss such that all updates of a wrong program are exactly its gradients, or None.

    The updates must match both with the program's own weights and with fresh weights.
    """
    own = proposed_losses(case, exact=True)
    if not own:
        return None
    again = proposed_losses(case, exact=True, seed=case.seed, starts=case.starts(case.seed))
    return min((text for text in own if text in again), key=len, default=None)


def proposed_losses(case, *, exact=False, seed=0, starts=None):
    """Return losses in the program's names such that all updates are their gradients.

    Args:
        case: The program.
        exact: True if the updates must be the gradients themselves; otherwise a common factor is allowed.
        seed: The seed of the random numbers.
        starts: The function that gives the start values, or None for the program's own.
    """
    trace = Trace()
    reading = read(case.tree, call=case.call, steps=1, trace=trace, seed=seed, starts=starts)
    changes = reading.recorder.first_step()
    places = Places(reading)
    roots = {old for change in changes if change.step for old in change.old}
    made = {new for change in changes if change.step for new in change.new}
    found, tried = [], 0
    for pair in pairs_of(trace, roots, made):
        for text, loss in scaled_families(pair) if exact else families(pair):
            tried += 1
            if tried > MAX_TRIED:
                return found if exact else found[:3]
            judged = judge_losses([(loss, text, 0)], changes, places, reading.recorder, case.tree)
            fits = judged is not None and judged.right and len(judged.updates) > 0
            if fits and text not in found and (not exact or all(_is_exact(update) for update in judged.updates)):
                found.append(text)
    return found if exact else found[:3]


def _is_exact(update):
    return update.factor is not None and close(update.factor, 1.0)


def pairs_of(trace, roots, made):
    """Yield pairs of an output, which depends on the parameters, and a target of the same shape, which does not."""
    frames, depends = {}, {}
    for seen in trace.everything():
        if any(e in made for e in seen.elements):
            break  # later expressions belong to the next step, in which the names have other numbers
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
                    yield Pair(output, target, [(a.elements, t.elements) for a, t in both], both[0][0].shape)


def _kind(seen, roots, made, depends):
    if any(e in roots or e in made for e in seen.elements if isinstance(e, Value)):
        return ""
    values = [e for e in seen.elements if isinstance(e, Value) and e.op is not None]
    if not values:
        return "target"
    if not seen.shape and looks_like_loss(values[0]) in ("square", "logarithm"):
        return ""  # a loss is no output, and a number such as a count is not its target
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
    """Yield the usual losses for an output and a target, each with its expression."""
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


def scaled_families(pair):
    """Yield the usual losses for an output and a target: sums over all elements, and means over the samples."""
    samples = len(pair.values) if len(pair.values) > 1 else 0
    for text, loss in [*families(pair), *_distances(pair)]:
        yield text, loss
        name, half = text.removesuffix(" / 2"), text.endswith(" / 2")
        if half:
            yield name, loss * 2
        for count in {len(pair.values[0][0]), pair.shape[0] if pair.shape else 0, samples} - {0, 1}:
            yield f"{name} / {2 * count if half else count}", loss * (1 / count)
            if half:
                yield f"{name} / {count}", loss * (2 / count)


def _distances(pair):
    """Yield the sum of absolute errors and the sum of hinge losses, each with its expression."""
    a, t = pair.output, pair.target
    numbers = [(x, y) for xs, ys in pair.values for x, y in zip(xs, ys, strict=True) if isinstance(x, Value)]
    if numbers:
        parts = [abs(x - y) for x, y in numbers]
        yield f"np.sum(np.abs({a} - {t}))", sum(parts[1:], parts[0])
    if numbers and {_data(y) for _, y in numbers} <= {-1.0, 1.0}:
        parts = [maximum(1 - x * y, 0) for x, y in numbers]
        yield f"np.sum(np.maximum(0, 1 - {t} * {a}))", sum(parts[1:], parts[0])


def _data(x):
    return x.data if isinstance(x, Value) else float(x)

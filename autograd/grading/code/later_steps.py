"""The second and third update of a program with an optimizer, judged by the optimizer's rule."""

import ast
import itertools
from dataclasses import dataclass

from autograd.engine.value import Value
from autograd.grading.code.factors import TOLERANCE
from autograd.grading.code.grade import Mistake
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.naming import Places
from autograd.grading.code.optimizer_state import CORRECTION, TOO_MUCH, fault_of, functions_of
from autograd.grading.code.reading import read
from autograd.grading.code.source import Source
from autograd.grading.code.state_edits import state_edits
from autograd.grading.code.steps import is_far
from autograd.grading.code.trace import Trace
from autograd.grading.code.truth import candidate_losses, of_same_loss

__all__ = ["LaterSteps", "later_steps", "state_mistake"]

SEEDS = (1, 2)  # of fresh weights
MAX_STEPS = 60_000  # of one reading
MAX_OPERATIONS = 1_000_000
SEARCH_WORK = 1_800_000
LARGE = 20_000  # of a program with more array elements in two steps, a third step is not read
JUDGING = 12  # the work of judging the steps, for each element that was computed


@dataclass
class LaterSteps:
    """The result for the later updates of a program.

    Attributes:
        faults: For each parameter with a wrong update, the reason.
        lines: The lines of its update.
        judged: The number of parameters whose later updates were judged.
        step: The first step with a wrong update.
        used: The number of steps of the interpreter.
        operations: The number of array elements that were computed.
    """

    faults: dict
    lines: dict
    judged: int
    step: int
    used: int = 0
    operations: int = 0


def later_steps(case, tree=None, seeds=SEEDS, work=None, most=3, like=None):
    """Return the result for the second and third update, or None if they cannot be judged.

    Args:
        case: The program. All of its first updates are right.
        tree: An edited program, or None for the program itself.
        seeds: The seeds of fresh weights. A fault counts if it appears with all of them.
        work: The counter of the work, or None.
        most: The last step that is judged.
        like: The result of the program before an edit, which takes about as many steps, or None.
    """
    tree, result = tree or case.tree, None
    most = 2 if case.own.operations > LARGE else most
    for seed in seeds:
        found = _with_weights(case, tree, seed, work, most, like)
        if found is None:
            return None
        if not found.faults:
            return found
        if result is not None:
            found.faults = {name: fault for name, fault in found.faults.items() if result.faults.get(name) == fault}
        result = found
    return result


def _with_weights(case, tree, seed, work, most, like, trace=None):
    limits = Limits(like.used + like.used // 4 if like is not None else MAX_STEPS)
    operations = like.operations + like.operations // 4 if like is not None else MAX_OPERATIONS
    starts = case.starts(seed)
    bounds = {"limits": limits, "operations": operations}
    reading = read(tree, loss=case.loss, call=case.call, seed=seed, starts=starts, steps=most, trace=trace, **bounds)
    if work is not None:
        work.spend(limits, reading.operations)
        work.units -= JUDGING * reading.operations
    steps = _judged_steps(case, reading, tree, most)
    if not steps or not steps[0].right:
        return None
    result = LaterSteps({}, {u.group.name: sorted(u.group.lines) for u in steps[0].updates}, 0, 0)
    result.used, result.operations = limits.used, reading.operations
    earlier = functions_of(steps[:1])
    for count in range(2, len(steps) + 1):
        functions = functions_of(steps[:count])
        if count == 2:
            result.judged = len(functions)
        for name, function in functions.items():
            fault = fault_of(function, earlier.get(name))
            if fault in (CORRECTION, TOO_MUCH) and trace is None:  # read again, for the rates
                return _with_weights(case, tree, seed, work, most, like, Trace())
            if fault in (CORRECTION, TOO_MUCH):
                fault = fault_of(function, earlier.get(name), _ratios(trace))
            if fault is not None:
                result.faults[name] = fault
        if result.faults:
            result.step = count
            return result
        earlier = functions
    return result if result.judged else None


def _judged_steps(case, reading, tree, most):
    """Return the judgements of the first steps, up to the first one whose loss or updates differ in number."""
    found = []
    for step in range(1, most + 1):
        changes = [change for change in reading.recorder.changes if change.step == step]
        if step == 1:
            changes = reading.recorder.first_step()
        elif found:  # a state that is changed in place, such as a mean, may look like a parameter
            lines = {line for update in found[0].updates for line in update.group.lines}
            changes = [change for change in changes if change.line in lines]
        losses = candidate_losses(reading, case.loss is not None, step=step, like=case.judged.truth)
        losses = of_same_loss(losses, case.judged.truth)
        judged = judge_losses(losses, changes, Places(reading), reading.recorder, tree) if changes else None
        if judged is None or len(judged.updates) != len(case.judged.updates):
            break
        found.append(judged)
    return found


def _ratios(trace):
    """Return the factors by which single numbers of a program change between two evaluations, such as a rate.

    A rate is computed from a few plain numbers. Losses are computed from many, and counters are integers.
    """
    found = set()
    for places in trace.seen.values():
        numbers = [place.elements[0] for place in places if place.shape == () and len(place.elements) == 1]
        for before, after in itertools.pairwise(numbers):
            if isinstance(before, int) or isinstance(after, int) or is_far(before) or is_far(after):
                continue
            a, b = [float(x.data if isinstance(x, Value) else x) for x in (before, after)]
            if a and b and abs(b / a - 1) > TOLERANCE:
                found.add(b / a)
    return found


def state_mistake(case, result):
    """Return the mistake of a wrong state, with the first correction after which the later updates are right.

    Args:
        case: The program.
        result: The result of :func:`later_steps`.
    """
    lines = sorted({line for name in result.faults for line in result.lines[name]})
    source, work = Source(case.text), Work(SEARCH_WORK)
    fault = next(iter(result.faults.values()))
    count = {2: "second", 3: "third"}[result.step]
    trace, limits = Trace(), Limits(MAX_STEPS)
    read(case.tree, loss=case.loss, call=case.call, steps=1, trace=trace, limits=limits)
    arrays = {ast.unparse(places[0].node) for places in trace.seen.values() if places[0].shape}
    for line, kind, message, edits in state_edits(source, lines, fault, arrays):
        if not work.left():
            break
        text = source.edited(edits)
        try:
            tree = case.prepared.moved(case.text, text).of(ast.parse(text))
        except SyntaxError:
            continue
        again = later_steps(case, tree, SEEDS[:1], work, result.step, result)
        if again is None or again.faults or again.judged < result.judged:
            continue
        again = later_steps(case, tree)
        if again is not None and not again.faults:
            return Mistake(line, kind, message, source.fixes(edits))
    return Mistake(lines[0], "other", f"the state of the optimizer is wrong in the {count} update: {fault}")

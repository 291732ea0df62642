"""The facts about the backward pass of a program, from a reading of it with a trace."""

import math

from autograd.engine.value import Value
from autograd.grading.code.factors import noise_of, vanishes
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.naming import Places
from autograd.grading.code.optimizers import machinery
from autograd.grading.code.reading import read
from autograd.grading.code.recomputed import with_recomputed
from autograd.grading.code.steps import linear_terms
from autograd.grading.code.trace import Trace
from autograd.grading.code.truth import candidate_losses, of_same_loss
from autograd.grading.code.wayback import Lack, WayBack

__all__ = ["known_way"]


def known_way(case, source, text=None):
    """Read a program again with a trace. Return the facts about its backward pass, and its judgement."""
    trace = Trace()
    starts = case.starts(case.seed)
    tree = case.prepared.moved(case.text, source.text).of(source.tree)
    reading = read(tree, loss=case.loss, call=case.call, seed=case.seed, starts=starts, steps=1, trace=trace)
    found = of_same_loss(candidate_losses(reading, case.loss is not None), case.final.truth)
    first = reading.recorder.first_step()
    judged = judge_losses(found, first, Places(reading), reading.recorder, source.tree)
    if judged is None:
        return None, None
    right_names = (
        {u.group.name for u in case.final.updates if u.right}
        if text is None
        else {u.group.name for u in judged.updates if u.right}
    )
    wrong, right, shown, roots, successors, lacks, optimizers = set(), set(), set(), {}, set(), [], set()
    noise = noise_of([update.gradient for update in judged.updates])
    for update in judged.updates:
        side = right if update.group.name in right_names else wrong
        if side is wrong and update.rate:
            lacks.append(_lack(update))
        for old, new in zip(update.group.old, update.group.new, strict=True):
            roots[old] = update.group.name
            successors.add(new)
            terms = [term for term, _ in linear_terms(new, old) if term is not old]
            optimizers |= machinery(old, new, judged.truth.adjoints)
            _gather(terms, side, roots)
            if side is right and not vanishes(update.gradient, noise):
                _gather(terms, shown, roots)
    lines = {line for update in judged.updates for line in update.group.lines}
    way = WayBack(
        source,
        trace,
        with_recomputed(judged.truth.adjoints, trace, roots, wrong | right),
        wrong,
        right,
        roots,
        reading.machine,
        successors=successors,
        update_lines=lines,
        right_lines={line for u in judged.updates if u.group.name in right_names for line in u.group.lines},
        lacks=lacks,
        optimizers=optimizers,
        shown=shown,
        penalties=case.last is None,
    )
    return way, judged


def _lack(update):
    old, new = update.group.old, update.group.new
    own = [(before.data - after.data) / update.rate for before, after in zip(old, new, strict=True)]
    below = set()
    _gather([part for number in new for part in number.parents], below, {})
    missing = [true - given for true, given in zip(update.gradient, own, strict=True)]
    shape = update.group.shape
    shape = shape if math.prod(shape) == len(old) else (len(old),)  # a row of a matrix
    return Lack([number.data for number in old], missing, shape, below, update.gradient)


def _gather(numbers, found, roots):
    waiting = list(numbers)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting.extend(part for part in node.parents if isinstance(part, Value))

"""A program that is graded: its readings, and its judgements with the program's own numbers and with fresh weights."""

import ast
from dataclasses import dataclass, field, replace

from autograd.grading.code.judge import Judgement, agreed, judge_losses
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.naming import Places
from autograd.grading.code.prepared import Prepared
from autograd.grading.code.reading import WIDE, Reading, fresh_starts, read
from autograd.grading.code.samples import order_of_samples
from autograd.grading.code.truth import candidate_losses, of_same_loss
from autograd.grading.code.zero_gradients import (
    has_more_updates,
    inputs_of_empty,
    start_numbers,
    starts_of_changes,
)

__all__ = [
    "Case", "has_steps", "judge_afresh", "judgement", "read_again", "with_other_samples", "wrong_with_other_samples",
]  # fmt: skip

FRESH_SEEDS = (1, 2, 3, 4)
MORE_SEEDS = tuple(range(WIDE, WIDE + 12))  # for networks most of whose units are inactive
FRESH_WORK = 2_000_000
MAX_GROWTH = 2  # how often the weights are made again because other units are active


@dataclass
class Case:
    """A program, with the results about it so far.

    Attributes:
        text: The text of the program.
        tree: The tree of the program.
        loss: The tree of the given loss, or None.
        call: The statements that run after the program, or None.
        own: The reading with the program's own data.
        judged: The judgement on the program's own data, or None.
        fresh: The judgement with fresh weights that counts, or None.
        numbers: The leaves that are start values of parameters.
        seed: The seed of the fresh weights.
        others: Other judgements with fresh weights, each with its seed.
        prepared: The changes of the tree before it is read.
        last: The last line that is searched for mistakes, or None.
        at_own_sizes: The same program at its own sizes, if this case has other sizes.
        kept: The part of the program's own data in fresh weights.
    """

    text: str
    tree: ast.Module
    loss: ast.expr | None
    call: list | None
    own: Reading
    judged: Judgement | None = None
    fresh: Judgement | None = None
    numbers: frozenset = frozenset()
    seed: int = 1
    others: list = field(default_factory=list)
    prepared: Prepared = field(default_factory=Prepared)
    last: int | None = None
    at_own_sizes: list = field(default_factory=list)
    kept: float = 0.5

    @property
    def final(self):
        """The judgement that counts: with fresh weights if there is one."""
        return self.fresh or self.judged

    def starts(self, seed):
        """Return the function that gives the data of leaves in a reading with the fresh weights of a seed."""
        return fresh_starts(self.numbers, seed, self.kept)


def has_steps(reading):
    """Return True if a reading contains an update."""
    return any(change.step for change in reading.recorder.changes)


def judgement(reading, given, tree, like=None, truth=None):
    """Return the judgement of the first step of a reading, or None if it has no loss.

    Args:
        reading: The reading.
        given: True if a loss was given.
        tree: The program that was read.
        like: A judgement. If its loss explains all updates and this reading has the same loss, only that counts.
        truth: The loss of another reading that counts in any case, or None.
    """
    candidates = candidate_losses(reading, given)
    if truth is not None or (like is not None and like.right):
        candidates = of_same_loss(candidates, truth or like.truth)
    first = reading.recorder.first_step()
    return judge_losses(candidates, first, Places(reading), reading.recorder, tree)


def read_again(case, **changes):
    """Return a case with other changes of its tree, read and judged again, or None if no loss is found."""
    prepared = replace(case.prepared, **changes)
    tree = prepared.of(ast.parse(case.text))
    own = read(tree, loss=case.loss, call=case.call)
    judged = judgement(own, case.loss is not None, tree) if has_steps(own) else None
    return Case(case.text, tree, case.loss, case.call, own, judged, prepared=prepared) if judged is not None else None


def judge_afresh(case, said):
    """Judge the program with fresh weights as well, because special values, such as biases of 0, hide mistakes."""
    case.numbers = start_numbers(case.own, case.judged)
    found, readings, numbers = _read_afresh(case)
    for _ in range(MAX_GROWTH):
        if numbers <= case.numbers:
            break
        # Other units are active with these weights, so that the gradients of more entries of a list are computed.
        case.numbers |= numbers
        found, readings, numbers = _read_afresh(case)
    if found:
        _choose(case, found, readings)
        if case.fresh.right and not case.judged.right:
            said.append(
                "at the file's own numbers there is a kink or a bound; with fresh weights every update is the gradient"
            )
        elif case.judged.right and not case.fresh.right:
            said.append("right with the file's own start values only: fresh weights show the mistake")
    if any(update.empty for update in case.final.updates):
        _judge_other_numbers(case, said)


def _choose(case, found, readings):
    """Choose the fresh weights that count among some judgements, each with its seed."""
    found = _of_one_loss(case, found, readings)
    wrong = [one for one in found if not one[0].right]
    # The best weights show the most wrong updates, and among these have the fewest gradients that are 0.
    ranked = sorted(wrong or found, key=lambda one: (sum(u.right for u in one[0].updates), _zeros(one[0])))
    case.fresh, case.seed = ranked[0]
    case.others = ranked[1:] + [one for one in found if all(one is not other for other in ranked)]
    case.fresh = agreed(case.fresh, [judged for judged, _ in found if judged is not case.fresh])


def _judge_other_numbers(case, said):
    """Judge a program in which gradients are 0 with live weights, and then with other inputs.

    The weights of inactive units may not even be known as parameters yet, because the loss does not reach them.
    """
    for other in (_with_live_weights, _with_other_inputs):
        tried = other(replace(case, others=[]))
        if tried is not None and _empty(tried) < _empty(case):
            if case.final.right and not tried.final.right:
                said.append(f"gradients are 0 with the file's own numbers: {OTHERS[other.__name__]} show the mistake")
            case.judged, case.fresh, case.seed, case.others = tried.judged, tried.fresh, tried.seed, tried.others
            case.numbers, case.kept = tried.numbers, tried.kept


OTHERS = {"_with_live_weights": "other weights", "_with_other_inputs": "other inputs"}


def _empty(case):
    """Return the number of updates about which nothing is known."""
    return sum(update.empty for update in case.final.updates)


def _with_live_weights(case):
    """Return the case with weights that do not depend on the program's own, or None if these show nothing else."""
    every, live = case.numbers | starts_of_changes(case.own), None
    for seed in (*FRESH_SEEDS, *MORE_SEEDS):
        if seed in MORE_SEEDS and live is not None and not any(update.empty for update in live.updates):
            break
        starts = fresh_starts(every, seed, 0.0)
        reading = read(case.tree, loss=case.loss, call=case.call, seed=seed, starts=starts, steps=1)
        judged = judgement(reading, case.loss is not None, case.tree)
        if judged is not None and (live is None or has_more_updates(judged, live)):
            case.numbers, live = start_numbers(reading, judged), judged
    if live is None:
        return None
    case.judged = live if has_more_updates(live, case.judged) else case.judged
    return _read_other_numbers(case)


def _with_other_inputs(case):
    """Return the case with other numbers for inputs that are 0, or None if there are none.

    If the samples are written as a list, one that is not 0 is taken first instead.
    """
    if order_of_samples(case.tree) is not None and case.prepared.order is None:
        return None
    inputs = inputs_of_empty(case.own, case.judged)
    case.numbers |= inputs
    return _read_other_numbers(case) if inputs else None


def _read_other_numbers(case):
    case.kept, case.fresh = 0.0, None
    found, readings, _ = _read_afresh(case, MORE_SEEDS)
    if found:
        _choose(case, found, readings)
    return case if found else None


def _read_afresh(case, more=()):
    """Return the judgements with fresh weights, the readings, and the numbers of their start values.

    Args:
        case: The program.
        more: Further seeds. They are tried as long as some gradient was 0 with all seeds before.
    """
    found, readings, numbers, work = [], [], set(), Work(FRESH_WORK)
    for seed in (*FRESH_SEEDS, *more):
        if not work.left() or (seed in more and any(not any(u.empty for u in judged.updates) for judged, _ in found)):
            break
        starts, limits = case.starts(seed), Limits()
        reading = read(case.tree, loss=case.loss, call=case.call, seed=seed, starts=starts, steps=1, limits=limits)
        work.spend(limits, reading.operations)
        judged = judgement(reading, case.loss is not None, case.tree, like=case.judged)
        if judged is not None and len(judged.updates) == len(case.judged.updates):
            found.append((judged, seed))
            readings.append(reading)
            numbers |= start_numbers(reading, judged)
    return found, readings, numbers


def _of_one_loss(case, found, readings):
    """Return judgements with fresh weights that all compare a wrong program with the same loss.

    No loss explains the updates of a wrong program. With some weights, the loss of another sample may explain one more
    of them by chance, such as the only number of an output's bias. So most of the readings decide.

    Args:
        case: The program.
        found: The judgements, each with its seed.
        readings: The readings that were judged.
    """
    if any(judged.right for judged in (case.judged, *[judged for judged, _ in found])):
        return found
    votes = [case.judged.truth, *[judged.truth for judged, _ in found]]
    names = [(truth.source, truth.line) for truth in votes]
    truth = max(votes, key=lambda truth: names.count((truth.source, truth.line)))
    again = []
    for (judged, seed), reading in zip(found, readings, strict=True):
        if (judged.truth.source, judged.truth.line) != (truth.source, truth.line):
            other = judgement(reading, case.loss is not None, case.tree, truth=truth)
            judged = other if other is not None and len(other.updates) == len(judged.updates) else judged
        again.append((judged, seed))
    return again


def with_other_samples(case, said):
    """Return the case with its samples in another order if fewer gradients are 0 then, and the case itself otherwise.

    The gradient of a weight is 0 if its input is 0, as in the first row of XOR. Then any factor would be right.
    """
    other = _rearranged(case)
    if other is None or sum(u.empty for u in other.final.updates) >= sum(u.empty for u in case.final.updates):
        return case
    said.append("gradients are 0 for the first sample: judged with another one first")
    return other


def wrong_with_other_samples(case):
    """Return a right case with its samples in another order if it is wrong then, and None otherwise.

    The first samples may hide a mistake, such as a target of 0 that is also taken for an input.
    """
    other = _rearranged(case) if case.prepared.order is None else None
    return other if other is not None and not other.judged.right and not other.final.right else None


def _rearranged(case):
    """Return the case with samples that have fewer zeros first, read and judged again, or None if there are none."""
    order = order_of_samples(case.tree)
    if order is None:
        return None
    prepared = replace(case.prepared, order=order)
    tree = prepared.of(ast.parse(case.text))
    own = read(tree, loss=case.loss, call=case.call)
    judged = judgement(own, case.loss is not None, tree)
    if judged is None or len(judged.updates) != len(case.judged.updates):
        return None
    other = Case(case.text, tree, case.loss, case.call, own, judged, prepared=prepared)
    judge_afresh(other, [])
    return other


def _zeros(judged):
    return sum(not g for update in judged.updates for g in update.gradient)

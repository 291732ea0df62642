"""A program that is graded: its readings, and its judgements with the program's own numbers and with fresh weights."""

import ast
from dataclasses import dataclass, field, replace

from autograd.grading.code.judge import Judgement, agreed, judge_losses
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.naming import Places
from autograd.grading.code.prepared import Prepared
from autograd.grading.code.reading import Reading, fresh_starts, read
from autograd.grading.code.samples import order_of_samples
from autograd.grading.code.truth import candidate_losses, of_same_loss

__all__ = [
    "Case", "has_steps", "judge_afresh", "judgement", "read_again", "start_numbers", "with_other_samples",
    "wrong_with_other_samples",
]  # fmt: skip

FRESH_SEEDS = (1, 2, 3, 4)
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

    @property
    def final(self):
        """The judgement that counts: with fresh weights if there is one."""
        return self.fresh or self.judged


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
    if not found:
        return
    found = _of_one_loss(case, found, readings)
    wrong = [one for one in found if not one[0].right]
    # The best weights show the most wrong updates, and among these have the fewest gradients that are 0.
    ranked = sorted(wrong or found, key=lambda one: (sum(u.right for u in one[0].updates), _zeros(one[0])))
    case.fresh, case.seed = ranked[0]
    case.others = ranked[1:] + [one for one in found if all(one is not other for other in ranked)]
    case.fresh = agreed(case.fresh, [judged for judged, _ in found if judged is not case.fresh])
    if case.fresh.right and not case.judged.right:
        said.append(
            "at the file's own numbers there is a kink or a bound; with fresh weights every update is the gradient"
        )
    elif case.judged.right and not case.fresh.right:
        said.append("right with the file's own start values only: fresh weights show the mistake")


def _read_afresh(case):
    """Return the judgements with fresh weights, the readings, and the numbers of their start values."""
    found, readings, numbers, work = [], [], set(), Work(FRESH_WORK)
    for seed in FRESH_SEEDS:
        if not work.left():
            break
        starts, limits = fresh_starts(case.numbers, seed), Limits()
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


def start_numbers(reading, judged):
    """Return the numbers of the leaves from which the parameters of a reading are computed."""
    found, seen = set(), set()
    waiting = [old for update in judged.updates for old in update.group.old]
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        number = reading.recorder.leaf_numbers.get(node)
        if number is not None:
            found.add(number)
        waiting.extend(node.parents)
    return frozenset(found)

"""The judgement of updates: the factor between the program's gradient and the loss's gradient, and the rate."""

import math
from dataclasses import dataclass

from autograd.engine.graph import adjoints, postorder
from autograd.grading.code.factors import close, noise_of, proportion, vanishes
from autograd.grading.code.idle import idle_entries
from autograd.grading.code.misplaced import misplaced
from autograd.grading.code.naming import merged
from autograd.grading.code.optimizers import through_optimizer
from autograd.grading.code.rates import (
    MODES,
    front_of,
    literals_of,
    rate_lines_of,
    same_plain_numbers,
    share_leaves,
)
from autograd.grading.code.truth import Group, Truth, groups_of, is_of_gradient

__all__ = ["Judgement", "Update", "agreed", "judge", "judge_losses"]


@dataclass
class Update:
    """An update, with the results about it.

    Attributes:
        group: The numbers that it changes.
        factor: The program's gradient divided by the gradient of the loss; None if they are not proportional.
        rate: The number by which the gradient is multiplied; None if there is none.
        right: True if the update agrees with the other updates.
        gradient: The gradient of the loss, with an entry for each number.
        empty: True if both gradients are 0, so that the factor is unknown.
    """

    group: Group
    factor: float | None
    rate: float | None
    right: bool
    gradient: list
    empty: bool = False


@dataclass
class Judgement:
    """The updates of one step.

    Attributes:
        truth: The loss and its gradients.
        updates: The updates, in order.
        factor: The factor that all updates share; None if not all of them are right.
    """

    truth: Truth
    updates: list
    factor: float | None

    @property
    def right(self):
        """True if every update is the gradient, up to one positive factor."""
        return bool(self.updates) and all(update.right for update in self.updates)

    @property
    def score(self):
        """A key that is larger for a better judgement: first more right updates, then more proportional updates.

        A parameter that is one number is proportional to the gradient of any loss, such as that of another sample. So
        it counts as right only if its factor is 1 or that of another update.
        """
        exact = sum(update.factor is not None and close(update.factor, 1.0) for update in self.updates)
        proportional = sum(update.factor is not None for update in self.updates)
        right = sum(update.right and self._says_something(update) for update in self.updates)
        return (self.right, right, proportional, exact)

    def _says_something(self, update):
        if len(update.group.old) > 1 or update.factor is None or close(update.factor, 1.0):
            return True
        return sum(u.factor is not None and close(u.factor, update.factor) for u in self.updates) > 1


def judge(truth, recorder, tree):
    """Return the judgement of the updates, compared with the gradient of a loss.

    Args:
        truth: The loss and the updates.
        recorder: The record of the program.
        tree: The program. Its numbers may be rates if the statement of the update has none.
    """
    gradients, memory = truth.adjoints, {}
    for group in truth.groups:
        group.literals = literals_of(group.node) or literals_of(tree)
        own = group.lines | set(range(group.node.lineno, group.node.end_lineno + 1))
        group.rate_lines = own if literals_of(group.node) else own | rate_lines_of(tree)
    changes, fronts = [], []
    for group in truth.groups:
        changes.append([new.data - old.data for old, new in zip(group.old, group.new, strict=True)])
        fronts.append(front_of(group, gradients, memory))
    share_leaves(truth, fronts, recorder)
    exact = [[gradients.get(old, 0.0) for old in group.old] for group in truth.groups]
    noise, of_changes = noise_of(exact), noise_of(changes)
    best, inside = None, {}
    for mode in range(2 * MODES if any(front.apart != 1.0 for front in fronts) else MODES):
        if mode % MODES and not same_plain_numbers(fronts, mode % MODES):
            continue
        updates = []
        for group, change, front, gradient in zip(truth.groups, changes, fronts, exact, strict=True):
            rate = front.rates()[mode] if front is not None else None
            own = [-x / (rate or 1.0) for x in change]
            if vanishes(change, of_changes) and vanishes(gradient, noise):
                own = gradient = [0.0] * len(gradient)
            factor = proportion(own, gradient)
            if factor is None or not close(factor, 1.0):
                if id(group) not in inside:
                    inside[id(group)] = through_optimizer(group, gradient, gradients, proportion)
                through = inside[id(group)]
                if through is not None:  # Adam's first step has one size: it is proportional to many gradients
                    factor = through
            updates.append(Update(group, factor, rate, False, gradient))
        _with_rate_of_others(updates)
        _with_common_steps(updates)
        judged = _compared(truth, updates)
        if best is None or judged.score > best.score:
            best = judged
    return best


def _with_rate_of_others(updates):
    """Give the updates in which no rate was found the rate of all others, if it explains them.

    The number in ``w = (1 - 0.1 * 0.5) * w - 0.1 * g`` is not a factor of the whole change, and so it shows no rate.
    """
    rates = [update.rate for update in updates if update.factor and update.rate and not close(update.rate, 1.0)]
    if not rates or not all(close(rate, rates[0]) for rate in rates):
        return
    for update in updates:
        if update.factor is not None and close(update.rate or 1.0, 1.0) and close(update.factor, rates[0]):
            update.factor, update.rate = 1.0, rates[0]


def _with_common_steps(updates):
    """Give all updates the rate of one that is the gradient itself, if the step is the same multiple of each gradient.

    In ``b += eta * 2.0 * error``, the 2.0 may belong to the rate or to the gradient. Beside
    ``w += eta * (2.0 * x * error - decay)``, only one of both is possible.
    """
    telling = [update for update in updates if update.factor is None or not math.isnan(update.factor)]
    if any(update.factor is None or not update.rate for update in telling):
        return
    exact = [update.rate for update in telling if close(update.factor, 1.0)]
    if exact and all(close(update.factor * update.rate, exact[0]) for update in telling):
        for update in telling:
            update.factor, update.rate = 1.0, exact[0]


def agreed(judged, others):
    """Return the judgement that several readings support. A factor that changes with the weights becomes None.

    Args:
        judged: The judgement that counts.
        others: Judgements of the same updates with other weights.
    """
    for other in others:
        by_name = {update.group.name: update for update in other.updates}
        for update in judged.updates:
            twin = by_name.get(update.group.name)
            if twin is None or twin.empty or update.factor is None:
                continue
            if update.empty:
                update.factor, update.empty = twin.factor, False
            elif twin.factor is None or not close(twin.factor, update.factor):
                # A number cannot always be assigned to the rate or to the gradient. The products of both must agree.
                steps = [(u.factor or 0.0) * (u.rate or 1.0) for u in (twin, update)]
                update.factor = update.factor if steps[0] and close(*steps) else None
    empty = [update for update in judged.updates if update.empty]
    for update in empty:
        update.factor = math.nan
    return _compared(judged.truth, judged.updates)


def _compared(truth, updates):
    """Return a judgement that says which updates agree with each other."""
    known = [update.factor for update in updates if update.factor is not None and not math.isnan(update.factor)]
    positive = [factor for factor in known if factor > 0]
    reference = 1.0
    if positive and not any(close(factor, 1.0) for factor in positive):
        counts = [sum(close(factor, other) for other in positive) for factor in positive]
        likely = [factor for factor, count in zip(positive, counts, strict=True) if count == max(counts)]
        reference = (
            likely[0] if all(close(factor, likely[0]) for factor in likely) else _nearest(truth, updates, likely)
        )
    for update in updates:
        if update.factor is not None and math.isnan(update.factor):
            update.factor, update.right, update.empty = reference, True, True
        else:
            update.right = update.factor is not None and close(update.factor, reference)
        if update.group.widened:
            update.right, update.factor = False, None
    shared = reference if updates and all(update.right for update in updates) and known else None
    return Judgement(truth, updates, shared)


def _nearest(truth, updates, factors):
    """Return the factor of the parameter with the fewest operations between it and the loss.

    Mistakes accumulate in the backward pass, so the gradients of the last layer probably have the common factor.
    """
    above = {}
    for node in reversed(postorder([truth.loss])):
        for part in node.parents:
            above[part] = max(above.get(part, 0), above.get(node, 0) + 1)
    known = [u for u in updates if u.factor is not None and any(close(u.factor, factor) for factor in factors)]
    return min(known, key=lambda update: max(above.get(old, 0) for old in update.group.old)).factor


def judge_losses(candidates, changes, places, recorder, tree):
    """Return the best judgement over the candidates for the loss, or None if none of them has updates.

    Args:
        candidates: Triples of a number, its source and its line.
        changes: The values that the program stored.
        places: The names of the numbers in the program.
        recorder: The record of the program.
        tree: The program.
    """
    best = None
    replaced = [change for change in changes if change.replaced]
    if replaced:
        slopes = [adjoints(value) for value, _, _ in candidates]
        stored = {stray.new[0] for stray in recorder.strays}  # the update of another parameter
        states = [
            change
            for change in replaced
            if change.new[0] not in stored and not any(is_of_gradient(change, each) for each in slopes)
        ]
        changes = [change for change in changes if change not in states]
    for value, source, line in candidates:
        gradients = adjoints(value)
        found = groups_of(changes, gradients)
        lost = recorder.lost_updates(gradients, {old for group in found for old in group.old}) if found else ()
        # The numbers of a lost update stay as they are.
        found += [Group(s.old, s.old, s.node.lineno, s.node, s.function, s.target, {s.node.lineno}) for s in lost]
        found += misplaced(changes, gradients, found, places)
        found += idle_entries(changes, gradients, found)
        groups = merged(found, places)
        if not groups:
            continue
        judged = judge(Truth(value, gradients, groups, source, line), recorder, tree)
        if best is None or judged.score > best.score:
            best = judged
        if best.right:
            break
    return best

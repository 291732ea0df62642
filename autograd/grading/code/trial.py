"""The trial of an edit: the edited program is read again, and its updates are compared with the same gradient."""

import ast
import math
from dataclasses import dataclass

from autograd.grading.code.factors import close, noise_of, proportion, vanishes
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.optimizers import TINY, direction, gradients_inside, is_adaptive
from autograd.grading.code.reading import read

__all__ = ["Outcome", "Target", "Trials", "targets_of"]

MAX_STEPS = 60_000  # of one reading
LONGER, SPARE = 8, 5000  # how much longer the reading of an edited program may be than that of the first one


@dataclass
class Target:
    """The right update of one parameter.

    Attributes:
        name: The name of the parameter.
        old: Its numbers before the step.
        gradient: The gradient of the loss.
        rate: The number by which the program's gradient is multiplied.
        right: True if the program's update is right.
        factor: The program's gradient divided by the gradient of the loss, or None.
        adaptive: True if an optimizer scales each entry by its own past, like Adam.
    """

    name: str
    old: list
    gradient: list
    rate: float
    right: bool
    factor: float | None
    adaptive: bool = False


def targets_of(updates, final=None, rate=None, forward=()):
    """Return the right results of the updates.

    Args:
        updates: The updates of one reading.
        final: The updates of the judgement that counts, by parameter, if it is a different judgement.
        rate: The rate of every update; None to find it in the updates.
        forward: The numbers of the forward pass.
    """
    found = []
    for update in updates:
        known = (final or {}).get(update.group.name, update)
        old = [number.data for number in update.group.old]
        own = _rate(update, updates) if rate is None else rate
        found.append(Target(update.group.name, old, update.gradient, own, known.right, known.factor))
        found[-1].adaptive = is_adaptive(update.group, forward)
    return found


def _rate(update, updates):
    """Return the rate of an update. A wrong update gets the common rate of the other updates in its statement.

    An update that changes nothing shows no rate, so it gets the rate of all other updates, if they share one. So does a
    wrong update in which no rate was found.
    """
    if _changes_nothing(update):
        rates = {u.rate for u in updates if u.rate and not _changes_nothing(u)}
        if len(rates) == 1:
            return rates.pop()
    shared = {u.rate for u in updates if u.right and u.rate and not _changes_nothing(u)}
    shared = shared or {u.rate for u in updates if u.factor and u.rate and not _changes_nothing(u)}
    alone = not update.right and len(update.group.old) == 1  # one number is always proportional to another one
    if (update.factor is None or alone) and (update.rate or 1.0) == 1.0 and len(shared) == 1:
        return shared.pop()
    telling = [u for u in updates if u.rate and u.factor is not None and not _changes_nothing(u)]
    others = {u.rate for u in telling if u.group.line == update.group.line}
    if update.factor is None and len(others) == 1:
        return others.pop()
    return update.rate or 1.0


def _changes_nothing(update):
    """Return True if an update shows no rate: it keeps its numbers, up to rounding errors if the gradient is 0."""
    return not any(update.gradient) or all(
        new.data == old.data for old, new in zip(update.group.old, update.group.new, strict=True)
    )


@dataclass(frozen=True)
class Outcome:
    """The updates after an edit.

    Attributes:
        factors: The factor of each update; None if there is none.
        stale: The number of updates that are computed from parameters which were already changed.
        own: The change of each update, divided by its rate.
    """

    factors: tuple
    stale: int = 0
    own: tuple = ()

    def right(self, reference):
        """Return True for each update with the reference factor. If update and gradient are 0, every factor fits."""
        return tuple(f is not None and (math.isnan(f) or close(f, reference)) for f in self.factors)

    def whole(self):
        """Return the positive factor that all updates share, or None."""
        if None in self.factors:
            return None
        known = [factor for factor in self.factors if not math.isnan(factor)]
        first = known[0] if known else 1.0
        return first if first > 0 and all(close(factor, first) for factor in known) else None

    def proportional(self):
        """Return the number of updates that have a factor."""
        return sum(factor is not None for factor in self.factors)


class Trials:
    """The reader of edited programs, with a limit on its total work.

    Args:
        case: The program.
        targets: The right results of its updates, with the fresh weights of the case.
        work: The limit on the work of all trials.
        seed: The seed of the fresh weights; None for the seed of the case.
    """

    def __init__(self, case, targets, work=None, seed=None):
        self.case = case
        self.seed = case.seed if seed is None else seed
        self.targets = targets
        self.work = work or Work()
        self.watch_stale = False
        self.enough = None
        self.first = None  # the steps and the operations of the first reading
        self.cost = 0.0  # of the last reading, in units of work
        self.known = {}
        self.places = {}
        for g, target in enumerate(targets):
            for i, data in enumerate(target.old):
                self.places.setdefault(data, (g, i))

    def left(self):
        """Return True if some work is left for another trial."""
        return self.work.left()

    def outcome(self, text):
        """Return the outcome of an edited program, or None if the program cannot be read."""
        if text not in self.known:
            self.known[text] = self._outcome(text)
        return self.known[text]

    def _outcome(self, text):
        try:
            tree = self.case.prepared.moved(self.case.text, text).of(ast.parse(text))
        except (SyntaxError, ValueError):
            return None
        case = self.case
        starts = case.starts(self.seed)
        # An edit may turn the update into something else, so that the reading would not end after a step.
        limits = Limits(min(MAX_STEPS, LONGER * self.first[0] + SPARE) if self.first else MAX_STEPS)
        bounds = {"limits": limits, "only": self.places, "enough": self.enough}
        if self.first:
            bounds["operations"] = LONGER * self.first[1] + SPARE
        reading = read(tree, call=case.call, seed=self.seed, starts=starts, steps=1, **bounds)
        before = self.work.units
        self.work.spend(limits, reading.operations)
        self.first = self.first or (limits.used, reading.operations)
        self.cost = before - self.work.units
        if reading.trouble is not None and not any(change.step for change in reading.recorder.changes):
            return None
        first = reading.recorder.first_step()
        newest, widened = self._newest(first)
        # The first text has no edit. Later texts are read up to the same number of changes. Replacements do not count.
        # If the first text stores an update in the wrong place, later texts may have more changes.
        if self.enough is None and all(newest) and first and first[-1] in reading.recorder.recorded:
            self.enough = reading.recorder.recorded.index(first[-1]) + 1
        changes = self._without_noise(list(self._changes(newest, widened)))
        factors = tuple(self._factor(*both) for both in zip(self.targets, changes, newest, strict=True))
        return Outcome(factors, stale(newest) if self.watch_stale else 0, changes)

    def _newest(self, changes):
        origin, newest, widened = {}, [{} for _ in self.targets], set()
        for change in changes:
            if all(new in origin for new in change.new):
                continue  # a variable with some of these numbers, such as rows of an embedding, is filled again
            roots = [origin.get(old, old) for old in change.old]
            places = [self.places.get(root.data) for root in roots]
            if not any(places):
                continue
            if len(set(roots)) < len(roots):
                widened.update(place[0] for place in places if place is not None)
            for root, new, place in zip(roots, change.new, places, strict=True):
                if place is not None:
                    origin[new] = root
                    newest[place[0]][place[1]] = new
        return newest, widened

    def _changes(self, newest, widened):
        """Yield the decrease of each update, divided by its rate. It is empty for a missing or widened update."""
        for g, target in enumerate(self.targets):
            if g in widened or not newest[g]:
                yield []
                continue
            data = [newest[g][i].data if i in newest[g] else old for i, old in enumerate(target.old)]
            yield [-(new - old) / target.rate for new, old in zip(data, target.old, strict=True)]

    def _without_noise(self, changes):
        """Return the changes with 0 for rounding errors, where the gradient is 0 as that of a bias before a mean."""
        sizes = noise_of(changes)
        empty = [
            not any(target.gradient) and vanishes(own, sizes) for target, own in zip(self.targets, changes, strict=True)
        ]
        return tuple([0.0] * len(own) if zero else own for own, zero in zip(changes, empty, strict=True))

    def _factor(self, target, own, newest):
        factor = proportion(own, target.gradient) if own else None
        if own and (factor is None or not close(factor, 1.0)):
            through = self._through(newest, target, own)
            factor = through if through is not None or target.adaptive else factor
        return factor

    def _through(self, numbers, target, own):
        """Return the factor of the gradient in an adaptive optimizer, or None."""
        # An entry with the gradient 0 that stays what it is may have no formula of a gradient.
        numbers = {i: new for i, new in numbers.items() if own[i] or abs(target.gradient[i]) > TINY}
        inside = gradients_inside(numbers.values()) if numbers else None
        sign = direction(own, target.gradient) if inside is not None else 0
        if not sign:
            return None
        factor = proportion(inside, [target.gradient[i] for i in numbers])
        return factor and sign * abs(factor)


def stale(newest):
    """Return the number of updates that are computed from the new numbers of another parameter."""
    count = 0
    for g, numbers in enumerate(newest):
        others = {new for h, more in enumerate(newest) if h != g for new in more.values()}
        waiting, seen = list(numbers.values())[:3], set()
        found = False
        while waiting and not found:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            found = node in others
            waiting.extend(node.parents)
        count += found
    return count

"""Second updates that are computed from the weights or the sums of the first update, which no loss of the step shows.

A forward pass before the training loop, a copy of the first weights, or a delta that is added up from sample to sample:
the first update is right, and the second one reads numbers that should have been computed again. Momentum also keeps
numbers of the first update, but only multiples of its whole change. So each second update is compared with the gradient
that it would be if the kept numbers had been read on purpose.
"""

from autograd.engine.graph import adjoints, postorder
from autograd.engine.value import Value
from autograd.grading.code.case import judgement
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.optimizers import gradients_inside, is_adaptive
from autograd.grading.code.reading import read
from autograd.grading.code.steps import ancestors, name_of
from autograd.grading.code.truth import candidate_losses, of_same_loss

__all__ = ["COPY", "FORWARD", "SUMS", "earlier_values"]

FORWARD = "forward"  # the forward pass, or a part of it, is the one of the first weights
COPY = "copy"  # the backward pass reads the first weights
SUMS = "sums"  # deltas contain the deltas of the first update
SLACK = 1e-7
SEEDS = (1, 2)  # of fresh weights


def earlier_values(case):
    """Return what the second update keeps of the first one: a kind and the names of the parameters, or None.

    Args:
        case: The program. Its first update is right.
    """
    found = _kept(case, case.own, case.judged)
    if found is None:
        return None
    for seed in SEEDS:
        again = read(case.tree, loss=case.loss, call=case.call, seed=seed, starts=case.starts(seed))
        judged = judgement(again, case.loss is not None, case.tree, truth=case.judged.truth)
        other = _kept(case, again, judged) if judged is not None and judged.right else None
        if other is None or other[0] != found[0]:
            return None
        found = found[0], [name for name in found[1] if name in other[1]]
    if not found[1] or (found[0] == COPY and not _reads_first_weights_later(case)):
        return None
    return found


class _Second:
    """The second update of one parameter.

    Args:
        update: The first update.
        newest: The numbers after the second update.
        gradients: The derivatives of the loss of the second step.
        adaptive: True if an adaptive optimizer computes the updates.
    """

    def __init__(self, update, newest, gradients, adaptive=False):
        self.update, self.adaptive = update, adaptive
        self.first, self.old, self.new = update.group.old, update.group.new, newest
        self.change = [old.data - new.data for old, new in zip(self.old, self.new, strict=True)]
        self.earlier = [old.data - new.data for old, new in zip(self.first, self.old, strict=True)]
        self.slopes = [gradients.get(number, 0.0) for number in self.old]
        self.of_first = [gradients.get(number, 0.0) for number in self.first]
        self.weights = [number.data for number in self.first]

    def is_gradient(self, slopes, exact=False):
        """Return True if the change is the gradient, plus a part of the first change if there are enough numbers.

        Args:
            slopes: The gradient.
            exact: True if no part of the first change is allowed, and the rate must be that of the first update.
        """
        if not any(slopes) or not any(self.change):
            return any(slopes) == any(self.change)
        if self.adaptive:
            inside = gradients_inside(self.new)
            return inside is not None and len(inside) > 2 and proportion(inside, slopes) is not None
        factor = proportion(self.change, slopes)
        same = self._same_rate(factor, slopes)
        if factor is not None and factor > 0 and (len(self.change) > 2 or same):
            return same or not exact
        columns = [slopes, self.earlier, self.weights]  # a penalty may be subtracted beside the momentum
        coefficients = _fitted(self.change, columns[:2]) or _fitted(self.change, columns)
        return not exact and coefficients is not None and coefficients[0] > 0

    def _same_rate(self, factor, slopes):
        first = proportion(self.earlier, self.update.gradient)
        return factor is not None and first is not None and first == first and close(factor, first) and any(slopes)


def _kept(case, reading, judged):
    seconds = _seconds(reading, judged)
    for value, _, _ in _losses(case, reading) if seconds else ():
        gradients = _derivatives(value, {number for update, _ in seconds for number in update.group.new})
        forward = judged.truth.adjoints
        rows = [_Second(update, new, gradients, is_adaptive(update.group, forward)) for update, new in seconds]
        stale = [row for row in rows if any(row.of_first) and not row.is_gradient(row.slopes)]
        stale = [row for row in stale if row.is_gradient(_sum(row.slopes, row.of_first))]
        if stale:
            return FORWARD, [row.update.group.name for row in stale]
        if any(row.adaptive for row in rows):
            continue
        graph = _Graph(judged, rows, gradients)
        copied = [row for row in rows if graph.reads(row) and not row.is_gradient(row.slopes, exact=True)]
        copied = [row for row in copied if graph.replayed(row, graph.moved).is_gradient(row.slopes, exact=True)]
        if copied:
            return COPY, [row.update.group.name for row in copied]
        moving = [row for row in rows if any(row.slopes) or any(row.change)]
        off = [row for row in moving if not row.is_gradient(row.slopes, exact=True)]
        if off and len(off) == len(moving) and all(graph.multiplies(row) for row in off):
            left = [graph.replayed(row, graph.emptied) for row in off]
            if all(row.is_gradient(row.slopes, exact=True) for row in left):
                return SUMS, [row.update.group.name for row in off]
    return None


def _derivatives(loss, leaves):
    """Return the derivatives of a loss with respect to all numbers above some of them, which count as leaves."""
    twins = {}
    for node in postorder([loss], stop=leaves):
        if node in leaves:
            twins[node] = Value(node.data)
        elif node.op is None:
            twins[node] = node
        else:
            twins[node] = node.op(*[twins[x] if isinstance(x, Value) else x for x in node.operands])
    found = adjoints(twins[loss])
    return {node: found.get(twin, 0.0) for node, twin in twins.items()}


def _losses(case, reading):
    losses = candidate_losses(reading, case.loss is not None, step=2, like=case.judged.truth)
    return of_same_loss(losses, case.judged.truth)[:2]


def _seconds(reading, judged):
    """Return the first updates, each with the numbers after the second one. Rows that it does not change are left out.

    A parameter may be changed several times in a step, such as by a penalty and by a gradient.
    """
    following = {}
    for change in reading.recorder.updates():
        for old, new in zip(change.old, change.new, strict=True):
            following.setdefault(old, new)
    found = []
    for update in judged.updates:
        newest = []
        for first, old in zip(update.group.old, update.group.new, strict=True):
            count, number = 0, first
            while number is not old and number in following and count < 10:
                number, count = following[number], count + 1
            for _ in range(count):
                number = following.get(number)
                if number is None:
                    break
            newest.append(number if count else None)
        if None not in newest and newest:
            found.append((update, newest))
    return found


class _Graph:
    """The numbers of a second step, and those of the first step from which they are computed.

    Args:
        judged: The judgement of the first step.
        rows: The second updates.
        gradients: The derivatives of the loss of the second step.
    """

    def __init__(self, judged, rows, gradients):
        self.before = ancestors([number for row in rows for number in row.old])
        self.versions = {number for row in rows for number in (*row.first, *row.old)}
        self.moved = {f: o.data for row in rows for f, o in zip(row.first, row.old, strict=True)}
        self.gradients = gradients
        forward, self.emptied, depends = judged.truth.adjoints, {}, set(self.moved)
        for node in postorder([number for row in rows for number in row.old]):
            if node in depends or any(part in depends for part in node.parents):
                depends.add(node)
                if node not in forward and node not in self.versions:
                    self.emptied[node] = 0.0

    def made(self, row):
        """Return the numbers that the second step computes for an update, and those of the first step that it reads."""
        return postorder(row.new, stop=self.before)

    def reads(self, row):
        """Return True if the second step reads the first weights for an update."""
        return any(part in self.moved for node in self._new(row) for part in node.parents)

    def multiplies(self, row):
        """Return True if a part of the first backward pass is multiplied by a number of the second loss."""
        parts = set(self.emptied)
        for node in self._new(row):
            if parts.isdisjoint(node.parents):
                continue
            parts.add(node)
            others = [part for part in node.parents if part not in parts and part in self.gradients]
            if name_of(node) in ("mul", "dot") and any(part.op is not None for part in others):
                return True
        return False

    def replayed(self, row, numbers):
        """Return the second update if some numbers of the first step had other values.

        Args:
            row: The update.
            numbers: For each of these numbers, its other value.
        """
        values = {}
        for node in self.made(row):
            if node in self.before or node.op is None:
                values[node] = numbers.get(node, node.data)
                continue
            try:
                result = node.op(*[values[x] if isinstance(x, Value) else x for x in node.operands])
            except (ArithmeticError, ValueError):
                result = node.data
            values[node] = float(result.data if isinstance(result, Value) else result)
        other = _Second(row.update, row.new, self.gradients)
        other.change = [old.data - values[new] for old, new in zip(row.old, row.new, strict=True)]
        return other

    def _new(self, row):
        return [node for node in self.made(row) if node not in self.before and node.op is not None]


def _reads_first_weights_later(case):
    """Return True if the third step reads the first weights, too. A momentum reads those of the step before it."""
    reading = read(case.tree, loss=case.loss, call=case.call, seed=case.seed, steps=3)
    judged = judgement(reading, case.loss is not None, case.tree, truth=case.judged.truth)
    if judged is None:
        return False
    first = {number for update in judged.updates for number in update.group.old}
    third = [c for c in reading.recorder.changes if c.step == 3]
    before = ancestors([old for change in third for old in change.old])
    made = postorder([new for change in third for new in change.new], stop=before)
    return any(part in first for node in made if node not in before for part in node.parents)


def _sum(a, b):
    return [x + y for x, y in zip(a, b, strict=True)]


def _fitted(change, columns):
    """Return the coefficients with which some columns add up to a change, or None if there are too few numbers."""
    if len(change) <= len(columns):
        return None
    rows = [[_dot(a, b) for b in columns] + [_dot(a, change)] for a in columns]
    for i, pivot in enumerate(rows):
        if abs(pivot[i]) <= 1e-14 * abs(_dot(columns[i], columns[i])) or not pivot[i]:
            return None
        for other in rows:
            if other is not pivot:
                share = other[i] / pivot[i]
                other[:] = [a - share * b for a, b in zip(other, pivot, strict=True)]
    found = [row[-1] / row[i] for i, row in enumerate(rows)]
    sums = [sum(f * x for f, x in zip(found, entry, strict=True)) for entry in zip(*columns, strict=True)]
    size = max(map(abs, change))
    return found if all(abs(a - b) <= SLACK * size for a, b in zip(change, sums, strict=True)) else None


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))

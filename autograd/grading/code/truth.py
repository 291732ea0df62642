"""The true gradient for the updates of a program: its parameters, its loss, and the derivatives."""

import re
from dataclasses import dataclass, field

from autograd.engine.graph import adjoints, postorder
from autograd.engine.value import Value
from autograd.grading.code.steps import ancestors, name_of

__all__ = ["Group", "Truth", "candidate_losses", "groups_of", "is_of_gradient", "moved_back", "of_same_loss"]

MAX_CANDIDATES = 12
MAX_PLAIN = 8  # numbers in a penalty that are not parameters, such as its factor
SURE, NAMELESS = 7, 3  # scores of candidates
USED = 4  # what a candidate's score loses if the updates depend on it
HINT = re.compile(r"loss|cost|err|mse|sse|entropy|nll|objective|energy|risk|crit|penal|^(J|E|L|C|l|e)$|_(J|E|L)$", re.I)
NO_HINT = re.compile(r"acc|delta|grad|^d|score|pred|learn|rate", re.I)


@dataclass
class Group:
    """The numbers that one statement changed at one place.

    Attributes:
        old: The numbers before the step, in row-major order.
        new: The numbers after the step, in the same order.
        line: The line that changed them.
        node: The statement.
        function: The qualified name of the function that contains the statement.
        target: The target of the assignment.
        lines: All lines that change the numbers.
        widened: True if the step gave the parameter more numbers, by broadcasting.
        name: The program's name for the parameter.
        shape: The shape of the parameter, or None.
        paths: The paths to the numbers in the program's variables.
        literals: The numbers in the program that may be part of a rate.
        rate_lines: The lines of these numbers.
    """

    old: list
    new: list
    line: int
    node: object
    function: str
    target: object
    lines: set = field(default_factory=set)
    widened: bool = False
    name: str = ""
    shape: tuple | None = None
    paths: list = field(default_factory=list)
    literals: list = field(default_factory=list)
    rate_lines: set = field(default_factory=set)


@dataclass
class Truth:
    """A loss, with the updates that should reduce it.

    Attributes:
        loss: The number.
        adjoints: The derivative of the loss with respect to every number from which it is computed.
        groups: The updates.
        source: The source of the loss, in the words of the report.
        line: The line of the loss; 0 if it was given.
    """

    loss: Value
    adjoints: dict
    groups: list
    source: str
    line: int = 0


def groups_of(changes, gradients):
    """Return the updates among the changes. The loss depends on the old numbers of an update, but not on the new ones.

    Args:
        changes: The changes, in order.
        gradients: The derivative of the loss with respect to every number from which it is computed.
    """
    found, origin, home = [], {}, {}
    for change in changes:
        if any(new in gradients for new in change.new):
            continue
        pairs = [(origin.get(old, old), new) for old, new in zip(change.old, change.new, strict=True)]
        if not any(root in gradients for root, _ in pairs):
            continue
        for root, new in pairs:
            origin[new] = root
        again = home.get(pairs[0][0])
        if again is not None and len(again.old) == len({root for root, _ in pairs}):
            _extend(again, pairs, change)
            continue
        fresh = [(root, new) for root, new in pairs if root not in home]
        for root, new in pairs:
            if root in home:
                place = home[root]
                place.new[place.old.index(root)] = new
                place.lines.add(change.line)
        if fresh:
            group = Group([], [], change.line, change.node, change.function, change.target, {change.line})
            for root, new in fresh:
                if root in home:  # one number for several elements: broadcasting widened a bias
                    group.widened = group.widened or home[root] is group
                    continue
                group.old.append(root)
                group.new.append(new)
                home[root] = group
            found.append(group)
    return _roots_only(found, {new for change in changes if change.step for new in change.new})


def is_of_gradient(change, gradients):
    """Return True if the new numbers are the gradient with respect to the old numbers times a number, plus a number.

    A state that is carried to the next step also replaces the last state, but it is not a parameter. With fewer than
    three numbers, the answer is unknown, and the result is False.
    """
    slopes = [gradients.get(old) for old in change.old]
    if len(slopes) < 3 or None in slopes:
        return False
    low, high = (slopes.index(extreme(slopes)) for extreme in (min, max))
    if slopes[low] == slopes[high]:
        return False
    numbers = [new.data for new in change.new]
    rate = (numbers[high] - numbers[low]) / (slopes[high] - slopes[low])
    size = max(map(abs, numbers)) + abs(rate) * max(map(abs, slopes))
    return rate != 0 and all(
        abs(number - numbers[low] - rate * (slope - slopes[low])) <= 1e-9 * size
        for number, slope in zip(numbers, slopes, strict=True)
    )


def _extend(group, pairs, change):
    newest = dict(pairs)
    group.new = [newest.get(root, new) for root, new in zip(group.old, group.new, strict=True)]
    group.lines.add(change.line)


def _roots_only(groups, versions):
    """Return the groups without those computed from other parameters, such as an activation that is overwritten."""
    owner = {root: i for i, group in enumerate(groups) for root in group.old}
    kept = []
    for i, group in enumerate(groups):
        start = group.old[0]
        waiting, seen, derived = list(start.parents) if start not in versions else [], set(), False
        while waiting and not derived:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            derived = owner.get(node, i) != i
            if node not in versions:
                waiting.extend(node.parents)
        if not derived:
            kept.append(group)
    return kept


def moved_back(loss, changes):
    """Return a loss that was computed after the update as a function of the old parameters, or None.

    The result is None if the loss has no value there, such as the logarithm of a negative number.

    Args:
        loss: The number, which is computed from updated parameters.
        changes: The changes.
    """
    before = {}
    for change in changes:
        if change.step:
            for old, new in zip(change.old, change.new, strict=True):
                before[new] = before.get(old, old)
    numbers = {}
    for node in postorder([loss], stop=set(before)):
        if node in before:
            numbers[node] = before[node]
        elif node.op is None:
            numbers[node] = node
        else:
            try:
                numbers[node] = node.op(*[numbers[x] if isinstance(x, Value) else x for x in node.operands])
            except (ArithmeticError, ValueError):
                return None
    return numbers[loss]


def candidate_losses(reading, given, step=1, like=None):
    """Return the numbers that may be the loss of a step, the best first: tuples (value, source, line).

    Args:
        reading: The reading.
        given: True if a loss was given. Then only its values count.
        step: The training step, counted from 1.
        like: The loss of another reading. If this reading has numbers of the same name and line, only these count.
    """
    changes = reading.recorder.changes
    first = reading.recorder.first_step()
    if step > 1:
        changes = [change for change in changes if change.step >= step]
        first = [change for change in changes if change.step == step]
    return _given(reading, first, changes) if given else _found(reading, first, changes, like)


def of_same_loss(candidates, truth):
    """Return the candidates that have the same name and line as the loss of another reading, or all if none has.

    In a network with one output, errors of the backward pass are single numbers, too. With some weights, all updates
    may be proportional to the gradients of such a number.
    """
    return [c for c in candidates if c[1:] == (truth.source, truth.line)] or candidates


def _cover(gradients, changes):
    """Return how many changes have an old number on which a loss depends, and how many have such a new number."""
    # Look at all entries: a loss does not depend on the weights of a unit that is inactive in np.where.
    numbers = gradients.keys()
    starts = sum(not numbers.isdisjoint(change.old) for change in changes if change.step)
    ends = sum(not numbers.isdisjoint(change.new) for change in changes if change.step)
    return starts, ends


def _given(reading, changes, all_changes):
    usable = []
    for loss in reading.losses:
        gradients = adjoints(loss.value)
        starts, ends = _cover(gradients, changes)
        if not starts and any(change.step for change in changes):
            continue
        if ends:
            continue
        usable.append((starts, loss))
    if not usable:
        moved = [loss for loss in reading.losses[-3:] if _cover(adjoints(loss.value), changes)[1]]
        values = [moved_back(loss.value, all_changes) for loss in moved]
        return [(value, "given", 0) for value in values if value is not None]
    most = max(starts for starts, _ in usable)
    full = [loss for starts, loss in usable if starts == most]
    if any(loss.local for loss in full):  # a function may have an output of its own, and no target of this name
        usable = [(starts, loss) for starts, loss in usable if loss.local]
        full = [loss for loss in full if loss.local]
    # After a step, its names may belong to different samples: the next target with the last output.
    full = [loss for loss in full if loss.early] or full
    found = [full[-1].value, full[0].value]
    module = [loss for loss in full if loss.frame.outer is None]
    local = [loss for loss in full if loss.local]
    found[:0] = [module[-1].value] if module and module[-1].local else []
    found += [local[-1].value] if local else []
    found += [loss.value for loss in full[-4:-1]]
    sums = _sums([loss for _, loss in usable])
    # Of losses that explain the updates equally well, the one that adds up all samples of the update comes first.
    found = [*sums[:1], *found, *sums[1:]] if _is_of_samples([loss for _, loss in usable]) else [*found, *sums]
    unique = _widest_first(list(dict.fromkeys(found)), changes)
    return [(value, "given", 0) for value in unique[:MAX_CANDIDATES]]


def _widest_first(losses, changes):
    """Return losses in order, with those first that depend on most of the data from which the updates are computed.

    If no loss explains the updates, the first one counts. The loss of the last sample of a batch would explain nothing.
    """
    if len(losses) < 2:
        return losses
    data = {node for node in _ancestors_of_changes(changes) if node.op is None}
    covered = {loss: sum(node in data for node in adjoints(loss)) for loss in losses}
    return sorted(losses, key=lambda loss: -covered[loss])


def _sums(losses):
    """Return sums over samples: of the last value of each call, and of the values after each statement."""
    last, by_node, by_function = {}, {}, {}
    for loss in losses:
        last[id(loss.frame)] = loss.value
        by_node.setdefault(id(loss.node), []).append(loss.value)
        by_function.setdefault(loss.frame.function, {})[id(loss.frame)] = loss.value
    # A sample may have its names in two functions, so that the sum over all calls would count it twice.
    own = [list(values.values()) for values in by_function.values()] if len(by_function) > 1 else []
    lists = [*own, list(last.values()), *sorted(by_node.values(), key=len, reverse=True)[:3]]
    return [sum(values[1:], values[0]) for values in lists if len(values) > 1]


def _is_of_samples(losses):
    """Return True if a function was called for several samples, so that each call has its own loss."""
    last = {id(loss.frame): loss for loss in losses}
    values = {loss.value.data for loss in last.values()}
    functions = {loss.frame.function for loss in last.values()}
    return len(last) > 1 and len(values) == len(last) and len(functions) == 1


def _found(reading, changes, all_changes, like=None):
    scored, trained_on = [], None
    used = _ancestors_of_changes(changes)
    scalars = reading.recorder.scalars
    if like is not None:
        scalars = [s for s in scalars if (s.name or "printed", s.line) == (like.source, like.line)] or scalars
    for scalar in scalars:
        score = _score(scalar)
        if score > 0:
            scored.append((score, scalar))
    scored.sort(key=lambda pair: (-pair[0], pair[1].order))
    candidates, seen = [], {}
    for score, scalar in scored[:120]:
        value = scalar.value
        if value in used and not looks_like_loss(value):
            continue
        if value in seen:
            continue
        seen[value] = True
        if value in used:
            score -= USED  # a number of the backward pass, such as the error of a single output
        gradients = adjoints(value)
        starts, ends = _cover(gradients, changes)
        if ends or _cover(gradients, all_changes)[1]:
            if trained_on is None:
                trained_on = {node for node in used if node.op is None}
            value = moved_back(value, all_changes)
            if value is None:
                continue
            gradients = adjoints(value)
            written = reading.recorder.literal_lines
            if any(node.op is None and node not in trained_on and node not in written for node in gradients):
                continue  # on data that no update uses, such as a test set
            starts, ends = _cover(gradients, changes)
            score -= 2
        if starts and not ends:
            candidates.append((starts, score, scalar, value))
    if not candidates:
        return []
    if max(score for _, score, *_ in candidates) >= SURE:  # a number that is named like a loss and looks like one
        candidates = [c for c in candidates if c[1] > NAMELESS]
    most = max(starts for starts, *_ in candidates)
    rest = [c for c in candidates if c[0] < most and c[3] is c[2].value]
    candidates = [c for c in candidates if c[0] == most]
    candidates.sort(key=lambda c: (-c[1], -c[2].order))
    named = {(c[2].name, c[2].line) for c in candidates}
    rest = [c for c in rest if (c[2].name, c[2].line) in named and _is_of_first_sample(adjoints(c[3]), changes)][:1]
    parts = set()
    for _, _, _, value in candidates:
        parts |= adjoints(value).keys() - {value}
    starts = {old for change in changes if change.step for old in change.old}
    # A total that is computed after the update may add other samples.
    totals = [c for c in candidates if c[3] is c[2].value]
    candidates = [c for c in candidates if not any(_is_penalized(w[3], c[3], starts) for w in totals)]
    known = {c[3] for c in candidates}
    candidates = [c for c in candidates if not _is_average(c[3], known, starts)]
    whole = [c for c in candidates if c[3] not in parts]
    ordered = whole + [c for c in candidates if c[3] in parts]
    ordered = [*ordered[: MAX_CANDIDATES - len(rest)], *rest]
    return [(value, scalar.name or "printed", scalar.line) for _, _, scalar, value in ordered]


def _is_of_first_sample(gradients, changes):
    """Return True if all changes on whose old numbers a loss does not depend belong to the next sample, or are 0.

    The loss of another sample may depend on more numbers, because more units are active. The next sample is the reason
    if the same statements have changed other numbers before.
    """
    covered = [not gradients.keys().isdisjoint(change.old) for change in changes]
    last = max((i for i, one in enumerate(covered) if one), default=0)
    nodes = {id(change.node) for change, one in zip(changes, covered, strict=True) if one}
    return all(
        one
        or (i > last and id(change.node) in nodes)
        or all(old.data == new.data for old, new in zip(change.old, change.new, strict=True))
        for i, (change, one) in enumerate(zip(changes, covered, strict=True))
    )


def _is_penalized(loss, part, parameters):
    """Return True if a loss is a part of it plus a penalty, which is computed from parameters and a few plain numbers.

    The part alone does not judge a program whose gradient lacks the penalty.
    """
    if loss is part or loss.data == part.data:
        return False
    # The part may have been read a second time, such as for a print.
    twins = {node for node in _terms(loss, parameters) if node.op is not None and node.data == part.data}
    if not twins:
        return False
    outside = postorder([loss], stop=twins | parameters)
    ends = {node for node in outside if (node.op is None or node in parameters) and node not in twins}
    return bool(ends & parameters) and len(ends - parameters) <= MAX_PLAIN


def _is_average(value, losses, parameters):
    """Return True if a number is a moving average of a loss, such as ``0.999 * smooth + 0.001 * loss`` for a print."""
    if name_of(value) != "add":
        return False
    shares, met = [], False
    for term in value.operands:
        if not isinstance(term, Value) or name_of(term) != "mul":
            return False
        plain = [float(x.data if isinstance(x, Value) else x) for x in term.operands]
        inside = [x in losses if isinstance(x, Value) else False for x in term.operands]
        if any(inside):
            met = True
            shares.append([plain[1 - inside.index(True)]])
        elif parameters.isdisjoint(ancestors([term])):
            shares.append(plain)
        else:
            return False
    return met and any(abs(a + b - 1.0) < 1e-9 for a in shares[0] for b in shares[1])


def _terms(loss, parameters):
    """Return the nodes of which a loss is a sum, with plain numbers as factors, and the sums of some of them."""
    found, waiting = set(), [loss]
    while waiting:
        node = waiting.pop()
        if node in found:
            continue
        found.add(node)
        name, parts = name_of(node), node.operands if node.op is not None else ()
        if name in ("add", "total"):
            waiting += [x for x in parts if isinstance(x, Value)]
        elif name in ("sub", "div"):
            waiting += [x for x in parts[:1] if isinstance(x, Value)]
        elif name == "mul":
            plain = [not isinstance(x, Value) or (x.op is None and x not in parameters) for x in parts]
            waiting += [x for x, other in zip(parts, reversed(plain), strict=True) if isinstance(x, Value) and other]
    return found


def _ancestors_of_changes(changes):
    return ancestors([part for change in changes if change.step for new in change.new[:2] for part in new.parents])


def _score(scalar):
    score = 0
    name = scalar.name
    if name and HINT.search(name) and not NO_HINT.search(name):
        score += 4
    elif name and HINT.search(name):
        score += 1
    shape = looks_like_loss(scalar.value)
    if shape == "absolute":
        return 1 if scalar.how == "print" else 0
    if shape:
        score += 3
    elif not score:
        return 0
    return score + (scalar.how == "print") + (scalar.how == "return")


def looks_like_loss(value, depth=8):
    """Return the kind of a loss ("square", "logarithm", "hinge" or "absolute"), or an empty string."""
    kinds, waiting = set(), [(value, depth)]
    while waiting and len(kinds) < 3:
        node, left = waiting.pop()
        name = name_of(node)
        parts = [part for part in node.operands if isinstance(part, Value)] if node.op is not None else []
        if name == "pow" or (name == "mul" and len(parts) == 2 and parts[0] is parts[1]):
            kinds.add("square")
        elif name in ("log", "log_softmax", "log1p", "logsumexp"):
            kinds.add("logarithm")
        elif name == "abs":
            kinds.add("absolute")
        elif name in ("relu", "maximum"):
            kinds.add("hinge")
        elif name == "dot" and len(parts) >= 2 and parts[: len(parts) // 2] == parts[len(parts) // 2 :]:
            kinds.add("square")
        elif left and name in ("add", "sub", "neg", "total", "mul", "div", "dot", "where"):
            waiting.extend((part, left - 1) for part in parts[:6])
    return "square" if "square" in kinds else "logarithm" if "logarithm" in kinds else next(iter(kinds), "")

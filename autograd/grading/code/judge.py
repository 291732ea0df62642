"""Return whether each update is the gradient: its factor over the loss's gradient, and the rate in front of it."""

import ast
import math
from dataclasses import dataclass, field

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.naming import merged
from autograd.grading.code.optimizers import through_optimizer
from autograd.grading.code.recorder import is_multiple, linear_terms, name_of
from autograd.grading.code.truth import Group, Truth, groups_of, is_of_gradient

__all__ = ["Judgement", "Update", "agreed", "judge", "judge_losses", "proportion"]

TOLERANCE = 1e-6


@dataclass
class Update:
    """One update and what was found about it.

    Attributes:
        group: The numbers it changes.
        factor: The program's gradient over the loss's; None if they are not proportional.
        rate: What stands in front of the gradient; None if nothing does.
        right: Whether it agrees with the other updates.
        gradient: The loss's gradient, an entry for each number.
        empty: Whether both are 0, which shows nothing.
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
        truth: The loss.
        updates: The updates, in order.
        factor: The factor that the updates share; None if fewer than all are proportional.
    """

    truth: Truth
    updates: list
    factor: float | None

    @property
    def right(self):
        """Return whether every update is the gradient, up to one positive factor."""
        return bool(self.updates) and all(update.right for update in self.updates)

    @property
    def score(self):
        """Return a key that is larger for a better judgement: more right updates, then more proportional ones."""
        exact = sum(update.factor is not None and close(update.factor, 1.0) for update in self.updates)
        proportional = sum(update.factor is not None for update in self.updates)
        right = sum(update.right for update in self.updates)
        return (self.right, right, proportional, exact)


def close(a, b):
    """Return whether two factors are equal up to rounding."""
    return abs(a - b) <= TOLERANCE * max(abs(a), abs(b))


def proportion(numbers, others):
    """Return the factor that makes ``others`` the same as ``numbers``, or None if there is none; NaN if both are 0."""
    if not all(map(math.isfinite, [*numbers, *others])):
        return None
    largest = max(map(abs, numbers), default=0.0)
    scale = max(map(abs, others), default=0.0)
    if scale == 0 or largest == 0:
        return math.nan if scale == largest else None
    factor = sum(a * b for a, b in zip(numbers, others, strict=True)) / sum(b * b for b in others)
    slack = TOLERANCE * largest
    if all(abs(a - factor * b) <= slack for a, b in zip(numbers, others, strict=True)):
        return factor
    return None


@dataclass
class Front:
    """The factor in front of a gradient in an update, in parts.

    Attributes:
        numbers: The product of the factors that depend on no data: rates, a momentum.
        leaves: The same without the plain numbers in them, such as the number of samples in ``rate / n``.
        decimals, wholes: The numbers that the statement itself has in front of the gradient.
        sign: The sign of all of it.
        peeled: The leaves found in front.
    """

    numbers: float = 1.0
    leaves: float = 1.0
    decimals: float = 1.0
    wholes: float = 1.0
    sign: int = 1
    peeled: set = field(default_factory=set)

    def rates(self):
        """Return what the rate may be: which of the plain numbers belong to it cannot always be told."""
        return [
            self.leaves * self.decimals,
            self.numbers * self.decimals,
            self.leaves * self.decimals * self.wholes,
            self.numbers * self.decimals * self.wholes,
        ]


def front_of(group, gradients, memory):
    """Return what stands in front of the gradient in an update; None where no single term is the change."""
    pairs = zip(group.old, group.new, strict=True)
    old, new = next(((a, b) for a, b in pairs if b.data != a.data), (group.old[0], group.new[0]))
    starts = [old, *new.parents]
    before = next((p for p in starts if any(s > 0 and is_multiple(t, p) for t, s in linear_terms(new, p))), old)
    terms = [(term, sign) for term, sign in linear_terms(new, before) if not (sign > 0 and is_multiple(term, before))]
    literals = group.literals
    fronts = [_front(term, sign, literals, gradients, memory) for term, sign in terms[:6]]
    if len(fronts) == 1:
        return fronts[0]
    if fronts and all(f.sign == fronts[0].sign and close(f.numbers, fronts[0].numbers) for f in fronts):
        return Front(fronts[0].numbers, fronts[0].leaves, sign=fronts[0].sign)  # weight decay: the rate of both terms
    return None


def _share_leaves(truth, fronts, recorder):
    """Put into the fronts the leaves that the changes are proportional to, wherever they stand in them: the rates.

    A rate is one for all updates, or stands in the statement of an update, or is one for each. A whole number, and what
    a change is divided by, may be a number of samples.
    """
    known = [leaf_powers(group, truth.adjoints, recorder) for group in truth.groups]
    powers = [own for own, _ in known]
    counts = {leaf for own in powers for leaf in own}
    common = [leaf for leaf in counts if all(leaf in own or leaf in met for own, met in known)]
    singles = not common and all(len(own) <= 1 for own in powers)
    for i, (front, own, group) in enumerate(zip(fronts, powers, truth.groups, strict=True)):
        if front is None:
            front = fronts[i] = Front()
        plain = front.numbers / front.leaves
        front.leaves = front.numbers = front.decimals = 1.0
        for leaf in {*common, *own}:
            written = isinstance(leaf, tuple)
            power, size = own.get(leaf, 1), abs(leaf[1] if written else leaf.data)
            line = leaf[0] if written else None
            if line is not None:
                if line in group.rate_lines:
                    front.decimals *= size**power
            elif leaf in recorder.wholes:
                if power > 0 and leaf in common:
                    front.wholes *= size
            elif leaf in common or singles:
                front.numbers *= size**power
                front.leaves *= size if power > 0 else 1.0
        front.numbers *= plain


def leaf_powers(group, gradients, recorder):
    """Return the leaves that a change is a multiple of, of those that the loss does not depend on, and all that it met.

    A number that the program writes down is a leaf at each evaluation; it counts as its line and its value.
    """
    found, met = None, set()
    pairs = [(old, new) for old, new in zip(group.old, group.new, strict=True) if new.data != old.data]
    for old, new in pairs[:1] + pairs[-1:]:
        change = new.data - old.data
        powers = {}
        for node, adjoint in adjoints(new).items():
            if node.op is None and node not in gradients and node.data and adjoint:
                line = recorder.literal_lines.get(node)
                key = node if line is None else (line, node.data)
                met.add(key)
                power = adjoint * node.data / change
                if math.isfinite(power) and abs(power - round(power)) < 1e-6 and round(power) in (1, -1):
                    powers[key] = round(power)
        found = powers if found is None else {k: v for k, v in found.items() if powers.get(k) == v}
    return found or {}, met


def rate_lines_of(tree):
    """Return the lines in which a product with a number is added or subtracted, as in an update."""
    lines = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)):
            for side in (node.left, node.right):
                if isinstance(side, ast.BinOp) and isinstance(side.op, ast.Mult) and literals_of(side):
                    lines.add(side.lineno)
    return lines


def literals_of(node):
    """Return the numbers that a statement has as factors."""
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.BinOp) and isinstance(part.op, (ast.Mult, ast.Div)):
            for side in (part.left, part.right):
                inner = side.operand if isinstance(side, ast.UnaryOp) else side
                if isinstance(inner, ast.Constant) and isinstance(inner.value, (int, float)):
                    found.append(abs(float(inner.value)))
    return found


def _front(term, sign, literals, gradients, memory):
    """Return what stands in front of one term: the factors of the product that depend on nothing that the loss does."""
    front, left = Front(sign=sign), list(literals)
    waiting = [(term, 1, 0)]
    while waiting:
        node, power, depth = waiting.pop()
        name = name_of(node) if isinstance(node, Value) else ""
        if not isinstance(node, Value):
            if abs(node) in left and node:
                left.remove(abs(node))
                _multiply(front, node, power)
        elif is_free(node, gradients, memory):
            if node.data and math.isfinite(node.data):
                front.sign *= -1 if node.data < 0 else 1
                front.peeled |= {leaf for leaf in adjoints(node) if leaf.op is None}
                front.numbers *= abs(node.data) ** power
                front.leaves *= abs(_leaf_product(node)) ** power
        elif name in ("mul", "div", "neg") and depth < 12:
            front.sign *= -1 if name == "neg" else 1
            for i, part in enumerate(node.operands):
                waiting.append((part, -power if name == "div" and i == 1 else power, depth + 1))
        elif name == "add" and len(node.parents) == 2:
            a, b = node.parents
            if a.data == 0 and is_free(a, gradients, memory):
                waiting.append((b, power, depth + 1))
            elif b.data == 0 and is_free(b, gradients, memory):
                waiting.append((a, power, depth + 1))
    return front


def _multiply(front, number, power):
    front.sign *= -1 if number < 0 else 1
    if float(number).is_integer():
        front.wholes *= abs(number) ** power
    else:
        front.decimals *= abs(number) ** power


def _leaf_product(node):
    """Return the product of the leaves of a product, without its plain numbers."""
    name = name_of(node)
    if name in ("mul", "div"):
        parts = [_leaf_product(part) if isinstance(part, Value) else 1.0 for part in node.operands]
        return parts[0] * parts[1] if name == "mul" or not parts[1] else parts[0] / parts[1]
    return node.data or 1.0


def is_free(node, gradients, memory):
    """Return whether a number depends on nothing that the loss depends on: a rate, a momentum."""
    known = memory.get(node)
    if known is None:
        waiting, seen, known = [node], set(), True
        while waiting and known:
            part = waiting.pop()
            if part in seen:
                continue
            seen.add(part)
            known = part not in gradients and memory.get(part, True)
            waiting.extend(part.parents)
        memory[node] = known
    return known


def judge(truth, recorder, tree):
    """Return what the updates are, compared with the gradient of a loss.

    Args:
        truth: The loss and the updates.
        recorder: What was recorded of the program.
        tree: The program; its numbers may be rates where the updating statement has none.
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
    _share_leaves(truth, fronts, recorder)
    exact = [[gradients.get(old, 0.0) for old in group.old] for group in truth.groups]
    best, inside = None, {}
    for mode in range(4):
        if mode and not _same_plain_numbers(fronts, mode):
            continue
        updates = []
        for group, change, front, gradient in zip(truth.groups, changes, fronts, exact, strict=True):
            rate = front.rates()[mode] if front is not None else None
            own = [-x / (rate or 1.0) for x in change]
            factor = proportion(own, gradient)
            if factor is None or not close(factor, 1.0):
                if id(group) not in inside:
                    inside[id(group)] = through_optimizer(group, gradient, gradients, proportion)
                through = inside[id(group)]
                if through is not None:  # Adam's first step has one size, and is proportional to many a gradient
                    factor = through
            updates.append(Update(group, factor, rate, False, gradient))
        judged = _compared(truth, updates)
        if best is None or judged.score > best.score:
            best = judged
    return best


def _same_plain_numbers(fronts, mode):
    """Return whether the plain numbers that a mode counts to the rates are the same in all updates."""
    parts = [(f.numbers / f.leaves if mode in (1, 3) else 1.0) * (f.wholes if mode > 1 else 1.0) for f in fronts if f]
    return all(close(part, parts[0]) for part in parts)


def agreed(judged, others):
    """Judge again what several readings say: a factor that is another one with other weights is none.

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
                update.factor = None
    empty = [update for update in judged.updates if update.empty]
    for update in empty:
        update.factor = math.nan
    return _compared(judged.truth, judged.updates)


def _compared(truth, updates):
    """Tell which updates agree with each other."""
    known = [update.factor for update in updates if update.factor is not None and not math.isnan(update.factor)]
    positive = [factor for factor in known if factor > 0]
    reference = 1.0
    if positive and not any(close(factor, 1.0) for factor in positive):
        reference = max(
            positive, key=lambda factor: (sum(close(factor, other) for other in positive), factor == positive[-1])
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


def judge_losses(candidates, changes, places, recorder, tree):
    """Return the best judgement over the readings of a loss; None if none has updates.

    Args:
        candidates: Triples of the number, its source and its line.
        changes: What the program stored.
        places: Where the numbers stand.
        recorder: What was recorded of the program.
        tree: The program.
    """
    best = None
    replaced = [change for change in changes if change.replaced]
    if replaced:
        slopes = [adjoints(value) for value, _, _ in candidates]
        states = [change for change in replaced if not any(is_of_gradient(change, each) for each in slopes)]
        changes = [change for change in changes if change not in states]
    for value, source, line in candidates:
        gradients = adjoints(value)
        groups = merged(groups_of(changes, gradients), places)
        if not groups:
            continue
        judged = judge(Truth(value, gradients, groups, source, line), recorder, tree)
        if best is None or judged.score > best.score:
            best = judged
        if best.right:
            break
    return best

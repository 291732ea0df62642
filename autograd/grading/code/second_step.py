"""The second update of a program, because a first update hides gradients that are never set to zero."""

import ast
import math
from dataclasses import dataclass, field, replace

from autograd.grading.code.case import Case, has_steps, judgement
from autograd.grading.code.earlier_values import FORWARD, SUMS, earlier_values
from autograd.grading.code.factors import close, proportion
from autograd.grading.code.grade import Mistake
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.later_steps import later_steps
from autograd.grading.code.naming import Places
from autograd.grading.code.optimizers import has_optimizer
from autograd.grading.code.reading import read
from autograd.grading.code.source import Source
from autograd.grading.code.stale import KEPT, copies, moved_forward
from autograd.grading.code.truth import candidate_losses, of_same_loss
from autograd.grading.code.zero_gradients import start_numbers
from autograd.grading.code.zeroing import (
    calls_of_zeroing,
    missing_resets,
    moved_starts,
    resets_beside,
    without_sums,
    zeroing_after_updates,
)

__all__ = ["SecondStep", "second_step"]

SLACK = 1e-7
FRESH = (1, 2)  # seeds of fresh weights


@dataclass
class SecondStep:
    """The result for the second update of a program.

    Attributes:
        wrong: The names of the parameters whose second update is wrong.
        mistakes: The mistakes, one if a second update is wrong.
        shown: False if all gradients of the second update are 0.
        kept: True if the second update contains a part of the first one, as with momentum.
    """

    wrong: list
    mistakes: list = field(default_factory=list)
    kept: bool = False
    shown: bool = True


def second_step(case, correct=True):
    """Return the result for the second update, or None if it cannot be judged.

    The second update may contain a part of the first one, as with momentum. If it contains all of it, the gradients
    were not set to zero between the updates.

    Args:
        case: The program. All of its first updates are right.
        correct: True to search for a correction.
    """
    case = _where_it_is_right(case)
    result = _compared(case, correct)
    if result is None or (result.kept and not result.wrong):
        found = earlier_values(case)
        if found is not None:
            return SecondStep(found[1], [_kept_mistake(case, *found)] if correct else [])
    return result


def _compared(case, correct):
    """Return the result of comparing the second update with the gradient and the first update, or None."""
    recorder = case.own.recorder
    changes = [change for change in recorder.changes if change.step == 2]
    if not changes or has_optimizer(case.judged):
        return None
    losses = candidate_losses(case.own, case.loss is not None, step=2)
    judged = judge_losses(losses, changes, Places(case.own), recorder, case.tree)
    if judged is None or len(judged.updates) != len(case.judged.updates):
        return None
    if (judged.truth.source, judged.truth.line) != (case.judged.truth.source, case.judged.truth.line):
        return None
    if judged.right:
        return SecondStep([], shown=not all(update.empty for update in judged.updates))
    blank = _wrong_where_first_is_zero(case, judged)
    if blank:
        return SecondStep([update.group.name for update in blank], [_first_shown(update) for update in blank])
    shares = _shares(judged, case.judged)
    if shares is None:
        return None
    if None in shares.values():
        stale = _stale_names(case, shares)
        return SecondStep(stale, [_stale_mistake(case, judged, stale)] if correct else []) if stale else None
    known = {name: share for name, share in shares.items() if not math.isnan(share)}
    kept = any(known.values())
    wrong = [name for name, share in known.items() if close(share, 1.0) or share > 1.0]
    if len(known) < len(shares) and not wrong:  # two numbers show no share; a correction is judged by the others
        return None if correct or not known else SecondStep([], kept=kept)
    lines = {line for update in judged.updates for line in update.group.lines}
    return SecondStep(wrong, [_mistake(case, lines)] if wrong and correct else [], kept)


def _wrong_where_first_is_zero(case, judged):
    """Return the wrong updates of a second step whose first gradient is 0, so that this is the first one to be seen.

    They must be wrong with fresh weights as well, so that no kink is the cause.
    """
    names = {update.group.name for update in case.judged.updates if update.empty}
    for seed in FRESH if names else ():
        again = read(case.tree, loss=case.loss, call=case.call, seed=seed, starts=case.starts(seed))
        changes = [change for change in again.recorder.changes if change.step == 2]
        losses = of_same_loss(candidate_losses(again, case.loss is not None, step=2), case.judged.truth)
        other = judge_losses(losses, changes, Places(again), again.recorder, case.tree)
        names &= {update.group.name for update in other.updates if not update.right} if other is not None else set()
    return [update for update in judged.updates if update.group.name in names and not update.right]


def _first_shown(update):
    """Return the mistake of an update whose gradient is 0 at the first step and wrong at the second one."""
    if update.factor is not None and update.factor < 0:
        return Mistake(update.group.line, "sign of the update", "this update has the wrong sign")
    return Mistake(update.group.line, "other", "this update is not the gradient of the loss")


def _where_it_is_right(case):
    """Return the case with fresh weights if its first update is a gradient only with these, or 0, else the case itself.

    With the program's own numbers, there may be a kink, or gradients that are 0 because the data are symmetric.
    """
    if case.judged.right and all(any(update.gradient) for update in case.judged.updates):
        return case
    own = read(case.tree, loss=case.loss, call=case.call, seed=case.seed, starts=case.starts(case.seed))
    judged = judgement(own, case.loss is not None, case.tree, truth=case.judged.truth) if has_steps(own) else None
    return replace(case, own=own, judged=judged) if judged is not None and judged.right else case


def _share(update, earlier):
    """Return the factor of the first change in the second one, or None if the rest is not the gradient.

    It is NaN if it is unknown, and 1 or more if the second change keeps the whole first gradient.
    """
    change = [old.data - new.data for old, new in zip(update.group.old, update.group.new, strict=True)]
    first = [old.data - new.data for old, new in zip(earlier.group.old, earlier.group.new, strict=True)]
    if proportion(change, update.gradient) is not None:
        return 0.0
    aa, ab, bb = _dot(update.gradient, update.gradient), _dot(update.gradient, first), _dot(first, first)
    ca, cb = _dot(change, update.gradient), _dot(change, first)
    determinant = aa * bb - ab * ab
    if determinant <= 1e-14 * aa * bb:
        return None
    rate, share = (ca * bb - cb * ab) / determinant, (cb * aa - ca * ab) / determinant
    size = max(map(abs, change))
    rest = [c - rate * g - share * f for c, g, f in zip(change, update.gradient, first, strict=True)]
    if max(map(abs, rest)) > SLACK * size:
        return 1.0 if _keeps_gradient(change, first, update, earlier) else None
    if rate <= 0 or len(rest) < 3:
        return math.nan  # two numbers are always such a sum
    # A momentum is less than 1. A larger share is one of sums that keep the first gradient beside a momentum, or that
    # of a rate which grows.
    before = proportion(first, earlier.gradient)
    grows = before is not None and not close(rate, before)
    return math.nan if share > 1.0 and grows and not close(share, 1.0) else share


def _keeps_gradient(change, first, update, earlier):
    """Return True if the second change is the second gradient plus the first one, of which a penalty is not kept.

    Sums of gradients that are not set to zero keep the gradient of the data. A penalty is added anew each time, for all
    weights or for some of them. The rate must be the same in both updates.
    """
    rate = proportion(first, earlier.gradient)
    if rate is None:
        return False
    slack = SLACK * max(map(abs, change))
    rest = [c - rate * g - f for c, g, f in zip(change, update.gradient, first, strict=True)]
    weights = [old.data for old in earlier.group.old]
    shares = [r / w for r, w in zip(rest, weights, strict=True) if abs(r) > slack and w]
    lost = [r for r, w in zip(rest, weights, strict=True) if abs(r) > slack and not w]
    return len(shares) > 2 and not lost and all(close(share, shares[0]) for share in shares)


def _shares(judged, first):
    """Return the part of the first change in the second one by parameter, or None if the parameters differ.

    The part is None if the second change is not a gradient plus a part of the first change, and NaN if it is unknown.
    """
    shares, before = {}, {update.group.name: update for update in first.updates}
    for update in judged.updates:
        earlier = before.get(update.group.name)
        if earlier is None or len(earlier.group.old) != len(update.group.old):
            return None
        shares[update.group.name] = _share(update, earlier)
    return shares


def _stale_names(case, shares):
    """Return the parameters whose second update is no gradient, while others are gradients, or an empty list.

    With fresh weights, the same updates must be wrong, so that no kink and no bound is the cause.
    """
    names = [name for name, share in shares.items() if share is None]
    if not case.judged.right or all(share is None or math.isnan(share) for share in shares.values()):
        return []
    for seed in FRESH:
        again = read(case.tree, loss=case.loss, call=case.call, seed=seed, starts=case.starts(seed))
        judgements = []
        for step in (1, 2):
            changes = [change for change in again.recorder.changes if change.step == step]
            losses = of_same_loss(candidate_losses(again, case.loss is not None, step=step), case.judged.truth)
            judgements.append(judge_losses(losses, changes, Places(again), again.recorder, case.tree))
        if None in judgements or not judgements[0].right:
            return []
        found = _shares(judgements[1], judgements[0])
        if found is None or [name for name, share in found.items() if share is None] != names:
            return []
    return names


def _stale_mistake(case, judged, names):
    """Return the mistake of a backward pass that reads what the first forward pass stored, with a correction."""
    source = Source(case.text)
    message = "from the second update on, {} is still what the first forward pass stored: use the last entry, {}"
    for node in ast.walk(source.tree):
        first = isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and node.slice.value == 0
        if not first or not isinstance(node.ctx, ast.Load):
            continue
        text = source.text_of(node.value)
        for new in (f"{text}[-1]", f"{text}.pop()"):
            edit = source.replacing(node, new)
            if _is_right(case, source.edited([edit])):
                said = message.format(source.text_of(node), new)
                return Mistake(node.lineno, "stale forward pass", said, source.fixes([edit]))
    line, edits = moved_forward(case, source) or (0, [])
    if edits and _is_right(case, source.edited(edits)):
        said = (
            "this is computed before the loop and not again in it: from the second update on, the backward pass reads "
            "values of the first weights"
        )
        return Mistake(line, "stale forward pass", said, source.fixes(edits))
    line = min(line for update in judged.updates if update.group.name in names for line in update.group.lines)
    said = (
        "the second update is not the gradient, although the first one is: the backward pass reads values of an "
        "earlier forward pass"
    )
    return Mistake(line, "stale forward pass", said)


def _kept_mistake(case, kind, names):
    """Return the mistake of a second update that reads what belongs to the first weights, with a correction."""
    source = Source(case.text)
    lines = {line for update in case.judged.updates if update.group.name in names for line in update.group.lines}
    if kind == SUMS:
        return _mistake(case, lines)
    for line, own, new, edits in copies(case, source):
        if _is_right(case, source.edited(edits)):
            return Mistake(line, "stale forward pass", KEPT.format(own, new, new), source.fixes(edits))
    line, edits = (moved_forward(case, source) or (0, [])) if kind == FORWARD else (0, [])
    if edits and _is_right(case, source.edited(edits)):
        message = "this is computed before the loop and not again in it: every step uses the first weights"
        return Mistake(line, "stale forward pass", message, source.fixes(edits))
    message = "the second update is not the gradient, although the first one is: it is computed from the first weights"
    return Mistake(min(lines), "stale forward pass", message)


def _dot(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True))


def _mistake(case, lines):
    """Return the mistake of gradients that are not set to zero, with the first correction that is confirmed.

    Args:
        case: The program.
        lines: The lines of the updates.
    """
    source = Source(case.text)
    sums = [n for n in ast.walk(source.tree) if isinstance(n, ast.AugAssign) and isinstance(n.op, ast.Add)]
    sums = [n for n in sums if n.lineno not in lines and not isinstance(n.value, ast.Constant)]  # and no counters
    message = (
        "these sums still contain the gradients of the previous update: set them to zero before each backward pass"
    )
    for line, name, edits in _decaying(source, lines):
        if _is_right(case, source.edited(edits)):
            said = f"the state keeps all of its last value: the factor {name} is missing"
            return Mistake(line, "wrong factor", said, source.fixes(edits))
    total = case.judged.truth.source  # the sum of losses is no gradient
    sums = [node for node in sums if source.text_of(node.target) != total]
    starts = [
        *calls_of_zeroing(source),
        *zeroing_after_updates(source, lines),
        *missing_resets(source, sums),
        *resets_beside(source, sums),
        *moved_starts(source, lines, sums),
    ]
    for line, edits in [*starts, *without_sums(source, sums, lines)]:
        if _is_right(case, source.edited(edits)):
            return Mistake(line, "stale forward pass", message, source.fixes(edits))
    line = min([node.lineno for node in sums], default=min(lines))
    return Mistake(line, "stale forward pass", message)


def _decaying(source, lines):
    """Yield the edits that multiply the last value of a state by the factor that another state has.

    Args:
        source: The program.
        lines: The lines of the updates.
    """
    states, factors = [], {}
    for node in ast.walk(source.tree):
        total = node.value if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
        if not isinstance(total, ast.BinOp) or not isinstance(total.op, (ast.Add, ast.Sub)) or node.lineno in lines:
            continue
        own, term = ast.unparse(node.targets[0]), total.left
        if ast.unparse(term) == own:
            states.append((node, term))
        elif isinstance(term, ast.BinOp) and isinstance(term.op, ast.Mult):
            for part, other in ((term.left, term.right), (term.right, term.left)):
                if ast.unparse(other) == own:
                    factors.setdefault(source.text_of(part))
    for node, term in states:
        for factor in factors:
            yield node.lineno, factor, [source.replacing(term, f"{factor} * {source.text_of(term)}")]


def _is_right(case, text):
    """Return True if the first and the second update of a text are right."""
    try:
        tree = case.prepared.moved(case.text, text).of(ast.parse(text))
    except SyntaxError:
        return False
    own = read(tree, loss=case.loss, call=case.call)
    judged = judgement(own, case.loss is not None, tree) if has_steps(own) else None
    if judged is None or len(judged.updates) != len(case.judged.updates):
        return False
    other = Case(case.text, tree, case.loss, case.call, own, judged, seed=case.seed, prepared=case.prepared)
    if not judged.right:
        other.numbers = start_numbers(own, judged)
        other = _where_it_is_right(other)
    if not other.judged.right:
        return False
    second = second_step(replace(other, text=text), correct=False)
    if second is None and has_optimizer(judged):
        later = later_steps(other)
        return later is not None and not later.faults and later.judged == len(judged.updates)
    return second is not None and not second.wrong

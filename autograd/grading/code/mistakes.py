"""The mistakes of a program: the edits that make all of its updates right, or else the first wrong line of each."""

import ast

from autograd.grading.code.case import Case, has_steps, judge_afresh, judgement
from autograd.grading.code.depth_edits import outward
from autograd.grading.code.explanation import first_unknown, notes_of
from autograd.grading.code.factors import close
from autograd.grading.code.grade import Mistake
from autograd.grading.code.known_way import known_way
from autograd.grading.code.layer_edits import forward_again
from autograd.grading.code.limits import Work
from autograd.grading.code.reading import read
from autograd.grading.code.search import MAX_ROUNDS, Search
from autograd.grading.code.source import Edit, Source
from autograd.grading.code.trial import targets_of

__all__ = ["find_mistakes", "forgotten_forward", "guarded_forward", "rebound", "too_deep"]

FACTOR_WORK = 1_500_000


def find_mistakes(case, exact=False, work=None):
    """Return the mistakes of a program with wrong updates, and notes on the lines of its backward pass.

    Args:
        case: The program.
        exact: True if each update should be the gradient itself, and not a multiple of it.
        work: The limit on the work of the search.
    """
    source = Source(case.text)
    way, judged = known_way(case, source)
    if way is None:
        return _unexplained(case), []
    notes = notes_of(way, source)
    final = {update.group.name: update for update in case.final.updates}
    targets = targets_of(judged.updates, final, 1.0 if exact else None, judged.truth.adjoints)
    work = work or Work()
    search = Search(case, targets, work)
    search.reference = 1.0 if exact else search.reference
    shared = search.reference is not None and not close(search.reference, 1.0)
    if shared:
        # The updates that share a factor may be wrong as well: one edit may remove the factor.
        verdicts = [update.right for update in case.final.updates]
        again = _without_factor(search, source, 1)
        if len(again) == 1:
            return again, notes
        # A factor that must be removed at several places is rather part of the rate, and something else is wrong.
        _set_verdicts(case, verdicts)
    else:
        again = []
    mistakes = search.run(source, way)
    if mistakes and mistakes[0].fix:
        return mistakes, notes
    if shared:
        again = again or _without_factor(search, source, MAX_ROUNDS)
        if again:
            _set_verdicts(case, [u.factor is not None and close(u.factor, 1.0) for u in case.final.updates])
    return again or mistakes or _unexplained(case, way), notes


def _set_verdicts(case, verdicts):
    for update, right in zip(case.final.updates, verdicts, strict=True):
        update.right = right


def forgotten_forward(case):
    """Return the mistake of a loop whose samples were all propagated before it, or None if it has no such mistake.

    All updates of such a loop belong to one step, because no forward pass is between them. So the loss of this step
    says little, and the corrected program is judged by its own loss.
    """
    source = Source(case.text)
    way, _ = known_way(case, source)
    for candidate in forward_again(way, source) if way is not None else ():
        if _is_right(case, source.edited(candidate.edits)):
            return Mistake(candidate.line, candidate.kind, candidate.message, source.fixes(candidate.edits))
    return None


def guarded_forward(case):
    """Return the mistake of a forward pass that runs in some steps only, as under ``if step % 10 == 0``, or None."""
    source = Source(case.text)
    for node in source.blocks:
        if (
            not isinstance(node, ast.If)
            or node.orelse
            or not source.loops_around(node)
            or node.lineno == node.body[0].lineno
        ):
            continue
        first, last = source.starts[node.body[0].lineno - 1], source.starts[min(node.end_lineno, len(source.lines))]
        inner, outer = source.indent(node.body[0]), source.indent(node)
        lines = source.text[first:last].splitlines(keepends=True)
        text = "".join(outer + line.removeprefix(inner) if line.startswith(inner) else line for line in lines)
        edit = Edit(source.starts[node.lineno - 1], last, text)
        if _is_right(case, source.edited([edit]), steps=2):
            message = (
                f"this runs only if {source.text_of(node.test)}: in the other steps, the backward pass reads old values"
            )
            return Mistake(node.lineno, "stale forward pass", message, source.fixes([edit]))
    return None


def too_deep(case):
    """Return the mistake of an update that stands in a loop and belongs after it, or None if there is none.

    Such a loop changes the same numbers in each of its iterations.
    """
    source = Source(case.text)
    lines = {line for update in case.judged.updates for line in update.group.lines}
    for first, edits in outward(source, lambda statement: statement.lineno in lines):
        if _is_right(case, source.edited(edits), steps=2):
            message = f"{source.text_of(first)} runs in each iteration of the loop around it, and belongs after it"
            return Mistake(first.lineno, "wrong factor", message, source.fixes(edits))
    return None


def rebound(case):
    """Return the mistake of updates that bind a name anew, while the layers keep the old array, or None.

    ``params["W"] = params["W"] - rate * g`` makes a new array, and ``params["W"] -= rate * g`` changes the shared one.
    """
    source = Source(case.text)
    lines = {line for update in case.judged.updates for line in update.group.lines}
    found, first = [], None
    for statement in source.blocks:
        value = statement.value if isinstance(statement, ast.Assign) and statement.lineno in lines else None
        if not isinstance(value, ast.BinOp) or not isinstance(value.op, (ast.Add, ast.Sub)):
            continue
        target = source.text_of(statement.targets[0])
        if len(statement.targets) == 1 and source.text_of(value.left) == target:
            sign = "+" if isinstance(value.op, ast.Add) else "-"
            found.append(source.replacing(statement, f"{target} {sign}= {source.text_of(value.right)}"))
            first = first or statement
    if not found or not _is_right(case, source.edited(found), steps=2):
        return None
    target = source.text_of(first.targets[0])
    message = f"this binds {target} to a new array, and the forward pass still reads the old one: update in place"
    return Mistake(first.lineno, "stale forward pass", message, source.fixes(found))


def _is_right(case, text, steps=1):
    """Return True if all updates of an edited program are the gradient of its own loss, also with fresh weights.

    Args:
        case: The program.
        text: The edited program.
        steps: The least number of training steps that it must have.
    """
    tree = case.prepared.moved(case.text, text).of(ast.parse(text))
    own = read(tree, loss=case.loss, call=case.call)
    judged = judgement(own, case.loss is not None, tree) if has_steps(own) else None
    if judged is None or not judged.right or max(change.step for change in own.recorder.changes) < steps:
        return False
    other = Case(text, tree, case.loss, case.call, own, judged, prepared=case.prepared)
    judge_afresh(other, [])
    return other.final.right


def _without_factor(whole, source, rounds):
    """Return the mistakes whose correction makes every update the gradient itself, or an empty list.

    Args:
        whole: The search for edits after which all updates share a factor. Each edit is read once in both searches.
        source: The program.
        rounds: The maximum number of edits after each other.
    """
    case = whole.case
    verdicts = [update.right for update in case.final.updates]
    for update in case.final.updates:
        update.right = update.factor is not None and close(update.factor, 1.0)
    way, _ = known_way(case, source)
    search = whole.strict(FACTOR_WORK)
    found = search.run(source, way, rounds) if way is not None else []
    if found and found[0].fix:
        return found
    _set_verdicts(case, verdicts)
    return []


def _unexplained(case, way=None):
    """Return a mistake for each wrong update, at the first line of its computation that is not a derivative."""
    found = {}
    for update in case.final.updates:
        if not update.right:
            line = first_unknown(way, way.below(update.group.name)) if way is not None else None
            found.setdefault(line or update.group.line, (update.group.line, line))
    message = "this update is not the gradient of the loss"
    place = "this is not a derivative of the loss with respect to anything in the program"
    return [Mistake(line, "other", message if line == own else place) for line, (own, _) in found.items()]

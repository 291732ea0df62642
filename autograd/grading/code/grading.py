"""The grading of hand-written backpropagation: each update of a program is compared with the gradient of its loss."""

import ast
from dataclasses import replace

from autograd.grading.code.call_plans import has_seed, inputs_of, passes_back, planned_calls, unreached
from autograd.grading.code.calls import guessed_calls
from autograd.grading.code.case import (
    Case,
    has_steps,
    judge_afresh,
    judgement,
    read_again,
    with_other_samples,
    wrong_with_other_samples,
)
from autograd.grading.code.corrections import plain_corrections, wrong_corrections
from autograd.grading.code.factors import TOLERANCE, close
from autograd.grading.code.fitting import FIRST_OPERATIONS, read_smaller
from autograd.grading.code.functions import grade_functions
from autograd.grading.code.grade import CodeGrade, UpdateGrade
from autograd.grading.code.judge import judge_losses
from autograd.grading.code.later_steps import later_steps, state_mistake
from autograd.grading.code.limits import Limits, Work
from autograd.grading.code.mistakes import find_mistakes, forgotten_forward, guarded_forward, rebound, too_deep
from autograd.grading.code.naming import Places
from autograd.grading.code.older_python import in_python_3, parses
from autograd.grading.code.optimizers import has_optimizer
from autograd.grading.code.own_rate import own_rate
from autograd.grading.code.preparations import preparations
from autograd.grading.code.proposals import other_loss, proposed_losses
from autograd.grading.code.reading import read
from autograd.grading.code.second_step import SecondStep, second_step
from autograd.grading.code.sizes import at_other_sizes, at_smaller_sizes
from autograd.grading.code.stale import first_only, stale_mistake
from autograd.grading.code.truth import candidate_losses
from autograd.grading.code.twice import divided_twice
from autograd.grading.code.uncalled_losses import uncalled_losses
from autograd.grading.code.unread import unread_update, update_after_the_loop

__all__ = ["grade_code"]

MORE_GUESSES = 6  # that are tried after the first one that fits
GUESS_WORK, GUESS_OPERATIONS = 4_000_000, 300_000  # of all calls that are tried, and of one
FEW_REPEATS = 2  # of a step that changes the same numbers again and again
SECOND = "at the second update"
SMALL_WORK, REST_WORK = 2_500_000, 1_500_000  # of a search at smaller sizes, and of one at the program's own sizes


def grade_code(text: str, *, loss: str | None = None, call: str | None = None, file: str = "") -> CodeGrade:
    """Grade a program that computes gradients by hand. It is not executed: this package's own interpreter reads it.

    The parameters are the variables that a step of the program changes. The forward pass is recorded while it is read,
    and the updates are compared with the gradient of the loss, with the program's own data and with fresh weights.

    Args:
        text: The source of the program: a script, or classes and functions together with ``call``.
        loss: The loss as an expression in the program's own variables, such as ``"np.sum((t - out)**2) / 2"``. It is
            evaluated where its names are assigned: in the module, or in a function or method. None if the program
            computes the loss itself.
        call: The call to run, such as ``"train(X, y)"``, if the program defines functions and does not call them.
        file: The name of the program in the output.

    Returns:
        A :class:`CodeGrade`. Print it, or read its ``verdict``, ``updates`` and ``mistakes``.

    Raises:
        TypeError: the program is not text.

    Example:
        >>> print(grade_code('''
        ... import numpy as np
        ... x, y, w, rate = np.array([1.0, 2.0, -1.0]), 0.5, np.array([0.1, 0.2, 0.3]), 0.01
        ... out = np.tanh(w.dot(x))
        ... loss = (out - y)**2
        ... w -= rate * 2 * (out - y) * (1 - out**2) * x
        ... ''').verdict)
        right
    """
    if not isinstance(text, str):
        raise TypeError(f"a program is text, found {type(text).__name__}: read the file first.")
    given, problem = _parsed_loss(loss)
    if problem:
        return CodeGrade("unreadable", unreadable=[(0, problem)], text=text, file=file, loss=loss)
    said = []
    if "print" in text and not parses(text) and (newer := in_python_3(text)) is not None:
        text, said = newer, ["this is Python 2: read as that"]
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", 0) or 0
        return CodeGrade("unreadable", unreadable=[(line, _syntax(error, text))], text=text, file=file, loss=loss)
    statements = None
    if call is not None:
        try:
            statements = ast.parse(call).body
        except (SyntaxError, ValueError) as error:
            return CodeGrade("unreadable", unreadable=[(0, f"--call: {error}")], text=text, file=file, loss=loss)
    own = read(tree, loss=given, call=statements, operations=FIRST_OPERATIONS)
    if call is None and not has_steps(own) and (own.trouble is None or own.trouble.line == 0):
        own, statements = _called(tree, given, own, said)
    case = Case(text, tree, given, statements, own)
    if not has_steps(own):
        read_smaller(case, said)
    spared = preparations(case.own, case.tree)
    if spared:
        case.prepared = replace(case.prepared, spared=spared)
        case.tree = case.prepared.of(ast.parse(case.text))
        case.own = read(case.tree, loss=case.loss, call=case.call, operations=FIRST_OPERATIONS)
    grade = _seeded(_graded(case, loss, said, file), case.call, case.tree)
    return _proven(grade, guessed=case.call is not None and call is None and given is None)


def _called(tree, given, own, said):
    """Return a reading of a program with the likeliest calls, and these calls, or the given reading if none fits.

    Calls that reach a loss and all updates are likelier than calls that only reach an update. If the first of them does
    not fit the targets, as labels in place of columns, an update may seem wrong. Then other targets for the same
    inputs are tried.
    """
    best, chosen, most, work, more = own, None, -1, Work(GUESS_WORK), MORE_GUESSES
    for guess in dict.fromkeys([*guessed_calls(tree), *planned_calls(tree)]):
        if not work.left():
            break
        call, limits = ast.parse(guess).body, Limits()
        tried = read(tree, loss=given, call=call, limits=limits, operations=GUESS_OPERATIONS)
        work.spend(limits, tried.operations)
        if not has_steps(tried):
            continue
        judged = judgement(tried, given is not None, tree)
        fits = 2 * (judged is not None) + (tried.trouble is None)
        right = judged is not None and judged.right
        if most < fits or (right and most == fits == 3 and inputs_of(guess) == inputs_of(chosen)):
            best, chosen, most = tried, guess, fits
        more -= most == 3
        if most == 3 and (right or not more):
            break
    if chosen is None:
        return own, None
    said.append(f"the file calls nothing: read with {'; '.join(_short(chosen))}, on made data")
    others = unreached(tree, {change.line for change in best.recorder.changes})
    if others:
        said.append(f"not reached by these calls, and so not judged: what {', '.join(others)} changes")
    return best, ast.parse(chosen).body


def _proven(grade, guessed):
    """Return a grade, or "no loss" if the calls and the loss were guessed and nothing shows that they were meant.

    A difference called ``err`` is no loss. With it, every update of a right program seems wrong, for no known reason.
    """
    known = any(update.verdict != "wrong" for update in grade.updates) or any(m.kind != "other" for m in grade.mistakes)
    if not guessed or grade.verdict != "wrong" or known:
        return grade
    return CodeGrade("no loss", text=grade.text, file=grade.file, said=grade.said)


def _seeded(grade, statements, tree):
    """Return a grade, or that nothing is known if a backward pass was given a gradient that its author never wrote.

    Whether it expects the gradient at the outputs or at the pre-activations is unknown, so only "right" is certain, and
    only if no other backward pass is left unread.
    """
    if not has_seed(statements) or (grade.verdict == "right" and passes_back(tree) == 1):
        return grade
    message = "the file calls nothing, and what its backward pass is given is unknown: say it with --call"
    return CodeGrade("unreadable", unreadable=[(0, message)], text=grade.text, file=grade.file, loss=grade.loss)


def _short(guess):
    """Return the lines of some calls without the numbers of the made data."""
    return [line if len(line) < 80 else line.split("(")[0] + "(...)" for line in guess.splitlines()]


def _parsed_loss(loss):
    if loss is None:
        return None, None
    try:
        return ast.parse(loss.strip(), mode="eval").body, None
    except (SyntaxError, ValueError) as error:
        return None, f"the loss {loss!r} is not a Python expression ({error}); write one over the program's variables"


def _syntax(error, text):
    if isinstance(error, SyntaxError):
        if "Missing parentheses in call to 'print'" in str(error.msg):
            return "this is Python 2: write print with parentheses"
        return f"Python cannot parse this: {error.msg}"
    return f"Python cannot parse this: {error}"


def _graded(case, loss, said, file):
    own = case.own
    base = {"text": case.text, "file": file, "loss": loss, "said": said}
    said.extend(f"read in place of data: {made}" for made in dict.fromkeys(own.library.made))
    if not has_steps(own):
        functions = grade_functions(own, base, _explained)
        if functions is not None:
            return functions
    if own.trouble is not None and not has_steps(own):
        return CodeGrade("unreadable", unreadable=[(own.trouble.line, own.trouble.message)], **base)
    if own.recorder.is_stale:  # the steps after the first ones show nothing else
        case.prepared = replace(case.prepared, repeats=FEW_REPEATS)
        case.tree = case.prepared.of(ast.parse(case.text))
        own = case.own = read(case.tree, loss=case.loss, call=case.call)
    case.judged = judgement(own, case.loss is not None, case.tree)
    if case.judged is None and not case.prepared.starts_only:
        # A gradient that is carried to the previous time step may have been taken for a parameter.
        again = read_again(case, starts_only=True)
        if again is not None:
            return _graded(again, loss, said, file)
    sites = frozenset(c.site for c in own.recorder.changes if c.step)
    if case.judged is None and sites - case.prepared.spared:
        # So may a gradient that starts from zeros: no loss depends on the numbers that the statement changes.
        again = read_again(case, spared=case.prepared.spared | sites)
        if again is not None:
            return _graded(again, loss, said, file)
    if case.judged is None:
        return _without_loss(case, base)
    clips, clipped = own.recorder.clipped_gradients(case.judged.truth.adjoints), None
    if clips:
        again = read_again(case, unclipped=frozenset(clips))
        if again is not None and len(again.judged.updates) == len(case.judged.updates):
            clipped, case, own = case, again, again.own
            said.append(f"gradients are clipped in line {min(clips.values())}: judged as they are before that")
    numbers = {old for update in case.judged.updates for old in update.group.old}
    unmoved = None
    once = first_only(own.recorder.first_step(), numbers)
    if once is not None:
        first = judge_losses(candidate_losses(own, case.loss is not None), once, Places(own), own.recorder, case.tree)
        # Several updates by the same gradient add up to more than one.
        whole = case.judged.right and (case.judged.factor or 0.0) < 1.0 + TOLERANCE
        forgotten = (
            None if whole else guarded_forward(case) or too_deep(case) or rebound(case) or forgotten_forward(case)
        )
        if forgotten is not None:
            return _stale(case, first or case.judged, forgotten, base)
        if first is not None and first.right and not whole:
            mistake = stale_mistake(case)
            if mistake is not None and mistake.fix:
                return _stale(case, first, mistake, base)
            unmoved = mistake and (first, mistake)  # the loop may also change the row of a repeated word again
    judge_afresh(case, said)
    if clipped is not None and not case.final.right:
        judge_afresh(clipped, [])
        if clipped.final.right:  # the bounded error is the derivative of a loss such as Huber's
            case, own = clipped, clipped.own
            said[:] = [text for text in said if not text.startswith(("gradients are clipped", "right with the file's"))]
    if any(update.empty for update in case.final.updates):
        case = with_other_samples(case, said)
    final = case.final
    source = case.judged.truth
    base["loss"] = (
        loss if loss is not None else (f"{source.source} in line {source.line}" if source.line else source.source)
    )
    wrong_anyway = None
    if final.right and final.factor is not None and not close(final.factor, 1.0):
        wrong_anyway = divided_twice(case, final.factor)
    if final.right and has_optimizer(final):
        wrong_anyway = wrong_anyway or wrong_corrections(case.text)
        said.extend(
            f"the bias correction in line {line} has no exponent and is the same at every step: the rate absorbs it"
            for line in plain_corrections(case.text)
        )
    listed, second, checked = case.judged.updates, None, []
    if final.right and not wrong_anyway:
        case, second, checked = _on_other_numbers(case, said)
        alone = own_rate(case) if second is None and case.final.right else None
        second = second or alone
        final, wrong_anyway = case.final, second.mistakes if second is not None else None
        nothing = all(update.empty for update in final.updates) and SECOND not in checked
        if final.right and not wrong_anyway and nothing:
            message = "every gradient is 0, also with other weights and inputs: no update can be checked"
            return CodeGrade("unreadable", unreadable=[(final.updates[0].group.line, message)], **base)
    found = ([], [])
    if not wrong_anyway and not final.right:
        small = at_smaller_sizes(case)
        found = find_mistakes(small, work=Work(SMALL_WORK)) if small is not None else ([], [])
        if found[0] and found[0][0].fix:
            right = {update.group.name for update in small.final.updates if update.right}
            for update in final.updates:
                update.right = update.right and update.group.name in right
        else:
            found = find_mistakes(case, work=Work(REST_WORK) if small is not None else None)
    if unmoved and not (found[0] and found[0][0].fix):
        return _stale(case, *unmoved, base)
    verdicts = {}
    for update in final.updates:
        right = "right" if final.factor is None or close(final.factor, 1.0) else "right up to a factor"
        blamed = second is None or update.group.name in second.wrong
        verdicts[update.group.name] = "wrong" if not update.right or (wrong_anyway and blamed) else right
    updates = []
    for update in listed:
        verdict = verdicts.get(update.group.name, "right" if update.right else "wrong")
        updates.append(
            UpdateGrade(update.group.name, update.group.shape, update.group.line, verdict, update.factor, update.rate)
        )
    grade = CodeGrade("wrong", updates=updates, checked=checked, **base)
    if wrong_anyway:
        grade.mistakes = wrong_anyway
    elif final.right:
        grade.verdict = "right" if close(final.factor or 1.0, 1.0) else "right up to a factor"
        grade.factor = final.factor if final.factor is not None else 1.0
    else:
        grade.mistakes, grade.notes = found
        other = other_loss(case) if not any(update.right for update in final.updates) else None
        if other is not None:
            said.append(f"these are exactly the gradients of {other}, which is another loss")
    return _as_far_as_read(grade, case, base)


def _on_other_numbers(case, said):
    """Judge a program that is right so far at other sizes and at its second update.

    Returns:
        The case at the sizes that count, the result about its second update if that is wrong, or None, and the checks
        that the program passed.
    """
    checked = ["with fresh weights"] if case.fresh is not None else []
    other, sizes = at_other_sizes(case)
    if other is not None:
        said.append(f"right with the file's own sizes only: other sizes show the mistake ({sizes[-1]})")
        return other, None, checked
    checked += ["at other sizes"] if sizes else []
    other = wrong_with_other_samples(case)
    if other is not None:
        said.append("right for the first samples only: others show the mistake")
        return other, None, checked
    second = second_step(case)
    if second is not None and second.wrong:
        said.append("the first update is right: the second one shows the mistake")
        return case, second, checked
    adaptive = has_optimizer(case.final)
    later = later_steps(case) if adaptive or second is None or second.kept else None
    if later is not None and later.faults:
        said.append(f"the first update is right: the one of step {later.step} shows the mistake")
        return case, SecondStep(list(later.faults), [state_mistake(case, later)]), checked
    judged = (second is not None and second.shown) or (later is not None and later.judged == len(case.final.updates))
    return case, None, checked + ([SECOND] if judged else [])


def _as_far_as_read(grade, case, base):
    """Return a grade that says in which line the reading stopped.

    A program with an unread update is not right, even if the updates before it are right.
    """
    trouble = case.own.trouble
    if trouble is None or not trouble.line:
        after = None if grade.verdict == "wrong" else update_after_the_loop(case.tree, case.own)
        if after is not None:
            message = "this update was not read: the reading ended after two steps of the loop before it"
            return CodeGrade("unreadable", unreadable=[(after.lineno, message)], **base)
        return grade
    if grade.verdict != "wrong" and any(trouble.line in update.group.lines for update in case.judged.updates):
        return CodeGrade("unreadable", unreadable=[(trouble.line, trouble.message)], **base)  # it updates others, too
    unread = unread_update(case.tree, case.own)
    if grade.verdict != "wrong" and unread is not None:
        message = trouble.message
        if unread.lineno != trouble.line:
            message += f"; the update in line {unread.lineno} was not read"
        return CodeGrade("unreadable", unreadable=[(trouble.line, message)], **base)
    grade.said.append(f"nothing after line {trouble.line} was read: {trouble.message}")
    return grade


def _explained(text, last, count):
    """Return the mistakes in the first lines of a program that explain its wrong updates, or an empty list.

    Args:
        text: The program. Its loss must be called ``_loss``, and each update should subtract the gradient itself.
        last: The last line that is searched for mistakes.
        count: The number of updates in the program. If one fails, nothing can be said about it.
    """
    tree = ast.parse(text)
    loss = ast.parse("_loss", mode="eval").body
    case = Case(text, tree, loss, None, read(tree, loss=loss), last=last)
    case.judged = judgement(case.own, True, tree)
    if case.judged is None or len(case.judged.updates) < count:
        return []
    judge_afresh(case, [])
    for update in case.final.updates:
        update.factor = update.factor and update.factor * (update.rate or 1.0)
        update.right = update.factor is not None and close(update.factor, 1.0)
    found = find_mistakes(case, exact=True)[0]
    return [mistake for mistake in found if mistake.line <= last]


def _stale(case, judged, mistake, base):
    base["loss"] = base["loss"] or f"{judged.truth.source} in line {judged.truth.line}"
    updates = [UpdateGrade(u.group.name, u.group.shape, u.group.line, "wrong", None, u.rate) for u in judged.updates]
    return CodeGrade("wrong", updates=updates, mistakes=[mistake], **base)


def _with_own_loss(case, base):
    """Return the grade by a loss that the program defines and does not call, or None if it fits no update.

    What it should be called with is a guess. If no update is its gradient, the guess proves nothing.
    """
    lines = [change.line for change in case.own.recorder.changes if change.step]
    for text in uncalled_losses(case.tree, lines):
        again = replace(case, loss=ast.parse(text, mode="eval").body)
        again.own = read(again.tree, loss=again.loss, call=case.call)
        again.judged = judgement(again.own, True, again.tree) if has_steps(again.own) else None
        if again.judged is not None and any(update.right for update in again.judged.updates):
            said = [*base["said"], f"the file does not call its loss while it trains: judged by {text}"]
            return _graded(again, text, said, base["file"])
    return None


def _without_loss(case, base):
    own = case.own
    if not has_steps(own):
        message = "no update was found: no statement changes a number that a loss could depend on"
        return CodeGrade("unreadable", unreadable=[(0, message)], **base)
    if case.loss is not None:
        message = (
            "the loss could not be computed from these names, or does not depend on what the updates change: "
            "write it over variables of the module, or of one function"
        )
        return CodeGrade("unreadable", unreadable=[(0, message)], **base)
    own = _with_own_loss(case, base)
    if own is not None:
        return own
    grade = CodeGrade("no loss", **base)
    grade.proposed = proposed_losses(case)
    return grade

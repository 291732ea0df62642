"""Grades of programs as text: the details of one program, or a table of several."""

from autograd.engine.tables import text_table
from autograd.grading.code.factors import close

__all__ = ["details", "number", "status", "table"]


def number(x):
    """Return a number with few digits.

    >>> number(0.30000000000000004), number(4.000000000000026)
    ('0.3', '4')
    """
    return f"{x:.6g}"


def status(grades):
    """Return the exit status: 0 if all are right, 1 if one is wrong, 2 if one cannot be read or has no loss."""
    verdicts = {grade.verdict for grade in grades}
    if verdicts & {"unreadable", "no loss"}:
        return 2
    return 1 if "wrong" in verdicts else 0


def details(grade):
    """Return the grade of one program as text, with all details."""
    name = grade.file or "the program"
    if grade.verdict == "unreadable":
        found = [f"{name}: cannot be read"]
        found += [f"  {f'line {line}' if line else 'all'}: {message}" for line, message in grade.unreadable]
        return "\n".join(found + [f"  {said}" for said in grade.said])
    found = [f"{name}: read up to its first update, on its own data; nothing was executed"]
    found += [f"  {said}" for said in grade.said]
    if grade.loss:
        found.append(f"loss        {grade.loss}")
    if grade.verdict == "no loss":
        found.append("no loss     the file computes no loss to compare the updates with: give one with --loss")
        found += [f"  the updates would be the gradients of {loss}" for loss in grade.proposed]
        return "\n".join(found)
    width = max(len(update.parameter) for update in grade.updates) + 2
    for update in grade.updates:
        shape = "x".join(map(str, update.shape)) if update.shape else "1"
        found.append(f"{update.parameter:<{width}}{shape:>8}   line {update.line:<4} {_verdict(update)}")
    found += [f"  {note.line:>4}  {note.name:<12} {note.text:<28} right" for note in grade.notes]
    for mistake in grade.mistakes:
        found.append(f"  {mistake.line:>4}  {mistake.kind}: {mistake.message}")
        for fix in mistake.fix:
            lines = fix.text.splitlines() or ["(these lines are left out)"]
            place = f"line {fix.first}" if fix.first == fix.last else f"lines {fix.first}-{fix.last}"
            found.append(f"        right, in place of {place}:")
            found += [f"          {line}" for line in lines]
    found.append(summary(grade))
    return "\n".join(found)


def _verdict(update):
    rate = f", rate {number(update.rate)}" if update.rate is not None else ""
    if update.verdict == "wrong":
        if update.factor is not None and not close(update.factor, 1.0):
            return f"not the gradient, but {number(update.factor)} times it{rate}"
        return "not the gradient"
    if update.factor is not None and not close(update.factor, 1.0):
        return f"{number(update.factor)} times the gradient{rate}"
    return f"the gradient{rate}"


def listed(parts):
    """Return texts joined by commas, with "and" before the last one.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def summary(grade):
    """Return the last line of the text about a program."""
    wrong = sum(update.verdict == "wrong" for update in grade.updates)
    if grade.verdict == "right":
        checks = listed(["with these numbers", *grade.checked])
        return f"This is right: every update is the gradient of the loss, {checks}."
    if grade.verdict == "right up to a factor":
        return (
            f"This is right: the gradient is {number(grade.factor)} times that of the loss in every update; "
            f"the rate absorbs the factor. It was checked {listed(['with these numbers', *grade.checked])}."
        )
    return f"{wrong} of {len(grade.updates)} updates wrong"


def table(grades):
    """Return a table with one row for each program."""
    rows = [("file", "verdict", "updates", "mistakes")]
    for grade in grades:
        right = sum(update.verdict != "wrong" for update in grade.updates)
        mistakes = "; ".join(f"line {m.line}: {m.kind}" for m in grade.mistakes)
        if grade.verdict == "unreadable":
            mistakes = "; ".join(f"line {line}: {message}" for line, message in grade.unreadable)
        updates = f"{right}/{len(grade.updates)}" if grade.updates else ""
        rows.append((grade.file, grade.verdict, updates, mistakes))
    return text_table(rows, left=(0, 1, 2))

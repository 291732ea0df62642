"""Edits of edited programs, converted to edits of the first program."""

import difflib
from dataclasses import replace

from autograd.grading.code.grade import Fix

__all__ = ["mapped"]


def mapped(done, found):
    """Return mistakes with the lines and corrections for the text before all rounds.

    Args:
        done: A pair for each round: a source, and the edits that were chosen for it.
        found: The mistakes, in the order of the rounds.
    """
    first = done[0][0].text
    source, chosen = done[-1]
    last = source.edited([edit for candidate in chosen for edit in candidate.edits])
    result = []
    rounds = [(source, candidate) for source, chosen in done for candidate in chosen]
    for (source, _), mistake in zip(rounds, found, strict=True):
        result.append(replace(mistake, line=_original(first, source.text, mistake.line), fix=()))
    fixes = differences(first, last)
    taken = set()
    for k, mistake in enumerate(result):
        near = [f for i, f in enumerate(fixes) if i not in taken and f.first - 1 <= mistake.line <= f.last + 1]
        if k == len(result) - 1:
            near = [f for i, f in enumerate(fixes) if i not in taken]
        taken |= {i for i, f in enumerate(fixes) if f in near}
        result[k] = replace(mistake, fix=tuple(near))
    return result


def differences(first, last):
    """Return the replacements of lines that change one text to another."""
    a, b = first.splitlines(), last.splitlines()
    fixes = []
    for i1, i2, j1, j2 in _regions(a, b):
        if i1 == i2:  # inserted lines, which are joined to the line before them
            if i1:
                fixes.append(Fix(i1, i1, "\n".join([a[i1 - 1], *b[j1:j2]])))
            else:
                fixes.append(Fix(1, 1, "\n".join([*b[j1:j2], a[0]])))
        else:
            fixes.append(Fix(i1 + 1, i2, "\n".join(b[j1:j2])))
    return fixes


def _regions(a, b):
    """Return the regions that differ. Regions with at most one equal line between them are joined."""
    regions = []
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        if regions and i1 - regions[-1][1] <= 1:
            regions[-1] = (regions[-1][0], i2, regions[-1][2], j2)
        else:
            regions.append((i1, i2, j1, j2))
    return regions


def _original(first, text, line):
    """Return the line of the first text that corresponds to a line of a later text."""
    a, b = first.splitlines(), text.splitlines()
    here = b[line - 1].strip() if line <= len(b) else ""
    if sum(here == other.strip() for other in a) == 1:
        return next(i for i, other in enumerate(a, 1) if here == other.strip())
    for block in difflib.SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        if block.b < line <= block.b + block.size:
            return block.a + line - block.b
    return min(line, len(a))

"""Programs in Python 2: the same lines in Python 3, with the division of whole numbers that Python 2 has."""

import ast
import re

__all__ = ["divides_whole_numbers", "in_python_3", "parses"]

PRINT = re.compile(r"^(?P<before>\s*(?:[^#\"']*[:;]\s*)?)print\b[ \t]*(?P<what>.*)$")
STREAM = re.compile(r"^>>\s*[\w.]+\s*,?\s*")
CHANGES = (
    (re.compile(r"^(\s*except\s+[\w.]+|\s*except\s+\([^)]*\))\s*,\s*(\w+)\s*:"), r"\1 as \2:"),
    (re.compile(r"^(\s*raise\s+[\w.]+)\s*,\s*(.+)$"), r"\1(\2)"),
    (re.compile(r"(?<=\s)<>(?=\s)"), "!="),
    (re.compile(r"\b(\d+)L\b"), r"\1"),
    (re.compile(r"\.iter(items|values|keys)\(\)"), r".\1()"),
    (re.compile(r"\b(\w+)\.has_key\(([^()]*)\)"), r"(\2 in \1)"),
)
LONGEST = 8  # lines of one print statement
MARK = "from __past__ import division"  # of a program in which 1 / 2 is 0


def in_python_3(text):
    """Return a program in Python 3 that does what a program in Python 2 does, line by line, or None if that fails.

    >>> print(in_python_3("for i in xrange(2):\\n    print 'step', i, 3 / 2"))
    for i in xrange(2):
        print('step', i, 3 / 2)
    from __past__ import division
    """
    lines = text.expandtabs(8).splitlines()
    for i, line in enumerate(lines):
        for pattern, new in CHANGES:
            line = pattern.sub(new, line)
        lines[i] = line
    i = 0
    while i < len(lines):
        found = PRINT.match(lines[i])
        if found is not None and (STREAM.match(found["what"]) or not parses(lines[i].strip())):
            i = _with_parentheses(lines, i, found)
        i += 1
    changed = "\n".join(lines)
    if "from __future__" not in text or "division" not in text:
        changed += f"\n{MARK}"
    return changed if parses(changed) else None


def _with_parentheses(lines, i, found):
    """Put the arguments of a print statement in parentheses, and return the last line of the statement."""
    what = STREAM.sub("", found["what"])
    for last in range(i, min(i + LONGEST, len(lines))):
        whole = "\n".join([what, *lines[i + 1 : last + 1]]) if last > i else what
        for end in (len(lines[last]), lines[last].find("#")):
            kept = whole if end == len(lines[last]) else whole[: len(whole) - len(lines[last]) + end]
            if end >= 0 and parses(f"print({kept.rstrip().rstrip(';')})"):
                parts = f"{found['before']}print({kept.rstrip().rstrip(';')})".split("\n")
                lines[i : last + 1] = parts
                return last
    return i


def parses(text):
    """Return True if a text is Python 3.

    >>> parses("print(1)"), parses("print 1")
    (True, False)
    """
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def divides_whole_numbers(tree):
    """Return True if a program was written in Python 2, so that the quotient of whole numbers is rounded down."""
    last = tree.body[-1] if tree.body else None
    return isinstance(last, ast.ImportFrom) and last.module == "__past__"

r"""The entry points for reading formulas: LaTeX as people write it, and Python-like text.

Both become the same kind of tree (:mod:`autograd.grading.reading.trees`). The input is not trusted. Its length, tokens,
depth, digits and exponents are limited, so that reading any input takes only a few milliseconds.
"""

import re

from autograd.grading.reading.from_text import TextReader, text_tokens
from autograd.grading.reading.latex.cursor import LatexCursor
from autograd.grading.reading.latex.lines import GRAMMAR, read_whole
from autograd.grading.reading.latex.tokens import FUNCTIONS, UNICODE, latex_tokens
from autograd.grading.reading.lexing import MAX_CHARACTERS, MAX_NODES, MAX_TOKENS
from autograd.grading.reading.trees import GREEK, ReadingError

__all__ = ["FUNCTIONS", "MAX_LEVELS", "is_latex", "read", "read_latex", "read_text", "without_tail"]

# Walks of a tree may be recursive. A tree with this many levels is far from Python's recursion limit.
MAX_LEVELS = 100

_IS_TEXT = re.compile(rf"[A-Za-z{''.join(GREEK)}]\[|\bfor\b|\*\*")
# x_i or x', with a single letter as the base: a longer word is a name in text.
_LATEX_SCRIPT = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z](\^[A-Za-z0-9])?(_[A-Za-z0-9]|')(?![A-Za-z0-9_\[(])", re.ASCII)
_RAISED_LETTER = re.compile(r"\^\s*[A-Za-z]")
_WORD = re.compile(r"[A-Za-z]{2}")
# The tail of a printed equation: the indices for which it holds, and the meaning of its rate.
_RANGE = r"[A-Za-z]\w*'*\s+in\s+(?:[A-Za-z]\w*|\{[\d, ]+\})"
_TAIL = re.compile(
    rf",?\s+for\s+(?:all|each|every)\s+{_RANGE}(?:,\s+{_RANGE})*\s*\.?\s*(?=\(|$)|\s+\([^()]* stands for [^()]*\)\s*$",
    re.ASCII,
)


def read(text: str, functions=FUNCTIONS):
    """Return the tree of a formula.

    It is LaTeX if it has a backslash, a dollar sign, braces, or scripts like those of LaTeX, and text otherwise.

    Args:
        text: the formula.
        functions: the names that are functions in front of a bracket in LaTeX. In text, all names in front of a bracket
            are functions.

    Raises:
        ReadingError: the formula cannot be read. The error has the position and the reason.
        TypeError: ``text`` is not a str.
    """
    _check(text)
    text = without_tail(text)
    if is_latex(text):
        return read_latex(text, functions)
    try:
        return read_text(text)
    except ReadingError as error:
        if not text.lstrip().startswith("["):  # only in LaTeX does a formula begin with a bracket
            raise
        try:
            return read_latex(text, functions)
        except ReadingError:
            raise error from None


def is_latex(text: str) -> bool:
    """Return True if a formula is LaTeX: it has a backslash, a dollar sign, braces, or scripts like those of LaTeX."""
    text = without_tail(text)
    if "\\" in text or "{" in text or "$" in text:
        return True
    if _IS_TEXT.search(text):
        return False
    if any(c in UNICODE for c in text) or _LATEX_SCRIPT.search(text):
        return True
    return _RAISED_LETTER.search(text) is not None and _WORD.search(text) is None


def without_tail(text: str) -> str:
    """Return a printed equation without the words after it that state the indices for which it holds.

    >>> without_tail("d_o[o] = y[o] - t[o]   for all o in O")
    'd_o[o] = y[o] - t[o]'
    """
    return _TAIL.sub("", text) if "for " in text else text


def read_latex(text: str, functions=FUNCTIONS):
    """Return the tree of a formula in LaTeX. See :func:`read`."""
    _check(text)
    cursor = LatexCursor(text, _few(latex_tokens(text), text), GRAMMAR, functions)
    return _bounded(cursor, read_whole(cursor))


def read_text(text: str):
    """Return the tree of a formula in Python-like text. See :func:`read`."""
    _check(text)
    reader = TextReader(text, _few(text_tokens(text), text))
    return _bounded(reader, reader.whole())


def _check(text):
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, found {type(text).__name__}.")
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(f"a formula has at most {MAX_CHARACTERS} characters, found {len(text)}", MAX_CHARACTERS)


def _few(tokens, text):
    if len(tokens) > MAX_TOKENS:
        reason = f"a formula has at most {MAX_TOKENS} symbols, found {len(tokens)}"
        raise ReadingError(reason, tokens[MAX_TOKENS].at, text)
    return tokens


def _bounded(reader, tree):
    """Return a tree if it is neither too large nor too deep. Quotients can be nested without a bracket."""
    count, stack = 0, [(tree, 1)]
    while stack:
        x, level = stack.pop()
        is_node = hasattr(x, "_fields")
        count += is_node
        if count > MAX_NODES:
            raise reader.error(f"a formula has at most {MAX_NODES} parts", x.at)
        if level > MAX_LEVELS:
            raise reader.error(f"a formula is nested at most {MAX_LEVELS} levels deep", getattr(x, "at", 0))
        stack.extend([(y, level + is_node) for y in x if isinstance(y, tuple)])
    return tree

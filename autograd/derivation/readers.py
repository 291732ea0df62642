r"""Reading formulas: LaTeX as people write it, and Python-like text.

Both become one kind of tree (:mod:`autograd.derivation.trees`). The input is not trusted: its length, tokens, depth,
digits and exponents are bounded, so that reading takes a few milliseconds whatever is in it.
"""

import re

from autograd.derivation.from_latex import UNICODE, LatexReader, latex_tokens
from autograd.derivation.from_text import TextReader, text_tokens
from autograd.derivation.lexing import MOST_CHARACTERS, MOST_NODES, MOST_TOKENS
from autograd.derivation.trees import ReadingError, walk

__all__ = ["is_latex", "read", "read_latex", "read_text"]


_IS_TEXT = re.compile(r"[A-Za-z]\[|\bfor\b|\*\*")


def read(text):
    """The tree of a formula: LaTeX where it has a backslash, braces or scripts like LaTeX's; else Python-like text.

    Raises:
        ReadingError: it cannot be read; the error has the position and the reason.
        TypeError: it is no text.
    """
    if not isinstance(text, str):
        raise TypeError(f"a formula is text, found {type(text).__name__}.")
    if len(text) > MOST_CHARACTERS:
        raise ReadingError(f"a formula has at most {MOST_CHARACTERS} characters, found {len(text)}", 0)
    if is_latex(text):
        return read_latex(text)
    try:
        return read_text(text)
    except ReadingError as error:
        if not text.lstrip().startswith("["):  # a bracket begins a formula in LaTeX only
            raise
        try:
            return read_latex(text)
        except ReadingError:
            raise error from None


def is_latex(text):
    """Whether a formula is LaTeX: it has a backslash, braces, or scripts like LaTeX's."""
    if "\\" in text or "{" in text or "$" in text or any(c in UNICODE for c in text):
        return True
    if _IS_TEXT.search(text):
        return False
    script = r"(?<![A-Za-z0-9_])[A-Za-z](_[A-Za-z0-9]|')(?![A-Za-z0-9_\[(])"
    return re.search(script, text, re.ASCII) is not None


def read_latex(text):
    """The tree of a formula in LaTeX."""
    return _read(text, latex_tokens, LatexReader)


def read_text(text):
    """The tree of a formula in Python-like text."""
    return _read(text, text_tokens, TextReader)


def _read(text, tokenize, parser):
    if len(text) > MOST_CHARACTERS:
        raise ReadingError(f"a formula has at most {MOST_CHARACTERS} characters, found {len(text)}", 0)
    tokens = tokenize(text)
    if len(tokens) > MOST_TOKENS:
        raise ReadingError(
            f"a formula has at most {MOST_TOKENS} symbols, found {len(tokens)}", tokens[MOST_TOKENS].at, text
        )
    p = parser(text, tokens)
    tree = p.whole()
    for count, node in enumerate(walk(tree)):
        if count >= MOST_NODES:
            raise ReadingError(f"a formula has at most {MOST_NODES} parts", getattr(node, "at", 0), text)
    return tree

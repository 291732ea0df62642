r"""Formulas of half-written documents whose delimiters are never closed. They end at the next blank line.

Without this, the search for the end of each of them would go to the end of the text, a half-written formula would be
taken for prose, and after an odd ``$$``, formulas and prose would be exchanged.
"""

import re

__all__ = ["OPEN", "with_open_formulas"]

OPEN = "\x01"  # stands for each character of a delimiter that is never closed
_CODE = re.compile(
    r"^[ \t]*(```+|~~~+).*?(?:^[ \t]*\1[ \t]*$|\Z)|(?<!`)(`+)(?!`)[^\n]*?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_DOLLARS = re.compile(r"(?<![\\$])\$\$(?!\$)")
_BLANK_LINE = re.compile(r"\n[ \t>]*\n")


def with_open_formulas(text, delimiters) -> str:
    r"""Return a text in which each character of a delimiter that is never closed is replaced.

    Those of displayed formulas become :data:`OPEN`, and all others blanks. The length does not change.

    Args:
        text: the document.
        delimiters: a regular expression of all delimiters but dollars. It has the groups ``begin`` with the ``name``
            and the ``star`` of an environment, and ``bracket``.

    >>> import re
    >>> brackets = re.compile(r"\\(?P<bracket>[\[\]])|(?P<begin>!)(?P<name>)(?P<star>)")
    >>> with_open_formulas(r"Here \[a = b", brackets).replace(OPEN, "|")
    'Here ||a = b'
    """
    text = text.replace(OPEN, " ")
    open_: dict = {}
    spans = [(*span, OPEN) for span in _odd_dollars(text)]
    for match in delimiters.finditer(text):
        if match["begin"]:
            key, is_start = match["name"] + match["star"], match["begin"] == "begin"
        else:
            key, is_start = "[" if match["bracket"] in "[]" else "(", match["bracket"] in "[("
        if is_start and key == "[":  # they are not nested: the one before was not closed
            spans += [(*span, OPEN) for span in open_.pop(key, [])]
        if is_start:
            open_.setdefault(key, []).append(match.span())
        else:
            open_.pop(key, None)
    spans += [(*span, " " if key == "(" else OPEN) for key, found in open_.items() for span in found]
    parts, at = [], 0
    for start, end, mark in sorted(spans):
        parts += [text[at:start], mark * (end - start)]
        at = end
    return "".join([*parts, text[at:]])


def _odd_dollars(text):
    """Return the span of the first ``$$`` that is not closed before a blank line, if their number is odd."""
    code = [match.span() for match in _CODE.finditer(text)]
    found = [match.span() for match in _DOLLARS.finditer(text)]
    found = [span for span in found if not any(start <= span[0] < end for start, end in code)]
    if len(found) % 2 == 0:
        return []
    for k in range(0, len(found), 2):
        if k + 1 == len(found) or _BLANK_LINE.search(text, found[k][1], found[k + 1][0]):
            return [found[k]]
    return []

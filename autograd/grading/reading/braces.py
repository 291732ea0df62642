r"""Labels under braces, such as the ``\phi'(z)`` under ``da/dz``: each says what the part above or below it is."""

import re

__all__ = ["labels_of_braces"]

_BRACE = re.compile(r"\\(?:under|over)brace(?![A-Za-z])\s*")
_WORDS = re.compile(r"\\(?:text|mathrm|textrm|textit|mbox|hbox|times|mathbb|in)(?![A-Za-z])|[^\x00-\x7f\u0370-\u03ff]")
_SIGN = re.compile(r"^(?:\s|\\[,;:! ])*=(?!:)")
_DEFINITION = re.compile(r"=:|:=|\\equiv|\\triangleq|\\coloneqq|\\eqqcolon")


def labels_of_braces(formula):
    r"""Return the parts of a formula with a label under a brace, and the labels, as pairs of texts.

    Labels that are words, sizes or definitions are left out.

    >>> labels_of_braces(r"\underbrace{\frac{da}{dz}}_{\phi'(z)} \underbrace{x}_{\text{input}}")
    [('\\frac{da}{dz}', "\\phi'(z)")]
    """
    found = []
    for match in _BRACE.finditer(formula):
        part, end = _group(formula, match.end())
        rest = re.match(r"\s*[_^]\s*", formula[end:]) if part is not None else None
        label = _group(formula, end + rest.end())[0] if rest else None
        if not part or not label or _WORDS.search(label) or _DEFINITION.search(label):
            continue
        label = _SIGN.sub("", label).strip()
        if "=" not in label and not re.search(r"(?<![\\A-Za-z])[A-Za-z]{3,}", label):
            found.append((part, label))
    return found


def _group(text, start):
    """Return the contents of the braces that open at a position, and the position after them, or None and 0."""
    if text[start : start + 1] != "{":
        return None, 0
    depth = 0
    for k in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[k], 0) if text[k - 1 : k] != "\\" else 0
        if depth == 0:
            return text[start + 1 : k], k + 1
    return None, 0

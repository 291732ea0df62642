r"""Formulas without the numbers, bullets and signs that surround them on a page.

``a) \delta = y - t \hfill (3.2)`` is ``\delta = y - t``. A number after a wide space is the number of the equation and
no factor, also after dots, and a box at the end means that a proof ends.
"""

import re

__all__ = ["without_numbers"]

_LENGTHS = {"pt": 1, "mm": 2.85, "cm": 28.5, "in": 72, "em": 10, "ex": 4.3, "mu": 0.55, "px": 0.75}
_SPACE = re.compile(r"\\hspace\*?\s*\{\s*(-?[\d.]+)\s*\\?(pt|mm|cm|in|em|ex|mu|px)\s*\}")
_WIDTHS = {r"\ ": 3.3, "~": 3.3, r"\;": 2.8, r"\:": 2.2, r"\,": 1.7, r"\>": 2.2, r"\!": -1.7}
_RUN = re.compile(r"(?:(?:\\[ ;:,>!]|~)\s*){3,}")
_WIDE = r"(?:\\q?quad(?![A-Za-z])|\\(?:enspace|hfill|dotfill)(?![A-Za-z])|&{2,})"
_DOTS = r"(?:\\(?:[lc]?dots|dotfill|longrightarrow|rightarrow|Rightarrow|to)(?![A-Za-z])|[.…⋯-]|\s|\\[,;: ]|~)"
_COUNT = (
    r"(?:\d{1,2}(?:[.\-]\d{1,2})*[a-z]?['’]?|[ivx]{1,4}|[a-eA-E]|(?:Eq(?:uation|n)?\.?~?\s*|BP\s?)\d{1,2}"
    r"|\\(?:ast|star|dagger|ddagger)|\*{1,3})"
)
_BRACKETED = rf"(?:\(\s*{_COUNT}\s*\)|\[\s*{_COUNT}\s*\])"
_FONTS = r"\\(?:text|mathrm|textbf|mathbf|textrm|textit|rm|mbox)\s*"
_END = r"(?=\s*(?:$|\\\\|\\end\s*\{|\\\]|\$))"
# With a wide space in front, or dots, a count in brackets is the number of an equation.
_AFTER = re.compile(
    rf"(?:{_WIDE}{_DOTS}*|(?<=\S)\s*\\[lc]?dots(?![A-Za-z]){_DOTS}*)(?:{_BRACKETED}|{_FONTS}\{{\s*{_BRACKETED}\s*\}})\s*[.,;]?{_END}"
)
_TAGGED = re.compile(r"\\tag\s*(?:(?=[^{\s*])\S|\*?\s*\{(?:[^{}]|\{[^{}]*\})*\})")
_BOX = re.compile(
    r"(?:\\q?quad(?![A-Za-z])|\\hfill(?![A-Za-z])|\\[,;: ]|\s)*\\(?:blacksquare|square|qed|Box|checkmark|halmos|qedhere"
    rf"|qedsymbol|openbox|blacktriangleleft|blacklozenge)(?![A-Za-z])\s*[.,;]?{_END}|\s*\\[,;]\s*!{_END}"
)
_STOP = re.compile(r"(?<=[\w})\]'])\s*\.\s*(?=\\(?:label|tag|nonumber|notag|qquad|quad|hfill)(?![A-Za-z])|\\end\s*\{)")
_BECAUSE = re.compile(
    rf"(?:\s|\\q?quad(?![A-Za-z])|\\[,;: ])*\(\s*\\(?:because|since)(?![A-Za-z]).*\){_END}", re.DOTALL
)
_BULLET = re.compile(
    r"^\s*(?:\\(?:bullet|star|ast|checkmark|hookrightarrow|rightarrow|longrightarrow|to|triangleright|blacktriangleright"
    r"|diamond|square|circ|because)(?![A-Za-z])|[•▪◦●→⇒➔✓✔])(?:\s|\\[ ;:,]|\\q?quad(?![A-Za-z])|~|\{\})*(?=[^\s=_^])"
)
_SPACED = r"(?:\\[ ;:,]|\\q?quad(?![A-Za-z])|~)"
_BEFORE = re.compile(
    rf"^\s*(?:\(\s*{_COUNT}\s*\)\s*(?:{_SPACED}\s*)+|{_FONTS}\{{\s*(?:{_BRACKETED}|\d{{1,2}}[.)])\s*:?\s*\}}\s*(?:{_SPACED}\s*)*"
    rf"|(?:[a-h]|i{{1,3}}|iv|v|\d{{1,2}})(?:\)|(?<=\d)\.(?!\d))(?:\s|{_SPACED})*(?=[\\A-Za-zδ∂Δ])"
    rf"|{_FONTS}\{{\s*(?:i\.?\s?e\.?|e\.?\s?g\.?|viz\.?)\s*,?\s*\}}\s*(?:{_SPACED}\s*)*)"
)


def without_numbers(text) -> str:
    r"""Return a formula without the number of its equation, a bullet before it, and a box after it.

    >>> without_numbers(r"(a)\; \delta = y - t \hspace{2cm} (3.2)").strip()
    '\\delta = y - t'
    >>> without_numbers(r"\to \delta_k = y_k - t_k \ldots (1)").strip()
    '\\delta_k = y_k - t_k'
    """
    if "\\" in text or "(" in text or "[" in text:
        text = _RUN.sub(_gap, _SPACE.sub(_gap_of_length, text))
        text = _TAGGED.sub(lambda match: r"\quad ", _STOP.sub(" ", text))
        text = _BECAUSE.sub(" ", _AFTER.sub(" ", _BOX.sub(" ", text)))
    return _BEFORE.sub("", _BULLET.sub("", text))


def _gap(match):
    r"""Return ``\quad`` for a run of spaces that is as wide, or the run itself."""
    width = sum([_WIDTHS[x] for x in re.findall(r"\\[ ;:,>!]|~", match[0])])
    return r"\quad " if width > 8 else match[0]


def _gap_of_length(match):
    r"""Return ``\quad`` for a space that is as wide, or a blank."""
    return r"\quad " if float(match[1].strip(".") or 0) * _LENGTHS[match[2]] > 8 else " "

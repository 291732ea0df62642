r"""Formulas as text: LaTeX is split into rows, claims and sides before it is parsed.

A document is split into claims before its formulas are read. Each claim then has the line where it begins, and an
unreadable claim does not affect the others. The contents of braces, brackets and environments are never split.
"""

import re
from typing import NamedTuple

__all__ = [
    "Piece",
    "claims_in",
    "is_equation",
    "parts_with_signs",
    "sides",
    "split_at",
    "without_marks",
    "without_reasons",
]

_TOKEN = re.compile(
    r"\\begin\s*\{(?P<begin>[A-Za-z]+\*?)\}|\\end\s*\{[A-Za-z]+\*?\}|\\(?:[A-Za-z]+\*?|\\\*?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?|.)"
    r"|<-|:=|[-+]=|[<>]=|.",
    re.DOTALL,
)
_OPENING, _CLOSING = {"{", "(", "[", r"\{", r"\lbrace"}, {"}", ")", "]", r"\}", r"\rbrace"}
_EQUALS = {"=", r"\equiv", ":=", r"\triangleq", r"\coloneqq", r"\doteq", r"\stackrel", r"\overset", r"\eqqcolon"}
_UPDATES = {"<-", "←", r"\leftarrow", r"\gets", r"\longleftarrow", "-=", "+="}
_ARROWS = {r"\rightarrow", r"\to", r"\longrightarrow", r"\mapsto"}
_NEAR = {r"\approx", r"\simeq", r"\thickapprox"}
_IMPLIES = {r"\Rightarrow", r"\implies", r"\Longrightarrow", r"\iff", r"\Leftrightarrow", r"\therefore"}
_ENDS = {"\\\\", r"\newline", r"\tabularnewline", r"\cr", r"\linebreak"}  # the ends of rows
_LINED = re.compile(
    r"\s*\\begin\s*\{(aligned|align|alignat|alignedat|split|gathered|gather|eqnarray|equation|flalign|array|displaymath|math)"
    r"(\*?)\}(?:\s*\{[^{}]*\}|\s*\[[^\[\]]*\])?"
)
# An arrow that counts or renames: 1 \\to K - 1, l \\to l + 1.
_NO_UPDATE = re.compile(r"[\s{}$]*(?:[\d.]*|[i-nI-Nt]|\\ell)[\s{}$]*")
_MARKS = re.compile(
    r"\\(?:label|tag\*?|ref|eqref|(?:short)?intertext)\s*\{[^{}]*\}|\\(?:nonumber|notag|qed|displaystyle|hline)(?![A-Za-z])"
)
_SPACE = re.compile(r"\\hspace\*?\s*\{[^{}]*\}")
_REASON = re.compile(r"&&\s*\\(?:text|mbox|textrm|textit)\s*\{(?:(?!\\\\|\\end\s*\{|&).)*", re.DOTALL)
# A remark in brackets at the beginning of a row, as in (By 6) &= ....
_REMARK = re.compile(r"(?:^|(?<=\\\\))\s*\(\s*\\(?:text|mbox|textrm|textit)\s*\{[^{}]*\}[^()=&]*\)(?=\s*&?\s*=)")
# The text after a formula and some space: the indices for which it holds, or a sign that more will follow.
_TAIL = re.compile(
    r"(?:[\s,;.(]|\\[,; ]|\\q?quad\b)*"
    r"(?:\\forall|\\text|\\mbox|\\mathrm|\\textrm|(?:for|if|when|where|with|since)\b|\\because|\\in\b"
    r"|[A-Za-z](?:_\{?\w\}?)?\s*(?:=\s*[\d{(]|\\in\b|\\ne|[<>])|[i-n]\s*=\s*[i-n](?:\s|[.,;)]|\\[,; ]|\\q?quad\b)*$)"
)
_BLANK = re.compile(r"^(?:\s|\\[,;! ]|\\q?quad\b)*")
_ENDING = re.compile(
    r"(?:[\s.,;]|\\[,;!]|\\q?quad\b|\\(?:text|mbox|textrm)\s*\{\s*(?:and|so|or|then|where|thus|with|,|\.)\s*\})+$"
)
# The shape of a quantity, which is named again behind a formula: , \\qquad \\delta \\in \\mathbb{R}^d.
_SHAPE = re.compile(r"(?:\s*(?:,|\\q?quad\b))+\s*[^=,]{1,250}?\\in\s*\\mathbb(?![A-Za-z])[^=]*$")
# The number of an equation before it, and the reason after it, in brackets.
_NUMBER = re.compile(r"^\s*\(\s*(?:\d{1,2}|[A-Za-z])\s*\)\s*(?:\\q?quad\b|\\[;: ]|~)\s*(?=\S)")
_SINCE = re.compile(
    r"(?:\s|\\[,; ]|\\q?quad\b)*\(\s*\\(?:text|mbox|textrm)\s*\{\s*(?:since|because|as|by|using)\b[^{}]*\}[^()]*\)\s*$"
)
_CONTINUES = re.compile(
    r"\s*(?:&|\\,|\\;|\\quad|\\qquad|\{\})*\s*(?:[-+*/=,)\]}]|\\(?:cdot|times|left|odot|bigl?|Bigl?|equiv|approx)|$)"
)


class Piece(NamedTuple):
    """A part of a text, with the offset where it begins."""

    text: str
    at: int


def _tokens(text):
    """Return the tokens of a text and the number of brackets that are left open.

    Each token is a tuple: its text, its offset, and the numbers of brackets and of braces or environments around it.
    """
    found, brackets, braces = [], 0, 0
    for match in _TOKEN.finditer(text):
        token = match[0]
        if match["begin"] or token == "{":
            found.append((token, match.start(), brackets, braces))
            braces += 1
            continue
        if (token.startswith(r"\end") and token.endswith("}")) or token == "}":
            braces -= 1
        elif token in _CLOSING:
            brackets -= 1
        found.append((token, match.start(), brackets, braces))
        if token in _OPENING:
            brackets += 1
    return found, brackets


def _top_level(text):
    """Return pairs of a token and its offset for all tokens outside of braces, brackets and environments.

    Brackets that do not match, as in the interval [0, 1), are not counted.
    """
    found, open_ = _tokens(text)
    depths = [brackets for _, _, brackets, braces in found if braces == 0]
    balanced = open_ == 0 and all(depth >= 0 for depth in depths)
    return [(token, at) for token, at, brackets, braces in found if braces == 0 and (brackets == 0 or not balanced)]


def split_at(text, separators) -> list[Piece]:
    """Return the parts of a text between separators that are outside of braces, brackets and environments.

    >>> split_at(r"a_{i,j} = f(b, c), d", {","})
    [Piece(text='a_{i,j} = f(b, c)', at=0), Piece(text=' d', at=18)]
    """
    parts, start = [], 0
    for token, at in _top_level(text):
        if token in separators or (token.startswith("\\\\") and "\\\\" in separators):
            parts.append(Piece(text[start:at], start))
            start = at + len(token)
    return [*parts, Piece(text[start:], start)]


def sides(text) -> list[Piece]:
    r"""Return the sides of a chain of equations.

    >>> [side.text.strip() for side in sides(r"\sum_{i=1}^n x_i = a = b")]
    ['\\sum_{i=1}^n x_i', 'a', 'b']
    """
    return split_at(text, _EQUALS)


def parts_with_signs(text) -> list[tuple[str, str]]:
    r"""Return the sides of a chain with the equals sign or the arrow before each of them.

    >>> parts_with_signs(r"w \gets w - g = 3")
    [('', 'w '), ('\\gets', ' w - g '), ('=', ' 3')]
    """
    parts = split_at(text, _EQUALS | _UPDATES)
    ends = [part.at + len(part.text) for part in parts]
    signs = [text[end : part.at] for end, part in zip(ends, parts[1:], strict=False)]
    return [(sign, part.text) for sign, part in zip(["", *signs], parts, strict=True)]


def is_equation(text, *, updates=True) -> bool:
    r"""Return True if a formula is a statement: it has an equals sign or the arrow of an update.

    >>> is_equation(r"\delta_o = y_o - t_o"), is_equation(r"\sum_{i=1}^n w_i"), is_equation(r"w \gets w - \eta g")
    (True, False, True)
    """
    top = [token for token, _ in _top_level(text)]
    if any(token in _EQUALS for token in top) or (updates and any(token in _UPDATES for token in top)):
        return True
    if not updates or not any(token in _ARROWS for token in top) or not any(token in "+-" for token in top):
        return False
    return _NO_UPDATE.fullmatch(split_at(text, _ARROWS)[0].text) is None


def without_marks(text) -> str:
    """Return a formula with labels, tags and similar marks replaced by blanks, so that offsets do not change."""
    text = _SPACE.sub(lambda match: r"\quad ".ljust(len(match[0])), text)  # its length is no part of a formula
    return _MARKS.sub(lambda match: " " * len(match[0]), text)


def without_reasons(text) -> str:
    r"""Return rows with the reasons in words in front of them, or in a column after them, replaced by blanks.

    >>> without_reasons(r"a &= b && \text{as }c\text{ is 1} \\").split()
    ['a', '&=', 'b', '\\\\']
    >>> without_reasons(r"a &= b \\ (\text{by 6}) &= c").split()
    ['a', '&=', 'b', '\\\\', '&=', 'c']
    """
    text = _REMARK.sub(lambda match: " " * len(match[0]), text)
    return _REASON.sub(lambda match: " " * len(match[0]), text) if "&&" in text else text


def claims_in(text) -> list[Piece]:
    r"""Return the claims of a displayed formula: all equations with their own left side.

    A row that begins with an equals sign or an operator continues the claim above it.

    >>> [claim.text for claim in claims_in(r"\begin{aligned} a &= b \\ &= c \\ d &= e \end{aligned}")]
    ['a = b = c', 'd = e']
    """
    text = without_reasons(without_marks(text))
    inner, at = _inside(text)
    found: list[Piece] = []
    for row in split_at(inner, _ENDS):
        for part in _parts(row):
            bare = _without_alignment(part.text)
            if not bare.strip(" \t\n.,;"):
                continue
            bare = _NUMBER.sub(lambda match: " " * len(match[0]), bare)
            lead = len(bare) - len(_BLANK.sub("", bare, count=1))
            if found and (_CONTINUES.match(bare) or not (is_equation(bare) or _is_near(bare))):
                found[-1] = Piece(f"{found[-1].text} {_BLANK.sub('', bare, count=1).strip()}", found[-1].at)
            else:
                found.append(Piece(bare[lead:].strip(), at + part.at + lead))
    return [Piece(_trimmed(piece.text), piece.at) for piece in found]


def _is_near(row):
    r"""Return True if a row says that its own left side is about a number: ``y \approx 0.7``."""
    left = split_at(row, _NEAR)
    return len(left) > 1 and bool(left[0].text.strip())


def _inside(text):
    """Return the rows of an environment if it is the whole text, and the offset where they begin."""
    at = 0
    while True:
        match = _LINED.match(text)
        if match is None:
            return text, at
        end = text.rfind(rf"\end{{{match[1]}{match[2]}}}")
        if end < match.end() or text[end + len(rf"\end{{{match[1]}{match[2]}}}") :].strip(" \t\n.,;$"):
            return text, at
        at += match.end()
        text = text[match.end() : end]


def _parts(row):
    """Return the equations of one row: those separated by space, and those that follow from one another."""
    found = [row]
    arrows = _IMPLIES | _ARROWS
    for separators in (arrows, {r"\quad", r"\qquad", r"\hspace"}, {";", ","}):
        parts = []
        for piece in found:
            pieces = split_at(piece.text, separators)
            kept = pieces[:1]
            for part in pieces[1:]:
                own = separators is arrows or not _is_tail(part.text)
                if own and is_equation(part.text) and is_equation(kept[-1].text):
                    kept.append(part)
                else:  # it belongs to the part before it
                    kept[-1] = Piece(piece.text[kept[-1].at : part.at + len(part.text)], kept[-1].at)
            parts += [Piece(part.text, piece.at + part.at) for part in kept]
        found = parts
    return found


def _without_alignment(text):
    """Return a row with its alignment marks replaced by blanks."""
    marks = {at for token, at in _top_level(text) if token == "&"}
    return "".join([" " if k in marks else c for k, c in enumerate(text)])


def _is_tail(text):
    first = sides(text)[0].text
    return bool(_TAIL.match(text)) or not first.strip(" ,&")


def _trimmed(text):
    """Return a claim without the punctuation of its sentence."""
    text = " ".join(text.split()) if "%" not in text else text.strip()
    return _ENDING.sub("", _SINCE.sub("", _ENDING.sub("", _SHAPE.sub("", text))))

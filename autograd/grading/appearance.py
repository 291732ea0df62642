r"""Formulas without the commands that only change how they look, and with usual commands for rare ones.

``\bbox[5px]{a = b}``, ``{\color{blue} a = b}`` and ``\colorbox{yellow}{$a = b$}`` are ``a = b``.
``\mathrel{=}``, ``\overset{!}{=}`` and ``\underbrace{=}_{\text{chain rule}}`` are ``=``. ``\underset{k}{\sum}`` is
``\sum_{k}``, ``\overset{\to}{w}`` is a vector w, and ``\pderiv{E}{w}`` is a partial derivative.
"""

import re

from autograd.grading.reading.lexing import MAX_CHARACTERS

_ROW_END = re.compile(r"\\cr(?![A-Za-z])")
__all__ = ["without_appearance"]

# Commands without a meaning: the numbers of arguments that are dropped, and that are kept in braces.
_FRAMES = {
    "bbox": (0, 1), "fcolorbox": (2, 1), "colorbox": (1, 1), "textcolor": (1, 1), "color": (1, 0), "require": (1, 0),
    "rule": (2, 0), "raisebox": (1, 1), "scalebox": (1, 1), "class": (1, 1), "cssId": (1, 1), "htmlClass": (1, 1),
    "htmlId": (1, 1), "style": (1, 1), "href": (1, 1), "sideset": (2, 0), "mathrlap": (0, 1), "mathllap": (0, 1),
    "mathclap": (0, 1), "rlap": (0, 1), "llap": (0, 1), "clap": (0, 1), "underrightarrow": (0, 1), "utilde": (0, 1),
    "overrightharpoon": (0, 1), "overrightharpoonup": (0, 1), "underbar": (0, 1), "undertilde": (0, 1),
    "underaccent": (1, 1), "bold": (0, 1), "vb": (0, 1), "va": (0, 1), "vect": (0, 1), "mathbfit": (0, 1),
    "mathbfsf": (0, 1), "framebox": (0, 1), "hl": (0, 1), "textup": (0, 1), "setlength": (2, 0), "enclose": (1, 1),
}  # fmt: skip
_OPERATORS = (
    r"[=:+\-*/]|:=|\\(?:cdot|odot|circ|times|ast|star|bullet|otimes|circledast|circledcirc|leftarrow|gets|equiv|sum"
    r"|prod|partial|triangleq|oslash|doteq|coloneqq|to|rightarrow|longleftarrow|bigcirc|boxdot|oast)(?![A-Za-z])"
)
_FONT = r"\\(?:boldsymbol|mathbf|bm|pmb|displaystyle|textstyle|scriptstyle|large|Large|small|mathsf|mathrm|rm|bf)"
_SIGN = re.compile(rf"\s*(?:{_FONT}(?![A-Za-z])\s*)*\{{?\s*({_OPERATORS})\s*\}}?\s*(?:\\limits\s*)?")
_HARPOON = re.compile(r"\s*(?:\\(?:long)?rightarrow|\\to|\\sim|\\rightharpoonup|\\rightharpoon|→|\\scriptstyle|\s)+\s*")
_CLASSES = {"mathrel", "mathbin", "mathop", "mathord", "mathinner", "boldsymbol", "mathbf", "bm", "pmb", "text"}
_DERIVATIVES = {
    "partialderivative", "pderiv", "pder", "parder", "fpartial", "pfrac", "dpd", "diffp", "pdiff", "derivative",
    "deriv", "der", "tder", "diff", "odv", "dod", "parderiv", "pardiff", "pdv",
}  # fmt: skip
_DIFFERENTIALS = {"dd", "diff", "differentialD", "dif", "Diff"}
_ARROWS = {"xlongequal": "=", "xequal": "=", "xleftarrow": r"\leftarrow", "xlongleftarrow": r"\leftarrow"}
_DIFFERENTIAL = re.compile(
    r"\s*(?:d\s*(?:[A-Za-z](?![A-Za-z])|\\)|\\(?:mathrm|rm)\s*\{\s*d\s*\}|\\partial(?![A-Za-z]))"
)
_KIND_OF_CASE = re.compile(r"(&\s*)((?:output|hidden|last|inner)\s+(?:layer|unit|neuron|node)s?)(?=\s*(?:\\\\|\}))")
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")
_ARGUMENT = re.compile(r"\s*(?:\{|\\[A-Za-z]+|\\.|[^\s{}\\])")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_OPTION = re.compile(r"\s*\[[^\[\]]*\]")
_LABEL_BELOW = re.compile(r"\s*[_^]\s*\{(?:[^{}]|\{[^{}]*\})*\}")

_SIMPLE = [
    (re.compile(pattern), into)
    for pattern, into in [
        (r"\\(?:m?kern|m?skip|mspace\s*\{)\s*-?[\d.]+\s*(?:mu|em|ex|pt|cm|mm)\s*\}?", " "),
        (r"\\mathrel\s*\{\s*([-+])\s*\}\s*=", r"\1="),
        (r"\\hskip\s*-?[\d.]+\s*(?:em|ex|pt|cm|mm)", r"\\quad "),
        (r"\\(?:vcentcolon|colon)\s*=|\\mathrel\s*\{\s*:\s*\}\s*=|\\(?:eqdef|defeq|coloneq|eqqcolon|eqcolon|eqcirc"
         r"|isdef)(?![A-Za-z])", ":="),
        (r"\\(?:Leftarrow|longmapsfrom|mapsfrom)(?![A-Za-z])", r"\\leftarrow "),
        (r"\\(?:circledast|circledcirc|boxdot|oast|bigcirc|ocircle|[Hh]adamard|bigodot)(?![A-Za-z])|\.\\(?:times|ast)"
         r"(?![A-Za-z])", r"\\odot "),
        (r"(\\odot)\s*_\s*\{\s*\\text\{[^{}]*\}\s*\}", r"\1 "),
        (r"\^\s*\{?\s*\\(?:bot|perp|dag|transpose)(?![A-Za-z])\s*\}?", r"^{\\top}"),
        (r"\\lbrack(?![A-Za-z])", "["), (r"\\rbrack(?![A-Za-z])", "]"),
        (r"\\l(?:paren|group)(?![A-Za-z])", "("), (r"\\r(?:paren|group)(?![A-Za-z])", ")"),
        (r"\\qty\s*(?=[\[({])", ""), (r"\\qty\s*\\(?=\{)", r"\\"),
        (r"\\genfrac\s*(?:\{[^{}]*\}\s*){4}", r"\\frac"), (r"\\[Xx]?[Ff]rac(?=\s*\{)", r"\\frac"),
        (r"(\\[dtc]?frac)\s+(\w)\s+(\w)(?!\w)", r"\1{\2}{\3}"),
        (r"(\\delta)\{\s*([a-z]{1,2}|\d)\s*\}", r"\1_{\2}"),
        (r"([\w)\]}])\s*_\s*\{\s*(?:\w|\d+)(?:_\{?\w\}?)?\s*\\times\s*(?:\w|\d+)(?:_\{?\w\}?)?\s*\}", r"\1"),
        (r"(1\s*\}?|[IH]\s*\}?|\\chi)\s*_\s*\{\s*"
         r"\\(?:lbrace|\{)((?:[^{}\\]|\\(?![{}])|\{[^{}]*\})*)\\(?:rbrace|\})\s*\}", r"\1_{\2}"),
        (r"\\(mathbf|boldsymbol|bm|pmb|vec)\s*\{\s*d\s*([A-Z])\s*\}", r"d\\\1{\2}"),
        (r"\\(?:mathbf|boldsymbol|bm|vec|pmb|mathrm|overrightarrow)\s*\{\s*\\nabla\s*\}"
         r"|(?<![A-Za-z_^])\{\s*\\nabla\s*\}", r"\\nabla "),
        (r"\\(?:tiny|scriptsize|footnotesize|small|normalsize|large|Large|LARGE|huge|Huge)(?![A-Za-z])\s*", " "),
        (r"(\\[dtc]?frac)\s*(?:d|\{d\}|\\partial)\s*(?=\{\s*d)", r"\1{d}"),
        (r"½", r"\\frac{1}{2}"), (r"¼", r"\\frac{1}{4}"), (r"⅓", r"\\frac{1}{3}"),
        (r"\^\s*\{?\s*1\s*\}?\s*/\s*_\s*\{?\s*2\s*\}?", r"\\frac{1}{2}"),
        (r"\\(mathrm|mathit|mathsf|text|textrm|operatorname)\s+([A-Za-z])", r"\\\1{\2}"),
        (r"\\math(?:ds|bbm|bbold)(?![A-Za-z])", r"\\mathbb"), (r"\\(?:Sum|bigsum)(?![A-Za-z])", r"\\sum"),
        (r"\\(?:textquotesingle|textquoteright)(?![A-Za-z])\s*", "'"),
        (r"\^\s*\{\s*\\(?:text|mathrm|textrm)\s*\{\s*['’′]\s*\}\s*\}", "'"),
        (r"(?<=[A-Za-z\]})])\{\}(?=[_^'’])", ""),
        (r"((?:^|[=+\-*(\[{,&]|\\partial)\s*)\{\}\s*\^\s*(\{\s*[(\[]?[lL\d][^{}]*\})\s*((?:\\[A-Za-z]+\s*\{\s*[A-Za-z]\s*\})"
         r"|[A-Za-z])(?![A-Za-z])", r"\1\3^\2"),
        (r"([\^_]\s*\{)\s*\\(?:text|mathrm|textrm)\s*\{\s*([(\[][A-Za-z0-9+\-]+[)\]])\s*\}\s*\}", r"\1\2}"),
        (r"([\^_]\s*\{\s*[(\[])\s*\\(?:text|mathrm|textrm)\s*\{\s*([A-Za-z0-9+\-]+)\s*\}\s*([)\]]\s*\})", r"\1\2\3"),
        (r"\^\s*\{\s*\\(?:text|mathrm|textrm)\s*\{\s*[Ll]ayer\s*~?\}\s*\\?[ ,;]?\s*([A-Za-z0-9+\-]+)\s*\}", r"^{(\1)}"),
        (r"\^\s*\{\s*\\(?:text|mathrm|textrm)\s*\{\s*[Ll]ayer\s+([A-Za-z0-9+\-]+)\s*\}\s*\}", r"^{(\1)}"),
        (r"\{\s*\\?#\s*\\(?:text|mathrm)\s*\{[^{}]*\}\s*\}", "{n}"), (r"\\#\s*", ""),
        (r"_\s*\{\s*([A-Za-z])\s*(?:\\[,;: ]\s*)?(?::|\\colon|\\mid|\|)(?:[^{}]|\{[^{}]*\})*?(?:\\to|\\rightarrow|\\in"
         r"|\\sim|→|∈)(?![A-Za-z])(?:[^{}]|\{[^{}]*\})*\}", r"_{\1}"),
        (r"(\\(?:sum|prod)\s*(?:\\limits\s*)?)_\s*\{\s*([01])\s*\\leq?\s*([A-Za-z])\s*\\leq?\s*([A-Za-z])\s*\}",
         r"\1_{\3=\2}^{\4}"),
        (r"\\_\s*(?=\{)", "_"),
        (r"(\\(?:sum|prod)\s*(?:\\limits\s*)?)\\?\*\s*(?=[{a-z])", r"\1_"),
        (r"((?<![A-Za-z])[A-Za-z]|\\[A-Za-z]+|\})\*\{([a-z0-9](?:\s*,?\s*[a-z0-9])*(?:\s*[+-]\s*1)?)\}", r"\1_{\2}"),
        (r"(?<![\d_{,(\[])\b0,(\d+)(?![\d,}])", r"0.\1"),
    ]
]  # fmt: skip
# Some editors of Markdown print stars for a pair of underscores. No left side is a product of letters.
_STARRED = re.compile(r"(\\[A-Za-z]+|(?<![A-Za-z\\])[A-Za-z]|(?<=[A-Za-z])\})\*([a-z])(?![A-Za-z(])")
_STARRED_BRACES = re.compile(r"(?<![A-Za-z\\])[A-Za-z]\*\{[a-z]{1,2}(?:[+-]1)?\}")  # as in W*{hh}
_STARRED_LEFT = re.compile(rf"\s*{_STARRED.pattern}\s*&?=")
_ALONE = re.compile(
    r"(?<![\\A-Za-z}_^\s])(\s*)\{\s*(?:\\displaystyle\s*)?(\\sum|\\prod|\\partial|\\(?:rm|mathrm)\s*\{?\s*d\s*\}?)\s*\}"
)
_RELATION_ALONE = re.compile(
    r"(?<![\\_^A-Za-z])\{\s*(?:\\displaystyle\s*)?(=|:=|\\cdot|\\odot|\\circ|\\times|\\equiv|\\sum|\\leftarrow)\s*\}"
)
_DOT_OF_LEFT = re.compile(r"\\(?:left|right)\s*\.")
_MIDDLE = re.compile(r"\\middle\s*(?=[/|])")
_RELATION = re.compile(r"(?<![<>!:+\-])=(?!=)|:=|\\(?:leftarrow|gets|equiv|triangleq)(?![A-Za-z])|&=")
_OPENS = re.compile(r"\{")


def without_appearance(text) -> str:
    r"""Return a formula without colours, frames and sizes, and with usual commands for rare ones.

    >>> without_appearance(r"\bbox[5px]{\delta \mathrel{=} y - t}").split()
    ['\\delta', '=', 'y', '-', 't']
    >>> without_appearance(r"\underset{k}{\sum} \pderiv{E}{s_k}")
    '\\sum_{k} \\frac{\\partial E}{\\partial s_k}'
    """
    if len(text) > MAX_CHARACTERS:
        return text
    if "\\" not in text and not any(c in text for c in "½¼⅓"):
        return _without_braces_around_claims(text)
    is_damaged = _STARRED_BRACES.search(text) is not None
    for pattern, into in _SIMPLE:
        text = pattern.sub(into, text)
    if is_damaged or _STARRED_LEFT.match(text):
        text = _STARRED.sub(r"\1_\2", text)
    for _ in range(2):
        text = _with_usual_commands(text)
    text = _RELATION_ALONE.sub(r" \1 ", _ALONE.sub(r"\1\2 ", text))
    text = _DOT_OF_LEFT.sub(" ", text)
    return _without_braces_around_claims(_MIDDLE.sub("", text))


def _with_usual_commands(text):
    """Return a formula with each rare command replaced once, from left to right."""
    at = 0
    while match := _COMMAND.search(text, at):
        found = _replacement(text, match[1], match.end())
        if found is None or len(text) > 2 * MAX_CHARACTERS:
            at = match.end()
            continue
        words, end = found
        text = text[: match.start()] + words + text[end:]
        at = match.start()
    return text


def _replacement(text, name, at):
    """Return what a command and its arguments stand for and the offset after them, or None if it stays."""
    if name in _FRAMES:
        dropped, kept = _FRAMES[name]
        option = _OPTION.match(text, at)
        parts, end = _arguments(text, option.end() if option else at, dropped + kept)
        return None if parts is None else (" ".join([f"{{{x}}}" for x in parts[dropped:]]) or " ", end)
    if name in _DERIVATIVES:
        parts, end = _arguments(text, at, 2, braced=True)
        if parts is not None:
            of, by = parts
            return (
                rf"\frac{{\partial {of}}}{{\partial {by}}}" if of.strip() else rf"\frac{{\partial}}{{\partial {by}}}",
                end,
            )
    if name in _DIFFERENTIALS and (name != "dd" or _arguments(text, at, 2, braced=True)[0] is None):
        return r"\mathrm{d}", at
    if name == "cases":  # of plain TeX
        parts, end = _arguments(text, at, 1, braced=True)
        if parts is not None:
            rows = _KIND_OF_CASE.sub(r"\1\\text{\2}", parts[0] + "}")
            return rf"\begin{{cases}} {rows[:-1]} \end{{cases}}", end
    if name in ("matrix", "pmatrix", "bmatrix"):  # of plain TeX
        parts, end = _arguments(text, at, 1, braced=True)
        if parts is not None:
            rows = _ROW_END.sub(lambda _: r"\\", parts[0])
            return rf"\begin{{{name}}} {rows} \end{{{name}}}", end
    if name in _ARROWS:
        option = _OPTION.match(text, at)
        parts, end = _arguments(text, option.end() if option else at, 1, braced=True)
        return None if parts is None else (f" {_ARROWS[name]} ", end)
    if name in ("underset", "overset", "stackrel"):
        return _stacked(text, name, at)
    if name in _CLASSES or name in ("underbrace", "overbrace"):
        parts, end = _arguments(text, at, 1, braced=True)
        sign = _SIGN.fullmatch(parts[0]) if parts is not None else None
        if sign is None and name in ("mathopen", "mathclose") and parts is not None and not parts[0].strip():
            return " ", end
        if sign is None and name == "mathop" and parts is not None and _DIFFERENTIAL.match(parts[0]):
            return f" {parts[0]} ", end
        if sign is None or (name == "text" and sign[1] in "+-:"):
            return None
        label = _LABEL_BELOW.match(text, end) if sign[1] not in (r"\sum", r"\prod") else None
        return f" {sign[1]} ", label.end() if label else end
    if name in ("mathopen", "mathclose"):
        parts, end = _arguments(text, at, 1, braced=True)
        return None if parts is None or parts[0].strip() else (" ", end)
    return None


def _stacked(text, name, at):
    r"""Return a sign without what is above or below it; k below ``\sum`` is its letter, and an arrow marks a vector."""
    parts, end = _arguments(text, at, 2)
    if parts is None:
        return None
    beside, base = parts
    sign = _SIGN.fullmatch(base)
    if sign is not None and sign[1] in (r"\sum", r"\prod"):
        mark = "_" if name == "underset" else "^"
        return (f"{sign[1]}{mark}{{{beside.strip()}}}" if beside.strip() else f"{sign[1]} "), end
    if sign is not None:
        return f" {sign[1]} ", end
    if _HARPOON.fullmatch(beside):
        return f"{{{base}}}", end
    inner = re.match(r"\s*\\(?:sum|prod)\s*_\s*\{[^{}]*\}\s*$", base)
    if inner is not None and name != "underset":
        return f"{base.strip()}^{{{beside.strip()}}}", end
    return None


def _arguments(text, at, count, braced=False):
    """Return the arguments of a command without their braces, and the offset after them, or (None, at)."""
    found, start = [], at
    for _ in range(count):
        match = _ARGUMENT.match(text, at)
        if match is None or (braced and not match[0].endswith("{")) or match[0].endswith("\\{"):
            return None, start
        if not match[0].endswith("{"):
            found.append(match[0].strip())
            at = match.end()
            continue
        end = _closing(text, match.end())
        if end is None:
            return None, start
        found.append(text[match.end() : end])
        at = end + 1
    return found, at


def _closing(text, at):
    """Return the offset of the brace that closes one that opened before ``at``, or None."""
    depth = 0
    for match in _BRACE.finditer(text, at):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            if depth == 0:
                return match.start()
            depth -= 1
    return None


def _without_braces_around_claims(text):
    """Return a formula without the braces that are around a whole equation and are no argument of a command."""
    at = 0
    while match := _OPENS.search(text, at):
        before = text[: match.start()].rstrip()
        at = match.end()
        if before and (before[-1] in "\\_^}])" or before[-1].isalnum()):
            continue
        end = _closing(text, match.end())
        if end is None:
            return text
        if _is_claim(text[match.end() : end]):
            text = f"{text[: match.start()]} {text[match.end() : end]} {text[end + 1 :]}"
    return text


def _is_claim(inner):
    """Return True if a text has a relation outside of its braces."""
    depth, last = 0, 0
    for match in _BRACE.finditer(inner):
        if match[0] in "{}":
            if depth == 0 and match[0] == "{" and _RELATION.search(inner, last, match.start()):
                return True
            depth += 1 if match[0] == "{" else -1
            last = match.end()
    return depth == 0 and bool(_RELATION.search(inner, last))

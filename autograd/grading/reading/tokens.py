"""The symbols of a printed formula: LaTeX with all its fonts and spaces, or typed letters and signs.

Fonts, colours, spaces and sizes are dropped here. The parser sees only letters, numbers, signs and commands.
"""

import re
import unicodedata

from autograd.grading.reading.lexing import MAX_CHARACTERS, MAX_TOKENS
from autograd.grading.reading.trees import GREEK, ReadingError
from autograd.grading.reading.words_of_marks import WORDS_BELOW

__all__ = ["ACCENTS", "FUNCTION_WORDS", "Symbol", "is_typed", "symbols_of"]

FUNCTION_WORDS = frozenset({
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min", "softmax", "sigmoid", "softplus",
    "relu", "ReLU", "diag", "sech", "abs", "sign", "logistic", "sgn", "sig", "Diag", "sqrt", "cbrt",
    "sec", "csc", "cot", "csch", "coth", "lgamma", "digamma", "step", "floor", "ceil", "round", "mod",
    "vec", "prod", "dtanh", "dsigma", "logit", "LeakyReLU", "elu", "gelu", "swish", "silu", "erf", "leaky_relu",
})  # fmt: skip
_WORDS = frozenset({
    "net", "out", "in", "total", "Loss", "loss", "cost", "Cost", "MSE", "SSE", "CE", "BCE", "error", "Error", "target",
    "for", "if", "otherwise", "else", "where", "and", "all", "outputs", "inputs", "hidden", "output", "input",
    "tot", "Err", "bias", "tr", "with", "new", "old",
})  # fmt: skip
_PROSE_WORDS = frozenset({
    "falls", "sonst", "wenn", "sinon", "when", "for", "if", "otherwise", "else", "where", "and", "all", "with",
    "avec", "donc", "soit", "mit", "wobei", "also", "und", "con", "donde", "com", "onde", "dove", "quindi", "so",
    "thus", "Thus", "hence", "Hence", "therefore", "Therefore", "then", "Then", "So", "And", "Now", "Finally", "Also",
    "Similarly", "Where",
})  # fmt: skip

_SIGN_OF = {
    "@": ("cmd", "cdot"),
    "∏": ("cmd", "prod"),
    "∂": ("cmd", "partial"), "Σ": ("cmd", "sum"), "∑": ("cmd", "sum"), "∇": ("cmd", "nabla"), "√": ("cmd", "sqrt"),
    "·": ("cmd", "cdot"), "⋅": ("cmd", "cdot"), "∙": ("cmd", "cdot"), "×": ("cmd", "times"), "⊙": ("cmd", "odot"),
    "∘": ("cmd", "circ"), "⊗": ("cmd", "otimes"), "−": ("op", "-"), "–": ("op", "-"), "←": ("cmd", "leftarrow"),
    "→": ("cmd", "to"), "⇒": ("cmd", "Rightarrow"), "∈": ("cmd", "in"), "≡": ("op", "="), "≔": ("op", ":="),
    "≈": ("cmd", "approx"), "∝": ("cmd", "propto"), "∀": ("cmd", "forall"), "′": ("op", "'"), "’": ("op", "'"),
    "´": ("op", "'"),
    "≠": ("cmd", "neq"), "≥": ("cmd", "geq"), "≤": ("cmd", "leq"), "…": ("cmd", "dots"), "⋯": ("cmd", "dots"),
    "∆": ("let", "Delta"), "△": ("let", "Delta"), "ℓ": ("let", "ell"), "𝟙": ("cmd", "indicator"), "∞": ("cmd", "infty"),
    "∴": ("cmd", "therefore"), "∵": ("cmd", "because"), "÷": ("op", "/"),
    "⊘": ("cmd", "oslash"),
    "ᵀ": ("cmd", "transposed"), "⊤": ("cmd", "transposed"), "∗": ("op", "*"), "[": ("op", "["),
    "，": ("op", ","), "；": ("op", ";"), "。": ("op", "."), "：": ("op", ":"), "（": ("op", "("), "）": ("op", ")"),
    "＝": ("op", "="),
}  # fmt: skip
_BELOW = dict(zip("₀₁₂₃₄₅₆₇₈₉ᵢⱼₖₗₘₙₒₚₜₓₐₑₕᵣₛᵦ₊₋₍₎", "0123456789ijklmnoptxaehrsb+-()", strict=True))
_ABOVE = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹ⁱⁿˡᵗᵏʲᵐᴷᴸᴺ⁺⁻⁽⁾", "0123456789inltkjmKLN+-()", strict=True))
_ACCENT_OF = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar"}
_SAME_COMMAND = {"part": "partial", "grad": "nabla", "bigtriangledown": "nabla", "triangledown": "nabla"}
_GREEK_COMMANDS = {*GREEK.values(), "ell", "Sigma"}
_TYPED_GREEK = {x for x in GREEK.values() if len(x) > 2}
_SAME_LETTER = {"varepsilon": "epsilon", "varphi": "phi", "vartheta": "theta", "varsigma": "sigma", "triangle": "Delta",
                "triangleup": "Delta", "bigtriangleup": "Delta", "varDelta": "Delta", "hslash": "h",
                "imath": "i", "jmath": "j", "vartriangle": "Delta"}  # fmt: skip
_SPACES = {
    ",", ";", "!", ":", " ", ">", "/", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr",
    "biggl", "biggr", "Biggl", "Biggr", "displaystyle", "textstyle", "scriptstyle", "limits", "nolimits", "nonumber",
    "notag", "middle", "thinspace", "rm", "bf", "it", "sf", "tt", "cal", "mathop", "mathrel", "mathbin", "mathstrut",
    "strut", "hfill", "hfil", "noindent", "centering", "bigm", "Bigm", "large", "Large", "small", "tiny", "normalsize",
    "allowbreak", "medspace", "thickspace", "relax", "boldmath", "unboldmath", "mathord", "negthinspace", "protect",
    "smash", "par", "null", "-", "mathinner", "ensuremath", "hline", "mit", "space", "nobreakspace", "scriptsize",
    "footnotesize", "LARGE", "huge", "Huge", "Tiny", "scriptscriptstyle", "mathclose", "mathopen", "mathpunct",
}  # fmt: skip
_GAPS = {"quad", "qquad", "enspace"}
# These commands only change the appearance. The contents of their braces are read without them.
_LOOKS = {
    "mathbf", "boldsymbol", "bm", "mathcal", "mathbb", "mathsf", "mathfrak", "mathscr", "pmb", "vec", "underline",
    "overrightarrow", "boxed", "cancel", "bcancel", "xcancel", "mathnormal", "fbox", "vv", "overleftarrow", "uline",
    "symbf", "symbfit", "bf", "emph", "hbox", "substack", "mathtt",
}  # fmt: skip
_WORD_FONTS = {"mathrm", "mathit", "operatorname", "text", "textrm", "textbf", "textit", "mbox", "textsf", "texttt",
               "textnormal", "mathop", "rm"}  # fmt: skip
_PROSE_FONTS = {"text", "textrm", "textbf", "textit", "mbox", "textsf", "textnormal"}
_DROPPED = {"label", "tag", "phantom", "hphantom", "vphantom", "hspace", "vspace", "eqref", "ref", "kern", "cite"}
_ACCENTS = {"hat": "hat", "widehat": "hat", "bar": "bar", "overline": "bar", "tilde": "tilde", "widetilde": "tilde",
            "dot": "dot", "check": "check", "acute": "acute", "mathring": "mathring"}  # fmt: skip
ACCENTS = frozenset(_ACCENTS.values())

_TOKEN = re.compile(
    r"(?P<row>\\\\\*?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)|\\(?P<command>[A-Za-z]+|.)\*?"
    r"|(?P<dots>\.\.\.)|(?P<had>\.[ ]?\*)|(?P<turned>\.T\b)|(?P<number>\d+\.\d+|\.\d+|\d+)"
    r"|(?P<letters>[A-Za-z]+)|(?P<sign>:=|<-|->|\+=|-=|==|!=|>=|<=|=>|\*\*|[^\s\\])",
    re.DOTALL | re.ASCII,
)
_TYPED_INDICES = re.compile(r"_[h-km-p][h-km-p](?![A-Za-z0-9_])", re.ASCII)
_SPACED = re.compile(r"(?:\s|~|%[^\n]*\n?)+")

_COMMENT = re.compile(r"#[^\n]*")  # behind a typed line
_NEW_CLAIM = re.compile(r"[A-Za-zΔδ∂∇][^=\n()+*·×-]{0,24}(?:\([^=\n()]{0,12}\))?\s*(?:=|:=|←|<-)")


class Symbol:
    """A symbol with its kind, its text and its position.

    The kind is ``let``, ``num``, ``op``, ``cmd``, ``row``, ``text`` or ``gap``. ``glued`` is True if no space separates
    the symbol from the one before.
    """

    __slots__ = ("at", "glued", "kind", "text")

    def __init__(self, kind, text, at, glued=False):
        self.kind, self.text, self.at, self.glued = kind, text, at, glued

    def __repr__(self):
        return f"{self.kind}:{self.text}"


def symbols_of(text, words=frozenset()):
    """Return the symbols of a formula.

    Args:
        text: the formula.
        words: names of several letters that have a meaning, in addition to functions.

    Returns:
        A list of symbols.

    Raises:
        ReadingError: the formula is too long, or a brace is not closed.
    """
    if len(text) > MAX_CHARACTERS:
        raise ReadingError(f"a formula has at most {MAX_CHARACTERS} characters, found {len(text)}", MAX_CHARACTERS)
    known = {*FUNCTION_WORDS, *_WORDS, *words}
    if is_typed(text):
        text = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    raw = _split(text, known, is_typed(text))
    if len(raw) > MAX_TOKENS:
        raise ReadingError(f"a formula has at most {MAX_TOKENS} symbols, found {len(raw)}", raw[MAX_TOKENS].at, text)
    if is_typed(text):
        raw = _with_braces_for_scripts(raw)
    return _without_looks(raw, known, text)


def _with_braces_for_scripts(raw):
    """Return typed symbols with ``h_{t-1}`` for ``h_(t-1)`` and ``W^{(2)}`` for ``W^(2)``."""
    found, closing = [], {}
    for k, s in enumerate(raw):
        sign = raw[k - 1].text if k and raw[k - 1].kind == "op" else ""
        is_script = s.kind == "op" and s.text == "(" and sign in ("_", "^")
        end = _closing_parenthesis(raw, k) if is_script else None
        if end is not None and sign == "_":
            closing[end] = [Symbol("op", "}", raw[end].at)]
            s = Symbol("op", "{", s.at)
        elif end is not None and _is_mark_of_name(raw, k, end):
            closing[end] = [raw[end], Symbol("op", "}", raw[end].at)]
            found.append(Symbol("op", "{", s.at))
        found += closing.get(k, [s])
    return found


def _is_mark_of_name(raw, start, end):
    """Return True if parentheses above a name have a letter or a number in them, or the sum of two of these."""
    base = raw[start - 2] if start > 1 else None
    is_name = base is not None and base.text != "e" and (base.kind in ("let", "num") or base.text == "}")
    return is_name and end - start < 5 and raw[start + 1].kind in ("let", "num")


def _closing_parenthesis(raw, start):
    """Return the position of the parenthesis that closes the one at ``start``, or None."""
    depth = 0
    for k in range(start, len(raw)):
        if raw[k].kind == "op":
            depth += (raw[k].text == "(") - (raw[k].text == ")")
            if depth == 0:
                return k
    return None


def is_typed(text):
    """Return True if a formula is typed text and no LaTeX: then w_ij has two indices, also beside ``w_ij^{(l)}``."""
    return "\\" not in text and ("{" not in text or _TYPED_INDICES.search(text) is not None)


def _split(text, known, is_typed):
    found, at, glued = [], 0, False
    while at < len(text):
        spaces = _SPACED.match(text, at)
        if spaces:
            if is_typed and "\n" in spaces[0] and _NEW_CLAIM.match(text, spaces.end()) and _is_finished(text[:at]):
                found.append(Symbol("row", "", at))
            at, glued = spaces.end(), False
            continue
        match = _TOKEN.match(text, at)
        if match is None:
            at += 1
            continue
        kind, word = match.lastgroup, match[match.lastgroup]
        before = len(found)
        is_below = text[:at].endswith("_{") and text[match.end() :][:1] == "}"
        is_word = word in WORDS_BELOW or (is_below and not is_typed and word not in known and _is_word(word))
        if kind == "letters" and is_word and (is_below or (is_typed and text[:at].endswith("_"))):
            found.append(Symbol("let", word, at))
        elif word in _ACCENT_OF and found and found[-1].kind == "let":  # a combining accent after its letter
            letter = found.pop()
            opening, closing = Symbol("op", "{", at), Symbol("op", "}", at)
            found += [Symbol("cmd", _ACCENT_OF[word], letter.at), opening, letter, closing]
        elif kind == "letters":
            found += _letters(word, at, known, is_typed)
        elif kind == "sign":
            found += _sign(word, at)
        elif kind == "turned":  # W.T, as in Python
            found += [Symbol("op", "^", at), Symbol("let", "T", at + 1, True)]
        elif kind == "dots":
            found.append(Symbol("cmd", "dots", at))
        elif kind == "command" or kind == "had":
            found.append(Symbol("cmd", "odot" if kind == "had" else word, at))
        else:
            found.append(Symbol({"number": "num", "row": "row"}[kind], word, at))
        if len(found) > before:
            found[before].glued = glued
        at, glued = match.end(), True
    return found


def _is_finished(text):
    """Return True if typed text ends with a claim that may be complete, so that the next line is another one."""
    return "=" in text and text.rstrip()[-1] not in "=+-*/(,·×⊙≡"


def _letters(word, at, known, is_typed):
    """Return the symbols of a run of letters: one symbol for a known word, and one for each remaining letter."""
    if word in known or (is_typed and word in _TYPED_GREEK):
        return [Symbol("let", word, at)]
    found, k = [], 0
    while k < len(word):
        n = next((n for n in range(min(len(word) - k, 12), 1, -1) if word[k : k + n] in known), 1)
        piece = word[k : k + n]
        if n > 1 and n < 3 and piece in ("in", "if", "tr"):
            n, piece = 1, word[k]
        found.append(Symbol("let", piece, at + k, k > 0))
        k += n
    return found


def _is_word(letters):
    """Return True for letters that cannot be indices, such as ``enc`` and ``dense``: nobody counts with so many."""
    return letters.islower() and (len(letters) > 3 or (len(letters) == 3 and bool({"a", "e", "u"} & set(letters))))


def _sign(word, at):
    if word in _SIGN_OF:
        return [Symbol(*_SIGN_OF[word], at)]
    if word in GREEK:
        return [Symbol("let", GREEK[word], at)]
    if word in _BELOW:
        return [Symbol("below", _BELOW[word], at)]
    if word in _ABOVE:
        return [Symbol("above", _ABOVE[word], at)]
    if _accented(word):
        accent, letter = _accented(word)
        return [Symbol("cmd", accent, at), Symbol("op", "{", at), Symbol("let", letter, at), Symbol("op", "}", at)]
    usual = unicodedata.normalize("NFKC", word)
    if not word.isascii() and len(usual) == 1 and usual.isascii() and usual.isalpha():
        return [Symbol("let", usual, at)]  # as in ℒ
    if word == "$":
        return []
    if not word.isprintable():
        return []
    return [Symbol("op", word, at)]


def _accented(character):
    """Return the accent and the letter of an accented letter, or None."""
    letter, accent = (unicodedata.normalize("NFD", character) + " ")[:2]
    return (_ACCENT_OF[accent], letter) if letter.isascii() and letter.isalpha() and accent in _ACCENT_OF else None


def _without_looks(raw, known, text):
    """Return the symbols without fonts, colours and spaces. An upright word is one letter, and a sentence is a text."""
    found, k = [], 0
    glued = False
    while k < len(raw):
        s = raw[k]
        if glued and s.kind in ("let", "op"):
            s.glued = True  # a font command is not a space
        glued = False
        if s.kind in ("below", "above"):
            k = _raised(raw, k, found)
            continue
        if s.kind != "cmd":
            found.append(s)
            k += 1
            continue
        word = _SAME_LETTER.get(s.text, _SAME_COMMAND.get(s.text, s.text))
        opens = k + 1 < len(raw) and raw[k + 1].text == "{" and raw[k + 1].kind == "op"
        is_sum = word == "Sigma" and "Sigma" not in known and k + 1 < len(raw) and raw[k + 1].text not in ")(=^'"
        if word == "transposed" and found and (found[-1].kind, found[-1].text, found[-1].glued) == ("num", "1", False):
            found[-1] = Symbol("let", "ones", found[-1].at, found[-1].glued)
        if word == "transposed" and found and found[-1].text == ")":
            found += [Symbol("op", "^", s.at), Symbol("cmd", "top", s.at)]
        elif word in _GREEK_COMMANDS and not is_sum:
            found.append(Symbol("let", word, s.at, s.glued))
        elif word in _WORD_FONTS and opens:
            end = _closing(raw, k + 1, text)
            worded = _worded(word, raw[k + 2 : end], text, s.at, raw[end].at, known)
            if len(worded) == 1 and worded[0].text in known:
                worded[0].glued = s.glued  # as in d\mathrm{net}
            found += worded
            if [x.text for x in raw[k + 2 : end]] == ["d"] and end + 1 < len(raw):
                raw[end + 1].glued = True  # an upright d is a differential, whatever space follows it
            k = end
        elif word in ("color", "textcolor", "colorbox") and opens:
            k = _closing(raw, k + 1, text)
        elif word in ("underset", "overset", "stackrel") and opens and _sign_beside(raw, k + 1, text):
            sign, k = _sign_beside(raw, k + 1, text)
            found.append(sign)
        elif word in _DROPPED and opens:
            k = _closing(raw, k + 1, text)
            if word == "tag":
                found.append(Symbol("gap", "", s.at))
        elif word in _GAPS or word == "hskip":
            found.append(Symbol("gap", "", s.at))
        elif word in _LOOKS and _is_one(raw, k + 1):
            found.append(Symbol("let", "ones", s.at, s.glued))
            k += 3 if opens else 1
        elif is_sum:
            found.append(Symbol("cmd", "sum", s.at))
        elif word == "'":
            found.append(Symbol("op", "'", s.at, True))
        elif word in ("newline", "cr", "tabularnewline"):
            found.append(Symbol("row", "", s.at))
        elif opens and (word in ("cancel", "bcancel", "xcancel") or (word in _LOOKS and _is_claim(raw, k + 1, text))):
            end = _closing(raw, k + 1, text)  # a sign in these braces is a sign of the sum around them
            found += _without_looks(raw[k + 2 : end], known, text)
            k = end
        elif word in _LOOKS and opens and k + 3 < len(raw) and raw[k + 2].kind == "let" and raw[k + 3].text == "}":
            found.append(Symbol("let", raw[k + 2].text, raw[k + 2].at, s.glued))
            k += 3
        elif word in ("(", ")", "[", "]") or word in _LOOKS or word in _SPACES:
            glued = word in _LOOKS and s.glued
        elif word in _ACCENTS:
            found.append(Symbol("cmd", _ACCENTS[word], s.at, s.glued))
        elif word == "prod" and k + 1 < len(raw) and raw[k + 1].text in ("_", "^"):
            found.append(Symbol("cmd", "prod", s.at))
        elif word in FUNCTION_WORDS or (word in known and word not in _WORDS):
            found.append(Symbol("let", word, s.at, s.glued))
        else:
            found.append(Symbol("cmd", word, s.at, s.glued))
        k += 1
    return found


def _is_claim(raw, start, text):
    """Return True if the braces that open at a position contain a whole equation or update."""
    depth = 0
    for s in raw[start : _closing(raw, start, text)]:
        if s.kind == "op" and s.text in "{}":
            depth += 1 if s.text == "{" else -1
        elif depth == 1 and (s.text in ("=", ":=", "<-") or (s.kind == "cmd" and s.text in ("leftarrow", "gets"))):
            return True
    return False


def _sign_beside(raw, k, text):
    """Return an equals sign with words above or below it, and the position of its end, or else None."""
    k = _closing(raw, k, text) + 1
    inner = [x for x in raw[k : k + 3] if x.text not in ("{", "}")]
    if inner and (inner[0].text in ("=", ":=") or inner[0].text in ("equiv", "triangleq")):
        is_braced = raw[k].text == "{"
        return inner[0], k + 2 if is_braced else k
    return None


def _is_one(raw, k):
    """Return True if the next symbol is a 1. In a font for vectors, it is a vector of ones or an indicator."""
    texts = [x.text for x in raw[k : k + 3]]
    return texts[:1] == ["1"] or texts == ["{", "1", "}"]


def _raised(raw, k, found):
    """Read Unicode scripts, such as those of xᵢ and xᵢ,j, and return the position after them."""
    kind, at = raw[k].kind, raw[k].at
    inner = []
    while k < len(raw):
        s = raw[k]
        if s.kind == kind:
            kind_of = "num" if s.text.isdigit() else "let" if s.text.isalpha() else "op"
            inner.append(Symbol(kind_of, s.text, s.at, bool(inner)))
            k += 1
        elif (
            kind == "below"
            and s.text == ","
            and s.glued
            and k + 1 < len(raw)
            and raw[k + 1].kind == "let"
            and raw[k + 1].glued
        ):
            inner += [s, raw[k + 1]]
            k += 2
        else:
            break
    found += [Symbol("op", "_" if kind == "below" else "^", at), Symbol("op", "{", at), *inner, Symbol("op", "}", at)]
    return k


def _worded(font, inner, text, at, end, known):
    """Read the contents of an upright font: a word is one letter, a sentence a text, and a formula a formula."""
    plain = [s for s in inner if s.kind in ("let", "num")]
    content = text[inner[0].at : end].strip() if inner else ""
    word = "".join([s.text for s in plain])
    is_word = len(plain) == len(inner) and word != "" and " " not in content
    is_apart = len(word) > 1 and word not in known and inner and text[inner[-1].at : end][-1:].isspace()
    if font in _PROSE_FONTS and (
        is_apart or " " in content or word in _PROSE_WORDS or (not is_word and "_" not in content)
    ):
        if (
            inner
            and all(s.kind in ("op", "num", "let", "cmd") for s in inner)
            and any(s.kind == "cmd" and not _accented(text[s.at]) for s in inner)
        ):
            return _without_looks(inner, known, text)
        return [Symbol("text", content, at)]
    if is_word and font == "mathit" and word not in known:
        return plain
    if is_word and word == "grad":
        return [Symbol("cmd", "nabla", at)]
    if is_word:
        return [Symbol("let", word, at)]
    return _without_looks(inner, known, text)


def _closing(raw, start, text):
    """Return the position of the brace that closes the one at ``start``."""
    depth = 0
    for k in range(start, len(raw)):
        if raw[k].kind == "op":
            depth += (raw[k].text == "{") - (raw[k].text == "}")
            if depth == 0:
                return k
    raise ReadingError("a brace is not closed", raw[start].at, text)

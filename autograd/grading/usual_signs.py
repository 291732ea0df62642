r"""Formulas with the usual signs in place of those of programs, words and editors.

``np.sum(dZ, axis=1, keepdims=True)``, ``\text{sum}(dZ)`` and ``\sum_{\text{rows}} dZ`` are sums over the samples of a
batch, which LaTeX writes without a letter. ``g{'}`` is ``g'``, and ``\text{onehot}(Y)`` is Y, the targets.
``batch_size`` is the number m of samples, ``\Pi_{k=1}`` is a product, and letters of mathematical alphabets are plain.
"""

import re
import unicodedata

__all__ = ["with_usual_signs"]

_CALL = re.compile(
    r"(?:\\(?:text|mathrm|operatorname|texttt|textrm|mathtt|mathsf)\s*\{\s*(?:(?:np|numpy|torch)\s*\.\s*)?[Ss]um\s*\}"
    r"|(?:Σ|∑|\\sum|(?<![A-Za-z\\.])sum)(?=\s*\((?:[^()]|\([^()]*\))*,\s*(?:axis|dim)\s*=)"
    r"|`?(?<![A-Za-z\\])(?:np|numpy|torch)\s*\.\s*sum|(?<![A-Za-z\\])Sum)`?\s*(?:\\left|\\big|\\Big)?\s*\("
)
_BELOW = re.compile(
    r"(\\sum)\s*(?:\\limits)?\s*_\s*\{\s*(?:\\(?:text|mathrm|textrm|mathit|rm)\s*\{?\s*)?"
    r"(?:over |all |the )*(?:rows?|columns?|cols?|samples?|batch|examples?|instances|(?:axis|dim)\s*=\s*-?\d)\s*"
    r"\}?\s*\}"
)
_PRIME = re.compile(r"(?<=[A-Za-z\]})])\s*\{\s*(?:['’′]|\\prime)\s*\}")
# The argument of a derivative inside of the superscript, as in g^{[1]'(z)}, unlike the layer of a^{'(l)}.
_RAISED_ARGUMENT = re.compile(
    r"\^\s*\{([^{}']*)'\s*\((?!\s*(?:[lLkin]|\\ell|\d+)\s*(?:[-+]\s*\d\s*)?\))((?:[^{}()]|\{[^{}]*\})*)\)\s*\}"
)
_PRIME_BELOW = re.compile(r"(?<=[A-Za-z])\s*_\s*\{\s*(?:['’′]|\\prime)\s*\}")
_UNEQUAL = re.compile(r"\\not\s*=")
_OVER_ALL = re.compile(
    r"(\\sum)\s*_\s*\{\s*\\(?:text|mathrm|textrm)\s*\{\s*(?:over\s+)?(?:all|every|each)\s*\}\s*(\w)\s*\}"
)
_CAPITAL = re.compile(r"(\\(?:text|mathrm|textrm|operatorname)\*?\s*\{\s*)(Soft[mM]ax|Sigmoid|Tanh)(?=\s*\})")
_CAPITAL_CALL = re.compile(r"(?<![A-Za-z\\_])(Soft[mM]ax|Sigmoid|Tanh)(?=\s*'?\s*(?:\\left)?\s*\()")
_ONE_HOT = re.compile(
    r"\\(?:text|mathrm|operatorname|texttt|textrm|mathtt)\s*\{\s*one(?:\\?_|[-\s])?hot\s*\}\s*(?=\(\s*[A-Za-z]\s*\))",
    re.IGNORECASE,
)
_STAR = re.compile(r"\^\s*(\{?)\s*\\(?:star|ast)(?![A-Za-z])\s*")
_GLUED_DOT = re.compile(r"(?<=[})])\.(?=\{*\\[dt]?frac(?![A-Za-z]))")  # without blanks, it ends no sentence
_PRODUCT = re.compile(r"\\Pi(?=\s*(?:\\limits\s*)?(?:[_^]\s*(?:\{[^{}]*\}|\w)\s*)*_\s*\{[^{}]*=)")
_BATCH_SIZE = re.compile(
    r"\\(?:text|mathrm|textrm|mathit|operatorname)\s*\{\s*batch(?:\\?_|[-\s])?size\s*\}|(?<![A-Za-z\\])"
    r"batch\\?_size(?![A-Za-z])"
)
_STYLED = re.compile("[\U0001d400-\U0001d7cb\u210e]")  # letters of mathematical alphabets
_DOT = re.compile(r"(?<=[})])\s*\.\s*(?=(?:\\(?!end|q?quad|text|\\)|[(\d])[^=.]*$)")  # between factors, not formulas
_TWICE = re.compile(r"(?<![=<>!:])=[\s&]*=(?!=)")
_EMPTY = re.compile(r"(?<=[-+=*/\s])\{\}")  # after a sign, it only changes the blanks around it
# The size of a layer as the last value of an index: in \sum_{j=1}^{n_h}, h is no index.
_SIZE = re.compile(
    r"(\\(?:sum|prod)\s*(?:\\limits)?\s*_\s*(?:\{[^{}]*\}|\w)\s*\^\s*\{\s*)[nNmMdDK]\s*_\s*(?:\{\s*[a-km-zA-KM-Z]\s*\}|[a-km-zA-KM-Z])(?=\s*\})"
)
_EQUALS = re.compile(r"\s*&?\s*(?:=|:=|\\equiv)")
_OVER = re.compile(r"\\over(?![A-Za-z])")
_RAISED = re.compile(r"(?<=[\]})\w])\{\s*\^\s*(\{\s*(?:T|\\top)\s*\}|T|\\top)\s*\}")
_COUNTED = re.compile(
    r"(Σ|∑|\\sum|(?<![A-Za-z\\.])sum)\s*_?\(\s*([A-Za-z])\s*=\s*(\w+)\s*(?:to|\.\.\.?|…|→)\s*(\w+)\s*\)"
)
_ONE = re.compile(r"\\(?:mathrm|text)\s*\{\s*1\s*\}(?=\s*\\(?:left\s*\\)?\{)")
_TYPED_SUM = re.compile(r"(?<![A-Za-z\\.{])(?:SUM|Sum|sum)(?=_\{?[a-z])")
_TYPED_HALF = re.compile(r"(?<![\w{}.^_/])(?<!\^\{-)(?<!\^\{ -)(\d)/(\d)(?![\w./])")
_MEAN = re.compile(
    r"\\(?:text|mathrm|operatorname|texttt|textrm|mathtt)\s*\{\s*(?:(?:np|numpy|torch)\s*\.\s*)?mean\s*\}|(?<![A-Za-z\\])(?:np|numpy|torch)\s*\.\s*mean"
)
_EXPECTED = re.compile(  # a mean over the samples; \mathrm{E}(w) is rather a loss
    r"(?:\\(?:mathbb|mathds)\s*\{\s*E\s*\}|\\(?:operatorname|mathrm)\s*\{\s*E\s*\}(?=\s*(?:\\left\s*)?\[))\s*"
    r"(?:_\s*(?:\{(?:[^{}]|\{[^{}]*\})*\}|\\?\w+)\s*)?(?=\\left\s*[\[(\\]|\\[bB]ig|[\[(])"
)
_BARS = re.compile(r"\|\|([^|]+)\|\|")
# As Markdown and strings of programs have display brackets: \\[ ... \\].
_DISPLAYED = re.compile(r"\s*\\{2,4}([\[(])(.*)\\{2,4}([\])])\s*[.,;]?\s*", re.DOTALL)
_BARE_SPACE = re.compile(r"(?<![\\A-Za-z{])q?quad(?![A-Za-z}])")


def with_usual_signs(text) -> str:
    r"""Return a formula with usual signs, such as ``\sum`` for ``np.sum``, and without words below a sum.

    >>> with_usual_signs(r"db = \frac{1}{m} np.sum(dZ, axis=1, keepdims=True)")
    'db = \\frac{1}{m} \\sum (dZ)'
    >>> with_usual_signs(r"\sum_{\text{rows}} dZ")
    '\\sum dZ'
    >>> with_usual_signs(r"{1 \over 1 + {a \over b}} = x")
    '\\frac{1}{1 + \\frac{a}{b}} = x'
    >>> with_usual_signs("{d_h} = 1")
    ' d_h  = 1'
    >>> with_usual_signs(r"\sum_{j=1}^{n_h} w_j h_j")
    '\\sum_{j=1}^{n} w_j h_j'
    """
    text = _without_outer_braces(_with_fractions(_without_display(text.replace("·*", "⊙"))))
    text = _BATCH_SIZE.sub("m", _STYLED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text))
    text = _UNEQUAL.sub(r"\\neq ", _PRIME.sub("'", _BELOW.sub(r"\1", text)))
    text = _PRIME_BELOW.sub("'", _RAISED_ARGUMENT.sub(r"^{\1'}(\2)", text))
    text = _CAPITAL_CALL.sub(lambda match: match[1].lower(), text)
    text = _CAPITAL.sub(lambda match: match[1] + match[2].lower(), _OVER_ALL.sub(r"\1_{\2}", text))
    text = _STAR.sub(r"^\1*", _ONE_HOT.sub("", text))
    text = _TYPED_SUM.sub("Σ", text)
    text = _ONE.sub("1", _COUNTED.sub(r"\1_{\2=\3}^{\4}", _RAISED.sub(r"^\1", text)))
    if "\\" in text:
        text = _SIZE.sub(r"\1n", _EMPTY.sub("  ", _TYPED_HALF.sub(r"\\frac{\1}{\2}", text)))
        text = _PRODUCT.sub(r"\\prod", _GLUED_DOT.sub(r" \\cdot ", text))
        text = _TWICE.sub("=", _DOT.sub(r" \\cdot ", _BARS.sub(r"\\| \1 \\|", text)))
    text = _EXPECTED.sub(r"\\frac{1}{m} \\sum ", text)
    text = _MEAN.sub(r"\\frac{1}{m} \\text{sum}", text)
    start = 0
    while match := _CALL.search(text, start):
        end, comma = _ends(text, match.end())
        if end is None:
            return text
        inner = text[match.end() : end if comma is None else comma]
        inner = re.sub(r"\\(?:right|big|Big)\s*$", "", inner)
        text = f"{text[: match.start()]}\\sum ({inner.strip()}){text[end + 1 :]}"
        start = match.start() + 5
    return text


def _without_display(text):
    r"""Return a formula without ``\\[`` and ``\\]`` around it, and with the backslash that a ``quad`` lost."""
    if "\\" not in text:
        return text  # a typed formula has neither
    match = _DISPLAYED.fullmatch(text)
    if match is not None and match[1] + match[3] in ("[]", "()"):
        text = match[2]
    return _BARE_SPACE.sub(r"\\quad ", text)


def _with_fractions(text):
    r"""Return a formula with ``\frac{a}{b}`` for ``{a \over b}``."""
    while match := _OVER.search(text):
        end, _ = _ends(text, match.end())
        depth, start = 0, match.start() - 1
        while start >= 0 and (depth or text[start] != "{"):
            depth += {"}": 1, "{": -1}.get(text[start], 0)
            start -= 1
        if start < 0 or end is None or text[end] != "}":
            return text
        parts = text[start + 1 : match.start()].strip(), text[match.end() : end].strip()
        text = rf"{text[:start]}\frac{{{parts[0]}}}{{{parts[1]}}}{text[end + 1 :]}"
    return text


def _without_outer_braces(text):
    r"""Return a formula without braces around its whole left side, as in ``{\delta_h} = ...``; they become blanks."""
    if not text.lstrip().startswith("{"):
        return text
    start = text.index("{")
    end, _ = _ends(text, start + 1)
    if end is None or not _EQUALS.match(text, end + 1):
        return text
    return f"{text[:start]} {text[start + 1 : end]} {text[end + 1 :]}"


def _ends(text, at):
    """Return the offset at which an open bracket is closed, and that of the first comma at its own level."""
    depth, comma = 0, None
    for k in range(at, len(text)):
        c = text[k]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            if depth == 0:
                return k, comma
            depth -= 1
        elif c == "," and depth == 0 and comma is None:
            comma = k
    return None, comma

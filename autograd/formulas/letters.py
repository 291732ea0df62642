"""Labels, indices and numbers of formulas, as text and as LaTeX.

Names that come from a user's labels are escaped for LaTeX here and nowhere else.
"""

import re
import unicodedata

from autograd.engine import texts
from autograd.formulas.expressions import Letter

__all__ = [
    "escape_latex",
    "index_latex",
    "index_text",
    "label_latex",
    "letter_latex",
    "number_latex",
    "printable",
    "with_commands",
]

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "\n": " ", "\r": " ",
}  # fmt: skip


def printable(text) -> str:
    """Return a user's text on one line, without characters that control a terminal or cannot be written to a file."""
    return texts.printable(text, "\ufffd")


def escape_latex(text) -> str:
    """Return a user's text as LaTeX that only displays it."""
    return "".join([_ESCAPES.get(c, c if c.isprintable() else " ") for c in str(text)])


def number_latex(q):
    """Return a fraction as LaTeX: a decimal number if its denominator is large and its decimals end."""
    if q.denominator == 1:
        return str(q.numerator)
    sign = "-" if q < 0 else ""
    places = _decimal_places(q.denominator) if q.denominator > 10_000 else None
    if places is None:
        return sign + rf"\frac{{{abs(q.numerator)}}}{{{q.denominator}}}"
    whole, rest = divmod(abs(q.numerator) * 10**places // q.denominator, 10**places)
    return f"{sign}{whole}.{rest:0{places}}"


def _decimal_places(denominator):
    """Return the number of decimals of a fraction with this denominator, or None if they never end."""
    twos = fives = 0
    while denominator % 2 == 0:
        denominator, twos = denominator // 2, twos + 1
    while denominator % 5 == 0:
        denominator, fives = denominator // 5, fives + 1
    return max(twos, fives) if denominator == 1 else None


def index_text(index):
    """Return an index, a number or a :class:`Letter`, as text such as ``h`` or ``r+1``."""
    if isinstance(index, Letter):
        return index.name + (f"{index.offset:+d}" if index.offset else "")
    return str(index)


def letter_latex(name):
    """Return an index letter as LaTeX. ``h2`` is a second index of the same kind as h, so it becomes h'."""
    base = name.rstrip("0123456789")
    return base + "'" * (int(name[len(base) :]) - 1) if len(base) < len(name) else name


def index_latex(index):
    """Return an index, a number or a :class:`Letter`, as LaTeX."""
    if isinstance(index, Letter):
        return letter_latex(index.name) + (f"{index.offset:+d}" if index.offset else "")
    return str(index)


_ACCENT_OF = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0305": "bar"}
_SIGN_OF = {"ℓ": r"\ell", "∂": r"\partial", "ℒ": r"\mathcal{L}", "ℰ": r"\mathcal{E}"}
_GREEK_CHARACTER = re.compile(r"GREEK (SMALL LETTER|CAPITAL LETTER|LUNATE)?(?: FINAL)? ?([A-Z]+)(?: SYMBOL)?")
_GREEK_NAMES = {"LAMDA": "lambda"}  # as Unicode spells it
_NEEDLESS_BLANK = re.compile(r"(\\[A-Za-z]+|\}) (?![A-Za-z])")
_BELOW = {c: unicodedata.normalize("NFKC", c) for c in "₀₁₂₃₄₅₆₇₈₉ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ"}


def with_commands(letter):
    r"""Return a letter that a user declared with LaTeX commands for its characters: ``\sigma`` for σ.

    >>> with_commands("σ"), with_commands("ŷ"), with_commands("𝐱"), with_commands("z₁")
    ('\\sigma', '\\hat{y}', 'x', 'z_{1}')
    """
    if letter.isascii():
        return letter
    found: list = []
    for c in unicodedata.normalize("NFD", letter):
        if c in _ACCENT_OF and found:
            found[-1] = rf"\{_ACCENT_OF[c]}{{{found[-1].strip()}}}"
        elif c in _BELOW:
            found.append(f"_{{{_BELOW[c]}}}")
        elif c in _SIGN_OF:
            found.append(f"{_SIGN_OF[c]} ")
        else:
            found += [_command(x) for x in unicodedata.normalize("NFKC", c)]
    text = "".join(found).replace("}_{", "")  # two small numbers are one subscript
    return _NEEDLESS_BLANK.sub(r"\1", unicodedata.normalize("NFC", text))


def _command(character):
    """Return a Greek character as its command, and any other one as it is."""
    match = _GREEK_CHARACTER.fullmatch(unicodedata.name(character, "")) if not character.isascii() else None
    if match is None:
        return character
    name = _GREEK_NAMES.get(match[2], match[2].lower())
    return f"\\{name.capitalize() if match[1] == 'CAPITAL LETTER' else name} "


_SIMPLE = re.compile(r"([A-Za-z])_?(\d*)")
_GREEK = {
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "kappa", "lambda", "mu", "nu", "xi", "rho",
    "sigma", "tau", "phi", "chi", "psi", "omega",
}  # fmt: skip


def label_latex(name):
    """Return a user's label as LaTeX: one letter with a number, a Greek letter, or else a text."""
    match = _SIMPLE.fullmatch(name)
    if match:
        return match[1] + (f"_{{{match[2]}}}" if match[2] else "")
    if name in _GREEK:
        return "\\" + name
    return rf"\text{{{escape_latex(name)}}}"

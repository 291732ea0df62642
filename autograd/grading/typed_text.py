r"""Typed formulas with the usual signs: ``o_h`` for ``o(h)``, ``∂E`` for ``partial_E``, ``Σ`` for ``Summation``.

This is for formulas in text, such as comments of programs and pseudocode. LaTeX is left as it is.
"""

import re

from autograd.formulas.conventions import plain
from autograd.grading.reading.lexing import MAX_CHARACTERS

__all__ = ["with_entries_of_layers", "with_typed_signs"]

_INDEX = "[ijkhopqrsn]"
_ARGUMENTS = rf"\(\s*({_INDEX})\s*(?:,\s*({_INDEX})\s*)?\)"
_PARTIAL = re.compile(r"(?<![A-Za-z\\])(?:partial|del)(?:_|\s+)(?=[A-Za-z])")
_SUM = re.compile(r"(?<![A-Za-z\\.])(?:[Ss]ummation|SUMMATION|SUM|Sigma)\s*(?=\()")
_PLAIN_SUM = re.compile(r"(?<![A-Za-z\\.])sum\s*(?=\()")
_SPACED = re.compile(rf"_\(\s*({_INDEX})(?:\s*,\s*|\s+)({_INDEX})\s*\)")
_OUTER = re.compile(r"\(\s*outer(?:[ -]product)?\s*\)", re.IGNORECASE)
_ENTRYWISE = re.compile(
    r"\(\s*(?:element[ -]?wise|entry[ -]?wise|hadamard)(?:[ -](?:product|multiplication))?\s*\)(?=\s*[A-Za-z(])",
    re.IGNORECASE,
)
_REMARK = re.compile(r"(?<=\S)\s+\(\s*((?:[A-Za-z][A-Za-z'-]*\s+)+[A-Za-z][A-Za-z'-]*)\s*\)\s*[.,;]?\s*$")
_WHERE = re.compile(
    r"(?<=[\w)\]])\s*,?\s+(?:where|with)\s+([A-Za-z])\s+(?:belongs|runs|ranges|is in|in|are|is)\b[^=]*$"
)
_CONDITIONS = frozenset({"if", "for", "when", "where", "only", "else", "unless", "not", "minus", "plus", "times"})
_DIFFERENTIAL = re.compile(r"(?<![A-Za-z0-9_\\])d_([A-Za-z])(\d)(?![A-Za-z0-9_\[(])")
_BRACKETS = re.compile(rf"\[\s*({_INDEX}|\d)\s*\]\s*\[\s*({_INDEX}|\d)\s*\]")
_ENTRY = re.compile(
    r"(?<![A-Za-z\\])(?P<d>d?)(?P<letter>[A-Za-z]|\\?delta|δ)(?:_?(?P<layer>\d)|_\{(?P<braced>\d)\})\s*"
    r"\[\s*(?P<i>[h-q]|\d)\s*(?:(?:,|\]\s*\[)\s*(?P<j>[h-q]|\d)\s*)?\]"
)
_PRINTED = re.compile(
    r"(?<![A-Za-z\\])d\d*\[|\bfor\b[^=]*\bin\b"
)  # d2[1], sum(... for n in S): the text of a derivation
_ENTRY_OF_ONE = re.compile(r"(?<![A-Za-z\\])(?P<letter>d?[A-Za-z])\s*\[\s*(?P<i>\d)\s*\]")
_VERSION = re.compile(r"(_[A-Za-z]{1,2})_(new|next|old|prev)(?![A-Za-z0-9_])")


def with_entries_of_layers(text) -> str:
    r"""Return a formula with ``W^{(2)}_{1,2}`` for ``W_2[1,2]`` and for ``W2[1,2]``, an entry of the matrix of a layer.

    Indices begin at 1. Two brackets side by side, as in ``W_2[1][2]``, are two indices, too. The text that a derivation
    prints stays as it is.

    >>> with_entries_of_layers("a_2[1] = f(z_2[1])"), with_entries_of_layers("w[1,2] = a[1]")
    ('a^{(2)}_{1} = f(z^{(2)}_{1})', 'w[1,2] = a[1]')
    """
    if "[" not in text or len(text) > MAX_CHARACTERS or _PRINTED.search(text):
        return text

    def entry(match):
        indices = ",".join([x for x in (match["i"], match["j"]) if x])
        return f"{match['d']}{match['letter']}^{{({match['layer'] or match['braced']})}}_{{{indices}}}"

    found = _ENTRY.sub(entry, text)
    return text if found == text else _ENTRY_OF_ONE.sub(r"\g<letter>_{\g<i>}", found)


def with_typed_signs(text, letters) -> str:
    r"""Return a typed formula with indices for arguments, and with signs for words.

    Args:
        text: the formula. LaTeX is returned as it is.
        letters: the letters of the quantities. A letter is an index only if it is none of these.

    >>> with_typed_signs("delta(h) <- o(h) * sum(w(k, h) * delta(k))", ["o", "w", "delta"])
    'delta_h <- o_h * Σ(w_kh * delta_k)'
    >>> with_typed_signs("partial_E / partial_W_ij = O_i * delta_j", ["E", "W"])
    '∂E / ∂W_ij = O_i * delta_j'
    >>> with_typed_signs("dL/dz2 = (o - y) * o * (1 - o)   (sigmoid derivative)", ["o", "y"])
    'dL/dz2 = (o - y) * o * (1 - o)'
    """
    if len(text) > MAX_CHARACTERS or re.search(r"\\[A-Za-z]|\{", text):
        return text
    names = {plain(x).replace(" ", "") for x in letters} | {"delta", "δ"}
    text = _SUM.sub("Σ", _PARTIAL.sub("∂", text))
    if " for " not in text and "axis" not in text:
        text = _PLAIN_SUM.sub("Σ", text)
    text = _ENTRYWISE.sub("⊙", _OUTER.sub("⊗", _SPACED.sub(r"_\1\2", text)))
    text = _without_remark(_WHERE.sub(_without_where, text), names)
    text = _BRACKETS.sub(r"[\1,\2]", _with_indices(text, names))
    return _without_versions(_DIFFERENTIAL.sub(lambda match: _differential(match, names), text))


def _without_where(match):
    """Return "" for words about a letter of a sum. Words about a letter of the left side are a condition."""
    left = re.split("<-|:=|=|←", match.string)[0]
    return match[0] if re.search(rf"_[a-z]*{match[1]}(?![a-z])|_{match[1]}", left) else ""


def _with_indices(text, names):
    """Return a formula with ``w_ij`` for ``w(i, j)``, where w is a quantity and i and j are none."""
    words = sorted((re.escape(x) for x in names if x.isalpha()), key=len, reverse=True)
    pattern = re.compile(rf"(?<![A-Za-z0-9_\\])([d∂Δ]?)({'|'.join(words)})(\d?){_ARGUMENTS}")

    def indexed(match):
        indices = [x for x in match.groups()[3:] if x]
        if any(x in names for x in indices):
            return match[0]
        return f"{match[1]}{match[2]}{match[3]}_{''.join(indices)}"

    return pattern.sub(indexed, text)


def _without_remark(text, names):
    """Return a formula without words in brackets at its end, unless they may be a condition or quantities."""
    match = _REMARK.search(text)
    if match is None:
        return text
    words = match[1].split()
    if any(x in names or x.lower() in _CONDITIONS for x in words) or all(len(x) < 4 for x in words):
        return text
    return text[: match.start()]


def _differential(match, names):
    """Return ``dW2`` for ``d_W2`` if W is a quantity."""
    letter = match[1]
    return f"d{letter}{match[2]}" if {letter, letter.lower(), letter.upper()} & names else match[0]


def _without_versions(text):
    """Return an update without the word ``new`` on its left side, and without ``old`` on its right side."""
    left, sign, right = text.partition("=")
    if (
        not sign
        or left.endswith((":", "<", ">", "!"))
        or _VERSION.search(right.replace("_old", "").replace("_prev", ""))
    ):
        return text
    if re.search(r"_(?:old|prev)(?![A-Za-z0-9_])", left):
        return text
    return "=".join([_VERSION.sub(r"\1", part) for part in (left, right)])

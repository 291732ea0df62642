r"""Sides of an equation in which a writer inserts numbers, as in ``\hat y = \sigma(z) = 0.56``.

They only hold at one point.
"""

import re

from autograd.grading.latex_text import is_equation, parts_with_signs, sides, split_at

__all__ = ["has_own_numbers", "numbers_that_differ", "without_examples"]

_COMMAND = re.compile(
    r"\\(?:[dt]?frac|c?dots?|cdot|times|odot|left|right|[bB]igg?[lr]?|exp|sigma|tanh|sqrt|ln|log|quad|[,;! ])"
)
_DECIMAL = re.compile(r"\d\.\d")
_MATRIX = re.compile(
    r"\\begin\s*\{[bBpv]?(?:small)?matrix\}(.{1,400}?)\\end\s*\{[bBpv]?(?:small)?matrix\}"
    r"|(?<![A-Za-z\d}])\[\s*((?:-?\d[\d.]*\s*(?:\\[;,! ])*[,;]?\s*(?:\\[;,! ])*\s*){2,12})\]",
    re.DOTALL,
)
_NEAR = re.compile(r"\\(?:approx|simeq|sim|thickapprox)(?![A-Za-z])")
_WHOLE = re.compile(r"\s*[-+]?\d+\s*")
_OWN = re.compile(r"\d\.(?!0+\b|5\b|25\b)\d")
_OTHER_NUMBER = re.compile(r"[\s\[\]()+-]*(?![01]\b)\d[\d.]*[\s\[\]()]*|[\s\[\]()+-]*[01]\.\d*[\s\[\]()]*")
_TRAILING = re.compile(r"(?:\\q?quad\b|\\[,;!]|[\s,;.&])+$|^[\s&]+")
_CALLED = re.compile(r"\\?[A-Za-z]+\s*(?:_\s*(?:\{[^{}]*\}|\w))?\s*(?=(?:\\left)?\()")


def without_examples(formula) -> str:
    r"""Return an equation without the sides that are numbers at a writer's own point, or "" if no equation remains.

    Only a side with a decimal fraction is such a number. The 1 of ``\partial z / \partial b = 1`` is a claim.

    >>> without_examples(r"g = -(y - \hat{y}) = -(1.5 - 0.56) = -0.94")
    'g = -(y - \\hat{y})'
    >>> without_examples(r"L(1.5, 0.56) = \frac12 (1.5 - 0.56)^2"), without_examples(r"b = 0.1 - 0.1 \cdot 0.2")
    ('', '')
    >>> without_examples(r"z = W x = \begin{bmatrix} 1 & 3 \end{bmatrix} \begin{bmatrix} 1 \\ 0 \end{bmatrix}")
    'z = W x'
    """
    if not _DECIMAL.search(formula) and not _MATRIX.search(formula):
        return formula
    if _lists_numbers(formula):
        return ""
    pieces = parts_with_signs(formula)
    if len(pieces) < 2 or _is_number(_CALLED.sub("", pieces[0][1])):
        return "" if len(pieces) > 1 else formula
    kept, is_changed = "", False
    for sign, text in pieces:
        parts = _NEAR.split(text)
        some = [part for part in parts if not _is_number(part)]
        is_changed = is_changed or len(some) < len(parts)
        if some:
            kept += f" {sign} " + r"\approx".join(some).strip()
    if not is_changed:
        return formula
    return kept.strip() if is_equation(kept) else ""


def numbers_that_differ(formula, number_of) -> str:
    r"""Return two numbers that stand between equals signs and are not the same, in words, or "".

    The last digits may be rounded: each number may differ by two hundredths of itself.

    Args:
        formula: the formula.
        number_of: a function of a text that returns the number that it is, or None.

    >>> numbers_that_differ(r"a = 0.5 + 0.25 = 0.75", lambda text: eval(text))
    ''
    >>> numbers_that_differ(r"a = 0.5 + 0.25 = 0.95", lambda text: eval(text))
    '0.5 + 0.25 is 0.75, not 0.95'
    """
    before = None
    for _, side in parts_with_signs(formula):
        for part in _NEAR.split(side):
            text = _times_bracket(_TRAILING.sub("", part).strip())
            value = number_of(text) if _is_number(text) and not _MATRIX.search(text) else None
            if value is not None and before is not None:
                digits = len(text.rpartition(".")[2]) if re.fullmatch(r"-?\d*\.\d+", text) else 6
                if abs(value - before[1]) > 0.02 * max(abs(value), abs(before[1])) + 2 * 10.0**-digits:
                    return f"{before[0]} is {float(before[1]):.4g}, not {float(value):.4g}"
            before = None if value is None else (text, value)
    return ""


def _times_bracket(text):
    """Return a text with a sign of multiplication between a number and a bracket: ``0.5(0.6)`` as ``0.5*(0.6)``."""
    return re.sub(r"(?<=[\d)])\s*(?=\()", r" \\cdot ", text) if "\\" in text or "(" in text else text


def has_own_numbers(formula) -> bool:
    r"""Return True if a formula has numbers of a writer's own point beside letters, such as ``W - 0.1 g``.

    >>> has_own_numbers(r"\delta_2 = W \cdot 0.087"), has_own_numbers(r"\delta = 0.5 (y - t)")
    (True, False)
    """
    entries = [entry for match in _MATRIX.finditer(formula) for entry in re.split(r"&|\\\\", match[1] or match[2])]
    return bool(_OWN.search(formula)) or any(_OTHER_NUMBER.fullmatch(entry) for entry in entries)


def _lists_numbers(formula):
    r"""Return True for equations of letters and numbers, separated by commas: ``x = 0.5, \quad y = 1``."""
    parts = [part.text.strip() for part in split_at(formula, {",", ";", r"\quad", r"\qquad"})]
    found = [[side.text for side in sides(part)] for part in parts if part]
    is_list = len(found) > 1 and all(len(each) > 1 for each in found)
    return is_list and all(_WHOLE.fullmatch(x) or _is_number(x) for each in found for x in each[1:])


def _is_number(text):
    """Return True if a side has a decimal fraction or a matrix of numbers, and no letters except those of functions."""
    entries = [entry for match in _MATRIX.finditer(text) for entry in re.split(r"&|\\\\", match[1] or match[2])]
    bare = _COMMAND.sub(" ", _MATRIX.sub(lambda match: match[0] if match[1] is None else " ", text))
    bare = re.sub(r"(?<![A-Za-z\\])e\s*(?=\^)|\^\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?", "", bare)
    has_numbers = _DECIMAL.search(text) or any(entry.strip(" []()") not in ("0", "1", "") for entry in entries)
    letters = re.search(r"[A-Za-z]", bare) or any(re.search(r"[A-Za-z]", _COMMAND.sub(" ", x)) for x in entries)
    return bool(has_numbers) and not letters

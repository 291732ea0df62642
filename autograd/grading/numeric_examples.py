r"""Sides of an equation in which a writer inserts numbers, as in ``\hat y = \sigma(z) = 0.56``.

They only hold at one point.
"""

import re

from autograd.grading.latex_text import sides

__all__ = ["without_examples"]

_COMMAND = re.compile(
    r"\\(?:[dt]?frac|c?dots?|cdot|times|left|right|[bB]igg?[lr]?|exp|sigma|tanh|sqrt|ln|log|quad|[,;! ])"
)
_DECIMAL = re.compile(r"\d\.\d")
_NEAR = re.compile(r"\\(?:approx|simeq|sim|thickapprox)(?![A-Za-z])")
_CALLED = re.compile(r"\\?[A-Za-z]+\s*(?:_\s*(?:\{[^{}]*\}|\w))?\s*(?=(?:\\left)?\()")


def without_examples(formula) -> str:
    r"""Return an equation without the sides that are numbers at a writer's own point, or "" if no equation remains.

    Only a side with a decimal fraction is such a number. The 1 of ``\partial z / \partial b = 1`` is a claim.

    >>> without_examples(r"g = -(y - \hat{y}) = -(1.5 - 0.56) = -0.94")
    'g = -(y - \\hat{y})'
    >>> without_examples(r"L(1.5, 0.56) = \frac12 (1.5 - 0.56)^2"), without_examples(r"b = 0.1 - 0.1 \cdot 0.2")
    ('', '')
    """
    if not _DECIMAL.search(formula):
        return formula
    pieces = sides(formula)
    if len(pieces) < 2 or _is_number(_CALLED.sub("", pieces[0].text)):
        return "" if len(pieces) > 1 else formula
    kept, is_changed = [], False
    for piece in pieces:
        parts = _NEAR.split(piece.text)
        some = [part for part in parts if not _is_number(part)]
        is_changed = is_changed or len(some) < len(parts)
        if some:
            kept.append(r"\approx".join(some).strip())
    if not is_changed:
        return formula
    return " = ".join(kept) if len(kept) > 1 else ""


def _is_number(text):
    """Return True if a side has a decimal fraction, and no letters except for those of functions."""
    bare = re.sub(r"(?<![A-Za-z\\])e\s*(?=\^)", "", _COMMAND.sub(" ", text))
    return bool(_DECIMAL.search(bare)) and not re.search(r"[A-Za-z]", bare)

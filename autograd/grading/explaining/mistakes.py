"""Mistakes, with their kinds and their descriptions."""

from fractions import Fraction
from typing import NamedTuple

__all__ = ["Mistake", "of_constant"]


class Mistake(NamedTuple):
    """One slip.

    Fields:
        kind: one of "sign", "constant factor", "missing factor", "extra factor", "missing path", "missing sample",
            "wrong index", "swapped indices", "transposed weight", "wrong delta", "wrong derivative", "derivative at the
            activation", "product of means", "tanh's derivative", "sigmoid's derivative", "wrong quantity", "wrong
            power", "wrong constant", "missing term", "missing condition", "extra term", "missing sum", "extra sum",
            "sum split". In formulas with matrices also "missing transpose", "extra transpose", "wrong product" and
            "order of factors".
        text: the written part, and the part that belongs in its place.
    """

    kind: str
    text: str


def of_constant(c, samples):
    """Return the mistakes in a constant factor: a sign, and a factor with its most likely reason.

    >>> [mistake.kind for mistake in of_constant(Fraction(-2), samples=1)]
    ['sign', 'constant factor']

    Args:
        c: the written value over the true one, a Fraction.
        samples: the number of samples.
    """
    found = []
    if c < 0:
        found.append(Mistake("sign", "the sign is flipped"))
        c = -c
    if c == 1:
        return found
    reasons = {}
    if samples > 1:
        reasons[Fraction(samples)] = f"N = {samples}: a sum where the mean belongs, or N counted twice"
        reasons[Fraction(1, samples)] = f"1/N = 1/{samples}: averaged once too often, or the loss is no mean"
    words = reasons.get(c, str(c))
    if c in (2, Fraction(1, 2)) and c in reasons:
        words = f"{c} (which is {'N' if c == 2 else '1/N'} here: {reasons[c]})"
    found.append(Mistake("constant factor", f"off by the constant factor {words}"))
    return found

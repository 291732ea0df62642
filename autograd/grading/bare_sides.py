"""Right sides that are graded for a target, in letters of the writer: the left sides that they may belong to."""

import itertools

from autograd.formulas.expressions import Letter
from autograd.grading.judging.instances import outline_of
from autograd.grading.reading.claims import read_claims
from autograd.grading.reading.trees import ReadingError

__all__ = ["with_left_sides"]

_MAX_LETTERS = 4


def with_left_sides(formula, target, convention) -> list[str]:
    r"""Return a right side as equations for a target: one for each choice of its free indices.

    ``\delta_k y_j`` for a weight becomes ``\frac{\partial L}{\partial w_{kj}} = \delta_k y_j`` and the same with
    ``w_{jk}``. The list is empty for other targets, and for a formula that has too few or too many free indices.

    Args:
        formula: the right side.
        target: the symbol that is graded. Its letters stand for any neuron.
        convention: the writer's letters.
    """
    if target.role not in ("w", "b", "delta") or not all(isinstance(i, Letter) for i in target.indices):
        return []
    try:
        claims = read_claims(formula)
    except ReadingError:
        return []
    if len(claims) != 1 or len(claims[0].sides) != 1:
        return []
    letters = outline_of(claims[0].sides[0]).letters
    if not len(target.indices) <= len(letters) <= _MAX_LETTERS:
        return []
    letter, loss = convention.letters[target.role], convention.letters["loss"]
    lefts = [f"{letter}_{{{' '.join(chosen)}}}" for chosen in itertools.permutations(letters, len(target.indices))]
    if target.role != "delta":
        lefts = [rf"\frac{{\partial {loss}}}{{\partial {left}}}" for left in lefts]
    return [f"{left} = {formula}" for left in lefts]

"""Formulas about one recorded loss, in which its plain numbers may be written as numbers."""

from autograd.engine.value import Value
from autograd.formulas.derivation import derive
from autograd.formulas.naming import correspondence, labels_under
from autograd.formulas.network import Constant
from autograd.grading.grade import Grade

__all__ = ["grade_of_loss", "refusal"]

_UNNAMED = 10  # larger than any number of named mistakes


def grade_of_loss(loss: Value, leaf: Value, formula: str) -> Grade:
    """Return the grade of a formula for the derivative of a loss, which may contain the plain numbers of the loss.

    Inputs and targets that were recorded as plain numbers represent any number in formulas. For a single loss, the
    numbers themselves are right as well: ``-2*(1.5 - y)`` if its target is 1.5. A wrong formula is read in the way in
    which fewer mistakes explain it.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> grade_of_loss((1.5 - w * x) ** 2, w, "-2*(1.5 - y)*x").verdict
    'equal'
    """
    derivation = derive(loss)
    found = derivation.grade(leaf, formula)
    if found.verdict == "equal" or not any(isinstance(node, Constant) for node in derivation.network.symbol_of):
        return found
    again = derivation._grading().with_numbers.grade(leaf, formula)
    if again.verdict == "equal":
        return again
    return min(found, again, key=lambda grade: (grade.verdict != "wrong", len(grade.mistakes) or _UNNAMED))


def refusal(loss: Value, leaf: Value, formula: str) -> str:
    """Return the grade of a formula for the derivative of a loss as text, or "" if the formula is proved.

    The right formula has the names of formulas, and the last line maps the labels of the loss to these names.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> print(refusal((w * x - 1.5) ** 2, w, "2*(w*x - 1.5)"))
    wrong: 2*(w*x - 1.5)
      diagnosis: the factor x[1] is missing
      right: dL/dw_io[1,1] = d_o[1]*x[1]
      counterexample: at all 1 but x[1] = 2: true 2, given 1
      In formulas, x is x[1], w is w_io[1,1].
    """
    grade = grade_of_loss(loss, leaf, formula)
    if grade.verdict == "equal":
        return ""
    names = correspondence(loss, labels_under(loss))
    return f"{grade}\n  {names}" if names else str(grade)

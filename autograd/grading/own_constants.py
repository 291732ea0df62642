"""Formulas about one recorded loss, whose plain numbers are what they are."""

from autograd.engine.value import Value
from autograd.formulas.derivation import derive
from autograd.formulas.network import Constant
from autograd.grading.grade import Grade

__all__ = ["grade_of_loss"]


def grade_of_loss(loss: Value, leaf: Value, formula: str) -> Grade:
    """Return the grade of a formula for the derivative of a loss, which may say its plain numbers as numbers.

    Inputs and targets that were recorded as plain numbers stand for any number in formulas. Of one loss the numbers
    themselves are right as well: ``-2*(1.5 - y)`` where its target is 1.5.

    >>> w, x = Value(0.5, "w"), Value(2.0, "x")
    >>> grade_of_loss((1.5 - w * x) ** 2, w, "-2*(1.5 - y)*x").verdict
    'equal'
    """
    derivation = derive(loss)
    found = derivation.grade(leaf, formula)
    if found.verdict == "equal" or not any(isinstance(node, Constant) for node in derivation.network.symbol_of):
        return found
    other = derive(loss)
    other.network.keeps_constants = True
    again = other.grade(leaf, formula)
    return again if again.verdict == "equal" else found

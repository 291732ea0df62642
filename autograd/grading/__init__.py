"""Hand-written formulas, read and graded against a recorded graph."""

from autograd.formulas.derivation import Derivation
from autograd.grading.grading import Grade, Grader

__all__ = ["Grade", "Grader"]

Derivation.make_grader = staticmethod(Grader)

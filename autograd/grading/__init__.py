"""Hand-written formulas, read and graded against a recorded graph."""

from autograd.formulas.derivation import Derivation
from autograd.grading.grade_documents import grade_document
from autograd.grading.grading import Grade, Grader

__all__ = ["Grade", "Grader", "grade_document"]

Derivation.make_grader = staticmethod(Grader)

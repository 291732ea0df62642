"""Hand-written formulas, which are read and graded against a recorded graph."""

from autograd.formulas.derivation import Derivation
from autograd.grading.grade_documents import grade_document
from autograd.grading.grading import Grade, Grader
from autograd.grading.own_constants import grade_of_loss, refusal

__all__ = ["Grade", "Grader", "grade_document", "grade_of_loss", "refusal"]

Derivation.make_grader = staticmethod(Grader)

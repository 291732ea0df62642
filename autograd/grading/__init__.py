"""Hand-written formulas, read and graded against a recorded graph."""

from autograd.formulas.derivation import Derivation
from autograd.grading.grading import Grade, Grader

__all__ = ["Grade", "Grader", "grade_document"]

Derivation.make_grader = staticmethod(Grader)


def __getattr__(name):
    """Import what grades whole documents when it is asked for: grading one formula does without."""
    if name == "grade_document":
        from autograd.grading.grade_documents import grade_document

        return grade_document
    raise AttributeError(f"module 'autograd.grading' has no attribute {name!r}")

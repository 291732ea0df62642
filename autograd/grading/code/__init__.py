"""Programs with hand-written backpropagation, read and graded; nothing of them is executed."""

from autograd.grading.code.grade import KINDS, CodeGrade, Fix, Mistake, UpdateGrade
from autograd.grading.code.grading import grade_code

__all__ = ["KINDS", "CodeGrade", "Fix", "Mistake", "UpdateGrade", "grade_code"]

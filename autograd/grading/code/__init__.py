"""Programs with hand-written backpropagation, which are read and graded. No part of them is executed."""

from autograd.grading.code.grade import KINDS, CodeGrade, Fix, Mistake, UpdateGrade
from autograd.grading.code.grading import grade_code

__all__ = ["KINDS", "CodeGrade", "Fix", "Mistake", "UpdateGrade", "grade_code"]

"""Programs with hand-written backpropagation, read and graded; nothing of them is executed."""

from .grade import KINDS, CodeGrade, Fix, Mistake, UpdateGrade
from .grading import grade_code

__all__ = ["KINDS", "CodeGrade", "Fix", "Mistake", "UpdateGrade", "grade_code"]

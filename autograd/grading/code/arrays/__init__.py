"""Arrays in plain Python with NumPy's semantics, over floats, Values and other numbers. They do not need NumPy."""

from autograd.grading.code.arrays.array import Array, as_array
from autograd.grading.code.arrays.bounds import ArrayLimitError, bounded, spend
from autograd.grading.code.arrays.kinds import DType, UFuncTypeError, is_number
from autograd.grading.code.arrays.matrix import plain_array, rewrapped
from autograd.grading.code.arrays.namespace import Names, numpy_names
from autograd.grading.code.arrays.scalars import Bool, Float64, Generic, Int64

__all__ = [
    "Array", "ArrayLimitError", "Bool", "DType", "Float64", "Generic", "Int64", "Names", "UFuncTypeError", "as_array",
    "bounded", "is_number", "numpy_names", "plain_array", "rewrapped", "spend",
]  # fmt: skip

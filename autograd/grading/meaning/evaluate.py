"""The value of a written formula at a point under one reading: a number or an array."""

import functools

from autograd.grading.meaning.arithmetic import (
    of_count,
    of_diagonal,
    of_dots,
    of_entry,
    of_factor,
    of_group,
    of_identity,
    of_loss,
    of_matrix,
    of_name,
    of_negative,
    of_norm,
    of_nothing,
    of_number,
    of_point,
    of_power,
    of_quotient,
    of_step,
    of_sum_of_terms,
    of_target,
    of_transpose,
)
from autograd.grading.meaning.conditions import of_cases, of_indicator, of_series
from autograd.grading.meaning.derivatives import derivative, of_derivative
from autograd.grading.meaning.evaluation import Evaluation, Rules
from autograd.grading.meaning.functions import of_call
from autograd.grading.meaning.products import of_product
from autograd.grading.meaning.tangents import tangent

__all__ = ["RULES", "evaluator"]


RULES = Rules(
    {
        "num": of_number, "name": of_name, "group": of_group, "neg": of_negative, "add": of_sum_of_terms,
        "prod": of_product, "div": of_quotient, "pow": of_power, "norm": of_norm, "transpose": of_transpose,
        "diag": of_diagonal, "entry": of_entry, "at": of_point, "matrix": of_matrix, "given": of_target,
        "made": of_factor, "count": of_count,
        "identity": of_identity, "dots": of_dots, "none": of_nothing, "step": of_step, "loss": of_loss,
        "sum": of_series, "cases": of_cases, "test": of_indicator, "call": of_call, "deriv": of_derivative,
    },
    tangent,
    derivative,
)  # fmt: skip

evaluator = functools.partial(Evaluation, rules=RULES)

"""Losses that derive from ``torch.autograd.Function``: their targets have no gradient, and may be probabilities."""

import pytest
from corrections import corrected

from autograd import grade_code

CROSS_ENTROPY = """
import torch


class SoftmaxLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, scores, TARGET):
        e = torch.exp(scores - scores.max(dim=1, keepdim=True)[0])
        p = e / e.sum(dim=1, keepdim=True)
        ctx.save_for_backward(p, TARGET)
        return -(TARGET * torch.log(p)).sum() / scores.shape[0]

    @staticmethod
    def backward(ctx, grad_output):
        p, TARGET = ctx.saved_tensors
        return grad_output * (p - TARGET) / p.shape[0], None
"""
SQUARED = """
import torch


class SquaredLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, y, target):
        ctx.save_for_backward(y, target)
        return ((y - target) ** 2).sum() / 2

    @staticmethod
    def backward(ctx, grad_output):
        y, target = ctx.saved_tensors
        return grad_output * (y - target), None
"""


@pytest.mark.parametrize("name", ["target", "targets", "t", "y_true", "labels", "one_hot"])
def test_the_targets_of_a_cross_entropy_add_up_to_1(name):
    grade = grade_code(CROSS_ENTROPY.replace("TARGET", name))
    assert grade.verdict == "right"
    assert "the targets of SoftmaxLoss add up to 1" in grade.loss


def test_other_targets_are_any_numbers():
    grade = grade_code(SQUARED)
    assert grade.verdict == "right"
    assert "add up" not in grade.loss


@pytest.mark.parametrize(("program", "line", "slip"), [
    (CROSS_ENTROPY, "return grad_output * (p - TARGET)", "return grad_output * (TARGET - p)"),
    (CROSS_ENTROPY, "return grad_output * (p - TARGET)", "return grad_output * (p - TARGET) * p * (1 - p)"),
    (CROSS_ENTROPY, "(p - TARGET) / p.shape[0]", "(p - TARGET) / p.shape[1]"),
    (CROSS_ENTROPY, "(p - TARGET) / p.shape[0]", "(p - TARGET)"),
    (SQUARED, "return grad_output * (y - target)", "return grad_output * (target - y)"),
    (SQUARED, "return grad_output * (y - target)", "return grad_output * 2 * (y - target)"),
])  # fmt: skip
def test_slips_are_corrected(program, line, slip):
    assert line in program
    wrong = program.replace(line, slip).replace("TARGET", "target")
    grade = grade_code(wrong)
    assert grade.verdict == "wrong"
    at = wrong[: wrong.index(slip.replace("TARGET", "target"))].count("\n") + 1
    assert [mistake.line for mistake in grade.mistakes] == [at]
    assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_a_gradient_that_is_right_for_no_targets():
    wrong = CROSS_ENTROPY.replace("(p - TARGET)", "(p - 0.5 * TARGET)")
    assert grade_code(wrong).verdict == "wrong"

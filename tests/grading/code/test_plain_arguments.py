"""Classes that derive from ``torch.autograd.Function`` and take plain numbers beside their tensors."""

import pytest
from corrections import corrected

from autograd import grade_code

NORM = """
import torch


class RMSNorm(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, eps):
        r = torch.rsqrt((x * x).mean(dim=-1, keepdim=True) + eps)
        ctx.save_for_backward(x, weight, r)
        return x * r * weight

    @staticmethod
    def backward(ctx, dy):
        x, weight, r = ctx.saved_tensors
        normed = x * r
        g = dy * weight
        dx = r * (g - normed * (g * normed).mean(dim=-1, keepdim=True))
        return dx, (dy * normed).sum(dim=0), None
"""
SLOPE = """
import torch


class Leaky(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, slope):
        ctx.slope = slope
        ctx.save_for_backward(x)
        return torch.where(x > 0, x, x * slope)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where(x > 0, g, g * ctx.slope), None
"""
SOFTMAX = """
import torch


class Soft(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        e = torch.exp(x - x.max(dim=dim, keepdim=True)[0])
        s = e / e.sum(dim=dim, keepdim=True)
        ctx.save_for_backward(s)
        ctx.dim = dim
        return s

    @staticmethod
    def backward(ctx, g):
        (s,) = ctx.saved_tensors
        return s * (g - (g * s).sum(dim=ctx.dim, keepdim=True)), None
"""
USES = [
    (NORM, "y = RMSNorm.apply(x, w, 1e-6)\n"),
    (NORM, "EPS = 1e-3\ny = RMSNorm.apply(x, w, EPS)\n"),
    (NORM, "norm = RMSNorm.apply\ny = norm(x, w, 0.01)\n"),
    (NORM, ""),
    (SLOPE, "y = Leaky.apply(x, 0.2)\n"),
    (SLOPE, ""),
    (SOFTMAX, "y = Soft.apply(x, 1)\n"),
    (SOFTMAX, "y = Soft.apply(x, -1)\n"),
    (SOFTMAX, ""),
]
# A right part, its wrong replacement, the line of the mistake, and whether a correction must be found.
SLIPS = [
    (NORM, "g = dy * weight", "g = dy", 16, True),
    (NORM, "dx = r * (g - ", "dx = (g - ", 17, False),
    (NORM, "(dy * normed).sum(dim=0)", "(dy * normed).mean(dim=0)", 18, True),
    (SLOPE, "torch.where(x > 0, g, g * ctx.slope)", "torch.where(x > 0, g, g)", 15, False),
    (SOFTMAX, "s * (g - (g * s).sum(", "s * (g - g.sum(", 17, False),
]


@pytest.mark.parametrize(("text", "use"), USES)
def test_a_plain_number_is_given_as_one(text, use):
    made = "x = torch.randn(4, 5)\nw = torch.rand(5)\n"
    grade = grade_code(text + (made + use if use else ""))
    assert grade.verdict == "right"
    assert not any(update.parameter.endswith((": eps", ": slope", ": dim")) for update in grade.updates)


@pytest.mark.parametrize("use", ["", "1e-6"])
@pytest.mark.parametrize(("text", "old", "new", "line", "fixed"), SLIPS)
def test_a_slip_beside_a_plain_number_is_found(text, old, new, line, fixed, use):
    wrong = text.replace(old, new) + (f"y = RMSNorm.apply(x, w, {use})\n" if use else "")
    assert wrong != text
    grade = grade_code(wrong)
    assert (grade.verdict, grade.mistakes[0].line) == ("wrong", line)
    if fixed:
        assert grade_code(corrected(wrong, grade.mistakes)).verdict == "right"


def test_a_number_with_a_gradient_is_an_input():
    text = """
import torch
class Scale(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, k):
        ctx.save_for_backward(x, k)
        return x * k
    @staticmethod
    def backward(ctx, g):
        x, k = ctx.saved_tensors
        return g * k, (g * x).mean()
y = Scale.apply(x, 2.0)
"""
    assert grade_code(text).verdict == "wrong"
    assert grade_code(text.replace("(g * x).mean()", "(g * x).sum()")).verdict == "right"

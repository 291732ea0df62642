"""Classes that derive from ``torch.autograd.Function``: the mistakes in ``backward``, with their corrections."""

import pytest
from corrections import corrected

from autograd import grade_code

LAYERS = """
import torch


class Relu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        below = grad.clone()
        below[x < 0] = 0
        return below


class Linear(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        return x @ w + b

    @staticmethod
    def backward(ctx, grad):
        x, w = ctx.saved_tensors
        return grad @ w.T, x.T @ grad, grad.sum(0)


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = torch.sigmoid(x)
        ctx.save_for_backward(x, s)
        return x * s

    @staticmethod
    def backward(ctx, grad):
        x, s = ctx.saved_tensors
        return grad * (s + x * s * (1 - s))


class Squared(torch.autograd.Function):
    @staticmethod
    def forward(ctx, out, goal):
        ctx.save_for_backward(out, goal)
        return ((out - goal) ** 2).sum()

    @staticmethod
    def backward(ctx, grad):
        out, goal = ctx.saved_tensors
        below = 2 * (out - goal) * grad
        return below, -below


weights = torch.randn(3, 2, requires_grad=True)
loss = Squared.apply(Relu.apply(Linear.apply(torch.randn(4, 3), weights, torch.zeros(2))), torch.randn(4, 2))
loss.backward()
"""

# A right line, its wrong replacement, the line number and the kind of the mistake.
SLIPS = [
    ("below[x < 0] = 0", "below[grad < 0] = 0", 15, "relu mask"),
    ("        below[x < 0] = 0\n", "", 14, "derivative missing"),
    ("x.T @ grad,", "(grad.T @ x).reshape(w.shape),", 28, "transpose"),
    ("grad.sum(0)", "grad.mean(0)", 28, "divided twice"),
    ("grad * (s + x * s * (1 - s))", "grad * (s * (1 - s))", 41, "wrong derivative"),
    ("grad * (s + x * s * (1 - s))", "grad * (s + x * s + (1 - s))", 41, "wrong derivative"),
    ("below = 2 * (out - goal)", "below = (out - goal)", 53, "constant factor"),
]


def test_right_functions_are_called_right():
    assert grade_code(LAYERS).verdict == "right"


@pytest.mark.parametrize(
    ("old", "new", "line", "kind"), SLIPS, ids=[f"{kind}, {new[-14:]}" for _, new, _, kind in SLIPS]
)
def test_the_slip_is_named_in_its_line_and_its_correction_is_right(old, new, line, kind):
    text = LAYERS.replace(old, new)
    grade = grade_code(text)
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(line, kind)]
    assert not any("_" in word[:1] for word in " ".join(fix.text for fix in grade.mistakes[0].fix).split())
    assert grade_code(corrected(text, grade.mistakes)).verdict == "right"


def test_a_backward_that_no_edit_explains_is_marked_where_it_returns():
    grade = grade_code(LAYERS.replace("return grad * (s + x * s * (1 - s))", "return x * x * s - 3"))
    assert [(mistake.line, mistake.kind) for mistake in grade.mistakes] == [(41, "other")]

"""PyTorch's functions and tensor methods, as they are read, against PyTorch itself."""

import ast

import numpy as np
import pytest
import torch

from autograd.grading.code.reading import read

START = """
import torch
import torch.nn.functional as F
a = torch.tensor([[0.5, -1.25, 2.0], [1.5, 0.25, -0.75]])
b = torch.tensor([[1.0, 0.5, -2.0], [0.25, 3.0, 1.5]])
v, y = torch.tensor([0.5, -1.0, 2.0]), torch.tensor([2, 0])
"""
CALLS = [
    "torch.add(a, b, alpha=2)", "torch.sub(a, b)", "torch.mul(a, b)", "torch.div(a, b)", "torch.neg(a)",
    "torch.pow(a, 2)", "torch.square(a)", "torch.max(a)", "torch.max(a, 1)[0]", "torch.max(a, b)",
    "a.max(dim=1, keepdim=True)[0]", "a.min(0)[0]", "torch.argmax(a, dim=1)", "torch.cat((a, b), 1)",
    "torch.cat([a, b])", "torch.transpose(a, 0, 1)", "torch.t(a)", "a.t().mv(y.double())", "torch.ger(v, v)",
    "torch.einsum('ij,kj->ik', a, b)", "torch.norm(a)", "a.norm()", "a.gt(0).float()", "a.to(torch.float64)",
    "a.type(torch.DoubleTensor)", "torch.full((2,), 1.5)", "torch.full_like(a, 2.0)", "torch.zeros(2, 3)",
    "torch.ones((2, 3), dtype=torch.double)", "torch.log_softmax(a, dim=1)", "F.softmax(a, dim=0)", "F.relu(a)",
    "F.mse_loss(a, b)", "F.cross_entropy(a, y)", "F.nll_loss(a, y)",
    "F.binary_cross_entropy(torch.sigmoid(a), (b > 1).double())",
    "torch.logsumexp(a, 1)", "torch.addmm(v, a, b.t().mm(a))", "a.unsqueeze(0)", "a.flatten()", "a.clamp_min(0)",
    "a.clamp(max=1.0)", "a.size(0) * a", "a.numel() * a", "a.reciprocal()", "torch.reciprocal(b)", "a.data",
    "a.clone().add_(b)", "a.clone().sub_(b, alpha=2)", "a.clone().mul_(2)", "a.clone().zero_()", "a.clone().fill_(3.0)",
    "a.max(1, keepdim=True).values", "a.max(1, keepdim=True).indices", "torch.min(a, 0).values", "a.min(0).indices",
    "torch.amax(a, 1)", "a.amax(dim=1, keepdim=True)", "a.amin(0)", "a - a.max(dim=1, keepdim=True).values",
    "a.clone().copy_(b)", "a.expand_as(b)", "v.sigmoid()", "torch.prod(a, 0)", "torch.heaviside(a, v)",
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_a_call_has_the_value_that_pytorch_computes(call):
    reading = read(ast.parse(f"{START}q = {call}\n"))
    assert reading.trouble is None
    found = reading.machine.globals.names["q"]
    torch.set_default_dtype(torch.float64)
    try:
        names = {}
        exec(f"{START}q = {call}\n", names)
    finally:
        torch.set_default_dtype(torch.float32)
    elements = found.elements() if hasattr(found, "elements") else [found]
    expected = np.asarray(names["q"], dtype=float)
    assert getattr(found, "shape", ()) == expected.shape
    np.testing.assert_allclose([float(getattr(e, "data", e)) for e in elements], expected.ravel(), rtol=1e-12)


def test_a_change_in_place_is_an_update():
    step = "w = torch.ones(3, 1)\nloss = a.mm(w).pow(2).sum()\nw.sub_(a.t().mm(a.mm(w)), alpha=0.2)\n"
    reading = read(ast.parse(START + step))
    assert len(reading.recorder.first_step()) == 1

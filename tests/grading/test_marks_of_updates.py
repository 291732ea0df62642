"""Marks that count updates: the new weight has one number, and all old ones have the number before it."""

import pytest

import nn
from autograd import derive

STEPS = [
    (r"W^{(NEW)} = W^{(OLD)} - \eta \frac{\partial J}{\partial W^{(GRADIENT)}}", "matrix"),
    (r"b^{(NEW)} := b^{(OLD)} - \eta \frac{\partial J}{\partial b^{(GRADIENT)}}", "vector"),
    (r"w_{ij}^{(NEW)} = w_{ij}^{(OLD)} - \eta \frac{\partial J}{\partial w_{ij}^{(GRADIENT)}}", "entry"),
]
MARKS = [  # new, old, gradient, right
    ("t+1", "t", "t", True),
    ("t", "t-1", "t-1", True),
    ("k+1", "k", "k", True),
    ("n", "n-1", "n-1", True),
    ("t+1", "t", "t+1", False),
    ("t+1", "t+1", "t", False),
    ("k", "k", "k-1", False),
    ("n", "n-1", "n", False),
    ("t", "t-1", "t-2", False),
]


@pytest.mark.parametrize("step", STEPS, ids=[kind for _, kind in STEPS])
@pytest.mark.parametrize(("new", "old", "gradient", "right"), MARKS)
def test_marks_of_updates(step, new, old, gradient, right):
    model = nn.MLP(2, [3, 2], activation="sigmoid", seed=1)
    loss = nn.half_sse(model([0.5, 0.9]), [0.3, 0.1])
    derivation = derive(loss).convention(letters={"s": "z", "a": "a", "loss": "J"}, order="to-from")
    formula = step[0].replace("NEW", new).replace("OLD", old).replace("GRADIENT", gradient)
    verdict = derivation.grade(None, formula, rate=r"\eta").verdict
    assert verdict in (("equal",) if right else ("wrong", "ambiguous", "ill-formed")), formula

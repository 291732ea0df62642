"""Thousands of updates: no average of an optimizer becomes subnormal, which would slow each later update down.

0.9 to the power of 7,000 is subnormal, and 0.9 times the smallest subnormal number is that number again. The numbers
are compared with those of PyTorch, which keeps subnormal numbers.
"""

import sys

import pytest
import torch

import nn
from autograd import Value
from nn import Adam, AdamW, Momentum, RMSprop
from nn.optimizers import normal, normal_square

UPDATES = 8_000  # 0.9 to this power is below the smallest subnormal number
LEAST = sys.float_info.min

# The optimizers, and PyTorch's. All averages decay by 0.9 or faster, so that they would be subnormal at the end.
OPTIMIZERS = {
    "Momentum": (lambda kind: kind(0.05), Momentum, lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
    "Nesterov": (
        lambda kind: kind(0.05, nesterov=True), Momentum,
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True),
    ),
    "Adam": (lambda kind: kind(0.001, beta2=0.9), Adam, lambda p: torch.optim.Adam(p, lr=0.001, betas=(0.9, 0.9))),
    "AdamW": (
        lambda kind: kind(0.001, beta2=0.9, weight_decay=1e-6), AdamW,
        lambda p: torch.optim.AdamW(p, lr=0.001, betas=(0.9, 0.9), weight_decay=1e-6),
    ),
    "RMSprop": (
        lambda kind: kind(0.001, decay=0.9, momentum=0.9), RMSprop,
        lambda p: torch.optim.RMSprop(p, lr=0.001, alpha=0.9, momentum=0.9),
    ),
}  # fmt: skip


def gradient(k, p):
    """Return a gradient: that of the first parameter stays, that of the second is 0 after 20 updates."""
    return 0.3 * (-1) ** (k // 7) if p == 0 else 0.7 if k < 20 else 0.0


def memory_of(optimizer):
    return [abs(x) for row in optimizer._memory.values() for x in row]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("way", ["in C", "by the rule in Python"])
def test_steps(name, way):
    make, kind, peer = OPTIMIZERS[name]
    optimizer = make(kind if way == "in C" else type("Mine", (kind,), {}))  # the rule of a subclass runs in Python
    ours = [Value(1.5), Value(-0.25)]
    theirs = [torch.tensor(p.data, dtype=torch.float64, requires_grad=True) for p in ours]
    reference = peer(theirs)
    for k in range(UPDATES):
        for p, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            a.grad = gradient(k, p)
            b.grad = torch.tensor(a.grad, dtype=torch.float64)
        optimizer.step(ours)
        reference.step()
    assert [p.data for p in ours] == pytest.approx([t.item() for t in theirs], rel=1e-11)
    kept = memory_of(optimizer)
    assert all(x == 0 or x >= LEAST for x in kept)
    assert min(kept) == 0.0 < max(kept)  # that of the second parameter has vanished, that of the first has not


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("engine", ["native", "eager"])
def test_fit(name, engine):
    make, kind, _ = OPTIMIZERS[name]
    found = []
    for parts in (1, 2):  # in one call, and in two
        network = nn.MLP(2, [1], output="linear")
        for p, x in zip(network.parameters(), [0.5, -0.75, 0.1], strict=True):
            p.data = x
        optimizer = make(kind)
        # The second input is 0 after the first epoch, and so is the gradient of its weight.
        options = {"loss": nn.half_sse, "optimizer": optimizer, "shuffle": False, "progress": False, "engine": engine}
        nn.fit(network, [[1.0, 0.5], [-0.5, 1.0]], [0.7, -0.2], epochs=1, **options)
        for _ in range(parts):
            nn.fit(network, [[1.0, 0.0], [-0.5, 0.0]], [0.7, -0.2], epochs=UPDATES // 2 // parts, **options)
        assert all(x == 0 or x >= LEAST for x in memory_of(optimizer))
        found.append([p.data for p in network.parameters()])
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_only_subnormal_numbers_become_0():
    assert [normal(x) for x in (LEAST, -LEAST, 1.0, float("-inf"))] == [LEAST, -LEAST, 1.0, float("-inf")]
    assert [normal(x) for x in (LEAST / 2, -LEAST / 2, 5e-324, 0.0)] == [0.0] * 4
    assert normal(float("nan")) != normal(float("nan"))


def test_an_average_of_squares_is_kept_where_epsilon_would_not_hide_it():
    p, optimizer = Value(1.0), Adam(0.1, epsilon=1e-200)
    p.grad = 1e-155  # its square is subnormal
    optimizer.step([p])
    assert p.data == pytest.approx(0.9, rel=1e-6)  # the first step has the size of the rate
    assert normal_square(LEAST / 2, 1e-200) == LEAST / 2

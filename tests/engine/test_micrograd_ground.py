"""The cases of micrograd's own tests, written again and compared with PyTorch: reuse, all operations, plain numbers."""

import random

import pytest
import torch

from autograd import Value
from nn import MLP


def reuse(x):
    """Use one leaf again and again, through relu and products."""
    y = 3 * x - 1
    u = y.relu() + y * x
    v = (u * u).relu()
    return v + u * y - v * 0.5


def many_operations(a, b):
    """Use every operation of micrograd, with numbers on either side and names that are bound again."""
    c = a - b / 2
    d = a * b - b**2
    c += c * 0.5 - 3
    c -= -a
    d *= 1.5 + (a - b).relu()
    d += (2 * c + a).relu() / 4
    e = (d - c) ** 2 / (1 + b**2)
    f = e**0.5 + 12 / e
    return f + e * a - 7 / (b + 10) - (-f) / 3


CASES = [
    (reuse, [-3.0]),
    (reuse, [0.2]),
    (reuse, [2.5]),
    (many_operations, [-2.0, 5.0]),
    (many_operations, [3.5, 0.25]),
    (many_operations, [0.1, -1.75]),
]


@pytest.mark.parametrize(("f", "point"), CASES)
def test_forward_and_backward_agree_with_pytorch(f, point):
    values = [Value(x) for x in point]
    result = f(*values)
    result.backward()
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
    expected = f(*tensors)
    expected.backward()
    assert result.data == pytest.approx(expected.item(), rel=1e-14)
    assert [v.grad for v in values] == pytest.approx([t.grad.item() for t in tensors], rel=1e-13)


def test_a_training_loop_written_for_micrograd_runs_and_agrees_with_pytorch():
    random.seed(1337)
    model = MLP(3, [4, 4, 1])
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    shapes = [(4, 3), (4, 4), (1, 4)]
    numbers = iter([p.data for p in model.parameters()])
    weights, biases = [], []
    for rows, columns in shapes:
        layer = [[next(numbers) for _ in range(columns + 1)] for _ in range(rows)]
        weights.append(torch.tensor([row[:-1] for row in layer], dtype=torch.float64, requires_grad=True))
        biases.append(torch.tensor([row[-1] for row in layer], dtype=torch.float64, requires_grad=True))

    def peer(x):
        for k, (w, b) in enumerate(zip(weights, biases, strict=True)):
            x = w @ x + b
            x = torch.relu(x) if k < 2 else x
        return x[0]

    for _ in range(20):
        loss = sum((model(x) - y) ** 2 for x, y in zip(xs, ys, strict=True))
        model.zero_grad()
        loss.backward()
        for p in model.parameters():
            p.data += -0.01 * p.grad

        reference = sum((peer(torch.tensor(x, dtype=torch.float64)) - y) ** 2 for x, y in zip(xs, ys, strict=True))
        gradients = torch.autograd.grad(reference, [*weights, *biases])
        with torch.no_grad():
            for t, g in zip([*weights, *biases], gradients, strict=True):
                t -= 0.01 * g
        assert loss.data == pytest.approx(reference.item(), rel=1e-10)


def test_micrograds_names_for_a_graph_are_there():
    a, b = Value(2.0), Value(-3.0)
    c = a * b
    assert c._prev == {a, b}
    assert c._op == "*"
    assert (a._prev, a._op) == (set(), "")


def test_sum_of_values_and_plain_numbers():
    values = [Value(x) for x in (1.0, 2.0, 3.0)]
    result = sum(values) + 4
    result.backward()
    assert result.data == 10.0
    assert [v.grad for v in values] == [1.0] * 3

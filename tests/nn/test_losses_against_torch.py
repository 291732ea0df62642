"""Absolute and Huber losses and label smoothing against PyTorch: values, gradients, and trainings in every engine."""

import functools

import numpy as np
import pytest
import torch

from autograd import Value
from nn import MLP, SGD, absolute, cross_entropy, fit, half_sse, huber

REGRESSION = [
    (absolute, torch.nn.L1Loss(reduction="sum")),
    (huber, torch.nn.HuberLoss(reduction="sum")),
    (functools.partial(huber, delta=0.3), torch.nn.HuberLoss(reduction="sum", delta=0.3)),
]
NAMES = ["absolute", "huber", "huber of 0.3"]


@pytest.mark.parametrize(("loss", "twin"), REGRESSION, ids=NAMES)
@pytest.mark.parametrize("outputs", [[0.1, -2.0, 3.5], [1.0, 0.0, 1e-9], [2.0, -0.3, 0.5], [1e200, -1e200, 7.0]])
def test_losses_of_numbers(loss, twin, outputs):
    targets = [1.0, 0.0, 0.5]
    mine = [Value(y) for y in outputs]
    theirs = torch.tensor(outputs, dtype=torch.float64, requires_grad=True)
    value, expected = loss(mine, targets), twin(theirs, torch.tensor(targets, dtype=torch.float64))
    value.backward()
    expected.backward()
    assert value.data == pytest.approx(expected.item(), rel=1e-12)
    assert [y.grad for y in mine] == pytest.approx(theirs.grad.tolist(), rel=1e-12)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("target", [2, [0.25, 0.25, 0.5]])
def test_smoothed_labels(smoothing, target):
    logits = [0.5, -1.0, 300.0]
    mine = [Value(z) for z in logits]
    theirs = torch.tensor([logits], dtype=torch.float64, requires_grad=True)
    wanted = torch.tensor([target], dtype=torch.long if target == 2 else torch.float64)
    expected = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(theirs, wanted)
    value = cross_entropy(mine, target, label_smoothing=smoothing)
    value.backward()
    expected.backward()
    assert value.data == pytest.approx(expected.item(), rel=1e-12, abs=1e-12)
    assert [z.grad for z in mine] == pytest.approx(theirs.grad[0].tolist(), rel=1e-12, abs=1e-12)


X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]


def trained(loss, twin, Y, dtype, engine, size=2):
    """Return the parameters of a linear model after a training here, and after PyTorch's."""
    model = MLP(2, [3], seed=1)
    neurons = model.layers[0].neurons
    w = torch.tensor([[w.data for w in n.w] for n in neurons], dtype=torch.float64, requires_grad=True)
    b = torch.tensor([n.b.data for n in neurons], dtype=torch.float64, requires_grad=True)
    fit(model, X, Y, loss=loss, optimizer=SGD(0.05), epochs=15, batch_size=size, shuffle=False, engine=engine,
        progress=False)  # fmt: skip
    optimizer = torch.optim.SGD([w, b], lr=0.05)
    for _ in range(15):
        for k in range(0, len(X), size):
            optimizer.zero_grad()
            x, y = torch.tensor(X[k : k + size], dtype=torch.float64), torch.tensor(Y[k : k + size], dtype=dtype)
            (twin(x @ w.T + b, y) / len(x)).backward()
            optimizer.step()
    return [[w.data for w in n.w] for n in neurons], w.tolist(), [n.b.data for n in neurons], b.tolist()


@pytest.mark.parametrize("engine", ["eager", "native"])
@pytest.mark.parametrize(("loss", "twin"), REGRESSION, ids=NAMES)
def test_trainings_with_absolute_and_huber(engine, loss, twin):
    Y = [[0.5, 1.0, -1.0], [-1.0, 0.0, 2.0], [0.25, 3.0, -2.0], [2.0, 0.1, 0.2], [0.0, 0.0, 0.0]]
    w, their_w, b, their_b = trained(loss, twin, Y, torch.float64, engine)
    np.testing.assert_allclose(w, their_w, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(b, their_b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("engine", ["eager", "native"])
def test_trainings_with_smoothed_labels(engine):
    twin = torch.nn.CrossEntropyLoss(label_smoothing=0.2, reduction="sum")
    loss = functools.partial(cross_entropy, label_smoothing=0.2)
    w, their_w, b, their_b = trained(loss, twin, [0, 1, 2, 1, 0], torch.long, engine)
    np.testing.assert_allclose(w, their_w, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(b, their_b, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("engine", ["eager", "native", None])
def test_options_of_a_loss_leave_a_column_of_classes_what_it_is(engine):
    loss = functools.partial(cross_entropy, label_smoothing=0.2)
    history = fit(MLP(2, [3], seed=1), X, [[0], [1], [2], [1], [0]], loss=loss, epochs=2, seed=0, engine=engine,
                  progress=False)  # fmt: skip
    assert len(history.accuracy) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: huber(Value(1.0), 0.0, delta=0.0), "delta is a number above 0"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 0, label_smoothing=1.5), "label_smoothing is from 0 to 1"),
        (lambda: cross_entropy([Value(1.0), Value(2.0)], 0, label_smoothing=-0.5), "label_smoothing is a number"),
        (lambda: absolute([Value(1.0), Value(2.0)], [1.0]), "absolute of 2 outputs and 1 targets"),
        (lambda: fit(MLP(2, [2]), X, [0.0] * 5, loss=huber, progress=False), "huber of 2 outputs and 1 targets"),
    ],
)
def test_options_and_targets_are_checked(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_names_of_losses_are_answered():
    with pytest.raises(TypeError, match="write loss=absolute"):
        fit(MLP(2, [1]), X, [0.0] * 5, loss="mae")
    assert half_sse(Value(1.0), 0.0).data == huber(Value(1.0), 0.0).data

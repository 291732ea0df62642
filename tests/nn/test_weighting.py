"""Weights of samples and classes against PyTorch's losses, in every engine."""

import functools

import numpy as np
import pytest
import torch

from nn import MLP, SGD, binary_cross_entropy, cross_entropy, fit, half_sse, hinge

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]
WEIGHTS = [1.0, 0.0, 2.5, 0.5, 3.0]
CLASSES = [0, 2, 1, 1, 0]
ONE_HOT = np.eye(3)[CLASSES]
ENGINES = pytest.mark.parametrize("engine", ["eager", "native"])


def both(neurons, Y, twin, engine, size, **options):
    """Return the parameters of a linear model after a training here, and after PyTorch's with the loss ``twin``."""
    model = MLP(2, [neurons], seed=1)
    rows = [[p.data for p in n.parameters()] for n in model.layers[0].neurons]
    w = torch.tensor(rows, dtype=torch.float64, requires_grad=True)
    history = fit(model, X, Y, optimizer=SGD(0.05), epochs=10, batch_size=size, shuffle=False, engine=engine,
                  progress=False, **options)  # fmt: skip
    optimizer = torch.optim.SGD([w], lr=0.05)
    losses = []
    for _ in range(10):
        total = 0.0
        for k in range(0, len(X), size):
            places = list(range(len(X)))[k : k + size]
            optimizer.zero_grad()
            x = torch.tensor([[*X[i], 1.0] for i in places], dtype=torch.float64)
            loss = twin(x @ w.T, places)
            (loss / len(places)).backward()
            optimizer.step()
            total += loss.item()
        losses.append(total / len(X))
    mine = [[p.data for p in n.parameters()] for n in model.layers[0].neurons]
    np.testing.assert_allclose(mine, w.tolist(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12, atol=1e-12)
    return history


@ENGINES
@pytest.mark.parametrize("size", [1, 2])
def test_sample_weights_multiply_losses(engine, size):
    Y = [0.5, -1.0, 0.25, 2.0, 0.0]

    def twin(outputs, places):
        y, weights = torch.tensor([Y[i] for i in places]).double(), torch.tensor([WEIGHTS[i] for i in places]).double()
        return (weights * 0.5 * torch.nn.MSELoss(reduction="none")(outputs[:, 0], y)).sum()

    both(1, Y, twin, engine, size, loss=half_sse, sample_weights=WEIGHTS)


@pytest.mark.sampled(4)
@ENGINES
@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("Y", [CLASSES, [[y] for y in CLASSES], ONE_HOT], ids=["classes", "column", "one-hot"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_class_weights_are_those_of_pytorch(engine, size, Y, smoothing):
    weights = torch.tensor([1.0, 0.25, 3.0], dtype=torch.float64)

    def twin(outputs, places):
        classes = torch.tensor([CLASSES[i] for i in places])
        rows = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=smoothing)(outputs, classes)
        if not smoothing:
            assert torch.allclose(
                (weights[classes] * rows).sum(), torch.nn.CrossEntropyLoss(weights, reduction="sum")(outputs, classes)
            )
        return (weights[classes] * rows).sum()

    loss = functools.partial(cross_entropy, label_smoothing=smoothing) if smoothing else cross_entropy
    history = both(3, Y, twin, engine, size, loss=loss, class_weights=[1.0, 0.25, 3.0])
    plain = fit(MLP(2, [3], seed=1), X, Y, loss=loss, epochs=1, progress=False, shuffle=False, engine=engine)
    assert len(history.accuracy) == 10
    assert history.accuracy[0] in [k / 5 for k in range(6)]
    assert len(plain.accuracy) == 1


@ENGINES
def test_both_kinds_of_weights_and_other_losses(engine):
    Y = [1, -1, 1, 1, -1]

    def twin(outputs, places):
        y = torch.tensor([Y[i] for i in places]).double()
        weights = torch.tensor([WEIGHTS[i] * {1: 2.0, -1: 0.5}[Y[i]] for i in places]).double()
        return (weights * torch.relu(1 - y * outputs[:, 0])).sum()

    both(1, Y, twin, engine, 2, loss=hinge, sample_weights=np.array(WEIGHTS), class_weights={1: 2.0, -1: 0.5})

    def binary(outputs, places):
        y = torch.tensor([float(Y[i] > 0) for i in places]).double()
        weights = torch.tensor([[3.0, 1.0][Y[i] > 0] for i in places]).double()
        return torch.nn.BCEWithLogitsLoss(weight=weights, reduction="sum")(outputs[:, 0], y)

    loss = functools.partial(binary_cross_entropy, logits=True)
    both(1, [int(y > 0) for y in Y], binary, engine, 2, loss=loss, class_weights=[3.0, 1.0])


@ENGINES
def test_weights_follow_their_samples_and_validation_has_none(engine):
    Y = [0.5, -1.0, 0.25, 2.0, 0.0]
    rows, targets = X * 3, Y * 3
    weights = [float(w) for w in WEIGHTS * 3]
    model, twin = MLP(2, [1], seed=1), MLP(2, [1], seed=1)
    history = fit(model, rows, targets, epochs=4, seed=3, validation=0.2, sample_weights=weights, batch_size=None,
                  engine=engine, progress=False)  # fmt: skip

    def weigh(outputs, target):
        return target[1] * half_sse(outputs, target[0])

    pairs = list(zip(targets, weights, strict=True))
    other = fit(twin, rows, pairs, loss=weigh, epochs=4, seed=3, validation=0.2, batch_size=None, engine="eager",
                progress=False)  # fmt: skip
    assert history.loss == pytest.approx(other.loss, rel=1e-12)
    assert history.validation_loss != pytest.approx(other.validation_loss, rel=1e-3)
    last = fit(model, rows, targets, epochs=1, seed=3, validation=0.2, batch_size=None, engine=engine, progress=False,
               optimizer=SGD(1e-300))  # fmt: skip
    assert last.validation_loss == pytest.approx(history.validation_loss[-1:], rel=1e-12)
    given = fit(twin, rows, targets, epochs=1, validation=(X, Y), sample_weights=weights, optimizer=SGD(1e-300),
                engine=engine, progress=False)  # fmt: skip
    assert given.validation_loss == pytest.approx(
        [sum(0.5 * (y - t) ** 2 for y, t in zip(twin.predict(X), Y, strict=True)) / 5], rel=1e-12
    )


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"sample_weights": [1.0, 2.0]}, ValueError, "sample_weights has 2 numbers for 5 samples"),
        ({"sample_weights": [1.0, 2.0, -1.0, 1.0, 1.0]}, ValueError, r"sample_weights\[2\] is -1.0"),
        ({"sample_weights": [1.0, 2.0, "a", 1.0, 1.0]}, ValueError, r"sample_weights\[2\] is 'a'"),
        ({"sample_weights": [0.0] * 5}, ValueError, "are all 0"),
        ({"sample_weights": {0: 1.0}}, TypeError, "sample_weights is dict"),
        ({"class_weights": "balanced"}, TypeError, "class_weights is str"),
        ({"class_weights": [1.0, 2.0]}, ValueError, r"the target 2 has no weight, class_weights has \[0, 1\]"),
        ({"class_weights": [1.0, 2.0, float("nan")]}, ValueError, "the weight of class 2 is nan"),
        ({"class_weights": {0: 0.0, 1: 0, 2: 0}}, ValueError, "all samples are 0"),
    ],
)
def test_weights_are_checked(options, kind, message):
    with pytest.raises(kind, match=message):
        fit(MLP(2, [3]), X, CLASSES, loss=cross_entropy, progress=False, **options)


def test_what_is_no_class_is_said_with_weights_too():
    with pytest.raises(ValueError, match="no class 3 among 3"):
        fit(MLP(2, [3]), X, [0, 1, 2, 3, 0], loss=cross_entropy, progress=False, sample_weights=WEIGHTS)
    with pytest.raises(ValueError, match="logits of two or more classes"):
        fit(MLP(2, [1]), X, [0, 1, 0, 1, 0], loss=cross_entropy, progress=False, sample_weights=WEIGHTS)
    with pytest.raises(ValueError, match="half_sse of 3 outputs and 1 targets"):
        fit(MLP(2, [3]), X, [0.0] * 5, progress=False, sample_weights=WEIGHTS)

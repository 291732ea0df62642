"""One loop for every engine: ``fit`` minimizes a model's loss of pairs, and all trainings have the same form."""

import random

import pytest

from autograd import Value
from nn import MLP, Adam, fit, half_sse, minimize
from nn.eager import EagerTraining
from nn.native import NativeTraining
from nn.on_tapes import TapeTraining
from nn.setups import ModelLoss, Samples, Setup

_draw = random.Random(0)
X = [(_draw.uniform(-1, 1), _draw.uniform(-1, 1)) for _ in range(24)]
Y = [x[0] * x[1] for x in X]


@pytest.mark.parametrize("batch_size", [1, 5, None])
@pytest.mark.parametrize("validation", [0.0, 0.25])
def test_fit_is_minimize_of_the_loss_of_pairs(batch_size, validation):
    options = {"epochs": 3, "batch_size": batch_size, "validation": validation, "seed": 4, "engine": "eager"}
    fitted, minimized = MLP(2, [4, 1], seed=1), MLP(2, [4, 1], seed=1)
    by_fit = fit(fitted, X, Y, optimizer=Adam(0.05), progress=False, **options)
    pairs = list(zip(X, Y, strict=True))
    by_minimize = minimize(
        lambda pair: half_sse(minimized(pair[0]), pair[1]), minimized, pairs, optimizer=Adam(0.05), progress=False,
        **options,
    )  # fmt: skip
    assert [p.data for p in fitted.parameters()] == [p.data for p in minimized.parameters()]
    assert (by_fit.loss, by_fit.validation_loss) == (by_minimize.loss, by_minimize.validation_loss)
    assert by_fit.updates == by_minimize.updates


def _of_model(make):
    model, samples = MLP(2, [4, 1], seed=1), Samples(X, Y)
    loss = ModelLoss(model, half_sse, None, model.parameters(), samples, samples)
    return make(Setup(loss, model.parameters(), Adam(0.05), samples, samples, size=6)), model


@pytest.mark.parametrize("make", [EagerTraining, TapeTraining, lambda setup: NativeTraining(setup, 2)])
def test_every_training_has_the_same_form(make):
    training, model = _of_model(make)
    seen = []
    epochs = training.epochs(2, stepwise=True, each=lambda _: seen.append(training.updates))
    losses = [next(epochs)[0]]
    training.write()
    assert training.updates == 4
    for p in model.parameters():
        p.data *= 0.5
    training.read()
    losses.append(next(epochs)[0])
    epochs.close()
    assert training.updates == 8
    assert seen == [1, 2, 3, 4, 5, 6, 7, 8]
    assert training.after(2) == []
    measured = training.measure()[0]
    by_hand = [half_sse(model(x), y).data for x, y in zip(X, Y, strict=True)]
    assert measured == pytest.approx(sum(by_hand) / len(by_hand), rel=1e-12)
    reference, _ = _of_model(EagerTraining)
    assert losses[0] == pytest.approx(next(reference.epochs(1))[0], rel=1e-12)


def test_callbacks_of_minimize_see_how_many_updates_there_were():
    w, seen = Value(0.0), []
    minimize(
        lambda x: (w * x - 1.0) ** 2, [w], [1.0, 2.0, 3.0], epochs=2, progress=False,
        callbacks=lambda epoch: seen.append(epoch.history.updates),
    )  # fmt: skip
    assert seen == [3, 6]

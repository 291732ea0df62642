"""Callbacks: their arguments, the end of a training, and early stopping."""

import random

import pytest
import torch

from autograd import Value
from nn import MLP, SGD, Adam, EarlyStopping, ReduceOnPlateau, fit, hinge, schedules

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]
Y = [0.5, -1.0, 0.25, 2.0, 0.0]
ENGINES = pytest.mark.parametrize("engine", ["eager", "native"])


def train(engine, callbacks, epochs=20, optimizer=None, **options):
    model = MLP(2, [3, 1], activation="tanh", seed=1)
    history = fit(model, X, Y, epochs=epochs, callbacks=callbacks, engine=engine, seed=0, progress=False,
                  optimizer=optimizer or SGD(0.05), **options)  # fmt: skip
    return model, history


@ENGINES
def test_a_callback_sees_every_epoch_with_the_weights_after_it(engine):
    seen = []

    def look(epoch):
        seen.append((epoch.number, epoch.loss, [p.data for p in epoch.model.parameters()], epoch.optimizer.updates))

    model, history = train(engine, look)
    assert [number for number, _, _, _ in seen] == list(range(1, 21))
    assert [loss for _, loss, _, _ in seen] == history.loss
    assert [updates for _, _, _, updates in seen] == list(range(5, 105, 5))
    assert seen[-1][2] == [p.data for p in model.parameters()]
    for epochs in (1, 7):
        part, _ = train(engine, None, epochs)
        assert seen[epochs - 1][2] == pytest.approx([p.data for p in part.parameters()], rel=1e-13)


@ENGINES
def test_a_callback_ends_a_training(engine):
    model, history = train(engine, [lambda epoch: epoch.stop() if epoch.number == 4 else None])
    whole, _ = train(engine, None, 4)
    assert (len(history.loss), history.updates) == (4, 20)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in whole.parameters()], rel=1e-13)


@ENGINES
def test_numbers_that_callbacks_return_are_kept(engine):
    def largest(epoch):
        return max(abs(p.data) for p in epoch.model.parameters())

    model, history = train(engine, [largest, lambda epoch: True, lambda epoch: Value(1.0)])
    assert list(history.metrics) == ["largest"]
    assert len(history.metrics["largest"]) == 20
    assert history.metrics["largest"][-1] == max(abs(p.data) for p in model.parameters())


@ENGINES
def test_what_callbacks_change_is_trained_with(engine):
    def change(epoch):
        epoch.optimizer.rate = 0.1 / epoch.number
        epoch.model.parameters()[0].data = 0.25

    changed, _ = train(engine, change, 3)
    model, optimizer = MLP(2, [3, 1], activation="tanh", seed=1), SGD(0.05)
    generator, order = random.Random(0), list(range(5))
    for number in (1, 2, 3):
        generator.shuffle(order)
        fit(model, [X[i] for i in order], [Y[i] for i in order], epochs=1, optimizer=optimizer, engine="eager",
            shuffle=False, progress=False)  # fmt: skip
        optimizer.rate = 0.1 / number
        model.parameters()[0].data = 0.25
    assert [p.data for p in changed.parameters()] == pytest.approx([p.data for p in model.parameters()], rel=1e-12)


@ENGINES
def test_early_stopping_keeps_the_best_weights(engine):
    kept = []

    def keep(epoch):
        kept.append([p.data for p in epoch.model.parameters()])

    early = EarlyStopping(patience=3)
    held_out = [[0.3, 0.3], [-1.0, 0.8]], [1.0, -1.0]
    model, history = train(engine, [keep, early], 500, SGD(0.2), validation=held_out)
    losses = history.validation_loss
    best = losses.index(min(losses))
    assert len(losses) == best + 1 + 3 < 500
    assert (early.best, early.best_epoch) == (min(losses), best + 1)
    assert [p.data for p in model.parameters()] == kept[best]
    train(engine, early, 2)  # a second use starts again
    assert early.best_epoch <= 2


def test_early_stopping_by_accuracy_by_a_function_and_with_a_least_gain():
    model = MLP(2, [1], seed=0)
    early = EarlyStopping(patience=2, monitor="accuracy")
    history = fit(model, X, [1, -1, 1, -1, 1], loss=hinge, epochs=50, callbacks=early, seed=0, progress=False)
    assert early.best == max(history.accuracy)
    assert len(history.accuracy) == history.accuracy.index(early.best) + 3
    _, history = train("eager", EarlyStopping(2, monitor=lambda epoch: epoch.number))
    assert len(history.loss) == 3
    _, history = train("eager", EarlyStopping(2, min_delta=1e9))
    assert len(history.loss) == 3


@ENGINES
@pytest.mark.parametrize("patience", [0, 2])
def test_the_rate_falls_where_pytorch_lowers_it(engine, patience):
    rates, optimizer = [], SGD(0.9)
    callbacks = [ReduceOnPlateau(0.5, patience, 0.01), lambda epoch: rates.append(epoch.optimizer.rate)]
    _, history = train(engine, callbacks, 40, optimizer)
    twin = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.9)
    scheduler = torch.optim.lr_scheduler.ReduceLROnPlateau(twin, factor=0.5, patience=patience, threshold=0.01)
    expected = []
    for loss in history.loss:
        scheduler.step(loss)
        expected.append(twin.param_groups[0]["lr"])
    assert rates == pytest.approx(expected, rel=1e-12)
    assert rates[-1] < 0.9


def test_objects_are_called_at_the_beginning_and_the_end():
    class Watch:
        def __init__(self):
            self.said = []

        def begin(self):
            self.said.append("begin")

        def __call__(self, epoch):
            self.said.append((epoch.number, epoch.validation_loss, epoch.accuracy, epoch.validation_accuracy))

        def end(self, epoch):
            self.said.append(("end", epoch.number))

    watch = Watch()
    train("eager", [watch], 2)
    assert watch.said == ["begin", (1, None, None, None), (2, None, None, None), ("end", 2)]


@pytest.mark.parametrize(
    ("make", "kind", "message"),
    [
        (lambda: train(None, "early"), TypeError, "a callback is a function of an epoch, found 'early'"),
        (lambda: train(None, [EarlyStopping]), TypeError, r"write callbacks=\[EarlyStopping\(\)\]"),
        (lambda: EarlyStopping(patience=0), ValueError, "patience is 1 or more"),
        (lambda: EarlyStopping(min_delta=-1.0), ValueError, "min_delta is a number"),
        (lambda: EarlyStopping(monitor="val_loss"), ValueError, "monitor is one of loss, validation_loss"),
        (lambda: ReduceOnPlateau(factor=1.0), ValueError, "factor is a number"),
        (lambda: ReduceOnPlateau(patience=-1), ValueError, "patience is 0 or more"),
        (lambda: ReduceOnPlateau(monitor="accuracy"), ValueError, "should be large"),
        (lambda: train(None, EarlyStopping(monitor="validation_loss")), ValueError, "needs validation samples"),
        (lambda: train(None, EarlyStopping(monitor="accuracy")), ValueError, "needs targets that are classes"),
        (
            lambda: train(None, ReduceOnPlateau(patience=0, threshold=0.9), 3, Adam(schedules.constant(0.1))),
            TypeError,
            "found a schedule",
        ),
    ],
)
def test_callbacks_are_checked(make, kind, message):
    with pytest.raises(kind, match=message):
        make()

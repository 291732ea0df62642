"""The options that ``minimize`` and ``Trainer`` share with ``fit``: the same numbers in every engine."""

import functools

import pytest

from autograd import Value
from nn import (
    MLP,
    SGD,
    Adagrad,
    Adam,
    AdamW,
    Dropout,
    EarlyStopping,
    ReduceOnPlateau,
    RMSprop,
    Trainer,
    fit,
    half_sse,
    minimize,
    schedules,
    train_mode,
)

X = [[0.1 * i, 0.3 - 0.2 * i] for i in range(6)]
Y = [[0.5 * a - b * a] for a, b in X]
SAMPLES = [{"x": x, "y": y} for x, y in zip(X, Y, strict=True)]
ENGINES = ["eager", "native"]


def network():
    return MLP(2, [3, 1], seed=4)


def loss_of(model):
    return lambda sample: half_sse(model(sample["x"]), sample["y"])


OPTIONS = {
    "clip_value": {"clip_value": 0.05},
    "clip_norm": {"clip_norm": 0.1},
    "penalties": {"l1": 0.01, "l2": 0.02},
    "all": {"clip_norm": 0.2, "clip_value": 0.1, "l1": 0.01, "l2": 0.02},
    "AdamW": {"optimizer": lambda: AdamW(0.02, weight_decay=0.1)},
    "RMSprop, clipped": {"optimizer": lambda: RMSprop(0.02, momentum=0.5), "clip_norm": 0.3},
    "Adagrad, cosine": {"optimizer": lambda: Adagrad(schedules.cosine(0.1, 20))},
    "warm-up": {"optimizer": lambda: Adam(schedules.warmup(0.1, 5))},
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", OPTIONS)
def test_the_numbers_are_those_of_fit(name, engine):
    options = dict(OPTIONS[name])
    make = options.pop("optimizer", lambda: SGD(0.3))
    ours, theirs = network(), network()
    shared = {"epochs": 8, "batch_size": 2, "shuffle": False, "progress": False, **options}
    history = minimize(loss_of(ours), ours, SAMPLES, optimizer=make(), engine=engine, **shared)
    expected = fit(theirs, X, Y, loss=half_sse, optimizer=make(), engine="eager", **shared)
    assert history.loss == pytest.approx(expected.loss, rel=1e-12)
    assert [p.data for p in ours.parameters()] == pytest.approx([p.data for p in theirs.parameters()], rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_trainer_has_them_too(engine):
    ours, theirs = network(), network()
    options = {"clip_norm": 0.2, "l1": 0.01, "l2": 0.02}
    with Trainer(loss_of(ours), ours, optimizer=Adam(0.05), engine=engine, **options) as trainer:
        for sample in SAMPLES:
            trainer.step(sample)
    shared = {"epochs": 1, "batch_size": 1, "shuffle": False, "progress": False}
    fit(theirs, X, Y, loss=half_sse, optimizer=Adam(0.05), engine="eager", **shared, **options)
    assert [p.data for p in ours.parameters()] == pytest.approx([p.data for p in theirs.parameters()], rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_callbacks_see_each_epoch_and_the_best_parameters_are_kept(engine):
    ours, theirs = network(), network()
    seen = []

    def watch(of, epoch):
        of.append((epoch.number, epoch.loss, [p.data for p in epoch.model.parameters()]))

    def callbacks(of):
        # The rate is far too large at first, so that the loss grows before it falls.
        return [functools.partial(watch, of), ReduceOnPlateau(0.3, patience=0), EarlyStopping(patience=4)]

    shared = {"epochs": 30, "batch_size": 2, "shuffle": False, "progress": False}
    history = minimize(
        loss_of(ours), ours, SAMPLES, optimizer=SGD(1.5), engine=engine, callbacks=callbacks(seen), **shared
    )
    expected: list = []
    other = fit(
        theirs, X, Y, loss=half_sse, optimizer=SGD(1.5), engine="eager", callbacks=callbacks(expected), **shared
    )
    assert history.loss == pytest.approx(other.loss, rel=1e-9)
    assert len(seen) == len(expected) == len(history.loss)
    best = min(seen, key=lambda row: row[1])
    assert [p.data for p in ours.parameters()] == best[2]


@pytest.mark.parametrize("engine", ENGINES)
def test_callbacks_of_leaves_that_came_as_a_list(engine):
    w = Value(1.0)
    early = EarlyStopping(patience=2)
    history = minimize(
        lambda s: (w - s) ** 2,
        [w],
        [3.0],
        optimizer=SGD(1.1),
        epochs=50,
        callbacks=early,
        engine=engine,
        progress=False,
    )
    assert len(history.loss) == 3  # each loss is larger than the first one
    assert w.data == pytest.approx(1.0 + 2 * 1.1 * 2.0)  # as after the first update


def test_dropout_is_active_in_updates_and_never_on_a_tape():
    w, drop = Value(1.0), Dropout(0.5, seed=1)

    def loss(sample):
        return (drop(w * sample[0]) - sample[1]) ** 2

    shared = {"optimizer": SGD(1e-9), "epochs": 1, "record": "update", "progress": False}
    history = minimize(loss, [w], [[1.0, 0.0]] * 40, validation=[[1.0, 0.0]], **shared)
    assert {round(x, 3) for x in history.update_loss} == {0.0, 4.0}
    assert round(history.validation_loss[0], 3) == 1.0
    with pytest.raises(
        ValueError, match=r"dropout, which draws new random numbers for every sample\. Or use engine='eager'"
    ):
        minimize(loss, [w], [[1.0, 1.0]], engine="native", progress=False)
    with pytest.raises(ValueError, match="dropout, which draws new"):
        Trainer(loss, [w], engine="native").step([1.0, 1.0])

    def switched(sample):
        with train_mode():
            return loss(sample)

    with pytest.raises(ValueError, match="dropout, which draws new"):
        minimize(switched, [w], [[1.0, 1.0]], engine="native", progress=False)


REFUSED = [
    ({"sample_weights": [1.0]}, "put the weight into the sample, and multiply by it"),
    ({"class_weights": {0: 1.0}}, "multiply it by the weight of the sample's class"),
    ({"cluster": None}, "clusters are used by fit"),
    ({"film": 1}, "films are made by fit"),
    ({"epoch": 3}, "did you mean 'epochs'?"),
    ({"lr": 0.1}, r"write optimizer=SGD\(0.1\)"),
    ({"verbose": 1}, "write progress=False"),
    ({"n_epochs": 1}, "write epochs=100"),
]


@pytest.mark.parametrize(("options", "advice"), REFUSED)
def test_what_minimize_does_not_have_is_answered_with_advice(options, advice):
    w = Value(1.0)
    with pytest.raises(TypeError, match=rf"minimize\(\) got an unexpected keyword argument '\w+'.*{advice}"):
        minimize(lambda s: (w - s) ** 2, [w], [1.0], progress=False, **options)


@pytest.mark.parametrize(
    ("options", "advice"), [({"callbacks": []}, "the loop is yours"), ({"lr": 1}, "optimizer=SGD")]
)
def test_what_a_trainer_does_not_have_is_answered_with_advice(options, advice):
    w = Value(1.0)
    with pytest.raises(TypeError, match=rf"Trainer\(\) got an unexpected keyword argument .*{advice}"):
        Trainer(lambda s: (w - s) ** 2, [w], **options)

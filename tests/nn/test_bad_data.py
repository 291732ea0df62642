"""All engines accept and refuse the same data: a table of bad inputs for eager, native and cluster training."""

import functools
import logging
import math
import pickle
import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from distributed import Client, LocalCluster

import autograd
from autograd import Value, no_grad, tanh
from nn import (
    MLP,
    SGD,
    Adam,
    Layer,
    Momentum,
    Neuron,
    Trainer,
    binary_cross_entropy,
    cross_entropy,
    fit,
    half_sse,
    hinge,
    huber,
    minimize,
    mse,
    sse,
)

X = [[0, 0], [0, 1], [1, 0], [1, 1]]
ENGINES = ["default", "eager", "native", "cluster"]


@pytest.fixture(scope="module")
def client():
    """Return a client of a cluster in this process. Bad data is refused before a worker gets it."""
    options = {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": None}
    # Without a dashboard, dask still serves a page of its health, and warns if its port is taken. So the port is free.
    options |= {"scheduler_kwargs": {"dashboard_address": "127.0.0.1:0"}, "silence_logs": logging.CRITICAL}
    with LocalCluster(processes=False, **options) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(params=ENGINES)
def train(request):
    """Run ``fit`` with one of the engines."""
    where = {"eager": {"engine": "eager"}, "native": {"engine": "native"}, "default": {}}.get(request.param)
    if where is None:
        where = {"cluster": request.getfixturevalue("client")}

    def trained(model, X, Y, **options):
        return fit(model, X, Y, **{"progress": False, "epochs": 2, "seed": 0, **where, **options})

    trained.engine = request.param
    return trained


def mlp(outputs, **options):
    return MLP(2, [3, outputs], activation="tanh", seed=0, **options)


def raising(function):
    """Return a loss that checks its targets as people do, and so ignores Values."""

    def loss(y, t):
        if not isinstance(t, Value) and not 0 <= t <= 2:
            raise KeyError(f"the target {t} is out of range")
        return function(y, t)

    return loss


LOSSES_AND_TARGETS = [
    # hinge: labels of all kinds but -1 and 1
    (1, hinge, [0, 1, 1, 0], ValueError, "hinge takes targets -1 and 1, found 0"),
    (1, hinge, [1, -1, 1, 2], ValueError, "hinge takes targets -1 and 1, found 2"),
    (1, hinge, [1, -1, 1, 0.5], ValueError, "hinge takes targets -1 and 1, found 0.5"),
    (1, hinge, [True, False, True, True], ValueError, "hinge takes targets -1 and 1, found False"),
    (1, hinge, [[1], [-1], [0], [1]], ValueError, "hinge takes targets -1 and 1, found 0"),
    (2, hinge, [[1, -1], [-1, 1], [1, 1], [1, 0]], ValueError, "hinge takes targets -1 and 1, found 0"),
    (1, lambda y, t: hinge(y, t), [0, 1, 1, 0], ValueError, "hinge takes targets -1 and 1, found 0"),
    (1, lambda y, t: 2 * hinge([y], [t]), [1, -1, 1, -2], ValueError, "hinge takes targets -1 and 1, found -2"),
    # cross_entropy: classes
    (3, cross_entropy, [0, 0.5, 1, 0], ValueError, "no class 0.5 among 3"),
    (3, cross_entropy, [0, 1, 3, 0], ValueError, "no class 3 among 3"),
    (3, cross_entropy, [0, 1, -1, 0], ValueError, "no class -1 among 3"),
    (3, cross_entropy, [0.5, 1, 1, 0], ValueError, "no class 0.5 among 3"),
    (3, cross_entropy, [1, 2, 0, True], ValueError, "no class True among 3"),
    (3, cross_entropy, [True, False, True, True], ValueError, "no class True among 3"),
    (3, cross_entropy, np.array([True, False, True, True]), ValueError, "no class True among 3"),
    (3, cross_entropy, [0, 1, 2, Fraction(1, 2)], ValueError, "no class Fraction"),
    (3, cross_entropy, [[0], [1], [1], [4]], ValueError, "no class 4 among 3"),
    (3, cross_entropy, [0, 1, 10**30, 0], ValueError, "no class 1000000000000000000000000000000 among 3"),
    (3, cross_entropy, np.array([0, 1, -1, 0], dtype=np.int8), ValueError, "no class -1 among 3"),
    (3, cross_entropy, [1.0000000001, 1, 2, 0], ValueError, r"no class 1\.0000000001 among 3"),
    (3, lambda z, t: cross_entropy(z, t), [0, 0.5, 1, 0], ValueError, r"no class 0\.5 among 3"),
    (3, lambda z, t: cross_entropy(z, t), [0, 1, 3, 0], ValueError, "no class 3 among 3"),
    (3, lambda z, t: 2 * cross_entropy(z, t), [0, -1, 1, 0], ValueError, "no class -1 among 3"),
    (3, lambda z, t: 2 * cross_entropy(z, t), [0, 1, True, 2], ValueError, "no class True among 3"),
    (3, lambda z, t: cross_entropy(z, t), [[0], [1], [2], [0]], ValueError, "3 outputs and 1 targets"),
    (3, functools.partial(cross_entropy, label_smoothing=0.1), [0, 1, 3, 0], ValueError, "no class 3 among 3"),
    # cross_entropy: probabilities
    (3, cross_entropy, [[0.5, 0.5, 0]] * 3 + [[1.00001, -0.00001, 0]], ValueError, "adding up to 1"),
    (3, cross_entropy, [[]] * 4, ValueError, "3 outputs and 0 targets"),
    (3, cross_entropy, [[0.5, 0.5, 0]] * 3 + [[0.5, 0.5, 0.5]], ValueError, "adding up to 1"),
    (3, cross_entropy, [[0.5, 0.5, 0]] * 3 + [[1.5, -0.5, 0]], ValueError, "adding up to 1"),
    (3, cross_entropy, [[0, 0, 0]] * 4, ValueError, "adding up to 1"),
    (3, cross_entropy, [[0.5, 0.5]] * 4, ValueError, "3 outputs and 2 targets"),
    (1, cross_entropy, [0, 1, 1, 0], ValueError, "two or more classes"),
    # The numbers of outputs and targets.
    (3, half_sse, [0, 1, 1, 0], ValueError, "3 outputs and 1 targets"),
    (1, sse, [[0, 1]] * 4, ValueError, "1 outputs and 2 targets"),
    (2, mse, [[0, 1, 2]] * 4, ValueError, "2 outputs and 3 targets"),
    (1, huber, [[0, 1]] * 4, ValueError, "1 outputs and 2 targets"),
    # A user's loss that looks something up.
    (3, lambda z, t: z[t] ** 2, [0, 1, 3, 0], IndexError, "list index out of range"),
    (3, lambda z, t: z[t] ** 2, [0, 1, 0.5, 0], TypeError, "list indices must be integers"),
    (3, lambda z, t: half_sse(z[{0: 2, 1: 0}[t]], 1.0), [0, 1, 2, 0], KeyError, "2"),
    # A user's loss that checks its targets.
    (1, raising(half_sse), [0, 1, 2, 3], KeyError, "the target 3 is out of range"),
    (1, raising(half_sse), [0, 1, -1, 0.5], KeyError, "the target -1 is out of range"),
]


@pytest.mark.parametrize(("outputs", "loss", "targets", "error", "message"), LOSSES_AND_TARGETS)
def test_bad_targets(train, outputs, loss, targets, error, message):
    model = mlp(outputs)
    before = [p.data for p in model.parameters()]
    with pytest.raises(error, match=message):
        train(model, X, targets, loss=loss, shuffle=False, batch_size=None)
    assert [p.data for p in model.parameters()] == before


# A loss, good targets of a sample, and bad ones with the error. Every way to compute a loss gives the same error.
REFUSED = [
    (hinge, [1.0, -1.0], [1.0, 0.0], "hinge takes targets -1 and 1, found 0.0"),
    (hinge, [1.0, -1.0], [0.5, 1.0], "hinge takes targets -1 and 1, found 0.5"),
    (hinge, [-1.0, -1.0], [math.nan, 1.0], "hinge takes targets -1 and 1, found nan"),
    (cross_entropy, [0.5, 0.5], [0.9, 0.9], r"adding up to 1, found \[0.9, 0.9\]"),
    (cross_entropy, [0.5, 0.5], [1.5, -0.5], r"adding up to 1, found \[1.5, -0.5\]"),
    (cross_entropy, [0.0, 1.0], [0.0, 0.0], "adding up to 1"),
    (cross_entropy, [0.0, 1.0], [math.nan, 1.0], "adding up to 1"),
    (functools.partial(cross_entropy, label_smoothing=0.1), [0.25, 0.75], [0.5, 0.4], "adding up to 1"),
    (lambda z, t: 2 * cross_entropy(z, t) + 1, [0.25, 0.75], [0.5, 0.4], "adding up to 1"),
    (lambda z, t: cross_entropy(z, t[0]), [1.0, 0.0], [0.5, 0.0], r"no class 0\.5 among 2"),
    (lambda z, t: cross_entropy(z, t[0]), [1.0, 0.0], [2.0, 0.0], r"no class 2\.0 among 2"),
    (lambda z, t: cross_entropy(z, t[1]), [1.0, 0.0], [2.0, -1.0], r"no class -1\.0 among 2"),
    (functools.partial(binary_cross_entropy, logits=True), [1.0, 0.3], [1.0, 1.5], "targets from 0 to 1, found 1.5"),
    (functools.partial(binary_cross_entropy, logits=True), [1.0, 0.3], [-1.0, 1.0], "targets from 0 to 1, found -1.0"),
]


def by_call(loss, samples):
    for z, t in samples:
        loss([Value(x) for x in z], [Value(x) for x in t])


def by_numbers(loss, samples):
    for z, t in samples:
        loss([Value(x) for x in z], t)


def compiled(loss, samples, **options):
    f = autograd.compile(lambda a, b, t, u: loss([a, b], [t, u]), **options)
    rows = np.array([[*z, *t] for z, t in samples])
    f.gradient(rows) if options.get("strict") else f(rows)


def by_minimize(loss, samples, **options):
    minimize(lambda s: loss([W + s[0][0], s[0][1]], s[1]), [W], samples, epochs=1, progress=False, **options)


def by_trainer(loss, samples):
    with Trainer(lambda s: loss([W + s[0][0], s[0][1]], s[1]), [W]) as trainer:
        for sample in samples:
            trainer.step(sample)


W = Value(0.0)
WAYS = {
    "values": by_call,
    "numbers": by_numbers,
    "compiled": compiled,
    "compiled, strict": functools.partial(compiled, strict=True),
    "compiled, branches": functools.partial(compiled, on_other_branch="record"),
    "minimize": by_minimize,
    "minimize, eager": functools.partial(by_minimize, engine="eager"),
    "minimize, native": functools.partial(by_minimize, engine="native"),
    "trainer": by_trainer,
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("loss", "good", "bad", "message"), REFUSED)
def test_every_way_to_compute_a_loss_refuses_the_same_targets(way, loss, good, bad, message):
    z = [0.25, -1.0]
    WAYS[way](loss, [(z, good), (z, good)])
    for samples in ([(z, bad)], [(z, good), (z, bad)], [(z, bad), (z, good)]):
        with pytest.raises(ValueError, match=message):
            WAYS[way](loss, samples)


def test_a_compiled_function_can_be_called_again_after_bad_targets():
    f = autograd.compile(lambda a, b, t, u: cross_entropy([a, b], [t, u]))
    good = np.array([[1.0, 2.0, 0.5, 0.5], [0.0, 1.0, 0.25, 0.75]])
    expected = f(good)
    with pytest.raises(ValueError, match="adding up to 1"):
        f.gradient([[1.0, 2.0, 0.9, 0.9]])
    assert f(good).tolist() == expected.tolist()
    twin = pickle.loads(pickle.dumps(f.programs[0]))
    assert twin.checks == f.programs[0].checks


def test_targets_that_a_function_computes_are_not_checked():
    """As the docstring of cross_entropy says, no number of the sample is the target, so nothing can be checked."""
    f = autograd.compile(lambda a, b, t: cross_entropy([a, b], [t, 1 - t]))
    assert f([[1.0, 2.0, 0.5], [1.0, 2.0, 1.5]]).shape == (2,)


def test_a_sample_without_a_loss_is_an_error_when_its_turn_comes(train):
    """At 0, 0 the output is 0, whose logarithm has no value. After an update with another sample, it is above 1."""
    with pytest.raises(ValueError, match=r"takes probabilities, found an output of 1\.31"):
        train(MLP(2, [3, 1], activation="tanh", seed=0), X, [1, 1, 1, 1], loss=binary_cross_entropy)


def test_bad_probabilities_for_a_sigmoid(train):
    model = MLP(2, [1], output="sigmoid", seed=0)
    with pytest.raises(ValueError, match="targets from 0 to 1, found -1"):
        train(model, X, [0, 1, 1, -1], loss=binary_cross_entropy)


# Users' losses that need plain numbers: the engine trains them, and machine code is refused.
NOT_COMPILED = {
    "an index": lambda z, t: z[t] ** 2,
    "a key": lambda z, t: half_sse(z[0], {0: 1.0, 1: 2.0, 2: 0.5}[t]),
    "a root": lambda z, t: half_sse(z[0], math.sqrt(t)),
    "an integer": lambda z, t: half_sse(z[1], int(t)),
    "text": lambda z, t: half_sse(z[1], float(f"{t}")),
    "an attribute": lambda z, t: half_sse(z[1], t.bit_length()),
    "a range": lambda z, t: sum([half_sse(z[k], 1.0) for k in range(t + 1)]),
    "a smallest": lambda z, t: half_sse(z[0], min(t, 1)),
    "equality": lambda z, t: half_sse(z[0], 1.0 if t == 1 else 0.0),
    "truth": lambda z, t: half_sse(z[0], 1.0 if t else 0.0),
}


@pytest.mark.parametrize("how", NOT_COMPILED)
def test_losses_that_need_a_plain_number_are_trained_or_refused(train, how):
    """The error of a loss that cannot be compiled names the engine that was asked for."""
    model, twin = mlp(3), mlp(3)
    fit(twin, X, [0, 1, 2, 1], loss=NOT_COMPILED[how], engine="eager", epochs=2, seed=0, progress=False)
    if train.engine in ("native", "cluster"):
        with pytest.raises(ValueError, match="cannot compile this: the loss"):
            train(model, X, [0, 1, 2, 1], loss=NOT_COMPILED[how])
    else:
        train(model, X, [0, 1, 2, 1], loss=NOT_COMPILED[how])
        assert [p.data for p in model.parameters()] == [p.data for p in twin.parameters()]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("loss", [lambda z, t: cross_entropy(z, t), lambda z, t: 2 * cross_entropy(z, t)])
@pytest.mark.parametrize("options", [{}, {"sample_weights": [1, 2, 0.5, 3]}, {"validation": (X, [1, 1, 2, 0])}])
def test_losses_around_cross_entropy_take_classes(train, loss, options):
    model, twin = mlp(3), mlp(3)
    found = train(model, X, [0, 1, 2, 1], loss=loss, **options)
    expected = fit(twin, X, [0, 1, 2, 1], loss=loss, engine="eager", epochs=2, seed=0, progress=False, **options)
    numbers = [
        [*[p.data for p in m.parameters()], *h.loss, *h.validation_loss] for m, h in ((model, found), (twin, expected))
    ]
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-12)


@pytest.mark.parametrize(
    ("loss", "outputs", "good", "bad"),
    [(hinge, 1, [1, -1, 1, -1], [1, 0, 1, -1]), (cross_entropy, 3, [0, 1, 2, 0], [0, 1, 1.5, 0])],
)
def test_bad_targets_among_those_that_are_only_measured(train, loss, outputs, good, bad):
    with pytest.raises(ValueError, match=r"targets -1 and 1, found 0|no class 1\.5"):
        train(mlp(outputs), X, good, loss=loss, validation=(X, bad))


HUGE = 10**400
BAD_NUMBERS = [
    ([[0, 1], [HUGE, 0]], [0, 1], r"X\[1\] holds 1000"),
    ([[0, 1], [0, -HUGE]], [0, 1], r"X\[1\] holds -1000"),
    ([[0, 1], [0, Fraction(HUGE, 3)]], [0, 1], r"X\[1\] holds"),
    ([[0, 1], [0, 10**10_000]], [0, 1], r"X\[1\] holds an integer of very many digits"),
    ([[0, 1], [1, 0]], [0, HUGE], r"Y\[1\] holds 1000"),
    ([[0, 1], [math.nan, 0]], [0, 1], r"X\[1\] holds nan"),
    ([[0, 1], [1, 0]], [math.inf, 1], r"Y\[0\] holds inf"),
    ([[0, 1], [1, 1j]], [0, 1], r"X\[1\] holds 1j"),
    ([[0, 1], b"ab"], [0, 1], r"X\[1\] holds b'ab'"),
    ([[0, 1], {0, 1}], [0, 1], r"X\[1\] holds \{0, 1\}"),
    ([[0, 1], {0: 1, 1: 1}], [0, 1], r"X\[1\] holds \{0: 1"),
    ([[0, 1], [1, 0]], [0, None], r"Y\[1\] holds None"),
    ([[0, 1], [1, "0"]], [0, 1], r"X\[1\] holds '0'"),
    ([[0, 1], [1, np.timedelta64(1, "s")]], [0, 1], r"X\[1\] holds .*1"),
    ([[0, 1], [1, np.datetime64("2020-01-01")]], [0, 1], r"X\[1\] holds .*2020"),
    ([[0, 1], [1, ...]], [0, 1], r"X\[1\] holds Ellipsis"),
    ([[0, 1], [1, Decimal("0.5")]], [0, 1], r"X\[1\] holds Decimal"),
    ([[0, 1], [1, Value(0.5)]], [0, 1], r"X\[1\] holds Value"),
    (np.array([[0, 1], [1, None]], dtype=object), [0, 1], r"X\[1\] holds None"),
    (np.array([[0, 1], [1, 0j]]), [0, 1], r"X\[0\] holds"),
    (np.zeros((2, 2, 1)), [0, 1], r"X\[0\] holds \[0\.0\]"),
    ([[0, 1], [1, 0]], np.array([1, np.longdouble("1e4000")]), r"Y\[1\] holds 1e\+4000"),
    ([[0, 1], [1]], [0, 1], r"X\[0\] has a row of 2 and X\[1\] a row of 1"),
    ([[0, 1], []], [0, 1], r"X\[0\] has a row of 2 and X\[1\] a row of 0"),
    ([[0, 1], [1, 0]], [[0], 1], r"Y\[0\] has a row of 1 and Y\[1\] a number"),
    ([[0, 1], [1, 0]], [0, 1, 1], "X has 2 samples and Y 3"),
    (np.ma.masked_array([[0.0, 1.0], [1.0, 0.0]], [[0, 0], [0, 1]]), [0, 1], "X has masked entries: fill them in"),
    ([[0, 1], [1, 0]], np.ma.masked_array([0.0, 1.0], [0, 1]), "Y has masked entries: fill them in"),
    (np.array([["2020-01-01"] * 2] * 2, dtype="datetime64[ns]"), [0, 1], "X holds dates or times"),
    ([[0, 1], [1, 0]], np.array([1, 2], dtype="timedelta64[s]"), "Y holds dates or times"),
]


@pytest.mark.parametrize(("inputs", "targets", "message"), BAD_NUMBERS)
def test_bad_numbers(train, inputs, targets, message):
    with pytest.raises(ValueError, match=message):
        train(mlp(1), inputs, targets)


@pytest.mark.parametrize("side", [{(0, 1), (1, 0)}, frozenset([1, 2]), {0: 1}, b"ab", bytearray(b"ab"), "ab", None, 3])
def test_what_has_no_order_is_no_data(train, side):
    with pytest.raises(TypeError, match=f"X is {type(side).__name__}"):
        train(mlp(1), side, [0, 1])
    with pytest.raises(TypeError, match=f"Y is {type(side).__name__}"):
        train(mlp(1), X[:2], side)


@pytest.mark.parametrize("width", [1, 3])
def test_models_check_the_number_of_inputs(train, width):
    with pytest.raises(ValueError, match=f"expected 2 inputs, found {width}"):
        train(mlp(1), [[0.5] * width] * 2, [0, 1])


def test_a_layer_of_ones_own_that_checks_its_inputs(train):
    class Careful:
        def __init__(self):
            self.inner = Neuron(2, activation="tanh", seed=0)
            self.parameters = self.inner.parameters

        def __call__(self, x):
            if any(not isinstance(v, Value) and v < 0 for v in x):
                raise LookupError("an input is negative")
            return self.inner(x)

    with pytest.raises(LookupError, match="an input is negative"):
        train(Careful(), [[0, 1], [1, 0], [-1, 0]], [0, 1, 1], shuffle=False)


# --- Trainings without a parameter to train


@pytest.mark.parametrize(
    "loss",
    [lambda y, t: half_sse(y.detach(), t), lambda y, t: Value(1.0), lambda y, t: half_sse(Value(0.5), t)],
    ids=["detached", "constant", "of something else"],
)
def test_a_loss_that_reaches_no_parameter(train, loss):
    with pytest.raises(ValueError, match="does not depend on any parameter of the model"):
        train(mlp(1), X, [0, 1, 1, 0], loss=loss)


def test_a_loss_of_plain_numbers(train):
    with pytest.raises(TypeError, match="the loss returned float: it must be computed from the model's Values"):
        train(mlp(1), X, [0, 1, 1, 0], loss=lambda y, t: (y.data - t) ** 2)


@pytest.mark.parametrize("engine", [None, "eager", "native"])
@pytest.mark.parametrize("loss", [lambda w, t: (w.data - t) ** 2, lambda w, t: 2.0 * t], ids=["data", "sample"])
def test_a_function_of_plain_numbers(engine, loss):
    w = Value(0.5)
    with pytest.raises(TypeError, match="the loss returned float: it must be computed from Values"):
        minimize(lambda t: loss(w, t), [w], [1.0, 2.0], epochs=1, progress=False, engine=engine)
    assert w.data == 0.5


LATE = {
    "not adding up": (3, cross_entropy, [[0.5, 0.5, 0.0]] * 3 + [[0.5, 0.5, 0.5]], "probability of each class"),
    "negative": (3, cross_entropy, [[0.5, 0.5, 0.0]] * 3 + [[1.5, -0.5, 0.0]], "probability of each class"),
    "no sign": (1, hinge, [1.0, -1.0, 1.0, 0.5], "hinge takes targets -1 and 1"),
    "no probability": (1, binary_cross_entropy, [0.25, 0.75, 1.0, 1.25], "targets from 0 to 1"),
    "a class too many": (3, cross_entropy, [0, 1, 2, 3], "class"),
}


@pytest.mark.parametrize("engine", [None, "eager", "native"])
@pytest.mark.parametrize("name", LATE)
def test_a_late_target_of_a_function_of_a_sample(engine, name):
    outputs, loss, targets, message = LATE[name]
    model = MLP(2, [2, outputs], output="sigmoid", seed=1)
    samples = [([float(a), float(b)], t) for (a, b), t in zip(X, targets, strict=True)]
    options = {"epochs": 2, "shuffle": False, "progress": False, "engine": engine}
    with pytest.raises(ValueError, match=message):
        minimize(lambda s: loss(model(s[0]), s[1]), model, samples, **options)
    trainer = Trainer(lambda s: loss(model(s[0]), s[1]), model, engine=engine)
    for sample in samples[:3]:
        trainer.step(sample)
    with pytest.raises(ValueError, match=message):
        trainer.step(samples[3])


@pytest.mark.parametrize("engine", [None, "eager", "native"])
def test_a_number_of_a_sample_that_is_too_large_for_a_float(engine):
    w = Value(0.5)
    with pytest.raises(FloatingPointError, match="too large for a float"):
        minimize(lambda t: (w - t) ** 2, [w], [1, 10**400], epochs=2, progress=False, engine=engine)


def test_a_model_that_records_nothing(train):
    class Unrecorded(MLP):
        def __call__(self, x):
            with no_grad():
                return super().__call__(x)

    with pytest.raises(ValueError, match="does not depend on any parameter of the model"):
        train(Unrecorded(2, [1], seed=0), X, [0, 1, 1, 0])


@pytest.mark.parametrize("engine", [None, "eager", "native"])
@pytest.mark.parametrize(
    "loss",
    [
        lambda w, t: (w.detach() - t) ** 2,
        lambda w, t: (Value(w.data) - t) ** 2,
        lambda w, t: Value(1.0) * t,
        lambda w, t: no_grad()(lambda: (w - t) ** 2)(),
    ],
    ids=["detached", "data", "constant", "paused"],
)
def test_a_function_that_reaches_no_parameter(engine, loss):
    w = Value(0.5)
    with pytest.raises(ValueError, match="does not depend on any parameter, so nothing can be learned"):
        minimize(lambda t: loss(w, t), [w], [1.0, 2.0], epochs=1, progress=False, engine=engine)
    assert w.data == 0.5


@pytest.mark.parametrize("engine", [None, "eager"])
def test_a_function_may_leave_out_samples(engine):
    w = Value(0.5)
    history = minimize(lambda t: Value(0.0) if t < 2 else (w - t) ** 2, [w], [1.0, 2.0, 1.5], epochs=2, progress=False,
                       engine=engine)  # fmt: skip
    assert history.loss[1] < history.loss[0]


def test_a_loss_may_leave_out_samples():
    def loss(y, t):
        return Value(0.0) if t < 0 else half_sse(y, t)

    history = fit(mlp(1), X, [-1, 1, 1, -1], loss=loss, shuffle=False, epochs=3, progress=False)
    assert len(history.loss) == 3


# --- Training that diverges


OPTIMIZERS = {
    "SGD": SGD, "SGD, decay": lambda rate: SGD(rate, weight_decay=0.1), "Momentum": Momentum,
    "Nesterov": lambda rate: Momentum(rate, nesterov=True), "Adam": Adam,
}  # fmt: skip
LOSSES = {"half_sse": half_sse, "sse": sse, "mse": mse, "hinge": hinge, "cross_entropy": cross_entropy}


@pytest.mark.sampled(4)
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ["linear", "exp"])
@pytest.mark.parametrize("engine", ["eager", "native"])
def test_training_that_diverges_says_to_lower_the_rate(engine, optimizer, loss, activation):
    outputs = 3 if loss == "cross_entropy" else 1
    targets = {"cross_entropy": [0, 1, 2, 1], "hinge": [1, -1, -1, 1]}.get(loss, [1.0, 2.0, -3.0, 4.0])
    model = MLP(2, [2, outputs], activation=activation, output="linear", seed=1)
    data = [[10.0, 20.0], [30.0, 5.0], [-7.0, 3.0], [2.0, -25.0]]
    options = {"loss": LOSSES[loss], "optimizer": OPTIMIZERS[optimizer](1e200), "epochs": 200, "engine": engine}
    with pytest.raises(FloatingPointError, match=r"lower the rate|scale the loss"):
        fit(model, data, targets, progress=False, **options)
    assert all(math.isfinite(p.data) for p in model.parameters())


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("engine", ["eager", "native"])
def test_probabilities_that_diverge(engine, optimizer):
    """An output of exactly 0 has an infinite loss, and a NaN is not a wrong output of the model."""
    model = MLP(2, [1], output="sigmoid", seed=1)
    data = [[10.0, 20.0], [30.0, 5.0], [-7.0, 3.0], [2.0, -25.0]]
    options = {"loss": binary_cross_entropy, "optimizer": OPTIMIZERS[optimizer](1e200), "epochs": 200}
    with pytest.raises(FloatingPointError, match=r"lower the rate|scale the loss"):
        fit(model, data, [0.5, 0.25, 1, 0], progress=False, seed=0, engine=engine, **options)
    assert all(math.isfinite(p.data) for p in model.parameters())


def test_the_first_error_that_learners_meet(train):
    with pytest.raises(FloatingPointError, match="lower the rate"):
        train(MLP(2, [1], seed=0), [[10.0, 20.0], [30.0, 5.0]], [1.0, 2.0], epochs=100)


def test_data_that_are_too_large(train):
    with pytest.raises(FloatingPointError, match="numbers in the data that are too large"):
        train(mlp(1), X, [1e200, 1, 1, 1])


def test_a_validation_loss_that_is_too_large_is_infinite(train):
    history = train(mlp(1), X, [0, 1, 1, 0], validation=(X, [1e200, 1, 1, 1]))
    assert history.validation_loss == [math.inf, math.inf]


# --- Numbers of all kinds, and reproducible trainings


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.float64, np.longdouble, Fraction])
@pytest.mark.parametrize("scheduled", [False, True])
def test_rates_of_any_kind_are_floats(train, kind, scheduled):
    def trained(rate):
        model, optimizer = mlp(1), Momentum(rate, momentum=kind(0.5), weight_decay=kind(0.125))
        train(model, X, [0, 1, 1, 0], optimizer=optimizer, epochs=3)
        return [p.data for p in model.parameters()]

    rate = kind(0.3)
    assert trained((lambda k: rate) if scheduled else rate) == trained(float(rate))


def test_a_rate_that_is_assigned_later_is_a_float():
    optimizer = Adam(0.1)
    optimizer.rate, optimizer.beta1 = np.float32(0.1), np.float32(0.9)
    assert type(optimizer.rate) is type(optimizer.beta1) is float
    assert type(optimizer.updates) is int


@pytest.mark.parametrize("rate", [HUGE, -1, 0, math.inf, "fast", None, Value(1.0)])
def test_what_is_no_rate_is_refused(rate):
    with pytest.raises(ValueError, match=r"rate is a number above 0\.0, found"):
        SGD(rate)


def test_a_column_of_classes_is_classes(train):
    column, row = mlp(3), mlp(3)
    one = train(column, X, [[0], [2], [1], [2]], loss=cross_entropy, validation=(X, np.array([[0], [1], [1], [2]])))
    two = train(row, X, [0, 2, 1, 2], loss=cross_entropy, validation=(X, [0, 1, 1, 2]))
    assert [p.data for p in column.parameters()] == [p.data for p in row.parameters()]
    assert (one.accuracy, one.validation_accuracy) == (two.accuracy, two.validation_accuracy)


@pytest.mark.parametrize("seed", [np.int64(3), np.int32(3), np.uint8(3)])
def test_integers_of_numpy_are_seeds(train, seed):
    def trained(seed):
        model = MLP(2, [3, 1], seed=seed)
        train(model, X, [0, 1, 1, 0], seed=seed, validation=0.25)
        return [p.data for p in model.parameters()]

    assert trained(seed) == trained(3)
    for make in (Layer, Neuron):
        sizes = (2, 2) if make is Layer else (2,)
        expected = [p.data for p in make(*sizes, seed=3).parameters()]
        assert [p.data for p in make(*sizes, seed=seed).parameters()] == expected


@pytest.mark.parametrize("seed", [[1], (1, 2), 1j])
def test_what_is_no_seed_is_named(seed):
    with pytest.raises(TypeError, match="a seed is an integer, found"):
        MLP(2, [1], seed=seed)
    with pytest.raises(TypeError, match="a seed is an integer, found"):
        fit(mlp(1), X, [0, 1, 1, 0], seed=seed)


def test_the_shared_seed_of_python_makes_all_of_it_reproducible(train):
    def trained():
        model = MLP(2, [3, 1], activation="tanh")
        history = train(model, X, [0, 1, 1, 0], seed=None, validation=0.25)
        return [p.data for p in model.parameters()], history.loss, history.validation_loss

    random.seed(1)
    first = trained()
    random.seed(1)
    assert trained() == first
    assert trained() != first


def test_own_losses_still_train(train):
    model, twin = mlp(1), mlp(1)
    train(model, X, [0, 1, 1, 0], loss=lambda y, t: half_sse(tanh(y), t))
    fit(twin, X, [0, 1, 1, 0], loss=lambda y, t: half_sse(tanh(y), t), engine="eager", epochs=2, seed=0, progress=False)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in twin.parameters()], rel=1e-12)

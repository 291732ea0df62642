"""Training in machine code against the engine: numbers, history, updates, seeds, errors and interrupts."""

import functools
import math
import random
import signal

import numpy as np
import pytest

import nn.native
from autograd import Value, dot, maximum, tanh, where
from autograd.compiler import descent_code, kernel_cache, training
from autograd.compiler.kernels import index
from autograd.compiler.machine import Code, lane_width
from autograd.compiler.shuffling import STATE, shuffler
from nn import (
    MLP,
    SGD,
    Adam,
    Layer,
    Momentum,
    Neuron,
    binary_cross_entropy,
    cross_entropy,
    fit,
    half_sse,
    hinge,
    huber,
    mse,
    sse,
)

GENERATOR = random.Random(4)
POINTS = [[GENERATOR.gauss(0, 1), GENERATOR.gauss(0, 1)] for _ in range(37)]
TARGETS = {
    "numbers": [x[0] * x[1] for x in POINTS],
    "pairs": [[x[0] * x[1], x[0] - x[1]] for x in POINTS],
    "classes": [int(x[0] > 0) + int(x[1] > 0) for x in POINTS],
    "one-hot": [[float(x[0] > 0), float(x[0] <= 0)] for x in POINTS],
    "signs": [1 if x[0] * x[1] > 0 else -1 for x in POINTS],
}
OPTIMIZERS = {
    "SGD": lambda: SGD(0.05),
    "SGD, decay": lambda: SGD(0.05, weight_decay=0.01),
    "SGD, schedule": lambda: SGD(lambda k: 0.1 / (1 + k)),
    "Momentum": lambda: Momentum(0.02),
    "Nesterov": lambda: Momentum(0.02, nesterov=True, weight_decay=0.01),
    "Adam": lambda: Adam(0.01),
    "Adam, decay": lambda: Adam(0.01, weight_decay=0.01),
}
TASKS = {
    "half_sse": ({"activation": "tanh"}, [5, 2], half_sse, "pairs"),
    "sse, relu": ({}, [4, 4, 1], sse, "numbers"),
    "mse, sigmoid, no bias": ({"activation": "sigmoid", "bias": False}, [3, 2], mse, "pairs"),
    "hinge": ({"activation": "softplus"}, [4, 1], hinge, "signs"),
    "binary": ({"activation": "tanh", "output": "sigmoid"}, [4, 2], binary_cross_entropy, "one-hot"),
    "classes": ({"activation": "tanh"}, [5, 3], cross_entropy, "classes"),
    "probabilities": ({"activation": "silu"}, [5, 2], cross_entropy, "one-hot"),
    "one-hot": ({"activation": "sigmoid", "output": "sigmoid"}, [4, 2], half_sse, "one-hot"),
}


def trained(engine, optimizer, task="half_sse", model=None, **options):
    """Return a model's numbers, its optimizer and its history after some epochs."""
    made, sizes, loss, targets = TASKS[task]
    model = MLP(2, sizes, seed=2, **made) if model is None else model
    options = {"epochs": 4, "seed": 5, "progress": False, "loss": loss, "optimizer": optimizer, **options}
    history = fit(model, POINTS, TARGETS[targets], engine=engine, **options)
    return [p.data for p in model.parameters()], optimizer, history


def assert_same(ours, theirs):
    (numbers, optimizer, history), (expected, other, other_history) = ours, theirs
    assert numbers == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert history.updates == other_history.updates
    assert optimizer.updates == other.updates
    for column in ("loss", "validation_loss", "accuracy", "validation_accuracy"):
        assert getattr(history, column) == pytest.approx(getattr(other_history, column), rel=1e-12, abs=1e-14)
    memory = [list(optimizer._memory.values()), list(other._memory.values())]
    assert np.array(memory[0]).shape == np.array(memory[1]).shape
    assert np.array(memory[0]).ravel() == pytest.approx(np.array(memory[1]).ravel(), rel=1e-11, abs=1e-14)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batch_size", [1, 2, 8, 36, None])
def test_both_engines_give_the_same(name, batch_size):
    make = OPTIMIZERS[name]
    assert_same(trained("native", make(), batch_size=batch_size), trained("eager", make(), batch_size=batch_size))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("batch_size", [1, 5, None])
def test_losses_and_targets(task, batch_size):
    options = {"task": task, "batch_size": batch_size, "validation": 0.2}
    assert_same(trained("native", SGD(0.05), **options), trained("eager", SGD(0.05), **options))


def test_models_of_ones_own():
    class Skips:
        def __init__(self):
            draw = random.Random(3)
            self.w = [Value(draw.uniform(-1, 1)) for _ in range(7)]

        def parameters(self):
            return self.w

        def __call__(self, x):
            h = tanh(dot(self.w[:2], x, self.w[2]))
            return h * self.w[3] + where(x[0], x[0] * self.w[4], self.w[5]) + maximum(h, self.w[6] * self.w[3])

    def loss(y, t):
        return abs(y - t) + 0.1 * (y - t) ** 4

    options = {"task": "sse, relu", "loss": loss, "batch_size": 6, "epochs": 6}
    theirs = trained("eager", Adam(0.02), model=Skips(), **options)
    assert_same(trained("native", Adam(0.02), model=Skips(), **options), theirs)


@pytest.mark.parametrize("model", [lambda: Layer(2, 2, random=random.Random(1)), lambda: Neuron(2)])
def test_layers_and_neurons(model):
    random.seed(8)
    ours = trained("native", SGD(0.05), "half_sse" if isinstance(m := model(), Layer) else "sse, relu", model=m)
    random.seed(8)
    theirs = trained("eager", SGD(0.05), "half_sse" if isinstance(m := model(), Layer) else "sse, relu", model=m)
    assert_same(ours, theirs)


def test_a_further_fit_goes_on_where_the_first_stopped():
    model, optimizer = MLP(2, [3, 2], seed=2), Adam(0.01)
    trained("native", optimizer, model=model, batch_size=4)
    ours = trained("native", optimizer, model=model, batch_size=4)
    model, optimizer = MLP(2, [3, 2], seed=2), Adam(0.01)
    trained("eager", optimizer, model=model, batch_size=4)
    assert_same(ours, trained("eager", optimizer, model=model, batch_size=4))


def test_an_optimizer_of_ones_own_makes_its_updates_itself():
    class Signs(SGD):
        def _change(self, gradient, rate, memory):
            return rate * math.copysign(1.0, gradient), memory

        def _changes(self, parameters, gradients, rate):
            return [self._change(g, rate, ())[0] for g in gradients], self._memory

    for batch_size in (1, 6):
        options = {"batch_size": batch_size, "task": "classes"}
        assert_same(trained("native", Signs(0.01), **options), trained("eager", Signs(0.01), **options))


def test_samples_in_the_order_they_are_in():
    options = {"batch_size": 4, "shuffle": False}
    assert_same(trained("native", SGD(0.05), **options), trained("eager", SGD(0.05), **options))


def test_no_epochs_change_nothing():
    numbers, optimizer, history = trained("native", Momentum(0.1), epochs=0)
    assert numbers == [p.data for p in MLP(2, [5, 2], activation="tanh", seed=2).parameters()]
    assert (optimizer.updates, history.updates, history.loss, optimizer._memory) == (0, 0, [], {})


def test_a_film_is_that_of_the_engine():
    films = [trained(engine, SGD(0.05), batch_size=12, film=3)[2].film for engine in ("native", "eager")]
    assert [frame.update for frame in films[0]] == [frame.update for frame in films[1]]
    for ours, theirs in zip(*films, strict=True):
        assert ours.loss == pytest.approx(theirs.loss, rel=1e-12)
        assert ours.parameters == pytest.approx(theirs.parameters, rel=1e-12)


# --- Errors


@pytest.mark.parametrize("make", [lambda: SGD(1e200), lambda: Momentum(1e200), lambda: SGD(1e308)])
@pytest.mark.parametrize("batch_size", [1, 5, None])
def test_numbers_that_do_not_stay_finite_raise_as_the_engine_does(make, batch_size):
    states = []
    for engine in ("native", "eager"):
        model, optimizer = MLP(2, [5, 2], activation="relu", seed=2), make()
        with pytest.raises(FloatingPointError) as error:
            trained(engine, optimizer, model=model, batch_size=batch_size)
        states.append(([p.data for p in model.parameters()], optimizer.updates, str(error.value)))
    assert states[0][0] == pytest.approx(states[1][0], rel=1e-12)
    assert all(math.isfinite(x) for x in states[0][0])
    assert states[0][1] == states[1][1]
    assert states[0][2][:40] == states[1][2][:40]


def test_a_schedule_that_returns_no_rate_raises_at_its_update():
    optimizer = SGD(lambda k: 0.01 if k < 50 else -1.0)
    with pytest.raises(ValueError, match="the scheduled rate of update 51"):
        trained("native", optimizer)
    assert optimizer.updates == 50


def test_a_schedule_that_raises_does_so_at_its_update():
    def rate(k):
        if k == 50:
            raise KeyError("no rate any more")
        return 0.01

    optimizer = SGD(rate)
    with pytest.raises(KeyError, match="no rate any more"):
        trained("native", optimizer)
    assert optimizer.updates == 50


def test_an_interrupt_leaves_the_last_whole_update(monkeypatch):
    expected = {}
    for updates in range(60):
        optimizer = SGD(0.05)
        model = MLP(2, [5, 2], activation="tanh", seed=2)

        def rate(k, stop=updates):
            if k == stop:
                raise KeyboardInterrupt
            return 0.05

        optimizer.rate = rate
        numbers, _, history = trained("eager", optimizer, model=model)
        assert history.interrupted
        expected[updates] = numbers, history.loss
    stopped = []
    run = nn.native.Descent.run

    def interrupted(self, epochs, budget, rates):
        if len(stopped) == 3:
            raise KeyboardInterrupt
        stopped.append(1)
        return run(self, epochs, 7, rates)

    monkeypatch.setattr(nn.native.Descent, "run", interrupted)
    numbers, optimizer, history = trained("native", SGD(0.05))
    assert history.interrupted
    assert history.updates == optimizer.updates == 21
    assert numbers == pytest.approx(expected[21][0], rel=1e-12)
    assert history.loss == expected[21][1]


@pytest.mark.parametrize("make", [SGD, Adam])
def test_an_interrupt_while_machine_code_runs_keeps_what_that_did(make, monkeypatch):
    """Python handles the interrupt when the code returns, before it can ask for the results."""
    run = nn.native.Descent.run

    def interrupted(self, epochs, budget, rates):
        run(self, epochs, 100, rates)
        raise KeyboardInterrupt

    def rate(k):
        if k == 100:
            raise KeyboardInterrupt
        return 0.01

    expected = trained("eager", make(rate))
    monkeypatch.setattr(nn.native.Descent, "run", interrupted)
    ours = trained("native", make(0.01))
    assert ours[2].interrupted
    assert (ours[2].updates, len(ours[2].loss)) == (100, 2)  # each epoch has 37 updates
    assert_same(ours, expected)


def test_a_real_interrupt_at_any_time_leaves_one_whole_update():
    """A signal usually comes while machine code runs. Whenever it comes, all parts agree on the number of updates."""

    def on_alarm(_number, _frame):
        raise KeyboardInterrupt

    def run(epochs):
        model, optimizer = MLP(2, [5, 1], seed=2), Adam(1e-4)
        history = fit(model, POINTS[:32], TARGETS["numbers"][:32], epochs=epochs, optimizer=optimizer, batch_size=None,
                      progress=False, engine="native")  # fmt: skip
        return [p.data for p in model.parameters()], optimizer.updates, history

    run(1)  # from here on, the code is compiled
    before = signal.signal(signal.SIGALRM, on_alarm)
    counts = set()
    try:
        for k in range(12):
            signal.setitimer(signal.ITIMER_REAL, 0.05 + 0.011 * k)
            try:
                numbers, updates, history = run(10**7)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
            assert history.interrupted
            assert history.updates == updates
            expected, _, clean = run(updates)
            assert (numbers, history.loss) == (expected, clean.loss)
            counts.add(updates)
    finally:
        signal.signal(signal.SIGALRM, before)
    assert len(counts) > 3


class Branching:
    def __init__(self, how):
        self.how, self.w = how, [Value(0.5), Value(-0.5)]

    def parameters(self):
        return self.w

    def __call__(self, x):
        y = dot(self.w, x)
        if self.how == "compares" and y > 0:
            return y * 2
        if self.how == "reads" and y.data > 0:
            return y * 2
        return [1.0] if self.how == "constant" else y


@pytest.mark.parametrize(
    ("how", "message"),
    [("compares", "compares Values"), ("reads", "reads the data")],
)
def test_what_another_sample_might_do_otherwise_is_not_compiled(how, message):
    with pytest.raises(ValueError, match=message):
        trained("native", SGD(0.1), "sse, relu", model=Branching(how))


@pytest.mark.parametrize("engine", ["native", "eager"])
def test_a_model_of_plain_numbers_is_refused_alike(engine):
    with pytest.raises(TypeError, match="the loss returned float: it must be computed from the model's Values"):
        trained(engine, SGD(0.1), "sse, relu", model=Branching("constant"))


def test_a_loss_that_asks_whether_a_target_equals_something_is_not_compiled():
    def loss(y, t):
        return (y - 1) ** 2 if t == 1 else (y + 1) ** 2

    with pytest.raises(ValueError, match="which is never true"):
        trained("native", SGD(0.1), "sse, relu", loss=loss)


def test_by_default_what_is_not_ones_own_is_compiled(monkeypatch):
    made = []
    native = nn.native.NativeTraining

    def noted(*arguments):
        made.append(1)
        return native(*arguments)

    monkeypatch.setattr(nn.native, "NativeTraining", noted)
    trained(None, SGD(0.01), epochs=1)
    assert made == [1]
    trained(None, SGD(0.01), epochs=20, loss=lambda y, t: half_sse(y, t), batch_size=None)
    assert made == [1]


def test_an_unknown_engine_is_an_error():
    with pytest.raises(ValueError, match="engine is 'native' or 'eager', found 'fast'"):
        trained("fast", SGD(0.1))


def test_without_llvmlite_the_engine_trains_and_native_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    trained(None, SGD(0.01), epochs=1, batch_size=None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'deltagrad\[native\]'"):
        trained("native", SGD(0.1))


# --- The shuffle


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 65, 1000])
def test_the_shuffle_is_pythons(n):
    import ctypes

    from llvmlite import ir

    module = ir.Module()
    shuffler(module)
    code = Code(module)
    shuffle = code.function("shuffle", ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p)
    python = random.Random(n)
    before = python.getstate()
    words = np.array(before[1], dtype=np.uint32)
    assert len(words) == STATE
    order, expected = np.arange(n), list(range(n))
    for _ in range(9):
        shuffle(order.ctypes.data, n, words.ctypes.data)
        python.shuffle(expected)
        assert order.tolist() == expected
    assert words.tolist() == list(python.getstate()[1])
    assert index(1).type.width == 64


@pytest.mark.parametrize("worth_halves", [1, math.inf])
@pytest.mark.parametrize("batch_size", [35, None])
def test_a_last_group_in_fewer_lanes(batch_size, worth_halves, monkeypatch):
    """Of 37 samples in groups of 32, the last group has 5.

    In batches of 35, one has 3, and the last batch is 2 samples.
    """
    monkeypatch.setattr(kernel_cache, "_kernels", type(kernel_cache._kernels)())
    monkeypatch.setattr(kernel_cache, "_alive", type(kernel_cache._alive)())
    monkeypatch.setattr(training, "_WORTH_HALVES", worth_halves)
    monkeypatch.setattr(training, "lanes_for", lambda *_: 4 * lane_width())
    options = {"batch_size": batch_size, "task": "classes"}
    in_all = trained("native", Adam(0.01), **options)
    monkeypatch.setattr(training, "_WORTH_LAST", 1)
    lanes = {}

    class Noted(descent_code.Block):
        def __init__(self, module, name, lowered, forward, adjoint, count, **more):
            super().__init__(module, name, lowered, forward, adjoint, count, **more)
            lanes[name] = count

    monkeypatch.setattr(descent_code, "Block", Noted)
    in_fewer = trained("native", Adam(0.01), **options)
    assert lane_width() <= lanes["last"] < lanes["block"] == 4 * lane_width()
    assert_same(in_fewer, in_all)
    assert_same(in_fewer, trained("eager", Adam(0.01), **options))


@pytest.mark.parametrize("batch_size", [30, 36, None])
@pytest.mark.parametrize("name", ["SGD, schedule", "Adam, decay"])
def test_large_batches_in_halves(name, batch_size, monkeypatch):
    monkeypatch.setattr(training, "_WORTH_HALVES", 1)
    options = {"batch_size": batch_size, "task": "classes", "validation": 0.05}
    ours = trained("native", OPTIMIZERS[name](), **options)
    assert_same(ours, trained("eager", OPTIMIZERS[name](), **options))


def test_in_halves_numbers_that_do_not_stay_finite_raise_too(monkeypatch):
    monkeypatch.setattr(training, "_WORTH_HALVES", 1)
    test_numbers_that_do_not_stay_finite_raise_as_the_engine_does(lambda: Momentum(1e200), 20)


def test_a_shape_is_lowered_once(monkeypatch):
    """The second fit of a shape finds its machine code without lowering it. Another constant is another shape."""
    lowered = []
    lower = training.lower
    monkeypatch.setattr(training, "lower", lambda *a, **o: lowered.append(1) or lower(*a, **o))

    def fitted(seed, delta):
        model = MLP(3, [4, 1], seed=seed)
        loss = functools.partial(huber, delta=delta)
        history = fit(model, [[1, 2, 3], [3, 1, 2]], [0.5, 0.25], loss=loss, epochs=3, seed=0, progress=False,
                      engine="native")  # fmt: skip
        again = MLP(3, [4, 1], seed=seed)
        expected = fit(again, [[1, 2, 3], [3, 1, 2]], [0.5, 0.25], loss=loss, epochs=3, seed=0, progress=False,
                       engine="eager")  # fmt: skip
        assert history.loss == pytest.approx(expected.loss, rel=1e-12)
        return len(lowered)

    assert [fitted(0, 0.7431), fitted(1, 0.7431), fitted(2, 0.7432), fitted(3, 0.7431)] == [1, 1, 2, 2]

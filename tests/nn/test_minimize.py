"""``minimize`` and ``Trainer``: every engine gives the same numbers, and other functions are refused."""

import itertools
import math
import random
from array import array

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, dot, take
from autograd.compiler.tracing import Tapes
from nn import SGD, Adam, Momentum, Trainer, minimize

OPTIMIZERS = {
    "SGD": lambda: SGD(0.05),
    "Momentum, schedule": lambda: Momentum(lambda k: 0.02 / (1 + k)),
    "Adam, decay": lambda: Adam(0.01, weight_decay=0.01),
}
END, SIZE, DIM = 5, 6, 3


class Letters:
    """A small model of letters with attention to all earlier letters.

    It looks each letter up, and predicts the next one.
    """

    def __init__(self, look_up=lambda rows, k: rows[k], seed=3):
        draw = random.Random(seed)

        def matrix(rows, columns):
            return [[Value(draw.gauss(0, 0.5)) for _ in range(columns)] for _ in range(rows)]

        self.look_up = look_up
        self.table, self.places, self.mix, self.out = (
            matrix(SIZE, DIM),
            matrix(9, DIM),
            matrix(DIM, DIM),
            matrix(SIZE, DIM),
        )
        self.all = [p for m in (self.table, self.places, self.mix, self.out) for row in m for p in row]

    def parameters(self):
        return self.all

    def __call__(self, word):
        seen, losses = [], []
        for place, (letter, following) in enumerate(itertools.pairwise(word)):
            x = [a + b for a, b in zip(self.look_up(self.table, letter), self.places[place], strict=True)]
            seen.append(x)
            scores = [sum(a * b for a, b in zip(x, y, strict=True)) for y in seen]
            top = max(s.data for s in scores)
            powers = [(s - top).exp() for s in scores]
            total = sum(powers)
            mixed = [sum(p / total * y[j] for p, y in zip(powers, seen, strict=True)) for j in range(DIM)]
            h = [sum(w * v for w, v in zip(row, mixed, strict=True)).tanh() for row in self.mix]
            logits = [sum(w * v for w, v in zip(row, h, strict=True)) for row in self.out]
            powers = [logit.exp() for logit in logits]
            total = sum(powers)
            losses.append(-self.look_up([p / total for p in powers], following).log())
        return sum(losses) * (1 / len(losses))


def words(n=40, seed=0):
    draw = random.Random(seed)
    return [[END, *[draw.randrange(5) for _ in range(draw.randrange(1, 7))], END] for _ in range(n)]


def trained(engine, make=lambda: Letters(), optimizer=lambda: Adam(0.02), samples=None, **options):
    model, optimizer = make(), optimizer()
    history = minimize(
        model, model, words() if samples is None else samples, optimizer=optimizer,
        **{"epochs": 5, "seed": 1, "progress": False, "record": "update", "engine": engine, **options},
    )  # fmt: skip
    return history, [p.data for p in model.parameters()], optimizer


def assert_same(ours, theirs, tolerance=1e-9):
    assert ours[0].update_loss == pytest.approx(theirs[0].update_loss, rel=tolerance)
    assert ours[0].loss == pytest.approx(theirs[0].loss, rel=tolerance)
    assert ours[0].validation_loss == pytest.approx(theirs[0].validation_loss, rel=tolerance)
    assert ours[1] == pytest.approx(theirs[1], rel=1e-7, abs=1e-9)
    assert ours[0].updates == theirs[0].updates == ours[2].updates


@pytest.mark.parametrize("batch_size", [1, 7, None])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_words_of_all_lengths_train_as_the_engine_does(name, batch_size):
    options = {"optimizer": OPTIMIZERS[name], "batch_size": batch_size}
    ours = trained("native", **options)
    assert_same(ours, trained("eager", **options))
    assert ours[0].updates == len(ours[0].update_loss) == 5 * math.ceil(40 / (batch_size or 40))


@pytest.mark.parametrize(
    "options", [{"shuffle": False}, {"validation": 0.2}, {"validation": words(5, seed=9)}, {"seed": 4}]
)
def test_options_mean_the_same_in_both_engines(options):
    assert_same(trained("native", **options), trained("eager", **options))


def test_take_records_the_same_as_plain_indexing():
    plain = trained("native")
    taken = trained("native", make=lambda: Letters(look_up=take))
    assert taken[0].update_loss == plain[0].update_loss


def test_each_length_takes_one_tape_and_few_recordings():
    model = Letters()
    tapes = Tapes(model, model.parameters())
    tapes.machine.read(model.parameters())
    seen = [tapes.see(word) for word in words(200)]
    found = [tapes.tape(form, row) for form, row in seen]
    assert len(set(map(id, found))) == len({len(word) for word in words(200)}) == 6
    assert tapes.recordings < 40


def test_a_trainer_makes_the_same_updates_one_by_one():
    model, theirs = Letters(), Letters()
    optimizer, other = Adam(0.02), Adam(0.02)
    trainer = Trainer(model, model, optimizer=optimizer, engine="native")
    losses, before = [], [p.data for p in model.parameters()]
    for word in words():
        losses.append(trainer.step(word))
    assert [p.data for p in model.parameters()] == before
    trainer.write()
    history = minimize(
        theirs, theirs, words(), optimizer=other, epochs=1, shuffle=False, record="update", progress=False,
        engine="eager",
    )  # fmt: skip
    assert losses == pytest.approx(history.update_loss, rel=1e-9)
    assert [p.data for p in model.parameters()] == pytest.approx(
        [p.data for p in theirs.parameters()], rel=1e-7, abs=1e-9
    )
    assert optimizer.updates == other.updates == 40
    assert optimizer._memory[model.all[0]] == pytest.approx(other._memory[theirs.all[0]], rel=1e-7)


def test_a_trainer_takes_batches_and_leaves_the_values_written_at_the_end_of_a_block():
    model, theirs = Letters(), Letters()
    with Trainer(model, model, optimizer=SGD(0.1)) as trainer:
        loss = trainer.step_batch(words(8))
    eager = Trainer(theirs, theirs, optimizer=SGD(0.1), engine="eager")
    assert loss == pytest.approx(eager.step_batch(words(8)), rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx([p.data for p in theirs.parameters()], rel=1e-12)
    with pytest.raises(ValueError, match="one sample or more"):
        trainer.step_batch([])


# --- Functions that can be compiled

W = [Value(0.1 * k - 0.3) for k in range(8)]
MODEL = nn.MLP(2, [3, 1], activation="tanh", seed=0)
PAIRS = [[x, y] for x in range(4) for y in range(3)]


def restored(loss, samples, engine, **options):
    for k, w in enumerate(W):
        w.data = 0.1 * k - 0.3
    history = minimize(loss, W, samples, optimizer=SGD(0.05), epochs=3, seed=2, progress=False, record="update",
                       engine=engine, **options)  # fmt: skip
    return history.update_loss, [w.data for w in W]


def rows_of(weights):
    return [weights[0:2], weights[2:4], weights[4:6], weights[6:8]]


LOSSES = {
    "numbers": (lambda s: (W[0] * s[0] + W[1] - s[1]) ** 2, [[0.5, 1.0], [-1.0, 2.0]]),
    "integers as numbers": (lambda s: (W[0] * s[0] + W[1] * 2 - s[1]) ** 2, PAIRS),
    "an integer as both": (lambda s: (take(W, s[0]) * s[0] + s[1] / 2) ** 2, PAIRS),
    "sums and products of integers": (lambda s: (W[2 * s[0] + 1] + W[7 - s[1]] - 0.5) ** 2, PAIRS),
    "dot of integers": (lambda s: (dot(W[:2], s) - 1) ** 2, PAIRS),
    "a row": (lambda s: sum((w - 0.3) ** 2 for w in rows_of(W)[s[0]]) + W[s[1]] * 0.1, PAIRS),
    "the same integer twice": (lambda s: (W[s[0]] * W[s[0] + 4] + W[s[1]] - 1) ** 2, PAIRS),
    "a comparison": (lambda s: (W[0] if s[0] == 2 else W[1] * s[1] if s[1] > 0 else W[2] - 1) ** 2, PAIRS),
    "a remainder": (lambda s: (W[s[0] % 2] - 0.5) ** 2 + W[s[1]] ** 2, PAIRS),
    "a dict": (lambda s: (W[s["k"]] * s["x"] - 1) ** 2, [{"k": k, "x": 0.5 * k} for k in range(5)]),
    "nested lists": (
        lambda s: sum(sum(W[k] for k in row) ** 2 for row in s), [[[0, 1], [2]], [[3], [1, 0], [2]], [[5]]]
    ),
    "None and booleans": (
        lambda s: (W[0] if s[0] is None else W[1] * s[1]) ** 2 + (0 if s[2] else W[3]),
        [[None, 1.0, True], [2, 3.0, False]],
    ),
    "an array": (lambda s: (dot(W[:3], s) - 1) ** 2, list(np.array([[0.5, 1.0, -1.0], [2.0, 0.0, 1.0]]))),
    "data as a stop-gradient": (lambda s: (W[0] * s[0] - W[0].data * s[1]) ** 2 + min(w.data for w in W) * W[1], PAIRS),
    "choices by where": (lambda s: autograd.where(W[0] * s[0] > 0.1, W[1], W[2] * s[1]) ** 2, PAIRS),
    "losses of nn": (lambda s: nn.cross_entropy([w * s[0] for w in W[:3]], s[1]), PAIRS),
    "slices": (
        lambda s: (sum(W[: s[0]], W[7]) * sum(W[s[1] : 5]) + sum(W[s[1] : 7 : 2]) - len([0, 1, 2][: s[1]])) ** 2, PAIRS
    ),
    "a look-up by two integers": (lambda s: W[(s[0] * s[1]) % 7] ** 2 + W[s[0] + s[1]] * (s[0] - s[1]), PAIRS),
    "several integers": (
        lambda s: (W[0] * (s[0] - s[1] - 1) / 2 + (W[1] if s[0] * s[1] > 2 else W[2]) * -(3 - (s[0] + s[1]) * 2)
                   + W[3] * (1 - (s[0] + 1) * s[1]) + W[abs(s[0] - s[1])]) ** 2, PAIRS
    ),
    "integers as targets": (
        lambda s: sum(f([W[0] * s[0], W[1]], [s[1], s[0]]) for f in (nn.half_sse, nn.mse, nn.absolute, nn.huber)), PAIRS
    ),
    "integers as targets of hinge": (lambda s: nn.hinge([W[0] * s[0]], [2 * (s[0] % 2) - 1]), PAIRS),
    "integers as probabilities": (
        lambda s: nn.binary_cross_entropy([autograd.sigmoid(W[0] * s[1])], [s[0] % 2]), PAIRS
    ),
    "a model of nn": (lambda s: (MODEL(s) * W[0] - W[1]) ** 2, PAIRS),
    "a result that is a parameter": (lambda s: W[0], PAIRS),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_what_a_loss_may_do_gives_the_same_in_both_engines(name):
    loss, samples = LOSSES[name]
    ours, theirs = restored(loss, samples, "native"), restored(loss, samples, "eager")
    assert ours[0] == pytest.approx(theirs[0], rel=1e-9, abs=1e-12)
    assert ours[1] == pytest.approx(theirs[1], rel=1e-9, abs=1e-12)


ONE = {"acosh": 1.5}
SEVERAL = {
    "dot": lambda f, x, y: f([x, y], [y, x], x), "total": lambda f, x, y: f([x, y, x * y, x]),
    "softmax": lambda f, x, y: f([x, y, 0.3])[1], "log_softmax": lambda f, x, y: f([x, y])[0],
    "logsumexp": lambda f, x, y: f([x, y, 0.1]), "where": lambda f, x, y: f(x - 0.45, x * y, y),
    "take": lambda f, x, y: f([x, y], 1),
}  # fmt: skip


@pytest.mark.parametrize("name", autograd.engine.functions.__all__)
def test_every_function_runs_on_a_tape(name):
    function = getattr(autograd, name)

    def loss(sample):
        x, y = W[0] * sample[0], W[1] + sample[1]
        if name in SEVERAL:
            return SEVERAL[name](function, x, y) * x
        if name in ("atan2", "hypot", "logaddexp", "maximum", "minimum"):
            return function(x, y) * x
        return function(x + ONE.get(name, 0.0)) * y

    W[0].data, W[1].data = 1.0, 0.5
    tapes = Tapes(loss, W)
    tapes.machine.read(W)
    form, row = tapes.see([0.4, 0.2])
    value = tapes.machine.batch([(tapes.tape(form, row), array("d", row))])
    tapes.machine.write_gradient(W)
    gradient = [w.grad for w in W[:2]]
    for w in W:
        w.grad = 0.0
    expected = loss([0.4, 0.2])
    expected.backward()
    assert value == pytest.approx(expected.data, rel=1e-12)
    assert gradient == pytest.approx([w.grad for w in W[:2]], rel=1e-9, abs=1e-12)


# --- Refusals

COUNTER = iter(range(10**9))
SCATTERED = [W[0], W[5], W[1], W[7]]


def scattered_in_time(sample):
    return (W[0] * next(COUNTER)) ** 2


def branches(sample):
    y = W[0] * sample[0]
    return y if y > 0 else -y


REFUSED = {
    "a comparison of Values": (branches, PAIRS, r"compares Values \(.*\): write the choice with autograd.where"),
    "a branch on data": (lambda s: W[0] if (W[0] * s[0]).data > 0 else W[1], PAIRS, "compares Values"),
    "a plain number of data": (
        lambda s: W[0] * math.exp((W[1] * s[0]).data), PAIRS, r"to a plain number \(line \d+ of"
    ),
    "a random mask": (lambda s: W[0] * random.random(), PAIRS, "draws random numbers"),
    "a counter": (scattered_in_time, PAIRS, "does not always do the same"),
    "a table that lies unevenly": (
        lambda s: SCATTERED[s[0]] ** 2, PAIRS, "not evenly spaced|does not follow"
    ),
    "structure by an integer": (
        lambda s: sum(W[0] * 1e-4 * k for k in range(s[0])) ** 2 + W[1], [[k] for k in range(80)],
        "something else for each of 64 .*line",
    ),
    "entries that are computed differently": (
        lambda s: [W[0] * s[0], W[1], W[2] + W[3] * s[0]][s[1]] ** 2, PAIRS, "not evenly spaced"
    ),
    "numbers of another table": (
        lambda s: W[0] * [0.5, 1.5, 2.5, 3.5][s[0]], PAIRS, "another graph or other constants"
    ),
    "a Value from before": (lambda s, y=W[0] * 2: y * s[0], PAIRS, "computed before the function was called"),
    "backward": (lambda s: [y := W[0] * s[0], y.backward()][0], PAIRS, r"calls backward\(\)"),
    "text of a number": (lambda s: W[0] * len(f"{(W[0] * s[0]).data:.2f}"), PAIRS, "into text"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_might_do_something_else_for_another_sample_is_refused(name):
    loss, samples, message = REFUSED[name]
    with pytest.raises(
        ValueError, match=rf"engine='native' cannot compile this loss: .*({message}).* Or use engine='eager'"
    ):
        restored(loss, samples, "native")


@pytest.mark.parametrize(
    "name", sorted(set(REFUSED) - {"a random mask", "a counter", "a Value from before", "backward"})
)
def test_by_default_what_is_refused_is_trained_by_the_engine(name):
    loss, samples, _ = REFUSED[name]
    assert restored(loss, samples, None) == restored(loss, samples, "eager")


def test_a_trainer_goes_on_with_the_engine_where_a_later_sample_cannot_be_compiled():
    w = Value(2.0)

    def loss(sample):
        y = w * sample[0]
        return y**2 if len(sample) == 1 else (y if y > 1 else y * 2)

    trainer = Trainer(loss, [w], optimizer=SGD(0.1))
    assert trainer.step([1.0]) == 4.0
    assert trainer.step([1.0, 1.0]) == pytest.approx(w.data + 0.1, rel=1e-12)
    native = Trainer(loss, [w], optimizer=SGD(0.1), engine="native")
    with pytest.raises(ValueError, match="compares Values"):
        native.step([1.0, 1.0])


# --- Errors


@pytest.mark.parametrize("engine", ["native", "eager"])
def test_numbers_that_do_not_stay_finite_raise_and_leave_the_update_before(engine):
    w = Value(1.0)
    with pytest.raises((FloatingPointError, autograd.DomainError)):
        minimize(lambda s: (w * s[0]) ** 2, [w], [[1.0], [1e200]], optimizer=SGD(0.1), shuffle=False, progress=False,
                 engine=engine)  # fmt: skip
    assert w.data == pytest.approx(0.8, rel=1e-12)
    with pytest.raises(ValueError, match="the scheduled rate of update 2 is"):
        minimize(lambda s: (w - s[0]) ** 2, [w], [[1.0]], optimizer=SGD(lambda k: 0.1 if k < 1 else -1.0),
                 progress=False, engine=engine)  # fmt: skip


@pytest.mark.parametrize("engine", ["native", "eager"])
def test_an_interrupt_leaves_one_whole_update(engine):
    w, calls = Value(1.0), []

    def rate(k):
        calls.append(k)
        if k == 5:
            raise KeyboardInterrupt
        return 0.1

    history = minimize(lambda s: (w - s[0]) ** 2, [w], [[2.0], [3.0]], optimizer=SGD(rate), progress=False,
                       shuffle=False, engine=engine)  # fmt: skip
    assert history.interrupted
    assert (history.updates, len(history.loss)) == (5, 2)
    again = Value(1.0)
    minimize(lambda s: (again - s[0]) ** 2, [again], [[2.0], [3.0], [2.0], [3.0], [2.0]], optimizer=SGD(0.1),
             progress=False, shuffle=False, epochs=1)  # fmt: skip
    assert w.data == pytest.approx(again.data, rel=1e-12)


class Halving:
    """A user's optimizer."""

    def __init__(self):
        self.steps = 0

    def step(self, parameters):
        self.steps += 1
        for p in parameters:
            p.data -= 0.05 * p.grad


def test_an_optimizer_of_ones_own_makes_the_updates_with_gradients_from_the_tapes():
    ours, theirs = Letters(), Letters()
    histories = [
        minimize(m, m, words(), optimizer=Halving(), epochs=2, seed=0, progress=False, engine=engine)
        for m, engine in ((ours, "native"), (theirs, "eager"))
    ]
    assert histories[0].loss == pytest.approx(histories[1].loss, rel=1e-9)
    assert [p.data for p in ours.all] == pytest.approx([p.data for p in theirs.all], rel=1e-9)


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3, W, [[1.0]]), {}, TypeError, "the loss is 3: give a function"),
        ((branches, W, [[1.0]]), {"optimizer": "Adam"}, TypeError, r"has no step\(\)"),
        ((branches, W[0], [[1.0]]), {}, TypeError, "parameters are a list of Values"),
        ((branches, [1.0], [[1.0]]), {}, TypeError, "parameter 0 is float"),
        ((branches, [W[0] * 2], [[1.0]]), {}, ValueError, "was computed by mul"),
        ((branches, [], [[1.0]]), {}, ValueError, "no parameters"),
        ((branches, [W[0], W[0]], [[1.0]]), {}, ValueError, "listed twice"),
        ((branches, W, []), {}, ValueError, "no samples"),
        ((branches, W, "abc"), {}, TypeError, "samples are a list"),
        ((branches, W, [[1.0]]), {"record": "step"}, ValueError, "record is 'epoch' or 'update'"),
        ((branches, W, [[1.0]]), {"validation": 1.5}, ValueError, "validation is a share"),
        ((branches, W, [[1.0]]), {"validation": []}, ValueError, "found none"),
        ((branches, W, [[1.0]]), {"validation": 0.3}, ValueError, "leaves nothing"),
        ((branches, W, [[1.0]]), {"epochs": -1}, ValueError, "epochs is an integer"),
        ((branches, W, [[1.0]]), {"batch_size": 0}, ValueError, "batch_size is 1 or more"),
        ((branches, W, [[1.0]]), {"engine": "fast"}, ValueError, "engine is 'native' or 'eager'"),
        ((lambda s: 3.0, W, [[1.0]]), {}, TypeError, "must be computed from Values"),
        ((lambda s: W[0], W, [[1j]]), {"engine": "native"}, TypeError, "a sample is made of numbers"),
    ],
)  # fmt: skip
def test_wrong_arguments_say_what_is_wanted(arguments, options, error, message):
    with pytest.raises(error, match=message):
        minimize(*arguments, progress=False, **options)


def test_without_llvmlite_the_engine_trains(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert trained(None, epochs=1)[1] == trained("eager", epochs=1)[1]
    with pytest.raises(ValueError, match=r"pip install 'deltagrad\[native\]'"):
        trained("native", epochs=1)


def test_under_the_interpreted_engine_the_engine_trains(monkeypatch):
    monkeypatch.setattr("autograd.engine.tape.compiled", False)
    assert trained(None, epochs=1)[1] == trained("eager", epochs=1)[1]
    with pytest.raises(ValueError, match="runs interpreted"):
        trained("native", epochs=1)


@pytest.mark.parametrize("index", [1.0, "a", True, None])
def test_take_needs_an_integer(index):
    with pytest.raises(TypeError, match="take needs an integer"):
        take(W, index)


def test_take_is_within_the_rows():
    assert take(W, -1) is W[7]
    assert take(W, np.int64(2)) is W[2]
    with pytest.raises(IndexError, match="take of entry 8 from 8"):
        take(W, 8)

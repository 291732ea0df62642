"""``fit`` against gradient descent written by hand, and its behaviour at interrupts and with bad arguments."""

import math
import random
import sys

import numpy as np
import pytest

from autograd import Value, no_grad
from nn import MLP, SGD, Adam, Momentum, cross_entropy, fit, half_sse, hinge, mse

GENERATOR = random.Random(11)
X = [[GENERATOR.gauss(0, 1), GENERATOR.gauss(0, 1)] for _ in range(7)]
Y = [[x[0] * x[1], x[0] - x[1]] for x in X]


def model():
    return MLP(2, [3, 2], activation="tanh", seed=2)


def numbers(m):
    return [p.data for p in m.parameters()]


OPTIONS = {"epochs": 3, "seed": 5, "progress": False}


@pytest.fixture(autouse=True, params=[None, "eager"], ids=["default", "eager"])
def _both_engines(request, monkeypatch):
    monkeypatch.setitem(OPTIONS, "engine", request.param)


def quiet(m, *data, **options):
    return fit(m, *data, **{"optimizer": SGD(0.1), **OPTIONS, **options})


def by_hand(m, batches, rate=0.1):
    """Run plain gradient descent with the average gradient of each batch."""
    for batch in batches:
        m.zero_grad()
        for x, y in batch:
            half_sse(m(x), y).backward()
        for p in m.parameters():
            p.data -= rate * p.grad / len(batch)
    return m


def test_batch_gradient_descent_is_the_average_gradient_of_all_samples():
    trained = model()
    history = quiet(trained, X, Y, batch_size=None)
    pairs = list(zip(X, Y, strict=True))
    assert numbers(trained) == pytest.approx(numbers(by_hand(model(), [pairs] * 3)), rel=1e-12)
    assert history.updates == 3


@pytest.mark.parametrize(("batch_size", "updates"), [(1, 7), (3, 3), (7, 1), (100, 1)])
def test_batches_cover_each_sample_once_an_epoch(batch_size, updates):
    seen = []

    def loss(outputs, y):
        seen.append(tuple(y))
        return half_sse(outputs, y)

    history = quiet(model(), X, Y, loss=loss, batch_size=batch_size, epochs=2)
    assert history.updates == 2 * updates
    assert sorted(seen[:7]) == sorted(seen[7:]) == sorted(tuple(y) for y in Y)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_stochastic_updates_are_those_of_the_order_seen(batch_size):
    seen = []

    def loss(outputs, y):
        seen.append(Y.index(list(y)))
        return half_sse(outputs, y)

    trained = model()
    quiet(trained, X, Y, loss=loss, batch_size=batch_size)
    batches = [
        [(X[i], Y[i]) for i in seen[start + k : min(start + k + batch_size, start + 7)]]
        for start in (0, 7, 14)
        for k in range(0, 7, batch_size)
    ]
    assert numbers(trained) == pytest.approx(numbers(by_hand(model(), batches)), rel=1e-12)
    assert seen[:7] != seen[7:14]  # shuffled again


def test_the_history_has_the_mean_loss_of_each_epoch():
    trained = model()
    with no_grad():
        expected = sum([half_sse(trained(x), y).data for x, y in zip(X, Y, strict=True)]) / len(X)
    history = quiet(trained, X, Y, batch_size=None, epochs=50)
    assert history.loss[0] == pytest.approx(expected, rel=1e-14)
    assert len(history.loss) == 50
    assert history.loss[-1] < history.loss[0]
    assert history.validation_loss == []
    assert not history.interrupted
    assert "50 epochs, 50 updates" in repr(history)


def test_the_same_seed_gives_the_same_result_and_another_one_another():
    first, second, third = model(), model(), model()
    one, two = quiet(first, X, Y, validation=0.3), quiet(second, X, Y, validation=0.3)
    quiet(third, X, Y, validation=0.3, seed=6)
    assert numbers(first) == numbers(second) != numbers(third)
    assert (one.loss, one.validation_loss) == (two.loss, two.validation_loss)


def test_arrays_and_lists_give_the_same():
    lists, arrays = model(), model()
    quiet(lists, X, Y)
    quiet(arrays, np.array(X), np.array(Y))
    assert numbers(lists) == numbers(arrays)


def test_one_input_and_one_target_need_no_rows():
    line = MLP(1, [1], seed=0)
    quiet(line, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], epochs=300)
    assert [p.data for p in line.parameters()] == pytest.approx([2.0, 1.0], abs=1e-3)


def test_validation_samples_are_measured_and_not_trained_on():
    trained, twin = model(), model()
    history = quiet(trained, X[:5], Y[:5], validation=(X[5:], Y[5:]), batch_size=None)
    quiet(twin, X[:5], Y[:5], batch_size=None)
    assert numbers(trained) == numbers(twin)
    with no_grad():
        expected = sum([half_sse(trained(x), y).data for x, y in zip(X[5:], Y[5:], strict=True)]) / 2
    assert history.validation_loss[-1] == pytest.approx(expected, rel=1e-14)
    seen = set()

    def loss(outputs, y):
        if isinstance(outputs[0], Value) and outputs[0].op is not None:
            seen.add(tuple(y))
        return half_sse(outputs, y)

    quiet(model(), X, Y, validation=0.3, loss=loss)
    assert len(seen) == 5


def test_old_gradients_do_not_matter():
    fresh, used = model(), model()
    for p in used.parameters():
        p.grad = 1e6
    quiet(fresh, X, Y)
    quiet(used, X, Y)
    assert numbers(fresh) == numbers(used)


@pytest.mark.parametrize(
    "make", [lambda: SGD(0.1), lambda: Momentum(0.1), lambda: Adam(0.05)], ids=["sgd", "momentum", "adam"]
)
@pytest.mark.parametrize("call", [1, 4, 7, 12])
def test_an_interrupt_leaves_the_last_whole_update(make, call):
    count = 0

    def interrupted(outputs, y):
        nonlocal count
        count += 1
        if count == call:
            raise KeyboardInterrupt
        return half_sse(outputs, y)

    stopped, seen = model(), []
    history = quiet(stopped, X, Y, loss=interrupted, batch_size=2, optimizer=make())
    assert history.interrupted
    assert history.updates == {1: 0, 4: 1, 7: 3, 12: 6}[call]
    assert len(history.loss) == (0 if call <= 7 else 1)

    def ends(outputs, y):  # a clean run that ends there, because a loss that is not finite stops it
        seen.append(y)
        return half_sse(outputs, y) * (math.nan if len(seen) == call else 1.0)

    clean = model()
    with pytest.raises(FloatingPointError):
        quiet(clean, X, Y, loss=ends, batch_size=2, optimizer=make())
    assert numbers(stopped) == numbers(clean)


def test_training_goes_on_after_an_interrupt_as_if_there_had_been_none():
    count = 0

    def once(outputs, y):
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        return half_sse(outputs, y)

    resumed, optimizer = model(), Momentum(0.05)
    assert quiet(resumed, X, Y, loss=once, batch_size=None, optimizer=optimizer).updates == 0
    quiet(resumed, X, Y, batch_size=None, optimizer=optimizer)
    clean = model()
    quiet(clean, X, Y, batch_size=None, optimizer=Momentum(0.05))
    assert numbers(resumed) == numbers(clean)


def test_a_loss_that_is_not_finite_stops_with_the_update_before():
    trained = model()
    with pytest.raises(FloatingPointError, match="at update 1; the model has the state before this update"):
        quiet(trained, X, Y, loss=lambda outputs, y: mse(outputs, y) * math.inf)
    assert numbers(trained) == numbers(model())


def test_a_rate_that_is_far_too_high_is_reported_and_not_nan():
    trained = MLP(2, [3, 2], activation="linear", seed=2)
    with pytest.raises((FloatingPointError, OverflowError)):
        quiet(trained, X, Y, optimizer=SGD(1e200), epochs=10)
    assert all(math.isfinite(x) for x in numbers(trained))


def test_the_progress_bar_is_shown_and_hidden(capfd):
    quiet(model(), X, Y)
    assert capfd.readouterr() == ("", "")
    quiet(model(), X, Y, progress=True)
    shown = capfd.readouterr().err
    assert "3/3" in shown
    assert "loss " in shown


def test_without_a_console_there_is_no_progress_bar(monkeypatch):
    monkeypatch.setattr("sys.stderr", None)
    assert quiet(model(), X, Y, progress=True).updates == 21


def test_an_llvmlite_that_cannot_be_used_leaves_the_engine(monkeypatch):
    monkeypatch.setitem(sys.modules, "nn.native", None)  # makes an import of it raise ImportError
    trained, twin = model(), model()
    quiet(trained, X, Y, engine=None)
    quiet(twin, X, Y, engine="eager")
    assert numbers(trained) == numbers(twin)
    with pytest.raises(ImportError, match=r"llvmlite that is installed .*: pip install -U 'deltagrad\[native\]'"):
        quiet(trained, X, Y, engine="native")


def test_plot_draws_both_losses_on_the_axes_given():
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    history = quiet(model(), X, Y, validation=0.3)
    ax = history.plot()
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "mean loss")
    assert [list(line.get_ydata()) for line in ax.lines] == [history.loss, history.validation_loss]
    _, mine = plt.subplots()
    assert history.plot(ax=mine, label="run") is mine
    assert [line.get_label() for line in mine.lines] == ["run", "run, validation"]
    plt.close("all")


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ((X, Y[:3]), {}, "X has 7 samples and Y 3"),
        (([], []), {}, "there are no samples"),
        (([[1.0, math.nan]], [[0.0, 0.0]]), {}, r"X\[0\] holds nan"),
        ((X, [*Y[:6], [math.inf, 0.0]]), {}, r"Y\[6\] holds inf"),
        (([[1.0, "2"]], [[0.0, 0.0]]), {}, r"X\[0\] holds '2'"),
        ((X, Y), {"epochs": -1}, "epochs is an integer"),
        ((X, Y), {"epochs": 1.5}, "epochs is an integer"),
        ((X, Y), {"batch_size": 0}, "batch_size is 1 or more"),
        ((X, Y), {"batch_size": 2.0}, "batch_size is 1 or more"),
        ((X, Y), {"validation": 1.0}, "validation is a share"),
        ((X, Y), {"validation": -0.1}, "validation is a share"),
        ((X, Y), {"validation": (X,)}, "a pair"),
        ((X, Y), {"validation": 0.99}, "leaves nothing"),
        (([[1.0]], [[0.0, 0.0]]), {}, "expected 2 inputs, found 1"),
        (([*X[:2], [1.0]], Y[:3]), {}, r"X\[0\] has a row of 2 and X\[2\] a row of 1"),
        ((X[:2], [Y[0], 1.0]), {}, r"Y\[0\] has a row of 2 and Y\[1\] a number"),
        (([X[0], None], Y[:2]), {}, r"X\[1\] holds None"),
        ((X[:2], [Y[0], "a"]), {}, r"Y\[1\] holds 'a'"),
        ((X, Y), {"epochs": True}, "epochs is an integer"),
        ((X, Y), {"batch_size": True}, "batch_size is 1 or more"),
        ((X, Y), {"validation": 0.01}, "leaves nothing of 7 samples to validate on"),
        ((X, Y), {"validation": ([[1.0]], [[0.0, 0.0]])}, r"X\[0\] has a row of 2 and that of the validation"),
        ((X, Y), {"validation": ([[1.0, math.nan]], [[0.0, 0.0]])}, r"validation X\[0\] holds nan"),
    ],
)
def test_bad_input_says_what_to_do(data, options, message):
    trained = model()
    with pytest.raises(ValueError, match=message):
        quiet(trained, *data, **options)
    assert numbers(trained) == numbers(model())


def test_a_loss_that_drops_the_graph_is_an_error():
    with pytest.raises(TypeError, match="loss returned float"):
        quiet(model(), X, Y, loss=lambda outputs, y: outputs[0].data)


def test_an_unknown_option_is_an_error():
    with pytest.raises(TypeError, match="batchsize"):
        quiet(model(), X, Y, batchsize=3)


@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("lr", r"write optimizer=SGD\(0.1\)"),
        ("learning_rate", r"write optimizer=SGD\(0.1\)"),
        ("verbose", "write progress=False"),
        ("random_state", "write seed=0"),
        ("validation_split", r"write validation=0\.2"),
        ("n_epochs", "write epochs=100"),
        ("epoch", "did you mean 'epochs'"),
        ("optimiser", "did you mean 'optimizer'"),
        ("xyz", "unexpected keyword argument 'xyz'$"),
    ],
)
def test_options_of_other_libraries_raise_with_what_to_write(option, advice):
    with pytest.raises(TypeError, match=advice):
        quiet(model(), X, Y, **{option: 1})


def test_no_epochs_change_nothing():
    trained = model()
    assert quiet(trained, X, Y, epochs=0).loss == []
    assert numbers(trained) == numbers(model())


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((model(), None, Y), {}, "X is NoneType"),
        ((model(), np.array(3.0), Y), {}, "X is float"),
        ((model(), {0: 1}, Y), {}, "X is dict"),
        ((model(), X, "abcdefg"), {}, "Y is str"),
        ((model(), X, Y), {"loss": "mse"}, "the loss is 'mse': write loss=mse"),
        ((model(), X, Y), {"loss": "other"}, "the loss is 'other': give a function"),
        ((model(), X, Y), {"optimizer": "sgd"}, r"the optimizer is 'sgd', which has no step\(\): write .*SGD\(0\.1\)"),
        ((model(), X, Y), {"optimizer": "adam"}, r"which has no step\(\): write optimizer=Adam\(0\.001\)"),
        ((model(), X, Y), {"optimizer": Adam}, r"which has no step\(\): write optimizer=Adam\(0\.001\)"),
        ((model(), X, Y), {"optimizer": "other"}, r"which has no step\(\): give one of nn"),
        ((MLP, X, Y), {}, r"the model is .*, which has no parameters\(\): write MLP\(2, \[16, 1\]\)"),
        (("model", X, Y), {}, r"the model is 'model', which has no parameters\(\)"),
    ],
)
def test_an_argument_of_the_wrong_kind_is_named(arguments, options, message):
    with pytest.raises(TypeError, match=message):
        quiet(*arguments, **options)


def test_a_model_without_parameters_is_an_error():
    class Empty:
        def parameters(self):
            return []

    with pytest.raises(ValueError, match="has no parameters"):
        quiet(Empty(), X, Y)


def test_a_bad_row_is_found_before_the_first_update():
    trained = model()
    with pytest.raises(ValueError, match=r"X\[6\]"):
        quiet(trained, [*X[:6], [1.0]], Y, shuffle=False)
    assert numbers(trained) == numbers(model())


def test_without_shuffling_samples_keep_their_order():
    seen = []

    def loss(outputs, y):
        seen.append(list(y))
        return half_sse(outputs, y)

    quiet(model(), X, Y, loss=loss, epochs=2, shuffle=False)
    assert seen == Y + Y


def test_numpy_integers_are_integers():
    assert quiet(model(), X, Y, epochs=np.int64(2), batch_size=np.int32(7)).updates == 2


LOGITS = [[3.0, 1.0, 0.0], [0.0, 2.0, 1.0], [5.0, 4.0, 0.0], [0.0, 0.0, 1.0]]  # the largest: 0, 1, 0, 2


def reads_off(n):
    """A model whose outputs are its inputs."""
    identity = MLP(n, [n], seed=0)
    for neuron in identity.layers[0].neurons:
        for w in neuron.w:
            w.data = float(w.label.source == w.label.neuron)
    return identity


@pytest.mark.parametrize(
    ("targets", "loss", "expected", "of_the_first_two"),
    [
        ([0, 1, 1, 2], cross_entropy, 0.75, 1.0),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]], cross_entropy, 0.75, 1.0),
        (np.eye(3)[[1, 1, 0, 0]], half_sse, 0.5, 0.5),
    ],
)
def test_the_accuracy_is_the_share_of_right_answers(targets, loss, expected, of_the_first_two):
    held_out = (LOGITS[:2], list(targets)[:2])
    history = quiet(reads_off(3), LOGITS, targets, loss=loss, batch_size=None, optimizer=SGD(1e-9), validation=held_out)
    assert history.accuracy == [expected] * 3
    assert history.validation_accuracy == [of_the_first_two] * 3
    assert f"accuracy {expected:.1%}" in repr(history)


@pytest.mark.parametrize("targets", [[1, -1, -1, 1], [[1], [-1], [-1], [1]]])
def test_the_accuracy_of_hinge_goes_by_the_sign(targets):
    history = quiet(reads_off(1), [0.5, -2.0, 3.0, 1.0], targets, loss=hinge, batch_size=None, optimizer=SGD(1e-9))
    assert history.accuracy == [0.75] * 3


@pytest.mark.parametrize(
    ("targets", "validation"),
    [([0.5, 1.0, 2.0], 0.0), ([[0.5, 0.5], [1, 0], [0, 1]], 0.0), ([[0, 1], [1, 0], [0, 1]], ([1.0], [[0.3, 0.7]]))],
)
def test_targets_that_are_no_classes_have_no_accuracy(targets, validation):
    outputs = 1 if isinstance(targets[0], float) else 2
    history = quiet(MLP(1, [outputs], seed=0), [1.0, 2.0, 3.0], targets, validation=validation)
    assert (history.accuracy, history.validation_accuracy) == ([], [])
    assert len(history.loss) == 3


def test_an_interrupt_leaves_all_columns_of_the_history_alike():
    calls = 0

    def loss(outputs, y):
        nonlocal calls
        calls += 1
        if calls == 4 * 3 + 2:  # during the third epoch; an epoch has 4 samples and 2 held out
            raise KeyboardInterrupt
        return cross_entropy(outputs, y)

    one_hot = np.eye(3)[[0, 1, 1, 2]]
    history = quiet(reads_off(3), LOGITS, one_hot, loss=loss, validation=(LOGITS[:2], one_hot[:2]))
    assert history.interrupted
    columns = (history.loss, history.validation_loss, history.accuracy, history.validation_accuracy)
    assert [len(column) for column in columns] == [2] * 4

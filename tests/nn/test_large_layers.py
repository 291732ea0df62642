"""Large layers, trained as products of matrices, agree with the engine."""

import random
import sys
import textwrap
import threading
import types

import numpy as np
import pytest

import nn
from autograd import Value, digamma, lgamma, relu, tanh, total, where
from autograd.compiler import layers
from autograd.compiler.blas import Blas, _without_package, load_blas
from nn.native import NativeTraining
from nn.setups import ModelLoss, Samples, Setup


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    """Have every model trained as a large one."""
    monkeypatch.setattr(layers.Sample, "is_worth", property(lambda sample: sample.runs_in_c or True))
    made = []
    init = layers.LayerDescent.__init__

    def noted(self, *arguments, **options):
        made.append(self)
        init(self, *arguments, **options)

    monkeypatch.setattr(layers.LayerDescent, "__init__", noted)
    return made


class Loops:
    """A model in plain loops over lists of Values, as people write them."""

    def __init__(self, n, hidden, outputs, seed=0):
        draw = random.Random(seed)
        self.first = [[Value(draw.uniform(-0.3, 0.3)) for _ in range(n)] for _ in range(hidden)]
        self.bias = [Value(draw.uniform(-0.3, 0.3)) for _ in range(hidden)]
        self.second = [[Value(draw.uniform(-0.3, 0.3)) for _ in range(hidden)] for _ in range(outputs)]

    def parameters(self):
        return [*[w for row in self.first for w in row], *self.bias, *[w for row in self.second for w in row]]

    def __call__(self, x):
        h = [relu(sum(w * a for w, a in zip(row, x, strict=True)) + b)
             for row, b in zip(self.first, self.bias, strict=True)]  # fmt: skip
        return [sum((w * a for w, a in zip(row, h, strict=True)), Value(0.0)) for row in self.second]


class Columns(Loops):
    """The same, with the weights stored by columns."""

    def parameters(self):
        return [*[w for column in zip(*self.first, strict=True) for w in column], *self.bias,
                *[w for row in self.second for w in row]]  # fmt: skip


class Tied(Loops):
    """Weights that are used in two products, and some of them outside of a product as well."""

    def __call__(self, x):
        h = [tanh(total([w * a for w, a in zip(row, x, strict=True)])) for row in self.first]
        back = [total([row[i] * h[k] for k, row in enumerate(self.first)]) for i in range(len(x))]
        again = [relu(total([w * a for w, a in zip(row, back, strict=True)]) + row[0]) for row in self.first]
        return [total([w * a for w, a in zip(row, again, strict=True)]) for row in self.second]


class Choosing(Loops):
    """Activations that C lacks, and for which machine code is made."""

    def __call__(self, x):
        h = [total([w * a for w, a in zip(row, x, strict=True)]) for row in self.first]
        h = [where(a > 0.1, a.sin(), 0.1 * a) for a in h]
        return [total([w * a for w, a in zip(row, h, strict=True)]) for row in self.second]


class Gamma(Loops):
    """Activations for which no machine code can be made, so that Python computes them.

    One of them is a single number.
    """

    def __call__(self, x):
        h = [total([w * a for w, a in zip(row, x, strict=True)]) for row in self.first]
        h = [lgamma(1.5 + a * a) for a in h]
        return [total([w * a for w, a in zip(row, h, strict=True)]) for row in self.second] + [digamma(2 + h[0] * h[0])]


def mlp(n, hidden, outputs):
    return nn.MLP(n, [hidden, outputs], activation="relu", output="linear", seed=0)


def deep(n, hidden, outputs):
    return nn.MLP(n, [hidden, hidden, outputs], activation="tanh", output="linear", seed=0)


def data(samples, n, classes):
    draw = np.random.default_rng(1)
    return draw.uniform(-1, 1, (samples, n)), draw.integers(0, classes, samples)


def trained(make, engine, n=48, hidden=40, batch_size=16, samples=50, epochs=2, optimizer=None, loss=None, **options):
    model = make(n, hidden, 3)
    X, Y = data(samples, n, 3)
    loss = loss or nn.cross_entropy
    if loss is not nn.cross_entropy:
        Y = np.eye(3)[Y]
    history = nn.fit(model, X, Y, loss=loss, optimizer=optimizer or nn.SGD(0.05), epochs=epochs, batch_size=batch_size,
                     seed=3, progress=False, engine=engine, **options)  # fmt: skip
    return history, [p.data for p in model.parameters()]


def agree(mine, theirs):
    assert mine[0].loss == pytest.approx(theirs[0].loss, rel=1e-10)
    assert mine[0].accuracy == theirs[0].accuracy
    assert mine[0].validation_loss == pytest.approx(theirs[0].validation_loss, rel=1e-10)
    assert mine[0].updates == theirs[0].updates
    assert mine[1] == pytest.approx(theirs[1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("batch_size", [1, 16, None])
@pytest.mark.parametrize("make", [mlp, deep, Loops, Columns, Tied])
def test_models_of_any_kind(make, batch_size):
    agree(*[trained(make, engine, batch_size=batch_size) for engine in ("native", "eager")])


@pytest.mark.parametrize("make", [Choosing, Gamma])
def test_what_c_does_not_know(make, everything_is_large):
    agree(*[trained(make, engine, n=40, hidden=32, samples=18, epochs=1) for engine in ("native", "eager")])
    assert everything_is_large[0]._tape.stops == (make is Gamma)


def activated(name):
    return lambda n, hidden, outputs: nn.MLP(n, [hidden, outputs], activation=name, output="linear", seed=0)


@pytest.mark.parametrize("name", ["leaky_relu", "elu", "gelu", "silu", "softplus", "sin", "abs", "step", "atan"])
def test_activations(name, everything_is_large):
    agree(*[trained(activated(name), engine, samples=20) for engine in ("native", "eager")])
    assert not everything_is_large[0]._tape.stops


@pytest.mark.parametrize("optimizer", [nn.Momentum, nn.Adam, nn.AdamW, nn.RMSprop])
def test_optimizers(optimizer, everything_is_large):
    agree(*[trained(mlp, engine, optimizer=optimizer(0.01)) for engine in ("native", "eager")])


@pytest.mark.parametrize("loss", [nn.half_sse, nn.huber, nn.absolute])
def test_losses(loss):
    agree(*[trained(mlp, engine, loss=loss, samples=20) for engine in ("native", "eager")])


@pytest.mark.parametrize("options", [
    {"validation": 0.2}, {"l2": 0.01}, {"l1": 0.01}, {"l1": 0.01, "l2": 0.02, "validation": 0.2}, {"shuffle": False},
    {"callbacks": lambda epoch: None}, {"clip_norm": 0.1}, {"clip_value": 0.01}, {"clip_value": 0.02, "clip_norm": 0.1},
    {"clip_norm": 0.1, "l2": 0.01, "optimizer": nn.Adam(0.01)}, {"clip_norm": 1e6},
], ids=lambda options: "+".join(options))  # fmt: skip
def test_options(options, everything_is_large):
    agree(*[trained(mlp, engine, **options) for engine in ("native", "eager")])
    assert len(everything_is_large) == 1


def test_penalties_are_computed_once_a_batch(everything_is_large):
    trained(mlp, "native", l1=0.01, l2=0.01)
    made = everything_is_large[0]._tape
    weights = 48 * 40 + 40 * 3
    assert made.products == weights
    assert made.cells < made.parameters + 400  # no cell for each weight


@pytest.mark.parametrize("size", [1e160, 1e290])
def test_norms_whose_squares_are_no_floats(size):
    """The gradients are so large that their squares, and so the square of their norm, are infinite."""
    found = []
    for engine in ("native", "eager"):
        model = mlp(6, 5, 3)
        X, Y = data(8, 6, 3)
        nn.fit(
            model, X, np.eye(3)[Y], loss=lambda o, y: size * total([a * a for a in o]), optimizer=nn.SGD(0.1), epochs=2,
            batch_size=4, seed=3, progress=False, engine=engine, clip_norm=0.5,
        )  # fmt: skip
        found.append([p.data for p in model.parameters()])
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    moved = np.array(found[0]) - [p.data for p in mlp(6, 5, 3).parameters()]
    assert 0.05 < np.linalg.norm(moved) < 0.2001  # four updates of at most 0.05 each


def test_an_optimizer_whose_gradients_were_clipped_clips_no_more():
    optimizers = [nn.Momentum(0.1), nn.Momentum(0.1)]
    for engine, optimizer in zip(("native", "eager"), optimizers, strict=True):
        trained(mlp, engine, optimizer=optimizer, clip_norm=0.1)
    agree(*[trained(mlp, engine, optimizer=o) for engine, o in zip(("native", "eager"), optimizers, strict=True)])


def test_a_rate_that_changes():
    rates = [nn.SGD(lambda k: 0.05 / (1 + k)) for _ in range(2)]
    agree(*[trained(mlp, engine, optimizer=o) for engine, o in zip(("native", "eager"), rates, strict=True)])


@pytest.mark.parametrize("options", [{}, {"shuffle": False}, {"validation": 0.3}, {"clip_norm": 0.1}], ids=str)
def test_rows_of_large_data_are_made_part_by_part(options, monkeypatch):
    monkeypatch.setattr(layers, "_MAX_BYTES", 8 * 51 * 20)
    agree(*[trained(mlp, engine, batch_size=8, **options) for engine in ("native", "eager")])


def test_without_scipy(monkeypatch):
    monkeypatch.setattr(layers, "load_blas", lambda: None)
    agree(*[trained(mlp, engine) for engine in ("native", "eager")])


def test_an_optimizer_goes_on_where_it_was():
    for engine in ("native", "eager"):
        optimizer = nn.Adam(0.01)
        first = trained(mlp, engine, optimizer=optimizer)
        again = trained(mlp, "eager", optimizer=optimizer)
        if engine == "native":
            mine = first, again, optimizer.updates
    agree(mine[0], first)
    agree(mine[1], again)
    assert mine[2] == optimizer.updates == 16


def test_a_loss_that_diverges_leaves_a_whole_update():
    found = []
    for engine in ("native", "eager"):
        model = mlp(48, 40, 3)
        X, Y = data(64, 48, 3)
        with pytest.raises(FloatingPointError) as error:
            nn.fit(model, 100 * X, np.eye(3)[Y], loss=nn.half_sse, optimizer=nn.SGD(1e3), epochs=400, batch_size=16,
                   seed=3, progress=False, engine=engine)  # fmt: skip
        found.append((str(error.value), [p.data for p in model.parameters()]))
    assert found[0][0].split(" at ")[1] == found[1][0].split(" at ")[1]
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-6)


def test_an_interrupt_leaves_a_whole_update(monkeypatch):
    """After an interrupt in the middle of an epoch, history and parameters are those of the updates that were made."""
    run = layers.LayerDescent._run

    def interrupted(self, epochs, budget, rates):
        run(self, epochs, 3, rates)
        raise KeyboardInterrupt

    monkeypatch.setattr(layers.LayerDescent, "_run", interrupted)
    history, weights = trained(mlp, "native", shuffle=False)
    assert history.interrupted
    assert history.updates == 3
    assert history.loss == []
    monkeypatch.undo()
    model = mlp(48, 40, 3)
    X, Y = data(50, 48, 3)
    nn.fit(model, X[:48], Y[:48], loss=nn.cross_entropy, optimizer=nn.SGD(0.05), epochs=1, batch_size=16, shuffle=False,
           progress=False, engine="eager")  # fmt: skip
    assert weights == pytest.approx([p.data for p in model.parameters()], rel=1e-9)


def test_threads_train_at_once():
    expected = trained(mlp, "native")
    found = []
    threads = [threading.Thread(target=lambda: found.append(trained(mlp, "native"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    for each in found:
        agree(each, expected)


def test_blas_has_no_threads_of_its_own_meanwhile():
    found = load_blas()
    before = found._get()
    with found.in_one_thread():
        with found.in_one_thread():
            assert (found._get(), found.threads) == (1, before)
        assert found._get() == 1
    assert (found._get(), found.threads) == (before, before)


def test_blas_is_loaded_without_its_package_which_can_be_imported_later(run_python):
    run_python(
        textwrap.dedent("""
        import sys
        from autograd.compiler.blas import load_blas
        found = load_blas()
        assert not [name for name in sys.modules if name.startswith("scipy.linalg")]
        import scipy.linalg.cython_blas
        assert scipy.linalg.solve([[2.0]], [3.0]) == [1.5]
        assert found.gemm and scipy.linalg.cython_blas.__pyx_capi__["dgemm"]
    """)
    )


@pytest.mark.parametrize("text", ["from . import another", "import no_such_library", None])
def test_a_module_that_needs_its_package_or_is_missing_is_not_loaded_without_it(text, tmp_path):
    library = types.ModuleType("library")
    library.__file__ = str(tmp_path / "__init__.py")
    (tmp_path / "part").mkdir()
    if text is not None:
        (tmp_path / "part" / "module.py").write_text(text)
    assert _without_package(library, "library.part.module") is None
    assert "library.part.module" not in sys.modules


class Settings:
    """Two layers so large, with batches so large, that everything is cut into parts: products, loops and updates."""

    sizes, batch = (400, 160, 10), 700

    def __init__(self, monkeypatch):
        self.monkeypatch = monkeypatch
        draw = np.random.default_rng(2)
        self.X = draw.standard_normal((2 * self.batch + 300, self.sizes[0]))
        self.Y = draw.integers(0, self.sizes[-1], len(self.X))

    def trained(self, threads, optimizer):
        self.monkeypatch.setattr(Blas, "threads", threads)
        model = nn.MLP(400, [160, 10], activation="relu", output="linear", seed=1)
        start = np.array([p.data for p in model.parameters()])
        history = nn.fit(model, self.X, self.Y, loss=nn.cross_entropy, optimizer=optimizer, epochs=2, shuffle=False,
                         batch_size=self.batch, progress=False, engine="native")  # fmt: skip
        return start, np.array([p.data for p in model.parameters()]), history.loss

    def by_numpy(self, start, rate, epochs):
        """Run gradient descent in arrays, written by hand."""
        (n, m, k), losses = self.sizes, []
        first, second = start[: m * (n + 1)].reshape(m, n + 1).copy(), start[m * (n + 1) :].reshape(k, m + 1).copy()
        for _ in range(epochs):
            total = 0.0
            for at in range(0, len(self.X), self.batch):
                x, y = self.X[at : at + self.batch], self.Y[at : at + self.batch]
                z = x @ first[:, :-1].T + first[:, -1]
                h = np.maximum(z, 0)
                o = h @ second[:, :-1].T + second[:, -1]
                top = o.max(axis=1, keepdims=True)
                p = np.exp(o - top)
                total += (np.log(p.sum(axis=1)) + top[:, 0] - o[range(len(x)), y]).sum()
                p /= p.sum(axis=1, keepdims=True)
                p[range(len(x)), y] -= 1
                p /= len(x)
                back = (p @ second[:, :-1]) * (z > 0)
                second -= rate * np.column_stack([p.T @ h, p.sum(axis=0)])
                first -= rate * np.column_stack([back.T @ x, back.sum(axis=0)])
            losses.append(total / len(self.X))
        return np.concatenate([first.ravel(), second.ravel()]), losses


def test_what_threads_share_is_what_numpy_computes(monkeypatch):
    settings = Settings(monkeypatch)
    start, weights, losses = settings.trained(3, nn.SGD(0.1))
    expected, expected_losses = settings.by_numpy(start, 0.1, 2)
    assert losses == pytest.approx(expected_losses, rel=1e-12)
    assert np.abs(weights - expected).max() < 1e-13


@pytest.mark.sampled(3)
@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Momentum, nn.RMSprop, nn.AdamW, nn.Adam, nn.Adagrad])
def test_the_number_of_threads_changes_no_bit(optimizer, monkeypatch):
    settings = Settings(monkeypatch)
    found = [settings.trained(threads, optimizer(0.01))[1:] for threads in (1, 2, 5)]
    for weights, losses in found[1:]:
        assert losses == found[0][1]
        assert (weights == found[0][0]).all()


def test_only_one_thread_adds_up_what_samples_share():
    """Runs of instructions that read a parameter outside of a product are not cut into parts."""
    apart, shared = [_training(make(48, 40, 3))._descent._tape.own for make in (mlp, Tied)]
    assert apart.count(0) == 3  # two products, and one more place
    assert shared.count(0) > apart.count(0)


def test_products_are_found_in_loops_of_ones_own():
    """Both layers are found, however they are written.

    Only the second one is found if weights are stored by columns.
    """
    found = []
    for make in (mlp, Loops, Columns):
        training = _training(make(48, 40, 3))
        found.append(training._descent._tape.products)
    assert found == [48 * 40 + 40 * 3, 48 * 40 + 40 * 3, 40 * 3]


def _training(model):
    X, Y = data(4, 48, 3)
    samples, parameters = Samples(list(map(tuple, X.tolist())), Y.tolist()), model.parameters()
    loss = ModelLoss(model, nn.cross_entropy, lambda y: y, parameters, samples)
    return NativeTraining(Setup(loss, parameters, nn.SGD(0.1), samples, size=4), 1)

"""Plots: they show the numbers of the model, label their axes, are returned, and change nothing."""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from autograd.engine.errors import GraphError
from nn import MLP, History, cross_entropy, deltas, fit, half_sse, plot_decision, plot_gradient_flow, plot_landscape

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0.0, 1.0, 1.0, 0.0]


@pytest.fixture(autouse=True)
def closed():
    matplotlib.use("Agg")
    yield
    plt.close("all")


def model(outputs=1, activation="tanh"):
    return MLP(2, [3, outputs], activation=activation, output="sigmoid", seed=2)


def test_decision_of_one_output():
    m = model()
    before = [p.data for p in m.parameters()]
    _, ax = plt.subplots()
    assert plot_decision(m, X, Y, ax=ax, steps=12) is ax
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x[1]", "x[2]")
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["target 0", "target 1"]
    shown = np.vstack([c.get_offsets() for c in ax.collections if len(np.atleast_2d(c.get_offsets())) == 2])
    assert sorted(map(tuple, shown)) == sorted(map(tuple, X))
    assert [p.data for p in m.parameters()] == before


def test_decision_of_several_outputs():
    one_hot = [[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 0]]
    ax = plot_decision(model(3), X, one_hot, steps=8)
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["class 0", "class 1", "class 2"]


def test_landscape_has_the_loss_in_its_middle():
    m = model()
    fit(m, X, Y, epochs=5, seed=0, progress=False)
    before = [(p.data, p.grad) for p in m.parameters()]
    ax = plot_landscape(m, half_sse, X, Y, steps=5, radius=0.5)
    assert ax.get_xlabel() == "direction 1"
    bar = ax.figure.axes[-1]
    mean = sum(half_sse(m(x), y).data for x, y in zip(X, Y, strict=True)) / len(X)
    low, high = bar.get_ylim()
    assert low <= mean <= high
    assert [(p.data, p.grad) for p in m.parameters()] == before


def test_landscape_of_classes():
    assert plot_landscape(model(3), lambda out, y: cross_entropy(out, int(y)), X, [0, 1, 2, 0], steps=3)


def test_gradient_flow():
    loss = half_sse(model()([0.3, -0.2]), 1.0)
    ax = plot_gradient_flow(loss)
    line = ax.lines[0]
    rows = deltas(loss)
    for layer, size in zip(*line.get_data(), strict=True):
        mine = [abs(r.delta) for r in rows if r.layer == layer]
        assert size == pytest.approx(sum(mine) / len(mine))
    assert (ax.get_xlabel(), ax.get_yscale()) == ("layer", "log")
    with pytest.raises(GraphError):
        plot_gradient_flow(loss.parents[0] * 0 if loss.parents[0].op is None else half_sse(loss.detach() * 1, 0.0))


def test_bad_input():
    with pytest.raises(ValueError, match="two numbers"):
        plot_decision(MLP(3, [1]), [[1, 2, 3]], [1])
    with pytest.raises(ValueError, match="one target for each"):
        plot_decision(model(), X, [1])
    with pytest.raises(ValueError, match="one target for each"):
        plot_landscape(model(), half_sse, [], [])


@pytest.mark.parametrize(
    "plot",
    [
        lambda: plot_decision(model(), X, Y),
        lambda: plot_landscape(model(), half_sse, X, Y),
        lambda: plot_gradient_flow(half_sse(model()(X[0]), Y[0])),
        lambda: History().plot(),
    ],
    ids=["decision", "landscape", "flow", "history"],
)
def test_without_the_library_it_says_what_to_install(plot, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ModuleNotFoundError, match=r"plots need matplotlib: pip install 'deltagrad\[plots\]'"):
        plot()


def test_columns_of_a_data_frame_are_not_samples():
    class Frame:  # it iterates over the names of its columns, as data frames of pandas and polars do
        def __iter__(self):
            return iter("ab")

        def to_numpy(self):
            return np.array(X)

    ax = plot_decision(model(), Frame(), np.array(Y)[:, None], steps=5)
    assert len(ax.collections) > 0

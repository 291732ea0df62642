"""Initialisations by name, with PyTorch's bounds, and by users' functions. Also predictions."""

import math
import random
import statistics

import numpy as np
import pytest
import torch

from autograd import Value
from nn import MLP, Layer, Neuron


def weights_of(init, n=60, m=50):
    return [w.data for neuron in Layer(n, m, init=init, seed=2).neurons for w in neuron.w]


@pytest.mark.parametrize(
    ("init", "fill"),
    [
        ("glorot", torch.nn.init.xavier_uniform_),
        ("he", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="relu")),
        ("lecun", lambda w: torch.nn.init.kaiming_uniform_(w, nonlinearity="linear")),
        ("uniform", lambda w: torch.nn.init.uniform_(w, -1, 1)),
        ("glorot_normal", torch.nn.init.xavier_normal_),
        ("he_normal", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="relu")),
        ("lecun_normal", lambda w: torch.nn.init.kaiming_normal_(w, nonlinearity="linear")),
        ("normal", torch.nn.init.normal_),
    ],
)
def test_weights_are_spread_as_those_of_pytorch(init, fill):
    torch.manual_seed(0)
    theirs = fill(torch.empty(50, 60)).flatten().tolist()
    mine = weights_of(init)
    spread = statistics.pstdev(theirs)
    assert statistics.fmean(mine) == pytest.approx(0.0, abs=5 * spread / math.sqrt(3000))
    assert statistics.pstdev(mine) == pytest.approx(spread, rel=0.08)
    if not init.endswith("normal"):
        assert max(map(abs, mine)) == pytest.approx(max(map(abs, theirs)), rel=0.01)


def test_the_default_is_that_of_micrograd():
    random.seed(4)
    drawn = [random.uniform(-1, 1) for _ in range(2 * 3 + 3)]
    random.seed(4)
    model = MLP(2, [3, 1])
    assert [w.data for layer in model.layers for n in layer.neurons for w in n.w] == drawn
    assert [p.data for p in MLP(2, [3, 1], seed=4).parameters()] == [
        p.data for p in MLP(2, [3, 1], seed=4, init="uniform").parameters()
    ]


def test_zeros_and_functions():
    assert set(weights_of("zeros")) == {0.0}
    asked = []

    def mine(n_inputs, n_neurons, generator):
        asked.append((n_inputs, n_neurons))
        return generator.random() + 1

    model = MLP(2, [3, 1], init=mine, seed=0)
    assert asked == [(2, 3)] * 6 + [(3, 1)] * 3
    assert all(1 <= w.data < 2 for layer in model.layers for n in layer.neurons for w in n.w)
    assert all(n.b.data == 0.0 for layer in model.layers for n in layer.neurons)
    assert len(Neuron(4, init=mine).w) == 4


@pytest.mark.parametrize(
    ("init", "message"),
    [
        ("xavier", "did you mean 'glorot'"),
        ("kaiming_uniform", "did you mean 'he'"),
        ("gloroot", "did you mean 'glorot'"),
        (0.5, "no initialisation is called 0.5"),
        (int, "no initialisation is called <class 'int'>"),
        (lambda n, m, random: None, "returned None: return one finite number"),
        (lambda n, m, random: math.nan, "returned nan"),
        (lambda n, m, random: Value(1.0), "returned Value"),
    ],
)
def test_initialisations_are_checked(init, message):
    with pytest.raises(ValueError, match=message):
        MLP(2, [3, 1], init=init)


@pytest.mark.parametrize("X", [[[0.5, -1.0], [2, 3]], np.array([[0.5, -1.0], [2, 3]]), [(0.5, -1.0), (2, 3)]])
def test_predictions_are_plain_numbers(X):
    one, two = MLP(2, [4, 1], seed=0), MLP(2, [4, 2], seed=0)
    assert one.predict(X) == [one([0.5, -1.0]).data, one([2.0, 3.0]).data]
    assert two.predict(X) == [[y.data for y in two(row)] for row in ([0.5, -1.0], [2.0, 3.0])]
    assert {type(y) for y in one.predict(X)} == {float}


def test_predictions_of_one_input_and_what_does_not_fit():
    model = MLP(1, [1], seed=0)
    assert model.predict([1.0, 2.0]) == [model(1.0).data, model(2.0).data]
    assert model.predict([]) == []
    with pytest.raises(
        ValueError,
        match=r"predict takes samples, a row of 2 numbers each, found a single row of 2: write predict\(\[x\]\)",
    ):
        MLP(2, [1]).predict([1.0, 2.0])
    with pytest.raises(TypeError, match="X is int 3"):
        model.predict(3)

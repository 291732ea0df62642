"""Dropout: it is active only in training, and never in machine code."""

import pickle

import pytest

from autograd import Value
from nn import MLP, SGD, Dropout, Module, Neuron, fit, train_mode

X = [[0.5, -1.0], [1.5, 0.25], [-0.75, 0.5], [0.1, 0.9], [1.0, 1.0]]
Y = [0.5, -1.0, 0.25, 2.0, 0.0]


class Mine(Module):
    def __init__(self):
        self.drop, self.neuron = Dropout(0.5, seed=3), Neuron(2, activation="linear", seed=1)

    def __call__(self, x):
        return self.neuron(self.drop(x))

    def parameters(self):
        return self.neuron.parameters()


def test_a_share_is_left_out_and_the_mean_stays():
    drop = Dropout(0.25, seed=0)
    x = [Value(3.0)] * 4000
    with train_mode():
        found = [y.data for y in drop(x)]
    assert set(found) == {0.0, 3.0 / 0.75}
    assert found.count(0.0) == pytest.approx(1000, abs=5 * (4000 * 0.25 * 0.75) ** 0.5)
    assert drop(x) == x
    with train_mode(), train_mode(False):
        assert drop(x) == x
    assert drop(x[0]) is x[0]
    assert drop.parameters() == []
    assert repr(drop) == "Dropout(0.25)"


def test_gradients_go_through_what_is_kept():
    drop, x = Dropout(0.5, seed=0), [Value(1.0) for _ in range(20)]
    with train_mode():
        y = drop(x)
    sum(y[1:], y[0]).backward()
    assert [each.grad for each in x] == [each.data for each in y]
    assert {each.grad for each in x} == {0.0, 2.0}


@pytest.mark.parametrize("make", [Mine, lambda: MLP(2, [6, 1], activation="tanh", seed=1, dropout=0.5)])
def test_a_training_draws_and_measures_without(make):
    model, same, other = make(), make(), make()
    history = fit(model, X, Y, optimizer=SGD(0.01), epochs=5, seed=0, validation=(X, Y), progress=False)
    fit(same, X, Y, optimizer=SGD(0.01), epochs=5, seed=0, validation=(X, Y), progress=False)
    assert [p.data for p in model.parameters()] == [p.data for p in same.parameters()]
    whole = sum([0.5 * (y - t) ** 2 for y, t in zip(model.predict(X), Y, strict=True)]) / len(X)
    assert history.validation_loss[-1] == pytest.approx(whole, rel=1e-12)
    assert model.predict(X) == model.predict(X)
    for part in vars(other).values():
        if isinstance(part, Dropout):
            part.p = 0.0
    fit(other, X, Y, optimizer=SGD(0.01), epochs=5, seed=0, progress=False)
    assert [p.data for p in model.parameters()] != [p.data for p in other.parameters()]


def test_one_epoch_of_one_sample_by_hand():
    model, twin = Mine(), Mine()
    with train_mode():
        twin.drop([0.0, 0.0])  # fit computes once to see whether anything draws
        kept = [y / 0.5 for y in twin.drop([1.0, 1.0])]
        kept = [y * 0.5 for y in kept]
    w = [p.data for p in model.parameters()]
    fit(model, [[0.5, -1.0]], [2.0], optimizer=SGD(0.1), epochs=1, progress=False)
    x = [k * y for k, y in zip(kept, [0.5, -1.0], strict=True)]
    error = w[0] * x[0] + w[1] * x[1] + w[2] - 2.0
    expected = [w[0] - 0.1 * error * x[0], w[1] - 0.1 * error * x[1], w[2] - 0.1 * error]
    assert [p.data for p in model.parameters()] == pytest.approx(expected, rel=1e-12)


def test_machine_code_is_refused_and_copies_draw_too():
    model = MLP(2, [6, 1], seed=1, dropout=0.5)
    with pytest.raises(ValueError, match="dropout draws new random numbers for every sample"):
        fit(model, X, Y, engine="native", progress=False)
    with pytest.raises(ValueError, match="dropout draws new random numbers for every sample"):
        fit(model, X, Y, cluster="a client", progress=False)
    copy = pickle.loads(pickle.dumps(model))
    with train_mode():
        assert [copy(x).data for x in X] == [model(x).data for x in X] != model.predict(X)


@pytest.mark.parametrize("make", [lambda: Dropout(1.0), lambda: Dropout(-0.1), lambda: MLP(2, [2, 1], dropout="0.5")])
def test_probabilities_are_checked(make):
    with pytest.raises(ValueError, match=r"is a number 0.0 or more and below 1.0"):
        make()

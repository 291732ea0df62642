"""Users' losses over large layers: a batch is computed as products of matrices, and agrees with the engine."""

import random

import pytest
from batches_at_once import sizes_computed_at_once

from autograd import Value, gelu, take, total
from autograd.compiler import layers
from nn import MLP, Adam, Trainer, cross_entropy, minimize, on_tapes


@pytest.fixture(autouse=True)
def computed(monkeypatch):
    return sizes_computed_at_once(monkeypatch)


def network():
    model = MLP(6, [8, 3], activation="tanh", output="linear", seed=0)
    return model.parameters(), lambda sample: cross_entropy(model(sample[0]), sample[1])


def gelus():
    draw = random.Random(4)
    first = [[Value(draw.uniform(-1, 1)) for _ in range(6)] for _ in range(5)]
    last = [Value(draw.uniform(-1, 1)) for _ in range(5)]

    def loss(sample):
        h = [gelu(sum((w * x for w, x in zip(row, sample[0], strict=True)), Value(0.0))) for row in first]
        return (total([w * a for w, a in zip(last, h, strict=True)]) - sample[1]) ** 2

    return [*[w for row in first for w in row], *last], loss


def tokens():
    """A sample selects rows of a table."""
    draw = random.Random(5)
    table = [[Value(draw.uniform(-1, 1)) for _ in range(4)] for _ in range(3)]
    rows = [[Value(draw.uniform(-1, 1)) for _ in range(4)] for _ in range(3)]

    def loss(sample):
        x = take(table, sample[1])
        logits = [total([w * a for w, a in zip(row, x, strict=True)]) * sample[0][0] for row in rows]
        return cross_entropy(logits, sample[1])

    return [*[w for row in table for w in row], *[w for row in rows for w in row]], loss


def penalized():
    """Some terms depend on parameters alone, and a batch computes them once."""
    model = MLP(6, [8, 3], activation="tanh", output="linear", seed=0)
    weights = [p for layer in model.layers for neuron in layer.neurons for p in neuron.w]

    def loss(sample):
        penalty = 1e-2 * sum(w * w for w in weights) + 1e-3 * total([abs(w) for w in weights])
        return cross_entropy(model(sample[0]), sample[1]) + penalty

    return model.parameters(), loss


def samples(n=22):
    draw = random.Random(6)
    return [([draw.uniform(-1, 1) for _ in range(6)], draw.randrange(3)) for _ in range(n)]


@pytest.mark.parametrize("made", [network, gelus, tokens, penalized])
@pytest.mark.parametrize("options", [{}, {"clip_norm": 0.1}, {"l2": 0.01}, {"validation": 0.2}], ids=str)
def test_batches(made, options, computed):
    found = []
    for engine in ("native", "eager"):
        parameters, loss = made()
        history = minimize(loss, parameters, samples(), optimizer=Adam(0.02), epochs=3, batch_size=8, seed=1,
                           progress=False, engine=engine, **options)  # fmt: skip
        found.append((history.loss, history.validation_loss, [p.data for p in parameters]))
    for mine, theirs in zip(*found, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9, abs=1e-12)
    assert set(computed) == ({8, 2} if "validation" in options else {8, 6})


def test_a_trainer_of_batches_of_any_size(computed):
    found = []
    for engine in ("native", "eager"):
        parameters, loss = network()
        trainer = Trainer(loss, parameters, optimizer=Adam(0.02), engine=engine)
        losses = [trainer.step(sample) for sample in samples()]
        trainer.write()
        found.append([*losses, *[p.data for p in parameters]])
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert computed == []  # one sample at a time


def test_samples_of_other_forms_are_computed_one_by_one(computed):
    """The tapes of lists of two lengths differ."""
    mixed = [([random.Random(k).uniform(-1, 1)] * (2 + k % 2), 1.0) for k in range(8)]
    found = []
    for engine in ("native", "eager"):
        w = [Value(0.5), Value(-0.25), Value(0.125)]

        def loss(sample, w=w):
            return (total([a * x for a, x in zip(w, sample[0], strict=False)]) - sample[1]) ** 2

        history = minimize(loss, w, mixed, optimizer=Adam(0.02), epochs=2, batch_size=4, seed=1, progress=False,
                           engine=engine)  # fmt: skip
        found.append([*history.loss, *[p.data for p in w]])
    assert found[0] == pytest.approx(found[1], rel=1e-9)
    assert not set(computed) - {4}


def test_what_is_too_much_memory_is_computed_one_by_one(computed, monkeypatch):
    monkeypatch.setattr(on_tapes, "_MAX_CELLS", 10)
    parameters, loss = network()
    minimize(loss, parameters, samples(), epochs=1, batch_size=8, seed=1, progress=False, engine="native")
    assert computed == []


def test_without_scipy(computed, monkeypatch):
    monkeypatch.setattr(layers, "load_blas", lambda: None)
    parameters, loss = network()
    history = minimize(loss, parameters, samples(), epochs=1, batch_size=8, seed=1, progress=False, engine="native")
    assert history.updates == 3
    assert computed == []

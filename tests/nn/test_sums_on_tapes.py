"""Random programs of sums, products, look-ups and largest numbers train on tapes as in the engine.

Their sums of products are rows, columns or neither, with any number of other terms, as those that a tape makes one
instruction of.
"""

import random

import pytest

from autograd import Value, compiled, dot, take, total
from nn import SGD, Trainer

pytestmark = pytest.mark.skipif(not compiled, reason="tapes need the compiled engine")


def shifted(values):
    """Return numbers less the largest of them, as a softmax computes them."""
    largest = max(value.data for value in values)
    return [value - largest for value in values]


def program(seed):
    """Return a loss of a sample of four numbers and an index, made of random layers of sums, and its parameters."""
    draw = random.Random(seed)
    n = draw.choice([2, 3, 4, 8, 17])
    parameters = [Value(draw.uniform(-1, 1)) for _ in range(44 * n)]

    def loss(sample):
        *numbers, index = sample
        draw, left = random.Random(seed), iter(parameters)
        table = [[next(left) for _ in range(n)] for _ in range(4)]
        earlier = [total([a * x for x in numbers]) for a in take(table, index)]
        layers = [earlier]
        for _ in range(draw.randrange(1, 5)):
            rows = [[next(left) for _ in range(n)] for _ in range(draw.randrange(1, 6))]
            layer = [sum_of(draw, row, earlier, layers, next(left)) for row in rows]
            layer += mixed(draw, layers)
            layers.append(layer)
            earlier = [value.tanh() for value in (layer * n)[:n]]
        return total([value * value for layer in layers for value in layer]) * 0.1

    return loss, parameters


def sum_of(draw, row, earlier, layers, bias):
    """Return a sum of products, with some other terms."""
    others = [draw.choice(draw.choice(layers)) for _ in range(draw.randrange(0, 3))]
    others += [bias] * draw.randrange(0, 2)
    way = draw.randrange(4)
    if way == 0:
        return dot(row, earlier, others[0] if others else None)
    products = [w * x for w, x in zip(row, earlier, strict=True)]
    if way == 1:
        return total([*products, *others])
    if way == 2:
        return total([*others, *products])
    result = products[0]
    for term in [*products[1:], *others]:
        result = result + term
    return result


def mixed(draw, layers):
    """Return columns of products of layers, as in attention, perhaps shifted, or their sum."""
    layers = [layer for layer in layers if len(layer) >= 2][-3:]
    width = min(map(len, layers))
    weights = [layer[0].tanh() for layer in layers]
    columns = [total([w * layer[j] for w, layer in zip(weights, layers, strict=True)]) for j in range(width)]
    if draw.random() < 0.5:
        columns = shifted(columns)
    return columns if draw.random() < 0.5 else [total(columns)]


def trained(seed, engine, samples):
    """Return the losses of some updates and the parameters after them."""
    loss, parameters = program(seed)
    trainer = Trainer(loss, parameters, optimizer=SGD(0.001), engine=engine)
    losses = [trainer.step(sample) for sample in samples]
    trainer.write()
    return [*losses, *[p.data for p in parameters]]


@pytest.mark.parametrize("first", range(0, 200, 10))
def test_sums_train_as_in_the_engine(first):
    draw = random.Random(first)
    for seed in range(first, first + 10):
        samples = [[*[draw.uniform(-1, 1) for _ in range(4)], draw.randrange(4)] for _ in range(3)]
        assert trained(seed, "native", samples) == pytest.approx(trained(seed, "eager", samples), rel=1e-10, abs=1e-12)


def test_a_row_with_two_other_terms_after_a_row_without():
    """The second sum joined the matrix of the first one and moved both results."""

    def loss(sample):
        w, (x, y) = weights, sample
        a = dot(w[:2], [x, y])
        b = total([w[2] * x, w[3] * y, w[4], w[5]])
        return a * a * b + b

    weights = [Value(v) for v in (0.3, -0.7, 0.2, 0.9, 1.1, 0.4)]
    trainer = Trainer(loss, weights, optimizer=SGD(0.1), engine="native")
    assert trainer.step([2.0, 3.0]) == pytest.approx((0.6 - 2.1) ** 2 * 4.6 + 4.6)
    trainer.write()
    a, b = -1.5, 4.6
    slopes = [2 * a * b * 2, 2 * a * b * 3, (a * a + 1) * 2, (a * a + 1) * 3, a * a + 1, a * a + 1]
    before = (0.3, -0.7, 0.2, 0.9, 1.1, 0.4)
    assert [w.data for w in weights] == pytest.approx([v - 0.1 * s for v, s in zip(before, slopes, strict=True)])

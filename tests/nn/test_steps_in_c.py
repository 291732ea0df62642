"""An optimizer's step in C has the same bits as the same step by its rule in Python."""

import copy
import math
import pickle
import random

import pytest

from autograd import Value
from autograd.engine import tape
from nn import SGD, Adagrad, Adam, AdamW, Momentum, RMSprop

OPTIMIZERS = {
    "SGD": lambda: SGD(0.1),
    "SGD, schedule, decay": lambda: SGD(lambda k: 0.1 / (k + 1), weight_decay=0.1),
    "Momentum": lambda: Momentum(0.1),
    "Nesterov, decay": lambda: Momentum(0.1, momentum=0.8, weight_decay=0.01, nesterov=True),
    "Adam": lambda: Adam(0.01),
    "Adam, all set": lambda: Adam(lambda k: 0.01 * 0.9**k, beta1=0.8, beta2=0.9, epsilon=1e-6, weight_decay=0.1),
    "AdamW": lambda: AdamW(0.01),
    "AdamW without decay": lambda: AdamW(0.01, weight_decay=0.0),
    "RMSprop": lambda: RMSprop(0.01),
    "RMSprop, all set": lambda: RMSprop(lambda k: 0.01 * 0.9**k, 0.8, 1e-6, momentum=0.7, weight_decay=0.1),
    "Adagrad": lambda: Adagrad(0.1),
    "Adagrad, all set": lambda: Adagrad(lambda k: 0.1 / (k + 1), epsilon=1e-6, weight_decay=0.1),
}


def parameters(n=37):
    draw = random.Random(1)
    return [Value(draw.gauss(0, 1)) for _ in range(n)]


def step(optimizer, values, seed):
    draw = random.Random(seed)
    for p in values:
        p.grad = draw.gauss(0, 1)
    optimizer.step(values)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_steps_in_c_have_the_bits_of_the_rule(name, monkeypatch):
    ours, fast = parameters(), OPTIMIZERS[name]()
    for k in range(9):
        step(fast, ours, k)
        if k == 4:  # copies include the optimizer's memory, which is the same however it is read
            fast, ours = copy.deepcopy((fast, ours))
            if not callable(fast.rate):
                fast, ours = pickle.loads(pickle.dumps((fast, ours)))
    monkeypatch.setattr(tape, "compiled", False)
    theirs, plain = parameters(), OPTIMIZERS[name]()
    for k in range(9):
        step(plain, theirs, k)
    assert [p.data for p in ours] == [p.data for p in theirs]
    assert [fast._memory.get(p) for p in ours] == [plain._memory.get(p) for p in theirs]
    assert fast.updates == plain.updates == 9


def test_other_parameters_and_other_settings_are_seen(monkeypatch):
    def run():
        a, b = parameters(5), parameters(7)
        optimizer = Momentum(0.1)
        for k, values in enumerate([a, b, a, [*a, *b], a[:2], [a[0], a[0]]]):
            step(optimizer, values, k)
            optimizer.momentum = 0.9 - 0.1 * k
        return [p.data for p in [*a, *b]]

    found = run()
    monkeypatch.setattr(tape, "compiled", False)
    assert found == run()


@pytest.mark.parametrize("bad", [math.nan, math.inf, 1e308])
def test_what_does_not_stay_finite_changes_nothing(bad):
    values, optimizer = parameters(3), Adam(0.1)
    step(optimizer, values, 0)
    before, memory = [p.data for p in values], {p: optimizer._memory[p] for p in values}
    values[1].grad = bad
    with pytest.raises(FloatingPointError, match="nothing was changed"):
        optimizer.step(values)
    assert ([p.data for p in values], optimizer._memory, optimizer.updates) == (before, memory, 1)

"""A batch in two halves: the digits are the same whichever thread computes the second half."""

import multiprocessing
import os
import random
import threading

import numpy as np
import pytest

from autograd import Value
from autograd.compiler import halves
from autograd.compiler.training import Descent
from nn import MLP, half_sse

posix = pytest.mark.skipif(os.name != "posix", reason="threads that help are left out here")


def descent(monkeypatch, samples=53, batch=50):
    monkeypatch.setattr("autograd.compiler.training._WORTH_HALVES", 1)
    draw = random.Random(1)
    model = MLP(2, [5, 1], seed=0)
    x, t = [Value(0.5), Value(-1.0)], Value(1.0)
    made = Descent(
        half_sse(model(x), t), [], model.parameters(), [*x, t],
        [[draw.uniform(-1, 1) for _ in range(3)] for _ in range(samples)], None, batch,
        lambda w, g, rate, memory: (w - g * rate, ()), 0, "plain",
    )  # fmt: skip
    made.numbers[:] = [p.data for p in model.parameters()]
    return made


def trained(made, runs=1):
    losses = []
    for _ in range(runs):
        losses += made.run(20, 10**6, 0.05).losses
    return losses, made.numbers.tolist()


def processors(n):
    return lambda _process: set(range(n))


@posix
@pytest.mark.parametrize(("samples", "batch"), [(53, 50), (9, 9), (100, 50), (1, 50)])
def test_alone_and_helped_give_the_same_bits(samples, batch, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", processors(1), raising=False)
    alone = trained(descent(monkeypatch, samples, batch), 25)
    monkeypatch.setattr(os, "sched_getaffinity", processors(2), raising=False)
    helped = trained(descent(monkeypatch, samples, batch), 25)
    assert alone == helped
    assert alone[0][-1] < alone[0][0]


@posix
def test_a_helper_takes_what_is_offered_and_leaves(monkeypatch):
    made = descent(monkeypatch)
    half = made._half
    words, gradient = half.arrays["half"], half.arrays["half_gradient"]
    order = np.arange(30, 53)
    share = np.array([0.25])
    words[halves._PARAMETERS], words[halves._ORDER] = made._parameters.ctypes.data, order.ctypes.data
    words[halves._SIZE], words[halves._SHARE] = len(order), share.view(np.int64)[0]
    words[halves._STATE], words[halves._LEAVE] = halves._OPEN, 1
    shared = made._constants.ctypes.data, made._rows.ctypes.data, None
    made._kernel.helper(*[array.ctypes.data for array in half.arrays.values()], *shared)
    assert words[halves._STATE] == halves._DONE

    made.numbers[:] = [p.data for p in MLP(2, [5, 1], seed=0).parameters()]
    model = MLP(2, [5, 1], seed=0)
    loss = sum([half_sse(model(made._rows[k, :2].tolist()), made._rows[k, 2].item()) for k in order])
    loss.backward()
    assert words[halves._LOSS : halves._LOSS + 1].view(float)[0] == pytest.approx(loss.data, rel=1e-14)
    assert gradient.tolist() == pytest.approx([0.25 * p.grad for p in model.parameters()], rel=1e-13)


def _in_child(made, results):
    results.put(trained(made))


@posix
def test_a_child_process_has_a_helper_of_its_own(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", processors(2), raising=False)
    expected = trained(descent(monkeypatch))
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    child = context.Process(target=_in_child, args=(descent(monkeypatch), results))
    child.start()
    assert results.get(timeout=60) == expected
    child.join()
    assert child.exitcode == 0


@posix
def test_what_stops_a_run_stops_its_helper(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", processors(2), raising=False)
    half = descent(monkeypatch)._half
    begun, left = threading.Event(), []

    def helper(*addresses):
        begun.set()
        while not half.arrays["half"][halves._LEAVE]:
            pass
        left.append(addresses)

    def interrupted():
        begun.wait(60)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), half.helped_by(helper, 1, 2):
        interrupted()
    assert left == [(1, 2)]

"""A sample of the second half of ``make accuracy``: all ways give the same gradient on random graphs."""

import os
import time

import five_ways
import pytest
from five_ways import WAYS, agrees, compared, graph, reverse, truth

import autograd

SEED = int(os.environ.get("DELTAGRAD_SEED", time.time_ns() % 10**9))


@pytest.mark.long
def test_all_ways_agree_on_random_graphs():
    count = 60 if autograd.compiled else 20
    ends = compared(range(SEED, SEED + count))
    assert {way: wrong for way, (_, wrong, _) in ends.items() if wrong} == {}
    assert all(len(right) >= count * 2 // 3 for right, _, _ in ends.values())


@pytest.mark.parametrize("factor", [1 + 2.0**-30, -1.0, 0.0, float("nan")])
def test_a_gradient_that_is_off_is_seen(factor):
    seen = 0
    for seed in range(20):
        steps, inputs = graph(seed)
        exact, allowed = truth(steps, inputs)
        found = reverse(steps, inputs)
        assert agrees(found, exact, allowed)
        seen += not agrees([g * factor for g in found], exact, allowed)
    assert seen >= 12  # in some graphs the inputs have almost no effect


def test_a_way_that_contradicts_is_counted(monkeypatch):
    monkeypatch.setitem(WAYS, "wrong", lambda steps, inputs: [g + 1.0 for g in reverse(steps, inputs)])
    assert len(five_ways.compared(range(5))["wrong"][1]) == 5

"""Iterations at once: the same instructions, in an order with the same results."""

import random
from collections import Counter

import numpy as np
import pytest

import nn
from autograd.compiler import kernel_cache, kernels
from autograd.compiler.instructions import TEMPORARIES
from autograd.compiler.jamming import at_once, jammed
from autograd.compiler.loops import Loop, slots_of, unroll
from autograd.engine import primitives

COPY, MUL = ("=", primitives.identity, (None,)), ("+=", primitives.mul, (None, None))
EXP = ("=", primitives.exp, (None,))
NUMBERS: dict = {}  # from an operation on numbered operands to its number
S, A, W, X = TEMPORARIES, TEMPORARIES + 1000, 0, 5000


def layer(neurons=8, s_step=1, a_step=1, out=A, x=X):
    """Return neurons of four inputs: a copied bias, a sum of products, a copied result."""
    inner = Loop(4, ((MUL, (S, W, x)),), (0, 1, 1))
    return Loop(neurons, ((COPY, (S, W + 500)), inner, (COPY, (out, S))), (s_step, 1, s_step, 4, 0, a_step, s_step))


def effects(instructions):
    """Return the final contents of each cell, as a number for each way in which a cell can be computed."""
    cells: dict = {}
    for (kind, primitive, _), (out, *read) in instructions:
        term = (kind, str(primitive), *[cells.get(slot, ("cell", slot)) for slot in read])
        if kind == "+=":
            term += (cells.get(out, ("cell", out)),)
        cells[out] = NUMBERS.setdefault(term, len(NUMBERS))
    return cells


@pytest.mark.parametrize("neurons", [4, 5, 7, 8, 11])
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_neurons_are_computed_side_by_side(neurons, factor):
    before = [layer(neurons)]
    after = jammed(before, factor)
    assert Counter(unroll(after)) == Counter(unroll(before))
    assert effects(unroll(after)) == effects(unroll(before))
    loops = [loop for item in after for loop in [item, *getattr(item, "body", ())] if isinstance(loop, Loop)]
    sums = [sum(item[0] == MUL for item in loop.body if not isinstance(item, Loop)) for loop in loops]
    assert factor in sums  # an inner loop adds to so many sums


@pytest.mark.parametrize(
    "loop",
    [
        layer(s_step=0),  # all iterations use one cell
        layer(out=X + 2),  # a later iteration reads what an earlier one writes
        layer(out=X - 3),
        layer(a_step=0),  # the last iteration wins
        Loop(8, ((COPY, (A, S)),), (1, 1)),  # there is no loop inside
        layer(neurons=3),
    ],
)
def test_what_depends_on_the_order_stays(loop):
    assert jammed([loop], 4) == [loop]


@pytest.mark.parametrize("neurons", [8, 16])
def test_an_exponential_is_written_once(neurons):
    loop = layer(neurons)
    before = [Loop(neurons, (*loop.body[:2], (EXP, (A, S))), loop.steps)]
    after = jammed(before, 4)
    assert effects(unroll(after)) == effects(unroll(before))
    assert [item[0] for item in after[-1].body] == [EXP]
    assert sum(item[0] == MUL for item in after[0].body[-1].body) == 4


def test_a_short_loop_with_an_exponential_stays():
    loop = layer(4)
    before = [Loop(4, (*loop.body[:2], (EXP, (A, S))), loop.steps)]
    assert jammed(before, 4) == before


def test_loops_around_that_move_places_apart():
    # in iteration 1 of the outer loop, what one neuron writes is what the next one reads
    inner = layer(out=X - 100)
    steps = [100 if slot == X - 100 else 0 for slot in slots_of([inner])]
    outer = Loop(2, (inner,), tuple(steps))
    assert effects(unroll(jammed([outer], 2))) == effects(unroll([outer]))


def drawn(generator, depth=0):
    """Return a random loop whose iterations depend on each other in some cases, and in some do not."""
    body = []
    for _ in range(generator.randint(1, 3)):
        if depth < 2 and generator.random() < 0.5:
            body.append(drawn(generator, depth + 1))
        else:
            operation = generator.choice([COPY, MUL])
            slots = [generator.choice([W, S]) + generator.randrange(300) for _ in range(2 if operation is COPY else 3)]
            slots[0] = S + generator.randrange(300)
            body.append((operation, tuple(slots)))
    steps = tuple([generator.choice([0, 1, 1, 4, 30, 60]) for _ in range(len(slots_of(body)))])
    return Loop(generator.randint(2, 5), tuple(body), steps)


def test_random_loops():
    generator = random.Random(1)
    changed = 0
    for _ in range(1200):
        before = [drawn(generator)]
        for factor in (2, 3):
            after = jammed(before, factor)
            changed += after != before
            assert effects(unroll(after)) == effects(unroll(before)), before
    assert changed > 100


@pytest.mark.parametrize("sizes", [(5, [9, 7, 1]), (3, [4, 5, 6, 2]), (2, [16, 16, 1])])
@pytest.mark.parametrize("batch", [5, 12, 37])
def test_training_has_the_same_numbers(sizes, batch, monkeypatch):
    generator = np.random.default_rng(1)
    X, Y = generator.normal(size=(batch * 2, sizes[0])), generator.normal(size=(batch * 2, sizes[1][-1]))

    def trained():
        kernel_cache._kernels.clear()
        kernel_cache._alive.clear()
        model = nn.MLP(*sizes, activation="tanh", seed=1)
        nn.fit(model, X, Y, loss=nn.half_sse, epochs=3, batch_size=batch, engine="native", progress=False, seed=1)
        return [p.data for p in model.parameters()]

    found = trained()
    monkeypatch.setattr(kernels, "at_once", lambda lanes: 1)
    assert trained() == pytest.approx(found, rel=1e-14, abs=1e-16)


def test_so_many_that_their_sums_fit_into_registers():
    assert at_once(1) == 1
    assert all(2 <= at_once(lanes) <= 4 for lanes in (2, 4, 8, 16, 32))

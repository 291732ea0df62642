"""Split loops: the same instructions, in an order with the same results."""

import random
from collections import Counter

import pytest

from autograd import Value
from autograd.compiler.instructions import TEMPORARIES
from autograd.compiler.loops import Loop, unroll
from autograd.compiler.lowering import lower
from autograd.compiler.rolling import roll
from autograd.compiler.splitting import split
from autograd.engine import primitives
from nn import MLP, half_sse

EXP, COPY, MUL = (
    ("=", primitives.exp, (None,)),
    ("=", primitives.identity, (None,)),
    ("+=", primitives.mul, (None, None)),
)
S, A, W, X = TEMPORARIES, TEMPORARIES + 1000, 0, 5000


def neurons(a_step=1, s_step=1, out=A):
    """Return ten neurons of four inputs: a copied bias, a sum of products, an exponential."""
    inner = Loop(4, ((MUL, (S, W, X)),), (0, 1, 1))
    steps = (s_step, 4, s_step, 4, 0, a_step, s_step)
    return Loop(10, ((COPY, (S, W)), inner, (EXP, (out, S))), steps)


def effects(instructions):
    """Return the final contents of each cell, as a nested tuple of the operations that computed it."""
    cells: dict = {}
    for (kind, primitive, _), (out, *read) in instructions:
        term = (str(primitive), *[cells.get(slot, slot) for slot in read])
        cells[out] = term if kind == "=" else (cells.get(out, out), term)
    return cells


def test_what_is_costly_gets_a_loop_of_its_own():
    before = [neurons()]
    after = split(before)
    assert [len(loop.body) for loop in after] == [2, 1]
    assert Counter(unroll(after)) == Counter(unroll(before))
    assert effects(unroll(after)) == effects(unroll(before))


@pytest.mark.parametrize(
    "loop",
    [
        neurons(s_step=0),  # all iterations use one cell
        neurons(out=X + 2, a_step=0),  # the next iteration reads what is written
        neurons(out=X - 3),
        Loop(3, neurons().body, neurons().steps),  # too short to be worth it
        Loop(20, ((EXP, (A, S)),), (1, 1)),  # there is nothing to split
    ],
)
def test_what_may_not_be_taken_apart_stays(loop):
    assert split([loop]) == [loop]
    assert effects(unroll(split([loop]))) == effects(unroll([loop]))


def test_a_network():
    model = MLP(9, [12, 10, 8], activation="tanh", output="sigmoid", seed=1)
    x = [Value(random.random()) for _ in range(9)]
    lowered = lower([half_sse(model(x), [0.5] * 8)], model.parameters(), x)
    for program in (lowered.forward, lowered.adjoint):
        rolled = roll(program)
        apart = split(rolled)
        assert Counter(unroll(apart)) == Counter(program)
        assert len(apart) > len(rolled)

"""Functions that tapes call in machine code agree with the rules of the table, lane by lane."""

import ctypes
import functools
import math
import random

import pytest

from autograd import Value, gelu, lgamma, maximum, where
from autograd.compiler import mapped
from autograd.engine.algebra import TABLE
from autograd.engine.primitives import primitive
from autograd.engine.tape import LANES, called, slopes
from nn import SGD, minimize

MAPPED = [p for p in TABLE if p is not None and p.arity is not None and p.arity <= 3]
PYTHON = {"pow", "lgamma", "digamma", "polygamma"}  # their machine code would call Python
SPECIAL = [0.0, -0.0, 1.0, -1.0, 30.0, -40.0, 700.0, 1e-300, math.inf, -math.inf, math.nan]


def close(mine, theirs):
    if theirs != theirs or math.isinf(theirs):
        return mine == theirs or (mine != mine and theirs != theirs)
    return math.isclose(mine, theirs, rel_tol=1e-12, abs_tol=1e-300)


@pytest.mark.parametrize("rule", [p for p in MAPPED if p.name not in PYTHON], ids=lambda p: p.name)
def test_value_and_slopes(rule):
    """Check ordinary points and special ones. If Python's rule would be called there, the rule of IEEE 754 is used."""
    value, slope, _ = mapped._functions(rule)
    kind = ctypes.CFUNCTYPE(None, ctypes.POINTER(ctypes.c_double))
    draw, n = random.Random(rule.name), rule.arity
    for trial in range(40):
        room = (ctypes.c_double * (LANES * 7))()
        numbers = [
            [draw.choice(SPECIAL) if trial % 4 == 0 else draw.uniform(-3, 3) for _ in range(LANES)] for _ in range(n)
        ]
        for k, row in enumerate(numbers):
            room[LANES * (1 + k) : LANES * (2 + k)] = row
        kind(value)(room)
        found = list(room[:LANES])
        kind(slope)(room)
        for lane, operands in enumerate(zip(*numbers, strict=True)):
            y = called(rule, operands)
            assert close(found[lane], y), (operands, found[lane], y)
            if math.isfinite(y) and trial % 4:
                mine = [room[LANES * (1 + n + k) + lane] for k in range(n)]
                assert all(map(close, mine, slopes(rule, y, operands))), (operands, mine)


@pytest.mark.parametrize("rule", [p for p in MAPPED if p.name in PYTHON], ids=lambda p: p.name)
def test_what_needs_python_has_no_machine_code(rule):
    assert mapped._functions(rule) is None


def _bent(x):
    return primitive_of_ones_own(x)


primitive_of_ones_own = primitive("bent_for_tapes", lambda x: x * x + 1, partials=lambda y, x: 2 * x)

LOSSES = {
    "a function": lambda w, x: gelu(w[0] * x[0]) + w[1] ** 2,
    "a run of them": lambda w, x: sum([gelu(w[k % 2] * x[k]) for k in range(2)] * 11, Value(0.0)),
    "of one operand twice": lambda w, x: maximum(w[0] * x[0], w[0] * x[0]) - w[1],
    "of three operands": lambda w, x: where(w[0] > x[0], w[1] * x[1], w[0] * x[1]) ** 2,
    "one of one's own": lambda w, x: _bent(w[0] * x[0] - x[1]) + w[1] ** 2,
    "what Python computes": lambda w, x: lgamma(1.5 + w[0] ** 2) + (w[1] - x[0]) ** 2,
    "both": lambda w, x: lgamma(1.5 + gelu(w[0] + x[0]) ** 2) + gelu(w[1] - x[0]) ** 2,
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("clip", [{}, {"clip_norm": 0.05}, {"clip_value": 0.01}], ids=str)
def test_minimize(name, clip):
    samples = [[random.Random(k).uniform(-1, 1), random.Random(-k).uniform(-1, 1)] for k in range(1, 8)]
    found = []
    for engine in ("native", "eager"):
        w = [Value(0.4), Value(-0.7)]
        loss = functools.partial(LOSSES[name], w)
        history = minimize(loss, w, samples, optimizer=SGD(0.1), epochs=3, batch_size=2, seed=1, progress=False,
                           engine=engine, **clip)  # fmt: skip
        found.append((history.loss, [p.data for p in w]))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-12)
    assert found[0][1] == pytest.approx(found[1][1], rel=1e-12)

"""The right engine from which the wrong ones are made agrees with Value, and each wrong engine does not."""

import math
import random

import pytest

import autograd
from autograd import DomainError, GraphError, StaleGraphError, Value, no_grad
from autograd.engine.plain import Engine
from autograd.mutants import MUTANTS


def program(a, b, c):
    """Compute with sharing, numbers on either side, functions in both forms, a power and a choice."""
    u = 2 - a * b + a / 3 - 4 / b
    v = (u.tanh() + autograd.exp(-c)) * u
    w = autograd.where(autograd.step(c), v**2, a.log()) + abs(b) ** 1.5 + 2**c - (-a)
    z = autograd.logsumexp([u, v, w]) + autograd.maximum(a, c) + (v.relu() + 1).sqrt() + autograd.atan2(a, b)
    return z.sigmoid() * +w + u


@pytest.mark.parametrize("seed", range(20))
def test_the_small_engine_agrees_with_value(seed):
    draw = random.Random(seed)
    point = [draw.uniform(0.5, 2), draw.uniform(-2, -0.5), draw.uniform(-1, 1)]
    ours, theirs = [[kind(x) for x in point] for kind in (Engine, Value)]
    results = [program(*ours), program(*theirs)]
    for result in results:
        result.backward()
        result.backward(0.5)
    assert results[0].data == results[1].data
    assert [v.grad for v in ours] == pytest.approx([v.grad for v in theirs], rel=1e-13)


@pytest.mark.parametrize("kind", [Engine, Value], ids=["small", "value"])
def test_both_behave_alike(kind):
    a = kind(3, "a")
    b = a.tanh()
    assert (b._prev, b._op) == ({a}, "tanh")
    b = a * 2
    assert repr(a) == "Value(data=3.0, grad=0.0, label='a')"
    assert f"{b:.1f} {b}" == "6.0 Value(data=6.0, grad=0.0)"
    assert (b._prev == b._prev, b._op, b.parents, a._op, str(b.op)) == (True, "*", (a,), "", "mul")
    assert {v.data for v in b._prev} == {3.0, 2.0}
    assert (a < b, a <= 3, a > b, a >= 3.5) == (True, True, False, False)
    assert a != kind(3)
    assert (a.detach().data, a.detach().label, b.detach().op) == (3.0, "a", None)
    with no_grad():
        assert (a * 2).op is None
    for wrong in (lambda: bool(a), lambda: float(a), lambda: a + "1", lambda: a < "1", lambda: kind("1")):
        with pytest.raises(TypeError):
            wrong()
    for wrong in (lambda: setattr(a, "data", 1j), lambda: setattr(a, "grad", "0"), lambda: b.backward("1")):
        with pytest.raises(TypeError, match="one real number"):
            wrong()
    with pytest.raises(GraphError, match="computed by mul"):
        b.data = 1.0
    with pytest.raises(DomainError, match="no real value"):
        (-a).log()
    with pytest.raises(ZeroDivisionError):
        a / 0
    a.data = math.nan
    with pytest.raises(StaleGraphError, match="was changed"):
        b.backward()


@pytest.mark.parametrize("kind", [Engine, Value], ids=["small", "value"])
def test_both_have_the_derivatives_where_python_raises(kind):
    a, bad = kind(0.0), kind(-1.0)
    (a.sqrt() + autograd.where(kind(0.0), bad**1.0, a) * autograd.where(1, a, 1 / kind(1e-320))).backward()
    assert a.grad == math.inf
    assert bad.grad == 0.0
    nan = kind(math.nan)
    (nan * 2).backward()
    assert nan.grad == 2.0


def test_each_wrong_engine_has_a_name_a_topic_and_two_sentences():
    assert len(MUTANTS) >= 40
    for name, mutant in MUTANTS.items():
        assert mutant.name == name
        assert mutant.topic in ("sweep", "promise", "constant", "rule")
        assert mutant.fault.endswith(".")
        assert mutant.caught_by.endswith(".")
        assert issubclass(mutant.value, Engine)
    assert len({mutant.fault for mutant in MUTANTS.values()}) == len(MUTANTS)


HAND = {  # wrong gradients worked by hand: a function, a point, the wrong engine, and its gradient
    "overwrite": (lambda a: a * 2 + a, [3.0], [[1.0], [2.0]]),
    "first_use_only": (lambda a: a * 2 + a, [3.0], [[1.0], [2.0]]),
    "operands_as_set": (lambda a: a * a, [3.0], [[3.0]]),
    "swept_per_reader": (lambda a: (lambda b: b * 2 + b * 3)(a * a), [3.0], [[60.0]]),
    "breadth_first": (lambda a: (lambda b: b + (b * 2) * 3)(a * a), [3.0], [[6.0]]),
    "equal_numbers_merged": (lambda a, b: a * b, [3.0, 3.0], [[3.0, 0.0], [0.0, 3.0]]),
    "chain_factor_forgotten": (lambda a: a.exp() * 3, [0.0], [[1.0]]),
    "right_number_lost": (lambda a: a * 3, [2.0], [[1.0]]),
    "left_minus_swapped": (lambda a: 2 - a, [5.0], [[1.0]]),
    "minus_as_plus": (lambda a, b: a - b, [1.0, 2.0], [[1.0, 1.0]]),
    "power_as_square": (lambda a: a**3, [2.0], [[4.0]]),
    "relu_at_zero": (lambda a: a.relu(), [0.0], [[1.0]]),
    "tanh_at_input": (lambda a: a.tanh(), [2.0], [[-3.0]]),
}


@pytest.mark.parametrize("name", HAND)
def test_the_fault_is_the_one_described(name):
    f, point, possible = HAND[name]
    leaves = [MUTANTS[name].value(x) for x in point]
    f(*leaves).backward()
    assert [leaf.grad for leaf in leaves] in possible


# Programs whose results differ between the right engine and wrong ones. Each is built and swept, and returns results.


def swept(f, *point):
    def program(kind):
        leaves = [kind(x) for x in point]
        result = f(*leaves)
        result.backward()
        return [result.data, result.grad, *[leaf.grad for leaf in leaves]]

    return program


def chain(kind):
    a = y = kind(1.0)
    for _ in range(3000):
        y = y + 1
    y.backward()
    return a.grad


def repeated(kind):
    a = kind(3.0)
    b = a * a
    c, d = b * 2, b * 5
    c.backward()
    d.backward()
    c.backward(2.0)
    seen = [a.grad, b.grad, c.grad, d.grad]
    a.grad = 0.0
    c.backward()
    return [*seen, a.grad]


def changed(kind):
    a = kind(3.0)
    b = a * 2
    a.data = 4.0
    b.backward()


PROGRAMS = [
    chain, repeated, changed,
    swept(lambda a, b: a * b + a - b / a, 3.0, 2.0), swept(lambda a, b: a * b, 3.0, 3.0), swept(lambda a: a * a, 3.0),
    swept(lambda a: (lambda b: b * 2 + b * 3)(a * a), 3.0), swept(lambda a: (lambda b: b + (b * 2) * 3)(a * a), 3.0),
    swept(lambda a, b: 2 - a + 2 / b + 2**a + 3 * a - (-b), 3.0, 2.0), swept(lambda a, b: a**b, 3.0, 2.0),
    swept(lambda a: a**3 + a**0.5 + a**-1 + (a * 1) / 2, 7.0), swept(lambda a: a / 2, 7.0),
    swept(lambda a, b: a.tanh() * 3 + b.exp() + a.log() + a.sigmoid() + a.relu() + (-b).relu(), 3.0, 0.7),
    swept(lambda a: a.tanh(), 0.5), swept(lambda a: a.relu(), 0.0), swept(lambda a: a.exp() * 1e300, 700.0),
]  # fmt: skip


def behaviour(kind):
    found = []
    for program in PROGRAMS:
        try:
            found.append(program(kind))
        except Exception as error:
            found.append(type(error))
    return found


@pytest.mark.untraced
@pytest.mark.parametrize("name", MUTANTS)
def test_each_wrong_engine_shows_in_some_program(name):
    assert behaviour(Engine) == behaviour(Value)
    assert behaviour(MUTANTS[name].value) != behaviour(Value)

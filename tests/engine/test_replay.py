"""A recorded graph over other numbers: exact fractions worked by hand, mpmath numbers, arrays, and Values again."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import autograd
from autograd import (
    AlgebraError,
    DomainError,
    GraphError,
    Value,
    dot,
    exp,
    logsumexp,
    maximum,
    replay,
    sqrt,
    step,
    total,
    where,
)
from autograd.engine.graph import Rules, leaves, pull_back, push_forward
from autograd.engine.sweep import order

F = Fraction


# --- A network worked by hand


def rational_network():
    """Two inputs, two hidden neurons with the activation phi(s) = s / (1 + s^2), one linear output, squared loss.

    x = (1, 2), target t = 1, and

        s1 = 1/2 * 1 + (-1/4) * 2 + 1   = 1        a1 = 1 / (1 + 1) = 1/2
        s2 = -1 * 1 + 1/2 * 2 - 1/2     = -1/2     a2 = -1/2 / (5/4) = -2/5
        o  = 2 * 1/2 - 1/2 * (-2/5) + 1/4 = 29/20
        L  = (o - t)^2 = (9/20)^2       = 81/400

    Deltas: dL/do = 2 * 9/20 = 9/10, and with phi'(s) = (1 - s^2) / (1 + s^2)^2

        phi'(s1) = 0                     phi'(s2) = (3/4) / (25/16) = 12/25
        delta1 = 9/10 * 2 * 0 = 0        delta2 = 9/10 * (-1/2) * 12/25 = -27/125
    """
    w = {
        "w11": 0.5, "w12": -0.25, "b1": 1.0, "w21": -1.0, "w22": 0.5, "b2": -0.5, "v1": 2.0, "v2": -0.5, "c": 0.25,
        "x1": 1.0, "x2": 2.0,
    }  # fmt: skip
    v = {name: Value(x, name) for name, x in w.items()}
    x = [v["x1"], v["x2"]]
    s1, s2 = dot([v["w11"], v["w12"]], x, v["b1"]), dot([v["w21"], v["w22"]], x, v["b2"])
    a1, a2 = [s / (1 + s * s) for s in (s1, s2)]
    o = dot([v["v1"], v["v2"]], [a1, a2], v["c"])
    return v, (s1, s2, a1, a2, o), (o - 1) ** 2


BY_HAND = {
    "c": F(9, 10),
    "v1": F(9, 20),  # 9/10 * 1/2
    "v2": F(-9, 25),  # 9/10 * -2/5
    "w11": F(0), "w12": F(0), "b1": F(0),  # delta1 = 0
    "w21": F(-27, 125),  # delta2 * 1
    "w22": F(-54, 125),  # delta2 * 2
    "b2": F(-27, 125),
    "x1": F(27, 125),  # delta1 * 1/2 + delta2 * -1
    "x2": F(-27, 250),  # delta1 * -1/4 + delta2 * 1/2
}  # fmt: skip


def test_fractions_give_the_gradient_worked_by_hand():
    v, (s1, s2, a1, a2, o), loss = rational_network()
    r = replay(loss, Fraction)
    assert r.value == F(81, 400)
    assert [r.numbers[n] for n in (s1, s2, a1, a2, o)] == [F(1), F(-1, 2), F(1, 2), F(-2, 5), F(29, 20)]
    slopes = r.gradients()
    assert {name: slopes[v[name]] for name in BY_HAND} == BY_HAND
    assert [slopes[n] for n in (o, s1, s2)] == [F(9, 10), F(0), F(-27, 125)]
    assert all(isinstance(slopes[x], Fraction) for x in v.values())


def test_the_float_gradient_is_the_fractions():
    v, _, loss = rational_network()
    loss.backward()
    assert {name: v[name].grad for name in v} == pytest.approx({k: float(x) for k, x in BY_HAND.items()}, abs=1e-15)


def test_a_seed_scales_the_gradients():
    v, _, loss = rational_network()
    slopes = replay(loss, Fraction).gradients(seed=F(10, 3))
    assert slopes[v["c"]] == 3
    assert slopes[loss] == F(10, 3)


def test_fractions_at_another_point():
    x, y = Value(1.0), Value(2.0)
    z = x * x / y - 3 * y
    r = replay(z, Fraction, at={x: F(1, 3), y: F(2, 7)})
    assert r.value == F(1, 9) * F(7, 2) - F(6, 7)
    slopes = r.gradients()
    assert slopes[x] == 2 * F(1, 3) * F(7, 2)
    assert slopes[y] == -F(1, 9) * F(49, 4) - 3
    assert (x.data, y.data) == (1.0, 2.0)


def test_rational_choices_over_fractions():
    x, y = Value(-2.0), Value(3.0)
    z = x.relu() + y.relu() * 2 + abs(x) * y + maximum(x, y) + where(step(x), x, y * y)
    slopes = replay(z, Fraction).gradients()
    assert replay(z, Fraction).value == 0 + 6 + 6 + 3 + 9
    assert (slopes[x], slopes[y]) == (-3, 2 + 2 + 1 + 6)
    tie = maximum(x, x + 0.0)
    assert replay(tie, Fraction).gradients()[x] == F(1)


# --- Other kinds of numbers


def build(x, y):
    h = (dot([x, 0.5], [y, x], y).tanh() + exp(-x * x) / (1 + y**2)).sigmoid()
    return logsumexp([h, x, y]) * where(step(x), h, x) - total([x, h, 2.0]) * abs(y)


def test_mpmath_gives_fifty_digits():
    x, y = Value(0.75), Value(-1.25)
    z = build(x, y)
    z.backward()
    with mp.workdps(50):
        r = replay(z, mpf)
        slopes = r.gradients()
        assert abs(r.value - mpf(z.data)) < mpf("1e-15")

        def exact(a, b):
            h = mpmath.tanh(a * b + a / 2 + b) + mpmath.exp(-a * a) / (1 + b * b)
            h = 1 / (1 + mpmath.exp(-h))
            lse = mpmath.log(mpmath.exp(h) + mpmath.exp(a) + mpmath.exp(b))
            return lse * h - (a + h + 2) * abs(b)

        at = mpf("0.75"), mpf("-1.25")
        assert abs(r.value - exact(*at)) < mpf("1e-48")
        with mp.workdps(100):
            h = mpf("1e-30")
            dx = (exact(at[0] + h, at[1]) - exact(at[0] - h, at[1])) / (2 * h)
            dy = (exact(at[0], at[1] + h) - exact(at[0], at[1] - h)) / (2 * h)
        assert abs(slopes[x] - dx) < mpf("1e-45")
        assert abs(slopes[y] - dy) < mpf("1e-45")
    assert x.grad == pytest.approx(float(dx), rel=1e-14)
    assert y.grad == pytest.approx(float(dy), rel=1e-14)


SMALL = [("log1p", 1e-20), ("expm1", 1e-20), ("asinh", -1e10), ("atanh", 1e-20), ("softplus", -50.0), ("gelu", -9.0)]


@pytest.mark.parametrize(("name", "x"), SMALL)
def test_mpmath_at_its_usual_precision_is_no_worse_than_floats(name, x):
    function = getattr(autograd, name)
    leaf = Value(x)
    y = function(leaf)
    y.backward()
    with mp.workdps(15):
        r = replay(y, mpf)
        assert float(r.value) == pytest.approx(y.data, rel=1e-12)
        assert float(r.gradients()[leaf]) == pytest.approx(leaf.grad, rel=1e-12)


def test_values_again_can_be_differentiated_again():
    x, y = Value(0.75), Value(-1.25)
    z = build(x, y)
    r = replay(z, Value)
    slopes = r.gradients()
    assert r.value.data == z.data
    z.backward()
    assert slopes[x].data == pytest.approx(x.grad, rel=1e-13)
    assert slopes[y].data == pytest.approx(y.grad, rel=1e-13)
    a, b = r.numbers[x], r.numbers[y]
    slopes[x].backward()
    h = 1e-5

    def first(p, q):
        u, w = Value(p), Value(q)
        build(u, w).backward()
        return u.grad

    assert a.grad == pytest.approx((first(0.75 + h, -1.25) - first(0.75 - h, -1.25)) / (2 * h), rel=1e-7)
    assert b.grad == pytest.approx((first(0.75, -1.25 + h) - first(0.75, -1.25 - h)) / (2 * h), rel=1e-7)


def test_the_choice_of_where_holds_over_values():
    for at, slope in ((-2.0, 12.0), (2.0, 4.0)):
        x = Value(at)
        y = where(step(x), x * x, x**3)
        r = replay(y, Value)
        assert r.value.data == y.data
        assert r.gradients()[x].data == slope


BRANCHES = {
    "one branch": lambda c, d, x: where(c, exp(x), 2.0),
    "two branches share a number": lambda c, d, x: _in_both(c, exp(x)),
    "in a branch and always": lambda c, d, x: _and_always(c, exp(x)),
    "always and in a branch": lambda c, d, x: -_and_always(c, exp(x), first=True),
    "a branch in a branch": lambda c, d, x: where(c, where(d, exp(x), x * x), where(d, x, 3.0) * x),
    "no infinity leaks": lambda c, d, x: where(x, sqrt(x * x), x) + where(step(x), sqrt(x * x) * 2, x),
    "a sum over branches": lambda c, d, x: total([where(c, exp(x), x), where(d, exp(x), 1.0), where(1 - d, x, c)]),
}


def _in_both(c, e):
    return where(c, e, 0.5) * 3 + where(1 - c, e * e, 1.0)


def _and_always(c, e, first=False):
    return e * 2 + where(c, e, 0.5) if first else where(c, e, 0.5) + e * 2


@pytest.mark.parametrize("name", BRANCHES)
def test_arrays_take_the_branch_of_each_element_in_both_sweeps(name):
    at = {"c": [0.0, 1.0, 0.0, 1.0, 1.0], "d": [0.0, 0.0, 1.0, 1.0, 1.0], "x": [0.5, -0.5, 1.5, 0.0, 2.0]}
    leaves_ = [Value(1.0), Value(1.0), Value(0.25)]
    y = BRANCHES[name](*leaves_)
    with np.errstate(all="ignore"):
        r = replay(y, at={x: np.array(row) for x, row in zip(leaves_, at.values(), strict=True) if x in leaves(y)})
        slopes = r.gradients()
        tangents = push_forward(
            list(r.numbers), {leaves_[2]: np.ones(5)},
            Rules(r.numbers.__getitem__, lambda n: [r.numbers[o] if isinstance(o, Value) else o for o in n.operands]),
        )  # fmt: skip
    for k, numbers in enumerate(zip(*at.values(), strict=True)):
        single = [Value(n) for n in numbers]
        z = BRANCHES[name](*single)
        z.backward()
        assert r.value[k] == pytest.approx(z.data, rel=1e-14)
        assert slopes[leaves_[2]][k] == pytest.approx(single[2].grad, rel=1e-14)
        assert tangents[y][k] == pytest.approx(single[2].grad, rel=1e-14)


def test_arrays_evaluate_a_batch():
    x, y = Value(1.0), Value(2.0)
    z = build(x, y)
    xs, ys = np.array([0.75, -0.5, 2.0, -1e-3]), np.array([-1.25, 0.3, 1.0, -4.0])
    r = replay(z, at={x: xs, y: ys})
    slopes = r.gradients()
    for k in range(len(xs)):
        u, w = Value(xs[k]), Value(ys[k])
        single = build(u, w)
        single.backward()
        assert r.value[k] == pytest.approx(single.data, rel=1e-14)
        assert slopes[x][k] == pytest.approx(u.grad, rel=1e-13)
        assert slopes[y][k] == pytest.approx(w.grad, rel=1e-13)


def test_an_array_for_one_leaf_and_a_number_for_the_other():
    x, y = Value(1.0), Value(3.0)
    r = replay(x * x * y + y, at={x: np.array([1.0, 2.0])})
    assert r.value.tolist() == [6.0, 15.0]
    assert np.broadcast_to(r.gradients()[x], (2,)).tolist() == [6.0, 12.0]
    assert np.broadcast_to(r.gradients()[y], (2,)).tolist() == [2.0, 5.0]


def test_floats_are_what_a_replay_gives_without_a_kind():
    x, y = Value(0.75), Value(-1.25)
    z = build(x, y)
    r = replay(z)
    assert r.value == z.data
    z.backward()
    assert r.gradients()[x] == pytest.approx(x.grad, rel=1e-15)
    moved = replay(z, at={x: 0.5})
    assert moved.value == build(Value(0.5), Value(-1.25)).data


def test_a_replay_does_not_care_that_the_graph_is_stale():
    x = Value(2.0)
    y = x * x
    x.data = 5.0
    assert replay(y).value == 25.0
    assert replay(y).gradients()[x] == 10.0


def test_a_deep_graph_is_replayed_without_recursion():
    x = y = Value(1.0)
    for _ in range(20_000):
        y = y + 0.5
    r = replay(y, Fraction)
    assert r.value == 10_001
    assert r.gradients()[x] == 1


# --- Graphs that cannot be replayed


@pytest.mark.parametrize("name", ["exp", "log", "tanh", "sin", "sqrt", "sigmoid"])
def test_a_function_without_a_rational_value_is_an_algebra_error(name):
    y = getattr(Value(0.5), name)()
    with pytest.raises(AlgebraError, match="has no value over Fraction"):
        replay(y, Fraction)


def test_keys_that_are_no_leaves_of_the_graph_are_refused():
    x, stranger = Value(1.0), Value(2.0)
    y = x * 2.0
    with pytest.raises(GraphError, match="is not a leaf"):
        replay(y * 2.0, at={y: 1.0})
    with pytest.raises(GraphError, match="is not under"):
        replay(y, at={stranger: 1.0})
    with pytest.raises(GraphError, match="is not a leaf"):
        replay(y, at={"x": 1.0})
    with pytest.raises(TypeError, match="a graph ends in a Value"):
        replay(3.0)


def test_a_derivative_that_is_not_finite_has_no_second_one():
    x = Value(0.0)
    with pytest.raises(DomainError, match="the derivative of sqrt is not finite at"):
        replay(x.sqrt(), Value).gradients()


def test_a_domain_is_checked_at_the_new_point():
    x = Value(1.0)
    y = x.log()
    with pytest.raises(ValueError, match="math domain error"):
        replay(y, at={x: -1.0})
    with pytest.raises(DomainError):
        replay(y, at={x: Value(-1.0)})


# --- The pieces


def test_leaves_come_once_and_in_order():
    x, y = Value(1.0), Value(2.0)
    assert leaves(x * y + x * 3.0 + y) == [n for n in order(x * y) if n.op is None]
    assert leaves(x) == [x]
    assert set(leaves(dot([x, 1.0], [y, x], y))) == {x, y}


def test_pull_back_stops_at_nodes_that_are_not_in_the_list():
    x = Value(2.0)
    a = x * x
    b = a * 3.0
    found = pull_back([a, b], {b: 1.0}, Rules(lambda n: n.data, lambda n: n.recorded, [a, b]))
    assert found == {b: 1.0, a: 3.0}
    found = pull_back([x, a, b], {b: 1.0}, Rules(lambda n: n.data, lambda n: n.recorded, [x, a, b]))
    assert found == {b: 1.0, a: 3.0, x: 12.0}


def test_push_forward_gives_the_tangents_of_what_depends():
    x, y = Value(2.0), Value(5.0)
    a, b = x * y, y * 2.0
    c = a + b
    found = push_forward(order(c), {x: 1.0}, Rules(lambda n: n.data, lambda n: n.recorded))
    assert found == {x: 1.0, a: 5.0, c: 5.0}


def test_a_replay_prints_its_size_and_value():
    x = Value(2.0)
    assert repr(replay(x * 3.0, Fraction)) == "<replay of 2 nodes: Fraction(6, 1)>"


def test_reverse_and_forward_agree_over_fractions():
    v, _, loss = rational_network()
    r = replay(loss, Fraction)
    backward = r.gradients()
    nodes = order(loss)
    operands = {n: [r.numbers[x] if isinstance(x, Value) else Fraction(x) for x in n.operands] for n in nodes}
    for x in v.values():
        forward = push_forward(nodes, {x: Fraction(1)}, Rules(r.numbers.__getitem__, operands.__getitem__))
        assert forward[loss] == backward[x]


def test_infinite_values_survive_a_replay():
    x = Value(math.inf)
    assert replay(x * 2.0).value == math.inf
    assert math.isnan(replay(x - x).value)

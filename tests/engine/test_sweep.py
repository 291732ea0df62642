"""The reverse sweep against exact arithmetic, on random graphs and on graphs of unusual shape."""

import math
import random
from fractions import Fraction

import mpmath
import pytest
from mpmath import mp, mpf
from programs import KINKED, RATIONAL, SMOOTH, gradients, random_program, run

from autograd import StaleGraphError, Value, dot, exp, jvp, total, where
from autograd.engine.graph import Rules, postorder, pull_back
from autograd.engine.sweep import adjoints, order

SEEDS = range(60)


def small_numbers(seed, n=4):
    """Return multiples of 1/4 between -2 and 2. Sums and products of a few of them are exact in floats."""
    draw = random.Random(seed)
    return [draw.randint(-8, 8) / 4 for _ in range(n)]


@pytest.mark.parametrize("seed", SEEDS)
def test_polynomial_graphs_are_exact(seed):
    """If no operation rounds, every bit of the gradient must be that of the fractions."""
    steps, point = random_program(seed, [*RATIONAL, *KINKED], length=12), small_numbers(seed)
    value, slopes, sizes = gradients(steps, [Fraction(x) for x in point])
    if max(abs(value), *sizes).numerator > 2**53 or any(x.denominator > 2**40 for x in (value, *map(Fraction, slopes))):
        pytest.fail("the program rounds: choose smaller ones")
    leaves = [Value(x) for x in point]
    loss = run(steps, leaves)[-1]
    loss.backward()
    assert Fraction(loss.data) == value
    assert [Fraction(x.grad) for x in leaves] == slopes


@pytest.mark.parametrize("seed", SEEDS)
def test_rational_graphs_agree_with_fractions_in_both_modes(seed):
    steps, point = random_program(seed, [*RATIONAL, "div", "div"]), small_numbers(seed)
    value, slopes, sizes = gradients(steps, [Fraction(x) for x in point])
    _compare(steps, point, value, slopes, sizes)


@pytest.mark.parametrize("seed", SEEDS)
def test_smooth_graphs_agree_with_mpmath_in_both_modes(seed):
    steps, point = random_program(seed, [*RATIONAL, "div", *SMOOTH, *SMOOTH]), small_numbers(seed)
    with mp.workdps(50):
        value, slopes, sizes = gradients(steps, [mpf(x) for x in point])
        _compare(steps, point, value, slopes, sizes)


def _compare(steps, point, value, slopes, sizes):
    leaves = [Value(x) for x in point]
    loss = run(steps, leaves)[-1]
    loss.backward()
    assert loss.data == pytest.approx(float(value), rel=1e-10, abs=1e-10)
    for i, leaf in enumerate(leaves):
        allowed = 1e-12 * (1 + float(sizes[i]))
        assert leaf.grad == pytest.approx(float(slopes[i]), rel=1e-12, abs=allowed)
        direction = tuple([1.0 if k == i else 0.0 for k in range(len(leaves))])
        forward = jvp(lambda *x: run(steps, x)[-1], tuple(point), direction)[1]
        assert forward == pytest.approx(leaf.grad, rel=1e-12, abs=allowed)


def test_the_reference_finds_a_wrong_gradient():
    steps = [("mul", 0, 1), ("mul", 2, 0)]  # a^2 b
    value, slopes, sizes = gradients(steps, [Fraction(3), Fraction(5)])
    assert (value, slopes, sizes) == (45, [30, 9], [30, 9])
    with pytest.raises(AssertionError):
        _compare(steps, [3.0, 5.0], value, [30, 9 + Fraction(1, 10**9)], sizes)


# --- The inlined partials are those of the table, bit for bit


def _by_table(root, seed=1.0):
    """Return the adjoints by the walk of ``graph``, which looks up every partial in the table."""
    nodes = order(root)
    return pull_back(nodes, {root: seed}, Rules(lambda node: node.data, lambda node: node.recorded, nodes))


INLINED = [
    lambda a, b, c, d, k, nonzero: a + b,
    lambda a, b, c, d, k, nonzero: a + k,
    lambda a, b, c, d, k, nonzero: k + a,
    lambda a, b, c, d, k, nonzero: a - b,
    lambda a, b, c, d, k, nonzero: a - k,
    lambda a, b, c, d, k, nonzero: k - a,
    lambda a, b, c, d, k, nonzero: a * b,
    lambda a, b, c, d, k, nonzero: a * k,
    lambda a, b, c, d, k, nonzero: k * a,
    lambda a, b, c, d, k, nonzero: a / nonzero,
    lambda a, b, c, d, k, nonzero: a / k,
    lambda a, b, c, d, k, nonzero: k / nonzero,
    lambda a, b, c, d, k, nonzero: -a,
    lambda a, b, c, d, k, nonzero: a + a,
    lambda a, b, c, d, k, nonzero: a - a,
    lambda a, b, c, d, k, nonzero: a * a,
    lambda a, b, c, d, k, nonzero: nonzero / nonzero,
    lambda a, b, c, d, k, nonzero: dot([a, b], [c, d]),
    lambda a, b, c, d, k, nonzero: dot([a, k], [b, c], d),
    lambda a, b, c, d, k, nonzero: dot([a], [k], k),
    lambda a, b, c, d, k, nonzero: total([a, b, k, c]),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_inlined_partials_are_those_of_the_table(seed):
    """``pull_back`` looks up every partial in the table.

    ``backward`` has inlined partials of arithmetic, dot and total.
    """
    draw = random.Random(seed)
    numbers = [Value(draw.uniform(-3, 3)) for _ in range(5)]
    for _ in range(30):
        nonzero = next(x for x in reversed(numbers) if abs(x.data) > 0.01)
        numbers.append(draw.choice(INLINED)(*draw.sample(numbers, 4), draw.uniform(1, 3), nonzero))
    loss = total(numbers)
    seed_adjoint = draw.uniform(-2, 2)
    by_table = _by_table(loss, seed_adjoint)
    loss.backward(seed_adjoint)
    for node in postorder([loss]):
        assert node.grad == by_table[node], node
    assert adjoints(loss, seed_adjoint) == by_table


@pytest.mark.parametrize("x", [0.0, -0.0, 1e-310, 1e308, math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("y", [1.0, -0.5, 1e-310, 1e308, math.inf, math.nan])
def test_the_inlined_partials_are_those_of_the_table_at_special_points(x, y):
    forms = [
        lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b, lambda a, b: -a + b,
        lambda a, b: dot([a, 1.0], [b, 2.0], 1.0), lambda a, b: total([a, b]),
    ]  # fmt: skip
    for form in forms:
        a, b = Value(x), Value(y)
        loss = form(a, b)
        by_table = _by_table(loss)
        loss.backward()
        for leaf in (a, b):
            assert leaf.grad == by_table[leaf] or (math.isnan(leaf.grad) and math.isnan(by_table[leaf]))


# --- Graphs of unusual shape


def test_backward_of_a_leaf():
    x = Value(3.0)
    x.backward()
    x.backward(2.5)
    assert x.grad == 3.5


def test_one_leaf_read_twice_by_every_kind_of_node():
    x = Value(3.0)
    cases = [
        (x + x, 2.0), (x - x, 0.0), (x * x, 6.0), (x / x, 0.0), (x**x, 27.0 * (1 + math.log(3.0))),
        (dot([x, x], [x, x], x), 13.0), (total([x, x, x]), 3.0), (where(x, x, x), 1.0), (dot([x], [x]), 6.0),
    ]  # fmt: skip
    for node, slope in cases:
        x.grad = 0.0
        node.backward()
        assert x.grad == pytest.approx(slope, abs=1e-15), node.op


def test_a_diamond_of_diamonds_has_as_many_paths_as_it_has():
    x = y = Value(1.0)
    for _ in range(60):
        y = y + y
    y.backward()
    assert x.grad == 2.0**60


def test_every_node_comes_after_its_operands_and_once():
    draw = random.Random(5)
    nodes = [Value(float(k)) for k in range(5)]
    for _ in range(300):
        nodes.append(draw.choice(nodes) + draw.choice(nodes) * 0.5)
    loss = total(nodes)
    for ordered in (order(loss), postorder([loss]), list(adjoints(loss))[::-1]):
        place = {node: k for k, node in enumerate(ordered)}
        assert len(place) == len(ordered) == len(set(nodes)) + 300 + 1
        assert all(place[parent] < place[node] for node in ordered for parent in node.parents)
        assert ordered[-1] is loss


def test_postorder_stops_at_the_given_nodes():
    x = Value(1.0)
    a = x * 2.0
    b = a + 1.0
    assert postorder([b], stop={a}) == [a, b]
    assert postorder([b]) == [x, a, b]


def test_adjoints_leave_the_gradients_alone():
    x = Value(2.0)
    y = x.exp() * x
    found = adjoints(y, 3.0)
    assert next(iter(found)) is y
    assert found[y] == 3.0
    assert found[x] == pytest.approx(9.0 * math.exp(2.0))
    assert x.grad == y.grad == 0.0
    assert adjoints(y, 3.0) == found


@pytest.mark.parametrize("bad", [None, 1.0, "x"], ids=repr)
def test_the_roots_of_postorder_are_values(bad):
    with pytest.raises(TypeError, match="a graph ends in a Value"):
        postorder([Value(1.0), bad])


@pytest.mark.parametrize("bad", [None, 1.0, "x", [Value(1.0)]], ids=repr)
def test_a_graph_ends_in_a_value(bad):
    for function in (order, adjoints):
        with pytest.raises(TypeError, match="a graph ends in a Value"):
            function(bad)


SEEDS_OF_A_SWEEP = [(2, 2.0), (True, 1.0), (Fraction(1, 4), 0.25), (-0.5, -0.5), (0.0, 0.0), (math.inf, math.inf)]


@pytest.mark.parametrize(("seed", "slope"), SEEDS_OF_A_SWEEP)
def test_the_seed_is_any_real_number(seed, slope):
    x = Value(1.0)
    (x + 1.0).backward(seed)
    assert x.grad == slope


@pytest.mark.parametrize("bad", ["1", None, 1j, Value(1.0), [1.0]], ids=repr)
def test_a_seed_that_is_no_number_is_refused(bad):
    x = Value(1.0)
    y = x * 2.0
    with pytest.raises(TypeError, match="the seed is one real number"):
        y.backward(bad)
    assert x.grad == y.grad == 0.0


def test_a_nan_seed_reaches_every_leaf():
    x, w = Value(1.0), Value(0.0)
    (x * w).backward(math.nan)
    assert math.isnan(x.grad)
    assert math.isnan(w.grad)


def test_zero_times_an_infinite_partial_stays_a_nan():
    x = Value(0.0)
    (x.sqrt() * 0.0).backward()
    assert math.isnan(x.grad)


def test_an_infinite_partial_is_infinite():
    x = Value(0.0)
    (x.sqrt() * 3.0).backward()
    assert x.grad == math.inf


# --- where: the branch not taken


BAD_BRANCHES = [
    ("infinite slope", lambda x: x.sqrt(), 0.0),
    ("nan", lambda x: x * math.nan, 1.0),
    ("inf - inf", lambda x: (x * math.inf) - (x * math.inf), 1.0),
    ("overflow", lambda x: x * 1e308 * 1e308, 1.0),
]


@pytest.mark.parametrize(("_name", "bad", "at"), BAD_BRANCHES, ids=lambda x: str(x)[:12])
@pytest.mark.parametrize("condition", [0.0, 1.0, "value 0", "value 1"])
def test_the_branch_not_taken_contributes_nothing(_name, bad, at, condition):
    x = Value(at)
    taken = x * 3.0
    flag = Value(float(condition[-1])) if isinstance(condition, str) else condition
    on = float(condition[-1]) if isinstance(condition, str) else condition
    y = where(flag, taken, bad(x)) if on else where(flag, bad(x), taken)
    assert y.data == taken.data
    y.backward()
    assert x.grad == 3.0
    assert taken.grad == 1.0


def test_a_leaf_changed_in_the_branch_not_taken_does_not_make_the_graph_stale():
    x, other = Value(2.0), Value(5.0)
    y = where(True, x * 3.0, other * 2.0)
    other.data = 7.0
    y.backward()
    assert (x.grad, other.grad) == (3.0, 0.0)
    z = where(False, x * 3.0, other * 2.0)
    other.data = 8.0
    with pytest.raises(StaleGraphError):
        z.backward()


def test_where_under_a_nan_condition_is_nan_in_value_and_derivatives():
    for way in ("backward", "pull_back"):
        c, a, b = Value(math.nan), Value(1.0), Value(2.0)
        y = where(c, a, b)
        assert math.isnan(y.data)
        if way == "backward":
            y.backward()
            found = {x: x.grad for x in (c, a, b)}
        else:
            found = _by_table(y)
        assert all(math.isnan(found.get(x, 0.0)) for x in (a, b)), way


def test_a_rule_over_ieee_numbers_is_used_only_where_floats_raise():
    x = Value(1e-320)
    y = 1.0 / x.sqrt()
    y.backward()
    exact = -mpf(1) / (2 * mpf(1e-320) ** mpf("1.5"))
    assert x.grad == -math.inf
    assert exact < -(mpf(10) ** 308)
    z = exp(Value(1.0))
    z.backward()
    assert float(mpmath.e) == z.data

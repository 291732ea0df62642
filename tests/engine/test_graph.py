"""Graphs as data: their order, their leaves, and replays over Fractions, mpmath numbers, arrays and Values."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from autograd import (
    AlgebraError,
    GraphError,
    StaleGraphError,
    Value,
    atan2,
    dot,
    erf,
    exp,
    gelu,
    log,
    logsumexp,
    maximum,
    relu,
    replay,
    sigmoid,
    sqrt,
    step,
    tanh,
    total,
    where,
)
from autograd.engine.graph import leaves, order


def test_order_has_operands_before_what_reads_them_and_each_node_once():
    a, b = Value(2.0), Value(3.0)
    c = a * b
    d = c + a * c - c
    nodes = order(d)
    assert len(nodes) == len(set(nodes)) == 6
    place = {node: k for k, node in enumerate(nodes)}
    assert all(place[p] < place[node] for node in nodes for p in node.parents)
    assert nodes[-1] is d


def test_order_leaves_out_the_branch_not_taken():
    a, b = Value(2.0), Value(3.0)
    assert set(leaves(where(True, a * 1, b * 1))) == {a}
    assert set(leaves(where(False, a * 1, b * 1))) == {b}


def test_leaves_are_each_found_once():
    a, b = Value(2.0), Value(3.0)
    assert sorted(leaf.data for leaf in leaves(dot([a, b, a], [b, 1.0, a], bias=b))) == [2.0, 3.0]
    assert leaves(a) == [a]


def test_a_network_in_fractions_equals_the_derivation_by_hand():
    # Two inputs, two hidden neurons with activation s^2, one linear output, L = 1/2 (t - y)^2.
    #   x = (1/3, 2), t = 1
    #   s1 = 1/3 * 3 + 2 * 1/2 + 1/5 = 11/5      a1 = 121/25
    #   s2 = 1/3 * (-6) + 2 * 1/4 + 1 = -1/2     a2 = 1/4
    #   y  = 121/25 * 5 + 1/4 * (-4) + 1/10 = 233/10
    #   delta_y = -(t - y) = 223/10
    #   delta_1 = 2 s1 * delta_y * 5 = 22/5 * 223/2 = 2453/5
    #   delta_2 = 2 s2 * delta_y * (-4) = 446/5
    w = [[Value(3), Value(Fraction(1, 2))], [Value(-6), Value(Fraction(1, 4))]]
    b = [Value(0.0), Value(1.0)]
    v, c = [Value(5), Value(-4)], Value(0.0)
    x, t = [Value(0.0), Value(2)], 1
    exact = {b[0]: Fraction(1, 5), c: Fraction(1, 10), x[0]: Fraction(1, 3)}
    a = [dot(w[k], x, bias=b[k]) ** 2 for k in (0, 1)]
    loss = (t - dot(v, a, bias=c)) ** 2 / 2
    result = replay(loss, Fraction, at=exact)
    assert result.value == Fraction(223, 10) ** 2 / 2
    g = result.gradients()
    assert [g[p] for p in (c, *v)] == [Fraction(223, 10), Fraction(223, 10) * Fraction(121, 25), Fraction(223, 40)]
    assert [g[p] for p in b] == [Fraction(2453, 5), Fraction(446, 5)]
    assert [g[p] for p in w[0]] == [Fraction(2453, 15), Fraction(4906, 5)]
    assert [g[p] for p in w[1]] == [Fraction(446, 15), Fraction(892, 5)]
    assert all(isinstance(number, (Fraction, int)) for number in g.values())


def test_rational_functions_stay_exact_through_division_relu_max_and_where():
    z = Value(0.5)
    y = relu(z / 3) + maximum(z * z, 1 - z) - where(step(z - 1), z, 1 / z) + abs(-z) + total([z, z, 1.0])
    result = replay(y, Fraction, at={z: Fraction(1, 7)})
    # at 1/7: 1/21 + 6/7 - 7 + 1/7 + 2/7 + 1; derivative 1/3 - 1 + 49 + 1 + 2
    assert result.value == Fraction(1, 21) + Fraction(6, 7) - 7 + Fraction(1, 7) + Fraction(2, 7) + 1
    assert result.gradients()[z] == Fraction(1, 3) - 1 + 49 + 1 + 2


def test_the_other_branch_is_taken_at_another_point():
    x = Value(2.0)
    y = where(step(x), x * x, -x)
    result = replay(y, Fraction, at={x: Fraction(-3)})
    assert (result.value, result.gradients()[x]) == (3, -1)


def test_mpmath_gives_as_many_digits_as_asked_for():
    x, w = Value(0.75), Value(-1.25)
    y = tanh(x * w) + gelu(x) * sigmoid(w) - log(x) ** 3 / sqrt(x) + erf(w) + logsumexp([x, w]) + atan2(x, w) + exp(w)
    with mpmath.workdps(60):
        result = replay(y, mpmath.mpf)

        def f(x, w):
            ncdf = (1 + mpmath.erf(x / mpmath.sqrt(2))) / 2
            first = mpmath.tanh(x * w) + x * ncdf / (1 + mpmath.exp(-w)) - mpmath.log(x) ** 3 / mpmath.sqrt(x)
            return (
                first + mpmath.erf(w) + mpmath.log(mpmath.exp(x) + mpmath.exp(w)) + mpmath.atan2(x, w) + mpmath.exp(w)
            )

        point = mpmath.mpf("0.75"), mpmath.mpf("-1.25")
        assert abs(result.value - f(*point)) < mpmath.mpf(10) ** -57
        g = result.gradients()
        with mpmath.workdps(90):
            exact = [mpmath.diff(f, point, order) for order in ((1, 0), (0, 1))]
        assert abs(g[x] - exact[0]) < mpmath.mpf(10) ** -55
        assert abs(g[w] - exact[1]) < mpmath.mpf(10) ** -55
    y.backward()
    assert x.grad == pytest.approx(float(exact[0]), rel=1e-14)


def test_an_array_evaluates_a_batch_at_once():
    x, w = Value(1.0), Value(0.5)
    y = sigmoid(x * w) * relu(x) + where(step(x), x, x * x)
    points = np.array([[-2.0, -0.5], [0.25, 3.0]])
    result = replay(y, at={x: points})
    gradients = result.gradients()
    for index in np.ndindex(points.shape):
        u, v = Value(points[index]), Value(0.5)
        z = sigmoid(u * v) * relu(u) + where(step(u), u, u * u)
        z.backward()
        assert result.value[index] == z.data
        assert gradients[x][index] == pytest.approx(u.grad, rel=1e-15)
        assert gradients[w][index] == pytest.approx(v.grad, rel=1e-15)


def test_values_differentiate_the_gradient_again():
    x = Value(1.5)
    y = x**3
    result = replay(y, Value)
    fresh = result.numbers[x]
    slope = result.gradients()[x]
    assert slope.data == 3 * 1.5**2
    slope.backward()
    assert fresh.grad == 6 * 1.5
    assert x.grad == 0.0


def test_a_replay_of_floats_is_the_recording_itself():
    x = Value(0.3)
    y = (x.exp() * x - 1 / x).tanh()
    result = replay(y)
    y.backward()
    assert result.value == y.data
    assert result.gradients()[x] == x.grad
    assert result.gradients(2.5)[x] == pytest.approx(2.5 * x.grad, rel=1e-15)
    assert "replay of" in repr(result)


def test_what_has_no_exact_value_says_so():
    y = Value(0.5).exp()
    with pytest.raises(AlgebraError, match="exp has no value over Fraction"):
        replay(y, Fraction)


def test_numbers_can_be_given_to_leaves_of_the_graph_only():
    x, other = Value(1.0), Value(2.0)
    y = x * 2
    with pytest.raises(GraphError, match="is not under"):
        replay(y, at={other: 1.0})
    with pytest.raises(GraphError, match="is not a leaf"):
        replay(y, at={y: 1.0})
    with pytest.raises(GraphError, match="is not a leaf"):
        replay(y, at={"x": 1.0})


@pytest.mark.parametrize("function", [order, leaves, replay])
def test_a_graph_ends_in_a_value(function):
    with pytest.raises(TypeError, match="a graph ends in a Value, found float"):
        function(1.0)


def test_a_changed_leaf_is_noticed_by_order_and_replayed_at_its_new_data():
    x = Value(2.0, "x")
    y = x * x
    x.data = 3.0
    with pytest.raises(StaleGraphError, match=r"recorded 2\.0, now 3\.0"):
        order(y)
    assert replay(y, Fraction).value == 9

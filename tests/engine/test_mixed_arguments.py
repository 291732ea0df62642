"""Transforms of Values and plain numbers together, and choices whose adjoints are not finite, in every mode."""

import math

import numpy as np
import pytest

from autograd import DomainError, Value, exp, grad, jacobian, jvp, replay, vjp, where
from autograd.engine.graph import Rules, order, push_forward
from autograd.engine.recorded_calls import RecordedCall


def test_a_value_among_the_arguments_is_enough_for_a_result_that_remembers():
    x = Value(2.0)
    slopes = grad(lambda a, b: a * a * b)(x, 3.0)
    assert [s.data for s in slopes] == [12.0, 4.0]
    slopes[0].backward()
    assert x.grad == 6.0  # d(2 a b)/da


def test_an_argument_that_is_not_used_has_the_derivative_zero():
    used, unused = grad(lambda a, b: a * a)(Value(2.0), Value(3.0))
    assert used.data == 4.0
    assert unused == 0.0


def test_a_value_among_the_cotangents_and_the_tangents_too():
    seed = Value(1.0)
    _, pull_back = vjp(lambda x: [x[0] * x[1], x[1]], [2.0, 5.0])
    found = pull_back([seed, 3.0])
    assert [float(getattr(v, "data", v)) for v in found] == [5.0, 5.0]
    (found[0] + found[1]).backward()
    assert seed.grad == 7.0
    direction = Value(1.0)
    _, tangent = jvp(lambda a, b: a * a * b, (2.0, 5.0), (direction, 1.0))
    assert tangent.data == 24.0
    tangent.backward()
    assert direction.grad == 20.0


def test_one_result_in_two_places_is_pulled_back_twice():
    def twice(x):
        y = x * x
        return [y, y]

    for x in (3.0, Value(3.0)):
        _, pull_back = vjp(twice, x)
        found = pull_back([1.0, 10.0])
        assert float(getattr(found, "data", found)) == 66.0


def test_values_from_outside_are_constants_of_the_function():
    k, x = Value(5.0), Value(2.0)
    slope = grad(lambda a: a * k * a)(x)
    assert slope.data == 20.0
    slope.backward()
    assert (x.grad, k.grad) == (10.0, 4.0)


def test_no_derivative_is_asked_for_in_a_value_from_outside():
    k = Value(2.0)
    assert grad(lambda a: a**k)(Value(-3.0)).data == -6.0  # with respect to k it would be a multiple of log(-3)


def test_arrays_of_values_and_numbers():
    mixed = exp(np.array([Value(0.0), 0.0], dtype=object))
    assert [type(x) for x in mixed] == [Value, float]
    assert (mixed[0].data, mixed[1]) == (1.0, 1.0)
    first, second = grad(lambda a: a[0] * a[0])(np.array([Value(2.0), 3.0], dtype=object))
    assert (first.data, second) == (4.0, 0.0)
    assert jacobian(lambda a: a * 2)(np.array([3.0])).tolist() == [[2.0]]


@pytest.mark.parametrize(
    ("outputs", "inputs", "sweeps"), [(1, 3, (1, 0)), (3, 3, (3, 0)), (3, 1, (0, 1)), (4, 2, (0, 2))]
)
def test_a_jacobian_takes_the_cheaper_mode(monkeypatch, outputs, inputs, sweeps):
    counts = {"pull_back": 0, "push_forward": 0}
    for name in counts:
        method = getattr(RecordedCall, name)

        def counted(self, *args, name=name, method=method):
            counts[name] += 1
            return method(self, *args)

        monkeypatch.setattr(RecordedCall, name, counted)
    matrix = jacobian(lambda x: [sum(x) * (k + 1) for k in range(outputs)])([1.0] * inputs)
    assert matrix == [[k + 1.0] * inputs for k in range(outputs)]
    assert tuple(counts.values()) == sweeps


def test_a_second_derivative_that_does_not_exist_is_an_error_also_beside_a_constant():
    with pytest.raises(DomainError, match="is not finite at"):
        grad(grad(lambda x: x**0.5))(0.0)


def test_a_tangent_that_is_given_is_not_added_to():
    x = Value(3.0)
    y = x * x
    loss = y * 3 + x
    found = push_forward(order(loss), {x: 1.0, y: 1.0}, Rules(lambda n: n.data, lambda n: n.recorded))
    assert (found[loss], found[y]) == (4.0, 1.0)


CONDITIONS = [1.0, -1.0, 0.5, 0.0, -0.0]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("infinite", [math.inf, math.nan])
def test_the_branch_not_taken_gets_nothing_in_a_replay(condition, infinite):
    a, b, c, k = Value(2.0), Value(3.0), Value(condition), Value(infinite)
    loss = where(c, a, b) * k
    on, off = (a, b) if condition else (b, a)
    found = replay(loss).gradients()
    assert found[on] == pytest.approx(infinite, nan_ok=True)
    assert found.get(off, 0.0) == 0.0
    loss.backward()
    assert math.isnan(c.grad)  # 0 times what is not finite
    assert math.isnan(found[c])
    assert off.grad == 0.0


@pytest.mark.parametrize("condition", CONDITIONS)
def test_the_branch_not_taken_hands_no_tangent_on(condition):
    def chosen(a, b, c):
        return where(c, a, b)

    tangents = (1.0, math.inf) if condition else (math.inf, 1.0)
    assert jvp(chosen, (2.0, 3.0, condition), (*tangents, 1.0))[1] == 1.0


def test_the_branch_not_taken_gets_nothing_in_a_batch():
    a, b, c, k = Value(2.0), Value(3.0), Value(1.0), Value(1.0)
    loss = where(c, a, b) * k
    at = {c: np.array([1.0, 0.0, -2.0]), k: np.array([math.inf, 5.0, 7.0])}
    with np.errstate(invalid="ignore"):  # NumPy computes infinity times 0 before it is left out
        found = replay(loss, at=at).gradients()
    assert found[a].tolist() == [math.inf, 0.0, 7.0]
    assert found[b].tolist() == [0.0, 5.0, 0.0]

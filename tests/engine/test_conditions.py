"""Comparisons of Values: Python branches on them as on bools, and ``where`` records them. Also the meaning of ==."""

import copy
import math
import operator
import pickle
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import autograd
from autograd import (
    StaleGraphError,
    Value,
    check_gradients,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    no_grad,
    replay,
    sqrt,
    value_and_grad,
    vjp,
    where,
)
from autograd.engine.conditions import Condition

INF, NAN = math.inf, math.nan
SIGNS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
SIGN = pytest.mark.parametrize(("sign", "compare"), SIGNS.items(), ids=SIGNS)
NUMBERS = [-INF, -1.5, -0.0, 0.0, 1.0, 2.0, INF, NAN]
PAIRS = [(a, b) for a in NUMBERS for b in NUMBERS]


def same(a, b):
    return a == b or (a != a and b != b)


# --- A condition


@SIGN
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_condition_is_what_floats_give(sign, compare, pair):
    a, b = pair
    for x, y in ((Value(a), Value(b)), (Value(a), b)):
        condition = compare(x, y)
        assert condition == compare(a, b)
        assert bool(condition) is compare(a, b)
        assert isinstance(condition, int)
        assert (repr(condition), f"{condition}") == (repr(compare(a, b)), str(compare(a, b)))
        assert (condition.op, condition.operands) == (sign, (x, y))
        assert condition.operands[0] is x
    mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    x = Value(b)
    condition = compare(a, x)
    assert condition == compare(a, b)
    assert (condition.op, condition.operands[0] is x) == (mirrored[sign], True)


def test_python_chooses_sorts_and_indexes_by_it():
    a, b, c = Value(3.0), Value(1.0), Value(2.0)
    assert sorted([a, b, c])[0] is b
    assert max([a, b, c]) is a
    assert min(a, b) is b
    assert ("no", "yes")[a > b] == "yes"
    assert not (a < b)
    assert (b < c < a) == True  # noqa: E712 - the comparison is what is tested
    assert sum([a > 2, b > 2, c > 2]) == 1


def test_conditions_combine():
    x = Value(0.5)
    inside = (x > 0) & (x < 1)
    assert inside == True  # noqa: E712 - the comparison is what is tested
    assert (inside.op, [c.op for c in inside.operands]) == ("&", [">", "<"])
    assert ~inside == False  # noqa: E712 - the comparison is what is tested
    assert ((x > 2) | (x < 1)) == 1
    assert ((x > 0) ^ (x < 1)) == 0
    assert ((x > 0) & True) == 1
    assert ((x > 0) | False) == 1
    assert ((x > 0) ^ True) == 0


def test_a_condition_is_copied_and_pickled():
    condition = Value(2.0) > 1
    for again in (copy.copy(condition), copy.deepcopy(condition), pickle.loads(pickle.dumps(condition))):
        assert type(again) is Condition
        assert (again == 1, again.op, again.operands[0].data) == (True, ">", 2.0)


# --- where records it


@SIGN
@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_where_chooses_as_python_does_now_and_when_it_is_replayed(sign, compare, pair):
    expected = 7.0 if compare(*pair) else -7.0
    x, y = Value(pair[0]), Value(pair[1])
    assert where(compare(x, y), 7.0, -7.0).data == expected
    assert where(compare(x, pair[1]), 7.0, -7.0).data == expected
    assert where(compare(pair[0], y), 7.0, -7.0).data == expected
    p, q = Value(0.25), Value(0.75)
    recorded = where(compare(p, q), 7.0, -7.0)
    assert replay(recorded, at={p: pair[0], q: pair[1]}).value == expected
    arrays = replay(recorded, at={p: np.array([pair[0], 0.25]), q: np.array([pair[1], 0.75])}).value
    assert arrays.tolist() == [expected, recorded.data]


COMBINED = {
    "and": lambda x: where((x > 0) & (x < 2), 5.0, x),
    "or": lambda x: where((x < 0) | (x >= 2), 5.0, x),
    "xor": lambda x: where((x > 0) ^ (x > 2), 5.0, x),
    "not": lambda x: where(~(x > 0), 5.0, x),
    "nested": lambda x: where(~((x > 0) & ~(x >= 2)) | (x < -3), 5.0, x),
}


@pytest.mark.parametrize("f", COMBINED.values(), ids=COMBINED)
@pytest.mark.parametrize("at", [-4.0, -1.0, 0.0, 1.0, 2.0, 3.0, NAN])
def test_combined_conditions_replay(f, at):
    x = Value(1.5)
    found = replay(f(x), at={x: at}).value
    assert same(found, f(Value(at)).data)
    if at == at:
        truth = {
            COMBINED["and"]: 0 < at < 2,
            COMBINED["or"]: at < 0 or at >= 2,
            COMBINED["xor"]: (at > 0) != (at > 2),
            COMBINED["not"]: not at > 0,
            COMBINED["nested"]: not (at > 0 and not at >= 2) or at < -3,
        }[f]
        assert found == (5.0 if truth else at)


def test_the_issue_s_own_replay():
    x = Value(3.0)
    y = where(x > 0, 2 * x, -x)
    again = replay(y, at={x: -1.0})
    assert (again.value, again.gradients()[x]) == (1.0, -1)
    assert replay(y, Fraction).gradients()[x] == 2
    assert replay(y, mpmath.mpf).value == 6


def test_plain_numbers_stay_plain():
    assert where(True, 1.0, 2.0) == 1.0
    assert where(3.0 > 4.0, 1.0, 2.0) == 2.0


# --- Derivatives


PIECES = {
    "absolute": (lambda x: where(x > 0, x, -x), lambda x: 1.0 if x > 0 else -1.0, lambda x: 0.0),
    "huber": (
        lambda x: where(abs(x) <= 1, 0.5 * x * x, abs(x) - 0.5),
        lambda x: x if abs(x) <= 1 else math.copysign(1.0, x),
        lambda x: 1.0 if abs(x) <= 1 else 0.0,
    ),
    "guarded root": (
        lambda x: where(x > 0, sqrt(where(x > 0, x, 1.0)), 0.0),
        lambda x: 0.5 / math.sqrt(x) if x > 0 else 0.0,
        lambda x: -0.25 * x**-1.5 if x > 0 else 0.0,
    ),
    "by another's root": (
        lambda x: where(sqrt(abs(x)) > 1, x**3, x * x),
        lambda x: 3 * x * x if abs(x) > 1 else 2 * x,
        lambda x: 6 * x if abs(x) > 1 else 2.0,
    ),
}
PIECE = pytest.mark.parametrize(("f", "first", "second"), PIECES.values(), ids=PIECES)


@PIECE
@pytest.mark.parametrize("x", [-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 3.0])
def test_every_mode_differentiates_the_branch_that_was_taken(f, first, second, x):
    leaf = Value(x)
    f(leaf).backward()
    assert leaf.grad == first(x)
    assert grad(f)(x) == first(x)
    assert jvp(f, (x,), (1.0,))[1] == first(x)
    assert vjp(f, x)[1](1.0) == first(x)
    assert jacobian(f)(x) == first(x)
    again = Value(x)
    assert replay(f(again)).gradients().get(again, 0.0) == first(x)
    for found in (grad(grad(f))(x), hessian(f)(x), hvp(f, (x,), (1.0,)), jvp(grad(f), (x,), (1.0,))[1]):
        assert found == pytest.approx(second(x), rel=1e-14)
    if x not in (-1.0, 0.0, 1.0):
        assert check_gradients(f, x) < 1e-9


def test_nothing_of_the_condition_reaches_a_derivative():
    x, y = Value(0.0), Value(4.0)
    where(sqrt(x) > 1, x, y).backward()
    assert (x.grad, y.grad) == (0.0, 1.0)
    chosen = where(y > 9, y, 0.0)
    sqrt(chosen).backward()  # an infinite derivative
    assert (chosen.grad, chosen.operands[0].grad, y.grad) == (math.inf, 0.0, 1.0)


def test_a_leaf_of_the_condition_that_was_changed_is_noticed():
    x, y = Value(1.0), Value(2.0)
    chosen = where(x * 2 > 1, y, -y)
    x.data = -1.0
    with pytest.raises(StaleGraphError, match="was changed after the graph was recorded"):
        chosen.backward()
    assert replay(chosen).value == -2.0


def test_a_leaf_changed_between_the_comparison_and_the_choice_is_noticed():
    x = Value(1.0)
    condition = x > 0
    x.data = -1.0
    with pytest.raises(StaleGraphError, match=r"the condition .* > 0 was True"):
        where(condition, 1.0, 2.0)


def test_under_no_grad_where_still_chooses():
    x = Value(1.0)
    with no_grad():
        assert where(x > 0, 2 * x, -x).data == 2.0
        assert where(~(x > 0), 2 * x, -x).data == -1.0


# --- Equality


def test_two_values_are_equal_if_they_are_one():
    x = Value(2.0)
    same_one = x
    assert x == same_one
    assert x != Value(2.0)
    assert [Value(2.0), x].index(x) == 1


@pytest.mark.parametrize("number", [2.0, 2, True, np.float64(2.0), Fraction(2)])
def test_a_value_is_no_number_outside_of_a_transform(number):
    assert (Value(2.0) == number) is False
    assert (Value(2.0) != number) is True


EQUALITIES = {
    "==": lambda x: 10 * x if x == 0 else x * x,
    "!=": lambda x: x * x if x != 0.0 else 10 * x,
    "mirrored": lambda x: 10 * x if 0 == x else x * x,  # noqa: SIM300 - the order is what is tested
    "of a node": lambda x: 10 * x if x * 2 + 1 == 1 else x * x,
    "in a list": lambda x: 10 * x if x in [1.0, 2.0] else x * x,
    "where": lambda x: where(x == 0, 0.0, x * log(x + 1)),
}
TAKERS = {
    "grad": lambda f: grad(f)(0.5),
    "value_and_grad": lambda f: value_and_grad(f)(0.5),
    "jvp": lambda f: jvp(f, (0.5,), (1.0,)),
    "vjp": lambda f: vjp(f, 0.5),
    "jacobian": lambda f: jacobian(f)(0.5),
    "hessian": lambda f: hessian(f)(0.5),
    "hvp": lambda f: hvp(f, (0.5,), (1.0,)),
    "in a thread": lambda f: grad(lambda x: ThreadPoolExecutor(1).submit(f, x).result())(0.5),
}


@pytest.mark.parametrize("f", EQUALITIES.values(), ids=EQUALITIES)
@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
def test_equality_with_a_number_inside_of_a_transform_is_refused(f, take):
    with pytest.raises(TypeError, match=r"inside of a transform.*Write the choice with where"):
        take(f)
    assert (Value(0.0) == 0.0) is False  # afterwards, == is as before


def test_what_does_not_depend_on_a_transform_of_another_thread_is_left_alone():
    mine = Value(1.0)

    def f(x):
        assert ThreadPoolExecutor(1).submit(lambda: mine == 1.0).result() is False
        return x * x

    assert grad(f)(3.0) == 6.0


def test_an_inner_value_that_is_a_number_compares_as_one():
    f = lambda x: x * (1.0 if value_and_grad(lambda t: t * t)(3.0)[0] == 9.0 else 0.0)  # noqa: E731 - one line, as users write it
    assert grad(f)(2.0) == 1.0


# --- Functions that read data


@pytest.mark.parametrize("take", [grad, value_and_grad, jacobian])
@pytest.mark.parametrize("f", [lambda x: x.data**2, lambda x: Value(x.data) * 2, lambda x: 3.0 * x.data])
def test_a_function_that_drops_the_graph_by_reading_data_is_warned_of(f, take):
    with pytest.warns(UserWarning, match=r"does not depend on its arguments.*read the data"):
        take(f)(3.0)


def test_a_constant_function_and_a_stop_gradient_are_not():
    assert grad(lambda x: 5.0)(3.0) == 0.0
    assert grad(lambda x: x * x.data)(3.0) == 3.0
    assert grad(lambda x: 1.0 if x > 0 else 0.0)(3.0) == 0.0


@pytest.mark.parametrize("kind", [bool, np.bool_])
@pytest.mark.parametrize("number", [2.0, -2.0])
def test_a_condition_beside_a_bool_stays_a_truth_value(kind, number):
    """Python gives an int for ``condition & True``, and ~1 is -2, which counts as true."""
    x = Value(number)
    for held in (True, False):
        other = kind(held)
        for found, expected in (
            ((x > 0) & other, (number > 0) & held),
            ((x > 0) | other, (number > 0) | held),
            ((x > 0) ^ other, (number > 0) ^ held),
        ):
            assert (bool(found), repr(found)) == (expected, repr(expected))
            if isinstance(found, Condition):
                assert bool(~found) is not expected
    y = where((x > 0) & kind(True), 1.0, -1.0)
    assert replay(y, at={x: -number}).value == -y.data
    assert replay(where((x > 0) ^ kind(True), 1.0, -1.0), at={x: -number}).value == y.data


def test_a_condition_beside_a_bool_compiles():
    f = autograd.compile(lambda x, y: where((x > 0) & True, x, y) + where((x > 0) ^ np.True_, 10 * x, y))
    rows = [[1.0, 2.0], [-1.0, 3.0]]
    assert f(rows).tolist() == [1.0 + 2.0, 3.0 - 10.0]

"""Compiled functions that make Values, and functions that do something else at each call."""

import itertools
import os
import random
import time

import numpy as np
import pytest

import autograd
from autograd import GuardError, Value, grad

ROWS = np.array([[2.0], [0.5], [-1.0], [9.0]])


def bisected(x):
    low, high = Value(0.0), Value(4.0)
    for _ in range(6):
        middle = (low + high) / 2
        if middle * middle < x:
            low = middle
        else:
            high = middle
    return (low + high) / 2 + 0 * x


def replaced(x):
    low = Value(0.0)
    if x > 1:
        low = Value(2.0)
    return low * x


def added_up(x):
    total = Value(0.0)
    for k in range(3):
        total = total + x if x > k else total - 2 * x
    return total


def of_its_data(x):
    return (Value(x.data * 2) if x.data > 0 else Value(1.0)) * x


def of_a_list(x):
    numbers = [Value(float(k)) for k in range(3)]
    return numbers[0] * x + numbers[1] if x > 0 else numbers[2] * x


@pytest.mark.parametrize("function", [bisected, replaced, added_up, of_its_data, of_a_list])
def test_values_that_a_function_makes_are_constants_in_every_branch(function):
    compiled = autograd.compile(function, on_other_branch="record")
    numbers = [x for (x,) in ROWS.tolist()]
    assert compiled(ROWS).tolist() == [function(Value(x)).data for x in numbers]
    gradient = compiled.gradient(ROWS)
    assert gradient.inputs[:, 0].tolist() == [float(getattr(g, "data", g)) for g in map(grad(function), numbers)]
    assert gradient.parameters.tolist() == []


def test_values_of_other_branches_that_are_captured_are_still_refused():
    weight = Value(3.0)
    compiled = autograd.compile(lambda x: x if x > 0 else weight * x, on_other_branch="record")
    compiled([[1.0]])
    with pytest.raises(autograd.GraphError, match="pass all parameters="):
        compiled([[-1.0]])


def drawing(draw):
    return lambda x: x * draw()


def counting():
    calls = itertools.count()
    return lambda x: x * next(calls)


def choosing():
    generator = random.Random(1)
    return lambda x: sum([x if generator.random() < 0.5 else 0 * x for _ in range(40)])


def of_lists():
    generator = random.Random(1)
    return lambda xs: sum([x * generator.random() for x in xs])


def alternating():
    calls = itertools.count()
    return lambda x: x if next(calls) % 2 else x * 1.0 + 0.0


STATEFUL = {
    "a generator of its own": lambda: drawing(random.Random(1).random),
    "NumPy's new generator": lambda: drawing(np.random.default_rng(1).normal),
    "NumPy's old generator": lambda: drawing(np.random.RandomState(1).rand),
    "the system's": lambda: drawing(lambda: int.from_bytes(os.urandom(6), "big")),
    "a choice": choosing,
    "the time": lambda: drawing(time.perf_counter_ns),
    "a counter": counting,
    "another graph with the same number": alternating,
    "a list": of_lists,
}


@pytest.mark.parametrize("make", STATEFUL.values(), ids=STATEFUL)
def test_a_function_that_does_not_always_do_the_same_is_refused(make):
    with pytest.raises(GuardError, match="called twice with the same sample, it computes different numbers"):
        autograd.compile(make())([[1.0], [2.0]])


def test_a_function_that_works_once_is_refused():
    numbers = iter([2.0])
    with pytest.raises(GuardError, match=r"called a second time with the same sample, it raises StopIteration"):
        autograd.compile(lambda x: x * next(numbers))([[1.0], [2.0]])


def test_a_generator_that_a_function_makes_does_the_same_every_time():
    compiled = autograd.compile(lambda x: x * random.Random(3).random())
    assert compiled([[1.0], [2.0]]).tolist() == [random.Random(3).random(), 2 * random.Random(3).random()]


def test_what_is_no_number_is_the_same_both_times():
    assert np.isnan(autograd.compile(lambda x: x * float("nan"))([[1.0]])).all()

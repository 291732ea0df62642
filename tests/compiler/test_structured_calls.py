"""Compiled functions of dicts, dataclasses and named tuples agree with the engine, and return the same structures."""

import collections
import dataclasses

import numpy as np
import pytest

import autograd
from autograd import Value, exp, grad, hessian, sin
from autograd.compiler.structured_calls import changed, of_numbers
from autograd.engine.errors import GuardError
from autograd.engine.pytrees import flatten, has_names, outline

Pair = collections.namedtuple("Pair", "a b")


@dataclasses.dataclass
class Layer:
    w: list
    b: float
    power: int = 2


def dense(layer, x):
    return (layer.w[0] * x[0] + layer.w[1] * x[1] + layer.b) ** layer.power


# A function, its arguments, and other arguments of the same structure.
CALLS = {
    "dict": (lambda p: p["w"] * exp(p["x"]), [{"w": 2.0, "x": 0.5}], [{"w": -1.0, "x": 1.5}]),
    "named tuple": (lambda p: p.a * sin(p.b), [Pair(2.0, 0.5)], [Pair(1.0, 3.0)]),
    "dataclass and list": (dense, [Layer([0.5, -1.0], 0.25), [1.0, 2.0]], [Layer([1.5, 2.0], 1.0), [3.0, 0.5]]),
    "list of dicts": (lambda p: p[0]["w"] * p[1]["w"], [[{"w": 2.0}, {"w": 4.0}]], [[{"w": 3.0}, {"w": 5.0}]]),
    "array in a dict": (lambda p: (p["W"] @ p["x"]).sum() ** 2, [{"W": np.ones((2, 2)), "x": np.array([0.5, 2.0])}],
                        [{"W": np.eye(2), "x": np.array([1.5, -1.0])}]),
    "dict beside a number": (lambda p, x: p["w"][0][0] * x + p["w"][1], [{"w": ([2.0], 1.0)}, 3.0],
                             [{"w": ([4.0], -1.0)}, 0.5]),
    "branch of data": (lambda p: p["a"] * max(p["b"].data, 0.25), [{"a": 2.0, "b": 1.0}], [{"a": 2.0, "b": -1.0}]),
}  # fmt: skip


def same(found, expected):
    """Assert that two structures are equal up to rounding, including their types."""
    assert outline(found) == outline(expected)
    assert np.allclose(flatten(found)[0], flatten(expected)[0], rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("name", CALLS)
def test_values_and_gradients_are_those_of_the_engine(name):
    function, first, second = CALLS[name]
    compiled = autograd.compile(function)
    for arguments in (first, second, first):
        y, found = compiled.value_and_gradient(*arguments)
        if name != "branch of data":  # no derivative flows through data that was read
            expected = grad(function, argnums=tuple(range(len(arguments))))(*arguments)
            same(found.inputs, expected[0] if len(arguments) == 1 else expected)
            same(grad(compiled)(*arguments), grad(function)(*arguments))
        assert y == pytest.approx(float(getattr(function(*values_of(arguments)), "data", 0.0)), rel=1e-14)
        assert compiled(*arguments) == compiled.value(*arguments) == y
    assert repr(compiled).endswith(", 1 recorded>")


def values_of(arguments):
    numbers, tree = flatten(tuple(arguments))
    return tree.rebuild([Value(x) for x in numbers])


def test_a_number_that_is_no_part_is_a_constant():
    compiled = autograd.compile(dense)
    assert compiled(Layer([1.0, 1.0], 1.0, power=2), [1.0, 1.0]) == 9.0
    assert compiled(Layer([1.0, 1.0], 1.0, power=3), [1.0, 1.0]) == 27.0
    assert compiled(Layer([2.0, 1.0], 1.0, power=3), [1.0, 1.0]) == 64.0
    assert repr(compiled) == "<compiled dense, 2 recorded>"


def test_structures_by_name_and_as_methods():
    class Model:
        def __init__(self, k):
            self.k = k

        @autograd.compile
        def loss(self, params, scale=2.0):
            return self.k * params["w"] ** 2 * scale

    assert Model(3.0).loss(params={"w": 2.0}) == 24.0
    assert Model(3.0).loss({"w": 2.0}, scale=1.0) == 12.0
    assert hessian(Model(3.0).loss)({"w": 2.0}) == {"w": {"w": 12.0}}


def test_parameters_and_branches():
    w = Value(0.5, "w")
    compiled = autograd.compile(lambda p: w * p["x"], parameters=[w])
    found = compiled.gradient({"x": 2.0}, seed=3.0)
    assert (found.parameters.tolist(), found.inputs) == ([6.0], {"x": 1.5})
    signed = autograd.compile(lambda p: p["x"] if p["x"] > 0 else -p["x"], on_other_branch="record")
    assert (signed({"x": 2.0}), signed({"x": -3.0}), repr(signed)) == (2.0, 3.0, "<compiled <lambda>, 2 recorded>")
    once = autograd.compile(lambda p: p["x"] if p["x"] > 0 else -p["x"])
    assert once({"x": 2.0}) == 2.0
    with pytest.raises(GuardError, match="another branch"):
        once({"x": -3.0})


# A function of two numbers, and its results for one sample and for the batch of two.
RESULTS = {
    "dict": (lambda a, b: {"sum": a + b, "two": [a * b, 1.0]}, {"sum": 3.0, "two": [2.0, 1.0]},
             {"sum": [3.0, 7.0], "two": [[2.0, 12.0], [1.0, 1.0]]}),
    "dataclass": (lambda a, b: Layer([a, b], a * b), Layer([1.0, 2.0], 2.0),
                  Layer([[1.0, 3.0], [2.0, 4.0]], [2.0, 12.0])),
    "nested lists": (lambda a, b: [[a], b], [[1.0], 2.0], [[[1.0, 3.0]], [2.0, 4.0]]),
    "array in a dict": (lambda a, b: {"m": np.array([[a, b]])}, {"m": np.array([[1.0, 2.0]])}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", RESULTS)
def test_results_in_structures(name):
    function, of_one, of_two = RESULTS[name]
    compiled = autograd.compile(function)
    same(compiled([1.0, 2.0]), of_one)
    same(compiled.value_and_gradient([1.0, 2.0], seed=np.ones(len(flatten(of_one)[0])))[0], of_one)
    found = compiled([[1.0, 2.0], [3.0, 4.0]])
    if of_two is None:
        assert found["m"].tolist() == [[[1.0, 2.0]], [[3.0, 4.0]]]
        return
    assert outline(listed(found)) == outline(of_two)
    assert flatten(listed(found))[0] == flatten(of_two)[0]


def listed(x):
    """Return a structure with lists in place of arrays."""
    if isinstance(x, np.ndarray):
        return x.tolist()
    if isinstance(x, dict):
        return {key: listed(y) for key, y in x.items()}
    if isinstance(x, list):
        return [listed(y) for y in x]
    return dataclasses.replace(x, w=listed(x.w), b=listed(x.b)) if isinstance(x, Layer) else x


def test_plain_rows_stay_rows():
    assert autograd.compile(lambda a, b: a * b)(Pair(2.0, 3.0)) == 6.0
    assert autograd.compile(lambda a, b: Pair(a, b))(2.0, 3.0).tolist() == [2.0, 3.0]
    with pytest.raises(TypeError, match="expected numbers, or lists, tuples, dicts, dataclasses and arrays"):
        autograd.compile(lambda p: p["w"])({"w": "2"})


def test_parts_of_a_structured_call():
    assert [has_names(x) for x in ({}, Pair(1.0, 2.0), [], [1.0], [[1.0], {}], Layer, 2.0)] == [
        True, True, False, False, True, False, False,
    ]  # fmt: skip
    _, tree = flatten((Pair(1.0, 2.0),))
    function = of_numbers(lambda p: p.a - p.b, tree)
    assert changed(function, lambda f: f) is function
    assert changed(function, lambda f: lambda p: -f(p))([5.0, 3.0]) == -2.0
    assert outline({"a": np.ones(2)}) != outline({"a": np.ones(3)})

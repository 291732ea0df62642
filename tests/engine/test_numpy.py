"""NumPy with Values: NumPy's scalars are numbers, arrays hold Values, and no Value ever holds an array."""

import math

import numpy as np
import pytest

from autograd import Value, dot, exp, maximum, sigmoid, total, where


def values(*numbers):
    array = np.empty(len(numbers), dtype=object)
    array[:] = [Value(x) for x in numbers]
    return array


def data(array):
    return [v.data for v in array]


@pytest.mark.parametrize(
    "kind", [np.float64, np.float32, np.float16, np.longdouble, np.int8, np.int64, np.uint16, np.bool_]
)
def test_a_numpy_scalar_is_a_number(kind):
    number = kind(1)
    v = Value(number)
    assert (v.data, type(v.data)) == (1.0, float)
    x = Value(3.0)
    results = [x + number, number + x, x * number, number * x, x - number, x / number, x**number, dot([x], [number])]
    assert [type(y) for y in results] == [Value] * 8
    assert [y.data for y in results] == [4.0, 4.0, 3.0, 3.0, 2.0, 3.0, 3.0, 3.0]
    x.data = number
    assert x.data == 1.0


@pytest.mark.parametrize("kind", [np.float64, np.int64])
def test_a_numpy_scalar_on_the_left(kind):
    x = Value(4.0)
    results = [kind(2) - x, kind(2) / x, kind(2) ** x]
    assert [type(y) for y in results] == [Value] * 3
    assert [y.data for y in results] == [-2.0, 0.5, 16.0]
    sum(results).backward()
    assert x.grad == pytest.approx(-1 - 2 / 16 + 16 * math.log(2), rel=1e-15)


@pytest.mark.parametrize("bad", [np.array(1.0), np.array([1.0]), np.complex128(1), np.str_("1"), np.datetime64("2020")])
def test_what_is_no_real_number_is_a_type_error(bad):
    with pytest.raises(TypeError, match="a Value holds one real number"):
        Value(bad)


@pytest.mark.parametrize("operation", ["+", "-", "*", "/", "**"])
def test_a_value_and_an_array_give_an_array_of_values(operation):
    x, array = Value(2.0), np.array([1.0, 3.0])
    for left, right in ((x, array), (array, x)):
        found = eval(f"left {operation} right")
        expected = eval(
            f"l {operation} r",
            {"l": getattr(left, "data", left) if left is x else left, "r": x.data if right is x else right},
        )
        assert isinstance(found, np.ndarray)
        assert found.shape == (2,)
        assert [type(v) for v in found] == [Value] * 2
        assert data(found) == list(expected)


def test_the_gradient_flows_through_arrays():
    x = Value(2.0)
    (x * np.array([1.0, 3.0, 5.0])).sum().backward()
    assert x.grad == 9.0


def test_products_of_arrays():
    w, x = values(1.0, 2.0, 3.0), np.array([4.0, 5.0, 6.0])
    for y in (w @ x, x @ w, np.dot(w, x), np.sum(w * x), (w * x).sum()):
        assert type(y) is Value
        assert y.data == 32.0
    (w @ w).backward()
    assert [v.grad for v in w] == [2.0, 4.0, 6.0]
    matrix = np.array([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])
    assert data(matrix @ w) == [7.0, 6.0]


@pytest.mark.parametrize(
    "name",
    [
        "exp",
        "log",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "sinh",
        "cosh",
        "tanh",
        "expm1",
        "log1p",
        "arcsin",
        "arccos",
        "arctan",
        "absolute",
    ],
)
def test_numpys_functions_over_arrays_of_values(name):
    function = getattr(np, name)
    array = values(0.25, 0.75)
    found = function(array)
    assert [type(v) for v in found] == [Value] * 2
    assert data(found) == pytest.approx(function(np.array([0.25, 0.75])), rel=1e-15)
    found.sum().backward()
    step = 1e-6
    for v in array:
        slope = (function(v.data + step) - function(v.data - step)) / (2 * step)
        assert v.grad == pytest.approx(slope, rel=1e-7)


def test_numpys_functions_on_one_value():
    assert type(np.exp(Value(0.0))) is Value
    assert np.tanh(Value(0.5)).data == math.tanh(0.5)


@pytest.mark.parametrize("function", [exp, sigmoid, lambda x: maximum(x, 0.5), lambda x: maximum(0.5, x)])
def test_our_functions_over_arrays(function):
    numbers = np.array([[0.1, 0.9], [-2.0, 30.0]])
    plain = function(numbers)
    assert plain.dtype == float
    assert plain.shape == (2, 2)
    assert [plain[i] for i in np.ndindex(2, 2)] == [function(float(numbers[i])) for i in np.ndindex(2, 2)]
    recorded = function(values(0.1, 0.9))
    assert [type(v) for v in recorded] == [Value] * 2


def test_where_selects_in_arrays():
    found = where(np.array([True, False]), np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    assert list(found) == [1.0, 4.0]


def test_sums_take_arrays():
    x = np.array([1.0, 2.0])
    w = [Value(3.0), Value(4.0)]
    assert dot(w, x).data == 11.0
    assert total(values(1.0, 2.5)).data == 3.5
    assert total(x) == 3.0


def test_arrays_of_values_compare_and_sort_by_data():
    array = values(3.0, 1.0, 2.0)
    assert data(np.sort(array)) == [1.0, 2.0, 3.0]
    assert list(array > 1.5) == [True, False, True]
    assert array.max().data == 3.0

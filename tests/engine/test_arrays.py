"""NumPy with Values: scalars are numbers, object arrays hold Values, and no Value ever holds an array."""

import itertools
import math
import operator

import numpy as np
import pytest

import autograd
from autograd import Value, dot, grad, total, where

SCALARS = [np.float64(1.5), np.float32(1.5), np.float16(1.5), np.longdouble(1.5), np.int64(2), np.int8(2), np.uint64(2),
           np.bool_(True)]  # fmt: skip
ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]


def objects(numbers):
    array = np.empty(np.shape(numbers), dtype=object)
    array.ravel()[:] = [Value(float(x)) for x in np.ravel(numbers)]
    return array


def data(array):
    return np.array([v.data for v in np.ravel(array)]).reshape(np.shape(array))


def floats(x):
    """Return plain numbers in place of the Values of an array, or of one Value."""
    return data(x) if isinstance(x, Value) or np.asarray(x).dtype.hasobject else np.asarray(x, dtype=float)


def gradients(array):
    return np.array([v.grad for v in np.ravel(array)]).reshape(np.shape(array))


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("operation", ARITHMETIC)
def test_a_scalar_on_either_side(operation, scalar):
    x = float(scalar)
    for a, b, expected, parents in (
        (Value(3.0), scalar, operation(3.0, x), 1),
        (scalar, Value(3.0), operation(x, 3.0), 1),
    ):
        node = operation(a, b)
        assert type(node) is Value
        assert node.data == expected
        assert len(node.parents) == parents
        assert sum(type(c) is float for c in node.operands) == 1
        node.backward()


def test_a_scalar_is_a_number_everywhere():
    v = Value(np.float64(2.0))
    assert type(v.data) is float
    v.data = np.float32(0.5)
    v.grad = np.float64(3.0)
    assert (v.data, v.grad) == (0.5, 3.0)
    node = dot([v, np.float64(2)], np.array([1.0, 2.0]), np.int64(3)) + total(np.array([1.0, 2.0]))
    node.backward(np.float64(1.0))
    assert (node.data, v.grad) == (0.5 + 4 + 3 + 3, 4.0)
    assert type(v.grad) is float
    assert np.float64(1.0) < Value(2.0)
    assert Value(2.0) >= np.int64(2)


@pytest.mark.parametrize("bad", [np.complex64(1), np.str_("1"), np.datetime64("2020-01-01"), np.timedelta64(5, "s"),
                                 np.array([1.0, 2.0]), np.array([[1.0]]), np.array(None), np.array([])],
                         ids=repr)  # fmt: skip
def test_what_is_no_real_number_is_refused(bad):
    with pytest.raises(TypeError):
        Value(bad)
    v = Value(1.0)
    with pytest.raises(TypeError):
        v.data = bad
    assert v.data == 1.0


@pytest.mark.parametrize("operation", ARITHMETIC)
@pytest.mark.parametrize("array", [np.array([1.0, 2.0, 3.0]), np.array([[1, 2], [3, 4]]), np.array([1.5], np.float32)])
def test_a_value_and_an_array_give_an_array_of_values_in_both_orders(operation, array):
    for reflected in (False, True):
        v = Value(2.5)
        found = operation(array, v) if reflected else operation(v, array)
        expected = operation(array.astype(float), 2.5) if reflected else operation(2.5, array.astype(float))
        assert type(found) is np.ndarray
        assert found.dtype == object
        assert found.shape == array.shape
        assert all(type(x) is Value and type(x.data) is float and x.parents == (v,) for x in found.ravel())
        assert data(found) == pytest.approx(expected)
        total(found.ravel()).backward()
        slope = grad(lambda a, r=reflected: total([operation(x, a) if r else operation(a, x) for x in array.ravel()]))
        assert v.grad == pytest.approx(slope(2.5))


def test_in_place_operators_on_arrays_of_values():
    v, array = Value(2.0), objects([1.0, 2.0])
    before = list(array)
    array += v
    array *= 3
    assert data(array).tolist() == [9.0, 12.0]
    total(array).backward()
    assert v.grad == 6.0
    assert [x.grad for x in before] == [3.0, 3.0]


@pytest.mark.parametrize("operation", ARITHMETIC)
def test_arrays_of_values_broadcast(operation):
    a, b = [[1.0, 2.0], [3.0, 0.5]], [0.5, 2.0]
    for left, right in itertools.product((objects(a), np.array(a)), (objects(b), np.array(b), Value(2.0), 2.0)):
        expected = operation(floats(left), floats(right))
        found = operation(left, right)
        assert floats(found) == pytest.approx(expected)
        recorded = isinstance(right, Value) or any(np.asarray(x).dtype.hasobject for x in (left, right))
        assert found.dtype.hasobject == recorded


def test_matrix_products_and_their_gradients():
    rng = np.random.default_rng(5)
    w, x = rng.normal(size=(3, 4)), rng.normal(size=(4, 2))
    for product in (operator.matmul, np.dot, np.matmul):
        ow, ox = objects(w), objects(x)
        y = product(ow, ox)
        np.testing.assert_allclose(data(y), w @ x, rtol=1e-14)
        weights = rng.normal(size=y.shape)
        np.sum(y * weights).backward()
        np.testing.assert_allclose(gradients(ow), weights @ x.T, rtol=1e-13)
        np.testing.assert_allclose(gradients(ox), w.T @ weights, rtol=1e-13)
    half = objects(w) @ x
    assert data(half) == pytest.approx(w @ x)
    other = w @ objects(x)
    assert data(other) == pytest.approx(w @ x)
    inner = objects(w[0]) @ objects(x[:, 0])
    assert type(inner) is Value
    assert inner.data == pytest.approx(w[0] @ x[:, 0])


def test_reductions():
    numbers = [[1.0, 2.0], [3.0, 4.0]]
    for reduce, expected in ((np.sum, 10.0), (np.prod, 24.0), (np.mean, 2.5), (np.max, 4.0), (np.min, 1.0)):
        a = objects(numbers)
        found = reduce(a)
        assert type(found) is Value
        assert found.data == expected
        found.backward()
        slopes = {10.0: [1.0] * 4, 24.0: [24.0, 12.0, 8.0, 6.0], 2.5: [0.25] * 4, 4.0: [0, 0, 0, 1], 1.0: [1, 0, 0, 0]}
        assert gradients(a).ravel().tolist() == slopes[expected]
    assert data(np.sum(objects(numbers), axis=0)).tolist() == [4.0, 6.0]
    assert data(np.cumsum(objects([1.0, 2.0, 3.0]))).tolist() == [1.0, 3.0, 6.0]
    assert np.argmax(objects([1.0, 3.0, 2.0])) == 1
    assert data(np.sort(objects([3.0, 1.0, 2.0]))).tolist() == [1.0, 2.0, 3.0]
    assert data(np.where([True, False], objects([1.0, 2.0]), objects([3.0, 4.0]))).tolist() == [1.0, 4.0]
    assert data(np.maximum(objects([1.0, 5.0]), objects([3.0, 4.0]))).tolist() == [3.0, 5.0]
    closed = np.maximum(objects([-1.0]), 0)[0]  # only compiled code can replace NumPy's loop, which compares
    assert (type(closed) is Value) == autograd.compiled


UFUNCS = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos",
          "arctan", "absolute", "negative", "positive", "square", "reciprocal", "log2", "log10", "exp2", "cbrt", "fabs",
          "radians", "deg2rad", "degrees", "rad2deg", "conjugate", "arcsinh", "arctanh"]  # fmt: skip


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs_on_arrays_of_values(name):
    ufunc = getattr(np, name)
    numbers = np.array([[0.25, 0.5], [0.75, 0.125]])
    a = objects(numbers)
    found = ufunc(a)
    assert found.shape == (2, 2)
    np.testing.assert_allclose(data(found), ufunc(numbers), rtol=1e-14)
    np.sum(found).backward()
    h = 1e-6
    np.testing.assert_allclose(gradients(a), (ufunc(numbers + h) - ufunc(numbers - h)) / (2 * h), rtol=1e-7)


SPREADS = [np.var, np.std, np.ptp, np.median, np.linalg.norm, lambda a: np.var(a, ddof=1), lambda a: np.vdot(a, a)]


@pytest.mark.parametrize("spread", SPREADS)
def test_spreads_of_arrays_of_values(spread):
    numbers = np.array([0.25, 0.5, 1.75, -1.0, 0.125])
    a = objects(numbers)
    found = spread(a)
    assert found.data == pytest.approx(spread(numbers), rel=1e-14)
    found.backward()
    h = 1e-6
    for k, step in enumerate(np.eye(5) * h):
        assert gradients(a)[k] == pytest.approx((spread(numbers + step) - spread(numbers - step)) / (2 * h), abs=1e-8)


def test_a_ufunc_on_one_value_gives_a_value():
    v = Value(0.5)
    for ufunc in (np.exp, np.tanh, np.sqrt, np.log):
        y = ufunc(v)
        assert type(y) is Value
        assert y.data == pytest.approx(ufunc(0.5))


FUNCTIONS = ["relu", "sigmoid", "tanh", "softplus", "gelu", "silu", "exp", "erf", "leaky_relu", "elu", "step", "sign"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_our_functions_over_arrays_of_floats_and_of_values(name):
    function = getattr(autograd, name)
    numbers = np.array([[-1.0, 0.0, 0.5], [2.0, -3.0, 1.0]])
    found = function(numbers)
    assert (found.dtype, found.shape) == (np.dtype(float), (2, 3))
    assert found.ravel().tolist() == [function(float(x)) for x in numbers.ravel()]
    array = objects(numbers)
    values = function(array)
    assert values.dtype == object
    assert data(values).tolist() == found.tolist()
    total(values.ravel()).backward()
    assert gradients(array).ravel().tolist() == [grad(function)(float(x)) for x in numbers.ravel()]
    assert function(np.array([1, 2])).dtype == float


def test_functions_of_two_arrays_broadcast():
    a, b = np.array([[1.0], [2.0]]), np.array([0.5, 3.0])
    assert autograd.maximum(a, b).tolist() == np.maximum(a, b).tolist()
    assert autograd.atan2(a, 2.0).tolist() == [[math.atan2(x, 2.0)] for x in (1.0, 2.0)]  # and not NumPy's
    mixed = autograd.hypot(objects(a), b)
    assert data(mixed) == pytest.approx(np.hypot(a, b))
    v = Value(2.0)
    both = autograd.maximum(v, b)
    assert type(both) is np.ndarray
    assert data([x if isinstance(x, Value) else Value(x) for x in both]).tolist() == [2.0, 3.0]
    assert where(np.array([1.0, 0.0]), a, b).tolist() == np.where([True, False], a, b).tolist()


def test_empty_and_zero_dimensional_arrays():
    assert (Value(1.0) * np.array([])).shape == (0,)
    assert autograd.tanh(np.array([])).shape == (0,)
    v = Value(3.0)
    for node in (v * np.array(2.0), np.array(2.0) * v):
        assert np.ravel(np.asarray(node, dtype=object))[0].data == 6.0
    assert float(autograd.tanh(np.array(0.5))) == math.tanh(0.5)


def test_an_array_of_floats_cannot_swallow_a_value():
    v = Value(1.0)
    with pytest.raises((TypeError, ValueError)):
        np.array([v, 1.0], dtype=float)
    a = np.zeros(2)
    with pytest.raises((TypeError, ValueError)):
        a[0] = v
    assert np.array([v, 1.0]).dtype == object


def test_identity_holds_inside_of_arrays():
    v, w = Value(1.0), Value(1.0)
    array = np.array([v, w], dtype=object)
    assert (array == v).tolist() == [True, False]
    assert array[0] is v
    assert np.array([array, array])[1][1] is w


def test_a_network_over_arrays_equals_one_over_values():
    rng = np.random.default_rng(7)
    w1, w2, x = rng.normal(size=(4, 3)), rng.normal(size=(1, 4)), rng.normal(size=(3, 5))
    a1, a2 = objects(w1), objects(w2)
    loss = np.mean((a2 @ np.tanh(a1 @ x) - 1.0) ** 2)
    loss.backward()
    h = np.tanh(w1 @ x)
    error = w2 @ h - 1.0
    delta = 2 * error / 5
    np.testing.assert_allclose(gradients(a2), delta @ h.T, rtol=1e-12)
    np.testing.assert_allclose(gradients(a1), (w2.T @ delta * (1 - h * h)) @ x.T, rtol=1e-12)

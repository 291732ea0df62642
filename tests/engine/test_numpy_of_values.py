"""NumPy's functions of bare Values record, alone and with numbers and arrays, and give NumPy's values."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

import autograd
from autograd import Value, grad, replay, where
from autograd.engine.conditions import Condition

A, B = 0.7, -1.3  # no kink, tie or integer is near

# Functions of two numbers, and a point at which both derivatives exist.
OF_TWO = {
    "add": (A, B), "subtract": (A, B), "multiply": (A, B), "divide": (A, B), "true_divide": (A, B), "power": (A, B),
    "float_power": (A, B), "remainder": (B, A), "mod": (A, B), "fmod": (5 * B, A), "floor_divide": (A, B),
    "maximum": (A, B), "minimum": (A, B), "fmax": (B, A), "fmin": (B, A), "arctan2": (A, B), "hypot": (A, B),
    "logaddexp": (A, B), "logaddexp2": (A, B), "copysign": (A, B), "heaviside": (A, B),
}  # fmt: skip
OF_ONE = [
    "absolute", "arccos", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "conjugate", "cos", "cosh",
    "deg2rad", "degrees", "exp", "exp2", "expm1", "fabs", "floor", "log", "log10", "log1p", "log2", "negative",
    "positive", "rad2deg", "radians", "reciprocal", "rint", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh",
    "trunc",
]  # fmt: skip
CONDITIONS = ["less", "less_equal", "greater", "greater_equal"]
WITHOUT_DERIVATIVE = {
    "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_left_shift", "bitwise_right_shift", "left_shift",
    "right_shift", "gcd", "lcm", "nextafter", "logical_and", "logical_or", "logical_xor", "equal", "not_equal",
    "matmul", "vecdot", "matvec", "vecmat",
}  # fmt: skip


def slope(function, numbers, i, step=1e-6):
    def at(shift):
        return float(function(*[x + shift * (k == i) for k, x in enumerate(numbers)]))

    return (at(step) - at(-step)) / (2 * step)


def test_every_function_of_two_operands_is_named_here():
    """A function that a later NumPy adds makes this test fail."""
    found = {name for name in dir(np) if isinstance(getattr(np, name), np.ufunc) and getattr(np, name).nin == 2}
    synonyms = {"pow": "power", "atan2": "arctan2"}
    known = {*OF_TWO, *CONDITIONS, *WITHOUT_DERIVATIVE, "ldexp", "divmod", *synonyms}
    assert found - known == set()


@pytest.mark.parametrize("bare", ["both", "first", "second", "first beside NumPy's", "second beside NumPy's"])
@pytest.mark.parametrize("name", OF_TWO)
def test_a_function_of_two_operands_records(name, bare):
    ufunc, numbers = getattr(np, name), OF_TWO[name]
    operands = list(map(np.float64 if "NumPy" in bare else float, numbers))
    places = [0, 1] if bare == "both" else [0] if "first" in bare else [1]
    for i in places:
        operands[i] = Value(numbers[i])
    y = ufunc(*operands)
    assert type(y) is Value
    assert y.data == pytest.approx(float(ufunc(*numbers)), rel=1e-15)
    y.backward()
    for i in places:
        assert operands[i].grad == pytest.approx(slope(ufunc, numbers, i), rel=1e-8, abs=1e-9)
    moved = [x + 0.01 for x in numbers]
    at = {operands[i]: moved[i] for i in places}
    expected = ufunc(*[moved[i] if i in places else numbers[i] for i in (0, 1)])
    assert replay(y, at=at).value == pytest.approx(float(expected), rel=1e-14)


@pytest.mark.parametrize("name", OF_ONE)
def test_a_function_of_one_operand_records(name):
    ufunc, x = getattr(np, name), Value(0.7)
    y = ufunc(x)
    assert type(y) is Value
    assert y.data == pytest.approx(float(ufunc(0.7)), rel=1e-15)
    y.backward()
    assert x.grad == pytest.approx(slope(ufunc, (0.7,), 0), rel=1e-7, abs=1e-9)
    with_another = replay(y, at={x: 0.3}).value
    assert with_another == pytest.approx(float(ufunc(0.3)), rel=1e-14)


def test_relu_by_maximum_has_the_gate_of_a_value():
    """Before, NumPy compared, and returned a plain 0."""
    for number, expected in ((-1.0, 0.0), (2.0, 1.0), (0.0, 0.5)):
        for operands in (lambda v: (v, 0), lambda v: (0, v), lambda v: (v, np.float32(0)), lambda v: (v, np.array(0))):
            x = Value(number)
            y = np.maximum(*operands(x))
            assert (type(y), y.data) == (Value, max(number, 0.0))
            y.backward()
            assert x.grad == expected
    assert grad(lambda x: np.maximum(x, 0) ** 2)(-1.0) == 0.0
    assert grad(lambda x: np.maximum(x, 0) ** 2)(3.0) == 6.0
    x = Value(-1.0)
    assert replay(np.maximum(x, 0), at={x: 5.0}).value == 5.0


SPECIAL = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin", "heaviside", "copysign"])
def test_values_at_special_numbers_are_those_of_numpy(name):
    ufunc = getattr(np, name)
    for a, b in itertools.product(SPECIAL, repeat=2):
        if name == "copysign" and b != b:
            continue  # the sign of a NaN has no meaning
        expected = float(ufunc(a, b))
        for operands in ((Value(a), b), (a, Value(b)), (Value(a), Value(b))):
            found = ufunc(*operands)
            found = found.data if isinstance(found, Value) else found
            assert found == expected or (found != found and expected != expected), (operands, found, expected)


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite"])
def test_questions_on_a_value(name):
    for number in SPECIAL:
        assert bool(getattr(np, name)(Value(number))) is bool(getattr(np, name)(number))


@pytest.mark.parametrize("sign", ["<", "<=", ">", ">="])
def test_comparisons_with_numpys_numbers_are_conditions(sign):
    """``np.float64(2) < x`` was a plain bool, which ``where`` could not follow."""
    x = Value(0.5)
    for written in (f"x {sign} np.float64(1)", f"np.float64(1) {sign} x", f"np.array(1.0) {sign} x"):
        condition = eval(written)
        assert isinstance(condition, Condition)
        y = where(condition, 1.0, 0.0)
        assert replay(y, at={x: 2.0}).value != y.data


def test_numpys_functions_compare_to_bools():
    """NumPy's own code computes with the results, as ``np.isclose`` does."""
    x = Value(0.5)
    for name in CONDITIONS:
        assert type(getattr(np, name)(x, np.float64(1))) in (bool, np.bool_)
    # before NumPy 2, isclose made an array of objects from a Value, and raised
    if int(np.__version__.partition(".")[0]) >= 2:
        assert bool(np.isclose(x, 0.5)) is True
        assert bool(np.isclose(x, 0.6)) is False
        assert bool(np.allclose(x, 0.5)) is True


def test_numpys_clip_records():
    """Without a method of this name, NumPy compares elements of an array, and returns the plain bound."""
    for number, expected in ((5.0, 0.0), (0.5, 1.0), (-5.0, 0.0)):
        for clipped in (
            lambda x: np.clip(x, -1, 1),
            lambda x: x.clip(-1.0, 1.0),
            lambda x: np.clip(x, None, 1).clip(-1),
        ):
            x = Value(number)
            y = clipped(x)
            assert (type(y), y.data) == (Value, min(max(number, -1.0), 1.0))
            y.backward()
            assert x.grad == expected
            assert replay(y, at={x: 0.25}).value == 0.25
    low = Value(2.0)
    assert np.clip(1.0, low, 9.0).data == 2.0
    assert [y.data for y in np.clip(np.array([1.0, 9.0]), low, 6)] == [2.0, 6.0]
    with pytest.raises(ValueError, match="leave out the option"):
        np.clip(low, 0, 1, out=np.zeros(()))


@pytest.mark.parametrize("span", [np.timedelta64(3, "D"), np.timedelta64(3, "s"), np.timedelta64("NaT", "s")])
def test_a_span_of_time_is_no_number(span):
    """NumPy derives it from its integers."""
    for use in (
        Value,
        lambda x: Value(2.0) * x,
        lambda x: x * Value(2.0),
        lambda x: Value(2.0) ** x,
        lambda x: np.array([x]) * Value(2.0),
        lambda x: setattr(Value(1.0), "data", x),
    ):
        with pytest.raises(TypeError):
            use(span)


# Older versions of NumPy lack some of them.
@pytest.mark.parametrize("name", sorted(x for x in WITHOUT_DERIVATIVE - {"equal", "not_equal"} if hasattr(np, x)))
def test_functions_without_a_derivative_are_refused(name):
    for operands in ((Value(0.5), 2), (2, Value(0.5)), (Value(0.5), Value(2.0))):
        with pytest.raises((TypeError, ValueError)):
            getattr(np, name)(*operands)


def test_a_float_is_no_exponent_of_two():
    x = Value(0.75)
    assert np.ldexp(x, 3).data == 6.0
    with pytest.raises(TypeError, match=r"write x \* 2 \*\* y"):
        np.ldexp(0.75, x)


def test_both_parts_of_a_division():
    quotient, rest = np.divmod(Value(7.5), 2)
    assert (quotient.data, rest.data) == (3.0, 1.5)


@pytest.mark.parametrize("name", sorted(OF_TWO))
def test_a_bare_value_beside_arrays(name):
    """With arrays, a bare Value is combined with each element, and the result is an array of Values."""
    ufunc, (a, b) = getattr(np, name), OF_TWO[name]
    floats = np.array([[b, 2 * b], [3 * b, b]])
    for other in (floats, np.vectorize(Value, otypes=[object])(floats)):
        x = Value(a)
        found = ufunc(x, other)
        assert (found.shape, {type(y) for y in found.flat}) == ((2, 2), {Value})
        np.testing.assert_allclose([y.data for y in found.flat], ufunc(a, floats).ravel(), rtol=1e-15)


def test_methods_and_options_of_numpys_functions():
    x, numbers = Value(2.0), np.array([1.0, 2.0])
    assert [y.data for y in np.multiply.outer(x, numbers)] == [2.0, 4.0]
    assert [y.data for y in np.maximum.outer(numbers, Value(1.5)).flat] == [1.5, 2.0]
    assert np.add.reduce(x) is x
    assert type(np.sum(x)) is Value
    out = np.empty(2, dtype=object)
    assert np.maximum(numbers, Value(1.5), out=out) is out
    assert [y.data for y in out] == [1.5, 2.0]
    into = np.array([Value(1.0), Value(3.0)])
    into += x
    into *= Value(2.0)
    assert [y.data for y in into] == [6.0, 10.0]
    into[1].backward()
    assert x.grad == 2.0
    at = np.array([Value(1.0), Value(3.0)])
    np.add.at(at, [0, 0], x)
    assert [y.data for y in at] == [5.0, 3.0]
    for wrong in (lambda: np.add(1.0, 2.0, out=x), lambda: np.add(x, 2.0, out=(x,))):
        with pytest.raises(TypeError, match=r"takes a Value as an operand only"):
            wrong()
    floats = np.zeros(2)
    with pytest.raises(TypeError):
        floats += x  # an array of floats cannot hold recorded numbers


def test_a_compiled_function_follows_numpys_maximum():
    f = autograd.compile(lambda x, y: np.maximum(x, 0) * np.hypot(1.0, y) + np.logaddexp(y, 0.5))
    rows = np.array([[1.0, 2.0], [-1.0, 0.5], [3.0, -4.0]])
    expected = np.maximum(rows[:, 0], 0) * np.hypot(1.0, rows[:, 1]) + np.logaddexp(rows[:, 1], 0.5)
    np.testing.assert_allclose(f(rows), expected, rtol=1e-14)


def test_foreign_arrays_decide_themselves():
    """A column of a data frame stays a column, with its index."""
    column = pd.Series([1.0, 2.0], index=["a", "b"])
    x = Value(1.5)
    for found in (np.maximum(column, x), np.maximum(x, column), column * x, x * column, np.add(x, column)):
        assert list(found.index) == ["a", "b"]
        assert {type(y) for y in found} == {Value}

"""The public functions over floats, Values and arrays, the conventions at kinks, and functions of several numbers."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import autograd
from autograd import AlgebraError, Value, grad, log_softmax, logsumexp, softmax, where
from autograd.engine import functions

UNARY = ["acos", "asin", "asinh", "atan", "atanh", "cos", "cosh", "elu", "erf", "exp", "expm1", "gelu", "leaky_relu",
         "log", "log1p", "logsigmoid", "relu", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "sqrt", "step",
         "tan", "tanh"]  # fmt: skip
BINARY = ["atan2", "hypot", "maximum", "minimum"]


def test_every_public_function_is_tested_here():
    others = {"acosh", "dot", "total", "where", "logsumexp", "softmax", "log_softmax"}
    # Others are tested in tests/accuracy, tests/engine/test_functions_of_several.py and, for take,
    # tests/nn/test_minimize.py.
    elsewhere = {"cbrt", "ceil", "digamma", "erfc", "exp2", "floor", "lgamma", "log10", "log2", "logaddexp", "take"}
    assert set(functions.__all__) - {"primitive"} == {*UNARY, *BINARY, *others, *elsewhere}


@pytest.mark.parametrize("name", [*UNARY, "acosh"])
def test_floats_give_floats_and_values_give_values(name):
    function = getattr(autograd, name)
    x = 1.5 if name == "acosh" else 0.5
    y, v = function(x), Value(x)
    node = function(v)
    assert type(y) is float
    assert type(node) is Value
    assert node.data == y
    assert node.parents == (v,)
    assert type(function(0 if name == "atanh" else 1)) is float
    assert type(function(np.float64(x))) is float
    assert type(function(np.float32(x))) is float


@pytest.mark.parametrize("name", BINARY)
def test_two_operands_of_either_kind(name):
    function = getattr(autograd, name)
    for a, b in ((2.0, 3.0), (-1.0, 0.5)):
        expected = function(a, b)
        assert type(expected) is float
        for x, y in ((Value(a), Value(b)), (Value(a), b), (a, Value(b)), (Value(a), np.float64(b))):
            assert function(x, y).data == expected


PEERS = {"acos": "arccos", "asin": "arcsin", "asinh": "arcsinh", "atan": "arctan", "atanh": "arctanh",
         "acosh": "arccosh", "atan2": "arctan2"}  # fmt: skip


@pytest.mark.parametrize("name", [n for n in [*UNARY, "acosh", *BINARY] if hasattr(np, PEERS.get(n, n))])
def test_arrays_of_floats_give_arrays_of_floats(name):
    peer = getattr(np, PEERS.get(name, name))
    arrays = [np.array([[1.5, 2.0], [1.25, 3.0]])] if name == "acosh" else [np.array([[0.5, 0.25], [0.75, 0.125]])]
    if name in BINARY:
        arrays.append(np.array([0.5, -0.25]))
    found = getattr(autograd, name)(*arrays)
    assert found.dtype == float
    np.testing.assert_allclose(found, peer(*arrays), rtol=1e-15)


CONVENTIONS = [
    ("relu", (0.0,), (0.0,)),
    ("abs", (0.0,), (0.0,)),
    ("sign", (0.0,), (0.0,)),
    ("step", (0.0,), (0.0,)),
    ("leaky_relu", (0.0, 0.25), (0.25, 0.0)),
    ("elu", (0.0, 2.0), (2.0, 0.0)),
    ("maximum", (1.0, 1.0), (0.5, 0.5)),
    ("minimum", (1.0, 1.0), (0.5, 0.5)),
    ("where", (0.0, 1.0, 2.0), (0.0, 0.0, 1.0)),
]


@pytest.mark.parametrize(("name", "point", "slopes"), CONVENTIONS)
def test_the_convention_at_a_kink_is_the_same_in_every_mode(name, point, slopes):
    function = abs if name == "abs" else getattr(autograd, name)
    leaves = [Value(x) for x in point]
    y = function(*leaves)
    y.backward()
    by_number = {
        "backward": [leaf.grad for leaf in leaves],
        "grad": list(np.ravel(grad(function)(*point))),
        "forward": [
            autograd.jvp(function, point, tuple([float(i == k) for k in range(len(point))]))[1]
            for i in range(len(point))
        ],
        "higher": [g.data for g in np.ravel(grad(function)(*[Value(x) for x in point]))]
        if name not in ("sign", "step", "where")
        else list(slopes),
        "fractions": [autograd.replay(y, Fraction).gradients().get(leaf, 0) for leaf in leaves] if name != "elu" else 0,
        "mpmath": [autograd.replay(y, mpf).gradients().get(leaf, 0) for leaf in leaves],
        "arrays": [
            float(np.ravel(autograd.replay(y, at={x: np.array([x.data]) for x in leaves}).gradients().get(leaf, 0))[0])
            for leaf in leaves
        ],
    }
    for mode, found in by_number.items():
        if mode != "fractions" or name != "elu":
            assert [float(x) for x in found] == list(slopes), mode


def test_default_slopes():
    assert autograd.leaky_relu(-2.0) == -0.02
    assert autograd.elu(-1.0) == math.expm1(-1.0)
    slope, alpha = Value(0.1), Value(1.5)
    y = autograd.leaky_relu(-2.0, slope) + autograd.elu(-1.0, alpha)
    y.backward()
    assert (slope.grad, alpha.grad) == (-2.0, math.expm1(-1.0))


# --- where


@pytest.mark.parametrize("condition", [True, np.bool_(True), 1, 2.5, -1.0, math.inf, np.float64(3)])
def test_where_takes_the_first_for_what_is_not_zero(condition):
    x = Value(2.0)
    assert where(condition, x, 5.0).data == 2.0
    assert where(condition, 2.0, 5.0) == 2.0
    assert where(condition, 2.0, x * math.nan).data == 2.0


@pytest.mark.parametrize("condition", [False, np.bool_(False), 0, 0.0, -0.0])
def test_where_takes_the_second_for_zero(condition):
    x = Value(2.0)
    assert where(condition, 5.0, x).data == 2.0
    assert where(condition, 5.0, 2.0) == 2.0


def test_where_with_a_recorded_condition_follows_a_replay():
    x = Value(2.0)
    y = where(autograd.step(x), x * x, -x)
    assert autograd.replay(y, at={x: -3.0}).value == 3.0
    assert autograd.replay(y, at={x: -3.0}).gradients()[x] == -1.0
    compared = where(x > 0, x * x, -x)
    assert autograd.replay(compared, at={x: -3.0}).value == 3.0
    frozen = where(x.data > 0, x * x, -x)
    assert autograd.replay(frozen, at={x: -3.0}).value == 9.0


@pytest.mark.parametrize("at", [-2.0, 2.0])
@pytest.mark.parametrize("order", [1, 2, 3])
def test_where_with_a_recorded_condition_to_any_order(at, order):
    def f(x):
        return where(autograd.step(x), x**2, x**3)

    derivative = f
    for _ in range(order):
        derivative = grad(derivative)
    exact = {(-2.0, 1): 12.0, (-2.0, 2): -12.0, (-2.0, 3): 6.0, (2.0, 1): 4.0, (2.0, 2): 2.0, (2.0, 3): 0.0}
    assert derivative(at) == exact[at, order]


def test_where_keeps_a_bad_branch_out_of_higher_orders():
    def safe_sqrt(x):
        return where(x > 0.0, autograd.sqrt(autograd.maximum(x, 1e-30)), 0.0 * x)

    def log_or_zero(x):
        return where(autograd.step(x), autograd.log(where(autograd.step(x), x, 1.0)), x)

    assert grad(safe_sqrt)(-1.0) == 0.0
    assert grad(log_or_zero)(-1.0) == 1.0
    assert grad(grad(log_or_zero))(-1.0) == 0.0
    assert grad(grad(log_or_zero))(2.0) == -0.25


# --- Functions of several numbers

ROWS = [
    [0.5],
    [1.0, 2.0, 3.0],
    [-1.0, 0.0, 1.0, 0.5],
    [1000.0, 1001.5, 999.0],
    [-1000.0, -1001.5, -1e300],
    [1e300, 1e300],
    [5.0, 5.0, 5.0, 5.0],
    [800.0, 0.0],
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_logsumexp_softmax_and_log_softmax_agree_with_mpmath(row):
    with mp.workdps(60):
        shift = mpf(max(row))
        z = mpmath.fsum([mpmath.exp(mpf(x) - shift) for x in row])
        exact = [mpmath.exp(mpf(x) - shift) / z for x in row]
        lse = shift + mpmath.log(z)
    assert logsumexp(row) == pytest.approx(float(lse), rel=4e-16)
    spread = max(row) - min(row)
    for found, p in zip(softmax(row), exact, strict=True):
        assert found == pytest.approx(float(p), rel=1e-15 * (1 + min(spread, 800.0)), abs=5e-324)
    for found, x in zip(log_softmax(row), row, strict=True):
        log_p = mpf(x) - shift - mpmath.log(z)
        assert found == pytest.approx(float(log_p), rel=1e-15, abs=4e-16 * (1 + spread))
    assert sum(softmax(row)) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_gradient_of_logsumexp_is_softmax(row):
    values = [Value(x) for x in row]
    y = logsumexp(values)
    assert y.op.name == "logsumexp"
    y.backward()
    assert [v.grad for v in values] == pytest.approx(softmax(row), rel=1e-14, abs=1e-300)
    assert sum(v.grad for v in values) == pytest.approx(1.0, rel=1e-14)


def test_the_jacobian_of_softmax():
    row = [0.3, -1.0, 2.0]
    p = softmax(row)
    expected = [[p[i] * ((i == j) - p[j]) for j in range(3)] for i in range(3)]
    found = autograd.jacobian(softmax)(row)
    for i in range(3):
        assert found[i] == pytest.approx(expected[i], rel=1e-13)


@pytest.mark.parametrize("function", [logsumexp, softmax, log_softmax])
def test_functions_of_several_numbers_take_one_sequence_of_some(function):
    for bad in (1.0, Value(1.0), 3):
        with pytest.raises(TypeError, match="takes one sequence of numbers"):
            function(bad)
    with pytest.raises(ValueError, match="of no numbers"):
        function([])
    with pytest.raises(TypeError):
        function(["x", 1.0])
    mixed = function([Value(1.0), 2, np.float64(0.5)])
    plain = function([1.0, 2.0, 0.5])
    assert [x.data for x in np.ravel(mixed)] == list(np.ravel(plain))
    assert function(x for x in (1.0, 2.0, 0.5)) == plain


def test_infinite_logits():
    assert logsumexp([-math.inf, 0.0]) == 0.0
    assert softmax([-math.inf, 0.0]) == [0.0, 1.0]
    assert logsumexp([math.inf, 0.0]) == math.inf
    assert math.isnan(logsumexp([math.nan, 0.0]))
    assert math.isnan(logsumexp([0.0, math.nan, math.inf]))
    assert math.isnan(logsumexp([math.inf, math.nan]))
    assert logsumexp([-math.inf, -math.inf]) == -math.inf


@pytest.mark.parametrize("bad", ["x", None, object()])
def test_what_is_no_number_is_an_algebra_error(bad):
    for name in UNARY:
        with pytest.raises(AlgebraError, match="expected numbers"):
            getattr(autograd, name)(bad)
    with pytest.raises(TypeError):
        autograd.maximum(Value(1.0), bad)


def test_complex_numbers_are_refused():
    for name in UNARY:
        with pytest.raises(TypeError):
            getattr(autograd, name)(1j)
        with pytest.raises(TypeError):
            getattr(autograd, name)(np.complex128(0.5 + 0.5j))

"""Functions of functions: first and higher derivatives against formulas, nesting, closures, structures, errors."""

import math
from collections import namedtuple
from fractions import Fraction

import numpy as np
import pytest

import autograd
from autograd import (
    GraphError,
    Value,
    cos,
    dot,
    exp,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    logsumexp,
    no_grad,
    sin,
    tanh,
    total,
    value_and_grad,
    vjp,
    where,
)

Pair = namedtuple("Pair", ["first", "second"])


# --- One argument, to high order

DERIVATIVES = [
    ("x^5", lambda x: x**5, 1.5, [5 * 1.5**4, 20 * 1.5**3, 60 * 1.5**2, 120 * 1.5, 120.0, 0.0]),
    ("x*x*x", lambda x: x * x * x, -2.0, [12.0, -12.0, 6.0, 0.0, 0.0]),
    ("exp", exp, 0.5, [math.exp(0.5)] * 6),
    ("sin", sin, 0.75, [math.cos(0.75), -math.sin(0.75), -math.cos(0.75), math.sin(0.75), math.cos(0.75)]),
    ("log", log, 2.0, [0.5, -0.25, 0.25, -0.375, 0.75, -1.875]),
    ("1/x", lambda x: 1 / x, 2.0, [-0.25, 0.25, -0.375, 0.75, -1.875]),
    ("sqrt", autograd.sqrt, 4.0, [0.25, -1 / 32, 3 / 256, -15 / 2048]),
    ("2^x", lambda x: 2**x, 1.0, [2 * math.log(2) ** k for k in range(1, 6)]),
    ("tanh", tanh, 0.0, [1.0, 0.0, -2.0, 0.0, 16.0]),
    ("sigmoid", autograd.sigmoid, 0.0, [0.25, 0.0, -0.125, 0.0, 0.25]),
    ("softplus", autograd.softplus, 0.0, [0.5, 0.25, 0.0, -0.125, 0.0]),
    ("atan", autograd.atan, 0.0, [1.0, 0.0, -2.0, 0.0, 24.0]),
    ("erf", autograd.erf, 0.0, [2 / math.sqrt(math.pi), 0.0, -4 / math.sqrt(math.pi), 0.0, 24 / math.sqrt(math.pi)]),
    ("sinh", autograd.sinh, 0.0, [1.0, 0.0, 1.0, 0.0, 1.0]),
    ("abs", abs, -3.0, [-1.0, 0.0, 0.0]),
    ("relu", autograd.relu, 2.0, [1.0, 0.0, 0.0]),
    ("constant", lambda x: 3.0, 2.0, [0.0, 0.0, 0.0]),
    ("identity", lambda x: x, 2.0, [1.0, 0.0, 0.0]),
    ("x^0", lambda x: x**0, 0.0, [0.0, 0.0]),
    ("x^2 at 0", lambda x: x**2, 0.0, [0.0, 2.0, 0.0]),
    ("x^3 at 0", lambda x: x**3, 0.0, [0.0, 0.0, 6.0, 0.0]),
    ("dot", lambda x: dot([x, 2.0], [x, x], x), 3.0, [9.0, 2.0, 0.0]),
    ("total", lambda x: total([x * x, x, 1.0, x]), 3.0, [8.0, 2.0, 0.0]),
    ("logsumexp", lambda x: logsumexp([x, 0.0]), 0.0, [0.5, 0.25, 0.0, -0.125]),
    ("where", lambda x: where(x > 1, x**3, x), 2.0, [12.0, 12.0, 6.0, 0.0]),
    ("maximum", lambda x: autograd.maximum(x * x, 1.0), 3.0, [6.0, 2.0, 0.0]),
]


@pytest.mark.parametrize(("f", "x", "exact"), [row[1:] for row in DERIVATIVES], ids=[row[0] for row in DERIVATIVES])
def test_derivatives_of_any_order_by_reverse_forward_and_mixed_mode(f, x, exact):
    def forward(g):
        return lambda z: jvp(g, (z,), (1.0,))[1]

    ways = {"reverse": lambda g: grad(g), "forward": forward, "mixed": None, "mixed the other way": None}
    for way in ways:
        derivative = f
        for order, expected in enumerate(exact):
            by_reverse = way == "reverse" or ((way == "mixed") == (order % 2 == 0) and way != "forward")
            derivative = grad(derivative) if by_reverse else forward(derivative)
            found = derivative(x)
            assert isinstance(found, float), (way, order)
            assert found == pytest.approx(expected, rel=1e-12, abs=1e-12), (way, order + 1)


# --- Perturbation confusion


CONFUSIONS = [
    # d/dx (x * d/dy (x + y)) = d/dx x = 1
    ("siskind", lambda x: x * grad(lambda y: x + y)(1.0), 1.0, 1.0),
    # d/dx (x * d/dy (x * y)) = d/dx x^2 = 2 x
    ("product", lambda x: x * grad(lambda y: x * y)(2.0), 3.0, 6.0),
    # the inner point is the outer variable: d/dx (x * (d/dy y^2 x at y = x)) = d/dx 2 x^3 = 6 x^2
    ("inner point", lambda x: x * grad(lambda y: y * y * x)(x), 3.0, 54.0),
    # d/dx (d/dy (x^2 y^2) at y = 2 x) = d/dx 4 x^3 = 12 x^2
    ("inner point of x", lambda x: grad(lambda y: x * x * y * y)(2 * x), 3.0, 108.0),
    # the inner function does not read its argument
    ("unused", lambda x: x * x + grad(lambda y: x * 3.0)(x), 3.0, 6.0),
    # Three levels: d/dx d/dy d/dz x^2 y^2 z^2 at (x, x, x) -> d/dy: 2 x^2 y^2 z -> at z = y: 2 x^2 y^3 -> 6 x^4 -> 24
    # x^3
    ("three", lambda x: grad(lambda y: grad(lambda z: x * x * y * y * z * z)(y))(x), 1.5, None),
    # the same inner transform twice
    ("twice", lambda x: grad(lambda y: x * y)(1.0) * grad(lambda y: x * y)(1.0), 3.0, 6.0),
]


def _three(x):
    """Return d/dx of d/dy (2 x^2 y^3) at y = x, which is 6 x^4."""
    return 24 * x**3


@pytest.mark.parametrize(("name", "f", "x", "exact"), CONFUSIONS, ids=[row[0] for row in CONFUSIONS])
@pytest.mark.parametrize("outer", ["reverse", "forward"])
def test_nested_derivatives_are_not_confused(name, f, x, exact, outer):
    exact = _three(x) if exact is None else exact
    found = grad(f)(x) if outer == "reverse" else jvp(f, (x,), (1.0,))[1]
    assert found == pytest.approx(exact, rel=1e-14)


@pytest.mark.parametrize("outer", ["reverse", "forward"])
def test_forward_inside_is_not_confused_either(outer):
    def f(x):
        return x * jvp(lambda y: x * y * y, (x,), (1.0,))[1]  # x * 2 x * x

    found = grad(f)(3.0) if outer == "reverse" else jvp(f, (3.0,), (1.0,))[1]
    assert found == 6 * 9.0


def test_a_function_that_saves_its_argument_leaks_nothing():
    saved = []

    def f(x):
        saved.append(x)
        return saved[0] * x

    assert grad(f)(3.0) == 6.0
    assert grad(f)(5.0) == 3.0
    assert grad(lambda x: x * x)(2.0) == 4.0


# --- Several arguments and the transforms against each other


def g(x, y, z):
    return sin(x * y) * exp(z / 3) + x**2 * y / (1 + z * z) + tanh(x - z)


POINT = (0.75, -1.25, 0.5)


def test_gradient_of_several_arguments_is_a_tuple():
    found = grad(g)(*POINT)
    x, y, z = POINT
    e = math.exp(z / 3)
    s2 = 1 - math.tanh(x - z) ** 2
    expected = (
        math.cos(x * y) * y * e + 2 * x * y / (1 + z * z) + s2,
        math.cos(x * y) * x * e + x * x / (1 + z * z),
        math.sin(x * y) * e / 3 - x * x * y * 2 * z / (1 + z * z) ** 2 - s2,
    )
    assert isinstance(found, tuple)
    assert found == pytest.approx(expected, rel=1e-13)
    value, again = value_and_grad(g)(*POINT)
    assert again == found
    assert value == pytest.approx(math.sin(x * y) * e + x * x * y / (1 + z * z) + math.tanh(x - z), rel=1e-14)
    assert type(value) is float


def test_forward_over_reverse_equals_reverse_over_reverse():
    matrix = hessian(g)(*POINT)
    for j in range(3):
        direction = tuple([float(i == j) for i in range(3)])
        assert hvp(g, POINT, direction) == pytest.approx([matrix[i][j] for i in range(3)], rel=1e-12)
        reverse = grad(lambda *p, j=j: grad(g)(*p)[j])(*POINT)
        assert reverse == pytest.approx(matrix[j], rel=1e-13)
        twice = jvp(lambda *p, d=direction: jvp(g, p, d)[1], POINT, (1.0, 2.0, 3.0))[1]
        assert twice == pytest.approx(sum(matrix[j][i] * (i + 1) for i in range(3)), rel=1e-12)
        assert [matrix[i][j] for i in range(3)] == pytest.approx([matrix[j][i] for i in range(3)], rel=1e-12)


def test_the_hessian_of_a_quadratic_form_is_its_matrix():
    a = [[2.0, 1.0, 0.0], [1.0, 3.0, -1.0], [0.0, -1.0, 4.0]]

    def form(x):
        return total([dot(row, x) * each for row, each in zip(a, x, strict=True)]) / 2

    assert hessian(form)([0.3, -0.7, 2.0]) == a
    assert hvp(form, ([0.3, -0.7, 2.0],), ([1.0, 0.0, 2.0],)) == [2.0, -1.0, 8.0]


def test_jvp_and_vjp_are_the_two_sides_of_the_jacobian():
    def f(x):
        return [x[0] * x[1], sin(x[0]), x[1] ** 2 + x[0], exp(x[0] - x[1])]

    at, v, u = [0.5, -0.75], [2.0, -1.0], [1.0, -2.0, 0.5, 3.0]
    matrix = jacobian(f)(at)
    e = math.exp(1.25)
    assert matrix[0] == pytest.approx([-0.75, 0.5])
    assert matrix[1] == pytest.approx([math.cos(0.5), 0.0])
    assert matrix[2] == pytest.approx([1.0, -1.5])
    assert matrix[3] == pytest.approx([e, -e])
    value, tangent = jvp(f, (at,), (v,))
    assert value == [f(at)[0], f(at)[1], f(at)[2], f(at)[3]]
    assert tangent == pytest.approx([dot(row, v) for row in matrix], rel=1e-14)
    value, pull_back = vjp(f, at)
    assert pull_back(u) == pytest.approx([sum(u[k] * matrix[k][j] for k in range(4)) for j in range(2)], rel=1e-14)
    assert pull_back([0.0] * 4) == [0.0, 0.0]
    assert pull_back(u) == pull_back(u)


def test_jacobian_by_rows_and_by_columns_agree():
    def wide(x):  # more inputs than outputs: reverse
        return [total([each * each for each in x]), x[0] * x[-1]]

    def tall(x):  # more outputs than inputs: forward
        return [x[0] * x[1], x[0] + x[1], x[0] / x[1], x[1].sin(), x[0] ** 3]

    assert jacobian(wide)([1.0, 2.0, 3.0]) == [[2.0, 4.0, 6.0], [3.0, 0.0, 1.0]]
    assert jacobian(tall)([2.0, 4.0]) == [[4.0, 2.0], [1.0, 1.0], [0.25, -0.125], [0.0, math.cos(4.0)], [12.0, 0.0]]


def test_higher_structures_nest():
    third = grad(lambda x: hessian(lambda y: y**4 * x)(x))(2.0)  # 12 x^2 * x -> 36 x^2
    assert third == 144.0
    tensor = jacobian(hessian(lambda x: x[0] ** 2 * x[1]))([3.0, 5.0])
    assert tensor == [[[0.0, 2.0], [2.0, 0.0]], [[2.0, 0.0], [0.0, 0.0]]]
    assert grad(lambda x: hvp(lambda y: y**3, (x,), (1.0,)))(2.0) == 6.0
    assert grad(lambda x: vjp(lambda y: y**3, x)[1](1.0))(2.0) == 12.0
    assert grad(lambda x: vjp(lambda y: y**3, 2.0)[1](x))(1.0) == 12.0
    assert jvp(lambda x: jacobian(lambda y: [y * x, y * y])(x), (3.0,), (1.0,))[1] == [1.0, 2.0]


def test_a_pulled_back_cotangent_can_be_differentiated():
    _value, pull_back = vjp(lambda x: x * x, 3.0)
    assert grad(lambda c: pull_back(c * c))(2.0) == 24.0  # c^2 * 6 -> 12 c


def test_tangents_can_be_differentiated():
    assert grad(lambda v: jvp(lambda x: x**3, (2.0,), (v * v,))[1])(3.0) == 72.0  # 12 v^2 -> 24 v


# --- Values from outside


def test_a_closure_over_a_value():
    w = Value(3.0)
    assert grad(lambda x: w * x * x)(2.0).data == 12.0
    assert w.grad == 0.0
    assert grad(lambda x: grad(lambda y: w * y**3)(x))(2.0).data == 36.0
    slope, zero = jacobian(lambda x: [w * x, w])(2.0)
    assert (slope.data, zero) == (3.0, 0.0)


def test_a_gradient_at_values_is_recorded():
    """A gradient penalty: the squared slope of a network with respect to its input is trained on."""
    w, b, x = Value(0.5), Value(-0.25), Value(2.0)

    def network(x):
        return tanh(w * x + b)

    slope = grad(network)(x)
    assert isinstance(slope, Value)
    penalty = (slope - 1) ** 2 + network(x)
    assert all(v.grad == 0.0 for v in (w, b, x))
    penalty.backward()

    def by_hand(w, b, x):
        t = math.tanh(w * x + b)
        return (w * (1 - t * t) - 1) ** 2 + t

    h = 1e-6
    for v, i in ((w, 0), (b, 1), (x, 2)):
        high, low = [[0.5, -0.25, 2.0] for _ in range(2)]
        high[i] += h
        low[i] -= h
        assert v.grad == pytest.approx((by_hand(*high) - by_hand(*low)) / (2 * h), rel=1e-8)


def test_transforms_leave_every_gradient_alone():
    w, x = Value(3.0), Value(2.0)
    w.grad, x.grad = 7.0, 8.0
    y = w * x
    y.grad = 9.0

    def f(a):
        return w * a * a + y * a

    grad(f)(2.0), grad(f)(x), value_and_grad(f)(x), hessian(f)(2.0), hessian(f)(x), hvp(f, (x,), (1.0,))
    jvp(f, (x,), (1.0,)), vjp(f, x)[1](1.0), jacobian(lambda a: [f(a), f(a)])(x), grad(grad(f))(x)
    jvp(f, (2.0,), (1.0,)), vjp(f, 2.0)[1](1.0), grad(lambda a: grad(f)(a))(w)
    assert (w.grad, x.grad, y.grad) == (7.0, 8.0, 9.0)


def test_an_argument_that_other_arguments_depend_on():
    x = Value(3.0)
    assert grad(lambda a, b: a * b)(x, x * x)[0].data == 9.0
    assert grad(lambda a, b: a * b)(x, x)[1].data == 3.0
    assert grad(lambda a: a * x)(x).data == 3.0  # x inside is not the argument


def test_a_value_given_and_a_value_back():
    x = Value(3.0)
    value, slope = value_and_grad(lambda a: a * a)(x)
    assert (value.data, slope.data) == (9.0, 6.0)
    slope.backward()
    assert x.grad == 2.0
    value.backward()
    assert x.grad == 8.0


def test_a_stale_closure_does_not_matter_to_a_new_recording():
    w = Value(3.0)
    f = grad(lambda x: w * x * x)
    assert f(2.0).data == 12.0
    w.data = 5.0
    assert f(2.0).data == 20.0


# --- Structures


def test_structures_come_back_in_their_shape():
    cases = [
        (lambda x: x[0] * x[1], [2.0, 3.0], [3.0, 2.0]),
        (lambda x: x[0] * x[1], (2.0, 3.0), (3.0, 2.0)),
        (lambda x: x["w"] * x["b"], {"w": 2.0, "b": 3.0}, {"w": 3.0, "b": 2.0}),
        (lambda x: x.first * x.second, Pair(2.0, 3.0), Pair(3.0, 2.0)),
        (lambda x: x["layers"][0][1] * x["bias"], {"layers": [(1.0, 2.0), []], "bias": 3}, None),
        (lambda x: 1.0 + 0 * x[0], [2.0], [0.0]),
        (lambda x: 5.0, {"a": [1.0, (2.0,)]}, {"a": [0.0, (0.0,)]}),
        (lambda x: x, True, 1.0),
        (lambda x: x * x, Fraction(1, 2), 1.0),
        (lambda x: x * x, np.float64(3.0), 6.0),
    ]
    cases[4] = (*cases[4][:2], {"layers": [(0.0, 3.0), []], "bias": 2.0})
    for f, point, expected in cases:
        found = grad(f)(point)
        assert found == expected
        assert type(found) is type(expected)
        direction = jvp(f, (point,), (point,))
        assert isinstance(direction, tuple)


def test_arrays_come_back_as_arrays():
    a = np.array([[1.0, 2.0], [3.0, 4.0]])
    found = grad(lambda x: (x * x).sum())(a)
    assert found.dtype == float
    assert found.tolist() == (2 * a).tolist()
    assert grad(lambda x: x.sum())(np.array([1, 2])).tolist() == [1.0, 1.0]
    assert jacobian(lambda x: x[0] * x[1])(a).tolist() == [[[3.0, 0.0], [1.0, 0.0]], [[0.0, 4.0], [0.0, 2.0]]]
    h = hessian(lambda x: (x**3).sum())(np.array([1.0, 2.0]))
    assert np.asarray(h, dtype=float).tolist() == [[6.0, 0.0], [0.0, 12.0]]
    over_values = grad(lambda x: (x * x).sum())(np.array([Value(1.0), Value(2.0)], dtype=object))
    assert [type(v) for v in over_values] == [Value, Value]
    assert [v.data for v in over_values] == [2.0, 4.0]
    value, tangent = jvp(lambda x: x * 2, (np.array([1.0, 2.0]),), (np.array([5.0, 7.0]),))
    assert (value.tolist(), tangent.tolist()) == ([2.0, 4.0], [10.0, 14.0])
    assert grad(lambda x: x * x)(np.array(3.0)) == 6.0


def test_keyword_arguments_are_passed_on():
    w = Value(2.0)

    def f(x, *, power, scale=1.0, name=None):
        assert name == "a name"
        return scale * x**power * w

    assert grad(f)(3.0, power=2, scale=5, name="a name").data == 60.0
    assert [x.data for x in value_and_grad(f)(3.0, power=2, name="a name")] == [18.0, 12.0]
    assert jacobian(f)(3.0, power=2, name="a name").data == 12.0
    assert hessian(f)(3.0, power=2, name="a name").data == 4.0
    assert vjp(f, 3.0, power=2, name="a name")[1](1.0).data == 12.0


def test_no_arguments_and_empty_structures():
    assert grad(lambda: 3.0)() == ()
    assert grad(lambda x: 3.0)([]) == []
    assert jacobian(lambda x: [])(2.0) == []
    assert jvp(lambda x: [], (2.0,), (1.0,)) == ([], [])


def test_a_dict_of_tangents_in_another_order_goes_by_its_keys():
    def f(d):
        return 10 * d["a"] + d["b"]

    assert jvp(f, ({"a": 1.0, "b": 2.0},), ({"b": 1.0, "a": 0.0},)) == (12.0, 1.0)
    _value, pull_back = vjp(lambda x: {"a": x, "b": 2 * x}, 1.0)
    assert pull_back({"b": 1.0, "a": 0.0}) == 2.0


WRONG_SHAPES = [
    lambda: jvp(lambda x, y: x * y, (2.0, 3.0), (1.0,)),
    lambda: jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 2.0, 3.0)),
    lambda: jvp(lambda x, y: x * y, (2.0, 3.0), ([1.0, 2.0],)),
    lambda: jvp(lambda x: x[0], ([2.0, 3.0],), (1.0, 0.0)),
    lambda: jvp(lambda d: d["a"], ({"a": 1.0},), ({"b": 1.0},)),
    lambda: vjp(lambda x: [x, x], 1.0)[1]([1.0]),
    lambda: vjp(lambda x: [x, x], 1.0)[1]([[1.0, 1.0]]),
    lambda: vjp(lambda x: {"a": x}, 1.0)[1]({"b": 1.0}),
    lambda: vjp(lambda x: [x, [x, x]], 1.0)[1]([[1.0, 1.0], 1.0]),
    lambda: hvp(lambda x: x[0] * x[1], ([1.0, 2.0],), ([1.0],)),
]


@pytest.mark.parametrize("call", WRONG_SHAPES)
def test_a_tangent_or_cotangent_of_another_shape_is_refused(call):
    with pytest.raises(ValueError, match=r"give one for each|shape"):
        call()


# --- Errors


@pytest.mark.parametrize(
    "output", [[1.0, 2.0], [], (), {"a": 1.0}, [3.0], np.array([1.0]), np.array([1.0, 2.0])], ids=repr
)
@pytest.mark.parametrize("transform", [grad, value_and_grad, hessian])
def test_grad_of_more_than_one_number_is_refused(transform, output):
    with pytest.raises(GraphError, match=r"grad needs a function that returns one number.*use jacobian"):
        transform(lambda x: output)(2.0)


@pytest.mark.parametrize("bad", ["text", None, 1j, {1.0}, object(), [1.0, None]], ids=lambda x: type(x).__name__)
def test_what_is_no_number_is_refused_on_either_side(bad):
    with pytest.raises(TypeError, match="expected numbers"):
        grad(lambda x: 1.0)(bad)
    with pytest.raises(TypeError, match="must return a number or a structure of numbers"):
        grad(lambda x: bad)(1.0)
    with pytest.raises(TypeError, match="expected numbers"):
        jvp(lambda x: x, (1.0,), (bad,))


def test_jvp_and_hvp_take_tuples():
    for bad in (2.0, [2.0], Value(2.0)):
        with pytest.raises(TypeError, match="takes tuples"):
            jvp(lambda x: x, bad, (1.0,))
        with pytest.raises(TypeError, match="takes tuples"):
            jvp(lambda x: x, (1.0,), bad)


NO_GRAD_CALLS = [
    lambda x: grad(lambda a: a * a)(x),
    lambda x: value_and_grad(lambda a: a * a)(x),
    lambda x: jvp(lambda a: a * a, (x,), (1.0,)),
    lambda x: jacobian(lambda a: [a * a])(x),
    lambda x: hessian(lambda a: a * a)(x),
    lambda x: vjp(lambda a: a * a, x)[1](1.0),
]


@pytest.mark.parametrize("call", NO_GRAD_CALLS)
def test_differentiating_under_no_grad_is_an_error_and_not_0(call):
    for x in (3.0, Value(3.0)):
        with no_grad(), pytest.raises(GraphError, match="no_grad"):
            call(x)


def test_an_exception_in_the_function_passes_and_leaves_the_state_clean():
    def f(x):
        raise KeyError("mine")

    for _ in range(3):
        with pytest.raises(KeyError, match="mine"):
            grad(f)(1.0)
        with pytest.raises(KeyError, match="mine"):
            grad(lambda x: grad(f)(x))(1.0)
    assert type(grad(lambda x: x * x)(1.0)) is float


def test_transforms_carry_the_name_of_the_function():
    def loss(x):
        return x

    assert grad(loss).__name__ == "grad(loss)"
    assert hessian(loss).__name__ == "hessian(loss)"
    assert grad(loss).__wrapped__ is loss
    assert value_and_grad(jacobian(loss)).__name__ == "value_and_grad(jacobian(loss))"


def test_a_derivative_at_a_pole_of_the_second_derivative():
    assert grad(autograd.sqrt)(0.0) == math.inf
    with pytest.raises(ValueError, match="the derivative of sqrt is not finite at"):
        grad(grad(autograd.sqrt))(0.0)


def test_a_deep_function_is_differentiated_without_recursion():
    def f(x):
        for _ in range(20_000):
            x = x + 0.0
        return x * x

    assert grad(f)(3.0) == 6.0
    assert jvp(f, (3.0,), (1.0,))[1] == 6.0
    assert grad(grad(f))(3.0) == 2.0


def test_functions_of_the_math_kind_raise_rather_than_lose_the_graph():
    with pytest.raises(TypeError, match="would drop the graph"):
        grad(math.exp)(1.0)


def test_a_function_that_looks_at_data_is_piecewise():
    assert grad(lambda x: x * x if x.data > 0 else -x)(2.0) == 4.0
    assert grad(lambda x: x * x if x > 0 else -x)(-2.0) == -1.0
    assert cos(0.0) == 1.0

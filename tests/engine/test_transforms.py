"""Derivatives of functions, to any order, against closed forms, and the structures of their arguments and results."""

import math
from collections import namedtuple

import numpy as np
import pytest

from autograd import (
    GraphError,
    Value,
    atan2,
    cos,
    dot,
    exp,
    gelu,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    log,
    logsumexp,
    no_grad,
    sigmoid,
    sin,
    softmax,
    softplus,
    sqrt,
    tanh,
    value_and_grad,
    vjp,
)
from nn import MLP, half_sse


def near(expected, rel=1e-13):
    return pytest.approx(expected, rel=rel, abs=1e-15)


@pytest.mark.parametrize(
    ("f", "derivatives"),
    [
        (sin, [math.cos(0.7), -math.sin(0.7), -math.cos(0.7), math.sin(0.7), math.cos(0.7)]),
        (exp, [math.exp(0.7)] * 5),
        (lambda x: x**5, [5 * 0.7**4, 20 * 0.7**3, 60 * 0.7**2, 120 * 0.7, 120.0]),
        (log, [1 / 0.7, -1 / 0.7**2, 2 / 0.7**3, -6 / 0.7**4, 24 / 0.7**5]),
        (lambda x: 1 / (2 - x), [math.factorial(k) / 1.3 ** (k + 1) for k in range(1, 6)]),
    ],
)
def test_grad_nests_to_the_fifth_order(f, derivatives):
    for expected in derivatives:
        f = grad(f)
        assert f(0.7) == near(expected, 1e-12)


@pytest.mark.parametrize(
    "f", [tanh, sigmoid, softplus, gelu, sqrt, lambda x: atan2(x, 2 * x * x), lambda x: x ** (x + 1)]
)
def test_forward_over_reverse_reverse_over_reverse_and_forward_over_forward_agree(f):
    def along(g):
        return lambda x: jvp(g, (x,), (1.0,))[1]

    reverse_reverse = grad(grad(f))(0.8)
    assert hvp(f, (0.8,), (1.0,)) == near(reverse_reverse, 1e-12)
    assert along(along(f))(0.8) == near(reverse_reverse, 1e-12)
    assert grad(along(f))(0.8) == near(reverse_reverse, 1e-12)
    assert grad(grad(grad(f)))(0.8) == near(along(along(along(f)))(0.8), 1e-10)


def test_an_inner_derivative_is_taken_in_its_own_argument_only():
    assert grad(lambda x: x * grad(lambda y: x + y)(1.0))(1.0) == 1.0
    assert grad(lambda x: x * grad(lambda y: x * y)(x))(3.0) == 6.0
    assert grad(lambda x: grad(lambda y: x * y**2)(x))(3.0) == 12.0  # d/dx (2 x^2), and not 2 y = 6
    assert jvp(lambda x: x * jvp(lambda y: x + y, (1.0,), (1.0,))[1], (1.0,), (1.0,)) == (1.0, 1.0)


def test_the_graph_around_an_argument_is_not_swept():
    x = Value(2.0)
    z = x * x
    slope = grad(lambda y: y * z + y**2)(z)
    assert slope.data == 4.0 + 2 * 4.0
    slope.backward()  # d/dx (z + 2 z)
    assert x.grad == 3 * 2 * 2.0


def test_numbers_in_numbers_out_and_values_in_values_out():
    assert type(grad(tanh)(0.5)) is float
    assert type(grad(tanh)(Value(0.5))) is Value
    model = MLP(1, [2, 1], activation="tanh", seed=0)
    assert type(grad(lambda x: model([x]))(0.5)) is Value  # it depends on the weights


def test_a_gradient_penalty_reaches_the_weights():
    model = MLP(1, [3, 1], activation="tanh", seed=1)
    weight = model.parameters()[0]

    def penalty():
        return grad(lambda x: model([x]))(Value(0.4)) ** 2

    penalty().backward()
    step, weight_data = 1e-6, weight.data
    weight.data = weight_data + step
    high = penalty().data
    weight.data = weight_data - step
    low = penalty().data
    assert weight.grad == pytest.approx((high - low) / (2 * step), rel=1e-6)


def test_gradients_of_values_outside_stay_as_they_are():
    model = MLP(2, [2, 1], activation="tanh", seed=0)
    value_and_grad(lambda x: half_sse(model(x), 1.0))([0.5, -0.5])
    jacobian(lambda x: [model(x), model(x) ** 2])([0.5, -0.5])
    hessian(lambda x: model(x))([0.5, -0.5])
    assert all(p.grad == 0.0 for p in model.parameters())


def test_several_arguments_give_a_tuple_and_keywords_are_passed_on():
    def f(x, y, *, power):
        return x**power * y

    assert grad(f)(2.0, 5.0, power=3) == (60.0, 8.0)
    assert value_and_grad(f)(2.0, 5.0, power=3) == (40.0, (60.0, 8.0))


Point = namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("argument", "f", "expected"),
    [
        ([1.0, 2.0], lambda v: v[0] * v[1] ** 2, [4.0, 4.0]),
        ((1.0, 2.0), lambda v: v[0] * v[1] ** 2, (4.0, 4.0)),
        ({"w": [3.0], "b": 2}, lambda p: p["w"][0] * p["b"], {"w": [2.0], "b": 3.0}),
        (Point(2.0, 3.0), lambda p: p.x * p.y, Point(3.0, 2.0)),
        ([[1.0], [2.0, (3.0,)]], lambda v: v[0][0] * v[1][0] * v[1][1][0], [[6.0], [3.0, (2.0,)]]),
    ],
)
def test_a_gradient_has_the_shape_of_its_argument(argument, f, expected):
    found = grad(f)(argument)
    assert found == expected
    assert type(found) is type(expected)


def test_arrays():
    a = np.arange(6.0).reshape(2, 3)
    found = grad(lambda m: (m * m).sum() + m[0, 1] * 10)(a)
    assert isinstance(found, np.ndarray)
    assert np.array_equal(found, 2 * a + np.array([[0, 10, 0], [0, 0, 0]]))
    cube = jacobian(lambda v: v**3)(np.array([1.0, 2.0]))
    assert np.array_equal(cube, np.diag([3.0, 12.0]))
    square = jacobian(lambda m: m @ m)(np.eye(2))
    assert square.shape == (2, 2, 2, 2)
    assert np.array_equal(square, np.einsum("ik,jl->ijkl", 2 * np.eye(2), np.eye(2)))


def test_jacobian_by_rows_and_by_columns():
    def wide(v):
        return [v[0] * v[1], sin(v[2])]

    def tall(v):
        return {"a": v[0] * v[1], "b": [v[0], v[1], v[0] / v[1]], "c": 5.0}

    assert jacobian(wide)([2.0, 3.0, 0.5]) == [[3.0, 2.0, 0.0], [0.0, 0.0, math.cos(0.5)]]
    found = jacobian(tall)([2.0, 4.0])
    assert found == {"a": [4.0, 2.0], "b": [[1.0, 0.0], [0.0, 1.0], [0.25, -0.125]], "c": [0.0, 0.0]}
    assert jacobian(lambda x: [x, x * x, x**3])(2.0) == [1.0, 4.0, 12.0]
    assert jacobian(lambda x, y: [x * y, x + y])(2.0, 3.0) == [(3.0, 2.0), (1.0, 1.0)]


def test_the_jacobian_of_softmax():
    z = [0.2, -1.0, 3.0]
    p = [y / sum(math.exp(x) for x in z) for y in [math.exp(x) for x in z]]
    found = jacobian(softmax)(z)
    for i in range(3):
        assert found[i] == near([p[i] * ((i == j) - p[j]) for j in range(3)], 1e-12)


def test_hessians_are_exact_and_symmetric():
    assert hessian(lambda v: v[0] ** 2 * v[1] + v[1] ** 3)([2.0, 3.0]) == [[6.0, 4.0], [4.0, 18.0]]
    assert hessian(lambda x, y: x * y + x**2)(1.0, 1.0) == ((2.0, 1.0), (1.0, 0.0))
    assert hessian(lambda x: x**3)(2.0) == 12.0
    z = [0.3, -0.4, 1.0]
    h = hessian(logsumexp)(z)
    p = [math.exp(x) / sum(math.exp(y) for y in z) for x in z]
    for i in range(3):
        assert h[i] == near([p[i] * ((i == j) - p[j]) for j in range(3)], 1e-12)


def test_a_hessian_times_a_vector_without_the_matrix():
    def f(v):
        return exp(v[0] * v[1]) + sin(v[2]) * v[0] ** 2 + dot(v, [v[1], v[2], 1.0])

    point, vector = [0.5, -1.0, 2.0], [1.0, 0.25, -3.0]
    expected = [sum(a * b for a, b in zip(row, vector, strict=True)) for row in hessian(f)(point)]
    assert hvp(f, (point,), (vector,)) == near(expected, 1e-12)


def test_vjp_and_jvp_are_transposes():
    def f(x, v):
        return {"p": x * v[0], "q": [sin(v[1]) * x, x**2]}

    point, tangent = (0.7, [1.5, -0.5]), (0.3, [2.0, 1.0])
    value, pull_back = vjp(f, *point)
    same, pushed = jvp(f, point, tangent)
    assert value == same == {"p": 0.7 * 1.5, "q": [math.sin(-0.5) * 0.7, 0.7**2]}
    cotangent = {"p": 1.25, "q": [-0.5, 4.0]}
    dx, dv = pull_back(cotangent)
    left = cotangent["p"] * pushed["p"] + sum(a * b for a, b in zip(cotangent["q"], pushed["q"], strict=True))
    assert dx * tangent[0] + dv[0] * tangent[1][0] + dv[1] * tangent[1][1] == near(left, 1e-14)
    assert pull_back({"p": 0.0, "q": [0.0, 1.0]}) == (1.4, [0.0, 0.0])


def test_what_does_not_depend_has_derivative_zero():
    assert grad(lambda x: 3.0)(1.0) == 0.0
    assert grad(lambda x: Value(3.0))(1.0) == 0.0
    assert grad(lambda v: v[0])([1.0, 2.0]) == [1.0, 0.0]
    assert jvp(lambda x: 3.0, (1.0,), (1.0,)) == (3.0, 0.0)
    assert grad(grad(lambda x: 2 * x))(1.0) == 0.0
    assert grad(lambda x: x)(5.0) == 1.0


def test_an_output_used_twice_counts_twice():
    def f(x):
        y = sin(x)
        return [y, y]

    _, pull_back = vjp(f, 0.5)
    assert pull_back([1.0, 1.0]) == near(2 * math.cos(0.5))


def test_a_deep_function():
    def f(x):
        for _ in range(3000):
            x = x * 1.0001
        return x

    assert grad(f)(1.0) == near(1.0001**3000, 1e-11)
    assert jvp(f, (1.0,), (2.0,))[1] == near(2 * 1.0001**3000, 1e-11)
    assert grad(grad(lambda x: f(x) ** 2))(1.0) == near(2 * 1.0001**6000, 1e-11)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: grad(lambda x: [x, x])(1.0), GraphError, "found 2 in a structure"),
        (lambda: grad(lambda x: [x])(1.0), GraphError, "found 1 in a structure"),
        (lambda: grad(lambda x: None)(1.0), TypeError, "found NoneType"),
        (lambda: grad(lambda x: x)("1"), TypeError, "found str"),
        (lambda: jvp(sin, 1.0, 1.0), TypeError, "jvp takes tuples"),
        (lambda: jvp(sin, (1.0,), (1.0, 2.0)), ValueError, "the tangents must have the shape"),
        (lambda: vjp(sin, 1.0)[1]([1.0, 2.0]), ValueError, "the cotangent must have the shape"),
        (lambda: grad(grad(sqrt))(0.0), ValueError, "derivative of sqrt is not finite"),
    ],
)
def test_bad_use_says_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_under_no_grad_a_derivative_is_an_error_and_not_zero():
    with no_grad(), pytest.raises(GraphError, match="nothing is recorded"):
        grad(sin)(Value(1.0))
    with no_grad(), pytest.raises(GraphError, match="nothing is recorded"):
        grad(sin)(1.0)


def test_an_exception_in_the_function_leaves_the_next_call_right():
    def fails(x):
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        grad(fails)(1.0)
    assert type(grad(cos)(1.0)) is float


TWICE = [(0, 0), (0, -2), [1, 1], ("k", "k"), (1, 0, -1)]


@pytest.mark.parametrize("argnums", TWICE)
@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian])
def test_an_argument_that_is_asked_for_twice_is_refused(transform, argnums):
    with pytest.raises(TypeError, match="twice"):
        transform(lambda x, y, k=1.0: x * y * k, argnums=argnums)(2.0, 3.0, k=4.0)


@pytest.mark.parametrize("argnums", [True, False, 2, -3, "z", 0.0, None])
def test_a_place_that_is_none_is_refused(argnums):
    arguments = () if argnums is None else (2.0, 3.0)
    with pytest.raises(TypeError, match=r"argnums"):
        grad(lambda x, y: x * y, argnums=argnums)(*arguments, **({} if arguments else {"x": 2.0, "y": 3.0}))


NO_NUMBERS = [
    (lambda x: None, "does it have a return"),
    (lambda x: "a", "found str"),
    (lambda x: [x, None], "found list"),
]


@pytest.mark.parametrize(("function", "words"), NO_NUMBERS)
@pytest.mark.parametrize("transform", [grad, value_and_grad, jacobian, hessian, vjp])
def test_a_result_without_numbers_is_said_to_be_the_result(transform, function, words):
    with pytest.raises(TypeError, match=f"lambda> must return a number or a structure of numbers.*{words}"):
        transform(function, 3.0) if transform is vjp else transform(function)(3.0)


def test_hessian_hands_on_what_else_a_function_returns():
    second, aux = hessian(lambda x, y: (x * x * y, {"x": x}), has_aux=True)(3.0, 2.0)
    assert second == ((4.0, 6.0), (6.0, 0.0))
    assert aux == {"x": 3.0}
    assert hessian(lambda x, y: (x * x * y, "a"), argnums=0, has_aux=True)(3.0, 2.0) == (4.0, "a")

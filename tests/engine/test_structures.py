"""Structures of numbers in transforms, chosen arguments, blocks of second derivatives, and checks of gradients."""

import collections
import dataclasses
import math
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograd import (
    GradientCheckError,
    GraphError,
    Value,
    check_gradients,
    exp,
    grad,
    hessian,
    jacobian,
    jvp,
    sin,
    value_and_grad,
    vjp,
)
from autograd.engine.pytrees import flatten


@dataclasses.dataclass
class Layer:
    weights: Any
    bias: float
    size: int = 3
    name: str = "hidden"
    act: Any = None
    done: bool = False


class Pair(NamedTuple):
    a: float
    b: Any


STRUCTURES = [
    2.0,
    [1.0, 2.0],
    (1.0, [2.0, (3.0,)]),
    {"w": [1.0, 2.0], "b": 3.0},
    Pair(1.0, [2.0, 3.0]),
    np.array([[1.0, 2.0], [3.0, 4.0]]),
    {"layers": [np.array([1.0, 2.0]), {"x": np.array(3.0)}]},
    [],
    {},
]


@pytest.mark.parametrize("tree", STRUCTURES, ids=repr)
def test_a_structure_is_taken_apart_and_put_together(tree):
    numbers, structure = flatten(tree)
    again = structure.rebuild(numbers)
    assert type(again) is type(tree)
    assert repr(again) == repr(tree)
    assert structure.is_number == isinstance(tree, float)


def test_of_a_dataclass_the_numbers_are_parts_and_the_rest_is_kept():
    layer = Layer(weights=[np.array([1.0, 2.0]), 0.5], bias=3.0, act=math.tanh)
    numbers, structure = flatten(layer)
    assert numbers == [1.0, 2.0, 0.5, 3.0]
    again = structure.rebuild([x * 2 for x in numbers])
    assert (again.bias, again.size, again.name, again.act, again.done) == (6.0, 3, "hidden", math.tanh, False)

    def loss(layer):
        assert layer.size == 3
        assert layer.act is math.tanh
        return sum(layer.weights[0] * layer.size) * layer.bias + layer.weights[1]

    found = grad(loss)(layer)
    assert isinstance(found, Layer)
    assert found.weights[0].tolist() == [9.0, 9.0]
    assert (found.weights[1], found.bias) == (1.0, 9.0)


def test_where_a_number_stands():
    _, structure = flatten(({"w": np.zeros((2, 3)), "b": [1.0, 2.0]}, Layer(weights=1.0, bias=2.0)))
    assert [structure.name(i) for i in (0, 5, 7, 8)] == [
        "[0]['w'][0, 0]",
        "[0]['w'][1, 2]",
        "[0]['b'][1]",
        "[1].weights",
    ]


@pytest.mark.parametrize("tree", ["text", None, [1.0, "text"], np.array(["a"]), {"a": {1, 2}}, 1j])
def test_what_is_no_number_is_refused(tree):
    with pytest.raises(TypeError, match=r"expected numbers, or lists, tuples, dicts, dataclasses and arrays of them"):
        grad(lambda x: 1.0)(tree)


# --- The choice of arguments


def product(x, y, *, scale=1.0):
    return x * x * y * scale


@pytest.mark.parametrize(
    ("argnums", "expected"),
    [
        (None, (12.0, 9.0)), (0, 12.0), (1, 9.0), (-1, 9.0), ((0,), (12.0,)), ((1, 0), (9.0, 12.0)),
        ([0, 1], (12.0, 9.0)),
        ("scale", 18.0), ((0, "scale"), (12.0, 18.0)),
    ],
)  # fmt: skip
def test_argnums(argnums, expected):
    assert grad(product, argnums)(3.0, 2.0, scale=1.0) == expected
    assert value_and_grad(product, argnums)(3.0, 2.0, scale=1.0) == (18.0, expected)
    assert jacobian(product, argnums)(3.0, 2.0, scale=1.0) == expected


def test_what_is_not_differentiated_in_may_be_anything():
    def loss(kind, w, *, options):
        return w**2 if kind == "square" and options["go"] else w

    assert grad(loss, argnums=1)("square", 3.0, options={"go": True}) == 6.0
    assert hessian(loss, argnums=1)("square", 3.0, options={"go": True}) == 2.0


@pytest.mark.parametrize("argnums", [2, -3, "scales", (0, "y"), 1.5])
def test_an_argument_that_is_not_there(argnums):
    with pytest.raises(TypeError, match="argnums asks for the argument"):
        grad(product, argnums)(3.0, 2.0)


def test_second_derivatives_by_argnums():
    assert grad(grad(product, 0), 1)(3.0, 2.0) == 6.0
    assert hessian(product, (0, 1))(3.0, 2.0) == ((4.0, 6.0), (6.0, 0.0))


# --- Auxiliary results


def test_has_aux():
    def loss(w):
        y = w * w
        return y, {"twice": [2 * y, "seen"], "array": np.array([y]), "point": Pair(1.0, 2.0)}

    gradient, aux = grad(loss, has_aux=True)(3.0)
    assert gradient == 6.0
    assert aux["twice"] == [18.0, "seen"]
    assert aux["array"].tolist() == [9.0]
    (value, again), gradient = value_and_grad(loss, has_aux=True)(3.0)
    assert (value, again["twice"], gradient) == (9.0, [18.0, "seen"], 6.0)
    matrix, aux = jacobian(lambda w: ([w, w * w], w), has_aux=True)(3.0)
    assert (matrix, aux) == ([1.0, 6.0], 3.0)


def test_aux_of_a_direction_and_of_a_cotangent():
    def f(x, y, scale=1.0):
        return [x * y * scale, y], {"sum": x + y, "name": "seen"}

    value, pull_back, aux = vjp(f, 3.0, 2.0, has_aux=True, scale=5.0)
    assert (value, aux) == ([30.0, 2.0], {"sum": 5.0, "name": "seen"})
    assert pull_back([1.0, 10.0]) == (10.0, 25.0)
    value, tangent, aux = jvp(f, (3.0, 2.0), (1.0, 10.0), has_aux=True)
    assert (value, tangent, aux) == ([6.0, 2.0], [32.0, 10.0], {"sum": 5.0, "name": "seen"})


@pytest.mark.parametrize(
    "transform",
    [
        lambda f: grad(f, has_aux=True)(3.0),
        lambda f: jvp(f, (3.0,), (1.0,), has_aux=True),
        lambda f: vjp(f, 3.0, has_aux=True),
    ],
)
def test_what_a_function_with_aux_returns_stays_connected(transform):
    v = Value(2.0)
    *_, aux = transform(lambda w: (w * v, w * v))
    aux.backward()
    assert v.grad == 3.0


def test_a_function_with_aux_that_returns_no_pair():
    with pytest.raises(GraphError, match="with has_aux=True a function returns a pair"):
        grad(lambda w: w, has_aux=True)(3.0)
    with pytest.raises(GraphError, match="with has_aux=True a function returns a pair"):
        vjp(lambda w: w, 3.0, has_aux=True)
    with pytest.raises(GraphError, match="with has_aux=True a function returns a pair"):
        jvp(lambda w: w, (3.0,), (1.0,), has_aux=True)


# --- Blocks


def loss_of_arrays(a, b):
    return ((a @ b) ** 2).sum() + (a**3).sum()


def test_the_hessian_of_several_arrays_is_blocks():
    a, b = np.array([0.5, -1.0]), np.array([[1.0, 2.0, 0.5], [0.3, -0.7, 1.5]])
    found = hessian(loss_of_arrays)(a, b)
    assert [[block.shape for block in row] for row in found] == [[(2, 2), (2, 2, 3)], [(2, 3, 2), (2, 3, 2, 3)]]
    step = 1e-5
    for i, (point, of) in enumerate(((a, lambda z: (z, b)), (b, lambda z: (a, z)))):
        for index in np.ndindex(point.shape):
            moved = np.zeros(point.shape)
            moved[index] = step
            upper, lower = grad(loss_of_arrays)(*of(point + moved)), grad(loss_of_arrays)(*of(point - moved))
            for j in (0, 1):
                expected = (upper[j] - lower[j]) / (2 * step)
                np.testing.assert_allclose(found[j][i][(..., *index)], expected, rtol=1e-8, atol=1e-8)


def test_blocks_for_structures():
    found = jacobian(lambda p, x: np.array([p["w"] * x[0], p["b"] + x[1]]))(
        {"w": 2.0, "b": [1.0][0]}, np.array([3.0, 4.0])
    )
    assert found[0]["w"].tolist() == [3.0, 0.0]
    assert found[0]["b"].tolist() == [0.0, 1.0]
    assert found[1].tolist() == [[2.0, 0.0], [0.0, 1.0]]
    assert jacobian(lambda x: {"y": [x[0] * x[1]]})([2.0, 3.0]) == {"y": [[3.0, 2.0]]}


def test_vectors_times_jacobians_of_dataclasses():
    layer = Layer(weights=2.0, bias=3.0)
    value, tangent = jvp(lambda p: p.weights * p.bias, (layer,), (Layer(weights=1.0, bias=0.0),))
    assert (value, tangent) == (6.0, 3.0)
    value, pull_back = vjp(lambda p: Pair(p.weights, [p.bias]), layer)
    assert value == Pair(2.0, [3.0])
    assert pull_back(Pair(5.0, [7.0])) == Layer(weights=5.0, bias=7.0)
    with pytest.raises(ValueError, match="the tangents must have the shape"):
        jvp(lambda p: p.weights * p.bias, (layer,), ({"weights": 1.0},))


# --- Checks


def test_checks_of_structures_name_the_number():
    assert check_gradients(lambda p, x: p["w"] * x[0] + exp(x[1]), [{"w": 2.0}, [1.0, 0.5]]) < 1e-8
    assert check_gradients(lambda p: p["w"] ** 2, {"w": 2.0}) < 1e-8
    assert check_gradients(lambda x, y: x * y, np.array([1.0, 2.0])) < 1e-8
    with pytest.raises(GradientCheckError, match=r"argument 2\['v'\]\[1\] at 4\.0: reverse mode gives 0\.0"):
        check_gradients(lambda p, q: p * q["v"][0] + q["v"][1].data, [1.0, {"v": [3.0, 4.0]}])
    with pytest.raises(TypeError, match="needs a point"):
        check_gradients(sin)


@pytest.mark.parametrize("gradient", [lambda x, y: (y, x), (3.0, 2.0)])
def test_a_gradient_that_was_derived_passes(gradient):
    assert check_gradients(lambda x, y: x * y, (2.0, 3.0), gradient=gradient) < 1e-8


@pytest.mark.parametrize(
    ("gradient", "words"),
    [
        (lambda x, y: (2 * y, x), r"argument 1: given 6\.0, the derivative is 3\.0: the given one is 2 times as large"),
        (lambda x, y: (y, -x), r"argument 2: given -2\.0, the derivative is 2\.0: the given one has the wrong sign"),
        ((3.0, 2.1), r"argument 2: given 2\.1, the derivative is 2\.0: the given one is 21/20 times"),
        ((3.0, math.pi), r"argument 2: given 3\.14\d+, the derivative is 2\.0\."),
        ((3.0, 0.0), r"argument 2: given 0\.0, the derivative is 2\.0\."),
    ],
)
def test_a_gradient_that_is_wrong_is_named(gradient, words):
    with pytest.raises(GradientCheckError, match=words):
        check_gradients(lambda x, y: x * y, (2.0, 3.0), gradient=gradient)


def recorded():
    w, b, x = Value(0.7, "w"), Value(-0.2, "b"), Value(1.5)
    return (w * x + b).tanh() ** 2, w, b, x


def test_a_recorded_loss_is_checked_in_its_leaves():
    loss, w, b, x = recorded()
    assert check_gradients(loss) < 1e-8
    assert check_gradients(loss, [w, b]) < 1e-8
    assert check_gradients(loss, w) < 1e-8
    with pytest.raises(ValueError, match="the loss does not depend on"):
        check_gradients(loss, [Value(1.0)])
    loss.backward()
    assert check_gradients(loss, {w: w.grad, b: lambda _: b.grad, x: x.grad}) < 1e-8


def test_a_wrong_derivative_of_a_recorded_loss_is_named():
    loss, w, b, x = recorded()
    loss.backward()
    with pytest.raises(GradientCheckError, match=r"w: given .*: the given one is 1/2 times as large"):
        check_gradients(loss, {w: w.grad / 2, b: b.grad})
    with pytest.raises(GradientCheckError, match=r"leaf \d: given .*: the given one has the wrong sign"):
        check_gradients(loss, {x: -x.grad})


def test_formulas_are_judged():
    loss, w, _, x = recorded()
    x.label = "x"
    right = {w: "2*tanh(w*x + b)*(1 - tanh(w*x + b)**2)*x"}
    assert check_gradients(loss, right) < 1e-8
    with pytest.raises(GradientCheckError, match=r"the formula for w is not proved to be its derivative"):
        check_gradients(loss, {w: "2*tanh(w*x + b)*(1 - tanh(w*x + b)**2)"})


@pytest.mark.parametrize(
    ("formula", "diagnosis"),
    [
        ("2*(w*x - 1)", "the factor x[1] is missing"),
        ("-2*(w*x - 1)*x", "the sign is flipped"),
        ("(w*x - 1)*x", "off by the constant factor 1/2"),
    ],
)
def test_a_wrong_formula_with_the_numbers_of_the_loss_is_explained(formula, diagnosis):
    w, x = Value(0.5, "w"), Value(2.0, "x")
    with pytest.raises(GradientCheckError) as raised:
        check_gradients((w * x - 1) ** 2, {w: formula})
    assert f"diagnosis: {diagnosis}" in str(raised.value)
    assert str(raised.value).endswith("In formulas, x is x[1], w is w_io[1,1].")


def test_formulas_may_have_the_numbers_of_the_loss():
    w, x, b = Value(0.5, "w"), Value(2.0, "x"), Value(0.1, "b")
    s = w * x + b
    loss = 0.7 * (1.5 - 1 / (1 + exp(-s))) ** 2
    for target in ("1.5", "3/2", "t"):
        assert (
            check_gradients(loss, {w: f"-1.4*({target} - y)*y*(1 - y)*x", b: f"-1.4*({target} - y)*y*(1 - y)"}) < 1e-8
        )
    with pytest.raises(GradientCheckError, match="the formula for w is not proved to be its derivative"):
        check_gradients(loss, {w: "-1.4*(1.4 - y)*y*(1 - y)*x"})
    with pytest.raises(GradientCheckError, match="the formula for w is not proved to be its derivative"):
        check_gradients(loss, {w: "-2*(1.5 - y)*y*(1 - y)*x"})
    fixed = (1.5 - 1 / (1 + exp(-(w * 2.5 + b)))) ** 2
    assert check_gradients(fixed, {w: "-5*(1.5 - y)*y*(1 - y)"}) < 1e-8


def test_a_wrong_rule_in_a_recorded_loss():
    from autograd.engine.algebra import TABLE, primitive

    entries = list(TABLE)
    wrong = primitive("wrong_square", lambda x: x * x, partials=lambda y, x: x)
    try:
        with pytest.raises(GradientCheckError, match="the loss has a wrong derivative"):
            check_gradients(wrong(Value(2.0)))
    finally:
        TABLE[:] = entries


@pytest.mark.parametrize(
    ("make", "plain"),
    [
        (lambda x: Pair(x, [x + 1, "kept"]), Pair(3.0, [4.0, "kept"])),
        (lambda x: Layer([x], x * 2, act=x), Layer([3.0], 6.0, act=3.0)),
        (lambda x: collections.OrderedDict(a=x), collections.OrderedDict(a=3.0)),
        (lambda x: Layer([], 1.0), Layer([], 1.0)),
    ],
)
def test_auxiliary_results_are_plain_numbers_in_any_structure(make, plain):
    def f(x):
        return x * x, make(x)

    for found in (
        grad(f, has_aux=True)(3.0)[1],
        vjp(f, 3.0, has_aux=True)[2],
        jvp(f, (3.0,), (1.0,), has_aux=True)[2],
    ):
        assert (type(found), found) == (type(plain), plain)
        assert "Value" not in repr(found)


def test_an_ordered_dict_stays_one():
    found = grad(lambda p: p["b"] * p["a"] ** 2)(collections.OrderedDict(b=2.0, a=3.0))
    assert (type(found), list(found.items())) == (collections.OrderedDict, [("b", 9.0), ("a", 12.0)])

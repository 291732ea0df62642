"""A new function of one number is one entry of the table, and everything else follows from it."""

import math
import shutil

import mpmath
import numpy as np
import pytest
from test_source import in_c

import autograd
from autograd import Value, derive, export, grad, hessian, replay
from autograd.engine.algebra import primitive
from nn import MLP, half_sse

POINTS = [-3.0, -0.5, -1e-300, 0.0, 1e-300, 0.5, 3.0, 1e150]


@pytest.fixture(scope="module")
def softsign():
    """Add the entry. This is all that is written to add the function."""

    @primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2, kinks="its second derivative is 0 at 0, where it jumps")
    def softsign(x):
        return x / (1 + abs(x))

    return softsign


def slope_at(x):
    return 1 / (1 + abs(x)) ** 2


@pytest.fixture
def model(softsign):
    return MLP(2, [2, 1], activation="softsign", output="linear", seed=0)


@pytest.fixture
def loss(model):
    return half_sse(model([0.5, -1.0]), 1.0)


@pytest.mark.parametrize("x", POINTS)
def test_it_is_a_function_and_a_method(softsign, x):
    v = Value(x)
    assert softsign(x) == x / (1 + abs(x)) == softsign(v).data == v.softsign().data
    assert grad(softsign)(x) == slope_at(x)
    v.softsign().backward()
    assert v.grad == slope_at(x)


@pytest.mark.parametrize(("x", "slope"), [(0.0, 1.0), (-0.0, 1.0), (math.inf, 0.0), (-math.inf, 0.0)])
def test_at_its_special_points_it_follows_its_rule(softsign, x, slope):
    assert grad(softsign)(x) == slope


def test_the_second_derivative_at_the_kink_is_that_of_the_rule(softsign):
    assert hessian(softsign)(0.0) == 0.0
    assert hessian(softsign)(0.5) == pytest.approx(-2 / 1.5**3)


def test_a_nan_stays_one(softsign):
    assert math.isnan(softsign(math.nan))
    assert math.isnan(grad(softsign)(math.nan))


def test_it_holds_over_other_numbers(softsign):
    x = Value(0.75)
    assert replay(softsign(x), mpmath.mpf).gradients()[x] == mpmath.mpf(1) / (mpmath.mpf(7) / 4) ** 2
    assert softsign(np.array([-1.0, 3.0])).tolist() == [-0.5, 0.75]


def test_it_is_an_activation_by_name(model, loss):
    loss.backward()
    (layer, _) = model.layers
    s = layer.neurons[0].w[0].data * 0.5 - layer.neurons[0].w[1].data + layer.neurons[0].b.data
    delta = (model([0.5, -1.0]).data - 1.0) * model.layers[1].neurons[0].w[0].data * slope_at(s)
    assert layer.neurons[0].b.grad == pytest.approx(delta, rel=1e-14)
    assert "softsign" in repr(layer.neurons[0])


def test_its_formulas_are_printed_read_and_graded(loss):
    derivation = derive(loss)
    (delta,) = [e for e in derivation.equations if str(e).startswith("d_h[h] =")]
    assert "softsign" in str(delta)
    assert "softsign" in delta.latex
    for equation in derivation.equations:
        assert derivation.grade(None, str(equation)).verdict == "equal", equation
    assert derivation.grade(None, "d_h[h] = d_o[1]*w_ho[h,1]").verdict == "wrong"


def test_it_compiles(softsign):
    x = Value(0.5, "x")
    program = autograd.compile(softsign(x) * 3.0, inputs=[x])
    batch = np.array([[point] for point in POINTS])
    assert program(batch).ravel().tolist() == [3.0 * point / (1 + abs(point)) for point in POINTS]
    assert program.gradient(batch).inputs.ravel() == pytest.approx([3.0 * slope_at(point) for point in POINTS])


def test_it_is_exported_to_c(softsign, tmp_path):
    if shutil.which("cc") is None:
        pytest.fail("the tests need a C compiler")
    x = Value(0.5, "x")
    found = in_c(export(softsign(x), inputs=[x]), [[point] for point in POINTS], tmp_path)
    assert found == [(point / (1 + abs(point)), [slope_at(point)]) for point in POINTS]


def test_what_a_value_has_is_not_replaced():
    primitive("parents", lambda x: x, partials=1)
    assert Value(2.0).parents == ()

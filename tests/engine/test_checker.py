"""The checker is tested: right functions pass, and every kind of wrong rule is found, in both modes."""

import math

import numpy as np
import pytest

import autograd
from autograd import GradientCheckError, Value, check_gradients, dot, exp, grad, log, primitive, sqrt, tanh

RIGHT = [
    ("polynomial", lambda x, y: x**3 * y - 2 * x / y, (1.5, -0.75)),
    ("network", lambda w, b, x: tanh(dot([w, 0.5], [x, w], b)), (0.3, -0.2, 1.7)),
    ("small numbers", lambda x: x * x, (1e-8,)),
    ("large numbers", lambda x: x * x, (1e8,)),
    ("steep", lambda x: exp(20 * x), (0.3,)),
    ("flat", lambda x: tanh(x), (18.0,)),
    ("zero slope", lambda x: x**2, (0.0,)),
    ("constant", lambda x: 3.0, (1.0,)),
    ("constant in one", lambda x, y: x * x, (1.0, 2.0)),
    ("oscillating", lambda x: autograd.sin(30 * x), (0.4,)),
    ("branches", lambda x: x * x if x > 0 else -x, (0.5,)),
    ("near the edge of log", log, (1e-3,)),
    ("near the edge of sqrt", sqrt, (1e-4,)),
    ("near the edge of asin", autograd.asin, (0.9999,)),
    ("near the edge of atanh", autograd.atanh, (-0.9999,)),
    ("near the edge of acosh", autograd.acosh, (1.0001,)),
    ("near a pole", lambda x: 1 / x, (1e-3,)),
    ("near overflow", exp, (709.0,)),
]


@pytest.mark.parametrize(("_name", "f", "point"), RIGHT, ids=[row[0] for row in RIGHT])
def test_right_functions_pass(_name, f, point):
    worst = check_gradients(f, point)
    assert isinstance(worst, float)
    slopes = grad(f)(*point)
    slopes = slopes if len(point) > 1 else (slopes,)
    assert 0.0 <= worst <= 1e-5 * max(1.0, *[abs(s) for s in slopes])


# A right function, x * tanh(x), and mistakes in its rule.
WRONG = {
    "sign": lambda y, x: -(tanh(x) + x * (1 - tanh(x) ** 2)),
    "sign of one term": lambda y, x: tanh(x) - x * (1 - tanh(x) ** 2),
    "factor": lambda y, x: 2 * (tanh(x) + x * (1 - tanh(x) ** 2)),
    "missing term": lambda y, x: tanh(x),
    "other missing term": lambda y, x: x * (1 - tanh(x) ** 2),
    "1e-4 too large": lambda y, x: (tanh(x) + x * (1 - tanh(x) ** 2)) * (1 + 1e-4),
    "1e-5 too small": lambda y, x: (tanh(x) + x * (1 - tanh(x) ** 2)) * (1 - 1e-5),
    "constant": 1,
    "zero": 0,
    "nan": lambda y, x: math.nan * x,
    "infinite": lambda y, x: math.inf,
    "value for slope": lambda y, x: y,
}
WRONG = {
    name: primitive(f"checking_{name.replace(' ', '_').replace('-', '_')}", lambda x: x * tanh(x), partials=rule)
    for name, rule in WRONG.items()
}
right = primitive(
    "checking_right", lambda x: x * tanh(x), partials=lambda y, x: tanh(x) + x * (1 - tanh(x) ** 2)
)  # fmt: skip


def test_the_right_rule_passes():
    check_gradients(right, 0.8)
    check_gradients(lambda a, b: right(a * b) + a, (0.8, -1.1))


@pytest.mark.parametrize("name", WRONG)
def test_wrong_rules_are_found_in_both_modes(name):
    with pytest.raises(GradientCheckError) as caught:
        check_gradients(WRONG[name], 0.8)
    for mode in ("reverse mode gives", "forward mode gives"):
        assert mode in str(caught.value)
    with pytest.raises(GradientCheckError, match=r"argument 2 at 1\.5"):
        check_gradients(lambda a, b: a * a + WRONG[name](b), (0.5, 1.5))
    with pytest.raises(AssertionError):
        check_gradients(lambda a: WRONG[name](a * 3.0) * 2.0, (0.3,))


def test_only_the_wrong_argument_is_named():
    two = primitive("checking_two", lambda a, b: a * a * b, partials=[lambda y, a, b: 2 * a * b, lambda y, a, b: a * b])
    with pytest.raises(GradientCheckError) as caught:
        check_gradients(two, (1.5, 0.5))
    assert "argument 2 at 0.5" in str(caught.value)
    assert "argument 1" not in str(caught.value)


def test_a_path_cut_by_data_is_found():
    with pytest.raises(GradientCheckError, match=r"does not read \.data"):
        check_gradients(lambda x: x * x.data, 3.0)
    with pytest.raises(GradientCheckError):
        check_gradients(lambda x: Value(x.data) * 2, 3.0)


def test_a_wrong_second_derivative_is_found_through_the_first():
    # The slope is right, but its own derivative is wrong, because part of it is frozen as a constant.
    frozen = primitive("checking_frozen", lambda x: x**3, partials=lambda y, x: 3 * x * getattr(x, "data", x))
    check_gradients(frozen, 1.5)
    with pytest.raises(GradientCheckError):
        check_gradients(grad(frozen), 1.5)


def test_derivatives_of_derivatives_can_be_checked():
    check_gradients(grad(right), 0.8)
    check_gradients(lambda x, y: grad(lambda a: a**3 * y)(x), (1.5, 2.0))


def test_a_kink_is_reported():
    with pytest.raises(GradientCheckError, match="a kink or a pole near the point"):
        check_gradients(autograd.relu, 0.0)
    with pytest.raises(GradientCheckError):
        check_gradients(lambda x: autograd.leaky_relu(x, 0.5), 0.0)


def test_a_jump_is_reported():
    with pytest.raises(GradientCheckError):
        check_gradients(lambda x: autograd.step(x) + x, 0.0)


def test_a_point_is_a_number_or_a_sequence():
    for point in (1.5, Value(1.5), (1.5,), [1.5], np.array([1.5]), np.float64(1.5), 3, (Value(1.5),)):
        check_gradients(lambda x: x * x, point)
    check_gradients(lambda x, y: x * y, np.array([1.5, 2.0]))
    with pytest.raises(TypeError):
        check_gradients(lambda x: x * x, "1.5")
    with pytest.raises(TypeError):
        check_gradients(lambda x: x * x, None)


def test_tolerances_are_what_is_allowed():
    slightly = primitive("checking_slightly", lambda x: x**2, partials=lambda y, x: 2 * x * (1 + 1e-4))
    with pytest.raises(GradientCheckError):
        check_gradients(slightly, 1.0)
    check_gradients(slightly, 1.0, rtol=1e-3)
    check_gradients(slightly, 1.0, atol=1e-3)
    assert check_gradients(slightly, 1.0, rtol=1e-3) == pytest.approx(2e-4, rel=1e-3)


def test_nothing_is_left_behind():
    w = Value(2.0)
    w.grad = 5.0
    check_gradients(lambda x: w * x, 3.0)
    assert w.grad == 5.0
    assert (w * 2.0).op is not None


def test_an_error_of_the_function_itself_passes():
    def f(x):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        check_gradients(f, 1.0)


def test_the_message_names_the_function():
    def my_loss(x):
        return x * x.data

    with pytest.raises(GradientCheckError, match="my_loss has a wrong derivative"):
        check_gradients(my_loss, 2.0)


def test_the_message_names_the_primitive():
    hasty = primitive("checking_hasty", lambda x: x**2, partials=lambda y, x: x)
    with pytest.raises(GradientCheckError, match="checking_hasty has a wrong derivative"):
        check_gradients(hasty, 2.0)

"""``check_gradients`` accepts right derivatives and finds wrong ones. Wrong rules test it."""

import math

import pytest

from autograd import GradientCheckError, Value, atan2, check_gradients, exp, log, relu, sqrt, tanh, where
from autograd.engine.algebra import Primitive


def rule(name, floats, partials):
    """Return a primitive with the given rules. Its name is not in the table."""
    return Primitive(name, len(partials), floats, tuple(partials), floats, None, name, name, "", "")


@pytest.mark.parametrize(
    ("f", "point"),
    [
        (lambda x: x**3 - 2 * x, 1.5),
        (lambda x: exp(-x * x), -0.3),
        (lambda x, y: atan2(x, y) * log(y) + sqrt(x), (0.7, 2.0)),
        (lambda x, y, z: tanh(x * y - z) / (1 + z**2), [0.1, -3.0, 0.5]),
        (lambda x: 1e8 * x + 3, 2.0),
        (lambda x: 1e-8 * tanh(x), 0.2),
        (lambda x: x * 1e6, 1e-6),
        (lambda x: sqrt(x), 1e-3),  # a step of the usual size would leave the domain
        (lambda x: log(x), 1e-4),
        (lambda x: 5.0, 1.0),
        (lambda x: where(x > 0, x**2, -x), -0.5),
    ],
)
def test_right_derivatives_pass(f, point):
    check_gradients(f, point)


def test_the_largest_difference_is_returned():
    nearly = rule("nearly", lambda x: x * x, [lambda y, x: 2 * x + 1e-7])
    assert check_gradients(nearly, 1.0) == pytest.approx(1e-7, rel=1e-2)
    assert check_gradients(lambda x: x * x, 1.0) < 1e-10


WRONG = {
    "sign": lambda y, x: -2 * x,
    "factor": lambda y, x: x,
    "forgotten": lambda y, x: 0.0,
    "one part in ten thousand": lambda y, x: 2 * x * 1.0001,
    "one part in a hundred thousand": lambda y, x: 2 * x * 1.00001,
    "nan": lambda y, x: math.nan,
    "infinite": lambda y, x: math.inf,
}


@pytest.mark.parametrize("mistake", WRONG)
def test_a_wrong_rule_is_found_in_reverse_and_in_forward_mode(mistake):
    square = rule("square", lambda x: x * x, [WRONG[mistake]])
    with pytest.raises(GradientCheckError) as caught:
        check_gradients(lambda x: square(x) + 1, 1.3)
    text = str(caught.value)
    assert "argument 1 at 1.3: reverse mode gives" in text
    assert "argument 1 at 1.3: forward mode gives" in text
    assert "the finite difference 2.6" in text


def test_only_the_wrong_argument_is_named():
    product = rule("product", lambda a, b: a * b, [lambda y, a, b: b, lambda y, a, b: -a])
    with pytest.raises(GradientCheckError) as caught:
        check_gradients(product, (2.0, 3.0))
    assert "argument 2" in str(caught.value)
    assert "argument 1" not in str(caught.value)


def test_a_function_that_reads_data_is_found():
    with pytest.raises(GradientCheckError, match=r"does not read \.data"):
        check_gradients(lambda x: x * x.data, 2.0)


def test_a_kink_is_found_and_the_message_says_it_may_be_one():
    with pytest.raises(GradientCheckError, match="kink"):
        check_gradients(relu, 0.0)


def test_values_and_arrays_are_points_too():
    import numpy as np

    assert check_gradients(lambda x, y: x * y, np.array([1.0, 2.0])) < 1e-6
    assert check_gradients(lambda x: x * x, Value(3.0)) < 1e-6


def test_tolerances_are_the_callers():
    nearly = rule("nearly", lambda x: x * x, [lambda y, x: 2 * x * 1.001])
    check_gradients(nearly, 1.0, rtol=1e-2)
    with pytest.raises(GradientCheckError):
        check_gradients(nearly, 1.0)


@pytest.mark.parametrize(
    ("point", "gradient"), [(3.0, 6.0), ([3.0], 6.0), ([3.0], [6.0]), ((3.0,), (6.0,)), (3.0, [6.0])]
)
def test_the_gradient_of_one_number_may_be_in_a_list(point, gradient):
    assert check_gradients(lambda x: x * x, point, gradient=gradient) < 1e-9
    with pytest.raises(GradientCheckError):
        check_gradients(lambda x: x * x, point, gradient=[5.0])

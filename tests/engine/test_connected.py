"""A derivative that depends on a Value stays connected to it: in closures, inner transforms and other threads."""

import asyncio
import math
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import Value, check_gradients, dot, grad, hessian, hvp, jacobian, jvp, tanh, value_and_grad, vjp, where
from nn import MLP


def numerical(f, x, step=1e-5):
    return (f(x + step) - f(x - step)) / (2 * step)


def cube(w):
    return lambda t: w * w * t**3


# The result of each transform for w^2 t^3 at t = 2, and its derivative with respect to w.
TRANSFORMS = {
    "grad": (lambda f: grad(f)(2.0), lambda w: 12 * w * w),
    "grad of grad": (lambda f: grad(grad(f))(2.0), lambda w: 12 * w * w),
    "value_and_grad, value": (lambda f: value_and_grad(f)(2.0)[0], lambda w: 8 * w * w),
    "value_and_grad, gradient": (lambda f: value_and_grad(f)(2.0)[1], lambda w: 12 * w * w),
    "jacobian, backwards": (lambda f: jacobian(f)(2.0), lambda w: 12 * w * w),
    "jacobian, forwards": (lambda f: jacobian(lambda t: [f(t), 2 * f(t)])(2.0)[1], lambda w: 24 * w * w),
    "hessian": (lambda f: hessian(f)(2.0), lambda w: 12 * w * w),
    "jvp, value": (lambda f: jvp(f, (2.0,), (1.0,))[0], lambda w: 8 * w * w),
    "jvp, tangent": (lambda f: jvp(f, (2.0,), (1.0,))[1], lambda w: 12 * w * w),
    "vjp, value": (lambda f: vjp(f, 2.0)[0], lambda w: 8 * w * w),
    "vjp, cotangent": (lambda f: vjp(f, 2.0)[1](1.0), lambda w: 12 * w * w),
    "hvp": (lambda f: hvp(f, (2.0,), (1.0,)), lambda w: 12 * w * w),
}
EVERY = pytest.mark.parametrize(("transform", "expected"), TRANSFORMS.values(), ids=TRANSFORMS)


@EVERY
def test_a_result_stays_connected_to_a_value_of_the_closure(transform, expected):
    w = Value(0.7)
    found = transform(cube(w))
    assert found.data == pytest.approx(expected(0.7), rel=1e-12)
    found.backward()
    assert w.grad == pytest.approx(numerical(expected, 0.7), rel=1e-8)


@EVERY
def test_and_to_a_node_that_was_computed_before(transform, expected):
    v = Value(0.6)
    w = tanh(v)
    found = transform(cube(w))
    found.backward()
    slope = numerical(expected, w.data) * (1 - w.data**2)
    assert v.grad == pytest.approx(slope, rel=1e-8)


@EVERY
def test_inside_of_an_outer_transform_in_another_thread(transform, expected):
    def outer(w):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(lambda: transform(cube(w))).result() * 1.0

    assert grad(outer)(0.7) == pytest.approx(numerical(expected, 0.7), rel=1e-8)


@EVERY
def test_where_nothing_else_is_under_it_a_number_comes_out(transform, expected):
    assert type(transform(cube(0.7))) is float
    inner = []
    grad(lambda x: inner.append(transform(cube(0.7))) or x * x)(1.0)  # a transform around it makes no difference
    assert type(inner[0]) is float
    assert inner[0] == pytest.approx(expected(0.7), rel=1e-12)


@EVERY
def test_in_a_task_of_an_event_loop(transform, expected):
    def outer(w):
        async def task():
            await asyncio.sleep(0)
            return transform(cube(w))

        async def both():
            return (await asyncio.gather(task(), task()))[1]

        return asyncio.run(both())

    assert grad(outer)(0.7) == pytest.approx(numerical(expected, 0.7), rel=1e-8)


def test_a_physics_informed_loss_trains_the_weights():
    def residual(w):
        return grad(lambda t: tanh(w * t))(0.5)

    w = Value(0.7)
    loss = (residual(w) - 1.0) ** 2 + (w - 0.2) ** 2
    loss.backward()
    expected = numerical(lambda w: (w / math.cosh(w / 2) ** 2 - 1.0) ** 2 + (w - 0.2) ** 2, 0.7)
    assert w.grad == pytest.approx(expected, rel=1e-8)  # 0.4858, which torch.func.grad also gives


def test_a_network_s_slope_is_connected_to_its_weights():
    model = MLP(1, [3, 1], activation="tanh", seed=1)
    slope = grad(lambda x: model([x]))(0.5)
    slope.backward()
    assert all(p.grad != 0.0 for p in model.parameters() if not p.label.startswith("b2"))


@pytest.mark.parametrize(
    ("f", "connected"),
    [
        (lambda x, w: where(1.0, x * x, w), False),
        (lambda x, w: where(0.0, w, x * x), False),
        (lambda x, w: where(w, x * x, x), True),
        (lambda x, w: dot([x, 1.0], [x, w]), True),
        (lambda x, w: dot([1.0, x], [2.0, x], w), True),
        (lambda x, w: dot([1.0, x], [2.0, x]), False),
        (lambda x, w: x * w.detach() * 0 + x, True),
        (lambda x, w: x * w.data, False),
        (lambda x, w: w * 2, True),
        (lambda x, w: 3.0, False),
    ],
)
def test_what_was_recorded_decides(f, connected):
    w = Value(2.0)
    expected = Value if connected else float
    assert type(value_and_grad(lambda x: f(x, w))(3.0)[0]) is expected
    assert type(jvp(lambda x: f(x, w), (3.0,), (1.0,))[0]) is expected


def test_the_argument_of_a_transform_that_has_returned_is_nobody_s():
    kept = []
    grad(lambda x: kept.append(x) or x * x)(2.0)
    assert type(grad(lambda x: x * kept[0])(3.0)) is float
    _, pull_back = vjp(lambda x: x**3, 2.0)
    assert type(grad(lambda c: pull_back(c * c))(5.0)) is float


def test_while_its_transform_runs_an_argument_is_somebody_s():
    seen = []
    assert grad(lambda x: seen.append(grad(lambda t: t * x)(3.0)) or seen[0] * 1.0)(2.0) == 1.0
    assert type(seen[0]) is Value


def test_gradients_of_a_function_with_values_in_its_closure_can_be_checked():
    w = Value(0.3)
    assert check_gradients(lambda x, y: tanh(w * x) * y, (0.4, 1.2)) < 1e-9

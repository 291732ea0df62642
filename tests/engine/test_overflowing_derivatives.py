"""If a derivative is larger than the largest float, every way to compute it gives the same infinity."""

import math

import pytest

from autograd import DomainError, Value, atan2, grad, hessian, hvp, jacobian, jvp, log, replay, sqrt, value_and_grad

INF = math.inf
# A function, a point, and the signs of its derivatives, beginning with the first one that overflows.
CASES = {
    "x ** -1.5": (lambda x: x**-1.5, 1e-200, [-INF, INF, -INF]),
    "x ** -1": (lambda x: x**-1, 1e-200, [-INF, INF, -INF]),
    "1 / x": (lambda x: 1 / x, 1e-200, [-INF, INF, -INF]),
    "x ** -2 negative": (lambda x: x**-2, -1e-150, [INF, INF, INF]),
    "x ** -3 negative": (lambda x: x**-3, -1e-100, [-3e400, -INF, -INF]),
    "x ** 0.5": (lambda x: x**0.5, 5e-324, [None, -INF, INF]),
    "sqrt": (sqrt, 5e-324, [None, -INF, INF]),
    "log": (log, 1e-310, [INF, -INF, INF]),
}
EVERY = pytest.mark.parametrize(("f", "at", "signs"), CASES.values(), ids=CASES)


def nested(f, order):
    for _ in range(order):
        f = grad(f)
    return f


def routes(f, at, order):
    below = nested(f, order - 1)
    leaf, again = Value(at), Value(at)
    y = below(leaf)
    y.backward()
    yield "backward", leaf.grad
    yield "grad at a Value", nested(f, order)(Value(at)).data
    yield "grad", nested(f, order)(at)
    yield "value_and_grad", value_and_grad(below)(at)[1]
    yield "jacobian", jacobian(below)(at)
    yield "jvp", jvp(below, (at,), (1.0,))[1]
    yield "replay", replay(below(again)).gradients()[again]
    if order > 1:
        yield "hessian", hessian(nested(f, order - 2))(at)
        yield "hvp", hvp(nested(f, order - 2), (at,), (1.0,))
        yield "connected hessian", hessian(nested(f, order - 2))(Value(at)).data


@EVERY
@pytest.mark.parametrize("order", [1, 2, 3])
def test_every_route_gives_the_same(f, at, signs, order):
    expected = signs[order - 1]
    found = dict(routes(f, at, order))
    if expected is None:
        expected = found["backward"]
        assert math.isfinite(expected)
    assert found == dict.fromkeys(found, expected)


def test_a_pole_stays_an_error():
    for f, at in ((sqrt, 0.0), (lambda x: x**0.5, 0.0), (lambda x: atan2(x, 0.0 * x), 0.0)):
        with pytest.raises(DomainError, match="not finite at"):
            grad(f)(Value(at))

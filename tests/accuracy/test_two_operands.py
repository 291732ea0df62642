"""Primitives of two operands on a grid of 11 x 11 numbers: every subset of active operands, orders 1 to 3, every mode.

The grid has infinities, NaN, signed zeros and integers. At points where the function is smooth, derivatives are
compared with differences over mpmath numbers. At other points, and if an operand is not finite, the test requires only
that all modes agree and that a NaN operand is not hidden.
"""

import functools
import itertools
import math

import mpmath
import pytest
from mpmath import mp, mpf
from points import EPSILON, EXACT, PRIMITIVES

from autograd import Value, grad, jvp
from autograd.engine.graph import is_end
from autograd.engine.sweep import adjoints

INF, NAN = math.inf, math.nan
GRID = [-INF, -2.0, -0.75, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, INF, NAN]
# No derivative flows through a comparison. tests/engine/test_conditions.py tests those.
TWO_OPERANDS = [p for p in PRIMITIVES if p.arity == 2 and not is_end(p)]
EVERY = pytest.mark.parametrize("primitive", TWO_OPERANDS, ids=str)
RAISED = (ValueError, OverflowError, ZeroDivisionError)


def value_at(primitive, point):
    """Return the value, or None if the primitive raises."""
    try:
        return primitive(*point)
    except RAISED:
        return None


def recorded(primitive, point, active):
    """Return the result of the primitive with some of its operands as Values, and these Values."""
    operands = [Value(x) if i in active else x for i, x in enumerate(point)]
    return primitive(*operands), [operands[i] for i in active]


def in_turn(primitive, point, order, forward):
    """Return the derivative with respect to the operands in ``order``, one by one; the last one by the given mode."""

    def f(*x):
        return primitive(*x)

    for k, i in enumerate(order):
        f = _slope(f, i, point, forward and k == len(order) - 1)
    try:
        return f(*point)
    except RAISED:
        return None


def _slope(f, i, point, forward):
    def slope(*x):
        def of_one(z):
            return f(*[z if k == i else each for k, each in enumerate(x)])

        return jvp(of_one, (x[i],), (1.0,))[1] if forward else grad(of_one)(x[i])

    return slope


def same(a, b):
    return a == b or (a != a and b != b)


@EVERY
def test_every_subset_of_active_operands_has_the_same_derivatives(primitive):
    for point in itertools.product(GRID, repeat=2):
        if value_at(primitive, point) is None:
            continue
        y, both = recorded(primitive, point, (0, 1))
        together = [adjoints(y)[x] for x in both]
        for i in (0, 1):
            y, (x,) = recorded(primitive, point, (i,))
            alone = adjoints(y)[x]
            direction = tuple([float(k == i) for k in (0, 1)])
            found = jvp(primitive, point, direction)[1]
            assert same(alone, together[i]), (point, i)
            if math.isfinite(together[1 - i]):  # otherwise jvp multiplies it by a tangent of 0, which gives NaN
                assert same(found, alone), (point, i)


@EVERY
def test_a_nan_that_goes_in_is_seen(primitive):
    """Either the value is a NaN or every derivative is. A finite value with a finite gradient would hide the NaN."""
    for point in itertools.product(GRID, repeat=2):
        if not any(x != x for x in point) or value_at(primitive, point) is None:
            continue
        y, both = recorded(primitive, point, (0, 1))
        found = [adjoints(y)[x] for x in both]
        if y.data == y.data:
            assert all(g != g for g in found), (point, y.data, found)
        for i, (x, g) in enumerate(zip(point, found, strict=True)):
            if (
                x != x and g == g
            ):  # the derivative does not depend on this operand, so it is the same for any number in its place
                others = [
                    value
                    for value in (_slope_there(primitive, point, i, z) for z in (0.5, 2.0, 3.0))
                    if value is not None
                ]
                assert all(same(other, g) for other in others), (point, i, g, others)


def _slope_there(primitive, point, i, z):
    moved = [z if k == i else x for k, x in enumerate(point)]
    return None if value_at(primitive, moved) is None else in_turn(primitive, moved, (i,), False)


# At other points the derivatives are conventions, which SPECIAL_POINTS.md lists.
def smooth(name, x, y):
    if name in ("above", "greater", "at_least", "maximum", "minimum"):
        return x != y
    if name == "polygamma":
        return False  # its first operand is a whole number, so there is no derivative with respect to it
    if name in ("mod", "floordiv"):
        return y != 0.0 and x / y != math.floor(x / y)
    if name in ("leaky_relu", "elu"):
        return x != 0.0
    if name == "pow":
        return x > 0.0
    if name in ("hypot", "unit", "inversion"):
        return x != 0.0 or y != 0.0
    if name == "atan2":
        return y > 0.0 or x != 0.0
    return name != "div" or y != 0.0


ORDERS = [order for n in (1, 2, 3) for order in itertools.combinations_with_replacement((0, 1), n)]


@pytest.mark.sampled(4)
@pytest.mark.parametrize("forward", [False, True], ids=["reverse", "forward"])
@EVERY
def test_derivatives_of_orders_1_to_3_agree_with_mpmath(primitive, forward):
    finite = [x for x in GRID if math.isfinite(x)]
    misses = []
    for point in itertools.product(finite, repeat=2):
        if value_at(primitive, point) is None or not smooth(primitive.name, *point):
            continue
        for order in ORDERS:
            found = in_turn(primitive, point, order, forward)
            true, size = exact(primitive.name, point, order)
            bound = {1: 4, 2: 16, 3: 64}[len(order)] * math.ulp(float(true))
            if found is None or not abs(found - true) <= max(bound, 4 * len(order) * EPSILON * size):
                misses.append((point, order, found, mpmath.nstr(true, 17)))
    assert not misses, f"{len(misses)}: {misses[:5]}"


@functools.cache
def exact(name, point, order):
    """Return the derivative by differences of the definition, and the size of the terms that cancel in it.

    The size is that of the derivative at four points nearby.
    """
    with mp.workdps(200):
        h = mpf(10) ** -40
        orders = [order.count(i) for i in (0, 1)]
        true = _difference(name, point, orders, h)
        near = [_difference(name, (point[0] + s / 8, point[1] + t / 8), orders, h) for s in (-1, 1) for t in (-1, 1)]
        sizes = [abs(x) for x in near if not isinstance(x, mpmath.mpc)] if abs(true) < mpf(1) / 2 else []
        return +true, max(sizes, default=mpf(0))


_STENCILS = {
    0: [(0, 1)],
    1: [(1, mpf(1) / 2), (-1, -mpf(1) / 2)],
    2: [(1, 1), (0, -2), (-1, 1)],
    3: [(2, mpf(1) / 2), (1, -1), (-1, 1), (-2, -mpf(1) / 2)],
}


def _difference(name, point, orders, h):
    x, y = [mpf(z) for z in point]
    terms = [
        a * b * EXACT[name](x + i * h, y + j * h) for i, a in _STENCILS[orders[0]] for j, b in _STENCILS[orders[1]]
    ]
    total = mpmath.fsum(terms) / h ** sum(orders)
    return total if abs(total) > mpf(10) ** -30 else mpf(0)


@EVERY
def test_higher_orders_at_points_that_are_not_finite_contradict_nobody(primitive):
    for point in itertools.product(GRID, repeat=2):
        if all(math.isfinite(x) for x in point) or value_at(primitive, point) is None:
            continue
        for order in ORDERS:
            by_reverse, by_forward = [in_turn(primitive, point, order, way) for way in (False, True)]
            if by_reverse is None or by_forward is None:
                assert by_reverse is by_forward, (point, order)
            else:
                assert same(by_reverse, by_forward), (point, order, by_reverse, by_forward)

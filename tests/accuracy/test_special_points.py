"""The rows of SPECIAL_POINTS.md, checked against the engine in every mode, and against mpmath if they are numbers."""

import math
import re
import sys
from pathlib import Path

import mpmath
import pytest
from mpmath import mp, mpf

import autograd
from autograd import Value, explain, grad, jvp, replay

sys.path.append(str(Path(__file__).parents[1] / "compiler"))
from compiling import compiled, forms

INF, NAN = math.inf, math.nan
TEXT = (Path(__file__).parents[2] / "SPECIAL_POINTS.md").read_text(encoding="utf-8")
NUMBERS = {"inf": INF, "nan": NAN}
FUNCTIONS = {name: getattr(autograd, name) for name in autograd.engine.functions.__all__} | {"abs": abs}


def _row(line):
    expression, at, value, first, second, note = [cell.strip() for cell in line.strip("|").split("|")]
    point = tuple([float(eval(x, dict(NUMBERS))) for x in at.split(",")])
    names = "x, y"[: 3 * len(point) - 2]
    f = eval(f"lambda {names}: {expression.strip('`')}", FUNCTIONS | NUMBERS)
    return expression, point, f, _cell(value)[0], _cell(first), _cell(second), note


def _cell(text):
    """Return the numbers and the names of exceptions in a cell."""
    return [x if x.isidentifier() and x not in NUMBERS else float(x) for x in text.split(", ") if x]


ROWS = [_row(line) for line in TEXT.splitlines() if line.startswith("| `")]
IDS = [f"{row[0]} at {row[1]}" for row in ROWS]
EVERY = pytest.mark.parametrize(("expression", "point", "f", "value", "first", "second", "note"), ROWS, ids=IDS)


def same(found, expected):
    return found == expected or (found != found and expected != expected) or abs(found - expected) <= math.ulp(expected)


def all_same(found, expected):
    return len(found) == len(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))


def unit(i, n):
    return tuple([1.0 if k == i else 0.0 for k in range(n)])


def tried(call):
    """Return the number, or the name of the exception."""
    try:
        return call()
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        return type(error).__name__


@EVERY
def test_the_eager_sweep(expression, point, f, value, first, second, note):
    leaves = [Value(x) for x in point]
    if isinstance(value, str):
        assert tried(lambda: f(*leaves)) == value
        assert note, "an exception is named and explained"
        return
    y = f(*leaves)
    assert same(y.data, value)
    y.backward()
    assert all_same([x.grad for x in leaves], first)


@EVERY
def test_forward_mode(expression, point, f, value, first, second, note):
    for i in range(len(point)):
        found = tried(lambda i=i: jvp(f, point, unit(i, len(point))))
        if isinstance(value, str):
            assert found == value
        elif len(point) == 1 or not (math.isnan(found[1]) or math.isinf(first[1 - i])):
            # An infinite derivative times a tangent of 0 is NaN. jvp does not hide it.
            assert all_same(found, (value, first[i]))


@EVERY
def test_second_derivatives_by_reverse_and_by_forward_mode(expression, point, f, value, first, second, note):
    if isinstance(value, str):
        return
    n = len(point)
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    for (i, j), expected in zip(pairs, second, strict=True):

        def slope(x, i=i, j=j):
            found = grad(f)(*[x if k == j else z for k, z in enumerate(point)])
            return found[i] if n > 1 else found

        for found in (
            tried(lambda g=slope, j=j: grad(g)(point[j])),
            tried(lambda g=slope, j=j: jvp(g, (point[j],), (1.0,))[1]),
        ):
            assert found == expected if isinstance(expected, str) else same(found, expected), (i, j, found)


@EVERY
def test_replay(expression, point, f, value, first, second, note):
    if isinstance(value, str):
        return
    leaves = [Value(x) for x in point]
    again = replay(f(*leaves))
    assert same(again.value, value)
    gradients = again.gradients()
    assert all_same([gradients.get(x, 0.0) for x in leaves], first)


@pytest.mark.parametrize("strict", [True, False], ids=["strict", "default"])
@EVERY
def test_compiled_code(expression, point, f, value, first, second, note, strict):
    if isinstance(value, str):
        return
    leaves = [Value(x) for x in point]
    y = f(*leaves)

    def program(*registers):
        lanes = registers[0].lanes

        def both(*numbers):
            run = replay(y, lanes.lift, dict(zip(leaves, numbers, strict=True)))
            found = run.gradients(lanes.constant(1.0))
            return [run.value, *[found.get(x, 0.0) for x in leaves]]

        return forms.followed(both, lanes, *registers)

    (row,) = compiled(program, len(point), strict=strict)([point])
    assert all_same(row, [value, *first])


# The numbers of the table are compared with mpmath, at the points where mpmath has a derivative.
SMOOTH = [
    row for row in ROWS if re.match(r"`(x \*\* y|x / y|(sqrt|log|sigmoid|tanh|softplus)\(x\)|atan2|logsumexp)", row[0])
]
EXACT = {"sqrt": mpmath.sqrt, "log": mpmath.log, "atan2": mpmath.atan2, "tanh": mpmath.tanh,
         "sigmoid": lambda x: 1 / (1 + mpmath.exp(-x)), "softplus": lambda x: mpmath.log1p(mpmath.exp(x)),
         "logsumexp": lambda x: max(x) + mpmath.log(mpmath.fsum([mpmath.exp(z - max(x)) for z in x]))}  # fmt: skip


@pytest.mark.parametrize("row", SMOOTH, ids=[f"{row[0]} at {row[1]}" for row in SMOOTH])
def test_the_table_is_mpmaths_where_the_point_is_regular(row):
    expression, point, _, value, first, second, _ = row
    regular = all(math.isfinite(x) for x in point) and point[0] > 0.0 if "*" in expression else 0.0 not in point
    if isinstance(value, str) or not regular or not all(math.isfinite(x) for x in point):
        return
    f = eval(f"lambda {'x, y'[: 3 * len(point) - 2]}: {expression.strip('`')}", dict(EXACT))
    with mp.workdps(3000):
        orders = [unit(i, len(point)) for i in range(len(point))]
        orders += [tuple([a + b for a, b in zip(orders[i], orders[j], strict=True)])
                   for i in range(len(point)) for j in range(i, len(point))]  # fmt: skip
        exact = [f(*map(mpf, point)), *[_derivative(f, point, [int(k) for k in order]) for order in orders]]
    for found, true in zip([value, *first, *second], exact, strict=True):
        assert same(found, float(true)) or abs(found - true) <= 4 * math.ulp(float(true)), (
            found,
            mpmath.nstr(true, 17),
        )


def _derivative(f, point, order):
    """Return a central difference with a step of 1e-400 of the point."""
    x = [mpf(z) for z in point]
    total = mpf(0)
    steps = [mpf(10) ** -400 * (min(abs(z), 1) or 1) for z in x]
    stencils = {0: [(0, 1)], 1: [(1, mpf(1) / 2), (-1, -mpf(1) / 2)], 2: [(1, 1), (0, -2), (-1, 1)]}
    rows = [[]]
    for k, h in zip(order, steps, strict=True):
        rows = [[*row, (z * h, c / h**k)] for row in rows for z, c in stencils[k]]
    for row in rows:
        weight = mpmath.fprod([c for _, c in row])
        total += weight * f(*[z + move for z, (move, _) in zip(x, row, strict=True)])
    return total


def test_the_table_has_the_points_that_were_promised():
    text = " ".join([f"{row[0]}" for row in ROWS])
    names = "x ** y,x / y,sqrt,log,abs,relu,maximum,minimum,where,atan2,sigmoid,tanh,softplus,logsumexp"
    assert all(name in text for name in names.split(","))
    assert len(ROWS) >= 70


def test_a_true_0_times_infinity_is_nan_and_can_be_explained():
    x = Value(0.0, "x")
    y = 0 * autograd.sqrt(x)
    assert "0 * inf = nan" in str(explain(y, x))

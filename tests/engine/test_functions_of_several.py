"""Sums, products, norms, small systems and rounding of Values, against exact numbers, mpmath and NumPy."""

import itertools
import math
import random
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf

import autograd
from autograd import (
    Value,
    check_gradients,
    clip,
    derive,
    det,
    grad,
    hessian,
    inv,
    logaddexp,
    maximum,
    mean,
    minimum,
    norm,
    prod,
    replay,
    solve,
)  # fmt: skip


def matrix_of(n, seed):
    draw = random.Random(seed)
    return [[draw.uniform(-2.0, 2.0) for _ in range(n)] for _ in range(n)]


def of_values(rows):
    return [[Value(x) for x in row] for row in rows]


def condition(rows):
    return float(np.linalg.cond(np.array(rows)))


# --- Systems of equations: the error is at most 4 ulp times the size and the condition number of the matrix


@pytest.mark.parametrize("n", range(1, 7))
def test_solve_and_its_derivatives_are_within_the_condition_number(n):
    a, b = matrix_of(n, n), [random.Random(n).uniform(-1, 1) for _ in range(n)]
    bound = 4 * n * condition(a) * 2.0**-52
    rows, sides = of_values(a), [Value(x) for x in b]
    x = solve(rows, sides)
    with mp.workdps(60):
        exact = mpmath.lu_solve(mpmath.matrix(a), mpmath.matrix(b))
        scale = max(abs(z) for z in exact)
        assert max(abs(found.data - z) for found, z in zip(x, exact, strict=True)) <= bound * scale
        x[0].backward()
        inverse = mpmath.matrix(a) ** -1
        for i, j in itertools.product(range(n), repeat=2):
            slope = -inverse[0, i] * exact[j]
            assert abs(rows[i][j].grad - slope) <= 8 * bound * scale * max(abs(z) for z in inverse)
        for i in range(n):
            assert abs(sides[i].grad - inverse[0, i]) <= 8 * bound * max(abs(z) for z in inverse)


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8, 9, 11])
def test_det_and_its_derivatives(n):
    a = matrix_of(n, 10 + n)
    rows = of_values(a)
    found = det(rows)
    with mp.workdps(60):
        exact = mpmath.det(mpmath.matrix(a))
        size = mpf(1)
        for row in a:
            size *= mpmath.norm(row)  # Hadamard's bound, which is at least as large as each product
        assert abs(found.data - exact) <= 4 * n * 2.0**-52 * size
        found.backward()
        cofactors = exact * (mpmath.matrix(a) ** -1).T
        for i, j in itertools.product(range(n), repeat=2):
            assert abs(rows[i][j].grad - cofactors[i, j]) <= 1e-11 * max(abs(z) for z in cofactors)


def test_det_of_a_singular_matrix_has_its_cofactors():
    rows = of_values([[1.0, 2.0], [2.0, 4.0]])
    found = det(rows)
    found.backward()
    assert found.data == 0.0
    assert [[x.grad for x in row] for row in rows] == [[4.0, -2.0], [-2.0, 1.0]]
    assert det([[0.0] * 9] * 9) == 0.0


def test_systems_are_exact_over_fractions():
    a = [[Fraction(1, i + j + 1) for j in range(4)] for i in range(4)]  # Hilbert's
    x = solve(a, [Fraction(1)] * 4)
    assert x == [-4, 60, -180, 140]
    assert [
        [sum(p * q for p, q in zip(row, column, strict=True)) for column in zip(*inv(a), strict=True)] for row in a
    ] == [[int(i == j) for j in range(4)] for i in range(4)]


def test_a_system_is_solved_again_when_its_graph_is_replayed():
    rows = of_values([[2.0, 1.0], [1.0, 3.0]])
    x = solve(rows, [1.0, 2.0])
    again = replay(x[0], Fraction)
    assert again.value == Fraction(1, 5)
    assert replay(x[0], at={rows[0][0]: 4.0}).value == pytest.approx(1 / 11)


def test_several_right_hand_sides_and_arrays():
    a = np.array([[2.0, 1.0], [1.0, 3.0]])
    b = np.array([[1.0, 0.0], [2.0, 1.0]])
    np.testing.assert_allclose(solve(a, b), np.linalg.solve(a, b), rtol=1e-15)
    np.testing.assert_allclose(solve(a, b[:, 0]), np.linalg.solve(a, b[:, 0]), rtol=1e-15)
    np.testing.assert_allclose(inv(a), np.linalg.inv(a), rtol=1e-15)
    values = np.vectorize(Value)(a)
    found = inv(values)
    assert found.shape == (2, 2)
    assert isinstance(found[0, 0], Value)
    assert det(values).data == pytest.approx(5.0)


def test_a_pivot_is_looked_for():
    assert solve([[0.0, 1.0], [1.0, 0.0]], [2.0, 3.0]) == [3.0, 2.0]
    assert det([[0.0 if i == j else 1.0 for j in range(9)] for i in range(9)]) == pytest.approx(8.0)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: solve([[1.0, 2.0], [2.0, 4.0]], [1.0, 1.0]), "singular"),
        (lambda: inv([[0.0]]), "singular"),
        (lambda: solve([[1.0, 2.0]], [1.0]), "square"),
        (lambda: det([[1.0], [2.0]]), "square"),
        (lambda: det([]), "square"),
        (lambda: solve([[1.0]], [1.0, 2.0]), "1 equations and 2 right-hand sides"),
        (lambda: mean([]), "mean of no numbers"),
        (lambda: norm([]), "norm of no numbers"),
        (lambda: norm([1.0], p=0), "p above 0"),
        (lambda: maximum([]), "maximum of no numbers"),
        (lambda: clip(1.0), "without a bound"),
    ],
)
def test_what_has_no_answer_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()


@pytest.mark.parametrize("function", [mean, norm, prod, maximum, minimum])
def test_a_single_number_is_refused(function):
    with pytest.raises(TypeError, match="takes one sequence of numbers"):
        function(Value(1.0))


def test_the_hessian_of_log_det_is_that_of_the_formula():
    a = [[3.0, 1.0], [1.0, 2.0]]

    def f(p, q, r, s):
        return autograd.log(det([[p, q], [r, s]]))

    found = hessian(f)(*[x for row in a for x in row])
    inverse = np.linalg.inv(np.array(a))
    for (i, j), (k, m) in itertools.product(itertools.product(range(2), repeat=2), repeat=2):
        assert found[2 * i + j][2 * k + m] == pytest.approx(-inverse[m, i] * inverse[j, k], rel=1e-13)


# --- Sums and products


def test_prod_has_the_right_derivatives_where_factors_are_0():
    for numbers, expected in (
        ([2.0, 3.0, 4.0], [12, 8, 6]),
        ([0.0, 3.0, 4.0], [12, 0, 0]),
        ([0.0, 0.0, 4.0], [0, 0, 0]),
    ):
        values = [Value(x) for x in numbers]
        prod(values).backward()
        assert [x.grad for x in values] == expected
    assert prod([]) == 1.0
    assert prod([3]) == 3.0


@pytest.mark.parametrize("p", [1, 2, 3, 1.5, math.inf])
def test_norm_and_its_gradient(p):
    x = [0.3, -1.2, 2.5]
    assert norm(x, p) == pytest.approx(np.linalg.norm(x, p), rel=1e-15)
    check_gradients(lambda *v: norm(v, p), x)
    check_gradients(lambda *v: mean([z * z for z in v]), x)
    assert math.isnan(grad(lambda v: norm([v, 0.0]))(0.0))


@pytest.mark.parametrize("n", range(1, 9))
def test_the_largest_and_the_smallest_of_a_list(n):
    numbers = random.Random(n).sample(range(100), n)
    values = [Value(x) for x in numbers]
    largest = maximum(values)
    assert (largest.data, minimum(values).data) == (max(numbers), min(numbers))
    largest.backward()
    assert [x.grad for x in values] == [float(x == max(numbers)) for x in numbers]
    tied = [Value(1.0) for _ in range(n)]
    maximum(tied).backward()
    assert sum(x.grad for x in tied) == 1.0
    assert maximum(np.array([[1.0, 5.0], [2.0, 3.0]])) == 5.0


@pytest.mark.parametrize(("x", "value", "slope"), [(-3, -1, 0), (0.5, 0.5, 1), (3, 2, 0), (2, 2, 0.5), (-1, -1, 0.5)])
def test_clip(x, value, slope):
    v = Value(x)
    y = clip(v, -1.0, 2.0)
    y.backward()
    assert (y.data, v.grad) == (value, slope)
    assert clip(v, high=0.25).data == min(x, 0.25)
    assert clip(v, low=0.25).data == max(x, 0.25)


def test_logaddexp_does_not_overflow():
    assert logaddexp(1000.0, 1000.0) == 1000.0 + math.log(2)
    check_gradients(logaddexp, (0.3, -2.0))


# --- Rounding


@pytest.mark.parametrize("x", [-2.5, -1.5, -0.5, -0.25, -0.0, 0.0, 0.5, 1.5, 2.5, 2.75, 1e300, -7.0])
def test_rounding_is_that_of_floats(x):
    v = Value(x)
    assert [math.floor(v).data, math.ceil(v).data, round(v).data] == [math.floor(x), math.ceil(x), round(x)]
    assert [np.floor(x), np.ceil(x), np.rint(x)] == [autograd.floor(x), autograd.ceil(x), v.rint().data]
    assert math.copysign(1, autograd.ceil(x)) == math.copysign(1, np.ceil(x))
    assert round(v, 1).data == pytest.approx(np.round(x, 1))
    assert round(v, -1).data == np.round(x, -1)
    assert grad(autograd.floor)(x) == grad(autograd.ceil)(x) == grad(round)(x) == 0.0


@pytest.mark.parametrize("x", [math.inf, -math.inf, math.nan])
def test_what_is_not_finite_stays_so(x):
    for function in (autograd.floor, autograd.ceil, round):
        found = function(Value(x)).data
        assert found == x or (found != found and x != x)


EDGES = [-7.5, -6.0, -2.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, 3.0, 7.25, math.inf, -math.inf, math.nan, 1e300, 5e-324]


@pytest.mark.parametrize("y", EDGES)
@pytest.mark.parametrize("x", EDGES)
def test_the_remainder_and_the_whole_quotient_are_those_of_floats(x, y):
    v, w = Value(x), Value(y)
    remainders = [lambda: v % w, lambda: v % y, lambda: x % w]
    quotients = [lambda: v // w, lambda: v // y, lambda: x // w]
    for ours, theirs in [(f, lambda: x % y) for f in remainders] + [(f, lambda: x // y) for f in quotients]:
        try:
            expected = theirs()
        except ZeroDivisionError:
            with pytest.raises(ZeroDivisionError):
                ours()
            continue
        found = ours().data
        assert found == expected or (found != found and expected != expected)
        assert math.copysign(1, found) == math.copysign(1, expected) or found != found
    if y:
        assert [z.data for z in divmod(Value(7.5), 2.0)] == [3.0, 1.5]
        assert [z.data for z in divmod(7.5, Value(2.0))] == [3.0, 1.5]


def test_derivatives_of_the_remainder():
    check_gradients(lambda x, y: x % y, (7.3, 2.1))
    check_gradients(lambda x, y: (x % y) * x, (-7.3, 2.1))
    assert grad(lambda x: x // 0.7)(3.0) == 0.0


# --- NumPy's names for the Values of an array, replays, compiled code, formulas


@pytest.mark.parametrize(
    ("name", "x"),
    [(name, x) for name in ("floor", "ceil", "rint", "log2", "log10", "exp2", "cbrt") for x in (0.7, 2.5, 30.3)],
)
def test_functions_of_numpy_over_arrays_of_values(name, x):
    found = getattr(np, name)(np.array([Value(x)], dtype=object))
    assert isinstance(found[0], Value)
    assert found[0].data == pytest.approx(getattr(np, name)(x), rel=1e-15)


@pytest.mark.parametrize("name", ["remainder", "floor_divide", "arctan2", "hypot"])
def test_functions_of_two_numbers_of_numpy_over_arrays_of_values(name):
    found = getattr(np, name)(np.array([Value(7.5)], dtype=object), np.array([Value(2.0)], dtype=object))
    assert isinstance(found[0], Value)
    assert found[0].data == pytest.approx(getattr(np, name)(7.5, 2.0), rel=1e-15)


def program_of(x, y):
    return (
        autograd.floor(x) + autograd.ceil(y) * round(x) + x % y + x // y + autograd.log2(x) * autograd.log10(y)
        + autograd.exp2(y) + autograd.cbrt(x * y) + autograd.erfc(y) + logaddexp(x, y) + clip(x, 0.0, 1.5)
        + prod([x, y]) + mean([x, y]) * norm([x, y]) + maximum([x, y, 1.0]) + det([[x, y], [y, 2.0]])
        + solve([[x, 1.0], [y, 3.0]], [1, y])[1]
    )  # fmt: skip


@pytest.mark.parametrize("strict", [True, False])
def test_compiled_code_has_the_values_and_gradients_of_the_engine(strict):
    draw = random.Random(3)
    points = [(draw.uniform(0.2, 4.0), draw.uniform(0.2, 4.0)) for _ in range(20)]
    x, y = Value(1.7), Value(0.6)
    program = autograd.compile(program_of(x, y), inputs=[x, y], strict=strict)
    values, found = program.value_and_gradient(np.array(points))
    for point, value, slopes in zip(points, np.ravel(values), found.inputs, strict=True):
        leaves = [Value(z) for z in point]
        expected = program_of(*leaves)
        expected.backward()
        assert value == pytest.approx(expected.data, rel=1e-13)
        assert list(slopes) == pytest.approx([z.grad for z in leaves], rel=1e-12)


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda w: autograd.lgamma(w), "digamma"),
        (lambda w: autograd.log2(w), "log"), (lambda w: autograd.cbrt(w), "cbrt"), (lambda w: autograd.exp2(w), "log"),
        (lambda w: autograd.erfc(w), "gaussian"), (lambda w: w % 2.0, "1"), (lambda w: autograd.floor(w) * w, "floor"),
        (lambda w: norm([w, 2.0]), "sqrt"),
    ],
)  # fmt: skip
def test_formulas_print(function, words):
    w = Value(1.3, "w")
    loss = function(w)
    text = derive(loss).formula(w)
    assert words in str(text)


# --- The gamma function


@pytest.mark.parametrize(
    "x", [1e-300, 1e-5, 0.3, 0.5, 1.0, 1.4616321449683622, 1.5, 2.0, 2.5, 3.7, 11.9, 12.0, 170.0, 1e10, 1e290]
)
def test_the_gamma_functions_logarithm_and_its_derivatives(x):
    v = Value(x)
    first, second = grad(autograd.lgamma), grad(autograd.digamma)
    with mp.workdps(60):
        for found, exact in (
            (autograd.lgamma(v).data, mpmath.loggamma(x)), (first(x), mpmath.digamma(x)), (second(x), mpmath.psi(1, x)),
            (grad(second)(x), mpmath.psi(2, x)),
        ):  # fmt: skip
            if abs(exact) < mpf(2) ** 1024:
                assert abs(found - exact) <= 4 * mpf(math.ulp(float(exact)))
            else:
                assert math.isinf(found)


@pytest.mark.parametrize("x", [0.0, -1.0, -2.5])
def test_the_gamma_function_is_taken_of_numbers_above_0(x):
    for function in (autograd.lgamma, autograd.digamma):
        with pytest.raises(autograd.DomainError):
            function(Value(x))


def test_orders_of_polygamma_are_whole():
    from autograd.engine.special import polygamma

    assert polygamma(0.0, 2.5) == autograd.digamma(2.5)
    assert math.isnan(polygamma(math.nan, 2.0))
    assert polygamma(2.0, math.inf) == 0.0
    assert polygamma(1.0, 1e12) == pytest.approx(1e-12, rel=1e-11)


@pytest.mark.parametrize("n", [-1.0, 0.5, 170.5, 171.0, 1e17, 1e308, math.inf, -math.inf])
def test_orders_of_polygamma_that_no_float_can_hold_are_refused_at_once(n):
    from autograd.engine.special import polygamma

    with pytest.raises(ValueError, match="order of a polygamma function is a whole number from 0 to 170"):
        polygamma(n, 2.0)


@pytest.mark.parametrize("n", [1.0, 10.0, 100.0, 170.0])
@pytest.mark.parametrize("x", [5e-324, 1e-310, 1e-5, 0.7, 3.0, 150.0, 1e4, 1e8, 1e12, 1e150, 1e300])
def test_polygamma_of_high_orders_stays_in_the_range_of_floats(n, x):
    from autograd.engine.special import polygamma

    with mp.workdps(400):
        true = float(mpmath.psi(int(n), mpmath.mpf(x)))
    assert polygamma(n, x) == pytest.approx(true, rel=1e-14, abs=1e-320)


def test_fifty_digits_of_the_gamma_function():
    v = Value(2.5)
    with mp.workdps(50):
        again = replay(autograd.lgamma(v), mpf)
        assert again.value == mpmath.loggamma(mpf(2.5))
        assert abs(again.gradients()[v] - mpmath.digamma(mpf(2.5))) < mpf("1e-48")

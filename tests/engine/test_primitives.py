"""The table of primitives: every value and every derivative against mpmath, and the results at special points."""

import itertools
import math
import operator
from fractions import Fraction

import mpmath
import pytest
from mpmath import mp, mpf
from points import (
    BY_NAME,
    EXACT,
    PARTIAL_TERMS,
    PARTIAL_ULPS,
    PRIMITIVES,
    VALUE_TERMS,
    close,
    exact_partial,
    exact_second,
    exact_value,
    operands_of,
    ulps,
)

import autograd
from autograd import DomainError, Value, grad, jvp
from autograd.engine.algebra import TABLE, Ieee
from autograd.engine.sweep import adjoints
from autograd.engine.value import record

INF, NAN = math.inf, math.nan
EVERY = pytest.mark.parametrize("primitive", PRIMITIVES, ids=str)


def wrong(primitive, rows):
    return "\n".join([f"{primitive.name}{operands}: found {found!r}, exact {exact}" for operands, found, exact in rows])


# --- The values and the first derivatives


@EVERY
def test_values_agree_with_mpmath(primitive):
    assert primitive.name in EXACT, "a new primitive needs an exact reference in points.py"
    terms = VALUE_TERMS.get(primitive.name)
    failures = []
    for operands in operands_of(primitive):
        found, exact = primitive(*operands), exact_value(primitive, operands)
        assert type(found) is float
        if not close(found, exact, terms=terms and terms(*[mpf(x) for x in operands])):
            failures.append((operands, found, mpmath.nstr(exact, 25)))
    assert not failures, wrong(primitive, failures)


# The operands whose derivative is 0 by convention.
BY_CONVENTION = {
    ("polygamma", 0),
    ("where", 0),
    ("power_term", 3),
    ("power_term", 4),
    *[("shift", i) for i in range(5)],
    ("detached", 0),
}


@EVERY
def test_partials_agree_with_mpmath(primitive):
    failures = []
    for operands in operands_of(primitive):
        y = primitive(*operands)
        partials = primitive.gradient(y, operands)
        assert len(partials) == len(operands)
        for i, partial in enumerate(partials):
            terms = PARTIAL_TERMS.get((primitive.name, i))
            terms = terms and terms(*[mpf(x) for x in operands])
            exact = mpf(0) if (primitive.name, i) in BY_CONVENTION else exact_partial(primitive, operands, i)
            if not close(float(partial), exact, PARTIAL_ULPS.get(primitive.name, 4), terms):
                failures.append(((i, *operands), float(partial), mpmath.nstr(exact, 25)))
    assert not failures, wrong(primitive, failures)


@EVERY
def test_what_backward_gives_is_the_partial_of_the_table(primitive):
    for operands in itertools.islice(operands_of(primitive), 12):
        values = [Value(x) for x in operands]
        y = record(primitive, values) if primitive.name != "dot" else primitive(*values)
        assert y.data == primitive(*operands)
        y.backward()
        partials = [float(p) for p in primitive.gradient(y.data, operands)]
        if primitive.name == "where":
            partials[0] = 0.0
        assert [x.grad for x in values] == partials


# --- Second derivatives, in both orders of differentiation

# Like VALUE_TERMS, for the second derivatives with respect to operands i and j.
_s, _phi = EXACT["sigmoid"], EXACT["normal_pdf"]
SECOND_TERMS = {
    ("sigmoid", 0, 0): lambda x: _s(x) * _s(-x) * (_s(x) + _s(-x)),
    ("silu", 0, 0): lambda x: _s(x) * _s(-x) * (2 + abs(x) * (_s(x) + _s(-x))),
    ("gelu", 0, 0): lambda x: _phi(x) * (2 + x**2),
    ("gaussian", 0, 0): lambda x: EXACT["gaussian"](x) * (2 + 4 * x**2),
    ("normal_pdf", 0, 0): lambda x: _phi(x) * (1 + x**2),
    ("sech2", 0, 0): lambda x: mpmath.sech(x) ** 2 * (4 * mpmath.tanh(x) ** 2 + 2 * mpmath.sech(x) ** 2),
    ("lorentzian", 0, 0): lambda x: (2 + 6 * x**2) / (1 + x**2) ** 3,
    ("asin", 0, 0): lambda x: 1 / (1 - x**2) ** mpf("1.5"),
    ("acos", 0, 0): lambda x: 1 / (1 - x**2) ** mpf("1.5"),
    ("atanh", 0, 0): lambda x: 2 / (1 - x**2) ** 2,
    ("pow", 0, 0): lambda x, n: abs(n) * (abs(n) + 1) * x ** (n - 2),
    ("pow", 0, 1): lambda x, n: x ** (n - 1) * (1 + abs(n * mpmath.log(x))),
    ("hypot", 0, 0): lambda x, y: (1 + x**2 / (x**2 + y**2)) / mpmath.hypot(x, y),
    ("hypot", 1, 1): lambda x, y: (1 + y**2 / (x**2 + y**2)) / mpmath.hypot(x, y),
    **{("unit", i, j): lambda x, y: 6 / mpmath.hypot(x, y) ** 2 for i, j in ((0, 0), (0, 1), (1, 1))},
    **{("inversion", i, j): lambda x, y: 12 / mpmath.hypot(x, y) ** 3 for i, j in ((0, 0), (0, 1), (1, 1))},
    ("atan2", 0, 1): lambda y, x: 3 / (x**2 + y**2),
}


def _second_by_reverse(primitive, operands, i, j):
    def f(*x):
        return primitive(*x)

    def first(x):
        point = [x if k == j else z for k, z in enumerate(operands)]
        inner = grad(lambda *z: f(*z))(*point)
        return inner[i] if len(operands) > 1 else inner

    return grad(first)(operands[j])


def _second_by_forward(primitive, operands, i, j):
    direction = tuple([1.0 if k == j else 0.0 for k in range(len(operands))])
    tangents = jvp(grad(lambda *z: primitive(*z)), tuple(operands), direction)[1]
    return tangents[i] if len(operands) > 1 else tangents


@pytest.mark.parametrize("way", [_second_by_reverse, _second_by_forward], ids=["reverse", "forward"])
@pytest.mark.parametrize("primitive", [p for p in PRIMITIVES if p.name != "where"], ids=str)
def test_second_derivatives_agree_with_mpmath(primitive, way):
    failures = []
    for operands in itertools.islice(operands_of(primitive, 15), 15):
        if any(abs(x) < 0.01 for x in operands) or len(operands) > 4:
            continue
        for i, j in itertools.combinations_with_replacement(range(len(operands)), 2):
            found, exact = way(primitive, operands, i, j), exact_second(primitive, operands, i, j)
            terms = SECOND_TERMS.get((primitive.name, i, j))
            terms = terms and abs(terms(*[mpf(x) for x in operands]))
            if primitive.name == "logsumexp":  # p - p p or -p p', each with the rounding of its own operands
                terms = PARTIAL_TERMS["logsumexp", i](*[mpf(x) for x in operands])
            if not close(found, exact, 16, terms):
                failures.append(((i, j, *operands), found, mpmath.nstr(exact, 25)))
    assert not failures, wrong(primitive, failures)


# --- Tiny and huge operands, for which squares overflow and differences cancel: first derivatives, within 4 ulp

HUGE, TINY = 1e300, 1e-300
FAR = {
    "expm1": [(1e-20,), (-1e-300,), (-745.0,)],
    "exp": [(-745.0,), (1e-300,), (709.7,)],
    "log": [(TINY,), (HUGE,), (5e-324,), (1.0000000000000002,)],
    "log1p": [(1e-20,), (-1e-300,), (HUGE,), (-0.9999999999999999,)],
    "sqrt": [(TINY,), (HUGE,)],
    "tan": [(1.5707963267948966,), (1e-300,), (1e22,)],
    "asin": [(0.9999999999999999,), (-0.9999999999999999,), (1e-300,)],
    "acos": [(0.9999999999999999,), (-0.9999999999999999,), (1e-300,)],
    "atan": [(HUGE,), (1e-300,), (-1e160,)],
    "hypot": [(HUGE, HUGE), (TINY, TINY), (HUGE, 1.0), (3e-310, 4e-310)],
    "atan2": [(HUGE, HUGE), (1e-150, -1e-150), (1.0, 1e200), (1e200, 1.0)],
    "sinh": [(1e-300,), (-709.0,), (710.0,)],
    "cosh": [(1e-300,), (-709.0,), (710.0,)],
    "tanh": [(40.0,), (-40.0,), (340.0,), (1e-300,)],
    "asinh": [(HUGE,), (-HUGE,), (1e-300,), (-1e10,)],
    "acosh": [(1.0000000000000002,), (HUGE,), (1e200,)],
    "atanh": [(0.9999999999999999,), (-0.9999999999999999,), (1e-300,)],
    "erf": [(1e-300,), (26.0,), (-5.9,)],
    "sigmoid": [(40.0,), (-40.0,), (-700.0,), (700.0,), (1e-300,)],
    "logsigmoid": [(40.0,), (-40.0,), (-1e300,), (700.0,)],
    "softplus": [(40.0,), (-40.0,), (1e300,), (-700.0,)],
    "silu": [(40.0,), (-40.0,), (700.0,)],
    "gelu": [(8.0,), (-8.0,), (36.0,), (-36.0,)],
    "div": [(1.0, HUGE), (TINY, 1e-5), (HUGE, 1e100), (1e-5, TINY * 1e10)],
    "pow": [(1e-300, 0.5), (1e300, 0.5), (1.0000000000000002, 1e15), (1e-300, 0.1), (1e300, 0.3), (2.0, -1000.0)],
    "lorentzian": [(1e-300,), (1e150,), (-1e100,)],
    "logsumexp": [(1000.1, 1000.2), (-1000.1, -1000.2), (1e5, 1e5 + 1.0), (700.3, 0.25)],
}


@pytest.mark.parametrize("name", FAR)
def test_far_points_agree_with_mpmath(name):
    primitive, failures = BY_NAME[name], []
    for operands in FAR[name]:
        found, exact = primitive(*operands), exact_value(primitive, operands)
        if not close(found, exact):
            failures.append((("value", *operands), found, mpmath.nstr(exact, 25)))
        y = record(primitive, [Value(x) for x in operands])
        for i, (x, partial) in enumerate(zip(y.parents, _gradient_of(y), strict=True)):
            exact = exact_partial(primitive, operands, i)
            terms = PARTIAL_TERMS.get((name, i))
            if not close(partial, exact, terms=terms and terms(*[mpf(x) for x in operands])):
                failures.append(((i, *operands), partial, mpmath.nstr(exact, 25)))
    assert not failures, wrong(primitive, failures)


def _gradient_of(y):
    found = adjoints(y)
    return [found[x] for x in y.parents]


# --- Special points: the value and the derivative with respect to each operand, or the name of the exception

SPECIAL = [
    ("pow", (0.0, 2.0), 0.0, [0.0, 0.0]),
    ("pow", (0.0, 1.0), 0.0, [1.0, 0.0]),
    ("pow", (0.0, 0.0), 1.0, [0.0, -INF]),
    ("pow", (0.0, 0.5), 0.0, [INF, 0.0]),
    ("pow", (-0.0, 3.0), -0.0, [0.0, 0.0]),
    ("pow", (2.0, 0.0), 1.0, [0.0, math.log(2.0)]),
    ("pow", (-2.0, 3.0), -8.0, [12.0, NAN]),
    ("pow", (-2.0, 2.0), 4.0, [-4.0, NAN]),
    ("pow", (-2.0, -1.0), -0.5, [-0.25, NAN]),
    ("pow", (-2.0, 0.0), 1.0, [0.0, NAN]),
    ("pow", (1.0, NAN), 1.0, [NAN, NAN]),
    ("pow", (NAN, 0.0), 1.0, [NAN, NAN]),
    ("pow", (NAN, 2.0), NAN, [NAN, NAN]),
    ("pow", (0.0, -1.0), "ZeroDivisionError", None),
    ("pow", (-8.0, 1 / 3), "DomainError", None),
    ("pow", (1e200, 2.0), "OverflowError", None),
    ("div", (1.0, 0.0), "ZeroDivisionError", None),
    ("div", (0.0, 0.0), "ZeroDivisionError", None),
    ("div", (0.0, 2.0), 0.0, [0.5, -0.0]),
    ("div", (1.0, INF), 0.0, [0.0, -0.0]),
    ("div", (1e-310, 1e-310), 1.0, [INF, -INF]),
    ("mul", (INF, 0.0), NAN, [0.0, INF]),
    ("add", (INF, -INF), NAN, [1.0, 1.0]),
    ("sqrt", (0.0,), 0.0, [INF]),
    ("sqrt", (-0.0,), -0.0, [-INF]),
    ("sqrt", (-1.0,), "DomainError", None),
    ("sqrt", (INF,), INF, [0.0]),
    ("log", (0.0,), "DomainError", None),
    ("log", (-1.0,), "DomainError", None),
    ("log", (INF,), INF, [0.0]),
    ("log1p", (-1.0,), "DomainError", None),
    ("exp", (710.0,), "OverflowError", None),
    ("exp", (-750.0,), 0.0, [0.0]),
    ("exp", (INF,), INF, [INF]),
    ("exp", (-INF,), 0.0, [0.0]),
    ("expm1", (710.0,), "OverflowError", None),
    ("expm1", (-INF,), -1.0, [0.0]),
    ("sin", (INF,), "DomainError", None),
    ("cos", (-INF,), "DomainError", None),
    ("tan", (INF,), "DomainError", None),
    ("asin", (1.0,), math.pi / 2, [INF]),
    ("asin", (-1.0,), -math.pi / 2, [INF]),
    ("asin", (1.0000000000000002,), "DomainError", None),
    ("acos", (1.0,), 0.0, [-INF]),
    ("acos", (-2.0,), "DomainError", None),
    ("atan", (INF,), math.pi / 2, [0.0]),
    ("acosh", (1.0,), 0.0, [INF]),
    ("acosh", (0.5,), "DomainError", None),
    ("atanh", (1.0,), "DomainError", None),
    ("atanh", (2.0,), "DomainError", None),
    ("asinh", (INF,), INF, [0.0]),
    ("atan2", (0.0, 0.0), 0.0, [NAN, NAN]),
    ("atan2", (0.0, -1.0), math.pi, [-1.0, -0.0]),
    ("atan2", (-0.0, -1.0), -math.pi, [-1.0, 0.0]),
    ("atan2", (1.0, 0.0), math.pi / 2, [0.0, -1.0]),
    ("hypot", (0.0, 0.0), 0.0, [NAN, NAN]),
    ("hypot", (0.0, -2.0), 2.0, [0.0, -1.0]),
    ("sinh", (711.0,), "OverflowError", None),
    ("cosh", (711.0,), "OverflowError", None),
    ("cosh", (0.0,), 1.0, [0.0]),
    ("tanh", (750.0,), 1.0, [0.0]),
    ("tanh", (-INF,), -1.0, [0.0]),
    ("sigmoid", (750.0,), 1.0, [0.0]),
    ("sigmoid", (-750.0,), 0.0, [0.0]),
    ("sigmoid", (INF,), 1.0, [0.0]),
    ("sigmoid", (-INF,), 0.0, [0.0]),
    ("sigmoid", (0.0,), 0.5, [0.25]),
    ("softplus", (750.0,), 750.0, [1.0]),
    ("softplus", (-750.0,), 0.0, [0.0]),
    ("softplus", (INF,), INF, [1.0]),
    ("softplus", (-INF,), 0.0, [0.0]),
    ("logsigmoid", (-750.0,), -750.0, [1.0]),
    ("logsigmoid", (750.0,), -0.0, [0.0]),
    ("silu", (0.0,), 0.0, [0.5]),
    ("silu", (750.0,), 750.0, [1.0]),
    ("silu", (-750.0,), -1.5e-323, [-1.5e-323]),
    ("gelu", (0.0,), 0.0, [0.5]),
    ("gelu", (750.0,), 750.0, [1.0]),
    ("gelu", (-750.0,), -0.0, [0.0]),
    ("erf", (INF,), 1.0, [0.0]),
    ("relu", (0.0,), 0.0, [0.0]),
    ("relu", (-0.0,), 0.0, [0.0]),
    ("relu", (INF,), INF, [1.0]),
    ("relu", (-INF,), 0.0, [0.0]),
    ("relu", (5e-324,), 5e-324, [1.0]),
    ("abs", (0.0,), 0.0, [0.0]),
    ("abs", (-0.0,), 0.0, [0.0]),
    ("abs", (-INF,), INF, [-1.0]),
    ("sign", (0.0,), 0.0, [0.0]),
    ("step", (0.0,), 0.0, [0.0]),
    ("maximum", (2.0, 2.0), 2.0, [0.5, 0.5]),
    ("maximum", (INF, INF), INF, [0.5, 0.5]),
    ("maximum", (3.0, 2.0), 3.0, [1.0, 0.0]),
    ("maximum", (-INF, 2.0), 2.0, [0.0, 1.0]),
    ("minimum", (2.0, 2.0), 2.0, [0.5, 0.5]),
    ("minimum", (0.0, -0.0), 0.0, [0.5, 0.5]),
    ("minimum", (3.0, 2.0), 2.0, [0.0, 1.0]),
    ("leaky_relu", (0.0, 0.1), 0.0, [0.1, 0.0]),
    ("leaky_relu", (-2.0, 0.1), -0.2, [0.1, -2.0]),
    ("leaky_relu", (2.0, 0.1), 2.0, [1.0, 0.0]),
    ("elu", (0.0, 1.5), 0.0, [1.5, 0.0]),
    ("elu", (-750.0, 1.5), -1.5, [0.0, -1.0]),
    ("elu", (750.0, 1.5), 750.0, [1.0, 0.0]),
    ("where", (1.0, 5.0, 7.0), 5.0, [0.0, 1.0, 0.0]),
    ("where", (0.0, 5.0, 7.0), 7.0, [0.0, 0.0, 1.0]),
    ("where", (-0.0, 5.0, 7.0), 7.0, [0.0, 0.0, 1.0]),
    ("where", (1.0, 5.0, NAN), 5.0, [0.0, 1.0, 0.0]),
    ("where", (0.0, INF, 7.0), 7.0, [0.0, 0.0, 1.0]),
    ("where", (NAN, 5.0, 7.0), NAN, [NAN, NAN, NAN]),
    ("logsumexp", (1e300, -1e300), 1e300, [1.0, 0.0]),
    ("logsumexp", (-INF, 0.0), 0.0, [0.0, 1.0]),
    ("logsumexp", (INF, 0.0), INF, [NAN, NAN]),
    ("logsumexp", (3.0, 3.0), 3.0 + math.log(2.0), [0.5, 0.5]),
]


EXCEPTIONS = {
    "DomainError": DomainError, "OverflowError": OverflowError, "ZeroDivisionError": ZeroDivisionError,
}  # fmt: skip


@pytest.mark.parametrize(("name", "operands", "value", "partials"), SPECIAL, ids=lambda x: str(x))
def test_special_points(name, operands, value, partials):
    primitive = BY_NAME[name]
    if isinstance(value, str):
        expected = EXCEPTIONS[value]
        with pytest.raises(expected):
            record(primitive, [Value(x) for x in operands])
        with pytest.raises(ValueError if expected is DomainError else expected):
            primitive(*operands)
        return
    values = [Value(x) for x in operands]
    y = record(primitive, values)
    y.backward()
    assert _same(y.data, value)
    assert _same(primitive(*operands), value)
    assert all(_nearly(x.grad, p) for x, p in zip(values, partials, strict=True)), (
        f"found {[x.grad for x in values]}, expected {partials}"
    )


def _same(a, b):
    return (a == b and math.copysign(1.0, a) == math.copysign(1.0, b)) or (a != a and b != b)


def _nearly(a, b):
    return a == b or (a != a and b != b) or abs(a - b) <= 4 * math.ulp(b)


# --- A NaN operand gives a NaN

# Exceptions are constants by definition, a branch that was not taken, and comparisons, which do not hold with a NaN.
NOT_READ = {
    ("greater", 0),
    ("greater", 1),
    ("at_least", 0),
    ("at_least", 1),
    ("where", 1),
    ("where", 2),
    ("leaky_relu", 1),
    ("elu", 1),
    ("pow", 0),
    ("pow", 1),
    ("power_term", 3),
    ("power_term", 4),
}

# The derivative with respect to these operands does not depend on them.
LINEAR = {("mod", 0), ("add", 0),
          ("add", 1), ("sub", 0), ("sub", 1), ("neg", 0), ("identity", 0), ("mul", 0), ("mul", 1), ("div", 0),
          *[(name, 0) for name in BY_NAME if name.endswith("_times")], ("power_term", 0),
          *[("dot", i) for i in range(6)], *[("total", i) for i in range(6)]}  # fmt: skip


@EVERY
def test_a_nan_stays_a_nan_in_value_and_derivative(primitive):
    operands = next(iter(operands_of(primitive)))
    for i in range(len(operands)):
        if (primitive.name, i) in NOT_READ:
            continue
        with_nan = [NAN if k == i else x for k, x in enumerate(operands)]
        assert math.isnan(primitive(*with_nan)), with_nan
        values = [Value(x) for x in with_nan]
        y = primitive(*values)
        assert math.isnan(y.data)
        y.backward()
        if (primitive.name, i) not in LINEAR:
            assert math.isnan(values[i].grad), (with_nan, [x.grad for x in values])


@pytest.mark.parametrize("operands", [(NAN, 2.0), (2.0, NAN), (NAN, NAN)])
@pytest.mark.parametrize("name", ["mul", "div", "pow", "atan2", "hypot", "maximum", "minimum", "logsumexp"])
def test_a_nan_operand_leaves_no_finite_derivative_behind(name, operands):
    x, y = Value(operands[0]), Value(operands[1])
    BY_NAME[name](x, y).backward()
    reads = {"mul": [operands[1], operands[0]], "div": [operands[1], NAN]}.get(name, [NAN, NAN])
    assert [math.isnan(g) for g in (x.grad, y.grad)] == [math.isnan(r) for r in reads]


# --- One definition, over any number


RATIONAL = [
    "add", "sub", "mul", "div", "neg", "dot", "total", "identity", "zero_derivative", "step", "sign", "above",
    "greater", "at_least", "where", "relu", "abs", "maximum", "minimum", "leaky_relu", "lorentzian",
]  # fmt: skip


@EVERY
def test_the_definition_over_mpmath_agrees_with_the_value_over_floats(primitive):
    with mp.workdps(700):
        for operands in itertools.islice(operands_of(primitive), 20):
            found = primitive(*[mpf(x) for x in operands])
            exact = exact_value(primitive, operands)
            assert abs(found - exact) <= mpf("1e-40") * (abs(exact) + mpf("1e-300")), operands


LOST = [("tanh", 100.0), ("expm1", 1e-60), ("log1p", -1e-60), ("softplus", -200.0), ("sinh", 1e-60), ("atanh", 1e-60),
        ("asinh", -1e-60), ("sech2", -90.0), ("sigmoid", -150.0)]  # fmt: skip


@pytest.mark.parametrize(("name", "x"), LOST)
def test_fifty_digits_are_fifty_also_where_differences_would_lose_them(name, x):
    leaf = Value(x)
    with mp.workdps(50):
        found = autograd.replay(BY_NAME[name](leaf), mpf)
        value, slope = found.value, found.gradients()[leaf]
    with mp.workdps(300):
        assert abs(value - exact_value(BY_NAME[name], (x,))) <= mpf("1e-47") * abs(value)
        assert abs(slope - exact_partial(BY_NAME[name], (x,), 0)) <= mpf("1e-47") * abs(slope)


@pytest.mark.parametrize("name", RATIONAL)
def test_rational_primitives_are_exact_over_fractions(name):
    primitive = BY_NAME[name]
    for operands in itertools.islice(operands_of(primitive), 10):
        fractions = [Fraction(x) for x in operands]
        found = primitive(*fractions)
        assert isinstance(found, (Fraction, int, float))
        assert float(found) == pytest.approx(primitive(*operands), rel=1e-13)
        if name in ("add", "sub", "mul", "div", "neg", "identity", "where", "leaky_relu", "lorentzian"):
            assert found == EXACT[name](*fractions)
        for p in primitive.gradient(found, fractions):
            assert isinstance(p, (Fraction, int, float))
            assert not isinstance(p, float) or p in (0.0, 0.5, 1.0)


@EVERY
def test_the_definition_over_values_has_the_derivatives_of_the_table(primitive):
    """``forward``, composed of other primitives, is another way to the same derivative."""
    if primitive.forward is None or primitive.name == "where":
        assert primitive.floats is not None
        return
    for operands in itertools.islice(operands_of(primitive), 30):
        if max(abs(x) for x in operands) > 5.0 or min(abs(x) for x in operands) < 0.05:
            continue
        values = [Value(x) for x in operands]
        composed, y = primitive.forward(*values), primitive(*operands)
        if isinstance(composed, Value):
            composed.backward()
            composed = composed.data
        assert composed == pytest.approx(y, rel=1e-11, abs=1e-13)
        if primitive.name != "shift":
            for i, (x, p) in enumerate(zip(values, primitive.gradient(y, operands), strict=True)):
                if (primitive.name, i) not in BY_CONVENTION:
                    assert x.grad == pytest.approx(float(p), rel=1e-9, abs=1e-12)


@EVERY
def test_the_ieee_rules_agree_with_the_floats(primitive):
    for operands in itertools.islice(operands_of(primitive), 10):
        y = primitive(*operands)
        ieee = [Ieee(x) for x in operands]
        assert float(primitive(*ieee)) == y
        expected = [float(p) for p in primitive.gradient(y, operands)]
        assert [float(p) for p in primitive.gradient(Ieee(y), ieee)] == pytest.approx(expected, rel=1e-15)


# --- The table as data


def test_every_primitive_is_in_the_table_under_its_code_and_a_name_of_its_own():
    assert [TABLE[p.code] for p in PRIMITIVES] == PRIMITIVES
    assert len({p.name for p in PRIMITIVES}) == len(PRIMITIVES)
    assert set(EXACT) == set(BY_NAME)


@EVERY
def test_printed_forms_take_the_operands(primitive):
    names = ["a", "b", "c", "d", "e"][: primitive.arity] if primitive.arity else ["a, b"]
    for form in (primitive.text, primitive.latex):
        printed = form.format(*names)
        if primitive.name != "zero_derivative":  # its result is always 0
            assert all(name in printed for name in names), printed
        assert printed.count("{") == printed.count("}")
    assert str(primitive) == primitive.name
    assert repr(primitive) == f"<primitive {primitive.name}>"


@EVERY
def test_the_number_of_operands_is_checked(primitive):
    if primitive.arity is None:
        assert len(primitive.gradient(0.0, (1.0,) * 4)) == 4
        return
    assert len(primitive.partials) == primitive.arity
    with pytest.raises(TypeError, match=f"takes {primitive.arity} operands"):
        primitive(*[Value(1.0)] * (primitive.arity + 1))
    with pytest.raises(TypeError):
        primitive(*[1.0] * (primitive.arity + 1))


@EVERY
def test_kinks_and_domains_are_documented_in_words(primitive):
    kinked = {
        "step", "sign", "above", "greater", "at_least", "where", "shift", "relu", "abs", "maximum", "minimum",
        "leaky_relu", "elu", "hypot", "atan2", "unit", "inversion", "power_term", "detached",
        "floor", "ceil", "round", "mod", "floordiv", "cbrt", "polygamma",
    }  # fmt: skip
    assert bool(primitive.kinks) == (primitive.name in kinked)


# --- Errors where Python raises

UNARY_FUNCTIONS = ["exp", "expm1", "log", "log1p", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh",
                   "tanh", "asinh", "acosh", "atanh", "erf"]  # fmt: skip
EXTREMES = [0.0, -0.0, 1.0, -1.0, 0.5, 2.0, -2.0, 40.0, -40.0, 750.0, -750.0, 1e-320, 1e308, -1e308, INF, -INF, NAN]


@pytest.mark.parametrize("x", EXTREMES)
@pytest.mark.parametrize("name", UNARY_FUNCTIONS)
def test_functions_raise_exactly_where_the_math_module_raises(name, x):
    function = getattr(autograd, name)
    try:
        expected = getattr(math, name)(x)
    except (ValueError, OverflowError) as error:
        with pytest.raises(type(error)):
            function(x)
        with pytest.raises(DomainError if isinstance(error, ValueError) else OverflowError):
            function(Value(x))
    else:
        assert _same(function(x), expected)
        assert _same(function(Value(x)).data, expected)


@pytest.mark.parametrize("b", EXTREMES)
@pytest.mark.parametrize("a", EXTREMES)
@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow"])
def test_arithmetic_raises_exactly_where_floats_raise(name, a, b):
    operation = {"div": operator.truediv}.get(name) or getattr(operator, name)
    forms = [lambda: operation(Value(a), Value(b)), lambda: operation(Value(a), b), lambda: operation(a, Value(b))]
    try:
        expected = operation(a, b)
    except (ZeroDivisionError, OverflowError) as error:
        for form in forms:
            with pytest.raises(type(error)):
                form()
        return
    for form in forms:
        if isinstance(expected, complex):
            with pytest.raises(DomainError, match="has no real value"):
                form()
        else:
            y = form()
            assert _same(y.data, expected)
            y.backward()
            assert y.grad == 1.0


def test_a_domain_error_says_what_was_asked_and_what_it_needs():
    with pytest.raises(DomainError, match=r"log\(-2\.0\) has no real value: it needs x > 0"):
        Value(-2.0).log()
    with pytest.raises(DomainError, match=r"-8\.0 \*\* 0\.5 has no real value: it needs a base above 0"):
        Value(-8.0) ** 0.5


@pytest.mark.parametrize(
    ("operands", "value"),
    [  # a x^(n-k) log(x)^j
        ((1.0, math.inf, 2.0, 1.0, 0.0), math.inf), ((3.0, math.inf, 1.0, 1.0, 0.0), 3.0),
        ((1.0, math.inf, 1.0, 2.0, 0.0), 0.0), ((1.0, -math.inf, 3.0, 1.0, 0.0), math.inf),
        ((1.0, 2.0, math.inf, 1.0, 0.0), math.inf), ((1.0, 0.5, math.inf, 1.0, 0.0), 0.0),
        ((1.0, 2.0, -math.inf, 1.0, 0.0), 0.0), ((-1.0, 2.0, math.inf, 1.0, 1.0), -math.inf),
        ((1.0, math.inf, 2.0, 0.0, 1.0), math.inf), ((1.0, math.inf, -2.0, 0.0, 1.0), 0.0),
        ((0.0, 5.0, 2.0, 1.0, 0.0), 0.0), ((0.0, 0.0, 0.5, 1.0, 0.0), 0.0), ((0.0, 5.0, 2.0, 1.0, 1.0), 0.0),
        ((2.0, -3.0, 2.0, 1.0, 0.0), -6.0), ((2.0, -3.0, 3.0, 1.0, 0.0), 18.0), ((1.0, 0.0, 1.0, 1.0, 0.0), 1.0),
    ],
)  # fmt: skip
def test_terms_of_powers_at_the_ends_of_the_range(operands, value):
    assert BY_NAME["power_term"](*operands) == value


@pytest.mark.parametrize(
    "operands", [(1.0, -2.0, 0.5, 1.0, 0.0), (1.0, -2.0, 2.5, 2.0, 0.0), (1.0, -2.0, 2.0, 0.0, 1.0)]
)
def test_terms_of_powers_that_are_complex(operands):
    with pytest.raises(ValueError, match=r"."):
        BY_NAME["power_term"](*operands)


@pytest.mark.parametrize("operands", [(0.0, math.nan, 2.0, 1.0, 0.0), (0.0, 2.0, math.nan, 1.0, 0.0)])
def test_a_power_that_differentiation_has_used_up_passes_a_nan_on(operands):
    assert math.isnan(BY_NAME["power_term"](*operands))


@pytest.mark.parametrize("name", ["dot", "total"])
def test_a_sum_of_nothing_is_0(name):
    assert BY_NAME[name]() == 0.0


def test_the_ulp_checker_finds_a_wrong_last_digit():
    x = 0.7
    exact = exact_value(BY_NAME["tanh"], (x,))
    right = math.tanh(x)
    assert ulps(right, exact) < 2.0
    assert not close(right * (1 + 2.0**-49), exact)
    assert not close(math.nan, exact)
    assert not close(math.inf, exact, terms=mpf(1))
    assert not close(-right, exact)
    assert float(exact_partial(BY_NAME["tanh"], (x,), 0)) == pytest.approx(1 - right**2, rel=1e-15)
    assert float(exact_second(BY_NAME["mul"], (2.0, 3.0), 0, 1)) == 1.0
    assert exact_second(BY_NAME["add"], (2.0, 3.0), 0, 1) == 0

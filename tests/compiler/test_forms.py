"""Every primitive over registers, value and partials: against mpmath, and in strict code against the engine's bits."""

import itertools
import math
import random
import struct

import mpmath
import pytest
from compiling import compiled, forms
from llvmlite import ir
from mpmath import mpf
from points import (
    EXACT,
    PARTIAL_TERMS,
    PARTIAL_ULPS,
    PRIMITIVES,
    VALUE_TERMS,
    close,
    exact_partial,
    exact_value,
    operands_of,
    ulps,
)

import autograd
from autograd import AlgebraError
from autograd.compiler import calls
from autograd.compiler.registers import Lanes, Register
from autograd.engine import primitives
from autograd.engine.algebra import Ieee, primitive, select

INF, NAN = math.inf, math.nan
EVERY = pytest.mark.parametrize("primitive", PRIMITIVES, ids=str)
# Python replays the rules in the same way for any number of lanes. So one lane is compared with the engine.
LANES = pytest.mark.parametrize("count", [1, *[pytest.param(n, marks=pytest.mark.untraced) for n in (4, 8)]])
SPECIAL = [0.0, -0.0, INF, -INF, NAN, 5e-324, -5e-324, 1e-310, -1e-200, 0.5, -0.5, 1.0, -1.0, 2.0, -3.0, 40.0, -40.0,
           709.5, -709.5, 710.0, -746.0, 1e17, -1e17, 1e155, -1e155, 1e308, -1e308]  # fmt: skip
# The functions for which the module ``elementary`` promises 2 ulp.
TIGHT = {"exp", "expm1", "log", "log1p", "tanh", "sigmoid", "softplus", "logsigmoid", "sqrt"}
BY_CONVENTION = {("where", 0), ("power_term", 3), ("power_term", 4), *[("shift", i) for i in range(5)], ("detached", 0)}


def everything(primitive):
    """Return the value and the partials of a primitive as one function."""

    def f(*operands):
        y = primitive(*operands)
        return [y, *forms.gradient(primitive, y, operands)]

    return f


def of_the_engine(primitive, operands):
    """Return the engine's value and partials, or those of IEEE 754 if the engine raises."""
    ieee = [Ieee(x) for x in operands]
    try:
        # A division in a forward is infinite over Ieee numbers, and raises over floats.
        y = float((primitive.forward if primitive.floats is primitive.forward else primitive)(*ieee))
    except (ZeroDivisionError, OverflowError, ValueError):
        y = NAN
    try:
        partials = [float(p) for p in primitive.gradient(y, operands)]
    except (ZeroDivisionError, OverflowError, ValueError):
        partials = [float(p) for p in primitive.gradient(Ieee(y), ieee)]
    return [y, *partials]


def bits(x):
    return "nan" if math.isnan(x) else struct.pack("<d", x)


def by_arity(rows):
    key = len
    return {n: list(group) for n, group in itertools.groupby(sorted(rows, key=key), key)}


def special_rows(primitive):
    draw = random.Random(primitive.name)
    if primitive.arity is None:
        arities = [1, 2, 3, 5] if primitive.name != "dot" else [2, 3, 5]
        return [tuple(draw.choice(SPECIAL) for _ in range(n)) for n in arities for _ in range(300)]
    if primitive.arity < 3:
        return list(itertools.product(SPECIAL, repeat=primitive.arity))
    return [tuple([draw.choice(SPECIAL) for _ in range(primitive.arity)]) for _ in range(1000)]


def wild_rows(primitive, count=1000):
    """Return rows of numbers of any size and sign, also outside of the domain."""
    draw = random.Random(primitive.name + "wild")
    for k in range(count):
        arity = primitive.arity or (1 + k % 5 if primitive.name != "dot" else 2 + k % 4)
        yield tuple(draw.choice((-1, 1)) * 10.0 ** draw.uniform(-6, 3) for _ in range(arity))


# --- Strict code


@pytest.mark.sampled(4)
@LANES
@EVERY
def test_strict_code_has_the_engines_bits(primitive, count):
    slow = primitive.name in ("hypot", "atan2", "asinh", "logsumexp")  # in strict code, these call Python
    rows = [*operands_of(primitive, 1000), *special_rows(primitive), *wild_rows(primitive)]
    rows = rows[:: 3 if slow and count > 1 else 1]
    wrong = []
    for n, group in by_arity(rows).items():
        for row, found in zip(group, compiled(everything(primitive), n, count, strict=True)(group), strict=True):
            expected = of_the_engine(primitive, row)
            if [bits(x) for x in found] != [bits(x) for x in expected]:
                wrong.append((row, found, expected))
    assert not wrong, f"{len(wrong)} of {len(rows)}: {wrong[:3]}"


@pytest.mark.sampled(3)
@pytest.mark.parametrize("primitive", [p for p in PRIMITIVES if p.arity != 1], ids=str)
def test_constants_among_the_operands_are_plain_numbers(primitive):
    wrong = []
    for row in [*operands_of(primitive, 6), *special_rows(primitive)[::150]]:
        for k in range(len(row)):

            def f(x, row=row, k=k):
                return everything(primitive)(*row[:k], x, *row[k + 1 :])

            (found,) = compiled(f, 1, 2, strict=True, optimize=0)([(row[k],)])
            expected = of_the_engine(primitive, row)
            if [bits(x) for x in found] != [bits(x) for x in expected]:
                wrong.append((k, row, found, expected))
    assert not wrong, f"{len(wrong)}: {wrong[:3]}"


# --- The default mode


@pytest.mark.sampled(4)
@LANES
@EVERY
def test_values_and_partials_agree_with_mpmath(primitive, count):
    allowed = 2 if primitive.name in TIGHT else 4
    terms = VALUE_TERMS.get(primitive.name)
    wrong = []
    for n, group in by_arity(operands_of(primitive)).items():
        for row, (y, *partials) in zip(group, compiled(everything(primitive), n, count)(group), strict=True):
            exact = [mpf(x) for x in row]
            if not close(y, exact_value(primitive, row), allowed, terms and terms(*exact)):
                wrong.append((row, y))
            for i, found in enumerate(partials):
                d_terms = PARTIAL_TERMS.get((primitive.name, i))
                d_exact = mpf(0) if (primitive.name, i) in BY_CONVENTION else exact_partial(primitive, row, i)
                if not close(found, d_exact, PARTIAL_ULPS.get(primitive.name, 4), d_terms and d_terms(*exact)):
                    wrong.append((row, i, found, mpmath.nstr(d_exact, 20)))
    assert not wrong, f"{len(wrong)}: {wrong[:3]}"


def _terms(primitive, row, k):
    """Return the sum of absolute terms that can cancel.

    It is that of the value for k = 0, otherwise of the partial with respect to operand k - 1.
    """
    terms = PARTIAL_TERMS.get((primitive.name, k - 1)) if k else VALUE_TERMS.get(primitive.name)
    return terms(*[mpf(x) for x in row]) if terms and all(math.isfinite(x) for x in row) else None


@pytest.mark.sampled(3)
@LANES
@EVERY
def test_within_four_ulps_of_the_engine_and_special_values_alike(primitive, count):
    wrong = []
    for n, group in by_arity([*special_rows(primitive), *wild_rows(primitive, 500)]).items():
        for row, found in zip(group, compiled(everything(primitive), n, count)(group), strict=True):
            for k, (x, expected) in enumerate(zip(found, of_the_engine(primitive, row), strict=True)):
                if bits(x) == bits(expected):
                    continue
                special = expected == 0.0 or not math.isfinite(expected)
                most = PARTIAL_ULPS.get(primitive.name, 4)
                if special or not close(x, mpf(expected), most, _terms(primitive, row, k)):
                    wrong.append((row, k, x, expected))
    assert not wrong, f"{len(wrong)}: {wrong[:5]}"


@pytest.mark.parametrize("exponent", [0, 1, 2, 3, -1, -2, 0.5, 4, -3, 1.5])
@pytest.mark.parametrize("strict", [True, False])
def test_plain_exponents(exponent, strict):
    draw = random.Random(exponent)
    rows = [(draw.choice((-1, 1)) * 10.0 ** draw.uniform(-200, 200),) for _ in range(500)] + [(x,) for x in SPECIAL]

    def power(x):
        y = x**exponent
        return y, forms.partial(primitives.pow_, 0, y, (x, float(exponent)))

    for (x,), found in zip(rows, compiled(power, 1, 4, strict=strict)(rows), strict=True):
        expected = of_the_engine(primitives.pow_, (x, float(exponent)))[:2]
        for a, b in zip(found, expected, strict=True):
            if strict or b == 0.0 or not math.isfinite(b):
                assert bits(a) == bits(b), (x, found, expected)
            else:
                assert ulps(a, mpf(b)) <= 4, (x, found, expected)


def test_float32_is_computed_in_float64_and_rounded():
    names = ["exp", "log1p", "tanh", "sigmoid", "softplus", "sin", "gelu"]
    rows = [(x,) for x in (0.25, 0.75, 3.5, 20.0, -0.5)]
    functions = [getattr(primitives, name) for name in names]
    found = compiled(lambda x: [f(x) for f in functions], 1, 4, single=True)(rows)
    for (x,), row in zip(rows, found, strict=True):
        for f, y in zip(functions, row, strict=True):
            allowed = 4 if f.name == "gelu" else 1  # it is composed of several operations in float32
            exact = EXACT[f.name](mpf(x))
            assert abs(y - exact) <= allowed * 2.0**-23 * abs(exact), (f, x, y)


def test_flags_do_not_reach_into_the_elementary_functions():
    rows = [(x / 64.0,) for x in range(-600, 600)]
    fast = compiled(primitives.exp, 1, 8, flags=("contract", "reassoc", "nsz"))(rows)
    assert fast == compiled(primitives.exp, 1, 8)(rows)


# --- Choices


def test_the_branch_not_taken_leaks_nothing():
    def f(x):
        y = primitives.where(x, primitives.log(x), 1.0 / x)
        return y, select(x > 0, primitives.sqrt(x), 7.0)

    assert compiled(f, 1, 4)([(0.0,), (4.0,), (-4.0,)])[0] == [INF, 7.0]
    assert compiled(f, 1, 4)([(4.0,)])[0] == [math.log(4.0), 2.0]
    assert compiled(f, 1, 4)([(-4.0,)])[0][1] == 7.0


@pytest.mark.usefixtures("table")
@pytest.mark.parametrize("strict", [True, False])
def test_a_rule_with_python_branches_is_followed_both_ways(strict):
    f = primitive(f"asking{strict}", lambda x, n: x * n, partials=[lambda y, x, n: n if n > 0 else -y, 1])
    rows = [(2.0, 0.0), (2.0, 3.0), (0.0, -2.0), (1e-3, 1e17), (-2.0, -2.0), (NAN, -2.0), (2.0, NAN)]
    found = compiled(lambda x, n: forms.partial(f, 0, f(x, n), (x, n)), 2, 4, strict=strict)(rows)
    for row, (slope,) in zip(rows, found, strict=True):
        assert bits(slope) == bits(of_the_engine(f, row)[1])


def test_a_condition_outside_of_a_rule_says_what_to_write():
    with pytest.raises(AlgebraError, match="select"):
        compiled(lambda x: 1.0 if x > 0 else 2.0, 1)
    with pytest.raises(AlgebraError, match="more than 64 ways"):
        compiled(lambda *x: forms.followed(lambda *z: max(z), x[0].lanes, *x), 9)


# --- A user's primitives


@pytest.fixture
def table():
    """Restore the table of primitives after the test."""
    entries = list(autograd.engine.algebra.TABLE)
    yield
    autograd.engine.algebra.TABLE[:] = entries


def _partial(y, x):
    return select(x > 1, 2 * x, -1)


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.usefixtures("table")
def test_a_users_primitive_compiles_whatever_it_does(strict):
    plain = primitive("plain", lambda x: x * x if x > 1 else -x, partials=_partial)
    python = primitive(f"python{strict}", lambda x: math.exp(x) / math.sqrt(x), partials=lambda y, x: math.atan(x) * y)
    rows = [(3.0,), (0.5,), (-2.0,), (NAN,), (0.0,), (1000.0,)]
    for f in (plain, python):
        found = compiled(everything(f), 1, 4, strict=strict)(rows)
        expected = [of_the_engine(f, row) for row in rows]
        assert [[bits(x) for x in row] for row in found] == [[bits(x) for x in row] for row in expected]


@pytest.mark.usefixtures("table")
def test_floats_of_a_users_own_are_used_in_strict_code():
    f = primitive("own_floats", lambda x: 1 - 1 / (1 + x), partials=lambda y, x: y, floats=lambda x: x / (1 + x))
    assert compiled(f, 1, 4, strict=True)([(1e-20,)]) == [[1e-20]]
    assert compiled(f, 1, 4)([(1e-20,)]) == [[0.0]]


# --- Refusals, and the checks themselves


def test_refusals():
    builder = ir.IRBuilder()
    with pytest.raises(ValueError, match="at least 1"):
        Lanes(builder, 0)
    for options in ({"single": True}, {"flags": ("reassoc",)}):
        with pytest.raises(ValueError, match="strict"):
            Lanes(builder, 4, strict=True, **options)
    with pytest.raises(AlgebraError, match="found str"):
        Lanes(builder, 4).lift("1")
    x = Register(ir.Constant(ir.DoubleType(), 1.0), Lanes(builder))
    with pytest.raises(TypeError, match=r"autograd\.exp"):
        math.exp(x)


def test_a_c_function_unlike_pythons_is_seen(monkeypatch):
    assert calls.agrees_with_math("exp", 1)
    monkeypatch.setattr(calls, "_from_c", lambda name, arity: lambda x: math.nextafter(math.exp(x), 0.0))
    assert not calls.agrees_with_math.__wrapped__("exp", 1)
    monkeypatch.setattr(calls, "agrees_with_math", lambda name, arity: False)
    calls._bound.cache_clear()
    rows = [(x / 7.0,) for x in range(-20, 20)]
    assert compiled(primitives.exp, 1, 4, strict=True)(rows) == [[math.exp(x)] for (x,) in rows]
    calls._bound.cache_clear()

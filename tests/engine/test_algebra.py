"""Primitives: users' own ones, the kinds of number that they accept, and IEEE arithmetic."""

import copy
import itertools
import math
import operator
import pickle
from decimal import Decimal
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpf

from autograd import (
    AlgebraError,
    DomainError,
    Value,
    check_gradients,
    dot,
    exp,
    grad,
    hessian,
    jvp,
    primitive,
    primitives,
    replay,
    tanh,
)
from autograd.engine.algebra import TABLE, Ieee, is_real, select
from autograd.engine.primitives import where

INF, NAN = math.inf, math.nan


@primitive(partials=lambda y, x: 1 / (1 + abs(x)) ** 2)
def algebra_softsign(x):
    return x / (1 + abs(x))


@primitive(partials=[lambda y, a, b: 2 * a * b, lambda y, a, b: a * a], text="sq({0}, {1})", domain="numbers")
def algebra_square_times(a, b):
    return a * a * b


@primitive(partials=lambda y, *x: [2 * each for each in x])
def algebra_sum_of_squares(*x):
    result = 0.0
    for each in x:
        result = result + each * each
    return result


@primitive(partials=[lambda y, a, b, c: b * c, lambda y, a, b, c: a * c, lambda y, a, b, c: a * b])
def algebra_volume(a, b, c):
    return a * b * c


@primitive(partials=lambda y, x: exp(x) * (1 + x))
def algebra_x_exp(x):
    return x * exp(x)


USERS = [
    (algebra_softsign, (-0.75,)),
    (algebra_square_times, (1.5, -2.0)),
    (algebra_sum_of_squares, (1.5, -2.0, 0.25)),
    (algebra_volume, (1.5, -2.0, 0.25)),
    (algebra_x_exp, (0.5,)),
]
USERS_OWN = pytest.mark.parametrize(("own", "point"), USERS, ids=lambda x: str(x))


@USERS_OWN
def test_a_users_primitive_differentiates(own, point):
    assert check_gradients(own, point) < 1e-8


@USERS_OWN
def test_a_users_primitive_differentiates_to_second_order(own, point):
    for i in range(len(point)):
        first = grad(lambda *x, i=i: _at(grad(own)(*x), i, len(point)))(*point)
        direction = tuple([1.0 if k == i else 0.0 for k in range(len(point))])
        forward = jvp(grad(own), point, direction)[1]
        composed = grad(lambda *x, i=i: _at(grad(own.forward)(*x), i, len(point)))(*point)
        assert first == pytest.approx(forward, rel=1e-13)
        assert first == pytest.approx(composed, rel=1e-12)
    check_gradients(lambda *x: _at(grad(own)(*x), 0, len(point)), point)


def _at(gradient, i, n):
    return gradient[i] if n > 1 else gradient


@USERS_OWN
def test_a_users_primitive_over_mpmath(own, point):
    values = [Value(x) for x in point]
    y = own(*values)
    with mpmath.mp.workdps(50):
        r = replay(y, mpf)
        slopes = r.gradients()
        for i, v in enumerate(values):
            h, x = mpf("1e-20"), mpf(point[i])

            def f(x, i=i):
                return own.forward(*[x if k == i else mpf(p) for k, p in enumerate(point)])

            with mpmath.mp.workdps(80):
                exact = (f(x + h) - f(x - h)) / (2 * h)
            assert abs(slopes[v] - exact) < mpf("1e-35")


@pytest.mark.parametrize(("own", "point"), USERS[:4], ids=lambda x: str(x))
def test_a_users_primitive_over_fractions(own, point):
    values = [Value(x) for x in point]
    y = own(*values)
    y.backward()
    slopes = replay(y, Fraction).gradients()
    for v in values:
        assert isinstance(slopes[v], Fraction)
        assert float(slopes[v]) == pytest.approx(v.grad, rel=1e-15)


def test_a_users_primitive_of_exp_has_no_value_over_fractions():
    with pytest.raises(AlgebraError, match="exp has no value over Fraction"):
        replay(algebra_x_exp(Value(0.5)), Fraction)


@USERS_OWN
def test_a_users_primitive_over_arrays(own, point):
    arrays = [np.array([x, x + 0.5, x * 2.0]) for x in point]
    rows = list(zip(*arrays, strict=True))
    found = own(*arrays)
    assert found.dtype == float
    assert found.tolist() == [own(*[float(x) for x in row]) for row in rows]
    objects = [np.array([Value(x) for x in a], dtype=object) for a in arrays]
    over_values = own(*objects)
    assert [y.data for y in over_values] == found.tolist()
    assert all(y.op is own for y in over_values)


@USERS_OWN
def test_a_users_primitive_is_pickled_by_name(own, point):
    assert pickle.loads(pickle.dumps(own)) is own
    assert copy.deepcopy(own) is own
    values = [Value(x) for x in point]
    y = own(*values) * 2.0
    again = pickle.loads(pickle.dumps(y))
    again.backward()
    y.backward()
    leaves = again.parents[0].parents
    assert [x.grad for x in leaves] == [x.grad for x in values]
    assert again.parents[0].op is own


def test_an_unknown_primitive_in_a_pickle_is_named(run_python):
    dumped = pickle.dumps(algebra_softsign(Value(1.0)))
    script = (
        f"import autograd, pickle\ntry:\n    pickle.loads({dumped!r})\nexcept autograd.AlgebraError as e:\n    print(e)"
    )
    assert "no primitive is called 'algebra_softsign'" in run_python(script).stdout


def test_a_users_primitive_as_an_activation_of_a_dot():
    w, x = [Value(0.5), Value(-0.25)], [Value(2.0), Value(4.0)]
    y = algebra_softsign(dot(w, x, bias=0.5))
    y.backward()
    assert y.data == pytest.approx(1 / 3)  # s = 1/2
    assert [v.grad for v in w] == pytest.approx([2 / 2.25, 4 / 2.25])  # 1 / (1 + |s|)^2 = 1 / 2.25
    assert [v.grad for v in x] == pytest.approx([0.5 / 2.25, -0.25 / 2.25])


def test_users_primitives_nest():
    def f(x):
        return algebra_softsign(algebra_x_exp(algebra_softsign(x)))

    check_gradients(f, 0.3)
    check_gradients(grad(f), 0.3)
    check_gradients(grad(grad(f)), 0.3, rtol=1e-5)
    assert hessian(f)(0.3) == grad(grad(f))(0.3)


# --- Definitions that cannot be right


def _make(**arguments):
    return lambda: primitive(**arguments)


BAD_DEFINITIONS = [
    (_make(name="tanh", forward=lambda x: x, partials=1), ValueError, "'tanh' exists"),
    (_make(name="algebra_bad", forward=lambda a, b: a, partials=1), ValueError, "2 operands and 1 partials"),
    (_make(name="algebra_bad", forward=lambda a: a, partials=[1, 1]), ValueError, "1 operands and 2 partials"),
    (_make(name="algebra_bad", forward=lambda *a: a[0], partials=[1, 1]), ValueError, "one function"),
    (_make(name="algebra_bad", forward=math.hypot, partials=[1, 1]), ValueError, "pass arity="),
    (lambda: primitive(lambda x: x, partials=1), TypeError, "write @primitive"),
    (lambda: primitive("algebra_bad"), TypeError, "partials"),
]


@pytest.mark.parametrize(("define", "kind", "message"), BAD_DEFINITIONS)
def test_bad_definitions_are_refused_and_leave_no_trace(define, kind, message):
    before = len(TABLE)
    with pytest.raises(kind, match=message):
        define()
    assert len(TABLE) == before


BAD_RULES = [
    ("algebra_none", lambda x: None, 1, "its value must be a real number"),
    ("algebra_string", lambda x: "x", 1, "its value must be a real number"),
    ("algebra_complex", lambda x: 1j, 1, "its value must be a real number"),
    ("algebra_recorded", lambda x: Value(x), 1, "its value must be a real number"),
]
BAD_FORWARDS = [(primitive(name, f, partials=p), message) for name, f, p, message in BAD_RULES]


@pytest.mark.parametrize(("own", "message"), BAD_FORWARDS, ids=lambda x: str(x))
def test_a_value_that_is_no_number_is_a_type_error(own, message):
    with pytest.raises(TypeError, match=message):
        own(Value(1.0))
    with pytest.raises((TypeError, ValueError)):
        own(1.0)


WRONG_PARTIALS = {
    "none": "lambda x: x, partials=lambda y, x: None",
    "string": "lambda x: x, partials=lambda y, x: 'one'",
    "complex": "lambda x: x, partials=lambda y, x: 1j",
    "value": "lambda x: x, partials=lambda y, x: Value(1.0)",
    "too few": "lambda *x: x[0], partials=lambda y, *x: (1.0,)",
    "too many": "lambda *x: x[0], partials=lambda y, *x: (1.0,) * (len(x) + 1)",
    "no sequence": "lambda *x: x[0], partials=lambda y, *x: 1.0",
}


@pytest.mark.parametrize("name", WRONG_PARTIALS)
def test_a_rule_that_returns_no_partials_is_an_error_and_no_gradient_changes(name, run_python):
    """In a new interpreter, because a read past the end of too few partials could crash it."""
    script = f"""
from autograd import Value, primitive
own = primitive("own", {WRONG_PARTIALS[name]})
leaves = [Value(float(i)) for i in range(1 if own.arity else 50)]
loss = own(*leaves) * 2.0 + leaves[0]
try:
    loss.backward()
except (TypeError, ValueError) as error:
    print("refused:", error)
assert loss.grad == 0.0 and all(x.grad == 0.0 for x in leaves), "the gradients changed"
"""
    assert "refused:" in run_python(script).stdout


def test_a_default_printed_form_takes_the_operands():
    assert algebra_softsign.text.format("x") == "algebra_softsign(x)"
    assert "x" in algebra_softsign.latex.format("x")
    assert algebra_square_times.text.format("p", "q") == "sq(p, q)"


def test_a_domain_in_words_is_in_the_error():
    @primitive(partials=lambda y, x: 1, domain="a lucky number")
    def algebra_lucky(x):
        raise ValueError("no luck")

    with pytest.raises(DomainError, match="it needs a lucky number"):
        algebra_lucky(Value(13.0))

    @primitive(partials=lambda y, x: 1)
    def algebra_unlucky(x):
        raise ValueError("no luck")

    with pytest.raises(DomainError, match="no luck"):
        algebra_unlucky(Value(13.0))


# --- Kinds of number


def test_a_primitive_over_plain_numbers_gives_a_float():
    for x in (1, True, np.float64(0.5), np.int32(2), np.bool_(True)):
        y = tanh(x)
        assert y == math.tanh(float(x))
        assert isinstance(y, float), type(x)


BAD_NUMBERS = ["1.0", None, [1.0], {}, object(), b"1"]


@pytest.mark.parametrize("bad", BAD_NUMBERS, ids=lambda x: type(x).__name__)
def test_what_is_no_number_is_refused(bad):
    for function in (tanh, algebra_softsign, exp):
        with pytest.raises(TypeError):
            function(bad)


@pytest.mark.parametrize(
    "bad", [1j, Decimal(1), "1", None, [1], np.array([1.0]), Value(1.0), np.complex64(1)], ids=repr
)
def test_is_real_says_no(bad):
    assert not is_real(bad)


@pytest.mark.parametrize("good", [1, 1.0, True, Fraction(1, 3), np.float32(1), np.int8(1), np.bool_(1)], ids=repr)
def test_is_real_says_yes(good):
    assert is_real(good)


def test_select_over_arrays_and_bools():
    assert select(True, 1, 2) == 1
    assert select(False, 1, 2) == 2
    assert select(np.array([True, False]), np.array([1, 2]), 5).tolist() == [1, 5]
    assert select(np.bool_(False), 1, 2) == 2


# --- IEEE 754 where Python raises

NUMBERS = [0.0, -0.0, 1.0, -2.0, 0.5, 1e308, -1e308, 5e-324, INF, -INF, NAN]


@pytest.mark.parametrize("operation", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_ieee_arithmetic_is_numpys(operation):
    with np.errstate(all="ignore"):
        for a, b in itertools.product(NUMBERS, NUMBERS):
            expected = float(operation(np.float64(a), np.float64(b)))
            for found in (operation(Ieee(a), Ieee(b)), operation(Ieee(a), b), operation(a, Ieee(b))):
                assert isinstance(found, Ieee)
                assert _bits(float(found)) == _bits(expected), (a, b)


def test_ieee_powers_are_numpys():
    with np.errstate(all="ignore"):
        for a, b in itertools.product(NUMBERS, [0.0, 1.0, 2.0, 3.0, -1.0, -2.0, 0.5, -0.5, 1e3, -1e3]):
            expected = float(np.float64(a) ** np.float64(b))
            assert _bits(float(Ieee(a) ** b)) == _bits(expected), (a, b)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("log", 0.0), ("log", -1.0), ("log1p", -1.0), ("exp", 1e3), ("expm1", 1e3), ("sqrt", -1.0), ("arctanh", 1.0),
        ("arctanh", -1.0), ("sinh", -1e3), ("cosh", 1e3), ("sin", INF), ("tan", INF), ("arcsin", 2.0), ("arccosh", 0.0),
    ],
)  # fmt: skip
def test_ieee_functions_are_numpys(name, x):
    ours = {"arctanh": "atanh", "arcsin": "asin", "arccosh": "acosh"}.get(name, name)
    with np.errstate(all="ignore"):
        assert _bits(float(getattr(primitives, ours)(Ieee(x)))) == _bits(float(getattr(np, name)(x)))


def test_ieee_comparisons_are_those_of_floats():
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        for a, b in itertools.product(NUMBERS, NUMBERS):
            assert compare(Ieee(a), b) is compare(a, b), (compare, a, b)
            assert compare(Ieee(a), Ieee(b)) is compare(a, b), (compare, a, b)


def test_the_choice_of_where_over_ieee_numbers():
    for condition, expected in ((1.0, (1, 0)), (0.0, (0, 1)), (-0.0, (0, 1))):
        numbers = [Ieee(condition), Ieee(5.0), Ieee(7.0)]
        partials = where.gradient(where(*numbers), numbers)
        assert tuple([float(p) for p in partials[1:]]) == expected


def _bits(x):
    return "nan" if x != x else (x, math.copysign(1.0, x))


def test_partials_of_the_wrong_number_are_named():
    own = primitive("algebra_short", lambda *x: sum(x), partials=lambda y, *x: (1,) * (len(x) - 1))
    with pytest.raises(AlgebraError, match="the partials of algebra_short returned 1 numbers for 2 operands"):
        own.gradient(3.0, (1.0, 2.0))


def test_a_primitive_that_is_not_there_when_it_is_loaded():
    text = pickle.dumps(primitives.exp, protocol=0).replace(b"Vexp\n", b"Vexq\n")
    with pytest.raises(AlgebraError, match="no primitive is called 'exq': define it"):
        pickle.loads(text)
    assert pickle.loads(pickle.dumps(primitives.exp)) is primitives.exp


def test_the_printed_form_is_the_one_given_or_one_of_the_name():
    own = primitive("algebra_own_form", lambda x: x, partials=1, text="<{0}>", latex=r"\langle {0} \rangle")
    plain = primitive("algebra_plain_form", lambda x, y: x, partials=[1, 0])
    assert (own.text, own.latex) == ("<{0}>", r"\langle {0} \rangle")
    assert plain.text == "algebra_plain_form({0}, {1})"
    assert plain.latex == r"\operatorname{{algebra\_plain\_form}}\left({0}, {1}\right)"

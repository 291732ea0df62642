"""Numbers of a prime field: the laws that proofs rely on, and results that a field must not claim."""

from fractions import Fraction

import pytest

from autograd.engine import primitives
from autograd.formulas.expressions import rational
from autograd.formulas.field import PRIME, Point, Pole, Unprovable, small_fraction
from autograd.formulas.prime import is_prime


@pytest.fixture
def point():
    return Point()


def test_the_prime_is_a_large_prime():
    assert 2**60 < PRIME < 2**61
    assert all(pow(a, PRIME - 1, PRIME) == 1 for a in range(2, 200))
    assert [n for n in range(2, 200) if is_prime(n)] == [n for n in range(2, 200) if all(n % k for k in range(2, n))]
    assert not is_prime(3215031751)  # a strong pseudoprime to the bases 2, 3, 5 and 7


def test_arithmetic_is_that_of_fractions(point):
    for a, b in ((Fraction(3, 7), Fraction(-5, 2)), (Fraction(0), Fraction(1, 9)), (Fraction(11), Fraction(11))):
        x, y = point.number(a), point.number(b)
        for got, true in (
            (x + y, a + b),
            (x - y, a - b),
            (x * y, a * b),
            (x / y, a / b),
            (-x, -a),
            (2 - x, 2 - a),
            (x**3, a**3),
        ):
            assert small_fraction(got.v) == true


def test_small_fractions_come_back():
    for q in (Fraction(1), Fraction(-2, 3), Fraction(355, 113), Fraction(0)):
        assert small_fraction(q.numerator * pow(q.denominator, -1, PRIME) % PRIME) == q
    assert small_fraction(123456789123456789 % PRIME, 64) is None


LAWS = [
    ("exp(-x) exp(x)", lambda x, y: primitives.exp(-x) * primitives.exp(x) - 1),
    ("exp(2x)", lambda x, y: primitives.exp(2 * x) - primitives.exp(x) ** 2),
    ("exp(x/2)", lambda x, y: primitives.exp(x / 2) ** 2 - primitives.exp(x)),
    ("exp(2x/3)", lambda x, y: primitives.exp(x * 2 / 3) ** 3 - primitives.exp(x) ** 2),
    ("exp(x+y)", lambda x, y: primitives.exp(x) * primitives.exp(y) - primitives.exp(x + y)),
    ("exp(x-y)", lambda x, y: primitives.exp(x) / primitives.exp(y) - primitives.exp(x - y)),
    ("log exp", lambda x, y: primitives.log(primitives.exp(x)) - x),
    ("exp log", lambda x, y: primitives.exp(primitives.log(x)) - x),
    ("exp -log", lambda x, y: primitives.exp(-primitives.log(x)) - 1 / x),
    ("exp 2 log", lambda x, y: primitives.exp(2 * primitives.log(x) + y) - x * x * primitives.exp(y)),
    ("log 1/x", lambda x, y: primitives.log(x) + primitives.log(1 / x)),
    ("sigmoid", lambda x, y: primitives.sigmoid(-x) - (1 - primitives.sigmoid(x))),
    ("tanh by sigmoid", lambda x, y: primitives.tanh(x / 2) - (2 * primitives.sigmoid(x) - 1)),
    ("sech2", lambda x, y: primitives.sech2(x) - (1 - primitives.tanh(x) ** 2)),
    ("cosh2 - sinh2", lambda x, y: primitives.cosh(x) ** 2 - primitives.sinh(x) ** 2 - 1),
    ("sinh 2x", lambda x, y: primitives.sinh(2 * x) - 2 * primitives.sinh(x) * primitives.cosh(x)),
    ("cosh 2x", lambda x, y: primitives.cosh(2 * x) - 2 * primitives.sinh(x) ** 2 - 1),
    ("tanh", lambda x, y: primitives.tanh(x) - primitives.sinh(x) / primitives.cosh(x)),
    ("sin2 + cos2", lambda x, y: primitives.sin(x) ** 2 + primitives.cos(x) ** 2 - 1),
    ("sin 2x", lambda x, y: primitives.sin(2 * x) - 2 * primitives.sin(x) * primitives.cos(x)),
    ("cos 2x", lambda x, y: primitives.cos(2 * x) - 1 + 2 * primitives.sin(x) ** 2),
    ("sin 3x", lambda x, y: primitives.sin(3 * x) - 3 * primitives.sin(x) + 4 * primitives.sin(x) ** 3),
    ("half an angle", lambda x, y: primitives.cos(x) - 2 * primitives.cos(x / 2) ** 2 + 1),
    ("sin(-x)", lambda x, y: primitives.sin(x) + primitives.sin(-x)),
    ("cos(-x)", lambda x, y: primitives.cos(x) - primitives.cos(-x)),
    (
        "cos(x+y)",
        lambda x, y: (
            primitives.cos(x) * primitives.cos(y) - primitives.sin(x) * primitives.sin(y) - primitives.cos(x + y)
        ),
    ),
    (
        "sin(x-y)",
        lambda x, y: (
            primitives.sin(x) * primitives.cos(y) - primitives.cos(x) * primitives.sin(y) - primitives.sin(x - y)
        ),
    ),
    ("sin(x + pi/2)", lambda x, y: primitives.sin(x + x.pi / 2) - primitives.cos(x)),
    ("cos(pi/2 - x)", lambda x, y: primitives.cos(x.pi / 2 - x) - primitives.sin(x)),
    ("sin(x + pi)", lambda x, y: primitives.sin(x + x.pi) + primitives.sin(x)),
    ("cos(x + 2 pi)", lambda x, y: primitives.cos(x + 2 * x.pi) - primitives.cos(x)),
    ("cos(pi/3)", lambda x, y: 2 * primitives.cos(x.pi / 3) - 1),
    ("sin(pi/3)", lambda x, y: 2 * primitives.sin(x.pi / 3) - x.point.number(3) ** Fraction(1, 2)),
    ("cos(pi/4)", lambda x, y: 2 * primitives.cos(x.pi / 4) - x.point.number(2) ** Fraction(1, 2)),
    ("tan2", lambda x, y: 1 + primitives.tan(x) ** 2 - 1 / primitives.cos(x) ** 2),
    ("sin asin", lambda x, y: primitives.sin(primitives.asin(x)) - x),
    ("cos asin", lambda x, y: primitives.cos(-primitives.asin(x)) - primitives.sqrt(1 - x * x)),
    ("cos acos", lambda x, y: primitives.cos(primitives.acos(x)) - x),
    ("asin + acos", lambda x, y: primitives.asin(x) + primitives.acos(x) - x.pi / 2),
    ("tan atan", lambda x, y: primitives.tan(-primitives.atan(x)) + x),
    ("cos atan", lambda x, y: primitives.cos(primitives.atan(x)) - 1 / primitives.sqrt(1 + x * x)),
    ("sinh asinh", lambda x, y: primitives.sinh(primitives.asinh(x)) - x),
    ("cosh asinh", lambda x, y: primitives.cosh(primitives.asinh(x)) - primitives.sqrt(x * x + 1)),
    ("cosh acosh", lambda x, y: primitives.cosh(primitives.acosh(x)) - x),
    ("tanh atanh", lambda x, y: primitives.tanh(primitives.atanh(x)) - x),
    ("step", lambda x, y: primitives.step(x) + primitives.step(-x) - 1),
    ("step scaled", lambda x, y: primitives.step(3 * x) - primitives.step(x)),
    ("step squared", lambda x, y: primitives.step(x) ** 2 - primitives.step(x)),
    ("relu", lambda x, y: primitives.relu(x) - primitives.relu(-x) - x),
    ("maximum", lambda x, y: primitives.maximum(x, y) + primitives.minimum(x, y) - x - y),
]


@pytest.mark.parametrize(("name", "law"), LAWS, ids=[name for name, _ in LAWS])
def test_laws(name, law):
    for _ in range(30):
        point = Point()
        assert law(point.random(), point.random()).v == 0


FALSE = [
    lambda x, y: primitives.exp(x) * primitives.exp(y) - primitives.exp(x * y),
    lambda x, y: primitives.exp(x) + primitives.exp(y) - primitives.exp(x + y),
    lambda x, y: primitives.log(x + y) - primitives.log(x) - primitives.log(y),
    lambda x, y: primitives.sigmoid(x) - primitives.tanh(x),
    lambda x, y: primitives.sigmoid(2 * x) - 2 * primitives.sigmoid(x),
    lambda x, y: primitives.sin(x) - primitives.sin(y),
    lambda x, y: primitives.erf(x) - primitives.erf(-x),
    lambda x, y: primitives.sin(x) - primitives.cos(x),
    lambda x, y: primitives.sin(x + y) - primitives.sin(x) - primitives.sin(y),
    lambda x, y: primitives.sin(2 * x) - 2 * primitives.sin(x),
    lambda x, y: primitives.cos(x) ** 2 - primitives.sin(x) ** 2 - 1,
    lambda x, y: primitives.sin(x + x.pi / 2) + primitives.cos(x),
    lambda x, y: primitives.cos(x + x.pi) - primitives.cos(x),
    lambda x, y: primitives.sin(x.pi / 6) - primitives.cos(x.pi / 6),
    lambda x, y: primitives.sin(x) - primitives.sinh(x),
    lambda x, y: primitives.asin(x) - primitives.acos(x),
    lambda x, y: primitives.sin(primitives.asin(x)) - y,
    lambda x, y: primitives.cos(primitives.atan(x)) - primitives.cos(primitives.asin(x)),
    lambda x, y: primitives.cosh(x) ** 2 + primitives.sinh(x) ** 2 - 1,
]


@pytest.mark.parametrize("claim", FALSE)
def test_false_identities_never_hold(claim):
    for _ in range(30):
        point = Point()
        assert claim(point.random(), point.random()).v != 0


def test_a_false_identity_of_gates_fails_at_one_of_24_points():
    for _ in range(50):
        points = [Point() for _ in range(24)]
        assert any((primitives.step(p.random()) - primitives.step(p.random())).v for p in points)


def test_the_same_function_of_the_same_argument(point):
    x = point.random()
    assert primitives.erf(x).v == primitives.erf(x * 1).v


def test_numbers_of_a_field_have_no_order(point):
    with pytest.raises(Unprovable):
        point.random() < 1  # noqa: B015 - the comparison itself raises


@pytest.mark.parametrize("q", [Fraction(1, 3), Fraction(3, 10), Fraction(7, 10), Fraction(3, 4), Fraction(17, 10)])
def test_a_power_with_a_fraction_keeps_whole_factors(point, q):
    x = point.random()
    y = x**q
    assert y.v == ((x + 1 - 1) ** q).v
    assert (y * x).v == (x ** (q + 1)).v
    assert (y / x**3).v == (x ** (q - 3)).v
    assert (1 / y).v == (x**-q).v
    assert y.v not in (((x + 1) ** q).v, (x ** (q + Fraction(1, 10))).v)


@pytest.mark.parametrize("q", [0, 1, 2, 3, 8, Fraction(9, 4), Fraction(50, 49), Fraction(3969, 2)])
def test_the_roots_of_small_numbers_and_of_pi_are_exact(point, q):
    for x in (point.number(Fraction(q)), point.number(Fraction(q)) * point.pi, point.number(Fraction(q)) / point.pi):
        root = primitives.sqrt(x)
        assert (root * root).v == x.v
        assert (root**3).v == (primitives.pow_(x, Fraction(3, 2))).v
    two, three = primitives.sqrt(point.number(Fraction(2))), primitives.sqrt(point.number(Fraction(3)))
    assert (two * three).v == primitives.sqrt(point.number(Fraction(6))).v


def test_other_roots_are_a_random_function(point):
    x = point.random()
    assert primitives.sqrt(x).v == primitives.sqrt(x * 1).v
    assert primitives.sqrt(x * x).v not in (x.v, -x.v % PRIME)
    assert primitives.sqrt(point.number(11)).v != primitives.sqrt(point.number(13)).v


def test_absolute_values_and_elu_are_of_steps(point):
    x = point.random()
    assert abs(x).v == primitives.abs_(x).v in (x.v, -x.v % PRIME)
    assert primitives.abs_(x).v == (x * primitives.sign(x)).v
    above = primitives.step(x)
    expected = x * above + 2 * (primitives.exp(x * (1 - above)) - 1)
    assert primitives.elu(x, 2).v == expected.v


def test_division_by_zero(point):
    x = point.random()
    with pytest.raises(Pole):
        1 / (x - x)
    with pytest.raises(Pole):
        primitives.log(x - x)


def test_floats_stand_for_short_fractions():
    assert rational(1 / 3) == Fraction(1, 3)
    assert rational(0.1) == Fraction(1, 10)
    assert rational(2.0) == 2
    assert rational(-0.7315) == Fraction(-7315, 10000)
    assert rational(0.12345678912345) == Fraction("0.12345678912345")
    for x in (1 / 3, 2 / 7, 0.1, 1e-7, 123.456, 3.14159265358979):
        assert abs(rational(x) - Fraction(x)) <= Fraction(abs(x)) * Fraction(1, 2**52)


@pytest.mark.parametrize("bound", [7, 64, 4000])
def test_a_fraction_is_small_up_to_the_bound_and_not_beyond(bound):
    def found(n, d):
        return small_fraction(n * pow(d, -1, PRIME) % PRIME, bound)

    for n, d in ((bound, 1), (1, bound), (bound, bound - 1), (-bound, bound - 1), (bound - 1, -bound), (0, 1)):
        assert found(n, d) == Fraction(n, d)
    for n, d in ((bound + 1, 1), (1, bound + 1), (bound + 1, bound), (-bound, bound + 1)):
        assert found(n, d) is None


@pytest.mark.parametrize("n", [4096, -4096, 17, -1, 0])
def test_whole_powers_are_powers(point, n):
    x = point.random()
    assert (x ** point.number(Fraction(n))).v == pow(x.v, n, PRIME)


def test_the_power_0_of_0_is_1_and_a_negative_one_a_pole(point):
    zero = point.number(Fraction(0))
    assert (zero**0).v == 1
    with pytest.raises(Pole):
        zero**-1

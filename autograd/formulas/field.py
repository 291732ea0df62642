r"""Numbers of a prime field. Two formulas that agree at random points of the field are almost surely equal.

A number of the field $\mathbb{F}_p$ is exact and as fast as an integer. A false polynomial identity of degree $d$ holds
at a random point with a probability of at most $d/p$ (Schwartz 1980, Zippel 1979), and $p$ is a random prime above
$2^{60}$. Functions that do not exist in the field become random functions. They keep the laws that formulas of
backpropagation need: $e^{qx} = (e^x)^q$ for small fractions $q$, $e^{x+y} = e^x e^y$ for arguments that occurred
before, and $\log e^x = x$. If a law is not kept, a true identity may fail here, but a false one never holds.

A remainder by 1 is a random function. Other remainders, and rounding, are computed from it.

A step function is a random bit with $\theta(-x) = 1 - \theta(x)$ and $\theta(cx) = \theta(x)$ for small positive c. One
point then proves little, so 24 points are used. Square roots of small numbers and of pi are exact. Other roots
are random functions, since a root has no sign in a field. They keep $x^{q+1} = x^q x$.
"""

import math
import random
from fractions import Fraction

from autograd.engine import primitives, rounding, special
from autograd.engine.algebra import register
from autograd.engine.errors import AutogradError
from autograd.formulas.expressions import rational

__all__ = ["SMALL", "Point", "Pole", "Residue", "Unprovable", "small_fraction"]

# exp(x) is r^12, so that exp(x/2), exp(x/3) and exp(3x/4) are powers of r.
_ROOT = 12
SMALL = 4000  # the largest numerator and denominator that small_fraction finds by default
_MAX_ROOTS = 48  # with more, exp is not computed from sums of arguments, which would take too long
_RATIOS = sorted(
    {Fraction(n, d) for n in range(-12, 13) if n for d in (1, 2, 3, 4, 6, 12)}, key=lambda q: (q.denominator, abs(q))
)


class Unprovable(AutogradError):
    """A formula contains something that has no meaning in a field, such as a fourth root or a comparison."""


class Pole(AutogradError, ZeroDivisionError):
    """A denominator is 0 at a random point. Take another point."""


def _is_prime(n):
    """Return True if n is prime, by Miller and Rabin's test with bases for n < 2^64 (Sorenson and Webster 2015)."""
    if n < 41:
        return n in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


_ROOTED = (2, 3, 5, 7)  # these primes have square roots in the field, so square roots of small numbers are exact


def _random_prime(generator):
    while True:
        n = generator.randrange(2**60, 2**61) | 3  # n is 3 modulo 4, so a square root is a power
        if all(n % q for q in (3, 5, 7, 11, 13)) and _is_prime(n) and all(pow(q, n // 2, n) == 1 for q in _ROOTED):
            return n


PRIME = _random_prime(random.SystemRandom())  # different in every run, so that no formula can be made to fit it
# 3 does not divide PRIME - 1, because PRIME is 3 modulo 4 and 3 has a square root. So each number has one cube root.
_THIRD = pow(3, -1, PRIME - 1)
_ROOTS_OF = {q: pow(q, (PRIME + 1) // 4, PRIME) for q in _ROOTED}


def _root_of_number(n):
    """Return the square root of a whole number as the product of its factors' roots, or None if one has none."""
    if n == 0:
        return 0
    root = 1
    for q, r in _ROOTS_OF.items():
        while n % q == 0:
            n, root = n // q, root * r % PRIME
    whole = math.isqrt(n)
    return root * whole % PRIME if whole * whole == n else None


_RATIO_OF = {q.numerator * pow(q.denominator, -1, PRIME) % PRIME: q for q in reversed(_RATIOS)}


class Point:
    """A random point: a residue for each quantity that is requested, and the random functions at this point.

    Args:
        generator: a ``random.Random``. By default, the operating system provides the randomness.
    """

    def __init__(self, generator=None):
        self.generator = generator or random.SystemRandom()
        self._given: dict = {}
        self._exps: dict = {0: 1}
        self._roots: dict = {}  # argument -> r, with exp = r^12
        self._inverses: dict = {}  # argument -> its inverse
        self._logs: dict = {1: 0}
        self._steps: dict = {}
        self._others: dict = {}
        self._root_of_pi = self.generator.randrange(2, PRIME)
        self.pi = Residue(self._root_of_pi**2 % PRIME, self)
        self.has_kinks = False

    def number(self, x):
        """Return the residue of a float or a fraction."""
        q = rational(x)
        if q.denominator % PRIME == 0:
            raise Pole("a denominator is 0")
        return Residue(q.numerator * pow(q.denominator, -1, PRIME) % PRIME, self)

    def given(self, key):
        """Return the random residue of a quantity. The same key always has the same residue."""
        if key not in self._given:
            self._given[key] = Residue(self.generator.randrange(1, PRIME), self)
        return self._given[key]

    def random(self):
        """Return a new random residue."""
        return Residue(self.generator.randrange(1, PRIME), self)

    def exp(self, v):
        """Return e to the power of a residue, as an integer."""
        if v not in self._exps:
            y = self._exp_by_laws(v)
            if y is None:
                self._roots[v] = r = self.generator.randrange(2, PRIME)
                self._inverses[v] = pow(v, -1, PRIME)
                y = pow(r, _ROOT, PRIME)
            self._exps[v] = y
            self._logs.setdefault(y, v)
        return self._exps[v]

    def _exp_by_laws(self, v):
        """Return exp(v) by the laws, from exp of one earlier argument or of two, or None."""
        y = self._exp_of_multiple(v)
        if y is None and len(self._roots) <= _MAX_ROOTS:
            for k in list(self._exps):
                for sign in (1, -1):
                    rest = self._exp_of_multiple((v - sign * k) % PRIME)
                    if rest is not None:
                        return rest * pow(self._exps[k], sign, PRIME) % PRIME
        return y

    def _exp_of_multiple(self, v):
        for k, inverse in self._inverses.items():
            q = _RATIO_OF.get(v * inverse % PRIME)
            if q is not None:
                return pow(self._roots[k], int(_ROOT * q), PRIME)
        return None

    def log(self, v):
        """Return the logarithm of a residue, as an integer."""
        if v == 0:
            raise Pole("the logarithm of 0")
        if v not in self._logs:
            inverse = pow(v, -1, PRIME)
            x = -self._logs[inverse] % PRIME if inverse in self._logs else self.generator.randrange(1, PRIME)
            self._logs[v] = x
            self._exps.setdefault(x, v)
        return self._logs[v]

    def step(self, v):
        """Return 1 or 0 at random, for the step function. Small multiples of v get the same bit, or its opposite."""
        self.has_kinks = True
        if v == 0:
            return 0
        if v not in self._steps:
            for k, bit in self._steps.items():
                q = _RATIO_OF.get(v * pow(k, -1, PRIME) % PRIME)
                if q is not None:
                    bit = bit if q > 0 else 1 - bit
                    break
            else:
                bit = self.generator.getrandbits(1)
            self._steps[v] = bit
        return self._steps[v]

    def root(self, v):
        """Return a square root of a residue. It is exact for small fractions, also times pi or over pi, else random."""
        for power in (0, 1, -1):
            q = small_fraction(v * pow(self.pi.v, -power, PRIME) % PRIME)
            if q is not None and q >= 0:
                roots = [_root_of_number(n) for n in (q.numerator, q.denominator)]
                if None not in roots:
                    return roots[0] * pow(roots[1], -1, PRIME) * pow(self._root_of_pi, power, PRIME) % PRIME
        return self.other("sqrt", (v,))

    def other(self, name, arguments):
        """Return the value of a function without a rule in the field: random, and the same for the same arguments."""
        key = (name, arguments)
        if key not in self._others:
            self._others[key] = self.generator.randrange(1, PRIME)
        return self._others[key]


class Residue:
    """A number of the field at a :class:`Point`."""

    __slots__ = ("point", "v")

    def __init__(self, v, point):
        self.v, self.point = v, point

    @property
    def pi(self):
        """The number that stands for pi at this point."""
        return self.point.pi

    def _other(self, x):
        return x.v if type(x) is Residue else self.point.number(x).v

    def __add__(self, x):
        return Residue((self.v + self._other(x)) % PRIME, self.point)

    __radd__ = __add__

    def __sub__(self, x):
        return Residue((self.v - self._other(x)) % PRIME, self.point)

    def __rsub__(self, x):
        return Residue((self._other(x) - self.v) % PRIME, self.point)

    def __mul__(self, x):
        return Residue(self.v * self._other(x) % PRIME, self.point)

    __rmul__ = __mul__

    def __truediv__(self, x):
        return Residue(self.v * _inverse(self._other(x)) % PRIME, self.point)

    def __rtruediv__(self, x):
        return Residue(self._other(x) * _inverse(self.v) % PRIME, self.point)

    def __mod__(self, x):
        y = self._other(x)
        return Residue(y * self.point.other("mod", (self.v * _inverse(y) % PRIME,)) % PRIME, self.point)

    def __rmod__(self, x):
        return self.point.number(x) % self

    def __neg__(self):
        return Residue(-self.v % PRIME, self.point)

    def __pow__(self, n):
        return primitives.pow_(self, n)

    def __rpow__(self, x):
        return primitives.pow_(self.point.number(x), self)

    def __repr__(self):
        return f"Residue({self.v})"

    def _compare(self, x):
        raise Unprovable("numbers of a field have no order")

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def __abs__(self):
        return primitives.abs_(self)


def _inverse(v):
    if v % PRIME == 0:
        raise Pole("a denominator is 0")
    return pow(v, -1, PRIME)


def small_fraction(v, bound=SMALL) -> Fraction | None:
    """Return the fraction with a small numerator and denominator that a residue stands for, or None."""
    r0, r1, t0, t1 = PRIME, v % PRIME, 0, 1  # Wang's rational reconstruction (1981)
    while r1 > bound:
        q = r0 // r1
        r0, r1, t0, t1 = r1, r0 - q * r1, t1, t0 - q * t1
    if t1 == 0 or abs(t1) > bound:
        return None
    return Fraction(r1, t1)


def _over_residues(primitive, operands):
    point = next(x.point for x in operands if type(x) is Residue)
    rule = _RULES.get(primitive)
    if rule is None and (primitive.forward is None or primitive in _OPAQUE):
        v = tuple([x.v if type(x) is Residue else point.number(x).v for x in operands])
        return Residue(point.other(primitive.name, v), point)
    if rule is None:
        return primitive.forward(*operands)
    return rule(point, *[x if type(x) is Residue else point.number(x) for x in operands])


def _pow(point, x, n):
    exponent = n.v if n.v <= 4096 else n.v - PRIME if PRIME - n.v <= 4096 else None
    if exponent is not None:
        return Residue(pow(x.v if exponent >= 0 else _inverse(x.v), abs(exponent), PRIME), point)
    q = small_fraction(n.v, 64)
    if q is not None and q.denominator == 2:
        return Residue(pow(point.root(x.v), int(2 * q), PRIME), point)
    if q is not None:
        return _fractional(point, x, q)
    return Residue(point.exp(n.v * point.log(x.v) % PRIME), point)


def _fractional(point, x, q):
    """A power with a fraction: random, but a whole power more is a factor more, and x^(1/3) x^(2/3) is x."""
    whole, part = divmod(q, 1)
    if part > Fraction(1, 2):
        return x / Residue(point.other("root", (x.v, 1 - part)), point) * _pow(point, x, point.number(whole))
    return Residue(point.other("root", (x.v, part)), point) * _pow(point, x, point.number(whole))


def _log_power(point, x, j):
    return _pow(point, Residue(point.log(x.v), point), j) if j.v else Residue(1, point)


def _elu(point, x, alpha):
    above = _step(point, x)
    below = x * (1 - above)
    return x * above + alpha * (Residue(point.exp(below.v), point) - 1)


def _tanh(point, x):
    e = point.exp(2 * x.v % PRIME)
    return Residue((e - 1) * _inverse(e + 1) % PRIME, point)


def _step(point, x):
    return Residue(point.step(x.v), point)


def _cbrt(point, x):
    """Return the cube root of a residue."""
    return Residue(pow(x.v, _THIRD, PRIME), point)


def _relu(point, x):
    return x * _step(point, x)


_OPAQUE: set = {primitives.asinh, rounding.round_}  # their forward rules compare numbers
_RULES = {
    primitives.pow_: _pow,
    primitives.power_term: lambda point, a, x, n, k, j: a * _pow(point, x, n - k) * _log_power(point, x, j),
    primitives.exp: lambda point, x: Residue(point.exp(x.v), point),
    primitives.log: lambda point, x: Residue(point.log(x.v), point),
    primitives.sqrt: lambda point, x: Residue(point.root(x.v), point),
    special.cbrt: _cbrt,
    special.cbrt_slope: lambda point, x: 1 / (3 * _cbrt(point, x) * _cbrt(point, x)),
    primitives.abs_: lambda point, x: x * (2 * _step(point, x) - 1),
    primitives.elu: _elu,
    primitives.sign: lambda point, x: 2 * _step(point, x) - 1,
    primitives.tanh: _tanh,
    primitives.step: _step,
    primitives.zero_derivative: lambda point, x: Residue(0, point),
    primitives.relu: _relu,
    primitives.above: lambda point, a, b: _step(point, a - b),
    primitives.greater: lambda point, a, b: _step(point, a - b),
    primitives.at_least: lambda point, a, b: 1 - _step(point, b - a),
    primitives.maximum: lambda point, a, b: b + _relu(point, a - b),
    primitives.minimum: lambda point, a, b: a - _relu(point, a - b),
    primitives.leaky_relu: lambda point, x, slope: x * (_step(point, x) + slope * (1 - _step(point, x))),
    primitives.where: lambda point, c, a, b: c * a + (1 - c) * b,  # a condition is 0 or 1
    primitives.shift: lambda point, *x: Residue(0, point),
}
register(Residue, _over_residues)

r"""Numbers of a prime field. Two formulas that agree at random points of the field are almost surely equal.

A number of the field $\mathbb{F}_p$ is exact and as fast as an integer. A false polynomial identity of degree $d$ holds
at a random point with a probability of at most $d/p$ (Schwartz 1980, Zippel 1979), and $p$ is a random prime above
$2^{60}$. Functions that do not exist in the field become random functions. They keep the laws that formulas of
backpropagation need: $e^{qx} = (e^x)^q$ for small fractions $q$, $e^{x+y} = e^x e^y$ for arguments that occurred
before, $\log e^x = x$, and those of sines and cosines (see :mod:`autograd.formulas.laws`). If a law is
not kept, a true identity may fail here, but a false one never holds.

The remainder ``x % 1`` is a random function. Other remainders, and rounding, are computed from it.

A step function is a random bit with $\theta(-x) = 1 - \theta(x)$ and $\theta(cx) = \theta(x)$ for small positive c. One
point then proves little, so 24 points are used. Square roots of small numbers and of pi are exact. Other roots
are random functions, since a root has no sign in a field. They keep $x^{q+1} = x^q x$.
"""

import random
from fractions import Fraction

from autograd.engine import primitives, rounding, special
from autograd.engine.algebra import register
from autograd.engine.errors import AutogradError
from autograd.formulas.expressions import rational
from autograd.formulas.laws import CIRCLE, NUMBERS, Powers, unit_of_pi
from autograd.formulas.prime import PRIME, RATIO_OF, SMALL, THIRD, root_of_number, small_fraction

__all__ = ["PRIME", "SMALL", "Point", "Pole", "Residue", "Unprovable", "small_fraction"]


class Unprovable(AutogradError):
    """A formula contains something that has no meaning in a field, such as a fourth root or a comparison."""


class Pole(AutogradError, ZeroDivisionError):
    """A denominator is 0 at a random point. Take another point."""


class Point:
    """A random point: a residue for each quantity that is requested, and the random functions at this point.

    Args:
        generator: a ``random.Random``. By default, the operating system provides the randomness.
        bits: an iterable of values of step functions in their order, 0 or 1 each. The values of others, and of those
            for which it yields None, are random.

    Attributes:
        bits: the values of the step functions so far, without those that follow from earlier ones.
        has_kinks: True if a step function was computed.
    """

    def __init__(self, generator=None, bits=()):
        self.generator = generator or random.SystemRandom()
        self._given_bits = iter(bits)
        self.bits: list = []
        self._given: dict = {}
        self._exps = Powers(NUMBERS, self.generator)
        self._angles: Powers | None = None  # made for the first sine, as most formulas have none
        self._inverted: dict = {}  # ("sin", asin x) -> x, and so on
        self._logs: dict = {1: 0}
        self._steps: dict = {}
        self._others: dict = {}
        self._root_of_pi = self.generator.randrange(2, PRIME)
        self.pi = Residue(self._root_of_pi**2 % PRIME, self)
        self.has_kinks = False

    def number(self, x):
        """Return the residue of a float or a fraction."""
        q = rational(x)
        if q.denominator == 1:
            return Residue(q.numerator % PRIME, self)
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
        y = self._exps(v)
        self._logs.setdefault(y, v)
        return y

    def on_circle(self, v):
        """Return the cosine and the sine of a residue, as integers."""
        if self._angles is None:
            self._angles = Powers(CIRCLE, self.generator)
            self._angles.give(self.pi.v, unit_of_pi())
        return self._angles(v)

    def invert(self, v, **values):
        """Record the values of functions at ``v``, the value of an inverse function. The sine of ``asin x`` is x."""
        for name, y in values.items():
            self._inverted[name, v] = y
            self._inverted[name, -v % PRIME] = y if name in _EVEN else -y

    def inverted(self, name, v):
        """Return the recorded value of a function at ``v``, or None."""
        return self._inverted.get((name, v))

    def log(self, v):
        """Return the logarithm of a residue, as an integer."""
        if v == 0:
            raise Pole("the logarithm of 0")
        if v not in self._logs:
            inverse = pow(v, -1, PRIME)
            x = -self._logs[inverse] % PRIME if inverse in self._logs else self.generator.randrange(1, PRIME)
            self._logs[v] = x
            if x not in self._exps.values:
                self._exps.note(x, v)
        return self._logs[v]

    def step(self, v):
        """Return 1 or 0 at random, for the step function. Small multiples of v get the same bit, or its opposite."""
        self.has_kinks = True
        if v == 0:
            return 0
        if v not in self._steps:
            for k, bit in self._steps.items():
                q = RATIO_OF.get(v * pow(k, -1, PRIME) % PRIME)
                if q is not None:
                    bit = bit if q > 0 else 1 - bit
                    break
            else:
                given = next(self._given_bits, None)
                bit = self.generator.getrandbits(1) if given is None else given
                self.bits.append(bit)
            self._steps[v] = bit
        return self._steps[v]

    def root(self, v):
        """Return a square root of a residue. It is exact for small fractions, also times pi or over pi, else random."""
        for power in (0, 1, -1):
            q = small_fraction(v * pow(self.pi.v, -power, PRIME) % PRIME)
            if q is not None and q >= 0:
                roots = [root_of_number(n) for n in (q.numerator, q.denominator)]
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
    """Return a power with a fractional exponent: random, but with x^(q+1) = x^q x and x^(1/3) x^(2/3) = x."""
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


def _sinh(_point, x):
    return primitives.sinh.forward(x)


def _cosh(_point, x):
    return primitives.cosh.forward(x)


def _of_angle(name, compute):
    """Return the rule of a trigonometric or hyperbolic function, which uses the value recorded by its inverse."""

    def rule(point, x):
        known = point.inverted(name, x.v)
        return compute(point, x) if known is None else known

    return rule


def _cos(point, x):
    return Residue(point.on_circle(x.v)[0], point)


def _sin(point, x):
    return Residue(point.on_circle(x.v)[1], point)


def _asin(point, x):
    """Return the inverse sine: random, and its cosine is the square root that is not negative."""
    v = point.other("asin", (x.v,))
    point.invert(v, sin=x, cos=primitives.sqrt(1 - x * x))
    return Residue(v, point)


def _acos(point, x):
    angle = point.pi / 2 - _asin(point, x)
    point.invert(angle.v, cos=x, sin=primitives.sqrt(1 - x * x))
    return angle


def _atan(point, x):
    v = point.other("atan", (x.v,))
    root = primitives.sqrt(1 + x * x)
    point.invert(v, tan=x, sin=x / root, cos=1 / root)
    return Residue(v, point)


def _asinh(point, x):
    root = primitives.sqrt(1 + x * x)
    v = primitives.log(root + x)
    point.invert(v.v, sinh=x, cosh=root)
    return v


def _acosh(point, x):
    v = primitives.acosh.forward(x)
    point.invert(v.v, cosh=x, sinh=primitives.sqrt(x - 1) * primitives.sqrt(x + 1))
    return v


def _step(point, x):
    return Residue(point.step(x.v), point)


def _cbrt(point, x):
    """Return the cube root of a residue."""
    return Residue(pow(x.v, THIRD, PRIME), point)


def _relu(point, x):
    return x * _step(point, x)


_EVEN = ("cos", "cosh")
_OPAQUE: set = {rounding.round_}  # its forward rule compares numbers
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
    primitives.sin: _of_angle("sin", _sin),
    primitives.cos: _of_angle("cos", _cos),
    primitives.tan: _of_angle("tan", lambda point, x: primitives.sin(x) / primitives.cos(x)),
    primitives.sinh: _of_angle("sinh", _sinh),
    primitives.cosh: _of_angle("cosh", _cosh),
    primitives.asin: _asin,
    primitives.acos: _acos,
    primitives.atan: _atan,
    primitives.asinh: _asinh,
    primitives.acosh: _acosh,
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

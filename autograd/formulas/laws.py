r"""Random functions over a prime field that keep the laws of powers: $f(x + y) = f(x) f(y)$ and $f(qx) = f(x)^q$.

The exponential function is one, with numbers of the field as its values. The point of an angle on the unit circle,
$(\cos x, \sin x)$, is another: the circle is a group, in which angles add. There, the angle pi is exact too. So the
identities that sines and cosines have for sums, multiples and known angles hold in the field. Independent arguments
have random values, as $e^x$ and $e^y$ are independent, and so a false identity does not hold.
"""

from typing import Any

from autograd.formulas.prime import PRIME, RATIO_OF, root_of_number

__all__ = ["CIRCLE", "NUMBERS", "Powers", "unit_of_pi"]

# f(x) is r^12, so that f(x/2), f(x/3) and f(3x/4) are powers of r.
_ROOT = 12
_MAX_ROOTS = 48  # with more, no value is computed from sums of arguments, which would take too long


class _Numbers:
    """The numbers of the field except 0, under multiplication."""

    one: Any = 1

    def random(self, generator):
        return generator.randrange(2, PRIME)

    def product(self, a, b):
        return a * b % PRIME

    def power(self, a, n):
        return pow(a, n, PRIME)


class _Circle:
    """The pairs (c, s) of the field with c^2 + s^2 = 1, under the addition of angles."""

    one: Any = (1, 0)

    def random(self, generator):
        t = generator.randrange(2, PRIME)  # the tangent of half the angle; 1 + t^2 is not 0, as -1 has no root
        scale = pow(1 + t * t, -1, PRIME)
        return (1 - t * t) * scale % PRIME, 2 * t * scale % PRIME

    def product(self, a, b):
        return (a[0] * b[0] - a[1] * b[1]) % PRIME, (a[0] * b[1] + a[1] * b[0]) % PRIME

    def power(self, a, n):
        base, result = a if n >= 0 else (a[0], -a[1]), self.one
        n = abs(n)
        while n:
            if n & 1:
                result = self.product(result, base)
            base, n = self.product(base, base), n >> 1
        return result


NUMBERS, CIRCLE = _Numbers(), _Circle()


def unit_of_pi():
    """Return the point of the circle at the angle pi/12: ((sqrt 6 + sqrt 2)/4, (sqrt 6 - sqrt 2)/4)."""
    six, two, quarter = root_of_number(6), root_of_number(2), pow(4, -1, PRIME)
    return (six + two) * quarter % PRIME, (six - two) * quarter % PRIME


class Powers:
    """A random function that keeps the laws of powers. Its arguments are numbers of the field.

    Args:
        group: how its values are multiplied, ``NUMBERS`` or ``CIRCLE``.
        generator: a ``random.Random``.

    Attributes:
        values: the values so far, a dict by argument.
    """

    def __init__(self, group, generator):
        self.values: dict = {0: group.one}
        self._group, self._generator = group, generator
        self._roots: dict = {}  # argument -> r, with the value r^12
        self._inverses: dict = {}  # argument -> its inverse

    def note(self, v, value):
        """Set the value at ``v``, which is not 0, to one of which no root is known."""
        self.values[v] = value
        self._inverses[v] = pow(v, -1, PRIME)

    def give(self, v, root):
        """Choose ``root`` to the power of 12 as the value at ``v``."""
        self._roots[v] = root
        self.note(v, self._group.power(root, _ROOT))

    def __call__(self, v):
        """Return the value at ``v``: by the laws if they give it, else a random one."""
        if v not in self.values:
            y = self._by_laws(v)
            if y is None:
                self.give(v, self._group.random(self._generator))
            else:
                self.values[v] = y
        return self.values[v]

    def _by_laws(self, v):
        """Return the value at ``v`` by the laws, from the value of one earlier argument or of two, or None."""
        y = self._of_multiple(v)
        if y is None and len(self._roots) <= _MAX_ROOTS:
            for k in list(self.values):
                for sign in (1, -1):
                    rest = self._of_multiple((v - sign * k) % PRIME)
                    if rest is not None:
                        return self._group.product(rest, self._group.power(self.values[k], sign))
        return y

    def _of_multiple(self, v):
        for k, inverse in self._inverses.items():
            q = RATIO_OF.get(v * inverse % PRIME)
            if q is not None and k in self._roots:
                return self._group.power(self._roots[k], int(_ROOT * q))
            if q is not None and q.denominator == 1:
                return self._group.power(self.values[k], int(q))
        return None

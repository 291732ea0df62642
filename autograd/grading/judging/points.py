"""Random points of a network at which formulas are compared."""

import itertools
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from autograd.engine.errors import AlgebraError, GraphError
from autograd.formulas.field import Unprovable
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS, field_sample, precise_sample

__all__ = ["DOUBTED_POINTS", "POINTS_WITHOUT_VALUE", "Points", "closed_gates"]

# A formula may have no real value where two or three numbers are negative. By chance, they are so at every one of a few
# points. With so many points, a formula that has a value somewhere is not taken for one that has none.
POINTS_WITHOUT_VALUE = 60
_FIRST_PRECISE_POINTS = 6  # behind them, most gates are open at every second point of many digits
_KINK_POINTS = 24  # points of a field that decide if step functions are random bits there, at least
DOUBTED_POINTS = 48  # points of many digits, if a field does not decide: at one of four, a wrong gate is seen
_RANDOM_KINK_POINTS = 12  # the first of those in a field
_ALONE = 24  # in a network with at most so many gates, each is closed alone at one of the points
_PARTS = 12  # with more gates, they are closed in 12 parts, one part after the other, in two ways or more
_LOOSE_KINK_POINTS = 8


class _Samples:
    """The random samples of one network that were drawn so far."""

    def __init__(self):
        self.field: list = []
        self.closed: list = []  # sets of gates that are closed at the points that decide
        self.gates = 0
        self.loose: list = []
        self.precise: tuple = (None, [])  # the precise numbers of a thread, and samples with them

    def next_of_field(self, network):
        """Return the next sample in a field: with random steps, and then with few gates closed."""
        k = len(self.field) - _RANDOM_KINK_POINTS
        if 0 <= k < len(self.closed):
            return _with_steps(network, _Closed(self.closed[k], self.gates))
        sample = _with_other_steps(network, self.field)
        if not self.field:  # later, the steps of formulas are among them
            self.gates = len(sample.point.bits)
            self.closed = closed_gates(self.gates)
        return sample


def _samples_of(network):
    """Return the samples of a network with its constants as they are now.

    All conventions and graders of the network share them, because a sample takes longer than most comparisons. They
    are kept in the network, since a sample holds the network alive: in a table by networks, none would be freed.
    """
    return network.drawn.setdefault(network.keeps_constants, _Samples())


class _Opposite:
    """The opposites of the steps of a point, also of those that it computes later, for formulas."""

    def __init__(self, point):
        self._bits = point.bits

    def __iter__(self):
        for k in itertools.count():
            yield 1 - self._bits[k] if k < len(self._bits) else None


def closed_gates(gates):
    """Return sets of the gates that are closed at points that decide, one for each of these points.

    The derivative of a gate deep in a network is 0 at most points with random gates, since each path to the loss has
    some that are closed. There, a formula with another gate, or without one, is right. So all gates are open first, and
    then only one or a few are closed: each is closed without any other one at some point.

    Args:
        gates: the number of step functions in the network.

    Example:

        >>> closed_gates(3)
        [[], [0], [1], [2]]
    """
    found: list = [[]]
    if gates <= _ALONE:
        return found + [[k] for k in range(gates)]
    shuffled = random.Random(gates).sample(range(gates), gates)  # so that no part is a whole layer
    digit = 1
    while digit < gates:  # two numbers differ in a digit, so for any two gates, some part has one and not the other
        found += [sorted(shuffled[n] for n in range(gates) if n // digit % _PARTS == part) for part in range(_PARTS)]
        digit *= _PARTS
    return found


class _Closed:
    """The steps of a point at which some gates are closed. Steps of formulas are random."""

    def __init__(self, closed, gates):
        self._closed, self._gates = frozenset(closed), gates

    def __iter__(self):
        for k in itertools.count():
            yield int(k not in self._closed) if k < self._gates else None


def _with_other_steps(network, drawn):
    """Return a sample for a list of samples. Every second one has the opposite steps of the one before it.

    A step function is a random bit, so all of the gates of a small network may be closed at several points, by chance.
    In two points with opposite steps, each gate is open once and closed once.
    """
    return _with_steps(network, _Opposite(drawn[-1].point) if len(drawn) % 2 else ())


def _with_steps(network, bits):
    """Return a sample with given steps, or with random ones if a denominator is 0 with these."""
    try:
        return field_sample(network, bits=bits)
    except GraphError:
        return field_sample(network)


class Points:
    """Points that are drawn once, when they are first needed.

    Args:
        network: the network.
        point: a function from a sample of the network and a learning rate to a point.
    """

    def __init__(self, network, point: Callable[[Any, Any], Any]):
        self.network, self.point = network, point
        self._field: list = []
        self._precise: tuple = (None, [])  # the precise numbers of a thread, and points with them
        self._loose: list = []
        self._unprovable = False
        self._kinks = 0  # the number of points of a field that decide if there are kinks

    def field(self, count):
        """Return ``count`` points of a prime field, or None if the graph has no meaning there."""
        while len(self._field) < count and not self._unprovable:
            try:
                samples = _samples_of(self.network)
                k, drawn = len(self._field), samples.field  # another thread may append to both
                while len(drawn) <= k:
                    drawn.append(samples.next_of_field(self.network))
                sample = drawn[k]
                self._field.append(self.point(sample, sample.point.random()))
            except (Unprovable, AlgebraError):
                self._unprovable = True
        return None if self._unprovable else self._field[:count]

    def precise(self, count):
        """Return ``count`` points whose numbers have many digits."""
        mpmath = precise_numbers()
        context, points = self._precise
        if context is not mpmath:
            points = []
            self._precise = mpmath, points
        while len(points) < count:
            samples = _samples_of(self.network)
            context, drawn = samples.precise
            if context is not mpmath:  # those of another thread, which may go on with them
                drawn = []
                samples.precise = mpmath, drawn
            while len(drawn) <= len(points):
                k = len(drawn)
                drawn.append(precise_sample(self.network, mostly_open=k >= _FIRST_PRECISE_POINTS and k % 2 == 1))
            sample = drawn[len(points)]
            with mpmath.workdps(DIGITS):
                # mpmath's own random numbers would change those of the user's program
                share = Fraction(random.SystemRandom().randrange(10**DIGITS), 10**DIGITS)
                points.append(self.point(sample, sample.number(share + Fraction(1, 7))))
        return points[:count]

    def first(self):
        """Return a point at which readings can be tried."""
        return (self.field(1) or self.precise(1))[0]

    def deciding(self):
        """Return as many points of a prime field as decide, or None if the graph has no meaning there.

        They are more if there are kinks, since steps are random bits in a field.
        """
        points = self.field(3)
        return self.deciding_kinks() if points and points[0].has_kinks else points

    def deciding_kinks(self):
        """Return as many points of a prime field as decide if there are kinks. The graph has a meaning there."""
        if not self._kinks:
            self.field(1)
            self._kinks = max(_KINK_POINTS, _RANDOM_KINK_POINTS + len(_samples_of(self.network).closed))
        return self.field(self._kinks)

    def loose(self):
        """Return points of a field at which the targets of a sample do not sum to 1.

        If there are kinks, all gates are open at the first point, so that every path leads to the loss, and closed at
        the second one.
        """
        if not self._loose:
            drawn = _samples_of(self.network)
            drawn.loose = drawn.loose or _loose_samples(self.network)
            self._loose = [self.point(sample, sample.point.random()) for sample in drawn.loose]
        return self._loose


def _loose_samples(network):
    kept, network.distributions = network.distributions, []
    try:
        samples = [_with_steps(network, [1] * len(network.order))]
        for _ in range(_LOOSE_KINK_POINTS - 1 if samples[0].point.has_kinks else 1):
            samples.append(_with_other_steps(network, samples))
        return samples
    finally:
        network.distributions = kept

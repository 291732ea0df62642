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

__all__ = ["KINK_POINTS", "Points"]

KINK_POINTS = 24  # points of a field that decide if step functions are random bits there
_LOOSE_KINK_POINTS = 8


class _Samples:
    """The random samples of one network that were drawn so far."""

    def __init__(self):
        self.field: list = []
        self.loose: list = []
        self.precise: tuple = (None, [])  # the precise numbers of a thread, and samples with them


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

    def field(self, count):
        """Return ``count`` points of a prime field, or None if the graph has no meaning there."""
        while len(self._field) < count and not self._unprovable:
            try:
                k, drawn = len(self._field), _samples_of(self.network).field  # another thread may append to both
                while len(drawn) <= k:
                    drawn.append(_with_other_steps(self.network, drawn))
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
                drawn.append(precise_sample(self.network))
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
        return self.field(KINK_POINTS) if points and points[0].has_kinks else points

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

"""Random points of a network at which formulas are compared."""

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from autograd.engine.errors import AlgebraError
from autograd.formulas.field import Unprovable
from autograd.formulas.precise import precise_numbers
from autograd.formulas.sampling import DIGITS, field_sample, precise_sample

__all__ = ["Points"]


class _Samples:
    """The random samples of one network that were drawn so far."""

    def __init__(self):
        self.field: list = []
        self.precise: tuple = (None, [])  # the precise numbers of a thread, and samples with them


def _samples_of(network):
    """Return the samples of a network with its constants as they are now.

    All conventions and graders of the network share them, because a sample takes longer than most comparisons. They
    are kept in the network, since a sample holds the network alive: in a table by networks, none would be freed.
    """
    return network.drawn.setdefault(network.keeps_constants, _Samples())


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
                    drawn.append(field_sample(self.network))
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

    def loose(self, count):
        """Return points of a field at which the targets of a sample do not sum to 1."""
        network = self.network
        while len(self._loose) < count:
            kept, network.distributions = network.distributions, []
            try:
                sample = field_sample(network)
            finally:
                network.distributions = kept
            self._loose.append(self.point(sample, sample.point.random()))
        return self._loose[:count]

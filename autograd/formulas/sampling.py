"""Networks evaluated at a point: all named quantities and all gradients, over some kind of number.

Three kinds are used. In a prime field, formulas are proved. With many digits, formulas are compared. With the recorded
floats, formulas are checked against the engine's reverse mode before they are shown.
"""

import random
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from autograd.engine import primitives
from autograd.engine.errors import AlgebraError, GraphError
from autograd.engine.graph import adjoints, contribute, evaluate, pull_back
from autograd.formulas.expressions import rational
from autograd.formulas.field import Point, Pole
from autograd.formulas.network import Constant, apply, edges, operands_of
from autograd.formulas.precise import DIGITS, precise_numbers

__all__ = ["DIGITS", "Sample", "field_sample", "precise_sample", "recorded_sample", "replayed_at"]


class Sample:
    """The numbers of a network at one point.

    Attributes:
        values: a dict from each node to its number.
        gradients: a dict from each node to the derivative of the root with respect to it.
        quantities: a dict from each symbol to its number. A delta is the derivative of the root with respect to a
            pre-activation.
    """

    def __init__(self, network, values, gradients, constants, number, read=None):
        self.values, self.gradients, self.number = values, gradients, number
        self._network, self._read = network, read
        self.point: Any = None  # the point of the field, if the numbers are residues
        self.quantities = {}
        for node, symbol in network.symbol_of.items():
            self.quantities[symbol] = constants[symbol] if isinstance(node, Constant) else values[node]
        zero = number(Fraction(0))
        for neuron in network.neurons:
            self.quantities[network.delta_of(neuron)] = gradients.get(neuron.s, zero)

    def symbol(self, symbol):
        """Return the number of a symbol, for :func:`autograd.formulas.expressions.evaluate`.

        Raises:
            GraphError: the network has no such symbol.
        """
        try:
            return self.quantities[symbol]
        except KeyError:
            raise GraphError(f"there is no {symbol.role}{list(symbol.indices)} in this network.") from None

    def exp(self, x):
        """Return the exponential of a number of this sample's kind."""
        return primitives.exp(x)

    def derivatives(self, node):
        """Return a dict from the nodes on which ``node`` depends to the derivative of ``node`` with respect to each."""
        return _swept(self._network, self.values, self._read, self.number, node)

    def assuming(self, adjoints, slopes) -> "Sample":
        """Return this sample with some derivatives replaced, and all others computed from these by reverse mode.

        Args:
            adjoints: a dict from nodes to the numbers that replace the derivatives of the root with respect to them.
            slopes: a dict from activations (nodes) to pairs of the pre-activation and the number that replaces the
                derivative of the activation with respect to it.
        """
        gradients = _swept(self._network, self.values, self._read, self.number, None, adjoints, slopes)
        constants = {s: self.quantities[s] for node, s in self._network.symbol_of.items() if isinstance(node, Constant)}
        found = Sample(self._network, self.values, gradients, constants, self.number, self._read)
        found.point = self.point
        return found

    def gradient(self, node):
        """Return the derivative of the root with respect to a node, or 0 if the root does not depend on the node."""
        return self.gradients[node] if node in self.gradients else self.number(Fraction(0))


def recorded_sample(network) -> Sample:
    """Return the recorded floats, and the gradients of the engine's own reverse sweep."""
    gradients = adjoints(network.root)
    values = {node: node.data for node in network.order}
    constants = {s: float(c.data) for c, s in network.symbol_of.items() if isinstance(c, Constant)}
    if any(node.op is primitives.shift for node in network.order):
        # Formulas leave out the shift of a softmax, so its exponentials and their sum have other values in formulas.
        plain = _replayed(network, lambda symbol, node: float(node.data), float)
        mine = {neuron.s for neuron in network.neurons} | set(network.parameters)
        gradients = plain.gradients | {node: g for node, g in gradients.items() if node in mine}
        values = plain.values
    return Sample(network, values, gradients, constants, float)


def _replayed(network, given, number):
    """Return a Sample at the numbers that ``given(symbol, node or constant)`` returns."""
    constants: dict = {}
    for node, symbol in network.symbol_of.items():
        if isinstance(node, Constant) and symbol not in constants:
            constants[symbol] = number(rational(node.data)) if network.keeps_constants else given(symbol, node)
    at: dict = {(c.node, c.place): constants[s] for c, s in network.symbol_of.items() if isinstance(c, Constant)}
    values: dict = {}
    for group in network.distributions:
        rest = number(Fraction(1))
        for t in group[1:]:
            values[t] = given(network.symbol_of[t], t)
            rest = rest - values[t]
        values[group[0]] = rest

    def constant(node, i, x):
        found = at.get((node, i))
        return _plain(network.exact.get((node, i), x), number, node, i) if found is None else found

    def compute(node, numbers):
        if node.op is primitives.shift:
            return number(Fraction(0))
        if node.op is primitives.abs_:
            return numbers[0] * primitives.sign(numbers[0])  # a field has signs, from its random steps
        y = apply(node, numbers)
        return number(y) if isinstance(y, (int, float)) else y

    def leaf(node):
        return given(network.symbol_of[node], node)

    values, read = evaluate(network.order, leaf, constant, compute, known=values, operands_of=operands_of)
    return Sample(network, values, _swept(network, values, read, number), constants, number, read)


def _plain(x, number, node, place):
    """Return a recorded number as a number of the given kind. An integer exponent stays an int."""
    q = rational(x)
    return int(q) if node.op is primitives.pow_ and place == 1 and q.denominator == 1 and abs(q) < 1000 else number(q)


def _swept(network, values, read, number, root=None, taken=None, slopes=None):
    """Return the derivatives of a root with respect to the nodes under it. Those in ``taken`` are not computed."""
    taken, slopes = taken or {}, slopes or {}

    def edges_of(node, _adjoints):
        if node in slopes:
            return [(*slopes[node], True)]
        return edges(node, values[node], read.get(node))

    def on_edge(adjoint, node, x, partial, _reached):
        if x not in taken:
            contribute(adjoint, node, x, partial)

    seeds = {network.root if root is None else root: number(Fraction(1))} | taken
    return pull_back(network.order, seeds, edges_of, on_edge)


_NEGATIVE = 0.1  # the part of the numbers that are negative if most gates are to be open


def field_sample(network, generator=None, bits: Iterable = ()) -> Sample:
    """Return the network at a random point of a prime field.

    Args:
        network: the network.
        generator: a ``random.Random``, or None for the randomness of the operating system.
        bits: an iterable of values of step functions, as in :class:`~autograd.formulas.field.Point`.

    Raises:
        Unprovable: a function of the graph has no meaning in a field.
        GraphError: a denominator is 0 at every point that was tried.
    """
    for _ in range(20):
        point = Point(generator, bits)
        try:
            sample = _replayed(network, lambda symbol, node, point=point: point.given(symbol), point.number)
            sample.point = point
            return sample
        except Pole:
            continue
    raise GraphError("a denominator of this graph is 0 at every point.")


def precise_sample(network, seed=None, mostly_open=False) -> Sample:
    """Return the network at a random point with :data:`DIGITS` digits.

    If no point that was tried has real values, points near the recorded one are tried.

    Args:
        network: the network.
        seed: the seed of the numbers, or None for one of the operating system.
        mostly_open: most numbers are positive but biases, which are larger. Then most gates of a deep network are open,
            so that the derivatives of its first layers are not 0, and each gate is closed sometimes.

    Raises:
        GraphError: no point that was tried has real values.
    """
    mpmath = precise_numbers()

    generator = random.Random(seed)

    def number(x):
        q = rational(x)
        return mpmath.mpf(q.numerator) / q.denominator

    with mpmath.workdps(DIGITS):
        for attempt in range(40):
            spread = 1.0 if attempt < 10 else 0.3 if attempt < 20 else 1e-3

            def given(symbol, node, spread=spread, attempt=attempt):
                u = Fraction(generator.randrange(-(10**9), 10**9) * 2 + 1, 2 * 10**9)
                if mostly_open:
                    u = 3 * u if symbol.role == "b" else abs(u) * (-1 if generator.random() < _NEGATIVE else 1)
                if attempt < 10:
                    return number(u)
                return number(rational(node.data) + u * rational(spread) * max(1, abs(rational(node.data))))

            try:
                sample = _replayed(network, given, number)
            except (ZeroDivisionError, ValueError, OverflowError, AlgebraError):  # a complex number, say
                continue
            numbers = [*sample.values.values(), *sample.gradients.values()]
            if all(isinstance(x, (mpmath.mpf, int)) and mpmath.isfinite(x) for x in numbers):
                return sample
    raise GraphError("no point near the recorded one has real values: check the domains of the functions in the graph.")


def replayed_at(network, numbers) -> Sample:
    """Return the network in floats at given numbers, a dict from symbols. Other leaves keep their numbers."""
    return _replayed(network, lambda symbol, node: numbers.get(symbol, float(node.data)), float)

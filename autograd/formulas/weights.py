"""Exact weights: constant factors that would add up to a short fraction, such as 1, if floats were not rounded.

The probabilities ``p / sum(p)`` are floats. Their decimals add up to 1.0000000000000002 or 0.99999999999999997, and a
formula with such a factor would hide that it is ``p - t``. So in formulas the largest of them is replaced by a number
near its float, with which they add up exactly.
"""

from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.value import Value
from autograd.formulas.expressions import rational

__all__ = ["exact_weights"]

_SUMS = (primitives.add, primitives.sub, primitives.neg, primitives.total)
_ROUNDING = Fraction(1, 2**52)  # the rounding error of one weight
_LARGEST_DENOMINATOR = 1000  # of the fraction that weights add up to


def exact_weights(network) -> dict:
    """Return the constants for which formulas use another number than their decimals.

    Args:
        network: the network, with its graph.

    Returns:
        A dict from pairs of a node and the place of its operand to a Fraction.
    """
    found: dict = {}
    # Neurons with the same activation share its formula, so its constants are not changed.
    neurons = {neuron.s for neuron in network.neurons}.union(*[neuron.inside for neuron in network.neurons])
    for node in network.order:
        if node.op in _SUMS and node not in neurons and not _belongs_to_a_sum(network, node):
            _mend(_weights(network, node, neurons), found)
    return found


def _belongs_to_a_sum(network, node):
    readers = network.readers.get(node, ())
    return len(readers) == 1 and readers[0].op in _SUMS


def _weights(network, top, neurons):
    """Return the terms of a sum in order, as triples of a node, a place and a signed weight; None for other terms."""
    found: list = []
    waiting = [(top, 1)]
    while waiting:
        node, sign = waiting.pop()
        if not isinstance(node, Value):
            continue
        if node in neurons:
            found.append(None)
        elif node is top or (node.op in _SUMS and _belongs_to_a_sum(network, node)):
            signs = [-1] if node.op is primitives.neg else [1, -1] if node.op is primitives.sub else None
            signs = signs or [1] * len(node.operands)
            waiting += [(x, sign * s) for x, s in zip(node.operands, signs, strict=True)][::-1]
        else:
            found += [(node, place, sign * rational(x)) for place, x in _constant_factors(node)] or [None]
    return found


def _constant_factors(node):
    """Return the places and the values of those operands that are numbers and are each multiplied by a Value."""
    if node.op not in (primitives.mul, primitives.dot):
        return []
    operands, n = node.operands, len(node.operands) // 2
    pairs = [((i, operands[i]), (i + n, operands[i + n])) for i in range(n)]
    mixed = [pair for pair in pairs if isinstance(pair[0][1], Value) != isinstance(pair[1][1], Value)]
    return [b if isinstance(a[1], Value) else a for a, b in mixed] if len(mixed) == n else []


def _mend(terms, found):
    """Store in ``found`` an exact number for the largest weight of each run that almost adds up to a short fraction."""
    run: list = []
    total = Fraction(0)
    for term in terms:
        if term is None or (run and (term[2] < 0) != (run[0][2] < 0)):
            run, total = [], Fraction(0)
        if term is None:
            continue
        run.append(term)
        total += abs(term[2])
        short = total.limit_denominator(_LARGEST_DENOMINATOR)
        rounded = total != short and len(run) > 1 and abs(total - short) <= len(run) * _ROUNDING * short
        if rounded:
            node, place, weight = max(run, key=lambda term: abs(term[2]))
            found[node, place] = rational(node.operands[place]) * (1 + (short - total) / abs(weight))
        if rounded or total == 1:
            run, total = [], Fraction(0)

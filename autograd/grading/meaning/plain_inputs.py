"""Derivatives with respect to inputs that were recorded as plain numbers, by the chain rule through their readers."""

from autograd.formulas.network import Constant

__all__ = ["derivative_by_input", "is_plain_input"]


def is_plain_input(model, q):
    """Return True if a quantity is an input that was a plain number, so that the graph has no node for it."""
    return (q.role, q.layer) == ("a", 0) and isinstance(model.node_of.get(q), Constant)


def derivative_by_input(at, of, by):
    """Return the derivative of a quantity with respect to a plain input.

    The pre-activations that read the input are sums of weights times inputs, so each contributes its weight times the
    derivative with respect to it.

    Args:
        at: the :class:`~autograd.grading.meaning.quantities.At`.
        of: the quantity that is differentiated.
        by: the input.
    """
    if of.role in ("t", "w", "b") or (of.role, of.layer) == ("a", 0):
        return at.zero
    network = at.model.network
    symbol = network.symbol_of[at.model.node_of[by]]
    total = at.zero
    for n in network.neurons:
        for term in n.terms:
            if isinstance(term.source, Constant) and network.symbol_of[term.source] == symbol:
                weight = _number(at, term.weight)
                slope = at.ratio(of, by._replace(role="s", layer=n.layer, index=n.index))
                total = total + (-weight if term.sign < 0 else weight) * slope
    return total


def _number(at, weight):
    """Return the number of a weight, which may itself be a plain number."""
    if isinstance(weight, Constant):
        return at.sample.quantities[at.model.network.symbol_of[weight]]
    return at.sample.values[weight]

"""Recurrence: a network that uses the same parameters at successive time steps."""

import ast

from autograd.engine.value import Value
from autograd.grading.code.steps import linear_terms

__all__ = ["is_recurrent"]

MAX_NODES = 3000
MAX_PLACES = 60


def is_recurrent(all_places, gradients, parameters):
    """Return True if an expression is computed from its own value in the previous iteration, with the same parameters.

    Layers that are computed in a loop are not recurrent, because each has its own parameters. A sum over samples is not
    recurrent either, because it only adds terms.

    Args:
        all_places: For each expression, its values in order.
        gradients: The derivative of the loss with respect to every number of the forward pass.
        parameters: The numbers of the parameters.
    """
    for places in all_places:
        if len(places) < 2 or not isinstance(places[0].node, (ast.BinOp, ast.Call)):
            continue
        forward = _forward_numbers(places, gradients)
        before, after = (
            next(forward, None),
            next(forward, None),
        )  # another forward pass may come before that of the loss
        if before is None or after is None or any(term in before for term, _ in linear_terms(after[0], before[0])):
            continue
        below = _below(after[:1], set(before))
        if any(e in below for e in before) and (below & _below(before[:1], set())).intersection(parameters):
            return True
    return False


def _forward_numbers(places, gradients):
    """Yield the computed numbers of the forward pass in each value that has some."""
    for place in places[:MAX_PLACES]:
        numbers = [e for e in place.elements if isinstance(e, Value) and e.op is not None and e in gradients]
        if numbers:
            yield numbers


def _below(numbers, stop):
    """Return the numbers from which the given numbers are computed, down to those in ``stop``, up to a limit."""
    waiting, seen = list(numbers), set()
    while waiting and len(seen) < MAX_NODES:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            if node not in stop:
                waiting.extend(node.parents)
    return seen

"""Derivatives of activations, found in the forward pass: numbers that depend on others element by element."""

from dataclasses import dataclass

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.trace import Seen

__all__ = ["Slope", "slopes_of"]


@dataclass
class Slope:
    """A derivative of an activation, element by element.

    Attributes:
        before, after: What the activation is given and what it gives.
        data: The derivative, a number for each element.
        shape: The shape of both.
    """

    before: Seen
    after: Seen
    data: list
    shape: tuple


def slopes_of(forward, gradients):
    """Return the derivatives of the activations of a forward pass, each with respect to the first sum it is made of.

    Args:
        forward: What the forward pass computed, in order.
        gradients: The derivative of the loss with respect to every number of it.
    """
    found = []
    # np.where leaves plain numbers where a unit is switched off: its derivative there is 0.
    arrays = [seen for seen in forward if any(isinstance(e, Value) for e in seen.elements)][:120]
    whole = {id(seen) for seen in arrays if all(isinstance(e, Value) for e in seen.elements)}
    done = set()
    for after in arrays:
        first = next(e for e in after.elements if isinstance(e, Value))
        if first not in gradients:
            continue
        chain = [b for b in arrays if id(b) in whole and b.order < after.order and b.shape == after.shape]
        for before in chain:
            pair = (before.elements[0], first, id(after) in whole)
            if (before.elements[0] is after.elements[0] and id(after) in whole) or pair in done:
                continue
            done.add(pair)
            if not _element_wise(before, after):
                continue
            if any(
                _element_wise(earlier, before)
                for earlier in chain
                if earlier.order < before.order and earlier.elements[0] is not before.elements[0]
            ):
                continue
            data = []
            for a, z in zip(after.elements, before.elements, strict=True):
                data.append(adjoints(a).get(z, 0.0) if isinstance(a, Value) else 0.0)
            found.append(Slope(before, after, data, after.shape))
    return found


def _element_wise(before, after):
    """Return whether each element of ``after`` depends on the same element of ``before``, and on no other."""
    inside = {e: i for i, e in enumerate(before.elements)}
    places = [k for k, e in enumerate(after.elements) if isinstance(e, Value)]
    for k in {places[0], places[-1]}:
        waiting, seen, met = [after.elements[k]], set(), set()
        while waiting:
            node = waiting.pop()
            if node in seen:
                continue
            seen.add(node)
            if node in inside:
                met.add(inside[node])
                continue
            waiting.extend(node.parents)
            if len(seen) > 200:
                return False
        if met != {k}:
            return False
    return True

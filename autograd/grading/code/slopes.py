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
    arrays = [seen for seen in forward if len(seen.elements) > 0 and all(isinstance(e, Value) for e in seen.elements)]
    arrays = arrays[:120]
    done = set()
    for after in arrays:
        if after.elements[0] not in gradients:
            continue
        chain = [before for before in arrays if before.order < after.order and before.shape == after.shape]
        for before in chain:
            if before.elements[0] is after.elements[0] or (before.elements[0], after.elements[0]) in done:
                continue
            done.add((before.elements[0], after.elements[0]))
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
                data.append(adjoints(a).get(z, 0.0))
            found.append(Slope(before, after, data, after.shape))
    return found


def _element_wise(before, after):
    """Whether each element of ``after`` depends on the same element of ``before``, and on no other."""
    inside = {e: i for i, e in enumerate(before.elements)}
    for k in {0, len(after.elements) - 1}:
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

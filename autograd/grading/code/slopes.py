"""The derivatives of activations in the forward pass: numbers that depend on other numbers element by element."""

from dataclasses import dataclass

from autograd.engine.graph import adjoints
from autograd.engine.value import Value
from autograd.grading.code.trace import Seen, is_alike

__all__ = ["Slope", "is_function_of", "slopes_of"]

MAX_NODES = 200  # from which one element of an activation is computed


@dataclass
class Slope:
    """The elementwise derivative of an activation.

    Attributes:
        before: The pre-activation.
        after: The activation.
        data: The derivative, with a number for each element.
        shape: The shape of both.
    """

    before: Seen
    after: Seen
    data: list
    shape: tuple


def slopes_of(forward, gradients, parameters=()):
    """Return the derivatives of the activations in a forward pass, each with respect to its first pre-activation.

    Args:
        forward: The values that the forward pass computed, in order.
        gradients: The derivative of the loss with respect to every number of the forward pass.
        parameters: The numbers of the parameters. A scale or a shift that is learned is not an activation.
    """
    found, done, by_number = [], set(), {}
    # np.where returns plain numbers for inactive units: the derivative is 0 there.
    for after in forward:
        k = _probe(after)
        if k is None or not any(e in gradients for e in after.elements):
            continue
        key = (after.shape, tuple([id(e) if isinstance(e, Value) else e for e in after.elements]))
        if key in done:
            continue
        done.add(key)
        below = sorted(_sums_below(after, k, by_number), key=lambda before: before.order)
        pairs = [zip(before.elements, after.elements, strict=True) for before in below]
        below = [before for before, both in zip(below, pairs, strict=True) if any(a is not b for a, b in both)]
        first = next((before for before in below if _element_wise(before, after, parameters)), None)
        # The last step may be a mask that is multiplied, such as the mask of dropout.
        last = _last_step(below, first, k) if first is not None and _is_product(after.elements[k]) else None
        for before in (first, last):
            if before is not None and (before is first or _element_wise(before, after, parameters)):
                pairs = zip(after.elements, before.elements, strict=True)
                data = [adjoints(a).get(z, 0.0) if isinstance(a, Value) else 0.0 for a, z in pairs]
                found.append(Slope(before, after, _upward(data, after), after.shape))
        for i, element in enumerate(after.elements):
            if isinstance(element, Value):
                by_number.setdefault(element, []).append((i, after))
    return found


def _upward(data, after):
    """Return the derivative of a sigmoid with the usual sign, if the program negates the sum, as in ``-X @ w``."""
    values = after.data
    if all(0 < a < 1 and abs(d + a * (1 - a)) <= 1e-9 for d, a in zip(data, values, strict=True)):
        return [-d for d in data]
    return data


def _last_step(below, first, k):
    """Return the last array that is computed from the first one, or None. A mask is not computed from it."""
    start = first.elements[k]
    made = [before for before in below if before is not first and start in _near(before.elements[k], ())]
    return made[-1] if made else None


def is_function_of(seen, slope):
    """Return True if each element depends only on the same element of an activation or its pre-activation."""
    if seen.shape != slope.shape or _probe(seen) is None:
        return False
    ends = slope.before, slope.after
    return any(all(isinstance(e, Value) for e in end.elements) and _element_wise(end, seen, ()) for end in ends)


def _is_product(number):
    """Return True if a number is a product or a quotient."""
    return number.op is not None and number.op.name in ("mul", "div")


def _probe(seen):
    """Return the index of the first computed number in an array, or None if there is none."""
    return next((k for k, e in enumerate(seen.elements) if isinstance(e, Value)), None)


def _sums_below(after, k, by_number):
    """Return the arrays of the same shape whose element ``k`` is used to compute element ``k`` of ``after``."""
    return [
        before
        for node in _near(after.elements[k], ())
        for i, before in by_number.get(node, ())
        if i == k and is_alike(before.shape, after.shape)
    ]


def _near(number, stop):
    """Return the numbers from which a number is computed, including itself, up to a limit."""
    waiting, seen = [number], set()
    while waiting and len(seen) <= MAX_NODES:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            if node not in stop:
                waiting.extend(node.parents)
    return seen


def _element_wise(before, after, parameters):
    """Return True if each element of ``after`` depends on the same element of ``before``, and on no other element.

    Args:
        before: The first array.
        after: The second array, with the same shape.
        parameters: Numbers on which an activation does not depend.
    """
    inside = {e: i for i, e in enumerate(before.elements)}
    places = [k for k, e in enumerate(after.elements) if isinstance(e, Value)]
    for k in {places[0], places[-1], places[len(places) // 2]}:
        met = _near(after.elements[k], inside)
        if len(met) > MAX_NODES or {inside[node] for node in met if node in inside} != {k}:
            return False
        if any(node in parameters and node not in inside for node in met):
            return False
    return True

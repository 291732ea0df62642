"""Several iterations of a loop at once, so that inner loops read a number from memory once for all of them.

The neurons of a layer are a loop around the loop of a weighted sum. One weighted sum in lanes reads as many numbers as
it multiplies, and then the processor waits for its memory. Four of them side by side read the inputs once, and have
enough sums to add to while an addition is not finished yet ("unroll and jam"; Callahan, Carr and Kennedy, Improving
register allocation for subscripted variables, 1990). No operation changes, and each number is computed by the same ones
in the same order.
"""

from dataclasses import dataclass

import numpy as np

from autograd.compiler.instructions import region
from autograd.compiler.loops import Item, Loop, size, slots_of
from autograd.compiler.nests import width, written_slots
from autograd.compiler.splitting import is_costly, split

__all__ = ["at_once", "jammed"]

_SUMS = 128  # numbers that are added to at once, at most: 16 of 32 vector registers of 8 numbers
_MAX_AT_ONCE = 4
_MAX_BODY = 16  # instructions and loops in an iteration; longer ones would need more registers than there are
_MAX_ACCESSES = 1 << 18  # reads and writes that are compared to see whether iterations are independent


def at_once(lanes: int) -> int:
    """Return how many iterations are computed at once for a number of lanes.

    Example:

        >>> [at_once(lanes) for lanes in (1, 8, 16, 32, 64)]
        [1, 4, 4, 4, 2]
    """
    return 1 if lanes == 1 else max(1, min(_MAX_AT_ONCE, _SUMS // lanes))


def jammed(items: list[Item], factor: int) -> list[Item]:
    """Return the same instructions, where loops around loops compute some iterations at once.

    Args:
        items: instructions and loops, without growing loops.
        factor: the number of iterations.
    """
    if factor < 2:
        return items
    apart = split(items)  # an exponential need not be written four times
    trees = [_tree(item, [(slot,) for slot in slots_of([item])]) for item in apart]
    return [_item(tree) for found in trees for tree in _jammed(found, factor, 0)]


# --- Items as trees in which each slot stands beside its steps


@dataclass(frozen=True, slots=True)
class _Node:
    """An instruction or a loop.

    Attributes:
        operation: the operation of an instruction, None for a loop.
        places: the slots of an instruction, as tuples of the first slot and the steps of the loops around it, from the
            outermost one inward.
        count: the number of iterations of a loop.
        body: the instructions and loops of an iteration.
    """

    operation: object = None
    places: tuple = ()
    count: int = 1
    body: tuple = ()


def _tree(item, places):
    if not isinstance(item, Loop):
        return _Node(item[0], tuple(places))
    moved = [(*place, step) for place, step in zip(places, item.steps, strict=True)]
    body, at = [], 0
    for part in item.body:
        body.append(_tree(part, moved[at : at + width(part)]))
        at += width(part)
    return _Node(count=item.count, body=tuple(body))


def _item(node, depth=0):
    if node.operation is not None:
        return node.operation, tuple([place[0] for place in node.places])
    steps = tuple([place[depth + 1] for place in _places(node)])
    return Loop(node.count, tuple([_item(part, depth + 1) for part in node.body]), steps)


def _places(node):
    return node.places if node.operation is not None else [place for part in node.body for place in _places(part)]


def _instructions(node):
    """Yield the instructions of a node, each with the counts of the loops around it within the node."""
    if node.operation is not None:
        yield node, ()
    for part in node.body:
        for found, counts in _instructions(part):
            yield found, (node.count, *counts)


# --- The transformation


def _jammed(node, factor, depth):
    """Return a node as nodes with the same effect. ``depth`` is the number of loops around it."""
    if node.operation is not None or all(part.operation is not None for part in node.body):
        return [node]
    is_short = size([_item(node, depth)]) <= _MAX_BODY + 1
    if node.count >= factor and is_short and not _is_costly(node) and _is_independent(node, depth):
        whole = node.count // factor
        copies = [tuple([_moved(part, depth + 1, k, factor) for part in node.body]) for k in range(factor)]
        body = _side_by_side(copies)
        found = [_Node(count=whole, body=body)] if whole > 1 else [_without(part, depth + 1, 0) for part in body]
        return found + [_without(part, depth + 1, k) for k in range(whole * factor, node.count) for part in node.body]
    body = [each for part in node.body for each in _jammed(part, factor, depth + 1)]
    return [_Node(count=node.count, body=tuple(body))]


def _is_costly(node):
    return any(is_costly((found.operation, ())) for found, _ in _instructions(node))


def _changed(node, change):
    if node.operation is not None:
        return _Node(node.operation, tuple([change(place) for place in node.places]))
    return _Node(count=node.count, body=tuple([_changed(part, change) for part in node.body]))


def _moved(node, at, k, factor):
    """Return a node of iteration k, as one of ``factor`` iterations that are made at once."""
    return _changed(node, lambda p: (p[0] + k * p[at], *p[1:at], factor * p[at], *p[at + 1 :]))


def _without(node, at, k):
    """Return a node of iteration k, without the loop around it."""
    return _changed(node, lambda p: (p[0] + k * p[at], *p[1:at], *p[at + 1 :]))


def _side_by_side(copies):
    """Return the bodies of several iterations as one, in which equal loops are one loop."""
    found: list = []
    for parts in zip(*copies, strict=True):
        if parts[0].operation is not None:
            found += parts
        else:
            found.append(_Node(count=parts[0].count, body=_side_by_side([part.body for part in parts])))
    return tuple(found)


def _is_independent(loop, depth):
    """Return True if no iteration of a loop uses a slot that another one writes.

    Loops around it move all places of a region alike, so it is enough to look at their first iteration.
    """
    accesses: dict = {}  # region -> (slots, iterations, True if written) of each place
    outer: dict = {}
    written = set()
    total = 0
    for node, counts in _instructions(loop):
        writes = written_slots(node.operation, len(node.places))
        for k, place in enumerate(node.places):
            slots = np.array([place[0]])
            for count, step in zip(counts, place[depth + 1 :], strict=True):
                slots = (slots[:, None] + step * np.arange(count)).ravel()
            total += len(slots)
            if total > _MAX_ACCESSES or region(int(slots.min())) != region(int(slots.max())):
                return False
            base = region(place[0])
            outer.setdefault(base, set()).add(place[1 : depth + 1])
            accesses.setdefault(base, []).append(
                (slots, np.arange(len(slots)) // (len(slots) // loop.count), k in writes)
            )
            if k in writes:
                written.add(base)
    return all(len(outer[base]) == 1 and _each_has_its_own(accesses[base]) for base in written)


def _each_has_its_own(accesses):
    """Return True if each slot that is written is used in one iteration only."""
    slots, iterations = [np.concatenate([access[k] for access in accesses]) for k in (0, 1)]
    changed = np.unique(np.concatenate([access[0] for access in accesses if access[2]]))
    pairs = np.unique(np.stack([slots, iterations], axis=1), axis=0)
    used, times = np.unique(pairs[:, 0], return_counts=True)
    return bool((times[np.searchsorted(used, changed)] == 1).all())

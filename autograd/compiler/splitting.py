"""Splitting of loops, so that a costly operation, such as an exponential, has a loop of its own.

A loop over neurons adds up a weighted sum, which is itself a loop, and then computes a tanh. In a loop of its own, the
tanh can be computed for several neurons at once. A loop may be split if two conditions hold. The later part of an
iteration writes nothing that the earlier part of any iteration uses. And each number that the earlier part computes for
the later part has its own place in each iteration.
"""

from itertools import accumulate

from autograd.compiler.loops import Item, Loop
from autograd.compiler.nests import written_slots

__all__ = ["is_costly", "split"]

_LEAST = 8  # the fewest iterations for which splitting is worthwhile


def split(items: list[Item]) -> list[Item]:
    """Return the same instructions, with loops split if that is allowed and worthwhile."""
    found: list[Item] = []
    for item in items:
        found += _taken_apart(item) if isinstance(item, Loop) else [item]
    return found


def _taken_apart(loop):
    if loop.count < _LEAST or not any(isinstance(item, Loop) for item in loop.body):
        return [loop]
    widths = [len(item.steps) if isinstance(item, Loop) else len(item[1]) for item in loop.body]
    starts = [0, *accumulate(widths)]
    pieces: list = []
    for k, item in enumerate(loop.body):
        part = Loop(loop.count, (item,), loop.steps[starts[k] : starts[k + 1]])
        if pieces and is_costly(item) == is_costly(pieces[-1].body[0]):
            before = pieces.pop()
            part = Loop(loop.count, (*before.body, item), before.steps + part.steps)
        pieces.append(part)
    for k in range(1, len(pieces)):
        if not all(_may_follow(before, pieces[k]) for before in pieces[:k]):
            return [loop]
    return pieces


def is_costly(item) -> bool:
    """Return True if an item is an instruction that takes much longer than an addition, such as an exponential."""
    return not isinstance(item, Loop) and item[0][0] in ("=", "d=", "d+=") and not item[0][1].traits.cheap


def _may_follow(before, after):
    """Return True if all iterations of ``before`` may run before all iterations of ``after``. Both were one loop."""
    touched, written = _places(before)
    also_touched, also_written = _places(after)
    if any(_meet(a, b) for a in also_written for b in touched):
        return False
    return all(a[2] for a in written for b in also_touched if _meet(a, b))


def _places(loop):
    """Return the places that a loop uses and those it writes: first slot, last slot, and True if it moves with it."""
    touched: list = []
    written: list = []

    def walk(items, steps, around):
        at = 0
        for item in items:
            if isinstance(item, Loop):
                inner = [(item.count, step) for step in item.steps]
                mine = steps[at : at + len(inner)]
                walk_inner(item, mine, around[at : at + len(inner)], inner)
                at += len(inner)
                continue
            writes = written_slots(item[0], len(item[1]))
            for k, slot in enumerate(item[1]):
                low = high = slot
                for count, step in [*around[at + k], (loop.count, steps[at + k])]:
                    reach = step * (count - 1)
                    low, high = low + min(0, reach), high + max(0, reach)
                place = low, high, steps[at + k] != 0
                touched.append(place)
                if k in writes:
                    written.append(place)
            at += len(item[1])

    def walk_inner(item, steps, around, inner):
        walk(item.body, steps, [[*outer, each] for outer, each in zip(around, inner, strict=True)])

    walk(loop.body, loop.steps, [[] for _ in loop.steps])
    return touched, written


def _meet(a, b):
    return a[0] <= b[1] and b[0] <= a[1]

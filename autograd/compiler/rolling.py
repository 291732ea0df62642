"""Rolling: folds a recorded scalar program, which is full of repetition, into the nested loops it came from.

A program is a list of instructions. Each is an operation, and the slots (numbers of memory cells) that it writes and
reads. If blocks of instructions with the same shape follow each other, and every slot in them advances by a constant
step, the blocks become one loop. Loops that follow each other in the same way become a loop around them. If they follow
each other and grow, as in attention with each token, they also become a loop around them, in which their numbers of
iterations change. This module does not know what the operations do. So forward programs, adjoint programs and update
programs are folded in the same way.

Short bodies are found by comparing the list with a shifted copy of itself. Long bodies are found by searching for the
next occurrence of a window of shapes. Slots are compared by a hash that is linear in them: if slots advance by constant
steps, their hash advances by a constant, too. A loop is made only after an exact comparison of the slots.
"""

from collections.abc import Iterable
from itertools import chain
from operator import add, sub

import numpy as np

from autograd.compiler.loops import (
    Instruction,
    Item,
    Loop,
    TriangularLoop,
    numbers_of,
    pattern_of,
    repeated,
    slots_of,
    told_apart,
)

__all__ = ["roll"]

_SHORT = 64  # bodies with at most this many items are found by shifting
_MIN_GROWING = 4  # iterations, because any three could have grown evenly
_PAIR = 8  # the fewest instructions in the body of a loop with two iterations


def roll(instructions: Iterable[Instruction]) -> list[Item]:
    """Fold a program into loops.

    Args:
        instructions: pairs of an operation and a tuple of slots. An operation is any hashable object. Equal operations
            are the same, except that numbers in them also differ by type and sign (0.0 and -0.0 are two constants).

    Returns:
        Instructions, :class:`Loop`\\ s and :class:`TriangularLoop`\\ s. :func:`unroll` turns them into the same
        instructions in the same order. The time is proportional to the number of instructions.

    Raises:
        TypeError: an instruction is not a pair of a hashable operation and a tuple of integers.
    """
    roller = _Roller(instructions)
    while roller.fold_short() or roller.fold_long():
        pass
    roller.fold_pairs()
    return roller.items()


class _Shapes:
    """The numbered shapes of items. A shape is an operation with its number of slots, or a loop."""

    def __init__(self):
        self.what: list = []  # (operation, number of slots), or the arguments of of_loop
        self.sizes: list[int] = []
        self.widths: list[int] = []
        self._known: dict = {}

    def of_instructions(self, instructions):
        """Return the number of the shape of each instruction."""
        of_object: dict = {}  # operations are usually few objects, so each is examined once
        shapes = []
        for operation, slots in instructions:
            key = id(operation), len(slots)
            shape = of_object.get(key)
            if shape is None:
                told = "operation", told_apart(operation), len(slots)
                shape = of_object[key] = self._number(told, (operation, len(slots)), 1, len(slots))
            shapes.append(shape)
        return shapes

    def of_loop(self, kind, count, body, changes, pattern=None):
        """Return the number of the shape of a loop over items of the shapes ``body``. A growing loop has a pattern."""
        what = kind, count, body, changes, pattern
        known = self._known.get(what)
        if known is not None:
            return known
        return self._number(what, what, 1 + sum([self.sizes[b] for b in body]), sum([self.widths[b] for b in body]))

    def _number(self, key, what, instructions, width):
        shape = self._known.setdefault(key, len(self.what))
        if shape == len(self.what):
            self.what.append(what)
            self.sizes.append(instructions)
            self.widths.append(width)
        return shape

    def item(self, shape, slots):
        """Return the item with a certain shape and these slots."""
        what = self.what[shape]
        if len(what) == 2:
            return what[0], slots
        kind, count, shapes, changes, _ = what
        body, at = [], 0
        for part in shapes:
            end = at + self.widths[part]
            body.append(self.item(part, slots[at:end]))
            at = end
        return kind(count, tuple(body), changes)


class _Roller:
    """A list of items that becomes shorter. It has columns of shapes, of hashes to compare, and of places of slots."""

    def __init__(self, instructions):
        instructions = _checked(instructions)
        self._shapes = _Shapes()
        self._shape = np.array(self._shapes.of_instructions(instructions), dtype=np.int64)
        self._slots = [slots for _, slots in instructions]  # the slots of all items that were ever in the list
        self._place = np.arange(len(instructions))  # the place of each item's slots in self._slots
        self._weights = np.empty(0, dtype=np.uint64)
        self._hash = self._hashes(self._slots)
        # For growing loops: the pattern of each item, as a number, and a hash of its numbers. For most items, these are
        # its shape and its slots.
        self._pattern, self._numbers, self._known = self._shape.copy(), self._hash.copy(), {}
        wide = np.array([bool(repeated(what[0])) for what in self._shapes.what], dtype=bool)
        self._note(np.flatnonzero(wide[self._shape]))

    def items(self):
        return [
            self._shapes.item(shape, self._slots[place])
            for shape, place in zip(self._shape.tolist(), self._place.tolist(), strict=True)
        ]

    def fold_short(self):
        """Fold loops with bodies of at most ``_SHORT`` items, the shortest first. Return True if any was folded."""
        changed, p = False, 1
        while p <= min(_SHORT, len(self._shape) // 3):
            everywhere = [(0, len(self._shape), p)]
            if self._fold(self._steady(everywhere)) or self._fold(self._even(everywhere), TriangularLoop):
                changed, p = True, 1  # a loop around the new loops may have a short body
            else:
                p += 1
        return changed

    def fold_long(self):
        """Fold loops with longer bodies. Return True if any was folded."""
        return any(self._fold(self._steady(where)) for where in _periods(self._shape, 3)) or any(
            self._fold(self._even(where), TriangularLoop) for where in _periods(self._pattern, _MIN_GROWING)
        )

    def fold_pairs(self):
        """Fold bodies that occur twice, the longest first. Two slots always have one step, so only shapes count."""
        for p in range(min(_SHORT, len(self._shape) // 2), 0, -1):
            same = self._shape[:-p] == self._shape[p:]
            runs = [(a, p, 2) for a, _ in _intervals(same, p)]
            self._fold([run for run in runs if self._size(run) >= _PAIR])

    def _size(self, run):
        start, p, _ = run
        return sum([self._shapes.sizes[shape] for shape in self._shape[start : start + p].tolist()])

    def _steady(self, where):
        """Return blocks in a row that advance evenly, as triples of start, length of a block, and number of blocks.

        ``where`` has the places to examine: triples of start, end, and length of a block.
        """
        return [
            (low + at + self._offset(low + at, p, spare), p, count)
            for low, high, p in where
            for at, spare, count in _runs(self._shape[low:high], self._hash[low:high], p)
        ]

    def _even(self, where):
        """Return blocks in a row that grow evenly, in the same form."""
        return [
            (low + at, p, count)
            for low, high, p in where
            for at, _, count in _runs(self._pattern[low:high], self._numbers[low:high], p, growing=True)
        ]

    def _note(self, places):
        """Store the pattern and the hash of the numbers of the items at these places."""
        items = [self._shapes.item(self._shape[at], self._slots[self._place[at]]) for at in places]
        self._pattern[places] = [-1 - self._known.setdefault(pattern_of(item), len(self._known)) for item in items]
        self._numbers[places] = self._hashes([tuple(numbers_of([item])) for item in items])

    def _offset(self, start, p, spare):
        """Return the number of spare items to leave out before a run, so that its blocks share the fewest slots.

        The end of a layer before a similar layer could also be the start of the iterations of that layer. But then each
        iteration would continue with the results of the iteration before.
        """
        if not spare or p > _SHORT:
            return 0
        return min(range(spare + 1), key=lambda offset: self._shared(start + offset, p))

    def _shared(self, start, p):
        """Return the number of moving slots that are in both the first and the second iteration."""
        iterations = [
            [x for place in self._place[at : at + p].tolist() for x in self._slots[place]] for at in (start, start + p)
        ]
        first, second = [{x for x, other in zip(iteration, iterations[1 - k], strict=True) if x != other}
                         for k, iteration in enumerate(iterations)]  # fmt: skip
        return len(first & second)

    def _fold(self, runs, kind=Loop):
        """Make loops of runs: triples of start, number of items, and number of blocks. Return True if any was made."""
        least = _MIN_GROWING if kind is TriangularLoop else 3
        keep = np.ones(len(self._shape), dtype=bool)
        made, end = [], 0
        for start, p, count in sorted(runs):
            if start < end:  # the previous run includes some blocks of this one
                skipped = -(-(end - start) // p)
                start, count = start + skipped * p, count - skipped
                if count < least:
                    continue
            folded = self._loop(start, p, count) if kind is Loop else self._growing(start, p, count)
            if folded is not None:
                count, shape, slots = folded
                end = start + p * count
                keep[start + 1 : end] = False
                made.append((start, shape, slots))
        if not made:
            return False
        starts = [start for start, _, _ in made]
        self._shape[starts] = [shape for _, shape, _ in made]
        self._place[starts] = range(len(self._slots), len(self._slots) + len(made))
        self._slots += [slots for _, _, slots in made]
        self._hash[starts] = self._hashes([slots for _, _, slots in made])
        self._note(starts)
        for column in ("_shape", "_place", "_hash", "_pattern", "_numbers"):
            setattr(self, column, getattr(self, column)[keep])
        return True

    def _loop(self, start, p, count):
        """Return the loop of a run after an exact comparison: number of iterations, shape and first slots; or None."""
        places = self._place[start : start + p * count].tolist()
        slots = self._slots

        def iteration(k):
            return tuple(chain.from_iterable([slots[at] for at in places[k * p : (k + 1) * p]]))

        first, now = iteration(0), iteration(1)
        steps = tuple(map(sub, now, first))
        for k in range(2, count):
            now = tuple(map(add, now, steps))
            if now != iteration(k):  # two hashes were equal by chance
                if k < 3:
                    return None
                count = k
                break
        return count, self._shapes.of_loop(Loop, count, tuple(self._shape[start : start + p].tolist()), steps), first

    def _growing(self, start, p, count):
        """Return the same for a loop that grows, after an exact comparison of its numbers."""
        shapes, places = (column[start : start + p * count].tolist() for column in (self._shape, self._place))
        items = [self._shapes.item(shape, self._slots[at]) for shape, at in zip(shapes, places, strict=True)]
        first, *others = [numbers_of(items[k * p : (k + 1) * p]) for k in range(count)]
        moves = [tuple(map(sub, other, first)) for other in others]
        changes = tuple([(a, b - 2 * a) for a, b in zip(*moves[:2], strict=True)])
        for k, move in enumerate(moves, 1):
            if move != tuple([k * a + k * (k - 1) // 2 * b for a, b in changes]):  # hashes were equal by chance
                count = k
                break
        if count < _MIN_GROWING:
            return None
        shape = self._shapes.of_loop(
            TriangularLoop, count, tuple(shapes[:p]), changes, tuple(map(pattern_of, items[:p]))
        )
        return count, shape, tuple(slots_of(items[:p]))

    def _hashes(self, rows):
        """Return a hash of each tuple of slots, which is linear in the slots."""
        widths = np.fromiter(map(len, rows), dtype=np.int64, count=len(rows))
        ends = np.cumsum(widths)
        total = int(ends[-1]) if len(rows) else 0
        flat = np.fromiter(chain.from_iterable(rows), dtype=np.int64, count=total).view(np.uint64)
        widest = int(widths.max(initial=0))
        if widest > len(self._weights):
            self._weights = _mixed(np.arange(1, 2 * widest + 1, dtype=np.uint64))
        flat *= self._weights[np.arange(total) - np.repeat(ends - widths, widths)]
        sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(flat, dtype=np.uint64)])
        return sums[ends] - sums[ends - widths]


def _checked(instructions):
    instructions = list(instructions)
    for k, instruction in enumerate(instructions):
        if not (isinstance(instruction, tuple) and len(instruction) == 2 and isinstance(instruction[1], tuple)):
            raise TypeError(
                f"instruction {k} is {instruction!r}: give a pair of an operation and a tuple of the slots it writes "
                "and reads."
            )
    return instructions


def _runs(shape, hashes, p, growing=False):
    """Return blocks of ``p`` items in a row: three or more that advance evenly, or four or more that grow evenly.

    Returns:
        Triples of the start, the number of items that are left over after the blocks, and the number of blocks.
    """
    same = shape[:-p] == shape[p:]
    blocks = 3 if growing else 2  # besides the first
    if np.count_nonzero(same) < blocks * p:
        return []
    step = hashes[p:] - hashes[:-p]
    goes_on = same
    for _ in range(blocks - 1):
        goes_on, last, step = goes_on[:-p] & same[len(same) - len(goes_on) + p :], step, step[p:] - step[:-p]
    goes_on = goes_on & (last[:-p] == last[p:])
    return [(a, (b - a) % p, blocks + (b - a) // p) for a, b in _intervals(goes_on, p)]


def _periods(shape, blocks):
    """Yield lists of places that may have this many blocks of over ``_SHORT`` items: start, end, length of a block.

    If a window of w shapes occurs again p <= w items later, it has period p throughout. A run of three blocks of
    w/2 < p <= w items contains such a window. So the next occurrence of each window gives all possible periods.
    """
    w, window = 1, _mixed(shape.astype(np.uint64))
    while blocks * w < 2 * len(shape):
        if w > _SHORT:
            yield [(start, end + w + p, p) for start, end, p in _repeats(window, w) if p > max(_SHORT, w // 2)]
        window = _mixed(window[:-w] * np.uint64(0x9E3779B97F4A7C15) + window[w:])
        w *= 2


def _intervals(flags, least):
    """Return pairs of start and end for flags that are set at least ``least`` times in a row."""
    edges = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    bounds = np.concatenate([[0], edges, [len(flags)]]) if len(flags) else np.zeros(1, dtype=np.int64)
    starts, ends = bounds[:-1], bounds[1:]
    chosen = (ends - starts >= least) & flags[starts] if len(flags) else np.zeros(0, dtype=bool)
    return list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))


def _repeats(window, w):
    """Return windows that occur again within ``w`` items: start and end of places with one distance, and that."""
    order = np.argsort(window, kind="stable")
    distance = np.zeros(len(window) + 1, dtype=np.int64)
    again = window[order[:-1]] == window[order[1:]]
    distance[order[:-1]] = np.where(again, order[1:] - order[:-1], 0)
    distance[distance > w] = 0
    edges = np.flatnonzero(distance[1:] != distance[:-1]) + 1
    starts = np.concatenate([[0], edges])
    found = distance[starts] > 0
    rows = zip(starts[:-1][found[:-1]].tolist(), edges[found[:-1]].tolist(), strict=True)
    return [(start, end - 1, int(distance[start])) for start, end in rows]


def _mixed(x):
    """Return numbers that look random (splitmix64's finalizer; Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

"""Rolling: a recorded scalar program, which is full of repetition, folded back into the nested loops it came from.

A program is a list of instructions, each an operation and the slots (numbers of memory cells) it writes and reads.
Where blocks of instructions of the same shape follow each other and every slot in them advances by a constant step, the
blocks become one loop, and loops that follow each other in the same way become a loop around them. Nothing is known
here of what the operations do: a forward program, an adjoint program and an update program fold alike.

Short bodies are searched for by comparing the list with itself, shifted; long ones by looking where a window of shapes
next occurs. Slots are compared by a hash that is linear in them: that of slots which advance by constant steps advances
by a constant itself. A loop is made only after the slots were compared exactly.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from itertools import chain
from operator import add, sub

import numpy as np

__all__ = ["Instruction", "Item", "Loop", "roll", "size", "slots_of", "unroll"]

Instruction = tuple[Hashable, tuple[int, ...]]

_SHORT = 64  # bodies up to this many items are searched for at every distance
_PAIR = 8  # a loop of two turns is worth its name from this many instructions in the body on


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over instructions and loops.

    Attributes:
        count: the number of turns, 2 or more.
        body: the instructions and loops of one turn, a tuple, with the slots they have in turn 0.
        steps: how far each slot of the body advances in a turn, a tuple with a number for each slot of the body and
            of the loops in it, in the order they are written. In turn k a slot is its first one plus k times its
            step; the steps of loops around this one add to that.
    """

    count: int
    body: tuple["Item", ...]
    steps: tuple[int, ...]


Item = Instruction | Loop


def roll(instructions: Iterable[Instruction]) -> list[Item]:
    """Fold a program into loops.

    Args:
        instructions: pairs of an operation and a tuple of slots. An operation is anything hashable; equal ones are
            taken for the same, but numbers in them are told apart by type and sign (0.0 and -0.0 are two constants).

    Returns:
        Instructions and :class:`Loop`\\ s, which :func:`unroll` makes the same instructions in the same order again.
        The time is proportional to the number of instructions.

    Raises:
        TypeError: an instruction is no pair of a hashable operation and a tuple of integers.
    """
    roller = _Roller(instructions)
    while roller.fold_short() or roller.fold_long():
        pass
    roller.fold_pairs()
    return roller.items()


def unroll(items: Iterable[Item]) -> list[Instruction]:
    """The instructions of a rolled program, turn after turn."""
    out: list[Instruction] = []
    for item in items:
        if isinstance(item, Loop):
            _run(item, slots_of(item.body), out)
        else:
            out.append(item)
    return out


def size(items: Iterable[Item]) -> int:
    """The length of a rolled program: instructions in loops count once, and each loop counts one itself."""
    return sum([1 + size(item.body) if isinstance(item, Loop) else 1 for item in items])


def slots_of(items: Iterable[Item]) -> list[int]:
    """The slots of the items and of the loops in them, in the order they are written."""
    out: list[int] = []
    for item in items:
        out += slots_of(item.body) if isinstance(item, Loop) else item[1]
    return out


def _run(loop, slots, out):
    """Append what ``loop`` executes where its body's slots start with ``slots``."""
    plain = not any(isinstance(item, Loop) for item in loop.body)
    for _ in range(loop.count):
        at = 0
        for item in loop.body:
            if plain or not isinstance(item, Loop):
                end = at + len(item[1])
                out.append((item[0], tuple(slots[at:end])))
            else:
                end = at + len(item.steps)
                _run(item, slots[at:end], out)
            at = end
        slots = list(map(add, slots, loop.steps))


class _Shapes:
    """What items are but for their slots, numbered: an operation and how many slots it has, or a loop."""

    def __init__(self):
        self.what: list = []  # (operation, number of slots), or (count, shapes of the body, steps)
        self.sizes: list[int] = []
        self.widths: list[int] = []
        self._known: dict = {}

    def of_instructions(self, instructions):
        """The shape of each."""
        of_object: dict = {}  # operations are few objects, as a rule: look at each object once
        shapes = []
        for operation, slots in instructions:
            key = id(operation), len(slots)
            shape = of_object.get(key)
            if shape is None:
                told = "operation", _told_apart(operation), len(slots)
                shape = of_object[key] = self._number(told, (operation, len(slots)), 1, len(slots))
            shapes.append(shape)
        return shapes

    def of_loop(self, count, body, steps):
        """The shape of a loop over items of the shapes ``body``."""
        what = count, body, steps
        known = self._known.get(what)
        return self._number(what, what, 1 + sum([self.sizes[b] for b in body]), len(steps)) if known is None else known

    def _number(self, key, what, instructions, width):
        shape = self._known.setdefault(key, len(self.what))
        if shape == len(self.what):
            self.what.append(what)
            self.sizes.append(instructions)
            self.widths.append(width)
        return shape

    def item(self, shape, slots):
        """The item of a shape, at slots."""
        what = self.what[shape]
        if len(what) == 2:
            return what[0], slots
        count, shapes, steps = what
        body, at = [], 0
        for part in shapes:
            end = at + self.widths[part]
            body.append(self.item(part, slots[at:end]))
            at = end
        return Loop(count, tuple(body), steps)


def _told_apart(operation):
    """A key for an operation under which constants that are equal in Python, as 0.0 and -0.0 or 1 and True, differ."""
    if isinstance(operation, tuple):
        return tuple([_told_apart(part) for part in operation])
    return (type(operation), repr(operation)) if isinstance(operation, (int, float, complex)) else operation


class _Roller:
    """A list of items that gets shorter: columns of shapes and hashes to be compared, and of slots."""

    def __init__(self, instructions):
        instructions = _checked(instructions)
        self._shapes = _Shapes()
        self._shape = np.array(self._shapes.of_instructions(instructions), dtype=np.int64)
        self._slots = [slots for _, slots in instructions]  # of the items that were ever in the list
        self._place = np.arange(len(instructions))  # of an item's slots in there
        self._weights = np.empty(0, dtype=np.uint64)
        self._hash = self._hashes(self._slots)

    def items(self):
        return [
            self._shapes.item(shape, self._slots[place])
            for shape, place in zip(self._shape.tolist(), self._place.tolist(), strict=True)
        ]

    def fold_short(self):
        """Fold loops of three turns or more with bodies up to ``_SHORT`` items, the shortest bodies first."""
        changed, p = False, 1
        while p <= min(_SHORT, len(self._shape) // 3):
            runs = self._runs(0, len(self._shape), p)
            if runs and self._fold(runs):
                changed, p = True, 1  # a loop of loops has a shorter body than what its loops stand in
            else:
                p += 1
        return changed

    def fold_long(self):
        """Fold loops of three turns or more with longer bodies.

        A window of w shapes that occurs again p <= w items on is all of period p, and a run of three blocks of
        w/2 < p <= w items has such a window: so the next place of each window gives the periods there are.
        """
        w, window = 1, _mixed(self._shape.astype(np.uint64))
        while 3 * w < 2 * len(self._shape):
            if w > _SHORT:
                runs = [
                    run
                    for start, end, p in _repeats(window, w)
                    if p > max(_SHORT, w // 2)
                    for run in self._runs(start, end + w + p, p)
                ]
                if runs and self._fold(runs):
                    return True
            window = _mixed(window[:-w] * np.uint64(0x9E3779B97F4A7C15) + window[w:])
            w *= 2
        return False

    def fold_pairs(self):
        """Fold what stands there twice, the longest first. Any two slots are a step apart, so only shapes count."""
        for p in range(min(_SHORT, len(self._shape) // 2), 0, -1):
            same = self._shape[:-p] == self._shape[p:]
            runs = [(a, p, 2) for a, _ in _intervals(same, p)]
            self._fold([run for run in runs if self._size(run) >= _PAIR])

    def _size(self, run):
        start, p, _ = run
        return sum([self._shapes.sizes[shape] for shape in self._shape[start : start + p].tolist()])

    def _runs(self, low, high, p):
        """The runs of three blocks of ``p`` items or more between two places, as start, p, number of blocks."""
        shape = self._shape[low:high]
        same = shape[:-p] == shape[p:]
        if np.count_nonzero(same) < 2 * p:
            return []
        hashes = self._hash[low:high]
        step = hashes[p:] - hashes[:-p]
        goes_on = same[:-p] & same[p:] & (step[:-p] == step[p:])
        return [(low + a + self._offset(low + a, p, (b - a) % p), p, 2 + (b - a) // p) for a, b in
                _intervals(goes_on, p)]  # fmt: skip

    def _offset(self, start, p, spare):
        """How many of the spare items of a run to leave out in front: so many that the turns share the fewest slots.

        The end of a layer, before a layer like it, could as well be the start of that one's turns. But then each turn
        would go on with what the turn before had left.
        """
        if not spare or p > _SHORT:
            return 0
        return min(range(spare + 1), key=lambda offset: self._shared(start + offset, p))

    def _shared(self, start, p):
        """How many slots that move are in the first turn and in the second."""
        turns = [
            [x for place in self._place[at : at + p].tolist() for x in self._slots[place]] for at in (start, start + p)
        ]
        first, second = [{x for x, other in zip(turn, turns[1 - k], strict=True) if x != other}
                         for k, turn in enumerate(turns)]  # fmt: skip
        return len(first & second)

    def _fold(self, runs):
        """Make loops of runs, each a start, a number of items and a number of blocks; whether any was made."""
        keep = np.ones(len(self._shape), dtype=bool)
        made, end = [], 0
        for start, p, count in sorted(runs):
            if start < end:  # the run before took some blocks of this one
                skipped = -(-(end - start) // p)
                start, count = start + skipped * p, count - skipped
                if count < 3:
                    continue
            folded = self._loop(start, p, count)
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
        self._shape, self._place, self._hash = self._shape[keep], self._place[keep], self._hash[keep]
        return True

    def _loop(self, start, p, count):
        """The loop that a run is, compared slot by slot: its number of turns, shape and first slots."""
        places = self._place[start : start + p * count].tolist()
        slots = self._slots

        def turn(k):
            return tuple(chain.from_iterable([slots[at] for at in places[k * p : (k + 1) * p]]))

        first, now = turn(0), turn(1)
        steps = tuple(map(sub, now, first))
        for k in range(2, count):
            now = tuple(map(add, now, steps))
            if now != turn(k):  # two hashes agreed by chance
                if k < 3:
                    return None
                count = k
                break
        return count, self._shapes.of_loop(count, tuple(self._shape[start : start + p].tolist()), steps), first

    def _hashes(self, rows):
        """Of each tuple of slots a number that is linear in them."""
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


def _intervals(flags, least):
    """Where flags are set ``least`` times or more in a row, as pairs of start and end."""
    edges = np.flatnonzero(flags[1:] != flags[:-1]) + 1
    bounds = np.concatenate([[0], edges, [len(flags)]]) if len(flags) else np.zeros(1, dtype=np.int64)
    starts, ends = bounds[:-1], bounds[1:]
    chosen = (ends - starts >= least) & flags[starts] if len(flags) else np.zeros(0, dtype=bool)
    return list(zip(starts[chosen].tolist(), ends[chosen].tolist(), strict=True))


def _repeats(window, w):
    """Where windows occur again ``w`` items on or fewer: start and end of the places that share a distance, and it."""
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
    """Numbers that look random for numbers that do not (splitmix64's finalizer; Steele, Lea and Flood 2014)."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))

"""Rolled programs: instructions, loops over them, and loops that grow.

An instruction is an operation and the slots, numbers of memory cells, that it writes and reads. What operations do is
not known here.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from itertools import chain, islice
from operator import add, sub

__all__ = [
    "Instruction",
    "Item",
    "Loop",
    "TriangularLoop",
    "expanded",
    "numbers_of",
    "pattern_of",
    "repeated",
    "segments",
    "shared_out",
    "size",
    "slots_of",
    "told_apart",
    "unroll",
]  # fmt: skip

Instruction = tuple[Hashable, tuple[int, ...]]

_MANY = 4  # equal parts in a tuple of an operation from which their number may grow


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over instructions and loops.

    Attributes:
        count: the number of iterations, 2 or more.
        body: the instructions and loops of one iteration, a tuple, with the slots they have in iteration 0.
        steps: how far each slot of the body advances in an iteration, a tuple with a number for each slot of the body
            and of the loops in it, in the order they are written. In iteration k a slot is its first one plus k times
            its step; the steps of loops around this one add to that.
    """

    count: int
    body: tuple["Item", ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TriangularLoop:
    """A loop whose iterations grow.

    Attributes:
        count: the number of iterations, 4 or more.
        body: the instructions and loops of iteration 0, a tuple.
        changes: for each of the numbers that tell the iterations apart, in the order of :func:`numbers_of`, a pair: how
            far it moves from iteration 0 to iteration 1, and how much farther in every iteration after. In iteration k
            a number is its first one plus k times the first of the pair plus k(k-1)/2 times the second.
    """

    count: int
    body: tuple["Item", ...]
    changes: tuple[tuple[int, int], ...]

    def iteration(self, k: int) -> tuple["Item", ...]:
        """The instructions and loops of one iteration."""
        pairs = zip(numbers_of(self.body), self.changes, strict=True)
        numbers = iter([n + k * first + k * (k - 1) // 2 * more for n, (first, more) in pairs])
        return tuple([_with_numbers(item, numbers) for item in self.body])


Item = Instruction | Loop | TriangularLoop


def unroll(items: Iterable[Item]) -> list[Instruction]:
    """The instructions of a rolled program, iteration after iteration."""
    out: list[Instruction] = []
    for item in items:
        if isinstance(item, TriangularLoop):
            out += unroll([part for k in range(item.count) for part in item.iteration(k)])
        elif isinstance(item, Loop):
            _run(item, slots_of(item.body), out)
        else:
            out.append(item)
    return out


def size(items: Iterable[Item]) -> int:
    """The length of a rolled program: instructions in loops count once, and each loop counts one itself."""
    return sum([1 if isinstance(item, tuple) else 1 + size(item.body) for item in items])


def slots_of(items: Iterable[Item]) -> list[int]:
    """The slots of the items and of the loops in them, in the order they are written, as they are in iteration 0."""
    out: list[int] = []
    for item in items:
        out += item[1] if isinstance(item, tuple) else slots_of(item.body)
    return out


def expanded(items: Iterable[Item]) -> list[Item]:
    """The items with every iteration of a growing loop written out, which leaves loops whose iterations are alike."""
    out: list[Item] = []
    for item in items:
        if isinstance(item, TriangularLoop):
            out += expanded([part for k in range(item.count) for part in item.iteration(k)])
        elif isinstance(item, Loop) and _grows(item):
            now, then = (
                expanded(_placed(item.body, iter(slots)))
                for slots in (slots_of(item.body), map(add, slots_of(item.body), item.steps))
            )
            out.append(Loop(item.count, tuple(now), tuple(map(sub, slots_of(then), slots_of(now)))))
        else:
            out.append(item)
    return out


def _grows(item):
    """Return True if an item is or has a growing loop."""
    return not isinstance(item, tuple) and (isinstance(item, TriangularLoop) or any(map(_grows, item.body)))


def _placed(items, slots):
    """The items at other slots, an iterator."""
    return tuple(
        [
            (item[0], tuple(islice(slots, len(item[1]))))
            if isinstance(item, tuple)
            else replace(item, body=_placed(item.body, slots))
            for item in items
        ]
    )


def _run(loop, slots, out):
    """Append what ``loop`` executes where its body's slots start with ``slots``."""
    plain = all(isinstance(item, tuple) for item in loop.body)
    for _ in range(loop.count):
        at = 0
        for item in loop.body:
            end = at + (len(item[1]) if plain else _width(item))
            if plain or isinstance(item, tuple):
                out.append((item[0], tuple(slots[at:end])))
            elif isinstance(item, Loop):
                _run(item, slots[at:end], out)
            else:
                out += unroll(_placed([item], iter(slots[at:end])))
            at = end
        slots = list(map(add, slots, loop.steps))


# --- What may move between iterations: slots, and the numbers of iterations, operands and parts of an operation


def numbers_of(items: Iterable[Item]) -> list[int]:
    """The numbers in which items that grow differ.

    Of an instruction they are its slots. Where its operation has a tuple of equal parts, as that of a primitive of any
    number of operands, they are the lengths of such tuples, and for slots a step apart the first, the step, and how
    many there are. Of a loop they are its number of iterations, and for each item of its body the steps, written as the
    slots are, and the item's own; of a growing one its number of iterations, the changes, and those of its body.
    """
    out: list[int] = []
    for item in items:
        if isinstance(item, TriangularLoop):
            out += [item.count, *chain.from_iterable(item.changes), *numbers_of(item.body)]
        elif isinstance(item, Loop):
            out.append(item.count)
            for part, steps in shared_out(item.body, item.steps):
                out += _written(part, steps) + numbers_of([part])
        else:
            operation, slots = item
            out += [len(part) for part in repeated(operation)] + _written(item, slots)
    return out


def shared_out(items, slots):
    """Each item with its part of what there is for every slot of the items."""
    at = 0
    for item in items:
        end = at + _width(item)
        yield item, slots[at:end]
        at = end


def repeated(operation: Hashable) -> list[tuple]:
    """The tuples of equal parts in an operation."""
    return [part for part in operation if _is_repeated(part)] if isinstance(operation, tuple) else []


def _narrowed(operation: Hashable) -> Hashable:
    """An operation whose tuples of equal parts are cut to the least length that is one."""
    if not isinstance(operation, tuple):
        return operation
    return tuple([part[:1] * _MANY if _is_repeated(part) else part for part in operation])


def segments(slots) -> list[tuple[int, int, int]]:
    """Slots as runs of three or more of a constant step, and single ones: the first, the step and how many."""
    out, at = [], 0
    while at < len(slots):
        end = at + 1
        while end + 1 < len(slots) and slots[end + 1] - slots[end] == slots[at + 1] - slots[at]:
            end += 1
        if end - at >= 2:
            out.append((slots[at], slots[at + 1] - slots[at], end - at + 1))
            at = end + 1
        else:
            out.append((slots[at], 0, 1))
            at += 1
    return out


def _is_repeated(part):
    return isinstance(part, tuple) and len(part) >= _MANY and all(one is part[0] for one in part)


def _width(item):
    """Return the number of slots of an item."""
    return len(item.steps) if isinstance(item, Loop) else len(item[1] if isinstance(item, tuple) else slots_of([item]))


def _written(item, slots):
    """The slots of an item, or as many steps, as numbers."""
    if not isinstance(item, tuple):
        return [n for part, mine in shared_out(item.body, slots) for n in _written(part, mine)]
    return list(chain.from_iterable(segments(slots)) if repeated(item[0]) else slots)


def _read(item, slots, numbers):
    """Other slots of an item, or steps, than it has: from what :func:`_written` made of them, an iterator."""
    if not isinstance(item, tuple):
        return [n for part, mine in shared_out(item.body, slots) for n in _read(part, mine, numbers)]
    if not repeated(item[0]):
        return list(islice(numbers, len(slots)))
    runs = [list(islice(numbers, 3)) for _ in segments(slots)]
    return [first + k * step for first, step, count in runs for k in range(count)]


def _with_numbers(item, numbers):
    """An item with other numbers than its own: an iterator in the order of :func:`numbers_of`."""
    if isinstance(item, TriangularLoop):
        count, changes = next(numbers), [tuple(islice(numbers, 2)) for _ in item.changes]
        return TriangularLoop(count, tuple([_with_numbers(part, numbers) for part in item.body]), tuple(changes))
    if isinstance(item, Loop):
        count, body, steps = next(numbers), [], []
        for part, mine in shared_out(item.body, item.steps):
            steps += _read(part, mine, numbers)
            body.append(_with_numbers(part, numbers))
        return Loop(count, tuple(body), tuple(steps))
    operation, slots = item
    if repeated(operation):
        operation = tuple([part[:1] * next(numbers) if _is_repeated(part) else part for part in operation])
    return operation, tuple(_read(item, slots, numbers))


def pattern_of(item):
    """All of an item but its numbers."""
    if isinstance(item, TriangularLoop):
        return "growing", tuple(map(pattern_of, item.body))
    if isinstance(item, Loop):
        parts = shared_out(item.body, item.steps)
        return "loop", tuple([(pattern_of(part), _spread(part, steps)) for part, steps in parts])
    return "instruction", told_apart(_narrowed(item[0])), _spread(item, item[1])


def _spread(item, slots):
    """Return how :func:`_written` writes slots: how many, or for each run whether it is one."""
    if not isinstance(item, tuple):
        return tuple([_spread(part, mine) for part, mine in shared_out(item.body, slots)])
    return tuple([count > 1 for _, _, count in segments(slots)]) if repeated(item[0]) else len(slots)


def told_apart(operation):
    """A key for an operation under which constants that are equal in Python, as 0.0 and -0.0 or 1 and True, differ."""
    if isinstance(operation, tuple):
        return tuple([told_apart(part) for part in operation])
    return (type(operation), repr(operation)) if isinstance(operation, (int, float, complex)) else operation

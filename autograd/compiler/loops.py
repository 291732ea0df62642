"""Rolled programs: instructions, loops over them, and loops whose iterations grow.

An instruction is an operation, and the slots (numbers of memory cells) that it writes and reads. This module does not
know what operations do.
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

_MANY = 4  # a tuple in an operation with at least this many equal parts may grow


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop over instructions and loops.

    Attributes:
        count: the number of iterations, at least 2.
        body: the instructions and loops of one iteration, a tuple. Their slots are those of iteration 0.
        steps: a tuple with a number for each slot of the body and of the loops in it, in the order in which they are
            written: the distance by which the slot advances in each iteration. In iteration k, a slot is its first
            slot plus k times its step. The steps of loops around this one are added.
    """

    count: int
    body: tuple["Item", ...]
    steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TriangularLoop:
    """A loop whose iterations grow.

    Attributes:
        count: the number of iterations, at least 4.
        body: the instructions and loops of iteration 0, a tuple.
        changes: a pair for each number in which the iterations differ, in the order of :func:`numbers_of`: the distance
            from iteration 0 to iteration 1, and the amount by which this distance grows in each later iteration. In
            iteration k, a number is its first one plus k times the first of the pair plus k(k-1)/2 times the second.
    """

    count: int
    body: tuple["Item", ...]
    changes: tuple[tuple[int, int], ...]

    def iteration(self, k: int) -> tuple["Item", ...]:
        """Return the instructions and loops of iteration ``k``."""
        pairs = zip(numbers_of(self.body), self.changes, strict=True)
        numbers = iter([n + k * first + k * (k - 1) // 2 * more for n, (first, more) in pairs])
        return tuple([_with_numbers(item, numbers) for item in self.body])


Item = Instruction | Loop | TriangularLoop


def unroll(items: Iterable[Item]) -> list[Instruction]:
    """Return the instructions of a rolled program, iteration by iteration."""
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
    """Return the length of a rolled program: each instruction counts once, even in a loop, and so does each loop."""
    return sum([1 if isinstance(item, tuple) else 1 + size(item.body) for item in items])


def slots_of(items: Iterable[Item]) -> list[int]:
    """Return the slots of the items and of the loops in them, in the order they are written, for iteration 0."""
    out: list[int] = []
    for item in items:
        out += item[1] if isinstance(item, tuple) else slots_of(item.body)
    return out


def expanded(items: Iterable[Item]) -> list[Item]:
    """Return the items with each iteration of a growing loop written out. All other loops stay loops."""
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
    """Return True if an item is a growing loop or contains one."""
    return not isinstance(item, tuple) and (isinstance(item, TriangularLoop) or any(map(_grows, item.body)))


def _placed(items, slots):
    """Return the items with other slots, which an iterator gives."""
    return tuple(
        [
            (item[0], tuple(islice(slots, len(item[1]))))
            if isinstance(item, tuple)
            else replace(item, body=_placed(item.body, slots))
            for item in items
        ]
    )


def _run(loop, slots, out):
    """Append the instructions that ``loop`` executes if the slots of its body start with ``slots``."""
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


# --- The numbers that may differ between iterations: slots, and the numbers of iterations, operands and repeated parts


def numbers_of(items: Iterable[Item]) -> list[int]:
    """Return the numbers in which growing items differ.

    For an instruction, these are its slots. If its operation has a tuple of equal parts, as that of a primitive with
    any number of operands, they are the lengths of these tuples, and for each run of slots the first slot, the step and
    the number of slots. For a loop, they are the number of iterations, and for each item of its body the steps (written
    like slots) and the numbers of the item. For a growing loop, they are the number of iterations, the changes, and the
    numbers of its body.
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
    """Yield each item with its part of a sequence that has an entry for each slot of the items."""
    at = 0
    for item in items:
        end = at + _width(item)
        yield item, slots[at:end]
        at = end


def repeated(operation: Hashable) -> list[tuple]:
    """Return the tuples of equal parts in an operation."""
    return [part for part in operation if _is_repeated(part)] if isinstance(operation, tuple) else []


def _narrowed(operation: Hashable) -> Hashable:
    """Return an operation whose tuples of equal parts are cut to the shortest length that may grow."""
    if not isinstance(operation, tuple):
        return operation
    return tuple([part[:1] * _MANY if _is_repeated(part) else part for part in operation])


def segments(slots) -> list[tuple[int, int, int]]:
    """Return slots as triples of first slot, step and number: runs of three or more with one step, or single slots."""
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
    """Return the slots of an item, or as many steps, as a list of numbers."""
    if not isinstance(item, tuple):
        return [n for part, mine in shared_out(item.body, slots) for n in _written(part, mine)]
    return list(chain.from_iterable(segments(slots)) if repeated(item[0]) else slots)


def _read(item, slots, numbers):
    """Return other slots or steps for an item, from an iterator over numbers as :func:`_written` returns them."""
    if not isinstance(item, tuple):
        return [n for part, mine in shared_out(item.body, slots) for n in _read(part, mine, numbers)]
    if not repeated(item[0]):
        return list(islice(numbers, len(slots)))
    runs = [list(islice(numbers, 3)) for _ in segments(slots)]
    return [first + k * step for first, step, count in runs for k in range(count)]


def _with_numbers(item, numbers):
    """Return an item with other numbers, from an iterator in the order of :func:`numbers_of`."""
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
    """Return everything of an item except its numbers."""
    if isinstance(item, TriangularLoop):
        return "growing", tuple(map(pattern_of, item.body))
    if isinstance(item, Loop):
        parts = shared_out(item.body, item.steps)
        return "loop", tuple([(pattern_of(part), _spread(part, steps)) for part, steps in parts])
    return "instruction", told_apart(_narrowed(item[0])), _spread(item, item[1])


def _spread(item, slots):
    """Return the form in which :func:`_written` writes slots: their number, or for each segment if it is a run."""
    if not isinstance(item, tuple):
        return tuple([_spread(part, mine) for part, mine in shared_out(item.body, slots)])
    return tuple([count > 1 for _, _, count in segments(slots)]) if repeated(item[0]) else len(slots)


def told_apart(operation):
    """Return a key for an operation, in which constants that Python calls equal differ, such as 0.0 and -0.0."""
    if isinstance(operation, tuple):
        return tuple([told_apart(part) for part in operation])
    return (type(operation), repr(operation)) if isinstance(operation, (int, float, complex)) else operation

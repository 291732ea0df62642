"""Places in memory that move with the loops around them: which slots they take, and whether they meet."""

from bisect import bisect_left, bisect_right

import numpy as np

from autograd.compiler.instructions import PARAMETER_GRADIENTS, region
from autograd.compiler.loops import Loop

__all__ = ["Nest", "Place", "joined", "moved_places", "width", "written_slots"]

# A place as loops move it: the slot in the first iteration, and for each loop around it its number and the step.
Place = tuple[int, tuple[tuple[int, int], ...]]


def moved_places(places, loop, number) -> list[Place]:
    """Return places as the loop of a number moves them."""
    return [
        (slot, (*terms, (number, step)) if step else terms)
        for (slot, terms), step in zip(places, loop.steps, strict=True)
    ]


class Nest:
    """The loops that were entered so far, each by its number.

    Attributes:
        counts: how many iterations each has.
        indices: the register of the iteration that each is in; None where no code is written.
    """

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.indices: list = []

    def enter(self, loop) -> int:
        """Return the number of a loop that is entered."""
        self.counts.append(loop.count)
        self.indices.append(None)
        return len(self.counts) - 1

    def slots(self, place):
        """Return every slot that a place takes, an array of the numbers within its region."""
        slot, terms = place
        slots = np.array([slot - region(slot)], dtype=np.int64)
        for loop, step in terms:
            slots = (slots[:, None] + step * np.arange(self.counts[loop], dtype=np.int64)).ravel()
        return slots

    def span(self, place, beyond=()):
        """Return the first and the last slot of a place, over the loops that are not in ``beyond``."""
        low = high = place[0]
        for loop, step in place[1]:
            if (loop, step) not in beyond:
                reach = step * (self.counts[loop] - 1)
                low, high = low + min(0, reach), high + max(0, reach)
        return low, high

    def accesses(self, items, places, direct=True):
        """Yield every place that items read or write, whether they write it, and whether it is in no loop of theirs."""
        at = 0
        for item in items:
            end = at + width(item)
            if isinstance(item, Loop):
                number = self.enter(item)
                inner = moved_places(places[at:end], item, number)
                yield from self.accesses(item.body, inner, direct=False)
            else:
                written = written_slots(item[0], end - at)
                for k in range(at, end):
                    yield places[k], k - at in written, direct
            at = end

    def carried(self, accesses, number, fresh):
        """Return the places that stay where they are in a loop, and that it writes: they are kept in registers.

        Nothing else in the loop may meet such a place. Places that move with the same outer loops are always as far
        apart as they are in their first iteration.

        Args:
            accesses: of the loop, as :meth:`accesses` yields them.
            number: the loop's.
            fresh: whether gradients of parameters begin at 0.
        """
        # By region and outer loops: what the loop reads and writes, as spans in the first iteration of the outer ones.
        groups: dict = {}
        candidates: dict = {}
        for place, writes, direct in accesses:
            outer = tuple([term for term in place[1] if term[0] < number])
            group = region(place[0]), outer
            low, high = self.span(place, outer)
            groups.setdefault(group, []).append((low, high))
            if direct and outer == place[1]:
                kept = candidates.setdefault(group, {}).setdefault(place, [0, False])
                kept[0] += 1
                kept[1] |= writes
        found = []
        for group, places in candidates.items():
            if group[0] == PARAMETER_GRADIENTS and not fresh:
                continue
            lows, highs = [sorted(ends) for ends in zip(*groups[group], strict=True)]
            for place, (count, written) in places.items():
                met = bisect_right(lows, place[0]) - bisect_left(highs, place[0])
                if written and met == count and not self._meets_other_groups(place, group, groups):
                    found.append(place)
        return found

    def _meets_other_groups(self, place, own, groups):
        for other, spans in groups.items():
            if other[0] == own[0] and other[1] != own[1]:
                common = set(place[1]) & set(other[1])
                low, high = self.span(place, common)
                first, last = self.span((0, other[1]), common)
                if low <= max(end for _, end in spans) + last and min(start for start, _ in spans) + first <= high:
                    return True
        return False


def joined(ranges):
    """Return ranges with those that overlap made one: sorted starts, and their ends."""
    lows: list = []
    highs: list = []
    for low, high in sorted(ranges):
        if highs and low <= highs[-1]:
            highs[-1] = max(highs[-1], high)
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs


def width(item) -> int:
    """Return the number of places of an instruction or a loop."""
    return len(item.steps) if isinstance(item, Loop) else len(item[1])


def written_slots(operation, width):
    """Return the slots that an instruction writes, by their places in it."""
    if operation[0] != "all":
        return {0}
    _, _, constants, _, masked = operation
    first = 2 + sum([c is None for c in constants])
    return set(range(first, width - masked))

"""Places in memory that move with the loops around them: the slots that they take, and whether two places overlap."""

from bisect import bisect_left, bisect_right

import numpy as np

from autograd.compiler.instructions import PARAMETER_GRADIENTS, region
from autograd.compiler.loops import Loop

__all__ = ["Nest", "Place", "joined", "moved_places", "width", "written_slots"]

# A place: its slot in the first iteration, and for each loop around it that moves it, the loop's number and the step.
Place = tuple[int, tuple[tuple[int, int], ...]]


def moved_places(places, loop, number) -> list[Place]:
    """Return places as a loop with this number moves them."""
    return [
        (slot, (*terms, (number, step)) if step else terms)
        for (slot, terms), step in zip(places, loop.steps, strict=True)
    ]


class Nest:
    """The loops that were entered, by their numbers.

    Attributes:
        counts: the number of iterations of each loop.
        indices: the register with the current iteration of each loop, or None if no code is written.
    """

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.indices: list = []

    def enter(self, loop) -> int:
        """Add a loop and return its number."""
        self.counts.append(loop.count)
        self.indices.append(None)
        return len(self.counts) - 1

    def slots(self, place):
        """Return all slots that a place takes, as an array of numbers within its region."""
        slot, terms = place
        slots = np.array([slot - region(slot)], dtype=np.int64)
        for loop, step in terms:
            slots = (slots[:, None] + step * np.arange(self.counts[loop], dtype=np.int64)).ravel()
        return slots

    def span(self, place, beyond=()):
        """Return the first and the last slot of a place over the iterations of all loops that are not in ``beyond``."""
        low = high = place[0]
        for loop, step in place[1]:
            if (loop, step) not in beyond:
                reach = step * (self.counts[loop] - 1)
                low, high = low + min(0, reach), high + max(0, reach)
        return low, high

    def accesses(self, items, places, direct=True):
        """Yield each place that items use, whether it is written, and whether this use is outside of inner loops."""
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
        """Return the places that a loop writes and does not move. They are kept in registers.

        Nothing else in the loop may overlap such a place. Places that move with the same outer loops always have the
        same distance as in the first iteration.

        Args:
            accesses: the accesses of the loop, as :meth:`accesses` yields them.
            number: the number of the loop.
            fresh: True if gradients of parameters begin at 0.
        """
        # By region and outer loops: the spans that the loop reads and writes, in the first iteration of the outer ones.
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
    """Return ranges after merging those that overlap, as a sorted list of starts and a list of ends."""
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
    """Return the places, within an instruction, of the slots that it writes."""
    if operation[0] != "all":
        return {0}
    _, _, constants, _, masked = operation
    first = 2 + sum([c is None for c in constants])
    return set(range(first, width - masked))

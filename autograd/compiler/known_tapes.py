"""A tape of the samples of a form, with the entries that it looks up and the conditions for which it is valid."""

from array import array

from autograd.engine.forks import importing
from autograd.engine.tape import Tape

__all__ = ["KnownTape"]


class Role:
    """The look-ups by an integer of a sample.

    Attributes:
        trusted: the integers for which the entry that is looked up is known.
        range: the least and the largest integer that occurred, or None.
    """

    def __init__(self):
        self.trusted: set = set()
        self.range = None

    def widen(self, *integers):
        """Extend the range to these integers."""
        known = self.range or ()
        self.range = min(*known, *integers), max(*known, *integers)


class KnownTape:
    """A tape, and the conditions on the samples for which it is valid.

    Args:
        trace: the first recording.
        selected: for each position of a selected operand in its references, the place of an integer and the reference
            for the integer 0, with the distance of the references of consecutive integers: (base, stride, place).
        rows: the rows from which it was made, or with which it agreed.
        roles: the roles of all tapes, by their keys.

    Attributes:
        selections: the different selections. Operations that read the same entry share one.
        roles: pairs of the place of an integer that is looked up, and its role, which other forms may share.
        seen: the number of known integers when the tape was last checked.
    """

    def __init__(self, trace, selected, rows, roles):
        self.trace, self.rows = trace, rows
        number_of = {selection: k for k, selection in enumerate(dict.fromkeys(selected.values()))}
        self.selections = list(number_of)
        self._positions, self._numbers = array("i", selected), array("i", map(number_of.__getitem__, selected.values()))
        self.conditions = list({c.key: c for c in trace.conditions}.values())
        by_place: dict = {place: [] for place in trace.lookups}
        leaves = trace.made.parameters
        for base, stride, place in self.selections:
            by_place[place].append((stride, base if base < leaves else None))
        # An entry that never moved says nothing about other integers, so nothing is shared about it.
        self.roles = [
            (place, roles.setdefault(self._role(place, mine), Role()) if mine else Role())
            for place, mine in by_place.items()
        ]
        self.ranges = None
        self.seen = -1
        self.tape = None

    def fits(self, row):
        """Return True if the tape is valid for a row."""
        return all(c.holds(row) for c in self.conditions)

    def _role(self, place, mine):
        """Return the key of the look-ups by the integer at a place: their locations, and the distances of entries.

        Similar look-ups of other forms choose from the same tables, or from nodes with the same distances.
        """
        return tuple(self.trace.lookups[place]), tuple(mine)

    @property
    def selected(self):
        """Pairs of a position in the references and the selection that is made there."""
        return zip(self._positions, map(self.selections.__getitem__, self._numbers), strict=True)

    def predicted(self, row):
        """Return the references that the recording of a row should have."""
        expected = array("i", self.trace.made.references)
        references = [base + stride * row[place] for base, stride, place in self.selections]
        for position, number in zip(self._positions, self._numbers, strict=True):
            expected[position] = references[number]
        return expected

    def bounded_tape(self):
        """Return the tape. Its selections choose among the range of integers that occurred at their places."""
        mine = {place: role.range for place, role in self.roles}
        if self.tape is None or mine != self.ranges:
            self.ranges = mine
            made = self.trace.made
            end = made.parameters + made.inputs + len(made.codes)
            references = array("i", made.references)
            for position, number in zip(self._positions, self._numbers, strict=True):
                references[position] = end + number
            selected = type(made)()
            for name in type(made).__slots__:
                setattr(selected, name, getattr(made, name))
            selected.references = references
            bounded = [(*s, *mine[s[2]]) for s in self.selections]
            self.tape = Tape(selected, self.trace.places, bounded)
            if self.tape.maps:
                with importing():
                    from autograd.compiler.mapped import attach  # lazy: it imports llvmlite

                attach(self.tape)
        return self.tape

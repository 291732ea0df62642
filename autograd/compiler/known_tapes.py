"""A tape of the samples of a form, with the entries that it looks up and the conditions for which it is valid."""

from array import array
from bisect import bisect_right
from hashlib import sha256

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
        roles: for each place of an integer that is looked up, its roles, which other places may share.
        seen: the number of known integers when the tape was last checked.
    """

    def __init__(self, trace, selected, rows, roles):
        self.trace, self.rows = trace, rows
        number_of = {selection: k for k, selection in enumerate(dict.fromkeys(selected.values()))}
        self.selections = list(number_of)
        self._positions, self._numbers = array("i", selected), array("i", map(number_of.__getitem__, selected.values()))
        self.conditions = list({c.key: c for c in trace.conditions}.values())
        self.limits = self._limits_of_nodes()
        self.roles = self._roles_of_places(roles)
        self.ranges = None
        self.seen = -1
        self.tape = None

    def fits(self, row):
        """Return True if the tape is valid for a row."""
        return all(c.holds(row) for c in self.conditions)

    def trusts(self, row):
        """Return True if the entries that a row looks up are known."""
        known = all(any(row[place] in role.trusted for role in roles) for place, roles in self.roles.items())
        return known and all(
            0 <= base + stride * row[place] < limit for base, stride, place, limit in self.limits.values()
        )

    def trust(self, row):
        """Note that the entries that a row looks up are known, because it was recorded."""
        for place, roles in self.roles.items():
            for role in roles:
                role.trusted.add(row[place])

    def _roles_of_places(self, roles):
        """Return the roles of the integers that are looked up.

        Similar look-ups share a role: they have the same locations, and the same entries. Those of parameters are the
        same everywhere. Those of other numbers are the same in one tape, or if all operations from the first entry to
        the look-up are the same. An entry that never moved says nothing about other integers, so nothing is shared.
        """
        by_place: dict = {place: [] for place in self.trace.lookups}
        for selection in self.selections:
            by_place[selection[2]].append(selection)
        own: dict = {}
        found = {}
        for place, mine in by_place.items():
            sites = tuple(self.trace.lookups[place])
            shared = roles.setdefault((sites, tuple(map(self._entries, mine))), Role()) if mine else Role()
            found[place] = [shared]
            if any(selection in self.limits for selection in mine):
                key = sites, tuple([(base, stride) for base, stride, _ in mine])
                found[place].append(own.setdefault(key, Role()))
        return found

    def _entries(self, selection):
        """Return what similar selections have in common."""
        base, stride, _ = selection
        if selection not in self.limits:
            return stride, base
        made = self.trace.made
        first, limit = made.parameters + made.inputs, self.limits[selection][3]
        codes = made.codes[max(base - first, 0) : limit - first]
        return stride, min(base - first, 0), made.inputs if base < first else None, sha256(codes.tobytes()).digest()

    def _is_parameter(self, reference):
        return reference < self.trace.made.parameters

    def _limits_of_nodes(self):
        """Return the selections of computed numbers and inputs, with the first node that reads each of them."""
        made = self.trace.made
        limits: dict = {}
        for position, selection in self.selected:
            base, stride, place = selection
            if selection not in limits and not self._is_parameter(base + stride * self.rows[0][place]):
                node = bisect_right(made.offsets, position) - 1
                limits[selection] = (*selection, made.parameters + made.inputs + node)
        return limits

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
        mine = {
            place: (min(role.range[0] for role in roles), max(role.range[1] for role in roles))
            for place, roles in self.roles.items()
        }
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

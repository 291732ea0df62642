"""Functions of a sample, each recorded a few times: one tape for each structure of the graph.

A sample is any nesting of lists, tuples and dicts with numbers. Its *form* is the nesting, and its *row* is its numbers
in order. For each form, the function is recorded with one sample, and again with a few others that have different
integers. Operands that differ between these recordings were looked up, as in ``table[token]``. If each of them depends
linearly on one integer, the tape selects them by it. Otherwise the function is refused. An integer that is new for its
kind of look-up is not trusted: the first sample with it is recorded, and compared with the prediction of the tape.
A sample that is shorter than a known one takes two recordings, if they agree with the look-ups of that one.
"""

import math
import random

from autograd.compiler.known_tapes import KnownTape
from autograd.compiler.prefixes import selected_as_in, shared_places
from autograd.compiler.refusals import Unrecordable
from autograd.compiler.sample_forms import Form, flattened
from autograd.compiler.traces import Trace, Untraceable
from autograd.engine.errors import AutogradError, GraphError
from autograd.engine.tape import Machine, Tape

__all__ = ["Form", "Tapes", "Untraceable", "flattened"]

_MAX_TAPES = 64  # of one form; each is for samples whose comparisons of integers have the same results
_MAX_TRIES = 8  # recordings with other integers
_MAX_LOOKS = 20  # attempts to find useful integers for such a recording
_NOT_THE_SAME = (
    "it does not always do the same: other integers, or the same ones again, give another graph or other constants. "
    "Draw random numbers outside, and write choices with autograd.where"
)


class Tapes:
    """The tapes of a function of a sample.

    Args:
        function: a function of a sample that returns a Value.
        parameters: leaves that all samples share. Their numbers are read at each call.

    Raises:
        Untraceable: the methods raise it if the function cannot become a tape. The message says why.
    """

    def __init__(self, function, parameters):
        self.function, self.parameters = function, list(parameters)
        self.machine = Machine(len(self.parameters))
        self.recordings = 0
        self._forms: dict = {}
        self._known: dict = {}
        self._pools: dict = {}
        self._roles: dict = {}
        self._longest: dict = {}  # for each shape of forms, the longest one and what is known of its first samples
        self._unpacked: list = []  # what is known of other samples is packed, because it is seldom needed again
        self._seen = 0  # the number of integers that were new at their place; if it is unchanged, nothing is new
        self._draw = random.Random(0)

    def see(self, sample):
        """Return the form and the row of a sample. Its integers are added to those that are tried and selected from."""
        key, row = flattened(sample)
        form = self._forms.get(key)
        if form is None:
            form = self._forms[key] = Form(key, self._pools)
        for k, mine, all_of_path in form.pools:
            if row[k] not in mine:
                mine.add(row[k])
                all_of_path.add(row[k])
                self._seen += 1
        return form, row

    def learn(self, seen) -> None:
        """Record the longest of some samples, given as forms and rows. Shorter ones need fewer recordings then.

        Raises:
            Untraceable: the function cannot become a tape.
        """
        longest: dict = {}
        for form, row in seen:
            if len(row) > len(longest.get(form.shape, (None, ()))[1]):
                longest[form.shape] = form, row
        for form, row in longest.values():
            self._of_form(form, row)

    def tape(self, form, row) -> Tape:
        """Return the tape for a sample.

        Raises:
            ValueError: a loss refuses the sample's numbers.
        """
        known = self._of_form(form, row)
        for check, places in known.trace.checks:
            check(*[row[place] for place in places])
        trusted = known.trusts(row)
        if known.seen == self._seen and trusted:
            return known.tape  # nothing is new since the last check
        if not trusted and not self._agrees(known, form, row):
            # Perhaps a place had only one integer until now. With this one, more is known.
            found, old = self._known[form.key], known
            found[found.index(old)] = known = self._record(form, row, old.rows)
            if self._longest[form.shape][1] is old:
                self._longest[form.shape] = form, known
        elif not trusted:
            known.rows.append(row)
        known.trust(row)
        for place, roles in known.roles.items():
            for role in roles:
                role.widen(row[place], *self._pools.get(form.paths[place], ()))
        made = known.bounded_tape()
        known.seen = self._seen
        return made

    def _of_form(self, form, row):
        found = self._known.setdefault(form.key, [])
        for known in found:
            if known.fits(row):
                return known
        if len(found) >= _MAX_TAPES:
            lines = sorted({c.line for known in found for c in known.conditions})[:1]
            raise Untraceable(
                f"it does something else for each of {len(found)} samples of one form, depending on an integer"
                f"{''.join(lines)}: look up tables by the integer, or write the choice with autograd.where"
            )
        known = self._as_a_longer_one(form, row) or self._record(form, row)
        found.append(known)
        longest = self._longest.get(form.shape)
        if longest is None or len(row) > len(longest[1].rows[0]):
            self._longest[form.shape] = form, known
        kept = [each for _, each in self._longest.values()]
        for each in self._unpacked:
            if each not in kept:
                each.trace.pack()
        self._unpacked = [known, *[each for each in self._unpacked if each in kept]]
        return known

    def _as_a_longer_one(self, form, row):
        """Return what is known of a sample, if its recordings begin like those of a longer sample; None otherwise.

        This takes two recordings. The second one has other integers at all places, where that is possible, and its
        integers are plain ones. It has to be exactly what the look-ups of the longer sample predict.
        """
        longer = self._longest.get(form.shape)
        if longer is None or len(longer[1].rows[0]) <= len(row):
            return None
        places = shared_places(form, longer[0])
        if places is None:
            return None
        base = self._trace(form, row)
        selected = base.lookups and selected_as_in(longer[1], places, base, row)
        if not selected:
            return None
        other = self._moved_everywhere(form, row, base)
        try:
            trace = self._trace(form, other, plain=True)
        except Exception:
            return None  # perhaps no sample has these integers
        known = KnownTape(base, selected, [row, other], self._roles)
        if base.made.moved(trace.made) is None or trace.made.references != known.predicted(other):
            return None
        for numbers in known.rows:
            known.trust(numbers)
        return known

    def _moved_everywhere(self, form, row, base):
        """Return a row with another integer at each place that is looked up, where the conditions allow it."""
        other = list(row)
        for place in base.lookups:
            choices = self._allowed(form, place, row, base.conditions)[1:]
            if choices:
                other[place] = self._draw.choice(choices)
        return other

    def _trace(self, form, row, plain=False):
        self.recordings += 1
        try:
            return Trace(self.function, self.parameters, form, row, plain)
        except (Unrecordable, GraphError) as error:
            raise Untraceable(str(error).rstrip(".")) from None
        except (TypeError, AttributeError, IndexError, KeyError, AutogradError) as error:
            self.function(form.filled(iter(row)))  # if this raises too, the error is not due to recording
            raise Untraceable(
                f"it raises {type(error).__name__} only while it is recorded, with objects in place of the sample's "
                f"numbers ({error})"
            ) from error

    def _record(self, form, row, known=()):
        """Record the function with a row, with similar rows, and with rows that were recorded before."""
        base = self._trace(form, row)
        plain = self.function(form.filled(iter(row))).data
        if not (plain == base.data or abs(plain - base.data) <= 1e-9 * max(abs(plain), 1e-300)):
            raise Untraceable(f"its result is {plain!r}, but {base.data!r} when it is recorded: it does not always do "
                              "the same")  # fmt: skip
        others: list = [(other, self._trace(form, other)) for other in known]
        places = list(base.lookups)
        for k in range(_MAX_TRIES):
            if others and (not places or self._told_apart(form, places, row, others, base.conditions)):
                break
            other = self._other(form, row, places, base.conditions, [r for r, _ in others])
            try:
                trace = self._trace(form, other)
            except Exception:
                if k < _MAX_TRIES - 1:  # perhaps no sample has these integers
                    continue
                other, trace = row, self._trace(form, row)
            others.append((other, trace))
        for _, trace in others:
            if trace.places != base.places or [c.key for c in trace.conditions] != [c.key for c in base.conditions]:
                raise Untraceable("its behaviour depends on an integer in a way that no comparison shows")
        return self._fitted(row, base, others)

    def _other(self, form, row, places, conditions, others):
        """Return a row with other integers at some places, for which all conditions hold.

        It tries several rows, for one that shows, together with the recorded rows, which integer moved which operand.
        This is faster than recording.
        """
        found = list(row)
        for _ in range(_MAX_LOOKS):
            found = self._any_other(form, row, places, conditions)
            if not others or self._told_apart(form, places, row, [(r, None) for r in (*others, found)], conditions):
                break
        return found

    def _any_other(self, form, row, places, conditions):
        allowed = {place: self._allowed(form, place, row, conditions) for place in places}
        other = list(row)
        for place in places:
            other[place] = self._draw.choice(allowed[place])
        return other

    def _allowed(self, form, place, row, conditions):
        """Return the possible values of an integer, among them its own, for which all conditions on it hold."""
        mine = [c for c in conditions if c.place == place]
        other, found = list(row), [row[place]]
        for x in self._choices(form, place):
            other[place] = x
            if x != row[place] and all(c.holds(other) for c in mine):
                found.append(x)
        return found

    def _choices(self, form, place):
        """Return the possible values of an integer: those at its place, or if there is only one, those of its list."""
        mine = self._pools[form.key, place]
        return sorted(mine if len(mine) > 1 else self._pools[form.paths[place]])

    def _told_apart(self, form, places, row, others, conditions):
        """Return True if the distances by which operands moved determine the integers that moved them."""
        moves = [tuple([other[place] - row[place] for other, _ in others]) for place in places]
        able = [len(self._allowed(form, place, row, conditions)) > 1 for place in places]
        directions = [_direction(move) for move, can in zip(moves, able, strict=True) if can]
        return None not in directions and len(set(directions)) == len(directions)

    def _fitted(self, row, base, others):
        """Return the known tape with the selections that explain the movements of the operands."""
        positions: set = set()
        for _, trace in others:
            moved = base.made.moved(trace.made)
            if moved is None:
                raise Untraceable(_NOT_THE_SAME)
            positions.update(moved)
        by_direction = {}
        for place in base.lookups:
            move = tuple([other[place] - row[place] for other, _ in others])
            if any(move):
                direction = _direction(move)
                # Nothing is known of two integers that always moved together.
                by_direction[direction] = (None, None) if direction in by_direction else (place, move)
        positions = sorted(positions)
        recorded = [[trace.made.references[k] for k in positions] for trace in (base, *[trace for _, trace in others])]
        explained: dict = {}  # the selection of each combination of references, because many operations read an entry
        selected = {}
        for position, references in zip(positions, zip(*recorded, strict=True), strict=True):
            if references not in explained:
                start, *moved = references
                explained[references] = _selection(row, start, tuple([r - start for r in moved]), by_direction)
            selected[position] = explained[references]
        known = KnownTape(base, selected, [row, *[other for other, _ in others]], self._roles)
        for numbers in known.rows:
            known.trust(numbers)
        return known

    def _agrees(self, known, form, row):
        """Return True if a recording with this row has the operands that the tape predicts."""
        trace = self._trace(form, row)
        if known.trace.made.moved(trace.made) is None or trace.places != known.trace.places:
            raise Untraceable(_NOT_THE_SAME)
        return trace.made.references == known.predicted(row)


def _selection(row, start, move, by_direction):
    """Return the base, stride and place of the selection that explains how an operand moved.

    Args:
        row: the numbers of the first recording.
        start: the reference of the operand in this recording.
        move: its distances from there in the other recordings.
        by_direction: for the direction of the moves of an integer, its place and its moves.
    """
    place, step = by_direction.get(_direction(move), (None, None))
    if place is None:
        raise Untraceable(
            "its look-ups depend on several integers at once, or the entries of a list are not evenly spaced: "
            "put them next to each other in the parameters, or compute each entry by the same operations"
        )
    k = next(k for k, d in enumerate(step) if d)
    stride, rest = divmod(move[k], step[k])
    if rest:
        raise Untraceable(
            "the entries of a list that it looks up are not evenly spaced: put them next to each other in the "
            "parameters, or compute each entry by the same operations"
        )
    return start - stride * row[place], stride, place


def _direction(move):
    """Return the direction of a move: integers without a common factor, the first not 0 positive; None for no move."""
    divisor = math.gcd(*move)
    if divisor == 0:
        return None
    first = next(d for d in move if d)
    divisor = divisor if first > 0 else -divisor
    return tuple([d // divisor for d in move])

"""Functions of a sample, each recorded a few times: one tape for each structure of the graph.

A sample is any nesting of lists, tuples and dicts with numbers. Its *form* is the nesting, and its *row* is its numbers
in order. For each form, the function is recorded with one sample, and again with a few others that have different
integers. Operands that differ between these recordings were looked up, as in ``table[token]``. If each of them depends
linearly on one integer, the tape selects them by it. Otherwise the function is refused. An integer that is new for its
kind of look-up is not trusted: the first sample with it is recorded, and compared with the prediction of the tape.
"""

import math
import random
from array import array

from autograd.compiler.integers import Integer
from autograd.compiler.rebinding import with_recorded_extremes
from autograd.compiler.recording import checks_at, watched
from autograd.compiler.refusals import Unrecordable
from autograd.compiler.sample_forms import Form, flattened
from autograd.engine.errors import AutogradError, GraphError
from autograd.engine.forks import importing
from autograd.engine.recordings import recording
from autograd.engine.tape import Machine, Tape
from autograd.engine.value import Value, list_no_nodes, list_nodes

__all__ = ["Form", "Tapes", "Untraceable", "flattened"]

_MAX_TAPES = 64  # of one form; each is for samples whose comparisons of integers have the same results
_MAX_TRIES = 8  # recordings with other integers
_MAX_LOOKS = 20  # attempts to find useful integers for such a recording
_NOT_THE_SAME = (
    "it does not always do the same: other integers, or the same ones again, give another graph or other constants. "
    "Draw random numbers outside, and write choices with autograd.where"
)


class Untraceable(Exception):
    """The error of a function that cannot become a tape. Its message says why."""


# --- One recording


class Trace:
    """One recording of a function with a sample of a form.

    Attributes:
        made: the :class:`~autograd.engine.recordings.Recording`.
        places: for each input, the place of its number in the row.
        checks: the checks of data that losses made, each with the places of its numbers.
        conditions: the assumptions about integers, in order.
        lookups: a dict from each place of an integer to the locations of its look-ups, in order.
        data: the result.
    """

    def __init__(self, function, parameters, form, row):
        self.conditions: list = []
        self.lookups: dict = {}
        self.places: list = []
        self._leaves: dict = {}
        self._row = row
        numbers = [self.input_at(k) if kind == "f" else Integer(self, k, row[k]) for k, kind in enumerate(form.kinds)]
        sample = form.filled(iter(numbers))
        leaves = [x for x in numbers if isinstance(x, Value)]
        with watched(leaves) as watch:
            nodes = list_nodes()
            try:
                result = with_recorded_extremes(function, at_once=True)(sample)
            finally:
                list_no_nodes()
        self.checks = checks_at(watch, {id(leaf): place for place, leaf in self._leaves.items()})
        if watch.guards:
            sign, a, b, _ = watch.guards[0]
            raise Untraceable(
                f"it compares Values ({_shown(a)} {sign} {_shown(b)}): write the choice with autograd.where"
            )
        if not isinstance(result, Value):
            raise TypeError(f"the loss returned {type(result).__name__}: it must be computed from Values.")
        self.data = result.data
        known = {id(x) for x in [*parameters, *self._leaves.values()]}
        if result.op is None and id(result) not in known:
            raise Untraceable("its result is a number that it did not compute")
        self.made = recording(nodes, parameters, [self._leaves[k] for k in self.places], result)

    def input_at(self, place):
        """Return the input for the number at a place of the row."""
        if place not in self._leaves:
            self._leaves[place] = Value(float(self._row[place]))
            self.places.append(place)
        return self._leaves[place]

    def condition(self, condition):
        """Note an assumption about an integer."""
        self.conditions.append(condition)

    def look_up(self, integer, site):
        """Note a look-up by an integer, and its location in the code."""
        self.lookups.setdefault(integer.place, []).append(site)


def _shown(x):
    return (x.label or f"{x.data:g}") if isinstance(x, Value) else f"{x:g}"


# --- A form's tapes


class _Role:
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


class _Known:
    """A tape, and the conditions on the samples for which it is valid.

    Attributes:
        roles: pairs of the place of an integer that is looked up, and its role, which other forms may share.
        seen: the number of known integers when the tape was last checked.
    """

    def __init__(self, trace, selections, positions, rows, roles):
        self.trace, self.selections, self.positions = trace, selections, positions
        self.rows = rows  # the rows from which it was made, or with which it agreed
        self.conditions = list({c.key: c for c in trace.conditions}.values())
        self.roles = [(place, roles.setdefault(self._role(place), _Role())) for place in trace.lookups]
        self.ranges = None
        self.seen = -1
        self.tape = None

    def fits(self, row):
        return all(c.holds(row) for c in self.conditions)

    def _role(self, place):
        """Return the key of the look-ups by the integer at a place: their locations, and the distances of entries.

        Similar look-ups of other forms choose from the same tables, or from nodes with the same distances.
        """
        leaves = self.trace.made.parameters
        mine = [(stride, base if base < leaves else None) for base, stride, at in self.selections if at == place]
        return tuple(self.trace.lookups[place]), tuple(mine)

    def predicted(self, row):
        """Return the references of the selected operands for a row."""
        return [base + stride * row[place] for base, stride, place in self.selections]

    def bounded_tape(self):
        """Return the tape. Its selections choose among the range of integers that occurred at their places."""
        mine = {place: role.range for place, role in self.roles}
        if self.tape is None or mine != self.ranges:
            self.ranges = mine
            made, first = self.trace.made, self.trace.made.parameters + self.trace.made.inputs
            references = array("i", made.references)
            for k, position in enumerate(self.positions):
                references[position] = first + len(made.codes) + k
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

    def tape(self, form, row) -> Tape:
        """Return the tape for a sample.

        Raises:
            ValueError: a loss refuses the sample's numbers.
        """
        known = self._of_form(form, row)
        for check, places in known.trace.checks:
            check(*[row[place] for place in places])
        if known.seen == self._seen and all(row[place] in role.trusted for place, role in known.roles):
            return known.tape  # nothing is new since the last check
        new = [place for place, role in known.roles if row[place] not in role.trusted]
        if new and not self._agrees(known, form, row):
            # Perhaps a place had only one integer until now. With this one, more is known.
            found = self._known[form.key]
            found[found.index(known)] = known = self._record(form, row, known.rows)
        elif new:
            known.rows.append(row)
        for place, role in known.roles:
            role.trusted.add(row[place])
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
        known = self._record(form, row)
        found.append(known)
        return known

    def _trace(self, form, row):
        self.recordings += 1
        try:
            return Trace(self.function, self.parameters, form, row)
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
            if others and (not places or self._told_apart(form, places, row, others)):
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
            if not others or self._told_apart(form, places, row, [(r, None) for r in (*others, found)]):
                break
        return found

    def _any_other(self, form, row, places, conditions):
        pinned = {c.place for c in conditions}
        for _ in range(50):
            other = list(row)
            for place in places:
                if place not in pinned or self._draw.random() < 0.5:
                    other[place] = self._draw.choice(self._choices(form, place))
            if all(c.holds(other) for c in conditions):
                return other
        return list(row)

    def _choices(self, form, place):
        """Return the possible values of an integer: those at its place, or if there is only one, those of its list."""
        mine = self._pools[form.key, place]
        return sorted(mine if len(mine) > 1 else self._pools[form.paths[place]])

    def _told_apart(self, form, places, row, others):
        """Return True if the distances by which operands moved determine the integers that moved them."""
        moves = [tuple([other[place] - row[place] for other, _ in others]) for place in places]
        can_move = [len(self._choices(form, place)) > 1 for place in places]
        directions = [_direction(move) for move, able in zip(moves, can_move, strict=True) if able]
        return None not in directions and len(set(directions)) == len(directions)

    def _fitted(self, row, base, others):
        """Return the known tape with the selections that explain the movements of the operands."""
        positions: set = set()
        for _, trace in others:
            moved = base.made.moved(trace.made)
            if moved is None:
                raise Untraceable(_NOT_THE_SAME)
            positions.update(moved)
        positions = sorted(positions)
        by_direction = {}
        for place in base.lookups:
            move = tuple([other[place] - row[place] for other, _ in others])
            if any(move):
                by_direction[_direction(move)] = place, move
        selections = []
        for position in positions:
            start = base.made.references[position]
            move = tuple([trace.made.references[position] - start for _, trace in others])
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
            selections.append((start - stride * row[place], stride, place))
        known = _Known(base, selections, positions, [row, *[other for other, _ in others]], self._roles)
        for numbers, _ in [(row, base), *others]:
            for place, role in known.roles:
                role.trusted.add(numbers[place])
        return known

    def _agrees(self, known, form, row):
        """Return True if a recording with this row has the operands that the tape predicts."""
        trace = self._trace(form, row)
        expected = array("i", known.trace.made.references)
        for position, reference in zip(known.positions, known.predicted(row), strict=True):
            expected[position] = reference
        if known.trace.made.moved(trace.made) is None or trace.places != known.trace.places:
            raise Untraceable(_NOT_THE_SAME)
        return trace.made.references == expected


def _direction(move):
    """Return the direction of a move: integers without a common factor, the first not 0 positive; None for no move."""
    divisor = math.gcd(*move)
    if divisor == 0:
        return None
    first = next(d for d in move if d)
    divisor = divisor if first > 0 else -divisor
    return tuple([d // divisor for d in move])

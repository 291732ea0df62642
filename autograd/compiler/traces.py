"""One recording of a function with a sample: its look-ups by integers and its assumptions about them."""

from autograd.compiler.integers import Integer
from autograd.compiler.rebinding import with_recorded_extremes
from autograd.compiler.recording import checks_at, watched
from autograd.engine.recordings import recording, unpacked
from autograd.engine.value import Value, list_no_nodes, list_nodes

__all__ = ["Trace", "Untraceable"]


class Untraceable(Exception):
    """The error of a function that cannot become a tape. Its message says why."""


class Trace:
    """One recording of a function with a sample of a form.

    Attributes:
        places: for each input, the place of its number in the row.
        checks: the checks of data that losses made, each with the places of its numbers.
        conditions: the assumptions about integers, in order.
        lookups: a dict from each place of an integer to the locations of its look-ups, in order.
        data: the result.
    """

    def __init__(self, function, parameters, form, row, plain=False):
        self.conditions: list = []
        self.lookups: dict = {}
        self.places: list = []
        self._leaves: dict = {}
        self._row = row
        numbers = [
            self.input_at(k) if kind == "f" else row[k] if plain else Integer(self, k, row[k])
            for k, kind in enumerate(form.kinds)
        ]
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
        self._made = recording(nodes, parameters, [self._leaves[k] for k in self.places], result)
        self._packed: tuple = ()

    @property
    def made(self):
        """The :class:`~autograd.engine.recordings.Recording`."""
        return self._made or unpacked(self._packed)

    def pack(self):
        """Keep the recording in less memory. Reading it takes longer then."""
        if self._made is not None:
            self._packed, self._made = self._made.packed(), None

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

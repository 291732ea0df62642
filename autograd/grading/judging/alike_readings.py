"""Readings that are alike in all that a computation asks of them, so that it is done only once.

A claim about a recurrent network may have hundreds of readings. Most of them differ in something that this claim does
not have, such as the number of the first step where no step has a number. A computation that asks two readings the same
questions and gets the same answers has the same result.
"""

from dataclasses import fields

from autograd.grading.meaning.place import Reading

__all__ = ["Outcomes", "by_layout"]

_FIELDS = frozenset([field.name for field in fields(Reading)])


_LAYOUT = ("vectors", "transposed_jacobian", "gradient_row", "first_step", "direct", "from_right")


def by_layout(readings):
    """Return readings in the order of their layouts, with None after those of one layout.

    A claim that is right in one layout of vectors, Jacobians and products, for all that its letters may mean there, is
    right. So no other layout has to be tried.
    """
    found: dict = {}
    for reading in readings:
        found.setdefault(tuple([reading.__dict__[name] for name in _LAYOUT]), []).append(reading)
    return [x for group in found.values() for x in (*group, None)]


class _Watched(Reading):
    """A reading that notes the names of its attributes that are read."""

    def __getattribute__(self, name):
        if name in _FIELDS:
            object.__getattribute__(self, "__dict__")["noted"].add(name)
        return object.__getattribute__(self, name)

    def changed(self, **more):
        """Return a copy with some attributes changed. It notes what is read in the same set."""
        found = object.__new__(_Watched)
        inner = self.__dict__
        found.__dict__.update(inner, **more)
        found.__dict__["changes"] = {**inner["changes"], **more}
        return found


def _watched(reading):
    found = object.__new__(_Watched)
    found.__dict__.update(reading.__dict__, noted=set(), changes={})
    return found


class Outcomes:
    """The outcomes of a computation for readings.

    Args:
        compute: a function of a reading. Its result may only depend on attributes of the reading that it reads.
    """

    def __init__(self, compute):
        self._compute = compute
        self._known: dict = {}  # from the names of the attributes that were read to their values, and to outcomes

    def __call__(self, reading):
        """Return the result for a reading, or raise the error of the computation."""
        for names, outcomes in self._known.items():
            found = outcomes.get(_values(reading, names))
            if found is not None:
                return _taken(found, reading)
        watched = _watched(reading)
        try:
            found = self._compute(watched), None
        except Exception as error:
            found = None, error
        names = tuple(sorted(watched.__dict__["noted"]))
        self._known.setdefault(names, {})[_values(reading, names)] = found
        return _taken(found, reading)


def _values(reading, names):
    """Return the values of attributes in a form that can be a key."""
    values = [reading.__dict__[name] for name in names]
    return tuple([tuple(sorted(x.items())) if isinstance(x, dict) else x for x in values])


def _taken(outcome, reading):
    """Return a result, with the given reading in place of the one for which it was computed, or raise its error."""
    found, error = outcome
    if error is not None:
        raise error.with_traceback(None)
    inner = getattr(found, "reading", None)
    if not isinstance(inner, _Watched):
        return found
    changes = inner.__dict__["changes"]
    return found._replace(reading=reading.changed(**changes) if changes else reading)

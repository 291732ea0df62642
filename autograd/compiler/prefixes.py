"""Recordings that begin, and perhaps end, like the recording of a longer sample.

A loop over a sample records the same nodes for a shorter one, until it ends. What follows the loop is often the same,
too. So the look-ups that are known for a long sample are probably those of a shorter one. Two recordings of the shorter
sample then have to agree with them.
"""

from array import array
from bisect import bisect_right

__all__ = ["selected_as_in", "shared_places"]


def shared_places(form, longer):
    """Return the place in a longer form for each place of a form, or None if it has none for some.

    Args:
        form: a :class:`autograd.compiler.sample_forms.Form`.
        longer: another form with the same paths and more numbers.
    """
    places: dict = {}
    for k, path in enumerate(longer.paths):
        places.setdefault((path, longer.kinds[k]), []).append(k)
    taken: dict = {}
    found = []
    for path, kind in zip(form.paths, form.kinds, strict=True):
        at = taken.get((path, kind), 0)
        taken[path, kind] = at + 1
        if at >= len(places.get((path, kind), ())):
            return None
        found.append(places[path, kind][at])
    return found


def selected_as_in(longer, places, base, row):
    """Return the selected operands of a recording, as far as it begins like a longer one whose look-ups are known.

    Args:
        longer: what is known of a longer sample: an object with its first recording, its
            selected operands and rows of numbers.
        places: the place in the longer sample for each place of the row.
        base: the recording of the row.
        row: the numbers of a sample.

    Returns:
        a dict from positions to selections. It is only a guess, which recordings have to confirm. None if there is
        none.
    """
    made, theirs = base.made, longer.trace.made
    if made.inputs or theirs.inputs or made.parameters != theirs.parameters:
        return None
    back = {there: here for here, there in enumerate(places)}
    if any(longer.trace.lookups.get(places[k], [])[: len(sites)] != sites for k, sites in base.lookups.items()):
        return None  # the last turn of a loop may look up less for the next one
    numbers = list(longer.rows[0])
    for here, there in enumerate(places):
        numbers[there] = row[here]
    alike = _common(longer.predicted(numbers), made.references)
    # The references belong to the same operations as far as these are alike, too.
    nodes = min(_common(theirs.codes, made.codes), _common(theirs.offsets, made.offsets) - 1)
    nodes = min(nodes, bisect_right(made.offsets, alike) - 1)
    end = made.offsets[nodes]
    last = _common(made.codes[nodes:][::-1], theirs.codes[nodes:][::-1])  # the number of equal operations at the end
    tail, shift = theirs.offsets[len(theirs.codes) - last], len(theirs.references) - len(made.references)
    selected = {}
    for position, (start, stride, there) in longer.selected:
        if position < end:
            if back.get(there) not in base.lookups:
                return None  # a number that the sample lacks, or does not look up
            selected[position] = start, stride, back[there]
        elif position >= tail and back.get(there) in base.lookups:
            selected[position - shift] = start, stride, back[there]
    return selected


def _common(one: array, other: array) -> int:
    """Return the number of equal numbers at the beginning of two arrays."""
    a, b, size = one.tobytes(), other.tobytes(), one.itemsize
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high // size
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low // size

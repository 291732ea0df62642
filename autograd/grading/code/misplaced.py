"""Updates of entries that no loss depends on, while the loss reads other entries of the same array."""

from autograd.grading.code.factors import proportion
from autograd.grading.code.truth import Group

__all__ = ["misplaced"]


def misplaced(changes, gradients, groups, places):
    """Return the updates of rows whose gradient another row gets, as in ``W[target] -= g`` for ``W[word] -= g``.

    The rows that the loss depends on keep their numbers.

    Args:
        changes: The values that the program stored.
        gradients: The derivative of the loss with respect to every number from which it is computed.
        groups: The updates of numbers that the loss depends on.
        places: The names of the numbers in the program.
    """
    owned = {old for group in groups for old in group.old}
    arrays, found = None, {}
    for change in changes if groups else ():
        if len(change.old) < 2 or any(number in gradients for number in (*change.old, *change.new)):
            continue
        path, first = places.of(change.new[0]) or ((), None)
        if first is None or path in found or first % len(change.old):
            continue
        arrays = _read_entries(gradients, owned, places) if arrays is None else arrays
        step = [old.data - new.data for old, new in zip(change.old, change.new, strict=True)]
        rows = {}
        for place, number in sorted(arrays.get(path, {}).items()):
            rows.setdefault(place // len(step), []).append(number)
        rows = [row for row in rows.values() if len(row) == len(step)]
        factors = [proportion(step, [gradients[number] for number in row]) for row in rows]
        if any(factor is not None and factor > 0 for factor in factors):
            kept = [number for row in rows for number in row]
            found[path] = Group(kept, kept, change.line, change.node, change.function, change.target, {change.line})
    return list(found.values())


def _read_entries(gradients, owned, places):
    """Return the entries that the loss depends on and no update changes: for each array, its numbers by place."""
    arrays = {}
    for number in gradients:
        path, place = (places.of(number) if number not in owned else None) or ((), None)
        if place is not None:
            arrays.setdefault(path, {})[place] = number
    return arrays

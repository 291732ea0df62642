"""Samples as forms and rows: how lists, tuples and dicts of numbers are nested, and the numbers in order."""

from autograd.engine.algebra import is_real

__all__ = ["Form", "flattened"]


class Form:
    """The nesting of a sample.

    Attributes:
        key: equal for samples of the same form.
        kinds: a letter for each number of a row: "i" for an integer, "f" for another number.
        paths: for each number where it stands, with one name for all entries of a list.
        pools: for each integer its place, the integers that were seen at it, and those that were seen at its path.
    """

    __slots__ = ("key", "kinds", "paths", "pools")

    def __init__(self, key, pools):
        self.key, self.kinds, self.paths = key, [], []
        _walk(key, (), self.kinds, self.paths)
        self.pools = [
            (k, pools.setdefault((key, k), set()), pools.setdefault(self.paths[k], set()))
            for k, kind in enumerate(self.kinds) if kind == "i"
        ]  # fmt: skip

    def filled(self, numbers):
        """The sample with these numbers, an iterator, in their order."""
        return _filled(self.key, numbers)


def flattened(sample):
    """The key of a sample's form, and its numbers in order.

    Raises:
        TypeError: there is something else in it.
    """
    row: list = []
    return _key(sample, row), row


def _key(x, row):
    kind = type(x)
    if kind is int:
        row.append(x)
        return "i"
    if kind is float:
        row.append(x)
        return "f"
    if kind in (list, tuple):
        if set(map(type, x)) == {int}:  # the most usual sample, at once
            row.extend(x)
            return ("[" if kind is list else "(", *"i" * len(x))
        return ("[" if kind is list else "(", *[_key(each, row) for each in x])
    if kind is dict:
        return ("{", tuple(x), *[_key(each, row) for each in x.values()])
    if x is None or kind in (bool, str):
        return ("=", kind.__name__, x)
    if hasattr(x, "tolist"):  # an array or a number of NumPy
        return ("a", x.shape, _key(x.tolist(), row)) if x.ndim else _key(x.item(), row)
    if is_real(x):
        row.append(float(x))
        return "f"
    raise TypeError(f"a sample is made of numbers, lists, tuples and dicts, found {kind.__name__} {x!r}.")


def _walk(key, path, kinds, paths):
    if isinstance(key, str):
        kinds.append(key)
        paths.append(path)
    elif key[0] in "[(":
        for k, part in enumerate(key[1:]):
            _walk(part, (*path, "[" if key[0] == "[" else k), kinds, paths)
    elif key[0] == "{":
        for name, part in zip(key[1], key[2:], strict=True):
            _walk(part, (*path, name), kinds, paths)
    elif key[0] == "a":
        _walk(key[2], (*path, "array"), kinds, paths)


def _filled(key, numbers):
    if isinstance(key, str):
        return next(numbers)
    if key[0] in "[(":
        parts = [_filled(part, numbers) for part in key[1:]]
        return parts if key[0] == "[" else tuple(parts)
    if key[0] == "{":
        return {name: _filled(part, numbers) for name, part in zip(key[1], key[2:], strict=True)}
    if key[0] == "=":
        return key[2]
    import numpy  # lazy: only where an array was given

    flat = [*_leaves_of(_filled(key[2], numbers))]
    made = numpy.empty(len(flat), dtype=object)
    made[:] = flat
    return made.reshape(key[1])


def _leaves_of(tree):
    if isinstance(tree, list):
        for part in tree:
            yield from _leaves_of(part)
    else:
        yield tree

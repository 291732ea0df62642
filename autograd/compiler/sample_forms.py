"""Samples as forms and rows: the nesting of lists, tuples, dicts and dataclasses, and their numbers in order."""

import dataclasses

from autograd.engine.algebra import is_real

__all__ = ["Form", "flattened"]


class Form:
    """The nesting of a sample.

    Attributes:
        key: the key of the form; samples of the same form have equal keys.
        kinds: a letter for each number of a row: "i" for an integer, "f" for another number.
        paths: the path to each number. All entries of a list have the same path.
        shape: what forms have in common that differ only in the lengths of their lists, or in empty ones.
        pools: for each integer, its place, the integers that occurred at this place, and those that occurred at its
            path.
    """

    __slots__ = ("key", "kinds", "paths", "pools", "shape")

    def __init__(self, key, pools):
        self.key, self.kinds, self.paths = key, [], []
        _walk(key, (), self.kinds, self.paths)
        self.shape = tuple(dict.fromkeys(zip(self.paths, self.kinds, strict=True)))
        self.pools = [
            (k, pools.setdefault((key, k), set()), pools.setdefault(self.paths[k], set()))
            for k, kind in enumerate(self.kinds) if kind == "i"
        ]  # fmt: skip

    def filled(self, numbers):
        """Return the sample with these numbers, which an iterator gives in order."""
        return _filled(self.key, numbers)


def flattened(sample):
    """Return the key of a sample's form, and its numbers in order.

    Raises:
        TypeError: the sample contains something that is not a number, list, tuple, dict, dataclass, text or None.
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
        if set(map(type, x)) == {int}:  # a shortcut for the most common samples
            row.extend(x)
            return ("[" if kind is list else "(", *"i" * len(x))
        return ("[" if kind is list else "(", *[_key(each, row) for each in x])
    if kind is dict:
        return ("{", tuple(x), *[_key(each, row) for each in x.values()])
    if hasattr(kind, "_fields") and isinstance(x, tuple):  # a named tuple
        return ("<", kind, kind._fields, *[_key(each, row) for each in x])
    if dataclasses.is_dataclass(kind):
        names = tuple([field.name for field in dataclasses.fields(kind) if field.init])
        return ("<", kind, names, *[_key(getattr(x, name), row) for name in names])
    if x is None or kind in (bool, str):
        return ("=", kind.__name__, x)
    if hasattr(x, "tolist"):  # an array or a number of NumPy
        return ("a", x.shape, _key(x.tolist(), row)) if x.ndim else _key(x.item(), row)
    if is_real(x):
        row.append(float(x))
        return "f"
    raise TypeError(f"a sample is made of numbers, lists, tuples, dicts and dataclasses, found {kind.__name__} {x!r}.")


def _walk(key, path, kinds, paths):
    if isinstance(key, str):
        kinds.append(key)
        paths.append(path)
    elif key[0] in "[(":
        for k, part in enumerate(key[1:]):
            _walk(part, (*path, "[" if key[0] == "[" else k), kinds, paths)
    elif key[0] in "{<":
        names, parts = (key[1], key[2:]) if key[0] == "{" else (key[2], key[3:])
        for name, part in zip(names, parts, strict=True):
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
    if key[0] == "<":
        return key[1](**{name: _filled(part, numbers) for name, part in zip(key[2], key[3:], strict=True)})
    if key[0] == "=":
        return key[2]
    import numpy  # lazy: needed only if an array was given

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

"""Structures of numbers: lists, tuples, dicts, dataclasses and NumPy arrays of numbers, nested to any depth.

A transform takes a structure apart into a flat list of numbers, and later puts the derivatives together in the same
structure. Only this module knows which structures there are.
"""

import collections
import dataclasses
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from autograd.engine.algebra import is_real
from autograd.engine.value import Value

__all__ = ["Leaf", "Tree", "flatten", "flatten_like", "has_names", "map_values", "outline"]


class Leaf:
    """A number, or an array of numbers, within a structure.

    Attributes:
        start: the index of its first number in the flat list.
        shape: the shape of the array; None for a single number.
        size: the count of its numbers.
        path: its place in the structure, such as ``['w'][2]``.

    Args:
        start, shape, size: see above.
        steps: the path to its place. None if it is not within a structure, else a pair: the path to the structure that
            it is in, and the last step, an int in a list or tuple and a text in a dict or dataclass.
    """

    __slots__ = ("_steps", "shape", "size", "start")

    def __init__(self, start: int, shape: tuple[int, ...] | None, size: int, steps: Any) -> None:
        self.start = start
        self.shape = shape
        self.size = size
        self._steps = steps

    @property
    def is_alone(self) -> bool:
        """True if it is not within a structure."""
        return self._steps is None

    @property
    def path(self) -> str:
        """Its place in the structure, such as ``['w'][2]``. Only messages need this text, so it is made late."""
        found, steps = "", self._steps
        while steps is not None:
            steps, step = steps
            found = (f"[{step}]" if isinstance(step, int) else step) + found
        return found


class Tree:
    """A structure without its numbers.

    Attributes:
        leaves: its numbers and arrays, in order.
        is_number: True if the structure is a single number.
    """

    def __init__(
        self,
        leaves: list[Leaf],
        build: Callable[[Callable[[Leaf], Any]], Any],
        fill: Callable[[Sequence[Any]], Any] | None = None,
    ) -> None:
        self.leaves = leaves
        self._build = build
        self._fill = fill  # a faster way from the flat list to the structure, or None

    @property
    def is_number(self) -> bool:
        """True if the structure is a single number."""
        return len(self.leaves) == 1 and self.leaves[0].shape is None and self.leaves[0].is_alone

    def replaced(self, replace: Callable[[Leaf], Any]) -> Any:
        """Return the structure with each leaf replaced by the result of a function for it."""
        return self._build(replace)

    def rebuild(self, numbers: Sequence[Any]) -> Any:
        """Return the structure filled with these numbers, in the order of the flat list."""
        if self._fill is not None:
            return self._fill(numbers)

        def part(leaf: Leaf) -> Any:
            if leaf.shape is None:
                return numbers[leaf.start]
            return array_of(numbers[leaf.start : leaf.start + leaf.size], leaf.shape)

        return self._build(part)

    def name(self, place: int) -> str:
        """Return the place in the structure of a number of the flat list, such as ``['w'][0, 1]``.

        Args:
            place: the index of the number in the flat list.
        """
        leaf = next(leaf for leaf in self.leaves if leaf.start <= place < leaf.start + leaf.size)
        if leaf.shape is None:
            return leaf.path
        index, rest = [], place - leaf.start
        for n in reversed(leaf.shape):
            index.append(rest % n)
            rest //= n
        return f"{leaf.path}[{', '.join(map(str, reversed(index)))}]"


_ALONE = Leaf(0, None, 1, None)
_NUMBER = Tree([_ALONE], lambda replace: replace(_ALONE), itemgetter(0))  # the structure of a single number
_MOST, _PLAIN = 64, frozenset({float, Value})


@lru_cache(maxsize=256)
def _known(kind: Any, n: int, inner: bool = False) -> Tree:
    """Return the structure of a list or tuple of numbers, or of one that has a single list of numbers.

    Most functions have such arguments and results. So their structures are kept.

    Args:
        kind: list or tuple.
        n: the count of its numbers.
        inner: True if they are in a list, which is its only entry.
    """
    leaves: list[Leaf] = []
    build = _taken_apart(kind([[0.0] * n] if inner else [0.0] * n), [], leaves, None)
    return Tree(leaves, build, (lambda numbers: kind([list(numbers)])) if inner else kind)


def _is_plain(x: Any) -> bool:
    """Return True for a short list or tuple of floats and Values."""
    return len(x) <= _MOST and _PLAIN.issuperset(map(type, x))


def flatten(tree: Any) -> tuple[list[Any], Tree]:
    """Return the numbers of a structure in order, and the structure without them.

    The parts of a dataclass are its fields with floats, Values and structures of numbers. All other fields, such as
    those with a bool, an int or a string, are kept unchanged.

    Raises:
        TypeError: the structure contains something that is neither a number nor a structure.

    Example:
        >>> numbers, tree = flatten({"w": [1.0, 2.0], "b": 3.0})
        >>> numbers
        [1.0, 2.0, 3.0]
        >>> tree.rebuild([10.0, 20.0, 30.0])
        {'w': [10.0, 20.0], 'b': 30.0}
    """
    if type(tree) is Value or type(tree) is float:
        return [tree], _NUMBER
    kind: Any = type(tree)
    if kind is list or kind is tuple:
        if _is_plain(tree):
            return list(tree), _known(kind, len(tree))
        if len(tree) == 1 and type(tree[0]) is list and _is_plain(tree[0]):
            return list(tree[0]), _known(kind, len(tree[0]), inner=True)
    numbers: list[Any] = []
    leaves: list[Leaf] = []
    build = _taken_apart(tree, numbers, leaves, None)
    return numbers, Tree(leaves, build)


def _taken_apart(
    tree: Any, numbers: list[Any], leaves: list[Leaf], steps: Any
) -> Callable[[Callable[[Leaf], Any]], Any]:
    """Append the numbers and leaves of a structure to two lists, and return a function that rebuilds the structure.

    The function takes another function, which returns the replacement of a leaf.
    """
    kind: Any = type(tree)
    if kind is list or kind is tuple or isinstance(tree, (list, tuple)):
        parts: list[Any] = []
        for i, x in enumerate(tree):
            if type(x) is float or type(x) is Value:  # without a call, because most parts of most structures are such
                part = Leaf(len(numbers), None, 1, (steps, i))
                numbers.append(x)
                leaves.append(part)
                parts.append(part)
            else:
                parts.append(_taken_apart(x, numbers, leaves, (steps, i)))
        if kind is not list and kind is not tuple and hasattr(kind, "_fields"):  # a named tuple
            return lambda replace: kind(*[replace(part) if type(part) is Leaf else part(replace) for part in parts])
        return lambda replace: kind([replace(part) if type(part) is Leaf else part(replace) for part in parts])
    if isinstance(tree, Value) or is_real(tree):
        leaf = Leaf(len(numbers), None, 1, steps)
        numbers.append(tree)
        leaves.append(leaf)
        return lambda replace: replace(leaf)
    if type(tree).__name__ == "ndarray":
        leaf = Leaf(len(numbers), tree.shape, tree.size, steps)
        for x in tree.ravel().tolist():
            if not (isinstance(x, Value) or is_real(x)):
                raise _no_number(x)
            numbers.append(x)
        leaves.append(leaf)
        return lambda replace: replace(leaf)
    if isinstance(tree, dict):
        keys = list(tree)
        parts = [_taken_apart(tree[key], numbers, leaves, (steps, f"[{key!r}]")) for key in keys]
        ordered: Any = collections.OrderedDict if isinstance(tree, collections.OrderedDict) else dict
        return lambda replace: ordered(zip(keys, [part(replace) for part in parts], strict=True))
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = {f.name: getattr(tree, f.name) for f in dataclasses.fields(tree) if f.init}
        named = {
            name: _taken_apart(x, numbers, leaves, (steps, f".{name}")) for name, x in fields.items() if _is_part(x)
        }
        return lambda replace: dataclasses.replace(tree, **{name: part(replace) for name, part in named.items()})
    raise _no_number(tree)


def _is_part(x: Any) -> bool:
    """Return True if a function is differentiated with respect to this field of a dataclass."""
    if isinstance(x, (bool, int)):
        return False
    try:
        flatten(x)
    except TypeError:
        return False
    return True


def _no_number(x: Any) -> TypeError:
    return TypeError(
        f"expected numbers, or lists, tuples, dicts, dataclasses and arrays of them, found {type(x).__name__}: "
        "pass arguments that are not differentiated as keyword arguments, or choose the others with argnums."
    )


def flatten_like(tree: Any, other: Any, name: str) -> list[Any]:
    """Return the numbers of ``other``, which must have the structure of ``tree``, in the order of ``tree``.

    Args:
        tree: the structure that is expected.
        other: the structure that was given.
        name: the name of ``other`` in the error message, such as ``"tangents"``.

    Raises:
        ValueError: ``other`` has another structure than ``tree``.
        TypeError: ``other`` contains something that is not a number.
    """
    if dataclasses.is_dataclass(tree) and type(other) is type(tree):
        return flatten(other)[0]
    if isinstance(tree, dict):
        if isinstance(other, dict) and other.keys() == tree.keys():
            return [x for key in tree for x in flatten_like(tree[key], other[key], name)]
    elif isinstance(tree, (list, tuple)):
        if isinstance(other, (list, tuple)) and len(other) == len(tree):
            return [x for a, b in zip(tree, other, strict=True) for x in flatten_like(a, b, name)]
    elif type(tree).__name__ == "ndarray":
        if getattr(other, "shape", None) == tree.shape:
            return flatten(other)[0]
    elif isinstance(other, Value) or is_real(other):
        return [other]
    flatten(other)  # raises TypeError if other contains something that is not a number
    raise ValueError(
        f"the {name} must have the shape of {tree!r}, found {other!r}: give one number for each of its numbers."
    )


def has_names(tree: Any) -> bool:
    """Return True for a structure whose parts have names: a dict, a dataclass, a named tuple, or a list of them.

    Of a list, only the first and the last entry are checked.

    Example:
        >>> has_names({"w": 1.0}), has_names([[1.0], {"w": 1.0}]), has_names([[1.0], [2.0]])
        (True, True, False)
    """
    if isinstance(tree, (list, tuple)) and not hasattr(tree, "_fields"):
        return len(tree) > 0 and (has_names(tree[0]) or has_names(tree[-1]))
    named = isinstance(tree, (dict, tuple)) or dataclasses.is_dataclass(tree)
    return named and not isinstance(tree, type)


def outline(tree: Any) -> Any:
    """Return a description of a structure without its numbers.

    Structures that differ only in their numbers have equal descriptions.

    Example:
        >>> outline({"w": [1.0, 2.0]}) == outline({"w": [3.0, 4.0]}) != outline({"w": [3.0]})
        True
    """
    if isinstance(tree, Value) or is_real(tree):
        return None
    if isinstance(tree, dict):
        return (dict, *[(key, outline(x)) for key, x in tree.items()])
    if isinstance(tree, (list, tuple)):
        return (type(tree), *[outline(x) for x in tree])
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = {f.name: getattr(tree, f.name) for f in dataclasses.fields(tree)}
        return (type(tree), *[(name, outline(x) if _is_part(x) else repr(x)) for name, x in fields.items()])
    return getattr(tree, "shape", None)


def map_values(tree: Any, function: Callable[[Value], Any]) -> Any:
    """Return a structure with each Value in it replaced by the result of a function. Other objects stay unchanged."""
    if isinstance(tree, Value):
        return function(tree)
    if isinstance(tree, dict):
        kind: Any = collections.OrderedDict if isinstance(tree, collections.OrderedDict) else dict
        return kind((key, map_values(x, function)) for key, x in tree.items())
    if isinstance(tree, (list, tuple)):
        parts = [map_values(x, function) for x in tree]
        return type(tree)(*parts) if hasattr(tree, "_fields") else type(tree)(parts)
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        fields = {f.name: getattr(tree, f.name) for f in dataclasses.fields(tree) if f.init}
        mapped = {name: map_values(x, function) for name, x in fields.items()}
        new = {name: x for name, x in mapped.items() if x is not fields[name]}
        return dataclasses.replace(tree, **new) if new else tree
    if type(tree).__name__ == "ndarray" and tree.dtype == object:
        return array_of([map_values(x, function) for x in tree.ravel().tolist()], tree.shape)
    return tree


def array_of(numbers: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Return an array of the numbers: of floats if they all are plain numbers, else of objects, such as Values."""
    import numpy  # lazy: only needed if an argument is an array

    if all(is_real(x) for x in numbers):
        return numpy.array(numbers, dtype=float).reshape(shape)
    array = numpy.empty(len(numbers), dtype=object)
    array[:] = numbers
    return array.reshape(shape)

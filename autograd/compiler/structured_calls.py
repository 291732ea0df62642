"""Structures of numbers as arguments and results of compiled functions: dicts, dataclasses and named tuples."""

from collections.abc import Callable
from typing import Any

from autograd.engine.algebra import is_real
from autograd.engine.pytrees import Leaf, Tree, flatten
from autograd.engine.value import Value

__all__ = ["changed", "columns_in", "of_numbers", "unpacking"]


def of_numbers(function: Callable[..., Any], tree: Tree) -> Callable[[Any], Any]:
    """Return a function of one list of numbers, which calls another with these numbers in a structure.

    Args:
        function: the function to call.
        tree: the structure of its arguments, a tuple.

    Example:
        >>> numbers, tree = flatten(({"w": 2.0, "x": 3.0},))
        >>> of_numbers(lambda p: p["w"] * p["x"], tree)(numbers)
        6.0
    """

    return _OfNumbers(function, tree)


class _OfNumbers:
    def __init__(self, function, tree):
        self.function, self.tree = function, tree
        self.__name__ = getattr(function, "__name__", "function")

    def __call__(self, numbers):
        return self.function(*self.tree.rebuild(numbers))


def changed(function: Callable[..., Any], change: Callable[[Callable[..., Any]], Any]) -> Callable[..., Any]:
    """Return ``change(function)``. Of a function that :func:`of_numbers` made, the function in it is changed."""
    if not isinstance(function, _OfNumbers):
        return change(function)
    new = change(function.function)
    return function if new is function.function else _OfNumbers(new, function.tree)


def unpacking(function: Callable[..., Any], note: Callable[[Tree], None]) -> Callable[..., Any]:
    """Return a function that returns the numbers of a structure in one list, if another function returns a structure.

    Args:
        function: the function to call. A Value, a plain list or a named tuple of Values is returned as it is.
        note: is called with the structure of a result that was unpacked.
    """

    def call(*arguments):
        result = function(*arguments)
        if _is_plain(result):
            return result
        try:
            numbers, tree = flatten(result)
        except TypeError:
            return result  # the error of a result that cannot be compiled says more
        note(tree)
        return numbers

    return call


def _is_plain(result):
    """Return True for a result without a structure: a number or a list of numbers."""
    if isinstance(result, Value) or is_real(result):
        return True
    parts = (dict, list, tuple)
    return isinstance(result, (list, tuple)) and not any(isinstance(x, parts) or _is_array(x) for x in result)


def _is_array(x):
    return type(x).__name__ == "ndarray"


def columns_in(tree: Tree | None, y: Any) -> Any:
    """Return the results of a batch in the structure that a function returned. Each number of it is a column of ``y``.

    Args:
        tree: the structure, or None if the function returns a number or a list.
        y: an array of shape ``(outputs,)`` or ``(samples, outputs)``.
    """
    if tree is None:
        return y

    def part(leaf: Leaf) -> Any:
        if leaf.shape is None:
            return float(y[leaf.start]) if y.ndim == 1 else y[:, leaf.start]
        return y[..., leaf.start : leaf.start + leaf.size].reshape((*y.shape[:-1], *leaf.shape))

    return tree.replaced(part)

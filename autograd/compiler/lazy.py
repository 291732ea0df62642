"""An attribute that is computed when it is first read."""

from collections.abc import Callable
from typing import Any

__all__ = ["lazy"]


class lazy:
    """A method that becomes an attribute: it is called at the first read, and its result is stored.

    ``functools.cached_property`` holds a lock of the class up to Python 3.11. If a process is forked while another
    thread holds that lock, the child would wait for it forever. Here, two threads may compute the same attribute, and
    the last result is stored.

    >>> class Circle:
    ...     @lazy
    ...     def area(self):
    ...         print("computed")
    ...         return 3.0
    >>> circle = Circle()
    >>> circle.area, circle.area
    computed
    (3.0, 3.0)
    """

    def __init__(self, compute: Callable[[Any], Any]) -> None:
        self._compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        result = instance.__dict__[self._name] = self._compute(instance)
        return result

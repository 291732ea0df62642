# The types of sums.py for its users, because a compiled module has none.
from collections.abc import Iterable
from typing import overload

from autograd.engine.value import Value

__all__ = ["affine", "dot", "total"]

@overload
def dot(weights: Iterable[Value], inputs: Iterable[Value | float], bias: Value | float | None = None) -> Value: ...
@overload
def dot(
    weights: Iterable[Value | float], inputs: Iterable[Value | float], bias: Value | float | None = None
) -> Value | float: ...
@overload
def total(values: Iterable[Value]) -> Value: ...
@overload
def total(values: Iterable[Value | float]) -> Value | float: ...
def affine(row: tuple[Value | float, ...], inputs: tuple[Value | float, ...]) -> Value | float: ...

# The types of array_loops.py for its users, because a compiled module has none.
from collections.abc import Callable
from typing import Any

__all__ = ["replace_loop"]

def replace_loop(ufunc: Any, function: Callable[..., Any], kind: type, table: Any) -> bool: ...

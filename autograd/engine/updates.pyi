# The types of updates.py for its users, because a compiled module has none.
from array import array
from collections.abc import Sequence
from typing import Any

from autograd.engine.value import Value

__all__ = ["RULES", "Update"]

RULES: dict[str, tuple[int, int]]

class Update:
    kind: str
    settings: tuple[Any, ...]
    slots: int
    commits: int
    memory: array[float]
    def __init__(self, kind: str, decay: float, *settings: float) -> None: ...
    def remember(self, memory: Sequence[float]) -> None: ...
    def bound(self, most: float, norm: float) -> None: ...
    def commit(self) -> None: ...
    def step(self, parameters: list[Value], rate: float, counts: dict[str, Any]) -> bool: ...

# The types of tape.py for its users, because a compiled module has none.
from array import array
from collections.abc import Sequence
from typing import Any

from autograd.engine.recordings import Recording
from autograd.engine.updates import Update
from autograd.engine.value import Value

__all__ = ["LANES", "Machine", "Tape", "called", "compiled", "slopes"]

LANES: int
compiled: bool

def called(primitive: Any, floats: list[float]) -> float: ...
def slopes(primitive: Any, y: float, floats: list[float]) -> list[float]: ...

class Tape:
    calls: list[Any]
    maps: list[Any]
    made: Recording | None
    input_places: array[int]
    stops: bool
    cells: int
    computed: int
    instructions: int
    outputs: int
    parameters: int
    products: int
    def __init__(
        self,
        made: Recording,
        input_places: Sequence[int],
        selections: Sequence[tuple[int, int, int, int, int]],
    ) -> None: ...
    def attach(self, functions: dict[Any, tuple[int, int, Any]]) -> None: ...
    def stopped(self, instruction: int) -> list[tuple[Any, int, list[int]]]: ...

class Machine:
    parameters: int
    updates: int
    def __init__(self, parameters: int) -> None: ...
    def read(self, parameters: list[Value]) -> None: ...
    def write(self, parameters: list[Value]) -> None: ...
    def write_gradient(self, parameters: list[Value]) -> None: ...
    def value(self, tape: Tape, row: array[float]) -> float: ...
    def batch(self, samples: Sequence[tuple[Any, ...]]) -> float: ...
    def update(self, update: Update, rate: float) -> bool: ...

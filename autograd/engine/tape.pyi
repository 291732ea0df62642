# The types of tape.py as its users see them; compiled modules carry none.
from array import array
from collections.abc import Sequence
from typing import Any

from autograd.engine.value import Value

__all__ = ["LANES", "Machine", "Recording", "Tape", "Update", "called", "compiled", "recording", "slopes"]

LANES: int
compiled: bool

class Recording:
    codes: array[int]
    offsets: array[int]
    references: array[int]
    constants: array[float]
    root: int | None
    parameters: int
    inputs: int
    def with_result(self, root: int, outputs: Sequence[int]) -> Recording: ...
    def moved(self, other: Recording) -> list[int] | None: ...

def recording(
    nodes: list[Value],
    parameters: list[Value],
    inputs: list[Value],
    root: Value,
    outputs: Sequence[Value] = ...,
) -> Recording: ...
def called(primitive: Any, floats: list[float]) -> float: ...
def slopes(primitive: Any, y: float, floats: list[float]) -> list[float]: ...

class Tape:
    calls: list[Any]
    maps: list[Any]
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

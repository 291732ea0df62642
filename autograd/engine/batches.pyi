from array import array
from collections.abc import Sequence
from typing import Any

from autograd.engine.tape import Machine, Tape
from autograd.engine.updates import Update
from autograd.engine.value import Value

WORTH: int

class Batches:
    numbers: array[float]
    gradient: array[float]
    place: int
    updates: int
    total: float
    hits: int
    pending_total: float
    pending_hits: int
    def __init__(self, tape: Tape, size: int, gemm: Any, threads: int = 1, shared: Sequence[Tape] = ()) -> None: ...
    def read(self, parameters: list[Value]) -> None: ...
    def write(self, parameters: list[Value]) -> None: ...
    def write_gradient(self, parameters: list[Value]) -> None: ...
    def run(
        self,
        rows: Any,
        order: Any,
        labels: Any,
        size: int,
        budget: int,
        rates: Any,
        rate_at: int,
        update: Update | None,
    ) -> int: ...
    def gradient_in(self, machine: Machine, samples: list[Any]) -> float: ...
    def results(self, rows: Any, found: Any) -> None: ...

def own_gemm() -> Any: ...

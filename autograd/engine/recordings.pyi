# The types of recordings.py for its users, because a compiled module has none.
from array import array
from collections.abc import Sequence

from autograd.engine.value import Value

__all__ = ["Recording", "recording", "unpacked"]

class Recording:
    codes: array[int]
    offsets: array[int]
    references: array[int]
    constants: array[float]
    root: int | None
    parameters: int
    inputs: int
    def with_result(self, root: int, outputs: Sequence[int]) -> Recording: ...
    def packed(self) -> tuple: ...
    def moved(self, other: Recording) -> list[int] | None: ...

def recording(
    nodes: list[Value],
    parameters: list[Value],
    inputs: list[Value],
    root: Value,
    outputs: Sequence[Value] = ...,
) -> Recording: ...
def unpacked(packed: tuple) -> Recording: ...

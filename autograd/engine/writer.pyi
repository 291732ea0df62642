# The types of writer.py for its users, because a compiled module has none.
from array import array

from autograd.engine.instructions import Code
from autograd.engine.recordings import Recording

__all__ = ["Writer"]

class Writer:
    instructions: Code
    cell_of: array[int]
    constants: array[float]
    def __init__(self, made: Recording, selections: list[tuple[int, int, int, int, int]]) -> None: ...
    def write(self) -> None: ...
    def cell(self, reference: int) -> int: ...

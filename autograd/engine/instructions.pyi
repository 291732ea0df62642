# The types of instructions.py for its users, because a compiled module has none.
from array import array
from typing import Any

__all__ = ["Code"]

class Code:
    parameters: int
    cells: int
    code: array[int]
    starts: array[int]
    calls: list[Any]
    maps: list[Any]
    def __init__(self, parameters: int, cells: int) -> None: ...
    def new_cell(self) -> int: ...
    def sum(self, dst: int, factors: list[int], plain: list[int]) -> None: ...
    def one(self, code: int, dst: int, cells: list[int], constant_power: bool) -> None: ...
    def append(self, words: list[int]) -> None: ...

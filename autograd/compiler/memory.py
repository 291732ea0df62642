"""The memory of a program: addresses of places, and code that reads and writes the numbers there."""

from dataclasses import dataclass

import numpy as np
from llvmlite import ir

from autograd.compiler.instructions import CONSTANTS, PARAMETERS, region
from autograd.compiler.machine import lane_width
from autograd.compiler.registers import INDEX, Lanes, Register

__all__ = ["SUM_FLAGS", "Memory", "Space", "summed"]

SUM_FLAGS = ("contract", "nsz", "reassoc")  # the sum over a loop may be computed in several parts at once


@dataclass
class Space:
    """The addresses of the regions of slots.

    Attributes:
        pointers: a dict from the first slot of each region to the address of its first number.
        constants: an array of the numbers in the region of constants.
        scalar: the regions that have one number for each slot, shared by all lanes. The others have one for each lane.
        folded: the number of lanes in which the gradients of parameters are kept.
    """

    pointers: dict
    constants: np.ndarray
    scalar: frozenset = frozenset([PARAMETERS, CONSTANTS])
    folded: int = 1


class Memory:
    """The writer of code that reads and writes memory, at the position of ``lanes.builder``.

    A place is ``(slot, terms)``: a slot in the first iteration of all loops, and for each loop with which the place
    moves, the loop's number and the step.

    Args:
        lanes: the :class:`Lanes` in which the code computes.
        space: the :class:`Space`. Its pointers are looked up when they are used.
        nest: the :class:`autograd.compiler.nests.Nest` of the loops around the code.
    """

    def __init__(self, lanes: Lanes, space: Space, nest):
        self._lanes, self._space, self._nest = lanes, space, nest

    def address(self, place, lanes_each):
        """Return the address of the first number of a place, if each slot has ``lanes_each`` numbers."""
        b = self._lanes.builder
        base = region(place[0])
        index = ir.Constant(INDEX, (place[0] - base) * lanes_each)
        for loop, step in place[1]:
            index = b.add(index, b.mul(self._nest.indices[loop], ir.Constant(INDEX, step * lanes_each)))
        return b.gep(self._space.pointers[base], [index])

    def load(self, place) -> Register:
        """Return the number in a place. A constant is written into the code."""
        base = region(place[0])
        lanes, b = self._lanes, self._lanes.builder
        if base == CONSTANTS:
            numbers = self._space.constants[self._nest.slots(place)]
            if len(numbers) == 1 or (numbers.view(np.int64) == numbers[:1].view(np.int64)).all():
                return lanes.constant(numbers[0])
        if lanes.count == 1 or base in self._space.scalar:
            return self._splat(b.load(self.address(place, 1)))
        number = b.load(b.bitcast(self.address(place, lanes.count), lanes.type.as_pointer()))
        number.align = self._alignment(lanes.count)
        return Register(number, lanes)

    def _splat(self, number):
        lanes, b = self._lanes, self._lanes.builder
        if lanes.count == 1:
            return Register(number, lanes)
        undefined = ir.Constant(lanes.type, ir.Undefined)
        vector = b.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), lanes.count), [0] * lanes.count)
        return Register(b.shuffle_vector(vector, undefined, zeros), lanes)

    def _alignment(self, count):
        size = (4 if self._lanes.single else 8) * count
        return min(64, size & -size)

    def store(self, place, number):
        """Write the numbers of all lanes to a place."""
        lanes, b = self._lanes, self._lanes.builder
        address = self.address(place, lanes.count)
        if lanes.count > 1:
            address = b.bitcast(address, lanes.type.as_pointer())
        b.store(number.value, address).align = self._alignment(lanes.count)

    def add_lanes(self, place, part):
        """Add a contribution to a gradient that is kept in several lanes."""
        lanes, b = self._lanes, self._lanes.builder
        folded = self._space.folded
        type_ = lanes.element if folded == 1 else ir.VectorType(lanes.element, folded)
        address = b.bitcast(self.address(place, folded), type_.as_pointer())
        before = b.load(address)
        before.align = self._alignment(folded)
        total = before
        for piece in self._pieces(lanes.lift(part).value, folded):
            total = b.fadd(total, piece, flags=() if lanes.strict else SUM_FLAGS)
        b.store(total, address).align = self._alignment(folded)

    def add_sum(self, place, part, sets):
        """Add the sum over the lanes to a gradient that is one number, or set the gradient to it."""
        lanes, b = self._lanes, self._lanes.builder
        width = min(lanes.count, lane_width())
        first, *rest = self._pieces(lanes.lift(part).value, width)
        for piece in rest:
            first = b.fadd(first, piece, flags=SUM_FLAGS)
        total = summed(b, first) if width > 1 else first
        address = self.address(place, 1)
        b.store(total if sets else b.fadd(b.load(address), total), address)

    def _pieces(self, vector, width):
        """Return a vector of lanes as parts of ``width`` lanes each."""
        count, b = self._lanes.count, self._lanes.builder
        if count == width:
            return [vector]
        undefined = ir.Constant(vector.type, ir.Undefined)
        of = ir.VectorType(ir.IntType(32), width)
        return [b.shuffle_vector(vector, undefined, ir.Constant(of, list(range(k, k + width))))
                for k in range(0, count, width)]  # fmt: skip


def summed(b, vector):
    """Return the sum of a vector's numbers, added in any order."""
    type_ = vector.type
    name = f"llvm.vector.reduce.fadd.v{type_.count}f{64 if type_.element == ir.DoubleType() else 32}"
    if name not in b.module.globals:
        ir.Function(b.module, ir.FunctionType(type_.element, [type_.element, type_]), name=name)
    return b.call(b.module.globals[name], [ir.Constant(type_.element, -0.0), vector], fastmath=SUM_FLAGS)

# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""The parameters that the instructions of a tape read. This file only runs compiled."""

from array import array

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

if cython.compiled:
    from cython.cimports.autograd.engine.kernels import (
        TAPE_CALL,
        TAPE_COLUMNS,
        TAPE_DOT,
        TAPE_GATHER_DOT,
        TAPE_MAP,
        TAPE_MATRIX,
        TAPE_POW,
    )

__all__ = ["Readers"]


@cython.cclass
class Readers:
    """The instructions of a tape that read its parameters.

    Args:
        made: the instructions, an :class:`autograd.engine.instructions.Code`.
        selective: True if the numbers of a sample select operands. A selected operand may be any parameter.
    """

    parameters: cython.int
    selective: cython.bint
    code: object
    starts: object
    calls: list
    maps: list
    counted: cython.longlong

    def __init__(self, made, selective):
        self.parameters, self.selective, self.counted = made.parameters, selective, 0
        self.code, self.starts, self.calls, self.maps = made.code, made.starts, made.calls, made.maps

    def products(self):
        """Return the number of multiplications in products of a parameter matrix and a vector."""
        code, found = self.code, 0
        for at in self.starts:
            if code[at] == TAPE_MATRIX and code[at + 4] < self.parameters:
                found += code[at + 1] * code[at + 2]
        return found

    def alone(self):
        """Return 1 for each instruction that is a product with parameters that no other one reads, else 0.

        The result has one more entry at the end, which is 0.
        """
        n: cython.int = self.parameters
        code: cython.int[:] = array("i", [*self.code, 0])
        starts: cython.int[:] = array("i", [*self.starts, len(self.code)])
        readers_array = array("i", bytes(4 * (n + 1)))
        readers: cython.int[:] = readers_array
        found = bytearray(len(starts))
        marks: cython.uchar[:] = found
        k: cython.Py_ssize_t
        i: cython.Py_ssize_t
        at: cython.int
        r: cython.int
        c: cython.int
        again: cython.int
        if self.selective:  # selections may read any parameter
            return found
        for again in range(2):  # first count the readers of each parameter, then mark the products
            for k in range(len(starts) - 1):
                at = starts[k]
                if code[at] == TAPE_MATRIX and code[at + 4] < n and code[at + 5] >= code[at + 2]:
                    if again:
                        marks[k] = 1
                    for r in range(code[at + 1]):
                        for i in range(code[at + 2]):
                            c = code[at + 4] + r * code[at + 5] + i
                            if again == 0:
                                readers[c] += 1
                            elif readers[c] > 1:
                                marks[k] = 0
                    if again == 0:
                        self._count(readers, code[at + 6], 1, code[at + 2])
                        if code[at + 7] >= 0:
                            self._count(readers, code[at + 7], code[at + 8], code[at + 1])
                elif again == 0:
                    self._count_others(readers, code, at, starts[k + 1])
        return found

    def own(self):
        """Return 1 for each instruction that reads no parameter, else 0."""
        code: cython.int[:] = array("i", [*self.code, 0])
        starts = [*self.starts, len(self.code)]
        found = bytearray(len(starts))
        if self.selective:  # selections may read any parameter
            return found
        readers_array = array("i", bytes(4 * (self.parameters + 1)))
        for k in range(len(self.starts)):
            before = self.counted
            self._count_others(readers_array, code, starts[k], starts[k + 1])
            found[k] = self.counted == before
        return found

    @cython.cfunc
    @cython.exceptval(check=True)
    def _count(self, readers: cython.int[:], c: cython.int, step: cython.int, count: cython.int) -> cython.int:
        """Count an instruction as a reader of the parameters in a run of cells."""
        i: cython.int
        for i in range(count):
            if 0 <= c + i * step < self.parameters:
                readers[c + i * step] += 1
                self.counted += 1
        return 0

    @cython.cfunc
    @cython.exceptval(check=True)
    def _count_others(self, readers: cython.int[:], code: cython.int[:], at: cython.int, end: cython.int) -> cython.int:
        """Count an instruction of any kind as a reader of its parameters."""
        i: cython.int
        op: cython.int = code[at]
        if op == TAPE_CALL:
            for c in self.calls[code[at + 1]][2]:
                self._count(readers, c, 1, 1)
        elif op == TAPE_MAP:
            for i in range(self.maps[code[at + 1]].arity):
                self._count(readers, code[at + 5 + 2 * i], code[at + 6 + 2 * i], code[at + 2])
        elif op == TAPE_DOT:
            self._count(readers, code[at + 2], 1, 1)
            self._count(readers, code[at + 4], code[at + 5], code[at + 3])
            self._count(readers, code[at + 6], code[at + 7], code[at + 3])
        elif op == TAPE_MATRIX:
            for i in range(code[at + 1]):
                self._count(readers, code[at + 4] + i * code[at + 5], 1, code[at + 2])
            self._count(readers, code[at + 6], 1, code[at + 2])
            self._count(readers, code[at + 7], code[at + 8], code[at + 1])
        elif op == TAPE_COLUMNS:
            for i in range(code[at + 2]):
                self._count(readers, code[at + 4] + i * code[at + 5], 1, code[at + 1])
            self._count(readers, code[at + 6], 1, code[at + 2])
            self._count(readers, code[at + 7], code[at + 8], code[at + 1])
        elif op < TAPE_DOT:
            self._count(readers, code[at + 3], code[at + 4], code[at + 1])
            if op <= TAPE_POW:  # operations with two operands
                self._count(readers, code[at + 5], code[at + 6], code[at + 1])
        else:  # cells one by one
            if op == TAPE_GATHER_DOT:
                self._count(readers, code[at + 2], 1, 1)
            for i in range(at + (4 if op == TAPE_GATHER_DOT else 3), end):
                self._count(readers, code[i], 1, 1)
        return 0

# cython: language_level=3, cdivision=True, boundscheck=False, wraparound=False, binding=False, embedsignature=True
# cython: embedsignature.format=clinic
"""Tapes: recorded calls of a function as instructions that C executes.

Making a tape takes milliseconds, while making machine code takes seconds. So if the graph of a program differs from
sample to sample, as for a transformer over names of many lengths, each different graph gets a tape. Consecutive sums of
products become products of a matrix and a vector, and consecutive operations of the same kind become loops.

This file only runs compiled. ``compiled`` is True if it does.
"""

from array import array
from bisect import bisect_left

try:
    import cython
except ImportError:
    from autograd.engine import _uncompiled as cython  # type: ignore[no-redef]  # it stands in for the library

from autograd.engine.algebra import Ieee
from autograd.engine.readers import Readers

if cython.compiled:
    from cython.cimports.autograd.engine.kernels import (
        TAPE_CALL,
        TAPE_LANES,
        tape_backward,
        tape_forward,
        tape_function,
        tape_map,
    )
    from cython.cimports.autograd.engine.updates import Update
    from cython.cimports.autograd.engine.value import Value
    from cython.cimports.autograd.engine.writer import Writer
    from cython.cimports.libc.stdlib import calloc, free
    from cython.cimports.libc.string import memcpy, memset
else:
    from autograd.engine.updates import Update
    from autograd.engine.value import Value
    from autograd.engine.writer import Writer

    tape_map = None  # Python evaluates this type in annotations

__all__ = ["LANES", "Machine", "Tape", "called", "compiled", "slopes"]

compiled: bool = cython.compiled

LANES = int(TAPE_LANES) if cython.compiled else 0  # how many operands a function that C was given computes at once


@cython.cclass
class Tape:
    """A recording as instructions.

    Args:
        made: a :class:`Recording`. References from ``parameters + inputs + nodes`` on stand for selected operands.
        input_places: for each input, the index of its number in the row of a sample.
        selections: a list of (base, stride, place, low, high), one for each selected operand. Its reference is
            ``base + stride * number``. The number, from low to high, is at the index ``place`` of the row.

    Attributes:
        cells, instructions, outputs, parameters: the number of each of these.
        computed: the first cell that is computed.
        products: the number of multiplications in products of a parameter matrix and a vector.
        maps: the functions that C does not know by itself, a list of primitives. :meth:`attach` gives them to C.
        made: the recording; None if operands are selected.
    """

    def __init__(self, made, input_places, selections):
        writer: Writer = Writer(made, selections)
        writer.write()
        self.made = None if selections else made
        self.parameters = made.parameters
        self._inputs = made.inputs
        written = writer.instructions
        self.cells = written.cells
        self.code, self.starts, self.calls, self.maps = written.code, written.starts, written.calls, written.maps
        self._maps = cython.cast(cython.pointer(tape_map), calloc(len(self.maps) + 1, cython.sizeof(tape_map)))
        if self._maps is cython.NULL:
            raise MemoryError(f"no memory for {len(self.maps)} functions")
        self.instructions = len(self.starts)
        readers = Readers(written, bool(selections))
        self.products, self.alone, self.own = readers.products(), readers.alone(), readers.own()
        self.starts.append(len(self.code))
        self.constants = writer.constants
        self._root = writer.cell(made.root)
        self._outputs = array("i", [*[writer.cell(r) for r in made.outputs], 0])
        self.outputs = len(made.outputs)
        self.computed = made.parameters + made.inputs + len(writer.constants)
        self.input_places = array("i", [*input_places, 0])
        self._selections = len(selections)
        self._base = array("i", [*[s[0] for s in selections], 0])
        self._stride = array("i", [*[s[1] for s in selections], 0])
        self._place = array("i", [*[s[2] for s in selections], 0])
        self._cell_of = writer.cell_of
        self._source = array("i", bytes(4 * (len(selections) + 1)))

    def __dealloc__(self):
        free(self._maps)

    def attach(self, functions):
        """Give C the functions for primitives in ``maps``, so that it need not stop at them.

        Args:
            functions: a dict from primitive to a triple: the addresses of two C functions as in ``tape_map`` of tape.h,
                and an object that keeps them alive.
        """
        self._kept = functions
        k: cython.Py_ssize_t
        for k in range(len(self.maps)):
            if self.maps[k] in functions:
                value, slopes_of, _ = functions[self.maps[k]]
                self._maps[k].value = cython.cast(tape_function, cython.cast(cython.size_t, value))
                self._maps[k].slopes = cython.cast(tape_function, cython.cast(cython.size_t, slopes_of))
                self._maps[k].operands = self.maps[k].arity

    @property
    def stops(self):
        """True if there are operations that C leaves to its caller."""
        k: cython.Py_ssize_t
        for k in range(len(self.maps)):
            if self._maps[k].value is cython.NULL:
                return True
        return len(self.calls) > 0

    def stopped(self, instruction: cython.longlong):
        """Return the operations of an instruction that C leaves to its caller.

        Each is a triple: the primitive, the cell of the result, and a list of the cells of the operands.
        """
        at: cython.int = self.starts[instruction]
        code: cython.int[:] = self.code
        if code[at] == TAPE_CALL:
            return [self.calls[code[at + 1]]]
        primitive = self.maps[code[at + 1]]
        return [
            (primitive, code[at + 3] + i * code[at + 4],
             [code[at + 5 + 2 * k] + i * code[at + 6 + 2 * k] for k in range(primitive.arity)])
            for i in range(code[at + 2])
        ]  # fmt: skip

    @cython.cfunc
    @cython.exceptval(check=True)
    def sources(self, row: cython.p_double) -> cython.p_int:
        """Return the cells that the selections read for a sample."""
        base: cython.int[:] = self._base
        stride: cython.int[:] = self._stride
        place: cython.int[:] = self._place
        cell_of: cython.int[:] = self._cell_of
        source: cython.int[:] = self._source
        k: cython.int
        r: cython.longlong
        for k in range(self._selections):
            r = base[k] + cython.cast(cython.longlong, stride[k]) * cython.cast(cython.longlong, row[place[k]])
            if r < 0 or r >= cell_of.shape[0] or cell_of[r] < 0:
                raise IndexError(f"the number {row[place[k]]:g} of a sample is no index of what it looks up.")
            source[k] = cell_of[r]
        return cython.address(source[0])


@cython.cclass
class Machine:
    """The memory of running tapes: the parameters, their gradients, and all other cells.

    Args:
        parameters: the number of parameters.

    Attributes:
        updates: the number of updates so far.
    """

    def __init__(self, parameters):
        self.parameters = parameters
        self._make_room(parameters + 1)

    def __dealloc__(self):
        free(self._x)
        free(self._d)
        free(self._new)

    @cython.cfunc
    @cython.exceptval(0)
    def _make_room(self, cells: cython.longlong) -> cython.int:
        if cells <= self._room:
            return 1
        size: cython.size_t = cython.sizeof(cython.double)
        x: cython.p_double = cython.cast(cython.p_double, calloc(cells, size))
        d: cython.p_double = cython.cast(cython.p_double, calloc(cells, size))
        if self._new is cython.NULL:
            self._new = cython.cast(cython.p_double, calloc(self.parameters + 1, size))
        if x is cython.NULL or d is cython.NULL or self._new is cython.NULL:
            raise MemoryError(f"no memory for a tape of {cells} cells")
        if self._room:
            memcpy(x, self._x, self.parameters * size)
            memcpy(d, self._d, self.parameters * size)
        free(self._x)
        free(self._d)
        self._x, self._d, self._room = x, d, cells
        return 1

    def read(self, parameters: list):
        """Copy the numbers of leaves to the machine."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            self._x[i] = cython.cast(Value, parameters[i])._data

    def write(self, parameters: list):
        """Copy the numbers of the machine to leaves."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            cython.cast(Value, parameters[i])._data = self._x[i]

    def write_gradient(self, parameters: list):
        """Copy the gradient of the machine to the ``grad`` of leaves."""
        i: cython.Py_ssize_t
        for i in range(self.parameters):
            cython.cast(Value, parameters[i])._grad = self._d[i]

    def value(self, tape: Tape, row):
        """Return the result for a sample, given an array of its numbers."""
        numbers: cython.double[:] = row
        return self._run(tape, cython.address(numbers[0]), 0.0, False)

    def batch(self, samples: list):
        """Return the sum of the results of samples, and store the mean of their gradients in the machine.

        Args:
            samples: sequences that begin with the tape and the row of a sample.
        """
        row: cython.double[:]
        k: cython.Py_ssize_t
        total: cython.double = 0.0
        share: cython.double = 1.0 / len(samples)
        memset(self._d, 0, self.parameters * cython.sizeof(cython.double))
        for k in range(len(samples)):
            row = samples[k][1]
            total += self._run(samples[k][0], cython.address(row[0]), share, True)
        return total

    def update(self, update: Update, rate: cython.double):
        """Make an update from the gradient. If a number would not be finite, change no parameter and return False."""
        update.clip(self.parameters, self._d)
        if not update.apply(self.parameters, self._x, self._d, self._new, rate):
            return False
        update.commit()
        self.updates += 1
        memcpy(self._x, self._new, self.parameters * cython.sizeof(cython.double))
        return True

    @cython.cfunc
    @cython.exceptval(check=True)
    def _run(self, tape: Tape, row: cython.p_double, seed: cython.double, differentiate: cython.bint) -> cython.double:
        self._make_room(tape.cells + 1)
        code_view: cython.int[:] = tape.code
        starts_view: cython.int[:] = tape.starts
        constants: cython.double[:] = tape.constants
        places: cython.int[:] = tape.input_places
        source: cython.p_int = tape.sources(row)
        x: cython.p_double = self._x
        d: cython.p_double = self._d
        n: cython.Py_ssize_t = len(tape.constants)
        end: cython.longlong = len(tape.code)
        at: cython.longlong = 0
        k: cython.longlong
        for k in range(tape._inputs):
            x[tape.parameters + k] = row[places[k]]
        if n:
            memcpy(x + tape.parameters + tape._inputs, cython.address(constants[0]), n * cython.sizeof(cython.double))
        if end == 0:
            if differentiate:
                d[tape._root] += seed
            return x[tape._root]
        code: cython.p_int = cython.address(code_view[0])
        while True:
            at = tape_forward(code, at, end, x, source, tape._maps)
            if at == end:
                break
            for primitive, dst, cells in tape.stopped(bisect_left(tape.starts, at)):
                x[dst] = called(primitive, [x[c] for c in cells])
            at += 2 if code[at] == TAPE_CALL else 11
        if not differentiate:
            return x[tape._root]
        value: cython.double = x[tape._root]
        memset(d + tape.parameters, 0, (tape.cells - tape.parameters) * cython.sizeof(cython.double))
        d[tape._root] += seed
        k = tape.instructions - 1
        while k >= 0:
            k = tape_backward(code, cython.address(starts_view[0]), 0, k, x, d, source, tape.parameters, tape.computed,
                              tape._maps)  # fmt: skip
            if k >= 0:
                for primitive, dst, cells in tape.stopped(k):
                    for c, slope in zip(cells, slopes(primitive, x[dst], [x[c] for c in cells]), strict=True):
                        if slope != 0.0:
                            d[c] += d[dst] * slope
                k -= 1
        return value


def called(primitive, floats):
    """Return the value of a primitive that C does not know, for some floats."""
    try:
        return float(primitive.floats(*floats))
    except (ZeroDivisionError, OverflowError, ValueError):
        return float(primitive(*[Ieee(x) for x in floats]))


def slopes(primitive, y, floats):
    """Return the partial derivatives of such a primitive at some floats, given its value ``y``."""
    try:
        return [float(p) for p in primitive.gradient(y, floats)]
    except (ZeroDivisionError, OverflowError, ValueError):
        return [float(p) for p in primitive.gradient(Ieee(y), [Ieee(x) for x in floats])]

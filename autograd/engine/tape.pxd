# The C types of tape.py.

from autograd.engine.kernels cimport tape_map

cdef class Tape:
    cdef readonly int cells, computed, instructions, outputs, parameters
    cdef readonly long long products
    cdef readonly object alone, own, input_places, code, starts, constants, calls, made, maps
    cdef object _source, _base, _stride, _place, _cell_of, _outputs
    cdef int _root, _selections, _inputs
    cdef object _kept
    cdef tape_map* _maps
    cdef int* sources(self, double* row) except *

cdef class Machine:
    cdef readonly int parameters
    cdef readonly long long updates
    cdef double* _x
    cdef double* _d
    cdef double* _new
    cdef long long _room
    cdef int _make_room(self, long long cells) except? 0
    cdef double _run(self, Tape tape, double* row, double seed, bint differentiate) except *

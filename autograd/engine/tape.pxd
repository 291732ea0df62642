# The C types of tape.py.

from autograd.engine.kernels cimport tape_map, tape_rule

cdef class Update:
    cdef readonly str kind
    cdef readonly int slots, commits
    cdef readonly object memory, settings
    cdef object _next
    cdef int _rule
    cdef double _decay, _first, _second, _third, _most, _norm
    cdef bint apply(self, long long n, double* w, double* g, double* new_w, double rate) except *
    cdef tape_rule rule(self) noexcept

cdef class Tape:
    cdef readonly int cells, computed, instructions, outputs, parameters
    cdef readonly long long products
    cdef readonly object alone, own, code, starts, constants, calls, maps
    cdef object _source, _base, _stride, _place, _cell_of, _input_places, _outputs
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

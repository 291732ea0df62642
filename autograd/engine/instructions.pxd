# The C types of instructions.py.

cdef class Code:
    cdef readonly int parameters, cells
    cdef readonly object code, starts
    cdef readonly list calls, maps
    cdef dict made_by
    cdef bint _other_side(self, int one, int other) noexcept

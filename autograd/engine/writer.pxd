# The C types of writer.py.

cdef class Writer:
    cdef object made
    cdef list selections
    cdef int first, nodes, n_constants, select
    cdef readonly object constants, cell_of, instructions
    cdef object constant_cells, references
    cdef int[:] _cells, _constant_cells
    cdef int cell(self, int reference) noexcept
    cdef void _take_in(self, int reference, unsigned char[:] inner, int[:] uses, unsigned char[:] kept, int[:] codes) noexcept

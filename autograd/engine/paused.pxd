# The C types of paused.py, for the files that check whether to record.

cdef int open_blocks

cdef bint is_paused_here()

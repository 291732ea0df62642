# NumPy's loops over arrays of objects: see array_loops.h.

cdef extern from "array_loops.h":
    int array_loops_replace(object table, object ufunc, int operands, object kind, object ours) except -1

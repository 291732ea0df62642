# Where Values lie in memory: see slab.h.

cdef extern from "slab.h":
    void slab_serve(type kind)

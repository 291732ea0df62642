# The one thing in value.py that only C can do: where the nodes of a graph lie in memory.
cdef extern from "slab.h":
    void slab_serve(type kind)

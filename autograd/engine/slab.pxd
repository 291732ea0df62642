# Where Values lie in memory: see slab.h.

cdef extern from "slab.h":
    int slab_serve(type served, type kind) except -1
    int kind_attribute(type changed, str name, object value) except -1
    void refuse_sequences(type refused)
    object instance_dict(object instance)
    void drop_dict(object instance)

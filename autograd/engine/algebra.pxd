# The C types of a primitive's fields, for algebra.py and for the files that read these fields.

cdef class Primitive:
    cdef readonly str name
    cdef readonly object arity
    cdef readonly object forward
    cdef readonly object partials
    cdef readonly object floats
    cdef readonly object limit
    cdef readonly str text
    cdef readonly str latex
    cdef readonly str domain
    cdef readonly str kinks
    cdef readonly object traits
    cdef readonly int code

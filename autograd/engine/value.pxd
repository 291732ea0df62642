# The C types of value.py, and of the files that use the same fields.

from cpython.ref cimport PyObject

cdef class Value:
    cdef double _data
    cdef double _grad
    cdef double _adjoint
    cdef object _a
    cdef object _b
    cdef double _a_data
    cdef double _b_data
    cdef double* _seen
    cdef object _label
    cdef long long _mark
    cdef int _code
    cdef object __weakref__
    cdef PyObject* _own

cdef Value new_leaf(double data)
cdef make_room(Value node, Py_ssize_t n)
cdef remember(Value node, list floats)
cdef note(Value node)

# The C types of updates.py.

from autograd.engine.rules cimport update_rule

cdef class Update:
    cdef readonly str kind
    cdef readonly int slots, commits
    cdef readonly object memory, settings
    cdef object _next
    cdef int _rule
    cdef double _decay, _first, _second, _third, _most, _norm
    cdef bint apply(self, long long n, double* w, double* g, double* new_w, double rate) except *
    cdef update_rule rule(self) noexcept
    cdef int clip(self, long long n, double* g) noexcept

# The C types of batches.py.

from autograd.engine.batch cimport batch, batch_step, pool
from autograd.engine.tape cimport Machine, Tape
from autograd.engine.updates cimport Update

cdef class Batches:
    cdef Tape _tape
    cdef object _gemm, _sources, _next, _alone, _own, _steps_made
    cdef list _shared
    cdef pool _pool
    cdef batch _t
    cdef batch_step _step
    cdef double* _x
    cdef double* _d
    cdef int _size, _threads
    cdef bint _as_they_are
    cdef readonly object numbers, gradient
    cdef public long long place, hits
    cdef public double total
    cdef readonly double pending_total
    cdef readonly long long pending_hits, updates
    cdef int _load(self, double[:, ::1] rows, long long[:] order, long long first, int count) except -1
    cdef int _forward(self) except -1
    cdef int _bring(self, long long k, double* row) except -1
    cdef int _ready(self, double* xp, double* dp, int count) except -1
    cdef double _of_parameters(self) except *
    cdef int _backward(self, double share) except -1
    cdef int _propagate(self, double share) except -1
    cdef double* _cell(self, double* p, double* own, long long sample, int c) noexcept
    cdef long long _answer(self, long long sample) noexcept

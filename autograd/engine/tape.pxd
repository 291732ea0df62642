# The C types and functions of tape.py.

cdef extern from "tape.h":
    enum:
        TAPE_ADD
        TAPE_SUB
        TAPE_MUL
        TAPE_DIV
        TAPE_POW
        TAPE_NEG
        TAPE_COPY
        TAPE_EXP
        TAPE_LOG
        TAPE_TANH
        TAPE_RELU
        TAPE_SIGMOID
        TAPE_SQRT
        TAPE_DOT
        TAPE_GATHER_DOT
        TAPE_SUM
        TAPE_MATRIX
        TAPE_LARGEST
        TAPE_SELECT
        TAPE_CALL
    long long tape_forward(const int* code, long long at, long long end, double* x, const int* source) nogil
    long long tape_backward(
        const int* code, const int* starts, long long first, long long last, const double* x, double* d,
        const int* source
    ) nogil
    bint tape_sgd(long long n, const double* w, const double* g, double* new_w, double rate, double decay) nogil
    bint tape_momentum(
        long long n, const double* w, const double* g, double* new_w, const double* v, double* new_v, double rate,
        double decay, double momentum, bint nesterov
    ) nogil
    bint tape_adam(
        long long n, const double* w, const double* g, double* new_w, const double* memory, double* new_memory,
        double rate, double decay, double beta1, double beta2, double epsilon
    ) nogil

cdef class Update:
    cdef readonly str kind
    cdef readonly int slots, commits
    cdef readonly object memory, settings
    cdef object _next
    cdef double _decay, _first, _second, _third
    cdef bint apply(self, long long n, double* w, double* g, double* new_w, double rate) except *

cdef class Tape:
    cdef readonly int cells, instructions, parameters
    cdef readonly object code, starts, constants, calls
    cdef object _source, _base, _stride, _place, _cell_of, _input_places
    cdef int _root, _selections, _inputs
    cdef int* sources(self, double* row) except *

cdef class Machine:
    cdef readonly int parameters
    cdef readonly long long updates
    cdef double* _x
    cdef double* _d
    cdef double* _new
    cdef long long _room
    cdef int _make_room(self, long long cells) except? 0
    cdef double _run(self, Tape tape, double* row, double seed, bint differentiate) except *

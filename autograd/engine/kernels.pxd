# The C functions of tapes: see tape.h.

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
        TAPE_LOGSUMEXP
        TAPE_TANH
        TAPE_RELU
        TAPE_SIGMOID
        TAPE_SQRT
        TAPE_DETACH
        TAPE_DOT
        TAPE_GATHER_DOT
        TAPE_SUM
        TAPE_MATRIX
        TAPE_COLUMNS
        TAPE_LARGEST
        TAPE_SELECT
        TAPE_MAP
        TAPE_CALL
        TAPE_LANES
        TAPE_OPERANDS
    ctypedef void (*tape_function)(double* room) noexcept nogil
    ctypedef struct tape_map:
        tape_function value
        tape_function slopes
        int operands
    long long tape_forward(const int* code, long long at, long long end, double* x, const int* source, const tape_map* maps) nogil
    long long tape_backward(
        const int* code, const int* starts, long long first, long long last, const double* x, double* d,
        const int* source, int parameters, int computed, const tape_map* maps
    ) nogil

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
        const int* source, int parameters, int computed
    ) nogil
    bint tape_sgd(long long n, const double* w, const double* g, double* new_w, double rate, double decay) nogil
    bint tape_momentum(
        long long n, const double* w, const double* g, double* new_w, const double* v, double* new_v, double rate,
        double decay, double momentum, bint nesterov
    ) nogil
    bint tape_adam(
        long long n, const double* w, const double* g, double* new_w, const double* memory, double* new_memory,
        double rate, double decay, double beta1, double beta2, double epsilon, bint decoupled
    ) nogil
    bint tape_rmsprop(
        long long n, const double* w, const double* g, double* new_w, const double* memory, double* new_memory,
        double rate, double decay, double alpha, double epsilon, double momentum
    ) nogil
    bint tape_adagrad(
        long long n, const double* w, const double* g, double* new_w, const double* squares, double* new_squares,
        double rate, double decay, double epsilon
    ) nogil

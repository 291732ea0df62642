# The C functions of optimizers: see updates.h.

cdef extern from "updates.h":
    enum:
        RULE_SGD
        RULE_MOMENTUM
        RULE_ADAM
        RULE_ADAMW
        RULE_RMSPROP
        RULE_ADAGRAD
    ctypedef struct update_rule:
        int rule
        double decay, first, second, third
        const double* memory
        double* next
        double most, norm
    void update_clip(const update_rule* u, long long n, double* g) nogil
    bint update_numbers(
        const update_rule* u, long long start, long long n, long long all, const double* w, const double* g, double* new_w,
        double rate
    ) nogil

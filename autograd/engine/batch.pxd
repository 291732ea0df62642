# The C functions of batches: see batch.h, gemm.h and pool.h.

from autograd.engine.kernels cimport tape_map
from autograd.engine.rules cimport update_rule

cdef extern from "pool.h":
    ctypedef struct pool:
        int threads
    void pool_open(pool* p, int threads)
    void pool_close(pool* p)

cdef extern from "gemm.h":
    ctypedef void (*gemm_function)(
        char*, char*, int*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*
    )
    gemm_function gemm_of_this_processor()

cdef extern from "batch.h":
    enum:
        BATCH_SHARED
    ctypedef struct batch_step:
        unsigned char* made
    ctypedef struct batch:
        const int* code
        const int* starts
        int instructions, parameters, computed, selections, samples, stride
        double* xp
        double* dp
        double* xs
        double* ds
        const int* sources
        const unsigned char* alone
        const unsigned char* own
        const tape_map* maps
        gemm_function gemm
        pool* threads
        batch_step* step
    void batch_prepare(batch* t, batch_step* step, const update_rule* rule, double* new_w, double rate)
    void batch_clear(const batch* t)
    void batch_empty(const batch* t, long long count)
    void batch_load(const batch* t, const double* rows, long long width, const long long* order, int inputs)
    int batch_forward(const batch* t, int k)
    int batch_backward(const batch* t, int k)
    bint batch_update(const batch* t, const update_rule* rule, double* new_w, double rate)

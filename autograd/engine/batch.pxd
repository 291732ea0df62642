# The C functions of batches: see batch.h.

cdef extern from "batch.h":
    ctypedef void (*batch_gemm)(
        char*, char*, int*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*
    )
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
        batch_gemm gemm
    void batch_clear(const batch* t)
    int batch_forward(const batch* t, int k)
    int batch_backward(const batch* t, int k)

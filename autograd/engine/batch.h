/* A tape for many samples at once. Parameters are shared, every other cell is there once a sample, so that the product of
   parameters and a sample's cells is a product of matrices over the batch, which BLAS computes. Everything else runs
   sample by sample. */

#ifndef DELTAGRAD_BATCH_H
#define DELTAGRAD_BATCH_H

#include "tape.h"

/* Of Fortran's dgemm: numbers are pointers, matrices are column by column. */
typedef void (*batch_gemm)(char *, char *, int *, int *, int *, double *, double *, int *, double *, int *, double *,
                           double *, int *);

enum { BATCH_WORTH = 20000 }; /* multiplications from which on a call of BLAS pays */

typedef struct {
    const int32_t *code, *starts;
    int32_t instructions, parameters, computed; /* the first cell that is computed */
    int32_t selections, samples, stride;        /* from a sample's cells to the next one's */
    double *xp, *dp;                            /* the parameters and their gradients */
    double *xs, *ds;                            /* such that cell c of sample k is at xs + k stride + c */
    const int32_t *sources;                     /* of each sample, what its selections read */
    const unsigned char *alone; /* of each instruction, whether nothing else adds to the gradient of its matrix */
    batch_gemm gemm;            /* NULL: sample by sample */
} batch;

static int batch_is_product(const batch *t, const int32_t *p) {
    return t->gemm != NULL && p[0] == TAPE_MATRIX && p[4] < t->parameters && p[6] >= t->parameters && p[5] >= p[2]
        && (int64_t)p[1] * p[2] * t->samples >= BATCH_WORTH;
}

/* Have a gradient of 0, but for what is written before it is read. */
static void batch_clear(const batch *t) {
    int32_t k, r, from = 0;
    for (k = 0; k < t->instructions; k++) {
        const int32_t *p = t->code + t->starts[k];
        if (!t->alone[k] || !batch_is_product(t, p) || p[4] < from) continue;
        memset(t->dp + from, 0, (p[4] - from) * sizeof(double));
        for (r = 1; r < p[1]; r++) memset(t->dp + p[4] + (int64_t)r * p[5] - (p[5] - p[2]), 0, (p[5] - p[2]) * sizeof(double));
        from = p[4] + (p[1] - 1) * p[5] + p[2];
    }
    memset(t->dp + from, 0, (t->parameters - from) * sizeof(double));
}

/* The end of the run of instructions from `k` on that are made sample by sample. */
static int32_t batch_run(const batch *t, int32_t k) {
    while (k < t->instructions && t->code[t->starts[k]] != TAPE_CALL && !batch_is_product(t, t->code + t->starts[k])) k++;
    return k;
}

static void batch_product(const batch *t, const int32_t *p) {
    int m = p[1], n = p[2], ws = p[5], samples = t->samples, stride = t->stride, k, r;
    double one = 1, beta = p[7] >= 0;
    double *y = t->xs + p[3];
    if (p[7] >= 0)
        for (k = 0; k < samples; k++) {
            const double *from = p[7] < t->parameters ? t->xp + p[7] : t->xs + (int64_t)k * stride + p[7];
            for (r = 0; r < m; r++) y[(int64_t)k * stride + r] = from[(int64_t)r * p[8]];
        }
    t->gemm("T", "N", &m, &samples, &n, &one, t->xp + p[4], &ws, t->xs + p[6], &stride, &beta, y, &stride);
}

static void batch_product_back(const batch *t, int32_t instruction) {
    const int32_t *p = t->code + t->starts[instruction];
    int m = p[1], n = p[2], ws = p[5], samples = t->samples, stride = t->stride, k, r;
    double one = 1, beta = !t->alone[instruction];
    double *g = t->ds + p[3], *x = t->xs + p[6];
    if (p[7] >= 0)
        for (k = 0; k < samples; k++) {
            double *to = p[7] < t->parameters ? t->dp + p[7] : t->ds + (int64_t)k * stride + p[7];
            for (r = 0; r < m; r++) to[(int64_t)r * p[8]] += g[(int64_t)k * stride + r];
        }
    if (p[6] + n > t->computed)
        t->gemm("N", "N", &n, &samples, &m, &one, t->xp + p[4], &ws, g, &stride, &one, t->ds + p[6], &stride);
    t->gemm("N", "T", &n, &m, &samples, &one, x, &stride, g, &stride, &beta, t->dp + p[4], &ws);
}

TAPE_FAST static void batch_compute(const batch *t, int32_t from, int32_t to) {
    int64_t k, end = t->starts[to]; /* behind the last instruction, too, there is a place */
    for (k = 0; k < t->samples; k++)
        tape_compute(t->code, t->starts[from], end, t->xp, t->xs + k * t->stride, t->parameters,
                     t->sources + k * t->selections);
}

TAPE_FAST static void batch_propagate(const batch *t, int32_t from, int32_t to) {
    int64_t k;
    for (k = 0; k < t->samples; k++)
        tape_propagate(t->code, t->starts, from, to, t->xp, t->xs + k * t->stride, t->dp, t->ds + k * t->stride,
                       t->parameters, t->sources + k * t->selections, t->parameters, t->computed);
}

/* Compute from instruction `k` on; returns the number of a CALL that the caller is to compute, or that of all. */
static int32_t batch_forward(const batch *t, int32_t k) {
    while (k < t->instructions && t->code[t->starts[k]] != TAPE_CALL) {
        int32_t end = batch_run(t, k);
        if (end == k) batch_product(t, t->code + t->starts[k++]);
        else batch_compute(t, k, end), k = end;
    }
    return k;
}

/* Propagate adjoints from instruction `k` back; returns the number of a CALL that the caller is to propagate, or -1. */
static int32_t batch_backward(const batch *t, int32_t k) {
    while (k >= 0 && t->code[t->starts[k]] != TAPE_CALL) {
        int32_t last = k;
        if (batch_is_product(t, t->code + t->starts[k])) {
            batch_product_back(t, k--);
            continue;
        }
        while (k > 0 && t->code[t->starts[k - 1]] != TAPE_CALL && !batch_is_product(t, t->code + t->starts[k - 1])) k--;
        batch_propagate(t, k--, last);
    }
    return k;
}

#endif

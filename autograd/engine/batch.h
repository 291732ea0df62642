/* A tape for many samples at once. The samples share the parameters, and each has its own copy of all other cells. So
   the products of parameters and the cells of the samples become matrix products over the batch (gemm.h, or BLAS).
   Everything else runs sample by sample.

   Large work is divided into parts that threads share. The division depends only on the size of the work. No two parts
   write the same number, so the results are the same, bit for bit, for any number of threads. */

#ifndef DELTAGRAD_BATCH_H
#define DELTAGRAD_BATCH_H

#include "gemm.h"
#include "pool.h"
#include "tape.h"
#include "updates.h"

enum {
    /* the smallest work for which each of these is faster: */
    BATCH_WORTH = 20000,        /* a call of BLAS, in multiplications */
    BATCH_SHARED = 2000000,     /* two threads for a product, in multiplications, because each copies one of the matrices */
    BATCH_LONG = 20000,         /* two threads for instructions, in numbers of all samples together */
    BATCH_WIDE = 50000          /* two threads for an update, in parameters */
};

/* A step of SGD that is made while gradients are computed, for the matrices that no other gradient is added to. */
typedef struct {
    double *new_w;
    double rate, decay;
    uint64_t worst;      /* see update_spoilt */
    unsigned char *made; /* for each instruction, 1 if the step of its matrix is made with its gradient */
} batch_step;

typedef struct {
    const int32_t *code, *starts;
    int32_t instructions, parameters, computed; /* the first cell that is computed */
    int32_t selections, samples, stride;        /* stride: the distance from a sample's cells to the next sample's */
    double *xp, *dp;                            /* the parameters and their gradients */
    double *xs, *ds;                            /* cell c of sample k is at xs + k stride + c */
    const int32_t *sources;                     /* for each sample, the cells that its selections read */
    const unsigned char *alone; /* for each instruction, 1 if no other one adds to the gradient of its matrix */
    const unsigned char *own;   /* for each instruction, 1 if it reads no parameter */
    const tape_map *maps;       /* the functions of the tape */
    gemm_function gemm;         /* NULL: sample by sample */
    pool *threads;
    batch_step *step;           /* NULL: the update is made when all gradients are known */
} batch;

/* A product, a run of instructions, or an update that is done in parts. */
typedef struct {
    const batch *t;
    const int32_t *p;
    int32_t from, to, parts;
    double beta;
    const update_rule *rule;
    double *new_w;
    double rate;
    int64_t first, count; /* the parameters of an update */
    int *finite; /* for each part, 1 if its numbers are finite */
    int descends; /* 1 to make a step in place of a gradient */
} batch_task;

/* Return the number of parts for an amount of work, if two parts pay from `least` on. */
static int batch_parts(int64_t work, int64_t least) {
    return work < least ? 1 : work < 32 * least ? 2 : work < 128 * least ? 4 : POOL_MAX;
}

/* Return the index of the first of `n` items of a part. Parts begin at multiples of 8, like cache lines. */
static int64_t batch_begin(int64_t n, int part, int parts) {
    return part >= parts ? n : n * part / parts / 8 * 8;
}

static int batch_is_product(const batch *t, const int32_t *p) {
    return t->gemm != NULL && p[0] == TAPE_MATRIX && p[4] < t->parameters && p[6] >= t->parameters && p[5] >= p[2]
        && (int64_t)p[1] * p[2] * t->samples >= BATCH_WORTH;
}

/* Call `act` for each run of parameters, except for the matrices to whose gradient a single instruction adds. */
static void batch_others(const batch *t, void (*act)(const batch *, void *, int64_t, int64_t), void *what) {
    int32_t k, r;
    int64_t from = 0;
    for (k = 0; k < t->instructions; k++) {
        const int32_t *p = t->code + t->starts[k];
        if (t->step != NULL) t->step->made[k] = 0;
        if (!t->alone[k] || !batch_is_product(t, p) || p[4] < from) continue;
        if (t->step != NULL) t->step->made[k] = 1;
        act(t, what, from, p[4] - from);
        for (r = 1; r < p[1]; r++) act(t, what, p[4] + (int64_t)r * p[5] - (p[5] - p[2]), p[5] - p[2]);
        from = p[4] + (int64_t)(p[1] - 1) * p[5] + p[2];
    }
    act(t, what, from, t->parameters - from);
}

static void batch_zero(const batch *t, void *what, int64_t from, int64_t n) {
    (void)what;
    memset(t->dp + from, 0, n * sizeof(double));
}

/* Set the gradient to 0, except for numbers that are written before they are read. Choose the matrices whose step is made
   with their gradient. */
static void batch_clear(const batch *t) { batch_others(t, batch_zero, NULL); }

/* Rows of numbers that are the inputs of samples, in the same order. */
typedef struct {
    const batch *t;
    const double *rows;
    int64_t width; /* the distance from a row to the next one */
    const int64_t *order;
    int32_t inputs, parts;
} batch_rows;

static void batch_load_part(const void *task, int part) {
    const batch_rows *w = task;
    const batch *t = w->t;
    int64_t k = batch_begin(t->samples, part, w->parts), last = batch_begin(t->samples, part + 1, w->parts);
    for (; k < last; k++)
        memcpy(t->xs + k * t->stride + t->parameters, w->rows + w->order[k] * w->width, w->inputs * sizeof(double));
}

/* Copy the rows of a batch, in the given order, to the inputs. */
static void batch_load(const batch *t, const double *rows, int64_t width, const int64_t *order, int32_t inputs) {
    batch_rows work = {t, rows, width, order, inputs, batch_parts((int64_t)t->samples * inputs, BATCH_LONG)};
    pool_do(t->threads, batch_load_part, &work, work.parts);
}

static void batch_empty_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    int64_t k = batch_begin(t->samples, part, w->parts), last = batch_begin(t->samples, part + 1, w->parts);
    for (; k < last; k++) memset(t->ds + k * t->stride + t->computed, 0, w->count * sizeof(double));
}

/* Set the adjoints of the first `count` cells that are computed to 0, in all samples. */
static void batch_empty(const batch *t, int64_t count) {
    batch_task work = {t};
    work.parts = batch_parts(t->samples * count, BATCH_LONG), work.count = count;
    pool_do(t->threads, batch_empty_part, &work, work.parts);
}

/* Return 1 if the caller has to compute an instruction. */
static int batch_stops(const batch *t, int32_t k) {
    const int32_t *p = t->code + t->starts[k];
    return p[0] == TAPE_CALL || (p[0] == TAPE_MAP && t->maps[p[1]].value == NULL);
}

/* Return the end of the run of instructions from `k` on that run sample by sample. */
static int32_t batch_run(const batch *t, int32_t k) {
    while (k < t->instructions && !batch_stops(t, k) && !batch_is_product(t, t->code + t->starts[k])) k++;
    return k;
}

/* The product of a layer's weights and all samples, divided along its longer side. A bias is there before the product is
   added to it. */
static void batch_product_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    const int32_t *p = w->p;
    int m = p[1], n = p[2], ws = p[5], samples = t->samples, stride = t->stride, k, r;
    int64_t row = 0, sample = 0;
    double one = 1, beta = w->beta;
    if (m >= samples) row = batch_begin(m, part, w->parts), m = (int)(batch_begin(m, part + 1, w->parts) - row);
    else sample = batch_begin(samples, part, w->parts), samples = (int)(batch_begin(samples, part + 1, w->parts) - sample);
    if (p[7] >= 0)
        for (k = 0; k < samples; k++) {
            const double *from = p[7] < t->parameters ? t->xp + p[7] : t->xs + (sample + k) * stride + p[7];
            double *y = t->xs + p[3] + (sample + k) * stride + row;
            if (k > 0 && p[7] < t->parameters) memcpy(y, y - stride, m * sizeof(double)); /* the same numbers */
            else for (r = 0; r < m; r++) y[r] = from[(row + r) * p[8]];
        }
    if (m && samples)
        t->gemm("T", "N", &m, &samples, &n, &one, t->xp + p[4] + row * ws, &ws, t->xs + p[6] + sample * stride, &stride,
                &beta, t->xs + p[3] + sample * stride + row, &stride);
}

static void batch_product(const batch *t, const int32_t *p) {
    batch_task work = {t, p, 0, 0, batch_parts((int64_t)p[1] * p[2] * t->samples, BATCH_SHARED), p[7] >= 0};
    pool_do(t->threads, batch_product_part, &work, work.parts);
}

/* The adjoints of a layer's inputs. */
static void batch_inputs_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    const int32_t *p = w->p;
    int m = p[1], n = p[2], ws = p[5], samples = t->samples, stride = t->stride;
    int64_t column = 0, sample = 0;
    double one = 1;
    if (n >= samples) column = batch_begin(n, part, w->parts), n = (int)(batch_begin(n, part + 1, w->parts) - column);
    else sample = batch_begin(samples, part, w->parts), samples = (int)(batch_begin(samples, part + 1, w->parts) - sample);
    if (n && samples)
        t->gemm("N", "N", &n, &samples, &m, &one, t->xp + p[4] + column, &ws, t->ds + p[3] + sample * stride, &stride, &one,
                t->ds + p[6] + sample * stride + column, &stride);
}

/* The gradient of a layer's weights, a sum over the samples. */
static void batch_weights_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    const int32_t *p = w->p;
    int m = p[1], n = p[2], ws = p[5], samples = t->samples, stride = t->stride;
    int64_t row = 0, column = 0;
    int64_t at;
    double one = 1, beta = w->beta;
    if (n >= m) column = batch_begin(n, part, w->parts), n = (int)(batch_begin(n, part + 1, w->parts) - column);
    else row = batch_begin(m, part, w->parts), m = (int)(batch_begin(m, part + 1, w->parts) - row);
    at = p[4] + row * ws + column;
    if (n && m && w->descends) {
        gemm_step step = {t->xp + at, t->step->new_w + at, t->step->rate, t->step->decay, 0};
        gemm_descend(n, m, samples, t->xs + p[6] + column, stride, t->ds + p[3] + row, stride, ws, &step);
        __atomic_fetch_or(&t->step->worst, step.worst, __ATOMIC_RELAXED);
    } else if (n && m)
        t->gemm("N", "T", &n, &m, &samples, &one, t->xs + p[6] + column, &stride, t->ds + p[3] + row, &stride, &beta,
                t->dp + at, &ws);
}

/* Both at once. Neither writes numbers that the other one reads, so a thread that finishes one can begin the other. */
static void batch_both_part(const void *task, int part) {
    int parts = ((const batch_task *)task)->parts;
    if (part < parts) batch_inputs_part(task, part);
    else batch_weights_part(task, part - parts);
}

/* Add the adjoints of some rows of a layer's sums to the gradient of their biases, in the order of the samples. */
TAPE_FAST static void batch_biases_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    const int32_t *p = w->p;
    int64_t r = batch_begin(p[1], part, w->parts), last = batch_begin(p[1], part + 1, w->parts);
    int64_t k, samples = t->samples, stride = t->stride;
    const double *g = t->ds + p[3];
    int i;
    for (; r < last; r += 8) { /* 8 numbers fill a cache line */
        int here = last - r < 8 ? (int)(last - r) : 8;
        double sum[8], *to = t->dp + p[7] + r * p[8];
        for (i = 0; i < 8; i++) sum[i] = i < here ? to[(int64_t)i * p[8]] : 0;
        if (here == 8)
            for (k = 0; k < samples; k++)
                for (i = 0; i < 8; i++) sum[i] += g[k * stride + r + i];
        else
            for (k = 0; k < samples; k++)
                for (i = 0; i < here; i++) sum[i] += g[k * stride + r + i];
        for (i = 0; i < here; i++) to[(int64_t)i * p[8]] = sum[i];
    }
}

/* Add the adjoints of a layer's sums to those of its biases. */
TAPE_FAST static void batch_biases(const batch *t, const int32_t *p) {
    int m = p[1], r;
    int64_t k;
    if (p[7] < 0) return;
    if (p[7] < t->parameters && p[8] != 0) {
        batch_task work = {t, p, 0, 0, batch_parts((int64_t)m * t->samples, BATCH_LONG)};
        pool_do(t->threads, batch_biases_part, &work, work.parts);
        return;
    }
    for (k = 0; k < t->samples; k++) { /* each sample has its own biases, or all rows have the same one */
        const double *g = t->ds + k * t->stride + p[3];
        double *to = p[7] < t->parameters ? t->dp + p[7] : t->ds + k * t->stride + p[7];
        for (r = 0; r < m; r++) to[(int64_t)r * p[8]] += g[r];
    }
}

static void batch_product_back(const batch *t, int32_t instruction) {
    const int32_t *p = t->code + t->starts[instruction];
    batch_task work = {t, p, 0, 0, batch_parts((int64_t)p[1] * p[2] * t->samples, BATCH_SHARED), !t->alone[instruction]};
    work.descends = t->step != NULL && t->step->made[instruction];
    batch_biases(t, p);
    if (p[6] + p[2] <= t->computed) pool_do(t->threads, batch_weights_part, &work, work.parts);
    else pool_do(t->threads, batch_both_part, &work, 2 * work.parts);
}

TAPE_FAST static void batch_compute_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    int64_t k = batch_begin(t->samples, part, w->parts), last = batch_begin(t->samples, part + 1, w->parts);
    int64_t end = t->starts[w->to]; /* starts has one more entry, behind the last instruction */
    for (; k < last; k++)
        tape_compute(t->code, t->starts[w->from], end, t->xp, t->xs + k * t->stride, t->parameters,
                     t->sources + k * t->selections, t->maps);
}

TAPE_FAST static void batch_propagate_part(const void *task, int part) {
    const batch_task *w = task;
    const batch *t = w->t;
    int64_t k = batch_begin(t->samples, part, w->parts), last = batch_begin(t->samples, part + 1, w->parts);
    for (; k < last; k++)
        tape_propagate(t->code, t->starts, w->from, w->to, t->xp, t->xs + k * t->stride, t->dp, t->ds + k * t->stride,
                       t->parameters, t->sources + k * t->selections, t->parameters, t->computed, t->maps);
}

/* Return the approximate number of numbers that some instructions compute for a sample. */
static int64_t batch_length(const batch *t, int32_t from, int32_t to) {
    int64_t n = t->starts[to] - t->starts[from];
    for (; from < to; from++) {
        const int32_t *p = t->code + t->starts[from];
        if (p[0] < TAPE_DOT) n += p[1];
        else if (p[0] == TAPE_MAP) n += 16 * (int64_t)p[2];
        else if (p[0] == TAPE_DOT) n += p[3];
        else if (p[0] == TAPE_MATRIX) n += (int64_t)p[1] * p[2];
    }
    return n;
}

static void batch_compute(const batch *t, int32_t from, int32_t to) {
    batch_task work = {t, NULL, from, to, batch_parts(batch_length(t, from, to) * t->samples, BATCH_LONG)};
    pool_do(t->threads, batch_compute_part, &work, work.parts);
}

/* The adjoint of a number that all samples share is a sum over the samples, in order. So one thread computes it. */
static void batch_propagate(const batch *t, int32_t from, int32_t to) {
    batch_task work = {t, NULL, from, to, batch_parts(batch_length(t, from, to + 1) * t->samples, BATCH_LONG)};
    int32_t k;
    for (k = from; k <= to; k++)
        if (!t->own[k]) work.parts = 1;
    pool_do(t->threads, batch_propagate_part, &work, work.parts);
}

static void batch_update_part(const void *task, int part) {
    const batch_task *w = task;
    int64_t first = batch_begin(w->count, part, w->parts), count = batch_begin(w->count, part + 1, w->parts) - first;
    w->finite[part] =
        update_numbers(w->rule, w->first + first, count, w->t->parameters, w->t->xp, w->t->dp, w->new_w, w->rate);
}

/* Compute an update of `count` parameters, and add to the task's mark whether all its numbers are finite. */
static void batch_update_some(const batch *t, void *task, int64_t first, int64_t count) {
    batch_task *w = task;
    int finite[POOL_MAX], part;
    batch_task work = *w;
    if (count == 0) return;
    work.first = first, work.count = count, work.parts = batch_parts(count, BATCH_WIDE), work.finite = finite;
    pool_do(t->threads, batch_update_part, &work, work.parts);
    for (part = 0; part < work.parts; part++) *w->finite &= finite[part];
}

/* Prepare to make steps of SGD with the gradients, if that is possible. It is not with clipping, which needs all gradients
   first. */
static void batch_prepare(batch *t, batch_step *step, const update_rule *rule, double *new_w, double rate) {
    t->step = NULL;
    if (rule->rule != RULE_SGD || rule->most > 0 || rule->norm > 0 || !gemm_descends(t->gemm, t->samples)) return;
    step->new_w = new_w, step->rate = rate, step->decay = rule->decay, step->worst = 0;
    t->step = step;
}

/* Compute an update of the parameters, except for the steps that were already made. Return 1 if all its numbers are
   finite. */
static int batch_update(const batch *t, const update_rule *rule, double *new_w, double rate) {
    int finite = 1;
    batch_task work = {t, NULL, 0, 0, 1, 0, rule, new_w, rate, 0, 0, &finite, 0};
    if (t->step == NULL) batch_update_some(t, &work, 0, t->parameters);
    else batch_others(t, batch_update_some, &work), finite &= (t->step->worst >> 63) == 0;
    return finite;
}

/* Compute from instruction `k` on. Return the number of the next instruction that the caller has to compute, or the
   number of all instructions at the end. */
static int32_t batch_forward(const batch *t, int32_t k) {
    while (k < t->instructions && !batch_stops(t, k)) {
        int32_t end = batch_run(t, k);
        if (end == k) batch_product(t, t->code + t->starts[k++]);
        else batch_compute(t, k, end), k = end;
    }
    return k;
}

/* Propagate adjoints from instruction `k` back. Return the number of the next instruction that the caller has to
   propagate, or -1 at the end. */
static int32_t batch_backward(const batch *t, int32_t k) {
    while (k >= 0 && !batch_stops(t, k)) {
        int32_t last = k;
        if (batch_is_product(t, t->code + t->starts[k])) {
            batch_product_back(t, k--);
            continue;
        }
        while (k > 0 && !batch_stops(t, k - 1) && !batch_is_product(t, t->code + t->starts[k - 1])) k--;
        batch_propagate(t, k--, last);
    }
    return k;
}

#endif

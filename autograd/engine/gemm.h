/* Products of matrices, C = A B or C += A B, for processors with AVX-512.

   BLAS is written for matrices that are much larger than the layers of ordinary networks, and prepares more than these
   need. ``python -m benchmarks.large`` compares trainings with those of PyTorch, which has a BLAS of its own.

   The method is that of Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", ACM Transactions on
   Mathematical Software 34 (2008), https://doi.org/10.1145/1356052.1356053. Blocks of A that stay in the cache of the
   second level, and panels of B that stay in that of the first level, are copied in the order in which they are read. The
   kernel keeps 24 x 8 numbers of C in registers. Each number of C is a sum over k in one order, wherever it lies in a
   block. So the results do not depend on how a product is divided among threads. */

#ifndef DELTAGRAD_GEMM_H
#define DELTAGRAD_GEMM_H

#include <stdint.h>
#include <stdlib.h>

/* The signature of Fortran's dgemm, with one difference: alpha is not read, because it is always 1. beta is 0 or 1. */
typedef void (*gemm_function)(char *, char *, int *, int *, int *, double *, double *, int *, double *, int *, double *,
                              double *, int *);

/* A step of stochastic gradient descent with a gradient that is a product, so that the gradient itself is never stored:
   new_w = w - rate (gradient + decay w). Both matrices lie in memory as the product would. */
typedef struct {
    const double *w;
    double *new_w;
    double rate, decay;
    uint64_t worst; /* its highest bit becomes 1 if a gradient or a new number is not finite: see update_spoilt */
} gemm_step;

#if defined(__GNUC__) && defined(__x86_64__) && !defined(_WIN32)
#include <immintrin.h>

#define GEMM_TARGET __attribute__((target("avx512f")))
#define GEMM_INSIDE static inline __attribute__((always_inline, target("avx512f")))

enum {
    GEMM_WIDE = 8,     /* numbers in a vector, and columns of C in the registers */
    GEMM_TALL = 24,    /* rows of C in the registers */
    GEMM_DEPTH = 400,  /* at most so many products are added to a sum before it is stored: 25 KB of B */
    GEMM_ROWS = 168,   /* at most so many rows of A are copied at once: 525 KB */
    GEMM_COLUMNS = 512, /* at most so many columns of B are copied at once: 1.6 MB */
    GEMM_KEPT = 16     /* buffers that are kept for the next call */
};

/* Transpose 8 x 8 numbers. */
GEMM_INSIDE void gemm_transpose(__m512d *r) {
    __m512d t[8], u[8];
    int i;
#pragma GCC unroll 4
    for (i = 0; i < 4; i++) {
        t[2 * i] = _mm512_unpacklo_pd(r[2 * i], r[2 * i + 1]);
        t[2 * i + 1] = _mm512_unpackhi_pd(r[2 * i], r[2 * i + 1]);
    }
#pragma GCC unroll 2
    for (i = 0; i < 2; i++) {
        u[i] = _mm512_shuffle_f64x2(t[i], t[i + 2], 0x88);
        u[i + 2] = _mm512_shuffle_f64x2(t[i], t[i + 2], 0xdd);
        u[i + 4] = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0x88);
        u[i + 6] = _mm512_shuffle_f64x2(t[i + 4], t[i + 6], 0xdd);
    }
#pragma GCC unroll 4
    for (i = 0; i < 4; i++) {
        r[i] = _mm512_shuffle_f64x2(u[i], u[i + 4], 0x88);
        r[i + 4] = _mm512_shuffle_f64x2(u[i], u[i + 4], 0xdd);
    }
}

/* Copy a block of a matrix to panels of `tall` rows: first all columns of the first `tall` rows, and so on. The last panel
   is as narrow as it can be, a multiple of 8. Missing rows become 0. Rows are contiguous if `across`, else columns are. */
GEMM_TARGET static void gemm_copy(int across, int rows, int depth, const double *from, int64_t leading, double *to, int tall) {
    int k, i, row;
    for (row = 0; row < rows; row += 8) {
        int first = row / tall * tall, height = rows - first < tall ? (rows - first + 7) / 8 * 8 : tall;
        int here = rows - row < 8 ? rows - row : 8;
        double *panel = to + (int64_t)first * depth + (row - first);
        const double *own = from + row * leading;
        if (!across) break;
        for (k = 0; k < depth; k += 8) {
            int left = depth - k < 8 ? depth - k : 8;
            __mmask8 mask = (__mmask8)((1 << left) - 1);
            __m512d r[8];
            if (here == 8) {
#pragma GCC unroll 8
                for (i = 0; i < 8; i++) r[i] = _mm512_maskz_loadu_pd(mask, own + i * leading + k);
            } else {
                for (i = 0; i < 8; i++) r[i] = i < here ? _mm512_maskz_loadu_pd(mask, own + i * leading + k) : _mm512_setzero_pd();
            }
            gemm_transpose(r);
            if (left == 8) {
#pragma GCC unroll 8
                for (i = 0; i < 8; i++) _mm512_store_pd(panel + (int64_t)(k + i) * height, r[i]);
            } else {
                for (i = 0; i < left; i++) _mm512_store_pd(panel + (int64_t)(k + i) * height, r[i]);
            }
        }
    }
    if (across) return;
    /* column by column, because it is contiguous */
    for (k = 0; k < depth; k++) {
        const double *own = from + k * leading;
        for (row = 0; row < rows; row += tall) {
            int height = rows - row < tall ? (rows - row + 7) / 8 * 8 : tall;
            double *panel = to + (int64_t)row * depth + (int64_t)k * height;
            for (i = 0; i < height; i += 8) {
                int left = rows - row - i;
                __mmask8 mask = (__mmask8)(left < 8 ? (1 << left) - 1 : 0xff);
                _mm512_store_pd(panel + i, _mm512_maskz_loadu_pd(mask, own + row + i));
            }
        }
    }
}

/* See update_spoilt in updates.h. */
GEMM_INSIDE __m512i gemm_spoilt(__m512d x) {
    __m512i exponent = _mm512_and_epi64(_mm512_castpd_si512(x), _mm512_set1_epi64(0x7ff0000000000000));
    return _mm512_add_epi64(exponent, _mm512_set1_epi64(0x0010000000000000));
}

/* Make the step of a block, given its gradient. `at` is the place of the block in both matrices. The operations are those
   of update_sgd, so that the bits are the same. */
GEMM_INSIDE void gemm_make(int vectors, __m512d sum[3][8], int64_t at, int64_t leading, int columns, __mmask8 last, gemm_step *step) {
    __m512d rate = _mm512_set1_pd(step->rate), decay = _mm512_set1_pd(step->decay);
    __m512i worst = _mm512_setzero_si512();
    int i, j, decays = step->decay != 0;
#pragma GCC unroll 8
    for (j = 0; j < 8; j++) {
        if (j >= columns) break;
#pragma GCC unroll 3
        for (i = 0; i < vectors; i++) {
            int64_t place = at + j * leading + 8 * i;
            __mmask8 mask = i == vectors - 1 ? last : 0xff;
            __m512d w = _mm512_maskz_loadu_pd(mask, step->w + place), g = _mm512_maskz_mov_pd(mask, sum[i][j]);
            __m512d x = _mm512_sub_pd(w, _mm512_mul_pd(rate, decays ? _mm512_add_pd(g, _mm512_mul_pd(decay, w)) : g));
            _mm512_mask_storeu_pd(step->new_w + place, mask, x);
            worst = _mm512_or_epi64(worst, _mm512_or_epi64(gemm_spoilt(g), gemm_spoilt(x)));
        }
    }
    step->worst |= (uint64_t)_mm512_reduce_or_epi64(worst);
}

/* Write a block of numbers to C, or add them to those of C. */
GEMM_INSIDE void gemm_write(int vectors, __m512d sum[3][8], double *c, int64_t leading, int columns, __mmask8 last, int add) {
    int i, j;
#pragma GCC unroll 8
    for (j = 0; j < 8; j++) {
        if (j >= columns) break;
#pragma GCC unroll 3
        for (i = 0; i < vectors; i++) {
            double *to = c + j * leading + 8 * i;
            __mmask8 mask = i == vectors - 1 ? last : 0xff;
            __m512d found = add ? _mm512_add_pd(_mm512_maskz_loadu_pd(mask, to), sum[i][j]) : sum[i][j];
            _mm512_mask_storeu_pd(to, mask, found);
        }
    }
}

/* The same for the transpose of C. */
GEMM_INSIDE void gemm_write_turned(int vectors, __m512d sum[3][8], double *c, int64_t leading, int columns, __mmask8 last, int add) {
    __mmask8 mask = (__mmask8)((1 << columns) - 1);
    int i, j;
#pragma GCC unroll 3
    for (i = 0; i < vectors; i++) {
        gemm_transpose(sum[i]);
#pragma GCC unroll 8
        for (j = 0; j < 8; j++) {
            double *to = c + (8 * i + j) * leading;
            if (i == vectors - 1 && !(last >> j & 1)) break;
            _mm512_mask_storeu_pd(to, mask, add ? _mm512_add_pd(_mm512_maskz_loadu_pd(mask, to), sum[i][j]) : sum[i][j]);
        }
    }
}

/* A block of C, or of its transpose if `turned`, to which a product is added if `add`, and written otherwise. With a step,
   C is not touched, and the step is made. `at` is the place of the block in C. */
typedef struct {
    double *c;
    int64_t at, leading;
    int columns, add, turned;
    __mmask8 last; /* the rows of the last vector */
    gemm_step *step;
} gemm_place;

/* Compute the product of a panel of A, of `vectors` times 8 rows, and 8 columns of B. The numbers of a row of B are
   `beside` apart, and those of a column `below`. */
GEMM_INSIDE void gemm_block(int vectors, int depth, const double *a, const double *b, int64_t beside, int64_t below,
                            const gemm_place *to) {
    __m512d sum[3][8];
    int k, i, j;
    if (to->step != NULL)
        for (j = 0; j < to->columns; j++)
            for (i = 0; i < vectors; i++) {
                __builtin_prefetch(to->step->w + to->at + j * to->leading + 8 * i, 0);
                __builtin_prefetch(to->step->new_w + to->at + j * to->leading + 8 * i, 1);
            }
#pragma GCC unroll 8
    for (j = 0; j < 8; j++)
#pragma GCC unroll 3
        for (i = 0; i < vectors; i++) sum[i][j] = _mm512_setzero_pd();
    for (k = 0; k < depth; k++) {
        __m512d row[3];
#pragma GCC unroll 3
        for (i = 0; i < vectors; i++) row[i] = _mm512_load_pd(a + 8 * i);
#pragma GCC unroll 8
        for (j = 0; j < 8; j++) {
            __m512d factor = _mm512_set1_pd(b[j * beside]);
#pragma GCC unroll 3
            for (i = 0; i < vectors; i++) sum[i][j] = _mm512_fmadd_pd(row[i], factor, sum[i][j]);
        }
        a += 8 * vectors, b += below;
    }
    if (to->step != NULL) gemm_make(vectors, sum, to->at, to->leading, to->columns, to->last, to->step);
    else if (to->turned) gemm_write_turned(vectors, sum, to->c + to->at, to->leading, to->columns, to->last, to->add);
    else gemm_write(vectors, sum, to->c + to->at, to->leading, to->columns, to->last, to->add);
}

/* With a copy of B, and with B where it is. */
#define GEMM_BLOCKS(vectors)                                                                                             \
    GEMM_TARGET static void gemm_block_##vectors(int depth, const double *a, const double *b, const gemm_place *to) {    \
        gemm_block(vectors, depth, a, b, 1, 8, to);                                                                      \
    }                                                                                                                    \
    GEMM_TARGET static void gemm_block_there_##vectors(int depth, const double *a, const double *b, int64_t ldb,         \
                                                       const gemm_place *to) {                                           \
        gemm_block(vectors, depth, a, b, ldb, 1, to);                                                                    \
    }
GEMM_BLOCKS(1)
GEMM_BLOCKS(2)
GEMM_BLOCKS(3)

/* Memory for the copies. New memory for each call would cost more time than the copies. */
static double *gemm_kept[GEMM_KEPT];

static double *gemm_take(void) {
    void *fresh = NULL;
    int i;
    for (i = 0; i < GEMM_KEPT; i++) {
        double *found = __atomic_exchange_n(&gemm_kept[i], NULL, __ATOMIC_ACQ_REL);
        if (found != NULL) return found;
    }
    return posix_memalign(&fresh, 4096, sizeof(double) * GEMM_DEPTH * (GEMM_ROWS + GEMM_COLUMNS)) == 0 ? fresh : NULL;
}

static void gemm_give(double *buffer) {
    int i;
    for (i = 0; i < GEMM_KEPT; i++) {
        double *none = NULL;
        if (__atomic_compare_exchange_n(&gemm_kept[i], &none, buffer, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) return;
    }
    free(buffer);
}

/* The same product if there is no memory for the copies. The results are the same, bit for bit. */
GEMM_TARGET static void gemm_slowly(int across, int along, int m, int n, int depth, const double *a, int64_t lda, const double *b,
                                    int64_t ldb, int add, int turned, double *c, int64_t ldc, gemm_step *step) {
    int i, j, k;
    for (j = 0; j < n; j++)
        for (i = 0; i < m; i++) {
            double sum = 0, *to;
            for (k = 0; k < depth; k++)
                sum = __builtin_fma(a[across ? i * lda + k : k * lda + i], b[along ? k * ldb + j : j * ldb + k], sum);
            if (step != NULL) {
                __m512d block[3][8];
                block[0][0] = _mm512_set1_pd(sum);
                gemm_make(1, block, j * ldc + i, ldc, 1, 1, step);
            } else {
                to = turned ? c + i * ldc + j : c + j * ldc + i;
                *to = add ? *to + sum : sum;
            }
        }
}

/* Compute the products of a block of A that was copied and of columns of B, which lie in a copy or, if `there`, where
   they were. */
GEMM_TARGET static void gemm_blocks(int rows, int columns, int depth, const double *of_a, const double *b, int there, int64_t ldb,
                                    gemm_place to) {
    int64_t first = to.at;
    int i, j;
    for (j = 0; j < columns; j += 8) {
        to.columns = columns - j < 8 ? columns - j : 8;
        for (i = 0; i < rows; i += GEMM_TALL) {
            int left = rows - i < GEMM_TALL ? rows - i : GEMM_TALL, vectors = (left + 7) / 8;
            const double *a = of_a + (int64_t)i * depth;
            to.last = (__mmask8)((1 << (left - 8 * (vectors - 1))) - 1);
            to.at = first + (to.turned ? i * to.leading + j : j * to.leading + i);
            if (there) {
                const double *own = b + j * ldb;
                if (vectors == 3) gemm_block_there_3(depth, a, own, ldb, &to);
                else if (vectors == 2) gemm_block_there_2(depth, a, own, ldb, &to);
                else gemm_block_there_1(depth, a, own, ldb, &to);
            } else {
                const double *own = b + (int64_t)j * depth;
                if (vectors == 3) gemm_block_3(depth, a, own, &to);
                else if (vectors == 2) gemm_block_2(depth, a, own, &to);
                else gemm_block_1(depth, a, own, &to);
            }
        }
    }
}

/* Compute C = A B, or C += A B if `add`, or its transpose if `turned`; or make a step with A B as its gradient, of a depth
   of at most GEMM_DEPTH. */
static void gemm_compute(int across, int along, int m, int n, int depth, const double *a, int64_t lda, const double *b, int64_t ldb,
                         int add, int turned, double *c, int64_t ldc, gemm_step *then) {
    int p, q, r;
    int pieces = (depth + GEMM_DEPTH - 1) / GEMM_DEPTH, step = pieces ? (depth + pieces - 1) / pieces : 0;
    double *buffer, *of_b, *of_a;
    if (across && !along && !turned && then == NULL && n < m) {
        gemm_compute(1, 0, n, m, depth, b, ldb, a, lda, add, 1, c, ldc, NULL);
        return;
    }
    buffer = gemm_take(), of_b = buffer, of_a = buffer == NULL ? NULL : buffer + (int64_t)GEMM_DEPTH * GEMM_COLUMNS;
    for (p = 0; p < depth; p += step, add = 1) {
        int d = depth - p < step ? depth - p : step;
        const double *ap = across ? a + p : a + p * lda, *bp = along ? b + p * ldb : b + p;
        if (buffer == NULL) {
            gemm_slowly(across, along, m, n, d, ap, lda, bp, ldb, add, turned, c, ldc, then);
            continue;
        }
        for (q = 0; q < n; q += GEMM_COLUMNS) {
            int columns = n - q < GEMM_COLUMNS ? n - q : GEMM_COLUMNS, there = along ? 0 : columns / 8 * 8;
            const double *bq = along ? bp + q : bp + q * ldb;
            /* A group of fewer than 8 columns is copied, because there is nothing behind it. */
            gemm_copy(!along, columns - there, d, bq + there * ldb, ldb, of_b, 8);
            for (r = 0; r < m; r += GEMM_ROWS) {
                int rows = m - r < GEMM_ROWS ? m - r : GEMM_ROWS;
                gemm_place to = {c, turned ? r * ldc + q : q * ldc + r, ldc, 0, add, turned, 0, then};
                gemm_copy(across, rows, d, across ? ap + r * lda : ap + r, lda, of_a, GEMM_TALL);
                if (there) gemm_blocks(rows, there, d, of_a, bq, 1, ldb, to);
                to.at += turned ? there : there * ldc;
                if (there < columns) gemm_blocks(rows, columns - there, d, of_a, of_b, 0, 0, to);
            }
        }
    }
    if (buffer != NULL) gemm_give(buffer);
}

/* dgemm, where alpha is 1, and beta 0 or 1. */
static void gemm_avx512(char *ta, char *tb, int *m, int *n, int *k, double *alpha, double *a, int *lda, double *b, int *ldb,
                        double *beta, double *c, int *ldc) {
    (void)alpha;
    gemm_compute(*ta == 'T', *tb == 'T', *m, *n, *k, a, *lda, b, *ldb, *beta != 0, 0, c, *ldc, NULL);
}

/* Make a step with the gradient A B^T, where A and B lie column by column. */
static void gemm_descend(int m, int n, int depth, const double *a, int64_t lda, const double *b, int64_t ldb, int64_t ldc,
                         gemm_step *step) {
    gemm_compute(0, 1, m, n, depth, a, lda, b, ldb, 0, 0, NULL, ldc, step);
}

/* Return 1 if steps can be made with the products of this function and of this depth. */
static int gemm_descends(gemm_function f, int depth) { return f == gemm_avx512 && depth > 0 && depth <= GEMM_DEPTH; }

/* Return the product of matrices for this processor, or NULL if it has no AVX-512. */
static gemm_function gemm_of_this_processor(void) { return __builtin_cpu_supports("avx512f") ? gemm_avx512 : NULL; }

#else
static gemm_function gemm_of_this_processor(void) { return NULL; }
static int gemm_descends(gemm_function f, int depth) { return (void)f, (void)depth, 0; }
static void gemm_descend(int m, int n, int depth, const double *a, int64_t lda, const double *b, int64_t ldb, int64_t ldc,
                         gemm_step *step) {
    (void)m, (void)n, (void)depth, (void)a, (void)lda, (void)b, (void)ldb, (void)ldc, (void)step;
}
#endif

#endif

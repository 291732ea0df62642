/* Tools for fast loops over long rows of numbers: functions with a version for each kind of processor, and a dot
   product. */

#ifndef DELTAGRAD_FAST_H
#define DELTAGRAD_FAST_H

#include <stdint.h>
#include <stddef.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define TAPE_FAST __attribute__((target_clones("avx2", "default")))
#else
#define TAPE_FAST
#endif
#if defined(__GNUC__)
#define TAPE_INSIDE __attribute__((always_inline))
#else
#define TAPE_INSIDE
#endif

/* Four numbers that processors add and multiply at once, anywhere in memory. */
#if defined(__GNUC__)
#define TAPE_FOURS
typedef double tape_four __attribute__((vector_size(32), aligned(8), may_alias));
#define FOUR(p) (*(const tape_four *)(p))
#endif

/* A dot product as eight sums, of every eighth product each. All forms add in the same order, so they have the same bits. */
static inline TAPE_INSIDE double tape_dot_of(const double *w, const double *x, int n) {
    double s = 0;
    int i = 0;
    if (n >= 8) {
#ifdef TAPE_FOURS
        tape_four low = {0, 0, 0, 0}, high = {0, 0, 0, 0};
        for (; i + 8 <= n; i += 8) low += FOUR(w + i) * FOUR(x + i), high += FOUR(w + i + 4) * FOUR(x + i + 4);
        for (; i < n; i++) low[0] += w[i] * x[i];
        low += high;
        return (low[0] + low[2]) + (low[1] + low[3]);
#else
        double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
        for (; i + 8 <= n; i += 8) {
            s0 += w[i] * x[i]; s1 += w[i + 1] * x[i + 1]; s2 += w[i + 2] * x[i + 2]; s3 += w[i + 3] * x[i + 3];
            s4 += w[i + 4] * x[i + 4]; s5 += w[i + 5] * x[i + 5]; s6 += w[i + 6] * x[i + 6]; s7 += w[i + 7] * x[i + 7];
        }
        for (; i < n; i++) s0 += w[i] * x[i];
        return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
#endif
    }
    for (; i < n; i++) s += w[i] * x[i];
    return s;
}

/* Dot products of `m` rows with the same numbers. Rows are `ws` apart. Four rows at a time read these numbers once. */
static inline TAPE_INSIDE void tape_rows(double *y, const double *w, int64_t ws, const double *x, int m, int n) {
    int r = 0;
#ifdef TAPE_FOURS
    if (n >= 8)
        for (; r + 4 <= m; r += 4) {
            const double *w0 = w + r * ws, *w1 = w0 + ws, *w2 = w1 + ws, *w3 = w2 + ws;
            tape_four a0 = {0, 0, 0, 0}, a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
            int i = 0;
            for (; i + 8 <= n; i += 8) {
                tape_four low = FOUR(x + i), high = FOUR(x + i + 4);
                a0 += FOUR(w0 + i) * low, a1 += FOUR(w1 + i) * low, a2 += FOUR(w2 + i) * low, a3 += FOUR(w3 + i) * low;
                b0 += FOUR(w0 + i + 4) * high, b1 += FOUR(w1 + i + 4) * high;
                b2 += FOUR(w2 + i + 4) * high, b3 += FOUR(w3 + i + 4) * high;
            }
            for (; i < n; i++)
                a0[0] += w0[i] * x[i], a1[0] += w1[i] * x[i], a2[0] += w2[i] * x[i], a3[0] += w3[i] * x[i];
            a0 += b0, a1 += b1, a2 += b2, a3 += b3;
            y[r] = (a0[0] + a0[2]) + (a0[1] + a0[3]), y[r + 1] = (a1[0] + a1[2]) + (a1[1] + a1[3]);
            y[r + 2] = (a2[0] + a2[2]) + (a2[1] + a2[3]), y[r + 3] = (a3[0] + a3[2]) + (a3[1] + a3[3]);
        }
#endif
    for (; r < m; r++) y[r] = tape_dot_of(w + r * ws, x, n);
}

/* The chain rule for such products, with the adjoints `g` of the rows. `dx` may be NULL. Adjoints that are 0 add nothing,
   and after a relu they are many in no order, so the others are found first, without a branch. */
static inline TAPE_INSIDE void tape_rows_back(const double *g, const double *restrict w, double *restrict dw, int64_t ws,
                                              const double *restrict x, double *restrict dx, int m, int n) {
    int32_t rows[64];
    int from, r, k, i, count;
    for (from = 0; from < m; from += 64) {
        int to = m - from < 64 ? m : from + 64;
        for (count = 0, r = from; r < to; r++) rows[count] = r, count += g[r] != 0;
        i = 0;
#ifdef TAPE_FOURS
        for (; i + 16 <= n; i += 16) { /* 16 columns stay in registers, and their adjoints, too */
            tape_four x0 = FOUR(x + i), x1 = FOUR(x + i + 4), x2 = FOUR(x + i + 8), x3 = FOUR(x + i + 12);
            tape_four s0 = x0, s1 = x1, s2 = x2, s3 = x3;
            if (dx != NULL) s0 = FOUR(dx + i), s1 = FOUR(dx + i + 4), s2 = FOUR(dx + i + 8), s3 = FOUR(dx + i + 12);
            for (k = 0; k < count; k++) {
                int64_t at = rows[k] * ws + i;
                double a = g[rows[k]];
                tape_four *to = (tape_four *)(dw + at);
                const tape_four *row = (const tape_four *)(w + at);
                if (dx != NULL) s0 += a * row[0], s1 += a * row[1], s2 += a * row[2], s3 += a * row[3];
                to[0] += a * x0, to[1] += a * x1, to[2] += a * x2, to[3] += a * x3;
            }
            if (dx != NULL) {
                tape_four *to = (tape_four *)(dx + i);
                to[0] = s0, to[1] = s1, to[2] = s2, to[3] = s3;
            }
        }
#endif
        for (k = 0; k < count && i < n; k++) {
            const double *restrict row = w + rows[k] * ws;
            double *restrict to = dw + rows[k] * ws, a = g[rows[k]];
            int j;
            for (j = i; j < n; j++) to[j] += a * x[j];
            if (dx != NULL) for (j = i; j < n; j++) dx[j] += a * row[j];
        }
    }
}

/* Sums of products with a matrix that is stored by columns, which are `wc` apart: y[r] is the sum of w[i wc + r] x[i]. */
static inline TAPE_INSIDE void tape_columns(double *restrict y, const double *restrict w, int64_t wc,
                                            const double *restrict x, int m, int n) {
    int i, r;
    for (r = 0; r < m; r++) y[r] = 0;
    for (i = 0; i < n; i++, w += wc)
        for (r = 0; r < m; r++) y[r] += w[r] * x[i];
}

/* The chain rule for them, with the adjoints `g` of the sums. */
static inline TAPE_INSIDE void tape_columns_back(const double *restrict g, const double *restrict w, double *restrict dw,
                                                 int64_t wc, const double *restrict x, double *restrict dx, int m, int n) {
    int i, r;
    for (i = 0; i < n; i++, w += wc, dw += wc) {
        double s = dx[i];
        for (r = 0; r < m; r++) s += g[r] * w[r], dw[r] += g[r] * x[i];
        dx[i] = s;
    }
}

#endif

/* A tape: a recorded program as instructions over numbered cells. Each cell has a number and an adjoint.

   An instruction is a sequence of 32-bit words. The first word is the operation:

     elementwise  op n dst a sa b sb sd   dst[i sd] = a[i sa] op b[i sb] for i below n
     UNARY forms  op n dst a sa 0 0 sd    the same with one operand
     DOT          op dst init n w sw x sx   init + sum of w[i sw] x[i sx]; init is -1 for none
     GATHER_DOT   op dst init n w0 x0 w1 x1 ...   the same for factors in any cells
     SUM          op dst n a0 a1 ...   the sum
     MATRIX       op m n dst w ws x init si   m dots over the same x; rows of w are ws apart, inits si
     COLUMNS      op m n dst w wc x init si   the same, with the columns of w wc apart, and its rows in adjacent cells
     LARGEST      op dst n a0 a1 ...   the largest, with the derivative 0
     SELECT       op dst k n           the cells that the selections from k on read for the current sample
     LOGSUMEXP    op dst n a0 a1 ...   the logarithm of the sum of exponentials
     MAP          op k n dst sd a sa b sb c sc  dst[i sd] = f(a[i sa], b[i sb], c[i sc]) with function k of the tape
     CALL         op k                 stops: the caller computes it, and also a MAP whose function C does not have

   If an instruction writes n cells at once, it reads none of them.

   The samples of a batch share the cells below `split`, which are in `xp`. All other cells are in `xs`, and each sample
   has its own. No run of cells lies on both sides. Adjoints are needed for cells below `parameters`, and for computed
   cells, from `computed` on. The cells in between are inputs and constants. */

#ifndef DELTAGRAD_TAPE_H
#define DELTAGRAD_TAPE_H

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fast.h"

enum {
    TAPE_ADD = 1, TAPE_SUB, TAPE_MUL, TAPE_DIV, TAPE_POW, TAPE_NEG, TAPE_COPY, TAPE_EXP, TAPE_LOG, TAPE_TANH, TAPE_RELU,
    TAPE_SIGMOID, TAPE_SQRT, TAPE_DETACH, TAPE_DOT, TAPE_GATHER_DOT, TAPE_SUM, TAPE_MATRIX, TAPE_COLUMNS, TAPE_LARGEST,
    TAPE_SELECT, TAPE_LOGSUMEXP, TAPE_MAP, TAPE_CALL
};

enum { TAPE_LANES = 8, TAPE_OPERANDS = 3 };

/* A function of up to three operands, computed for TAPE_LANES sets of operands at once, and its derivatives; NULL if C
   has none. It works in a buffer with rows of TAPE_LANES numbers: the results, then a row for each operand, then a row
   for each derivative. `value` computes the results from the operands, and `slopes` the derivatives from both. */
typedef void (*tape_function)(double *room);

typedef struct {
    tape_function value, slopes;
    int operands;
} tape_map;

enum { TAPE_ROOM = TAPE_LANES * (1 + 2 * TAPE_OPERANDS) };

/* Copy the operands from index i on to a buffer. At the end, the last operand is repeated to fill the row. */
static inline void tape_bring(double *room, int i, int n, int operands, const double *const *from, const int *steps) {
    int k, lane;
    for (k = 0; k < operands; k++) {
        double *row = room + TAPE_LANES * (1 + k);
        const double *a = from[k];
        if (steps[k] == 0) for (lane = 0; lane < TAPE_LANES; lane++) row[lane] = *a;
        else
            for (lane = 0; lane < TAPE_LANES; lane++)
                row[lane] = a[(int64_t)(i + lane < n ? i + lane : n - 1) * steps[k]];
    }
}

static double tape_sigmoid(double x) {
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/* Compute from word `at` on. Return the index of an instruction that the caller has to compute, or `end`. */
static inline TAPE_INSIDE int64_t tape_compute(const int32_t *code, int64_t at, int64_t end, double *xp, double *xs, int split,
                                               const int32_t *source, const tape_map *maps) {
    while (at < end) {
        const int32_t *p = code + at;
        int n, i;
        double s;
        switch (p[0]) {
#define X(c) ((c) < split ? xp + (c) : xs + (c))
#define EACH(value) \
    { \
        double *y = X(p[2]); \
        const double *a = X(p[3]), *b = X(p[5]); \
        int sa = p[4], sb = p[6], sd = p[7]; \
        (void)b; (void)sb; \
        n = p[1]; \
        if (sa == 1 && sd == 1 && sb == 1) for (i = 0; i < n; i++, a++, b++, y++) *y = (value); \
        else if (sa == 1 && sd == 1 && sb == 0) for (i = 0; i < n; i++, a++, y++) *y = (value); \
        else for (i = 0; i < n; i++, a += sa, b += sb, y += sd) *y = (value); \
        at += 8; \
        break; \
    }
        case TAPE_ADD: EACH(*a + *b)
        case TAPE_SUB: EACH(*a - *b)
        case TAPE_MUL: EACH(*a * *b)
        case TAPE_DIV: EACH(*a / *b)
        case TAPE_POW: EACH(*b == 2 ? *a * *a : pow(*a, *b))
        case TAPE_NEG: EACH(-*a)
        case TAPE_COPY: EACH(*a)
        case TAPE_EXP: EACH(exp(*a))
        case TAPE_LOG: EACH(log(*a))
        case TAPE_TANH: EACH(tanh(*a))
        case TAPE_RELU: EACH(*a <= 0 ? 0 : *a)
        case TAPE_SIGMOID: EACH(tape_sigmoid(*a))
        case TAPE_SQRT: EACH(sqrt(*a))
        case TAPE_DETACH: EACH(*a)
#undef EACH
        case TAPE_DOT: {
            const double *w = X(p[4]), *v = X(p[6]);
            int sw = p[5], sv = p[7];
            n = p[3];
            if (sw == 1 && sv == 1) s = tape_dot_of(w, v, n);
            else for (i = 0, s = 0; i < n; i++) s += w[i * sw] * v[i * sv];
            *X(p[1]) = p[2] < 0 ? s : *X(p[2]) + s;
            at += 8;
            break;
        }
        case TAPE_GATHER_DOT:
            s = p[2] < 0 ? 0 : *X(p[2]);
            for (i = 0, n = p[3]; i < n; i++) s += *X(p[4 + 2 * i]) * *X(p[5 + 2 * i]);
            *X(p[1]) = s;
            at += 4 + 2 * n;
            break;
        case TAPE_SUM:
            for (i = 0, s = 0, n = p[2]; i < n; i++) s += *X(p[3 + i]);
            *X(p[1]) = s;
            at += 3 + n;
            break;
        case TAPE_MATRIX: {
            double *y = X(p[3]);
            const double *b = p[7] < 0 ? NULL : X(p[7]);
            tape_rows(y, X(p[4]), p[5], X(p[6]), p[1], p[2]);
            if (b != NULL) for (i = 0; i < p[1]; i++) y[i] = b[(int64_t)i * p[8]] + y[i];
            at += 9;
            break;
        }
        case TAPE_COLUMNS: {
            const double *b = p[7] < 0 ? NULL : X(p[7]);
            tape_columns(X(p[3]), X(p[4]), p[5], X(p[6]), p[1], p[2]);
            if (b != NULL) for (i = 0; i < p[1]; i++) X(p[3])[i] = b[(int64_t)i * p[8]] + X(p[3])[i];
            at += 9;
            break;
        }
        case TAPE_LARGEST:
            s = *X(p[3]);
            for (i = 1, n = p[2]; i < n; i++) if (!(*X(p[3 + i]) <= s)) s = *X(p[3 + i]);
            *X(p[1]) = s;
            at += 3 + n;
            break;
        case TAPE_SELECT:
            for (i = 0; i < p[3]; i++) *X(p[1] + i) = *X(source[p[2] + i]);
            at += 4;
            break;
        case TAPE_LOGSUMEXP: {
            double largest = *X(p[3]);
            for (i = 1, n = p[2]; i < n; i++) if (!(*X(p[3 + i]) <= largest)) largest = *X(p[3 + i]);
            if (isfinite(largest)) {
                for (i = 0, s = 0; i < n; i++) s += exp(*X(p[3 + i]) - largest);
                largest += log(s);
            } else for (i = 0; i < n; i++) if (isnan(*X(p[3 + i]))) largest = *X(p[3 + i]);
            *X(p[1]) = largest;
            at += 3 + n;
            break;
        }
        case TAPE_MAP: {
            const tape_map *f = maps + p[1];
            const double *from[TAPE_OPERANDS] = {X(p[5]), X(p[7]), X(p[9])};
            const int steps[TAPE_OPERANDS] = {p[6], p[8], p[10]};
            double *y = X(p[3]), room[TAPE_ROOM];
            int lane, sd = p[4];
            if (f->value == NULL) return at;
            for (i = 0, n = p[2]; i < n; i += TAPE_LANES) {
                tape_bring(room, i, n, f->operands, from, steps);
                f->value(room);
                for (lane = 0; lane < TAPE_LANES && i + lane < n; lane++) y[(int64_t)(i + lane) * sd] = room[lane];
            }
            at += 11;
            break;
        }
        default: return at;
        }
#undef X
    }
    return end;
}

TAPE_FAST static int64_t tape_forward(const int32_t *code, int64_t at, int64_t end, double *x, const int32_t *source,
                                      const tape_map *maps) {
    return tape_compute(code, at, end, x, x, INT32_MIN, source, maps);
}

/* Propagate adjoints back over the instructions `first` to `last`, last first. Return the number of an instruction that
   the caller has to propagate, or first - 1. `starts` has the index of the first word of each instruction. */
static inline TAPE_INSIDE int64_t tape_propagate(const int32_t *code, const int32_t *starts, int64_t first, int64_t last,
                                                 const double *xp, const double *xs, double *dp, double *ds, int split,
                                                 const int32_t *source, int parameters, int computed, const tape_map *maps) {
#define X(c) ((c) < split ? xp + (c) : xs + (c))
#define D(c) ((c) < split ? dp + (c) : ds + (c))
    int64_t k;
    for (k = last; k >= first; k--) {
        const int32_t *p = code + starts[k];
        int n, i;
        double g;
        switch (p[0]) {
#define EACH(...) \
    { \
        const double *y = X(p[2]), *a = X(p[3]), *b = X(p[5]), *gs = D(p[2]); \
        double *da = D(p[3]), *db = D(p[5]); \
        int sa = p[4], sb = p[6], sd = p[7]; \
        (void)y; (void)a; (void)b; (void)db; \
        n = p[1]; \
        if (sa == 1 && sd == 1 && sb == 0 && (db < da || db >= da + n)) { \
            double sum = *db, *to = db; \
            for (db = &sum, i = 0; i < n; i++, a++, da++, y++, gs++) { \
                g = *gs; \
                __VA_ARGS__; \
            } \
            *to = sum; \
        } else if (sa == 0 && sd == 1 && sb == 1 && (da < db || da >= db + n)) { \
            double sum = *da, *to = da; \
            for (da = &sum, i = 0; i < n; i++, b++, db++, y++, gs++) { \
                g = *gs; \
                __VA_ARGS__; \
            } \
            *to = sum; \
        } else \
            for (i = 0; i < n; i++, a += sa, b += sb, da += sa, db += sb, y += sd, gs += sd) { \
                g = *gs; \
                __VA_ARGS__; \
            } \
        break; \
    }
        case TAPE_ADD: EACH(*da += g; *db += g)
        case TAPE_SUB: EACH(*da += g; *db -= g)
        case TAPE_MUL: EACH(*da += g * *b; *db += g * *a)
        case TAPE_DIV: EACH(*da += g / *b; *db -= g * *y / *b)
        case TAPE_POW: EACH(*da += *b == 2 ? 2 * g * *a : *b == 0 ? 0 : g * *b * pow(*a, *b - 1))
        case TAPE_NEG: EACH(*da -= g)
        case TAPE_COPY: EACH(*da += g)
        case TAPE_EXP: EACH(*da += g * *y)
        case TAPE_LOG: EACH(*da += g / *a)
        case TAPE_TANH: EACH(*da += g * (1 - *y * *y))
        case TAPE_RELU: EACH(*da += *a <= 0 ? 0 : *a > 0 ? g : *a)
        case TAPE_SIGMOID: EACH(*da += g * (*y * (1 - *y)))
        case TAPE_SQRT: EACH(*da += g * (0.5 / *y))
#undef EACH
        case TAPE_DOT: {
            const double *w = X(p[4]), *v = X(p[6]);
            double *dw = D(p[4]), *dv = D(p[6]);
            int sw = p[5], sv = p[7];
            g = *D(p[1]);
            n = p[3];
            if (p[2] >= 0) *D(p[2]) += g;
            for (i = 0; i < n; i++) {
                double wi = w[i * sw], vi = v[i * sv];
                dw[i * sw] += g * vi;
                dv[i * sv] += g * wi;
            }
            break;
        }
        case TAPE_GATHER_DOT:
            g = *D(p[1]);
            if (p[2] >= 0) *D(p[2]) += g;
            for (i = 0, n = p[3]; i < n; i++) {
                int u = p[4 + 2 * i], v = p[5 + 2 * i];
                *D(u) += g * *X(v);
                *D(v) += g * *X(u);
            }
            break;
        case TAPE_SUM:
            g = *D(p[1]);
            for (i = 0, n = p[2]; i < n; i++) *D(p[3 + i]) += g;
            break;
        case TAPE_MATRIX: {
            int goes_on = p[6] < parameters || p[6] + p[2] > computed;
            const double *gs = D(p[3]);
            if (p[7] >= 0)
                for (i = 0; i < p[1]; i++) D(p[7])[(int64_t)i * p[8]] += gs[i];
            tape_rows_back(gs, X(p[4]), D(p[4]), p[5], X(p[6]), goes_on ? D(p[6]) : NULL, p[1], p[2]);
            break;
        }
        case TAPE_COLUMNS:
            if (p[7] >= 0)
                for (i = 0; i < p[1]; i++) D(p[7])[(int64_t)i * p[8]] += D(p[3])[i];
            tape_columns_back(D(p[3]), X(p[4]), D(p[4]), p[5], X(p[6]), D(p[6]), p[1], p[2]);
            break;
        case TAPE_DETACH:
        case TAPE_LARGEST: break;
        case TAPE_SELECT:
            for (i = 0; i < p[3]; i++) *D(source[p[2] + i]) += *D(p[1] + i);
            break;
        case TAPE_LOGSUMEXP: { /* the softmax, computed with the largest operand, because the result is rounded */
            double largest = *X(p[3]), sum = 0;
            g = *D(p[1]);
            for (i = 1, n = p[2]; i < n; i++) if (!(*X(p[3 + i]) <= largest)) largest = *X(p[3 + i]);
            for (i = 0; i < n; i++) sum += exp(*X(p[3 + i]) - largest);
            for (i = 0; i < n; i++) *D(p[3 + i]) += g * (exp(*X(p[3 + i]) - largest) / sum);
            break;
        }
        case TAPE_MAP: {
            const tape_map *f = maps + p[1];
            const double *from[TAPE_OPERANDS] = {X(p[5]), X(p[7]), X(p[9])};
            double *to[TAPE_OPERANDS] = {D(p[5]), D(p[7]), D(p[9])};
            const int steps[TAPE_OPERANDS] = {p[6], p[8], p[10]};
            const double *y = X(p[3]), *gs = D(p[3]);
            double room[TAPE_ROOM];
            int lane, last, o, sd = p[4];
            if (f->slopes == NULL) return k;
            for (i = 0, n = p[2]; i < n; i += TAPE_LANES) {
                tape_bring(room, i, n, f->operands, from, steps);
                last = n - i < TAPE_LANES ? n - i : TAPE_LANES;
                for (lane = 0; lane < TAPE_LANES; lane++) room[lane] = y[(int64_t)(i + (lane < last ? lane : last - 1)) * sd];
                f->slopes(room);
                for (o = 0; o < f->operands; o++)
                    for (lane = 0; lane < last; lane++) {
                        double slope = room[TAPE_LANES * (1 + f->operands + o) + lane];
                        if (slope != 0) to[o][(int64_t)(i + lane) * steps[o]] += gs[(int64_t)(i + lane) * sd] * slope;
                    }
            }
            break;
        }
        default: return k;
        }
    }
#undef X
#undef D
    return first - 1;
}

TAPE_FAST static int64_t tape_backward(const int32_t *code, const int32_t *starts, int64_t first, int64_t last,
                                       const double *x, double *d, const int32_t *source, int parameters, int computed,
                                       const tape_map *maps) {
    return tape_propagate(code, starts, first, last, x, x, d, d, INT32_MIN, source, parameters, computed, maps);
}

#endif

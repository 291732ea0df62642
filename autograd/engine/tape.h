/* A tape: a recorded program as instructions over numbered cells, each of which has a number and an adjoint.

   An instruction is a run of 32-bit words, the first of which says what it does:

     elementwise  op n dst a sa b sb sd   dst[i sd] = a[i sa] op b[i sb] for i below n
     UNARY forms  op n dst a sa 0 0 sd    the same of one operand
     DOT          op dst init n w sw x sx   init + sum of w[i sw] x[i sx]; init is -1 for none
     GATHER_DOT   op dst init n w0 x0 w1 x1 ...
     SUM          op dst n a0 a1 ...
     MATRIX       op m n dst w ws x init si   m dots over the same x; rows of w are ws apart, inits si
     LARGEST      op dst n a0 a1 ...   the largest, with the derivative 0
     SELECT       op dst k             the cell that selection k names for the sample at hand
     CALL         op k                 stops: the caller computes it

   Where n cells are written at once none of them is read by the same instruction. */

#ifndef DELTAGRAD_TAPE_H
#define DELTAGRAD_TAPE_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__linux__)
#define TAPE_FAST __attribute__((target_clones("arch=haswell", "default")))
#else
#define TAPE_FAST
#endif

enum {
    TAPE_ADD = 1, TAPE_SUB, TAPE_MUL, TAPE_DIV, TAPE_POW, TAPE_NEG, TAPE_COPY, TAPE_EXP, TAPE_LOG, TAPE_TANH, TAPE_RELU,
    TAPE_SIGMOID, TAPE_SQRT, TAPE_DOT, TAPE_GATHER_DOT, TAPE_SUM, TAPE_MATRIX, TAPE_LARGEST, TAPE_SELECT, TAPE_CALL
};

static inline double tape_dot_of(const double *w, const double *x, int n) {
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    int i = 0;
    for (; i + 8 <= n; i += 8) {
        s0 += w[i] * x[i]; s1 += w[i + 1] * x[i + 1]; s2 += w[i + 2] * x[i + 2]; s3 += w[i + 3] * x[i + 3];
        s4 += w[i + 4] * x[i + 4]; s5 += w[i + 5] * x[i + 5]; s6 += w[i + 6] * x[i + 6]; s7 += w[i + 7] * x[i + 7];
    }
    for (; i < n; i++) s0 += w[i] * x[i];
    return ((s0 + s4) + (s2 + s6)) + ((s1 + s5) + (s3 + s7));
}

static double tape_sigmoid(double x) {
    double e = exp(-fabs(x));
    return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/* Compute from word `at` on; returns the place of a CALL that the caller is to compute, or `end`. */
TAPE_FAST static int64_t tape_forward(const int32_t *code, int64_t at, int64_t end, double *x, const int32_t *source) {
    while (at < end) {
        const int32_t *p = code + at;
        int n, i;
        double s;
        switch (p[0]) {
#define EACH(value) \
    { \
        double *y = x + p[2]; \
        const double *a = x + p[3], *b = x + p[5]; \
        int sa = p[4], sb = p[6], sd = p[7]; \
        (void)b; (void)sb; \
        for (i = 0, n = p[1]; i < n; i++, a += sa, b += sb, y += sd) *y = (value); \
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
#undef EACH
        case TAPE_DOT: {
            const double *w = x + p[4], *v = x + p[6];
            int sw = p[5], sv = p[7];
            n = p[3];
            if (sw == 1 && sv == 1) s = tape_dot_of(w, v, n);
            else for (i = 0, s = 0; i < n; i++) s += w[i * sw] * v[i * sv];
            x[p[1]] = p[2] < 0 ? s : x[p[2]] + s;
            at += 8;
            break;
        }
        case TAPE_GATHER_DOT:
            s = p[2] < 0 ? 0 : x[p[2]];
            for (i = 0, n = p[3]; i < n; i++) s += x[p[4 + 2 * i]] * x[p[5 + 2 * i]];
            x[p[1]] = s;
            at += 4 + 2 * n;
            break;
        case TAPE_SUM:
            for (i = 0, s = 0, n = p[2]; i < n; i++) s += x[p[3 + i]];
            x[p[1]] = s;
            at += 3 + n;
            break;
        case TAPE_MATRIX: {
            double *y = x + p[3];
            const double *w = x + p[4], *v = x + p[6], *b = p[7] < 0 ? NULL : x + p[7];
            for (i = 0, n = p[2]; i < p[1]; i++) {
                s = tape_dot_of(w + (int64_t)i * p[5], v, n);
                y[i] = b == NULL ? s : b[i * p[8]] + s;
            }
            at += 9;
            break;
        }
        case TAPE_LARGEST:
            s = x[p[3]];
            for (i = 1, n = p[2]; i < n; i++) if (!(x[p[3 + i]] <= s)) s = x[p[3 + i]];
            x[p[1]] = s;
            at += 3 + n;
            break;
        case TAPE_SELECT:
            x[p[1]] = x[source[p[2]]];
            at += 3;
            break;
        default: return at;
        }
    }
    return end;
}

/* Propagate adjoints back over the instructions `first` to `last`, last first; returns the number of a CALL that the
   caller is to propagate, or first - 1. `starts` has the place of each instruction. */
TAPE_FAST static int64_t tape_backward(const int32_t *code, const int32_t *starts, int64_t first, int64_t last,
                                       const double *x, double *d, const int32_t *source) {
    int64_t k;
    for (k = last; k >= first; k--) {
        const int32_t *p = code + starts[k];
        int n, i;
        double g;
        switch (p[0]) {
#define EACH(...) \
    { \
        const double *y = x + p[2], *a = x + p[3], *b = x + p[5], *gs = d + p[2]; \
        double *da = d + p[3], *db = d + p[5]; \
        int sa = p[4], sb = p[6], sd = p[7]; \
        (void)y; (void)a; (void)b; (void)db; \
        for (i = 0, n = p[1]; i < n; i++, a += sa, b += sb, da += sa, db += sb, y += sd, gs += sd) { \
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
            const double *w = x + p[4], *v = x + p[6];
            double *dw = d + p[4], *dv = d + p[6];
            int sw = p[5], sv = p[7];
            g = d[p[1]];
            n = p[3];
            if (p[2] >= 0) d[p[2]] += g;
            for (i = 0; i < n; i++) {
                double wi = w[i * sw], vi = v[i * sv];
                dw[i * sw] += g * vi;
                dv[i * sv] += g * wi;
            }
            break;
        }
        case TAPE_GATHER_DOT:
            g = d[p[1]];
            if (p[2] >= 0) d[p[2]] += g;
            for (i = 0, n = p[3]; i < n; i++) {
                int u = p[4 + 2 * i], v = p[5 + 2 * i];
                d[u] += g * x[v];
                d[v] += g * x[u];
            }
            break;
        case TAPE_SUM:
            g = d[p[1]];
            for (i = 0, n = p[2]; i < n; i++) d[p[3 + i]] += g;
            break;
        case TAPE_MATRIX: {
            const double *restrict v = x + p[6];
            double *restrict dv = d + p[6];
            int r;
            for (r = 0, n = p[2]; r < p[1]; r++) {
                const double *restrict w = x + p[4] + (int64_t)r * p[5];
                double *restrict dw = d + p[4] + (int64_t)r * p[5];
                g = d[p[3] + r];
                if (g == 0) continue;
                if (p[7] >= 0) d[p[7] + r * p[8]] += g;
                for (i = 0; i < n; i++) dw[i] += g * v[i];
                for (i = 0; i < n; i++) dv[i] += g * w[i];
            }
            break;
        }
        case TAPE_LARGEST: break;
        case TAPE_SELECT:
            d[source[p[2]]] += d[p[1]];
            break;
        default: return k;
        }
    }
    return first - 1;
}

/* Whether all of n numbers are finite: the exponent bits of one that is not are all set. */
TAPE_FAST static int tape_finite(int64_t n, const double *x) {
    uint64_t worst = 0, bits;
    int64_t i;
    for (i = 0; i < n; i++) {
        memcpy(&bits, x + i, sizeof bits);
        bits = (bits & 0x7ff0000000000000u) + 0x0010000000000000u; /* the highest bit is set where all were */
        worst |= bits;
    }
    return (worst >> 63) == 0;
}

/* One update of n parameters: new numbers from w, g and what is remembered. Returns 1 if all of it is finite. The order
   of operations is that of nn.optimizers, so that the bits are the same. */
TAPE_FAST static int tape_sgd(int64_t n, const double *restrict w, const double *restrict g, double *restrict new_w,
                              double rate, double decay) {
    int64_t i;
    for (i = 0; i < n; i++) new_w[i] = w[i] - rate * (decay != 0 ? g[i] + decay * w[i] : g[i]);
    return tape_finite(n, g) && tape_finite(n, new_w);
}

TAPE_FAST static int tape_momentum(int64_t n, const double *restrict w, const double *restrict g,
                                   double *restrict new_w, const double *restrict v, double *restrict new_v,
                                   double rate, double decay, double momentum, int nesterov) {
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = decay != 0 ? g[i] + decay * w[i] : g[i];
        double velocity = momentum * v[i] + gradient;
        new_v[i] = velocity;
        new_w[i] = w[i] - rate * (nesterov ? gradient + momentum * velocity : velocity);
    }
    return tape_finite(n, g) && tape_finite(n, new_w) && tape_finite(n, new_v);
}

TAPE_FAST static int tape_adam(int64_t n, const double *restrict w, const double *restrict g, double *restrict new_w,
                               const double *restrict memory, double *restrict new_memory, double rate, double decay,
                               double beta1, double beta2, double epsilon) {
    const double *restrict power1 = memory, *restrict power2 = memory + n, *restrict m = memory + 2 * n;
    const double *restrict v = memory + 3 * n;
    double *restrict new_power1 = new_memory, *restrict new_power2 = new_memory + n;
    double *restrict new_m = new_memory + 2 * n, *restrict new_v = new_memory + 3 * n;
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = decay != 0 ? g[i] + decay * w[i] : g[i];
        double p1 = power1[i] * beta1, p2 = power2[i] * beta2;
        double mean = beta1 * m[i] + (1 - beta1) * gradient;
        double square = beta2 * v[i] + (1 - beta2) * gradient * gradient;
        new_power1[i] = p1;
        new_power2[i] = p2;
        new_m[i] = mean;
        new_v[i] = square;
        new_w[i] = w[i] - rate * (mean / (1 - p1)) / (sqrt(square / (1 - p2)) + epsilon);
    }
    return tape_finite(n, g) && tape_finite(n, new_w) && tape_finite(2 * n, new_m);
}

#endif

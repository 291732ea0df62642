/* Tools for fast loops over long rows of numbers: functions with a version for each kind of processor, and a dot
   product. */

#ifndef DELTAGRAD_FAST_H
#define DELTAGRAD_FAST_H

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

#endif

/* The update rules of the optimizers over arrays of parameters, and gradient clipping. */

#ifndef DELTAGRAD_UPDATES_H
#define DELTAGRAD_UPDATES_H

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "fast.h"

/* Return 0 for a number below `least` in size, and the number otherwise. See `normal` in nn.optimizers. */
static inline TAPE_INSIDE double update_normal(double x, double least) { return fabs(x) < least ? 0 : x; }

/* The bound for averages of squares. See `normal_square` in nn.optimizers. */
static inline TAPE_INSIDE double update_least_square(double epsilon) { return epsilon >= 1e-100 ? DBL_MIN : 0; }

/* Return bits, the highest of which is set if the number is not finite. (Then all its exponent bits are set.) */
static inline TAPE_INSIDE uint64_t update_spoilt(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & 0x7ff0000000000000u) + 0x0010000000000000u;
}

/* One update of n parameters: compute new numbers from w, g and the memory. Return 1 if all numbers are finite. The
   order of operations is the same as in nn.optimizers, so that the bits are the same. The memory has one array of `all`
   numbers after the other, one for each kind of number. */
TAPE_FAST static int update_sgd(int64_t n, const double *restrict w, const double *restrict g, double *restrict new_w,
                              double rate, double decay) {
    uint64_t worst = 0;
    int64_t i;
    for (i = 0; i < n; i++) {
        double x = w[i] - rate * (decay != 0 ? g[i] + decay * w[i] : g[i]);
        new_w[i] = x;
        worst |= update_spoilt(g[i]) | update_spoilt(x);
    }
    return (worst >> 63) == 0;
}

TAPE_FAST static int update_momentum(int64_t n, const double *restrict w, const double *restrict g,
                                   double *restrict new_w, const double *restrict v, double *restrict new_v,
                                   double rate, double decay, double momentum, int nesterov) {
    uint64_t worst = 0;
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = decay != 0 ? g[i] + decay * w[i] : g[i];
        double velocity = update_normal(momentum * v[i] + gradient, DBL_MIN);
        double x = w[i] - rate * (nesterov ? gradient + momentum * velocity : velocity);
        new_v[i] = velocity;
        new_w[i] = x;
        worst |= update_spoilt(g[i]) | update_spoilt(x) | update_spoilt(velocity);
    }
    return (worst >> 63) == 0;
}

/* Adam, with the kind of weight decay as a constant: 0 for none, 1 in the gradient, 2 decoupled. */
static inline TAPE_INSIDE int update_adam_of(int way, int64_t n, int64_t all, const double *restrict w,
                                           const double *restrict g, double *restrict new_w,
                                           const double *restrict memory, double *restrict new_memory, double rate,
                                           double decay, double beta1, double beta2, double epsilon) {
    const double *restrict power1 = memory, *restrict power2 = memory + all, *restrict m = memory + 2 * all;
    const double *restrict v = memory + 3 * all;
    double *restrict new_power1 = new_memory, *restrict new_power2 = new_memory + all;
    double *restrict new_m = new_memory + 2 * all, *restrict new_v = new_memory + 3 * all;
    double least_square = update_least_square(epsilon);
    uint64_t worst = 0;
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = way == 1 ? g[i] + decay * w[i] : g[i];
        double start = way == 2 ? w[i] * (1 - rate * decay) : w[i];
        double p1 = update_normal(power1[i] * beta1, DBL_MIN), p2 = update_normal(power2[i] * beta2, DBL_MIN);
        double mean = update_normal(beta1 * m[i] + (1 - beta1) * gradient, DBL_MIN);
        double square = update_normal(beta2 * v[i] + (1 - beta2) * gradient * gradient, least_square);
        double x = start - rate * (mean / (1 - p1)) / (sqrt(square / (1 - p2)) + epsilon);
        new_power1[i] = p1;
        new_power2[i] = p2;
        new_m[i] = mean;
        new_v[i] = square;
        new_w[i] = x;
        worst |= update_spoilt(g[i]) | update_spoilt(x) | update_spoilt(mean) | update_spoilt(square);
    }
    return (worst >> 63) == 0;
}

TAPE_FAST static int update_adam(int64_t n, int64_t all, const double *w, const double *g, double *new_w,
                               const double *memory, double *new_memory, double rate, double decay, double beta1,
                               double beta2, double epsilon, int decoupled) {
    if (decay == 0) return update_adam_of(0, n, all, w, g, new_w, memory, new_memory, rate, decay, beta1, beta2, epsilon);
    if (!decoupled) return update_adam_of(1, n, all, w, g, new_w, memory, new_memory, rate, decay, beta1, beta2, epsilon);
    return update_adam_of(2, n, all, w, g, new_w, memory, new_memory, rate, decay, beta1, beta2, epsilon);
}

TAPE_FAST static int update_rmsprop(int64_t n, int64_t all, const double *restrict w, const double *restrict g,
                                  double *restrict new_w, const double *restrict memory, double *restrict new_memory,
                                  double rate, double decay, double alpha, double epsilon, double momentum) {
    const double *restrict average = memory, *restrict velocity = memory + all;
    double *restrict new_average = new_memory, *restrict new_velocity = new_memory + all;
    double least_square = update_least_square(epsilon);
    uint64_t worst = 0;
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = decay != 0 ? g[i] + decay * w[i] : g[i];
        double square = update_normal(alpha * average[i] + (1 - alpha) * gradient * gradient, least_square);
        double step = update_normal(momentum * velocity[i] + gradient / (sqrt(square) + epsilon), DBL_MIN);
        new_average[i] = square;
        new_velocity[i] = step;
        double x = w[i] - rate * step;
        new_w[i] = x;
        worst |= update_spoilt(g[i]) | update_spoilt(x) | update_spoilt(square) | update_spoilt(step);
    }
    return (worst >> 63) == 0;
}

TAPE_FAST static int update_adagrad(int64_t n, const double *restrict w, const double *restrict g,
                                  double *restrict new_w, const double *restrict squares, double *restrict new_squares,
                                  double rate, double decay, double epsilon) {
    uint64_t worst = 0;
    int64_t i;
    for (i = 0; i < n; i++) {
        double gradient = decay != 0 ? g[i] + decay * w[i] : g[i];
        double square = squares[i] + gradient * gradient;
        new_squares[i] = square;
        double x = w[i] - rate * gradient / (sqrt(square) + epsilon);
        new_w[i] = x;
        worst |= update_spoilt(g[i]) | update_spoilt(x) | update_spoilt(square);
    }
    return (worst >> 63) == 0;
}

enum { RULE_SGD, RULE_MOMENTUM, RULE_ADAM, RULE_ADAMW, RULE_RMSPROP, RULE_ADAGRAD };

/* The rule of an optimizer, with its memory and the place for its new memory. */
typedef struct {
    int rule;
    double decay, first, second, third;
    const double *memory;
    double *next;
    double most, norm; /* the bounds of each gradient and of the norm of all; 0 for none */
} update_rule;

/* Return the Euclidean norm of n finite numbers, given the largest absolute value. */
static double update_norm(int64_t n, const double *g, double largest) {
    double scale = 1, sum = 0;
    int64_t i;
    int exponent;
    if (largest > 1e-140 && largest < 1e140) return sqrt(tape_dot_of(g, g, (int)n));
    frexp(largest, &exponent); /* scale, because squares would leave the range of floats */
    scale = ldexp(1, exponent < -1000 ? 1000 : -exponent);
    for (i = 0; i < n; i++) sum += (g[i] * scale) * (g[i] * scale);
    return sqrt(sum) / scale;
}

/* Clip gradients to their bounds, as nn.clipping does. If one is not finite, only the bound of each single gradient is
   applied to the others, and the update then raises an error. */
TAPE_FAST static void update_clip(const update_rule *u, int64_t n, double *g) {
    uint64_t worst = 0;
    double largest = 0, norm, factor;
    int64_t i;
    if (u->most > 0)
        for (i = 0; i < n; i++)
            if (isfinite(g[i])) g[i] = g[i] > u->most ? u->most : g[i] < -u->most ? -u->most : g[i];
    if (u->norm <= 0) return;
    for (i = 0; i < n; i++) {
        worst |= update_spoilt(g[i]);
        largest = fabs(g[i]) > largest ? fabs(g[i]) : largest;
    }
    if (worst >> 63) return;
    norm = update_norm(n, g, largest);
    factor = u->norm / (norm + 1e-6);
    if (isfinite(norm) && factor < 1)
        for (i = 0; i < n; i++) g[i] *= factor;
}

/* Update `n` of all parameters, starting at `from`. */
static int update_numbers(const update_rule *u, int64_t from, int64_t n, int64_t all, const double *w, const double *g,
                       double *new_w, double rate) {
    const double *memory = u->memory + (u->memory ? from : 0);
    double *next = u->next + (u->next ? from : 0);
    w += from, g += from, new_w += from;
    switch (u->rule) {
    case RULE_SGD: return update_sgd(n, w, g, new_w, rate, u->decay);
    case RULE_MOMENTUM: return update_momentum(n, w, g, new_w, memory, next, rate, u->decay, u->first, u->second != 0);
    case RULE_RMSPROP:
        return update_rmsprop(n, all, w, g, new_w, memory, next, rate, u->decay, u->first, u->second, u->third);
    case RULE_ADAGRAD: return update_adagrad(n, w, g, new_w, memory, next, rate, u->decay, u->first);
    default:
        return update_adam(n, all, w, g, new_w, memory, next, rate, u->decay, u->first, u->second, u->third,
                         u->rule == RULE_ADAMW);
    }
}

#endif

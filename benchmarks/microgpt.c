/* The model of microgpt.py, written in C by hand, in double precision: forward, backward and Adam, sample by sample.

   Usage: microgpt steps < samples, where standard input has the parameters, then the number of samples, then for each
   its number of tokens and the tokens. Prints the last loss and the seconds the steps took. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { D = 16, H = 4, S = D / H, T = 16, V = 27, U = 4 * D };
#define PARAMETERS (V * D + T * D + 4 * D * D + 2 * U * D + V * D)

typedef struct {
    double wte[V][D], wpe[T][D], q[D][D], k[D][D], v[D][D], o[D][D], up[U][D], down[D][U], out[V][D];
} weights;

static union { weights w; double flat[PARAMETERS]; } P, G;
static double M[PARAMETERS], R[PARAMETERS];

typedef struct {
    double x[D], n1[D], s1, q[D], k[D], v[D], a[H][T], mix[D], x2[D], n2[D], s2, u[U], x3[D], n3[D], s3, p[V];
} place;

static place A[T];

static void linear(const double *w, const double *x, double *y, int m, int n) {
    for (int i = 0; i < m; i++) {
        double s = 0;
        for (int j = 0; j < n; j++) s += w[i * n + j] * x[j];
        y[i] = s;
    }
}

static void linear_back(const double *w, double *dw, const double *x, double *dx, const double *dy, int m, int n) {
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            dw[i * n + j] += dy[i] * x[j];
            dx[j] += dy[i] * w[i * n + j];
        }
}

static double normalize(const double *x, double *y) {
    double s = 0;
    for (int j = 0; j < D; j++) s += x[j] * x[j];
    s = pow(s / D + 1e-5, -0.5);
    for (int j = 0; j < D; j++) y[j] = x[j] * s;
    return s;
}

static void normalize_back(const double *x, double s, const double *dy, double *dx) {
    double t = 0;
    for (int j = 0; j < D; j++) t += dy[j] * x[j];
    for (int j = 0; j < D; j++) dx[j] += dy[j] * s - t * s * s * s / D * x[j];
}

static double sample(const int *tokens, int n) {
    double loss = 0;
    weights *w = &P.w, *g = &G.w;
    for (int t = 0; t < n; t++) {
        place *a = &A[t];
        for (int j = 0; j < D; j++) a->x[j] = w->wte[tokens[t]][j] + w->wpe[t][j];
        a->s1 = normalize(a->x, a->n1);
        linear(*w->q, a->n1, a->q, D, D);
        linear(*w->k, a->n1, a->k, D, D);
        linear(*w->v, a->n1, a->v, D, D);
        for (int h = 0; h < H; h++) {
            double top = -INFINITY, total = 0;
            for (int i = 0; i <= t; i++) {
                double s = 0;
                for (int j = h * S; j < (h + 1) * S; j++) s += a->q[j] * A[i].k[j];
                a->a[h][i] = s *= 0.5;
                if (s > top) top = s;
            }
            for (int i = 0; i <= t; i++) total += a->a[h][i] = exp(a->a[h][i] - top);
            for (int i = 0; i <= t; i++) a->a[h][i] /= total;
            for (int j = h * S; j < (h + 1) * S; j++) {
                double s = 0;
                for (int i = 0; i <= t; i++) s += a->a[h][i] * A[i].v[j];
                a->mix[j] = s;
            }
        }
        linear(*w->o, a->mix, a->x2, D, D);
        for (int j = 0; j < D; j++) a->x2[j] += a->x[j];
        a->s2 = normalize(a->x2, a->n2);
        linear(*w->up, a->n2, a->u, U, D);
        for (int j = 0; j < U; j++) a->u[j] = a->u[j] > 0 ? a->u[j] : 0;
        linear(*w->down, a->u, a->x3, D, U);
        for (int j = 0; j < D; j++) a->x3[j] += a->x2[j];
        a->s3 = normalize(a->x3, a->n3);
        linear(*w->out, a->n3, a->p, V, D);
        double top = a->p[0], total = 0;
        for (int j = 1; j < V; j++) if (a->p[j] > top) top = a->p[j];
        for (int j = 0; j < V; j++) total += a->p[j] = exp(a->p[j] - top);
        for (int j = 0; j < V; j++) a->p[j] /= total;
        loss -= log(a->p[tokens[t + 1]]);
    }
    static double dk[T][D], dv[T][D];
    memset(dk, 0, sizeof dk);
    memset(dv, 0, sizeof dv);
    memset(&G, 0, sizeof G);
    for (int t = n - 1; t >= 0; t--) {
        place *a = &A[t];
        double dp[V], dn[D] = {0}, dx3[D] = {0}, du[U] = {0}, dx2[D], dn2[D] = {0}, dmix[D] = {0}, dx[D], dq[D] = {0};
        double dn1[D] = {0};
        for (int j = 0; j < V; j++) dp[j] = (a->p[j] - (j == tokens[t + 1])) / n;
        linear_back(*w->out, *g->out, a->n3, dn, dp, V, D);
        normalize_back(a->x3, a->s3, dn, dx3);
        memcpy(dx2, dx3, sizeof dx2);
        linear_back(*w->down, *g->down, a->u, du, dx3, D, U);
        for (int j = 0; j < U; j++) if (a->u[j] <= 0) du[j] = 0;
        linear_back(*w->up, *g->up, a->n2, dn2, du, U, D);
        normalize_back(a->x2, a->s2, dn2, dx2);
        memcpy(dx, dx2, sizeof dx);
        linear_back(*w->o, *g->o, a->mix, dmix, dx2, D, D);
        for (int h = 0; h < H; h++) {
            double da[T], total = 0;
            for (int i = 0; i <= t; i++) {
                double s = 0;
                for (int j = h * S; j < (h + 1) * S; j++) {
                    s += dmix[j] * A[i].v[j];
                    dv[i][j] += dmix[j] * a->a[h][i];
                }
                da[i] = s;
                total += s * a->a[h][i];
            }
            for (int i = 0; i <= t; i++) {
                double ds = a->a[h][i] * (da[i] - total) * 0.5;
                for (int j = h * S; j < (h + 1) * S; j++) {
                    dq[j] += ds * A[i].k[j];
                    dk[i][j] += ds * a->q[j];
                }
            }
        }
        linear_back(*w->q, *g->q, a->n1, dn1, dq, D, D);
        linear_back(*w->k, *g->k, a->n1, dn1, dk[t], D, D);
        linear_back(*w->v, *g->v, a->n1, dn1, dv[t], D, D);
        normalize_back(a->x, a->s1, dn1, dx);
        for (int j = 0; j < D; j++) {
            g->wte[tokens[t]][j] += dx[j];
            g->wpe[t][j] += dx[j];
        }
    }
    return loss / n;
}

int main(int argc, char **argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 1000, samples, *tokens, *lengths;
    double loss = 0, power1 = 1, power2 = 1;
    for (int i = 0; i < PARAMETERS; i++) if (scanf("%lf", &P.flat[i]) != 1) return 1;
    if (scanf("%d", &samples) != 1) return 1;
    tokens = malloc(sizeof(int) * samples * (T + 1));
    lengths = malloc(sizeof(int) * samples);
    for (int s = 0; s < samples; s++) {
        if (scanf("%d", &lengths[s]) != 1) return 1;
        for (int t = 0; t < lengths[s]; t++) if (scanf("%d", &tokens[s * (T + 1) + t]) != 1) return 1;
    }
    clock_t start = clock();
    for (int step = 0; step < steps; step++) {
        int s = step % samples;
        double rate = 0.01 * (1 - (double)step / steps);
        loss = sample(tokens + s * (T + 1), lengths[s] - 1);
        power1 *= 0.85;
        power2 *= 0.99;
        for (int i = 0; i < PARAMETERS; i++) {
            M[i] = 0.85 * M[i] + (1 - 0.85) * G.flat[i];
            R[i] = 0.99 * R[i] + (1 - 0.99) * G.flat[i] * G.flat[i];
            P.flat[i] -= rate * (M[i] / (1 - power1)) / (sqrt(R[i] / (1 - power2)) + 1e-8);
        }
    }
    printf("%.17g %.6f\n", loss, (double)(clock() - start) / CLOCKS_PER_SEC);
    return 0;
}

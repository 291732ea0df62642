"""The computation of the coefficients in ``autograd/compiler/elementary.py``: interpolation at Chebyshev's points.

A polynomial through a smooth function at the zeros of a Chebyshev polynomial is within a small factor of the best one
(Trefethen, *Approximation Theory and Approximation Practice*). It is computed with 60 digits and rounded to doubles
once. ``python tests/compiler/coefficients.py`` prints them.
"""

import mpmath
from mpmath import mp, mpf

# The functions to approximate, the interval and the degree of each.
WANTED = {
    # exp(r) = 1 + r + r^2 P(r) for |r| up to half of log 2
    "_EXP": (lambda r: mpmath.hyp1f1(1, 3, r) / 2, -0.3467, 0.3467, 10),
    # log((1 + s)/(1 - s)) = 2 s + s z P(z) with z = s^2, for s up to (sqrt(2) - 1)/(sqrt(2) + 1)
    "_LOG": (lambda z: (2 * mpmath.atanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 2) / z, 0, 0.02945, 7),
    # tanh(x) = x + x z P(z) with z = x^2, for |x| up to 5/8
    "_TANH": (lambda z: (mpmath.tanh(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z, 0, 0.390625, 11),
}


def coefficients(name):
    """Return the coefficients of one of the polynomials as doubles, constant term first."""
    function, low, high, degree = WANTED[name]
    with mp.workdps(60):
        middle, half = (mpf(high) + low) / 2, (mpf(high) - low) / 2
        points = [middle + half * mpmath.cos(mp.pi * (2 * k + 1) / (2 * degree + 2)) for k in range(degree + 1)]
        rows = mpmath.matrix([[x**k for k in range(degree + 1)] for x in points])
        solution = mpmath.lu_solve(rows, mpmath.matrix([function(x) for x in points]))
        return [float(c) for c in solution]


if __name__ == "__main__":
    for name in WANTED:
        print(f"{name} = (")
        for c in coefficients(name):
            print(f"    {c!r},")
        print(")")

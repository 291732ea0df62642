"""The prime of the field in which formulas are proved, and the fractions and roots that its numbers stand for."""

import math
import random
from fractions import Fraction

__all__ = ["PRIME", "RATIO_OF", "SMALL", "THIRD", "is_prime", "root_of_number", "small_fraction"]

SMALL = 4000  # the largest numerator and denominator that small_fraction finds by default
_RATIOS = sorted(
    {Fraction(n, d) for n in range(-12, 13) if n for d in (1, 2, 3, 4, 6, 12)}, key=lambda q: (q.denominator, abs(q))
)


def is_prime(n):
    """Return True if n is prime, by Miller and Rabin's test with bases for n < 2^64 (Sorenson and Webster 2015)."""
    if n < 41:
        return n in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)
    d, s = n - 1, 0
    while d % 2 == 0:
        d, s = d // 2, s + 1
    for a in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37):
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(s - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


_ROOTED = (2, 3, 5, 7)  # these primes have square roots in the field, so square roots of small numbers are exact


def _random_prime(generator):
    while True:
        n = generator.randrange(2**60, 2**61) | 3  # n is 3 modulo 4, so a square root is a power
        if all(n % q for q in (3, 5, 7, 11, 13)) and is_prime(n) and all(pow(q, n // 2, n) == 1 for q in _ROOTED):
            return n


PRIME = _random_prime(random.SystemRandom())  # different in every run, so that no formula can be made to fit it
# 3 does not divide PRIME - 1, because PRIME is 3 modulo 4 and 3 has a square root. So each number has one cube root.
THIRD = pow(3, -1, PRIME - 1)
_ROOTS_OF = {q: pow(q, (PRIME + 1) // 4, PRIME) for q in _ROOTED}


def root_of_number(n):
    """Return the square root of a whole number as the product of its factors' roots, or None if one has none."""
    if n == 0:
        return 0
    root = 1
    for q, r in _ROOTS_OF.items():
        while n % q == 0:
            n, root = n // q, root * r % PRIME
    whole = math.isqrt(n)
    return root * whole % PRIME if whole * whole == n else None


RATIO_OF = {q.numerator * pow(q.denominator, -1, PRIME) % PRIME: q for q in reversed(_RATIOS)}


def small_fraction(v, bound=SMALL) -> Fraction | None:
    """Return the fraction with a small numerator and denominator that a residue stands for, or None."""
    r0, r1, t0, t1 = PRIME, v % PRIME, 0, 1  # Wang's rational reconstruction (1981)
    while r1 > bound:
        q = r0 // r1
        r0, r1, t0, t1 = r1, r0 - q * r1, t1, t0 - q * t1
    if t1 == 0 or abs(t1) > bound:
        return None
    return Fraction(r1, t1)

"""The exact value, first and second derivative of a function of one number, from its definition alone.

A derivative is a central difference of ``EXACT`` (see ``points``) over mpmath numbers. The step is 2^-110 times the
argument, or times 1 if the argument is larger. So the error of the difference is below 2^-90 of the result even one ulp
from a pole. The number of bits is raised until the rounding error is below 2^-80 of the result, or too small for any
double.
"""

import functools
import math

import mpmath
from mpmath import mp, mpf
from points import EPSILON, EXACT

__all__ = ["ALLOWED", "ORDERS", "classify", "truths", "verdict"]

# The quantities that are compared, and the error that each may have, in ulps.
ORDERS = ("value", "first", "second by reverse", "second by forward")
ALLOWED = {"value": 4, "first": 4, "second by reverse": 16, "second by forward": 16}

_GUARD = 20  # bits that mpmath's own functions may lose
_LADDER = (420, 900, 1900, 3900, 7900)
_NOTHING = -1160  # 2 to this power is negligible beside the smallest double, 2^-1074


@functools.cache
def truths(name, x):
    """Return the value and the derivatives of a primitive of one operand at ``x``, three mpmath numbers."""
    scale = min(math.frexp(abs(x))[1] - 1, 0) if x else 0
    found, sizes = _differences(name, x, scale - 110)
    for k in (1, 2):
        # At a root, a result that is tiny beside the values may be the error of the difference. A smaller step shows
        # it.
        if found[k] and _log2(found[k]) + k * scale < sizes - 150:
            again = _differences(name, x, scale - 150)[0][k]
            if _log2(again) < _log2(found[k]) - 60:
                found[k] = mpf(0)
    return found


def _differences(name, x, h_power):
    """Return the value and two differences with a step of 2^h_power, and the binary logarithm of the values' size."""
    f = EXACT[name]
    found = [None] * 3
    for bits in _LADDER:
        with mp.workprec(bits):
            x_, h = mpf(x), mpf((0, 1, h_power, 1))
            above, at, below = f(x_ + h), f(x_), f(x_ - h)
            size = _log2(max(abs(above), abs(at), abs(below)))
            differences = [at, (above - below) / (2 * h), ((above - at) - (at - below)) / h**2]
            for k, d in enumerate(differences):
                noise = size + _GUARD - bits - k * h_power if k else -mpmath.inf
                if found[k] is None and (noise < _NOTHING or noise < _log2(d) - 80):
                    found[k] = d
        if None not in found:
            return found, size
    raise ArithmeticError(f"{name} at {x!r}: {_LADDER[-1]} bits are too few")


def _log2(x):
    return mpmath.mag(x) if x else -mpmath.inf


def _p(x):
    return EXACT["logistic_pdf"](x)


def _phi(x):
    return EXACT["normal_pdf"](x)


# At a root other than 0, the terms of a derivative cancel. This is the sum of their absolute values, by order.
TERMS = {
    ("silu", 1): lambda x: EXACT["sigmoid"](x) + abs(x) * _p(x),
    ("silu", 2): lambda x: _p(x) * (2 + abs(x * mpmath.tanh(x / 2))),
    ("gelu", 1): lambda x: EXACT["normal_cdf"](x) + abs(x) * _phi(x),
    ("gelu", 2): lambda x: _phi(x) * (2 + x**2),
    ("gaussian", 2): lambda x: EXACT["gaussian"](x) * (2 + 4 * x**2),
    ("normal_pdf", 2): lambda x: _phi(x) * (1 + x**2),
    ("logistic_pdf", 2): lambda x: _p(x) * (mpmath.tanh(x / 2) ** 2 + mpmath.sech(x / 2) ** 2 / 2),
    ("sech2", 2): lambda x: mpmath.sech(x) ** 2 * (4 * mpmath.tanh(x) ** 2 + 2 * mpmath.sech(x) ** 2),
    ("lorentzian", 2): lambda x: (2 + 6 * x**2) / (1 + x**2) ** 3,
}


def verdict(name, order, x, found, truth):
    """Return ``"right"``, ``"beyond"`` or ``"wrong"``: the comparison of a computed derivative with the exact one.

    Args:
        name: the name of the primitive.
        order: one of ``ORDERS``.
        x: the argument.
        found: the computed derivative, a float.
        truth: the exact derivative, an mpmath number.

    Returns:
        ``"right"`` within the allowed ulps, or within 4 epsilon times the sum of the absolute terms if there are any;
        ``"wrong"`` for a NaN, an infinity, a zero or a sign that the exact derivative does not have, unless it is
        within that bound and a root is within 8 ulps of ``x``; ``"beyond"`` for any other number.
    """
    result = classify(found, truth, ALLOWED[order])
    k = min(ORDERS.index(order), 2)
    if result == "right" or (name, k) not in TERMS or not math.isfinite(found):
        return result
    with mp.workprec(300):
        if abs(found - truth) > 4 * EPSILON * TERMS[name, k](mpf(x)):
            return result
    return "right" if result == "beyond" or _beside_a_root(name, k, x) else result


def _beside_a_root(name, k, x):
    ulp = math.ulp(x)
    return len({mpmath.sign(truths(name, z)[k]) for z in (x - 8 * ulp, x, x + 8 * ulp)}) > 1


def classify(found, truth, allowed):
    """Return the same as :func:`verdict`, from the two numbers and the allowed ulps alone."""
    size = abs(truth)
    same_sign = (found > 0) == (truth > 0)
    if math.isnan(found):
        return "right" if mpmath.isnan(truth) else "wrong"
    if math.isinf(found) or size >= _TOO_LARGE:
        both_large = min(abs(found), size) >= _LARGEST * (1 - allowed * EPSILON)
        return "right" if both_large and same_sign else "wrong"
    if size >= _SMALLEST and (found == 0.0 or not same_sign):
        return "wrong"
    return "right" if abs(found - truth) <= allowed * mpf(math.ulp(float(truth))) else "beyond"


_LARGEST = mpf(2) ** 1024 * (1 - mpf(2) ** -53)
_TOO_LARGE = mpf(2) ** 1024 * (1 - mpf(2) ** -54)
_SMALLEST = mpf(2) ** -1074

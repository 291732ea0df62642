"""The points at which primitives of one operand are tested: regular, tiny, huge, subnormal, and near kinks and roots.

The points are drawn from a seed. All are inside of the domain, where the value is a number that a double can hold.
"""

import math
import random

from points import PRIMITIVES

from autograd.engine.graph import is_end

__all__ = ["ONE_OPERAND", "arguments"]

# No derivative flows through an end: tests/engine/test_conditions.py tests those.
ONE_OPERAND = [p for p in PRIMITIVES if p.arity == 1 and not is_end(p)]

_PI = math.pi
_QUARTERS = [k * _PI / 2 for k in (0, 1, -1, 2, -2, 3, 5, 10, 101, 2**20, 10**15)]
_WHOLE = [0.0, 1.0, -1.0, 7.0, -12.0, 2.0**20]
_THIRD = 0.5773502691896258  # 1 / sqrt(3)
_ARTANH_THIRD = 0.6584789484624084  # its artanh

# The points where the value, the slope or the curvature has a root, a pole or a kink, or where the value overflows.
PLACES = {
    "step": [0.0],
    "sign": [0.0],
    "relu": [0.0],
    "abs": [0.0],
    "exp": [0.0, 709.78, -708.4, -745.13],
    "expm1": [0.0, 709.78, -708.4, -745.13, -37.0],
    "log": [1.0, 0.0, 5.6e-309, 7e-155],
    "log1p": [0.0, -1.0],
    "sqrt": [0.0, 1.0],
    "floor": _WHOLE,
    "ceil": _WHOLE,
    "round": [k + 0.5 for k in _WHOLE],
    "log2": [1.0, 0.0, 5.6e-309, 7e-155],
    "log10": [1.0, 0.0, 5.6e-309, 7e-155],
    "exp2": [0.0, 1024.0, -1022.0, -1074.0],
    "cbrt": [0.0, 1.0, -1.0, 1e-200, 1e300],
    "cbrt_slope": [0.0, 1.0, -1.0, 1e-200, 1e300],
    "erfc": [0.0, math.sqrt(0.5), -math.sqrt(0.5), 26.5, 27.2, -5.9],
    "lgamma": [1.0, 2.0, 0.4, 0.6, 1.4, 2.5, 12.0],
    "digamma": [1.4616321449683622, 0.5, 1.34, 1.58, 2.5, 12.0],
    "sin": _QUARTERS,
    "cos": _QUARTERS,
    "tan": _QUARTERS,
    "asin": [0.0, 1.0, -1.0],
    "acos": [0.0, 1.0, -1.0],
    "one_minus_square": [0.0, 1.0, -1.0, 0.5],
    "lorentzian": [0.0, _THIRD, -_THIRD, 1e100, 1e154, 1e162],
    "atan": [0.0, _THIRD, -_THIRD, 1e100, 1e154, 1e162],
    "sinh": [0.0, 710.47, -710.47],
    "cosh": [0.0, 710.47, -710.47],
    "sech2": [0.0, _ARTANH_THIRD, -_ARTANH_THIRD, 354.0, 373.0, -373.0],
    "tanh": [0.0, _ARTANH_THIRD, -_ARTANH_THIRD, 354.0, 373.0, -373.0],
    "asinh": [0.0, 1e154],
    "acosh": [1.0, 1e154],
    "atanh": [0.0, 1.0, -1.0],
    "gaussian": [0.0, math.sqrt(0.5), -math.sqrt(0.5), 26.6, 27.3],
    "erf": [0.0, math.sqrt(0.5), 26.6, 27.3, 5.9],
    "normal_pdf": [0.0, 1.0, -1.0, 37.6, 38.6],
    "normal_cdf": [0.0, 1.0, -1.0, -37.6, -38.6, 38.6],
    "sigmoid": [0.0, 709.0, -709.0, -745.13, 745.13, 37.0],
    "logistic_pdf": [0.0, 2 * _ARTANH_THIRD, -2 * _ARTANH_THIRD, 709.0, -709.0, -745.13, 745.13],
    "softplus": [0.0, 709.0, -709.0, -745.13, 745.13, 37.0],
    "logsigmoid": [0.0, 709.0, -709.0, -745.13, 745.13, -37.0],
    "silu": [0.0, -1.2784645427610738, 2.399357280515468, -2.399357280515468, -709.0, -748.0, 750.0],
    "gelu": [0.0, -0.7517915246935645, math.sqrt(2.0), -math.sqrt(2.0), -37.6, -38.6, 38.6],
}

# The bounds of the domain, and of the numbers whose value a double can hold. The bounds themselves are not drawn.
INSIDE = {
    "exp": (-math.inf, 709.782),
    "expm1": (-math.inf, 709.782),
    "log": (0.0, math.inf),
    "log1p": (-1.0, math.inf),
    "sqrt": (0.0, math.inf),
    "log2": (0.0, math.inf),
    "log10": (0.0, math.inf),
    "exp2": (-math.inf, 1024.0),
    "lgamma": (0.0, 1e300),
    "digamma": (0.0, math.inf),
    "asin": (-1.0, 1.0),
    "acos": (-1.0, 1.0),
    "one_minus_square": (-1e154, 1e154),
    "sinh": (-710.475, 710.475),
    "cosh": (-710.475, 710.475),
    "acosh": (1.0, math.inf),
    "atanh": (-1.0, 1.0),
}
_NOT_AT_0 = {
    "step",
    "sign",
    "relu",
    "abs",
    "cbrt",
    "cbrt_slope",
}  # the derivative at 0 is a convention, which is in the table of special points


# The points at which a function jumps. They are not drawn.
JUMPS = {
    "floor": lambda x: x == math.floor(x),
    "ceil": lambda x: x == math.floor(x),
    "round": lambda x: x != math.floor(x) and 2 * x == math.floor(2 * x),
}


def arguments(primitive, seed, count):
    """Return ``count`` different numbers for a primitive, in random order."""
    draw = random.Random(f"{primitive.name} {seed}")
    low, high = INSIDE.get(primitive.name, (-math.inf, math.inf))
    places = PLACES.get(primitive.name, [0.0])
    kinds = [_regular, _tiny, _huge, _subnormal, _beside, _beside]
    found: dict = {}
    jumps = JUMPS.get(primitive.name, lambda x: False)
    if primitive.name not in _NOT_AT_0 and low < 0.0 < high:
        found[0.0] = None
    found = {x: None for x in found if not jumps(x)}
    for place in places:  # the place itself and the doubles next to it
        for x in (place, math.nextafter(place, math.inf), math.nextafter(place, -math.inf)):
            if low < x < high and not jumps(x) and (x or primitive.name not in _NOT_AT_0):
                found[x] = None
    k = 0
    while len(found) < count:
        x = kinds[k % len(kinds)](draw, places)
        k += 1
        if low < x < high and math.isfinite(x) and not jumps(x) and (x != 0.0 or primitive.name not in _NOT_AT_0):
            found[x] = None
    return draw.sample(list(found), count)


def _sign(draw):
    return draw.choice((-1.0, 1.0))


def _regular(draw, places):
    width = draw.choice((1.0, 5.0, 40.0, 800.0))
    return draw.uniform(-width, width)


def _tiny(draw, places):
    return _sign(draw) * 10.0 ** draw.uniform(-307.0, -1.0)


def _huge(draw, places):
    return _sign(draw) * 10.0 ** draw.uniform(0.0, 308.2)


def _subnormal(draw, places):
    return _sign(draw) * math.ulp(0.0) * math.floor(2.0 ** draw.uniform(0.0, 52.0))


def _beside(draw, places):
    place = draw.choice(places)
    if draw.random() < 0.5:
        return place + _sign(draw) * math.ulp(place) * math.floor(2.0 ** draw.uniform(0.0, 30.0))
    return place + _sign(draw) * max(abs(place), 1e-3) * 10.0 ** draw.uniform(-15.0, -1.0)

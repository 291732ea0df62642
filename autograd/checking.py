"""``check_gradients``: the engine's derivatives against finite differences, for users' own tests.

A finite difference sees a wrong rule, a missing path or a wrong sign. It does not see the last digits, nor an error at
a single point: exact arithmetic (``autograd.replay`` over Fractions) and mpmath do.
"""

import math

from autograd.errors import GradientCheckError
from autograd.transforms import jvp, value_and_grad
from autograd.value import Value, no_grad

__all__ = ["check_gradients"]


def check_gradients(f, point, *, rtol=1e-6, atol=1e-9):
    """Check every first derivative of ``f`` at a point, in reverse and forward mode, against finite differences.

    The differences are central ones, extrapolated to a step of 0 (Ridders 1982), which also gives a bound on their
    error; a derivative must agree within that bound and the tolerances.

    Args:
        f: a function of numbers that returns one number, written with Values in mind.
        point: where to check: a number, or a sequence of numbers, one for each argument of ``f``. Keep away from kinks:
            the two sides differ there. ``f`` must be defined in a neighbourhood.
        rtol: the relative difference allowed.
        atol: the absolute difference allowed, in the unit of the derivative.

    Returns:
        The largest difference found, in the unit of the derivative.

    Raises:
        GradientCheckError: a derivative differs; the message names the argument and both numbers.
    """
    point = tuple(point) if isinstance(point, (list, tuple)) or hasattr(point, "tolist") else (point,)
    point = tuple([float(x.data if isinstance(x, Value) else x) for x in point])
    _, reverse = value_and_grad(f)(*point)
    reverse = reverse if len(point) != 1 else (reverse,)
    worst, wrong = 0.0, []
    for i in range(len(point)):
        direction = tuple([1.0 if j == i else 0.0 for j in range(len(point))])
        _, forward = jvp(f, point, direction)
        expected, error = _difference(f, point, i)
        for mode, found in (("reverse", reverse[i]), ("forward", forward)):
            allowed = atol + rtol * abs(expected) + error
            distance = abs(found - expected)
            if not distance <= allowed:  # also where one of them is NaN
                wrong.append(
                    f"  argument {i + 1} at {point[i]!r}: {mode} mode gives {found!r}, the finite difference "
                    f"{expected!r} (allowed {allowed:.1e}, found {distance:.1e})"
                )
            worst = max(worst, distance)
    if wrong:
        raise GradientCheckError(
            f"{getattr(f, '__name__', 'f')} has a wrong derivative, or a kink or a pole near the point:\n"
            + "\n".join(wrong)
            + "\nCheck the partials of the primitives it uses, and that it does not read .data."
        )
    return worst


def _difference(f, point, i):
    """The derivative in argument ``i`` by Ridders' method, and a bound on its error."""

    def value(x):
        with no_grad():
            y = f(*[Value(x if j == i else p) for j, p in enumerate(point)])
        return y.data if isinstance(y, Value) else float(y)

    step = 0.02 * max(abs(point[i]), 0.1)
    shrink = 1.6
    rows, best, error = [], math.nan, math.inf
    for k in range(12):
        high, low = point[i] + step, point[i] - step
        try:
            row = [(value(high) - value(low)) / (high - low)]
        except (ValueError, OverflowError, ZeroDivisionError):  # outside of the domain: come closer
            rows, step = [], step / shrink
            continue
        noise = abs(row[0]) * 2**-50 + 2**-52 * max(abs(value(high)), abs(value(low))) / step
        factor = shrink * shrink
        for j, previous in enumerate(rows[-1] if rows else []):
            row.append((row[j] * factor - previous) / (factor - 1.0))
            factor *= shrink * shrink
            bound = max(abs(row[-1] - row[j]), abs(row[-1] - previous)) + noise
            if bound <= error:
                best, error = row[-1], bound
        if k and rows and abs(row[-1] - rows[-1][-1]) >= 2.0 * error:
            break  # from here on rounding errors grow
        rows.append(row)
        step /= shrink
    return best, error

"""``check_gradients``: the engine's derivatives against finite differences, for users' own tests.

A finite difference sees a wrong rule, a missing path or a wrong sign. It does not see the last digits, nor an error at
a single point: exact arithmetic (``autograd.replay`` over Fractions) and mpmath do.
"""

import math

from autograd.engine.algebra import is_real
from autograd.engine.errors import GradientCheckError
from autograd.engine.transforms import both_modes
from autograd.engine.value import Value

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
    point = tuple(point) if hasattr(point, "__len__") else (point,)
    for x in point:
        if not (isinstance(x, Value) or is_real(x)):
            raise TypeError(
                f"the point is a number or a sequence of numbers, found {type(x).__name__}: convert it first."
            )
    point = tuple([x.data if isinstance(x, Value) else float(x) for x in point])
    reverse, forward = [[_number(x) for x in found] for found in both_modes(f, point)]
    worst, wrong = 0.0, []
    for i in range(len(point)):
        expected, error = _difference(f, point, i)
        for mode, found in (("reverse", reverse[i]), ("forward", forward[i])):
            allowed = atol + rtol * abs(expected) + error
            distance = abs(found - expected)
            if not distance <= allowed:  # also where one of them is NaN
                wrong.append(
                    f"  argument {i + 1} at {point[i]!r}: {mode} mode gives {found!r}, the finite difference "
                    f"{expected!r} (allowed {allowed:.1e}, found {distance:.1e})"
                )
            worst = max(worst, distance)
    if wrong:
        name = getattr(f, "__name__", None) or getattr(f, "name", "f")  # a primitive has a name
        raise GradientCheckError(
            f"{name} has a wrong derivative, or a kink or a pole near the point:\n"
            + "\n".join(wrong)
            + "\nCheck the partials of the primitives it uses, and that it does not read .data."
        )
    return worst


def _number(x):
    """A derivative as a float: where ``f`` uses other Values, it comes as a Value that is connected to them."""
    return x.data if isinstance(x, Value) else float(x)


def _difference(f, point, i):
    """The derivative in argument ``i`` by Ridders' method, and a bound on its error."""

    def value(x):
        return _number(f(*[Value(x if j == i else p) for j, p in enumerate(point)]))

    # A step that fits most functions, and one for those that vary on the scale of their argument.
    tries = [_extrapolated(value, point[i], step) for step in (0.02 * max(abs(point[i]), 0.1), 0.02 * abs(point[i]))]
    return min(tries, key=lambda pair: pair[1])


def _extrapolated(value, x, step):
    """Central differences at shrinking steps, extrapolated to a step of 0; (NaN, infinity) where there are none."""
    shrink, previous, best, error, rows = 1.6, [], math.nan, math.inf, 0
    while rows < 12 and x + step != x:
        try:
            high, low = value(x + step), value(x - step)
        except (ValueError, OverflowError, ZeroDivisionError):  # outside of the domain: come closer
            step, previous, rows = step / shrink, [], 0
            continue
        row = [(high - low) / ((x + step) - (x - step))]
        noise = 2.0**-50 * abs(row[0]) + 2.0**-52 * max(abs(high), abs(low)) / step
        factor = 1.0
        for j, before in enumerate(previous):
            factor *= shrink * shrink
            row.append(row[j] + (row[j] - before) / (factor - 1.0))
            bound = max(abs(row[-1] - row[j]), abs(row[-1] - before)) + noise
            if bound <= error:
                best, error = row[-1], bound
        if previous and abs(row[-1] - previous[-1]) >= 2.0 * error:
            break  # from here on rounding errors grow
        step, previous, rows = step / shrink, row, rows + 1
    return best, error

"""``check_gradients`` compares derivatives with finite differences and with your own derivation, in your tests.

A finite difference detects a wrong rule, a missing path or a wrong sign. It does not detect an error in the last digits
or at a single point. Exact arithmetic (``autograd.replay`` over Fractions) and mpmath detect these.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from autograd.engine.algebra import is_real
from autograd.engine.errors import GradientCheckError
from autograd.engine.graph import postorder, replay
from autograd.engine.pytrees import Tree, flatten, flatten_like
from autograd.engine.transforms import both_modes
from autograd.engine.value import Value

__all__ = ["check_gradients", "judge_formulas_with"]

_judge: Callable[[Value, Value, str], str] | None = None


def judge_formulas_with(judge: Callable[[Value, Value, str], str]) -> None:
    """Set the function ``judge(loss, leaf, formula)`` that says why ``check_gradients`` refuses a formula, or ""."""
    global _judge
    _judge = judge


def check_gradients(
    f: Any, point: Any = None, *, gradient: Any = None, rtol: float = 1e-6, atol: float = 1e-9
) -> float:
    """Check derivatives in reverse and forward mode against finite differences, and against your own derivation.

    Central differences are extrapolated to a step of 0 (Ridders 1982). This also gives a bound on their error. A
    derivative must agree within this bound and the tolerances.

    Args:
        f: a function that returns one number, and accepts Values in place of numbers; or a recorded loss, a Value.
        point: for a function, the point at which to check: a number, or a sequence with one entry for each argument of
            ``f``. An entry is a number or a structure of numbers. ``f`` must be defined in a neighbourhood of the
            point. Keep away from kinks, because the slopes on their two sides differ.
            For a recorded loss, the leaves to check: a list of Values, by default all leaves. Or a dict from leaf to
            the derivative that you derived: a number, a function of the leaf's number, or a formula as text.
        gradient: the gradient that you derived for a function: a function of the same arguments, or its result.
        rtol: the relative difference that is allowed.
        atol: the absolute difference that is allowed, in the unit of the derivative.

    Returns:
        The largest difference from a finite difference, in the unit of the derivative.

    Raises:
        GradientCheckError: a derivative differs. The message names the argument or the leaf and both numbers. If one is
            a simple multiple of the other, or has the wrong sign, it says so. For a formula it has the whole diagnosis.

    Example:
        >>> check_gradients(lambda x: x * x, 3.0, gradient=lambda x: 2 * x) < 1e-9
        True
        >>> w = Value(3.0, "w")
        >>> check_gradients(w * w, {w: 12.0})
        Traceback (most recent call last):
        ...
        autograd.engine.errors.GradientCheckError: the loss has another derivative than given:
          w: given 12.0, the derivative is 6.0: the given one is 2 times as large.
    """
    __tracebackhide__ = True  # so that pytest shows the line of the test and hides the lines of this file
    if isinstance(f, Value):
        return _check_recorded(f, point, rtol, atol)
    args = _arguments(point)
    numbers, tree = flatten(args)
    numbers = [x.data if isinstance(x, Value) else float(x) for x in numbers]
    reverse, forward = [[_number(x) for x in found] for found in both_modes(f, tree.rebuild(numbers))]
    worst, wrong = 0.0, []
    for i, x in enumerate(numbers):
        expected, error = _difference(partial(_along, f, tree, numbers, i), x)
        for mode, found in (("reverse", reverse[i]), ("forward", forward[i])):
            allowed = atol + rtol * abs(expected) + error
            distance = abs(found - expected)
            if not distance <= allowed:  # also where one of them is NaN
                wrong.append(
                    f"  {_argument(tree, i)} at {x!r}: {mode} mode gives {found!r}, the finite difference "
                    f"{expected!r} (allowed {allowed:.1e}, found {distance:.1e})"
                )
            worst = max(worst, distance)
    name = getattr(f, "__name__", None) or getattr(f, "name", "f")  # a primitive has .name in place of __name__
    if wrong:
        raise GradientCheckError(
            f"{name} has a wrong derivative, or a kink or a pole near the point:\n"
            + "\n".join(wrong)
            + "\nCheck the partials of the primitives it uses, and that it does not read .data."
        )
    if gradient is not None:
        point = tree.rebuild(numbers)
        derived = gradient(*point) if callable(gradient) else gradient
        if len(point) == 1 and is_real(point[0]) and isinstance(derived, (list, tuple)) and len(derived) == 1:
            derived = derived[0]  # the point [3.0] is the same as 3.0
        given = [_number(x) for x in flatten_like(point[0] if len(point) == 1 else point, derived, "gradient")]
        names = [_argument(tree, i) for i in range(len(numbers))]
        _compare(f"{name} has", zip(names, given, reverse, strict=True), rtol, atol)
    return worst


def _arguments(point: Any) -> tuple[Any, ...]:
    """Return the point as a tuple with one entry for each argument."""
    if point is None:
        raise TypeError(
            "check_gradients needs a point to check a function at: a number, or a sequence with one for each argument."
        )
    if isinstance(point, (list, tuple)) and not hasattr(point, "_fields"):
        return tuple(point)
    if len(getattr(point, "shape", ())) == 1:
        return tuple(point.tolist())
    if isinstance(point, (str, complex)):
        raise TypeError(
            f"the point is a number or a sequence of numbers, found {type(point).__name__}: convert it first."
        )
    return (point,)


def _argument(tree: Tree, i: int) -> str:
    """Return the name of the ``i``-th number of the arguments, such as ``argument 1['w'][2]``."""
    place, rest = tree.name(i)[1:].split("]", 1)
    return f"argument {int(place) + 1}{rest}"


def _along(f: Any, tree: Tree, numbers: list[float], i: int, x: float) -> Any:
    """Return the result of the function with number ``i`` of its arguments replaced by ``x``."""
    return f(*tree.rebuild([Value(x if j == i else p) for j, p in enumerate(numbers)]))


def _replayed(loss: Value, leaf: Value, x: float) -> Any:
    """Return the loss with the number of a leaf replaced by ``x``."""
    return replay(loss, at={leaf: x}).value


def _check_recorded(loss: Value, point: Any, rtol: float, atol: float) -> float:
    """Check the derivatives of a recorded loss with respect to some of its leaves. See :func:`check_gradients`."""
    __tracebackhide__ = True
    leaves = [node for node in postorder([loss]) if node.op is None]
    chosen = leaves if point is None else [point] if isinstance(point, Value) else list(point)
    for leaf in chosen:
        if leaf not in leaves:
            raise ValueError(f"the loss does not depend on {leaf!r}: check the leaves that it was computed from.")
    found = replay(loss).gradients()
    worst, wrong, named = 0.0, [], {leaf: leaf.label or f"leaf {leaves.index(leaf) + 1}" for leaf in chosen}
    for leaf in chosen:
        expected, error = _difference(partial(_replayed, loss, leaf), leaf.data)
        distance = abs(found[leaf] - expected)
        if not distance <= atol + rtol * abs(expected) + error:
            wrong.append(f"  {named[leaf]} at {leaf.data!r}: {found[leaf]!r}, the finite difference {expected!r}")
        worst = max(worst, distance)
    if wrong:
        raise GradientCheckError(
            "the loss has a wrong derivative, or a kink or a pole near the point:\n"
            + "\n".join(wrong)
            + "\nCheck the partials of the primitives it uses."
        )
    if isinstance(point, dict):
        texts = {leaf: claim for leaf, claim in point.items() if isinstance(claim, str)}
        claims = [
            (named[leaf], _number(claim(leaf.data) if callable(claim) else claim), found[leaf])
            for leaf, claim in point.items()
            if leaf not in texts
        ]
        _compare("the loss has", claims, rtol, atol)
        for leaf, text in texts.items():
            refused = _refusal(loss, leaf, text)
            if refused:
                raise GradientCheckError(
                    f"the formula for {named[leaf]} is not proved to be its derivative:\n{refused}"
                )
    return worst


def _refusal(loss: Value, leaf: Value, formula: str) -> str:
    """Return the reason why a formula is not accepted as the derivative; an empty text if it is proved."""
    if _judge is None:
        raise TypeError("check_gradients needs the whole package to judge a formula: import autograd first.")
    return _judge(loss, leaf, formula)


def _compare(subject: str, rows: Any, rtol: float, atol: float) -> None:
    """Raise GradientCheckError if given derivatives differ from the true ones. The message describes the mistake."""
    __tracebackhide__ = True
    wrong = [
        f"  {name}: given {given!r}, the derivative is {true!r}{_slip(given, true)}."
        for name, given, true in rows
        if not abs(given - true) <= atol + rtol * abs(true)
    ]
    if wrong:
        raise GradientCheckError(f"{subject} another derivative than given:\n" + "\n".join(wrong))


def _slip(given: float, true: float) -> str:
    """Return a description of the mistake if it is a wrong sign or a simple factor, else an empty text."""
    if not (given and true and math.isfinite(given) and math.isfinite(true)):
        return ""
    ratio = given / true
    simple = Fraction(ratio).limit_denominator(100)
    if not simple or abs(ratio - simple) > 1e-9 * abs(ratio):
        return ""
    if simple == -1:
        return ": the given one has the wrong sign"
    return f": the given one is {simple} times as large"


def _number(x: Any) -> float:
    """Return a derivative as a float. If ``f`` uses other Values, the derivative is a Value that depends on them."""
    return x.data if isinstance(x, Value) else float(x)


def _difference(f: Callable[[float], Any], x: float) -> tuple[float, float]:
    """Return the derivative of a function of one number by Ridders' method, and a bound on its error."""

    def value(z: float) -> float:
        return _number(f(z))

    # A step that fits most functions, and one for those that vary on the scale of their argument.
    tries = [_extrapolated(value, x, step) for step in (0.02 * max(abs(x), 0.1), 0.02 * abs(x))]
    return min(tries, key=lambda pair: pair[1])


def _extrapolated(value, x, step):
    """Return the central differences at shrinking steps, extrapolated to a step of 0, and a bound on the error.

    If no difference can be taken, the result is ``(NaN, infinity)``.
    """
    shrink, previous, best, error, rows = 1.6, [], math.nan, math.inf, 0
    while rows < 12 and x + step != x:
        try:
            high, low = value(x + step), value(x - step)
        except (ValueError, OverflowError, ZeroDivisionError):  # outside of the domain: take a smaller step
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
            break  # smaller steps would only increase the rounding error
        step, previous, rows = step / shrink, row, rows + 1
    return best, error

"""NumPy's functions of a bare Value, ``np.maximum(x, 0)`` or ``np.float64(2) * x``, and of arrays of Values.

NumPy asks an operand of an unknown type for ``__array_ufunc__``. Without it, NumPy puts the Value into an array of
objects and applies the operation to the elements. That suffices for ``np.multiply``, which multiplies the elements, and
for ``np.exp``, which calls their method. It does not suffice for ``np.maximum``, which compares the elements and keeps
one of them: the result would be a plain 0, and nothing would be recorded.

NumPy does not ask the elements of an array of objects. So the compiled engine replaces the loops over objects of
``np.maximum`` and a few other functions as soon as both packages are imported: see ``array_loops.h``. The new loops
record the operation for each element that is a Value, and leave all other elements to NumPy's loop. In the interpreted
engine, ``np.maximum(array, 0)`` returns one of the two elements, and records nothing.

>>> import numpy as np
>>> from autograd import Value
>>> x = Value(-1.0)
>>> np.maximum(x, 0)
Value(data=0.0, grad=0.0)
"""

import importlib.abc
import importlib.util
import math
import operator
import sys
from typing import Any

from autograd.engine.algebra import is_real
from autograd.engine.array_loops import replace_loop
from autograd.engine.functions import atan2, ceil, floor, hypot, logaddexp, sign, where
from autograd.engine.primitives import maximum, minimum
from autograd.engine.value import Value, apply_ufuncs_with, compiled

__all__: list[str] = []


def _fmax(a, b):
    """Return the larger number, or the other one if one is NaN."""
    return b if _is_nan(a) else a if _is_nan(b) else maximum(a, b)


def _fmin(a, b):
    return b if _is_nan(a) else a if _is_nan(b) else minimum(a, b)


def _is_nan(x):
    """Return True for NaN. The comparison becomes a guard if the program is recorded for compilation."""
    return not x <= x  # only NaN is not equal to itself


def _copysign(a, b):
    """Return a with the sign of b. The angle tells apart 0 and -0, which a comparison does not."""
    return abs(a) * sign(atan2(b, -1.0))


def _fmod(a, b):
    """Return the remainder with the sign of a, as C does. The sign of ``%`` is that of b."""
    rest = abs(a) % abs(b)
    return where(a >= 0, rest, -rest)


def _heaviside(x, at_0):
    return x if _is_nan(x) else where(x > 0, 1.0, where(x < 0, 0.0, at_0))


def _ldexp(x, exponent):
    if isinstance(exponent, Value):
        raise TypeError("ldexp takes an integer as exponent, found a Value: write x * 2 ** y.")
    return x * 2.0**exponent


def _logaddexp2(a, b):
    return logaddexp(a * math.log(2), b * math.log(2)) / math.log(2)


def _clip(x, low, high):
    return minimum(maximum(x, low), high)


def _trunc(x):
    return where(x >= 0, floor(x), ceil(x))


def _refuse_truth(*operands):
    """Raise the error of ``bool(value)``."""
    for x in operands:
        if isinstance(x, Value):
            bool(x)


def _is_number(x):
    return isinstance(x, Value) or is_real(x)


# NumPy's own loop over objects computes these in another way, or not at all.
_OWN: dict[str, Any] = {
    "maximum": maximum, "minimum": minimum, "fmax": _fmax, "fmin": _fmin, "clip": _clip, "sign": sign, "trunc": _trunc,
    "arctan2": atan2, "hypot": hypot, "logaddexp": logaddexp, "logaddexp2": _logaddexp2, "copysign": _copysign,
    "fmod": _fmod, "heaviside": _heaviside, "float_power": operator.pow, "ldexp": _ldexp, "divmod": divmod,
    "isnan": _is_nan, "isfinite": lambda x: bool(abs(x) < math.inf), "isinf": lambda x: bool(abs(x) >= math.inf),
    **dict.fromkeys(("logical_and", "logical_or", "logical_xor", "logical_not"), _refuse_truth),
}  # fmt: skip

# If all operands are numbers, these are computed directly, because an array of objects takes longer.
_OF_NUMBERS: dict[str, Any] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "remainder": operator.mod, "floor_divide": operator.floordiv, "negative": operator.neg,
    "equal": operator.eq, "not_equal": operator.ne, **_OWN,
}  # fmt: skip

# ``np.float64(2) < x`` is a Condition, as ``2 < x`` is. The function itself, ``np.less(2, x)``, returns a bool, because
# NumPy's own code computes with the result.
_COMPARISONS: dict[str, Any] = {
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
}  # fmt: skip

# For these, NumPy's own loops over objects compare the elements, and return one of them or a plain number, or call a
# method that a Value does not have.
_IN_ARRAYS = ("maximum", "minimum", "fmax", "fmin", "clip", "sign", "trunc")

_ufuncs: dict[str, Any] = {}  # the functions of _OWN as functions of arrays


def _apply(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Return the result of a function of NumPy of which at least one operand is a Value.

    Args:
        ufunc: the function, such as ``np.maximum``.
        method: ``"__call__"``, or the name of its method that was called, such as ``"reduce"``.
        inputs: the operands.
        options: the keyword arguments.
    """
    name = ufunc.__name__
    if method == "__call__" and not options:
        of_numbers = _OF_NUMBERS.get(name)
        if of_numbers is not None and all(map(_is_number, inputs)):
            return of_numbers(*[x if isinstance(x, Value) else float(x) for x in inputs])
    import numpy as np  # lazy: NumPy itself calls this, and the engine does not need it

    if name in _COMPARISONS and method == "__call__" and not options:
        # The operator < of a NumPy scalar passes the scalar as an array without axes. Who calls np.less seldom does.
        scalars = [x.item() if isinstance(x, np.ndarray) and x.ndim == 0 else x for x in inputs]
        if any(x is not y for x, y in zip(scalars, inputs, strict=True)) and all(map(_is_number, scalars)):
            return _COMPARISONS[name](*scalars)

    for given in options.values():
        if isinstance(given, Value) or (isinstance(given, tuple) and any(isinstance(x, Value) for x in given)):
            raise TypeError(f"{name} takes a Value as an operand only: give an array, or leave the option out.")
    if name in _OWN:
        if name not in _ufuncs:
            _ufuncs[name] = np.frompyfunc(_OWN[name], ufunc.nin, ufunc.nout)
        ufunc = _ufuncs[name]
    operands = []
    for x in inputs:
        if getattr(getattr(x, "dtype", None), "kind", "") in ("m", "M"):
            raise TypeError(f"{name} of a time and a Value: divide the time by a unit, np.timedelta64(1, 's').")
        if isinstance(x, Value):
            array = np.empty((), dtype=object)
            array[()] = x
            x = array
        operands.append(x)
    return getattr(ufunc, method)(*operands, **options)


apply_ufuncs_with(_apply)


def _record_in_arrays():
    """Make NumPy's functions record the operations on Values in arrays of objects."""
    numpy = sys.modules["numpy"]
    core = getattr(numpy, "_core", None) or getattr(numpy, "core", None)  # it was renamed in NumPy 2
    table = getattr(getattr(core, "_multiarray_umath", None), "_UFUNC_API", None)
    if table is not None:  # a module of the user's own may be called numpy
        for name in _IN_ARRAYS:
            replace_loop(getattr(core.umath, name), _OWN[name], Value, table)


class _AfterNumPy(importlib.abc.MetaPathFinder):
    """A finder that notices the import of NumPy, which the engine itself does not need."""

    def find_spec(self, name, path=None, target=None):
        if name != "numpy":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def executed(module):
                execute(module)
                _record_in_arrays()

            spec.loader.exec_module = executed
        return spec


if compiled:
    if "numpy" in sys.modules:
        _record_in_arrays()
    else:
        sys.meta_path[:] = [_AfterNumPy(), *[f for f in sys.meta_path if type(f).__name__ != "_AfterNumPy"]]

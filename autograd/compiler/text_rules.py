"""Copies of rules that compute with texts: their ``math`` and their builtins accept texts as well as floats."""

import builtins
import math
import types

from autograd.compiler.texts import Condition, Text

__all__ = ["Rebinding"]

_CONDITIONS = {"isinf": "isinf", "isfinite": "isfinite"}


def _is_text(x):
    return isinstance(x, (Text, Condition))


class _Math:
    """A replacement for the module math that also accepts texts. Over floats, it is the same."""

    def __getattr__(self, name):
        own = getattr(math, name)
        if not callable(own):
            return own

        def function(*operands):
            if name == "fsum":
                return _fsum(*operands)
            found = next((x for x in operands if _is_text(x)), None)
            if found is None:
                return own(*operands)
            if name == "isnan":
                return found != found  # true only for a NaN
            if name in _CONDITIONS:
                called = "isFinite" if name == "isfinite" and found.writer.export.language != "c" else name
                return Condition(found.writer, f"({called}({found.text}))")
            return found.writer.call(name, *operands)

        return function


def _fsum(numbers):
    """Return the sum, with the rounding errors of all additions added at the end (Knuth's two-sum)."""
    total, lost = 0.0, 0.0
    for x in numbers:
        after = total + x
        back = after - total
        lost = lost + ((total - (after - back)) + (x - back))
        total = after
    return total + lost


def _max(*operands, **named):
    operands = tuple(operands[0]) if len(operands) == 1 else operands
    if not any(map(_is_text, operands)):
        return max(operands, **named)
    found, *rest = operands
    for x in rest:
        found = _select(x > found, x, found)
    return found


def _min(*operands, **named):
    return -_max(*[-x for x in (operands[0] if len(operands) == 1 else operands)], **named)


def _select(condition, a, b):
    return condition.select(a, b) if isinstance(condition, Condition) else a if condition else b


def _all(conditions):
    found = True
    for condition in conditions:
        found = condition & found if _is_text(condition) else found and condition
    return found


def _float(x=0.0):
    return x if _is_text(x) else float(x)


def _round(x, *digits):
    return x.writer.call("rint", x) if _is_text(x) and not digits else round(x, *digits)


_MATH = _Math()
_STAND_INS = {"max": _max, "min": _min, "all": _all, "float": _float, "round": _round}


class Rebinding:
    """A maker of copies of rules, in which ``math`` and the builtins also accept texts."""

    def __init__(self):
        self._copies: dict = {}
        self._globals: dict = {}

    def __call__(self, x):
        """Return the copy of a Python function, or a replacement. Anything else is returned unchanged."""
        if x is math:
            return _MATH
        if isinstance(x, types.BuiltinFunctionType) and getattr(math, x.__name__, None) is x:
            return getattr(_MATH, x.__name__)
        if isinstance(x, types.BuiltinFunctionType):
            return _STAND_INS.get(x.__name__, x) if x is getattr(builtins, x.__name__, None) else x
        if not isinstance(x, types.FunctionType):
            return x
        if x not in self._copies:
            names = self._globals.setdefault(id(x.__globals__), {**x.__globals__, **_STAND_INS})
            closure = tuple([types.CellType() for _ in x.__closure__ or ()])
            copy = types.FunctionType(x.__code__, names, x.__name__, x.__defaults__, closure or None)
            copy.__kwdefaults__ = x.__kwdefaults__
            self._copies[x] = copy  # stored before its names are copied, which may use it
            for name in _names_in(x.__code__) & x.__globals__.keys():
                names[name] = self(x.__globals__[name])
            for new, old in zip(closure, x.__closure__ or (), strict=True):
                new.cell_contents = self(old.cell_contents)
        return self._copies[x]


def _names_in(code):
    """Return the global names that a code object, and the code objects in it, use."""
    return set(code.co_names).union(*[_names_in(x) for x in code.co_consts if isinstance(x, types.CodeType)])

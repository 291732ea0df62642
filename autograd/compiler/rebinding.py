"""Copies of functions whose ``max`` and ``min`` accept numbers that were read while a function is recorded.

Python's ``max`` compares, and a program from one recording cannot follow comparisons. So a copy of the function is
recorded. It has the same code, closure and globals, but other builtins. The original does not change, and other threads
use the usual ``max``. Functions that it finds by their names are copied in the same way if they call ``max`` or
``min``, or lead to a function that does. Methods of objects are not copied. If a copy could behave differently, the
function itself is recorded, and its comparisons are noted.
"""

import builtins
import dis
import functools
import types

from autograd.compiler.readings import Reading
from autograd.engine import primitives
from autograd.engine.algebra import is_real
from autograd.engine.conditions import Condition
from autograd.engine.functions import where
from autograd.engine.value import Value, record

__all__ = ["spares_comparisons", "with_recorded_extremes"]

_OURS = ("autograd", "nn", "deltagrad")
_SEE_GLOBALS = {"globals", "locals", "vars", "eval", "exec"}  # code with these names could notice the other globals
_KEPT = ("__builtins__", "__file__", "__loader__", "__name__", "__package__", "__spec__")


def with_recorded_extremes(function, at_once=False):
    """Return a copy of ``function`` that records ``max`` and ``min`` of data that were read, and is otherwise the same.

    Args:
        function: a Python function, a bound method, a ``functools.partial`` or an object with ``__call__``. Anything
            else is returned unchanged, and so is a function that leads to no ``max`` or ``min``.
        at_once: True to record the largest of many numbers as one node, which is NaN if any of them is. Otherwise they
            are compared one by one, as Python does.
    """
    return _rebound(function, {}, _Namespaces(at_once))


def spares_comparisons(result, watch, first, first_watch):
    """Return True if the recording of a copy has the same numbers as the first one and fewer comparisons.

    A copy is a different object from its original. A function that depends on that would give another result.

    Args:
        result: the result of the copy.
        watch: the watch on the copy.
        first: the result of the original.
        first_watch: the watch on the original.
    """
    return len(watch.guards) < len(first_watch.guards) and _numbers_of(result) == _numbers_of(first)


def _numbers_of(result):
    """Return a function's result as text. It is the same for the same numbers."""
    listed = list(result) if isinstance(result, (list, tuple)) else [result]
    return [repr(getattr(y, "value", y)).partition(", grad=")[0] for y in listed]


def _rebound(x, copies, namespaces):
    inner, make = x, None
    if isinstance(x, functools.partial):
        inner, make = x.func, lambda f: functools.partial(f, *x.args, **x.keywords)
    elif isinstance(x, types.MethodType):
        inner, make = x.__func__, lambda f: types.MethodType(f, x.__self__)
    elif isinstance(x, types.FunctionType):
        return _copy(x, copies, namespaces)
    elif callable(x) and not isinstance(x, type) and isinstance(type(x).__call__, types.FunctionType):
        inner, make = type(x).__call__, lambda f: types.MethodType(f, x)
    if make is None:
        return x
    copy = _rebound(inner, copies, namespaces)
    return x if copy is inner else make(copy)


def _copy(function, copies, namespaces):
    """Return the copy of a function, or the function itself if a copy could behave differently."""
    if function in copies:
        return copies[function]
    if not _is_copied(function) or not _leads_to_extremes(function, set()):
        return function
    names = namespaces.get(id(function.__globals__))
    if names is None:
        names = namespaces[id(function.__globals__)] = _Names(function.__globals__, copies, namespaces)
    cells = function.__closure__ or ()
    closure = tuple([types.CellType() if _holds_function(cell) else cell for cell in cells])
    copy = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, closure or None)
    copy.__kwdefaults__, copy.__dict__ = function.__kwdefaults__, function.__dict__
    copy.__qualname__ = function.__qualname__
    copies[function] = copy  # stored before its closure is copied, which may contain the function itself
    for new, old in zip(closure, cells, strict=True):
        if new is not old:
            new.cell_contents = _copy(old.cell_contents, copies, namespaces)
    return copy


def _holds_function(cell):
    try:
        return isinstance(cell.cell_contents, types.FunctionType)
    except ValueError:  # it is still empty
        return False


def _is_copied(function):
    names = function.__globals__
    if (names.get("__name__") or "").partition(".")[0] in _OURS:
        return False
    found = names.get("__builtins__", builtins)  # a module or its dict
    return getattr(found, "__dict__", found) is vars(builtins) and _may_be_copied(function.__code__)


@functools.lru_cache(maxsize=1024)
def _may_be_copied(code):
    """Return True if code neither assigns to names outside of it nor accesses its globals as a whole."""
    if not _SEE_GLOBALS.isdisjoint(code.co_names):
        return False
    outside = set(code.co_freevars)
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            return False
        if step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in outside:
            return False
    return all(_may_be_copied(x) for x in code.co_consts if isinstance(x, types.CodeType))


def _leads_to_extremes(function, seen):
    """Return True if a function uses the name max or min, or leads to a function that does."""
    if function in seen or not _is_copied(function):
        return False
    seen.add(function)
    names = _names_in(function.__code__)
    if not names.isdisjoint(("max", "min")):
        return True
    found = [function.__globals__.get(name) for name in names]
    found += [cell.cell_contents for cell in function.__closure__ or () if _holds_function(cell)]
    return any(_leads_to_extremes(each, seen) for each in found if isinstance(each, types.FunctionType))


@functools.lru_cache(maxsize=1024)
def _names_in(code):
    """Return the global names in code and in the functions that it defines."""
    inner = [_names_in(x) for x in code.co_consts if isinstance(x, types.CodeType)]
    return frozenset(code.co_names).union(*inner)


class _Namespaces(dict):
    """The globals of copies, by the ids of the globals of their originals, and the ``max`` and ``min`` they share."""

    def __init__(self, at_once):
        super().__init__()
        self.builtins = {
            **vars(builtins),
            "max": functools.partial(_extreme, max, 1, at_once),
            "min": functools.partial(_extreme, min, -1, at_once),
        }


class _Names(dict):
    """The globals of a copy. They are read from those of the original when they are needed, with functions copied."""

    def __init__(self, names, copies, namespaces):
        super().__init__({name: names[name] for name in _KEPT if name in names})
        self["__builtins__"] = namespaces.builtins
        self._names, self._copies, self._namespaces = names, copies, namespaces

    def __missing__(self, name):
        found = self._names[name]
        return _copy(found, self._copies, self._namespaces) if isinstance(found, types.FunctionType) else found


def _extreme(plain, sign, at_once, /, *arguments, **options):
    if len(arguments) == 1 and hasattr(arguments[0], "__iter__"):
        arguments = (list(arguments[0]),)
    items = arguments[0] if len(arguments) == 1 else arguments
    without_key = not options or (len(arguments) == 1 and list(options) == ["default"])
    if not without_key or not isinstance(items, (list, tuple)) or not any(type(x) is Reading for x in items):
        return plain(*arguments, **options)
    if at_once and not any(isinstance(x, Value) for x in items):
        nodes = [x.value if type(x) is Reading else x for x in items]
        return Reading(sign * record(primitives.shift, [sign * x for x in nodes]))
    if not all(isinstance(x, (Reading, Value)) or is_real(x) for x in items):
        return plain(*arguments, **options)
    best = items[0]
    for x in items[1:]:  # as in Python, the first of equals stays, and a later NaN does not count
        larger = x > best if sign > 0 else x < best
        best = where(larger, x, best) if isinstance(larger, Condition) else x if larger else best
    return Reading(best) if isinstance(best, Value) and not any(isinstance(x, Value) for x in items) else best

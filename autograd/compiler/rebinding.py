"""Functions whose ``max`` and ``min`` take numbers that were read while a function is recorded.

Python's ``max`` compares, and a program that was recorded once cannot follow comparisons. So a function is recorded as
a copy: the same code, the same closure and the same globals, but with other builtins. Nothing of the original changes,
and other threads see the ``max`` they know. Functions that it finds by their names are copied in the same way; a method
of an object is not. Where a function cannot be copied without a difference, it is recorded as it is, and its
comparisons are noted.
"""

import builtins
import dis
import functools
import types

from autograd.compiler.recording import Reading
from autograd.engine import primitives
from autograd.engine.value import record

__all__ = ["with_recorded_extremes"]

_OURS = ("autograd", "nn", "deltagrad")
_LOOKED_AT = {"globals", "locals", "vars", "eval", "exec"}  # through which code can see that its globals are others
_KEPT = ("__builtins__", "__file__", "__loader__", "__name__", "__package__", "__spec__")


def with_recorded_extremes(function):
    """Return a function that does what ``function`` does, and records ``max`` and ``min`` of data that were read.

    Args:
        function: a Python function, a bound method, a ``functools.partial`` or an object with ``__call__``. Anything
            else is returned as it is.
    """
    return _rebound(function, {}, {})


def _rebound(x, copies, namespaces):
    if isinstance(x, functools.partial):
        return functools.partial(_rebound(x.func, copies, namespaces), *x.args, **x.keywords)
    if isinstance(x, types.MethodType):
        return types.MethodType(_rebound(x.__func__, copies, namespaces), x.__self__)
    if isinstance(x, types.FunctionType):
        return _copy(x, copies, namespaces)
    call = type(x).__call__ if callable(x) else None
    if isinstance(call, types.FunctionType) and not isinstance(x, type) and _is_copied(call):
        return types.MethodType(_copy(call, copies, namespaces), x)
    return x


def _copy(function, copies, namespaces):
    """The copy of a function, or the function itself where that would not do the same."""
    if function in copies:
        return copies[function]
    if not _is_copied(function):
        return function
    names = namespaces.get(id(function.__globals__))
    if names is None:
        names = namespaces[id(function.__globals__)] = _Names(function.__globals__, copies, namespaces)
    cells = function.__closure__ or ()
    closure = tuple([types.CellType() if _holds_function(cell) else cell for cell in cells])
    copy = types.FunctionType(function.__code__, names, function.__name__, function.__defaults__, closure or None)
    copy.__kwdefaults__, copy.__dict__ = function.__kwdefaults__, function.__dict__
    copy.__qualname__ = function.__qualname__
    copies[function] = copy  # before its closure, which may hold the function itself
    for new, old in zip(closure, cells, strict=True):
        if new is not old:
            new.cell_contents = _copy(old.cell_contents, copies, namespaces)
    return copy


def _holds_function(cell):
    try:
        return isinstance(cell.cell_contents, types.FunctionType)
    except ValueError:  # nothing is in it yet
        return False


def _is_copied(function):
    names = function.__globals__
    if (names.get("__name__") or "").partition(".")[0] in _OURS:
        return False
    found = names.get("__builtins__", builtins)  # a module or its dict
    return getattr(found, "__dict__", found) is vars(builtins) and _may_be_copied(function.__code__)


@functools.lru_cache(maxsize=1024)
def _may_be_copied(code):
    """Return True if code neither assigns to names outside of it nor looks at its globals as a whole."""
    if not _LOOKED_AT.isdisjoint(code.co_names):
        return False
    outside = set(code.co_freevars)
    for step in dis.get_instructions(code):
        if step.opname in ("STORE_GLOBAL", "DELETE_GLOBAL"):
            return False
        if step.opname in ("STORE_DEREF", "DELETE_DEREF") and step.argval in outside:
            return False
    return all(_may_be_copied(x) for x in code.co_consts if isinstance(x, types.CodeType))


class _Names(dict):
    """The globals of a copy: those of the original, read when they are asked for, with functions copied."""

    def __init__(self, names, copies, namespaces):
        super().__init__({name: names[name] for name in _KEPT if name in names})
        self["__builtins__"] = {**vars(builtins), "max": _max, "min": _min}
        self._names, self._copies, self._namespaces = names, copies, namespaces

    def __missing__(self, name):
        found = self._names[name]
        return _copy(found, self._copies, self._namespaces) if isinstance(found, types.FunctionType) else found


def _extreme(plain, sign, arguments, options):
    if len(arguments) == 1 and hasattr(arguments[0], "__iter__"):
        arguments = (list(arguments[0]),)
    items = arguments[0] if len(arguments) == 1 else arguments
    if options or not isinstance(items, (list, tuple)) or not any(type(x) is Reading for x in items):
        return plain(*arguments, **options)
    nodes = [x.value if type(x) is Reading else x for x in items]
    return Reading(sign * record(primitives.shift, [sign * x for x in nodes]))


def _max(*arguments, **options):
    return _extreme(max, 1, arguments, options)


def _min(*arguments, **options):
    return _extreme(min, -1, arguments, options)

"""Calls of a function that is recorded for compilation: its arguments, and a check that it always does the same."""

import array
import inspect

from autograd.compiler.operands import nodes_under
from autograd.compiler.readings import Reading
from autograd.compiler.recording import watched
from autograd.engine.algebra import is_real
from autograd.engine.errors import GuardError
from autograd.engine.value import Value

__all__ = ["check_repeated", "form_of", "holds_values", "in_order", "takes", "watched_call", "with_constants"]


def watched_call(function, leaves, arguments):
    """Call a function while its comparisons and reads of data are noted. Return its result and the notes."""
    with watched(leaves) as watch:
        return function(*arguments), watch


def check_repeated(function, leaves, arguments, result, watch):
    """Call a function again with the same sample. Raise ``GuardError`` if it does something else."""
    advice = (
        "A program that is compiled from one recording would repeat what it did then. Draw random numbers and read "
        "changing data outside of it, and pass them as inputs."
    )
    try:
        again, watch_again = watched_call(function, leaves, arguments)
    except Exception as error:
        raise GuardError(
            "the function does not always do the same: called a second time with the same sample, it raises "
            f"{type(error).__name__} ({str(error).rstrip('.')}). {advice}"
        ) from error
    if _computed(again, watch_again) != _computed(result, watch):
        raise GuardError(
            "the function does not always do the same: called twice with the same sample, it computes different "
            f"numbers. {advice}"
        )


def _computed(result, watch):
    """Return the numbers from which a function's result and its comparisons are computed."""
    listed = list(result) if isinstance(result, (list, tuple)) else [result]
    listed = [y.value if isinstance(y, Reading) else y for y in listed]
    values = [y for y in listed if isinstance(y, Value)]
    plain = [y for y in listed if is_real(y) and not isinstance(y, Value)]
    compared = [x for _, a, b, _ in watch.guards for x in (a, b)]
    nodes = nodes_under([*values, *[x for x in compared if isinstance(x, Value)]])
    plain += [x for x in compared if not isinstance(x, Value)]
    data = array.array("d", [node.data for node in nodes])
    return repr(plain), data.tobytes()  # bytes, since NaN is not equal to NaN


def holds_values(x):
    """Return True if an argument is a list or a tuple that contains a Value."""
    return isinstance(x, (list, tuple)) and any(isinstance(each, Value) for each in x)


def with_constants(result, branched):
    """Return a function's result with Values in place of its plain numbers, and a list of these Values.

    A result that contains only numbers is returned unchanged, unless the function ``branched``: another branch may
    compute Values.
    """
    several = isinstance(result, (list, tuple))
    listed = list(result) if several else [result]
    if not branched and not any(isinstance(y, (Value, Reading)) for y in listed):
        return result, []
    listed = [y.value if isinstance(y, Reading) else y for y in listed]
    made = {k: Value(y) for k, y in enumerate(listed) if not isinstance(y, Value) and is_real(y)}
    listed = [made.get(k, y) for k, y in enumerate(listed)]
    return (listed if several else listed[0]), list(made.values())


def form_of(function):
    """Return "numbers" if a function has no argument or needs several, or None if a number or a list may be enough."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # some functions that are written in C have no signature
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    several = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    required = sum([p.default is p.empty for p in positional])
    return "numbers" if several or required > 1 or not positional else None


def in_order(function, inputs, named):
    """Return the arguments of a call by position; arguments before a named one that were left out have their defaults.

    Raises:
        TypeError: the function has no such arguments, or takes one of them by name only.

    Example:
        >>> in_order(lambda x, power=2.0, scale=1.0: scale * x**power, (3.0,), {"scale": 5.0})
        (3.0, 2.0, 5.0)
    """
    name = getattr(function, "__name__", "the function")
    signature = inspect.signature(function)
    try:
        bound = signature.bind(*inputs, **named)
    except TypeError as error:
        raise TypeError(f"{name}{signature}: {error}.") from None
    ordered = [key for key, each in signature.parameters.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    by_name = [key for key in named if key not in ordered]
    if by_name:
        raise TypeError(
            f"{name}{signature} takes {by_name[0]!r} by name only, and a compiled function has an input for each "
            f"column of a batch: fix it with functools.partial({name}, {by_name[0]}=...) before you compile."
        )
    for key in ordered[: max([ordered.index(key) for key in named])]:
        bound.arguments.setdefault(key, signature.parameters[key].default)
    return bound.args


def takes(function, n):
    """Return True if a function can be called with ``n`` arguments."""
    try:
        inspect.signature(function).bind(*[None] * n)
    except TypeError:
        return False
    except ValueError:  # some functions that are written in C have no signature
        return True
    return True

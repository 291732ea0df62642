"""The search for a ``try`` around an operation of the recorded code, such as one around ``log``.

A compiled program raises no errors: it gives a NaN or an infinity where the engine would raise. A function that catches
the error takes another branch instead, so the program needs a guard there.

>>> found = _tries_in('''
... try:
...     y = log(x)
... except ValueError:
...     y = 0.0
... ''')
>>> found
[_Try(first=3, last=3, caught=('ValueError',))]
"""

import ast
import linecache
import sys
from typing import NamedTuple

from autograd.compiler.refusals import PACKAGES
from autograd.engine.errors import DomainError

__all__ = ["catches_errors"]

_ERRORS = (DomainError, ZeroDivisionError, OverflowError)  # of operations on real numbers
_TRIES = (ast.Try, getattr(ast, "TryStar", ast.Try))  # the second is except*, from Python 3.11 on
_parsed: dict = {}  # from a file name to its lines and the tries in them


class _Try(NamedTuple):
    """The lines in a try block or a block of ``suppress``, and the names of the exceptions that are caught there."""

    first: int
    last: int
    caught: tuple


def catches_errors(start):
    """Return True if user code that called the present operation catches errors of arithmetic and continues.

    Args:
        start: the frame that began to record. Code that called it is not recorded.
    """
    frame = sys._getframe(1)
    while frame is not None and frame is not start:
        package = (frame.f_globals.get("__name__") or "").partition(".")[0]
        if package not in PACKAGES and _catches(frame):
            return True
        frame = frame.f_back
    return False


def _catches(frame):
    # The table is empty if the code has no try. Python 3.10 has no such table.
    if not getattr(frame.f_code, "co_exceptiontable", True):
        return False
    for each in _tries_of(frame):
        if each.first <= frame.f_lineno <= each.last and any(_is_caught(name, frame) for name in each.caught):
            return True
    return False


def _tries_of(frame):
    """Return the tries in the file of a frame, or nothing if its text is not known."""
    name = frame.f_code.co_filename
    lines = linecache.getlines(name, frame.f_globals)
    if name not in _parsed or _parsed[name][0] is not lines:
        _parsed[name] = lines, _tries_in("".join(lines))
    return _parsed[name][1]


def _tries_in(text):
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    found = []
    for node in ast.walk(tree):
        names: list = []
        if isinstance(node, _TRIES):
            for handler in node.handlers:
                if not isinstance(handler.body[-1], ast.Raise):  # otherwise the function does not continue
                    names += _names(handler.type)
        elif isinstance(node, ast.With):
            for item in node.items:
                call = item.context_expr
                if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "suppress":
                    names += [name for each in call.args for name in _names(each)]
        if names:
            found.append(_Try(node.body[0].lineno, node.body[-1].end_lineno or node.body[-1].lineno, tuple(names)))
    return found


def _names(kind):
    """Return the names of the exceptions that a handler catches. A bare ``except:`` catches every exception."""
    if kind is None:
        return ["BaseException"]
    return [ast.unparse(each) for each in (kind.elts if isinstance(kind, ast.Tuple) else [kind])]


def _is_caught(name, frame):
    """Return True if a handler of this exception catches an error of an operation on numbers."""
    first, *rest = name.split(".")
    for names in (frame.f_locals, frame.f_globals, frame.f_builtins):
        if first in names:
            kind = names[first]
            for part in rest:
                kind = getattr(kind, part, None)
            kinds = kind if isinstance(kind, tuple) else (kind,)
            return any(isinstance(each, type) and issubclass(error, each) for each in kinds for error in _ERRORS)
    return False

"""Refusals of what a recorded function may not do, with the line that did it."""

import linecache
import sys

from autograd.engine.errors import GuardError
from autograd.engine.value import witnessed_by

__all__ = ["PACKAGES", "Unrecordable", "line_of_caller", "module_of_caller", "refuse"]

PACKAGES = ("autograd", "nn", "deltagrad", "copy", "copyreg", "contextlib", "functools")
# The modules between the code that calls a Value and :func:`module_of_caller`.
_BETWEEN = (
    "autograd.compiler.refusals",
    "autograd.compiler.readings",
    "autograd.compiler.recording",
    "autograd.engine.value",
)

# Refused operations: a description of each, and what to write instead.
_REFUSED = {
    "set": ("sets the data of a leaf, so it does not always do the same",
            "Give the new number as a result, and set it outside"),
    "recorded": ("reads what operands were recorded", "Compute with the Values themselves"),
    "format": ("writes a number into text", "Leave it out, or let the function return the number"),
    "backward": ("calls backward()", "Use autograd.grad, whose result is recorded"),
    "hash": ("looks a Value up by its hash", "Write the choice with autograd.where"),
    "copy": ("copies or pickles a Value", "Use .detach()"),
    "no_grad": ("enters no_grad", "Use .detach() for values that should not be differentiated"),
    "==": ("asks whether a Value is equal to a number, which is never true",
           "Compare its .data, or write the choice with autograd.where"),
    "number": ("converts the data of a Value to a plain number",
               "Use autograd's functions (autograd.exp) in place of math's, or autograd.where"),
    "random": ("draws random numbers", "Draw them outside, and pass them as inputs"),
}  # fmt: skip


class Unrecordable(GuardError):
    """The error of a recorded function that takes a number of one sample out of the graph."""


def refuse(how):
    """Raise an error for an operation that would freeze a number of one sample, with the line of that operation.

    Raises:
        Unrecordable: always.
    """
    what, instead = _REFUSED[how]
    error = Unrecordable(
        f"the function {what}{'' if how == 'random' else line_of_caller()}. Other samples have other numbers there, "
        f"and a program that is compiled from one recording would keep this one. {instead}."
    )
    watch = witnessed_by(None)
    witnessed_by(watch)
    if hasattr(watch, "refusal"):
        watch.refusal = watch.refusal or error
    raise error


def line_of_caller():
    """Return the file and line of the code that called these packages, as text for a message, or an empty text."""
    frame = sys._getframe(1)
    while frame is not None and _is_ours(frame):
        frame = frame.f_back
    if frame is None:
        return ""
    name, number = frame.f_code.co_filename, frame.f_lineno
    source = linecache.getline(name, number).strip()
    return f" (line {number} of {name}{': ' * bool(source)}{source})"


def _is_ours(frame):
    return _module(frame).partition(".")[0] in PACKAGES


def _module(frame):
    return frame.f_globals.get("__name__") or ""


def module_of_caller():
    """Return the name of the module whose code called a Value."""
    frame = sys._getframe(1)
    while frame.f_back is not None and _module(frame) in _BETWEEN:
        frame = frame.f_back
    return _module(frame)

"""Scalar automatic differentiation that you can read, check and trust.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> loss = a * b + a**2
    >>> loss.backward()
    >>> a.grad  # b + 2 a
    1.0

``autograd.compiled`` is True if the engine runs as compiled code. To run its Python source instead, for example in a
debugger, set the environment variable ``DELTAGRAD_INTERPRETED=1`` before the import.
"""

import importlib as _importlib
import os as _os
import typing as _typing


def _check_distribution():
    """Raise ImportError if HIPS autograd, which has the same import name, is installed in this folder, too."""
    here = _os.path.dirname(__file__)
    if any(_os.path.exists(_os.path.join(here, name)) for name in ("numpy", "differential_operators.py")):
        raise ImportError(
            "two distributions share the folder 'autograd' here: deltagrad and HIPS autograd. Uninstall both with "
            "'pip uninstall autograd deltagrad', and install the one you want. To use both, make two virtual "
            "environments."
        )


_check_distribution()

from autograd import _moved
from autograd._absent_imports import advise_imports as _advise_imports
from autograd.engine import (
    Value,
    check_gradients,
    compiled,
    grad,
    hessian,
    hvp,
    jacobian,
    jvp,
    no_grad,
    primitive,
    replay,
    value_and_grad,
    vjp,
)
from autograd.engine.absent import advice_on as _advice_on
from autograd.engine.absent import unknown_in_package as _unknown_in_package
from autograd.engine.checking import judge_formulas_with as _judge_formulas_with
from autograd.engine.errors import (
    AlgebraError,
    AutogradError,
    DomainError,
    DrawingError,
    FormulaError,
    GradientCheckError,
    GraphError,
    GuardError,
    SheetError,
    StaleGraphError,
    SuiteError,
)
from autograd.engine.forks import importing as _importing
from autograd.engine.functions import *
from autograd.engine.functions import __all__ as _functions
from autograd.engine.functions import method
from autograd.engine.several import *
from autograd.engine.several import __all__ as _several

__version__ = "0.2.0"
__all__ = [
    "AlgebraError", "AutogradError", "DomainError", "DrawingError", "FormulaError", "GradientCheckError", "GraphError",
    "GuardError", "SheetError", "StaleGraphError", "SuiteError", "Value", "check_gradients", "compiled",
    "derive", "draw", "explain", "export", "grad", "grade_code", "grade_document", "hessian", "hvp", "jacobian", "jvp",
    "method", "no_grad", "play", "primitive",
    "replay", "steps", "value_and_grad", "vjp",
    *_functions, *_several,
]  # fmt: skip

_moved.install()
_advise_imports("autograd", _advice_on)
_judge_formulas_with(lambda *claim: _importlib.import_module("autograd.grading").refusal(*claim))

if _typing.TYPE_CHECKING:
    from autograd.compiler import compile as compile  # not in __all__: it shadows a builtin
    from autograd.compiler import export
    from autograd.drawing import draw, explain, play, steps
    from autograd.formulas import derive
    from autograd.grading import grade_document
    from autograd.grading.code import grade_code
else:
    # Few programs use these names. They are imported on first use, so that importing the engine stays fast.
    _LAZY = {
        "compile": "autograd.compiler",
        "derive": "autograd.formulas",
        "draw": "autograd.drawing",
        "explain": "autograd.drawing",
        "export": "autograd.compiler",
        "grade_code": "autograd.grading.code",
        "grade_document": "autograd.grading",
        "play": "autograd.drawing",
        "steps": "autograd.drawing",
    }

    def __getattr__(name):
        """Return an object that is imported on first use. If its library is missing, return a function that says so."""
        try:
            if name in _LAZY:
                with _importing():
                    found = getattr(_importlib.import_module(_LAZY[name]), name)
            elif f"autograd.{name}" in _moved.MOVED:
                found = _importlib.import_module(_moved.MOVED[f"autograd.{name}"])
            else:
                _unknown_in_package(name)
        except ImportError as error:
            package = (error.name or "").partition(".")[0]
            if name not in _LAZY or package in ("autograd", "nn", ""):
                raise AttributeError(f"autograd.{name} cannot be imported: {error}") from error
            return _needing(name, package, error)
        globals()[name] = found
        return found

    def __dir__():
        """Return the names that are loaded already, and the names that are imported on first use."""
        return sorted({*globals(), *_LAZY})

    def _needing(name, package, error):
        extra = "[native]" if package in ("llvmlite", "numpy") else ""

        def unavailable(*_args, **_kwargs):
            raise type(error)(
                f"autograd.{name} needs {package}: pip install 'deltagrad{extra}'. Python says: {error}.",
                name=error.name,
            ) from error

        unavailable.__name__ = unavailable.__qualname__ = name
        unavailable.__doc__ = f"Raise an error that says how to install {package}, which this function needs."
        return unavailable

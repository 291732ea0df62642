"""Scalar automatic differentiation to see through, check and trust.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(-3.0)
    >>> loss = a * b + a**2
    >>> loss.backward()
    >>> a.grad  # b + 2 a
    1.0

``autograd.compiled`` tells whether the engine runs as compiled code. Set the environment variable
``DELTAGRAD_INTERPRETED=1`` before the import to run its Python source instead, to step through it in a debugger.
"""

import importlib as _importlib
import os as _os
import typing as _typing


def _check_distribution():
    """HIPS autograd has this import name too; its files beside ours would be mixed up with them."""
    here = _os.path.dirname(__file__)
    if any(_os.path.exists(_os.path.join(here, name)) for name in ("numpy", "differential_operators.py")):
        raise ImportError(
            "two distributions share the folder 'autograd' here: deltagrad and HIPS autograd. Uninstall both, "
            "'pip uninstall autograd deltagrad', and install the one you want; for both, use two virtual environments."
        )


_check_distribution()

from autograd import _moved  # noqa: E402 - after the check
from autograd.engine import (  # noqa: E402
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
from autograd.engine.errors import (  # noqa: E402
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
from autograd.engine.functions import *  # noqa: E402, F403
from autograd.engine.functions import __all__ as _functions  # noqa: E402
from autograd.engine.functions import method  # noqa: E402

__version__ = "0.1.0"
__all__ = [
    "AlgebraError", "AutogradError", "DomainError", "DrawingError", "FormulaError", "GradientCheckError", "GraphError",
    "GuardError", "SheetError", "StaleGraphError", "SuiteError", "Value", "check_gradients", "compile", "compiled",
    "derive", "draw", "explain", "grad", "grade_code", "grade_document", "hessian", "hvp", "jacobian", "jvp", "method",
    "no_grad", "primitive",
    "replay", "steps", "value_and_grad", "vjp",
    *_functions,
]  # fmt: skip

_moved.install()

if _typing.TYPE_CHECKING:
    from autograd.compiler import compile
    from autograd.drawing import draw, explain, steps
    from autograd.formulas import derive
    from autograd.grading import grade_document
    from autograd.grading.code import grade_code
else:

    def __getattr__(name):
        """What few programs use is imported when it is asked for: importing the engine stays quick."""
        if name == "derive":
            from autograd.formulas import derive as found
        elif name == "grade_document":
            from autograd.grading import grade_document as found
        elif name == "grade_code":
            from autograd.grading.code import grade_code as found
        elif name in ("draw", "explain", "steps"):
            from autograd import drawing

            found = getattr(drawing, name)
        elif name == "compile":
            try:
                from autograd.compiler import compile as found
            except ModuleNotFoundError as error:
                if error.name not in ("llvmlite", "numpy"):
                    raise
                advice = f"autograd.compile needs {error.name}: pip install 'deltagrad[native]'."
                raise ModuleNotFoundError(advice, name=error.name) from error
        elif f"autograd.{name}" in _moved.MOVED:
            found = _importlib.import_module(_moved.MOVED[f"autograd.{name}"])
        else:
            raise AttributeError(f"module 'autograd' has no attribute {name!r}")
        globals()[name] = found
        return found

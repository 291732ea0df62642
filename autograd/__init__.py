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

import os as _os
import sys as _sys
import typing as _typing


def _check_distribution():
    """HIPS autograd has this import name too; its files beside ours would be mixed up with them."""
    here = _os.path.dirname(__file__)
    if any(_os.path.exists(_os.path.join(here, name)) for name in ("numpy", "differential_operators.py")):
        raise ImportError(
            "two distributions share the folder 'autograd' here: deltagrad and HIPS autograd. Uninstall both, "
            "'pip uninstall autograd deltagrad', and install the one you want; for both, use two virtual environments."
        )


def _use_source(name):
    """Load a module from its source although its compiled twin lies beside it."""
    import importlib.util

    path = _os.path.join(_os.path.dirname(__file__), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{__name__}.{name}", path)
    module = importlib.util.module_from_spec(spec)
    _sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    globals()[name] = module  # as an import does


_check_distribution()
if _os.environ.get("DELTAGRAD_INTERPRETED", "") not in ("", "0"):
    for _name in ("algebra", "value", "sums", "sweep"):
        _use_source(_name)

from autograd import copying as _copying  # noqa: E402, F401 - after the choice; registers Values with copy and pickle
from autograd.algebra import primitive  # noqa: E402
from autograd.checking import check_gradients  # noqa: E402
from autograd.errors import (  # noqa: E402
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
from autograd.functions import *  # noqa: E402, F403
from autograd.functions import __all__ as _functions  # noqa: E402
from autograd.graph import replay  # noqa: E402
from autograd.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp  # noqa: E402
from autograd.value import Value, compiled, no_grad  # noqa: E402

__version__ = "0.1.0"
__all__ = [
    "AlgebraError", "AutogradError", "DomainError", "DrawingError", "FormulaError", "GradientCheckError", "GraphError",
    "GuardError", "SheetError", "StaleGraphError", "SuiteError", "Value", "check_gradients", "compile", "compiled",
    "derive", "draw", "explain", "grad", "hessian", "hvp", "jacobian", "jvp", "no_grad", "primitive", "replay", "steps",
    "value_and_grad", "vjp",
    *_functions,
]  # fmt: skip

if _typing.TYPE_CHECKING:
    from autograd.derivation import derive
    from autograd.drawing import draw, explain, steps
    from autograd.native import compile
else:

    def __getattr__(name):
        """What few programs use is imported when it is asked for: importing the engine stays quick."""
        if name == "derive":
            from autograd.derivation import derive as found
        elif name in ("draw", "explain", "steps"):
            from autograd import drawing

            found = getattr(drawing, name)
        elif name == "compile":
            try:
                from autograd.native import compile as found
            except ModuleNotFoundError as error:
                if error.name not in ("llvmlite", "numpy"):
                    raise
                advice = f"autograd.compile needs {error.name}: pip install 'deltagrad[native]'."
                raise ModuleNotFoundError(advice, name=error.name) from error
        else:
            raise AttributeError(f"module 'autograd' has no attribute {name!r}")
        globals()[name] = found
        return found

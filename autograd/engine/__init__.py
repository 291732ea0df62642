"""The engine: primitives and their rules, ``Value``, the sweep, and everything that walks a recorded graph.

Read ``plain.py`` first: it is the whole engine on one page. Then read ``primitives.py``, the table of rules.
"""

import importlib.util
import os
import sys

from autograd.engine import errors

COMPILED = ("algebra", "value", "sums", "sweep")


def _use_source(name):
    """Load a module from its source although its compiled twin lies beside it."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{__name__}.{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    globals()[name] = module  # as an import does


if os.environ.get("DELTAGRAD_INTERPRETED", "") not in ("", "0"):
    for _name in COMPILED:
        _use_source(_name)

from autograd.engine import copying, functions  # noqa: E402 - after the choice; copying registers Values with pickle
from autograd.engine.algebra import primitive  # noqa: E402
from autograd.engine.checking import check_gradients  # noqa: E402
from autograd.engine.graph import replay  # noqa: E402
from autograd.engine.pausing import no_grad  # noqa: E402
from autograd.engine.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp  # noqa: E402
from autograd.engine.value import Value, compiled  # noqa: E402

__all__ = [
    "Value", "check_gradients", "compiled", "copying", "errors", "functions", "grad", "hessian", "hvp", "jacobian",
    "jvp", "no_grad", "primitive", "replay", "value_and_grad", "vjp",
]  # fmt: skip

"""The engine: primitives and their rules, ``Value``, the sweeps, and all other walks over a recorded graph.

Read ``plain.py`` first: it is the whole engine on one page. Then read ``primitives.py``, the table of rules.
"""

import importlib.util
import os
import sys

COMPILED = (
    "algebra", "paused", "value", "nodes", "sums", "sweep",
    "recordings", "instructions", "writer", "readers", "updates", "tape", "batches", "array_loops",
)  # fmt: skip
# Interpreted modules that the compiled ones keep references to.
_HELD = ("errors", "conditions", "primitives", "other_engines", "pausing")


def _use_source(name):
    """Load a module from its source file, although a compiled version lies beside it."""
    path = os.path.join(os.path.dirname(__file__), f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"{__name__}.{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    globals()[name] = module  # as an import does


if os.environ.get("DELTAGRAD_INTERPRETED", "") not in ("", "0"):
    for _name in COMPILED:
        _use_source(_name)
else:
    # A process creates a compiled module only once. After "del sys.modules[...]" the next import returns the same
    # module. It refers to classes and primitives of other modules, so those must stay the same modules, too.
    from autograd.engine import algebra

    for _name, _module in getattr(algebra, "held", {}).items():
        sys.modules.setdefault(f"{__name__}.{_name}", _module)
        globals()[_name] = sys.modules[f"{__name__}.{_name}"]

from autograd.engine import copying, errors, forks, functions, ufuncs
from autograd.engine.algebra import primitive
from autograd.engine.checking import check_gradients
from autograd.engine.graph import replay
from autograd.engine.pausing import no_grad
from autograd.engine.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.engine.value import Value, compiled

if not compiled and os.environ.get("DELTAGRAD_INTERPRETED", "") == "" and sys.platform != "emscripten":
    import logging  # lazy: only here

    logging.getLogger(__name__).warning(
        "deltagrad runs without its compiled engine, because it was installed without a C compiler. The results are "
        "the same, but it is many times slower. Install a C compiler and then install deltagrad again, or set "
        "DELTAGRAD_INTERPRETED=1 to silence this warning."
    )
if compiled:
    algebra.held = {_name: sys.modules[f"{__name__}.{_name}"] for _name in _HELD}

__all__ = [
    "Value", "check_gradients", "compiled", "copying", "errors", "forks", "functions", "grad", "hessian", "hvp",
    "jacobian", "jvp", "no_grad", "primitive", "replay", "ufuncs", "value_and_grad", "vjp",
]  # fmt: skip

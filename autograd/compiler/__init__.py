"""Compilation of a recorded graph to machine code or to source text."""

import importlib as _importlib
import typing as _typing

from autograd.engine.forks import importing as _importing

__all__ = ["CompiledFunction", "Gradient", "Program", "compile", "export"]

if _typing.TYPE_CHECKING:
    from autograd.compiler.compiled_functions import CompiledFunction
    from autograd.compiler.compiling import compile
    from autograd.compiler.programs import Program
    from autograd.compiler.results import Gradient
    from autograd.compiler.source import export
else:
    # export needs neither llvmlite nor NumPy, so the modules that need them are imported when they are first used.
    _LAZY = {
        "CompiledFunction": "compiled_functions", "compile": "compiling", "Gradient": "results", "Program": "programs",
        "export": "source",
    }  # fmt: skip

    def __getattr__(name):
        if name not in _LAZY:
            raise AttributeError(f"module 'autograd.compiler' has no attribute {name!r}")
        with _importing():
            found = getattr(_importlib.import_module(f"autograd.compiler.{_LAZY[name]}"), name)
        globals()[name] = found
        return found

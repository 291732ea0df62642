"""A recorded graph compiled to machine code, or written as source text."""

import importlib as _importlib
import typing as _typing

from autograd.engine.forks import importing as _importing

__all__ = ["CompiledFunction", "Gradient", "Program", "compile", "export"]

if _typing.TYPE_CHECKING:
    from autograd.compiler.compiling import CompiledFunction, compile
    from autograd.compiler.programs import Gradient, Program
    from autograd.compiler.source import export
else:
    # Source text needs neither llvmlite nor NumPy, so what needs them is imported when it is asked for.
    _LAZY = {
        "CompiledFunction": "compiling", "compile": "compiling", "Gradient": "programs", "Program": "programs",
        "export": "source",
    }  # fmt: skip

    def __getattr__(name):
        if name not in _LAZY:
            raise AttributeError(f"module 'autograd.compiler' has no attribute {name!r}")
        with _importing():
            found = getattr(_importlib.import_module(f"autograd.compiler.{_LAZY[name]}"), name)
        globals()[name] = found
        return found

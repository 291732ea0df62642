"""A recorded graph compiled to machine code."""

from autograd.compiler.compiling import CompiledFunction, compile
from autograd.compiler.programs import Gradient, Program

__all__ = ["CompiledFunction", "Gradient", "Program", "compile"]

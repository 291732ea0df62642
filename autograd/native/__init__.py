"""A recorded graph compiled to machine code."""

from autograd.native.compiling import CompiledFunction, compile
from autograd.native.programs import Gradient, Program

__all__ = ["CompiledFunction", "Gradient", "Program", "compile"]

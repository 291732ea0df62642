"""Scalar automatic differentiation to see through, check and trust. The package's public names."""

from autograd.value import Value, compiled, dot, no_grad, total

__all__ = ["Value", "compiled", "dot", "no_grad", "total"]

"""Pictures of a recorded graph, with the gradients that flow through it; and its sweeps, step by step."""

from autograd.drawing.drawing import Drawing, draw
from autograd.drawing.stepping import Stepping, explain, steps

__all__ = ["Drawing", "Stepping", "draw", "explain", "steps"]

"""Pictures of a recorded graph and of the gradients that flow through it, and its sweeps, step by step."""

from autograd.drawing.drawing import Drawing, draw
from autograd.drawing.playing import Play, play
from autograd.drawing.stepping import Stepping, explain, steps

__all__ = ["Drawing", "Play", "Stepping", "draw", "explain", "play", "steps"]

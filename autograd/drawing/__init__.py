"""Pictures of a recorded graph: its values, its neurons or its layers, with the gradients that flow through them."""

from autograd.drawing.drawing import Drawing, draw

__all__ = ["Drawing", "draw"]

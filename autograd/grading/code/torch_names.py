"""The names of PyTorch that a hand-written ``autograd.Function`` uses."""

from .objects import Absorber, Namespace

__all__ = ["inherited", "module"]


def module(library, name):
    """Return what ``import torch`` gives."""
    return Namespace("torch", {"nn": Absorber("nn")})


def inherited(library, owner, name):
    """Return an attribute that a class inherits from a class of PyTorch."""
    return Absorber(name)

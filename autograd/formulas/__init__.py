"""The formulas that people derive by hand, read off a recorded graph. Hand derivations are graded against them."""

from autograd.formulas.derivation import Derivation, derive

__all__ = ["Derivation", "derive"]

"""The formulas that people derive by hand, read off a recorded graph; and hand derivations graded against it."""

from autograd.formulas.derivation import Derivation, derive

__all__ = ["Derivation", "derive"]

"""The parts of a derivation that grading needs, in one frozen object."""

from dataclasses import dataclass
from typing import Any

from autograd.formulas.conventions import PRESETS

__all__ = ["Context"]


@dataclass(frozen=True)
class Context:
    """One derivation.

    Attributes:
        formulas: the formulas of the network: :class:`autograd.formulas.formulas.Formulas`.
        printer: the printer that names quantities and prints expressions.
        convention: the letters, the order of a weight's indices, and the meaning of a delta.
    """

    formulas: Any
    printer: Any
    convention: Any

    @property
    def network(self):
        """The network."""
        return self.formulas.network

    @property
    def alphabet(self):
        """The letters that count layers, samples and steps."""
        return self.formulas.alphabet

    @property
    def is_preset(self):
        """True if the convention has exactly the letters of a preset."""
        return self.convention.letters == PRESETS[self.convention.name].letters

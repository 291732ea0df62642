"""All that grading needs of one derivation, in one frozen object that its parts are given."""

from dataclasses import dataclass
from typing import Any

from autograd.formulas.conventions import PRESETS

__all__ = ["Context"]


@dataclass(frozen=True)
class Context:
    """One derivation.

    Attributes:
        formulas: of the network: :class:`autograd.formulas.formulas.Formulas`.
        printer: it names quantities and prints expressions.
        convention: the letters, the order of a weight's indices, and what a delta is.
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
        """Return whether no letter was declared besides those of a preset."""
        return self.convention.letters == PRESETS[self.convention.name].letters

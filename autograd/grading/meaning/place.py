"""The places of names, the readings of a formula, and the errors of names that fit no reading."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.grading.reading.trees import IllFormed, ReadingError

__all__ = ["GENERAL", "IllFormed", "Item", "Misfit", "OfLastStep", "OutOfRange", "Place", "Reading", "Unclear"]

GENERAL = "general"  # the layer of a letter without a mark, beside letters with a general layer l


class Misfit(ReadingError):
    """An error for a name that cannot have the meaning that a reading gives it."""


class OutOfRange(Misfit):
    """An error for a layer, a step or an index that does not exist."""


class NotRecorded(ReadingError):
    """An error for a target that was a plain number, which the loss left out of the graph."""


class OfLastStep(NotRecorded):
    """An error for an output or a target before the last step, where only the last one has a loss."""


class Unclear(ReadingError):
    """An error for a name without a mark of its layer."""


class Item(NamedTuple):
    """An index: a letter, or None for a plain number, and the number that is added to it."""

    letter: str | None
    offset: int

    def at(self, env):
        """Return the number of the index."""
        return self.offset if self.letter is None else env[self.letter] + self.offset


class Place(NamedTuple):
    """The quantity of the network that a name denotes. An index is None for a whole layer.

    Role, layer, index, sample and step are those of :class:`~autograd.grading.meaning.quantities.Quantity`.

    Fields:
        kind: ``"quantity"``, ``"kronecker"``, ``"rate"``, ``"count"``, ``"index"``, ``"variable"`` or ``"ones"``.
        power: an exponent among the marks, or None.
        stacked: True for a batch, which has all samples side by side.
        own: True for the delta of a sample's own loss.
    """

    kind: str
    role: str = ""
    layer: Any = None
    index: Any = None
    sample: Item | None = None
    step: Item | None = None
    power: int | None = None
    stacked: bool = False
    own: bool = False


@dataclass(frozen=True)
class Reading:
    """One way to read a formula.

    Attributes:
        axes: from a letter to what it counts: ``"layer"``, ``"sample"``, ``"step"``, ``"parameter"``, or the number of
            a layer.
        layers: from a letter without marks to its layer.
        layer: the number for which a general layer stands.
        vectors: ``"columns"`` or ``"rows"``.
        transposed_jacobian: True if the rows of a Jacobian belong to the inputs.
        gradient_row: True if the gradient with respect to a column vector is a row.
        weights_out: True if the weights of layer l lead to the next layer.
        base: the number of the input layer, if layers are numbered.
        delta_base: the same number for deltas.
        above: the meaning of a number above a letter: ``"layer"``, ``"power"``, ``"step"`` or ``"sample"``.
        below: the meaning of a number below a letter: ``"index"``, ``"layer"`` or ``"step"``.
        first_step: the number of the first step.
        direct: True if a derivative with respect to a parameter at a step is the direct one.
        wide: True if an operator d/dx applies to everything on its right.
        stacked: True if a vector without a sample is that of all samples.
        own_loss: True if a dZ is the derivative of a sample's own loss.
        hadamard: True if a circled times is elementwise.
        flat: the order of weights with a single number: ``"to"`` major or ``"from"`` major, or ``"out"`` for the
            weights of the only output.
        through: True if neurons are numbered consecutively, from the first hidden neuron to the last output.
        implied: True if a repeated letter is summed over.
        probable: True if the letter of the outputs means their softmax.
        single: True if letters without an index are those of one neuron.
        whole_target: True if a target with letters means a vector or matrix.
        turned: True if the weights of the only neuron are a column where its matrix is a row, or the reverse.
        from_right: True if products with and without circles between their factors are evaluated from right to left.
    """

    axes: dict = field(default_factory=dict)
    layers: dict = field(default_factory=dict)
    layer: int | None = None
    vectors: str = "columns"
    transposed_jacobian: bool = False
    gradient_row: bool = False
    weights_out: bool = False
    base: int = 0
    delta_base: int = 0
    above: str = "layer"
    below: str = "index"
    first_step: int = 1
    direct: bool = False
    wide: bool = False
    stacked: bool = False
    own_loss: bool = False
    hadamard: bool = False
    flat: str = "to"
    through: bool = False
    implied: bool = False
    probable: bool = False
    single: bool = False
    whole_target: bool = False
    turned: bool = False
    from_right: bool = False

    def changed(self, **more):
        """Return a copy of the reading with some attributes changed."""
        found = object.__new__(Reading)  # dataclasses.replace takes ten times as long
        found.__dict__.update(self.__dict__, **more)
        return found

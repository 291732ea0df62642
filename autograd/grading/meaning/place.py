"""The places that names stand for, the readings of a formula, and the errors of names that fit no reading."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from autograd.grading.reading.trees import ReadingError

__all__ = ["IllFormed", "Item", "Misfit", "OutOfRange", "Place", "Reading", "Unclear"]


class Misfit(ReadingError):
    """A name that cannot be meant as a reading says."""


class OutOfRange(Misfit):
    """A layer, a step or an index that is not there."""


class NotRecorded(ReadingError):
    """A target that was a plain number, and that the loss left out of the graph."""


class Unclear(ReadingError):
    """A name whose layer is not said."""


class IllFormed(ReadingError):
    """A formula that says nothing, such as one with a comma where a sign belongs."""


class Item(NamedTuple):
    """An index: a letter (None for a number) and what is added to it."""

    letter: str | None
    offset: int

    def at(self, env):
        """Its number."""
        return self.offset if self.letter is None else env[self.letter] + self.offset


class Place(NamedTuple):
    """The quantity of the network that a name stands for; an index is None for all of a layer.

    Role, layer, index, sample and step are those of :class:`~autograd.grading.meaning.quantities.Quantity`.
    ``kind`` is ``"quantity"``, ``"kronecker"``, ``"rate"``, ``"count"``, ``"variable"`` or ``"ones"``; ``power`` an
    exponent that stood among the marks; ``stacked`` whether all samples are meant, one beside the other.
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
        axes: from a letter to what it counts: ``"layer"``, ``"sample"``, ``"step"``, ``"parameter"``, or the number
            of a layer.
        layers: from a letter without marks to its layer.
        layer: the number that a general layer stands for.
        vectors: ``"columns"`` or ``"rows"``.
        transposed_jacobian: whether a Jacobian has the inputs down its rows.
        gradient_row: whether the gradient in a column vector is a row.
        weights_out: whether the weights of layer l lead out of it.
        base, delta_base: the number of the input layer where layers are numbered, and that for deltas.
        above, below: what a number above, and below, a letter is: ``"layer"``, ``"power"``, ``"index"``, ``"step"``.
        first_step: the number of the first step.
        direct: whether a derivative in a parameter at a step is the direct one.
        wide: whether an operator d/dx takes everything to its right.
        stacked: whether a vector without a sample is that of all samples.
        own_loss: whether a dZ is the derivative of a sample's own loss.
        hadamard: whether a circled times is elementwise.
        flat: how weights are counted that have one number: ``"to"`` or ``"from"`` major; or ``"out"``, those of the
            only output.
        through: whether neurons are counted through, from the first hidden one to the last output.
        implied: whether a letter that stands twice is summed over.
        probable: whether the letter of the outputs means their softmax.
        single: whether letters without an index are those of one neuron.
        whole_target: whether a target with letters is meant as a vector or matrix.
        turned: whether the weights of the only neuron are a column where its matrix is a row, and the other way round.
        from_right: whether products with and without circles between their factors are taken from right to left.
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
        """Return the reading with something else."""
        found = object.__new__(Reading)  # thousands are made for one claim: dataclasses.replace takes ten times as long
        found.__dict__.update(self.__dict__, **more)
        return found

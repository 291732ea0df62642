"""Labels that say which neuron they belong to."""

__all__ = ["NeuronName"]


class NeuronName(str):
    """A label that says which neuron it belongs to: of a node in a graph, or of a weight or bias.

    Attributes:
        layer, neuron: which one, from 1.
        activation: the name of its activation; None where the pre-activation is the output.
        source: of a weight, the input it belongs to, from 1; else None.
    """

    __slots__ = ("activation", "layer", "neuron", "source")
    layer: int
    neuron: int
    activation: str | None
    source: int | None

    def __new__(cls, letter, layer, neuron, activation=None, source=None):
        """A name such as ``s1[3]``: the letter, the layer, the neuron; with a weight's source, ``w1[2,3]``."""
        place = neuron if source is None else f"{source},{neuron}"
        name = super().__new__(cls, f"{letter}{layer}[{place}]")
        name.layer, name.neuron, name.activation, name.source = layer, neuron, activation, source
        return name

    def __getnewargs__(self):
        return self[0], self.layer, self.neuron, self.activation, self.source

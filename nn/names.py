"""Labels that contain the position of their neuron."""

__all__ = ["NeuronName"]


class NeuronName(str):
    """The label of a weight, a bias or a node of a neuron, with the position of the neuron.

    Attributes:
        layer: the number of the layer, from 1.
        neuron: the number of the neuron in its layer, from 1.
        activation: the name of the neuron's activation; None for a linear neuron.
        source: for a weight, the number of its input, from 1; else None.
    """

    __slots__ = ("activation", "layer", "neuron", "source")
    layer: int
    neuron: int
    activation: str | None
    source: int | None

    def __new__(cls, letter, layer, neuron, activation=None, source=None):
        """Return a label such as ``s1[3]``: letter, layer, neuron. For a weight it also has the input, ``w1[2,3]``."""
        place = neuron if source is None else f"{source},{neuron}"
        name = super().__new__(cls, f"{letter}{layer}[{place}]")
        name.layer, name.neuron, name.activation, name.source = layer, neuron, activation, source
        return name

    @classmethod
    def of_weights(cls, n, layer, neuron, activation):
        """Return the labels of a neuron's n weights. It is faster than a call for each, for layers with many."""
        new, names = super().__new__, []
        for source in range(1, n + 1):
            name = new(cls, f"w{layer}[{source},{neuron}]")
            name.layer, name.neuron, name.activation, name.source = layer, neuron, activation, source
            names.append(name)
        return names

    def __getnewargs__(self):
        return self[0], self.layer, self.neuron, self.activation, self.source

r"""The deltas of backpropagation, read from a recorded graph.

A neuron's delta is $\delta_k = \partial L / \partial s_k$ with $s_k$ its pre-activation. The reverse sweep computes it
on its way to the weights; here it is only collected. With it the gradient of a weight is
$\partial L / \partial w_{jk} = \sum \delta_k x_j$ over the samples, and the engine's gradient is that sum, exactly: the
same products, added in the same order.
"""

from html import escape
from typing import NamedTuple

from autograd import Value
from autograd.errors import GraphError
from autograd.graph import adjoints
from nn.layers import NeuronName

__all__ = ["DeltaTable", "NeuronDelta", "deltas"]


class NeuronDelta(NamedTuple):
    """One neuron on one sample.

    Fields:
        layer, neuron, sample: which, from 1.
        s: the pre-activation. a: the activation.
        delta: the derivative of the loss in ``s``, in the unit of the loss.
        inputs: what the neuron read, in the order of its weights.
    """

    layer: int
    neuron: int
    sample: int
    s: float
    a: float
    delta: float
    inputs: tuple[float, ...]


class DeltaTable(list):
    """Rows of :class:`NeuronDelta` that print as a table."""

    def _cells(self):
        head = ("layer", "neuron", "sample", "s", "a", "delta", "inputs")
        body = []
        for row in self:
            numbers = [f"{x: .6g}" for x in row[3:6]]
            inputs = ", ".join([f"{x:.4g}" for x in row.inputs[:6]]) + (", ..." if len(row.inputs) > 6 else "")
            body.append((str(row.layer), str(row.neuron), str(row.sample), *numbers, inputs))
        return [head, *body]

    def __str__(self):
        cells = self._cells()
        widths = [max(len(line[c]) for line in cells) for c in range(6)]
        return "\n".join(
            ["  ".join([*[text.rjust(w) for text, w in zip(line, widths, strict=False)], line[6]]) for line in cells]
        )

    def _repr_html_(self):
        head, *body = [[escape(text.strip()) for text in line] for line in self._cells()]
        lines = ["<tr>" + "".join([f"<th>{text}</th>" for text in head]) + "</tr>"]
        lines += ["<tr>" + "".join([f"<td>{text}</td>" for text in line]) + "</tr>" for line in body]
        return f"<table>{''.join(lines)}</table>"


def deltas(loss: Value) -> DeltaTable:
    r"""The delta of every neuron on every sample under ``loss``, output layer first.

    The gradients of the graph stay as they are.

    Args:
        loss: the node the graph ends in; any number of samples may be recorded under it. They count in the order in
            which they were added up.

    Returns:
        One row per neuron and sample: layer, neuron, sample, s, a, delta, and the inputs it read.

    Raises:
        GraphError: no neuron of :mod:`nn` is recorded under ``loss``.
        StaleGraphError: a weight was changed after the loss was recorded.
    """
    adjoint = adjoints(loss)
    activation: dict = {}
    found = []
    for node in reversed(adjoint):  # operands first: an activation after its pre-activation
        name = node.label
        if not isinstance(name, NeuronName) or node.op is None:
            continue
        if name[0] == "s":
            activation[node] = node
        else:
            activation[_pre_activation(node, activation)] = node
    samples: dict = {}
    for node, g in adjoint.items():  # the order of the sweep: first sample first
        if node not in activation:
            continue
        name = node.label
        assert isinstance(name, NeuronName)
        # Two models have names alike, but not the same names.
        samples[id(name)] = samples.get(id(name), 0) + 1
        n = len(node.operands) // 2
        row = NeuronDelta(
            name.layer,
            name.neuron,
            samples[id(name)],
            node.data,
            activation[node].data,
            g,
            node.recorded[n : 2 * n],
        )
        found.append(row)
    if not found:
        raise GraphError("no neuron is recorded under this loss: compute it with a model of nn, outside of no_grad.")
    return DeltaTable(sorted(found, key=lambda row: (-row.layer, row.neuron, row.sample)))


def _pre_activation(node, known):
    """The pre-activation an activation was computed from, through however many nodes."""
    seen, pending = set(), [node]
    while pending:
        node = pending.pop()
        if node in known and node.label[0] == "s":
            return node
        if node not in seen:
            seen.add(node)
            pending.extend(node.parents)
    raise GraphError(
        "an activation is recorded without its pre-activation: let the activation function use its argument."
    )

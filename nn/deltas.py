r"""The deltas of backpropagation, read from a recorded graph.

The delta of a neuron is $\delta_k = \partial L / \partial s_k$, where $s_k$ is its pre-activation. The reverse sweep
computes the deltas on its way to the weights, and this module only collects them. The gradient of a weight is
$\partial L / \partial w_{jk} = \sum \delta_k x_j$, a sum over the samples. The engine's gradient equals this sum
exactly, because it adds the same products in the same order.
"""

from html import escape
from typing import NamedTuple

from autograd import Value
from autograd.engine.errors import GraphError
from autograd.engine.graph import adjoints, postorder
from autograd.engine.primitives import dot, dot_operands
from autograd.engine.tables import html_row, html_table, text_table
from nn.names import NeuronName

__all__ = ["DeltaTable", "NeuronDelta", "deltas"]


class NeuronDelta(NamedTuple):
    """The delta of one neuron on one sample.

    Fields:
        layer: the number of the layer, from 1.
        neuron: the number of the neuron in its layer, from 1.
        sample: the number of the sample, from 1.
        s: the pre-activation.
        a: the activation.
        delta: the derivative of the loss with respect to ``s``.
        inputs: the inputs of the neuron, in the order of its weights.
    """

    layer: int
    neuron: int
    sample: int
    s: float
    a: float
    delta: float
    inputs: tuple[float, ...]


class DeltaTable(list[NeuronDelta]):
    """A list of :class:`NeuronDelta` that prints as a table."""

    def _cells(self):
        head = ("layer", "neuron", "sample", "s", "a", "delta", "inputs")
        body = []
        for row in self:
            numbers = [f"{x: .6g}" for x in row[3:6]]
            inputs = ", ".join([f"{x:.4g}" for x in row.inputs[:6]]) + (", ..." if len(row.inputs) > 6 else "")
            body.append((str(row.layer), str(row.neuron), str(row.sample), *numbers, inputs))
        return [head, *body]

    def __str__(self):
        return text_table(self._cells(), left=())

    __repr__ = __str__

    def _repr_html_(self):
        head, *body = [[escape(text.strip()) for text in line] for line in self._cells()]
        return html_table([html_row(line) for line in body], head)


def deltas(loss: Value) -> DeltaTable:
    r"""Return the delta of every neuron on every sample under ``loss``, output layer first.

    The gradients of the graph are not changed. A neuron in a branch that ``where`` did not take has the delta 0,
    because the loss does not depend on it.

    Args:
        loss: the last node of the graph. Any number of samples may be recorded under it. They are numbered in the order
            in which their losses were added.

    Returns:
        One row for each neuron and sample: layer, neuron, sample, s, a, delta, and the inputs of the neuron.

    Raises:
        GraphError: no neuron of :mod:`nn` is recorded under ``loss``, or the activation of a neuron cannot be found.
        StaleGraphError: a weight was changed after the loss was recorded.

    Example:
        >>> from nn import MLP, half_sse
        >>> print(deltas(half_sse(MLP(1, [1, 1], init="zeros", output="sigmoid")([2.0]), 1.0)))
        layer  neuron  sample   s     a   delta  inputs
            2       1       1   0   0.5  -0.125  0
            1       1       1   0     0       0  2
    """
    adjoint = adjoints(loss)
    nodes = postorder([loss])  # including branches that were not taken, so that samples are counted right
    names = {node: name for node in nodes if (name := _neuron_of(node)) is not None}
    if not names:
        raise GraphError("no neuron is recorded under this loss: compute it with a model of nn, outside of no_grad.")
    activation = _activations(nodes, names)
    samples: dict = {}
    found = []
    for node in reversed(nodes):
        if node not in names:
            continue
        name = names[node]
        weight = node.operands[0]  # it distinguishes two models whose neurons have the same names
        samples[weight] = samples.get(weight, 0) + 1
        s, a, delta = node.data, activation[node].data, adjoint.get(node, 0.0)
        row = NeuronDelta(name.layer, name.neuron, samples[weight], s, a, delta, dot_operands(node.recorded).inputs)
        found.append(row)
    return DeltaTable(sorted(found, key=lambda row: (-row.layer, row.neuron, row.sample)))


def _neuron_of(node):
    """Return the name of the neuron whose pre-activation a node is, or None."""
    if node.op is not dot:
        return None
    if isinstance(node.label, NeuronName):
        return node.label
    # The user may have given another label to the output of a linear neuron. A dot without a label does not belong to a
    # neuron. It may be a penalty.
    weight = node.operands[0]
    name = weight.label if isinstance(weight, Value) and node.label is not None else None
    return name if isinstance(name, NeuronName) else None


def _activations(nodes, names):
    """Return a dict from each pre-activation in ``names`` to its activation."""
    # A pre-activation with another label was returned by the neuron, so it is the activation, too.
    found = {s: s for s, name in names.items() if name.activation is None or s.label is not name}
    readers: dict = {}
    for node in nodes:
        if node.op is not None and isinstance(node.label, NeuronName) and node not in names:
            found[_pre_activation(node, names)] = node
        for x in node.parents:
            if x in names:
                readers.setdefault(x, []).append(node)
    for s, name in names.items():
        if s not in found:  # its activation has another label now, and is found by its operation, if there is only one
            known = [node for node in readers.get(s, ()) if str(node.op) == name.activation]
            if len(known) != 1:
                raise GraphError(
                    f"the activation of {name} no longer has the label a{name.layer}[{name.neuron}]: give your label "
                    "to a copy, activation + 0, and not to the activation itself."
                )
            found[s] = known[0]
    return found


def _pre_activation(node, names):
    """Return the pre-activation from which an activation was computed, through any number of nodes."""
    name = node.label
    seen, pending = set(), [node]
    while pending:
        node = pending.pop()
        if node in names and (names[node].layer, names[node].neuron) == (name.layer, name.neuron):
            return node
        if node not in seen:
            seen.add(node)
            pending.extend(node.parents)
    raise GraphError(
        f"{name} is recorded without its pre-activation: let the activation function use its argument, and label no "
        "other node with a neuron's name."
    )

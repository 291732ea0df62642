"""The network that is found in a graph: neurons, layers, samples, and the names of everything.

Formulas contain only the branch of a ``where`` that was chosen. But if its condition is a step or a comparison of the
graph, formulas write ``c * a + (1 - c) * b``. :func:`operands_of`, :func:`apply` and :func:`edges` implement this
once, for any kind of number.
"""

from typing import NamedTuple

from autograd.engine import primitives
from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.formulas.expressions import Expression, Symbol

__all__ = ["Constant", "Network", "Neuron", "Term", "apply", "edges", "is_named", "operands_of", "parents_of", "sum_of"]


# Conditions that a formula can contain, because expressions and fields write comparisons as steps.
_GATES = (primitives.step, primitives.greater, primitives.at_least)


class Constant(NamedTuple):
    """A plain number that a node read at one place, such as an input or a target that was not a Value."""

    node: Value
    place: int
    data: float


class Term:
    """One term of a pre-activation: ``sign * weight * source``. A bias is a weight with the source None."""

    __slots__ = ("sign", "source", "weight")

    def __init__(self, sign, weight, source):
        self.sign, self.weight, self.source = sign, weight, source


class Neuron:
    """A pre-activation and its activation for one sample.

    Attributes:
        s: the node of the pre-activation.
        a: the node of the activation; the same node if the neuron is linear.
        terms: the :class:`Term` s of ``s``.
        inside: the nodes after ``s``, up to and including ``a``.
        layer: the number of the layer, from 1.
        index: the number of the neuron in its layer, from 1.
        sample: the number of the sample, from 1, or None if there is only one.
        step: the number of the time step, from 1, or None if there is only one.
    """

    __slots__ = ("a", "depth", "index", "inside", "layer", "named", "s", "sample", "step", "terms")

    def __init__(self, s, terms):
        self.s, self.terms = s, terms
        self.a, self.inside = s, ()
        self.layer = self.index = self.depth = 0
        self.sample = self.step = None
        self.named = None

    def __repr__(self):
        return f"<neuron {self.index} of layer {self.layer}, sample {self.sample}>"


class Network:
    """The network that was found under a loss.

    Attributes:
        root: the node in which the graph ends.
        order: the nodes of the graph, operands first. Of a ``where``, only the chosen branch is among them.
        readers: a dict from each node to the nodes that read it.
        neurons: all neurons, output layer last.
        parameters: the leaves to differentiate with respect to.
        roles: a dict from each node with a known role to a pair: ``"w"``, ``"x"`` or ``"t"``, and its place in the
            argument that named it, or None.
        sizes: the number of neurons in each layer, inputs first.
        samples: the number of samples.
        steps: the number of time steps; 1 if the network is not recurrent.
        symbol_of: a dict from each named node and constant to its symbol.
        distributions: groups of targets that add up to 1, as the targets of a cross-entropy do.
        exact: a dict from pairs of a node and a place to the fraction that formulas use there in place of a float.
        assumptions: the conclusions that were drawn from labels, in words.
        keeps_constants: True if plain numbers keep their recorded values at every point at which formulas are compared.
            Otherwise they stand for any number, as inputs and targets do.
        drawn: a dict for the random samples that graders drew, so that they can share them.
    """

    def __init__(self, root):
        self.root = root
        self.keeps_constants = False
        self.drawn: dict = {}
        self.order: list = []
        self.readers: dict = {}
        self.neurons: list[Neuron] = []
        self.parameters: list = []
        self.roles: dict = {}
        self.sizes: list[int] = []
        self.samples = self.steps = 1
        self.symbol_of: dict = {}
        self.distributions: list = []
        self.exact: dict = {}
        self.assumptions: list[str] = []

    def __repr__(self):
        more = f", {self.samples} samples" if self.samples > 1 else ""
        more += f", {self.steps} time steps" if self.steps > 1 else ""
        return f"<network {'-'.join([str(n) for n in self.sizes])}{more}>"

    @property
    def depth(self):
        """The number of layers that have weights."""
        return len(self.sizes) - 1

    def delta_of(self, neuron):
        """Return the symbol of a neuron's delta."""
        return Symbol("delta", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)


def operands_of(node):
    """Return the operands of a node. Of a ``where`` without a gate, this is the chosen branch alone."""
    if node.op is primitives.where and not _is_gate(node):
        condition = node.operands[0]
        condition = condition.data if isinstance(condition, Value) else condition
        return (node.operands[1 if condition else 2],)
    return node.operands


def parents_of(node):
    """Return the Values among :func:`operands_of`."""
    return [x for x in operands_of(node) if isinstance(x, Value)]


def apply(node, numbers):
    """Return the number of a node, computed from the numbers of its :func:`operands_of`."""
    if node.op is not primitives.where:
        return node.op(*numbers)
    if len(numbers) == 1:
        return numbers[0]
    condition, a, b = numbers  # the condition is a gate, 0 or 1
    return condition * a + (1 - condition) * b if isinstance(condition, Expression) else node.op(condition, a, b)


def edges(node, y, numbers):
    """Return the edges of a node for ``pull_back`` and ``push_forward``.

    Args:
        node: the node.
        y: its number.
        numbers: the numbers of its :func:`operands_of`.
    """
    if node.op is None:
        return []
    if node.op is primitives.where:
        partials = [1] if len(numbers) == 1 else [0, numbers[0], 1 - numbers[0]]
    elif node.op.arity is None:
        partials = node.op.gradient(y, numbers)
    else:  # a derivative with respect to a constant may not exist, as for the exponent of a negative number
        return [
            (x, node.op.partial(i, y, numbers), True) for i, x in enumerate(operands_of(node)) if isinstance(x, Value)
        ]
    return [(x, p, True) for x, p in zip(operands_of(node), partials, strict=True) if isinstance(x, Value)]


def _is_gate(node):
    """Return True if the condition of a ``where`` is a step or a comparison, which a formula can contain."""
    condition = node.operands[0]
    return isinstance(condition, Value) and condition.op in _GATES


def sum_of(neuron):
    """Return the sums and products that a pre-activation consists of. The last is the pre-activation itself."""
    ends = {x for term in neuron.terms for x in (term.source, term.weight) if isinstance(x, Value)}
    return postorder([neuron.s], lambda node: [x for x in node.parents if x not in ends and x.op is not None])


def is_named(label):
    """Return True if a label states which neuron it belongs to, as the labels of :mod:`nn` do."""
    return hasattr(label, "layer") and hasattr(label, "neuron")

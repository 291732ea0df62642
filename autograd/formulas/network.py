"""A network, as it was found in a graph: neurons, layers, samples and the names of everything."""

from typing import NamedTuple

from autograd.engine import primitives
from autograd.engine.value import Value
from autograd.formulas.expressions import Symbol

__all__ = ["Constant", "Network", "Neuron", "Term", "is_named", "operands_of"]


# What a formula can choose by: expressions and fields write comparisons as steps.
_GATES = (primitives.step, primitives.greater, primitives.at_least)


class Constant(NamedTuple):
    """A plain number that a node read, at one place: an input or a target that was no Value."""

    node: Value
    place: int
    data: float


class Term:
    """One term of a pre-activation: ``sign * weight * source``; a bias has the source None."""

    __slots__ = ("sign", "source", "weight")

    def __init__(self, sign, weight, source):
        self.sign, self.weight, self.source = sign, weight, source


class Neuron:
    """A pre-activation and its activation, on one sample.

    Attributes:
        s, a: the nodes; the same one where the neuron is linear.
        terms: the :class:`Term` s of ``s``.
        inside: the nodes from ``s`` (excluded) to ``a``.
        layer, index, sample, step: which one, from 1; sample and step None where there is one only.
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
    """What was found under a loss.

    Attributes:
        root, order, readers: the graph; ``order`` has operands first, and of a ``where`` the branch that was taken.
        neurons: all of them, output layer last.
        parameters: the leaves to differentiate in.
        sizes: the number of neurons in each layer, inputs first.
        samples, steps: how many there are; 1 where nothing is repeated.
        symbol_of: the symbol of every named node and constant.
        distributions: groups of targets that add up to 1, as those of a cross-entropy do.
        assumptions: what was concluded from labels, in words.
    """

    def __init__(self, root):
        self.root = root
        self.order: list = []
        self.readers: dict = {}
        self.neurons: list[Neuron] = []
        self.parameters: list = []
        self.roles: dict = {}
        self.sizes: list[int] = []
        self.samples = self.steps = 1
        self.symbol_of: dict = {}
        self.distributions: list = []
        self.assumptions: list[str] = []

    @property
    def depth(self):
        """The number of layers that have weights."""
        return len(self.sizes) - 1

    def delta_of(self, neuron):
        """The symbol of a neuron's delta."""
        return Symbol("delta", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)


def operands_of(node):
    """What a node read; of a ``where``, the branch that was taken and nothing else."""
    if node.op is primitives.where and not _is_gate(node):
        condition = node.operands[0]
        condition = condition.data if isinstance(condition, Value) else condition
        return (node.operands[1 if condition else 2],)
    return node.operands


def _is_gate(node):
    """Whether a ``where`` chooses by a step or a comparison of the graph, which a formula can say."""
    condition = node.operands[0]
    return isinstance(condition, Value) and condition.op in _GATES


def is_named(label):
    """Whether a label says itself which neuron it belongs to, as those of :mod:`nn` do."""
    return hasattr(label, "layer") and hasattr(label, "neuron")

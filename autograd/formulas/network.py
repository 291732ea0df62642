"""A network, as it was found in a graph: neurons, layers, samples and the names of everything.

Formulas follow the branch of ``where`` that was taken, unless it chooses by a step or a comparison of the graph: then
it is ``c * a + (1 - c) * b``. :func:`operands_of`, :func:`apply` and :func:`edges` say so once, over any kind of
number.
"""

from typing import NamedTuple

from autograd.engine import primitives
from autograd.engine.graph import postorder
from autograd.engine.value import Value
from autograd.formulas.expressions import Expression, Symbol

__all__ = ["Constant", "Network", "Neuron", "Term", "apply", "edges", "is_named", "operands_of", "parents_of", "sum_of"]


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
    """The network that was found under a loss.

    Attributes:
        root, order, readers: the graph; ``order`` has operands first, and of a ``where`` the branch that was taken.
        neurons: all of them, output layer last.
        parameters: the leaves to differentiate in.
        sizes: the number of neurons in each layer, inputs first.
        samples, steps: how many there are; 1 where nothing is repeated.
        symbol_of: the symbol of every named node and constant.
        distributions: groups of targets that add up to 1, as those of a cross-entropy do.
        exact: from pairs of a node and a place to the fraction that formulas read there, in place of a float.
        assumptions: what was concluded from labels, in words.
        keeps_constants: whether plain numbers are what they were recorded as, at every point that formulas are compared
            at. Otherwise they stand for any number, as inputs and targets do.
    """

    def __init__(self, root):
        self.root = root
        self.keeps_constants = False
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
        """The symbol of a neuron's delta."""
        return Symbol("delta", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)


def operands_of(node):
    """Return the operands of a node; of a ``where``, the branch that was taken and nothing else."""
    if node.op is primitives.where and not _is_gate(node):
        condition = node.operands[0]
        condition = condition.data if isinstance(condition, Value) else condition
        return (node.operands[1 if condition else 2],)
    return node.operands


def parents_of(node):
    """Return the Values among :func:`operands_of`."""
    return [x for x in operands_of(node) if isinstance(x, Value)]


def apply(node, numbers):
    """Return the number of a node, from the numbers of its :func:`operands_of`."""
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
    else:  # of constants there may be none, as of the exponent where a number is negative
        return [
            (x, node.op.partial(i, y, numbers), True) for i, x in enumerate(operands_of(node)) if isinstance(x, Value)
        ]
    return [(x, p, True) for x, p in zip(operands_of(node), partials, strict=True) if isinstance(x, Value)]


def _is_gate(node):
    """Return True if a ``where`` chooses by a step or a comparison of the graph, which a formula can say."""
    condition = node.operands[0]
    return isinstance(condition, Value) and condition.op in _GATES


def sum_of(neuron):
    """Return the sums and products that a pre-activation is made of, the pre-activation last."""
    ends = {x for term in neuron.terms for x in (term.source, term.weight) if isinstance(x, Value)}
    return postorder([neuron.s], lambda node: [x for x in node.parents if x not in ends and x.op is not None])


def is_named(label):
    """Return True if a label says itself which neuron it belongs to, as those of :mod:`nn` do."""
    return hasattr(label, "layer") and hasattr(label, "neuron")

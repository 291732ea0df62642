"""The quantities of a network, their numbers at a point, and all derivatives between them.

A quantity is a :class:`Quantity`, with a role, a layer, an index, a sample and a step. Its number is looked up in a
point of the network, for any kind of number. A derivative is the total derivative, through everything that depends on
the variable.
"""

import functools
import re
from fractions import Fraction
from typing import Any, NamedTuple

from autograd.engine import primitives
from autograd.engine.value import Value
from autograd.formulas.expressions import Number, evaluate
from autograd.formulas.network import Constant
from autograd.grading.meaning.place import OutOfRange
from autograd.grading.meaning.plain_inputs import derivative_by_input, is_plain_input
from autograd.grading.reading.trees import ReadingError

__all__ = ["At", "Model", "Quantity", "describe", "quantity_of"]

_COST_OF_DIGITS = 4
_LABEL_OF_PARAMETER = re.compile(r"([A-Za-z])(?:_?\[\s*\d+\s*(?:,\s*\d+\s*)?\]|_?\d+(?:_\d+)?)")  # U[1,2], u_12 or b1


class Quantity(NamedTuple):
    """One number of a network.

    Fields:
        role: ``"s"``, ``"a"`` (the inputs in layer 0), ``"t"``, ``"p"``, ``"w"``, ``"b"``, ``"delta"``, ``"loss"`` or
            ``"other"`` for a node with a label of its own.
        layer: the layer, from 0. For a weight, the layers that it connects, from and to. ``"data"`` for the loss
            without its penalty.
        index: the index, from 1. For a weight, both indices.
        sample: the number of the sample, from 1, or None.
        step: the number of the step, from 1, or None.
    """

    role: str
    layer: Any = None
    index: Any = None
    sample: int | None = None
    step: int | None = None


def quantity_of(symbol) -> Quantity:
    """Return the quantity that a bound symbol denotes."""
    role = "a" if symbol.role == "x" else symbol.role
    layer, index = (symbol.layers, symbol.indices) if role == "w" else (symbol.layers[0], symbol.indices[0])
    return Quantity(role, layer, index, symbol.sample, symbol.step)


class Model:
    """A network as a set of quantities.

    Attributes:
        sizes, depth, samples, steps: those of the network.
        node_of: from a quantity to its node or constant.
        weights: the pairs of layers that weights connect.
        labels: from a label to the quantity of its node.
        weight_names, bias_names: from the letters with which a graph was recorded to the layers of the weights or the
            layer of the biases, if each has a letter of its own.
        logits: from an output to the argument of the softmax that depends on it, such as z/T for a temperature T. It is
            empty if the softmax is that of the outputs themselves.
        given: from a target that is not a node to its number, such as a class or a probability of a cross-entropy.
        scale: a number. The loss is this number times the sum of the losses of samples or steps.
    """

    def __init__(self, formulas):
        self.formulas = formulas
        network = self.network = formulas.network
        self.sizes, self.depth = list(network.sizes), len(network.sizes) - 1
        self.samples, self.steps = network.samples, network.steps
        self.node_of: dict = {}
        self.labels: dict = {}
        targets_by_step = self.steps > 1 and self.samples == 1
        for n in network.neurons:
            self.node_of[Quantity("s", n.layer, n.index, n.sample, n.step)] = n.s
            self.node_of[Quantity("a", n.layer, n.index, n.sample, n.step)] = n.a
        for node, s in network.symbol_of.items():
            sample, step = s.sample, s.step
            if s.role == "t" and targets_by_step and step is None:
                sample, step = None, sample
            if s.role in ("x", "t", "b", "w"):
                role = "a" if s.role == "x" else s.role
                layer = s.layers if s.role == "w" else s.layers[0]
                index = s.indices if s.role == "w" else s.indices[0]
                q = Quantity(role, layer, index, sample, step)
            elif s.role in ("s", "a"):
                q = Quantity(s.role, s.layers[0], s.indices[0], sample, step)
            else:
                q = Quantity("other", None, str(s.name) if s.name is not None else str(s.indices))
            self.node_of.setdefault(q, node)
            label = getattr(node, "label", None)
            if label is not None:
                self.labels.setdefault(str(label), q)
        given = {s: e for s, e in formulas.facts.items() if s.role == "t" and isinstance(e, Number)}
        self.given = {quantity_of(s): e.value for s, e in given.items()}
        self.weights = sorted({q.layer for q in self.node_of if q.role == "w"})
        self.has_softmax = (
            bool(network.distributions)
            or any(s.role == "p" for s in formulas.facts)
            or any(node.op is primitives.logsumexp for node in network.order)
        )
        self.has_biases = any(q.role == "b" for q in self.node_of)
        self.weight_names = self._recorded_names("w")
        self.bias_names = self._recorded_names("b")
        self.outputs = [n for n in network.neurons if n.layer == self.depth]
        self.logits = self._arguments_of_softmax()
        self.scale, self.parts, self.losses = self._peeled(network.root)
        self._templates: dict = {}

    def _recorded_names(self, role):
        """Return a dict from the letters of recorded labels, such as the U of ``U[1,2]``, to the layers that they name.

        It is empty unless each of several matrices of weights, or of several vectors of biases, has its own letter.
        """
        found: dict = {}
        for label, q in self.labels.items():
            if q.role == role:
                match = _LABEL_OF_PARAMETER.fullmatch(label)
                found.setdefault(q.layer, set()).add(match[1] if match else None)
        letters = {x: layer for layer, names in found.items() for x in names}
        layers = {q.layer for q in self.node_of if q.role == role}
        is_named = len(letters) == len(layers) == len(found) > 1 and None not in letters
        return letters if is_named and all(len(names) == 1 for names in found.values()) else {}

    def _peeled(self, node):
        """Return the constant factor of the sum of the losses of samples or steps, their number, and their nodes."""
        if self.samples * self.steps == 1:
            return Fraction(1), 1, {}
        scale, node = self._without_factors(node)
        return scale, self.samples * self.steps, self._losses(node)

    def _without_factors(self, node):
        """Return the constant factor of a loss without its penalty, and the node of the other factor."""
        scale = Fraction(1)
        for _ in range(7):
            of_outputs = self._parts_of_outputs(node)
            if len(of_outputs) == 1 < len(node.operands) and node.op in (primitives.add, primitives.total):
                node = of_outputs[0]  # the other operands are a penalty
                continue
            plain = [x for x in node.operands if not isinstance(x, Value)]
            inner = [x for x in node.operands if isinstance(x, Value)]
            if node.op is primitives.div and len(inner) == 1 and isinstance(node.operands[0], Value):
                scale /= Fraction(plain[0]).limit_denominator(10**6)
            elif node.op is primitives.mul and len(inner) == 1 and plain:
                scale *= Fraction(plain[0]).limit_denominator(10**6)
            elif node.op is primitives.identity or (node.op is primitives.total and len(node.operands) == 1):
                pass
            else:
                break
            node = inner[0]
        return scale, node

    @functools.cached_property
    def losses_of_outputs(self):
        """The constant factor of the sum of the losses of the outputs, and a dict from their indices to the terms.

        The dict is empty if there are several samples or steps, or if the terms are not separate.
        """
        scale, node = self._without_factors(self.network.root)
        outputs = {n.a: n.index for n in self.outputs}
        found: dict = {}
        for part in node.operands if node.op is primitives.total and self.samples * self.steps == 1 else ():
            of = {outputs[x] for x in _below(part, outputs) if x in outputs}
            if len(of) != 1 or of & found.keys():
                return Fraction(1), {}
            found[of.pop()] = part
        return scale, found if len(found) == len(outputs) > 1 else {}

    @property
    def has_penalty(self):
        """True if the loss reads a weight itself, and not only through the neurons."""
        network = self.network
        used: dict = {}
        for n in network.neurons:
            for term in n.terms:
                used[term.weight] = used.get(term.weight, 0) + 1
        return any(len(network.readers.get(weight, ())) > count for weight, count in used.items())

    def _parts_of_outputs(self, node):
        """Return the operands of a node that depend on outputs."""
        outputs = {n.a for n in self.outputs}
        return [x for x in node.operands if not outputs.isdisjoint(_below(x, outputs))]

    def _losses(self, node):
        """Return the nodes of the losses in a sum, by sample and step, or an empty dict if they are not separate."""
        outputs = {n.a: (n.sample, n.step) for n in self.outputs}
        found: dict = {}
        for part in node.operands if node.op is primitives.total else ():
            of = {outputs[x] for x in _below(part, outputs) if x in outputs}
            if len(of) != 1:
                return {}
            found[of.pop()] = part
        return found if len(found) == self.samples * self.steps else {}

    def _arguments_of_softmax(self):
        outputs = {n.a: Quantity("a", n.layer, n.index, n.sample, n.step) for n in self.outputs}
        found: dict = {}
        for node in self.network.order:
            if node.op is not primitives.logsumexp or outputs.keys() >= set(node.operands):
                continue
            of = [[outputs[y] for y in _below(x, outputs) if y in outputs] for x in node.operands]
            if all(len(x) == 1 for x in of) and len({x[0] for x in of}) == len(of) == self.size(self.depth):
                found |= {x[0]: argument for x, argument in zip(of, node.operands, strict=True)}
        return found

    def size(self, layer):
        """Return the number of neurons of a layer, or 0 if there is no such layer."""
        return self.sizes[layer] if 0 <= layer <= self.depth else 0

    def exists(self, q):
        """Return True if a quantity is in the network."""
        if q in self.node_of or q in self.given:
            return True
        if q.role == "delta":
            return Quantity("s", *q[1:]) in self.node_of
        if q.role == "p":
            return self.has_softmax and Quantity("a", *q[1:]) in self.node_of and q.layer == self.depth
        return False

    def takes_sample(self, role, layer):
        """Return True if the quantities of a role and layer differ between samples."""
        if self.samples == 1 or role in ("w", "b", "other"):
            return False
        return self._any(role, layer).sample is not None

    def takes_step(self, role, layer):
        """Return True if the quantities of a role and layer differ between steps."""
        if self.steps == 1 or role in ("w", "b", "other"):
            return False
        return self._any(role, layer).step is not None

    def _any(self, role, layer):
        wanted = {"delta": "s", "p": "a"}.get(role, role)
        for q in [*self.node_of, *self.given]:
            if q.role == wanted and q.layer == layer:
                return q
        return Quantity(role, layer)

    def activation(self, layer):
        """Return the activation of a layer, its derivative, and the neuron whose pre-activation is their variable."""
        if layer not in self._templates:
            neuron = next((n for n in self.network.neurons if n.layer == layer), None)
            if neuron is None:
                raise ReadingError(f"there is no layer {layer} with an activation here.")
            value, slope = self.formulas.activation_in_s(neuron)
            self._templates[layer] = (value, slope, neuron)
        return self._templates[layer]


def _below(node, ends):
    """Return the set of a node and all nodes on which it depends, down to the nodes ``ends``."""
    found, stack = set(), [node]
    while stack:
        x = stack.pop()
        if x not in found and isinstance(x, Value):
            found.add(x)
            stack += [] if x in ends else x.operands
    return found


class At:
    """The quantities of a model at one point, for one kind of number.

    Args:
        model: the quantities.
        sample: the numbers; see :mod:`autograd.formulas.sampling`.
        rate: the learning rate at the point.
    """

    def __init__(self, model, sample, rate):
        self.model, self.sample, self.rate = model, sample, rate
        self.number = sample.number
        self.zero, self.one = sample.number(Fraction(0)), sample.number(Fraction(1))
        self._swept: dict = {}
        self._values: dict = {}
        self._ratios: dict = {}
        self._free: dict = {}
        self.has_kinks = getattr(getattr(sample, "point", None), "has_kinks", False)
        self.cost = 1 if hasattr(sample, "point") else _COST_OF_DIGITS  # the cost of one step

    def free(self, name):
        """Return the number of a letter that is not a quantity of the network."""
        if name not in self._free:
            point = getattr(self.sample, "point", None)
            self._free[name] = (
                point.random() if point is not None else self.rate + self.number(Fraction(len(self._free) + 1, 3))
            )
        return self._free[name]

    # --- Numbers.

    def value(self, q):
        """Return the number of a quantity."""
        if q not in self._values:
            self._values[q] = self._value(q)
        return self._values[q]

    def _value(self, q):
        model = self.model
        if q.role == "delta":
            return self.ratio(Quantity("loss"), Quantity("s", *q[1:])) * self.number(model.formulas.factor)
        if q.role == "p":
            logits = self.logits(q)
            total = None
            for x in logits.values():
                e = primitives.exp(x)
                total = e if total is None else total + e
            return primitives.exp(logits[q.index]) / total
        if q.role == "loss":
            return self.loss(q)
        if q in model.given:
            return self.number(model.given[q])
        node = model.node_of.get(q)
        if node is None:
            raise ReadingError(f"there is no such quantity: {describe(q)}.")
        if isinstance(node, Constant):
            return self.sample.quantities[model.network.symbol_of[node]]
        return self.sample.values[node]

    def logits(self, q):
        """Return the arguments of the softmax of a sample by index."""
        outputs = [Quantity("a", q.layer, k, q.sample, q.step) for k in range(1, self.model.size(q.layer) + 1)]
        of = self.model.logits
        return {x.index: self.sample.values[of[x]] if x in of else self.value(x) for x in outputs}

    def loss(self, q):
        """Return the loss, or the own loss of a sample, a step or an output."""
        if q == Quantity("loss"):
            return self.sample.values[self.model.network.root]
        if q.index is not None and q.sample is None is q.step:
            scale, terms = self.model.losses_of_outputs
            if q.index in terms:
                return self.sample.values[terms[q.index]] * self.number(scale)
        node = self.model.losses.get((q.sample, q.step)) if q.index is None else None
        if node is None:
            raise ReadingError("the loss of one sample or output can be read in derivatives only.")
        return self.sample.values[node]

    # --- Derivatives.

    def ratio(self, of, by):
        """Return the derivative of one quantity with respect to another."""
        key = of, by
        if key not in self._ratios:
            self._ratios[key] = self._ratio(of, by)
        return self._ratios[key]

    def _ratio(self, of, by):
        if of == by:
            return self.one
        if by.role == "delta" or of.role == "delta":
            raise ReadingError("a derivative of a delta, or with respect to one, cannot be read.")
        if by.role == "p":
            return self._by_probability(of, by)
        if is_plain_input(self.model, by):
            return derivative_by_input(self, of, by)
        if of.role == "loss":
            return self._of_loss(of, by)
        if of.role == "p":
            total = None
            p = self.value(of)
            for k in range(1, self.model.size(of.layer) + 1):
                logit = Quantity("a", of.layer, k, of.sample, of.step)
                inner = self.ratio(logit, by) * self._slope_of_logit(logit)
                weight = p * ((self.one if k == of.index else self.zero) - self.value(Quantity("p", *logit[1:])))
                total = weight * inner if total is None else total + weight * inner
            return total
        below = self._node(by)
        if below is not None and self._is_number(of):
            return self.zero
        node = self._node(of)
        if node is None:
            return self.zero
        return self._derivatives_of(node).get(below, self.zero)

    def _slope_of_logit(self, output):
        """Return the derivative of an argument of the softmax with respect to its output, 1/T for a temperature T."""
        node = self.model.logits.get(output)
        return self.one if node is None else self._derivatives_of(node)[self._node(output)]

    def _derivatives_of(self, node):
        if node not in self._swept:
            self._swept[node] = self.sample.derivatives(node)
        return self._swept[node]

    def _node(self, q):
        node = self.model.node_of.get(q)
        if node is None and q not in self.model.given:
            raise ReadingError(f"there is no such quantity: {describe(q)}.")
        if node is None or isinstance(node, Constant):
            raise ReadingError(
                f"{describe(q)} is a plain number without derivatives in this graph: record it as a Value."
            )
        return node

    def _is_number(self, q):
        """Return True if a target or an input is a plain number, which depends on nothing."""
        if q.role != "t" and (q.role, q.layer) != ("a", 0):
            return False
        node = self.model.node_of.get(q)
        return isinstance(node, Constant) or (node is None and q in self.model.given)

    def _of_loss(self, of, by):
        if of == Quantity("loss"):
            return self.sample.gradient(self._node(by))
        self._check_part(of)
        total = self.zero
        for n in self.model.outputs:
            if of.sample in (None, n.sample) and of.step in (None, n.step) and of.index in (None, n.index):
                output = Quantity("a", n.layer, n.index, n.sample, n.step)
                total = total + self.sample.gradient(n.a) * self.ratio(output, by)
        return total if of.layer == "data" else total / self.number(self.model.scale)

    def _check_part(self, loss):
        """Raise OutOfRange if there is no sample or step to which this loss could belong."""
        if loss.step is not None and not 1 <= loss.step <= self.model.steps:
            raise OutOfRange(f"there is no such quantity: {describe(loss)}.")

    def _by_probability(self, of, by):
        """Return the derivative of a cross-entropy with respect to one softmax output, with the others held fixed."""
        if of.role != "loss":
            return self.zero
        self._check_part(of)
        if not self.is_cross_entropy():
            raise ReadingError("the loss is not a cross-entropy of the softmax here.")
        if of.index not in (None, by.index) or of.sample not in (None, by.sample) or of.step not in (None, by.step):
            return self.zero
        t = self.value(Quantity("t", by.layer, by.index, by.sample, by.step))
        scale = self.model.scale if of == Quantity("loss") else Fraction(1)
        return -t / self.value(by) * self.number(scale)

    def is_cross_entropy(self):
        """Return True if the loss is the cross-entropy of the softmax of the outputs."""
        n = self.model.outputs[0]
        logit = Quantity("a", n.layer, n.index, n.sample, n.step)
        total = self.zero
        for k in range(1, self.model.size(n.layer) + 1):
            p = Quantity("p", n.layer, k, n.sample, n.step)
            t = self.value(Quantity("t", *p[1:]))
            total = total - t / self.value(p) * self.ratio(p, logit)
        found = self.sample.gradient(n.a)
        total = total * self.number(self.model.scale)
        if hasattr(found, "v"):
            return found.v == total.v
        return abs(found - total) <= 1e-20 * max(1, abs(found))

    # --- Functions.

    def activation(self, layer, x, primes):
        """Return the value of the activation function of a layer at a number, or of its derivative."""
        value, slope, neuron = self.model.activation(layer)
        symbol = self.model.network.symbol_of[neuron.s]
        e = slope if primes else value
        return evaluate(e, _Argument(self, x, symbol))


class _Argument:
    """A point at which one pre-activation is replaced by another number."""

    def __init__(self, at, x, symbol):
        self.at, self.x, self.own = at, x, symbol
        self.number = at.number

    def symbol(self, symbol):
        if symbol.role == "s" or symbol == self.own:
            return self.x
        return self.at.sample.symbol(symbol)

    def guard(self, numbers):
        for x in numbers:
            if not hasattr(x, "v") and abs(x) > 100_000:
                raise OverflowError("a number beyond all bounds")


def describe(q):
    """Return a quantity in words."""
    names = {"s": "pre-activation", "a": "activation", "t": "target", "p": "softmax output", "w": "weight", "b": "bias",
             "delta": "delta", "loss": "loss", "other": "quantity"}  # fmt: skip
    name = "input" if q.role == "a" and q.layer == 0 else names[q.role]
    if q.role == "w":
        return f"{name} from {q.index[0]} in layer {q.layer[0]} to {q.index[1]} in layer {q.layer[1]}"
    more = f" on sample {q.sample}" if q.sample else ""
    more += f" at step {q.step}" if q.step else ""
    return f"{name} {q.index} of layer {q.layer}{more}" if q.index is not None else name

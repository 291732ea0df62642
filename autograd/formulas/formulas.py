r"""The formulas of backpropagation, computed by one reverse sweep over symbols.

The sweep is the engine's, with expressions in place of floats. It cuts the graph at the named nodes: a pre-activation
propagates the symbol $\delta$ and not the formula of $\delta$, so each formula ends at the next cut. The contributions
that arrive at a neuron give the formula of its delta. Those that arrive at a parameter give its gradient.

The derivative of an activation is written in terms of the activation if it is a polynomial of it. $a(1-a)$ and $1-a^2$
are found by interpolation in a prime field from the graph of the activation alone, in whatever way it was written.
"""

import math
from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.errors import AlgebraError, GraphError
from autograd.engine.graph import depending, evaluate, postorder, pull_back, push_forward
from autograd.engine.value import Value
from autograd.formulas.expressions import (
    MINUS_ONE,
    ONE,
    ZERO,
    Expression,
    Number,
    Partial,
    Symbol,
    expression,
    plus,
    times,
    walk,
)
from autograd.formulas.field import Pole
from autograd.formulas.fitting import activation_key, factored, fit_fractions, residue, slope_polynomial
from autograd.formulas.folding import Alphabet, fold
from autograd.formulas.network import Constant, apply, edges, operands_of, parents_of
from autograd.formulas.output_deltas import has_delta, simplify_outputs
from autograd.formulas.sampling import field_sample, precise_sample

__all__ = ["Formulas"]

# A formula in a region without names may be nested this deep. Below that, a node gets a name of its own.
_DEPTH = 8


class Formulas:
    """The formulas of a network.

    Args:
        network: the network that was found in a graph.
        factor: the number by which $\\partial L/\\partial s$ is multiplied to give a delta: 1, -1 or -1/2.

    Attributes:
        delta: a dict from each neuron to the formula of its delta.
        slope: a dict from each neuron to the derivative of its activation.
        upstream: a dict from each neuron to the contributions that arrive at its activation, one for each path.
        gradient: a dict from each parameter to its contributions, one for each use.
        defined: a dict from the symbol of each node that the formulas had to name to the formula of that node.
        adjoint_of: a dict from the symbol of each adjoint that has a name to its node and its formula.
        facts: a dict from each symbol that is not a node, such as a softmax probability, to its formula.
        stable: for symbols in ``facts`` whose formula could overflow, another formula to evaluate.
    """

    def __init__(self, network, factor=Fraction(1)):
        self.network = network
        self.factor = factor
        self.alphabet = Alphabet(network.sizes, network.samples, network.steps)
        self.delta: dict = {}
        self.slope: dict = {}
        self.upstream: dict = {}
        self.gradient: dict = {}
        self.defined: dict = {}
        self.adjoint_of: dict = {}
        self.facts: dict = {}
        self.stable: dict = {}
        self.simplified: set = set()
        self._by_s = {neuron.s: neuron for neuron in network.neurons}
        self._by_a = {neuron.a: neuron for neuron in network.neurons if neuron.a is not neuron.s}
        self._constants: dict = {key: Number(exact) for key, exact in network.exact.items()}
        self._constants |= {(c.node, c.place): s for c, s in network.symbol_of.items() if isinstance(c, Constant)}
        self._values: dict = {}
        self._depths: dict = {}
        self._slopes: dict = {}
        self._samples: list = []
        self._precise: list | None = None
        self._sweep()
        simplify_outputs(self)

    # --- The values of nodes, in terms of named quantities.

    def value(self, node) -> Expression:
        """Return the symbol of a node, if it has a name, or else its formula in terms of named quantities."""
        if not isinstance(node, Value):
            return expression(node)
        names = self.network.symbol_of
        known = names.get(node)
        if known is not None:
            return known

        def unknown(x):
            return [y for y in parents_of(x) if y not in self._values and y not in names]

        for x in postorder([node], unknown) if node not in self._values else ():
            if x not in self._values:
                self._values[x] = self._named(x, self.local(x))
        return self._values[node]

    def local(self, node) -> Expression:
        """Return the formula of a node in terms of its operands, even if the node has a name."""
        neuron = self._by_s.get(node)
        if neuron is not None:
            return plus(*[times(Number(Fraction(t.sign)), self.value(t.weight), self.source(t)) for t in neuron.terms])
        return expression(apply(node, self.operands(node)))

    def source(self, term) -> Expression:
        """Return the factor beside the weight of a term; 1 for a bias."""
        if term.source is None:
            return ONE
        if isinstance(term.source, Constant):
            return self._constant(term.source.node, term.source.place, term.source.data)
        return self.value(term.source)

    def operands(self, node) -> list:
        """Return the operands of a node as expressions. Numbers without a name stay numbers, but become exact."""
        return [
            self.value(x) if isinstance(x, Value) else self._constants.get((node, i), _exact(x))
            for i, x in enumerate(operands_of(node))
        ]

    def _constant(self, node, place, data):
        return self._constants.get((node, place)) or expression(data)

    def _named(self, node, value):
        """Return the value, or a new name for it if it would be repeated often or is nested too deeply."""
        below = [self._depths.get(x, 0) for x in parents_of(node)]
        depth = 1 + max(below, default=0)
        readers = len(set(self.network.readers.get(node, ())))
        if depth > _DEPTH or (readers > 1 and _size(value) > 4):
            symbol = Symbol("v", name=str(len(self.defined) + 1))
            self.defined[symbol] = value
            self.network.symbol_of[node] = symbol
            self._depths[node] = 0
            return symbol
        self._depths[node] = depth
        return value

    # --- The sweep.

    def arrived(self, node):
        """Return the contributions that arrived at a parameter or an activation, to be added.

        Raises:
            KeyError: no contributions are kept for this node.
        """
        neuron = self._by_a.get(node) or self._by_s.get(node)
        return self.upstream[neuron] if neuron is not None and neuron.a is node else self.gradient[node]

    def _sweep(self):
        network = self.network
        active = depending(network.order, network.parameters, parents_of)
        # A neuron propagates past these nodes. So the contributions that arrive at such a node, from other readers, are
        # not its whole adjoint.
        inside = self._passed_over()

        def edges_of(node, arrived):
            contributions = arrived[node][::-1]  # they arrived from the last reader to the first
            neuron = self._by_a.get(node) or self._by_s.get(node)
            if neuron is not None:
                self._reach(neuron, contributions, is_activation=neuron.a is not neuron.s)
                return self._edges_of_terms(neuron, active)
            if node.op is not None:
                return self._edges_of(node, contributions, active, inside)
            if node in active:
                self.gradient[node] = contributions
            return ()

        def on_edge(arrived, _node, x, contribution, _reached):
            arrived.setdefault(x, []).append(contribution)

        pull_back(network.order, {network.root: [ONE]}, edges_of, on_edge)
        for parameter in network.parameters:
            self.gradient.setdefault(parameter, [])
        for neuron in network.neurons:
            self.delta.setdefault(neuron, ZERO)
            self.upstream.setdefault(neuron, [])
            self.slope.setdefault(neuron, ONE)

    def _passed_over(self):
        """Return the nodes between a neuron's value and its terms."""
        found: set = set()
        for neuron in self.network.neurons:
            ends = {x for term in neuron.terms for x in (term.weight, term.source) if isinstance(x, Value)}

            def between(node, ends=ends):
                is_sum = node.op is not None and node.op.traits.linear  # not an end here
                return [x for x in parents_of(node) if x.op is not None and (is_sum or x not in ends)]

            found.update(neuron.inside, postorder([neuron.s], between)[:-1])
        return found

    def _reach(self, neuron, contributions, is_activation):
        """Record the contributions that arrived at a neuron, and its delta, which follows from them."""
        slope = self.slope_of(neuron) if is_activation else ONE
        self.upstream[neuron], self.slope[neuron] = contributions, slope
        scaled = fold([times(Number(self.factor), p) for p in contributions], self.alphabet)
        if is_activation:
            is_output = not any(has_delta(p) for p in contributions)
            scaled = times(scaled, slope) if is_output else times(slope, scaled)
        self.delta[neuron] = scaled

    def _edges_of_terms(self, neuron, active):
        """Yield the edges of a neuron, with contributions. A pre-activation is linear in its weights and sources."""
        symbol, inverse = self.network.delta_of(neuron), Number(1 / self.factor)
        for term in neuron.terms:
            delta = times(inverse, symbol) if term.sign > 0 else times(MINUS_ONE, inverse, symbol)
            yield term.weight, times(delta, self.source(term)), True
            x = term.source
            if isinstance(x, Value) and x in active:
                yield x, times(delta, self.value(term.weight)), True

    def _edges_of(self, node, contributions, active, inside):
        """Return the edges, with their contributions, of a node that belongs to no neuron."""
        g = fold(contributions, self.alphabet)
        if len(contributions) > 1 or _size(g) > 12:
            self.value(node)
        symbol = self.network.symbol_of.get(node)
        if symbol is not None and symbol.role == "v" and node not in inside and not isinstance(g, (Number, Symbol)):
            name = Symbol("adjoint", name=symbol.name)
            self.adjoint_of[name] = (node, g)
            g = name
        partials = zip(operands_of(node), self._partials(node, active), strict=True)
        return [(x, times(g, p), True) for x, p in partials if isinstance(x, Value) and x in active and p is not ZERO]

    def _partials(self, node, active):
        """Return the derivatives of a node with respect to its operands, by the rules of the table over expressions."""
        op = node.op
        chosen = operands_of(node)
        if op.traits.linear:
            return [Number(Fraction(k)) for k in op.gradient(None, chosen)]
        if op is primitives.where and len(chosen) == 1:
            return [ONE]
        numbers = self.operands(node)
        if op is primitives.where:
            return [ZERO, numbers[0], 1 - expression(numbers[0])]
        if op.arity is None:
            return [expression(d) for d in op.gradient(self._result(node), numbers)]
        found = []
        for i, x in enumerate(chosen):
            if not (isinstance(x, Value) and x in active):
                found.append(ZERO)
                continue
            try:
                y = self._result(node) if callable(op.partials[i]) else None
                found.append(expression(op.partial(i, y, numbers)))
            except (TypeError, AlgebraError):  # the rule compares numbers
                found.append(Partial(op, i, tuple([expression(each) for each in numbers])))
        return found

    def _result(self, node):
        """Return the expression that a rule may use as y: the node's name, or else the primitive of its operands."""
        known = self.network.symbol_of.get(node)
        if known is not None:
            return known
        if node.op.arity == 1:
            return self.value(node)
        return self.local(node) if node.op in (primitives.div, primitives.pow_, primitives.mul) else ZERO

    # --- The derivative of an activation.

    def slope_of(self, neuron) -> Expression:
        """Return the derivative of a neuron's activation with respect to its pre-activation."""
        if neuron not in self.slope:
            key = activation_key(neuron)
            if key not in self._slopes:
                self._slopes[key] = slope_polynomial(neuron)
            names = self.network.symbol_of
            coefficients = self._slopes[key]
            self.slope[neuron] = (
                self._tangent(neuron) if coefficients is None else factored(coefficients, names[neuron.a])
            )
        return self.slope[neuron]

    def _tangent(self, neuron):
        """Return the derivative of an activation by the rules of the table, if it is not a polynomial in it."""
        return self.activation_in_s(neuron, self.network.symbol_of[neuron.a])[1]

    def activation_in_s(self, neuron, named=None):
        """Return a neuron's activation and its derivative as expressions in the pre-activation.

        Args:
            neuron: the neuron.
            named: the symbol that the derivative may use for the activation. By default the activation is written out.
        """
        names = self.network.symbol_of
        s = (
            names[neuron.s]
            if neuron.a is not neuron.s
            else Symbol("s", (neuron.layer,), (neuron.index,), neuron.sample, neuron.step)
        )
        values, read = evaluate(
            neuron.inside,
            None,
            lambda node, i, x: _exact(x),
            lambda node, numbers: expression(apply(node, numbers)),
            known={neuron.s: s},
            operands_of=operands_of,
        )

        def edges_of(node, _tangents):
            y = named if named is not None and node is neuron.a else values[node]
            try:
                return edges(node, y, read[node])
            except (TypeError, AlgebraError):  # the rule compares numbers
                wrapped = tuple([expression(x) for x in read[node]])
                return [(x, Partial(node.op, i, wrapped), True) for i, x in enumerate(node.operands) if x in values]

        def on_edge(tangents, node, x, partial, _reached):
            tangents[node] = plus(tangents.get(node, ZERO), expression(partial) * tangents[x])

        tangents = push_forward(neuron.inside, {neuron.s: ONE}, edges_of, on_edge)
        return values[neuron.a], tangents[neuron.a]

    # --- Points at which formulas are fitted.

    def fitting_samples(self):
        """Return as many points as an interpolation needs. Kinks need more, since a few random gates may be equal."""
        samples = self.field_samples(8)
        return self.field_samples(32) if any(sample.point.has_kinks for sample in samples) else samples

    def fit(self, row, samples):
        """Return the fractions with which ``row`` combines its basis at every sample, or None if there are none.

        Args:
            row: a function from a sample to a list of numbers, the basis, and the number that is their combination.
            samples: samples in a prime field, more than there are numbers in the basis.
        """

        def precise_rows():
            if self._precise is None:
                self._precise = [precise_sample(self.network, seed) for seed in range(len(row(samples[0])[0]))]
            return [row(sample) for sample in self._precise]

        try:
            rows = [row(sample) for sample in samples]
            return fit_fractions([([residue(x) for x in basis], residue(y)) for basis, y in rows], precise_rows)
        except (GraphError, Pole):  # there is no real point, or a probability is divided by 0
            return None

    def field_samples(self, count):
        """Return the network at ``count`` random points of a prime field."""
        while len(self._samples) < count:
            self._samples.append(field_sample(self.network))
        return self._samples[:count]


def _exact(x):
    """Return a recorded float as the exact number that it stands for, so that rules do not round."""
    return x if not isinstance(x, float) or x.is_integer() or not math.isfinite(x) else expression(x)


def _size(e):
    return sum(1 for _ in walk(e))

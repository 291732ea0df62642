"""The right formula for the quantity of a claim."""

from typing import NamedTuple

from autograd.formulas.equations import Equation, folded_sum, gathered, gradient_of
from autograd.formulas.expressions import Letter, Number, Symbol, times
from autograd.formulas.updates import update_rules
from autograd.grading.explaining.lettered import lettered_rule

__all__ = ["RightFormulas", "Statement"]


class RightFormulas:
    """The right formulas of one derivation.

    Args:
        context: the derivation: :class:`autograd.grading.context.Context`.
    """

    def __init__(self, context):
        self.context = context

    def of(self, claim, rate=None, written=None):
        """Return the right formula for the neurons of a claim, or None if there is none.

        Args:
            claim: the :class:`~autograd.grading.meaning.claims.Claim`.
            rate: the letter of the learning rate, or None for that of the convention. The right formula of an update or
                a step is the rule of gradient descent.
            written: a function that returns an equation in a writer's letters, or None for the network's own names.
        """
        found = self._equation(claim)
        equation = found if written is None or not isinstance(found, Equation) else written(found)
        if claim.kind in ("update", "step") and isinstance(found, Equation) and found.kind == "gradient":
            rate = self.context.convention.letters["rate"] if rate is None else rate
            rule = update_rules([found], self.context.printer, rate, absorb=False)[0]
            return rule if written is None else lettered_rule(rule, equation, rate)
        return equation

    def _equation(self, claim):
        formulas, printer = self.context.formulas, self.context.printer
        if claim.symbol is None or claim.kind == "value":
            return self._stated(claim.truth)
        symbols_meant = {x for e in claim.instances for x in self._instances(claim.symbol.bound(e))}
        if claim.symbol.role == "delta":
            pairs = [
                (formulas.network.delta_of(n), formulas.delta[n])
                for n in formulas.network.neurons
                if formulas.network.delta_of(n) in symbols_meant
            ]
            found = gathered(pairs, "delta", printer)
        else:
            ordered = sorted(symbols_meant, key=lambda s: s.indices)
            node_of = {Symbol("a", (n.layer,), (n.index,), n.sample, n.step): n.a for n in self.context.network.neurons}
            node_of |= {s: node for node, s in self.context.network.symbol_of.items()}
            if claim.symbol.role == "s":  # the derivative is the delta, except for the convention's factor
                scale = Number(1 / formulas.factor)
                named = [Symbol("delta", s.layers, s.indices, s.sample, s.step) for s in ordered]
                pairs = [(s, times(scale, delta)) for s, delta in zip(ordered, named, strict=True)]
            else:
                try:
                    pairs = [(s, gradient_of(formulas, node_of[s])) for s in ordered]
                except KeyError:  # it is an input or a target
                    return None
            found = gathered(pairs, "gradient", printer)
        if not found:
            return None
        return found[0] if isinstance(found[0], Equation) else None

    def _instances(self, symbol):
        """Return the symbols of the network for which a symbol with letters stands, such as that of a whole matrix."""
        if not any(isinstance(i, Letter) for i in symbol.indices):
            return [symbol]
        network = self.context.network
        known = [network.delta_of(n) for n in network.neurons] if symbol.role == "delta" else network.symbol_of.values()
        return [
            x
            for x in known
            if (x.role, x.layers) == (symbol.role, symbol.layers)
            and symbol.stands_for(x.indices, symbol.sample, symbol.step)  # of all samples and steps
        ]

    def _stated(self, truth):
        """Return the definition of the loss, a pre-activation or an activation, or None for another left side."""
        if not isinstance(truth, Symbol):
            return None
        formulas, network = self.context.formulas, self.context.network
        if truth.role == "gradient" and truth.name is None:
            right = folded_sum(formulas.local(network.root), formulas)
            loss = self.context.convention.letters["loss"]
            return Statement(f"L = {self.context.printer.text(right)}", f"{loss} = {self.context.printer.latex(right)}")
        if truth.role not in ("a", "s"):
            return None
        for n in network.neurons:
            if (n.layer, n.index) == (truth.layers[0], truth.indices[0]) or isinstance(truth.indices[0], Letter):
                if n.layer != truth.layers[0]:
                    continue
                right = formulas.local(n.s) if truth.role == "s" else formulas.activation_in_s(n)[0]
                left = Symbol(truth.role, truth.layers, (n.index,), n.sample, n.step)
                return Equation(left, right, {}, "definition", self.context.printer)
        return None


class Statement(NamedTuple):
    """An equation whose left side is not a symbol, as text and as LaTeX."""

    text: str
    latex: str

    def __str__(self):
        return self.text

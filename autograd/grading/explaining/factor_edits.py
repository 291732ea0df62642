"""Factors that may be missing: quantities in reach, and the derivatives of activations."""

import itertools
from fractions import Fraction

from autograd.formulas.expressions import (
    Letter,
    Number,
    Partial,
    Plus,
    Sum,
    Symbol,
    Times,
    symbols,
)
from autograd.grading.explaining.changes import Edit, substituted, sums
from autograd.grading.explaining.draft import EXPLICIT


def factors_in_reach(draft, scope):
    """Return the quantities in reach that may be missing as a factor."""
    found = []
    last = draft.network.depth
    for role, layers in sorted(
        {
            (s.role, s.layers)
            for s in draft.lexicon.symbols
            if s.layers and s.role in ("x", "a", "delta", "w", "s", "p")
        },
        key=str,
    ):
        choices = [scope.get(layer, [])[:EXPLICIT] for layer in layers]
        like = next(s for s in draft.lexicon.symbols if (s.role, s.layers) == (role, layers))
        for indices in itertools.product(*choices):
            for sample in scope.get("samples", [])[:3] if like.sample is not None else [None]:
                symbol = Symbol(role, layers, indices, sample, 1 if like.step is not None else None)
                if draft.is_there(symbol):
                    found.append(symbol)
                    found += slopes_at(draft, symbol)
                    if role == "a" and layers == (last,):
                        t = Symbol("t", layers, indices, sample, symbol.step)
                        if draft.is_there(t):
                            minus = Number(Fraction(-1))
                            found.append(Plus((t, Times((minus, symbol)))))
                            found.append(Plus((symbol, Times((minus, t)))))
                    if role == "delta" and layers[0] < last:
                        found += returning_sum(draft, symbol)
    return list(dict.fromkeys(found))


def returning_sum(draft, delta):
    """Return the backpropagated sum of the next layer: its deltas times the weights."""
    layer = delta.layers[0]
    if (layer, layer + 1) not in draft.lexicon.weights or delta.step is not None:
        return []
    letter = draft.alphabet.letter(layer + 1, {x.letter for x in sums(draft.formula)} | set(draft.env))
    after = Symbol("delta", (layer + 1,), (Letter(letter),), delta.sample)
    w = Symbol("w", (layer, layer + 1), (delta.indices[0], Letter(letter)))
    values = tuple(range(1, draft.alphabet.ends[layer + 1] + 1))
    return [Sum(letter, layer + 1, values, Times((after, w)))]


def slopes_at(draft, symbol):
    """Return the derivative of the activation at a symbol, and 1 minus an activation."""
    if symbol.role == "a":
        one, minus = Number(Fraction(1)), Number(Fraction(-1))
        neuron = next((n for n in draft.network.neurons if n.layer == symbol.layers[0]), None)
        slope = draft.lexicon.formulas.slope.get(neuron)
        found = [Plus((one, Times((minus, symbol))))]
        if slope is not None and not isinstance(slope, Number):
            own = draft.network.symbol_of[neuron.a]
            if all(x == own for x in symbols(slope)):
                found.append(substituted(slope, own, symbol))
        return found
    if symbol.role == "s":
        neuron = next((n for n in draft.network.neurons if n.layer == symbol.layers[0]), None)
        slope = draft.lexicon.formulas.slope.get(neuron)
        own = draft.network.symbol_of[neuron.s] if neuron is not None else None
        if slope is not None and own is not None and own in symbols(slope) and all(x == own for x in symbols(slope)):
            return [substituted(slope, own, symbol)]
    return []


def insertions(draft, path, scope, join):
    """Return the edits that insert a missing factor."""
    for new in factors_in_reach(draft, scope):
        words = f"the factor {draft.printer.text(new)} is missing{also_called(draft, new)}"
        cost = 0.3 if new == draft.target else 0.0 if isinstance(new, Symbol) else 0.05
        yield Edit(path, "missing factor", words, lambda x, new=new: join(x, new), cost)


def also_called(draft, factor):
    """Return words with the other name of a factor, if it is the derivative of an activation."""
    for s in dict.fromkeys(symbols(factor)):
        if s.role in ("a", "s") and factor in slopes_at(draft, s)[s.role == "a" :]:
            neuron = next(n for n in draft.network.neurons if n.layer == s.layers[0])
            inside = [node for node in neuron.inside if node.op.arity == 1]
            if len(neuron.inside) == 1 and inside:
                at = Symbol("s", s.layers, s.indices, s.sample, s.step)
                return f": the derivative of the activation, {draft.printer.text(Partial(inside[0].op, 0, (at,)))}"
    return ""


def slope_pair(a, b):
    """Return a if the factors are a and 1 - a in either order, or else None."""
    for x, y in ((a, b), (b, a)):
        minus = Times((Number(Fraction(-1)), x))
        if isinstance(x, Symbol) and isinstance(y, Plus) and set(y.terms) == {Number(Fraction(1)), minus}:
            return x
    return None

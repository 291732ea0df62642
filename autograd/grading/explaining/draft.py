"""The written formula and the parts in reach of it: indices, and quantities that may have been meant."""

import itertools
from fractions import Fraction

from autograd.formulas.expressions import (
    Letter,
    Sum,
    Symbol,
    parts,
    symbols,
)
from autograd.grading.explaining.changes import slots

__all__ = ["Draft"]

EXPLICIT = 6  # the neurons of layers up to this size are also tried by number


class Draft:
    """A wrong formula, with the quantities that may have been meant in it.

    Args:
        lexicon: the names of the network.
        formula: the written expression.
        env: the numbers of its free letters.
        target: the symbol whose delta or gradient is meant, or None.
    """

    def __init__(self, lexicon, formula, env, target):
        self.lexicon, self.printer = lexicon, lexicon.printer
        self.alphabet, self.network = lexicon.alphabet, lexicon.network
        self.formula, self.env, self.target = formula, env, target

    def usual_constants(self):
        """Return the constant factors that people forget or add."""
        n = self.network.samples
        return {Fraction(1), Fraction(2), Fraction(1, 2), Fraction(n), Fraction(1, n)}

    def scope(self):
        """Return a dict from what is counted to the indices in reach outside of all sums."""
        found: dict = {}
        if self.target is not None:
            for kind, index in zip(self.target.layers, self.target.indices, strict=True):
                found.setdefault(kind, []).append(index)
            if self.target.sample is not None:
                found.setdefault("samples", []).append(self.target.sample)
            if self.target.step is not None:
                found.setdefault("steps", []).append(self.target.step)
        for symbol in symbols(self.formula):
            for kind, index in slots(symbol):
                if index is not None and index not in found.get(kind, []) and not self.is_inner(index):
                    found.setdefault(kind, []).append(index)
        for kind, end in self.alphabet.ends.items():
            if end <= EXPLICIT and (kind != "samples" or self.network.samples > 1):
                known = found.setdefault(kind, [])
                known += [k for k in range(1, end + 1) if k not in known]
        return found

    def is_inner(self, index):
        """Return True if an index is the letter of a sum."""
        return isinstance(index, Letter) and index.name not in self.env

    def swap_text(self, old, new, kind):
        """Return a mistake of a kind in words: the written part, and the part that belongs in its place."""
        a, b = self.printer.text(old), self.printer.text(new)
        if kind == "derivative at the activation":
            return f"the derivative is evaluated at the activation {a}, where the pre-activation {b} belongs"
        if kind == "transposed weight":
            return f"the weight is transposed: wrote {a} where {b} belongs"
        if kind == "swapped indices":
            return f"the indices are swapped: wrote {a} where {b} belongs"
        if kind == "wrong delta":
            return f"the delta of the wrong neuron: wrote {a} where {b} belongs"
        return f"wrote {a} where {b} belongs"

    def relatives(self, e, scope):
        """Return the symbols for which a symbol may have been mistaken."""
        found = []
        for role, layers in self._kinds_like(e):
            same = (role, layers) == (e.role, e.layers)
            if e.role == "w" and role == "w" and not same:
                continue
            choices = [scope.get(layer, []) for layer in layers]
            if same:  # one index is changed, or two are exchanged
                for k, options in enumerate(choices):
                    found += [
                        self.symbol_like(e, role, layers, (*e.indices[:k], i, *e.indices[k + 1 :])) for i in options
                    ]
                if len(layers) == 2:
                    found.append(self.symbol_like(e, role, layers, e.indices[::-1]))
                    found += [self.symbol_like(e, role, layers, pair) for pair in itertools.product(*choices)]
            else:
                found += [self.symbol_like(e, role, layers, pair) for pair in itertools.product(*choices)]
        if e.sample is not None:
            found += [Symbol(e.role, e.layers, e.indices, n, e.step, e.name) for n in scope.get("samples", [])]
            if len(e.indices) == 1:  # the neuron and the sample are exchanged
                found.append(Symbol(e.role, e.layers, (e.sample,), e.indices[0], e.step, e.name))
        return [x for x in dict.fromkeys(found) if x != e and self.is_there(x)]

    def _kinds_like(self, e):
        """Return the roles and layers that are easily confused with those of a symbol."""
        if e.role in ("free", "v", "adjoint", "gradient", "ratio"):
            return []
        last = self.network.depth
        if e.role == "delta":
            return [("delta", (k,)) for k in range(1, last + 1)]
        if e.role in ("w", "b"):
            return [(e.role, layers) for layers in sorted({s.layers for s in self.lexicon.symbols if s.role == e.role})]
        values = [("x", (0,))] + [("a", (k,)) for k in range(1, last + 1)] + [("s", (k,)) for k in range(1, last + 1)]
        values += [("t", (last,)), ("p", (last,))]
        return [(e.role, e.layers)] + [v for v in values if v != (e.role, e.layers)]

    def symbol_like(self, e, role, layers, indices):
        """Return a symbol of the given role, layers and indices, with the sample and step of another symbol."""
        like = next((s for s in self.lexicon.symbols if s.role == role and s.layers == layers), None)
        sample = step = None
        if like is not None and like.sample is not None:
            sample = e.sample if e.sample is not None else self._sample_in_reach()
        if like is not None and like.step is not None:
            step = e.step if e.step is not None else 1
        return Symbol(role, layers, tuple(indices), sample, step)

    def _sample_in_reach(self):
        return next((s.sample for s in symbols(self.formula) if s.sample is not None), 1)

    def is_there(self, e):
        """Return True if a symbol, with its numbers, exists in the network."""
        generic = [s for s in self.lexicon.symbols if s.role == e.role and s.layers == e.layers]
        if not generic:
            return False
        for layer, index in zip(e.layers, e.indices, strict=True):
            if isinstance(index, int) and not 1 <= index <= self.alphabet.ends[layer]:
                return False
            if isinstance(index, Letter) and self.alphabet.ends[layer] < self._end_of(index):
                return False
        return (generic[0].sample is None) == (e.sample is None)

    def _end_of(self, letter):
        if letter.name in self.env:
            return self.env[letter.name]
        stack = [self.formula]
        while stack:
            x = stack.pop()
            if isinstance(x, Sum) and x.letter == letter.name:
                return max(x.values)
            stack.extend(parts(x))
        return 1

    def with_formula(self, formula):
        """Return a draft of another formula for the same target."""
        return Draft(self.lexicon, formula, self.env, self.target)

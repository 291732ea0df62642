"""The ways people slip, each as an edit that undoes it at one place of a formula."""

import itertools
from fractions import Fraction
from typing import Any, NamedTuple

from autograd.engine import primitives
from autograd.formulas.expressions import (
    Applied,
    Letter,
    Number,
    Plus,
    Power,
    Slope,
    Sum,
    Symbol,
    Times,
    parts,
    symbols,
)
from autograd.grading.meaning.vocabulary import rebuilt

__all__ = ["Edit", "Edits"]

_EXPLICIT = 6  # layers up to this size have each of their neurons tried by number


class Edit(NamedTuple):
    """A change of the formula at one place: ``change`` gives the new subtree for the old one.

    ``reshapes`` where it changes the form, so that another slip shows only in the new one: it makes a sum of one term.
    """

    path: tuple
    kind: str
    text: str
    change: Any
    cost: float = 0.0
    reshapes: bool = False


class Edits:
    """Lists the edits of a formula; see :mod:`autograd.grading.explaining.diagnosis`."""

    def _scope(self):
        """The indices in reach outside of all sums: what each counts, and those there are."""
        found: dict = {}
        if self.target is not None:
            for kind, index in zip(self.target.layers, self.target.indices, strict=True):
                found.setdefault(kind, []).append(index)
            if self.target.sample is not None:
                found.setdefault("samples", []).append(self.target.sample)
            if self.target.step is not None:
                found.setdefault("steps", []).append(self.target.step)
        for symbol in symbols(self.formula):
            for kind, index in _slots(symbol):
                if index is not None and index not in found.get(kind, []) and not self._is_inner(index):
                    found.setdefault(kind, []).append(index)
        for kind, end in self.alphabet.ends.items():
            if end <= _EXPLICIT and (kind != "samples" or self.network.samples > 1):
                known = found.setdefault(kind, [])
                known += [k for k in range(1, end + 1) if k not in known]
        return found

    def _is_inner(self, index):
        return isinstance(index, Letter) and index.name not in self.env

    def _edits(self):
        """Every edit of the formula, the likelier ones first."""
        found: list = []
        self._visit(self.formula, (), self._scope(), found, ())
        found += self._whole(self._scope())
        return sorted(found, key=self._cost)

    def _visit(self, e, path, scope, found, above):
        found += self._here(e, path, scope, above)
        inner = scope
        if isinstance(e, Sum):
            inner = {**scope, e.over: [Letter(e.letter), *scope.get(e.over, [])]}
        for k, x in enumerate(parts(e)):
            if isinstance(e, Power) and k == 1:
                continue
            self._visit(x, (*path, k), inner, found, (*above, e))

    def _here(self, e, path, scope, above):
        if isinstance(e, Symbol):
            yield from self._symbol_edits(e, path, scope, above)
        elif isinstance(e, Plus):
            yield from self._sum_edits(e, path, scope)
        elif isinstance(e, Times):
            yield from self._product_edits(e, path, scope)
        elif isinstance(e, Power):
            yield from self._power_edits(e, path)
        elif isinstance(e, (Slope, Applied)):
            yield from self._function_edits(e, path, scope)
        elif isinstance(e, Sum):
            yield from self._series_edits(e, path, scope)
        parent = above[-1] if above else None
        if not isinstance(e, (Times, Number)) and not isinstance(parent, (Times, Power, Slope, Applied)):
            yield from self._insertions(path, scope, lambda x, new: Times((x, new)))
            # beside other terms one of them is rarely meant to be a whole sum
            yield from self._wrappings(e, path, scope, 0.6 if isinstance(parent, Plus) else 0.0)

    # A symbol: another index, another quantity.

    def _symbol_edits(self, e, path, scope, above):
        for new in self._relatives(e, scope):
            kind = self._kind_of_swap(e, new)
            inside = any(isinstance(x, (Slope, Applied)) for x in above)
            if inside and kind in ("wrong index", "wrong quantity"):
                at = e.role == "a" and new.role == "s" and e.layers == new.layers and e.indices == new.indices
                kind = "derivative at the activation" if at else "wrong derivative" if new.role == e.role else kind
            yield Edit(path, kind, self._swap_text(e, new, kind), lambda _, new=new: new)

    def _swap_text(self, old, new, kind):
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

    def _kind_of_swap(self, old, new):
        if not (isinstance(old, Symbol) and isinstance(new, Symbol)):
            return "wrong quantity"
        if old.role == "delta" and new.role == "delta":
            return "wrong delta"
        if old.role == "w" and new.role == "w":
            return "transposed weight" if old.indices == new.indices[::-1] else "wrong index"
        if old.role == new.role and old.layers == new.layers:
            exchanged = old.sample is not None and (old.sample, *old.indices) == (*new.indices, new.sample)
            return "swapped indices" if exchanged else "wrong index"
        return "wrong quantity"

    def _relatives(self, e, scope):
        """The symbols a symbol may have been mistaken for."""
        found = []
        for role, layers in self._kinds_like(e):
            same = (role, layers) == (e.role, e.layers)
            if e.role == "w" and role == "w" and not same:
                continue
            choices = [scope.get(layer, []) for layer in layers]
            if same:  # one index changed, or two exchanged
                for k, options in enumerate(choices):
                    found += [self._with(e, role, layers, (*e.indices[:k], i, *e.indices[k + 1 :])) for i in options]
                if len(layers) == 2:
                    found.append(self._with(e, role, layers, e.indices[::-1]))
                    found += [self._with(e, role, layers, pair) for pair in itertools.product(*choices)]
            else:
                found += [self._with(e, role, layers, pair) for pair in itertools.product(*choices)]
        if e.sample is not None:
            found += [Symbol(e.role, e.layers, e.indices, n, e.step, e.name) for n in scope.get("samples", [])]
            if len(e.indices) == 1:  # the neuron and the sample exchanged
                found.append(Symbol(e.role, e.layers, (e.sample,), e.indices[0], e.step, e.name))
        return [x for x in dict.fromkeys(found) if x != e and self._is_there(x)]

    def _kinds_like(self, e):
        """The roles and layers that are confused with a symbol's."""
        if e.role in ("free", "v", "adjoint", "gradient", "ratio"):
            return []
        last = self.network.depth
        if e.role == "delta":
            return [("delta", (k,)) for k in range(1, last + 1)]
        if e.role in ("w", "b"):
            return [
                (e.role, layers) for layers in sorted({s.layers for s in self.vocabulary.symbols if s.role == e.role})
            ]
        values = [("x", (0,))] + [("a", (k,)) for k in range(1, last + 1)] + [("s", (k,)) for k in range(1, last + 1)]
        values += [("t", (last,)), ("p", (last,))]
        return [(e.role, e.layers)] + [v for v in values if v != (e.role, e.layers)]

    def _with(self, e, role, layers, indices):
        like = next((s for s in self.vocabulary.symbols if s.role == role and s.layers == layers), None)
        sample = step = None
        if like is not None and like.sample is not None:
            sample = e.sample if e.sample is not None else self._sample_in_reach(e)
        if like is not None and like.step is not None:
            step = e.step if e.step is not None else 1
        return Symbol(role, layers, tuple(indices), sample, step)

    def _sample_in_reach(self, e):
        return next((s.sample for s in symbols(self.formula) if s.sample is not None), 1)

    def _is_there(self, e):
        """Whether a symbol, at its numbers, is one of the network."""
        generic = [s for s in self.exists if s.role == e.role and s.layers == e.layers]
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

    # A sum of terms: signs, constants, forgotten and surplus terms.

    def _sum_edits(self, e, path, scope):
        terms = e.terms
        for k, term in enumerate(terms):
            shown = self.printer.text(term)
            yield Edit(
                path, "sign", f"the sign of {shown} is wrong", _replacing(k, Times((Number(Fraction(-1)), term)))
            )
            if isinstance(term, Number):
                for c in (0, 1, 2, -1):
                    if term.value != c:
                        yield Edit(
                            path,
                            "wrong constant",
                            f"wrote {shown} where {c} belongs",
                            _replacing(k, Number(Fraction(c))),
                        )
                continue
            for c in sorted(self._usual() - {1}):
                words = f"the term {shown} is off by the constant factor {1 / c}"
                yield Edit(path, "constant factor", words, _replacing(k, Times((Number(c), term))), 0.2)
            if len(terms) > 1:
                # 1 - a, or a - a**2, is more likely a factor too many than a term
                cost = 0.35 if len(set(symbols(e))) == 1 else 0.0
                yield Edit(path, "extra term", f"the term {shown} does not belong there", _removing_term(k), cost)
            for kind in {kind for s in symbols(term) for kind, i in _slots(s) if i is not None}:
                yield from self._more_terms(e, path, term, kind)
        a = self._one_minus_square(e)
        if a is not None:
            if isinstance(a, Symbol):
                slope = Times((a, Plus((Number(Fraction(1)), Times((Number(Fraction(-1)), a))))))
            else:
                slope = Slope(primitives.sigmoid, 0, a.operands)
            shown, better = self.printer.text(e), self.printer.text(slope)
            words = f"tanh's derivative {shown} where sigmoid's, {better}, belongs"
            yield Edit(path, "tanh's derivative", words, lambda _: slope)
        yield from self._everywhere(e, path, scope)

    def _more_terms(self, e, path, term, kind):
        """A forgotten term: one that differs from another only in an index."""
        used = {index for s in symbols(term) for k, index in _slots(s) if k == kind and isinstance(index, int)}
        for old in used:
            for new in range(1, self.alphabet.ends[kind] + 1):
                if new == old or self.alphabet.ends[kind] > 12:
                    continue
                other = _reindexed(term, kind, old, new)
                if other in e.terms:
                    continue
                name = "missing sample" if kind == "samples" else "missing path"
                words = f"the term {self.printer.text(other)} is missing"
                yield Edit(path, name, words, lambda x, other=other: Plus((*x.terms, other)))

    def _one_minus_square(self, e):
        """a of 1 - a**2, where a is a symbol or a tanh; else None."""
        if len(e.terms) != 2 or not (isinstance(e.terms[0], Number) and e.terms[0].value == 1):
            return None
        second = e.terms[1]
        if not (isinstance(second, Times) and len(second.factors) == 2 and second.factors[0] == Number(Fraction(-1))):
            return None
        square = second.factors[1]
        if isinstance(square, Power) and square.exponent == Number(Fraction(2)):
            base = square.base
            if isinstance(base, Symbol) or (isinstance(base, Applied) and base.primitive is primitives.tanh):
                return base
        return None

    # A product: forgotten and surplus factors, derivatives of another neuron or function, products of sums.

    def _product_edits(self, e, path, scope):
        factors = e.factors
        for k, factor in enumerate(factors):
            if isinstance(factor, Number):
                continue
            shown = self.printer.text(factor)
            words = f"the factor {shown} does not belong there"
            yield Edit(path, "extra factor", words, _removing_factor(k))
        for i, j in itertools.combinations(range(len(factors)), 2):
            pair = self._slope_pair(factors[i], factors[j])
            if pair is not None:
                one = Number(Fraction(1))
                square = Times((Number(Fraction(-1)), Power(pair, Number(Fraction(2)))))
                better = Plus((one, square))
                a, b = self.printer.text(Times((factors[i], factors[j]))), self.printer.text(better)
                words = f"sigmoid's derivative {a} where tanh's, {b}, belongs"
                yield Edit(path, "sigmoid's derivative", words, _replacing_pair(i, j, better))
                shown = self.printer.text(Times((factors[i], factors[j])))
                yield Edit(path, "extra factor", f"the factor {shown} does not belong there", _removing_pair(i, j), 0.3)
            if isinstance(factors[i], Sum) and isinstance(factors[j], Sum) and factors[i].over == factors[j].over:
                yield from self._merged(e, path, i, j)
        yield from self._everywhere(e, path, scope)
        yield from self._insertions(
            path, scope, lambda x, new: Times((*x.factors, new)) if isinstance(x, Times) else Times((x, new))
        )
        yield from self._wrappings(e, path, scope)

    def _slope_pair(self, a, b):
        """a and 1 - a, in either order: the symbol."""
        for x, y in ((a, b), (b, a)):
            minus = Times((Number(Fraction(-1)), x))
            if isinstance(x, Symbol) and isinstance(y, Plus) and set(y.terms) == {Number(Fraction(1)), minus}:
                return x
        return None

    def _merged(self, e, path, i, j):
        """A product of two sums over one index, where the sum of the products belongs."""
        first, second = e.factors[i], e.factors[j]
        body = _relettered(second.body, second.letter, first.letter)
        whole = Sum(first.letter, first.over, first.values, Times((first.body, body)))
        n = len(first.values)
        is_mean = first.over == "samples"
        kind = "product of means" if is_mean else "sum split"
        words = (
            "the product of the means stands where the mean of the products belongs"
            if is_mean
            else f"the product of two sums stands where the sum of products {self.printer.text(whole)} belongs"
        )
        for c in (Fraction(1), Fraction(n), Fraction(1, n)) if is_mean else (Fraction(1),):
            new = whole if c == 1 else Times((Number(c), whole))
            yield Edit(path, kind, words, _replacing_pair(i, j, new), reshapes=True)

    def _everywhere(self, e, path, scope):
        """One symbol written for another throughout a product or sum, such as in the a(1-a) of the wrong neuron."""
        counts: dict = {}
        for s in symbols(e):
            counts[s] = counts.get(s, 0) + 1
        for s, count in counts.items():
            if count < 2:
                continue
            for new in self._relatives(s, scope):
                kind = self._kind_of_swap(s, new)
                text = self._swap_text(s, new, kind) + f" ({count} times)"
                if (s.role, new.role) == ("a", "s") and (s.layers, s.indices) == (new.layers, new.indices):
                    kind = "derivative at the activation"
                    text = self._swap_text(s, new, kind)
                elif s.role in ("a", "s") and self._is_slope_of(e, s):
                    kind = "wrong derivative"
                    a, b = self.printer.text(s), self.printer.text(new)
                    text = f"the derivative of the activation of the wrong neuron: wrote {a} where {b} belongs"
                yield Edit(path, kind, text, lambda x, s=s, new=new: _substituted(x, s, new), 0.01 * len(path))

    def _is_slope_of(self, e, s):
        stack = [e]
        while stack:
            x = stack.pop()
            if isinstance(x, Times):
                for a, b in itertools.combinations(x.factors, 2):
                    if self._slope_pair(a, b) == s:
                        return True
            stack.extend(parts(x))
        return False

    # Factors that may be missing.

    def _pool(self, scope):
        """The quantities in reach: what may be missing as a factor."""
        found = []
        last = self.network.depth
        for role, layers in sorted(
            {
                (s.role, s.layers)
                for s in self.vocabulary.symbols
                if s.layers and s.role in ("x", "a", "delta", "w", "s", "p")
            },
            key=str,
        ):
            choices = [scope.get(layer, [])[:_EXPLICIT] for layer in layers]
            like = next(s for s in self.vocabulary.symbols if (s.role, s.layers) == (role, layers))
            for indices in itertools.product(*choices):
                for sample in scope.get("samples", [])[:3] if like.sample is not None else [None]:
                    symbol = Symbol(role, layers, indices, sample, 1 if like.step is not None else None)
                    if self._is_there(symbol):
                        found.append(symbol)
                        found += self._slopes(symbol)
                        if role == "a" and layers == (last,):
                            t = Symbol("t", layers, indices, sample, symbol.step)
                            if self._is_there(t):
                                minus = Number(Fraction(-1))
                                found.append(Plus((t, Times((minus, symbol)))))
                                found.append(Plus((symbol, Times((minus, t)))))
                        if role == "delta" and layers[0] < last:
                            found += self._returning(symbol)
        return list(dict.fromkeys(found))

    def _returning(self, delta):
        """The sum that comes back from the layer after: of its deltas, times the weights."""
        layer = delta.layers[0]
        if (layer, layer + 1) not in self.vocabulary.weights or delta.step is not None:
            return []
        letter = self.alphabet.letter(layer + 1, {x.letter for x in _sums(self.formula)} | set(self.env))
        after = Symbol("delta", (layer + 1,), (Letter(letter),), delta.sample)
        w = Symbol("w", (layer, layer + 1), (delta.indices[0], Letter(letter)))
        values = tuple(range(1, self.alphabet.ends[layer + 1] + 1))
        return [Sum(letter, layer + 1, values, Times((after, w)))]

    def _slopes(self, symbol):
        """The derivative of an activation, and its parts."""
        if symbol.role == "a":
            one, minus = Number(Fraction(1)), Number(Fraction(-1))
            neuron = next((n for n in self.network.neurons if n.layer == symbol.layers[0]), None)
            slope = self.vocabulary.formulas.slope.get(neuron)
            found = [Plus((one, Times((minus, symbol))))]
            if slope is not None and not isinstance(slope, Number):
                own = self.network.symbol_of[neuron.a]
                if all(x == own for x in symbols(slope)):
                    found.append(_substituted(slope, own, symbol))
            return found
        if symbol.role == "s":
            neuron = next((n for n in self.network.neurons if n.layer == symbol.layers[0]), None)
            slope = self.vocabulary.formulas.slope.get(neuron)
            own = self.network.symbol_of[neuron.s] if neuron is not None else None
            if (
                slope is not None
                and own is not None
                and own in symbols(slope)
                and all(x == own for x in symbols(slope))
            ):
                return [_substituted(slope, own, symbol)]
        return []

    def _insertions(self, path, scope, join):
        for new in self._pool(scope):
            words = f"the factor {self.printer.text(new)} is missing{self._also(new)}"
            cost = 0.3 if new == self.target else 0.0 if isinstance(new, Symbol) else 0.05
            yield Edit(path, "missing factor", words, lambda x, new=new: join(x, new), cost)

    def _also(self, factor):
        """The other name of an activation's derivative."""
        for s in dict.fromkeys(symbols(factor)):
            if s.role in ("a", "s") and factor in self._slopes(s)[s.role == "a" :]:
                neuron = next(n for n in self.network.neurons if n.layer == s.layers[0])
                inside = [node for node in neuron.inside if node.op.arity == 1]
                if len(neuron.inside) == 1 and inside:
                    at = Symbol("s", s.layers, s.indices, s.sample, s.step)
                    return f": the derivative of the activation, {self.printer.text(Slope(inside[0].op, 0, (at,)))}"
        return ""

    # Sums over an index: forgotten, surplus, over the wrong set.

    def _wrappings(self, e, path, scope, cost=0.0):
        """A sum that was forgotten: one of its terms stands there alone."""
        # where several terms stand, they are meant to be all of them
        cost += 0.6 * any(isinstance(x, Plus) and len(set(symbols(x))) > 2 for x in (e, *parts(e)))
        own = {(kind, index) for kind, index in _slots(self.target)} if self.target is not None else set()
        for kind, index in {slot for s in symbols(e) for slot in _slots(s)}:
            if index is None or (isinstance(index, Letter) and self._is_inner(index)) or (kind, index) in own:
                continue
            end = self.alphabet.ends[kind]
            if end < 2 or kind == "steps":
                continue
            letter = self.alphabet.letter(kind, {x.letter for x in _sums(self.formula)} | set(self.env))
            body = _reindexed(e, kind, index, Letter(letter))
            whole = Sum(letter, kind, tuple(range(1, end + 1)), body)
            name = "missing sample" if kind == "samples" else "missing path"
            what = "sample" if kind == "samples" else "path"
            words = f"only one {what} of {end} is there: {self.printer.text(whole)} belongs"
            yield Edit(
                path,
                name,
                words,
                lambda x, k=kind, i=index, le=letter, end=end: Sum(
                    le, k, tuple(range(1, end + 1)), _reindexed(x, k, i, Letter(le))
                ),
                cost,
                reshapes=True,
            )

    def _series_edits(self, e, path, scope):
        end = self.alphabet.ends[e.over]
        full = tuple(range(1, end + 1))
        if e.values != full:
            name = "missing sample" if e.over == "samples" else "missing path"
            words = f"the sum leaves out terms: {e.letter} runs from 1 to {end}"
            yield Edit(path, name, words, lambda x: Sum(x.letter, x.over, full, x.body))
        for index in scope.get(e.over, []):
            if isinstance(index, Letter) and index.name == e.letter:
                continue
            words = f"no sum over {e.letter} belongs there"
            yield Edit(path, "extra sum", words, lambda x, i=index: _bound_to(x.body, x.letter, i), reshapes=True)
        counted = {kind for s in symbols(e.body) for kind, index in _slots(s) if index == Letter(e.letter)}
        for kind, other in self.alphabet.ends.items():
            if kind != e.over and isinstance(kind, int) and isinstance(e.over, int) and other > 1:
                new = Sum(e.letter, kind, tuple(range(1, other + 1)), e.body)
                words = f"the sum runs over {self.printer.set_name(e.over)}, but {self.printer.set_name(kind)} belongs"
                # Of two layers of one size it is the one whose neurons the letter counts in the sum.
                yield Edit(path, "wrong index", words, lambda _, new=new: new, 0.2 if kind in counted else 0.25)

    # Powers and functions.

    def _power_edits(self, e, path):
        if isinstance(e.exponent, Number):
            for n in (1, 2, 3):
                if e.exponent.value != n:
                    words = f"the power of {self.printer.text(e.base)} is {n}, not {e.exponent.value}"
                    yield Edit(
                        path,
                        "wrong power",
                        words,
                        lambda x, n=n: x.base if n == 1 else Power(x.base, Number(Fraction(n))),
                    )

    def _function_edits(self, e, path, scope):
        names = {primitives.sigmoid: "sigmoid's derivative", primitives.tanh: "tanh's derivative"}
        for other in (primitives.sigmoid, primitives.tanh, primitives.relu):
            if e.primitive is other or len(e.operands) != 1:
                continue
            new = Slope(other, 0, e.operands) if isinstance(e, Slope) else Applied(other, e.operands)
            kind = names.get(e.primitive, "wrong derivative") if isinstance(e, Slope) else "wrong quantity"
            words = f"wrote {self.printer.text(e)} where {self.printer.text(new)} belongs"
            yield Edit(path, kind, words, lambda _, new=new: new)
        if isinstance(e, Applied) and len(e.operands) == 1 and e.primitive in (primitives.sigmoid, primitives.tanh):
            new = Slope(e.primitive, 0, e.operands)
            words = f"wrote {self.printer.text(e)} where its derivative belongs"
            yield Edit(path, "wrong derivative", words, lambda _, new=new: new)

    # The formula as a whole.

    def _whole(self, scope):
        """Exchanges of two symbols, everywhere; the whole sum over samples."""
        counted = list(dict.fromkeys(symbols(self.formula)))
        for a, b in itertools.combinations(counted, 2):
            if a.role == b.role and a.layers == b.layers and len(counted) <= 14:
                words = f"{self.printer.text(a)} and {self.printer.text(b)} are exchanged"
                yield Edit((), "swapped indices", words, lambda x, a=a, b=b: _exchanged(x, a, b), 0.2)


def _slots(symbol):
    """What the indices of a symbol count, and the indices."""
    if symbol is None or symbol.role in ("gradient", "ratio"):
        return []
    return [*zip(symbol.layers, symbol.indices, strict=True), ("samples", symbol.sample), ("steps", symbol.step)]


def _sums(e):
    found, stack = [], [e]
    while stack:
        x = stack.pop()
        if isinstance(x, Sum):
            found.append(x)
        stack.extend(parts(x))
    return found


def _substituted(e, old, new):
    if e == old:
        return new
    inner = parts(e)
    return rebuilt(e, [_substituted(x, old, new) for x in inner]) if inner else e


def _exchanged(e, a, b):
    if e == a:
        return b
    if e == b:
        return a
    inner = parts(e)
    return rebuilt(e, [_exchanged(x, a, b) for x in inner]) if inner else e


def _reindexed(e, kind, old, new):
    """The expression with one index of a kind replaced."""
    if isinstance(e, Symbol):
        indices = tuple([new if k == kind and i == old else i for k, i in zip(e.layers, e.indices, strict=True)])
        sample = new if kind == "samples" and e.sample == old else e.sample
        step = new if kind == "steps" and e.step == old else e.step
        return Symbol(e.role, e.layers, indices, sample, step, e.name)
    inner = parts(e)
    return rebuilt(e, [_reindexed(x, kind, old, new) for x in inner]) if inner else e


def _bound_to(e, letter, index):
    """The expression with a letter replaced by an index."""
    if isinstance(e, Symbol):
        change = [index if isinstance(i, Letter) and i.name == letter else i for i in (*e.indices, e.sample, e.step)]
        return Symbol(e.role, e.layers, tuple(change[:-2]), change[-2], change[-1], e.name)
    inner = parts(e)
    return rebuilt(e, [_bound_to(x, letter, index) for x in inner]) if inner else e


def _relettered(e, old, new):
    return e if old == new else _bound_to(e, old, Letter(new))


def _replacing(k, new):
    return lambda x: None if k >= len(parts(x)) else rebuilt(x, [*parts(x)[:k], new, *parts(x)[k + 1 :]])


def _removing_term(k):
    def change(x):
        rest = [t for i, t in enumerate(parts(x)) if i != k]
        return rest[0] if len(rest) == 1 else rebuilt(x, rest) if rest else None

    return change


def _removing_factor(k):
    def change(x):
        rest = [t for i, t in enumerate(parts(x)) if i != k]
        return Number(Fraction(1)) if not rest else rest[0] if len(rest) == 1 else rebuilt(x, rest)

    return change


def _removing_pair(i, j):
    def change(x):
        rest = [t for k, t in enumerate(parts(x)) if k not in (i, j)]
        return Number(Fraction(1)) if not rest else rest[0] if len(rest) == 1 else rebuilt(x, rest)

    return change


def _replacing_pair(i, j, new):
    def change(x):
        inner = parts(x)
        if j >= len(inner):
            return None
        rest = [t for k, t in enumerate(inner) if k not in (i, j)]
        return new if not rest else rebuilt(x, [*rest[:i], new, *rest[i:]])

    return change

"""The reader of claims in the network's own names. It finds the target, its instances, and the claimed expressions."""

import itertools
import random
import re
from fractions import Fraction

from autograd.engine.errors import GraphError
from autograd.engine.value import Value
from autograd.formulas.expressions import Letter, Number, Plus, Symbol, Times, symbols
from autograd.grading.meaning.names import RATE, Scope
from autograd.grading.meaning.sides import (
    free_letters,
    free_names,
    is_step,
    is_updated,
    sides_of,
    with_rate_named,
    without_delta,
    without_marks,
)
from autograd.grading.meaning.vocabulary import count_terms
from autograd.grading.reading import trees
from autograd.grading.reading.readers import is_latex, read
from autograd.grading.reading.trees import ReadingError

__all__ = ["Claim", "Claims"]

_NO_LEFT_SIDE = "give the formula a left side, such as dL/dw_ho[h,o] = ... or \\delta_o = ..., or pass a target."
# A formula for all neurons is graded for each of them, or for at most this many.
_MAX_INSTANCES, _MAX_EVALUATED = 36, 6000
_PRIMED = re.compile(r"([A-Za-z_]\w*(?:\[[^\]]{1,40}\])?)'\s*=", re.ASCII)


class Claim:
    """One reading of a formula, with the expected expression and the expressions that the formula claims.

    Attributes:
        truth: the expected expression.
        symbol: the parameter or the delta that is meant, or None for another quantity.
        kind: "gradient", "delta", "update", "step" or "value".
        rights: the expressions on the right sides.
        instances: the assignments of numbers to free letters.
    """

    def __init__(self, truth, symbol, kind, rights, instances):
        self.truth, self.symbol, self.kind, self.rights, self.instances = truth, symbol, kind, rights, instances


class Claims:
    """A reader that finds the claims of a formula in the network's own names.

    Args:
        vocabulary: the meaning of names: :class:`autograd.grading.meaning.vocabulary.Vocabulary`.
    """

    def __init__(self, vocabulary):
        self.vocabulary, self.lexicon = vocabulary, vocabulary.lexicon
        self._latex = False

    # --- The target.

    def target(self, target):
        """Return the symbol of the target: a parameter or a delta.

        It has letters if it stands for several quantities.
        """
        network, p = self.lexicon.network, self.lexicon.printer
        if isinstance(target, Value):
            if target in set(network.parameters):
                return network.symbol_of[target]
            for n in network.neurons:
                if target is n.s or target is n.a:
                    return network.delta_of(n)
            raise GraphError(f"{target!r} is no parameter and no neuron of this derivation.")
        if isinstance(target, tuple) and len(target) == 2 and all(isinstance(k, int) for k in target):
            found = [n for n in network.neurons if (n.layer, n.index) == target]
            if not found:
                raise GraphError(f"there is no neuron {target[1]} in layer {target[0]}.")
            delta = network.delta_of(found[0])
            sample = None if delta.sample is None else Letter("n")
            return Symbol("delta", delta.layers, delta.indices, sample, delta.step)
        wanted = str(target).replace(" ", "").removeprefix("dL/d")
        for symbol in self.lexicon.symbols:
            if p.symbol_text(symbol).replace(" ", "") == wanted and symbol.role in ("w", "b", "delta", "free"):
                return symbol
        for n in network.neurons:
            names = [network.symbol_of[n.s], network.symbol_of[n.a]]
            names = [p.symbol_text(x) for x in names] + [str(x.label) for x in (n.s, n.a) if x.label is not None]
            if wanted in names:
                return network.delta_of(n)
        for parameter in network.parameters:
            if parameter.label is not None and str(parameter.label).replace(" ", "") == wanted:
                return network.symbol_of[parameter]
        try:
            return self._symbol(read(str(target)), {})
        except ReadingError as error:
            raise GraphError(f"nothing is called {str(target)!r} here: {error}") from None

    def _symbol(self, tree, letters):
        """Return the symbol that a name denotes.

        Its letters are bound to the layers, samples or steps that they count.
        """
        scope = Scope({**self._standard_letters(), **letters})
        e = self.vocabulary.resolve(tree, scope)
        if isinstance(e, Symbol) and e.role == "gradient" and isinstance(e.name, Symbol):
            return e.name
        if isinstance(e, Symbol) and e.role in ("a", "s"):
            return Symbol("delta", e.layers, e.indices, e.sample, e.step)
        if not isinstance(e, Symbol) or e.role not in ("w", "b", "delta", "free"):
            raise ReadingError("this name is not a weight, a bias or a delta.", getattr(tree, "at", 0))
        return e

    def _standard_letters(self):
        letters = {
            letter: kind for kind, letter in self.lexicon.formulas.alphabet.letters.items() if isinstance(kind, int)
        }
        if self.lexicon.network.samples > 1:
            letters["n"] = "samples"
        if self.lexicon.network.steps > 1:
            letters["r"] = "steps"
        return letters

    # --- The claims.

    def read(self, meant, formula, rate):
        """Return the claims of a formula, one for each reading of its left side.

        Args:
            meant: the symbol that is graded, or None.
            formula: the text.
            rate: the name of the learning rate, or None.

        Raises:
            ReadingError: the formula cannot be read, or has no meaning here.
        """
        text = formula.strip()
        primed = _PRIMED.match(text)  # in text, w_ho[h,o]' = ... is the weight after the update
        if primed:
            text = f"{primed[1]} ={text[primed.end() :]}"
        tree = read(text)
        self._latex = is_latex(text)
        left, rights, operator = sides_of(tree)
        if not rights:
            raise ReadingError("there is no formula here.", 0)
        update = primed is not None or operator == "<-" or (left is not None and is_updated(left))
        step = left is not None and is_step(left)
        if step:
            left = without_delta(left)
        if left is not None and update:
            left = without_marks(left)
        renamed = rate.lstrip("\\") if rate else None
        readings = self._readings(meant, left, rights, update or step)
        claims, failure = [], None
        for symbol, letters, env, aliases in readings:
            scope = self._scope(symbol, letters, free_names(left) if symbol is None else frozenset())
            try:
                claim = self._claim(symbol, left, rights, scope, (env, aliases), update, step, renamed)
                if meant is not None and left is not None:
                    self._check_left_side(claim, left, scope)
                claims.append(claim)
            except ReadingError as error:
                failure = failure or error
        if not claims:
            raise failure or ReadingError("it is not clear what this formula computes: name a weight or a neuron.", 0)
        return claims

    def _readings(self, meant, left, rights, changed):
        """Return the possible targets.

        Each has a symbol, the ranges of its letters, their numbers, and their aliases.
        """
        tree = left
        if isinstance(left, trees.Derivative):
            tree = left.by
        if meant is not None:
            return [self._matched(meant, tree, rights)]
        if tree is None:
            raise ReadingError(_NO_LEFT_SIDE, 0)
        of_loss = not isinstance(left, trees.Derivative) or self._is_of_loss(left)
        if not isinstance(tree, trees.Name) or not of_loss:
            return [(None, {}, {}, {})]
        found = []
        failure = None
        letters_in = [x.base for x in tree.indices if isinstance(x, trees.Name) and not x.indices]
        if self._is_turned(tree) and len(letters_in) == 2:
            letters_in.reverse()
        for layer in range(self.lexicon.network.depth, 0, -1):
            letters = self._letters_for(layer, letters_in)
            try:
                scope = Scope({**self._standard_letters(), **letters}, layer, latex=self._latex)
                e = self.vocabulary.resolve(tree, scope)
            except ReadingError as error:
                failure = failure or error
                continue
            if isinstance(e, Symbol) and (e, tuple(sorted(letters.items(), key=str))) not in [
                (f[0], tuple(sorted(f[1].items(), key=str))) for f in found
            ]:
                if e.role in ("w", "b", "delta", "free") or isinstance(left, trees.Derivative):
                    found.append((e, letters, {}, {}))
                else:
                    return [(None, letters, {}, {})]
        if not found and failure is not None:
            if isinstance(left, trees.Name) and not changed:
                return [(None, {}, {}, {})]
            raise failure
        unique: dict = {}
        for reading in found:
            unique.setdefault(reading[0], reading)
        return list(unique.values())

    def _is_turned(self, tree):
        """Return True if a weight of this name has its indices reversed. The network's own names are never reversed."""
        return self.lexicon.convention.order == "to-from" and tree.base not in self.lexicon.bases

    def _letters_for(self, layer, letters_in):
        """Return a dict from the letters of a convention to their layers if the neuron is in ``layer``."""
        standard = self._standard_letters()
        how = self.lexicon.convention.indices
        letters = {}
        if how is not None:
            letters[how[0]] = layer - 1
            letters[how[1]] = layer
        neurons = [letter for letter in letters_in if standard.get(letter) not in ("samples", "steps")]
        for k, letter in enumerate(neurons):
            if letter not in standard and letter not in letters:
                numbered = self.lexicon.alphabet.kind(letter)  # as in o2, a second index of the outputs
                letters[letter] = numbered or (layer if k == len(neurons) - 1 else layer - 1)
        return letters

    def _matched(self, meant, tree, rights):
        """Return the target in the letters of the left side, of the convention or of the layers.

        Returns:
            The symbol, a dict from each letter to what it counts, the numbers of the letters that stand for a number,
            and a dict from each alias to its letter.
        """
        slots = [*zip(meant.layers, meant.indices, strict=True), ("samples", meant.sample), ("steps", meant.step)]
        alphabet = self.lexicon.formulas.alphabet.letters
        usual = [None if index is None else alphabet.get(kind) for kind, index in slots]
        written = list(usual)
        how = self.lexicon.convention.indices
        used = {x.base for right in rights for x in trees.walk(right) if isinstance(x, trees.Name) and not x.indices}
        if how is not None and meant.layers:
            own = list(how[:2] if meant.role == "w" else how[1:2])
            if used & set(own) and not used & (set(usual) - set(own)):
                written[: len(own)] = own
        if isinstance(tree, trees.Name):
            given = list(tree.indices)
            if meant.role == "w" and self._is_turned(tree):
                given.reverse()
            for k, x in enumerate(given[: len(meant.layers)]):
                if isinstance(x, trees.Name) and not x.indices:
                    written[k] = x.base
        letters: dict = {}
        env: dict = {}
        aliases: dict = {}
        indices = []
        for letter, (kind, index) in zip(written, slots, strict=True):
            indices.append(Letter(letter) if isinstance(index, Letter) and letter is not None else index)
            if letter is not None:
                letters[letter] = kind
                if isinstance(index, int):
                    env[letter] = index
        for letter, old, (kind, index) in zip(written, usual, slots, strict=True):
            if old is not None and old not in letters:  # the usual letter of the layer may be written as well
                letters[old] = kind
                if isinstance(index, int):
                    env[old] = index
                else:
                    aliases[old] = letter
        n = len(meant.layers)
        symbol = Symbol(meant.role, meant.layers, tuple(indices[:n]), indices[n], indices[n + 1], meant.name)
        return symbol, letters, env, aliases

    def _scope(self, symbol, letters, variables):
        if symbol is None:
            return Scope({**self._standard_letters(), **letters}, latex=self._latex, variables=variables)
        own: dict = {}
        letters = dict(letters)
        for kind, index in [
            *zip(symbol.layers, symbol.indices, strict=True),
            ("samples", symbol.sample),
            ("steps", symbol.step),
        ]:
            if index is not None:
                own[kind] = index
            if isinstance(index, Letter):
                letters.setdefault(index.name, kind)
        layer = symbol.layers[-1] if symbol.layers else None
        return Scope(letters, layer, own, symbol, self._latex)

    def _claim(self, symbol, left, rights, scope, bound, update, step, renamed):
        env, aliases = bound
        resolve = self.vocabulary.resolve
        if renamed:
            rights = [with_rate_named(tree, renamed) for tree in rights]
        found = [resolve(tree, scope) for tree in rights]
        kind = "value"
        if symbol is None or (isinstance(left, trees.Derivative) and not self._is_of_loss(left)):
            truth = resolve(left, scope)
        elif symbol.role == "delta":
            truth, kind = symbol, "delta"
        else:
            truth, kind = Symbol("gradient", name=symbol), "gradient"
            mentions = any(symbol == x for e in found for x in symbols(e)) and any(
                x == RATE for e in found for x in symbols(e)
            )
            if step:
                truth, kind = Times((Number(Fraction(-1)), RATE, truth)), "step"
            elif update or mentions:
                truth, kind = Plus((symbol, Times((Number(Fraction(-1)), RATE, truth)))), "update"
        if kind == "value" and isinstance(truth, Symbol) and truth.role == "gradient" and truth.name is None:
            found = [e for e in found if e != truth] or found
        letters = {aliases.get(i.name, i.name) for e in (truth, *found) for i in free_letters(e)}
        ranges = []
        kinds = {**self._standard_letters(), **scope.letters}
        if symbol is None and isinstance(truth, Symbol):  # in p[k,n], k always counts outputs
            kinds |= {
                i.name: layer for i, layer in zip(truth.indices, truth.layers, strict=True) if isinstance(i, Letter)
            }
        for letter in sorted(letters):
            if letter in env:
                ranges.append([env[letter]])
            elif letter in kinds:
                ranges.append(list(range(1, self.lexicon.formulas.alphabet.ends[kinds[letter]] + 1)))
            else:
                raise ReadingError(f"the index {letter} is not bound.", 0)
        instances = [
            dict(zip(sorted(letters), numbers, strict=True))
            for numbers in itertools.islice(itertools.product(*ranges), 20_000)
        ]
        for instance in instances:
            instance.update({alias: instance[letter] for alias, letter in aliases.items() if letter in instance})
        instances = [instance for instance in instances if self._is_there(symbol, instance)]
        size = sum(count_terms(e) for e in found)
        most = max(3, min(_MAX_INSTANCES, _MAX_EVALUATED // (size + 1)))
        if len(instances) > most:
            drawn = random.Random(len(instances)).sample(instances[1:-1], most - 2)
            instances = [instances[0], instances[-1], *drawn]
        return Claim(truth, symbol, kind, found, instances or [{}])

    def _check_left_side(self, claim, left, scope):
        """Raise ReadingError if the left side names another weight or neuron than the graded one."""
        tree = left
        if isinstance(left, trees.Derivative):
            if not self._is_of_loss(left):
                return
            tree = left.by
        try:
            e = self.vocabulary.resolve(tree, scope)
        except ReadingError:
            if isinstance(tree, trees.Name) and not tree.indices and tree.base not in ("g", "grad", "gradient"):
                raise
            return  # this name may be explained in the prose
        if not isinstance(e, Symbol) or e.role not in ("w", "b", "delta", "free"):
            return
        for env in claim.instances:
            if e.bound(env) != claim.symbol.bound(env):
                said, meant = (self.lexicon.printer.symbol_text(x.bound(env)) for x in (e, claim.symbol))
                raise ReadingError(f"the left side names {said}, but {meant} is graded.", getattr(tree, "at", 0))

    def _is_there(self, symbol, env):
        """Return True if an instance of the target is in the network. Not all pairs of neurons are connected."""
        if symbol is None or not symbol.layers:
            return True
        return symbol.bound(env) in self.lexicon.known

    def _is_of_loss(self, left):
        return isinstance(left.of, trees.Name) and self.lexicon.is_loss(left.of)

"""The meaning of names and their indices: the quantities of the network that they denote."""

from fractions import Fraction

from autograd.formulas.expressions import PI, Letter, Number, Symbol
from autograd.grading.reading import trees
from autograd.grading.reading.trees import ReadingError

__all__ = ["RATE", "RECIPROCALS", "Names", "Scope", "at", "key_of", "words_for", "written"]

RATE = Symbol("free", name="rate")
# Functions that are 1 over a function of the table.
RECIPROCALS = {"sech": "cosh", "csch": "sinh", "coth": "tanh", "sec": "cos", "csc": "sin", "cot": "tan"}
_RATES = {"eta", "alpha", "rate", "lr", "mu"}
_LAYER_LETTERS = {"m", "l", "L", "M", "k"}


class Scope:
    """The letters that have a meaning at a place of a formula.

    Attributes:
        letters: from a letter to what it counts: a layer, ``"samples"`` or ``"steps"``.
        layer: the layer of the target, for superscripts such as ``(m)``.
        own: from a layer (or ``"samples"``) to the index of the target there, for names without an index.
        target: the symbol that is meant, or None.
        latex: True if the formula is LaTeX, in which the index of a letter determines its layer.
        variables: names that are not quantities of the network, such as the z in an identity.
    """

    def __init__(self, letters, layer=None, own=None, target=None, latex=False, variables=frozenset()):
        self.letters, self.layer, self.own, self.target = letters, layer, own or {}, target
        self.latex, self.variables = latex, variables

    def within(self, letter, kind):
        """Return the scope within a sum over a letter."""
        return Scope({**self.letters, letter: kind}, self.layer, self.own, self.target, self.latex, self.variables)


class Names:
    """A resolver of names: it finds the quantity of a name at a place of a formula.

    Args:
        lexicon: the names of the network: :class:`autograd.grading.meaning.lexicon.Lexicon`.
    """

    def __init__(self, lexicon):
        self.lexicon = lexicon

    # --- Names.

    def meaning(self, tree, scope):
        """Return the expression that a name denotes."""
        if tree.primes:
            raise ReadingError(
                f"{tree.base} with a prime is the derivative of a function: give it an argument.", at(tree)
            )
        if tree.base == "pi" and not tree.indices and "pi" not in self.lexicon.letters:
            return PI
        if tree.base == "N" and not tree.indices:
            return Number(Fraction(self.lexicon.network.samples))
        if tree.base in _RATES and not tree.indices and not (tree.base == "mu" and "mu" in scope.letters):
            return RATE
        if len(tree.indices) == 1 and not tree.accents:
            single = self.lexicon.singles.get(f"{tree.base}_{getattr(tree.indices[0], 'base', '')}")
            if single is not None:
                return single
        if tree.base in scope.variables and not tree.indices and not tree.superscripts:
            return Symbol("free", name=f"variable {tree.base}")
        node = self._node(tree)
        if node is not None:
            return node
        if key_of(tree) in self.lexicon.letters and (scope.latex or tree.base not in self.lexicon.bases):
            return self._latex_name(tree, scope)
        if tree.base in self.lexicon.bases and not tree.accents:
            return self._text_name(tree, scope)
        if self.lexicon.is_loss(tree):
            return Symbol("gradient", name=None)
        if tree.base == "n" and not tree.indices and "n" not in scope.letters:
            return Number(Fraction(self.lexicon.network.samples))
        labelled = self._labelled(tree)
        if labelled is not None:
            return labelled
        known = ", ".join(sorted(self.lexicon.bases)[:12])
        shown = " ".join([*tree.accents, tree.base])
        raise ReadingError(f"{shown} has no meaning here; known are {known}.", at(tree))

    def _node(self, tree):
        """Return the node or adjoint with the printed name ``v_{1}`` or ``\\bar{v}_{1}``, or None for another name."""
        role = {(): "v", ("bar",): "adjoint"}.get(tree.accents)
        if tree.base != "v" or role is None or tree.superscripts or len(tree.indices) != 1:
            return None
        number = getattr(tree.indices[0], "value", None)
        return next((s for s in self.lexicon.symbols if s.role == role and s.name == str(number)), None)

    def _labelled(self, tree):
        """Return the quantity with the label ``c1`` for the LaTeX ``c_{1}``, or None for another name."""
        number = getattr(tree.indices[0], "value", None) if len(tree.indices) == 1 else None
        if number is None or tree.accents or tree.superscripts:
            return None
        return next((s for s in self.lexicon.symbols if s.role == "free" and s.name == f"{tree.base}{number}"), None)

    def _text_name(self, tree, scope):
        role, layers, name = next(iter(self.lexicon.bases[tree.base]))
        if role == "free":
            for symbol in self.lexicon.symbols:
                if symbol.role == "free" and self.lexicon.printer.symbol_text(symbol).replace(" ", "") == written(tree):
                    return symbol
            raise ReadingError(f"{written(tree)} has no meaning here.", at(tree))
        if name is not None:
            return Symbol(role, name=name)
        wanted = len(layers)
        given = list(tree.indices)
        if len(given) < wanted:
            return self._latex_name(tree, scope)
        indices = tuple([self._index_in(x, layer, scope) for x, layer in zip(given, layers, strict=False)])
        rest = given[wanted:]
        step = sample = None
        one = next(s for s in self.lexicon.symbols if (s.role, s.layers) == (role, layers))
        if one.step is not None:
            step, rest = self._extra(tree, rest, "steps", scope)
        if one.sample is not None:
            sample, rest = self._extra(tree, rest, "samples", scope)
        if rest:
            raise ReadingError(
                f"{tree.base} has {wanted} {'index' if wanted == 1 else 'indices'} here, found {len(given)}.", at(tree)
            )
        return Symbol(role, layers, indices, sample, step)

    def _extra(self, tree, rest, kind, scope):
        """Return the step or the sample of a name: its next index, or the letter or number in the scope."""
        if rest:
            return self._index_in(rest[0], kind, scope), rest[1:]
        for letter, k in scope.letters.items():
            if k == kind:
                return Letter(letter), rest
        if kind in scope.own:
            return scope.own[kind], rest
        what = "the sample" if kind == "samples" else "the time step"
        raise ReadingError(
            f"{tree.base} needs {what} as its last index: {tree.base}[...,{self.lexicon.alphabet.letters[kind]}].",
            at(tree),
        )

    def _latex_name(self, tree, scope):
        roles = self.lexicon.letters.get(key_of(tree)) or [self._role_of_base(tree.base)]
        indices = [self.index(x, scope) for x in tree.indices]
        layer, sample, step = self._superscripts(tree, scope)
        failure = None
        for role in roles:
            try:
                return self._as_role(tree, role, indices, layer, sample, step, scope)
            except ReadingError as error:
                failure = failure or error
        raise failure

    def _role_of_base(self, base):
        role, layers, _ = next(iter(self.lexicon.bases[base]))
        return "y" if role == "a" and layers == (self.lexicon.network.depth,) else role

    def _as_role(self, tree, role, indices, layer, sample, step, scope):
        last = self.lexicon.network.depth
        if role == "w":
            layers, found = self._weight(tree, indices, layer, scope)
            return Symbol("w", layers, found)
        if role in ("x", "a") and len(indices) == 2 and self.lexicon.convention.name == "000":
            kind, _ = indices[1]  # x_jk is the output of j that is an input of k
            indices = [(kind - 1 if isinstance(kind, int) else None, indices[0][1])]
        if len(indices) > 1 and indices[1][0] == "samples":
            sample, indices = indices[1][1], indices[:1]
        if len(indices) == 1 and indices[0][0] == "samples" and sample is None:
            sample, indices = indices[0][1], []
        is_at_step = len(indices) == 2 and (indices[1][0] == "steps" or isinstance(indices[1][1], int))
        if is_at_step and step is None and self.lexicon.network.steps > 1:
            step, indices = indices[1][1], indices[:1]
            self._check_range(step, "steps", tree)
        if len(indices) > 1:
            raise ReadingError(f"{tree.base} has one index here, found {len(indices)}.", at(tree))
        kind, index = indices[0] if indices else (None, None)
        fixed = {"x": 0, "y": last, "t": last, "p": last}.get(role)
        wanted = fixed if fixed is not None else kind if kind is not None else layer
        if wanted is None:
            wanted = self._only_layer(role, scope)
        if wanted is None:
            raise ReadingError(
                f"which layer {written(tree)} is in is not clear: give it a letter, such as h_1 or o_1.", at(tree)
            )
        if wanted not in self.lexicon.alphabet.ends:
            raise ReadingError(
                f"{written(tree)} is in layer {wanted}, and layers count from 0 to {last} here.", at(tree)
            )
        if kind is not None and kind not in self.lexicon.alphabet.letters:
            raise ReadingError(f"{written(tree)} is in no layer of this network.", at(tree))
        if kind is not None and kind != wanted:
            raise ReadingError(
                f"{written(tree)}: {self.lexicon.alphabet.letters[kind]} counts layer {kind}, "
                f"but this is a quantity of layer {wanted}.",
                at(tree),
            )
        if layer is not None and layer != wanted:
            raise ReadingError(f"{written(tree)}: its index and its superscript disagree about the layer.", at(tree))
        if index is None:
            end = self.lexicon.alphabet.ends[wanted]
            index = 1 if end == 1 else scope.own.get(wanted)
            if index is None:
                raise ReadingError(f"{tree.base} needs an index: there are {end} of them.", at(tree))
        if role == "y":
            role = "a"
        if role == "a" and wanted == 0:
            role = "x"
        if role == "x" and wanted > 0:
            role = "a"
        one = next((s for s in self.lexicon.symbols if s.role == role and s.layers == (wanted,)), None)
        if one is None:
            raise ReadingError(f"there is no {written(tree)} in this network.", at(tree))
        self._check_range(index, wanted, tree)
        if one.sample is not None and sample is None:
            sample, _ = self._extra(tree, [], "samples", scope)
        if one.step is not None and step is None:
            step, _ = self._extra(tree, [], "steps", scope)
        return Symbol(
            role,
            (wanted,),
            (index,),
            sample if one.sample is not None else None,
            step if one.step is not None else None,
        )

    def _only_layer(self, role, scope):
        """Return the layer of a quantity without a mark of it: the only possible layer, or that of the target."""
        depth = self.lexicon.network.depth
        if role == "a":
            return 1 if depth == 2 else depth if depth == 1 else scope.layer
        if role in ("s", "delta", "b"):
            return depth if depth == 1 else scope.layer
        return None

    def _weight(self, tree, indices, layer, scope):
        if self.lexicon.convention.order == "to-from" and not self.lexicon.bases.get(tree.base):
            indices = indices[::-1]
        if len(indices) == 1:
            kind, index = indices[0]
            target = (
                kind + 1 if isinstance(kind, int) else layer or (1 if self.lexicon.network.depth == 1 else scope.layer)
            )
            to = 1 if target is not None and self.lexicon.alphabet.ends.get(target) == 1 else scope.own.get(target)
            if target is None or to is None:
                raise ReadingError(f"{written(tree)} needs two indices: from and to.", at(tree))
            return (target - 1, target), (index, to)
        if len(indices) != 2:
            if not indices and scope.target is not None and scope.target.role == "w":
                return scope.target.layers, scope.target.indices
            raise ReadingError(f"{written(tree)} has two indices, from and to; found {len(indices)}.", at(tree))
        (k0, i0), (k1, i1) = indices
        for layers in sorted(self.lexicon.weights):
            if k0 in (None, layers[0]) and k1 in (None, layers[1]) and layer in (None, layers[1]):
                if k0 is None and k1 is None and layer is None and len(self.lexicon.weights) > 1:
                    if scope.target is None or scope.target.role != "w":
                        raise ReadingError(
                            f"which layer {written(tree)} is in is not clear: write w_{{h_1 o_2}}.", at(tree)
                        )
                    layers = scope.target.layers
                self._check_range(i0, layers[0], tree)
                self._check_range(i1, layers[1], tree)
                return layers, (i0, i1)
        if (k1, k0) in self.lexicon.weights:
            return (k1, k0), (i0, i1)  # the indices in the other order name another weight, if it exists
        raise ReadingError(
            f"{written(tree)} leads from {self._place(k0)} to {self._place(k1)}: there is no such weight.", at(tree)
        )

    def _place(self, kind):
        return (
            "any layer"
            if kind is None
            else "the samples"
            if kind == "samples"
            else f"layer {kind} ({self.lexicon.printer.set_name(kind)})"
        )

    def _superscripts(self, tree, scope):
        layer = sample = step = None
        for x in tree.superscripts:
            if isinstance(x, trees.Time):
                continue  # (k) is the iteration: all quantities are those before the update
            kind, value = self._superscript(x, scope)
            if kind == "layer" and isinstance(x, trees.Number) and (layer is not None or self._has_no_layer(tree)):
                kind = "samples"
            if kind == "layer":
                layer = value
            elif kind == "samples":
                sample = value
        return layer, sample, step

    def _has_no_layer(self, tree):
        """Return True if a letter is printed with its sample alone: that of inputs, outputs or targets."""
        roles = self.lexicon.letters.get(key_of(tree), ())
        return self.lexicon.network.samples > 1 and bool(roles) and set(roles) <= {"x", "y", "t", "p"}

    def _superscript(self, x, scope):
        if isinstance(x, trees.Name) and not x.indices:
            if scope.letters.get(x.base) == "samples":
                return "samples", Letter(x.base)
            if x.base in _LAYER_LETTERS and scope.layer is not None:
                return "layer", self.lexicon.network.depth if x.base in "LM" else scope.layer
            if x.base == "mu":
                return "samples", None
            kind = scope.letters.get(x.base)
            if isinstance(kind, int):
                return "layer", kind
            if self.lexicon.alphabet.letters.get(self.lexicon.network.depth) == x.base:
                return "layer", self.lexicon.network.depth  # \delta^o
            if x.base == "h" and self.lexicon.network.depth == 2:
                return "layer", 1
        if isinstance(x, trees.Number):
            n = int(x.value)
            return (
                ("samples", n) if self.lexicon.network.samples > 1 and self.lexicon.network.depth <= 2 else ("layer", n)
            )
        if isinstance(x, trees.Add) and scope.layer is not None:
            offset = 0
            for term in x.terms:
                negative = isinstance(term, trees.Negative)
                inner = term.operand if negative else term
                if isinstance(inner, trees.Number):
                    offset += -int(inner.value) if negative else int(inner.value)
            return "layer", scope.layer + offset
        raise ReadingError("this superscript is neither a layer nor a sample here.", at(x))

    # --- Indices.

    def index(self, tree, scope):
        """Return what an index counts, or None if that is not known, and its number or letter."""
        if isinstance(tree, trees.Number):
            if tree.value.denominator != 1 or tree.value < 0:
                raise ReadingError("an index is a number from 1.", at(tree))
            return None, int(tree.value)
        if isinstance(tree, trees.Name) and len(tree.indices) == 1 and isinstance(tree.indices[0], trees.Number):
            kind = self.lexicon.alphabet.kind(tree.base)
            if kind is None:
                raise ReadingError(
                    f"{tree.base} counts nothing here: layers are counted by {self._known_letters()}.", at(tree)
                )
            number = int(tree.indices[0].value)
            self._check_range(number, kind, tree)
            return kind, number
        if isinstance(tree, trees.Name) and not tree.indices:
            if tree.base in scope.letters:
                return scope.letters[tree.base], Letter(tree.base)
            raise ReadingError(
                f"the index {tree.base} is not bound: it is in no sum, and not in what is graded.", at(tree)
            )
        if isinstance(tree, trees.Add) and tree.terms and isinstance(tree.terms[0], trees.Name):
            kind, letter = self.index(tree.terms[0], scope)
            offset = 0
            for term in tree.terms[1:]:
                negative = isinstance(term, trees.Negative)
                inner = term.operand if negative else term
                if not isinstance(inner, trees.Number):
                    raise ReadingError("an index is a letter, a number, or a letter and a number.", at(tree))
                offset += -int(inner.value) if negative else int(inner.value)
            return kind, Letter(letter.name, offset) if isinstance(letter, Letter) else letter + offset
        raise ReadingError("an index is a letter or a number from 1.", at(tree))

    def _known_letters(self):
        return ", ".join([letter for kind, letter in self.lexicon.alphabet.letters.items() if isinstance(kind, int)])

    def _index_in(self, tree, kind, scope):
        """Return an index in a position where it must count ``kind``."""
        found, index = self.index(tree, scope)
        if found is not None and isinstance(found, str) != isinstance(kind, str):
            raise ReadingError(
                f"{written(tree)} counts {self.lexicon.printer.set_name(found)}, "
                f"but an index of {self.lexicon.printer.set_name(kind)} belongs here.",
                at(tree),
            )
        self._check_range(index, kind, tree)
        return index

    def _check_range(self, index, kind, tree):
        end = self.lexicon.alphabet.ends.get(kind, 0)
        if isinstance(index, int) and not 1 <= index <= end:
            raise ReadingError(f"{written(tree)}: an index {index}, where there are 1 to {end}.", at(tree))


def key_of(name):
    """Return the letter of a name with its accents, as a key for the letters of the lexicon."""
    accents = [a for a in name.accents if a not in ("vec", "underline", "bar", "dot")]
    base = "epsilon" if name.base == "varepsilon" else name.base
    return " ".join([*accents, base])


def at(tree):
    """Return the position of a tree in the text."""
    return getattr(tree, "at", 0) or 0


def written(tree):
    """Return a tree as text, for messages."""
    try:
        return trees.show(tree).replace(" ", "")
    except Exception:  # this is only for a message
        return getattr(tree, "base", "this")


def words_for(tree):
    """Return the kind of a tree in words, for messages."""
    return {
        "Matrix": "a matrix", "Norm": "a norm", "Transpose": "a transpose", "Rows": "a group of lines", "Text": "prose",
        "Relation": "an equation inside a formula", "Time": "an iteration", "Ellipsis_": "an ellipsis",
        "Empty": "an empty side",
    }.get(type(tree).__name__, "this")  # fmt: skip

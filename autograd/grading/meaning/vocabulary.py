r"""The vocabulary: what the names in a hand-written formula mean in a network.

A formula that was read (:mod:`autograd.grading.reading.readers`) is a tree of names. Here each name becomes a quantity
of the network, each index a neuron, a sample or a letter, each function a primitive of the table. What cannot be given
a meaning is said with the place where it stands.

Text has one name for each quantity (:meth:`Vocabulary.describe`). LaTeX has the letters of the convention, and the
layer of a letter follows from its index: ``a_h`` is an activation of the hidden layer because h counts that layer, or
because the left side of the equation says so.
"""

import re
from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.algebra import TABLE
from autograd.engine.graph import postorder, push_forward
from autograd.formulas.conventions import plain
from autograd.formulas.expressions import (
    ONE,
    ZERO,
    Applied,
    Expression,
    Letter,
    Number,
    Plus,
    Power,
    Slope,
    Sum,
    Symbol,
    Times,
    parts,
    times,
)
from autograd.grading.meaning.names import Names, at, key_of, words_for
from autograd.grading.reading import trees
from autograd.grading.reading.trees import ReadingError

__all__ = ["Vocabulary", "count_terms", "rebuilt"]

_FUNCTIONS = {
    "sigma": "sigmoid", "sigmoid": "sigmoid", "ln": "log", "ReLU": "relu", "abs": "abs", "theta": "step",
    "heaviside": "step", "H": "step", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arctan": "atan",
    "arcsin": "asin", "arccos": "acos",
}  # fmt: skip
_DERIVED = re.compile(r"d(\d?)([a-z]\w*)", re.ASCII)  # the derivative of a function, as it is printed
_ACTIVATIONS = {"Phi", "phi", "f", "g", "varphi"}
# How far the expansion of a formula may go: an index of a sum times its range, all in all.
_MOST_TERMS = 5_000
# How often parts of a formula are given a meaning: each once, and again for whatever else a sum's index may count.
_MOST_TRIES = 20_000


def rebuilt(e, new):
    """An expression of the same kind with other parts; nothing is gathered, so it keeps the shape it was written in."""
    if isinstance(e, Plus):
        return Plus(tuple(new))
    if isinstance(e, Times):
        return Times(tuple(new))
    if isinstance(e, Power):
        return Power(*new)
    if isinstance(e, Applied):
        return Applied(e.primitive, tuple(new))
    if isinstance(e, Slope):
        return Slope(e.primitive, e.place, tuple(new))
    return Sum(e.letter, e.over, e.values, new[0]) if isinstance(e, Sum) else e


class Vocabulary(Names):
    """The names of one network, in one convention."""

    def __init__(self, formulas, printer, convention):
        self.formulas, self.printer, self.convention = formulas, printer, convention
        self.network = formulas.network
        self.alphabet = formulas.alphabet
        self.symbols = self._all_symbols()
        self.known = set(self.symbols)
        self.bases: dict = {}
        for symbol in self.symbols:
            base = printer.symbol_text(symbol).split("[")[0]
            self.bases.setdefault(base, set()).add((symbol.role, symbol.layers, symbol.name))
        self.weights = {s.layers for s in self.symbols if s.role == "w"}
        self.letters = self._letters()
        wanted = {text: latex for latex, text in convention.names.items()}
        self.singles = {wanted[t]: s for s in self.symbols if (t := printer.symbol_text(s)) in wanted}
        self._templates: dict = {}
        self._tries = 0

    def _all_symbols(self):
        found = dict.fromkeys(self.network.symbol_of.values())
        for n in self.network.neurons:
            found[self.network.delta_of(n)] = None
            found[Symbol("s", (n.layer,), (n.index,), n.sample, n.step)] = None
            found[Symbol("a", (n.layer,), (n.index,), n.sample, n.step)] = None
        for symbol in self.formulas.facts:
            found[symbol] = None
        return list(found)

    def _letters(self):
        """From a LaTeX letter (with its accent) to the roles it may have."""
        found: dict = {}
        for role in ("x", "a", "y", "t", "s", "delta", "w", "b", "p"):
            found.setdefault(plain(self.convention.letters[role]), []).append(role)
        for name, role in (("delta", "delta"), ("hat y", "y"), ("omega", "w"), ("t", "t"), ("z", "s"), ("s", "s")):
            if name not in found:
                found[name] = [role]
        found.setdefault("W", ["w"])
        return found

    def describe(self) -> str:
        """The vocabulary as text."""
        words = {
            "x": "input", "a": "activation", "t": "target", "s": "pre-activation", "w": "weight", "b": "bias",
            "p": "softmax of the outputs", "v": "node", "free": "quantity",
            "delta": f"delta, {'' if self.formulas.factor == 1 else f'{self.formulas.factor} times '}dL/ds",
        }  # fmt: skip
        rows, seen = [], set()
        for symbol in self.symbols:
            key = (symbol.role, symbol.layers, symbol.name)
            if key in seen or symbol.role == "adjoint":
                continue
            seen.add(key)
            generic = Symbol(
                symbol.role, symbol.layers, tuple([Letter(self.alphabet.letters[k]) for k in symbol.layers]), None if
                symbol.sample is None else Letter("n"), None if symbol.step is None else Letter("r"), symbol.name,
            )  # fmt: skip
            if symbol.role == "s" and symbol.layers[0] == self.network.depth and not self._is_activated(symbol):
                continue
            word = words[symbol.role]
            if symbol.role == "a" and symbol.layers[0] == self.network.depth:
                word = "output"
            rows.append((self.printer.symbol_text(generic), f"${self.printer.symbol_latex(generic)}$", word))
        width = max(len(r[0]) for r in rows)
        latex_width = max(len(r[1]) for r in rows)
        lines = [f"{a.ljust(width)}  {b.ljust(latex_width)}  {c}" for a, b, c in sorted(rows, key=lambda r: r[2])]
        sets = [
            f"{self.printer.set_name(kind)} = 1..{end}"
            for kind, end in self.alphabet.ends.items()
            if end > 1 or kind in (0, 1)
        ]
        functions = "sigma dsigma tanh dtanh exp log relu step sqrt abs, phi dphi for the neuron's own activation"
        lines += [
            f"sets: {', '.join(sets)};  N = {self.network.samples} samples;  indices count from 1",
            f"functions: {functions}; sums: sum(... for o in O)",
        ]
        return "\n".join(lines)

    def _is_activated(self, symbol):
        return any(n.layer == symbol.layers[0] and n.a is not n.s for n in self.network.neurons)

    # --- Formulas.

    def resolve(self, tree, scope) -> Expression:
        """The expression a tree stands for.

        Raises:
            ReadingError: a name has no meaning here.
        """
        self._tries = 0
        e = self._resolve(tree, scope)
        if count_terms(e) > _MOST_TERMS:
            raise ReadingError(
                "the formula expands to too many terms: write it with fewer sums.", getattr(tree, "at", 0)
            )
        return e

    def _resolve(self, tree, scope):
        self._tries += 1
        if self._tries > _MOST_TRIES:
            raise ReadingError(
                "what the indices of these sums count is not clear: say it, as in sum(... for o in O).", at(tree)
            )
        rule = getattr(self, f"_{type(tree).__name__.strip('_').lower()}", None)
        if rule is None:
            raise ReadingError(
                f"{words_for(tree)} cannot be graded here: write the formula with numbers and indices.", at(tree)
            )
        return rule(tree, scope)

    def _number(self, tree, scope):
        return Number(Fraction(tree.value))

    def _add(self, tree, scope):
        return Plus(tuple([self._resolve(x, scope) for x in tree.terms]))

    def _multiply(self, tree, scope):
        return Times(tuple([self._resolve(x, scope) for x in tree.factors]))

    def _divide(self, tree, scope):
        below = self._resolve(tree.denominator, scope)
        if isinstance(below, Number):
            if below.value == 0:
                raise ReadingError("a division by 0.", at(tree))
            top = self._resolve(tree.numerator, scope)
            if isinstance(top, Number):
                return Number(top.value / below.value)
            return Times((top, Number(1 / below.value)))
        return Times((self._resolve(tree.numerator, scope), Power(below, Number(Fraction(-1)))))

    def _negative(self, tree, scope):
        operand = self._resolve(tree.operand, scope)
        if isinstance(operand, Number):
            return Number(-operand.value)
        return Times((Number(Fraction(-1)), operand))

    def _power(self, tree, scope):
        return Power(self._resolve(tree.base, scope), self._resolve(tree.exponent, scope))

    def _sum(self, tree, scope):
        if tree.letter is None:
            raise ReadingError("this sum has no index: write \\sum_{o=1}^{O} or sum(... for o in O).", at(tree))
        letter = tree.letter.base
        failure = None
        for kind in self._kinds(tree, letter, scope):
            try:
                values = self._range(tree, kind, scope)
                body = self._resolve(tree.body, scope.within(letter, kind))
            except ReadingError as error:
                failure = failure or error
                continue
            return Sum(letter, kind, values, body)
        raise failure or ReadingError(f"what {letter} counts is not clear: say {letter} in O, H, I or S.", at(tree))

    def _kinds(self, tree, letter, scope):
        """What the index of a sum may count, the likeliest first."""
        ends = self.alphabet.ends
        if tree.domain is not None:
            name = (
                tree.domain.function.base if isinstance(tree.domain, trees.Call) else getattr(tree.domain, "base", "")
            )
            if name == "DS":
                return [k for k in self._after(tree.domain, scope) if k in ends]
            found = [kind for kind in ends if self.printer.set_name(kind) == name]
            if not found:
                raise ReadingError(f"there is no set {name or '...'}: there are {self._sets()}.", at(tree.domain))
            return found
        likely = []
        if isinstance(tree.upper, trees.Norm) and len(getattr(tree.upper.operand, "indices", ())) == 1:
            likely.append(self.alphabet.kind(getattr(tree.upper.operand.indices[0], "base", "")))  # |a_h|: as many as h
        upper = getattr(tree.upper, "base", None)
        if (upper == "N" or letter == "mu") and self.network.samples > 1:
            likely.append("samples")
        downstream = self.convention.indices[2] if self.convention.indices else None
        if letter == downstream and scope.layer is not None:
            likely.append(scope.layer + 1)
        if self.alphabet.kind(letter) is not None:
            likely.append(self.alphabet.kind(letter))
        if scope.layer is not None:
            likely.append(scope.layer + 1)
        likely += sorted((k for k in ends if isinstance(k, int)), reverse=True)
        if self.network.samples > 1:
            likely.append("samples")
        return [k for k in dict.fromkeys(likely) if k in ends and (k != "steps" or self.network.steps > 1)]

    def _after(self, call, scope):
        letters = [getattr(x, "base", None) for x in call.arguments]
        kinds = [scope.letters[x] + 1 for x in letters if isinstance(scope.letters.get(x), int)]
        return kinds or ([scope.layer + 1] if scope.layer is not None else [])

    def _sets(self):
        return ", ".join([self.printer.set_name(kind) for kind in self.alphabet.ends if kind != "steps"])

    def _range(self, tree, kind, scope):
        end = self.alphabet.ends[kind]
        low = int(tree.lower.value) if isinstance(tree.lower, trees.Number) else 1
        high = int(tree.upper.value) if isinstance(tree.upper, trees.Number) else end
        if not 1 <= low <= high <= end:
            raise ReadingError(f"{tree.letter.base} counts from 1 to {end} here, not from {low} to {high}.", at(tree))
        return tuple(range(low, high + 1))

    # --- Functions.

    def _call(self, tree, scope):
        name, primes = tree.function.base, tree.function.primes + ("dot" in tree.function.accents)
        if name == "d" and len(tree.arguments) == 2:
            return self._derivative(trees.Derivative(*tree.arguments, at(tree)), scope)
        entry = self._several(name, len(tree.arguments), primes)
        if entry is not None:
            return entry(tuple([self._resolve(x, scope) for x in tree.arguments]))
        if len(tree.arguments) != 1:
            if name in ("max", "min") and len(tree.arguments) == 2 and not primes:
                chosen = primitives.maximum if name == "max" else primitives.minimum
                return Applied(chosen, tuple([self._resolve(x, scope) for x in tree.arguments]))
            raise ReadingError(f"{name} takes one argument here, found {len(tree.arguments)}.", at(tree))
        argument = self._resolve(tree.arguments[0], scope)
        if (
            primes == 0
            and name.startswith("d")
            and name[1:] in (*_FUNCTIONS, *_ACTIVATIONS, "tanh", "relu", "exp", "log")
        ):
            name, primes = name[1:], 1
        if primes > 1:
            raise ReadingError("second derivatives are not in these formulas.", at(tree))
        if name in _ACTIVATIONS:
            return self._activation(tree, argument, primes, scope)
        entry = self._primitive(_FUNCTIONS.get(name, name))
        if entry is None:
            raise ReadingError(f"no function is called {name}: see the vocabulary.", at(tree))
        return Slope(entry, 0, (argument,)) if primes else Applied(entry, (argument,))

    def _several(self, name, count, primes):
        """What makes an expression of ``minimum(a, b)``, ``dsoftsign(s)``, ``d1hypot(a, b)``; None for other names."""
        match = _DERIVED.fullmatch(name)
        for entry in reversed(TABLE) if not primes else ():
            if entry is None or entry.arity != count or entry is primitives.alias:
                continue
            if entry.name == name and count > 1:
                return lambda operands, entry=entry: Applied(entry, operands)
            if match and entry.name == match[2] and (place := int(match[1] or 1) - 1) < count:
                return lambda operands, entry=entry, place=place: Slope(entry, place, operands)
        return None

    def _primitive(self, name):
        for entry in reversed(TABLE):  # the last of those that were redefined
            if entry is not None and entry.name == name and entry.arity == 1 and entry is not primitives.alias:
                return entry
        return None

    def _activation(self, tree, argument, primes, scope):
        """Phi, f: the activation function of the neuron that the argument or the index belongs to."""
        layers = {s.layers[0] for s in _own_symbols(argument) if s.role in ("s", "a") and s.layers[0] > 0}
        layers |= {
            scope.letters[x.base]
            for x in tree.function.indices
            if isinstance(x, trees.Name) and x.base in scope.letters
        }
        if isinstance(argument, (Plus, Times, Sum)) and not tree.function.indices and len(layers) > 1:
            layers = {max(layers)}
        layers = {k for k in layers if isinstance(k, int) and 1 <= k <= self.network.depth}
        if len(layers) > 1 and isinstance(argument, Sum):
            layers = {max(layers)}
        layer = layers.pop() if len(layers) == 1 else scope.layer or self.network.depth
        value, slope, s = self._template(layer)
        return _substituted(slope if primes else value, s, argument)

    def _template(self, layer):
        """The activation of a layer and its derivative, as expressions in one of its pre-activations."""
        if layer not in self._templates:
            neuron = next(n for n in self.network.neurons if n.layer == layer)
            value, slope = self.formulas.activation_in_s(neuron)
            self._templates[layer] = (value, slope, Symbol("s", (layer,), (neuron.index,), neuron.sample, neuron.step))
        return self._templates[layer]

    def _dot(self, tree, scope):
        """w_k . x_k: the weighted sum of what neuron k reads, without the bias."""
        names = [tree.left, tree.right]
        if not all(isinstance(x, trees.Name) for x in names):
            raise ReadingError(
                "a dot product of anything but a row of weights and activations: write it as a sum.", at(tree)
            )
        weights = next((x for x in names if "w" in self.letters.get(key_of(x), []) or x.base in ("w", "W")), None)
        if weights is None:
            return self._multiply(trees.Multiply((tree.left, tree.right)), scope)
        kind, index = None, None
        for x in weights.indices:
            if isinstance(x, trees.Name) and not x.indices and x.base not in scope.letters:
                kind = self.alphabet.kind(x.base)  # w_h: the weights into the hidden neuron that is meant
                index = scope.own.get(kind, 1 if self.singles else None)
            else:
                kind, index = self._index(x, scope)
        if kind is None and scope.layer is not None:
            kind = scope.layer
            index = index if index is not None else scope.own.get(kind)
        if kind is None or index is None or not isinstance(kind, int) or kind < 1:
            raise ReadingError(
                "which neuron's weighted sum this is, is not clear: write s_k or give an index.", at(tree)
            )
        letter = self.alphabet.letter(kind - 1, set(scope.letters))
        values = tuple(range(1, self.alphabet.ends[kind - 1] + 1))
        w = Symbol("w", (kind - 1, kind), (Letter(letter), index))
        role = "x" if kind == 1 else "a"
        sample = Letter("n") if self.network.samples > 1 and "n" in scope.letters else None
        return Sum(letter, kind - 1, values, Times((w, Symbol(role, (kind - 1,), (Letter(letter),), sample))))

    def _derivative(self, tree, scope):
        by = self._resolve(tree.by, scope)
        if not isinstance(by, Symbol):
            raise ReadingError("a derivative is taken in one quantity of the network.", at(tree))
        if isinstance(tree.of, trees.Name) and self._is_loss(tree.of):
            return Symbol("gradient", name=by)
        if tree.of is None:
            raise ReadingError("this derivative is of nothing: write what is differentiated behind it.", at(tree))
        of = self._resolve(tree.of, scope)
        return self.total_derivative(of, by)

    def total_derivative(self, of, by):
        """Return the derivative of an expression with respect to a quantity, through everything that depends on it."""
        return _total_derivative(of, by)

    def _is_loss(self, name):
        letter = plain(self.convention.letters["loss"])
        usual = (letter, "L", "J", "E", "Loss", "loss", "epsilon", "C", "SSE", "MSE")
        return key_of(name) in usual and not name.indices


def count_terms(e):
    """How many quantities an expression has when its sums are written out.

    A part that is there several times is counted each time and looked at once: an activation in an activation in an
    activation has exponentially many.
    """
    return _count(e, {})


def _count(e, counted):
    if id(e) not in counted:
        if isinstance(e, Sum):
            counted[id(e)] = len(e.values) * _count(e.body, counted)
        else:
            counted[id(e)] = 1 + sum([_count(x, counted) for x in parts(e)])
    return counted[id(e)]


def _own_symbols(e):
    found, stack, seen = [], [e], set()
    while stack:
        x = stack.pop()
        if id(x) in seen:
            continue
        seen.add(id(x))
        if isinstance(x, Symbol):
            found.append(x)
        stack.extend(parts(x))
    return found


def _substituted(e, symbol, by):
    if e == symbol:
        return by
    inner = parts(e)
    return rebuilt(e, [_substituted(x, symbol, by) for x in inner]) if inner else e


def _total_derivative(of, by):
    """Return the total derivative of an expression with respect to a quantity, by a forward sweep over its parts."""
    nodes = postorder([of], parts)
    tangents: dict = {}
    for x in nodes:
        if isinstance(x, Symbol):
            if x.role in ("delta", "gradient", "ratio"):
                raise ReadingError("a derivative of a delta is not in these formulas.", 0)
            tangents[x] = Symbol("ratio", name=(x, by))
    return push_forward(nodes, tangents, _edges, _on_edge).get(of, ZERO)


def _edges(e, _tangents):
    """Return the edges of an expression for ``push_forward``: its parts and the derivatives with respect to them."""
    match e:
        case Plus():
            partials = primitives.total.gradient(e, e.terms)
        case Times():
            partials = [times(*e.factors[:i], *e.factors[i + 1 :]) for i in range(len(e.factors))]
        case Power(exponent=Number()):
            partials = [primitives.pow_.partial(0, e, (e.base, e.exponent.value)), ZERO]
        case Power():
            raise ReadingError("the derivative of a power with a variable exponent is not in these formulas.", 0)
        case Applied():
            partials = [Slope(e.primitive, i, e.operands) for i in range(len(e.operands))]
        case Slope():
            raise ReadingError("second derivatives are not in these formulas.", 0)
        case _:
            partials = [ONE] * len(parts(e))
    return [(x, partial, True) for x, partial in zip(parts(e), partials, strict=True)]


def _on_edge(tangents, e, x, partial, _reached):
    part = tangents[x] * partial
    if isinstance(e, Sum):
        part = Sum(e.letter, e.over, e.values, part)
    tangents[e] = tangents[e] + part if e in tangents else part

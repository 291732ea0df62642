r"""The vocabulary: the meaning that the names in a hand-written formula have in a network.

The parser (:mod:`autograd.grading.reading.readers`) returns a tree of names. Here, each name becomes a quantity of the
network, each index a neuron, a sample or a letter, and each function a primitive of the table. A name without a meaning
is an error with its position.

Text has one name for each quantity (:meth:`autograd.grading.meaning.lexicon.Lexicon.describe`). LaTeX has the letters
of the convention, and the index of a letter determines its layer: ``a_h`` is an activation of the hidden layer if h
counts that layer, or if the left side of the equation determines it.
"""

import re
from fractions import Fraction

from autograd.engine import primitives
from autograd.engine.algebra import TABLE
from autograd.engine.graph import postorder, push_forward
from autograd.formulas.expressions import (
    ONE,
    ZERO,
    Call,
    Expression,
    Letter,
    Number,
    Partial,
    Plus,
    Power,
    Sum,
    Symbol,
    Times,
    parts,
    rewrite,
    times,
)
from autograd.grading.meaning.names import RECIPROCALS, Names, at, key_of, words_for
from autograd.grading.reading import trees
from autograd.grading.reading.trees import ReadingError

__all__ = ["Vocabulary", "count_terms"]

_FUNCTIONS = {
    "sigma": "sigmoid", "sigmoid": "sigmoid", "ln": "log", "ReLU": "relu", "abs": "abs", "theta": "step",
    "heaviside": "step", "H": "step", "arsinh": "asinh", "arcosh": "acosh", "artanh": "atanh", "arctan": "atan",
    "arcsin": "asin", "arccos": "acos", "sgn": "sign",
}  # fmt: skip
_UNMARKED = ("exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan", "erf", "abs", *RECIPROCALS)
_DERIVED = re.compile(r"d(\d?)([a-z]\w*)", re.ASCII)  # the derivative of a function, as it is printed
_ACTIVATIONS = {"Phi", "phi", "f", "g", "varphi"}
# The largest size of an expanded formula: the number of its quantities with all sums written out.
_MAX_TERMS = 5_000
# The largest number of parts that are resolved. A part is resolved again for each range of a sum's index.
_MAX_TRIES = 20_000


class Vocabulary:
    """A resolver that gives the trees of formulas a meaning in one network.

    Args:
        lexicon: the names of the network's quantities.
    """

    def __init__(self, lexicon):
        self.lexicon, self.names = lexicon, Names(lexicon)
        self._templates: dict = {}
        self._tries = 0

    # --- Formulas.

    def resolve(self, tree, scope) -> Expression:
        """Return the expression that a tree denotes.

        Raises:
            ReadingError: a name has no meaning here.
        """
        self._tries = 0
        e = self._resolve(tree, scope)
        if count_terms(e) > _MAX_TERMS:
            raise ReadingError(
                "the formula expands to too many terms: write it with fewer sums.", getattr(tree, "at", 0)
            )
        return e

    def _resolve(self, tree, scope):
        self._tries += 1
        if self._tries > _MAX_TRIES:
            raise ReadingError(
                "what the indices of these sums count is not clear: say it, as in sum(... for o in O).", at(tree)
            )
        rule = _RULES.get(type(tree))
        if rule is None:
            raise ReadingError(
                f"{words_for(tree)} cannot be graded here: write the formula with numbers and indices.", at(tree)
            )
        return rule(self, tree, scope)

    def _name(self, tree, scope):
        return self.names.meaning(tree, scope)

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
        """Return what the index of a sum may count, most likely first."""
        ends = self.lexicon.alphabet.ends
        if tree.domain is not None:
            name = (
                tree.domain.function.base if isinstance(tree.domain, trees.Call) else getattr(tree.domain, "base", "")
            )
            if name == "DS":
                return [k for k in self._after(tree.domain, scope) if k in ends]
            found = [kind for kind in ends if self.lexicon.printer.set_name(kind) == name]
            if not found:
                raise ReadingError(f"there is no set {name or '...'}: there are {self._sets()}.", at(tree.domain))
            return found
        likely = []
        if isinstance(tree.upper, trees.Norm) and len(getattr(tree.upper.operand, "indices", ())) == 1:
            likely.append(
                self.lexicon.alphabet.kind(getattr(tree.upper.operand.indices[0], "base", ""))
            )  # in |a_h|, the range of h
        upper = getattr(tree.upper, "base", None)
        if (upper == "N" or letter == "mu") and self.lexicon.network.samples > 1:
            likely.append("samples")
        downstream = self.lexicon.convention.indices[2] if self.lexicon.convention.indices else None
        if letter == downstream and scope.layer is not None:
            likely.append(scope.layer + 1)
        if self.lexicon.alphabet.kind(letter) is not None:
            likely.append(self.lexicon.alphabet.kind(letter))
        if scope.layer is not None:
            likely.append(scope.layer + 1)
        likely += sorted((k for k in ends if isinstance(k, int)), reverse=True)
        if self.lexicon.network.samples > 1:
            likely.append("samples")
        return [k for k in dict.fromkeys(likely) if k in ends and (k != "steps" or self.lexicon.network.steps > 1)]

    def _after(self, call, scope):
        letters = [getattr(x, "base", None) for x in call.arguments]
        kinds = [scope.letters[x] + 1 for x in letters if isinstance(scope.letters.get(x), int)]
        return kinds or ([scope.layer + 1] if scope.layer is not None else [])

    def _sets(self):
        return ", ".join(
            [self.lexicon.printer.set_name(kind) for kind in self.lexicon.alphabet.ends if kind != "steps"]
        )

    def _range(self, tree, kind, scope):
        end = self.lexicon.alphabet.ends[kind]
        low = int(tree.lower.value) if isinstance(tree.lower, trees.Number) else 1
        high = int(tree.upper.value) if isinstance(tree.upper, trees.Number) else end
        if not 1 <= low <= high <= end:
            raise ReadingError(f"{tree.letter.base} counts from 1 to {end} here, not from {low} to {high}.", at(tree))
        return tuple(range(low, high + 1))

    # --- Functions.

    def _absolute(self, tree, scope):
        """Return the absolute value of a number between bars.

        Raise ReadingError for a norm, whose names have no indices.
        """
        names = [x for x in trees.walk(tree.operand) if isinstance(x, trees.Name)]
        inner = {id(y) for x in names for script in (*x.indices, *x.superscripts) for y in trees.walk(script)}
        functions = {id(x.function) for x in trees.walk(tree.operand) if isinstance(x, trees.Call)}
        if not all(x.indices or id(x) in inner | functions for x in names):
            raise ReadingError("a norm cannot be graded here: write the formula with numbers and indices.", at(tree))
        return Call(primitives.abs_, (self._resolve(tree.operand, scope),))

    def _logarithm(self, tree, argument):
        """Return a logarithm whose base is a number as a quotient of natural logarithms."""
        digits = [x.value for x in tree.function.indices if isinstance(x, trees.Number)]
        if len(digits) != len(tree.function.indices) or any(x.denominator != 1 or x < 0 for x in digits):
            raise ReadingError("the base of a logarithm is a number here, such as \\log_2.", at(tree))
        base = Number(Fraction("".join(map(str, digits))))
        below = Power(Call(primitives.log, (base,)), Number(Fraction(-1)))
        return Times((Call(primitives.log, (argument,)), below))

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
                return Call(chosen, tuple([self._resolve(x, scope) for x in tree.arguments]))
            raise ReadingError(f"{name} takes one argument here, found {len(tree.arguments)}.", at(tree))
        argument = self._resolve(tree.arguments[0], scope)
        if name == "log" and tree.function.indices:
            return self._logarithm(tree, argument)
        if name in _UNMARKED and (tree.function.indices or tree.function.superscripts):
            raise ReadingError(f"{name} has no index: put it in brackets and write its power after them.", at(tree))
        if (
            primes == 0
            and name.startswith("d")
            and name[1:] in (*_FUNCTIONS, *_ACTIVATIONS, "tanh", "relu", "exp", "log")
        ):
            name, primes = name[1:], 1
        if primes > 1:
            raise ReadingError("second derivatives cannot be read.", at(tree))
        if name in _ACTIVATIONS:
            return self._activation(tree, argument, primes, scope)
        if name in RECIPROCALS and not primes:
            return Power(Call(self._primitive(RECIPROCALS[name]), (argument,)), Number(Fraction(-1)))
        entry = self._primitive(_FUNCTIONS.get(name, name))
        if entry is None:
            raise ReadingError(f"no function is called {name}: see the vocabulary.", at(tree))
        return Partial(entry, 0, (argument,)) if primes else Call(entry, (argument,))

    def _several(self, name, count, primes):
        """Return a maker of ``minimum(a, b)``, ``dsoftsign(s)`` or ``d1hypot(a, b)``, or None for other names."""
        if name == "logsumexp" and count > 1 and not primes:
            return lambda operands: Call(primitives.logsumexp, operands)
        match = _DERIVED.fullmatch(name)
        for entry in reversed(TABLE) if not primes else ():
            if entry is None or entry.arity != count or entry is primitives.identity:
                continue
            if entry.name == name and count > 1:
                return lambda operands, entry=entry: Call(entry, operands)
            if match and entry.name == match[2] and (place := int(match[1] or 1) - 1) < count:
                return lambda operands, entry=entry, place=place: Partial(entry, place, operands)
        return None

    def _primitive(self, name):
        for entry in reversed(TABLE):  # the last one, if a name was redefined
            if entry is not None and entry.name == name and entry.arity == 1 and entry is not primitives.identity:
                return entry
        return None

    def _activation(self, tree, argument, primes, scope):
        """Return a call of Phi or f, the activation function of the neuron of the argument or of the index."""
        layers = {s.layers[0] for s in _own_symbols(argument) if s.role in ("s", "a") and s.layers[0] > 0}
        layers |= {
            scope.letters[x.base]
            for x in tree.function.indices
            if isinstance(x, trees.Name) and x.base in scope.letters
        }
        if isinstance(argument, (Plus, Times, Sum)) and not tree.function.indices and len(layers) > 1:
            layers = {max(layers)}
        layers = {k for k in layers if isinstance(k, int) and 1 <= k <= self.lexicon.network.depth}
        if len(layers) > 1 and isinstance(argument, Sum):
            layers = {max(layers)}
        layer = layers.pop() if len(layers) == 1 else scope.layer or self.lexicon.network.depth
        value, slope, s = self._template(layer)
        return rewrite(slope if primes else value, lambda part: argument if part == s else None)

    def _template(self, layer):
        """Return the activation of a layer and its derivative, as expressions of one of its pre-activations."""
        if layer not in self._templates:
            neuron = next(n for n in self.lexicon.network.neurons if n.layer == layer)
            value, slope = self.lexicon.formulas.activation_in_s(neuron)
            self._templates[layer] = (value, slope, Symbol("s", (layer,), (neuron.index,), neuron.sample, neuron.step))
        return self._templates[layer]

    def _dot(self, tree, scope):
        """Return w_k . x_k, the weighted sum of the inputs of neuron k without the bias."""
        names = [tree.left, tree.right]
        if not all(isinstance(x, trees.Name) for x in names):
            raise ReadingError("only a row of weights and activations have a dot product here: write a sum.", at(tree))
        weights = next(
            (x for x in names if "w" in self.lexicon.letters.get(key_of(x), []) or x.base in ("w", "W")), None
        )
        if weights is None:
            return self._multiply(trees.Multiply((tree.left, tree.right)), scope)
        kind, index = None, None
        for x in weights.indices:
            if isinstance(x, trees.Name) and not x.indices and x.base not in scope.letters:
                kind = self.lexicon.alphabet.kind(x.base)  # w_h are the weights into the hidden neuron in question
                index = scope.own.get(kind, 1 if self.lexicon.singles else None)
            else:
                kind, index = self.names.index(x, scope)
        if kind is None and scope.layer is not None:
            kind = scope.layer
            index = index if index is not None else scope.own.get(kind)
        if kind is None or index is None or not isinstance(kind, int) or kind < 1:
            raise ReadingError(
                "it is not clear which neuron's weighted sum this is: write s_k or give an index.", at(tree)
            )
        letter = self.lexicon.alphabet.letter(kind - 1, set(scope.letters))
        values = tuple(range(1, self.lexicon.alphabet.ends[kind - 1] + 1))
        w = Symbol("w", (kind - 1, kind), (Letter(letter), index))
        role = "x" if kind == 1 else "a"
        sample = Letter("n") if self.lexicon.network.samples > 1 and "n" in scope.letters else None
        return Sum(letter, kind - 1, values, Times((w, Symbol(role, (kind - 1,), (Letter(letter),), sample))))

    def _derivative(self, tree, scope):
        by = self._resolve(tree.by, scope)
        if not isinstance(by, Symbol):
            raise ReadingError("a derivative is taken with respect to one quantity of the network.", at(tree))
        if isinstance(tree.of, trees.Name) and self.lexicon.is_loss(tree.of):
            return Symbol("gradient", name=by)
        if tree.of is None:
            raise ReadingError("this derivative lacks its function: write what is differentiated after it.", at(tree))
        of = self._resolve(tree.of, scope)
        return _total_derivative(of, by)


_RULES = {
    trees.Name: Vocabulary._name, trees.Number: Vocabulary._number, trees.Add: Vocabulary._add,
    trees.Multiply: Vocabulary._multiply, trees.Divide: Vocabulary._divide, trees.Negative: Vocabulary._negative,
    trees.Power: Vocabulary._power, trees.Sum: Vocabulary._sum, trees.Call: Vocabulary._call,
    trees.Dot: Vocabulary._dot, trees.Derivative: Vocabulary._derivative, trees.Norm: Vocabulary._absolute,
}  # fmt: skip


def count_terms(e):
    """Return the number of quantities in an expression with all sums written out.

    A part that occurs several times is counted each time but visited once, because nested activations would contain
    exponentially many parts.
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


def _total_derivative(of, by):
    """Return the total derivative of an expression with respect to a quantity, by a forward sweep."""
    nodes = postorder([of], parts)
    tangents: dict = {}
    for x in nodes:
        if isinstance(x, Symbol):
            if x.role in ("delta", "gradient", "ratio"):
                raise ReadingError("a derivative of a delta cannot be read.", 0)
            tangents[x] = Symbol("ratio", name=(x, by))
    return push_forward(nodes, tangents, _edges, _on_edge).get(of, ZERO)


def _edges(e, _tangents):
    """Return the edges of an expression for ``push_forward``: its parts, and the partials with respect to them."""
    match e:
        case Plus():
            partials = primitives.total.gradient(e, e.terms)
        case Times():
            partials = [times(*e.factors[:i], *e.factors[i + 1 :]) for i in range(len(e.factors))]
        case Power(exponent=Number()):
            partials = [primitives.pow_.partial(0, e, (e.base, e.exponent.value)), ZERO]
        case Power():
            raise ReadingError("the derivative of a power with a variable exponent cannot be read.", 0)
        case Call():
            partials = [Partial(e.primitive, i, e.operands) for i in range(len(e.operands))]
        case Partial():
            raise ReadingError("second derivatives cannot be read.", 0)
        case _:
            partials = [ONE] * len(parts(e))
    return [(x, partial, True) for x, partial in zip(parts(e), partials, strict=True)]


def _on_edge(tangents, e, x, partial, _reached):
    part = tangents[x] * partial
    if isinstance(e, Sum):
        part = Sum(e.letter, e.over, e.values, part)
    tangents[e] = tangents[e] + part if e in tangents else part

r"""Identities beside the network: rules of calculus, and formulas in letters that a document defines for a moment.

A document about a network also says ``\sigma'(x) = \sigma(x) (1 - \sigma(x))``, or lets ``u = 3x + 1`` and ``y = u^2``
and derives ``\frac{dy}{dx} = 6 (3x + 1)``. Such a formula is no claim about the network. It is evaluated with many
digits at a few points. A letter is what the document defined last, and any number if it is not defined.
"""

from fractions import Fraction

from autograd.formulas.conventions import convention, plain
from autograd.formulas.precise import DIGITS, precise_numbers
from autograd.grading.clock import PER_SECOND, WORK
from autograd.grading.reading.readers import is_latex, read, read_latex
from autograd.grading.reading.trees import (
    Add,
    Call,
    Derivative,
    Divide,
    Multiply,
    Name,
    Negative,
    Number,
    Power,
    ReadingError,
    Relation,
    walk,
)

__all__ = ["Beside", "number_of"]

_MAX_NODES, _MAX_EVALUATED = 150, 4000  # parts of a formula, and parts that are evaluated for one side at one point
_MAX_DEFINED, _MAX_MEANINGS = 60, 4  # the numbers of letters, and of definitions of one letter
_MAX_EXPONENT = 50
_POINTS = (Fraction(13, 17), Fraction(31, 23))
_COST = int(0.002 * PER_SECOND)  # the work of one side at one point
_SIGMOID = {"sigma", "sigmoid"}
_CONSTANTS = set("cknmp")


class _NoValue(Exception):
    """A part that has no value beside the network."""


class Beside:
    """The letters that a document defines beside its network.

    Args:
        setting: the setting of the document.
        is_declared: True if its network is declared. Its loss is then no letter that the document may define.
    """

    def __init__(self, setting, is_declared):
        letters = convention(**setting.options).letters
        self._loss = plain(letters["loss"]) if is_declared else None
        self._function = plain(letters["function"]) if "function" in setting.options.get("letters", {}) else None
        self._given = {plain(letters[role]) for role in ("x", "t", "w", "b")} | _CONSTANTS
        self._meanings: dict = {}  # from a letter to its definitions, the last one first
        self._defined: dict = {}  # those with which a formula is evaluated
        self._free: dict = {}  # numbers of the letters that are not defined, so that no two have the same value

    def define(self, text):
        r"""Remember a definition of a letter without index letters, such as ``u = 3x + 1``."""
        tree = _read(text)
        if tree is None or len(self._meanings) >= _MAX_DEFINED:
            return
        left, right = tree.sides[0], tree.sides[1]
        key = _key(left)
        if key is None and isinstance(left, Call) and not left.function.primes:  # L(w) = (4 - 2w)^2
            key = None if _is_function(left.function) else _key(left.function)
        if key is None and isinstance(left, Multiply) and None not in map(_key, left.factors):
            key = _key(left.factors[0])
        if key is not None and not any(isinstance(x, Derivative) or _key(x) == key for x in walk(right)):
            meanings = [right, *[x for x in self._meanings.get(key, ()) if x != right]]
            self._meanings[key] = meanings[:_MAX_MEANINGS]

    def holds(self, text, is_unread=False) -> bool:
        """Return True if a formula is an identity beside the network.

        Args:
            text: the formula.
            is_unread: True if its letters have no meaning in the network, so that quotients may be cancelled.
        """
        tree = _read(text)
        if tree is None:
            return False
        if all(x == Number(Fraction(1)) or (isinstance(x, Derivative) and x.of == x.by) for x in tree.sides):
            return True
        if self._loss and any(_plain(x) == self._loss for x in walk(tree) if isinstance(x, Name)):
            return False
        if is_unread and _is_chain_rule(tree):
            return True
        left = _key(tree.sides[0])
        if left is not None and (left not in self._meanings or isinstance(tree.sides[1], Name)):
            return False  # a definition
        return any(self._holds_with(meanings, tree.sides) for meanings in self._choices(tree))

    def _choices(self, tree):
        """Yield the definitions to evaluate with: the last one of each letter, then earlier ones of one letter."""
        last = {key: meanings[0] for key, meanings in self._meanings.items()}
        yield last
        for key in {_key(x): None for x in walk(tree) if isinstance(x, Name)}:
            for meaning in self._meanings.get(key, ())[1:]:
                yield {**last, key: meaning}

    def _holds_with(self, meanings, sides):
        self._defined = meanings
        try:
            return all(self._agrees(sides, number) for number in _POINTS)
        except (_NoValue, ArithmeticError, ValueError, TypeError, RecursionError):
            return False

    def meaning(self, key):
        """Return what a letter is defined as, or None."""
        return self._defined.get(key)

    def number_of(self, key):
        """Return a number that no other letter has."""
        return self._free.setdefault(key, len(self._free) + 1)

    def is_constant(self, key):
        """Return True if a letter depends on no other one: an input, a target, a weight, a bias, or a count."""
        return key is not None and key[0] in self._given

    def is_own_function(self, name):
        """Return True if a function's name is declared for the activation of the network."""
        return name == self._function

    def _agrees(self, sides, number):
        mpmath = precise_numbers()
        with mpmath.workdps(2 * DIGITS):
            values = []
            for side in sides:
                WORK.done += _COST
                values.append(_Evaluation(self, mpmath, number).value(side, {}))
            size = 1 + max([abs(value) for value in values])
            return all(abs(value - values[0]) < size * mpmath.mpf(10) ** -25 for value in values)


class _Evaluation:
    """The values of the parts of one side at one point."""

    def __init__(self, beside, mpmath, number):
        self._beside, self._mpmath = beside, mpmath
        self._number = mpmath.mpf(number.numerator) / number.denominator
        self._count = 0
        self._met: set = set()  # the variables of derivatives that occurred in the differentiated part

    def value(self, node, known):
        """Return the value of a part. ``known`` has the values of the variables of derivatives around it."""
        self._count += 1
        if self._count > _MAX_EVALUATED:
            raise _NoValue
        for key, number in known.items():
            if key == _key(node) or node == self._beside.meaning(key):  # u, or the 3x + 1 that is u
                self._met.add(key)
                return number
        match node:
            case Number():
                return self._mpmath.mpf(node.value.numerator) / node.value.denominator
            case Name():
                return self._of_name(node, known)
            case Add():
                return sum([self.value(x, known) for x in node.terms])
            case Multiply():
                return self._mpmath.fprod([self.value(x, known) for x in node.factors])
            case Divide():
                return self.value(node.numerator, known) / self.value(node.denominator, known)
            case Negative():
                return -self.value(node.operand, known)
            case Power():
                return self._power(node, known)
            case Call():
                return self._call(node, known)
            case Derivative():
                return self._derivative(node, known)
        raise _NoValue

    def _of_name(self, node, known):
        key = _key(node)
        if key is None:
            raise _NoValue
        meaning = self._beside.meaning(key)
        if meaning is not None:
            return self.value(meaning, known)
        if key == ("e", ()):
            return self._mpmath.e
        if key == ("pi", ()):
            return +self._mpmath.pi
        return self._mpmath.sqrt(self._number + self._beside.number_of(key))

    def _power(self, node, known):
        exponent = self.value(node.exponent, known)
        if abs(exponent) > _MAX_EXPONENT:
            raise _NoValue
        return self.value(node.base, known) ** exponent

    def _call(self, node, known):
        name, arguments = _plain(node.function), node.arguments
        if name == "prime" and len(arguments) == 1:  # (1 / (1 + e^{-x}))'
            letters = {_key(x): x for x in walk(arguments[0]) if isinstance(x, Name)}
            letters = {key: x for key, x in letters.items() if key not in (None, ("e", ()), ("exp", ()))}
            if len(letters) != 1:
                raise _NoValue
            return self._derivative(Derivative(arguments[0], next(iter(letters.values()))), known)
        if node.function.indices or node.function.superscripts or (self._beside and self._beside.is_own_function(name)):
            raise _NoValue
        values = [self.value(x, known) for x in arguments]
        if node.function.primes:
            if node.function.primes > 1 or len(values) != 1:
                raise _NoValue
            return self._slope(lambda x: self._function(name, [x]), values[0])
        return self._function(name, values)

    def _function(self, name, values):
        m = self._mpmath
        if name.lower() == "max" and len(values) == 2:
            return max(values)
        if len(values) != 1:
            raise _NoValue
        (x,) = values
        if name in _SIGMOID:
            return 1 / (1 + m.exp(-x))
        if name.lower() == "relu":
            return max(x, m.mpf(0))
        if name in ("exp", "tanh", "sin", "cos", "cosh", "sinh", "sqrt", "log", "ln"):
            return getattr(m, name)(x)
        raise _NoValue

    def _derivative(self, node, known):
        by = _key(node.by) if isinstance(node.by, Name) else None
        if by is None or node.of is None:
            raise _NoValue
        if node.of == node.by:
            return self._mpmath.mpf(1)
        at = self.value(node.by, known)
        if _key(node.of) is not None and _is_function(node.of) and self._beside.meaning(_key(node.of)) is None:
            return self._call(Call(node.of._replace(primes=1), (node.by,)), known)  # d sigma / dz
        self._check_constants(node.of, by, 0)
        self._met.discard(by)
        slope = self._slope(lambda x: self.value(node.of, {**known, by: x}), at)
        if by not in self._met:
            raise _NoValue  # it may depend on it in a way that the document does not say
        return slope

    def _check_constants(self, node, by, depth):
        """Raise _NoValue if a part may depend on a letter in a way that the document does not say."""
        if depth > 20:
            raise _NoValue
        for x in walk(node):
            if not isinstance(x, Name) or _is_function(x):
                continue
            key = _key(x)
            if key == by:
                continue
            meaning = self._beside.meaning(key)
            if meaning is not None:
                self._check_constants(meaning, by, depth + 1)
            elif not self._beside.is_constant(key):
                raise _NoValue

    def _slope(self, function, at):
        step = self._mpmath.mpf(10) ** -(2 * DIGITS // 3)
        return (function(at + step) - function(at - step)) / (2 * step)


def number_of(text):
    r"""Return the number that a text without letters is, or None.

    >>> float(number_of(r"0.5 \cdot 0.25 + 1"))
    1.125
    """
    try:
        tree = read_latex(text)
        if sum(1 for _ in walk(tree)) > _MAX_NODES or any(isinstance(x, (Relation, Derivative)) for x in walk(tree)):
            return None
        names = [x for x in walk(tree) if isinstance(x, Name) and not _is_function(x)]
        if names:
            return None
        with precise_numbers().workdps(DIGITS):
            return _Evaluation(None, precise_numbers(), Fraction(1)).value(tree, {})
    except (ReadingError, _NoValue, ArithmeticError, ValueError, TypeError, AttributeError, RecursionError):
        return None


def _read(text):
    """Return the tree of a chain of equations, or None."""
    try:
        tree = read(text) if is_latex(text) or "[" in text else read_latex(text)  # 3x is a product
    except ReadingError:
        return None
    if not isinstance(tree, Relation) or set(tree.operators) != {"="} or sum(1 for _ in walk(tree)) > _MAX_NODES:
        return None
    return tree


def _plain(name):
    return " ".join([*name.accents, name.base])


def _is_function(name):
    return name.base.lower() in {*_SIGMOID, "exp", "e", "pi", "tanh", "sin", "cos", "cosh", "sinh", "sqrt", "log", "ln",
                                 "max", "relu", "prime"}  # fmt: skip


def _key(node):
    """Return a letter with its numbers, or None for other parts and for letters with index letters."""
    if not isinstance(node, Name) or node.superscripts or node.primes:
        return None
    if not all(isinstance(x, Number) for x in node.indices):
        return None
    return _plain(node), tuple([x.value for x in node.indices])


def _is_chain_rule(tree):
    """Return True if all sides are products of quotients that cancel to the same quotient."""
    found = set()
    for side in tree.sides:
        factors = side.factors if isinstance(side, Multiply) else (side,)
        if not all(isinstance(x, Derivative) and _key(x.of) and _key(x.by) for x in factors):
            return False
        of, by = [_key(x.of) for x in factors], [_key(x.by) for x in factors]
        for key in list(of):
            if key in by:
                of.remove(key)
                by.remove(key)
        found.add((tuple(of), tuple(by)))
    return len(found) == 1 and all(len(of) == len(by) == 1 for of, by in found)

"""Formulas as a kind of number. If the rules of the table are given symbols, they return formulas.

An :class:`Expression` is immutable, and two expressions are equal if they have the same form. Sums and products are
flat, numbers are exact fractions, and equal terms and factors are combined. Nothing else is rearranged, so a formula
keeps the form that the graph gave it.
"""

import functools
import operator
from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from autograd.engine import primitives
from autograd.engine.algebra import pi_like, register

__all__ = [
    "ONE",
    "PI",
    "ZERO",
    "Call",
    "Expression",
    "KnownValues",
    "Letter",
    "Number",
    "Partial",
    "Pi",
    "Plus",
    "Power",
    "Sum",
    "Symbol",
    "Times",
    "evaluate",
    "expression",
    "parts",
    "plus",
    "power",
    "rational",
    "rewrite",
    "symbols",
    "times",
    "walk",
    "with_parts",
]  # fmt: skip


def rational(x) -> Fraction:
    """Return the fraction that a recorded float stands for: 1/3 for ``1 / 3``, and 1/10 for ``0.1``.

    It rounds to the float itself. If no fraction with a denominator up to 10,000 does, it is the fraction of the
    float's decimals.
    """
    if isinstance(x, Fraction):
        return x
    if isinstance(x, int):
        return Fraction(x)
    short = Fraction(x).limit_denominator(10_000)
    return short if float(short) == x else Fraction(repr(float(x)))


class Letter(NamedTuple):
    """An index over which a sum or a "for all" runs. ``offset`` makes it a neighbour of that index, such as r + 1."""

    name: str
    offset: int = 0


class Expression:
    """A formula. Arithmetic and the functions of the table accept it like any other number."""

    __slots__ = ("_hash", "key")

    pi: "Pi"

    def __eq__(self, other):
        if self is other:
            return True
        return isinstance(other, Expression) and self._hash == other._hash and self.key == other.key

    def __hash__(self):
        return self._hash

    def __repr__(self):
        return f"<{type(self).__name__} {self.key[1:]!r}>"

    def __add__(self, other):
        return plus(self, expression(other))

    def __radd__(self, other):
        return plus(expression(other), self)

    def __sub__(self, other):
        return plus(self, times(MINUS_ONE, expression(other)))

    def __rsub__(self, other):
        return plus(expression(other), times(MINUS_ONE, self))

    def __mul__(self, other):
        return times(self, expression(other))

    def __rmul__(self, other):
        return times(expression(other), self)

    def __truediv__(self, other):
        return times(self, power(expression(other), MINUS_ONE))

    def __rtruediv__(self, other):
        return times(expression(other), power(self, MINUS_ONE))

    def __pow__(self, other):
        return power(self, expression(other))

    def __rpow__(self, other):
        return power(expression(other), self)

    def __neg__(self):
        return times(MINUS_ONE, self)


class Number(Expression):
    """An exact number."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = value
        self.key = ("number", value)
        self._hash = hash(self.key)


class Pi(Expression):
    """The number pi."""

    __slots__ = ()

    def __init__(self):
        self.key = ("pi",)
        self._hash = hash(self.key)


class Symbol(Expression):
    """A named quantity of a network.

    Attributes:
        role: ``"x"`` input, ``"a"`` activation, ``"t"`` target, ``"s"`` pre-activation, ``"delta"``, ``"w"``, ``"b"``,
            ``"p"`` softmax, ``"v"`` another node, ``"adjoint"`` the adjoint of such a node, or ``"free"``, whose label
            is in ``name``. Formulas that are graded also have ``"gradient"``, the derivative of the loss with respect
            to the symbol in ``name`` (None for the loss itself), and ``"ratio"``, the derivative of one symbol with
            respect to another, a pair in ``name``.
        layers: the layers in which its indices count. A weight has two: the layer of its source, and its own layer.
        indices: one index for each of ``layers``, from 1: an integer or a :class:`Letter`.
        sample: the number of the sample, from 1, or a Letter. None for parameters, or if there is only one sample.
        step: the time step in a recurrent network, likewise.
    """

    __slots__ = ("indices", "layers", "name", "role", "sample", "step")

    def __init__(self, role, layers=(), indices=(), sample=None, step=None, name=None):
        self.role, self.layers, self.indices = role, layers, indices
        self.sample, self.step, self.name = sample, step, name
        self.key = ("symbol", role, layers, indices, sample, step, name)
        self._hash = hash(self.key)

    def bound(self, env):
        """Return the symbol with its letters replaced by the numbers in ``env``, also in the symbols in ``name``."""
        name = self.name
        if isinstance(name, Symbol):
            name = name.bound(env)
        elif isinstance(name, tuple):
            name = tuple([x.bound(env) for x in name])
        indices, sample, step = self.indices, self.sample, self.step
        if name is self.name and not any(map(_is_letter, (*indices, sample, step))):
            return self
        return Symbol(
            self.role, self.layers, tuple([_bound(i, env) for i in indices]), _bound(sample, env), _bound(step, env),
            name,
        )  # fmt: skip

    def stands_for(self, indices, sample=None, step=None) -> bool:
        """Return True if the symbol with these numbers is an instance of this one, whose letters fit any number.

        A symbol without a sample or a step stands for all of them. Roles and layers are not compared.

        >>> Symbol("w", (0, 1), (Letter("i"), 2)).stands_for((3, 2)), Symbol("b", (1,), (2,)).stands_for((1,))
        (True, False)
        """
        pairs = [*zip(self.indices, indices, strict=True), (self.sample, sample), (self.step, step)]
        return all(mine is None or isinstance(mine, Letter) or mine == own for mine, own in pairs)


def _is_letter(index):
    return isinstance(index, Letter)


def _bound(index, env):
    if isinstance(index, Letter) and index.name in env:
        return env[index.name] + index.offset
    return index


class Plus(Expression):
    """A sum of at least two terms."""

    __slots__ = ("terms",)

    def __init__(self, terms):
        self.terms = terms
        self.key = ("plus", terms)
        self._hash = hash(self.key)


class Times(Expression):
    """A product of at least two factors. A number comes first."""

    __slots__ = ("factors",)

    def __init__(self, factors):
        self.factors = factors
        self.key = ("times", factors)
        self._hash = hash(self.key)


class Power(Expression):
    """A base and an exponent."""

    __slots__ = ("base", "exponent")

    def __init__(self, base, exponent):
        self.base, self.exponent = base, exponent
        self.key = ("power", base, exponent)
        self._hash = hash(self.key)


class Call(Expression):
    """A primitive of the table applied to operands."""

    __slots__ = ("operands", "primitive")

    def __init__(self, primitive, operands):
        self.primitive, self.operands = primitive, operands
        self.key = ("applied", primitive.code, operands)
        self._hash = hash(self.key)


class Partial(Expression):
    """The derivative of a primitive with respect to one operand, if its rule compares numbers and gives no formula."""

    __slots__ = ("operands", "place", "primitive")

    def __init__(self, primitive, place, operands):
        self.primitive, self.place, self.operands = primitive, place, operands
        self.key = ("slope", primitive.code, place, operands)
        self._hash = hash(self.key)


Applied, Slope = Call, Partial  # their names in older pickles


class Sum(Expression):
    """A sum over an index. Each term is the ``body`` with one of ``values`` in place of ``letter``.

    ``over`` says what the index counts: a layer, ``"samples"`` or ``"steps"``.
    """

    __slots__ = ("body", "letter", "over", "values")

    def __init__(self, letter, over, values, body):
        self.letter, self.over, self.values, self.body = letter, over, values, body
        self.key = ("sum", letter, over, values, body)
        self._hash = hash(self.key)


PI = Pi()
Expression.pi = PI  # the pi that a rule uses if its operands are expressions
ZERO, ONE, MINUS_ONE = Number(Fraction(0)), Number(Fraction(1)), Number(Fraction(-1))


def expression(x) -> Expression:
    """Return ``x`` as an Expression. A number becomes exact; see :func:`rational`."""
    return x if isinstance(x, Expression) else Number(rational(x))


def plus(*terms) -> Expression:
    """Return the sum of the terms. Equal terms are combined, in the order of their first occurrence."""
    gathered: dict = {}
    constant = Fraction(0)
    for term in terms:
        for part in term.terms if isinstance(term, Plus) else (term,):
            if isinstance(part, Number):
                constant += part.value
                continue
            coefficient, rest = split(part)
            gathered[rest] = gathered.get(rest, 0) + coefficient
    flat = [rest if c == 1 else times(Number(c), rest) for rest, c in gathered.items() if c]
    if constant:
        # 1 - a, not -a + 1
        flat.insert(0 if flat and split(flat[0])[0] < 0 and constant > 0 else len(flat), Number(constant))
    if not flat:
        return ZERO
    return flat[0] if len(flat) == 1 else Plus(tuple(flat))


def split(term):
    """Return the coefficient of a term and the rest of the term."""
    if isinstance(term, Times) and isinstance(term.factors[0], Number):
        rest = term.factors[1:]
        return term.factors[0].value, rest[0] if len(rest) == 1 else Times(rest)
    return Fraction(1), term


def times(*factors) -> Expression:
    """Return the product of the factors. Powers of one base are combined, in the order of their first occurrence."""
    constant = Fraction(1)
    bases: dict = {}
    for factor in factors:
        for part in factor.factors if isinstance(factor, Times) else (factor,):
            if isinstance(part, Number):
                constant *= part.value
                continue
            if isinstance(part, Power) and isinstance(part.exponent, Number):
                base, exponent = part.base, part.exponent.value
            else:
                base, exponent = part, 1
            bases[base] = bases.get(base, 0) + exponent
    if constant == 0:
        return ZERO
    flat: list = [base if n == 1 else Power(base, Number(Fraction(n))) for base, n in bases.items() if n]
    if constant != 1 or not flat:
        flat.insert(0, Number(constant))
    return flat[0] if len(flat) == 1 else Times(tuple(flat))


def power(base, exponent) -> Expression:
    """Return a power. A number to the power of a small integer becomes a number."""
    if isinstance(exponent, Number):
        n = exponent.value
        if n == 1:
            return base
        if n == 0:
            return ONE
        if isinstance(base, Number) and n.denominator == 1 and abs(n) <= 64 and (base.value or n > 0):
            return Number(base.value ** int(n))
        if isinstance(base, Power) and isinstance(base.exponent, Number) and n.denominator == 1:
            return power(base.base, Number(base.exponent.value * n))
        if isinstance(base, Times) and n == -1:
            return times(*[power(factor, exponent) for factor in base.factors])
    return Power(base, exponent)


def _over_expressions(primitive, operands):
    if primitive is primitives.pow_:
        return power(expression(operands[0]), expression(operands[1]))
    if primitive is primitives.sqrt and _is_constant(operands[0]):
        return power(expression(operands[0]), Number(Fraction(1, 2)))
    if primitive in (primitives.shift, primitives.zero_derivative):
        return ZERO  # the results of the rules that use a shift do not depend on it
    if primitive is primitives.greater:
        return expression(primitives.step(expression(operands[0]) - operands[1]))
    if primitive is primitives.at_least:
        return 1 - expression(primitives.step(expression(operands[1]) - operands[0]))
    if primitive is primitives.power_term:
        x, n = operands[1:3]
        if isinstance(n, Number) or not isinstance(n, Expression) or _is_above_0(x):
            return written_out(*operands)
    if primitive.traits.written_out:
        return expression(primitive.forward(*operands))
    return Call(primitive, tuple([expression(x) for x in operands]))


def written_out(a, x, n, k, j):
    """Return the derivative of a power, for which ``power_term`` stands, written with powers and logarithms."""
    k, j = [m.value if isinstance(m, Number) else m for m in (k, j)]
    return expression(primitives.power_term.forward(a, expression(x), n, k, j))


def _is_above_0(x):
    x = x.value if isinstance(x, Number) else x
    return not isinstance(x, Expression) and x > 0


for _kind in (Number, Pi, Symbol, Plus, Times, Power, Call, Partial, Sum):
    register(_kind, _over_expressions)


def _is_constant(e):
    """Return True if an expression is pi, or a positive number times pi. Powers of such a constant are combined."""
    if isinstance(e, Times):
        return isinstance(e.factors[-1], Pi) and len(e.factors) == 2 and e.factors[0].value > 0
    return isinstance(e, Pi)


def parts(e) -> tuple:
    """Return the expressions that an expression directly consists of."""
    match e:
        case Plus():
            return e.terms
        case Times():
            return e.factors
        case Power():
            return e.base, e.exponent
        case Call() | Partial():
            return e.operands
        case Sum():
            return (e.body,)
    return ()


def with_parts(e, new) -> Expression:
    """Return an expression of the same kind with other parts. Nothing is combined, so it keeps its form.

    >>> from autograd.formulas.expressions import Plus, Symbol, parts
    >>> x, y = Symbol("free", name="x"), Symbol("free", name="y")
    >>> parts(with_parts(Plus((x, y)), [y, y])) == (y, y)
    True
    """
    match e:
        case Plus():
            return Plus(tuple(new))
        case Times():
            return Times(tuple(new))
        case Power():
            return Power(*new)
        case Call():
            return Call(e.primitive, tuple(new))
        case Partial():
            return Partial(e.primitive, e.place, tuple(new))
        case Sum():
            return Sum(e.letter, e.over, e.values, *new)
    return e


def rewrite(e, replace) -> Expression:
    """Return ``e`` with every part for which ``replace`` returns an expression replaced by that expression.

    >>> from autograd.formulas.expressions import Plus, Symbol
    >>> x, y = Symbol("free", name="x"), Symbol("free", name="y")
    >>> rewrite(Plus((x, y)), lambda part: y if part == x else None) == Plus((y, y))
    True
    """
    new = replace(e)
    if new is not None:
        return new
    inner = parts(e)
    return with_parts(e, [rewrite(x, replace) for x in inner]) if inner else e


def walk(e) -> Iterator[Expression]:
    """Yield an expression and all its parts, from left to right. An expression that occurs twice is yielded twice."""
    stack = [e]
    while stack:
        e = stack.pop()
        yield e
        stack.extend(reversed(parts(e)))


def symbols(e) -> list[Symbol]:
    """Return the symbols in an expression, from left to right. A symbol that occurs twice is returned twice."""
    return [x for x in walk(e) if isinstance(x, Symbol)]


class KnownValues:
    """The values of the parts of one expression at one point, for the evaluation of many changed forms of it.

    Parts that are in the expression itself are evaluated once for the same numbers of letters.

    Args:
        e: the expression.
    """

    def __init__(self, e):
        self._expression = e  # it keeps its parts alive, so that no other part gets the identity of one
        self._parts = {id(x) for x in walk(e) if parts(x)}
        self._values: dict = {}

    def key(self, e, env):
        """Return the key of a part and of the numbers of its letters, or None if its value is not kept."""
        return (id(e), *env.items()) if id(e) in self._parts else None

    def find(self, key):
        """Return the value with a key, or None if it is not known."""
        return self._values.get(key)

    def keep(self, key, value):
        """Keep the value with a key."""
        self._values[key] = value


def evaluate(e, point, env=None, known: KnownValues | None = None):
    """Return the value of an expression at a point.

    Args:
        e: the expression.
        point: an object whose ``symbol(symbol)`` and ``number(fraction)`` return numbers of one kind.
        env: the numbers of letters that are bound outside of ``e``.
        known: values of parts at this point, which are used and completed, or None.

    Returns:
        A number of the point's kind. The rules of the table compute it.
    """
    if known is None:
        return _evaluated(e, point, env, None)
    key = known.key(e, env or {})
    if key is None:
        return _evaluated(e, point, env, known)
    y = known.find(key)
    if y is None:
        y = _evaluated(e, point, env, known)
        known.keep(key, y)
    return y


def _evaluated(e, point, env, known):
    match e:
        case Symbol():
            return point.symbol(e.bound(env) if env else e)
        case Number():
            return point.number(e.value)
        case Pi():
            return pi_like(point.number(Fraction(1)))
        case Times():
            return functools.reduce(operator.mul, [evaluate(x, point, env, known) for x in e.factors])
        case Plus():
            return functools.reduce(operator.add, [evaluate(x, point, env, known) for x in e.terms])
        case Sum():
            terms = [evaluate(e.body, point, {**(env or {}), e.letter: value}, known) for value in e.values]
            return functools.reduce(operator.add, terms) if terms else point.number(Fraction(0))
        case Power(exponent=Number()):
            base, n = evaluate(e.base, point, env, known), e.exponent.value
            if n == -1:
                return 1 / base
            return primitives.pow_(base, int(n) if n.denominator == 1 else point.number(n))
        case Power():
            return primitives.pow_(*_guarded(parts(e), point, env, known))
    numbers = _guarded(parts(e), point, env, known)
    y = e.primitive(*numbers)
    return e.primitive.gradient(y, numbers)[e.place] if isinstance(e, Partial) else y


def _guarded(operands, point, env, known):
    """Return the values of operands. A point of a field may refuse them, because functions have no meaning in it."""
    numbers = [evaluate(x, point, env, known) for x in operands]
    if hasattr(point, "guard"):
        point.guard(numbers)
    return numbers

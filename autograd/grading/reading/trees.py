"""The tree of a formula, before its names have a meaning.

Nodes are named tuples. Two nodes are equal if they have the same class and equal parts. Their position in the text,
which is always the last field, ``at``, is not compared.
"""

from fractions import Fraction
from typing import Any, NamedTuple

from autograd.engine.texts import printable

__all__ = [
    "GREEK", "Add", "Call", "Derivative", "Divide", "Dot", "Ellipsis_", "Empty", "IllFormed", "Matrix", "Multiply",
    "Name", "Negative", "Norm", "Number", "Power", "ReadingError", "Relation", "Rows", "Sum", "Text", "Time",
    "Transpose", "show", "walk",
]  # fmt: skip

# A Greek letter has the same name in LaTeX and as a character.
GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ϵ": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "π": "pi",
    "ρ": "rho", "σ": "sigma", "τ": "tau", "φ": "phi", "ϕ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega", "Γ": "Gamma",
    "Δ": "Delta", "Θ": "Theta", "Λ": "Lambda", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
}  # fmt: skip

_LONGEST_REASON = 300


class ReadingError(ValueError):
    """A formula that cannot be read, or that has no meaning in a network.

    Attributes:
        reason: the reason, in words.
        position: the offset into the text.
    """

    def __init__(self, reason, position=0, text=None):
        reason = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}..."  # it may quote a name
        self.reason, self.position = reason, position
        around = "" if text is None else text[max(0, position - 15) : position + 15].replace("\n", " ")
        near = f", near '{printable(around)}'" if around else ""
        super().__init__(f"{reason} (character {position + 1}{near})")


class IllFormed(ReadingError):
    """An error for a formula without a meaning, such as one with a comma in place of a sign."""


def _equal(self, other):
    return type(self) is type(other) and self[:-1] == other[:-1]


def _different(self, other):
    return not _equal(self, other)


def _hash(self):
    return hash((type(self).__name__, self[:-1]))


def _node(kind):
    """Give a class the equality of nodes. With that of tuples, a quotient could equal a power."""
    kind.__eq__, kind.__ne__, kind.__hash__ = _equal, _different, _hash
    return kind


@_node
class Number(NamedTuple):
    """An exact number."""

    value: Fraction
    at: int = 0


@_node
class Name(NamedTuple):
    """A name with its indices (subscripts), superscripts, primes and accents."""

    base: str
    indices: tuple = ()
    superscripts: tuple = ()
    primes: int = 0
    accents: tuple = ()
    at: int = 0


@_node
class Time(NamedTuple):
    """The iteration ``(k+1)`` after an indexed name."""

    value: Any
    at: int = 0


@_node
class Call(NamedTuple):
    """A function and its arguments."""

    function: Name
    arguments: tuple
    at: int = 0


@_node
class Sum(NamedTuple):
    """A sum over an index, with limits, with a set (``domain``), or with neither."""

    letter: Any
    lower: Any
    upper: Any
    domain: Any
    body: Any
    at: int = 0


@_node
class Add(NamedTuple):
    """A sum of terms. A subtracted term is a :class:`Negative`."""

    terms: tuple
    at: int = 0


@_node
class Multiply(NamedTuple):
    """A product of factors, in order."""

    factors: tuple
    at: int = 0


@_node
class Divide(NamedTuple):
    """A quotient."""

    numerator: Any
    denominator: Any
    at: int = 0


@_node
class Power(NamedTuple):
    """A power, with its base and its exponent."""

    base: Any
    exponent: Any
    at: int = 0


@_node
class Negative(NamedTuple):
    """The negative of an operand."""

    operand: Any
    at: int = 0


@_node
class Derivative(NamedTuple):
    """The derivative of ``of``, or of an unnamed quantity if it is None, with respect to ``by``."""

    of: Any
    by: Any
    at: int = 0


@_node
class Dot(NamedTuple):
    """A dot product of two vectors."""

    left: Any
    right: Any
    at: int = 0


@_node
class Transpose(NamedTuple):
    """The transpose of an operand."""

    operand: Any
    at: int = 0


@_node
class Matrix(NamedTuple):
    """The rows of a matrix or vector."""

    rows: tuple
    at: int = 0


@_node
class Norm(NamedTuple):
    """The norm of an operand between bars."""

    operand: Any
    at: int = 0


@_node
class Relation(NamedTuple):
    """A chain of sides, with the signs ``=``, ``<-``, ``->``, ``in`` or ``~`` between them."""

    operators: tuple
    sides: tuple
    at: int = 0


@_node
class Rows(NamedTuple):
    """Lines of a formula, one below the other."""

    rows: tuple
    at: int = 0


@_node
class Text(NamedTuple):
    """Prose."""

    content: str
    at: int = 0


@_node
class Ellipsis_(NamedTuple):
    """Three dots."""

    at: int = 0


@_node
class Empty(NamedTuple):
    """A side that is empty."""

    at: int = 0


def walk(tree):
    """Yield all nodes of a tree, from the root down and from left to right, without recursion."""
    stack = [tree]
    while stack:
        x = stack.pop()
        if isinstance(x, tuple):
            if hasattr(x, "_fields"):
                yield x
            stack.extend(reversed(x))


def _as_one(tree):
    """Return a base or exponent as text, in brackets if it has several parts."""
    is_fraction = isinstance(tree, Number) and tree.value.denominator != 1
    several = is_fraction or isinstance(tree, (Multiply, Divide, Negative, Power))
    return f"({show(tree)})" if several else show(tree)


def show(tree) -> str:
    """Return a tree as text, for messages."""
    match tree:
        case Number():
            return str(tree.value)
        case Name():
            accents = "".join([f"{a} " for a in tree.accents])
            below = f"[{_listed(tree.indices, ',')}]" if tree.indices else ""
            above = f"^({_listed(tree.superscripts, ',')})" if tree.superscripts else ""
            return f"{accents}{tree.base}{chr(39) * tree.primes}{below}{above}"
        case Add():
            return f"({_listed(tree.terms, ' + ')})"
        case Multiply():
            return _listed(tree.factors, "*")
        case Divide():
            return f"({show(tree.numerator)})/({show(tree.denominator)})"
        case Power():
            return f"{_as_one(tree.base)}**{_as_one(tree.exponent)}"
        case Negative():
            return f"-{show(tree.operand)}"
        case Call():
            return f"{show(tree.function)}({_listed(tree.arguments, ', ')})"
        case Sum():
            letter = "" if tree.letter is None else show(tree.letter)
            over = f" in {show(tree.domain)}" if tree.domain is not None else ""
            return f"sum({show(tree.body)} for {letter}{over})"
        case Derivative():
            return f"d({'' if tree.of is None else show(tree.of)})/d({show(tree.by)})"
        case Time():
            return f"({show(tree.value)})"
        case Relation():
            rest = [f" {sign} {show(side)}" for sign, side in zip(tree.operators, tree.sides[1:], strict=True)]
            return "".join([show(tree.sides[0]), *rest])
        case Text():
            return tree.content
        case Dot() | Transpose() | Norm():
            return f"{type(tree).__name__.lower()}({_listed(tree[:-1], ', ')})"
    return type(tree).__name__.strip("_").lower()


def _listed(trees, sign):
    return sign.join([show(x) for x in trees])

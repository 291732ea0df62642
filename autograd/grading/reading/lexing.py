"""Tokens, limits, and sums of terms, which the parsers of text and LaTeX share."""

from fractions import Fraction

from autograd.grading.reading.trees import (
    Add,
    Negative,
    Number,
    Power,
    ReadingError,
    walk,
)

__all__ = [
    "LARGEST_EXPONENT",
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_DIGITS",
    "MAX_NODES",
    "MAX_TOKENS",
    "Parser",
    "Token",
]

MAX_CHARACTERS, MAX_TOKENS, MAX_DEPTH, MAX_DIGITS, MAX_NODES = 4000, 1500, 40, 40, 3000
LARGEST_EXPONENT = 12


class Token:
    """A symbol of a formula, with its kind, its text and its position."""

    __slots__ = ("at", "kind", "text")

    def __init__(self, kind, text, at):
        self.kind, self.text, self.at = kind, text, at


class Parser:
    """A recursive descent parser over tokens, with limits. It reads sums and powers itself.

    Args:
        text: the formula, for messages.
        tokens: its tokens.
        term: a function that reads a term from a parser.
    """

    def __init__(self, text, tokens, term):
        self.text, self.tokens, self._term = text, tokens, term
        self.i = self.depth = 0

    def error(self, reason, at=None):
        if at is None:
            at = self.tokens[self.i].at if self.i < len(self.tokens) else len(self.text)
        return ReadingError(reason, at, self.text)

    def peek(self, k=0):
        return self.tokens[self.i + k].text if self.i + k < len(self.tokens) else None

    def kind(self, k=0):
        return self.tokens[self.i + k].kind if self.i + k < len(self.tokens) else None

    @property
    def at(self):
        return self.tokens[self.i].at if self.i < len(self.tokens) else len(self.text)

    def next(self):
        if self.i >= len(self.tokens):
            raise self.error("the formula ends too early")
        token = self.tokens[self.i]
        self.i += 1
        return token

    def expect(self, text, why=""):
        if self.peek() != text:
            found = "the end" if self.peek() is None else repr(self.peek())
            raise self.error(f"expected {text!r}{why}, found {found}")
        self.i += 1

    def deeper(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"a formula is nested at most {MAX_DEPTH} deep")

    def number(self, token):
        digits = token.text.replace(".", "")
        if len(digits) > MAX_DIGITS:
            raise self.error(f"a number has at most {MAX_DIGITS} digits", token.at)
        return Number(Fraction(token.text if token.text[-1] != "." else token.text[:-1]), token.at)

    def term(self):
        return self._term(self)

    def sum_of_terms(self):
        self.deeper()
        at = self.at
        terms = [self.signed_term()]
        while self.peek() in ("+", "-"):
            terms.append(self.signed_term())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Add(tuple(terms), at)

    def signed_term(self):
        at, negative = self.at, False
        while self.peek() in ("+", "-"):
            negative ^= self.next().text == "-"
        term = self.term()
        return Negative(term, at) if negative else term

    def power(self, base, exponent):
        """Return ``base ** exponent``. Raise ReadingError if the exponent exceeds the limits."""
        size = _size(exponent)
        if size is not None and size > LARGEST_EXPONENT:
            raise self.error(f"an exponent is at most {LARGEST_EXPONENT}", exponent.at)
        if isinstance(base, Power):  # such as the square in e^{-x^2/2}
            below = _size(base.exponent)
            size = None if size is None or below is None else size * below
        if (isinstance(base, Power) and (size is None or size > LARGEST_EXPONENT)) or any(
            isinstance(x, Power) for x in walk(exponent)
        ):
            raise self.error("a power of a power: write the product of the exponents", exponent.at)
        return Power(base, exponent, base.at)


def _size(exponent):
    """Return the absolute value of an exponent that is a number, or None for other exponents."""
    while isinstance(exponent, Negative):
        exponent = exponent.operand
    return abs(exponent.value) if isinstance(exponent, Number) else None

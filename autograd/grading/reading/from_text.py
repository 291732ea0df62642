"""A recursive descent parser for Python-like text. Nothing is evaluated, and Python's own parser is not used."""

import re

from autograd.grading.reading.lexing import Parser, Token
from autograd.grading.reading.trees import (
    GREEK,
    Call,
    Derivative,
    Divide,
    Multiply,
    Name,
    Negative,
    Number,
    ReadingError,
    Relation,
    Sum,
)

__all__ = ["TextReader", "text_tokens"]

# Unicode characters in pasted text, and the words and signs that replace them. ``dL`` may be written with either d.
_LETTERS = {**GREEK, "∂": "d", "Σ": "sum", "∑": "sum"}
_SIGNS = {"·": "*", "⋅": "*", "×": "*", "−": "-", "←": "<-", "→": "->", "≡": "=", "≔": ":=", "′": "'"}
_RAISED = {"²": "2", "³": "3"}
_LETTER = f"[A-Za-z_{''.join(_LETTERS)}]"

_TEXT_TOKEN = re.compile(
    rf"\s+|(?P<scientific>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d)|(?P<number>\d+(?:\.(?!\.)\d*)?|\.\d+)"
    rf"|(?P<name>{_LETTER}(?:{_LETTER}|[0-9])*)|(?P<raised>[{''.join(_RAISED)}])"
    rf"|(?P<sign>\*\*|<-|:=|->|\.\.|[-+*/^()\[\],='{''.join(_SIGNS)}])",
    re.ASCII,
)
_RELATIONS = {"=": "=", ":=": "=", "<-": "<-", "->": "->"}
_PYTHON = ("for", "in", "if", "else", "lambda", "not", "and", "or", "is")
_MAX_LETTERS = 6


def text_tokens(text):
    """Return the tokens of text: names, numbers and signs."""
    tokens, at = [], 0
    while at < len(text):
        match = _TEXT_TOKEN.match(text, at)
        if match is None:
            raise ReadingError(f"{text[at]!r} means nothing in a formula", at, text)
        kind, word = match.lastgroup, match.group()
        if kind == "scientific":
            raise ReadingError("write this number in digits, without an e", at, text)
        if kind == "raised":
            tokens += [Token("sign", "^", at), Token("number", _RAISED[word], at)]
        elif kind == "name":
            tokens.append(Token(kind, "".join([_LETTERS.get(c, c) for c in word]), at))
        elif kind is not None:
            tokens.append(Token(kind, _SIGNS.get(word, word), at))
        at = match.end()
    return tokens


class TextReader(Parser):
    """A parser of text. Each method reads the part after which it is named."""

    def __init__(self, text, tokens):
        super().__init__(text, tokens, TextReader.product)

    def whole(self):
        at = self.at
        sides, signs = [self.left_side()], []
        while self.peek() in _RELATIONS:
            signs.append(_RELATIONS[self.next().text])
            sides.append(self.sum_of_terms())
        if self.i < len(self.tokens):
            raise self.error(f"{self.peek()!r} does not belong there")
        return sides[0] if not signs else Relation(tuple(signs), tuple(sides), at)

    def left_side(self):
        """Read a left side. ``dL/dw`` is a derivative only if it is the whole side."""
        start = self.i
        x = self.derivative()
        if x is not None and (self.peek() is None or self.peek() in _RELATIONS):
            return x
        self.i = start
        return self.sum_of_terms()

    def derivative(self):
        """Read a derivative such as ``dL/dw_ho[h,o]`` or ``d/dw_ho[h,o] [...]``. Return None if there is none."""
        start, at = self.i, self.at
        is_operator = self.peek() == "d"
        of = self.differential() if not is_operator else self.next()
        if of is not None and self.peek() == "/":
            self.next()
            by = self.differential()
            if by is not None and not is_operator:
                return Derivative(of, by, at)
            if by is not None and self.peek() == "[":
                self.next()
                of = self.sum_of_terms()
                self.expect("]")
                return Derivative(of, by, at)
        self.i = start
        return None

    def differential(self):
        """Return the name after a d, or None. The names d_o and delta_o are deltas, not differentials."""
        word = self.peek()
        if self.kind() != "name" or not re.match(r"d(?!elta)[A-Za-z]", word):
            return None
        at = self.next().at
        return self.indexed(word[1:], at)

    def indexed_derivative(self):
        """Read ``dy[o]/ds_o[o]`` as a factor. Without an index, it could be a quotient of two names."""
        start = self.i
        x = self.derivative()
        if x is not None and (not isinstance(x.of, Name) or x.of.indices or x.of.base == "L") and x.by.indices:
            return x
        self.i = start
        return None

    def product(self):
        at = self.at
        factors = [self.factor()]
        while self.peek() in ("*", "/"):
            if self.next().text == "*":
                factors.append(self.signed_factor())
            else:
                divisor = self.signed_factor()
                top = factors[0] if len(factors) == 1 else Multiply(tuple(factors), at)
                factors = [Divide(top, divisor, at)]
        return factors[0] if len(factors) == 1 else Multiply(tuple(factors), at)

    def signed_factor(self):
        at, negative = self.at, False
        while self.peek() in ("+", "-"):
            negative ^= self.next().text == "-"
        x = self.factor()
        return Negative(x, at) if negative else x

    def factor(self):
        x = self.indexed_derivative()
        if x is not None:
            return x
        x = self.atom()
        if self.peek() in ("**", "^"):
            self.next()
            self.deeper()
            exponent = self.signed_factor()
            self.depth -= 1
            if x == Name("e") and not isinstance(exponent, Number):
                return Call(Name("exp", at=x.at), (exponent,), x.at)
            x = self.power(x, exponent)
        return x

    def atom(self):
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.text == "(":
            x = self.sum_of_terms()
            self.expect(")")
            return x
        if token.kind != "name" or token.text in _PYTHON:
            raise self.error(f"{token.text!r} does not belong there", token.at)
        if token.text == "sum" and self.peek() == "(":
            return self.comprehension(token.at)
        primes = self.primes()
        if self.peek() == "(":
            self.next()
            function = Name(token.text, primes=primes, at=token.at)
            return Call(function, self.parts(")"), token.at)
        return self.indexed(token.text, token.at, primes)

    def primes(self):
        count = 0
        while self.peek() == "'":
            self.next()
            count += 1
        return count

    def parts(self, closing):
        """Read parts separated by commas, up to a closing bracket."""
        found = [self.sum_of_terms()]
        while self.peek() == ",":
            self.next()
            found.append(self.sum_of_terms())
        self.expect(closing)
        return tuple(found)

    def indexed(self, base, at, primes=0):
        indices = ()
        if self.peek() == "[":
            self.next()
            indices = self.parts("]")
        return Name(base, indices, (), primes + self.primes(), (), at)

    def is_wrapped(self):
        """Return True if a bracket with its own ``for`` opens here and is the only argument of the outer bracket."""
        if self.peek() not in ("(", "["):
            return False
        depth, found = 0, False
        for k, token in enumerate(self.tokens[self.i :], self.i):
            depth += (token.text in ("(", "[")) - (token.text in (")", "]"))
            found = found or (depth == 1 and token.text == "for")
            if depth == 0:
                return found and k + 1 < len(self.tokens) and self.tokens[k + 1].text == ")"
        return False

    def comprehension(self, at, closing=")"):
        """Read ``(... for o in O)`` after ``sum``, also with several clauses: ``(... for o in O[1..2] for n in S)``."""
        self.next()
        if self.is_wrapped():  # as in sum([... for o in O]), an argument of NumPy's sum
            closing = {"(": ")", "[": "]"}[self.peek()]
            x = self.comprehension(at, closing)
            self.expect(")")
            return x
        body = self.sum_of_terms()
        clauses = []
        while self.peek() == "for":
            self.next()
            letter = self.next()
            if letter.kind != "name":
                raise self.error("expected a letter after 'for'", letter.at)
            if self.peek() != "in":
                raise self.error("a sum is written sum(... for o in O)")
            self.next()
            over = self.next()
            if over.kind != "name":
                raise self.error("expected a set after 'in', such as O or H", over.at)
            clauses.append((Name(letter.text, at=letter.at), *self.limits(), Name(over.text, at=over.at)))
        if not clauses:
            raise self.error("a sum is written sum(... for o in O)")
        self.expect(closing)
        if len(clauses) > _MAX_LETTERS:
            raise self.error(f"a sum runs over at most {_MAX_LETTERS} indices", at)
        for clause in reversed(clauses):
            body = Sum(*clause, body, at)
        return body

    def limits(self):
        """Read the limits ``[1..2]`` of a part of a set. Return a pair of None if there are none."""
        if self.peek() != "[":
            return None, None
        self.next()
        low = self.sum_of_terms()
        self.expect("..", " between the limits of a sum")
        high = self.sum_of_terms()
        self.expect("]")
        return low, high

"""Reading Python-like text by recursive descent; nothing is evaluated, and Python's own parser is not asked."""

import re

from autograd.derivation.lexing import Parser, Token
from autograd.derivation.trees import (
    Call,
    Derivative,
    Divide,
    Multiply,
    Name,
    Negative,
    ReadingError,
    Relation,
    Sum,
)

__all__ = ["TextReader", "text_tokens"]

_TEXT_TOKEN = re.compile(
    r"\s+|(?P<number>\d+\.?\d*|\.\d+)|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|<-|:=|->|[-+*/^()\[\],='])",
    re.ASCII,
)


def text_tokens(text):
    """The tokens of text: names, numbers, signs."""
    tokens, at = [], 0
    while at < len(text):
        match = _TEXT_TOKEN.match(text, at)
        if match is None:
            raise ReadingError(f"{text[at]!r} means nothing in a formula", at, text)
        if match.lastgroup is not None:
            tokens.append(Token(match.lastgroup, match.group(), at))
        at = match.end()
    return tokens


class TextReader(Parser):
    """A reader of text: each method reads what it is called after."""

    def whole(self):
        at = self.at
        sides, signs = [self.left_side()], []
        while self.peek() in ("=", "<-", ":=", "->"):
            signs.append("=" if self.peek() == ":=" else self.peek())
            self.next()
            sides.append(self.sum_of_terms())
        if self.i < len(self.tokens):
            raise self.error(f"{self.peek()!r} does not belong there")
        return sides[0] if not signs else Relation(tuple(signs), tuple(sides), at)

    def left_side(self):
        """``dL/dw_ho[h,o]`` is a derivative where an equation begins with it."""
        first, second = self.peek(), self.peek(2)
        if (
            self.kind() == "name"
            and first[0] == "d"
            and len(first) > 1
            and self.peek(1) == "/"
            and self.kind(2) == "name"
        ):
            start = self.i
            if second[0] == "d" and len(second) > 1:
                at = self.at
                self.next()
                self.next()
                token = self.next()
                by = self.indexed(token.text[1:], token.at)
                if self.peek() in ("=", None):
                    return Derivative(Name(first[1:], at=at), by, at)
                self.i = start
            return self.derivative_with_indices()
        if self.kind() == "name" and first[0] == "d" and len(first) > 1 and self.peek(1) == "[":
            return self.derivative_with_indices()
        return self.sum_of_terms()

    def derivative_with_indices(self):
        """``ds_o[o]/dw_ho[h,o]``; or else an ordinary formula."""
        start, at = self.i, self.at
        token = self.next()
        if token.text[0] == "d" and len(token.text) > 1:
            try:
                of = self.indexed(token.text[1:], token.at)
                if self.peek() == "/" and self.kind(1) == "name" and self.peek(1)[0] == "d" and len(self.peek(1)) > 1:
                    self.next()
                    token = self.next()
                    by = self.indexed(token.text[1:], token.at)
                    if self.peek() in ("=", None):
                        return Derivative(of, by, at)
            except ReadingError:
                pass
        self.i = start
        return self.sum_of_terms()

    def term(self):
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
        self.deeper()
        x = self.atom()
        if self.peek() in ("**", "^"):
            self.next()
            x = self.power(x, self.signed_factor())
        self.depth -= 1
        return x

    def atom(self):
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.text == "(":
            x = self.sum_of_terms()
            self.expect(")")
            return x
        if token.kind != "name":
            raise self.error(f"{token.text!r} does not belong there", token.at)
        if token.text == "sum" and self.peek() == "(":
            return self.comprehension(token.at)
        if token.text in ("for", "in", "if", "lambda", "not", "and", "or", "is"):
            raise self.error(f"{token.text!r} does not belong there", token.at)
        primes = 0
        while self.peek() == "'":
            self.next()
            primes += 1
        if self.peek() == "(":
            self.next()
            arguments = [self.sum_of_terms()]
            while self.peek() == ",":
                self.next()
                arguments.append(self.sum_of_terms())
            self.expect(")")
            return Call(Name(token.text, primes=primes, at=token.at), tuple(arguments), token.at)
        return self.indexed(token.text, token.at, primes)

    def indexed(self, base, at, primes=0):
        indices = []
        if self.peek() == "[":
            self.next()
            indices.append(self.sum_of_terms())
            while self.peek() == ",":
                self.next()
                indices.append(self.sum_of_terms())
            self.expect("]")
        return Name(base, tuple(indices), (), primes, (), at)

    def comprehension(self, at):
        self.next()
        body = self.sum_of_terms()
        clauses = []
        while self.peek() == "for":
            self.next()
            letter = self.next()
            if letter.kind != "name":
                raise self.error("a letter stands behind 'for'", letter.at)
            if self.peek() != "in":
                raise self.error("a sum is written sum(... for o in O)")
            self.next()
            over = self.next()
            if over.kind != "name":
                raise self.error("a set stands behind 'in', such as O or H", over.at)
            clauses.append((Name(letter.text, at=letter.at), Name(over.text, at=over.at)))
        if not clauses:
            raise self.error("a sum is written sum(... for o in O)")
        self.expect(")")
        if len(clauses) > 6:
            raise self.error("a sum runs over at most 6 indices", at)
        for letter, over in reversed(clauses):
            body = Sum(letter, None, None, over, body, at)
        return body

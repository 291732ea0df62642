"""Sums over an index."""

from autograd.grading.reading.latex.cursor import LatexCursor
from autograd.grading.reading.latex.marks import read_group, read_one
from autograd.grading.reading.trees import (
    Name,
    Negative,
    Sum,
)

_MAX_LETTERS = 6


def read_series(c, token):
    """Read a sum over an index. Its body is the product after the sign."""
    clauses, upper = [], None
    while c.is_sign("_") or c.is_sign("^"):
        if c.next().text == "_":
            clauses = read_below(c)
        else:
            upper = read_group(c)
    negative = False
    while c.peek() in ("+", "-") and c.kind() == "sign":
        negative ^= c.next().text == "-"
    body = c.nested(LatexCursor.term)
    if negative:
        body = Negative(body, token.at)
    for letter, lower, domain in reversed(clauses or [(None, None, None)]):
        body = Sum(letter, lower, upper, domain, body, token.at)
    return body


def read_below(c):
    """Read the subscript of a sum: each letter, with its first value and its set.

    In ``i,j \\in H``, both letters run over H.
    """
    if not c.is_sign("{"):
        x = c.nested(read_one)
        return [(x, None, None)] if isinstance(x, Name) else []
    c.next()
    clauses: list = []
    waiting: list = []
    while not c.is_sign("}"):
        if c.is_sign(","):
            c.next()
        elif c.relation_sign(look=True):
            sign = c.relation_sign()
            value = c.sum_of_terms()
            if sign not in ("=", "in") or not waiting:
                raise c.error("expected a letter below a sum, with its first value or its set")
            clauses += [(x, value, None) if sign == "=" else (x, None, value) for x in waiting]
            waiting = []
        else:
            x = c.atom()
            if not isinstance(x, Name):
                raise c.error("expected a letter below a sum", x.at)
            waiting.append(x)
    c.next()
    clauses += [(x, None, None) for x in waiting]
    if len(clauses) > _MAX_LETTERS:
        raise c.error(f"a sum runs over at most {_MAX_LETTERS} indices")
    return clauses

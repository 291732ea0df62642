r"""A recursive descent parser for LaTeX as people write it. Nothing is evaluated.

A superscript is a power if it is a number, and otherwise the mark of a layer or a sample. The terms after a sum sign
belong to the sum up to the next plus or minus. A name in front of a bracket is a function if it is a known function.
"""

import re

from autograd.grading.reading.latex.atoms import read_atom
from autograd.grading.reading.latex.cursor import Grammar
from autograd.grading.reading.latex.terms import read_factor, read_term
from autograd.grading.reading.trees import (
    Empty,
    Matrix,
    Relation,
    Rows,
    Text,
)

__all__ = ["GRAMMAR", "read_whole"]

_IMPLICATIONS = ("Rightarrow", "implies")
_LINES = ("aligned", "align", "split", "gathered", "cases", "array", "equation")
_PUNCTUATION = ".,;:&$"
# These may precede a formula: a name in brackets, words with a colon, a number, or a connective.
_HEADING = re.compile(
    r"\(\w{2,8}\):?|[a-z]?sse|[a-z]?mse|.{1,60}:|\(?\d{1,3}\)?[.)]?|(so|thus|hence|then|and|therefore|where),?"
)


def read_whole(c):
    rows = []
    while True:
        while c.kind() == "row":
            c.next()
        if c.i >= len(c.tokens) and c.i > 0:
            break
        row = read_row(c)
        if row is not None:
            rows.append(row)
        if not read_tail(c) and not c.is_row_end() and not c.is_command(*_IMPLICATIONS):
            raise c.error(f"{c.peek()!r} does not belong there")
        if c.is_command("end"):
            raise c.error("\\end without its \\begin")
    if not rows:
        raise c.error("there is no formula", 0)
    return rows[0] if len(rows) == 1 else Rows(tuple(rows), 0)


def read_tail(c):
    """Skip the rest of a line after a formula: punctuation, prose, quantifiers and equation numbers.

    Returns:
        True if another formula may follow on the same line.
    """
    separated = False
    while not c.is_row_end():
        if c.is_command("tag", "label"):
            c.next()
            c.braced()
        elif c.kind() == "sign" and c.peek() in _PUNCTUATION:
            separated |= c.next().text in ",;"
        elif c.is_number_of_equation() or c.is_quantifier(separated):
            while not c.is_row_end():
                c.next()
        elif c.is_prose():
            separated |= c.prose() == "and"
        else:
            return separated
    return False


def read_row(c):
    """Return one line: sides with relations between them. Return None if the line is empty."""
    while c.is_sign("&") or c.is_sign("$") or c.is_prose():
        token = c.next()
        if token.kind == "command":
            c.i -= 1
            words = c.prose()
            if c.i >= len(c.tokens):
                return Text(words, token.at)
            if not _HEADING.fullmatch(words.strip()):
                raise c.error("prose in front of a formula may change what it says: leave it out", token.at)
    if c.kind() == "number" and c.is_sign(")", 1):
        c.i += 2  # skip 2) in front of a formula
    if c.is_row_end() and c.i > 0:
        return None
    if c.is_command("begin") and c.environment() in _LINES:
        c.environment(skip=True)
        return read_lines(c)
    return read_relation(c)


def read_lines(c):
    at, rows = c.at, []
    c.deeper()
    while not c.is_command("end"):
        if c.i >= len(c.tokens):
            raise c.error("\\begin without its \\end")
        if c.kind() == "row" or c.is_sign("&"):
            c.next()
            continue
        row = read_row(c)
        if row is not None:
            rows.append(row)
        if not read_tail(c) and not c.is_row_end() and not c.is_command(*_IMPLICATIONS):
            raise c.error(f"{c.peek()!r} does not belong there")
    c.depth -= 1
    c.next()
    c.braced()
    if not rows:
        raise c.error("there is nothing between \\begin and \\end", at)
    return Rows(tuple(rows), at)


def read_relation(c):
    at = c.at
    sides, signs = [], []
    sides.append(Empty(at) if c.relation_sign(look=True) else c.sum_of_terms())
    while c.relation_sign(look=True):
        if c.is_command(*_IMPLICATIONS) and len(sides) > 1:
            break  # in A = B => C = D, another formula begins here
        signs.append(c.relation_sign())
        while c.is_sign("&"):
            c.next()
        ended = c.is_row_end() or c.is_sign("}") or c.is_sign(")")
        sides.append(Empty(c.at) if ended else c.sum_of_terms())
        if len(signs) == 1 and isinstance(sides[0], Empty) and signs[0] == "=" and c.relation_sign(look=True):
            sides, signs = sides[1:], []  # for => A = B, drop the empty side
    return sides[0] if not signs else Relation(tuple(signs), tuple(sides), at)


def read_matrix(c, token):
    rows: list = []
    cells: list = []
    filled = False
    while True:
        if c.i >= len(c.tokens):
            raise c.error("\\begin without its \\end", token.at)
        if c.is_sign("&") or c.is_row_end():
            if not filled and (c.is_sign("&") or cells):
                cells.append(Empty(c.at))
            filled = False
            if c.is_row_end():
                rows += [tuple(cells)] if cells else []
                cells = []
            if c.next().text == "end":
                break
        elif filled:
            raise c.error(f"{c.peek()!r} does not belong there")
        else:
            cells.append(c.sum_of_terms())
            filled = True
    c.braced()
    return Matrix(tuple(rows), token.at)


def read_environment(c, token):
    """Read the contents of an environment within a formula: a matrix, or lines."""
    c.i -= 1
    name = c.environment(skip=True)
    return read_matrix(c, token) if "matrix" in name or name == "array" else read_lines(c)


GRAMMAR = Grammar(read_relation, read_term, read_factor, read_atom, read_environment)

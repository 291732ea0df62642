"""Sums over an index, with the limits below and above the sign."""

from autograd.grading.reading.cursor import COMPARISONS
from autograd.grading.reading.marks import read_one
from autograd.grading.reading.nodes import Limits, Node, walk
from autograd.grading.reading.tokens import Symbol


def read_series(c, at):
    letters: list = []
    lower = upper = domain = None
    conditions: list = []
    while c.is_op("_") or c.is_op("^") or c.is_cmd("transposed"):
        if c.is_cmd("transposed"):  # the raised T of Unicode is the last step
            upper = Node("name", (), ("T", 0), c.next().at)
            continue
        if c.next().text == "_":
            letters, lower, domain, conditions = read_below(c)
        elif c.is_op("{"):
            c.i += 1
            if not c.take("}"):
                upper = c.expression()
                c.expect("}")
        else:
            upper = read_one(c)
    negative = c.sign()
    body = read_body(c)
    if negative:
        body = Node("neg", (body,), None, at)
    return Node("sum", (body,), Limits(tuple(letters), lower, upper, domain, tuple(conditions)), at)


def as_product(series):
    """Return a sum as a product over its letters. Final factors without any of these letters follow the product."""
    body, letters = series.parts[0], series.data.letters
    rest: tuple = ()
    if body.kind == "prod":
        k = max([k for k, x in enumerate(body.parts) if mentions(x, letters)], default=len(body.parts) - 1) + 1
        inner, rest, signs = body.parts[:k], body.parts[k:], body.data[k - 1 :]
        body = inner[0] if k == 1 else Node("prod", inner, body.data[: k - 1], body.at)
    found = Node("sum", (body,), series.data._replace(is_product=True), series.at)
    return Node("prod", (found, *rest), signs, series.at) if rest else found


def mentions(node, letters):
    """Return True if one of the letters occurs in a tree."""
    return any(x.kind == "name" and x.data[0] in letters for x in walk(node))


def read_body(c):
    c.deeper()
    x = c.term()
    c.depth -= 1
    return x


def read_below(c):
    """Read the subscript of a sum: its letters, the first value, the set, and the conditions."""
    if not c.is_op("{"):
        x = read_one(c)
        return ([x.data[0]] if x.kind == "name" else []), None, None, []
    letters: list = []
    lower = domain = None
    conditions: list = []
    end = c.i + c.end_of_bracket()
    c.i += 1
    while c.i < end:
        kind, text = c.look()
        if (kind == "op" and text in ",:;|") or kind == "gap" or c.is_cmd("mid"):
            c.i += 1
        elif kind == "let":
            name = with_primes(c, c.next())
            sign_kind, sign = c.look()
            if sign_kind in ("op", "cmd") and sign in ("=", ":=") and c.i < end:
                c.i += 1
                lower = c.expression()
                letters.append(name.text)
            elif c.is_cmd("in") and c.i < end:
                c.i += 1
                domain = read_set(c, end)
                letters += [name.text]
            elif sign_kind in ("op", "cmd") and sign in COMPARISONS and c.i < end:
                c.i += 1
                right = c.expression()
                if name.text not in letters:
                    letters.append(name.text)
                left = Node("name", (), (name.text, 0), name.at)
                conditions.append(Node("cmp", (left, right), COMPARISONS[sign], name.at))
            else:
                letters.append(name.text)
        elif c.is_cmd("substack"):
            c.i += 1
        else:
            c.i = end
    c.i = end + 1
    return letters, lower, domain, conditions


def with_primes(c, symbol):
    """Return a letter with the primes after it, such as h'."""
    primes = 0
    while c.take("'"):
        primes += 1
    return Symbol(symbol.kind, symbol.text + "'" * primes, symbol.at)


def read_set(c, end):
    """Read the name of a set, up to a comma."""
    at, words = c.at, []
    depth = 0
    while c.i < end and not (depth == 0 and c.is_op(",")):
        _kind, text = c.look()
        depth += (text in ("(", "{")) - (text in (")", "}"))
        words.append(text)
        c.i += 1
    return Node("name", (), ("".join(words), 0), at)

"""Brackets, braces and bars, with the comparisons and indicators in them, and numbers."""

from fractions import Fraction

from autograd.grading.reading.calls import read_call
from autograd.grading.reading.cursor import COMPARISONS, RELATIONS
from autograd.grading.reading.differentials import read_ratio_of_groups
from autograd.grading.reading.lexing import MAX_DIGITS
from autograd.grading.reading.marks import read_marks, read_script
from autograd.grading.reading.nodes import Node, is_name


def read_number(c):
    s = c.next()
    if s.text == "1" and c.indicates():
        return read_indicator(c, s.at)
    if len(s.text.replace(".", "")) > MAX_DIGITS:
        raise c.error(f"a number has at most {MAX_DIGITS} digits", s.at)
    if c.look()[0] == "num" and not is_indicator(c):
        raise c.error("two numbers side by side look like one: write \\cdot between them, or no space")
    if c.is_let("e") and c.look(1)[0] == "num" and c.symbols[c.i].glued:
        raise c.error("write this number in digits, without an e", s.at)
    return Node("num", (), Fraction(s.text), s.at)


def is_indicator(c):
    """Return True if a 1 with a condition follows, as behind the number of ``w_2 1_{z > 0}``."""
    if c.look()[1] != "1":
        return False
    c.i += 1
    found = c.indicates()
    c.i -= 1
    return found


def read_braces(c, scripts):
    x = read_ratio_of_groups(c)
    if x is not None:
        return x
    at = c.next().at
    if c.take("}"):
        if c.is_op("_") or c.is_op("^"):
            c.i += 1
            read_script(c, "sub")  # a mark in front of a letter, as in {}_i w
        return c.atom(scripts)
    x = c.expression()
    c.expect("}")
    if x.kind == "name" and scripts:
        return read_call(c, read_marks(c, x))
    is_named = (x.kind == "deriv" and x.data == "name") or (x.kind == "step" and is_name(x.parts[0]))
    if is_named and scripts and (c.is_op("^") or c.is_op("_")):
        return x  # the marks of {dW}^{[2]} are those of W
    return x if x.kind in ("name", "num") else Node("group", (x,), "{", at)


def read_bracket(c):
    opening = c.look()[1]
    at, start = c.at, c.i
    end = c.end_of_bracket()
    if c.compares(end):
        c.i += 1
        return read_test(c, at, {"(": ")", "[": "]"}[opening])
    c.i += 1
    x = c.expression()
    if c.is_op(",") and is_tuple(c, start, start + end):
        return read_tuple(c, x, at)
    if c.is_op(","):
        raise c.error("a bracket with a comma needs a function in front of it")
    c.expect({"(": ")", "[": "]"}[opening])
    return Node("group", (x,), opening, at)


def is_tuple(c, start, end):
    r"""Return True if a bracket is a whole side, perhaps transposed, as in ``x = (x_1, \ldots, x_n)^T``.

    Args:
        c: the cursor.
        start: the position of the bracket.
        end: the position of its end.
    """
    if c.symbols[start].text != "(" or start == 0:
        return False
    before = start - 1
    while before > 0 and (c.symbols[before].text == "&" or c.symbols[before].kind == "gap"):
        before -= 1
    if c.symbols[before].text not in RELATIONS:
        return False
    after = c.i
    c.i = end + 1
    if c.is_op("^"):
        c.i += 1
        c.skip_transpose()
    is_whole = (
        c.ends() or c.look()[0] == "gap" or c.is_cmd("in") or c.relation(look=True) or c.is_op(",") or c.is_op(".")
    )
    c.i = after
    return is_whole


def read_tuple(c, first, at):
    """Read the rest of a tuple as the vector of its entries, whatever the layout of vectors is."""
    cells = [first]
    while c.take(","):
        while c.look()[0] == "gap":
            c.i += 1
        cells.append(c.expression())
    c.expect(")")
    if c.is_op("^"):
        start = c.i
        c.i += 1
        if not c.skip_transpose():
            c.i = start
    return Node("matrix", [Node("row", (x,), None, at) for x in cells], "tuple", at)


def read_indicator(c, at):
    c.take("_")
    if c.is_cmd("{", "lbrace"):
        c.i += 1
        return read_test(c, at, "}")
    closing = {"(": ")", "[": "]", "{": "}"}[c.next().text]
    if c.is_cmd("{", "lbrace"):
        c.i += 1
        x = read_test(c, at, "}")
        c.expect(closing)
        return x
    if closing == "}" and (c.is_op("[") or c.is_op("(")) and c.is_op("}", (c.closing(0) or 0) + 1):
        x = read_test(c, at, "]" if c.next().text == "[" else ")")
        c.expect(closing)
        return x
    return read_test(c, at, closing)


def read_test(c, at, closing):
    node = read_comparison(c)
    if c.is_cmd(closing, "rbrace"):
        c.i += 1
    else:
        c.expect(closing)
    return Node("test", (node,), None, at)


def read_comparison(c):
    at = c.at
    left = c.expression()
    kind, text = c.look()
    if kind not in ("op", "cmd") or text not in COMPARISONS:
        raise c.error("expected a comparison")
    c.i += 1
    return Node("cmp", (left, c.expression()), COMPARISONS[text], at)


def read_norm(c, *closing):
    at = c.next().at
    if c.is_op("|"):
        c.i += 1
    c.bars += 1
    x = c.expression()
    c.bars -= 1
    if c.look()[1] not in closing:
        raise c.error("expected closing bars")
    c.i += 1
    if c.is_op("|"):
        c.i += 1
    if c.is_op("_"):
        c.i += 1
        read_script(c, "sub")
    return Node("norm", (x,), None, at)


def read_rounded(c, at, name):
    r"""Read the rest of ``\lfloor x \rfloor`` or ``\lceil x \rceil``, as a call of the function."""
    x = c.expression()
    if not c.is_cmd("rfloor" if name == "floor" else "rceil"):
        raise c.error(f"expected \\r{name}")
    c.i += 1
    return Node("call", (Node("name", (), (name, 0), at), x), None, at)

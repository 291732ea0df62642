"""The smallest parts of a formula: numbers, letters, commands and brackets."""

from fractions import Fraction

from autograd.grading.reading.latex.cursor import DOTS, LETTERS, LatexCursor
from autograd.grading.reading.latex.differentials import is_quotient_of_differentials, read_fraction, read_quotient
from autograd.grading.reading.latex.marks import read_group, read_scripts_of
from autograd.grading.reading.latex.names import WORD_FONTS, read_accented, read_in_font, read_name
from autograd.grading.reading.latex.series import read_series
from autograd.grading.reading.latex.tokens import FUNCTIONS
from autograd.grading.reading.trees import (
    Call,
    Divide,
    Ellipsis_,
    Multiply,
    Name,
    Norm,
    Number,
)

_ACCENTS = {"hat", "widehat", "bar", "overline", "vec", "tilde", "dot", "underline"}
_FONTS = {"mathbf", "boldsymbol", "bm", "mathcal", "mathbb", *WORD_FONTS}


def read_atom(c, scripted=True):
    token = c.next()
    if token.kind == "number":
        if c.kind() == "number":
            raise c.error("two numbers side by side look like one: write \\cdot between them, or no space")
        return c.number(token)
    if token.kind == "word":
        raise c.error(f"{token.text} lacks its backslash: write \\{token.text}", token.at)
    if token.kind == "name":
        if token.text == "d" and scripted and is_quotient_of_differentials(c):
            return read_quotient(c, token)
        return read_name(c, token.text, token.at, scripted)
    if token.kind == "sign":
        if token.text in ("(", "["):
            return read_parenthesized(c, token, ")" if token.text == "(" else "]")
        if token.text == "{":
            x = c.relation()
            c.expect("}")
            return read_scripts_of(c, x) if isinstance(x, Name) and scripted else x
        if token.text == "|":
            return read_norm(c, token, "|")
        raise c.error(f"{token.text!r} does not belong there", token.at)
    if token.kind == "row":
        raise c.error("a line ends too early", token.at)
    return read_command(c, token, scripted)


def read_parenthesized(c, token, closing):
    x = c.relation()
    if c.is_sign(","):
        raise c.error("a bracket with a comma needs a function in front of it")
    c.expect(closing)
    return x if not isinstance(x, Name) else Multiply((x,), token.at)


def read_norm(c, token, *closing):
    c.bars += 1
    x = c.sum_of_terms()
    c.bars -= 1
    if c.peek() not in closing:
        raise c.error("expected closing bars")
    c.next()
    return Norm(x, token.at)


def read_command(c, token, scripted):
    word = token.text
    if word in LETTERS or word in c.functions or word in FUNCTIONS or word in ("arg", "det"):
        if word == "sqrt":
            return read_root(c, token)
        return read_name(c, word, token.at, scripted)
    if word in _ACCENTS:
        return read_accented(c, token, scripted)
    if word in _FONTS:
        return read_in_font(c, token, scripted)
    if word in DOTS:
        return Ellipsis_(token.at)
    if word == "infty":
        return Name(word, at=token.at)
    rule = COMMANDS.get(word)
    if rule is None:
        raise c.error(f"the command \\{word if word.isprintable() else ascii(word)} is not understood", token.at)
    return rule(c, token)


def read_root(c, token):
    r"""Read a root. ``\sqrt[n]{x}`` is a power, except for square and cube roots.

    A cube root is also defined for negative numbers, but a power is not.
    """
    if not c.is_sign("["):
        return Call(Name("sqrt", at=token.at), (read_group(c),), token.at)
    c.next()
    if c.kind() != "number" or c.peek() == "0":
        raise c.error("the index of a root is a number here", token.at)
    index = c.number(c.next())
    c.expect("]")
    x = read_group(c)
    if index.value in (2, 3):
        return Call(Name("cbrt" if index.value == 3 else "sqrt", at=token.at), (x,), token.at)
    return c.power(x, Divide(Number(Fraction(1), token.at), index, token.at))


def read_under_brace(c, token):
    x = read_group(c)
    if c.is_sign("_") or c.is_sign("^"):
        c.next()
        if c.is_sign("{"):
            c.braced()
        else:
            c.next()
    return x


def read_in_braces(c, token):
    x = c.relation()
    if not c.is_command("}", "rbrace"):
        raise c.error("expected a closing brace")
    c.next()
    return x


COMMANDS = {
    **dict.fromkeys(("frac", "dfrac", "tfrac"), read_fraction),
    "sum": read_series,
    "partial": read_quotient,
    "begin": LatexCursor.begun,
    **dict.fromkeys(("underbrace", "overbrace", "boxed"), read_under_brace),
    **dict.fromkeys(("{", "lbrace"), read_in_braces),
    **dict.fromkeys(("|", "Vert"), lambda c, token: read_norm(c, token, "|", "Vert")),
    "lvert": lambda c, token: read_norm(c, token, "rvert"),
    "lVert": lambda c, token: read_norm(c, token, "rVert"),
}

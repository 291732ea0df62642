"""Derivatives: fractions of differentials, and inline quotients."""

from autograd.grading.reading.latex.cursor import LatexCursor
from autograd.grading.reading.latex.marks import read_group, read_scripts_of
from autograd.grading.reading.trees import (
    Call,
    Derivative,
    Divide,
    Dot,
    Multiply,
    Name,
)


def read_fraction(c, token):
    """Return a quotient or a derivative."""
    if c.is_sign("{") and is_differential(c, c.i):
        below = c.closing(c.i) + 1
        if is_differential(c, below):
            of = read_differential(c)
            by = read_differential(c)
            if not isinstance(by, (Name, Call, Dot)):
                raise c.error("a derivative is taken with respect to a name", token.at)
            return Derivative(of, by, token.at)
    top = read_group(c)
    return Divide(top, read_group(c), token.at)


def is_differential(c, start):
    """Return True if the group at token ``start`` is ``{\\partial x}`` or ``{dx}``."""
    k = start - c.i
    if not c.is_sign("{", k):
        return False
    if c.is_command("partial", k=k + 1):
        return True
    if c.kind(k + 1) != "name" or c.peek(k + 1) != "d":
        return False
    return c.kind(k + 2) in ("name", "command") or c.is_sign("}", k + 2)


def read_differential(c):
    """Read ``{\\partial x}``. Return the x, or None if there is none."""
    c.next()
    c.next()
    if c.is_sign("^"):
        raise c.error("second derivatives cannot be read")
    x = None if c.is_sign("}") else c.sum_of_terms()
    c.expect("}")
    return x.factors[0] if isinstance(x, Multiply) and len(x.factors) == 1 else x


def is_quotient_of_differentials(c):
    """Return True if ``X / d Y`` follows after a d."""
    if not c.is_letter():
        return False
    k = 1
    while c.is_sign("_", k) or c.is_sign("^", k) or c.is_sign("'", k):
        k += 1
        if c.is_sign("{", k):
            k = c.closing(c.i + k) - c.i + 1
        elif not c.is_sign("'", k - 1):
            k += 1
    if not c.is_sign("/", k) or c.kind(k + 1) != "name" or c.peek(k + 1) != "d":
        return False
    return c.is_letter(k + 2)


def read_quotient(c, token):
    """Read ``\\partial X / \\partial Y`` or ``dX/dY`` after the first sign. The X may be missing."""
    of = None if c.is_sign("/") else read_operand(c)
    if not c.is_sign("/") or not (c.is_command("partial", k=1) or c.peek(1) == "d"):
        raise c.error("a \\partial belongs in a fraction, such as \\partial L/\\partial w", token.at)
    c.i += 2
    return Derivative(of, read_operand(c), token.at)


def read_operand(c):
    """Read the operand of a differential: a name with its scripts, or a bracket."""
    if c.is_sign("^"):
        raise c.error("second derivatives cannot be read")
    x = c.nested(LatexCursor.atom, False)
    x = read_scripts_of(c, x) if isinstance(x, Name) else x
    return x.factors[0] if isinstance(x, Multiply) and len(x.factors) == 1 else x

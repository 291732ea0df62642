"""Marks of a name (indices, layers, samples, primes), and groups in braces."""

from fractions import Fraction

from autograd.grading.reading.lexing import MAX_DIGITS, Token
from autograd.grading.reading.trees import (
    Add,
    Name,
    Negative,
    Number,
    Transpose,
)


def read_group(c):
    """Read ``{...}`` or one symbol."""
    if c.is_sign("{"):
        c.next()
        x = c.sum_of_terms()
        c.expect("}")
        return x
    return c.nested(read_one)


def read_one(c):
    """Read one symbol as a script. Of a number, this is one digit."""
    token = c.next()
    if token.kind == "number":
        if len(token.text) > 1 and "." not in token.text:
            c.i -= 1
            c.tokens[c.i] = Token("number", token.text[1:], token.at + 1)
            token = Token("number", token.text[0], token.at)
        return c.number(token)
    if token.kind == "sign" and token.text == "-":
        return Negative(c.nested(read_one), token.at)
    if token.kind == "sign" and token.text in "*+":
        return Name(token.text, at=token.at)
    c.i -= 1
    return c.atom(scripted=False)


def read_scripts_of(c, x, inside=False):
    """Return a name with its subscripts, superscripts and primes. A number above it is a power, and a T a transpose.

    Args:
        c: the cursor.
        x: the name.
        inside: True if the name is itself in a script, where ``o_{12}`` means neuron 12.
    """
    indices, above, primes = list(x.indices), list(x.superscripts), x.primes
    exponent, transposed = None, False
    while True:
        if c.is_sign("'"):
            c.next()
            primes += 1
        elif c.is_sign("_"):
            c.next()
            indices += read_scripts(c, inside)
        elif c.is_sign("^") and exponent is None:
            c.next()
            if c.skip_prime():
                primes += 1
            elif c.skip_transpose():
                transposed = True
            elif c.kind() == "number" or (c.is_sign("{") and c.is_power()):
                exponent = read_group(c)
            else:
                found = read_scripts(c)
                if len(found) > 1 and found[-1] == Name("T"):
                    transposed = True
                    found.pop()
                above += found
        else:
            break
    name = Name(x.base, tuple(indices), tuple(above), primes, x.accents, x.at)
    whole = Transpose(name, x.at) if transposed else name
    return whole if exponent is None else c.power(whole, exponent)


def read_scripts(c, inside=False):
    """Return the parts of a subscript or superscript, which commas or arrows may separate."""
    if not c.is_sign("{"):
        return [c.nested(read_one)]
    c.deeper()
    c.next()
    found: list = []
    while not c.is_sign("}"):
        if c.i >= len(c.tokens):
            raise c.error("a subscript is not closed")
        if (c.kind() == "sign" and c.peek() in ",()[]") or c.is_command("rightarrow", "to"):
            c.next()
        elif c.kind() == "number":
            found += [c.number(c.next())] if inside else read_digits(c, found)
        elif c.kind() == "sign" and c.peek() in "+-":
            sign = c.next()
            right = c.number(c.next()) if c.kind() == "number" else read_one(c)
            right = Negative(right, sign.at) if sign.text == "-" else right
            if found:
                left = found.pop()
                terms = left.terms if isinstance(left, Add) else (left,)
                right = Add((*terms, right), left.at)
            found.append(right)
        elif c.relation_sign(look=True):
            c.relation_sign()
        else:
            x = c.atom(scripted=False)
            found.append(read_scripts_of(c, x, inside=True) if isinstance(x, Name) else x)
    c.next()
    c.depth -= 1
    return found


def read_digits(c, found):
    """Return the numbers of a script. ``12`` means two indices, unless a comma separates it from the other indices."""
    token = c.next()
    separated = c.is_sign(",") or (found and c.tokens[c.i - 2].text == ",")
    if separated or "." in token.text or len(token.text) > MAX_DIGITS:
        return [c.number(token)]
    return [Number(Fraction(digit), token.at + k) for k, digit in enumerate(token.text)]

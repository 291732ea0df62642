"""Products, and factors with their powers."""

from autograd.grading.reading.latex.atoms import read_atom
from autograd.grading.reading.latex.marks import read_group, read_scripts
from autograd.grading.reading.latex.names import VECTOR_ACCENTS
from autograd.grading.reading.trees import (
    Call,
    Derivative,
    Divide,
    Dot,
    Matrix,
    Multiply,
    Name,
    Negative,
    Transpose,
)


def read_term(c):
    at = c.at
    factors: list = [read_factor(c)]
    while True:
        if c.is_command("cdot", "times", "odot", "circ", "ast") or c.is_sign("*"):
            is_dot = c.next().text == "cdot"
            right = read_signed_factor(c)
            if is_dot and _is_vector(factors[-1]) and _is_vector(right):
                factors[-1] = Dot(factors[-1], right, at)
            else:
                factors.append(right)
        elif c.is_sign("/") or c.is_command("div"):
            c.next()
            below = read_signed_factor(c)
            factors = [Divide(_product(factors, at), below, at)]
        elif c.starts():
            factors.append(read_factor(c))
        else:
            break
    for k in reversed(range(len(factors) - 1)):
        x = factors[k]
        # an operator d/dw applies to everything on its right
        if isinstance(x, Derivative) and x.of is None:
            factors[k:] = [Derivative(_product(factors[k + 1 :], at), x.by, x.at)]
    return _product(factors, at)


def read_signed_factor(c):
    at, negative = c.at, False
    while c.peek() in ("+", "-") and c.kind() == "sign":
        negative ^= c.next().text == "-"
    x = read_factor(c)
    return Negative(x, at) if negative else x


def read_factor(c):
    is_vector = c.is_sign("[")
    bracketed = is_vector or c.is_sign("(")
    x = read_atom(c)
    while True:
        if c.is_sign("^"):
            c.next()
            x = Transpose(x, x.at) if c.skip_transpose() else c.power(x, read_group(c))
        elif c.is_sign("'"):
            c.next()
            x = Call(Name("prime", at=x.at), (x,), x.at) if bracketed else read_prime(x)
        elif c.is_sign("_") and (is_vector or isinstance(x, (Call, Matrix))):
            c.next()
            read_scripts(c)  # an entry of a vector: [...]_i
        else:
            return x


def read_prime(x):
    if isinstance(x, Call) and x.function.base != "prime":
        return x._replace(function=x.function._replace(primes=x.function.primes + 1))
    return Call(Name("prime", at=x.at), (x,), x.at)


def _is_vector(x):
    if isinstance(x, Multiply) and len(x.factors) == 1:
        x = x.factors[0]
    return isinstance(x, Name) and (
        any(a in VECTOR_ACCENTS for a in x.accents) or (x.base in ("w", "x", "a", "W") and len(x.indices) <= 1)
    )


def _product(factors, at):
    flat = [y for x in factors for y in (x.factors if isinstance(x, Multiply) else (x,))]
    return flat[0] if len(flat) == 1 else Multiply(tuple(flat), at)

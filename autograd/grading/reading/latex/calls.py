"""Names in front of brackets: functions with their arguments, iterations and dependencies."""

from autograd.grading.reading.latex.cursor import LatexCursor
from autograd.grading.reading.latex.marks import read_group
from autograd.grading.reading.trees import (
    Add,
    Call,
    Name,
    Negative,
    Power,
    Time,
)

# These functions may take an argument without a bracket.
_UNBRACKETED = {
    "exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan", "sech", "arcsin", "arccos", "arctan", "arsinh", "arcosh",
    "artanh", "sec", "csc", "cot", "csch", "coth",
}  # fmt: skip


def read_applied(c, x):
    """Return a call if a name is a function. An indexed name may have an iteration after it."""
    power, x = (x, x.base) if isinstance(x, Power) else (None, x)
    call = read_application(c, x, power is not None) if isinstance(x, Name) else x
    if power is None:
        return call
    if isinstance(call, Call):
        if isinstance(power.exponent, Negative):
            raise c.error(f"{x.base}^(-1) may be the inverse function or the reciprocal: write it out", x.at)
        return Power(call, power.exponent, x.at)
    return power


def read_application(c, x, is_power):
    is_open = c.is_sign("(")
    if is_open and not is_power and (x.indices or x.superscripts) and not x.primes and x.base not in c.functions:
        time = read_time(c)
        if time is not None:
            return x._replace(superscripts=(*x.superscripts, time))
    if is_open and "hat" in x.accents:
        read_dependence(c)
        is_open = c.is_sign("(")
    if is_open and (c.is_function(x) or (not is_power and c.is_list())):
        return read_call(c, x, ")")
    if c.is_sign("["):
        if c.is_function(x):
            return read_call(c, x, "]")
        if c.is_index():
            raise c.error(f"an index in square brackets belongs to text: write {x.base}_{{...}}")
    if c.is_sign("{") and x.base in (*_UNBRACKETED, "sqrt"):
        return Call(x, (read_group(c),), x.at)
    if x.base in _UNBRACKETED and c.starts():
        return Call(x, (c.nested(LatexCursor.factor),), x.at)
    return x


def read_call(c, x, closing):
    c.next()
    arguments = [c.relation()]
    while c.is_sign(","):
        c.next()
        arguments.append(c.relation())
    c.expect(closing)
    return Call(x, tuple(arguments), x.at)


def read_dependence(c):
    """Skip the bracket of ``\\hat{y}(w_i)``: it states a dependency of the output and is not a factor."""
    if c.peek(1) not in ("w", "vec", "mathbf"):
        return
    k = 1
    while c.peek(k) is not None and not c.is_sign(")", k):
        if c.peek(k) not in ("_", "{", "}", ",", "vec", "mathbf") and c.kind(k) not in ("name", "number"):
            return
        k += 1
    if c.peek(k) is not None:
        c.i += k + 1


def read_time(c):
    """Read ``(k)`` or ``(k+1)`` after an indexed name. Return None if there is none."""
    if c.kind(1) != "name" or c.peek(1) not in ("k", "t"):
        return None
    at = c.at
    letter = Name(c.peek(1), at=c.tokens[c.i + 1].at)
    if c.is_sign(")", 2):
        c.i += 3
        return Time(letter, at)
    if c.peek(2) in ("+", "-") and c.kind(3) == "number" and c.is_sign(")", 4):
        step = c.number(c.tokens[c.i + 3])
        step = Negative(step, c.tokens[c.i + 2].at) if c.peek(2) == "-" else step
        c.i += 5
        return Time(Add((letter, step), letter.at), at)
    return None

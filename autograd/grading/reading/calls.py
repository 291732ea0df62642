"""Function calls: names and the arguments after them."""

from fractions import Fraction

from autograd.grading.reading.cursor import COMPARISONS
from autograd.grading.reading.nodes import Node, is_name
from autograd.grading.reading.tokens import ACCENTS, FUNCTION_WORDS

_ELEMENTARY = (
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "erf", "abs", "sech", "csch", "coth", "sec", "csc",
    "cot",
)  # fmt: skip
LOSS_LETTERS = ("L", "E", "C", "J", "ell", "Loss", "loss", "cost", "Cost")
VERSIONS = ("new", "old", "next", "prev", "current", "neu", "alt")
DOTS = {"dots", "cdots", "ldots", "vdots", "ddots", "dotsb", "dotsc", "dotsm"}


def read_call(c, x):
    """Return a call if the name ``x`` is followed by arguments, or else ``x`` itself."""
    name = x.parts[0] if x.kind == "transpose" else x
    base, primes = name.data
    is_function = base in c.functions or (primes > 0 and base + "'" * primes not in c.quantities)
    if c.is_op("(") or (c.is_op("[") and (is_function or base in c.quantities)):
        end = c.end_of_bracket()
        if x.kind == "name" and "".join([c.look(k)[1] for k in range(1, end)]) in VERSIONS:  # as in w(new)
            c.i += end + 1
            return Node("call", (x, Node("dots", (), None, c.at)), None, x.at)
        if base in LOSS_LETTERS and c.is_op("^", end + 1):
            return x  # a loss is a number: in \nabla_z L (a)^T, the vector a is a factor
        if is_function and x.kind == "name" and (c.is_op("(") or not c.compares(end)):
            return read_arguments(c, x)
        if c.is_op("(") and x.kind == "name" and depends(c, end, base + "'" * primes):
            return read_arguments(c, x)
    if is_function and x.kind == "name" and base not in c.quantities and _is_bracket_in_braces(c):
        c.i += 1
        call = read_arguments(c, x)
        c.expect("}")
        return call
    if c.is_cmd("{", "lbrace") and is_function and x.kind == "name":
        c.i += 1
        inner = c.expression()
        c.i += 1
        return applied(c, x, (inner,))
    if x.kind == "name" and base in FUNCTION_WORDS and not c.ends() and c.starts():
        if base in ("diag", "Diag"):
            return Node("diag", (c.factor(),), None, x.at)
        return applied(c, x, (read_unbracketed(c, base),))
    return x


def _is_bracket_in_braces(c):
    """Return True if a bracket in braces follows, as in ``\\sigma{(z)}``."""
    return c.is_op("{") and c.is_op("(", 1) and c.closing(1) is not None and c.is_op("}", c.closing(1) + 1)


def read_unbracketed(c, base):
    """Read the argument of a function without a bracket: a factor, and a letter after a number.

    LaTeX typesets ``\\sin 2 x`` and ``\\sin 2x`` alike, so a blank between them says nothing. The exception is
    ``\\ln 2 x``. It is read as ln(2) times x, as in the derivative of a power of 2.
    """
    at = c.at
    if c.is_op("{") or c.is_op("("):
        return c.factor()
    factors = [c.factor()]
    is_letter = c.look()[0] == "let" and not c.is_let(*FUNCTION_WORDS)
    if factors[0].kind == "num" and is_letter and (c.symbols[c.i].glued or base not in ("log", "ln")):
        factors.append(c.factor())
    return product_of(factors, [""] * (len(factors) - 1), at)


def applied(c, name, arguments):
    """Return a call of a function. ``\\tanh^2 z`` is a power of the call."""
    marks = [s for s in name.parts if s.kind == "sup" and s.data == "" and s.parts[0].kind == "num"]
    base, _ = name.data
    if base in ("diag", "Diag"):
        return Node("diag", arguments, None, name.at)
    if marks and base in FUNCTION_WORDS:
        rest = Node("name", [s for s in name.parts if s not in marks], name.data, name.at)
        return Node("pow", (Node("call", (rest, *arguments), None, name.at), marks[0].parts[0]), None, name.at)
    if base in _ELEMENTARY:
        refuse_marks(c, name)
    if base == "log" and len(arguments) == 1:
        return logarithm(c, name, arguments[0])
    return Node("call", (name, *arguments), None, name.at)


def refuse_marks(c, name):
    """Raise ReadingError for a mark that would be ignored, as in ``\\tan^{-1} x`` and ``\\sin_2 x``."""
    for mark in name.parts:
        if mark.kind == "sup" and mark.data == "":
            raise c.error(f"{name.data[0]}^(-1) may be the inverse function or the reciprocal: write it out")
        if mark.kind == "sub" and name.data[0] not in ("log", "ln"):
            raise c.error(f"{name.data[0]} has no index")


def logarithm(c, name, x):
    """Return a logarithm. With a base, as in ``\\log_2 x``, it is a quotient of natural logarithms."""
    below = [part for s in name.parts if s.kind == "sub" for part in s.parts]
    if not below or (len(below) == 1 and is_name(below[0], "e")):
        return Node("call", (name, x), None, name.at)
    digits = "".join([str(part.data) for part in below if part.kind == "num"])
    if not digits.isdecimal() or any(part.kind != "num" for part in below):
        raise c.error("the base of a logarithm is a number here, such as \\log_2")
    rest = Node("name", [s for s in name.parts if s.kind != "sub"], name.data, name.at)
    base = Node("num", (), Fraction(digits), name.at)
    return Node("div", [Node("call", (rest, y), None, name.at) for y in (x, base)], None, name.at)


def read_arguments(c, name):
    closing = {"(": ")", "[": "]"}[c.next().text]
    found = [read_argument(c)]
    while c.is_op(",") or c.is_op(";") or c.is_op("|") or c.is_cmd("mid", "vert"):
        c.i += 1
        found.append(read_argument(c))
    c.expect(closing)
    return applied(c, name, tuple(found))


def read_argument(c):
    if c.is_cmd(*DOTS, "cdot"):
        c.i += 1
        return Node("dots", (), None, c.at)
    x = c.expression()
    if c.relation(look=True) or c.look()[1] in COMPARISONS:
        c.i += 1
        x = Node("cmp", (x, c.expression()), "=", x.at)
    return x


def depends(c, end, base):
    """Return True if the bracket that opens here lists dependencies of a quantity: one letter, or several parts."""
    inner = [c.look(k) for k in range(1, end)]
    if [kind for kind, _ in inner] == ["num"]:
        return (base, inner[0][1]) in c.dependencies
    if c.look(end + 1)[1] == "^":
        return False  # a factor, as in x(W)^T
    depth = 0
    for kind, text in inner:
        if kind == "op" and text in "([{":
            depth += 1
        elif kind == "op" and text in ")]}":
            depth -= 1
        elif depth == 0 and kind == "op" and text in ",;":
            return True
    inner = [x for x in inner if x not in (("op", "{"), ("op", "}"))]
    if len(inner) > 1 and inner[0][0] == "cmd" and inner[0][1] in ACCENTS and inner[1][0] == "let":
        inner[:2] = [("let", f"{inner[0][1]} {inner[1][1]}")]
    if not inner or inner[0][0] != "let" or _is_transposed_name(inner):
        return False
    if (base, inner[0][1]) in c.dependencies:
        return not any(x[0] == "op" and x[1] not in ("_", "^", "(", ")", "[", "]") for x in inner)
    if inner[0][1] in ("k", "t", "n", "tau", "x", "X", "theta", "Theta", "w", "W"):
        plain = [x for x in inner if x[1] not in ("_", "^", "{", "}", "(", ")", "+", "-")]
        is_sum = any(x[1] in ("+", "-") for x in inner) and all(x[1] not in ("_", "^") for x in inner)
        if is_sum and len(plain) > 1 and all(x[1] in c.quantities for x in plain):
            return False  # the difference of two quantities is a factor: \eta (t - o)
        is_marked = any(x[1] in ("_", "^", "+", "-") for x in inner)
        return all(x[0] in ("let", "num") for x in plain) and len(plain) <= 3 and (len(plain) <= 1 or is_marked)
    return False


def _is_transposed_name(tokens):
    r"""Return True if a bracket has one transposed name in it, as in ``\delta (x^T)``. This is a factor."""
    above = [k for k, token in enumerate(tokens) if token == ("op", "^")]
    is_name = bool(above) and all(kind in ("let", "num") or text == "_" for kind, text in tokens[: above[0]])
    letters = [kind for kind, _ in tokens[: above[0]] if kind == "let"] if above else []
    after = [text for _, text in tokens[above[0] + 1 :]] if above else []
    return is_name and (len(letters) == 1 or ("op", "_") in tokens) and after in (["T"], ["top"], ["intercal"])


def product_of(factors, signs, at):
    return factors[0] if len(factors) == 1 else Node("prod", factors, tuple(signs), at)

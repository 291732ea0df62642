"""Sums, products, and factors with their powers."""

from autograd.grading.reading.atoms import read_atom
from autograd.grading.reading.calls import LOSS_LETTERS, product_of
from autograd.grading.reading.cursor import PRODUCTS, RELATIONS, Grammar
from autograd.grading.reading.marks import read_exponent, read_marks, read_script
from autograd.grading.reading.nodes import Node, is_name
from autograd.grading.reading.side_notes import is_bracketed_remark
from autograd.grading.reading.trees import GREEK

_GREEK_WORDS = frozenset(GREEK.values())


def read_sum(c):
    c.deeper()
    at = c.at
    terms = [read_signed_term(c)]
    while c.is_op("+") or c.is_op("-") or c.is_cmd("pm"):
        if c.is_cmd("pm"):
            raise c.error("\\pm leaves the sign open: write + or -")
        terms.append(read_signed_term(c))
    c.depth -= 1
    return terms[0] if len(terms) == 1 else Node("add", terms, None, at)


def read_signed_term(c):
    at = c.at
    negative = c.sign()
    term = read_term(c)
    while (c.look()[0] == "row" or c.is_op("&")) and sign_follows(c):
        c.i += 1
    return Node("neg", (term,), None, at) if negative else term


def sign_follows(c):
    """Return True if a sum continues on the next line."""
    if c.tables:
        return False
    k = 0
    while c.look(k)[0] in ("row", "gap") or c.is_op("&", k):
        k += 1
    return c.is_op("+", k) or c.is_op("-", k)


def read_term(c):
    at = c.at
    factors: list = [read_factor(c)]
    signs: list = []
    while True:
        if c.is_op("/") or c.is_cmd("div"):
            c.i += 1
            below = read_signed_factor(c)
            factors, signs = [Node("div", (product_of(factors, signs, at), below), None, at)], []
            continue
        if c.is_cmd("oslash"):
            c.i += 1
            factors, signs = [Node("div", (product_of(factors, signs, at), read_divisor(c)), None, at)], []
            continue
        sign = read_product_sign(c)
        if sign is None and (not c.starts() or c.is_case() or is_bracketed_remark(c)):
            break
        factors.append(read_signed_factor(c) if sign else read_factor(c))
        signs.append(sign or "")
    for k in reversed(range(len(factors))):
        x = factors[k]
        if x.kind == "deriv" and x.parts[0].kind == "none" and k + 1 < len(factors) and x.data == "operator":
            end = end_of_operand(factors, signs, k + 1)
            inner = product_of(factors[k + 1 : end], signs[k + 1 : end - 1], factors[k + 1].at)
            factors[k:end] = [Node("deriv", (inner, x.parts[1]), "applied", x.at)]
            signs = signs[:k] + signs[end - 1 :]
    return product_of(factors, signs, at)


def read_divisor(c):
    """Read what stands behind an elementwise division: factors side by side, which bind more tightly."""
    at = c.at
    found = [read_signed_factor(c)]
    while c.starts() and not c.is_case():
        found.append(read_factor(c))
    return product_of(found, [""] * (len(found) - 1), at)


def end_of_operand(factors, signs, start):
    """Return the position after the factors to which an operator d/dx before them applies.

    It applies to a loss alone, and to nothing behind a further derivative: second derivatives are not meant here.
    """
    if is_name(factors[start], *LOSS_LETTERS):
        return start + 1
    for k in range(start + 1, len(factors)):
        if factors[k].kind == "deriv" or (signs[k - 1] == "had" and is_name(factors[start])):
            return k
    return len(factors)


def read_product_sign(c):
    kind, text = c.look()
    if (kind, text) == ("op", ".") and (
        (c.is_typed and (c.look(1)[0] == "let" or c.is_cmd("partial", k=1))) or is_dot_of_product(c)
    ):
        c.i += 1
        return "."
    if text in PRODUCTS and (kind == "cmd" or text == "*") and text != "boldsymbol":
        c.i += 1
        while c.is_op("&") or c.look()[0] == "gap":
            c.i += 1
        if c.look()[0] == "row":
            c.i += 1
        return PRODUCTS[text]
    return None


def is_dot_of_product(c):
    """Return True if a period is a product sign between factors of LaTeX, and not the end of a sentence."""
    if not (c.is_cmd("frac", "dfrac", "tfrac", k=1) or c.look(1)[0] in ("let", "num")) or c.symbols[c.i + 1].glued:
        return False
    k = 1
    while not c.ends(k) and c.look(k)[0] != "gap":
        if c.relation(look=True, k=k):
            return False
        k += 1
    return True


def read_signed_factor(c):
    at = c.at
    negative = c.sign()
    x = read_factor(c)
    return Node("neg", (x,), None, at) if negative else x


def read_factor(c):
    c.deeper()
    x = read_scripts(c, read_atom(c))
    c.depth -= 1
    return x


def read_scripts(c, x):
    """Return an expression with the powers, primes and indices after it."""
    while True:
        at = c.at
        is_named = (x.kind == "deriv" and x.data == "name") or (x.kind == "step" and is_name(x.parts[0]))
        if is_named and (c.is_op("^") or c.is_op("_")):
            x = with_marks_of_name(c, x)
        elif c.is_op("^") and x.kind not in ("name",):
            c.i += 1
            if c.skip_transpose():
                x = Node("transpose", (x,), None, at)
            elif c.skip_prime():
                x = read_prime(c, x)
            elif x.kind == "deriv" or (x.kind == "call" and c.is_op("{") and c.is_op("(", 1)):
                read_script(c, "sup")  # a mark of a layer or sample, whose parts have marks of their own
            else:
                x = Node("pow", (x, read_exponent(c)), None, at)
        elif c.is_op("'") and x.kind not in ("name",):
            c.i += 1
            x = read_prime(c, x)
        elif c.is_op("_") and x.kind in (
            "group",
            "call",
            "matrix",
            "transpose",
            "diag",
            "deriv",
            "entry",
            "bracket",
        ):
            c.i += 1
            items = [p for p in read_script(c, "sub").parts if not is_remark(p)]
            x = Node("entry", (x, *items), None, at) if items else x
        elif is_bar(c):
            x = read_point(c, x)
        elif c.is_op("**"):
            c.i += 1
            x = Node("pow", (x, read_factor(c)), None, at)
        else:
            return x


def with_marks_of_name(c, x):
    """Return what is named by a d or a Delta, such as ``{dW}^{[2]}``, with the marks of its quantity."""
    name = read_marks(c, x.parts[-1])
    inner = name.parts[0] if name.kind == "transpose" else name
    found = x.with_parts([*x.parts[:-1], inner])
    return Node("transpose", (found,), None, x.at) if name.kind == "transpose" else found


def is_remark(index):
    """Return True if a subscript is a word without a meaning, as in ``(...)_{\\text{local}}``."""
    return index.kind == "name" and not index.parts and len(index.data[0]) > 3 and index.data[0] not in _GREEK_WORDS


def read_prime(c, x):
    if x.kind == "call" and x.parts[0].data[0] in ("exp", "log", "ln", "sqrt"):
        return Node("transpose", (Node("group", (x,), "(", x.at),), "prime", x.at)  # of e^{-z}, not of exp at -z
    if x.kind == "call" and x.parts[0].kind == "name":
        base, primes = x.parts[0].data
        name = Node("name", x.parts[0].parts, (base, primes + 1), x.parts[0].at)
        return Node("call", (name, *x.parts[1:]), None, x.at)
    if x.kind == "group":
        return Node("transpose", x.parts, "prime", x.at)
    if x.kind in ("num", "div"):
        return Node("transpose", (Node("group", (x,), "(", x.at),), "prime", x.at)
    raise c.error("a prime belongs to a function")


def is_bar(c):
    """Return True if a point such as ``|_{x = 3}`` follows here."""
    return (c.is_op("|") or c.is_cmd("vert", "rvert", "mid")) and c.is_op("_", 1) and c.bars == 0


def read_point(c, x):
    c.i += 2
    at = c.at
    if c.is_op("{"):
        end = c.i + c.end_of_bracket()
        c.i += 1
        if any(s.kind in ("op", "cmd") and s.text in RELATIONS for s in c.symbols[c.i : end]):
            read_sum(c)
            c.relation()
        point = read_sum(c)
        c.i = end + 1
    else:
        point = read_factor(c)
    return Node("at", (x, point), None, at)


GRAMMAR = Grammar(read_sum, read_term, read_factor, read_signed_factor, read_atom)

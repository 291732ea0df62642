"""Derivatives in all notations: fractions of differentials, gradients, and inline quotients."""

from autograd.grading.reading.marks import read_group, read_marks, read_one, read_superscript
from autograd.grading.reading.nodes import Node, is_name
from autograd.grading.reading.trees import IllFormed, ReadingError


def read_fraction(c, at):
    start = c.i
    sign = differential_sign(c, 0)
    if sign is not None:
        end = (c.closing(0) or 0) if c.is_op("{") else 0
        if differential_sign(c, end + 1) == sign:
            of = read_differential_part(c, sign)
            by = read_differential_part(c, sign)
            if by is None:
                raise c.error("a derivative lacks its variable: write \\partial L/\\partial w", at)
            if by.kind == "step":
                by = by.parts[0]
            data = "operator" if of is None else None
            return Node("deriv", (Node("none", (), None, at) if of is None else of, by), data, at)
    c.i = start
    refuse_half_derivative(c, at)
    top = read_group(c)
    return Node("div", (top, read_group(c)), None, at)


def refuse_half_derivative(c, at):
    r"""Raise IllFormed for a fraction with a ``\partial`` in front of one part only, as in ``\frac{\partial E}{w}``."""
    top, end = is_differential(c, 0), (c.closing(0) or 0) if c.is_op("{") else 0
    bottom = is_differential(c, end + 1)
    if top is not None and bottom is not None and top != bottom:
        part = "below" if top else "above"
        words = f"a \\partial is missing {part} the line of a derivative: write \\frac{{\\partial L}}{{\\partial w}}"
        raise IllFormed(words, at, c.text)


def is_differential(c, k):
    r"""Return True if a part of a fraction is one ``\partial`` and a name, False if it has none, and else None."""
    if not c.is_op("{", k):
        return None
    end = c.closing(k)
    inner = [c.look(j) for j in range(k + 1, end or k)]
    count = inner.count(("cmd", "partial"))
    if not inner or count > 1 or (count and inner[0] != ("cmd", "partial")):
        return None
    depth = 0
    for kind, text in inner:
        depth += (kind == "op") * ((text in "([{") - (text in ")]}"))
        if depth == 0 and ((kind == "op" and text in "+-*/,") or (kind == "cmd" and text in ("cdot", "times", "odot"))):
            return None  # a quotient of sums or products
    return count == 1


def differential_sign(c, k):
    """Return ``"d"``, ``"partial"``, ``"delta"`` or ``"Delta"`` if a group begins with this symbol, or else None."""
    if c.is_op("{", k):
        k += 1
        while c.is_op("{", k):
            k += 1
    elif not c.is_cmd("partial", k=k):
        return None
    kind, text = c.look(k)
    if kind == "cmd" and text == "partial":
        return "partial"
    if kind == "let" and text in ("d", "delta", "Delta"):
        after = c.look(k + 1)
        if after[0] in ("let", "cmd") or after in (("op", "}"), ("op", "{"), ("op", "("), ("op", "[")):
            return text
    return None


def read_differential_part(c, sign):
    """Read ``{\\partial x}``. Return the x, or None if there is none."""
    braced = c.take("{")
    inner = 0
    while c.take("{"):
        inner += 1
    if not braced:
        c.next()
        return None
    c.next()
    if c.is_op("^"):
        raise c.error("second derivatives cannot be read")
    x = None if c.is_op("}") else c.expression()
    for _ in range(inner):
        if c.take("}") and x is not None and is_name(x) and (c.is_op("_") or c.is_op("^")):
            x = read_marks(c, x)  # {dw}_1
    if not c.is_op("}") and sign == "partial" and c.is_cmd("partial"):
        raise c.error("second derivatives cannot be read")
    c.expect("}")
    return x


def read_differential(c, word, at):
    r"""Read ``\partial L / \partial w``, ``\partial_w L`` or ``\nabla_W L``."""
    marks = read_marks_of_nabla(c) if word == "nabla" else ()
    if c.is_op("_"):
        c.i += 1
        by = read_group(c) if c.is_op("{") else read_one(c)
        marks = marks or (read_marks_of_nabla(c) if word == "nabla" else ())
        if marks:
            if not is_name(by) or any(x.kind == "sup" for x in by.parts):
                raise c.error("the mark above \\nabla belongs to its variable: write \\nabla_{z^l}", at)
            by = by.with_parts([*by.parts, *marks])
        of = c.factor() if c.starts() else Node("loss", (), None, at)
        if of.kind == "transpose" and of.parts[0].kind == "name":  # a loss is a number: this transposes its gradient
            return Node("transpose", (Node("deriv", (of.parts[0], by), "gradient", at),), None, at)
        return Node("deriv", (of, by), "gradient", at)
    if marks:
        raise c.error("a \\nabla with a mark lacks its variable: write \\nabla_{z^l}", at)
    if word == "nabla":
        of = c.factor()
        if is_name(of, "w", "W", "b", "theta", "Theta") and (c.is_let() or c.is_cmd("hat")):
            return Node("deriv", (c.factor(), of), "gradient", at)  # \nabla w y means \nabla_w y
        return Node("deriv", (of, Node("none", (), None, at)), "gradient", at)
    x = read_quotient(c, "partial", at)
    if x is None:
        raise c.error("a \\partial belongs in a fraction, such as \\partial L/\\partial w", at)
    return x


def read_marks_of_nabla(c):
    r"""Read the layer above a ``\nabla``, as in ``\nabla_z^l C`` and ``\nabla^{(l)}_z C``."""
    if not c.is_op("^"):
        return ()
    start = c.i
    c.i += 1
    at = c.at
    found, transposed, primes = read_superscript(c)
    if any(x.parts[0].kind == "num" and not x.data for x in found):
        raise c.error("second derivatives cannot be read", at)
    if transposed or primes or any(is_name(x.parts[0], "T") and not x.data for x in found):
        c.i = start  # the transpose of the gradient
        return ()
    return tuple(found)


def read_ratio_of_groups(c):
    r"""Read ``{\partial X} / {\partial Y}``. Return None if no such derivative begins here."""
    start, at = c.i, c.at
    sign, end = differential_sign(c, 0), c.closing(0)
    if sign is None or end is None or not c.is_op("/", end + 1) or differential_sign(c, end + 2) != sign:
        return None
    of = read_differential_part(c, sign)
    c.expect("/")
    if c.is_op("{"):
        by = read_differential_part(c, sign)
    else:
        c.next()
        by = c.factor()
    if by is None:
        c.i = start
        return None
    return Node("deriv", (Node("none", (), None, at) if of is None else of, by), "operator" if of is None else None, at)


def read_quotient(c, sign, at):
    """Read ``X / d Y`` after a d. Return None if there is no such quotient."""
    start = c.i
    if (start, sign) in c.no_quotients:  # without this, each d of d d d ... would double the work
        return None
    try:
        if c.is_op("/"):
            of = Node("none", (), None, at)
        elif c.is_let() or c.is_op("(") or c.is_op("[") or c.is_cmd("hat", "log", "ell") or c.is_op("{"):
            of = c.factor()
        else:
            return None
        if c.is_op("/"):
            c.i += 1
            opened = c.take("(")
            expected = ("cmd", "partial") if sign == "partial" else ("let", sign)
            if c.look(1 if c.is_op("{") else 0) == expected:
                if c.is_op("{"):
                    by = read_differential_part(c, sign)
                else:
                    c.i += 1
                    by = c.factor()
                if opened:
                    c.expect(")")
                if of.kind == "group" and of.data == "(":
                    of = of.parts[0]
                data = "operator" if of.kind == "none" else None
                return Node("deriv", (of, by), data, at)
    except ReadingError:
        pass
    c.i = start
    c.no_quotients.add((start, sign))
    return None

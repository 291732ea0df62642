"""The smallest parts of a formula: letters, numbers, commands and brackets."""

from fractions import Fraction

from autograd.grading.reading.brackets import (
    read_braces,
    read_bracket,
    read_indicator,
    read_norm,
    read_number,
    read_rounded,
)
from autograd.grading.reading.calls import DOTS, read_call
from autograd.grading.reading.differentials import read_differential, read_fraction, read_quotient
from autograd.grading.reading.marks import read_group, read_marks, read_one, read_script
from autograd.grading.reading.nodes import Node
from autograd.grading.reading.series import as_product, read_series
from autograd.grading.reading.tables import read_environment
from autograd.grading.reading.tokens import ACCENTS, FUNCTION_WORDS

_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"}


def read_atom(c, scripts=True):
    kind, text = c.look()
    if kind == "num":
        return read_number(c)
    if kind == "let":
        if text == "sqrt" and c.is_op("[", 1) and c.is_op("]", 3) and c.is_op("{", 4):
            return read_root(c, c.next().at)
        return read_letter(c, scripts)
    if kind == "op":
        if text in "([":
            return read_bracket(c)
        if text == "{":
            return read_braces(c, scripts)
        if text == "|":
            return read_norm(c, "|")
    if kind == "cmd":
        return read_command(c, scripts)
    if kind == "row":
        raise c.error("a line ends too early")
    if kind is None:
        raise c.error("the formula ends too early")
    raise c.error(f"{text!r} does not belong there")


def read_command(c, scripts):
    s = c.next()
    word = s.text
    if word in _FRACTIONS:
        return read_fraction(c, s.at)
    if word in ("pdv", "dv", "pd", "dd", "diffp", "od"):
        of = read_group(c)
        return Node("deriv", (of, read_group(c)), None, s.at)
    if word == "sum":
        return read_series(c, s.at)
    if word == "prod":
        return as_product(read_series(c, s.at))
    if word in ("partial", "nabla"):
        return read_differential(c, word, s.at)
    if word == "sqrt":
        return Node("call", (Node("name", (), ("sqrt", 0), s.at), read_group(c)), None, s.at)
    if word in ACCENTS:
        return read_accented(c, word, s.at, scripts)
    if word in ("overset", "underset", "stackrel"):
        read_group(c)
        return read_group(c)
    if word in ("underbrace", "overbrace"):
        x = read_group(c)
        while c.is_op("_") or c.is_op("^"):
            c.i += 1
            if c.is_op("{"):
                c.i += (c.closing(0) or 0) + 1
            else:
                c.i += 1
        return Node("group", (x,), "{", s.at)
    if word == "begin":
        c.i -= 1
        return read_environment(c, s.at)
    if word in ("{", "lbrace"):
        x = c.expression()
        if not c.is_cmd("}", "rbrace"):
            raise c.error("expected a closing brace")
        c.i += 1
        return Node("group", (x,), "(", s.at)
    if word in ("|", "Vert", "lVert", "lvert"):
        c.i -= 1
        return read_norm(c, "|", "Vert", "rVert", "rvert")
    if word in ("lfloor", "lceil"):
        return read_rounded(c, s.at, word[1:])
    if word in DOTS:
        return Node("dots", (), None, s.at)
    if word == "indicator":
        if c.indicates():
            return read_indicator(c, s.at)
        return Node("name", (), ("ones", 0), s.at)
    if word == "prime":
        raise c.error("a prime belongs to a function")
    if word == "int":
        raise c.error("an integral cannot be graded: leave it out")
    raise c.error(f"the command \\{word if word.isprintable() else ascii(word)} is not understood", s.at)


def read_root(c, at):
    r"""Read the rest of ``\sqrt[n]{x}``. The result is a power, except for square and cube roots.

    A cube root is also defined for negative numbers, but a power is not.
    """
    c.expect("[")
    index = c.expression()
    c.expect("]")
    x = read_group(c)
    if index.kind == "num" and index.data in (2, 3):
        name = "cbrt" if index.data == 3 else "sqrt"
        return Node("call", (Node("name", (), (name, 0), at), x), None, at)
    return Node("pow", (x, Node("div", (Node("num", (), Fraction(1), at), index), None, at)), None, at)


def read_accented(c, accent, at, scripts):
    x = read_group(c) if c.is_op("{") else read_one(c)
    while x.kind == "group":
        x = x.parts[0]
    if x.kind != "name":
        raise c.error(f"\\{accent} belongs above one letter", at)
    if accent == "dot":  # \dot f is read as f'
        x = Node("name", x.parts, (x.data[0], x.data[1] + 1), at)
    else:
        x = Node("name", x.parts, (f"{accent} {x.data[0]}", x.data[1]), at)
    return read_call(c, read_marks(c, x)) if scripts else x


def read_letter(c, scripts):
    s = c.next()
    text = s.text
    if not scripts:
        return Node("name", (), (text, 0), s.at)
    if text == "sum" and c.is_op("_") and text not in c.quantities:
        return read_series(c, s.at)
    is_layer = "e" in c.quantities and (c.is_op("(", 2) or c.is_op("[", 2))  # in e^{(2)}, e is a declared letter
    if text == "e" and c.is_op("^") and not is_layer:
        c.i += 1
        return Node(
            "call",
            (Node("name", (), ("exp", 0), s.at), read_group(c) if c.is_op("{") else c.signed_factor()),
            None,
            s.at,
        )
    if text in ("ones", "I", "indicator") and c.indicates():
        return read_indicator(c, s.at)
    if text in ("d", "delta"):
        x = read_quotient(c, text, s.at)
        if x is not None:
            return x
    is_framed = c.is_cmd(*ACCENTS) or (c.is_op("{") and c.look(1)[1] in c.quantities and c.is_op("}", 2))
    is_framed &= text not in c.quantities
    if text == "d" and (c.is_let() or is_framed) and c.symbols[c.i].glued and not c.is_let("x"):
        name = c.factor()
        if name.kind == "call" and name.parts[0].data[0] in c.functions and not name.parts[0].data[1]:
            function = name.parts[0]  # dg(z) is the derivative of g at z
            return name.with_parts([Node("name", function.parts, (function.data[0], 1), function.at), *name.parts[1:]])
        if name.kind == "transpose":
            return Node("transpose", (Node("deriv", (Node("loss"), name.parts[0]), "name", s.at),), None, s.at)
        return Node("deriv", (Node("loss"), name), "name", s.at)
    if text == "Delta" and (c.is_let() or c.is_op("{") or c.is_cmd(*ACCENTS)):
        return Node("step", (c.factor(),), None, s.at)
    if text == "Delta" and c.is_op("_"):
        step = read_step(c, s.at)
        if step is not None:
            return step
    name = Node("name", (), (text, 0), s.at)
    if names_neuron(c, text):
        index = c.next()  # in the typed δh1, h1 is the index
        number = c.next()
        below = Node("sub", (Node("num", (), Fraction(number.text), number.at),), "", number.at)
        index = Node("name", (below,), (index.text, 0), index.at)
        return read_call(c, read_marks(c, Node("name", (Node("sub", (index,), "", index.at),), name.data, s.at)))
    count = typed_indices(c, text) or has_index_on_line(c, text)
    if count:
        indices = [c.next() for _ in range(count)]
        below = Node("sub", [Node("name", (), (x.text, 0), x.at) for x in indices], "", indices[0].at)
        return read_call(c, read_marks(c, Node("name", (below,), name.data, s.at)))
    if c.look()[0] == "num" and c.symbols[c.i].glued and text not in FUNCTION_WORDS:
        number = c.next()  # in w5, the number is an index, and in w12 there are two
        is_pair = text in ("w", "W", "v", "u", "theta") and len(number.text) == 2 and number.text.isdigit()
        digits = list(number.text) if is_pair else [number.text]
        parts = tuple([Node("num", (), Fraction(x), number.at + k) for k, x in enumerate(digits)])
        name = Node("name", (Node("sub", parts, "", number.at),), (text, 0), s.at)
    return read_call(c, read_marks(c, name))


def typed_indices(c, letter):
    """Return the number of indices that follow a typed quantity without an underscore, as in wij and the xi of mxi."""
    if not c.is_typed or not (letter in c.quantities or letter == "delta"):
        return 0
    count = 0
    while c.is_let("i", "j", "k", k=count) and c.symbols[c.i + count].glued and c.look(count)[1] not in c.quantities:
        count += 1
    kind, text = c.look(count)
    goes_on = kind in ("let", "num") and c.symbols[c.i + count].glued
    return 0 if goes_on or count > 2 or (kind == "op" and text in "_^") else count


def has_index_on_line(c, letter):
    """Return True if an index was not set below a delta, as in ``\\delta j x_i``: an index is no factor."""
    if letter != "delta" or c.is_typed or not c.is_let("i", "j", "k") or c.look()[1] in c.quantities:
        return False
    return c.look(1) not in (("op", "_"), ("op", "^"), ("op", "("), ("op", "'")) and c.look(1) != ("op", "/")


def names_neuron(c, letter):
    """Return True if the name of a neuron, such as h1, follows a typed quantity, and its letter is no quantity."""
    if not c.is_typed or not (letter in c.quantities or letter == "delta") or not c.is_let("h", "o"):
        return False
    is_glued = c.symbols[c.i].glued and c.look(1)[0] == "num" and c.symbols[c.i + 1].glued
    return is_glued and len(c.look(1)[1]) == 1 and c.look()[1] not in c.quantities


def read_step(c, at):
    """Read ``\\Delta_p w =``, the change of a weight on the pattern p. Return None for a capital delta of a layer."""
    start = c.i
    if start > 1 and c.look(-2)[0] not in ("row", "gap") and c.look(-2) != ("op", "&"):
        return None
    c.i += 1
    script = read_script(c, "sub")
    if c.is_let() and all(x.kind == "name" for x in script.parts):
        step = Node("step", (c.factor(),), None, at)
        if c.relation(look=True):
            return step
    c.i = start
    return None

"""Marks of a name: subscripts, and above it layers, samples, a T or primes."""

import re
from fractions import Fraction

from autograd.grading.reading.cursor import COMPARISONS, TRANSPOSES
from autograd.grading.reading.lexing import LARGEST_EXPONENT
from autograd.grading.reading.nodes import Node, walk
from autograd.grading.reading.tokens import FUNCTION_WORDS

_LAYER_OF_MATRIX = re.compile(r"(?<![A-Za-z])d?[A-Z]\[\d\]")  # as in W[2], beside which b[2] is a vector of biases
_INDEX_OF_TARGET = re.compile(r"(?<![A-Za-z])[ty]\[\d\]")  # as in t[2], beside which \delta[2] is an entry


def read_one(c):
    """Read one symbol. Of a number, this is one digit."""
    kind, text = c.look()
    if kind == "num" and len(text) > 1 and "." not in text:
        s = c.symbols[c.i]
        c.symbols[c.i] = type(s)("num", text[1:], s.at + 1, True)
        return Node("num", (), Fraction(text[0]), s.at)
    if kind == "op" and text == "-":
        at = c.next().at
        return Node("neg", (read_one(c),), None, at)
    if kind == "op" and text in "*+":
        return Node("name", (), (c.next().text, 0), c.at)
    c.deeper()
    x = c.atom(scripts=False)
    c.depth -= 1
    return x


def read_group(c):
    """Read ``{...}`` as an argument of a command, or one symbol."""
    if c.take("{"):
        if c.take("}"):
            return Node("none", (), None, c.at)
        x = c.expression()
        c.expect("}")
        return x
    return read_one(c)


def read_exponent(c):
    x = read_group(c) if c.is_op("{") else read_one(c)
    if x.kind == "num" and abs(x.data) > LARGEST_EXPONENT:
        raise c.error(f"an exponent is at most {LARGEST_EXPONENT}")
    if any(y.kind == "pow" for y in walk(x)):
        raise c.error("a power of a power: write the product of the exponents")
    return x


def read_marks(c, x):
    """Read a name with its subscripts, superscripts and primes. With a T, return its transpose."""
    base, primes = x.data
    scripts = list(x.parts)
    transposed = False
    while True:
        if c.is_op("'") or c.is_cmd("prime"):
            c.i += 1
            primes += 1
        elif c.is_op("_"):
            c.i += 1
            scripts.append(read_script(c, "sub"))
        elif c.is_cmd("transposed"):
            c.i += 1
            transposed = True
        elif are_indices_in_brackets(c, base):
            closing = "]" if c.next().text == "[" else ")"
            found = [read_index(c)]
            while c.take(","):
                found.append(read_index(c))
            c.expect(closing)
            scripts.append(Node("sub", found, "", found[0].at))
        elif is_layer_in_brackets(c, base):
            c.i += 1
            layer = read_index(c)
            c.expect("]")
            scripts.append(Node("sup", (layer,), "[", layer.at))
            if c.is_typed and c.is_let("T") and c.symbols[c.i].glued:
                c.i += 1
                transposed = True
        elif c.is_op("^"):
            c.i += 1
            if c.skip_prime():
                primes += 1
            elif c.skip_transpose():
                transposed = True
            elif c.is_op("[") and c.is_typed:  # the typed W^[2]
                continue
            elif c.is_typed and is_layer_in_parentheses(c):
                c.i += 1
                layer = read_index(c)
                c.expect(")")
                scripts.append(Node("sup", (layer,), "(", layer.at))
            else:
                found, is_transposed, more = read_superscript(c)
                transposed |= is_transposed
                primes += more
                scripts += found
        else:
            break
    scripts = [y for y in scripts if y.parts]
    name = Node("name", scripts, (base, primes), x.at)
    return Node("transpose", (name,), None, x.at) if transposed else name


def is_layer_in_brackets(c, base):
    """Return True if a layer in brackets follows, as in ``W[l]``, ``dZ[2]`` and ``W^[2]``."""
    if not c.is_op("[") or base in FUNCTION_WORDS:
        return False
    inner = [c.look(k) for k in range(1, c.closing(0) or 1)]
    is_raised = c.look(-1) == ("op", "^")
    if not inner or len(inner) > 3 or not (is_raised or c.symbols[c.i].glued):
        return False
    if len(inner) == 1 and inner[0][0] == "num":
        is_beside = (base == "b" or base in c.quantities) and _LAYER_OF_MATRIX.search(c.text) is not None
        if is_raised or is_beside or (len(base) == 1 and (base.isupper() or base == "g")):
            return True
        if base not in c.quantities:
            return False
        if base == "delta" and not _INDEX_OF_TARGET.search(c.text):
            return True
        raise c.error(f"what the number in brackets behind {base} counts is not clear: write it below or above")
    is_layer = inner[0][1] in ("l", "L", "ell")
    return is_layer and (len(inner) == 1 or (inner[1][1] in ("+", "-") and inner[-1][0] == "num"))


def are_indices_in_brackets(c, base):
    """Return True if indices in brackets follow a name, as in the typed ``h[i]``, in ``w[j,k]`` and in ``w(j,k)``."""
    if not (c.is_op("[") or (c.is_op("(") and base in c.quantities)) or base in FUNCTION_WORDS:
        return False
    inner = [c.look(k) for k in range(1, c.closing(0) or 1)]
    letters, commas = inner[::2], inner[1::2]
    if not c.symbols[c.i].glued or (not commas and c.is_op("(")):
        return False
    if not c.is_typed and not commas and not (base in c.quantities and inner and inner[0][1] in "ijk"):
        return False
    is_list = len(inner) % 2 == 1 and all(x == ("op", ",") for x in commas)
    return is_list and all(kind == "let" and text in "ijkhon" for kind, text in letters)


def is_layer_in_parentheses(c):
    """Return True if a layer in parentheses follows, as in the typed ``a^(l)`` and ``w^(l+1)``."""
    inner = [c.look(k) for k in range(1, c.closing(0) or 1)] if c.is_op("(") else []
    if not inner or inner[0] not in (("let", "l"), ("let", "L"), ("let", "ell")):
        return False
    return len(inner) == 1 or (len(inner) == 3 and inner[1][1] in ("+", "-") and inner[2][0] == "num")


def read_superscript(c, opened=False):
    """Read the marks above a letter: layers and samples in their brackets, a T, and primes.

    Args:
        c: the cursor.
        opened: True if the opening brace has been read.

    Returns:
        The marks as nodes, True if there is a T, and the number of primes.
    """
    if opened:
        c.i -= 1
    found: list = []
    transposed, primes = False, 0
    if not c.is_op("{"):
        x = read_one(c)
        return [Node("sup", (x,), "", x.at)], False, 0
    c.next()
    while not c.take("}"):
        kind, text = c.look()
        if kind is None:
            raise c.error("a superscript is not closed")
        if c.is_op("^") or c.is_op(",") or c.is_op("{") or kind == "gap":
            c.i += 1
            if text == "{":
                inner, t, p = read_superscript(c, opened=True)
                found += inner
                transposed |= t
                primes += p
        elif (c.is_let("T", "tr") and (found or c.is_op("(", 1) or c.is_op("}", 1))) or c.is_cmd(*TRANSPOSES):
            c.i += 1
            transposed = True
        elif c.is_cmd("prime") or c.is_op("'"):
            c.i += 1
            primes += 1
        elif (kind == "op" and text in "([") or c.is_cmd("langle") or c.is_op("<"):
            c.i += 1
            while (c.is_op(":") or c.is_cmd("cdot")) and c.is_op(",", 1):  # in Z^{(:,i)}, the column of sample i
                c.i += 2
            while True:
                inner_node = c.expression()
                found.append(Node("sup", (inner_node,), {"(": "(", "[": "["}.get(text, "<"), inner_node.at))
                if not c.take(","):
                    break
            if c.next().text not in (")", "]", "rangle", ">"):
                raise c.error("a bracket is not closed")
        elif (kind == "op" and text in "*+-" and (c.is_op("}", 1))) or kind == "text":
            c.i += 1
            found.append(Node("sup", (Node("name", (), (text, 0), c.at),), "", c.at))
        else:
            x = read_index(c)
            found.append(Node("sup", (x,), "", x.at))
    return found, transposed, primes


def read_script(c, kind, inside=False):
    """Read a subscript with its indices. ``inside`` another subscript, ``o_{12}`` is neuron 12."""
    at = c.at
    if not c.is_op("{"):
        return Node(kind, read_typed_indices(c) if c.is_typed else (read_one(c),), "", at)
    c.next()
    found: list = []
    bracket = ""
    while not c.take("}"):
        k, text = c.look()
        if k is None:
            raise c.error("a subscript is not closed")
        if (k == "op" and text in ",)]:;&") or k == "gap" or c.is_cmd("rangle"):
            c.i += 1
        elif c.is_cmd("to", "rightarrow", "leftarrow", "gets"):
            c.i += 1
            found.append(Node("arrow", (), text, c.at))
        elif k == "op" and text in "([":
            c.i += 1
            bracket = text
        elif k == "num":
            found += [read_index(c)] if inside else read_digits(c, found)
        elif k == "op" and text in "{":
            c.i += 1
            c.symbols.insert(c.i, c.symbols[c.i - 1])
            inner = read_script(c, kind)
            found += inner.parts
        elif (k in ("op", "cmd")) and text in COMPARISONS and found:
            c.i += 1
            left = found.pop()
            found.append(Node("cmp", (left, c.expression()), COMPARISONS[text], left.at))
        elif k == "text":
            c.i += 1
            found.append(Node("name", (), (text, 0), at))
        elif k == "cmd" and text in ("cdot", "bullet", "ast", "cdots", "dots"):
            c.i += 1
            found.append(Node("all", (), None, at))
        else:
            found += flattened(read_index(c))
    return Node(kind, found, bracket, at)


def flattened(x):
    """Return ``t_k`` and ``y_i`` in a subscript as two marks: a step or a word, and an index."""
    inner = [y for s in x.parts if s.kind == "sub" for y in s.parts]
    if x.kind == "name" and x.data[0] in ("new", "old") and len(x.parts) == 1 and inner:
        return [Node("name", (), x.data, x.at), *inner]  # w_{new_{ji}} has the indices of w_{ji}
    is_pair = x.kind == "name" and len(x.parts) == len(inner) == 1 and inner[0].kind == "name" and not inner[0].parts
    if is_pair and x.data[0] in ("t", "tau", "y", "h", "o", "x"):
        return [Node("name", (), x.data, x.at), inner[0]]
    return [x]


def read_typed_indices(c):
    """Read the indices of a typed name: ``w_jk`` has two, and ``out_o1`` has the neuron o1."""
    if c.look()[0] == "num" and len(c.look()[1]) == 2 and c.look()[1].isdigit():
        s = c.next()  # as in w_12
        return [Node("num", (), Fraction(digit), s.at + k) for k, digit in enumerate(s.text)]
    found = [read_one(c)]
    while c.i < len(c.symbols) and c.symbols[c.i].glued:
        x, s = found[-1], c.symbols[c.i]
        if s.kind == "num" and x.kind == "name" and not x.parts:
            c.i += 1
            script = Node("sub", (Node("num", (), Fraction(s.text), s.at),), "", s.at)
            found[-1] = Node("name", (script,), x.data, x.at)
        elif s.kind == "let" and x.kind == "name" and len(s.text) == len(x.data[0]) == 1 and s.text.islower():
            after = c.look(1)
            if after == ("op", "_") or (after == ("op", "'") and s.text in "fgh"):
                break  # the w of δ_kw_kj is a letter of its own
            found.append(read_one(c))
        else:
            break
    return found


def read_digits(c, found):
    """Read a number in a script. ``12`` means two indices, unless a comma separates it from the other indices."""
    apart = found and c.symbols[c.i - 1].text == ","
    s = c.next()
    if len(s.text) == 2 and c.is_op("}") and "." not in s.text and not apart:
        return [Node("num", (), Fraction(digit), s.at + k) for k, digit in enumerate(s.text)]
    x = Node("num", (), Fraction(s.text), s.at)
    if c.is_op("+") or c.is_op("-"):
        c.i -= 1
        return [read_index(c)]
    return [x]


def read_index(c):
    """Read an index: a letter, a number, or a letter plus or minus a number."""
    at = c.at
    terms = [read_index_term(c)]
    while (c.is_op("+") or c.is_op("-")) and not c.is_op("}", 1):
        negative = c.next().text == "-"
        x = read_index_term(c)
        terms.append(Node("neg", (x,), None, x.at) if negative else x)
    return terms[0] if len(terms) == 1 else Node("add", terms, None, at)


def read_index_term(c):
    kind, text = c.look()
    at = c.at
    if kind == "op" and text == "-":
        c.i += 1
        return Node("neg", (read_index_term(c),), None, at)
    if kind == "num":
        return Node("num", (), Fraction(c.next().text), at)
    x = read_one(c)
    while x.kind == "name" and c.take("'"):
        x = Node("name", x.parts, (x.data[0] + "'", 0), x.at)  # o' is a separate letter
    if x.kind == "name":
        while c.is_op("_") or c.is_op("^") or (c.look()[0] == "num" and c.symbols[c.i].glued):
            if c.look()[0] == "num":
                number = c.next()
                script = Node("sub", (Node("num", (), Fraction(number.text), number.at),), "", number.at)
                x = Node("name", (*x.parts, script), x.data, x.at)
                continue
            sub = c.next().text == "_"
            if sub:
                script = read_script(c, "sub", inside=True)
                is_zero = [p.kind for p in script.parts] == ["num"] and not script.parts[0].data
                if is_zero and not x.parts and len(text) == 1 and text.islower() and text not in "ho":
                    x = Node("name", (), (x.data[0] + "'", 0), x.at)  # i_0 is a separate letter next to i
                    continue
                x = Node("name", (*x.parts, script), x.data, x.at)
            else:
                found, _, _ = read_superscript(c)
                x = Node("name", (*x.parts, *found), x.data, x.at)
    return x

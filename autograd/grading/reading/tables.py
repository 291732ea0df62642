"""Matrices, cases and other environments."""

from autograd.grading.reading.brackets import read_comparison
from autograd.grading.reading.calls import DOTS
from autograd.grading.reading.cursor import COMPARISONS
from autograd.grading.reading.nodes import Node

BLOCKS = ("aligned", "align", "split", "gathered", "equation", "eqnarray", "gather", "multline", "alignat", "flalign",
           "displaymath", "math", "subequations", "alignedat", "dmath", "dgroup",
           "IEEEeqnarray", "empheq", "darray")  # fmt: skip


def read_environment(c, at):
    name = c.block_name(skip=True)
    if "matrix" in name or name == "array" or name in ("cases", "dcases", "rcases"):
        c.tables += 1
        x = read_matrix(c, at) if "matrix" in name or name == "array" else read_cases(c, at)
        c.tables -= 1
        return x
    if name.startswith(BLOCKS):
        x = c.expression()
        while c.look()[0] == "row":
            c.i += 1
        if c.is_cmd("end"):
            c.block_name(skip=True)
        return x
    raise c.error(f"the environment {name} is not understood", at)


def read_matrix(c, at):
    rows: list = []
    cells: list = []
    filled = None
    while True:
        if c.i >= len(c.symbols):
            raise c.error("\\begin without its \\end", at)
        if c.is_op("&") or c.ends():
            cells.append(filled or Node("none", (), None, c.at))
            filled = None
            if c.ends():
                if any(x.kind != "none" for x in cells):
                    rows.append(Node("row", cells, None, at))
                cells = []
                if c.is_cmd("end"):
                    break
            c.i += 1
        elif c.look()[0] == "gap" or c.is_op(","):
            c.i += 1
        else:
            filled = c.expression()
    c.block_name(skip=True)
    if c.is_op("_") and [len(row.parts) for row in rows] == [1]:
        return Node("group", (rows[0].parts[0],), "(", at)  # a bracket with an index
    return Node("matrix", rows, None, at)


def read_cases(c, at):
    parts: list = []
    while not c.is_cmd("end"):
        if c.i >= len(c.symbols):
            raise c.error("\\begin without its \\end", at)
        if c.look()[0] in ("row", "gap"):
            c.i += 1
            continue
        value = c.expression()
        while c.is_op("&") or c.is_op(",") or c.look()[0] == "gap" or c.is_let("if", "for"):
            c.i += 1
        condition = Node("else", (), None, c.at)
        if c.look()[0] == "text":
            words = c.next().text.lower()
            while c.look()[0] == "gap":
                c.i += 1
            if not any(word in words for word in ("otherwise", "else", "sonst", "sinon")) and not c.ends():
                condition = of_kind(c, words) or read_condition(c)
            elif kind_in(words):
                condition = Node("kind", (), kind_in(words), c.at)
        elif c.is_let("otherwise", "else"):
            c.i += 1
        elif not c.ends():
            condition = of_kind(c, "") or read_condition(c)
        while c.is_op(".") or c.is_op(",") or c.is_op(";") or c.look()[0] in ("gap", "text"):
            c.i += 1
        parts += [value, condition]
    c.block_name(skip=True)
    if not parts:
        raise c.error("there is nothing between \\begin and \\end", at)
    return Node("cases", parts, None, at)


def read_condition(c):
    """Read the comparison of a case, which may stand in brackets, as in ``(l = L)``."""
    is_bracketed = c.is_op("(") and c.compares(c.end_of_bracket())
    c.i += is_bracketed
    condition = read_range(c) or read_comparison(c)
    if c.look()[1] in ("<", "leq", "le", "<=", "lt", "leqslant", ">", "geq", "ge") and condition.kind == "cmp":
        sign = COMPARISONS[c.next().text]  # as in 1 <= t < T
        middle = condition.parts[1]
        condition = Node(
            "both", (condition, Node("cmp", (middle, c.expression()), sign, middle.at)), None, condition.at
        )
    if is_bracketed:
        c.expect(")")
    return condition


def read_range(c):
    r"""Read a range such as ``t = 1, \dots, T-1`` or ``t \in \{1, \dots, T-1\}``. Return None for another condition."""
    start = c.i
    letter = c.atom(scripts=False) if c.is_let() else None
    is_set = c.is_cmd("in")
    if letter is None or not (is_set or c.is_op("=")):
        c.i = start
        return None
    c.i += 1
    if is_set and c.is_cmd("{", "lbrace"):
        c.i += 1
    ends, has_dots = [c.expression()], False
    while c.is_op(",") and not c.ends(1):
        c.i += 1
        if c.is_cmd(*DOTS):
            c.i += 1
            has_dots = True
        else:
            ends.append(c.expression())
    if not has_dots or len(ends) < 2:
        c.i = start
        return None
    if is_set and c.is_cmd("}", "rbrace"):
        c.i += 1
    low, high = (ends[-1], ends[0]) if ends[-1].kind == "num" and ends[0].kind != "num" else (ends[0], ends[-1])
    at = letter.at
    return Node("both", (Node("cmp", (letter, low), ">=", at), Node("cmp", (letter, high), "<=", at)), None, at)


def kind_in(words):
    """Return the kind of neuron that words mention, ``"output"`` or ``"hidden"``, or None."""
    if "output" in words or "outside" in words:
        return "output"
    return "hidden" if any(x in words for x in ("hidden", "inner", "inside")) else None


def of_kind(c, words):
    """Return the kind of neuron for a case such as ``j is an output neuron``, or None for another condition."""
    if kind_in(words):
        return Node("kind", (), kind_in(words), c.at)
    k = int(c.is_op("("))  # such as (j inside)
    if c.is_let(k=k) and c.look(k + 1)[0] in ("text", "let") and kind_in(c.look(k + 1)[1].lower()):
        kind = kind_in(c.look(k + 1)[1].lower())
        c.i += k + 2
        if k:
            c.expect(")")
        return Node("kind", (), kind, c.at)
    return None

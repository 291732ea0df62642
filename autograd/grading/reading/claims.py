r"""The parser for claims: each formula is read into chains of sides.

The parser gives no meaning to the parts. :mod:`autograd.grading.meaning` decides whether a superscript counts layers,
whether a bracket after a letter is a factor, and whether a number is a layer.
"""

from typing import NamedTuple

from autograd.grading.reading.brackets import read_comparison
from autograd.grading.reading.calls import DOTS
from autograd.grading.reading.cursor import COMPARISONS, IMPLICATIONS, Cursor
from autograd.grading.reading.declared import declared_letter, with_declared_letters, with_glued_neurons
from autograd.grading.reading.nodes import Node, rewrite
from autograd.grading.reading.side_notes import (
    closes,
    has_dots_ahead,
    is_connective,
    is_explanation,
    is_lettered,
    is_list_of_indices,
    is_note_of_shape,
    is_reason,
    is_shape,
    opens_definition,
    remark_end,
    says_condition,
    says_condition_in,
)
from autograd.grading.reading.tables import BLOCKS
from autograd.grading.reading.terms import GRAMMAR, read_sum
from autograd.grading.reading.tokens import is_typed, symbols_of

__all__ = ["Claim", "read_claims"]

_MAX_ROWS = 60
_INDICES = frozenset("ijklmnptck")


class Claim(NamedTuple):
    """A claim: one chain of sides with relations between them.

    Fields:
        sides: the sides, as nodes. The first side is None if the chain continues the text before the formula.
        signs: the signs between the sides: ``=``, ``<-``, ``~``, ``+=``, ``-=``, ``approx``.
        conditions: the conditions after the formula, such as i = j, as ``cmp`` nodes.
        at: the position of the first side in the text.
    """

    sides: tuple
    signs: tuple
    conditions: tuple
    at: int

    def rewritten(self, replace):
        """Return the claim with :func:`~autograd.grading.reading.nodes.rewrite` applied to its sides."""
        return self._replace(sides=tuple([None if x is None else rewrite(x, replace) for x in self.sides]))


def read_all(c):
    """Return all claims of a formula. A line that begins with a relation continues the claim before it."""
    found: list = []
    goes_on = False
    while c.i < len(c.symbols):
        if found and is_condition_in_brackets(c):
            c.i += 1
            if not read_condition(c, found):
                raise c.error("a bracket does not belong there")
            c.take(")")
            continue
        if found and is_list_of_indices(c):
            skip_line(c)
            continue
        if skip_separator(c):
            goes_on = goes_on and c.look(-1)[0] in ("row", "op")
            continue
        if len(found) > _MAX_ROWS:
            raise c.error("too many lines")
        claim = read_claim(c)
        if claim.sides[0] is None and found and (goes_on or claim.signs):
            before = found.pop()
            claim = Claim(
                before.sides + claim.sides[1:],
                before.signs + claim.signs,
                before.conditions + claim.conditions,
                before.at,
            )
        found.append(claim)
        read_tail(c, found)
        goes_on = True
    if not found:
        raise c.error("there is no formula", 0)
    return found


def is_condition_in_brackets(c):
    """Return True if a condition in brackets, such as ``(i = j)``, follows here at the end of a line."""
    end = c.closing(0) if c.is_op("(") else None
    return end is not None and c.is_let(k=1) and c.compares(end) and c.ends(end + 1)


def skip_separator(c):
    """Skip one separator of claims, and return True, or return False if there is none here."""
    kind, text = c.look()
    if kind in ("row", "gap", "text") or (kind == "op" and text in "&,;.:") or c.is_cmd("forall", *IMPLICATIONS):
        if kind == "text" and c.i + 1 < len(c.symbols) and not is_connective(text):
            raise c.error("prose in front of a formula may change what it says: leave it out")
        c.i += 1
        return True
    if c.is_op("=>"):
        c.i += 1
        return True
    if c.is_cmd("begin") and (c.block_name().startswith(BLOCKS) or is_array_of_claims(c)):
        c.block_name(skip=True)
        return True
    if c.is_cmd("end"):
        c.block_name(skip=True)
        return True
    if kind == "let" and text in ("where", "and", "so", "thus", "if", "for", "with", "all"):
        c.i += 1
        return True
    return skip_number(c)


def is_array_of_claims(c):
    """Return True if an array that begins here has claims in its rows, as in ``\\begin{array}{rcl} a & = & b``."""
    if c.block_name() != "array":
        return False
    k, depth = 1, 0
    while c.look(k)[0] is not None and not c.is_cmd("end", k=k):
        kind, text = c.look(k)
        depth += (kind == "op") * ((text in "([{") - (text in ")]}"))
        if depth == 0 and c.relation(look=True, k=k) and not (kind == "cmd" and text in ("to", "rightarrow")):
            return True
        k += 1
    return False


def skip_number(c):
    """Skip the number or the letter of an equation or a line, such as ``(5)``, ``2)`` and ``(B)``.

    Return True if there is one.
    """
    if c.is_op("(") and c.look(1)[0] == "num" and c.is_op(")", 2):
        begins = c.i == 0 or c.look(-1)[0] == "row"
        if (c.ends(3) and c.i > 0) or (begins and c.look(3)[0] == "gap"):
            c.i += 3
            return True
    if is_lettered(c) and c.i > 0 and c.look(-1)[0] == "gap":
        c.i += 3
        return True
    if c.look()[0] == "num" and c.is_op(")", 1):
        c.i += 2
        return True
    return False


def read_claim(c):
    at = c.at
    sides: list = []
    signs: list = []
    while c.take("&"):
        pass
    if c.relation(look=True):
        sides.append(None)
    else:
        sides.append(read_side(c))
    while True:
        while c.is_op("&") or (c.look()[0] == "gap" and c.relation(look=True, k=1)):
            c.i += 1
        if c.look()[0] == "row" and continues(c):
            continue
        if not c.relation(look=True):
            break
        sign = c.relation()
        while c.is_op("&") or c.look()[0] == "gap":
            c.i += 1
        if c.is_cmd("in"):
            break
        if sign == "->" and is_shape(c):
            skip_line(c)  # such as the (N, 4) behind a matrix
            break
        if c.i >= len(c.symbols):
            raise c.error("the formula ends too early")
        while c.look()[0] == "row" or c.is_op("&"):
            c.i += 1
        if c.ends():
            break
        if is_explanation(c):
            c.i += 1
            break
        signs.append(sign)
        sides.append(read_side(c))
    return Claim(tuple(sides), tuple(signs), (), at)


def read_side(c):
    """Read a side. Factors may follow after a wide space."""
    x = read_sum(c)
    while x.kind != "add" and is_factor_apart(c):
        while c.look()[0] == "gap":
            c.i += 1
        y = read_sum(c)
        parts, signs = (x.parts, x.data) if x.kind == "prod" else ((x,), ())
        more, between = (y.parts, y.data) if y.kind == "prod" else ((y,), ())
        x = Node("prod", (*parts, *more), (*signs, "", *between), x.at)
    return read_choice(c, x) if c.look() == ("text", "if") or c.is_let("if") else x


def read_choice(c, x):
    """Read ``if z > 0 else 0`` after a value as cases. A condition without ``else`` is read with the claim."""
    k = 1
    while not c.ends(k) and not (c.look(k)[0] in ("text", "let") and c.look(k)[1] in ("else", "otherwise")):
        k += 1
    if c.ends(k):
        return x
    c.i += 1
    condition = read_comparison(c)
    while c.look()[0] in ("gap", "text") or c.is_op(",") or c.is_let("else", "otherwise"):
        c.i += 1
    return Node("cases", (x, condition, read_sum(c), Node("else", (), None, c.at)), None, x.at)


def is_factor_apart(c):
    """Return True if the rest of the line, after a wide space, is a factor and not a claim or a remark of its own."""
    k = 0
    while c.look(k)[0] == "gap":
        k += 1
    if not k or c.ends(k) or (c.is_op("(", k) and c.look(k + 1)[0] == "num" and c.is_op(")", k + 2)):
        return False
    if c.is_case(k) or remark_end(c, k) is not None or is_lettered(c, k):
        return False
    start, depth = c.i, 0
    c.i += k
    if is_note_of_shape(c):
        c.i = start
        return False
    opens = c.starts() and not c.is_cmd("forall", "text", "because", "therefore")
    c.i = start
    while opens and not c.ends(k):
        kind, text = c.look(k)
        depth += (kind == "op") * ((text in "([{") - (text in ")]}"))
        if depth <= 0 and (c.relation(look=True, k=k) or kind == "text" or (kind == "op" and text in ",;:<>&+-")):
            return False
        if depth <= 0 and kind == "cmd" and (text in COMPARISONS or text in IMPLICATIONS or text in ("in", *DOTS)):
            return False
        k += 1
    return opens


def continues(c):
    """Move to the next line and return True if it begins with a relation, perhaps after a reason in brackets."""
    k = 1
    while c.is_op("&", k) or c.look(k)[0] in ("row", "gap") or is_reason(c, k):
        k += 1
    if c.relation(look=True, k=k):
        c.i += k
        return True
    return False


def read_tail(c, found):
    """Read the rest of a line after a claim: conditions, punctuation, sets, and the number of the equation."""
    while not c.ends():
        kind, text = c.look()
        if c.is_cmd("in"):
            skip_line(c, stops=(",",))
        elif skip_number(c) or (kind == "op" and text in "&.,;:"):
            if kind == "op" and text in "&.,;:":
                c.i += 1
        elif kind == "gap":
            c.i += 1
        elif c.is_cmd("forall") or (kind == "let" and text in ("for", "if", "where", "with", "and", "all")):
            c.i += 1
            if not read_condition(c, found):
                return
        elif is_note_of_shape(c):
            c.i += c.end_of_bracket() + 1
        elif kind == "text" and text.count("(") > text.count(")") and not says_condition_in(text) and closes(c):
            c.i += closes(c) + 1
        elif kind == "text":
            c.i += 1
            words = text.lower().split()
            if words and words[0] in ("for", "if", "when", "where", "with", "(for", "(if"):
                if not read_condition(c, found) and words[0] != "where":
                    skip_line(c)
                elif words[0] == "where":
                    return
        elif remark_end(c) is not None and not says_condition(c):
            c.i += remark_end(c) + 1
        elif (not (c.is_op("(") and opens_definition(c))) and (
            c.look(-1) in (("op", ","), ("op", ";"), ("op", "&"), ("op", "."))
            or c.look(-1)[0] in ("gap", "text")
            or c.is_cmd(*IMPLICATIONS)
        ):
            if not read_condition(c, found):
                return
        elif c.is_op("(") and opens_definition(c):
            del c.symbols[c.i + c.closing(0)]  # in (where A = B), A = B is a claim of its own
            c.i += 1
        elif c.is_op("("):
            start = c.i
            c.i += 1
            inner = c.look()[0] == "text" or c.is_let("for", "if")
            if inner:
                c.i += 1
            if not read_condition(c, found):
                c.i = start
                raise c.error("a bracket does not belong there")
            c.take(")")
        else:
            raise c.error(f"{text!r} does not belong there")


def skip_line(c, stops=()):
    while not c.ends() and not (c.look()[0] == "op" and c.look()[1] in stops):
        c.i += 1


def read_condition(c, found):
    """Read a condition such as ``i = j``, ``k \\in K`` or ``l = L-1, ..., 2``. Return False if there is none."""
    k = 0
    while c.look(k)[0] == "gap" or c.is_op("&", k) or (c.look(k)[0] == "let" and c.look(k)[1] in ("all", "for")):
        k += 1
    if c.ends(k):
        c.i += k
        return True
    if not c.is_let(k=k):
        return False
    end = k
    while not c.ends(end) and not (c.is_op(",", end) or c.look(end)[0] in ("gap", "text") or c.is_op(")", end)):
        end += 1
    inside = [c.look(j) for j in range(k, end)]
    signs = [x for x in inside if x[0] in ("op", "cmd") and (x[1] in COMPARISONS or x[1] == "in")]
    is_list = bool(inside) and all(x[0] == "let" or x in (("op", ","), ("op", "'")) for x in inside)
    if is_list and len(inside) <= 4 and not signs:
        c.i += end
        while c.is_op(",") or c.is_op("'") or (c.is_let() and c.look(-1) == ("op", ",")):
            c.i += 1
        return True
    if len(signs) != 1 or inside[1] != signs[0] or any(x[0] == "op" and x[1] in "_^([{" for x in inside[:2]):
        return False
    if is_of_quantity(inside):
        return False
    c.i += k
    left = c.next()
    sign = c.next().text
    has_dots = any(x[0] == "cmd" and x[1] in DOTS for x in inside) or has_dots_ahead(c)
    if sign == "in" or has_dots or (c.is_op("1") and sign == "="):
        depth = 0
        while not c.ends() and (c.look()[0] not in ("gap", "text") or has_dots):
            depth += c.is_op("(") - c.is_op(")")
            if depth < 0:
                break
            c.i += 1
        return True
    right = read_sum(c)
    node = Node("cmp", (Node("name", (), (left.text, 0), left.at), right), COMPARISONS[sign], left.at)
    last = found[-1]
    found[-1] = last._replace(conditions=(*last.conditions, node))
    return True


def is_of_quantity(inside):
    """Return True if an apparent condition is a formula, such as ``b = b - ...``, and not ``i = j``."""
    (_, left), (_, sign), *right = inside
    if sign != "=" or len(right) < 2 or left in _INDICES:
        return False
    return left in ("b", "w", "W", "delta") or inside[0] in right


def read_claims(
    text, words=frozenset(), functions=frozenset(), quantities=frozenset(), dependencies=frozenset(), declared=()
):
    """Read the claims of a formula.

    Args:
        text: the formula.
        words: names of several letters.
        functions: letters that are functions in front of a bracket.
        quantities: letters that are quantities of the network and not functions.
        dependencies: pairs of a letter and of one on which it depends, such as those of an activation and of a
            pre-activation.
        declared: pairs of a name and the LaTeX of a declared letter, which is one name with all its marks.

    Returns:
        A list of claims.

    Raises:
        ReadingError: the formula cannot be read. The error has the position and the reason.
    """
    symbols = symbols_of(text, words)
    letters = [declared_letter(name, symbols_of(latex, words)) for name, latex in declared]
    words = {name for name, latex in declared if len(latex) > 1 and latex.isalpha()}
    symbols = with_glued_neurons(symbols, {name for name, _ in declared}, words)
    symbols = with_declared_letters(symbols, [x for x in letters if x is not None], is_typed(text))
    return read_all(Cursor(text, symbols, GRAMMAR, functions, quantities, dependencies))

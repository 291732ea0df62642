r"""Reading a formula as people print it, by recursive descent: into claims, each a chain of sides.

Nothing is given a meaning here. What a superscript counts, whether a bracket behind a letter is a factor, whether a
number is a layer: all that is left to :mod:`autograd.grading.meaning`.
"""

from fractions import Fraction
from typing import NamedTuple

from autograd.grading.reading.lexing import LARGEST_EXPONENT, MOST_DEPTH, MOST_DIGITS
from autograd.grading.reading.nodes import Limits, Node, walk
from autograd.grading.reading.tokens import FUNCTION_WORDS, symbols_of
from autograd.grading.reading.trees import ReadingError

__all__ = ["Claim", "Reader", "read_claims"]

_RELATIONS = {
    "=": "=", ":=": "=", "==": "=", "equiv": "=", "coloneqq": "=", "triangleq": "=", "doteq": "=", "leftarrow": "<-",
    "gets": "<-", "<-": "<-", "longleftarrow": "<-", "Leftarrow": "<-", "rightarrow": "->", "to": "->", "->": "->",
    "longrightarrow": "->", "mapsto": "->", "propto": "~", "+=": "+=", "-=": "-=", "approx": "approx",
    "simeq": "approx", "stackrel": "=",
}  # fmt: skip
_IMPLICATIONS = {"Rightarrow", "implies", "iff", "Leftrightarrow", "therefore", "because", "=>", "Longrightarrow"}
_COMPARISONS = {
    "neq": "!=", "ne": "!=", "!=": "!=", ">": ">", "<": "<", "geq": ">=", "ge": ">=", ">=": ">=", "leq": "<=",
    "le": "<=", "<=": "<=", "gt": ">", "lt": "<", "=": "=", "==": "=", "geqslant": ">=", "leqslant": "<=",
}  # fmt: skip
_PRODUCTS = {
    "cdot": ".", "times": "*", "*": "*", "ast": "had", "odot": "had", "circ": "had", "bullet": "had", "otimes": "out",
    "star": "had", "boldsymbol": "", "cdotp": ".", "bigodot": "had", "diamond": "had",
}  # fmt: skip
_DOTS = {"dots", "cdots", "ldots", "vdots", "ddots", "dotsb", "dotsc", "dotsm"}
_BLOCKS = ("aligned", "align", "split", "gathered", "equation", "eqnarray", "gather", "multline", "alignat", "flalign",
           "displaymath", "math", "subequations", "alignedat")  # fmt: skip
_FUNCTION_LETTERS = {"sigma", "phi", "Phi", "psi", "Psi", "f", "g", "varphi", "F", "G", "S", "rho"}
_FRACTIONS = {"frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "flatfrac"}
_TRANSPOSES = {"top", "intercal", "transposed", "transpose", "tp"}
_MOST_ROWS = 60


class Claim(NamedTuple):
    """One chain of sides.

    Fields:
        sides: the sides, as nodes; the first is None where the chain continues what stands before the formula.
        signs: the signs between them: ``=``, ``<-``, ``~``, ``+=``, ``-=``, ``approx``.
        conditions: ``cmp`` nodes that are said behind the formula, such as i = j.
        at: where it begins.
    """

    sides: tuple
    signs: tuple
    conditions: tuple
    at: int


def read_claims(text, words=frozenset(), functions=frozenset(), quantities=frozenset()):
    """The claims of a formula.

    Args:
        text: the formula.
        words: names of several letters.
        functions: letters that are functions in front of a bracket.
        quantities: letters that are quantities of the network, and no functions.

    Raises:
        ReadingError: it cannot be read; with the place and the reason.
    """
    return Reader(text, symbols_of(text, words), functions, quantities).claims()


class Reader:
    """A reader of symbols: each method reads what it is called after."""

    def __init__(self, text, symbols, functions=frozenset(), quantities=frozenset()):
        self.text, self.symbols = text, symbols
        self.functions = (_FUNCTION_LETTERS | set(functions)) - set(quantities) | set(FUNCTION_WORDS)
        self.quantities = quantities
        self.i = self.depth = 0
        self.bars = 0
        self.is_typed = "\\" not in text and "{" not in text
        self.tables = 0  # in the cells of a table, a line does not go on in the next

    # --- Symbols.

    def error(self, reason, at=None):
        return ReadingError(reason, self.at if at is None else at, self.text)

    @property
    def at(self):
        return self.symbols[self.i].at if self.i < len(self.symbols) else len(self.text)

    def look(self, k=0):
        """The kind and the text of a symbol further on."""
        if 0 <= self.i + k < len(self.symbols):
            s = self.symbols[self.i + k]
            return s.kind, s.text
        return None, None

    def is_op(self, text, k=0):
        return self.look(k) == ("op", text)

    def is_cmd(self, *names, k=0):
        kind, text = self.look(k)
        return kind == "cmd" and text in names

    def is_let(self, *names, k=0):
        kind, text = self.look(k)
        return kind == "let" and (not names or text in names)

    def next(self):
        if self.i >= len(self.symbols):
            raise self.error("the formula ends too early")
        self.i += 1
        return self.symbols[self.i - 1]

    def take(self, text):
        if self.is_op(text):
            self.i += 1
            return True
        return False

    def expect(self, text):
        if not self.take(text):
            found = "the end" if self.look()[1] is None else repr(self.look()[1])
            raise self.error(f"expected {text!r}, found {found}")

    def closing(self, k):
        """Where the bracket that opens ``k`` symbols on is closed, counted from here; None where it is not."""
        opening = self.look(k)[1]
        other = {"{": "}", "(": ")", "[": "]"}[opening]
        depth = 0
        while self.look(k)[0] is not None:
            kind, text = self.look(k)
            if kind == "op":
                depth += (text == opening) - (text == other)
                if depth == 0:
                    return k
            k += 1
        return None

    def deeper(self):
        self.depth += 1
        if self.depth > MOST_DEPTH * 3:
            raise self.error(f"a formula is nested at most {MOST_DEPTH} deep")

    # --- Claims.

    def claims(self):
        """Every claim; a line that begins with a relation goes on with the claim before."""
        found: list = []
        goes_on = False
        while self.i < len(self.symbols):
            if self.skipped():
                goes_on = goes_on and self.look(-1)[0] in ("row", "op")
                continue
            if len(found) > _MOST_ROWS:
                raise self.error("too many lines")
            claim = self.claim()
            if claim.sides[0] is None and found and (goes_on or claim.signs):
                before = found.pop()
                claim = Claim(
                    before.sides + claim.sides[1:],
                    before.signs + claim.signs,
                    before.conditions + claim.conditions,
                    before.at,
                )
            found.append(claim)
            self.tail(found)
            goes_on = True
        if not found:
            raise self.error("there is no formula", 0)
        return found

    def skipped(self):
        """Skip what separates claims."""
        kind, text = self.look()
        if (
            kind in ("row", "gap", "text")
            or (kind == "op" and text in "&,;.:")
            or self.is_cmd("forall", *_IMPLICATIONS)
        ):
            if kind == "text" and self.i + 1 < len(self.symbols) and not self.is_connective(text):
                raise self.error("prose in front of a formula may change what it says: leave it out")
            self.i += 1
            return True
        if self.is_op("=>"):
            self.i += 1
            return True
        if self.is_cmd("begin") and self.block_name().startswith(_BLOCKS):
            self.block_name(skip=True)
            return True
        if self.is_cmd("end"):
            self.block_name(skip=True)
            return True
        if kind == "let" and text in ("where", "and", "so", "thus", "if", "for", "with", "all"):
            self.i += 1
            return True
        return self.is_numbered()

    def is_connective(self, words):
        """Whether a text in front of a formula leaves it as it is."""
        w = words.strip(" .,:;()").lower()
        return w.split(" ")[0] in (
            "", "so", "thus", "hence", "then", "and", "therefore", "where", "with", "for", "let", "since", "as", "if",
            "because", "now", "output", "hidden", "update", "which", "we", "that", "i.e",
        ) or words.rstrip().endswith(":")  # fmt: skip

    def is_numbered(self):
        """``(5)`` at the end of a line, or ``2)`` in front of a formula."""
        if self.is_op("(") and self.look(1)[0] == "num" and self.is_op(")", 2) and self.ends(3) and self.i > 0:
            self.i += 3
            return True
        if self.look()[0] == "num" and self.is_op(")", 1):
            self.i += 2
            return True
        return False

    def ends(self, k=0):
        kind, _ = self.look(k)
        return kind in (None, "row") or self.is_cmd("end", k=k)

    def block_name(self, skip=False):
        """The name of the environment that begins or ends here."""
        if not self.is_op("{", 1):
            raise self.error("expected the name of an environment")
        end = self.closing(1)
        if end is None:
            raise self.error("a brace is not closed")
        name = "".join([s.text for s in self.symbols[self.i + 2 : self.i + end]]).replace("*", "")
        if skip:
            is_begin = self.is_cmd("begin")
            self.i += end + 1
            if is_begin and (name == "array" or name.startswith("alignat") or name == "alignedat") and self.is_op("{"):
                self.i += self.closing(0) + 1
        return name

    def claim(self):
        at = self.at
        sides: list = []
        signs: list = []
        while self.take("&"):
            pass
        if self.relation(look=True):
            sides.append(None)
        else:
            sides.append(self.sum_of_terms())
        while True:
            while self.is_op("&") or (self.look()[0] == "gap" and self.relation(look=True, k=1)):
                self.i += 1
            if self.look()[0] == "row" and self.continues():
                continue
            if not self.relation(look=True):
                break
            sign = self.relation()
            while self.is_op("&") or self.look()[0] == "gap":
                self.i += 1
            if self.is_cmd("in"):
                break
            if self.i >= len(self.symbols):
                raise self.error("the formula ends too early")
            while self.look()[0] == "row" or self.is_op("&"):
                self.i += 1
            if self.ends():
                break
            signs.append(sign)
            sides.append(self.sum_of_terms())
        return Claim(tuple(sides), tuple(signs), (), at)

    def continues(self):
        """Go on to the next line where it begins with a relation or a sign."""
        k = 1
        while self.is_op("&", k) or self.look(k)[0] in ("row", "gap"):
            k += 1
        if self.relation(look=True, k=k):
            self.i += k
            return True
        return False

    def relation(self, look=False, k=0):
        kind, text = self.look(k)
        known = text in _RELATIONS and kind in ("cmd", "op")
        if look or not known:
            return known
        self.i += k + 1
        return _RELATIONS[text]

    def tail(self, found):
        """What stands behind a claim on its line: conditions, punctuation, sets, the number of the equation."""
        while not self.ends():
            kind, text = self.look()
            if self.is_cmd("in"):
                self.skip_line(stops=(",",))
            elif self.is_numbered() or (kind == "op" and text in "&.,;:"):
                if kind == "op" and text in "&.,;:":
                    self.i += 1
            elif kind == "gap":
                self.i += 1
            elif self.is_cmd("forall") or (kind == "let" and text in ("for", "if", "where", "with", "and", "all")):
                self.i += 1
                if not self.condition(found):
                    return
            elif kind == "text":
                self.i += 1
                words = text.lower().split()
                if words and words[0] in ("for", "if", "when", "where", "with", "(for", "(if"):
                    if not self.condition(found) and words[0] != "where":
                        self.skip_line()
                    elif words[0] == "where":
                        return
            elif self.look(-1) == ("op", ",") or self.look(-1)[0] in ("gap", "text") or self.is_cmd(*_IMPLICATIONS):
                if not self.condition(found):
                    return
            elif self.is_op("("):
                start = self.i
                self.i += 1
                inner = self.look()[0] == "text" or self.is_let("for", "if")
                if inner:
                    self.i += 1
                if not self.condition(found):
                    self.i = start
                    raise self.error("a bracket does not belong there")
                self.take(")")
            else:
                raise self.error(f"{text!r} does not belong there")

    def skip_line(self, stops=()):
        while not self.ends() and not (self.look()[0] == "op" and self.look()[1] in stops):
            self.i += 1

    def condition(self, found):
        """``i = j``, ``i \\neq j``, ``k \\in K``, ``l = L-1, ..., 2`` behind a formula; False where it is none."""
        k = 0
        while (
            self.look(k)[0] in ("gap",)
            or self.is_op("&", k)
            or (self.look(k)[0] == "let" and self.look(k)[1] in ("all", "for"))
        ):
            k += 1
        if self.ends(k):
            self.i += k
            return True
        if not self.is_let(k=k):
            return False
        end = k
        while not self.ends(end) and not (
            self.is_op(",", end) or self.look(end)[0] in ("gap", "text") or self.is_op(")", end)
        ):
            end += 1
        inside = [self.look(j) for j in range(k, end)]
        signs = [x for x in inside if x[0] in ("op", "cmd") and (x[1] in _COMPARISONS or x[1] == "in")]
        is_list = bool(inside) and all(x[0] == "let" or x in (("op", ","), ("op", "'")) for x in inside)
        if is_list and len(inside) <= 4 and not signs:
            self.i += end
            while self.is_op(",") or self.is_op("'") or (self.is_let() and self.look(-1) == ("op", ",")):
                self.i += 1
            return True
        if len(signs) != 1 or inside[1] != signs[0] or any(x[0] == "op" and x[1] in "_^([{" for x in inside[:2]):
            return False
        self.i += k
        left = self.next()
        sign = self.next().text
        has_dots = any(x[0] == "cmd" and x[1] in _DOTS for x in inside) or self.has_dots_ahead()
        if sign == "in" or has_dots or (self.is_op("1") and sign == "="):
            while not self.ends() and (self.look()[0] not in ("gap", "text") or has_dots):
                if self.is_op(")"):
                    break
                self.i += 1
            return True
        right = self.sum_of_terms()
        node = Node("cmp", (Node("name", (), (left.text, 0), left.at), right), _COMPARISONS[sign], left.at)
        last = found[-1]
        found[-1] = last._replace(conditions=(*last.conditions, node))
        return True

    def has_dots_ahead(self):
        k = 0
        while not self.ends(k):
            if self.is_cmd(*_DOTS, k=k):
                return True
            k += 1
        return False

    # --- Sums and products.

    def sum_of_terms(self):
        self.deeper()
        at = self.at
        terms = [self.signed_term()]
        while self.is_op("+") or self.is_op("-") or self.is_cmd("pm"):
            if self.is_cmd("pm"):
                raise self.error("a sign that is plus or minus says nothing that could be proved")
            terms.append(self.signed_term())
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Node("add", terms, None, at)

    def sign(self):
        negative = False
        while True:
            if self.take("+"):
                continue
            if self.take("-"):
                negative = not negative
                continue
            if (
                (self.is_op("&") or self.look()[0] in ("gap", "row"))
                and self.i
                and self.look(-1) in (("op", "+"), ("op", "-"))
            ):
                self.i += 1
                continue
            return negative

    def signed_term(self):
        at = self.at
        negative = self.sign()
        term = self.term()
        while (self.look()[0] == "row" or self.is_op("&")) and self.sign_follows():
            self.i += 1
        return Node("neg", (term,), None, at) if negative else term

    def sign_follows(self):
        """Whether a sum goes on in the next line."""
        if self.tables:
            return False
        k = 0
        while self.look(k)[0] in ("row", "gap") or self.is_op("&", k):
            k += 1
        return self.is_op("+", k) or self.is_op("-", k)

    def term(self):
        at = self.at
        factors: list = [self.factor()]
        signs: list = []
        while True:
            if self.is_op("/") or self.is_cmd("div"):
                self.i += 1
                below = self.signed_factor()
                factors, signs = [Node("div", (_product(factors, signs, at), below), None, at)], []
                continue
            sign = self.product_sign()
            if sign is None and not self.starts():
                break
            factors.append(self.signed_factor() if sign else self.factor())
            signs.append(sign or "")
        for k in reversed(range(len(factors))):
            x = factors[k]
            if x.kind == "deriv" and x.parts[0].kind == "none" and k + 1 < len(factors) and x.data == "operator":
                inner = _product(factors[k + 1 :], signs[k + 1 :], factors[k + 1].at)
                factors[k:] = [Node("deriv", (inner, x.parts[1]), "applied", x.at)]
                signs = signs[:k]
        return _product(factors, signs, at)

    def product_sign(self):
        kind, text = self.look()
        if text in _PRODUCTS and (kind == "cmd" or text == "*") and text != "boldsymbol":
            self.i += 1
            while self.is_op("&") or self.look()[0] == "gap":
                self.i += 1
            if self.look()[0] == "row":
                self.i += 1
            return _PRODUCTS[text]
        return None

    def signed_factor(self):
        at = self.at
        negative = self.sign()
        x = self.factor()
        return Node("neg", (x,), None, at) if negative else x

    def starts(self):
        """Whether a factor begins here."""
        kind, text = self.look()
        if kind in ("num", "let"):
            return text not in ("for", "if", "where", "otherwise", "and", "all", "else", "with")
        if kind == "op":
            return text in "([{" or (text == "|" and self.bars == 0 and False)
        if kind == "cmd":
            if text in _RELATIONS or text in _COMPARISONS or text in _IMPLICATIONS or text in _PRODUCTS:
                return False
            return text not in (
                "end", "forall", "in", "}", "rbrace", "rvert", "rVert", "notin", "pm", "div", "rangle",
                "rfloor", "rceil",
            ) and not (text in ("|", "Vert") and self.bars)  # fmt: skip
        return False

    # --- Factors.

    def factor(self):
        self.deeper()
        x = self.scripted(self.atom())
        self.depth -= 1
        return x

    def scripted(self, x):
        """Something with the powers, primes and indices behind it."""
        while True:
            at = self.at
            if self.is_op("^") and x.kind not in ("name",):
                self.i += 1
                if self.skip_transpose():
                    x = Node("transpose", (x,), None, at)
                elif self.skip_prime():
                    x = self.primed(x)
                elif x.kind == "deriv" or (x.kind == "call" and self.is_op("{") and self.is_op("(", 1)):
                    self.script("sup")  # a layer or sample mark on something whose parts have their own
                else:
                    x = Node("pow", (x, self.exponent()), None, at)
            elif self.is_op("'") and x.kind not in ("name",):
                self.i += 1
                x = self.primed(x)
            elif self.is_op("_") and x.kind in (
                "group",
                "call",
                "matrix",
                "transpose",
                "diag",
                "deriv",
                "entry",
                "bracket",
            ):
                self.i += 1
                items = self.script("sub")
                x = Node("entry", (x, *items.parts), None, at)
            elif self.is_bar():
                x = self.taken_at(x)
            elif self.is_op("**"):
                self.i += 1
                x = Node("pow", (x, self.factor()), None, at)
            else:
                return x

    def primed(self, x):
        if x.kind == "call" and x.parts[0].kind == "name":
            base, primes = x.parts[0].data
            name = Node("name", x.parts[0].parts, (base, primes + 1), x.parts[0].at)
            return Node("call", (name, *x.parts[1:]), None, x.at)
        if x.kind == "group":
            return Node("transpose", x.parts, "prime", x.at)
        raise self.error("a prime belongs to a function")

    def is_bar(self):
        """``|_{x = 3}`` behind a derivative."""
        return (self.is_op("|") or self.is_cmd("vert", "rvert", "mid")) and self.is_op("_", 1) and self.bars == 0

    def taken_at(self, x):
        self.i += 2
        at = self.at
        if self.is_op("{"):
            end = self.i + self.closing(0)
            self.i += 1
            if any(s.kind in ("op", "cmd") and s.text in _RELATIONS for s in self.symbols[self.i : end]):
                self.sum_of_terms()
                self.relation()
            point = self.sum_of_terms()
            self.i = end + 1
        else:
            point = self.factor()
        return Node("at", (x, point), None, at)

    def exponent(self):
        x = self.group() if self.is_op("{") else self.one()
        if x.kind == "num" and abs(x.data) > LARGEST_EXPONENT:
            raise self.error(f"an exponent is at most {LARGEST_EXPONENT}")
        if any(y.kind == "pow" for y in walk(x)):
            raise self.error("a power of a power: write the product of the exponents")
        return x

    def skip_transpose(self):
        if self.is_let("T", "tr") or self.is_cmd(*_TRANSPOSES) or (self.is_let("t") and False):
            self.i += 1
            return True
        if self.is_op("{"):
            end = self.closing(0)
            inner = [self.look(k)[1] for k in range(1, end or 1)]
            flat = [t for t in inner if t not in ("{", "}")]
            if len(flat) == 1 and flat[0] in ("T", "tr", "'", *_TRANSPOSES) and flat[0] != "'":
                self.i += end + 1
                return True
        return False

    def skip_prime(self):
        if self.is_cmd("prime"):
            self.i += 1
            return True
        if self.is_op("{") and self.is_cmd("prime", k=1) and self.is_op("}", 2):
            self.i += 3
            return True
        return False

    def group(self):
        """``{...}`` as an argument of a command, or one symbol."""
        if self.take("{"):
            if self.take("}"):
                return Node("none", (), None, self.at)
            x = self.sum_of_terms()
            self.expect("}")
            return x
        return self.one()

    def one(self):
        """One symbol; of a number, one digit."""
        kind, text = self.look()
        if kind == "num" and len(text) > 1 and "." not in text:
            s = self.symbols[self.i]
            self.symbols[self.i] = type(s)("num", text[1:], s.at + 1, True)
            return Node("num", (), Fraction(text[0]), s.at)
        if kind == "op" and text == "-":
            at = self.next().at
            return Node("neg", (self.one(),), None, at)
        if kind == "op" and text in "*+":
            return Node("name", (), (self.next().text, 0), self.at)
        self.deeper()
        x = self.atom(scripts=False)
        self.depth -= 1
        return x

    # --- Atoms.

    def atom(self, scripts=True):
        kind, text = self.look()
        if kind == "num":
            return self.number()
        if kind == "let":
            return self.lettered(scripts)
        if kind == "op":
            if text in "([":
                return self.bracket()
            if text == "{":
                return self.braces(scripts)
            if text == "|":
                return self.norm("|")
        if kind == "cmd":
            return self.command(scripts)
        if kind == "row":
            raise self.error("a line ends too early")
        if kind is None:
            raise self.error("the formula ends too early")
        raise self.error(f"{text!r} does not belong there")

    def number(self):
        s = self.next()
        if s.text == "1" and self.indicates():
            return self.indicator(s.at)
        if len(s.text.replace(".", "")) > MOST_DIGITS:
            raise self.error(f"a number has at most {MOST_DIGITS} digits", s.at)
        if self.look()[0] == "num":
            raise self.error("two numbers side by side are set as one: write \\cdot between them, or no space")
        if self.is_let("e") and self.look(1)[0] == "num" and self.symbols[self.i].glued:
            raise self.error("write this number in digits, without an e", s.at)
        return Node("num", (), Fraction(s.text), s.at)

    def braces(self, scripts):
        at = self.next().at
        if self.take("}"):
            if self.is_op("_") or self.is_op("^"):
                self.i += 1
                self.script("sub")  # a mark in front of a letter
            return self.atom(scripts)
        x = self.sum_of_terms()
        self.expect("}")
        if x.kind == "name" and scripts:
            return self.called(self.named(x))
        return x if x.kind in ("name", "num") else Node("group", (x,), "{", at)

    def bracket(self):
        opening = self.look()[1]
        at = self.at
        end = self.closing(0)
        if end is None:
            raise self.error("a bracket is not closed")
        if self.compares(end):
            self.i += 1
            return self.test(at, {"(": ")", "[": "]"}[opening])
        self.i += 1
        x = self.sum_of_terms()
        if self.is_op(","):
            raise self.error("several things in a bracket, and no function in front of it")
        self.expect({"(": ")", "[": "]"}[opening])
        return Node("group", (x,), opening, at)

    def compares(self, end):
        """Whether a comparison stands in the bracket that opens here, at its own level."""
        depth = 0
        for k in range(end):
            kind, text = self.look(k)
            if kind == "op" and text in "([{":
                depth += 1
            elif kind == "op" and text in ")]}":
                depth -= 1
            elif kind == "cmd" and text in ("{", "lbrace", "}", "rbrace"):
                depth += 1 if text in ("{", "lbrace") else -1
            elif depth == 1 and kind in ("op", "cmd") and text in _COMPARISONS:
                return True
        return False

    def indicates(self):
        """Whether a comparison follows, in a bracket or a subscript: the 1 before is an indicator."""
        k = 1 if self.is_op("_") else 0
        if self.is_cmd("{", "lbrace", k=k):
            return True
        if self.look(k) not in (("op", "("), ("op", "["), ("op", "{")):
            return False
        end = self.closing(k)
        if end is None:
            return False
        self.i += k
        found = self.compares(end - k)
        self.i -= k
        return found

    def indicator(self, at):
        self.take("_")
        if self.is_cmd("{", "lbrace"):
            self.i += 1
            return self.test(at, "}")
        closing = {"(": ")", "[": "]", "{": "}"}[self.next().text]
        if self.is_cmd("{", "lbrace"):
            self.i += 1
            x = self.test(at, "}")
            self.expect(closing)
            return x
        return self.test(at, closing)

    def test(self, at, closing):
        node = self.comparison()
        if self.is_cmd(closing, "rbrace"):
            self.i += 1
        else:
            self.expect(closing)
        return Node("test", (node,), None, at)

    def comparison(self):
        at = self.at
        left = self.sum_of_terms()
        kind, text = self.look()
        if kind not in ("op", "cmd") or text not in _COMPARISONS:
            raise self.error("expected a comparison")
        self.i += 1
        return Node("cmp", (left, self.sum_of_terms()), _COMPARISONS[text], at)

    def norm(self, *closing):
        at = self.next().at
        if self.is_op("|"):
            self.i += 1
        self.bars += 1
        x = self.sum_of_terms()
        self.bars -= 1
        if self.look()[1] not in closing:
            raise self.error("expected closing bars")
        self.i += 1
        if self.is_op("|"):
            self.i += 1
        if self.is_op("_"):
            self.i += 1
            self.script("sub")
        return Node("norm", (x,), None, at)

    def command(self, scripts):
        s = self.next()
        word = s.text
        if word in _FRACTIONS:
            return self.fraction(s.at)
        if word in ("pdv", "dv", "pd", "dd", "diffp", "od"):
            of, by = self.group(), None
            by = self.group()
            return Node("deriv", (self.of(of), by), None, s.at)
        if word == "sum":
            return self.series(s.at)
        if word in ("partial", "nabla"):
            return self.differential(word, s.at)
        if word == "sqrt":
            return Node("call", (Node("name", (), ("sqrt", 0), s.at), self.group()), None, s.at)
        if word in ("hat", "bar", "tilde", "dot", "check", "acute"):
            return self.accented(word, s.at, scripts)
        if word in ("underbrace", "overbrace", "overset", "underset", "stackrel", "textstyle"):
            if word in ("overset", "underset", "stackrel"):
                self.group()
                return self.group()
            x = self.group()
            while self.is_op("_") or self.is_op("^"):
                self.i += 1
                if self.is_op("{"):
                    self.i += (self.closing(0) or 0) + 1
                else:
                    self.i += 1
            return Node("group", (x,), "{", s.at)
        if word == "begin":
            self.i -= 1
            return self.environment(s.at)
        if word in ("{", "lbrace"):
            x = self.sum_of_terms()
            if not self.is_cmd("}", "rbrace"):
                raise self.error("expected a closing brace")
            self.i += 1
            return Node("group", (x,), "(", s.at)
        if word in ("|", "Vert", "lVert", "lvert"):
            self.i -= 1
            return self.norm("|", "Vert", "rVert", "rvert")
        if word in _DOTS:
            return Node("dots", (), None, s.at)
        if word == "indicator":
            if self.indicates():
                return self.indicator(s.at)
            return Node("name", (), ("ones", 0), s.at)
        if word == "prime":
            raise self.error("a prime belongs to a function")
        if word == "int" or word == "prod":
            raise self.error(f"\\{word} is not in formulas of backpropagation that can be graded")
        raise self.error(f"the command \\{word if word.isprintable() else ascii(word)} is not understood", s.at)

    def accented(self, accent, at, scripts):
        x = self.group() if self.is_op("{") else self.one()
        while x.kind == "group":
            x = x.parts[0]
        if x.kind != "name":
            raise self.error(f"\\{accent} stands over one letter", at)
        if accent == "dot":  # \\dot f is f'
            x = Node("name", x.parts, (x.data[0], x.data[1] + 1), at)
        else:
            x = Node("name", x.parts, (f"{accent} {x.data[0]}", x.data[1]), at)
        return self.called(self.named(x)) if scripts else x

    def environment(self, at):
        name = self.block_name(skip=True)
        if "matrix" in name or name == "array" or name in ("cases", "dcases", "rcases"):
            self.tables += 1
            x = self.matrix(at) if "matrix" in name or name == "array" else self.cases(at)
            self.tables -= 1
            return x
        if name.startswith(_BLOCKS):
            x = self.sum_of_terms()
            while self.look()[0] == "row":
                self.i += 1
            if self.is_cmd("end"):
                self.block_name(skip=True)
            return x
        raise self.error(f"the environment {name} is not understood", at)

    def matrix(self, at):
        rows: list = []
        cells: list = []
        filled = None
        while True:
            if self.i >= len(self.symbols):
                raise self.error("\\begin without its \\end", at)
            if self.is_op("&") or self.ends():
                cells.append(filled or Node("none", (), None, self.at))
                filled = None
                if self.ends():
                    if any(x.kind != "none" for x in cells):
                        rows.append(Node("row", cells, None, at))
                    cells = []
                    if self.is_cmd("end"):
                        break
                self.i += 1
            elif self.look()[0] == "gap" or self.is_op(","):
                self.i += 1
            else:
                filled = self.sum_of_terms()
        self.block_name(skip=True)
        return Node("matrix", rows, None, at)

    def cases(self, at):
        parts: list = []
        while not self.is_cmd("end"):
            if self.i >= len(self.symbols):
                raise self.error("\\begin without its \\end", at)
            if self.look()[0] in ("row", "gap"):
                self.i += 1
                continue
            value = self.sum_of_terms()
            while self.is_op("&") or self.is_op(",") or self.look()[0] == "gap" or self.is_let("if", "for"):
                self.i += 1
            condition = Node("else", (), None, self.at)
            if self.look()[0] == "text":
                words = self.next().text.lower()
                if "otherwise" not in words and "else" not in words and not self.ends():
                    condition = self.of_kind(words) or self.comparison()
                elif self.kind_of(words):
                    condition = Node("kind", (), self.kind_of(words), self.at)
            elif self.is_let("otherwise", "else"):
                self.i += 1
            elif not self.ends():
                condition = self.of_kind("") or self.comparison()
            while self.is_op(".") or self.is_op(",") or self.is_op(";") or self.look()[0] in ("gap", "text"):
                self.i += 1
            parts += [value, condition]
        self.block_name(skip=True)
        if not parts:
            raise self.error("there is nothing between \\begin and \\end", at)
        return Node("cases", parts, None, at)

    def kind_of(self, words):
        """The neurons that words speak of: ``"output"`` or ``"hidden"``; None for others."""
        if "output" in words:
            return "output"
        return "hidden" if "hidden" in words or "inner" in words else None

    def of_kind(self, words):
        """``j is an output neuron``: which neurons a case is for; None where it is another condition."""
        if self.kind_of(words):
            return Node("kind", (), self.kind_of(words), self.at)
        if self.is_let() and self.look(1)[0] == "text" and self.kind_of(self.look(1)[1].lower()):
            kind = self.kind_of(self.look(1)[1].lower())
            self.i += 2
            return Node("kind", (), kind, self.at)
        return None

    # --- Letters.

    def lettered(self, scripts):
        s = self.next()
        text = s.text
        if not scripts:
            return Node("name", (), (text, 0), s.at)
        if text == "sum" and self.is_op("_"):
            return self.series(s.at)
        if text == "e" and self.is_op("^"):
            self.i += 1
            return Node("call", (Node("name", (), ("exp", 0), s.at), self.group_or_one()), None, s.at)
        if text in ("ones", "I", "indicator") and self.indicates():
            return self.indicator(s.at)
        if text in ("d", "delta"):
            x = self.quotient(text, s.at)
            if x is not None:
                return x
        if text == "d" and self.is_let() and self.symbols[self.i].glued and not self.is_let("x") and "=" not in text:
            name = self.factor()
            if name.kind == "transpose":
                return Node("transpose", (Node("deriv", (Node("loss"), name.parts[0]), "name", s.at),), None, s.at)
            return Node("deriv", (Node("loss"), name), "name", s.at)
        if text == "Delta" and (self.is_let() or self.is_op("{") or self.is_cmd("hat")):
            return Node("step", (self.factor(),), None, s.at)
        name = Node("name", (), (text, 0), s.at)
        if self.look()[0] == "num" and self.symbols[self.i].glued and text not in FUNCTION_WORDS:
            number = self.next()  # w5: the number is an index
            parts = (Node("num", (), Fraction(number.text), number.at),)
            name = Node("name", (Node("sub", parts, "", number.at),), (text, 0), s.at)
        return self.called(self.named(name))

    def group_or_one(self):
        return self.group() if self.is_op("{") else self.signed_factor()

    def named(self, x):
        """A name with its subscripts, superscripts and primes; a transposed one as such."""
        base, primes = x.data
        scripts = list(x.parts)
        transposed = False
        while True:
            if self.is_op("'"):
                self.i += 1
                primes += 1
            elif self.is_op("_"):
                self.i += 1
                scripts.append(self.script("sub"))
            elif self.is_op("^"):
                self.i += 1
                if self.skip_prime():
                    primes += 1
                elif self.skip_transpose():
                    transposed = True
                else:
                    found, is_transposed, more = self.superscript()
                    transposed |= is_transposed
                    primes += more
                    scripts += found
            else:
                break
        scripts = [y for y in scripts if y.parts]
        name = Node("name", scripts, (base, primes), x.at)
        return Node("transpose", (name,), None, x.at) if transposed else name

    def superscript(self):
        """The marks above a letter: layers and samples in their brackets, a T, primes."""
        found: list = []
        transposed, primes = False, 0
        if not self.is_op("{"):
            x = self.one()
            return [Node("sup", (x,), "", x.at)], False, 0
        self.next()
        while not self.take("}"):
            kind, text = self.look()
            if kind is None:
                raise self.error("a superscript is not closed")
            if self.is_op("^") or self.is_op(",") or self.is_op("{") or kind == "gap":
                self.i += 1
                if text == "{":
                    inner, t, p = self.superscript_inside()
                    found += inner
                    transposed |= t
                    primes += p
            elif (self.is_let("T", "tr") and (found or self.is_op("(", 1) or self.is_op("}", 1))) or self.is_cmd(
                *_TRANSPOSES
            ):
                self.i += 1
                transposed = True
            elif self.is_cmd("prime") or self.is_op("'"):
                self.i += 1
                primes += 1
            elif (kind == "op" and text in "([") or self.is_cmd("langle") or self.is_op("<"):
                self.i += 1
                while True:
                    inner_node = self.sum_of_terms()
                    found.append(Node("sup", (inner_node,), {"(": "(", "[": "["}.get(text, "<"), inner_node.at))
                    if not self.take(","):
                        break
                if self.next().text not in (")", "]", "rangle", ">"):
                    raise self.error("a bracket is not closed")
            elif (kind == "op" and text in "*+-" and (self.is_op("}", 1))) or kind == "text":
                self.i += 1
                found.append(Node("sup", (Node("name", (), (text, 0), self.at),), "", self.at))
            else:
                x = self.index_sum()
                found.append(Node("sup", (x,), "", x.at))
        return found, transposed, primes

    def superscript_inside(self):
        """The rest of a superscript's inner braces, already opened."""
        self.i -= 1
        return self.superscript()

    def script(self, kind):
        """A subscript: its indices one by one."""
        at = self.at
        if not self.is_op("{"):
            return Node(kind, self.typed_indices() if self.is_typed else (self.one(),), "", at)
        self.next()
        found: list = []
        bracket = ""
        while not self.take("}"):
            k, text = self.look()
            if k is None:
                raise self.error("a subscript is not closed")
            if (k == "op" and text in ",)]:;&") or k == "gap" or self.is_cmd("rangle"):
                self.i += 1
            elif self.is_cmd("to", "rightarrow", "leftarrow", "gets"):
                self.i += 1
                found.append(Node("arrow", (), text, self.at))
            elif k == "op" and text in "([":
                self.i += 1
                bracket = text
            elif k == "num":
                found += self.digits(found)
            elif k == "op" and text in "{":
                self.i += 1
                self.symbols.insert(self.i, self.symbols[self.i - 1])
                inner = self.script(kind)
                found += inner.parts
            elif (k in ("op", "cmd")) and text in _COMPARISONS and found:
                self.i += 1
                left = found.pop()
                found.append(Node("cmp", (left, self.sum_of_terms()), _COMPARISONS[text], left.at))
            elif k == "text":
                self.i += 1
                found.append(Node("name", (), (text, 0), at))
            elif k == "cmd" and text in ("cdot", "bullet", "ast", "cdots", "dots"):
                self.i += 1
                found.append(Node("all", (), None, at))
            else:
                found.append(self.index_sum())
        return Node(kind, found, bracket, at)

    def typed_indices(self):
        """The indices of a typed name: ``w_jk`` has two, and ``out_o1`` has the neuron o1."""
        found = [self.one()]
        while self.i < len(self.symbols) and self.symbols[self.i].glued:
            x, s = found[-1], self.symbols[self.i]
            if s.kind == "num" and x.kind == "name" and not x.parts:
                self.i += 1
                script = Node("sub", (Node("num", (), Fraction(s.text), s.at),), "", s.at)
                found[-1] = Node("name", (script,), x.data, x.at)
            elif s.kind == "let" and x.kind == "name" and len(s.text) == len(x.data[0]) == 1:
                found.append(self.one())
            else:
                break
        return found

    def digits(self, found):
        """A number in a script: ``12`` are two indices, unless commas set it apart."""
        s = self.next()
        alone = self.is_op("}") and not found
        if len(s.text) == 2 and (alone or self.is_op("}")) and "." not in s.text and not self.is_op(","):
            return [Node("num", (), Fraction(c), s.at + k) for k, c in enumerate(s.text)]
        x = Node("num", (), Fraction(s.text), s.at)
        if self.is_op("+") or self.is_op("-"):
            self.i -= 1
            return [self.index_sum()]
        return [x]

    def index_sum(self):
        """An index: a letter, a number, or a letter plus or minus a number."""
        at = self.at
        terms = [self.index_term()]
        while (self.is_op("+") or self.is_op("-")) and not self.is_op("}", 1):
            negative = self.next().text == "-"
            x = self.index_term()
            terms.append(Node("neg", (x,), None, x.at) if negative else x)
        return terms[0] if len(terms) == 1 else Node("add", terms, None, at)

    def index_term(self):
        kind, text = self.look()
        at = self.at
        if kind == "op" and text == "-":
            self.i += 1
            return Node("neg", (self.index_term(),), None, at)
        if kind == "num":
            return Node("num", (), Fraction(self.next().text), at)
        x = self.one()
        while x.kind == "name" and self.take("'"):
            x = Node("name", x.parts, (x.data[0] + "'", 0), x.at)  # o' is a letter of its own
        if x.kind == "name":
            while self.is_op("_") or self.is_op("^") or (self.look()[0] == "num" and self.symbols[self.i].glued):
                if self.look()[0] == "num":
                    number = self.next()
                    script = Node("sub", (Node("num", (), Fraction(number.text), number.at),), "", number.at)
                    x = Node("name", (*x.parts, script), x.data, x.at)
                    continue
                sub = self.next().text == "_"
                if sub:
                    x = Node("name", (*x.parts, self.script("sub")), x.data, x.at)
                else:
                    found, _, _ = self.superscript()
                    x = Node("name", (*x.parts, *found), x.data, x.at)
        return x

    def called(self, x):
        """A function with its arguments, where a bracket behind a name holds some."""
        name = x.parts[0] if x.kind == "transpose" else x
        base, primes = name.data
        is_function = base in self.functions or primes > 0
        if self.is_op("(") or (self.is_op("[") and (is_function or base in self.quantities)):
            end = self.closing(0)
            if end is None:
                raise self.error("a bracket is not closed")
            if is_function and x.kind == "name" and (self.is_op("(") or not self.compares(end)):
                return self.arguments(x)
            if self.is_op("(") and x.kind == "name" and self.depends(end):
                return self.arguments(x)
        if self.is_cmd("{", "lbrace") and is_function and x.kind == "name":
            self.i += 1
            inner = self.sum_of_terms()
            self.i += 1
            return self.powered(x, (inner,))
        if x.kind == "name" and base in FUNCTION_WORDS and not self.ends() and (self.starts()):
            if base in ("diag", "Diag"):
                return Node("diag", (self.factor(),), None, x.at)
            return self.powered(x, (self.unbracketed(),))
        return x

    def unbracketed(self):
        """The argument of a function without a bracket: the factors that are written close behind it."""
        at = self.at
        if self.is_op("{") or self.is_op("("):
            return self.factor()
        factors = [self.factor()]
        while (
            self.look()[0] == "let"
            and not self.is_let(*FUNCTION_WORDS)
            and self.symbols[self.i].glued
            and factors[-1].kind == "num"
        ):
            factors.append(self.factor())
        return _product(factors, [""] * (len(factors) - 1), at)

    def powered(self, name, arguments):
        """A call; ``\\tanh^2 z`` is a power of it."""
        marks = [s for s in name.parts if s.kind == "sup" and s.data == "" and s.parts[0].kind == "num"]
        base, _ = name.data
        if base in ("diag", "Diag"):
            return Node("diag", arguments, None, name.at)
        if marks and (base in FUNCTION_WORDS or len(self.text) < 0):
            rest = Node("name", [s for s in name.parts if s not in marks], name.data, name.at)
            return Node("pow", (Node("call", (rest, *arguments), None, name.at), marks[0].parts[0]), None, name.at)
        return Node("call", (name, *arguments), None, name.at)

    def arguments(self, name):
        closing = {"(": ")", "[": "]"}[self.next().text]
        found = [self.argument()]
        while self.is_op(",") or self.is_op(";") or self.is_op("|") or self.is_cmd("mid", "vert"):
            self.i += 1
            found.append(self.argument())
        self.expect(closing)
        return self.powered(name, tuple(found))

    def argument(self):
        if self.is_cmd(*_DOTS, "cdot"):
            self.i += 1
            return Node("dots", (), None, self.at)
        x = self.sum_of_terms()
        if self.relation(look=True) or self.look()[1] in _COMPARISONS:
            self.i += 1
            x = Node("cmp", (x, self.sum_of_terms()), "=", x.at)
        return x

    def depends(self, end):
        """Whether the bracket that opens here says what a quantity depends on: a letter, or several things."""
        if self.look(end + 1)[1] == "^":
            return False  # a factor: x(W)^T
        inner = [self.look(k) for k in range(1, end)]
        depth = 0
        for kind, text in inner:
            if kind == "op" and text in "([{":
                depth += 1
            elif kind == "op" and text in ")]}":
                depth -= 1
            elif depth == 0 and kind == "op" and text in ",;":
                return True
        inner = [x for x in inner if x not in (("op", "{"), ("op", "}"))]
        if not inner or inner[0][0] != "let":
            return False
        if self.is_op("^", end + 1):
            return False  # a factor that is transposed
        if inner[0][1] in ("k", "t", "n", "tau", "x", "X", "theta", "Theta", "w", "W"):
            plain = [x for x in inner if x[1] not in ("_", "^", "{", "}", "(", ")", "+", "-")]
            return (
                all(x[0] in ("let", "num") for x in plain)
                and (len(plain) <= 3)
                and not (len(plain) > 1 and not any(x[1] in ("_", "^", "+", "-") for x in inner))
            )
        return False

    # --- Derivatives.

    def fraction(self, at):
        start = self.i
        sign = self.differential_sign(0)
        if sign is not None:
            end = self.closing(0) if self.is_op("{") else 0
            if self.differential_sign(end + 1) == sign:
                of = self.differential_part(sign)
                by = self.differential_part(sign)
                if by is None:
                    raise self.error("a derivative is taken in nothing", at)
                if by.kind == "step":
                    by = by.parts[0]
                data = "operator" if of is None else None
                return Node("deriv", (Node("none", (), None, at) if of is None else self.of(of), by), data, at)
        self.i = start
        top = self.group()
        return Node("div", (top, self.group()), None, at)

    def of(self, x):
        return x

    def differential_sign(self, k):
        """The d, partial or delta with which a group begins; None where it does not."""
        if self.is_op("{", k):
            k += 1
            while self.is_op("{", k):
                k += 1
        elif not self.is_cmd("partial", k=k):
            return None
        kind, text = self.look(k)
        if kind == "cmd" and text == "partial":
            return "partial"
        if kind == "let" and text in ("d", "delta", "Delta"):
            after = self.look(k + 1)
            if after[0] in ("let", "cmd") or after in (("op", "}"), ("op", "{"), ("op", "("), ("op", "[")):
                return text
        return None

    def differential_part(self, sign):
        """``{\\partial x}``: the x, or None."""
        braced = self.take("{")
        inner = 0
        while self.take("{"):
            inner += 1
        if not braced:
            self.next()
            return None
        self.next()
        if self.is_op("^"):
            raise self.error("a second derivative is not among what can be read")
        x = None if self.is_op("}") else self.sum_of_terms()
        for _ in range(inner):
            self.take("}")
        if not self.is_op("}") and sign == "partial" and self.is_cmd("partial"):
            raise self.error("a second derivative is not among what can be read")
        self.expect("}")
        return x

    def differential(self, word, at):
        r"""``\partial L / \partial w``, ``\partial_w L``, ``\nabla_W L``."""
        if self.is_op("_"):
            self.i += 1
            by = self.group() if self.is_op("{") else self.factor_without_call()
            of = self.factor() if self.starts() else Node("loss", (), None, at)
            return Node("deriv", (of, by), "gradient", at)
        if word == "nabla":
            of = self.factor()
            return Node("deriv", (of, Node("none", (), None, at)), "gradient", at)
        x = self.quotient("partial", at)
        if x is None:
            raise self.error("a \\partial belongs into a fraction", at)
        return x

    def factor_without_call(self):
        return self.one()

    def quotient(self, sign, at):
        """``X / d Y`` behind a d; None where it is none."""
        start = self.i
        try:
            if self.is_op("/"):
                of = Node("none", (), None, at)
            elif self.is_let() or self.is_op("(") or self.is_cmd("hat", "log", "ell") or self.is_op("{"):
                of = self.factor()
            else:
                return None
            if self.is_op("/"):
                self.i += 1
                opened = self.take("(")
                found = self.look()
                if found in (("cmd", "partial"),) if sign == "partial" else found == ("let", sign):
                    self.i += 1
                    by = self.factor()
                    if opened:
                        self.expect(")")
                    if of.kind == "group" and of.data == "(":
                        of = of.parts[0]
                    data = "operator" if of.kind == "none" else None
                    return Node("deriv", (of, by), data, at)
        except ReadingError:
            pass
        self.i = start
        return None

    # --- Sums.

    def series(self, at):
        letters: list = []
        lower = upper = domain = None
        conditions: list = []
        while self.is_op("_") or self.is_op("^"):
            if self.next().text == "_":
                letters, lower, domain, conditions = self.below()
            elif self.is_op("{"):
                self.i += 1
                if not self.take("}"):
                    upper = self.sum_of_terms()
                    self.expect("}")
            else:
                upper = self.one()
        negative = self.sign()
        body = self.nested_term()
        if negative:
            body = Node("neg", (body,), None, at)
        return Node("sum", (body,), Limits(tuple(letters), lower, upper, domain, tuple(conditions)), at)

    def nested_term(self):
        self.deeper()
        x = self.term()
        self.depth -= 1
        return x

    def below(self):
        """What stands below a sum: its letters, the first value, the set, conditions."""
        if not self.is_op("{"):
            x = self.one()
            return ([x.data[0]] if x.kind == "name" else []), None, None, []
        letters: list = []
        lower = domain = None
        conditions: list = []
        end = self.i + self.closing(0)
        self.i += 1
        while self.i < end:
            kind, text = self.look()
            if (kind == "op" and text in ",:;|") or kind == "gap" or self.is_cmd("mid"):
                self.i += 1
            elif kind == "let":
                name = self.next()
                sign_kind, sign = self.look()
                if sign_kind in ("op", "cmd") and sign in ("=", ":=") and self.i < end:
                    self.i += 1
                    lower = self.sum_of_terms()
                    letters.append(name.text)
                elif self.is_cmd("in") and self.i < end:
                    self.i += 1
                    domain = self.set_name(end)
                    letters += [name.text]
                elif sign_kind in ("op", "cmd") and sign in _COMPARISONS and self.i < end:
                    self.i += 1
                    right = self.sum_of_terms()
                    if name.text not in letters:
                        letters.append(name.text)
                    left = Node("name", (), (name.text, 0), name.at)
                    conditions.append(Node("cmp", (left, right), _COMPARISONS[sign], name.at))
                else:
                    letters.append(name.text)
            elif self.is_cmd("substack"):
                self.i += 1
            else:
                self.i = end
        self.i = end + 1
        return letters, lower, domain, conditions

    def set_name(self, end):
        """The name of a set, up to a comma."""
        at, words = self.at, []
        depth = 0
        while self.i < end and not (depth == 0 and self.is_op(",")):
            _kind, text = self.look()
            depth += (text in ("(", "{")) - (text in (")", "}"))
            words.append(text)
            self.i += 1
        return Node("name", (), ("".join(words), 0), at)


def _product(factors, signs, at):
    return factors[0] if len(factors) == 1 else Node("prod", factors, tuple(signs), at)

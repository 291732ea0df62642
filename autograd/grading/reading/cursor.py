"""A cursor over the symbols of a formula, with tests for the next symbols and for closing brackets."""

from collections.abc import Callable
from typing import NamedTuple

from autograd.grading.reading.lexing import MAX_DEPTH
from autograd.grading.reading.tokens import FUNCTION_WORDS, is_typed
from autograd.grading.reading.trees import ReadingError

__all__ = ["Cursor", "Grammar"]

RELATIONS = {
    "=": "=", ":=": "=", "==": "=", "equiv": "=", "coloneqq": "=", "triangleq": "=", "doteq": "=", "leftarrow": "<-",
    "gets": "<-", "<-": "<-", "longleftarrow": "<-", "Leftarrow": "<-", "rightarrow": "->", "to": "->", "->": "->",
    "longrightarrow": "->", "mapsto": "->", "propto": "~", "+=": "+=", "-=": "-=", "approx": "approx",
    "simeq": "approx", "stackrel": "=",
}  # fmt: skip
IMPLICATIONS = {"Rightarrow", "implies", "iff", "Leftrightarrow", "therefore", "because", "=>", "Longrightarrow"}
COMPARISONS = {
    "neq": "!=", "ne": "!=", "!=": "!=", ">": ">", "<": "<", "geq": ">=", "ge": ">=", ">=": ">=", "leq": "<=",
    "le": "<=", "<=": "<=", "gt": ">", "lt": "<", "=": "=", "==": "=", "geqslant": ">=", "leqslant": "<=",
}  # fmt: skip
PRODUCTS = {
    "cdot": ".", "times": "*", "*": "*", "ast": "had", "odot": "had", "circ": "had", "bullet": "had", "otimes": "out",
    "star": "had", "boldsymbol": "", "cdotp": ".", "centerdot": ".", "bigodot": "had", "diamond": "had",
}  # fmt: skip
_FUNCTION_LETTERS = {"sigma", "phi", "Phi", "psi", "Psi", "f", "g", "varphi", "F", "G", "S", "rho"}
TRANSPOSES = {"top", "intercal", "transposed", "transpose", "tp", "dagger"}


class Grammar(NamedTuple):
    """The functions that read the nested parts of a formula. Each takes a cursor."""

    expression: Callable
    term: Callable
    factor: Callable
    signed_factor: Callable
    atom: Callable


class Cursor:
    """A reader of symbols in sequence. The functions of its grammar read the nested parts.

    Args:
        text: the formula, for messages.
        symbols: its :class:`~autograd.grading.reading.tokens.Symbol`s.
        grammar: the functions that read the nested parts.
        functions: letters that are functions in front of a bracket.
        quantities: letters that are quantities of the network and not functions.
        dependencies: pairs of the letters of an activation and of a pre-activation. With such a pair, ``p_i(z)`` is no
            product.
    """

    def __init__(self, text, symbols, grammar, functions=frozenset(), quantities=frozenset(), dependencies=frozenset()):
        self.text, self.symbols, self.grammar = text, symbols, grammar
        self.functions = (_FUNCTION_LETTERS | set(functions)) - set(quantities) | set(FUNCTION_WORDS)
        self.quantities, self.dependencies = quantities, dependencies
        self.i = self.depth = 0
        self.bars = 0
        self.no_quotients: set = set()  # positions and signs at which read_quotient found no quotient
        self.is_typed = is_typed(text)
        self.tables = 0  # open tables: in their cells, an expression does not continue on the next line

    def error(self, reason, at=None):
        return ReadingError(reason, self.at if at is None else at, self.text)

    @property
    def at(self):
        return self.symbols[self.i].at if self.i < len(self.symbols) else len(self.text)

    def look(self, k=0):
        """Return the kind and the text of the symbol that is ``k`` symbols ahead."""
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
        """Return the offset of the bracket that closes the one ``k`` symbols ahead, or None if it is not closed."""
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

    def end_of_bracket(self, k=0):
        """Return the offset of the bracket that closes the one ``k`` symbols ahead. If it is not closed, raise."""
        end = self.closing(k)
        if end is None:
            raise self.error(f"a {'brace' if self.is_op('{', k) else 'bracket'} is not closed")
        return end

    def deeper(self):
        self.depth += 1
        if self.depth > MAX_DEPTH * 3:
            raise self.error(f"a formula is nested at most about {MAX_DEPTH * 3 // 2} deep")

    def ends(self, k=0):
        kind, _ = self.look(k)
        return kind in (None, "row") or self.is_cmd("end", k=k)

    def is_case(self, k=0):
        """Return True if ``(i = j)`` or ``(i \\neq j)`` follows here, at the end of a line or of a sentence."""
        if not self.is_op("(", k) or not self.is_let(k=k + 1) or not self.is_let(k=k + 3) or not self.is_op(")", k + 4):
            return False
        kind, text = self.look(k + 2)
        is_between = kind in ("op", "cmd") and COMPARISONS.get(text) in ("=", "!=")
        return is_between and (self.ends(k + 5) or self.is_op(",", k + 5) or self.is_op(".", k + 5))

    def relation(self, look=False, k=0):
        kind, text = self.look(k)
        known = text in RELATIONS and kind in ("cmd", "op")
        if look or not known:
            return known
        self.i += k + 1
        return RELATIONS[text]

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

    def starts(self):
        """Return True if a factor begins here."""
        kind, text = self.look()
        if kind in ("num", "let"):
            return text not in ("for", "if", "where", "otherwise", "and", "all", "else", "with")
        if kind == "op":
            return text in "([{"
        if kind == "cmd":
            if text in RELATIONS or text in COMPARISONS or text in IMPLICATIONS or text in PRODUCTS:
                return False
            return text not in (
                "end", "forall", "in", "}", "rbrace", "rvert", "rVert", "notin", "pm", "div", "rangle", "rfloor",
                "rceil", "oslash",
            ) and not (text in ("|", "Vert") and self.bars)  # fmt: skip
        return False

    def skip_transpose(self):
        if self.is_let("T", "tr") or self.is_cmd(*TRANSPOSES):
            self.i += 1
            return True
        if self.is_op("{"):
            end = self.closing(0)
            inner = [self.look(k)[1] for k in range(1, end or 1)]
            flat = [t for t in inner if t not in ("{", "}")]
            if len(flat) == 1 and flat[0] in ("T", "tr", *TRANSPOSES):
                self.i += end + 1
                return True
        return False

    def skip_prime(self):
        if self.is_cmd("prime"):
            self.i += 1
            return True
        if self.is_op("{") and (self.is_cmd("prime", k=1) or self.is_op("'", 1)) and self.is_op("}", 2):
            self.i += 3
            return True
        return False

    def compares(self, end):
        """Return True if the bracket that opens here contains a comparison at its own level."""
        depth = 0
        for k in range(end):
            kind, text = self.look(k)
            if kind == "op" and text in "([{":
                depth += 1
            elif kind == "op" and text in ")]}":
                depth -= 1
            elif kind == "cmd" and text in ("{", "lbrace", "}", "rbrace"):
                depth += 1 if text in ("{", "lbrace") else -1
            elif depth == 1 and kind in ("op", "cmd") and text in COMPARISONS:
                return True
        return False

    def indicates(self):
        """Return True if a comparison in a bracket or a subscript follows. The 1 before it is then an indicator."""
        k = 1 if self.is_op("_") else 0
        if self.is_cmd("{", "lbrace", k=k):
            return True
        if self.look(k) not in (("op", "("), ("op", "["), ("op", "{")):
            return False
        end = self.closing(k)
        if end is None:
            return False
        if self.look(k) == ("op", "{") and self.look(k + 1) in (("op", "["), ("op", "(")):  # 1_{[i = j]}
            k, end = k + 1, self.closing(k + 1) or end
        self.i += k
        found = self.compares(end - k)
        self.i -= k
        return found

    def block_name(self, skip=False):
        """Return the name of the environment that begins or ends here.

        With ``skip``, move past it.
        """
        if not self.is_op("{", 1):
            raise self.error("expected the name of an environment")
        end = self.end_of_bracket(1)
        name = "".join([s.text for s in self.symbols[self.i + 2 : self.i + end]]).replace("*", "")
        if skip:
            is_begin = self.is_cmd("begin")
            self.i += end + 1
            has_columns = name in ("array", "alignedat", "IEEEeqnarray", "darray", "empheq") or name.startswith(
                "alignat"
            )
            if is_begin and has_columns and self.is_op("{"):
                self.i += self.end_of_bracket() + 1
        return name

    # --- Nested parts.

    def expression(self):
        """Read a sum of terms."""
        return self.grammar.expression(self)

    def term(self):
        """Read a product of factors."""
        return self.grammar.term(self)

    def factor(self):
        """Read a factor with its powers and marks."""
        return self.grammar.factor(self)

    def signed_factor(self):
        """Read a factor with its sign."""
        return self.grammar.signed_factor(self)

    def atom(self, scripts=True):
        """Read one letter, number, command or bracket."""
        return self.grammar.atom(self, scripts)

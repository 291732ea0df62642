"""A cursor over LaTeX tokens, with tests for the next tokens and for closing braces."""

from collections.abc import Callable
from typing import NamedTuple

from autograd.grading.reading.latex.tokens import FUNCTIONS, is_of_table
from autograd.grading.reading.lexing import Parser
from autograd.grading.reading.trees import (
    GREEK,
)

__all__ = ["Grammar", "LatexCursor"]

LETTERS = {*GREEK.values(), "varepsilon", "varphi", "Sigma", "ell", "nabla"}
PROSE = {"text", "textrm", "textbf", "textit", "mbox"}
# These are also names of quantities. With an index, or in front of a number as in p(1-p), they are factors.
_SOMETIMES = {"p", "q", "J", "F"}
_RELATIONS = {
    "=": "=", "equiv": "=", ":=": "=", "leftarrow": "<-", "gets": "<-", "<-": "<-", "rightarrow": "->", "to": "->",
    "Rightarrow": "=", "implies": "=", "in": "in", "approx": "~", "propto": "~", "longrightarrow": "->",
    "coloneqq": "=",
}  # fmt: skip
DOTS = {"cdots", "dots", "ldots", "vdots", "ddots"}
_QUANTIFYING = ("for", "where", "with", "if")
_FIRST_VALUES = 8  # the dots of o = 1, 2, \\dots, O are expected within this many symbols


class Grammar(NamedTuple):
    """The functions that read the nested parts of a formula. Each takes a cursor."""

    relation: Callable
    term: Callable
    factor: Callable
    atom: Callable
    begun: Callable


class LatexCursor(Parser):
    """A reader of tokens in sequence. The functions of its grammar read the nested parts.

    Args:
        text: the formula, for messages.
        tokens: its tokens.
        grammar: the functions that read the nested parts.
        functions: the names that are functions in front of a bracket.
    """

    def __init__(self, text, tokens, grammar, functions=FUNCTIONS):
        super().__init__(text, tokens, grammar.term)
        self.grammar, self.functions = grammar, functions
        self.bars = 0

    def is_command(self, *names, k=0):
        return self.kind(k) == "command" and self.peek(k) in names

    def is_sign(self, text, k=0):
        return self.kind(k) == "sign" and self.peek(k) == text

    def is_letter(self, k=0):
        return self.kind(k) == "name" or (self.kind(k) == "command" and self.peek(k) in LETTERS)

    def is_row_end(self):
        return self.i >= len(self.tokens) or self.kind() == "row" or self.is_command("end")

    def nested(self, read, *arguments):
        """Read one level deeper, for parts that can be nested without a bracket, as in ``\\hat\\hat x``."""
        self.deeper()
        x = read(self, *arguments)
        self.depth -= 1
        return x

    def braced(self):
        """Return the tokens of a group without parsing them."""
        self.expect("{")
        start, self.i = self.i, self.closing(self.i - 1) + 1
        return self.tokens[start : self.i - 1]

    def closing(self, start):
        """Return the index of the brace that closes the one at token ``start``."""
        depth = 0
        for k in range(start, len(self.tokens)):
            token = self.tokens[k]
            if token.kind == "sign":
                depth += (token.text == "{") - (token.text == "}")
                if depth == 0:
                    return k
        raise self.error("the formula ends too early: a brace is not closed", len(self.text))

    def is_number_of_equation(self):
        """Return True if the number of an equation, such as ``(5)``, follows at the end of a line."""
        after = self.i + 3
        ends = after >= len(self.tokens) or self.kind(3) == "row" or self.is_command("end", k=3)
        return self.is_sign("(") and self.kind(1) == "number" and self.is_sign(")", 2) and ends

    def is_quantifier(self, separated):
        """Return True if a quantifier such as ``\\forall o`` follows, or after a comma also ``o \\in O``."""
        if self.is_command("forall"):
            return True
        if self.is_prose():
            return "".join([t.text for t in self.tokens[self.i + 2 : self.i + 12]]).lower().startswith(_QUANTIFYING)
        if not separated or not self.is_letter():
            return False
        if self.is_command("in", k=1):
            return True
        return self.is_sign("=", 1) and any(self.is_command(*DOTS, k=k) for k in range(2, _FIRST_VALUES))

    def is_prose(self):
        """Return True if a text begins here that is not the name of a function or of the loss."""
        return self.kind() == "command" and self.peek() in PROSE and self.is_sign("{", 1) and not self.is_word()

    def is_word(self):
        """Return True if ``\\text{...}`` contains the name of a function or of the loss."""
        end = self.closing(self.i + 1)
        word = "".join([t.text for t in self.tokens[self.i + 2 : end]]).lower()
        return word in {f.lower() for f in self.functions} or word == "loss"

    def prose(self):
        self.next()
        return "".join([t.text for t in self.braced()]).lower()

    def environment(self, skip=False):
        """Return the name of the environment that begins here.

        With ``skip``, move past it.
        """
        if not self.is_sign("{", 1):
            raise self.error("expected the name of an environment")
        end = self.closing(self.i + 1)
        name = "".join([t.text for t in self.tokens[self.i + 2 : end]]).rstrip("*")
        if skip:
            self.i = end + 1
            if name == "array" and self.is_sign("{"):
                self.braced()  # the alignment of the columns
        return name

    def relation_sign(self, look=False):
        k = 0
        while self.is_sign("&", k):
            k += 1
        word = self.peek(k)
        known = word in _RELATIONS and (self.kind(k) == "command" or word in ("=", ":=", "<-"))
        if look or not known:
            return known
        self.i += k + 1
        return _RELATIONS[word]

    def starts(self):
        """Return True if a factor begins here."""
        kind, word = self.kind(), self.peek()
        if kind in ("name", "number", "word"):
            return True
        if kind == "sign":
            return self.bars == 0 if word == "|" else word in ("(", "[", "{")
        if kind == "command":
            if word in ("|", "Vert"):
                return self.bars == 0
            closes = ("end", "forall", "tag", "label", "rvert", "rVert", "}", "rbrace")
            return word not in _RELATIONS and word not in closes and not self.is_prose()
        return False

    def skip_transpose(self):
        """Skip a T after the ``^``. Return True if one was skipped."""
        if self.is_sign("{") and (self.peek(1) == "T" or self.is_command("top", k=1)) and self.is_sign("}", 2):
            self.i += 3
            return True
        if self.peek() == "T" or self.is_command("top", "intercal"):
            self.i += 1
            return True
        return False

    def skip_prime(self):
        """Skip ``^\\prime`` or ``^{\\prime}`` after the ``^``. Return True if one was skipped."""
        if self.is_command("prime"):
            self.i += 1
            return True
        if self.is_sign("{") and self.is_command("prime", k=1) and self.is_sign("}", 2):
            self.i += 3
            return True
        return False

    def is_power(self):
        """Return True if a superscript group is a number, and not the mark of a layer or a sample."""
        k = 1
        while self.kind(k) == "number" or (self.kind(k) == "sign" and self.peek(k) in "-+/"):
            k += 1
        return k > 1 and self.is_sign("}", k)

    def is_function(self, x):
        """Return True if a name in front of a bracket is a function."""
        if x.primes or "dot" in x.accents:
            return True
        if x.base in _SOMETIMES and x.base in self.functions:
            return not x.indices and self.kind(1) != "number"
        is_vector = self.kind(1) == "command" and self.peek(1) in ("vec", "underline", "mathbf", "boldsymbol")
        is_known = x.base in self.functions or (not x.indices and is_of_table(x.base))
        return is_known or (x.base == "h" and not x.indices and is_vector)

    def is_list(self):
        """Return True if the bracket that opens here contains a comma. Such a bracket cannot be a factor."""
        depth = 0
        for k in range(self.i, len(self.tokens)):
            token = self.tokens[k]
            if token.kind == "sign" and token.text in "()[]{},":
                if token.text == "," and depth == 1:
                    return True
                depth += (token.text in "([{") - (token.text in ")]}")
                if depth == 0:
                    return False
        return False

    def is_index(self):
        """Return True if ``[...]`` contains letters and numbers separated by commas, as an index in text does."""
        k = 1
        while self.kind(k) in ("name", "number") and self.is_sign(",", k + 1):
            k += 2
        return self.kind(k) in ("name", "number") and self.is_sign("]", k + 1)

    def relation(self):
        """Read sides with relations between them."""
        return self.grammar.relation(self)

    def factor(self):
        """Read a factor with its powers and marks."""
        return self.grammar.factor(self)

    def atom(self, scripted=True):
        """Read one letter, number, command or bracket."""
        return self.grammar.atom(self, scripted)

    def begun(self, token):
        """Read an environment after its ``\\begin``."""
        return self.grammar.begun(self, token)

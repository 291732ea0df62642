r"""Reading LaTeX as people write it, by recursive descent; nothing is evaluated.

A superscript is a power where it is a number, and the mark of a layer or a sample elsewhere; what follows a sum sign
belongs to the sum up to the next plus or minus; a name in front of a bracket is a function where it is known as one.
"""

import re
from fractions import Fraction

from autograd.grading.reading.lexing import MOST_DIGITS, MOST_TOKENS, Parser, Token
from autograd.grading.reading.trees import (
    GREEK,
    Add,
    Call,
    Derivative,
    Divide,
    Dot,
    Ellipsis_,
    Empty,
    Matrix,
    Multiply,
    Name,
    Negative,
    Norm,
    Number,
    Power,
    ReadingError,
    Relation,
    Rows,
    Sum,
    Text,
    Time,
    Transpose,
)

__all__ = ["FUNCTIONS", "UNICODE", "LatexReader", "latex_tokens"]

# Characters that stand for LaTeX, as the kinds and texts of its tokens.
UNICODE = {
    **{letter: (("command", name),) for letter, name in GREEK.items()},
    "∂": (("command", "partial"),), "Σ": (("command", "sum"),), "∑": (("command", "sum"),),
    "∇": (("command", "nabla"),), "√": (("command", "sqrt"),), "∞": (("command", "infty"),),
    "·": (("command", "cdot"),), "⋅": (("command", "cdot"),), "×": (("command", "times"),),
    "⊙": (("command", "odot"),), "−": (("sign", "-"),), "←": (("command", "leftarrow"),),
    "→": (("command", "to"),), "⇒": (("command", "Rightarrow"),), "∈": (("command", "in"),), "≡": (("sign", "="),),
    "≔": (("sign", ":="),), "≈": (("command", "approx"),), "∀": (("command", "forall"),), "′": (("sign", "'"),),
    "²": (("sign", "^"), ("number", "2")), "³": (("sign", "^"), ("number", "3")), "…": (("command", "dots"),),
    "⋯": (("command", "dots"),), "‖": (("command", "|"),),
    "ŷ": (("command", "hat"), ("sign", "{"), ("name", "y"), ("sign", "}")),
}  # fmt: skip
_GREEK = {*GREEK.values(), "varepsilon", "varphi", "Sigma", "ell", "nabla"}
_ALIASES = {"varepsilon": "epsilon", "varphi": "phi", "ln": "log"}
_ACCENTS = {"hat", "widehat", "bar", "overline", "vec", "tilde", "dot", "underline"}
# These only say that something is a vector; the others change what it is, and stand over one letter.
_VECTOR_ACCENTS = {"vec", "underline"}
_WORD_FONTS = {"mathrm", "mathit", "mathsf", "operatorname", "text", "textrm", "textbf", "textit", "mbox"}
_FONTS = {"mathbf", "boldsymbol", "bm", "mathcal", "mathbb", *_WORD_FONTS}
_PROSE = {"text", "textrm", "textbf", "textit", "mbox"}
_SPACES = {
    ",", ";", "!", ":", " ", ">", "quad", "qquad", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr",
    "Bigl", "Bigr", "biggl", "biggr", "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "notag", "middle",
    "thinspace",
}  # fmt: skip
FUNCTIONS = frozenset({
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min", "sigma", "Phi", "phi", "f", "g",
    "relu", "ReLU", "sigmoid", "softmax", "softplus", "sqrt", "DS", "NN", "Loss", "loss", "J", "F", "p", "q", "sech",
    "dsigma", "dtanh", "abs", "erf", "arsinh", "arcosh", "artanh", "arctan", "arcsin", "arccos",
})  # fmt: skip
# Names of quantities too: with an index, or in front of a number as in p(1-p), they are factors.
_SOMETIMES = {"p", "q", "J", "F"}
# These take what follows as their argument, without a bracket.
_UNBRACKETED = {"exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan"}
_RELATIONS = {
    "=": "=", "equiv": "=", ":=": "=", "leftarrow": "<-", "gets": "<-", "<-": "<-", "rightarrow": "->", "to": "->",
    "Rightarrow": "=", "implies": "=", "in": "in", "approx": "~", "propto": "~", "longrightarrow": "->",
    "coloneqq": "=",
}  # fmt: skip
_IMPLICATIONS = ("Rightarrow", "implies")
_DOTS = {"cdots", "dots", "ldots", "vdots", "ddots"}
_LINES = ("aligned", "align", "split", "gathered", "cases", "array", "equation")
_PUNCTUATION = ".,;:&$"
_QUANTIFYING = ("for", "where", "with", "if")
_MOST_LETTERS = 6
_FIRST_VALUES = 8  # the dots in o = 1, 2, \\dots, O stand among so many symbols

# Words of several letters. A function may do without its backslash in front of a bracket; the name of a command may
# not, or it would pass for a product of letters.
_WORDS = "Loss|SSE|MSE|ReLU|DS|NN"
_CALLED = "exp|log|ln|tanh|sinh|cosh|sin|cos|tan|max|min|sqrt|sigmoid|sigma|softmax|softplus|relu|dsigma|dtanh|abs|loss"
_BARE = "alpha|beta|gamma|delta|epsilon|theta|lambda|sigma|omega|frac|partial|cdot|times|sqrt|sum|exp|tanh|sigmoid"
_BRACKET = r"(?=[\s']*(?:\\left|\\[bB]igg?l?)?\s*\()"
_LATEX_TOKEN = re.compile(
    r"\s+|~|(?P<space>\\[hv]space\*?\s*\{[^{}]*\})|(?P<d>\\(?:mathrm|text|operatorname)\s*\{\s*d\s*\})"
    r"|(?P<row>\\\\\*?(?:\s*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)|(?P<command>\\(?:[A-Za-z]+\*?|.))"
    r"|(?P<scientific>(?:\d+(?:\.\d*)?|\.\d+)[eE][+-]?\d)|(?P<points>\d*\.\d+\.\d)|(?P<number>\d+\.\d+|\.\d+|\d+)"
    rf"|(?P<name>{_WORDS}|(?:{_CALLED}){_BRACKET})|(?P<word>{_BARE})|(?P<letter>[A-Za-z])"
    r"|(?P<sign>:=|<-|[^\s\\])",
    re.DOTALL | re.ASCII,
)
# The number of an equation, set apart by space at the end of a line.
_NUMBERED = re.compile(r"\\q?quad\s*\(\d{1,3}\)(?=\s*(\\\\|\\end|[.,]?\s*$))")


# What may stand in front of a formula: a name in brackets, words with a colon, a number, a connective.
_HEADING = re.compile(
    r"\(\w{2,8}\):?|[a-z]?sse|[a-z]?mse|.{1,60}:|\(?\d{1,3}\)?[.)]?|(so|thus|hence|then|and|therefore|where),?"
)


def latex_tokens(text):
    """The tokens of LaTeX: commands, names of one letter, numbers, signs; spacing and comments are dropped."""
    spaced = _NUMBERED.sub(lambda match: " " * len(match[0]), text)
    tokens, at = [], 0
    while at < len(text):
        if spaced[at] == "%":
            end = spaced.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        match = _LATEX_TOKEN.match(spaced, at)
        if match is None:
            raise ReadingError("a backslash at the end", at, text)
        tokens += _tokens(match.lastgroup, match.group(), at, text)
        at = match.end()
    return tokens


def _tokens(kind, word, at, text):
    """The tokens a piece of LaTeX stands for: one, for most."""
    if kind is None or kind == "space":
        return []
    if kind == "scientific":
        raise ReadingError("write this number in digits, without an e", at, text)
    if kind == "points":
        raise ReadingError("a number has one decimal point", at, text)
    if kind == "d":
        return [Token("name", "d", at)]
    if kind == "row":
        return [Token("row", "\\", at)]
    if kind == "command":
        word = word[1:].rstrip("*") or word[1:]
        if word in _SPACES:
            return []
        if word in ("(", ")", "[", "]"):  # \( ... \) delimits, like dollar signs
            return [Token("sign", "$", at)]
    if word in UNICODE and kind == "sign":
        return [Token(*token, at) for token in UNICODE[word]]
    return [Token("name" if kind == "letter" else kind, word, at)]


class LatexReader(Parser):
    """A reader of LaTeX: each method reads what it is called after.

    Args:
        text: the formula, for messages.
        tokens: its tokens.
        functions: the names that are functions in front of a bracket.
    """

    def __init__(self, text, tokens, functions=FUNCTIONS):
        super().__init__(text, tokens)
        self.functions = functions
        self.bars = 0

    # A command is told from a letter of the same name by its kind.

    def is_command(self, *names, k=0):
        return self.kind(k) == "command" and self.peek(k) in names

    def is_sign(self, text, k=0):
        return self.kind(k) == "sign" and self.peek(k) == text

    def is_letter(self, k=0):
        return self.kind(k) == "name" or (self.kind(k) == "command" and self.peek(k) in _GREEK)

    def is_row_end(self):
        return self.i >= len(self.tokens) or self.kind() == "row" or self.is_command("end")

    def nested(self, read, *arguments):
        """What ``read`` reads, one deeper: for what may be nested without a bracket, as in ``\\hat\\hat x``."""
        self.deeper()
        x = read(*arguments)
        self.depth -= 1
        return x

    def braced(self):
        """The tokens of a group, unread."""
        self.expect("{")
        start, self.i = self.i, self.closing(self.i - 1) + 1
        return self.tokens[start : self.i - 1]

    def closing(self, start):
        """Where the brace that opens at token ``start`` is closed."""
        depth = 0
        for k in range(start, len(self.tokens)):
            token = self.tokens[k]
            if token.kind == "sign":
                depth += (token.text == "{") - (token.text == "}")
                if depth == 0:
                    return k
        raise self.error("the formula ends too early: a brace is not closed", len(self.text))

    # Lines.

    def whole(self):
        rows = []
        while True:
            while self.kind() == "row":
                self.next()
            if self.i >= len(self.tokens) and self.i > 0:
                break
            row = self.row()
            if row is not None:
                rows.append(row)
            if not self.skip_tail() and not self.is_row_end() and not self.is_command(*_IMPLICATIONS):
                raise self.error(f"{self.peek()!r} does not belong there")
            if self.is_command("end"):
                raise self.error("\\end without its \\begin")
        if not rows:
            raise self.error("there is no formula", 0)
        return rows[0] if len(rows) == 1 else Rows(tuple(rows), 0)

    def skip_tail(self):
        """Skips what stands behind a formula: punctuation, prose, quantifiers, equation numbers.

        Returns:
            Whether another formula may follow on the same line.
        """
        separated = False
        while not self.is_row_end():
            if self.is_command("tag", "label"):
                self.next()
                self.braced()
            elif self.kind() == "sign" and self.peek() in _PUNCTUATION:
                separated |= self.next().text in ",;"
            elif self.is_number_of_equation() or self.is_quantifier(separated):
                while not self.is_row_end():
                    self.next()
            elif self.is_prose():
                separated |= self.prose() == "and"
            else:
                return separated
        return False

    def is_number_of_equation(self):
        """``(5)`` at the end of a line."""
        after = self.i + 3
        ends = after >= len(self.tokens) or self.kind(3) == "row" or self.is_command("end", k=3)
        return self.is_sign("(") and self.kind(1) == "number" and self.is_sign(")", 2) and ends

    def is_quantifier(self, separated):
        """``\\forall o``, ``\\text{for all } o``; and behind a comma ``o \\in O`` or ``o = 1, \\dots, O``."""
        if self.is_command("forall"):
            return True
        if self.is_prose():
            return "".join([t.text for t in self.tokens[self.i + 2 : self.i + 12]]).lower().startswith(_QUANTIFYING)
        if not separated or not self.is_letter():
            return False
        if self.is_command("in", k=1):
            return True
        return self.is_sign("=", 1) and any(self.is_command(*_DOTS, k=k) for k in range(2, _FIRST_VALUES))

    def is_prose(self):
        """Whether a text begins here that is no name of a function or loss."""
        return self.kind() == "command" and self.peek() in _PROSE and self.is_sign("{", 1) and not self.is_word()

    def is_word(self):
        """Whether ``\\text{...}`` is the name of a function or of the loss."""
        end = self.closing(self.i + 1)
        word = "".join([t.text for t in self.tokens[self.i + 2 : end]]).lower()
        return word in {f.lower() for f in self.functions} or word == "loss"

    def prose(self):
        self.next()
        return "".join([t.text for t in self.braced()]).lower()

    def row(self):
        """One line: sides with relations between them."""
        while self.is_sign("&") or self.is_sign("$") or self.is_prose():
            token = self.next()
            if token.kind == "command":
                self.i -= 1
                words = self.prose()
                if self.i >= len(self.tokens):
                    return Text(words, token.at)
                if not _HEADING.fullmatch(words.strip()):
                    raise self.error("prose in front of a formula may change what it says: leave it out", token.at)
        if self.kind() == "number" and self.is_sign(")", 1):
            self.i += 2  # 2) in front of a formula
        if self.is_row_end() and self.i > 0:
            return None
        if self.is_command("begin") and self.environment() in _LINES:
            self.environment(skip=True)
            return self.lines()
        return self.relation()

    def environment(self, skip=False):
        """The name of the environment that begins here."""
        if not self.is_sign("{", 1):
            raise self.error("expected the name of an environment")
        end = self.closing(self.i + 1)
        name = "".join([t.text for t in self.tokens[self.i + 2 : end]]).rstrip("*")
        if skip:
            self.i = end + 1
            if name == "array" and self.is_sign("{"):
                self.braced()  # how its columns are set
        return name

    def lines(self):
        at, rows = self.at, []
        self.deeper()
        while not self.is_command("end"):
            if self.i >= len(self.tokens):
                raise self.error("\\begin without its \\end")
            if self.kind() == "row" or self.is_sign("&"):
                self.next()
                continue
            row = self.row()
            if row is not None:
                rows.append(row)
            if not self.skip_tail() and not self.is_row_end() and not self.is_command(*_IMPLICATIONS):
                raise self.error(f"{self.peek()!r} does not belong there")
        self.depth -= 1
        self.next()
        self.braced()
        if not rows:
            raise self.error("there is nothing between \\begin and \\end", at)
        return Rows(tuple(rows), at)

    def relation(self):
        at = self.at
        sides, signs = [], []
        sides.append(Empty(at) if self.relation_sign(look=True) else self.sum_of_terms())
        while self.relation_sign(look=True):
            if self.is_command(*_IMPLICATIONS) and len(sides) > 1:
                break  # A = B => C = D: another formula
            signs.append(self.relation_sign())
            while self.is_sign("&"):
                self.next()
            ended = self.is_row_end() or self.is_sign("}") or self.is_sign(")")
            sides.append(Empty(self.at) if ended else self.sum_of_terms())
            if len(signs) == 1 and isinstance(sides[0], Empty) and signs[0] == "=" and self.relation_sign(look=True):
                sides, signs = sides[1:], []  # => A = B
        return sides[0] if not signs else Relation(tuple(signs), tuple(sides), at)

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

    # Products.

    def term(self):
        at = self.at
        factors: list = [self.factor()]
        while True:
            if self.is_command("cdot", "times", "odot", "circ", "ast") or self.is_sign("*"):
                is_dot = self.next().text == "cdot"
                right = self.signed_factor()
                if is_dot and _is_vector(factors[-1]) and _is_vector(right):
                    factors[-1] = Dot(factors[-1], right, at)
                else:
                    factors.append(right)
            elif self.is_sign("/") or self.is_command("div"):
                self.next()
                below = self.signed_factor()
                factors = [Divide(_product(factors, at), below, at)]
            elif self.starts():
                factors.append(self.factor())
            else:
                break
        for k in reversed(range(len(factors) - 1)):
            x = factors[k]
            # an operator d/dw takes everything to its right
            if isinstance(x, Derivative) and x.of is None:
                factors[k:] = [Derivative(_product(factors[k + 1 :], at), x.by, x.at)]
        return _product(factors, at)

    def signed_factor(self):
        at, negative = self.at, False
        while self.peek() in ("+", "-") and self.kind() == "sign":
            negative ^= self.next().text == "-"
        x = self.factor()
        return Negative(x, at) if negative else x

    def starts(self):
        """Whether a factor begins here."""
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

    def factor(self):
        is_vector = self.is_sign("[")
        bracketed = is_vector or self.is_sign("(")
        x = self.atom()
        while True:
            if self.is_sign("^"):
                self.next()
                x = Transpose(x, x.at) if self.is_transpose() else self.power(x, self.group())
            elif self.is_sign("'"):
                self.next()
                x = Call(Name("prime", at=x.at), (x,), x.at) if bracketed else self.primed(x)
            elif self.is_sign("_") and (is_vector or isinstance(x, (Call, Matrix))):
                self.next()
                self.scripts()  # an entry of a vector, [...]_i
            else:
                return x

    def primed(self, x):
        if isinstance(x, Call) and x.function.base != "prime":
            return x._replace(function=x.function._replace(primes=x.function.primes + 1))
        return Call(Name("prime", at=x.at), (x,), x.at)

    def is_transpose(self):
        if self.is_sign("{") and (self.peek(1) == "T" or self.is_command("top", k=1)) and self.is_sign("}", 2):
            self.i += 3
            return True
        if self.peek() == "T" or self.is_command("top", "intercal"):
            self.i += 1
            return True
        return False

    def group(self):
        """``{...}``, or one symbol."""
        if self.is_sign("{"):
            self.next()
            x = self.sum_of_terms()
            self.expect("}")
            return x
        return self.nested(self.one)

    def one(self):
        """One symbol as a script: of a number, one digit."""
        token = self.next()
        if token.kind == "number":
            if len(token.text) > 1 and "." not in token.text:
                self.i -= 1
                self.tokens[self.i] = Token("number", token.text[1:], token.at + 1)
                token = Token("number", token.text[0], token.at)
            return self.number(token)
        if token.kind == "sign" and token.text == "-":
            return Negative(self.nested(self.one), token.at)
        if token.kind == "sign" and token.text in "*+":
            return Name(token.text, at=token.at)
        self.i -= 1
        return self.atom(scripted=False)

    # Atoms.

    def atom(self, scripted=True):
        token = self.next()
        if token.kind == "number":
            if self.kind() == "number":
                raise self.error("two numbers side by side are set as one: write \\cdot between them, or no space")
            return self.number(token)
        if token.kind == "word":
            raise self.error(f"{token.text} lacks its backslash: write \\{token.text}", token.at)
        if token.kind == "name":
            if token.text == "d" and scripted and self.is_quotient_of_differentials():
                return self.quotient_of_differentials(token)
            return self.name(token.text, token.at, scripted)
        if token.kind == "sign":
            if token.text in ("(", "["):
                return self.parenthesized(token, ")" if token.text == "(" else "]")
            if token.text == "{":
                x = self.relation()
                self.expect("}")
                return self.scripts_of(x) if isinstance(x, Name) and scripted else x
            if token.text == "|":
                return self.norm(token, "|")
            raise self.error(f"{token.text!r} does not belong there", token.at)
        if token.kind == "row":
            raise self.error("a line ends too early", token.at)
        return self.command(token, scripted)

    def parenthesized(self, token, closing):
        x = self.relation()
        if self.is_sign(","):
            raise self.error("several things in a bracket, and no function in front of it")
        self.expect(closing)
        return x if not isinstance(x, Name) else Multiply((x,), token.at)

    def norm(self, token, *closing):
        self.bars += 1
        x = self.sum_of_terms()
        self.bars -= 1
        if self.peek() not in closing:
            raise self.error("expected closing bars")
        self.next()
        return Norm(x, token.at)

    def command(self, token, scripted):
        word = token.text
        if word in _GREEK or word in self.functions or word in FUNCTIONS or word in ("arg", "det"):
            if word == "sqrt":
                return self.root(token)
            return self.name(word, token.at, scripted)
        if word in _ACCENTS:
            return self.accented(token, scripted)
        if word in _FONTS:
            return self.in_font(token, scripted)
        if word in _DOTS:
            return Ellipsis_(token.at)
        if word == "infty":
            return Name(word, at=token.at)
        rule = _COMMANDS.get(word)
        if rule is None:
            raise self.error(f"the command \\{word if word.isprintable() else ascii(word)} is not understood", token.at)
        return rule(self, token)

    def root(self, token):
        if self.is_sign("["):
            raise self.error("a root other than the square root: write it as a power", token.at)
        return Call(Name("sqrt", at=token.at), (self.group(),), token.at)

    def begun(self, token):
        """What stands behind \\begin inside of a formula: a matrix, or lines."""
        self.i -= 1
        name = self.environment(skip=True)
        return self.matrix(token) if "matrix" in name or name == "array" else self.lines()

    def under_brace(self, token):
        x = self.group()
        if self.is_sign("_") or self.is_sign("^"):
            self.next()
            if self.is_sign("{"):
                self.braced()
            else:
                self.next()
        return x

    def in_braces(self, token):
        x = self.relation()
        if not self.is_command("}", "rbrace"):
            raise self.error("expected a closing brace")
        self.next()
        return x

    def in_font(self, token, scripted):
        """A letter in a font is that letter; a word in an upright font is one name; other words are prose."""
        inner = self.braced() if self.is_sign("{") else [self.next()]
        if len(inner) == 1 and (inner[0].kind == "name" or inner[0].text in _GREEK):
            return self.name(inner[0].text, inner[0].at, scripted)
        content = "".join([t.text for t in inner])
        is_word = all(t.kind in ("name", "word") for t in inner) and content != ""
        if token.text in _PROSE and not (is_word and self.is_known(content)):
            return Text(content, token.at)
        if token.text in _WORD_FONTS and (is_word or token.text == "operatorname"):
            return self.name(content, token.at, scripted)
        self.tokens[self.i : self.i] = [Token("sign", "{", token.at), *inner, Token("sign", "}", token.at)]
        if len(self.tokens) > 2 * MOST_TOKENS:
            raise self.error("too many fonts", token.at)
        return self.nested(self.atom, scripted)

    def is_known(self, word):
        return word.lower() in {f.lower() for f in self.functions} or word.lower() == "loss"

    def accented(self, token, scripted):
        accent = {"widehat": "hat", "overline": "bar"}.get(token.text, token.text)
        x = self.group() if self.is_sign("{") else self.nested(self.atom, False)
        if not isinstance(x, Name):
            if accent in _VECTOR_ACCENTS:
                return x  # an underlined formula
            raise self.error(f"\\{token.text} stands over one letter", token.at)
        x = x._replace(accents=(*x.accents, accent), at=token.at)
        return self.applied(self.scripts_of(x)) if scripted else x

    # Names.

    def name(self, base, at, scripted):
        x = Name(_ALIASES.get(base, base), at=at)
        if not scripted:
            return x
        if base == "Delta" and self.is_letter():
            y = self.nested(self.atom)
            return y._replace(base=f"Delta {y.base}", at=at) if isinstance(y, Name) else Multiply((x, y), at)
        if base == "e" and self.is_sign("^"):
            self.next()
            return Call(Name("exp", at=at), (self.group(),), at)
        return self.applied(self.scripts_of(x))

    def scripts_of(self, x):
        """A name with its subscripts, superscripts and primes; a number above is a power, a T a transpose."""
        indices, above, primes = list(x.indices), list(x.superscripts), x.primes
        exponent, transposed = None, False
        while True:
            if self.is_sign("'"):
                self.next()
                primes += 1
            elif self.is_sign("_"):
                self.next()
                indices += self.scripts()
            elif self.is_sign("^") and exponent is None:
                self.next()
                if self.skip_prime():
                    primes += 1
                elif self.is_transpose():
                    transposed = True
                elif self.kind() == "number" or (self.is_sign("{") and self.is_power()):
                    exponent = self.group()
                else:
                    found = self.scripts()
                    if len(found) > 1 and found[-1] == Name("T"):
                        transposed = True
                        found.pop()
                    above += found
            else:
                break
        name = Name(x.base, tuple(indices), tuple(above), primes, x.accents, x.at)
        whole = Transpose(name, x.at) if transposed else name
        return whole if exponent is None else self.power(whole, exponent)

    def skip_prime(self):
        """``^\\prime`` or ``^{\\prime}``."""
        if self.is_command("prime"):
            self.i += 1
            return True
        if self.is_sign("{") and self.is_command("prime", k=1) and self.is_sign("}", 2):
            self.i += 3
            return True
        return False

    def is_power(self):
        """Whether a superscript group is a number, and not the mark of a layer or a sample."""
        k = 1
        while self.kind(k) == "number" or (self.kind(k) == "sign" and self.peek(k) in "-+/"):
            k += 1
        return k > 1 and self.is_sign("}", k)

    def scripts(self):
        """The parts of a subscript or superscript: separated by commas, arrows or nothing."""
        if not self.is_sign("{"):
            return [self.nested(self.one)]
        self.deeper()
        self.next()
        found: list = []
        while not self.is_sign("}"):
            if self.i >= len(self.tokens):
                raise self.error("a subscript is not closed")
            if (self.kind() == "sign" and self.peek() in ",()[]") or self.is_command("rightarrow", "to"):
                self.next()
            elif self.kind() == "number":
                found += self.digits(found)
            elif self.kind() == "sign" and self.peek() in "+-":
                sign = self.next()
                right = self.number(self.next()) if self.kind() == "number" else self.one()
                right = Negative(right, sign.at) if sign.text == "-" else right
                if found:
                    left = found.pop()
                    terms = left.terms if isinstance(left, Add) else (left,)
                    right = Add((*terms, right), left.at)
                found.append(right)
            elif self.relation_sign(look=True):
                self.relation_sign()
            else:
                x = self.atom(scripted=False)
                found.append(self.scripts_of(x) if isinstance(x, Name) else x)
        self.next()
        self.depth -= 1
        return found

    def digits(self, found):
        """A number in a script: ``12`` are two indices, unless commas set it apart."""
        token = self.next()
        separated = self.is_sign(",") or (found and self.tokens[self.i - 2].text == ",")
        if separated or "." in token.text or len(token.text) > MOST_DIGITS:
            return [self.number(token)]
        return [Number(Fraction(c), token.at + k) for k, c in enumerate(token.text)]

    # Functions.

    def applied(self, x):
        """A function and its argument, where a name is one; an iteration behind an indexed name."""
        power, x = (x, x.base) if isinstance(x, Power) else (None, x)
        call = self.application(x, power is not None) if isinstance(x, Name) else x
        if power is None:
            return call
        if isinstance(call, Call):
            if isinstance(power.exponent, Negative):
                raise self.error(f"{x.base}^(-1) is the inverse function, or a quotient: write it out", x.at)
            return Power(call, power.exponent, x.at)
        return power

    def application(self, x, is_power):
        is_open = self.is_sign("(")
        if is_open and not is_power and (x.indices or x.superscripts) and not x.primes and x.base not in self.functions:
            time = self.time()
            if time is not None:
                return x._replace(superscripts=(*x.superscripts, time))
        if is_open and "hat" in x.accents:
            self.skip_dependence()
            is_open = self.is_sign("(")
        if is_open and (self.is_function(x) or (not is_power and self.is_list())):
            return self.called(x, ")")
        if self.is_sign("["):
            if self.is_function(x):
                return self.called(x, "]")
            if self.is_index():
                raise self.error(f"an index in square brackets belongs to text: write {x.base}_{{...}}")
        if self.is_sign("{") and x.base in (*_UNBRACKETED, "sqrt"):
            return Call(x, (self.group(),), x.at)
        if x.base in _UNBRACKETED and self.starts():
            return Call(x, (self.nested(self.factor),), x.at)
        return x

    def is_function(self, x):
        """Whether a name in front of a bracket is a function."""
        if x.primes or "dot" in x.accents:
            return True
        if x.base in _SOMETIMES and x.base in self.functions:
            return not x.indices and self.kind(1) != "number"
        is_vector = self.kind(1) == "command" and self.peek(1) in ("vec", "underline", "mathbf", "boldsymbol")
        return x.base in self.functions or (x.base == "h" and not x.indices and is_vector)

    def called(self, x, closing):
        self.next()
        arguments = [self.relation()]
        while self.is_sign(","):
            self.next()
            arguments.append(self.relation())
        self.expect(closing)
        return Call(x, tuple(arguments), x.at)

    def is_list(self):
        """Whether the bracket that opens here holds several things: a product has no such factor."""
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
        """Whether ``[...]`` holds letters and numbers between commas, as an index in text."""
        k = 1
        while self.kind(k) in ("name", "number") and self.is_sign(",", k + 1):
            k += 2
        return self.kind(k) in ("name", "number") and self.is_sign("]", k + 1)

    def skip_dependence(self):
        """``\\hat{y}(w_i)`` says what the output depends on: it is no product."""
        if self.peek(1) not in ("w", "vec", "mathbf"):
            return
        k = 1
        while self.peek(k) is not None and not self.is_sign(")", k):
            if self.peek(k) not in ("_", "{", "}", ",", "vec", "mathbf") and self.kind(k) not in ("name", "number"):
                return
            k += 1
        if self.peek(k) is not None:
            self.i += k + 1

    def time(self):
        """``(k)`` or ``(k+1)`` behind an indexed name."""
        if self.kind(1) != "name" or self.peek(1) not in ("k", "t"):
            return None
        at = self.at
        letter = Name(self.peek(1), at=self.tokens[self.i + 1].at)
        if self.is_sign(")", 2):
            self.i += 3
            return Time(letter, at)
        if self.peek(2) in ("+", "-") and self.kind(3) == "number" and self.is_sign(")", 4):
            step = self.number(self.tokens[self.i + 3])
            step = Negative(step, self.tokens[self.i + 2].at) if self.peek(2) == "-" else step
            self.i += 5
            return Time(Add((letter, step), letter.at), at)
        return None

    # Quotients and derivatives.

    def fraction(self, token):
        """A quotient, or a derivative."""
        if self.is_sign("{") and self.is_differential(self.i):
            below = self.closing(self.i) + 1
            if self.is_differential(below):
                of = self.differential()
                by = self.differential()
                if not isinstance(by, (Name, Call, Dot)):
                    raise self.error("a derivative is taken by a name", token.at)
                return Derivative(of, by, token.at)
        top = self.group()
        return Divide(top, self.group(), token.at)

    def is_differential(self, start):
        """Whether the group at token ``start`` is ``{\\partial x}`` or ``{dx}``."""
        k = start - self.i
        if not self.is_sign("{", k):
            return False
        if self.is_command("partial", k=k + 1):
            return True
        if self.kind(k + 1) != "name" or self.peek(k + 1) != "d":
            return False
        return self.kind(k + 2) in ("name", "command") or self.is_sign("}", k + 2)

    def differential(self):
        """``{\\partial x}``: the x, or None."""
        self.next()
        self.next()
        if self.is_sign("^"):
            raise self.error("a second derivative is not among what can be read")
        x = None if self.is_sign("}") else self.sum_of_terms()
        self.expect("}")
        return x.factors[0] if isinstance(x, Multiply) and len(x.factors) == 1 else x

    def is_quotient_of_differentials(self):
        """Whether ``X / d Y`` stands behind a d."""
        if not self.is_letter():
            return False
        k = 1
        while self.is_sign("_", k) or self.is_sign("^", k) or self.is_sign("'", k):
            k += 1
            if self.is_sign("{", k):
                k = self.closing(self.i + k) - self.i + 1
            elif not self.is_sign("'", k - 1):
                k += 1
        if not self.is_sign("/", k) or self.kind(k + 1) != "name" or self.peek(k + 1) != "d":
            return False
        return self.is_letter(k + 2)

    def quotient_of_differentials(self, token):
        """``\\partial X / \\partial Y``, ``dX/dY``; or without X."""
        of = None if self.is_sign("/") else self.operand()
        if not self.is_sign("/") or not (self.is_command("partial", k=1) or self.peek(1) == "d"):
            raise self.error("a \\partial belongs into a fraction", token.at)
        self.i += 2
        return Derivative(of, self.operand(), token.at)

    def operand(self):
        """What a differential is of: a name with its scripts, or a bracket."""
        if self.is_sign("^"):
            raise self.error("a second derivative is not among what can be read")
        x = self.nested(self.atom, False)
        x = self.scripts_of(x) if isinstance(x, Name) else x
        return x.factors[0] if isinstance(x, Multiply) and len(x.factors) == 1 else x

    # Sums.

    def series(self, token):
        """A sum over an index, and what is summed: the product behind it."""
        clauses, upper = [], None
        while self.is_sign("_") or self.is_sign("^"):
            if self.next().text == "_":
                clauses = self.below()
            else:
                upper = self.group()
        negative = False
        while self.peek() in ("+", "-") and self.kind() == "sign":
            negative ^= self.next().text == "-"
        body = self.nested(self.term)
        if negative:
            body = Negative(body, token.at)
        for letter, lower, domain in reversed(clauses or [(None, None, None)]):
            body = Sum(letter, lower, upper, domain, body, token.at)
        return body

    def below(self):
        """What stands below a sum: each letter, with its first value and its set.

        In ``i,j \\in H`` both letters run over H.
        """
        if not self.is_sign("{"):
            x = self.nested(self.one)
            return [(x, None, None)] if isinstance(x, Name) else []
        self.next()
        clauses: list = []
        waiting: list = []
        while not self.is_sign("}"):
            if self.is_sign(","):
                self.next()
            elif self.relation_sign(look=True):
                sign = self.relation_sign()
                value = self.sum_of_terms()
                if sign not in ("=", "in") or not waiting:
                    raise self.error("below a sum stands a letter, its first value or its set")
                clauses += [(x, value, None) if sign == "=" else (x, None, value) for x in waiting]
                waiting = []
            else:
                x = self.atom()
                if not isinstance(x, Name):
                    raise self.error("a letter stands below a sum", x.at)
                waiting.append(x)
        self.next()
        clauses += [(x, None, None) for x in waiting]
        if len(clauses) > _MOST_LETTERS:
            raise self.error(f"a sum runs over at most {_MOST_LETTERS} indices")
        return clauses

    def matrix(self, token):
        rows: list = []
        cells: list = []
        filled = False
        while True:
            if self.i >= len(self.tokens):
                raise self.error("\\begin without its \\end", token.at)
            if self.is_sign("&") or self.is_row_end():
                if not filled and (self.is_sign("&") or cells):
                    cells.append(Empty(self.at))
                filled = False
                if self.is_row_end():
                    rows += [tuple(cells)] if cells else []
                    cells = []
                if self.next().text == "end":
                    break
            elif filled:
                raise self.error(f"{self.peek()!r} does not belong there")
            else:
                cells.append(self.sum_of_terms())
                filled = True
        self.braced()
        return Matrix(tuple(rows), token.at)


_COMMANDS = {
    **dict.fromkeys(("frac", "dfrac", "tfrac"), LatexReader.fraction),
    "sum": LatexReader.series,
    "partial": LatexReader.quotient_of_differentials,
    "begin": LatexReader.begun,
    **dict.fromkeys(("underbrace", "overbrace", "boxed"), LatexReader.under_brace),
    **dict.fromkeys(("{", "lbrace"), LatexReader.in_braces),
    **dict.fromkeys(("|", "Vert"), lambda reader, token: reader.norm(token, "|", "Vert")),
    "lvert": lambda reader, token: reader.norm(token, "rvert"),
    "lVert": lambda reader, token: reader.norm(token, "rVert"),
}


def _is_vector(x):
    if isinstance(x, Multiply) and len(x.factors) == 1:
        x = x.factors[0]
    return isinstance(x, Name) and (
        any(a in _VECTOR_ACCENTS for a in x.accents) or (x.base in ("w", "x", "a", "W") and len(x.indices) <= 1)
    )


def _product(factors, at):
    flat = [y for x in factors for y in (x.factors if isinstance(x, Multiply) else (x,))]
    return flat[0] if len(flat) == 1 else Multiply(tuple(flat), at)

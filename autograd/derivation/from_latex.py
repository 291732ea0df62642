r"""Reading LaTeX as people write it, by recursive descent; nothing is evaluated.

A superscript is a power where it is a number, and the mark of a layer or a sample elsewhere; what follows a sum sign
belongs to the sum up to the next plus or minus; a name in front of a bracket is a function where it is known as one.
"""

import re
from fractions import Fraction

from autograd.derivation.lexing import MOST_CHARACTERS, MOST_DIGITS, MOST_TOKENS, Parser, Token
from autograd.derivation.trees import (
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
    ReadingError,
    Relation,
    Rows,
    Sum,
    Text,
    Time,
    Transpose,
)

__all__ = ["UNICODE", "LatexReader", "latex_tokens"]

UNICODE = {
    "δ": r"\delta ", "σ": r"\sigma ", "η": r"\eta ", "α": r"\alpha ", "ε": r"\epsilon ", "ϵ": r"\epsilon ",
    "Φ": r"\Phi ",
    "φ": r"\phi ", "μ": r"\mu ", "∂": r"\partial ", "Σ": r"\sum ", "∑": r"\sum ", "·": r"\cdot ", "⋅": r"\cdot ",
    "×": r"\times ", "−": "-", "←": r"\leftarrow ", "∈": r"\in ", "′": "'", "²": "^2", "≡": "=", "ŷ": r"\hat{y}",
}  # fmt: skip
_GREEK = {
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "varepsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "pi",
    "rho",
    "sigma",
    "tau",
    "phi",
    "varphi",
    "chi",
    "psi",
    "omega",
    "Phi",
    "Psi",
    "Sigma",
    "Delta",
    "Omega",
    "Theta",
    "Lambda",
    "Gamma",
    "ell",
    "nabla",
}
_ACCENTS = {"hat", "widehat", "bar", "overline", "vec", "tilde", "dot", "underline"}
_FONTS = {
    "mathbf",
    "boldsymbol",
    "bm",
    "mathcal",
    "mathrm",
    "mathit",
    "mathsf",
    "operatorname",
    "text",
    "textbf",
    "textit",
}
_SPACES = {
    ",", ";", "!", ":", " ", ">", "quad", "qquad", "left", "right", "big", "Big", "bigg", "Bigg", "bigl", "bigr",
    "Bigl",
    "Bigr", "biggl", "biggr", "displaystyle", "textstyle", "limits", "nolimits", "nonumber", "notag", "middle",
    "thinspace",
}  # fmt: skip
_FUNCTIONS = {
    "exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min", "sigma", "Phi", "phi", "varphi",
    "f", "g",
    "relu", "ReLU", "sigmoid", "softmax", "softplus", "sqrt", "DS", "NN", "Loss", "loss", "J", "F", "p", "q", "sech",
}  # fmt: skip
_RELATIONS = {
    "=": "=", "equiv": "=", ":=": "=", "leftarrow": "<-", "gets": "<-", "<-": "<-", "rightarrow": "->", "to": "->",
    "Rightarrow": "=", "implies": "=", "in": "in", "approx": "=", "propto": "~", "longrightarrow": "->",
    "coloneqq": "=",
}  # fmt: skip
_DOTS = {"cdots", "dots", "ldots", "vdots", "ddots"}
_WORDS = ("Loss", "SSE", "MSE", "ReLU", "DS", "NN")

_LATEX_TOKEN = re.compile(
    r"\s+|~|(?P<command>\\(?:[A-Za-z]+\*?|.))|(?P<number>\d+\.\d+|\.\d+|\d+)|(?P<name>"
    + "|".join(_WORDS)
    + r"|[A-Za-z])"
    r"|(?P<sign>:=|<-|[^\s\\])",
    re.DOTALL | re.ASCII,
)


# The number of an equation, set apart by space at the end of a line.
_NUMBERED = re.compile(r"\\q?quad\s*\(\d{1,3}\)(?=\s*(\\\\|\\end|[.,]?\s*$))")


def latex_tokens(text):
    """The tokens of LaTeX: commands, names of one letter, numbers, signs; spacing and comments are dropped."""
    text = _NUMBERED.sub(lambda match: " " * len(match[0]), text)
    for unicode_, command in UNICODE.items():
        if unicode_ in text:
            text = text.replace(unicode_, command)
    if len(text) > 3 * MOST_CHARACTERS:
        raise ReadingError("the formula is too long", 0)
    tokens, at = [], 0
    while at < len(text):
        if text[at] == "%" and (at == 0 or text[at - 1] != "\\"):
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
            continue
        match = _LATEX_TOKEN.match(text, at)
        if match is None:
            raise ReadingError("a backslash at the end", at, text)
        if match.lastgroup is not None:
            kind, word = match.lastgroup, match.group()
            if kind == "command":
                word = word[1:].rstrip("*") or word[1:]
                if word == "\\":
                    kind = "row"
            if not (kind == "command" and word in _SPACES) and word != "$":
                tokens.append(Token(kind, word, at))
        at = match.end()
    return tokens


class LatexReader(Parser):
    """A reader of LaTeX: each method reads what it is called after."""

    def __init__(self, text, tokens):
        super().__init__(text, tokens)
        self.bars = 0

    # A command is told from a letter of the same name by its kind.

    def is_command(self, *names, k=0):
        return self.kind(k) == "command" and self.peek(k) in names

    def is_sign(self, text, k=0):
        return self.kind(k) == "sign" and self.peek(k) == text

    def braced(self):
        """The text of a group, unread."""
        self.expect("{")
        depth, found = 1, []
        while depth:
            token = self.next()
            depth += (token.text == "{" and token.kind == "sign") - (token.text == "}" and token.kind == "sign")
            if depth:
                found.append(token)
        return found

    def whole(self):
        rows = [self.row()]
        while self.kind() == "row" or (self.peek() is not None and self.is_sign(",") and self.i + 1 < len(self.tokens)):
            self.next()
            if self.peek() is not None and not self.is_end():
                rows.append(self.row())
        self.skip_tail()
        if self.i < len(self.tokens):
            raise self.error(f"{self.peek()!r} does not belong there")
        rows = [r for r in rows if r is not None]
        if not rows:
            raise self.error("there is no formula", 0)
        return rows[0] if len(rows) == 1 else Rows(tuple(rows), 0)

    def is_end(self):
        return self.is_command("end")

    def skip_tail(self):
        """What stands behind a formula: punctuation, prose, quantifiers, equation numbers."""
        while self.i < len(self.tokens):
            if self.is_command("forall"):
                self.i = len(self.tokens)
            elif self.is_command("tag", "label"):
                self.next()
                self.braced()
            elif self.is_command("text", "textrm", "mbox"):
                self.next()
                words = "".join([t.text for t in self.braced()]).lower()
                if words.startswith(("for", "where", "with", "and", "if")):
                    self.i = len(self.tokens)
            elif self.kind() == "sign" and self.peek() in ".,;:&":
                self.next()
            elif (
                self.is_sign("(")
                and self.kind(1) == "number"
                and self.is_sign(")", 2)
                and self.i + 3 >= len(self.tokens)
            ):
                self.i += 3
            else:
                return

    def row(self):
        """One line: sides with relations between them."""
        while self.is_sign("&") or (self.is_command("text") and self.peek(1) == "{"):
            if self.next().text == "text":
                words = self.braced()
                if self.i >= len(self.tokens):
                    return Text("".join([t.text for t in words]), words[0].at if words else 0)
        if self.kind() == "number" and self.is_sign(")", 1):
            self.i += 2  # 2) in front of a formula
        if self.i >= len(self.tokens):
            return None
        if self.is_command("begin"):
            name = self.environment_name()
            if name in ("aligned", "align", "split", "gathered", "cases", "array", "equation"):
                return self.lines()
            self.i -= 3
        return self.relation()

    def environment_name(self):
        """The name behind \\begin, left in front of its contents."""
        start = self.i
        self.next()
        name = "".join([t.text for t in self.braced()]).rstrip("*")
        if name in ("aligned", "align", "split", "gathered", "cases", "array", "equation"):
            if name == "array" and self.is_sign("{"):
                self.braced()
            return name
        self.i = start + 3
        return name

    def lines(self):
        at, rows = self.at, []
        while not self.is_end():
            if self.i >= len(self.tokens):
                raise self.error("\\begin without its \\end")
            if self.kind() == "row" or self.is_sign("&"):
                self.next()
                continue
            rows.append(self.relation())
            self.skip_in_line()
        self.next()
        self.braced()
        if not rows:
            raise self.error("there is nothing between \\begin and \\end", at)
        return Rows(tuple(rows), at)

    def skip_in_line(self):
        while self.i < len(self.tokens) and not self.is_end() and self.kind() != "row":
            if self.is_command("tag", "label"):
                self.next()
                self.braced()
            elif self.kind() == "sign" and self.peek() in ".,;&":
                self.next()
            elif self.is_sign("(") and self.kind(1) == "number" and self.is_sign(")", 2):
                self.i += 3
            else:
                raise self.error(f"{self.peek()!r} does not belong there")

    def relation(self):
        self.deeper()
        at = self.at
        sides, signs = [], []
        sides.append(Empty(at) if self.relation_sign(look=True) else self.sum_of_terms())
        while self.relation_sign(look=True):
            signs.append(self.relation_sign())
            while self.is_sign("&"):
                self.next()
            ended = (
                self.i >= len(self.tokens)
                or self.kind() == "row"
                or self.is_end()
                or self.is_sign("}")
                or self.is_sign(")")
            )
            sides.append(Empty(self.at) if ended else self.sum_of_terms())
        self.depth -= 1
        if len(sides) > 1 and isinstance(sides[0], Empty) and signs[0] == "=" and len(signs) > 1:
            sides, signs = sides[1:], signs[1:]  # => A = B
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
        for k, x in enumerate(factors):
            # an operator d/dw takes everything to its right
            if isinstance(x, Derivative) and x.of is None and k + 1 < len(factors):
                inner = Derivative(_product(_spread(factors[k + 1 :]), at), x.by, x.at)
                factors = [*factors[:k], inner]
                break
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
        if kind in ("name", "number"):
            return True
        if kind == "sign":
            if word == "|":
                return self.bars == 0
            return word in ("(", "[", "{")
        if kind == "command":
            if word in _RELATIONS or word in ("end", "forall", "right", "tag", "label", "rvert", "rangle", "}"):
                return False
            if word == "|":
                return self.bars == 0
            if word in ("text", "mbox", "textrm"):
                words = "".join([t.text for t in self.tokens[self.i + 2 : self.i + 12]])
                return words.startswith(("ReLU", "softmax", "sigmoid", "relu", "tanh", "exp", "log", "ln"))
            return True
        return False

    def factor(self):
        self.deeper()
        bracketed = self.is_sign("(") or self.is_sign("[")
        x = self.atom()
        while True:
            if self.is_sign("^"):
                self.next()
                x = Transpose(x, x.at) if self.is_transpose() else self.power(x, self.group())
            elif self.is_sign("'"):
                self.next()
                x = Call(Name("prime", at=x.at), (x,), x.at) if bracketed else self.primed(x)
            elif self.is_sign("_") and not isinstance(x, Name):
                self.next()
                self.scripts()  # an entry of a vector, [...]_i
            else:
                break
        self.depth -= 1
        return x

    def primed(self, x):
        if isinstance(x, Call):
            return x._replace(function=x.function._replace(primes=x.function.primes + 1))
        name = Name("prime", at=x.at)
        return Call(name, (x,), x.at)

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
        self.deeper()
        x = self.braced_or_one()
        self.depth -= 1
        return x

    def braced_or_one(self):
        if self.is_sign("{"):
            self.next()
            x = self.sum_of_terms()
            self.expect("}")
            return x
        return self.one()

    def one(self):
        """One symbol as a script: of a number, one digit."""
        token = self.next()
        if token.kind == "number":
            if len(token.text) > 1 and "." not in token.text:
                self.i -= 1
                self.tokens[self.i] = Token("number", token.text[1:], token.at + 1)
            return Number(Fraction(token.text[0] if "." not in token.text else token.text), token.at)
        if token.kind == "sign" and token.text == "-":
            return Negative(self.one(), token.at)
        if token.kind == "sign" and token.text in "*+":
            return Name(token.text, at=token.at)
        self.i -= 1
        return self.atom(scripted=False)

    # Atoms.

    def atom(self, scripted=True):
        self.deeper()
        x = self.unscripted_atom(scripted)
        self.depth -= 1
        return x

    def unscripted_atom(self, scripted):
        token = self.next()
        if token.kind == "number":
            return self.number(token)
        if token.kind == "name":
            return self.name(token.text, (), token.at, scripted)
        if token.kind == "sign":
            if token.text in ("(", "["):
                return self.parenthesized(token, ")" if token.text == "(" else "]")
            if token.text == "{":
                x = self.relation()
                self.expect("}")
                return self.scripts_of(x) if isinstance(x, Name) and scripted else x
            if token.text == "|":
                return self.norm(token)
            raise self.error(f"{token.text!r} does not belong there", token.at)
        if token.kind == "row":
            raise self.error("a line ends too early", token.at)
        return self.command(token, scripted)

    def parenthesized(self, token, closing):
        x = self.relation()
        while self.is_sign(","):
            self.next()
            self.relation()  # a tuple, as in NN(x, w): only its first part counts
        self.expect(closing)
        return x if not isinstance(x, Name) else Multiply((x,), token.at)

    def norm(self, token):
        self.bars += 1
        x = self.sum_of_terms()
        self.bars -= 1
        if self.peek() != token.text:
            raise self.error(f"expected {token.text!r}")
        self.next()
        return Norm(x, token.at)

    def command(self, token, scripted):
        word = token.text
        if word in ("frac", "dfrac", "tfrac"):
            return self.fraction(token)
        if word == "sum":
            return self.series(token)
        if word == "sqrt":
            return Call(Name("sqrt", at=token.at), (self.group(),), token.at)
        if word == "partial":
            raise self.error("a \\partial belongs into a fraction", token.at)
        if word in _DOTS:
            return Ellipsis_(token.at)
        if word == "begin":
            name = "".join([t.text for t in self.braced()])
            if "matrix" in name or name == "array":
                return self.matrix(token)
            return self.lines()
        if word in ("underbrace", "overbrace", "boxed"):
            x = self.group()
            if self.is_sign("_") or self.is_sign("^"):
                self.next()
                if self.is_sign("{"):
                    self.braced()
                else:
                    self.next()
            return x
        if word in ("{", "lbrace"):
            x = self.relation()
            if not self.is_command("}", "rbrace"):
                raise self.error("expected a closing brace")
            self.next()
            return x
        if word in ("|", "lvert", "lVert", "Vert"):
            self.bars += 1
            x = self.sum_of_terms()
            self.bars -= 1
            if not self.is_command("|", "rvert", "rVert", "Vert"):
                raise self.error("expected closing bars")
            self.next()
            return Norm(x, token.at)
        if word in _ACCENTS:
            return self.accented(token, scripted)
        if word in _FONTS or word in ("mbox", "textrm"):
            inner = self.braced() if self.is_sign("{") else [self.next()]
            if len(inner) == 1 and inner[0].kind in ("name", "command"):
                return self.name(inner[0].text, (), inner[0].at, scripted)
            content = "".join([t.text for t in inner])
            if any(t.kind != "name" for t in inner) and word not in ("text", "mbox", "textrm", "operatorname"):
                start = self.i
                self.tokens[start:start] = [Token("sign", "{", token.at), *inner, Token("sign", "}", token.at)]
                if len(self.tokens) > 2 * MOST_TOKENS:
                    raise self.error("too many fonts", token.at)
                return self.atom(scripted)
            if word in ("text", "mbox", "textrm") and content.lower() not in {f.lower() for f in _FUNCTIONS} | {"loss"}:
                return Text(content, token.at)
            return self.name(content, (), token.at, scripted)
        if word in _GREEK:
            return self.name(
                "epsilon" if word == "varepsilon" else "phi" if word == "varphi" else word, (), token.at, scripted
            )
        if word in _FUNCTIONS or word in ("arg", "det"):
            return self.name("log" if word == "ln" else word, (), token.at, scripted)
        if word in ("infty", "mathbb"):
            if word == "mathbb" and self.is_sign("{"):
                self.braced()
            return Name(word, at=token.at)
        raise self.error(f"the command \\{word} is not understood", token.at)

    def accented(self, token, scripted):
        accent = {"widehat": "hat", "overline": "bar"}.get(token.text, token.text)
        if self.is_sign("{"):
            self.next()
            x = self.sum_of_terms()
            self.expect("}")
        else:
            x = self.atom(scripted=False)
        while isinstance(x, Multiply) and len(x.factors) == 1:
            x = x.factors[0]
        if not isinstance(x, Name):
            return x  # an underlined formula
        x = x._replace(accents=(*x.accents, accent), at=token.at)
        return self.applied(self.scripts_of(x)) if scripted else x

    def name(self, base, accents, at, scripted):
        x = Name(base, (), (), 0, accents, at)
        if not scripted:
            return x
        if base == "Delta" and (self.kind() == "name" or (self.kind() == "command" and self.peek() in _GREEK)):
            y = self.atom()
            return y._replace(base=f"Delta {y.base}", at=at) if isinstance(y, Name) else Multiply((x, y), at)
        if base == "e" and self.is_sign("^"):
            self.next()
            return Call(Name("exp", at=at), (self.group(),), at)
        return self.applied(self.scripts_of(x))

    def scripts_of(self, x):
        """Subscripts, superscripts and primes behind a name; a number above is a power."""
        indices, above, primes = list(x.indices), list(x.superscripts), x.primes
        while True:
            if self.is_sign("'"):
                self.next()
                primes += 1
            elif self.is_sign("_"):
                self.next()
                indices += self.scripts()
            elif self.is_sign("^"):
                if self.is_command("prime", k=1):
                    self.i += 2
                    primes += 1
                    continue
                if self.is_sign("{", 1) and self.is_command("prime", k=2) and self.is_sign("}", 3):
                    self.i += 4
                    primes += 1
                    continue
                start = self.i
                self.next()
                if self.is_transpose():
                    return Transpose(Name(x.base, tuple(indices), tuple(above), primes, x.accents, x.at), x.at)
                if self.kind() == "number" or (self.is_sign("{") and self.is_power()):
                    self.i = start
                    break
                found = self.scripts()
                if found and isinstance(found[-1], Name) and found[-1].base == "T" and len(found) > 1:
                    return Transpose(Name(x.base, tuple(indices), (*above, *found[:-1]), primes, x.accents, x.at), x.at)
                above += found
            else:
                break
        return Name(x.base, tuple(indices), tuple(above), primes, x.accents, x.at)

    def is_power(self):
        """Whether a superscript group is a number or a formula, and not the mark of a layer or a sample."""
        if self.kind(1) == "number":
            return self.is_sign("}", 2)
        return self.is_sign("-", 1) and self.kind(2) == "number" and self.is_sign("}", 3)

    def scripts(self):
        """The parts of a subscript or superscript: separated by commas, arrows or nothing."""
        if not self.is_sign("{"):
            return [self.one()]
        self.deeper()
        self.next()
        found: list = []
        while not self.is_sign("}"):
            if self.i >= len(self.tokens):
                raise self.error("a subscript is not closed")
            if (self.kind() == "sign" and self.peek() in ",()[]") or self.is_command("rightarrow", "to"):
                self.next()
                continue
            if self.kind() == "number":
                token = self.next()
                separated = self.is_sign(",") or (found and self.tokens[self.i - 2].text == ",")
                if len(token.text) > 1 and not separated and "." not in token.text and len(token.text) <= MOST_DIGITS:
                    found += [Number(Fraction(c), token.at) for c in token.text]
                else:
                    found.append(self.number(token))
                continue
            if self.kind() == "sign" and self.peek() in "+-":
                sign = self.next()
                right = self.one() if self.kind() != "number" else self.number(self.next())
                right = Negative(right, sign.at) if sign.text == "-" else right
                if found:
                    left = found.pop()
                    terms = left.terms if isinstance(left, Add) else (left,)
                    found.append(Add((*terms, right), left.at))
                else:
                    found.append(right)
                continue
            if self.relation_sign(look=True):
                self.relation_sign()
                continue
            x = self.atom(scripted=False)
            found.append(self.scripts_of(x) if isinstance(x, Name) else x)
        self.next()
        self.depth -= 1
        return found

    def applied(self, x):
        """A function and its argument, where a name is one; an iteration behind an indexed name."""
        if not isinstance(x, Name):
            return x
        if self.is_sign("(") and (x.indices or x.superscripts) and not x.primes and x.base not in _FUNCTIONS:
            time = self.time()
            if time is not None:
                return x._replace(superscripts=(*x.superscripts, time))
        if "hat" in x.accents and self.is_sign("("):
            self.skip_dependence()
        is_function = x.base in _FUNCTIONS or x.primes or "dot" in x.accents
        if (
            x.base in ("p", "q", "J", "F", "f", "g", "L")
            and not x.primes
            and not self.is_sign("(")
            and not self.is_sign("[")
        ):
            return x
        if not is_function:
            return x
        if self.is_sign("(") or self.is_sign("["):
            closing = ")" if self.next().text == "(" else "]"
            arguments = [self.relation()]
            while self.is_sign(","):
                self.next()
                arguments.append(self.relation())
            self.expect(closing)
            return Call(x, tuple(arguments), x.at)
        if self.is_sign("{") and x.base in ("exp", "log", "tanh", "sqrt"):
            return Call(x, (self.group(),), x.at)
        if x.base in ("exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "tan") and self.starts():
            return Call(x, (self.factor(),), x.at)
        return x

    def skip_dependence(self):
        """``\\hat{y}(w_i)`` says what the output depends on: it is no product."""
        if self.peek(1) not in ("w", "vec", "mathbf"):
            return
        k = 1
        while self.peek(k) is not None and not self.is_sign(")", k):
            if self.peek(k) not in ("_", "{", "}", ",", "vec", "mathbf") and self.kind(k) not in ("name", "number"):
                return
            k += 1
        self.i += k + 1

    def time(self):
        """``(k)`` or ``(k+1)`` behind an indexed name."""
        if self.kind(1) != "name" or self.peek(1) not in ("k", "t"):
            return None
        at = self.at
        letter = Name(self.peek(1), at=at)
        if self.is_sign(")", 2):
            self.i += 3
            return Time(letter, at)
        if self.peek(2) in ("+", "-") and self.kind(3) == "number" and self.is_sign(")", 4):
            step = Number(Fraction(self.peek(3)), at)
            step = Negative(step, at) if self.peek(2) == "-" else step
            self.i += 5
            return Time(Add((letter, step), at), at)
        return None

    def fraction(self, token):
        """A quotient, or a derivative."""
        if self.begins_derivative():
            of = self.differential()
            if self.begins_derivative():
                by = self.differential()
                if by is None:
                    raise self.error("a derivative by nothing")
                return Derivative(of, by, token.at)
            return Divide(Name("d", at=token.at) if of is None else of, self.group(), token.at)
        top = self.group()
        return Divide(top, self.group(), token.at)

    def begins_derivative(self):
        if not self.is_sign("{"):
            return False
        if self.is_command("partial", k=1):
            return True
        return (
            self.kind(1) == "name"
            and self.peek(1) == "d"
            and (self.kind(2) in ("name", "command") or self.is_sign("}", 2))
        )

    def differential(self):
        """``{\\partial x}``: the x, or None."""
        self.next()
        self.next()
        x = None if self.is_sign("}") else self.sum_of_terms()
        self.expect("}")
        while isinstance(x, Multiply) and len(x.factors) == 1:
            x = x.factors[0]
        return x

    def series(self, token):
        """A sum over an index, and what is summed: the product behind it."""
        letters, lower, upper, domain = [], None, None, None
        while self.is_sign("_") or self.is_sign("^"):
            if self.next().text == "_":
                letters, lower, domain = self.below()
            else:
                upper = self.group()
        at, negative = token.at, False
        while self.peek() in ("+", "-") and self.kind() == "sign":
            negative ^= self.next().text == "-"
        self.deeper()
        body = self.term()
        self.depth -= 1
        if negative:
            body = Negative(body, at)
        for letter in reversed(letters[1:]):
            body = Sum(letter, None, None, None, body, at)
        return Sum(letters[0] if letters else None, lower, upper, domain, body, at)

    def below(self):
        """What stands below a sum: letters, the first value, the set."""
        if not self.is_sign("{"):
            x = self.one()
            return ([x] if isinstance(x, Name) else []), None, None
        self.next()
        letters, lower, domain = [], None, None
        while not self.is_sign("}"):
            if self.is_sign(","):
                self.next()
                continue
            if self.relation_sign(look=True):
                sign = self.relation_sign()
                if sign == "in":
                    domain = self.sum_of_terms()
                else:
                    lower = self.sum_of_terms()
                continue
            x = self.atom()
            if not isinstance(x, Name):
                raise self.error("a letter stands below a sum", x.at)
            letters.append(x)
        self.next()
        if len(letters) > 6:
            raise self.error("a sum runs over at most 6 indices")
        return letters, lower, domain

    def matrix(self, token):
        rows: list = [[]]
        while not self.is_end():
            if self.i >= len(self.tokens):
                raise self.error("\\begin without its \\end", token.at)
            if self.kind() == "row":
                self.next()
                rows.append([])
            elif self.is_sign("&"):
                self.next()
            else:
                rows[-1].append(self.sum_of_terms())
        self.next()
        self.braced()
        return Matrix(tuple([tuple(row) for row in rows]), token.at)


def _is_vector(x):
    if isinstance(x, Multiply) and len(x.factors) == 1:
        x = x.factors[0]
    return isinstance(x, Name) and (
        any(a in ("vec", "underline") for a in x.accents) or (x.base in ("w", "x", "a", "W") and len(x.indices) <= 1)
    )


def _spread(factors):
    return [y for x in factors for y in (x.factors if isinstance(x, Multiply) else (x,))]


def _product(factors, at):
    flat = _spread([x for x in factors if not isinstance(x, Text)] or list(factors))
    return flat[0] if len(flat) == 1 else Multiply(tuple(flat), at)

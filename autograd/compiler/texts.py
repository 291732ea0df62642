"""Numbers that are source text. Computing with them writes expressions in C or JavaScript."""

import math

__all__ = ["Condition", "Paths", "Text", "Unwritable", "Writer"]

_CHOICE, _SUM, _PRODUCT, _ATOM = range(4)  # binding strengths of expressions
_MAX_PATHS, _MAX_DECISIONS = 2000, 60
_TOO_MANY = "its rule has too many branches, or a loop whose end depends on the operands"

# Functions of C's library that a rule may use, each with a second name if JavaScript's Math does not have that name.
_FUNCTIONS = dict.fromkeys((
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "ceil", "cos", "cosh", "exp", "expm1", "floor",
    "hypot", "log", "log10", "log1p", "log2", "sin", "sinh", "sqrt", "tan", "tanh",
))  # fmt: skip
_FUNCTIONS |= {name: name for name in ("copysign", "erf", "erfc", "isinf", "pow", "rint")}
_FUNCTIONS["fabs"] = "Math.abs"


class Unwritable(Exception):
    """The error of a rule that does something with a number that cannot be written as text."""


class Writer:
    """A writer of expressions. With ``inline`` they are nested, otherwise each gets a statement of its own.

    Attributes:
        export: the export that is being written.
        lines: the list to which statements are added.
        inline: True to nest expressions.
    """

    def __init__(self, export, lines, inline):
        self.export, self.lines, self.inline = export, lines, inline
        self._names: dict = {}

    def put(self, text, level=_ATOM):
        """Return the number that an expression computes."""
        if self.inline:
            return Text(self, text, level)
        if text not in self._names:
            self._names[text] = f"t{len(self._names)}"
            self.lines.append(
                f"{'const double' if self.export.language == 'c' else 'const'} {self._names[text]} = {text};"
            )
        return Text(self, self._names[text])

    def text(self, x, level=_CHOICE):
        """Return the text of a number, in brackets if it binds less tightly than ``level``."""
        if not isinstance(x, Text):
            x = self.literal(float(x))
        return x.text if x.level >= level else f"({x.text})"

    def factor(self, x):
        """Return the text of a number as a factor on the right."""
        return self.text(x, _ATOM)

    def literal(self, x):
        """Return a float as a text."""
        size = repr(abs(x))
        if not math.isfinite(x):
            c = self.export.language == "c"
            size = ("NAN" if c else "NaN") if x != x else "INFINITY" if c else "Infinity"
        return Text(self, f"-{size}", _SUM) if math.copysign(1.0, x) < 0 and x == x else Text(self, size)

    def function(self, name):
        """Return the name of a function of C's library in the language, or an empty text if there is none."""
        if name not in _FUNCTIONS:
            return ""
        return name if self.export.language == "c" else _FUNCTIONS[name] or f"Math.{name}"

    def call(self, name, *operands):
        """Return the number that a function of C's library computes from some numbers."""
        found = self.function(name)
        if not found:
            raise Unwritable(f"it uses the function {name}")
        return self.put(f"{found}({', '.join([self.text(x) for x in operands])})")

    def decide(self, condition):
        """Raise ``Unwritable``, because a condition has no value here. A path through a rule overrides this."""
        raise Unwritable("its derivatives branch on the operands")

    def before_division(self, divisor):
        """Do nothing before a division. A path through a rule overrides this."""


class Text:
    """A number that is the text of an expression."""

    __slots__ = ("level", "text", "writer")

    def __init__(self, writer, text, level=_ATOM):
        self.writer, self.text, self.level = writer, text, level

    def _join(self, a, sign, b, level):
        text = self.writer.text
        return self.writer.put(f"{text(a, level)} {sign} {text(b, level + 1)}", level)

    def __add__(self, other):
        return self._join(self, "+", other, _SUM)

    def __radd__(self, other):
        return self._join(other, "+", self, _SUM)

    def __sub__(self, other):
        return self._join(self, "-", other, _SUM)

    def __rsub__(self, other):
        return self._join(other, "-", self, _SUM)

    def __mul__(self, other):
        return self._join(self, "*", other, _PRODUCT)

    def __rmul__(self, other):
        return self._join(other, "*", self, _PRODUCT)

    def __truediv__(self, other):
        self.writer.before_division(other)
        return self._join(self, "/", other, _PRODUCT)

    def __rtruediv__(self, other):
        self.writer.before_division(self)
        return self._join(other, "/", self, _PRODUCT)

    def __pow__(self, other):
        return self.writer.call("pow", self, other)

    def __rpow__(self, other):
        return self.writer.call("pow", other, self)

    def __mod__(self, other):
        return _remainder(self, other, self)

    def __rmod__(self, other):
        return _remainder(other, self, self)

    def __floordiv__(self, other):
        return _whole_quotient(self, other, self)

    def __rfloordiv__(self, other):
        return _whole_quotient(other, self, self)

    def __neg__(self):
        return self.writer.put(f"-{self.writer.text(self, _ATOM)}", _SUM)

    def __abs__(self):
        return self.writer.call("fabs", self)

    def __bool__(self):
        return bool(self != 0.0)

    def __float__(self):
        raise Unwritable("its rule needs the number itself, as float() or a function of another library does")

    def _compare(self, sign, other):
        return Condition(self.writer, f"({self.writer.text(self, _SUM)} {sign} {self.writer.text(other, _SUM)})")

    def __lt__(self, other):
        return self._compare("<", other)

    def __le__(self, other):
        return self._compare("<=", other)

    def __gt__(self, other):
        return self._compare(">", other)

    def __ge__(self, other):
        return self._compare(">=", other)

    def __eq__(self, other):
        return self._compare("==", other)

    def __ne__(self, other):
        return self._compare("!=", other)

    __hash__ = object.__hash__


class Condition:
    """The result of comparing texts. It can select a text, and a rule can branch on it."""

    __slots__ = ("text", "writer")

    def __init__(self, writer, text):
        self.writer, self.text = writer, text

    def __and__(self, other):
        return Condition(self.writer, f"({self.text} && {_condition(other)})")

    __rand__ = __and__

    def __or__(self, other):
        return Condition(self.writer, f"({self.text} || {_condition(other)})")

    __ror__ = __or__

    def __invert__(self):
        return Condition(self.writer, f"(!{self.text})")

    def __eq__(self, other):
        return bool(self) == bool(other)

    __hash__ = object.__hash__

    def __bool__(self):
        return self.writer.decide(self)

    def select(self, a, b):
        """Return a text that is ``a`` if the condition holds, and ``b`` otherwise."""
        text = self.writer.text
        return self.writer.put(f"{self.text} ? {text(a, _SUM)} : {text(b, _SUM)}", _CHOICE)


def _condition(x):
    return x.text if isinstance(x, Condition) else "(1 == 1)" if x else "(1 == 0)"


def _c_remainder(x, y, writer):
    """Return the remainder with the sign of ``x``, as C defines it."""
    a, b = writer.text(x, _PRODUCT), writer.text(y, _ATOM)
    return writer.put(f"fmod({a}, {b})") if writer.export.language == "c" else writer.put(f"{a} % {b}", _PRODUCT)


def _remainder(x, y, like):
    """Return the remainder with the sign of the divisor, as Python defines it."""
    rest = _c_remainder(x, y, like.writer)
    if rest == 0.0:
        return like.writer.call("copysign", 0.0, y)
    return rest + y if bool(rest < 0.0) != bool(y < 0.0) else rest


def _whole_quotient(x, y, like):
    writer = like.writer
    rest = _c_remainder(x, y, writer)
    quotient = (x - rest) / y
    if rest != 0.0 and bool(rest < 0.0) != bool(y < 0.0):
        quotient = quotient - 1.0
    if quotient == 0.0:
        return writer.call("copysign", 0.0, x / y)
    whole = writer.call("floor", quotient)
    return whole + 1.0 if quotient - whole > 0.5 else whole


# --- Rules with Python branches


class _Path(Writer):
    """The writer of one path through a rule."""

    def __init__(self, export, taken, raises):
        super().__init__(export, [], inline=False)
        self._taken, self._known, self._raises = taken, {}, raises
        self.met: list = []  # for each decision, the condition and the number of lines that were written before

    def decide(self, condition):
        """Return the outcome of a condition on this path. A condition that is new on the path holds."""
        if condition.text not in self._known:
            k = len(self.met)
            if k > _MAX_DECISIONS:
                raise Unwritable(_TOO_MANY)
            self._known[condition.text] = self._taken[k] if k < len(self._taken) else True
            self.met.append((condition.text, len(self.lines)))
        return self._known[condition.text]

    def before_division(self, divisor):
        """Raise if Python would. The rule has a limit there, which may differ from the quotient in IEEE 754."""
        if self._raises and divisor == 0.0:
            raise ZeroDivisionError


class Paths:
    """A rule as the body of a function, with the same branches as in Python."""

    def __init__(self, export, rule, fixed, raises=False):
        """Take a rule, and for each operand its float, or None if it is a parameter.

        With ``raises``, a division by 0 raises.
        """
        self._export, self._rule, self._fixed, self._raises = export, rule, fixed, raises
        self._left = _MAX_PATHS

    def lines(self, taken=()):
        """Return the statements after some decisions. Each path ends with the return of a number.

        Raises:
            Unwritable: the rule cannot be followed, or has too many paths.
        """
        self._left -= 1
        if self._left < 0:
            raise Unwritable(_TOO_MANY)
        path = _Path(self._export, taken, self._raises)
        operands = [Text(path, f"x{i}") if x is None else x for i, x in enumerate(self._fixed)]
        result = self._rule(*operands)
        n = len(taken)
        start = path.met[n - 1][1] if n else 0
        if len(path.met) == n:
            return [*path.lines[start:], f"return {path.text(result)};"]
        condition, end = path.met[n]
        holds = ["  " + line for line in self.lines((*taken, True))]
        return [*path.lines[start:end], f"if {condition} {{", *holds, "}", *self.lines((*taken, False))]

"""Formulas as text and as LaTeX.

The text uses the names in which formulas are graded, so printed formulas can be read back.
"""

import functools
import itertools
import re
from fractions import Fraction

from autograd.engine import primitives
from autograd.formulas.expressions import (
    Call,
    Letter,
    Number,
    Partial,
    Pi,
    Plus,
    Power,
    Sum,
    Symbol,
    Times,
    plus,
    power,
    split,
    times,
    walk,
    written_out,
)
from autograd.formulas.letters import (
    escape_latex,
    index_latex,
    index_text,
    label_latex,
    letter_latex,
    number_latex,
    printable,
)

__all__ = ["Printer", "escape_latex", "printable"]

_TEXT_NAMES = {"sigmoid": "sigma"}
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*(\[\d+(,\s*\d+)*\])?", re.ASCII)
# Binding strengths. An expression that binds less tightly than its place requires gets parentheses.
_SUM, _PRODUCT, _POWER = 1, 2, 3
# A function without brackets, such as \sin x. An exponent after it would belong to its argument.
_WITHOUT_BRACKETS = re.compile(r"\\(operatorname\{\w+\}|[a-z]+) ")


class Printer:
    """The printer of a network's formulas in one convention.

    Args:
        alphabet: the letters of the network's indices.
        convention: the convention, with the letters of its quantities.
    """

    def __init__(self, alphabet, convention):
        self.alphabet = alphabet
        self.convention = convention
        self.last = max(k for k in alphabet.ends if isinstance(k, int))
        self.is_deep = self.last > 2

    # --- Names.

    def layer_name(self, layer):
        """Return the name of a layer: ``i``, ``h`` or ``o``, or its number in a deeper network."""
        return str(layer) if self.is_deep else self.alphabet.letters[layer]

    def set_name(self, over):
        """Return the name of the set that an index runs through, such as ``O`` for the outputs."""
        if over == "samples":
            return "S"
        if over == "steps":
            return "R"
        if over == 0:
            return "I"
        if over == self.last:
            return "O"
        return f"H{over}" if self.is_deep else "H"

    def symbol_text(self, symbol):
        """Return a symbol as text, such as ``w_ho[2,1]``."""
        role = symbol.role
        if role == "free":
            return symbol.name if _IDENTIFIER.fullmatch(symbol.name) else repr(symbol.name)
        if role == "v":
            return f"v{symbol.name}"
        if role == "adjoint":
            return f"dL_dv{symbol.name}"
        base = {"delta": "d"}.get(role, role)
        if role == "a" and symbol.layers[0] == self.last:
            base = "y"
        elif role in ("w", "s", "b", "delta") or (role == "a" and self.is_deep):
            names = [self.layer_name(layer) for layer in symbol.layers]
            if not self.is_deep:
                base += "_" + "".join(names) if role != "a" else ""
            elif role == "w" and symbol.layers[1] - symbol.layers[0] != 1:
                base += "_".join(names)
            else:
                base += names[-1]
        indices = [*symbol.indices, symbol.step, symbol.sample]
        shown = ",".join([index_text(i) for i in indices if i is not None])
        return f"{base}[{shown}]" if shown else base

    def symbol_latex(self, symbol):
        """Return a symbol as LaTeX, such as ``w_{ho}``."""
        role, letters = symbol.role, self.convention.letters
        if role == "free":
            return label_latex(symbol.name)
        if role == "v":
            return f"v_{{{symbol.name}}}"
        if role == "adjoint":
            return rf"\bar{{v}}_{{{symbol.name}}}"
        base = letters["y"] if role == "a" and symbol.layers[0] == self.last else letters[role]
        pairs = list(zip(symbol.layers, symbol.indices, strict=True))
        if role == "w" and self.convention.order == "to-from":
            pairs.reverse()
        indices = [self._index_latex(layer, i) for layer, i in pairs]
        if symbol.step is not None:
            indices.append(index_latex(symbol.step))
        if role == "w" and self.convention.arrow:
            below = rf"({indices[0]} \rightarrow {indices[1]})"
        elif all(len(i) == 1 and not i.isdigit() for i in indices) or len(indices) == 1:
            below = "".join(indices)
        else:
            below = (", " if self.is_deep or symbol.step is not None else " ").join(indices)
        above = []
        if self.is_deep and self._has_layer_mark(role, base):
            layers = symbol.layers
            above.append(str(layers[-1]) if role != "w" or layers[1] - layers[0] == 1 else f"{layers[0]},{layers[1]}")
        if symbol.sample is not None:
            above.append(index_latex(symbol.sample))
        return f"{base}_{{{below}}}" + (f"^{{({','.join(above)})}}" if above else "")

    def _has_layer_mark(self, role, base):
        """Return True if the layer is written above: for inputs and outputs, only if another role has their letter."""
        letters = self.convention.letters
        if role == "x" or (role == "a" and base == letters["y"]):
            others = [letters[other] for other in ("x", "a", "y")]
            return others.count(base) > 1 or letters["a"] == base
        return role not in ("t", "p")

    def _index_latex(self, layer, index):
        if isinstance(index, Letter):
            return index_latex(index)
        return str(index) if self.is_deep else f"{self.alphabet.letters[layer]}_{{{index}}}"

    # --- Expressions as text.

    def text(self, e, place=0) -> str:
        """Return Python-like text. It is in parentheses if it binds less tightly than ``place`` requires."""
        match e:
            case Number(value=q):
                return _parenthesized(str(q), (q < 0 and place > _SUM) or (q.denominator != 1 and place >= _PRODUCT))
            case Pi():
                return "pi"
            case Symbol():
                return self.symbol_text(e)
            case Plus():
                return _parenthesized(self._sum(e, self.text, " - ", " + "), place > _SUM)
            case Times():
                return _parenthesized(self._product_text(e), place > _PRODUCT)
            case Power(exponent=Number(value=n)) if n < 0:
                return _parenthesized(f"1/{self.text(power(e.base, Number(-n)), _POWER)}", place > _SUM)
            case Power():
                exponent = self.text(e.exponent, _POWER)
                return _parenthesized(f"{self.text(e.base, _POWER + 1)}**{exponent}", place > _POWER)
            case Sum():
                return f"sum({self.text(e.body)} for {e.letter} in {self._range_text(e)})"
            case Call(primitive=primitives.power_term):  # it is safe at a base of 0, but it cannot be read back
                return self.text(written_out(*e.operands), place)
        operands = ", ".join([self.text(x) for x in e.operands])
        name = _TEXT_NAMES.get(e.primitive.name, e.primitive.name)
        if isinstance(e, Partial):
            name = f"d{name}" if len(e.operands) == 1 else f"d{e.place + 1}{name}"
        return f"{name}({operands})"

    def _range_text(self, e):
        if e.values == tuple(range(1, self.alphabet.ends[e.over] + 1)) or not e.values:
            return self.set_name(e.over)
        return f"{self.set_name(e.over)}[{e.values[0]}..{e.values[-1]}]"

    def _product_text(self, e):
        sign, factors = _signed(e)
        above = [f for f in factors if not _is_reciprocal(f)]
        below = [power(f.base, Number(-f.exponent.value)) for f in factors if _is_reciprocal(f)]
        shown = "*".join([self.text(f, _PRODUCT) for f in above]) or "1"
        if shown.startswith("(") and above and isinstance(above[0], Number):
            shown = shown.replace("(", "", 1).replace(")", "", 1)  # 1/2*x
        return sign + "".join([shown, *[f"/{self.text(f, _POWER)}" for f in below]])

    # --- Expressions as LaTeX.

    def latex(self, e, place=0) -> str:
        """Return LaTeX without dollar signs; ``place`` is as in :meth:`text`."""
        match e:
            case Number(value=q):
                return _latex_parenthesized(number_latex(q), q < 0 and place > _SUM)
            case Pi():
                return r"\pi"
            case Symbol():
                return self.symbol_latex(e)
            case Plus():
                return _latex_parenthesized(self._sum(e, self.latex, " - ", " + "), place > _SUM)
            case Times():
                return _latex_parenthesized(self._product_latex(e), place > _PRODUCT)
            case Power():
                return self._power_latex(e, place)
            case Sum():
                body = self.latex(e.body, _PRODUCT)
                return _latex_parenthesized(rf"{self._sum_sign(e)} {body}", place > _SUM)
            case Partial():
                inner = ", ".join([self.latex(x) for x in e.operands])
                return rf"\operatorname{{{escape_latex(e.primitive.name)}}}'\left({inner}\right)"
            case Call(primitive=primitives.power_term):
                return self.latex(written_out(*e.operands), place)
            case Call(primitive=primitives.above) if _can_be_equal_at_many_points(e):
                inner = self.latex(plus(e.operands[0], times(Number(Fraction(-1)), e.operands[1])))
                return rf"\frac{{1 + \operatorname{{sign}}\left({inner}\right)}}{{2}}"
        return _latex_parenthesized(self._applied_latex(e), min(place, _POWER) > _tightness(e.primitive.latex))

    def _sum_sign(self, e):
        full = e.values == tuple(range(1, self.alphabet.ends[e.over] + 1))
        first = 1 if full else e.values[0]
        return rf"\sum_{{{letter_latex(e.letter)}={first}}}^{{{e.values[-1]}}}"

    def _applied_latex(self, e):
        template = e.primitive.latex
        if e.primitive.name == "sigmoid":
            template = self.convention.letters["function"] + r"\left({0}\right)"
            if self.convention.letters["function"] in (r"\Phi", "f"):
                template = r"\sigma\left({0}\right)"
        if e.primitive.arity is None:
            return template.format(", ".join([self.latex(x) for x in e.operands]))
        shown = []
        for i, x in enumerate(e.operands):
            raised = f"{{{i}}}^" in template
            enclosed = f"({{{i}}}" in template or f"{{{{{{{i}}}}}}}" in template or "left" in template
            if isinstance(x, Number) and not raised and not enclosed:  # \log 2 y would be the logarithm of 2 y
                shown.append(rf"\left({self.latex(x)}\right)")
            else:
                shown.append(self._raised_latex(x) if raised else self.latex(x, 0 if enclosed else _POWER))
        return template.format(*shown)

    def _power_latex(self, e, place):
        if isinstance(e.exponent, Number):
            n = e.exponent.value
            if n == Fraction(1, 2):
                return rf"\sqrt{{{self.latex(e.base)}}}"
            if n < 0:
                return rf"\frac{{1}}{{{self.latex(power(e.base, Number(-n)))}}}"
        base = self._raised_latex(e.base)
        is_script = isinstance(e.exponent, Number) and e.exponent.value.denominator == 1
        if isinstance(e.base, Symbol) and not is_script and not base.startswith(r"\left("):
            base = rf"\left({base}\right)"  # without brackets, the exponent would be read as a layer or a sample
        return _latex_parenthesized(f"{base}^{{{self.latex(e.exponent)}}}", place > _POWER)

    def _raised_latex(self, e):
        """Return the base of a power, in brackets if the exponent would otherwise belong to its argument."""
        latex = self.latex(e, _POWER + 1)
        is_open = isinstance(e, (Symbol, Call)) and ("^" in latex or _WITHOUT_BRACKETS.match(latex))
        is_open = is_open and not (isinstance(e, Call) and _tightness(e.primitive.latex) < _POWER)  # it has brackets
        is_open = is_open or (isinstance(e, Number) and e.value.denominator != 1)
        return rf"\left({latex}\right)" if is_open else latex

    def _product_latex(self, e):
        sign, factors = _signed(e)
        above = [f for f in factors if not _is_reciprocal(f)]
        below = [power(f.base, Number(-f.exponent.value)) for f in factors if _is_reciprocal(f)]
        sums = [f for f in above if isinstance(f, Sum)]
        above = [f for f in above if not isinstance(f, Sum)] + sums  # a sum includes all factors that follow it
        shown = [
            self.latex(f, _PRODUCT if not isinstance(f, Sum) or i < len(above) - 1 else 0) for i, f in enumerate(above)
        ]
        body = _side_by_side(shown)
        if below:
            last = [self.latex(f, _PRODUCT if len(below) > 1 else 0) for f in below]
            body = rf"\frac{{{body or 1}}}{{{_side_by_side(last)}}}"
        return sign + body

    def _sum(self, e, show, minus, plus_):
        out = ""
        for i, term in enumerate(e.terms):
            coefficient, _ = split(term)
            negative = coefficient < 0 or (isinstance(term, Number) and term.value < 0)
            shown = show(term, _SUM)
            if i == 0:
                out = shown
            elif negative and shown.startswith("-"):
                out += minus + shown[1:]
            else:
                out += plus_ + shown
        return out

    # --- Equations.

    def quantifier_text(self, ranges):
        """Return the text for the ranges of an equation, such as ``for all h in H``; empty if there are none."""
        if not ranges:
            return ""
        return "   for all " + ", ".join(
            [f"{letter} in {self._values_text(*ranges[letter])}" for letter in _in_order(ranges)]
        )

    def _values_text(self, kind, values):
        if values == tuple(range(1, self.alphabet.ends[kind] + 1)):
            return self.set_name(kind)
        return "{" + ", ".join([str(v) for v in values]) + "}"

    def quantifier_latex(self, ranges):
        r"""Return LaTeX for the ranges of an equation, such as ``\quad \forall h``; empty if there are none."""
        if not ranges:
            return ""
        letters = ", ".join([letter_latex(letter) for letter in _in_order(ranges)])
        return rf" \quad \forall\, {letters}"

    def derivative_text(self, symbol):
        """Return the derivative of the loss as text, such as ``dL/dw_ho[1,2]``."""
        return f"dL/d{self.symbol_text(symbol)}"

    def derivative_latex(self, symbol, of=None):
        r"""Return a derivative as LaTeX, ``\frac{\partial L}{\partial w}``; ``of`` is LaTeX for another top than L."""
        top = self.convention.letters["loss"] if of is None else of
        return rf"\frac{{\partial {top}}}{{\partial {self.symbol_latex(symbol)}}}"


def _can_be_equal_at_many_points(e):
    """Return True if the operands of a comparison have kinks. ReLU(s) and s, for example, are equal for all s above 0.

    Then a formula must say what the derivative is where they are equal.
    """
    return any(isinstance(x, Call) and x.primitive.kinks for operand in e.operands for x in walk(operand))


def _in_order(ranges):
    """Return letters in the order of their layers. Samples and steps come last."""
    return sorted(ranges, key=lambda letter: (isinstance(ranges[letter][0], str), ranges[letter][0], letter))


def _signed(e):
    """Return the sign of a product and its factors without the sign."""
    first = e.factors[0]
    if isinstance(first, Number) and first.value < 0:
        rest = e.factors[1:] if first.value == -1 else (Number(-first.value), *e.factors[1:])
        return "-", rest
    return "", e.factors


def _is_reciprocal(e):
    return isinstance(e, Power) and isinstance(e.exponent, Number) and e.exponent.value < 0


def _parenthesized(text, needed):
    return f"({text})" if needed else text


def _side_by_side(factors):
    """Return factors as a product, with a dot between two numbers."""
    product = factors[0] if factors else ""
    for before, factor in itertools.pairwise(factors):
        product += rf" \cdot {factor}" if before[-1:].isdigit() and factor[:1].isdigit() else f" {factor}"
    return product


def _latex_parenthesized(text, needed):
    return rf"\left({text}\right)" if needed else text


_ENCLOSED = re.compile(r"\\left(?:(?!\\left|\\right).)*\\right.|\{[^{}]*\}")
_NAMED = re.compile(r"(\\operatorname\.|\\[a-z]+)(\^2|_2|_\.)? (\\[a-z]+)?\.")


@functools.cache
def _tightness(template):
    """Return the binding strength of a function's LaTeX template. ``e^{{{0}}} - 1``, for example, binds like a sum."""
    shape = template
    while (shorter := _ENCLOSED.sub(".", shape)) != shape:
        shape = shorter
    if " + " in shape or " - " in shape:
        return _SUM
    return _PRODUCT if " " in shape and not _NAMED.fullmatch(shape) else _POWER

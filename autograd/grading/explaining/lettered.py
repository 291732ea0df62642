"""The right formula in the letters of the wrong formula."""

import re
from dataclasses import dataclass
from typing import Any

from autograd.formulas.equations import Equation
from autograd.formulas.expressions import Letter, Sum, Symbol, rewrite, walk
from autograd.formulas.printing import Printer
from autograd.formulas.updates import Rule, update_rules
from autograd.grading.reading import nodes

__all__ = ["Lettered", "LetteredRule", "lettered", "lettered_rule"]

_SPARE = "ijklmnpqr"  # for indices for which the writer has no letter
_COUNTED = {"sample": "samples", "step": "steps"}  # from the axes of a reading to the sets of an equation


class _Printer(Printer):
    """A printer for readers who do not know the network's own letters.

    Args:
        printer: a printer in the network's own names.
        numbers: True if layers have numbers above.
        brackets: the brackets around these numbers.
    """

    def __init__(self, printer, numbers, brackets):
        super().__init__(printer.alphabet, printer.convention)
        self.is_deep, self._brackets = numbers, brackets

    def symbol_latex(self, symbol):
        found = super().symbol_latex(symbol)
        left, right = self._brackets
        return re.sub(r"\^\{\((\d+)\)\}", rf"^{{{left}\1{right}}}", found) if left != "(" else found


@dataclass(frozen=True, repr=False)
class Lettered(Equation):
    """An equation that prints as LaTeX, in the letters and indices of a writer.

    Attributes:
        named: the same equation in the network's own names, which also has the ``text``.
    """

    named: Any = None

    @property
    def text(self) -> str:
        """The equation as Python-like text, in the network's own names."""
        return self.named.text

    def __str__(self):
        return self.latex

    __repr__ = __str__


class LetteredRule(Rule):
    """An update rule that prints as LaTeX in the letters of a writer. Its text has the network's own names."""

    def __str__(self):
        return self.latex

    __repr__ = __str__


def lettered_rule(rule, equation, rate):
    """Return an update rule in the letters of the equation of its gradient.

    Args:
        rule: the rule in the network's own names.
        equation: a :class:`Lettered`.
        rate: the letter of the learning rate as LaTeX.
    """
    return LetteredRule(rule.text, update_rules([equation], equation.printer, rate, absorb=False)[0].latex)


def lettered(equation, reading, sides, formula):
    """Return a right formula in the letters with which a writer counts.

    Args:
        equation: the right formula in the network's own names.
        reading: the :class:`~autograd.grading.meaning.place.Reading` of the wrong formula.
        sides: the trees of its sides.
        formula: its text.
    """
    over = {letter: counts for letter, (counts, _) in equation.ranges.items()}
    over |= {x.letter: x.over for x in walk(equation.right) if isinstance(x, Sum)}
    names = _names(over, {_COUNTED.get(axis, axis): letter for letter, axis in _in_order(reading, sides)})
    return Lettered(
        _symbol(equation.left, names),
        rewrite(equation.right, lambda part: _renamed(part, names)),
        {names[letter]: counts for letter, counts in equation.ranges.items()},
        equation.kind,
        _Printer(equation.printer, _has_numbers_of_layers(sides, reading), "[]" if "^{[" in formula else "()"),
        equation,
    )


def _in_order(reading, sides):
    """Return the letters of a reading and what they count. Those of the left side come last and take precedence."""
    first = {x.data[0] for x in nodes.walk(sides[0]) if x.kind == "name"} if sides else set()
    found = [(x, axis) for x, axis in reading.axes.items() if re.fullmatch(r"[A-Za-z](#\d+)?", x)]
    found.sort(key=lambda pair: pair[0] in first)
    return [(x[0], axis) for x, axis in found]  # without the numbers that keep the letters of sums apart


def _names(over, known):
    """Return the writer's letter for each letter of an equation, or a spare letter if the writer has none."""
    names, taken = {}, set()
    for letter, counts in over.items():
        if counts in known and known[counts] not in taken:
            names[letter] = known[counts]
            taken.add(known[counts])
    for letter in over:
        if letter not in names:
            free = [x for x in (letter, *_SPARE) if x not in taken and x not in known.values()]
            names[letter] = free[0] if free else letter
            taken.add(names[letter])
    return names


def _has_numbers_of_layers(sides, reading):
    """Return True if the writer numbers the layers as the network does."""
    if reading.base or reading.delta_base or reading.above != "layer":
        return False

    def is_of_layer(mark):
        letters = [x.data[0] for x in nodes.walk(mark) if x.kind == "name"]
        return mark.kind == "sup" and all(reading.axes.get(x, "layer") == "layer" for x in letters)

    names = [x for side in sides for x in nodes.walk(side) if x.kind == "name"]
    return any(is_of_layer(mark) for x in names for mark in x.parts)


def _renamed(part, names):
    if isinstance(part, Symbol):
        return _symbol(part, names)
    if isinstance(part, Sum):
        body = rewrite(part.body, lambda inner: _renamed(inner, names))
        return Sum(names[part.letter], part.over, part.values, body)
    return None


def _symbol(symbol, names):
    """Return a symbol with other letters. In a derivative, the letters of both quantities are replaced."""

    def index(item):
        return Letter(names.get(item.name, item.name), item.offset) if isinstance(item, Letter) else item

    name = symbol.name
    if isinstance(name, Symbol):
        name = _symbol(name, names)
    elif isinstance(name, tuple):
        name = tuple([_symbol(x, names) for x in name])
    indices = tuple([index(item) for item in symbol.indices])
    return Symbol(symbol.role, symbol.layers, indices, index(symbol.sample), index(symbol.step), name)

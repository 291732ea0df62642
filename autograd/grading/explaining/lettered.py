"""The right formula in the letters of the wrong one."""

import re
from dataclasses import dataclass
from typing import Any

from autograd.formulas.equations import Equation
from autograd.formulas.expressions import Letter, Sum, Symbol, rewrite, walk
from autograd.formulas.printing import Printer
from autograd.formulas.updates import Rule, update_rules
from autograd.grading.reading import nodes

__all__ = ["Lettered", "LetteredRule", "lettered", "lettered_rule"]

_SPARE = "ijklmnpqr"  # for indices that the writer has no letter for
_COUNTED = {"sample": "samples", "step": "steps"}  # what a letter of a reading counts, and an equation calls it


class _Printer(Printer):
    """A printer for readers who do not know the network's own letters.

    Args:
        printer: prints in the network's names.
        numbers: whether layers have numbers above.
        brackets: what stands around these numbers.
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
    """An equation that prints as LaTeX, in a writer's letters and indices.

    Attributes:
        named: the same equation in the network's own names, of which ``text`` is.
    """

    named: Any = None

    @property
    def text(self) -> str:
        """Python-like text, in the network's own names."""
        return self.named.text

    def __str__(self):
        return self.latex

    __repr__ = __str__


class LetteredRule(Rule):
    """An update rule that prints as LaTeX, in a writer's letters and indices; its text has the network's own names."""

    def __str__(self):
        return self.latex

    __repr__ = __str__


def lettered_rule(rule, equation, rate):
    """Return an update rule with the letters of an equation, that of its gradient.

    Args:
        rule: in the network's own names.
        equation: a :class:`Lettered`.
        rate: the letter of the learning rate, LaTeX.
    """
    return LetteredRule(rule.text, update_rules([equation], equation.printer, rate, absorb=False)[0].latex)


def lettered(equation, reading, sides, formula):
    """Return a right formula with the letters that a writer counts with.

    Args:
        equation: the right formula in the network's own names.
        reading: how the wrong one was read: :class:`~autograd.grading.meaning.place.Reading`.
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
    """Return the letters of a reading and what they count; those of the left side last, so that they win."""
    first = {x.data[0] for x in nodes.walk(sides[0]) if x.kind == "name"} if sides else set()
    found = [(x, axis) for x, axis in reading.axes.items() if re.fullmatch(r"[A-Za-z](#\d+)?", x)]
    found.sort(key=lambda pair: pair[0] in first)
    return [(x[0], axis) for x, axis in found]  # the letters of sums were numbered, to tell them apart


def _names(over, known):
    """Return the writer's letter for each letter of an equation; a spare one where there is none."""
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
    """Return whether layers are numbered as the network numbers them."""
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
    """Return a symbol with other letters; of a derivative, those of what it is of, too."""

    def index(item):
        return Letter(names.get(item.name, item.name), item.offset) if isinstance(item, Letter) else item

    name = symbol.name
    if isinstance(name, Symbol):
        name = _symbol(name, names)
    elif isinstance(name, tuple):
        name = tuple([_symbol(x, names) for x in name])
    indices = tuple([index(item) for item in symbol.indices])
    return Symbol(symbol.role, symbol.layers, indices, index(symbol.sample), index(symbol.step), name)

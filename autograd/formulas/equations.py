"""The equations of a derivation, one for all neurons of a layer, checked against reverse mode before they are shown."""

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from autograd.engine.errors import FormulaError
from autograd.formulas.expressions import Expression, Plus, Sum, Symbol, Times, evaluate, symbols, times
from autograd.formulas.folding import fold, for_all
from autograd.formulas.sampling import recorded_sample

__all__ = [
    "Equation",
    "Equations",
    "Recorded",
    "checked",
    "definitions",
    "delta_equations",
    "folded_sum",
    "gathered",
    "gradient_equations",
    "gradient_of",
]


@dataclass(frozen=True, repr=False)
class Equation:
    """``left = right``, for all numbers of the indices in ``ranges``.

    Attributes:
        left: the delta, the parameter whose gradient is ``right``, or a defined symbol.
        right: the formula.
        ranges: a dict from each letter to the kind of things it counts (a layer, samples or steps) and its numbers.
        kind: ``"delta"``, ``"gradient"`` or ``"definition"``.
        printer: the printer that writes the equation.
    """

    left: Symbol
    right: Expression
    ranges: dict[str, Any] = field(default_factory=dict)
    kind: str = "delta"
    printer: Any = None

    @property
    def text(self) -> str:
        """The equation as Python-like text, in the names that graded formulas use."""
        p = self.printer
        left = p.derivative_text(self.left) if self.kind == "gradient" else p.symbol_text(self.left)
        return f"{left} = {p.text(self.right)}{p.quantifier_text(self.ranges)}"

    @property
    def latex(self) -> str:
        """The equation as LaTeX, without dollar signs."""
        p = self.printer
        left = p.derivative_latex(self.left) if self.kind == "gradient" else p.symbol_latex(self.left)
        return f"{left} = {p.latex(self.right)}{p.quantifier_latex(self.ranges)}"

    def instances(self) -> Iterator[dict[str, int]]:
        """Yield each assignment of numbers to letters for which the equation holds."""
        letters = list(self.ranges)
        for numbers in itertools.product(*[self.ranges[letter][1] for letter in letters]):
            yield dict(zip(letters, numbers, strict=True))

    def __str__(self):
        return self.text

    __repr__ = __str__

    def _repr_latex_(self):
        return rf"$\displaystyle {self.latex}$"


class Equations(list[Equation]):
    """The equations of a derivation. They print as text, and a notebook typesets them."""

    def __str__(self):
        return "\n".join([equation.text for equation in self])

    __repr__ = __str__

    def latex(self) -> str:
        """Return the equations as one aligned block, without dollar signs."""
        rows = [equation.latex.replace("=", "&=", 1) for equation in self]
        return "\\begin{aligned}\n" + " \\\\[4pt]\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return f"$$\n{self.latex()}\n$$"


def gathered(pairs, kind, printer) -> list[Equation]:
    """Return equations for symbols and their formulas. Pairs that differ only in their indices share one equation.

    Args:
        pairs: pairs of a symbol and an expression.
        kind: the kind of the equations, as in :class:`Equation`.
        printer: the printer that writes them.
    """
    groups: dict = {}
    for left, right in pairs:
        groups.setdefault((left.role, left.layers, left.name), []).append((left, right))
    found = []
    for group in groups.values():
        general = for_all(group, printer.alphabet)
        if general is not None:
            found.append(Equation(general[0], general[1], general[2], kind, printer))
            continue
        # All pairs do not fit in one equation. Perhaps those of each time step do, or those of each sample or index.
        for key in (lambda s: s.step, lambda s: s.sample, lambda s: s.indices):
            parts: dict = {}
            for left, right in group:
                parts.setdefault(key(left), []).append((left, right))
            generals = {k: for_all(part, printer.alphabet) if len(part) > 1 else None for k, part in parts.items()}
            if any(generals.values()) and len(parts) < len(group):
                for k, part in parts.items():
                    one = generals[k]
                    if one is not None:
                        found.append(Equation(one[0], one[1], one[2], kind, printer))
                    else:
                        found += [Equation(left, right, {}, kind, printer) for left, right in part]
                break
        else:
            found += _runs(group, kind, printer)
    return found


def _runs(group, kind, printer):
    """Return equations for the steps of a recurrent network, one for all middle steps if these are alike."""
    if group[0][0].step is not None and len(group) > 3:
        general = for_all(group[1:-1], printer.alphabet)
        if general is not None:
            middle = [Equation(general[0], general[1], general[2], kind, printer)]
            ends = [Equation(left, right, {}, kind, printer) for left, right in (group[0], group[-1])]
            return [ends[1], *middle, ends[0]]
        for cut in (group[:-1], group[1:]):
            general = for_all(cut, printer.alphabet)
            if general is not None:
                rest = [pair for pair in group if pair not in cut]
                return [Equation(left, right, {}, kind, printer) for left, right in rest] + [
                    Equation(general[0], general[1], general[2], kind, printer)
                ]
    return [Equation(left, right, {}, kind, printer) for left, right in group]


def delta_equations(formulas, printer) -> list[Equation]:
    """Return the equations for the deltas of all neurons, output layer first."""
    network = formulas.network
    found = []
    for layer in range(network.depth, 0, -1):
        pairs = [(network.delta_of(n), formulas.delta[n]) for n in network.neurons if n.layer == layer]
        found += gathered(pairs, "delta", printer)
    return found


def gradient_equations(formulas, printer) -> list[Equation]:
    """Return the equations for the gradients of all parameters, output layer first, weights before biases."""
    network = formulas.network
    pairs = [(network.symbol_of[p], gradient_of(formulas, p)) for p in network.parameters]
    order = {"w": 0, "b": 1, "free": 2}
    pairs.sort(key=lambda pair: (-max(pair[0].layers, default=0), order[pair[0].role], pair[0].indices))
    return gathered(pairs, "gradient", printer)


def gradient_of(formulas, node) -> Expression:
    """Return the gradient of a parameter or of an activation in terms of deltas.

    Raises:
        KeyError: the formulas have no gradient for this node.
    """
    return fold(formulas.arrived(node), formulas.alphabet)


class Recorded:
    """The values of all symbols at the recorded point, including the symbols that the formulas introduced."""

    def __init__(self, formulas):
        network = formulas.network
        self.sample = recorded_sample(network)
        self.number = float
        self._quantities = self.sample.quantities
        for neuron in network.neurons:
            symbol = network.delta_of(neuron)
            self._quantities[symbol] = self._quantities[symbol] * float(formulas.factor)
        for symbol, (node, _) in formulas.adjoint_of.items():
            self._quantities[symbol] = self.sample.gradient(node)
        for symbol, fact in formulas.facts.items():
            self._quantities[symbol] = evaluate(formulas.stable.get(symbol, fact), self)

    def symbol(self, symbol):
        """Return the number of a symbol, for :func:`~autograd.formulas.expressions.evaluate`."""
        return self.sample.symbol(symbol)


def checked(equations, formulas, point=None):
    """Return the equations, after comparing each with the engine's reverse sweep at the recorded point.

    Raises:
        FormulaError: an equation does not give the engine's gradient.
    """
    point = point or Recorded(formulas)
    network = formulas.network
    node_of = {symbol: node for node, symbol in network.symbol_of.items()}
    for equation in equations:
        for env in equation.instances():
            left = equation.left.bound(env)
            is_gradient = equation.kind == "gradient"
            truth = point.sample.gradient(node_of[left]) if is_gradient else point.symbol(left)
            given = evaluate(equation.right, point, env)
            if not _agrees(truth, given, equation.right, point, env):
                raise FormulaError(
                    f"the formula {equation.text} gives {given!r} for {equation.printer.symbol_text(left)}, but "
                    f"reverse mode gives {truth!r}: this is a bug in autograd.formulas. Please report it."
                )
    return equations


def _agrees(truth, given, right, point, env):
    if truth == given or (math.isnan(truth) and math.isnan(given)):
        return True
    if math.isinf(truth) or math.isnan(truth) or math.isnan(given):
        return False
    error = abs(truth - given)
    if error <= 1e-9 * max(abs(truth), abs(given)):
        return True
    return error <= 1e-9 * _size(right, point, env)


def _size(e, point, env):
    """Return the sum of the absolute values of the terms of a formula."""
    match e:
        case Plus():
            return sum(_size(x, point, env) for x in e.terms)
        case Sum():
            return sum(_size(e.body, point, {**(env or {}), e.letter: v}) for v in e.values)
        case Times():
            return math.prod([_size(x, point, env) for x in e.factors], start=1.0)
    return abs(evaluate(e, point, env))


def definitions(formulas, printer, equations) -> list[Equation]:
    """Return the definitions of the names that equations use: shared nodes, softmax probabilities, one-hot targets."""
    meaning = {**formulas.defined, **{s: g for s, (_, g) in formulas.adjoint_of.items()}, **formulas.facts}
    used: dict = {}
    waiting = [s.bound(env) for e in equations for s in symbols(e.right) for env in e.instances()]
    while waiting:
        symbol = waiting.pop()
        if symbol in meaning and symbol not in used:
            used[symbol] = meaning[symbol]
            waiting.extend(symbols(meaning[symbol]))
    found = []
    for role in ("v", "p", "t", "adjoint"):
        pairs = [(symbol, meaning[symbol]) for symbol in meaning if symbol in used and symbol.role == role]
        if role in ("v", "adjoint"):
            found += [Equation(left, right, {}, "definition", printer) for left, right in pairs]
        else:
            found += gathered(pairs, "definition", printer)
    return found


def folded_sum(e, formulas) -> Expression:
    """Return an expression with its sums folded, in the form in which a loss is shown."""
    match e:
        case Plus():
            folded = fold(list(e.terms), formulas.alphabet)
            return folded if isinstance(folded, Plus) else folded_sum(folded, formulas)
        case Sum():
            return Sum(e.letter, e.over, e.values, folded_sum(e.body, formulas))
        case Times():
            return times(*[folded_sum(f, formulas) for f in e.factors])
    return e

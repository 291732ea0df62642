"""The names of a network's quantities: one name for each in text, and the letters of a convention in LaTeX."""

from autograd.formulas.conventions import plain
from autograd.formulas.expressions import Letter, Symbol
from autograd.grading.context import Context
from autograd.grading.meaning.names import key_of

__all__ = ["Lexicon"]


class Lexicon:
    """The names of one network in one convention.

    Attributes:
        formulas, printer, convention, network, alphabet: those of the context.
        symbols: all quantities that have a name.
        known: the set of these quantities.
        bases: from the name of a quantity in text, without indices, to its roles, layers and own names.
        letters: from a LaTeX letter, with its accent, to its possible roles.
        weights: the pairs of layers that weights connect.
        singles: from a name in LaTeX to the single quantity with this name.
    """

    def __init__(self, context: Context):
        self.formulas, self.printer, self.convention = context.formulas, context.printer, context.convention
        self.network, self.alphabet = context.network, context.alphabet
        self.symbols = self._all_symbols()
        self.known = set(self.symbols)
        self.bases: dict = {}
        for symbol in self.symbols:
            base = self.printer.symbol_text(symbol).split("[")[0]
            self.bases.setdefault(base, set()).add((symbol.role, symbol.layers, symbol.name))
        self.weights = {s.layers for s in self.symbols if s.role == "w"}
        self.letters = self._letters()
        wanted = {text: latex for latex, text in self.convention.names.items()}
        self.singles = {wanted[t]: s for s in self.symbols if (t := self.printer.symbol_text(s)) in wanted}

    def _all_symbols(self):
        found = dict.fromkeys(self.network.symbol_of.values())
        for n in self.network.neurons:
            found[self.network.delta_of(n)] = None
            found[Symbol("s", (n.layer,), (n.index,), n.sample, n.step)] = None
            found[Symbol("a", (n.layer,), (n.index,), n.sample, n.step)] = None
        for symbol in (*self.formulas.facts, *self.formulas.adjoint_of):
            found[symbol] = None
        return list(found)

    def _letters(self):
        """Return a dict from each LaTeX letter, with its accent, to its possible roles."""
        found: dict = {}
        for role in ("x", "a", "y", "t", "s", "delta", "w", "b", "p"):
            found.setdefault(plain(self.convention.letters[role]), []).append(role)
        for name, role in (("delta", "delta"), ("hat y", "y"), ("omega", "w"), ("t", "t"), ("z", "s"), ("s", "s")):
            if name not in found:
                found[name] = [role]
        found.setdefault("W", ["w"])
        return found

    def describe(self) -> str:
        """Return the vocabulary as text."""
        words = {
            "x": "input", "a": "activation", "t": "target", "s": "pre-activation", "w": "weight", "b": "bias",
            "p": "softmax of the outputs", "v": "node", "free": "quantity",
            "delta": f"delta, {'' if self.formulas.factor == 1 else f'{self.formulas.factor} times '}dL/ds",
        }  # fmt: skip
        rows, seen = [], set()
        for symbol in self.symbols:
            key = (symbol.role, symbol.layers, symbol.name)
            if key in seen or symbol.role == "adjoint":
                continue
            seen.add(key)
            generic = Symbol(
                symbol.role, symbol.layers, tuple([Letter(self.alphabet.letters[k]) for k in symbol.layers]), None if
                symbol.sample is None else Letter("n"), None if symbol.step is None else Letter("r"), symbol.name,
            )  # fmt: skip
            if symbol.role == "s" and symbol.layers[0] == self.network.depth and not self._is_activated(symbol):
                continue
            word = words[symbol.role]
            if symbol.role == "a" and symbol.layers[0] == self.network.depth:
                word = "output"
            rows.append((self.printer.symbol_text(generic), f"${self.printer.symbol_latex(generic)}$", word))
        width = max(len(r[0]) for r in rows)
        latex_width = max(len(r[1]) for r in rows)
        lines = [f"{a.ljust(width)}  {b.ljust(latex_width)}  {c}" for a, b, c in sorted(rows, key=lambda r: r[2])]
        sets = [
            f"{self.printer.set_name(kind)} = 1..{end}"
            for kind, end in self.alphabet.ends.items()
            if end > 1 or kind in (0, 1)
        ]
        functions = "sigma dsigma tanh dtanh exp log relu step sqrt abs, phi dphi for the neuron's own activation"
        lines += [
            f"sets: {', '.join(sets)};  N = {self.network.samples} samples;  indices count from 1",
            f"functions: {functions}; sums: sum(... for o in O)",
        ]
        return "\n".join(lines)

    def _is_activated(self, symbol):
        return any(n.layer == symbol.layers[0] and n.a is not n.s for n in self.network.neurons)

    def is_loss(self, name):
        """Return True if a name is the loss."""
        letter = plain(self.convention.letters["loss"])
        usual = (letter, "L", "J", "E", "Loss", "loss", "epsilon", "C", "SSE", "MSE")
        return key_of(name) in usual and not name.indices

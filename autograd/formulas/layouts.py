r"""The notation of the matrix form: vectors as columns or rows, one sample or a batch, and the order of weight indices.

If vectors are columns and $w_{jk}$ leads from j to k, the hidden sensitivities are $W^{(2)} \delta^{(2)}$ and the
gradient is $a^{(1)} (\delta^{(2)})^T$. With the indices in the other order they are $(W^{(2)})^T \delta^{(2)}$ and
$\delta^{(2)} (a^{(1)})^T$. If vectors are rows, everything is transposed. A batch has capital letters, and its samples
are the columns or the rows of its matrices.
"""

import re
from fractions import Fraction
from typing import NamedTuple

from autograd.formulas.expressions import Number

__all__ = ["Line", "Matrices", "as_text"]

_CHARACTERS = {
    r"\delta": "δ", r"\Delta": "Δ", r"\alpha": "α", r"\eta": "η", r"\epsilon": "ε", r"\sigma": "σ", r"\Phi": "Φ",
    r"\varphi": "φ", r"\phi": "φ", r"\theta": "θ", r"\omega": "ω", r"\Omega": "Ω", r"\gamma": "γ", r"\lambda": "λ",
    r"\odot": "⊙", r"\leftarrow": "←", r"\partial": "∂", r"\nabla": "∇", r"\sum": "Σ", r"\quad": "  ", r"\forall": "∀",
    r"\left": "", r"\right": "", r"\,": " ",
}  # fmt: skip
_WITHOUT_BLANK = {r"\partial", r"\nabla", r"\left", r"\right"}  # as text, these are not followed by a blank
_COMMAND = re.compile(r"(\\(?:[A-Za-z]+|,))( ?)")
_DERIVATIVE = re.compile(r"\\frac\{(\\partial [^{}]+)\}\{(\\partial (?:[^{}]|\{[^{}]*\})+)\}")
_NUMBER = re.compile(r"\\frac\{(\d+)\}\{(\d+)\}")
_FONT = re.compile(r"\\(?:underline|mathrm|operatorname|mathcal)\{([^{}]*)\}")
_DIAGONAL = re.compile(r"\\dot\{F\}\^\{\(\d+\)\}(\([^()]*(?:\([^()]*\)[^()]*)*\))")


class Line(NamedTuple):
    """One equation of matrices, as LaTeX and as text."""

    latex: str
    text: str

    def __str__(self):
        return self.text

    def __repr__(self):
        return str(self)

    def _repr_latex_(self):
        return rf"$\displaystyle {self.latex}$"


def as_text(latex) -> str:
    r"""Return LaTeX as text with characters such as δ, which can be read like LaTeX.

    >>> as_text(r"\frac{\partial L}{\partial W^{(2)}} = \frac{1}{3} \delta^{(2)} \left(a^{(1)}\right)^T")
    '∂L/∂W^{(2)} = 1/3 δ^{(2)} (a^{(1)})^T'
    """
    latex = _DIAGONAL.sub(r"diag(\\Phi'\1)", latex)
    text = _NUMBER.sub(r"\1/\2", _DERIVATIVE.sub(r"\1/\2", _FONT.sub(r"\1", latex)))

    def character(match):
        command, blank = match[1], match[2]
        if command not in _CHARACTERS:
            return match[0]
        return _CHARACTERS[command] + ("" if command in _WITHOUT_BLANK else blank)

    return " ".join(_COMMAND.sub(character, text).split())


class Matrices:
    """The writer of the matrix equations.

    Args:
        formulas: the formulas of the network.
        printer: the printer of the derivation.
        has_bias: a dict from each layer to True if its neurons have biases.
        recurrent: the layers in which neurons read each other's activations of the previous step.
        linear: the layers whose activations equal their pre-activations.
        rate: LaTeX for the learning rate.
    """

    def __init__(self, formulas, printer, has_bias, recurrent, linear, rate):
        self.formulas, self.printer = formulas, printer
        self.has_bias, self.recurrent, self.linear, self.rate = has_bias, recurrent, linear, rate
        self.how = printer.convention
        self.network = formulas.network
        self.last = self.network.depth
        self.is_batch = self.how.batch is not None and self.network.samples > 1
        layout = (self.how.batch if self.is_batch else None) or self.how.vectors or self.how.batch
        self.is_dotted = layout is None and not recurrent  # the notation of document 002
        self.has_rows = layout == "rows"
        self.is_from_to = self.how.order == "from-to"  # the first index of a weight is its source

    # --- Names.

    def vector(self, role, layer=None, step=0):
        """Return the quantities of a layer as a vector, or as a matrix for a batch."""
        letters = self.how.letters
        if role == "a" and layer in (0, self.last):
            role = "x" if layer == 0 else "y"
        base = letters[role]
        shared = [letters[other] for other in ("x", "a", "y")].count(base) > 1
        unmarked = role in ("t", "p") or (role == "y" if self.is_dotted else role in ("x", "y") and not shared)
        above = [] if unmarked else [str(layer)]
        if self.is_batch:
            base = _capital(base)
        elif self.network.samples > 1:
            above.append("n")
        if self.is_dotted:
            base = rf"\underline{{{base}}}"
        below = f"_{{r{step:+d}}}" if step else "_{r}"
        return base + (below if self.recurrent else "") + (f"^{{({','.join(above)})}}" if above else "")

    def weights(self, layer, is_recurrent=False):
        """Return the matrix of the weights that lead into a layer from the layer before it, or from itself."""
        name = _capital(self.how.letters["w"])
        return f"{name}_{{{self.printer.layer_name(layer) * 2}}}" if is_recurrent else f"{name}^{{({layer})}}"

    def bias(self, layer):
        """Return the vector of the biases of a layer."""
        name = self.how.letters["b"]
        return rf"\underline{{{name}}}^{{({layer})}}" if self.is_dotted else f"{name}^{{({layer})}}"

    def slope(self, layer):
        """Return the derivatives of a layer's activations at its pre-activations, or None if the layer is linear."""
        if layer in self.linear and not self.is_dotted:
            return None
        s = self.vector("s", layer)
        if self.is_dotted:
            return rf"\dot{{F}}^{{({layer})}}({s})"
        return f"{self.how.letters['function']}'({s})"

    # --- Products.

    def multiplied(self, e, slope):
        """Return a vector times the derivatives of the activations, entry by entry."""
        if slope is None:
            return e
        if self.is_dotted:
            return f"{slope} {e}"
        return rf"{e} \odot {slope}"

    def through(self, weights, delta):
        """Return the weights times the deltas: the sum over the neurons that the weights lead into."""
        matrix = _transposed(weights) if self.is_from_to == self.has_rows else weights
        return f"{delta} {matrix}" if self.has_rows else f"{matrix} {delta}"

    def outer(self, source, delta):
        """Return the outer product of the activations that weights read and the deltas that they lead to."""
        if self.has_rows == self.is_from_to:
            left, right = (source, delta) if self.has_rows else (delta, source)
        else:
            left, right = (delta, source) if self.has_rows else (source, delta)
        return f"{_transposed(left)} {right}" if self.has_rows else f"{left} {_transposed(right)}"

    # --- Lines.

    def lines(self, kind, lead) -> list[Line]:
        """Return all lines: sensitivities, gradients (if the convention states a layout) and updates."""
        found = [self.output(kind, lead)]
        for layer in range(self.last - 1, 0, -1):
            found += self.hidden(layer)
        inverse = 1 / self.formulas.factor
        for name, product in self.gradients():
            if not self.is_dotted:
                loss = self.how.letters["loss"]
                found.append(rf"\frac{{\partial {loss}}}{{\partial {name}}} = {self._scaled(inverse, product)}")
        for name, product in self.gradients():
            sign, size = ("-", inverse) if inverse > 0 else ("+", -inverse)
            step = self.rate if size == 1 else rf"{self.printer.latex(Number(size))} \, {self.rate}"
            found.append(rf"{name} \leftarrow {name} {sign} {step}\, {product}")
        return [Line(latex, as_text(latex)) for latex in found]

    def output(self, kind, lead):
        """Return the sensitivities of the output layer, which come from the loss."""
        y, t = self.vector("a", self.last), self.vector("t")
        factor = self.formulas.factor
        slope = self.slope(self.last) if kind in ("error", "gradient") else None
        if kind in ("gradient", "logits"):
            y = self.vector("s", self.last) if kind == "logits" else y
            error, scale = rf"\nabla_{{{y}}} {self.how.letters['loss']}", factor
        else:
            y = self.vector("p") if kind == "softmax" else y
            scale = factor * lead
            negated = scale < 0 and not self.is_dotted
            error, scale = (f"({y} - {t})", -scale) if negated else (f"({t} - {y})", scale)
        return f"{self.vector('delta', self.last)} = {self._scaled(scale, self.multiplied(error, slope))}"

    def hidden(self, layer):
        """Return the sensitivities of a hidden layer: one line, or one for the last step and one for the others."""
        delta = self.vector("delta", layer)
        back = self.through(self.weights(layer + 1), self.vector("delta", layer + 1))
        if layer not in self.recurrent:
            inner = back if self.is_dotted or self.slope(layer) is None else rf"\left({back}\right)"
            return [f"{delta} = {self.multiplied(inner, self.slope(layer))}"]
        after = self.through(self.weights(layer, True), self.vector("delta", layer, 1))
        found = []
        for inner, where in ((f"{back} + {after}", f"r < {self.network.steps}"), (back, f"r = {self.network.steps}")):
            whole = self.multiplied(rf"\left({inner}\right)", self.slope(layer))
            found.append(rf"{delta} = {whole} \quad \forall\, {where}")
        return found

    def gradients(self):
        """Yield pairs of a matrix or vector of parameters and its gradient, without the constant factor."""
        over = ""
        if self.recurrent:
            over = rf"\sum_{{r=1}}^{{{self.network.steps}}} "
        elif self.network.samples > 1 and not self.is_batch:
            over = r"\sum_n "
        for layer in range(self.last, 0, -1):
            delta = self.vector("delta", layer)
            yield self.weights(layer), over + self.outer(self.vector("a", layer - 1), delta)
            if layer in self.recurrent:
                later = rf"\sum_{{r=2}}^{{{self.network.steps}}} "
                yield self.weights(layer, True), later + self.outer(self.vector("a", layer, -1), delta)
            if self.has_bias[layer]:
                ones = r"\mathbf{1}"
                summed = f"{_transposed(ones)} {delta}" if self.has_rows else f"{delta} {ones}"
                yield self.bias(layer), summed if self.is_batch else over + delta

    def _scaled(self, number, latex):
        if number == 1:
            return latex
        shown = "-" if number == -1 else f"{self.printer.latex(Number(Fraction(number)))} "
        return shown + (rf"\left({latex}\right)" if number == -1 and latex.startswith("\\sum") else latex)


def _transposed(latex):
    return rf"\left({latex}\right)^T" if "^" in latex or "_" in latex else f"{latex}^T"


def _capital(latex):
    r"""Return the letter of a matrix: ``\delta`` becomes ``\Delta``, ``\hat{y}`` becomes ``\hat{Y}``."""
    if re.fullmatch(r"\\[a-z]+", latex):
        return "\\" + latex[1:].capitalize()
    return re.sub(r"^([a-z])$|(?<=\{)([a-z])(?=\}$)", lambda match: match[0].upper(), latex)

r"""The matrix form: sensitivities as vectors, weights as matrices, $W \leftarrow W - \alpha\, a\, \delta^T$.

A network whose layers are fully connected, each to the one before, has it. $W^{(m)}$ has a row for every neuron of
layer $m-1$ and a column for every neuron of layer $m$; $\dot F$ is the diagonal matrix of the activations'
derivatives. Each line is multiplied out with the recorded numbers and compared with reverse mode before it is shown.
"""

from fractions import Fraction
from typing import NamedTuple

from autograd.engine.errors import AlgebraError, FormulaError, GraphError
from autograd.formulas.expressions import Number, Plus, Symbol, Times, evaluate, symbols
from autograd.formulas.field import Unprovable
from autograd.formulas.fitting import fit_fractions, residue

__all__ = ["MatrixForm", "matrix_form"]


class Line(NamedTuple):
    """One equation of matrices, as LaTeX and as text."""

    latex: str
    text: str


class MatrixForm(list):
    """The equations, which print as text and show themselves in a notebook."""

    def __str__(self):
        return "\n".join([line.text for line in self])

    def latex(self) -> str:
        """One aligned block, without dollar signs."""
        return "\\begin{aligned}\n" + " \\\\\n".join([_aligned(line.latex) for line in self]) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return f"$$\n{self.latex()}\n$$"


def matrix_form(formulas, printer, point, rate) -> MatrixForm:
    """The equations of one update, sensitivities first.

    Raises:
        GraphError: the layers are not fully connected, each to the one before.
        FormulaError: a line does not agree with reverse mode: a bug.
    """
    network = formulas.network
    layers = _layers(network)
    apart = [e for parts in formulas.gradient.values() for e in parts if not _has_delta(e)]
    apart += [e for n in network.neurons if n.layer < network.depth for e in formulas.upstream[n] if not _has_delta(e)]
    if apart:
        raise GraphError(
            f"there is no matrix form: the loss reads a weight or a hidden neuron itself ({printer.text(apart[0])})."
        )
    letters = printer.convention.letters
    factor = formulas.factor
    last = network.depth
    many = network.samples > 1
    above = "(n)" if many else ""
    lines = MatrixForm()

    def vector(letter, layer):
        marks = ",".join([x for x in (str(layer) if layer is not None else "", above.strip("()")) if x])
        return rf"\underline{{{letter}}}" + (f"^{{({marks})}}" if marks else "")

    def text_vector(letter, layer):
        return f"{letter}{'' if layer is None else layer}" + ("[n]" if many else "")

    d, s, w, b = letters["delta"], letters["s"], letters["w"].upper(), letters["b"]
    y, t = letters["y"], letters["t"]
    kind, lead = _output_form(formulas, layers[last])
    value = Number(factor * lead)
    shown = "" if value.value == 1 else "-" if value.value == -1 else printer.latex(value) + " "
    shown_text = "" if value.value == 1 else "-" if value.value == -1 else f"{printer.text(value)}*"
    f_dot = rf"\dot{{F}}^{{({last})}}({vector(s, last)}) "
    f_text = f"F'({text_vector('s', last)}) "
    error, error_text = (
        rf"({vector(t, None)} - {vector(y, None)})",
        f"({text_vector('t', None)} - {text_vector('y', None)})",
    )
    if kind == "error":
        right, text = f"{shown}{f_dot}{error}", f"{shown_text}{f_text}{error_text}"
    elif kind == "direct":
        right, text = f"{shown}{error}", f"{shown_text}{error_text}"
    elif kind == "softmax":
        p = letters["p"]
        right = f"{shown}({vector(t, None)} - {vector(p, None)})"
        text = f"{shown_text}({text_vector('t', None)} - {text_vector('p', None)})"
    else:
        lead_latex = printer.latex(Number(factor)) + " " if factor != 1 else ""
        right = rf"{lead_latex}{f_dot}\nabla_{{{vector(y, None)}}} {letters['loss']}"
        text = f"{'' if factor == 1 else f'{factor}*'}{f_text}grad_y L"
    lines.append(Line(f"{vector(d, last)} = {right}", f"{text_vector('d', last)} = {text}"))
    for layer in range(last - 1, 0, -1):
        right = rf"\dot{{F}}^{{({layer})}}({vector(s, layer)}) {w}^{{({layer + 1})}} {vector(d, layer + 1)}"
        text = f"F'({text_vector('s', layer)}) W{layer + 1} {text_vector('d', layer + 1)}"
        lines.append(Line(f"{vector(d, layer)} = {right}", f"{text_vector('d', layer)} = {text}"))
    lead = Number(-1 / factor)
    sign, size = ("+", lead.value) if lead.value > 0 else ("-", -lead.value)
    step = rate if size == 1 else rf"{printer.latex(Number(size))} \, {rate}"
    step_text = _plain(rate) if size == 1 else f"{size}*{_plain(rate)}"
    over, over_text = (r"\sum_n ", "sum over n of ") if many else ("", "")
    for layer in range(last, 0, -1):
        source = vector(letters["a"] if layer > 1 else letters["x"], layer - 1)
        source_text = text_vector("a" if layer > 1 else "x", layer - 1 if layer > 1 else None)
        lines.append(
            Line(
                rf"{w}^{{({layer})}} \leftarrow {w}^{{({layer})}} {sign} {step}\, {over}{source} "
                rf"\left({vector(d, layer)}\right)^T",
                f"W{layer} <- W{layer} {sign} {step_text} {over_text}{source_text} {text_vector('d', layer)}^T",
            )
        )
        if any(term.source is None for term in layers[layer][0].terms):
            bias = rf"\underline{{{b}}}^{{({layer})}}"
            lines.append(
                Line(
                    rf"{bias} \leftarrow {bias} {sign} {step}\, {over}{vector(d, layer)}",
                    f"b{layer} <- b{layer} {sign} {step_text} {over_text}{text_vector('d', layer)}",
                )
            )
    _check(formulas, point, layers)
    return lines


def _aligned(latex):
    sign = r"\leftarrow" if r"\leftarrow" in latex else "="
    return latex.replace(sign, "&" + sign, 1)


def _has_delta(e):
    return any(x.role == "delta" for x in symbols(e))


def _plain(rate):
    return rate.replace("\\", "")


def _layers(network):
    """The neurons by layer, one sample; each must read all of the layer before and nothing else."""
    if network.steps > 1:
        raise GraphError("a recurrent network has no matrix form of this kind: see the formulas of its time steps.")
    layers: dict = {}
    for n in network.neurons:
        if n.sample in (None, 1):
            layers.setdefault(n.layer, []).append(n)
    names = network.symbol_of
    activations = {n.a: n.layer for n in network.neurons}
    for layer, group in layers.items():
        biased = {sum(1 for t in n.terms if t.source is None) for n in group}
        for n in group:
            weights = [names[t.weight] for t in n.terms if t.source is not None]
            wanted = {Symbol("w", (layer - 1, layer), (j, n.index)) for j in range(1, network.sizes[layer - 1] + 1)}
            reads = {activations.get(t.source, 0) for t in n.terms if t.source is not None}
            if (
                reads != {layer - 1}
                or set(weights) != wanted
                or len(weights) != len(wanted)
                or len(biased) > 1
                or max(biased) > 1
            ):
                raise GraphError(
                    f"there is no matrix form: neuron {n.index} of layer {layer} does not read exactly the "
                    "layer before it. See its formulas one by one."
                )
    return layers


def _output_form(formulas, outputs):
    """How the loss enters: as an error times a number, and before or behind the activation's derivative."""
    names = formulas.network.symbol_of
    if outputs[0] in formulas.simplified:
        roles = {x.role for x in symbols(formulas.delta[outputs[0]])}
        number = _coefficient(formulas, outputs)
        if number is not None:
            return ("softmax" if "p" in roles else "direct"), number
    try:
        samples = formulas.fitting_samples()
    except (Unprovable, AlgebraError):
        return "gradient", Fraction(1)
    found = set()
    for n in outputs:
        t = Symbol("t", (n.layer,), (n.index,), n.sample, n.step)
        if t not in samples[0].quantities:
            return "gradient", Fraction(1)
        rows = []
        for sample in samples:
            error = sample.symbol(t) - sample.symbol(names[n.a])
            rows.append(([residue(error)], residue(sample.gradient(n.a))))
        fit = fit_fractions(rows)
        if fit is None:
            return "gradient", Fraction(1)
        found.add(fit[0])
    linear = all(n.a is n.s for n in outputs)
    return ("direct" if linear else "error", found.pop()) if len(found) == 1 else ("gradient", Fraction(1))


def _coefficient(formulas, outputs):
    """c in c (t - y), read off the simplified delta."""
    e = formulas.delta[outputs[0]]
    number, inner = Fraction(1), e
    if isinstance(e, Times) and isinstance(e.factors[0], Number):
        number, inner = e.factors[0].value, e.factors[-1]
    return -number / formulas.factor if isinstance(inner, Plus) and len(inner.terms) == 2 else None


def _check(formulas, point, layers):
    """Multiply the matrices out, and compare with the engine's gradients."""
    network = formulas.network
    names = network.symbol_of
    node_of = {symbol: node for node, symbol in names.items()}
    for m in (None,) if network.samples == 1 else range(1, network.samples + 1):
        for layer, group in layers.items():
            if layer == network.depth:
                continue
            for n in group:
                slope = evaluate(formulas.slope[n], point) if m in (None, 1) else None
                if slope is None:
                    continue
                back = sum(
                    [
                        point.symbol(Symbol("w", (layer, layer + 1), (n.index, k.index)))
                        * point.symbol(Symbol("delta", (layer + 1,), (k.index,), n.sample))
                        for k in layers[layer + 1]
                    ]
                )
                _compare(slope * back, point.symbol(network.delta_of(n)), f"d{layer}")
    for layer, group in layers.items():
        for n in group:
            for term in n.terms:
                w = names[term.weight]
                total = 0.0
                for k in network.neurons:
                    if (k.layer, k.index) == (layer, n.index):
                        mine = next(t for t in k.terms if t.weight is term.weight)
                        source = evaluate(formulas.source(mine), point)
                        total += point.symbol(network.delta_of(k)) / float(formulas.factor) * source * mine.sign
                _compare(total, point.sample.gradient(node_of[w]), f"W{layer}")


def _compare(given, truth, name):
    if abs(given - truth) > 1e-7 * max(abs(given), abs(truth), 1e-9):
        raise FormulaError(f"the matrix form of {name} gives {given!r}, but reverse mode gives {truth!r}: a bug.")

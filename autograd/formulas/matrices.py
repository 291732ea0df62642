r"""The matrix form: sensitivities as vectors, weights as matrices, $W \leftarrow W - \alpha\, a\, \delta^T$.

A network has a matrix form if its layers are fully connected, each to the layer before it. $W^{(m)}$ has a row for each
neuron of layer $m-1$ and a column for each neuron of layer $m$. $\dot F$ is the diagonal matrix of the activations'
derivatives. The products are computed with the recorded numbers and compared with reverse mode before they are shown.
"""

from fractions import Fraction

from autograd.engine.errors import AlgebraError, FormulaError, GraphError
from autograd.formulas.expressions import Number, Plus, Symbol, Times, evaluate, symbols
from autograd.formulas.field import Unprovable
from autograd.formulas.fitting import fit_fractions, residue
from autograd.formulas.layouts import Line, Matrices

__all__ = ["Line", "MatrixForm", "matrix_form"]


class MatrixForm(list):
    """The equations of the matrix form. They print as text, and a notebook typesets them."""

    def __str__(self):
        return "\n".join([line.text for line in self])

    __repr__ = __str__

    def latex(self) -> str:
        """Return the equations as one aligned block, without dollar signs."""
        return "\\begin{aligned}\n" + " \\\\\n".join([_aligned(line.latex) for line in self]) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return f"$$\n{self.latex()}\n$$"


def matrix_form(formulas, printer, point, rate) -> MatrixForm:
    """Return the equations of one update in the layout of the convention, sensitivities first.

    Raises:
        GraphError: the layers are not fully connected, each to the layer before it.
        FormulaError: a line does not agree with reverse mode, which is a bug.
    """
    network = formulas.network
    layers, recurrent = _layers(network)
    apart = [e for parts in formulas.gradient.values() for e in parts if not _has_delta(e)]
    apart += [e for n in network.neurons if n.layer < network.depth for e in formulas.upstream[n] if not _has_delta(e)]
    if apart:
        raise GraphError(
            f"there is no matrix form: the loss reads a weight or a hidden neuron itself ({printer.text(apart[0])}). "
            "Use the formulas of single neurons."
        )
    has_bias = {layer: any(t.source is None for t in group[0].terms) for layer, group in layers.items()}
    linear = {layer for layer, group in layers.items() if all(n.a is n.s for n in group)}
    writer = Matrices(formulas, printer, has_bias, recurrent, linear, rate)
    lines = MatrixForm(writer.lines(*_output_form(formulas, layers[network.depth])))
    _check(formulas, point)
    return lines


def _aligned(latex):
    sign = r"\leftarrow" if r"\leftarrow" in latex else "="
    return latex.replace(sign, "&" + sign, 1)


def _has_delta(e):
    return any(x.role == "delta" for x in symbols(e))


def _layers(network):
    """Return the neurons of each layer, for one sample and the last step, and the set of recurrent layers.

    Each neuron must read all neurons of the layer before it. In a recurrent layer it must also read all neurons of its
    own layer at the previous step.
    """
    layers: dict = {}
    recurrent: set = set()
    if network.steps > 1 and network.samples > 1:
        raise GraphError("there is no matrix form for several sequences: use the formulas of single neurons.")
    for n in network.neurons:
        if n.sample in (None, 1) and n.step in (None, network.steps):
            layers.setdefault(n.layer, []).append(n)
    names = network.symbol_of
    activations = {n.a: n for n in network.neurons}
    for layer, group in layers.items():
        for n in group:
            fed = [names[t.weight] for t in n.terms if t.source is not None]
            own = {Symbol("w", (layer, layer), (j, n.index)) for j in range(1, network.sizes[layer] + 1)}
            wanted = {Symbol("w", (layer - 1, layer), (j, n.index)) for j in range(1, network.sizes[layer - 1] + 1)}
            if own & set(fed):
                recurrent.add(layer)
            if layer in recurrent:
                wanted |= own
            reads = {_offset(activations.get(t.source), n) for t in n.terms if t.source is not None}
            biases = {sum(1 for t in m.terms if t.source is None) for m in group}
            allowed = {(layer - 1, 0), (layer, -1)} if layer in recurrent else {(layer - 1, 0)}
            if not reads <= allowed or set(fed) != wanted or len(fed) != len(wanted) or biases not in ({0}, {1}):
                raise GraphError(
                    f"there is no matrix form: neuron {n.index} of layer {layer} does not read exactly the "
                    "layer before it. Use the formulas of single neurons."
                )
    if network.steps > 1 and not recurrent:
        raise GraphError(
            "there is no matrix form: no layer of this network reads its own previous activations. Use the formulas of "
            "single neurons."
        )
    return layers, recurrent


def _offset(source, neuron):
    """Return the layer of the neuron that is read, and its step relative to the step of the reading neuron."""
    if source is None:
        return 0, 0
    return source.layer, (source.step or 0) - (neuron.step or 0) if source.step and neuron.step else 0


def _output_form(formulas, outputs):
    """Return the form in which the loss enters the output layer's sensitivities, and its number.

    The forms are ``"error"``, the number times (t - y) and the activation's derivative; ``"direct"``, the number times
    (t - y); ``"softmax"``, the number times (t - p); and ``"logits"`` and ``"gradient"``, a gradient of the loss.
    """
    names = formulas.network.symbol_of
    if outputs[0] in formulas.simplified:
        roles = {x.role for x in symbols(formulas.delta[outputs[0]])}
        number = _coefficient(formulas, outputs)
        if number is not None:
            return ("softmax" if "p" in roles else "direct"), number
        if "p" in roles:  # the targets are smoothed labels
            return "logits", Fraction(1)
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
    """Return c if the simplified delta is c (t - y) times the factor of deltas, or None."""
    e = formulas.delta[outputs[0]]
    number, inner = Fraction(1), e
    if isinstance(e, Times) and isinstance(e.factors[0], Number):
        number, inner = e.factors[0].value, e.factors[-1]
    if not isinstance(inner, Plus) or len(inner.terms) != 2:
        return None
    is_error = all(isinstance(x.factors[-1] if isinstance(x, Times) else x, Symbol) for x in inner.terms)
    return -number / formulas.factor if is_error else None


def _check(formulas, point):
    """Compute the matrix products, and compare them with the engine's gradients."""
    network = formulas.network
    names = network.symbol_of
    node_of = {symbol: node for node, symbol in names.items()}
    readers: dict = {}
    for k in network.neurons:
        for term in k.terms:
            if term.source is not None:
                readers.setdefault(term.source, []).append((term, k))
    for n in network.neurons:
        if n.layer < network.depth:
            slope = evaluate(formulas.slope[n], point)
            deltas = [
                point.symbol(names[t.weight]) * point.symbol(network.delta_of(k)) for t, k in readers.get(n.a, ())
            ]
            _compare(slope * sum(deltas), point.symbol(network.delta_of(n)), f"d{n.layer}")
    totals: dict = {}
    for n in network.neurons:
        for term in n.terms:
            part = point.symbol(network.delta_of(n)) / float(formulas.factor) * term.sign
            source = 1.0 if term.source is None else evaluate(formulas.source(term), point)
            totals[term.weight] = totals.get(term.weight, 0.0) + part * source
    for weight, total in totals.items():
        _compare(total, point.sample.gradient(node_of[names[weight]]), "the weights")


def _compare(given, truth, name):
    if abs(given - truth) > 1e-7 * max(abs(given), abs(truth), 1e-9):
        raise FormulaError(
            f"the matrix form of {name} gives {given!r}, but reverse mode gives {truth!r}: "
            "this is a bug in autograd.formulas. Please report it."
        )

r"""The chain rule for one weight, line by line, each line with its reason.

The lines follow the graph from the loss to the neuron into which the weight leads, through the neurons that this neuron
feeds, and back to the weight. Each derivative is compared with reverse mode before it is shown.
"""

from fractions import Fraction
from html import escape
from typing import NamedTuple

from autograd.engine.errors import FormulaError, GraphError
from autograd.engine.tables import html_row, html_table
from autograd.formulas.equations import folded_sum
from autograd.formulas.expressions import Letter, Number, Plus, Symbol, evaluate, plus, symbols, times
from autograd.formulas.folding import fold

__all__ = ["Step", "Steps", "steps_for"]

# Longer sums are shown only in folded form.
_SHOWN = 6


class Step(NamedTuple):
    """One line: an equation as LaTeX and as text, and the reason why it holds, as text and as LaTeX."""

    latex: str
    text: str
    reason: str
    reason_latex: str

    def __str__(self):
        return f"{self.text}   | {self.reason}"

    def __repr__(self):
        return str(self)

    def _repr_latex_(self):
        return rf"$\displaystyle {self.latex} \qquad {self.reason_latex}$"


class Steps(list):
    """The lines of a derivation. They print as text, and a notebook typesets them."""

    def __str__(self):
        width = min(max([len(step.text) for step in self], default=0), 96)
        return "\n".join([f"{step.text.ljust(width)}   | {step.reason}" for step in self])

    __repr__ = __str__

    def latex(self) -> str:
        """Return the lines as one aligned block, without dollar signs."""
        lines = [rf"{step.latex} && {step.reason_latex}" for step in self]
        return "\\begin{aligned}\n&" + " \\\\[4pt]\n&".join(lines) + "\n\\end{aligned}"

    def _repr_latex_(self):
        return f"$$\n{self.latex()}\n$$"

    def to_html(self) -> str:
        """Return an HTML table of two columns, with formulas as text, for pages without MathJax."""
        return html_table([html_row([f"<code>{escape(s.text)}</code>", escape(s.reason)]) for s in self])


class _Lines:
    """A collection of lines. Each line is checked against the numbers of reverse mode before it is added."""

    def __init__(self, formulas, printer, point):
        self.formulas, self.printer, self.point = formulas, printer, point
        self.lines = Steps()

    def add(self, sides, reason, truth=None, value=None, **named):
        """Add the line ``side = side = ...`` after checking that ``value`` evaluates to ``truth``.

        Args:
            sides: the sides of the equation, each an expression or a pair of text and LaTeX.
            reason: the reason, with ``{w}`` and the like for the symbols in ``named``.
            truth: the number that ``value`` must have, or None to check nothing.
            value: an expression.
            **named: symbols by their names in ``reason``.

        Raises:
            FormulaError: the value differs, which is a bug.
        """
        if truth is not None:
            given = evaluate(value, self.point)
            if abs(given - truth) > 1e-7 * max(abs(given), abs(truth), 1e-9):
                raise FormulaError(
                    f"the step {self._text(sides)} gives {given!r}, but reverse mode gives {truth!r}: "
                    "this is a bug in autograd.formulas. Please report it."
                )
        latex = " = ".join([side[1] if isinstance(side, tuple) else self.printer.latex(side) for side in sides])
        p = self.printer
        words = reason.format(**{k: p.symbol_text(x) for k, x in named.items()})
        in_latex = {k: f"}}{p.symbol_latex(x)}\\text{{" for k, x in named.items()}
        self.lines.append(Step(latex, self._text(sides), words, f"\\text{{{reason.format(**in_latex)}}}"))

    def _text(self, sides):
        return " = ".join([side[0] if isinstance(side, tuple) else self.printer.text(side) for side in sides])

    def ratio(self, top, bottom):
        """Return the derivative of ``top`` (None for the loss) with respect to ``bottom``, as text and LaTeX."""
        p = self.printer
        if top is None:
            return p.derivative_text(bottom), p.derivative_latex(bottom)
        return (
            f"d{p.symbol_text(top)}/d{p.symbol_text(bottom)}",
            rf"\frac{{\partial {p.symbol_latex(top)}}}{{\partial {p.symbol_latex(bottom)}}}",
        )

    def product(self, *ratios):
        return " * ".join([r[0] for r in ratios]), r" \, ".join([r[1] for r in ratios])


def steps_for(formulas, printer, point, parameter) -> Steps:
    """Return the lines for the gradient of one parameter.

    Raises:
        GraphError: the loss does not depend on the parameter.
        FormulaError: a line does not agree with reverse mode, which is a bug.
    """
    network = formulas.network
    names = network.symbol_of
    w = names[parameter]
    uses = [n for n in network.neurons if any(term.weight is parameter for term in n.terms)]
    if not formulas.gradient[parameter]:
        raise GraphError(f"the loss does not depend on {printer.symbol_text(w)}: there is nothing to derive.")
    out = _Lines(formulas, printer, point)
    loss = formulas.local(network.root) if network.root not in formulas._by_s else formulas.value(network.root)
    loss_name = ("L", printer.convention.letters["loss"])
    folded = folded_sum(loss, formulas)
    out.add([loss_name, folded], "the loss, read from the graph")
    of_w = out.ratio(None, w)
    whole = fold(formulas.gradient[parameter], formulas.alphabet)
    direct = _direct(parameter, network)
    if not uses:
        truth = point.sample.gradient(parameter)
        out.add([of_w, whole], "by the rules of differentiation: there is no neuron in between", truth, whole)
        return out.lines
    q = uses[0]
    s, a = names[q.s], names[q.a]
    if len(uses) > 1:
        kind = "time step" if q.step is not None and len({u.step for u in uses}) == len(uses) else "sample"
        kind = "use" if len({(u.sample, u.step) for u in uses}) < len(uses) else kind
        out.add(
            [of_w, _over_uses(out, uses, parameter, kind)],
            f"the weight is used {len(uses)} times, once for each {kind}: sum over them; the first is",
        )
    source = plus(*[times(Number(Fraction(t.sign)), formulas.source(t)) for t in q.terms if t.weight is parameter])
    linear = q.a is q.s
    feeds = _fed(formulas, q)
    of_a = out.ratio(None, a)
    _chain(out, formulas, q, w, s, a, of_w if len(uses) == 1 else None, linear, feeds, loss)
    truth_a = point.sample.gradient(q.a)
    upstream = formulas.upstream[q]
    if feeds:
        _paths(out, formulas, a, of_a, feeds, upstream, truth_a)
    else:
        out.add([of_a, plus(*upstream)], "derivative of the loss with respect to the output", truth_a, plus(*upstream))
    slope = formulas.slope[q]
    if not linear:
        words = "derivative of the activation, in terms of its own value"
        if any(x.role == "s" for x in symbols(slope)):
            words = "derivative of the activation"
        out.add([out.ratio(a, s), slope], words)
    _source_line(out, formulas, q, s, w, source)
    delta = network.delta_of(q)
    factor = formulas.factor
    name = printer.symbol_text(delta), printer.symbol_latex(delta)
    lead = {Fraction(1): ("", ""), Fraction(-1): ("-", "-")}.get(
        factor, (f"{factor}*", printer.latex(Number(factor)) + " ")
    )
    of_s = out.ratio(None, s)
    kind = "the hidden neuron" if feeds else "the output neuron"
    words = f"delta of {kind}: the factor that all its weights share"
    short = formulas.delta[q]
    out.add([(name[0], name[1]), (lead[0] + of_s[0], lead[1] + of_s[1]), short], words, point.symbol(delta), short)
    final = formulas.gradient[parameter]
    truth = point.sample.gradient(parameter)
    words = "delta form"
    if len(uses) > 1:
        words = f"delta form, summed over the {len(uses)} uses"
    if direct:
        words += ", and the part of the loss that reads the weight itself"
    out.add([of_w, fold(final, formulas.alphabet)], words, truth, fold(final, formulas.alphabet))
    _written_out(out, formulas, q, of_w, uses, source, truth, direct)
    return out.lines


def _direct(parameter, network):
    """Return True if the loss also reads the parameter itself, as a penalty does."""
    in_neurons = sum(1 for n in network.neurons for t in n.terms if t.weight is parameter)
    readers = sum(1 for node in network.readers.get(parameter, ()) if not _in_neuron(node, network))
    return readers > 0 and in_neurons > 0 and len(network.readers.get(parameter, ())) > in_neurons


def _in_neuron(node, network):
    return any(node is n.s for n in network.neurons)


def _fed(formulas, q):
    """Return pairs of a neuron that reads the activation of ``q`` and the term with which it does."""
    found = []
    for n in formulas.network.neurons:
        for term in n.terms:
            if term.source is q.a and term.source is not None:
                found.append((n, term))
    return found


def _over_uses(out, uses, parameter, kind):
    """Return the sum over all uses of a weight, with a letter for the sample if the uses are alike."""
    formulas, p = out.formulas, out.printer
    names = formulas.network.symbol_of
    sources = [names[n.s] for n in uses]
    if kind == "sample" and [x.sample for x in sources] == list(range(1, formulas.network.samples + 1)):
        first = sources[0]
        general = Symbol(first.role, first.layers, first.indices, Letter("n"), first.step, first.name)
        text, latex = out.product(out.ratio(None, general), out.ratio(general, names[parameter]))
        return f"sum({text} for n in S)", rf"\sum_{{n=1}}^{{{len(uses)}}} {latex}"
    # A later step also depends on the weight through the earlier steps. So each path shows the factor of the weight.
    paths = []
    for n, x in zip(uses, sources, strict=True):
        terms = [t for t in n.terms if t.weight is parameter]
        source = plus(*[times(Number(Fraction(t.sign)), formulas.source(t)) for t in terms])
        shown = (p.text(source), p.latex(source))
        paths.append(out.product(out.ratio(None, x), shown if len(terms) == 1 else (f"({shown[0]})", rf"({shown[1]})")))
    paths = paths if len(paths) <= _SHOWN else [*paths[:2], ("...", r"\cdots"), paths[-1]]
    return " + ".join([text for text, _ in paths]), " + ".join([latex for _, latex in paths])


def _chain(out, formulas, q, w, s, a, of_w, linear, feeds, loss):
    names = formulas.network.symbol_of
    chain = [out.ratio(None, a)] + ([] if linear else [out.ratio(a, s)]) + [out.ratio(s, w)]
    p = out.printer
    left = of_w if of_w is not None else ("...", r"\cdots")
    if of_w is None:
        left = out.product(out.ratio(None, s), out.ratio(s, w))
    if not feeds:
        terms = list(loss.terms) if isinstance(loss, Plus) else [loss]
        factors = getattr(loss, "factors", ())
        inner = next((f for f in factors if isinstance(f, Plus)), None)
        if inner is not None:
            rest = times(*[f for f in factors if f is not inner])
            terms = [times(rest, t) for t in inner.terms]
        mine = [t for t in terms if names[q.a] in symbols(t)]
        if mine and len(mine) < len(terms) and of_w is not None:
            e = plus(*mine)
            out.add(
                [
                    left,
                    (
                        f"d/d{p.symbol_text(w)} [{p.text(e)}]",
                        rf"\frac{{\partial}}{{\partial {p.symbol_latex(w)}}} \left[{p.latex(e)}\right]",
                    ),
                ],
                "only this term of the loss depends on {w}, which reaches it through {a}",
                w=w,
                a=a,
            )
    out.add([left, out.product(*chain)], "chain rule: {w} acts only through {s}", w=w, s=s)


def _paths(out, formulas, a, of_a, feeds, upstream, truth):
    p = out.printer
    names = formulas.network.symbol_of
    ratios = [out.product(out.ratio(None, names[n.s]), out.ratio(names[n.s], a)) for n, _ in feeds]
    shown = ratios if len(ratios) <= _SHOWN else [*ratios[:2], ("...", r"\cdots"), ratios[-1]]
    words = f"{{a}} feeds {len(feeds)} neurons: sum over the {len(feeds)} paths"
    if len(feeds) == 1:
        words = "{a} feeds one neuron"
    others = [e for e in upstream if not any(x.role == "delta" for x in symbols(e))]
    if others:
        words += ", and the loss itself"
        shown = [*shown, (p.text(plus(*others)), p.latex(plus(*others)))]
    out.add([of_a, (" + ".join([r[0] for r in shown]), " + ".join([r[1] for r in shown]))], words, a=a)
    for n, term in feeds[: _SHOWN if len(feeds) <= _SHOWN else 1]:
        delta = formulas.network.delta_of(n)
        weight = times(Number(Fraction(term.sign)), formulas.value(term.weight))
        known = times(Number(1 / formulas.factor), delta)
        left = out.ratio(names[n.s], a)
        right = out.ratio(None, names[n.s])
        out.add(
            [
                (
                    f"{left[0]} = {p.text(weight)},  {right[0]} = {p.text(known)}",
                    rf"{left[1]} = {p.latex(weight)}, \qquad {right[1]} = {p.latex(known)}",
                )
            ],
            "this delta is already known from the next layer"
            + ("" if len(feeds) <= _SHOWN else "; likewise the others"),
        )
    folded = fold(upstream, formulas.alphabet)
    flat = Plus(tuple(upstream)) if len(upstream) > 1 else upstream[0]
    sides = [of_a, flat, folded] if 1 < len(upstream) <= _SHOWN and folded != plus(*upstream) else [of_a, folded]
    words = "the terms differ only in the index, so they fold into one sum" if len(upstream) > 1 else "put together"
    out.add(sides, words, truth, folded)


def _source_line(out, formulas, q, s, w, source):
    p = out.printer
    whole = formulas.local(q.s)
    terms = list(whole.terms) if isinstance(whole, Plus) else [whole]
    if len(terms) > _SHOWN:
        whole = fold(terms, formulas.alphabet)
    bracket = (
        f"d/d{p.symbol_text(w)} [{p.text(whole)}]",
        rf"\frac{{\partial}}{{\partial {p.symbol_latex(w)}}} \left[{p.latex(whole)}\right]",
    )
    words = "only one element of the weighted sum contains {w}"
    if len(terms) == 1:
        words = "the pre-activation is linear in its weight"
    elif source == Number(Fraction(1)):
        words = "the bias is added as it is"
    out.add([out.ratio(s, w), bracket, source], words, w=w)


def _written_out(out, formulas, q, of_w, uses, source, truth, direct):
    """Add the gradient with the deltas replaced by their formulas, if these contain no other deltas."""
    if len(uses) > 1 or direct:
        return
    network = formulas.network
    delta_of = {network.delta_of(n): n for n in network.neurons}
    terms = []
    for e in formulas.upstream[q]:
        known = [x for x in symbols(e) if x in delta_of]
        if len(known) > 1:
            return
        for x in known:
            below = formulas.delta[delta_of[x]]
            if any(y.role == "delta" for y in symbols(below)):
                return  # the deltas of the next layer contain deltas, too
            e = times(*[below if f == x else f for f in (e.factors if hasattr(e, "factors") else (e,))])
        terms.append(times(e, formulas.slope[q], source))
    if len(terms) != len(formulas.upstream[q]) or not terms:
        return
    written = fold(terms, formulas.alphabet)
    words = "with the delta written out"
    if any(x in delta_of for e in formulas.upstream[q] for x in symbols(e)):
        words = "with the deltas of the next layer written out"
    out.add([of_w, written], words, truth, written)
